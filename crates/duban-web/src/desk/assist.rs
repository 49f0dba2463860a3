//! Suggestions while an operator listens: category, unit, urgency, deadlines, places, earlier cases.
//!
//! Suggestions only: nothing is decided here, and what is saved is decided anew by the rules. The
//! words that decided always stand beside what they decided.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use duban_app::{AppError, CaseRow, Ctx, call, case::list, gazetteer, triage::Asked};
use duban_domain::{
    Lang,
    city::{City, Landmark},
    deadline::{self, clocks},
    dispatch::{Matter, Proposal, WordTest, propose},
    person::Phone,
    place::judge,
    request::{Kind, Urgency},
    text,
};
use serde_json::json;

use super::{
    learned::Learned,
    ready::{self, Answer},
    same::{self, Alike},
    words::{because_words, division_path, unit_name, urgency_class},
};
use crate::{
    frame::{Desk, Fields, PageResult, Shell, When, fields::cut, html},
    questions::{self, Asking, QuestionsFragment},
};

/// Suggestions of one kind that are shown.
const SHOWN_MAX: usize = 3;
/// Places that are shown.
const PLACES_MAX: usize = 4;
/// How far around the pin known places are looked for, in metres, and how many divisions are named.
const AROUND_M: f64 = 3_000.0;
const AROUND_MAX: usize = 2;

/// Everything that can be suggested for what was typed so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Assist {
    pub(super) categories: Vec<Suggestion>,
    pub(super) unit: String,
    pub(super) assisting: String,
    pub(super) reason: String,
    pub(super) because: Vec<String>,
    pub(super) urgency: String,
    pub(super) urgency_class: &'static str,
    pub(super) urgency_reason: String,
    pub(super) urgency_because: Vec<String>,
    /// The rules raised the urgency, and whether the operator took that back.
    pub(super) raised: String,
    pub(super) taken_back: bool,
    pub(super) kind: String,
    pub(super) dues: Vec<Due>,
    pub(super) places: Vec<Place>,
    /// Known places around the pin, while no division is chosen.
    pub(super) around: Vec<Place>,
    pub(super) earlier: Vec<Earlier>,
    pub(super) has_phone: bool,
    pub(super) readback: String,
    /// What the knowledge base answers at once.
    pub(super) ready: Vec<Answer>,
    /// Cases that it may be about.
    pub(super) same: Vec<Alike>,
    /// What the category asks, the chosen one or the one that the words point to.
    pub(super) asking: Asking,
    /// What closed cases taught.
    pub(super) learned: Learned,
}

/// A category that the words point to.
#[derive(Clone, Debug)]
pub(super) struct Suggestion {
    pub(super) name: String,
    pub(super) set: String,
    pub(super) percent: usize,
    pub(super) width: usize,
    pub(super) words: Vec<String>,
}

/// A deadline that would apply.
#[derive(Clone, Debug)]
pub(super) struct Due {
    pub(super) name: String,
    pub(super) at: When,
    pub(super) span: String,
}

/// A place of the gazetteer.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) division: String,
    pub(super) set: String,
    pub(super) note: String,
}

/// An earlier case of the caller.
#[derive(Clone, Debug)]
pub(super) struct Earlier {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) stage: String,
    pub(super) when: When,
}

#[derive(Template)]
#[template(path = "desk/assist.html")]
pub(super) struct SideFragment {
    pub(super) s: Shell,
    pub(super) a: Assist,
}

#[derive(Template)]
#[template(path = "desk/assist_read.html")]
pub(super) struct ReadFragment {
    pub(super) s: Shell,
    pub(super) a: Assist,
}

#[derive(Template)]
#[template(path = "desk/assist_due.html")]
pub(super) struct DueFragment {
    pub(super) s: Shell,
    pub(super) a: Assist,
}

/// A fragment of the page for what was typed so far.
pub(crate) async fn fragment(desk: Desk, fields: Fields) -> PageResult {
    let part = Fields::of_query(desk.visit.uri.query().unwrap_or("")).get("part").to_owned();
    let a = suggest(&desk, &fields, part.is_empty()).await?;
    let s = desk.shell();
    let response: Response = match part.as_str() {
        "read" => html(&ReadFragment { s, a }),
        "due" => html(&DueFragment { s, a }),
        "ask" => html(&QuestionsFragment { s, asking: a.asking }),
        _ => html(&SideFragment { s, a }),
    };
    Ok(response)
}

