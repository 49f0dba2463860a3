//! The parts of a case page, each made from what was loaded.

use duban_app::{CaseRow, MediaKind, case::show::Shown};
use duban_domain::{
    Lang, MediaId, Stamp,
    case::{Case, Ending, Event, Phase, Stage, What},
    city::City,
    deadline::{Deadline, Pace, explain, left},
    dispatch::Proposal,
    request::{Privacy, Urgency},
};

use super::{
    case::{Revealed, person_words},
    list::Tag,
    words::{self, Stretch, because_words, marked, took, unit_name},
};
use crate::{
    frame::{Shell, When},
    questions,
};

/// One stop of the track.
pub(super) struct Stop {
    pub(super) name: String,
    pub(super) at: Option<When>,
    /// `done`, `now` or nothing.
    pub(super) class: &'static str,
}

/// One deadline in the head.
pub(super) struct DueLine {
    pub(super) name: String,
    pub(super) at: When,
    pub(super) open: bool,
    pub(super) left: String,
    pub(super) class: &'static str,
    pub(super) why: Vec<String>,
}

/// What the catalogue proposes.
pub(super) struct Proposed {
    pub(super) unit: String,
    pub(super) name: String,
    pub(super) assisting: String,
    pub(super) reason: String,
    pub(super) because: Vec<String>,
}

/// One person's voice.
pub(super) struct Voice {
    pub(super) number: String,
    pub(super) grouped: String,
    pub(super) name: String,
    pub(super) phone: String,
    /// Which ways to the person are known to be theirs.
    pub(super) checked: Vec<(String, Option<When>)>,
    pub(super) plain: bool,
    pub(super) can_reveal: bool,
    pub(super) heard: bool,
    pub(super) channel: String,
    pub(super) kind: String,
    pub(super) when: When,
    pub(super) text: Vec<Stretch>,
    /// What its category asked, and what was answered.
    pub(super) details: Vec<(String, String)>,
}

/// An answer of a unit.
pub(super) struct Answer {
    pub(super) unit: String,
    pub(super) when: When,
    pub(super) outcome: String,
    pub(super) state: String,
    pub(super) state_class: &'static str,
    pub(super) public: String,
    pub(super) internal: String,
    pub(super) proof_words: String,
    pub(super) files: usize,
}

/// A unit that has the case.
pub(super) struct Owner {
    pub(super) role: String,
    pub(super) name: String,
    pub(super) phone: String,
}

/// A photo.
pub(super) struct Photo {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) by: String,
}

/// A document.
pub(super) struct File {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) size: String,
}

impl Proposed {
    pub(super) fn of(city: &City, proposal: &Proposal, lang: Lang) -> Self {
        let assisting: Vec<String> =
            proposal.assisting.iter().map(|key| unit_name(city, key, lang)).collect();
        Self {
            unit: proposal.unit.clone(),
            name: unit_name(city, &proposal.unit, lang),
            assisting: assisting.join(lang.t("、", ", ")),
            reason: proposal.reason.get(lang).to_owned(),
            because: because_words(city, &proposal.because, lang),
        }
    }
}

pub(super) fn round_words(round: u8, lang: Lang) -> String {
    match (round, lang) {
        (1, _) => String::new(),
        (n, Lang::Zh) => format!("第 {n} 轮"),
        (n, Lang::En) => format!("Round {n}"),
    }
}

/// A label of the city by its name; one that left the pack is shown as it is.
pub(super) fn label_name(city: &City, key: &str, lang: Lang) -> String {
    city.label(key).map_or_else(|| key.to_owned(), |label| label.name.get(lang).to_owned())
}

