//! Erasing a person: through every door and field a canary comes in, and afterwards it is nowhere.

use std::sync::Arc;

use duban_app::{
    App, AppError,
    case::{self, callback::Call, register::Intake},
    check,
    erasure::{self, Asking, Decision},
    figures, jobs, media,
    proof::{self, Given},
    resident::{self, Holds},
};
use duban_domain::{
    ErasureId, Number, Refusal,
    erasure::{ErasureGround, ErasureState, IdentityCheck},
    person::{Mail, Person, Phone},
    policy::Guard,
};
use duban_store::{Figures, Store, Target, tamper};
use duban_testkit::{
    clock::{MONDAY_NINE, Seeded},
    notebook::Notebook,
    world::{World, both},
};

use crate::{
    canary::{NAME, PHONE, canary, finish, left, needles, plant, sealed, work},
    confirmations::enter,
    handling::png,
    life::{MINUTE, intake, on, reached, to_callback},
    notices::outside,
};

const NEIGHBOUR: &str = "13955550002";

/// What an auditor and the person took home before the erasure: a signed root and receipts.
struct Kept {
    head: String,
    receipts: Vec<String>,
}

impl Kept {
    fn of(world: &World, all: &[Number]) -> Self {
        // Who wrote a mail left no telephone: their page opens by a code of its own.
        let receipt = |number: &Number| {
            let (who, _) = resident::unlock(&world.app, number, "0001").ok()?;
            Some(proof::of_request(&world.app, &who).unwrap().unwrap().text())
        };
        let receipts: Vec<String> = all.iter().filter_map(receipt).collect();
        assert_eq!(receipts.len(), all.len() - 1);
        Self { head: proof::head(&world.app).unwrap().unwrap(), receipts }
    }

    fn still_proves(self, world: &World) {
        let given = Given { heads: vec![self.head], key: None };
        let found = proof::verify(&world.app, &given, |_| ()).unwrap();
        assert!(found.faults.is_empty() && found.heads >= 1 && found.erased >= 8, "{found:?}");
        for receipt in &self.receipts {
            let proved = proof::check(&world.app, receipt, None).unwrap().unwrap();
            assert_eq!(proved.still, Some(true), "who kept a receipt can still show that they were heard");
        }
    }
}

fn counted(world: &World) -> Figures {
    let from = MONDAY_NINE.date(&world.city().zone).first_of_month();
    figures::totals(&world.ctx("leader", "hotline"), from, from.last_of_month()).unwrap()
}

fn asking(number: &Number, whole: bool) -> Asking {
    Asking {
        number: number.clone(),
        whole,
        ground: ErasureGround::Asked,
        check: Some(IdentityCheck::CalledBack),
        words: format!("{NAME}来电要求"),
    }
}

fn ask(world: &World, number: &Number, whole: bool) -> ErasureId {
    erasure::ask(&world.ctx("operator", "hotline"), &asking(number, whole)).unwrap()
}

fn agree(world: &World, id: ErasureId) -> Result<ErasureState, AppError> {
    erasure::decide(&world.ctx("privacy", "hotline"), id, &agreed(None))
}

fn agreed(check: Option<IdentityCheck>) -> Decision {
    Decision { agreed: true, check, words: String::new() }
}

fn refused(words: &str) -> Decision {
    Decision { agreed: false, check: None, words: words.into() }
}

