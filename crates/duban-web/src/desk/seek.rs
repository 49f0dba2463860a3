//! 按人查找 in the worklist: a form of its own that is posted, for what it says must not stand in an address. What the
//! address holds then is a pass, sealed for this member.

use axum::http::StatusCode;
use duban_app::{
    AppError,
    case::seek::{self, Typed},
};
use duban_domain::person::Phone;

use super::{
    filter::{Chip, Filter},
    list,
};
use crate::frame::{Desk, Fields, PageResult, WebError, see_other};

/// The form.
#[derive(Default)]
pub(super) struct Form {
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) wrong: String,
}

impl Form {
    /// What was typed when the pass of the address was made.
    pub(super) fn of(desk: &Desk, filter: &Filter) -> Self {
        let Typed { name, phone } = typed(desk, filter).unwrap_or_default();
        Self { name, phone, wrong: String::new() }
    }
}

/// Looks for somebody and leads to the list; what is not right comes back with everything that was typed.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    let filter = Filter::of(fields.get("query"));
    let (name, phone) = (fields.get("name").to_owned(), fields.get("phone").to_owned());
    let typed = Typed { name: name.clone(), phone: phone.clone() };
    match desk.run(move |ctx| seek::seek(ctx, &typed)).await {
        Ok(pass) => Ok(see_other(&filter.with("who", &pass))),
        Err(WebError::App(AppError::Refused(refusal))) if refusal.field().is_some() => {
            let wrong = refusal.sentence(desk.visit.lang);
            let mut page = list::again(&desk, filter, Form { name, phone, wrong }).await?;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
        Err(error) => Err(error),
    }
}

/// The chips, with the person in words where the pass opens.
pub(super) fn named(desk: &Desk, mut chips: Vec<Chip>, filter: &Filter) -> Vec<Chip> {
    let without = filter.with("who", "");
    if let Some((chip, typed)) = chips.iter_mut().find(|c| c.without == without).zip(typed(desk, filter)) {
        let phone = Phone::parse(&typed.phone).ok().flatten().map_or(typed.phone, |phone| phone.masked());
        let said = [typed.name, phone].into_iter().filter(|said| !said.is_empty());
        chip.value = said.collect::<Vec<_>>().join(" · ");
    }
    chips
}

fn typed(desk: &Desk, filter: &Filter) -> Option<Typed> {
    let app = &desk.site.app;
    seek::open(app, desk.who.id, app.now(), filter.get("who"))
}
