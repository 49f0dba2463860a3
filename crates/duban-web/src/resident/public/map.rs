//! The public map. The server draws it with what lies in sight and lists the same below; links move
//! it. The island makes it movable and fetches tiles as one goes.

use askama::Template;
use axum::extract::State;
use duban_app::{
    App, AppError, PublicRow,
    resident::{
        Holds,
        public::{self, Held, Tile},
    },
};
use duban_domain::{city::City, place::Point};

use super::{
    Choice, Filter, Row, row,
    tiles::{self, ZOOM_MAX},
    tops,
};
use crate::frame::{
    Fields, PageResult, Shell, Site, Visit, html,
    map::{MapPoint, MapView},
};

/// The farthest zoom of the page.
const ZOOM_MIN: u8 = 8;
/// How a whole city is looked at.
const ZOOM_CITY: u8 = 11;
/// As many matters as are listed below the map; more are a page of the list.
const LISTED_MAX: i64 = 60;
/// From this zoom on a map shows single matters.
const ZOOM_SINGLE: u8 = duban_app::ZOOM_SINGLE;

#[derive(Template)]
#[template(path = "resident/public_map.html")]
pub(in crate::resident) struct MapPage {
    s: Shell,
    map: MapView,
    tops: Vec<Choice>,
    rows: Vec<Row>,
    total: i64,
    listed: bool,
    ways: Vec<(String, &'static str)>,
    list: String,
    alerts: String,
    /// The address of this page for wherever the island went.
    here: String,
    at: String,
    zoom: u8,
}

/// What one looks at.
#[derive(Clone, Debug)]
pub(in crate::resident) struct Sight {
    centre: Point,
    zoom: u8,
    filter: Filter,
}

/// What is in sight.
#[derive(Clone, Debug, Default)]
pub(in crate::resident) struct InSight {
    tiles: Vec<Tile>,
    rows: Vec<PublicRow>,
    total: i64,
    own: Vec<Held>,
}

/// `GET /map?at=113.13,27.83&z=14&top=roads`
pub(crate) async fn page(State(site): State<Site>, visit: Visit) -> PageResult {
    let asked = Fields::of_query(visit.uri.query().unwrap_or(""));
    let sight = Sight::of(&site.app.city, &asked);
    let (looked, holds) = (sight.clone(), visit.holds());
    let found = site.run(move |app| look(app, &looked, &holds)).await?;
    Ok(html(&MapPage::new(visit.shell(&site), &site.app.city, &sight, &found)))
}

fn look(app: &App, sight: &Sight, holds: &Holds) -> Result<InSight, AppError> {
    let top = sight.filter.top.as_deref();
    let view = sight.view(&app.city, duban_domain::Lang::Zh);
    let covering = view.covering(sight.zoom);
    let mut tiles = Vec::new();
    for at in &covering {
        let mut tile = public::tile(app, *at, top)?;
        tile.squares.retain(|(at, ..)| view.shows(*at));
        tile.spots.retain(|spot| view.shows(spot.point));
        tiles.push(tile);
    }
    let squares: i64 = tiles.iter().flat_map(|t| &t.squares).map(|(_, open, done)| open + done).sum();
    let mut rows: Vec<PublicRow> =
        tiles.iter().flat_map(|t| &t.spots).flat_map(|spot| spot.rows.clone()).collect();
    let mut total = squares + i64::try_from(rows.len()).unwrap_or(i64::MAX);
    if sight.zoom < ZOOM_SINGLE && total <= LISTED_MAX {
        rows = public::in_tiles(app, &covering, top)?;
        rows.retain(|row| row.point.is_some_and(|at| view.shows(at)));
        // A square at the edge is counted by its middle; what is listed is counted one by one.
        total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.case));
    Ok(InSight { tiles, rows, total, own: public::held(app, holds)? })
}

impl Sight {
    pub(in crate::resident) fn of(city: &City, asked: &Fields) -> Self {
        let at = asked.get("at").split_once(',');
        let at = at.and_then(|(lng, lat)| {
            let (lng, lat) = (lng.trim().parse().ok()?, lat.trim().parse().ok()?);
            Point::from_degrees(lng, lat).filter(|_| city.bounds.holds(lng, lat))
        });
        let heart = || {
            city.divisions
                .iter()
                .find_map(|d| d.point)
                .or_else(|| city.bounds.centre())
                .unwrap_or(Point { lng_e7: 0, lat_e7: 0 })
        };
        let zoom = asked.get("z").parse().unwrap_or(ZOOM_CITY).clamp(ZOOM_MIN, ZOOM_MAX);
        Self { centre: at.unwrap_or_else(heart), zoom, filter: Filter::of(city, asked) }
    }

    fn view(&self, city: &City, lang: duban_domain::Lang) -> MapView {
        MapView::new(city, lang, None).looking(self.centre, f64::from(self.zoom)).tall()
    }

    fn address(&self, centre: Point, zoom: u8) -> String {
        let at = format!("{:.5},{:.5}", centre.lng(), centre.lat());
        let zoom = zoom.clamp(ZOOM_MIN, ZOOM_MAX).to_string();
        self.filter.address("/map", &[("at", &at), ("z", &zoom)])
    }

    /// Links that move the map without a script.
    fn ways(&self, s: &Shell) -> Vec<(String, &'static str)> {
        // Half of what is in sight: 360 degrees are 256 pixels at zoom 0.
        let step = 130.0 * 360.0 / 256.0 / f64::from(self.zoom).exp2();
        let to = |east: f64, north: f64| {
            let (lng, lat) = (self.centre.lng() + east * step, self.centre.lat() + north * step);
            self.address(Point::from_degrees(lng, lat).unwrap_or(self.centre), self.zoom)
        };
        vec![
            (self.address(self.centre, self.zoom + 1), s.t("放大", "Closer")),
            (self.address(self.centre, self.zoom - 1), s.t("缩小", "Farther")),
            (to(0.0, 1.0), s.t("往北", "North")),
            (to(1.0, 0.0), s.t("往东", "East")),
            (to(0.0, -1.0), s.t("往南", "South")),
            (to(-1.0, 0.0), s.t("往西", "West")),
        ]
    }
}

impl MapPage {
    pub(in crate::resident) fn new(s: Shell, city: &City, sight: &Sight, found: &InSight) -> Self {
        let filter = &sight.filter;
        let drawn: Vec<MapPoint> =
            found.tiles.iter().flat_map(|tile| tiles::dots(&s, city, filter, sight.zoom, tile)).collect();
        let own = found.own.iter().filter_map(|held| {
            Some(MapPoint {
                at: held.point?,
                label: s.t("您的", "Yours").to_owned(),
                state: "own",
                href: format!("/track/{}", held.number),
                icon: String::new(),
            })
        });
        let at = format!("{:.5},{:.5}", sight.centre.lng(), sight.centre.lat());
        let tiles = filter.address("/tiles/public/{z}/{x}/{y}.json", &[]);
        Self {
            map: sight.view(city, s.lang).with_points(own.collect()).with_fed(drawn, tiles),
            tops: tops(city, filter, &s),
            rows: found.rows.iter().map(|one| row(&s, city, one, &found.own)).collect(),
            total: found.total,
            listed: found.total <= LISTED_MAX || sight.zoom >= ZOOM_SINGLE,
            ways: sight.ways(&s),
            list: filter.address("/requests", &[]),
            here: filter.address("/map", &[]),
            alerts: filter.address("/alerts", &[("at", &at)]),
            at,
            zoom: sight.zoom,
            s,
        }
    }
}
