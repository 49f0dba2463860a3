//! 工单列表: cases within reach in the order of what is due, with filters in the address bar.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::header;
use duban_app::{
    AppError, CaseRow, Ctx, Figure, Page, SavedView,
    case::{
        assign::{self, Colleague},
        list,
    },
    figures, view as views,
};
use duban_domain::{
    Lang, Number, StaffId,
    case::{Phase, Waits},
    city::City,
    policy::{Action, Reach},
    request::{Channel, Kind, Privacy, Urgency},
};

use super::{
    filter::{Chip, Filter, due_word},
    kept::KeptView,
    numbers::Links,
    present::label_name,
    views::{choice, handlers, named, stages, tabs_of},
    way,
    words::{self, Choice, Choices, DueWords, cases, thousands},
};
use crate::frame::{
    Desk, PageResult, Shell, When, html,
    map::{MapPoint, MapView},
    see_other,
};

#[derive(Template)]
#[template(path = "desk/list.html")]
pub(super) struct ListPage {
    pub(super) s: Shell,
    pub(super) f: Filter,
    pub(super) heading: String,
    pub(super) tabs: Vec<Tab>,
    pub(super) chips: Vec<Chip>,
    pub(super) seek: super::seek::Form,
    /// What came in and went out today: name, number, its list.
    pub(super) today: Vec<(&'static str, String, String)>,
    pub(super) summary: String,
    pub(super) order_words: String,
    pub(super) newest: bool,
    pub(super) here: String,
    pub(super) by_due: String,
    pub(super) groups: Vec<Group>,
    pub(super) drops: Vec<Drop>,
    /// Steps that this member could do to several cases.
    pub(super) steps: Vec<&'static str>,
    pub(super) views: Vec<KeptView>,
    /// The filters, for keeping them.
    pub(super) query: String,
    pub(super) map: Option<MapView>,
    /// Rows that have no point and are on no map.
    pub(super) placeless: usize,
    /// The same list as a map or as a list.
    pub(super) other_way: String,
    pub(super) export: String,
    pub(super) first: Option<String>,
    pub(super) next: Option<String>,
    pub(super) place_words: String,
    pub(super) stages: Vec<Choice>,
    pub(super) labels: Vec<Choices>,
    pub(super) dues: Vec<Choice>,
    pub(super) handlers: Vec<Choice>,
    pub(super) waits: Vec<Choice>,
    pub(super) causes: Vec<Choice>,
    pub(super) units: Vec<Choices>,
    pub(super) divisions: Vec<Choices>,
    pub(super) categories: Vec<Choices>,
    pub(super) urgencies: Vec<Choice>,
    pub(super) kinds: Vec<Choice>,
    pub(super) channels: Vec<Choice>,
}

impl ListPage {
    /// Whether a step for several cases is offered.
    fn does(&self, step: &str) -> bool {
        self.steps.contains(&step)
    }
}

/// A view above the list.
pub(super) struct Tab {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) count: String,
    pub(super) now: bool,
    pub(super) must: bool,
}

/// Rows that are due on the same day.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) count: String,
    pub(super) late: bool,
    pub(super) rows: Vec<Row>,
}

/// One case.
pub(super) struct Row {
    pub(super) number: String,
    pub(super) grouped: String,
    pub(super) title: String,
    pub(super) place: String,
    pub(super) stage: String,
    pub(super) unit: String,
    pub(super) handler: String,
    pub(super) at: Option<When>,
    pub(super) due: DueWords,
    pub(super) tags: Vec<Tag>,
    pub(super) place_in_list: usize,
}

/// A tag: always a word.
pub(super) struct Tag {
    pub(super) words: String,
    pub(super) class: &'static str,
}

/// A filter that an empty list could do without.
pub(super) struct Drop {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) count: String,
}

