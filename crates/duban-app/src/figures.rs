//! 数据: the figures of a period, each with its formula, each opening the cases it counts.

use duban_domain::{
    policy::{allow, verb},
    stamp::day_number,
};
use duban_store::{Figures, Tallies, UnitFigures};
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
