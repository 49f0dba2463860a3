//! What happens around a case while it is handled, as it is recorded.

use serde::{Deserialize, Serialize};

use crate::{
    MediaId, RequestId, StaffId, Stamp,
    confirmation::Means,
    deadline::{Deadline, Span},
    lang::Words,
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
    /// 派子任务
    TaskGiven {
        /// Its number within the case.
        task: u16,
        /// The unit; none for somebody outside.
        unit: Option<String>,
        /// Who it is, when it is somebody outside.
        party: String,
        /// What to do.
        words: String,
        /// By when.
        due: Stamp,
        /// Whether the case waits for it.
        required: bool,
    },
    /// 报子任务
    TaskReported {
        /// Which.
        task: u16,
        /// Done, or it cannot be done.
        done: bool,
        /// What came of it.
        words: String,
        /// Photos and documents.
        media: Vec<MediaId>,
    },
    /// 撤子任务
    TaskDropped {
        /// Which.
        task: u16,
        /// Why.
        words: String,
    },
    /// 发链接: somebody outside gets a link to one task; an older one ends.
    LinkMade {
        /// Which task.
        task: u16,
        /// Until when it opens.
        until: Stamp,
    },
    /// 收回链接
    LinkRevoked {
        /// Which task.
        task: u16,
    },
    /// 记原因
    CauseSet {
        /// A key of the pack's list; none: no longer known.
        cause: Option<String>,
    },
    /// 请诉求人补充
    Asked {
        /// Whose request.
        request: RequestId,
        /// The question, as the person reads it.
        words: String,
    },
    /// 更正联系方式
    Corrected {
        /// Whose request.
        request: RequestId,
        /// Why.
        words: String,
    },
    /// 确认联系方式: the person typed the code that went there.
    Confirmed {
        /// Whose request.
        request: RequestId,
        /// The telephone or the mail address; which one it is stands apart.
        means: Means,
    },
    /// 加附件
    Attached {
        /// The files.
        media: Vec<MediaId>,
        /// What they show.
        words: String,
    },
    /// 给诉求人看
    Shared {
        /// The file.
        media: MediaId,
    },
    /// 不再给诉求人看
    Unshared {
        /// The file.
        media: MediaId,
    },
    /// 勾清单: an item of a checklist is done.
    Ticked {
        /// The list and the item.
        item: String,
        /// The words it had.
        name: Words,
    },
    /// 取消勾选: it is not done after all.
    Unticked {
        /// The list and the item.
        item: String,
        /// The words it had.
        name: Words,
    },
    /// 整体移交: a unit was closed, and another has what it had.
    TakenOver {
        /// The unit that was closed.
        from: String,
        /// The unit that has it now.
        to: String,
        /// Who ordered it, by name.
        by: String,
        /// Why.
        words: String,
        /// By when the new unit must sign, where the old one had not.
        sign: Option<Deadline>,
        /// Whether whoever has it in person is of the new unit and keeps it.
        keeps: bool,
    },
    /// 分类调整: another category stands for the one that the case had.
    Recategorised {
        /// The category that was.
        from: String,
        /// The category that is.
        to: String,
        /// Who ordered it, by name.
        by: String,
        /// Why.
        words: String,
    },
    /// 重启: why a closed case is opened again.
    Restarted {
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
            Self::TaskGiven { .. } => "task-given",
            Self::TaskReported { .. } => "task-reported",
            Self::TaskDropped { .. } => "task-dropped",
            Self::LinkMade { .. } => "link-made",
            Self::LinkRevoked { .. } => "link-revoked",
            Self::CauseSet { .. } => "cause-set",
            Self::Asked { .. } => "asked",
            Self::Corrected { .. } => "corrected",
            Self::Confirmed { .. } => "contact-confirmed",
            Self::Attached { .. } => "attached",
            Self::Shared { .. } => "file-shown",
            Self::Unshared { .. } => "file-hidden",
            Self::TakenOver { .. } => "taken-over",
            Self::Recategorised { .. } => "recategorised",
            Self::Ticked { .. } => "ticked",
            Self::Unticked { .. } => "unticked",
            Self::Restarted { .. } => "restarted",
        }
    }
}
