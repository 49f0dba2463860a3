//! How a list is read: which condition leads, and in which order the rows come.
//!
//! PostgreSQL keeps statistics and chooses by itself. SQLite guesses, and a wrong guess costs a
//! second at a million cases; so each condition that has an index is counted first, up to a limit
//! (a fraction of a millisecond). A rare one leads, and its few rows are sorted. When all are
//! common, the index of the order leads and the page is full soon. The unary `+` of SQLite keeps a
//! column from its index.

use duban_domain::{CaseId, case::Phase, policy::Reach};

use super::{
    CaseQuery, Order,
    condition::{Condition, conditions},
};
use crate::{
    CaseRow, Figure, ReadTx, StoreError,
    dialect::Dialect,
    row::{COLUMNS, Moment},
    search::{self, Query, Wanted, facet},
    sql::Sql,
};

/// Fewer than this is rare: so many rows are read and sorted within a few milliseconds.
const RARE: i64 = 2_000;

/// The order of a list, and what a cursor of it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Soonest due first.
    Due,
    /// Largest id first.
    Newest,
    /// The latest of an instant first.
    At(Moment),
}

impl Sort {
    pub(super) fn of(query: &CaseQuery) -> Self {
        let has_words = query.words.as_deref().is_some_and(|words| !words.trim().is_empty());
        if has_words {
            return Self::Newest;
        }
        if query.order == Order::Due && only_open(query) {
            return Self::Due;
        }
        let figure = query.figure.map(|(figure, _, _)| figure.condition().0);
        let closed = query.closed.map(|_| Moment::Closed);
        let due = query.due.map(|_| Moment::Finish);
        let opened = query.opened.map(|_| Moment::Opened);
        figure.or(closed).or(due).or(opened).map_or(Self::Newest, Self::At)
    }

    /// The instant by which a row has its place.
    pub(super) fn key(self, row: &CaseRow) -> i64 {
        let at = match self {
            Self::Newest => None,
            Self::Due => row.next_due,
            Self::At(moment) => moment.of(row),
        };
        at.map_or(0, |at| at.0)
    }

    /// Sorts rows as the list does.
    pub(super) fn place(self, row: &CaseRow) -> (i64, i64) {
        let (key, id) = (self.key(row), row.id.0);
        if self == Self::Due { (key, id) } else { (-key, -id) }
    }
}

/// Whether no closed case fits a query.
fn only_open(query: &CaseQuery) -> bool {
    let open_phases = !query.phases.is_empty() && !query.phases.contains(&Phase::Closed);
    open_phases || running(query)
}

/// Whether a figure or an instant of a query leaves out what is closed.
pub(super) fn running(query: &CaseQuery) -> bool {
    let figure = matches!(query.figure, Some((Figure::Running | Figure::ContactRunning, _, _)));
    figure || query.overdue_at.is_some() || query.contact_overdue_at.is_some()
}

/// One statement of a list. A reach of several units is read unit by unit, each from its own index,
/// and put together; a case of two of them is in the first one's leg only.
pub(super) struct Leg<'a> {
    query: &'a CaseQuery,
    words: Option<&'a Query>,
    /// The unit of this leg, when the reach is read by units.
    own: Option<&'a str>,
    /// Units whose cases are in another leg.
    except: &'a [String],
    conditions: Vec<Condition<'a>>,
}

impl<'a> Leg<'a> {
    pub(super) fn all(query: &'a CaseQuery, words: Option<&'a Query>) -> Vec<Self> {
        let leg = |own: Option<&'a str>, except: &'a [String]| Self {
            query,
            words,
            own,
            except,
            conditions: conditions(query, own),
        };
        match &query.reach {
            Reach::Units(units) if query.own_only => {
                // One unit leads a case: no case is in two of these legs.
                let first = |(at, unit): &(usize, &String)| !units[..*at].contains(unit);
                units.iter().enumerate().filter(first).map(|(_, unit)| leg(Some(unit), &[])).collect()
            }
            Reach::Units(units) if words.is_none() && query.unit.is_none() => {
                units.iter().enumerate().map(|(at, unit)| leg(Some(unit), &units[..at])).collect()
            }
            Reach::All | Reach::Units(_) => vec![leg(None, &[])],
            Reach::Nothing => Vec::new(),
        }
    }
}

