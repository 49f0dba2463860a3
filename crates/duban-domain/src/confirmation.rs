//! Codes (验证码): six digits that go to a telephone or a mailbox and are typed here, so that it is known whose it is.
//!
//! Pure: how long a code holds, how often it may be tried, when another may be asked for. The digits are drawn, kept as
//! a keyed hash and compared by `duban-app`; no telephone number is looked at here but to ask whether it takes a message.

use crate::{
    Refusal, Stamp,
    person::{Mail, Phone},
    request::closed_set,
    stamp::DAY_MS,
};

/// Digits of a code.
pub const DIGITS: usize = 6;
/// How many codes there are.
pub const CODES: u32 = 1_000_000;

closed_set! {
    /// By what somebody is reached (联系方式).
    Means {
        /// 电话
        Phone = 1, "phone", "电话", "Telephone";
        /// 邮箱
        Mail = 2, "mail", "邮箱", "Mail address";
    }
}

closed_set! {
    /// For what a city asks for a confirmed number or address (先确认才能做的事).
    Gate {
        /// 我也遇到了
        MeToo = 1, "me-too", "我也遇到了", "Me too";
        /// 我的诉求: what this device opened, as a list.
        Own = 2, "own", "本机打开过的清单", "The list of what this device opened";
    }
}

/// A telephone number or a mail address (联系方式).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contact {
    /// A telephone number.
    Phone(Phone),
    /// A mail address.
    Mail(Mail),
}

impl Contact {
    /// Reads what people type into one field: with an `@` it is an address.
    pub fn parse(raw: &str) -> Result<Option<Self>, Refusal> {
        if raw.contains(['@', '\u{ff20}']) {
            return Ok(Mail::parse(raw)?.map(Self::Mail));
        }
        Ok(Phone::parse(raw)?.map(Self::Phone))
    }

    /// Which of the two.
    #[must_use]
    pub fn means(&self) -> Means {
        match self {
            Self::Phone(_) => Means::Phone,
            Self::Mail(_) => Means::Mail,
        }
    }

    /// Whether a code can reach it: a number in a wall takes no short message.
    #[must_use]
    pub fn takes_codes(&self) -> bool {
        match self {
            Self::Phone(phone) => phone.is_mobile(),
            Self::Mail(_) => true,
        }
    }

    /// As it is shown to those who may not see it whole.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Phone(phone) => phone.masked(),
            Self::Mail(mail) => mail.masked(),
        }
    }

    /// As it stands beside the number of a request: without the digits that open its page from any device.
    #[must_use]
    pub fn headed(&self) -> String {
        match self {
            Self::Phone(phone) => {
                let digits = phone.digits();
                format!("{}****", &digits[..digits.len().saturating_sub(8).min(4)])
            }
            Self::Mail(mail) => mail.masked(),
        }
    }

    /// All of it. Whoever calls this stores or sends personal data and must be allowed to.
    #[must_use]
    pub fn whole(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.digits(),
            Self::Mail(mail) => mail.address(),
        }
    }
}

/// What a city says about codes (验证码规则).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRule {
    /// Minutes that a code holds.
    pub life_minutes: u32,
    /// Wrong tries of one code; afterwards it opens nothing.
    pub tries_max: u32,
    /// Seconds between two codes for one number.
    pub wait_seconds: u32,
    /// Codes for one number within a day.
    pub daily_max: u32,
    /// Minutes that somebody stays signed in who came in by a code.
    pub session_minutes: u32,
    /// What is asked a confirmed number for; nothing unless the city says so.
    pub required: Vec<Gate>,
}

impl Default for CodeRule {
    fn default() -> Self {
        Self {
            life_minutes: 10,
            tries_max: 5,
            wait_seconds: 60,
            daily_max: 5,
            session_minutes: 60,
            required: Vec::new(),
        }
    }
}

impl CodeRule {
    /// Whether the city asks for a confirmed number here.
    #[must_use]
    pub fn requires(&self, gate: Gate) -> bool {
        self.required.contains(&gate)
    }

    /// Milliseconds that a code holds.
    #[must_use]
    pub fn life_ms(&self) -> i64 {
        i64::from(self.life_minutes) * 60_000
    }

    /// Milliseconds that a session holds.
    #[must_use]
    pub fn session_ms(&self) -> i64 {
        i64::from(self.session_minutes) * 60_000
    }

    /// Another code for a number, after the last one; or until when there is none.
    pub fn send(&self, last: Option<&Sent>, now: Stamp) -> Result<Sent, Stamp> {
        let fresh = Sent { at: now, wrong: 0, used_at: None, day_from: now, day_count: 1 };
        let Some(last) = last else { return Ok(fresh) };
        let rested = last.at.plus_ms(i64::from(self.wait_seconds) * 1_000);
        let is_same_day = now < last.day_ends();
        if is_same_day && last.day_count >= self.daily_max {
            return Err(last.day_ends().max(rested));
        }
        if now < rested {
            return Err(rested);
        }
        let (day_from, day_count) = if is_same_day { (last.day_from, last.day_count + 1) } else { (now, 1) };
        Ok(Sent { day_from, day_count, ..fresh })
    }
}

/// A code that was sent, without its digits (已发的验证码).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// When.
    pub at: Stamp,
    /// Wrong tries.
    pub wrong: u32,
    /// When it was typed rightly; it is good once.
    pub used_at: Option<Stamp>,
    /// Since when the codes of the day are counted.
    pub day_from: Stamp,
    /// How many this is of that day.
    pub day_count: u32,
}

