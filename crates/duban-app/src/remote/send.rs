//! Handing a case in at another server, once, however often answers are lost.

use duban_domain::{
    CaseId, Refusal, Stamp,
    case::{self, Actor, Case},
    city::Remote,
    person::Person,
    policy::by_system,
    request::{Privacy, Request},
    text,
};
use duban_store::{Job, Link, LinkState, WriteTx};

use super::{
    Next, POLL, enqueue,
    protocol::{Failed, Record, instant},
    server,
};
use crate::{App, case::record, person, wiring::Result};

/// How long after a lost answer nothing is sent again, in milliseconds: a slow server may still be at it.
const DOUBT_MS: i64 = 300_000;
/// How soon a server that has not found it yet, or has no number yet, is asked again, in milliseconds.
const ASK_MS: i64 = 60_000;
/// How far clocks may differ, in milliseconds.
const SKEW_MS: i64 = 86_400_000;
/// Longest description that the specification allows, less the line with our number.
const DESCRIPTION_MAX: usize = 3_900;

/// A case that is on its way, with what is said of it.
struct Parcel {
    case: Case,
    link: Link,
    request: Request,
    person: Option<Person>,
}

pub(super) fn send(app: &App, job: &Job) -> Result<Next> {
    let Some(remote) = app.city.remote(&job.payload) else { return Ok(Next::Done) };
    let Some(parcel) = parcel(app, remote, CaseId(job.subject))? else { return Ok(Next::Done) };
    match parcel.link.state {
        LinkState::Known | LinkState::Untold => Ok(Next::Done),
        LinkState::Token => ask_number(app, remote, &parcel),
        LinkState::InDoubt => look(app, remote, &parcel),
        LinkState::ToSend if parcel.case.unit() != Some(&remote.unit) || !parcel.case.is_open() => {
            Ok(Next::Done)
        }
        LinkState::ToSend => hand_in(app, remote, &parcel),
    }
}

fn parcel(app: &App, remote: &Remote, id: CaseId) -> Result<Option<Parcel>> {
    app.store.read(|tx| {
        let (Some(case), Some(link)) = (tx.case(id)?, tx.link(id, &remote.key)?) else { return Ok(None) };
        let Some(request) = tx.requests_of(id)?.into_iter().next() else { return Ok(None) };
        let may = remote.person && request.privacy == Privacy::Contact;
        let person = if may { person::of(app, tx, &request)? } else { None };
        Ok(Some(Parcel { case, link, request, person }))
    })
}

/// Sends it. That it is being sent is written down before, for the answer may never come.
fn hand_in(app: &App, remote: &Remote, parcel: &Parcel) -> Result<Next> {
    let now = app.now();
    let sending = Link { state: LinkState::InDoubt, sent_at: Some(now), error: None, ..parcel.link.clone() };
    put(app, &sending)?;
    let form = form(app, remote, parcel);
    match server(app, remote).post("requests", form, &format!("duban:{}:{}", app.city.key, sending.reference))
    {
        Ok(records) => arrived(app, &sending, records.first()),
        Err(Failed::Doubt(why)) => {
            put(app, &Link { error: Some(why.clone()), ..sending })?;
            Ok(Next::Failed(why))
        }
        Err(refused @ Failed::Refused(..)) => {
            let why = refused.to_string();
            put(app, &Link { state: LinkState::ToSend, error: Some(why.clone()), ..sending })?;
            Ok(Next::Refused(why))
        }
    }
}

/// Asks whether what was sent has arrived; after a while without a trace it is sent again.
fn look(app: &App, remote: &Remote, parcel: &Parcel) -> Result<Next> {
    let (now, link) = (app.now(), &parcel.link);
    let sent_at = link.sent_at.unwrap_or(now);
    let (from, to) = (instant(sent_at.plus_ms(-SKEW_MS)), instant(now.plus_ms(SKEW_MS)));
    let query = [
        ("service_request_id_ext", link.reference.as_str()),
        ("service_code", remote.service_of(parcel.case.category.as_deref())),
        ("start_date", &from),
        ("end_date", &to),
    ];
    match server(app, remote).get("requests", &query) {
        Ok(records) => {
            let found = records.iter().find(|record| is_ours(record, &link.reference));
            match found {
                Some(record) => arrived(app, link, Some(record)),
                None if now < sent_at.plus_ms(DOUBT_MS) => Ok(Next::At(now.plus_ms(ASK_MS))),
                None => hand_in(app, remote, parcel),
            }
        }
        Err(Failed::Refused(..)) if now >= sent_at.plus_ms(DOUBT_MS) => hand_in(app, remote, parcel),
        Err(failed) => Ok(Next::Failed(failed.to_string())),
    }
}

