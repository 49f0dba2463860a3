//! Lists of cases (工单列表): every filter of the page as one statement, always within reach.
//!
//! A page begins after a cursor and not after a number of rows, so the hundredth page costs what
//! the first does. Which table leads is chosen here: the words, then one unit, then the rows.

use duban_domain::{
    CaseId, Stamp,
    case::Phase,
    place::{Point, morton_range},
    policy::Reach,
    request::{Channel, Kind, Privacy, Urgency},
};

use crate::{
    CaseRow, Figure, ReadTx, StoreError,
    dialect::Dialect,
    row::COLUMNS,
    search::{self, Query},
    sql::Sql,
};

/// Which cases a list shows. What is not set does not restrict; instants are from (included) to (excluded).
#[derive(Clone, Debug)]
pub struct CaseQuery {
    /// What the asker may know of; part of every statement. Nothing, unless it is set.
    pub reach: Reach,
    /// Leave out what is confidential, as the public sees it.
    pub public_only: bool,
    /// Phases; empty means all.
    pub phases: Vec<Phase>,
    /// A unit that leads or assists.
    pub unit: Option<String>,
    /// Who has it: the lead unit, or the centre for what nobody leads yet. What figures count by.
    pub owner: Option<String>,
    /// A category with everything below it.
    pub category_prefix: Option<String>,
    /// A division with everything in it.
    pub division_prefix: Option<String>,
    /// 紧急程度
    pub urgency: Option<Urgency>,
    /// 诉求类型
    pub kind: Option<Kind>,
    /// 来源渠道
    pub channel: Option<Channel>,
    /// When it was opened.
    pub opened: Option<(Stamp, Stamp)>,
    /// When it was closed.
    pub closed: Option<(Stamp, Stamp)>,
    /// When it must be answered.
    pub due: Option<(Stamp, Stamp)>,
    /// What a figure counts between two instants.
    pub figure: Option<(Figure, Stamp, Stamp)>,
    /// Open, not answered, and due before this instant.
    pub overdue_at: Option<Stamp>,
    /// Open, the caller not contacted, and that due before this instant.
    pub contact_overdue_at: Option<Stamp>,
    /// Words that are in it, all of them.
    pub words: Option<String>,
    /// In which order; see [`CaseQuery::effective_order`].
    pub order: Order,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// How many rows.
    pub limit: i64,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// What is owed soonest first.
    Due,
    /// The newest first.
    #[default]
    Newest,
}

/// Where a page ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The instant that the order goes by; 0 in the order of ids.
    pub key: i64,
    /// The last case.
    pub id: CaseId,
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<CaseRow>,
    /// Where the next page begins; none when this was the last.
    pub next: Option<Cursor>,
}

impl Default for CaseQuery {
    fn default() -> Self {
        Self {
            reach: Reach::Nothing,
            public_only: false,
            phases: Vec::new(),
            unit: None,
            owner: None,
            category_prefix: None,
            division_prefix: None,
            urgency: None,
            kind: None,
            channel: None,
            opened: None,
            closed: None,
            due: None,
            figure: None,
            overdue_at: None,
            contact_overdue_at: None,
            words: None,
            order: Order::Newest,
            after: None,
            limit: 50,
        }
    }
}

impl CaseQuery {
    /// The order that the list really has: something is owed only on open cases, so a list that may
    /// hold closed ones goes by newest; and so does a search.
    #[must_use]
    pub fn effective_order(&self) -> Order {
        let open_phases = !self.phases.is_empty() && !self.phases.contains(&Phase::Closed);
        let running = matches!(self.figure, Some((Figure::Running | Figure::ContactRunning, _, _)));
        let open = open_phases || running || self.overdue_at.is_some() || self.contact_overdue_at.is_some();
        if self.order == Order::Due && open && self.words.is_none() { Order::Due } else { Order::Newest }
    }
}

/// The table that leads, and the columns that the order goes by.
struct Lead {
    from: String,
    due: &'static str,
    id: &'static str,
}

