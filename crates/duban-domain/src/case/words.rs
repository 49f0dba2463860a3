//! 原话: the texts that people wrote into what happened, one by one: what an erasure looks through.
//!
//! Every kind of event stands here by name, so that a new one has to say which of its texts a person wrote. Keys, names of
//! staff and words of the city pack are not among them.

use super::{ActorKind, Event, Move, What};
use crate::RequestId;

impl Event {
    /// Every text in it that somebody wrote.
    pub fn texts_mut(&mut self) -> Vec<&mut String> {
        match &mut self.what {
            What::Opened { because, details, .. } => {
                because.iter_mut().chain(details.iter_mut().flat_map(|detail| &mut detail.values)).collect()
            }
            What::HandedOver { said: text, .. }
            | What::SentBack { reason: text }
            | What::Heard { words: text, .. }
            | What::Judged { reason: text, .. }
            | What::Classified { reason: text, .. }
            | What::Noted { text }
            | What::Supplemented { text, .. }
            | What::Revealed { reason: text, .. }
            | What::Withdrawn { reason: text, .. }
            | What::Parted { reason: text, .. }
            | What::Shared { words: text, .. } => vec![text],
            What::Dispatched { reason, because, .. } => {
                [&mut reason.zh, &mut reason.en].into_iter().chain(because).collect()
            }
            What::Contacted { contact } => vec![&mut contact.note],
            What::Answered { public, internal, proof_words, no_contact, .. } => {
                vec![public, internal, proof_words, no_contact]
            }
            What::Reported { text, links, .. } => std::iter::once(text).chain(links).collect(),
            What::Moderated { words, reason, .. } => vec![words, reason],
            What::Moved(step) => step.texts_mut(),
            What::Signed
            | What::Approved { .. }
            | What::NoReply { .. }
            | What::Surveyed { .. }
            | What::Reopened { .. }
            | What::Closed { .. }
            | What::Missed { .. }
            | What::Labelled { .. }
            | What::Forwarded { .. }
            | What::Joined { .. } => Vec::new(),
        }
    }
}

impl Event {
    /// The request whose person said it, or of whom it was said; none when it is of the case as a whole.
    #[must_use]
    pub fn whose(&self) -> Option<RequestId> {
        match &self.what {
            What::Opened { request, .. }
            | What::Heard { request, .. }
            | What::Surveyed { request, .. }
            | What::Supplemented { request, .. }
            | What::Revealed { request, .. }
            | What::Joined { request, .. }
            | What::Parted { request, .. }
            | What::Withdrawn { request, .. }
            | What::Shared { request, .. }
            | What::Moved(
                Move::Asked { request, .. }
                | Move::Corrected { request, .. }
                | Move::Confirmed { request, .. },
            ) => Some(*request),
            _ => (self.by.kind == ActorKind::Resident).then_some(RequestId(self.by.id)),
        }
    }
}

impl Move {
    fn texts_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::ReturnAsked { words, .. }
            | Self::ReturnUpheld { words, .. }
            | Self::ReturnRejected { words, .. }
            | Self::Joined { words, .. }
            | Self::Left { words, .. }
            | Self::Assigned { words, .. }
            | Self::ExtensionAsked { words, .. }
            | Self::ExtensionGranted { words, .. }
            | Self::ExtensionRefused { words }
            | Self::TaskReported { words, .. }
            | Self::TaskDropped { words, .. }
            | Self::Asked { words, .. }
            | Self::Corrected { words, .. }
            | Self::Attached { words, .. }
            | Self::TakenOver { words, .. }
            | Self::Recategorised { words, .. }
            | Self::Restarted { words } => vec![words],
            Self::TaskGiven { party, words, .. } => vec![party, words],
            Self::Designated { .. }
            | Self::Confirmed { .. }
            | Self::LinkMade { .. }
            | Self::LinkRevoked { .. }
            | Self::CauseSet { .. }
            | Self::Shared { .. }
            | Self::Unshared { .. }
            | Self::Ticked { .. }
            | Self::Unticked { .. } => Vec::new(),
        }
    }
}
