//! 逾期: the finish deadline passed without an answer. Recorded once a round, by the program.

use super::{Ground, What};
use crate::{
    Refusal,
    policy::{Permitted, verb},
};

/// Records a missed deadline; nothing to record is [`Refusal::NoChange`].
pub fn overdue(on: &Permitted<'_, verb::Keep>, ground: &Ground<'_>) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if !case.is_running() || case.missed || case.finish.due > ground.now {
        return Err(Refusal::NoChange);
    }
    Ok(vec![What::Missed { due: case.finish.due }])
}
