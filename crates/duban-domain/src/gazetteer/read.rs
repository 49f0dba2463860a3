//! The text of a register as entries. A row that says nothing usable is left out and counted; a text that is no
//! register at all is a fault, and then nothing of it is used.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{Entry, Format, Holds, Register, geojson};
use crate::{
    lang::Words,
    place::{Bounds, Point, judge},
    text,
};

/// More entries than this no city has; so many rows are a mistake.
const ENTRIES_MAX: usize = 300_000;
/// Columns that a fault names, and how much of each, in characters.
const COLUMNS_MAX: usize = 20;
const COLUMN_MAX: usize = 40;
/// Odd rows that are named.
const ODD_MAX: usize = 50;

/// What was read (读到的登记).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The entries, each id once.
    pub entries: Vec<Entry>,
    /// How many rows were left out, or taken without what was odd about them.
    pub odd: usize,
    /// The first of these, each with its row and what is odd.
    pub named: Vec<Words>,
}

/// Why a text is no register (读不了的原因).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadFault {
    /// It is not written in UTF-8.
    Encoding,
    /// It is not the format that the city says.
    Format(String),
    /// A column is missing: which, and which there are.
    Column(String, Vec<String>),
    /// Nothing usable is in it.
    Empty,
    /// It has more rows than any city.
    TooMany,
}

impl ReadFault {
    /// What is wrong and what to do, in a sentence.
    #[must_use]
    pub fn words(&self) -> Words {
        let (zh, en) = match self {
            Self::Encoding => (
                "登记文件不是 UTF-8 编码，请让来源另存为 UTF-8。".to_owned(),
                "The register is not written in UTF-8. Ask its keeper for UTF-8.".to_owned(),
            ),
            Self::Format(why) => (
                format!("读不懂登记文件（{why}）。请看地址和 format 对不对。"),
                format!("The register cannot be read ({why}). Check its address and format."),
            ),
            Self::Column(name, there) => (
                format!(
                    "登记文件里没有“{name}”这一栏，有：{}。请在 registers.toml 里改栏名；不是表格的，改 format。",
                    named(there).join("、")
                ),
                format!(
                    "The register has no column \u{201c}{name}\u{201d}; it has: {}. Name the columns in registers.toml, or the format, if it is no table.",
                    named(there).join(", ")
                ),
            ),
            Self::Empty => (
                "登记文件里一条能用的都没有，原有的没有动。".to_owned(),
                "Nothing in the register can be used. What there was stays.".to_owned(),
            ),
            Self::TooMany => (
                format!("登记文件超过 {ENTRIES_MAX} 条，多半拿错了文件。"),
                format!("The register has more than {ENTRIES_MAX} rows; most likely it is the wrong file."),
            ),
        };
        Words { zh, en }
    }
}

/// The first columns: what is no table has its whole text in one of them.
fn named(columns: &[String]) -> Vec<String> {
    let more = (columns.len() > COLUMNS_MAX).then(|| "…".to_owned());
    columns
        .iter()
        .take(COLUMNS_MAX)
        .map(|column| text::shorten(column.trim(), COLUMN_MAX))
        .chain(more)
        .collect()
}

/// Reads the text of a register.
pub fn read(
    register: &Register,
    text: &str,
    bounds: &Bounds,
    is_division: impl Fn(&str) -> bool,
) -> Result<Reading, ReadFault> {
    let text = text.trim_start_matches('\u{feff}');
    if text.contains('\u{fffd}') {
        return Err(ReadFault::Encoding);
    }
    let rows = match register.format {
        Format::Csv => csv_rows(register, text)?,
        Format::GeoJson => json_rows(register, text)?,
    };
    if rows.len() > ENTRIES_MAX {
        return Err(ReadFault::TooMany);
    }
    let mut reader = Reader { register, bounds, is_division, seen: HashSet::new(), out: Reading::default() };
    for (nth, row) in rows.iter().enumerate() {
        reader.row(nth + 1, row);
    }
    if reader.out.entries.is_empty() { Err(ReadFault::Empty) } else { Ok(reader.out) }
}

/// A row as fields, and a point where the format has one of its own.
struct Raw {
    fields: BTreeMap<String, String>,
    shape: Option<(f64, f64)>,
}

fn csv_rows(register: &Register, text: &str) -> Result<Vec<Raw>, ReadFault> {
    let head = text.lines().next().unwrap_or("");
    let sign = [b',', b';', b'\t'].into_iter().max_by_key(|sign| head.bytes().filter(|b| b == sign).count());
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(sign.unwrap_or(b','))
        .flexible(true)
        .trim(::csv::Trim::All)
        .from_reader(text.as_bytes());
    let format = |error: ::csv::Error| ReadFault::Format(error.to_string());
    let head: Vec<String> = reader.headers().map_err(format)?.iter().map(str::to_owned).collect();
    needs(register, &head)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(format)?;
        let cells = head.iter().cloned().zip(record.iter().map(str::to_owned));
        rows.push(Raw { fields: cells.collect(), shape: None });
    }
    Ok(rows)
}

