//! Taking an application down, and mending one that came back. Judged by the same rules as a resident's own look at
//! "which one am I": what the register says of a card goes before what was answered.

use duban_domain::{
    Refusal,
    ledger::Fen,
    policy::{allow, verb},
    service::{
        Answers, FieldKind, HallRefusal, Judged, Service,
        application::{Stage, Step, Sum},
        judge,
        number_check::{check, same_name},
    },
};
use duban_store::{ApplicationRow, CardRow, StoreError, WriteTx};

use super::{Filled, cards, claimed, no, noted, opened, sealed, service, step, sum};
use crate::{AppError, Ctx, wiring::Result};

/// Tries for a number that nobody else has taken at the same moment.
const TRIES: i64 = 5;

/// A form that comes again within this time, in milliseconds, is the same.
const SAME_MS: i64 = 5 * 60_000;

/// What a clerk sends (申请).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Submission {
    /// 事项
    pub service: String,
    /// The number of the card, where the service has cards.
    pub card: String,
    /// The answers.
    pub answers: Answers,
    /// The papers that the clerk has seen.
    pub papers: Vec<String>,
    /// What was typed.
    pub fields: Filled,
    /// The sum that the person was shown.
    pub shown: Fen,
    /// Whether the person signed for it.
    pub signed: bool,
}

/// What is sent again of an application that came back (补正).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mending {
    /// What was typed; what is left empty stays as it was.
    pub fields: Filled,
    /// The papers that were seen by now.
    pub papers: Vec<String>,
    /// Whether the person signed again.
    pub signed: bool,
}

/// A submission that everything is right with.
struct Ready {
    answers: Answers,
    situation: String,
    sum: Sum,
    fields: Filled,
}

/// Takes an application down; its number.
pub fn submit(ctx: &Ctx, sent: &Submission) -> Result<String> {
    allow::<verb::Hall>(&ctx.who)?;
    if !ctx.app.city.calendar.works(ctx.now.date(&ctx.app.city.zone)) {
        return Err(no(HallRefusal::NoWorkingDay));
    }
    for more in 0..TRIES {
        match ctx.app.store.write(|tx| put(ctx, tx, sent, more)) {
            Err(AppError::Store(StoreError::Taken { what, .. })) if what.contains("number") => {}
            Err(AppError::Store(StoreError::Taken { .. })) => return Err(no(HallRefusal::CardUsed)),
            done => return done,
        }
    }
    Err(AppError::Broken("finding a number for an application that nobody else has taken"))
}

fn put(ctx: &Ctx, tx: &mut WriteTx<'_>, sent: &Submission, more: i64) -> Result<String> {
    let app = &ctx.app;
    let service = service(app, &sent.service)?;
    let card = match service.refunds() {
        true => Some(cards::row(app, tx, &service.key, &sent.card)?),
        false => None,
    };
    // The same form twice counts once: one that was lost on its way back is answered with what it made.
    if let Some(last) = tx.hall_last_of(ctx.who.id)?
        && last.card == card.as_ref().map(|card| card.id)
        && is_same(ctx, &last, sent)?
    {
        return Ok(last.number);
    }
    if let Some(card) = &card
        && tx.hall_application_of(card.id)?.is_some()
    {
        return Err(no(HallRefusal::CardUsed));
    }
    let ready = ready_with(ctx, service, card.as_ref(), sent)?;
    if service.refunds() && ready.sum.payable() != sent.shown {
        return Err(no(HallRefusal::OtherSum));
    }
    if !sent.signed {
        return Err(no(HallRefusal::Unsigned));
    }
    let row = ApplicationRow {
        id: app.hall_id(),
        number: number(ctx, tx, more)?,
        service: service.key.clone(),
        situation: ready.situation,
        answers: serde_json::to_string(&ready.answers).map_err(|_| AppError::Broken("writing answers"))?,
        papers: sent.papers.join(" "),
        card: card.map(|card| card.id),
        stage: Stage::Review,
        version: 1,
        round: 1,
        sum: ready.sum,
        fields: sealed(app, &ready.fields)?,
        operator: (ctx.who.id, ctx.who.name.clone()),
        reviewer: None,
        signed_at: ctx.now,
        created_at: ctx.now,
        changed_at: ctx.now,
    };
    tx.insert_hall_application(&row)?;
    noted(ctx, tx, &row, Step::Submit, "")?;
    Ok(row.number)
}

/// Whether what is sent is what was taken down a moment ago.
fn is_same(ctx: &Ctx, last: &ApplicationRow, sent: &Submission) -> Result<bool> {
    let fresh = last.service == sent.service && last.created_at.plus_ms(SAME_MS) > ctx.now;
    if !fresh || last.stage != Stage::Review || last.round != 1 {
        return Ok(false);
    }
    let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let typed = |key: &String| squeeze(sent.fields.get(key).map_or("", String::as_str));
    let known = opened(&ctx.app, last)?;
    let same = known.iter().all(|(key, value)| typed(key) == squeeze(value));
    Ok(same && (last.card.is_none() || last.sum.payable() == sent.shown))
}

/// `H20260105-0001`: the day and the how-manieth of the day.
fn number(ctx: &Ctx, tx: &mut WriteTx<'_>, more: i64) -> Result<String> {
    let date = ctx.now.date(&ctx.app.city.zone);
    let day = format!("H{:04}{:02}{:02}-", date.year(), date.month(), date.day());
    let count = tx.hall_numbers(&day, &format!("{day}~"))?;
    Ok(format!("{day}{:04}", count + 1 + more))
}

