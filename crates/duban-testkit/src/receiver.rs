//! A receiver of webhooks that is nowhere: it keeps what it was posted, and answers, loses or falls as a test says.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use duban_app::remote::{Call, Lost, Push, Reply, Wire};

/// What the other side does with the next post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// With a status and a few words.
    With(u16, &'static str),
    /// It takes it, but the answer is lost on the way.
    Loses,
    /// It is not there.
    Absent,
    /// It takes it, and this server falls before it has heard the answer.
    WeFall,
}

/// The other sides, by address. Whoever has nothing more to do as a test says answers 200.
#[derive(Default)]
pub struct Receiver {
    script: Mutex<BTreeMap<String, VecDeque<Answers>>>,
    got: Mutex<Vec<Push>>,
}

impl Receiver {
    /// One that does this first, at an address.
    pub fn will(&self, url: &str, does: impl IntoIterator<Item = Answers>) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.entry(url.to_owned()).or_default().extend(does);
    }

    /// What arrived anywhere, in order.
    #[must_use]
    pub fn got(&self) -> Vec<Push> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What arrived at an address, in order.
    #[must_use]
    pub fn got_at(&self, url: &str) -> Vec<Push> {
        self.got().into_iter().filter(|push| push.url == url).collect()
    }
}

/// A header of a post; empty when it has none of this name.
#[must_use]
pub fn header<'a>(push: &'a Push, name: &str) -> &'a str {
    push.headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

/// The way to it.
pub struct Way(pub Arc<Receiver>);

impl Wire for Way {
    fn call(&self, _: &Call) -> Result<Reply, Lost> {
        Err(Lost("only webhooks go this way".to_owned()))
    }

    fn push(&self, push: &Push) -> Result<Reply, Lost> {
        let next = {
            let mut script = self.0.script.lock().unwrap_or_else(PoisonError::into_inner);
            script.get_mut(&push.url).and_then(VecDeque::pop_front)
        };
        let next = next.unwrap_or(Answers::With(200, "ok"));
        if next != Answers::Absent {
            self.0.got.lock().unwrap_or_else(PoisonError::into_inner).push(push.clone());
        }
        match next {
            Answers::With(status, body) => Ok(Reply { status, body: body.to_owned() }),
            Answers::Loses => Err(Lost("the connection was lost".to_owned())),
            Answers::Absent => Err(Lost("connection refused".to_owned())),
            Answers::WeFall => panic!("this server falls here, as the test says"),
        }
    }

    fn secret(&self, _: &str) -> Option<String> {
        None
    }
}
