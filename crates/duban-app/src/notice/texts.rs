//! 通知文字: the texts of notices, written in the browser instead of the city pack's, by whoever looks after
//! the texts of the hotline itself. They hold for the next notice, on every server; each change stays with
//! what stood there before, and one button gives the pack's text back.

use duban_domain::{
    Lang, Refusal, Stamp,
    city::City,
    lang::Words,
    notice::{NoticeChannel, NoticeKind, NoticeText, NoticeVar, Template, TemplateFault, Values},
    policy::{Action, Member, allow, verb},
};
use duban_store::NoticeTextRow;

use super::{Said, compose};
use crate::{App, AppError, Ctx, wiring::Result};

/// Longest short message, in characters before anything is filled in; as in the city pack.
const SMS_MAX: usize = 300;
/// Longest text of a mail, in characters.
const MAIL_MAX: usize = 5_000;
/// Longest subject, in characters.
const SUBJECT_MAX: usize = 200;

/// A text that holds, with where it comes from.
#[derive(Clone, Debug)]
pub struct TextOf {
    /// 种类
    pub kind: NoticeKind,
    /// What holds; none: nobody is told of this.
    pub now: Option<NoticeText>,
    /// When it was written here and by whom; none: it is the pack's.
    pub own: Option<(Stamp, String)>,
    /// How often it was changed here: a form says which of them it was made for.
    pub version: i64,
}

/// One change of a text; none means the pack's.
#[derive(Clone, Debug)]
pub struct Change {
    /// When.
    pub at: Stamp,
    /// By whom.
    pub by: String,
    /// What stood there.
    pub before: Option<NoticeText>,
    /// What stood there from then on.
    pub after: Option<NoticeText>,
}

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFault {
    /// The field: `subject`, `mail`, `sms`, in English with `_en`.
    pub field: &'static str,
    /// What is wrong, in a sentence.
    pub words: Words,
}

/// Whether somebody may change what the whole city is told: the texts of a unit are another matter.
#[must_use]
pub fn may_edit(who: &Member, city: &City) -> bool {
    who.can(Action::Texts) && who.unit == city.centre().key
}

fn editor(ctx: &Ctx) -> Result<()> {
    allow::<verb::Texts>(&ctx.who)?;
    if may_edit(&ctx.who, ctx.city()) { Ok(()) } else { Err(Refusal::MayNot(Action::Texts).into()) }
}

/// The texts of every kind.
pub fn texts(ctx: &Ctx) -> Result<Vec<TextOf>> {
    editor(ctx)?;
    ctx.app.store.read(|tx| {
        let own = tx.notice_texts()?;
        let mut list = Vec::new();
        for kind in NoticeKind::ALL {
            let version = tx.notice_text_version(*kind)?;
            list.push(of(&ctx.app, *kind, own.iter().find(|row| row.kind == *kind), version));
        }
        Ok(list)
    })
}

/// The text of a kind, with its changes, newest first.
pub fn text(ctx: &Ctx, kind: NoticeKind) -> Result<(TextOf, Vec<Change>)> {
    editor(ctx)?;
    ctx.app.store.read(|tx| {
        let row = tx.notice_text(kind)?;
        let change = |c: duban_store::NoticeTextChange| Change {
            at: c.at,
            by: c.by,
            before: read(&c.before),
            after: read(&c.after),
        };
        let changes = tx.notice_text_changes(kind)?.into_iter().map(change).collect();
        Ok((of(&ctx.app, kind, row.as_ref(), tx.notice_text_version(kind)?), changes))
    })
}

fn of(app: &App, kind: NoticeKind, row: Option<&NoticeTextRow>, version: i64) -> TextOf {
    let own = row.and_then(|row| Some((read(&row.body)?, row)));
    TextOf {
        kind,
        version,
        own: own.as_ref().map(|(_, row)| (row.at, row.by.clone())),
        now: own.map(|(text, _)| text).or_else(|| app.city.notices.texts.get(&kind).cloned()),
    }
}

fn read(body: &str) -> Option<NoticeText> {
    serde_json::from_str(body).ok()
}

/// What is wrong with a text; nothing: it can be kept.
#[must_use]
pub fn faults(kind: NoticeKind, text: &NoticeText) -> Vec<TextFault> {
    let mut found = Vec::new();
    each(kind, ("subject", "subject_en"), &text.subject, (false, SUBJECT_MAX), &mut found);
    if let Some(mail) = &text.mail {
        each(kind, ("mail", "mail_en"), mail, (true, MAIL_MAX), &mut found);
    }
    if let Some(sms) = &text.sms {
        each(kind, ("sms", "sms_en"), sms, (true, SMS_MAX), &mut found);
    }
    if text.mail.is_none() && text.sms.is_none() {
        let words = Words {
            zh: "邮件和短信至少写一种，不然谁也收不到这种通知。".into(),
            en: "Write the mail, the short message or both; without either nobody is told.".into(),
        };
        found.push(TextFault { field: "mail", words });
    }
    found
}

