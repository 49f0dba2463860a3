//! 话务: the calls of a shift and its figures. Every number opens the calls that it counts.

pub(crate) mod live;
pub(crate) mod missed;
pub(crate) mod pop;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::extract::Path;
use duban_app::{
    CallFigure, CallSums,
    call::{self, Asked, Board, Found, Line, Shown},
};
use duban_domain::{CallId, StaffId, call::CallState, policy::Action};
use jiff::civil::Date;

use self::pop::{Bar, id, span, who};
use super::words::thousands;
use crate::frame::{Desk, Fields, PageResult, Shell, When, html, see_other};

#[derive(Template)]
#[template(path = "desk/calls.html")]
pub(super) struct CallsPage {
    pub(super) s: Shell,
    pub(super) bar: Option<Bar>,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) heading: String,
    pub(super) tiles: Vec<Tile>,
    pub(super) rows: Vec<Row>,
    pub(super) shifts: Vec<Shift>,
    pub(super) ground: String,
    pub(super) narrowed: String,
    pub(super) plain: String,
    pub(super) next: String,
    pub(super) leads: bool,
}

/// A figure of the shift.
pub(super) struct Tile {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) about: String,
    pub(super) href: String,
}

/// A call of the list.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) at: When,
    pub(super) direction: &'static str,
    pub(super) who: String,
    pub(super) state: &'static str,
    pub(super) must: bool,
    pub(super) waited: String,
    pub(super) talked: String,
    pub(super) wrote: String,
    pub(super) agent: String,
    pub(super) number: Option<(String, String)>,
    pub(super) recorded: bool,
}

/// One operator's line of the table.
pub(super) struct Shift {
    pub(super) name: String,
    pub(super) cells: Vec<(String, String)>,
}

/// What the address asks for.
struct Wanted {
    asked: Asked,
}

impl Wanted {
    fn of(desk: &Desk) -> Self {
        let query = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
        let today = desk.site.app.now().date(&desk.site.app.city.zone);
        let day = |name: &str| query.get(name).parse::<Date>().ok();
        let to = day("to").unwrap_or(today);
        let from = day("from").unwrap_or(to);
        Self {
            asked: Asked {
                from: from.min(to),
                to: to.max(from),
                agent: query.get("agent").parse().ok().map(StaffId),
                figure: CallFigure::from_key(query.get("figure")),
                before: query.get("before").parse().ok().map(CallId),
            },
        }
    }

    /// The list of what a figure counts, of one operator or of all.
    fn href(&self, figure: Option<CallFigure>, agent: Option<StaffId>) -> String {
        let mut to = format!("/desk/calls?from={}&to={}", self.asked.from, self.asked.to);
        if let Some(agent) = agent {
            to.push_str(&format!("&agent={}", agent.0));
        }
        if let Some(figure) = figure {
            to.push_str(&format!("&figure={}", figure.key()));
        }
        to
    }
}

/// The page.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let wanted = Wanted::of(&desk);
    let asked = wanted.asked.clone();
    let found = desk.run(move |ctx| call::list(ctx, &asked)).await?;
    let board = match desk.who.can(Action::Register) {
        true => Some(desk.run(call::board).await?),
        false => None,
    };
    Ok(html(&view(&desk, &wanted, &found, board.as_ref())))
}

/// To the recording, for who leads the shift; that somebody listened is kept.
pub(crate) async fn recording(desk: Desk, Path(of): Path<String>) -> PageResult {
    let id = id(&of)?;
    let address = desk.run(move |ctx| call::recording(ctx, id)).await?;
    Ok(see_other(&address))
}

fn view(desk: &Desk, wanted: &Wanted, found: &Found, board: Option<&Board>) -> CallsPage {
    let (s, rules) = (desk.shell(), &desk.site.app.city.desk.calls);
    let asked = &wanted.asked;
    let law =
        rules.law.as_ref().map_or(s.t("默认，非法定", "a default, not law"), |law| law.get(s.lang));
    let heading = match (asked.from == asked.to, found.of) {
        (_, Some(agent)) => {
            found.names.get(&agent.0).cloned().unwrap_or_else(|| s.t("我的通话", "My calls").to_owned())
        }
        (_, None) => s.t("所有通话", "All calls").to_owned(),
    };
    let next = found.next.map(|id| format!("{}&before={}", wanted.href(asked.figure, asked.agent), id.0));
    CallsPage {
        bar: board.map(|board| Bar::of(board, &s, "")),
        from: asked.from.to_string(),
        to: asked.to.to_string(),
        heading,
        tiles: tiles(&s, &found.all, wanted, rules.answer_seconds, rules.abandon_seconds),
        rows: found.calls.iter().map(|call| row(&s, call, found)).collect(),
        shifts: found.lines.iter().map(|line| shift(&s, line, wanted)).collect(),
        ground: law.to_owned(),
        narrowed: asked.figure.map(|figure| word(&s, figure, rules.answer_seconds)).unwrap_or_default(),
        plain: wanted.href(None, asked.agent),
        next: next.unwrap_or_default(),
        leads: desk.who.can(Action::Figures),
        s,
    }
}

