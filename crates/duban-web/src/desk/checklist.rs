//! 办理清单 on the case page and on paper: what is asked of the case, what is ticked, by whom and when.

use duban_app::case::show::Shown;
use duban_domain::{
    case::{Move, What},
    checklist::{AskedAt, Tick},
    city::City,
};

use super::case::Trouble;
use crate::frame::Shell;

/// The checklists of a case.
#[derive(Default)]
pub(super) struct Checks {
    pub(super) lists: Vec<List>,
    /// Ticked once, and no longer asked by any list of the case.
    pub(super) gone: Vec<Line>,
    /// Whether this member can tick now.
    pub(super) can: bool,
    pub(super) open: usize,
}

/// One of them.
pub(super) struct List {
    pub(super) name: String,
    pub(super) lines: Vec<Line>,
}

/// One item.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) at_contact: bool,
    /// Whether the box is filled: as recorded, or as somebody just wanted it.
    pub(super) on: bool,
    /// Who ticked it and when; empty when nobody did.
    pub(super) by: String,
}

impl Checks {
    /// Whether there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.gone.is_empty()
    }

    /// The checklists of a case, for somebody who can tick or only look.
    pub(super) fn of(city: &City, s: &Shell, shown: &Shown, can: bool, trouble: Option<&Trouble>) -> Self {
        let case = &shown.case;
        let typed = trouble.filter(|t| t.step == "checklist").map(|t| &t.typed);
        let line = |id: String, item: &duban_domain::checklist::Item| {
            let tick = case.handling.ticks.iter().find(|tick| tick.item == id);
            let on = typed.map_or(tick.is_some(), |typed| typed.all("item").any(|wanted| wanted == id));
            Line {
                name: item.name.get(s.lang).to_owned(),
                required: item.required,
                at_contact: item.at == AskedAt::Contact,
                on,
                by: tick.map(|tick| by(s, shown, tick)).unwrap_or_default(),
                id,
            }
        };
        let lists: Vec<List> = city
            .checklists_of(case)
            .map(|list| List {
                name: list.name.get(s.lang).to_owned(),
                lines: list.items.iter().map(|item| line(list.id(item), item)).collect(),
            })
            .collect();
        let known = |tick: &&Tick| city.checked_items(case).all(|(id, _)| id != tick.item);
        let gone = case.handling.ticks.iter().filter(known).map(|tick| Line {
            id: tick.item.clone(),
            name: tick.name.get(s.lang).to_owned(),
            required: false,
            at_contact: false,
            on: true,
            by: by(s, shown, tick),
        });
        let gone = gone.collect();
        Self { can: can && !lists.is_empty(), open: case.unchecked(city).len(), lists, gone }
    }
}

/// Who ticked it, as the history has it, and when.
fn by(s: &Shell, shown: &Shown, tick: &Tick) -> String {
    let event =
        shown.history.iter().flatten().rev().find(
            |event| matches!(&event.what, What::Moved(Move::Ticked { item, .. }) if *item == tick.item),
        );
    let name = event.map(|event| event.by.name.as_str()).unwrap_or_default();
    format!("{name} {}", s.when(&tick.at).short).trim().to_owned()
}
