//! Which members of staff are mailed, by the city's rule, the administrator's setting and their own wish.

use duban_domain::{
    StaffId,
    notice::{DigestWish, NoticeChannel, NoticeKind, StaffNews},
    person::Mail,
    policy::{Action, allow, verb},
};
use duban_store::{ReadTx, StaffMail, WriteTx};

use super::{owing::Whose, person::Way};
use crate::{App, AppError, Ctx, wiring::Result};

const MAIL: &str = "staff.mail";
/// The administrator's rule, where it differs from the pack's.
const RULE: &str = "notice.staff";

/// Where and when a member of staff is mailed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffBox {
    /// The address.
    pub mail: Option<Mail>,
    /// What they want, where it differs from the city's rule.
    pub news: Option<StaffNews>,
    /// Whether they want the daily digest, where they said so themselves.
    pub digest: Option<DigestWish>,
}

/// The mailboxes that a notice to a unit goes to: the unit's own, and its handlers'.
pub(super) fn of_unit(
    app: &App,
    tx: &mut ReadTx<'_>,
    unit: &str,
    kind: NoticeKind,
) -> Result<Vec<(Whose, Way)>> {
    let rule = rule(app, tx)?;
    let mut list = Vec::new();
    let shared = app.city.unit(unit).and_then(|unit| unit.mail.as_deref());
    if let Some(mail) = shared.and_then(|mail| Mail::parse(mail).ok().flatten()).filter(|_| rule.wants(kind))
    {
        let whose = Whose { unit: Some(unit.to_owned()), staff: None };
        list.push((whose, super::person::to_mail(&app.keys, &mail)));
    }
    for (mail, staff) in tx.mailed_of_unit(unit)? {
        let handles = app.city.role(&staff.role).is_some_and(|role| role.actions.contains(&Action::Sign));
        if handles && wish(&mail).unwrap_or(rule).wants(kind) {
            let whose = Whose { unit: Some(unit.to_owned()), staff: Some(staff.id) };
            list.push((whose, way(app, &mail)?));
        }
    }
    Ok(list)
}

/// The mailbox that a notice to one member goes to.
pub(super) fn of_member(
    app: &App,
    tx: &mut ReadTx<'_>,
    staff: StaffId,
    kind: NoticeKind,
) -> Result<Option<Way>> {
    let active = tx.staff(staff)?.is_some_and(|staff| staff.active);
    let Some(mail) = tx.staff_mail(staff)?.filter(|_| active) else { return Ok(None) };
    let rule = rule(app, tx)?;
    if kind != NoticeKind::Digest && !wish(&mail).unwrap_or(rule).wants(kind) {
        return Ok(None);
    }
    way(app, &mail).map(Some)
}

fn wish(mail: &StaffMail) -> Option<StaffNews> {
    mail.news.and_then(StaffNews::from_code)
}

fn way(app: &App, mail: &StaffMail) -> Result<Way> {
    Ok(Way {
        channel: NoticeChannel::Mail,
        address: app.keys.open(MAIL, &mail.mail)?,
        contact: mail.mail_hash.clone(),
    })
}

fn rule(app: &App, tx: &mut ReadTx<'_>) -> Result<StaffNews> {
    let set = tx.setting(RULE)?.and_then(|key| StaffNews::from_key(&key));
    Ok(set.or(app.city.notices.staff).unwrap_or(StaffNews::Both))
}

/// When staff are mailed, as it holds now.
pub fn city_rule(app: &App) -> Result<StaffNews> {
    app.store.read(|tx| rule(app, tx))
}

/// The administrator sets when staff are mailed; it holds at once.
pub fn set_city_rule(ctx: &Ctx, news: StaffNews) -> Result<()> {
    allow::<verb::Administer>(&ctx.who)?;
    ctx.app.store.write(|tx| Ok(tx.put_setting(RULE, news.key())?))
}

/// Where a member of staff is mailed.
pub fn mail_of(app: &App, staff: StaffId) -> Result<StaffBox> {
    app.store.read(|tx| {
        let Some(kept) = tx.staff_mail(staff)? else { return Ok(StaffBox::default()) };
        let mail = Mail::parse(&app.keys.open(MAIL, &kept.mail)?)?;
        Ok(StaffBox { mail, news: wish(&kept), digest: kept.digest })
    })
}

/// Writes where a member of staff is mailed; no address means no mail.
pub fn set_mail(app: &App, staff: StaffId, wanted: &StaffBox) -> Result<()> {
    app.store.write(|tx| put(app, tx, staff, wanted))
}

fn put(app: &App, tx: &mut WriteTx<'_>, staff: StaffId, wanted: &StaffBox) -> Result<()> {
    let Some(mail) = &wanted.mail else { return Ok(tx.remove_staff_mail(staff)?) };
    tx.put_staff_mail(&StaffMail {
        staff,
        mail: app.keys.seal(MAIL, mail.address(), &*app.entropy)?,
        mail_hash: crate::person::mail_key(&app.keys, mail),
        news: wanted.news.map(StaffNews::code),
        digest: wanted.digest,
    })
    .map_err(AppError::from)
}
