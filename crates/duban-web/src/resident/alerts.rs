//! 邮件提醒: a resident asks to be mailed what becomes public around a place, in a division or of a kind;
//! confirms it by the link in a mail; and sees, changes and ends it by another.
//!
//! No answer here depends on whether an address is known. A link is looked at with `GET` and acted on with
//! `POST`: programs that check mail open links, and must neither confirm nor end anything.

use askama::Template;
use axum::extract::{Path, State};
use duban_app::{
    gazetteer,
    watch::{self, Asked, Confirmed, Mine, Wanted},
};
use duban_domain::{
    Lang, WatchId,
    city::{City, Landmark},
    person::Mail,
    place::{Point, judge},
    text,
    watch::{Area, Pace, WatchRule},
};

use super::{
    Fault, fault_of,
    public::{Choice, Filter, tops},
    report::{Group, groups},
};
use crate::frame::{
    Fields, PageResult, Shell, Site, Visit, WebError, fields::cut, html, map::MapView, page::html_again,
    see_other,
};

/// The circles that are offered, in metres; the city's widest is one more where it is smaller.
const CIRCLES: [u32; 5] = [300, 500, 1_000, 2_000, 5_000];
/// Places that the typed words may mean.
const FOUND_MAX: usize = 6;
/// The circle that is proposed.
const CIRCLE: u32 = 500;

/// The form as it was typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    way: String,
    place: String,
    lng: String,
    lat: String,
    metres: String,
    division: String,
    top: String,
    pace: String,
    mail: String,
}

#[derive(Template)]
#[template(path = "resident/alerts.html")]
pub(super) struct AlertsPage {
    s: Shell,
    form: Typed,
    faults: Vec<Fault>,
    offered: bool,
    sent: bool,
    map: MapView,
    circles: Vec<(u32, String, bool)>,
    divisions: Vec<Group>,
    tops: Vec<Choice>,
    rule: WatchRule,
    daily: String,
    feed: String,
}

#[derive(Template)]
#[template(path = "resident/alerts_confirm.html")]
pub(super) struct ConfirmPage {
    s: Shell,
    mail: String,
    about: String,
    pace: &'static str,
    done: bool,
}

#[derive(Template)]
#[template(path = "resident/alerts_mine.html")]
pub(super) struct MinePage {
    s: Shell,
    mail: String,
    watches: Vec<Watched>,
    note: Option<&'static str>,
    full: bool,
    max: u32,
}

/// One watch of an address.
struct Watched {
    id: i64,
    about: String,
    paces: Vec<(&'static str, &'static str, bool)>,
}

/// `GET /alerts`, with `?top=`, `?county=` or `?at=` from where somebody looked at the list or the map.
pub(crate) async fn page(State(site): State<Site>, visit: Visit) -> PageResult {
    let asked = Fields::of_query(visit.uri.query().unwrap_or(""));
    let sent = asked.opt("sent").is_some();
    Ok(html(&shown(&site, &visit, Typed::begun(&site.app.city, &asked), Vec::new(), sent).await?))
}

/// `POST /alerts`: whatever the address is, the answer is the same.
pub(crate) async fn post(State(site): State<Site>, visit: Visit, fields: Fields) -> PageResult {
    let typed = Typed::of(&fields);
    let asked = typed.place.clone();
    let found = site.run(move |app| gazetteer::find(app, &asked, FOUND_MAX)).await?;
    let wanted = match typed.wanted(&site.app.city, &found, visit.lang) {
        Ok(wanted) => wanted,
        Err(faults) => return Ok(html_again(&shown(&site, &visit, typed, faults, false).await?)),
    };
    if !site.throttle.may_mail(visit.from, site.app.now()) {
        return Err(WebError::Slow);
    }
    site.run(move |app| if watch::is_offered(app)? { watch::ask(app, &wanted) } else { Ok(()) }).await?;
    Ok(see_other("/alerts?sent=1"))
}

/// `GET /alerts/confirm/{token}`
pub(crate) async fn asked(State(site): State<Site>, visit: Visit, Path(token): Path<String>) -> PageResult {
    let asked = site.run(move |app| watch::asked(app, &token)).await?;
    Ok(html(&ConfirmPage::new(visit.shell(&site), &site.app.city, &asked)))
}

/// `POST /alerts/confirm/{token}`
pub(crate) async fn confirm(State(site): State<Site>, Path(token): Path<String>) -> PageResult {
    let came = site.run(move |app| watch::confirm(app, &token)).await?;
    Ok(see_other(&match came {
        Confirmed::Done(mine) => format!("/alerts/mine/{mine}?done=confirmed"),
        Confirmed::TooMany(mine) => format!("/alerts/mine/{mine}?full=1"),
    }))
}

