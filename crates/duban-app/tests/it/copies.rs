//! What a person is given of what is kept of them: everything that is theirs, and nothing of anybody else.

use duban_app::{
    case::{self, register::Intake},
    media,
    resident::{
        copy,
        mine::{self, Signed},
    },
};
use duban_domain::{
    Lang,
    confirmation::Contact,
    person::{Person, Phone},
    request::Privacy,
};
use duban_testkit::{
    gateway::Fake,
    world::{World, both},
};
use std::sync::Arc;

use crate::{
    canary::{MAIL, NAME, PHONE, canary, plant, said},
    confirmations::code,
    handling::png,
    life::{MINUTE, intake, on},
    notices::outside,
};

fn come_in(world: &World, fake: &Arc<Fake>, contact: &str) -> Signed {
    world.clock.pass_ms(2 * MINUTE);
    let to = Contact::parse(contact).unwrap().unwrap();
    mine::ask(&world.app, &to, Lang::Zh).unwrap();
    let code = code(world, fake, contact);
    let token = mine::enter(&world.app, &to, &code, "Firefox/1 Linux", "192.0.2.0").unwrap().unwrap();
    mine::signed(&world.app, &token).unwrap().unwrap()
}

#[test]
fn a_copy_holds_everything_that_came_through_every_door_and_nothing_of_others() {
    both(|world| {
        let (_, all) = plant(world);
        let (sms, mail) = outside(world, [], []);
        let other = Person { phone: Phone::parse("13955550002").unwrap(), ..Person::default() };
        let theirs = Intake { text: "别人说的".into(), person: other, ..intake() };
        case::register::by_resident(&world.app, &theirs).unwrap();
        let unknown = Intake {
            text: "谁也不知道是我".into(),
            privacy: Privacy::Anonymous,
            source_key: None,
            ..canary()
        };
        case::register::by_resident(&world.app, &unknown).unwrap();
        let inside = "只有单位里看";
        case::note::note(&world.ctx("operator", "hotline"), &on(&all[0]), inside).unwrap();

        let (by_phone, files) = copy::gather(&world.app, &come_in(world, &sms, PHONE)).unwrap();
        let (by_mail, _) = copy::gather(&world.app, &come_in(world, &mail, MAIL)).unwrap();
        assert_eq!(
            (by_phone.requests.len(), by_mail.requests.len()),
            (all.len() - 1, all.len()),
            "who wrote a mail left no telephone"
        );
        let first = &by_phone.requests[0];
        assert_eq!((first.person.name.as_str(), first.track.request.text.contains(&said())), (NAME, true));
        assert_eq!(first.looks.len(), 1, "somebody looked, and for which unit stands there");
        assert!(first.looks[0].1.is_some() && !by_phone.notices.is_empty() && !by_phone.browsers.is_empty());
        assert_eq!((by_phone.calls.len(), by_mail.letters.len(), by_mail.watches.len()), (1, 1, 1));
        assert!(by_mail.letters[0].text.contains(&said()) && by_phone.calls[0].recorded);
        assert!(
            files.len() >= 2
                && files.iter().all(|(name, bytes)| name.starts_with("files/") && !bytes.is_empty())
        );
        let told = format!("{by_phone:?}{by_mail:?}");
        assert!(!told.contains("别人说的") && !told.contains("谁也不知道是我") && !told.contains(inside));
        // What is for the unit only, and codes that open something, are in no copy.
        let codes: Vec<_> = by_phone.notices.iter().filter(|notice| notice.text.contains("验证码")).collect();
        assert!(codes.is_empty(), "{codes:?}");
        assert!(!by_phone.more);
        let zip = copy::packed(&files).unwrap();
        assert!(zip.starts_with(b"PK"));
    });
}

/// A photo that the operator or a unit took is of the case and not the person's to take along.
#[test]
fn of_files_only_ones_own_are_in_a_copy() {
    both(|world| {
        let (sms, _) = outside(world, [], []);
        let number = case::register::by_resident(&world.app, &canary()).unwrap().number;
        let taken = [media::take("unit.png", &png()).unwrap()];
        case::attach::attach(&world.ctx("operator", "hotline"), &on(&number), &taken, "现场").unwrap();
        let (copy, files) = copy::gather(&world.app, &come_in(world, &sms, PHONE)).unwrap();
        assert_eq!((copy.requests[0].files.len(), files.len()), (1, 1));
        assert!(!files[0].0.contains("unit"), "{}", files[0].0);
    });
}
