//! 来电弹屏: who rings at whom, live. One watcher for the whole process looks at the open calls; each
//! operator hears what concerns them. A telephone system that tells this process is heard at once, one
//! that tells another process within a second. Only ids and states travel here.

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
use duban_app::call::{self, Snapshot};
use duban_domain::{CallId, StaffId, call::CallState};
use futures_util::{Stream, StreamExt, future};
use serde_json::json;
use tokio::sync::{Notify, watch};
use tokio_stream::wrappers::WatchStream;

use crate::{
    desk::live::{ASKED_EVERY, gone},
    frame::{Desk, Site},
};

/// How often the database is asked when nobody nudges.
const EVERY: Duration = Duration::from_secs(1);
/// A connection ends after this long; browsers connect again by themselves, and are asked anew who they are.
const LIFE: Duration = Duration::from_secs(600);
/// Comments that keep proxies from closing a quiet connection.
const ALIVE: Duration = Duration::from_secs(20);

/// The watcher of this process. It runs while somebody listens.
#[derive(Debug)]
pub(crate) struct Rings {
    sender: watch::Sender<Arc<Snapshot>>,
    running: AtomicBool,
    nudged: Notify,
}

impl Default for Rings {
    fn default() -> Self {
        let sender = watch::channel(Arc::default()).0;
        Self { sender, running: AtomicBool::new(false), nudged: Notify::new() }
    }
}

impl Rings {
    /// Something about a call changed here: look now.
    pub(crate) fn nudge(&self) {
        self.nudged.notify_one();
    }

    fn listen(self: &Arc<Self>, site: &Site) -> watch::Receiver<Arc<Snapshot>> {
        let receiver = self.sender.subscribe();
        if !self.running.swap(true, Ordering::AcqRel) {
            let (rings, site) = (Arc::clone(self), site.clone());
            tokio::spawn(async move { rings.watch(&site).await });
        }
        receiver
    }

    async fn watch(&self, site: &Site) {
        while self.is_heard() {
            match site.run(call::snapshot).await {
                Ok(open) => {
                    self.sender.send_if_modified(|known| {
                        let changed = **known != open;
                        if changed {
                            *known = Arc::new(open);
                        }
                        changed
                    });
                }
                Err(error) => tracing::warn!(?error, "looking for calls failed and is tried again"),
            }
            // Either way it is time to look again.
            let _ = tokio::time::timeout(EVERY, self.nudged.notified()).await;
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

/// What rings for one operator.
pub(crate) async fn stream(desk: Desk) -> Response {
    let receiver = desk.site.rings.listen(&desk.site);
    let end = tokio::time::timeout(LIFE, gone(desk.clone(), ASKED_EVERY));
    let events = heard(receiver, desk.who.id).take_until(end);
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE)).into_response();
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn heard(
    receiver: watch::Receiver<Arc<Snapshot>>,
    who: StaffId,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let first = futures_util::stream::once(future::ready(Ok(Event::default()
        .comment("here")
        .retry(Duration::from_secs(3)))));
    let rest = WatchStream::new(receiver)
        .scan(None, move |told: &mut Option<Vec<(CallId, CallState)>>, open| {
            let now = open.seen_by(who);
            let news = (told.as_ref() != Some(&now)).then(|| Ok(event(&now)));
            *told = Some(now);
            future::ready(Some(news))
        })
        .filter_map(future::ready);
    first.chain(rest)
}

fn event(calls: &[(CallId, CallState)]) -> Event {
    let calls: Vec<_> =
        calls.iter().map(|(id, state)| json!({"id": id.0.to_string(), "state": state.key()})).collect();
    Event::default().data(json!({"calls": calls}).to_string())
}
