//! Who may open the page of a request.

use duban_domain::{
    Number, Refusal, RequestId, Stamp, confirmation::Means, erasure::IdentityCheck, stamp::DAY_MS,
};
use duban_store::{Session, SessionKind};

use super::mine;
use crate::{App, AppError, keys, notice, person, wiring::Result};

/// How long a browser remembers that it opened a request, in days.
const PASS_DAYS: i64 = 90;

/// The proof that somebody may see one request. Only this module makes it.
#[derive(Clone, Debug)]
pub struct Known {
    request: RequestId,
    /// The number or address of the request that a code showed to be the visitor's, by what it is found.
    shown: Option<(Means, Vec<u8>)>,
}

impl Known {
    /// The request.
    #[must_use]
    pub fn request(&self) -> RequestId {
        self.request
    }

    /// Of whoever showed by a code that the request was left with their number or address.
    pub(super) fn by_code(request: RequestId, who: &mine::Signed) -> Self {
        Self { request, shown: Some((who.means(), who.key().to_vec())) }
    }

    /// What a code showed to be theirs; none of whoever only knows the number of the request and the end of a telephone.
    pub(crate) fn shown(&self) -> Option<(Means, &[u8])> {
        self.shown.as_ref().map(|(means, key)| (*means, key.as_slice()))
    }

    /// By what it is known that the person is here.
    #[must_use]
    pub fn check(&self) -> IdentityCheck {
        if self.shown.is_some() { IdentityCheck::Code } else { IdentityCheck::Pass }
    }
}

/// What a browser shows of itself (浏览器凭证).
#[derive(Clone, Debug, Default)]
pub struct Holds {
    /// The passes of requests.
    pub passes: Vec<String>,
    /// What shows that a number or an address was confirmed here.
    pub signed: Option<String>,
}

/// Opens a request with its number and the phone tail; returns the pass that the browser keeps.
pub fn unlock(app: &App, number: &Number, tail: &str) -> Result<(Known, String)> {
    let request = app.store.read(|tx| {
        let request = tx.request_by_number(number)?.ok_or(AppError::Credentials)?;
        if person::has_tail(app, tx, &request, tail.trim())? {
            Ok(request)
        } else {
            Err(AppError::Credentials)
        }
    })?;
    let pass = pass(app, request.id, app.now())?;
    Ok((Known { request: request.id, shown: None }, pass))
}

/// Opens a request by the key of an address that somebody was sent; none when it is wrong or too old.
pub fn by_link(app: &App, number: &Number, key: &str) -> Result<Option<String>> {
    if !notice::opens(app, number, key) {
        return Ok(None);
    }
    let request = app.store.read(|tx| Ok::<_, AppError>(tx.request_by_number(number)?))?;
    request.map(|request| pass(app, request.id, app.now())).transpose()
}

/// Gives the browser that has just handed in a request its pass.
pub fn pass(app: &App, request: RequestId, now: Stamp) -> Result<String> {
    let token = app.entropy.token();
    let session = Session {
        token: keys::hash(&token),
        kind: SessionKind::Resident,
        subject: request.0,
        created_at: now,
        seen_at: now,
        expires_at: now.plus_ms(PASS_DAYS * DAY_MS),
        agent: String::new(),
        place: String::new(),
    };
    app.store.write(|tx| Ok::<_, AppError>(tx.open_session(&session)?))?;
    Ok(keys::hex(&token))
}

/// Whether what a browser shows opens this number: a pass, or a confirmed number that the request was left with.
pub fn held(app: &App, number: &Number, holds: &Holds) -> Result<Option<Known>> {
    if let Some(token) = &holds.signed {
        let signed = app.store.read(|tx| {
            let Some(who) = mine::of_token(app, tx, token)? else { return Ok(None) };
            let request = tx.request_by_number(number)?.ok_or(Refusal::NotFound)?;
            Ok::<_, AppError>(who.owns(tx, &request)?.then(|| Known::by_code(request.id, &who)))
        })?;
        if signed.is_some() {
            return Ok(signed);
        }
    }
    known(app, number, &holds.passes)
}

/// Whether one of the passes that a browser shows opens this number. The number alone never does: it
/// is public, other systems list it.
pub fn known(app: &App, number: &Number, passes: &[String]) -> Result<Option<Known>> {
    app.store.read(|tx| {
        let request = tx.request_by_number(number)?.ok_or(Refusal::NotFound)?;
        for pass in passes {
            let Some(token) = keys::unhex(pass) else { continue };
            let session = tx.session(&keys::hash(&token))?;
            let fits = |s: &Session| {
                s.kind == SessionKind::Resident && s.subject == request.id.0 && s.expires_at > app.now()
            };
            if session.as_ref().is_some_and(fits) {
                return Ok(Some(Known { request: request.id, shown: None }));
            }
        }
        Ok(None)
    })
}
