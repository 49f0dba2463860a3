//! 子任务: points of a case that other units see to, or somebody outside by a signed link. The person
//! sees none of them; the lead unit answers for the whole, and not before what is required is done.

use serde::{Deserialize, Serialize};

use super::{Move, Obstacle};
use crate::{
    MediaId, Refusal, Stamp,
    case::{Case, Ground, Phase, What},
    policy::{Action, Permitted, verb},
    request::closed_set,
    text,
};

/// Tasks of one case at most.
const TASKS_MAX: usize = 30;

closed_set! {
    /// How a task stands (任务状态).
    TaskState {
        /// 待办
        Open = 1, "open", "待办", "To do";
        /// 已办
        Done = 2, "done", "已办", "Done";
        /// 办不了
        Failed = 3, "failed", "办不了", "Cannot be done";
        /// 已撤销
        Dropped = 4, "dropped", "已撤销", "Called off";
    }
}

/// A task of a case (子任务). What it is about, and what came of it, is in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its number within the case, from 1.
    pub no: u16,
    /// The unit that does it; none for somebody outside.
    pub unit: Option<String>,
    /// By when.
    pub due: Stamp,
    /// Whether the case waits for it.
    pub required: bool,
    /// How it stands.
    pub state: TaskState,
}

/// A task to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Giving {
    /// The unit that does it; none for somebody outside.
    pub unit: Option<String>,
    /// Who it is, when it is somebody outside.
    pub party: String,
    /// What to do.
    pub words: String,
    /// By when.
    pub due: Stamp,
    /// Whether the case waits for it.
    pub required: bool,
}

impl Case {
    /// A task by its number.
    #[must_use]
    pub fn task(&self, no: u16) -> Option<&Task> {
        self.handling.tasks.iter().find(|task| task.no == no)
    }

    /// Required tasks that are still open.
    #[must_use]
    pub fn tasks_owed(&self) -> usize {
        self.handling.tasks.iter().filter(|task| task.required && task.state == TaskState::Open).count()
    }
}

/// Gives a task to another unit, or to somebody outside.
pub fn give(
    on: &Permitted<'_, verb::Task>,
    giving: &Giving,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let phase = case.phase();
    if !matches!(phase, Phase::Dispatched | Phase::InHand) {
        return Err(Refusal::WrongPhase { tried: Action::Task, phase });
    }
    if case.handling.tasks.len() >= TASKS_MAX {
        return Err(Obstacle::TooMany(TASKS_MAX).into());
    }
    match &giving.unit {
        Some(unit) if ground.city.open_unit(unit).is_none() => {
            return Err(Refusal::UnknownUnit(unit.clone()));
        }
        Some(unit) if case.unit() == Some(unit) => return Err(Refusal::SameUnit),
        Some(_) => {}
        None => drop(text::required("party", &giving.party, text::LINE_MAX)?),
    }
    if giving.due <= ground.now {
        return Err(Obstacle::DuePassed.into());
    }
    Ok(vec![What::Moved(Move::TaskGiven {
        task: case.handling.tasks.iter().map(|task| task.no).max().unwrap_or(0) + 1,
        unit: giving.unit.clone(),
        party: text::optional("party", &giving.party, text::LINE_MAX)?,
        words: text::required("words", &giving.words, text::TEXT_MAX)?,
        due: giving.due,
        required: giving.required,
    })])
}

/// Says what came of a task.
pub fn report(
    on: &Permitted<'_, verb::Work>,
    task: u16,
    done: bool,
    words: &str,
    media: Vec<MediaId>,
) -> Result<Vec<What>, Refusal> {
    open_task(on.case(), task, Action::Work)?;
    let words = text::required("words", words, text::TEXT_MAX)?;
    Ok(vec![What::Moved(Move::TaskReported { task, done, words, media })])
}

/// Calls a task off.
pub fn call_off(on: &Permitted<'_, verb::Task>, task: u16, words: &str) -> Result<Vec<What>, Refusal> {
    open_task(on.case(), task, Action::Task)?;
    let words = text::required("words", words, text::LINE_MAX)?;
    Ok(vec![What::Moved(Move::TaskDropped { task, words })])
}

/// A new link for somebody outside, in the place of the old one; or only the old one taken back.
pub fn link(on: &Permitted<'_, verb::Task>, task: u16, until: Option<Stamp>) -> Result<Vec<What>, Refusal> {
    let found = open_task(on.case(), task, Action::Task)?;
    if found.unit.is_some() {
        return Err(Refusal::NoChange);
    }
    Ok(vec![What::Moved(match until {
        Some(until) => Move::LinkMade { task, until },
        None => Move::LinkRevoked { task },
    })])
}

fn open_task(case: &Case, no: u16, tried: Action) -> Result<&Task, Refusal> {
    let phase = case.phase();
    if phase == Phase::Closed {
        return Err(Refusal::WrongPhase { tried, phase });
    }
    let task = case.task(no).ok_or(Refusal::NotFound)?;
    if task.state != TaskState::Open {
        return Err(Obstacle::TaskNotOpen.into());
    }
    Ok(task)
}
