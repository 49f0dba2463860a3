//! 邮件提醒: whoever leaves a mail address is told what becomes public around a place, in a division or of
//! a kind. Nothing is mailed before the owner of the mailbox said so, whatever page somebody filled in;
//! and no page tells whether an address is known here.
//!
//! What is mailed is what the public list shows at that moment and nothing else. It goes through the
//! ledger of notices like everything that leaves the house.

mod lost;

use std::collections::BTreeMap;

use duban_domain::{
    CaseId, Lang, Refusal, Stamp, WatchId,
    city::City,
    notice::{NoticeChannel, NoticeKind, NoticeState, NoticeVar, Values},
    person::Mail,
    stamp::DAY_MS,
    watch::{Area, Pace},
};
use duban_store::{PublicRow, ReadTx, WatchRow, WriteTx};

pub(crate) use lost::lost;

use crate::{
    App, AppError, gazetteer, keys,
    notice::{self, Notice, To, lang_code, lang_of},
    person,
    resident::public,
    wiring::Result,
};

const ADDRESS: &str = "watch.address";
const AREA: &str = "watch.area";
const CONFIRM: &str = "watch.confirm";
const MANAGE: &str = "watch.manage";
/// How often somebody is asked to confirm within a day, whoever fills in the form.
const ASKED_MAX: i64 = 3;
/// The same wish within this time is one that was sent twice, in milliseconds.
const TWICE_MS: i64 = 600_000;
/// What became public so lately is looked at in the next round: its transaction may not be done, and
/// what comes together goes into one mail.
const LAG_MS: i64 = 60_000;
/// How many addresses are looked at in one transaction.
const BATCH: i64 = 100;
/// How many matters are looked at in one transaction.
const NEWS_MAX: i64 = 2_000;
/// How many matters one mail names.
const LIST_MAX: usize = 20;
/// How many addresses are erased in one transaction.
const ERASE_MAX: i64 = 500;

/// What somebody asks for on the public page.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where to.
    pub mail: Mail,
    /// About what.
    pub area: Area,
    /// How often.
    pub pace: Pace,
    /// In which language.
    pub lang: Lang,
}

/// A wish that waits for its word, as the page of the link shows it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The address, masked.
    pub mail: String,
    /// About what.
    pub area: Area,
    /// How often.
    pub pace: Pace,
    /// Whether it was confirmed already.
    pub done: bool,
}

/// What came of a confirmation; both lead to the page of the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// It holds from now on.
    Done(String),
    /// This address watches as much as the city allows; nothing changed.
    TooMany(String),
}

/// What one address watches.
#[derive(Clone, Debug)]
pub struct Mine {
    /// The address, masked.
    pub mail: String,
    /// What is watched, oldest first.
    pub watches: Vec<(WatchId, Area, Pace)>,
}

/// Whether the city has the texts that this needs.
pub fn is_offered(app: &App) -> Result<bool> {
    let mailed = |tx: &mut ReadTx<'_>, kind| {
        Ok::<_, AppError>(notice::text_of(app, tx, kind)?.is_some_and(|text| text.mail.is_some()))
    };
    let ways_out = app.demo || app.gateways.of(NoticeChannel::Mail).is_some();
    if !ways_out || !app.city.settings.public_listing {
        return Ok(false);
    }
    app.store.read(|tx| Ok(mailed(tx, NoticeKind::Confirm)? && mailed(tx, NoticeKind::Area)?))
}

