//! 说一件事: the one form of residents. No category is asked, and whatever is wrong, nothing typed
//! is lost.

use askama::Template;
use axum::{
    extract::State,
    http::{
        HeaderMap,
        header::{self, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use duban_app::{App, AppError, photo_place};
use duban_domain::{
    Lang, Stamp,
    city::City,
    dispatch::{Matter, Proposal, propose},
    place::{Point, judge},
    request::{Kind, Urgency},
    sensitive, text,
};

use super::{
    Fault,
    answers::{self, Ready},
    fault_of,
    handin::{Handed, Typed, hand_in, warning},
    next_steps, place_name, text_or,
};
use crate::{
    frame::{
        Fields, PageResult, Shell, Site, Visit, WebError, cookies,
        fields::cut,
        html,
        map::MapView,
        page::{html_again, nonce},
        see_other,
    },
    questions::{self, Asking, QuestionsFragment},
};

#[derive(Template)]
#[template(path = "resident/report.html")]
pub(super) struct ReportPage {
    s: Shell,
    form: Typed,
    faults: Vec<Fault>,
    example: String,
    place_hint: String,
    danger: Option<String>,
    danger_words: String,
    map: MapView,
    divisions: Vec<Group>,
    listed: bool,
    preview_what: String,
    preview_place: String,
    next: Vec<(String, String)>,
    ground: String,
    masked: String,
    warn: String,
    asking: Asking,
    /// What may answer it already.
    ready: Ready,
}

/// A county-level division with its streets and towns.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) options: Vec<Choice>,
}

pub(super) struct Choice {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) here: bool,
}

/// `GET /report`, with `?text=` from wherever somebody began to write.
pub(crate) async fn page(State(site): State<Site>, visit: Visit) -> PageResult {
    let typed = Typed::of(&Fields::of_query(visit.uri.query().unwrap_or("")));
    Ok(html(&ReportPage::begin(&site, &visit, typed).await?))
}

/// `POST /report`: from the first page the text is carried over; from the form itself it is handed in.
pub(crate) async fn post(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> PageResult {
    if fields.opt("carry").is_some() {
        return Ok(html(&ReportPage::begin(&site, &visit, Typed::of(&fields)).await?));
    }
    let (lang, typed) = (visit.lang, Typed::of(&fields));
    match site.run(move |app| hand_in(app, &fields, lang)).await? {
        Ok(handed) => Ok(received(&site, &headers, &handed)),
        Err(faults) => Ok(html_again(&ReportPage::on(&site, &visit, typed, faults).await?)),
    }
}

/// On to the page of the matter, which this browser may now open.
fn received(site: &Site, headers: &HeaderMap, handed: &Handed) -> Response {
    let asked = if handed.asked { "&asked=1" } else { "" };
    let mut response = see_other(&format!("/track/{}?new=1{asked}", handed.number));
    response
        .headers_mut()
        .append(SET_COOKIE, cookies::with_pass(headers, &handed.pass, site.options.secure_cookies));
    response
}

impl ReportPage {
    /// A fresh form with a nonce, so that sending it twice counts once.
    async fn begin(site: &Site, visit: &Visit, mut typed: Typed) -> Result<Self, WebError> {
        typed.nonce = nonce(site);
        Self::on(site, visit, typed, Vec::new()).await
    }

    /// The city's rules read every word: that is not for a thread that others wait for.
    async fn on(site: &Site, visit: &Visit, typed: Typed, faults: Vec<Fault>) -> Result<Self, WebError> {
        let s = visit.shell(site);
        site.run(move |app| Self::new(s, &app.city, typed, faults).around(app)).await
    }

    /// With the objects around the point that was chosen, and with what is answered already.
    fn around(mut self, app: &App) -> Result<Self, AppError> {
        let at = questions::point(&self.form.lng, &self.form.lat);
        self.asking = std::mem::take(&mut self.asking).around(app, at, &self.form.given, self.s.lang)?;
        self.map = self.map.drawing(self.asking.drawn());
        self.ready = answers::ready(app, &self.form, &self.s)?;
        Ok(self)
    }

    pub(super) fn new(s: Shell, city: &City, mut form: Typed, faults: Vec<Fault>) -> Self {
        let lang = s.lang;
        if form.way.is_empty() {
            "words".clone_into(&mut form.way);
        }
        let proposal = proposal(s.now, city, &form);
        let urgency = if form.text.is_empty() { Urgency::Normal } else { proposal.urgency };
        let (next, ground) = next_steps(city, urgency, proposal.kind.unwrap_or(Kind::Help), lang);
        Self {
            example: text_or(city, "home.example", lang, "").to_owned(),
            place_hint: text_or(
                city,
                "report.place",
                lang,
                lang.t("写清路名、门牌或附近的店名。", "A road, a house number or a shop nearby."),
            )
            .to_owned(),
            danger: danger(&proposal),
            danger_words: danger_words(city),
            map: map(city, &form, lang),
            divisions: groups(city, &form.division, lang),
            listed: city.settings.public_listing,
            preview_what: preview_what(city, &proposal, &s),
            preview_place: preview_place(city, &form, &s),
            next,
            ground,
            masked: match form.text.is_empty() {
                true => s
                    .t(
                        "写了以后，这里是别人看到的样子。",
                        "When you have written, this is how others read it.",
                    )
                    .to_owned(),
                false => sensitive::mask(&form.text),
            },
            warn: warn(&form.text, lang),
            asking: asking(city, &proposal, &form, lang),
            ready: Ready::default(),
            form,
            faults,
            s,
        }
    }

    fn fault(&self, field: &str) -> Option<&str> {
        fault_of(&self.faults, field)
    }
}

/// What the city's rules make of it so far; shown, never asked.
pub(super) fn proposal(now: Stamp, city: &City, form: &Typed) -> Proposal {
    let said = cut(&form.text, text::TEXT_MAX);
    let title = text::title_of(said);
    let division = city.division(&form.division).map(|d| d.code.as_str());
    propose(
        city,
        &Matter {
            title: &title,
            text: said,
            category: None,
            division,
            place_words: cut(&form.place, text::LINE_MAX),
            kind: None,
            details: &[],
            at: now,
        },
    )
}

/// What the kind of matter asks; with the answers of a form that asked it, and what is wrong with them.
fn asking(city: &City, proposal: &Proposal, form: &Typed, lang: Lang) -> Asking {
    let category = proposal.category.as_deref().filter(|_| !form.text.is_empty());
    let judged = category.is_some_and(|key| key == form.asked);
    Asking::of(city, category, &form.given, judged, lang)
}

/// `POST /report/questions`: what is asked besides, while one writes; nothing is kept.
pub(crate) async fn questions(State(site): State<Site>, visit: Visit, fields: Fields) -> PageResult {
    let (s, typed) = (visit.shell(&site), Typed::of(&fields));
    let shown = move |app: &App| {
        let proposal = proposal(s.now, &app.city, &typed);
        let at = questions::point(&typed.lng, &typed.lat);
        let asking = asking(&app.city, &proposal, &typed, s.lang).around(app, at, &typed.given, s.lang)?;
        Ok(QuestionsFragment { asking, s })
    };
    Ok(html(&site.run(shown).await?))
}

/// The word of danger that somebody wrote, as the city's table has it.
fn danger(proposal: &Proposal) -> Option<String> {
    (proposal.urgency == Urgency::Critical).then(|| proposal.urgency_because.first().cloned()).flatten()
}

/// Words that alone make a matter critical, for the island that watches while one writes.
fn danger_words(city: &City) -> String {
    let rows =
        city.urgency_words.iter().filter(|row| row.urgency == Urgency::Critical && row.words.all.is_empty());
    let words: Vec<&str> = rows.flat_map(|row| row.words.any.iter().map(String::as_str)).collect();
    serde_json::to_string(&words).unwrap_or_default()
}

/// `POST /report/preview`: what others would read, while one writes; nothing is kept.
pub(crate) async fn preview(visit: Visit, fields: Fields) -> Response {
    let said = cut(fields.get("text"), text::TEXT_MAX);
    let shown = serde_json::json!({"words": sensitive::mask(said), "warn": warn(said, visit.lang)});
    ([(header::CONTENT_TYPE, "application/json")], shown.to_string()).into_response()
}

/// `POST /report/photo-place`: where a photo says that it was taken, if that is in the city. The photo
/// itself is not kept; its beginning is enough.
pub(crate) async fn photo_place(State(site): State<Site>, visit: Visit, fields: Fields) -> Response {
    let (city, lang) = (&site.app.city, visit.lang);
    let taken = photo_place::taken_at(fields.head("photo", photo_place::HEAD_BYTES_MAX));
    let place = taken.and_then(|at| judge(at.lng(), at.lat(), &city.bounds).ok());
    let near = |at: Point| {
        let named = city.places.iter().filter_map(|p| Some((p.name.get(lang), p.point?)));
        let named = named.chain(city.divisions.iter().filter_map(|d| Some((d.name.get(lang), d.point?))));
        named.min_by(|a, b| a.1.metres_to(at).total_cmp(&b.1.metres_to(at))).map_or("", |(name, _)| name)
    };
    let found = place.map_or(serde_json::Value::Null, |at| {
        serde_json::json!({"lng": format!("{:.6}", at.lng()), "lat": format!("{:.6}", at.lat()), "near": near(at)})
    });
    ([(header::CONTENT_TYPE, "application/json")], found.to_string()).into_response()
}

/// What in a text is masked in public; nothing when nothing is.
fn warn(said: &str, lang: Lang) -> String {
    let signs = sensitive::signs(cut(said, text::TEXT_MAX));
    if signs.is_empty() { String::new() } else { warning(&signs, lang) }
}

fn map(city: &City, form: &Typed, lang: Lang) -> MapView {
    let near = questions::point(&form.lng, &form.lat).or_else(|| city.division(&form.division)?.point);
    MapView::new(city, lang, near).picking("lng", "lat").tall()
}

/// Divisions to choose from, the streets and towns of each county together.
pub(super) fn groups(city: &City, chosen: &str, lang: Lang) -> Vec<Group> {
    let choice = |d: &duban_domain::city::Division, name: String| Choice {
        here: d.code == chosen,
        code: d.code.clone(),
        name,
    };
    let group = |county: &duban_domain::city::Division| {
        let name = county.name.get(lang);
        let whole = match lang {
            Lang::Zh => format!("{name}（不清楚哪条街道）"),
            Lang::En => format!("{name} (street not known)"),
        };
        let towns = city.divisions.iter().filter(|d| d.parent.as_deref() == Some(&county.code));
        let options = std::iter::once(choice(county, whole))
            .chain(towns.map(|d| choice(d, d.name.get(lang).to_owned())))
            .collect();
        Group { name: name.to_owned(), options }
    };
    city.divisions.iter().filter(|d| d.parent.is_none()).map(group).collect()
}

fn preview_what(city: &City, proposal: &Proposal, s: &Shell) -> String {
    let name = proposal.category.as_deref().and_then(|key| city.category(key)).map(|c| c.name.get(s.lang));
    name.unwrap_or_else(|| s.t("哪一类事（例如“路灯”）", "The kind of matter, such as “street lamps”"))
        .to_owned()
}

fn preview_place(city: &City, form: &Typed, s: &Shell) -> String {
    let place =
        if form.division.is_empty() { String::new() } else { place_name(city, &form.division, s.lang) };
    let place = if place.is_empty() {
        s.t("大致在哪儿（哪条街道，约一百米）", "Roughly where (the street, to about 100 m)").to_owned()
    } else {
        place
    };
    match s.lang {
        Lang::Zh => {
            format!("{place}；{}有人反映，办到哪一步，单位怎么公开答复。", s.when(&s.now).day)
        }
        Lang::En => {
            format!("{place}; told {}, its state, and the public answer of the unit.", s.when(&s.now).day)
        }
    }
}
