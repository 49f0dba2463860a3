//! 窗口: what waits, and one screen on which an application is taken down: the card, the situation, the papers, the numbers, the
//! sum that the person signs. Everything typed comes back whatever is wrong.

use askama::Template;
use duban_app::{
    ApplicationRow,
    hall::{self, Card, Filled, Submission},
};
use duban_domain::{
    Lang, Refusal,
    ledger::Fen,
    policy::Action,
    service::{
        Asked, FieldKind, HallRefusal, Judged, Service,
        application::{Stage, Sum},
        judge, number_check,
    },
};

use super::{answers, sentence};
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, html_again, see_other};

#[derive(Template)]
#[template(path = "hall/desk.html")]
pub(super) struct DeskPage {
    s: Shell,
    today: i64,
    /// Stage, how many, how much.
    stages: Vec<(&'static str, i64, String)>,
    /// Key and name.
    services: Vec<(String, String)>,
    rows: Vec<RowShown>,
    takes: bool,
    pays: bool,
}

/// An application in a list.
pub(super) struct RowShown {
    pub(super) number: String,
    pub(super) service: String,
    pub(super) situation: String,
    pub(super) stage: &'static str,
    pub(super) class: &'static str,
    pub(super) sum: String,
    pub(super) operator: String,
    pub(super) at: When,
}

#[derive(Template)]
#[template(path = "hall/new.html")]
pub(super) struct NewPage {
    s: Shell,
    key: String,
    name: String,
    /// What stands over the field for the card; none where there are no cards.
    card_label: Option<String>,
    asked_card: String,
    card: Option<Card>,
    cards: Vec<Card>,
    asks: Vec<AskShown>,
    judged: Option<JudgedShown>,
    wrong: String,
    wrong_field: String,
}

struct AskShown {
    key: String,
    ask: String,
    /// Key, name, chosen.
    choices: Vec<(String, String, bool)>,
    /// Whether the register answers it.
    fixed: bool,
}

struct JudgedShown {
    name: String,
    lead: String,
    accepted: bool,
    steps: Vec<String>,
    /// Key, name, note, ticked.
    papers: Vec<(String, String, String, bool)>,
    fields: Vec<FieldShown>,
    /// None where no money moves.
    sum: Option<SumShown>,
}

struct FieldShown {
    key: String,
    name: String,
    required: bool,
    value: String,
    numeric: bool,
    warning: String,
}

/// A sum with its parts, as the person signs it.
pub(super) struct SumShown {
    pub(super) deposit: Fen,
    pub(super) balance: Fen,
    pub(super) fee: Fen,
    pub(super) why: String,
    pub(super) payable: Fen,
    pub(super) capitals: String,
}

impl SumShown {
    pub(super) fn of(sum: Sum, why: String) -> Self {
        let payable = sum.payable();
        let (deposit, balance, fee) = (sum.deposit, sum.balance, sum.fee);
        Self { deposit, balance, fee, why, payable, capitals: payable.capitals() }
    }
}

/// `GET /desk/hall`
pub(crate) async fn page(desk: Desk) -> PageResult {
    let found = desk.run(hall::desk).await?;
    Ok(html(&DeskPage::new(&desk, &found)))
}

impl DeskPage {
    fn new(desk: &Desk, found: &hall::Desk) -> Self {
        let s = desk.shell();
        let services = &desk.site.app.city.services;
        let stage = |(stage, n, fen): &(Stage, i64, Fen)| (stage.word(s.lang), *n, fen.to_string());
        Self {
            today: found.today,
            stages: found.stages.iter().map(stage).collect(),
            services: services.iter().map(|one| (one.key.clone(), one.name.get(s.lang).to_owned())).collect(),
            rows: found.waiting.iter().map(|row| shown(desk, &s, row)).collect(),
            takes: desk.who.can(Action::Hall),
            pays: desk.who.can(Action::HallPay),
            s,
        }
    }
}

pub(super) fn shown(desk: &Desk, s: &Shell, row: &ApplicationRow) -> RowShown {
    let service = desk.site.app.city.service(&row.service);
    let situation = service.and_then(|service| service.situation(&row.situation));
    RowShown {
        number: row.number.clone(),
        service: service.map_or_else(|| row.service.clone(), |one| one.name.get(s.lang).to_owned()),
        situation: situation.map_or_else(|| row.situation.clone(), |one| one.name.get(s.lang).to_owned()),
        stage: row.stage.word(s.lang),
        class: class(row.stage),
        sum: if row.card.is_some() { row.sum.payable().to_string() } else { String::new() },
        operator: row.operator.1.clone(),
        at: s.when(&row.changed_at),
    }
}

/// How a stage is marked; the word always stands beside it.
pub(super) fn class(stage: Stage) -> &'static str {
    match stage {
        Stage::Review | Stage::Payable => "tag tag-go",
        Stage::Returned | Stage::Failed => "tag tag-warn",
        Stage::AtBank => "tag tag-info",
        Stage::Paid | Stage::Done => "tag tag-ok",
        Stage::Withdrawn => "tag",
    }
}

/// `GET /desk/hall/new?service=…`
pub(crate) async fn begin(desk: Desk) -> PageResult {
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    Ok(html(&NewPage::new(&desk, &asked, (String::new(), None)).await?))
}

