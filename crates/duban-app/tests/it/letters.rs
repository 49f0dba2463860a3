//! Mail to the hotline: what is a voice, what belongs to one, and what nobody answers.

use duban_app::{
    case,
    letter::{self, Came},
    resident::{access, track},
};
use duban_domain::{Number, request::Channel};
use duban_testkit::world::{World, both};

use crate::{
    life::{DAY, case as case_of, on, to_callback},
    notices::{MAIL, lines, outside, said, send},
};

/// A mail as it arrives.
fn mail(head: &str, body: &str) -> Vec<u8> {
    format!("{head}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{body}\n")
        .replace('\n', "\r\n")
        .into_bytes()
}

fn new(n: u32) -> Vec<u8> {
    mail(
        &format!(
            "From: =?utf-8?B?5rWL6K+VwrfnjovlpbPlo6s=?= <{MAIL}>\nMessage-ID: <{n}@example.cn>\nSubject: =?utf-8?B?6Lev54Gv5LiN5Lqu?="
        ),
        "建设中路的路灯三天没亮了。",
    )
}

fn request(world: &World, bytes: &[u8]) -> Number {
    match letter::take_in(&world.app, bytes).unwrap() {
        Came::Request(number) => number,
        other => panic!("not a request: {other:?}"),
    }
}

fn texts(world: &World, number: &Number) -> Vec<String> {
    let pass = track::track(&world.app, &known(world, number)).unwrap();
    pass.said.iter().map(|said| format!("{:?}", said.what)).collect()
}

fn known(world: &World, number: &Number) -> access::Known {
    let tail = duban_app::person::code(&world.app, number);
    access::unlock(&world.app, number, &tail).unwrap().0
}

#[test]
fn a_mail_becomes_a_request_once_and_whoever_wrote_gets_the_receipt() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let number = request(world, &new(1));
        assert_eq!(letter::take_in(&world.app, &new(1)).unwrap(), Came::Again);
        send(world);
        let told = letters.taken();
        assert_eq!(told.len(), 1, "one mail, one receipt");
        assert_eq!(told[0].to, MAIL);
        assert!(told[0].text.contains(&number.grouped()), "{}", told[0].text);
        let request = world.app.store.read(|tx| tx.request_by_number(&number)).unwrap().unwrap();
        assert_eq!((request.channel, request.title.as_str()), (Channel::Mail, "路灯不亮"));
        let seen = letter::of_case(&world.ctx("supervisor", "hotline"), &number).unwrap();
        assert_eq!(seen[0].2.text, "建设中路的路灯三天没亮了。");
        assert!(letter::of_case(&world.ctx("handler", "gas"), &number).is_err());
    });
}

#[test]
fn an_answer_to_a_notice_is_added_without_what_it_quotes() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let number = request(world, &new(1));
        send(world);
        let receipt = letters.last_to(MAIL).unwrap();
        let head = format!(
            "From: <wang.private@example.org>\nMessage-ID: <2@example.org>\nSubject: Re: light\nIn-Reply-To: <{}@hotline.example.cn>",
            receipt.key
        );
        let came =
            letter::take_in(&world.app, &mail(&head, "在学校门口。\n\n> 您好：\n> 我们已经收到")).unwrap();
        assert_eq!(came, Came::Added(number.clone()), "nobody can make up our Message-ID");
        let history = texts(world, &number).join("\n");
        assert!(history.contains("在学校门口。") && !history.contains("我们已经收到"), "{history}");
        let whole = letter::of_case(&world.ctx("supervisor", "hotline"), &number).unwrap();
        assert!(
            whole.iter().any(|(_, _, original)| original.text.contains("我们已经收到")),
            "the original has it"
        );
        let forged = head.replace("<2@", "<3@").replace("notice-", "notice-9");
        assert!(matches!(letter::take_in(&world.app, &mail(&forged, "假的")).unwrap(), Came::Request(_)));
        let key = receipt.reply_key.unwrap();
        let to = format!(
            "From: <x@example.org>\nTo: <answer+{key}@hotline.example.cn>\nMessage-ID: <4@example.org>\nSubject: hm"
        );
        assert_eq!(letter::take_in(&world.app, &mail(&to, "还有一盏。")).unwrap(), Came::Added(number));
    });
}

