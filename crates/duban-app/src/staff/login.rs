//! 登录: a password (argon2), a session of 256 random bits of which only the hash is kept.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use duban_domain::{StaffId, policy::Member, stamp::DAY_MS};
use duban_store::{Session, SessionKind};

use crate::{App, AppError, Entropy, keys, wiring::Result};

/// A session ends after this long without a page, in milliseconds.
const IDLE_MS: i64 = DAY_MS / 2;
/// A session ends after this long in any case, in milliseconds.
const LIFE_MS: i64 = 7 * DAY_MS;
/// How stale "last seen" may be before it is written again, in milliseconds.
const SEEN_EVERY_MS: i64 = 300_000;

/// Signs in; returns the token for the browser. A wrong login takes as long as a wrong password.
pub fn sign_in(app: &App, login: &str, password: &str) -> Result<String> {
    let staff = app.store.read(|tx| Ok::<_, AppError>(tx.staff_by_login(login.trim())?))?;
    let known = staff.as_ref().map_or(NOBODY, |s| &s.password);
    let fits = PasswordHash::new(known)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    let Some(staff) = staff.filter(|s| fits && s.active) else { return Err(AppError::Credentials) };

    let (token, now) = (app.entropy.token(), app.now());
    let session = Session {
        token: keys::hash(&token),
        kind: SessionKind::Staff,
        subject: staff.id.0,
        created_at: now,
        seen_at: now,
        expires_at: now.plus_ms(LIFE_MS),
    };
    app.store.write(|tx| Ok::<_, AppError>(tx.open_session(&session)?))?;
    Ok(keys::hex(&token))
}

/// The member behind a browser's token; `seen` says that a person did something, which keeps the
/// session alive: an open tab that only listens does not. None when the session is unknown, ended or
/// idle too long, or when the account was switched off.
pub fn member_of(app: &App, token: &str, seen: bool) -> Result<Option<Member>> {
    let Some(raw) = keys::unhex(token) else { return Ok(None) };
    let (hash, now) = (keys::hash(&raw), app.now());
    let found = app.store.read(|tx| {
        let live = |s: &Session| {
            s.kind == SessionKind::Staff && s.expires_at > now && s.seen_at.plus_ms(IDLE_MS) > now
        };
        let Some(session) = tx.session(&hash)?.filter(live) else { return Ok::<_, AppError>(None) };
        Ok(tx.staff(StaffId(session.subject))?.filter(|s| s.active).map(|staff| (session, staff)))
    })?;
    let Some((session, staff)) = found else { return Ok(None) };
    if seen && session.seen_at.plus_ms(SEEN_EVERY_MS) < now {
        app.store.write(|tx| Ok::<_, AppError>(tx.touch_session(&hash, now)?))?;
    }
    Ok(Some(Member::of(&app.city, staff.id, &staff.name, &staff.unit, &staff.role)))
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
    app.store.write(|tx| Ok(tx.end_session(&keys::hash(&raw))?))
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
