//! 验证码: draws six digits, keeps their keyed hash, owes the notice that carries them, and compares what is typed.
//!
//! One code holds for a number or address at a time, for one purpose. What a right code is good for is `confirm`'s and
//! `mine`'s; how long it holds and how often it is tried is the domain's.

use duban_domain::{
    Lang, RequestId, Stamp,
    confirmation::{CODES, Contact, Means, Sent, Verdict},
    notice::{NoticeChannel, NoticeKind, NoticeState, NoticeVar, Values},
    stamp::DAY_MS,
};
use duban_store::{CodeRow, ReadTx, WriteTx};

use crate::{
    App, AppError, keys,
    notice::{self, Notice, To},
    person,
    wiring::Result,
};

const CODE: &str = "contact.code";
/// How much is erased in one transaction.
const ERASE_MAX: i64 = 500;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To confirm how the person of a request is reached.
    Confirm(RequestId),
    /// To see one's own requests.
    Own,
}

impl Purpose {
    pub(super) fn key(self) -> i64 {
        match self {
            Self::Confirm(request) => request.0,
            Self::Own => 0,
        }
    }
}

/// What a number or an address is found by.
pub(super) fn key(app: &App, contact: &Contact) -> Vec<u8> {
    match contact {
        Contact::Phone(phone) => person::phone_key(&app.keys, phone),
        Contact::Mail(mail) => person::mail_key(&app.keys, mail),
    }
}

/// Whether a code can go out this way: the city has words for it, and the house a gateway.
pub(super) fn is_offered(app: &App, tx: &mut ReadTx<'_>, means: Means) -> Result<bool> {
    let channel = match means {
        Means::Phone => NoticeChannel::Sms,
        Means::Mail => NoticeChannel::Mail,
    };
    if !app.demo && app.gateways.of(channel).is_none() {
        return Ok(false);
    }
    Ok(notice::text_of(app, tx, NoticeKind::Code)?.is_some_and(|text| match means {
        Means::Phone => text.sms.is_some(),
        Means::Mail => text.mail.is_some(),
    }))
}

/// Sends a code, unless one went a moment ago; then until when there is none. With `tells` false everything is done
/// but that: whoever asks must not learn whether the number is known.
pub(super) fn send(
    app: &App,
    tx: &mut WriteTx<'_>,
    contact: &Contact,
    purpose: Purpose,
    tells: bool,
    lang: Lang,
) -> Result<std::result::Result<Sent, Stamp>> {
    let (now, rule, contact_key) = (app.now(), &app.city.settings.codes, key(app, contact));
    let last = tx.claim_contact_code(&contact_key)?;
    let sent = match rule.send(last.as_ref().map(|row| &row.sent), now) {
        Ok(sent) => sent,
        Err(until) => return Ok(Err(until)),
    };
    let digits = format!("{:06}", drawn(app));
    let hash = hash(app, &contact_key, purpose, sent.at, &digits);
    tx.put_contact_code(&CodeRow { contact: contact_key, purpose: purpose.key(), hash, sent })?;
    if tells {
        let values =
            Values::from([(NoticeVar::Code, digits), (NoticeVar::Minutes, rule.life_minutes.to_string())]);
        let to = match contact {
            Contact::Phone(phone) => To::Phone(phone, lang),
            Contact::Mail(mail) => To::Mail(mail, lang),
        };
        notice::owe(app, tx, &Notice { kind: NoticeKind::Code, to, case: None, values }, now)?;
    }
    Ok(Ok(sent))
}

/// Compares what somebody typed. What came of it is written down also when it was wrong.
pub(super) fn check(
    app: &App,
    tx: &mut WriteTx<'_>,
    contact: &[u8],
    purpose: Purpose,
    typed: &str,
) -> Result<Verdict> {
    let (now, rule) = (app.now(), &app.city.settings.codes);
    let Some(row) = tx.contact_code_for_update(contact)? else { return Ok(Verdict::Over) };
    if row.purpose != purpose.key() {
        return Ok(Verdict::Over);
    }
    let ours = hash(app, contact, purpose, row.sent.at, typed);
    let fits = notice::same(&keys::hex(&row.hash), &keys::hex(&ours));
    let (after, verdict) = row.sent.tried(fits, now, rule);
    if after != row.sent {
        tx.put_contact_code(&CodeRow { sent: after, ..row })?;
    }
    Ok(verdict)
}

/// Even: numbers that would make some codes likelier are drawn again.
fn drawn(app: &App) -> u32 {
    loop {
        let number = app.entropy.number();
        if number < u32::MAX - u32::MAX % CODES {
            return number % CODES;
        }
    }
}

fn hash(app: &App, contact: &[u8], purpose: Purpose, at: Stamp, digits: &str) -> Vec<u8> {
    app.keys.find(CODE, &format!("{}:{}:{}:{digits}", keys::hex(contact), purpose.key(), at.0))
}

/// Erases codes that hold no longer from the ledger, with whom they went to, and forgets sessions that are over; how
/// much was done. Call again until it returns zero.
pub fn work(app: &App) -> Result<usize> {
    let now = app.now();
    let (over, old) = (now.plus_ms(-app.city.settings.codes.life_ms()), now.plus_ms(-DAY_MS));
    let (told, rows) = app.store.read(|tx| {
        Ok::<_, AppError>((tx.codes_told_before(over, ERASE_MAX)?, tx.has_old_contacts(old, now)?))
    })?;
    if told.is_empty() && !rows {
        return Ok(0);
    }
    app.store.write(|tx| {
        for id in &told {
            let Some(mut row) = tx.notice_for_update(*id)? else { continue };
            if matches!(row.state, NoticeState::Queued | NoticeState::Held) {
                (row.state, row.reason) = (NoticeState::Cancelled, notice::TOO_OLD.to_owned());
                tx.mark_notice(&row, now, notice::TOO_OLD)?;
            }
            let (address, body) = notice::forgotten(app)?;
            tx.forget_notice(*id, &address, &body)?;
        }
        tx.forget_contacts(old, now)?;
        Ok(told.len().max(1))
    })
}
