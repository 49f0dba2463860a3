//! The way to the city's own sign-on and back (统一登录). A cookie of its own, sealed, ties the two together; it opens
//! nothing.

use axum::{extract::State, response::Response};
use duban_app::staff::{
    Entrance,
    sign_on::{self, Back},
};

use super::login::{came_in, is_no, local, refused, with_cookie};
use crate::frame::{Fields, PageResult, Site, Visit, WebError, cookies, fields::cut, see_other};

/// Longer than this, in characters, nothing is what a provider sends along.
const PART_MAX: usize = 4_096;

/// On to the provider.
pub(crate) async fn go(visit: Visit, State(site): State<Site>) -> PageResult {
    let to = local(Fields::of_query(visit.uri.query().unwrap_or("")).get("to")).to_owned();
    if visit.member.is_some() {
        return Ok(see_other(&to));
    }
    if site.app.city.access.sign_on.is_none() {
        return Err(WebError::NoPage);
    }
    let wanted = to.clone();
    match site.run_outside(move |app| sign_on::begin(app, &wanted)).await {
        Ok(begun) => {
            let cookie = cookies::sign_on(&begun.kept, site.options.secure_cookies);
            Ok(with_cookie(see_other(&begun.to), cookie))
        }
        Err(error) => no(&visit, &site, to, error).await,
    }
}

/// Back from the provider.
pub(crate) async fn back(visit: Visit, State(site): State<Site>) -> PageResult {
    let query = Fields::of_query(visit.uri.query().unwrap_or(""));
    let part = |name: &str| cut(query.get(name), PART_MAX).to_owned();
    let brought = Back { state: part("state"), code: part("code"), iss: part("iss"), error: part("error") };
    let (kept, at) = (visit.sign_on.clone(), visit.attempt());
    let response = match site.run_returning(move |app| sign_on::finish(app, &kept, &brought, &at)).await {
        Ok((entrance, to)) => let_in(&visit, &site, &to, &entrance),
        // Nobody was asked yet: the same way back may be gone again in a moment.
        Err(WebError::Slow) => return no(&visit, &site, "/desk".to_owned(), WebError::Slow).await,
        Err(error) => no(&visit, &site, "/desk".to_owned(), error).await?,
    };
    Ok(with_cookie(response, cookies::no_sign_on(site.options.secure_cookies)))
}

fn let_in(visit: &Visit, site: &Site, to: &str, entrance: &Entrance) -> Response {
    match entrance {
        Entrance::In(entered) => came_in(site, visit, &Fields::default(), local(to), entered),
        Entrance::Halfway { token, .. } => {
            let to: String = form_urlencoded::byte_serialize(local(to).as_bytes()).collect();
            let asked = see_other(&format!("/desk/login/code?to={to}"));
            with_cookie(asked, cookies::halfway(token, site.options.secure_cookies))
        }
    }
}

/// The login page says why, and offers the other way in.
async fn no(visit: &Visit, site: &Site, to: String, error: WebError) -> PageResult {
    if is_no(&error) { refused(visit, site, to, &error).await } else { Err(error) }
}
