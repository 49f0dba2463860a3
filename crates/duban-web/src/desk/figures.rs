//! 数据: the figures of a period. Every number opens the list of exactly the cases that it counts.

use askama::Template;
use duban_app::{
    Figure, Figures,
    figures::{self as report, Report},
};
use duban_domain::{Lang, Stamp, policy::Reach};
use jiff::{Span, civil::Date};

use super::{
    chart::Chart,
    filter::{PATH, figure_word},
    words::{thousands, unit_name},
};
use crate::frame::{Desk, Fields, PageResult, Shell, html};

/// Days of one report at most: a query over more would be a mistake in the address.
const DAYS_MAX: i32 = 36_600;

#[derive(Template)]
#[template(path = "desk/figures.html")]
pub(super) struct FiguresPage {
    pub(super) s: Shell,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) period: String,
    pub(super) presets: Vec<Preset>,
    pub(super) counts: Vec<Count>,
    pub(super) rates: Vec<Rate>,
    pub(super) rows: Vec<UnitRow>,
    pub(super) chart: Chart,
}

/// A period that is often asked for.
pub(super) struct Preset {
    pub(super) name: &'static str,
    pub(super) href: String,
    pub(super) now: bool,
}

/// A number of cases with the list of them.
pub(super) struct Count {
    pub(super) name: &'static str,
    pub(super) n: String,
    pub(super) href: String,
    pub(super) about: &'static str,
    pub(super) must: bool,
}

/// A share with its formula: the part over all of it, each a number that opens its list.
pub(super) struct Rate {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) part: Count,
    pub(super) whole: Vec<Count>,
    pub(super) about: &'static str,
    /// The list of what keeps it from being whole.
    pub(super) href: String,
}

/// A unit with its numbers.
pub(super) struct UnitRow {
    pub(super) name: String,
    pub(super) counts: Vec<Count>,
    pub(super) on_time: String,
    pub(super) solved: String,
    pub(super) satisfied: String,
}

/// Where lists of these numbers are: the period, and whose.
struct Links<'a> {
    from: Date,
    to: Date,
    owner: Option<&'a str>,
    lang: Lang,
    /// With several units of one's own, only a unit's numbers have one list each.
    linked: bool,
}

/// The page.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let today = desk.site.app.now().date(&desk.site.app.city.zone);
    let (from, to) = period(&Fields::of_query(desk.visit.uri.query().unwrap_or("")), today);
    let found = desk.run(move |ctx| report::report(ctx, from, to)).await?;
    Ok(html(&view(&desk, &found, today)))
}

/// The period of an address; this month when it names none. Days in the wrong order are turned.
fn period(query: &Fields, today: Date) -> (Date, Date) {
    let date = |name: &str| query.get(name).parse::<Date>().ok();
    let to = date("to").unwrap_or(today);
    let from = date("from").unwrap_or_else(|| to.first_of_month());
    let (from, to) = if from <= to { (from, to) } else { (to, from) };
    (from.max(to.saturating_sub(Span::new().days(DAYS_MAX))), to)
}

fn view(desk: &Desk, found: &Report, today: Date) -> FiguresPage {
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let owner = match &desk.who.reach {
        Reach::Units(units) if units.len() == 1 => units.first().map(String::as_str),
        _ => None,
    };
    let linked = owner.is_some() || desk.who.reach == Reach::All;
    let links = Links { from: found.from, to: found.to, owner, lang: s.lang, linked };
    let rows = found.units.iter().map(|unit| {
        let own = Links { owner: Some(&unit.unit), linked: true, ..links };
        unit_row(unit_name(city, &unit.unit, s.lang), &unit.figures, &own)
    });
    FiguresPage {
        from: found.from.to_string(),
        to: found.to.to_string(),
        period: period_words(&s, found.from, found.to),
        presets: presets(s.lang, found, today),
        counts: counts(&found.all, &links),
        rates: rates(&found.all, &links),
        rows: rows.collect(),
        chart: Chart::of(&found.days, s.lang, |figure, from, to| links.days(figure, from, to)),
        s,
    }
}

fn period_words(s: &Shell, from: Date, to: Date) -> String {
    let day = |date: Date| {
        let at = Stamp::start_of(date, &s.zone).plus_ms(12 * 3_600_000);
        s.when(&at).day
    };
    if from == to { day(from) } else { format!("{} {} {}", day(from), s.t("至", "to"), day(to)) }
}

fn presets(lang: Lang, found: &Report, today: Date) -> Vec<Preset> {
    let month = today.first_of_month();
    let before = month.saturating_sub(Span::new().days(1));
    let all = [
        (lang.t("今天", "Today"), today, today),
        (lang.t("近七天", "7 days"), today.saturating_sub(Span::new().days(6)), today),
        (lang.t("本月", "This month"), month, today),
        (lang.t("上月", "Last month"), before.first_of_month(), before),
        (lang.t("今年", "This year"), today.first_of_year(), today),
        (lang.t("全部", "All"), Date::constant(2000, 1, 1), today),
    ];
    let preset = |(name, from, to): (&'static str, Date, Date)| Preset {
        name,
        href: format!("/desk/figures?from={from}&to={to}"),
        now: from == found.from && to == found.to,
    };
    all.into_iter().map(preset).collect()
}