/// Asks the owner of a mailbox whether they want this. The answer to whoever filled in the form is the
/// same in every case.
pub fn ask(app: &App, wanted: &Wanted) -> Result<()> {
    let now = app.now();
    let contact = person::mail_key(&app.keys, &wanted.mail);
    // A place is named only as the gazetteer names it: these words go to a mailbox of somebody who may never have
    // seen our page.
    let known = gazetteer::is_place(app, &wanted.area.place)?;
    let area =
        Area { place: if known { wanted.area.place.clone() } else { String::new() }, ..wanted.area.clone() };
    app.store.write(|tx| {
        let day = now.plus_ms(-DAY_MS);
        if tx.notices_to(&contact, Some(NoticeKind::Confirm), day)? >= ASKED_MAX {
            return Ok(());
        }
        if is_asked(app, tx, &contact, (&area, wanted.pace), now)? {
            return Ok(());
        }
        let id = app.watch_id();
        tx.insert_watch(&WatchRow {
            id,
            contact: contact.clone(),
            address: app.keys.seal(ADDRESS, wanted.mail.address(), &*app.entropy)?,
            lang: lang_code(wanted.lang),
            area: app.keys.seal(AREA, &written(&area)?, &*app.entropy)?,
            pace: wanted.pace,
            created_at: now,
            confirmed_at: None,
            seen_at: now,
            next_at: now,
        })?;
        let days = app.city.settings.watches.confirm_days;
        let until = now.plus_ms(i64::from(days) * DAY_MS);
        let about = format!("{}\n{}", words(&app.city, &area, wanted.lang), wanted.pace.word(wanted.lang));
        let values = Values::from([
            (NoticeVar::List, about),
            (NoticeVar::Link, format!("{}/alerts/confirm/{}", app.base(), confirm_token(app, id, until))),
            (NoticeVar::Days, days.to_string()),
        ]);
        let to = To::Mail(&wanted.mail, wanted.lang);
        notice::owe(app, tx, &Notice { kind: NoticeKind::Confirm, to, case: None, values }, now)?;
        Ok(())
    })
}

