//! The same figures by another side (分项): by channel, category, division, kind, urgency, unit.
//!
//! Counted from the rows with the very conditions that list them, one statement for each instant a
//! figure goes by; so a number is what its list holds, by construction. The counters know days and
//! owners only: a breakdown costs as much as the period has cases.

use std::collections::BTreeMap;

use duban_domain::{Stamp, policy::Reach};

use crate::{Figure, Figures, ReadTx, StoreError, figures::of_reach, sql::Sql};

/// By what (分项口径).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// 渠道
    Channel,
    /// 类别
    Category,
    /// 区划
    Division,
    /// 诉求类型
    Kind,
    /// 紧急程度
    Urgency,
    /// 主办单位
    Unit,
}

impl Side {
    fn column(self) -> &'static str {
        match self {
            Self::Channel => "c.channel",
            Self::Category => "c.category",
            Self::Division => "c.division",
            Self::Kind => "c.kind",
            Self::Urgency => "c.urgency",
            Self::Unit => "c.owner",
        }
    }
}

/// What of the cases counts (计数范围).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Everything.
    All,
    /// Everything that is not confidential.
    Open,
    /// Only what is on the public page.
    Listed,
}

/// Which cases a breakdown counts.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What the asker may know of: the figures of these units.
    pub reach: Reach,
    /// What of it counts.
    pub seen: Seen,
    /// The first instant.
    pub from: Stamp,
    /// The instant after the last.
    pub to: Stamp,
    /// What is past its time is past it at this instant.
    pub now: Stamp,
}

/// A value of each side asked for; a side without a value is none.
pub type SideKeys = Vec<Option<String>>;

/// Figures that go by one instant are read in one statement.
const TOGETHER: [&[Figure]; 5] = [
    &[Figure::In],
    &[Figure::Closed, Figure::Direct],
    &[Figure::OnTime, Figure::Late, Figure::Running],
    &[Figure::ContactOk, Figure::ContactLate, Figure::ContactRunning],
    &[Figure::Solved, Figure::Unsolved, Figure::Rated, Figure::Score],
];

impl ReadTx<'_> {
    /// The figures of a scope by one side or by several at once.
    ///
    /// # Errors
    /// The engine's.
    pub fn figures_by_side(
        &mut self,
        sides: &[Side],
        scope: &Scope,
    ) -> Result<BTreeMap<SideKeys, Figures>, StoreError> {
        let mut found: BTreeMap<SideKeys, Figures> = BTreeMap::new();
        for figures in TOGETHER {
            let sql = statement(sides, figures, scope);
            self.each(&sql.text, &sql.params(), &mut |row| {
                let mut keys = Vec::with_capacity(sides.len());
                for at in 0..sides.len() {
                    keys.push(row.opt_text(at)?);
                }
                let into = found.entry(keys).or_default();
                for (at, figure) in (sides.len()..).zip(figures) {
                    into.add(*figure, row.int(at)?);
                }
                let late = sides.len() + figures.len();
                match figures.last() {
                    Some(Figure::Running) => into.overdue += row.int(late)?,
                    Some(Figure::ContactRunning) => into.contact_overdue += row.int(late)?,
                    _ => {}
                }
                Ok(())
            })?;
        }
        found.retain(|_, figures| *figures != Figures::default());
        Ok(found)
    }
}

/// One statement: the sides, a sum for each figure and, where something runs, what is past its time.
fn statement<'a>(sides: &[Side], figures: &[Figure], scope: &'a Scope) -> Sql<'a> {
    let at = figures[0].condition().0.column();
    let keys: Vec<String> = sides.iter().map(|side| format!("CAST({} AS TEXT)", side.column())).collect();
    let sum = |figure: &Figure| {
        let counts = figure.condition().1;
        let worth = if *figure == Figure::Score { "c.score" } else { "1" };
        format!("CAST(sum(CASE WHEN 1 = 1{counts} THEN {worth} ELSE 0 END) AS BIGINT)")
    };
    let mut columns = keys.clone();
    columns.extend(figures.iter().map(sum));
    let mut sql = Sql::new(&format!("SELECT {}", columns.join(", ")));
    if let Some(runs @ (Figure::Running | Figure::ContactRunning)) = figures.last() {
        let counts = runs.condition().1;
        sql.push(&format!(", CAST(sum(CASE WHEN {at} < ")).bind(scope.now);
        sql.push(&format!("{counts} THEN 1 ELSE 0 END) AS BIGINT)"));
    }
    sql.push(&format!(" FROM case_row c WHERE {at} >= ")).bind(scope.from);
    sql.push(&format!(" AND {at} < ")).bind(scope.to);
    match scope.seen {
        Seen::All => {}
        Seen::Open => {
            sql.push(" AND c.privacy <> ").bind(duban_domain::request::Privacy::Confidential.code());
        }
        Seen::Listed => {
            sql.push(" AND EXISTS (SELECT 1 FROM public_case p WHERE p.case_id = c.id)");
        }
    }
    of_reach(&mut sql, "c.owner", &scope.reach);
    sql.push(" GROUP BY ").push(&keys.join(", "));
    sql
}
