//! People behind requests: kept sealed, found by a keyed hash, shown to whom it concerns.

use duban_domain::{
    Lang, Number, PersonId, Stamp,
    person::{Mail, Person, Phone, folded_name, masked_name},
    policy::{Action, Member, Reach},
    request::{Privacy, Request},
};
use duban_store::{ReadTx, SealedPerson, WriteTx};

use crate::{App, keys::Keyring, notice, wiring::Result};

const NAME: &str = "person.name";
const PHONE: &str = "person.phone";
const TAIL: &str = "person.tail";
const MAIL: &str = "person.mail";
const CODE: &str = "request.code";

/// The setting that says by what names are found, and its newest form.
const FORM: &str = "person.form";
const NEWEST: &str = "1";
/// People of one transaction.
const BATCH: i64 = 500;

/// A name and a number as they are kept; nothing to keep makes no person.
pub(crate) fn sealed(app: &App, person: &Person) -> Result<Option<SealedPerson>> {
    if person.is_empty() {
        return Ok(None);
    }
    let phone = person.phone.as_ref().map(Phone::digits);
    Ok(Some(SealedPerson {
        id: app.person_id(),
        name: app.keys.seal(NAME, &person.name, &*app.entropy)?,
        name_hash: name_key(&app.keys, &person.name),
        phone: phone.map(|p| app.keys.seal(PHONE, p, &*app.entropy)).transpose()?,
        phone_hash: person.phone.as_ref().map(|p| phone_key(&app.keys, p)),
        tail_hash: person.phone.as_ref().map(|p| tail_key(&app.keys, p.tail())),
        mail: person.mail.as_ref().map(|m| app.keys.seal(MAIL, m.address(), &*app.entropy)).transpose()?,
        mail_hash: person.mail.as_ref().map(|m| mail_key(&app.keys, m)),
        news: person.news,
        lang: notice::lang_code(person.lang),
    }))
}

/// Puts a person in the place of whoever a request had; the one before is gone.
pub(crate) fn replace(app: &App, tx: &mut WriteTx<'_>, request: &Request, person: &Person) -> Result<()> {
    let Some(new) = sealed(app, person)? else { return Ok(()) };
    match request.person {
        Some(id) => tx.update_person(&SealedPerson { id, ..new })?,
        None => {
            tx.insert_person(&new)?;
            tx.set_request_person(request.id, Some(new.id))?;
        }
    }
    Ok(())
}

/// The person behind a request, in plain text: for whoever was permitted.
pub(crate) fn of(app: &App, tx: &mut ReadTx<'_>, request: &Request) -> Result<Option<Person>> {
    request.person.map_or(Ok(None), |id| opened(app, tx, id))
}

/// Somebody in plain text.
pub(crate) fn opened(app: &App, tx: &mut ReadTx<'_>, id: PersonId) -> Result<Option<Person>> {
    let Some(sealed) = tx.person(id)? else { return Ok(None) };
    let phone = sealed.phone.map(|p| app.keys.open(PHONE, &p)).transpose()?;
    let phone = phone.map(|p| Phone::parse(&p)).transpose()?.flatten();
    let mail = sealed.mail.map(|m| app.keys.open(MAIL, &m)).transpose()?;
    let mail = mail.map(|m| Mail::parse(&m)).transpose()?.flatten();
    let (news, lang) = (sealed.news, notice::lang_of(sealed.lang));
    Ok(Some(Person { name: app.keys.open(NAME, &sealed.name)?, phone, mail, news, lang }))
}

/// Whether four digits are the tail of the number that a person left.
pub(crate) fn has_tail(app: &App, tx: &mut ReadTx<'_>, request: &Request, tail: &str) -> Result<bool> {
    let sealed = request.person.map(|id| tx.person(id)).transpose()?.flatten();
    Ok(match sealed.and_then(|p| p.tail_hash) {
        Some(hash) => hash == app.keys.find(TAIL, tail),
        None => app.keys.signs(CODE, request.number.digits()).any(|(_, mark)| tail == four(&mark)),
    })
}

/// 查询码: four digits that take the place of a telephone's tail where none was left. Made from the
/// number by the key, so that nothing is kept and nobody without the key can make it.
#[must_use]
pub fn code(app: &App, number: &Number) -> String {
    four(&app.keys.sign(CODE, number.digits()))
}

