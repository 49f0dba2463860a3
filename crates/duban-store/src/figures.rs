//! Figures (数据): counters by day and owner, kept with every change; each is defined once, here.
//!
//! A figure says which instant of a row decides its day and which rows count. As a function it
//! feeds the counters, as a condition it lists the cases; a test holds the two against each other.
//! Knows no clock and no zone: callers pass both.

mod destroyed;
mod months;

use std::{collections::BTreeMap, sync::LazyLock};

use duban_domain::{CaseId, Stamp, case::Ending, policy::Reach, request::Kind};
use jiff::tz::TimeZone;

pub(crate) use destroyed::keep as keep_destroyed;
use months::Sums;
pub(crate) use months::of_day as month_of_day;

use crate::{
    CaseRow, ReadTx, StoreError, WriteTx,
    dialect::Dialect,
    row::{COLUMNS, Moment},
    sql::Sql,
    value::{Param, Row, params},
};

/// What is counted. The number, less one, is its place in [`Figure::ALL`].
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

    /// Its column in the table of counters.
    fn column(self) -> &'static str {
        match self {
            Self::In => "received",
            Self::Closed => "closed",
            Self::Direct => "direct",
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Running => "running",
            Self::ContactOk => "contact_ok",
            Self::ContactLate => "contact_late",
            Self::ContactRunning => "contact_running",
            Self::Solved => "solved",
            Self::Unsolved => "unsolved",
            Self::Rated => "rated",
            Self::Score => "score",
        }
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

    /// The same as a condition on `c`: the instant that decides the day, and which rows count.
    pub(crate) fn condition(self) -> (Moment, &'static str) {
        match self {
            Self::In => (Moment::Opened, ""),
            Self::Closed => (Moment::Closed, ""),
            Self::Direct => (Moment::Closed, " AND c.ending = 3"),
            Self::OnTime => (Moment::Finish, " AND c.answered_at <= c.finish_due"),
            Self::Late => (Moment::Finish, " AND c.answered_at > c.finish_due"),
            Self::Running => (Moment::Finish, " AND c.answered_at IS NULL AND c.closed_at IS NULL"),
            Self::ContactOk => (Moment::Contact, " AND c.contacted_at <= c.contact_due"),
            Self::ContactLate => (Moment::Contact, " AND c.contacted_at > c.contact_due"),
            Self::ContactRunning => (Moment::Contact, " AND c.contacted_at IS NULL AND c.closed_at IS NULL"),
            Self::Solved => (Moment::Heard, " AND c.solved = 1 AND c.kind <> 1"),
            Self::Unsolved => (Moment::Heard, " AND c.solved = 0 AND c.kind <> 1"),
            Self::Rated | Self::Score => (Moment::Heard, " AND c.score IS NOT NULL"),
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

    /// Adds those of somebody else.
    pub fn merge(&mut self, other: &Self) {
        self.sums.iter_mut().zip(other.sums).for_each(|(sum, n)| *sum += n);
        self.overdue += other.overdue;
        self.contact_overdue += other.contact_overdue;
    }

    /// All of them as numbers, in a fixed order: for keeping them.
    #[must_use]
    pub fn numbers(&self) -> Vec<i64> {
        self.sums.into_iter().chain([self.overdue, self.contact_overdue]).collect()
    }

    /// What [`Figures::numbers`] gave; what is missing is zero.
    #[must_use]
    pub fn of_numbers(numbers: &[i64]) -> Self {
        let mut figures = Self::default();
        let n = figures.sums.len();
        figures.sums.iter_mut().zip(numbers).for_each(|(sum, n)| *sum = *n);
        figures.overdue = numbers.get(n).copied().unwrap_or(0);
        figures.contact_overdue = numbers.get(n + 1).copied().unwrap_or(0);
        figures
    }

    /// Adds what one row counts in a period from (included) to (excluded), as seen at an instant.
    pub fn take(&mut self, row: &CaseRow, (from, to): (Stamp, Stamp), now: Stamp) {
        for figure in Figure::ALL {
            let Some((at, n)) = figure.of(row).filter(|(at, _)| from <= *at && *at < to) else { continue };
            self.add(figure, n);
            let late = i64::from(at < now);
            match figure {
                Figure::Running => self.overdue += late,
                Figure::ContactRunning => self.contact_overdue += late,
                _ => {}
            }
        }
    }

    /// All of it was due before today: what is not done is overdue.
    fn is_past(&mut self) {
        self.overdue = self.get(Figure::Running);
        self.contact_overdue = self.get(Figure::ContactRunning);
    }

    pub(crate) fn add(&mut self, figure: Figure, n: i64) {
        self.sums[figure as usize - 1] += n;
    }

    /// Those of several units as one.
    #[must_use]
    pub fn together(units: &[UnitFigures]) -> Self {
        units.iter().fold(Self::default(), |mut all, unit| {
            all.merge(&unit.figures);
            all
        })
    }

    /// Reads the sums from columns that begin at a position.
    pub(crate) fn read(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        let mut figures = Self::default();
        for (n, sum) in figures.sums.iter_mut().enumerate() {
            *sum = row.int(at + n)?;
        }
        Ok(figures)
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

/// What the counters of some days say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    /// Each owner that has any figure, in the order of their keys.
    pub units: Vec<UnitFigures>,
    /// Each of the days.
    pub days: Vec<DaySums>,
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
        Ok(Figures::together(&self.tallies(reach, (first, last), now, zone)?.units))
    }

    /// The same for each owner, and what came and went on each day, in one pass over the counters.
    ///
    /// # Errors
    /// The engine's.
    pub fn tallies(
        &mut self,
        reach: &Reach,
        (first, last): (i64, i64),
        now: Stamp,
        zone: &TimeZone,
    ) -> Result<Tallies, StoreError> {
        let today = now.day(zone);
        let mut units = Sums::new();
        let whole = months::whole(first, last);
        if whole.is_empty() {
            self.add_days(reach, (first, last), today, &mut units)?;
        } else {
            let (begin, end) = (months::first_day(whole.start), months::first_day(whole.end) - 1);
            self.add_days(reach, (first, begin - 1), today, &mut units)?;
            self.add_months(reach, whole, today, &mut units)?;
            self.add_days(reach, (end + 1, last), today, &mut units)?;
        }
        if (first..=last).contains(&today) {
            self.add_today(reach, now, zone, &mut units)?;
        }
        units.retain(|_, figures| *figures != Figures::default());
        let units = units.into_iter().map(|(unit, figures)| UnitFigures { unit, figures }).collect();
        Ok(Tallies { units, days: self.figures_by_day(reach, first, last)? })
    }

    /// Adds the counters of some days, both included.
    fn add_days(
        &mut self,
        reach: &Reach,
        (first, last): (i64, i64),
        today: i64,
        units: &mut Sums,
    ) -> Result<(), StoreError> {
        if first > last {
            return Ok(());
        }
        // Adding up here takes a third of what it takes in SQLite, which would sort the rows by unit first.
        // PostgreSQL adds the slots of a counter, so that fewer rows travel.
        let (sums, end) = match self.dialect() {
            Dialect::Sqlite => (&*COUNTERS, ""),
            Dialect::Postgres => (&*SUMS, " GROUP BY day, unit"),
        };
        let mut sql = Sql::new(&format!("SELECT day, unit, {sums} FROM tally WHERE day >= "));
        sql.bind(first).push(" AND day <= ").bind(last);
        of_reach(&mut sql, "unit", reach);
        sql.push(end);
        self.each(&sql.text, &sql.params(), &mut |row| {
            let (day, mut sums) = (row.int(0)?, Figures::read(row, 2)?);
            if day < today {
                sums.is_past();
            }
            months::add(units, row.str(1)?, &sums);
            Ok(())
        })
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
        let mut days = blank_days(first, last);
        let mut sql = Sql::new(
            "SELECT day, CAST(sum(received) AS BIGINT), CAST(sum(closed) AS BIGINT) FROM tally WHERE day >= ",
        );
        sql.bind(first).push(" AND day <= ").bind(last);
        of_reach(&mut sql, "unit", reach);
        sql.push(" GROUP BY day");
        self.each(&sql.text, &sql.params(), &mut |row| {
            let at = usize::try_from(row.int(0)? - first).ok();
            if let Some(day) = at.and_then(|at| days.get_mut(at)) {
                (day.received, day.closed) = (row.int(1)?, row.int(2)?);
            }
            Ok(())
        })?;
        Ok(days)
    }
}

impl WriteTx<'_> {
    /// Counts everything anew from the rows: after the zone of a city was changed, or to check the counters.
    ///
    /// # Errors
    /// The engine's.
    pub fn recount(&mut self, zone: &TimeZone) -> Result<(), StoreError> {
        self.exec("DELETE FROM tally", &[])?;
        self.exec("DELETE FROM tally_month", &[])?;
        self.count_destroyed()?;
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

fn blank_days(first: i64, last: i64) -> Vec<DaySums> {
    (first..=last).map(|day| DaySums { day, ..DaySums::default() }).collect()
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
    let mut days: BTreeMap<(i64, &str), [i64; Figure::ALL.len()]> = BTreeMap::new();
    let mut months = days.clone();
    for (row, sign) in [(before, -1), (after, 1)] {
        let Some(row) = row else { continue };
        for figure in Figure::ALL {
            let Some((at, n)) = figure.of(row) else { continue };
            let (day, owner, at) = (at.day(zone), row.owner.as_str(), figure as usize - 1);
            days.entry((day, owner)).or_default()[at] += sign * n;
            months.entry((months::of_day(day), owner)).or_default()[at] += sign * n;
        }
    }
    // One writer has no hot rows; several share a counter out over eight.
    let slot = match tx.dialect() {
        Dialect::Sqlite => 0,
        Dialect::Postgres => case.0 & 7,
    };
    for (sql, moves) in [(&*MOVE_DAY, days), (&*MOVE_MONTH, months)] {
        for ((when, unit), sums) in moves.into_iter().filter(|(_, sums)| sums.iter().any(|n| *n != 0)) {
            let mut values = params![when, unit, slot].to_vec();
            values.extend(sums.into_iter().map(Param::from));
            tx.exec(sql, &values)?;
        }
    }
    Ok(())
}

/// Adds to the counters of a day and an owner.
static MOVE_DAY: LazyLock<String> = LazyLock::new(|| mover("tally", "day"));

/// Adds to the counters of a month and an owner.
static MOVE_MONTH: LazyLock<String> = LazyLock::new(|| mover("tally_month", "month"));

fn mover(table: &str, when: &str) -> String {
    let columns = Figure::ALL.map(Figure::column);
    let places: Vec<String> = (4..).take(columns.len()).map(|n| format!("${n}")).collect();
    let sums = columns.map(|column| format!("{column} = {table}.{column} + excluded.{column}"));
    format!(
        "INSERT INTO {table} ({when}, unit, slot, {}) VALUES ($1, $2, $3, {}) ON CONFLICT ({when}, unit, slot) DO UPDATE SET {}",
        columns.join(", "),
        places.join(", "),
        sums.join(", "),
    )
}

/// The counter of every figure, in the order of [`Figure::ALL`].
pub(crate) static COUNTERS: LazyLock<String> = LazyLock::new(|| Figure::ALL.map(Figure::column).join(", "));

/// The sum of every figure, in the order of [`Figure::ALL`].
pub(crate) static SUMS: LazyLock<String> = LazyLock::new(|| {
    Figure::ALL.map(|figure| format!("CAST(sum({}) AS BIGINT)", figure.column())).join(", ")
});

/// Counters within a reach: of every owner, of some units, or of nobody.
pub(crate) fn of_reach<'a>(sql: &mut Sql<'a>, column: &str, reach: &'a Reach) {
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
