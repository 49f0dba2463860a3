//! The "no" of the hall, each with what to do next.

use crate::{Lang, ledger::LedgerRefusal, service::application::Stage};

/// A "no" of the hall (窗口上的拒绝).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HallRefusal {
    /// There is no such service.
    UnknownService,
    /// A question is open, so nobody knows which situation it is.
    Unjudged,
    /// This situation is not done at a counter.
    NotHere,
    /// No card of this number is registered.
    NoCard,
    /// There is an application for this card, or there was one that was paid.
    CardUsed,
    /// The answers are not those of the register.
    NotAsRegistered,
    /// A paper is missing.
    PaperMissing(String),
    /// A field cannot be what was typed.
    BadField {
        /// Its key.
        key: String,
        /// What is wrong, in Chinese and English.
        why: crate::lang::Words,
    },
    /// The name on the bank card is not the name on the identity card.
    OtherName,
    /// The bearer is not the holder in the register.
    OtherHolder,
    /// The person has not signed for the sum yet.
    Unsigned,
    /// The sum has changed since it was shown.
    OtherSum,
    /// Nothing is left to pay.
    NothingToPay,
    /// Whoever took it down does not review it.
    OwnApplication,
    /// It is not at this step.
    Elsewhere(Stage),
    /// Nothing waits to be paid.
    NothingWaits,
    /// The answer of the bank cannot be read, or speaks of something else.
    BankAnswer(String),
    /// The books do not allow it.
    Books(LedgerRefusal),
    /// The books and the bank differ, and nobody said why.
    Differs,
    /// The day is not over, or one before it is still open.
    NotYet,
    /// No work is done at the hall on this day.
    NoWorkingDay,
    /// A line of a file cannot be taken.
    Line {
        /// Which.
        line: u64,
        /// What is wrong, in Chinese and English.
        why: crate::lang::Words,
    },
}

