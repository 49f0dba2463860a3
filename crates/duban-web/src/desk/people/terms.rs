//! 保存期限: what goes today and within a month, what is held back and why, and what went.

use askama::Template;
use duban_app::{
    DestructionRow, HoldRow,
    retention::{self, Coming, MOST, Sums},
};
use duban_domain::{
    Number, Refusal,
    retention::{Due, Record, Term},
};

use super::erasures::sentence;
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, html_again, see_other};

#[derive(Template)]
#[template(path = "people/terms.html")]
pub(super) struct TermsPage {
    s: Shell,
    saved: bool,
    hour: u32,
    terms: Vec<TermShown>,
    coming: Vec<ComingShown>,
    records: Vec<RecordShown>,
    holds: Vec<HoldShown>,
    destroyed: Vec<GoneShown>,
    destroyed_count: i64,
    number: String,
    words: String,
    wrong: String,
}

struct TermShown {
    name: String,
    anonymise: String,
    destroy: String,
    law: String,
    now: SumsShown,
    soon: SumsShown,
}

struct ComingShown {
    number: String,
    category: String,
    kind: &'static str,
    closed: When,
    what: &'static str,
    tonight: bool,
    held: bool,
}

struct SumsShown {
    anonymise: String,
    destroy: String,
    held: i64,
}

struct RecordShown {
    name: &'static str,
    months: u32,
    now: String,
    soon: String,
}

struct HoldShown {
    number: String,
    words: String,
    by: String,
    when: When,
}

struct GoneShown {
    number: String,
    category: String,
    kind: &'static str,
    closed: When,
    when: When,
    requests: i64,
    events: i64,
    files: i64,
    digest: String,
}

/// The page.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    Ok(html(&view(&desk, &asked, String::new()).await?))
}

/// Holds a case back, or back no longer.
pub(crate) async fn hold(desk: Desk, fields: Fields) -> PageResult {
    match held_back(&desk, &fields).await {
        Ok(()) => Ok(see_other("/desk/retention?saved=1")),
        Err(error) => {
            let wrong = sentence(desk.visit.lang, error)?;
            Ok(html_again(&view(&desk, &fields, wrong).await?))
        }
    }
}

async fn held_back(desk: &Desk, fields: &Fields) -> Result<(), WebError> {
    let number: Number = fields.get("number").parse().map_err(|_| Refusal::NotFound)?;
    let (release, words) = (fields.get("do") == "release", fields.get("words").to_owned());
    desk.run(move |ctx| match release {
        true => retention::release(ctx, &number),
        false => retention::hold(ctx, &number, &words),
    })
    .await
}

async fn view(desk: &Desk, asked: &Fields, wrong: String) -> Result<TermsPage, WebError> {
    let over = desk.run(retention::overview).await?;
    let s = desk.shell();
    let city = &desk.site.app.city;
    let category = |key: Option<&str>| key.map(|key| city.category_path(key, s.lang)).unwrap_or_default();
    Ok(TermsPage {
        saved: asked.get("saved") == "1",
        hour: over.hour,
        terms: over.terms.iter().map(|(term, now, soon)| one(&s, term, now, soon)).collect(),
        coming: over.coming.iter().map(|row| next(&s, row, category(row.category.as_deref()))).collect(),
        records: over.records.iter().map(|row| record(&s, *row)).collect(),
        holds: over.holds.iter().map(|row| held(&s, row)).collect(),
        destroyed: over
            .destroyed
            .0
            .iter()
            .map(|row| gone(&s, row, category(row.category.as_deref())))
            .collect(),
        destroyed_count: over.destroyed.1,
        number: asked.get("number").to_owned(),
        words: asked.get("words").to_owned(),
        wrong,
        s,
    })
}

fn one(s: &Shell, term: &Term, now: &Sums, soon: &Sums) -> TermShown {
    let months = |months: Option<u32>| {
        months.map_or_else(|| s.t("一直留着", "for ever").to_owned(), |n| in_months(s, n))
    };
    TermShown {
        name: term.name.get(s.lang).to_owned(),
        anonymise: months(term.anonymise_months),
        destroy: months(term.destroy_months),
        law: term.law.as_ref().map(|law| law.get(s.lang).to_owned()).unwrap_or_default(),
        now: sums(now),
        soon: sums(soon),
    }
}

fn next(s: &Shell, row: &Coming, category: String) -> ComingShown {
    ComingShown {
        number: row.number.to_string(),
        category,
        kind: row.kind.word(s.lang),
        closed: s.when(&row.closed_at),
        what: if row.due == Due::Destroy {
            s.t("销毁", "destroyed")
        } else {
            s.t("去身份", "anonymised")
        },
        tonight: row.tonight,
        held: row.held,
    }
}

fn in_months(s: &Shell, n: u32) -> String {
    match s.lang {
        duban_domain::Lang::Zh => format!("{n} 个月"),
        duban_domain::Lang::En => format!("{n} months"),
    }
}

fn sums(sums: &Sums) -> SumsShown {
    let more = if sums.more { "+" } else { "" };
    SumsShown {
        anonymise: format!("{}{more}", sums.anonymise),
        destroy: format!("{}{more}", sums.destroy),
        held: sums.held,
    }
}

fn record(s: &Shell, (what, months, now, soon): (Record, u32, i64, i64)) -> RecordShown {
    let count = |n: i64| if n >= MOST { format!("{n}+") } else { n.to_string() };
    RecordShown { name: what.word(s.lang), months, now: count(now), soon: count(soon) }
}

fn held(s: &Shell, row: &HoldRow) -> HoldShown {
    HoldShown {
        number: row.number.clone(),
        words: row.words.clone(),
        by: row.by.clone(),
        when: s.when(&row.at),
    }
}

fn gone(s: &Shell, row: &DestructionRow, category: String) -> GoneShown {
    GoneShown {
        number: row.number.clone(),
        category,
        kind: row.kind.word(s.lang),
        closed: s.when(&row.closed_at),
        when: s.when(&row.destroyed_at),
        requests: row.requests,
        events: row.events,
        files: row.files,
        digest: duban_app::keys::hex(&row.digest[..row.digest.len().min(8)]),
    }
}