#[test]
fn a_canary_that_came_through_every_door_is_nowhere_after_it_was_erased() {
    both(|world| {
        let (first, all) = plant(world);
        work(world);
        let before = left(world);
        for (name, _) in needles(&world.app.keys) {
            assert!(
                before.iter().any(|found| found.starts_with(&name)),
                "{name} was never planted: {before:?}"
            );
        }
        let (kept, figures) = (Kept::of(world, &all), counted(world));
        let id = ask(world, &first, true);
        let look = erasure::look(&world.ctx("privacy", "hotline"), id).unwrap();
        assert_eq!(look.total, all.len(), "every request of the person, by whichever door");
        assert!(look.targets.iter().flat_map(|t| &t.changes).all(|c| !c.after.contains(NAME)), "{look:?}");
        assert!(
            look.counts.watches == 1 && look.counts.calls >= 1 && look.counts.texts >= 3,
            "{:?}",
            look.counts
        );
        agree(world, id).unwrap();
        work(world);
        assert_eq!(left(world), [""; 0]);
        kept.still_proves(world);
        assert_eq!(counted(world), figures, "figures are of what was done and not of whom");
        let row = erasure::look(&world.ctx("operator", "hotline"), id).unwrap().row;
        assert_eq!((row.state, row.done), (ErasureState::Done, 4));
        let counts = row.counts;
        assert!(
            counts.people >= 3 && counts.files >= 3 && counts.events >= 8 && counts.letters >= 1,
            "{counts:?}"
        );
        assert!(row.words.ends_with("来电要求") && !row.words.contains(NAME), "{}", row.words);
        let shown = case::show::show(&world.ctx("dispatcher", "hotline"), &first).unwrap();
        assert!(shown.history.iter().all(Option::is_some), "what is left of the history can be read");
        assert!(resident::unlock(&world.app, &first, "0001").is_err());
    });
}

#[test]
fn nobody_decides_on_their_own_asking_and_nothing_open_or_held_back_is_erased() {
    both(|world| {
        let open = case::register::by_resident(&world.app, &canary()).unwrap().number;
        let id = ask(world, &open, true);
        assert_eq!(ask(world, &open, true), id, "the same thing waits once");
        let guard = |result: Result<ErasureState, AppError>| match result {
            Err(AppError::Refused(Refusal::Guard(guard))) => guard,
            other => panic!("{other:?}"),
        };
        assert_eq!(guard(agree(world, id)), Guard::StillOpen(open.to_string()));
        assert!(erasure::decide(&world.ctx("operator", "hotline"), id, &agreed(None)).is_err());
        let mut own = world.ctx("operator", "hotline");
        own.who.actions.push(duban_domain::policy::Action::Erase);
        assert_eq!(guard(erasure::decide(&own, id, &agreed(None))), Guard::OwnAsking);
        finish(world, &open);
        let privacy = world.ctx("privacy", "hotline");
        duban_app::retention::hold(&privacy, &open, "诉讼中").unwrap();
        assert_eq!(guard(agree(world, id)), Guard::Held(open.to_string()));
        duban_app::retention::release(&privacy, &open).unwrap();
        assert!(erasure::decide(&privacy, id, &refused("")).is_err(), "a refusal says why");
        assert_eq!(erasure::decide(&privacy, id, &refused("还要用于复议")).unwrap(), ErasureState::Refused);
        assert_eq!(guard(agree(world, id)), Guard::Decided);
        assert!(erasure::ask(&world.ctx("handler", "urban"), &asking(&open, false)).is_err());
    });
}

/// Between the decision and its doing a case may be held back, or opened again: then it waits.
#[test]
fn what_is_held_back_after_the_decision_waits_until_it_is_released() {
    both(|world| {
        let number = case::register::by_resident(&world.app, &canary()).unwrap().number;
        finish(world, &number);
        let id = ask(world, &number, false);
        agree(world, id).unwrap();
        let privacy = world.ctx("privacy", "hotline");
        duban_app::retention::hold(&privacy, &number, "诉讼中").unwrap();
        work(world);
        assert!(left(world).iter().any(|found| found.starts_with("name")), "nothing went");
        duban_app::retention::release(&privacy, &number).unwrap();
        world.clock.pass_ms(60 * MINUTE);
        work(world);
        assert_eq!(left(world), [""; 0]);
    });
}

