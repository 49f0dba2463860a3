//! `duban demo`: a city with a day behind it. Real public bodies and places, invented people,
//! every stage of a case, and a login for each role. Everything goes through the same use cases
//! as in a real city; only the clock is told.

mod calls;
mod filler;
mod hall;
mod outbox;
mod picture;
mod play;
mod script;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::ensure;
use duban_app::{
    App,
    administration::by_command,
    object::{self, Imported},
    remote::Wire,
    setup, webhook,
};
use duban_domain::{Lang, notice::NoticeChannel};

use crate::{
    clock::{Machine, Told},
    outside::Http,
    serve::until_stopped,
    settings::{Outside, Place, Settings},
    wire,
};

/// Lamp posts along one street, invented as to where each of them stands.
const LAMPS: &str = include_str!("lamps.geojson");

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  duban demo\nthen open the address it prints; the login page lists an account for each role.\n"
)]
pub(crate) struct Args {
    /// The address to listen on; port 0 takes a free one [default: 127.0.0.1:8311]
    #[arg(long, value_name = "ADDR", env = "DUBAN_LISTEN")]
    listen: Option<String>,
    /// Keep the demonstration in this folder; without it a temporary one is used and removed.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A PostgreSQL database instead of the embedded one.
    #[arg(long, value_name = "URL", env = "DUBAN_DATABASE")]
    database: Option<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let folder = tempfile::Builder::new().prefix("duban-demo-").tempdir()?;
    let data = args.data.clone().unwrap_or_else(|| folder.path().to_owned());
    let place = Place {
        data: Some(data),
        database: args.database.clone(),
        // None: what is there stays as it is, and a new folder begins as the pack inside the program.
        city: None,
        config: None,
        log_hash: None,
    };
    let outside = Outside { listen: args.listen.clone(), ..Outside::default() };
    let settings = Settings::gather(&place, &outside)?;
    let app = wire::app(&settings, Arc::new(Machine), true)?.with_gateways(outbox::ways());
    if !settings.listen.value.ends_with(":0") {
        app.reached_at(&format!("http://{}", settings.listen.value));
    }
    if !setup::is_demo(&app.store)? {
        ensure!(
            !setup::is_used(&app.store)?,
            "this place holds a real city, and a demonstration would open it to everybody: name an empty folder with --data, or none"
        );
        tell(&app)?;
        setup::mark_demo(&app.store)?;
    }
    until_stopped(app, &settings)
}

/// The way to other servers of a demonstration: what somebody names on its pages is posted to nobody.
pub(crate) fn wire(http: Http) -> Arc<dyn Wire> {
    outbox::wire(http)
}

/// Tells the demonstration's past, up to this minute.
fn tell(app: &App) -> anyhow::Result<()> {
    let now = app.now();
    let told = Arc::new(Told::new(now));
    let past = app.by_clock(told.clone());
    let script = script::Script::read()?;
    let cast = play::cast(&past, &script)?;
    let mut scenes = script.case;
    scenes.extend(filler::scenes());
    play::play(&past, &told, now, &cast, &scenes)?;
    calls::play(&past, &told, now, &cast)?;
    hall::play(&past, &told, now, &cast)?;
    play::ask_for_erasure(&past, &cast)?;
    play::take_in_knowledge(&past, &cast)?;
    duban_app::partner::keep_key(app, "demo", duban_app::DEMO_KEY)?;
    duban_app::partner::keep_telephone_key(app, "demo telephone", duban_app::DEMO_TELEPHONE_KEY)?;
    let keeper = app.ctx(by_command("duban demo"), Lang::Zh);
    let lamps = object::import(&keeper, "lamps", LAMPS, false)?;
    ensure!(matches!(lamps, Imported::Done { .. }), "the lamps of the demonstration: {lamps:?}");
    let wanted = webhook::Wanted {
        name: "测试·区县平台".to_owned(),
        url: "https://hooks.example.cn/duban".to_owned(),
        ..webhook::Wanted::default()
    };
    let (hook, _) = webhook::make(&keeper, &wanted)?;
    webhook::test(&keeper, hook)?;
    while duban_app::jobs::work(app)? > 0 {}
    for channel in [NoticeChannel::Sms, NoticeChannel::Mail] {
        while duban_app::notice::work(app, channel)? > 0 {}
    }
    Ok(())
}
