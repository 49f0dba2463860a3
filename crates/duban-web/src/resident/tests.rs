//! Every page of residents, with sample values, in both languages, plain and elder.

use askama::Template;
use duban_app::{
    CaseRow, MediaKind, MediaRow, PublicRow,
    partner::PublicCase,
    resident::{
        confirm::Way,
        public::{Fact, Held, PublicMatter},
        track::{Line, Said, Speaker, Track},
    },
};
use duban_domain::{
    CaseId, Lang, MediaId, Number, RequestId, Stamp,
    case::{Outcome, Phase, Publicity, Satisfaction, Showing},
    city::City,
    confirmation::Means,
    deadline::clocks,
    number::NotANumber,
    place::Point,
    request::{Channel, Kind, Place, Privacy, Request, Urgency},
};

use super::{
    Fault, NumberShown, alerts, answers, handin,
    home::{HomePage, PrivacyPage},
    mine,
    own::already_said,
    public::{
        Filter, ListPage,
        map::{InSight, MapPage, Sight},
        matter::MatterPage,
        row,
        voice::VoicePage,
    },
    report::ReportPage,
    track::{LookupPage, TailPage},
    view::{TrackPage, Typed},
};
use crate::frame::{Fields, Shell};

/// Monday 5 January 2026, 15:04 in Zhuzhou.
const NOW: Stamp = Stamp(1_767_596_640_000);
const HOUR: i64 = 3_600_000;

/// The pack that is shipped.
pub(crate) fn city() -> City {
    City::load(&duban_testkit::world::zhuzhou()).expect("the shipped pack is whole")
}

fn shell(city: &City, lang: Lang, elder: bool, query: &str) -> Shell {
    Shell {
        nonce: "cd".into(),
        photos: city.settings.photos,
        videos: city.settings.videos,
        source: String::new(),
        lang,
        elder,
        city: city.name.get(lang).to_owned(),
        hotline: city.hotline.clone(),
        footer: city.text("footer.line", lang).to_owned(),
        demo: true,
        path: "/".to_owned(),
        query: query.to_owned(),
        now: NOW,
        zone: city.zone.clone(),
        member: None,
    }
}

fn number() -> Number {
    Number::make(NOW.date(&jiff::tz::TimeZone::UTC), 417, false)
}

/// A case as everybody may see it.
fn everybodys(city: &City) -> PublicRow {
    let row = public(city).row;
    PublicRow {
        case: row.id,
        number: row.number,
        category: row.category,
        division: row.division,
        owner: row.owner,
        phase: row.phase,
        opened_at: row.opened_at,
        changed_at: row.opened_at,
        finish_due: row.finish_due,
        answered_at: None,
        closed_at: None,
        point: row.point.map(|point| point.coarse(100)),
        title: "路口<b>的树".into(),
        words: "路口<b>的树枝压在＊＊＊的线上。".into(),
        voices: 3,
    }
}

/// A matter of this browser's own, and the public page of one.
fn held(city: &City) -> (Held, PublicMatter) {
    let row = everybodys(city);
    let held = Held {
        number: number(),
        public: Some(row.number.clone()),
        point: row.point,
        title: "我的事".into(),
        done: false,
    };
    let unit = row.owner.clone();
    let facts = [
        Fact::Closed,
        Fact::Reopened(2),
        Fact::Missed,
        Fact::Answered(Outcome::Solved, "修好了".into()),
        Fact::Signed,
        Fact::Dispatched(unit),
        Fact::Joined,
        Fact::Told,
    ];
    (held, PublicMatter { row, said: facts.into_iter().map(|fact| (NOW.plus_ms(-HOUR), fact)).collect() })
}

