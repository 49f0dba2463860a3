//! The door: takes connections in and gives each to the site, with an end to waiting for those who are
//! slow, on purpose or not. `axum::serve` knows no such end.
//!
//! HTTP/1 only: TLS and HTTP/2 are the proxy's, see `docs/ops/running.md`.

use std::time::Duration;

use axum::{
    Extension, Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// How long is waited for the other side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For the head of a request, and for the next one on a kept connection: longer than proxies keep
    /// theirs, so that they close first and no request meets a closed door.
    pub(crate) head: Duration,
    /// Between two pieces of what is sent.
    pub(crate) piece: Duration,
    /// For what we sent to be read.
    pub(crate) unread: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { head: seconds(75), piece: seconds(30), unread: seconds(60) }
    }
}

/// When no connection can be taken, because files are short or memory is: try again after this.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop`, then lets every connection finish what it is at.
pub(crate) async fn serve(
    listener: TcpListener,
    site: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let site = site.layer(RequestBodyTimeoutLayer::new(patience.piece));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head);
    let open = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, from) = tokio::select! {
            () = &mut stop => break,
            taken = listener.accept() => match taken {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
        };
        prepare(&stream, patience.unread);
        let site = site.clone().layer(Extension(ConnectInfo(from)));
        let service =
            TowerToHyperService::new(site.map_request(|request: Request<Incoming>| request.map(Body::new)));
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                // They went away, or were too slow: their affair.
                tracing::debug!(%error, %from, "a connection ended early");
            }
        });
    }
    drop(listener);
    open.shutdown().await;
}

/// Answers leave at once, and a peer that is gone without a word, or reads nothing, is noticed.
fn prepare(stream: &TcpStream, unread: Duration) {
    let socket = SockRef::from(stream);
    let told = socket
        .set_tcp_nodelay(true)
        .and_then(|()| socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(unread)));
    #[cfg(target_os = "linux")]
    let told = told.and_then(|()| socket.set_tcp_user_timeout(Some(unread)));
    if let Err(error) = told {
        tracing::debug!(%error, "a connection cannot be watched for peers that are gone");
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use axum::{Router, routing::post};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        sync::Notify,
    };

    use super::{Patience, serve};

    const SHORT: Duration = Duration::from_millis(300);
    /// Far more than any of it may take; only a door that waits for ever takes so long.
    const FOR_EVER: Duration = Duration::from_secs(60);

    /// What the door sends to somebody who says `words` and then nothing, until it closes.
    #[expect(clippy::disallowed_methods, reason = "a site of one address, to be kept waiting")]
    async fn answer_to(words: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let site =
            Router::new().route("/", post(|text: String| async move { format!("{} heard", text.len()) }));
        let stop = Arc::new(Notify::new());
        let door = tokio::spawn({
            let stop = stop.clone();
            let patience = Patience { head: SHORT, piece: SHORT, unread: SHORT };
            async move { serve(listener, site, patience, async move { stop.notified().await }).await }
        });
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(words.as_bytes()).await.unwrap();
        let mut said = Vec::new();
        tokio::time::timeout(FOR_EVER, client.read_to_end(&mut said)).await.expect("the door closes").ok();
        stop.notify_one();
        tokio::time::timeout(FOR_EVER, door).await.expect("the door ends").unwrap();
        String::from_utf8(said).unwrap()
    }

    #[tokio::test]
    async fn half_a_head_does_not_hold_a_connection_for_ever() {
        assert_eq!(answer_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Le").await, "");
    }

    #[tokio::test]
    async fn half_a_body_ends_with_an_error_and_not_with_half_a_request() {
        let said = answer_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf").await;
        assert!(said.starts_with("HTTP/1.1 4"), "{said}");
        assert!(!said.contains("heard"), "{said}");
    }

    #[tokio::test]
    async fn a_whole_request_is_answered_and_its_connection_closed_when_nothing_follows() {
        let said = answer_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nhalf").await;
        assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("4 heard"), "{said}");
    }
}
