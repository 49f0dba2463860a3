//! 通知: what residents and staff are told. Every notice stands in a ledger, written in the same
//! transaction as the event that owes it, and is sent afterwards by [`work`], one by one.
//!
//! Another part of the program that owes somebody a notice calls [`owe`] inside its own write. What
//! follows from an event of a case is owed by `case::record` and need not be called by anybody. The
//! rules (which event, whom, which hours) are `duban_domain::notice`'s; how a message leaves the
//! house is a [`Gateway`] of the binary.

mod compose;
pub mod digest;
mod ledger;
mod link;
mod owing;
mod person;
mod send;
mod staff;
mod texts;

use std::sync::Arc;

use duban_domain::notice::NoticeChannel;

pub use compose::Said;
pub(crate) use compose::text_of;
pub use ledger::{Entry, Ledger, ledger, of_case, one, outbox, resend};
pub(crate) use ledger::{keyless, words_of};
pub use link::opens;
pub(crate) use link::{replied, same};
pub use owing::{Notice, To, owe};
pub(crate) use owing::{forgotten, lang_code, lang_of, owe_for};
pub(crate) use send::{Bounced, bounced, of_message_key};
pub use send::{release, work};
pub use staff::{StaffBox, city_rule, mail_of, set_city_rule, set_mail};
pub use texts::{Change, TextFault, TextOf, faults, may_edit, preview, put_text, restore_text, text, texts};

/// What takes a message out of the house: a mail server, the gateway of a telephone company, or
/// the fake of a test. May block; it is called on a thread of its own.
pub trait Gateway: Send + Sync {
    /// Sends one message; what comes back is what the other side said, for the ledger.
    ///
    /// # Errors
    /// Why it was not sent, and whether trying again could help.
    fn send(&self, message: &Outgoing) -> Result<String, Unsent>;
}

/// One message on its way out.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The telephone number or mail address.
    pub to: String,
    /// The subject, for mail.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The text as the inner part of an HTML page, for mail.
    pub html: String,
    /// The language, as an HTML attribute has it.
    pub lang: &'static str,
    /// The same for the same notice, however often it is tried: the other side can tell a repeat.
    pub key: String,
    /// What the mails of one request have in common, so that a mail program shows them together.
    pub thread: Option<String>,
    /// What is put into the reply address, so that an answer finds its request.
    pub reply_key: Option<String>,
    /// Where whoever gets it says that they want no more of it, by one click.
    pub unsubscribe: Option<String>,
}

/// A message that was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// What the other side said, or what went wrong on the way.
    pub words: String,
    /// Whether it would go wrong again: there is no such address.
    pub for_good: bool,
}

/// The ways out that this installation has.
#[derive(Clone, Default)]
pub struct Gateways {
    /// For short messages.
    pub sms: Option<Arc<dyn Gateway>>,
    /// For mail.
    pub mail: Option<Arc<dyn Gateway>>,
}

impl Gateways {
    /// The way out for a channel; none: notices wait, and their page says so.
    #[must_use]
    pub fn of(&self, channel: NoticeChannel) -> Option<&Arc<dyn Gateway>> {
        match channel {
            NoticeChannel::Sms => self.sms.as_ref(),
            NoticeChannel::Mail => self.mail.as_ref(),
            NoticeChannel::Page => None,
        }
    }
}

/// Why a notice waits that has no way out.
pub const NO_GATEWAY: &str = "no-gateway";
/// Why a notice waits whose address was told too often.
pub const TOO_MANY: &str = "too-many";
/// Why a notice is not sent that is not wanted.
pub const NOT_WANTED: &str = "not-wanted";
/// Why a notice is not sent whose address was erased, because nobody confirmed it.
pub const NOT_CONFIRMED: &str = "not-confirmed";
/// Why a daily digest is not sent any more.
pub const TOO_LATE: &str = "too-late";

/// Why a code is not sent that holds no longer.
pub const TOO_OLD: &str = "too-old";

/// Why nothing more about an area is mailed to an address: its server says that there is no such mailbox.
pub const GONE: &str = "mailbox-gone";

/// A reason of the ledger in words; what another side said is shown as it was said.
#[must_use]
pub fn reason_words(reason: &str, lang: duban_domain::Lang) -> String {
    match reason {
        NO_GATEWAY => lang.t(
            "还没有设置这个渠道的网关，先存着。设置好以后会发出，也可以点“再发一次”。",
            "No gateway is set for this channel, so it waits. It is sent once one is set, or by hand.",
        ),
        TOO_MANY => lang.t(
            "一天内发给这个号码或邮箱的太多了，先存着，请核实是不是有人冒用。",
            "Too much was sent to this number or address within a day. It waits; check whether somebody abuses it.",
        ),
        NOT_WANTED => lang.t("对方选了不接收。", "The person chose not to get it."),
        NOT_CONFIRMED => lang.t(
            "没有人确认，邮箱已经删掉。",
            "Nobody confirmed it, so the address was erased.",
        ),
        TOO_OLD => lang.t(
            "验证码已经过期，没有发出；号码和验证码都删掉了。",
            "The code had run out before it could be sent; it was erased with the number.",
        ),
        GONE => lang.t(
            "对方邮局说没有这个邮箱，给它的邮件提醒已经停了。",
            "Its server says that there is no such mailbox, so its mail about areas has ended.",
        ),
        TOO_LATE => lang.t("那一天已经过去，不再发了。", "Its day is over, so it is not sent any more."),
        other => return other.to_owned(),
    }
    .to_owned()
}
