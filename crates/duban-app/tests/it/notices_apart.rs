//! Notices when two are at it at once: two servers that send, two who change a text, a past that is told late.

use std::sync::{
    Arc, Mutex, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use duban_app::{
    App, AppError, NoticeQuery,
    case::{self, register::Intake},
    notice::{self, Gateway, Gateways, Outgoing, Unsent},
};
use duban_domain::{
    Refusal,
    notice::{NoticeChannel, NoticeKind},
    person::{Mail, Person},
};
use duban_testkit::{
    clock::{Hands, MONDAY_NINE},
    world::both,
};

use crate::{
    life::{DAY, MINUTE, intake},
    notices::{outside, said, send},
};

#[test]
fn of_two_who_change_a_text_at_once_the_second_is_told_and_loses_nothing() {
    both(|world| {
        let editor = world.ctx("editor", "hotline");
        let pack = world.city().notices.texts[&NoticeKind::Receipt].clone();
        let seen = notice::text(&editor, NoticeKind::Receipt).unwrap().0.version;
        let mut first = pack.clone();
        first.subject.zh = "先写的：{number}".into();
        let mut second = pack;
        second.subject.zh = "后写的：{number}".into();
        notice::put_text(&editor, NoticeKind::Receipt, &first, seen).unwrap();
        let stale = |came: Result<(), AppError>| {
            assert!(matches!(came, Err(AppError::Refused(Refusal::Stale))), "{came:?}");
        };
        stale(notice::put_text(&editor, NoticeKind::Receipt, &second, seen));
        stale(notice::restore_text(&editor, NoticeKind::Receipt, seen));
        notice::put_text(&editor, NoticeKind::Receipt, &first, seen).expect("the same twice is once");
        let (now, changes) = notice::text(&editor, NoticeKind::Receipt).unwrap();
        assert_eq!((now.now.unwrap().subject.zh.as_str(), changes.len()), ("先写的：{number}", 1));
        notice::put_text(&editor, NoticeKind::Receipt, &second, now.version).unwrap();
    });
}

/// A mail server that takes five minutes for each mail, while another server of ours looks for work too.
struct Slow {
    clock: Arc<Hands>,
    other: OnceLock<App>,
    taken: Mutex<Vec<String>>,
    within: AtomicBool,
}

impl Gateway for Slow {
    fn send(&self, message: &Outgoing) -> Result<String, Unsent> {
        let count = {
            let mut taken = self.taken.lock().unwrap();
            taken.push(message.key.clone());
            taken.len()
        };
        if self.within.load(Ordering::Relaxed) {
            return Ok("250 taken".into());
        }
        self.clock.pass_ms(5 * MINUTE);
        // From the third mail on: what somebody had in hand since the first would be free again by now.
        if count >= 3 && !self.within.swap(true, Ordering::Relaxed) {
            while notice::work(self.other.get().unwrap(), NoticeChannel::Mail).unwrap() > 0 {}
            self.within.store(false, Ordering::Relaxed);
        }
        Ok("250 taken".into())
    }
}

#[test]
fn a_slow_server_is_no_reason_to_send_a_mail_twice() {
    both(|world| {
        let slow = Arc::new(Slow {
            clock: world.clock.clone(),
            other: OnceLock::new(),
            taken: Mutex::default(),
            within: AtomicBool::new(false),
        });
        world.app = world.app.clone().with_gateways(Gateways { sms: None, mail: Some(slow.clone()) });
        drop(slow.other.set(world.app.clone()));
        for n in 0..6 {
            let person = Person {
                mail: Mail::parse(&format!("p{n}.test@example.cn")).unwrap(),
                phone: None,
                ..said().person
            };
            case::register::by_resident(&world.app, &Intake { person, ..said() }).unwrap();
        }
        send(world);
        let mut taken = slow.taken.lock().unwrap().clone();
        let all = taken.len();
        taken.sort();
        taken.dedup();
        assert_eq!((all, taken.len()), (6, 6));
    });
}

#[test]
fn the_ledger_is_in_the_order_of_time_whatever_the_ids_say() {
    both(|world| {
        outside(world, [], []);
        for day in [3, 1, 2] {
            world.clock.set(MONDAY_NINE.plus_ms(day * DAY));
            case::register::by_resident(&world.app, &intake()).unwrap();
        }
        world.clock.set(MONDAY_NINE.plus_ms(4 * DAY));
        let ctx = world.ctx("supervisor", "hotline");
        let mut query = NoticeQuery { channel: Some(NoticeChannel::Sms), limit: 1, ..NoticeQuery::default() };
        let mut days = Vec::new();
        loop {
            let page = notice::ledger(&ctx, &query).unwrap();
            days.extend(page.entries.iter().map(|entry| (entry.created_at.0 - MONDAY_NINE.0) / DAY));
            query.before = page.next;
            if query.before.is_none() {
                break;
            }
        }
        assert_eq!(days, [3, 2, 1]);
    });
}
