//! Which event owes which notice to whom. The table it makes is a snapshot, so that an office can check it.

use super::NoticeKind;
use crate::{
    RequestId, StaffId,
    case::{Case, Ending, Move, What},
};

/// Whom a notice is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Everybody whose request the case deals with, if they left a way to be told.
    Persons,
    /// The same, but for one who has just spoken.
    PersonsBut(RequestId),
    /// The person of one request.
    Person(RequestId),
    /// A unit.
    Unit(String),
    /// One member of staff.
    Staff(StaffId),
}

/// A notice that is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owe {
    /// What about.
    pub kind: NoticeKind,
    /// To whom.
    pub whom: Whom,
    /// Why, in the words that were written, where there are any.
    pub reason: String,
}

/// What a decision owes: `happened` is all of it, `after` the case as it is then.
///
/// Nothing is owed for what somebody did themselves, and whoever takes a case in at once is told
/// once: the receipt names the unit already.
#[must_use]
pub fn owed(happened: &[What], after: &Case) -> Vec<Owe> {
    let fresh = happened.iter().any(|what| matches!(what, What::Opened { .. }));
    let spoke = happened.iter().find_map(|what| match what {
        What::Heard { request, .. } => Some(*request),
        _ => None,
    });
    let said = happened.iter().find_map(|what| match what {
        What::Heard { words, .. } => Some(words.clone()),
        _ => None,
    });
    let mut list = Vec::new();
    for what in happened {
        each(what, fresh, spoke, said.as_deref().unwrap_or(""), after, &mut list);
    }
    list
}

fn each(what: &What, fresh: bool, spoke: Option<RequestId>, said: &str, after: &Case, list: &mut Vec<Owe>) {
    let mut owe = |kind, whom, reason: &str| list.push(Owe { kind, whom, reason: reason.to_owned() });
    let lead = || after.unit().filter(|unit| !unit.is_empty()).map(|unit| Whom::Unit(unit.to_owned()));
    match what {
        What::Opened { request, .. } => owe(NoticeKind::Receipt, Whom::Person(*request), ""),
        What::Dispatched { unit, assisting, .. } => {
            if !fresh {
                owe(NoticeKind::Progress, Whom::Persons, "");
            }
            for unit in std::iter::once(unit).chain(assisting) {
                owe(NoticeKind::Assigned, Whom::Unit(unit.clone()), "");
            }
        }
        What::Approved { .. } => owe(NoticeKind::Answer, Whom::Persons, ""),
        What::SentBack { reason } => {
            if let Some(unit) = lead() {
                owe(NoticeKind::Returned, unit, reason);
            }
        }
        // The last call closes the case, and of that they are told.
        What::NoReply { .. } if after.is_open() => owe(NoticeKind::Called, Whom::Persons, ""),
        What::Reopened { .. } => {
            owe(NoticeKind::Again, Whom::Persons, "");
            if let Some(unit) = lead() {
                owe(NoticeKind::Returned, unit, said);
            }
        }
        What::Closed { ending } => match (ending, spoke) {
            (Ending::Unrated | Ending::Confirmed | Ending::NotReached | Ending::Upheld, None) => {
                owe(NoticeKind::Closed, Whom::Persons, "")
            }
            (Ending::Unrated | Ending::Confirmed | Ending::NotReached | Ending::Upheld, Some(who)) => {
                owe(NoticeKind::Closed, Whom::PersonsBut(who), "");
            }
            (Ending::Direct | Ending::Historic | Ending::Withdrawn | Ending::Own, _) => {}
        },
        What::Missed { .. } => {
            if let Some(unit) = lead() {
                owe(NoticeKind::Overdue, unit, "");
            }
        }
        What::Supplemented { .. } => {
            if let Some(unit) = lead() {
                owe(NoticeKind::Added, unit, "");
            }
        }
        What::Joined { request, .. } => owe(NoticeKind::Receipt, Whom::Person(*request), ""),
        What::Moved(step) => moved(step, after, &mut owe),
        What::Signed
        | What::HandedOver { .. }
        | What::Surveyed { .. }
        | What::Judged { .. }
        | What::Labelled { .. }
        | What::Reported { .. }
        | What::Forwarded { .. }
        | What::Withdrawn { .. }
        | What::Parted { .. }
        | What::NoReply { .. }
        | What::Shared { .. }
        | What::Moderated { .. }
        | What::Contacted { .. }
        | What::Answered { .. }
        | What::Heard { .. }
        | What::Classified { .. }
        | What::Noted { .. }
        | What::Revealed { .. } => {}
    }
}

/// The steps around a case: whoever got work is told, and the persons of more time.
fn moved(step: &Move, after: &Case, owe: &mut impl FnMut(NoticeKind, Whom, &str)) {
    match step {
        Move::Joined { unit, .. } | Move::TaskGiven { unit: Some(unit), .. } => {
            owe(NoticeKind::Assigned, Whom::Unit(unit.clone()), "");
        }
        Move::Asked { request, words } => owe(NoticeKind::Question, Whom::Person(*request), words),
        Move::Assigned { to: Some(staff), words, .. } => {
            owe(NoticeKind::Designated, Whom::Staff(*staff), words);
        }
        Move::TaskReported { .. } => {
            if let Some(unit) = after.unit().filter(|unit| !unit.is_empty()) {
                owe(NoticeKind::Added, Whom::Unit(unit.to_owned()), "");
            }
        }
        Move::ExtensionGranted { .. } => owe(NoticeKind::Progress, Whom::Persons, ""),
        Move::ReturnRejected { words, .. } | Move::ExtensionRefused { words, .. } => {
            if let Some(unit) = after.unit().filter(|unit| !unit.is_empty()) {
                owe(NoticeKind::Returned, Whom::Unit(unit.to_owned()), words);
            }
        }
        // A return that was upheld ends in a dispatch, and of that both are told.
        Move::ReturnAsked { .. }
        | Move::ReturnUpheld { .. }
        | Move::Designated { .. }
        | Move::Left { .. }
        | Move::Assigned { .. }
        | Move::ExtensionAsked { .. }
        | Move::TaskGiven { .. }
        | Move::TaskDropped { .. }
        | Move::LinkMade { .. }
        | Move::LinkRevoked { .. }
        | Move::CauseSet { .. }
        // Of a whole list at once: the new unit finds it in its worklist.
        | Move::TakenOver { .. }
        | Move::Recategorised { .. }
        | Move::Ticked { .. }
        | Move::Unticked { .. }
        | Move::Corrected { .. }
        // Whoever confirmed it knows it.
        | Move::Confirmed { .. }
        | Move::Attached { .. }
        | Move::Shared { .. }
        | Move::Unshared { .. }
        | Move::Restarted { .. } => {}
    }
}
