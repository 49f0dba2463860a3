//! What each kind of person does, again and again, and what they wait for.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use duban_app::DEMO_KEY;

use super::form;
use crate::{
    Done,
    dice::Dice,
    http::{Client, Reply, encode},
    phrases::{MATTERS, MORE, OPENINGS, SINCE, STREETS, WISHES},
    server::Server,
};

/// Everything somebody waits for, in the order it is printed.
pub(super) const WAITS: [&str; 14] = [
    "operator: the empty form",
    "operator: suggestions while typing",
    "operator: saved",
    "handler: list",
    "handler: case page",
    "handler: step recorded",
    "handler: checklist recorded",
    "dispatcher, reviewer, caller: list",
    "dispatcher, reviewer, caller: case page",
    "dispatcher, reviewer, caller: step recorded",
    "intake client: created",
    "intake client: asked after",
    "intake client: newest",
    "anybody: search",
];

/// 角色, as far as the shift knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// 话务员
    Operator,
    /// 承办人
    Handler,
    /// 派单员
    Dispatcher,
    /// 审核员
    Reviewer,
    /// 回访员
    Caller,
    /// Another system that hands in and asks.
    Intake,
}

impl Role {
    /// The key of the role in the city pack; another system has none.
    pub(super) fn key(self) -> Option<&'static str> {
        match self {
            Self::Operator => Some("operator"),
            Self::Handler => Some("handler"),
            Self::Dispatcher => Some("dispatcher"),
            Self::Reviewer => Some("reviewer"),
            Self::Caller => Some("caller"),
            Self::Intake => None,
        }
    }

    /// Seconds between two pieces of work: many times faster than people, so that a minute is an hour.
    fn pace(self) -> f64 {
        match self {
            Self::Operator => 8.0,
            Self::Handler => 12.0,
            Self::Dispatcher | Self::Reviewer | Self::Caller => 4.0,
            Self::Intake => 1.0,
        }
    }
}

/// Somebody on duty.
pub(super) struct Person {
    /// What they do.
    pub(super) role: Role,
    /// The token of their session; another system has none.
    pub(super) session: String,
}

/// What somebody did.
#[derive(Default)]
pub(super) struct Diary {
    /// What they waited for, and how long, in milliseconds.
    pub(super) waits: Vec<(&'static str, f64)>,
    /// Number and kind of event of what the program said it had recorded.
    pub(super) acknowledged: Vec<(String, &'static str)>,
    /// Steps on cases that somebody else had moved on meanwhile.
    pub(super) overtaken: usize,
    /// Answers that nobody should get.
    pub(super) failed: Vec<String>,
}

/// One person at work.
struct Hand<'a> {
    client: Client,
    dice: Dice,
    diary: Diary,
    person: &'a Person,
    /// Before this instant nothing is measured.
    from: Instant,
}

impl Person {
    /// Works until the shift is over.
    pub(super) fn work(&self, server: &Server, seed: u64, from: Instant, until: Instant) -> Done<Diary> {
        let mut client = server.client()?;
        client.cookie = format!("duban_session={}", self.session);
        client.compressed = false;
        let mut hand =
            Hand { client, dice: Dice::new(seed, 77), diary: Diary::default(), person: self, from };
        sleep(Duration::from_secs_f64(hand.dice.unit() * self.role.pace()));
        while Instant::now() < until {
            let begun = Instant::now();
            match self.role {
                Role::Operator => hand.take_a_call()?,
                Role::Intake => hand.hand_in()?,
                _ => hand.take_a_step()?,
            }
            let pause = self.role.pace() * (0.5 + hand.dice.unit()) - begun.elapsed().as_secs_f64();
            sleep(Duration::from_secs_f64(pause.max(0.0)));
        }
        Ok(hand.diary)
    }
}

impl Hand<'_> {
    fn timed(&mut self, what: &'static str, ask: impl FnOnce(&mut Client) -> Done<Reply>) -> Done<Reply> {
        let begun = Instant::now();
        let reply = ask(&mut self.client)?;
        if begun >= self.from {
            self.diary.waits.push((what, begun.elapsed().as_secs_f64() * 1_000.0));
        }
        if reply.status >= 500 {
            self.diary.failed.push(format!("{what}: {}", reply.status));
        }
        Ok(reply)
    }

    /// 接一个电话: the form, suggestions as the text grows, saved.
    fn take_a_call(&mut self) -> Done<()> {
        let empty = self.timed("operator: the empty form", |c| c.get("/desk/intake"))?;
        let fields = form::hidden(&empty.text(), "/desk/intake").ok_or("the operator's form is not there")?;
        let (text, place, _) = self.said();
        let characters: Vec<char> = text.chars().collect();
        for part in 1..=3 {
            let typed: String = characters.iter().take(characters.len() * part / 3).collect();
            let body = encode(&[("text", &typed), ("place", &place)]);
            self.timed("operator: suggestions while typing", |c| c.form("/desk/intake/assist", &body))?;
        }
        let phone = format!("139{:08}", self.dice.below(100_000_000));
        let mut all: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        all.extend([("text", text.as_str()), ("place", &place), ("name", "测试·王女士"), ("phone", &phone)]);
        all.extend([("privacy", "contact"), ("channel", "phone"), ("do", "dispatch")]);
        let body = encode(&all);
        let saved = self.timed("operator: saved", |c| c.form("/desk/intake", &body))?;
        match saved.location.split_once("saved=") {
            Some((_, number)) if saved.status == 303 => {
                self.diary.acknowledged.push((number.to_owned(), "opened"));
            }
            _ => self.diary.failed.push(format!("operator: saving answered {}", saved.status)),
        }
        Ok(())
    }

