//! 分项: the figures of a period by category, district, channel, kind, urgency or unit, within
//! reach. Counted with the conditions that list the cases, so each number opens exactly its list.

use std::collections::BTreeMap;

use duban_domain::{
    Lang, Stamp,
    city::City,
    policy::{Reach, allow, verb},
    request::{Channel, Kind, Urgency},
};
use duban_store::{CaseRow, Figure, Figures, Scope, Seen, Side, UnitFigures};
use jiff::{Span, civil::Date};

use crate::{Ctx, wiring::Result};

/// By what (口径).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// 主办单位
    Unit,
    /// 类别
    Category,
    /// 辖区
    District,
    /// 渠道
    Channel,
    /// 诉求类型
    Kind,
    /// 紧急程度
    Urgency,
}

impl By {
    /// Every one, in the order of the page.
    pub const ALL: [Self; 6] =
        [Self::Unit, Self::Category, Self::District, Self::Channel, Self::Kind, Self::Urgency];

    /// The word that addresses use.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Category => "category",
            Self::District => "district",
            Self::Channel => "channel",
            Self::Kind => "kind",
            Self::Urgency => "urgency",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.key() == key)
    }

    /// The filter of the worklist that a line of this breakdown sets.
    #[must_use]
    pub fn filter(self) -> &'static str {
        match self {
            Self::Unit => "owner",
            Self::Category => "category",
            Self::District => "division",
            Self::Channel => "channel",
            Self::Kind => "kind",
            Self::Urgency => "urgency",
        }
    }

    pub(crate) fn side(self) -> Side {
        match self {
            Self::Unit => Side::Unit,
            Self::Category => Side::Category,
            Self::District => Side::Division,
            Self::Channel => Side::Channel,
            Self::Kind => Side::Kind,
            Self::Urgency => Side::Urgency,
        }
    }

    /// The line that a stored value counts in; none when it lies outside `within`. `-` is "not
    /// known", and `=KEY` is what belongs to a key itself and to nothing below it.
    pub(crate) fn line(self, raw: Option<&str>, within: Option<&str>) -> Option<String> {
        let code = |word: Option<&'static str>| word.map(str::to_owned);
        match self {
            Self::Channel => code(number(raw).and_then(Channel::from_code).map(Channel::key)),
            Self::Kind => code(number(raw).and_then(Kind::from_code).map(Kind::key)),
            Self::Urgency => code(number(raw).and_then(Urgency::from_code).map(Urgency::key)),
            Self::Unit => raw.map(str::to_owned),
            Self::Category => category(raw, within),
            Self::District => district(raw, within),
        }
    }

    /// The value of a row as it is stored.
    pub(crate) fn raw(self, row: &CaseRow) -> Option<String> {
        match self {
            Self::Unit => Some(row.owner.clone()),
            Self::Category => row.category.clone(),
            Self::District => row.division.clone(),
            Self::Channel => Some(row.channel.code().to_string()),
            Self::Kind => Some(row.kind.code().to_string()),
            Self::Urgency => Some(row.urgency.code().to_string()),
        }
    }

    /// What a line is called.
    #[must_use]
    pub fn name(self, city: &City, key: &str, lang: Lang) -> String {
        let own = lang.t("（未细分）", " (not divided further)");
        match (self, key.strip_prefix('=')) {
            _ if key == "-" => lang.t("不详", "not known").to_owned(),
            (Self::Category, Some(key)) => format!("{}{own}", last_name(city, key, lang)),
            (Self::District, Some(code)) => format!("{}{own}", district_name(city, code, lang)),
            (Self::Category, None) => last_name(city, key, lang),
            (Self::District, None) => district_name(city, key, lang),
            (Self::Unit, _) => {
                city.unit(key).map_or_else(|| key.to_owned(), |u| u.short.get(lang).to_owned())
            }
            (Self::Channel, _) => Channel::from_key(key).map_or(key, |v| v.word(lang)).to_owned(),
            (Self::Kind, _) => Kind::from_key(key).map_or(key, |v| v.word(lang)).to_owned(),
            (Self::Urgency, _) => Urgency::from_key(key).map_or(key, |v| v.word(lang)).to_owned(),
        }
    }

    /// Whether a line can be divided further.
    #[must_use]
    pub fn is_divided(self, city: &City, key: &str) -> bool {
        match self {
            Self::Category => city.categories.iter().any(|c| c.parent.as_deref() == Some(key)),
            Self::District => city.divisions.iter().any(|d| d.parent.as_deref() == Some(key)),
            Self::Unit | Self::Channel | Self::Kind | Self::Urgency => false,
        }
    }
}

fn number(raw: Option<&str>) -> Option<i64> {
    raw.and_then(|raw| raw.parse().ok())
}

