//! 经过: the history of a case as people read it, newest first, by round and day.

use duban_domain::{
    Lang,
    case::{Actor, ActorKind, Event, Move, What},
    city::City,
    deadline,
    knowledge::Source,
};

use super::{
    outside, timeline_moves,
    words::{because_words, unit_name},
};
use crate::frame::{Shell, When};

/// One round with its days, newest first.
pub(super) struct Round {
    pub(super) name: String,
    pub(super) why: String,
    pub(super) since: When,
    pub(super) days: Vec<Day>,
}

/// One day of a round.
pub(super) struct Day {
    pub(super) when: When,
    pub(super) entries: Vec<Entry>,
}

/// One thing that happened.
pub(super) struct Entry {
    pub(super) when: When,
    /// `tl-key`, `tl-go`, `tl-must` or nothing.
    pub(super) class: &'static str,
    pub(super) what: String,
    pub(super) who: String,
    pub(super) text: String,
    pub(super) words: Vec<String>,
}

/// What an entry says: how it is marked, its words, its text, what decided.
pub(super) struct Said {
    class: &'static str,
    what: String,
    text: String,
    words: Vec<String>,
}

/// The whole history. An entry whose text was erased by law is left out, and its gap said elsewhere.
pub(super) fn rounds(city: &City, s: &Shell, history: &[Option<Event>]) -> Vec<Round> {
    let mut rounds: Vec<Round> = Vec::new();
    let mut by_staff = false;
    for event in history.iter().flatten() {
        let when = s.when(&event.at);
        match &event.what {
            What::Reopened { round, .. } => {
                let why = if by_staff { Why::Restarted } else { Why::NotSolved };
                rounds.push(round_of(s.lang, *round, why, when.clone()));
            }
            _ if rounds.is_empty() => rounds.push(round_of(s.lang, 1, Why::First, when.clone())),
            _ => {}
        }
        by_staff = matches!(event.what, What::Moved(Move::Restarted { .. }));
        let entry = entry(city, s, event, when);
        if let Some(round) = rounds.last_mut() {
            put(round, entry);
        }
    }
    for round in &mut rounds {
        round.days.reverse();
        for day in &mut round.days {
            day.entries.reverse();
        }
    }
    rounds.reverse();
    rounds
}

/// What happened after an event of a number, oldest first.
pub(super) fn since(city: &City, s: &Shell, history: &[Option<Event>], seen: usize) -> Vec<Entry> {
    let news = history.iter().skip(seen).flatten();
    news.map(|event| entry(city, s, event, s.when(&event.at))).collect()
}

/// Why a round began.
enum Why {
    First,
    NotSolved,
    Restarted,
}

fn round_of(lang: Lang, n: u8, why: Why, since: When) -> Round {
    let name = match lang {
        Lang::Zh => format!("第 {n} 轮"),
        Lang::En => format!("Round {n}"),
    };
    let why = match why {
        Why::First => "",
        Why::NotSolved => lang.t("诉求人说没有解决，重办", "Not solved, the person says: done again"),
        Why::Restarted => lang.t("办结后重启", "Opened again after it was closed"),
    };
    Round { name, why: why.to_owned(), since, days: Vec::new() }
}

fn put(round: &mut Round, entry: Entry) {
    match round.days.last_mut() {
        Some(day) if day.when.day == entry.when.day => day.entries.push(entry),
        _ => round.days.push(Day { when: entry.when.clone(), entries: vec![entry] }),
    }
}

fn entry(city: &City, s: &Shell, event: &Event, when: When) -> Entry {
    let Said { class, what, text, words } = said(city, s, &event.what);
    // Whoever reported it did not dispatch it: the catalogue did.
    let by_rule = matches!(&event.what, What::Dispatched { rule, .. } if rule != "manual")
        && event.by.kind != ActorKind::Staff;
    let who = if by_rule { String::new() } else { who(city, s.lang, &event.by) };
    Entry { when, class, what, who, text, words }
}

