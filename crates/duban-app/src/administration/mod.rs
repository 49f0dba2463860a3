//! 管理: the pack in force, accounts, and the record of every change.
//!
//! A pack is its files, wherever it is changed: entry by entry on a page, as a file, or as a whole. There is
//! one way in for all of them, [`pack::change`], with one check and one record.

pub mod accounts;
pub mod bundle;
pub mod dry_run;
pub mod hours;
pub mod pack;
pub mod record;
pub mod relocate;
pub mod replace;

use duban_domain::{StaffId, case::ActorKind, policy::Member};
use duban_store::AdminChange;

use crate::Ctx;

/// The kinds of changes (变更种类).
pub const OF_PACK: &str = "pack";
/// About an account.
pub const OF_ACCOUNT: &str = "account";
/// About a service key.
pub const OF_KEY: &str = "service-key";
/// About a webhook.
pub const OF_HOOK: &str = "webhook";

/// About a learned model.
pub const OF_MODEL: &str = "model";

/// About open cases that go to another unit or category.
pub const OF_MOVE: &str = "move";

/// About the objects of a layer.
pub const OF_OBJECTS: &str = "objects";

/// A row of the record, by somebody, now.
pub(crate) fn noted(ctx: &Ctx, kind: &str, subject: &str, note: &str) -> AdminChange {
    AdminChange {
        id: ctx.app.change_id(),
        at: ctx.now,
        by_id: ctx.who.id,
        by_name: ctx.who.name.clone(),
        kind: kind.to_owned(),
        subject: subject.to_owned(),
        version: 0,
        note: note.to_owned(),
        before: String::new(),
        after: String::new(),
    }
}

/// Whoever runs the server and calls the program by a command. Only the binary makes one: who can reach
/// the data folder can do more than any account.
#[must_use]
pub fn by_command(command: &str) -> Member {
    Member {
        kind: ActorKind::Staff,
        id: StaffId(0),
        name: command.to_owned(),
        unit: String::new(),
        role: String::new(),
        actions: vec![duban_domain::policy::Action::Administer, duban_domain::policy::Action::Accounts],
        reach: duban_domain::policy::Reach::Nothing,
    }
}
