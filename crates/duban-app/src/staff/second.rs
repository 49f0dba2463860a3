//! 第二因素: a code from an app on the telephone, beside the password. The secret is sealed; it counts once its owner
//! has typed a code of it where it was offered: somebody else who has the password is offered another one. Ten recovery
//! codes are shown once and kept as keyed hashes.

use duban_domain::{
    Refusal, StaffId, Stamp,
    policy::{Entry, Guard},
};
use duban_store::{SecondFactor, SessionKind, Staff, WriteTx};

use super::{
    Attempt, Entered,
    guess::Counts,
    login::{self, halfway},
    record, totp,
};
use crate::{App, AppError, Ctx, keys, wiring::Result};

/// What a secret is sealed for.
const PLACE: &str = "second_factor.secret";
/// How many recovery codes there are, and how many letters each has.
const CODES: usize = 10;
const CODE_LETTERS: usize = 12;
/// How long a secret waits for its first code before another is made, in milliseconds.
const OFFER_MS: i64 = 1_800_000;

/// How an account stands (第二因素状态).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Since when a code is asked for.
    pub since: Option<Stamp>,
    /// How many recovery codes are left.
    pub codes_left: i64,
    /// Whether the role signs in with one.
    pub required: bool,
}

/// A secret that waits for its first code (待确认的密钥).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// In letters, four and four.
    pub secret: String,
    /// What the square picture says.
    pub address: String,
}

/// How the second factor of an account stands.
pub(crate) fn state(app: &App, staff: &Staff) -> Result<State> {
    app.store.read(|tx| {
        Ok(State {
            since: tx.second_factor(staff.id)?.and_then(|factor| factor.confirmed_at),
            codes_left: tx.recovery_codes_left(staff.id)?,
            required: app.city.access.asks_second(&staff.role),
        })
    })
}

/// One's own.
pub fn own(ctx: &Ctx) -> Result<State> {
    state(&ctx.app, &account(ctx)?)
}

/// The account of whoever asks.
pub(super) fn account(ctx: &Ctx) -> Result<Staff> {
    let found = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.staff(ctx.who.id)?))?;
    found.ok_or_else(|| Refusal::NotFound.into())
}

/// Checks the password of whoever is signed in: what changes one's way in asks for it again.
pub(super) fn prove(ctx: &Ctx, password: &str) -> Result<Staff> {
    let staff = account(ctx)?;
    if staff.password.is_empty() {
        return Err(Refusal::from(Guard::NoPassword).into());
    }
    let counts = Counts::of_account(&ctx.app, "password", staff.id);
    ctx.app.store.read(|tx| counts.admit(tx, ctx.now))?;
    if login::fits(Some(&staff.password), password) {
        return Ok(staff);
    }
    ctx.app.store.write(|tx| counts.wrong(tx, ctx.now).map(|_| ()))?;
    Err(Refusal::from(Guard::WrongPassword).into())
}

/// Offers a secret to whoever is signed in and types the password again.
pub fn begin(ctx: &Ctx, session: &str, password: &str) -> Result<Offer> {
    let staff = prove(ctx, password)?;
    offer(&ctx.app, &staff, &keys::hex(&hash_of(session)))
}

/// The secret that this session is offered already, when a code of it was wrong.
pub fn offered(ctx: &Ctx, session: &str) -> Result<Offer> {
    let staff = account(ctx)?;
    let factor = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.second_factor(staff.id)?))?;
    let factor = factor.filter(|factor| factor.confirmed_at.is_none()).ok_or(Refusal::NotFound)?;
    let (secret, holder) = open(&ctx.app, &factor)?;
    if holder != keys::hex(&hash_of(session)) {
        return Err(Refusal::NotFound.into());
    }
    Ok(show(&ctx.app, &staff, &secret))
}

/// Offers a secret to whoever gave the password and whose role needs a second factor.
pub fn begin_halfway(app: &App, token: &str) -> Result<Offer> {
    let (staff, hash) = halfway(app, token)?;
    offer(app, &staff, &keys::hex(&hash))
}

/// The secret is sealed together with the session that saw it, so that no other can show or confirm it.
fn offer(app: &App, staff: &Staff, holder: &str) -> Result<Offer> {
    let now = app.now();
    app.store.write(|tx| {
        let old = tx.second_factor(staff.id)?;
        if old.as_ref().is_some_and(|factor| factor.confirmed_at.is_some()) {
            return Err(AppError::from(Refusal::from(Guard::SecondThere)));
        }
        if let Some(factor) = old.filter(|factor| factor.made_at.plus_ms(OFFER_MS) > now) {
            let (secret, seen_by) = open(app, &factor)?;
            if seen_by == holder {
                return Ok(show(app, staff, &secret));
            }
        }
        let mut secret = [0; totp::SECRET];
        app.entropy.fill(&mut secret);
        let sealed = app.keys.seal(PLACE, &format!("{} {holder}", keys::hex(&secret)), &*app.entropy)?;
        let factor =
            SecondFactor { staff: staff.id, secret: sealed, made_at: now, confirmed_at: None, last_step: 0 };
        tx.put_second_factor(&factor)?;
        Ok(show(app, staff, &secret))
    })
}

