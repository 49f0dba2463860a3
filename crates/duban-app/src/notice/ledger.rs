//! 通知台账: what was told to whom, when, and what came of it; and sending again by hand.

use duban_domain::{
    Lang, NoticeId, Number, Refusal, Stamp,
    case::Case,
    notice::{NoticeChannel, NoticeKind, NoticeState},
    person::{Mail, Phone},
    policy::{Action, Reach, permit, verb},
    request::Privacy,
};
use duban_store::{NoticeLog, NoticeQuery, NoticeRow, ReadTx};

use super::{
    Said,
    owing::{ADDRESS, BODY, lang_of},
    reason_words,
};
use crate::{App, Ctx, wiring::Result};

/// How far notices of one state are counted.
const COUNT_MAX: i64 = 1_000;

/// One line of the ledger, as its reader may see it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its id.
    pub id: NoticeId,
    /// 渠道
    pub channel: NoticeChannel,
    /// 种类
    pub kind: NoticeKind,
    /// The language it is in.
    pub lang: Lang,
    /// 状态
    pub state: NoticeState,
    /// Why it stands there, in words.
    pub reason: String,
    /// To whom: a masked address, a member of staff, a unit.
    pub to: String,
    /// The number of the case it is about.
    pub number: Option<Number>,
    /// What was said; nothing when the reader may not see it.
    pub said: Option<Said>,
    /// How often it was tried since it was last queued.
    pub attempts: i64,
    /// When it was owed.
    pub created_at: Stamp,
    /// When it is tried next, while it is queued.
    pub run_at: Stamp,
    /// When it was sent.
    pub sent_at: Option<Stamp>,
    /// Whether it may be sent again by hand.
    pub may_resend: bool,
}

/// A page of the ledger.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The lines, newest first.
    pub entries: Vec<Entry>,
    /// Where the next page begins; none when this was the last.
    pub next: Option<(Stamp, NoticeId)>,
    /// How many stand in each state, to a bound.
    pub counts: Vec<(NoticeState, i64)>,
}

/// A page of the ledger within reach. Whoever keeps the system sees every line and no text.
pub fn ledger(ctx: &Ctx, query: &NoticeQuery) -> Result<Ledger> {
    let query = within(ctx, query)?;
    ctx.app.store.read(|tx| {
        let rows = tx.notices(&NoticeQuery { limit: query.limit + 1, ..query.clone() })?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let next = (rows.len() > limit).then(|| (rows[limit - 1].created_at, rows[limit - 1].id));
        let mut entries = Vec::new();
        for row in rows.iter().take(limit) {
            entries.push(entry(ctx, tx, row)?);
        }
        let mut counts = Vec::new();
        for state in NoticeState::ALL {
            let of = NoticeQuery { state: Some(*state), before: None, ..query.clone() };
            counts.push((*state, tx.count_notices(&of, COUNT_MAX)?));
        }
        Ok(Ledger { entries, next, counts })
    })
}

/// What the persons and staff of one case were told, newest first.
pub fn of_case(ctx: &Ctx, tx: &mut ReadTx<'_>, case: &Case) -> Result<Vec<Entry>> {
    let query = NoticeQuery { reach: Reach::All, case: Some(case.id), limit: 200, ..NoticeQuery::default() };
    let rows = tx.notices(&query)?;
    rows.iter().map(|row| entry(ctx, tx, row)).collect()
}

/// One notice with everything that happened to it.
pub fn one(ctx: &Ctx, id: NoticeId) -> Result<(Entry, Vec<NoticeLog>)> {
    ctx.app.store.read(|tx| {
        let row = visible(ctx, tx, id)?;
        let mut log = tx.notice_log(id)?;
        for line in &mut log {
            line.words = reason_words(&line.words, ctx.lang);
        }
        Ok((entry(ctx, tx, &row)?, log))
    })
}

/// Sends a notice again, to the same address with the same words; who did it stays in its log.
pub fn resend(ctx: &Ctx, id: NoticeId) -> Result<()> {
    ctx.app.store.write(|tx| {
        visible(ctx, tx, id)?;
        let mut row = tx.notice_for_update(id)?.ok_or(Refusal::NotFound)?;
        if !may_resend(&row) {
            return Err(Refusal::NoChange.into());
        }
        (row.state, row.reason, row.attempts) = (NoticeState::Queued, String::new(), 0);
        row.run_at = ctx.now;
        let by = ctx.lang.t("由", "by ");
        Ok(tx.mark_notice(
            &row,
            ctx.now,
            &format!("{by}{}{}", ctx.who.name, ctx.lang.t("再发", ", again")),
        )?)
    })
}

/// What a demonstration would have sent, newest first, with every word and code. Only of a demonstration.
pub fn outbox(app: &App, limit: i64) -> Result<Vec<(String, Entry)>> {
    if !app.demo {
        return Err(Refusal::NotFound.into());
    }
    app.store.read(|tx| {
        let query = NoticeQuery { all: true, limit, ..NoticeQuery::default() };
        let mut list = Vec::new();
        for row in tx.notices(&query)?.into_iter().filter(|row| row.channel != NoticeChannel::Page) {
            let to = app.keys.open(ADDRESS, &row.address)?;
            let number = row.case.map(|id| tx.case(id)).transpose()?.flatten().map(|case| case.number);
            list.push((
                to.clone(),
                shown(&row, to, number, Some(said(app, &row)?), lang_of(row.lang), false),
            ));
        }
        Ok(list)
    })
}

fn within(ctx: &Ctx, query: &NoticeQuery) -> Result<NoticeQuery> {
    let keeps = ctx.who.can(Action::Administer);
    if !keeps && !ctx.who.can(Action::View) {
        return Err(Refusal::MayNot(Action::View).into());
    }
    Ok(NoticeQuery { reach: ctx.who.reach.clone(), all: keeps, ..query.clone() })
}

