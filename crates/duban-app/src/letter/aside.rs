//! 搁置的来信: mails that are too large, or too costly to read. They stay where they are; here is that they came,
//! from whom and about what as far as the first lines tell, until somebody of the hotline has seen to them.

use duban_domain::{
    Refusal, Stamp,
    erasure::Known,
    person::Mail,
    policy::{Reach, allow, verb},
};
use duban_store::{AsideRow, WriteTx};
use serde::{Deserialize, Serialize};

use super::read;
use crate::{App, AppError, Ctx, wiring::Result};

/// The place that sender and subject are sealed for.
const HEAD: &str = "letter.aside";
/// Mails on the page.
const SHOWN: i64 = 100;

/// Why a mail was put aside (搁置原因).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is larger than the settings allow.
    TooLarge,
    /// It is no mail, or so put together that reading it would take very long.
    Unreadable,
}

impl Why {
    fn key(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A mail that was put aside (搁置的来信).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Its id.
    pub id: i64,
    /// When it was put aside.
    pub at: Stamp,
    /// What its file is called in the Maildir.
    pub file: String,
    /// How large it is.
    pub bytes: i64,
    /// Why.
    pub why: Why,
    /// Who seems to have sent it, masked; empty when the first lines do not tell.
    pub from: String,
    /// What it seems to be about.
    pub subject: String,
    /// Who has seen to it, and when.
    pub seen: Option<(Stamp, String)>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Head {
    from: String,
    subject: String,
}

/// Takes what is known of somebody out of the heads of mails that were put aside; how many said something of them.
pub(crate) fn forget(app: &App, tx: &mut WriteTx<'_>, known: &Known) -> Result<u64> {
    let addresses: Vec<String> = known
        .words()
        .iter()
        .filter_map(|word| Mail::parse(word).ok().flatten())
        .map(|mail| mail.masked())
        .collect();
    let mut changed = 0;
    for row in tx.letters_aside(i64::MAX)? {
        let head = opened(app, &row)?;
        let theirs = addresses.contains(&head.from);
        let from = if theirs { String::new() } else { head.from.clone() };
        let subject = if theirs { known.mask(&head.subject) } else { known.out_of(&head.subject) };
        if (&from, &subject) != (&head.from, &head.subject) {
            tx.put_aside_head(row.id, &sealed(app, &Head { from, subject })?)?;
            changed += 1;
        }
    }
    Ok(changed)
}

fn opened(app: &App, row: &AsideRow) -> Result<Head> {
    Ok(serde_json::from_str(&app.keys.open(HEAD, &row.head)?).unwrap_or_default())
}

fn sealed(app: &App, head: &Head) -> Result<Vec<u8>> {
    let text = serde_json::to_string(head).map_err(|_| AppError::Broken("putting a mail aside"))?;
    app.keys.seal(HEAD, &text, &*app.entropy)
}

/// Writes down that a mail was put aside; the same file counts once. `head` is its beginning.
pub fn put(app: &App, file: &str, bytes: u64, head: &[u8], why: Why) -> Result<()> {
    let (from, subject) = read::head(head);
    let head = Head { from: from.map(|from| from.masked()).unwrap_or_default(), subject };
    let row = AsideRow {
        id: app.change_id(),
        file: file.to_owned(),
        at: app.now(),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        why: why.key().to_owned(),
        head: sealed(app, &head)?,
        seen_at: None,
        seen_by: String::new(),
    };
    app.store.write(|tx| Ok(tx.put_letter_aside(&row)?))
}

/// Whoever takes requests in for the whole city sees to mail that the program could not take in.
fn keeper(ctx: &Ctx) -> Result<()> {
    allow::<verb::Register>(&ctx.who)?;
    match ctx.who.reach {
        Reach::All => Ok(()),
        Reach::Units(_) | Reach::Nothing => Err(Refusal::NotFound.into()),
    }
}

/// The mails that were put aside, newest first; those that nobody has seen to before all others.
pub fn list(ctx: &Ctx) -> Result<Vec<Aside>> {
    keeper(ctx)?;
    let rows = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.letters_aside(SHOWN)?))?;
    rows.into_iter().map(|row| shown(ctx, row)).collect()
}

fn shown(ctx: &Ctx, row: AsideRow) -> Result<Aside> {
    let head = opened(&ctx.app, &row)?;
    Ok(Aside {
        id: row.id,
        at: row.at,
        file: row.file,
        bytes: row.bytes,
        why: if row.why == Why::TooLarge.key() { Why::TooLarge } else { Why::Unreadable },
        from: head.from,
        subject: head.subject,
        seen: row.seen_at.map(|at| (at, row.seen_by)),
    })
}

/// How many nobody has seen to; nothing to those who do not see to them.
pub fn waiting(ctx: &Ctx) -> Result<i64> {
    match keeper(ctx) {
        Ok(()) => ctx.app.store.read(|tx| Ok(tx.letters_aside_open()?)),
        Err(_) => Ok(0),
    }
}

/// Somebody has seen to it; the first counts.
pub fn see_to(ctx: &Ctx, id: i64) -> Result<()> {
    keeper(ctx)?;
    let seen =
        ctx.app.store.write(|tx| Ok::<_, AppError>(tx.see_to_letter(id, ctx.now, &ctx.who.name)?))?;
    if seen { Ok(()) } else { Err(Refusal::NoChange.into()) }
}
