//! How the hotline's own desk works in this city: the telephone, the survey, quality inspection.
//! Three files of the pack that may be left out; then the defaults of this program hold.

use crate::{lang::Words, request::closed_set};

/// What holds on the telephone (接听设置), `desk.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRules {
    /// An answer within so many seconds counts as in time.
    pub answer_seconds: u32,
    /// Whoever gives up sooner was never waiting.
    pub abandon_seconds: u32,
    /// How often a missed call is called back.
    pub missed_attempts: u32,
    /// Emergency services that a caller can be handed to.
    pub emergency: Vec<Emergency>,
    /// The law behind it, when there is one.
    pub law: Option<Words>,
}

/// A service that takes over where life is at stake (紧急转接).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emergency {
    /// Its number.
    pub number: String,
    /// What it is for.
    pub name: Words,
}

closed_set! {
    /// What an unsolved answer of the survey leads to (后续); the stronger first.
    Follow {
        /// A new round at once.
        Redo = 1, "redo", "马上重办", "Done again at once";
        /// Somebody judges: a new round, or closed as it is.
        Judge = 2, "judge", "由审核员研判", "A reviewer judges";
        /// It stays closed: nothing could be mended.
        Close = 3, "close", "维持办结", "Stays closed";
    }
}

/// One answer of the satisfaction survey (满意度选项), `survey.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyAnswer {
    /// Its key, stable.
    pub key: String,
    /// The words people choose.
    pub text: Words,
    /// Whether it is offered to whom it is solved for, or to whom it is not.
    pub solved: bool,
    /// What an unsolved one leads to.
    pub follow: Follow,
    /// Whether the handler is asked to look again.
    pub alert: bool,
}

/// One line of the checklist (质检项目).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckItem {
    /// Its key, stable.
    pub key: String,
    /// What is looked at.
    pub name: Words,
    /// Most points it can give.
    pub points: u32,
    /// Failing it fails everything.
    pub fatal: bool,
}

/// Quality inspection (质检设置), `quality.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualityRules {
    /// So many of a thousand are drawn.
    pub permille: u32,
    /// At least so many of each operator and each unit, as far as there are.
    pub least: u32,
    /// From so many points of a hundred on it is passed.
    pub pass: u32,
    /// Days in which the one concerned may appeal.
    pub appeal_days: u32,
    /// The checklist, in order.
    pub items: Vec<CheckItem>,
    /// The law behind it, when there is one.
    pub law: Option<Words>,
}

/// All of it (话务台规则).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskRules {
    /// 接听
    pub calls: CallRules,
    /// 满意度选项, in order.
    pub survey: Vec<SurveyAnswer>,
    /// 质检
    pub quality: QualityRules,
}

impl DeskRules {
    /// The answer with this key.
    #[must_use]
    pub fn answer(&self, key: &str) -> Option<&SurveyAnswer> {
        self.survey.iter().find(|answer| answer.key == key)
    }
}
