//! Do the counters equal what the rows add up to? For `duban check` and for tests.

use std::collections::BTreeMap;

use duban_domain::CaseId;
use jiff::tz::TimeZone;

use crate::{CaseRow, Figure, ReadTx, StoreError, row::COLUMNS, value::params};

impl ReadTx<'_> {
    /// Counters that do not equal what the rows add up to, in a sentence each.
    ///
    /// # Errors
    /// The engine's.
    pub fn wrong_tallies(&mut self, zone: &TimeZone) -> Result<Vec<String>, StoreError> {
        let mut sums: BTreeMap<(i64, i64, String), i64> = BTreeMap::new();
        let mut mark = CaseId(i64::MIN);
        loop {
            let sql = format!("SELECT {COLUMNS} FROM case_row c WHERE c.id > $1 ORDER BY c.id LIMIT 1000");
            let rows = self.all(&sql, params![mark], CaseRow::read)?;
            let Some(last) = rows.last() else { break };
            mark = last.id;
            for row in &rows {
                for figure in Figure::ALL {
                    if let Some((at, n)) = figure.of(row) {
                        *sums.entry((at.day(zone), figure.code(), row.owner.clone())).or_default() += n;
                    }
                }
            }
        }
        let kept = self.all(
            "SELECT day, what, unit, CAST(sum(n) AS BIGINT) FROM tally GROUP BY day, what, unit",
            &[],
            |row| Ok(((row.int(0)?, row.int(1)?, row.text(2)?), row.int(3)?)),
        )?;
        for (key, n) in kept {
            *sums.entry(key).or_default() -= n;
        }
        let wrong = sums.into_iter().filter(|(_, apart)| *apart != 0);
        Ok(wrong
            .map(|((day, what, unit), apart)| {
                format!("counter {what} of {unit} on day {day} is off by {apart}")
            })
            .collect())
    }
}
