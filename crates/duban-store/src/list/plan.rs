//! How a list is read: which condition leads, and in which order the rows come.
//!
//! PostgreSQL keeps statistics and chooses by itself. SQLite guesses, and a wrong guess costs a
//! second at a million cases; so each condition that has an index is counted first, up to a limit
//! (a fraction of a millisecond). A rare one leads, and its few rows are sorted. When all are
//! common, the index of the order leads and the page is full soon. The unary `+` of SQLite keeps a
//! column from its index.

use duban_domain::{
    CaseId, Stamp,
    case::{Phase, What},
    id,
    policy::Reach,
    request::{Channel, Kind, Urgency},
};

use super::{ByHand, CaseQuery, Order};
use crate::{
    CaseRow, Figure, ReadTx, StoreError,
    dialect::Dialect,
    row::{COLUMNS, Moment},
    search::{self, Query},
    sql::Sql,
    value::Param,
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
fn running(query: &CaseQuery) -> bool {
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

/// A condition on a case.
enum Condition<'a> {
    Unit(&'a str),
    Equal(&'static str, Param<'a>),
    OneOf(&'static str, Vec<i64>),
    /// A key and what is below it.
    Below(&'static str, &'a str),
    /// A code and what begins with it.
    Begins(&'static str, &'a str),
    /// An instant from (included) to (excluded), and what else holds.
    Range(Moment, Option<Stamp>, Stamp, &'static str),
    /// Handed in by another system.
    Partner(&'a str),
    /// Its last public event lies between two instants.
    Touched(Stamp, Stamp),
    /// In a box.
    Within([i64; 4]),
    /// Nothing is there.
    None(&'static str),
    /// One of several things is in a sum of codes.
    Bit(&'static str, i64),
    /// Something is due.
    Open,
    /// Everything that is on the public page.
    Public,
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

fn conditions<'a>(query: &'a CaseQuery, own: Option<&'a str>) -> Vec<Condition<'a>> {
    let mut all = Vec::new();
    let lead = own.filter(|_| query.own_only);
    all.extend(lead.map(|unit| Condition::Equal("c.owner", unit.into())));
    all.extend(own.filter(|_| !query.own_only).or(query.unit.as_deref()).map(Condition::Unit));
    // Every open case has something due, so a list by what is due need not ask for all open phases.
    let mut open_phases = Phase::ALL.iter().filter(|phase| **phase != Phase::Closed);
    let implied = Sort::of(query) == Sort::Due && open_phases.all(|phase| query.phases.contains(phase));
    match query.phases.as_slice() {
        [] => {}
        // What is still running is open: asking that of each row would read ten thousand rows to count them.
        _ if implied && running(query) => {}
        _ if implied => all.push(Condition::Open),
        [one] => all.push(Condition::Equal("c.phase", one.code().into())),
        many => all.push(Condition::OneOf("c.phase", many.iter().map(|phase| phase.code()).collect())),
    }
    let equal = |column, code: Option<i64>| code.map(|code| Condition::Equal(column, code.into()));
    all.extend(equal("c.urgency", query.urgency.map(Urgency::code)));
    all.extend(equal("c.kind", query.kind.map(Kind::code)));
    all.extend(equal("c.channel", query.channel.map(Channel::code)));
    all.extend(query.owner.as_ref().map(|owner| Condition::Equal("c.owner", owner.into())));
    all.extend(query.label.as_ref().map(|label| Condition::Equal("c.label", label.into())));
    let part = |column, value: &'a str, whole: Condition<'a>| match value.strip_prefix('=') {
        Some(exact) => Condition::Equal(column, exact.into()),
        None if value == "-" => Condition::None(column),
        None => whole,
    };
    let category = query.category_prefix.as_deref();
    all.extend(category.map(|key| part("c.category", key, Condition::Below("c.category", key))));
    let division = query.division_prefix.as_deref();
    all.extend(division.map(|code| part("c.division", code, Condition::Begins("c.division", code))));
    all.extend(query.handler.map(|by| match by {
        ByHand::Of(staff) => Condition::Equal("c.handler", staff.into()),
        ByHand::Nobody => Condition::None("c.handler"),
    }));
    all.extend(query.waits.map(|what| Condition::Bit("c.waits", what.code())));
    let range = |moment, range: Option<(Stamp, Stamp)>| {
        range.map(|(from, to)| Condition::Range(moment, Some(from), to, ""))
    };
    all.extend(range(Moment::Opened, query.opened));
    all.extend(range(Moment::Closed, query.closed));
    all.extend(range(Moment::Finish, query.due));
    all.extend(query.figure.map(|(figure, from, to)| {
        let (moment, counts) = figure.condition();
        Condition::Range(moment, Some(from), to, counts)
    }));
    let before = |figure: Figure, at: Option<Stamp>| {
        let (moment, counts) = figure.condition();
        at.map(|at| Condition::Range(moment, None, at, counts))
    };
    all.extend(before(Figure::Running, query.overdue_at));
    all.extend(before(Figure::ContactRunning, query.contact_overdue_at));
    all.extend(query.partner.as_deref().map(Condition::Partner));
    all.extend(query.touched.map(|(from, to)| Condition::Touched(from, to)));
    all.extend(query.within_e7.map(Condition::Within));
    all.extend(query.public_only.then_some(Condition::Public));
    all
}

impl<'a> Condition<'a> {
    /// Writes the condition after an `AND`; with `+` before its column it uses no index.
    fn write(&self, sql: &mut Sql<'a>, plus: &str) {
        match self {
            Self::Unit(unit) => {
                sql.push("EXISTS (SELECT 1 FROM case_unit f WHERE f.case_id = c.id AND f.unit = ")
                    .bind(*unit)
                    .push(")");
            }
            Self::Equal(column, value) => {
                sql.push(plus).push(column).push(" = ").bind(*value);
            }
            Self::OneOf(column, values) => {
                sql.push(plus).push(column).push(" IN (").bind_all(values.iter().copied()).push(")");
            }
            Self::Below(column, key) => {
                // Keys below are `key.…`; the full stop and the slash are neighbours, so this is one range
                // and a little more, which the second half leaves out.
                sql.push(plus)
                    .push(column)
                    .push(" >= ")
                    .bind(*key)
                    .push(" AND ")
                    .push(plus)
                    .push(column)
                    .push(" < ");
                sql.bind_made(format!("{key}/"))
                    .push(" AND (")
                    .push(plus)
                    .push(column)
                    .push(" = ")
                    .bind(*key);
                sql.push(" OR ").push(plus).push(column).push(" >= ").bind_made(format!("{key}.")).push(")");
            }
            Self::Begins(column, code) => {
                sql.push(plus)
                    .push(column)
                    .push(" >= ")
                    .bind(*code)
                    .push(" AND ")
                    .push(plus)
                    .push(column)
                    .push(" < ");
                sql.bind_made(format!("{code}:"));
            }
            Self::Range(moment, from, to, counts) => {
                let column = moment.column();
                if let Some(from) = from {
                    sql.push(plus).push(column).push(" >= ").bind(*from).push(" AND ");
                }
                sql.push(plus).push(column).push(" < ").bind(*to).push(counts);
            }
            Self::Partner(partner) => {
                sql.push("EXISTS (SELECT 1 FROM partner_request p WHERE p.case_id = c.id AND p.partner = ")
                    .bind(*partner)
                    .push(")");
            }
            Self::Touched(from, to) => touched(sql, *from, *to),
            Self::Within([west, south, east, north]) => {
                sql.push("c.lng_e7 BETWEEN ").bind(*west).push(" AND ").bind(*east);
                sql.push(" AND c.lat_e7 BETWEEN ").bind(*south).push(" AND ").bind(*north);
            }
            Self::None(column) => {
                sql.push(plus).push(column).push(" IS NULL");
            }
            // The second half is what the index was made with: so it can lead.
            Self::Bit(column, code) => {
                sql.push("(").push(plus).push(column).push(" & ").bind(*code).push(") <> 0 AND ");
                sql.push(plus).push(column).push(" <> 0");
            }
            Self::Open => {
                sql.push("c.next_due IS NOT NULL");
            }
            Self::Public => {
                sql.push("EXISTS (SELECT 1 FROM public_case p WHERE p.case_id = c.id)");
            }
        }
    }

    /// Whether the table of units alone can answer it, so that a count need not look at any case.
    fn is_of_unit(&self) -> bool {
        matches!(self, Self::Unit(_) | Self::Open)
    }

    /// Whether an index can lead to its cases.
    fn has_index(&self) -> bool {
        !matches!(
            self,
            Self::Public
                | Self::Open
                | Self::Partner(_)
                | Self::Touched(..)
                | Self::Within(_)
                | Self::None(_)
        )
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
        let rare = self.rare(leg)?;
        let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1 AS one");
        write(&mut sql, leg, self.dialect(), rare, rare.is_none(), false);
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
        if !ordered && leg.conditions.is_empty() {
            sql.push(&format!(" FROM {table} WHERE "));
            search::matches(sql, dialect, words);
            others(sql, leg, id);
            return Lead::Words;
        }
        sql.push(&format!(" FROM {table} CROSS JOIN case_row c WHERE c.id = {id} AND "));
        search::matches(sql, dialect, words);
        Lead::Words
    } else if let Some(Condition::Unit(unit)) = unit_leads.map(|at| &leg.conditions[at]) {
        if !ordered && leg.conditions.iter().all(Condition::is_of_unit) {
            sql.push(" FROM case_unit u WHERE u.unit = ").bind(*unit);
            if only_open(leg.query) {
                sql.push(" AND u.next_due IS NOT NULL");
            }
            others(sql, leg, "u.case_id");
            return Lead::Unit;
        }
        sql.push(" FROM case_unit u CROSS JOIN case_row c WHERE c.id = u.case_id AND u.unit = ").bind(*unit);
        Lead::Unit
    } else {
        sql.push(" FROM case_row c WHERE 1 = 1");
        Lead::Rows
    };
    let by_due = ordered && Sort::of(leg.query) == Sort::Due;
    if by_due || (lead == Lead::Unit && only_open(leg.query)) {
        // Something is due on every open case, and indexes of what is due hold nothing else.
        sql.push(if lead == Lead::Unit {
            " AND u.next_due IS NOT NULL"
        } else {
            " AND c.next_due IS NOT NULL"
        });
    }
    let sort = Sort::of(leg.query);
    for (at, condition) in leg.conditions.iter().enumerate() {
        if lead == Lead::Unit && unit_leads == Some(at) {
            continue;
        }
        let orders = rare.is_none()
            && matches!((condition, sort), (Condition::Range(moment, ..), Sort::At(by)) if *moment == by);
        let free = rare == Some(at) || orders || (rare.is_none() && !ordered) || dialect == Dialect::Postgres;
        sql.push(" AND ");
        condition.write(sql, if free { "" } else { "+" });
    }
    others(sql, leg, "c.id");
    lead
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

/// Adds the condition that the last public event of `c` lies between two instants. Ids of events
/// begin with the instant of their recording, so a range of ids is a range of time.
fn touched(sql: &mut Sql<'_>, from: Stamp, to: Stamp) {
    let (first, last) = (id::mint(from, 0), id::mint(to, 0));
    let kinds = |sql: &mut Sql<'_>| {
        sql.push(" AND e.kind IN (").bind_all(What::PUBLIC.iter().copied()).push(")");
    };
    sql.push("c.id IN (SELECT e.case_id FROM event e WHERE e.id >= ")
        .bind(first)
        .push(" AND e.id < ")
        .bind(last);
    kinds(sql);
    sql.push(") AND NOT EXISTS (SELECT 1 FROM event e WHERE e.case_id = c.id AND e.id >= ").bind(last);
    kinds(sql);
    sql.push(")");
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