#[test]
fn a_number_in_the_subject_counts_only_from_the_address_that_the_person_left() {
    both(|world| {
        let number = request(world, &new(1));
        let from = |who: &str, n: u32| {
            let head = format!(
                "From: <{who}>\nMessage-ID: <{n}@example.net>\nSubject: 关于 {} 的补充",
                number.grouped()
            );
            letter::take_in(&world.app, &mail(&head, "补充一句。")).unwrap()
        };
        assert_eq!(from(&MAIL.to_uppercase(), 2), Came::Added(number.clone()));
        assert!(matches!(from("somebody.else@example.cn", 3), Came::Request(_)));
    });
}

#[test]
fn an_answer_by_mail_answers_the_question_to_the_person() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let registered = case::register::by_resident(&world.app, &said()).unwrap();
        let unit = case_of(world, &registered.number).unit().unwrap().to_owned();
        let handler = world.ctx("handler", &unit);
        case::sign::sign(&handler, &on(&registered.number)).unwrap();
        case::question::ask(&handler, &on(&registered.number), None, "是哪一盏灯？").unwrap();
        send(world);
        let asked = letters.last_to(MAIL).unwrap();
        assert!(asked.text.contains("是哪一盏灯？"), "the question stands in the mail: {}", asked.text);
        let who = known_by_tail(world, &registered.number);
        assert!(track::track(&world.app, &who).unwrap().question.is_some());
        let head = format!(
            "From: <{MAIL}>\nMessage-ID: <9@example.cn>\nReferences: <{}@hotline.example.cn>\nSubject: Re",
            asked.key
        );
        letter::take_in(&world.app, &mail(&head, "从南数第三盏。")).unwrap();
        assert!(track::track(&world.app, &who).unwrap().question.is_none(), "it is answered");
    });
}

fn known_by_tail(world: &World, number: &Number) -> access::Known {
    access::unlock(&world.app, number, "6021").unwrap().0
}

pub(crate) const REPORT: &str = "From: MAILER-DAEMON@mx.example.cn\nReturn-Path: <>\nMessage-ID: <b1@mx.example.cn>\nAuto-Submitted: auto-replied\nSubject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.cn\n\nFinal-Recipient: rfc822; wang.test@example.cn\nAction: ACTION\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 <wang.test@example.cn>:\n mailbox full\n\n--b\nContent-Type: text/rfc822-headers\n\nFrom: no-reply@hotline.example.cn\nMessage-ID: <KEY@hotline.example.cn>\nSubject: x\n\n--b--\n";

#[test]
fn a_report_of_a_mail_server_marks_the_notice_that_it_is_about() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        request(world, &new(1));
        send(world);
        let key = letters.last_to(MAIL).unwrap().key;
        let report = |action: &str, id: &str, key: &str| {
            let text = REPORT.replace("ACTION", action).replace("b1@", id).replace("KEY", key);
            letter::take_in(&world.app, text.replace('\n', "\r\n").as_bytes()).unwrap()
        };
        assert!(matches!(report("delayed", "b0@", &key), Came::Bounce(_)));
        assert_eq!(lines(world), "receipt mail sent", "late is not lost");
        assert!(matches!(report("failed", "b1@", &key), Came::Bounce(_)));
        assert_eq!(lines(world), "receipt mail failed 552 5.2.2 <…>: mailbox full");
        assert_eq!(report("failed", "b2@", "notice-7-aabbccddeeff"), Came::Ignored("report"));
        let ledger = lines(world);
        assert_eq!(ledger.lines().count(), 1, "a report is answered by nobody: {ledger}");
    });
}

