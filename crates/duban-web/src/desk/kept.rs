//! 常用视图: keeping a filter, and letting it go. They stand above the list as shortcuts.

use axum::extract::Path;
use duban_app::{SavedView, view};
use duban_domain::{Refusal, ViewId, policy::Member};

use super::filter::Filter;
use crate::frame::{Desk, Fields, PageResult, WebError, see_other};

/// A kept filter as the list shows it.
pub(super) struct KeptView {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) href: String,
    pub(super) now: bool,
    pub(super) own: bool,
    pub(super) shared: bool,
}

impl KeptView {
    pub(super) fn of(view: SavedView, who: &Member, here: &str) -> Self {
        let href = Filter::of(&view.query).first();
        Self {
            id: view.id.0,
            now: href == here,
            own: view.staff == who.id,
            shared: view.unit.is_some(),
            name: view.name,
            href,
        }
    }
}

/// Keeps the filter of a list under a name.
pub(crate) async fn keep(desk: Desk, fields: Fields) -> PageResult {
    let filter = Filter::of(fields.get("query")).without_person();
    let (name, query) = (fields.get("name").to_owned(), filter.words());
    let shared = fields.get("shared") == "yes";
    desk.run(move |ctx| view::keep(ctx, &name, &query, shared)).await?;
    Ok(see_other(&filter.first()))
}

/// Lets one of one's own go.
pub(crate) async fn drop(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let id = ViewId(id.parse().map_err(|_| WebError::from(Refusal::NotFound))?);
    desk.run(move |ctx| view::drop(ctx, id)).await?;
    Ok(see_other(super::login::local(fields.get("back"))))
}
