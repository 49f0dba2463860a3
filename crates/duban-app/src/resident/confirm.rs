//! 确认联系方式: whoever left a telephone or an address shows by a code that it is theirs. Nothing waits for it: who has
//! no telephone at hand is heard all the same.

use duban_domain::{
    Lang, Number, Refusal, Stamp,
    case::handling,
    confirmation::{Contact, Means, Sent, Verdict},
    policy::{self, verb},
    request::{Privacy, Request},
};
use duban_store::ReadTx;

use super::{
    Known,
    code::{self, Purpose},
};
use crate::{
    App, AppError,
    case::{load, moment, record},
    person,
    wiring::Result,
};

/// One way to the person of a request, and whether it is known to be theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The telephone or the mail address.
    pub means: Means,
    /// As it may stand beside the number of the request.
    pub words: String,
    /// When it was confirmed.
    pub confirmed_at: Option<Stamp>,
    /// Until when the code holds that was sent, when one may be typed.
    pub open_until: Option<Stamp>,
    /// Before when no other is sent.
    pub next_at: Option<Stamp>,
}

/// The ways that the person of a request left: those that are confirmed, and those that can be.
pub(super) fn ways(app: &App, tx: &mut ReadTx<'_>, request: &Request) -> Result<Vec<Way>> {
    let (now, rule) = (app.now(), &app.city.settings.codes);
    let mut ways = Vec::new();
    for (contact, confirmed_at) in contacts(app, tx, request)? {
        let means = contact.means();
        let can = contact.takes_codes() && code::is_offered(app, tx, means)?;
        if confirmed_at.is_none() && !can {
            continue;
        }
        let last = tx.contact_code(&code::key(app, &contact))?;
        let own =
            |sent: &Sent| last.as_ref().is_some_and(|r| r.purpose == request.id.0) && sent.is_open(now, rule);
        let sent = last.as_ref().map(|row| row.sent);
        ways.push(Way {
            means,
            words: contact.headed(),
            confirmed_at,
            open_until: sent.filter(own).map(|sent| sent.ends(rule)),
            next_at: sent.and_then(|sent| rule.send(Some(&sent), now).err()),
        });
    }
    Ok(ways)
}

/// Sends a code to the telephone or the address of a request; until when there is none, when one has just gone out.
pub fn send(app: &App, who: &Known, means: Means, lang: Lang) -> Result<std::result::Result<(), Stamp>> {
    app.store.write(|tx| {
        let request = tx.request(who.request())?.ok_or(Refusal::NotFound)?;
        let (contact, confirmed) = contact(app, tx, &request, means)?;
        if confirmed || !contact.takes_codes() || !code::is_offered(app, tx, means)? {
            return Err(Refusal::NoChange.into());
        }
        Ok(code::send(app, tx, &contact, Purpose::Confirm(request.id), true, lang)?.map(|_| ()))
    })
}

/// The person types the code: when it is right, the history has it, and the desk sees it.
pub fn confirm(app: &App, who: &Known, number: &Number, means: Means, typed: &str) -> Result<Verdict> {
    app.store.write(|tx| {
        let case = load(tx, number)?;
        let now = moment(tx, &case, app.now())?;
        let permitted = policy::own::<verb::Confirm>(who.request(), &case)?;
        let request = tx.request(who.request())?.ok_or(Refusal::NotFound)?;
        let (contact, confirmed) = contact(app, tx, &request, means)?;
        // The same form once more: it is confirmed.
        if confirmed {
            return Ok(Verdict::Right);
        }
        let key = code::key(app, &contact);
        let verdict = code::check(app, tx, &key, Purpose::Confirm(request.id), typed)?;
        let person = request.person.filter(|_| verdict == Verdict::Right);
        if let Some(person) = person {
            if !tx.confirm_contact(person, means, &key, now)? {
                return Err(Refusal::Stale.into());
            }
            let happened = handling::confirm(&permitted, request.id, means)?;
            record(app, tx, &case, permitted.actor(), now, happened)?;
        }
        Ok(verdict)
    })
}

fn contact(app: &App, tx: &mut ReadTx<'_>, request: &Request, means: Means) -> Result<(Contact, bool)> {
    let found = contacts(app, tx, request)?.into_iter().find(|(contact, _)| contact.means() == means);
    let (contact, confirmed_at) = found.ok_or(AppError::Refused(Refusal::NotFound))?;
    Ok((contact, confirmed_at.is_some()))
}

/// What the person of a request left, each with when it was confirmed. Whoever is anonymous left nothing.
fn contacts(app: &App, tx: &mut ReadTx<'_>, request: &Request) -> Result<Vec<(Contact, Option<Stamp>)>> {
    let Some(id) = request.person.filter(|_| request.privacy != Privacy::Anonymous) else {
        return Ok(Vec::new());
    };
    let (phone_at, mail_at) = tx.confirmed(id)?;
    let person = person::of(app, tx, request)?.unwrap_or_default();
    let phone = person.phone.map(|phone| (Contact::Phone(phone), phone_at));
    let mail = person.mail.map(|mail| (Contact::Mail(mail), mail_at));
    Ok(phone.into_iter().chain(mail).collect())
}
