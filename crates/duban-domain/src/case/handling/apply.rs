//! How the steps around a case change it.

use super::{Handling, Move, Plea, Task, TaskState};
use crate::{
    Stamp,
    case::{Actor, ActorKind, Case, Event, Stage, What},
    checklist::Tick,
};

impl Case {
    /// The state after one of the steps around a case.
    pub(in crate::case) fn apply_move(&mut self, at: Stamp, by: &Actor, step: &Move) {
        match step {
            Move::ReturnUpheld { finish, .. } => {
                self.stage = Stage::Received;
                self.assisting.clear();
                self.finish.clone_from(finish);
                (self.contact, self.contacted_at) = (None, None);
                self.handling.forget_unit();
            }
            Move::ReturnRejected { finish, .. } => {
                if let Some(Plea::Return { unit, .. }) = self.handling.plea.take() {
                    self.handling.rejected.push(unit);
                }
                self.finish.clone_from(finish);
            }
            Move::ReturnAsked { stops, .. } => {
                let unit = self.unit().unwrap_or_default().to_owned();
                self.handling.plea = Some(Plea::Return { unit, by: by.id, at, stops: *stops });
            }
            Move::Designated { .. } => self.handling.designated = true,
            Move::Joined { unit, .. } => self.assisting.push(unit.clone()),
            Move::Left { unit, .. } => self.assisting.retain(|helper| helper != unit),
            Move::Assigned { to, .. } => self.handling.handler = *to,
            Move::ExtensionAsked { span, .. } => {
                self.handling.plea = Some(Plea::Extension { by: by.id, span: *span });
            }
            Move::ExtensionGranted { finish, .. } => {
                self.handling.plea = None;
                self.handling.extensions = self.handling.extensions.saturating_add(1);
                self.finish.clone_from(finish);
            }
            Move::ExtensionRefused { .. } => self.handling.plea = None,
            Move::TakenOver { from, to, sign, keeps, .. } => {
                self.hand_over(at, (from, to), sign.as_ref(), *keeps);
            }
            Move::Recategorised { to, .. } => self.category = Some(to.clone()),
            other => self.handling.apply_quiet(at, other),
        }
    }
}

impl Handling {
    /// Steps that change nothing but what is arranged.
    fn apply_quiet(&mut self, at: Stamp, step: &Move) {
        match step {
            Move::TaskGiven { task, unit, due, required, .. } => {
                let state = TaskState::Open;
                let (unit, due, required) = (unit.clone(), *due, *required);
                self.tasks.push(Task { no: *task, unit, due, required, state });
                self.tasks_at = Some(at);
            }
            Move::TaskReported { task, done, .. } => {
                self.end_task(at, *task, if *done { TaskState::Done } else { TaskState::Failed });
            }
            Move::TaskDropped { task, .. } => self.end_task(at, *task, TaskState::Dropped),
            Move::CauseSet { cause } => self.cause.clone_from(cause),
            Move::Ticked { item, name } => {
                self.ticks.push(Tick { item: item.clone(), name: name.clone(), at });
            }
            Move::Unticked { item, .. } => self.ticks.retain(|tick| tick.item != *item),
            Move::Asked { request, .. } => self.questions.push(*request),
            Move::Shared { media } => self.shared.push(*media),
            Move::Unshared { media } => self.shared.retain(|shown| shown != media),
            Move::ReturnAsked { .. }
            | Move::ReturnUpheld { .. }
            | Move::ReturnRejected { .. }
            | Move::Designated { .. }
            | Move::Joined { .. }
            | Move::Left { .. }
            | Move::Assigned { .. }
            | Move::ExtensionAsked { .. }
            | Move::ExtensionGranted { .. }
            | Move::ExtensionRefused { .. }
            | Move::TakenOver { .. }
            | Move::Recategorised { .. }
            | Move::LinkMade { .. }
            | Move::LinkRevoked { .. }
            | Move::Corrected { .. }
            | Move::Confirmed { .. }
            | Move::Attached { .. }
            | Move::Restarted { .. } => {}
        }
    }

    fn end_task(&mut self, at: Stamp, no: u16, state: TaskState) {
        if let Some(task) = self.tasks.iter_mut().find(|task| task.no == no) {
            task.state = state;
        }
        self.tasks_at = Some(at);
    }

    /// What the steps of the case itself mean for what is arranged around it. `same` says that the
    /// unit that gets a dispatched case had it before.
    pub(in crate::case) fn follow(&mut self, event: &Event, same: bool) {
        if event.by.kind == ActorKind::Staff && !matches!(event.what, What::Revealed { .. }) {
            self.told = false;
        }
        match &event.what {
            What::Dispatched { .. } => {
                if !same {
                    self.forget_unit();
                }
                (self.designated, self.objects_from) = (false, Some(event.at));
                // Being sent the case once more is a decision of the centre on whatever was asked.
                self.plea = None;
            }
            What::Answered { .. } => self.plea = None,
            What::Closed { .. } => {
                self.plea = None;
                self.questions.clear();
            }
            What::Reopened { .. } => {
                self.plea = None;
                self.extensions = 0;
                self.ticks.clear();
                self.new_fact(event.at);
            }
            What::Supplemented { request, .. } => {
                self.told |= self.questions.contains(request);
                self.questions.retain(|asked| asked != request);
                self.new_fact(event.at);
            }
            What::Classified { .. } | What::Joined { .. } => self.new_fact(event.at),
            What::Parted { request, .. } => self.questions.retain(|asked| asked != request),
            What::Opened { .. }
            | What::Signed
            | What::Contacted { .. }
            | What::Approved { .. }
            | What::SentBack { .. }
            | What::NoReply { .. }
            | What::Heard { .. }
            | What::Missed { .. }
            | What::Noted { .. }
            | What::Revealed { .. }
            | What::HandedOver { .. }
            | What::Surveyed { .. }
            | What::Judged { .. }
            | What::Labelled { .. }
            | What::Reported { .. }
            | What::Forwarded { .. }
            | What::Withdrawn { .. }
            | What::Shared { .. }
            | What::Moderated { .. }
            | What::Moved(_) => {}
        }
    }

    /// Something is known that was not known: a rejected unit may object once more, from now.
    fn new_fact(&mut self, at: Stamp) {
        self.rejected.clear();
        self.objects_from = self.objects_from.map(|_| at);
    }

    /// What belonged to the unit that no longer has the case.
    fn forget_unit(&mut self) {
        (self.handler, self.designated, self.plea, self.objects_from) = (None, false, None, None);
        self.ticks.clear();
    }
}