fn show(app: &App, staff: &Staff, secret: &[u8]) -> Offer {
    let letters = totp::base32(secret);
    let fours: Vec<&str> =
        (0..letters.len()).step_by(4).map(|i| &letters[i..letters.len().min(i + 4)]).collect();
    let issuer = format!("{} {}", app.city.name.zh, app.city.hotline);
    Offer { secret: fours.join(" "), address: totp::address(&issuer, &staff.login, secret) }
}

/// The secret, and the session that it was offered to.
fn open(app: &App, factor: &SecondFactor) -> Result<(Vec<u8>, String)> {
    let text = app.keys.open(PLACE, &factor.secret)?;
    let (secret, holder) = text.split_once(' ').unwrap_or((&text, ""));
    let secret = keys::unhex(secret).ok_or(AppError::Broken("a secret of a second factor"))?;
    Ok((secret, holder.to_owned()))
}

/// The hash of a session's token.
fn hash_of(session: &str) -> Vec<u8> {
    keys::unhex(session).map(|raw| keys::hash(&raw)).unwrap_or_default()
}

/// The first code of one's own secret: from now on it counts, and sessions elsewhere end. Returns the recovery codes.
pub fn confirm(ctx: &Ctx, session: &str, code: &str) -> Result<Vec<String>> {
    let (app, by) = (&ctx.app, by_session(ctx, session)?);
    take(app, ctx.who.id, code, &Which::Offered(keys::hex(&hash_of(session))), &by)?;
    let codes = app.store.write(|tx| {
        let codes = count_from_now(app, tx, ctx.who.id, &by)?;
        keep_only(tx, ctx.who.id, session)?;
        Ok::<_, AppError>(codes)
    })?;
    Ok(codes)
}

/// The same at the door: it also opens the session.
pub fn confirm_halfway(
    app: &App,
    token: &str,
    attempt: &Attempt,
    code: &str,
) -> Result<(Entered, Vec<String>)> {
    let (staff, hash) = halfway(app, token)?;
    take(app, staff.id, code, &Which::Offered(keys::hex(&hash)), attempt)?;
    app.store.write(|tx| {
        let codes = count_from_now(app, tx, staff.id, attempt)?;
        tx.end_session(&hash)?;
        Ok((login::admit(app, tx, staff.id, attempt, Entry::In)?, codes))
    })
}

fn count_from_now(app: &App, tx: &mut WriteTx<'_>, staff: StaffId, by: &Attempt) -> Result<Vec<String>> {
    tx.confirm_second_factor(staff, app.now())?;
    record::note(app, tx, staff, Entry::SecondOn, by)?;
    fresh_codes(app, tx, staff)
}

/// A code at the door: from the app, or a recovery code. The session that it opens has a token of its own.
pub fn enter(app: &App, token: &str, attempt: &Attempt, code: &str) -> Result<Entered> {
    let (staff, hash) = halfway(app, token)?;
    let how = take(app, staff.id, code, &Which::Counting, attempt)?;
    app.store.write(|tx| {
        tx.end_session(&hash)?;
        login::admit(app, tx, staff.id, attempt, how)
    })
}

/// Whether the one at the door still has to enrol; refused when the token opens nothing.
pub fn must_enrol(app: &App, token: &str) -> Result<bool> {
    let (staff, _) = halfway(app, token)?;
    Ok(state(app, &staff)?.since.is_none())
}

/// Switches one's own off: password and a code. Where the role asks for one it stays.
pub fn off(ctx: &Ctx, session: &str, password: &str, code: &str) -> Result<()> {
    let (app, staff) = (&ctx.app, prove(ctx, password)?);
    if app.city.access.asks_second(&staff.role) {
        return Err(Refusal::from(Guard::SecondStays).into());
    }
    let by = by_session(ctx, session)?;
    take(app, staff.id, code, &Which::Counting, &by)?;
    app.store.write(|tx| {
        tx.remove_second_factor(staff.id)?;
        record::note(app, tx, staff.id, Entry::SecondOff, &by)
    })
}

