//! 来信: mail to the hotline. What belongs to a request is added to it, as if the person had written on its
//! page; what a mail server reports is written beside the notice that it is about; what a machine wrote
//! opens nothing and is answered by nobody; everything else is a new request.
//!
//! A mail counts once, by its Message-ID. How it gets here (a pipe of the mail server, a Maildir) is the
//! binary's; reading it is `read`'s.

pub mod aside;
mod quote;
mod read;

use duban_domain::{
    NoticeId, Number, Refusal, RequestId,
    letter::Fate,
    person::{Mail, Person},
    policy::{permit, verb},
    request::{Channel, Place, Privacy, Request},
    stamp::DAY_MS,
    text,
};
use duban_store::{LetterRow, WriteTx};
use serde::{Deserialize, Serialize};

use self::read::{Bounce, Letter};
use crate::{
    App, AppError, Ctx,
    case::register::{self, Intake},
    keys,
    media::{self, MediaRules, NewMedia},
    notice, person,
    resident::speak,
    wiring::Result,
};

/// The place that the words of a mail are sealed for.
const ORIGINAL: &str = "letter.original";
/// How many requests one address opens by mail in a day: two machines that answer each other end here.
const DAILY_MAX: i64 = 12;
/// How many mails of one address are added to requests in a day.
const ADDED_MAX: i64 = 50;
/// Room that is left in a long text for the remark that it is longer.
const REMARK_MAX: usize = 400;

/// What came of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// It is a new request.
    Request(Number),
    /// It was added to a request.
    Added(Number),
    /// A mail server reported on a notice of ours.
    Bounce(NoticeId),
    /// Nobody is to deal with it; why.
    Ignored(&'static str),
    /// It was taken in before.
    Again,
    /// These bytes are no mail.
    Unreadable,
}

/// What somebody wrote, with everything that they quoted, as the case's page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// The subject.
    pub subject: String,
    /// The whole text.
    pub text: String,
}

/// Takes a mail in. An error means that nothing was recorded: bring it again.
pub fn take_in(app: &App, bytes: &[u8]) -> Result<Came> {
    let Some(letter) = read::read(bytes) else { return Ok(Came::Unreadable) };
    let key = letter.id.as_ref().map_or_else(|| keys::hash(bytes), |id| keys::hash(id.as_bytes()));
    // Pictures are dear to read: not again for what was taken in, and not for what a machine wrote.
    let unread = letter.bounce.is_some() || letter.automatic.is_some();
    let known = unread || app.store.read(|tx| tx.letter_is_known(&key))?;
    let (files, refused) = if known { Default::default() } else { files(app, &letter) };
    let came = app.store.write(|tx| {
        if tx.letter_is_known(&key)? {
            return Ok(Came::Again);
        }
        let came = decide(app, tx, &letter, &key, &files, &refused)?;
        let row = row(app, tx, &letter, &key, &came)?;
        tx.insert_letter(&row)?;
        Ok(came)
    });
    match came {
        // Another server took it in at this very moment.
        Err(AppError::Store(taken @ duban_store::StoreError::Taken { .. })) => {
            match app.store.read(|tx| Ok::<_, AppError>(tx.letter_is_known(&key)?))? {
                true => Ok(Came::Again),
                // Something else of it was there already: to be brought again is better than to be lost.
                false => Err(taken.into()),
            }
        }
        other => other,
    }
}

