//! Deadlines (时限): how long a unit has, reckoned on the city's calendar, explained and counted down.
//!
//! Knows no clock: callers pass the instant. Which matter gets how long is a table of the city pack;
//! what happens when a deadline passes is decided by the case.

mod explain;
mod left;
mod longer;
mod reckon;
mod span;

use serde::{Deserialize, Serialize};

pub use explain::explain;
pub use left::{Left, Pace, left};
pub use longer::{Addition, More, close_of, worked_minutes};
pub use reckon::reckon;
pub use span::Span;

use crate::{
    Stamp,
    city::City,
    lang::Words,
    request::{Kind, Urgency, closed_set},
};

closed_set! {
    /// Which step a deadline is for (时限环节).
    Step {
        /// 签收
        Sign = 1, "sign", "签收", "Sign";
        /// 联系诉求人
        Contact = 2, "contact", "联系诉求人", "Contact the person";
        /// 办结答复
        Finish = 3, "finish", "办结答复", "Answer";
    }
}

/// One row of the city's table of deadlines (时限规则); the first row that fits a matter is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlineRule {
    /// Its key; a deadline remembers it.
    pub key: String,
    /// The urgencies it is for.
    pub urgency: Vec<Urgency>,
    /// The kinds it is for; empty means all.
    pub kind: Vec<Kind>,
    /// How long the unit has to sign.
    pub sign: Span,
    /// How long until the person must be contacted, if at all.
    pub contact: Option<Span>,
    /// How long until the answer.
    pub finish: Span,
    /// The law or rule it comes from; without one it is a default of this program and not law.
    pub law: Option<Words>,
}

impl DeadlineRule {
    /// Whether it is for this urgency and kind.
    #[must_use]
    pub fn fits(&self, urgency: Urgency, kind: Kind) -> bool {
        self.urgency.contains(&urgency) && (self.kind.is_empty() || self.kind.contains(&kind))
    }
}

/// An instant by which something must be done, with what it was reckoned from (时限).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The last instant that is still in time.
    pub due: Stamp,
    /// Where the clock began.
    pub start: Stamp,
    /// How long.
    pub span: Span,
    /// The row of the table and the step, `normal/finish`.
    pub basis: String,
    /// Years that were reckoned as Monday to Friday because the calendar did not have them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_years: Vec<i16>,
    /// What was added since, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<More>,
}

impl Deadline {
    /// Reckons one step of one rule.
    #[must_use]
    pub fn of(city: &City, rule: &str, step: Step, span: Span, start: Stamp) -> Self {
        let due = reckon(&city.calendar, &city.zone, span, start);
        let missing_years = match span {
            Span::Natural { .. } => Vec::new(),
            Span::Working { .. } => city.calendar.missing_years(start.date(&city.zone), due.date(&city.zone)),
        };
        Self { due, start, span, basis: format!("{rule}/{}", step.key()), missing_years, more: Vec::new() }
    }
}

/// The three deadlines of a matter (三个时限).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// 签收时限
    pub sign: Deadline,
    /// 联系时限; a plain question has none.
    pub contact: Option<Deadline>,
    /// 办结时限
    pub finish: Deadline,
}

/// The deadlines of a matter of this urgency and kind whose clock begins at `start`.
#[must_use]
pub fn clocks(city: &City, urgency: Urgency, kind: Kind, start: Stamp) -> Clocks {
    let rule = city
        .deadlines
        .iter()
        .find(|rule| rule.fits(urgency, kind))
        .expect("City::load refuses a pack without a deadline for every urgency and kind");
    let of = |step, span| Deadline::of(city, &rule.key, step, span, start);
    Clocks {
        sign: of(Step::Sign, rule.sign),
        contact: rule.contact.map(|span| of(Step::Contact, span)),
        finish: of(Step::Finish, rule.finish),
    }
}

#[cfg(test)]
mod tests;
