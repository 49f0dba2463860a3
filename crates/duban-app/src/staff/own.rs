//! 我的账号: one's own sessions, seen and ended, and one's own password.

use duban_domain::{
    Refusal, Stamp,
    policy::{Entry, Guard},
};
use duban_store::{Session, SessionKind, Staff};

use super::{
    login::hash_password,
    record,
    second::{by_session, keep_only, prove},
    users::PASSWORD_MIN,
};
use crate::{App, AppError, Ctx, keys, wiring::Result};

/// Bytes of a session's hash by which it is named on a page: too few to be of use, enough to tell them apart.
const HANDLE: usize = 8;

/// A session as its owner, or whoever keeps the accounts, sees it (会话).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// What it is called on the page.
    pub handle: String,
    /// Whether it is the one that asks.
    pub here: bool,
    /// What the browser called itself.
    pub agent: String,
    /// From where, shortened.
    pub place: String,
    /// When it began.
    pub since: Stamp,
    /// When it was last used, to a minute or so.
    pub seen: Stamp,
}

fn handle(session: &Session) -> String {
    keys::hex(&session.token[..HANDLE.min(session.token.len())])
}

/// The sessions of an account that have not ended by themselves.
pub(crate) fn open(app: &App, staff: &Staff, own: &str) -> Result<Vec<Open>> {
    let (own, now) = (keys::unhex(own).map(|raw| keys::hash(&raw)), app.now());
    let found = app.store.read(|tx| Ok::<_, AppError>(tx.sessions_of(SessionKind::Staff, staff.id.0)?))?;
    let live = found.into_iter().filter(|session| super::login::is_live(app, session, now));
    Ok(live
        .map(|session| Open {
            handle: handle(&session),
            here: own.as_ref() == Some(&session.token),
            agent: session.agent,
            place: session.place,
            since: session.created_at,
            seen: session.seen_at,
        })
        .collect())
}

/// One's own sessions.
pub fn sessions(ctx: &Ctx, own: &str) -> Result<Vec<Open>> {
    open(&ctx.app, &super::second::account(ctx)?, own)
}

/// Ends one of one's own sessions.
pub fn end(ctx: &Ctx, own: &str, which: &str) -> Result<()> {
    let by = by_session(ctx, own)?;
    ctx.app.store.write(|tx| {
        let found = tx.sessions_of(SessionKind::Staff, ctx.who.id.0)?;
        let session = found.iter().find(|session| handle(session) == which).ok_or(Refusal::NotFound)?;
        tx.end_session(&session.token)?;
        record::note(&ctx.app, tx, ctx.who.id, Entry::Ended, &by)
    })
}

/// Ends all of one's own sessions but this one; how many there were.
pub fn end_others(ctx: &Ctx, own: &str) -> Result<u64> {
    let by = by_session(ctx, own)?;
    ctx.app.store.write(|tx| {
        let ended = keep_only(tx, ctx.who.id, own)?;
        if ended > 0 {
            record::note(&ctx.app, tx, ctx.who.id, Entry::Ended, &by)?;
        }
        Ok(ended)
    })
}

/// Changes one's own password, by the present one; every other session ends, and so does every link.
pub fn change_password(ctx: &Ctx, own: &str, old: &str, new: &str) -> Result<()> {
    if new.chars().count() < PASSWORD_MIN {
        return Err(Refusal::from(Guard::ShortPassword { least: PASSWORD_MIN }).into());
    }
    let staff = prove(ctx, old)?;
    let (by, hash) = (by_session(ctx, own)?, hash_password(new, &*ctx.app.entropy)?);
    ctx.app.store.write(|tx| {
        let now = tx.staff(staff.id)?.filter(|now| now.password == staff.password).ok_or(Refusal::Stale)?;
        tx.update_staff(&Staff { password: hash.clone(), ..now })?;
        tx.end_password_links(staff.id)?;
        keep_only(tx, staff.id, own)?;
        record::note(&ctx.app, tx, staff.id, Entry::Password, &by)
    })
}
