//! What happens around a case while it is handled, as it is recorded.

use serde::{Deserialize, Serialize};

use crate::{
    StaffId,
    deadline::{Deadline, Span},
};

/// One of the steps around a case (办理步骤).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "move", rename_all = "kebab-case")]
pub enum Move {
    /// 申请退单: the unit says that it is not its matter.
    ReturnAsked {
        /// The reason of the pack's list.
        ground: String,
        /// In words.
        words: String,
        /// Whether the clock stands still until it is decided.
        stops: bool,
    },
    /// 同意退单: the case goes back to the centre, to be dispatched anew.
    ReturnUpheld {
        /// Why.
        words: String,
        /// The finish deadline now: later by the time of the review when the clock stood still.
        finish: Deadline,
    },
    /// 驳回退单: the unit keeps it.
    ReturnRejected {
        /// Why.
        words: String,
        /// The finish deadline now.
        finish: Deadline,
    },
    /// 指定承办: the centre has decided, and the unit cannot return it.
    Designated {
        /// The unit.
        unit: String,
    },
    /// 加协办
    Joined {
        /// The unit that helps from now on.
        unit: String,
        /// What its part is.
        words: String,
    },
    /// 撤协办
    Left {
        /// The unit that no longer helps.
        unit: String,
        /// Why.
        words: String,
    },
    /// 指派经办人
    Assigned {
        /// Who does it in person; none: the unit as a whole again.
        to: Option<StaffId>,
        /// Their name, as colleagues see it.
        name: String,
        /// Who had it before, by name.
        before: String,
        /// What they should know.
        words: String,
    },
    /// 申请延期
    ExtensionAsked {
        /// How much more.
        span: Span,
        /// Why.
        words: String,
    },
    /// 同意延期
    ExtensionGranted {
        /// The finish deadline now.
        finish: Deadline,
        /// What the person reads.
        words: String,
    },
    /// 不同意延期
    ExtensionRefused {
        /// Why.
        words: String,
    },
}

impl Move {
    /// The short stable name that tables and live events carry.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::ReturnAsked { .. } => "return-asked",
            Self::ReturnUpheld { .. } => "return-upheld",
            Self::ReturnRejected { .. } => "return-rejected",
            Self::Designated { .. } => "designated",
            Self::Joined { .. } => "assist-joined",
            Self::Left { .. } => "assist-left",
            Self::Assigned { .. } => "assigned",
            Self::ExtensionAsked { .. } => "extension-asked",
            Self::ExtensionGranted { .. } => "extension-granted",
            Self::ExtensionRefused { .. } => "extension-refused",
        }
    }
}
