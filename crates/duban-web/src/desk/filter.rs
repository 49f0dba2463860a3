//! The filters of the worklist: what the address says, as a query, as chips, and as other addresses.

use duban_app::{ByHand, CaseQuery, Ctx, Cursor, Figure, Order, case::seek};
use duban_domain::{
    CaseId, Lang, StaffId, Stamp,
    case::{Phase, Waits},
    city::City,
    request::{Channel, Kind, Urgency},
};
use jiff::civil::Date;

use super::words::{division_path, unit_name};
use crate::frame::Fields;

/// Rows of one page.
pub(crate) const PAGE: i64 = 50;
/// Where the worklist is.
pub(crate) const PATH: &str = "/desk/cases";
/// As an owner: whatever unit of one's own leads it.
pub(crate) const MINE: &str = "mine";
/// What only says where in the list one is.
const PLACE: [&str; 4] = ["after", "n", "lang", "done"];
/// Filters in the order in which their chips stand.
const NAMES: [&str; 18] = [
    "q", "who", "stage", "label", "waits", "tasks", "handler", "cause", "due", "figure", "unit", "owner",
    "division", "category", "urgency", "kind", "channel", "from",
];

/// The filters of an address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pairs: Vec<(String, String)>,
}

/// A filter that is set, as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chip {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) without: String,
}

/// What a figure counts, as conditions of a list.
struct Counted {
    figure: Option<(Figure, Stamp, Stamp)>,
    overdue_at: Option<Stamp>,
    contact_overdue_at: Option<Stamp>,
}

impl Filter {
    pub(crate) fn of(query: &str) -> Self {
        let fields = Fields::of_query(query);
        Self {
            pairs: fields
                .pairs()
                .filter(|(_, v)| !v.trim().is_empty())
                .map(|(k, v)| (k.to_owned(), v.trim().to_owned()))
                .collect(),
        }
    }

