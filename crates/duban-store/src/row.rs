//! The row of a case that lists read (工单行), and how a case becomes one.

use duban_domain::{
    CaseId, Number, StaffId, Stamp,
    case::{Case, Ending, Outcome, Phase, Satisfaction, Stage},
    place::Point,
    request::{Channel, Kind, Privacy, Request, Urgency},
};
use jiff::tz::TimeZone;

use crate::{
    StoreError,
    request::{code, point},
    sql::Sql,
    value::Row,
};

/// What a row needs that the case itself does not know.
#[derive(Clone, Debug)]
pub struct RowExtra {
    /// Who has the case: its lead unit, or the centre's key while nobody leads.
    pub owner: String,
    /// What the person's verdict is worth on the city's scale, 0 to 100.
    pub score: Option<i64>,
    /// The city's zone: a day of the figures is a day there.
    pub zone: TimeZone,
}

/// An instant of a row that lists and figures go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// When it was opened.
    Opened,
    /// When it was closed.
    Closed,
    /// By when it must be answered.
    Finish,
    /// By when the caller must hear from the unit.
    Contact,
    /// When the person said what they think of it.
    Heard,
}

impl Moment {
    /// Its column in `c`.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Opened => "c.opened_at",
            Self::Closed => "c.closed_at",
            Self::Finish => "c.finish_due",
            Self::Contact => "c.contact_due",
            Self::Heard => "c.heard_at",
        }
    }

    /// The same of a row that was read.
    pub(crate) fn of(self, row: &CaseRow) -> Option<Stamp> {
        match self {
            Self::Opened => Some(row.opened_at),
            Self::Closed => row.closed_at,
            Self::Finish => Some(row.finish_due),
            Self::Contact => row.contact_due,
            Self::Heard => row.heard_at,
        }
    }
}

/// A case as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// Its id.
    pub id: CaseId,
    /// Its public number.
    pub number: Number,
    /// How many events it has.
    pub version: i64,
    /// 阶段
    pub phase: Phase,
    /// 办结方式
    pub ending: Option<Ending>,
    /// 诉求类型
    pub kind: Kind,
    /// 紧急程度
    pub urgency: Urgency,
    /// Category of the city pack.
    pub category: Option<String>,
    /// Who has it: the lead unit or the centre.
    pub owner: String,
    /// Code of the smallest known division.
    pub division: Option<String>,
    /// The title of its first request.
    pub title: String,
    /// The place in the person's words.
    pub place_words: String,
    /// The point, when one is known.
    pub point: Option<Point>,
    /// The door its first request came in by.
    pub channel: Channel,
    /// Who may know the person of its first request.
    pub privacy: Privacy,
    /// The city's own label.
    pub label: Option<String>,
    /// When the first request reached the city.
    pub opened_at: Stamp,
    /// Which attempt.
    pub round: u8,
    /// When this round began.
    pub round_at: Stamp,
    /// By when the next thing must happen; none when closed.
    pub next_due: Option<Stamp>,
    /// By when this round must be answered.
    pub finish_due: Stamp,
    /// By when the caller must hear from the unit.
    pub contact_due: Option<Stamp>,
    /// When they did.
    pub contacted_at: Option<Stamp>,
    /// When this round was answered.
    pub answered_at: Option<Stamp>,
    /// When it was closed.
    pub closed_at: Option<Stamp>,
    /// What the unit says came of it.
    pub outcome: Option<Outcome>,
    /// Whether the deadline of this round was recorded as missed.
    pub missed: bool,
    /// When the person spoke.
    pub heard_at: Option<Stamp>,
    /// Whether they said that it is solved.
    pub solved: Option<bool>,
    /// How satisfied they are.
    pub satisfaction: Option<Satisfaction>,
    /// What that is worth.
    pub score: Option<i64>,
    /// How many requests it deals with.
    pub voices: i64,
    /// 经办人: who does it in person.
    pub handler: Option<StaffId>,
    /// What it waits for besides its stage, as the sum of the codes of [`duban_domain::case::Waits`].
    pub waits: i64,
    /// When a task of it was last given, reported or called off.
    pub tasks_at: Option<Stamp>,
    /// 原因
    pub cause: Option<String>,
}

