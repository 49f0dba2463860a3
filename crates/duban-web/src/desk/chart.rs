//! The chart of the figures page: taken in and closed, by day or, over a long time, by month.

use duban_app::{Figure, figures::DayFigures};
use duban_domain::Lang;
use jiff::civil::Date;

use super::words::{cases, thousands};

/// Longer than this, weeks are drawn instead of days.
const DAYS_MAX: usize = 62;
/// Longer than this, months are drawn instead of weeks.
const WEEK_DAYS_MAX: usize = 200;
/// More bars than these cannot be told apart: a finer pace is not drawn.
const STEPS_MAX: usize = 400;
/// The plot inside the drawing of 900 × 240.
const LEFT: f64 = 48.0;
const RIGHT: f64 = 892.0;
const TOP: f64 = 26.0;
const FOOT: f64 = 206.0;
/// Words along the foot at most.
const MARKS_MAX: usize = 10;

/// How long a time one pair of bars is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    Day,
    Week,
    Month,
}

impl Pace {
    pub(super) const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    pub(super) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pace| pace.key() == key)
    }

    pub(super) fn word(self, lang: Lang) -> &'static str {
        match self {
            Self::Day => lang.t("按日", "By day"),
            Self::Week => lang.t("按周", "By week"),
            Self::Month => lang.t("按月", "By month"),
        }
    }

    /// The pace that so many days are drawn in when nobody says another.
    pub(super) fn usual(days: usize) -> Self {
        match days {
            0..=DAYS_MAX => Self::Day,
            _ if days <= WEEK_DAYS_MAX => Self::Week,
            _ => Self::Month,
        }
    }

    /// The first day of the step that a day is in; weeks begin on Monday.
    fn begin(self, date: Date) -> Date {
        let day = i64::from(date.weekday().to_monday_zero_offset());
        match self {
            Self::Day => date,
            Self::Week => date.saturating_sub(jiff::Span::new().days(day)),
            Self::Month => date.first_of_month(),
        }
    }
}

/// A drawn chart with its sentence and its table.
pub(super) struct Chart {
    pub(super) sentence: String,
    pub(super) bars: Vec<Bar>,
    pub(super) lines: Vec<Mark>,
    pub(super) marks: Vec<Mark>,
    pub(super) rows: Vec<Row>,
    pub(super) head: &'static str,
}

/// One row of its table: received and closed, each with its list unless there is nothing to list.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) cells: [(String, String); 2],
}

/// One bar.
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
    pub(super) class: &'static str,
    pub(super) title: String,
}

/// A word at a place.
pub(super) struct Mark {
    pub(super) at: String,
    pub(super) words: String,
}

/// A day or a month.
struct Step {
    name: String,
    from: Date,
    to: Date,
    received: i64,
    closed: i64,
}

impl Chart {
    /// Draws it; `list` is the address of the cases that a figure counts on some days.
    pub(super) fn of(
        days: &[DayFigures],
        pace: Option<Pace>,
        lang: Lang,
        list: impl Fn(Figure, Date, Date) -> String,
    ) -> Self {
        let usual = Pace::usual(days.len());
        let mut pace = pace.unwrap_or(usual);
        let mut drawn = steps(days, pace, lang);
        if drawn.len() > STEPS_MAX {
            pace = usual;
            drawn = steps(days, pace, lang);
        }
        let steps = drawn;
        let most = steps.iter().map(|s| s.received.max(s.closed)).max().unwrap_or(0);
        let grid = grid(most);
        let top = grid.last().copied().unwrap_or(1).max(1);
        let y = |n: i64| FOOT - (FOOT - TOP) * n as f64 / top as f64;
        let slot = (RIGHT - LEFT) / steps.len().max(1) as f64;
        let every = steps.len().div_ceil(MARKS_MAX).max(1);
        let middle = |i: usize| LEFT + slot * (i as f64 + 0.5);
        Self {
            sentence: sentence(&steps, lang),
            bars: steps
                .iter()
                .enumerate()
                .flat_map(|(i, step)| pair(step, middle(i), slot, &y, lang))
                .collect(),
            lines: grid.iter().map(|n| Mark { at: format!("{:.1}", y(*n)), words: thousands(*n) }).collect(),
            marks: steps
                .iter()
                .enumerate()
                .step_by(every)
                .map(|(i, step)| Mark { at: format!("{:.1}", middle(i)), words: step.name.clone() })
                .collect(),
            rows: steps.iter().map(|step| row(step, &list)).collect(),
            head: match pace {
                Pace::Day => lang.t("日", "Day"),
                Pace::Week => lang.t("周（从这一天起）", "Week from"),
                Pace::Month => lang.t("月", "Month"),
            },
        }
    }
}

fn row(step: &Step, list: &impl Fn(Figure, Date, Date) -> String) -> Row {
    let cell = |figure, n: i64| {
        let href = if n > 0 { list(figure, step.from, step.to) } else { String::new() };
        (thousands(n), href)
    };
    Row {
        name: step.name.clone(),
        cells: [cell(Figure::In, step.received), cell(Figure::Closed, step.closed)],
    }
}

