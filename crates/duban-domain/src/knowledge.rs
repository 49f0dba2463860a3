//! Knowledge (知识库): what can be answered at once, by whom it is answered for, and how long it holds.
//!
//! An item says a question in several ways, its answer, and the document behind it; a rumour has a verdict beside the
//! official text. What holds no longer, or not yet, is never offered; that is decided here and nowhere else.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    KnowledgeId, Lang, Refusal,
    lang::Words,
    request::closed_set,
    text::{self, LINE_MAX},
    wording::{Shared, Wording},
};

/// Characters of an answer.
pub const ANSWER_CHARS_MAX: usize = 4_000;
/// Other ways to ask.
pub const VARIANTS_MAX: usize = 20;
/// Hundredths of a question that must have been said before its answer is offered unasked.
pub const OFFER_PERCENT: usize = 50;
/// A text of so few pairs is a search: then it counts how much of the text is in the question.
const SEARCH_PAIRS_MAX: usize = 8;

closed_set! {
    /// What an item is (条目种类).
    ItemKind {
        /// 问答
        Answer = 1, "answer", "问答", "Answer";
        /// 辟谣: what is told in the city, and what is true of it.
        Rumour = 2, "rumour", "辟谣", "Rumour";
    }
}

closed_set! {
    /// What is true of a rumour (核实结论).
    Verdict {
        /// 不实
        False = 1, "false", "不实", "Not true";
        /// 部分不实: something of it is true, and it misleads.
        Misleading = 2, "misleading", "部分不实", "Misleading";
        /// 属实
        True = 3, "true", "属实", "True";
        /// 正在核实
        Open = 4, "unverified", "正在核实", "Being verified";
    }
}

closed_set! {
    /// Where an item stands on a day (条目状态).
    Standing {
        /// 有效
        Holds = 1, "holds", "有效", "Holds";
        /// 该复核了: it holds, and its day of review has come.
        Due = 2, "due", "该复核了", "To be reviewed";
        /// 还没生效
        NotYet = 3, "not-yet", "还没生效", "Not yet";
        /// 已过期
        Expired = 4, "expired", "已过期", "Expired";
        /// 已下架
        Retired = 5, "retired", "已下架", "Taken down";
    }
}

impl Standing {
    /// Whether it may be given as an answer.
    #[must_use]
    pub fn is_offered(self) -> bool {
        match self {
            Self::Holds | Self::Due => true,
            Self::NotYet | Self::Expired | Self::Retired => false,
        }
    }
}

/// An item of the knowledge base (知识条目).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// What is true of it; only of a rumour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The question, or what is told; in English where somebody wrote it.
    pub question: Words,
    /// Other ways to ask.
    #[serde(default)]
    pub variants: Vec<String>,
    /// The answer, or the official text.
    pub answer: Words,
    /// The document behind it.
    #[serde(default)]
    pub basis: String,
    /// The unit that answers for it.
    pub unit: String,
    /// The first day it holds.
    #[serde(default)]
    pub from: Option<Date>,
    /// The last day it holds.
    #[serde(default)]
    pub until: Option<Date>,
    /// When somebody must look at it again.
    #[serde(default)]
    pub review: Option<Date>,
    /// Whether residents find it themselves.
    pub public: bool,
}

/// An item that the city pack brings along (城市包里的条目).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackItem {
    /// Its key in the pack.
    pub key: String,
    /// What it says.
    pub item: Item,
}

/// Where an answer comes from (答复来源).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Source {
    /// 知识库: an item in the version that was read out.
    Knowledge {
        /// Which.
        item: KnowledgeId,
        /// Its version.
        version: i64,
        /// Its question, as it was then.
        question: String,
    },
    /// 同一件事: what came of another case, told again because nothing new was said.
    Case {
        /// The number of that case.
        number: crate::Number,
    },
}

/// Why an item cannot be kept or used (条目的问题).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It ends before it begins.
    TurnedDates,
    /// A rumour needs its verdict.
    NeedsVerdict,
    /// It has been changed since it was read, or holds no longer.
    Changed,
    /// Somebody else has written a newer version meanwhile.
    Newer,
}

