//! 出纳: batches to the bank, the bank's answers, the books side by side, the end of the day.

use askama::Template;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use duban_app::{
    BatchRow, CloseRow,
    hall::{self, BatchLook, Books, Difference},
};
use duban_domain::{
    Lang,
    service::{application::PaymentState, bank::BankReason},
    stamp::date_of_day,
};

use super::sentence;
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, html_again, see_other};

/// Bytes of an answer that are read.
const ANSWER_MAX: usize = 4 << 20;

#[derive(Template)]
#[template(path = "hall/payouts.html")]
pub(super) struct PayoutsPage {
    s: Shell,
    /// Key and name of what money is given back for.
    services: Vec<(String, String)>,
    rows: Vec<BatchShown>,
    wrong: String,
}

struct BatchShown {
    number: String,
    count: i64,
    fen: String,
    made: When,
    by: String,
    answered: Option<When>,
}

#[derive(Template)]
#[template(path = "hall/payout.html")]
pub(super) struct PayoutPage {
    s: Shell,
    batch: BatchShown,
    payments: Vec<PaymentShown>,
    /// Whether the bank has not answered all.
    open: bool,
    /// What came of an answer just now.
    read: String,
    answer: String,
    wrong: String,
}

struct PaymentShown {
    number: String,
    reference: String,
    fen: String,
    state: &'static str,
    class: &'static str,
    reason: String,
}

