//! 办理情况: what is arranged around a case while it is handled: who does it in person, what the unit
//! asked of the centre, whether it was designated, who refused whom.
//!
//! Each verb is a file of its own, as elsewhere. Their events are the members of [`Move`], and
//! [`Case::apply`](super::Case::apply) is the only place where they change anything but the stage.

mod after;
mod apply;
mod assign;
mod assisting;
mod check;
mod extend;
mod moves;
mod obstacle;
mod person;
mod relocate;
mod returning;
mod task;
#[cfg(test)]
pub(in crate::case) mod tests;

use serde::{Deserialize, Serialize};

pub use after::{restart, set_cause};
pub use assign::assign;
pub use assisting::{join, leave};
pub use check::check_off;
pub use extend::{Measure, extend, judge_extension, measure};
pub use moves::Move;
pub use obstacle::Obstacle;
pub use person::{ask, attach, confirm, correct, share};
pub use relocate::{Relocation, recategorise, take_over};
pub use returning::{ask_return, judge_return, may_return, window_of};
pub use task::{Giving, Task, TaskState, call_off, give, link, report};

use super::Case;
use crate::{MediaId, RequestId, StaffId, Stamp, checklist::Tick, deadline::Span, request::closed_set};

closed_set! {
    /// What a case waits for besides its stage (另有等待); each is a list of its own.
    Waits {
        /// 退单待裁定
        Return = 1, "return", "退单待裁定", "A return to decide";
        /// 延期待批
        Extension = 2, "extension", "延期待批", "An extension to decide";
        /// 等诉求人补充
        Person = 8, "person", "等诉求人补充", "The person’s answer";
        /// 诉求人已补充: what was asked for is there, and nobody of the staff did anything since.
        Told = 16, "told", "诉求人已补充", "The person answered";
    }
}

/// What a unit asked of the centre and waits for (申请). One at a time: the centre decides it first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "kebab-case")]
pub enum Plea {
    /// 退单: this is not ours.
    Return {
        /// The unit that says so.
        unit: String,
        /// Who wrote it, so that nobody decides their own.
        by: i64,
        /// When.
        at: Stamp,
        /// Whether the clock stands still until it is decided.
        stops: bool,
    },
    /// 延期: more time.
    Extension {
        /// Who wrote it.
        by: i64,
        /// How much more.
        span: Span,
    },
}

impl Plea {
    /// Who wrote it.
    #[must_use]
    pub fn by(&self) -> i64 {
        match self {
            Self::Return { by, .. } | Self::Extension { by, .. } => *by,
        }
    }

    /// What the case waits for because of it.
    #[must_use]
    pub fn waits(&self) -> Waits {
        match self {
            Self::Return { .. } => Waits::Return,
            Self::Extension { .. } => Waits::Extension,
        }
    }
}

/// What is arranged around a case (办理情况).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Handling {
    /// 经办人: who of the lead unit does it in person.
    pub handler: Option<StaffId>,
    /// 指定承办: the centre has decided, and the unit cannot return it.
    pub designated: bool,
    /// What the unit asked and waits for.
    pub plea: Option<Plea>,
    /// Units whose return was rejected: not again without new facts.
    pub rejected: Vec<String>,
    /// Since when the unit could have objected: its dispatch, or the last new fact.
    pub objects_from: Option<Stamp>,
    /// Extensions granted in this round.
    pub extensions: u8,
    /// 子任务
    pub tasks: Vec<Task>,
    /// When a task was last given, reported or called off.
    pub tasks_at: Option<Stamp>,
    /// 原因: why it happened, a key of the pack's list.
    pub cause: Option<String>,
    /// Requests whose person was asked for more and has not answered.
    pub questions: Vec<RequestId>,
    /// Whether an answer to such a question came since the staff did anything.
    pub told: bool,
    /// Files of the staff that the person sees.
    pub shared: Vec<MediaId>,
    /// 已勾的清单项目, of this round and of the unit that has it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ticks: Vec<Tick>,
}

impl Case {
    /// What it waits for besides its stage, as the sum of the codes of [`Waits`].
    #[must_use]
    pub fn waits(&self) -> i64 {
        let handling = &self.handling;
        let plea = handling.plea.as_ref().map_or(0, |plea| plea.waits().code());
        let flag = |on: bool, what: Waits| if on { what.code() } else { 0 };
        plea + flag(!handling.questions.is_empty(), Waits::Person) + flag(handling.told, Waits::Told)
    }

    /// Units that have something to do with it besides the lead: those that assist, and those with a task.
    pub fn helpers(&self) -> impl Iterator<Item = &str> {
        let tasks = self.handling.tasks.iter().filter(|task| task.state != TaskState::Dropped);
        self.assisting.iter().map(String::as_str).chain(tasks.filter_map(|task| task.unit.as_deref()))
    }

    /// Whether the clock stands still: a return is looked at, and the city stops the clock meanwhile.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        matches!(&self.handling.plea, Some(Plea::Return { stops: true, .. }))
    }

    /// Whether a return waits for the centre: until then the unit does not answer.
    #[must_use]
    pub fn is_returning(&self) -> bool {
        matches!(&self.handling.plea, Some(Plea::Return { .. }))
    }
}
