//! Which tables of a pack are changed entry by entry, and what their fields are called on a form.
//!
//! What a field may hold is the reader's to say; this only says how it is asked for.

use super::{Choices, Values};
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

const fn field(name: &'static str, kind: FieldKind, label: (&'static str, &'static str)) -> Field {
    Field { name, kind, required: false, label, hint: ("", "") }
}

const fn must(name: &'static str, kind: FieldKind, label: (&'static str, &'static str)) -> Field {
    Field { name, kind, required: true, label, hint: ("", "") }
}

const fn hint(field: Field, zh: &'static str, en: &'static str) -> Field {
    Field { hint: (zh, en), ..field }
}

const NAME: Field = must("name", FieldKind::Words, ("名称", "Name"));
const KEY: Field = hint(
    must("key", FieldKind::Key, ("键", "Key")),
    "小写字母、数字、连字符和点。别处用它来指这一条，定了就不改。",
    "Small letters, digits, hyphens and dots. Other entries refer to it; once given it stays.",
);
const NO: FieldKind = FieldKind::Yes { by_default: false };

const CATEGORIES: &[Field] = &[
    KEY,
    NAME,
    field("kind", FieldKind::One(Choices::Kinds), ("通常的类型", "Usual kind")),
    field("retired", NO, ("停用", "Retired")),
    field("successor", FieldKind::One(Choices::Categories), ("改用哪一类", "Used instead")),
];
const PUBLIC: &[Field] = &[
    must("category", FieldKind::One(Choices::Categories), ("分类", "Category")),
    field("name", FieldKind::Words, ("公开的叫法", "Name in public")),
    field("icon", FieldKind::One(Choices::Icons), ("图标", "Icon")),
    field("show", FieldKind::Yes { by_default: true }, ("在公开页出现", "Shown in public")),
];
const UNLESS: (&str, &str) =
    ("例如上面有 着火，这里写 打不着火", "Longer words that hold one of those above and mean something else");
