//! 我也遇到了: another person joins a public matter. They get a number and a pass of their own; the
//! first person learns nothing of them, nor they of the first.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, header::SET_COOKIE},
};
use duban_app::{
    App, AppError,
    case::register,
    keys,
    resident::{access, mine, public},
};
use duban_domain::{Lang, Number, Refusal, confirmation::Gate};

use super::{Row, row};
use crate::{
    frame::{Fields, PageResult, Shell, Site, Visit, WebError, cookies, html, page::html_again, see_other},
    resident::{
        Fault, fault_of,
        handin::{Handed, Typed},
    },
};

#[derive(Template)]
#[template(path = "resident/public_voice.html")]
pub(in crate::resident) struct VoicePage {
    pub(in crate::resident) s: Shell,
    pub(in crate::resident) row: Row,
    pub(in crate::resident) form: Typed,
    pub(in crate::resident) faults: Vec<Fault>,
    /// Whether the city asks for a confirmed number here.
    pub(in crate::resident) gated: bool,
    /// The number that was confirmed in this browser.
    pub(in crate::resident) confirmed: Option<String>,
}

impl VoicePage {
    fn fault(&self, field: &str) -> Option<&str> {
        fault_of(&self.faults, field)
    }
}

/// `GET /requests/{number}/voices`
pub(crate) async fn page(State(site): State<Site>, visit: Visit, Path(number): Path<String>) -> PageResult {
    let mut nonce = [0; 16];
    site.app.entropy.fill(&mut nonce);
    let form = Typed { nonce: keys::hex(&nonce), ..Typed::default() };
    Ok(html(&shown(&site, &visit, &number, form, Vec::new()).await?))
}

/// `POST /requests/{number}/voices`
pub(crate) async fn post(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path(on): Path<String>,
    fields: Fields,
) -> PageResult {
    let number: Number = on.parse().map_err(|_| Refusal::NotFound)?;
    let (typed, lang, mine) = (Typed::of(&fields), visit.lang, visit.mine.clone());
    let form = typed.clone();
    match site.run(move |app| join(app, &number, form, mine.as_deref(), lang)).await? {
        Ok(handed) => Ok(joined(&site, &headers, &handed)),
        Err(faults) => Ok(html_again(&shown(&site, &visit, &on, typed, faults).await?)),
    }
}

fn joined(site: &Site, headers: &HeaderMap, handed: &Handed) -> axum::response::Response {
    let mut response = see_other(&format!("/track/{}?new=1", handed.number));
    let pass = cookies::with_pass(headers, &handed.pass, site.options.secure_cookies);
    response.headers_mut().append(SET_COOKIE, pass);
    response
}

/// Joins, or says what is wrong in which field.
fn join(
    app: &App,
    number: &Number,
    mut form: Typed,
    mine: Option<&str>,
    lang: Lang,
) -> Result<Result<Handed, Vec<Fault>>, AppError> {
    if form.text.is_empty() {
        lang.t("我也遇到了同样的事。", "I met the same.").clone_into(&mut form.text);
    }
    let mut intake = match form.intake(&app.city, Vec::new(), lang) {
        Ok(intake) => intake,
        Err(faults) => return Ok(Err(faults)),
    };
    intake.source_key = intake.source_key.map(|key| format!("{key}:{number}"));
    let who = mine.map(|token| mine::signed(app, token)).transpose()?.flatten();
    match register::joining(app, &intake, number, who.as_ref()) {
        Ok(done) => Ok(Ok(Handed {
            pass: access::pass(app, done.request, app.now())?,
            number: done.number,
            asked: false,
        })),
        Err(AppError::Refused(Refusal::WrongPhase { .. })) => Ok(Err(vec![Fault::new(
            "text",
            lang.t(
                "这件事刚刚办完了。又出问题的话，请另说一件。",
                "It has just been closed. If it is there again, report it anew.",
            ),
        )])),
        Err(AppError::Refused(refusal)) if refusal.field().is_some() => {
            Ok(Err(vec![Fault::refused(refusal.field().unwrap_or("text"), &refusal, lang)]))
        }
        Err(error) => Err(error),
    }
}

async fn shown(
    site: &Site,
    visit: &Visit,
    number: &str,
    form: Typed,
    faults: Vec<Fault>,
) -> Result<VoicePage, WebError> {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    let (city, token) = (&site.app.city, visit.mine.clone());
    let gated = city.settings.codes.requires(Gate::MeToo);
    let (matter, who) = site
        .run(move |app| {
            let who = token.filter(|_| gated).map(|token| mine::signed(app, &token)).transpose()?.flatten();
            Ok((public::matter(app, &number)?, who))
        })
        .await?;
    let mut s = visit.shell(site);
    s.path = format!("/requests/{}/voices", matter.row.number);
    let confirmed = who.map(|who| who.words());
    Ok(VoicePage { row: row(&s, city, &matter.row, &[]), form, faults, gated, confirmed, s })
}
