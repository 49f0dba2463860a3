//! The published data model (数据字典) of an exported list: each column once, with its key, its kind
//! and what it means. `docs/api/data-model.md` is written from this table by a test, so a column
//! that is not described cannot exist. No name, telephone number or text of a person is in it.

use duban_domain::{
    Lang, Stamp,
    case::{Ending, Outcome, Satisfaction},
    city::City,
};
use duban_store::CaseRow;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Words.
    Text,
    /// A whole number.
    Whole,
    /// A number with a fraction.
    Number,
    /// An instant: with the zone in CSV, as local time in XLSX, UTC milliseconds in Parquet.
    Time,
    /// Yes or no: `true`, `false`.
    Flag,
}

impl FieldKind {
    /// Its word in the published model.
    #[must_use]
    pub fn word(self, lang: Lang) -> &'static str {
        match self {
            Self::Text => lang.t("文字", "text"),
            Self::Whole => lang.t("整数", "whole number"),
            Self::Number => lang.t("小数", "number"),
            Self::Time => lang.t("时刻", "instant"),
            Self::Flag => lang.t("是否", "yes or no"),
        }
    }
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing is known.
    None,
    /// Words.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with a fraction.
    Number(f64),
    /// An instant.
    Time(Stamp),
    /// Yes or no.
    Flag(bool),
}

/// One column of an export (字段).
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its key: the head of the column in CSV and Parquet. Never changes its meaning.
    pub key: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// The head of the column in XLSX, Chinese and English.
    pub title: (&'static str, &'static str),
    /// What it means, Chinese and English.
    pub about: (&'static str, &'static str),
    value: fn(&CaseRow, &City, Lang) -> Cell,
}

impl Field {
    /// The value in a row.
    #[must_use]
    pub fn of(&self, row: &CaseRow, city: &City, lang: Lang) -> Cell {
        (self.value)(row, city, lang)
    }
}

fn text(value: impl Into<String>) -> Cell {
    let value = value.into();
    if value.is_empty() { Cell::None } else { Cell::Text(value) }
}

fn some(value: Option<&String>) -> Cell {
    value.map_or(Cell::None, |v| text(v.as_str()))
}

fn whole(value: impl Into<i64>) -> Cell {
    Cell::Whole(value.into())
}

fn time(value: Option<Stamp>) -> Cell {
    value.map_or(Cell::None, Cell::Time)
}

fn unit_name(city: &City, key: &str, lang: Lang) -> Cell {
    city.unit(key).map_or(Cell::None, |unit| text(unit.name.get(lang)))
}

fn division_name(city: &City, code: Option<&String>, lang: Lang) -> Cell {
    code.and_then(|code| city.division(code)).map_or(Cell::None, |d| text(d.name.get(lang)))
}

macro_rules! fields {
    ($($key:literal $kind:ident ($zh:literal, $en:literal) ($about_zh:literal, $about_en:literal) $value:expr;)*) => {
        /// Every column, in order.
        pub const FIELDS: &[Field] = &[$(Field {
            key: $key,
            kind: FieldKind::$kind,
            title: ($zh, $en),
            about: ($about_zh, $about_en),
            value: $value,
        }),*];
    };
}

