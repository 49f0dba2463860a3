//! Side doors: a canary in a hidden case must not appear on any surface for any role outside its
//! reach. Every readable route is a surface; one that is not named here fails the test.

use duban_app::{
    notice::{self, StaffBox, digest},
    partner,
    staff::users,
};
use duban_domain::{call::Signal, notice::NoticeChannel, person::Mail, policy::Action, request::Privacy};
use duban_testkit::{
    gateway::{Fake, gateways},
    world::{World, both},
};
use duban_web::routes::table;
use expect_test::expect_file;

use crate::{
    surfaces::{addresses, forms},
    visitors::{NAME, NEIGHBOUR, NOTE, PHONE, STAFF, Stage, TEXT, TITLE},
};

/// Looks at a hidden case of each privacy, on both databases. Each privacy has a thread: one after the other, this
/// would be what a whole run waits for.
fn on_both(privacies: &[Privacy], look: impl AsyncFn(&World, &Stage) + Sync) {
    std::thread::scope(|scope| {
        for privacy in privacies {
            scope.spawn(|| {
                let threads = tokio::runtime::Runtime::new().unwrap();
                both(|world| {
                    let stage = Stage::set(world, *privacy);
                    threads.block_on(look(world, &stage));
                });
            });
        }
    });
}

/// Everybody who may call.
fn visitors() -> impl Iterator<Item = &'static str> {
    ["nobody", NEIGHBOUR].into_iter().chain(STAFF.map(|(login, ..)| login))
}

/// Which canaries a visitor may meet at all.
fn allowed(who: &str) -> &'static [&'static str] {
    match who {
        // The unit in charge and the one that assists, and everybody at the hotline who may see cases.
        "handler" | "assistant" | "operator" | "dispatcher" | "reviewer" | "caller" | "supervisor"
        | "leader" => &[TEXT, TITLE, NOTE],
        _ => &[],
    }
}

#[test]
fn a_canary_outside_ones_reach_never_appears_on_any_surface() {
    on_both(&[Privacy::Contact, Privacy::Confidential, Privacy::Anonymous], async |_, stage| {
        let number = stage.hidden.number.digits().to_owned();
        let mut met = 0;
        let mut rows = String::new();
        for route in table().iter().filter(|route| route.method == "GET") {
            let addresses = addresses(route.path, &number);
            let addresses = addresses
                .unwrap_or_else(|| panic!("{} is a new surface: name its addresses here", route.path));
            rows.push_str(&format!("| `{}` |", route.path));
            for who in visitors() {
                let mut cell = Cell::Closed;
                for address in &addresses {
                    let (n, one) = seen(stage, who, "GET", address, "").await;
                    met += n;
                    cell = cell.max(one);
                }
                rows.push_str(&format!(" {} |", cell.sign()));
            }
            rows.push('\n');
        }
        assert!(met > 10, "those within reach do see the case, or this test proves nothing");
        if stage.privacy == Privacy::Contact {
            expect_file!["../../../../docs/trust/side-doors.md"].assert_eq(&document(&rows));
        }
    });
}

/// What a visitor finds at a surface.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    /// It is not theirs, or there is nothing at all.
    Closed,
    /// It answers, and the hidden case is not in it.
    Without,
    /// The case is in it, for it is theirs to see.
    Sees,
}

impl Cell {
    fn sign(self) -> &'static str {
        match self {
            Self::Closed => "–",
            Self::Without => "·",
            Self::Sees => "**sees**",
        }
    }
}

/// The page of the table: it is made by the test, so it cannot say what is not so.
fn document(rows: &str) -> String {
    let names: Vec<&str> = visitors().collect();
    format!(
        "# Side doors: who meets a case where\n\n\
         A marked case of the power company, with the water company assisting, is looked for by everybody on every surface that\n\
         can be read. This table is written by the test `a_canary_outside_ones_reach_never_appears_on_any_surface`, which fails\n\
         when somebody meets what is not theirs, when a surface is not in it, and when this page says otherwise.\n\n\
         **sees**: the case is there, and theirs to see; ·: it answers, and the case is not in it; –: it is not theirs (asked to\n\
         sign in, refused, or \"not found\"). The `stranger` handles cases of the gas company, the `neighbour` is a resident with\n\
         another matter. What is posted is tried by `nothing_that_is_sent_brings_a_canary_back`, figures by\n\
         `no_figure_cell_counts_a_case_outside_ones_reach`, live news by\n\
         `live_news_of_a_hidden_case_reach_only_those_within_reach`, keys of systems by\n\
         `systems_meet_what_their_key_reaches_and_never_a_person`.\n\n\
         | address | {} |\n|---|{}\n{rows}",
        names.join(" | "),
        "---|".repeat(names.len()),
    )
}

