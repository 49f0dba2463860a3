//! What can be chosen on the case page, and what it says after a step was done.

use duban_domain::{
    Lang,
    case::{Outcome, Satisfaction, Unreached, Way},
    city::City,
    request::{Kind, Urgency},
};

use super::words::Choice;

fn choice(key: &str, name: &str) -> Choice {
    Choice { key: key.to_owned(), name: name.to_owned() }
}

pub(super) fn outcomes(lang: Lang) -> Vec<Choice> {
    Outcome::ALL
        .iter()
        .filter(|o| **o != Outcome::Unrecorded)
        .map(|o| choice(o.key(), o.word(lang)))
        .collect()
}

pub(super) fn feelings(lang: Lang) -> Vec<Choice> {
    Satisfaction::ALL.iter().map(|f| choice(f.key(), f.word(lang))).collect()
}

/// The survey's answers, those of the contented first.
pub(super) fn survey(city: &City, lang: Lang) -> Vec<(bool, Vec<Choice>)> {
    let of = |solved: bool| {
        let answers = city.desk.survey.iter().filter(move |answer| answer.solved == solved);
        answers.map(|answer| choice(&answer.key, answer.text.get(lang))).collect::<Vec<_>>()
    };
    [true, false]
        .map(|solved| (solved, of(solved)))
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .collect()
}

pub(super) fn unreached(lang: Lang) -> Vec<Choice> {
    Unreached::ALL.iter().map(|u| choice(u.key(), u.word(lang))).collect()
}

pub(super) fn ways(lang: Lang) -> Vec<Choice> {
    Way::ALL.iter().map(|w| choice(w.key(), w.word(lang))).collect()
}

pub(super) fn kinds(lang: Lang) -> Vec<Choice> {
    Kind::ALL.iter().map(|k| choice(k.key(), k.word(lang))).collect()
}

pub(super) fn urgencies(lang: Lang) -> Vec<Choice> {
    Urgency::ALL.iter().map(|u| choice(u.key(), u.word(lang))).collect()
}

/// What a page says after a step that was done.
pub(super) fn done_words(step: &str, lang: Lang) -> &'static str {
    match step {
        "dispatch" => lang.t("派出去了。承办单位已经看得到。", "Dispatched. The unit sees it now."),
        "sign" => lang.t(
            "签收了。接下来：联系诉求人，办理，答复。",
            "Signed. Next: contact the person, do the work, answer.",
        ),
        "contact" => lang.t("记下了这次联系。", "The contact is recorded."),
        "answer" => lang.t("答复送审了。热线中心会审核。", "The answer was sent for review."),
        "publish" => {
            lang.t("答复公开了。接下来回访诉求人。", "The answer is public. Next: call the person back.")
        }
        "approve" => {
            lang.t("答复通过。接下来回访诉求人。", "The answer is accepted. Next: call the person back.")
        }
        "done" => lang.t(
            "答复通过，已经办结。自办事项不用回访。",
            "Accepted, and closed. Nobody has to be called back about own work.",
        ),
        "send-back" => lang.t("退回去了，单位会看到缺什么。", "Sent back; the unit sees what is missing."),
        "callback" => lang.t("记下了诉求人的话。", "The person’s word is recorded."),
        "judge" => lang.t("研判记下了，诉求人看得到。", "The decision is recorded; the person can read it."),
        "no-reply" => lang.t("记下了这次没打通。", "The unanswered call is recorded."),
        "classify" => lang.t("分类改了，时限按新的重算。", "Reclassified; the deadline was reckoned again."),
        "label" => lang.t("标签改了，阶段和时限不变。", "The label is changed; stage and deadlines stay."),
        "note" => lang.t("批注写好了，只有内部看得到。", "The note is kept; only staff see it."),
        "moderate" => {
            lang.t("公开页改好了，诉求人也看得到理由。", "The public page is changed; the person reads why.")
        }
        "part" => lang.t(
            "拆开了：那件单独办理，编号、诉求人都没变。",
            "Taken out: it is dealt with apart, with its number and its person.",
        ),
        "withdraw" => lang.t(
            "撤回了。没有别人说这件事的话，工单就办结。",
            "Taken back; with nobody else speaking for it, the case is closed.",
        ),
        "reveal" => lang.t(
            "这次查看连同理由已经记下。离开本页就不再显示。",
            "This look and its reason are recorded. It is not shown again after you leave this page.",
        ),
        around => around_words(around, lang),
    }
}

/// As [`done_words`], for the steps around a case.
fn around_words(step: &str, lang: Lang) -> &'static str {
    match step {
        "ask-return" => lang.t(
            "交给热线中心裁定了。裁定之前先别答复。",
            "The centre will decide. Do not answer before it does.",
        ),
        "return-upheld" => lang.t("收回来了，请另派单位。", "It is the centre’s again: dispatch it anew."),
        "return-rejected" => lang.t("驳回了，单位会看到为什么。", "Rejected; the unit sees why."),
        "ask-extension" => lang.t("延期交给热线中心裁定了。", "The centre will decide on the extension."),
        "extension-granted" => lang.t(
            "同意延期，时限已经顺延，诉求人看得到。",
            "Granted; the deadline moved, and the person sees it.",
        ),
        "extension-refused" => lang.t("没有同意延期，单位会看到为什么。", "Refused; the unit sees why."),
        "entered" => lang.t("登记好了，已经在清单里。", "Entered; it is in the list now."),
        "assign" => {
            lang.t("经办人改好了，两边的清单都跟着变。", "The handler is changed; both lists follow.")
        }
        "join" => lang.t("协办单位加上了，它现在看得到。", "The unit was added and sees the case now."),
        "leave" => lang.t("协办单位撤下了。", "The unit was taken off."),
        "task" => lang.t("子任务派出去了，那个单位现在看得到。", "The task is given; the unit sees it now."),
        "task-link" => lang.t(
            "链接只显示这一次，请现在复制给对方。",
            "The link is shown this once: copy it now and send it.",
        ),
        "task-reported" => lang.t("子任务的情况报上去了。", "What came of the task is recorded."),
        "task-off" => lang.t("子任务撤销了。", "The task is called off."),
        "link-off" => lang.t("链接收回了，打不开了。", "The link was taken back and opens nothing."),
        "asked" => lang.t("问题写在诉求人的查询页上了。", "The question stands on the person’s page."),
        "cause" => lang.t("原因记下了。", "The cause is recorded."),
        "checked" => lang.t("清单记下了。", "The checklist is recorded."),
        "attached" => lang.t("附件加上了，只有内部看得到。", "The files were added; only staff see them."),
        "shared" => lang.t("诉求人现在看得到这个文件。", "The person sees this file now."),
        "unshared" => lang.t("诉求人不再看得到这个文件。", "The person no longer sees this file."),
        "corrected" => lang.t("联系方式更正了，以后用新的。", "Corrected; the new one is used from now on."),
        "restarted" => lang.t("重启了，开始新的一轮。", "Open again: a new round begins."),
        _ => "",
    }
}
