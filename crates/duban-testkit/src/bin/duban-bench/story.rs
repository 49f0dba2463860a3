//! What became of an invented request: a history that the rules allow, cut off at an instant.
//!
//! Most are closed within days; one in eighty is never answered, some are not solved at first.

use duban_domain::{
    EventId, Stamp,
    case::{
        Actor, ActorKind, Case, Contact, Ending, Event, Ground, Outcome, Satisfaction, Stage, Way, What,
        Wish, open,
    },
    deadline::clocks,
    id,
    lang::Words,
    stamp::DAY_MS,
};

use crate::{
    dice::{Dice, Weights},
    phrases::{BACKS, CONTACTS},
    voice::{Choir, Voice},
};

/// How satisfied people are when it is solved.
const CONTENT: [Satisfaction; 6] = [
    Satisfaction::Satisfied,
    Satisfaction::Satisfied,
    Satisfaction::Satisfied,
    Satisfaction::Mostly,
    Satisfaction::Mostly,
    Satisfaction::Fair,
];
/// And when it is not.
const DISCONTENT: [Satisfaction; 3] = [Satisfaction::Fair, Satisfaction::Dissatisfied, Satisfaction::Very];
/// What units say came of it.
const OUTCOMES: [Outcome; 6] = [
    Outcome::Solved,
    Outcome::Solved,
    Outcome::Solved,
    Outcome::Partly,
    Outcome::Explained,
    Outcome::Unsolved,
];

/// A case and everything that happened to it.
pub(crate) struct Story {
    /// Its state at the end.
    pub(crate) case: Case,
    /// Its history.
    pub(crate) events: Vec<(EventId, Event)>,
}

/// Tells stories up to an instant.
pub(crate) struct Teller<'a> {
    choir: &'a Choir<'a>,
    now: Stamp,
    units: Vec<&'a str>,
    weights: Weights,
}

/// A story while it is being told.
struct Telling<'a> {
    city: &'a duban_domain::city::City,
    dice: Dice,
    case: Case,
    events: Vec<Event>,
    at: Stamp,
    now: Stamp,
}

impl<'a> Teller<'a> {
    /// The centre's own dispatchers send a third of the cases, some units get very many of them.
    pub(crate) fn new(choir: &'a Choir<'a>, now: Stamp) -> Self {
        let centre = &choir.city.centre().key;
        let mut units: Vec<&str> =
            choir.city.units.iter().map(|u| u.key.as_str()).filter(|u| u != centre).collect();
        units.sort_by_key(|key| {
            Dice::new(7, key.bytes().fold(0_u64, |n, b| n.wrapping_mul(31).wrapping_add(b.into())))
                .below(1_000)
        });
        Self { choir, now, weights: Weights::zipf(units.len()), units }
    }

    /// The story of one voice.
    pub(crate) fn tell(&self, voice: &Voice, dice: Dice) -> Story {
        let mut telling = self.begin(voice, dice);
        if !matches!(telling.case.stage, Stage::Closed { .. }) && self.dispatched(&mut telling) {
            while telling.round() {}
        }
        telling.miss();
        let base = telling.dice.word() & 0x3f_ff00;
        // Many deadlines pass in the same instant, and the program looks at them one after the other.
        let late = telling.dice.below(60_000) as i64;
        // Within a case the low bits count up, so that no two events of one instant get the same id.
        let events = telling.events.into_iter().zip(base..).map(|(event, tail)| {
            let recorded =
                if matches!(event.what, What::Missed { .. }) { event.at.plus_ms(late) } else { event.at };
            (EventId(id::mint(recorded, tail)), event)
        });
        let events = events.collect();
        Story { case: telling.case, events }
    }

    fn begin(&self, voice: &Voice, mut dice: Dice) -> Telling<'a> {
        let request = &voice.request;
        let direct = dice.chance(90).then(|| voice.matter.answer.to_owned());
        let wish = Wish { direct, hold: dice.chance(330), ..Wish::default() };
        let ground = Ground { city: self.choir.city, now: request.received_at };
        let by = operator(&mut dice);
        let events: Vec<Event> = open(request, &wish, &ground)
            .events
            .into_iter()
            .map(|what| Event { at: request.received_at, by: by.clone(), what })
            .collect();
        let case = Case::from_history(request.case, &events).expect("a story begins with its opening");
        Telling { city: self.choir.city, dice, case, events, at: request.received_at, now: self.now }
    }

    /// Somebody at the centre names a unit, unless the catalogue did.
    fn dispatched(&self, telling: &mut Telling<'_>) -> bool {
        if telling.case.unit().is_some() {
            return true;
        }
        let unit = self.units[self.weights.throw(&mut telling.dice)];
        telling.wait(40.0);
        let clocks = clocks(telling.city, telling.case.urgency, telling.case.kind, telling.at);
        let reason = "按职责分工由该单位办理。".to_owned();
        let by = staff(31, "测试·派单员", &telling.city.centre().key);
        telling.push(
            &by,
            What::Dispatched {
                unit: unit.to_owned(),
                assisting: Vec::new(),
                rule: "manual".to_owned(),
                reason: Words { zh: reason.clone(), en: reason },
                because: Vec::new(),
                sign: clocks.sign,
                contact: clocks.contact,
            },
        )
    }
}

