//! The running web site: the application with what only the web needs.

use std::{
    sync::{Arc, Once},
    time::Duration,
};

use axum::{
    extract::FromRef,
    http::{HeaderMap, header::HOST},
};
use duban_app::{App, AppError};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{client::Proxies, error::WebError, throttle::Throttle};
use crate::desk::{calls::live::Rings, live::Radio, presence::Present};

/// Passwords that are verified at once: each takes 19 MiB and a core.
const VERIFIED_AT_ONCE: usize = 2;
/// Sign-ins that may wait for their turn; whoever comes after them is asked to come back.
const WAITING_MAX: usize = 32;
/// Those who may wait at once for a server that is not ours, the city's own sign-on: on their way there, and as many on their
/// way back.
const OUTSIDE_MAX: usize = 16;
/// Lists that are made into files at once.
const EXPORTS_AT_ONCE: usize = 2;

/// Forms with files that are in memory at once: each may hold all photos that the city allows, and
/// decoding one takes as much again.
const FILES_AT_ONCE: usize = 6;
/// How long a form with files waits for its place.
const PLACE_WAIT: Duration = Duration::from_secs(3);
/// How long the next piece of a form is waited for: a telephone in a lift is silent for a while.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the site meets the outside.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The address people use, such as `https://12345.example.cn`; empty: as the request says.
    pub public_url: String,
    /// Where the source of this very program can be had; shown at the foot of pages when set.
    pub source_url: String,
    /// Whether cookies may travel over TLS only.
    pub secure_cookies: bool,
    /// The header in which a proxy says who called, such as `x-real-ip`; empty: nobody stands between.
    pub client_header: String,
    /// The proxies that are believed; empty: those on addresses of the house.
    pub proxies: Proxies,
}

/// The running web site. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    /// The application.
    pub app: App,
    /// How it meets the outside.
    pub options: Arc<Options>,
    /// Slows down whoever guesses.
    pub(crate) throttle: Arc<Throttle>,
    /// Done once it was told that a proxy says who calls and nobody reads it.
    pub(crate) unread: Arc<Once>,
    /// Turns for verifying a password.
    turns: Arc<Semaphore>,
    /// Places for those who have a turn or wait for one.
    places: Arc<Semaphore>,
    /// Room for those who wait for a server that is not ours.
    outside: Arc<Semaphore>,
    /// Room for those who come back from one: whoever opens the first address again and again takes none of it.
    returning: Arc<Semaphore>,
    /// Turns for making a file of a list.
    pub(crate) exports: Arc<Semaphore>,
    /// Places in memory for forms with files.
    files: Arc<Semaphore>,
    /// How long the next piece of a form is waited for.
    pub(crate) patience: Duration,
    /// Tells live readers what is new.
    pub(crate) radio: Arc<Radio>,
    /// Tells operators what rings.
    pub(crate) rings: Arc<Rings>,
    /// Knows who has which case open.
    pub(crate) present: Arc<Present>,
}

/// The site as the router holds it. A request takes it in hand with the city that holds by then, and
/// keeps that one to its end.
#[derive(Clone)]
pub(crate) struct Live(pub(crate) Site);

impl Live {
    /// The site with the city that holds now.
    pub(crate) fn at_hand(&self) -> Site {
        Site { app: self.0.app.at_hand(), ..self.0.clone() }
    }
}

impl FromRef<Live> for Site {
    fn from_ref(live: &Live) -> Self {
        live.at_hand()
    }
}

impl Site {
    /// A site on an application.
    #[must_use]
    pub fn new(app: App, options: Options) -> Self {
        Self {
            app,
            options: Arc::new(options),
            throttle: Arc::new(Throttle::new()),
            unread: Arc::new(Once::new()),
            turns: Arc::new(Semaphore::new(VERIFIED_AT_ONCE)),
            places: Arc::new(Semaphore::new(VERIFIED_AT_ONCE + WAITING_MAX)),
            outside: Arc::new(Semaphore::new(OUTSIDE_MAX)),
            returning: Arc::new(Semaphore::new(OUTSIDE_MAX)),
            exports: Arc::new(Semaphore::new(EXPORTS_AT_ONCE)),
            files: Arc::new(Semaphore::new(FILES_AT_ONCE)),
            patience: PATIENCE,
            radio: Arc::default(),
            rings: Arc::default(),
            present: Arc::default(),
        }
    }