#[test]
fn nothing_that_is_sent_brings_a_canary_back() {
    on_both(&[Privacy::Contact, Privacy::Confidential, Privacy::Anonymous], async |_, stage| {
        let number = stage.hidden.number.digits().to_owned();
        for route in table().iter().filter(|route| route.method == "POST") {
            let forms = forms(route.path, &number);
            let forms =
                forms.unwrap_or_else(|| panic!("{} is a new surface: name its form here", route.path));
            for (address, form) in forms {
                for who in visitors() {
                    seen(stage, who, "POST", &address, &form).await;
                }
            }
        }
    });
}

/// A figure is a surface too: a count or its list tells that a case is there.
#[test]
fn no_figure_cell_counts_a_case_outside_ones_reach() {
    on_both(&[Privacy::Contact, Privacy::Confidential, Privacy::Anonymous], async |world, stage| {
        let hidden = stage.hidden.number.digits();
        let mut cells = 0;
        for (login, role, unit) in STAFF {
            let who = world.member(role, unit);
            if !who.can(Action::Figures) {
                continue;
            }
            let (_, page) = stage.call(login, "GET", "/desk/figures", "").await;
            let power = page.contains("owner=power");
            assert_eq!(
                power,
                !matches!(login, "assistant" | "stranger"),
                "{login}: a row of the unit in charge"
            );
            let mut received = 0;
            for (list, n) in figures_of(&page) {
                cells += 1;
                let (status, found) = stage.call(login, "GET", &list, "").await;
                let rows: Vec<&str> = found.split("data-open href=\"/desk/cases/").skip(1).collect();
                assert!(
                    status.is_success() && rows.len() == n,
                    "{login} at {list}: {n} and {} rows",
                    rows.len()
                );
                let told = rows.iter().any(|row| row.starts_with(hidden));
                assert!(!told || allowed(login).contains(&TITLE), "{login} met the hidden case at {list}");
                received += if list.contains("figure=in&") { n } else { 0 };
            }
            assert!(
                login != "stranger" || received > 0,
                "a stranger's own case is counted, or nothing is proved"
            );
        }
        assert!(cells > 40, "only {cells} cells were opened");
    });
}

/// The daily digest is a surface that comes by mail: it says nothing that anybody said, and counts for each
/// reader what their own lists show them.
#[test]
fn the_daily_digest_counts_no_case_outside_ones_reach_and_names_none() {
    let threads = tokio::runtime::Runtime::new().unwrap();
    for privacy in [Privacy::Contact, Privacy::Confidential] {
        both(|world| {
            let letters = Fake::that([]);
            world.app = world.app.clone().with_gateways(gateways(&Fake::that([]), &letters));
            let stage = Stage::set(world, privacy);
            for staff in users::list(&world.app).unwrap() {
                let mail = Mail::parse(&format!("{}@example.cn", staff.login)).unwrap();
                notice::set_mail(&world.app, staff.id, &StaffBox { mail, ..StaffBox::default() }).unwrap();
            }
            while digest::work(&world.app).unwrap() > 0 {}
            while notice::work(&world.app, NoticeChannel::Mail).unwrap() > 0 {}
            let mut opened = 0;
            for letter in letters.taken() {
                let login = letter.to.split('@').next().unwrap().to_owned();
                for canary in [TEXT, TITLE, NAME, PHONE, NOTE, stage.hidden.number.digits()] {
                    assert!(!letter.text.contains(canary), "{login} was mailed {canary}");
                }
                for entry in letter.text.split("\n\n").filter(|entry| entry.contains(" 件\n")) {
                    let (line, address) = entry.split_once('\n').unwrap();
                    let n: usize = line.rsplit('：').next().unwrap().replace(" 件", "").parse().unwrap();
                    let list = address.trim().strip_prefix("http://localhost").unwrap();
                    let (_, page) = threads.block_on(stage.call(&login, "GET", list, ""));
                    let rows = page.split("data-open href=\"/desk/cases/").count() - 1;
                    assert_eq!(rows, n, "{login} at {list}");
                    opened += 1;
                }
            }
            let of = |login: &str| letters.last_to(&format!("{login}@example.cn"));
            assert!(opened > 10 && of("stranger").is_some(), "only {opened} lists were opened");
            assert!(["administrator", "security", "auditor"].iter().all(|who| of(who).is_none()));
        });
    }
}

