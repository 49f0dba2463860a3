//! Sending: takes what is due, one message after the other, and writes down what came of each.
//!
//! The gateway is asked outside of any transaction: a slow mail server holds nothing up but mail. A
//! crash between sending and writing down sends a message twice, under the same key, rather than never.

use duban_domain::{
    letter,
    notice::{NoticeChannel, NoticeKind, NoticeState},
};
use duban_store::{NoticeQuery, NoticeRow};

use super::{
    Gateway, NO_GATEWAY, Outgoing, Said, TOO_LATE, Unsent, digest, link,
    owing::{ADDRESS, BODY, lang_of},
};
use crate::{App, AppError, keys, watch, wiring::Result};

/// How long one worker holds a notice before another may take it, in milliseconds: longer than any gateway
/// waits for an answer.
const LOCK_MS: i64 = 600_000;
/// What the mark in a Message-ID is made for.
const KEY: &str = "notice.key";
/// The waits between attempts, in milliseconds; after the last it has failed.
const WAITS_MS: [i64; 5] = [60_000, 300_000, 900_000, 3_600_000, 14_400_000];
/// Longest words of another side that the ledger keeps, in characters.
const WORDS_MAX: usize = 300;
/// How far back notices are sent that waited for a gateway: an old receipt would only puzzle.
const HELD_MS_MAX: i64 = duban_domain::stamp::DAY_MS;

/// Sends what is due on one channel; how many were taken. Call again until it returns zero.
///
/// They are taken one by one: with several in hand, a slow server could hold the first so long that
/// somebody else takes the last, and it is sent twice.
pub fn work(app: &App, channel: NoticeChannel) -> Result<usize> {
    let now = app.now();
    let rows = app.store.write(|tx| Ok::<_, AppError>(tx.claim_notices(channel, now, LOCK_MS, 1)?))?;
    for row in &rows {
        if let Err(error) = one(app, row) {
            tracing::warn!(notice = row.id.0, %error, "what came of a notice could not be written down");
        }
    }
    Ok(rows.len())
}

/// Queues again what waited for a gateway that is there now, if it is not older than a day.
pub fn release(app: &App) -> Result<usize> {
    let since = app.now().plus_ms(-HELD_MS_MAX);
    app.store.write(|tx| {
        let mut released = 0;
        for channel in [NoticeChannel::Sms, NoticeChannel::Mail] {
            if app.gateways.of(channel).is_none() {
                continue;
            }
            let held = NoticeQuery {
                all: true,
                state: Some(NoticeState::Held),
                channel: Some(channel),
                limit: 1_000,
                ..NoticeQuery::default()
            };
            for mut row in tx.notices(&held)? {
                // A code is of no use by the time that somebody sets up a gateway.
                if row.kind != NoticeKind::Code && row.reason == NO_GATEWAY && row.created_at >= since {
                    (row.state, row.reason) = (NoticeState::Queued, String::new());
                    tx.mark_notice(&row, app.now(), "")?;
                    released += 1;
                }
            }
        }
        Ok(released)
    })
}

fn one(app: &App, row: &NoticeRow) -> Result<()> {
    if digest::is_over(app, row, app.now()) {
        return too_late(app, row);
    }
    let came = app.gateways.of(row.channel).map(|gateway| attempt(app, &**gateway, row));
    let now = app.now();
    let gone = row.channel == NoticeChannel::Mail
        && matches!(&came, Some(Err(unsent)) if unsent.for_good && letter::is_gone(&unsent.words));
    app.store.write(|tx| {
        if gone {
            // Whoever changes a watch claims its whole address first.
            tx.watches_for_update(&row.contact)?;
        }
        let Some(mut fresh) = tx.notice_for_update(row.id)? else { return Ok(()) };
        // Somebody cancelled or marked it meanwhile: what they wrote stays.
        if fresh.state != NoticeState::Queued {
            return Ok(());
        }
        let words = settle(&mut fresh, came.clone(), now);
        // Whoever reads numbers in the morning is not woken by a second attempt.
        if let Some(quiet) = app.city.notices.quiet.filter(|_| fresh.kind == NoticeKind::Digest) {
            fresh.run_at = quiet.after(fresh.run_at, &app.city.zone);
        }
        tx.mark_notice(&fresh, now, &words)?;
        if gone { watch::lost(app, tx, &fresh) } else { Ok(()) }
    })
}

fn too_late(app: &App, row: &NoticeRow) -> Result<()> {
    app.store.write(|tx| {
        let waiting = |row: &NoticeRow| row.state == NoticeState::Queued;
        let Some(mut fresh) = tx.notice_for_update(row.id)?.filter(waiting) else { return Ok(()) };
        (fresh.state, fresh.reason) = (NoticeState::Cancelled, TOO_LATE.to_owned());
        Ok(tx.mark_notice(&fresh, app.now(), TOO_LATE)?)
    })
}

