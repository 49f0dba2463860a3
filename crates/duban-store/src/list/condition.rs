//! The conditions of a list: which a query asks for, how each is written, and what indexes say of it.
//!
//! Which of them leads, and in which order rows come, is decided beside this file.

use duban_domain::{
    StaffId, Stamp,
    case::{Phase, What},
    id,
    policy::Reach,
    request::{Channel, Kind, Privacy, Urgency},
};

use super::{
    ByHand, CaseQuery,
    plan::{Sort, running},
};
use crate::{Figure, Sought, row::Moment, search::facet, seek, sql::Sql, value::Param};

/// A condition on a case.
pub(super) enum Condition<'a> {
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
    /// Somebody behind it fits, as far as a reach may know.
    Person(&'a Sought, &'a Reach),
    /// A task changed since somebody looked.
    News(StaffId),
    /// Something is due.
    Open,
    /// Everything that is on the public page.
    Public,
}

/// What a query asks for, of one unit's cases or of all.
pub(super) fn conditions<'a>(query: &'a CaseQuery, own: Option<&'a str>) -> Vec<Condition<'a>> {
    let mut all = Vec::new();
    all.extend(own.filter(|_| query.own_only).map(|unit| Condition::Equal("c.owner", unit.into())));
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
    all.extend(query.cause.as_ref().map(|cause| Condition::Equal("c.cause", cause.into())));
    all.extend(query.person.as_ref().map(|sought| Condition::Person(sought, &query.reach)));
    all.extend(query.task_news.map(Condition::News));
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
    pub(super) fn write(&self, sql: &mut Sql<'a>, plus: &str) {
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
            Self::Partner(_) | Self::Touched(..) | Self::Within(_) => self.write_outside(sql),
            Self::None(_) | Self::Bit(..) | Self::News(_) | Self::Person(..) => self.write_around(sql, plus),
            Self::Open => {
                sql.push(plus).push("c.next_due IS NOT NULL");
            }
            Self::Public => {
                sql.push("EXISTS (SELECT 1 FROM public_case p WHERE p.case_id = c.id)");
            }
        }
    }

    /// As [`Condition::write`], for what is arranged around a case.
    fn write_around(&self, sql: &mut Sql<'a>, plus: &str) {
        match self {
            Self::Person(sought, reach) => seek::write(sql, plus, sought, reach),
            Self::None(column) => _ = sql.push(plus).push(column).push(" IS NULL"),
            // The second half is the condition of its index.
            Self::Bit(column, code) => {
                sql.push("(").push(plus).push(column).push(" & ").bind(*code).push(") <> 0 AND ");
                sql.push(plus).push(column).push(" <> 0");
            }
            Self::News(staff) => {
                sql.push(plus).push("c.tasks_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM case_seen v");
                sql.push(" WHERE v.case_id = c.id AND v.at >= c.tasks_at AND v.staff_id = ")
                    .bind(*staff)
                    .push(")");
            }
            _ => {}
        }
    }

    /// Whether the table of units alone can answer it, so that a count need not look at any case.
    pub(super) fn is_of_unit(&self) -> bool {
        matches!(self, Self::Unit(_) | Self::Open)
    }

    /// Whether the index of what is due lacks its column.
    pub(super) fn is_beside_due(&self) -> bool {
        matches!(self, Self::Equal("c.label" | "c.handler", _) | Self::None(_) | Self::Bit(..))
    }

    /// The conditions that only other systems ask for; none of them has an index of its own.
    fn write_outside(&self, sql: &mut Sql<'a>) {
        match self {
            Self::Partner(partner) => {
                sql.push("EXISTS (SELECT 1 FROM partner_request p WHERE p.case_id = c.id AND p.partner = ")
                    .bind(*partner)
                    .push(") AND c.privacy <> ")
                    .bind(Privacy::Confidential.code());
            }
            Self::Touched(from, to) => touched(sql, *from, *to),
            Self::Within([west, south, east, north]) => {
                sql.push("c.lng_e7 BETWEEN ").bind(*west).push(" AND ").bind(*east);
                sql.push(" AND c.lat_e7 BETWEEN ").bind(*south).push(" AND ").bind(*north);
            }
            _ => {}
        }
    }

    /// The mark by which the index of the words knows its cases, and whether nothing more is to be asked of them.
    pub(super) fn mark(&self) -> Option<(String, bool)> {
        let number = |value: &Param<'_>| match value {
            Param::Int(n) => *n,
            _ => None,
        };
        match self {
            Self::Unit(unit) => Some((facet::unit(unit), true)),
            Self::Below("c.category", key) => Some((facet::category(key), true)),
            Self::Begins("c.division", code) => facet::division(code).map(|mark| (mark, true)),
            Self::Equal("c.urgency", value) => {
                number(value).and_then(Urgency::from_code).map(|u| (facet::urgency(u), true))
            }
            Self::Equal("c.kind", value) => {
                number(value).and_then(Kind::from_code).map(|k| (facet::kind(k), true))
            }
            Self::Equal("c.channel", value) => {
                number(value).and_then(Channel::from_code).map(|c| (facet::channel(c), true))
            }
            Self::Equal("c.phase", value) => {
                let closed = number(value)? == Phase::Closed.code();
                Some((facet::open(!closed), closed))
            }
            Self::OneOf("c.phase", codes) => {
                let closed = Phase::Closed.code();
                let whole = codes.len() == Phase::ALL.len() - 1;
                (!codes.contains(&closed)).then(|| (facet::open(true), whole))
            }
            _ => None,
        }
    }

    /// Whether an index can lead to its cases.
    pub(super) fn has_index(&self) -> bool {
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
