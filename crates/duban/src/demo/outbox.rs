//! The ways out of a demonstration: they take every message and send none. What was taken stands in the
//! ledger, on `/demo/outbox` and in the log of a webhook.

use std::sync::Arc;

use duban_app::{
    notice::{Gateway, Gateways, Outgoing, Unsent},
    remote::{Call, Lost, Push, Reply, Wire},
};

/// What stands in the place of an answer.
const NOT_SENT: &str = "演示，没有真的发出 · a demonstration, not really sent";

/// Takes everything, sends nothing.
struct Outbox;

impl Gateway for Outbox {
    fn send(&self, _: &Outgoing) -> Result<String, Unsent> {
        Ok(NOT_SENT.to_owned())
    }
}

impl Wire for Outbox {
    fn call(&self, _: &Call) -> Result<Reply, Lost> {
        Err(Lost(NOT_SENT.to_owned()))
    }

    fn push(&self, _: &Push) -> Result<Reply, Lost> {
        Ok(Reply { status: 200, body: NOT_SENT.to_owned() })
    }

    fn secret(&self, _: &str) -> Option<String> {
        None
    }
}

/// The way to other servers of a demonstration.
pub(super) fn wire() -> Arc<dyn Wire> {
    Arc::new(Outbox)
}

/// The ways out of a demonstration.
pub(super) fn ways() -> Gateways {
    let outbox: Arc<dyn Gateway> = Arc::new(Outbox);
    Gateways { sms: Some(outbox.clone()), mail: Some(outbox) }
}