/// `POST /desk/hall/new`: looks again with what was typed, or takes it down.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    if fields.get("do") != "submit" {
        return Ok(html(&NewPage::new(&desk, &fields, (String::new(), None)).await?));
    }
    let sent = submission(service(&desk, &fields)?, &fields);
    match desk.run(move |ctx| hall::submit(ctx, &sent)).await {
        Ok(number) => Ok(see_other(&format!("/desk/hall/applications/{number}"))),
        Err(error) => {
            let wrong = sentence(desk.visit.lang, error)?;
            Ok(html_again(&NewPage::new(&desk, &fields, wrong).await?))
        }
    }
}

fn service<'a>(desk: &'a Desk, fields: &Fields) -> Result<&'a Service, WebError> {
    let service = desk.site.app.city.service(fields.get("service"));
    Ok(service.ok_or(HallRefusal::UnknownService).map_err(Refusal::from)?)
}

fn submission(service: &Service, fields: &Fields) -> Submission {
    Submission {
        service: service.key.clone(),
        card: fields.get("number").to_owned(),
        answers: answers(service, fields, "q-"),
        papers: fields.all("paper").map(str::to_owned).collect(),
        fields: filled(service, fields),
        shown: Fen(fields.get("shown").parse().unwrap_or(-1)),
        signed: fields.get("signed") == "1",
    }
}

/// What was typed into the fields of a service.
pub(super) fn filled(service: &Service, fields: &Fields) -> Filled {
    let typed = |key: &str| fields.get(&format!("f-{key}")).to_owned();
    service.fields.iter().map(|field| (field.key.clone(), typed(&field.key))).collect()
}

impl NewPage {
    async fn new(desk: &Desk, fields: &Fields, wrong: (String, Option<String>)) -> Result<Self, WebError> {
        let service = service(desk, fields)?;
        let asked_card = fields.get("number").to_owned();
        let (mut wrong, mut wrong_field) = (wrong.0, wrong.1.unwrap_or_default());
        let mut cards = Vec::new();
        if service.card.is_some() && !asked_card.is_empty() {
            let (key, asked) = (service.key.clone(), asked_card.clone());
            cards = desk.run(move |ctx| hall::find(ctx, &key, &asked)).await?;
            if cards.is_empty() && wrong.is_empty() {
                (wrong, wrong_field) = (HallRefusal::NoCard.sentence(desk.visit.lang), "number".to_owned());
            }
        }
        let card = if cards.len() == 1 { cards.pop() } else { None };
        let s = desk.shell();
        let mut given = answers(service, fields, "q-");
        given.extend(card.iter().flat_map(|card| card.answers.clone()));
        let verdict = judge(service, &given);
        let judged = verdict.judged.as_ref();
        let judged = judged.filter(|_| card.is_some() || service.card.is_none());
        Ok(Self {
            key: service.key.clone(),
            name: service.name.get(s.lang).to_owned(),
            card_label: service.card.as_ref().map(|words| words.get(s.lang).to_owned()),
            asks: verdict.asked.iter().map(|asked| ask(s.lang, asked, card.as_ref())).collect(),
            judged: judged.map(|judged| told(&s, judged, card.as_ref(), fields)),
            asked_card,
            card,
            cards,
            wrong,
            wrong_field,
            s,
        })
    }
}

fn ask(lang: Lang, asked: &Asked<'_>, card: Option<&Card>) -> AskShown {
    let choice = |one: &duban_domain::service::Choice| {
        (one.key.clone(), one.name.get(lang).to_owned(), asked.answer == Some(one.key.as_str()))
    };
    AskShown {
        key: asked.ask.key.clone(),
        ask: asked.ask.ask.get(lang).to_owned(),
        choices: asked.ask.choices.iter().map(choice).collect(),
        fixed: card.is_some_and(|card| card.answers.contains_key(&asked.ask.key)),
    }
}

fn told(s: &Shell, judged: &Judged<'_>, card: Option<&Card>, fields: &Fields) -> JudgedShown {
    let text = |words: &duban_domain::lang::Words| words.get(s.lang).to_owned();
    let ticked: Vec<&str> = fields.all("paper").collect();
    let field = |field: &&duban_domain::service::Field| {
        let value = fields.get(&format!("f-{}", field.key)).to_owned();
        let warning = number_check::check(field.kind, &value).ok().filter(|_| !value.is_empty());
        FieldShown {
            key: field.key.clone(),
            name: text(&field.name),
            required: field.required,
            numeric: matches!(field.kind, FieldKind::BankCard | FieldKind::Phone),
            warning: warning
                .and_then(|checked| checked.warning)
                .map(|words| text(&words))
                .unwrap_or_default(),
            value,
        }
    };
    let fee = Fen(judged.amounts.iter().map(|amount| amount.fen.0).sum());
    let why = judged.amounts.iter().map(|amount| text(&amount.why)).collect::<Vec<_>>().join(s.t("；", "; "));
    JudgedShown {
        name: text(&judged.situation.name),
        lead: text(&judged.situation.lead),
        accepted: judged.situation.accepted,
        steps: judged.situation.steps.iter().map(text).collect(),
        papers: judged
            .papers
            .iter()
            .map(|p| {
                let note = p.note.as_ref().map(text).unwrap_or_default();
                (p.key.clone(), text(&p.name), note, ticked.contains(&p.key.as_str()))
            })
            .collect(),
        fields: judged.fields.iter().map(field).collect(),
        sum: card.map(|card| SumShown::of(Sum::of(card.deposit, card.balance, fee), why)),
    }
}