fn category(raw: Option<&str>, within: Option<&str>) -> Option<String> {
    let Some(raw) = raw else { return within.is_none().then(|| "-".to_owned()) };
    let levels = |n: usize| raw.splitn(n + 1, '.').take(n).collect::<Vec<_>>().join(".");
    match within {
        None => Some(levels(1)),
        Some(above) if raw == above => Some(format!("={above}")),
        Some(above) if raw.strip_prefix(above).is_some_and(|rest| rest.starts_with('.')) => {
            Some(levels(above.split('.').count() + 1))
        }
        Some(_) => None,
    }
}

fn district(raw: Option<&str>, within: Option<&str>) -> Option<String> {
    let Some(raw) = raw else { return within.is_none().then(|| "-".to_owned()) };
    match within {
        None => Some(raw.get(..6).unwrap_or(raw).to_owned()),
        Some(above) if raw == above => Some(format!("={above}")),
        Some(above) => raw.starts_with(above).then(|| raw.to_owned()),
    }
}

fn last_name(city: &City, key: &str, lang: Lang) -> String {
    city.category(key).map_or_else(|| key.to_owned(), |c| c.name.get(lang).to_owned())
}

fn district_name(city: &City, code: &str, lang: Lang) -> String {
    city.division(code).map_or_else(|| code.to_owned(), |d| d.name.get(lang).to_owned())
}

/// One line of a breakdown (分项).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The value of the filter that lists its cases.
    pub key: String,
    /// Its figures.
    pub figures: Figures,
}

/// The lines of a breakdown, the largest first. `within` divides one category or district further.
pub fn breakdown(ctx: &Ctx, by: By, within: Option<&str>, from: Date, to: Date) -> Result<Vec<Line>> {
    allow::<verb::Figures>(&ctx.who)?;
    let scope = scope(ctx.city(), ctx.who.reach.clone(), (from, to), ctx.now);
    let raw = ctx.app.store.read(|tx| Ok::<_, crate::AppError>(tx.figures_by_side(&[by.side()], &scope)?))?;
    let raw = raw.into_iter().map(|(mut keys, figures)| (keys.pop().flatten(), figures));
    Ok(lines(by, within, raw))
}

/// Days as the instants that bound them.
pub(crate) fn scope(city: &City, reach: Reach, (from, to): (Date, Date), now: Stamp) -> Scope {
    Scope {
        reach,
        seen: Seen::All,
        from: Stamp::start_of(from, &city.zone),
        to: Stamp::start_of(to.saturating_add(Span::new().days(1)), &city.zone),
        now,
    }
}

/// Stored values put together as lines.
pub(crate) fn lines(
    by: By,
    within: Option<&str>,
    raw: impl IntoIterator<Item = (Option<String>, Figures)>,
) -> Vec<Line> {
    let mut lines: BTreeMap<String, Figures> = BTreeMap::new();
    for (key, figures) in raw {
        if let Some(line) = by.line(key.as_deref(), within) {
            lines.entry(line).or_default().merge(&figures);
        }
    }
    largest_first(lines.into_iter().map(|(key, figures)| Line { key, figures }).collect())
}

/// The lines of the units, out of their counters: no row is read for them, however long the period.
#[must_use]
pub fn of_units(units: &[UnitFigures]) -> Vec<Line> {
    largest_first(units.iter().map(|unit| Line { key: unit.unit.clone(), figures: unit.figures }).collect())
}

fn largest_first(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by_key(|line| (std::cmp::Reverse(line.figures.get(Figure::In)), line.key.clone()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page said "most in" of the unit that came first by its key.
    #[test]
    fn the_unit_that_is_called_the_largest_is_the_largest() {
        let unit = |unit: &str, received: i64| {
            let mut numbers = Figures::default().numbers();
            numbers[Figure::In as usize - 1] = received;
            UnitFigures { unit: unit.to_owned(), figures: Figures::of_numbers(&numbers) }
        };
        let lines = of_units(&[unit("bus", 7), unit("drains", 8), unit("urban", 18)]);
        let keys: Vec<&str> = lines.iter().map(|line| line.key.as_str()).collect();
        assert_eq!(keys, ["urban", "drains", "bus"]);
    }

    #[test]
    fn a_value_counts_in_one_line_of_each_level() {
        let category = |raw, within| By::Category.line(raw, within);
        assert_eq!(category(Some("a.b.c"), None).as_deref(), Some("a"));
        assert_eq!(category(Some("a.b.c"), Some("a")).as_deref(), Some("a.b"));
        assert_eq!(category(Some("a"), Some("a")).as_deref(), Some("=a"));
        assert_eq!(category(Some("ab.c"), Some("a")), None);
        assert_eq!((category(None, None).as_deref(), category(None, Some("a"))), (Some("-"), None));
        let district = |raw, within| By::District.line(raw, within);
        assert_eq!(district(Some("430203001"), None).as_deref(), Some("430203"));
        assert_eq!(district(Some("430203001"), Some("430203")).as_deref(), Some("430203001"));
        assert_eq!(district(Some("430203"), Some("430203")).as_deref(), Some("=430203"));
        assert_eq!(By::Channel.line(Some("1"), None).as_deref(), Channel::from_code(1).map(Channel::key));
    }
}
