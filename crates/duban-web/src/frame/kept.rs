//! What somebody wrote on a page whose session had ended: carried, sealed, through the sign-in page and
//! back to its form. Only the same member gets it back, for a while, and files have to be chosen again.
//!
//! Nothing is stored: the browser that wrote it carries it, and cannot read or change it.

use duban_app::{App, keys};
use duban_domain::{StaffId, Stamp};
use serde::{Deserialize, Serialize};

use super::Fields;

/// The hidden field of the sign-in page.
pub(crate) const FIELD: &str = "kept";
/// The field that says: not yet, only show it.
pub(crate) const RESUMED: &str = "resumed";
/// What it is sealed for.
const PLACE: &str = "form.kept";
/// How long it can be brought back, in milliseconds.
const KEPT_MS: i64 = 6 * 3_600_000;
/// Most bytes that are carried: several long texts.
const BYTES_MAX: usize = 200 << 10;

#[derive(Serialize, Deserialize)]
struct Kept {
    staff: i64,
    at: i64,
    path: String,
    values: Vec<(String, String)>,
}

/// Seals a form for the member who wrote it; none when it is too long to be carried.
pub(crate) fn seal(app: &App, staff: StaffId, path: &str, fields: &Fields) -> Option<String> {
    let values = fields.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let kept = Kept { staff: staff.0, at: app.now().0, path: path.to_owned(), values };
    let text = serde_json::to_string(&kept).ok().filter(|text| text.len() <= BYTES_MAX)?;
    app.keys.seal(PLACE, &text, &*app.entropy).ok().map(|sealed| keys::hex(&sealed))
}

/// Where a sealed form was going, if it is this member's.
pub(crate) fn path(app: &App, fields: &Fields, staff: StaffId) -> Option<String> {
    open(app, fields, staff).map(|kept| kept.path)
}

/// The fields of a sealed form that has come back to its address.
pub(crate) fn back(app: &App, fields: &Fields, staff: StaffId, path: &str) -> Option<Vec<(String, String)>> {
    let mut kept = open(app, fields, staff).filter(|kept| kept.path == path)?;
    kept.values.push((RESUMED.to_owned(), "1".to_owned()));
    Some(kept.values)
}

fn open(app: &App, fields: &Fields, staff: StaffId) -> Option<Kept> {
    let sealed = keys::unhex(fields.opt(FIELD)?)?;
    let kept: Kept = serde_json::from_str(&app.keys.open(PLACE, &sealed).ok()?).ok()?;
    let fresh = app.now() < Stamp(kept.at).plus_ms(KEPT_MS);
    (fresh && kept.staff == staff.0).then_some(kept)
}