/// Somebody left a stranger's mail address beside their own number, and it was never confirmed: what the stranger left
/// is not theirs to erase.
#[test]
fn an_address_that_nobody_confirmed_reaches_nothing_of_whoever_it_belongs_to() {
    both(|world| {
        let mail = Mail::parse("stranger@example.cn").unwrap();
        let by = |name: &str, phone: &str, mail: &Option<Mail>| {
            let (name, phone, mail) = (name.to_owned(), Phone::parse(phone).unwrap(), mail.clone());
            let person = Person { name, phone, mail, ..Person::default() };
            case::register::by_resident(&world.app, &Intake { person, ..intake() }).unwrap()
        };
        let theirs = by("测试·外人", NEIGHBOUR, &mail);
        let own = by("测试·本人", "13900000001", &mail);
        for one in [&theirs, &own] {
            finish(world, &one.number);
        }
        let id = ask(world, &own.number, true);
        assert_eq!(erasure::look(&world.ctx("privacy", "hotline"), id).unwrap().total, 1);
        agree(world, id).unwrap();
        work(world);
        let shown = case::show::show(&world.ctx("dispatcher", "hotline"), &theirs.number).unwrap();
        assert!(shown.voices[0].person.name.starts_with('测'), "{:?}", shown.voices[0]);
    });
}

/// Somebody else spoke of the same case: their name and number stay, and so does their photo.
#[test]
fn who_joined_the_same_case_keeps_what_is_theirs() {
    both(|world| {
        let first = case::register::by_resident(&world.app, &canary()).unwrap();
        let neighbour =
            Person {
                name: "测试·邻居".into(), phone: Phone::parse(NEIGHBOUR).unwrap(), ..Person::default()
            };
        let other =
            Intake { person: neighbour, media: vec![media::take("n.png", &png()).unwrap()], ..intake() };
        let joined = case::register::joining(&world.app, &other, &first.number, None).unwrap();
        let (who, _) = resident::unlock(&world.app, &joined.number, "0002").unwrap();
        let added = format!("{NAME}出门了，打给我，测试·邻居{NEIGHBOUR}");
        resident::speak::add(&world.app, &who, &joined.number, &added, &[], None).unwrap();
        to_callback(world, &first);
        for whose in [&first.number, &joined.number] {
            let Call::Reached { solved, satisfaction, words, answers, .. } = reached(true) else { panic!() };
            let call = Call::Reached { request: Some(whose.clone()), solved, satisfaction, words, answers };
            case::callback::call(&world.ctx("caller", "hotline"), &on(&first.number), &call).unwrap();
        }
        let id = ask(world, &first.number, false);
        agree(world, id).unwrap();
        work(world);
        assert_eq!(left(world), [""; 0]);
        assert!(resident::unlock(&world.app, &joined.number, "0002").is_ok());
        let shown = case::show::show(&world.ctx("dispatcher", "hotline"), &first.number).unwrap();
        assert_eq!(shown.media.len(), 1, "the neighbour's photo");
        let said = format!("{:?}", shown.history);
        assert!(said.contains(&format!("＊＊＊出门了，打给我，测试·邻居{NEIGHBOUR}")), "{said}");
    });
}

#[test]
fn an_erasure_that_is_broken_off_goes_on_where_it_was() {
    both(|world| {
        let (first, all) = plant(world);
        let id = ask(world, &first, true);
        agree(world, id).unwrap();
        // One round is one request: a server is killed after it, and another goes on.
        jobs::work(&world.app).unwrap();
        let row = erasure::look(&world.ctx("operator", "hotline"), id).unwrap().row;
        assert!(row.done >= 1 && (row.done as usize) < all.len(), "{row:?}");
        let target = world.target.clone();
        let store = Store::open(&target).unwrap();
        let again = App::new(
            world.app.city.clone(),
            store,
            world.app.keys.clone(),
            world.clock.clone(),
            Arc::new(Seeded::new(9)),
            false,
        );
        world.clock.pass_ms(2 * MINUTE);
        while jobs::work(&again).unwrap() > 0 {}
        drop(again);
        work(world);
        assert_eq!(left(world), [""; 0]);
    });
}