    /// The first value of a filter; empty when it is not set.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str())
    }

    /// Whether a filter has a value; the stage that is meant when none is named counts too.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        match name {
            "stage" if self.get("stage").is_empty() => {
                value == if self.is_open_only() { "open" } else { "all" }
            }
            _ => self.pairs.iter().any(|(k, v)| k == name && v == value),
        }
    }

    /// Unless somebody searches or asks for a figure, a worklist is what is still to do.
    pub(crate) fn is_open_only(&self) -> bool {
        match self.get("stage") {
            // A cause is looked up in the past.
            "" if !self.get("cause").is_empty() => false,
            "" => ["q", "who", "figure"].iter().all(|name| self.get(name).is_empty()),
            stage => stage == "open",
        }
    }

    /// Whether the rows are shown on a map as well.
    pub(crate) fn is_map(&self) -> bool {
        self.get("view") == "map"
    }

    pub(crate) fn is_newest(&self) -> bool {
        self.get("sort") == "new"
    }

    /// The address with one filter set to a value, or without it when the value is empty.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        self.address(|k| k != name && !PLACE.contains(&k), &[(name, value)])
    }

    /// The address without one filter and what belongs to it.
    fn without(&self, name: &str) -> String {
        match name {
            // An open list is the usual one, so dropping it must say so.
            "stage" => self.with("stage", "all"),
            "figure" => self.address(|k| !matches!(k, "figure" | "from" | "to") && !PLACE.contains(&k), &[]),
            "from" => self.address(|k| !matches!(k, "from" | "to") && !PLACE.contains(&k), &[]),
            _ => self.with(name, ""),
        }
    }

    /// The address of the page that begins after a cursor.
    pub(crate) fn page(&self, after: Cursor, shown: i64) -> String {
        let cursor = format!("{}.{}", after.key, after.id.0);
        self.address(|k| !PLACE.contains(&k), &[("after", &cursor), ("n", &shown.to_string())])
    }

    /// The address of the first page.
    pub(crate) fn first(&self) -> String {
        self.address(|k| !PLACE.contains(&k), &[])
    }

    /// What is asked for, as an address says it; without the place in the list.
    pub(crate) fn words(&self) -> String {
        self.first().split_once('?').map_or(String::new(), |(_, query)| query.to_owned())
    }

    /// What is asked for and which page of it, as an address says it.
    pub(crate) fn place(&self) -> String {
        self.here().split_once('?').map_or(String::new(), |(_, query)| query.to_owned())
    }

    /// The address of this page of the list.
    pub(crate) fn here(&self) -> String {
        self.address(|k| !matches!(k, "lang" | "done"), &[])
    }

    /// Where this list is exported.
    pub(crate) fn export(&self) -> String {
        format!("/desk/export?{}", self.words())
    }

    fn address(&self, keep: impl Fn(&str) -> bool, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.pairs.iter().filter(|(k, _)| keep(k)));
        query.extend_pairs(more.iter().filter(|(_, v)| !v.is_empty()));
        let query = query.finish();
        if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
    }

    /// How many rows stand before this page.
    pub(crate) fn before(&self) -> i64 {
        self.get("n").parse().ok().filter(|n| (0..=1_000_000).contains(n)).unwrap_or(0)
    }

    /// The query of this member, with the person that a pass of theirs stands for.
    pub(crate) fn asked(&self, ctx: &Ctx) -> CaseQuery {
        let pass = self.get("who");
        let person = (!pass.is_empty()).then(|| seek::of_pass(ctx, pass));
        CaseQuery { person, ..self.query(ctx.city(), ctx.now, ctx.who.id) }
    }

    /// Without the person: a pass ends, so it is not kept.
    pub(crate) fn without_person(mut self) -> Self {
        self.pairs.retain(|(name, _)| name != "who");
        self
    }

    /// What is asked for as a record keeps it: that a person was asked for, and not who.
    pub(crate) fn recorded(&self) -> String {
        let who = if self.get("who").is_empty() { "" } else { "-" };
        Self::of(self.with("who", who).split_once('?').map_or("", |(_, query)| query)).words()
    }

    /// The query but for the person, as somebody asks it. What an address says wrongly does not restrict.
    pub(crate) fn query(&self, city: &City, now: Stamp, me: StaffId) -> CaseQuery {
        let text = |name| Some(self.get(name).to_owned()).filter(|v| !v.is_empty());
        let Counted { figure, overdue_at, contact_overdue_at } = self.figure(city, now);
        let due = self.due(city, now);
        CaseQuery {
            phases: self.phases(),
            unit: text("unit"),
            owner: text("owner").filter(|owner| owner != MINE),
            own_only: self.get("owner") == MINE,
            label: text("label"),
            category_prefix: text("category"),
            division_prefix: text("division"),
            urgency: Urgency::from_key(self.get("urgency")),
            kind: Kind::from_key(self.get("kind")),
            channel: Channel::from_key(self.get("channel")),
            opened: if figure.is_some() { None } else { self.period(city) },
            due,
            figure,
            overdue_at: overdue_at.or_else(|| (self.get("due") == "overdue").then_some(now)),
            contact_overdue_at,
            handler: self.handler(me),
            waits: Waits::from_key(self.get("waits")),
            task_news: (self.get("tasks") == "new").then_some(me),
            cause: text("cause"),
            words: text("q"),
            order: if self.is_newest() { Order::Newest } else { Order::Due },
            after: self.cursor(),
            limit: PAGE,
            ..CaseQuery::default()
        }
    }

    fn phases(&self) -> Vec<Phase> {
        let asked = |phase: &Phase| self.pairs.iter().any(|(k, v)| k == "stage" && v == phase.key());
        let named: Vec<Phase> = Phase::ALL.iter().copied().filter(asked).collect();
        match named.is_empty() && self.is_open_only() {
            true => Phase::ALL.iter().copied().filter(|p| *p != Phase::Closed).collect(),
            false => named,
        }
    }

    fn handler(&self, me: StaffId) -> Option<ByHand> {
        match self.get("handler") {
            "me" => Some(ByHand::Of(me)),
            "none" => Some(ByHand::Nobody),
            id => id.parse().ok().map(|id| ByHand::Of(StaffId(id))),
        }
    }

    fn cursor(&self) -> Option<Cursor> {
        let (key, id) = self.get("after").split_once('.')?;
        Some(Cursor { key: key.parse().ok()?, id: CaseId(id.parse().ok()?) })
    }

    fn date(&self, name: &str) -> Option<Date> {
        self.get(name).parse().ok()
    }

    /// From the first instant of one day to the first after another.
    fn period(&self, city: &City) -> Option<(Stamp, Stamp)> {
        let (from, to) = (self.date("from"), self.date("to"));
        if from.is_none() && to.is_none() {
            return None;
        }
        let first = from.map_or(Stamp(0), |date| Stamp::start_of(date, &city.zone));
        let last = to.map_or(Stamp(i64::MAX), |date| {
            Stamp::start_of(date.saturating_add(jiff::Span::new().days(1)), &city.zone)
        });
        Some((first, last))
    }

    /// What a figure counts; two of them count what is past its time already.
    fn figure(&self, city: &City, now: Stamp) -> Counted {
        let (from, to) = self.period(city).unwrap_or((Stamp(0), Stamp(i64::MAX)));
        let over = |figure| Some((figure, from, to));
        match self.get("figure") {
            "overdue" => {
                Counted { figure: over(Figure::Running), overdue_at: Some(now), contact_overdue_at: None }
            }
            "contact-overdue" => Counted {
                figure: over(Figure::ContactRunning),
                overdue_at: None,
                contact_overdue_at: Some(now),
            },
            key => Counted {
                figure: Figure::from_key(key).and_then(over),
                overdue_at: None,
                contact_overdue_at: None,
            },
        }
    }

    fn due(&self, city: &City, now: Stamp) -> Option<(Stamp, Stamp)> {
        // A day is not always 24 hours long: its end is the beginning of the next one.
        let today = now.date(&city.zone);
        let day = |n: i32| Stamp::start_of(today.saturating_add(jiff::Span::new().days(n)), &city.zone);
        match self.get("due") {
            "today" => Some((day(0), day(1))),
            "week" => Some((day(0), day(7))),
            _ => None,
        }
    }

    /// The filters that are set, each with the address without it.
    pub(crate) fn chips(&self, city: &City, lang: Lang) -> Vec<Chip> {
        NAMES
            .into_iter()
            .filter_map(|name| {
                let value = self.value(name, city, lang)?;
                Some(Chip { name: title(name, lang).to_owned(), value, without: self.without(name) })
            })
            .collect()
    }

    fn value(&self, name: &str, city: &City, lang: Lang) -> Option<String> {
        let raw = self.get(name);
        let known = |word: Option<&str>| word.map_or_else(|| raw.to_owned(), str::to_owned);
        let words = match name {
            "stage" if self.is_open_only() => lang.t("未办结", "not closed").to_owned(),
            "stage" if raw == "all" => return None,
            "from" => return self.dates(lang).filter(|_| self.get("figure").is_empty()),
            _ if raw.is_empty() => return None,
            "stage" => self.stages(lang),
            // Whoever may open the pass puts the words in.
            "who" => lang.t("已过期，请重新填", "no longer valid, type it again").to_owned(),
            "due" => due_word(raw, lang).to_owned(),
            "waits" => known(Waits::from_key(raw).map(|v| v.word(lang))),
            "handler" => handler_word(raw, lang).to_owned(),
            "tasks" => lang.t("我看过之后有变化", "changed since I looked").to_owned(),
            "cause" => super::case::cause_name(city, raw, lang),
            "figure" => format!(
                "{}{}",
                figure_word(raw, lang),
                self.dates(lang).map(|d| format!(" {d}")).unwrap_or_default()
            ),
            "owner" if raw == MINE => lang.t("本单位", "own units").to_owned(),
            "unit" | "owner" => unit_name(city, raw, lang),
            "division" | "category" if raw == "-" => lang.t("不详", "not known").to_owned(),
            "division" => {
                let code = raw.strip_prefix('=').unwrap_or(raw);
                known(Some(division_path(city, code, lang).as_str()).filter(|v| !v.is_empty()))
            }
            "category" => city.category_path(raw.strip_prefix('=').unwrap_or(raw), lang),
            "label" => super::present::label_name(city, raw, lang),
            "urgency" => known(Urgency::from_key(raw).map(|v| v.word(lang))),
            "kind" => known(Kind::from_key(raw).map(|v| v.word(lang))),
            "channel" => known(Channel::from_key(raw).map(|v| v.word(lang))),
            _ => raw.to_owned(),
        };
        Some(words)
    }

    fn stages(&self, lang: Lang) -> String {
        let all: Vec<&str> = self.phases().into_iter().map(|p| p.word(lang)).collect();
        all.join(lang.t("、", ", "))
    }

    fn dates(&self, lang: Lang) -> Option<String> {
        let (from, to) = (self.get("from"), self.get("to"));
        if from.is_empty() && to.is_empty() {
            return None;
        }
        Some(format!("{from} {} {to}", lang.t("至", "to")))
    }
}