/// Who did it: `测试·周工，国网株洲供电`.
fn who(city: &City, lang: Lang, by: &Actor) -> String {
    match by.kind {
        ActorKind::Resident => lang.t("诉求人", "The person").to_owned(),
        ActorKind::System => lang.t("系统", "Duban").to_owned(),
        ActorKind::Staff | ActorKind::Partner => {
            let unit = by.unit.as_deref().map(|key| unit_name(city, key, lang)).unwrap_or_default();
            [by.name.as_str(), &unit]
                .iter()
                .filter(|part| !part.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(lang.t("，", ", "))
        }
    }
}

fn said(city: &City, s: &Shell, what: &What) -> Said {
    let lang = s.lang;
    match what {
        What::Opened { .. } | What::Dispatched { .. } | What::Classified { .. } => deciding(city, s, what),
        What::HandedOver { to, said } => {
            let name = city.desk.calls.emergency.iter().find(|e| e.number == *to);
            let name = name.map(|e| format!(" {}", e.name.get(lang))).unwrap_or_default();
            plain("tl-must", &format!("{} {to}{name}", lang.t("已转", "Handed to")), said)
        }
        What::Signed => plain("", lang.t("签收", "Signed"), ""),
        What::Contacted { contact } => plain(
            "",
            &format!("{} · {}", lang.t("联系了诉求人", "Contacted the person"), contact.way.word(lang)),
            &contact.note,
        ),
        What::Answered { .. }
        | What::Heard { .. }
        | What::Surveyed { .. }
        | What::Judged { .. }
        | What::Supplemented { .. } => spoken(lang, what),
        What::Approved { until, unreviewed } => plain(
            "tl-key",
            if *unreviewed {
                lang.t("答复公开，本市不设审核", "Answer public; this city asks for no review")
            } else {
                lang.t("审核通过", "Answer accepted")
            },
            &format!("{} {}", lang.t("请诉求人评价，到", "The person is asked until"), s.when(until).short),
        ),
        What::SentBack { reason } => plain("tl-must", lang.t("审核退回", "Sent back"), reason),
        What::NoReply { attempt, how } => plain(
            "",
            &match lang {
                Lang::Zh => format!("回访没有接通，第 {attempt} 次 · {}", how.word(lang)),
                Lang::En => {
                    format!("Callback did not reach the person, attempt {attempt} · {}", how.word(lang))
                }
            },
            "",
        ),
        What::Reopened { finish, .. } => {
            plain("tl-must", lang.t("重新办理", "Opened again"), &due(s, finish))
        }
        What::Closed { ending } => {
            plain("tl-key", &format!("{} · {}", lang.t("办结", "Closed"), ending.word(lang)), "")
        }
        What::Missed { due } => plain(
            "tl-must",
            lang.t("逾期未答复", "Deadline missed"),
            &format!("{} {}", lang.t("应在此前答复：", "Was due:"), s.when(due).full),
        ),
        What::Labelled { label: Some(key) } => {
            let name = city.label(key).map_or(key.as_str(), |label| label.name.get(lang));
            plain("", &format!("{} · {name}", lang.t("标签", "Label")), "")
        }
        What::Labelled { label: None } => plain("", lang.t("去掉了标签", "Label taken off"), ""),
        What::Reported { .. } | What::Forwarded { .. } => from_outside(city, lang, what),
        What::Noted { text } => plain("", lang.t("批注（内部）", "Note (internal)"), text),
        What::Joined { .. } | What::Withdrawn { .. } | What::Shared { .. } | What::Moderated { .. } => {
            voices(lang, what)
        }
        What::Parted { .. } | What::Revealed { .. } => voices(lang, what),
        What::Moved(step) => timeline_moves::said(city, s, step),
    }
}

pub(super) fn from_outside(city: &City, lang: Lang, what: &What) -> Said {
    let (class, head, text) = outside::said(city, lang, what);
    plain(class, &head, &text)
}

pub(super) fn plain(class: &'static str, words: &str, text: &str) -> Said {
    Said { class, what: words.to_owned(), text: text.to_owned(), words: Vec::new() }
}

/// Who speaks for it, and what others may see.
fn voices(lang: Lang, what: &What) -> Said {
    match what {
        What::Joined { number, .. } => {
            plain("tl-go", lang.t("又有一位诉求人遇到", "Another person met it too"), &number.grouped())
        }
        What::Parted { number, reason, .. } => plain(
            "tl-key",
            &format!(
                "{} {}",
                lang.t("拆开并单，单独办理：", "Taken out, dealt with apart:"),
                number.grouped()
            ),
            reason,
        ),
        What::Withdrawn { reason, .. } => {
            plain("tl-go", lang.t("诉求人撤回", "The person took it back"), reason)
        }
        What::Shared { consent, words, .. } => plain(
            "",
            &format!("{}{}", lang.t("诉求人选公开：", "The person lets others see: "), consent.word(lang)),
            words,
        ),
        What::Moderated { ruling, words, reason } => plain(
            "tl-key",
            &format!("{}{}", lang.t("公开页：", "Public page: "), ruling.word(lang)),
            &[reason.as_str(), words]
                .iter()
                .filter(|t| !t.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join("\n"),
        ),
        What::Revealed { reason, .. } => {
            plain("", lang.t("看了诉求人姓名电话", "Looked at name and number"), reason)
        }
        other => plain("", other.key(), ""),
    }
}

/// Where an answer that was there already comes from, as a line of its own.
fn from(source: &Source, lang: Lang) -> String {
    match (source, lang) {
        (Source::Knowledge { version, question, .. }, Lang::Zh) => {
            format!("\n照知识库答复：{question}（第 {version} 版）")
        }
        (Source::Knowledge { version, question, .. }, Lang::En) => {
            format!("\nFrom the knowledge base: {question} (version {version})")
        }
        (Source::Case { number }, Lang::Zh) => {
            format!("\n没有新情况，告知 {} 的办理结果", number.grouped())
        }
        (Source::Case { number }, Lang::En) => {
            format!("\nNothing new was said: told what came of {}", number.grouped())
        }
    }
}

/// What a unit or a person said in their own words.
fn spoken(lang: Lang, what: &What) -> Said {
    match what {
        What::Answered { outcome, public, no_contact, source, .. } => {
            let source = source.as_ref().map(|source| from(source, lang)).unwrap_or_default();
            let why = if no_contact.is_empty() {
                String::new()
            } else {
                format!("\n{}{no_contact}", lang.t("没有联系，因为：", "Not contacted, because: "))
            };
            plain(
                "tl-key",
                &format!("{} · {}", lang.t("答复", "Answered"), outcome.word(lang)),
                &format!("{public}{why}{source}"),
            )
        }
        What::Heard { solved, satisfaction, words, .. } => {
            let verdict =
                if *solved { lang.t("解决了", "solved") } else { lang.t("没有解决", "not solved") };
            let felt = satisfaction.map(|v| format!(" · {}", v.word(lang))).unwrap_or_default();
            plain(
                if *solved { "tl-go" } else { "tl-must" },
                &format!("{}{verdict}{felt}", lang.t("诉求人说：", "The person says: ")),
                words,
            )
        }
        What::Surveyed { chosen, follow, .. } => {
            let words: Vec<&str> = chosen.iter().map(|one| one.text.get(lang)).collect();
            let after = follow.map(|f| format!(" · {}", f.word(lang))).unwrap_or_default();
            plain("", &format!("{}{after}", lang.t("诉求人选了", "The person chose")), &words.join("\n"))
        }
        What::Judged { redo, reason } => {
            let what = if *redo {
                lang.t("研判：重新办理", "Judged: done again")
            } else {
                lang.t("研判：维持办结", "Judged: stays closed")
            };
            plain("tl-key", what, reason)
        }
        What::Supplemented { text, media, .. } => {
            let files = if media.is_empty() {
                String::new()
            } else {
                format!("\n{} {}", lang.t("附件", "Attachments:"), media.len())
            };
            plain("tl-go", lang.t("诉求人补充", "The person added"), &format!("{text}{files}"))
        }
        other => plain("", other.key(), ""),
    }
}

/// Events that rules decide show the words that decided.
fn deciding(city: &City, s: &Shell, what: &What) -> Said {
    let lang = s.lang;
    match what {
        What::Dispatched { unit, assisting, rule, reason, because, .. } => {
            let helpers: Vec<String> = assisting.iter().map(|key| unit_name(city, key, lang)).collect();
            let help = if helpers.is_empty() {
                String::new()
            } else {
                format!("\n{}{}", lang.t("协办：", "Assisting: "), helpers.join(lang.t("、", ", ")))
            };
            let how = match rule.as_str() {
                "manual" => lang.t("派单", "Dispatched"),
                "entered" => lang.t("登记时定的承办", "Entered for"),
                _ => lang.t("按目录派单", "Dispatched by the catalogue"),
            };
            let text = format!("{}{help}", reason.get(lang));
            Said {
                class: "tl-key",
                what: format!("{how} → {}", unit_name(city, unit, lang)),
                text,
                words: because_words(city, because, lang),
            }
        }
        What::Opened { .. } => opened(city, s, what),
        What::Classified { category, kind, urgency, finish, reason } => {
            let category = category.as_deref().map(|key| city.category_path(key, lang)).unwrap_or_default();
            let head = [kind.word(lang), urgency.word(lang), category.as_str()]
                .iter()
                .filter(|t| !t.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(" · ");
            Said {
                class: "tl-key",
                what: lang.t("改分类", "Reclassified").to_owned(),
                text: format!("{head}\n{reason}\n{}", due(s, finish)),
                words: Vec::new(),
            }
        }
        _ => Said { class: "", what: what.key().to_owned(), text: String::new(), words: Vec::new() },
    }
}

/// 受理: what was taken in, and what the operator made of the proposal.
fn opened(city: &City, s: &Shell, what: &What) -> Said {
    let lang = s.lang;
    let What::Opened { urgency, category, because, finish, proposed, .. } = what else {
        return plain("", what.key(), "");
    };
    let changed = proposed.as_ref().map(|p| {
        let path = p.category.as_deref().map(|key| city.category_path(key, lang));
        let path = path.unwrap_or_else(|| lang.t("没有分类", "no category").to_owned());
        let head = lang.t("话务员改过；原来的建议：", "Corrected by the operator; proposed: ");
        format!("{head}{path} · {}", p.urgency.word(lang))
    });
    let category = category.as_deref().map(|key| city.category_path(key, lang)).unwrap_or_default();
    let text = [category, changed.unwrap_or_default(), due(s, finish)]
        .into_iter()
        .filter(|t| !t.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    Said {
        class: "tl-key",
        what: format!("{} · {}", lang.t("受理", "Taken in"), urgency.word(lang)),
        text,
        words: because.clone(),
    }
}

pub(super) fn due(s: &Shell, deadline: &deadline::Deadline) -> String {
    format!("{} {}", s.t("办结时限", "Answer due"), s.when(&deadline.due).short)
}
