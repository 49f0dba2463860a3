//! The way out of a demonstration: it takes every message and sends none. What it took stands in the
//! ledger and on `/demo/outbox`.

use std::sync::Arc;

use duban_app::notice::{Gateway, Gateways, Outgoing, Unsent};

/// Takes everything, sends nothing.
struct Outbox;

impl Gateway for Outbox {
    fn send(&self, _: &Outgoing) -> Result<String, Unsent> {
        Ok("演示，没有真的发出 · a demonstration, not really sent".to_owned())
    }
}

/// The ways out of a demonstration.
pub(super) fn ways() -> Gateways {
    let outbox: Arc<dyn Gateway> = Arc::new(Outbox);
    Gateways { sms: Some(outbox.clone()), mail: Some(outbox) }
}
