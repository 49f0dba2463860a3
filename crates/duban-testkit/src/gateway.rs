//! A way out that goes nowhere: it keeps what it was given, and fails, loses or delays as a test says.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use duban_app::notice::{Gateway, Gateways, Outgoing, Unsent};

/// What the other side does with the next message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Does {
    /// Takes it.
    Takes,
    /// Is not there now.
    Fails(&'static str),
    /// Says that there is no such address.
    Refuses(&'static str),
    /// Takes it, but the reply is lost on the way: it will be sent again.
    Loses,
    /// Takes it after a while.
    Delays(Duration),
}

/// The other side.
#[derive(Default)]
pub struct Fake {
    script: Mutex<VecDeque<Does>>,
    taken: Mutex<Vec<Outgoing>>,
}

impl Fake {
    /// One that takes everything after what it does first.
    #[must_use]
    pub fn that(does: impl IntoIterator<Item = Does>) -> Arc<Self> {
        Arc::new(Self { script: Mutex::new(does.into_iter().collect()), ..Self::default() })
    }

    /// What arrived, in order.
    #[must_use]
    pub fn taken(&self) -> Vec<Outgoing> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The newest message to an address, if one arrived.
    #[must_use]
    pub fn last_to(&self, address: &str) -> Option<Outgoing> {
        self.taken().into_iter().rev().find(|message| message.to == address)
    }
}

impl Gateway for Fake {
    fn send(&self, message: &Outgoing) -> Result<String, Unsent> {
        let next = self.script.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let keep = || self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
        match next.unwrap_or(Does::Takes) {
            Does::Takes => keep(),
            Does::Delays(wait) => {
                std::thread::sleep(wait);
                keep();
            }
            Does::Loses => {
                keep();
                return Err(Unsent { words: "the connection was lost".into(), for_good: false });
            }
            Does::Fails(words) => return Err(Unsent { words: words.into(), for_good: false }),
            Does::Refuses(words) => return Err(Unsent { words: words.into(), for_good: true }),
        }
        Ok("250 taken".to_owned())
    }
}

/// Ways out for an application: short messages by the one, mail by the other.
#[must_use]
pub fn gateways(sms: &Arc<Fake>, mail: &Arc<Fake>) -> Gateways {
    Gateways { sms: Some(sms.clone()), mail: Some(mail.clone()) }
}
