//! 经过 of the steps around a case.

use duban_domain::{Lang, case::Move, city::City};

use super::{
    around::reason_name,
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
