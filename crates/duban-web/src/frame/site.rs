//! The running web site: the application with what only the web needs.

use std::sync::Arc;

use axum::http::{HeaderMap, header::HOST};
use duban_app::{App, AppError};

use super::{error::WebError, throttle::Throttle};
use crate::desk::live::Radio;

/// How the site meets the outside.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The address people use, such as `https://12345.example.cn`; empty: as the request says.
    pub public_url: String,
    /// Where the source of this very program can be had; shown at the foot of pages when set.
    pub source_url: String,
    /// Whether cookies may travel over TLS only.
    pub secure_cookies: bool,
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
    /// Tells live readers what is new.
    pub(crate) radio: Arc<Radio>,
}

impl Site {
    /// A site on an application.
    #[must_use]
    pub fn new(app: App, options: Options) -> Self {
        Self { app, options: Arc::new(options), throttle: Arc::new(Throttle::new()), radio: Arc::default() }
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
