//! 账号: made and changed by the security administrator. A password is set by its owner, through a link
//! that works once; nobody else ever knows it.

use duban_domain::{
    Refusal, StaffId,
    lang::Words,
    policy::{Entry, Guard, allow, keeps_somebody, verb},
    stamp::DAY_MS,
};
use duban_store::{AdminChange, Staff, WriteTx};

use super::{OF_ACCOUNT, noted};
use crate::{
    App, AppError, Ctx, keys, setup,
    staff::{
        Attempt,
        login::hash_password,
        new_device,
        own::{self, Open},
        record,
        second::{self, State},
        users::PASSWORD_MIN,
    },
    wiring::Result,
};

/// How long a link for setting a password works, in milliseconds.
const LINK_MS: i64 = 3 * DAY_MS;
/// Longest login and name.
const LINE_MAX: usize = 60;
/// Longest name at the city's sign-on.
const NAME_MAX: usize = 200;

/// An account as it is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What they type to sign in; of an account that is there it stays.
    pub login: String,
    /// The name that colleagues see.
    pub name: String,
    /// The key of their unit.
    pub unit: String,
    /// The key of their role.
    pub role: String,
    /// Whether they may sign in.
    pub active: bool,
}

impl From<Staff> for Wanted {
    fn from(staff: Staff) -> Self {
        let Staff { login, name, unit, role, active, .. } = staff;
        Self { login, name, unit, role, active }
    }
}

/// Everybody.
pub fn list(ctx: &Ctx) -> Result<Vec<Staff>> {
    allow::<verb::Accounts>(&ctx.who)?;
    ctx.app.store.read(|tx| Ok(tx.staff_list()?))
}

/// Somebody.
pub fn one(ctx: &Ctx, id: StaffId) -> Result<Staff> {
    allow::<verb::Accounts>(&ctx.who)?;
    let found = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.staff(id)?))?;
    found.ok_or_else(|| Refusal::NotFound.into())
}

/// Makes an account; returns its id and the token of the link with which its owner sets a password.
pub fn add(ctx: &Ctx, wanted: &Wanted) -> Result<(StaffId, String)> {
    allow::<verb::Accounts>(&ctx.who)?;
    let wanted = checked(ctx, wanted)?;
    let staff = Staff {
        id: ctx.app.staff_id(),
        login: wanted.login.to_lowercase(),
        name: wanted.name.clone(),
        unit: wanted.unit.clone(),
        role: wanted.role.clone(),
        // No password fits until its owner has set one.
        password: String::new(),
        active: true,
        created_at: ctx.now,
    };
    let token = ctx.app.entropy.token();
    ctx.app.store.write(|tx| {
        // Two who change accounts at once see each other: the row that changes of the pack wait at.
        tx.setting_for_update(setup::VERSION)?;
        if tx.staff_by_login(&staff.login)?.is_some() {
            return Err(AppError::from(Refusal::from(Guard::Taken)));
        }
        tx.insert_staff(&staff)?;
        tx.put_password_link(&keys::hash(&token), staff.id, ctx.now.plus_ms(LINK_MS))?;
        note(ctx, tx, None, Some(&staff), "")
    })?;
    Ok((staff.id, keys::hex(&token)))
}

/// Changes name, unit, role, and whether they may sign in. Whoever is switched off or gets another role
/// is out at once.
pub fn change(ctx: &Ctx, id: StaffId, wanted: &Wanted) -> Result<()> {
    allow::<verb::Accounts>(&ctx.who)?;
    if id == ctx.who.id {
        return Err(Refusal::from(Guard::OwnPower).into());
    }
    ctx.app.store.write(|tx| {
        tx.setting_for_update(setup::VERSION)?;
        let before = tx.staff_list()?;
        let old = before.iter().find(|staff| staff.id == id).ok_or(Refusal::NotFound)?;
        let wanted = checked(ctx, &Wanted { login: old.login.clone(), ..wanted.clone() })?;
        let new = Staff {
            name: wanted.name.clone(),
            unit: wanted.unit.clone(),
            role: wanted.role.clone(),
            active: wanted.active,
            ..old.clone()
        };
        if new == *old {
            return Err(AppError::from(Refusal::NoChange));
        }
        let roles = |list: &[Staff]| -> Vec<String> {
            list.iter().filter(|s| s.active).map(|s| s.role.clone()).collect()
        };
        let after: Vec<Staff> =
            before.iter().map(|s| if s.id == id { new.clone() } else { s.clone() }).collect();
        let city = ctx.city();
        keeps_somebody((city, &roles(&before)), (city, &roles(&after))).map_err(Refusal::from)?;
        tx.update_staff(&new)?;
        if !new.active || new.role != old.role {
            tx.end_sessions_of(id)?;
        }
        if !new.active {
            tx.end_password_links(id)?;
        } else if !old.active {
            let said = by(ctx, "重新启用了您的账号", "switched your account on again");
            record::touched(&ctx.app, tx, id, Entry::On, (&Attempt::default(), &said))?;
        }
        note(ctx, tx, Some(old), Some(&new), "")
    })
}

