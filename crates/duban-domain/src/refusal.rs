//! Refusals: every "no" of the rules has a name, a sentence and a hint what to do next.
//!
//! Which HTTP status a refusal becomes is `duban-web`'s to say.

use crate::{
    Lang,
    case::{Obstacle, Phase},
    knowledge::Flaw,
    policy::{Action, Guard},
    question::Misanswer,
    service::HallRefusal,
};

/// A named "no" (拒绝及理由).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.key())]
pub enum Refusal {
    /// It does not exist, or lies outside one's reach: which of the two is not told.
    NotFound,
    /// The role does not include this action.
    MayNot(Action),
    /// Only the unit that leads the case does this.
    LeadOnly(Action),
    /// The case is in another phase than this step needs.
    WrongPhase {
        /// What was tried.
        tried: Action,
        /// Where the case stands.
        phase: Phase,
    },
    /// Somebody else changed the case meanwhile.
    Stale,
    /// The unit is not in the city pack.
    UnknownUnit(String),
    /// The category is not in the city pack.
    UnknownCategory(String),
    /// The city has no such label under the phase that the case is in.
    UnknownLabel {
        /// The key.
        key: String,
        /// The phase.
        phase: Phase,
    },
    /// The division is not in the city pack.
    UnknownDivision(String),
    /// The unit already has the case.
    SameUnit,
    /// A text is needed and is missing.
    NeedsText(&'static str),
    /// A text is longer than it may be.
    TooLong {
        /// Which field.
        field: &'static str,
        /// How many characters it may have.
        max: usize,
    },
    /// An answer that says "solved" needs a proof.
    NeedsProof,
    /// The caller was not contacted, and no reason was given why not.
    NeedsContact,
    /// Whoever wrote an answer does not review it.
    OwnAnswer,
    /// This person was already asked in this round.
    AlreadyHeard,
    /// The last call was in this part of the day, or too short ago: calls are made at different hours.
    TooSoon,
    /// The request does not belong to this case.
    NotItsRequest,
    /// Nothing would change.
    NoChange,
    /// Neither a place in words, nor a division, nor a point.
    NeedsPlace,
    /// A telephone number that cannot be one.
    BadPhone,
    /// A mail address that cannot be one.
    BadMail,
    /// Contact was asked for, but there is nothing to contact by.
    NeedsPhone,
    /// The city asks for a number or an address that was confirmed by a code.
    NeedsCode,
    /// A prepared text names a variable that there is not.
    UnknownVariable(String),
    /// More rows than the format can hold.
    TooManyRows {
        /// How many it holds.
        max: i64,
    },
    /// Answers to the category's questions that are missing or wrong.
    Misanswered(Vec<Misanswer>),
    /// Something of the steps around a case stands in the way.
    Obstacle(Obstacle),
    /// Somebody else has the call already.
    CallTaken,
    /// Nobody said anything that has to be judged.
    NothingToJudge,
    /// The days for it are over.
    TooLate,
    /// Something of administration stands in the way.
    Guard(Guard),
    /// An item of the knowledge base cannot be kept or used so.
    Knowledge(Flaw),
    /// Something of the hall stands in the way.
    Hall(HallRefusal),
}

impl Refusal {
    /// Its name, stable, for logs and the API.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::MayNot(_) => "may-not",
            Self::LeadOnly(_) => "lead-only",
            Self::WrongPhase { .. } => "wrong-phase",
            Self::Stale => "stale",
            Self::UnknownUnit(_) => "unknown-unit",
            Self::UnknownCategory(_) => "unknown-category",
            Self::UnknownLabel { .. } => "unknown-label",
            Self::UnknownDivision(_) => "unknown-division",
            Self::SameUnit => "same-unit",
            Self::NeedsText(_) => "needs-text",
            Self::TooLong { .. } => "too-long",
            Self::NeedsProof => "needs-proof",
            Self::NeedsContact => "needs-contact",
            Self::OwnAnswer => "own-answer",
            Self::AlreadyHeard => "already-heard",
            Self::TooSoon => "too-soon",
            Self::NotItsRequest => "not-its-request",
            Self::NoChange => "no-change",
            Self::NeedsPlace => "needs-place",
            Self::BadPhone => "bad-phone",
            Self::BadMail => "bad-mail",
            Self::NeedsPhone => "needs-phone",
            Self::NeedsCode => "needs-code",
            Self::UnknownVariable(_) => "unknown-variable",
            Self::TooManyRows { .. } => "too-many-rows",
            Self::Misanswered(_) => "misanswered",
            Self::Obstacle(obstacle) => obstacle.key(),
            Self::CallTaken => "call-taken",
            Self::NothingToJudge => "nothing-to-judge",
            Self::TooLate => "too-late",
            Self::Guard(guard) => guard.key(),
            Self::Knowledge(flaw) => flaw.key(),
            Self::Hall(hall) => hall.key(),
        }
    }

    /// The form field it is about, when it is about one.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::NeedsText(field) | Self::TooLong { field, .. } => Some(field),
            Self::UnknownUnit(_) | Self::SameUnit => Some("unit"),
            Self::UnknownVariable(_) => Some("body"),
            Self::UnknownCategory(_) => Some("category"),
            Self::UnknownLabel { .. } => Some("label"),
            Self::UnknownDivision(_) => Some("division"),
            Self::NeedsProof => Some("proof"),
            Self::NeedsContact => Some("no_contact"),
            Self::NeedsPlace => Some("place"),
            Self::BadPhone | Self::NeedsPhone | Self::NeedsCode => Some("phone"),
            Self::Misanswered(_) => Some("details"),
            Self::Obstacle(obstacle) => obstacle.field(),
            Self::Guard(guard) => guard.field(),
            Self::Knowledge(flaw) => Some(flaw.field()),
            Self::BadMail => Some("mail"),
            Self::NotFound
            | Self::MayNot(_)
            | Self::LeadOnly(_)
            | Self::WrongPhase { .. }
            | Self::Stale
            | Self::OwnAnswer
            | Self::AlreadyHeard
            | Self::TooSoon
            | Self::NotItsRequest
            | Self::NoChange
            | Self::CallTaken
            | Self::NothingToJudge
            | Self::TooLate
            | Self::Hall(_)
            | Self::TooManyRows { .. } => None,
        }
    }

    /// What happened and why, and what to do next.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match self {
            Self::NotFound => lang.t("没有找到。请核对编号；也可能不在您能看的范围内。", "Not found. Check the number; it may also lie outside what you may see.").to_owned(),
            Self::LeadOnly(action) => match lang {
                Lang::Zh => format!("“{}”由主办单位来做。协办单位有话，请写批注。", action.word(lang)),
                Lang::En => format!("\u{201c}{}\u{201d} is for the lead unit. If you assist and have something to say, leave a note.", action.word(lang)),
            },
            Self::MayNot(action) => match lang {
                Lang::Zh => format!("您的角色不能“{}”。需要时请找管理员调整角色。", action.word(lang)),
                Lang::En => format!("Your role does not include \u{201c}{}\u{201d}. Ask an administrator if you need it.", action.word(lang)),
            },
            Self::WrongPhase { tried, phase } => match lang {
                Lang::Zh => format!("工单现在是“{}”，不能“{}”。请刷新后看可以做什么。", phase.word(lang), tried.word(lang)),
                Lang::En => format!("The case is \u{201c}{}\u{201d} now, so \u{201c}{}\u{201d} is not possible. Reload to see what can be done.", phase.word(lang), tried.word(lang)),
            },
            Self::Stale => lang.t("别人刚改过这件工单。您写的都还在，请看过新情况再交一次。", "Somebody has just changed this case. What you wrote is kept; look at the news and send it again.").to_owned(),
            Self::UnknownUnit(_) | Self::UnknownCategory(_) | Self::UnknownLabel { .. } => self.unknown(lang),
            Self::UnknownDivision(_) | Self::UnknownVariable(_) => self.unknown(lang),
            Self::SameUnit => lang.t("这件工单已经在这个单位。请选别的单位，或不改。", "The case is with this unit already. Choose another, or leave it.").to_owned(),
            Self::NeedsText(_) => lang.t("这里要写几个字。", "A few words are needed here.").to_owned(),
            Self::TooLong { max, .. } => match lang {
                Lang::Zh => format!("太长了，最多 {max} 个字。其余的请放进附件。"),
                Lang::En => format!("Too long: at most {max} characters. Put the rest into an attachment."),
            },
            Self::NeedsProof => lang.t("答复“已解决”或“部分解决”，要有至少一项凭证：照片、文件，或写明凭证。", "\u{201c}Solved\u{201d} or \u{201c}partly solved\u{201d} needs at least one proof: a photo, a document, or a description of it.").to_owned(),
            Self::NeedsContact => lang.t("还没有联系过诉求人。请先记一次联系，或写明为什么没有联系。", "The caller was not contacted yet. Record a contact first, or say why there was none.").to_owned(),
            Self::OwnAnswer => lang.t("自己写的答复不能自己审核。请同事来审。", "One does not review one\u{2019}s own answer. Ask a colleague.").to_owned(),
            Self::TooSoon => lang.t("这个时段刚打过。请换个时段再打，不能连着打几次就算；什么时候能打，回访页上写着。", "You called in this part of the day already. Try at another hour: calls one after the other do not count. The page of callbacks says when.").to_owned(),
            Self::AlreadyHeard => lang.t("这位诉求人这一轮已经说过了。", "This person has already been heard in this round.").to_owned(),
            Self::NotItsRequest => lang.t("这条诉求不属于这件工单。", "This request does not belong to this case.").to_owned(),
            Self::NoChange => lang.t("没有任何改动。", "Nothing was changed.").to_owned(),
            Self::NeedsPlace => lang.t("请说在哪儿：写几个字，选一个街道，或在地图上点。", "Say where: a few words, a subdistrict, or a point on the map.").to_owned(),
            Self::BadPhone => lang.t("这不像一个电话号码。手机 11 位；座机连区号。", "This does not look like a telephone number. Mobile: 11 digits; landline with area code.").to_owned(),
            Self::TooManyRows { max } => match lang {
                Lang::Zh => format!("这个格式最多装 {max} 行。请加条件分几次导出，或改用 CSV。"),
                Lang::En => format!("This format holds {max} rows at most. Add a condition and export in parts, or take CSV."),
            },
            Self::Misanswered(all) => all.iter().map(|wrong| wrong.sentence(lang)).collect::<Vec<_>>().join(lang.t("", " ")),
            Self::Obstacle(obstacle) => obstacle.sentence(lang),
            Self::Guard(guard) => guard.sentence(lang),
            Self::Knowledge(flaw) => flaw.sentence(lang),
            Self::Hall(hall) => hall.sentence(lang),
            Self::BadMail => lang.t("这不像一个邮箱地址。例如 wang@example.cn。", "This does not look like a mail address. For example: wang@example.cn.").to_owned(),
            Self::TooLate => lang.t("期限已经过了。还有话要说，请直接找班长。", "The days for this are over. If there is more to say, speak to the one who leads the shift.").to_owned(),
            Self::NothingToJudge => lang.t("现在没有要研判的。诉求人还没有说不满意，或者同事已经研判过了。", "There is nothing to judge: the person is not dissatisfied, or a colleague has judged it.").to_owned(),
            Self::CallTaken => lang.t("这个电话同事已经在处理了。请接下一个。", "A colleague has this call already. Take the next one.").to_owned(),
            Self::NeedsCode => lang.t("这里要先用验证码确认手机号或邮箱，填的要和确认的是同一个。不方便的，请打热线，一样受理。", "Here a telephone number or mail address has to be confirmed by a code first, and it has to be the one you give. If you cannot, call the hotline: you are heard all the same.").to_owned(),
            Self::NeedsPhone => lang.t("选了“可联系”或“保密”，要留一个电话或邮箱；不想留，请选“匿名”。", "To be contacted, or confidentially, leave a telephone number or a mail address; otherwise choose \u{201c}anonymous\u{201d}.").to_owned(),
        }
    }

    /// The sentence of a name that the city does not have.
    fn unknown(&self, lang: Lang) -> String {
        match self {
            Self::UnknownUnit(key) => match lang {
                Lang::Zh => format!("没有“{key}”这个单位。请从名单里选。"),
                Lang::En => format!("There is no unit \u{201c}{key}\u{201d}. Choose one from the list."),
            },
            Self::UnknownCategory(key) => match lang {
                Lang::Zh => format!("没有“{key}”这个类别。请从类别表里选。"),
                Lang::En => format!("There is no category \u{201c}{key}\u{201d}. Choose one from the table."),
            },
            Self::UnknownLabel { key, phase } => match lang {
                Lang::Zh => format!(
                    "“{}”下面没有“{key}”这个标签。请从名单里选；阶段变了的，刷新后再选。",
                    phase.word(lang)
                ),
                Lang::En => format!(
                    "There is no label \u{201c}{key}\u{201d} under \u{201c}{}\u{201d}. Choose one from the list; if the case has moved on, reload first.",
                    phase.word(lang)
                ),
            },
            Self::UnknownDivision(key) => match lang {
                Lang::Zh => format!("没有代码为“{key}”的区划。请从名单里选。"),
                Lang::En => {
                    format!("There is no division with code \u{201c}{key}\u{201d}. Choose one from the list.")
                }
            },
            Self::UnknownVariable(name) => lang
                .t(
                    "没有 {0} 这个变量。请用页面上列出的，或去掉花括号。",
                    "There is no variable {0}. Use one that the page lists, or leave the braces out.",
                )
                .replace('0', name),
            _ => String::new(),
        }
    }
}

impl From<HallRefusal> for Refusal {
    fn from(hall: HallRefusal) -> Self {
        Self::Hall(hall)
    }
}

impl From<Guard> for Refusal {
    fn from(guard: Guard) -> Self {
        Self::Guard(guard)
    }
}