fn title(name: &str, lang: Lang) -> &'static str {
    match name {
        "q" => lang.t("词", "Words"),
        "who" => lang.t("诉求人", "Person"),
        "stage" => lang.t("阶段", "Stage"),
        "label" => lang.t("标签", "Label"),
        "due" => lang.t("到期", "Due"),
        "waits" => lang.t("另有等待", "Waits for"),
        "handler" => lang.t("经办人", "Handler"),
        "tasks" => lang.t("子任务", "Tasks"),
        "cause" => lang.t("原因", "Cause"),
        "figure" => lang.t("数据", "Figure"),
        "unit" => lang.t("承办", "Unit"),
        "owner" => lang.t("主办", "Lead"),
        "division" => lang.t("辖区", "Division"),
        "category" => lang.t("类别", "Category"),
        "urgency" => lang.t("紧急程度", "Urgency"),
        "kind" => lang.t("类型", "Kind"),
        "channel" => lang.t("渠道", "Channel"),
        _ => lang.t("受理", "Opened"),
    }
}

/// The word of a handler filter; a name is put in by whoever knows it.
pub(crate) fn handler_word(key: &str, lang: Lang) -> &'static str {
    match key {
        "me" => lang.t("我", "me"),
        "none" => lang.t("没有指派", "nobody yet"),
        _ => lang.t("同事", "a colleague"),
    }
}

