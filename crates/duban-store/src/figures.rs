//! Figures (数据): counters by day and owner, kept with every change; each is defined once, here.
//!
//! A figure says which instant of a row decides its day and which rows count. As a function it
//! feeds the counters, as a condition it lists the cases; a test holds the two against each other.
//! Knows no clock and no zone: callers pass both.

use std::collections::BTreeMap;

use duban_domain::{CaseId, Stamp, case::Ending, policy::Reach, request::Kind, stamp::date_of_day};
use jiff::tz::TimeZone;

use crate::{CaseRow, ReadTx, StoreError, WriteTx, dialect::Dialect, row::COLUMNS, sql::Sql, value::params};

/// What is counted. The number is what the table of counters holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// 受理: opened on the day.
    In = 1,
    /// 办结: closed on the day.
    Closed = 2,
    /// 当场答复: closed on the day by an answer on the telephone.
    Direct = 3,
    /// 按时答复: due on the day and answered by then.
    OnTime = 4,
    /// 逾期答复: due on the day and answered later.
    Late = 5,
    /// 在办: due on the day, open and not answered.
    Running = 6,
    /// 按时联系: contact due on the day and made by then.
    ContactOk = 7,
    /// 逾期联系: contact due on the day and made later.
    ContactLate = 8,
    /// 待联系: contact due on the day, open and not made.
    ContactRunning = 9,
    /// 已解决: the person said so on the day; questions are not counted.
    Solved = 10,
    /// 未解决: the person said so on the day; questions are not counted.
    Unsolved = 11,
    /// 已评价: the person said on the day how satisfied they are.
    Rated = 12,
    /// 满意度得分: the sum of what the ratings of the day are worth.
    Score = 13,
}

impl Figure {
    /// Every figure.
    pub const ALL: [Self; 13] = [
        Self::In,
        Self::Closed,
        Self::Direct,
        Self::OnTime,
        Self::Late,
        Self::Running,
        Self::ContactOk,
        Self::ContactLate,
        Self::ContactRunning,
        Self::Solved,
        Self::Unsolved,
        Self::Rated,
        Self::Score,
    ];

    /// The word that addresses use.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Closed => "closed",
            Self::Direct => "direct",
            Self::OnTime => "on-time",
            Self::Late => "late",
            Self::Running => "running",
            Self::ContactOk => "contact-ok",
            Self::ContactLate => "contact-late",
            Self::ContactRunning => "contact-running",
            Self::Solved => "solved",
            Self::Unsolved => "unsolved",
            Self::Rated => "rated",
            Self::Score => "score",
        }
    }

    /// The figure with this word.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.key() == key)
    }

    pub(crate) fn code(self) -> i64 {
        self as i64
    }

    /// What a row adds: the instant that decides the day, and how much; none when it does not count.
    pub(crate) fn of(self, row: &CaseRow) -> Option<(Stamp, i64)> {
        let open = row.closed_at.is_none();
        let heard = |solved| {
            (row.solved == Some(solved) && row.kind != Kind::Consult).then_some(row.heard_at).flatten()
        };
        let contact = |fits: bool| fits.then_some(row.contact_due).flatten();
        let at = match self {
            Self::In => Some(row.opened_at),
            Self::Closed => row.closed_at,
            Self::Direct => row.closed_at.filter(|_| row.ending == Some(Ending::Direct)),
            Self::OnTime => row.answered_at.filter(|at| *at <= row.finish_due).map(|_| row.finish_due),
            Self::Late => row.answered_at.filter(|at| *at > row.finish_due).map(|_| row.finish_due),
            Self::Running => (open && row.answered_at.is_none()).then_some(row.finish_due),
            Self::ContactOk => contact(row.contacted_at.is_some() && row.contacted_at <= row.contact_due),
            Self::ContactLate => contact(row.contacted_at.is_some() && row.contacted_at > row.contact_due),
            Self::ContactRunning => contact(open && row.contacted_at.is_none()),
            Self::Solved => heard(true),
            Self::Unsolved => heard(false),
            Self::Rated | Self::Score => row.score.and(row.heard_at),
        };
        let n = if self == Self::Score { row.score.unwrap_or(0) } else { 1 };
        at.map(|at| (at, n))
    }

    /// The same as a condition on `c`: the column that decides the day, and which rows count.
    pub(crate) fn condition(self) -> (&'static str, &'static str) {
        match self {
            Self::In => ("c.opened_at", ""),
            Self::Closed => ("c.closed_at", ""),
            Self::Direct => ("c.closed_at", " AND c.ending = 3"),
            Self::OnTime => ("c.finish_due", " AND c.answered_at <= c.finish_due"),
            Self::Late => ("c.finish_due", " AND c.answered_at > c.finish_due"),
            Self::Running => ("c.finish_due", " AND c.answered_at IS NULL AND c.closed_at IS NULL"),
            Self::ContactOk => ("c.contact_due", " AND c.contacted_at <= c.contact_due"),
            Self::ContactLate => ("c.contact_due", " AND c.contacted_at > c.contact_due"),
            Self::ContactRunning => ("c.contact_due", " AND c.contacted_at IS NULL AND c.closed_at IS NULL"),
            Self::Solved => ("c.heard_at", " AND c.solved = 1 AND c.kind <> 1"),
            Self::Unsolved => ("c.heard_at", " AND c.solved = 0 AND c.kind <> 1"),
            Self::Rated | Self::Score => ("c.heard_at", " AND c.score IS NOT NULL"),
        }
    }
}

