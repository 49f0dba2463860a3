//! Cases made from a seed, of every stage and shape. Invented, and not the outcome of decisions:
//! the store must keep whatever a case can be.

use duban_domain::{
    CaseId, EventId, Number, RequestId, Stamp,
    case::{Actor, Case, Ending, Event, Judged, Outcome, Satisfaction, Stage, What},
    deadline::{Deadline, Span},
    id::mint,
    place::Point,
    proof::{Hash, Salt},
    request::{Channel, Kind, Place, Privacy, Request, Urgency},
};
use jiff::{
    civil::Date,
    tz::{TimeZone, offset},
};

use crate::{Facets, Findable, PublicRow, RowExtra, Store};

/// Who has what nobody leads yet.
pub(super) const CENTRE: &str = "centre";
const UNITS: [&str; 5] = ["lighting", "police", "roads", "street-a", "water"];
/// The city's own words under a phase.
pub(super) const LABELS: [&str; 2] = ["on-site", "disputed"];
const CATEGORIES: [&str; 5] = ["city", "city.light", "city.light.lamp", "city-2", "water.leak"];
const DIVISIONS: [&str; 4] = ["430202", "430202001", "430203", "430211"];
/// The first day of the invented world.
pub(super) const START: Stamp = Stamp(1_767_196_800_000);
/// How many days it has.
pub(super) const DAYS: i64 = 30;

/// Random numbers that are the same on every machine (splitmix64).
#[derive(Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.roll(n) == 0
    }

    pub(super) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()].clone()
    }

    /// An instant of the world, in whole hours, so that instants meet often.
    pub(super) fn stamp(&mut self) -> Stamp {
        START.plus_ms(i64::try_from(self.roll(24 * DAYS as u64)).unwrap() * 3_600_000)
    }

    pub(super) fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.one_in(2) { Some(make(self)) } else { None }
    }

    pub(super) fn unit(&mut self) -> String {
        self.pick(&UNITS).to_owned()
    }
}

/// Eight hours east, where the invented city lies.
pub(super) fn zone() -> TimeZone {
    TimeZone::fixed(offset(8))
}

fn deadline(dice: &mut Dice) -> Deadline {
    Deadline {
        due: dice.stamp(),
        start: START,
        span: Span::Natural { minutes: 1_440 },
        basis: "normal/finish".to_owned(),
        missing_years: Vec::new(),
        more: Vec::new(),
    }
}

/// A request and its case; `n` makes ids and numbers differ.
pub(super) fn opened(dice: &mut Dice, n: u32) -> (Case, Request) {
    let at = dice.stamp();
    let id = mint(at, n);
    let number = Number::make(Date::constant(2026, 1, 1), n, true);
    let request = Request {
        id: RequestId(id),
        case: CaseId(id),
        number: number.clone(),
        kind: dice.pick(Kind::ALL),
        channel: dice.pick(Channel::ALL),
        title: format!("测试诉求 {n}"),
        text: "路灯不亮,请处理。".to_owned(),
        place: Place {
            words: "测试路".to_owned(),
            division: dice.maybe(|d| d.pick(&DIVISIONS).to_owned()),
            point: dice.maybe(|d| Point {
                lng_e7: 1_131_300_000 + d.roll(400_000) as i64,
                lat_e7: 278_300_000 + d.roll(400_000) as i64,
            }),
        },
        privacy: dice.pick(Privacy::ALL),
        person: None,
        received_at: at,
        details: Vec::new(),
        source_key: None,
    };
    let finish = deadline(dice);
    let event = Event {
        at,
        by: Actor::system(),
        what: What::Opened {
            number,
            request: request.id,
            kind: request.kind,
            urgency: dice.pick(Urgency::ALL),
            because: Vec::new(),
            category: dice.maybe(|d| d.pick(&CATEGORIES).to_owned()),
            finish,
            details: Vec::new(),
            proposed: None,
            entered: false,
        },
    };
    (Case::begin(request.case, &event).unwrap(), request)
}