fn pair(step: &Step, middle: f64, slot: f64, y: &impl Fn(i64) -> f64, lang: Lang) -> [Bar; 2] {
    let width = (slot * 0.36).clamp(1.0, 22.0);
    let bar = |n: i64, x: f64, class, word: &str| Bar {
        x: format!("{x:.1}"),
        y: format!("{:.1}", y(n)),
        width: format!("{width:.1}"),
        height: format!("{:.1}", FOOT - y(n)),
        class,
        title: format!("{} {word} {}", step.name, cases(n, lang)),
    };
    [
        bar(step.received, middle - width - 0.5, "s2", lang.t("收", "received")),
        bar(step.closed, middle + 0.5, "s1", lang.t("办结", "closed")),
    ]
}

fn steps(days: &[DayFigures], pace: Pace, lang: Lang) -> Vec<Step> {
    let mut steps: Vec<(Date, Step)> = Vec::new();
    for day in days {
        let key = pace.begin(day.date);
        match steps.last_mut() {
            Some((last, step)) if *last == key => {
                step.to = day.date;
                step.received += day.received;
                step.closed += day.closed;
            }
            _ => steps.push((
                key,
                Step {
                    name: name(key, pace == Pace::Month, lang),
                    from: day.date,
                    to: day.date,
                    received: day.received,
                    closed: day.closed,
                },
            )),
        }
    }
    // Years in which nothing happened before the first case would only be an empty plain.
    let first = steps.iter().position(|(_, s)| s.received + s.closed > 0).unwrap_or(0);
    steps.into_iter().skip(first).map(|(_, step)| step).collect()
}

fn name(date: Date, by_month: bool, lang: Lang) -> String {
    const EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = EN[usize::try_from(date.month() - 1).unwrap_or(0) % 12];
    match (by_month, lang) {
        (true, Lang::Zh) => format!("{}年{}月", date.year(), date.month()),
        (true, Lang::En) => format!("{month} {}", date.year()),
        (false, Lang::Zh) => format!("{}月{}日", date.month(), date.day()),
        (false, Lang::En) => format!("{} {month}", date.day()),
    }
}

/// Round numbers from zero up to the first one not below the most.
fn grid(most: i64) -> Vec<i64> {
    let rough = (most.max(1) as f64 / 4.0).max(1.0);
    let power = 10_f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|n| *n >= rough).unwrap_or(rough).ceil()
            as i64;
    let up_to = most.max(1).div_euclid(step) + i64::from(most.max(1).rem_euclid(step) > 0);
    (0..=up_to).map(|i| i * step).collect()
}

fn sentence(steps: &[Step], lang: Lang) -> String {
    let (received, closed) = steps.iter().fold((0, 0), |(r, c), s| (r + s.received, c + s.closed));
    let most = steps.iter().max_by_key(|s| s.received).filter(|s| s.received > 0);
    let peak = most.map(|s| match lang {
        Lang::Zh => format!("；最多的是{}，收 {}", s.name, cases(s.received, lang)),
        Lang::En => format!("; the most on {}: {}", s.name, cases(s.received, lang)),
    });
    match lang {
        Lang::Zh => {
            format!("收 {}，办结 {}{}", cases(received, lang), cases(closed, lang), peak.unwrap_or_default())
        }
        Lang::En => format!(
            "Received {}, closed {}{}",
            cases(received, lang),
            cases(closed, lang),
            peak.unwrap_or_default()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_says_what_it_shows_and_fits_its_frame() {
        let days: Vec<DayFigures> = (1..=28)
            .map(|d| DayFigures { date: Date::constant(2026, 1, d), received: i64::from(d) * 3, closed: 0 })
            .collect();
        let chart =
            Chart::of(&days, None, Lang::Zh, |figure, from, to| format!("{}:{from}:{to}", figure.key()));
        assert_eq!(chart.rows[0].cells[0], ("3".to_owned(), "in:2026-01-01:2026-01-01".to_owned()));
        assert_eq!(chart.rows[0].cells[1].1, "", "nothing to list");
        assert!(chart.sentence.contains("最多的是1月28日，收 84 件"), "{}", chart.sentence);
        assert_eq!((chart.bars.len(), chart.rows.len()), (56, 28));
        assert!(chart.bars.iter().all(|b| b.y.parse::<f64>().unwrap() >= TOP - 0.1));
        let weeks = Chart::of(&days, Some(Pace::Week), Lang::Zh, |_, from, to| format!("{from}:{to}"));
        assert_eq!(weeks.rows.len(), 5, "1 January 2026 is a Thursday");
        assert_eq!(weeks.rows[1].name, "1月5日");
        assert_eq!(weeks.rows[1].cells[0].1, "2026-01-05:2026-01-11");
        assert_eq!(grid(84), [0, 50, 100]);
        assert_eq!(grid(0), [0, 1]);
        assert_eq!(grid(7), [0, 2, 4, 6, 8]);
    }
}
