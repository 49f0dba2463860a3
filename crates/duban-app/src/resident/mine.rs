//! 我的诉求: whoever shows by a code that a number or an address is theirs sees the requests that were left with it, for
//! a short time, and where else somebody does.
//!
//! No answer here depends on whether a number is known: whoever asks for a code gets the same page, and whoever types a
//! wrong one as well.

use duban_domain::{
    Lang, Number, Refusal, Stamp,
    confirmation::{Contact, Gate, Means, Verdict},
    person::Person,
    request::{Privacy, Request},
};
use duban_store::{ContactSession, ReadTx};

use super::code::{self, Purpose};
use crate::{App, AppError, keys, wiring::Result};

const ASKED: &str = "contact.asked";
const ADDRESS: &str = "contact.address";
/// Requests that the list shows, the newest.
const LIST_MAX: i64 = 200;
/// Bytes of a session's hash by which it is named on the page.
const HANDLE: usize = 8;
/// Longest words of a browser about itself.
const AGENT_MAX: usize = 120;

/// The proof that a number or an address is the visitor's. Only this module makes it.
#[derive(Clone, Debug)]
pub struct Signed {
    session: ContactSession,
    contact: Contact,
}

/// What somebody sees who came in.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The number or address, as it may stand beside the numbers of requests.
    pub words: String,
    /// Until when this holds.
    pub until: Stamp,
    /// The requests, newest first.
    pub requests: Vec<Own>,
    /// The browsers that see them, the newest first.
    pub browsers: Vec<Browser>,
}

/// One of somebody's own requests.
#[derive(Clone, Debug)]
pub struct Own {
    /// Its own number.
    pub number: Number,
    /// What it was called.
    pub title: String,
    /// When it was said.
    pub received_at: Stamp,
    /// The number that the public page knows it by.
    pub public: Option<Number>,
    /// Where, as it was said.
    pub point: Option<duban_domain::place::Point>,
    /// The phase of its case, and by when it is to be answered.
    pub state: Option<(duban_domain::case::Phase, Option<Stamp>)>,
}

/// A browser that sees the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    /// What it is called on the page.
    pub handle: String,
    /// Whether it is this one.
    pub here: bool,
    /// What it called itself.
    pub agent: String,
    /// From where, shortened.
    pub place: String,
    /// Since when.
    pub since: Stamp,
}

/// Who leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// This browser.
    Here,
    /// Every other.
    Others,
    /// One, by its handle.
    One(String),
}

/// Whether somebody can come in by telephone, and by mail.
pub fn offered(app: &App) -> Result<(bool, bool)> {
    app.store
        .read(|tx| Ok((code::is_offered(app, tx, Means::Phone)?, code::is_offered(app, tx, Means::Mail)?)))
}

/// Sends a code to a number or an address that somebody left with a request. To any other it goes only where the city
/// asks for a confirmed number of those who come new. Whoever asked too soon or too often is told nothing else.
pub fn ask(app: &App, contact: &Contact, lang: Lang) -> Result<()> {
    let key = code::key(app, contact);
    app.store.write(|tx| {
        let known = !requests(tx, &key, 1)?.is_empty();
        let new = app.city.settings.codes.requires(Gate::MeToo);
        let tells = (known || new) && contact.takes_codes() && code::is_offered(app, tx, contact.means())?;
        code::send(app, tx, contact, Purpose::Own, tells, lang).map(|_| ())
    })
}

/// Whom a browser asked a code for, as it keeps it until the code is typed: sealed, and no longer than the code holds.
pub fn asked_for(app: &App, contact: &Contact) -> Result<String> {
    let until = app.now().plus_ms(app.city.settings.codes.life_ms());
    Ok(keys::hex(&app.keys.seal(ASKED, &format!("{}:{}", until.0, contact.whole()), &*app.entropy)?))
}

/// Reads what [`asked_for`] wrote; none when it is not ours or too old.
#[must_use]
pub fn asked(app: &App, kept: &str) -> Option<Contact> {
    let text = app.keys.open(ASKED, &keys::unhex(kept)?).ok()?;
    let (until, contact) = text.split_once(':')?;
    let until = Stamp(until.parse().ok()?);
    (app.now() < until).then(|| Contact::parse(contact).ok().flatten())?
}

/// Comes in by a code; none when it is wrong or over, which of the two is not told. Returns what the browser keeps.
pub fn enter(app: &App, contact: &Contact, typed: &str, agent: &str, place: &str) -> Result<Option<String>> {
    let (key, token, now) = (code::key(app, contact), app.entropy.token(), app.now());
    app.store.write(|tx| {
        if code::check(app, tx, &key, Purpose::Own, typed)? != Verdict::Right {
            return Ok(None);
        }
        tx.open_contact_session(&ContactSession {
            token: keys::hash(&token),
            contact: key.clone(),
            address: app.keys.seal(ADDRESS, contact.whole(), &*app.entropy)?,
            created_at: now,
            expires_at: now.plus_ms(app.city.settings.codes.session_ms()),
            agent: agent.chars().take(AGENT_MAX).collect(),
            place: place.to_owned(),
        })?;
        Ok(Some(keys::hex(&token)))
    })
}