/// Every number of a page of figures that opens a list: its address and the number.
fn figures_of(page: &str) -> Vec<(String, usize)> {
    let links = page.split("<a ").skip(1).filter(|link| link.contains("href=\"/desk/cases?figure="));
    let read = |link: &str| {
        let href =
            link.split("href=\"").nth(1)?.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&");
        let shown = link.split_once('>')?.1.split("</a>").next()?;
        let shown = shown.split("tile-v\">").last()?.split('<').next()?;
        let n = shown.rsplit(' ').next()?.replace(',', "").parse().ok()?;
        Some((href, n))
    };
    links.filter_map(read).collect()
}

#[test]
fn a_photo_of_a_hidden_case_is_served_by_no_other_door() {
    on_both(&[Privacy::Contact, Privacy::Confidential, Privacy::Anonymous], async |_, stage| {
        let (hidden, other, photo) = (stage.hidden.number.digits(), stage.other.number.digits(), stage.photo);
        for (desk, track) in [("", ""), ("?thumb", "?size=thumb")] {
            for who in visitors() {
                let own =
                    stage.call(who, "GET", &format!("/desk/cases/{hidden}/media/{photo}{desk}"), "").await;
                assert_eq!(own.0.is_success(), !allowed(who).is_empty(), "{who}: {}", own.0);
                for door in [
                    format!("/desk/cases/{other}/media/{photo}{desk}"),
                    format!("/track/{other}/media/{photo}{track}"),
                    format!("/track/{hidden}/media/{photo}{track}"),
                ] {
                    let (status, body) = stage.call(who, "GET", &door, "").await;
                    assert!(!status.is_success() && !body.contains("JFIF"), "{who} at {door}: {status}");
                }
            }
        }
    });
}

/// How many canaries a visitor met at one address; one that is not theirs to see fails the test.
async fn seen(stage: &Stage, who: &str, method: &str, address: &str, form: &str) -> (usize, Cell) {
    let (status, body) = stage.call(who, method, address, form).await;
    let met = [TEXT, TITLE, NAME, PHONE, NOTE].into_iter().filter(|canary| body.contains(canary));
    let met = met.inspect(|canary| {
        assert!(allowed(who).contains(canary), "{who} met {canary} at {method} {address}");
    });
    match met.count() {
        0 if status.is_success() => (0, Cell::Without),
        0 => (0, Cell::Closed),
        met => (met, Cell::Sees),
    }
}

#[test]
fn a_step_on_a_hidden_case_answers_as_if_there_were_none() {
    on_both(&[Privacy::Contact], async |_, stage| {
        let number = stage.hidden.number.digits();
        for route in
            table().iter().filter(|route| route.method == "POST" && route.path.starts_with("/desk/cases/"))
        {
            let hidden = stage
                .call(
                    "stranger",
                    "POST",
                    &route.path.replace("{number}", number),
                    "text=x&note=x&reason=x&public=x&outcome=solved",
                )
                .await;
            let (status, body) = hidden;
            assert!(matches!(status.as_u16(), 403 | 404 | 422), "{}: {status}", route.path);
            for canary in [TEXT, TITLE, NAME, PHONE, NOTE] {
                assert!(!body.contains(canary), "{} showed {canary}", route.path);
            }
        }
    });
}

