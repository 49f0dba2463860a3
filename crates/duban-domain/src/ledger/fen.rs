//! Money: whole fen, written as yuan for people, and in capitals where nobody must change a stroke.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An amount of money in fen (分).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

impl fmt::Display for Fen {
    /// As yuan with two places: `203.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

impl FromStr for Fen {
    type Err = ();

    /// Reads yuan with at most two places; never through a fraction that a machine rounds.
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim().replace(',', "");
        let (minus, text) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
        let (yuan, places) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if yuan.is_empty() || yuan.len() > 15 || places.len() > 2 || !digits(yuan) || !digits(places) {
            return Err(());
        }
        let fen: i64 = format!("{yuan}{places:0<2}").parse().map_err(|_| ())?;
        Ok(Self(if minus { -fen } else { fen }))
    }
}

impl Fen {
    /// In Chinese capitals, as on a receipt: 贰佰零叁元伍角整. Below zero there is no such amount.
    #[must_use]
    pub fn capitals(self) -> String {
        const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
        let digit = |n: u64| DIGITS[(n % 10) as usize];
        let whole = self.0.max(0).unsigned_abs();
        let (yuan, jiao, fen) = (whole / 100, whole / 10 % 10, whole % 10);
        let mut text = String::new();
        if yuan > 0 {
            text = capitals_of(yuan);
            text.push('元');
        }
        match (jiao, fen) {
            (0, 0) => text.push_str(if yuan == 0 { "零元整" } else { "整" }),
            (jiao, 0) => text.extend([digit(jiao), '角', '整']),
            (0, fen) => {
                if yuan > 0 {
                    text.push('零');
                }
                text.extend([digit(fen), '分']);
            }
            (jiao, fen) => text.extend([digit(jiao), '角', digit(fen), '分']),
        }
        text
    }
}

/// A whole number above zero in capitals, in groups of four digits.
fn capitals_of(number: u64) -> String {
    const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
    const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];
    let mut text = String::new();
    let mut gap = false;
    for group in (0..GROUPS.len()).rev() {
        let four = number / 10_000_u64.pow(u32::try_from(group).unwrap_or(0)) % 10_000;
        if four == 0 {
            gap = !text.is_empty();
            continue;
        }
        for place in (0..4).rev() {
            let digit = four / 10_u64.pow(u32::try_from(place).unwrap_or(0)) % 10;
            if digit == 0 {
                gap = !text.is_empty();
                continue;
            }
            if gap {
                text.push('零');
                gap = false;
            }
            text.push(DIGITS[(digit % 10) as usize]);
            text.push_str(PLACES[place]);
        }
        gap = false;
        text.push_str(GROUPS[group]);
        gap = gap || four % 10 == 0;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Fen;

    #[test]
    fn money_is_read_and_written_without_fractions() {
        let read = |text: &str| text.parse::<Fen>().map(|fen| fen.0);
        assert_eq!(read("203.5"), Ok(20_350));
        assert_eq!(read(" 1,200.05 "), Ok(120_005));
        assert_eq!(read("-0.01"), Ok(-1));
        assert_eq!(read("7"), Ok(700));
        for wrong in ["", ".", ".5", "1.005", "1e3", "１", "--1", "9999999999999999"] {
            assert_eq!(read(wrong), Err(()), "{wrong}");
        }
        assert_eq!(Fen(20_350).to_string(), "203.50");
        assert_eq!(Fen(-5).to_string(), "-0.05");
    }

    #[test]
    fn a_receipt_says_it_in_capitals() {
        let told = |fen| Fen(fen).capitals();
        assert_eq!(told(20_350), "贰佰零叁元伍角整");
        assert_eq!(told(20_000), "贰佰元整");
        assert_eq!(told(19_005), "壹佰玖拾元零伍分");
        assert_eq!(told(1_234_567), "壹万贰仟叁佰肆拾伍元陆角柒分");
        assert_eq!(told(1_000_100), "壹万零壹元整");
        assert_eq!(told(10_010_000_000), "壹亿零壹拾万元整");
        assert_eq!(told(7), "柒分");
        assert_eq!(told(0), "零元整");
    }
}
