//! One public matter: what, roughly where, how far, who deals with it, what was answered in public.

use askama::Template;
use axum::extract::{Path, State};
use duban_app::resident::public::{self, Fact, Held, PublicMatter};
use duban_domain::{Number, Refusal, city::City};

use super::{Row, row};
use crate::{
    frame::{PageResult, Shell, Site, Visit, When, html, map::MapView},
    resident::{unit_name, unit_short},
};

#[derive(Template)]
#[template(path = "resident/public_matter.html")]
pub(in crate::resident) struct MatterPage {
    s: Shell,
    row: Row,
    grouped: String,
    words: String,
    who: String,
    opened: When,
    due: Option<When>,
    open: bool,
    own: Option<String>,
    map: Option<MapView>,
    said: Vec<(When, String, String)>,
}

/// `GET /requests/{number}`
pub(crate) async fn page(State(site): State<Site>, visit: Visit, Path(number): Path<String>) -> PageResult {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    let holds = visit.holds();
    let (matter, own) =
        site.run(move |app| Ok((public::matter(app, &number)?, public::held(app, &holds)?))).await?;
    Ok(html(&MatterPage::new(visit.shell(&site), &site.app.city, &matter, &own)))
}

impl MatterPage {
    pub(in crate::resident) fn new(s: Shell, city: &City, matter: &PublicMatter, own: &[Held]) -> Self {
        let found = &matter.row;
        let mine = own.iter().find(|held| held.public.as_ref() == Some(&found.number));
        Self {
            row: row(&s, city, found, own),
            grouped: found.number.grouped(),
            words: found.words.clone(),
            who: unit_name(city, &found.owner, s.lang),
            opened: s.when(&found.opened_at),
            due: found.answered_at.is_none().then(|| s.when(&found.finish_due)),
            open: found.closed_at.is_none(),
            own: mine.map(|held| held.number.digits().to_owned()),
            map: found.point.map(|at| MapView::new(city, s.lang, Some(at))),
            said: matter.said.iter().map(|(at, fact)| line(&s, city, s.when(at), fact)).collect(),
            s,
        }
    }
}

/// One fact: our words, and the answer that a unit gave to everybody.
pub(super) fn line(s: &Shell, city: &City, at: When, fact: &Fact) -> (When, String, String) {
    let plain = |zh: &str, en: &str| (s.t(zh, en).to_owned(), String::new());
    let (ours, theirs) = match fact {
        Fact::Told => plain("有人说了这件事。", "Somebody told us of it."),
        Fact::Joined => plain("又有一个人遇到。", "Another person met it."),
        Fact::Dispatched(unit) => {
            (format!("{}{}", s.t("交给了", "Passed on to "), unit_short(city, unit, s.lang)), String::new())
        }
        Fact::Signed => plain("接手了，开始办。", "Taken up."),
        Fact::Answered(outcome, words) => {
            (format!("{}{}", outcome.word(s.lang), s.t("：", ":")), words.clone())
        }
        Fact::Missed => plain("过了定的时间，还没有答复。", "The time has passed without an answer."),
        Fact::Reopened(_) => plain("没解决，退回去重新办。", "Not solved: it is done again."),
        Fact::Closed => plain("这件事办完了。", "This matter is closed."),
    };
    (at, ours, theirs)
}
