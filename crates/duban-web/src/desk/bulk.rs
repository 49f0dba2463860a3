//! 批量: one step for several cases, each by its own verb with its own permit, one after the other.
//! The page after it says for each case what happened, or why it was skipped.

use askama::Template;
use axum::response::Response;
use duban_app::{
    AppError, Ctx,
    case::{On, classify, dispatch, note, show, sign},
};
use duban_domain::{Lang, Number, Refusal, case::Classification, request::Urgency};

use super::words::{cases, unit_name};
use crate::frame::{Desk, Fields, PageResult, Shell, html};

/// Cases of one batch at most.
const CASES_MAX: usize = 200;

#[derive(Template)]
#[template(path = "desk/batch.html")]
pub(super) struct BatchPage {
    pub(super) s: Shell,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) changed: Vec<One>,
    pub(super) skipped: Vec<One>,
    pub(super) back: String,
}

/// One case of a batch, and why nothing happened to it.
pub(super) struct One {
    pub(super) number: String,
    pub(super) grouped: String,
    pub(super) why: String,
}

/// What is done to each.
#[derive(Clone, Debug)]
enum Step {
    Sign,
    Note(String),
    Urgency(Urgency, String),
    Dispatch(String, String),
}

impl Step {
    fn of(fields: &Fields) -> Option<Self> {
        let text = |name: &str| fields.get(name).to_owned();
        match fields.get("do") {
            "sign" => Some(Self::Sign),
            "note" => Some(Self::Note(text("note"))),
            "urgency" => {
                Urgency::from_key(fields.get("urgency")).map(|u| Self::Urgency(u, text("urgency_reason")))
            }
            "dispatch" => fields.opt("unit").map(|unit| Self::Dispatch(unit.to_owned(), text("unit_reason"))),
            _ => None,
        }
    }

    /// Does it to one case, as if somebody had done it on its page.
    fn run(&self, ctx: &Ctx, number: &Number) -> Result<(), AppError> {
        let on = On { number: number.clone(), seen: None };
        match self {
            Self::Sign => sign::sign(ctx, &on).map(|_| ()),
            Self::Note(text) => note::note(ctx, &on, text).map(|_| ()),
            Self::Urgency(urgency, reason) => {
                let case = show::case(ctx, number)?;
                let to = Classification {
                    category: case.category,
                    kind: case.kind,
                    urgency: *urgency,
                    reason: reason.clone(),
                };
                classify::classify(ctx, &On { seen: Some(case.version), ..on }, &to).map(|_| ())
            }
            Self::Dispatch(unit, reason) => {
                let order = dispatch::Order {
                    unit: unit.clone(),
                    assisting: Vec::new(),
                    reason: reason.clone(),
                    designated: false,
                };
                dispatch::dispatch(ctx, &on, &order).map(|_| ())
            }
        }
    }

    fn title(&self, desk: &Desk) -> String {
        let lang = desk.visit.lang;
        match self {
            Self::Sign => lang.t("批量签收", "Signing several").to_owned(),
            Self::Note(_) => lang.t("批量批注", "A note on several").to_owned(),
            Self::Urgency(urgency, _) => {
                format!("{} {}", lang.t("批量改为", "Several to"), urgency.word(lang))
            }
            Self::Dispatch(unit, _) => {
                format!("{} {}", lang.t("批量派给", "Several to"), unit_name(&desk.site.app.city, unit, lang))
            }
        }
    }

    fn done(&self, lang: Lang) -> &'static str {
        match self {
            Self::Sign => lang.t("签收了", "Signed"),
            Self::Note(_) => lang.t("写上批注的", "Noted on"),
            Self::Urgency(..) => lang.t("改了紧急程度的", "Changed"),
            Self::Dispatch(..) => lang.t("派出了", "Dispatched"),
        }
    }
}

/// Does one step to several cases and says for each what came of it.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    let back = super::login::local(fields.get("back")).to_owned();
    let Some(step) = Step::of(&fields) else { return Ok(nothing(&desk, back)) };
    let numbers: Vec<Number> = fields.all("case").filter_map(|n| n.parse().ok()).take(CASES_MAX).collect();
    let (asked, form) = (step.clone(), fields.once());
    let done = desk.run(move |ctx| each(&ctx.by_form(form), &asked, numbers)).await?;
    Ok(view(&desk, &step, done, back))
}

fn each(ctx: &Ctx, step: &Step, numbers: Vec<Number>) -> Result<Vec<(Number, Option<Refusal>)>, AppError> {
    let one = |number: Number| match step.run(ctx, &number) {
        Ok(()) => Ok((number, None)),
        Err(AppError::Refused(refusal)) => Ok((number, Some(refusal))),
        // Somebody changed that case in this very moment: it is skipped, and said.
        Err(error) if error.is_conflict() => Ok((number, Some(Refusal::Stale))),
        Err(error) => Err(error),
    };
    numbers.into_iter().map(one).collect()
}

fn nothing(desk: &Desk, back: String) -> Response {
    let s = desk.shell();
    let summary = s.t(
        "没有选做什么，什么也没有改。请先勾选工单，再点要做的事；派单和改紧急程度还要选一项。",
        "No step was chosen, so nothing changed. Tick cases, then press a step; dispatching and urgency need a choice.",
    );
    html(&BatchPage {
        title: s.t("批量", "Several cases").to_owned(),
        summary: summary.to_owned(),
        changed: Vec::new(),
        skipped: Vec::new(),
        back,
        s,
    })
}

fn view(desk: &Desk, step: &Step, done: Vec<(Number, Option<Refusal>)>, back: String) -> Response {
    let s = desk.shell();
    let one = |(number, why): (Number, Option<Refusal>)| One {
        grouped: number.grouped(),
        number: number.to_string(),
        why: why.map(|r| r.sentence(s.lang)).unwrap_or_default(),
    };
    let (skipped, changed): (Vec<_>, Vec<_>) = done.into_iter().partition(|(_, why)| why.is_some());
    let (changed, skipped): (Vec<_>, Vec<_>) =
        (changed.into_iter().map(one).collect(), skipped.into_iter().map(one).collect());
    let n = |list: &[One]| cases(i64::try_from(list.len()).unwrap_or(0), s.lang);
    let summary = match (changed.is_empty(), skipped.is_empty()) {
        (true, true) => s
            .t(
                "一件也没有选，什么也没有改。请在列表里勾选工单。",
                "None was ticked, so nothing changed. Tick cases in the list.",
            )
            .to_owned(),
        _ => format!(
            "{} {}{}{} {}{}",
            step.done(s.lang),
            n(&changed),
            s.t("；", "; "),
            s.t("跳过", "skipped"),
            n(&skipped),
            s.t("。", ".")
        ),
    };
    html(&BatchPage { title: step.title(desk), summary, changed, skipped, back, s })
}
