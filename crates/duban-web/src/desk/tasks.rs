//! 子任务 on the case page: what stands, what is reported, and the link of somebody outside, shown once.

use axum::{extract::Path, http::HeaderMap};
use duban_app::{
    AppError,
    case::{
        show::Shown,
        task::{self, Reporting},
    },
};
use duban_domain::{
    Refusal, Stamp,
    case::{
        Move, What,
        handling::{Giving, Task, TaskState},
    },
    city::City,
    deadline,
};

use super::{
    case::linked,
    steps::{failed, seen, step},
    words::{self, DueWords, unit_name},
};
use crate::frame::{Desk, Fields, PageResult, Shell, When};

/// A task as the page shows it.
pub(super) struct TaskShown {
    pub(super) no: u16,
    pub(super) who: String,
    pub(super) words: String,
    pub(super) due: When,
    pub(super) left: String,
    pub(super) left_class: &'static str,
    pub(super) state: String,
    pub(super) state_class: &'static str,
    pub(super) required: bool,
    pub(super) result: String,
    pub(super) link: String,
}

/// Every task of a case, in order.
pub(super) fn tasks(city: &City, s: &Shell, shown: &Shown) -> Vec<TaskShown> {
    shown.case.handling.tasks.iter().map(|task| one(city, s, shown, task)).collect()
}

fn one(city: &City, s: &Shell, shown: &Shown, task: &Task) -> TaskShown {
    let mut out = TaskShown {
        no: task.no,
        who: task.unit.as_deref().map(|key| unit_name(city, key, s.lang)).unwrap_or_default(),
        words: String::new(),
        due: s.when(&task.due),
        left: String::new(),
        left_class: "",
        state: task.state.word(s.lang).to_owned(),
        state_class: match task.state {
            TaskState::Open => "tag-warn",
            TaskState::Done => "tag-ok",
            TaskState::Failed => "tag-must",
            TaskState::Dropped => "",
        },
        required: task.required,
        result: String::new(),
        link: String::new(),
    };
    if task.state == TaskState::Open {
        let left = DueWords::of(city, task.due, s.now, s.lang);
        (out.left, out.left_class) = (left.words, left.class);
    }
    for event in shown.history.iter().flatten() {
        let What::Moved(step) = &event.what else { continue };
        tell(&mut out, s, task, step, event.at);
    }
    out
}

/// Puts what one step says about a task into what is shown of it.
fn tell(out: &mut TaskShown, s: &Shell, task: &Task, step: &Move, at: Stamp) {
    match step {
        Move::TaskGiven { task: no, party, words, .. } if *no == task.no => {
            out.words.clone_from(words);
            if task.unit.is_none() {
                out.who = format!("{party}{}", s.t("（外部）", " (outside)"));
            }
        }
        Move::TaskReported { task: no, words, media, .. } if *no == task.no => {
            let files = if media.is_empty() {
                String::new()
            } else {
                format!(" · {} {}", media.len(), s.t("个附件", "files"))
            };
            out.result = format!("{} {words}{files}", s.when(&at).short);
        }
        Move::TaskDropped { task: no, words } if *no == task.no => out.result.clone_from(words),
        Move::LinkMade { task: no, until } if *no == task.no => {
            out.link = format!("{} {}", s.t("链接有效至", "Link opens until"), s.when(until).short);
        }
        Move::LinkRevoked { task: no } if *no == task.no => {
            s.t("链接已收回", "The link was taken back").clone_into(&mut out.link);
        }
        _ => {}
    }
}

/// 派子任务
pub(crate) async fn give(
    desk: Desk,
    headers: HeaderMap,
    Path(on): Path<String>,
    fields: Fields,
) -> PageResult {
    let number = words::number(&on)?;
    let (on, sent) = (seen(&number, &fields), fields.clone());
    let given = desk.run(move |ctx| {
        let giving = giving(ctx.city(), &sent)?;
        task::give(ctx, &on, &giving)
    });
    match given.await {
        Ok((_, Some(token))) => linked(&desk, number, &address(&desk, &headers, &token)).await,
        Ok((_, None)) => Ok(crate::frame::see_other(&format!("/desk/cases/{number}?done=task"))),
        Err(error) => failed(&desk, number, "give-task", fields, error).await,
    }
}

/// 报子任务
pub(crate) async fn report(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "report-task", fields, "task-reported", |ctx, on, f| {
        let said = Reporting {
            task: no(f)?,
            done: f.get("do") != "failed",
            words: f.get("words").to_owned(),
            files: f.media("media", &ctx.city().settings)?,
        };
        task::report(ctx, on, &said)
    })
    .await
}

/// 撤子任务
pub(crate) async fn call_off(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "call-off", fields, "task-off", |ctx, on, f| {
        task::call_off(ctx, on, no(f)?, f.get("words"))
    })
    .await
}

/// 换链接, 收回链接
pub(crate) async fn link(
    desk: Desk,
    headers: HeaderMap,
    Path(on): Path<String>,
    fields: Fields,
) -> PageResult {
    if fields.get("do") != "new" {
        return step(&desk, &on, "task-link", fields, "link-off", |ctx, on, f| task::unlink(ctx, on, no(f)?))
            .await;
    }
    let number = words::number(&on)?;
    let (on, sent) = (seen(&number, &fields), fields.clone());
    match desk.run(move |ctx| task::relink(ctx, &on, no(&sent)?)).await {
        Ok((_, token)) => linked(&desk, number, &address(&desk, &headers, &token)).await,
        Err(error) => failed(&desk, number, "task-link", fields, error).await,
    }
}

fn address(desk: &Desk, headers: &HeaderMap, token: &str) -> String {
    format!("{}/task/{token}", desk.site.address(headers))
}

fn no(fields: &Fields) -> Result<u16, AppError> {
    Ok(fields.get("task").parse().map_err(|_| Refusal::NeedsText("task"))?)
}

fn giving(city: &City, fields: &Fields) -> Result<Giving, AppError> {
    let due = fields.get("due").parse().map_err(|_| Refusal::NeedsText("due"))?;
    Ok(Giving {
        unit: fields.opt("unit").map(str::to_owned),
        party: fields.get("party").to_owned(),
        words: fields.get("words").to_owned(),
        due: deadline::close_of(city, due),
        required: fields.opt("required").is_some(),
    })
}
