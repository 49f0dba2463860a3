//! What a member can do with a case now. The stage says what is asked for; whether this member may is
//! asked of `policy`, the same question that the use case will ask.

use duban_domain::{
    Lang,
    case::{Case, Stage},
    city::City,
    policy::{Member, Verb, permit, verb},
};

use super::words::Choice;

/// Something that this member can do now.
pub(super) struct Act {
    pub(super) step: &'static str,
}

/// What this member can do now, the first thing first: what the stage asks for and `policy` allows.
pub(super) fn acts(city: &City, who: &Member, case: &Case) -> Vec<Act> {
    let may = Offer { who, case };
    let first = match &case.stage {
        Stage::Received => vec![may.offer::<verb::Dispatch>("dispatch")],
        Stage::Dispatched { .. } => {
            vec![may.offer::<verb::Sign>("sign"), may.offer::<verb::Dispatch>("dispatch")]
        }
        Stage::InHand { .. } => vec![
            may.offer::<verb::Answer>("answer"),
            may.offer::<verb::Contact>("contact").filter(|_| !case.entered),
            may.offer::<verb::Dispatch>("dispatch"),
        ],
        Stage::InReview { by, .. } if *by != who.id.0 => vec![may.offer::<verb::Review>("review")],
        Stage::Callback { judge: true, .. } => {
            vec![may.offer::<verb::Review>("judge"), may.offer::<verb::Callback>("callback")]
        }
        Stage::Callback { .. } => vec![may.offer::<verb::Callback>("callback")],
        Stage::InReview { .. } | Stage::Closed { .. } => Vec::new(),
    };
    let has_labels = city.labels.iter().any(|label| label.phase == case.phase());
    let rest = [
        may.offer::<verb::Label>("label").filter(|_| has_labels),
        may.offer::<verb::Classify>("classify").filter(|_| case.is_open()),
        may.offer::<verb::Note>("note"),
    ];
    // While a return waits for the centre, the case is neither sent elsewhere nor answered.
    let waits = |act: &Act| case.is_returning() && matches!(act.step, "dispatch" | "answer");
    first.into_iter().chain(rest).flatten().filter(|act| !waits(act)).collect()
}

/// Asks the same question that the use case will ask.
struct Offer<'a> {
    who: &'a Member,
    case: &'a Case,
}

impl Offer<'_> {
    fn offer<V: Verb>(&self, step: &'static str) -> Option<Act> {
        permit::<V>(self.who, self.case).is_ok().then_some(Act { step })
    }
}

/// The labels that can be put on a case where it stands.
pub(super) fn labels(city: &City, case: &Case, lang: Lang) -> Vec<Choice> {
    let under = city.labels.iter().filter(|label| label.phase == case.phase());
    under.map(|label| Choice { key: label.key.clone(), name: label.name.get(lang).to_owned() }).collect()
}
