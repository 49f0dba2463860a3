//! 查阅复制: what is kept of somebody, as a file of their own: to be read (HTML), to be taken elsewhere (JSON), with the photos
//! and papers that they sent. Only for whoever came in by a code.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use duban_app::{
    App, AppError,
    resident::{
        copy::{self, Called, Copy, Mailed, Own, Told},
        mine,
    },
    watch,
};
use duban_domain::{Stamp, call::Direction, city::City};
use serde::Serialize;

use super::view;
use crate::{
    frame::{PageResult, Shell, Site, Visit, WebError, When, see_other},
    questions,
};

/// How the page in the file looks.
const STYLE: &str = include_str!("../../templates/resident/copy.css");

/// The page in the file, and what stands in the JSON.
#[derive(Template, Serialize)]
#[template(path = "resident/copy.html")]
struct CopyPage {
    #[serde(skip)]
    s: Shell,
    contact: String,
    made: Time,
    requests: Vec<RequestShown>,
    notices: Vec<NoticeShown>,
    letters: Vec<LetterShown>,
    calls: Vec<CallShown>,
    watches: Vec<WatchShown>,
    browsers: Vec<BrowserShown>,
    more: bool,
}

/// An instant for people and for machines.
#[derive(Serialize)]
struct Time {
    iso: String,
    words: String,
}

#[derive(Serialize)]
struct RequestShown {
    number: String,
    title: String,
    at: Time,
    channel: &'static str,
    kind: &'static str,
    category: String,
    privacy: &'static str,
    text: String,
    place: String,
    point: Option<(f64, f64)>,
    answers: Vec<(String, String)>,
    name: String,
    phone: String,
    mail: String,
    confirmed: Vec<Time>,
    phase: &'static str,
    public: &'static str,
    history: Vec<LineShown>,
    files: Vec<FileShown>,
    looks: Vec<LookShown>,
    erasures: Vec<ErasureShown>,
}

#[derive(Serialize)]
struct LineShown {
    at: Time,
    who: String,
    what: String,
    words: String,
}

#[derive(Serialize)]
struct FileShown {
    name: String,
    bytes: i64,
    /// Where it lies in the copy; none when it is too large for one.
    here: Option<String>,
}

#[derive(Serialize)]
struct LookShown {
    at: Time,
    unit: String,
}

#[derive(Serialize)]
struct ErasureShown {
    at: Time,
    ground: &'static str,
    state: &'static str,
}

#[derive(Serialize)]
struct NoticeShown {
    at: Time,
    by: &'static str,
    about: &'static str,
    state: &'static str,
    text: String,
}

#[derive(Serialize)]
struct LetterShown {
    at: Time,
    subject: String,
    text: String,
}

#[derive(Serialize)]
struct CallShown {
    at: Time,
    ended: Option<Time>,
    to_us: bool,
    recorded: bool,
    number: String,
}

#[derive(Serialize)]
struct WatchShown {
    since: Time,
    what: String,
    pace: &'static str,
}

#[derive(Serialize)]
struct BrowserShown {
    since: Time,
    agent: String,
    place: String,
}

/// `GET /mine/copy`
pub(crate) async fn download(State(site): State<Site>, visit: Visit) -> PageResult {
    let Some(token) = visit.mine.clone() else { return Ok(see_other("/mine")) };
    let s = visit.shell(&site);
    // As much memory as the photos of a form: so many at once and no more.
    let place = site.place_for_files().await.ok_or(WebError::Slow)?;
    let zip = site.run(move |app| made(app, &token, s)).await?;
    drop(place);
    match zip {
        Some(zip) => Ok(file(zip)),
        None => Ok(see_other("/mine")),
    }
}

fn file(zip: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"duban-copy.zip\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, zip).into_response()
}

fn made(app: &App, token: &str, s: Shell) -> Result<Option<Vec<u8>>, AppError> {
    let Some(who) = mine::signed(app, token)? else { return Ok(None) };
    let (copy, photos) = copy::gather(app, &who)?;
    let page = CopyPage::of(s, &app.city, &copy);
    const BROKEN: AppError = AppError::Broken("writing a copy of what is kept of somebody");
    let mut files = vec![
        (
            page.s.t("我的资料.html", "my-data.html").to_owned(),
            page.render().map_err(|_| BROKEN)?.into_bytes(),
        ),
        ("data.json".to_owned(), serde_json::to_vec_pretty(&page).map_err(|_| BROKEN)?),
        ("style.css".to_owned(), STYLE.as_bytes().to_vec()),
    ];
    files.extend(photos);
    copy::packed(&files).map(Some)
}

