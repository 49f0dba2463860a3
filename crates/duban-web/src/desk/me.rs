//! 我的账号: one's own sessions, second factor, password, and what the record says of one's own way in.

use askama::Template;
use axum::response::Response;
use duban_app::{
    Ctx,
    notice::digest,
    staff::{
        own::{self, Open},
        record::{self, Line},
        second::{self, State},
        users::PASSWORD_MIN,
    },
};
use duban_domain::{Lang, Refusal, notice::DigestWish, policy::Guard};

use super::{door::OfferShown, login::is_no};
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, client, html, see_other};

/// Longer than this, in characters, nothing is a password.
const PASSWORD_MAX: usize = 1_000;

#[derive(Template)]
#[template(path = "desk/me.html")]
struct MePage {
    s: Shell,
    news: Vec<LineShown>,
    sessions: Vec<OpenShown>,
    state: State,
    since: Option<When>,
    lines: Vec<LineShown>,
    least: usize,
    said: Said,
    digest: digest::Own,
}

/// What a form came to, shown where it stands.
#[derive(Default)]
struct Said {
    /// Which part of the page: `password`, `second`, `sessions`, `digest`.
    part: &'static str,
    /// What was wrong; empty when nothing was.
    wrong: String,
    /// What was done; empty when nothing was.
    done: &'static str,
    offer: Option<OfferShown>,
    codes: Vec<String>,
}

/// A line of the record, as pages show it.
pub(crate) struct LineShown {
    pub(crate) id: i64,
    pub(crate) when: When,
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) what: &'static str,
    pub(crate) bad: bool,
    pub(crate) place: String,
    pub(crate) device: String,
}

impl LineShown {
    pub(crate) fn of(s: &Shell, line: Line) -> Self {
        use duban_domain::policy::Entry;
        let bad =
            matches!(line.what, Entry::WrongPassword | Entry::WrongCode | Entry::Barred | Entry::Nobody);
        Self {
            id: line.id,
            when: s.when(&line.at),
            what: line.what.word(s.lang),
            bad,
            device: if line.agent.is_empty() { String::new() } else { client::device(&line.agent, s.lang) },
            login: line.login,
            name: line.name,
            place: line.place,
        }
    }
}

/// A session, as pages show it.
pub(crate) struct OpenShown {
    pub(crate) handle: String,
    pub(crate) here: bool,
    pub(crate) device: String,
    pub(crate) place: String,
    pub(crate) since: When,
    pub(crate) seen: When,
}

impl OpenShown {
    pub(crate) fn of(s: &Shell, open: Open) -> Self {
        Self {
            device: client::device(&open.agent, s.lang),
            since: s.when(&open.since),
            seen: s.when(&open.seen),
            handle: open.handle,
            here: open.here,
            place: open.place,
        }
    }
}

/// The page.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let query = desk.visit.uri.query().unwrap_or("");
    Ok(html(&view(&desk, said(query, desk.visit.lang)).await?))
}

/// What the form that led here has done.
fn said(query: &str, lang: Lang) -> Said {
    let done = [
        ("sessions", "已经结束，那里马上退出。", "Ended; it is out at once."),
        (
            "password",
            "密码改好了，别处的登录都已结束。",
            "The password is changed, and sessions elsewhere have ended.",
        ),
        ("second", "动态码停用了。", "The second factor is off."),
        ("digest", "存好了，从下一封起。", "It is kept, from the next one on."),
    ];
    let done = done.into_iter().find(|(part, ..)| query.contains(&format!("done={part}")));
    done.map_or_else(Said::default, |(part, zh, en)| Said { part, done: lang.t(zh, en), ..Said::default() })
}

async fn view(desk: &Desk, said: Said) -> Result<MePage, WebError> {
    let token = session(desk);
    let (open, state, lines) =
        desk.run(move |ctx| Ok((own::sessions(ctx, &token)?, second::own(ctx)?, record::own(ctx)?))).await?;
    let digest = desk.run(digest::own).await?;
    let s = desk.shell();
    let mut since = lines.iter().skip_while(|line| line.what.is_in());
    let news = desk.visit.uri.query().is_some_and(|query| query.contains("news="));
    let told: Vec<Line> =
        since.by_ref().take_while(|line| !line.what.is_in()).filter(|l| l.what.is_told()).cloned().collect();
    Ok(MePage {
        news: if news { told.into_iter().map(|line| LineShown::of(&s, line)).collect() } else { Vec::new() },
        sessions: open.into_iter().map(|open| OpenShown::of(&s, open)).collect(),
        since: state.since.map(|at| s.when(&at)),
        state,
        lines: lines.into_iter().map(|line| LineShown::of(&s, line)).collect(),
        least: PASSWORD_MIN,
        said,
        digest,
        s,
    })
}

/// The token of this very session.
fn session(desk: &Desk) -> String {
    desk.visit.session.clone().unwrap_or_default()
}

/// Ends a session, or all others.
pub(crate) async fn end(desk: Desk, fields: Fields) -> PageResult {
    let (token, which) = (session(&desk), fields.get("which").to_owned());
    desk.run(move |ctx| match which.as_str() {
        "others" => own::end_others(ctx, &token).map(|_| ()),
        one => own::end(ctx, &token, one),
    })
    .await?;
    Ok(see_other("/desk/me?done=sessions#sessions"))
}

