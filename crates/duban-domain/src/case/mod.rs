//! A case (工单): the work that one or more requests ask for.
//!
//! Its stage is an enum that owns its data. Each verb lives in a file of its own and is a pure
//! function: it takes the permitted case, what was said, and the ground ([`Ground`]) it stands on,
//! and returns what happened ([`What`]) or a [`crate::Refusal`]. [`Case::apply`] is the only place that
//! changes a case. What people said is in the requests; nothing personal is kept here.

pub mod handling;

mod accepted;
mod answer;
mod apply;
mod callback;
mod classify;
mod contact;
mod dispatching;
mod enter;
mod event;
mod history;
mod judge;
mod label;
mod note;
mod open;
mod overdue;
mod publicity;
mod report;
mod review;
mod sign;
#[cfg(test)]
mod tests;
mod voice;
mod words;

use serde::{Deserialize, Serialize};

pub use accepted::accepted;
pub use answer::{Answer, answer};
pub use callback::{Heard, expire, hear, next_try, no_reply};
pub use classify::{Classification, classify};
pub use contact::{Contact, Way, contact};
pub use dispatching::{Dispatching, Named, dispatch, give_to_named};
pub use enter::{Entry, Whose, enter};
pub use event::{Actor, ActorKind, Chosen, Event, Outcome, Proposed, Satisfaction, Unreached, What};
pub use handling::{Handling, Move, Obstacle, Plea, Waits};
pub use history::{History, replay};
pub use judge::{Judgement, judge};
pub use label::label;
pub use note::{note, reveal, supplement};
pub use open::{HandOver, Opening, Wish, open};
pub use overdue::overdue;
pub use publicity::{Consent, Publicity, Ruling, Showing, moderate, public_words, share, shared};
pub use report::{ID_MAX, Report, ReportState, forward, relay, report, report_late};
pub use review::{Verdict, review};
pub use sign::sign;
pub use voice::{join, join_for, part, withdraw};

use crate::{
    CaseId, Number, RequestId, Stamp,
    city::City,
    deadline::Deadline,
    request::{Kind, Urgency, closed_set},
};

closed_set! {
    /// The phase a case is in (阶段): closed in code; a city may put its own labels under each.
    Phase {
        /// 待派单: the centre has it.
        Received = 1, "received", "待派单", "To dispatch";
        /// 待签收: a unit was named and has not signed yet.
        Dispatched = 2, "dispatched", "待签收", "To sign";
        /// 办理中
        InHand = 3, "in-hand", "办理中", "In hand";
        /// 待审核: answered, the centre checks it.
        InReview = 4, "in-review", "待审核", "In review";
        /// 待回访: the person is asked.
        Callback = 5, "callback", "待回访", "Callback";
        /// 已办结
        Closed = 6, "closed", "已办结", "Closed";
    }
}

closed_set! {
    /// How a case ended (办结方式).
    Ending {
        /// 诉求人确认: the person said that it is solved.
        Confirmed = 1, "confirmed", "诉求人确认", "Confirmed by the person";
        /// 未评价: nobody could be reached in time; counted apart.
        Unrated = 2, "unrated", "未评价", "Not rated";
        /// 当场答复: answered on the telephone.
        Direct = 3, "direct", "当场答复", "Answered at once";
        /// 未接通: called as often as the city asks, and never reached; counted apart.
        NotReached = 7, "not-reached", "未接通", "Not reached";
        /// 维持办结: not solved in the person's word, and nothing left to mend.
        Upheld = 8, "upheld", "维持办结", "Closed as it is";
        /// 自办办结: nobody from outside had asked for it.
        Own = 9, "own", "自办事项办结", "Own work, done";
        /// 历史导入: finished before Duban; its real times are kept.
        Historic = 4, "historic", "历史导入", "Imported, finished earlier";
        /// 诉求人撤回: everybody who spoke for it took it back.
        Withdrawn = 5, "withdrawn", "诉求人撤回", "Taken back by the person";
    }
}

/// Where a case stands, with what belongs to that stage and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "kebab-case")]
pub enum Stage {
    /// 待派单: its owner is the centre.
    Received,
    /// 待签收
    Dispatched {
        /// The lead unit.
        unit: String,
        /// By when it must sign.
        sign: Deadline,
    },
    /// 办理中
    InHand {
        /// The lead unit.
        unit: String,
    },
    /// 待审核
    InReview {
        /// The lead unit.
        unit: String,
        /// Who wrote the answer (their id as the event has it), so that nobody reviews their own.
        by: i64,
    },
    /// 待回访
    Callback {
        /// The lead unit.
        unit: String,
        /// When the page stops asking and the case closes unrated.
        until: Stamp,
        /// When calls were made that nobody answered.
        tries: Vec<Stamp>,
        /// Requests whose person has spoken.
        heard: Vec<RequestId>,
        /// Whether somebody must judge what a person said: done again, or closed as it is.
        #[serde(default)]
        judge: bool,
    },
    /// 已办结
    Closed {
        /// The unit that had it last.
        unit: String,
        /// When.
        at: Stamp,
        /// How.
        ending: Ending,
    },
}

