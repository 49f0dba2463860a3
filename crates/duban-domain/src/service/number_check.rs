//! What numbers have to look like: identity cards (GB 11643), bank cards (Luhn), credit codes of organisations
//! (GB 32100), telephones. A rule that old cards break warns; only what cannot be such a number is refused.
//!
//! Not here: whether the number belongs to the person. Only the police and the bank know that.

use super::FieldKind;
use crate::{Lang, lang::Words, person::Phone, text};

/// A number as it is kept, and what the clerk should look at again (核对结果).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Without spaces, half-width, in capitals.
    pub value: String,
    /// What is odd about it.
    pub warning: Option<Words>,
}

/// Reads what was typed into a field.
///
/// # Errors
/// What cannot be such a number, and what to do.
pub fn check(kind: FieldKind, raw: &str) -> Result<Checked, Words> {
    let plain = Checked { value: squeezed(raw), warning: None };
    match kind {
        FieldKind::Line => match text::optional("field", raw, text::LINE_MAX) {
            Ok(value) => Ok(Checked { value, warning: None }),
            Err(refusal) => Err(both(&refusal.sentence(Lang::Zh), &refusal.sentence(Lang::En))),
        },
        FieldKind::Name | FieldKind::BankName => name(raw),
        FieldKind::IdNumber => id_number(plain.value),
        FieldKind::BankCard => bank_card(plain.value),
        FieldKind::CreditCode => credit_code(plain.value),
        FieldKind::Phone => match Phone::parse(raw) {
            Ok(phone) => {
                let value = phone.map(|phone| phone.digits().to_owned()).unwrap_or_default();
                Ok(Checked { value, warning: None })
            }
            Err(refusal) => Err(both(&refusal.sentence(Lang::Zh), &refusal.sentence(Lang::En))),
        },
    }
}

/// A name as two papers are compared by: half-width, one dot for all dots, without spaces.
#[must_use]
pub fn same_name(name: &str) -> String {
    let dot = |c: char| if matches!(c, '•' | '・' | '‧' | '．' | '.' | '●') { '·' } else { c };
    squeezed(name).chars().map(dot).collect()
}

/// A number as others may see it: its beginning and its end.
#[must_use]
pub fn masked(kind: FieldKind, value: &str) -> String {
    let (head, tail) = match kind {
        FieldKind::IdNumber => (6, 4),
        FieldKind::BankCard => (4, 4),
        FieldKind::Phone => (3, 4),
        FieldKind::Name | FieldKind::BankName => (1, 0),
        FieldKind::Line | FieldKind::CreditCode => return value.to_owned(),
    };
    let signs: Vec<char> = value.chars().collect();
    if signs.len() <= head + tail {
        return "*".repeat(signs.len());
    }
    // Of a bank card not even the length is told.
    let between = match kind {
        FieldKind::BankCard => " **** **** ".to_owned(),
        _ => "*".repeat(signs.len() - head - tail),
    };
    let part = |from: usize, to: usize| signs[from..to].iter().collect::<String>();
    format!("{}{between}{}", part(0, head), part(signs.len() - tail, signs.len()))
}

fn both(zh: &str, en: &str) -> Words {
    Words { zh: zh.to_owned(), en: en.to_owned() }
}

/// Without spaces and hyphens between groups, full-width signs made half-width, in capitals.
fn squeezed(raw: &str) -> String {
    let half = |c: char| match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        other => other,
    };
    raw.chars().map(half).filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect()
}

fn name(raw: &str) -> Result<Checked, Words> {
    let value = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    if value.is_empty() || value.chars().count() > 60 || value.chars().any(char::is_control) {
        return Err(both("姓名写 1 到 60 个字。", "A name has 1 to 60 characters."));
    }
    Ok(Checked { value, warning: None })
}

fn id_number(value: String) -> Result<Checked, Words> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const ENDS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let wrong = || {
        Err(both(
            "身份证号不对：最后一位和前面的对不上，或者日期不存在。请对着证件再看一遍。",
            "This ID number is not right: its last sign does not fit, or there is no such day. Look at the card again.",
        ))
    };
    let digits: Vec<u32> = value.chars().take(17).filter_map(|c| c.to_digit(10)).collect();
    let length = value.chars().count();
    if length == 15 && value.chars().all(|c| c.is_ascii_digit()) {
        return Err(both(
            "这是 15 位的旧号码。请写第二代身份证上的 18 位。",
            "This is an old number of 15 digits. Write the 18 of the second-generation card.",
        ));
    }
    if length != 18 || digits.len() != 17 {
        return Err(both("身份证号是 18 位。", "An ID number has 18 signs."));
    }
    let (year, month, day) = (&value[6..10], &value[10..12], &value[12..14]);
    if format!("{year}-{month}-{day}").parse::<jiff::civil::Date>().is_err() {
        return wrong();
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    match value.chars().last() {
        Some(last) if last == ENDS[(sum % 11) as usize] => Ok(Checked { value, warning: None }),
        _ => wrong(),
    }
}

