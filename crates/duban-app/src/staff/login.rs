//! 登录: a password (argon2), a second factor where the account or its role has one, and a session of 256 random bits
//! of which only the hash is kept.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use duban_domain::{
    Refusal, StaffId, Stamp,
    policy::{Entry, Member},
    text,
};
use duban_store::{Session, SessionKind, Staff, WriteTx};

use super::{
    guess::{self, Counts},
    record,
};
use crate::{App, AppError, Entropy, keys, wiring::Result};

/// How stale "last seen" may be before it is written again, in milliseconds.
const SEEN_EVERY_MS: i64 = 60_000;
/// How long the second factor may take after the password, in milliseconds.
const HALFWAY_MS: i64 = 600_000;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Most characters that are kept of what a browser calls itself.
const AGENT_MAX: usize = 200;

/// Somebody at the door (登录请求).
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    /// What they typed as their login.
    pub login: String,
    /// And as their password.
    pub password: String,
    /// The address they come from, as it counts guesses; empty when it is not known.
    pub from: String,
    /// The same, shortened, as it is kept.
    pub place: String,
    /// What the browser calls itself.
    pub agent: String,
    /// The device tokens that the browser shows.
    pub devices: Vec<String>,
}

/// A session that has begun (已登录).
#[derive(Clone, Debug)]
pub struct Entered {
    /// Whose.
    pub staff: StaffId,
    /// The token for the browser.
    pub token: String,
    /// The token by which the account knows this browser again.
    pub device: String,
    /// Whether somebody else touched the account since its owner came in last.
    pub news: bool,
}

/// How far somebody has come (登录到哪一步).
#[derive(Clone, Debug)]
pub enum Entrance {
    /// In.
    In(Entered),
    /// The password was right; a code is asked for.
    Halfway {
        /// Whose account.
        staff: StaffId,
        /// The token for the browser, which opens nothing but the page of the code.
        token: String,
        /// Whether the role needs a second factor that the account does not have yet.
        enrol: bool,
    },
}

/// Looks at a login and a password. A wrong login takes as long as a wrong password, and counts the same.
pub fn enter(app: &App, attempt: &Attempt) -> Result<Entrance> {
    let (login, now) = (attempt.login.trim().to_lowercase(), app.now());
    let staff = app.store.read(|tx| Ok::<_, AppError>(tx.staff_by_login(&login)?))?;
    let known = staff.as_ref().and_then(|s| guess::known(&app.keys, s.id, &attempt.devices));
    let counts = match (&staff, known) {
        (Some(staff), Some(device)) => Counts::of_device(app, staff.id, device),
        _ => Counts::of_place(app, &login, &attempt.from),
    };
    app.store.read(|tx| counts.admit(tx, now))?;
    let fits = fits(staff.as_ref().map(|s| s.password.as_str()), &attempt.password);
    let Some(staff) = staff.as_ref().filter(|s| fits && s.active) else {
        return wrong(app, attempt, &counts, staff.as_ref().map(|s| (s, fits)));
    };
    app.store.write(|tx| {
        counts.right(tx)?;
        first_half(app, tx, staff, attempt, Entry::In)
    })
}

/// What comes after whoever it is has shown who they are: in, or on to the second factor.
pub(super) fn first_half(
    app: &App,
    tx: &mut WriteTx<'_>,
    staff: &Staff,
    attempt: &Attempt,
    how: Entry,
) -> Result<Entrance> {
    let has = tx.second_factor(staff.id)?.is_some_and(|factor| factor.confirmed_at.is_some());
    if has || app.city.access.asks_second(&staff.role) {
        let token = begin(app, tx, SessionKind::Halfway, staff.id, attempt)?;
        return Ok(Entrance::Halfway { staff: staff.id, token, enrol: !has });
    }
    Ok(Entrance::In(admit(app, tx, staff.id, attempt, how)?))
}