/// A copy from before the erasure is put back: it erases again what had been erased since.
#[test]
fn a_copy_that_is_put_back_erases_again() {
    let mut world = World::sqlite();
    let notebook = Arc::new(Notebook::default());
    world.app.memory = notebook.clone();
    let (first, _) = plant(&mut world);
    work(&world);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    world.app.store.backup_to(&copy).unwrap();
    let id = ask(&world, &first, true);
    agree(&world, id).unwrap();
    work(&world);
    assert_eq!(left(&world), [""; 0]);

    let target = Target::Sqlite(copy);
    let store = Store::open(&target).unwrap();
    let mut back = App::new(
        world.app.city.clone(),
        store,
        world.app.keys.clone(),
        world.clock.clone(),
        Arc::new(Seeded::new(9)),
        false,
    );
    back.memory = notebook;
    assert!(!tamper::holding(&target, &needles(&back.keys)).is_empty(), "the copy is of before");
    assert_eq!(erasure::replay(&back).unwrap(), 1);
    while jobs::work(&back).unwrap() > 0 {}
    back.store.begin_journal_anew().unwrap();
    assert_eq!(tamper::holding(&target, &needles(&back.keys)), [""; 0]);
    assert_eq!(sealed(&back, &target), [""; 0]);
    assert_eq!(erasure::replay(&back).unwrap(), 0, "once is enough");
    assert_eq!(check::check(&back).unwrap().faults, [""; 0]);
}

/// The person asks on their own page; a pass of another request asks for nothing here. The end of a telephone number is known to
/// more people than its owner: nothing goes before somebody made sure.
#[test]
fn a_person_asks_on_their_own_page() {
    both(|world| {
        let mine = case::register::by_resident(&world.app, &canary()).unwrap();
        let theirs = case::register::by_resident(&world.app, &intake()).unwrap();
        let (who, _) = resident::unlock(&world.app, &mine.number, "0001").unwrap();
        erasure::ask_own(&world.app, &who, &asking(&mine.number, true)).unwrap();
        assert!(erasure::ask_own(&world.app, &who, &asking(&theirs.number, true)).is_err());
        let (rows, more) = erasure::page(&world.ctx("privacy", "hotline"), None).unwrap();
        assert_eq!((rows.len(), more), (1, false));
        assert_eq!(rows[0].check, Some(IdentityCheck::Pass));
        assert!(erasure::page(&world.ctx("handler", "urban"), None).is_err());

        finish(world, &mine.number);
        let guard = |result: Result<ErasureState, AppError>| match result {
            Err(AppError::Refused(Refusal::Guard(guard))) => guard,
            other => panic!("{other:?}"),
        };
        assert_eq!(guard(agree(world, rows[0].id)), Guard::Unchecked);
        let privacy = world.ctx("privacy", "hotline");
        let claimed = erasure::decide(&privacy, rows[0].id, &agreed(Some(IdentityCheck::Code)));
        assert_eq!(
            guard(claimed),
            Guard::Unchecked,
            "a code is typed by the person and not claimed for them"
        );
        erasure::decide(&privacy, rows[0].id, &agreed(Some(IdentityCheck::CalledBack))).unwrap();
        work(world);
        assert_eq!(left(world), [""; 0]);

        let nobody = Asking { check: None, ..asking(&theirs.number, true) };
        let unchecked = erasure::ask(&world.ctx("operator", "hotline"), &nobody);
        assert!(matches!(unchecked, Err(AppError::Refused(Refusal::Guard(Guard::Unchecked)))));
    });
}

/// Whoever came in by a code on the telephone that they left needs no second check.
#[test]
fn a_code_on_the_telephone_shows_who_asks() {
    both(|world| {
        let (sms, _) = outside(world, [], []);
        let mine = case::register::by_resident(&world.app, &canary()).unwrap();
        let holds = Holds { signed: Some(enter(world, &sms, PHONE)), ..Holds::default() };
        let who = resident::access::held(&world.app, &mine.number, &holds).unwrap().unwrap();
        let id = erasure::ask_own(&world.app, &who, &asking(&mine.number, true)).unwrap();
        finish(world, &mine.number);
        agree(world, id).unwrap();
        work(world);
        assert_eq!(left(world), [""; 0]);
        let held = resident::access::held(&world.app, &mine.number, &holds).unwrap();
        assert!(held.is_none(), "the browser sees nothing any more");
    });
}
