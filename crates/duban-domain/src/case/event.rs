//! What happened to a case, as it is recorded: never changed, never removed.

use serde::{Deserialize, Serialize};

use super::{
    Contact, Ending, Move, ReportState,
    publicity::{Consent, Ruling},
};
use crate::{
    MediaId, Number, RequestId, Stamp,
    city::Follow,
    deadline::Deadline,
    knowledge::Source,
    lang::Words,
    question::Detail,
    request::{Kind, Urgency, closed_set},
};

closed_set! {
    /// What kind of actor did it.
    ActorKind {
        /// 工作人员
        Staff = 1, "staff", "工作人员", "Staff";
        /// 诉求人
        Resident = 2, "resident", "诉求人", "Resident";
        /// 系统
        System = 3, "system", "系统", "Duban";
        /// 外部系统
        Partner = 4, "partner", "外部系统", "Another system";
    }
}

closed_set! {
    /// What a unit says came of it (办理结果).
    Outcome {
        /// 已解决
        Solved = 1, "solved", "已解决", "Solved";
        /// 部分解决
        Partly = 2, "partly", "部分解决", "Partly solved";
        /// 已解释: nothing to mend; explained or advised.
        Explained = 3, "explained", "已解释说明", "Explained";
        /// 未解决: cannot be solved now, with the reason.
        Unsolved = 4, "unsolved", "暂未解决", "Not solved yet";
        /// 未记录: another system answered and did not record what came of it.
        Unrecorded = 5, "unrecorded", "结果未记录", "Outcome not recorded";
    }
}

closed_set! {
    /// How satisfied the person is (满意程度); what each is worth is a setting of the city.
    Satisfaction {
        /// 满意
        Satisfied = 5, "satisfied", "满意", "Satisfied";
        /// 基本满意
        Mostly = 4, "mostly", "基本满意", "Mostly satisfied";
        /// 一般
        Fair = 3, "fair", "一般", "Fair";
        /// 不满意
        Dissatisfied = 2, "dissatisfied", "不满意", "Dissatisfied";
        /// 很不满意
        Very = 1, "very-dissatisfied", "很不满意", "Very dissatisfied";
    }
}

closed_set! {
    /// Why a person was not reached (未接通原因).
    Unreached {
        /// 没有人接
        NoAnswer = 1, "no-answer", "没有人接", "No answer";
        /// 占线或关机
        Busy = 2, "busy", "占线或关机", "Busy or switched off";
        /// 空号或不是本人
        Wrong = 3, "wrong", "空号或不是本人", "Wrong number";
        /// 不愿意评价: the person does not want to be asked.
        Refused = 4, "refused", "不愿意评价", "Does not want to be asked";
    }
}

impl Unreached {
    /// What was recorded before reasons were.
    fn usual() -> Self {
        Self::NoAnswer
    }
}

/// An answer of the survey as it was chosen (所选选项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Its key.
    pub key: String,
    /// The words it had.
    pub text: Words,
}

/// Who did it. No event without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// What kind.
    pub kind: ActorKind,
    /// The staff id, the request id of a resident, or zero.
    pub id: i64,
    /// The name that the timeline shows; a resident has none here.
    pub name: String,
    /// The unit they acted for, when they acted for one.
    pub unit: Option<String>,
}

impl Actor {
    /// The program itself, keeping time.
    #[must_use]
    pub fn system() -> Self {
        Self { kind: ActorKind::System, id: 0, name: String::new(), unit: None }
    }
}

/// What the rules proposed (系统建议).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The category, when they knew one.
    pub category: Option<String>,
    /// The urgency.
    pub urgency: Urgency,
}

