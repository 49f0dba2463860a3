//! What a case is found by (检索文本): everything that was said, and the marks that lists filter by.

use duban_domain::{
    CaseId,
    case::{Case, What},
    request::Request,
};
use duban_store::{Facets, Findable, WriteTx};

use crate::{App, wiring::Result};

/// The setting that says in which form texts are indexed.
pub const FORM: &str = "search.form";

/// The newest form; one more whenever what is indexed of a case changes.
pub const NEWEST: &str = "2";

/// Cases of one transaction.
const BATCH: i64 = 500;

/// What people search for: the words of the request, its place, and what was added later.
pub(super) fn findable(case: &Case, request: &Request, added: &[String]) -> Findable {
    let mut text = said(request);
    for more in added {
        text.push('\n');
        text.push_str(more);
    }
    Findable::of(&text).marked(&Facets::of(case, request))
}

fn said(request: &Request) -> String {
    format!("{}\n{}\n{}\n{}", request.number, request.title, request.text, request.place.words)
}

/// Makes everything that was said findable at once: every voice, and what was added later; and by what the case is
/// now.
pub(crate) fn reindex(tx: &mut WriteTx<'_>, case: &Case) -> Result<()> {
    let voices = tx.requests_of(case.id)?;
    let Some((first, others)) = voices.split_first() else { return Ok(()) };
    let mut added: Vec<String> = others.iter().map(said).collect();
    added.extend(tx.events(case.id)?.into_iter().filter_map(|stored| match stored.event?.what {
        What::Supplemented { text, .. } => Some(text),
        _ => None,
    }));
    Ok(tx.index_case(case.id, &findable(case, first, &added))?)
}

/// Indexes every case anew when the database was indexed in an older form; `tell` hears how many are done. Whoever
/// stops it begins again at the next start.
pub fn bring_up(app: &App, mut tell: impl FnMut(u64)) -> Result<()> {
    if app.store.read(|tx| tx.setting(FORM))?.as_deref() == Some(NEWEST) {
        return Ok(());
    }
    let (mut mark, mut done) = (CaseId(i64::MIN), 0);
    loop {
        let cases = app.store.read(|tx| tx.cases_after(mark, BATCH))?;
        let Some(last) = cases.last().map(|case| case.id) else { break };
        app.store.write(|tx| {
            for case in &cases {
                // Somebody may have moved it since.
                if let Some(case) = tx.case_for_update(case.id)? {
                    reindex(tx, &case)?;
                }
            }
            Ok::<_, crate::AppError>(())
        })?;
        mark = last;
        done += cases.len() as u64;
        tell(done);
    }
    Ok(app.store.write(|tx| tx.put_setting(FORM, NEWEST))?)
}