/// What a figure is called.
fn word(s: &Shell, figure: CallFigure, seconds: u32) -> String {
    match figure {
        CallFigure::Offered => s.t("呼入", "Offered").to_owned(),
        CallFigure::Connected => s.t("接通", "Connected").to_owned(),
        CallFigure::Within => match s.lang {
            duban_domain::Lang::Zh => format!("{seconds} 秒内接起"),
            duban_domain::Lang::En => format!("Answered within {seconds} s"),
        },
        CallFigure::Abandoned => s.t("放弃", "Abandoned").to_owned(),
        CallFigure::Brief => s.t("一响就挂", "Rang off at once").to_owned(),
        CallFigure::Filed => s.t("登记成诉求", "Taken down").to_owned(),
        CallFigure::Direct => s.t("当场答复", "Answered at once").to_owned(),
        CallFigure::Ended => s.t("通完话的", "Talked to the end").to_owned(),
        CallFigure::Wrapped => s.t("整理完的", "Written up").to_owned(),
    }
}

fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "—".to_owned();
    }
    format!("{:.1} %", part as f64 * 100.0 / whole as f64)
}

fn mean(s: &Shell, sum: i64, n: i64) -> String {
    if n <= 0 { "—".to_owned() } else { span(sum / n, s) }
}

fn tiles(s: &Shell, sums: &CallSums, wanted: &Wanted, seconds: u32, brief: u32) -> Vec<Tile> {
    use CallFigure::{Abandoned, Brief, Connected, Direct, Ended, Filed, Offered, Within, Wrapped};
    let n = |figure| sums.get(figure);
    let count = |figure, about: String| Tile {
        name: word(s, figure, seconds),
        value: thousands(n(figure)),
        about,
        href: wanted.href(Some(figure), wanted.asked.agent),
    };
    let share = |name: String, figure, whole| Tile {
        name,
        value: percent(n(figure), n(whole)),
        about: format!(
            "{} {} ÷ {} {}",
            word(s, figure, seconds),
            n(figure),
            word(s, whole, seconds),
            n(whole)
        ),
        href: wanted.href(Some(figure), wanted.asked.agent),
    };
    let average = |name: &str, sum, over, what: &str| Tile {
        name: name.to_owned(),
        value: mean(s, sum, n(over)),
        about: format!("{what} {} ÷ {} {}", span(sum, s), n(over), s.t("次", "calls")),
        href: wanted.href(Some(over), wanted.asked.agent),
    };
    let brief_words = match s.lang {
        duban_domain::Lang::Zh => format!("不到 {brief} 秒就挂的 {} 次另计", n(Brief)),
        duban_domain::Lang::En => format!("{} that rang off within {brief} s are counted apart", n(Brief)),
    };
    vec![
        count(Offered, s.t("打进来的", "came in").to_owned()),
        share(s.t("接通率", "Connected").to_owned(), Connected, Offered),
        share(s.t("及时率", "In time").to_owned(), Within, Connected),
        count(Abandoned, brief_words),
        average(s.t("平均等待", "Average wait"), sums.wait_ms, Connected, s.t("等待", "waited")),
        average(s.t("平均通话", "Average talk"), sums.talk_ms, Ended, s.t("通话", "talked")),
        average(s.t("平均整理", "Average wrap-up"), sums.wrap_ms, Wrapped, s.t("整理", "written up")),
        share(s.t("当场答复率", "Answered at once").to_owned(), Direct, Filed),
    ]
}

fn row(s: &Shell, call: &Shown, found: &Found) -> Row {
    let dash = |ms: i64, there: bool| if there { span(ms, s) } else { "—".to_owned() };
    let times = call.times;
    Row {
        id: call.id.0.to_string(),
        at: s.when(&times.rang_at),
        direction: call.direction.word(s.lang),
        who: who(&call.masked, s),
        state: call.settled.map_or(call.state.word(s.lang), |how| how.word(s.lang)),
        must: call.state == CallState::Missed && call.settled.is_none(),
        waited: span(times.wait_ms(s.now), s),
        talked: dash(times.talk_ms(s.now), times.answered_at.is_some()),
        wrote: dash(
            times.wrap_ms(s.now),
            times.answered_at.is_some() && times.ended_at.is_some() && call.agent.is_some(),
        ),
        agent: call.agent.and_then(|id| found.names.get(&id.0)).cloned().unwrap_or_default(),
        number: call.number.as_ref().map(|number| (number.to_string(), number.grouped())),
        recorded: call.recorded,
    }
}

fn shift(s: &Shell, line: &Line, wanted: &Wanted) -> Shift {
    use CallFigure::{Connected, Direct, Ended, Filed, Offered, Within, Wrapped};
    let sums = &line.sums;
    let opens = |figure| {
        let there = line.agent.filter(|_| sums.get(figure) > 0);
        there.map(|agent| wanted.href(Some(figure), Some(agent))).unwrap_or_default()
    };
    let count = |figure| (thousands(sums.get(figure)), opens(figure));
    // An average opens the calls that it is of.
    let average = |sum, over| (mean(s, sum, sums.get(over)), opens(over));
    let name = match (line.agent, line.name.is_empty()) {
        (Some(id), true) => format!("#{}", id.0),
        (Some(_), false) => line.name.clone(),
        (None, _) => s.t("没有人接", "Answered by nobody").to_owned(),
    };
    Shift {
        name,
        cells: vec![
            count(Offered),
            count(Connected),
            count(Within),
            average(sums.wait_ms, Connected),
            average(sums.talk_ms, Ended),
            average(sums.wrap_ms, Wrapped),
            count(Filed),
            count(Direct),
        ],
    }
}