/// What can be suggested. Earlier cases are looked up only where they are shown.
pub(super) async fn suggest(
    desk: &Desk,
    fields: &Fields,
    with_caller: bool,
) -> Result<Assist, crate::frame::WebError> {
    let phone = Phone::parse(fields.get("phone")).ok().flatten().filter(|_| with_caller);
    let call = fields.opt("call").filter(|_| with_caller).map(super::calls::pop::id).transpose()?;
    let has_phone = phone.is_some() || call.is_some();
    let rows = match (phone, call) {
        (Some(phone), _) => desk.run(move |ctx| earlier(ctx, &phone)).await?,
        // A number that was typed goes before the call's own.
        (None, Some(call)) => desk.run(move |ctx| Ok(call::caller(ctx, call)?.earlier)).await?,
        (None, None) => Vec::new(),
    };
    let s = desk.shell();
    let typed = cut(fields.get("place"), text::LINE_MAX).to_owned();
    let found = desk.run(move |ctx| gazetteer::find(&ctx.app, &typed, PLACES_MAX)).await?;
    let mut assist = of_rules(&desk.site.app.city, &s, fields);
    assist.places = found.iter().map(|place| one_place(&desk.site.app.city, place, s.lang)).collect();
    assist.has_phone = has_phone;
    if with_caller {
        assist.learned = learned(desk, fields);
        assist.ready = ready::answers(desk, fields).await?;
        assist.same = same::candidates(desk, fields).await?;
    }
    let (asking, given) = (std::mem::take(&mut assist.asking), questions::given(fields));
    let at = questions::point(fields.get("lng"), fields.get("lat"));
    assist.asking = desk.run(move |ctx| asking.around(&ctx.app, at, &given, s.lang)).await?;
    assist.earlier = rows
        .iter()
        .map(|row| Earlier {
            number: row.number.to_string(),
            title: row.title.clone(),
            stage: row.phase.word(s.lang).to_owned(),
            when: s.when(&row.opened_at),
        })
        .collect();
    Ok(assist)
}

/// What closed cases taught about what was typed so far.
fn learned(desk: &Desk, fields: &Fields) -> Learned {
    let (app, s) = (&desk.site.app, desk.shell());
    let chosen = category(&app.city, &s, fields);
    let asked = Asked {
        title: "",
        text: cut(fields.get("text"), text::TEXT_MAX),
        division: fields.opt("division"),
        category: chosen.as_deref(),
    };
    Learned::of(app, &asked, s.lang)
}

fn earlier(ctx: &Ctx, phone: &Phone) -> Result<Vec<CaseRow>, AppError> {
    list::of_caller(ctx, phone)
}

/// Everything that needs no database.
fn of_rules(city: &City, s: &Shell, fields: &Fields) -> Assist {
    let said = cut(fields.get("text"), text::TEXT_MAX);
    let title = text::title_of(said);
    let matter = matter(city, s, fields, &title, said);
    let around = around(city, fields, s.lang);
    if said.is_empty() {
        return Assist { around, ..Assist::default() };
    }
    let proposal = propose(city, &matter);
    let free = propose(city, &Matter { category: None, ..matter });
    let urgency = Urgency::from_key(fields.get("urgency")).unwrap_or(proposal.urgency);
    let kind = proposal.kind.unwrap_or(Kind::Help);
    let assisting: Vec<String> = proposal.assisting.iter().map(|key| unit_name(city, key, s.lang)).collect();
    Assist {
        categories: categories(city, &free, said, s.lang),
        unit: unit_name(city, &proposal.unit, s.lang),
        assisting: assisting.join(s.t("、", ", ")),
        reason: proposal.reason.get(s.lang).to_owned(),
        because: because_words(city, &proposal.because, s.lang),
        urgency: if urgency == Urgency::Normal { String::new() } else { urgency.word(s.lang).to_owned() },
        urgency_class: urgency_class(urgency),
        urgency_reason: proposal
            .urgency_reason
            .as_ref()
            .map(|r| r.get(s.lang).to_owned())
            .unwrap_or_default(),
        urgency_because: proposal.urgency_because.clone(),
        raised: if proposal.urgency < Urgency::Normal {
            proposal.urgency.word(s.lang).to_owned()
        } else {
            String::new()
        },
        taken_back: urgency != proposal.urgency,
        kind: kind.word(s.lang).to_owned(),
        dues: dues(city, s, urgency, kind),
        readback: readback(city, fields, &title, s.lang),
        asking: asking(city, fields, &proposal, s.lang),
        around,
        ..Assist::default()
    }
}