/// The word of a due filter.
pub(crate) fn due_word(key: &str, lang: Lang) -> &'static str {
    match key {
        "overdue" => lang.t("已逾期", "overdue"),
        "today" => lang.t("今天", "today"),
        _ => lang.t("七天内", "within 7 days"),
    }
}

/// The word of a figure.
pub(crate) fn figure_word(key: &str, lang: Lang) -> &'static str {
    match key {
        "in" => lang.t("收", "Received"),
        "closed" => lang.t("办结", "Closed"),
        "direct" => lang.t("当场答复", "Answered at once"),
        "on-time" => lang.t("按期答复", "Answered in time"),
        "late" => lang.t("逾期答复", "Answered late"),
        "running" => lang.t("到期未答", "Due, not answered"),
        "overdue" => lang.t("逾期未办", "Overdue and open"),
        "contact-ok" => lang.t("按时联系", "Contacted in time"),
        "contact-late" => lang.t("逾期联系", "Contacted late"),
        "contact-running" => lang.t("待联系", "To contact"),
        "contact-overdue" => lang.t("逾期未联系", "Contact overdue"),
        "solved" => lang.t("诉求人说解决了", "Solved, people say"),
        "unsolved" => lang.t("诉求人说没解决", "Not solved, people say"),
        "score" => lang.t("满意度得分", "Points of satisfaction"),
        _ => lang.t("有满意度评价", "Rated"),
    }
}

#[cfg(test)]
mod tests {
    use duban_app::notice::digest;
    use duban_testkit::{clock::MONDAY_NINE, world::World};

    use super::*;

    /// The number that somebody was mailed is the number that the list of its link counts.
    #[test]
    fn what_the_digest_counts_is_what_the_address_of_its_list_asks_for() {
        let world = World::sqlite();
        let mut kinds = std::collections::BTreeSet::new();
        for (role, unit) in [
            ("handler", "urban"),
            ("dispatcher", "hotline"),
            ("supervisor", "hotline"),
            ("reviewer", "hotline"),
        ] {
            let who = world.member(role, unit);
            for pile in digest::piles(world.city(), &who, MONDAY_NINE) {
                let asked = Filter::of(&pile.asks).query(world.city(), MONDAY_NINE, who.id);
                assert_eq!(asked, CaseQuery { limit: PAGE, ..pile.query }, "{}", pile.asks);
                kinds.insert(pile.name.1);
            }
        }
        assert_eq!(kinds.len(), 11, "{kinds:?}");
        assert!(
            digest::piles(world.city(), &world.member("administrator", "hotline"), MONDAY_NINE).is_empty()
        );
    }

    #[test]
    fn an_address_is_a_list_and_gives_other_addresses() {
        let filter = Filter::of("q=&unit=zz-power&after=5.7&n=50&stage=in-hand&stage=dispatched");
        assert_eq!(filter.phases(), [Phase::Dispatched, Phase::InHand]);
        assert_eq!(Filter::of("stage=in-hand&stage=in-hand").phases(), [Phase::InHand]);
        assert_eq!(filter.cursor(), Some(Cursor { key: 5, id: CaseId(7) }));
        assert_eq!(filter.with("unit", ""), "/desk/cases?stage=in-hand&stage=dispatched");
        assert_eq!(filter.without("stage"), "/desk/cases?unit=zz-power&stage=all");
        assert!(
            Filter::of("").is_open_only()
                && !Filter::of("q=a").is_open_only()
                && !Filter::of("figure=in").is_open_only()
        );
        assert_eq!(Filter::of("").phases().len(), 5);
        assert!(Filter::of("stage=all").phases().is_empty());
    }
}
