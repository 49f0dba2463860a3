//! What is done on a case page. Each step parses its form, calls its use case, and goes back to the
//! page; a step that did not happen shows the page again with everything that was typed.

use axum::{extract::Path, http::StatusCode};
use duban_app::{
    AppError, Ctx,
    case::{
        On,
        answer::{self, Answering},
        callback::{self, Call},
        classify, contact, dispatch, label, note, review, sign,
    },
};
use duban_domain::{
    Lang, Number, Refusal,
    case::{Case, Classification, Judgement, Outcome, Satisfaction, Unreached, Verdict, Way},
    city::Settings,
    request::{Kind, Urgency},
};

use super::{
    case::{Revealed, Trouble, again, preview, revealed},
    words,
};
use crate::frame::{Desk, Fields, PageResult, WebError, error::logged, kept, see_other};

/// Fields in which one chooses and does not write.
const CHOICES: [&str; 13] = [
    "unit", "outcome", "solved", "kind", "urgency", "ground", "to", "task", "due", "media", "request",
    "cause", "item",
];

/// 派单
pub(crate) async fn dispatch(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "dispatch", fields, "dispatch", |ctx, on, fields| {
        dispatch::dispatch(ctx, on, &order(fields)?)
    })
    .await
}

/// 签收
pub(crate) async fn sign(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "sign", fields, "sign", |ctx, on, _| sign::sign(ctx, on)).await
}

/// 记联系
pub(crate) async fn contact(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "contact", fields, "contact", |ctx, on, fields| {
        contact::contact(ctx, on, Way::from_key(fields.get("way")).unwrap_or(Way::Phone), fields.get("note"))
    })
    .await
}

/// 答复, or a look at what its reader will see.
pub(crate) async fn answer(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    if fields.get("do") == "preview" {
        return preview(&desk, words::number(&on)?, fields).await;
    }
    let done = if desk.site.app.city.settings.review_required { "answer" } else { "publish" };
    step(&desk, &on, "answer", fields, done, |ctx, on, fields| {
        answer::answer(ctx, on, &answering(&ctx.city().settings, fields)?)
    })
    .await
}

/// 审核
pub(crate) async fn review(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    let sends_back = fields.get("do") == "send-back";
    let (done, verdict) = if sends_back {
        ("send-back", Verdict::SendBack(fields.get("reason").to_owned()))
    } else {
        ("approve", Verdict::Approve)
    };
    step(&desk, &on, "review", fields, done, move |ctx, on, _| review::review(ctx, on, &verdict)).await
}

/// 回访
pub(crate) async fn callback(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    let done = if fields.get("do") == "no-reply" { "no-reply" } else { "callback" };
    step(&desk, &on, "callback", fields, done, |ctx, on, fields| callback::call(ctx, on, &call(fields)?))
        .await
}

/// 研判
pub(crate) async fn judge(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "judge", fields, "judge", |ctx, on, fields| {
        let redo = match fields.get("do") {
            "redo" => true,
            "keep" => false,
            _ => return Err(Refusal::NeedsText("reason").into()),
        };
        review::judge(ctx, on, &Judgement { redo, reason: fields.get("reason").to_owned() })
    })
    .await
}

/// 改分类
pub(crate) async fn classify(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "classify", fields, "classify", |ctx, on, fields| {
        classify::classify(ctx, on, &classification(fields)?)
    })
    .await
}

/// 贴标签
pub(crate) async fn label(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "label", fields, "label", |ctx, on, fields| label::label(ctx, on, fields.opt("label")))
        .await
}

/// 批注
pub(crate) async fn note(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "note", fields, "note", |ctx, on, fields| note::note(ctx, on, fields.get("text"))).await
}

/// 看诉求人: shown once, on the page that answers the form.
pub(crate) async fn reveal(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    let number = words::number(&on)?;
    let request = words::number(fields.get("request"))?;
    let (on, of, reason) = (seen(&number, &fields), request.clone(), fields.get("reason").to_owned());
    match desk.run(move |ctx| note::reveal(ctx, &on, &of, &reason)).await {
        Ok(person) => revealed(&desk, number, Revealed { request, person }).await,
        Err(error) => failed(&desk, number, "reveal", fields, error).await,
    }
}

/// One step, from the form to the page after it.
pub(super) async fn step(
    desk: &Desk,
    on: &str,
    name: &'static str,
    fields: Fields,
    done: &'static str,
    work: impl FnOnce(&Ctx, &On, &Fields) -> Result<Case, AppError> + Send + 'static,
) -> PageResult {
    let number = words::number(on)?;
    if fields.opt(kept::RESUMED).is_some() {
        return resumed(desk, number, name, fields).await;
    }
    let (seen, sent) = (seen(&number, &fields), fields.clone());
    match desk.run(move |ctx| work(&ctx.by_form(sent.once()), &seen, &sent)).await {
        Ok(case) => {
            // Own work has nobody to call back: accepted, it is closed.
            let ended = !case.is_open() && matches!(done, "approve" | "publish");
            let done = if ended { "done" } else { done };
            Ok(see_other(&format!("/desk/cases/{}?done={done}", case.number)))
        }
        Err(error) => failed(desk, number, name, fields, error).await,
    }
}