/// Whether a password fits a hash; without one, the work is the same and nothing fits.
pub(super) fn fits(hash: Option<&str>, password: &str) -> bool {
    PasswordHash::new(hash.filter(|hash| !hash.is_empty()).unwrap_or(NOBODY))
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Counts it and writes it down; then it is refused without saying which of the two was wrong.
fn wrong(app: &App, attempt: &Attempt, counts: &Counts, of: Option<(&Staff, bool)>) -> Result<Entrance> {
    app.store.write(|tx| {
        let full = counts.wrong(tx, app.now())?;
        if of.is_none() && Counts::of_nobody(app).wrong(tx, app.now())? {
            return Ok(());
        }
        let (staff, what) = match of {
            None => (StaffId(0), Entry::Nobody),
            Some((staff, true)) => (staff.id, Entry::Off),
            Some((staff, false)) => (staff.id, Entry::WrongPassword),
        };
        record::note(app, tx, staff, what, attempt)?;
        if full {
            record::note(app, tx, staff, Entry::Barred, attempt)?;
        }
        Ok::<_, AppError>(())
    })?;
    Err(AppError::Credentials)
}

/// Begins a whole session, and writes it down.
pub(super) fn admit(
    app: &App,
    tx: &mut WriteTx<'_>,
    staff: StaffId,
    attempt: &Attempt,
    how: Entry,
) -> Result<Entered> {
    let token = begin(app, tx, SessionKind::Staff, staff, attempt)?;
    let news = record::is_news(tx, staff)?;
    record::note(app, tx, staff, how, attempt)?;
    let known = guess::known(&app.keys, staff, &attempt.devices).map(str::to_owned);
    let device = known.unwrap_or_else(|| guess::device(&app.keys, staff, &*app.entropy));
    Ok(Entered { staff, token, device, news })
}

fn begin(
    app: &App,
    tx: &mut WriteTx<'_>,
    kind: SessionKind,
    staff: StaffId,
    attempt: &Attempt,
) -> Result<String> {
    let (token, now) = (app.entropy.token(), app.now());
    let life_ms = match kind {
        SessionKind::Halfway => HALFWAY_MS,
        SessionKind::Staff | SessionKind::Resident => i64::from(app.city.access.life_hours) * HOUR_MS,
    };
    tx.open_session(&Session {
        token: keys::hash(&token),
        kind,
        subject: staff.0,
        created_at: now,
        seen_at: now,
        expires_at: now.plus_ms(life_ms),
        agent: text::shorten(&attempt.agent, AGENT_MAX),
        place: attempt.place.clone(),
    })?;
    Ok(keys::hex(&token))
}

/// Signs in somebody who needs nothing but a password; returns the token for the browser.
pub fn sign_in(app: &App, login: &str, password: &str) -> Result<String> {
    let (login, password) = (login.to_owned(), password.to_owned());
    match enter(app, &Attempt { login, password, ..Attempt::default() })? {
        Entrance::In(entered) => Ok(entered.token),
        Entrance::Halfway { .. } => Err(AppError::Credentials),
    }
}

/// Whether a session of a member of staff still holds, by the rules of the city as they are now.
pub(super) fn is_live(app: &App, session: &Session, now: Stamp) -> bool {
    let rules = &app.city.access;
    session.kind == SessionKind::Staff
        && session.expires_at > now
        && session.created_at.plus_ms(i64::from(rules.life_hours) * HOUR_MS) > now
        && session.seen_at.plus_ms(i64::from(rules.idle_minutes) * MINUTE_MS) > now
}

/// The member behind a browser's token; `seen` says that a person did something, which keeps the
/// session alive: an open tab that only listens does not. None when the session is unknown, ended or
/// idle too long, or when the account was switched off.
pub fn member_of(app: &App, token: &str, seen: bool) -> Result<Option<Member>> {
    let Some(raw) = keys::unhex(token) else { return Ok(None) };
    let (hash, now) = (keys::hash(&raw), app.now());
    let found = app.store.read(|tx| {
        let live = |s: &Session| is_live(app, s, now);
        let Some(session) = tx.session(&hash)?.filter(live) else { return Ok::<_, AppError>(None) };
        Ok(tx.staff(StaffId(session.subject))?.filter(|s| s.active).map(|staff| (session, staff)))
    })?;
    let Some((session, staff)) = found else { return Ok(None) };
    if seen && session.seen_at.plus_ms(SEEN_EVERY_MS) < now {
        app.store.write(|tx| Ok::<_, AppError>(tx.touch_session(&hash, now)?))?;
    }
    Ok(Some(Member::of(&app.city, staff.id, &staff.name, &staff.unit, &staff.role)))
}

/// Whose half-begun session a token is: the password was right, the code is missing.
pub(super) fn halfway(app: &App, token: &str) -> Result<(Staff, Vec<u8>)> {
    let raw = keys::unhex(token).ok_or(Refusal::NotFound)?;
    let (hash, now) = (keys::hash(&raw), app.now());
    app.store.read(|tx| {
        let session = tx.session(&hash)?.filter(|s| s.kind == SessionKind::Halfway && s.expires_at > now);
        let session = session.ok_or(Refusal::NotFound)?;
        let staff = tx.staff(StaffId(session.subject))?.filter(|s| s.active).ok_or(Refusal::NotFound)?;
        Ok((staff, hash.clone()))
    })
}

/// Whose session a token was, whether or not it has ended. It opens nothing: it only tells whose words
/// a form holds that came too late.
pub fn who_was(app: &App, token: &str) -> Result<Option<StaffId>> {
    let Some(raw) = keys::unhex(token) else { return Ok(None) };
    let session = app.store.read(|tx| Ok::<_, AppError>(tx.session(&keys::hash(&raw))?))?;
    Ok(session.filter(|s| s.kind == SessionKind::Staff).map(|s| StaffId(s.subject)))
}

/// Ends a session.
pub fn sign_out(app: &App, token: &str) -> Result<()> {
    let Some(raw) = keys::unhex(token) else { return Ok(()) };
    let hash = keys::hash(&raw);
    app.store.write(|tx| {
        if let Some(session) = tx.session(&hash)?.filter(|s| s.kind == SessionKind::Staff) {
            let by = Attempt { place: session.place, agent: session.agent, ..Attempt::default() };
            record::note(app, tx, StaffId(session.subject), Entry::Out, &by)?;
        }
        Ok(tx.end_session(&hash)?)
    })
}

/// The hash that is kept of a password.
pub fn hash_password(password: &str, entropy: &dyn Entropy) -> Result<String> {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    let hash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|_| AppError::Broken("hashing a password"))?;
    Ok(hash.to_string())
}

/// A hash that no password has, so that an unknown login costs the same work.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
