//! 公开数据: what a month was like, for everybody. A month is published once it is over and never
//! changes afterwards, so nothing can be read from the difference of two versions. Confidential
//! matters are in none of its numbers, the table holds only what is on the public page, and small numbers are hidden by [`duban_domain::disclosure`].

use std::collections::{BTreeMap, BTreeSet};

use duban_domain::{
    Stamp,
    disclosure::{Shown, publishable},
    policy::Reach,
    stamp::day_number,
};
use duban_store::{CaseQuery, CaseRow, Figure, Figures, Order, Scope, Seen};
use jiff::{Span, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    App, AppError,
    breakdown::{self, By},
    report::Numbers,
    wiring::Result,
};

/// Months that can be looked at.
pub const MONTHS: usize = 24;
/// Rows that are read at once.
const BLOCK: i64 = 1_000;

/// What a month was like (公开月报).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// Its first day.
    pub first: Date,
    /// When it was published.
    pub made_at: Stamp,
    /// Below this, a number of cases is hidden.
    pub least: i64,
    /// Keys of categories, the largest first: the rows.
    pub categories: Vec<String>,
    /// Codes of districts: the columns.
    pub districts: Vec<String>,
    /// Received, by category and district; the last row and the last column are the sums. A hidden
    /// number is none.
    pub received: Vec<Vec<Option<i64>>>,
    /// The figures of the whole month.
    pub all: Numbers,
}

impl Month {
    /// The figures of the whole month. What of them is small is for the page to leave out.
    #[must_use]
    pub fn figures(&self) -> Figures {
        Figures::of_numbers(&self.all)
    }
}

/// The months that are over, the newest first.
#[must_use]
pub fn months(app: &App) -> Vec<Date> {
    let mut first = app.now().date(&app.city.zone).first_of_month();
    let mut months = Vec::with_capacity(MONTHS);
    for _ in 0..MONTHS {
        first = first.saturating_sub(Span::new().days(1)).first_of_month();
        months.push(first);
    }
    months
}

/// A month as it is published; none when it is not over, or too long ago.
pub fn month(app: &App, first: Date) -> Result<Option<Month>> {
    if !months(app).contains(&first) {
        return Ok(None);
    }
    let key = day_number(first);
    let kept = |app: &App| app.store.read(|tx| Ok::<_, AppError>(tx.public_month(key)?));
    if let Some((_, body)) = kept(app)? {
        return read(&body).map(Some);
    }
    let made = reckon(app, first)?;
    let body =
        serde_json::to_string(&made).map_err(|_| AppError::Broken("a month could not be written down"))?;
    app.store.write(|tx| Ok::<_, AppError>(tx.publish_month(key, made.made_at, &body)?))?;
    // Somebody may have been faster: what is out is what counts.
    kept(app)?.map(|(_, body)| read(&body)).transpose()
}

fn read(body: &str) -> Result<Month> {
    serde_json::from_str(body).map_err(|_| AppError::Broken("a published month cannot be read"))
}

fn reckon(app: &App, first: Date) -> Result<Month> {
    let now = app.now();
    let scope = breakdown::scope(&app.city, Reach::All, (first, first.last_of_month()), now);
    let sides = [By::Category.side(), By::District.side()];
    // The table counts what the open data list: from the difference of the two nothing can be read.
    let (whole, cells) = app.store.read(|tx| {
        let whole = Scope { seen: Seen::Open, ..scope.clone() };
        let listed = Scope { seen: Seen::Listed, ..scope.clone() };
        let whole = tx.figures_by_side(&[By::Kind.side()], &whole)?;
        Ok::<_, AppError>((whole, tx.figures_by_side(&sides, &listed)?))
    })?;
    let mut all = Figures::default();
    whole.values().for_each(|figures| all.merge(figures));
    let mut counts: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (keys, figures) in cells {
        let line = |by: By, at: usize| by.line(keys.get(at).and_then(Option::as_deref), None);
        let received = figures.get(Figure::In);
        if let (Some(category), Some(district), true) =
            (line(By::Category, 0), line(By::District, 1), received > 0)
        {
            *counts.entry((category, district)).or_default() += received;
        }
    }
    let categories = largest(&counts, |(category, _)| category);
    let districts: Vec<String> =
        counts.keys().map(|(_, district)| district.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let row = |category: &String| {
        let cell = |district: &String| {
            counts.get(&(category.clone(), district.clone())).copied().unwrap_or_default()
        };
        districts.iter().map(cell).collect::<Vec<i64>>()
    };
    let table: Vec<Vec<i64>> = categories.iter().map(row).collect();
    let least = i64::from(app.city.settings.small_count);
    let shown = |cell: Shown| if let Shown::Count(n) = cell { Some(n) } else { None };
    let received = publishable(&table, least);
    let received = received.into_iter().map(|row| row.into_iter().map(shown).collect()).collect();
    Ok(Month { first, made_at: now, least, categories, districts, received, all: all.numbers() })
}

fn largest(counts: &BTreeMap<(String, String), i64>, key: fn(&(String, String)) -> &String) -> Vec<String> {
    let mut sums: BTreeMap<&String, i64> = BTreeMap::new();
    for (cell, n) in counts {
        *sums.entry(key(cell)).or_default() += n;
    }
    let mut keys: Vec<(&String, i64)> = sums.into_iter().collect();
    keys.sort_by_key(|(key, n)| (std::cmp::Reverse(*n), (*key).clone()));
    keys.into_iter().map(|(key, _)| key.clone()).collect()
}

/// Hands every public case that came in during a month to `each`, the newest first: number, category,
/// district, state and days, and nothing that anybody wrote. Confidential ones are not among them.
pub fn public_rows(
    app: &App,
    first: Date,
    mut each: impl FnMut(&CaseRow) -> std::io::Result<()>,
) -> Result<()> {
    let scope = breakdown::scope(&app.city, Reach::All, (first, first.last_of_month()), app.now());
    let mut query = CaseQuery {
        reach: Reach::All,
        public_only: true,
        opened: Some((scope.from, scope.to)),
        order: Order::Newest,
        limit: BLOCK,
        ..CaseQuery::default()
    };
    app.store.read(|tx| {
        loop {
            let page = tx.list(&query)?;
            page.rows.iter().try_for_each(&mut each)?;
            let Some(next) = page.next else { return Ok(()) };
            query.after = Some(next);
        }
    })
}