fn bank_card(value: String) -> Result<Checked, Words> {
    if !(13..=19).contains(&value.len()) || !value.chars().all(|c| c.is_ascii_digit()) {
        return Err(both("银行卡号是 13 到 19 位数字。", "A bank card has 13 to 19 digits."));
    }
    let sum: u32 = value
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(at, digit)| if at % 2 == 1 { digit * 2 - if digit > 4 { 9 } else { 0 } } else { digit })
        .sum();
    let warning = (!sum.is_multiple_of(10)).then(|| {
        both(
            "卡号的校验位不对。有的老卡就是这样：请对着卡再看一遍，没错就继续。",
            "The check digit of the card does not fit. Some old cards are like that: look again, and go on if it is right.",
        )
    });
    Ok(Checked { value, warning })
}

fn credit_code(value: String) -> Result<Checked, Words> {
    const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let wrong = || {
        Err(both(
            "统一社会信用代码不对：18 位，没有 I、O、S、V、Z，最后一位要对得上。请对着执照再看一遍。",
            "This credit code is not right: 18 signs without I, O, S, V and Z, and the last one has to fit. Look at the licence again.",
        ))
    };
    let places: Option<Vec<u32>> =
        value.chars().map(|c| SIGNS.find(c).and_then(|at| u32::try_from(at).ok())).collect();
    let Some(places) = places.filter(|places| places.len() == 18) else { return wrong() };
    let (mut weight, mut sum) = (1, 0);
    for place in &places[..17] {
        sum += place * weight;
        weight = weight * 3 % 31;
    }
    if places[17] == (31 - sum % 31) % 31 { Ok(Checked { value, warning: None }) } else { wrong() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: FieldKind, raw: &str) -> String {
        match check(kind, raw) {
            Ok(Checked { value, warning: None }) => value,
            Ok(Checked { value, .. }) => format!("{value} warned"),
            Err(why) => why.en.split([':', '.']).next().unwrap_or("").to_owned(),
        }
    }

    #[test]
    fn identity_numbers_are_checked_by_their_last_sign_and_their_day() {
        let told = |raw| told(FieldKind::IdNumber, raw);
        assert_eq!(told("11010519491231002X"), "11010519491231002X");
        assert_eq!(told("１１０１０５ 19491231 002x"), "11010519491231002X");
        assert_eq!(told("440524188001010014"), "440524188001010014");
        assert_eq!(told("430202190001010013"), "This ID number is not right");
        assert_eq!(told("430202190001010010"), "430202190001010010");
        assert_eq!(told("11010519490231002X"), "This ID number is not right");
        assert_eq!(told("130503670401001"), "This is an old number of 15 digits");
        assert_eq!(told("1101051949123100"), "An ID number has 18 signs");
    }

    #[test]
    fn a_bank_card_that_luhn_does_not_like_warns_and_goes_on() {
        let told = |raw| told(FieldKind::BankCard, raw);
        assert_eq!(told("6228 4804 0256 4890 018"), "6228480402564890018");
        assert_eq!(told("6228480402564890019"), "6228480402564890019 warned");
        assert_eq!(told("622848"), "A bank card has 13 to 19 digits");
        assert_eq!(told("62284804025648900AB"), "A bank card has 13 to 19 digits");
    }

    #[test]
    fn every_single_wrong_sign_of_a_credit_code_is_found() {
        let good = "81430204MC79043725";
        assert_eq!(told(FieldKind::CreditCode, good), good);
        for at in 0..good.len() {
            for other in
                "0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ".chars().filter(|c| *c != good.as_bytes()[at] as char)
            {
                let mut signs: Vec<char> = good.chars().collect();
                signs[at] = other;
                let wrong: String = signs.iter().collect();
                assert!(check(FieldKind::CreditCode, &wrong).is_err(), "{wrong}");
            }
        }
    }

    #[test]
    fn names_are_the_same_however_their_dot_and_width_are_written() {
        assert_eq!(same_name("阿依 古丽•测试"), same_name("阿依古丽·测试"));
        assert_ne!(same_name("路测试"), same_name("陆测试"));
    }

    #[test]
    fn what_others_see_is_the_beginning_and_the_end() {
        assert_eq!(masked(FieldKind::IdNumber, "430202190001010010"), "430202********0010");
        assert_eq!(masked(FieldKind::BankCard, "6228480402564890018"), "6228 **** **** 0018");
        assert_eq!(masked(FieldKind::Name, "路测试"), "路**");
        assert_eq!(masked(FieldKind::BankCard, "62"), "**");
    }
}
