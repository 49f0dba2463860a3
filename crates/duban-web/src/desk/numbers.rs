//! Numbers of the figures, each with the address of exactly the cases that it counts: counts, rates
//! with their formula, lines of a breakdown. The figures page, reports and the board say them alike.

use duban_app::{Figure, Figures, breakdown::By};
use duban_domain::{Lang, policy::Reach};
use jiff::civil::Date;

use super::{
    filter::{PATH, figure_word},
    words::thousands,
};

/// A number of cases with the list of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Count {
    pub(crate) name: &'static str,
    pub(crate) n: String,
    /// Empty when there is nothing to open, as in a report that is frozen.
    pub(crate) href: String,
    pub(crate) about: String,
    pub(crate) must: bool,
}

/// A share with its formula: the part over all of it, each a number that opens its list.
pub(crate) struct Rate {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) part: Count,
    pub(crate) whole: Vec<Count>,
    pub(crate) about: &'static str,
    /// The list of what keeps it from being whole.
    pub(crate) href: String,
}

/// A line of a breakdown with its numbers.
pub(crate) struct LineShown {
    pub(crate) name: String,
    /// Where it is divided further; empty when it is not.
    pub(crate) deeper: String,
    pub(crate) counts: Vec<Count>,
    pub(crate) on_time: String,
    pub(crate) solved: String,
    pub(crate) satisfied: String,
}

/// Where lists of these numbers are: the period, and which cases of it.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    from: Date,
    to: Date,
    lang: Lang,
    /// Filters that every list has beside its figure.
    also: Vec<(&'static str, String)>,
    /// Numbers of a frozen report open nothing: what a list shows today is something else.
    frozen: bool,
}

impl Links {
    /// The figures count by lead unit, so the lists of a unit's member do too.
    pub(crate) fn new(reach: &Reach, (from, to): (Date, Date), lang: Lang) -> Self {
        let mine = (*reach != Reach::All).then(|| ("owner", super::filter::MINE.to_owned()));
        Self { from, to, lang, also: mine.into_iter().collect(), frozen: false }
    }

    /// Numbers without lists.
    pub(crate) fn frozen((from, to): (Date, Date), lang: Lang) -> Self {
        Self { from, to, lang, also: Vec::new(), frozen: true }
    }

    /// Those of one line of a breakdown.
    pub(crate) fn line(&self, by: By, key: &str) -> Self {
        let mut links = self.clone();
        links.also.retain(|(name, _)| *name != by.filter());
        links.also.push((by.filter(), key.to_owned()));
        links
    }

    /// The list of a figure on some days of the period.
    pub(crate) fn days(&self, figure: Figure, from: Date, to: Date) -> String {
        Self { from, to, ..self.clone() }.href(figure.key())
    }