impl Flaw {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::TurnedDates, Self::NeedsVerdict, Self::Changed, Self::Newer];

    /// Its name, stable, for logs and the API.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::TurnedDates => "knowledge-turned-dates",
            Self::NeedsVerdict => "knowledge-needs-verdict",
            Self::Changed => "knowledge-changed",
            Self::Newer => "knowledge-newer",
        }
    }

    /// The form field it is about.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::TurnedDates => "until",
            Self::NeedsVerdict => "verdict",
            Self::Changed => "direct",
            Self::Newer => "question",
        }
    }

    /// What happened, and what to do next.
    #[must_use]
    pub fn sentence(self, lang: Lang) -> String {
        match self {
            Self::TurnedDates => lang.t("失效日期在生效日期之前。请把其中一个改过来。", "It ends before it begins. Change one of the two days."),
            Self::NeedsVerdict => lang.t("辟谣要有核实结论：不实、部分不实、属实，还是正在核实。", "A rumour needs its verdict: not true, misleading, true, or being verified."),
            Self::Changed => lang.t("这条答案刚改过，或者已经不再有效。请看过新的再答复，或者用自己的话说。", "This answer has just been changed, or holds no longer. Read the new one first, or answer in your own words."),
            Self::Newer => lang.t("别人刚改过这一条。您写的都还在，请看过新的再存一次。", "Somebody has just changed this item. What you wrote is kept; look at theirs and keep it again."),
        }
        .to_owned()
    }
}

impl Item {
    /// The same item with its texts trimmed and bounded.
    pub fn checked(&self) -> Result<Self, Refusal> {
        if self.from.zip(self.until).is_some_and(|(from, until)| until < from) {
            return Err(Refusal::Knowledge(Flaw::TurnedDates));
        }
        let verdict = match self.kind {
            ItemKind::Answer => None,
            ItemKind::Rumour => Some(self.verdict.ok_or(Refusal::Knowledge(Flaw::NeedsVerdict))?),
        };
        let mut variants = Vec::new();
        for variant in self.variants.iter().take(VARIANTS_MAX) {
            let variant = text::optional("variants", variant, LINE_MAX)?;
            if !variant.is_empty() && !variants.contains(&variant) {
                variants.push(variant);
            }
        }
        Ok(Self {
            kind: self.kind,
            verdict,
            question: Words {
                zh: text::required("question", &self.question.zh, LINE_MAX)?,
                en: text::optional("question_en", &self.question.en, LINE_MAX)?,
            },
            variants,
            answer: Words {
                zh: text::required("answer", &self.answer.zh, ANSWER_CHARS_MAX)?,
                en: text::optional("answer_en", &self.answer.en, ANSWER_CHARS_MAX)?,
            },
            basis: text::optional("basis", &self.basis, 500)?,
            unit: self.unit.clone(),
            ..*self
        })
    }

    /// The question as somebody of a language reads it.
    #[must_use]
    pub fn asks(&self, lang: Lang) -> &str {
        in_some(&self.question, lang)
    }

    /// The answer as somebody of a language reads it; for a rumour the verdict stands first.
    #[must_use]
    pub fn says(&self, lang: Lang) -> String {
        let answer = in_some(&self.answer, lang);
        match self.verdict {
            Some(verdict) => format!("{}{}{answer}", verdict.word(lang), lang.t("。", ". ")),
            None => answer.to_owned(),
        }
    }

    /// Where it stands on a day, if nobody has taken it down.
    #[must_use]
    pub fn standing(&self, today: Date, retired: bool) -> Standing {
        if retired {
            return Standing::Retired;
        }
        match (self.from, self.until, self.review) {
            (_, Some(until), _) if until < today => Standing::Expired,
            (Some(from), _, _) if today < from => Standing::NotYet,
            (_, _, Some(review)) if review <= today => Standing::Due,
            _ => Standing::Holds,
        }
    }

