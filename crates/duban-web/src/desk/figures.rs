//! 数据: the figures of a period, by unit or by another side. Every number opens the list of exactly
//! the cases that it counts.

use askama::Template;
use duban_app::{
    Figure, Figures,
    breakdown::{self, By, Line},
    figures::{self as report, Report},
};
use duban_domain::{Lang, Stamp};
use jiff::{Span, civil::Date};

use super::{
    chart::{Chart, Pace},
    numbers::{self, Count, LineShown, Links, Rate},
    words::thousands,
};
use crate::frame::{Desk, Fields, PageResult, Shell, html};

/// Days of one report at most: a query over more would be a mistake in the address.
const DAYS_MAX: i32 = 36_600;
/// Days of a breakdown at most: it reads every case of the period.
const DIVIDED_DAYS_MAX: i32 = 1_100;
/// Bars of a breakdown.
const BARS: usize = 8;

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
    pub(super) sides: Vec<Preset>,
    pub(super) side: String,
    pub(super) key: &'static str,
    /// The way back up, when one line is divided further.
    pub(super) up: Option<Preset>,
    pub(super) bars: Vec<Bar>,
    pub(super) bars_sentence: String,
    pub(super) rows: Vec<LineShown>,
    pub(super) paces: Vec<Preset>,
    pub(super) chart: Chart,
    pub(super) whole_city: bool,
}

/// A choice in the address: a period, a side, a pace.
pub(super) struct Preset {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) now: bool,
}

/// A bar of a breakdown: how far it goes, of 600.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) n: String,
    pub(super) y: usize,
    pub(super) width: String,
    pub(super) late: String,
}

/// What the address asks for.
#[derive(Clone)]
struct Asked {
    from: Date,
    to: Date,
    by: By,
    within: Option<String>,
    pace: Option<Pace>,
}

/// What was found.
struct Found {
    report: Report,
    before: Figures,
    lines: Vec<Line>,
}

/// The page.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let today = desk.site.app.now().date(&desk.site.app.city.zone);
    let asked = Asked::of(&Fields::of_query(desk.visit.uri.query().unwrap_or("")), today);
    let question = asked.clone();
    let found = desk.run(move |ctx| find(ctx, &question)).await?;
    Ok(html(&view(&desk, &asked, found, today)))
}

fn find(ctx: &duban_app::Ctx, asked: &Asked) -> Result<Found, duban_app::AppError> {
    let report = report::report(ctx, asked.from, asked.to)?;
    let (from, to) = before(asked.from, asked.to);
    let before = report::totals(ctx, from, to)?;
    let lines = match asked.by {
        By::Unit => breakdown::of_units(&report.units),
        by => breakdown::breakdown(ctx, by, asked.within.as_deref(), asked.from, asked.to)?,
    };
    Ok(Found { report, before, lines })
}

/// The period of the same length that ends where this one begins.
fn before(from: Date, to: Date) -> (Date, Date) {
    let day = Span::new().days(1);
    let last = from.saturating_sub(day);
    let days = to.since(from).map_or(0, |span| span.get_days());
    (last.saturating_sub(Span::new().days(days)), last)
}

impl Asked {
    /// This month when the address names no period. Days in the wrong order are turned.
    fn of(query: &Fields, today: Date) -> Self {
        let date = |name: &str| query.get(name).parse::<Date>().ok();
        let to = date("to").unwrap_or(today);
        let from = date("from").unwrap_or_else(|| to.first_of_month());
        let (from, to) = if from <= to { (from, to) } else { (to, from) };
        let by = By::from_key(query.get("by")).unwrap_or(By::Unit);
        let days = if by == By::Unit { DAYS_MAX } else { DIVIDED_DAYS_MAX };
        Self {
            from: from.max(to.saturating_sub(Span::new().days(days))),
            to,
            by,
            within: query.opt("within").filter(|key| !key.starts_with(['=', '-'])).map(str::to_owned),
            pace: Pace::from_key(query.get("pace")),
        }
    }

    fn href(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("from", &self.from.to_string());
        query.append_pair("to", &self.to.to_string());
        query.append_pair("by", self.by.key());
        query.extend_pairs(self.within.iter().map(|key| ("within", key)));
        query.extend_pairs(self.pace.iter().map(|pace| ("pace", pace.key())));
        format!("/desk/figures?{}", query.finish())
    }
}

fn view(desk: &Desk, asked: &Asked, found: Found, today: Date) -> FiguresPage {
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let lang = s.lang;
    let links = Links::new(&desk.who.reach, (asked.from, asked.to), lang);
    let Found { report, before, lines } = found;
    let mut counts = counts(&report.all, &links);
    counts[0].about = numbers::against(report.all.get(Figure::In), before.get(Figure::In), lang);
    counts[1].about = numbers::against(report.all.get(Figure::Closed), before.get(Figure::Closed), lang);
    let row = |line: &Line| {
        let deeper = match asked.by.is_divided(city, &line.key) {
            true => format!("{}#by", Asked { within: Some(line.key.clone()), ..asked.clone() }.href()),
            false => String::new(),
        };
        let name = asked.by.name(city, &line.key, lang);
        numbers::line(name, deeper, &line.figures, &links.line(asked.by, &line.key))
    };
    let up = asked.within.as_deref().map(|key| Preset {
        name: asked.by.name(city, key, lang),
        href: format!("{}#by", Asked { within: above(key), ..asked.clone() }.href()),
        now: true,
    });
    FiguresPage {
        from: asked.from.to_string(),
        to: asked.to.to_string(),
        period: period_words(&s, asked.from, asked.to),
        presets: presets(lang, asked, today),
        rates: numbers::rates(&report.all, &links),
        sides: sides(asked, lang),
        side: side_word(asked.by, lang).to_owned(),
        key: asked.by.key(),
        up,
        bars: bars(&lines, |key| asked.by.name(city, key, lang)),
        bars_sentence: bars_sentence(&lines, lang, |key| asked.by.name(city, key, lang)),
        rows: lines.iter().map(row).collect(),
        paces: paces(asked, lang),
        chart: Chart::of(&report.days, asked.pace, lang, |figure, from, to| links.days(figure, from, to)),
        whole_city: desk.who.reach == duban_domain::policy::Reach::All,
        counts,
        s,
    }
}

