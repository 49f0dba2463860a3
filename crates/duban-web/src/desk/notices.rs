//! 通知台账: what was told to whom and what came of it; one notice with its attempts; sending again.

use askama::Template;
use axum::extract::{Path, State};
use duban_app::{
    NoticeQuery,
    letter::aside,
    notice::{self, Entry, Ledger},
};
use duban_domain::{
    Lang, NoticeId, Refusal, Stamp,
    notice::{NoticeChannel, NoticeKind, NoticeState},
    policy::Action,
};

use crate::frame::{Desk, Fields, PageResult, Shell, Site, Visit, WebError, When, html, see_other};

/// Where the ledger is.
const PATH: &str = "/desk/notices";
/// Messages that the outbox of a demonstration shows.
const OUTBOX: i64 = 60;

#[derive(Template)]
#[template(path = "desk/notices.html")]
pub(super) struct LedgerPage {
    s: Shell,
    tabs: Vec<Tab>,
    rows: Vec<NoticeLine>,
    channels: Vec<Choice>,
    kinds: Vec<Choice>,
    state: String,
    next: Option<String>,
    missing: Vec<&'static str>,
    keeper: bool,
    filtered: bool,
    /// Mails that came and could not be read.
    aside: i64,
}

struct Tab {
    name: &'static str,
    href: String,
    count: String,
    now: bool,
    must: bool,
}

struct Choice {
    key: &'static str,
    name: &'static str,
    here: bool,
}

/// One notice as pages show it.
pub(crate) struct NoticeLine {
    pub(crate) id: i64,
    pub(crate) kind: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) to: String,
    pub(crate) state: &'static str,
    pub(crate) class: &'static str,
    pub(crate) reason: String,
    pub(crate) when: When,
    pub(crate) then: String,
    pub(crate) number: String,
    pub(crate) grouped: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) hidden: bool,
    pub(crate) again: bool,
}

impl NoticeLine {
    pub(crate) fn of(s: &Shell, entry: &Entry) -> Self {
        let said = entry.said.clone();
        Self {
            id: entry.id.0,
            kind: entry.kind.word(s.lang),
            channel: entry.channel.word(s.lang),
            to: entry.to.clone(),
            state: entry.state.word(s.lang),
            class: class(entry.state),
            reason: entry.reason.clone(),
            when: s.when(&entry.created_at),
            then: then(s, entry),
            number: entry.number.as_ref().map(ToString::to_string).unwrap_or_default(),
            grouped: entry.number.as_ref().map(duban_domain::Number::grouped).unwrap_or_default(),
            hidden: said.is_none(),
            subject: said.as_ref().map(|said| said.subject.clone()).unwrap_or_default(),
            text: said.map(|said| said.text).unwrap_or_default(),
            again: entry.may_resend,
        }
    }
}

fn class(state: NoticeState) -> &'static str {
    match state {
        NoticeState::Queued => "tag-go",
        NoticeState::Sent => "tag-ok",
        NoticeState::Failed => "tag-must",
        NoticeState::Held => "tag-warn",
        NoticeState::Cancelled => "",
    }
}

/// What comes next, or when it went.
fn then(s: &Shell, entry: &Entry) -> String {
    match (entry.state, entry.sent_at) {
        (NoticeState::Sent, Some(at)) if entry.channel != NoticeChannel::Page => {
            format!("{} {}", s.when(&at).short, s.t("发出", "sent"))
        }
        (NoticeState::Queued, _) if entry.attempts > 0 => match s.lang {
            Lang::Zh => format!("试过 {} 次，{} 再试", entry.attempts, s.when(&entry.run_at).short),
            Lang::En => format!("tried {} times, next {}", entry.attempts, s.when(&entry.run_at).short),
        },
        (NoticeState::Queued, _) if entry.run_at > s.now => {
            format!("{} {}", s.when(&entry.run_at).short, s.t("发（免打扰）", "(quiet hours)"))
        }
        _ => String::new(),
    }
}

/// Where a page of the ledger begins: when the one before it was owed, and its id.
fn before(said: &str) -> Option<(Stamp, NoticeId)> {
    let (at, id) = said.split_once('-')?;
    Some((Stamp(at.parse().ok()?), NoticeId(id.parse().ok()?)))
}

/// `GET /desk/notices?state=…&channel=…&kind=…&before=…`
pub(crate) async fn page(desk: Desk) -> PageResult {
    let fields = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let query = query_of(&fields);
    let asked = query.clone();
    let (ledger, aside) =
        desk.run(move |ctx| Ok((notice::ledger(ctx, &asked)?, aside::waiting(ctx)?))).await?;
    Ok(html(&LedgerPage { aside, ..view(&desk, &query, &ledger) }))
}

fn query_of(fields: &Fields) -> NoticeQuery {
    NoticeQuery {
        state: NoticeState::from_key(fields.get("state")),
        channel: NoticeChannel::from_key(fields.get("channel")),
        kind: NoticeKind::from_key(fields.get("kind")),
        before: before(fields.get("before")),
        limit: 50,
        ..NoticeQuery::default()
    }
}

