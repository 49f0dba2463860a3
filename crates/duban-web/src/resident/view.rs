//! The page of one matter as a value: headline, who, when, why, every word. No request, no database.

use askama::Template;
use duban_app::{
    MediaKind, MediaRow,
    resident::track::{Line, Said, Speaker, Track},
};
use duban_domain::{
    Lang,
    case::{Outcome, Phase, Satisfaction},
    city::{City, Division},
    deadline,
    question::Given,
};
use qrcode::{Color, QrCode};

use super::{
    Fault, NumberShown, fault_of,
    own::{Beside, Own, notice},
    plain_late, text_or, unit_name, unit_short,
};
use crate::{
    frame::{Fields, Shell, When},
    questions,
};

/// Our Chinese sentences break at punctuation only; beside a long name they may break here too.
const MAY_BREAK: char = '\u{200b}';

#[derive(Template)]
#[template(path = "resident/track.html")]
pub(super) struct TrackPage {
    s: Shell,
    number: NumberShown,
    fresh: bool,
    added: bool,
    notice: Option<String>,
    faults: Vec<Fault>,
    typed: Typed,
    round: u8,
    headline: String,
    lead: String,
    keep: String,
    after: String,
    qr: Qr,
    late: bool,
    late_words: String,
    title: String,
    place: String,
    photos: Vec<Photo>,
    videos: Vec<Photo>,
    documents: Vec<Photo>,
    asks: Option<When>,
    question: Option<String>,
    levels: Vec<(&'static str, &'static str)>,
    /// The survey's answers: for whom it is solved, and for whom it is not.
    survey: Vec<(bool, Vec<(String, String)>)>,
    who: String,
    helping: String,
    unit_phone: Option<String>,
    due: When,
    left: String,
    span: String,
    why: String,
    reckoned: Vec<String>,
    said: Vec<SaidShown>,
    may_add: bool,
    own: Own,
    pub(super) beside: Beside,
}

/// What somebody typed into the forms of this page.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) solved: String,
    pub(super) satisfaction: String,
    pub(super) words: String,
    pub(super) answers: Vec<String>,
    pub(super) text: String,
    pub(super) asked: String,
    pub(super) given: Given,
}

/// A photo or a document on the page.
struct Photo {
    href: String,
    alt: String,
    caption: String,
    at: When,
}

/// One line of what was said: our own words, and the words that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SaidShown {
    pub(super) who: String,
    at: When,
    pub(super) ours: String,
    pub(super) their: String,
}

/// A QR code as a path of unit squares.
pub(crate) struct Qr {
    pub(crate) size: usize,
    pub(crate) path: String,
}

impl Typed {
    pub(super) fn of(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        Self {
            solved: get("solved"),
            satisfaction: get("satisfaction"),
            words: get("words"),
            answers: fields.all("answer").map(str::to_owned).collect(),
            text: get("text"),
            asked: get("asked"),
            given: questions::given(fields),
        }
    }
}

