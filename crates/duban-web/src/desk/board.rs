//! 大屏: the state of the hotline on a wall, readable from eight metres. It follows live news, says
//! when its line is cut, and fetches everything anew when it is back. No title, place or person.

use askama::Template;
use duban_app::{figures, figures::Now};

use super::{
    numbers,
    words::{thousands, unit_name},
};
use crate::frame::{Desk, PageResult, Shell, When, html};

/// Units on the wall.
const UNITS: usize = 5;

#[derive(Template)]
#[template(path = "desk/board.html")]
pub(super) struct BoardPage {
    pub(super) s: Shell,
    pub(super) at: When,
    pub(super) tiles: Vec<(&'static str, String, bool)>,
    pub(super) rates: Vec<(&'static str, String)>,
    pub(super) late: Vec<(String, String)>,
}

/// The page.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let now = desk.run(figures::now).await?;
    Ok(html(&view(&desk, &now)))
}

fn view(desk: &Desk, now: &Now) -> BoardPage {
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let lang = s.lang;
    let count = |n: i64| match n >= figures::NOW_MAX {
        true => format!("{}+", thousands(figures::NOW_MAX)),
        false => thousands(n),
    };
    BoardPage {
        at: s.when(&s.now),
        tiles: vec![
            (lang.t("今天受理", "In today"), thousands(now.received), false),
            (lang.t("今天办结", "Closed today"), thousands(now.closed), false),
            (lang.t("在办", "Open"), count(now.open), false),
            (lang.t("今天到期", "Due today"), count(now.due_today), false),
            (lang.t("逾期未办", "Overdue"), thousands(now.overdue), now.overdue > 0),
        ],
        rates: vec![
            (lang.t("按期率", "In time"), numbers::on_time(&now.week)),
            (lang.t("响应率", "Response"), numbers::response(&now.week)),
            (lang.t("解决率", "Solved"), numbers::solved(&now.week)),
            (lang.t("满意度", "Satisfaction"), numbers::satisfied(&now.week)),
        ],
        late: now
            .late
            .iter()
            .take(UNITS)
            .map(|(unit, n)| (unit_name(city, unit, lang), thousands(*n)))
            .collect(),
        s,
    }
}
