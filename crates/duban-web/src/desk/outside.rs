//! Other systems on the case page: which of them has the case, and what passed between us.

use duban_app::{Link, LinkState, case::show::Shown};
use duban_domain::{Lang, case::What, city::City};

use super::present::{self, Owner};
use crate::frame::Shell;

/// Who has a case: its units, and the systems that it was forwarded to.
pub(super) fn owners(city: &City, shown: &Shown, s: &Shell) -> Vec<Owner> {
    let owner = |link: &Link| {
        let state = match (link.state, link.status.as_deref()) {
            (LinkState::ToSend, _) => s.t("还没有送到", "not there yet"),
            (LinkState::InDoubt, _) => s.t("正在确认送到没有", "finding out whether it arrived"),
            (LinkState::Token, _) => s.t("已收下，等对方编号", "taken, waiting for a number"),
            (LinkState::Untold, _) => s.t("已收下，对方不给编号", "taken, without a number"),
            (LinkState::Known, Some("closed")) => s.t("对方已办结", "closed there"),
            (LinkState::Known, _) => s.t("对方办理中", "in hand there"),
        };
        let number = link.number.as_deref().unwrap_or_default();
        let mut words = format!("{} {number} · {state}", name(city, &link.remote, s.lang));
        if let Some(at) = &link.asked_at {
            words.push_str(&format!(" · {} {}", s.t("问过", "asked"), s.when(at).short));
        }
        if let Some(error) = &link.error {
            words.push_str(&format!(" · {}{error}", s.t("没有成：", "failed: ")));
        }
        Owner { role: s.t("外部", "Elsewhere").to_owned(), name: words, phone: String::new() }
    };
    present::owners(city, shown, s.lang).into_iter().chain(shown.links.iter().map(owner)).collect()
}

/// The name of another system; one that the pack no longer has shows its key.
fn name(city: &City, key: &str, lang: Lang) -> String {
    city.remote(key).map_or_else(|| key.to_owned(), |remote| remote.name.get(lang).to_owned())
}

/// What passed between us and another system: its words, its text, and whether it counts as a landmark.
pub(super) fn said(city: &City, lang: Lang, what: &What) -> (&'static str, String, String) {
    match what {
        What::Reported { state, text, links, counted, .. } => {
            let late = if *counted { "" } else { lang.t("（只作记录）", " (kept only)") };
            let head = format!("{} · {}{late}", lang.t("外部进展", "Report"), state.word(lang));
            let lines: Vec<&str> =
                [text.as_str()].into_iter().chain(links.iter().map(String::as_str)).collect();
            ("", head, lines.join("\n").trim().to_owned())
        }
        What::Forwarded { to, number } => {
            let head = format!("{} → {}", lang.t("转外部系统", "Forwarded"), name(city, to, lang));
            ("tl-key", head, number.clone())
        }
        other => ("", other.key().to_owned(), String::new()),
    }
}
