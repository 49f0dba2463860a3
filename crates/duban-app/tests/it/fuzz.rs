//! Mails and receipts that were broken on purpose.

use duban_app::{
    case,
    letter::{self, Came},
    proof, resident,
};
use duban_domain::proof::note::Verifier;
use duban_testkit::{
    fuzz::{Target, outcome, shape},
    world::World,
};

use crate::life::intake;

/// A world is used for so many mails, and then a fresh one.
const MAILS: u32 = 1_000;

#[test]
fn a_mail_however_broken_is_taken_in_or_is_none() {
    const PLAIN: &str = "From: =?utf-8?B?5rWL6K+V?= <wang.private@example.cn>\r\nTo: <hotline@example.cn>\r\nSubject: =?gb2312?Q?=C2=B7=B5=C6?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n建设中路的路灯三天没亮了。\r\n> 您好\r\n";
    const PARTS: &str = "From: a@example.cn\r\nIn-Reply-To: <notice-1@hotline.example.cn>\r\nSubject: Re: 202601050001\r\nContent-Type: multipart/mixed; boundary=\"cut\"\r\n\r\n--cut\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\nContent-Type: text/html; charset=gb18030\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>=C2=B7=B5=C6<br>&amp;</p>\r\n--in--\r\n--cut\r\nContent-Type: image/png; name=\"=?utf-8?Q?a?=\"\r\nContent-Disposition: attachment; filename*=utf-8''a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--cut--\r\n";
    const BOUNCE: &str = "From: MAILER-DAEMON@example.cn\r\nAuto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 none\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <notice-1@hotline.example.cn>\r\n\r\n--b--\r\n";
    let (mut world, mut mails) = (World::sqlite(), 0);
    Target {
        name: "mail",
        seeds: [PLAIN, PARTS, BOUNCE].map(|mail| mail.as_bytes().to_vec()).to_vec(),
        words: vec![
            b"\r\n",
            b"\r\n\r\n",
            b"--cut\r\n",
            b"--cut--",
            b"Content-Type: message/rfc822\r\n",
            b"multipart/digest",
            b"charset=utf-7",
            b"charset=iso-2022-jp",
            b"=?utf-8?B?",
            b"?=",
            b"Content-Transfer-Encoding: x-uuencode\r\n",
            b"Precedence: bulk\r\n",
            b"<>",
            b"filename*0*=utf-8''%ff",
            b"To: answer+00@hotline.example.cn\r\n",
            b"References: ",
            b"Date: Thu, 99 Foo 0000 99:99:99\r\n",
        ],
        tries: 120,
    }
    .run(|bytes| {
        mails += 1;
        if mails % MAILS == 0 {
            world = World::sqlite();
        }
        // Each is a mail of its own: what came before is not looked at again.
        let mail = [format!("Message-ID: <{mails}@example.cn>\r\n").as_bytes(), bytes].concat();
        let came = letter::take_in(&world.app, &mail).expect("a mail breaks nothing");
        let (Came::Request(number) | Came::Added(number)) = &came else {
            return outcome(&format!("{came:?}"));
        };
        let request = world.app.store.read(|tx| tx.request_by_number(number)).unwrap().unwrap();
        outcome(&(shape(&request.title), request.text.chars().count() / 16, request.person.is_some()))
    });
}

/// Also: none that holds says anything else than what was said.
#[test]
fn a_receipt_however_changed_proves_what_was_said_or_nothing() {
    let world = World::sqlite();
    for _ in 0..3 {
        case::register::by_resident(&world.app, &intake()).unwrap();
    }
    let registered = case::register::by_resident(&world.app, &intake()).unwrap();
    proof::work(&world.app).unwrap();
    let (who, _) = resident::unlock(&world.app, &registered.number, "6021").unwrap();
    let receipt = proof::of_request(&world.app, &who).unwrap().unwrap();
    let key = receipt.said.key.clone();
    Target {
        name: "receipt",
        seeds: vec![
            receipt.text().into_bytes(),
            receipt.text().replace('\n', "\r\n").into_bytes(),
            key.into_bytes(),
        ],
        words: vec![
            b"index 0\n",
            b"\n\n",
            b"\\u0000",
            b"\"salt\":\"",
            b"+sm3",
            "— ".as_bytes(),
            b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        ],
        tries: 400,
    }
    .run(|bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Some(key) = Verifier::parse(&text) {
            assert_eq!(Verifier::parse(&key.text()), Some(key), "a key is written as it is read");
        }
        match proof::check(&world.app, &text, None).expect("a receipt breaks nothing") {
            Ok(proved) => {
                let said = |said: &duban_domain::proof::receipt::Said| {
                    (
                        said.number.clone(),
                        said.received_at,
                        said.title.clone(),
                        said.text.clone(),
                        said.place.clone(),
                    )
                };
                assert_eq!(said(&proved.said), said(&receipt.said), "it proves what nobody said");
                outcome(&"holds")
            }
            Err(flaw) => outcome(&(format!("{flaw:?}"), text.len() / 64, text.matches('\n').count())),
        }
    });
}
