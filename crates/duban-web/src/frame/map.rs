//! A small map that the server draws: grid, schematic lines, names, points, pin and scale, as SVG.
//!
//! The page shows it without a script; the map island takes the same data from its attributes and
//! makes it movable. Schematic on purpose: nothing is measured on it, and no picture is fetched.

use askama::Template;
use duban_domain::{Lang, city::City, place::Point};
use serde_json::{Value, json};

/// The size of the drawing; the style sheet stretches it.
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 260.0;
/// Pixels of a whole-world tile.
const TILE: f64 = 256.0;
/// The equator in metres.
const EQUATOR_M: f64 = 40_075_016.686;
/// Where a single known point is looked at from.
const ZOOM_NEAR: f64 = 15.0;
/// Where a whole city is looked at from.
const ZOOM_CITY: f64 = 11.0;
/// Farther out, a city would be a dot.
const ZOOM_LEAST: f64 = 7.0;
/// How much of the foot of the drawing the scale takes.
const SCALE_HIGH: f64 = 36.0;
/// Names that are written at most; more would lie on each other.
const NAMES_MAX: usize = 14;

/// A point on the map.
#[derive(Clone, Debug)]
pub(crate) struct MapPoint {
    pub(crate) at: Point,
    /// One or two signs are drawn inside the dot, longer ones are its title.
    pub(crate) label: String,
    /// `near`, `late` or `done`; `object` and `object-on` are drawn as squares on a corner.
    pub(crate) state: &'static str,
    pub(crate) href: String,
    /// A name in `icons.svg`; empty for a plain dot.
    pub(crate) icon: String,
}

impl MapPoint {
    /// A plain dot, or one with a letter in it.
    pub(crate) fn plain(at: Point, label: &str, state: &'static str, href: String) -> Self {
        Self { at, label: label.to_owned(), state, href, icon: String::new() }
    }

    /// An object of the city; a chosen one is filled.
    pub(crate) fn object(at: Point, label: &str, chosen: bool) -> Self {
        Self::plain(at, label, if chosen { "object-on" } else { "object" }, String::new())
    }
}

/// The map of a page. Show it with `{{ map|safe }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "map.html")]
pub(crate) struct MapView {
    lang: Lang,
    centre: Point,
    zoom: f64,
    points: Vec<MapPoint>,
    /// Points that only the drawing has: the island fetches its own.
    drawn: Vec<MapPoint>,
    /// Where the island fetches tiles; empty when it does not.
    feed: String,
    pick: Option<(&'static str, &'static str)>,
    pin: bool,
    tall: bool,
    lines: Vec<(String, Vec<Point>)>,
    names: Vec<(String, Point)>,
}

/// A line of a drawing, from 0 to 1 in both directions.
pub(crate) type Stroke = Vec<(f64, f64)>;

impl MapView {
    /// The map around a point, which gets a pin; without one, around the city.
    pub(crate) fn new(city: &City, lang: Lang, centre: Option<Point>) -> Self {
        let middle = || city.bounds.centre().unwrap_or(Point { lng_e7: 0, lat_e7: 0 });
        let heart = || city.divisions.iter().find_map(|d| d.point).unwrap_or_else(middle);
        let named = city.divisions.iter().filter_map(|d| Some((d.name.get(lang).to_owned(), d.point?)));
        let places = city.places.iter().filter_map(|p| Some((p.name.get(lang).to_owned(), p.point?)));
        Self {
            lang,
            centre: centre.unwrap_or_else(heart),
            zoom: if centre.is_some() { ZOOM_NEAR } else { ZOOM_CITY },
            points: Vec::new(),
            drawn: Vec::new(),
            feed: String::new(),
            pick: None,
            pin: centre.is_some(),
            tall: false,
            lines: city
                .map
                .iter()
                .map(|line| (line.name.get(lang).to_owned(), line.points.clone()))
                .collect(),
            names: named.chain(places).collect(),
        }
    }

    /// With dots on it.
    pub(crate) fn with_points(mut self, points: Vec<MapPoint>) -> Self {
        self.points = points;
        self
    }