/// The key above a category; a district has none above.
fn above(key: &str) -> Option<String> {
    key.rsplit_once('.').map(|(above, _)| above.to_owned())
}

pub(super) fn period_words(s: &Shell, from: Date, to: Date) -> String {
    let day = |date: Date| {
        let at = Stamp::start_of(date, &s.zone).plus_ms(12 * 3_600_000);
        s.when(&at).day
    };
    if from == to { day(from) } else { format!("{} {} {}", day(from), s.t("至", "to"), day(to)) }
}

fn presets(lang: Lang, asked: &Asked, today: Date) -> Vec<Preset> {
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
        name: name.to_owned(),
        href: Asked { from, to, pace: None, ..asked.clone() }.href(),
        now: from == asked.from && to == asked.to,
    };
    all.into_iter().map(preset).collect()
}

fn sides(asked: &Asked, lang: Lang) -> Vec<Preset> {
    let side = |by: By| Preset {
        name: side_word(by, lang).to_owned(),
        href: format!("{}#by", Asked { by, within: None, ..asked.clone() }.href()),
        now: by == asked.by,
    };
    By::ALL.into_iter().map(side).collect()
}

/// By what, in a word.
pub(super) fn side_word(by: By, lang: Lang) -> &'static str {
    match by {
        By::Unit => lang.t("单位", "Unit"),
        By::Category => lang.t("类别", "Category"),
        By::District => lang.t("辖区", "District"),
        By::Channel => lang.t("渠道", "Channel"),
        By::Kind => lang.t("类型", "Kind"),
        By::Urgency => lang.t("紧急程度", "Urgency"),
    }
}

fn paces(asked: &Asked, lang: Lang) -> Vec<Preset> {
    let days = asked.to.since(asked.from).map_or(0, |span| span.get_days()) + 1;
    let now = asked.pace.unwrap_or_else(|| Pace::usual(usize::try_from(days).unwrap_or(usize::MAX)));
    let pace = |pace: Pace| Preset {
        name: pace.word(lang).to_owned(),
        href: Asked { pace: Some(pace), ..asked.clone() }.href(),
        now: pace == now,
    };
    Pace::ALL.into_iter().map(pace).collect()
}

fn counts(all: &Figures, links: &Links) -> Vec<Count> {
    vec![
        links.of(all, Figure::In),
        links.of(all, Figure::Closed),
        links.of(all, Figure::Running),
        links.count("overdue", all.overdue),
    ]
}

/// The largest lines as bars: taken in, and of it what is past its time.
fn bars(lines: &[Line], name: impl Fn(&str) -> String) -> Vec<Bar> {
    let most = lines.iter().map(|line| line.figures.get(Figure::In)).max().unwrap_or(0).max(1);
    let far = |n: i64| format!("{:.1}", 560.0 * n as f64 / most as f64);
    let bar = |(at, line): (usize, &Line)| Bar {
        name: name(&line.key),
        n: thousands(line.figures.get(Figure::In)),
        y: at * 30,
        width: far(line.figures.get(Figure::In)),
        late: far(line.figures.overdue.min(most)),
    };
    lines.iter().filter(|line| line.figures.get(Figure::In) > 0).take(BARS).enumerate().map(bar).collect()
}

fn bars_sentence(lines: &[Line], lang: Lang, name: impl Fn(&str) -> String) -> String {
    let Some(first) = lines.iter().find(|line| line.figures.get(Figure::In) > 0) else {
        return lang.t("这段时间没有收到", "nothing was received in this period").to_owned();
    };
    let all: i64 = lines.iter().map(|line| line.figures.get(Figure::In)).sum();
    let n = first.figures.get(Figure::In);
    let share = (n * 100 + all / 2) / all.max(1);
    match lang {
        Lang::Zh => format!("最多的是{}，收了 {} 件，占 {share} %", name(&first.key), thousands(n)),
        Lang::En => format!("most in {}: {} received, {share} % of all", name(&first.key), thousands(n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_question_and_gives_others() {
        let today = Date::constant(2026, 3, 3);
        let asked = |query| Asked::of(&Fields::of_query(query), today);
        let turned = asked("from=2026-02-01&to=2026-01-04");
        assert_eq!((turned.from, turned.to), (Date::constant(2026, 1, 4), Date::constant(2026, 2, 1)));
        assert_eq!(asked("").from, Date::constant(2026, 3, 1));
        let deep = asked("by=category&within=city.light&pace=week&from=2026-03-01");
        assert_eq!(
            deep.href(),
            "/desk/figures?from=2026-03-01&to=2026-03-03&by=category&within=city.light&pace=week"
        );
        assert_eq!(above("city.light").as_deref(), Some("city"));
        assert_eq!(before(deep.from, deep.to), (Date::constant(2026, 2, 26), Date::constant(2026, 2, 28)));
        assert_eq!(asked("by=category&from=2000-01-01").from, Date::constant(2023, 2, 27));
    }
}
