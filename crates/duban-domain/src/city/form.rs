//! Asks a row for its fields, and notes what is missing, misspelt or of the wrong kind.

use std::cell::RefCell;

use jiff::civil::Date;

use super::{
    fault::{Faults, Spot, did_you_mean, words},
    source::{Cell, Row, Value},
};
use crate::{deadline::Span, lang::Words};

/// A row while it is read; [`Form::done`] reports the fields nobody asked for.
pub(super) struct Form<'a> {
    pub(super) row: &'a Row,
    pub(super) faults: &'a Faults,
    asked: RefCell<Vec<String>>,
}

impl<'a> Form<'a> {
    pub(super) fn new(row: &'a Row, faults: &'a Faults) -> Self {
        Self { row, faults, asked: RefCell::default() }
    }

    /// Reports fields that are not known.
    pub(super) fn done(self) {
        let asked = self.asked.into_inner();
        for (key, cell) in self.row.cells.iter().filter(|(key, _)| !asked.contains(key)) {
            self.faults.error(
                &self.row.spot_at(cell.line),
                words(format!("不认识的字段 {key}"), format!("Unknown field {key}")),
                did_you_mean(
                    key,
                    asked.iter().map(String::as_str),
                    words(
                        format!("删去，或改成其中之一：{}", asked.join("、")),
                        format!("Remove it, or use one of: {}", asked.join(", ")),
                    ),
                ),
            );
        }
    }

    /// Where a field stands; the row when it is not there.
    pub(super) fn spot(&self, field: &str) -> Spot {
        self.row.cells.get(field).map_or_else(|| self.row.spot(), |cell| self.row.spot_at(cell.line))
    }

