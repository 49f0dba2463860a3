//! One application: what was taken down (numbers masked), what happened, and what can be done now.

use askama::Template;
use axum::extract::Path;
use duban_app::{
    PaymentRow,
    hall::{self, Look, Mending},
};
use duban_domain::{
    policy::Action,
    service::{FieldKind, Service, application::Stage, bank::BankReason},
};

use super::{
    chosen,
    clerk::{SumShown, class, filled},
    sentence,
};
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, html_again, see_other};

#[derive(Template)]
#[template(path = "hall/one.html")]
pub(super) struct OnePage {
    s: Shell,
    number: String,
    version: i64,
    service: String,
    situation: String,
    stage: &'static str,
    class: &'static str,
    /// Question and answer.
    answers: Vec<(String, String)>,
    /// The papers that were seen.
    papers: Vec<String>,
    /// Name, what is shown, what is odd.
    fields: Vec<(String, String, String)>,
    card: String,
    sum: Option<SumShown>,
    operator: String,
    reviewer: String,
    steps: Vec<StepShown>,
    payments: Vec<PaymentShown>,
    /// Whether this member may agree to it or send it back.
    reviews: bool,
    /// Whether it is the member's own, so somebody else reviews it.
    own: bool,
    /// The fields to mend: key, name, whether it was typed just now and has to be typed again.
    mends: Vec<(String, String, bool)>,
    withdraws: bool,
    /// What is wrong at the bank, in words.
    bounced: String,
    words: String,
    wrong: String,
}

struct StepShown {
    at: When,
    step: &'static str,
    by: String,
    words: String,
}

struct PaymentShown {
    round: i64,
    fen: String,
    state: &'static str,
    reason: String,
    at: Option<When>,
}

/// `GET /desk/hall/applications/{number}`
pub(crate) async fn page(desk: Desk, Path(number): Path<String>) -> PageResult {
    Ok(html(&view(&desk, &number, &Fields::default(), String::new()).await?))
}

/// Agrees, or sends it back.
pub(crate) async fn review(desk: Desk, Path(number): Path<String>, fields: Fields) -> PageResult {
    let (of, agreed, words) = (number.clone(), fields.get("do") == "approve", fields.get("words").to_owned());
    let seen = fields.get("version").parse().unwrap_or_default();
    let done = desk.run(move |ctx| match agreed {
        true => hall::approve(ctx, &of, seen),
        false => hall::send_back(ctx, &of, &words),
    });
    let done = done.await;
    after(&desk, &number, &fields, done).await
}

/// Sends it to review again, with what was wrong made right.
pub(crate) async fn mend(desk: Desk, Path(number): Path<String>, fields: Fields) -> PageResult {
    let of = number.clone();
    let all: Vec<(String, String)> = fields.pairs().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    let typed = |(key, value): &(String, String)| Some((key.strip_prefix("f-")?.to_owned(), value.clone()));
    let mending = Mending {
        fields: all.iter().filter_map(typed).collect(),
        papers: fields.all("paper").map(str::to_owned).collect(),
        signed: fields.get("signed") == "1",
    };
    let done = desk.run(move |ctx| hall::mend(ctx, &of, &mending)).await;
    after(&desk, &number, &fields, done).await
}

/// Ends it on the person's word.
pub(crate) async fn withdraw(desk: Desk, Path(number): Path<String>, fields: Fields) -> PageResult {
    let (of, words) = (number.clone(), fields.get("words").to_owned());
    let done = desk.run(move |ctx| hall::withdraw(ctx, &of, &words)).await;
    after(&desk, &number, &fields, done).await
}

async fn after(desk: &Desk, number: &str, fields: &Fields, done: Result<(), WebError>) -> PageResult {
    match done {
        Ok(()) => Ok(see_other(&format!("/desk/hall/applications/{number}"))),
        Err(error) => {
            let (wrong, _) = sentence(desk.visit.lang, error)?;
            Ok(html_again(&view(desk, number, fields, wrong).await?))
        }
    }
}

