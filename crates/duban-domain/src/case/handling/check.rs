//! 勾清单: what of the checklists of its category is done. What is taken back is an event as well.

use super::{Move, Obstacle};
use crate::{
    Refusal,
    case::{Ground, Phase, What},
    policy::{Action, Permitted, verb},
};

/// Records which items are ticked now: those that were not are ticked, those that no longer are, unticked.
/// Items that left the list stay as they were.
pub fn check_off(
    on: &Permitted<'_, verb::Tick>,
    ticked: &[String],
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if case.phase() != Phase::InHand {
        return Err(Refusal::WrongPhase { tried: Action::Answer, phase: case.phase() });
    }
    let items: Vec<_> = ground.city.checked_items(case).collect();
    if ticked.iter().any(|id| items.iter().all(|(known, _)| known != id)) {
        return Err(Obstacle::ListChanged.into());
    }
    let changed = items.into_iter().filter_map(|(id, item)| {
        let name = item.name.clone();
        match (ticked.contains(&id), case.ticked(&id).is_some()) {
            (true, false) => Some(What::Moved(Move::Ticked { item: id, name })),
            (false, true) => Some(What::Moved(Move::Unticked { item: id, name })),
            _ => None,
        }
    });
    let events: Vec<What> = changed.collect();
    if events.is_empty() { Err(Refusal::NoChange) } else { Ok(events) }
}