pub(super) fn tags(city: &City, s: &Shell, case: &Case, row: &CaseRow, group: Option<usize>) -> Vec<Tag> {
    let mut tags = vec![Tag {
        words: case.phase().word(s.lang).to_owned(),
        class: if case.is_open() { "tag-go" } else { "tag-ok" },
    }];
    if let Some(key) = case.label.as_deref() {
        tags.push(Tag { words: label_name(city, key, s.lang), class: "" });
    }
    if case.urgency != Urgency::Normal {
        tags.push(Tag {
            words: case.urgency.word(s.lang).to_owned(),
            class: words::urgency_class(case.urgency),
        });
    }
    if let Some(plea) = &case.handling.plea {
        tags.push(Tag { words: plea.waits().word(s.lang).to_owned(), class: "tag-warn" });
    }
    if case.handling.designated {
        tags.push(Tag { words: s.t("指定承办", "Designated").to_owned(), class: "" });
    }
    if row.voices > 1 {
        tags.push(Tag {
            words: if s.lang == Lang::Zh {
                format!("{} 人同诉", row.voices)
            } else {
                format!("{} voices", row.voices)
            },
            class: "tag-warn",
        });
    }
    if let Some(n) = group {
        tags.push(Tag {
            words: match s.lang {
                Lang::Zh => format!("群体诉求 {n} 人"),
                Lang::En => format!("{n} people, perhaps one matter"),
            },
            class: "tag-warn",
        });
    }
    if row.privacy != Privacy::Contact && !case.entered {
        tags.push(Tag { words: row.privacy.word(s.lang).to_owned(), class: "" });
    }
    tags
}

/// The latest time that something of a kind happened in this round.
fn last(history: &[Option<Event>], since: Stamp, key: &str) -> Option<Stamp> {
    history.iter().flatten().rev().find(|e| e.at >= since && e.what.key() == key).map(|e| e.at)
}

pub(super) fn track(s: &Shell, shown: &Shown) -> Vec<Stop> {
    let Shown { case, history, .. } = shown;
    let at = |key: &str| last(history, Stamp(i64::MIN), key);
    let round = |key: &str| last(history, case.round_at, key);
    let ended_apart = matches!(case.stage, Stage::Closed { ending: Ending::Direct | Ending::Historic, .. });
    let closed = match case.stage {
        Stage::Closed { at, .. } => Some(at),
        _ => None,
    };
    let now = match case.phase() {
        Phase::Received => 1,
        Phase::Dispatched => 2,
        Phase::InHand => 3,
        Phase::InReview => 4,
        Phase::Callback => 5,
        Phase::Closed => 7,
    };
    let stops = [
        (s.t("受理", "Taken in"), Some(case.opened_at)),
        (s.t("派单", "Dispatch"), at("dispatched")),
        (s.t("签收", "Signed"), at("signed")),
        (s.t("办理", "In hand"), case.answered_at),
        (s.t("审核", "Review"), round("approved")),
        (s.t("回访", "Callback"), round("heard")),
        (s.t("办结", "Closed"), closed),
    ];
    let class = |i: usize| {
        if i < now {
            "done"
        } else if i == now {
            "now"
        } else {
            ""
        }
    };
    let stop = |(i, (name, at)): (usize, (&str, Option<Stamp>))| Stop {
        name: name.to_owned(),
        at: at.filter(|_| i < now).map(|at| s.when(&at)),
        class: class(i),
    };
    let all = stops.into_iter().enumerate();
    match ended_apart {
        // What was answered at once, or elsewhere before, never had the steps between.
        true => all.filter(|(i, _)| matches!(i, 0 | 3 | 6)).map(stop).collect(),
        // Nobody is called back about what nobody asked for.
        false => all.filter(|(i, _)| !(case.entered && *i == 5)).map(stop).collect(),
    }
}

pub(super) fn dues(city: &City, s: &Shell, shown: &Shown) -> Vec<DueLine> {
    let Shown { case, history, .. } = shown;
    let mut lines = Vec::new();
    let order = history.iter().flatten().rev().find_map(|e| match &e.what {
        What::Dispatched { sign, .. } => Some((e.at, sign)),
        _ => None,
    });
    if let Some((at, sign)) = order.filter(|(at, _)| *at >= case.round_at) {
        let signed = last(history, at, "signed");
        lines.extend(line(city, s, s.t("签收", "Sign"), sign, signed, case.phase() == Phase::Dispatched));
    }
    if let Some(contact) = &case.contact {
        lines.extend(line(city, s, s.t("联系", "Contact"), contact, case.contacted_at, case.is_open()));
    }
    lines.extend(line(city, s, s.t("办结", "Answer"), &case.finish, case.answered_at, case.is_open()));
    lines
}

