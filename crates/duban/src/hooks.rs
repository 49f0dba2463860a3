//! Telling other systems what happened: a thread for each webhook that has something due, so that a receiver that is dead
//! or slow delays nobody's deliveries but its own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use duban_app::{App, webhook};

/// How often what is due is looked for.
const EVERY: Duration = Duration::from_secs(1);
/// How many webhooks are attended to at once; of more than that some wait for a free hand.
const HANDS: usize = 32;

/// Attends to webhooks until the server stops. Calls may be broken off at any time: nobody waits for their end, and what
/// was not written down is sent again.
pub(crate) fn tell(app: &App, stop: &AtomicBool) {
    let busy = Arc::new(());
    while !stop.load(Ordering::Relaxed) {
        let app = app.at_hand();
        let free = HANDS.saturating_sub(Arc::strong_count(&busy) - 1);
        match webhook::take(&app, i64::try_from(free).unwrap_or(0)) {
            Ok(taken) => {
                for hook in taken {
                    let (app, hand) = (app.clone(), Arc::clone(&busy));
                    std::thread::spawn(move || {
                        if let Err(error) = webhook::attend(&app, hook) {
                            tracing::warn!(hook = hook.0, %error, "what a webhook is owed could not be sent");
                        }
                        drop(hand);
                    });
                }
            }
            Err(error) => tracing::error!(%error, "what webhooks are owed could not be looked for"),
        }
        std::thread::sleep(EVERY);
    }
}
