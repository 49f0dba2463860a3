//! What is done about the person, files, the cause and what comes after the end; as in [`super::steps`].

use axum::extract::Path;
use duban_app::case::{after, attach, check, correct, question};
use duban_domain::{
    MediaId, Refusal,
    person::{Mail, Person, Phone},
};

use super::steps::step;
use crate::frame::{Desk, Fields, PageResult};

/// 请诉求人补充
pub(crate) async fn ask_person(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "ask-person", fields, "asked", |ctx, on, f| {
        let request = f.opt("request").map(str::parse).transpose().map_err(|_| Refusal::NotItsRequest)?;
        question::ask(ctx, on, request.as_ref(), f.get("words"))
    })
    .await
}

/// 记原因
pub(crate) async fn cause(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "cause", fields, "cause", |ctx, on, f| after::set_cause(ctx, on, f.opt("cause"))).await
}

/// 勾清单
pub(crate) async fn check(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "checklist", fields, "checked", |ctx, on, f| {
        check::check_off(ctx, on, &f.all("item").map(str::to_owned).collect::<Vec<_>>())
    })
    .await
}

/// 加附件
pub(crate) async fn attach(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "attach", fields, "attached", |ctx, on, f| {
        attach::attach(ctx, on, &f.media("media", &ctx.city().settings)?, f.get("words"))
    })
    .await
}

/// 给诉求人看
pub(crate) async fn share(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    let done = if fields.get("do") == "hide" { "unshared" } else { "shared" };
    step(&desk, &on, "share", fields, done, |ctx, on, f| {
        let media = MediaId(f.get("media").parse().map_err(|_| Refusal::NeedsText("media"))?);
        attach::share(ctx, on, media, f.get("do") != "hide")
    })
    .await
}

/// 更正联系方式
pub(crate) async fn correct(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "correct", fields, "corrected", |ctx, on, f| {
        let request = f.get("request").parse().map_err(|_| Refusal::NeedsText("request"))?;
        let right = Person {
            name: f.get("name").to_owned(),
            phone: Phone::parse(f.get("phone"))?,
            mail: Mail::parse(f.get("mail"))?,
            ..Person::default()
        };
        correct::correct(ctx, on, &request, &right, f.get("words"))
    })
    .await
}

/// 重启
pub(crate) async fn restart(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "restart", fields, "restarted", |ctx, on, f| after::restart(ctx, on, f.get("words")))
        .await
}
