//! Notices (通知): what residents and staff are told, on which channel, and when.
//!
//! Pure: which event owes which notice to whom ([`owed()`]), how a text of the city is filled in
//! ([`Template`]), and which hours are quiet ([`Quiet`]). Addresses, gateways and the ledger are
//! `duban-app`'s.

mod digest;
mod hours;
mod owed;
mod template;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use digest::{DigestRule, DigestWish, working_day_before};
pub use hours::{Quiet, at_minute};
pub use owed::{Owe, Whom, owed};
pub use template::{Filled, Template, TemplateFault, Values};

use serde::{Deserialize, Serialize};

use crate::{
    case::Case,
    lang::Words,
    request::{Urgency, closed_set},
};

closed_set! {
    /// What a notice is about (通知种类).
    NoticeKind {
        /// 受理回执
        Receipt = 1, "receipt", "受理回执", "Receipt";
        /// 办理进展: it went to a unit.
        Progress = 2, "progress", "办理进展", "Progress";
        /// 答复告知: the answer is there, and the person is asked whether it is solved.
        Answer = 3, "answer", "答复告知", "Answer";
        /// 重新办理: a new round began.
        Again = 4, "again", "重新办理", "Done again";
        /// 回访未接: a callback that nobody answered.
        Called = 5, "called", "回访未接", "Missed callback";
        /// 办结告知
        Closed = 6, "closed", "办结告知", "Closed";
        /// 请您补充: a question to the person.
        Question = 7, "question", "请您补充", "Question";
        /// 请您确认: the owner of a mailbox says that they want to be mailed.
        Confirm = 8, "confirm", "请您确认", "Please confirm";
        /// 派到本单位
        Assigned = 9, "assigned", "派到本单位", "To your unit";
        /// 指派到人
        Designated = 10, "designated", "指派给您", "To you in person";
        /// 即将到期
        Soon = 11, "soon", "即将到期", "Due soon";
        /// 已逾期
        Overdue = 12, "overdue", "已逾期", "Overdue";
        /// 退回重办: sent back by review, or not solved in the person's word.
        Returned = 13, "returned", "退回重办", "Sent back";
        /// 诉求人补充
        Added = 14, "added", "诉求人补充", "Material added";
        /// 每日汇总
        Digest = 15, "digest", "每日汇总", "Daily digest";
        /// 附近新事: what became public where somebody wants to know.
        Area = 16, "area", "附近新事", "News of an area";
        /// 账号变动: somebody else changed how one signs in.
        Account = 17, "account", "账号变动", "Your account";
        /// 验证码: six digits by which somebody shows that a number or an address is theirs.
        Code = 18, "code", "验证码", "Code";
        /// 推送停了: the program switched a webhook off, and says so to those who keep the keys.
        Webhook = 21, "webhook", "推送停了", "A webhook stopped";
    }
}

closed_set! {
    /// How a notice travels (通知渠道).
    NoticeChannel {
        /// 短信
        Sms = 1, "sms", "短信", "SMS";
        /// 邮件
        Mail = 2, "mail", "邮件", "Mail";
        /// 站内
        Page = 3, "page", "站内", "On the page";
    }
}

closed_set! {
    /// Where a notice stands (通知状态).
    NoticeState {
        /// 待发
        Queued = 1, "queued", "待发", "Queued";
        /// 已发
        Sent = 2, "sent", "已发", "Sent";
        /// 失败
        Failed = 3, "failed", "失败", "Failed";
        /// 挂起: it cannot be sent now, with the reason.
        Held = 4, "held", "挂起", "Held";
        /// 取消: it is not wanted any more, with the reason.
        Cancelled = 5, "cancelled", "取消", "Cancelled";
    }
}

closed_set! {
    /// By which way a person wants to hear (通知方式).
    News {
        /// 不通知
        None = 0, "none", "不要通知", "No notices";
        /// 短信
        Sms = 1, "sms", "短信", "By SMS";
        /// 邮件
        Mail = 2, "mail", "邮件", "By mail";
        /// 短信和邮件
        Both = 3, "both", "短信和邮件", "By SMS and mail";
    }
}

