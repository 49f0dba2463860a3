//! 工作人员邮件: whether staff are mailed for cases of their unit, for what is given to them in person, or both.

use askama::Template;
use axum::http::StatusCode;
use duban_app::notice;
use duban_domain::notice::{NoticeKind, StaffNews};

use crate::frame::{Desk, Fields, PageResult, Shell, html, see_other};

const PATH: &str = "/desk/staff-mail";

#[derive(Template)]
#[template(path = "desk/staff_mail.html")]
struct StaffMailPage {
    s: Shell,
    choices: Vec<(&'static str, &'static str, bool)>,
    events: Vec<(&'static str, Vec<bool>)>,
    done: bool,
    wrong: bool,
}

/// `GET /desk/staff-mail`
pub(crate) async fn page(desk: Desk) -> PageResult {
    view(&desk, false).await
}

/// `POST /desk/staff-mail`
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    let Some(news) = StaffNews::from_key(fields.get("news")) else {
        let mut response = view(&desk, true).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    desk.run(move |ctx| notice::set_city_rule(ctx, news)).await?;
    Ok(see_other(&format!("{PATH}?done")))
}

async fn view(desk: &Desk, wrong: bool) -> PageResult {
    let rule = desk.run(|ctx| notice::city_rule(&ctx.app)).await?;
    let s = desk.shell();
    let row = |kind: &NoticeKind| {
        (kind.word(s.lang), StaffNews::ALL.iter().map(|news| news.wants(*kind)).collect())
    };
    let mailed = NoticeKind::ALL.iter().filter(|kind| {
        kind.is_for_staff() && !matches!(kind, NoticeKind::Digest | NoticeKind::Account | NoticeKind::Webhook)
    });
    Ok(html(&StaffMailPage {
        choices: StaffNews::ALL.iter().map(|n| (n.key(), n.word(s.lang), *n == rule)).collect(),
        events: mailed.map(row).collect(),
        done: s.query.contains("done"),
        wrong,
        s,
    }))
}