fn asking(city: &City, fields: &Fields, proposal: &Proposal, lang: Lang) -> Asking {
    let category = proposal.category.as_deref();
    let judged = category.is_some_and(|key| key == fields.get("asked"));
    Asking::of(city, category, &questions::given(fields), judged, lang)
}

/// The category that decides what is asked: the chosen one, or the one that the words point to.
pub(super) fn category(city: &City, s: &Shell, fields: &Fields) -> Option<String> {
    let said = cut(fields.get("text"), text::TEXT_MAX);
    let title = text::title_of(said);
    propose(city, &matter(city, s, fields, &title, said)).category
}

fn matter<'a>(city: &City, s: &Shell, fields: &'a Fields, title: &'a str, said: &'a str) -> Matter<'a> {
    Matter {
        title,
        text: said,
        category: fields.opt("category").filter(|key| city.category(key).is_some()),
        division: fields.opt("division").filter(|code| city.division(code).is_some()),
        place_words: cut(fields.get("place"), text::LINE_MAX),
        kind: Kind::from_key(fields.get("kind")),
        details: &[],
        at: s.now,
    }
}

/// Categories by the weight of their words in what was said; the rule's own choice stands first.
fn categories(city: &City, free: &Proposal, said: &str, lang: Lang) -> Vec<Suggestion> {
    let mut found: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
    for row in &city.category_words {
        let Some(words) = fitting(&row.words, said) else { continue };
        let weight = words.iter().map(|w| w.chars().count()).sum();
        let best = found.entry(&row.category).or_default();
        if weight > best.0 {
            *best = (weight, words);
        }
    }
    if let Some(key) = free.category.as_deref() {
        let top = found.values().map(|(weight, _)| *weight).max().unwrap_or(0) + 1;
        let known = found.entry(key).or_insert_with(|| (0, because_words(city, &free.because, lang)));
        known.0 = top;
    }
    let total: usize = found.values().map(|(weight, _)| weight).sum::<usize>().max(1);
    let mut all: Vec<_> = found.into_iter().collect();
    all.sort_by_key(|(_, (weight, _))| std::cmp::Reverse(*weight));
    let suggestion = |(key, (weight, words)): (&str, (usize, Vec<String>))| {
        let percent = weight * 100 / total;
        Suggestion {
            name: city.category_path(key, lang),
            set: json!({"category": key}).to_string(),
            percent,
            width: percent / 5 * 5,
            words,
        }
    };
    all.into_iter().take(SHOWN_MAX).map(suggestion).collect()
}

/// The words of a test that were said, when the test holds.
fn fitting(test: &WordTest, said: &str) -> Option<Vec<String>> {
    let has = |word: &&String| said.contains(word.as_str());
    if test.none.iter().any(|w| has(&w)) || !test.all.iter().all(|w| has(&w)) {
        return None;
    }
    let words: Vec<String> = test.all.iter().chain(test.any.iter().filter(has)).cloned().collect();
    (!words.is_empty() && (test.any.is_empty() || test.any.iter().any(|w| has(&w)))).then_some(words)
}

fn dues(city: &City, s: &Shell, urgency: Urgency, kind: Kind) -> Vec<Due> {
    let clocks = clocks(city, urgency, kind, s.now);
    let due = |name: &str, d: &deadline::Deadline| Due {
        name: name.to_owned(),
        at: s.when(&d.due),
        span: d.span.words(s.lang),
    };
    let mut dues = vec![due(s.t("签收", "Sign"), &clocks.sign)];
    dues.extend(clocks.contact.as_ref().map(|d| due(s.t("联系您", "Contact"), d)));
    dues.push(due(s.t("办结", "Answer"), &clocks.finish));
    dues
}