#[derive(Template)]
#[template(path = "hall/books.html")]
pub(super) struct BooksPage {
    s: Shell,
    /// What it is, how much.
    sums: Vec<(&'static str, String)>,
    /// Stage, how many, how much.
    stages: Vec<(&'static str, i64, String)>,
    payments: Vec<(&'static str, i64, String)>,
    /// How, debit, credit, how many, how much.
    today: Vec<(&'static str, &'static str, &'static str, i64, String)>,
    closes: Vec<CloseShown>,
    differences: Vec<(&'static str, String, String)>,
    day: String,
    statement: String,
    words: String,
    wrong: String,
}

struct CloseShown {
    day: String,
    at: When,
    by: String,
    bank: String,
    statement: String,
    owed: String,
    same: bool,
    words: String,
}

/// `GET /desk/hall/payouts`
pub(crate) async fn list(desk: Desk) -> PageResult {
    Ok(html(&payouts(&desk, String::new()).await?))
}

/// Puts all that waits into a batch.
pub(crate) async fn make(desk: Desk, fields: Fields) -> PageResult {
    let key = fields.get("service").to_owned();
    match desk.run(move |ctx| hall::make_batch(ctx, &key)).await {
        Ok(number) => Ok(see_other(&format!("/desk/hall/payouts/{number}"))),
        Err(error) => {
            let (wrong, _) = sentence(desk.visit.lang, error)?;
            Ok(html_again(&payouts(&desk, wrong).await?))
        }
    }
}

async fn payouts(desk: &Desk, wrong: String) -> Result<PayoutsPage, WebError> {
    let rows = desk.run(hall::batches).await?;
    let s = desk.shell();
    let services = desk.site.app.city.services.iter().filter(|service| service.refunds());
    Ok(PayoutsPage {
        services: services.map(|one| (one.key.clone(), one.name.get(s.lang).to_owned())).collect(),
        rows: rows.iter().map(|row| batch_shown(&s, row)).collect(),
        wrong,
        s,
    })
}

fn batch_shown(s: &Shell, row: &BatchRow) -> BatchShown {
    BatchShown {
        number: row.number.clone(),
        count: row.count,
        fen: row.fen.to_string(),
        made: s.when(&row.made_at),
        by: row.made_by.clone(),
        answered: row.answered_at.as_ref().map(|at| s.when(at)),
    }
}

/// `GET /desk/hall/payouts/{number}`
pub(crate) async fn one(desk: Desk, Path(number): Path<String>) -> PageResult {
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let read = told(desk.visit.lang, &asked);
    Ok(html(&payout(&desk, &number, read, (String::new(), String::new())).await?))
}

/// What came of an answer, from the address it led to.
fn told(lang: Lang, asked: &Fields) -> String {
    let count = |name: &str| asked.get(name).parse::<u32>().ok();
    let (Some(paid), Some(failed), Some(open)) = (count("paid"), count("failed"), count("open")) else {
        return String::new();
    };
    match lang {
        Lang::Zh => format!("回单收下了：付出 {paid} 笔，退回 {failed} 笔，还在路上 {open} 笔。"),
        Lang::En => format!("The answer was taken: {paid} paid, {failed} returned, {open} on their way."),
    }
}

/// The order, for the bank.
pub(crate) async fn order(desk: Desk, Path(number): Path<String>) -> PageResult {
    let of = number.clone();
    let xml = desk.run(move |ctx| hall::order(ctx, &of)).await?;
    let mut response = xml.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::try_from(format!("attachment; filename=\"{number}.xml\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Reads what the bank said: a file, or its text.
pub(crate) async fn answer(desk: Desk, Path(number): Path<String>, fields: Fields) -> PageResult {
    let file = fields.head("file", ANSWER_MAX);
    let bytes = if file.is_empty() { fields.get("answer").as_bytes().to_vec() } else { file.to_vec() };
    let of = number.clone();
    match desk.run(move |ctx| hall::answer(ctx, &of, &bytes)).await {
        Ok(read) => Ok(done(&number, read)),
        Err(error) => {
            let (wrong, _) = sentence(desk.visit.lang, error)?;
            let typed = (fields.get("answer").to_owned(), wrong);
            Ok(html_again(&payout(&desk, &number, String::new(), typed).await?))
        }
    }
}

fn done(number: &str, read: hall::Read) -> Response {
    let hall::Read { paid, failed, open, .. } = read;
    see_other(&format!("/desk/hall/payouts/{number}?paid={paid}&failed={failed}&open={open}"))
}

async fn payout(
    desk: &Desk,
    number: &str,
    read: String,
    (answer, wrong): (String, String),
) -> Result<PayoutPage, WebError> {
    let of = number.to_owned();
    let BatchLook { row, payments } = desk.run(move |ctx| hall::batch(ctx, &of)).await?;
    let s = desk.shell();
    let shown = |(payment, number): &(duban_app::PaymentRow, String)| PaymentShown {
        number: number.clone(),
        reference: payment.reference.clone(),
        fen: payment.fen.to_string(),
        state: payment.state.word(s.lang),
        class: match payment.state {
            PaymentState::Sent => "tag tag-info",
            PaymentState::Paid => "tag tag-ok",
            PaymentState::Failed => "tag tag-warn",
        },
        reason: BankReason::from_key(&payment.reason)
            .map_or_else(String::new, |why| why.word(s.lang).to_owned()),
    };
    Ok(PayoutPage {
        open: payments.iter().any(|(payment, _)| payment.state == PaymentState::Sent),
        payments: payments.iter().map(shown).collect(),
        batch: batch_shown(&s, &row),
        read,
        answer,
        wrong,
        s,
    })
}

/// `GET /desk/hall/books`
pub(crate) async fn books(desk: Desk) -> PageResult {
    Ok(html(&side_by_side(&desk, &Fields::default(), String::new()).await?))
}

/// Closes a day.
pub(crate) async fn close(desk: Desk, fields: Fields) -> PageResult {
    let of = |name: &str| fields.get(name).to_owned();
    let (day, statement, words) = (of("day"), of("statement"), of("words"));
    match desk.run(move |ctx| hall::close(ctx, &day, &statement, &words)).await {
        Ok(()) => Ok(see_other("/desk/hall/books")),
        Err(error) => {
            let (wrong, _) = sentence(desk.visit.lang, error)?;
            Ok(html_again(&side_by_side(&desk, &fields, wrong).await?))
        }
    }
}

async fn side_by_side(desk: &Desk, typed: &Fields, wrong: String) -> Result<BooksPage, WebError> {
    let books: Books = desk.run(hall::books).await?;
    let s = desk.shell();
    let (l, t) = (s.lang, &books.trial);
    let today = s.now.date(&s.zone).to_string();
    Ok(BooksPage {
        sums: vec![
            (l.t("专户里应有", "At the bank, by the books"), t.bank.to_string()),
            (l.t("欠大家的（押金和余额）", "Owed: deposits and balances"), t.owed.to_string()),
            (l.t("工本费收入", "Fees"), t.fees.to_string()),
            (l.t("已同意、还没付的", "Agreed and not paid yet"), t.reserved.to_string()),
        ],
        stages: books.stages.iter().map(|(one, n, fen)| (one.word(l), *n, fen.to_string())).collect(),
        payments: books.payments.iter().map(|(one, n, fen)| (one.word(l), *n, fen.to_string())).collect(),
        today: books
            .today
            .iter()
            .map(|(kind, debit, credit, n, fen)| {
                (kind.word(l), debit.word(l), credit.word(l), *n, fen.to_string())
            })
            .collect(),
        closes: books.closes.iter().map(|row| closed(&s, row)).collect(),
        differences: books.differences.iter().map(|one| differs(l, *one)).collect(),
        day: typed.opt("day").map_or(today, str::to_owned),
        statement: typed.get("statement").to_owned(),
        words: typed.get("words").to_owned(),
        wrong,
        s,
    })
}

fn closed(s: &Shell, row: &CloseRow) -> CloseShown {
    CloseShown {
        day: date_of_day(row.day).to_string(),
        at: s.when(&row.at),
        by: row.by.1.clone(),
        bank: row.trial.bank.to_string(),
        statement: row.statement.to_string(),
        owed: row.trial.owed.to_string(),
        same: row.trial.bank == row.statement,
        words: row.words.clone(),
    }
}

fn differs(lang: Lang, difference: Difference) -> (&'static str, String, String) {
    let (what, one, other) = match difference {
        Difference::Assets(one, other) => {
            (lang.t("专户应有 ≠ 欠大家的 + 工本费", "At the bank ≠ owed + fees"), one, other)
        }
        Difference::Reserved(one, other) => {
            (lang.t("账上预留 ≠ 办件里等着付的", "Reserved ≠ applications that wait to be paid"), one, other)
        }
        Difference::Paid(one, other) => (
            lang.t("办件里已到账 ≠ 银行说付了的", "Paid applications ≠ what the bank says it paid"),
            one,
            other,
        ),
        Difference::Settled(one, other) => (
            lang.t("账上结清 ≠ 银行说付了的", "Settled in the books ≠ what the bank says it paid"),
            one,
            other,
        ),
    };
    (what, one.to_string(), other.to_string())
}
