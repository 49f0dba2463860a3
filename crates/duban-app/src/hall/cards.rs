//! Cards that the city holds deposits for: taken in from a file of the old system, found by their number or by the
//! identity number of their holder. What a file says of money is booked when it comes in: from then on it is owed.

use std::io::Read;

use duban_domain::{
    Refusal,
    lang::Words,
    ledger::{Fen, Transfer, TransferKind},
    policy::{allow, verb},
    service::{Answers, FieldKind, HallRefusal, Service, number_check},
};
use duban_store::{CardRow, StoreError, WriteTx};
use serde::{Deserialize, Serialize};

use super::{Accounts, answers_of, booking_day, no, posted, service};
use crate::{App, AppError, Ctx, wiring::Result};

const NUMBER: &str = "hall_card.number";
const HOLDER: &str = "hall_card.holder";
/// Cards of one transaction.
const CHUNK: usize = 100;
/// Cards of one file: more than any city has.
const CARDS_MAX: usize = 500_000;

/// Who a card belongs to, as it is sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holder {
    pub(super) name: String,
    pub(super) id: String,
}

/// A card as the clerk sees it (卡).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its id.
    pub id: i64,
    /// Its number.
    pub number: String,
    /// The name in the register.
    pub holder: String,
    /// The employer that had it made.
    pub unit: String,
    /// What the register answers.
    pub answers: Answers,
    /// The deposit that is held.
    pub deposit: Fen,
    /// What is left on it.
    pub balance: Fen,
    /// Since when.
    pub issued: String,
    /// The application that there is for it already.
    pub used: Option<String>,
}

/// What came of a file (导入结果).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Lines of the file.
    pub total: usize,
    /// Cards that were not registered before.
    pub new: usize,
    /// What is held for them, in fen.
    pub held: Fen,
}

/// A line of a file, read.
struct Line {
    number: String,
    holder: Holder,
    unit: String,
    answers: Answers,
    deposit: Fen,
    balance: Fen,
    issued: String,
}

/// Takes cards in from a CSV file, after all lines were found good. A card that is registered stays as it is, so a file can
/// be taken in again. The head names the columns: `card`, `name`, `deposit`, and if there are any `id`, `unit`, `balance`,
/// `issued` and the questions of the service that the register answers.
pub fn import(app: &App, key: &str, file: impl Read) -> Result<Imported> {
    let service = service(app, key)?;
    let lines = read(service, file)?;
    let mut done = Imported { total: lines.len(), ..Imported::default() };
    for chunk in lines.chunks(CHUNK) {
        let (new, held) = app.store.write(|tx| {
            let (mut new, mut held) = (0, 0);
            for line in chunk {
                if take(app, tx, service, line)? {
                    new += 1;
                    held += line.deposit.0 + line.balance.0;
                }
            }
            Ok::<_, AppError>((new, held))
        })?;
        done.new += new;
        done.held.0 += held;
    }
    Ok(done)
}

fn take(app: &App, tx: &mut WriteTx<'_>, service: &Service, line: &Line) -> Result<bool> {
    let number_hash = app.keys.find(NUMBER, &line.number);
    if tx.hall_card(&service.key, &number_hash)?.is_some() {
        return Ok(false);
    }
    let id = app.hall_id();
    let holder =
        serde_json::to_string(&line.holder).map_err(|_| AppError::Broken("writing the holder of a card"))?;
    let has_id = !line.holder.id.is_empty();
    tx.insert_hall_card(&CardRow {
        id,
        service: service.key.clone(),
        number_hash,
        number: app.keys.seal(NUMBER, &line.number, &*app.entropy)?,
        holder_hash: has_id.then(|| app.keys.find(HOLDER, &line.holder.id)),
        holder: app.keys.seal(HOLDER, &holder, &*app.entropy)?,
        unit: line.unit.clone(),
        answers: serde_json::to_string(&line.answers)
            .map_err(|_| AppError::Broken("writing the answers of a card"))?,
        deposit: line.deposit,
        balance: line.balance,
        issued: line.issued.clone(),
        imported_at: app.now(),
    })?;
    let (accounts, day) = (Accounts::of(app, tx, &service.key, id)?, booking_day(app, tx)?);
    let held = [("deposit", accounts.deposit, line.deposit), ("balance", accounts.balance, line.balance)];
    let transfers = held.into_iter().filter(|(_, _, fen)| fen.0 > 0).map(|(what, credit, fen)| Transfer {
        key: format!("card:{id}:{what}"),
        kind: TransferKind::Post,
        debit: accounts.bank,
        credit,
        fen,
        of: None,
        day,
    });
    posted(app, tx, transfers.collect())?;
    Ok(true)
}

