//! 通知文字: the words of each notice in the browser, with a look at what people would get, every change, and
//! the way back to the city pack's text.

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use duban_app::{
    AppError, Ctx,
    notice::{self, Change, TextFault, TextOf},
};
use duban_domain::{
    Lang, Refusal,
    lang::Words,
    notice::{NoticeChannel, NoticeKind, NoticeText},
};

use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, see_other};

const PATH: &str = "/desk/notice-texts";

#[derive(Template)]
#[template(path = "desk/notice_texts.html")]
struct TextsPage {
    s: Shell,
    /// To residents, to staff: an anchor, a heading, the lines.
    groups: Vec<(&'static str, &'static str, Vec<Line>)>,
}

struct Line {
    key: &'static str,
    name: &'static str,
    subject: String,
    channels: Vec<&'static str>,
    own: Option<(When, String)>,
}

#[derive(Template)]
#[template(path = "desk/notice_text.html")]
struct TextPage {
    s: Shell,
    key: &'static str,
    name: &'static str,
    fields: Vec<Field>,
    variables: Vec<(String, &'static str)>,
    wrong: bool,
    looks: Vec<Look>,
    own: Option<(When, String)>,
    changes: Vec<ChangeShown>,
    done: bool,
    /// Somebody else changed it while this was written.
    stale: bool,
    version: i64,
}

struct Field {
    name: &'static str,
    label: &'static str,
    lang: &'static str,
    value: String,
    tall: bool,
    wrong: String,
}

/// What somebody would get.
struct Look {
    lang: &'static str,
    name: &'static str,
    subject: String,
    text: String,
    /// Our own escaping made it: the words of the city and invented values, each escaped.
    html: String,
    sms: String,
}

struct ChangeShown {
    when: When,
    by: String,
    before: String,
    after: String,
}

/// `GET /desk/notice-texts`
pub(crate) async fn list(desk: Desk) -> PageResult {
    let all = desk.run(notice::texts).await?;
    let s = desk.shell();
    let (staff, residents): (Vec<_>, Vec<_>) = all.into_iter().partition(|text| text.kind.is_for_staff());
    let lines = |list: Vec<TextOf>| list.into_iter().map(|text| line(&s, text)).collect();
    let groups = vec![
        ("residents", s.t("给居民", "To residents"), lines(residents)),
        ("staff", s.t("给工作人员", "To staff"), lines(staff)),
    ];
    Ok(html(&TextsPage { groups, s }))
}

fn line(s: &Shell, text: TextOf) -> Line {
    let mut channels = Vec::new();
    if let Some(now) = &text.now {
        channels.extend(now.sms.as_ref().map(|_| NoticeChannel::Sms.word(s.lang)));
        channels.extend(now.mail.as_ref().map(|_| NoticeChannel::Mail.word(s.lang)));
    }
    Line {
        key: text.kind.key(),
        name: text.kind.word(s.lang),
        subject: text.now.map(|now| now.subject.get(s.lang).to_owned()).unwrap_or_default(),
        channels,
        own: text.own.map(|(at, by)| (s.when(&at), by)),
    }
}

/// `GET /desk/notice-texts/{key}`
pub(crate) async fn page(desk: Desk, Path(key): Path<String>) -> PageResult {
    let kind = kind(&key)?;
    let (text, changes) = desk.run(move |ctx| notice::text(ctx, kind)).await?;
    let now = text.now.clone().unwrap_or(EMPTY);
    let mut page = view(&desk, kind, &now, &[], &text, changes);
    page.done = page.s.query.contains("done");
    Ok(html(&page))
}

/// `POST /desk/notice-texts/{key}`: look, keep, or give the pack's text back.
pub(crate) async fn post(desk: Desk, Path(key): Path<String>, fields: Fields) -> PageResult {
    let kind = kind(&key)?;
    let text = read(&fields);
    let faults = notice::faults(kind, &text);
    let (kept, what) = (text.clone(), fields.get("do").to_owned());
    let sound = faults.is_empty();
    let seen = fields.get("seen").parse().unwrap_or(-1);
    let done = desk.run(move |ctx| act(ctx, kind, &what, &kept, sound, seen)).await;
    let stale = matches!(done, Err(WebError::App(AppError::Refused(Refusal::Stale))));
    if !stale && done? {
        return Ok(see_other(&format!("{PATH}/{}?done", kind.key())));
    }
    let (before, changes) = desk.run(move |ctx| notice::text(ctx, kind)).await?;
    let mut page = view(&desk, kind, &text, &faults, &before, changes);
    page.stale = stale;
    Ok(with_status(html(&page), sound, stale))
}

fn with_status(mut response: Response, sound: bool, stale: bool) -> Response {
    *response.status_mut() = match (stale, sound) {
        (true, _) => StatusCode::CONFLICT,
        (false, true) => StatusCode::OK,
        (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    response
}

/// Whether something was written.
fn act(
    ctx: &Ctx,
    kind: NoticeKind,
    what: &str,
    text: &NoticeText,
    sound: bool,
    seen: i64,
) -> Result<bool, AppError> {
    match what {
        "restore" => notice::restore_text(ctx, kind, seen).map(|()| true),
        "keep" if sound => notice::put_text(ctx, kind, text, seen).map(|()| true),
        _ => Ok(false),
    }
}

const EMPTY: NoticeText =
    NoticeText { subject: Words { zh: String::new(), en: String::new() }, mail: None, sms: None };

fn kind(key: &str) -> Result<NoticeKind, WebError> {
    NoticeKind::from_key(key).ok_or_else(|| WebError::from(Refusal::NotFound))
}

fn read(fields: &Fields) -> NoticeText {
    let text = |name: &str| fields.get(name).replace("\r\n", "\n").trim().to_owned();
    let words = |name: &str| Words { zh: text(name), en: text(&format!("{name}_en")) };
    let filled = |name: &str| Some(words(name)).filter(|w| !w.zh.is_empty() || !w.en.is_empty());
    NoticeText { subject: words("subject"), mail: filled("mail"), sms: filled("sms") }
}

fn view(
    desk: &Desk,
    kind: NoticeKind,
    text: &NoticeText,
    faults: &[TextFault],
    before: &TextOf,
    changes: Vec<Change>,
) -> TextPage {
    let s = desk.shell();
    let looks = if faults.is_empty() { looks(desk, kind, text) } else { Vec::new() };
    let change = |change: Change| ChangeShown {
        when: s.when(&change.at),
        by: change.by,
        before: whole(&s, change.before.as_ref()),
        after: whole(&s, change.after.as_ref()),
    };
    TextPage {
        key: kind.key(),
        name: kind.word(s.lang),
        fields: fields_of(&s, text, faults),
        variables: kind.vars().into_iter().map(|v| (format!("{{{}}}", v.key()), v.word(s.lang))).collect(),
        wrong: !faults.is_empty(),
        looks,
        own: before.own.clone().map(|(at, by)| (s.when(&at), by)),
        changes: changes.into_iter().map(change).collect(),
        done: false,
        stale: false,
        version: before.version,
        s,
    }
}

fn fields_of(s: &Shell, text: &NoticeText, faults: &[TextFault]) -> Vec<Field> {
    let wrong = |name: &str| {
        let own = faults.iter().filter(|fault| fault.field == name);
        own.map(|fault| fault.words.get(s.lang).to_owned()).collect::<Vec<_>>().join(" ")
    };
    let of = |words: Option<&Words>, lang: Lang| words.map(|w| w.get(lang).to_owned()).unwrap_or_default();
    let field = |name, label, words: Option<&Words>, lang: Lang, tall| Field {
        name,
        label,
        lang: lang.tag(),
        value: of(words, lang),
        tall,
        wrong: wrong(name),
    };
    let (subject, mail, sms) = (Some(&text.subject), text.mail.as_ref(), text.sms.as_ref());
    vec![
        field("subject", s.t("邮件主题，中文", "Subject of the mail, Chinese"), subject, Lang::Zh, false),
        field(
            "mail",
            s.t("邮件，中文（空着就不发邮件）", "Mail, Chinese (empty: no mail)"),
            mail,
            Lang::Zh,
            true,
        ),
        field(
            "sms",
            s.t("短信，中文（空着就不发短信）", "Short message, Chinese (empty: none)"),
            sms,
            Lang::Zh,
            true,
        ),
        field("subject_en", s.t("邮件主题，英文", "Subject of the mail, English"), subject, Lang::En, false),
        field("mail_en", s.t("邮件，英文", "Mail, English"), mail, Lang::En, true),
        field("sms_en", s.t("短信，英文", "Short message, English"), sms, Lang::En, true),
    ]
}

fn looks(desk: &Desk, kind: NoticeKind, text: &NoticeText) -> Vec<Look> {
    let app = &desk.site.app;
    let look = |lang: Lang| {
        let mail = notice::preview(app, kind, text, NoticeChannel::Mail, lang);
        let sms = notice::preview(app, kind, text, NoticeChannel::Sms, lang);
        Look {
            lang: lang.tag(),
            name: lang.t("中文", "English"),
            subject: mail.as_ref().map(|said| said.subject.clone()).unwrap_or_default(),
            text: mail.as_ref().map(|said| said.text.clone()).unwrap_or_default(),
            html: mail.map(|said| said.html).unwrap_or_default(),
            sms: sms.map(|said| said.text).unwrap_or_default(),
        }
    };
    [Lang::Zh, Lang::En].into_iter().map(look).collect()
}

/// A text in one piece, as the history shows it.
fn whole(s: &Shell, text: Option<&NoticeText>) -> String {
    let Some(text) = text else {
        return s.t("（城市包的文字）", "(the city pack’s text)").to_owned();
    };
    let mut out = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        out.push(text.subject.get(lang).to_owned());
        out.extend([&text.mail, &text.sms].into_iter().flatten().map(|words| words.get(lang).to_owned()));
    }
    out.join("\n\n")
}
