//! 永久退信: a mail server says that there is no such mailbox, and what was watched for it ends. The ledger says so, for
//! nobody else can be told.

use duban_domain::notice::{NoticeKind, NoticeState};
use duban_store::{NoticeRow, WriteTx};

use crate::{App, notice, wiring::Result};

/// Ends everything that the address of a notice watches, and takes back what still waits to be mailed there. The caller
/// claimed the address.
pub(crate) fn lost(app: &App, tx: &mut WriteTx<'_>, row: &NoticeRow) -> Result<()> {
    if row.contact.is_empty() || tx.watches_of(&row.contact)?.is_empty() {
        return Ok(());
    }
    tx.remove_watches_of(&row.contact)?;
    let now = app.now();
    let told = NoticeRow { reason: notice::GONE.to_owned(), ..row.clone() };
    tx.mark_notice(&told, now, notice::GONE)?;
    for id in tx.waiting_for(&row.contact, &[NoticeKind::Area, NoticeKind::Confirm])? {
        let Some(waiting) = tx.notice_for_update(id)? else { continue };
        if matches!(waiting.state, NoticeState::Queued | NoticeState::Held) {
            let state = NoticeState::Cancelled;
            tx.mark_notice(
                &NoticeRow { state, reason: notice::GONE.to_owned(), ..waiting },
                now,
                notice::GONE,
            )?;
        }
    }
    Ok(())
}