impl ReadTx<'_> {
    /// A page of cases within reach.
    ///
    /// # Errors
    /// The engine's.
    pub fn list(&mut self, query: &CaseQuery) -> Result<Page, StoreError> {
        let Some(words) = words(query) else { return Ok(Page::default()) };
        let mut sql = Sql::new(&format!("SELECT {COLUMNS}"));
        let lead = condition(&mut sql, query, words.as_ref(), self.dialect());
        match (query.effective_order(), query.after) {
            (Order::Newest, after) => {
                if let Some(after) = after {
                    sql.push(&format!(" AND {} < ", lead.id)).bind(after.id);
                }
                sql.push(&format!(" ORDER BY {} DESC", lead.id));
            }
            (Order::Due, after) => {
                if let Some(after) = after {
                    sql.push(&format!(" AND ({}, {}) > (", lead.due, lead.id))
                        .bind(after.key)
                        .push(", ")
                        .bind(after.id)
                        .push(")");
                }
                sql.push(&format!(" ORDER BY {}, {}", lead.due, lead.id));
            }
        }
        let limit = query.limit.clamp(1, 1_000);
        sql.push(" LIMIT ").bind(limit + 1);
        let mut rows = self.all(&sql.text, &sql.params(), CaseRow::read)?;
        let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if more {
            rows.pop();
        }
        let by_due = query.effective_order() == Order::Due;
        let cursor = |row: &CaseRow| Cursor {
            key: row.next_due.filter(|_| by_due).map_or(0, |due| due.0),
            id: row.id,
        };
        let next = rows.last().filter(|_| more).map(cursor);
        Ok(Page { rows, next })
    }

    /// How many cases a query finds; counting stops at `cap`.
    ///
    /// # Errors
    /// The engine's.
    pub fn count(&mut self, query: &CaseQuery, cap: i64) -> Result<i64, StoreError> {
        let Some(words) = words(query) else { return Ok(0) };
        let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1 AS one");
        condition(&mut sql, query, words.as_ref(), self.dialect());
        sql.push(" LIMIT ").bind(cap).push(") AS found");
        self.number(&sql.text, &sql.params())
    }

    /// Cases within reach and within so many metres, nearest first, with metres.
    ///
    /// # Errors
    /// The engine's.
    pub fn near(
        &mut self,
        point: Point,
        metres: i64,
        limit: i64,
        reach: &Reach,
    ) -> Result<Vec<(CaseRow, i64)>, StoreError> {
        let mut found: Vec<(CaseRow, i64)> = Vec::new();
        for (first, last) in tiles_around(point, metres) {
            let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM case_row c WHERE c.morton >= "));
            sql.bind(first).push(" AND c.morton <= ").bind(last);
            within(&mut sql, reach);
            sql.push(" ORDER BY c.id DESC LIMIT 500");
            let rows = self.all(&sql.text, &sql.params(), CaseRow::read)?;
            found.extend(rows.into_iter().filter_map(|row| {
                let away = row.point?.metres_to(point).round() as i64;
                (away <= metres).then_some((row, away))
            }));
        }
        found.sort_by_key(|(row, away)| (*away, std::cmp::Reverse(row.id)));
        found.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(found)
    }
}

/// The words of a query; `None` when it asks for words and there is nothing in them to look for.
#[expect(clippy::option_option, reason = "the outer one says whether anything can be found at all")]
fn words(query: &CaseQuery) -> Option<Option<Query>> {
    match query.words.as_deref().filter(|words| !words.trim().is_empty()) {
        None => Some(None),
        Some(words) => Query::parse(words).map(Some),
    }
}

/// Writes FROM and WHERE.
fn condition<'a>(
    sql: &mut Sql<'a>,
    query: &'a CaseQuery,
    words: Option<&'a Query>,
    dialect: Dialect,
) -> Lead {
    let own = match &query.reach {
        Reach::Units(units) if units.len() == 1 => units.first(),
        _ => None,
    };
    let unit = query.unit.as_ref().or(own);
    let mut unit_done = false;
    let lead = if let Some(words) = words {
        let (table, id) = search::source(dialect);
        let lead = Lead {
            from: format!(" FROM {table} CROSS JOIN case_row c WHERE c.id = {id} AND "),
            due: "c.next_due",
            id,
        };
        sql.push(&lead.from);
        search::matches(sql, dialect, words);
        lead
    } else if let Some(unit) = unit {
        unit_done = true;
        let lead = Lead {
            from: " FROM case_unit u CROSS JOIN case_row c WHERE c.id = u.case_id AND u.unit = ".to_owned(),
            due: "u.next_due",
            id: "u.case_id",
        };
        sql.push(&lead.from).bind(unit);
        lead
    } else {
        let lead = Lead { from: " FROM case_row c WHERE 1 = 1".to_owned(), due: "c.next_due", id: "c.id" };
        sql.push(&lead.from);
        lead
    };
    if query.effective_order() == Order::Due {
        sql.push(&format!(" AND {} IS NOT NULL", lead.due));
    }
    if !(unit_done && query.unit.as_ref().is_none_or(|unit| Some(unit) == own)) {
        within(sql, &query.reach);
    }
    if let (false, Some(unit)) = (unit_done, &query.unit) {
        sql.push(" AND EXISTS (SELECT 1 FROM case_unit f WHERE f.case_id = c.id AND f.unit = ")
            .bind(unit)
            .push(")");
    }
    filters(sql, query);
    lead
}

