//! Where the person of a request is told: which channels, which addresses, in which language.

use duban_domain::{
    Lang, RequestId,
    notice::NoticeChannel,
    person::{Mail, Person, Phone},
    request::{Privacy, Request},
};
use duban_store::ReadTx;

use crate::{App, keys::Keyring, person, wiring::Result};

/// One way to somebody.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) channel: NoticeChannel,
    pub(super) address: String,
    pub(super) contact: Vec<u8>,
}

/// The ways to the person of a request. Whoever is anonymous has none, whatever else they left.
pub(super) fn ways(app: &App, tx: &mut ReadTx<'_>, request: &Request) -> Result<(Vec<Way>, Lang)> {
    if request.privacy == Privacy::Anonymous {
        return Ok((Vec::new(), Lang::Zh));
    }
    let Some(person) = person::of(app, tx, request)? else { return Ok((Vec::new(), Lang::Zh)) };
    Ok((wanted(&app.keys, &person), person.lang))
}

fn wanted(keys: &Keyring, person: &Person) -> Vec<Way> {
    let wants = |channel| person.news.is_none_or(|news| news.wants(channel));
    let sms = person.phone.as_ref().filter(|phone| phone.is_mobile()).map(|phone| to_phone(keys, phone));
    let mail = person.mail.as_ref().map(|mail| to_mail(keys, mail));
    sms.into_iter().chain(mail).filter(|way| wants(way.channel)).collect()
}

/// The way to a telephone.
pub(super) fn to_phone(keys: &Keyring, phone: &Phone) -> Way {
    Way {
        channel: NoticeChannel::Sms,
        address: phone.digits().to_owned(),
        contact: person::phone_key(keys, phone),
    }
}

/// The way to a mailbox.
pub(super) fn to_mail(keys: &Keyring, mail: &Mail) -> Way {
    Way {
        channel: NoticeChannel::Mail,
        address: mail.address().to_owned(),
        contact: person::mail_key(keys, mail),
    }
}

/// The requests that a notice goes to the persons of.
pub(super) fn requests(
    tx: &mut ReadTx<'_>,
    all: &[RequestId],
    but: Option<RequestId>,
) -> Result<Vec<Request>> {
    let mut list = Vec::new();
    for id in all.iter().filter(|id| Some(**id) != but) {
        list.extend(tx.request(*id)?);
    }
    Ok(list)
}
