//! Which tables of a pack are changed entry by entry, and what their fields are called on a form.
//!
//! What a field may hold is the reader's to say; this only says how it is asked for.

use super::{Choices, Values, fields};
use crate::{city::PackFiles, policy::Action, request::closed_set};

closed_set! {
    /// A table of the pack that is changed entry by entry (可改的表).
    Table {
        /// 分类
        Categories = 1, "categories", "分类", "Categories";
        /// 公开名录
        Public = 2, "public", "公开名称", "Names in public";
        /// 分类词
        CategoryWords = 3, "category-words", "分类词", "Words of categories";
        /// 单位
        Units = 4, "units", "单位", "Units";
        /// 角色
        Roles = 5, "roles", "角色", "Roles";
        /// 满意度选项
        Survey = 6, "survey", "满意度选项", "Survey answers";
        /// 时限
        Deadlines = 7, "deadlines", "时限", "Deadlines";
        /// 派单目录
        Catalogue = 8, "catalogue", "派单目录", "Dispatch catalogue";
        /// 放假
        Holidays = 9, "holidays", "放假", "Holidays";
        /// 调休上班
        Makeups = 10, "makeups", "调休上班", "Make-up working days";
        /// 补充问题
        Questions = 11, "questions", "补充问题", "Questions";
        /// 标签
        Labels = 12, "labels", "标签", "Labels";
        /// 常用语
        Phrases = 13, "phrases", "常用语", "Prepared texts";
        /// 地名
        Places = 14, "places", "地名", "Places";
        /// 区划
        Divisions = 15, "divisions", "区划", "Divisions";
        /// 办理清单
        Checklists = 16, "checklists", "办理清单", "Checklists";
        /// 半天
        Halves = 17, "halves", "半天", "Half days";
        /// 换季作息
        Seasons = 18, "seasons", "换季作息", "Hours of a season";
    }
}

/// How a field is asked for (怎么填).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// The key of a new entry; afterwards it stays.
    Key,
    /// One line.
    Line,
    /// One line in each language.
    Words,
    /// Several lines in each language.
    Texts,
    /// Several values, one a line.
    List,
    /// One of some.
    One(Choices),
    /// Several of some.
    Several(Choices),
    /// Yes or no.
    Yes {
        /// What holds when nothing is said.
        by_default: bool,
    },
    /// A whole number.
    Whole,
    /// A date.
    Date,
    /// Rows inside the row, one a line, with bars between these columns.
    Rows(&'static [&'static str]),
}

/// A field of a table (字段).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the file.
    pub name: &'static str,
    /// How it is asked for.
    pub kind: FieldKind,
    /// Whether it has to be there.
    pub required: bool,
    /// What it is called, Chinese and English.
    pub label: (&'static str, &'static str),
    /// What to write, Chinese and English; may be empty.
    pub hint: (&'static str, &'static str),
}

impl Field {
    /// Its columns in the file: a text in two languages has two.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        match self.kind {
            FieldKind::Words | FieldKind::Texts => vec![self.name.to_owned(), format!("{}_en", self.name)],
            _ => vec![self.name.to_owned()],
        }
    }
}

