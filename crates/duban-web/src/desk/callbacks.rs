//! 回访: who is called next, how callbacks ended, what is to be judged, what handlers look at again.

use askama::Template;
use axum::extract::Path;
use duban_app::{
    CaseRow,
    callbacks::{self, Owed},
};
use duban_domain::{Refusal, case::Ending, request::Privacy};
use jiff::civil::Date;

use super::words::{thousands, unit_name};
use crate::frame::{Desk, Fields, PageResult, Shell, When, html, see_other};

#[derive(Template)]
#[template(path = "desk/callbacks.html")]
pub(super) struct CallbacksPage {
    pub(super) s: Shell,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) now: Vec<OwedRow>,
    pub(super) later: Vec<OwedRow>,
    pub(super) endings: Vec<(&'static str, String, String)>,
    pub(super) listed: Vec<(CaseLine, String)>,
    pub(super) ending: &'static str,
    pub(super) rule: String,
    pub(super) ground: String,
}

#[derive(Template)]
#[template(path = "desk/judgements.html")]
pub(super) struct JudgementsPage {
    pub(super) s: Shell,
    pub(super) rows: Vec<OwedRow>,
}

#[derive(Template)]
#[template(path = "desk/alerts.html")]
pub(super) struct AlertsPage {
    pub(super) s: Shell,
    pub(super) rows: Vec<(i64, CaseLine, When, String)>,
}

/// A case in a line.
pub(super) struct CaseLine {
    pub(super) number: String,
    pub(super) grouped: String,
    pub(super) title: String,
    pub(super) unit: String,
    pub(super) secret: bool,
}

/// A case to call.
pub(super) struct OwedRow {
    pub(super) case: CaseLine,
    pub(super) ready: When,
    pub(super) since: When,
    pub(super) until: When,
    pub(super) tries: i64,
    pub(super) tried: Option<When>,
}

/// Who is called next.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let query = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let today = desk.site.app.now().date(&desk.site.app.city.zone);
    let to = query.get("to").parse::<Date>().unwrap_or(today);
    let from = query.get("from").parse::<Date>().unwrap_or_else(|_| to.first_of_month()).min(to);
    let ending = Ending::from_key(query.get("ending"));
    let found = desk.run(move |ctx| callbacks::queue(ctx, from, to, ending)).await?;
    Ok(html(&view(&desk, &found, (from, to), ending)))
}

fn view(
    desk: &Desk,
    found: &callbacks::Queue,
    (from, to): (Date, Date),
    ending: Option<Ending>,
) -> CallbacksPage {
    let (s, settings) = (desk.shell(), &desk.site.app.city.settings);
    let href = |ending: Ending| format!("/desk/callbacks?from={from}&to={to}&ending={}#ended", ending.key());
    CallbacksPage {
        from: from.to_string(),
        to: to.to_string(),
        now: found.now.iter().map(|one| owed(desk, &s, one)).collect(),
        later: found.later.iter().map(|one| owed(desk, &s, one)).collect(),
        endings: found.endings.iter().map(|(e, n)| (e.word(s.lang), thousands(*n), href(*e))).collect(),
        listed: found
            .listed
            .iter()
            .map(|row| (line(desk, row), row.closed_at.map(|at| s.when(&at).short).unwrap_or_default()))
            .collect(),
        ending: ending.map_or("", |ending| ending.word(s.lang)),
        rule: rule(&s, settings),
        ground: settings.ground(duban_domain::city::SettingGroup::Callback, s.lang).to_owned(),
        s,
    }
}

/// The rule of the city in a sentence.
fn rule(s: &Shell, settings: &duban_domain::city::Settings) -> String {
    let clock = |minutes: i16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let periods: Vec<String> = settings
        .callback_periods
        .iter()
        .map(|(from, to)| format!("{}-{}", clock(*from), clock(*to)))
        .collect();
    let (attempts, days, apart) =
        (settings.callback_attempts, settings.callback_days, settings.callback_hours_apart);
    match s.lang {
        duban_domain::Lang::Zh => format!(
            "最多打 {attempts} 次，至少分在 {days} 天，两次隔 {apart} 小时以上，同一天换时段：{}",
            periods.join("、")
        ),
        duban_domain::Lang::En => format!(
            "At most {attempts} calls over at least {days} days, {apart} hours apart, on one day in different periods: {}",
            periods.join(", ")
        ),
    }
}

/// What waits to be judged.
pub(crate) async fn judgements(desk: Desk) -> PageResult {
    let found = desk.run(callbacks::to_judge).await?;
    let s = desk.shell();
    Ok(html(&JudgementsPage { rows: found.iter().map(|one| owed(&desk, &s, one)).collect(), s }))
}

/// What handlers are asked to look at again.
pub(crate) async fn alerts(desk: Desk) -> PageResult {
    let found = desk.run(callbacks::alerts).await?;
    let s = desk.shell();
    let rows =
        found.iter().map(|(alert, row)| (alert.id, line(&desk, row), s.when(&alert.at), alert.words.clone()));
    Ok(html(&AlertsPage { rows: rows.collect(), s }))
}

/// A handler has looked.
pub(crate) async fn see(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = id.parse().map_err(|_| Refusal::NotFound)?;
    desk.run(move |ctx| callbacks::see(ctx, id)).await?;
    Ok(see_other("/desk/alerts"))
}

fn line(desk: &Desk, row: &CaseRow) -> CaseLine {
    CaseLine {
        number: row.number.to_string(),
        grouped: row.number.grouped(),
        title: row.title.clone(),
        unit: unit_name(&desk.site.app.city, &row.owner, desk.visit.lang),
        secret: row.privacy == Privacy::Confidential,
    }
}

fn owed(desk: &Desk, s: &Shell, one: &Owed) -> OwedRow {
    OwedRow {
        case: line(desk, &one.row),
        ready: s.when(&one.task.ready_at),
        since: s.when(&one.task.made_at),
        until: s.when(&one.task.until),
        tries: one.task.tries,
        tried: one.task.tried_at.as_ref().map(|at| s.when(at)),
    }
}