/// What was asked for, loaded.
struct Loaded {
    page: Page,
    handlers: BTreeMap<StaffId, String>,
    colleagues: Vec<Colleague>,
    count: i64,
    tabs: Vec<(&'static str, String, i64)>,
    drops: Vec<(Chip, i64)>,
    today: Option<(i64, i64)>,
    views: Vec<SavedView>,
}

/// The list. A whole number in the search field goes straight to its case.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let filter = Filter::of(desk.visit.uri.query().unwrap_or(""));
    if let Ok(number) = filter.get("q").parse::<Number>() {
        return Ok(see_other(&format!("/desk/cases/{number}")));
    }
    let asked = filter.clone();
    let loaded = desk.run(move |ctx| load(ctx, &asked)).await?;
    let way = way::cookie(&filter, desk.site.options.secure_cookies);
    let mut page = html(&view(&desk, filter, loaded));
    if let Some(cookie) = way {
        page.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(page)
}

/// The list again, with what was typed to look for somebody and what is wrong with it.
pub(super) async fn again(desk: &Desk, filter: Filter, form: super::seek::Form) -> PageResult {
    let asked = filter.clone();
    let loaded = desk.run(move |ctx| load(ctx, &asked)).await?;
    Ok(html(&ListPage { seek: form, ..view(desk, filter, loaded) }))
}

fn load(ctx: &Ctx, filter: &Filter) -> Result<Loaded, AppError> {
    let query = |address: &str| {
        let other = Filter::of(address.split_once('?').map_or("", |(_, query)| query));
        other.asked(ctx)
    };
    let tabs = tabs_of(ctx);
    let of_tabs: Vec<_> = tabs.iter().map(|(_, address)| query(address)).collect();
    let (found, counts) = list::with_tabs(ctx, &filter.asked(ctx), &of_tabs)?;
    let tabs =
        tabs.into_iter().zip(counts).map(|((name, address), n)| (name, address.to_owned(), n)).collect();
    let mut drops: Vec<(Chip, i64)> = Vec::new();
    if found.page.rows.is_empty() {
        for chip in filter.chips(ctx.city(), ctx.lang) {
            let n = list::count(ctx, &query(&chip.without))?;
            drops.push((chip, n));
        }
        drops.retain(|(_, n)| *n > 0);
    }
    let colleagues = assign::of_reach(ctx, filter.get("unit"))?;
    Ok(Loaded {
        page: found.page,
        handlers: found.handlers,
        colleagues,
        count: found.count,
        tabs,
        drops,
        today: today(ctx)?,
        views: views::list(ctx)?,
    })
}

/// Taken in and closed today, for those who see figures.
fn today(ctx: &Ctx) -> Result<Option<(i64, i64)>, AppError> {
    if !ctx.who.can(Action::Figures) {
        return Ok(None);
    }
    let day = ctx.now.date(&ctx.city().zone);
    figures::of_day(ctx, day).map(Some)
}

fn view(desk: &Desk, f: Filter, loaded: Loaded) -> ListPage {
    let (s, lang) = (desk.shell(), desk.visit.lang);
    let city = &desk.site.app.city;
    let here = f.first();
    let by_due = loaded.page.rows.iter().all(|row| row.next_due.is_some())
        && f.query(city, s.now, desk.who.id).effective_order() == duban_app::Order::Due;
    ListPage {
        heading: heading(desk),
        tabs: loaded.tabs.into_iter().map(|(name, href, n)| tab(name, href, n, &here)).collect(),
        seek: super::seek::Form::of(desk, &f),
        chips: super::seek::named(desk, named(f.chips(city, lang), &f, &loaded.colleagues), &f),
        today: loaded.today.map(|sums| today_shown(&s, &desk.who.reach, sums)).unwrap_or_default(),
        summary: summary(&loaded.page, loaded.count, &s),
        order_words: if by_due {
            s.t("按到期，先到的在前", "By due time, soonest first")
        } else {
            s.t("按受理，新的在前", "By opening, newest first")
        }
        .to_owned(),
        newest: !by_due,
        by_due: f.with("sort", ""),
        steps: steps(desk, &loaded.page),
        views: loaded.views.into_iter().map(|view| KeptView::of(view, &desk.who, &here)).collect(),
        query: f.words(),
        placeless: loaded.page.rows.iter().filter(|row| row.point.is_none()).count(),
        other_way: f.with("view", if f.is_map() { "" } else { "map" }),
        map: f.is_map().then(|| map(desk, &s, &loaded.page.rows)),
        export: f.export(),
        first: (f.before() > 0).then(|| f.first()),
        next: loaded.page.next.map(|after| f.page(after, f.before() + super::filter::PAGE)),
        place_words: place_words(&f, &loaded.page, loaded.count, &s),
        drops: loaded
            .drops
            .into_iter()
            .map(|(chip, n)| Drop {
                name: format!("{}{}{}", chip.name, lang.t("：", ": "), chip.value),
                href: chip.without,
                count: cases(n, lang),
            })
            .collect(),
        groups: groups(desk, &s, &loaded.page.rows, &loaded.handlers, by_due),
        handlers: handlers(&f, loaded.colleagues, lang),
        causes: city.reasons.causes.iter().map(|cause| choice(&cause.key, cause.name.get(lang))).collect(),
        waits: Waits::ALL.iter().map(|w| choice(w.key(), w.word(lang))).collect(),
        stages: stages(lang),
        labels: labels(city, lang),
        dues: ["overdue", "today", "week"].iter().map(|key| choice(key, due_word(key, lang))).collect(),
        units: words::every_unit(city, lang),
        divisions: words::division_choices(city, lang),
        categories: words::every_category(city, lang),
        urgencies: Urgency::ALL.iter().map(|u| choice(u.key(), u.word(lang))).collect(),
        kinds: Kind::ALL.iter().map(|k| choice(k.key(), k.word(lang))).collect(),
        channels: Channel::ALL.iter().map(|c| choice(c.key(), c.word(lang))).collect(),
        here,
        f,
        s,
    }
}

/// The city's labels, under their stages.
fn labels(city: &City, lang: Lang) -> Vec<Choices> {
    let under = |phase: &Phase| {
        let of = city.labels.iter().filter(|label| label.phase == *phase);
        let list: Vec<Choice> = of.map(|label| choice(&label.key, label.name.get(lang))).collect();
        (!list.is_empty()).then(|| Choices { head: phase.word(lang).to_owned(), list })
    };
    Phase::ALL.iter().filter_map(under).collect()
}

/// The figures count by lead unit, so their lists do too.
fn today_shown(
    s: &Shell,
    reach: &Reach,
    (received, closed): (i64, i64),
) -> Vec<(&'static str, String, String)> {
    let day = s.now.date(&s.zone);
    let links = Links::new(reach, (day, day), s.lang);
    let list = |figure: Figure| links.days(figure, day, day);
    vec![
        (s.lang.t("今天收", "In today"), thousands(received), list(Figure::In)),
        (s.lang.t("今天办结", "Closed today"), thousands(closed), list(Figure::Closed)),
    ]
}

fn heading(desk: &Desk) -> String {
    let lang = desk.visit.lang;
    match desk.who.reach {
        Reach::All => lang.t("全市工单", "All cases").to_owned(),
        _ => words::unit_name(&desk.site.app.city, &desk.who.unit, lang),
    }
}

fn tab(name: &str, href: String, n: i64, here: &str) -> Tab {
    let count = if n >= list::COUNT_MAX { format!("{}+", thousands(list::COUNT_MAX)) } else { thousands(n) };
    Tab { name: name.to_owned(), now: href == here, must: n > 0 && href.contains("overdue"), href, count }
}

pub(super) fn counted(n: i64, s: &Shell) -> String {
    match n >= list::COUNT_MAX {
        true => format!("{} {}", s.t("超过", "more than"), cases(list::COUNT_MAX, s.lang)),
        false => cases(n, s.lang),
    }
}

fn summary(page: &Page, count: i64, s: &Shell) -> String {
    let late = page
        .rows
        .iter()
        .filter(|row| row.closed_at.is_none() && row.answered_at.is_none() && row.finish_due < s.now)
        .count();
    let all = counted(count, s);
    if late == 0 {
        all
    } else {
        format!(
            "{all} · {} {}",
            s.t("本页过了办结时限", "on this page past the due time to finish"),
            cases(i64::try_from(late).unwrap_or(0), s.lang)
        )
    }
}

fn place_words(f: &Filter, page: &Page, count: i64, s: &Shell) -> String {
    let (from, n) = (f.before(), i64::try_from(page.rows.len()).unwrap_or(0));
    format!("{}–{} · {} {}", thousands(from + 1), thousands(from + n), s.t("共", "of"), counted(count, s))
}

/// Steps for several cases: what the role includes, for rows that are there.
fn steps(desk: &Desk, page: &Page) -> Vec<&'static str> {
    let all = [
        (Action::Sign, "sign"),
        (Action::Note, "note"),
        (Action::Classify, "urgency"),
        (Action::Dispatch, "dispatch"),
    ];
    let may = |(action, _): &(Action, &str)| !page.rows.is_empty() && desk.who.can(*action);
    all.into_iter().filter(may).map(|(_, step)| step).collect()
}