impl Links<'_> {
    /// The list of a figure on some days of the period; empty where there is no one list.
    fn days(&self, figure: Figure, from: Date, to: Date) -> String {
        if self.linked { Links { from, to, ..*self }.count(figure.key(), 0).href } else { String::new() }
    }

    /// A number with the list of what it counts.
    fn count(&self, key: &str, n: i64) -> Count {
        let name = figure_word(key, self.lang);
        let owner = self.owner.map(|unit| format!("&owner={unit}")).unwrap_or_default();
        let href = if self.linked {
            format!("{PATH}?figure={key}&from={}&to={}{owner}", self.from, self.to)
        } else {
            "#units".to_owned()
        };
        Count { name, n: thousands(n), href, about: "", must: n > 0 && key.ends_with("overdue") }
    }

    fn of(&self, figures: &Figures, figure: Figure) -> Count {
        self.count(figure.key(), figures.get(figure))
    }
}

fn counts(all: &Figures, links: &Links<'_>) -> Vec<Count> {
    let lang = links.lang;
    let about = |count: Count, about: &'static str| Count { about, ..count };
    vec![
        about(links.of(all, Figure::In), lang.t("期内受理", "taken in during the period")),
        about(links.of(all, Figure::Closed), lang.t("期内办结", "closed during the period")),
        about(
            links.of(all, Figure::Running),
            lang.t("期内到期，还没有答复", "due in the period, not answered"),
        ),
        about(links.count("overdue", all.overdue), lang.t("其中已过时限", "of these past their time")),
    ]
}

fn rates(all: &Figures, links: &Links<'_>) -> Vec<Rate> {
    let (lang, n) = (links.lang, |figure| all.get(figure));
    let overdue = || links.count("overdue", all.overdue);
    let contact_overdue = || links.count("contact-overdue", all.contact_overdue);
    vec![
        Rate {
            href: links.of(all, Figure::Late).href,
            name: lang.t("按期率", "In time"),
            value: percent(n(Figure::OnTime), n(Figure::OnTime) + n(Figure::Late) + all.overdue),
            part: links.of(all, Figure::OnTime),
            whole: vec![links.of(all, Figure::OnTime), links.of(all, Figure::Late), overdue()],
            about: lang.t(
                "期内到期的都算，逾期还没办的也在分母里",
                "everything due in the period; what is overdue and open counts against it",
            ),
        },
        Rate {
            href: links.of(all, Figure::ContactLate).href,
            name: lang.t("响应率", "Response"),
            value: percent(
                n(Figure::ContactOk),
                n(Figure::ContactOk) + n(Figure::ContactLate) + all.contact_overdue,
            ),
            part: links.of(all, Figure::ContactOk),
            whole: vec![
                links.of(all, Figure::ContactOk),
                links.of(all, Figure::ContactLate),
                contact_overdue(),
            ],
            about: lang.t(
                "按时联系诉求人；逾期还没联系的也在分母里",
                "contacted in time; who is overdue and not contacted counts against it",
            ),
        },
        Rate {
            href: links.of(all, Figure::Unsolved).href,
            name: lang.t("解决率", "Solved"),
            value: percent(n(Figure::Solved), n(Figure::Solved) + n(Figure::Unsolved)),
            part: links.of(all, Figure::Solved),
            whole: vec![links.of(all, Figure::Solved), links.of(all, Figure::Unsolved)],
            about: lang.t(
                "按诉求人的话；咨询不算，没说的不算",
                "in people’s own word; questions and silence do not count",
            ),
        },
        satisfaction(all, links),
    ]
}

/// Satisfaction is a mean of points, not a share of cases: its sum has no list.
fn satisfaction(all: &Figures, links: &Links<'_>) -> Rate {
    let (lang, n) = (links.lang, |figure| all.get(figure));
    Rate {
        href: links.of(all, Figure::Rated).href,
        name: lang.t("满意度", "Satisfaction"),
        value: score(n(Figure::Score), n(Figure::Rated)),
        part: Count {
            name: lang.t("得分合计", "sum of points"),
            n: thousands(n(Figure::Score)),
            href: String::new(),
            about: "",
            must: false,
        },
        whole: vec![links.of(all, Figure::Rated)],
        about: lang.t(
            "每档满意程度值多少分是本市设置；没评的不算",
            "what each answer is worth is a setting of the city; silence does not count",
        ),
    }
}

fn unit_row(name: String, figures: &Figures, links: &Links<'_>) -> UnitRow {
    let n = |figure| figures.get(figure);
    UnitRow {
        name,
        counts: vec![
            links.of(figures, Figure::In),
            links.of(figures, Figure::Closed),
            links.of(figures, Figure::OnTime),
            links.of(figures, Figure::Late),
            links.count("overdue", figures.overdue),
            links.of(figures, Figure::Solved),
            links.of(figures, Figure::Unsolved),
        ],
        on_time: percent(n(Figure::OnTime), n(Figure::OnTime) + n(Figure::Late) + figures.overdue),
        solved: percent(n(Figure::Solved), n(Figure::Solved) + n(Figure::Unsolved)),
        satisfied: score(n(Figure::Score), n(Figure::Rated)),
    }
}

/// `96.8 %`; a share of nothing is no number.
fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "—".to_owned();
    }
    let permille = part.saturating_mul(1_000).saturating_add(whole / 2) / whole;
    format!("{}.{} %", permille / 10, permille % 10)
}

/// The mean of points out of a hundred.
fn score(sum: i64, n: i64) -> String {
    percent(sum, n.saturating_mul(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_no_number() {
        assert_eq!(percent(0, 0), "—");
        assert_eq!(percent(968, 1_000), "96.8 %");
        assert_eq!(score(280, 3), "93.3 %");
        let query = Fields::of_query("from=2026-02-01&to=2026-01-04");
        assert_eq!(
            period(&query, Date::constant(2026, 3, 3)),
            (Date::constant(2026, 1, 4), Date::constant(2026, 2, 1))
        );
        assert_eq!(period(&Fields::default(), Date::constant(2026, 3, 3)).0, Date::constant(2026, 3, 1));
    }
}