fields! {
    "number" Text ("工单编号", "Case number")
        ("公开的编号，末位是校验位", "public number; its last digit is a check digit")
        |row, _, _| text(row.number.digits());
    "version" Whole ("版本", "Version")
        ("记下了多少件事；变了就是工单有变化", "how many events were recorded; a new one means a change")
        |row, _, _| whole(row.version);
    "title" Text ("标题", "Title")
        ("第一条诉求的标题", "title of the first request")
        |row, _, _| text(row.title.as_str());
    "stage" Text ("阶段", "Stage")
        ("received、dispatched、in-hand、in-review、callback、closed", "received, dispatched, in-hand, in-review, callback or closed")
        |row, _, _| text(row.phase.key());
    "ending" Text ("办结方式", "Ending")
        ("怎样办结的；没办结为空", "how it was closed; empty while open")
        |row, _, _| row.ending.map(Ending::key).map_or(Cell::None, text);
    "kind" Text ("诉求类型", "Kind")
        ("consult、help、complaint、tip、suggestion、praise", "consult, help, complaint, tip, suggestion or praise")
        |row, _, _| text(row.kind.key());
    "urgency" Text ("紧急程度", "Urgency")
        ("critical、urgent、normal、complex", "critical, urgent, normal or complex")
        |row, _, _| text(row.urgency.key());
    "channel" Text ("来源渠道", "Channel")
        ("第一条诉求从哪里来", "the door by which the first request came in")
        |row, _, _| text(row.channel.key());
    "privacy" Text ("保密", "Privacy")
        ("contact 可联系、confidential 保密、anonymous 匿名", "contact, confidential or anonymous")
        |row, _, _| text(row.privacy.key());
    "category" Text ("类别代码", "Category key")
        ("城市包里的类别；未分类为空", "category of the city pack; empty when not classified")
        |row, _, _| some(row.category.as_ref());
    "category_name" Text ("类别", "Category")
        ("类别全名，从大类到小类", "its path, from the first level down")
        |row, city, lang| row.category.as_deref().map_or(Cell::None, |key| text(city.category_path(key, lang)));
    "unit" Text ("主办单位代码", "Lead unit key")
        ("谁在办；还没派出的是热线中心", "who has it; the centre while it is not dispatched")
        |row, _, _| text(row.owner.as_str());
    "unit_name" Text ("主办单位", "Lead unit")
        ("单位全名", "name of the unit")
        |row, city, lang| unit_name(city, &row.owner, lang);
    "division" Text ("区划代码", "Division code")
        ("已知的最小区划", "the smallest division that is known")
        |row, _, _| some(row.division.as_ref());
    "division_name" Text ("区划", "Division")
        ("区划名称", "name of the division")
        |row, city, lang| division_name(city, row.division.as_ref(), lang);
    "place" Text ("地点", "Place")
        ("诉求人说的地点", "the place in the person’s words")
        |row, _, _| text(row.place_words.as_str());
    "longitude" Number ("经度", "Longitude")
        ("WGS-84 度", "degrees, WGS-84")
        |row, _, _| row.point.map_or(Cell::None, |p| Cell::Number(p.lng()));
    "latitude" Number ("纬度", "Latitude")
        ("WGS-84 度", "degrees, WGS-84")
        |row, _, _| row.point.map_or(Cell::None, |p| Cell::Number(p.lat()));
    "voices" Whole ("诉求数", "Requests")
        ("这件工单里有几条诉求", "how many requests the case deals with")
        |row, _, _| whole(row.voices);
    "opened_at" Time ("受理时间", "Opened")
        ("第一条诉求到达的时刻", "when the first request reached the city")
        |row, _, _| time(Some(row.opened_at));
    "round" Whole ("轮次", "Round")
        ("第几轮办理", "which attempt")
        |row, _, _| whole(row.round);
    "round_at" Time ("本轮开始", "Round began")
        ("这一轮从何时起", "when this attempt began")
        |row, _, _| time(Some(row.round_at));
    "next_due" Time ("下一时限", "Next due")
        ("下一件事的时限；办结后为空", "by when the next thing must happen; empty when closed")
        |row, _, _| time(row.next_due);
    "finish_due" Time ("答复时限", "Answer due")
        ("这一轮何时前要答复", "by when this round must be answered")
        |row, _, _| time(Some(row.finish_due));
    "answered_at" Time ("答复时间", "Answered")
        ("这一轮何时答复的", "when this round was answered")
        |row, _, _| time(row.answered_at);
    "contact_due" Time ("联系时限", "Contact due")
        ("何时前要联系诉求人", "by when the person must hear from the unit")
        |row, _, _| time(row.contact_due);
    "contacted_at" Time ("联系时间", "Contacted")
        ("何时联系的", "when they did")
        |row, _, _| time(row.contacted_at);
    "closed_at" Time ("办结时间", "Closed")
        ("没办结为空", "empty while open")
        |row, _, _| time(row.closed_at);
    "outcome" Text ("办理结果", "Outcome")
        ("承办单位说的结果", "what the unit says came of it")
        |row, _, _| row.outcome.map(Outcome::key).map_or(Cell::None, text);
    "deadline_missed" Flag ("逾期", "Deadline missed")
        ("这一轮是否错过了答复时限", "whether the deadline of this round was missed")
        |row, _, _| Cell::Flag(row.missed);
    "heard_at" Time ("回访时间", "Heard")
        ("诉求人何时说的", "when the person spoke")
        |row, _, _| time(row.heard_at);
    "solved" Flag ("诉求人说解决了", "Solved, they say")
        ("没说为空", "empty when they did not say")
        |row, _, _| row.solved.map_or(Cell::None, Cell::Flag);
    "satisfaction" Text ("满意程度", "Satisfaction")
        ("诉求人的评价；没评为空", "their rating; empty when they gave none")
        |row, _, _| row.satisfaction.map(Satisfaction::key).map_or(Cell::None, text);
    "score" Whole ("满意度得分", "Points")
        ("评价按本市设置值多少分，0 到 100", "what the rating is worth by the city’s setting, 0 to 100")
        |row, _, _| row.score.map_or(Cell::None, Cell::Whole);
}