/// A case as other systems list it.
pub(crate) fn public(city: &City) -> PublicCase {
    let finish = clocks(city, Urgency::Urgent, Kind::Help, NOW.plus_ms(-2 * HOUR)).finish;
    let category = city.categories.iter().find(|c| c.level == 3).map(|c| c.key.clone());
    let division = city.divisions.iter().find(|d| d.parent.is_some()).map(|d| d.code.clone());
    PublicCase {
        row: CaseRow {
            id: CaseId(1),
            number: number(),
            version: 3,
            phase: Phase::InHand,
            ending: None,
            kind: Kind::Help,
            urgency: Urgency::Urgent,
            category,
            owner: city.units.iter().find(|u| u.key != city.centre().key).unwrap().key.clone(),
            division,
            title: "测试·不该出现的题目".into(),
            place_words: "测试·不该出现的门牌".into(),
            point: Point::from_degrees(113.137_654, 27.832_456),
            channel: Channel::Web,
            privacy: Privacy::Anonymous,
            label: None,
            opened_at: NOW.plus_ms(-2 * HOUR),
            round: 1,
            round_at: NOW.plus_ms(-2 * HOUR),
            next_due: Some(finish.due),
            finish_due: finish.due,
            contact_due: None,
            contacted_at: None,
            answered_at: None,
            closed_at: None,
            outcome: None,
            missed: false,
            heard_at: None,
            solved: None,
            satisfaction: None,
            score: None,
            voices: 1,
            handler: None,
            waits: 0,
            tasks_at: None,
            cause: None,
        },
        updated_at: NOW.plus_ms(-HOUR),
        answer: Some("断枝<取下>，换了新线 & 加了套管。".into()),
    }
}

fn track(city: &City, phase: Phase) -> Track {
    let unit = city.units.iter().find(|u| u.key != city.centre().key).unwrap().key.clone();
    let finish = clocks(city, Urgency::Normal, Kind::Help, NOW.plus_ms(-2 * HOUR)).finish;
    let said = |hours: i64, by: Speaker, what: Line| Said { at: NOW.plus_ms(hours * HOUR), by, what };
    let text = "路口那棵樟树，一根大枝压在电线上。\n<b>下雨</b>看见火花。";
    Track {
        code: None,
        ways: vec![
            way(Means::Phone, None, Some(NOW.plus_ms(HOUR))),
            way(Means::Mail, Some(NOW.plus_ms(-HOUR)), None),
        ],
        request: Request {
            id: RequestId(7),
            case: CaseId(1),
            number: number(),
            kind: Kind::Help,
            channel: Channel::Web,
            title: "樟树枝压在电线上".into(),
            text: text.into(),
            place: Place { words: "测试路口".into(), division: None, point: None },
            privacy: Privacy::Contact,
            person: None,
            received_at: NOW.plus_ms(-2 * HOUR),
            details: Vec::new(),
            source_key: None,
        },
        phase,
        unit: (phase != Phase::Received).then_some(unit.clone()),
        assisting: vec![city.centre().key.clone()],
        why: Some(duban_domain::lang::Words {
            zh: "线上的标牌写着它的名字。".into(),
            en: "Its name is on the cable.".into(),
        }),
        due: Some(finish.due),
        finish,
        round: 2,
        asks_until: (phase == Phase::Callback).then_some(NOW.plus_ms(100 * HOUR)),
        verdict: (phase == Phase::Closed).then_some((true, Some(Satisfaction::Satisfied))),
        closed_at: (phase == Phase::Closed).then_some(NOW),
        said: vec![
            said(-1, Speaker::Unit(unit.clone()), Line::Answered(Outcome::Solved, "线已换新。".into())),
            said(-1, Speaker::Unit(unit.clone()), Line::Contacted),
            said(-1, Speaker::Hotline, Line::Missed),
            said(-1, Speaker::Hotline, Line::Reopened(2)),
            said(-1, Speaker::You, Line::Judged(false, "还在冒火花".into())),
            said(-2, Speaker::Unit(unit), Line::Signed),
            said(-2, Speaker::You, Line::Told(text.into())),
        ],
        photos: vec![media(1, MediaKind::Photo), media(2, MediaKind::Document), media(4, MediaKind::Video)],
        question: (phase == Phase::InHand).then(|| "哪一盏灯？".into()),
        proof: vec![media(3, MediaKind::Photo)],
        may_add: phase != Phase::Closed,
        category: None,
        withdrawn: false,
        joined: false,
        publicity: Publicity::default(),
        showing: Showing::Facts,
        public_words: "路口那棵樟树，一根大枝压在电线上。".into(),
    }
}

fn way(means: Means, confirmed_at: Option<Stamp>, open_until: Option<Stamp>) -> Way {
    Way { means, words: "139****".into(), confirmed_at, open_until, next_at: open_until }
}

fn media(id: i64, kind: MediaKind) -> MediaRow {
    MediaRow {
        id: MediaId(id),
        request: None,
        case: None,
        kind,
        mime: "image/jpeg".into(),
        name: "a.jpg".into(),
        size: 1,
        width: 4,
        height: 3,
        created_at: NOW,
    }
}