/// The same case later: any stage, any instants.
pub(super) fn later(dice: &mut Dice, case: &Case) -> Case {
    let mut case = case.clone();
    let unit = dice.unit();
    case.version += 1;
    case.stage = match dice.roll(6) {
        0 => Stage::Received,
        1 => Stage::Dispatched { unit, sign: deadline(dice) },
        2 => Stage::InHand { unit },
        3 => Stage::InReview { unit, by: 1 },
        4 => {
            Stage::Callback { unit, until: dice.stamp(), tries: Vec::new(), heard: Vec::new(), judge: false }
        }
        _ => Stage::Closed { unit, at: dice.stamp(), ending: dice.pick(Ending::ALL) },
    };
    case.assisting = (0..dice.roll(3)).map(|_| dice.unit()).collect();
    case.assisting.dedup();
    case.kind = dice.pick(Kind::ALL);
    case.urgency = dice.pick(Urgency::ALL);
    case.finish = deadline(dice);
    case.contact = dice.maybe(deadline);
    case.contacted_at = dice.maybe(Dice::stamp);
    case.answered_at = dice.maybe(Dice::stamp);
    case.label = dice.maybe(|d| d.pick(&LABELS).to_owned());
    case.outcome = dice.maybe(|d| d.pick(Outcome::ALL));
    case.verdict = dice.maybe(|d| Judged {
        at: d.stamp(),
        solved: d.one_in(2),
        satisfaction: d.maybe(|d| d.pick(Satisfaction::ALL)),
    });
    case
}

/// What the application adds to a case.
pub(super) fn extra(case: &Case) -> RowExtra {
    let satisfaction = case.verdict.as_ref().and_then(|v| v.satisfaction);
    RowExtra {
        owner: case.unit().unwrap_or(CENTRE).to_owned(),
        score: satisfaction.map(|s| s.code() * 20),
        zone: zone(),
    }
}

/// Writes so many cases, each changed some times, and returns them as they are.
pub(crate) fn fill(store: &Store, seed: u64, count: u32) -> Vec<(Case, Request)> {
    let mut dice = Dice::new(seed);
    let mut cases: Vec<(Case, Request)> = Vec::new();
    // One transaction, so that the test waits for one commit.
    store
        .write(|tx| {
            for n in 0..count {
                let (mut case, request) = opened(&mut dice, n);
                tx.insert_request(&request, &SEALED)?;
                tx.insert_case(&case, &request, &extra(&case))?;
                for _ in 0..dice.roll(4) {
                    let next = later(&mut dice, &case);
                    tx.update_case(&case, &next, &extra(&next))?;
                    case = next;
                }
                tx.index_case(case.id, &Findable::of(said(&case)).marked(&Facets::of(&case, &request)))?;
                if is_public(&case) {
                    let row = public(&case, &request);
                    tx.put_public(case.id, Some(&row))?;
                }
                cases.push((case, request));
            }
            Ok::<_, crate::StoreError>(())
        })
        .unwrap();
    cases
}

/// What was said about a case, as far as the search is concerned.
pub(super) fn said(case: &Case) -> &'static str {
    ["路灯不亮,请处理。", "井盖松动,请处理。", "路灯 3 号不亮"][usize::try_from(case.id.0 % 3).unwrap()]
}

/// Whether the world shows a case to everybody: two of three.
pub(super) fn is_public(case: &Case) -> bool {
    case.id.0 % 3 != 0
}

/// What it shows of one.
pub(super) fn public(case: &Case, request: &Request) -> PublicRow {
    let closed_at = match &case.stage {
        Stage::Closed { at, .. } => Some(*at),
        _ => None,
    };
    PublicRow {
        case: case.id,
        number: case.number.clone(),
        category: case.category.clone(),
        division: request.place.division.clone(),
        owner: CENTRE.to_owned(),
        phase: case.phase(),
        opened_at: case.opened_at,
        changed_at: case.opened_at,
        finish_due: case.finish.due,
        answered_at: case.answered_at,
        closed_at,
        point: request.place.point.map(|p| p.coarse(100)),
        title: String::new(),
        words: String::new(),
        voices: 1,
    }
}

/// A note as an event.
pub(super) fn noted(n: i64, text: &str) -> (EventId, Event) {
    (EventId(n), Event { at: Stamp(n), by: Actor::system(), what: What::Noted { text: text.to_owned() } })
}

/// A salt of tests.
pub(super) const SALT: Salt = [5; 16];

/// Salt and digest of a request whose words no test asks for.
pub(super) const SEALED: (Salt, Hash) = (SALT, [6; 32]);