/// What somebody did, as the one concerned is told it.
fn by(ctx: &Ctx, zh: &str, en: &str) -> Words {
    let name = &ctx.who.name;
    Words { zh: format!("{name}{zh}。"), en: format!("{name} {en}.") }
}

/// The sessions of an account.
pub fn sessions(ctx: &Ctx, id: StaffId) -> Result<Vec<Open>> {
    own::open(&ctx.app, &one(ctx, id)?, "")
}

/// How the second factor of an account stands.
pub fn second_factor(ctx: &Ctx, id: StaffId) -> Result<State> {
    second::state(&ctx.app, &one(ctx, id)?)
}

/// Ends every session of an account; its owner is told.
pub fn end_sessions(ctx: &Ctx, id: StaffId) -> Result<()> {
    let staff = one(ctx, id)?;
    ctx.app.store.write(|tx| {
        tx.end_sessions_of(id)?;
        let said = by(ctx, "结束了您在各处的登录", "ended your sessions everywhere");
        record::touched(&ctx.app, tx, id, Entry::Thrown, (&Attempt::default(), &said))?;
        note(ctx, tx, Some(&staff), Some(&staff), "sessions-ended")
    })
}

/// Takes the second factor of somebody away, who lost the telephone and the recovery codes. Never one's own. It is
/// recorded, the owner is told, and with the password alone nobody comes in where the role asks for a code: the next
/// one to sign in has to set it up anew, which the owner is told too.
pub fn reset_second_factor(ctx: &Ctx, id: StaffId) -> Result<()> {
    let staff = one(ctx, id)?;
    if id == ctx.who.id {
        return Err(Refusal::from(Guard::OwnPower).into());
    }
    ctx.app.store.write(|tx| {
        tx.setting_for_update(setup::VERSION)?;
        if !tx.remove_second_factor(id)? {
            return Err(AppError::from(Refusal::NoChange));
        }
        tx.end_sessions_of(id)?;
        let said = by(ctx, "取消了您的动态码", "reset your second factor");
        record::touched(&ctx.app, tx, id, Entry::Reset, (&Attempt::default(), &said))?;
        note(ctx, tx, Some(&staff), Some(&staff), "second-factor-reset")
    })
}

/// What the city's own sign-on calls the owner of an account; empty when nothing.
pub fn sign_on_name(ctx: &Ctx, id: StaffId) -> Result<String> {
    allow::<verb::Accounts>(&ctx.who)?;
    ctx.app.store.read(|tx| Ok(tx.sign_on_of(id)?.unwrap_or_default()))
}

/// Names the one at the city's own sign-on who comes into this account; an empty name is nobody. Never for one's own: whoever
/// names themselves in somebody's account could come in as them, so it is recorded, sessions end, and the owner is told.
pub fn name_sign_on(ctx: &Ctx, id: StaffId, name: &str) -> Result<()> {
    let staff = one(ctx, id)?;
    if id == ctx.who.id {
        return Err(Refusal::from(Guard::OwnPower).into());
    }
    let name = duban_domain::text::optional("sign_on", name, NAME_MAX)?;
    ctx.app.store.write(|tx| {
        tx.setting_for_update(setup::VERSION)?;
        let old = tx.sign_on_of(id)?.unwrap_or_default();
        if old == name {
            return Err(AppError::from(Refusal::NoChange));
        }
        if tx.staff_by_sign_on(&name)?.is_some() {
            return Err(AppError::from(Refusal::from(Guard::Taken)));
        }
        tx.put_sign_on(id, &name)?;
        tx.end_sessions_of(id)?;
        let said = by(ctx, "改了您在统一登录里的名字", "changed what the city\u{2019}s sign-on calls you");
        record::touched(&ctx.app, tx, id, Entry::Named, (&Attempt::default(), &said))?;
        let text = |name: &str| format!("{}\nsign_on = {name}", words(&staff));
        let change = noted(ctx, OF_ACCOUNT, &staff.login, "sign-on");
        Ok(tx.note_change(&AdminChange { before: text(&old), after: text(&name), ..change })?)
    })
}

