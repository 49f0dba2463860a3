//! What every page stands on: who visits, what they typed, how a page or an error is rendered.

pub(crate) mod assets;
pub(crate) mod client;
pub(crate) mod cookies;
pub(crate) mod error;
pub(crate) mod fields;
pub(crate) mod file;
pub(crate) mod guard;
pub(crate) mod kept;
pub(crate) mod map;
pub(crate) mod page;
pub(crate) mod site;
pub(crate) mod throttle;
pub(crate) mod visit;
pub(crate) mod when;

pub(crate) use error::{PageResult, WebError};
pub(crate) use fields::Fields;
pub(crate) use page::{Shell, html, html_again, see_other};
pub(crate) use site::{Live, Site};
pub(crate) use visit::{Desk, Visit};
pub(crate) use when::When;