/// The columns of a case row `c`, as [`CaseRow::read`] wants them.
pub(crate) const COLUMNS: &str = "c.id, c.number, c.version, c.phase, c.ending, c.kind, c.urgency, c.category, c.owner,
    c.division, c.title, c.place_words, c.lng_e7, c.lat_e7, c.channel, c.privacy, c.label, c.opened_at, c.round,
    c.round_at, c.next_due, c.finish_due, c.contact_due, c.contacted_at, c.answered_at, c.closed_at, c.outcome,
    c.missed, c.heard_at, c.solved, c.satisfaction, c.score, c.voices, c.handler, c.waits, c.tasks_at, c.cause";

impl CaseRow {
    /// The row of a case that its first request opens.
    pub(crate) fn first(case: &Case, request: &Request, extra: &RowExtra) -> Self {
        let place = &request.place;
        Self {
            division: place.division.clone(),
            title: request.title.clone(),
            place_words: place.words.clone(),
            point: place.point,
            channel: request.channel,
            privacy: request.privacy,
            ..Self::of(case, extra)
        }
    }

    /// The row of a case as it is now; what its request said stays.
    pub(crate) fn next(&self, case: &Case, extra: &RowExtra) -> Self {
        Self {
            division: self.division.clone(),
            title: self.title.clone(),
            place_words: self.place_words.clone(),
            point: self.point,
            channel: self.channel,
            privacy: self.privacy,
            ..Self::of(case, extra)
        }
    }

    /// The row as it was when the case was in an earlier state.
    #[must_use]
    pub fn as_of(&self, case: &Case, extra: &RowExtra) -> Self {
        self.next(case, extra)
    }

    fn of(case: &Case, extra: &RowExtra) -> Self {
        let (closed_at, ending) = match &case.stage {
            Stage::Closed { at, ending, .. } => (Some(*at), Some(*ending)),
            _ => (None, None),
        };
        let verdict = case.verdict.as_ref();
        Self {
            id: case.id,
            number: case.number.clone(),
            version: case.version,
            phase: case.phase(),
            ending,
            kind: case.kind,
            urgency: case.urgency,
            category: case.category.clone(),
            owner: extra.owner.clone(),
            division: None,
            title: String::new(),
            place_words: String::new(),
            point: None,
            channel: Channel::Other,
            privacy: Privacy::Confidential,
            label: case.label.clone(),
            opened_at: case.opened_at,
            round: case.round,
            round_at: case.round_at,
            next_due: case.next_due(),
            finish_due: case.finish.due,
            contact_due: case.contact.as_ref().map(|d| d.due),
            contacted_at: case.contacted_at,
            answered_at: case.answered_at,
            closed_at,
            outcome: case.outcome,
            missed: case.missed,
            heard_at: verdict.map(|v| v.at),
            solved: verdict.map(|v| v.solved),
            satisfaction: verdict.and_then(|v| v.satisfaction),
            score: extra.score,
            voices: i64::try_from(case.requests.len()).unwrap_or(i64::MAX),
            handler: case.handling.handler,
            waits: case.waits(),
            tasks_at: case.handling.tasks_at,
            cause: case.handling.cause.clone(),
        }
    }

