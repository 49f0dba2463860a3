//! 报告: the figures of a day, a week or a month, frozen at an instant, with the newest event they
//! know. So a report can be reckoned again from the histories alone, by another way than the one
//! that made it, and must come out the same.

use std::collections::BTreeMap;

use duban_domain::{
    CaseId, EventId, Refusal, ReportId, Stamp,
    case::{Case, Event},
    policy::{Reach, allow, verb},
    stamp::{date_of_day, day_number},
};
use duban_store::{CaseRow, Figures, ReadTx, ReportRow};
use jiff::{Span, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    App, AppError, Ctx,
    breakdown::{self, By},
    case::row_extra,
    wiring::Result,
};

/// Cases that are reckoned in one transaction.
const BATCH: i64 = 500;
/// Reports on the list.
const LIST: i64 = 60;
/// What a report is divided by.
pub const SIDES: [By; 5] = [By::Unit, By::Category, By::District, By::Channel, By::Kind];

/// How long a time a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// 日报
    Day,
    /// 周报
    Week,
    /// 月报
    Month,
}

impl Period {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The word that addresses use.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.key() == key)
    }

    /// The days around a day: weeks begin on Monday.
    #[must_use]
    pub fn around(self, day: Date) -> (Date, Date) {
        match self {
            Self::Day => (day, day),
            Self::Week => {
                let first = day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days());
                (first, first.saturating_add(6.days()))
            }
            Self::Month => (day.first_of_month(), day.last_of_month()),
        }
    }

    /// The days before those around a day.
    #[must_use]
    pub fn before(self, day: Date) -> (Date, Date) {
        self.around(self.around(day).0.saturating_sub(Span::new().days(1)))
    }
}

/// The figures of a line, in the order of [`Figures::numbers`].
pub type Numbers = Vec<i64>;

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// For each side, the lines of it.
    pub sides: BTreeMap<String, BTreeMap<String, Numbers>>,
    /// The whole of the period before, as it was at the cut-off.
    pub before: Numbers,
}

impl Body {
    /// The figures of all units together.
    #[must_use]
    pub fn all(&self) -> Figures {
        let mut all = Figures::default();
        for numbers in self.sides.get(By::Unit.key()).into_iter().flat_map(BTreeMap::values) {
            all.merge(&Figures::of_numbers(numbers));
        }
        all
    }

    /// The lines of a side, the largest first.
    #[must_use]
    pub fn lines(&self, by: By) -> Vec<breakdown::Line> {
        let raw = self.sides.get(by.key()).cloned().unwrap_or_default();
        let line = |(key, numbers): (String, Numbers)| breakdown::Line {
            key,
            figures: Figures::of_numbers(&numbers),
        };
        let mut lines: Vec<_> = raw.into_iter().map(line).collect();
        lines.sort_by_key(|line| {
            (std::cmp::Reverse(line.figures.get(duban_store::Figure::In)), line.key.clone())
        });
        lines
    }
}

/// A report (报告).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its id; none while it is a draft.
    pub id: Option<ReportId>,
    /// How long a time.
    pub span: Period,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The numbers are as they were at this instant.
    pub cutoff: Stamp,
    /// The newest event they know.
    pub mark: EventId,
    /// Who froze it.
    pub made_by: String,
    /// The numbers.
    pub body: Body,
}

/// A city's report is for those who see the whole city.
fn whole_city(ctx: &Ctx) -> Result<()> {
    let allowed = allow::<verb::Figures>(&ctx.who)?;
    drop(allowed);
    if ctx.who.reach == Reach::All { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// The report of the period around a day as it would be frozen now.
pub fn draft(ctx: &Ctx, span: Period, day: Date) -> Result<Report> {
    whole_city(ctx)?;
    let (from, to) = span.around(day);
    let city = ctx.city();
    let scope = |days| breakdown::scope(city, Reach::All, days, ctx.now);
    ctx.app.store.read(|tx| {
        let mut body = Body::default();
        for by in SIDES {
            let raw = tx.figures_by_side(&[by.side()], &scope((from, to)))?;
            let raw = raw.into_iter().map(|(mut keys, figures)| (keys.pop().flatten(), figures));
            let lines = breakdown::lines(by, None, raw);
            let lines = lines.into_iter().map(|line| (line.key, line.figures.numbers())).collect();
            body.sides.insert(by.key().to_owned(), lines);
        }
        let mut before = Figures::default();
        let earlier = tx.figures_by_side(&[By::Unit.side()], &scope(span.before(day)))?;
        earlier.values().for_each(|figures| before.merge(figures));
        body.before = before.numbers();
        let mark = tx.newest_event()?;
        Ok(Report { id: None, span, from, to, cutoff: ctx.now, mark, made_by: String::new(), body })
    })
}

/// Freezes the report of the period around a day.
pub fn freeze(ctx: &Ctx, span: Period, day: Date) -> Result<ReportId> {
    let report = draft(ctx, span, day)?;
    let id = ctx.app.report_id();
    let row = ReportRow {
        id,
        kind: span.key().to_owned(),
        first: day_number(report.from),
        last: day_number(report.to),
        cutoff: report.cutoff,
        mark: report.mark,
        made_by: ctx.who.name.clone(),
        body: serde_json::to_string(&report.body)
            .map_err(|_| AppError::Broken("a report could not be written down"))?,
    };
    ctx.app.store.write(|tx| Ok::<_, AppError>(tx.insert_report(&row)?))?;
    Ok(id)
}

/// The newest frozen reports.
pub fn list(ctx: &Ctx) -> Result<Vec<Report>> {
    whole_city(ctx)?;
    let rows = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.reports(LIST)?))?;
    rows.into_iter().map(read).collect()
}