/// New recovery codes in the place of the old ones: password and a code.
pub fn renew_codes(ctx: &Ctx, session: &str, password: &str, code: &str) -> Result<Vec<String>> {
    let (app, staff) = (&ctx.app, prove(ctx, password)?);
    let by = by_session(ctx, session)?;
    take(app, staff.id, code, &Which::Counting, &by)?;
    app.store.write(|tx| {
        record::note(app, tx, staff.id, Entry::Codes, &by)?;
        fresh_codes(app, tx, staff.id)
    })
}

/// Of which secret a code has to be.
enum Which {
    /// Of the one that counts; a recovery code does as well.
    Counting,
    /// Of the one that waits for its first code, offered to this session.
    Offered(String),
}

/// Uses a code up. What is no code counts as a guess, and too many of those bar the account's codes for a while.
fn take(app: &App, staff: StaffId, typed: &str, which: &Which, by: &Attempt) -> Result<Entry> {
    let counts = Counts::of_account(app, "code", staff);
    let used = app.store.write(|tx| {
        // Two at once wait for each other here, so that one code opens one session.
        counts.admit(tx, app.now())?;
        let used = use_up(app, tx, staff, typed, which)?;
        match used {
            Some(_) => counts.right(tx)?,
            None => {
                record::note(app, tx, staff, Entry::WrongCode, by)?;
                if counts.wrong(tx, app.now())? {
                    record::note(app, tx, staff, Entry::Barred, by)?;
                }
            }
        }
        Ok::<_, AppError>(used)
    })?;
    used.ok_or_else(|| Refusal::from(Guard::WrongCode).into())
}

fn use_up(
    app: &App,
    tx: &mut WriteTx<'_>,
    staff: StaffId,
    typed: &str,
    which: &Which,
) -> Result<Option<Entry>> {
    let Some(factor) = tx.second_factor(staff)? else { return Ok(None) };
    let (secret, seen_by) = open(app, &factor)?;
    let fits = match which {
        Which::Counting => factor.confirmed_at.is_some(),
        Which::Offered(holder) => factor.confirmed_at.is_none() && *holder == seen_by,
    };
    if !fits {
        return Ok(None);
    }
    let typed: String = typed.chars().filter(|c| c.is_ascii_alphanumeric()).take(64).collect();
    let step = totp::step_of(&secret, &typed, app.now(), factor.last_step);
    if let Some(step) = step {
        return Ok(tx.use_step(staff, step)?.then_some(Entry::In));
    }
    let is_code = matches!(which, Which::Counting) && typed.len() == CODE_LETTERS;
    let used = is_code && tx.use_recovery_code(staff, &hash(app, staff, &typed), app.now())?;
    Ok(used.then_some(Entry::Recovered))
}

fn hash(app: &App, staff: StaffId, code: &str) -> Vec<u8> {
    app.keys.find("recovery_code.hash", &format!("{} {}", staff.0, code.to_ascii_uppercase()))
}

/// What an app shows for a secret, as its owner typed it off the page: for tests of the pages.
#[doc(hidden)]
#[must_use]
pub fn code_at(secret: &str, now: Stamp) -> String {
    totp::shown(secret, now)
}

/// Ten new codes, as they are shown this once: letters and digits that nobody confuses, four and four.
fn fresh_codes(app: &App, tx: &mut WriteTx<'_>, staff: StaffId) -> Result<Vec<String>> {
    let codes: Vec<String> = (0..CODES)
        .map(|_| {
            let mut random = [0; 8];
            app.entropy.fill(&mut random);
            totp::base32(&random)[..CODE_LETTERS].to_owned()
        })
        .collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| hash(app, staff, code)).collect();
    tx.put_recovery_codes(staff, &hashes)?;
    Ok(codes.iter().map(|code| format!("{}-{}-{}", &code[..4], &code[4..8], &code[8..])).collect())
}

/// Ends every session of somebody but the one that a browser shows.
pub(super) fn keep_only(tx: &mut WriteTx<'_>, staff: StaffId, session: &str) -> Result<u64> {
    let own = hash_of(session);
    tx.end_other_sessions(SessionKind::Halfway, staff.0, &own)?;
    Ok(tx.end_other_sessions(SessionKind::Staff, staff.0, &own)?)
}

/// The place and device of one's own session, for the record.
pub(super) fn by_session(ctx: &Ctx, session: &str) -> Result<Attempt> {
    let hash = hash_of(session);
    let found = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.session(&hash)?))?;
    let found = found.filter(|s| s.kind == SessionKind::Staff && s.subject == ctx.who.id.0);
    let found = found.ok_or(Refusal::NotFound)?;
    Ok(Attempt { place: found.place, agent: found.agent, ..Attempt::default() })
}
