//! Mail against a server that speaks SMTP, short messages against one that speaks HTTP.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use duban_app::{
    NoticeQuery,
    case::{self, register::Intake},
    notice::{self, Gateway, Gateways, Outgoing, Unsent},
};
use duban_domain::{
    notice::NoticeChannel,
    person::{Mail, Person},
    request::{Channel, Place, Privacy},
};
use duban_testkit::{
    sink::{Arrived, Says, Sealed, Sink},
    world::World,
};

use super::gateways;
use crate::ways::Ways;

const MAIL: &str = "wang.test@example.cn";

/// The ways out that these sections make.
fn ways(sections: &str) -> Gateways {
    let file: toml::Table = toml::from_str(sections).unwrap();
    let mut read = BTreeMap::new();
    for name in ["mail", "sms"] {
        if let Some(toml::Value::Table(table)) = file.get(name) {
            read.insert(name, table.clone());
        }
    }
    gateways(&Ways::gather(&read, |_| None).unwrap(), "测试市12345").unwrap()
}

fn mail_by(sink: &Sink, more: &str) -> std::sync::Arc<dyn Gateway> {
    let base = format!(
        "[mail]\nserver = \"localhost\"\nport = {}\nfrom = \"no-reply@hotline.example.cn\"\n{more}",
        sink.port
    );
    ways(&base).mail.unwrap()
}

fn letter() -> Outgoing {
    Outgoing {
        to: MAIL.into(),
        subject: "已受理：路灯不亮".into(),
        text: "您好：\n\n我们已经收到。".into(),
        html: "<p>您好：</p>\n<p>我们已经收到。</p>\n".into(),
        lang: "zh-CN",
        key: "notice-77-abcdef".into(),
        thread: Some("request-20260105000001".into()),
        reply_key: Some("20260105000001.0011".into()),
        unsubscribe: None,
    }
}

/// A header, unfolded.
fn header(mail: &Arrived, name: &str) -> String {
    let head = mail.text.split("\n\n").next().unwrap().replace("\n ", " ");
    let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or("").to_owned()
}

