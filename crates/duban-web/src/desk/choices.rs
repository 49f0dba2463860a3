//! What can be chosen on the case page, and what it says after a step was done.

use duban_domain::{
    Lang,
    case::{Outcome, Satisfaction, Way},
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
        "approve" => {
            lang.t("答复通过。接下来回访诉求人。", "The answer is accepted. Next: call the person back.")
        }
        "send-back" => lang.t("退回去了，单位会看到缺什么。", "Sent back; the unit sees what is missing."),
        "callback" => lang.t("记下了诉求人的话。", "The person’s word is recorded."),
        "no-reply" => lang.t("记下了这次没打通。", "The unanswered call is recorded."),
        "classify" => lang.t("分类改了，时限按新的重算。", "Reclassified; the deadline was reckoned again."),
        "note" => lang.t("批注写好了，只有内部看得到。", "The note is kept; only staff see it."),
        "moderate" => {
            lang.t("公开页改好了，诉求人也看得到理由。", "The public page is changed; the person reads why.")
        }
        "withdraw" => lang.t(
            "撤回了。没有别人说这件事的话，工单就办结。",
            "Taken back; with nobody else speaking for it, the case is closed.",
        ),
        "reveal" => lang.t(
            "这次查看连同理由已经记下。离开本页就不再显示。",
            "This look and its reason are recorded. It is not shown again after you leave this page.",
        ),
        _ => "",
    }
}
