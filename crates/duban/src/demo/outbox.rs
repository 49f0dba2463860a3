//! The ways out of a demonstration: they take every message and send none. What was taken stands in the
//! ledger, on `/demo/outbox` and in the log of a webhook.

use std::sync::Arc;

use duban_app::{
    notice::{Gateway, Gateways, Outgoing, Unsent},
    remote::{Call, Lost, Push, Reply, Wire},
};

use crate::outside::Http;

/// What stands in the place of an answer.
const NOT_SENT: &str = "演示，没有真的发出 · a demonstration, not really sent";

/// Takes everything, sends nothing.
struct Outbox;

impl Gateway for Outbox {
    fn send(&self, _: &Outgoing) -> Result<String, Unsent> {
        Ok(NOT_SENT.to_owned())
    }
}

/// Calls what the pack names, and posts to nobody whom a page names.
struct Quiet(Http);

impl Wire for Quiet {
    fn call(&self, call: &Call) -> Result<Reply, Lost> {
        self.0.call(call)
    }

    fn push(&self, _: &Push) -> Result<Reply, Lost> {
        Ok(Reply { status: 200, body: NOT_SENT.to_owned() })
    }

    fn secret(&self, name: &str) -> Option<String> {
        self.0.secret(name)
    }
}

/// The way to other servers of a demonstration.
pub(super) fn wire(http: Http) -> Arc<dyn Wire> {
    Arc::new(Quiet(http))
}

/// The ways out of a demonstration.
pub(super) fn ways() -> Gateways {
    let outbox: Arc<dyn Gateway> = Arc::new(Outbox);
    Gateways { sms: Some(outbox.clone()), mail: Some(outbox) }
}
