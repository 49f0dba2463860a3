//! Who visits: language, large type, and the member of staff when somebody signed in.

use std::net::IpAddr;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Uri, header::ACCEPT_LANGUAGE, request::Parts},
};
use duban_app::{AppError, Ctx, resident::Holds, staff::Attempt};
use duban_domain::{Lang, policy::Member};

use super::{
    client, cookies,
    error::WebError,
    page::Shell,
    site::{Live, Site},
};

/// What is known of a visit before any handler runs.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) lang: Lang,
    pub(crate) elder: bool,
    pub(crate) uri: Uri,
    pub(crate) member: Option<Member>,
    pub(crate) session: Option<String>,
    pub(crate) passes: Vec<String>,
    /// What shows that a number or an address was confirmed here.
    pub(crate) mine: Option<String>,
    /// Whom a code was sent to, sealed.
    pub(crate) asked: Option<String>,
    /// The filters of the list that was looked at last.
    pub(crate) list: Option<String>,
    /// Where it comes from, when that is known: only for counting wrong guesses.
    pub(crate) from: Option<IpAddr>,
    /// The service key that was shown.
    pub(crate) bearer: Option<String>,
    /// What the browser calls itself.
    pub(crate) agent: String,
    /// The tokens by which accounts know this browser.
    pub(crate) devices: Vec<String>,
    /// The token of a password that was right, while the code is missing.
    pub(crate) halfway: Option<String>,
    /// What the browser keeps on its way to the city's own sign-on; empty when it is on none.
    pub(crate) sign_on: String,
}

impl Visit {
    /// Reads it from a request; the address wins over the cookie, the cookie over the browser.
    pub(crate) fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        let asked = |name: &str| {
            form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
                .find(|(k, _)| k == name)
                .map(|(_, v)| v.into_owned())
        };
        let browser = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.split(',').find_map(|tag| Lang::parse(tag.trim())));
        let lang = asked("lang")
            .as_deref()
            .and_then(Lang::parse)
            .or_else(|| cookies::read(headers, cookies::LANG).and_then(Lang::parse))
            .or(browser);
        let elder = asked("mode")
            .or_else(|| cookies::read(headers, cookies::MODE).map(str::to_owned))
            .is_some_and(|mode| mode == "elder");
        Self {
            lang: lang.unwrap_or_default(),
            elder,
            uri: uri.clone(),
            member: None,
            session: cookies::read(headers, cookies::SESSION).filter(|t| !t.is_empty()).map(str::to_owned),
            passes: cookies::passes(headers),
            mine: cookies::read(headers, cookies::MINE).filter(|t| !t.is_empty()).map(str::to_owned),
            asked: cookies::read(headers, cookies::ASKED).filter(|t| !t.is_empty()).map(str::to_owned),
            list: cookies::read(headers, cookies::LIST).map(str::to_owned),
            from: None,
            bearer: None,
            agent: client::agent(headers),
            devices: cookies::devices(headers),
            sign_on: cookies::read(headers, cookies::SIGN_ON).unwrap_or_default().to_owned(),
            halfway: cookies::read(headers, cookies::HALFWAY).filter(|t| !t.is_empty()).map(str::to_owned),
        }
    }

    /// What every template needs.
    pub(crate) fn shell(&self, site: &Site) -> Shell {
        Shell::new(self, site)
    }

    /// What it shows of requests.
    pub(crate) fn holds(&self) -> Holds {
        Holds { passes: self.passes.clone(), signed: self.mine.clone() }
    }

    /// Who stands at the door, before they have said who they are.
    pub(crate) fn attempt(&self) -> Attempt {
        Attempt {
            from: self.from.map(|from| from.to_string()).unwrap_or_default(),
            place: self.from.map(client::shortened).unwrap_or_default(),
            agent: self.agent.clone(),
            devices: self.devices.clone(),
            ..Attempt::default()
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self::of(&parts.headers, &parts.uri)))
    }
}

/// A member of staff at the desk. Only behind a route whose access asks for staff.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) site: Site,
    pub(crate) visit: Visit,
    pub(crate) who: Member,
}

impl Desk {
    /// Runs a use case as this member, on a thread that may wait for the database.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, WebError>
    where
        T: Send + 'static,
        F: FnOnce(&Ctx) -> Result<T, AppError> + Send + 'static,
    {
        let (who, lang) = (self.who.clone(), self.visit.lang);
        self.site.run(move |app| work(&app.ctx(who, lang))).await
    }

    /// What every template needs.
    pub(crate) fn shell(&self) -> Shell {
        self.visit.shell(&self.site)
    }
}

impl FromRequestParts<Live> for Desk {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, live: &Live) -> Result<Self, WebError> {
        let visit =
            parts.extensions.get::<Visit>().cloned().unwrap_or_else(|| Visit::of(&parts.headers, &parts.uri));
        let who = visit.member.clone().ok_or(WebError::SignIn)?;
        Ok(Self { site: live.at_hand(), visit, who })
    }
}
