//! 设置: everything of the pack that can be changed, and the pack as a whole.

use askama::Template;
use duban_app::administration::pack;
use duban_domain::city::edit::{self, Table};

use crate::frame::{Desk, PageResult, Shell, When, html};

#[derive(Template)]
#[template(path = "admin/index.html")]
pub(super) struct IndexPage {
    s: Shell,
    version: i64,
    since: Option<When>,
    tables: Vec<TableShown>,
    files: Vec<String>,
}

struct TableShown {
    key: &'static str,
    name: &'static str,
    count: usize,
}

/// The page.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let standing = desk.run(pack::standing).await?;
    let s = desk.shell();
    let shown = |table: &Table| TableShown {
        key: table.key(),
        name: table.word(s.lang),
        count: edit::entries(&standing.files, *table).len(),
    };
    let may = |table: &&Table| desk.who.can(table.action());
    Ok(html(&IndexPage {
        version: standing.version,
        since: standing.since.as_ref().map(|at| s.when(at)),
        tables: Table::ALL.iter().filter(may).map(shown).collect(),
        files: standing.files.keys().filter(|path| desk.who.can(pack::action_for(path))).cloned().collect(),
        s,
    }))
}