    /// Reads a row from its columns.
    pub(crate) fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let stamp = |at| Ok::<_, StoreError>(row.opt_int(at)?.map(Stamp));
        Ok(Self {
            id: CaseId(row.int(0)?),
            number: row.number(1)?,
            version: row.int(2)?,
            phase: code("phase", row.int(3)?, Phase::from_code)?,
            ending: row.opt_int(4)?.map(|n| code("ending", n, Ending::from_code)).transpose()?,
            kind: code("kind", row.int(5)?, Kind::from_code)?,
            urgency: code("urgency", row.int(6)?, Urgency::from_code)?,
            category: row.opt_text(7)?,
            owner: row.text(8)?,
            division: row.opt_text(9)?,
            title: row.text(10)?,
            place_words: row.text(11)?,
            point: point(row, 12)?,
            channel: code("channel", row.int(14)?, Channel::from_code)?,
            privacy: code("privacy", row.int(15)?, Privacy::from_code)?,
            label: row.opt_text(16)?,
            opened_at: Stamp(row.int(17)?),
            round: u8::try_from(row.int(18)?).map_err(|e| StoreError::unreadable("round", e))?,
            round_at: Stamp(row.int(19)?),
            next_due: stamp(20)?,
            finish_due: Stamp(row.int(21)?),
            contact_due: stamp(22)?,
            contacted_at: stamp(23)?,
            answered_at: stamp(24)?,
            closed_at: stamp(25)?,
            outcome: row.opt_int(26)?.map(|n| code("outcome", n, Outcome::from_code)).transpose()?,
            missed: row.flag(27)?,
            heard_at: stamp(28)?,
            solved: row.opt_int(29)?.map(|n| n != 0),
            satisfaction: row
                .opt_int(30)?
                .map(|n| code("satisfaction", n, Satisfaction::from_code))
                .transpose()?,
            score: row.opt_int(31)?,
            voices: row.int(32)?,
            handler: row.opt_int(33)?.map(StaffId),
            waits: row.int(34)?,
            tasks_at: stamp(35)?,
            cause: row.opt_text(36)?,
        })
    }

    /// The statement that writes a new row, all columns in the order of [`COLUMNS`], then the morton number.
    pub(crate) fn insert(&self) -> Sql<'_> {
        let mut sql = Sql::new("INSERT INTO case_row (");
        sql.push(&COLUMNS.replace("c.", "")).push(", morton) VALUES (");
        sql.bind(self.id).push(", ").bind(&self.number);
        for part in [Part::State, Part::Words, Part::Rest] {
            self.values(&mut sql, &part, |sql, _| {
                sql.push(", ");
            });
        }
        sql.push(", ").bind(self.point.map(|p| p.morton())).push(")");
        sql
    }

    /// The statement that writes what may change in a row.
    pub(crate) fn update(&self) -> Sql<'_> {
        let mut sql = Sql::new("UPDATE case_row SET ");
        let mut begun = false;
        for part in [Part::State, Part::Rest] {
            self.values(&mut sql, &part, |sql, column| {
                sql.push(if begun { ", " } else { "" }).push(column).push(" = ");
                begun = true;
            });
        }
        if self.closed_at.is_none() {
            // Whoever speaks of a case that was opened again has a name again.
            sql.push(", anonymised_at = NULL");
        }
        sql.push(" WHERE id = ").bind(self.id);
        sql
    }

    /// Binds a part of the columns; `before` writes what stands before each value.
    fn values<'a>(&'a self, sql: &mut Sql<'a>, part: &Part, mut before: impl FnMut(&mut Sql<'a>, &str)) {
        macro_rules! put {
            ($($column:literal $value:expr),* $(,)?) => {{ $(before(sql, $column); sql.bind($value);)* }};
        }
        match part {
            Part::State => put! {
                "version" self.version, "phase" self.phase.code(), "ending" self.ending.map(Ending::code),
                "kind" self.kind.code(), "urgency" self.urgency.code(), "category" &self.category, "owner" &self.owner,
            },
            Part::Words => put! {
                "division" &self.division, "title" &self.title, "place_words" &self.place_words,
                "lng_e7" self.point.map(|p| p.lng_e7), "lat_e7" self.point.map(|p| p.lat_e7),
                "channel" self.channel.code(), "privacy" self.privacy.code(),
            },
            Part::Rest => put! {
                "label" &self.label, "opened_at" self.opened_at, "round" i64::from(self.round), "round_at" self.round_at,
                "next_due" self.next_due, "finish_due" self.finish_due, "contact_due" self.contact_due,
                "contacted_at" self.contacted_at, "answered_at" self.answered_at, "closed_at" self.closed_at,
                "outcome" self.outcome.map(Outcome::code), "missed" self.missed, "heard_at" self.heard_at,
                "solved" self.solved.map(i64::from), "satisfaction" self.satisfaction.map(Satisfaction::code),
                "score" self.score, "voices" self.voices, "handler" self.handler, "waits" self.waits,
                "tasks_at" self.tasks_at, "cause" &self.cause,
            },
        }
    }
}

/// Which columns: what the state says, what the first request said, and the rest.
enum Part {
    State,
    Words,
    Rest,
}
