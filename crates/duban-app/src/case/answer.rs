//! 答复.

use duban_domain::{
    case::{self, Answer, Case, Outcome},
    policy::verb,
};

use super::{On, step_with};
use crate::{
    Ctx,
    media::{self, NewMedia},
    wiring::Result,
};

/// What the unit writes, with its files.
#[derive(Clone, Debug)]
pub struct Answering {
    /// What came of it.
    pub outcome: Outcome,
    /// What the person will read.
    pub public: String,
    /// What stays inside.
    pub internal: String,
    /// Photos and documents.
    pub proof: Vec<NewMedia>,
    /// A proof described in words.
    pub proof_words: String,
    /// Why the caller was not contacted.
    pub no_contact: String,
}

/// Answers a case in hand.
pub fn answer(ctx: &Ctx, on: &On, said: &Answering) -> Result<Case> {
    step_with::<verb::Answer>(ctx, on, |tx, permitted, ground| {
        let mut proof = Vec::with_capacity(said.proof.len());
        for file in &said.proof {
            proof.push(media::keep(&ctx.app, tx, file, None, Some(permitted.case().id), ctx.now)?);
        }
        let answer = Answer {
            outcome: said.outcome,
            public: said.public.clone(),
            internal: said.internal.clone(),
            proof,
            proof_words: said.proof_words.clone(),
            no_contact: said.no_contact.clone(),
        };
        Ok(case::answer(permitted, &answer, ground)?)
    })
}