    /// The lines and the names of the drawing, from 0 to 1 in both directions: for paper.
    pub(crate) fn sketch(&self) -> (Vec<Stroke>, Vec<(f64, f64, String)>) {
        let inside =
            |&(x, y): &(f64, f64)| (-WIDTH..2.0 * WIDTH).contains(&x) && (-HEIGHT..2.0 * HEIGHT).contains(&y);
        let spots = |points: &Vec<Point>| points.iter().map(|p| self.on(*p)).collect::<Vec<_>>();
        let lines = self.lines.iter().map(|(_, points)| spots(points));
        let part = |(x, y): (f64, f64)| (x / WIDTH, y / HEIGHT);
        let lines =
            lines.filter(|spots| spots.iter().any(inside)).map(|spots| spots.into_iter().map(part).collect());
        let names = self.drawn_names().into_iter().map(|n| (n.x / WIDTH, n.y / HEIGHT, n.label));
        (lines.collect(), names.collect())
    }

    /// With dots on it, moved and zoomed so that all of them are on the drawing.
    pub(crate) fn around(mut self, points: Vec<MapPoint>) -> Self {
        let edges = |of: fn(&Point) -> i64| {
            let all = points.iter().map(|p| of(&p.at));
            all.clone().min().zip(all.max())
        };
        if let (Some((west, east)), Some((south, north))) = (edges(|p| p.lng_e7), edges(|p| p.lat_e7)) {
            self.centre = Point { lng_e7: (west + east) / 2, lat_e7: (south + north) / 2 };
            let fits = |map: &Self| points.iter().all(|p| Spot::new(map.on(p.at), "").is_inside());
            self.zoom = ZOOM_NEAR;
            while self.zoom > ZOOM_LEAST && !fits(&self) {
                self.zoom -= 0.5;
            }
        }
        self.points = points;
        self
    }

    /// Looking at a place, without a pin.
    pub(crate) fn looking(mut self, centre: Point, zoom: f64) -> Self {
        (self.centre, self.zoom, self.pin) = (centre, zoom, false);
        self
    }

    /// With points that only the drawing has: the island takes them from the form.
    pub(crate) fn drawing(mut self, points: Vec<MapPoint>) -> Self {
        self.drawn = points;
        self
    }

    /// With points that the drawing has and that the island fetches tile by tile.
    pub(crate) fn with_fed(mut self, drawn: Vec<MapPoint>, tiles: String) -> Self {
        (self.drawn, self.feed) = (drawn, tiles);
        self
    }

    /// The tiles of a zoom that the drawing covers.
    pub(crate) fn covering(&self, z: u8) -> Vec<(u8, u32, u32)> {
        let (x, y) = project(self.centre, f64::from(z));
        let last = f64::from((1_u32 << z) - 1);
        let tile = |at: f64| (at / TILE).floor().clamp(0.0, last) as u32;
        let (left, right) = (tile(x - WIDTH / 2.0), tile(x + WIDTH / 2.0));
        let (top, bottom) = (tile(y - HEIGHT / 2.0), tile(y + HEIGHT / 2.0));
        (top..=bottom).flat_map(|y| (left..=right).map(move |x| (z, x, y))).collect()
    }

    /// Whether a point is on the drawing.
    pub(crate) fn shows(&self, point: Point) -> bool {
        Spot::new(self.on(point), "").is_inside()
    }

    /// A map on which a place is picked into two fields, named by their ids.
    pub(crate) fn picking(mut self, lng: &'static str, lat: &'static str) -> Self {
        self.pick = Some((lng, lat));
        self
    }

    /// A higher one.
    pub(crate) fn tall(mut self) -> Self {
        self.tall = true;
        self
    }

    fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.t(zh, en)
    }

    /// The sheet that icons are taken from.
    fn icons(&self) -> String {
        super::assets::url("icons.svg")
    }

    fn lng(&self) -> f64 {
        self.centre.lng()
    }

    fn lat(&self) -> f64 {
        self.centre.lat()
    }

    fn pick_ids(&self) -> Option<String> {
        self.pick.map(|(lng, lat)| format!("{lng},{lat}"))
    }

    fn data_points(&self) -> String {
        let all = self.points.iter().map(|p| json!({"lng": p.at.lng(), "lat": p.at.lat(), "label": p.label, "state": p.state, "href": p.href, "icon": p.icon}));
        Value::from_iter(all).to_string()
    }

    fn data_layer(&self) -> String {
        let lines = self.lines.iter().map(|(label, points)| {
            let bends: Vec<_> = points.iter().map(|p| json!([p.lng(), p.lat()])).collect();
            json!({"kind": "line", "pts": bends, "label": label})
        });
        let names = self
            .names
            .iter()
            .map(|(label, p)| json!({"kind": "place", "lng": p.lng(), "lat": p.lat(), "label": label}));
        Value::from_iter(lines.chain(names)).to_string()
    }

    /// Where a point is on the drawing.
    fn on(&self, point: Point) -> (f64, f64) {
        let (a, b) = (project(self.centre, self.zoom), project(point, self.zoom));
        (b.0 - a.0 + WIDTH / 2.0, b.1 - a.1 + HEIGHT / 2.0)
    }

    fn drawn_lines(&self) -> Vec<String> {
        let inside =
            |&(x, y): &(f64, f64)| (-WIDTH..2.0 * WIDTH).contains(&x) && (-HEIGHT..2.0 * HEIGHT).contains(&y);
        let drawn =
            self.lines.iter().map(|(_, points)| points.iter().map(|p| self.on(*p)).collect::<Vec<_>>());
        drawn
            .filter(|spots| spots.iter().any(inside))
            .map(|spots| spots.iter().map(|(x, y)| format!("{x:.1},{y:.1} ")).collect())
            .collect()
    }

    /// Names, the nearest to the middle first: above their place, else below or beside it, and not at all
    /// where a dot, the pin, the scale or another name already is.
    fn drawn_names(&self) -> Vec<Spot> {
        let mut wanted: Vec<Spot> = self
            .names
            .iter()
            .map(|(label, p)| Spot::new(self.on(*p), label))
            .filter(Spot::is_inside)
            .collect();
        wanted.sort_by(|a, b| a.far().total_cmp(&b.far()));
        let mut taken: Vec<Room> = self.drawn_points().iter().map(Dot::room).collect();
        taken.push(Room { left: 0.0, right: 140.0, top: HEIGHT - SCALE_HIGH, bottom: HEIGHT });
        if self.pin {
            let (x, y) = (WIDTH / 2.0, HEIGHT / 2.0);
            taken.push(Room { left: x - 14.0, right: x + 14.0, top: y - 37.0, bottom: y + 2.0 });
        }
        let mut put: Vec<Spot> = Vec::new();
        for spot in wanted {
            if put.len() >= NAMES_MAX {
                break;
            }
            if let Some(free) = spot.ways().into_iter().find(|way| way.room().is_free(&taken)) {
                taken.push(free.room());
                put.push(free);
            }
        }
        put
    }

    fn drawn_points(&self) -> Vec<Dot<'_>> {
        let all = self
            .drawn
            .iter()
            .chain(&self.points)
            .map(|point| Dot { spot: Spot::new(self.on(point.at), &point.label), point });
        all.filter(|dot| dot.spot.is_inside()).collect()
    }

    /// The words and the length of the scale.
    fn scale(&self) -> (String, f64) {
        let metres_a_pixel = EQUATOR_M * self.centre.lat().to_radians().cos() / (TILE * self.zoom.exp2());
        let long = round_down(110.0 * metres_a_pixel);
        let words = if long >= 1_000.0 { format!("{} km", long / 1_000.0) } else { format!("{long} m") };
        (words, long / metres_a_pixel)
    }
}

/// A spot on the drawing with its words.
struct Spot {
    x: f64,
    y: f64,
    label: String,
}

impl Spot {
    fn new((x, y): (f64, f64), label: &str) -> Self {
        Self { x, y, label: label.to_owned() }
    }

    fn is_inside(&self) -> bool {
        (12.0..WIDTH - 12.0).contains(&self.x) && (14.0..HEIGHT - 12.0).contains(&self.y)
    }

    fn far(&self) -> f64 {
        (self.x - WIDTH / 2.0).hypot(self.y - HEIGHT / 2.0)
    }

    fn half_width(&self) -> f64 {
        self.label.chars().map(|c| if c.is_ascii() { 3.5 } else { 6.5 }).sum::<f64>() + 6.0
    }

    /// Where its words may stand, the best first.
    fn ways(&self) -> [Self; 6] {
        let beside = self.half_width() + 10.0;
        let by = |dx: f64, dy: f64| Self::new((self.x + dx, self.y + dy), &self.label);
        [by(0.0, -6.0), by(0.0, 18.0), by(beside, 5.0), by(-beside, 5.0), by(0.0, -22.0), by(0.0, 34.0)]
    }

    /// What the words take up.
    fn room(&self) -> Room {
        let half = self.half_width();
        Room { left: self.x - half, right: self.x + half, top: self.y - 11.0, bottom: self.y + 4.0 }
    }
}