/// Whether the same was asked for a moment ago.
fn is_asked(
    app: &App,
    tx: &mut ReadTx<'_>,
    contact: &[u8],
    (wanted, pace): (&Area, Pace),
    now: Stamp,
) -> Result<bool> {
    for row in tx.watches_of(contact)? {
        let fresh = row.confirmed_at.is_none() && row.created_at.plus_ms(TWICE_MS) > now;
        if fresh && row.pace == pace && area(app, &row)? == *wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the link of a confirmation is about.
pub fn asked(app: &App, token: &str) -> Result<Asked> {
    let id = confirms(app, token).ok_or(Refusal::NotFound)?;
    app.store.read(|tx| {
        let row = tx.watch(id)?.ok_or(Refusal::NotFound)?;
        Ok(Asked {
            mail: mail(app, &row)?.masked(),
            area: area(app, &row)?,
            pace: row.pace,
            done: row.confirmed_at.is_some(),
        })
    })
}

/// The owner of the mailbox says yes. Saying it again changes nothing; the same area again changes its pace.
pub fn confirm(app: &App, token: &str) -> Result<Confirmed> {
    let id = confirms(app, token).ok_or(Refusal::NotFound)?;
    let (now, rule) = (app.now(), app.city.settings.watches);
    app.store.write(|tx| {
        let contact = tx.watch(id)?.ok_or(Refusal::NotFound)?.contact;
        let mut others = tx.watches_for_update(&contact)?;
        let mut row = others.iter().find(|row| row.id == id).cloned().ok_or(Refusal::NotFound)?;
        let mine = manage_token(app, &contact);
        if row.confirmed_at.is_some() {
            return Ok(Confirmed::Done(mine));
        }
        others.retain(|other| other.confirmed_at.is_some());
        let wanted = area(app, &row)?;
        for mut other in others.iter().cloned() {
            if area(app, &other)? == wanted {
                (other.pace, other.next_at) = (row.pace, rule.first(row.pace, now, &app.city.zone));
                tx.put_watch(&other)?;
                tx.remove_watch(row.id)?;
                return Ok(Confirmed::Done(mine));
            }
        }
        if others.len() >= rule.count_max as usize {
            return Ok(Confirmed::TooMany(mine));
        }
        (row.confirmed_at, row.seen_at) = (Some(now), now);
        row.next_at = rule.first(row.pace, now, &app.city.zone);
        tx.put_watch(&row)?;
        Ok(Confirmed::Done(mine))
    })
}

/// What the address of a link watches; an address that watches nothing has no page.
pub fn mine(app: &App, token: &str) -> Result<Mine> {
    let contact = manages(app, token).ok_or(Refusal::NotFound)?;
    app.store.read(|tx| {
        let mut rows = tx.watches_of(&contact)?;
        rows.retain(|row| row.confirmed_at.is_some());
        let masked = rows.first().map(|row| mail(app, row)).transpose()?.map(|mail| mail.masked());
        let mut watches = Vec::new();
        for row in &rows {
            watches.push((row.id, area(app, row)?, row.pace));
        }
        Ok(Mine { mail: masked.unwrap_or_default(), watches })
    })
}

/// What an address watches, for a copy of what is kept of its owner.
pub(crate) fn kept(app: &App, tx: &mut ReadTx<'_>, contact: &[u8]) -> Result<Vec<(Area, Pace, Stamp)>> {
    let rows = tx.watches_of(contact)?;
    rows.iter().map(|row| Ok((area(app, row)?, row.pace, row.created_at))).collect()
}

/// Mails more or less often.
pub fn set_pace(app: &App, token: &str, id: WatchId, pace: Pace) -> Result<()> {
    let (now, rule) = (app.now(), app.city.settings.watches);
    own(app, token, id, |tx, mut row| {
        if row.pace != pace {
            (row.pace, row.next_at) = (pace, rule.next(pace, now, &app.city.zone));
            tx.put_watch(&row)?;
        }
        Ok(())
    })
}

/// Ends one watch; what is gone already is gone.
pub fn end(app: &App, token: &str, id: WatchId) -> Result<()> {
    own(app, token, id, |tx, row| Ok(tx.remove_watch(row.id)?))
}

/// Ends everything that an address watches, and erases the address.
pub fn end_all(app: &App, token: &str) -> Result<()> {
    let contact = manages(app, token).ok_or(Refusal::NotFound)?;
    app.store.write(|tx| {
        tx.watches_for_update(&contact)?;
        Ok(tx.remove_watches_of(&contact)?)
    })
}

fn own(
    app: &App,
    token: &str,
    id: WatchId,
    change: impl Fn(&mut WriteTx<'_>, WatchRow) -> Result<()>,
) -> Result<()> {
    let contact = manages(app, token).ok_or(Refusal::NotFound)?;
    app.store.write(|tx| {
        let rows = tx.watches_for_update(&contact)?;
        match rows.into_iter().find(|row| row.id == id) {
            Some(row) if row.confirmed_at.is_some() => change(tx, row),
            None if tx.watch(id)?.is_none() => Ok(()),
            _ => Err(Refusal::NotFound.into()),
        }
    })
}

/// Where the owner of an address sees, changes and ends what they are mailed; also by one click.
pub(crate) fn manage_address(app: &App, contact: &[u8]) -> String {
    format!("{}/alerts/mine/{}", app.base(), manage_token(app, contact))
}

/// Owes the mails that are due, and erases who never confirmed; how much was done. Call again until it
/// returns zero.
pub fn work(app: &App) -> Result<usize> {
    let now = app.now();
    let days = i64::from(app.city.settings.watches.confirm_days);
    let (before, until) = (now.plus_ms(-days * DAY_MS), now.plus_ms(-LAG_MS));
    let (old, due) = app.store.read(|tx| {
        let newest = tx.last_published(until)?.unwrap_or(Stamp(0));
        let due = tx.has_due_watch(now, newest)?.then_some(newest);
        Ok::<_, AppError>((tx.has_unconfirmed(before)?, due))
    })?;
    if old {
        erase(app, before)?;
    }
    // At night nothing is put together: in the morning there is one mail, as things stand then.
    let quiet = app.city.notices.quiet.is_some_and(|quiet| quiet.after(now, &app.city.zone) > now);
    match due.filter(|_| !quiet) {
        Some(newest) => round(app, now, newest, until),
        None => Ok(0),
    }
}

fn round(app: &App, now: Stamp, newest: Stamp, until: Stamp) -> Result<usize> {
    app.store.write(|tx| {
        let rows = tx.due_watches(now, newest, BATCH)?;
        let Some(from) = rows.iter().map(|row| row.seen_at).min() else { return Ok(0) };
        let found = tx.published_within(from, until, NEWS_MAX)?;
        let full = found.len() >= usize::try_from(NEWS_MAX).unwrap_or(usize::MAX);
        let looked = found.last().map(|(at, _)| *at).filter(|_| full).unwrap_or(until);
        let news = News::of(app, found);
        for group in rows.chunk_by(|a, b| a.contact == b.contact) {
            one_address(app, tx, group, &news, looked, now)?;
        }
        Ok(rows.len())
    })
}

/// What became public lately and may be shown now, oldest first, each with when.
struct News(Vec<(Stamp, PublicRow)>);

impl News {
    fn of(app: &App, found: Vec<(Stamp, PublicRow)>) -> Self {
        let when: BTreeMap<CaseId, Stamp> = found.iter().map(|(at, row)| (row.case, *at)).collect();
        let shown = public::allowed(app, found.into_iter().map(|(_, row)| row).collect());
        // What was taken back is no news.
        let news = shown.into_iter().filter(|row| row.closed_at.is_none() || row.answered_at.is_some());
        Self(news.filter_map(|row| Some((*when.get(&row.case)?, row))).collect())
    }
}

/// The mail of one address, whatever it watches, and when it is looked at again.
fn one_address(
    app: &App,
    tx: &mut WriteTx<'_>,
    group: &[WatchRow],
    news: &News,
    looked: Stamp,
    now: Stamp,
) -> Result<()> {
    let mut areas = Vec::new();
    for row in group {
        areas.push((row.seen_at, area(app, row)?));
    }
    let wanted = |at: Stamp, row: &PublicRow| {
        let (division, category) = (row.division.as_deref(), row.category.as_deref());
        let covers = |(seen, area): &(Stamp, Area)| {
            at > *seen && area.covers(&app.city, row.point, division, category)
        };
        areas.iter().any(covers)
    };
    let found: Vec<&PublicRow> =
        news.0.iter().filter(|(at, row)| wanted(*at, row)).map(|(_, row)| row).collect();
    let (rule, zone) = (app.city.settings.watches, &app.city.zone);
    for row in group {
        let mut row = row.clone();
        row.seen_at = row.seen_at.max(looked);
        if row.pace == Pace::Daily {
            row.next_at = rule.next(row.pace, now, zone);
        }
        tx.put_watch(&row)?;
    }
    let Some(last) = group.last().filter(|_| !found.is_empty()) else { return Ok(()) };
    let (mail, lang) = (mail(app, last)?, lang_of(last.lang));
    let values = Values::from([
        (NoticeVar::Count, found.len().to_string()),
        (NoticeVar::List, list(app, &found, lang)),
        (NoticeVar::Link, format!("{}/requests", app.base())),
        (NoticeVar::Manage, manage_address(app, &last.contact)),
    ]);
    let to = To::Mail(&mail, lang);
    notice::owe(app, tx, &Notice { kind: NoticeKind::Area, to, case: None, values }, now)?;
    Ok(tx.rest_watches(&last.contact, rule.next(Pace::Soon, now, zone))?)
}

/// The matters of a mail, newest first: what, roughly where, public words where there are any, and its page.
fn list(app: &App, found: &[&PublicRow], lang: Lang) -> String {
    let line = |row: &&PublicRow| {
        let what = row.category.as_deref().map(|key| app.city.public_name(key, lang));
        let what = what.unwrap_or(lang.t("还在看是哪一类事", "Being looked at"));
        let place = row.division.as_deref().map(|code| place_name(&app.city, code, lang)).unwrap_or_default();
        let said: Vec<&str> =
            [what, place.as_str(), row.title.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        format!("{}\n{}/requests/{}", said.join(lang.t("，", ", ")), app.base(), row.number.digits())
    };
    let mut lines: Vec<String> = found.iter().rev().take(LIST_MAX).map(line).collect();
    if found.len() > LIST_MAX {
        let more = found.len() - LIST_MAX;
        lines.push(match lang {
            Lang::Zh => format!("还有 {more} 件"),
            Lang::En => format!("and {more} more"),
        });
    }
    lines.join("\n\n")
}

/// Erases who asked and never confirmed: the wish, and the address and words of the mail that asked them.
fn erase(app: &App, before: Stamp) -> Result<()> {
    let now = app.now();
    app.store.write(|tx| {
        tx.forget_unconfirmed(before)?;
        for id in tx.asked_before(before, ERASE_MAX)? {
            let Some(mut row) = tx.notice_for_update(id)? else { continue };
            if matches!(row.state, NoticeState::Queued | NoticeState::Held) {
                (row.state, row.reason) = (NoticeState::Cancelled, notice::NOT_CONFIRMED.to_owned());
                tx.mark_notice(&row, now, notice::NOT_CONFIRMED)?;
            }
            let (address, body) = notice::forgotten(app)?;
            tx.forget_notice(id, &address, &body)?;
        }
        Ok(())
    })
}

/// An area in words, for a page or a mail.
#[must_use]
pub fn words(city: &City, area: &Area, lang: Lang) -> String {
    let around = area.around.map(|(_, metres)| {
        let place = match area.place.as_str() {
            "" => lang.t("地图上的一处", "a place on the map"),
            place => place,
        };
        match lang {
            Lang::Zh => format!("{place}周围 {metres} 米"),
            Lang::En => format!("{metres} m around {place}"),
        }
    });
    let division = area.division.as_deref().map(|code| place_name(city, code, lang));
    let place = around.or(division).unwrap_or_else(|| lang.t("全市", "The whole city").to_owned());
    let what = match area.top.as_deref() {
        Some(key) => city.public_name(key, lang),
        None => lang.t("各类事", "every kind of matter"),
    };
    format!("{place}{}{what}", lang.t("，", ", "))
}

/// A division with the one above it.
fn place_name(city: &City, code: &str, lang: Lang) -> String {
    let Some(own) = city.division(code) else { return String::new() };
    let above = own.parent.as_deref().and_then(|code| city.division(code)).map(|d| d.name.get(lang));
    match (above, lang) {
        (None, _) => own.name.get(lang).to_owned(),
        (Some(above), Lang::Zh) => format!("{above}{}", own.name.zh),
        (Some(above), Lang::En) => format!("{}, {above}", own.name.en),
    }
}

fn written(area: &Area) -> Result<String> {
    serde_json::to_string(area).map_err(|_| AppError::Broken("keeping what somebody watches"))
}

fn area(app: &App, row: &WatchRow) -> Result<Area> {
    serde_json::from_str(&app.keys.open(AREA, &row.area)?)
        .map_err(|_| AppError::Broken("reading what somebody watches"))
}

fn mail(app: &App, row: &WatchRow) -> Result<Mail> {
    let kept = Mail::parse(&app.keys.open(ADDRESS, &row.address)?)?;
    kept.ok_or(AppError::Broken("reading the address of a watch"))
}

/// Names one wish until an instant; nobody without the key can make one.
fn confirm_token(app: &App, id: WatchId, until: Stamp) -> String {
    let named = format!("{:x}-{:x}", id.0, until.0);
    let sign = short(&app.keys.sign(CONFIRM, &named));
    format!("{named}-{sign}")
}

/// The wish that a token names, while it holds.
fn confirms(app: &App, token: &str) -> Option<WatchId> {
    let (named, sign) = token.rsplit_once('-')?;
    let (id, until) = named.split_once('-')?;
    let until = Stamp(i64::from_str_radix(until, 16).ok()?);
    let ours = app.keys.signs(CONFIRM, named).any(|(_, mark)| notice::same(sign, &short(&mark)));
    let id = WatchId(i64::from_str_radix(id, 16).ok()?);
    (ours && app.now() < until).then_some(id)
}

/// Names an address; it holds as long as the address watches something.
fn manage_token(app: &App, contact: &[u8]) -> String {
    let named = keys::hex(contact);
    let sign = short(&app.keys.sign(MANAGE, &named));
    format!("{named}-{sign}")
}

fn manages(app: &App, token: &str) -> Option<Vec<u8>> {
    let (named, sign) = token.split_once('-')?;
    let (index, _) = app.keys.signs(MANAGE, named).find(|(_, mark)| notice::same(sign, &short(mark)))?;
    // An address is found by another hash since the key was changed.
    Some(app.keys.lifted(keys::unhex(named)?, index))
}

fn short(mark: &[u8]) -> String {
    keys::hex(&mark[..16])
}