closed_set! {
    /// Which staff are told when a case comes (工作人员通知范围).
    StaffNews {
        /// 派到单位时
        Unit = 1, "unit", "派到本单位时", "When it comes to the unit";
        /// 指派到本人时
        Person = 2, "person", "指派到本人时", "When it comes to them in person";
        /// 都通知
        Both = 3, "both", "两种都通知", "Both";
        /// 都不通知
        Neither = 4, "none", "都不通知", "Neither";
    }
}

closed_set! {
    /// What a text of the city may be filled in with (变量).
    NoticeVar {
        /// 城市名
        City = 1, "city", "城市名称", "The city's name";
        /// 热线号码
        Hotline = 2, "hotline", "热线号码", "The hotline's number";
        /// 首页网址
        Home = 3, "home", "居民首页网址", "The address of the first page";
        /// 受理编号
        Number = 4, "number", "受理编号", "The number of the request";
        /// 标题
        Title = 5, "title", "诉求标题", "The title of the request";
        /// 地点
        Place = 6, "place", "地点", "The place";
        /// 诉求类型
        Kind = 7, "kind", "诉求类型", "The kind of request";
        /// 阶段
        Stage = 8, "stage", "现在的阶段", "Where it stands";
        /// 承办单位
        Unit = 9, "unit", "承办单位", "The unit in charge";
        /// 办理期限
        Due = 10, "due", "办理期限", "By when it must be answered";
        /// 这件事的网址
        Link = 11, "link", "这件事的网址", "The address of this matter";
        /// 评价网址
        Rate = 12, "rate", "评价的网址", "Where it is evaluated";
        /// 答复
        Answer = 13, "answer", "公开答复", "The public answer";
        /// 原因
        Reason = 14, "reason", "退回或重办的原因", "Why it was sent back";
        /// 要问的话
        Question = 15, "question", "要问诉求人的话", "What the person is asked";
        /// 有效天数
        Days = 16, "days", "确认网址有效的天数", "How many days the address of a confirmation holds";
        /// 管理网址
        Manage = 17, "manage", "查看、更改和退订的网址", "Where one sees, changes and ends it";
        /// 条数
        Count = 18, "count", "条数；每日汇总里是在办件数", "How many entries; in the daily digest, how many open cases";
        /// 清单
        List = 19, "list", "汇总的清单", "The entries of the digest";
        /// 验证码
        Code = 20, "code", "六位验证码", "The six digits of the code";
        /// 有效分钟
        Minutes = 21, "minutes", "验证码有效的分钟数", "How many minutes the code holds";
    }
}

impl NoticeKind {
    /// Whether it goes to staff; otherwise to residents.
    #[must_use]
    pub fn is_for_staff(self) -> bool {
        match self {
            Self::Receipt
            | Self::Progress
            | Self::Answer
            | Self::Again
            | Self::Called
            | Self::Closed
            | Self::Question
            | Self::Confirm
            | Self::Area
            | Self::Code => false,
            Self::Assigned
            | Self::Designated
            | Self::Soon
            | Self::Overdue
            | Self::Returned
            | Self::Added
            | Self::Digest
            | Self::Account
            | Self::Webhook => true,
        }
    }

    /// Whether it waits for the morning. What somebody has just asked for does not: they are awake.
    #[must_use]
    pub fn waits(self) -> bool {
        !matches!(self, Self::Receipt | Self::Confirm | Self::Account | Self::Code)
    }

    /// Whether it belongs to its reader alone: no colleague reads what somebody asked to be mailed.
    #[must_use]
    pub fn is_private(self) -> bool {
        matches!(self, Self::Confirm | Self::Area | Self::Code)
    }

