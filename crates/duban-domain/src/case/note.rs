//! 批注, 补充, 查看诉求人: what leaves a trace without moving the case.

use super::{Phase, What};
use crate::{
    MediaId, Refusal, RequestId,
    policy::{Action, Permitted, verb},
    text,
};

/// Leaves an internal note.
pub fn note(_on: &Permitted<'_, verb::Note>, text: &str) -> Result<Vec<What>, Refusal> {
    Ok(vec![What::Noted { text: text::required("text", text, text::TEXT_MAX)? }])
}

/// The person adds something to their own request while the case is open.
pub fn supplement(
    on: &Permitted<'_, verb::Note>,
    request: RequestId,
    text: &str,
    media: Vec<MediaId>,
) -> Result<Vec<What>, Refusal> {
    if on.case().phase() == Phase::Closed {
        return Err(Refusal::WrongPhase { tried: Action::Note, phase: Phase::Closed });
    }
    let text = if media.is_empty() {
        text::required("text", text, text::TEXT_MAX)?
    } else {
        text::optional("text", text, text::TEXT_MAX)?
    };
    Ok(vec![What::Supplemented { request, text, media }])
}

/// Reveals who the person is; the reason stays in the history.
pub fn reveal(
    on: &Permitted<'_, verb::Reveal>,
    request: RequestId,
    reason: &str,
) -> Result<Vec<What>, Refusal> {
    if !on.case().requests.contains(&request) {
        return Err(Refusal::NotItsRequest);
    }
    Ok(vec![What::Revealed { request, reason: text::required("reason", reason, text::LINE_MAX)? }])
}