/// Sums over some days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    sums: [i64; Figure::ALL.len()],
    /// 逾期未答: due in these days and by now, open and not answered.
    pub overdue: i64,
    /// 逾期未联系: contact due in these days and by now, open and not made.
    pub contact_overdue: i64,
}

impl Figures {
    /// One figure.
    #[must_use]
    pub fn get(&self, figure: Figure) -> i64 {
        self.sums[figure as usize - 1]
    }

    fn add(&mut self, code: i64, n: i64) {
        let at = usize::try_from(code - 1).ok();
        if let Some(sum) = at.and_then(|at| self.sums.get_mut(at)) {
            *sum += n;
        }
    }
}

/// The sums of one owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFigures {
    /// The unit, or the centre for what nobody leads yet.
    pub unit: String,
    /// Its sums.
    pub figures: Figures,
}

/// One day of a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DaySums {
    /// The day.
    pub day: i64,
    /// 受理
    pub received: i64,
    /// 办结
    pub closed: i64,
}

impl ReadTx<'_> {
    /// All figures of the days from the first to the last, both included, current to the instant.
    /// With a reach of units: what those units have.
    ///
    /// # Errors
    /// The engine's.
    pub fn figures(
        &mut self,
        reach: &Reach,
        first: i64,
        last: i64,
        now: Stamp,
        zone: &TimeZone,
    ) -> Result<Figures, StoreError> {
        let units = self.figures_by_unit(reach, first, last, now, zone)?;
        Ok(units.iter().fold(Figures::default(), |mut all, unit| {
            all.sums.iter_mut().zip(unit.figures.sums).for_each(|(sum, n)| *sum += n);
            all.overdue += unit.figures.overdue;
            all.contact_overdue += unit.figures.contact_overdue;
            all
        }))
    }

    /// The same for each owner, in the order of their keys; owners without any figure are not in it.
    ///
    /// # Errors
    /// The engine's.
    pub fn figures_by_unit(
        &mut self,
        reach: &Reach,
        first: i64,
        last: i64,
        now: Stamp,
        zone: &TimeZone,
    ) -> Result<Vec<UnitFigures>, StoreError> {
        let mut units: BTreeMap<String, Figures> = BTreeMap::new();
        let mut sql = Sql::new("SELECT unit, what, CAST(sum(n) AS BIGINT) FROM tally WHERE day >= ");
        sql.bind(first).push(" AND day <= ").bind(last);
        of_reach(&mut sql, "unit", reach);
        sql.push(" GROUP BY unit, what");
        self.each(&sql.text, &sql.params(), &mut |row| {
            let n = row.int(2)?;
            if n != 0 {
                units.entry(row.text(0)?).or_default().add(row.int(1)?, n);
            }
            Ok(())
        })?;
        for (figure, contact) in [(Figure::Running, false), (Figure::ContactRunning, true)] {
            for (unit, n) in self.past_due(figure, reach, (first, last), now, zone)? {
                let figures = units.entry(unit).or_default();
                if contact { figures.contact_overdue += n } else { figures.overdue += n }
            }
        }
        Ok(units.into_iter().map(|(unit, figures)| UnitFigures { unit, figures }).collect())
    }

    /// Opened and closed on each day from the first to the last, both included.
    ///
    /// # Errors
    /// The engine's.
    pub fn figures_by_day(
        &mut self,
        reach: &Reach,
        first: i64,
        last: i64,
    ) -> Result<Vec<DaySums>, StoreError> {
        let mut days: Vec<DaySums> =
            (first..=last).map(|day| DaySums { day, ..DaySums::default() }).collect();
        let mut sql = Sql::new("SELECT day, what, CAST(sum(n) AS BIGINT) FROM tally WHERE day >= ");
        sql.bind(first).push(" AND day <= ").bind(last);
        sql.push(" AND what IN (").bind_all([Figure::In.code(), Figure::Closed.code()]).push(")");
        of_reach(&mut sql, "unit", reach);
        sql.push(" GROUP BY day, what");
        self.each(&sql.text, &sql.params(), &mut |row| {
            let at = usize::try_from(row.int(0)? - first).ok();
            if let Some(day) = at.and_then(|at| days.get_mut(at)) {
                let sum = if row.int(1)? == Figure::In.code() { &mut day.received } else { &mut day.closed };
                *sum += row.int(2)?;
            }
            Ok(())
        })?;
        Ok(days)
    }

    /// What of a running figure is past its instant: whole days from the counters, the day of `now`
    /// from its few rows.
    fn past_due(
        &mut self,
        figure: Figure,
        reach: &Reach,
        days: (i64, i64),
        now: Stamp,
        zone: &TimeZone,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        let (first, last) = days;
        let today = now.day(zone);
        let mut sql = Sql::new("SELECT unit, CAST(sum(n) AS BIGINT) FROM tally WHERE day >= ");
        sql.bind(first)
            .push(" AND day <= ")
            .bind(last.min(today - 1))
            .push(" AND what = ")
            .bind(figure.code());
        of_reach(&mut sql, "unit", reach);
        sql.push(" GROUP BY unit HAVING sum(n) <> 0");
        let mut found = self.all(&sql.text, &sql.params(), |row| Ok((row.text(0)?, row.int(1)?)))?;
        if (first..=last).contains(&today) {
            let (column, counts) = figure.condition();
            let mut sql = Sql::new("SELECT c.owner, count(*) FROM case_row c WHERE ");
            sql.push(column).push(" >= ").bind(Stamp::start_of(date_of_day(today), zone));
            sql.push(" AND ").push(column).push(" < ").bind(now).push(counts);
            of_reach(&mut sql, "c.owner", reach);
            sql.push(" GROUP BY c.owner");
            found.extend(self.all(&sql.text, &sql.params(), |row| Ok((row.text(0)?, row.int(1)?)))?);
        }
        Ok(found)
    }
}

