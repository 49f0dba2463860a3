//! Webhooks (推送): another system is told by a signed post when something happens to a case, as Standard Webhooks has it.
//!
//! Pure: which addresses may be named, what is posted, how it is signed, and when it is tried again. Who hears of which
//! case is the policy's: a webhook sees what a service key of its unit would see. Posting is `duban-app`'s, and the
//! connection the binary's.

mod address;
mod kind;
mod message;
#[cfg(test)]
mod tests;

pub use address::{Address, URL_MAX};
pub use kind::WebhookKind;
pub use message::{
    SECRET_BEGIN, id_text, message, secret_bytes, secret_text, sign, signatures, test_message,
};

use crate::{Stamp, request::closed_set, stamp::DAY_MS};

closed_set! {
    /// Whether a webhook is told anything (推送状态).
    WebhookState {
        /// 在用
        On = 1, "on", "在用", "On";
        /// 停用
        Off = 2, "off", "停用", "Off";
        /// 一直送不到，自动停了
        Failing = 3, "failing", "一直送不到，自动停了", "Stopped: nothing arrived for days";
        /// 对方不要了，自动停了
        Gone = 4, "gone", "对方不再接收（410），自动停了", "Stopped: the receiver wants no more (410)";
    }
}

closed_set! {
    /// Where a delivery stands (推送记录状态).
    DeliveryState {
        /// 等着送
        Waiting = 1, "waiting", "等着送", "Waiting";
        /// 送到了
        Delivered = 2, "delivered", "送到了", "Delivered";
        /// 没送到
        Failed = 3, "failed", "没送到", "Failed";
        /// 不用送了: the case left the reach of the webhook before it went.
        Dropped = 4, "dropped", "不送了", "Not sent";
    }
}

/// What a city settles about webhooks (推送设置).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookRule {
    /// Hours that an old secret still signs after a new one was made, unless the keeper says otherwise.
    pub old_secret_hours: u32,
    /// Days without a single delivery, while something is tried, after which a webhook is switched off.
    pub failing_days: u32,
    /// Days that deliveries and what came back of them are kept.
    pub log_days: u32,
}

impl WebhookRule {
    /// What holds where a city says nothing.
    pub const DEFAULT: Self = Self { old_secret_hours: 24, failing_days: 5, log_days: 30 };

    /// Whether a webhook that has failed since an instant is switched off now.
    #[must_use]
    pub fn gives_up(&self, failing_since: Stamp, now: Stamp) -> bool {
        now >= failing_since.plus_ms(i64::from(self.failing_days) * DAY_MS)
    }
}

/// The pauses after the first failed attempt, the second, and so on, in milliseconds: the schedule that Standard Webhooks
/// proposes, over three days.
pub const PAUSES_MS: [i64; 9] =
    [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000, 86_400_000];

/// How long to wait after so many failed attempts; none: that was the last. Chance makes it up to a tenth longer, so that
/// what failed together does not come back together.
#[must_use]
pub fn pause_ms(failed: i64, chance: u32) -> Option<i64> {
    let at = usize::try_from(failed.checked_sub(1)?).ok()?;
    let pause = *PAUSES_MS.get(at)?;
    Some(pause + pause / 10 * i64::from(chance) / i64::from(u32::MAX))
}

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It was taken: any 2xx, and nothing else.
    Taken,
    /// The receiver wants no more: 410.
    Gone,
    /// Anything else, redirects and silence too: tried again.
    Failed,
}

/// What came of an attempt; no status: no answer.
#[must_use]
pub fn heard(status: Option<u16>) -> Heard {
    match status {
        Some(200..=299) => Heard::Taken,
        Some(410) => Heard::Gone,
        _ => Heard::Failed,
    }
}
