//! What can be proved: receipts, and that nobody changes the past unseen.

use duban_app::{
    App,
    case::{self, register::Registered},
    keys::Keyring,
    proof::{self, Given, Verified},
    resident,
};
use duban_domain::proof::{Algorithm, note::Verifier, receipt::Flaw};
use duban_store::tamper::{ANEW, ATTACKS};
use duban_testkit::{
    clock::Seeded,
    world::{World, both},
};
use std::sync::Arc;

use crate::life::{intake, on};

/// Two matters with a few steps each, all in the tree.
fn past(world: &World) -> (Registered, String) {
    let first = case::register::by_resident(&world.app, &intake()).unwrap();
    proof::work(&world.app).unwrap();
    let old = proof::head(&world.app).unwrap().unwrap();
    let operator = world.ctx("operator", "hotline");
    for text in ["问过电力", "问过移动", "都说不是自己的"] {
        case::note::note(&operator, &on(&first.number), text).unwrap();
    }
    case::register::by_resident(&world.app, &intake()).unwrap();
    proof::work(&world.app).unwrap();
    (first, old)
}

fn verified(world: &World, given: &Given) -> Verified {
    proof::verify(&world.app, given, |_| ()).unwrap()
}

#[test]
fn a_receipt_is_there_within_a_moment_and_proves_the_words() {
    both(|world| {
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        let (who, _) = resident::unlock(&world.app, &registered.number, "6021").unwrap();
        assert_eq!(proof::of_request(&world.app, &who).unwrap(), None, "it is not in the tree yet");
        proof::work(&world.app).unwrap();
        let text = proof::of_request(&world.app, &who).unwrap().unwrap().text();
        let check = |text: &str, key: Option<&Verifier>| proof::check(&world.app, text, key).unwrap();
        let proved = check(&text, None).unwrap();
        assert_eq!((proved.said.text, proved.still), (intake().text, Some(true)));
        assert_eq!(check(&text.replace("一盏都不亮", "有一盏不亮"), None), Err(Flaw::Words));
        let stranger = Verifier::new(&world.app.log().unwrap().origin, [1; 32]);
        assert_eq!(check(&text, Some(&stranger)), Err(Flaw::Signature));
        past(world);
        assert_eq!(check(&text, None).unwrap().still, Some(true), "the tree only grew");
    });
}

/// Every column that says something about the past, changed by one sign: by whoever has the database and not the key.
#[test]
fn one_thing_changed_anywhere_in_the_past_is_found() {
    let found = |world: &mut World, attack: &str| {
        past(world);
        assert_eq!(verified(world, &Given::default()).faults, [""; 0]);
        world.leave_unchecked();
        world.attack(attack);
        let found = verified(world, &Given::default());
        assert!(!found.faults.is_empty(), "nobody saw: {attack}");
    };
    for (n, attack) in ATTACKS.iter().enumerate() {
        // What is looked at is the same on both; making a database takes the larger engine a while.
        if n % 6 == 3 {
            both(|world| found(world, attack));
        } else {
            found(&mut World::sqlite(), attack);
        }
    }
}

/// Whoever has database and key can make a whole new past that holds together; an old root in somebody else's drawer
/// tells that it is another one.
#[test]
fn an_auditor_with_one_old_root_finds_a_past_that_was_made_anew() {
    both(|world| {
        let (_, old) = past(world);
        let given = Given { heads: vec![old.clone()], key: None };
        assert_eq!(verified(world, &given).faults, [""; 0]);
        world.leave_unchecked();
        world.attack(ANEW);
        while proof::work(&world.app).unwrap() > 0 {}
        proof::work(&world.app).unwrap();
        assert_eq!(verified(world, &Given::default()).faults, [""; 0], "alone it holds together");
        let found = verified(world, &given);
        assert!(found.faults.iter().any(|fault| fault.contains("given root")), "{:?}", found.faults);
        let stranger = Verifier::new("another/log", [3; 32]);
        let found = verified(world, &Given { heads: vec![old], key: Some(stranger) });
        assert!(found.faults.iter().any(|fault| fault.contains("not signed")), "{:?}", found.faults);
    });
}

/// By the national standard, and for good.
#[test]
fn a_log_of_sm3_gives_receipts_too_and_stays_one() {
    let world = World::sqlite();
    let keys = Arc::new(Keyring::new(&[7; 32]));
    let fresh = World::sqlite();
    fresh.app.store.write(|tx| tx.put_setting("log.origin", "duban/test+sm3")).unwrap();
    let app = App::new(
        world.app.city.clone(),
        fresh.app.store.clone(),
        keys,
        fresh.clock.clone(),
        Arc::new(Seeded::new(3)),
        false,
    );
    proof::begin(&app, Some(Algorithm::Sm3)).unwrap();
    assert!(proof::begin(&app, Some(Algorithm::Sha256)).is_err());
    let registered = case::register::by_resident(&app, &intake()).unwrap();
    proof::work(&app).unwrap();
    let (who, _) = resident::unlock(&app, &registered.number, "6021").unwrap();
    let text = proof::of_request(&app, &who).unwrap().unwrap().text();
    assert_eq!(proof::check(&app, &text, None).unwrap().unwrap().still, Some(true));
    assert_eq!(proof::verify(&app, &Given::default(), |_| ()).unwrap().faults, [""; 0]);
    let mut fresh = fresh;
    fresh.leave_unchecked();
}
