//! 联系诉求人: the unit spoke with the caller, or tried to.

use serde::{Deserialize, Serialize};

use super::{Phase, What};
use crate::{
    Refusal,
    policy::{Action, Permitted, verb},
    request::closed_set,
    text,
};

closed_set! {
    /// How a person was contacted (联系方式).
    Way {
        /// 电话
        Phone = 1, "phone", "电话", "By telephone";
        /// 当面
        InPerson = 2, "in-person", "当面", "In person";
        /// 短信或网上
        Message = 3, "message", "短信或网上", "By message";
    }
}

/// A contact with the caller (联系记录).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// How.
    pub way: Way,
    /// What was said.
    pub note: String,
}

/// Records a contact. Only a unit that has the case in hand contacts for it.
pub fn contact(on: &Permitted<'_, verb::Contact>, way: Way, note: &str) -> Result<Vec<What>, Refusal> {
    match on.case().phase() {
        Phase::InHand => Ok(vec![What::Contacted {
            contact: Contact { way, note: text::required("note", note, text::TEXT_MAX)? },
        }]),
        phase => Err(Refusal::WrongPhase { tried: Action::Contact, phase }),
    }
}