impl TrackPage {
    pub(super) fn new(
        s: Shell,
        city: &City,
        address: &str,
        track: &Track,
        typed: Typed,
        faults: Vec<Fault>,
    ) -> Self {
        let lang = s.lang;
        let query = Fields::of_query(&s.query);
        let number = NumberShown::new(&track.request.number, lang);
        let unit = track.unit.as_deref().map(|key| unit_short(city, key, lang));
        let fresh = query.opt("new").is_some() && faults.is_empty();
        let late = track.due.is_some_and(|due| due < s.now);
        let [photos, videos, documents] = files(&s, track, &number.digits);
        let (headline, lead) = if fresh {
            let got = lang.t("收到了，请记下编号", "We have it. Keep this number").to_owned();
            (got, handed_on(track, unit.as_deref(), &s))
        } else {
            (headline(track, unit.as_deref(), late, lang), lead(track, unit.as_deref(), late, &s))
        };
        Self {
            headline,
            lead,
            keep: keep(city, track.code.as_deref(), lang),
            after: text_or(city, "receipt.after", lang, "").to_owned(),
            qr: qr(&format!("{address}/track/{}", number.digits)),
            late_words: if late { late_words(city, track, &s) } else { String::new() },
            title: track.request.title.clone(),
            place: place(city, track, lang),
            question: track.question.clone(),
            asks: track.asks_until.map(|until| s.when(&until)),
            who: who(city, track, lang),
            helping: helping(city, track, lang),
            unit_phone: unit_phone(city, track),
            due: s.when(&track.finish.due),
            left: left(city, track, &s),
            span: span(city, track, lang),
            why: why(track, lang),
            reckoned: deadline::explain(city, &track.finish, lang),
            said: track.said.iter().map(|said| line(&s, city, said)).collect(),
            fresh,
            added: query.get("done") == "added",
            notice: notice(query.get("done"), track, lang),
            round: track.round,
            survey: survey(city, lang),
            levels: Satisfaction::ALL.iter().map(|level| (level.key(), level.word(lang))).collect(),
            may_add: track.may_add,
            own: Own::of(city, track, &query, &s),
            beside: Beside::of(city, track, &typed, fresh && query.opt("asked").is_none(), lang),
            photos,
            videos,
            documents,
            late,
            number,
            faults,
            typed,
            s,
        }
    }

    fn fault(&self, field: &str) -> Option<&str> {
        fault_of(&self.faults, field)
    }
}

fn who(city: &City, track: &Track, lang: Lang) -> String {
    match track.unit.as_deref() {
        Some(key) => unit_name(city, key, lang),
        None => format!("{}{}", city.hotline, lang.t("，正在找谁来办", ", finding who deals with it")),
    }
}

fn why(track: &Track, lang: Lang) -> String {
    let later = lang.t("还在看该谁来办，定了就写在这里。", "Being looked at; the reason will stand here.");
    track.why.as_ref().map_or_else(|| later.to_owned(), |why| why.get(lang).to_owned())
}

fn headline(track: &Track, unit: Option<&str>, late: bool, lang: Lang) -> String {
    let unit = unit.unwrap_or_default();
    let plain = |zh: &str, en: &str| lang.t(zh, en).to_owned();
    let with_unit = |zh: &str, en: &str| {
        let whole = lang.t(zh, en).replace("{}", &format!("{MAY_BREAK}{unit}{MAY_BREAK}"));
        // No line begins with a comma.
        whole.replace(&format!("{MAY_BREAK}，"), "，")
    };
    match track.phase {
        _ if track.withdrawn => plain("您撤回了", "You took it back"),
        Phase::Closed if track.verdict.is_some_and(|(solved, _)| solved) => {
            plain("办完了，您说解决了", "Done, and you said it is solved")
        }
        Phase::Closed => plain("办完了", "Done"),
        Phase::Callback if track.asks_until.is_none() => {
            plain("您说过了，谢谢", "You have told us, thank you")
        }
        Phase::Callback if outcome(track) == Some(Outcome::Solved) => {
            plain("说是办完了，请您看看", "Said to be done. Is it?")
        }
        Phase::Callback => plain("有答复了，请您看看", "There is an answer. Please look"),
        Phase::InReview => with_unit("{}说办了，热线正在核对", "{} says it is done; the hotline checks"),
        Phase::InHand if late => plain("晚了，还没有办完", "Late, and not done yet"),
        Phase::InHand if track.round > 1 => plain("没解决，正在重新办", "Not solved: being done again"),
        Phase::InHand => with_unit("{}正在办", "{} is dealing with it"),
        Phase::Dispatched if late => plain("晚了，还没有人接手", "Late: nobody has taken it yet"),
        Phase::Dispatched => with_unit("交给了{}，等它接手", "Passed on to {}"),
        Phase::Received if late => plain("晚了，还没有找到谁来办", "Late: still finding who deals with it"),
        Phase::Received => plain("收到了，正在找谁来办", "We have it, and are finding who deals with it"),
    }
}

