//! What goes to the bank and what comes from it: orders as pain.001 (ISO 20022, version 001.001.09), answers as pain.002 or
//! as the table that banks here send. Texts in, texts out; nothing is recorded here.

use std::io::Cursor;

use duban_domain::{
    ledger::Fen,
    service::{BankAccount, application::PaymentState, bank::BankReason},
};
use encoding_rs::GB18030;
use quick_xml::{
    Reader, Writer,
    events::{BytesDecl, BytesText, Event},
};

use crate::AppError;

/// The message.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
/// Characters of a reference, of a name, of what the person reads on the statement.
const REFERENCE_MAX: usize = 35;
const NAME_MAX: usize = 140;
const REMARK_MAX: usize = 140;

/// An order to the bank.
pub(super) struct Order<'a> {
    pub(super) number: &'a str,
    /// When it was made, as `2026-01-05T17:30:00+08:00`.
    pub(super) at: String,
    /// The day it is paid on.
    pub(super) day: String,
    pub(super) account: &'a BankAccount,
    pub(super) remark: String,
    pub(super) payments: Vec<Payee>,
}

/// One payment of it.
pub(super) struct Payee {
    pub(super) reference: String,
    pub(super) fen: Fen,
    pub(super) name: String,
    pub(super) account: String,
}

/// What the bank said of one payment (银行回单).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Our reference.
    pub reference: String,
    /// Paid, returned, or not decided yet.
    pub state: PaymentState,
    /// Why it was returned.
    pub reason: Option<BankReason>,
    /// The amount, when the answer names it.
    pub fen: Option<Fen>,
    /// The bank's own reference.
    pub bank_reference: String,
}

/// An answer of the bank, read (银行回单).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The number of the batch, when the answer names it.
    pub batch: Option<String>,
    /// Whether the whole batch was refused, and why.
    pub all: Option<BankReason>,
    /// What it says of single payments.
    pub outcomes: Vec<Outcome>,
}

type Xml = Writer<Cursor<Vec<u8>>>;
type Done = std::io::Result<()>;

/// Writes an order.
pub(super) fn pain_001(order: &Order<'_>) -> Result<String, AppError> {
    let mut xml = Writer::new_with_indent(Cursor::new(Vec::new()), b' ', 1);
    written(&mut xml, order)?;
    String::from_utf8(xml.into_inner().into_inner())
        .map_err(|_| AppError::Broken("writing an order to the bank"))
}

fn written(xml: &mut Xml, order: &Order<'_>) -> Done {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let count = order.payments.len().to_string();
    let sum = Fen(order.payments.iter().map(|payee| payee.fen.0).sum()).to_string();
    xml.create_element("Document").with_attribute(("xmlns", NAMESPACE)).write_inner_content(|xml| {
        within(xml, "CstmrCdtTrfInitn", |xml| {
            within(xml, "GrpHdr", |xml| {
                leaf(xml, "MsgId", order.number)?;
                leaf(xml, "CreDtTm", &order.at)?;
                leaf(xml, "NbOfTxs", &count)?;
                leaf(xml, "CtrlSum", &sum)?;
                within(xml, "InitgPty", |xml| leaf(xml, "Nm", &order.account.holder))
            })?;
            within(xml, "PmtInf", |xml| {
                leaf(xml, "PmtInfId", order.number)?;
                leaf(xml, "PmtMtd", "TRF")?;
                leaf(xml, "NbOfTxs", &count)?;
                leaf(xml, "CtrlSum", &sum)?;
                within(xml, "ReqdExctnDt", |xml| leaf(xml, "Dt", &order.day))?;
                within(xml, "Dbtr", |xml| leaf(xml, "Nm", &order.account.holder))?;
                number(xml, "DbtrAcct", &order.account.number)?;
                within(xml, "DbtrAgt", |xml| {
                    within(xml, "FinInstnId", |xml| leaf(xml, "Nm", &order.account.bank))
                })?;
                order.payments.iter().try_for_each(|payee| payment(xml, payee, &order.remark))
            })
        })
    })?;
    Ok(())
}

fn payment(xml: &mut Xml, payee: &Payee, remark: &str) -> Done {
    within(xml, "CdtTrfTxInf", |xml| {
        within(xml, "PmtId", |xml| {
            leaf(xml, "InstrId", &cut(&payee.reference, REFERENCE_MAX))?;
            leaf(xml, "EndToEndId", &cut(&payee.reference, REFERENCE_MAX))
        })?;
        within(xml, "Amt", |xml| {
            let sum = payee.fen.to_string();
            let amount = xml.create_element("InstdAmt").with_attribute(("Ccy", "CNY"));
            amount.write_text_content(BytesText::new(&sum)).map(drop)
        })?;
        within(xml, "Cdtr", |xml| leaf(xml, "Nm", &cut(&payee.name, NAME_MAX)))?;
        number(xml, "CdtrAcct", &payee.account)?;
        within(xml, "RmtInf", |xml| leaf(xml, "Ustrd", &cut(remark, REMARK_MAX)))
    })
}

fn number(xml: &mut Xml, name: &str, number: &str) -> Done {
    within(xml, name, |xml| within(xml, "Id", |xml| within(xml, "Othr", |xml| leaf(xml, "Id", number))))
}

fn within(xml: &mut Xml, name: &str, inner: impl FnOnce(&mut Xml) -> Done) -> Done {
    xml.create_element(name).write_inner_content(inner).map(drop)
}

fn leaf(xml: &mut Xml, name: &str, text: &str) -> Done {
    xml.create_element(name).write_text_content(BytesText::new(text)).map(drop)
}

fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

