//! After the shift: is everything there that was acknowledged?

use std::{collections::HashMap, path::Path};

use duban_app::check;
use duban_domain::Number;

use super::people::Diary;
use crate::{Done, fill, now};

/// What was looked for.
pub(super) struct Found {
    /// Changes that were acknowledged.
    pub(super) asked: usize,
    /// Those that are in the database.
    pub(super) found: usize,
    /// The others, and whatever `duban check` says of the whole.
    pub(super) missing: Vec<String>,
}

/// Looks for every acknowledged request and step, and checks the whole database.
pub(super) fn look(file: &Path, diaries: &[Diary]) -> Done<Found> {
    let app = fill::app(file, now())?;
    let mut acknowledged: HashMap<(&str, &str), usize> = HashMap::new();
    for (number, kind) in diaries.iter().flat_map(|d| &d.acknowledged) {
        *acknowledged.entry((number, kind)).or_default() += 1;
    }
    let mut done = Found { asked: 0, found: 0, missing: Vec::new() };
    for ((number, kind), times) in acknowledged {
        let parsed: Number = number.parse()?;
        let recorded = app.store.read(|tx| {
            let Some(case) = tx.case_by_number(&parsed)? else { return Ok(0) };
            let events = tx.events(case.id)?;
            Ok::<_, duban_store::StoreError>(events.iter().filter(|e| e.kind == kind).count())
        })?;
        done.asked += times;
        done.found += times.min(recorded);
        if recorded < times {
            done.missing.push(format!("{number} has {recorded} of {times} `{kind}`"));
        }
    }
    eprintln!("  checking the whole database");
    done.missing.extend(check::check(&app)?.faults);
    Ok(done)
}
