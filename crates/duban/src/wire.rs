//! Puts an installation together: database, key, city, clock.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use duban_app::{
    App, Clock,
    notice::Gateways,
    setup::{self, SetupError},
};
use duban_domain::Lang;
use duban_store::{Store, Target};
use tracing_subscriber::EnvFilter;

use crate::{
    clock::{Machine, System},
    keyfile, outside, pack,
    remember::Lines,
    settings::{Outside, Place, Settings},
};

/// The embedded database's file in the data folder.
const DATABASE: &str = "duban.db";

/// Log lines go to standard error; `DUBAN_LOG` says how much, `DUBAN_LOG_FORMAT=json` for machines.
pub(crate) fn log() {
    let filter = EnvFilter::try_from_env("DUBAN_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,duban=info,duban_web=info,duban_app=info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::env::var("DUBAN_LOG_FORMAT").is_ok_and(|f| f == "json") {
        lines.json().init()
    } else {
        lines.init()
    }
}

/// Opens the city that the settings name; makes what is missing.
pub(crate) fn app(settings: &Settings, clock: Arc<dyn Clock>, demo: bool) -> anyhow::Result<App> {
    let data = &settings.data.value;
    std::fs::create_dir_all(data).with_context(|| format!("making the data folder {}", data.display()))?;
    let store = Store::open(&target(settings)?)?;
    store.migrate(clock.now())?;
    let keys = keyfile::keyring(data, &store, &System)?;
    let files = settings.city.value.as_deref().map(pack::files).transpose()?;
    let city = match setup::begin(&store, files.as_ref(), &keys, clock.now()) {
        Err(SetupError::NoCity) => {
            eprintln!(
                "duban: no city was named, so this one begins as the pack inside this program ({}). Another: --city DIR",
                pack::EMBEDDED
            );
            setup::begin(&store, Some(&pack::files(pack::EMBEDDED)?), &keys, clock.now())?
        }
        begun => begun?,
    };
    let name = format!("{}{}", city.name.get(Lang::Zh), city.hotline);
    let app = App::new(city, store, Arc::new(keys), clock, Arc::new(System), demo);
    duban_app::proof::begin(&app, settings.log_hash.value)?;
    duban_app::person::bring_up(&app)?;
    duban_app::case::findable::bring_up(&app, |done| {
        // A line now and then: this may take minutes.
        if done % 10_000 == 0 {
            eprintln!("duban: the search is being brought to its newest form, {done} cases are done");
        }
    })?;
    // A demonstration writes to nobody, whatever the settings say.
    let gateways = if demo { Gateways::default() } else { outside::gateways(&settings.ways, &name)? };
    let inside = if demo { Vec::new() } else { settings.ways.inside("webhooks")? };
    let mut app = app.with_gateways(gateways).with_inside(inside);
    app.memory = Arc::new(Lines::in_folder(data));
    Ok(app)
}

/// Opens a city for a command that does not serve.
pub(crate) fn open(place: &Place) -> anyhow::Result<App> {
    app(&Settings::gather(place, &Outside::default())?, Arc::new(Machine), false)
}

/// The database that the settings name.
pub(crate) fn target(settings: &Settings) -> anyhow::Result<Target> {
    match &settings.database.value {
        Some(url) => Ok(Target::parse(url)?),
        None => Ok(Target::Sqlite(file(&settings.data.value))),
    }
}

/// The embedded database in a data folder.
pub(crate) fn file(data: &std::path::Path) -> PathBuf {
    data.join(DATABASE)
}
