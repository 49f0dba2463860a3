//! 评价 and 补充: the person speaks about their own request.

use duban_domain::{
    Number,
    case::{self, Case, Heard, Satisfaction},
    policy::{self, Action, verb},
};

use super::Known;
use crate::{
    App,
    case::{done, form_key, is_done, load, record, search_text},
    media::{self, NewMedia},
    wiring::Result,
};

/// What the person says at the end.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Solved or not.
    pub solved: bool,
    /// How satisfied, when they said.
    pub satisfaction: Option<Satisfaction>,
    /// In their own words.
    pub words: String,
}

/// The person says whether it is solved. The same form sent twice counts once.
pub fn evaluate(
    app: &App,
    who: &Known,
    number: &Number,
    said: &Evaluation,
    form: Option<&[u8]>,
) -> Result<Case> {
    let now = app.now();
    app.store.write(|tx| {
        let case = load(tx, number)?;
        let permitted = policy::own::<verb::Callback>(who.request(), &case)?;
        let form = form.map(|form| form_key(form, &case, permitted.actor(), Action::Callback));
        if is_done(tx, form.as_deref())? {
            return Ok(case);
        }
        let heard = Heard {
            request: who.request(),
            solved: said.solved,
            satisfaction: said.satisfaction,
            words: said.words.clone(),
        };
        let happened = case::hear(&permitted, &heard, &app.ground(now))?;
        done(tx, form.as_deref(), now)?;
        record(app, tx, &case, permitted.actor(), now, happened)
    })
}

/// The person adds words or photos. The same form sent twice counts once.
pub fn add(
    app: &App,
    who: &Known,
    number: &Number,
    text: &str,
    files: &[NewMedia],
    form: Option<&[u8]>,
) -> Result<Case> {
    let now = app.now();
    app.store.write(|tx| {
        let case = load(tx, number)?;
        let permitted = policy::own::<verb::Note>(who.request(), &case)?;
        let form = form.map(|form| form_key(form, &case, permitted.actor(), Action::Note));
        if is_done(tx, form.as_deref())? {
            return Ok(case);
        }
        let mut kept = Vec::with_capacity(files.len());
        for file in files {
            kept.push(media::keep(app, tx, file, Some(who.request()), Some(case.id), now)?);
        }
        let happened = case::supplement(&permitted, who.request(), text, kept)?;
        done(tx, form.as_deref(), now)?;
        let after = record(app, tx, &case, permitted.actor(), now, happened)?;
        reindex(tx, &after)?;
        Ok(after)
    })
}

/// Makes what was added findable at once.
fn reindex(tx: &mut duban_store::WriteTx<'_>, case: &Case) -> Result<()> {
    let added: Vec<String> = tx
        .events(case.id)?
        .into_iter()
        .filter_map(|stored| match stored.event?.what {
            case::What::Supplemented { text, .. } => Some(text),
            _ => None,
        })
        .collect();
    if let Some(first) = tx.requests_of(case.id)?.into_iter().next() {
        tx.index_case(case.id, &search_text(&first, &added))?;
    }
    Ok(())
}
