//! The tables of notices, quiet hours, and texts with hostile values.

use std::fmt::Write as _;

use expect_test::expect_file;
use proptest::prelude::*;

use super::*;
use crate::{
    CaseId, Lang, RequestId, StaffId, Stamp,
    case::{Actor, ActorKind, Case, Contact, Ending, Event, Move, Outcome, Unreached, Way, What},
    city::tests::zhuzhou,
    number::Number,
    request::Kind,
};

const NINE: Stamp = Stamp(1_767_574_800_000);

fn opened() -> What {
    let city = zhuzhou();
    What::Opened {
        number: Number::make(NINE.date(&city.zone), 1, false),
        request: RequestId(7),
        kind: Kind::Help,
        urgency: Urgency::Normal,
        because: Vec::new(),
        category: None,
        finish: crate::deadline::clocks(&city, Urgency::Normal, Kind::Help, NINE).finish,
        details: Vec::new(),
        proposed: None,
        entered: false,
    }
}

fn dispatched() -> What {
    let clocks = crate::deadline::clocks(&zhuzhou(), Urgency::Normal, Kind::Help, NINE);
    What::Dispatched {
        unit: "power".into(),
        assisting: vec!["urban".into()],
        rule: "manual".into(),
        reason: Words::default(),
        because: Vec::new(),
        sign: clocks.sign,
        contact: clocks.contact,
    }
}

fn whom_words(whom: &Whom) -> String {
    match whom {
        Whom::Persons => "every person".to_owned(),
        Whom::PersonsBut(_) => "every person but the one who spoke".to_owned(),
        Whom::Person(_) => "the person".to_owned(),
        Whom::Unit(unit) => format!("unit {unit}"),
        Whom::Staff(id) => format!("staff {}", id.0),
    }
}

fn assigned(to: Option<StaffId>) -> What {
    let (name, before, words) = ("测试·李".into(), String::new(), "您熟".into());
    What::Moved(Move::Assigned { to, name, before, words })
}

fn heard(solved: bool) -> What {
    What::Heard { request: RequestId(7), solved, satisfaction: None, words: "还是不亮".into() }
}

fn case(happened: &[What]) -> Case {
    let by = Actor { kind: ActorKind::System, id: 0, name: String::new(), unit: None };
    let mut events: Vec<Event> =
        [opened(), dispatched()].into_iter().map(|what| Event { at: NINE, by: by.clone(), what }).collect();
    if !happened.contains(&opened()) {
        events.extend(happened.iter().map(|what| Event { at: NINE, by: by.clone(), what: what.clone() }));
    }
    Case::from_history(CaseId(7), &events).unwrap()
}

#[test]
fn which_event_owes_which_notice_to_whom_is_a_table() {
    let clocks = crate::deadline::clocks(&zhuzhou(), Urgency::Normal, Kind::Help, NINE);
    let closed = |ending| What::Closed { ending };
    let answered = What::Answered {
        outcome: Outcome::Solved,
        public: "好了".into(),
        internal: String::new(),
        proof: Vec::new(),
        proof_words: String::new(),
        no_contact: String::new(),
        source: None,
    };
    let reopened =
        What::Reopened { round: 2, unit: Some("power".into()), finish: clocks.finish.clone(), contact: None };
    let rows: Vec<Vec<What>> = vec![
        vec![opened()],
        vec![opened(), dispatched()],
        vec![opened(), closed(Ending::Direct)],
        vec![dispatched()],
        vec![What::Signed],
        vec![What::Contacted { contact: Contact { way: Way::Phone, note: "通了".into() } }],
        vec![answered],
        vec![What::Approved { until: NINE, unreviewed: false }],
        vec![What::SentBack { reason: "没有照片".into() }],
        vec![What::NoReply { attempt: 1, how: Unreached::NoAnswer }],
        vec![What::NoReply { attempt: 3, how: Unreached::NoAnswer }, closed(Ending::Unrated)],
        vec![heard(true)],
        vec![heard(true), closed(Ending::Confirmed)],
        vec![heard(false), reopened],
        vec![closed(Ending::Confirmed)],
        vec![closed(Ending::Unrated)],
        vec![closed(Ending::Historic)],
        vec![What::Missed { due: NINE }],
        vec![What::Moved(Move::Asked { request: RequestId(7), words: "哪一盏？".into() })],
        vec![assigned(Some(StaffId(5)))],
        vec![assigned(None)],
        vec![What::Noted { text: "看过".into() }],
        vec![What::Supplemented { request: RequestId(7), text: "又掉了".into(), media: Vec::new() }],
        vec![What::Revealed { request: RequestId(7), reason: "核实".into() }],
    ];
    let mut table = String::new();
    for happened in rows {
        let keys: Vec<_> = happened
            .iter()
            .map(|what| match what {
                What::Closed { ending } => format!("closed ({})", ending.key()),
                what => what.key().to_owned(),
            })
            .collect();
        writeln!(table, "{}", keys.join(" + ")).unwrap();
        for owe in owed(&happened, &case(&happened)) {
            let whom = whom_words(&owe.whom);
            let reason = if owe.reason.is_empty() { String::new() } else { format!(" ({})", owe.reason) };
            writeln!(table, "  {:<10} → {whom}{reason}", owe.kind.key()).unwrap();
        }
    }
    expect_file!["../../snapshots/notices-owed.txt"].assert_eq(&table);
}

