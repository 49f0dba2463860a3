//! The words of a notice: the city's text, or the administrator's instead of it, filled in from the case.

use duban_domain::{
    Lang, Stamp,
    case::{Case, Event, What, accepted},
    lang::Words,
    notice::{NoticeChannel, NoticeKind, NoticeText, NoticeVar, Template, Values},
    request::Request,
};
use duban_store::ReadTx;
use serde::{Deserialize, Serialize};

use super::link;
use crate::{App, wiring::Result};

/// Longest title and answer inside a short message, in characters.
const SMS_VALUE_MAX: usize = 60;

/// What a notice says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The subject of a mail.
    pub subject: String,
    /// In plain text.
    pub text: String,
    /// As the inner part of an HTML page; empty for short messages.
    pub html: String,
}

/// The text that holds for a kind: the administrator's, else the pack's.
pub(crate) fn text_of(app: &App, tx: &mut ReadTx<'_>, kind: NoticeKind) -> Result<Option<NoticeText>> {
    let own = tx.notice_text(kind)?.and_then(|row| serde_json::from_str::<NoticeText>(&row.body).ok());
    Ok(own.or_else(|| app.city.notices.texts.get(&kind).cloned()).or_else(|| own_words(kind)))
}

/// What is told whether or not the city has words of its own for it: that somebody else changed an account, and that
/// something stopped by itself.
fn own_words(kind: NoticeKind) -> Option<NoticeText> {
    match kind {
        NoticeKind::Account => Some(of_account()),
        NoticeKind::Webhook => Some(of_webhook()),
        _ => None,
    }
}

fn of_webhook() -> NoticeText {
    let subject = Words { zh: "一条推送停了".to_owned(), en: "A webhook stopped".to_owned() };
    let mail = Words { zh: "{reason}\n\n{link}".to_owned(), en: "{reason}\n\n{link}".to_owned() };
    NoticeText { subject, mail: Some(mail), sms: None }
}

fn of_account() -> NoticeText {
    let subject = Words { zh: "您的账号有变动".to_owned(), en: "A change to your account".to_owned() };
    let mail = Words {
        zh: "{reason}\n\n如果不是您请人办的，请马上告诉审计管理员。\n{link}".to_owned(),
        en: "{reason}\n\nIf you did not ask for this, tell the audit administrator at once.\n{link}"
            .to_owned(),
    };
    NoticeText { subject, mail: Some(mail), sms: None }
}

/// The words for one channel; none when the city has no text for it.
pub(crate) fn say(
    text: &NoticeText,
    kind: NoticeKind,
    channel: NoticeChannel,
    lang: Lang,
    values: &Values,
) -> Option<Said> {
    let read = |words: &duban_domain::lang::Words| Template::parse(kind, words.get(lang)).ok();
    let subject = read(&text.subject).map(|t| t.line(values)).unwrap_or_default();
    match channel {
        NoticeChannel::Mail => {
            let filled = read(text.mail.as_ref()?)?.fill(values);
            Some(Said { subject, text: filled.text, html: filled.html })
        }
        NoticeChannel::Sms => {
            let text = read(text.sms.as_ref()?)?.line(&short(values));
            Some(Said { subject: String::new(), text, html: String::new() })
        }
        NoticeChannel::Page => {
            let text = text.mail.as_ref().and_then(read).map(|t| t.fill(values).text).unwrap_or_default();
            Some(Said { subject, text, html: String::new() })
        }
    }
}

/// A short message holds the beginning of a long text; what is complete stands behind the link.
fn short(values: &Values) -> Values {
    let cut = |(var, value): (&NoticeVar, &String)| {
        let value = match var {
            NoticeVar::Title
            | NoticeVar::Answer
            | NoticeVar::Place
            | NoticeVar::Reason
            | NoticeVar::Question => duban_domain::text::shorten(value, SMS_VALUE_MAX),
            _ => value.clone(),
        };
        (*var, value)
    };
    values.iter().map(cut).collect()
}

/// What is the same in every notice of a city.
pub(crate) fn of_city(app: &App, lang: Lang) -> Values {
    Values::from([
        (NoticeVar::City, app.city.name.get(lang).to_owned()),
        (NoticeVar::Hotline, app.city.hotline.clone()),
        (NoticeVar::Home, format!("{}/", app.base())),
    ])
}

/// What a case gives, as the person of one request or, without one, as staff read it.
pub(crate) fn of_case(
    app: &App,
    tx: &mut ReadTx<'_>,
    case: &Case,
    request: Option<&Request>,
    lang: Lang,
    now: Stamp,
) -> Result<Values> {
    let mut values = of_city(app, lang);
    let first = match request {
        Some(request) => Some(request.clone()),
        None => tx.requests_of(case.id)?.into_iter().next(),
    };
    let unit = case.unit().filter(|unit| !unit.is_empty()).and_then(|unit| app.city.unit(unit));
    let unit = unit.unwrap_or_else(|| app.city.centre());
    let (link, rate) = match request {
        Some(request) => {
            let link = link::of(app, &request.number, now);
            (link.clone(), format!("{link}?rate"))
        }
        None => (format!("{}/desk/cases/{}", app.base(), case.number.digits()), String::new()),
    };
    let number = request.map_or(&case.number, |request| &request.number);
    values.extend([
        (NoticeVar::Number, number.grouped()),
        (NoticeVar::Kind, case.kind.word(lang).to_owned()),
        (NoticeVar::Stage, case.phase().word(lang).to_owned()),
        (NoticeVar::Unit, unit.name.get(lang).to_owned()),
        (NoticeVar::Due, when(app, case.finish.due, lang)),
        (NoticeVar::Link, link),
        (NoticeVar::Rate, rate),
    ]);
    if let Some(first) = first {
        values.insert(NoticeVar::Title, first.title);
        values.insert(NoticeVar::Place, first.place.words);
    }
    Ok(values)
}

/// The last answer that the person may read.
pub(crate) fn answer(tx: &mut ReadTx<'_>, case: &Case) -> Result<String> {
    let events: Vec<Event> = tx.events(case.id)?.into_iter().filter_map(|stored| stored.event).collect();
    let last = accepted(&events).last().map(|i| &events[*i].what);
    Ok(match last {
        Some(What::Answered { public, .. }) => public.clone(),
        _ => String::new(),
    })
}

/// An instant in the city's zone, for a text.
pub(crate) fn when(app: &App, at: Stamp, lang: Lang) -> String {
    let local = at.timestamp().to_zoned(app.city.zone.clone());
    local.strftime(lang.t("%-m月%-d日 %H:%M", "%-d %B %Y, %H:%M")).to_string()
}