/// A notice that its reader may know of.
fn visible(ctx: &Ctx, tx: &mut ReadTx<'_>, id: NoticeId) -> Result<NoticeRow> {
    let row = tx.notice(id)?.ok_or(Refusal::NotFound)?;
    if ctx.who.can(Action::Administer) || (ctx.who.can(Action::View) && reaches(ctx, tx, &row)?) {
        Ok(row)
    } else {
        Err(Refusal::NotFound.into())
    }
}

fn reaches(ctx: &Ctx, tx: &mut ReadTx<'_>, row: &NoticeRow) -> Result<bool> {
    Ok(match (&ctx.who.reach, row.case) {
        (Reach::All, _) => true,
        (Reach::Nothing, _) => false,
        (Reach::Units(units), case) => {
            row.unit.as_ref().is_some_and(|unit| units.contains(unit))
                || case
                    .map(|id| tx.case(id))
                    .transpose()?
                    .flatten()
                    .is_some_and(|case| ctx.who.reach.covers(&case))
        }
    })
}

fn entry(ctx: &Ctx, tx: &mut ReadTx<'_>, row: &NoticeRow) -> Result<Entry> {
    let case = row.case.map(|id| tx.case(id)).transpose()?.flatten();
    let sees = match &case {
        Some(case) => permit::<verb::View>(&ctx.who, case).is_ok(),
        None => ctx.who.reach == Reach::All || row.unit.as_ref().is_some_and(|unit| is_mine(ctx, unit)),
    };
    // What somebody asked to be mailed tells where they live; no colleague needs to read it.
    let sees = sees && !row.kind.is_private();
    let said = if sees { Some(without_keys(said(&ctx.app, row)?)) } else { None };
    let to = to(ctx, tx, row)?;
    let number = case.filter(|case| permit::<verb::View>(&ctx.who, case).is_ok()).map(|case| case.number);
    Ok(shown(row, to, number, said, ctx.lang, may_resend(row)))
}

fn is_mine(ctx: &Ctx, unit: &str) -> bool {
    match &ctx.who.reach {
        Reach::All => true,
        Reach::Nothing => false,
        Reach::Units(units) => units.iter().any(|mine| mine == unit),
    }
}

fn shown(
    row: &NoticeRow,
    to: String,
    number: Option<Number>,
    said: Option<Said>,
    lang: Lang,
    again: bool,
) -> Entry {
    Entry {
        id: row.id,
        channel: row.channel,
        kind: row.kind,
        lang: lang_of(row.lang),
        state: row.state,
        reason: reason_words(&row.reason, lang),
        to,
        number,
        said,
        attempts: row.attempts,
        created_at: row.created_at,
        run_at: row.run_at,
        sent_at: row.sent_at,
        may_resend: again,
    }
}

/// What is queued is sent anyway, and what was forgotten has no address; whoever needs another code asks for one.
fn may_resend(row: &NoticeRow) -> bool {
    row.kind != NoticeKind::Code
        && row.channel != NoticeChannel::Page
        && !row.contact.is_empty()
        && row.state != NoticeState::Queued
}

fn said(app: &App, row: &NoticeRow) -> Result<Said> {
    let body = app.keys.open(BODY, &row.body)?;
    serde_json::from_str(&body).map_err(|_| crate::AppError::Broken("reading a notice"))
}

/// What a notice said, for whom it went to, without the keys of addresses.
pub(crate) fn words_of(app: &App, row: &NoticeRow) -> Result<String> {
    Ok(without_keys(said(app, row)?).text)
}

/// The words without the keys of addresses: whoever reads them could speak in the person's name.
fn without_keys(said: Said) -> Said {
    Said { subject: said.subject, text: keyless(&said.text), html: String::new() }
}

/// A text without the keys of addresses in it.
pub(crate) fn keyless(text: &str) -> String {
    let mut parts = text.split("/go/");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("/go/");
        // Only what follows a number is a key; anything else is somebody's words.
        let Some((number, rest)) =
            part.split_once('/').filter(|(n, _)| n.chars().all(|c| c.is_ascii_digit()))
        else {
            out.push_str(part);
            continue;
        };
        out.push_str(number);
        out.push_str("/…");
        out.push_str(rest.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    out
}

/// To whom, as somebody may see it who may not see the address.
fn to(ctx: &Ctx, tx: &mut ReadTx<'_>, row: &NoticeRow) -> Result<String> {
    let address = masked(row.channel, &ctx.app.keys.open(ADDRESS, &row.address)?);
    if let Some(staff) = row.staff {
        let name = tx.staff(staff)?.map(|staff| staff.name).unwrap_or_default();
        return Ok(format!("{name} {address}").trim().to_owned());
    }
    if let Some(unit) = &row.unit {
        let name = ctx.city().unit(unit).map_or(unit.as_str(), |unit| unit.short.get(ctx.lang));
        return Ok(format!("{name} {address}").trim().to_owned());
    }
    let request = row.request.map(|id| tx.request(id)).transpose()?.flatten();
    let hidden = request.is_some_and(|request| request.privacy == Privacy::Confidential);
    if hidden && ctx.who.reach != Reach::All {
        return Ok(ctx.lang.t("身份保密", "Confidential").to_owned());
    }
    Ok(address)
}

fn masked(channel: NoticeChannel, address: &str) -> String {
    match channel {
        NoticeChannel::Sms => Phone::parse(address).ok().flatten().map(|phone| phone.masked()),
        NoticeChannel::Mail => Mail::parse(address).ok().flatten().map(|mail| mail.masked()),
        NoticeChannel::Page => None,
    }
    .unwrap_or_default()
}
