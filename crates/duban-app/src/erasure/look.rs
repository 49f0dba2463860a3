//! 删除预览: exactly what an erasure would take, before anybody decides; and how far one is.

use std::collections::BTreeSet;

use duban_domain::{
    ErasureId, NoticeId, Refusal, RequestId,
    case::Case,
    erasure::{Counts, ErasureState, Known},
    policy::{Action, permit, verb},
    request::Request,
};
use duban_store::{BESIDE, ErasureRow, ReadTx};

use super::{about, case_of, is_within, may_see, scrub};
use crate::{AppError, Ctx, wiring::Result};

/// Requests that are shown with their words; the others are counted.
const SHOWN: usize = 20;

/// A line of the ledger and what it would take.
#[derive(Clone, Debug)]
pub struct Look {
    /// The line.
    pub row: ErasureRow,
    /// Request by request; empty for whoever does not decide, and once it is decided.
    pub targets: Vec<Target>,
    /// How many requests there are in all.
    pub total: usize,
    /// What is kept beside them.
    pub counts: Counts,
}

/// A request of the person (将删的诉求).
#[derive(Clone, Debug)]
pub struct Target {
    /// The number of its case.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Whether its case is open: then nothing is erased.
    pub open: bool,
    /// Whether it is held back: then nothing is erased.
    pub held: bool,
    /// Files that go.
    pub files: usize,
    /// Texts that change.
    pub changes: Vec<Change>,
}

/// A text before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `request`, or the kind of the event.
    pub place: String,
    /// As it is.
    pub before: String,
    /// As it will be.
    pub after: String,
}

/// What was counted already: a notice or a watch of the person is met again at each of their requests.
#[derive(Default)]
struct Met {
    notices: BTreeSet<NoticeId>,
    calls: BTreeSet<i64>,
    mails: BTreeSet<Vec<u8>>,
    texts: BTreeSet<(usize, i64)>,
}

/// A line of the ledger; before it is decided, with what will go.
pub fn look(ctx: &Ctx, id: ErasureId) -> Result<Look> {
    may_see(ctx)?;
    ctx.app.store.read(|tx| {
        let row = tx.erasure(id)?.ok_or(Refusal::NotFound)?;
        if !is_within(ctx, tx, &row)? {
            return Err(Refusal::NotFound.into());
        }
        let mut look = Look { row, targets: Vec::new(), total: 0, counts: Counts::default() };
        if look.row.state != ErasureState::Asked || !ctx.who.can(Action::Erase) {
            return Ok(look);
        }
        let all = about(&ctx.app, tx, &look.row)?;
        look.total = all.len();
        let mut met = Met::default();
        for id in all {
            target(ctx, tx, id, &mut look, &mut met)?;
        }
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        look.counts.notices = count(met.notices.len());
        look.counts.calls = count(met.calls.len());
        look.counts.texts = count(met.texts.len());
        for mail in &met.mails {
            look.counts.watches += u64::try_from(tx.watch_count(mail)?).unwrap_or(0);
        }
        Ok::<_, AppError>(look)
    })
}

fn target(ctx: &Ctx, tx: &mut ReadTx<'_>, id: RequestId, look: &mut Look, met: &mut Met) -> Result<()> {
    let Some((case, request)) = case_of(tx, id)? else { return Ok(()) };
    permit::<verb::Erase>(&ctx.who, &case)?;
    let whose = scrub::Whose::of(&ctx.app, tx, &request)?;
    beside(tx, &case, &request, &whose, look.row.whole, met)?;
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let files = tx.media_of(case.id)?.iter().filter(|file| file.request == Some(id)).count();
    let changes = changes(tx, &case, &request, &whose.known)?;
    let counts = &mut look.counts;
    counts.requests += 1;
    counts.people += u64::from(request.person.is_some());
    counts.letters += u64::try_from(tx.letters_holding(case.id, request.id)?).unwrap_or(0);
    counts.files += count(files);
    counts.events += count(changes.iter().filter(|change| change.place != "request").count());
    if look.targets.len() < SHOWN {
        look.targets.push(Target {
            number: request.number.to_string(),
            title: request.title.clone(),
            open: case.is_open(),
            held: tx.is_held(case.id)?,
            files,
            changes,
        });
    }
    Ok(())
}

/// What is kept beside the words of a request.
fn beside(
    tx: &mut ReadTx<'_>,
    case: &Case,
    request: &Request,
    whose: &scrub::Whose,
    whole: bool,
    met: &mut Met,
) -> Result<()> {
    let contacts = if whole { whose.contacts() } else { Vec::new() };
    met.notices.extend(tx.notices_holding(case.id, request.id, &contacts)?);
    let phone = whose.phone.as_deref().filter(|_| whole);
    met.calls.extend(tx.calls_holding(phone, request.number.digits())?);
    if !whole {
        return Ok(());
    }
    met.mails.extend(whose.mail.clone());
    for (at, which) in BESIDE.iter().enumerate() {
        met.texts.extend(scrub::holding(tx, *which, &whose.known)?.into_iter().map(|(key, _)| (at, key)));
    }
    Ok(())
}

fn changes(tx: &mut ReadTx<'_>, case: &Case, request: &Request, known: &Known) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut see = |place: &str, before: &str, theirs: bool| {
        let after = if theirs { known.out_of(before) } else { known.mask(before) };
        if after != before {
            changes.push(Change { place: place.to_owned(), before: before.to_owned(), after });
        }
    };
    for text in [&request.title, &request.text, &request.place.words] {
        see("request", text, false);
    }
    for value in request.details.iter().flat_map(|detail| &detail.values) {
        see("request", value, false);
    }
    let gone = tx.erased_of(case.id)?;
    for stored in tx.events(case.id)? {
        let Some(mut event) = stored.event else { continue };
        let theirs = scrub::is_of_another(&event, request.id, &gone);
        for text in event.texts_mut() {
            see(&stored.kind, text, theirs);
        }
    }
    Ok(changes)
}
