//! 我是哪一种: everybody finds out before the trip which situation they are in, what to bring and where, by a few questions or
//! the number of their card. One question a screen; the answers stand in the address, a card number never does.

use askama::Template;
use axum::extract::{Path, State};
use duban_app::hall;
use duban_domain::{
    Refusal,
    service::{Answers, HallRefusal, Judged, Paper, Service, Verdict, application::Stage, judge},
};

use super::{answers, chosen, sentence};
use crate::frame::{Fields, PageResult, Shell, Site, Visit, WebError, When, html, html_again, see_other};

#[derive(Template)]
#[template(path = "hall/services.html")]
pub(super) struct ServicesPage {
    s: Shell,
    /// Address, name, sentence, until when.
    rows: Vec<(String, String, String, String)>,
}

#[derive(Template)]
#[template(path = "hall/which.html")]
pub(super) struct WhichPage {
    s: Shell,
    key: String,
    name: String,
    lead: String,
    who: String,
    fee: String,
    term: String,
    last_day: String,
    notices: Vec<String>,
    given: Vec<Given>,
    open: Option<Open>,
    result: Option<Outcome>,
    /// What stands over the field for a card number; none where there are no cards.
    card: Option<String>,
    wrong: String,
}

/// An answer that was given, and where it can be changed.
struct Given {
    key: String,
    choice: String,
    ask: String,
    name: String,
    change: String,
}

/// The question that is open.
struct Open {
    key: String,
    ask: String,
    help: String,
    choices: Vec<(String, String)>,
    /// Which question it is.
    no: usize,
}

/// The situation.
struct Outcome {
    name: String,
    lead: String,
    /// What to get somewhere else first: name, where.
    first: Vec<(String, String)>,
    /// Number, name, note.
    papers: Vec<(String, String, String)>,
    /// Name, yuan, why, how sure.
    amounts: Vec<(String, String, String, &'static str)>,
    refund: bool,
    place: String,
    hours: String,
    online: bool,
    steps: Vec<String>,
}

#[derive(Template)]
#[template(path = "hall/progress.html")]
pub(super) struct ProgressPage {
    s: Shell,
    number: String,
    service: String,
    stage: &'static str,
    next: &'static str,
    open: bool,
    steps: Vec<(When, &'static str)>,
}

/// `GET /services`
pub(crate) async fn list(State(site): State<Site>, visit: Visit) -> PageResult {
    let s = visit.shell(&site);
    let row = |service: &Service| {
        let text = |words: &duban_domain::lang::Words| words.get(s.lang).to_owned();
        (
            format!("/services/{}", service.key),
            text(&service.name),
            text(&service.lead),
            text(&service.last_day),
        )
    };
    let rows = site.app.city.services.iter().map(row).collect();
    Ok(html(&ServicesPage { s, rows }))
}

/// `GET /services/{key}?question=choice…`
pub(crate) async fn page(State(site): State<Site>, visit: Visit, Path(key): Path<String>) -> PageResult {
    let asked = Fields::of_query(visit.uri.query().unwrap_or(""));
    let service = service(&site, &key)?;
    Ok(html(&WhichPage::new(visit.shell(&site), service, &answers(service, &asked, ""), String::new())))
}

/// `POST /services/{key}`: a card number leads to the answers that the register gives.
pub(crate) async fn by_card(
    State(site): State<Site>,
    visit: Visit,
    Path(key): Path<String>,
    fields: Fields,
) -> PageResult {
    if !site.throttle.trusts(visit.from, site.app.now()) {
        return Err(WebError::Slow);
    }
    let (of, number) = (key.clone(), fields.get("card").to_owned());
    match site.run(move |app| hall::kind_of(app, &of, &number)).await {
        Ok(answers) => Ok(see_other(&address(&key, &answers))),
        Err(error) => again(&site, &visit, &key, error),
    }
}

fn again(site: &Site, visit: &Visit, key: &str, error: WebError) -> PageResult {
    let (wrong, _) = sentence(visit.lang, error)?;
    // Whoever tries numbers in a row is slowed down as those are who try telephone numbers.
    site.throttle.was_wrong(visit.from, site.app.now());
    let page = WhichPage::new(visit.shell(site), service(site, key)?, &Answers::new(), wrong);
    Ok(html_again(&page))
}

/// `GET /services/receipt/{number}/{token}`: how far it is, for whoever holds the receipt.
pub(crate) async fn progress(
    State(site): State<Site>,
    visit: Visit,
    Path((number, token)): Path<(String, String)>,
) -> PageResult {
    let (row, steps) = site.run(move |app| hall::shown_to_public(app, &number, &token)).await?;
    let s = visit.shell(&site);
    let name = site.app.city.service(&row.service).map(|service| service.name.get(s.lang).to_owned());
    Ok(html(&ProgressPage {
        service: name.unwrap_or_default(),
        stage: row.stage.word(s.lang),
        next: next(&s, row.stage),
        open: hall::waits(row.stage),
        steps: steps.iter().map(|step| (s.when(&step.at), step.stage.word(s.lang))).collect(),
        number: row.number,
        s,
    }))
}

/// What the person has to do or to expect.
fn next<'a>(s: &Shell, stage: Stage) -> &'a str {
    match stage {
        Stage::Review => s.lang.t("另一个人正在复核，您不用做什么。", "Somebody else looks at it again. You need do nothing."),
        Stage::Returned => s.lang.t("还缺东西，窗口会联系您；也可以直接再来，不用取号。", "Something is missing. The counter gets in touch, or you come again without a number."),
        Stage::Payable => s.lang.t("已经同意，等着送银行。", "Agreed, and waits to go to the bank."),
        Stage::AtBank => s.lang.t("银行在办，一般两个工作日内到账。", "The bank has it; the money is there within two working days as a rule."),
        Stage::Failed => s.lang.t("银行退回来了，钱还在账上，一分不少。窗口会联系您换一张卡。", "The bank returned it. The money is safe in the account. The counter gets in touch about another card."),
        Stage::Paid => s.lang.t("钱已经到您的卡上。", "The money is on your account."),
        Stage::Done => s.lang.t("办好了。", "Done."),
        Stage::Withdrawn => s.lang.t("已经撤销。想再办，哪天来都行。", "Withdrawn. You may come again on any working day."),
    }
}

fn service<'a>(site: &'a Site, key: &str) -> Result<&'a Service, WebError> {
    Ok(site.app.city.service(key).ok_or(HallRefusal::UnknownService).map_err(Refusal::from)?)
}