/// What came of a try (核对结果).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was the code.
    Right,
    /// It was not, and there are tries left.
    Wrong,
    /// No code can be right any more: it was used, tried too often, or its time is over.
    Over,
}

impl Sent {
    /// Until when it holds.
    #[must_use]
    pub fn ends(&self, rule: &CodeRule) -> Stamp {
        self.at.plus_ms(rule.life_ms())
    }

    fn day_ends(&self) -> Stamp {
        self.day_from.plus_ms(DAY_MS)
    }

    /// Whether it may still be typed.
    #[must_use]
    pub fn is_open(&self, now: Stamp, rule: &CodeRule) -> bool {
        self.used_at.is_none() && self.wrong < rule.tries_max && now < self.ends(rule)
    }

    /// Somebody types a code that fits or not.
    #[must_use]
    pub fn tried(self, fits: bool, now: Stamp, rule: &CodeRule) -> (Self, Verdict) {
        if !self.is_open(now, rule) {
            return (self, Verdict::Over);
        }
        if fits {
            return (Self { used_at: Some(now), ..self }, Verdict::Right);
        }
        let after = Self { wrong: self.wrong + 1, ..self };
        (after, if after.is_open(now, rule) { Verdict::Wrong } else { Verdict::Over })
    }
}

/// The digits of what somebody typed with any keyboard, when they may be a code.
#[must_use]
pub fn typed(raw: &str) -> Option<String> {
    let plain = |c: char| match c {
        '0'..='9' => Some(c),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(c as u32 - 0xff10, 10),
        _ => None,
    };
    let spaces = |c: &char| !(c.is_whitespace() || *c == '-');
    let digits: Option<String> = raw.chars().filter(spaces).take(DIGITS + 1).map(plain).collect();
    digits.filter(|digits| digits.len() == DIGITS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is tried when, and whatever is sent in between.
        #[test]
        fn a_code_is_never_accepted_after_its_time_its_tries_or_its_use(
            steps in prop::collection::vec((0_i64..400_000, any::<bool>(), any::<bool>()), 1..60),
            life in 1_u32..30, tries in 1_u32..8,
        ) {
            let rule = CodeRule { life_minutes: life, tries_max: tries, ..CodeRule::default() };
            let mut now = Stamp(1_767_596_640_000);
            let mut sent = rule.send(None, now).unwrap();
            let (mut wrong, mut used) = (0, false);
            for (pass, fits, again) in steps {
                now = now.plus_ms(pass);
                if again && let Ok(next) = rule.send(Some(&sent), now) {
                    prop_assert!(now.0 - sent.at.0 >= 60_000);
                    (sent, wrong, used) = (next, 0, false);
                }
                let (after, verdict) = sent.tried(fits, now, &rule);
                let late = now.0 - sent.at.0 >= rule.life_ms();
                if used || late || wrong >= tries {
                    prop_assert_eq!((verdict, after), (Verdict::Over, sent));
                } else if fits {
                    prop_assert_eq!(verdict, Verdict::Right);
                    used = true;
                } else {
                    wrong += 1;
                    prop_assert_eq!(verdict, if wrong < tries { Verdict::Wrong } else { Verdict::Over });
                }
                sent = after;
            }
        }

        /// However somebody asks, within every day that is counted there are no more than the city allows.
        #[test]
        fn no_number_gets_more_codes_than_the_city_allows(
            waits in prop::collection::vec(0_i64..7_200_000, 1..200), daily in 1_u32..7,
        ) {
            let rule = CodeRule { daily_max: daily, ..CodeRule::default() };
            let mut now = Stamp(0);
            let mut last = None;
            let mut went = Vec::new();
            for wait in waits {
                now = now.plus_ms(wait);
                match rule.send(last.as_ref(), now) {
                    Ok(sent) => {
                        went.push(now);
                        last = Some(sent);
                    }
                    Err(until) => {
                        prop_assert!(until > now);
                        prop_assert!(rule.send(last.as_ref(), until).is_ok());
                    }
                }
            }
            for window in went.windows(2) {
                prop_assert!(window[1].0 - window[0].0 >= 60_000);
            }
            // Two days that follow each other each have their own count.
            let most = usize::try_from(daily).unwrap() * 2;
            for from in &went {
                let within = went.iter().filter(|at| **at >= *from && at.0 < from.0 + DAY_MS).count();
                prop_assert!(within <= most, "{} within a day", within);
            }
        }
    }

    #[test]
    fn a_code_as_people_type_it() {
        assert_eq!(typed("012 345").as_deref(), Some("012345"));
        assert_eq!(typed("０１２３４５").as_deref(), Some("012345"));
        assert_eq!(typed("012-345").as_deref(), Some("012345"));
        for wrong in ["", "12345", "1234567", "12345a", "一二三四五六"] {
            assert_eq!(typed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_field_takes_a_number_or_an_address() {
        let read = |raw: &str| Contact::parse(raw).unwrap().unwrap();
        assert!(matches!(read("139 0000 6021"), Contact::Phone(_)));
        assert!(matches!(read("wang＠example.cn"), Contact::Mail(_)));
        assert!(!read("0731-2883 5396").takes_codes() && read("13900006021").takes_codes());
        assert_eq!(
            (read("13900006021").headed(), read("wang@example.cn").headed()),
            ("139****".into(), "w***@example.cn".into())
        );
        assert_eq!(Contact::parse(" ").unwrap(), None);
        assert_eq!(Contact::parse("wang@").unwrap_err(), Refusal::BadMail);
    }
}