fn read(service: &Service, file: impl Read) -> Result<Vec<Line>> {
    let mut reader = ::csv::ReaderBuilder::new().trim(::csv::Trim::All).from_reader(file);
    let head = reader.headers().cloned().unwrap_or_default();
    let questions: Vec<&str> =
        service.questions.iter().filter(|ask| ask.registered).map(|ask| ask.key.as_str()).collect();
    let columns = ["card", "name", "deposit", "id", "unit", "balance", "issued"];
    let odd = head.iter().find(|name| !columns.contains(name) && !questions.contains(name));
    let lacks = ["card", "name", "deposit"].into_iter().find(|name| !head.iter().any(|has| has == *name));
    if let Some(name) = odd.or(lacks) {
        let zh = format!(
            "表头要有 card、name、deposit，可以有 id、unit、balance、issued 和登记能回答的问题；不对的是 {name}"
        );
        let en = format!(
            "the head names card, name, deposit, and if there are any id, unit, balance, issued and questions; wrong: {name}"
        );
        return Err(no(HallRefusal::Line { line: 1, why: Words { zh, en } }));
    }
    let mut lines = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let number = u64::try_from(at).unwrap_or(0) + 2;
        let bad = |zh: &str, en: &str| {
            let why = Words { zh: zh.to_owned(), en: en.to_owned() };
            no(HallRefusal::Line { line: number, why })
        };
        let record = record.map_err(|_| bad("栏数和表头不一样", "it has not as many columns as the head"))?;
        if at >= CARDS_MAX {
            return Err(bad("卡太多", "there are too many cards"));
        }
        let of =
            |name: &str| head.iter().position(|has| has == name).and_then(|at| record.get(at)).unwrap_or("");
        lines.push(line(service, &questions, of).map_err(|(zh, en)| bad(zh, en))?);
    }
    Ok(lines)
}

/// One line, or what is wrong with it in Chinese and English.
fn line<'r>(
    service: &Service,
    questions: &[&str],
    of: impl Fn(&str) -> &'r str,
) -> std::result::Result<Line, (&'static str, &'static str)> {
    let number = plain(of("card"));
    if number.is_empty() || number.len() > 40 || of("name").is_empty() {
        return Err(("没有卡号或姓名", "the number or the name is missing"));
    }
    let money = |name: &str| match of(name) {
        "" => Ok(Fen(0)),
        text => text.parse::<Fen>().ok().filter(|fen| (0..=100_000_000).contains(&fen.0)).ok_or((
            "金额读不懂或是负数；欠费的卡请当面处理",
            "a sum cannot be read or is negative; deal with a card in debt by hand",
        )),
    };
    let id = match of("id") {
        "" => String::new(),
        text => {
            number_check::check(FieldKind::IdNumber, text)
                .map_err(|_| ("身份证号不对", "the ID number is not right"))?
                .value
        }
    };
    let mut answers = Answers::new();
    for key in questions {
        let choices = service.question(key).map_or(&[][..], |ask| ask.choices.as_slice());
        match of(key) {
            "" => {}
            text => {
                let choice = choices.iter().find(|choice| choice.key == text || choice.name.zh == text);
                let choice = choice.ok_or(("问题的回答不在选项里", "an answer is none of the choices"))?;
                answers.insert((*key).to_owned(), choice.key.clone());
            }
        }
    }
    Ok(Line {
        number,
        holder: Holder { name: of("name").to_owned(), id },
        unit: of("unit").to_owned(),
        answers,
        deposit: money("deposit")?,
        balance: money("balance")?,
        issued: of("issued").to_owned(),
    })
}

/// A card number without spaces and hyphens.
fn plain(number: &str) -> String {
    let half = |c: char| match c {
        '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
        other => other.to_ascii_uppercase(),
    };
    number.chars().filter(|c| !c.is_whitespace() && *c != '-').map(half).collect()
}

/// The cards that a number, or the identity number of a holder, leads to: for the clerk at the counter.
pub fn find(ctx: &Ctx, key: &str, asked: &str) -> Result<Vec<Card>> {
    allow::<verb::Hall>(&ctx.who)?;
    let service = service(&ctx.app, key)?;
    let rows = ctx.app.store.read(|tx| {
        let found = tx.hall_card(&service.key, &ctx.app.keys.find(NUMBER, &plain(asked)))?;
        let rows = match (found, number_check::check(FieldKind::IdNumber, asked)) {
            (Some(row), _) => vec![row],
            (None, Ok(id)) => tx.hall_cards_of(&service.key, &ctx.app.keys.find(HOLDER, &id.value))?,
            (None, Err(_)) => Vec::new(),
        };
        let mut cards = Vec::with_capacity(rows.len());
        for row in rows {
            let used = tx.hall_application_of(row.id)?.map(|application| application.number);
            cards.push((row, used));
        }
        Ok::<_, StoreError>(cards)
    })?;
    rows.into_iter().map(|(row, used)| card(&ctx.app, &row, used)).collect()
}

/// Which answers the register gives for a card number: what everybody may ask, for it names nobody.
pub fn kind_of(app: &App, key: &str, asked: &str) -> Result<Answers> {
    let service = service(app, key)?;
    let hash = app.keys.find(NUMBER, &plain(asked));
    let row = app.store.read(|tx| tx.hall_card(&service.key, &hash))?;
    answers_of(&row.ok_or_else(|| no(HallRefusal::NoCard))?.answers)
}

pub(super) fn card(app: &App, row: &CardRow, used: Option<String>) -> Result<Card> {
    Ok(Card {
        id: row.id,
        number: app.keys.open(NUMBER, &row.number)?,
        holder: holder(app, row)?.name,
        unit: row.unit.clone(),
        answers: answers_of(&row.answers)?,
        deposit: row.deposit,
        balance: row.balance,
        issued: row.issued.clone(),
        used,
    })
}

pub(super) fn holder(app: &App, row: &CardRow) -> Result<Holder> {
    let text = app.keys.open(HOLDER, &row.holder)?;
    serde_json::from_str(&text).map_err(|_| AppError::Broken("reading the holder of a card"))
}

/// The card with this number.
pub(super) fn row(
    app: &App,
    tx: &mut duban_store::ReadTx<'_>,
    service: &str,
    number: &str,
) -> Result<CardRow> {
    let found = tx.hall_card(service, &app.keys.find(NUMBER, &plain(number)))?;
    Ok(found.ok_or_else(|| Refusal::from(HallRefusal::NoCard))?)
}
