//! 附件: staff add files to a case, and choose which of them the person sees.

use duban_domain::{
    MediaId, Refusal,
    case::{Case, handling},
    policy::verb,
};

use super::{On, step_with};
use crate::{
    Ctx,
    media::{self, NewMedia},
    wiring::Result,
};

/// Adds photos or documents.
pub fn attach(ctx: &Ctx, on: &On, files: &[NewMedia], words: &str) -> Result<Case> {
    step_with::<verb::Note>(ctx, on, |tx, permitted, _| {
        let mut kept = Vec::with_capacity(files.len());
        for file in files {
            kept.push(media::keep(&ctx.app, tx, file, None, Some(permitted.case().id), ctx.now)?);
        }
        Ok(handling::attach(permitted, kept, words)?)
    })
}

/// Shows a file of the staff to the person, or no longer.
pub fn share(ctx: &Ctx, on: &On, media: MediaId, shown: bool) -> Result<Case> {
    step_with::<verb::ShowFile>(ctx, on, |tx, permitted, _| {
        let case = permitted.case().id;
        // What a person sent is theirs; with several callers it must not reach the others.
        let ours = tx.media(media)?.filter(|m| m.case == Some(case) && m.request.is_none());
        let found = ours.ok_or(Refusal::NeedsText("media"))?;
        Ok(handling::share(permitted, found.id, shown)?)
    })
}
