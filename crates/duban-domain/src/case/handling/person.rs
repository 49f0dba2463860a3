//! 请诉求人补充, 更正和确认联系方式, 给诉求人看的照片: what concerns the person without moving the case.

use super::{Move, Obstacle};
use crate::{
    MediaId, Refusal, RequestId,
    case::{Phase, What},
    confirmation::Means,
    policy::{Action, Permitted, verb},
    text,
};

/// Asks the person for more; the question stands on their page until they answer it.
pub fn ask(on: &Permitted<'_, verb::Ask>, request: RequestId, words: &str) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if case.phase() == Phase::Closed {
        return Err(Refusal::WrongPhase { tried: Action::Ask, phase: Phase::Closed });
    }
    if !case.requests.contains(&request) {
        return Err(Refusal::NotItsRequest);
    }
    if case.handling.questions.contains(&request) {
        return Err(Obstacle::AskedAlready.into());
    }
    let words = text::required("words", words, text::TEXT_MAX)?;
    Ok(vec![What::Moved(Move::Asked { request, words })])
}

/// The person's telephone number or name was taken down wrongly, and is right now. Neither of the two
/// is in the history; that it was corrected, and by whom, is.
pub fn correct(
    on: &Permitted<'_, verb::Correct>,
    request: RequestId,
    words: &str,
) -> Result<Vec<What>, Refusal> {
    if !on.case().requests.contains(&request) {
        return Err(Refusal::NotItsRequest);
    }
    let words = text::required("words", words, text::LINE_MAX)?;
    Ok(vec![What::Moved(Move::Corrected { request, words })])
}

/// The person showed that a telephone or an address is theirs: the caller compared the code.
pub fn confirm(
    on: &Permitted<'_, verb::Confirm>,
    request: RequestId,
    means: Means,
) -> Result<Vec<What>, Refusal> {
    if !on.case().requests.contains(&request) {
        return Err(Refusal::NotItsRequest);
    }
    Ok(vec![What::Moved(Move::Confirmed { request, means })])
}

/// Adds photos or documents to a case.
pub fn attach(
    on: &Permitted<'_, verb::Note>,
    media: Vec<MediaId>,
    words: &str,
) -> Result<Vec<What>, Refusal> {
    if media.is_empty() {
        return Err(Refusal::NeedsText("media"));
    }
    let words = text::optional("words", words, text::LINE_MAX)?;
    debug_assert!(on.case().version > 0);
    Ok(vec![What::Moved(Move::Attached { media, words })])
}

/// Shows a file to the person, or no longer.
pub fn share(on: &Permitted<'_, verb::ShowFile>, media: MediaId, shown: bool) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if case.phase() == Phase::Received {
        return Err(Refusal::WrongPhase { tried: Action::Answer, phase: Phase::Received });
    }
    if case.handling.shared.contains(&media) == shown {
        return Err(Refusal::NoChange);
    }
    Ok(vec![What::Moved(if shown { Move::Shared { media } } else { Move::Unshared { media } })])
}
