//! 平时的工作时间: the spans of an ordinary day, which every deadline in working hours is reckoned with.

use duban_domain::{
    city::edit,
    policy::{allow, verb},
};

use super::pack::{self, Saved};
use crate::{Ctx, wiring::Result};

/// The spans, and the version of the pack that they are of.
pub fn usual(ctx: &Ctx) -> Result<(Vec<String>, i64)> {
    allow::<verb::Administer>(&ctx.who)?;
    let standing = pack::standing(ctx)?;
    Ok((edit::usual_hours(&standing.files), standing.version))
}

/// Sets other spans, made from a version of the pack.
pub fn set(ctx: &Ctx, spans: &[String], version: i64) -> Result<Saved> {
    pack::change(ctx, "hours", Some(version), |files| {
        edit::set_usual_hours(files, spans);
        Ok(())
    })
}
