//! 接口 v1: other systems that show a service key. A key is like a member whose role is its scopes and whose reach is a
//! unit or everything: the same permits decide. It never reaches a person's name or number, and neither it nor a key of
//! Open311 opens the other's door.

use duban_domain::{
    Number, Refusal, Stamp,
    case::{Case, Event},
    city::City,
    lang::Words,
    policy::{Action, Guard, Member, allow, permit, verb},
    request::Request,
    stamp::DAY_MS,
    text,
};
use duban_store::{AdminChange, CaseRow, Job, MediaRow, ServiceKey, WriteTx};

use crate::{
    App, AppError, Ctx,
    administration::{OF_KEY, noted},
    keys,
    wiring::Result,
};

/// What a key may be given: what units and the centre do with cases, and figures. Nothing of administration, nothing
/// that reveals a person.
pub const SCOPES: [Action; 10] = [
    Action::View,
    Action::Register,
    Action::Dispatch,
    Action::Sign,
    Action::Contact,
    Action::Answer,
    Action::Classify,
    Action::Label,
    Action::Note,
    Action::Figures,
];
/// What a key begins with, so that one that lies about is known for what it is.
const BEGIN: &str = "ds_";
/// Longest name.
const NAME_MAX: usize = 60;
/// Longest life of a key, in days.
const DAYS_MAX: i64 = 3_660;
/// How stale "last used" may be before it is written again, in milliseconds.
const USED_EVERY_MS: i64 = 60_000;
/// The kind of the job that forgets what was sent under keys of senders.
pub(crate) const FORGET: &str = "forget-sent";
/// How many days, at least, something else under the same key of a step is refused: whoever sends again after a broken
/// line does it sooner.
const SENT_DAYS: i64 = 3;
/// Keys of senders that are looked at in one transaction.
const FORGET_MAX: i64 = 500;

/// A key as it is to be (新密钥).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Whose it is.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Action>,
    /// The unit whose cases it reaches, with those below; none: every case.
    pub unit: Option<String>,
    /// In how many days it ends by itself; none: never.
    pub days: Option<i64>,
}

/// Every key, the newest first.
pub fn keys(ctx: &Ctx) -> Result<Vec<ServiceKey>> {
    allow::<verb::Accounts>(&ctx.who)?;
    ctx.app.store.read(|tx| Ok(tx.service_keys()?))
}

/// Makes a key; it is shown once, and kept as a hash.
pub fn make(ctx: &Ctx, wanted: &Wanted) -> Result<String> {
    allow::<verb::Accounts>(&ctx.who)?;
    let name = text::required("name", &wanted.name, NAME_MAX)?;
    if let Some(unit) = wanted.unit.as_deref().filter(|unit| ctx.city().unit(unit).is_none()) {
        return Err(Refusal::UnknownUnit(unit.to_owned()).into());
    }
    let scopes: Vec<&str> =
        SCOPES.iter().filter(|scope| wanted.scopes.contains(scope)).map(|scope| scope.key()).collect();
    if scopes.is_empty() || scopes.len() != wanted.scopes.len() {
        return Err(Refusal::from(Guard::NoScope).into());
    }
    let days = wanted.days.map(|days| days.clamp(1, DAYS_MAX));
    let token = format!("{BEGIN}{}", keys::hex(&ctx.app.entropy.token()));
    let key = ServiceKey {
        id: ctx.app.change_id(),
        hash: keys::hash(token.as_bytes()),
        name,
        scopes: scopes.join(" "),
        unit: wanted.unit.clone(),
        made_at: ctx.now,
        made_by: ctx.who.name.clone(),
        expires_at: days.map(|days| ctx.now.plus_ms(days * DAY_MS)),
        ended_at: None,
        used_at: None,
    };
    ctx.app.store.write(|tx| {
        tx.insert_service_key(&key)?;
        note(ctx, tx, "", &words(&key), &key)
    })?;
    Ok(token)
}

/// Ends a key at once, on every server.
pub fn end(ctx: &Ctx, id: i64) -> Result<()> {
    allow::<verb::Accounts>(&ctx.who)?;
    ctx.app.store.write(|tx| {
        let key = tx.service_keys()?.into_iter().find(|key| key.id == id).ok_or(Refusal::NotFound)?;
        if !tx.end_service_key(id, ctx.now)? {
            return Err(AppError::from(Refusal::NoChange));
        }
        note(ctx, tx, &words(&key), "", &key)
    })
}

fn words(key: &ServiceKey) -> String {
    format!("name = {}\nscopes = {}\nunit = {}", key.name, key.scopes, key.unit.as_deref().unwrap_or("*"))
}

fn note(ctx: &Ctx, tx: &mut WriteTx<'_>, before: &str, after: &str, key: &ServiceKey) -> Result<()> {
    let change = noted(ctx, OF_KEY, &key.name, "");
    let (before, after) = (before.to_owned(), after.to_owned());
    Ok(tx.note_change(&AdminChange { before, after, ..change })?)
}