/// The last accepted outcome.
fn outcome(track: &Track) -> Option<Outcome> {
    track.said.iter().find_map(|said| match &said.what {
        Line::Answered(outcome, _) => Some(*outcome),
        _ => None,
    })
}

/// What became of it in the first second.
fn handed_on(track: &Track, unit: Option<&str>, s: &Shell) -> String {
    let due = s.when(&track.finish.due).short;
    match (unit, s.lang) {
        (Some(unit), Lang::Zh) => format!("已经交给{MAY_BREAK}{unit}，{due}前答复您。"),
        (Some(unit), Lang::En) => format!("It has gone to {unit}; you will be answered by {due}."),
        (None, Lang::Zh) => format!("正在找谁来办，{due}前答复您。"),
        (None, Lang::En) => format!("We are finding who deals with it; you will be answered by {due}."),
    }
}

fn lead(track: &Track, unit: Option<&str>, late: bool, s: &Shell) -> String {
    let unit = unit.unwrap_or(&s.hotline);
    let answered = track
        .said
        .iter()
        .find(|said| matches!(said.what, Line::Answered(..)))
        .map(|said| s.when(&said.at).day);
    match (track.phase, answered, s.lang) {
        (Phase::Callback, Some(day), Lang::Zh) => {
            format!("{unit}{MAY_BREAK}{day}答复了。您说解决了，才算完。")
        }
        (Phase::Callback, Some(day), Lang::En) => {
            format!("{unit} answered, {day}. It is done when you say it is solved.")
        }
        (Phase::Closed, ..) => track.closed_at.map(|at| s.when(&at).full).unwrap_or_default(),
        (_, _, Lang::Zh) if late => format!("{}说的。", s.when(&track.request.received_at).short),
        (_, _, Lang::En) if late => format!("You told us {}.", s.when(&track.request.received_at).short),
        (_, _, Lang::Zh) => format!(
            "{}说的，{}前答复您。",
            s.when(&track.request.received_at).short,
            s.when(&track.finish.due).short
        ),
        (_, _, Lang::En) => format!(
            "You told us {}; you will be answered by {}.",
            s.when(&track.request.received_at).short,
            s.when(&track.finish.due).short
        ),
    }
}

fn keep(city: &City, code: Option<&str>, lang: Lang) -> String {
    if let Some(code) = code {
        return match lang {
            Lang::Zh => format!("请记下编号，还有查询码 {code}。您没有留电话，以后用这两样查进度。"),
            Lang::En => format!(
                "Keep the number and the code {code}. You left no telephone, so these two open this page later."
            ),
        };
    }
    text_or(
        city,
        "receipt.keep",
        lang,
        lang.t(
            "请记下编号，用它和手机号后四位查进度。",
            "Keep the number: with it and the last four digits of your telephone you follow it.",
        ),
    )
    .to_owned()
}

fn late_words(city: &City, track: &Track, s: &Shell) -> String {
    let by = plain_late(&deadline::left(city, track.finish.due, s.now, s.lang).words);
    let due = s.when(&track.finish.due).short;
    match s.lang {
        Lang::Zh => format!("应该在{due}前答复您，已经{by}。"),
        Lang::En => format!("You should have been answered by {due}. {by}."),
    }
}

fn left(city: &City, track: &Track, s: &Shell) -> String {
    match track.due {
        None if track.closed_at.is_some() => s.t("已经办完", "Done").to_owned(),
        None => s.t("已经答复", "Answered").to_owned(),
        Some(due) => plain_late(&deadline::left(city, due, s.now, s.lang).words),
    }
}