const WORDS: &[Field] = &[
    must("category", FieldKind::One(Choices::Categories), ("分类", "Category")),
    hint(field("any", FieldKind::List, ("有一个就算", "Any of these")), "一行一个词", "One word a line"),
    field("all", FieldKind::List, ("都要有", "All of these")),
    field("none", FieldKind::List, ("一个都不能有", "None of these")),
    hint(
        field("unless", FieldKind::List, ("这些更长的词不算", "Unless in these longer words")),
        UNLESS.0,
        UNLESS.1,
    ),
];
const UNITS: &[Field] = &[
    KEY,
    must("kind", FieldKind::One(Choices::UnitKinds), ("类别", "Sort")),
    NAME,
    field("short", FieldKind::Words, ("简称", "Short name")),
    field("parent", FieldKind::One(Choices::Units), ("上级单位", "Unit above")),
    field("division", FieldKind::One(Choices::Divisions), ("所在区划", "Division")),
    hint(field("phone", FieldKind::Line, ("电话", "Telephone")), "只填公开的号码", "Only a public number"),
    field("mail", FieldKind::Line, ("公用邮箱", "Mailbox of the unit")),
    field("closed", NO, ("已撤并", "Closed")),
    field("successor", FieldKind::One(Choices::Units), ("由谁接办", "Who takes over")),
];
const ROLES: &[Field] = &[
    KEY,
    NAME,
    field("actions", FieldKind::Several(Choices::Actions), ("可以做的事", "What it may do")),
    must("reach", FieldKind::One(Choices::Reaches), ("看得到的工单", "Whose cases it sees")),
];
const SURVEY: &[Field] = &[
    KEY,
    must("text", FieldKind::Words, ("选项的文字", "Words of the answer")),
    hint(
        field("solved", NO, ("给“解决了”的人选", "For whom it is solved")),
        "不选：给“没有解决”的人选",
        "Otherwise it is for whom it is not solved",
    ),
    field("follow", FieldKind::One(Choices::Follows), ("没有解决时接着做什么", "What follows when unsolved")),
    field("alert", NO, ("提醒承办单位回头看", "Alerts the unit")),
];
const SPAN: (&str, &str) = (
    "例如 30分钟、2小时（节假日不停）；4工作小时、5个工作日（按工作日历）",
    "For example 30 minutes, 2 hours (nights and holidays count); 4 working hours, 5 working days",
);
const DEADLINES: &[Field] = &[
    KEY,
    must("urgency", FieldKind::Several(Choices::Urgencies), ("紧急程度", "Urgency")),
    hint(
        field("kind", FieldKind::Several(Choices::Kinds), ("类型", "Kind")),
        "不选：全部",
        "None: all of them",
    ),
    hint(must("sign", FieldKind::Line, ("签收", "Sign")), SPAN.0, SPAN.1),
    field("contact", FieldKind::Line, ("联系诉求人", "Contact the person")),
    must("finish", FieldKind::Line, ("办结答复", "Finish")),
    hint(
        field("law", FieldKind::Words, ("依据", "Law")),
        "留空就是默认，页面会写“默认，非法定”",
        "Left empty it is a default, and pages say “a default, not law”",
    ),
];
const CATALOGUE: &[Field] = &[
    KEY,
    must("unit", FieldKind::One(Choices::Targets), ("派给", "Goes to")),
    hint(
        field("handler", FieldKind::Line, ("直接给谁（登录名）", "In person to (login)")),
        "可以不填；是上面那个单位的人",
        "May be left empty; somebody of that unit",
    ),
    field("assisting", FieldKind::Several(Choices::Units), ("协办", "Units that help")),
    hint(
        field("any", FieldKind::List, ("有一个词就算", "Any of these words")),
        "一行一个词",
        "One word a line",
    ),
    field("all", FieldKind::List, ("这些词都要有", "All of these words")),
    field("none", FieldKind::List, ("这些词一个都没有", "None of these words")),
    hint(
        field("unless", FieldKind::List, ("这些更长的词不算", "Unless in these longer words")),
        UNLESS.0,
        UNLESS.1,
    ),
    field("place", FieldKind::List, ("地点里的词", "Words in the place")),
    field(
        "category",
        FieldKind::Several(Choices::Categories),
        ("分类（含下级）", "Category, with what is below"),
    ),
    field("division", FieldKind::Several(Choices::Divisions), ("区划", "Division")),
    hint(field("hours", FieldKind::Line, ("时段", "Hours")), "例如 22:00-06:00", "For example 22:00-06:00"),
    field("when", FieldKind::One(Choices::Hours), ("工作时间", "Working time")),
    field("kind", FieldKind::Several(Choices::Kinds), ("类型", "Kind")),
    hint(
        field("answer", FieldKind::List, ("补充问题的回答", "Answers to questions")),
        "一行一个：问题=选项",
        "One a line: question=choice",
    ),
    field(
        "set_category",
        FieldKind::One(Choices::Categories),
        ("没有分类时定为", "Category when none is known"),
    ),
    field("urgency", FieldKind::One(Choices::Urgencies), ("紧急程度", "Urgency")),
    hint(must("reason", FieldKind::Words, ("理由", "Reason")), "居民会看到", "Residents read it"),
];
const HOLIDAYS: &[Field] = &[
    must("from", FieldKind::Date, ("第一天", "First day")),
    field("to", FieldKind::Date, ("最后一天", "Last day")),
    NAME,
];
const MAKEUPS: &[Field] = &[must("date", FieldKind::Date, ("日期", "Date")), NAME];
const QUESTIONS: &[Field] = &[
    KEY,
    must("categories", FieldKind::Several(Choices::Categories), ("哪些分类要问", "Which categories ask it")),
    must("kind", FieldKind::One(Choices::AnswerKinds), ("怎么回答", "How it is answered")),
    must("ask", FieldKind::Words, ("问题", "The question")),
    field("help", FieldKind::Words, ("说明", "Explanation")),
    field("required", NO, ("必答", "Required")),
    field("public", NO, ("回答可以公开", "Answers are public")),
    hint(
        field("choice", FieldKind::Rows(&["key", "name", "name_en", "stop", "stop_en"]), ("选项", "Choices")),
        "一行一个：键 | 中文 | English | 选了就停的说明 | the same in English",
        "One a line: key | Chinese | English | why the form stops at it, Chinese | English",
    ),
];
const LABELS: &[Field] =
    &[KEY, NAME, must("phase", FieldKind::One(Choices::Phases), ("在哪个阶段下", "Under which phase"))];
