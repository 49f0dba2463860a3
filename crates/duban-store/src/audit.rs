//! Do the counters equal what the rows add up to, and is nobody kept without need? For `duban check`
//! and for tests.

use std::collections::BTreeMap;

use duban_domain::CaseId;
use jiff::tz::TimeZone;

use crate::{CaseRow, Figure, Figures, ReadTx, StoreError, figures::SUMS, row::COLUMNS, value::params};

impl ReadTx<'_> {
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
        let sql = format!("SELECT day, unit, {} FROM tally GROUP BY day, unit", *SUMS);
        let kept = self.all(&sql, &[], |row| Ok((row.int(0)?, row.text(1)?, Figures::read(row, 2)?)))?;
        for (day, unit, figures) in kept {
            for figure in Figure::ALL {
                *sums.entry((day, unit.clone(), figure)).or_default() -= figures.get(figure);
            }
        }
        let wrong = sums.into_iter().filter(|(_, apart)| *apart != 0);
        Ok(wrong
            .map(|((day, unit, figure), apart)| {
                format!("counter {} of {unit} on day {day} is off by {apart}", figure.key())
            })
            .collect())
    }
}