/// The rows of the list as dots, each with its place in the list.
fn map(desk: &Desk, s: &Shell, rows: &[CaseRow]) -> MapView {
    let dot = |(at, row): (usize, &CaseRow)| {
        let state = match (row.closed_at, row.answered_at) {
            (Some(_), _) => "done",
            (None, None) if row.finish_due < s.now => "late",
            _ => "near",
        };
        let href = format!("/desk/cases/{}", row.number);
        Some(MapPoint::plain(row.point?, &(at + 1).to_string(), state, href))
    };
    let dots: Vec<MapPoint> = rows.iter().enumerate().filter_map(dot).collect();
    MapView::new(&desk.site.app.city, s.lang, None).tall().around(dots)
}

/// Rows under the heads of their days. Late ones stand together, whatever day they were due on, and
/// so do those that were answered and wait for their review.
fn groups(
    desk: &Desk,
    s: &Shell,
    rows: &[CaseRow],
    handlers: &BTreeMap<StaffId, String>,
    by_due: bool,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let (name, late) = head(s, row, by_due);
        if groups.iter().all(|group| group.name != name) {
            groups.push(Group { name: name.clone(), count: String::new(), late, rows: Vec::new() });
        }
        if let Some(group) = groups.iter_mut().find(|group| group.name == name) {
            let handler = row.handler.and_then(|id| handlers.get(&id)).map_or("", String::as_str);
            group.rows.push(Row { place_in_list: at + 1, ..one(desk, s, row, handler) });
            group.count = cases(i64::try_from(group.rows.len()).unwrap_or(0), s.lang);
        }
    }
    groups
}

