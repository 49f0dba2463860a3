//! 登录记录: who came in and who tried, for the audit administrator. It can be read and not changed.

use askama::Template;
use duban_app::staff::record;

use crate::{
    desk::me::LineShown,
    frame::{Desk, Fields, PageResult, Shell, html},
};

#[derive(Template)]
#[template(path = "admin/sign_ins.html")]
pub(super) struct SignInsPage {
    s: Shell,
    login: String,
    rows: Vec<LineShown>,
    /// Where the page before this one, in time, begins.
    older: Option<i64>,
}

/// The newest lines, of one login or of all.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let login: String = asked.get("login").trim().to_lowercase().chars().take(60).collect();
    let before = asked.opt("before").and_then(|id| id.parse().ok());
    let wanted = Some(login.clone()).filter(|login| !login.is_empty());
    let (found, more) = desk.run(move |ctx| record::page(ctx, wanted.as_deref(), before)).await?;
    let s = desk.shell();
    let older = found.last().filter(|_| more).map(|last| last.id);
    let rows = found.into_iter().map(|line| LineShown::of(&s, line)).collect();
    Ok(html(&SignInsPage { login, rows, older, s }))
}