/// A new link for setting a password; one that was made before works no more. The old password holds
/// until the link is used. The owner is told that there is one: whoever made it could use it.
pub fn link(ctx: &Ctx, id: StaffId) -> Result<String> {
    allow::<verb::Accounts>(&ctx.who)?;
    let token = ctx.app.entropy.token();
    ctx.app.store.write(|tx| {
        tx.setting_for_update(setup::VERSION)?;
        let staff = tx.staff(id)?.filter(|staff| staff.active).ok_or(Refusal::NotFound)?;
        tx.put_password_link(&keys::hash(&token), id, ctx.now.plus_ms(LINK_MS))?;
        let said =
            by(ctx, "为您的账号开了一个设密码的链接", "made a link for setting the password of your account");
        record::touched(&ctx.app, tx, id, Entry::Linked, (&Attempt::default(), &said))?;
        note(ctx, tx, Some(&staff), Some(&staff), "password-link")
    })?;
    Ok(keys::hex(&token))
}

/// Whose password a link sets; none when it is unknown, used or too old.
pub fn whose(app: &App, token: &str) -> Result<Option<Staff>> {
    let Some(raw) = keys::unhex(token) else { return Ok(None) };
    let now = app.now();
    app.store.read(|tx| {
        let id = tx.password_link(&keys::hash(&raw), now)?;
        let staff = id.map(|id| tx.staff(id)).transpose()?.flatten();
        Ok(staff.filter(|staff| staff.active))
    })
}

/// Sets the password that the owner of a link chose; the link is used up, and every session ends. Returns the token by
/// which the account knows this browser, so that nobody who guesses can keep its owner out of it.
pub fn set_password(app: &App, token: &str, password: &str, at: &Attempt) -> Result<String> {
    if password.chars().count() < PASSWORD_MIN {
        return Err(Refusal::from(Guard::ShortPassword { least: PASSWORD_MIN }).into());
    }
    let hash = hash_password(password, &*app.entropy)?;
    let raw = keys::unhex(token).ok_or(Refusal::NotFound)?;
    let now = app.now();
    app.store.write(|tx| {
        tx.setting_for_update(setup::VERSION)?;
        let id = tx.password_link(&keys::hash(&raw), now)?.ok_or(Refusal::NotFound)?;
        let staff = tx.staff(id)?.filter(|staff| staff.active).ok_or(Refusal::NotFound)?;
        tx.end_password_links(id)?;
        tx.update_staff(&Staff { password: hash.clone(), ..staff.clone() })?;
        tx.end_sessions_of(id)?;
        let said = Words {
            zh: "您的密码刚刚用一次性链接设过。".to_owned(),
            en: "Your password was just set by a link that works once.".to_owned(),
        };
        record::touched(app, tx, id, Entry::Link, (at, &said))?;
        tx.note_change(&AdminChange {
            id: app.change_id(),
            at: now,
            by_id: id,
            by_name: staff.name.clone(),
            kind: OF_ACCOUNT.to_owned(),
            subject: staff.login.clone(),
            version: 0,
            note: "password-set".to_owned(),
            before: String::new(),
            after: String::new(),
        })?;
        Ok(new_device(app, id))
    })
}

fn checked(ctx: &Ctx, wanted: &Wanted) -> Result<Wanted> {
    let wanted = Wanted {
        login: wanted.login.trim().to_owned(),
        name: duban_domain::text::required("name", &wanted.name, LINE_MAX)?,
        ..wanted.clone()
    };
    let long = wanted.login.chars().count() > LINE_MAX;
    if wanted.login.is_empty() || long || wanted.login.contains(char::is_whitespace) {
        return Err(Refusal::from(Guard::BadLogin).into());
    }
    if ctx.city().role(&wanted.role).is_none() {
        return Err(Refusal::from(Guard::UnknownRole).into());
    }
    if ctx.city().unit(&wanted.unit).is_none() {
        return Err(Refusal::UnknownUnit(wanted.unit).into());
    }
    Ok(wanted)
}

/// An account as the record shows it. Never the password, not even its hash.
#[must_use]
pub fn words(staff: &Staff) -> String {
    format!(
        "login = {}\nname = {}\nunit = {}\nrole = {}\nactive = {}",
        staff.login,
        staff.name,
        staff.unit,
        staff.role,
        if staff.active { "yes" } else { "no" }
    )
}

fn note(ctx: &Ctx, tx: &mut WriteTx<'_>, old: Option<&Staff>, new: Option<&Staff>, how: &str) -> Result<()> {
    let subject = new.or(old).map_or("", |staff| staff.login.as_str());
    let text = |staff: Option<&Staff>| staff.map_or_else(String::new, words);
    let change = noted(ctx, OF_ACCOUNT, subject, how);
    Ok(tx.note_change(&AdminChange { before: text(old), after: text(new), ..change })?)
}
