//! 更正联系方式: a name or a number that was taken down wrongly. The old one is gone afterwards: it was
//! somebody else's.

use duban_domain::{
    Number, Refusal,
    case::{Case, handling},
    person::Person,
    policy::verb,
    request::Privacy,
    text,
};

use super::{On, step_with};
use crate::{Ctx, person, wiring::Result};

/// Puts the right name and number in the place of the wrong ones. What is left empty stays.
pub fn correct(ctx: &Ctx, on: &On, request: &Number, right: &Person, words: &str) -> Result<Case> {
    step_with::<verb::Correct>(ctx, on, |tx, permitted, _| {
        let request = tx.request_by_number(request)?.ok_or(Refusal::NotFound)?;
        if request.privacy == Privacy::Anonymous {
            return Err(Refusal::NotItsRequest.into());
        }
        if right.phone.is_none() && right.mail.is_none() {
            return Err(Refusal::NeedsPhone.into());
        }
        let happened = handling::correct(permitted, request.id, words)?;
        let known = person::of(&ctx.app, tx, &request)?.unwrap_or_default();
        let name = text::optional("name", &right.name, 60)?;
        let person = Person {
            name: if name.is_empty() { known.name.clone() } else { name },
            phone: right.phone.clone().or(known.phone.clone()),
            mail: right.mail.clone().or(known.mail.clone()),
            ..known
        };
        person::replace(&ctx.app, tx, &request, &person)?;
        Ok(happened)
    })
}