    /// Another system hands one in, asks after it, and now and then for the newest.
    fn hand_in(&mut self) -> Done<()> {
        let (text, place, category) = self.said();
        let body = encode(&[
            ("api_key", DEMO_KEY),
            ("service_code", category),
            ("description", &text),
            ("address_string", &place),
        ]);
        let made =
            self.timed("intake client: created", |c| c.form("/open311/v2/requests.json", &body))?.text();
        let Some(number) = made.split("\"service_request_id\":\"").nth(1).and_then(|t| t.split('"').next())
        else {
            self.diary.failed.push(format!("intake client: creating answered {made}"));
            return Ok(());
        };
        let number = number.to_owned();
        let one = format!("/open311/v2/requests/{number}.json");
        self.diary.acknowledged.push((number, "opened"));
        let asked = self.timed("intake client: asked after", |c| c.get(&one))?;
        if asked.status != 200 {
            self.diary.failed.push(format!("intake client: asking after answered {}", asked.status));
        }
        if self.dice.chance(200) {
            self.timed("intake client: newest", |c| c.get("/open311/v2/requests.json?page_size=20"))?;
        }
        Ok(())
    }

    /// Opens the list, a case of it, and does what is next there.
    fn take_a_step(&mut self) -> Done<()> {
        let (list, page, step, path) = match self.person.role {
            Role::Handler => ("handler: list", "handler: case page", "handler: step recorded", "/desk/cases"),
            other => (
                WAITS[7],
                WAITS[8],
                WAITS[9],
                match other {
                    Role::Dispatcher => "/desk/cases?stage=received",
                    Role::Reviewer => "/desk/cases?stage=in-review",
                    _ => "/desk/cases?stage=callback",
                },
            ),
        };
        if self.dice.chance(80) {
            let words = encode(&[("q", MATTERS[self.dice.below(MATTERS.len())].title)]);
            let path = format!("/desk/cases?{}", String::from_utf8_lossy(&words));
            self.timed("anybody: search", |c| c.get(&path))?;
        }
        let shown = self.timed(list, |c| c.get(path))?.text();
        let cases = form::cases(&shown);
        if cases.is_empty() {
            return Ok(());
        }
        let number = cases[self.dice.below(cases.len())].to_owned();
        let address = format!("/desk/cases/{number}");
        let mut shown = self.timed(page, |c| c.get(&address))?.text();
        if self.has_ticked(&address, &shown)? {
            shown = self.timed(page, |c| c.get(&address))?.text();
        }
        let Some((action, kind, said)) =
            STEPS.iter().find(|(action, ..)| form::hidden(&shown, &format!("{address}/{action}")).is_some())
        else {
            return Ok(());
        };
        let action = format!("{address}/{action}");
        let fields = form::hidden(&shown, &action).unwrap_or_default();
        let mut all: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        all.extend(said.iter().filter(|(name, _)| fields.iter().all(|(known, _)| known != name)));
        let done = self.timed(step, |c| c.form(&action, &encode(&all)))?;
        match done.status {
            303 => self.diary.acknowledged.push((number, *kind)),
            409 | 422 => self.diary.overtaken += 1,
            404 => self.diary.overtaken += 1,
            other => self.diary.failed.push(format!("{action} answered {other}")),
        }
        Ok(())
    }

    /// Before a case with something required on its list is answered, the list is ticked; whether it was.
    fn has_ticked(&mut self, address: &str, shown: &str) -> Done<bool> {
        let action = format!("{address}/checklist");
        let (boxes, owed) = form::boxes(shown, &action);
        if !owed || form::hidden(shown, &format!("{address}/answer")).is_none() {
            return Ok(false);
        }
        let fields = form::hidden(shown, &action).unwrap_or_default();
        let mut all: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        all.extend(boxes.iter().map(|item| ("item", item.as_str())));
        let done = self.timed("handler: checklist recorded", |c| c.form(&action, &encode(&all)))?;
        match done.status {
            303 => return Ok(true),
            404 | 409 | 422 => self.diary.overtaken += 1,
            other => self.diary.failed.push(format!("{action} answered {other}")),
        }
        Ok(false)
    }

    /// What a caller says, where, and what it is about.
    fn said(&mut self) -> (String, String, &'static str) {
        let dice = &mut self.dice;
        let matter = &MATTERS[dice.below(MATTERS.len())];
        let place = format!("天元区{}{}号", dice.pick(STREETS), 1 + dice.below(600));
        let text = format!(
            "{}{place}，{}。{}。{}{}",
            dice.pick(OPENINGS),
            dice.pick(matter.said),
            dice.pick(SINCE),
            dice.pick(MORE),
            dice.pick(WISHES)
        );
        (text, place, matter.category)
    }
}

/// A step: the end of its address, the event it records, and what is said in its form.
type Step = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// In the order in which they are taken when a page offers more than one.
const STEPS: [Step; 6] = [
    ("signature", "signed", &[]),
    (
        "answer",
        "answered",
        &[
            ("outcome", "solved"),
            ("public", "已到现场处理完毕，恢复正常。"),
            ("proof_words", "维修记录 测-0001"),
            ("no_contact", "来电人要求不回电。"),
        ],
    ),
    ("review", "approved", &[("do", "approve")]),
    (
        "callback",
        "heard",
        &[("do", "reached"), ("solved", "yes"), ("satisfaction", "satisfied"), ("words", "都弄好了。")],
    ),
    ("dispatch", "dispatched", &[("unit", "urban"), ("reason", "按职责派单。")]),
    ("contact", "contacted", &[("way", "phone"), ("note", "已联系，说明了安排。")]),
];
