//! 大屏: the state of the hotline on a wall, readable from eight metres. It follows live news, says
//! when its line is cut, and fetches everything anew when it is back. No title, place or person.

use askama::Template;
use duban_app::{figures, figures::Now};
use duban_domain::policy::Reach;
use jiff::ToSpan;

use super::{
    numbers::{self, Links},
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
    pub(super) tiles: Vec<Tile>,
    pub(super) rates: Vec<(&'static str, String)>,
    /// The page of figures that the rates are of.
    pub(super) week: String,
    pub(super) late: Vec<Tile>,
}

/// A number with the list of what it counts.
pub(super) struct Tile {
    pub(super) name: String,
    pub(super) n: String,
    pub(super) must: bool,
    pub(super) href: String,
}

impl Tile {
    fn of(name: &str, n: String, href: &str) -> Self {
        Self { name: name.to_owned(), n, must: false, href: href.to_owned() }
    }
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
    let today = desk.site.app.now().date(&city.zone);
    let (first, links) = (today.saturating_sub(6.days()), Links::new(&desk.who.reach, (today, today), lang));
    // What is overdue counts against the unit that leads; a list of one's reach would hold others' too.
    let own = if desk.who.reach == Reach::All { "" } else { "&owner=mine" };
    BoardPage {
        at: s.when(&s.now),
        tiles: vec![
            Tile::of(
                lang.t("今天受理", "In today"),
                thousands(now.received),
                &links.count("in", now.received).href,
            ),
            Tile::of(
                lang.t("今天办结", "Closed today"),
                thousands(now.closed),
                &links.count("closed", now.closed).href,
            ),
            Tile::of(lang.t("在办", "Open"), count(now.open), "/desk/cases?stage=open"),
            Tile::of(lang.t("今天到期", "Due today"), count(now.due_today), "/desk/cases?due=today"),
            Tile {
                must: now.overdue > 0,
                ..Tile::of(
                    lang.t("逾期未办", "Overdue"),
                    thousands(now.overdue),
                    &format!("/desk/cases?due=overdue{own}"),
                )
            },
        ],
        week: format!("/desk/figures?from={first}&to={today}"),
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
            .map(|(unit, n)| {
                let href = format!("/desk/cases?due=overdue&owner={unit}");
                Tile::of(&unit_name(city, unit, lang), thousands(*n), &href)
            })
            .collect(),
        s,
    }
}