const PHRASES: &[Field] = &[
    KEY,
    must("step", FieldKind::One(Choices::Steps), ("用在哪一步", "For which step")),
    field("category", FieldKind::One(Choices::Categories), ("只给这一类", "Only for this category")),
    must("title", FieldKind::Words, ("叫什么", "Its name")),
    must("body", FieldKind::Texts, ("内容", "The text")),
];
const POINT: (&str, &str) = ("WGS-84 度数，两个都填或都不填", "WGS-84 degrees, both or neither");
const PLACES: &[Field] = &[
    NAME,
    field("aliases", FieldKind::List, ("别名", "Other names")),
    hint(field("initials", FieldKind::Line, ("拼音首字母", "Initials")), "例如 zzz", "For example zzz"),
    field("division", FieldKind::One(Choices::Divisions), ("所在区划", "Division")),
    hint(field("lng", FieldKind::Line, ("经度", "Longitude")), POINT.0, POINT.1),
    field("lat", FieldKind::Line, ("纬度", "Latitude")),
    hint(
        field("accuracy_m", FieldKind::Whole, ("精度（米）", "Accuracy in metres")),
        "有坐标就要填",
        "Needed with a point",
    ),
    field("approximate", FieldKind::Yes { by_default: true }, ("坐标是估计的", "The point is an estimate")),
    field("retired", NO, ("停用", "Retired")),
];
const DIVISIONS: &[Field] = &[
    must("code", FieldKind::Key, ("代码", "Code")),
    NAME,
    field("unit", FieldKind::One(Choices::Units), ("负责单位", "Unit in charge")),
    hint(field("lng", FieldKind::Line, ("经度", "Longitude")), POINT.0, POINT.1),
    field("lat", FieldKind::Line, ("纬度", "Latitude")),
    field("valid_from", FieldKind::Date, ("从何时起叫这个名", "First day of this name")),
    field("valid_to", FieldKind::Date, ("到何时止", "Last day of this name")),
    field("former", FieldKind::Words, ("原名", "Former name")),
];

impl Table {
    /// Its fields, in the order in which a form asks for them.
    #[must_use]
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Categories => CATEGORIES,
            Self::Public => PUBLIC,
            Self::CategoryWords => WORDS,
            Self::Units => UNITS,
            Self::Roles => ROLES,
            Self::Survey => SURVEY,
            Self::Deadlines => DEADLINES,
            Self::Catalogue => CATALOGUE,
            Self::Holidays => HOLIDAYS,
            Self::Makeups => MAKEUPS,
            Self::Questions => QUESTIONS,
            Self::Labels => LABELS,
            Self::Phrases => PHRASES,
            Self::Places => PLACES,
            Self::Divisions => DIVISIONS,
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
        !matches!(self, Self::Holidays | Self::Makeups | Self::Divisions | Self::Places | Self::Roles)
    }

    /// The field that names an entry; none where entries have no key.
    #[must_use]
    pub fn key_field(self) -> Option<&'static str> {
        match self {
            Self::CategoryWords => None,
            Self::Public => Some("category"),
            Self::Holidays => Some("from"),
            Self::Makeups => Some("date"),
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
            Self::Questions => "question",
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
            Self::Holidays | Self::Makeups => "calendar/",
            Self::Questions => "questions.toml",
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