fn decide(
    app: &App,
    tx: &mut WriteTx<'_>,
    letter: &Letter,
    key: &[u8],
    files: &[NewMedia],
    refused: &str,
) -> Result<Came> {
    if let Some(bounce) = &letter.bounce {
        return reported(app, tx, bounce);
    }
    if let Some(sign) = letter.automatic {
        return Ok(Came::Ignored(sign));
    }
    // Our own mail, sent back to us by whatever detour.
    if letter.id.as_deref().and_then(|id| ours(app, id)).is_some() {
        return Ok(Came::Ignored("own"));
    }
    let Some(from) = &letter.from else { return Ok(Came::Ignored("no-sender")) };
    let words = whole(letter, refused);
    let since = app.now().plus_ms(-DAY_MS);
    match thread(app, tx, letter, from)? {
        Thread::Request(request) => {
            if tx.letters_from(&person::mail_key(&app.keys, from), Fate::Added, since)? >= ADDED_MAX {
                return Ok(Came::Ignored("too-many"));
            }
            let number = request.number.clone();
            match speak::added(app, tx, request.id, &number, &words, files, None) {
                Ok(_) => return Ok(Came::Added(number)),
                // The case is closed or asks for nothing any more: what they write begins anew.
                Err(AppError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Thread::Staff => return Ok(Came::Ignored("staff")),
        Thread::New => {}
    }
    if tx.letters_from(&person::mail_key(&app.keys, from), Fate::Request, since)? >= DAILY_MAX {
        return Ok(Came::Ignored("too-many"));
    }
    let intake = intake(letter, from, words, files, key);
    match register::by_letter(app, tx, &intake) {
        Ok(registered) => Ok(Came::Request(registered.number)),
        // Bringing it again would not make it better.
        Err(AppError::Refused(_)) => Ok(Came::Ignored("refused")),
        Err(error) => Err(error),
    }
}

/// What a mail answers.
enum Thread {
    /// A request of this person.
    Request(Box<Request>),
    /// A notice to staff: what they have to say they say at the desk.
    Staff,
    /// Nothing of ours.
    New,
}

/// Finds what a mail answers: by the key in the address it was sent to, by our own Message-ID, which
/// nobody can make up; and by a number only when the writer's address is the one the person left.
fn thread(app: &App, tx: &mut WriteTx<'_>, letter: &Letter, from: &Mail) -> Result<Thread> {
    for to in &letter.to {
        let inner = to.split('@').next().and_then(|name| name.split_once('+')).map(|(_, key)| key);
        let Some(number) = inner.and_then(|key| notice::replied(app, key)) else { continue };
        if let Some(request) = tx.request_by_number(&number)? {
            return Ok(Thread::Request(Box::new(request)));
        }
    }
    for id in &letter.replied {
        let Some(row) = ours(app, id).map(|id| tx.notice(id)).transpose()?.flatten() else { continue };
        if row.staff.is_some() || row.unit.is_some() {
            return Ok(Thread::Staff);
        }
        if let Some(request) = row.request.map(|id| tx.request(id)).transpose()?.flatten() {
            return Ok(Thread::Request(Box::new(request)));
        }
    }
    for number in numbers(&letter.subject) {
        let Some(request) = tx.request_by_number(&number)? else { continue };
        let known = person::of(app, tx, &request)?.and_then(|person| person.mail);
        if request.privacy != Privacy::Anonymous && known.is_some_and(|mail| mail.folded() == from.folded()) {
            return Ok(Thread::Request(Box::new(request)));
        }
    }
    Ok(Thread::New)
}

/// The notice that a Message-ID is ours for.
fn ours(app: &App, id: &str) -> Option<NoticeId> {
    notice::of_message_key(app, id.split('@').next().unwrap_or(""))
}

/// Numbers that stand in a subject, in one piece or in groups of four.
fn numbers(subject: &str) -> Vec<Number> {
    let mut found = Vec::new();
    for run in subject.split(|c: char| !(c.is_ascii_digit() || c == ' ')) {
        let digits: String = run.chars().filter(char::is_ascii_digit).collect();
        found.extend([16, 12].into_iter().filter_map(|n| digits.get(..n)?.parse::<Number>().ok()));
    }
    found
}

fn reported(app: &App, tx: &mut WriteTx<'_>, bounce: &Bounce) -> Result<Came> {
    for id in bounce.about.iter().filter_map(|id| ours(app, id)) {
        if notice::bounced(app, tx, id, bounce.into())? {
            return Ok(Came::Bounce(id));
        }
    }
    Ok(Came::Ignored("report"))
}

impl<'a> From<&'a Bounce> for notice::Bounced<'a> {
    fn from(bounce: &'a Bounce) -> Self {
        Self { words: &bounce.words, failed: bounce.failed, gone: bounce.gone }
    }
}

/// The files that may be taken, and words about those that may not.
fn files(app: &App, letter: &Letter) -> (Vec<NewMedia>, String) {
    let (taken, refused) = fitting(&MediaRules::of(&app.city.settings), &letter.files);
    if refused.is_empty() {
        return (taken, String::new());
    }
    let names = text::shorten(&refused.join(", "), REMARK_MAX / 2);
    (taken, format!("（没有收下的附件 · Attachments that were not taken: {names}）"))
}

/// The files that the rules allow, photos and videos counted apart, and the names of the others.
pub(crate) fn fitting(rules: &MediaRules, files: &[(String, Vec<u8>)]) -> (Vec<NewMedia>, Vec<String>) {
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    let (mut photos, mut videos) = (0, 0);
    for (name, bytes) in files {
        let (count, count_max) = match media::is_video(bytes) {
            true => (&mut videos, rules.videos.count_max),
            false => (&mut photos, rules.photos.count_max),
        };
        match (*count < count_max).then(|| media::one(rules, name, bytes)) {
            Some(Ok(media)) => {
                *count += 1;
                taken.push(media);
            }
            _ => refused.push(name.clone()),
        }
    }
    (taken, refused)
}

/// The words of a mail as the case keeps them.
fn whole(letter: &Letter, refused: &str) -> String {
    let own = if letter.text.is_empty() { &letter.subject } else { &letter.text };
    let room = text::TEXT_MAX - REMARK_MAX;
    let mut words: String = own.chars().take(room).collect();
    if own.chars().count() > room {
        words.push_str("\n\n（太长，余下的在来信原文里 · Longer: the rest is in the original mail）");
    }
    if !refused.is_empty() {
        words = format!("{words}\n\n{refused}");
    }
    words.trim().to_owned()
}

fn intake(letter: &Letter, from: &Mail, words: String, files: &[NewMedia], key: &[u8]) -> Intake {
    let mut title = letter.subject.as_str();
    // "Re: 回复：" says nothing about the matter.
    let marks = ["re:", "re：", "fw:", "fwd:", "回复:", "回复：", "答复:", "答复：", "转发:", "转发："];
    while let Some(mark) = marks.iter().find(|mark| title.to_lowercase().starts_with(**mark)) {
        title = title[mark.len()..].trim_start();
    }
    Intake {
        channel: Channel::Mail,
        kind: None,
        title: text::shorten(title, text::LINE_MAX - 10),
        text: if words.is_empty() {
            "（没有写内容 · nothing was written）".to_owned()
        } else {
            words
        },
        place: Place::default(),
        privacy: Privacy::Contact,
        person: Person {
            name: letter.name.chars().take(60).collect(),
            mail: Some(from.clone()),
            lang: read::lang(letter),
            ..Person::default()
        },
        media: files.to_vec(),
        source_key: Some(format!("mail:{}", keys::hex(key))),
        wish: duban_domain::case::Wish::default(),
    }
}

fn row(app: &App, tx: &mut WriteTx<'_>, letter: &Letter, key: &[u8], came: &Came) -> Result<LetterRow> {
    let (fate, number, notice, words) = match came {
        Came::Request(number) => (Fate::Request, Some(number), None, ""),
        Came::Added(number) => (Fate::Added, Some(number), None, ""),
        Came::Bounce(id) => (Fate::Bounce, None, Some(*id), ""),
        Came::Ignored(why) => (Fate::Ignored, None, None, *why),
        Came::Again | Came::Unreadable => (Fate::Ignored, None, None, "again"),
    };
    let request: Option<(RequestId, _)> =
        number.map(|n| tx.request_by_number(n)).transpose()?.flatten().map(|r| (r.id, r.case));
    let original = Original { subject: letter.subject.clone(), text: letter.whole.clone() };
    let original = match request {
        Some(_) => serde_json::to_string(&original).map_err(|_| AppError::Broken("keeping a mail"))?,
        // What concerns nobody here is not kept.
        None => String::new(),
    };
    Ok(LetterRow {
        key: key.to_vec(),
        at: app.now(),
        fate,
        contact: letter.from.as_ref().map(|from| person::mail_key(&app.keys, from)).unwrap_or_default(),
        request: request.map(|(id, _)| id),
        case: request.map(|(_, case)| case),
        notice,
        words: words.to_owned(),
        original: app.keys.seal(ORIGINAL, &original, &*app.entropy)?,
    })
}

/// A mail of which nothing is kept but that it came.
pub(crate) fn nothing(app: &App) -> Result<Vec<u8>> {
    let original = Original { subject: String::new(), text: String::new() };
    let original = serde_json::to_string(&original).map_err(|_| AppError::Broken("emptying a mail"))?;
    app.keys.seal(ORIGINAL, &original, &*app.entropy)
}

/// What a mail said.
pub(crate) fn opened(app: &App, row: &LetterRow) -> Result<Original> {
    let text = app.keys.open(ORIGINAL, &row.original)?;
    serde_json::from_str(&text).map_err(|_| AppError::Broken("reading a mail"))
}

/// The mails behind a case with everything that was quoted in them, newest first.
pub fn of_case(ctx: &Ctx, number: &Number) -> Result<Vec<(duban_domain::Stamp, Number, Original)>> {
    ctx.app.store.read(|tx| {
        let case = tx.case_by_number(number)?.ok_or(Refusal::NotFound)?;
        permit::<verb::View>(&ctx.who, &case)?;
        let mut list = Vec::new();
        for row in tx.letters_of(case.id)? {
            let number = row.request.map(|id| tx.request(id)).transpose()?.flatten().map(|r| r.number);
            list.push((row.at, number.unwrap_or_else(|| case.number.clone()), opened(&ctx.app, &row)?));
        }
        Ok(list)
    })
}