#[test]
fn what_a_machine_or_a_list_wrote_opens_nothing_and_is_answered_by_nobody() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        request(world, &new(1));
        send(world);
        let key = letters.last_to(MAIL).unwrap().key;
        let heads = [
            "Auto-Submitted: auto-replied",
            "Precedence: bulk",
            "List-Id: <news.example.cn>",
            "Return-Path: <>",
            "X-Autoreply: yes",
        ];
        for (n, head) in heads.iter().enumerate() {
            let head = format!(
                "{head}\nFrom: <{MAIL}>\nMessage-ID: <auto{n}@example.cn>\nSubject: Re\nIn-Reply-To: <{key}@hotline.example.cn>"
            );
            let came = letter::take_in(&world.app, &mail(&head, "我在休假")).unwrap();
            assert!(matches!(came, Came::Ignored(_)), "{head}: {came:?}");
        }
        let own = format!(
            "From: <no-reply@hotline.example.cn>\nMessage-ID: <{key}@hotline.example.cn>\nSubject: x"
        );
        assert_eq!(letter::take_in(&world.app, &mail(&own, "x")).unwrap(), Came::Ignored("own"));
        send(world);
        assert_eq!(letters.taken().len(), 1);
    });
}

#[test]
fn two_machines_that_answer_each_other_come_to_an_end() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let mut requests = 0;
        for n in 0..30 {
            match letter::take_in(&world.app, &new(n)).unwrap() {
                Came::Request(_) => requests += 1,
                came => assert_eq!(came, Came::Ignored("too-many")),
            }
            send(world);
        }
        assert_eq!((requests, letters.taken().len()), (12, 12));
        world.clock.pass_ms(DAY + 1);
        request(world, &new(99));
    });
}

#[test]
fn mail_in_every_coat_is_read() {
    both(|world| {
        let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
        let big5 = |text: &str| encoding_rs::BIG5.encode(text).0.into_owned();
        let head = |n: u32, charset: &str, kind: &str| {
            format!("From: <{MAIL}>\r\nMessage-ID: <c{n}@example.cn>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
                .into_bytes()
        };
        let html = "<html><head><style>p{color:red}</style></head><body><p>井盖&nbsp;<b>坏了</b></p><p>在路口<script>alert(1)</script></p></body></html>";
        let mails = [
            ([head(1, "gb18030", "plain"), gbk("井盖坏了")].concat(), "井盖坏了"),
            ([head(2, "gbk", "plain"), gbk("井盖坏了")].concat(), "井盖坏了"),
            ([head(3, "big5", "plain"), big5("井蓋壞了")].concat(), "井蓋壞了"),
            ([head(4, "utf-8", "html"), html.as_bytes().to_vec()].concat(), "坏了"),
        ];
        for (bytes, words) in mails {
            let number = request(world, &bytes);
            let request = world.app.store.read(|tx| tx.request_by_number(&number)).unwrap().unwrap();
            assert!(request.text.contains(words), "{}", request.text);
            assert!(
                !request.text.contains(['<', '{']) && !request.text.contains("alert"),
                "{}",
                request.text
            );
        }
    });
}

#[test]
fn files_are_taken_by_the_checks_that_every_photo_passes() {
    both(|world| {
        let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        let text = format!(
            "From: <{MAIL}>\nMessage-ID: <f1@example.cn>\nSubject: 井盖\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n井盖坏了，见照片。\n--b\nContent-Type: image/png\nContent-Disposition: attachment; filename=\"a.png\"\nContent-Transfer-Encoding: base64\n\n{png}\n--b\nContent-Type: image/jpeg\nContent-Disposition: attachment; filename=\"virus.exe\"\nContent-Transfer-Encoding: base64\n\nTVqQAAMAAAA=\n--b--\n"
        );
        let number = request(world, text.replace('\n', "\r\n").as_bytes());
        let track = track::track(&world.app, &known(world, &number)).unwrap();
        assert_eq!(track.photos.len(), 1);
        assert!(track.request.text.contains("virus.exe"), "{}", track.request.text);
    });
}

#[test]
fn whoever_writes_about_a_closed_case_begins_a_new_one() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let registered = case::register::by_resident(&world.app, &said()).unwrap();
        to_callback(world, &registered);
        case::callback::call(
            &world.ctx("caller", "hotline"),
            &on(&registered.number),
            &crate::life::reached(true),
        )
        .unwrap();
        send(world);
        let head = format!(
            "From: <{MAIL}>\nMessage-ID: <z@example.cn>\nSubject: Re: 回复：灯又坏了\nIn-Reply-To: <{}@x>",
            letters.last_to(MAIL).unwrap().key
        );
        let number = request(world, &mail(&head, "又不亮了"));
        let request = world.app.store.read(|tx| tx.request_by_number(&number)).unwrap().unwrap();
        assert_eq!(request.title, "灯又坏了");
    });
}

