//! 管公开 and 撤回 on the case page: what everybody may read of a case, and a person who takes theirs back.

use axum::extract::Path;
use duban_app::case::{
    moderate::{self, Moderation},
    show::Shown,
    withdraw,
};
use duban_domain::{
    case::{Consent, Event, Ruling, public_words},
    city::City,
};

use super::{steps::step, words};
use crate::frame::{Desk, Fields, PageResult, Shell};

/// What everybody may read of a case, as the desk sees it.
pub(super) struct Open {
    pub(super) consent: &'static str,
    pub(super) ruling: &'static str,
    pub(super) showing: &'static str,
    /// Whether the person lets words be shown.
    pub(super) has_words: bool,
    pub(super) words: String,
}

impl Open {
    pub(super) fn of(city: &City, s: &Shell, shown: &Shown) -> Self {
        let publicity = shown.case.publicity;
        let history: Vec<Event> = shown.history.iter().flatten().cloned().collect();
        Self {
            consent: publicity.consent.word(s.lang),
            ruling: publicity.ruling.word(s.lang),
            showing: city.showing(&shown.case, shown.row.privacy).word(s.lang),
            has_words: publicity.consent == Consent::Words,
            words: public_words(&history),
        }
    }
}

/// 管公开
pub(crate) async fn moderate(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "moderate", fields, "moderate", |ctx, on, fields| {
        let said = Moderation {
            ruling: Ruling::from_key(fields.get("do")).unwrap_or(Ruling::Waiting),
            words: fields.get("words").to_owned(),
            reason: fields.get("reason").to_owned(),
        };
        moderate::moderate(ctx, on, &said)
    })
    .await
}

/// 撤回, on the person's word.
pub(crate) async fn withdraw(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    let request = words::number(fields.opt("request").unwrap_or(&on))?;
    step(&desk, &on, "withdraw", fields, "withdraw", move |ctx, on, fields| {
        withdraw::withdraw(ctx, on, &request, fields.get("reason"))
    })
    .await
}