#[test]
fn mail_leaves_with_the_sender_and_reply_address_that_were_set() {
    let sink = Sink::that(Sealed::Plain, []);
    let named = mail_by(
        &sink,
        "security = \"none\"\nname = \"Hotline\"\nreply_to = \"answer+{key}@hotline.example.cn\"\nbounces_to = \"bounce@hotline.example.cn\"\n",
    );
    assert_eq!(named.send(&letter()).unwrap(), "250 2.0.0 queued as TEST1");
    let code = Outgoing {
        reply_key: None,
        unsubscribe: Some("https://12345.example.cn/alerts/x/end".into()),
        ..letter()
    };
    named.send(&code).unwrap();
    let arrived = sink.arrived();
    let first = &arrived[0];
    assert_eq!((first.from.as_str(), first.to.as_str()), ("bounce@hotline.example.cn", MAIL));
    assert_eq!(header(first, "From"), "Hotline <no-reply@hotline.example.cn>");
    assert_eq!(header(first, "Reply-To"), "Hotline <answer+20260105000001.0011@hotline.example.cn>");
    assert_eq!(header(first, "Message-ID"), "<notice-77-abcdef@hotline.example.cn>");
    assert_eq!(header(first, "References"), "<request-20260105000001@hotline.example.cn>");
    assert_eq!(header(first, "Auto-Submitted"), "auto-generated");
    assert_eq!(header(first, "List-Unsubscribe"), "");
    assert!(first.text.contains("multipart/alternative"), "{}", first.text);
    assert!(first.text.contains("text/plain") && first.text.contains("text/html"), "{}", first.text);
    assert!(!header(first, "Date").is_empty() && header(first, "Subject").starts_with("=?utf-8?"));
    assert_eq!(header(&arrived[1], "Reply-To"), "Hotline <answer@hotline.example.cn>");
    assert_eq!(header(&arrived[1], "List-Unsubscribe"), "<https://12345.example.cn/alerts/x/end>");
    assert_eq!(header(&arrived[1], "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
}

#[test]
fn a_line_of_tls_is_sealed_before_the_password_is_said() {
    let ca = Sink::certificate();
    for (sealed, security) in [(Sealed::StartTls, "starttls"), (Sealed::Tls, "tls")] {
        let sink = Sink::that(sealed, []);
        let account = format!("security = \"{security}\"\nuser = \"duban\"\npassword = \"geheim\"\n");
        let trusting = mail_by(&sink, &format!("{account}ca = {:?}\n", ca.display().to_string()));
        trusting.send(&letter()).unwrap();
        let account_said = &sink.arrived()[0].account;
        assert_eq!(account_said, "AGR1YmFuAGdlaGVpbQ==", "\\0duban\\0geheim");
        let strict = mail_by(&sink, &account).send(&letter()).unwrap_err();
        assert!(!strict.for_good, "a certificate that nobody knows: {}", strict.words);
        assert_eq!(sink.arrived().len(), 1);
    }
    let open = Sink::that(Sealed::Plain, []);
    let refused = mail_by(&open, "security = \"starttls\"\n").send(&letter()).unwrap_err();
    assert!(!refused.for_good && open.arrived().is_empty(), "never without TLS: {}", refused.words);
}

#[test]
fn what_the_server_says_decides_whether_it_is_tried_again() {
    let cases: [(Says, &str, bool); 6] = [
        (Says::ToAddress("550 5.1.1 no such user here"), "550 5.1.1 no such user here", true),
        (Says::ToAddress("450 4.2.1 mailbox busy"), "450 4.2.1 mailbox busy", false),
        (Says::ToMail("451 4.3.0 try again later"), "451 4.3.0 try again later", false),
        (Says::ToMail("552 5.3.4 too large"), "552 5.3.4 too large", true),
        (Says::ToAccount("535 5.7.8 bad password"), "535 5.7.8 bad password", false),
        (Says::Breaks, "", false),
    ];
    for (says, words, for_good) in cases {
        let sink = Sink::that(Sealed::Plain, [says]);
        let way = mail_by(&sink, "security = \"none\"\nuser = \"u\"\npassword = \"p\"\n");
        let Unsent { words: said, for_good: forever } = way.send(&letter()).unwrap_err();
        assert!(said.contains(words) && !said.is_empty(), "{says:?}: {said}");
        assert_eq!(forever, for_good, "{says:?}: {said}");
    }
    let sink = Sink::that(Sealed::Plain, [Says::Hangs(Duration::from_millis(2_500))]);
    let way = mail_by(&sink, "security = \"none\"\ntimeout_s = 1\n");
    assert!(!way.send(&letter()).unwrap_err().for_good, "a server that says nothing");
    way.send(&letter()).unwrap();
    let nobody = "[mail]\nserver = \"127.0.0.1\"\nport = 1\nfrom = \"a@example.cn\"\nsecurity = \"none\"\n";
    let nobody = ways(nobody).mail.unwrap().send(&letter()).unwrap_err();
    assert!(!nobody.for_good, "no server: {}", nobody.words);
}

fn said() -> Intake {
    Intake {
        channel: Channel::Web,
        kind: None,
        title: String::new(),
        text: "路灯不亮已经三天了".into(),
        place: Place { words: "建设中路".into(), ..Place::default() },
        privacy: Privacy::Contact,
        person: Person {
            name: "测试·王女士".into(), mail: Mail::parse(MAIL).unwrap(), ..Person::default()
        },
        media: Vec::new(),
        source_key: None,
        wish: Default::default(),
    }
}

#[test]
fn the_ledger_says_what_the_mail_server_said_and_a_repeat_has_the_same_message_id() {
    let mut world = World::sqlite();
    let sink = Sink::that(
        Sealed::Plain,
        [Says::ToAddress("550 5.1.1 <wang.test@example.cn> no such user"), Says::Breaks],
    );
    let mail = mail_by(&sink, "security = \"none\"\n");
    world.app = world.app.clone().with_gateways(Gateways { sms: None, mail: Some(mail) });
    for _ in 0..2 {
        case::register::by_resident(&world.app, &said()).unwrap();
    }
    for _ in 0..2 {
        while notice::work(&world.app, NoticeChannel::Mail).unwrap() > 0 {}
        world.clock.pass_ms(120_000);
    }
    let query = NoticeQuery { channel: Some(NoticeChannel::Mail), ..NoticeQuery::default() };
    let ledger = notice::ledger(&world.ctx("supervisor", "hotline"), &query).unwrap();
    let lines: Vec<_> = ledger.entries.iter().map(|e| format!("{} {}", e.state.key(), e.reason)).collect();
    assert_eq!(lines, ["sent ", "failed 550 5.1.1 <…> no such user"]);
    let ids: Vec<_> = sink.arrived().iter().map(|mail| header(mail, "Message-ID")).collect();
    assert!(ids.len() == 2 && ids[0] == ids[1] && !ids[0].is_empty(), "{ids:?}");
}

/// A gateway that answers each call with the next of these, and tells what it was sent.
fn gateway(answers: Vec<&'static str>) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let told = thread::spawn(move || {
        let mut told = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
            let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
            while let Ok(n) = stream.read(&mut buffer) {
                bytes.extend_from_slice(&buffer[..n]);
                if n == 0 || !bytes.starts_with(b"POST") {
                    break;
                }
            }
            told.push(String::from_utf8_lossy(&bytes).into_owned());
            drop(stream.write_all(answer.as_bytes()));
        }
        told
    });
    (address, told)
}

