//! A resident (诉求人) as one request names them. Kept apart from what they said.
//!
//! How a telephone number is encrypted and found again is `duban-app`'s to say; here is what a
//! number is, and how it is shown to those who may not see it whole.

use serde::{Deserialize, Serialize};

use crate::Refusal;

/// A name and a telephone number, as the person left them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What to call them.
    pub name: String,
    /// Where they can be reached.
    pub phone: Option<Phone>,
}

/// A telephone number (电话): digits, with a leading `+` for numbers abroad.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phone(String);

impl Phone {
    /// Reads what people type; an empty text is no number and no error.
    pub fn parse(raw: &str) -> Result<Option<Self>, Refusal> {
        let mut digits = String::new();
        for c in raw.trim().chars() {
            match c {
                '0'..='9' => digits.push(c),
                '\u{ff10}'..='\u{ff19}' => digits.extend(char::from_digit(c as u32 - 0xff10, 10)),
                '+' | '\u{ff0b}' if digits.is_empty() => digits.push('+'),
                ' ' | '-' | '\u{2013}' | '(' | ')' | '\u{ff08}' | '\u{ff09}' | '\u{ff0d}' | '\u{3000}' => {}
                _ => return Err(Refusal::BadPhone),
            }
        }
        if digits.is_empty() {
            return Ok(None);
        }
        let local = digits.strip_prefix("+86").unwrap_or(&digits);
        let count = local.trim_start_matches('+').len();
        if !(5..=15).contains(&count) {
            return Err(Refusal::BadPhone);
        }
        Ok(Some(Self(local.to_owned())))
    }

    /// All digits. Whoever calls this shows or stores personal data and must be allowed to.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The last four digits: with the number of a request they open its page.
    #[must_use]
    pub fn tail(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }

    /// As it is shown to those who may not see it whole: `139 **** 6021`.
    #[must_use]
    pub fn masked(&self) -> String {
        let head = self.0.len().saturating_sub(8).min(3);
        format!("{} **** {}", &self.0[..head], self.tail()).trim_start().to_owned()
    }
}

/// A name shown to those who may not see it whole: the family name, then a title-neutral mark.
#[must_use]
pub fn masked_name(name: &str) -> String {
    name.chars().next().map_or_else(String::new, |first| format!("{first}**"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        let read = |raw: &str| Phone::parse(raw).map(|p| p.map(|p| p.digits().to_owned()));
        assert_eq!(read("139-0000 6021"), Ok(Some("13900006021".into())));
        assert_eq!(read("+86 139 0000 6021"), Ok(Some("13900006021".into())));
        assert_eq!(read("（0731）2883 5396"), Ok(Some("073128835396".into())));
        assert_eq!(read("１３９００００６０２１"), Ok(Some("13900006021".into())));
        assert_eq!(read("  "), Ok(None));
        assert_eq!(read("我的电话"), Err(Refusal::BadPhone));
        assert_eq!(read("123"), Err(Refusal::BadPhone));
    }

    #[test]
    fn a_mask_shows_the_tail_and_never_the_middle() {
        assert_eq!(Phone::parse("13900006021").unwrap().unwrap().masked(), "139 **** 6021");
        assert_eq!(Phone::parse("12345").unwrap().unwrap().masked(), "**** 2345");
        assert_eq!(masked_name("测试·王女士"), "测**");
    }
}