    fn cell(&self, field: &str) -> Option<&'a Cell> {
        if !self.asked.borrow().iter().any(|f| f == field) {
            self.asked.borrow_mut().push(field.to_owned());
        }
        self.row.cells.get(field)
    }

    /// Something is wrong with a field.
    pub(super) fn wrong(&self, field: &str, zh: impl Into<String>, en: impl Into<String>, mend: Words) {
        self.faults.error(&self.spot(field), words(zh, en), mend);
    }

    /// A text that may be missing or empty.
    pub(super) fn text_opt(&self, field: &str) -> Option<String> {
        let cell = self.cell(field)?;
        let Value::Text(text) = &cell.value else {
            self.wrong(
                field,
                format!("{field} 应是一个值"),
                format!("{field} should be a single value"),
                words(format!("写成 {field} = \"…\"。"), format!("Write {field} = \"…\".")),
            );
            return None;
        };
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A text that must be there; empty after the fault was noted.
    pub(super) fn text(&self, field: &str) -> String {
        self.text_opt(field).unwrap_or_else(|| {
            self.missing(field);
            String::new()
        })
    }

    fn missing(&self, field: &str) {
        if matches!(self.row.cells.get(field), Some(Cell { value: Value::List(_) | Value::Table(_), .. })) {
            return;
        }
        self.wrong(
            field,
            format!("缺少 {field}"),
            format!("{field} is missing"),
            words(format!("补上 {field}。"), format!("Fill in {field}.")),
        );
    }

    /// A text in two languages: `name` and `name_en`. Without English the Chinese stands in.
    pub(super) fn words(&self, field: &str) -> Words {
        let zh = self.text(field);
        let en = self.text_opt(&format!("{field}_en"));
        if en.is_none() && !zh.is_empty() {
            self.no_english(field);
        }
        Words { en: en.unwrap_or_else(|| zh.clone()), zh }
    }

    /// The same, when it may be left out.
    pub(super) fn words_opt(&self, field: &str) -> Option<Words> {
        let zh = self.text_opt(field);
        let en = self.text_opt(&format!("{field}_en"));
        let zh = zh?;
        if en.is_none() {
            self.no_english(field);
        }
        Some(Words { en: en.unwrap_or_else(|| zh.clone()), zh })
    }

    fn no_english(&self, field: &str) {
        self.faults.warning(
            &self.spot(field),
            words(format!("缺少英文 {field}_en"), format!("The English text {field}_en is missing")),
            words("补上英文；暂以中文代替。", "Add the English text; until then the Chinese one is shown."),
        );
    }

    /// A key: small letters, digits, `-` and `.`.
    pub(super) fn key(&self, field: &str) -> String {
        let key = self.text(field);
        if !key.is_empty() && !is_key(&key) {
            self.wrong(
                field,
                format!("{field} {key} 不能作键"),
                format!("{field} {key} cannot be a key"),
                words(
                    "只用小写字母、数字、连字符和点，例如 power.zhuzhou。",
                    "Use small letters, digits, hyphens and dots only, for example power.zhuzhou.",
                ),
            );
        }
        key
    }

    /// A value that some function parses; `like` shows an example.
    pub(super) fn parsed<T>(&self, field: &str, like: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text_opt(field)?;
        let value = parse(&text);
        if value.is_none() {
            self.wrong(
                field,
                format!("{field} 写成 {text}，读不懂"),
                format!("{field} is {text}, which cannot be read"),
                words(format!("写成例如 {like}。"), format!("Write for example {like}.")),
            );
        }
        value
    }

    /// The same for a value that must be there.
    pub(super) fn required<T>(
        &self,
        field: &str,
        like: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        if self.text_opt(field).is_none() {
            self.missing(field);
        }
        self.parsed(field, like, parse)
    }

    /// A number.
    pub(super) fn number(&self, field: &str) -> Option<f64> {
        self.parsed(field, "27.83", |t| t.parse().ok().filter(|n: &f64| n.is_finite()))
    }

    /// A whole number between limits, or the default.
    pub(super) fn whole(&self, field: &str, default: u32, max: u32) -> u32 {
        self.parsed(field, &format!("{default}"), |t| t.parse().ok().filter(|n| *n <= max)).unwrap_or(default)
    }

    /// Yes or no, or the default.
    pub(super) fn yes(&self, field: &str, default: bool) -> bool {
        let parse = |t: &str| match t {
            "true" | "yes" | "是" => Some(true),
            "false" | "no" | "否" => Some(false),
            _ => None,
        };
        self.parsed(field, "true", parse).unwrap_or(default)
    }

    /// A length of time.
    pub(super) fn span(&self, field: &str) -> Option<Span> {
        self.parsed(field, "30 minutes / 2 hours / 4 working hours / 5 working days", Span::parse)
    }

    /// A date.
    pub(super) fn date(&self, field: &str) -> Option<Date> {
        self.parsed(field, "2026-01-04", |t| t.parse().ok())
    }

    /// Several texts: a TOML list, one text, or a CSV cell with bars between.
    pub(super) fn list(&self, field: &str) -> Vec<String> {
        let Some(cell) = self.cell(field) else { return Vec::new() };
        let one = |cell: &Cell| match &cell.value {
            Value::Text(text) => Some(text.trim().to_owned()),
            _ => None,
        };
        let texts: Vec<_> = match &cell.value {
            Value::Text(text) if self.row.flat => text.split('|').map(|t| t.trim().to_owned()).collect(),
            Value::Text(_) => one(cell).into_iter().collect(),
            Value::List(cells) if cells.iter().all(|c| one(c).is_some()) => {
                cells.iter().filter_map(one).collect()
            }
            _ => {
                self.wrong(
                    field,
                    format!("{field} 应是一列文字"),
                    format!("{field} should be a list of texts"),
                    words(
                        format!("写成 {field} = [\"…\", \"…\"]。"),
                        format!("Write {field} = [\"…\", \"…\"]."),
                    ),
                );
                Vec::new()
            }
        };
        texts.into_iter().filter(|t| !t.is_empty()).collect()
    }

    /// A list whose members come from a closed set.
    pub(super) fn members<T: Copy>(&self, field: &str, all: &[T], key: impl Fn(T) -> &'static str) -> Vec<T> {
        let list = self.list(field);
        list.iter().filter_map(|text| self.member_of(field, text, all, &key)).collect()
    }

    /// One member of a closed set, if given.
    pub(super) fn member<T: Copy>(
        &self,
        field: &str,
        all: &[T],
        key: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let text = self.text_opt(field)?;
        self.member_of(field, &text, all, &key)
    }

    /// One member of a closed set that must be given.
    pub(super) fn member_required<T: Copy>(
        &self,
        field: &str,
        all: &[T],
        key: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        if self.text_opt(field).is_none() {
            self.missing(field);
        }
        self.member(field, all, key)
    }

    fn member_of<T: Copy>(
        &self,
        field: &str,
        text: &str,
        all: &[T],
        key: &impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let found = all.iter().copied().find(|m| key(*m) == text);
        if found.is_none() {
            let keys: Vec<_> = all.iter().map(|m| key(*m)).collect();
            let otherwise =
                words(format!("只能是：{}", keys.join("、")), format!("It can be: {}", keys.join(", ")));
            self.wrong(
                field,
                format!("{field} 里的 {text} 不认识"),
                format!("{text} in {field} is not known"),
                did_you_mean(text, keys.iter().copied(), otherwise),
            );
        }
        found
    }

    /// A table inside this one.
    pub(super) fn table(&self, field: &str) -> Option<&'a Row> {
        match &self.cell(field)?.value {
            Value::Table(row) => Some(row),
            _ => {
                self.wrong(
                    field,
                    format!("{field} 应是一张表"),
                    format!("{field} should be a table"),
                    words(format!("写成 [{field}]。"), format!("Write [{field}].")),
                );
                None
            }
        }
    }

    /// Tables inside this one: `[[field]]`.
    pub(super) fn rows(&self, field: &str) -> Vec<&'a Row> {
        let Some(cell) = self.cell(field) else { return Vec::new() };
        let rows: Option<Vec<_>> = match &cell.value {
            Value::List(cells) => cells
                .iter()
                .map(|c| if let Value::Table(row) = &c.value { Some(row) } else { None })
                .collect(),
            _ => None,
        };
        rows.unwrap_or_else(|| {
            self.wrong(
                field,
                format!("{field} 应是若干行"),
                format!("{field} should be rows"),
                words(format!("每行以 [[{field}]] 开头。"), format!("Begin each row with [[{field}]].")),
            );
            Vec::new()
        })
    }
}

/// Whether a text can be a key.
pub(super) fn is_key(text: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    !text.is_empty() && text.len() <= 64 && text.chars().all(good)
}
