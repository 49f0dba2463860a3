//! 贴标签: the city's own word for where a case stands within its phase. It moves nothing, starts no
//! clock, and falls off when the phase changes.

use super::{Ground, What};
use crate::{
    Refusal,
    policy::{Permitted, verb},
};

/// Puts a label of the city on a case, or takes it off.
pub fn label(
    on: &Permitted<'_, verb::Label>,
    to: Option<&str>,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if let Some(key) = to {
        let fits = ground.city.label(key).is_some_and(|label| label.phase == case.phase());
        if !fits {
            return Err(Refusal::UnknownLabel { key: key.to_owned(), phase: case.phase() });
        }
    }
    if case.label.as_deref() == to {
        return Err(Refusal::NoChange);
    }
    Ok(vec![What::Labelled { label: to.map(str::to_owned) }])
}
