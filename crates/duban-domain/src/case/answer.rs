//! 答复: the unit says what came of it, with a proof.

use super::{ActorKind, Ground, Obstacle, Outcome, Phase, What, review::asked};
use crate::{
    MediaId, Refusal,
    policy::{Action, Permitted, verb},
    text,
};

/// What the unit writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What came of it.
    pub outcome: Outcome,
    /// What the person will read.
    pub public: String,
    /// What stays inside.
    pub internal: String,
    /// Photos and documents that were taken in.
    pub proof: Vec<MediaId>,
    /// A proof described in words, such as the number of a repair record.
    pub proof_words: String,
    /// Why the caller was not contacted.
    pub no_contact: String,
}

/// Answers a case in hand. A unit cannot claim a result without a proof, nor stay silent towards
/// the caller without saying why. Where the city asks for no review, the answer is public at once.
pub fn answer(
    on: &Permitted<'_, verb::Answer>,
    answer: &Answer,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let phase = case.phase();
    if phase != Phase::InHand {
        return Err(Refusal::WrongPhase { tried: Action::Answer, phase });
    }
    if case.is_returning() {
        return Err(Obstacle::Pending.into());
    }
    let public = text::required("public", &answer.public, text::TEXT_MAX)?;
    let internal = text::optional("internal", &answer.internal, text::TEXT_MAX)?;
    let proof_words = text::optional("proof_words", &answer.proof_words, text::LINE_MAX)?;
    let no_contact = text::optional("no_contact", &answer.no_contact, text::LINE_MAX)?;
    let claims = matches!(answer.outcome, Outcome::Solved | Outcome::Partly);
    // Only "not solved yet" can be said while something required is not done.
    let owed = case.tasks_owed();
    if owed > 0 && answer.outcome != Outcome::Unsolved {
        return Err(Obstacle::OpenTasks(owed).into());
    }
    // Another system has its own lists; whoever reviews sees here what is not ticked.
    let missing = case.unchecked(ground.city);
    let is_bound = on.actor().kind == ActorKind::Staff && answer.outcome != Outcome::Unsolved;
    if is_bound && !missing.is_empty() {
        return Err(Obstacle::Unchecked(missing.into_iter().map(|item| item.name.clone()).collect()).into());
    }
    if claims && answer.proof.is_empty() && proof_words.is_empty() {
        return Err(Refusal::NeedsProof);
    }
    if case.contacted_at.is_none() && !case.entered && no_contact.is_empty() {
        return Err(Refusal::NeedsContact);
    }
    let answered = What::Answered {
        outcome: answer.outcome,
        public,
        internal,
        proof: answer.proof.clone(),
        proof_words,
        no_contact,
        source: None,
    };
    let public = (!ground.city.settings.review_required).then(|| asked(case, ground, true));
    Ok(std::iter::once(answered).chain(public).collect())
}
