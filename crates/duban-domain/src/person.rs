//! A resident (诉求人) as one request names them. Kept apart from what they said.
//!
//! How a telephone number is encrypted and found again is `duban-app`'s to say; here is what a
//! number is, and how it is shown to those who may not see it whole.

use serde::{Deserialize, Serialize};

use crate::{Lang, Refusal, notice::News};

/// A name and a telephone number, as the person left them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What to call them.
    pub name: String,
    /// Where they can be reached.
    pub phone: Option<Phone>,
    /// Where they can be written to.
    pub mail: Option<Mail>,
    /// By which way they want to hear; nothing said means by every way they left.
    pub news: Option<News>,
    /// The language of what they are told.
    pub lang: Lang,
}

impl Person {
    /// Whether nothing was left that could be kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.phone.is_none() && self.mail.is_none()
    }
}

/// A mail address (邮箱), as far as a program can tell: one `@`, a domain with a dot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mail(String);

impl Mail {
    /// Reads what people type; an empty text is no address and no error.
    pub fn parse(raw: &str) -> Result<Option<Self>, Refusal> {
        let raw: String = raw.trim().chars().map(|c| if c == '\u{ff20}' { '@' } else { c }).collect();
        if raw.is_empty() {
            return Ok(None);
        }
        let (name, domain) = raw.rsplit_once('@').ok_or(Refusal::BadMail)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
        let label = |l: &str| {
            !l.is_empty()
                && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !l.starts_with('-')
                && !l.ends_with('-')
        };
        let sound = !name.is_empty()
            && name.len() <= 64
            && name.chars().all(plain)
            && name.split('.').all(|part| !part.is_empty())
            && domain.len() <= 190
            && domain.contains('.')
            && domain.split('.').all(label);
        if sound {
            Ok(Some(Self(format!("{name}@{}", domain.to_ascii_lowercase()))))
        } else {
            Err(Refusal::BadMail)
        }
    }

    /// The whole address. Whoever calls this shows or stores personal data and must be allowed to.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.0
    }

    /// The address as it is compared: hardly any server tells large letters from small ones.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// As it is shown to those who may not see it whole: `w***@example.cn`.
    #[must_use]
    pub fn masked(&self) -> String {
        let (name, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        format!("{}***@{domain}", &name[..1])
    }
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

    /// Whether it takes short messages: a mobile of eleven digits, or a number abroad.
    #[must_use]
    pub fn is_mobile(&self) -> bool {
        self.0.starts_with('+') || (self.0.len() == 11 && self.0.starts_with('1'))
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

/// A name as it is compared (姓名比对): in half width and small letters, without spaces and without the dots between the
/// parts of a name, which everybody types differently.
#[must_use]
pub fn folded_name(name: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let dot = |c: char| matches!(c, '·' | '\u{2022}' | '\u{2027}' | '\u{30fb}' | '\u{ff65}' | '.');
    name.chars().map(half).filter(|c| !c.is_whitespace() && !dot(*c)).flat_map(char::to_lowercase).collect()
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
    fn names_as_people_write_them() {
        assert_eq!(folded_name(" 测试·王 女士\u{3000}"), "测试王女士");
        assert_eq!(folded_name("测试\u{30fb}王女士"), folded_name("测试\u{2022}王女士"));
        assert_eq!(folded_name("Ｔｅｓｔ　O. Li"), "testoli");
        assert_eq!(folded_name(" · "), "");
    }

    #[test]
    fn addresses_as_people_write_them() {
        let read = |raw: &str| Mail::parse(raw).map(|m| m.map(|m| m.address().to_owned()));
        assert_eq!(read(" Wang.Li@Example.CN "), Ok(Some("Wang.Li@example.cn".into())));
        assert_eq!(read("wang＠example.cn"), Ok(Some("wang@example.cn".into())));
        assert_eq!(read(""), Ok(None));
        for wrong in [
            "wang",
            "@example.cn",
            "wang@example",
            "a b@example.cn",
            "wang@-x.cn",
            "a@b@c.cn\r\nBcc: x@y.cn",
            "a..b@x.cn",
        ] {
            assert_eq!(read(wrong), Err(Refusal::BadMail), "{wrong}");
        }
        assert_eq!(Mail::parse("wang@example.cn").unwrap().unwrap().masked(), "w***@example.cn");
    }

    #[test]
    fn a_mask_shows_the_tail_and_never_the_middle() {
        assert_eq!(Phone::parse("13900006021").unwrap().unwrap().masked(), "139 **** 6021");
        assert_eq!(Phone::parse("12345").unwrap().unwrap().masked(), "**** 2345");
        assert_eq!(masked_name("测试·王女士"), "测**");
    }
}
