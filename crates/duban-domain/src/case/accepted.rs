//! Which answers the centre has accepted: the only ones that leave the house.

use super::{Event, What};

/// Where in a history the accepted answers stand, oldest first. What is in review or was sent back is
/// not among them, so no page and no other system shows it.
#[must_use]
pub fn accepted(history: &[Event]) -> Vec<usize> {
    let (mut accepted, mut pending) = (Vec::new(), None);
    for (i, event) in history.iter().enumerate() {
        match &event.what {
            What::Answered { .. } => pending = Some(i),
            What::Approved { .. } | What::Closed { .. } => accepted.extend(pending.take()),
            What::SentBack { .. } => pending = None,
            What::Opened { .. }
            | What::Dispatched { .. }
            | What::Signed
            | What::Contacted { .. }
            | What::NoReply { .. }
            | What::Heard { .. }
            | What::Reopened { .. }
            | What::Classified { .. }
            | What::Missed { .. }
            | What::Labelled { .. }
            | What::Noted { .. }
            | What::Supplemented { .. }
            | What::Reported { .. }
            | What::Forwarded { .. }
            | What::Revealed { .. }
            | What::Joined { .. }
            | What::Parted { .. }
            | What::Withdrawn { .. }
            | What::Shared { .. }
            | What::Moderated { .. }
            | What::Moved(_)
            | What::HandedOver { .. }
            | What::Surveyed { .. }
            | What::Judged { .. } => {}
        }
    }
    accepted
}
