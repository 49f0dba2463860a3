//! Counters by month (按月计数): a period of months is read in a few rows, and the days at its edges by day.

use std::{collections::BTreeMap, ops::Range};

use duban_domain::{
    Stamp,
    policy::Reach,
    stamp::{date_of_day, day_number},
};
use jiff::{civil::Date, tz::TimeZone};

use super::{COUNTERS, Figure, Figures, SUMS, UnitFigures, of_reach};
use crate::{ReadTx, StoreError, dialect::Dialect, sql::Sql};

/// What is summed so far, by owner.
pub(super) type Sums = BTreeMap<String, Figures>;

/// The month that a day lies in: years × 12 + months.
pub(crate) fn of_day(day: i64) -> i64 {
    let date = date_of_day(day);
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

/// The first day of a month.
pub(super) fn first_day(month: i64) -> i64 {
    let parts = i16::try_from(month.div_euclid(12)).ok().zip(i8::try_from(month.rem_euclid(12) + 1).ok());
    parts.and_then(|(year, month)| Date::new(year, month, 1).ok()).map_or(0, day_number)
}

/// The months that lie whole between two days, both included.
pub(super) fn whole(first: i64, last: i64) -> Range<i64> {
    let begin = of_day(first);
    let start = if first_day(begin) == first { begin } else { begin + 1 };
    // The month after the last day that still belongs to it.
    let end = of_day(last + 1);
    start..end.max(start)
}

/// Adds to the sums of an owner.
pub(super) fn add(units: &mut Sums, unit: &str, sums: &Figures) {
    match units.get_mut(unit) {
        Some(figures) => figures.merge(sums),
        None => _ = units.insert(unit.to_owned(), *sums),
    }
}

impl ReadTx<'_> {
    /// Adds the counters of whole months.
    pub(super) fn add_months(
        &mut self,
        reach: &Reach,
        months: Range<i64>,
        today: i64,
        units: &mut Sums,
    ) -> Result<(), StoreError> {
        let (sums, end) = match self.dialect() {
            Dialect::Sqlite => (&*COUNTERS, ""),
            Dialect::Postgres => (&*SUMS, " GROUP BY month, unit"),
        };
        let mut sql = Sql::new(&format!("SELECT month, unit, {sums} FROM tally_month WHERE month >= "));
        sql.bind(months.start).push(" AND month < ").bind(months.end);
        of_reach(&mut sql, "unit", reach);
        sql.push(end);
        let this = of_day(today);
        self.each(&sql.text, &sql.params(), &mut |row| {
            let (month, mut sums) = (row.int(0)?, Figures::read(row, 2)?);
            if month < this {
                sums.is_past();
            }
            add(units, row.str(1)?, &sums);
            Ok(())
        })?;
        if months.contains(&this) {
            return self.add_owed(reach, ("tally", "day"), (first_day(this), today - 1), units);
        }
        Ok(())
    }

    /// What is past its time and still owed, by owner, however long ago it was due.
    ///
    /// # Errors
    /// The engine's.
    pub fn overdue(
        &mut self,
        reach: &Reach,
        now: Stamp,
        zone: &TimeZone,
    ) -> Result<Vec<UnitFigures>, StoreError> {
        let (mut units, today) = (Sums::new(), now.day(zone));
        let this = of_day(today);
        self.add_owed(reach, ("tally_month", "month"), (i64::MIN, this - 1), &mut units)?;
        self.add_owed(reach, ("tally", "day"), (first_day(this), today - 1), &mut units)?;
        self.add_today(reach, now, zone, &mut units)?;
        units.retain(|_, figures| *figures != Figures::default());
        Ok(units.into_iter().map(|(unit, figures)| UnitFigures { unit, figures }).collect())
    }

    /// Adds what is past its instant on the day of `now`.
    pub(super) fn add_today(
        &mut self,
        reach: &Reach,
        now: Stamp,
        zone: &TimeZone,
        units: &mut Sums,
    ) -> Result<(), StoreError> {
        for (unit, n) in self.past_due_today(Figure::Running, reach, now, zone)? {
            units.entry(unit).or_default().overdue += n;
        }
        for (unit, n) in self.past_due_today(Figure::ContactRunning, reach, now, zone)? {
            units.entry(unit).or_default().contact_overdue += n;
        }
        Ok(())
    }

    /// What of a running figure is past its instant on the day of `now`, from its few rows.
    fn past_due_today(
        &mut self,
        figure: Figure,
        reach: &Reach,
        now: Stamp,
        zone: &TimeZone,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        let (moment, counts) = figure.condition();
        let column = moment.column();
        let mut sql = Sql::new("SELECT c.owner, count(*) FROM case_row c WHERE ");
        sql.push(column).push(" >= ").bind(Stamp::start_of(date_of_day(now.day(zone)), zone));
        sql.push(" AND ").push(column).push(" < ").bind(now).push(counts);
        of_reach(&mut sql, "c.owner", reach);
        sql.push(" GROUP BY c.owner");
        self.all(&sql.text, &sql.params(), |row| Ok((row.text(0)?, row.int(1)?)))
    }

    /// Adds what some days or months of the past still owe.
    fn add_owed(
        &mut self,
        reach: &Reach,
        (table, when): (&str, &str),
        (first, last): (i64, i64),
        units: &mut Sums,
    ) -> Result<(), StoreError> {
        let mut sql = Sql::new(&format!(
            "SELECT unit, running, contact_running FROM {table} WHERE (running <> 0 OR contact_running <> 0) AND {when} >= "
        ));
        sql.bind(first).push(&format!(" AND {when} <= ")).bind(last);
        of_reach(&mut sql, "unit", reach);
        self.each(&sql.text, &sql.params(), &mut |row| {
            let owed = Figures { overdue: row.int(1)?, contact_overdue: row.int(2)?, ..Figures::default() };
            add(units, row.str(0)?, &owed);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_months_lie_within_and_what_is_left_is_less_than_a_month_at_each_end() {
        for first in (19_000..21_000).step_by(7) {
            for last in (first..first + 120).step_by(3) {
                let months = whole(first, last);
                let inside = (first..=last).filter(|day| {
                    let month = of_day(*day);
                    first_day(month) >= first && first_day(month + 1) - 1 <= last
                });
                let days: i64 = months.clone().map(|month| first_day(month + 1) - first_day(month)).sum();
                assert_eq!(inside.count() as i64, days, "{first} to {last}");
                assert!(months.is_empty() || (first..=last).contains(&first_day(months.start)));
            }
        }
    }
}