fn json_rows(register: &Register, text: &str) -> Result<Vec<Raw>, ReadFault> {
    let root: Value = serde_json::from_str(text).map_err(|error| ReadFault::Format(error.to_string()))?;
    let features = root.get("features").and_then(Value::as_array);
    let features = features.ok_or_else(|| ReadFault::Format("features: -".to_owned()))?;
    let word = |value: &Value| match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("|"),
        _ => String::new(),
    };
    let rows: Vec<Raw> = features
        .iter()
        .map(|feature| {
            let own = feature.get("properties").and_then(Value::as_object);
            let mut fields: BTreeMap<String, String> =
                own.map(|own| own.iter().map(|(k, v)| (k.clone(), word(v))).collect()).unwrap_or_default();
            if let Some(id) = feature.get("id") {
                fields.entry("id".to_owned()).or_insert_with(|| word(id));
            }
            Raw { fields, shape: feature.get("geometry").and_then(geojson::middle) }
        })
        .collect();
    if rows.is_empty() {
        return Ok(rows);
    }
    // A property that one feature lacks another may have.
    let all: std::collections::BTreeSet<&String> = rows.iter().flat_map(|row| row.fields.keys()).collect();
    needs(register, &all.into_iter().cloned().collect::<Vec<_>>())?;
    Ok(rows)
}

/// What must be there: a name, the id where one is named, the code of a division.
fn needs(register: &Register, head: &[String]) -> Result<(), ReadFault> {
    let code = (register.holds == Holds::Divisions).then_some("code");
    let id = register.columns.id.as_deref().or(code);
    let mut needed = [Some(register.columns.name.as_str()), id].into_iter().flatten();
    match needed.find(|name| !head.iter().any(|h| h == name)) {
        Some(name) => Err(ReadFault::Column(name.to_owned(), head.to_vec())),
        None => Ok(()),
    }
}

struct Reader<'a, F> {
    register: &'a Register,
    bounds: &'a Bounds,
    is_division: F,
    seen: HashSet<String>,
    out: Reading,
}

impl<F: Fn(&str) -> bool> Reader<'_, F> {
    fn odd(&mut self, nth: usize, zh: &str, en: &str) {
        self.out.odd += 1;
        if self.out.named.len() < ODD_MAX {
            self.out
                .named
                .push(Words { zh: format!("第 {nth} 条：{zh}"), en: format!("Row {nth}: {en}") });
        }
    }

    fn row(&mut self, nth: usize, raw: &Raw) {
        let columns = &self.register.columns;
        let field = |name: &str| raw.fields.get(name).map(|value| plain(value)).unwrap_or_default();
        let zh = field(&columns.name);
        if zh.is_empty() {
            return self.odd(nth, "没有名字，没有用", "it has no name and was left out");
        }
        let en = Some(field(&columns.name_en)).filter(|en| !en.is_empty()).unwrap_or_else(|| zh.clone());
        let list = field(&columns.aliases);
        let aliases = list.split('|').map(str::trim).filter(|name| !name.is_empty() && *name != zh);
        let entry = Entry {
            id: String::new(),
            aliases: aliases.map(str::to_owned).collect(),
            former: Vec::new(),
            initials: field(&columns.initials).to_ascii_lowercase(),
            division: Some(field(&columns.division)).filter(|code| !code.is_empty()),
            point: None,
            name: Words { zh, en },
        };
        let id = match (&columns.id, self.register.holds) {
            (Some(id), _) => field(id),
            (None, Holds::Divisions) => field("code"),
            // Parts of one street are one street.
            (None, Holds::Places) => {
                format!("{} {}", entry.name.zh, entry.division.as_deref().unwrap_or("-"))
            }
        };
        self.take(nth, raw, Entry { id, ..entry });
    }

    fn take(&mut self, nth: usize, raw: &Raw, mut entry: Entry) {
        let divisions = self.register.holds == Holds::Divisions;
        let is_code = |id: &str| matches!(id.len(), 6 | 9) && id.bytes().all(|b| b.is_ascii_digit());
        if entry.id.is_empty() || (divisions && !is_code(&entry.id)) {
            let (zh, en) = ("没有能用的编号，没有用", "it has no usable id and was left out");
            return self.odd(nth, zh, en);
        }
        if self.seen.contains(&entry.id) {
            if self.register.columns.id.is_some() || divisions {
                self.odd(nth, "编号写过了，用第一条", "its id was there before; the first one counts");
            }
            return;
        }
        if entry.division.as_deref().is_some_and(|code| !(self.is_division)(code)) {
            entry.division = None;
            self.odd(nth, "区划代码不认识，没有记", "the code of its division is not known and was left out");
        }
        match self.point(raw) {
            Ok(point) => entry.point = point,
            Err(()) => self.odd(nth, "坐标不能用，只用名字", "its point cannot be used; only the name is"),
        }
        self.seen.insert(entry.id.clone());
        self.out.entries.push(entry);
    }

    fn point(&self, raw: &Raw) -> Result<Option<Point>, ()> {
        let columns = &self.register.columns;
        let text = |name: &str| raw.fields.get(name).map_or("", |value| value.trim());
        let (lng, lat) = (text(&columns.lng), text(&columns.lat));
        let given = match (raw.shape, lng.is_empty() && lat.is_empty()) {
            (Some(shape), _) => shape,
            (None, true) => return Ok(None),
            (None, false) => (lng.parse().map_err(|_| ())?, lat.parse().map_err(|_| ())?),
        };
        let (lng, lat) = self.register.crs.to_wgs84(given.0, given.1);
        judge(lng, lat, self.bounds).map(Some).map_err(|_| ())
    }
}

/// One line without odd signs, no longer than a line may be.
fn plain(value: &str) -> String {
    let clean: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text::shorten(clean.trim(), text::LINE_MAX)
}
