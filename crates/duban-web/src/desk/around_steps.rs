//! What is done around a case on its page; the same way as in [`super::steps`].

use axum::extract::Path;
use duban_app::{
    AppError,
    case::{assign, assisting, extension, returning},
};
use duban_domain::{Refusal, StaffId};

use super::steps::step;
use crate::frame::{Desk, Fields, PageResult};

/// 申请退单
pub(crate) async fn ask_return(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "ask-return", fields, "ask-return", |ctx, on, f| {
        returning::ask(ctx, on, f.get("ground"), f.get("words"))
    })
    .await
}

/// 裁定退单
pub(crate) async fn decide_return(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    let done = if fields.get("do") == "uphold" { "return-upheld" } else { "return-rejected" };
    step(&desk, &on, "decide-return", fields, done, |ctx, on, f| {
        returning::judge(ctx, on, chosen(f, "uphold", "reject")?, f.get("words"))
    })
    .await
}

/// 申请延期
pub(crate) async fn ask_extension(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "ask-extension", fields, "ask-extension", |ctx, on, f| {
        extension::ask(ctx, on, f.get("amount").parse().unwrap_or(0), f.get("words"))
    })
    .await
}

/// 裁定延期
pub(crate) async fn decide_extension(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    let done = if fields.get("do") == "grant" { "extension-granted" } else { "extension-refused" };
    step(&desk, &on, "decide-extension", fields, done, |ctx, on, f| {
        extension::judge(ctx, on, chosen(f, "grant", "refuse")?, f.get("words"))
    })
    .await
}

/// 指派经办人
pub(crate) async fn assign(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "assign", fields, "assign", |ctx, on, f| {
        let to = match f.get("to") {
            "none" => None,
            id => Some(StaffId(id.parse().map_err(|_| Refusal::NeedsText("to"))?)),
        };
        assign::assign(ctx, on, to, f.get("words"))
    })
    .await
}

/// 加协办
pub(crate) async fn join(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "join", fields, "join", |ctx, on, f| {
        let unit = f.opt("unit").ok_or(Refusal::NeedsText("unit"))?;
        assisting::join(ctx, on, unit, f.get("words"))
    })
    .await
}

/// 撤协办
pub(crate) async fn leave(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "leave", fields, "leave", |ctx, on, f| {
        let unit = f.opt("unit").ok_or(Refusal::NeedsText("unit"))?;
        assisting::leave(ctx, on, unit, f.get("words"))
    })
    .await
}

/// Yes or no: the button that was pressed; a form sent without one has decided nothing.
fn chosen(fields: &Fields, yes: &str, no: &str) -> Result<bool, AppError> {
    match fields.get("do") {
        pressed if pressed == yes => Ok(true),
        pressed if pressed == no => Ok(false),
        _ => Err(Refusal::NeedsText("words").into()),
    }
}