/// One recorded fact (事件).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Stamp,
    /// Who.
    pub by: Actor,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum What {
    /// 受理: a request opened the case.
    Opened {
        /// The number people know it by.
        number: Number,
        /// The request.
        request: RequestId,
        /// Its kind.
        kind: Kind,
        /// How urgent it was judged to be.
        urgency: Urgency,
        /// Words that raised the urgency.
        because: Vec<String>,
        /// The category, when the rules or the operator knew one.
        category: Option<String>,
        /// By when it must be answered.
        finish: Deadline,
        /// What was answered to the questions of the category.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        details: Vec<Detail>,
        /// What the rules had proposed, where the operator decided otherwise before saving.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposed: Option<Proposed>,
        /// Whether somebody of the house entered it, for whom nobody outside waits.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        entered: bool,
    },
    /// 紧急转接: the caller was handed to an emergency service.
    HandedOver {
        /// The number of the service.
        to: String,
        /// What was said.
        said: String,
    },
    /// 派单 (or 改派 when a unit had it before).
    Dispatched {
        /// The lead unit.
        unit: String,
        /// Units that help.
        assisting: Vec<String>,
        /// The rule of the catalogue, or `manual`, or `entered`.
        rule: String,
        /// Why this unit, as the timeline says it.
        reason: Words,
        /// The words and conditions that decided.
        because: Vec<String>,
        /// By when the unit must sign.
        sign: Deadline,
        /// By when the caller must hear from it.
        contact: Option<Deadline>,
    },
    /// 签收
    Signed,
    /// 联系诉求人
    Contacted {
        /// How and what was said.
        contact: Contact,
    },
    /// 答复
    Answered {
        /// What came of it.
        outcome: Outcome,
        /// What the person will read.
        public: String,
        /// What stays inside.
        internal: String,
        /// Photos and documents.
        proof: Vec<MediaId>,
        /// A proof described in words.
        proof_words: String,
        /// Why the caller was not contacted, when they were not.
        no_contact: String,
        /// Where the answer comes from, when it was there already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<Source>,
    },
    /// 审核通过
    Approved {
        /// Until when the person is asked.
        until: Stamp,
        /// Whether nobody looked at the answer, because the city asks for no review.
        #[serde(default)]
        unreviewed: bool,
    },
    /// 审核退回
    SentBack {
        /// What is missing.
        reason: String,
    },
    /// 回访无人接听
    NoReply {
        /// Which attempt.
        attempt: u8,
        /// How it failed.
        #[serde(default = "Unreached::usual")]
        how: Unreached,
    },
    /// 评价: the person spoke.
    Heard {
        /// Which request's person.
        request: RequestId,
        /// Solved or not.
        solved: bool,
        /// How satisfied, when they said.
        satisfaction: Option<Satisfaction>,
        /// In their own words.
        words: String,
    },
    /// 满意度选项: what the person chose of the survey, in the words it had that day.
    Surveyed {
        /// Which request's person.
        request: RequestId,
        /// The answers.
        chosen: Vec<Chosen>,
        /// What the unsolved ones lead to.
        follow: Option<Follow>,
        /// Whether the handler is asked to look again.
        alert: bool,
    },
    /// 研判: somebody judged whether it is done again or stays closed.
    Judged {
        /// Done again, or closed as it is.
        redo: bool,
        /// Why.
        reason: String,
    },
    /// 重办: not solved, a new round.
    Reopened {
        /// The round that begins.
        round: u8,
        /// The unit that keeps it, or none when it goes back to the centre.
        unit: Option<String>,
        /// The new finish deadline.
        finish: Deadline,
        /// The new contact deadline.
        contact: Option<Deadline>,
    },
    /// 办结
    Closed {
        /// How.
        ending: Ending,
    },
    /// 改分类: category, kind or urgency; deadlines are reckoned again from the start, visibly.
    Classified {
        /// The category now.
        category: Option<String>,
        /// The kind now.
        kind: Kind,
        /// The urgency now.
        urgency: Urgency,
        /// The finish deadline now.
        finish: Deadline,
        /// Why.
        reason: String,
    },
    /// 逾期: the finish deadline passed without an answer.
    Missed {
        /// The deadline that passed.
        due: Stamp,
    },
    /// 贴标签: the city's own word under the phase, or none any more.
    Labelled {
        /// Its key.
        label: Option<String>,
    },
    /// 批注: an internal note.
    Noted {
        /// The note.
        text: String,
    },
    /// 补充材料: the person added something.
    Supplemented {
        /// Whose request.
        request: RequestId,
        /// What they added.
        text: String,
        /// Photos.
        media: Vec<MediaId>,
    },
    /// 外部进展: another system reported.
    Reported {
        /// The name of the system.
        source: String,
        /// The id of the report there.
        update: String,
        /// When it happened there.
        told_at: Stamp,
        /// How far the work is there.
        state: ReportState,
        /// In words.
        text: String,
        /// Addresses of pictures; never fetched.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        links: Vec<String>,
        /// Whether it moved the case: what comes late or out of turn does not.
        counted: bool,
    },
    /// 转外部系统: another system has taken the case in.
    Forwarded {
        /// The key of the system in the city pack.
        to: String,
        /// How that system calls it; empty when it does not say.
        number: String,
    },
    /// 查看诉求人: somebody revealed name and telephone.
    Revealed {
        /// Whose request.
        request: RequestId,
        /// Why.
        reason: String,
    },
    /// 并入: another person's request joined the case.
    Joined {
        /// The number that this person keeps.
        number: Number,
        /// Their request.
        request: RequestId,
    },
    /// 拆开并单: a request that had joined is dealt with apart from now on.
    Parted {
        /// The number of its person.
        number: Number,
        /// The request.
        request: RequestId,
        /// Why.
        reason: String,
    },
    /// 撤回: a person took theirs back.
    Withdrawn {
        /// Whose request.
        request: RequestId,
        /// Why, in their words.
        reason: String,
    },
    /// 公开意愿: the person said what others may see.
    Shared {
        /// Whose request.
        request: RequestId,
        /// What they let others see.
        consent: Consent,
        /// Their words as others may read them, masked.
        words: String,
    },
    /// 公开审核: the desk showed, hid or reworded what is public.
    Moderated {
        /// What it said.
        ruling: Ruling,
        /// The wording, when it shows one.
        words: String,
        /// Why.
        reason: String,
    },
    /// 办理步骤: one of the steps around the case.
    Moved(Move),
}

impl What {
    /// The kinds of which everybody may know that they happened, where the case itself is public.
    pub const PUBLIC: &'static [&'static str] =
        &["opened", "dispatched", "signed", "approved", "reopened", "classified", "closed"];

    /// The short stable name that tables and live events carry.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::HandedOver { .. } => "handed-over",
            Self::Dispatched { .. } => "dispatched",
            Self::Signed => "signed",
            Self::Contacted { .. } => "contacted",
            Self::Answered { .. } => "answered",
            Self::Approved { .. } => "approved",
            Self::SentBack { .. } => "sent-back",
            Self::NoReply { .. } => "no-reply",
            Self::Heard { .. } => "heard",
            Self::Surveyed { .. } => "surveyed",
            Self::Judged { .. } => "judged",
            Self::Reopened { .. } => "reopened",
            Self::Closed { .. } => "closed",
            Self::Classified { .. } => "classified",
            Self::Missed { .. } => "missed",
            Self::Labelled { .. } => "labelled",
            Self::Noted { .. } => "noted",
            Self::Supplemented { .. } => "supplemented",
            Self::Reported { .. } => "reported",
            Self::Forwarded { .. } => "forwarded",
            Self::Revealed { .. } => "revealed",
            Self::Joined { .. } => "joined",
            Self::Parted { .. } => "parted",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Shared { .. } => "shared",
            Self::Moderated { .. } => "moderated",
            Self::Moved(step) => step.key(),
        }
    }
}