fn view(desk: &Desk, query: &NoticeQuery, ledger: &Ledger) -> LedgerPage {
    let (s, lang) = (desk.shell(), desk.visit.lang);
    let gateways = &desk.site.app.gateways;
    let missing = [NoticeChannel::Sms, NoticeChannel::Mail].into_iter();
    LedgerPage {
        tabs: tabs(query, ledger, lang),
        rows: ledger.entries.iter().map(|entry| NoticeLine::of(&s, entry)).collect(),
        channels: NoticeChannel::ALL
            .iter()
            .map(|c| Choice { key: c.key(), name: c.word(lang), here: query.channel == Some(*c) })
            .collect(),
        kinds: NoticeKind::ALL
            .iter()
            .map(|k| Choice { key: k.key(), name: k.word(lang), here: query.kind == Some(*k) })
            .collect(),
        state: query.state.map(|state| state.key().to_owned()).unwrap_or_default(),
        next: ledger.next.map(|(at, id)| s.with("before", &format!("{}-{}", at.0, id.0))),
        missing: missing.filter(|c| gateways.of(*c).is_none()).map(|c| c.word(lang)).collect(),
        keeper: desk.who.can(Action::Administer),
        filtered: query.state.is_some() || query.channel.is_some() || query.kind.is_some(),
        aside: 0,
        s,
    }
}

fn tabs(query: &NoticeQuery, ledger: &Ledger, lang: Lang) -> Vec<Tab> {
    let rest = |state: &str| {
        let mut out = form_urlencoded::Serializer::new(String::new());
        let others =
            [("channel", query.channel.map(NoticeChannel::key)), ("kind", query.kind.map(NoticeKind::key))];
        for (name, value) in others.into_iter().chain([("state", Some(state).filter(|s| !s.is_empty()))]) {
            out.extend_pairs(value.map(|value| (name, value)));
        }
        let query = out.finish();
        if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
    };
    let count = |n: i64| if n >= 1_000 { "999+".to_owned() } else { n.to_string() };
    let all: i64 = ledger.counts.iter().map(|(_, n)| n).sum();
    let first = Tab {
        name: lang.t("全部", "All"),
        href: rest(""),
        count: count(all),
        now: query.state.is_none(),
        must: false,
    };
    let of = |(state, n): &(NoticeState, i64)| Tab {
        name: state.word(lang),
        href: rest(state.key()),
        count: count(*n),
        now: query.state == Some(*state),
        must: *state == NoticeState::Failed && *n > 0,
    };
    std::iter::once(first).chain(ledger.counts.iter().map(of)).collect()
}

#[derive(Template)]
#[template(path = "desk/notice.html")]
struct NoticePage {
    s: Shell,
    row: NoticeLine,
    log: Vec<LogLine>,
    done: bool,
}

struct LogLine {
    when: When,
    state: &'static str,
    class: &'static str,
    words: String,
}

/// `GET /desk/notices/{id}`
pub(crate) async fn one(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = id_of(&id)?;
    let (entry, log) = desk.run(move |ctx| notice::one(ctx, id)).await?;
    let s = desk.shell();
    let line = |line: duban_app::NoticeLog| LogLine {
        when: s.when(&line.at),
        state: line.state.word(s.lang),
        class: class(line.state),
        words: line.words,
    };
    let log = log.into_iter().rev().map(line).collect();
    Ok(html(&NoticePage { row: NoticeLine::of(&s, &entry), log, done: s.query.contains("done"), s }))
}

/// `POST /desk/notices/{id}/attempts`: send it again.
pub(crate) async fn resend(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = id_of(&id)?;
    match desk.run(move |ctx| notice::resend(ctx, id)).await {
        // Sent twice by a nervous finger: it is queued already, and the page shows that.
        Ok(()) | Err(WebError::App(duban_app::AppError::Refused(Refusal::NoChange))) => {
            Ok(see_other(&format!("{PATH}/{}?done", id.0)))
        }
        Err(error) => Err(error),
    }
}

fn id_of(text: &str) -> Result<NoticeId, WebError> {
    text.parse().map(NoticeId).map_err(|_| WebError::from(Refusal::NotFound))
}

#[derive(Template)]
#[template(path = "desk/outbox.html")]
struct OutboxPage {
    s: Shell,
    rows: Vec<(String, NoticeLine)>,
}

/// `GET /demo/outbox`: what a demonstration would have sent. A real city has no such page.
pub(crate) async fn outbox(visit: Visit, State(site): State<Site>) -> PageResult {
    let list = site.run(|app| notice::outbox(app, OUTBOX)).await?;
    let s = visit.shell(&site);
    let rows = list.into_iter().map(|(to, entry)| (to, NoticeLine::of(&s, &entry))).collect();
    Ok(html(&OutboxPage { rows, s }))
}
