//! Ids: time-ordered 63-bit integers, minted by the program, the same on both engines.
//!
//! The upper 41 bits are milliseconds since 2000-01-01 UTC, the lower 22 come from the caller's
//! source of randomness. So the newest is the largest, without a sequence or a round trip.
//! Who mints them is `duban-app`.

use serde::{Deserialize, Serialize};

use crate::Stamp;

/// 2000-01-01T00:00:00Z: far enough back for imported history, near enough for 41 bits.
const EPOCH_MS: i64 = 946_684_800_000;
/// How many low bits are random.
const TAIL_BITS: u32 = 22;

/// Puts an instant and random bits together; earlier than 2000 counts as 2000.
#[must_use]
pub fn mint(at: Stamp, tail: u32) -> i64 {
    let ms = (at.0 - EPOCH_MS).clamp(0, (1 << 41) - 1);
    (ms << TAIL_BITS) | i64::from(tail & ((1 << TAIL_BITS) - 1))
}

/// The instant an id was minted at.
#[must_use]
pub fn minted_at(id: i64) -> Stamp {
    Stamp((id >> TAIL_BITS) + EPOCH_MS)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
    )*};
}

ids! {
    /// Of a case (工单).
    CaseId,
    /// Of a request (诉求).
    RequestId,
    /// Of a recorded event.
    EventId,
    /// Of a resident (诉求人) as one request names them.
    PersonId,
    /// Of a member of staff (工作人员).
    StaffId,
    /// Of a picture or document that came with a request or a proof (附件).
    MediaId,
    /// Of a job that the program still owes.
    JobId,
    /// Of a list that left the house as a file (导出).
    ExportId,
    /// Of a look for somebody's cases by name or telephone (按人查找).
    SeekId,
    /// Of a frozen report (报告).
    ReportId,
    /// Of a kept filter (常用视图).
    ViewId,
    /// Of a move of open cases to another unit or category (整体移交).
    RelocationId,
    /// Of a prepared text (常用语).
    PhraseId,
    /// Of an item of the knowledge base (知识条目).
    KnowledgeId,
    /// Of a notice in the ledger (通知).
    NoticeId,
    /// Of a call (通话).
    CallId,
    /// Of what somebody wants to be mailed about (邮件提醒).
    WatchId,
    /// Of an erasure of somebody's data (删除个人信息).
    ErasureId,
    /// Of a webhook (推送).
    WebhookId,
    /// Of one thing that a webhook is told, however often it is tried (推送记录).
    DeliveryId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_is_larger_and_the_instant_comes_back() {
        let at = Stamp(1_767_571_200_000);
        assert!(mint(at, 0) > mint(at.plus_ms(-1), u32::MAX));
        assert_eq!(minted_at(mint(at, 77)), at);
        assert!(mint(Stamp(i64::MAX / 2), u32::MAX) > 0);
    }
}