/// `GET /alerts/mine/{token}`
pub(crate) async fn mine(State(site): State<Site>, visit: Visit, Path(token): Path<String>) -> PageResult {
    let mine = site.run(move |app| watch::mine(app, &token)).await?;
    let rule = site.app.city.settings.watches;
    let said = Fields::of_query(visit.uri.query().unwrap_or(""));
    Ok(html(&MinePage::new(visit.shell(&site), &site.app.city, &mine, &said, rule)))
}

/// `POST /alerts/mine/{token}`: from the page, or by one click of a mail program (RFC 8058).
pub(crate) async fn change(
    State(site): State<Site>,
    visit: Visit,
    Path(token): Path<String>,
    fields: Fields,
) -> PageResult {
    if fields.get("List-Unsubscribe") == "One-Click" {
        return one_click(&site, &visit, token).await;
    }
    let back = format!("/alerts/mine/{token}");
    let done = site.run(move |app| changed(app, &token, &fields)).await?;
    Ok(see_other(&format!("{back}?done={done}")))
}

/// A mail program follows nothing that leads on: the answer is here.
async fn one_click(site: &Site, visit: &Visit, token: String) -> PageResult {
    let mine =
        site.run(move |app| watch::end_all(app, &token).and_then(|()| watch::mine(app, &token))).await?;
    let rule = site.app.city.settings.watches;
    Ok(html(&MinePage::new(visit.shell(site), &site.app.city, &mine, &Fields::of_query(""), rule)))
}

fn changed(app: &duban_app::App, token: &str, fields: &Fields) -> Result<&'static str, duban_app::AppError> {
    if fields.get("do") == "end-all" {
        return watch::end_all(app, token).map(|()| "ended-all");
    }
    let id = WatchId(fields.get("id").parse().unwrap_or(0));
    if fields.get("do") == "end" {
        return watch::end(app, token, id).map(|()| "ended");
    }
    match Pace::from_key(fields.get("pace")) {
        Some(pace) => watch::set_pace(app, token, id, pace).map(|()| "changed"),
        None => Ok("nothing"),
    }
}

async fn shown(
    site: &Site,
    visit: &Visit,
    form: Typed,
    faults: Vec<Fault>,
    sent: bool,
) -> Result<AlertsPage, WebError> {
    let offered = site.run(watch::is_offered).await?;
    Ok(AlertsPage::new(visit.shell(site), &site.app.city, form, faults, (offered, sent)))
}

impl AlertsPage {
    pub(super) fn new(
        s: Shell,
        city: &City,
        mut form: Typed,
        faults: Vec<Fault>,
        (offered, sent): (bool, bool),
    ) -> Self {
        let (lang, rule) = (s.lang, city.settings.watches);
        for (field, usual) in [(&mut form.way, "map"), (&mut form.pace, Pace::Daily.key())] {
            if field.is_empty() {
                usual.clone_into(field);
            }
        }
        let filter =
            Filter { top: Some(form.top.clone()).filter(|top| !top.is_empty()), ..Filter::default() };
        let metres = form.metres.parse().unwrap_or(CIRCLE);
        Self {
            map: MapView::new(city, lang, form.point()).picking("lng", "lat").tall(),
            circles: circles(&rule, metres, lang),
            divisions: groups(city, &form.division, lang),
            tops: tops(city, &filter, &s),
            daily: format!("{:02}:{:02}", rule.daily_at / 60, rule.daily_at % 60),
            feed: filter.address("/requests/feed.atom", &[]),
            rule,
            form,
            faults,
            offered,
            sent,
            s,
        }
    }

    fn fault(&self, field: &str) -> Option<&str> {
        fault_of(&self.faults, field)
    }
}