/// Answered, so its time no longer runs: what is left is the reviewer's.
fn waits_for_review(row: &CaseRow) -> bool {
    row.phase == Phase::InReview && row.answered_at.is_some()
}

fn head(s: &Shell, row: &CaseRow, by_due: bool) -> (String, bool) {
    let at = row.next_due.filter(|_| by_due).unwrap_or(row.opened_at);
    if by_due && at < s.now && waits_for_review(row) {
        return (row.phase.word(s.lang).to_owned(), false);
    }
    if by_due && at < s.now {
        return (
            s.t("过了时限（签收、联系或办结）", "Past due (to sign, contact or finish)").to_owned(),
            true,
        );
    }
    let when = s.when(&at);
    let relative = !when.day.starts_with(|c: char| c.is_ascii_digit());
    let date = match s.lang {
        Lang::Zh => when
            .full
            .split_once('年')
            .and_then(|(_, rest)| rest.rsplit_once(' '))
            .map_or("", |(date, _)| date),
        Lang::En => when
            .full
            .rsplit_once(", ")
            .and_then(|(date, _)| date.rsplit_once(' '))
            .map_or("", |(date, _)| date),
    };
    (if relative { format!("{} {date}", when.day) } else { format!("{} {}", when.day, when.weekday) }, false)
}

fn one(desk: &Desk, s: &Shell, row: &CaseRow, handler: &str) -> Row {
    let (city, lang) = (&desk.site.app.city, s.lang);
    let assists = matches!(&desk.who.reach, Reach::Units(units) if !units.contains(&row.owner));
    let unit = words::unit_name(city, &row.owner, lang);
    let asked = Filter::of(desk.visit.uri.query().unwrap_or(""));
    let scored = matches!(asked.get("figure"), "score" | "rated");
    let closed = DueWords {
        words: String::new(),
        bare: row.ending.map(|e| e.word(lang).to_owned()).unwrap_or_default(),
        class: "due-done",
    };
    let waiting =
        DueWords { words: String::new(), bare: s.t("待审核", "to review").to_owned(), class: "" };
    Row {
        number: row.number.to_string(),
        grouped: row.number.grouped(),
        title: row.title.clone(),
        place: words::place_line(city, row.division.as_deref(), &row.place_words, lang),
        stage: row.phase.word(lang).to_owned(),
        unit: if assists { format!("{} {unit}", s.t("协办", "Assisting")) } else { unit },
        handler: handler.to_owned(),
        at: row.next_due.or(row.closed_at).map(|at| s.when(&at)),
        due: match row.next_due {
            Some(_) if waits_for_review(row) => waiting,
            Some(due) => DueWords::of(city, due, s.now, lang),
            None => closed,
        },
        tags: tags(city, s, row, scored),
        place_in_list: 0,
    }
}

fn tags(city: &City, s: &Shell, row: &CaseRow, scored: bool) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut add = |words: String, class| tags.push(Tag { words, class });
    if matches!(row.urgency, Urgency::Critical | Urgency::Urgent) {
        add(row.urgency.word(s.lang).to_owned(), words::urgency_class(row.urgency));
    }
    if let Some(key) = row.label.as_deref() {
        add(label_name(city, key, s.lang), "");
    }
    for waits in Waits::ALL.iter().filter(|waits| row.waits & waits.code() != 0) {
        add(waits.word(s.lang).to_owned(), "tag-warn");
    }
    if row.round > 1 {
        add(
            match s.lang {
                Lang::Zh => format!("第 {} 轮", row.round),
                Lang::En => format!("round {}", row.round),
            },
            "tag-warn",
        );
    }
    if row.voices > 1 {
        add(
            match s.lang {
                Lang::Zh => format!("{} 人同诉", row.voices),
                Lang::En => format!("{} voices", row.voices),
            },
            "tag-warn",
        );
    }
    if let Some(points) = row.score.filter(|_| scored) {
        add(format!("{points} {}", s.t("分", "points")), "tag-info");
    }
    if row.privacy == Privacy::Confidential {
        add(row.privacy.word(s.lang).to_owned(), "");
    }
    tags
}