#[test]
fn every_kind_has_a_text_that_can_be_filled_in_and_its_variables_are_a_table() {
    let city = zhuzhou();
    let mut table = String::new();
    for kind in NoticeKind::ALL {
        let text = city.notices.texts.get(kind).unwrap_or_else(|| panic!("{} has no text", kind.key()));
        assert!(text.mail.is_some(), "{} is not mailed", kind.key());
        let who = if kind.is_for_staff() { "staff" } else { "residents" };
        let vars: Vec<_> = kind.vars().into_iter().map(NoticeVar::key).collect();
        writeln!(table, "{:<11} {:<9} {}", kind.key(), who, vars.join(" ")).unwrap();
        let values: Values = kind.vars().into_iter().map(|var| (var, format!("<{}>", var.key()))).collect();
        for words in [text.mail.as_ref(), text.sms.as_ref()].into_iter().flatten() {
            for text in [&words.zh, &words.en] {
                let filled = Template::parse_whole(*kind, text).unwrap().fill(&values);
                assert!(!filled.text.contains('{') && !filled.html.contains("<link>"), "{}", filled.html);
            }
        }
    }
    expect_file!["../../snapshots/notice-variables.txt"].assert_eq(&table);
}

#[test]
fn faults_are_named() {
    let read = |text| Template::parse_whole(NoticeKind::Confirm, text).unwrap_err();
    assert_eq!(read("{link"), TemplateFault::Brace);
    assert_eq!(read("link}"), TemplateFault::Brace);
    assert_eq!(read("{lnk}"), TemplateFault::Unknown("lnk".into()));
    assert_eq!(read("{link} {title}"), TemplateFault::Foreign(NoticeVar::Title));
    assert_eq!(read("hello"), TemplateFault::Lacks(NoticeVar::Link));
}

#[test]
fn quiet_hours_move_a_notice_to_the_morning() {
    let zone = zhuzhou().zone;
    let quiet = Quiet { from: 21 * 60 + 30, to: 7 * 60 + 30 };
    let at = |time: &str| -> Stamp { format!("{time}+08:00").parse::<jiff::Timestamp>().unwrap().into() };
    for (asked, told) in [
        ("2026-01-05T09:00:00", "2026-01-05T09:00:00"),
        ("2026-01-05T21:29:59", "2026-01-05T21:29:59"),
        ("2026-01-05T21:30:00", "2026-01-06T07:30:00"),
        ("2026-12-31T23:59:00", "2027-01-01T07:30:00"),
        ("2026-01-05T03:00:00", "2026-01-05T07:30:00"),
        ("2026-01-05T07:30:00", "2026-01-05T07:30:00"),
    ] {
        assert_eq!(quiet.after(at(asked), &zone), at(told), "{asked}");
    }
    let noon = Quiet { from: 12 * 60, to: 14 * 60 };
    assert_eq!(noon.after(at("2026-01-05T13:00:00"), &zone), at("2026-01-05T14:00:00"));
    assert_eq!(noon.after(at("2026-01-05T23:00:00"), &zone), at("2026-01-05T23:00:00"));
}