fn circles(rule: &WatchRule, chosen: u32, lang: Lang) -> Vec<(u32, String, bool)> {
    let widest = rule.metres_max.max(CIRCLES[0]);
    let mut list: Vec<u32> = CIRCLES.into_iter().filter(|metres| *metres < widest).collect();
    list.push(widest);
    let nearest = list.iter().copied().min_by_key(|metres| metres.abs_diff(chosen));
    let one = |metres: u32| {
        let words = match lang {
            Lang::Zh if metres.is_multiple_of(1_000) => format!("{} 公里", metres / 1_000),
            Lang::Zh => format!("{metres} 米"),
            Lang::En if metres.is_multiple_of(1_000) => format!("{} km", metres / 1_000),
            Lang::En => format!("{metres} m"),
        };
        (metres, words, Some(metres) == nearest)
    };
    list.into_iter().map(one).collect()
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let get = |name| cut(fields.get(name), text::LINE_MAX).to_owned();
        Self {
            way: get("where"),
            place: get("place"),
            lng: get("lng"),
            lat: get("lat"),
            metres: get("metres"),
            division: get("division"),
            top: get("top"),
            pace: get("pace"),
            mail: cut(fields.get("mail"), 254).to_owned(),
        }
    }

    /// What somebody looked at is what they are offered to hear of.
    fn begun(city: &City, asked: &Fields) -> Self {
        let filter = Filter::of(city, asked);
        let at = asked.get("at").split_once(',').unwrap_or_default();
        let way = if filter.county.is_some() { "list" } else { "" };
        Self {
            way: if at.0.is_empty() { way } else { "map" }.to_owned(),
            lng: cut(at.0, 20).to_owned(),
            lat: cut(at.1, 20).to_owned(),
            division: filter.county.unwrap_or_default(),
            top: filter.top.unwrap_or_default(),
            ..Self::default()
        }
    }

    fn point(&self) -> Option<Point> {
        let degrees = self.lng.trim().parse().ok().zip(self.lat.trim().parse().ok());
        degrees.and_then(|(lng, lat)| Point::from_degrees(lng, lat))
    }

    /// The form as a wish, or everything that is wrong with it at once.
    fn wanted(&self, city: &City, found: &[Landmark], lang: Lang) -> Result<Wanted, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut area = Area {
            top: Some(self.top.clone())
                .filter(|key| city.category(key).is_some_and(|c| c.level == 1) && city.is_public(key)),
            ..Area::default()
        };
        match self.place(city, found, lang) {
            Ok(placed) => area = Area { top: area.top, ..placed },
            Err(fault) => faults.push(fault),
        }
        if faults.is_empty() && !area.is_narrow() {
            faults.push(Fault::new(
                "top",
                lang.t(
                    "全市的事太多了，请选一类。",
                    "A whole city is too much for a mailbox: please choose a kind.",
                ),
            ));
        }
        let mail = match Mail::parse(&self.mail) {
            Ok(Some(mail)) => Some(mail),
            Ok(None) => {
                let words = lang.t("请写一个邮箱。", "Please write a mail address.");
                faults.push(Fault::new("mail", words));
                None
            }
            Err(refusal) => {
                faults.push(Fault::refused("mail", &refusal, lang));
                None
            }
        };
        let pace = Pace::from_key(&self.pace).unwrap_or(Pace::Daily);
        match mail.filter(|_| faults.is_empty()) {
            Some(mail) => Ok(Wanted { mail, area, pace, lang }),
            None => Err(faults),
        }
    }

    fn place(&self, city: &City, found: &[Landmark], lang: Lang) -> Result<Area, Fault> {
        match self.way.as_str() {
            "all" => Ok(Area::default()),
            "list" => match city.division(&self.division) {
                Some(division) => Ok(Area { division: Some(division.code.clone()), ..Area::default() }),
                None => Err(Fault::new(
                    "division",
                    lang.t("请选区县或街道。", "Please choose a district, street or town."),
                )),
            },
            _ => {
                let (point, place) = self.circle(city, found, lang)?;
                let widest = city.settings.watches.metres_max.max(CIRCLES[0]);
                let metres = self.metres.parse().unwrap_or(CIRCLE).clamp(CIRCLES[0], widest);
                Ok(Area { around: Some((point, metres)), place, ..Area::default() })
            }
        }
    }

    /// The middle of the circle: the pin, or the place of the gazetteer that the words mean.
    fn circle(&self, city: &City, found: &[Landmark], lang: Lang) -> Result<(Point, String), Fault> {
        let exact = found.iter().find(|place| is_called(place, &self.place));
        let name = |place: &Landmark| place.name.get(lang).to_owned();
        if !self.lng.trim().is_empty() || !self.lat.trim().is_empty() {
            let number = |typed: &str| typed.trim().parse::<f64>().unwrap_or(f64::NAN);
            return match judge(number(&self.lng), number(&self.lat), &city.bounds) {
                Ok(point) => Ok((point, exact.map(name).unwrap_or_default())),
                Err(odd) => {
                    let next = lang.t("。请在地图上重新点。", ". Tap the map again.");
                    Err(Fault::new("place", format!("{}{next}", odd.word(lang))))
                }
            };
        }
        let placed: Vec<&Landmark> = found.iter().filter(|place| place.point.is_some()).collect();
        let only = if placed.len() == 1 { placed.first().copied() } else { None };
        match exact.filter(|place| place.point.is_some()).or(only) {
            Some(place) => Ok((place.point.unwrap_or(Point { lng_e7: 0, lat_e7: 0 }), name(place))),
            None => Err(Fault::new("place", unclear(&self.place, &placed, lang))),
        }
    }
}

