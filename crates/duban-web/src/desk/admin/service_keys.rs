//! 服务密钥: keys of other systems for the API v1, made and ended by the security administrator. A key is shown once.

use askama::Template;
use axum::extract::Path;
use duban_app::{
    AppError, ServiceKey,
    service::{self, SCOPES, Wanted},
};
use duban_domain::{Refusal, policy::Action};

use crate::{
    desk::words::{self, Choices},
    frame::{Desk, Fields, PageResult, Shell, WebError, When, html, html_again, see_other},
};

/// Days that a key holds unless something else is chosen.
const DAYS: &str = "365";

#[derive(Template)]
#[template(path = "admin/service_keys.html")]
pub(super) struct KeysPage {
    s: Shell,
    rows: Vec<KeyShown>,
    scopes: Vec<ScopeShown>,
    units: Vec<Choices>,
    name: String,
    unit: String,
    days: String,
    wrong: String,
    /// The key that was just made, shown this once.
    made: String,
}

struct KeyShown {
    id: i64,
    name: String,
    scopes: String,
    unit: String,
    state: String,
    live: bool,
    since: When,
    by: String,
    until: Option<When>,
    used: Option<When>,
}

struct ScopeShown {
    key: &'static str,
    word: &'static str,
    chosen: bool,
}

/// Every key, and the form of a new one.
pub(crate) async fn page(desk: Desk) -> PageResult {
    Ok(html(&view(&desk, &Fields::default(), String::new(), String::new()).await?))
}

/// Makes one.
pub(crate) async fn make(desk: Desk, fields: Fields) -> PageResult {
    let wanted = sent(&fields);
    match desk.run(move |ctx| service::make(ctx, &wanted)).await {
        Ok(key) => Ok(html(&view(&desk, &Fields::default(), String::new(), key).await?)),
        Err(WebError::App(AppError::Refused(
            refusal @ (Refusal::Guard(_)
            | Refusal::NeedsText(_)
            | Refusal::TooLong { .. }
            | Refusal::UnknownUnit(_)),
        ))) => {
            let wrong = refusal.sentence(desk.visit.lang);
            Ok(html_again(&view(&desk, &fields, wrong, String::new()).await?))
        }
        Err(error) => Err(error),
    }
}

/// Ends one.
pub(crate) async fn end(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id: i64 = id.parse().map_err(|_| WebError::from(Refusal::NotFound))?;
    desk.run(move |ctx| service::end(ctx, id)).await?;
    Ok(see_other("/desk/service-keys"))
}

fn sent(fields: &Fields) -> Wanted {
    Wanted {
        name: fields.get("name").to_owned(),
        scopes: fields.all("scopes").filter_map(Action::from_key).collect(),
        unit: fields.opt("unit").map(str::to_owned),
        days: fields.opt("days").and_then(|days| days.parse().ok()),
    }
}

async fn view(desk: &Desk, typed: &Fields, wrong: String, made: String) -> Result<KeysPage, WebError> {
    let keys = desk.run(service::keys).await?;
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let scopes = SCOPES.iter().map(|scope| ScopeShown {
        key: scope.key(),
        word: scope.word(s.lang),
        chosen: typed.all("scopes").any(|chosen| chosen == scope.key()),
    });
    Ok(KeysPage {
        rows: keys.iter().map(|key| shown(&s, desk, key)).collect(),
        scopes: scopes.collect(),
        units: words::unit_choices(city, s.lang),
        name: typed.get("name").to_owned(),
        unit: typed.get("unit").to_owned(),
        days: typed.opt("days").unwrap_or(DAYS).to_owned(),
        wrong,
        made,
        s,
    })
}

fn shown(s: &Shell, desk: &Desk, key: &ServiceKey) -> KeyShown {
    let words = |scope: &str| Action::from_key(scope).map_or(scope.to_owned(), |a| a.word(s.lang).to_owned());
    let all = s.t("全部工单", "every case").to_owned();
    let state = service::state(key, s.now);
    KeyShown {
        id: key.id,
        name: key.name.clone(),
        scopes: key.scopes.split(' ').map(words).collect::<Vec<_>>().join(s.t("、", ", ")),
        unit: key.unit.as_deref().map_or(all, |unit| words::unit_name(&desk.site.app.city, unit, s.lang)),
        live: state.en == "valid",
        state: state.get(s.lang).to_owned(),
        since: s.when(&key.made_at),
        by: key.made_by.clone(),
        until: key.expires_at.as_ref().map(|at| s.when(at)),
        used: key.used_at.as_ref().map(|at| s.when(at)),
    }
}