/// How long, and on what ground.
fn span(city: &City, track: &Track, lang: Lang) -> String {
    let rule = track.finish.basis.split('/').next().unwrap_or_default();
    let law = city.deadlines.iter().find(|row| row.key == rule).and_then(|row| row.law.as_ref());
    let ground = law.map_or(lang.t("默认，非法定", "a default, not law"), |law| law.get(lang));
    match lang {
        Lang::Zh => format!("{}内（{ground}）", track.finish.span.words(lang)),
        Lang::En => format!("within {} ({ground})", track.finish.span.words(lang)),
    }
}

/// Where it is: the division, as far as the words do not name it already, and the words.
fn place(city: &City, track: &Track, lang: Lang) -> String {
    let place = &track.request.place;
    let own = place.division.as_deref().and_then(|code| city.division(code));
    let above = own.and_then(|d| d.parent.as_deref()).and_then(|code| city.division(code));
    let said = |name: &str| place.words.contains(name);
    let unsaid = |d: &&Division| !said(&d.name.zh) && !said(d.name.get(lang));
    let mut names: Vec<&str> =
        [above, own].into_iter().flatten().filter(unsaid).map(|d| d.name.get(lang)).collect();
    if lang == Lang::En {
        names.reverse();
    }
    let division = names.join(lang.t("", ", "));
    let parts: Vec<&str> =
        [division.as_str(), place.words.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(lang.t("，", ", "))
}

fn helping(city: &City, track: &Track, lang: Lang) -> String {
    if track.assisting.is_empty() {
        return String::new();
    }
    let names: Vec<String> = track.assisting.iter().map(|key| unit_short(city, key, lang)).collect();
    match lang {
        Lang::Zh => format!("{}帮着办", names.join("、")),
        Lang::En => format!("with the help of {}", names.join(", ")),
    }
}

/// Photos, videos and documents.
fn files(s: &Shell, track: &Track, digits: &str) -> [Vec<Photo>; 3] {
    let (mut photos, mut videos, mut documents) = (Vec::new(), Vec::new(), Vec::new());
    let own = track.photos.iter().map(|row| (row, s.t("您拍的", "From you")));
    let proof = track.proof.iter().map(|row| (row, s.t("办的时候拍的", "From the unit")));
    for (row, caption) in own.chain(proof) {
        let shown = photo(s, digits, row, caption);
        match row.kind {
            MediaKind::Photo => photos.push(shown),
            MediaKind::Video => videos.push(shown),
            MediaKind::Document => documents.push(shown),
        }
    }
    [photos, videos, documents]
}

fn photo(s: &Shell, digits: &str, row: &MediaRow, caption: &str) -> Photo {
    Photo {
        href: format!("/track/{digits}/media/{}", row.id.0),
        alt: row.name.clone(),
        caption: caption.to_owned(),
        at: s.when(&row.created_at),
    }
}

/// The public number of the unit in charge.
fn unit_phone(city: &City, track: &Track) -> Option<String> {
    track.unit.as_deref().and_then(|key| city.unit(key))?.phone.clone()
}

pub(super) fn line(s: &Shell, city: &City, said: &Said) -> SaidShown {
    let who = match &said.by {
        Speaker::You => s.t("您", "You").to_owned(),
        Speaker::Hotline => city.hotline.clone(),
        Speaker::Unit(key) => unit_short(city, key, s.lang),
    };
    let (ours, their) = words(s, city, &said.what);
    SaidShown { who, at: s.when(&said.at), ours, their }
}

fn words(s: &Shell, city: &City, what: &Line) -> (String, String) {
    let lang = s.lang;
    let ours = |zh: &str, en: &str| (lang.t(zh, en).to_owned(), String::new());
    match what {
        Line::Told(text) => (String::new(), text.clone()),
        Line::Dispatched(unit, why) => {
            let (unit, why) = (unit_short(city, unit, lang), why.get(lang));
            match lang {
                Lang::Zh => (format!("交给了{unit}。{why}"), String::new()),
                Lang::En => (format!("Passed on to {unit}. {why}"), String::new()),
            }
        }
        Line::Signed => ours("接手了，开始办。", "Took it and began."),
        Line::Contacted => ours("联系过您。", "Was in touch with you."),
        Line::Answered(outcome, text) => {
            (format!("{}{}", outcome.word(lang), lang.t("：", ":")), text.clone())
        }
        Line::Judged(true, words) => (lang.t("解决了。", "It is solved.").to_owned(), words.clone()),
        Line::Judged(false, words) => (lang.t("没解决。", "It is not solved.").to_owned(), words.clone()),
        Line::Ruled(true, why) => {
            (lang.t("我们看过了，重新办理。", "We looked at it: it is done again.").to_owned(), why.clone())
        }
        Line::Ruled(false, why) => {
            (lang.t("我们看过了，维持办结。", "We looked at it: it stays closed.").to_owned(), why.clone())
        }
        Line::Reopened(round) => match lang {
            Lang::Zh => (format!("没解决，退回去重新办，这是第 {round} 次。"), String::new()),
            Lang::En => {
                (format!("Not solved: it goes back and is done again, round {round}."), String::new())
            }
        },
        Line::NoReply => ours("给您打过电话，没有打通。", "We called you and could not reach you."),
        Line::Missed => ours("过了定的时间，还没有答复。", "The time has passed without an answer."),
        Line::Closed => ours("这件事办完了。", "This matter is closed."),
        Line::Withdrew(why) => (lang.t("撤回了，不用办了。", "Took it back.").to_owned(), why.clone()),
        Line::Shared(consent) => {
            (format!("{}{}", lang.t("公开页：", "Public page: "), consent.word(lang)), String::new())
        }
        Line::Moderated(ruling, why) => {
            (format!("{}{}", lang.t("公开页：", "Public page: "), ruling.word(lang)), why.clone())
        }
        around => around_words(s, city, around),
    }
}

/// As [`words`], for the steps around a case.
fn around_words(s: &Shell, city: &City, what: &Line) -> (String, String) {
    let lang = s.lang;
    let ours = |zh: &str, en: &str| (lang.t(zh, en).to_owned(), String::new());
    match what {
        Line::Asked(words) => (lang.t("想请您补充：", "Please tell us more: ").to_owned(), words.clone()),
        Line::Restarted => {
            ours("热线中心重新打开了这件事，再办一次。", "The hotline opened this matter again.")
        }
        Line::Returned => ours(
            "刚才的单位说不归它办，热线中心同意，正在另找单位。您不用重新说。",
            "That unit was not the right one. We are finding another; you need not tell us again.",
        ),
        Line::Joined(unit) => {
            let unit = unit_short(city, unit, lang);
            (format!("{}{unit}{}", lang.t("请了", "Asked "), lang.t("一起办。", " to help.")), String::new())
        }
        Line::Extended(until, words) => {
            let until = s.when(until).full;
            (
                format!(
                    "{}{until}{}",
                    lang.t("要多一些时间，改到 ", "More time is needed, until "),
                    lang.t("。", ".")
                ),
                words.clone(),
            )
        }
        _ => (String::new(), String::new()),
    }
}

/// Squares of one unit, with the quiet margin that scanners need.
pub(crate) fn qr(text: &str) -> Qr {
    const MARGIN: usize = 4;
    let Ok(code) = QrCode::new(text.as_bytes()) else { return Qr { size: 1, path: String::new() } };
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let path = dark.map(|(i, _)| format!("M{} {}h1v1h-1z", i % width + MARGIN, i / width + MARGIN)).collect();
    Qr { size: width + 2 * MARGIN, path }
}

/// The answers of the city's survey in their order, those of the contented first.
fn survey(city: &City, lang: Lang) -> Vec<(bool, Vec<(String, String)>)> {
    let of = |solved: bool| {
        let answers = city.desk.survey.iter().filter(move |answer| answer.solved == solved);
        answers.map(|answer| (answer.key.clone(), answer.text.get(lang).to_owned())).collect::<Vec<_>>()
    };
    [true, false]
        .map(|solved| (solved, of(solved)))
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .collect()
}
