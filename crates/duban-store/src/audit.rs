//! Do the counters equal what the rows add up to, and is nobody kept without need? For `duban check`
//! and for tests.

use std::collections::BTreeMap;

use duban_domain::CaseId;
use jiff::tz::TimeZone;

use crate::{
    CaseRow, Figure, Figures, ReadTx, StoreError,
    dialect::Dialect,
    figures::{SUMS, month_of_day},
    row::COLUMNS,
    value::params,
};

impl ReadTx<'_> {
    /// What is wrong with the file itself: pages that are damaged, indexes that do not match their rows. A
    /// server looks after its own files.
    ///
    /// # Errors
    /// The engine's.
    pub fn damage(&mut self) -> Result<Vec<String>, StoreError> {
        match self.dialect() {
            Dialect::Postgres => Ok(Vec::new()),
            Dialect::Sqlite => {
                let mut said = self.all("PRAGMA integrity_check(20)", &[], |row| row.text(0))?;
                said.retain(|line| line != "ok");
                Ok(said)
            }
        }
    }

    /// How many people are kept whom no request names: data that nobody needs.
    ///
    /// # Errors
    /// The engine's.
    pub fn people_without_request(&mut self) -> Result<i64, StoreError> {
        self.number(
            "SELECT count(*) FROM person p WHERE NOT EXISTS (SELECT 1 FROM request r WHERE r.person_id = p.id)",
            &[],
        )
    }

    /// Counters that do not equal what the rows add up to, in a sentence each.
    ///
    /// # Errors
    /// The engine's.
    pub fn wrong_tallies(&mut self, zone: &TimeZone) -> Result<Vec<String>, StoreError> {
        let mut sums: BTreeMap<(i64, String, Figure), i64> = BTreeMap::new();
        let mut mark = CaseId(i64::MIN);
        loop {
            let sql = format!("SELECT {COLUMNS} FROM case_row c WHERE c.id > $1 ORDER BY c.id LIMIT 1000");
            let rows = self.all(&sql, params![mark], CaseRow::read)?;
            let Some(last) = rows.last() else { break };
            mark = last.id;
            for row in &rows {
                for figure in Figure::ALL {
                    if let Some((at, n)) = figure.of(row) {
                        *sums.entry((at.day(zone), row.owner.clone(), figure)).or_default() += n;
                    }
                }
            }
        }
        for (day, unit, figures) in self.destroyed_sums()? {
            for figure in Figure::ALL {
                *sums.entry((day, unit.clone(), figure)).or_default() += figures.get(figure);
            }
        }
        let mut by_month: BTreeMap<(i64, String, Figure), i64> = BTreeMap::new();
        for ((day, unit, figure), n) in &sums {
            *by_month.entry((month_of_day(*day), unit.clone(), *figure)).or_default() += n;
        }
        let mut wrong = self.apart(by_month, "tally_month", "month")?;
        wrong.extend(self.apart(sums, "tally", "day")?);
        Ok(wrong)
    }

    /// Counters of one table that are not what the rows add up to, in a sentence each.
    fn apart(
        &mut self,
        mut sums: BTreeMap<(i64, String, Figure), i64>,
        table: &str,
        when: &str,
    ) -> Result<Vec<String>, StoreError> {
        let sql = format!("SELECT {when}, unit, {} FROM {table} GROUP BY {when}, unit", *SUMS);
        let kept = self.all(&sql, &[], |row| Ok((row.int(0)?, row.text(1)?, Figures::read(row, 2)?)))?;
        for (day, unit, figures) in kept {
            for figure in Figure::ALL {
                *sums.entry((day, unit.clone(), figure)).or_default() -= figures.get(figure);
            }
        }
        let wrong = sums.into_iter().filter(|(_, apart)| *apart != 0);
        Ok(wrong
            .map(|((day, unit, figure), apart)| {
                format!("counter {} of {unit} in {when} {day} is off by {apart}", figure.key())
            })
            .collect())
    }
}