/// Whose number a browser showed to be theirs, while that holds.
pub fn signed(app: &App, token: &str) -> Result<Option<Signed>> {
    app.store.read(|tx| of_token(app, tx, token))
}

pub(super) fn of_token(app: &App, tx: &mut ReadTx<'_>, token: &str) -> Result<Option<Signed>> {
    let Some(raw) = keys::unhex(token) else { return Ok(None) };
    let found = tx.contact_session(&keys::hash(&raw))?.filter(|session| session.expires_at > app.now());
    let Some(session) = found else { return Ok(None) };
    let contact = Contact::parse(&app.keys.open(ADDRESS, &session.address)?)?;
    Ok(contact.map(|contact| Signed { session, contact }))
}

impl Signed {
    /// The number or address, as it may stand beside the numbers of requests.
    #[must_use]
    pub fn words(&self) -> String {
        self.contact.headed()
    }

    /// Which of the two it is.
    pub(super) fn means(&self) -> Means {
        self.contact.means()
    }

    /// What the number or address is found by.
    pub(super) fn key(&self) -> &[u8] {
        &self.session.contact
    }

    /// Whether a person left this very number or address.
    #[must_use]
    pub fn is_of(&self, person: &Person) -> bool {
        match &self.contact {
            Contact::Phone(phone) => person.phone.as_ref() == Some(phone),
            Contact::Mail(mail) => person.mail.as_ref().is_some_and(|own| own.folded() == mail.folded()),
        }
    }

    /// Whether a request was left with this number or address.
    pub(super) fn owns(&self, tx: &mut ReadTx<'_>, request: &Request) -> Result<bool> {
        let person = request.person.filter(|_| request.privacy != Privacy::Anonymous);
        let person = person.map(|id| tx.person(id)).transpose()?.flatten();
        let own = Some(&self.session.contact);
        Ok(person.is_some_and(|p| p.phone_hash.as_ref() == own || p.mail_hash.as_ref() == own))
    }

    /// The requests that were left with it, newest first.
    pub(super) fn requests(&self, tx: &mut ReadTx<'_>) -> Result<Vec<Own>> {
        let mut list = Vec::new();
        for request in requests(tx, &self.session.contact, LIST_MAX)? {
            let case = tx.case_row(request.case)?;
            list.push(Own {
                state: case.map(|row| (row.phase, row.closed_at.is_none().then_some(row.finish_due))),
                public: tx.public_row(request.case)?.map(|row| row.number),
                point: request.place.point,
                number: request.number,
                title: request.title,
                received_at: request.received_at,
            });
        }
        Ok(list)
    }
}

/// What somebody sees who came in.
pub fn overview(app: &App, who: &Signed) -> Result<Overview> {
    let now = app.now();
    app.store.read(|tx| {
        let mut browsers = tx.contact_sessions(&who.session.contact)?;
        browsers.retain(|session| session.expires_at > now);
        let shown = |session: ContactSession| Browser {
            handle: handle(&session),
            here: session.token == who.session.token,
            agent: session.agent,
            place: session.place,
            since: session.created_at,
        };
        Ok(Overview {
            words: who.words(),
            until: who.session.expires_at,
            requests: who.requests(tx)?,
            browsers: browsers.into_iter().map(shown).collect(),
        })
    })
}

/// This browser leaves, or others do; what is gone already is gone.
pub fn leave(app: &App, who: &Signed, whom: &Leaving) -> Result<()> {
    let own = &who.session;
    app.store.write(|tx| {
        match whom {
            Leaving::Here => {
                tx.end_contact_session(&own.contact, &own.token)?;
            }
            Leaving::Others => {
                tx.end_contact_sessions(&own.contact, &own.token)?;
            }
            Leaving::One(which) => {
                for session in tx.contact_sessions(&own.contact)?.iter().filter(|s| handle(s) == *which) {
                    tx.end_contact_session(&own.contact, &session.token)?;
                }
            }
        }
        Ok::<_, AppError>(())
    })
}

fn handle(session: &ContactSession) -> String {
    keys::hex(&session.token[..HANDLE.min(session.token.len())])
}

pub(super) fn requests(tx: &mut ReadTx<'_>, contact: &[u8], limit: i64) -> Result<Vec<Request>> {
    let mut found = tx.requests_by_contact(contact, limit)?;
    found.retain(|request| request.privacy != Privacy::Anonymous);
    Ok(found)
}

/// Refuses whoever would need a confirmed number here and has none, or gives another.
pub(crate) fn guard(app: &App, gate: Gate, who: Option<&Signed>, person: &Person) -> Result<()> {
    let confirmed = who.is_some_and(|who| who.is_of(person));
    if app.city.settings.codes.requires(gate) && !confirmed {
        return Err(Refusal::NeedsCode.into());
    }
    Ok(())
}
