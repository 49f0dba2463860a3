//! `duban serve`: the web site and the program's own work, until somebody stops it.

use std::{
    io::Write,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use anyhow::{Context, ensure};
use duban_app::{
    App, AppError, administration::pack, case::publish, erasure, gazetteer, jobs, notice, proof, remote,
    resident, retention, setup, triage, watch,
};
use duban_domain::notice::NoticeChannel;
use duban_web::{Options, Site};

use crate::{
    clock::Machine,
    demo,
    door::{self, Patience},
    hooks, keep, keyfile, letters,
    outside::Http,
    settings::{Outside, Place, Settings},
    wire,
};

/// How often owed jobs are looked for.
const JOBS_EVERY: Duration = Duration::from_millis(1_000);
/// How long open connections may take to end once somebody stops the server.
const GRACE: Duration = Duration::from_secs(3);

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  duban serve --data /var/lib/duban --city zhuzhou --listen 127.0.0.1:8311\n"
)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    outside: Outside,
    /// Show what holds and where it came from, and stop.
    #[arg(long)]
    print_config: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let settings = Settings::gather(&args.place, &args.outside)?;
    if args.print_config {
        print!("{}", settings.print());
        return Ok(ExitCode::SUCCESS);
    }
    let app = wire::app(&settings, Arc::new(Machine), false)?;
    ensure!(
        !setup::is_demo(&app.store)?,
        "this place holds a demonstration, whose accounts everybody can use: serve it with `duban demo --data {}`",
        settings.data.value.display()
    );
    until_stopped(app, &settings)
}

/// What was erased once stays erased, also in a copy that was put back; and terms of keeping begin their nights.
fn keep_terms(app: &App) -> anyhow::Result<()> {
    let again = erasure::replay(app)?;
    if again > 0 {
        tracing::warn!(
            again,
            "an older copy of the database was put back: what had been erased since is erased again"
        );
    }
    Ok(retention::begin(app)?)
}

/// Serves an installation and does its owed jobs until an interrupt.
pub(crate) fn until_stopped(app: App, settings: &Settings) -> anyhow::Result<ExitCode> {
    let _serving = keyfile::serving(&settings.data.value);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stop = Arc::new(AtomicBool::new(false));
    app.reached_at(&settings.public_url.value);
    let released = notice::release(&app)?;
    if released > 0 {
        tracing::info!(released, "notices that waited for a gateway go out now");
    }
    renew_public(&app);
    keep_terms(&app)?;
    let lane = |work: fn(&App) -> Result<usize, AppError>| {
        let (app, stop) = (app.clone(), stop.clone());
        std::thread::spawn(move || again_and_again(&app, &stop, work))
    };
    // A slow mail server holds up nothing but mail.
    let workers = [
        lane(jobs::work),
        lane(proof::work),
        lane(|app| notice::work(app, NoticeChannel::Sms)),
        lane(|app| notice::work(app, NoticeChannel::Mail)),
        lane(watch::work),
        lane(resident::code::work),
        lane(notice::digest::work),
        lane(follow),
        lane(renew),
        lane(|app| triage::follow(app).map(|_| 0)),
    ];
    let mut app = app;
    let http = Http::new(&app.inside);
    // A demonstration posts to nobody, whatever address somebody names on its pages.
    app.wire = if app.demo { demo::wire(http) } else { Arc::new(http) };
    // Calls to other servers may take long and be broken off at any time: nobody waits for their end.
    std::thread::spawn({
        let (app, stop) = (app.clone(), stop.clone());
        move || hooks::tell(&app, &stop)
    });
    std::thread::spawn({
        let (app, stop) = (app.clone(), stop.clone());
        move || call(&app, &stop)
    });
    let mut registers = app.clone();
    // Everybody is an administrator of a demonstration: it reads nothing of the network that it stands in.
    let hosts = if app.demo { Vec::new() } else { settings.ways.inside("registers")? };
    registers.wire = Arc::new(Http::for_registers(settings.data.value.join("registers"), &hosts));
    std::thread::spawn({
        let stop = stop.clone();
        move || again_and_again(&registers, &stop, gazetteer::work)
    });
    let learner = learner(app.clone(), stop.clone());
    let letters = letters::watch(&app, settings, &stop)?;
    let archive = keep::archive(&app, settings, &stop);
    let served = runtime.block_on(serve(app, settings));
    stop.store(true, Ordering::Relaxed);
    runtime.shutdown_timeout(GRACE);
    for worker in workers.into_iter().chain([learner]).chain(letters).chain(archive) {
        drop(worker.join());
    }
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(app: App, settings: &Settings) -> anyhow::Result<()> {
    let listen = &settings.listen.value;
    let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| {
        format!("listening on {listen} (is another program there? --listen takes another address)")
    })?;
    let address = listener.local_addr()?;
    let public_url = settings.public_url.value.trim_end_matches('/').to_owned();
    // Links in notices lead somewhere even where nobody said how the site is reached.
    app.reached_at(&format!("http://{address}"));
    let options = Options {
        secure_cookies: public_url.starts_with("https://"),
        public_url,
        source_url: settings.source_url.value.clone(),
        client_header: settings.client_header.value.clone(),
        proxies: settings.trusted_proxies.value.clone(),
    };
    let router = duban_web::router(Site::new(app, options));
    println!("ready http://{address}");
    std::io::stdout().flush()?;
    let stopping = Arc::new(tokio::sync::Notify::new());
    let stop = {
        let stopping = stopping.clone();
        async move {
            interrupted().await;
            tracing::info!("stopping: what is being done is finished first");
            stopping.notify_one();
        }
    };
    tokio::select! {
        () = door::serve(listener, router, Patience::default(), stop) => {}
        // Live streams never end by themselves, so there is an end to waiting.
        () = async { stopping.notified().await; tokio::time::sleep(GRACE).await } => {}
    }
    Ok(())
}

