//! How a public matter reads: what, where, its state, how many people. No words of anybody unless
//! they were let through.

use duban_app::{PublicRow, resident::public::Held};
use duban_domain::{Lang, Stamp, case::Phase, city::City, deadline};

use crate::{
    frame::Shell,
    resident::{place_name, plain_late},
};

/// A matter in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) number: String,
    pub(crate) icon: String,
    pub(crate) what: String,
    /// The public title; empty when no words are shown.
    pub(crate) title: String,
    pub(crate) place: String,
    /// The class of the state.
    pub(crate) mark: &'static str,
    pub(crate) state: String,
    pub(crate) more: String,
    /// `3 人遇到`; empty for one.
    pub(crate) voices: String,
    pub(crate) own: bool,
}

/// One of this browser's own.
pub(crate) struct Own {
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) state: &'static str,
}

/// A matter as lists show it.
pub(crate) fn row(s: &Shell, city: &City, row: &PublicRow, own: &[Held]) -> Row {
    let (mark, state, more) = state(s, city, row);
    Row {
        number: row.number.digits().to_owned(),
        icon: row.category.as_deref().map_or("other", |key| city.public_icon(key)).to_owned(),
        what: what(s, city, row),
        title: row.title.clone(),
        place: row.division.as_deref().map(|code| place_name(city, code, s.lang)).unwrap_or_default(),
        mark,
        state,
        more,
        voices: voices(row.voices, s.lang),
        own: own.iter().any(|held| held.public.as_ref() == Some(&row.number)),
    }
}

/// The matters that this browser opened.
pub(crate) fn own(s: &Shell, held: &[Held]) -> Vec<Own> {
    let one = |held: &Held| Own {
        number: held.number.digits().to_owned(),
        title: held.title.clone(),
        state: if held.done { s.t("办完了", "Done") } else { s.t("正在办", "Being dealt with") },
    };
    held.iter().map(one).collect()
}

/// The kind of matter in words that everybody knows.
pub(super) fn what(s: &Shell, city: &City, row: &PublicRow) -> String {
    let name = row.category.as_deref().map(|key| city.public_name(key, s.lang));
    name.unwrap_or(s.t("还在看是哪一类事", "Being looked at")).to_owned()
}

fn voices(n: i64, lang: Lang) -> String {
    match (n, lang) {
        (..=1, _) => String::new(),
        (n, Lang::Zh) => format!("{n} 人遇到"),
        (n, Lang::En) => format!("{n} people met it"),
    }
}

/// How far it is: a class, the words, and what stands behind them.
pub(super) fn state(s: &Shell, city: &City, row: &PublicRow) -> (&'static str, String, String) {
    let day = |at: Stamp| s.when(&at).day;
    let said = |zh: &str, en: &str| s.t(zh, en).to_owned();
    if let Some(at) = row.closed_at {
        return match row.answered_at {
            Some(_) => ("st-done", said("办完了", "Done"), day(at)),
            None => ("st-done", said("撤回了", "Taken back"), day(at)),
        };
    }
    if row.answered_at.is_some() {
        return ("", said("说是办完了，正在核实", "Said to be done; being checked"), String::new());
    }
    let left = deadline::left(city, row.finish_due, s.now, s.lang).words;
    if row.finish_due < s.now {
        return ("st-late", plain_late(&left), String::new());
    }
    match row.phase {
        Phase::Received => ("", said("正在找谁来办", "Finding who deals with it"), day(row.opened_at)),
        Phase::Dispatched | Phase::InHand | Phase::InReview | Phase::Callback | Phase::Closed => {
            ("", said("正在办", "Being dealt with"), left)
        }
    }
}