    /// Whether a text without this variable would be of no use.
    #[must_use]
    pub fn needs(self) -> &'static [NoticeVar] {
        match self {
            Self::Confirm => &[NoticeVar::Link],
            Self::Code => &[NoticeVar::Code],
            Self::Area => &[NoticeVar::List, NoticeVar::Manage],
            Self::Question => &[NoticeVar::Question, NoticeVar::Link],
            Self::Digest => &[NoticeVar::List],
            Self::Account | Self::Webhook => &[NoticeVar::Reason],
            Self::Receipt => &[NoticeVar::Number],
            Self::Progress
            | Self::Answer
            | Self::Again
            | Self::Called
            | Self::Closed
            | Self::Assigned
            | Self::Designated
            | Self::Soon
            | Self::Overdue
            | Self::Returned
            | Self::Added => &[],
        }
    }

    /// What a text of this kind may be filled in with.
    #[must_use]
    pub fn vars(self) -> Vec<NoticeVar> {
        use NoticeVar as V;
        let own: &[V] = match self {
            Self::Confirm => return vec![V::City, V::Hotline, V::Home, V::List, V::Link, V::Days],
            Self::Area => return vec![V::City, V::Hotline, V::Home, V::Count, V::List, V::Link, V::Manage],
            Self::Account | Self::Webhook => return vec![V::City, V::Hotline, V::Home, V::Reason, V::Link],
            Self::Digest => return vec![V::City, V::Hotline, V::Home, V::Count, V::List, V::Link],
            Self::Code => return vec![V::City, V::Hotline, V::Home, V::Code, V::Minutes],
            Self::Answer | Self::Called | Self::Closed => &[V::Answer, V::Rate],
            Self::Again | Self::Returned => &[V::Reason],
            Self::Question => &[V::Question],
            Self::Receipt
            | Self::Progress
            | Self::Assigned
            | Self::Designated
            | Self::Soon
            | Self::Overdue
            | Self::Added => &[],
        };
        let common = [
            V::City,
            V::Hotline,
            V::Home,
            V::Number,
            V::Title,
            V::Place,
            V::Kind,
            V::Stage,
            V::Unit,
            V::Due,
            V::Link,
        ];
        common.into_iter().chain(own.iter().copied()).collect()
    }
}

impl News {
    /// Whether a channel is wanted.
    #[must_use]
    pub fn wants(self, channel: NoticeChannel) -> bool {
        match channel {
            NoticeChannel::Sms => matches!(self, Self::Sms | Self::Both),
            NoticeChannel::Mail => matches!(self, Self::Mail | Self::Both),
            NoticeChannel::Page => true,
        }
    }
}

impl StaffNews {
    /// Whether a notice of this kind is mailed: what comes to the unit, what comes to somebody in
    /// person. Deadlines and what comes back follow the unit's.
    #[must_use]
    pub fn wants(self, kind: NoticeKind) -> bool {
        // What somebody else does to one's account is told whatever one wishes; so is what stopped by itself.
        if matches!(kind, NoticeKind::Account | NoticeKind::Webhook) {
            return true;
        }
        match self {
            Self::Both => true,
            Self::Neither => false,
            Self::Person => kind == NoticeKind::Designated,
            Self::Unit => kind != NoticeKind::Designated,
        }
    }
}

/// Whether a notice of a case may come at night: somebody is on duty, and it cannot wait.
#[must_use]
pub fn cannot_wait(kind: NoticeKind, case: &Case) -> bool {
    kind.is_for_staff() && matches!(case.urgency, Urgency::Critical | Urgency::Urgent)
}

/// The city's text for one kind of notice (通知文字).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeText {
    /// The subject of the mail.
    pub subject: Words,
    /// The mail; without one this kind is not mailed.
    pub mail: Option<Words>,
    /// The short message; without one this kind is not sent as SMS.
    pub sms: Option<Words>,
}

/// What a city says about its notices (通知设置).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeBook {
    /// Hours in which nobody is disturbed.
    pub quiet: Option<Quiet>,
    /// The daily digest of staff.
    pub digest: DigestRule,
    /// Who of the staff is mailed when a case comes, unless the administrator sets it otherwise.
    pub staff: Option<StaffNews>,
    /// The texts; a kind that is not here is not sent.
    pub texts: BTreeMap<NoticeKind, NoticeText>,
}