fn four(mark: &[u8]) -> String {
    let four = mark.iter().take(4).fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte)) % 10_000;
    format!("{four:04}")
}

/// How a number is found again.
pub(crate) fn phone_hash(app: &App, phone: &Phone) -> Vec<u8> {
    phone_key(&app.keys, phone)
}

/// How a number is found again, by the keys alone.
pub(crate) fn phone_key(keys: &Keyring, phone: &Phone) -> Vec<u8> {
    keys.find(PHONE, phone.digits())
}

/// How the end of a number is found again.
pub(crate) fn tail_key(keys: &Keyring, tail: &str) -> Vec<u8> {
    keys.find(TAIL, tail)
}

/// How a whole name is found again; where nothing of it is left to compare, it is not.
pub(crate) fn name_key(keys: &Keyring, name: &str) -> Option<Vec<u8>> {
    Some(folded_name(name)).filter(|name| !name.is_empty()).map(|name| keys.find(NAME, &name))
}

/// Writes by what every name is found, where an earlier version kept them without; done once. Whoever stops it begins
/// again at the next start.
pub fn bring_up(app: &App) -> Result<()> {
    if app.store.read(|tx| tx.setting(FORM))?.as_deref() == Some(NEWEST) {
        return Ok(());
    }
    let mut mark = PersonId(i64::MIN);
    loop {
        let names = app.store.read(|tx| tx.names_after(mark, BATCH))?;
        let Some((last, _)) = names.last() else { break };
        mark = *last;
        app.store.write(|tx| {
            for (id, sealed) in &names {
                let name = app.keys.open(NAME, sealed)?;
                tx.put_name_hash(*id, sealed, name_key(&app.keys, &name).as_deref())?;
            }
            Ok::<_, crate::AppError>(())
        })?;
    }
    Ok(app.store.write(|tx| tx.put_setting(FORM, NEWEST))?)
}

/// How a mail address is found again.
pub(crate) fn mail_key(keys: &Keyring, mail: &Mail) -> Vec<u8> {
    keys.find(MAIL, &mail.folded())
}

/// What a member of staff sees of a person without revealing: a mask, or that there is nothing to see.
pub(crate) fn shown(
    app: &App,
    tx: &mut ReadTx<'_>,
    who: &Member,
    request: &Request,
    lang: Lang,
) -> Result<Shown> {
    let hidden = |words: &str| Shown {
        name: words.to_owned(),
        phone: String::new(),
        mail: String::new(),
        phone_confirmed_at: None,
        mail_confirmed_at: None,
        can_reveal: false,
    };
    if request.privacy == Privacy::Anonymous {
        return Ok(hidden(lang.t("匿名", "Anonymous")));
    }
    if request.privacy == Privacy::Confidential && who.reach != Reach::All {
        return Ok(hidden(lang.t("身份保密，经热线转达", "Confidential: contact goes through the hotline")));
    }
    let Some(person) = of(app, tx, request)? else {
        let erased = tx.erased_of(request.case)?.iter().any(|(id, _)| *id == request.id);
        let (gone, none) = (lang.t("资料已依法删除", "Erased"), lang.t("没有留下", "Not given"));
        return Ok(hidden(if erased { gone } else { none }));
    };
    let confirmed = request.person.map(|id| tx.confirmed(id)).transpose()?.unwrap_or_default();
    Ok(Shown {
        phone_confirmed_at: confirmed.0,
        mail_confirmed_at: confirmed.1,
        name: masked_name(&person.name),
        phone: person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
        mail: person.mail.as_ref().map(Mail::masked).unwrap_or_default(),
        can_reveal: who.can(Action::Reveal),
    })
}

/// A person as a member of staff sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The masked name, or why there is none.
    pub name: String,
    /// The masked number, or nothing.
    pub phone: String,
    /// The masked mail address, or nothing.
    pub mail: String,
    /// When the number was confirmed by a code.
    pub phone_confirmed_at: Option<Stamp>,
    /// When the address was confirmed by a code.
    pub mail_confirmed_at: Option<Stamp>,
    /// Whether this member may reveal it with a reason.
    pub can_reveal: bool,
}
