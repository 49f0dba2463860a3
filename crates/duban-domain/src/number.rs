//! Public numbers (受理编号): digits that are read out over the telephone.
//!
//! Six digits of the day (YYMMDD), then a serial, then a Damm check digit, which finds every
//! single wrong digit and every swap of neighbours. Twelve digits as a rule; sixteen when a day
//! has more requests than five serial digits hold. Serials are random within the day, so a number
//! says nothing about how many came before it. Whether a number is taken is the store's to say.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A quasigroup of order ten with Damm's properties; row = interim digit, column = next digit.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// A number that passed its check digit (受理编号, 工单编号).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Number(String);

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotANumber {
    /// Not twelve or sixteen digits.
    #[error("a number has 12 or 16 digits")]
    Length,
    /// The check digit disagrees: a digit is wrong or two are swapped.
    #[error("the check digit disagrees")]
    Check,
}

impl Number {
    /// Makes the number of a day from random bits; `long` gives sixteen digits.
    #[must_use]
    pub fn make(day: Date, random: u32, long: bool) -> Self {
        let year = day.year().rem_euclid(100);
        let head = format!("{year:02}{:02}{:02}", day.month(), day.day());
        let digits = if long {
            format!("{head}{:09}", random % 1_000_000_000)
        } else {
            format!("{head}{:05}", random % 100_000)
        };
        let check = damm(&digits);
        Self(format!("{digits}{check}"))
    }

    /// The digits, without spaces.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// Groups of four, as it is shown and read out.
    #[must_use]
    pub fn grouped(&self) -> String {
        let groups: Vec<&str> = (0..self.0.len() / 4).map(|i| &self.0[i * 4..i * 4 + 4]).collect();
        groups.join(" ")
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Number {
    type Err = NotANumber;

    /// Spaces, hyphens and full-width digits are forgiven: people type what they see or hear.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let digits: String = text.chars().filter_map(plain_digit).collect();
        let strange = text.chars().any(|c| {
            plain_digit(c).is_none() && !c.is_whitespace() && !matches!(c, '-' | '\u{2013}' | '\u{ff0d}')
        });
        if strange || !matches!(digits.len(), 12 | 16) {
            return Err(NotANumber::Length);
        }
        if damm(&digits) != 0 {
            return Err(NotANumber::Check);
        }
        Ok(Self(digits))
    }
}

impl TryFrom<String> for Number {
    type Error = NotANumber;

    fn try_from(text: String) -> Result<Self, NotANumber> {
        text.parse()
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.0
    }
}

/// A digit typed with any keyboard.
fn plain_digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(c as u32 - 0xff10, 10),
        _ => None,
    }
}

/// Damm's interim digit after these digits: the check digit, or zero when it is already there.
fn damm(digits: &str) -> u8 {
    digits.bytes().fold(0, |interim, b| DAMM[usize::from(interim)][usize::from(b - b'0')])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn one_wrong_digit_or_two_swapped_are_found(random: u32, long: bool, at in 0usize..12, by in 1u8..10) {
            let number = Number::make(Date::constant(2026, 1, 4), random, long);
            prop_assert_eq!(number.grouped().parse::<Number>(), Ok(number.clone()));

            let mut wrong = number.digits().as_bytes().to_vec();
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_eq!(wrong.parse::<Number>(), Err(NotANumber::Check));

            let mut swapped = number.digits().as_bytes().to_vec();
            if at + 1 < swapped.len() && swapped[at] != swapped[at + 1] {
                swapped.swap(at, at + 1);
                prop_assert!(String::from_utf8(swapped).unwrap().parse::<Number>().is_err());
            }
        }
    }

    #[test]
    fn what_people_type_is_forgiven_but_not_guessed() {
        let number = Number::make(Date::constant(2025, 12, 29), 438, false);
        assert!(number.digits().starts_with("25122900438"));
        let full_width: String =
            number.digits().chars().map(|c| char::from_u32(c as u32 - 0x30 + 0xff10).unwrap()).collect();
        assert_eq!(full_width.parse(), Ok(number.clone()));
        assert_eq!("2512 2900".parse::<Number>(), Err(NotANumber::Length));
        assert_eq!("25122900438x".parse::<Number>(), Err(NotANumber::Length));
    }
}