fn is_called(place: &Landmark, typed: &str) -> bool {
    let typed = typed.trim();
    let names = [&place.name.zh, &place.name.en].into_iter().chain(&place.aliases);
    !typed.is_empty() && names.into_iter().any(|name| name.eq_ignore_ascii_case(typed))
}

/// Why the words do not say where, and what would.
fn unclear(typed: &str, found: &[&Landmark], lang: Lang) -> String {
    if typed.trim().is_empty() {
        let words =
            lang.t("请在地图上点一下，或者写一个地名。", "Tap the map, or write the name of a place.");
        return words.to_owned();
    }
    if found.is_empty() {
        let words = lang.t(
            "没有找到这个地名。请在地图上点一下，或者换一个附近的地名。",
            "No place is known by that name. Tap the map, or name another place nearby.",
        );
        return words.to_owned();
    }
    let names: Vec<&str> = found.iter().map(|place| place.name.get(lang)).collect();
    match lang {
        Lang::Zh => format!("有几个地方像是您说的：{}。请写全名，或者在地图上点一下。", names.join("、")),
        Lang::En => format!("Several places fit: {}. Write one in full, or tap the map.", names.join(", ")),
    }
}

impl ConfirmPage {
    pub(super) fn new(s: Shell, city: &City, asked: &Asked) -> Self {
        Self {
            mail: asked.mail.clone(),
            about: watch::words(city, &asked.area, s.lang),
            pace: asked.pace.word(s.lang),
            done: asked.done,
            s,
        }
    }
}

impl MinePage {
    pub(super) fn new(s: Shell, city: &City, mine: &Mine, said: &Fields, rule: WatchRule) -> Self {
        let one = |(id, area, pace): &(WatchId, Area, Pace)| Watched {
            id: id.0,
            about: watch::words(city, area, s.lang),
            paces: Pace::ALL.iter().map(|p| (p.key(), p.word(s.lang), p == pace)).collect(),
        };
        let note = match said.get("done") {
            "confirmed" => {
                Some(s.t("好了，有新的事就写信告诉您。", "It holds: you will be mailed what is new."))
            }
            "changed" => Some(s.t("改好了。", "Changed.")),
            "ended" => Some(s.t("这一处不再提醒。", "This one has ended.")),
            _ => None,
        };
        Self {
            mail: mine.mail.clone(),
            watches: mine.watches.iter().map(one).collect(),
            note,
            full: said.opt("full").is_some(),
            max: rule.count_max,
            s,
        }
    }
}

/// Every page of this, for the test that renders every page.
#[cfg(test)]
pub(super) fn samples(s: &dyn Fn() -> Shell, city: &City) -> Vec<String> {
    let area = Area { division: Some("430203".into()), top: Some("roads".into()), ..Area::default() };
    let faults = || ["place", "division", "top", "mail"].map(|field| Fault::new(field, "x")).to_vec();
    let form = |form: Typed, faults, state| AlertsPage::new(s(), city, form, faults, state).render();
    let asked = |done| Asked { mail: "w***@example.cn".into(), area: area.clone(), pace: Pace::Soon, done };
    let mine = |watches: Vec<(WatchId, Area, Pace)>| Mine { mail: "w***@example.cn".into(), watches };
    let of = |mine: &Mine, query: &str| {
        MinePage::new(s(), city, mine, &Fields::of_query(query), city.settings.watches).render()
    };
    let some = mine(vec![(WatchId(7), area.clone(), Pace::Daily)]);
    let pages = [
        form(Typed::default(), Vec::new(), (true, false)),
        form(Typed::default(), Vec::new(), (true, true)),
        form(Typed::default(), Vec::new(), (false, false)),
        form(Typed { way: "list".into(), ..Typed::default() }, faults(), (true, false)),
        ConfirmPage::new(s(), city, &asked(false)).render(),
        ConfirmPage::new(s(), city, &asked(true)).render(),
        of(&some, "done=confirmed"),
        of(&some, "full=1"),
        of(&mine(Vec::new()), "done=ended-all"),
    ];
    pages.into_iter().map(|page| page.expect("a sample can be rendered")).collect()
}