/// The link of a notice lets whoever has it speak in the person's name; programs quote it in many ways.
#[test]
fn a_key_that_was_quoted_reaches_nobody_at_the_desk() {
    both(|world| {
        let head = format!("From: <{MAIL}>\nMessage-ID: <k@example.cn>\nSubject: x");
        let body =
            "还没亮。\n| http://hotline.example.cn/go/260104000017/0123456789abcdef?rate\n见 /go/ 那里";
        let number = request(world, &mail(&head, body));
        let seen = letter::of_case(&world.ctx("supervisor", "hotline"), &number).unwrap();
        let kept = &seen[0].2.text;
        assert!(kept.contains("/go/260104000017/…?rate") && kept.contains("见 /go/ 那里"), "{kept}");
        assert!(!kept.contains("0123456789abcdef"), "{kept}");
        let history = texts(world, &number).join("\n");
        assert!(!history.contains("0123456789abcdef"), "{history}");
    });
}

#[test]
fn a_mail_that_says_nothing_readable_is_not_brought_again_for_ever() {
    both(|world| {
        let head = format!("From: <{MAIL}>\nMessage-ID: <c@example.cn>");
        let bytes = mail(&head, "\u{1}\u{2}");
        assert_eq!(letter::take_in(&world.app, &bytes).unwrap(), Came::Ignored("refused"));
        assert_eq!(letter::take_in(&world.app, &bytes).unwrap(), Came::Again);
    });
}

#[test]
fn a_mail_of_which_a_part_is_there_already_is_brought_again_and_not_lost() {
    both(|world| {
        let head = |n: u32| format!("From: <{MAIL}>\nMessage-ID: <again{n}@example.cn>\nSubject: 路灯");
        request(world, &mail(&head(1), "路灯不亮"));
        // Whoever attacks a database takes its triggers along: what follows is not proved.
        world.leave_unchecked();
        world.attack("create unique index letter_once on letter (contact)");
        assert!(
            letter::take_in(&world.app, &mail(&head(2), "井盖也坏了")).is_err(),
            "not said to be taken in"
        );
        world.attack("drop index letter_once");
        request(world, &mail(&head(2), "井盖也坏了"));
    });
}

#[test]
fn a_mail_of_boundaries_that_never_come_is_not_read() {
    let world = World::sqlite();
    let nested = |count: usize, fill: usize| {
        let mut text =
            format!("From: <{MAIL}>\r\nMessage-ID: <b@example.cn>\r\nSubject: x\r\nMIME-Version: 1.0\r\n");
        for n in 0..count {
            text.push_str(&format!("Content-Type: multipart/mixed; boundary=\"b{n}\"\r\n\r\n--b{n}\r\n"));
        }
        text.push_str(&"x\r\n".repeat(fill));
        text.into_bytes()
    };
    assert_eq!(letter::take_in(&world.app, &nested(20_000, 10)).unwrap(), Came::Unreadable);
    assert_eq!(letter::take_in(&world.app, &nested(150, 3_000_000)).unwrap(), Came::Unreadable);
    assert_ne!(letter::take_in(&world.app, &nested(3, 10)).unwrap(), Came::Unreadable);
}

/// Found by changing good mails at random: the library that reads mails stumbles over it, and whoever read the Maildir ended.
#[test]
fn a_mail_at_which_its_reader_stumbles_is_none_and_stops_nothing() {
    let world = World::sqlite();
    let odd = b"Content-Type:multipart;boundary=b\n\n--bContent-Type:message/rfc822\n\nContent-Type:message/rfc822\n\n\n--b--";
    assert_eq!(letter::take_in(&world.app, odd).unwrap(), Came::Unreadable);
    request(&world, &new(1));
}