    /// The pairs and words that it is found by: those of its question, in every way it is asked.
    #[must_use]
    pub fn found_by(&self) -> Vec<String> {
        let mut pairs: Vec<String> = self
            .ways()
            .flat_map(|way| Wording::of(way).pairs().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// How well it answers what was said: the way to ask that fits best.
    #[must_use]
    pub fn fit(&self, said: &Wording) -> Shared {
        let fit = |way: &str| {
            let way = Wording::of(way);
            let of_question = way.shared(said);
            let of_search = said.shared(&way);
            if said.len() <= SEARCH_PAIRS_MAX && of_search.percent() > of_question.percent() {
                of_search
            } else {
                of_question
            }
        };
        // One pair of a longer question may be anything.
        let enough = |fit: &Shared| fit.count > 1 || fit.count == fit.of;
        let fits = self.ways().map(fit).filter(enough);
        fits.max_by_key(|fit| (fit.percent(), fit.count)).unwrap_or_default()
    }

    fn ways(&self) -> impl Iterator<Item = &str> {
        let question = [self.question.zh.as_str(), &self.question.en];
        question.into_iter().chain(self.variants.iter().map(String::as_str)).filter(|way| !way.is_empty())
    }
}

/// The text of a language, or the other one where nobody wrote it.
fn in_some(words: &Words, lang: Lang) -> &str {
    match words.get(lang) {
        "" => &words.zh,
        text => text,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn item() -> Item {
        Item {
            kind: ItemKind::Answer,
            verdict: None,
            question: Words { zh: "异地就医怎么备案".into(), en: String::new() },
            variants: vec!["在外地住院，医保怎么报销".into()],
            answer: Words { zh: "出院前在网上备案。".into(), en: String::new() },
            basis: String::new(),
            unit: "medical".into(),
            from: Some(date(2026, 1, 1)),
            until: Some(date(2026, 6, 30)),
            review: Some(date(2026, 6, 1)),
            public: true,
        }
    }

    #[test]
    fn what_holds_no_longer_or_not_yet_is_never_offered() {
        let standing = |day: Date| item().standing(day, false);
        assert_eq!(standing(date(2025, 12, 31)), Standing::NotYet);
        assert_eq!(standing(date(2026, 1, 1)), Standing::Holds);
        assert_eq!(standing(date(2026, 6, 1)), Standing::Due);
        assert_eq!(standing(date(2026, 6, 30)), Standing::Due);
        assert_eq!(standing(date(2026, 7, 1)), Standing::Expired);
        assert_eq!(item().standing(date(2026, 2, 1), true), Standing::Retired);
        let offered: Vec<bool> = Standing::ALL.iter().map(|s| s.is_offered()).collect();
        assert_eq!(offered, [true, true, false, false, false]);
    }

    #[test]
    fn the_way_to_ask_that_fits_best_counts() {
        let fit = |said: &str| item().fit(&Wording::of(said));
        assert!(fit("我想问一下，异地就医要怎么去备案呀").percent() >= OFFER_PERCENT);
        assert_eq!(fit("我妈在外地住院了，医保能报销吗").words, ["在外地住院", "医保", "报销"]);
        assert!(fit("路灯坏了没人修").percent() < OFFER_PERCENT);
        // Somebody who searches types two words, not the question.
        assert_eq!(fit("医保报销").percent(), 66);
        assert_eq!(
            fit("备案在哪里办，我的房子要装修，物业说先备案").percent(),
            0,
            "one pair may be anything"
        );
    }

    #[test]
    fn an_item_is_checked_before_it_is_kept() {
        let refused = |item: Item| item.checked().unwrap_err();
        assert_eq!(
            refused(Item { until: Some(date(2025, 1, 1)), ..item() }),
            Refusal::Knowledge(Flaw::TurnedDates)
        );
        let rumour = Item { kind: ItemKind::Rumour, ..item() };
        assert_eq!(refused(rumour.clone()), Refusal::Knowledge(Flaw::NeedsVerdict));
        assert_eq!(refused(Item { question: Words::default(), ..item() }), Refusal::NeedsText("question"));
        let told = Item { verdict: Some(Verdict::False), ..rumour }.checked().unwrap();
        assert_eq!(told.says(Lang::Zh), "不实。出院前在网上备案。");
        assert_eq!(told.asks(Lang::En), "异地就医怎么备案", "better in Chinese than nothing");
        let twice = Item { variants: vec![" a ".into(), "a".into(), String::new()], ..item() };
        assert_eq!(twice.checked().unwrap().variants, ["a"]);
    }
}
