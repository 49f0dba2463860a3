//! Services of the hall (事项): who can have what, where, and with which papers, told by questions whose answers
//! are few. A service is data of the city; what is here reads no file and knows no service by name.
//!
//! `judge` says which situation somebody is in; `prove` shows that each set of answers leads to exactly one.
//! What happens to an application is in `application`, what numbers have to look like in `number_check`.

pub mod application;
pub mod bank;
mod judge;
pub mod number_check;
mod prove;
pub mod refusal;

use std::collections::BTreeMap;

use crate::{lang::Words, ledger::Fen, request::closed_set};

pub use judge::{Asked, Judged, Verdict, judge};
pub use prove::{ANSWERS_MAX, Doubt, prove};
pub use refusal::HallRefusal;

/// Answers to the questions of a service: question → choice.
pub type Answers = BTreeMap<String, String>;

/// A service of the hall (事项).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Stable name.
    pub key: String,
    /// Name.
    pub name: Words,
    /// What it is, in a sentence.
    pub lead: Words,
    /// Who can have it.
    pub who: Words,
    /// What it costs, in words.
    pub fee: Words,
    /// How long it takes, in words.
    pub term: Words,
    /// Until when: most have no last day, and say so.
    pub last_day: Words,
    /// What stands over the field for the number of a card, where cards are registered.
    pub card: Option<Words>,
    /// What is asked, in order.
    pub questions: Vec<Ask>,
    /// What can be asked for.
    pub papers: Vec<Paper>,
    /// Where it is done.
    pub counters: Vec<Counter>,
    /// Sums that the city sets.
    pub amounts: Vec<Amount>,
    /// What is taken down of an application.
    pub fields: Vec<Field>,
    /// 情形
    pub situations: Vec<Situation>,
    /// What everybody is told.
    pub notices: Vec<Words>,
    /// Where the money lies that is given back; none where no money moves.
    pub account: Option<BankAccount>,
}

/// The special account that deposits lie in (专用存款账户).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAccount {
    /// In whose name.
    pub holder: String,
    /// Its number.
    pub number: String,
    /// The bank, as payments name it.
    pub bank: String,
}

/// A question of a service (判断问题).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Stable name.
    pub key: String,
    /// The question.
    pub ask: Words,
    /// How to find out.
    pub help: Option<Words>,
    /// The answers there are.
    pub choices: Vec<Choice>,
    /// When it is asked at all; of earlier questions only.
    pub when: When,
    /// Whether the register of cards answers it.
    pub registered: bool,
}

/// An answer (选项).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Stable name.
    pub key: String,
    /// The words.
    pub name: Words,
}

/// A condition (条件): each question named has one of the choices named. Nothing named holds always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When(pub Vec<(String, Vec<String>)>);

impl When {
    /// Whether it holds; a question that was not answered fulfils nothing.
    #[must_use]
    pub fn holds(&self, answers: &Answers) -> bool {
        self.0.iter().all(|(question, choices)| answers.get(question).is_some_and(|a| choices.contains(a)))
    }
}

/// A paper to bring (材料).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Stable name.
    pub key: String,
    /// Its name.
    pub name: Words,
    /// Where it comes from, and whether the original is needed.
    pub note: Option<Words>,
    /// Whether one has to go somewhere else for it first: said loudly.
    pub first: bool,
    /// For whom, within a situation that names it.
    pub when: When,
}

/// A place where a service is done (办理地点).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Stable name.
    pub key: String,
    /// Where.
    pub name: Words,
    /// When.
    pub hours: Words,
    /// Whether one needs not go anywhere.
    pub online: bool,
}

closed_set! {
    /// How sure a sum is (把握程度).
    Sure {
        /// 法定: a law says so.
        Law = 1, "law", "法规规定", "Set by law";
        /// 公布: the city said so in public.
        Published = 2, "published", "已经公布", "Announced";
        /// 默认: a default of this program, which the city can change.
        Default = 3, "default", "默认，非法定", "A default, not law";
    }
}

/// A sum that the city sets (金额).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Stable name.
    pub key: String,
    /// What it is called.
    pub name: Words,
    /// How much.
    pub fen: Fen,
    /// How sure that is.
    pub sure: Sure,
    /// Why it is taken off.
    pub why: Words,
    /// From whom.
    pub when: When,
}

closed_set! {
    /// What is written into a field of an application (栏目).
    FieldKind {
        /// A line.
        Line = 1, "line", "文字", "Text";
        /// 姓名
        Name = 2, "name", "姓名", "Name";
        /// 居民身份证号
        IdNumber = 3, "id-number", "身份证号", "ID number";
        /// 银行卡号
        BankCard = 4, "bank-card", "银行卡号", "Bank card";
        /// 银行卡户名
        BankName = 5, "bank-name", "银行卡户名", "Name on the bank card";
        /// 统一社会信用代码
        CreditCode = 6, "credit-code", "统一社会信用代码", "Credit code of an organisation";
        /// 手机号
        Phone = 7, "phone", "电话", "Telephone";
    }
}

/// A field of an application (栏目).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Stable name.
    pub key: String,
    /// What stands over it.
    pub name: Words,
    /// What is written in it.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
    /// For whom.
    pub when: When,
}

/// A situation that somebody can be in (情形).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Situation {
    /// Stable name.
    pub key: String,
    /// Its name, as the answer to "which one am I".
    pub name: Words,
    /// What it means for the person.
    pub lead: Words,
    /// For whom.
    pub when: When,
    /// What to bring, of the papers of the service.
    pub papers: Vec<String>,
    /// Where, of the counters of the service.
    pub counter: String,
    /// What happens, in order.
    pub steps: Vec<Words>,
    /// Whether an application is taken at a counter.
    pub accepted: bool,
}

impl Service {
    /// Whether money that the city holds is given back.
    #[must_use]
    pub fn refunds(&self) -> bool {
        self.account.is_some()
    }

    /// The question with this key.
    #[must_use]
    pub fn question(&self, key: &str) -> Option<&Ask> {
        self.questions.iter().find(|ask| ask.key == key)
    }

    /// The situation with this key.
    #[must_use]
    pub fn situation(&self, key: &str) -> Option<&Situation> {
        self.situations.iter().find(|situation| situation.key == key)
    }

    /// The paper with this key.
    #[must_use]
    pub fn paper(&self, key: &str) -> Option<&Paper> {
        self.papers.iter().find(|paper| paper.key == key)
    }
}

#[cfg(test)]
mod tests;
