//! Lists of cases (工单列表): every filter of the page as one statement, always within reach.
//!
//! A page begins after a cursor and not after a number of rows, so the hundredth page costs what
//! the first does. Which index leads is chosen in [`plan`].

mod condition;
mod near;
mod plan;

use duban_domain::{
    CaseId, StaffId, Stamp,
    case::{Phase, Waits},
    policy::Reach,
    request::{Channel, Kind, Urgency},
};

use crate::{
    CaseRow, Figure, ReadTx, Sought, StoreError, row::COLUMNS, search::Query, sql::Sql, value::params,
};
use plan::{Leg, Sort};

/// Which cases a list shows. What is not set does not restrict; instants are from (included) to (excluded).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseQuery {
    /// What the asker may know of; part of every statement. Nothing, unless it is set.
    pub reach: Reach,
    /// Only what is on the public page.
    pub public_only: bool,
    /// Phases; empty means all.
    pub phases: Vec<Phase>,
    /// A unit that leads or assists.
    pub unit: Option<String>,
    /// Who has it: the lead unit, or the centre for what nobody leads yet. What figures count by.
    pub owner: Option<String>,
    /// Only what a unit of the reach leads: what figures count for its members.
    pub own_only: bool,
    /// A category with everything below it; `=KEY` without what is below, `-` for none.
    pub category_prefix: Option<String>,
    /// The city's own label under the phase.
    pub label: Option<String>,
    /// A division with everything in it; `=CODE` without what is in it, `-` for none.
    pub division_prefix: Option<String>,
    /// 紧急程度
    pub urgency: Option<Urgency>,
    /// 诉求类型
    pub kind: Option<Kind>,
    /// 来源渠道
    pub channel: Option<Channel>,
    /// Handed in by this other system.
    pub partner: Option<String>,
    /// Something that everybody may know of happened to it from the first instant on, and nothing from
    /// the second on.
    pub touched: Option<(Stamp, Stamp)>,
    /// In this box: west, south, east and north in degrees × 10⁷.
    pub within_e7: Option<[i64; 4]>,
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
    /// Who does it in person.
    pub handler: Option<ByHand>,
    /// What it waits for besides its stage.
    pub waits: Option<Waits>,
    /// Tasks that changed since this member last looked at the case.
    pub task_news: Option<StaffId>,
    /// 原因
    pub cause: Option<String>,
    /// Who is behind it; the reach says whom it may find.
    pub person: Option<Sought>,
    /// Words that are in it, all of them.
    pub words: Option<String>,
    /// In which order; see [`CaseQuery::effective_order`].
    pub order: Order,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// How many rows.
    pub limit: i64,
}

/// Whose cases a list shows (经办人条件).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// Somebody's.
    Of(StaffId),
    /// Cases that nobody of the unit has taken in person.
    Nobody,
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
    /// The instant that the order goes by; 0 when it goes by ids alone.
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
            own_only: false,
            category_prefix: None,
            label: None,
            division_prefix: None,
            urgency: None,
            kind: None,
            channel: None,
            partner: None,
            touched: None,
            within_e7: None,
            opened: None,
            closed: None,
            due: None,
            figure: None,
            overdue_at: None,
            contact_overdue_at: None,
            handler: None,
            waits: None,
            task_news: None,
            cause: None,
            person: None,
            words: None,
            order: Order::Newest,
            after: None,
            limit: 50,
        }
    }
}

impl CaseQuery {
    /// The order that the list really has: something is owed only on open cases, so a list that may
    /// hold closed ones goes by newest; and so does a search. Among the newest, a list that asks for
    /// a time (of closing, of a figure …) goes by that time.
    #[must_use]
    pub fn effective_order(&self) -> Order {
        if plan::Sort::of(self) == plan::Sort::Due { Order::Due } else { Order::Newest }
    }
}

impl ReadTx<'_> {
    /// The rows of the newest cases.
    ///
    /// # Errors
    /// The engine's.
    pub fn newest_cases(&mut self, limit: i64) -> Result<Vec<CaseRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM case_row c ORDER BY c.id DESC LIMIT $1");
        self.all(&sql, params![limit], CaseRow::read)
    }

    /// A page of cases within reach.
    ///
    /// # Errors
    /// The engine's.
    pub fn list(&mut self, query: &CaseQuery) -> Result<Page, StoreError> {
        let Some(words) = words(query) else { return Ok(Page::default()) };
        let (sort, limit) = (Sort::of(query), query.limit.clamp(1, 1_000));
        let mut rows = Vec::new();
        let legs = Leg::all(query, words.as_ref());
        for leg in &legs {
            let sql = self.list_sql(leg, limit + 1)?;
            rows.extend(self.all(&sql.text, &sql.params(), CaseRow::read)?);
        }
        if legs.len() > 1 {
            rows.sort_by_key(|row| sort.place(row));
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| Cursor { key: sort.key(row), id: row.id });
        Ok(Page { rows, next })
    }

    /// How many cases a query finds; counting stops at `cap`.
    ///
    /// # Errors
    /// The engine's.
    pub fn count(&mut self, query: &CaseQuery, cap: i64) -> Result<i64, StoreError> {
        let Some(words) = words(query) else { return Ok(0) };
        let mut found = 0;
        for leg in Leg::all(query, words.as_ref()) {
            let sql = self.count_sql(&leg, cap - found)?;
            found += self.number(&sql.text, &sql.params())?;
            if found >= cap {
                break;
            }
        }
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

/// Adds the condition that the case of an id lies within a reach.
pub(crate) fn within<'a>(sql: &mut Sql<'a>, reach: &'a Reach, id: &str) {
    match reach {
        Reach::All => {}
        Reach::Units(units) => {
            sql.push(&format!(
                " AND EXISTS (SELECT 1 FROM case_unit r WHERE r.case_id = {id} AND r.unit IN ("
            ))
            .bind_all(units)
            .push("))");
        }
        Reach::Nothing => {
            sql.push(" AND 1 = 0");
        }
    }
}