/// Whether a request over there is the one that was sent: by our reference in its field, or in the text.
fn is_ours(record: &Record, reference: &str) -> bool {
    let field = |name: &str| record.get(name).map_or("", String::as_str);
    field("service_request_id_ext") == reference || field("description").contains(&mark(reference))
}

/// Asks for the number behind a token.
fn ask_number(app: &App, remote: &Remote, parcel: &Parcel) -> Result<Next> {
    let token = parcel.link.token.as_deref().unwrap_or_default();
    match server(app, remote).get(&format!("tokens/{}", plain(token)), &[]) {
        Ok(records) => match records.first().and_then(number_of) {
            Some(_) => arrived(app, &parcel.link, records.first()),
            None => Ok(Next::At(app.now().plus_ms(ASK_MS))),
        },
        // Not ready yet, many servers say with 404.
        Err(failed) => Ok(Next::Failed(failed.to_string())),
    }
}

/// Keeps what the other server said of what arrived.
fn arrived(app: &App, link: &Link, record: Option<&Record>) -> Result<Next> {
    let number = record.and_then(number_of);
    let token = record.and_then(|r| r.get("token")).filter(|t| !t.is_empty()).cloned();
    let state = match (&number, &token) {
        (Some(_), _) => LinkState::Known,
        (None, Some(_)) => LinkState::Token,
        (None, None) => LinkState::Untold,
    };
    let now = app.now();
    let link = Link { state, number: number.clone(), token, error: None, ..link.clone() };
    app.store.write(|tx| {
        tx.put_link(&link)?;
        if state == LinkState::Token {
            return Ok(());
        }
        enqueue(app, tx, POLL, 0, &link.remote, now)?;
        forwarded(app, tx, &link, now)
    })?;
    Ok(if state == LinkState::Token { Next::At(now.plus_ms(ASK_MS)) } else { Next::Done })
}

fn forwarded(app: &App, tx: &mut WriteTx<'_>, link: &Link, now: Stamp) -> Result<()> {
    let case = tx.case_for_update(link.case)?.ok_or(Refusal::NotFound)?;
    let number = link.number.as_deref().unwrap_or_default();
    let happened = case::forward(&by_system(&case), &link.remote, number)?;
    record(app, tx, &case, &Actor::system(), now, happened).map(|_| ())
}

fn put(app: &App, link: &Link) -> Result<()> {
    app.store.write(|tx| Ok(tx.put_link(link)?))
}

fn number_of(record: &Record) -> Option<String> {
    record.get("service_request_id").filter(|number| !number.is_empty() && number.len() <= 200).cloned()
}

/// A token as a part of an address.
fn plain(token: &str) -> String {
    token.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect()
}

/// Our reference as it stands in a text.
fn mark(reference: &str) -> String {
    format!("〔{reference}〕")
}

fn form(app: &App, remote: &Remote, parcel: &Parcel) -> Vec<(String, String)> {
    let Parcel { case, link, request, person } = parcel;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut form = vec![
        pair("service_code", remote.service_of(case.category.as_deref())),
        pair("service_request_id_ext", &link.reference),
        pair("description", &description(app, request, &link.reference)),
    ];
    if let Some(point) = request.place.point {
        form.push(pair("lat", &point.lat().to_string()));
        form.push(pair("long", &point.lng().to_string()));
    }
    let division = request.place.division.as_deref().and_then(|code| app.city.division(code));
    let names = [division.map(|d| d.name.zh.as_str()), Some(request.place.words.as_str())];
    let place: Vec<&str> = names.into_iter().flatten().filter(|name| !name.is_empty()).collect();
    let place = if place.is_empty() { app.city.name.zh.clone() } else { place.join(" ") };
    form.push(pair("address_string", &place));
    if let Some(person) = person {
        form.push(pair("last_name", &person.name));
        form.extend(person.phone.iter().map(|phone| pair("phone", phone.digits())));
    }
    form
}

/// The words, the answers to the category's questions, and our reference, so that it is found again.
fn description(app: &App, request: &Request, reference: &str) -> String {
    let mut words = request.text.clone();
    for detail in &request.details {
        if let Some(question) = app.city.question(&detail.question) {
            let answer = question.words(&detail.values, duban_domain::Lang::Zh);
            words.push_str(&format!("\n{} {answer}", question.ask.zh));
        }
    }
    format!(
        "{}\n{} {} {}",
        text::shorten(&words, DESCRIPTION_MAX),
        app.city.name.zh,
        app.city.hotline,
        mark(reference)
    )
}
