//! What pages of the hall show: the desk with what waits, one application, its receipt. Numbers of identity and bank cards
//! are shown by their beginning and end only; the whole stands nowhere but in the order to the bank.

use duban_domain::{
    Refusal, Stamp,
    ledger::Fen,
    policy::Action,
    service::{
        Answers, FieldKind, HallRefusal, Service,
        application::{Stage, Step, Sum},
        number_check::{check, masked},
    },
};
use duban_store::{ApplicationRow, PaymentRow, StepRow};

use super::{answers_of, cards, claimed, may_enter, no, noted, opened, service};
use crate::{App, Ctx, keys, wiring::Result};

/// Lines of one list.
const LISTED: i64 = 100;
/// Hexadecimal signs of what opens a receipt for its owner.
const TOKEN: usize = 20;
/// What the mark of a receipt is made for.
const RECEIPT: &str = "hall.receipt";

/// The desk of the hall (办事窗口).
#[derive(Clone, Debug)]
pub struct Desk {
    /// How many stand at each stage.
    pub stages: Vec<(Stage, i64, Fen)>,
    /// What waits at the stages that this member acts on.
    pub waiting: Vec<ApplicationRow>,
    /// How many were taken down today.
    pub today: i64,
}

/// One application (办件).
#[derive(Clone, Debug)]
pub struct Look {
    /// The application.
    pub row: ApplicationRow,
    /// The answers.
    pub answers: Answers,
    /// What was taken down: the key of the field, what is shown of it, and what is odd about it.
    pub fields: Vec<(String, String, Option<duban_domain::lang::Words>)>,
    /// The card, by the end of its number.
    pub card: Option<cards::Card>,
    /// What happened.
    pub steps: Vec<StepRow>,
    /// What the bank was told and said.
    pub payments: Vec<PaymentRow>,
}

/// A receipt (回执).
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The application.
    pub number: String,
    /// 事项
    pub service: String,
    /// The name on it.
    pub name: String,
    /// The account that it goes to, by its end.
    pub account: String,
    /// What is paid, with its parts.
    pub sum: Sum,
    /// Whether money moves.
    pub refund: bool,
    /// Who took it down.
    pub operator: String,
    /// When the person signed.
    pub signed_at: Stamp,
    /// Where its owner sees how far it is.
    pub address: String,
}

/// What waits, for whom.
pub fn desk(ctx: &Ctx) -> Result<Desk> {
    may_enter(&ctx.who)?;
    let mut wanted = Vec::new();
    if ctx.who.can(Action::Hall) {
        wanted.extend([Stage::Failed, Stage::Returned]);
    }
    if ctx.who.can(Action::HallReview) {
        wanted.push(Stage::Review);
    }
    if ctx.who.can(Action::HallPay) {
        wanted.push(Stage::Payable);
    }
    let zone = &ctx.app.city.zone;
    let today = Stamp::start_of(ctx.now.date(zone), zone);
    ctx.app.store.read(|tx| {
        let mut waiting = Vec::new();
        for stage in wanted {
            waiting.extend(tx.hall_applications(stage, LISTED)?);
        }
        Ok(Desk { stages: tx.hall_stages()?, waiting, today: tx.hall_taken_since(today)? })
    })
}

/// One application, with what is personal masked.
pub fn look(ctx: &Ctx, number: &str) -> Result<Look> {
    may_enter(&ctx.who)?;
    let app = &ctx.app;
    let (row, card, steps, payments) = app.store.read(|tx| {
        let row = tx.hall_application(number)?.ok_or(Refusal::NotFound)?;
        let card = match row.card {
            Some(id) => tx.hall_card_by_id(id)?,
            None => None,
        };
        let (steps, payments) = (tx.hall_steps(row.id)?, tx.hall_payments_of(row.id)?);
        Ok::<_, crate::AppError>((row, card, steps, payments))
    })?;
    let filled = opened(app, &row)?;
    let kinds = app.city.service(&row.service);
    let kind = |key: &str| {
        kinds.and_then(|s| s.fields.iter().find(|field| field.key == key)).map_or(FieldKind::Line, |f| f.kind)
    };
    let shown = |(key, value): (&String, &String)| {
        let kind = kind(key);
        // Whoever reviews compares names: those stand as they are.
        let text = if matches!(kind, FieldKind::Name | FieldKind::BankName) {
            value.clone()
        } else {
            masked(kind, value)
        };
        (key.clone(), text, check(kind, value).ok().and_then(|checked| checked.warning))
    };
    Ok(Look {
        answers: answers_of(&row.answers)?,
        fields: filled.iter().map(shown).collect(),
        card: card.map(|card| cards::card(app, &card, None)).transpose()?,
        row,
        steps,
        payments,
    })
}

/// The receipt; that it was printed is noted.
pub fn receipt(ctx: &Ctx, number: &str) -> Result<Receipt> {
    may_enter(&ctx.who)?;
    let app = &ctx.app;
    let row = app.store.write(|tx| {
        let row = claimed(tx, number)?;
        if row.stage == Stage::Withdrawn {
            return Err(no(HallRefusal::Elsewhere(row.stage)));
        }
        noted(ctx, tx, &row, Step::Print, "")?;
        Ok(row)
    })?;
    let service: &Service = service(app, &row.service)?;
    let filled = opened(app, &row)?;
    let field = |kind| super::apply::of_kind(service, &filled, kind).unwrap_or_default();
    Ok(Receipt {
        service: service.name.get(ctx.lang).to_owned(),
        name: field(FieldKind::Name).to_owned(),
        account: masked(FieldKind::BankCard, field(FieldKind::BankCard)),
        sum: row.sum,
        refund: service.refunds(),
        operator: row.operator.1.clone(),
        signed_at: row.signed_at,
        address: format!("{}/services/receipt/{}/{}", app.base(), row.number, token(app, &row.number)),
        number: row.number,
    })
}

/// What opens the page of an application for whoever holds its receipt.
fn token(app: &App, number: &str) -> String {
    short(&app.keys.sign(RECEIPT, number))
}

fn short(mark: &[u8]) -> String {
    keys::hex(mark).chars().take(TOKEN).collect()
}

/// How far an application is, for whoever holds its receipt: nothing that names anybody.
pub fn shown_to_public(app: &App, number: &str, given: &str) -> Result<(ApplicationRow, Vec<StepRow>)> {
    // A receipt that was printed before the key was changed still counts.
    let given = keys::hash(given.as_bytes());
    if !app.keys.signs(RECEIPT, number).any(|(_, mark)| keys::hash(short(&mark).as_bytes()) == given) {
        return Err(Refusal::NotFound.into());
    }
    app.store.read(|tx| {
        let row = tx.hall_application(number)?.ok_or(Refusal::NotFound)?;
        let steps = tx.hall_steps(row.id)?;
        Ok((row, steps))
    })
}