impl<'a> Leg<'a> {
    /// What the index of the words is asked for: the words, and every condition that it knows too.
    fn wanted(&self, words: &'a Query) -> Wanted<'a> {
        let known = self.conditions.iter().filter_map(|condition| Some(vec![condition.mark()?.0]));
        let reach = match &self.query.reach {
            Reach::Units(units) if self.own.is_none() => {
                Some(units.iter().map(|key| facet::unit(key)).collect())
            }
            _ => None,
        };
        Wanted { words, marks: known.chain(reach).collect() }
    }

    /// Whether that index can answer the whole of it.
    fn is_of_words(&self) -> bool {
        let whole = |condition: &Condition<'_>| condition.mark().is_some_and(|(_, whole)| whole);
        self.words.is_some() && self.except.is_empty() && self.conditions.iter().all(whole)
    }
}

impl ReadTx<'_> {
    /// The statement of one leg of a list.
    pub(super) fn list_sql<'a>(&mut self, leg: &'a Leg<'a>, limit: i64) -> Result<Sql<'a>, StoreError> {
        let sort = Sort::of(leg.query);
        let rare = self.rare(leg)?;
        let mut sql = Sql::new(&format!("SELECT {COLUMNS}"));
        let by_unit = rare.is_none() && sort.by_unit();
        let lead = write(&mut sql, leg, self.dialect(), rare, by_unit, true);
        let (due, id) = match lead {
            Lead::Unit => ("u.next_due", "u.case_id"),
            Lead::Words => ("c.next_due", search::source(self.dialect()).1),
            Lead::Rows => ("c.next_due", "c.id"),
        };
        // The few rows of a rare condition are sorted; without the sign SQLite may read all cases in order.
        // An index of one value has its cases in the order of their ids already.
        let in_order =
            sort == Sort::Newest && rare.is_some_and(|at| matches!(leg.conditions[at], Condition::Equal(..)));
        let plus = if rare.is_some() && lead == Lead::Rows && !in_order { "+" } else { "" };
        let after = leg.query.after;
        match sort {
            Sort::Newest => {
                if let Some(after) = after {
                    sql.push(&format!(" AND {plus}{id} < ")).bind(after.id);
                }
                sql.push(&format!(" ORDER BY {plus}{id} DESC"));
            }
            Sort::Due => {
                beyond(&mut sql, (due, id), ">", after.map(|a| (a.key, a.id)));
                sql.push(&format!(" ORDER BY {plus}{due}, {plus}{id}"));
            }
            Sort::At(moment) => {
                let column = moment.column();
                beyond(&mut sql, (column, id), "<", after.map(|a| (a.key, a.id)));
                sql.push(&format!(" ORDER BY {plus}{column} DESC, {plus}{id} DESC"));
            }
        }
        sql.push(" LIMIT ").bind(limit);
        Ok(sql)
    }

    /// The statement that counts one leg.
    pub(super) fn count_sql<'a>(&mut self, leg: &'a Leg<'a>, cap: i64) -> Result<Sql<'a>, StoreError> {
        let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1 AS one");
        if !write_without_rows(&mut sql, leg, self.dialect()) {
            let rare = self.rare(leg)?;
            write(&mut sql, leg, self.dialect(), rare, rare.is_none(), false);
        }
        sql.push(" LIMIT ").bind(cap).push(") AS found");
        Ok(sql)
    }

