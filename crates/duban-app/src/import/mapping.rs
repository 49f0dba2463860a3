//! The mapping (映射): which column of a file is what, written by people in TOML.
//!
//! Everything that can be wrong with a mapping is found here, before the first row is read. What a
//! city calls things (its categories, its divisions) is not known here; see [`super::row`].

use std::{collections::BTreeMap, fmt, path::Path};

use duban_domain::{
    Lang,
    request::{Channel, Kind, Privacy, Urgency},
};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{ImportError, time::Clockwork};

/// Declares what a column may be, with the text that joins several columns into one.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $key:literal, $zh:literal, $join:literal;)*) => {
        /// What a column of the file is in Duban.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        pub enum Field { $($(#[$doc])* #[serde(rename = $key)] $name),* }

        impl Field {
            /// The word of the mapping file.
            #[must_use]
            pub fn key(self) -> &'static str { match self { $(Self::$name => $key),* } }

            /// What people call it.
            #[must_use]
            pub fn word(self, lang: Lang) -> &'static str { match self { $(Self::$name => lang.t($zh, $key)),* } }

            /// What stands between two columns that make one field.
            pub(super) fn joint(self) -> &'static str { match self { $(Self::$name => $join),* } }
        }
    };
}

fields! {
    /// 编号: the number that the source gives the matter.
    Id = "id", "编号", ":";
    /// 标题
    Title = "title", "标题", " · ";
    /// 诉求内容
    Text = "text", "诉求内容", "\n";
    /// 受理时间
    Received = "received", "受理时间", " ";
    /// 答复时间
    Answered = "answered", "答复时间", " ";
    /// 办理天数: calendar days from receipt to answer, where the source keeps no instant.
    DaysToAnswer = "days_to_answer", "办理天数", "";
    /// 答复内容
    Answer = "answer", "答复内容", "\n";
    /// 诉求类型
    Kind = "kind", "诉求类型", " ";
    /// 紧急程度
    Urgency = "urgency", "紧急程度", " ";
    /// 来源渠道
    Channel = "channel", "来源渠道", " ";
    /// 地点描述
    Place = "place", "地点描述", " ";
    /// 区划: a code or a name of the city pack.
    Division = "division", "区划", " ";
    /// 经度
    Lng = "lng", "经度", "";
    /// 纬度
    Lat = "lat", "纬度", "";
    /// 分类: a key or a name of the city pack, at any level.
    Category = "category", "分类", " ";
    /// 诉求人
    Name = "name", "诉求人", " ";
    /// 电话
    Phone = "phone", "电话", "";
    /// 身份公开程度
    Privacy = "privacy", "身份公开程度", " ";
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// One column, or several that are joined.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// The header of one column.
    One(String),
    /// The headers of several.
    Many(Vec<String>),
}

impl Column {
    /// The headers, in order.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        match self {
            Self::One(header) => std::slice::from_ref(header),
            Self::Many(headers) => headers,
        }
    }
}

/// Which file it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Look at the first bytes.
    #[default]
    Auto,
    /// Text with delimiters.
    Csv,
    /// A workbook.
    Xlsx,
}

/// How the bytes of a CSV file are characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// GB18030, and with it GBK and GB2312.
    #[serde(rename = "gb18030", alias = "gbk", alias = "gb2312")]
    Gb18030,
}

/// Rows with one of these words in this column are passed over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkipWhen {
    /// The header.
    pub column: String,
    /// The words; an empty one stands for an empty cell.
    pub is: Vec<String>,
}

/// The file as people write it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    source: String,
    #[serde(default)]
    format: Format,
    #[serde(default)]
    encoding: Encoding,
    #[serde(default = "comma")]
    delimiter: char,
    sheet: Option<String>,
    header_row: Option<u64>,
    zone: Option<String>,
    #[serde(default)]
    time_formats: Vec<String>,
    #[serde(default)]
    crs: Option<String>,
    columns: BTreeMap<Field, Column>,
    #[serde(default)]
    values: BTreeMap<Field, BTreeMap<String, String>>,
    #[serde(default)]
    default: BTreeMap<Field, String>,
    #[serde(default)]
    skip_when: Vec<SkipWhen>,
}

fn comma() -> char {
    ','
}

/// A mapping that holds together.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The name of the source; with the number of a row it makes the key that a matter is taken in by once.
    pub source: String,
    /// Which file it is.
    pub format: Format,
    /// How bytes are characters (CSV only).
    pub encoding: Encoding,
    /// What stands between two cells (CSV only).
    pub delimiter: u8,
    /// The sheet of a workbook; the first one when none is named.
    pub sheet: Option<String>,
    /// The row that the header stands in or after; rows before it are passed over.
    pub header_row: u64,
    /// The zone of times that name none; the city's when none is written.
    pub zone: Option<TimeZone>,
    /// How times are written.
    pub times: Clockwork,
    /// The coordinate system of `lng` and `lat`.
    pub crs: duban_domain::place::Crs,
    /// Which column is what.
    pub columns: BTreeMap<Field, Column>,
    /// What the source's words mean; keys in lower case, `*` stands for every word that is not known.
    pub values: BTreeMap<Field, BTreeMap<String, String>>,
    /// What holds when the column is not there or says nothing that is known.
    pub default: BTreeMap<Field, String>,
    /// Rows that are passed over.
    pub skip_when: Vec<SkipWhen>,
}

