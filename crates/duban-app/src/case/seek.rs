//! 按人查找: the cases of somebody whose name or telephone one knows, as a filter of the worklist.
//!
//! To be told that somebody spoke is to be told who spoke: it takes the role that reveals, and every look is recorded
//! before anything is shown. What was typed goes on as a pass, sealed for this member and for a few hours, so that
//! neither a name nor a number stands in an address, a history or a log.

use duban_domain::{
    Refusal, StaffId, Stamp,
    person::{Phone, folded_name},
    policy::{Reach, allow, verb},
    text,
};
use duban_store::{CaseQuery, SeekLine, Sought};

use super::list::{COUNT_MAX, within};
use crate::{
    App, Ctx,
    keys::{hex, unhex},
    person,
    wiring::Result,
};

/// How long a pass opens: a shift.
const PASS_MS: i64 = 12 * 60 * 60 * 1_000;
/// Between the parts of a pass; no text of a form holds it.
const PART: char = '\u{1f}';
/// Lines of the record that a page shows.
const LINES: i64 = 50;

/// Whom somebody looks for, as they typed it; an empty field asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The whole name.
    pub name: String,
    /// The whole telephone number, or its last four digits.
    pub phone: String,
}

/// A telephone as it is looked for.
enum Digits {
    Whole(Phone),
    Tail(String),
}

/// Looks for somebody: records it and gives the pass by which lists show what was found.
pub fn seek(ctx: &Ctx, typed: &Typed) -> Result<String> {
    let allowed = allow::<verb::Reveal>(&ctx.who)?;
    let name = text::optional("name", &typed.name, 60)?;
    let phone = text::optional("phone", &typed.phone, 30)?;
    let typed = Typed { name, phone };
    let sought = sought(&ctx.app, &typed)?;
    let query = within(ctx, &CaseQuery { person: Some(sought.clone()), ..CaseQuery::default() })?;
    let asked = [("name", &sought.name), ("phone", &sought.phone), ("tail", &sought.tail)];
    let by: Vec<&str> = asked.into_iter().filter(|(_, hash)| hash.is_some()).map(|(by, _)| by).collect();
    let line = SeekLine {
        id: ctx.app.seek_id(),
        at: ctx.now,
        staff: ctx.who.id,
        name: allowed.actor().name.clone(),
        unit: ctx.who.unit.clone(),
        by: by.join("+"),
        found: ctx.app.store.read(|tx| tx.count(&query, COUNT_MAX))?,
    };
    ctx.app.store.write(|tx| Ok::<_, crate::AppError>(tx.record_seek(&line)?))?;
    let text = format!("{}{PART}{}{PART}{}", ctx.now.0, typed.name, typed.phone);
    Ok(hex(&ctx.app.keys.seal(&place(ctx.who.id), &text, &*ctx.app.entropy)?))
}

/// What a pass says, to the member it was made for and while it lasts.
#[must_use]
pub fn open(app: &App, who: StaffId, now: Stamp, pass: &str) -> Option<Typed> {
    let text = app.keys.open(&place(who), &unhex(pass)?).ok()?;
    let mut parts = text.split(PART);
    let at: i64 = parts.next()?.parse().ok()?;
    let (name, phone) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    (now.0.saturating_sub(at) < PASS_MS).then_some(Typed { name, phone })
}

/// Whom a pass lets a list ask for. One that does not open finds nobody, for a filter that is dropped would show more.
#[must_use]
pub fn of_pass(ctx: &Ctx, pass: &str) -> Sought {
    let typed = open(&ctx.app, ctx.who.id, ctx.now, pass);
    typed.and_then(|typed| sought(&ctx.app, &typed).ok()).unwrap_or_default()
}

/// The newest lines of the record: all of them for whoever sees all cases, otherwise one's own.
pub fn lines(ctx: &Ctx) -> Result<Vec<SeekLine>> {
    allow::<verb::Export>(&ctx.who)?;
    let of = (ctx.who.reach != Reach::All).then_some(ctx.who.id);
    Ok(ctx.app.store.read(|tx| tx.seeks(of, LINES))?)
}

fn place(who: StaffId) -> String {
    format!("list.person.{}", who.0)
}

fn sought(app: &App, typed: &Typed) -> Result<Sought> {
    let name = person::name_key(&app.keys, &typed.name);
    let (phone, tail) = match digits(&typed.phone)? {
        Some(Digits::Whole(phone)) => (Some(person::phone_key(&app.keys, &phone)), None),
        Some(Digits::Tail(tail)) => (None, Some(person::tail_key(&app.keys, &tail))),
        None => (None, None),
    };
    let sought = Sought { name, phone, tail };
    if sought == Sought::default() { Err(Refusal::NeedsText("name").into()) } else { Ok(sought) }
}

/// A whole number, or the four digits at its end.
fn digits(raw: &str) -> Result<Option<Digits>> {
    let four = folded_name(raw);
    if four.len() == 4 && four.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(Some(Digits::Tail(four)));
    }
    Ok(Phone::parse(raw)?.map(Digits::Whole))
}
