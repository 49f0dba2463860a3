//! A page is a struct with a template. What all templates share is the [`Shell`].

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use duban_app::keys;
use duban_domain::{
    Lang, Stamp,
    city::{PhotoRule, VideoRule},
    policy::{Action, Member},
};

use super::{Visit, assets, site::Site, when::When};

/// What every template needs: language, city, who is signed in, where we are.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    pub(crate) lang: Lang,
    pub(crate) elder: bool,
    pub(crate) city: String,
    pub(crate) hotline: String,
    pub(crate) footer: String,
    pub(crate) demo: bool,
    pub(crate) source: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) now: Stamp,
    pub(crate) zone: jiff::tz::TimeZone,
    pub(crate) member: Option<MemberShown>,
    /// How many photos the city takes with one form, and how large.
    pub(crate) photos: PhotoRule,
    /// The same of videos.
    pub(crate) videos: VideoRule,
    /// What this page's forms carry, so that the same one sent twice counts once.
    pub(crate) nonce: String,
}

/// The member of staff as the top bar shows them.
#[derive(Clone, Debug)]
pub(crate) struct MemberShown {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) role: String,
    actions: Vec<Action>,
}

impl Shell {
    pub(crate) fn new(visit: &Visit, site: &Site) -> Self {
        let city = &site.app.city;
        let shown = |member: &Member| MemberShown {
            name: member.name.clone(),
            unit: city
                .unit(&member.unit)
                .map_or_else(|| member.unit.clone(), |u| u.short.get(visit.lang).to_owned()),
            role: city
                .role(&member.role)
                .map_or_else(|| member.role.clone(), |r| r.name.get(visit.lang).to_owned()),
            actions: member.actions.clone(),
        };
        Self {
            lang: visit.lang,
            elder: visit.elder,
            city: city.name.get(visit.lang).to_owned(),
            hotline: city.hotline.clone(),
            footer: city.text("footer.line", visit.lang).to_owned(),
            demo: site.app.demo,
            source: site.options.source_url.clone(),
            path: visit.uri.path().to_owned(),
            query: visit.uri.query().unwrap_or("").to_owned(),
            now: site.app.now(),
            zone: city.zone.clone(),
            member: visit.member.as_ref().map(shown),
            photos: city.settings.photos,
            videos: city.settings.videos,
            nonce: nonce(site),
        }
    }

    /// The text of the page's language. The Chinese text is the key of any further language.
    pub(crate) fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.t(zh, en)
    }

    /// Words as HTML, in which what is Chinese on an English page says so: what is printed on a card is read out as
    /// Chinese, and the rest is not.
    pub(crate) fn tongue(&self, words: &str) -> String {
        let is_han = |c: char| matches!(c, '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
        let (mut html, mut inside) = (String::new(), false);
        for c in words.chars() {
            let han = self.lang == Lang::En && is_han(c);
            if han != inside {
                html.push_str(if han { "<span lang=\"zh-CN\">" } else { "</span>" });
                inside = han;
            }
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                c => html.push(c),
            }
        }
        html.push_str(if inside { "</span>" } else { "" });
        html
    }

    /// What a field for files of residents takes.
    pub(crate) fn takes(&self) -> &'static str {
        if self.videos.count_max == 0 { "image/*" } else { "image/*,video/mp4,video/quicktime,video/webm" }
    }

    /// Files of one form: photos and videos together.
    pub(crate) fn files_max(&self) -> u32 {
        self.photos.count_max + self.videos.count_max
    }

    /// What is said of videos beside a field for files; nothing where the city takes none.
    pub(crate) fn video_words(&self) -> String {
        let rule = self.videos;
        match (rule.count_max, self.lang) {
            (0, _) => String::new(),
            (n, Lang::Zh) => format!(
                "也可以传 {n} 段视频（MP4、MOV、WebM），每段最多 {} 秒、{} MB，里面藏的位置也会去掉。",
                rule.seconds_max,
                rule.megabytes_max()
            ),
            (n, Lang::En) => format!(
                "Also {n} short video (MP4, MOV, WebM) of at most {} seconds and {} MB; where it was filmed is removed.",
                rule.seconds_max,
                rule.megabytes_max()
            ),
        }
    }

    /// Whether the member who is signed in may do something: pages offer only what can be done.
    pub(crate) fn can(&self, key: &str) -> bool {
        self.member.as_ref().zip(Action::from_key(key)).is_some_and(|(m, action)| m.actions.contains(&action))
    }

    /// An instant in the city's zone, in the page's language.
    pub(crate) fn when(&self, at: &Stamp) -> When {
        When::new(*at, self.now, &self.zone, self.lang)
    }

    /// The address of an asset, with its digest, so that browsers may keep it for ever.
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// This page with one parameter of its address changed.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (k, v) in form_urlencoded::parse(self.query.as_bytes()).filter(|(k, _)| k != name) {
            query.append_pair(&k, &v);
        }
        if !value.is_empty() {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }
}

/// A fresh value for the forms of one page.
pub(crate) fn nonce(site: &Site) -> String {
    let mut bytes = [0; 16];
    site.app.entropy.fill(&mut bytes);
    keys::hex(&bytes)
}

/// Renders a template as a page.
pub(crate) fn html(view: &impl Template) -> Response {
    match view.render() {
        Ok(text) => ([(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], text)
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "a template could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// As [`html`], for a form that comes back with its errors.
pub(crate) fn html_again(view: &impl Template) -> Response {
    let mut response = html(view);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// After a form: go and look.
pub(crate) fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}