#[test]
fn staff_are_mailed_as_the_administrator_set_it() {
    let mut table = String::new();
    for news in StaffNews::ALL {
        let row: Vec<_> = NoticeKind::ALL
            .iter()
            .filter(|kind| kind.is_for_staff() && news.wants(**kind))
            .map(|kind| kind.key())
            .collect();
        writeln!(table, "{:<7} {}", news.key(), row.join(" ")).unwrap();
    }
    expect_test::expect![[r#"
        unit    assigned soon overdue returned added digest account webhook
        person  designated account webhook
        both    assigned designated soon overdue returned added digest account webhook
        none    account webhook
    "#]]
    .assert_eq(&table);
}

#[test]
fn only_what_was_just_asked_for_comes_at_night() {
    let awake: Vec<_> = NoticeKind::ALL.iter().filter(|kind| !kind.waits()).map(|kind| kind.key()).collect();
    assert_eq!(awake, ["receipt", "confirm", "account", "code"]);
    assert_eq!(NoticeKind::Receipt.word(Lang::Zh), "受理回执");
    let mut urgent = case(&[What::Signed]);
    assert!(!cannot_wait(NoticeKind::Assigned, &urgent));
    urgent.urgency = Urgency::Critical;
    assert!(cannot_wait(NoticeKind::Assigned, &urgent) && !cannot_wait(NoticeKind::Answer, &urgent));
}

proptest! {
    /// Whatever residents write, HTML holds no markup of theirs, and a subject is one line.
    #[test]
    fn values_never_become_markup(title in "\\PC*", answer in any::<String>()) {
        let text = "{title}\n\n{answer} {link}";
        let values: Values = [
            (NoticeVar::Title, title), (NoticeVar::Answer, answer),
            (NoticeVar::Link, "https://12345.example.cn/t?a=1&b=2".to_owned()),
        ].into();
        let read = Template::parse(NoticeKind::Answer, text).unwrap();
        let html = read.fill(&values).html;
        let bare = html.replace("<p>", "").replace("</p>", "").replace("<br>", "")
            .replace("<a href=\"https://12345.example.cn/t?a=1&amp;b=2\">", "").replace("</a>", "");
        prop_assert!(!bare.contains(['<', '>', '"']), "{}", bare);
        prop_assert!(!read.line(&values).contains(['\r', '\n', '\0']));
    }

    /// Reading never fails in another way than by a named fault.
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        for kind in NoticeKind::ALL {
            if let Ok(read) = Template::parse(*kind, &text) {
                prop_assert_eq!(read.fill(&Values::new()).text.contains('{'), false);
            }
        }
    }
}

#[test]
fn a_line_of_a_list_leads_only_to_this_very_site() {
    let template = Template::parse(NoticeKind::Digest, "{list}").unwrap();
    let home = "https://12345.example.cn/";
    let html = |list: &str, home: &str| {
        let values = Values::from([(NoticeVar::List, list.into()), (NoticeVar::Home, home.into())]);
        template.fill(&values).html
    };
    let list = format!("今天到期：2 件\n{home}desk/cases?due=today&sort=new\n\n<b>");
    assert_eq!(
        html(&list, home),
        "<p>今天到期：2 件<br>\n<a href=\"https://12345.example.cn/desk/cases?due=today&amp;sort=new\">\
         https://12345.example.cn/desk/cases?due=today&amp;sort=new</a></p>\n<p>&lt;b&gt;</p>\n"
    );
    for foreign in [
        "https://12345.example.cn.evil.example/x",
        "见 https://12345.example.cn/",
        "https://12345.example.cn/ x",
    ] {
        assert!(!html(foreign, home).contains("<a "), "{foreign}");
    }
    assert!(!html(&list, "").contains("<a "));
}
