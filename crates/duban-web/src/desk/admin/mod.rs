//! 管理: the pages of the three administrators. Settings are for one, accounts and roles for another, and
//! the record of changes for the third.

pub(crate) mod accounts;
pub(crate) mod bundle;
pub(crate) mod changes;
pub(crate) mod file;
mod form;
pub(crate) mod hours;
pub(crate) mod index;
pub(crate) mod learning;
pub(crate) mod moves;
pub(crate) mod password;
pub(crate) mod registers;
pub(crate) mod replace;
pub(crate) mod service_keys;
pub(crate) mod sign_ins;
pub(crate) mod table;
pub(crate) mod webhooks;

use duban_domain::{
    Lang,
    city::{Fault, Severity, edit::Difference},
};

/// A fault of the pack as a page shows it.
pub(super) struct FaultShown {
    pub(super) must: bool,
    pub(super) place: String,
    pub(super) what: String,
    pub(super) mend: String,
}

/// Faults in the page's language, those that must be mended first.
pub(super) fn shown(faults: &[Fault], lang: Lang) -> Vec<FaultShown> {
    let one = |fault: &Fault| FaultShown {
        must: fault.severity == Severity::Error,
        place: fault.line.map_or_else(|| fault.file.clone(), |line| format!("{}:{line}", fault.file)),
        what: fault.what.get(lang).to_owned(),
        mend: fault.mend.get(lang).to_owned(),
    };
    let mut all: Vec<FaultShown> = faults.iter().map(one).collect();
    all.sort_by_key(|fault| !fault.must);
    all
}

/// A difference as a page shows it.
pub(super) struct DifferenceShown {
    pub(super) file: String,
    pub(super) what: String,
    pub(super) how: &'static str,
    pub(super) lines: Vec<LineShown>,
}

/// A line that is only before, or only after.
pub(super) struct LineShown {
    pub(super) new: bool,
    pub(super) text: String,
}

/// Differences in the page's language; of an entry only the fields that differ.
pub(super) fn differing(all: &[Difference], lang: Lang) -> Vec<DifferenceShown> {
    let one = |it: &Difference| {
        let how = match (it.before.is_empty(), it.after.is_empty()) {
            (true, false) => lang.t("新增", "new"),
            (false, true) => lang.t("去掉", "gone"),
            _ => lang.t("改了", "changed"),
        };
        let of = |text: &str, other: &str, new: bool| -> Vec<LineShown> {
            let differs = |line: &&str| !other.lines().any(|o| o == *line);
            text.lines().filter(differs).map(|line| LineShown { new, text: line.to_owned() }).collect()
        };
        let mut lines = of(&it.before, &it.after, false);
        lines.extend(of(&it.after, &it.before, true));
        let table = it.table.map(|table| format!("{} ", table.word(lang))).unwrap_or_default();
        DifferenceShown { file: it.file.clone(), what: format!("{table}{}", it.id), how, lines }
    };
    all.iter().map(one).collect()
}