/// A part of the drawing.
struct Room {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Room {
    /// Whether it is on the drawing, and nothing else lies there.
    fn is_free(&self, taken: &[Self]) -> bool {
        let inside =
            self.left > 2.0 && self.right < WIDTH - 2.0 && self.top > 2.0 && self.bottom < HEIGHT - 2.0;
        inside && taken.iter().all(|other| self.is_apart(other))
    }

    fn is_apart(&self, other: &Self) -> bool {
        self.right < other.left
            || other.right < self.left
            || self.bottom < other.top
            || other.bottom < self.top
    }
}

/// A dot on the drawing.
struct Dot<'a> {
    spot: Spot,
    point: &'a MapPoint,
}

impl Dot<'_> {
    /// Whether its words are short enough to stand inside.
    fn is_numbered(&self) -> bool {
        let count = self.point.label.chars().count();
        (1..3).contains(&count) || (self.is_many() && count < 7)
    }

    /// Whether it is an object of the city, which leads nowhere.
    fn is_object(&self) -> bool {
        self.point.state.starts_with("object")
    }

    /// Whether it stands for several.
    fn is_many(&self) -> bool {
        self.point.state.starts_with("many")
    }

    /// What it takes up.
    fn room(&self) -> Room {
        let (Spot { x, y, .. }, r) = (&self.spot, self.radius() as f64 + 1.0);
        Room { left: x - r, right: x + r, top: y - r, bottom: y + r }
    }

    /// A number grows with what it has to hold.
    fn radius(&self) -> usize {
        match (self.is_many(), self.is_numbered()) {
            (true, _) => 9 + 3 * self.point.label.len(),
            (false, true) => 10,
            (false, false) if !self.point.icon.is_empty() => 13,
            (false, false) => 6,
        }
    }

    /// What a screen reader says of it.
    fn name(&self, lang: Lang) -> String {
        match (self.is_many(), lang) {
            (false, _) => self.point.label.clone(),
            (true, Lang::Zh) => format!("这一带 {} 件", self.point.label),
            (true, Lang::En) => format!("{} around here", self.point.label),
        }
    }
}

/// Pixels of the whole world at a zoom.
fn project(point: Point, zoom: f64) -> (f64, f64) {
    let size = TILE * zoom.exp2();
    let sine = point.lat().clamp(-85.0, 85.0).to_radians().sin();
    let y = 0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI);
    ((point.lng() / 360.0 + 0.5) * size, y * size)
}

/// The largest of 1, 2, 5 times a power of ten that is not above.
fn round_down(most: f64) -> f64 {
    let power = 10_f64.powf(most.max(1.0).log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|n| n * power).find(|n| *n <= most).unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_drawn_without_a_script_and_carries_its_data() {
        let at = |lng, lat| Point::from_degrees(lng, lat).unwrap();
        let view = MapView {
            lang: Lang::Zh,
            centre: at(113.13, 27.83),
            zoom: ZOOM_NEAR,
            points: vec![MapPoint {
                at: at(113.131, 27.831),
                label: "甲".into(),
                state: "late",
                href: "/desk/cases/1".into(),
                icon: String::new(),
            }],
            drawn: Vec::new(),
            feed: String::new(),
            pick: Some(("lng", "lat")),
            pin: true,
            tall: false,
            lines: vec![("测试路".into(), vec![at(113.12, 27.83), at(113.14, 27.83)])],
            names: vec![("测试广场".into(), at(113.132, 27.829)), ("压在上面".into(), at(113.132, 27.829))],
        };
        let html = view.render().unwrap();
        assert!(
            html.contains("data-pick=\"lng,lat\"")
                && html.contains("m-dot-late")
                && html.contains("m-road")
                && html.contains("测试广场")
        );
        // The two names of one place stand apart, and nothing lies on the dot, the pin or the scale.
        let names = view.drawn_names();
        assert_eq!(names.len(), 2);
        assert!(names[0].room().is_apart(&names[1].room()));
        let dots: Vec<Room> = view.drawn_points().iter().map(Dot::room).collect();
        assert!(names.iter().all(|name| dots.iter().all(|dot| name.room().is_apart(dot))));
        assert_eq!(round_down(110.0 * 4.2), 200.0);
        assert!((view.on(view.centre).0 - WIDTH / 2.0).abs() < 1e-9);
    }
}