/// The filters that are conditions on the row itself.
fn filters<'a>(sql: &mut Sql<'a>, query: &'a CaseQuery) {
    if query.public_only {
        sql.push(" AND c.privacy <> ").bind(Privacy::Confidential.code());
    }
    match query.phases.as_slice() {
        [] => {}
        [one] => _ = sql.push(" AND c.phase = ").bind(one.code()),
        many => _ = sql.push(" AND c.phase IN (").bind_all(many.iter().map(|phase| phase.code())).push(")"),
    }
    let equal = [
        ("c.urgency", query.urgency.map(Urgency::code)),
        ("c.kind", query.kind.map(Kind::code)),
        ("c.channel", query.channel.map(Channel::code)),
    ];
    for (column, value) in equal {
        if let Some(value) = value {
            sql.push(&format!(" AND {column} = ")).bind(value);
        }
    }
    if let Some(owner) = &query.owner {
        sql.push(" AND c.owner = ").bind(owner);
    }
    if let Some(key) = &query.category_prefix {
        // Keys below are `key.…`; a full stop and the sign after it are next to each other.
        sql.push(" AND (c.category = ").bind(key).push(" OR (c.category >= ").bind_made(format!("{key}."));
        sql.push(" AND c.category < ").bind_made(format!("{key}/")).push("))");
    }
    if let Some(code) = &query.division_prefix {
        sql.push(" AND c.division >= ").bind(code).push(" AND c.division < ").bind_made(format!("{code}:"));
    }
    for (column, range) in
        [("c.opened_at", query.opened), ("c.closed_at", query.closed), ("c.finish_due", query.due)]
    {
        between(sql, column, range);
    }
    if let Some((figure, from, to)) = query.figure {
        let (column, counts) = figure.condition();
        between(sql, column, Some((from, to)));
        sql.push(counts);
    }
    for (figure, at) in
        [(Figure::Running, query.overdue_at), (Figure::ContactRunning, query.contact_overdue_at)]
    {
        if let Some(at) = at {
            let (column, counts) = figure.condition();
            sql.push(" AND ").push(column).push(" < ").bind(at).push(counts);
        }
    }
}

fn between(sql: &mut Sql<'_>, column: &str, range: Option<(Stamp, Stamp)>) {
    if let Some((from, to)) = range {
        sql.push(&format!(" AND {column} >= ")).bind(from).push(&format!(" AND {column} < ")).bind(to);
    }
}

/// Adds the condition that `c` lies within a reach.
pub(crate) fn within<'a>(sql: &mut Sql<'a>, reach: &'a Reach) {
    match reach {
        Reach::All => {}
        Reach::Units(units) => {
            sql.push(" AND EXISTS (SELECT 1 FROM case_unit r WHERE r.case_id = c.id AND r.unit IN (")
                .bind_all(units)
                .push("))");
        }
        Reach::Nothing => {
            sql.push(" AND 1 = 0");
        }
    }
}

/// Ranges of Z-order numbers that cover a circle: the nine tiles around a point, of the smallest
/// size that is not smaller than the circle's radius.
fn tiles_around(point: Point, metres: i64) -> Vec<(i64, i64)> {
    /// The equator in metres: the width of the one tile of zoom 0.
    const WORLD: f64 = 40_075_016.7;
    let shrink = point.lat().to_radians().cos().max(0.01);
    let mut zoom = 0_u8;
    while zoom < 24 && WORLD * shrink / f64::from(1_u32 << (zoom + 1)) >= metres.max(1) as f64 {
        zoom += 1;
    }
    let side = f64::from(1_u32 << zoom);
    let last = (1_i64 << zoom) - 1;
    let lat = point.lat().to_radians();
    let x = ((point.lng() + 180.0) / 360.0 * side) as i64;
    let y = ((1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * side) as i64;
    let mut tiles = Vec::with_capacity(9);
    for dy in -1..=1 {
        for dx in -1..=1 {
            let (tx, ty) = (x + dx, y + dy);
            if (0..=last).contains(&tx) && (0..=last).contains(&ty) {
                let (tx, ty) = (u32::try_from(tx).unwrap_or(0), u32::try_from(ty).unwrap_or(0));
                tiles.push(morton_range(zoom, tx, ty));
            }
        }
    }
    tiles
}
