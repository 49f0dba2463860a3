//! What can be done at all: the closed set that roles are made of.

use crate::request::closed_set;

closed_set! {
    /// Something a member of staff can be allowed to do (权限动作).
    Action {
        /// 登记诉求: take down a request.
        Register = 1, "register", "登记诉求", "Take down a request";
        /// 自行登记: enter work that nobody asked for.
        Enter = 42, "enter", "登记自办事项", "Enter own work";
        /// 查看工单: see cases within reach.
        View = 2, "view", "查看工单", "See cases";
        /// 派单: decide which unit takes a case.
        Dispatch = 3, "dispatch", "派单", "Dispatch";
        /// 签收: accept a case for one's unit.
        Sign = 4, "sign", "签收", "Sign for a case";
        /// 记联系: record that the caller was contacted.
        Contact = 5, "contact", "记录联系", "Record a contact";
        /// 答复: answer with an outcome and a proof.
        Answer = 6, "answer", "答复", "Answer";
        /// 审核: accept a unit's answer or send it back.
        Review = 7, "review", "审核答复", "Review an answer";
        /// 回访: ask the person whether it is solved.
        Callback = 8, "callback", "回访", "Call back";
        /// 分类: change category, kind or urgency.
        Classify = 9, "classify", "改分类", "Reclassify";
        /// 批注: leave a note in the case.
        Note = 10, "note", "写批注", "Leave a note";
        /// 看诉求人: reveal name and telephone, with a recorded reason.
        Reveal = 11, "reveal", "看诉求人", "Reveal the person";
        /// 看数据: see the figures.
        Figures = 12, "figures", "看数据", "See the figures";
        /// 贴标签: put one of the city's own labels on a case.
        Label = 16, "label", "贴标签", "Label";
        /// 质检: inspect calls and closed cases.
        Inspect = 17, "inspect", "质检", "Inspect quality";
        /// 管理: users and settings.
        Administer = 13, "administer", "管理", "Administer";
        /// 管账号: accounts and roles.
        Accounts = 50, "accounts", "管账号和角色", "Keep accounts and roles";
        /// 查变更: read who changed what in the city's settings, accounts and roles.
        Audit = 51, "audit", "查变更记录", "Read the record of changes";
        /// 删除个人信息: decide on erasures, look after terms of keeping and what is held back from them.
        Erase = 52, "erase", "删除个人信息", "Erase people’s data";
        /// 导出: take a list of cases out as a file; each time is recorded.
        Export = 14, "export", "导出", "Export lists";
        /// 管常用语: look after the prepared texts of one's unit.
        Texts = 40, "texts", "管常用语", "Look after prepared texts";
        /// 管知识库: look after what can be answered at once.
        Knowledge = 53, "knowledge", "管知识库", "Look after the knowledge base";
        /// 管公开: show, hide or reword what the public page says.
        Moderate = 15, "moderate", "管公开页", "Moderate the public page";
        /// 申请退单: say that a case is not one's matter.
        Return = 30, "return", "申请退单", "Ask to return a case";
        /// 申请延期: ask for more time.
        Extend = 31, "extend", "申请延期", "Ask for an extension";
        /// 裁定: decide on returns and extensions, and designate a unit.
        Decide = 32, "decide", "裁定退单和延期", "Decide on returns and extensions";
        /// 指派经办人: give a case to a person of the unit.
        Assign = 33, "assign", "指派经办人", "Give a case to a person";
        /// 派子任务: give a point of a case to another unit, or to somebody outside.
        Task = 34, "task", "派子任务", "Give tasks";
        /// 办子任务: report what came of a task.
        Work = 35, "work", "办子任务", "Do tasks";
        /// 请诉求人补充
        Ask = 36, "ask", "请诉求人补充", "Ask the person for more";
        /// 重启: open a closed case again, or leave it closed.
        Reopen = 37, "reopen", "重启工单", "Open a closed case again";
        /// 更正联系方式: a number that was taken down wrongly.
        Correct = 38, "correct", "更正联系方式", "Correct how a person is reached";
        /// 窗口经办: take applications down at a counter of the hall.
        Hall = 60, "hall", "窗口经办", "Serve at a counter";
        /// 窗口复核: agree to what a colleague took down.
        HallReview = 61, "hall-review", "窗口复核", "Review applications";
        /// 出纳: pay, and close the day.
        HallPay = 62, "hall-pay", "付款和日结", "Pay and close the day";
    }
}