    fn href(&self, key: &str) -> String {
        if self.frozen {
            return String::new();
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("figure", key);
        query.append_pair("from", &self.from.to_string());
        query.append_pair("to", &self.to.to_string());
        query.extend_pairs(&self.also);
        format!("{PATH}?{}", query.finish())
    }

    /// A number with the list of what it counts.
    pub(crate) fn count(&self, key: &str, n: i64) -> Count {
        Count {
            name: figure_word(key, self.lang),
            n: thousands(n),
            href: self.href(key),
            about: String::new(),
            must: n > 0 && key.ends_with("overdue"),
        }
    }

    pub(crate) fn of(&self, figures: &Figures, figure: Figure) -> Count {
        self.count(figure.key(), figures.get(figure))
    }
}

/// The rates, with the numbers they are made of.
pub(crate) fn rates(all: &Figures, links: &Links) -> Vec<Rate> {
    let lang = links.lang;
    let overdue = || links.count("overdue", all.overdue);
    let contact_overdue = || links.count("contact-overdue", all.contact_overdue);
    vec![
        Rate {
            href: links.of(all, Figure::Late).href,
            name: lang.t("按期率", "In time"),
            value: on_time(all),
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
            value: response(all),
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
            value: solved(all),
            part: links.of(all, Figure::Solved),
            whole: vec![links.of(all, Figure::Solved), links.of(all, Figure::Unsolved)],
            about: lang.t(
                "按诉求人的话；咨询不算，没说的不算",
                "in people’s own word; questions and silence do not count",
            ),
        },
        Rate {
            href: links.of(all, Figure::Rated).href,
            name: lang.t("满意度", "Satisfaction"),
            value: satisfied(all),
            part: Count { name: lang.t("得分合计", "sum of points"), ..links.of(all, Figure::Score) },
            whole: vec![Count {
                name: lang.t("100 × 有满意度评价", "100 × rated"),
                ..links.of(all, Figure::Rated)
            }],
            about: lang.t(
                "每档满意程度值多少分是本市设置；没评的不算",
                "what each answer is worth is a setting of the city; silence does not count",
            ),
        },
        at_once(all, links),
    ]
}

/// The rate of what was answered as it was taken down.
fn at_once(all: &Figures, links: &Links) -> Rate {
    Rate {
        href: links.of(all, Figure::Direct).href,
        name: links.lang.t("当场答复率", "Answered at once"),
        value: direct(all),
        part: links.of(all, Figure::Direct),
        whole: vec![links.of(all, Figure::Closed)],
        about: links.lang.t(
            "期内办结的里面，受理时当场就答复了的",
            "of what was closed in the period, what was answered as it was taken down",
        ),
    }
}

/// A line of a table by unit, category, district …
pub(crate) fn line(name: String, deeper: String, figures: &Figures, links: &Links) -> LineShown {
    LineShown {
        name,
        deeper,
        counts: vec![
            links.of(figures, Figure::In),
            links.of(figures, Figure::Closed),
            links.of(figures, Figure::OnTime),
            links.of(figures, Figure::Late),
            links.count("overdue", figures.overdue),
            links.of(figures, Figure::Solved),
            links.of(figures, Figure::Unsolved),
        ],
        on_time: on_time(figures),
        solved: solved(figures),
        satisfied: satisfied(figures),
    }
}

/// 按期率: answered in time over everything that was due by now.
pub(crate) fn on_time(f: &Figures) -> String {
    percent(f.get(Figure::OnTime), f.get(Figure::OnTime) + f.get(Figure::Late) + f.overdue)
}

/// 响应率: contacted in time over every contact that was due by now.
pub(crate) fn response(f: &Figures) -> String {
    percent(
        f.get(Figure::ContactOk),
        f.get(Figure::ContactOk) + f.get(Figure::ContactLate) + f.contact_overdue,
    )
}

/// 解决率: in people's own word.
pub(crate) fn solved(f: &Figures) -> String {
    percent(f.get(Figure::Solved), f.get(Figure::Solved) + f.get(Figure::Unsolved))
}

/// 当场答复率: answered as it was taken down, over everything that was closed.
pub(crate) fn direct(f: &Figures) -> String {
    percent(f.get(Figure::Direct), f.get(Figure::Closed))
}

/// 满意度: the mean of points out of a hundred.
pub(crate) fn satisfied(f: &Figures) -> String {
    percent(f.get(Figure::Score), f.get(Figure::Rated).saturating_mul(100))
}

/// `96.8 %`; a share of nothing is no number.
fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "—".to_owned();
    }
    let permille = part.saturating_mul(1_000).saturating_add(whole / 2) / whole;
    format!("{}.{} %", permille / 10, permille % 10)
}

/// How much more or less than before: `比上期 +12`.
pub(crate) fn against(now: i64, before: i64, lang: Lang) -> String {
    let sign = if now > before { "+" } else { "" };
    format!("{} {sign}{}", lang.t("比上期", "against before:"), thousands(now - before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_no_number() {
        assert_eq!(percent(0, 0), "—");
        assert_eq!(percent(968, 1_000), "96.8 %");
        assert_eq!(percent(280, 300), "93.3 %");
        assert_eq!(against(3, 5, Lang::Zh), "比上期 -2");
        assert_eq!(against(1_005, 5, Lang::En), "against before: +1,000");
    }

    #[test]
    fn a_number_of_a_unit_opens_what_that_unit_leads() {
        let days = (Date::constant(2026, 1, 1), Date::constant(2026, 1, 5));
        let own = Links::new(&Reach::Units(vec!["a".into(), "b".into()]), days, Lang::Zh);
        assert_eq!(own.count("in", 1).href, "/desk/cases?figure=in&from=2026-01-01&to=2026-01-05&owner=mine");
        let line = own.line(By::Unit, "a").line(By::Category, "-");
        assert!(line.count("in", 1).href.ends_with("&owner=a&category=-"));
        assert!(Links::frozen(days, Lang::Zh).count("in", 1).href.is_empty());
    }
}
