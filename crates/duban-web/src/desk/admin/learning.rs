//! 分流建议: the models that were learned from closed cases, how well each does, what became of their suggestions, and
//! going back to an earlier one. Labels and numbers only; nothing that anybody said.

use askama::Template;
use duban_app::triage::{self, Standing, Taken, Version};
use duban_domain::{
    Lang, Refusal,
    city::City,
    triage::{Aim, Report},
};

use crate::{
    desk::words::unit_name,
    frame::{Desk, Fields, PageResult, Shell, When, html, see_other},
};

/// Steps of confidence of which the page tells how often the desk would speak, in hundredths.
const STEPS: [usize; 5] = [50, 60, 70, 80, 90];
/// The rows of a table that are shown.
const ROWS: usize = 60;

#[derive(Template)]
#[template(path = "admin/learning.html")]
pub(super) struct LearningPage {
    s: Shell,
    done: bool,
    percent: u32,
    cases_min: u32,
    months: u32,
    hour: u32,
    aims: Vec<AimShown>,
}

struct AimShown {
    key: &'static str,
    name: &'static str,
    versions: Vec<VersionShown>,
    report: Option<ReportShown>,
    in_force: i64,
    /// First, further down, not there, and where it had said nothing.
    chosen: [i64; 4],
    chosen_all: i64,
    corrections: Vec<(String, String, i64)>,
}

struct VersionShown {
    version: i64,
    when: When,
    by: String,
    from: When,
    until: When,
    in_force: bool,
    why: String,
    f1: String,
    cases: usize,
}

/// The report of the model in force.
struct ReportShown {
    cases: usize,
    texts: usize,
    f1: String,
    first: String,
    among_three: String,
    commonest: String,
    ece: String,
    /// From so many hundredths: how many of a hundred texts it speaks of, and of those how many are right.
    steps: Vec<(usize, String, String)>,
    labels: Vec<LabelShown>,
    confusions: Vec<(String, String, usize)>,
    left_out: Vec<(String, usize)>,
}

struct LabelShown {
    name: String,
    cases: usize,
    precision: String,
    recall: String,
    f1: String,
}

/// The page.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let all = desk.run(triage::overview).await?;
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let rule = city.settings.triage;
    let aims = all.iter().map(|one| aim(&s, city, one)).collect();
    let done = desk.visit.uri.query().is_some_and(|query| query.contains("saved"));
    Ok(html(&LearningPage {
        aims,
        done,
        percent: rule.percent,
        cases_min: rule.cases_min,
        months: rule.months,
        hour: rule.hour,
        s,
    }))
}

fn aim(s: &Shell, city: &City, one: &Standing) -> AimShown {
    let name = |key: &str| called(city, one.aim, key, s.lang);
    let now = one.in_force();
    AimShown {
        key: one.aim.key(),
        name: one.aim.word(s.lang),
        versions: one.versions.iter().map(|version| shown(s, version)).collect(),
        report: now.and_then(|version| version.report.as_ref()).map(|report| report_shown(report, &name)),
        in_force: now.map_or(0, |version| version.row.version),
        chosen: one.chosen,
        chosen_all: one.chosen.iter().sum(),
        corrections: one.corrections.iter().map(|(a, b, n)| (name(a), name(b), *n)).collect(),
    }
}

fn shown(s: &Shell, version: &Version) -> VersionShown {
    let Version { row, report, taken } = version;
    VersionShown {
        version: row.version,
        when: s.when(&row.made_at),
        by: if row.made_by.is_empty() {
            s.t("夜间自动", "the night").to_owned()
        } else {
            row.made_by.clone()
        },
        from: s.when(&row.from_at),
        until: s.when(&row.until_at),
        in_force: row.in_force,
        why: taken.map(|taken| why(taken, s.lang)).unwrap_or_default(),
        f1: report.as_ref().map(|report| hundredths(report.macro_f1)).unwrap_or_default(),
        cases: report.as_ref().map_or(0, |report| report.cases),
    }
}

/// Why a model took over, or stayed aside.
fn why(taken: Taken, lang: Lang) -> String {
    match (taken, lang) {
        (Taken::First, _) => lang.t("第一个", "the first").to_owned(),
        (Taken::Anyway, _) => lang.t("有人要求用它", "somebody asked for it").to_owned(),
        (Taken::NoWorse(new, old, of), Lang::Zh) => {
            format!("两版都没学过的 {of} 件里，它对 {new} 件，前一版对 {old} 件")
        }
        (Taken::NoWorse(new, old, of), Lang::En) => {
            format!("right in {new} of {of} cases that neither had learned from, the one before in {old}")
        }
        (Taken::Worse(new, old, of), Lang::Zh) => {
            format!("没有用：两版都没学过的 {of} 件里，它对 {new} 件，在用的对 {old} 件")
        }
        (Taken::Worse(new, old, of), Lang::En) => {
            format!("stayed aside: right in {new} of {of} new cases, the one in force in {old}")
        }
        (Taken::TooFresh(of), Lang::Zh) => format!("没有用：新办结的只有 {of} 件，比不出好坏"),
        (Taken::TooFresh(of), Lang::En) => format!("stayed aside: only {of} new cases, too few to compare"),
    }
}

fn report_shown(report: &Report, name: &dyn Fn(&str) -> String) -> ReportShown {
    let part =
        |part: usize, of: usize| if of == 0 { "—".to_owned() } else { percent(part as f64 / of as f64) };
    let step = |&from: &usize| {
        let (cases, right) = report.from_confidence(from);
        (from, part(cases, report.cases), part(right, cases))
    };
    let mut labels: Vec<_> = report.labels.iter().collect();
    labels.sort_by_key(|one| std::cmp::Reverse(one.cases));
    ReportShown {
        cases: report.cases,
        texts: report.texts,
        f1: hundredths(report.macro_f1),
        first: percent(report.first),
        among_three: percent(report.among_three),
        commonest: percent(report.commonest),
        ece: percent(report.ece),
        steps: STEPS.iter().map(step).collect(),
        labels: labels
            .into_iter()
            .take(ROWS)
            .map(|one| LabelShown {
                name: name(&one.label),
                cases: one.cases,
                precision: hundredths(one.precision),
                recall: hundredths(one.recall),
                f1: hundredths(one.f1),
            })
            .collect(),
        confusions: report.confusions.iter().map(|c| (name(&c.label), name(&c.taken_for), c.cases)).collect(),
        left_out: report.left_out.iter().map(|(label, cases)| (name(label), *cases)).collect(),
    }
}

fn called(city: &City, aim: Aim, key: &str, lang: Lang) -> String {
    match aim {
        Aim::Category => city.category_path(key, lang),
        Aim::Unit => unit_name(city, key, lang),
    }
}

fn hundredths(n: f64) -> String {
    format!("{n:.3}")
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Goes back, or puts a version in force.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    let aim = Aim::from_key(fields.get("aim")).ok_or(Refusal::NotFound)?;
    let version = fields.get("version").parse::<i64>().map_err(|_| Refusal::NotFound)?;
    desk.run(move |ctx| triage::put_in_force(ctx, aim, version)).await?;
    Ok(see_other("/desk/city/learning?saved=1"))
}
