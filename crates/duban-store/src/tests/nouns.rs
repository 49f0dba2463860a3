//! People, files, staff, sessions, keys, jobs, the city pack.

use duban_domain::{
    CaseId, JobId, MediaId, PersonId, RequestId, StaffId, Stamp, confirmation::Means, notice::News,
};

use super::{
    Bed, both,
    world::{SEALED, fill},
};
use crate::{
    ApiKey, Job, KeyScope, MediaKind, NewMediaRow, SealedPerson, Session, SessionKind, Staff, Store,
    StoreError, Target, WriteTx,
};

fn job(id: i64, dedupe: &str, run_at: i64) -> Job {
    Job {
        id: JobId(id),
        kind: "overdue".to_owned(),
        subject: 7,
        payload: String::new(),
        run_at: Stamp(run_at),
        attempts: 0,
        dedupe: dedupe.to_owned(),
    }
}

#[test]
fn a_job_is_taken_by_one_and_tried_again() {
    both(|bed| {
        let store = &bed.store;
        store
            .write(|tx| {
                [job(1, "a", 10), job(2, "b", 5), job(3, "c", 99)].iter().try_for_each(|j| tx.enqueue(j))
            })
            .unwrap();
        let claim = |now| store.write(|tx| tx.claim_jobs(Stamp(now), 100, 10)).unwrap();
        let ids = |jobs: &[Job]| jobs.iter().map(|j| (j.id.0, j.attempts)).collect::<Vec<_>>();
        assert_eq!(ids(&claim(20)), [(2, 1), (1, 1)], "due ones, soonest first");
        assert!(claim(21).is_empty(), "they are being done");
        store.write(|tx| tx.finish_job(JobId(2))).unwrap();
        store.write(|tx| tx.retry_job(JobId(1), Stamp(40), "no network")).unwrap();
        assert_eq!(ids(&claim(41)), [(1, 2)]);
        assert_eq!(
            ids(&claim(41 + 100)),
            [(1, 3), (3, 1)],
            "a worker that died holds its job no longer than agreed"
        );
        assert_eq!(store.read(|tx| tx.job_count()).unwrap(), 2);
    });
}

/// A deadline was moved while the job of the old one was being done.
#[test]
fn a_job_of_the_same_key_takes_the_place_of_the_one_before() {
    both(|bed| {
        let store = &bed.store;
        store.write(|tx| tx.enqueue(&job(1, "overdue:7", 10))).unwrap();
        assert_eq!(store.write(|tx| tx.claim_jobs(Stamp(11), 100, 10)).unwrap().len(), 1);
        store.write(|tx| tx.enqueue(&job(2, "overdue:7", 500))).unwrap();
        store.write(|tx| tx.finish_job(JobId(1))).unwrap();
        let later = store.write(|tx| tx.claim_jobs(Stamp(500), 100, 10)).unwrap();
        assert_eq!((later.len(), later[0].id, later[0].attempts), (1, JobId(2), 1));
    });
}

#[test]
fn many_workers_take_every_job_once() {
    both(|bed| {
        let store = &bed.store;
        store.write(|tx| (1..=200).try_for_each(|n| tx.enqueue(&job(n, &n.to_string(), n)))).unwrap();
        let taken: usize = std::thread::scope(|scope| {
            let work = || {
                let mut taken = 0;
                loop {
                    let jobs = store.write(|tx| tx.claim_jobs(Stamp(1_000), 1_000, 7)).unwrap();
                    if jobs.is_empty() {
                        return taken;
                    }
                    taken += jobs.len();
                }
            };
            let workers: Vec<_> = (0..6).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(|w| w.join().unwrap()).sum()
        });
        assert_eq!(taken, 200);
    });
}

