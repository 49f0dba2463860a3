//! 未接来电: who is called back next. The whole number is shown on the answer to a form, once, and
//! that somebody looked is kept.

use askama::Template;
use axum::extract::Path;
use duban_app::{
    AppError,
    call::{self, Owed},
};
use duban_domain::{Refusal, call::TryBack, person::Phone};

use super::pop::{id, span, who};
use crate::{
    desk::words::Choice,
    frame::{Desk, Fields, PageResult, Shell, WebError, When, html, html_again, see_other},
};

#[derive(Template)]
#[template(path = "desk/calls_missed.html")]
pub(in crate::desk) struct MissedPage {
    pub(in crate::desk) s: Shell,
    pub(in crate::desk) rows: Vec<MissedRow>,
    pub(in crate::desk) hows: Vec<Choice>,
    pub(in crate::desk) attempts: u32,
    /// What is wrong with the row that came back: its id and why.
    pub(in crate::desk) wrong: (String, String),
}

/// One telephone that is owed a callback.
pub(in crate::desk) struct MissedRow {
    pub(in crate::desk) id: String,
    pub(in crate::desk) who: String,
    /// The whole number, on the answer to whoever asked for it.
    pub(in crate::desk) number: String,
    pub(in crate::desk) rang: When,
    pub(in crate::desk) waited: String,
    pub(in crate::desk) times: usize,
    pub(in crate::desk) tries: i64,
    pub(in crate::desk) withheld: bool,
    pub(in crate::desk) notes: Vec<(When, String, String)>,
}

/// The list.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let owed = desk.run(call::missed).await?;
    Ok(html(&view(&desk, &owed, None, (String::new(), String::new()))))
}

/// The whole number, shown once.
pub(crate) async fn number(desk: Desk, Path(of): Path<String>) -> PageResult {
    let id = id(&of)?;
    let phone = desk.run(move |ctx| call::number(ctx, id)).await?;
    let owed = desk.run(call::missed).await?;
    Ok(html(&view(&desk, &owed, phone.map(|phone| (of, phone)), (String::new(), String::new()))))
}

/// What came of calling back; whoever was reached is taken down.
pub(crate) async fn attempt(desk: Desk, Path(of): Path<String>, fields: Fields) -> PageResult {
    let id = id(&of)?;
    let how = TryBack::from_key(fields.get("how")).filter(|how| *how != TryBack::CalledAgain);
    let how = how.ok_or(Refusal::NeedsText("how"))?;
    let words = fields.get("words").to_owned();
    match desk.run(move |ctx| call::attempt(ctx, id, how, &words)).await {
        Ok(_) if how == TryBack::Reached => Ok(see_other(&format!("/desk/intake?call={of}"))),
        Ok(_) => Ok(see_other("/desk/calls/missed")),
        Err(WebError::App(AppError::Refused(refusal @ Refusal::NeedsText(_)))) => {
            let owed = desk.run(call::missed).await?;
            let wrong = (of, refusal.sentence(desk.visit.lang));
            Ok(html_again(&view(&desk, &owed, None, wrong)))
        }
        Err(error) => Err(error),
    }
}

fn view(desk: &Desk, owed: &[Owed], shown: Option<(String, Phone)>, wrong: (String, String)) -> MissedPage {
    let s = desk.shell();
    let hows = TryBack::ALL.iter().filter(|how| **how != TryBack::CalledAgain);
    let row = |owed: &Owed| {
        let (call, id) = (&owed.call, owed.call.id.0.to_string());
        let number = shown.as_ref().filter(|(of, _)| *of == id).map(|(_, phone)| phone.digits().to_owned());
        let word = |kind: &str| match TryBack::from_key(kind) {
            Some(how) => how.word(s.lang).to_owned(),
            None => s.t("看了号码", "looked at the number").to_owned(),
        };
        MissedRow {
            who: who(&call.masked, &s),
            number: number.unwrap_or_default(),
            rang: s.when(&call.times.rang_at),
            waited: span(call.times.wait_ms(s.now), &s),
            times: owed.times,
            tries: call.tries,
            withheld: call.masked.is_empty(),
            notes: owed
                .notes
                .iter()
                .map(|note| {
                    (
                        s.when(&note.at),
                        note.staff_name.clone(),
                        format!("{} {}", word(&note.kind), note.words),
                    )
                })
                .collect(),
            id,
        }
    };
    MissedPage {
        rows: owed.iter().map(row).collect(),
        hows: hows
            .map(|how| Choice { key: how.key().to_owned(), name: how.word(s.lang).to_owned() })
            .collect(),
        attempts: desk.site.app.city.desk.calls.missed_attempts,
        wrong,
        s,
    }
}