/// Writes into a row what came of an attempt; returns the words for its log.
fn settle(
    row: &mut NoticeRow,
    came: Option<std::result::Result<String, Unsent>>,
    now: duban_domain::Stamp,
) -> String {
    let Some(came) = came else {
        (row.state, row.reason) = (NoticeState::Held, NO_GATEWAY.to_owned());
        return NO_GATEWAY.to_owned();
    };
    row.attempts += 1;
    match came {
        Ok(words) => {
            (row.state, row.reason, row.sent_at) = (NoticeState::Sent, String::new(), Some(now));
            words
        }
        Err(unsent) => {
            row.reason.clone_from(&unsent.words);
            let wait = usize::try_from(row.attempts - 1).ok().and_then(|n| WAITS_MS.get(n));
            match wait.filter(|_| !unsent.for_good) {
                Some(wait) => row.run_at = now.plus_ms(*wait),
                None => row.state = NoticeState::Failed,
            }
            unsent.words
        }
    }
}

fn attempt(app: &App, gateway: &dyn Gateway, row: &NoticeRow) -> std::result::Result<String, Unsent> {
    let message = outgoing(app, row)
        .map_err(|error| Unsent { words: format!("not readable: {error}"), for_good: true })?;
    let kept = |words: &str| kept(row.kind, words, &message.to);
    match gateway.send(&message) {
        Ok(words) => Ok(kept(&words)),
        Err(unsent) => Err(Unsent { words: kept(&unsent.words), ..unsent }),
    }
}

/// A gateway may repeat the whole message. Of what belongs to its reader alone the ledger keeps the status and no word;
/// of anything else no key of an address.
fn kept(kind: NoticeKind, words: &str, address: &str) -> String {
    if !kind.is_private() {
        return clean(&super::keyless(words), address);
    }
    let is_status = |part: &&str| part.chars().all(|c| c.is_ascii_digit() || c == '.') && part.len() <= 9;
    words.split_whitespace().take(2).take_while(is_status).collect::<Vec<_>>().join(" ")
}

fn outgoing(app: &App, row: &NoticeRow) -> Result<Outgoing> {
    let to = app.keys.open(ADDRESS, &row.address)?;
    let said: Said = serde_json::from_str(&app.keys.open(BODY, &row.body)?)
        .map_err(|_| AppError::Broken("reading a notice"))?;
    let number = match row.request {
        Some(id) => app.store.read(|tx| Ok::<_, AppError>(tx.request(id)?))?.map(|request| request.number),
        None => None,
    };
    Ok(Outgoing {
        to,
        subject: said.subject,
        text: said.text,
        html: said.html,
        lang: lang_of(row.lang).tag(),
        key: message_key(app, row.id),
        thread: number.as_ref().map(|number| format!("request-{}", number.digits())),
        reply_key: number.as_ref().map(|number| link::reply_key(app, number)),
        unsubscribe: (row.kind == NoticeKind::Area).then(|| watch::manage_address(app, &row.contact)),
    })
}

/// The notice that a Message-ID of ours names; none when this installation did not make it.
pub(crate) fn of_message_key(app: &App, key: &str) -> Option<duban_domain::NoticeId> {
    let id = key.strip_prefix("notice-")?.split('-').next()?.parse().ok().map(duban_domain::NoticeId)?;
    let text = id.0.to_string();
    let ours = app.keys.signs(KEY, &text).any(|(_, mark)| link::same(key, &named(id, &mark)));
    ours.then_some(id)
}

/// What a mail server reports of a notice (退信报告).
pub(crate) struct Bounced<'a> {
    /// In its words.
    pub(crate) words: &'a str,
    /// Whether it gave up.
    pub(crate) failed: bool,
    /// Whether there is no such mailbox.
    pub(crate) gone: bool,
}

/// A mail server reports that a notice did not arrive, or later than usual; what was sent by hand since
/// stays as it is. Where there is no such mailbox, what it watches ends.
pub(crate) fn bounced(
    app: &App,
    tx: &mut duban_store::WriteTx<'_>,
    id: duban_domain::NoticeId,
    said: Bounced<'_>,
) -> Result<bool> {
    let contact = tx.notice(id)?.map(|row| row.contact).unwrap_or_default();
    if said.gone {
        // Whoever changes a watch claims its whole address first.
        tx.watches_for_update(&contact)?;
    }
    let Some(mut row) = tx.notice_for_update(id)? else { return Ok(false) };
    let address = app.keys.open(ADDRESS, &row.address)?;
    let words = kept(row.kind, said.words, &address);
    if said.failed && row.state == NoticeState::Sent {
        (row.state, row.reason) = (NoticeState::Failed, words.clone());
    }
    tx.mark_notice(&row, app.now(), &words)?;
    if said.gone {
        watch::lost(app, tx, &row)?;
    }
    Ok(true)
}

/// Words of another side as the ledger keeps them. Servers like to repeat the address; the ledger shows it
/// to nobody who may not see it.
fn clean(words: &str, address: &str) -> String {
    let plain: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    duban_domain::text::shorten(plain.replace(address, "…").trim(), WORDS_MAX)
}

/// What a notice is known by outside: nobody without the key can make one.
pub(super) fn message_key(app: &App, id: duban_domain::NoticeId) -> String {
    named(id, &app.keys.sign(KEY, &id.0.to_string()))
}

fn named(id: duban_domain::NoticeId, mark: &[u8]) -> String {
    format!("notice-{}-{}", id.0, keys::hex(&mark[..6]))
}
