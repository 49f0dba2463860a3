//! The only place that changes a case: one event, one new state.

use super::{Actor, Case, Ending, Event, Judged, Publicity, Ruling, Stage, What};
use crate::{CaseId, Stamp, city::Follow};

impl Case {
    /// The case that an opening event begins; any other event begins none.
    #[must_use]
    pub fn begin(id: CaseId, event: &Event) -> Option<Self> {
        let What::Opened { number, request, kind, urgency, category, finish, entered, .. } = &event.what
        else {
            return None;
        };
        Some(Self {
            id,
            number: number.clone(),
            version: 1,
            stage: Stage::Received,
            round: 1,
            kind: *kind,
            urgency: *urgency,
            category: category.clone(),
            assisting: Vec::new(),
            opened_at: event.at,
            round_at: event.at,
            finish: finish.clone(),
            contact: None,
            contacted_at: None,
            answered_at: None,
            outcome: None,
            missed: false,
            verdict: None,
            label: None,
            reported_at: None,
            entered: *entered,
            requests: vec![*request],
            withdrawn: Vec::new(),
            publicity: if *entered { Publicity::of_the_house() } else { Publicity::default() },
            handling: super::Handling::default(),
        })
    }

    /// The state after one more event. Total: whether an event may happen is decided before it is recorded.
    pub fn apply(&mut self, event: &Event) {
        self.version += 1;
        let (at, before) = (event.at, self.phase());
        let same = matches!(&event.what, What::Dispatched { unit, .. } if self.unit() == Some(unit));
        self.handling.follow(event, same);
        match &event.what {
            What::Opened { request, .. } => self.requests.push(*request),
            What::Dispatched { .. } => self.dispatched(&event.what),
            What::Signed => self.take_in_hand(),
            What::Contacted { .. } => self.contacted_at = self.contacted_at.or(Some(at)),
            What::Answered { outcome, .. } => self.answered(at, &event.by, *outcome),
            What::Approved { until, .. } => {
                let unit = self.unit_or_nobody();
                self.stage = Stage::Callback {
                    unit,
                    until: *until,
                    tries: Vec::new(),
                    heard: Vec::new(),
                    judge: false,
                };
            }
            What::SentBack { .. } => {
                self.take_in_hand();
                self.answered_at = None;
                self.outcome = None;
            }
            What::NoReply { .. } => {
                if let Stage::Callback { tries, .. } = &mut self.stage {
                    tries.push(at);
                }
            }
            What::Heard { request, solved, satisfaction, .. } => {
                self.verdict = Some(Judged { at, solved: *solved, satisfaction: *satisfaction });
                if let Stage::Callback { heard, .. } = &mut self.stage {
                    heard.push(*request);
                }
            }
            What::Surveyed { follow, .. } => {
                if let Stage::Callback { judge, .. } = &mut self.stage {
                    *judge |= *follow == Some(Follow::Judge);
                }
            }
            What::Judged { .. } => {
                if let Stage::Callback { judge, .. } = &mut self.stage {
                    *judge = false;
                }
            }
            What::Reopened { round, unit, finish, contact } => {
                (self.finish, self.contact) = (finish.clone(), contact.clone());
                self.again(at, *round, unit.clone());
            }
            What::Closed { ending } => self.close(at, *ending),
            What::Classified { category, kind, urgency, finish, .. } => {
                self.category.clone_from(category);
                (self.kind, self.urgency, self.finish) = (*kind, *urgency, finish.clone());
                self.missed = false;
            }
            What::Moved(step) => self.apply_move(at, &event.by, step),
            What::Missed { .. } => self.missed = true,
            What::Joined { .. }
            | What::Parted { .. }
            | What::Withdrawn { .. }
            | What::Shared { .. }
            | What::Moderated { .. } => self.voice(&event.what),
            What::Labelled { label } => self.label.clone_from(label),
            What::Reported { told_at, counted, .. } => self.reported(*told_at, *counted),
            What::HandedOver { .. } | What::Forwarded { .. } | What::Noted { .. } => {}
            What::Supplemented { .. } | What::Revealed { .. } => {}
        }
        // A label stands under a phase; another unit does not inherit it either.
        if self.phase() != before || matches!(event.what, What::Dispatched { .. }) {
            self.label = None;
        }
    }

    /// What is late is kept in the history and moves nothing.
    fn reported(&mut self, told_at: Stamp, counted: bool) {
        if counted {
            self.reported_at = self.reported_at.max(Some(told_at));
        }
    }

    /// Who speaks for it, and what others may see.
    fn voice(&mut self, what: &What) {
        match what {
            What::Joined { request, .. } => self.requests.push(*request),
            What::Parted { request, .. } => {
                self.requests.retain(|r| r != request);
                if let Stage::Callback { heard, .. } = &mut self.stage {
                    heard.retain(|r| r != request);
                }
            }
            What::Withdrawn { request, .. } => self.withdrawn.push(*request),
            What::Shared { consent, .. } => {
                // A new wording is looked at anew; what the desk hid stays hidden.
                let ruling = match self.publicity.ruling {
                    Ruling::Hidden => Ruling::Hidden,
                    Ruling::Waiting | Ruling::Shown => Ruling::Waiting,
                };
                self.publicity = Publicity { consent: *consent, ruling };
            }
            What::Moderated { ruling, .. } => self.publicity.ruling = *ruling,
            _ => {}
        }
    }

    /// The case that a whole history makes; none when it does not begin with an opening.
    #[must_use]
    pub fn from_history(id: CaseId, history: &[Event]) -> Option<Self> {
        let (first, rest) = history.split_first()?;
        let mut case = Self::begin(id, first)?;
        for event in rest {
            case.apply(event);
        }
        Some(case)
    }

    /// A new round begins, as if nothing had been done.
    fn again(&mut self, at: Stamp, round: u8, unit: Option<String>) {
        (self.round, self.round_at) = (round, at);
        (self.contacted_at, self.answered_at, self.outcome, self.missed) = (None, None, None, false);
        self.stage = unit.map_or(Stage::Received, |unit| Stage::InHand { unit });
    }

    fn dispatched(&mut self, what: &What) {
        let What::Dispatched { unit, assisting, sign, contact, .. } = what else { return };
        if self.unit() != Some(unit) {
            // Another unit has not spoken with the person yet, whatever the last one did.
            self.contacted_at = None;
        }
        self.stage = Stage::Dispatched { unit: unit.clone(), sign: sign.clone() };
        self.assisting.clone_from(assisting);
        self.contact.clone_from(contact);
        self.answered_at = None;
        self.outcome = None;
    }

    fn take_in_hand(&mut self) {
        self.stage = Stage::InHand { unit: self.unit_or_nobody() };
    }

    fn answered(&mut self, at: Stamp, by: &Actor, outcome: super::Outcome) {
        self.stage = Stage::InReview { unit: self.unit_or_nobody(), by: by.id };
        self.answered_at = Some(at);
        self.outcome = Some(outcome);
    }

    fn close(&mut self, at: Stamp, ending: Ending) {
        // What is answered on the telephone was never anybody else's: closing is its answer.
        // What was taken back was never answered, and no rate counts it.
        if ending != Ending::Withdrawn {
            self.answered_at.get_or_insert(at);
        }
        self.stage = Stage::Closed { unit: self.unit_or_nobody(), at, ending };
    }

    fn unit_or_nobody(&self) -> String {
        self.unit().unwrap_or_default().to_owned()
    }
}
