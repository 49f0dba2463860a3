//! 受理: a request opens a case.

use super::{
    Consent, Ending, Ground, Outcome, Proposed, What,
    dispatching::{Class, by_rule},
    publicity::shared,
};
use crate::{
    deadline::clocks,
    dispatch::{Matter, Proposal, propose},
    knowledge::Source,
    question::Given,
    request::{Kind, Request},
};

/// What an opened case begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// What happened, in order.
    pub events: Vec<What>,
    /// What the catalogue proposes, whether or not it was followed.
    pub proposal: Proposal,
}

/// What an operator or a door decided beforehand; everything else is left to the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The category chosen.
    pub category: Option<String>,
    /// The kind of voice, when somebody said it.
    pub kind: Option<Kind>,
    /// The urgency chosen.
    pub urgency: Option<crate::request::Urgency>,
    /// Answered on the telephone: what was said.
    pub direct: Option<String>,
    /// Where that answer comes from, when it was there already.
    pub source: Option<Source>,
    /// Answers to what the category asks; none when the door did not ask.
    pub answers: Option<Given>,
    /// Leave the dispatching to a person.
    pub hold: bool,
    /// What the person lets others see, when they said so.
    pub share: Option<Consent>,
    /// An operator saw the proposal and decided: where they differ, both are recorded.
    pub by_hand: bool,
    /// The caller was handed to an emergency service.
    pub handed: Option<HandOver>,
    /// Somebody of the house found it: nobody outside waits for it.
    pub entered: bool,
}

/// A caller handed to an emergency service (紧急转接).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// The number of the service.
    pub to: String,
    /// What was said.
    pub said: String,
}

/// Opens a case for a request and, where the catalogue knows the unit, dispatches it at once.
#[must_use]
pub fn open(request: &Request, wish: &Wish, ground: &Ground<'_>) -> Opening {
    let matter = Matter {
        title: &request.title,
        text: &request.text,
        category: wish.category.as_deref(),
        division: request.place.division.as_deref(),
        place_words: &request.place.words,
        kind: wish.kind,
        details: &request.details,
        at: request.received_at,
    };
    let proposal = propose(ground.city, &matter);
    let kind = wish.kind.or(proposal.kind).unwrap_or(request.kind);
    let urgency = wish.urgency.unwrap_or(proposal.urgency);
    let clocks = clocks(ground.city, urgency, kind, request.received_at);
    let because = if urgency == proposal.urgency { proposal.urgency_because.clone() } else { Vec::new() };
    let mut events = vec![What::Opened {
        number: request.number.clone(),
        request: request.id,
        kind,
        urgency,
        because,
        category: wish.category.clone().or_else(|| proposal.category.clone()),
        finish: clocks.finish,
        details: request.details.clone(),
        proposed: proposed(&matter, wish, &proposal, ground),
        entered: wish.entered,
    }];
    // Whoever says nothing lets the facts be seen, and that needs no event of its own.
    if let Some(consent) = wish.share.filter(|consent| *consent != Consent::Facts) {
        events.extend(shared(request.id, consent, &request.text));
    }
    if let Some(handed) = &wish.handed {
        events.push(What::HandedOver { to: handed.to.clone(), said: handed.said.clone() });
    }
    if let Some(said) = &wish.direct {
        events.push(What::Answered {
            outcome: Outcome::Explained,
            public: said.clone(),
            internal: String::new(),
            proof: Vec::new(),
            proof_words: String::new(),
            no_contact: String::new(),
            source: wish.source.clone(),
        });
        events.push(What::Closed { ending: Ending::Direct });
    } else if !wish.hold && proposal.unit != ground.city.centre().key {
        events.push(by_rule(&proposal, Class { urgency, kind, entered: wish.entered }, ground));
    }
    Opening { events, proposal }
}

/// What the rules would have chosen, where the operator chose otherwise.
fn proposed(matter: &Matter<'_>, wish: &Wish, with_wish: &Proposal, ground: &Ground<'_>) -> Option<Proposed> {
    let wished = wish.category.is_some() || wish.urgency.is_some();
    if !wish.by_hand || !wished {
        return None;
    }
    let free = propose(ground.city, &Matter { category: None, ..*matter });
    let category = wish.category.is_some() && wish.category != free.category;
    let urgency = wish.urgency.is_some_and(|urgency| urgency != with_wish.urgency);
    (category || urgency).then_some(Proposed { category: free.category, urgency: with_wish.urgency })
}
