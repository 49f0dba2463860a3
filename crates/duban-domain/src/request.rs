//! A request (诉求): one person's voice, with its own number, person, notices and callback, for ever.
//!
//! What is done about it hangs on the case; see [`crate::case`]. Telephone numbers are not here:
//! they live apart, see [`crate::person`].

use serde::{Deserialize, Serialize};

use crate::{CaseId, Number, PersonId, RequestId, Stamp, place::Point, question::Detail};

/// Declares a closed set that is written as a short key and shown as a word in two languages.
macro_rules! closed_set {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $key:literal, $zh:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $key)] $variant),* }

        impl $name {
            /// Every member, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The key that files, addresses and the API use.
            #[must_use]
            pub fn key(self) -> &'static str { match self { $(Self::$variant => $key),* } }

            /// The small integer that tables use.
            #[must_use]
            pub fn code(self) -> i64 { match self { $(Self::$variant => $code),* } }

            /// The member with this key.
            #[must_use]
            pub fn from_key(key: &str) -> Option<Self> { match key { $($key => Some(Self::$variant),)* _ => None } }

            /// The member with this integer.
            #[must_use]
            pub fn from_code(code: i64) -> Option<Self> { match code { $($code => Some(Self::$variant),)* _ => None } }

            /// The word people see.
            #[must_use]
            pub fn word(self, lang: $crate::Lang) -> &'static str { match self { $(Self::$variant => lang.t($zh, $en)),* } }
        }
    };
}
pub(crate) use closed_set;

closed_set! {
    /// What kind of voice it is (诉求类型).
    Kind {
        /// 咨询
        Consult = 1, "consult", "咨询", "Question";
        /// 求助
        Help = 2, "help", "求助", "Call for help";
        /// 投诉
        Complaint = 3, "complaint", "投诉", "Complaint";
        /// 举报
        Tip = 4, "tip", "举报", "Report of wrongdoing";
        /// 建议
        Suggestion = 5, "suggestion", "建议", "Suggestion";
        /// 表扬
        Praise = 6, "praise", "表扬", "Praise";
    }
}

closed_set! {
    /// How urgent a matter is (紧急程度); the city pack gives each its deadlines.
    Urgency {
        /// 特急: danger to life or property, a large outage.
        Critical = 1, "critical", "特急", "Critical";
        /// 紧急: water, power, gas, roads.
        Urgent = 2, "urgent", "紧急", "Urgent";
        /// 一般
        Normal = 3, "normal", "一般", "Normal";
        /// 复杂: several units, a joint survey.
        Complex = 4, "complex", "复杂", "Complex";
    }
}

closed_set! {
    /// Which door it came in by (来源渠道).
    Channel {
        /// 电话
        Phone = 1, "phone", "电话", "Telephone";
        /// 网站
        Web = 2, "web", "网站", "Web";
        /// 微信
        WeChat = 3, "wechat", "微信", "WeChat";
        /// 小程序
        MiniProgram = 4, "mini-program", "小程序", "Mini-program";
        /// 领导信箱
        Mailbox = 5, "mailbox", "领导信箱", "Leader's mailbox";
        /// 上级平台转来
        Platform = 6, "platform", "上级平台", "Higher platform";
        /// 窗口
        Counter = 7, "counter", "窗口", "Counter";
        /// 巡查
        Patrol = 8, "patrol", "巡查", "Patrol";
        /// Open311
        Open311 = 9, "open311", "Open311", "Open311";
        /// 其他
        Other = 10, "other", "其他", "Other";
        /// 自行发现: entered by whoever found it.
        Own = 11, "own", "自行发现", "Own observation";
    }
}

closed_set! {
    /// Who may know the person (身份公开程度).
    Privacy {
        /// 可联系: the unit in charge may call.
        Contact = 1, "contact", "可联系", "May be contacted";
        /// 保密: only the hotline knows who it is.
        Confidential = 2, "confidential", "保密", "Confidential";
        /// 匿名: nobody knows.
        Anonymous = 3, "anonymous", "匿名", "Anonymous";
    }
}

/// Where it is (地点), as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// In the person's words.
    pub words: String,
    /// Code of the smallest known division: six digits (county level) or nine (town level).
    pub division: Option<String>,
    /// The canonical point, when one is known.
    pub point: Option<Point>,
}

/// One person's voice (诉求).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The case that deals with it.
    pub case: CaseId,
    /// Its own public number.
    pub number: Number,
    /// What kind of voice.
    pub kind: Kind,
    /// The door it came in by.
    pub channel: Channel,
    /// One line.
    pub title: String,
    /// What was said, in full.
    pub text: String,
    /// Answers to what its category asks.
    #[serde(default)]
    pub details: Vec<Detail>,
    /// Where.
    pub place: Place,
    /// Who may know the person.
    pub privacy: Privacy,
    /// The person, when somebody left a name or a telephone number.
    pub person: Option<PersonId>,
    /// When it reached the city.
    pub received_at: Stamp,
    /// The key under which its source knows it, so that it is taken in once (`open311:…`, `import:…`).
    pub source_key: Option<String>,
}
