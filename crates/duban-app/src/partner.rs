//! Other systems: the keys they show, and what they may read. Open311 clients are among them.
//!
//! What is public about a request is its kind of matter, place and state; never the text, the
//! person or anything confidential.

pub mod news;
pub mod read;
pub mod report;

use duban_domain::{
    Refusal, Stamp,
    case::{Event, What, accepted},
    policy::Reach,
};
use duban_store::{ApiKey, CaseQuery, CaseRow, KeyScope};

use crate::{App, AppError, keys, wiring::Result};

/// A request as the public may see it.
#[derive(Clone, Debug)]
pub struct PublicCase {
    /// What lists know.
    pub row: CaseRow,
    /// When something of which everybody may know last happened; for a closed case, when it closed.
    pub updated_at: Stamp,
    /// The last public answer that was accepted.
    pub answer: Option<String>,
}

/// Another system that has shown its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Its name.
    pub name: String,
    /// The unit it handles cases for, if it does.
    pub unit: Option<String>,
}

/// Makes a key for another system; it is shown once and kept as a hash. With a unit the system sees
/// and handles that unit's cases.
pub fn add_key(app: &App, name: &str, unit: Option<&str>) -> Result<String> {
    if let Some(key) = unit.filter(|key| app.city.unit(key).is_none()) {
        return Err(Refusal::UnknownUnit(key.to_owned()).into());
    }
    let token = format!("dk_{}", keys::hex(&app.entropy.token()));
    keep(app, name, unit, &token, KeyScope::Open311)?;
    Ok(token)
}

/// A new key for a telephone system: it tells of calls, and opens nothing else.
pub fn add_telephone_key(app: &App, name: &str) -> Result<String> {
    let token = format!("dk_{}", keys::hex(&app.entropy.token()));
    keep(app, name, None, &token, KeyScope::Telephone)?;
    Ok(token)
}

/// Keeps a given key: the demo's, which its page shows.
pub fn keep_key(app: &App, name: &str, token: &str) -> Result<()> {
    keep(app, name, None, token, KeyScope::Open311)
}

/// The same for a telephone system.
pub fn keep_telephone_key(app: &App, name: &str, token: &str) -> Result<()> {
    keep(app, name, None, token, KeyScope::Telephone)
}

fn keep(app: &App, name: &str, unit: Option<&str>, token: &str, scope: KeyScope) -> Result<()> {
    let key = ApiKey {
        id: app.staff_id().0,
        hash: keys::hash(token.as_bytes()),
        name: name.to_owned(),
        unit: unit.map(str::to_owned),
        scope,
        created_at: app.now(),
        revoked_at: None,
    };
    app.store.write(|tx| Ok(tx.insert_api_key(&key)?))
}

/// Every key: its id, whose it is, and whether it was taken back.
pub fn keys(app: &App) -> Result<Vec<ApiKey>> {
    app.store.read(|tx| Ok(tx.api_keys()?))
}

/// Takes a key back; whether there was a valid one with this id.
pub fn revoke_key(app: &App, id: i64) -> Result<bool> {
    app.store.write(|tx| Ok(tx.revoke_api_key(id, app.now())?))
}

/// The system that an Open311 key belongs to; none when the key is unknown, was taken back, or is for
/// something else.
pub fn caller(app: &App, token: &str) -> Result<Option<Caller>> {
    of_scope(app, token, KeyScope::Open311)
}

/// The telephone system that a key belongs to; none for any other key.
pub fn telephone(app: &App, token: &str) -> Result<Option<Caller>> {
    of_scope(app, token, KeyScope::Telephone)
}

fn of_scope(app: &App, token: &str, scope: KeyScope) -> Result<Option<Caller>> {
    let key = app.store.read(|tx| Ok::<_, AppError>(tx.api_key(&keys::hash(token.as_bytes()))?))?;
    Ok(key
        .filter(|k| k.revoked_at.is_none() && k.scope == scope)
        .map(|k| Caller { name: k.name, unit: k.unit }))
}

/// The public view of the cases that a query finds, newest first. Confidential ones are not in it.
pub fn public_cases(app: &App, query: &CaseQuery) -> Result<Vec<PublicCase>> {
    app.store.read(|tx| {
        let query = CaseQuery { reach: Reach::All, public_only: true, ..query.clone() };
        tx.list(&query)?.rows.into_iter().map(|row| public(tx, row)).collect()
    })
}

pub(crate) fn public(tx: &mut duban_store::ReadTx<'_>, row: CaseRow) -> Result<PublicCase> {
    let events = tx.events(row.id)?;
    let known = events.iter().rev().find(|event| What::PUBLIC.contains(&event.kind.as_str()));
    let updated_at = row.closed_at.or(known.map(|event| event.at)).unwrap_or(row.opened_at);
    let events: Vec<Event> = events.into_iter().filter_map(|e| e.event).collect();
    let answer = last_accepted(&events);
    Ok(PublicCase { row, updated_at, answer })
}

fn last_accepted(events: &[Event]) -> Option<String> {
    match &events[*accepted(events).last()?].what {
        What::Answered { public, .. } => Some(public.clone()),
        _ => None,
    }
}