/// The address of a service with answers.
fn address(key: &str, answers: &Answers) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(answers);
    let query = query.finish();
    if query.is_empty() { format!("/services/{key}") } else { format!("/services/{key}?{query}") }
}

impl WhichPage {
    fn new(s: Shell, service: &Service, given: &Answers, wrong: String) -> Self {
        let text = |words: &duban_domain::lang::Words| words.get(s.lang).to_owned();
        let verdict = judge(service, given);
        let open = verdict.asked.iter().enumerate().find(|(_, asked)| asked.answer.is_none());
        Self {
            key: service.key.clone(),
            name: text(&service.name),
            lead: text(&service.lead),
            who: text(&service.who),
            fee: text(&service.fee),
            term: text(&service.term),
            last_day: text(&service.last_day),
            notices: service.notices.iter().map(text).collect(),
            given: said(&s, service, &verdict),
            open: open.map(|(at, asked)| Open {
                key: asked.ask.key.clone(),
                ask: text(&asked.ask.ask),
                help: asked.ask.help.as_ref().map(text).unwrap_or_default(),
                choices: asked.ask.choices.iter().map(|c| (c.key.clone(), text(&c.name))).collect(),
                no: at + 1,
            }),
            result: verdict.judged.as_ref().map(|judged| outcome(&s, service, judged)),
            card: service.card.as_ref().map(text),
            wrong,
            s,
        }
    }
}

/// The answers so far; changing one asks again from there.
fn said(s: &Shell, service: &Service, verdict: &Verdict<'_>) -> Vec<Given> {
    let (mut given, mut before) = (Vec::new(), Answers::new());
    for asked in &verdict.asked {
        let Some(choice) = asked.answer else { break };
        let Some((ask, name)) = chosen(service, &asked.ask.key, choice, s.lang) else { break };
        let (key, choice) = (asked.ask.key.clone(), choice.to_owned());
        given.push(Given { key, choice, ask, name, change: address(&service.key, &before) });
        before.insert(asked.ask.key.clone(), asked.answer.unwrap_or_default().to_owned());
    }
    given
}

fn outcome(s: &Shell, service: &Service, judged: &Judged<'_>) -> Outcome {
    let text = |words: &duban_domain::lang::Words| words.get(s.lang).to_owned();
    let note = |paper: &Paper| paper.note.as_ref().map(text).unwrap_or_default();
    let (first, rest): (Vec<&Paper>, Vec<&Paper>) =
        judged.papers.iter().copied().partition(|paper| paper.first);
    let all = first.iter().chain(&rest);
    Outcome {
        name: text(&judged.situation.name),
        lead: text(&judged.situation.lead),
        first: first.iter().map(|paper| (text(&paper.name), note(paper))).collect(),
        papers: all.zip(1..).map(|(paper, no)| (ordinal(s, no), text(&paper.name), note(paper))).collect(),
        amounts: judged
            .amounts
            .iter()
            .map(|a| (text(&a.name), a.fen.to_string(), text(&a.why), a.sure.word(s.lang)))
            .collect(),
        refund: service.refunds() && judged.situation.accepted,
        place: judged.counter.map(|counter| text(&counter.name)).unwrap_or_default(),
        hours: judged.counter.map(|counter| text(&counter.hours)).unwrap_or_default(),
        online: judged.counter.is_some_and(|counter| counter.online),
        steps: judged.situation.steps.iter().map(text).collect(),
    }
}

fn ordinal(s: &Shell, no: usize) -> String {
    const NUMBERS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    match (s.lang, NUMBERS.get(no - 1)) {
        (duban_domain::Lang::Zh, Some(word)) => (*word).to_owned(),
        _ => no.to_string(),
    }
}