fn each(
    kind: NoticeKind,
    fields: (&'static str, &'static str),
    text: &Words,
    (whole, max): (bool, usize),
    found: &mut Vec<TextFault>,
) {
    for (field, text) in [(fields.0, &text.zh), (fields.1, &text.en)] {
        if text.trim().is_empty() {
            let words = Words {
                zh: "两种语言都要写，英文界面的人收英文的。".into(),
                en: "Both languages are needed: people get the one they chose.".into(),
            };
            found.push(TextFault { field, words });
            continue;
        }
        let count = text.chars().count();
        if count > max {
            let words = Words {
                zh: format!("有 {count} 个字，最多 {max} 个。"),
                en: format!("It has {count} characters; at most {max} are possible."),
            };
            found.push(TextFault { field, words });
        }
        let read = if whole { Template::parse_whole(kind, text) } else { Template::parse(kind, text) };
        if let Err(fault) = read {
            found.push(TextFault { field, words: sentence(kind, &fault) });
        }
    }
}

fn sentence(kind: NoticeKind, fault: &TemplateFault) -> Words {
    let words = fault.words(kind);
    let list =
        |sep: &str| kind.vars().into_iter().map(|v| format!("{{{}}}", v.key())).collect::<Vec<_>>().join(sep);
    Words {
        zh: format!("{}。这里可以用：{}。", words.zh, list("、")),
        en: format!("{}. These can be used here: {}.", words.en, list(", ")),
    }
}

/// Keeps a text: it holds from the next notice on. Whoever began with a version that is not the newest is
/// told so, and nothing is written.
pub fn put_text(ctx: &Ctx, kind: NoticeKind, text: &NoticeText, seen: i64) -> Result<()> {
    editor(ctx)?;
    if !faults(kind, text).is_empty() {
        return Err(Refusal::NeedsText("mail").into());
    }
    let body = serde_json::to_string(text).map_err(|_| AppError::Broken("keeping a text"))?;
    write(ctx, kind, body, seen)
}

/// The pack's text holds again.
pub fn restore_text(ctx: &Ctx, kind: NoticeKind, seen: i64) -> Result<()> {
    editor(ctx)?;
    write(ctx, kind, String::new(), seen)
}

fn write(ctx: &Ctx, kind: NoticeKind, body: String, seen: i64) -> Result<()> {
    let written = ctx.app.store.write(|tx| {
        let before = tx.notice_text(kind)?.map(|row| row.body).unwrap_or_default();
        // A double click changes nothing twice.
        if before == body {
            return Ok(());
        }
        if tx.notice_text_version(kind)? != seen {
            return Err(Refusal::Stale.into());
        }
        let (at, by) = (ctx.now, ctx.who.name.clone());
        Ok(tx.put_notice_text(&NoticeTextRow { kind, body: body.clone(), at, by })?)
    });
    match written {
        // Two wrote at the same moment, and the other was first.
        Err(AppError::Store(duban_store::StoreError::Taken { .. })) => Err(Refusal::Stale.into()),
        other => other,
    }
}

/// What somebody would get by a channel, filled in with invented values.
#[must_use]
pub fn preview(
    app: &App,
    kind: NoticeKind,
    text: &NoticeText,
    channel: NoticeChannel,
    lang: Lang,
) -> Option<Said> {
    compose::say(text, kind, channel, lang, &invented(app, kind, lang))
}

fn invented(app: &App, kind: NoticeKind, lang: Lang) -> Values {
    let mut values = compose::of_city(app, lang);
    let link = format!("{}/go/260105000017/0123456789abcdef", app.base());
    let said: [(NoticeVar, String); 17] = [
        (NoticeVar::Number, "2601 0500 0017".into()),
        (NoticeVar::Title, lang.t("测试·路灯 <三盏> 不亮", "Test: three <street lamps> are dark").into()),
        (NoticeVar::Place, lang.t("测试路与样例街交叉口", "Corner of Test Road and Sample Street").into()),
        (NoticeVar::Kind, lang.t("求助", "Call for help").into()),
        (NoticeVar::Stage, lang.t("办理中", "In progress").into()),
        (NoticeVar::Unit, app.city.centre().name.get(lang).to_owned()),
        (NoticeVar::Due, lang.t("1月7日 17:30", "7 January 2026, 17:30").into()),
        (NoticeVar::Rate, format!("{link}?rate")),
        (NoticeVar::Link, link),
        (NoticeVar::Answer, lang.t("三盏灯头已经换好。", "The three lamps were replaced.").into()),
        (NoticeVar::Reason, lang.t("没有照片。", "There is no photo.").into()),
        (NoticeVar::Question, lang.t("是路口哪一侧的灯？", "On which side of the road?").into()),
        (NoticeVar::Days, "3".into()),
        (NoticeVar::Manage, format!("{}/alerts/mine/0123456789abcdef", app.base())),
        (NoticeVar::Count, "2".into()),
        (NoticeVar::Code, "012345".into()),
        (NoticeVar::Minutes, "10".into()),
    ];
    values.extend(said);
    let list = lang.t("2601 0500 0017 测试·路灯不亮", "2601 0500 0017 Test: a street lamp is dark");
    values.insert(NoticeVar::List, list.to_owned());
    if kind == NoticeKind::Digest {
        let due = lang.t("今天到期：2 件", "Due today: 2");
        values.insert(NoticeVar::List, format!("{due}\n{}/desk/cases?due=today", app.base()));
        values.insert(NoticeVar::Link, format!("{}/desk/cases", app.base()));
    }
    values
}
