//! `retention.toml`: how long cases name somebody, how long they are kept, and how long records are. The file is optional:
//! without it nothing ever goes.

use crate::{
    city::{
        PackFiles,
        fault::{Faults, words},
        form::Form,
    },
    request::Kind,
    retention::{Record, RetentionRules, Term},
};

/// Longer than this nobody can plan.
const MONTHS_MAX: u32 = 1_200;
/// When most people sleep.
const HOUR: u32 = 2;

pub(in crate::city) fn retention(files: &PackFiles, categories: &[&str], faults: &Faults) -> RetentionRules {
    if !files.contains_key(RetentionRules::FILE) {
        return RetentionRules { hour: HOUR, ..RetentionRules::default() };
    }
    let root = crate::city::source::toml(files, RetentionRules::FILE, faults);
    let form = Form::new(&root, faults);
    let hour = form.whole("hour", HOUR, 23);
    let terms = form.rows("term").into_iter().map(|row| term(Form::new(row, faults), categories)).collect();
    let mut records: Vec<(Record, u32)> = Vec::new();
    for row in form.rows("record") {
        let row = Form::new(row, faults);
        if let Some((what, months)) = record(&row) {
            if records.iter().any(|(known, _)| *known == what) {
                let (zh, en) = (format!("{} 写了两次", what.key()), format!("{} is given twice", what.key()));
                row.wrong("what", zh, en, words("删去一条。", "Take one of them out."));
            }
            records.push((what, months));
        }
        row.done();
    }
    form.done();
    RetentionRules { hour, terms, records }
}

fn term(form: Form<'_>, categories: &[&str]) -> Term {
    let months = |field: &str| Some(form.whole(field, 0, MONTHS_MAX)).filter(|months| *months > 0);
    let term = Term {
        name: form.words("name"),
        categories: form.list("categories"),
        kinds: form.members("kinds", Kind::ALL, Kind::key),
        anonymise_months: months("anonymise_months"),
        destroy_months: months("destroy_months"),
        law: form.words_opt("law"),
    };
    for key in term.categories.iter().filter(|key| !categories.contains(&key.as_str())) {
        form.wrong(
            "categories",
            format!("分类 {key} 不存在"),
            format!("There is no category {key}"),
            words("用 categories.csv 里的键。", "Use the keys of categories.csv."),
        );
    }
    if let (Some(anonymise), Some(destroy)) = (term.anonymise_months, term.destroy_months)
        && destroy < anonymise
    {
        form.wrong(
            "destroy_months",
            format!("销毁（{destroy} 个月）早于去身份（{anonymise} 个月）"),
            format!("It is destroyed ({destroy} months) before it is anonymised ({anonymise} months)"),
            words(
                "销毁的月数不能小于去身份的月数；不要其中一项，就不写。",
                "Destroy no earlier than you anonymise; leave one of them out where it is not wanted.",
            ),
        );
    }
    form.done();
    term
}

fn record(form: &Form<'_>) -> Option<(Record, u32)> {
    let what = form.member_required("what", Record::ALL, Record::key);
    let months = form.whole("months", 0, MONTHS_MAX);
    let what = what?;
    let least = what.least_months();
    if months < least {
        form.wrong(
            "months",
            format!("{} 只留 {months} 个月，最少 {least} 个月", what.key()),
            format!("{} kept for {months} months: {least} at least", what.key()),
            words(
                "日志至少留六个月（网络安全法第二十一条）；要一直留着，就不写这一条。",
                "Logs are kept for six months at least (Cybersecurity Law, art. 21); to keep them for ever, leave this out.",
            ),
        );
    }
    Some((what, months))
}