#[test]
fn live_news_of_a_hidden_case_reach_only_those_within_reach() {
    on_both(&[Privacy::Contact], async |_, stage| {
        let number = stage.hidden.number.digits();
        let write = async {
            tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
            stage.call("supervisor", "POST", &format!("/desk/cases/{number}/note"), "text=note").await
        };
        let (inside, outside, (status, _)) =
            tokio::join!(stage.listen("handler"), stage.listen("stranger"), write);
        assert_eq!(status.as_u16(), 303);
        assert!(inside.contains(number), "the unit in charge hears of it: {inside}");
        assert!(!outside.contains(number) && !outside.contains("noted"), "a stranger heard: {outside}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn systems_meet_what_their_key_reaches_and_never_a_person() {
    for privacy in [Privacy::Contact, Privacy::Confidential, Privacy::Anonymous] {
        let world = World::sqlite();
        let stage = Stage::set(&world, privacy);
        let number = stage.hidden.number.digits();
        let mut met = 0;
        for (unit, may) in [(None, &[][..]), (Some("gas"), &[]), (Some("power"), &[TEXT])] {
            let key = partner::add_key(&world.app, &format!("system of {unit:?}"), unit).unwrap();
            for address in [
                "requests.json",
                "requests.xml",
                "requests.json?extensions=true",
                "servicerequestupdates.json",
                &format!("requests/{number}.json"),
                &format!("requests.json?service_request_id={number}"),
                &format!("tokens/{number}.json"),
            ] {
                let sign = if address.contains('?') { '&' } else { '?' };
                let address = format!("/open311/v2/{address}{sign}api_key={key}");
                let (_, body) = stage.call("nobody", "GET", &address, "").await;
                for canary in [TEXT, TITLE, NAME, PHONE, NOTE].into_iter().filter(|c| body.contains(*c)) {
                    assert!(may.contains(&canary), "{unit:?} met {canary} at {address}");
                    met += 1;
                }
                if privacy == Privacy::Confidential && may.is_empty() {
                    let told = address.contains(number) && body.contains("service_code");
                    assert!(!told, "a confidential case is not there: {address}");
                }
            }
            let form = format!(
                "api_key={key}&update_id=u&service_request_id={number}&status=CLOSED&updated_datetime=2026-01-05T00:00:00Z&description=x"
            );
            let (status, body) =
                stage.call("nobody", "POST", "/open311/v2/servicerequestupdates.json", &form).await;
            assert_eq!(status.as_u16(), if may.is_empty() { 404 } else { 201 }, "{unit:?}: {body}");
        }
        assert!(met > 0, "the unit's own system reads its words, or this test proves nothing");
    }
}

/// Whoever calls back needs the whole number; everybody else sees a mask at most, and units nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_number_behind_a_call_is_shown_to_whoever_calls_back_and_to_nobody_else() {
    let world = World::sqlite();
    let stage = Stage::set(&world, Privacy::Contact);
    let told = |signal| duban_app::call::Told {
        call: "a".into(),
        signal,
        direction: None,
        from: PHONE.into(),
        to: "12345".into(),
        line: String::new(),
        at: None,
        cause: String::new(),
        recording: String::new(),
    };
    let id = duban_app::call::hear(&world.app, "t", &told(Signal::NewCall)).unwrap().0;
    let masked = "139 **** 4321";
    let pages = ["/desk/calls", "/desk/calls/bar", "/desk/calls/live", "/desk/calls/missed"];
    let own = format!("/desk/intake?call={id}");
    for ended in [false, true] {
        if ended {
            duban_app::call::hear(&world.app, "t", &told(Signal::Hangup)).unwrap();
        }
        for who in visitors() {
            let mut seen = String::new();
            for page in pages.iter().copied().chain([own.as_str()]) {
                let (_, body) = stage.call(who, "GET", page, "").await;
                assert!(!body.contains(PHONE), "{who} met the number at {page}");
                seen.push_str(&body);
            }
            let theirs = matches!(who, "operator" | "dispatcher" | "supervisor" | "leader" | "reviewer");
            assert_eq!(seen.contains(masked), theirs, "{who}, {ended}");
            if ended {
                let (_, body) = stage.call(who, "POST", &format!("/desk/calls/{id}/number"), "").await;
                assert_eq!(body.contains(PHONE), matches!(who, "operator" | "dispatcher"), "{who}");
            }
        }
    }
}
