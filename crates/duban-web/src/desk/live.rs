//! 实时: server-sent events. One watcher for the whole process asks the database once a second; each
//! connection hears what lies within its member's reach. Never carries a text or a person.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    http::{HeaderName, HeaderValue},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use duban_app::{
    live::{News, Watch},
    service, staff,
};
use duban_domain::policy::Reach;
use futures_util::{Stream, StreamExt, future};
use serde_json::json;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

use crate::frame::{Desk, Fields, Site, WebError};

/// How often the database is asked.
const EVERY: Duration = Duration::from_secs(1);
/// A connection ends after this long; browsers connect again by themselves, and are asked anew who they are.
const LIFE: Duration = Duration::from_secs(600);
/// How often a connection asks whether its member may still listen.
pub(super) const ASKED_EVERY: Duration = Duration::from_secs(10);
/// Comments that keep proxies from closing a quiet connection.
const ALIVE: Duration = Duration::from_secs(20);
/// News that a slow reader may be behind before it loses some.
const BEHIND_MAX: usize = 4_096;

/// The watcher of this process. It runs while somebody listens.
#[derive(Debug)]
pub(crate) struct Radio {
    sender: broadcast::Sender<Arc<News>>,
    running: AtomicBool,
}

impl Default for Radio {
    fn default() -> Self {
        Self { sender: broadcast::channel(BEHIND_MAX).0, running: AtomicBool::new(false) }
    }
}

impl Radio {
    /// Listens, and sees to it that somebody watches.
    fn listen(self: &Arc<Self>, site: &Site) -> broadcast::Receiver<Arc<News>> {
        let receiver = self.sender.subscribe();
        if !self.running.swap(true, Ordering::AcqRel) {
            let (radio, site) = (Arc::clone(self), site.clone());
            tokio::spawn(async move { radio.watch(&site).await });
        }
        receiver
    }

    async fn watch(&self, site: &Site) {
        let mut watch: Option<Watch> = None;
        while self.is_heard() {
            match look(site, watch.take()).await {
                Ok((next, news)) => {
                    watch = Some(next);
                    for one in news {
                        // Nobody listens any more: nothing is lost.
                        let _ = self.sender.send(Arc::new(one));
                    }
                }
                Err(error) => tracing::warn!(?error, "looking for news failed and is tried again"),
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Whether to go on. Between the last listener and the stop a new one may have come.
    fn is_heard(&self) -> bool {
        if self.sender.receiver_count() > 0 {
            return true;
        }
        self.running.store(false, Ordering::Release);
        self.sender.receiver_count() > 0 && !self.running.swap(true, Ordering::AcqRel)
    }
}

async fn look(site: &Site, watch: Option<Watch>) -> Result<(Watch, Vec<News>), WebError> {
    site.run(move |app| {
        let Some(mut watch) = watch else { return Ok((Watch::begin(app)?, Vec::new())) };
        let news = watch.look(app)?;
        Ok((watch, news))
    })
    .await
}

/// The stream of one member; `?number=` narrows it to one case.
pub(crate) async fn stream(desk: Desk) -> Response {
    let receiver = desk.site.radio.listen(&desk.site);
    let only = Fields::of_query(desk.visit.uri.query().unwrap_or("")).opt("number").map(str::to_owned);
    let end = tokio::time::timeout(LIFE, gone(desk.clone(), ASKED_EVERY));
    let events = heard(receiver, desk.who.reach.clone(), only).take_until(end);
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE)).into_response();
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// Comes when whoever listens may not any more: signed out, switched off, or of another unit or role.
pub(super) async fn gone(desk: Desk, every: Duration) {
    let (key, session) = (desk.visit.bearer.clone(), desk.visit.session.clone());
    loop {
        tokio::time::sleep(every).await;
        let (key, session, was) = (key.clone(), session.clone(), desk.who.clone());
        let asked = desk.site.run(move |app| match (key, session) {
            (Some(key), _) => service::still(app, &key, &was),
            (None, Some(token)) => Ok(staff::member_of(app, &token, false)?.as_ref() == Some(&was)),
            (None, None) => Ok(false),
        });
        match asked.await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(?error, "asking who listens failed and is tried again"),
        }
    }
}

fn heard(
    receiver: broadcast::Receiver<Arc<News>>,
    reach: Reach,
    only: Option<String>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let first = futures_util::stream::once(future::ready(Ok(Event::default()
        .comment("here")
        .retry(Duration::from_secs(3)))));
    let rest = BroadcastStream::new(receiver).filter_map(move |news| {
        let news = news.ok().filter(|n| {
            n.is_for(&reach) && only.as_deref().is_none_or(|number| n.event.number.digits() == number)
        });
        future::ready(news.map(|n| Ok(event(&n))))
    });
    first.chain(rest)
}

fn event(news: &News) -> Event {
    let event = &news.event;
    Event::default().data(
        json!({"kind": event.kind, "number": event.number.digits(), "phase": event.phase.key()}).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Uri, header::COOKIE};
    use duban_app::staff::{sign_in, users};
    use duban_testkit::world::World;

    use super::*;
    use crate::{Options, desk::tests::put, frame::Visit};

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_is_switched_off_listens_no_longer() {
        let world = World::sqlite();
        put(&world, "zhou", "power", "handler");
        let token = sign_in(&world.app, "zhou", crate::desk::tests::PASSWORD).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, format!("duban_session={token}").parse().unwrap());
        let visit = Visit::of(&headers, &Uri::from_static("/events"));
        let who = staff::member_of(&world.app, &token, false).unwrap().unwrap();
        let desk = Desk { site: Site::new(world.app.clone(), Options::default()), visit, who };
        let every = Duration::from_millis(20);
        let still = tokio::time::timeout(every * 10, gone(desk.clone(), every)).await;
        assert!(still.is_err(), "whoever may listen is let listen");
        users::disable(&world.app, "zhou").unwrap();
        tokio::time::timeout(Duration::from_secs(10), gone(desk, every)).await.unwrap();
    }
}