impl Telling<'_> {
    /// One attempt from signing to the callback; whether another one begins.
    fn round(&mut self) -> bool {
        let handler =
            staff(1_000 + self.dice.below(400) as i64, "测试·承办人", self.case.unit().unwrap_or_default());
        if self.case.round == 1 {
            self.wait(55.0);
            if !self.push(&handler, What::Signed) {
                return false;
            }
        }
        if self.case.contact.is_some() && !self.dice.chance(120) {
            self.wait(170.0);
            let note = self.dice.pick(CONTACTS).to_owned();
            if !self.push(&handler, What::Contacted { contact: Contact { way: Way::Phone, note } }) {
                return false;
            }
        }
        if self.dice.chance(12) {
            return false;
        }
        self.wait(3_000.0);
        self.answered(&handler) && self.asked()
    }

    /// Answered, checked, and sent back once in a while.
    fn answered(&mut self, handler: &Actor) -> bool {
        let reviewer = staff(51, "测试·审核员", &self.city.centre().key);
        let until = self.city.settings.evaluation_days * DAY_MS;
        for attempt in 0..2 {
            self.miss_before_now();
            let outcome = OUTCOMES[self.dice.below(OUTCOMES.len())];
            let answer = What::Answered {
                outcome,
                public: format!("您反映的问题已收悉。{}如有疑问请与我单位联系。", self.dice.pick(CONTACTS)),
                internal: String::new(),
                proof: Vec::new(),
                proof_words: "现场处理记录已存档".to_owned(),
                no_contact: if self.case.contacted_at.is_none() {
                    "多次拨打无人接听".to_owned()
                } else {
                    String::new()
                },
                source: None,
            };
            if !self.push(handler, answer) {
                return false;
            }
            self.wait(200.0);
            if attempt > 0 || !self.dice.chance(60) {
                let until = self.at.plus_ms(until);
                return self.push(&reviewer, What::Approved { until, unreviewed: false });
            }
            let reason = self.dice.pick(BACKS).to_owned();
            if !self.push(&reviewer, What::SentBack { reason }) {
                return false;
            }
            self.wait(900.0);
        }
        false
    }

    /// The callback; whether the person said that it is not solved.
    fn asked(&mut self) -> bool {
        let caller = staff(71, "测试·回访员", &self.city.centre().key);
        self.wait(1_100.0);
        if self.dice.chance(280) {
            for attempt in 1..=self.city.settings.callback_attempts {
                if !self
                    .push(&caller, What::NoReply { attempt, how: duban_domain::case::Unreached::NoAnswer })
                {
                    return false;
                }
                self.wait(900.0);
            }
            self.push(&Actor::system(), What::Closed { ending: Ending::NotReached });
            return false;
        }
        let solved = self.case.round > 2 || !self.dice.chance(90);
        let scale: &[Satisfaction] = if solved { &CONTENT } else { &DISCONTENT };
        let satisfaction = scale[self.dice.below(scale.len())];
        let Some(&request) = self.case.requests.first() else { return false };
        let words = if solved { "已经好了，谢谢。" } else { "还是老样子，没有人来过。" }.to_owned();
        if !self.push(&caller, What::Heard { request, solved, satisfaction: Some(satisfaction), words }) {
            return false;
        }
        if solved {
            self.push(&caller, What::Closed { ending: Ending::Confirmed });
            return false;
        }
        let clocks = clocks(self.city, self.case.urgency, self.case.kind, self.at);
        let unit = self.case.unit().map(str::to_owned);
        let round = self.case.round + 1;
        self.push(&caller, What::Reopened { round, unit, finish: clocks.finish, contact: clocks.contact })
    }

    fn wait(&mut self, median_minutes: f64) {
        self.at = self.at.plus_ms(self.dice.lasts(median_minutes));
    }

    /// Tells one thing more, unless it has not happened yet.
    fn push(&mut self, by: &Actor, what: What) -> bool {
        if self.at > self.now {
            return false;
        }
        self.record(Event { at: self.at, by: by.clone(), what });
        true
    }

    fn record(&mut self, event: Event) {
        self.case.apply(&event);
        self.events.push(event);
    }

    /// The deadline that passed before what is told next.
    fn miss_before_now(&mut self) {
        let due = self.case.finish.due;
        if due < self.at.min(self.now) && self.case.is_running() && !self.case.missed {
            let last = self.events.last().map_or(due, |event| event.at);
            self.record(Event { at: due.max(last), by: Actor::system(), what: What::Missed { due } });
        }
    }

    /// The deadline that passed with nothing told after it.
    fn miss(&mut self) {
        self.at = self.now;
        self.miss_before_now();
    }
}

fn operator(dice: &mut Dice) -> Actor {
    let id = 11 + dice.below(9) as i64;
    Actor {
        kind: ActorKind::Staff, id, name: "测试·话务员".to_owned(), unit: Some("hotline".to_owned())
    }
}

fn staff(id: i64, name: &str, unit: &str) -> Actor {
    Actor { kind: ActorKind::Staff, id, name: name.to_owned(), unit: Some(unit.to_owned()) }
}