impl Table {
    /// Its fields, in the order in which a form asks for them.
    #[must_use]
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Categories => fields::CATEGORIES,
            Self::Public => fields::PUBLIC,
            Self::CategoryWords => fields::WORDS,
            Self::Units => fields::UNITS,
            Self::Roles => fields::ROLES,
            Self::Survey => fields::SURVEY,
            Self::Deadlines => fields::DEADLINES,
            Self::Catalogue => fields::CATALOGUE,
            Self::Holidays => fields::HOLIDAYS,
            Self::Makeups => fields::MAKEUPS,
            Self::Halves => fields::HALVES,
            Self::Seasons => fields::SEASONS,
            Self::Questions => fields::QUESTIONS,
            Self::Checklists => fields::CHECKLISTS,
            Self::Labels => fields::LABELS,
            Self::Phrases => fields::PHRASES,
            Self::Places => fields::PLACES,
            Self::Divisions => fields::DIVISIONS,
        }
    }

    /// What a member of staff needs to change it: roles are not for whoever keeps the city's settings.
    #[must_use]
    pub fn action(self) -> Action {
        match self {
            Self::Roles => Action::Accounts,
            _ => Action::Administer,
        }
    }

    /// Whether an entry can be taken out. Others are retired or closed: what is past refers to them.
    #[must_use]
    pub fn is_removable(self) -> bool {
        !matches!(
            self,
            Self::Categories | Self::Units | Self::Questions | Self::Labels | Self::Places | Self::Divisions
        )
    }

    /// Whether the order of its entries means something.
    #[must_use]
    pub fn is_ordered(self) -> bool {
        !matches!(
            self,
            Self::Holidays | Self::Makeups | Self::Halves | Self::Divisions | Self::Places | Self::Roles
        )
    }

    /// The field that names an entry; none where entries have no key.
    #[must_use]
    pub fn key_field(self) -> Option<&'static str> {
        match self {
            Self::CategoryWords | Self::Seasons => None,
            Self::Public => Some("category"),
            Self::Holidays => Some("from"),
            Self::Makeups | Self::Halves => Some("date"),
            Self::Places => Some("name"),
            Self::Divisions => Some("code"),
            _ => Some("key"),
        }
    }

    /// The field that holds what people call an entry.
    #[must_use]
    pub fn name_field(self) -> &'static str {
        match self {
            Self::Survey => "text",
            Self::Deadlines => "finish",
            Self::Catalogue => "reason",
            Self::Questions => "ask",
            Self::Phrases => "title",
            Self::CategoryWords => "category",
            Self::Seasons => "from",
            _ => "name",
        }
    }

    /// A field of it.
    #[must_use]
    pub fn field(self, name: &str) -> Option<&'static Field> {
        let own = |field: &&Field| field.name == name || field.columns().iter().any(|column| column == name);
        self.fields().iter().find(own)
    }

    pub(super) fn is_csv(self) -> bool {
        self.array().is_empty()
    }

    /// The name of its rows in a TOML file; empty for CSV.
    pub(super) fn array(self) -> &'static str {
        match self {
            Self::Categories
            | Self::Public
            | Self::CategoryWords
            | Self::Units
            | Self::Places
            | Self::Divisions => "",
            Self::Roles => "role",
            Self::Survey => "answer",
            Self::Deadlines => "deadline",
            Self::Catalogue => "rule",
            Self::Holidays => "holiday",
            Self::Makeups => "makeup",
            Self::Halves => "half",
            Self::Seasons => "season",
            Self::Questions => "question",
            Self::Checklists => "checklist",
            Self::Labels => "label",
            Self::Phrases => "phrase",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Categories => "categories.csv",
            Self::Public => "public.csv",
            Self::CategoryWords => "category-words.csv",
            Self::Units => "units.csv",
            Self::Places => "places.csv",
            Self::Divisions => "divisions.csv",
            Self::Roles => "roles.toml",
            Self::Survey => "survey.toml",
            Self::Deadlines => "deadlines.toml",
            Self::Catalogue => "catalogue.toml",
            Self::Holidays | Self::Makeups | Self::Halves => "calendar/",
            Self::Seasons => "calendar.toml",
            Self::Questions => "questions.toml",
            Self::Checklists => "checklists.toml",
            Self::Labels => "labels.toml",
            Self::Phrases => "phrases.toml",
        }
    }

    /// The files its entries stand in: of the calendar one a year.
    #[must_use]
    pub fn files(self, files: &PackFiles) -> Vec<String> {
        let own = self.file();
        let fits = |path: &&String| if own.ends_with('/') { path.starts_with(own) } else { *path == own };
        files.keys().filter(fits).cloned().collect()
    }

    /// The file that an entry belongs into.
    pub(super) fn file_for(self, values: &Values) -> String {
        let own = self.file();
        if !own.ends_with('/') {
            return own.to_owned();
        }
        let date = self.key_field().and_then(|field| values.get(field)).map_or("", |date| date.trim());
        format!("{own}{}.toml", date.get(..4).unwrap_or("0000"))
    }

    /// A file that is not there yet, before its first entry.
    pub(super) fn fresh_file(self, values: &Values) -> String {
        if self.is_csv() {
            return format!("{}\n", self.columns().join(","));
        }
        let path = self.file_for(values);
        let year = path.strip_prefix("calendar/").and_then(|rest| rest.strip_suffix(".toml"));
        year.map_or_else(String::new, |year| format!("year = {}\n", year.trim_start_matches('0')))
    }

    /// The columns of its CSV file.
    pub(super) fn columns(self) -> Vec<&'static str> {
        // Static names, for a head that is written once.
        let both = |field: &'static Field| match (field.kind, field.name) {
            (FieldKind::Words | FieldKind::Texts, "name") => vec!["name", "name_en"],
            (FieldKind::Words | FieldKind::Texts, "short") => vec!["short", "short_en"],
            (FieldKind::Words | FieldKind::Texts, "former") => vec!["former", "former_en"],
            (_, name) => vec![name],
        };
        self.fields().iter().flat_map(both).collect()
    }

    /// The columns of rows inside a row.
    pub(super) fn inner_columns(self, name: &str) -> &'static [&'static str] {
        match self.field(name).map(|field| field.kind) {
            Some(FieldKind::Rows(columns)) => columns,
            _ => &[],
        }
    }
}
