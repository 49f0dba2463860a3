//! A register on a real server that changes: after the schedule what is new is found, and old cases keep
//! their address.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use duban_app::{
    administration::pack,
    case::{self, register::Intake},
    gazetteer,
    remote::Wire,
};
use duban_domain::{
    gazetteer::Outcome,
    person::Person,
    request::{Channel, Place, Privacy},
};
use duban_testkit::{
    clock::MONDAY_NINE,
    world::{World, both},
};

use super::Http;

const DAY: i64 = 86_400_000;

/// A server that answers every call with the text that it holds now.
fn register(text: &str) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/streets.csv", listener.local_addr().unwrap());
    let held = Arc::new(Mutex::new(text.to_owned()));
    let now = held.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 4_096];
            let _ = stream.read(&mut bytes).unwrap();
            let body = now.lock().unwrap().clone();
            let status = if body.is_empty() { "503 Service Unavailable" } else { "200 OK" };
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(body.as_bytes()).unwrap();
        }
    });
    (address, held)
}

fn follow(world: &mut World, source: &str, more: &str) {
    let text = format!(
        "[[register]]\nkey = \"streets\"\nname = \"道路登记\"\nname_en = \"Streets\"\nsource = \"{source}\"\nat = \"03:30\"\nid_is = \"code\"\nvanish_max = 50\n{more}"
    );
    let saved = pack::change(&world.ctx("administrator", "hotline"), "test", None, |files| {
        files.insert("registers.toml".into(), text.clone());
        Ok(())
    });
    assert!(matches!(saved.unwrap(), pack::Saved::Done(..)));
    world.app = world.app.at_hand();
}

fn found(world: &World, typed: &str) -> Vec<String> {
    gazetteer::find(&world.app, typed, 9).unwrap().into_iter().map(|place| place.name.zh).collect()
}

#[test]
fn a_changed_register_is_found_after_the_schedule_and_old_cases_keep_their_address() {
    both(|world| {
        let first = "code,name,division,lng,lat\n1,测试老街,430203,113.14,27.83\n2,测试中路,430203,,\n";
        let (address, held) = register(first);
        follow(world, &address, "private = true\n");
        world.app.wire = Arc::new(Http::for_registers(std::path::PathBuf::new(), &["127.0.0.1".to_owned()]));
        assert!(found(world, "测试老街").is_empty());
        while gazetteer::work(&world.app).unwrap() > 0 {}
        assert_eq!(found(world, "测试"), ["测试中路", "测试老街"]);
        let unnamed = Http::for_registers(std::path::PathBuf::new(), &[]);
        assert!(
            unnamed.document(&address, true).unwrap_err().0.contains("[registers] inside"),
            "the settings name it"
        );
        let intake = Intake {
            channel: Channel::Web,
            kind: None,
            title: String::new(),
            text: "路灯一盏都不亮，晚上看不见台阶。".into(),
            place: Place { words: "测试老街 5 号".into(), division: Some("430203".into()), point: None },
            privacy: Privacy::Anonymous,
            person: Person::default(),
            media: Vec::new(),
            source_key: None,
            wish: Default::default(),
        };
        let old = case::register::by_resident(&world.app, &intake).unwrap();

        let second = "code,name,division,lng,lat\n1,测试新街,430203,113.14,27.83\n2,测试中路,430203,,\n3,测试新开路,430211,113.11,27.83\n";
        second.clone_into(&mut held.lock().unwrap());
        world.clock.set(MONDAY_NINE.plus_ms(6 * 3_600_000));
        while gazetteer::work(&world.app).unwrap() > 0 {}
        assert!(found(world, "测试新开路").is_empty(), "not before its hour");
        world.clock.set(MONDAY_NINE.plus_ms(DAY));
        while gazetteer::work(&world.app).unwrap() > 0 {}
        assert_eq!(found(world, "测试新"), ["测试新街", "测试新开路"]);
        assert_eq!(found(world, "测试老街"), ["测试新街"], "by its old name too");
        let said = world.app.store.read(|tx| Ok::<_, duban_app::AppError>(tx.request(old.request)?));
        assert_eq!(said.unwrap().unwrap().place.words, "测试老街 5 号");

        held.lock().unwrap().clear();
        world.clock.set(MONDAY_NINE.plus_ms(2 * DAY));
        while gazetteer::work(&world.app).unwrap() > 0 {}
        assert_eq!(found(world, "测试新"), ["测试新街", "测试新开路"], "what there was stays");
        let ctx = world.ctx("administrator", "hotline");
        let runs = gazetteer::overview(&ctx).unwrap().remove(0).runs;
        let states: Vec<Outcome> = runs.iter().map(|run| run.outcome).collect();
        assert_eq!(states, [Outcome::Waiting, Outcome::Done, Outcome::Done], "it is tried again");
        assert!(gazetteer::error_words(&runs[0], duban_domain::Lang::Zh).contains("503"));
        let done = &runs[1];
        assert_eq!((done.added, done.renamed, done.changed, done.vanished), (1, 1, 0, 0));
    });
}

#[test]
fn a_register_inside_is_read_only_where_the_city_says_so_and_files_stay_in_their_folder() {
    let (address, _held) = register("code,name\n1,测试路\n");
    let folder = tempfile::tempdir().unwrap();
    let http = Http::for_registers(folder.path().join("registers"), &[]);
    assert!(http.document(&address, false).is_err(), "an address of our own network");
    assert_eq!(http.document(&address, true).unwrap().status, 200);
    assert!(http.file("streets.csv").is_err(), "no folder yet");
    std::fs::create_dir(folder.path().join("registers")).unwrap();
    std::fs::write(folder.path().join("registers/streets.csv"), "code,name\n1,测试路\n").unwrap();
    std::fs::write(folder.path().join("key"), "secret").unwrap();
    assert!(http.file("streets.csv").unwrap().contains("测试路"));
    for out in ["../key", "/etc/hostname", "registers/../../key", "."] {
        assert!(http.file(out).is_err(), "{out}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("key"), folder.path().join("registers/link")).unwrap();
        assert!(http.file("link").is_err(), "a link out of the folder");
    }
}