fn tracked(city: &City, lang: Lang, elder: bool, phase: Phase, query: &str) -> String {
    TrackPage::new(
        shell(city, lang, elder, query),
        city,
        "https://example.cn",
        &track(city, phase),
        Typed::default(),
        Vec::new(),
    )
    .render()
    .unwrap()
}

#[test]
fn every_page_renders_in_both_languages_and_in_large_type() {
    let city = city();
    for (lang, elder) in [(Lang::Zh, false), (Lang::Zh, true), (Lang::En, false), (Lang::En, true)] {
        let s = || shell(&city, lang, elder, "");
        let faults = || {
            vec![
                Fault::new("text", "x"),
                Fault::new("phone", "y"),
                Fault::new("photo", "z"),
                Fault::new("place", "p"),
                Fault::new("privacy", "q"),
            ]
        };
        let found = [everybodys(&city)];
        let mut pages = vec![
            HomePage::new(s(), &city, Some(&found), None).render().unwrap(),
            HomePage::new(s(), &city, Some(&[]), None).render().unwrap(),
            HomePage::new(s(), &city, None, None).render().unwrap(),
            PrivacyPage { s: s(), notice: "n".into() }.render().unwrap(),
            ReportPage::new(s(), &city, handin::Typed::default(), Vec::new()).render().unwrap(),
            ReportPage::new(s(), &city, handin::Typed::default(), faults()).render().unwrap(),
            LookupPage { s: s(), typed: "1".into(), fault: Some("f".into()) }.render().unwrap(),
            TailPage { s: s(), number: NumberShown::new(&number(), lang), fault: Some("f".into()) }
                .render()
                .unwrap(),
        ];
        let (own, matter) = held(&city);
        let own = [own];
        let sight = |query: &str| Sight::of(&city, &Fields::of_query(query));
        let seen = InSight::default();
        pages.extend([
            ListPage::new(s(), &city, &Filter::default(), None, found.to_vec(), &own).render().unwrap(),
            ListPage::new(s(), &city, &Filter::default(), None, Vec::new(), &[]).render().unwrap(),
            MatterPage::new(s(), &city, &matter, &[]).render().unwrap(),
            MatterPage::new(s(), &city, &matter, &own).render().unwrap(),
            MapPage::new(s(), &city, &sight("at=113.13,27.83&z=17"), &seen).render().unwrap(),
            VoicePage {
                row: row(&s(), &city, &matter.row, &[]),
                form: handin::Typed::default(),
                faults: faults(),
                gated: true,
                confirmed: elder.then(|| "139****".to_owned()),
                s: s(),
            }
            .render()
            .unwrap(),
        ]);
        pages.extend(alerts::samples(&s, &city));
        pages.extend(answers::samples(&s));
        pages.extend(mine::samples(&s));
        pages.extend(Phase::ALL.iter().map(|phase| tracked(&city, lang, elder, *phase, "new=1&done=heard")));
        for page in pages {
            assert!(page.contains(&format!("<html lang=\"{}\"", lang.tag())) && page.contains("</html>"));
            assert_eq!(page.contains("data-mode=\"elder\""), elder);
            assert!(!page.contains("<style") && !page.contains(" style="), "nothing inline");
            assert!(!page.contains("不该出现"), "what somebody wrote stays out of public lists");
        }
    }
}

#[test]
fn every_word_that_a_person_wrote_is_escaped() {
    let page = tracked(&city(), Lang::Zh, false, Phase::Callback, "");
    assert!(!page.contains("<b>下雨</b>") && page.contains("下雨"));
}

#[test]
fn a_new_receipt_can_be_read_out_and_scanned() {
    let page = tracked(&city(), Lang::Zh, false, Phase::Dispatched, "new=1");
    assert!(
        page.contains("data-draft-clear=\"report\"")
            && page.contains("class=\"no no-big\"")
            && page.contains("class=\"qr\"")
    );
    assert_eq!(
        NumberShown::new(&"260104004171".parse().unwrap_or_else(|_: NotANumber| number()), Lang::Zh)
            .spelled
            .matches('，')
            .count(),
        2
    );
}