    /// The rarest condition, if one is rare; PostgreSQL knows by itself.
    fn rare(&mut self, leg: &Leg<'_>) -> Result<Option<usize>, StoreError> {
        if self.dialect() == Dialect::Postgres || leg.words.is_some() {
            return Ok(None);
        }
        let mut best = (RARE, None);
        for (at, condition) in leg.conditions.iter().enumerate().filter(|(_, c)| c.has_index()) {
            let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1 AS one FROM ");
            match condition {
                Condition::Unit(unit) => _ = sql.push("case_unit u WHERE u.unit = ").bind(*unit),
                other => {
                    sql.push("case_row c WHERE ");
                    other.write(&mut sql, "");
                }
            }
            sql.push(" LIMIT ").bind(best.0).push(") AS found");
            let found = self.number(&sql.text, &sql.params())?;
            if found < best.0 {
                best = (found, Some(at));
            }
        }
        Ok(best.1)
    }
}

impl Sort {
    /// Whether the table of units has an index in this order.
    fn by_unit(self) -> bool {
        matches!(self, Self::Due | Self::Newest)
    }
}

/// Which table the rows are read from first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lead {
    Words,
    Unit,
    Rows,
}

/// Writes FROM and WHERE. In an ordered list the conditions that do not lead keep their indexes out
/// of the way, save the one that the order goes by.
fn write<'a>(
    sql: &mut Sql<'a>,
    leg: &'a Leg<'a>,
    dialect: Dialect,
    rare: Option<usize>,
    by_unit: bool,
    ordered: bool,
) -> Lead {
    let unit = leg.conditions.iter().position(|c| matches!(c, Condition::Unit(_)));
    let unit_leads = unit.filter(|at| rare == Some(*at) || by_unit);
    let lead = if let Some(words) = leg.words {
        let (table, id) = search::source(dialect);
        sql.push(&format!(" FROM {table} CROSS JOIN case_row c WHERE c.id = {id} AND "));
        search::matches(sql, dialect, &leg.wanted(words));
        Lead::Words
    } else if let Some(Condition::Unit(unit)) = unit_leads.map(|at| &leg.conditions[at]) {
        sql.push(" FROM case_unit u CROSS JOIN case_row c WHERE c.id = u.case_id AND u.unit = ").bind(*unit);
        Lead::Unit
    } else {
        sql.push(" FROM case_row c WHERE 1 = 1");
        Lead::Rows
    };
    let by_due = ordered && Sort::of(leg.query) == Sort::Due;
    // Counting open cases that are filtered further reads the index of what is due, which holds what
    // lists filter by; any other index would lead to many rows of which most are closed.
    let in_due = !ordered
        && rare.is_none()
        && only_open(leg.query)
        && leg.conditions.iter().any(|c| !matches!(c, Condition::Range(..) | Condition::Open))
        && !leg.conditions.iter().any(Condition::is_beside_due);
    if by_due || in_due || (lead == Lead::Unit && only_open(leg.query)) {
        // Something is due on every open case, and indexes of what is due hold nothing else.
        sql.push(if lead == Lead::Unit {
            " AND u.next_due IS NOT NULL"
        } else {
            " AND c.next_due IS NOT NULL"
        });
    }
    let sort = Sort::of(leg.query);
    for (at, condition) in leg.conditions.iter().enumerate() {
        let known = lead == Lead::Words && condition.mark().is_some_and(|(_, whole)| whole);
        if known || (lead == Lead::Unit && unit_leads == Some(at)) {
            continue;
        }
        let orders = rare.is_none()
            && matches!((condition, sort), (Condition::Range(moment, ..), Sort::At(by)) if *moment == by);
        let free = rare == Some(at)
            || orders
            || (rare.is_none() && !ordered && !in_due)
            // Few cases are open; but where another condition is rarer still, all of them would be read to look for it.
            || (rare.is_none() && matches!(condition, Condition::Open))
            || dialect == Dialect::Postgres;
        sql.push(" AND ");
        condition.write(sql, if free { "" } else { "+" });
    }
    others(sql, leg, "c.id");
    lead
}

