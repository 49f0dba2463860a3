//! What the city is made of, and its figures.

use axum::http::StatusCode;
use duban_app::{Figure, figures};
use jiff::{Span, civil::Date};

use super::{
    json, lang,
    model::{CategoryList, CategoryShort, FigureList, FigureShort, UnitList, UnitShort},
    no,
};
use crate::frame::{Desk, Fields, PageResult, WebError};

/// Days of one period at most.
const DAYS_MAX: i64 = 3_700;
/// Days of a period that nobody named, with today.
const DAYS: i64 = 30;

/// `GET /api/v1/units`
pub(crate) async fn units(desk: Desk) -> PageResult {
    let lang = lang(&desk.visit);
    let unit = |unit: &duban_domain::city::Unit| UnitShort {
        key: unit.key.clone(),
        name: unit.name.get(lang).to_owned(),
        parent: unit.parent.clone(),
        division: unit.division.clone(),
        closed: unit.closed,
    };
    json(StatusCode::OK, &UnitList { units: desk.site.app.city.units.iter().map(unit).collect() })
}

/// `GET /api/v1/categories`
pub(crate) async fn categories(desk: Desk) -> PageResult {
    let lang = lang(&desk.visit);
    let category = |category: &duban_domain::city::Category| CategoryShort {
        key: category.key.clone(),
        name: category.name.get(lang).to_owned(),
        parent: category.parent.clone(),
        retired: category.retired,
    };
    let categories = desk.site.app.city.categories.iter().map(category).collect();
    json(StatusCode::OK, &CategoryList { categories })
}

/// `GET /api/v1/figures?from=…&to=…`
pub(crate) async fn figures(desk: Desk) -> PageResult {
    let today = desk.site.app.now().date(&desk.site.app.city.zone);
    let (from, to) = period(&Fields::of_query(desk.visit.uri.query().unwrap_or("")), today)?;
    let sums = desk.run(move |ctx| figures::totals(ctx, from, to)).await?;
    let one = |key: &str, value: i64| FigureShort { key: key.to_owned(), value };
    let all = Figure::ALL.into_iter().map(|figure| one(figure.key(), sums.get(figure)));
    let now = [one("overdue", sums.overdue), one("contact-overdue", sums.contact_overdue)];
    let figures = all.chain(now).collect();
    json(StatusCode::OK, &FigureList { from: from.to_string(), to: to.to_string(), figures })
}

fn period(asked: &Fields, today: Date) -> Result<(Date, Date), WebError> {
    let date = |name: &str, default: Date| match asked.opt(name) {
        Some(text) => text.parse().ok(),
        None => Some(default),
    };
    let to = date("to", today);
    let from = to.and_then(|to| date("from", to.saturating_sub(Span::new().days(DAYS - 1))));
    let span = from.zip(to).filter(|(from, to)| {
        from <= to && to.since(*from).is_ok_and(|apart| i64::from(apart.get_days()) < DAYS_MAX)
    });
    span.ok_or_else(|| {
        no(
            StatusCode::BAD_REQUEST,
            "bad-parameter",
            Some("from"),
            "from 和 to 写成 2026-01-31，from 不晚于 to，最多十年。",
            "Write from and to like 2026-01-31, from not after to, ten years at most.",
        )
    })
}
