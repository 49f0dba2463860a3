//! 工作时间: the spans of an ordinary day in a form; seasons, half days, holidays and make-up days are tables
//! of their own and are led to from here.

use askama::Template;
use duban_app::{
    AppError,
    administration::{hours, pack::Saved},
};
use duban_domain::{
    Refusal,
    city::{
        Severity,
        edit::{self, Table},
    },
};

use crate::frame::{Desk, Fields, PageResult, Shell, WebError, html, html_again};

/// Spans that the form has room for: more than a day is worked in.
const SPANS: usize = 4;

#[derive(Template)]
#[template(path = "admin/hours.html")]
pub(super) struct HoursPage {
    s: Shell,
    version: i64,
    spans: Vec<(usize, String, String)>,
    tables: Vec<(&'static str, &'static str, usize)>,
    saved: bool,
    wrong: String,
    /// What the check says of the hours.
    error: String,
    /// What it says of anything else.
    others: Vec<String>,
}

/// The form.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let (spans, version) = desk.run(hours::usual).await?;
    Ok(html(&view(&desk, &spans, version).await?))
}

/// Keeps them, or shows them again with what is wrong.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    let (spans, version) = (sent(&fields), fields.get("version").parse().unwrap_or(0));
    let asked = spans.clone();
    match desk.run(move |ctx| hours::set(ctx, &asked, version)).await {
        Ok(Saved::Done(version, _)) => {
            Ok(html(&HoursPage { saved: true, ..view(&desk, &spans, version).await? }))
        }
        Ok(Saved::Faulty(faults)) => {
            let lang = desk.visit.lang;
            let (ours, rest): (Vec<_>, Vec<_>) =
                faults.into_iter().partition(|fault| fault.file == "calendar.toml");
            let error = ours.iter().map(|f| format!("{} {}", f.what.get(lang), f.mend.get(lang)));
            // What was there before, and is only to be thought of, is not in the way.
            let rest = rest.into_iter().filter(|fault| fault.severity == Severity::Error);
            let (error, others) =
                (error.collect::<Vec<_>>().join(" "), rest.map(|f| f.sentence(lang)).collect());
            Ok(html_again(&HoursPage { error, others, ..view(&desk, &spans, version).await? }))
        }
        Err(WebError::App(AppError::Refused(refusal @ (Refusal::Stale | Refusal::NoChange)))) => {
            let (_, now) = desk.run(hours::usual).await?;
            let wrong = said(&desk, &refusal);
            Ok(html_again(&HoursPage { wrong, ..view(&desk, &spans, now).await? }))
        }
        Err(error) => Err(error),
    }
}

fn said(desk: &Desk, refusal: &Refusal) -> String {
    let lang = desk.visit.lang;
    match refusal {
        Refusal::Stale => lang
            .t(
                "这期间别人改了城市的设置。您写的还在下面；再存一次就以您写的为准。",
                "Somebody changed the settings meanwhile. What you wrote is below; saving it once more makes yours hold.",
            )
            .to_owned(),
        other => other.sentence(lang),
    }
}

/// `from-to` of each pair of fields; a pair with nothing in it is none.
fn sent(fields: &Fields) -> Vec<String> {
    let one = |at: usize| {
        let (from, to) = (fields.get(&format!("from{at}")).trim(), fields.get(&format!("to{at}")).trim());
        (!from.is_empty() || !to.is_empty()).then(|| format!("{from}-{to}"))
    };
    (1..=SPANS).filter_map(one).collect()
}

async fn view(desk: &Desk, spans: &[String], version: i64) -> Result<HoursPage, WebError> {
    let s = desk.shell();
    let standing = desk.run(duban_app::administration::pack::standing).await?;
    let tables = [Table::Seasons, Table::Halves, Table::Holidays, Table::Makeups];
    let count = |table: Table| edit::entries(&standing.files, table).len();
    let span = |at: usize| {
        let text = spans.get(at).map_or("", String::as_str);
        let (from, to) = text.split_once('-').unwrap_or((text, ""));
        (at + 1, from.trim().to_owned(), to.trim().to_owned())
    };
    Ok(HoursPage {
        version,
        spans: (0..SPANS).map(span).collect(),
        tables: tables.iter().map(|t| (t.key(), t.word(s.lang), count(*t))).collect(),
        saved: false,
        wrong: String::new(),
        error: String::new(),
        others: Vec::new(),
        s,
    })
}