/// The mappings that come with Duban: name and text.
pub const SHIPPED: &[(&str, &str)] = &[
    ("generic-12345", include_str!("../../mappings/generic-12345.toml")),
    ("messages", include_str!("../../mappings/messages.toml")),
    ("messages-labelled", include_str!("../../mappings/messages-labelled.toml")),
    ("messages-replies", include_str!("../../mappings/messages-replies.toml")),
    ("requests-311", include_str!("../../mappings/requests-311.toml")),
    ("workorders-fuzhou", include_str!("../../mappings/workorders-fuzhou.toml")),
];

impl Mapping {
    /// The text of a shipped mapping.
    #[must_use]
    pub fn shipped(name: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(n, _)| *n == name).map(|(_, text)| *text)
    }

    /// A shipped mapping by its name, or else the mapping in a file.
    pub fn load(name_or_path: &str) -> Result<Self, ImportError> {
        if let Some(text) = Self::shipped(name_or_path) {
            return Self::parse(name_or_path, text);
        }
        let path = Path::new(name_or_path);
        if !path.is_file() {
            let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
            return Err(ImportError::NoMapping { given: name_or_path.to_owned(), shipped: names.join(", ") });
        }
        let text = std::fs::read_to_string(path)
            .map_err(|cause| ImportError::Io { path: path.to_owned(), cause })?;
        Self::parse(name_or_path, &text)
    }

    /// Reads and checks a mapping; `name` is what errors call it.
    pub fn parse(name: &str, text: &str) -> Result<Self, ImportError> {
        let wrong = |why: String| ImportError::Mapping { name: name.to_owned(), why };
        let written: Written = toml::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|e| wrong(e.to_string().trim_end().to_owned()))?;
        checked(written).map_err(wrong)
    }
}

fn checked(w: Written) -> Result<Mapping, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if w.source.is_empty() || w.source.len() > 40 || !w.source.chars().all(plain) {
        return Err(format!(
            "source = {:?}: write 1 to 40 of a-z, 0-9 and -; it becomes a part of each key",
            w.source
        ));
    }
    let delimiter = u8::try_from(w.delimiter)
        .ok()
        .filter(u8::is_ascii)
        .ok_or("delimiter: write one ASCII character, such as \",\", \";\" or \"\\t\"")?;
    let zone = w.zone.as_deref().map(zone_named).transpose()?;
    let crs = w.crs.as_deref().map_or(Ok(duban_domain::place::Crs::Wgs84), |key| {
        duban_domain::place::Crs::from_key(key)
            .ok_or(format!("crs = {key:?}: write one of wgs84, gcj02, bd09"))
    })?;
    check_columns(&w)?;
    let times = Clockwork::new(w.time_formats)?;
    let lower = |words: BTreeMap<String, String>| {
        words.into_iter().map(|(from, to)| (from.trim().to_lowercase(), to)).collect()
    };
    let values: BTreeMap<Field, BTreeMap<String, String>> =
        w.values.into_iter().map(|(field, words)| (field, lower(words))).collect();
    for (field, word) in values
        .iter()
        .flat_map(|(field, words)| words.values().map(move |word| (field, word)))
        .chain(&w.default)
    {
        check_word(*field, word)?;
    }
    Ok(Mapping {
        source: w.source,
        format: w.format,
        encoding: w.encoding,
        delimiter,
        sheet: w.sheet,
        header_row: w.header_row.unwrap_or(1),
        zone,
        times,
        crs,
        columns: w.columns,
        values,
        default: w.default,
        skip_when: w.skip_when,
    })
}

fn zone_named(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name)
        .map_err(|_| format!("zone = {name:?} is not known; write a name like Asia/Shanghai or UTC"))
}

fn check_columns(w: &Written) -> Result<(), String> {
    let has = |field| w.columns.contains_key(&field);
    if !has(Field::Received) {
        return Err("[columns] needs `received`: without a time there is no deadline".into());
    }
    if !has(Field::Title) && !has(Field::Text) {
        return Err("[columns] needs `text` or `title`: a matter says something".into());
    }
    if has(Field::Lng) != has(Field::Lat) {
        return Err("[columns] has one of `lng` and `lat`: name both or none".into());
    }
    if has(Field::Answered) && has(Field::DaysToAnswer) {
        return Err(
            "[columns] has both `answered` and `days_to_answer`: keep the one that the source recorded"
                .into(),
        );
    }
    match w.columns.iter().find(|(_, column)| {
        column.headers().is_empty() || column.headers().iter().any(|h| h.trim().is_empty())
    }) {
        Some((field, _)) => {
            Err(format!("[columns] {field} names no column; write its header or take the line out"))
        }
        None => Ok(()),
    }
}

/// A word on the right-hand side must be one that Duban knows, where the set is closed.
fn check_word(field: Field, word: &str) -> Result<(), String> {
    fn of<T: Copy>(all: &[T], key: fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|&member| key(member)).collect()
    }
    let known = match field {
        Field::Kind => of(Kind::ALL, Kind::key),
        Field::Urgency => of(Urgency::ALL, Urgency::key),
        Field::Channel => of(Channel::ALL, Channel::key),
        Field::Privacy => of(Privacy::ALL, Privacy::key),
        _ => return Ok(()),
    };
    if known.contains(&word) {
        Ok(())
    } else {
        Err(format!("{field} = {word:?} is not known; write one of {}", known.join(", ")))
    }
}
