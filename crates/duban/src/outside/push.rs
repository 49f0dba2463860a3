//! Webhooks out: a signed document is posted to a receiver, and the beginning of its answer is read.
//!
//! A receiver is any server that somebody names on a page, so this is where nobody may be led into our own network: the
//! address that a name leads to is looked at by [`Guarded`] and connected to as it was looked at, nothing
//! that an answer points to is followed, and only what the settings name may lie inside.

use std::{io::Read, time::Duration};

use duban_app::remote::{Lost, Push, Reply};
use ureq::{Agent, http::Uri, unversioned::resolver::Resolver};

use super::{Guarded, agent_by};

/// How long one post may take, from the name to the end of the answer.
const POST_MAX: Duration = Duration::from_secs(15);
/// How long connecting may take.
const CONNECT_MAX: Duration = Duration::from_secs(8);
/// Most bytes of an answer.
const BYTES_MAX: u64 = 4 << 10;

/// The way to receivers.
pub(super) struct Receivers {
    outside: Agent,
    ours: Agent,
    /// Hosts of our own network that may be posted to.
    inside: Vec<String>,
}

impl Receivers {
    pub(super) fn new(inside: &[String]) -> Self {
        Self::within(POST_MAX, inside)
    }

    pub(super) fn within(longest: Duration, inside: &[String]) -> Self {
        Self {
            outside: agent(longest, Guarded::outside()),
            ours: agent(longest, Guarded::anywhere()),
            inside: inside.to_vec(),
        }
    }

    /// With another way to find addresses: for tests in which a name leads here and there.
    #[cfg(test)]
    pub(super) fn finding<R: Resolver>(longest: Duration, guard: Guarded<R>) -> Self {
        Self { outside: agent(longest, guard), ours: agent(longest, Guarded::anywhere()), inside: Vec::new() }
    }

    /// Lets one host be posted to without a seal, through the guard that is looked at.
    #[cfg(test)]
    pub(super) fn allow_plain(&mut self, host: &str) {
        (self.ours, self.inside) = (self.outside.clone(), vec![host.to_owned()]);
    }

    pub(super) fn push(&self, push: &Push) -> Result<Reply, Lost> {
        let lost = |why: String| Lost(why);
        let uri: Uri = push.url.parse().map_err(|_| lost("the address cannot be read".to_owned()))?;
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let ours = self.inside.contains(&host);
        if !ours && uri.scheme_str() != Some("https") {
            return Err(lost("only https is posted to".to_owned()));
        }
        let agent = if ours { &self.ours } else { &self.outside };
        // A line of its own for each post: none that has died meanwhile is taken for one that lives.
        let mut request =
            agent.post(&push.url).header("content-type", "application/json").header("connection", "close");
        for (name, value) in &push.headers {
            request = request.header(*name, value);
        }
        let mut answer = request.send(push.body.as_bytes()).map_err(|error| lost(error.to_string()))?;
        let mut body = Vec::new();
        // The status says what came of it: an answer that breaks off or floods changes nothing.
        drop(answer.body_mut().as_reader().take(BYTES_MAX).read_to_end(&mut body));
        Ok(Reply { status: answer.status().as_u16(), body: String::from_utf8_lossy(&body).into_owned() })
    }
}

fn agent<R: Resolver>(longest: Duration, guard: Guarded<R>) -> Agent {
    agent_by(longest, CONNECT_MAX.min(longest), guard)
}
