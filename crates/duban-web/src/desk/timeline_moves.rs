//! 经过 of the steps around a case.

use duban_domain::{Lang, case::Move, city::City};

use super::{
    around::reason_name,
    case::cause_name,
    timeline::{Said, due, plain},
    words::unit_name,
};
use crate::frame::Shell;

/// What the history says of a step around the case.
pub(super) fn said(city: &City, s: &Shell, step: &Move) -> Said {
    let lang = s.lang;
    let with = |head: &str, unit: &str| format!("{head} {}", unit_name(city, unit, lang));
    match step {
        Move::ReturnAsked { ground, words, stops } => {
            let clock = if *stops {
                lang.t("裁定期间停计时限", "The clock stands still until it is decided")
            } else {
                lang.t("裁定期间时限照走", "The clock goes on until it is decided")
            };
            let text = format!("{}\n{words}\n{clock}", reason_name(city, ground, lang));
            plain("tl-go", lang.t("申请退单", "Asks to return it"), &text)
        }
        Move::ReturnUpheld { words, .. } => {
            plain("tl-key", lang.t("同意退单，收回待派", "Return upheld: back to the centre"), words)
        }
        Move::ReturnRejected { words, .. } => plain("tl-must", lang.t("驳回退单", "Return rejected"), words),
        Move::Designated { unit } => plain(
            "tl-key",
            &with(lang.t("指定承办", "Designated:"), unit),
            lang.t("不能再退单", "It cannot be returned"),
        ),
        Move::Joined { unit, words } => {
            plain("tl-key", &with(lang.t("加协办", "Assisting unit added:"), unit), words)
        }
        Move::Left { unit, words } => {
            plain("", &with(lang.t("撤协办", "Assisting unit taken off:"), unit), words)
        }
        Move::Assigned { name, before, words, .. } => plain("", &assigned(lang, name, before), words),
        Move::ExtensionAsked { span, words } => {
            let head = format!("{} {}", lang.t("申请延期", "Asks for an extension:"), span.words(lang));
            plain("tl-go", &head, words)
        }
        Move::ExtensionGranted { finish, words } => {
            let text = format!("{words}\n{}", due(s, finish));
            plain("tl-key", lang.t("同意延期", "Extension granted"), &text)
        }
        Move::ExtensionRefused { words } => {
            plain("tl-must", lang.t("不同意延期", "Extension refused"), words)
        }
        other => quiet(city, s, other),
    }
}

/// Tasks, the person, files, and what comes after the end.
fn quiet(city: &City, s: &Shell, step: &Move) -> Said {
    let lang = s.lang;
    let task = |words: &str, no: u16| format!("{words} {no}");
    match step {
        Move::TaskGiven { task: no, unit, party, words, due, .. } => {
            let who = unit.as_deref().map_or_else(|| party.clone(), |key| unit_name(city, key, lang));
            let text = format!("{words}\n{} {}", lang.t("要在此前：", "By"), s.when(due).short);
            plain("tl-key", &format!("{} → {who}", task(lang.t("子任务", "Task"), *no)), &text)
        }
        Move::TaskReported { task: no, done: true, words, .. } => {
            plain("tl-go", &task(lang.t("办完子任务", "Task done:"), *no), words)
        }
        Move::TaskReported { task: no, words, .. } => {
            plain("tl-must", &task(lang.t("办不了子任务", "Task cannot be done:"), *no), words)
        }
        Move::TaskDropped { task: no, words } => {
            plain("", &task(lang.t("撤销子任务", "Task called off:"), *no), words)
        }
        Move::LinkMade { task: no, until } => plain(
            "",
            &task(lang.t("发出外部链接，子任务", "Link made for task"), *no),
            &format!("{} {}", lang.t("有效至", "Until"), s.when(until).short),
        ),
        Move::LinkRevoked { task: no } => {
            plain("", &task(lang.t("收回外部链接，子任务", "Link taken back, task"), *no), "")
        }
        Move::CauseSet { cause } => {
            let name = cause.as_deref().map(|key| cause_name(city, key, lang)).unwrap_or_default();
            plain("", &format!("{}{name}", lang.t("原因：", "Cause: ")), "")
        }
        Move::Asked { words, .. } => plain("tl-key", lang.t("请诉求人补充", "The person was asked"), words),
        Move::Corrected { words, .. } => {
            plain("", lang.t("更正了联系方式", "Contact details corrected"), words)
        }
        Move::Confirmed { means, .. } => {
            let head = lang.t("诉求人用验证码确认了", "The person confirmed by a code: ");
            plain("", &format!("{head}{}", means.word(lang)), "")
        }
        Move::Attached { media, words } => {
            plain("", &format!("{} {}", lang.t("加了附件", "Files added:"), media.len()), words)
        }
        Move::Shared { .. } => plain("", lang.t("给诉求人看一个文件", "A file is shown to the person"), ""),
        Move::Unshared { .. } => plain("", lang.t("不再给诉求人看一个文件", "A file is no longer shown"), ""),
        Move::Restarted { words } => plain("tl-must", lang.t("重启", "Opened again by the centre"), words),
        other => ordered(city, s, other),
    }
}

/// Checklists, and what the city ordered for a whole list of cases.
fn ordered(city: &City, s: &Shell, step: &Move) -> Said {
    let lang = s.lang;
    match step {
        Move::TakenOver { from, to, by, words, sign, .. } => {
            let head = format!(
                "{} {} → {}",
                lang.t("单位撤并，整体移交", "Unit closed, taken over:"),
                unit_name(city, from, lang),
                unit_name(city, to, lang)
            );
            let sign = sign
                .as_ref()
                .map(|sign| format!("\n{} {}", lang.t("签收时限", "Sign by"), s.when(&sign.due).short));
            let sign = sign.unwrap_or_default();
            plain("tl-key", &head, &format!("{words}{sign}\n{}{by}", lang.t("安排：", "Ordered by ")))
        }
        Move::Recategorised { from, to, by, words } => {
            let path = |key: &str| city.category_path(key, lang);
            let head = format!("{} {} → {}", lang.t("分类调整", "Category replaced:"), path(from), path(to));
            plain("", &head, &format!("{words}\n{}{by}", lang.t("安排：", "Ordered by ")))
        }
        Move::Ticked { name, .. } => {
            plain("", &format!("{}{}", lang.t("清单已办：", "Checklist, done: "), name.get(lang)), "")
        }
        Move::Unticked { name, .. } => {
            plain("", &format!("{}{}", lang.t("清单取消：", "Checklist, taken back: "), name.get(lang)), "")
        }
        other => plain("", other.key(), ""),
    }
}

/// Who has it now, and who had it before.
fn assigned(lang: Lang, name: &str, before: &str) -> String {
    match (name, before) {
        ("", before) => {
            format!("{}{before}{}", lang.t("经办人 ", "Handler: "), lang.t(" 交回单位", " back to the unit"))
        }
        (name, "") => format!("{}{name}", lang.t("经办人：", "Handler: ")),
        (name, before) => format!("{}{before} → {name}", lang.t("经办人：", "Handler: ")),
    }
}
