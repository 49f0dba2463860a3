//! 历史导入: a matter that another system has dealt with, retold with its real times.
//!
//! What the other system did not record is not invented: no signature, no contact, no verdict.

use super::{Actor, Ending, Event, Ground, Outcome, What, open::Wish, open::open};
use crate::{Stamp, request::Request};

/// What the other system knows of the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The answer and when it was given.
    pub answer: Option<(String, Stamp)>,
}

/// The events of an imported request: opened and dispatched at its real time, and answered and
/// closed at its real time when an answer is there. Without one it waits for its unit, deadlines real.
#[must_use]
pub fn replay(request: &Request, wish: &Wish, history: &History, ground: &Ground<'_>) -> Vec<Event> {
    let then = Ground { city: ground.city, now: request.received_at };
    let mut events: Vec<Event> = open(request, wish, &then)
        .events
        .into_iter()
        .map(|what| by_system(request.received_at, what))
        .collect();
    if let Some((text, at)) = &history.answer {
        // Some sources close a request before they open it: the answer counts as given at once.
        let at = (*at).max(request.received_at);
        events.push(by_system(at, answered(text)));
        events.push(by_system(at, What::Closed { ending: Ending::Historic }));
    }
    events
}

fn answered(text: &str) -> What {
    What::Answered {
        outcome: Outcome::Unrecorded,
        public: text.to_owned(),
        internal: String::new(),
        proof: Vec::new(),
        proof_words: String::new(),
        no_contact: String::new(),
        source: None,
    }
}

fn by_system(at: Stamp, what: What) -> Event {
    Event { at, by: Actor::system(), what }
}
