//! Another key: everything that was made with the one before is made anew, wherever a run is stopped. On both databases.

use std::{collections::BTreeSet, sync::Arc};

use duban_app::{
    AppError, Ctx, DEMO_PASSWORD, case,
    keys::Keyring,
    person, proof, resident,
    rotation::{self, Turn},
    setup::{self, SetupError},
    staff::{
        self, Attempt, Entrance, second,
        users::{self, Account},
    },
};
use duban_domain::{Lang, Number, case::Wish, person::Person, request::Privacy};
use duban_store::{StoreError, tamper};
use duban_testkit::world::{World, both};

use crate::{
    canary::{left, needles, plant, sealed},
    life::intake,
};

const FRESH: [u8; 32] = [9; 32];

/// Changes the key, stopped after every batch; how often it was.
fn turned(world: &World, leaked: bool) -> (Keyring, u32) {
    let old = &world.app.keys;
    let mut stopped = 0;
    loop {
        // Each run is a program of its own: it knows the two secrets and what the database says.
        let new = old.turned(&FRESH, leaked).unwrap();
        let turn = Turn { store: &world.app.store, old, new: &new, entropy: &*world.app.entropy };
        let mut batches = 0;
        if turn
            .run(|_| {
                batches += 1;
                batches < 2
            })
            .unwrap()
        {
            return (new, stopped);
        }
        stopped += 1;
        let begun = setup::begin(&world.app.store, None, old, world.app.now());
        assert!(matches!(begun, Err(SetupError::Turning)), "no server starts in between");
        assert!(stopped < 200, "it comes to no end");
    }
}

/// The ring as a server reads it at its start.
fn read(world: &World) -> Keyring {
    let former = rotation::former(&world.app.store).unwrap().unwrap();
    Keyring::with_former(&FRESH, &former).unwrap()
}

fn by_hand(world: &World) -> Number {
    let intake = case::register::Intake {
        privacy: Privacy::Anonymous,
        person: Person::default(),
        wish: Wish::default(),
        ..intake()
    };
    case::register::by_resident(&world.app, &intake).unwrap().number
}

#[test]
fn another_key_holds_everywhere_and_the_one_before_nowhere_though_it_was_stopped_after_each_step() {
    both(|world| {
        let (first, all) = plant(world);
        let columns = |found: &[String]| -> Vec<String> {
            let mut names: Vec<String> =
                found.iter().map(|one| one.split(':').next().unwrap().to_owned()).collect();
            names.sort();
            names
        };
        let before = columns(&sealed(&world.app, &world.target));
        let old = world.app.keys.clone();
        let (_, stopped) = turned(world, false);
        assert!(stopped >= 5, "it was stopped {stopped} times");
        let former = rotation::former(&world.app.store).unwrap().unwrap();
        let is_former = |bytes: &[u8]| bytes == duban_app::keys::hex(&former).as_bytes();
        let by_hash: Vec<_> =
            needles(&old).into_iter().filter(|(name, _)| name.starts_with("hash")).collect();
        tamper::values(&world.target, &mut |column, bytes| {
            assert!(
                is_former(bytes) || !by_hash.iter().any(|(_, hash)| bytes == hash),
                "{column} is found by the old key"
            );
        });
        assert_eq!(sealed(&world.app, &world.target), [""; 0], "something opens with the old key");

        let begun = setup::begin(&world.app.store, None, &old, world.app.now());
        assert!(matches!(begun, Err(SetupError::WrongKey { .. })));
        world.app.keys = Arc::new(read(world));
        setup::begin(&world.app.store, None, &world.app.keys, world.app.now()).unwrap();
        assert_eq!(columns(&sealed(&world.app, &world.target)), before, "something does not open any more");
        let found: BTreeSet<String> = left(world).into_iter().filter(|one| one.starts_with("hash")).collect();
        for name in ["hash of the name", "hash of the phone", "hash of the mail"] {
            assert!(found.iter().any(|one| one.starts_with(name)), "{name} finds nobody: {found:?}");
        }
        assert!(resident::unlock(&world.app, &first, "0001").is_ok() && all.len() > 3);
    });
}

#[test]
fn what_people_hold_in_their_hands_goes_on_counting_unless_the_key_was_leaked() {
    for leaked in [false, true] {
        let mut world = World::sqlite();
        let number = by_hand(&world);
        let code = person::code(&world.app, &number);
        proof::work(&world.app).unwrap();
        let (who, _) = resident::unlock(&world.app, &number, &code).unwrap();
        let receipt = proof::of_request(&world.app, &who).unwrap().unwrap().text();
        // Somebody with a second factor, and their codes for the day it is lost.
        let ctx = member(&world);
        let session = staff::sign_in(&world.app, "li", DEMO_PASSWORD).unwrap();
        let offer = second::begin(&ctx, &session, DEMO_PASSWORD).unwrap();
        let codes =
            second::confirm(&ctx, &session, &second::code_at(&offer.secret, world.app.now())).unwrap();

        turned(&world, leaked);
        world.app.keys = Arc::new(read(&world));
        let fresh = person::code(&world.app, &number);
        assert_ne!(fresh, code);
        assert!(resident::unlock(&world.app, &number, &fresh).is_ok());
        assert_eq!(resident::unlock(&world.app, &number, &code).is_ok(), !leaked, "the code of a receipt");
        let proved = proof::check(&world.app, &receipt, None).unwrap();
        assert!(proved.is_ok(), "the log is signed by the same key as before: {proved:?}");
        let attempt = Attempt { login: "li".into(), password: DEMO_PASSWORD.into(), ..Attempt::default() };
        let Entrance::Halfway { token, .. } = staff::enter(&world.app, &attempt).unwrap() else {
            panic!("the password alone opened it")
        };
        second::enter(&world.app, &token, &attempt, &codes[0]).unwrap();
    }
}

fn member(world: &World) -> Ctx {
    let account = Account {
        login: "li".into(),
        name: "测试·li".into(),
        unit: "hotline".into(),
        role: "operator".into(),
        password: DEMO_PASSWORD.into(),
    };
    users::put(&world.app, &account).unwrap();
    let session = staff::sign_in(&world.app, "li", DEMO_PASSWORD).unwrap();
    world.app.ctx(staff::member_of(&world.app, &session, true).unwrap().unwrap(), Lang::Zh)
}

#[test]
fn a_run_to_another_key_than_the_one_that_was_begun_with_is_refused() {
    let world = World::sqlite();
    by_hand(&world);
    let (old, store, entropy) = (&world.app.keys, &world.app.store, &*world.app.entropy);
    let to = |secret: [u8; 32]| old.turned(&secret, false).unwrap();
    let new = to(FRESH);
    assert!(!Turn { store, old, new: &new, entropy }.run(|_| false).unwrap());
    let turning: Result<Option<String>, StoreError> = rotation::turning(store);
    assert_eq!(turning.unwrap(), Some(new.fingerprint()));
    let other = to([8; 32]);
    assert!(matches!(Turn { store, old, new: &other, entropy }.run(|_| true), Err(AppError::Broken(_))));
    assert!(Turn { store, old, new: &new, entropy }.run(|_| true).unwrap());
    assert_eq!(rotation::turning(store).unwrap(), None);
    let mut world = world;
    world.app.keys = Arc::new(read(&world));
}
