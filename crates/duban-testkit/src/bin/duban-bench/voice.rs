//! Invented requests, shaped like real ones: how long the texts are, where they come from, when.

use duban_domain::{
    CaseId, Number, RequestId, Stamp,
    city::{City, Division},
    id,
    person::{Person, Phone},
    place::Point,
    request::{Channel, Kind, Place, Privacy, Request},
    stamp::DAY_MS,
};

use crate::{
    dice::{Dice, Weights},
    phrases::{MATTERS, MORE, Matter, NAMES, OPENINGS, SINCE, STREETS, WISHES},
};

/// How many years of requests.
const YEARS: usize = 3;
/// Days in them.
const DAYS: usize = 365 * YEARS;
/// Of a hundred requests, how many come in each hour of the day.
const HOURS: [f64; 24] = [
    0.7, 0.4, 0.3, 0.2, 0.2, 0.4, 1.1, 2.8, 6.8, 9.6, 9.3, 7.2, 4.3, 4.4, 6.6, 8.0, 7.9, 7.0, 5.3, 4.9, 4.8,
    3.9, 2.5, 1.4,
];
/// Of a hundred requests, how many come in by each channel, in the order of the channels.
const CHANNELS: [f64; 10] = [62.0, 11.0, 9.0, 6.0, 4.0, 3.0, 1.0, 2.0, 1.0, 1.0];

/// What one person said.
pub(crate) struct Voice {
    /// The request, without its person.
    pub(crate) request: Request,
    /// Who it was.
    pub(crate) person: Person,
    /// What it is about.
    pub(crate) matter: &'static Matter,
}

/// Where voices come from: a city, a seed, and how many there are.
pub(crate) struct Choir<'a> {
    /// The city.
    pub(crate) city: &'a City,
    seed: u64,
    count: u64,
    first_day: i64,
    days: Weights,
    hours: Weights,
    channels: Weights,
    matters: Weights,
    towns: Vec<&'a Division>,
    town_weights: Weights,
}

impl<'a> Choir<'a> {
    /// Voices of three years that end with the day before `today` (days since 1970).
    pub(crate) fn new(city: &'a City, seed: u64, count: u64, today: i64) -> Self {
        let first_day = today - DAYS as i64;
        // A little more every year, and a third less on the last two days of each week.
        let weight =
            |day: usize| (1.0 + day as f64 / DAYS as f64 / 2.0) * if day % 7 > 4 { 0.66 } else { 1.0 };
        let mut towns: Vec<&Division> = city.divisions.iter().filter(|d| d.code.len() == 9).collect();
        // The order of the codes has the inner districts first; shuffled a little, always the same way.
        towns
            .sort_by_key(|d| Dice::new(seed, d.code.bytes().fold(0, |n, b| n * 10 + u64::from(b))).below(60));
        Self {
            city,
            seed,
            count,
            first_day,
            days: Weights::of((0..DAYS).map(weight)),
            hours: Weights::of(HOURS),
            channels: Weights::of(CHANNELS),
            matters: Weights::zipf(MATTERS.len()),
            town_weights: Weights::zipf(towns.len()),
            towns,
        }
    }

    /// The dice of one voice.
    pub(crate) fn dice(&self, index: u64) -> Dice {
        Dice::new(self.seed, index + 1)
    }

    /// One voice; those of later indexes come on the same day or later.
    pub(crate) fn voice(&self, index: u64, dice: &mut Dice) -> Voice {
        let at = self.at(index, dice);
        let matter = &MATTERS[self.matters.throw(dice)];
        let place = self.place(dice);
        let text = text(matter, &place.words, dice);
        let privacy = match dice.below(100) {
            0..=3 => Privacy::Anonymous,
            4..=9 => Privacy::Confidential,
            _ => Privacy::Contact,
        };
        let channel = Channel::ALL[self.channels.throw(dice)];
        let request = Request {
            id: RequestId(id::mint(at, dice.word())),
            case: CaseId(id::mint(at, dice.word())),
            number: self.number(at, dice),
            kind: Kind::Help,
            channel,
            title: format!("{}{}", place.words, matter.title),
            text,
            place,
            privacy,
            person: None,
            received_at: at,
            details: Vec::new(),
            source_key: None,
        };
        let person = if privacy == Privacy::Anonymous { Person::default() } else { self.person(dice) };
        Voice { request, person, matter }
    }

    /// A number of a day.
    pub(crate) fn number(&self, at: Stamp, dice: &mut Dice) -> Number {
        Number::make(at.date(&self.city.zone), dice.word(), false)
    }

    fn at(&self, index: u64, dice: &mut Dice) -> Stamp {
        let day = self.days.at(index as f64 / self.count as f64);
        let midnight = (self.first_day + day as i64) * DAY_MS;
        let hour = self.hours.throw(dice) as i64;
        // The pack's zone has no summer time, so its offset on any day serves all days.
        let offset = self.city.zone.to_offset(Stamp(midnight).timestamp()).seconds();
        Stamp(midnight - i64::from(offset) * 1_000 + hour * 3_600_000).plus_ms(dice.below(3_600_000) as i64)
    }

    fn place(&self, dice: &mut Dice) -> Place {
        let town = self.towns[self.town_weights.throw(dice)];
        let centre = town.point.or_else(|| self.city.division(town.code.get(..6)?)?.point);
        let point = centre.filter(|_| dice.chance(700)).and_then(|centre| {
            Point::from_degrees(centre.lng() + dice.normal() * 0.025, centre.lat() + dice.normal() * 0.02)
        });
        let words = format!("{}{}{}号附近", town.name.zh, dice.pick(STREETS), 1 + dice.below(600));
        Place { words, division: Some(town.code.clone()), point }
    }

    /// Every third request is by somebody who has called before.
    fn person(&self, dice: &mut Dice) -> Person {
        let who = dice.below(usize::try_from(self.count).unwrap_or(usize::MAX).max(3) * 2 / 3);
        let name = format!("测试·{}", dice.pick(NAMES));
        let phone = Phone::parse(&format!("139{who:08}")).ok().flatten();
        Person { name, phone, ..Person::default() }
    }
}

/// Half of the texts have more than about two hundred characters, one in fifty more than eight hundred.
fn text(matter: &Matter, place: &str, dice: &mut Dice) -> String {
    let mut text = dice.pick(OPENINGS).to_owned();
    text.push_str(place);
    text.push('，');
    text.push_str(dice.pick(matter.said));
    text.push('。');
    text.push_str(dice.pick(SINCE));
    text.push('。');
    let sentences = (4.2 * (0.7 * dice.normal()).exp()).round().clamp(0.0, 60.0) as usize;
    for _ in 0..sentences {
        text.push_str(dice.pick(MORE));
    }
    text.push_str(dice.pick(WISHES));
    text
}