async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    drop(tokio::signal::ctrl_c().await);
}

/// Once, before anything else is worked: what everybody may see follows the pack that holds now.
fn renew_public(app: &App) {
    match publish::is_outdated(app).and_then(|old| if old { publish::rewrite(app) } else { Ok(0) }) {
        Ok(0) => {}
        Ok(cases) => {
            tracing::info!(cases, "what everybody may see was written anew by the city pack that holds")
        }
        Err(error) => tracing::error!(%error, "what everybody may see could not be written anew"),
    }
}

/// What another server, or a command, has changed of the city pack holds here within a second or two; and
/// what everybody may see follows the pack that holds.
fn follow(app: &App) -> Result<usize, AppError> {
    if pack::follow(app)? {
        tracing::info!("the city pack was changed; it holds from now on");
    }
    Ok(0)
}

/// What everybody may see follows the pack too; in a lane of its own, because it goes over every case.
fn renew(app: &App) -> Result<usize, AppError> {
    if publish::is_outdated(app)? {
        renew_public(app);
    }
    Ok(0)
}

fn again_and_again(app: &App, stop: &AtomicBool, work: fn(&App) -> Result<usize, AppError>) {
    while !stop.load(Ordering::Relaxed) {
        match work(&app.at_hand()) {
            Ok(0) => std::thread::sleep(JOBS_EVERY),
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "owed jobs could not be looked for");
                std::thread::sleep(JOBS_EVERY);
            }
        }
    }
}

/// Learns from closed cases when the city's hour has come, until the server is stopped. It may take a minute of one core:
/// in a thread that nobody else waits for.
fn learner(app: App, stop: Arc<AtomicBool>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            if let Err(error) = triage::work(&app.at_hand(), &|| !stop.load(Ordering::Relaxed)) {
                tracing::error!(%error, "nothing was learned tonight");
            }
            std::thread::sleep(JOBS_EVERY);
        }
    })
}

/// Calls other servers: what is owed to them, and their news.
fn call(app: &App, stop: &AtomicBool) {
    if let Err(error) = remote::begin_polling(app) {
        tracing::error!(%error, "other servers will not be asked for news until the next start");
    }
    while !stop.load(Ordering::Relaxed) {
        match remote::work(&app.at_hand()) {
            Ok(true) => {}
            Ok(false) => std::thread::sleep(JOBS_EVERY),
            Err(error) => {
                tracing::error!(%error, "calls to other servers could not be looked for");
                std::thread::sleep(JOBS_EVERY);
            }
        }
    }
}