const TAKEN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\n{\"code\":0}";
const NO_SUCH: &str = "HTTP/1.1 200 OK\r\ncontent-length: 13\r\nconnection: close\r\n\r\n{\"code\":1101}";
const BUSY: &str = "HTTP/1.1 503 Busy\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbusy";

#[test]
fn short_messages_go_out_as_the_gateway_wants_them() {
    let message =
        Outgoing { to: "13900006021".into(), text: "【测试】\"灯\" & {to}".into(), ..letter() };
    let (url, told) = gateway(vec![TAKEN, NO_SUCH, BUSY]);
    let json = ways(&format!(
        "[sms]\nurl = \"{url}/send\"\ninside = true\nsecret = \"geheim\"\nheader = \"Authorization: Bearer {{secret}}\"\n\
         body = '{{\"mobile\": \"{{to}}\", \"content\": \"{{text}}\", \"id\": \"{{key}}\"}}'\nsuccess = '\"code\":0'\nrefused = '\"code\":1101'\n"
    ));
    let sms = json.sms.unwrap();
    assert_eq!(sms.send(&message).unwrap(), "200 {\"code\":0}");
    assert!(sms.send(&message).unwrap_err().for_good, "a number that there is not");
    let busy = sms.send(&message).unwrap_err();
    assert_eq!((busy.words.as_str(), busy.for_good), ("503 busy", false));
    let told = told.join().unwrap();
    let (head, body) = told[0].split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains("authorization: bearer geheim"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["content"], "【测试】\"灯\" & {to}", "whatever a text holds, it stays a text");
    assert_eq!(body["id"], "notice-77-abcdef");
}

#[test]
fn short_messages_go_out_as_a_form_or_in_the_address_too() {
    let message = Outgoing { to: "13900006021".into(), text: "灯 & 树".into(), ..letter() };
    let (url, told) = gateway(vec![TAKEN, TAKEN]);
    let form =
        ways(&format!("[sms]\nurl = \"{url}/send\"\ninside = true\nbody = \"to={{to}}&text={{text}}\"\n"));
    form.sms.unwrap().send(&message).unwrap();
    let get =
        ways(&format!("[sms]\nurl = \"{url}/?to={{to}}&text={{text}}\"\nmethod = \"GET\"\ninside = true\n"));
    get.sms.unwrap().send(&message).unwrap();
    let told = told.join().unwrap();
    assert!(told[0].ends_with("\r\n\r\nto=13900006021&text=%E7%81%AF%20%26%20%E6%A0%91"), "{}", told[0]);
    assert!(told[1].starts_with("GET /?to=13900006021&text=%E7%81%AF%20%26%20%E6%A0%91 "), "{}", told[1]);
    let outside = ways("[sms]\nurl = \"http://127.0.0.1:1/\"\nbody = \"{to}{text}\"\n");
    assert!(outside.sms.unwrap().send(&message).is_err(), "inside only where the settings say so");
}