/// Writes FROM and WHERE of a count that needs not look at any case: of a unit alone, or of words alone.
/// Whether it is such a count.
fn write_without_rows<'a>(sql: &mut Sql<'a>, leg: &'a Leg<'a>, dialect: Dialect) -> bool {
    if let Some(words) = leg.words.filter(|_| leg.is_of_words()) {
        let (table, _) = search::source(dialect);
        sql.push(&format!(" FROM {table} WHERE "));
        search::matches(sql, dialect, &leg.wanted(words));
        return true;
    }
    let of_unit = leg.words.is_none() && leg.conditions.iter().all(Condition::is_of_unit);
    let unit = leg.conditions.iter().find_map(|condition| match condition {
        Condition::Unit(unit) => Some(*unit),
        _ => None,
    });
    let Some(unit) = unit.filter(|_| of_unit) else { return false };
    sql.push(" FROM case_unit u WHERE u.unit = ").bind(unit);
    if only_open(leg.query) {
        sql.push(" AND u.next_due IS NOT NULL");
    }
    others(sql, leg, "u.case_id");
    true
}

/// Adds what other units have to do with a case: the asker's reach, and legs before this one.
fn others<'a>(sql: &mut Sql<'a>, leg: &'a Leg<'a>, id: &str) {
    if leg.own.is_none() {
        super::within(sql, &leg.query.reach, id);
    }
    if !leg.except.is_empty() {
        sql.push(&format!(
            " AND NOT EXISTS (SELECT 1 FROM case_unit x WHERE x.case_id = {id} AND x.unit IN ("
        ))
        .bind_all(leg.except)
        .push("))");
    }
}

/// Adds the condition that a row comes after a cursor.
fn beyond(sql: &mut Sql<'_>, columns: (&str, &str), sign: &str, after: Option<(i64, CaseId)>) {
    if let Some((key, id)) = after {
        sql.push(&format!(" AND ({}, {}) {sign} (", columns.0, columns.1))
            .bind(key)
            .push(", ")
            .bind(id)
            .push(")");
    }
}

#[cfg(test)]
mod tests {
    use duban_domain::{
        StaffId, Stamp,
        case::{Phase, Waits},
        policy::Reach,
    };

    use super::{CaseQuery, Leg};
    use crate::{
        ByHand, StoreError,
        tests::{Bed, world::fill},
    };

    /// Over a million cases 17,000 are open; looking at each for what one of them waits for took a tenth of a second.
    #[test]
    fn a_tab_of_what_waits_took_as_long_as_reading_every_open_case() {
        let bed = Bed::sqlite();
        bed.store.migrate(Stamp(0)).unwrap();
        // Something is open, and none of it fits the rare conditions.
        fill(&bed.store, 7, 30);
        let open = CaseQuery {
            reach: Reach::All,
            phases: Phase::ALL.iter().copied().filter(|phase| *phase != Phase::Closed).collect(),
            ..CaseQuery::default()
        };
        let rare = [
            (CaseQuery { waits: Some(Waits::Return), ..open.clone() }, "case_row_waits"),
            (CaseQuery { handler: Some(ByHand::Of(StaffId(7))), ..open.clone() }, "case_row_handler"),
            (CaseQuery { label: Some("no-such".into()), ..open.clone() }, "case_row_label"),
            (CaseQuery { task_news: Some(StaffId(7)), ..open.clone() }, "case_row_tasks"),
            (CaseQuery { owner: Some("no-such".into()), ..open }, "case_row_owner"),
        ];
        for (query, index) in rare {
            for leg in Leg::all(&query, None) {
                let plans = bed.store.read(|tx| {
                    let mut plans = Vec::new();
                    for sql in [tx.count_sql(&leg, 100)?, tx.list_sql(&leg, 50)?] {
                        let asked = format!("EXPLAIN QUERY PLAN {}", sql.text);
                        plans.push(tx.all(&asked, &sql.params(), |row| row.text(3))?.join("; "));
                    }
                    Ok::<_, StoreError>(plans)
                });
                for plan in plans.unwrap() {
                    assert!(plan.contains(index) && !plan.contains("case_row_due"), "{index}: {plan}");
                }
            }
        }
    }
}
