//! 用户: accounts of staff, made by whoever runs the server, with a command. The pages for it are in
//! `administration::accounts`.

use duban_domain::{StaffId, city::City, lang::Words, policy::Entry};
use duban_store::{AdminChange, Staff, WriteTx};

use crate::{
    App, AppError,
    administration::{OF_ACCOUNT, accounts::words},
    setup,
    staff::{Attempt, login::hash_password, record},
    wiring::Result,
};

/// Fewest characters of a password.
pub const PASSWORD_MIN: usize = 10;

/// Why an account cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountFault {
    /// The role is not in the city pack.
    #[error("there is no role {0:?} in the city pack; it has: {1}")]
    Role(String, String),
    /// The unit is not in the city pack.
    #[error("there is no unit {0:?} in the city pack")]
    Unit(String),
    /// The password is too short.
    #[error("a password needs at least {PASSWORD_MIN} characters")]
    Short,
    /// The login is empty or has spaces in it.
    #[error("a login is one word")]
    Login,
}

/// A new account, or an account as it is to be.
#[derive(Clone, Debug)]
pub struct Account {
    /// What they type to sign in.
    pub login: String,
    /// The name that colleagues see.
    pub name: String,
    /// The key of the unit they act for.
    pub unit: String,
    /// The key of their role.
    pub role: String,
    /// The password in plain text; kept as a hash only.
    pub password: String,
}

/// Says what is wrong with an account before anything is stored.
pub fn judge(city: &City, account: &Account) -> std::result::Result<(), AccountFault> {
    if account.login.is_empty() || account.login.contains(char::is_whitespace) {
        return Err(AccountFault::Login);
    }
    if city.role(&account.role).is_none() {
        let known: Vec<&str> = city.roles.iter().map(|r| r.key.as_str()).collect();
        return Err(AccountFault::Role(account.role.clone(), known.join(", ")));
    }
    if city.unit(&account.unit).is_none() {
        return Err(AccountFault::Unit(account.unit.clone()));
    }
    if account.password.chars().count() < PASSWORD_MIN {
        return Err(AccountFault::Short);
    }
    Ok(())
}

/// Makes an account, or gives an existing login a new name, unit, role and password.
pub fn put(app: &App, account: &Account) -> Result<StaffId> {
    let password = hash_password(&account.password, &*app.entropy)?;
    app.store.write(|tx| {
        tx.setting_for_update(setup::VERSION)?;
        let known = tx.staff_by_login(&plain_login(&account.login))?;
        let staff = Staff {
            id: known.as_ref().map_or_else(|| app.staff_id(), |s| s.id),
            login: plain_login(&account.login),
            name: account.name.clone(),
            unit: account.unit.clone(),
            role: account.role.clone(),
            password: password.clone(),
            active: true,
            created_at: known.as_ref().map_or_else(|| app.now(), |s| s.created_at),
        };
        if known.is_some() {
            tx.update_staff(&staff)?
        } else {
            tx.insert_staff(&staff)?
        }
        // Whoever had the old password is out.
        tx.end_sessions_of(staff.id)?;
        tx.end_password_links(staff.id)?;
        if known.is_some() {
            let said = Words {
                zh: "管服务器的人用命令给您的账号设了新密码。".to_owned(),
                en: "Whoever runs the server set a new password for your account by a command.".to_owned(),
            };
            record::touched(app, tx, staff.id, Entry::Command, (&Attempt::default(), &said))?;
        }
        note(app, tx, known.as_ref(), &staff)?;
        Ok::<_, AppError>(staff.id)
    })
}

/// Switches an account off and ends its sessions; its name stays in the histories.
pub fn disable(app: &App, login: &str) -> Result<bool> {
    app.store.write(|tx| {
        tx.setting_for_update(setup::VERSION)?;
        let Some(staff) = tx.staff_by_login(&plain_login(login))? else { return Ok(false) };
        let off = Staff { active: false, ..staff.clone() };
        tx.update_staff(&off)?;
        tx.end_sessions_of(staff.id)?;
        tx.end_password_links(staff.id)?;
        note(app, tx, Some(&staff), &off)?;
        Ok::<_, AppError>(true)
    })
}

/// What the command did stands in the record of changes.
fn note(app: &App, tx: &mut WriteTx<'_>, old: Option<&Staff>, new: &Staff) -> Result<()> {
    Ok(tx.note_change(&AdminChange {
        id: app.change_id(),
        at: app.now(),
        by_id: StaffId(0),
        by_name: "duban user".to_owned(),
        kind: OF_ACCOUNT.to_owned(),
        subject: new.login.clone(),
        version: 0,
        note: String::new(),
        before: old.map_or_else(String::new, words),
        after: words(new),
    })?)
}

/// A login is one word in small letters, however it is typed.
fn plain_login(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Every account, for the administrator's list and the demo's login page.
pub fn list(app: &App) -> Result<Vec<Staff>> {
    app.store.read(|tx| Ok(tx.staff_list()?))
}
