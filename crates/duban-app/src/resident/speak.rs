//! 评价 and 补充: the person speaks about their own request.

use duban_domain::{
    Number,
    case::{self, Case, Heard, Satisfaction},
    policy::{self, verb},
};

use super::Known;
use crate::{
    App,
    case::{findable, load, moment, record},
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

/// The person says whether it is solved.
pub fn evaluate(app: &App, who: &Known, number: &Number, said: &Evaluation) -> Result<Case> {
    app.store.write(|tx| {
        let case = load(tx, number)?;
        let now = moment(tx, &case, app.now())?;
        let permitted = policy::own::<verb::Callback>(who.request(), &case)?;
        let heard = Heard {
            request: who.request(),
            solved: said.solved,
            satisfaction: said.satisfaction,
            words: said.words.clone(),
        };
        let happened = case::hear(&permitted, &heard, &app.ground(now))?;
        record(app, tx, &case, permitted.actor(), now, happened)
    })
}

/// The person adds words or photos.
pub fn add(app: &App, who: &Known, number: &Number, text: &str, files: &[NewMedia]) -> Result<Case> {
    app.store.write(|tx| {
        let case = load(tx, number)?;
        let now = moment(tx, &case, app.now())?;
        let permitted = policy::own::<verb::Note>(who.request(), &case)?;
        let mut kept = Vec::with_capacity(files.len());
        for file in files {
            kept.push(media::keep(app, tx, file, Some(who.request()), Some(case.id), now)?);
        }
        let happened = case::supplement(&permitted, who.request(), text, kept)?;
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
        tx.index_case(case.id, &findable(&first, &added))?;
    }
    Ok(())
}