/// Changes the password.
pub(crate) async fn password(desk: Desk, fields: Fields) -> PageResult {
    let token = session(&desk);
    let (old, new, again) = (typed(&fields, "old"), typed(&fields, "password"), typed(&fields, "again"));
    let changed = in_turn(&desk, move |ctx| {
        if new != again {
            return Err(Refusal::from(Guard::ShortPassword { least: PASSWORD_MIN }).into());
        }
        own::change_password(ctx, &token, &old, &new)
    });
    match changed.await {
        Ok(()) => Ok(see_other("/desk/me?done=password#password")),
        Err(error) => wrong(&desk, "password", error, None).await,
    }
}

fn typed(fields: &Fields, name: &str) -> String {
    fields.get(name).chars().take(PASSWORD_MAX + 1).collect()
}

/// As this member, for what verifies a password: two at a time, and only so many wait.
async fn in_turn<T, F>(desk: &Desk, work: F) -> Result<T, WebError>
where
    T: Send + 'static,
    F: FnOnce(&Ctx) -> Result<T, duban_app::AppError> + Send + 'static,
{
    let (who, lang) = (desk.who.clone(), desk.visit.lang);
    desk.site.run_in_turn(move |app| work(&app.ctx(who, lang))).await
}

/// Says whether one wants the daily digest.
pub(crate) async fn digest(desk: Desk, fields: Fields) -> PageResult {
    let wish = match fields.get("digest") {
        "" => None,
        key => Some(DigestWish::from_key(key).ok_or(Refusal::NotFound)?),
    };
    desk.run(move |ctx| digest::set_own(ctx, wish)).await?;
    Ok(see_other("/desk/me?done=digest#digest"))
}

/// What came of a form of the second factor.
enum Done {
    Offered(second::Offer),
    Codes(Vec<String>),
    Off,
}

/// Sets the second factor up, confirms it, renews its codes, switches it off.
pub(crate) async fn second(desk: Desk, fields: Fields) -> PageResult {
    let confirming = fields.get("do") == "confirm";
    match changed(&desk, &fields).await {
        Ok(done) => shown(&desk, done).await,
        Err(error) => {
            let offer = if confirming { offered(&desk).await } else { None };
            wrong(&desk, "second", error, offer).await
        }
    }
}

async fn changed(desk: &Desk, fields: &Fields) -> Result<Done, WebError> {
    let (token, what) = (session(desk), fields.get("do").to_owned());
    let (password, code) = (typed(fields, "password"), typed(fields, "code"));
    in_turn(desk, move |ctx| match what.as_str() {
        "begin" => second::begin(ctx, &token, &password).map(Done::Offered),
        "confirm" => second::confirm(ctx, &token, &code).map(Done::Codes),
        "codes" => second::renew_codes(ctx, &token, &password, &code).map(Done::Codes),
        "off" => second::off(ctx, &token, &password, &code).map(|()| Done::Off),
        _ => Err(Refusal::NotFound.into()),
    })
    .await
}

async fn shown(desk: &Desk, done: Done) -> PageResult {
    let said = match done {
        Done::Off => return Ok(see_other("/desk/me?done=second#second")),
        Done::Offered(offer) => Said { offer: Some(OfferShown::of(offer)), ..Said::default() },
        Done::Codes(codes) => Said { codes, ..Said::default() },
    };
    Ok(html(&view(desk, Said { part: "second", ..said }).await?))
}

/// The secret that waits for its first code, to be shown once more.
async fn offered(desk: &Desk) -> Option<OfferShown> {
    let token = session(desk);
    desk.run(move |ctx| second::offered(ctx, &token)).await.ok().map(OfferShown::of)
}

/// The page again with what was wrong, where it was wrong.
async fn wrong(desk: &Desk, part: &'static str, error: WebError, offer: Option<OfferShown>) -> PageResult {
    if !is_no(&error) {
        return Err(error);
    }
    let note = error.note();
    let said = Said { part, wrong: note.sentence(desk.visit.lang).to_owned(), offer, ..Said::default() };
    let mut response: Response = html(&view(desk, said).await?);
    *response.status_mut() = note.status;
    Ok(response)
}

impl MePage {
    /// How many recovery codes are left, in words.
    fn left(&self) -> String {
        let left = self.state.codes_left;
        match self.s.lang {
            Lang::Zh => format!("还有 {left} 个恢复码没用过。"),
            Lang::En => format!("{left} recovery codes are left."),
        }
    }

    /// When the digest comes, in the city's clock.
    fn digest_hour(&self) -> Option<String> {
        self.digest.at.map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60))
    }

    /// What can be chosen: key, words, whether it holds.
    fn digest_choices(&self) -> Vec<(&'static str, String, bool)> {
        let lang = self.s.lang;
        let rule = self.digest.rule.word(lang);
        let usual = format!("{}{rule}{}", lang.t("按本市的规定（", "As the city says ("), lang.t("）", ")"));
        let own =
            DigestWish::ALL.iter().map(|w| (w.key(), w.word(lang).to_owned(), self.digest.wish == Some(*w)));
        std::iter::once(("", usual, self.digest.wish.is_none())).chain(own).collect()
    }
}