impl WriteTx<'_> {
    /// Counts everything anew from the rows: after the zone of a city was changed, or to check the counters.
    ///
    /// # Errors
    /// The engine's.
    pub fn recount(&mut self, zone: &TimeZone) -> Result<(), StoreError> {
        self.exec("DELETE FROM tally", &[])?;
        let mut mark = CaseId(i64::MIN);
        loop {
            let sql = format!("SELECT {COLUMNS} FROM case_row c WHERE c.id > $1 ORDER BY c.id LIMIT 1000");
            let rows = self.all(&sql, params![mark], CaseRow::read)?;
            let Some(last) = rows.last() else { return Ok(()) };
            mark = last.id;
            for row in &rows {
                count(self, row.id, None, Some(row), zone)?;
            }
        }
    }
}

/// Moves the counters from what a row was to what it is. In one order for all, so that writers who
/// meet at two counters do not wait for each other for ever.
pub(crate) fn count(
    tx: &mut WriteTx<'_>,
    case: CaseId,
    before: Option<&CaseRow>,
    after: Option<&CaseRow>,
    zone: &TimeZone,
) -> Result<(), StoreError> {
    let mut moves: BTreeMap<(i64, i64, &str), i64> = BTreeMap::new();
    for (row, sign) in [(before, -1), (after, 1)] {
        let Some(row) = row else { continue };
        for figure in Figure::ALL {
            if let Some((at, n)) = figure.of(row) {
                *moves.entry((at.day(zone), figure.code(), row.owner.as_str())).or_default() += sign * n;
            }
        }
    }
    // One writer has no hot rows; several share a counter out over eight.
    let slot = match tx.dialect() {
        Dialect::Sqlite => 0,
        Dialect::Postgres => case.0 & 7,
    };
    for ((day, what, unit), n) in moves.into_iter().filter(|(_, n)| *n != 0) {
        tx.exec(
            "INSERT INTO tally (day, what, unit, slot, n) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (day, what, unit, slot) DO UPDATE SET n = tally.n + excluded.n",
            params![day, what, unit, slot, n],
        )?;
    }
    Ok(())
}

/// Counters within a reach: of every owner, of some units, or of nobody.
fn of_reach<'a>(sql: &mut Sql<'a>, column: &str, reach: &'a Reach) {
    match reach {
        Reach::All => {}
        Reach::Units(units) => {
            sql.push(" AND ").push(column).push(" IN (").bind_all(units).push(")");
        }
        Reach::Nothing => {
            sql.push(" AND 1 = 0");
        }
    }
}
