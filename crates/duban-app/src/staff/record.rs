//! 登录记录: who came in, who tried, and what was done to somebody's way in. Rows are only added. The auditor reads
//! all of it, everybody their own; and whoever's account somebody else touched is told.

use duban_domain::{
    StaffId, Stamp,
    lang::Words,
    notice::{NoticeKind, NoticeVar, Values},
    policy::{Entry, allow, verb},
};
use duban_store::{ReadTx, SignInLine, WriteTx};

use super::Attempt;
use crate::{App, AppError, Ctx, notice, wiring::Result};

/// How many on one page.
pub const PAGE: usize = 50;
/// How many of one's own are shown.
const OWN: i64 = 20;

/// One line of the record (登录记录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: i64,
    /// When.
    pub at: Stamp,
    /// The login, and the name of its account; empty when nobody has it. What was typed is not kept: people type
    /// passwords there.
    pub login: String,
    /// The name.
    pub name: String,
    /// What happened.
    pub what: Entry,
    /// From where, shortened.
    pub place: String,
    /// What the browser called itself.
    pub agent: String,
}

/// Adds a line, in the transaction of what it tells.
pub(super) fn note(app: &App, tx: &mut WriteTx<'_>, staff: StaffId, what: Entry, by: &Attempt) -> Result<()> {
    Ok(tx.note_sign_in(&SignInLine {
        id: app.change_id(),
        at: app.now(),
        staff,
        what: what.code(),
        place: by.place.clone(),
        agent: duban_domain::text::shorten(&by.agent, 200),
    })?)
}

/// The same for what an administrator did; the one concerned is told, on their page and by mail.
pub(crate) fn touched(
    app: &App,
    tx: &mut WriteTx<'_>,
    staff: StaffId,
    what: Entry,
    (at, said): (&Attempt, &Words),
) -> Result<()> {
    note(app, tx, staff, what, at)?;
    let values = Values::from([
        (NoticeVar::City, app.city.name.zh.clone()),
        (NoticeVar::Reason, format!("{}\n{}", said.zh, said.en)),
        (NoticeVar::Link, format!("{}/desk/me", app.base())),
    ]);
    let told = notice::Notice { kind: NoticeKind::Account, to: notice::To::Staff(staff), case: None, values };
    notice::owe(app, tx, &told, app.now()).map(|_| ())
}

/// Whether somebody else touched an account since its owner came in last.
pub(super) fn is_news(tx: &mut ReadTx<'_>, staff: StaffId) -> Result<bool> {
    let lines = tx.sign_ins(Some(staff), None, OWN)?;
    let mut since =
        lines.iter().filter_map(|line| Entry::from_code(line.what)).take_while(|what| !what.is_in());
    Ok(since.any(Entry::is_told))
}

/// A page of the record, newest first, of one login or of all; and whether there is more.
pub fn page(ctx: &Ctx, login: Option<&str>, before: Option<i64>) -> Result<(Vec<Line>, bool)> {
    allow::<verb::Audit>(&ctx.who)?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = ctx.app.store.read(|tx| {
        let staff = match login {
            Some(login) => Some(tx.staff_by_login(login)?.map_or(StaffId(0), |staff| staff.id)),
            None => None,
        };
        Ok::<_, AppError>(tx.sign_ins(staff, before, limit)?)
    })?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    Ok((named(&ctx.app, found)?, more))
}

/// One's own lines, newest first.
pub fn own(ctx: &Ctx) -> Result<Vec<Line>> {
    let found = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.sign_ins(Some(ctx.who.id), None, OWN)?))?;
    named(&ctx.app, found)
}

fn named(app: &App, found: Vec<SignInLine>) -> Result<Vec<Line>> {
    let staff = app.store.read(|tx| Ok::<_, AppError>(tx.staff_list()?))?;
    let line = |line: SignInLine| {
        let whose = staff.iter().find(|one| one.id == line.staff);
        Some(Line {
            id: line.id,
            at: line.at,
            login: whose.map(|one| one.login.clone()).unwrap_or_default(),
            name: whose.map(|one| one.name.clone()).unwrap_or_default(),
            what: Entry::from_code(line.what)?,
            place: line.place,
            agent: line.agent,
        })
    };
    Ok(found.into_iter().filter_map(line).collect())
}