impl CopyPage {
    fn of(s: Shell, city: &City, copy: &Copy) -> Self {
        Self {
            contact: copy.contact.clone(),
            made: time(&s, &copy.made_at),
            requests: copy.requests.iter().map(|own| request(&s, city, own)).collect(),
            notices: copy.notices.iter().map(|told| notice(&s, told)).collect(),
            letters: copy.letters.iter().map(|mail| letter(&s, mail)).collect(),
            calls: copy.calls.iter().map(|one| call(&s, one)).collect(),
            watches: copy
                .watches
                .iter()
                .map(|(area, pace, since)| WatchShown {
                    since: time(&s, since),
                    what: watch::words(city, area, s.lang),
                    pace: pace.word(s.lang),
                })
                .collect(),
            browsers: copy
                .browsers
                .iter()
                .map(|(agent, place, since)| BrowserShown {
                    since: time(&s, since),
                    agent: agent.clone(),
                    place: place.clone(),
                })
                .collect(),
            more: copy.more,
            s,
        }
    }
}

fn time(s: &Shell, at: &Stamp) -> Time {
    let When { iso, full, .. } = s.when(at);
    Time { iso, words: full }
}

fn request(s: &Shell, city: &City, own: &Own) -> RequestShown {
    let (track, lang) = (&own.track, s.lang);
    let request = &track.request;
    let (phone_at, mail_at) = own.confirmed;
    RequestShown {
        number: request.number.to_string(),
        title: request.title.clone(),
        at: time(s, &request.received_at),
        channel: request.channel.word(lang),
        kind: request.kind.word(lang),
        category: track.category.as_deref().map(|key| city.category_path(key, lang)).unwrap_or_default(),
        privacy: request.privacy.word(lang),
        text: request.text.clone(),
        place: request.place.words.clone(),
        point: request.place.point.map(|point| (point.lng(), point.lat())),
        answers: questions::details(city, &request.details, lang),
        name: own.person.name.clone(),
        phone: own.person.phone.as_ref().map(|phone| phone.digits().to_owned()).unwrap_or_default(),
        mail: own.person.mail.as_ref().map(|mail| mail.address().to_owned()).unwrap_or_default(),
        confirmed: phone_at.iter().chain(&mail_at).map(|at| time(s, at)).collect(),
        phase: track.phase.word(lang),
        public: track.showing.word(lang),
        history: track.said.iter().map(|said| line(s, city, said)).collect(),
        files: own
            .files
            .iter()
            .map(|(row, here)| FileShown { name: row.name.clone(), bytes: row.size, here: here.clone() })
            .collect(),
        looks: own
            .looks
            .iter()
            .map(|(at, unit)| LookShown {
                at: time(s, at),
                unit: unit
                    .as_deref()
                    .and_then(|key| city.unit(key))
                    .map(|u| u.name.get(lang).to_owned())
                    .unwrap_or_default(),
            })
            .collect(),
        erasures: own
            .erasures
            .iter()
            .map(|(at, ground, state)| ErasureShown {
                at: time(s, at),
                ground: ground.word(lang),
                state: state.word(lang),
            })
            .collect(),
    }
}

fn line(s: &Shell, city: &City, said: &duban_app::resident::track::Said) -> LineShown {
    let shown = view::line(s, city, said);
    LineShown { at: time(s, &said.at), who: shown.who, what: shown.ours, words: shown.their }
}

fn notice(s: &Shell, told: &Told) -> NoticeShown {
    NoticeShown {
        at: time(s, &told.at),
        by: told.channel.word(s.lang),
        about: told.kind.word(s.lang),
        state: told.state.word(s.lang),
        text: told.text.clone(),
    }
}

fn letter(s: &Shell, mail: &Mailed) -> LetterShown {
    LetterShown { at: time(s, &mail.at), subject: mail.subject.clone(), text: mail.text.clone() }
}

fn call(s: &Shell, one: &Called) -> CallShown {
    CallShown {
        at: time(s, &one.at),
        ended: one.ended_at.as_ref().map(|at| time(s, at)),
        to_us: one.direction == Direction::In,
        recorded: one.recorded,
        number: one.number.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}
