//! What was measured, and how a run of times becomes a few numbers.

use serde_json::{Value, json};

/// One measured value; `of` is the limit's or the peer's value from the same run.
pub(crate) struct Row {
    /// What it is.
    pub(crate) what: String,
    /// How much.
    pub(crate) value: f64,
    /// Of what.
    pub(crate) unit: &'static str,
    /// The other one.
    pub(crate) of: Option<f64>,
}

/// A row.
pub(crate) fn row(what: impl Into<String>, value: f64, unit: &'static str, of: Option<f64>) -> Row {
    Row { what: what.into(), value, unit, of }
}

/// The rows as one line of JSON.
pub(crate) fn json(rows: &[Row]) -> String {
    let round = |n: f64| (n * 1_000.0).round() / 1_000.0;
    let entry = |row: &Row| {
        let mut entry = json!({"what": row.what, "value": round(row.value), "unit": row.unit});
        if let Some(of) = row.of {
            entry["of"] = json!(round(of));
        }
        entry
    };
    Value::Array(rows.iter().map(entry).collect()).to_string()
}

/// The value below which so much of the whole lies; the values are put in order.
pub(crate) fn part(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    let at = (part * last as f64).round() as usize;
    values.get(at).copied().unwrap_or(0.0)
}

/// The middle one.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    part(values, 0.5)
}
