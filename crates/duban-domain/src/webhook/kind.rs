//! The kinds of events that a webhook can choose from, by the names that the live feed of the API gives them.

use crate::request::closed_set;

closed_set! {
    /// A kind of event (推送事件).
    WebhookKind {
        /// 受理
        Opened = 1, "opened", "受理", "Taken in";
        /// 转报警急救
        HandedOver = 2, "handed-over", "转报警、急救", "Handed over to an emergency number";
        /// 派单
        Dispatched = 3, "dispatched", "派单", "Dispatched";
        /// 签收
        Signed = 4, "signed", "签收", "Signed for";
        /// 联系
        Contacted = 5, "contacted", "联系诉求人", "Person contacted";
        /// 答复
        Answered = 6, "answered", "答复", "Answered";
        /// 审核通过
        Approved = 7, "approved", "审核通过", "Answer approved";
        /// 审核退回
        SentBack = 8, "sent-back", "审核退回", "Answer sent back";
        /// 回访未接通
        NoReply = 9, "no-reply", "回访未接通", "Callback without reply";
        /// 回访、评价
        Heard = 10, "heard", "回访、评价", "Person heard";
        /// 评价选项
        Surveyed = 11, "surveyed", "评价选项", "Survey answered";
        /// 研判
        Judged = 12, "judged", "研判", "Judged";
        /// 重新办理
        Reopened = 13, "reopened", "重新办理", "Done again";
        /// 办结
        Closed = 14, "closed", "办结", "Closed";
        /// 改分类
        Classified = 15, "classified", "改分类", "Classified";
        /// 逾期
        Missed = 16, "missed", "逾期", "Deadline missed";
        /// 贴标签
        Labelled = 17, "labelled", "贴标签", "Labelled";
        /// 批注
        Noted = 18, "noted", "批注", "Noted";
        /// 诉求人补充
        Supplemented = 19, "supplemented", "诉求人补充", "Person added something";
        /// 外部进展
        Reported = 20, "reported", "外部进展", "Report of another system";
        /// 转外部系统
        Forwarded = 21, "forwarded", "转外部系统", "Forwarded to another system";
        /// 查看诉求人
        Revealed = 22, "revealed", "查看诉求人", "Person looked at";
        /// 并入
        Joined = 23, "joined", "并入", "Another person joined";
        /// 拆开并单
        Parted = 27, "parted", "拆开并单", "A person's request taken out again";
        /// 撤回
        Withdrawn = 24, "withdrawn", "撤回", "Taken back";
        /// 公开意愿
        Shared = 25, "shared", "公开意愿", "What may be public";
        /// 公开审核
        Moderated = 26, "moderated", "公开审核", "Read before publishing";
        /// 申请退单
        ReturnAsked = 40, "return-asked", "申请退单", "Return asked for";
        /// 同意退单
        ReturnUpheld = 41, "return-upheld", "同意退单", "Return granted";
        /// 不同意退单
        ReturnRejected = 42, "return-rejected", "不同意退单", "Return refused";
        /// 指定承办
        Designated = 43, "designated", "指定承办", "Unit designated";
        /// 加协办
        AssistJoined = 44, "assist-joined", "加协办", "Assisting unit added";
        /// 减协办
        AssistLeft = 45, "assist-left", "减协办", "Assisting unit left";
        /// 指派经办人
        Assigned = 46, "assigned", "指派经办人", "Given to somebody in person";
        /// 申请延期
        ExtensionAsked = 47, "extension-asked", "申请延期", "Extension asked for";
        /// 同意延期
        ExtensionGranted = 48, "extension-granted", "同意延期", "Extension granted";
        /// 不同意延期
        ExtensionRefused = 49, "extension-refused", "不同意延期", "Extension refused";
        /// 派子任务
        TaskGiven = 50, "task-given", "派子任务", "Task given";
        /// 子任务报结果
        TaskReported = 51, "task-reported", "子任务报结果", "Task reported on";
        /// 取消子任务
        TaskDropped = 52, "task-dropped", "取消子任务", "Task dropped";
        /// 给了任务链接
        LinkMade = 53, "link-made", "给了任务链接", "Link of a task made";
        /// 收回任务链接
        LinkRevoked = 54, "link-revoked", "收回任务链接", "Link of a task ended";
        /// 记原因
        CauseSet = 55, "cause-set", "记原因", "Cause recorded";
        /// 请诉求人补充
        Asked = 56, "asked", "请诉求人补充", "Person asked for more";
        /// 更正联系方式
        Corrected = 57, "corrected", "更正联系方式", "Contact corrected";
        /// 加附件
        Attached = 58, "attached", "加附件", "File attached";
        /// 给诉求人看附件
        FileShown = 59, "file-shown", "给诉求人看附件", "File shown to the person";
        /// 不再给看附件
        FileHidden = 60, "file-hidden", "不再给看附件", "File hidden again";
        /// 整体移交单位
        TakenOver = 61, "taken-over", "整体移交单位", "Taken over by another unit";
        /// 整体改分类
        Recategorised = 62, "recategorised", "整体改分类", "Category replaced";
        /// 勾清单
        Ticked = 63, "ticked", "勾清单", "Checklist ticked";
        /// 取消勾选
        Unticked = 64, "unticked", "取消勾选", "Checklist unticked";
        /// 重启
        Restarted = 65, "restarted", "重启", "Restarted";
        /// 确认联系方式
        ContactConfirmed = 66, "contact-confirmed", "确认联系方式", "Contact confirmed";
    }
}
