//! Why a row was not taken in, or what was odd about one that was.

use duban_domain::{Lang, Refusal, place::PlaceFault};

use super::mapping::Field;

/// Why a row was rejected (退回原因). Nothing of it is in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has another number of cells than the header.
    Ragged {
        /// Cells found.
        found: usize,
        /// Cells of the header.
        wanted: usize,
    },
    /// Its bytes are not text in the encoding of the mapping.
    NotText,
    /// A cell is so long that a quotation mark must be missing.
    Unclosed,
    /// No time of receipt.
    NoTime,
    /// A time that cannot be read, or a day that does not exist.
    BadTime(Field, String),
    /// A time before any record, or later than tomorrow.
    Unlikely(Field, String),
    /// Days to the answer that are not a number of days.
    BadDays(String),
    /// Neither a text nor a title.
    NoText,
    /// A text longer than Duban keeps.
    TooLong(Field, usize),
    /// The same number stands in another row of this run with other content.
    SameNumber(String),
    /// The rules refuse it.
    Refused(Refusal),
    /// The database refused it.
    Database(String),
}

impl Reason {
    /// The sentence of the rejects file: what is wrong, and what to do.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let zh = lang == Lang::Zh;
        match self {
            Self::Ragged { found, wanted } if zh => format!("这一行有 {found} 格，表头有 {wanted} 格；多半是引号或分隔符有误，请改正后再导入"),
            Self::Ragged { found, wanted } => format!("this row has {found} cells and the header {wanted}; most likely a quotation mark or delimiter is wrong: mend it and import again"),
            Self::NotText => lang.t("编码不符，读不成文字；请将文件另存为 UTF-8，或在映射中写 encoding = \"gb18030\"", "the bytes are not text in this encoding; save the file as UTF-8, or write encoding = \"gb18030\" in the mapping").into(),
            Self::Unclosed => lang.t("有一格过长，多半是少了一个引号，后面的行被并入；请补上引号后再导入", "a cell is far too long: most likely a quotation mark is missing and later rows were swallowed; add it and import again").into(),
            Self::NoTime => lang.t("没有受理时间；请补上", "there is no time of receipt; add it").into(),
            Self::BadTime(field, text) if zh => format!("{}“{text}”读不懂，或没有这一天；请改正，或在映射的 time_formats 中写明格式", field.word(lang)),
            Self::BadTime(field, text) => format!("{field}: the time \"{text}\" cannot be read or does not exist; mend it, or name its shape in time_formats of the mapping"),
            Self::Unlikely(field, text) if zh => format!("{}“{text}”不可信（早于 1980 年或晚于明天）；请改正", field.word(lang)),
            Self::Unlikely(field, text) => format!("{field}: the time \"{text}\" cannot be right (before 1980 or after tomorrow); mend it"),
            Self::BadDays(text) if zh => format!("办理天数不是 0 以上的整数：“{text}”；请改正"),
            Self::BadDays(text) => format!("the days to the answer are not a whole number from 0: \"{text}\"; mend them"),
            Self::NoText => lang.t("标题和内容都是空的；请补上其中一项", "neither a title nor a text; add one of them").into(),
            Self::TooLong(field, max) if zh => format!("{}超过 {max} 个字；请分成几条", field.word(lang)),
            Self::TooLong(field, max) => format!("{field} has more than {max} characters; split it"),
            Self::SameNumber(line) if zh => format!("同一编号已在第 {line} 行出现，内容不同；请核对哪一条是对的"),
            Self::SameNumber(line) => format!("the same number stands in line {line} with other content; see which of them is right"),
            Self::Refused(refusal) => refusal.sentence(lang),
            Self::Database(why) if zh => format!("数据库没有收下这一行：{why}"),
            Self::Database(why) => format!("the database did not take this row: {why}"),
        }
    }
}

/// What was odd about a row that was taken in all the same (提示).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The answer is older than the request: it counts as given at once.
    AnsweredBefore,
    /// An answer without its time: it was left out.
    AnswerWithoutTime,
    /// The coordinates are not believed: there is no point on the map.
    Place(PlaceFault),
    /// A word that neither the mapping nor Duban knows: the default holds.
    UnknownWord(Field, String),
    /// A division that the city does not have; it stays in the words of the place.
    UnknownDivision(String),
    /// A telephone number that cannot be one was left out.
    BadPhone,
}

impl Warning {
    /// The sentence of the warnings file.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let zh = lang == Lang::Zh;
        match self {
            Self::AnsweredBefore => lang
                .t(
                    "答复早于受理，按当场答复计",
                    "the answer is older than the request; it counts as given at once",
                )
                .into(),
            Self::AnswerWithoutTime => lang
                .t("有答复而没有答复时间，答复未导入", "an answer without its time; the answer was left out")
                .into(),
            Self::Place(fault) => {
                format!("{}{}", fault.word(lang), lang.t("，未导入坐标", "; imported without a point"))
            }
            Self::UnknownWord(field, word) if zh => format!(
                "{}的“{word}”没有对应，按默认处理；可在映射的 [values.{field}] 中写明",
                field.word(lang)
            ),
            Self::UnknownWord(field, word) => format!(
                "{field}: \"{word}\" is not known, the default holds; it can be named in [values.{field}] of the mapping"
            ),
            Self::UnknownDivision(word) if zh => format!("本市没有区划“{word}”，只保留在地点描述中"),
            Self::UnknownDivision(word) => {
                format!("the city has no division \"{word}\"; it stays in the words of the place only")
            }
            Self::BadPhone => lang
                .t("电话不像电话号码，未导入", "the telephone number cannot be one; it was left out")
                .into(),
        }
    }
}
