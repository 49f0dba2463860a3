//! 数据: the figures of a period, each with its formula, each opening the cases it counts.

use duban_domain::{
    Stamp,
    case::Phase,
    policy::{allow, verb},
    stamp::day_number,
};
use duban_store::{CaseQuery, Figures, Order, Tallies, UnitFigures};
use jiff::civil::Date;

use crate::{Ctx, wiring::Result};

/// The figures of a period.
#[derive(Clone, Debug)]
pub struct Report {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// All units within reach together.
    pub all: Figures,
    /// Each unit by itself.
    pub units: Vec<UnitFigures>,
    /// Taken in and closed, day by day.
    pub days: Vec<DayFigures>,
}

/// One day of the chart.
#[derive(Clone, Copy, Debug)]
pub struct DayFigures {
    /// The day.
    pub date: Date,
    /// Taken in.
    pub received: i64,
    /// Closed.
    pub closed: i64,
}

/// Taken in and closed on one day, within reach: two numbers for the head of a list.
pub fn of_day(ctx: &Ctx, date: Date) -> Result<(i64, i64)> {
    allow::<verb::Figures>(&ctx.who)?;
    let day = day_number(date);
    ctx.app.store.read(|tx| {
        let sums = tx.figures_by_day(&ctx.who.reach, day, day)?;
        Ok(sums.first().map_or((0, 0), |sum| (sum.received, sum.closed)))
    })
}

/// The sums of a period, within reach.
pub fn totals(ctx: &Ctx, from: Date, to: Date) -> Result<Figures> {
    allow::<verb::Figures>(&ctx.who)?;
    let zone = &ctx.city().zone;
    let (first, last) = (day_number(from), day_number(to));
    ctx.app.store.read(|tx| Ok(tx.figures(&ctx.who.reach, first, last, ctx.now, zone)?))
}

/// Counting what is open stops here.
pub const NOW_MAX: i64 = 10_000;

/// How things stand (现状): what a wall shows.
#[derive(Clone, Debug, Default)]
pub struct Now {
    /// Taken in today.
    pub received: i64,
    /// Closed today.
    pub closed: i64,
    /// Open, up to [`NOW_MAX`].
    pub open: i64,
    /// Open and due today, up to [`NOW_MAX`].
    pub due_today: i64,
    /// Past its time, not answered.
    pub overdue: i64,
    /// The last seven days.
    pub week: Figures,
    /// Who has what is past its time, most first.
    pub late: Vec<(String, i64)>,
}

/// How things stand at this instant, within reach. Numbers of cases and names of units only.
pub fn now(ctx: &Ctx) -> Result<Now> {
    allow::<verb::Figures>(&ctx.who)?;
    let (reach, zone) = (&ctx.who.reach, &ctx.city().zone);
    let today = ctx.now.day(zone);
    let open = CaseQuery {
        reach: reach.clone(),
        phases: Phase::ALL.iter().copied().filter(|phase| *phase != Phase::Closed).collect(),
        order: Order::Due,
        ..CaseQuery::default()
    };
    let day = |n: i64| Stamp::start_of(duban_domain::stamp::date_of_day(today + n), zone);
    let due_today = CaseQuery { due: Some((day(0), day(1))), ..open.clone() };
    ctx.app.store.read(|tx| {
        let sums = tx.tallies(reach, (today, today), ctx.now, zone)?.days;
        let (received, closed) = sums.first().map_or((0, 0), |sum| (sum.received, sum.closed));
        let units = tx.overdue(reach, ctx.now, zone)?;
        let mut late: Vec<(String, i64)> =
            units.into_iter().map(|unit| (unit.unit, unit.figures.overdue)).filter(|(_, n)| *n > 0).collect();
        late.sort_by_key(|(unit, n)| (std::cmp::Reverse(*n), unit.clone()));
        Ok(Now {
            received,
            closed,
            open: tx.count(&open, NOW_MAX)?,
            due_today: tx.count(&due_today, NOW_MAX)?,
            overdue: late.iter().map(|(_, n)| n).sum(),
            week: tx.figures(reach, today - 6, today, ctx.now, zone)?,
            late,
        })
    })
}

/// The figures of a period, current to the second, within reach.
pub fn report(ctx: &Ctx, from: Date, to: Date) -> Result<Report> {
    allow::<verb::Figures>(&ctx.who)?;
    let (first, last) = (day_number(from), day_number(to));
    let zone = &ctx.city().zone;
    ctx.app.store.read(|tx| {
        let Tallies { units, days } = tx.tallies(&ctx.who.reach, (first, last), ctx.now, zone)?;
        let all = Figures::together(&units);
        let days = days
            .into_iter()
            .map(|d| DayFigures {
                date: duban_domain::stamp::date_of_day(d.day),
                received: d.received,
                closed: d.closed,
            })
            .collect();
        Ok(Report { from, to, all, units, days })
    })
}
