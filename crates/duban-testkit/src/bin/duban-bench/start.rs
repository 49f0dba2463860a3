//! How long the program takes to its first answer over the largest database, and how much memory.

use crate::{
    Done, Wanted, fill,
    machine::Watch,
    now, pages,
    rows::{Row, median, row},
    server::Server,
};

/// How often it is started.
const STARTS: usize = 7;
/// Pages served before memory is looked at again.
const PAGES: usize = 200;
/// The budgets of the design.
const START_MS: f64 = 1_000.0;
const MEMORY_MIB: f64 = 500.0;

/// Starts the program several times, and lets the last one serve some pages.
pub(crate) fn measure(wanted: &Wanted) -> Done<Vec<Row>> {
    let cases = wanted.sizes.last().copied().unwrap_or(1_000_000);
    let filled = fill::filled(&wanted.work, wanted.seed, cases, now())?;
    let watch = Watch::begin();
    let mut took = Vec::new();
    for _ in 0..STARTS {
        took.push(Server::start(&wanted.program, &filled.folder)?.started_in.as_secs_f64() * 1_000.0);
    }
    let visit = pages::Visit::new(&filled)?;
    let server = Server::start(&wanted.program, &filled.folder)?;
    let name = pages::short(filled.cases);
    let mut rows = vec![
        row(format!("{name} cases: start to the first answer"), median(&mut took), "ms", Some(START_MS)),
        row(format!("{name} cases: memory after the start"), server.resident_mib(), "MiB", Some(MEMORY_MIB)),
    ];
    let pages = visit.pages();
    let mut client = visit.client(&server)?;
    for at in 0..PAGES {
        let page = &pages[at % pages.len()];
        client.get(page.path(at))?;
    }
    let what = format!("{name} cases: memory after {PAGES} pages");
    rows.push(row(what, server.resident_mib(), "MiB", Some(MEMORY_MIB)));
    rows.push(row(
        format!("{name} cases: the database"),
        filled.bytes as f64 / f64::from(1 << 20),
        "MiB",
        None,
    ));
    rows.extend(watch.rows(&[server.pid()]));
    Ok(rows)
}
