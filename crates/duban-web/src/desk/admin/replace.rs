//! 撤并单位, 归并和移动分类: chosen, looked at, then done in one step.

use askama::Template;
use duban_app::administration::{
    pack::Saved,
    replace::{self, Plan, Wanted},
};
use duban_domain::city::edit::Replacing;

use super::{
    DifferenceShown, FaultShown, differing,
    moves::{CountShown, called, choices, kind_of, sentence},
    shown,
};
use crate::{
    desk::words::{Choice, Choices},
    frame::{Desk, Fields, PageResult, Shell, WebError, html, html_again, see_other},
};

#[derive(Template)]
#[template(path = "admin/replace.html")]
pub(super) struct ReplacePage {
    s: Shell,
    kind: &'static str,
    from: String,
    from_name: String,
    /// `by` or `below`.
    how: String,
    to: String,
    below: String,
    choices: Vec<Choices>,
    parents: Vec<Choice>,
    words: String,
    wrong: String,
    plan: Option<PlanShown>,
}

struct PlanShown {
    version: i64,
    differences: Vec<DifferenceShown>,
    faults: Vec<FaultShown>,
    errors: bool,
    pairs: Vec<(String, String, CountShown)>,
    total: i64,
}

/// Where one chooses.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    Ok(html(&view(&desk, &asked)?))
}

/// Shows what it comes to, or does it.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    if fields.get("do") != "go" {
        return looked(&desk, &fields, String::new()).await;
    }
    let (kind, wanted) = (kind_of(&fields)?, wanted(&fields));
    let [from, words] = ["from", "words"].map(|name| fields.get(name).to_owned());
    let version: i64 = fields.get("version").parse().unwrap_or(0);
    let done = desk.run(move |ctx| replace::go(ctx, kind, &from, &wanted, version, &words)).await;
    match done {
        Ok(Saved::Done(..)) => Ok(see_other("/desk/moves?saved=1")),
        Ok(Saved::Faulty(_)) => looked(&desk, &fields, String::new()).await,
        Err(error) => {
            let wrong = sentence(&desk, error)?;
            looked(&desk, &fields, wrong).await
        }
    }
}

async fn looked(desk: &Desk, fields: &Fields, mut wrong: String) -> PageResult {
    let (kind, wanted, from) = (kind_of(fields)?, wanted(fields), fields.get("from").to_owned());
    let plan = desk.run(move |ctx| replace::plan(ctx, kind, &from, &wanted)).await;
    let plan = match plan {
        Ok(plan) => Some(planned(desk, kind, plan)),
        Err(error) => {
            wrong = sentence(desk, error)?;
            None
        }
    };
    let bad = !wrong.is_empty() || plan.as_ref().is_some_and(|plan| plan.errors);
    let page = ReplacePage { wrong, plan, ..view(desk, fields)? };
    Ok(if bad { html_again(&page) } else { html(&page) })
}

fn planned(desk: &Desk, kind: Replacing, plan: Plan) -> PlanShown {
    let (city, lang) = (&desk.site.app.city, desk.visit.lang);
    let faults = shown(&plan.faults, lang);
    let name = |key: &str| match city.category(key) {
        // A key that is only being made has no name yet.
        None if kind == Replacing::Category => key.to_owned(),
        _ => called(city, kind, key, lang),
    };
    PlanShown {
        version: plan.version,
        differences: differing(&plan.differences, lang),
        errors: faults.iter().any(|fault| fault.must),
        faults,
        total: plan.pairs.iter().map(|(_, _, count)| count.total()).sum(),
        pairs: plan
            .pairs
            .into_iter()
            .map(|(a, b, n)| (name(&a), name(&b), CountShown::of(n, lang)))
            .collect(),
    }
}

fn wanted(fields: &Fields) -> Wanted {
    match fields.get("how") {
        "below" => Wanted::Below(fields.get("below").to_owned()),
        _ => Wanted::By(fields.get("to").to_owned()),
    }
}

fn view(desk: &Desk, asked: &Fields) -> Result<ReplacePage, WebError> {
    let (s, city, kind) = (desk.shell(), &desk.site.app.city, kind_of(asked)?);
    let from = asked.get("from").to_owned();
    Ok(ReplacePage {
        kind: kind.key(),
        from_name: called(city, kind, &from, s.lang),
        how: asked.opt("how").unwrap_or("by").to_owned(),
        to: asked.get("to").to_owned(),
        below: asked.get("below").to_owned(),
        choices: choices(city, kind, s.lang),
        parents: if kind == Replacing::Category { super::form::above(city, s.lang) } else { Vec::new() },
        words: asked.get("words").to_owned(),
        wrong: String::new(),
        plan: None,
        from,
        s,
    })
}