/// Reads an answer, whichever of the two it is.
///
/// # Errors
/// What cannot be read, in a few words.
pub(super) fn read(bytes: &[u8]) -> Result<Answer, String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => GB18030.decode(bytes).0.into_owned(),
    };
    if text.trim_start().starts_with('<') { pain_002(&text) } else { table(&text) }
}

/// The values of one level of the message, by the names of their elements.
#[derive(Default)]
struct Status {
    values: Vec<(String, String)>,
}

impl Status {
    fn get(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

fn pain_002(text: &str) -> Result<Answer, String> {
    let mut reader = Reader::from_str(text);
    let (mut open, mut content): (Vec<String>, String) = (Vec::new(), String::new());
    let (mut group, mut one, mut answer) = (Status::default(), Status::default(), Answer::default());
    loop {
        match reader.read_event().map_err(|error| format!("XML: {error}"))? {
            Event::Start(start) => {
                open.push(start.local_name().as_ref().to_owned());
                content.clear();
            }
            Event::Text(part) => content.push_str(&part),
            Event::CData(part) => content.push_str(&part),
            Event::End(_) => {
                let Some(name) = open.pop() else { return Err("XML".to_owned()) };
                let value = content.trim().to_owned();
                content.clear();
                if name == "TxInfAndSts" {
                    answer.outcomes.push(outcome(&std::mem::take(&mut one))?);
                } else if open.iter().any(|name| name == "TxInfAndSts") {
                    one.values.push((name, value));
                } else {
                    group.values.push((name, value));
                }
            }
            Event::Eof if open.is_empty() && !group.values.is_empty() => break,
            Event::Eof => return Err("XML 不完整 (cut short)".to_owned()),
            _ => {}
        }
    }
    let known = group.values.iter().any(|(name, _)| name == "OrgnlGrpInfAndSts");
    if !known {
        return Err("不是 pain.002 (not a pain.002)".to_owned());
    }
    answer.batch = group.get("OrgnlMsgId").map(str::to_owned);
    let refused = [group.get("GrpSts"), group.get("PmtInfSts")].contains(&Some("RJCT"));
    if refused && answer.outcomes.is_empty() {
        once(&group)?;
        answer.all = Some(reason(&group));
    }
    Ok(answer)
}

fn outcome(one: &Status) -> Result<Outcome, String> {
    let reference = one.get("OrgnlEndToEndId").or(one.get("OrgnlInstrId"));
    let reference = reference.ok_or("缺少 OrgnlEndToEndId (a payment has no reference)")?.to_owned();
    let state = match one.get("TxSts") {
        Some("ACSC" | "ACCC") => PaymentState::Paid,
        Some("RJCT") => {
            once(one)?;
            PaymentState::Failed
        }
        // Taken, on its way, not looked at yet: the money has neither gone nor come back.
        Some("ACTC" | "ACCP" | "ACSP" | "ACWC" | "ACFC" | "PDNG" | "RCVD" | "PATC") => PaymentState::Sent,
        other => return Err(format!("TxSts {}", other.unwrap_or("?"))),
    };
    let fen = match one.get("InstdAmt") {
        None => None,
        Some(text) => Some(text.parse().map_err(|()| format!("InstdAmt {text}"))?),
    };
    Ok(Outcome {
        reference,
        state,
        reason: (state == PaymentState::Failed).then(|| reason(one)),
        fen,
        bank_reference: one.get("AcctSvcrRef").unwrap_or("").chars().take(64).collect(),
    })
}

/// An order that the bank has already is no payment that failed: the first one is paid, and a second would pay twice.
fn once(one: &Status) -> Result<(), String> {
    match one.get("Cd") {
        Some(code @ ("AM05" | "DU01" | "DU02" | "DU03" | "DU04" | "DU05")) => Err(format!(
            "{code}：银行说这份指令已经收过，请等第一份的回单 (the bank has this order already: wait for its first answer)"
        )),
        _ => Ok(()),
    }
}

fn reason(one: &Status) -> BankReason {
    let said = one.get("Cd").or(one.get("Prtry")).or(one.get("AddtlInf"));
    said.map_or(BankReason::Other, BankReason::read)
}

/// The table: a head that names the columns, then a line for each payment.
fn table(text: &str) -> Result<Answer, String> {
    let mut reader =
        ::csv::ReaderBuilder::new().trim(::csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|_| "CSV")?.clone();
    let column = |names: &[&str]| head.iter().position(|name| names.contains(&name));
    let reference =
        column(&["业务编号", "客户流水号", "reference"]).ok_or("没有“业务编号”一栏 (no column 业务编号)")?;
    let state =
        column(&["状态", "处理状态", "交易结果", "state"]).ok_or("没有“状态”一栏 (no column 状态)")?;
    let amount = column(&["金额", "交易金额", "amount"]);
    let why = column(&["失败原因", "原因", "备注", "reason"]);
    let own = column(&["银行流水号", "bank_reference"]);
    let mut answer = Answer::default();
    for record in reader.records() {
        let record = record.map_err(|_| "CSV")?;
        let of = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or("");
        let state = match of(Some(state)) {
            "成功" | "交易成功" | "已付" | "paid" => PaymentState::Paid,
            "失败" | "交易失败" | "退票" | "failed" => PaymentState::Failed,
            "处理中" | "已受理" | "pending" => PaymentState::Sent,
            other => return Err(format!("状态 {other}")),
        };
        let fen = match of(amount) {
            "" => None,
            text => Some(text.parse().map_err(|()| format!("金额 {text}"))?),
        };
        answer.outcomes.push(Outcome {
            reference: of(Some(reference)).to_owned(),
            state,
            reason: (state == PaymentState::Failed).then(|| BankReason::read(of(why))),
            fen,
            bank_reference: of(own).chars().take(64).collect(),
        });
    }
    Ok(answer)
}
