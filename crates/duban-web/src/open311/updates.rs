//! `servicerequestupdates`, mySociety's extension: what staff decided, for others to fetch, and what
//! other systems report.

use duban_app::{
    AppError,
    partner::{
        news::{self, News, Said},
        report,
    },
};
use duban_domain::{
    Lang, Number, Refusal,
    case::{ID_MAX, Report, ReportState},
    city::City,
    stamp::to_w3c,
    text,
};

use super::{Answer, Call, Problem, handin::is_address, params, render::Node};
use crate::frame::{Fields, WebError};

/// Most addresses of pictures that are kept with one report.
const LINKS_MAX: usize = 6;

/// `GET servicerequestupdates`
pub(super) async fn list(call: &Call<'_>, fields: &Fields) -> Answer {
    let caller = call.caller(fields).await?;
    let window = params::window(fields, call.site.app.now())?;
    let (skip, take) = params::page(fields)?;
    let found = call.site.run(move |app| news::news(app, caller.as_ref(), window, skip, take)).await?;
    let (city, lang) = (&call.site.app.city, call.visit.lang);
    Ok(Node::List("service_request_updates", found.iter().map(|news| update(city, news, lang)).collect()))
}

/// `POST servicerequestupdates`
pub(super) async fn create(call: &Call<'_>, fields: &Fields) -> Answer {
    let caller = call.known(fields).await?;
    let (number, said) = report_of(fields)?;
    let id = said.update.clone();
    call.site.run(move |app| report::report(app, &caller, &number, &said)).await.map_err(plain)?;
    Ok(Node::List(
        "service_request_updates",
        vec![Node::object("request_update", vec![("update_id", Node::text(id)), ("account_id", Node::Null)])],
    ))
}

fn plain(error: WebError) -> Problem {
    match error {
        WebError::App(AppError::Refused(Refusal::NotFound)) => unknown(),
        WebError::App(AppError::Refused(refusal)) => {
            Problem::bad(format!("{} {}", refusal.sentence(Lang::En), refusal.sentence(Lang::Zh)))
        }
        other => other.into(),
    }
}

fn unknown() -> Problem {
    Problem::missing(
        "service_request_id not found, or it is not for this key. 没有这个编号，或者这把密钥管不到它。",
    )
}

/// What a client sent, and which request it is about; everything that is wrong with it, at once.
fn report_of(fields: &Fields) -> Result<(Number, Report), Problem> {
    let mut wrong = Vec::new();
    let needed = |name: &str| {
        fields.opt(name).ok_or_else(|| Problem::bad(format!("{name} is missing. 缺少 {name}。")))
    };
    let mut note = |problem: Problem| wrong.push(problem);
    let id = needed("update_id").or_else(|missing| fields.opt("update_id_ext").ok_or(missing));
    let id = id.and_then(|id| {
        let fits = id.chars().count() <= ID_MAX && !id.contains(char::is_control);
        fits.then(|| id.to_owned())
            .ok_or_else(|| Problem::bad("update_id may have 200 characters. update_id 最多 200 个字。"))
    });
    let number = needed("service_request_id").and_then(|id| id.parse::<Number>().map_err(|_| unknown()));
    let told_at = params::instant(fields, "updated_datetime")
        .and_then(|at| at.map_or_else(|| needed("updated_datetime").map(|_| None), |at| Ok(Some(at))));
    let state = needed("status").and_then(|typed| {
        ReportState::parse(typed).ok_or_else(|| {
            Problem::bad(format!("status is OPEN or CLOSED, or a state of the extension, not {typed}. status 只能是 OPEN、CLOSED 或扩展的状态。"))
        })
    });
    let text = text::optional("description", fields.get("description"), text::TEXT_MAX)
        .map_err(|_| Problem::bad("description may have 20000 characters. description 最多 20000 个字。"));
    let links: Vec<String> =
        fields.all("media_url").chain(fields.all("media_url[]")).take(LINKS_MAX).map(str::to_owned).collect();
    if !links.iter().all(|link| is_address(link)) {
        note(Problem::bad("media_url must be a http or https address. media_url 要是 http 或 https 地址。"));
    }
    let (id, number) = (id.map_err(&mut note).ok(), number.map_err(&mut note).ok());
    let (told_at, state) = (told_at.map_err(&mut note).ok().flatten(), state.map_err(&mut note).ok());
    let text = text.map_err(&mut note).ok();
    match (id, number, told_at, state, text) {
        (Some(update), Some(number), Some(told_at), Some(state), Some(text)) if wrong.is_empty() => {
            Ok((number, Report { source: String::new(), update, told_at, state, text, links }))
        }
        _ => Err(Problem::all(wrong)),
    }
}

/// An update as others read it.
pub(super) fn update(city: &City, news: &News, lang: Lang) -> Node {
    let unit = |key: &str| city.unit(key).map_or(key, |unit| unit.name.get(lang)).to_owned();
    let (status, code, words) = match &news.said {
        Said::Dispatched(key) => {
            ("OPEN", "dispatched", format!("{}{}", lang.t("已派给：", "Sent to: "), unit(key)))
        }
        Said::Signed => ("OPEN", "in-hand", lang.t("承办单位已签收。", "The unit has taken it.").to_owned()),
        Said::Answered(text) => ("OPEN", "answered", text.clone()),
        Said::Reopened => (
            "OPEN",
            "reopened",
            lang.t("诉求人说没有解决，重新办理。", "Not solved, the person says: opened again.").to_owned(),
        ),
        Said::Closed(ending, answer) => {
            let plain = || format!("{} · {}", lang.t("已办结", "Closed"), ending.word(lang));
            ("CLOSED", "closed", answer.clone().unwrap_or_else(plain))
        }
    };
    Node::object(
        "request_update",
        vec![
            ("update_id", Node::text(&news.id)),
            ("service_request_id", Node::text(news.number.digits())),
            ("status", Node::text(status)),
            ("updated_datetime", Node::text(to_w3c(news.at, &city.zone))),
            ("description", Node::text(words)),
            ("media_url", Node::text("")),
            ("external_status_code", Node::text(code)),
        ],
    )
}