/// The member that a key stands for; none when it is unknown, over or ended.
pub fn member_of(app: &App, token: &str) -> Result<Option<Member>> {
    if !token.starts_with(BEGIN) {
        return Ok(None);
    }
    let (hash, now) = (keys::hash(token.as_bytes()), app.now());
    let key = app.store.read(|tx| Ok::<_, AppError>(tx.service_key(&hash)?))?;
    let live = |key: &ServiceKey| key.ended_at.is_none() && key.expires_at.is_none_or(|at| at > now);
    let Some(key) = key.filter(live) else { return Ok(None) };
    if key.used_at.is_none_or(|at| at.plus_ms(USED_EVERY_MS) < now) {
        app.store.write(|tx| Ok::<_, AppError>(tx.touch_service_key(key.id, now)?))?;
    }
    Ok(Some(member(&app.city, &key)))
}

fn member(city: &City, key: &ServiceKey) -> Member {
    let known = |scope: &str| Action::from_key(scope).filter(|action| SCOPES.contains(action));
    let actions = key.scopes.split(' ').filter_map(known).collect();
    Member::system(city, key.id, &key.name, key.unit.as_deref(), actions)
}

/// A case as another system sees it: what was said, and what happened; nobody's name but those of the staff.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The case.
    pub case: Case,
    /// Its row: title, place, owner.
    pub row: CaseRow,
    /// What was said.
    pub requests: Vec<Request>,
    /// Its history, oldest first; an erased entry is none.
    pub history: Vec<Option<Event>>,
    /// Photos and documents.
    pub media: Vec<MediaRow>,
}

/// A case by its number or that of one of its requests; outside one's reach there is none.
pub fn see(ctx: &Ctx, number: &Number) -> Result<Seen> {
    ctx.app.store.read(|tx| {
        let case = tx.case_by_number(number)?.ok_or(Refusal::NotFound)?;
        permit::<verb::View>(&ctx.who, &case)?;
        Ok(Seen {
            row: tx.case_row(case.id)?.ok_or(Refusal::NotFound)?,
            requests: tx.requests_of(case.id)?,
            history: tx.events(case.id)?.into_iter().map(|stored| stored.event).collect(),
            media: tx.media_of(case.id)?,
            case,
        })
    })
}

/// What was sent under a key of the sender's own: the same again is let through, and counts once by what it is let
/// through to; something else is refused. Returns the name under which it counts once.
pub fn sent_under(ctx: &Ctx, key: &str, body: &[u8]) -> Result<String> {
    let whose = format!("{} {}\0{key}", ctx.who.id.0, ctx.who.name);
    let name = keys::hash(whose.as_bytes());
    let digest = keys::hash(body);
    let source = format!("api:{}", keys::hex(&name));
    let held = ctx.app.store.write(|tx| {
        owe_forgetting(&ctx.app, tx, ctx.now)?;
        let (held, fresh) = tx.sent_under(&name, &digest, ctx.now)?;
        // There is a case of this key, and what was sent for it is not known any more: whoever sends the key now is
        // told so, and not given a case that may be about something else.
        if fresh && tx.request_by_source(&source)?.is_some() {
            return Err(AppError::from(Refusal::from(Guard::KeyReused)));
        }
        Ok(held)
    })?;
    if held != digest {
        return Err(Refusal::from(Guard::KeyReused).into());
    }
    Ok(source)
}

/// One job a day, when all that was sent on that day is old enough.
fn owe_forgetting(app: &App, tx: &mut WriteTx<'_>, now: Stamp) -> Result<()> {
    let day = now.0.div_euclid(DAY_MS);
    Ok(tx.enqueue(&Job {
        id: app.job_id(),
        kind: FORGET.to_owned(),
        subject: day,
        payload: String::new(),
        run_at: Stamp((day + 1 + SENT_DAYS) * DAY_MS),
        attempts: 0,
        dedupe: format!("{FORGET}:{day}"),
    })?)
}

/// Forgets what was sent under keys of senders some days ago. What made a case is remembered as long as the case:
/// the same key gives it again, and with something else is refused.
pub(crate) fn forget(app: &App, job: &Job, now: Stamp) -> Result<()> {
    loop {
        let looked = app.store.write(|tx| {
            let keys = tx.sent_until(now.plus_ms(-SENT_DAYS * DAY_MS), FORGET_MAX)?;
            for key in &keys {
                match tx.request_by_source(&format!("api:{}", keys::hex(key)))? {
                    Some(_) => tx.keep_sent(key)?,
                    None => tx.forget_sent(key)?,
                }
            }
            Ok::<_, AppError>(keys.len())
        })?;
        if looked == 0 {
            return app.store.write(|tx| Ok(tx.finish_job(job.id)?));
        }
    }
}

/// Whether a key that a live feed began with still holds as it did.
pub fn still(app: &App, token: &str, was: &Member) -> Result<bool> {
    Ok(member_of(app, token)?.as_ref() == Some(was))
}

/// When a key ends, in words of the page.
#[must_use]
pub fn state(key: &ServiceKey, now: Stamp) -> Words {
    let words = |zh: &str, en: &str| Words { zh: zh.to_owned(), en: en.to_owned() };
    match (key.ended_at, key.expires_at) {
        (Some(_), _) => words("已收回", "ended"),
        (None, Some(at)) if at <= now => words("已到期", "over"),
        _ => words("有效", "valid"),
    }
}