fn ready_with(ctx: &Ctx, service: &Service, card: Option<&CardRow>, sent: &Submission) -> Result<Ready> {
    let mut answers = sent.answers.clone();
    if let Some(card) = card {
        let registered = super::answers_of(&card.answers)?;
        let other = |(key, value): (&String, &String)| answers.get(key).is_some_and(|said| said != value);
        if registered.iter().any(other) {
            return Err(no(HallRefusal::NotAsRegistered));
        }
        answers.extend(registered);
    }
    let verdict = judge(service, &answers);
    let judged = verdict.judged.ok_or_else(|| no(HallRefusal::Unjudged))?;
    if !judged.situation.accepted {
        return Err(no(HallRefusal::NotHere));
    }
    papers(ctx, &judged, &sent.papers)?;
    let fields = filled(&judged, &sent.fields)?;
    names(service, &fields)?;
    let sum = match card {
        Some(card) => {
            bearer(ctx, card, service, &fields)?;
            sum(card.deposit, card.balance, &judged.amounts)
        }
        None => Sum::default(),
    };
    if service.refunds() && sum.payable().0 <= 0 {
        return Err(no(HallRefusal::NothingToPay));
    }
    Ok(Ready { situation: judged.situation.key.clone(), answers: verdict.answers, sum, fields })
}

fn papers(ctx: &Ctx, judged: &Judged<'_>, seen: &[String]) -> Result<()> {
    match judged.papers.iter().find(|paper| !seen.contains(&paper.key)) {
        Some(paper) => Err(no(HallRefusal::PaperMissing(paper.name.get(ctx.lang).to_owned()))),
        None => Ok(()),
    }
}

/// The fields as they are kept; the first that is missing or cannot be what it should.
fn filled(judged: &Judged<'_>, typed: &Filled) -> Result<Filled> {
    let mut fields = Filled::new();
    for field in &judged.fields {
        let raw = typed.get(&field.key).map_or("", |raw| raw.trim());
        let bad = |why| no(HallRefusal::BadField { key: field.key.clone(), why });
        if raw.is_empty() {
            if field.required {
                let (zh, en) =
                    (format!("“{}”要填。", field.name.zh), format!("“{}” is needed.", field.name.en));
                return Err(bad(duban_domain::lang::Words { zh, en }));
            }
            continue;
        }
        fields.insert(field.key.clone(), check(field.kind, raw).map_err(bad)?.value);
    }
    Ok(fields)
}

/// The value of the first field of a kind.
pub(super) fn of_kind<'f>(service: &Service, fields: &'f Filled, kind: FieldKind) -> Option<&'f str> {
    let keys = service.fields.iter().filter(|field| field.kind == kind);
    keys.filter_map(|field| fields.get(&field.key)).map(String::as_str).next()
}

/// The account must be the person's own.
fn names(service: &Service, fields: &Filled) -> Result<()> {
    let name = of_kind(service, fields, FieldKind::Name);
    let account = of_kind(service, fields, FieldKind::BankName);
    match (name, account) {
        (Some(name), Some(account)) if same_name(name) != same_name(account) => {
            Err(no(HallRefusal::OtherName))
        }
        _ => Ok(()),
    }
}

/// Whoever comes must be the holder: by the identity number where the register has one, else by the name.
fn bearer(ctx: &Ctx, card: &CardRow, service: &Service, fields: &Filled) -> Result<()> {
    let holder = cards::holder(&ctx.app, card)?;
    let id = of_kind(service, fields, FieldKind::IdNumber).unwrap_or("");
    let name = of_kind(service, fields, FieldKind::Name).unwrap_or("");
    let same =
        if holder.id.is_empty() { same_name(&holder.name) == same_name(name) } else { holder.id == id };
    if same { Ok(()) } else { Err(no(HallRefusal::OtherHolder)) }
}

/// Sends an application that came back from the reviewer or the bank to review again, with what was wrong made right.
pub fn mend(ctx: &Ctx, number: &str, mending: &Mending) -> Result<()> {
    allow::<verb::Hall>(&ctx.who)?;
    if !mending.signed {
        return Err(no(HallRefusal::Unsigned));
    }
    ctx.app.store.write(|tx| {
        let mut row = claimed(tx, number)?;
        let service = service(&ctx.app, &row.service)?;
        let mut fields = opened(&ctx.app, &row)?;
        let typed = mending.fields.iter().filter(|(_, value)| !value.trim().is_empty());
        fields.extend(typed.map(|(key, value)| (key.clone(), value.clone())));
        let answers = super::answers_of(&row.answers)?;
        let verdict = judge(service, &answers);
        let judged = verdict.judged.ok_or_else(|| Refusal::from(HallRefusal::Unjudged))?;
        let mut seen: Vec<String> = row.papers.split_whitespace().map(str::to_owned).collect();
        seen.extend(mending.papers.iter().filter(|key| service.paper(key).is_some()).cloned());
        seen.sort();
        seen.dedup();
        papers(ctx, &judged, &seen)?;
        let fields = filled(&judged, &fields)?;
        names(service, &fields)?;
        if let Some(card) = row.card {
            let card = tx.hall_card_by_id(card)?.ok_or(Refusal::NotFound)?;
            bearer(ctx, &card, service, &fields)?;
        }
        row.fields = sealed(&ctx.app, &fields)?;
        row.papers = seen.join(" ");
        row.round += 1;
        row.reviewer = None;
        row.signed_at = ctx.now;
        // Whoever mends it took it down: the reviewer is somebody else.
        row.operator = (ctx.who.id, ctx.who.name.clone());
        step(ctx, tx, &mut row, Step::Submit, "")
    })
}
