//! What destroyed cases count (销毁工单的数字): the figures of a day stay as they were published, though the rows that made
//! them are gone.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::tz::TimeZone;

use super::{COUNTERS, Figure, Figures, MOVE_DAY, MOVE_MONTH, month_of_day, mover};
use crate::{
    CaseRow, ReadTx, StoreError, WriteTx,
    value::{Param, params},
};

static KEEP: LazyLock<String> = LazyLock::new(|| mover("tally_destroyed", "day"));

/// Keeps what a row counts, before it goes.
pub(crate) fn keep(tx: &mut WriteTx<'_>, row: &CaseRow, zone: &TimeZone) -> Result<(), StoreError> {
    let mut days: BTreeMap<i64, [i64; Figure::ALL.len()]> = BTreeMap::new();
    for figure in Figure::ALL {
        if let Some((at, n)) = figure.of(row) {
            days.entry(at.day(zone)).or_default()[figure as usize - 1] += n;
        }
    }
    for (day, sums) in days {
        add(tx, &KEEP, day, &row.owner, sums)?;
    }
    Ok(())
}

fn add(
    tx: &mut WriteTx<'_>,
    sql: &str,
    when: i64,
    unit: &str,
    sums: [i64; Figure::ALL.len()],
) -> Result<(), StoreError> {
    let mut values = params![when, unit, 0_i64].to_vec();
    values.extend(sums.into_iter().map(Param::from));
    tx.exec(sql, &values).map(|_| ())
}

impl ReadTx<'_> {
    /// What is kept of destroyed cases: day, owner, sums.
    pub(crate) fn destroyed_sums(&mut self) -> Result<Vec<(i64, String, Figures)>, StoreError> {
        let sql = format!("SELECT day, unit, {} FROM tally_destroyed", *COUNTERS);
        self.all(&sql, &[], |row| Ok((row.int(0)?, row.text(1)?, Figures::read(row, 2)?)))
    }
}

impl WriteTx<'_> {
    /// Puts it into the counters, where these are made anew.
    pub(super) fn count_destroyed(&mut self) -> Result<(), StoreError> {
        for (day, unit, figures) in self.destroyed_sums()? {
            let sums = Figure::ALL.map(|figure| figures.get(figure));
            add(self, &MOVE_DAY, day, &unit, sums)?;
            add(self, &MOVE_MONTH, month_of_day(day), &unit, sums)?;
        }
        Ok(())
    }
}