/// One deadline: kept, missed, or still running. One that nobody owes any more is left out.
fn line(
    city: &City,
    s: &Shell,
    name: &str,
    deadline: &Deadline,
    done: Option<Stamp>,
    owed: bool,
) -> Option<DueLine> {
    let lang = s.lang;
    let (at, words, class) = match done {
        Some(at) if at <= deadline.due => (
            at,
            format!("{}{}", lang.t("按时，用了 ", "In time, took "), took(at.0 - deadline.start.0, lang)),
            "t-ok",
        ),
        Some(at) => {
            (at, format!("{}{}", lang.t("迟了 ", "Late by "), took(at.0 - deadline.due.0, lang)), "t-seal")
        }
        None if !owed => return None,
        None => {
            let left = left(city, deadline.due, s.now, lang);
            let class = match left.state {
                Pace::Late => "t-seal strong",
                Pace::Soon => "t-warn strong",
                Pace::Ok => "",
            };
            (deadline.due, left.words, class)
        }
    };
    // A step that was kept needs no reckoning; the answer's always has one.
    let why = if done.is_none() || deadline.basis.ends_with("/finish") {
        explain(city, deadline, lang)
    } else {
        Vec::new()
    };
    Some(DueLine { name: name.to_owned(), at: s.when(&at), open: done.is_none(), left: words, class, why })
}

/// Why the case cannot be closed yet.
pub(super) fn blockers(case: &Case, lang: Lang) -> String {
    let mut missing = Vec::new();
    match &case.stage {
        Stage::Received => missing.push(lang.t("还没有派单", "it is not dispatched yet").to_owned()),
        Stage::Dispatched { .. } => {
            missing.push(lang.t("承办单位还没有签收", "the unit has not signed yet").to_owned())
        }
        Stage::InHand { .. } => {
            if case.contacted_at.is_none() && !case.entered {
                missing.push(lang.t("还没有联系诉求人", "the person was not contacted yet").to_owned());
            }
            missing.push(lang.t("还没有答复", "there is no answer yet").to_owned());
        }
        Stage::InReview { .. } => {
            missing.push(lang.t("答复还没有审核", "the answer is not reviewed yet").to_owned())
        }
        Stage::Callback { heard, .. } => {
            let n = case.speaking().filter(|request| !heard.contains(request)).count();
            missing.push(if lang == Lang::Zh {
                format!("还有 {n} 人没有回访到")
            } else {
                format!("{n} to be called back")
            });
        }
        Stage::Closed { .. } => return String::new(),
    }
    format!(
        "{}{}{}",
        lang.t("还不能办结：", "Cannot be closed yet: "),
        missing.join(lang.t("，", ", ")),
        lang.t("。", ".")
    )
}

pub(super) fn voices(city: &City, s: &Shell, shown: &Shown, revealed: Option<&Revealed>) -> Vec<Voice> {
    let raised = shown
        .history
        .iter()
        .flatten()
        .find_map(|e| match &e.what {
            What::Opened { because, .. } => Some(because.clone()),
            _ => None,
        })
        .unwrap_or_default();
    let spoke = |id| match &shown.case.stage {
        Stage::Callback { heard, .. } => heard.contains(&id),
        _ => false,
    };
    shown
        .voices
        .iter()
        .map(|voice| {
            let plain = revealed.filter(|r| r.request == voice.request.number).map(|r| &r.person);
            let (name, phone) = person_words(&voice.person, plain);
            Voice {
                number: voice.request.number.to_string(),
                grouped: voice.request.number.grouped(),
                name,
                phone,
                checked: checked(s, &voice.person),
                plain: plain.is_some(),
                can_reveal: voice.person.can_reveal && plain.is_none(),
                heard: spoke(voice.request.id),
                channel: voice.request.channel.word(s.lang).to_owned(),
                kind: voice.request.kind.word(s.lang).to_owned(),
                when: s.when(&voice.request.received_at),
                text: marked(&voice.request.text, &raised),
                details: questions::details(city, &voice.request.details, s.lang),
            }
        })
        .collect()
}

/// The ways that the person left, each with when it was confirmed by a code.
fn checked(s: &Shell, person: &duban_app::person::Shown) -> Vec<(String, Option<When>)> {
    let ways = [
        (s.t("电话", "Telephone"), &person.phone, person.phone_confirmed_at),
        (s.t("邮箱", "Mail"), &person.mail, person.mail_confirmed_at),
    ];
    let left = ways.into_iter().filter(|(_, masked, _)| !masked.is_empty());
    left.map(|(name, _, at)| (name.to_owned(), at.map(|at| s.when(&at)))).collect()
}