#[test]
fn an_evaluation_preselects_nothing() {
    let page = tracked(&city(), Lang::Zh, false, Phase::Callback, "");
    let form = page.split("id=\"rate\"").nth(1).unwrap().split("</form>").next().unwrap();
    assert!(form.contains("name=\"solved\" value=\"yes\"") && !form.contains("checked"));
    for level in Satisfaction::ALL {
        assert!(page.contains(&format!("value=\"{}\"", level.key())));
    }
}

#[test]
fn a_late_matter_says_so() {
    let city = city();
    let mut track = track(&city, Phase::InHand);
    track.due = Some(NOW.plus_ms(-30 * HOUR));
    track.finish.due = NOW.plus_ms(-30 * HOUR);
    let page =
        TrackPage::new(shell(&city, Lang::Zh, false, ""), &city, "", &track, Typed::default(), Vec::new())
            .render()
            .unwrap();
    assert!(page.contains("晚了，还没有办完") && page.contains("已经晚了 1 天 6 小时"), "{page}");
}

#[test]
fn a_form_with_mistakes_keeps_everything_and_names_each() {
    let city = city();
    let typed = handin::Typed {
        text: String::new(),
        privacy: "contact".into(),
        phone: "138 0000".into(),
        name: "测试·路先生".into(),
        lng: "0".into(),
        lat: "27.8".into(),
        place: "测试路".into(),
        ..handin::Typed::default()
    };
    let faults = typed.intake(&city, Vec::new(), Lang::Zh).unwrap_err();
    assert_eq!(faults.iter().map(|f| f.field).collect::<Vec<_>>(), ["text", "place"]);
    let page = ReportPage::new(shell(&city, Lang::Zh, false, ""), &city, typed, faults).render().unwrap();
    for kept in ["测试·路先生", "138 0000", "测试路", "href=\"#text\"", "href=\"#place\""] {
        assert!(page.contains(kept), "{kept}");
    }
}

#[test]
fn words_of_danger_are_answered_at_once_and_nobody_is_made_to_leave_a_name() {
    let city = city();
    let word = city
        .urgency_words
        .iter()
        .find(|row| row.urgency == Urgency::Critical && row.words.all.is_empty() && row.words.none.is_empty())
        .unwrap()
        .words
        .any[0]
        .clone();
    let typed = handin::Typed {
        text: format!("那里{word}"),
        privacy: "anonymous".into(),
        phone: "13800005678".into(),
        nonce: "ab".into(),
        ..handin::Typed::default()
    };
    let intake = typed.intake(&city, Vec::new(), Lang::Zh).unwrap();
    assert_eq!(
        (intake.privacy, intake.person.phone, intake.source_key.as_deref()),
        (Privacy::Anonymous, None, Some("form:ab"))
    );
    let page = ReportPage::new(shell(&city, Lang::Zh, false, ""), &city, typed, Vec::new()).render().unwrap();
    assert!(page.contains(&format!("data-danger-word>{word}<")));
}

#[test]
fn the_same_words_sent_twice_count_once() {
    let track = track(&city(), Phase::InHand);
    let text = "路口那棵樟树，一根大枝压在电线上。\r\n<b>下雨</b>看见火花。";
    assert!(already_said(&track, text, NOW.plus_ms(-2 * HOUR + 1_000)));
    assert!(!already_said(&track, text, NOW) && !already_said(&track, "", NOW));
}

#[test]
fn what_gives_somebody_away_is_shown_once_before_words_become_public() {
    let city = city();
    let typed = handin::Typed {
        text: "路灯不亮，请打13900006021".into(),
        privacy: "anonymous".into(),
        share: "words".into(),
        ..handin::Typed::default()
    };
    let faults = typed.intake(&city, Vec::new(), Lang::Zh).unwrap_err();
    assert_eq!(faults.iter().map(|f| f.field).collect::<Vec<_>>(), ["share"]);
    let page =
        ReportPage::new(shell(&city, Lang::Zh, false, ""), &city, typed.clone(), faults).render().unwrap();
    assert!(page.contains("路灯不亮，请打＊＊＊") && page.contains("name=\"masked\" value=\"1\""), "{page}");
    let again = handin::Typed { masked: "1".into(), ..typed.clone() };
    let intake = again.intake(&city, Vec::new(), Lang::Zh).unwrap();
    assert_eq!(intake.wish.share, Some(duban_domain::case::Consent::Words));
    let facts = handin::Typed { share: "facts".into(), ..typed };
    assert!(facts.intake(&city, Vec::new(), Lang::Zh).is_ok(), "nothing is said about what stays inside");
}
