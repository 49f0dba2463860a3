//! 撤并单位, 归并和移动分类: what has to change in the pack is changed in one step, looked at before; and
//! the open cases follow by [`super::relocate`].

use duban_domain::{
    Refusal,
    city::{
        self, Fault, PackFiles,
        edit::{self, Difference, EditFault, Replacing},
    },
    policy::{Guard, allow, verb},
    text,
};

use super::{
    pack::{self, Saved},
    relocate,
};
use crate::{AppError, Ctx, wiring::Result};

/// What is to become of a unit or a category (怎么换).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Another one is used instead.
    By(String),
    /// It moves below this category, with everything below it; empty: to the first level.
    Below(String),
}

/// What a step would change (换之前先看).
#[derive(Clone, Debug)]
pub struct Plan {
    /// The version of the pack that it was made from.
    pub version: i64,
    /// What differs, by file and entry.
    pub differences: Vec<Difference>,
    /// What is in the way, or new to warn of.
    pub faults: Vec<Fault>,
    /// Each key that is of the past then, what is used instead, and its open cases.
    pub pairs: Vec<(String, String, relocate::Preview)>,
}

/// What the step would change, and how many open cases follow.
pub fn plan(ctx: &Ctx, what: Replacing, from: &str, wanted: &Wanted) -> Result<Plan> {
    allow::<verb::Administer>(&ctx.who)?;
    let standing = pack::standing(ctx)?;
    let mut files = standing.files.clone();
    let pairs = apply(&mut files, what, from, wanted)?;
    let old: Vec<String> = city::check_at(&standing.files, ctx.now).iter().map(ToString::to_string).collect();
    let faults = city::check_at(&files, ctx.now).into_iter().filter(|f| !old.contains(&f.to_string()));
    let pairs = pairs.into_iter().map(|(old, new)| {
        let preview = relocate::preview(ctx, what, &old)?;
        Ok((old, new, preview))
    });
    Ok(Plan {
        version: standing.version,
        differences: edit::differences(&standing.files, &files),
        faults: faults.collect(),
        pairs: pairs.collect::<Result<_>>()?,
    })
}

/// Changes the pack, made from the version that was looked at, and orders the open cases over.
pub fn go(
    ctx: &Ctx,
    what: Replacing,
    from: &str,
    wanted: &Wanted,
    version: i64,
    words: &str,
) -> Result<Saved> {
    let words = text::required("words", words, text::LINE_MAX)?;
    let note = format!("{} {from}", what.table().key());
    let saved = pack::change(ctx, &note, Some(version), |files| apply(files, what, from, wanted).map(drop))?;
    if !matches!(saved, Saved::Done(..)) {
        return Ok(saved);
    }
    // The city that holds from now on: the one of this piece of work is the one before.
    let app = ctx.app.at_hand();
    let now = Ctx { app, ..ctx.clone() };
    let gone = |key: &str| match what {
        Replacing::Unit => now.city().unit(key).and_then(|unit| unit.successor.clone()),
        Replacing::Category => now.city().category(key).and_then(|category| category.successor.clone()),
    };
    for key in below(&now, what, from) {
        let Some(to) = gone(&key) else { continue };
        match relocate::start(&now, what, &key, &to, &words) {
            // Nothing open, or on its way already.
            Ok(_) | Err(AppError::Refused(Refusal::NoChange | Refusal::Guard(Guard::Taken))) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(saved)
}

/// The key itself, and of a category what lies below it.
fn below(ctx: &Ctx, what: Replacing, from: &str) -> Vec<String> {
    match what {
        Replacing::Unit => vec![from.to_owned()],
        Replacing::Category => {
            let inside =
                |key: &str| key == from || key.strip_prefix(from).is_some_and(|r| r.starts_with('.'));
            ctx.city().categories.iter().filter(|c| inside(&c.key)).map(|c| c.key.clone()).collect()
        }
    }
}

fn apply(
    files: &mut PackFiles,
    what: Replacing,
    from: &str,
    wanted: &Wanted,
) -> std::result::Result<Vec<(String, String)>, Refusal> {
    let done = match wanted {
        Wanted::Below(parent) if what == Replacing::Category => edit::rename_below(files, from, parent),
        Wanted::By(to) | Wanted::Below(to) if to.is_empty() || to == from => {
            return Err(Refusal::NeedsText("to"));
        }
        Wanted::By(to) | Wanted::Below(to) => by(files, what, from, to),
    };
    done.map_err(|fault| match fault {
        EditFault::Gone => Refusal::NotFound,
        EditFault::Taken => Guard::Taken.into(),
        EditFault::KeyStays => Guard::KeyStays.into(),
        EditFault::AtTheEnd => Refusal::NoChange,
        EditFault::Published => Guard::Published.into(),
    })
}

/// Of a category, all that lies below it goes the same way.
fn by(
    files: &mut PackFiles,
    what: Replacing,
    from: &str,
    to: &str,
) -> std::result::Result<Vec<(String, String)>, EditFault> {
    let inside =
        |id: &str| what == Replacing::Category && id.strip_prefix(from).is_some_and(|r| r.starts_with('.'));
    if inside(to) {
        return Err(EditFault::Taken);
    }
    let still = |entry: &edit::Entry| !matches!(entry.get("retired"), "yes" | "true" | "是");
    let below = edit::entries(files, what.table()).into_iter().filter(|one| inside(&one.id) && still(one));
    let below: Vec<String> = below.map(|entry| entry.id).collect();
    let mut pairs = Vec::new();
    for key in std::iter::once(from.to_owned()).chain(below) {
        edit::retire(files, what, &key, to)?;
        pairs.push((key, to.to_owned()));
    }
    Ok(pairs)
}