/// Every answer, newest first, with what the centre said to it.
pub(super) fn answers(city: &City, s: &Shell, history: &[Option<Event>]) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    for event in history.iter().flatten() {
        match &event.what {
            What::Answered { outcome, public, internal, proof, proof_words, .. } => answers.push(Answer {
                unit: event.by.unit.as_deref().map(|key| unit_name(city, key, s.lang)).unwrap_or_default(),
                when: s.when(&event.at),
                outcome: outcome.word(s.lang).to_owned(),
                state: s.t("待审核", "In review").to_owned(),
                state_class: "tag-warn",
                public: public.clone(),
                internal: internal.clone(),
                proof_words: proof_words.clone(),
                files: proof.len(),
            }),
            What::Approved { .. } | What::Closed { .. } => {
                state(answers.last_mut(), s.t("已公开", "Public"), "tag-go")
            }
            What::SentBack { .. } => state(answers.last_mut(), s.t("已退回", "Sent back"), "tag-must"),
            _ => {}
        }
    }
    answers.reverse();
    answers
}

fn state(answer: Option<&mut Answer>, words: &str, class: &'static str) {
    if let Some(answer) = answer.filter(|a| a.state_class == "tag-warn") {
        words.clone_into(&mut answer.state);
        answer.state_class = class;
    }
}

pub(super) fn place(city: &City, row: &CaseRow, lang: Lang) -> String {
    words::place_line(city, row.division.as_deref(), &row.place_words, lang)
}

pub(super) fn owners(city: &City, shown: &Shown, lang: Lang) -> Vec<Owner> {
    let case = &shown.case;
    let one = |role: &str, key: &str| Owner {
        role: role.to_owned(),
        name: city.unit(key).map_or_else(|| key.to_owned(), |u| u.name.get(lang).to_owned()),
        phone: city.unit(key).and_then(|u| u.phone.clone()).unwrap_or_default(),
    };
    let lead = case.unit().filter(|key| !key.is_empty()).unwrap_or(&city.centre().key);
    let mut all = vec![one(lang.t("主办", "Lead"), lead)];
    all.extend(shown.handler.iter().map(|name| Owner {
        role: lang.t("经办人", "Handler").to_owned(),
        name: name.clone(),
        phone: String::new(),
    }));
    all.extend(case.assisting.iter().map(|key| one(lang.t("协办", "Assists"), key)));
    all
}

pub(super) fn photos(shown: &Shown, lang: Lang) -> Vec<Photo> {
    let by = |of_person: bool| {
        if of_person {
            lang.t("诉求人拍的", "From the person")
        } else {
            lang.t("承办单位的凭据", "Proof of the unit")
        }
    };
    let all = shown.media.iter().filter(|m| m.kind == MediaKind::Photo);
    all.map(|m| Photo { id: id(m.id), name: m.name.clone(), by: by(m.request.is_some()).to_owned() })
        .collect()
}

/// A video, which plays in the page.
pub(super) struct Film {
    pub(super) href: String,
    pub(super) alt: String,
    pub(super) caption: &'static str,
    pub(super) at: When,
}

pub(super) fn videos(shown: &Shown, s: &Shell) -> Vec<Film> {
    let number = shown.case.number.digits();
    let by = |of_person: bool| match of_person {
        true => s.t("诉求人拍的", "From the person"),
        false => s.t("承办单位的凭据", "Proof of the unit"),
    };
    let all = shown.media.iter().filter(|m| m.kind == MediaKind::Video);
    all.map(|m| Film {
        href: format!("/desk/cases/{number}/media/{}", m.id.0),
        alt: m.name.clone(),
        caption: by(m.request.is_some()),
        at: s.when(&m.created_at),
    })
    .collect()
}

pub(super) fn files(shown: &Shown) -> Vec<File> {
    let size = |bytes: i64| {
        if bytes < 1 << 20 {
            format!("{} KB", (bytes / 1024).max(1))
        } else {
            format!("{:.1} MB", bytes as f64 / f64::from(1 << 20))
        }
    };
    let all = shown.media.iter().filter(|m| m.kind == MediaKind::Document);
    all.map(|m| File { id: id(m.id), name: m.name.clone(), size: size(m.size) }).collect()
}

fn id(id: MediaId) -> i64 {
    id.0
}