#[test]
fn people_are_found_by_hash_and_kept_sealed() {
    both(|bed| {
        let (_, mut request) = fill(&bed.store, 1, 1).remove(0);
        let person = SealedPerson {
            id: PersonId(4),
            name: vec![0, 1],
            name_hash: Some(vec![7; 32]),
            phone: Some(vec![2]),
            phone_hash: Some(vec![3; 32]),
            tail_hash: Some(vec![4; 32]),
            mail: Some(vec![5]),
            mail_hash: Some(vec![6; 32]),
            news: Some(News::Mail),
            lang: 2,
        };
        request.id = RequestId(request.id.0 + 1);
        request.number = duban_domain::Number::make(jiff::civil::Date::constant(2026, 2, 1), 1, false);
        request.person = Some(person.id);
        bed.store
            .write(|tx| tx.insert_person(&person).and_then(|()| tx.insert_request(&request, &SEALED)))
            .unwrap();
        bed.store
            .read(|tx| {
                assert_eq!(tx.person(person.id)?, Some(person.clone()));
                assert_eq!(tx.requests_by_phone(&[3; 32], 5)?, [request.clone()]);
                assert!(tx.requests_by_phone(&[9; 32], 5)?.is_empty());
                assert!(tx.requests_by_phone(&[6; 32], 5)?.is_empty(), "a mail address is no telephone");
                for hash in [[3; 32], [6; 32]] {
                    assert_eq!(tx.requests_by_contact(&hash, 5)?, [request.clone()]);
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_number_stays_confirmed_until_it_is_another() {
    both(|bed| {
        let phone = |hash: u8| SealedPerson {
            id: PersonId(4),
            name: vec![0],
            name_hash: None,
            phone: Some(vec![2]),
            phone_hash: Some(vec![hash; 32]),
            tail_hash: None,
            mail: Some(vec![5]),
            mail_hash: Some(vec![6; 32]),
            news: None,
            lang: 1,
        };
        let write = |work: &dyn Fn(&mut WriteTx<'_>) -> Result<(), StoreError>| {
            bed.store.write(|tx| work(tx)).unwrap()
        };
        let confirmed = || bed.store.read(|tx| tx.confirmed(PersonId(4))).unwrap();
        write(&|tx| tx.insert_person(&phone(3)));
        assert_eq!(confirmed(), (None, None));
        write(&|tx| {
            assert!(!tx.confirm_contact(PersonId(4), Means::Phone, &[9; 32], Stamp(1))?, "another number");
            assert!(tx.confirm_contact(PersonId(4), Means::Phone, &[3; 32], Stamp(1))?);
            assert!(tx.confirm_contact(PersonId(4), Means::Mail, &[6; 32], Stamp(2))?);
            Ok(())
        });
        write(&|tx| tx.update_person(&phone(3)));
        assert_eq!(confirmed(), (Some(Stamp(1)), Some(Stamp(2))));
        write(&|tx| tx.update_person(&phone(8)));
        assert_eq!(confirmed(), (None, Some(Stamp(2))));
    });
}

#[test]
fn files_come_back_byte_by_byte() {
    both(|bed| {
        let body: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let new = NewMediaRow {
            id: MediaId(3),
            request: None,
            case: None,
            kind: MediaKind::Photo,
            mime: "image/jpeg",
            name: "照片.jpg",
            width: 640,
            height: 480,
            sha256: &[7; 32],
            created_at: Stamp(9),
            body: &body,
            thumb: &[1, 2],
        };
        bed.store.write(|tx| tx.insert_media(&new)).unwrap();
        assert!(bed.store.write(|tx| tx.attach_media(MediaId(3), CaseId(8), Some(RequestId(6)))).unwrap());
        assert!(!bed.store.write(|tx| tx.attach_media(MediaId(4), CaseId(8), None)).unwrap());
        bed.store
            .read(|tx| {
                let row = tx.media(MediaId(3))?.unwrap();
                assert_eq!(
                    (row.size, row.case, row.request, row.name.as_str()),
                    (300_000, Some(CaseId(8)), Some(RequestId(6)), "照片.jpg")
                );
                assert_eq!(tx.media_of(CaseId(8))?, [row]);
                assert_eq!(tx.media_body(MediaId(3), false)?.as_ref(), Some(&body));
                assert_eq!(tx.media_body(MediaId(3), true)?, Some(vec![1, 2]));
                assert_eq!(tx.media_part(MediaId(3), 1, 2)?.as_deref(), body.get(1..3));
                assert_eq!(tx.media_part(MediaId(3), 299_990, 99)?.as_deref(), body.get(299_990..));
                assert_eq!(tx.media_part(MediaId(3), 300_000, 9)?, Some(vec![]));
                assert_eq!(tx.media_part(MediaId(9), 0, 9)?, None);
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}

#[test]
fn staff_sessions_and_keys() {
    both(|bed| {
        let mut staff = Staff {
            id: StaffId(1),
            login: "test-wang".to_owned(),
            name: "测试·王".to_owned(),
            unit: "lighting".to_owned(),
            role: "handler".to_owned(),
            password: "hash".to_owned(),
            active: true,
            created_at: Stamp(1),
        };
        bed.store.write(|tx| tx.insert_staff(&staff)).unwrap();
        let twin = Staff { id: StaffId(2), ..staff.clone() };
        assert!(matches!(bed.store.write(|tx| tx.insert_staff(&twin)), Err(StoreError::Taken { .. })));
        staff.active = false;
        bed.store.write(|tx| tx.update_staff(&staff)).unwrap();
        let session = |n: u8, expires: i64| Session {
            token: vec![n; 32],
            kind: SessionKind::Staff,
            subject: 1,
            created_at: Stamp(i64::from(n)),
            seen_at: Stamp(i64::from(n)),
            expires_at: Stamp(expires),
            agent: "Chrome".to_owned(),
            place: "192.0.2.*".to_owned(),
        };
        bed.store
            .write(|tx| tx.open_session(&session(1, 50)).and_then(|()| tx.open_session(&session(2, 500))))
            .unwrap();
        bed.store.write(|tx| tx.touch_session(&[2; 32], Stamp(30))).unwrap();
        bed.store.write(|tx| tx.open_session(&session(60, 600))).unwrap();
        bed.store.write(|tx| tx.end_session(&[60; 32])).unwrap();
        let key = ApiKey {
            id: 5,
            hash: vec![8; 32],
            name: "测试系统".to_owned(),
            unit: Some("power".to_owned()),
            scope: KeyScope::Telephone,
            created_at: Stamp(1),
            revoked_at: None,
        };
        bed.store.write(|tx| tx.insert_api_key(&key).and_then(|()| tx.revoke_api_key(5, Stamp(9)))).unwrap();
        bed.store
            .read(|tx| {
                assert_eq!(tx.staff_by_login("test-wang")?, Some(staff.clone()));
                assert_eq!(tx.staff_by_login("test\0wang")?, None);
                assert_eq!(tx.staff(StaffId(1))?, Some(staff.clone()));
                assert_eq!(tx.staff_list()?.len(), 1);
                assert_eq!(tx.session(&[1; 32])?, None, "it was over when another began");
                assert_eq!(tx.session(&[2; 32])?.unwrap().seen_at, Stamp(30));
                assert_eq!(tx.session(&[60; 32])?, None);
                assert_eq!(tx.api_key(&[8; 32])?.unwrap().revoked_at, Some(Stamp(9)));
                assert_eq!(tx.api_keys()?.len(), 1);
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_form_is_taken_in_once_and_forgotten_after_days() {
    both(|bed| {
        let done = |key: &[u8], at| bed.store.write(|tx| tx.form_done(key, Stamp(at)));
        let known = |key: &[u8]| bed.store.read(|tx| tx.form_is_done(key)).unwrap();
        done(&[1; 32], 10).unwrap();
        assert!(known(&[1; 32]) && !known(&[2; 32]));
        assert!(matches!(done(&[1; 32], 11), Err(StoreError::Taken { .. })));
        done(&[2; 32], 30 * 86_400_000).unwrap();
        assert!(!known(&[1; 32]) && known(&[2; 32]));
    });
}

#[test]
fn a_new_city_pack_takes_the_place_of_the_old_one() {
    both(|bed| {
        let pack = |files: &[(&str, &str)]| {
            files.iter().map(|(path, body)| ((*path).to_owned(), (*body).to_owned())).collect()
        };
        bed.store.write(|tx| tx.put_city(&pack(&[("city.toml", "a"), ("units.csv", "b")]))).unwrap();
        bed.store.write(|tx| tx.put_city(&pack(&[("city.toml", "c")]))).unwrap();
        assert_eq!(bed.store.read(|tx| tx.city_files()).unwrap(), pack(&[("city.toml", "c")]));
        bed.store.write(|tx| tx.put_setting("k", "1").and_then(|()| tx.put_setting("k", "2"))).unwrap();
        assert_eq!(bed.store.read(|tx| tx.setting("k")).unwrap().as_deref(), Some("2"));
    });
}

#[test]
fn a_backup_is_whole_and_is_of_one_instant() {
    let bed = Bed::sqlite();
    bed.store.migrate(Stamp(0)).unwrap();
    let cases = fill(&bed.store, 1, 40);
    let to = bed.path().with_file_name("copy.db");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            (0..50).for_each(|n| bed.store.write(|tx| tx.put_setting("n", &n.to_string())).unwrap())
        });
        bed.store.backup_to(&to).unwrap();
    });
    let copy = Store::open(&Target::Sqlite(to)).unwrap();
    assert_eq!(copy.read(|tx| tx.cases_after(CaseId(0), 100)).unwrap().len(), cases.len());
    assert_eq!(
        copy.read(|tx| tx.first("PRAGMA integrity_check", &[], |row| row.text(0))).unwrap().as_deref(),
        Some("ok")
    );
    assert!(copy.migrate(Stamp(0)).unwrap().applied.is_empty());
}
