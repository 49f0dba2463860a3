//! The bar of calls on every page of an operator: what rings, the call they have, where they sit.
//! Each button is a plain form, so all of it works on `/desk/calls` without script too.

use askama::Template;
use axum::{extract::Path, response::Response};
use duban_app::call::{self, Board, Shown};
use duban_domain::{CallId, Refusal, Stamp, call::CallState};

use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, see_other};

/// What the calls of a demonstration begin with.
const SIMULATED: &str = "demo:";

/// A call in the bar.
pub(in crate::desk) struct Ring {
    pub(in crate::desk) id: String,
    pub(in crate::desk) who: String,
    pub(in crate::desk) state: &'static str,
    pub(in crate::desk) is: &'static str,
    /// Since when the state lasts, in milliseconds since 1970, and for eyes.
    pub(in crate::desk) since_ms: i64,
    pub(in crate::desk) since: When,
    pub(in crate::desk) waited: String,
    pub(in crate::desk) number: Option<String>,
    /// The name of a simulated call, which a demonstration hangs up by a button.
    pub(in crate::desk) simulated: Option<String>,
}

/// The bar itself.
pub(in crate::desk) struct Bar {
    pub(in crate::desk) ringing: Vec<Ring>,
    pub(in crate::desk) mine: Option<Ring>,
    pub(in crate::desk) line: String,
    pub(in crate::desk) away: bool,
    pub(in crate::desk) missed: i64,
    /// The call of the page that shows the bar.
    pub(in crate::desk) here: String,
}

#[derive(Template)]
#[template(path = "desk/call_bar.html")]
pub(in crate::desk) struct BarFragment {
    s: Shell,
    bar: Bar,
}

impl Bar {
    pub(in crate::desk) fn of(board: &Board, s: &Shell, here: &str) -> Self {
        Self {
            ringing: board.ringing.iter().map(|call| ring(call, s)).collect(),
            mine: board.mine.as_ref().map(|call| ring(call, s)),
            line: board.line.clone(),
            away: board.away,
            missed: board.missed,
            here: here.to_owned(),
        }
    }
}

/// Who calls, as far as may be shown.
pub(in crate::desk) fn who(masked: &str, s: &Shell) -> String {
    if masked.is_empty() {
        s.t("没有来电号码", "Number withheld").to_owned()
    } else {
        masked.to_owned()
    }
}

/// `8 秒`, `2 分 05 秒`.
pub(in crate::desk) fn span(ms: i64, s: &Shell) -> String {
    let seconds = (ms.max(0) + 500) / 1_000;
    let (minutes, rest) = (seconds / 60, seconds % 60);
    match (minutes, s.lang) {
        (0, duban_domain::Lang::Zh) => format!("{rest} 秒"),
        (0, duban_domain::Lang::En) => format!("{rest} s"),
        (_, duban_domain::Lang::Zh) => format!("{minutes} 分 {rest:02} 秒"),
        (_, duban_domain::Lang::En) => format!("{minutes} min {rest:02} s"),
    }
}

fn ring(call: &Shown, s: &Shell) -> Ring {
    let times = call.times;
    let since: Stamp = match call.state {
        CallState::Talking => times.answered_at,
        CallState::WrapUp => times.ended_at,
        CallState::Ringing | CallState::Over | CallState::Missed => None,
    }
    .unwrap_or(times.rang_at);
    Ring {
        id: call.id.0.to_string(),
        who: who(&call.masked, s),
        state: call.state.word(s.lang),
        is: call.state.key(),
        since_ms: since.0,
        since: s.when(&since),
        waited: span(times.wait_ms(s.now), s),
        number: call.number.as_ref().map(ToString::to_string),
        simulated: call.source.strip_prefix(SIMULATED).map(str::to_owned).filter(|_| s.demo),
    }
}

/// The id in an address.
pub(in crate::desk) fn id(text: &str) -> Result<CallId, WebError> {
    text.parse().map(CallId).map_err(|_| WebError::from(Refusal::NotFound))
}

/// The bar as it is now, for the island.
pub(crate) async fn bar(desk: Desk) -> PageResult {
    let board = desk.run(call::board).await?;
    let query = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let s = desk.shell();
    let response: Response = html(&BarFragment { bar: Bar::of(&board, &s, query.get("call")), s });
    Ok(response)
}

/// Takes a call and opens its form.
pub(crate) async fn answer(desk: Desk, Path(of): Path<String>) -> PageResult {
    let id = id(&of)?;
    desk.run(move |ctx| call::answer(ctx, id)).await?;
    desk.site.rings.nudge();
    Ok(see_other(&format!("/desk/intake?call={of}")))
}

/// Everything is written down.
pub(crate) async fn done(desk: Desk, Path(of): Path<String>) -> PageResult {
    let id = id(&of)?;
    desk.run(move |ctx| call::done(ctx, id)).await?;
    desk.site.rings.nudge();
    Ok(see_other("/desk/intake"))
}

/// Sits down at a line, goes away, comes back.
pub(crate) async fn sit(desk: Desk, fields: Fields) -> PageResult {
    let (line, away) = (fields.get("line").to_owned(), fields.get("away") == "yes");
    desk.run(move |ctx| call::sit(ctx, &line, away)).await?;
    desk.site.rings.nudge();
    Ok(see_other("/desk/calls"))
}

/// A call that nobody makes, in a demonstration only.
pub(crate) async fn simulate(desk: Desk, fields: Fields) -> PageResult {
    if !desk.site.app.demo {
        return Err(WebError::NoPage);
    }
    let told = simulated(&desk, &fields);
    desk.site.run(move |app| call::hear(app, "demo", &told)).await?;
    desk.site.rings.nudge();
    Ok(see_other("/desk/calls"))
}

/// Without a call's name a new one rings; with one it is hung up.
fn simulated(desk: &Desk, fields: &Fields) -> call::Told {
    use duban_domain::call::{Direction, Signal};
    let known = fields.opt("call").map(str::to_owned);
    let signal = if known.is_some() { Signal::Hangup } else { Signal::NewCall };
    call::Told {
        call: known.unwrap_or_else(|| crate::frame::page::nonce(&desk.site)),
        signal,
        direction: Some(Direction::In),
        from: if signal == Signal::NewCall { "13900006021".to_owned() } else { String::new() },
        to: desk.site.app.city.hotline.clone(),
        line: String::new(),
        at: None,
        cause: String::new(),
        recording: String::new(),
    }
}