/// The work (工单).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// The number of its first request.
    pub number: Number,
    /// How many events it has: also the version that a form was shown.
    pub version: i64,
    /// Where it stands.
    pub stage: Stage,
    /// Which attempt this is; "not solved" opens the next.
    pub round: u8,
    /// What kind of voice opened it.
    pub kind: Kind,
    /// How urgent.
    pub urgency: Urgency,
    /// Category of the city pack, once known.
    pub category: Option<String>,
    /// Assisting units (协办).
    pub assisting: Vec<String>,
    /// When the first request reached the city.
    pub opened_at: Stamp,
    /// When this round began.
    pub round_at: Stamp,
    /// By when this round must be answered.
    pub finish: Deadline,
    /// By when the caller must hear from the unit, where the city asks for that.
    pub contact: Option<Deadline>,
    /// When the caller first heard from the unit in this round.
    pub contacted_at: Option<Stamp>,
    /// When this round's answer was given; sending it back takes this away again.
    pub answered_at: Option<Stamp>,
    /// The answer's outcome, as the unit says.
    pub outcome: Option<Outcome>,
    /// Whether the finish deadline was recorded as missed in this round.
    pub missed: bool,
    /// The persons' latest word, over all requests: solved, and their satisfaction.
    pub verdict: Option<Judged>,
    /// The city's own label under the phase; gone when the phase changes.
    #[serde(default)]
    pub label: Option<String>,
    /// When what another system last reported, and moved the case by, had happened there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<Stamp>,
    /// Whether somebody of the house entered it (自办): then nobody waits to be contacted or called back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub entered: bool,
    /// The requests that it deals with, first one first.
    pub requests: Vec<RequestId>,
    /// Those of them whose person took it back.
    #[serde(default)]
    pub withdrawn: Vec<RequestId>,
    /// What others may see of it.
    #[serde(default)]
    pub publicity: Publicity,
    /// What is arranged around it.
    #[serde(default)]
    pub handling: Handling,
}

/// What persons said at the callback (评价).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// When.
    pub at: Stamp,
    /// Solved or not, in the person's word.
    pub solved: bool,
    /// How satisfied, when they said.
    pub satisfaction: Option<Satisfaction>,
}

/// What a decision stands on besides the case itself.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The city's rules.
    pub city: &'a City,
    /// The instant of the command.
    pub now: Stamp,
}

impl Case {
    /// The phase without its data.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.stage {
            Stage::Received => Phase::Received,
            Stage::Dispatched { .. } => Phase::Dispatched,
            Stage::InHand { .. } => Phase::InHand,
            Stage::InReview { .. } => Phase::InReview,
            Stage::Callback { .. } => Phase::Callback,
            Stage::Closed { .. } => Phase::Closed,
        }
    }

    /// The lead unit (主办), or none while the centre has it.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        match &self.stage {
            Stage::Received => None,
            Stage::Dispatched { unit, .. }
            | Stage::InHand { unit }
            | Stage::InReview { unit, .. }
            | Stage::Callback { unit, .. }
            | Stage::Closed { unit, .. } => Some(unit),
        }
    }

    /// Whether anything is still owed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Closed { .. })
    }

    /// Whether the finish clock runs: open, not answered in this round, not standing still.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.is_open() && self.answered_at.is_none() && !self.is_paused()
    }

    /// The requests whose person still wants it dealt with.
    pub fn speaking(&self) -> impl Iterator<Item = RequestId> + '_ {
        self.requests.iter().copied().filter(|r| !self.withdrawn.contains(r))
    }

    /// Whether each of these has spoken in this round's callback, and nothing of it waits to be judged.
    pub(crate) fn heard_all_of(&self, requests: &[RequestId]) -> bool {
        matches!(&self.stage, Stage::Callback { heard, judge: false, .. } if requests.iter().all(|r| heard.contains(r)))
    }

    /// By when the next thing must happen; nothing is due on a closed case.
    #[must_use]
    pub fn next_due(&self) -> Option<Stamp> {
        match &self.stage {
            Stage::Received => Some(self.finish.due),
            Stage::Dispatched { sign, .. } => Some(sign.due.min(self.finish.due)),
            Stage::InHand { .. } => {
                let contact = self.contact.as_ref().filter(|_| self.contacted_at.is_none()).map(|d| d.due);
                Some(contact.unwrap_or(self.finish.due).min(self.finish.due))
            }
            Stage::InReview { .. } => Some(self.finish.due),
            Stage::Callback { until, .. } => Some(*until),
            Stage::Closed { .. } => None,
        }
    }
}