async fn view(desk: &Desk, number: &str, typed: &Fields, wrong: String) -> Result<OnePage, WebError> {
    let of = number.to_owned();
    let look = desk.run(move |ctx| hall::look(ctx, &of)).await?;
    let s = desk.shell();
    let row = &look.row;
    let service = desk.site.app.city.service(&row.service);
    let can = |action| desk.who.can(action);
    let mends = matches!(row.stage, Stage::Failed | Stage::Returned) && can(Action::Hall);
    let own = row.operator.0 == desk.who.id;
    let situation = service.and_then(|service| service.situation(&row.situation));
    Ok(OnePage {
        number: row.number.clone(),
        service: service.map_or_else(|| row.service.clone(), |one| one.name.get(s.lang).to_owned()),
        situation: situation.map_or_else(|| row.situation.clone(), |one| one.name.get(s.lang).to_owned()),
        stage: row.stage.word(s.lang),
        class: class(row.stage),
        answers: answers(&s, service, &look),
        papers: papers(&s, service, &row.papers),
        fields: look
            .fields
            .iter()
            .map(|(key, value, odd)| field(&s, service, key, value, odd.as_ref()))
            .collect(),
        card: look.card.as_ref().map(|card| card.number.clone()).unwrap_or_default(),
        sum: row.card.map(|_| SumShown::of(row.sum, String::new())),
        operator: row.operator.1.clone(),
        reviewer: row.reviewer.as_ref().map(|one| one.1.clone()).unwrap_or_default(),
        steps: look.steps.iter().map(|step| step_shown(&s, step)).collect(),
        payments: look.payments.iter().map(|payment| paid(&s, payment)).collect(),
        version: row.version,
        reviews: row.stage == Stage::Review && can(Action::HallReview) && !own,
        own: row.stage == Stage::Review && can(Action::HallReview) && own,
        mends: if mends { to_mend(&s, service, &look, typed) } else { Vec::new() },
        withdraws: can(Action::Hall)
            && matches!(row.stage, Stage::Review | Stage::Returned | Stage::Payable | Stage::Failed),
        bounced: bounced(&s, row.stage, &look.payments),
        words: typed.get("words").to_owned(),
        wrong,
        s,
    })
}

fn answers(s: &Shell, service: Option<&Service>, look: &Look) -> Vec<(String, String)> {
    let told = |(key, choice): (&String, &String)| {
        service
            .and_then(|service| chosen(service, key, choice, s.lang))
            .unwrap_or((key.clone(), choice.clone()))
    };
    look.answers.iter().map(told).collect()
}

fn papers(s: &Shell, service: Option<&Service>, keys: &str) -> Vec<String> {
    let name = |key: &str| {
        let paper = service.and_then(|service| service.paper(key));
        paper.map_or_else(|| key.to_owned(), |paper| paper.name.get(s.lang).to_owned())
    };
    keys.split_whitespace().map(name).collect()
}

fn field(
    s: &Shell,
    service: Option<&Service>,
    key: &str,
    value: &str,
    odd: Option<&duban_domain::lang::Words>,
) -> (String, String, String) {
    let known = service.and_then(|service| service.fields.iter().find(|field| field.key == key));
    let name = known.map_or_else(|| key.to_owned(), |field| field.name.get(s.lang).to_owned());
    (name, value.to_owned(), odd.map(|words| words.get(s.lang).to_owned()).unwrap_or_default())
}

fn step_shown(s: &Shell, step: &duban_app::StepRow) -> StepShown {
    StepShown {
        at: s.when(&step.at),
        step: step.step.word(s.lang),
        by: step.by.1.clone(),
        words: BankReason::from_key(&step.words)
            .map_or_else(|| step.words.clone(), |why| format!("{} · {}", why.key(), why.word(s.lang))),
    }
}

fn paid(s: &Shell, payment: &PaymentRow) -> PaymentShown {
    let reason = BankReason::from_key(&payment.reason).map(|why| why.word(s.lang).to_owned());
    PaymentShown {
        round: payment.round,
        fen: payment.fen.to_string(),
        state: payment.state.word(s.lang),
        reason: reason.unwrap_or_default(),
        at: payment.answered_at.as_ref().map(|at| s.when(at)),
    }
}

/// The fields that are asked again: those of the account when the bank returned it, else all; what is left empty stays.
fn to_mend(s: &Shell, service: Option<&Service>, look: &Look, typed: &Fields) -> Vec<(String, String, bool)> {
    let Some(service) = service else { return Vec::new() };
    let again = filled(service, typed);
    let of_bank = |kind| matches!(kind, FieldKind::BankCard | FieldKind::BankName);
    let wanted = service.fields.iter().filter(|field| look.row.stage != Stage::Failed || of_bank(field.kind));
    wanted
        .map(|field| {
            let was = again.get(&field.key).is_some_and(|value| !value.is_empty());
            (field.key.clone(), field.name.get(s.lang).to_owned(), was)
        })
        .collect()
}

fn bounced(s: &Shell, stage: Stage, payments: &[PaymentRow]) -> String {
    let last = payments.last().filter(|_| stage == Stage::Failed);
    last.and_then(|payment| BankReason::from_key(&payment.reason))
        .map(|why| why.word(s.lang).to_owned())
        .unwrap_or_default()
}