/// The division of the known places nearest to the pin, with how far they are. No more than a hint: there
/// are no outlines in a pack, so nobody but the operator can say in which division a pin lies.
fn around(city: &City, fields: &Fields, lang: Lang) -> Vec<Place> {
    let degrees = |name: &str| fields.get(name).parse::<f64>().unwrap_or(f64::NAN);
    let Ok(pin) = judge(degrees("lng"), degrees("lat"), &city.bounds) else { return Vec::new() };
    if fields.opt("division").is_some() {
        return Vec::new();
    }
    let far = |place: &Landmark| place.point.map(|point| point.metres_to(pin)).filter(|m| *m <= AROUND_M);
    let mut near: Vec<_> = city
        .places
        .iter()
        .filter_map(|place| Some((far(place)?, place, place.division.as_deref()?)))
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut seen = Vec::new();
    near.retain(|(_, _, code)| {
        !seen.contains(code) && {
            seen.push(*code);
            true
        }
    });
    near.truncate(AROUND_MAX);
    near.into_iter().map(|(metres, place, code)| around_one(city, metres, place, code, lang)).collect()
}

fn around_one(city: &City, metres: f64, place: &Landmark, code: &str, lang: Lang) -> Place {
    let (km, name, off) = (metres / 1_000.0, place.name.get(lang), f64::from(place.accuracy_m) / 1_000.0);
    let note = match lang {
        Lang::Zh => format!("离{name}约 {km:.1} 公里，那个点可能差 {off:.1} 公里"),
        Lang::En => format!("about {km:.1} km from {name}, a point that may be off by {off:.1} km"),
    };
    Place {
        name: division_path(city, code, lang),
        division: note,
        set: json!({"division": code}).to_string(),
        note: lang.t("推测", "a guess").to_owned(),
    }
}

fn one_place(city: &City, place: &Landmark, lang: Lang) -> Place {
    let mut set = json!({"place": place.name.get(lang)});
    if let Some(code) = &place.division {
        set["division"] = json!(code);
    }
    if let Some(point) = place.point {
        set["lng"] = json!(format!("{:.6}", point.lng()));
        set["lat"] = json!(format!("{:.6}", point.lat()));
    }
    let note = match (place.point, place.approximate) {
        (None, _) => lang.t("只知名称，没有坐标", "name only, no point"),
        (Some(_), true) => lang.t("坐标为估计", "point is estimated"),
        (Some(_), false) => "",
    };
    Place {
        name: place.name.get(lang).to_owned(),
        division: place.division.as_deref().map(|code| division_path(city, code, lang)).unwrap_or_default(),
        set: set.to_string(),
        note: note.to_owned(),
    }
}

/// One sentence that the operator reads to the caller.
fn readback(city: &City, fields: &Fields, title: &str, lang: Lang) -> String {
    let name = fields.get("name");
    let division = fields.opt("division").map(|code| division_path(city, code, lang)).unwrap_or_default();
    let place = [division.as_str(), fields.get("place")]
        .iter()
        .filter(|p| !p.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    let wanted = fields.get("wanted");
    match lang {
        Lang::Zh => {
            let who = if name.is_empty() { String::new() } else { format!("{name}，") };
            let place = if place.is_empty() { String::new() } else { format!("在{place}，") };
            let wanted = if wanted.is_empty() { String::new() } else { format!("；希望{wanted}") };
            format!("{who}您反映的是：{place}{title}{wanted}。对吗？")
        }
        Lang::En => {
            let who = if name.is_empty() { String::new() } else { format!("{name}, ") };
            let place = if place.is_empty() { String::new() } else { format!(" at {place}") };
            let wanted =
                if wanted.is_empty() { String::new() } else { format!(" You would like: {wanted}.") };
            format!("{who}you are telling us about this{place}: {title}.{wanted} Is that right?")
        }
    }
}