    /// The address people reach this site by, without a slash at its end: as it was set, otherwise
    /// as the request names it.
    pub(crate) fn address(&self, headers: &HeaderMap) -> String {
        let set = self.options.public_url.trim_end_matches('/');
        if !set.is_empty() {
            return set.to_owned();
        }
        let scheme = if self.options.secure_cookies { "https" } else { "http" };
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        format!("{scheme}://{host}")
    }

    /// A place in memory for the files of one form; none when there is none within some seconds.
    pub(crate) async fn place_for_files(&self) -> Option<OwnedSemaphorePermit> {
        timeout(PLACE_WAIT, self.files.clone().acquire_owned()).await.ok()?.ok()
    }

    /// As [`Site::run`], for what waits for a server that is not ours: only so many wait, and no password waits behind them.
    pub(crate) async fn run_outside<T, F>(&self, work: F) -> Result<T, WebError>
    where
        T: Send + 'static,
        F: FnOnce(&App) -> Result<T, AppError> + Send + 'static,
    {
        self.run_holding(&self.outside, work).await
    }

    /// As [`Site::run_outside`], for who comes back from there.
    pub(crate) async fn run_returning<T, F>(&self, work: F) -> Result<T, WebError>
    where
        T: Send + 'static,
        F: FnOnce(&App) -> Result<T, AppError> + Send + 'static,
    {
        self.run_holding(&self.returning, work).await
    }

    async fn run_holding<T, F>(&self, room: &Arc<Semaphore>, work: F) -> Result<T, WebError>
    where
        T: Send + 'static,
        F: FnOnce(&App) -> Result<T, AppError> + Send + 'static,
    {
        let held = room.clone().try_acquire_owned().map_err(|_| WebError::Slow)?;
        self.run(move |app| {
            // Held by the work itself: a browser that goes away does not end it.
            let _held = held;
            work(app)
        })
        .await
    }

    /// As [`Site::run`], for what verifies a password: two at a time, and only so many wait.
    pub(crate) async fn run_in_turn<T, F>(&self, work: F) -> Result<T, WebError>
    where
        T: Send + 'static,
        F: FnOnce(&App) -> Result<T, AppError> + Send + 'static,
    {
        let place = self.places.clone().try_acquire_owned().map_err(|_| WebError::Slow)?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| WebError::Slow)?;
        self.run(move |app| {
            // Held by the work itself: a browser that goes away does not end it.
            let _held = (place, turn);
            work(app)
        })
        .await
    }

    /// Runs a use case on a thread that may wait for the database.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, WebError>
    where
        T: Send + 'static,
        F: FnOnce(&App) -> Result<T, AppError> + Send + 'static,
    {
        let app = self.app.clone();
        let done = tokio::task::spawn_blocking(move || work(&app)).await;
        done.map_err(|_| WebError::from(AppError::Broken("a use case stopped unexpectedly")))?
            .map_err(WebError::from)
    }
}

#[cfg(test)]
mod tests {
    use duban_testkit::world::World;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_comes_back_from_the_sign_on_does_not_stand_behind_those_who_set_out() {
        let site = Site::new(World::sqlite().app.clone(), Options::default());
        let taken: Vec<_> = (0..OUTSIDE_MAX).map(|_| site.outside.clone().try_acquire_owned()).collect();
        assert!(taken.iter().all(Result::is_ok));
        assert!(matches!(site.run_outside(|_| Ok(())).await, Err(WebError::Slow)));
        assert!(site.run_returning(|_| Ok(())).await.is_ok());
    }
}