impl HallRefusal {
    /// Its name, stable.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::UnknownService => "unknown-service",
            Self::Unjudged => "unjudged",
            Self::NotHere => "not-at-a-counter",
            Self::NoCard => "no-card",
            Self::CardUsed => "card-used",
            Self::NotAsRegistered => "not-as-registered",
            Self::PaperMissing(_) => "paper-missing",
            Self::BadField { .. } => "bad-field",
            Self::OtherName => "other-name",
            Self::OtherHolder => "other-holder",
            Self::Unsigned => "unsigned",
            Self::OtherSum => "other-sum",
            Self::NothingToPay => "nothing-to-pay",
            Self::OwnApplication => "own-application",
            Self::Elsewhere(_) => "at-another-step",
            Self::NothingWaits => "nothing-waits",
            Self::BankAnswer(_) => "bank-answer",
            Self::Books(_) => "books",
            Self::Differs => "books-differ",
            Self::NotYet => "day-not-over",
            Self::NoWorkingDay => "no-working-day",
            Self::Line { .. } => "bad-line",
        }
    }

    /// What happened and what to do next.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match self {
            Self::UnknownService => lang.t("没有这个事项。请从名单里选。", "There is no such service. Choose one from the list."),
            Self::Unjudged => lang.t("还有问题没回答，判断不了是哪一种。请先答完。", "A question is open, so it is not known which situation it is. Answer it first."),
            Self::NotHere => lang.t("这一种不在窗口办，也不用取号。请告诉他怎么在手机上办。", "This situation is not done at a counter and needs no number. Show the person how to do it on the phone."),
            Self::NoCard => lang.t("登记里没有这个卡号。请对着卡再看一遍；卡丢了的，凭身份证查。", "No card of this number is registered. Look at the card again; if it is lost, look by the ID number."),
            Self::CardUsed => lang.t("这张卡已经有一份申请，或者已经退过了，不再受理。请打开那一份。", "There is an application for this card already, or it was paid. Open that one."),
            Self::NotAsRegistered => lang.t("答的和登记的不一样。卡是怎么办的，以登记为准。", "The answers are not those of the register, which counts. Take them from there."),
            Self::PaperMissing(name) => return match lang {
                Lang::Zh => format!("还缺“{name}”。请他补来；不用重新取号。"),
                Lang::En => format!("\u{201c}{name}\u{201d} is missing. Ask for it; no new number is needed."),
            },
            Self::BadField { why, .. } => return why.get(lang).to_owned(),
            Self::OtherName => lang.t("银行卡户名和身份证姓名不一样。钱只退到本人的卡，请他换一张。", "The name on the bank card is not that on the ID card. Money goes to the person\u{2019}s own account only: ask for another card."),
            Self::OtherHolder => lang.t("身份证和登记的持卡人对不上。请核对是不是本人的卡。", "The ID number is not that of the registered holder. Check whose card it is."),
            Self::Unsigned => lang.t("本人还没有看过金额签字。请先给他看，签了再送。", "The person has not signed for the sum. Show it first, then send it on."),
            Self::OtherSum => lang.t("金额和刚才给他看的不一样了。请看过新的金额，再签一次。", "The sum is not the one that was shown. Look at the new one and have it signed again."),
            Self::NothingToPay => lang.t("算下来没有钱可退。", "Nothing is left to pay."),
            Self::OwnApplication => lang.t("自己经办的不能自己复核。请同事来复核。", "One does not review what one took down. Ask a colleague."),
            Self::Elsewhere(stage) => return match lang {
                Lang::Zh => format!("这一份现在是“{}”，不能这样办。请刷新后再看。", stage.word(lang)),
                Lang::En => format!("It is \u{201c}{}\u{201d} now, so this is not possible. Reload to see what is.", stage.word(lang)),
            },
            Self::NothingWaits => lang.t("没有等着付款的，不用做批次。", "Nothing waits to be paid, so no batch is needed."),
            Self::BankAnswer(what) => return match lang {
                Lang::Zh => format!("银行的回单没有收：{what}。什么也没有改；请核对文件再传。"),
                Lang::En => format!("The bank\u{2019}s answer was not taken: {what}. Nothing was changed; check the file and send it again."),
            },
            Self::Books(LedgerRefusal::DayClosed) => lang.t("这一天已经日结，不再记账。", "The books of this day are closed; nothing more is posted to it."),
            Self::Books(LedgerRefusal::ExceedsCredits | LedgerRefusal::ExceedsDebits) => lang.t("账上没有这么多：多半已经退过，或者专户的钱不够。什么也没有改，请对账。", "The books do not hold that much: most likely it was paid before, or the special account is short. Nothing was changed; reconcile first."),
            Self::Books(why) => return match lang {
                Lang::Zh => format!("账上不允许（{why:?}）。什么也没有改，请告诉管理员。"),
                Lang::En => format!("The books do not allow it ({why:?}). Nothing was changed; tell the administrator."),
            },
            Self::Differs => lang.t("账上和银行的余额不一样。请写明原因再结。", "The books and the bank differ. Say why, then close the day."),
            Self::NotYet => lang.t("还不能结这一天：它还没过完，或者前面还有一天没结。", "This day cannot be closed: it is not over, or one before it is still open."),
            Self::NoWorkingDay => lang.t("今天不是工作日，窗口不办公。明天起哪天来都行，没有截止日期。", "The hall does not work today. Any working day will do: there is no last day."),
            Self::Line { line, why } => return match lang {
                Lang::Zh => format!("第 {line} 行：{}。一行也没有收；改好再导。", why.get(lang)),
                Lang::En => format!("Line {line}: {}. No line was taken; mend it and import again.", why.get(lang)),
            },
        }
        .to_owned()
    }

    /// One of each, for tables.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        let why = crate::lang::Words { zh: "不对".to_owned(), en: "wrong".to_owned() };
        vec![
            Self::UnknownService,
            Self::Unjudged,
            Self::NotHere,
            Self::NoCard,
            Self::CardUsed,
            Self::NotAsRegistered,
            Self::PaperMissing("身份证".to_owned()),
            Self::BadField { key: "id".to_owned(), why: why.clone() },
            Self::OtherName,
            Self::OtherHolder,
            Self::Unsigned,
            Self::OtherSum,
            Self::NothingToPay,
            Self::OwnApplication,
            Self::Elsewhere(Stage::Paid),
            Self::NothingWaits,
            Self::BankAnswer("AC01".to_owned()),
            Self::Books(LedgerRefusal::DayClosed),
            Self::Books(LedgerRefusal::ExceedsCredits),
            Self::Books(LedgerRefusal::AlreadySettled),
            Self::Differs,
            Self::NotYet,
            Self::NoWorkingDay,
            Self::Line { line: 3, why },
        ]
    }
}

#[cfg(test)]
impl crate::Refusal {
    /// One of each, as every other refusal, for the table of refusals.
    pub(crate) fn of_the_hall() -> impl Iterator<Item = Self> {
        HallRefusal::samples().into_iter().map(Self::from)
    }
}