/// The form again with what was written before the member had to sign in. Nothing is recorded yet.
async fn resumed(desk: &Desk, number: Number, step: &'static str, typed: Fields) -> PageResult {
    let sentence = kept_words(desk.visit.lang).to_owned();
    again(desk, number, Trouble { step, typed, sentence, field: None, status: StatusCode::OK, stale: false })
        .await
}

/// What a form says that has come back after signing in.
pub(super) fn kept_words(lang: Lang) -> &'static str {
    lang.t(
        "刚才登录过期了，还没有记下。您写的都在下面，看一遍再交；照片和文件要重选。",
        "Your session had ended, and nothing is recorded yet. What you wrote is below: read it and send it; choose photos and files again.",
    )
}

/// The page again, unless nobody may see it or the server itself failed.
pub(super) async fn failed(
    desk: &Desk,
    number: Number,
    step: &'static str,
    typed: Fields,
    error: WebError,
) -> PageResult {
    let (note, lang) = (error.note(), desk.visit.lang);
    let sentence = match &error {
        WebError::App(AppError::Refused(Refusal::NeedsText(field))) if CHOICES.contains(field) => {
            lang.t("请选一项。", "Choose one.")
        }
        _ => note.sentence(lang),
    };
    let field = match &error {
        WebError::App(AppError::Refused(Refusal::NotFound | Refusal::MayNot(_))) => return Err(error),
        WebError::App(AppError::Refused(refusal)) => refusal.field(),
        WebError::App(AppError::Upload(_)) => Some(if step == "answer" { "proof" } else { "media" }),
        WebError::App(AppError::Store(_)) => None,
        _ => return Err(error),
    };
    let mut sentence = sentence.to_owned();
    if note.status.is_server_error() {
        let reference = logged(&note, desk.visit.uri.path(), &desk.site);
        sentence.push_str(&format!("{}{reference}", lang.t(" 编号 ", " Reference ")));
    }
    let stale = matches!(error, WebError::App(AppError::Refused(Refusal::Stale)));
    let trouble = Trouble { step, sentence, status: note.status, typed, field, stale };
    again(desk, number, trouble).await
}

pub(super) fn seen(number: &Number, fields: &Fields) -> On {
    On { number: number.clone(), seen: fields.get("seen").parse().ok() }
}

fn order(fields: &Fields) -> Result<dispatch::Order, AppError> {
    let unit = fields.opt("unit").ok_or(Refusal::NeedsText("unit"))?;
    let mut assisting: Vec<String> =
        fields.all("assisting").filter(|key| *key != unit).map(str::to_owned).collect();
    assisting.dedup();
    Ok(dispatch::Order {
        unit: unit.to_owned(),
        assisting,
        reason: fields.get("reason").to_owned(),
        designated: fields.opt("designated").is_some(),
    })
}

fn answering(settings: &Settings, fields: &Fields) -> Result<Answering, AppError> {
    Ok(Answering {
        outcome: Outcome::from_key(fields.get("outcome"))
            .filter(|o| *o != Outcome::Unrecorded)
            .ok_or(Refusal::NeedsText("outcome"))?,
        public: fields.get("public").to_owned(),
        internal: fields.get("internal").to_owned(),
        proof: fields.media("proof", settings)?,
        proof_words: fields.get("proof_words").to_owned(),
        no_contact: fields.get("no_contact").to_owned(),
    })
}

fn call(fields: &Fields) -> Result<Call, AppError> {
    if fields.get("do") == "no-reply" {
        return Ok(Call::NoReply(Unreached::from_key(fields.get("how")).unwrap_or(Unreached::NoAnswer)));
    }
    let solved = match fields.get("solved") {
        "yes" => true,
        "no" => false,
        _ => return Err(Refusal::NeedsText("solved").into()),
    };
    Ok(Call::Reached {
        request: fields.get("request").parse().ok(),
        solved,
        satisfaction: Satisfaction::from_key(fields.get("satisfaction")),
        words: fields.get("words").to_owned(),
        answers: fields.all("answer").map(str::to_owned).collect(),
    })
}

fn classification(fields: &Fields) -> Result<Classification, AppError> {
    Ok(Classification {
        category: fields.opt("category").map(str::to_owned),
        kind: Kind::from_key(fields.get("kind")).ok_or(Refusal::NeedsText("kind"))?,
        urgency: Urgency::from_key(fields.get("urgency")).ok_or(Refusal::NeedsText("urgency"))?,
        reason: fields.get("reason").to_owned(),
    })
}