/// A frozen report.
pub fn show(ctx: &Ctx, id: ReportId) -> Result<Report> {
    whole_city(ctx)?;
    let row = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.report(id)?))?;
    read(row.ok_or(Refusal::NotFound)?)
}

fn read(row: ReportRow) -> Result<Report> {
    Ok(Report {
        id: Some(row.id),
        span: Period::from_key(&row.kind).ok_or(AppError::Broken("a report of an unknown kind"))?,
        from: date_of_day(row.first),
        to: date_of_day(row.last),
        cutoff: row.cutoff,
        mark: row.mark,
        made_by: row.made_by,
        body: serde_json::from_str(&row.body)
            .map_err(|_| AppError::Broken("a frozen report cannot be read"))?,
    })
}

/// What reckoning a report again gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The numbers that the histories give.
    pub body: Body,
    /// Cases that were looked at.
    pub cases: i64,
    /// Cases whose history was partly erased by law and cannot be told any more.
    pub erased: i64,
}

/// Reckons a report again from the histories of all cases, as they were at its cut-off.
pub fn prove(ctx: &Ctx, report: &Report) -> Result<Proof> {
    whole_city(ctx)?;
    let mut sums = Sums::new(&ctx.app, report);
    let (mut mark, mut cases, mut erased) = (CaseId(i64::MIN), 0, 0);
    loop {
        let last = ctx.app.store.read(|tx| {
            let batch = tx.cases_after(mark, BATCH)?;
            for case in &batch {
                cases += 1;
                match as_it_was(&ctx.app, tx, case.id, report)? {
                    Was::Row(row) => sums.take(&row),
                    Was::Erased => erased += 1,
                    Was::NotYet => {}
                }
            }
            Ok::<_, AppError>(batch.last().map(|case| case.id))
        })?;
        let Some(last) = last else { return Ok(Proof { body: sums.body(), cases, erased }) };
        mark = last;
    }
}

/// A case at a cut-off.
enum Was {
    Row(Box<CaseRow>),
    Erased,
    NotYet,
}

fn as_it_was(app: &App, tx: &mut ReadTx<'_>, id: CaseId, report: &Report) -> Result<Was> {
    let known = tx.events(id)?.into_iter().filter(|e| e.id <= report.mark && e.at <= report.cutoff);
    let Some(history) = known.map(|e| e.event).collect::<Option<Vec<Event>>>() else {
        return Ok(Was::Erased);
    };
    let Some(case) = Case::from_history(id, &history) else { return Ok(Was::NotYet) };
    let Some(row) = tx.case_row(id)? else { return Ok(Was::NotYet) };
    Ok(Was::Row(Box::new(row.as_of(&case, &row_extra(app, &case)))))
}

/// Sums in the making.
struct Sums {
    period: (Stamp, Stamp),
    before: (Stamp, Stamp),
    cutoff: Stamp,
    sides: BTreeMap<String, BTreeMap<String, Figures>>,
    earlier: Figures,
}

impl Sums {
    fn new(app: &App, report: &Report) -> Self {
        let bounds = |days| {
            let scope = breakdown::scope(&app.city, Reach::All, days, report.cutoff);
            (scope.from, scope.to)
        };
        Self {
            period: bounds((report.from, report.to)),
            before: bounds(report.span.before(report.from)),
            cutoff: report.cutoff,
            sides: SIDES.iter().map(|by| (by.key().to_owned(), BTreeMap::new())).collect(),
            earlier: Figures::default(),
        }
    }

    fn take(&mut self, row: &CaseRow) {
        let mut one = Figures::default();
        one.take(row, self.period, self.cutoff);
        self.earlier.take(row, self.before, self.cutoff);
        if one == Figures::default() {
            return;
        }
        for by in SIDES {
            let Some(line) = by.line(by.raw(row).as_deref(), None) else { continue };
            self.sides.entry(by.key().to_owned()).or_default().entry(line).or_default().merge(&one);
        }
    }

    fn body(self) -> Body {
        let numbers = |lines: BTreeMap<String, Figures>| {
            lines.into_iter().map(|(key, figures)| (key, figures.numbers())).collect()
        };
        Body {
            sides: self.sides.into_iter().map(|(by, lines)| (by, numbers(lines))).collect(),
            before: self.earlier.numbers(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday_and_the_one_before_ends_on_sunday() {
        let sunday = Date::constant(2026, 1, 4);
        assert_eq!(Period::Week.around(sunday), (Date::constant(2025, 12, 29), sunday));
        assert_eq!(Period::Week.before(sunday).1, Date::constant(2025, 12, 28));
        assert_eq!(Period::Month.before(sunday).0, Date::constant(2025, 12, 1));
        assert_eq!(Period::Day.before(sunday).0, Date::constant(2026, 1, 3));
    }
}
