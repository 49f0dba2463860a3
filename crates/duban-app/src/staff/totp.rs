//! 动态码: time-based one-time passwords as RFC 6238 has them, with what every app on a telephone assumes: SHA-1, six
//! digits, thirty seconds. Pure.

use duban_domain::Stamp;
use ring::hmac;

/// Bytes of a secret, as RFC 4226 recommends.
pub(super) const SECRET: usize = 20;
const STEP_MS: i64 = 30_000;
const DIGITS: u32 = 6;
/// Telephones are a little fast or slow: one step to either side is taken.
const DRIFT: i64 = 1;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The code of one step of time.
pub(super) fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let from = usize::from(tag[tag.len() - 1] & 15);
    let four: [u8; 4] =
        tag[from..from + 4].try_into().expect("a tag has twenty bytes, and at most 15 + 4 are read");
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 10_u32.pow(DIGITS);
    format!("{number:06}")
}

/// The step of time whose code this is, around an instant; none when it is no code, or a used one.
pub(super) fn step_of(secret: &[u8], typed: &str, now: Stamp, last_used: i64) -> Option<i64> {
    let at = now.0.div_euclid(STEP_MS);
    (at - DRIFT..=at + DRIFT).filter(|step| *step > last_used).find(|step| same(&code(secret, *step), typed))
}

/// Compares without telling by time how much of it was right.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |apart, (x, y)| apart | (x ^ y)) == 0
}

/// What an app shows that was given these letters.
pub(super) fn shown(letters: &str, now: Stamp) -> String {
    let (mut bits, mut held, mut secret) = (0_u32, 0, Vec::new());
    for value in letters.bytes().filter_map(|b| ALPHABET.iter().position(|letter| *letter == b)) {
        bits = (bits << 5 | value as u32) & 0xfff;
        held += 5;
        if held >= 8 {
            held -= 8;
            secret.push((bits >> held & 0xff) as u8);
        }
    }
    code(&secret, now.0.div_euclid(STEP_MS))
}

/// In the letters that apps take when somebody types the secret.
pub(super) fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let mut five = [0_u8; 8];
        five[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(five);
        let letters = (chunk.len() * 8).div_ceil(5);
        out.extend((0..letters).map(|i| char::from(ALPHABET[(bits >> (35 - 5 * i)) as usize & 31])));
    }
    out
}

/// What the square picture says to the app: who it is for, and the secret.
pub(super) fn address(issuer: &str, login: &str, secret: &[u8]) -> String {
    let escaped = |text: &str| {
        text.bytes().fold(String::new(), |mut out, b| {
            match b {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    out.push(char::from(b))
                }
                _ => out.push_str(&format!("%{b:02X}")),
            }
            out
        })
    };
    let (issuer, login) = (escaped(issuer), escaped(login));
    format!(
        "otpauth://totp/{issuer}:{login}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        base32(secret)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last six of the eight digits that appendix B of RFC 6238 prints for SHA-1.
    #[test]
    fn codes_are_those_that_rfc_6238_prints() {
        let secret = b"12345678901234567890";
        for (seconds, digits) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let at = Stamp(seconds * 1_000);
            assert_eq!(code(secret, at.0 / STEP_MS), digits);
            assert_eq!(step_of(secret, digits, at, 0), Some(at.0 / STEP_MS));
            assert_eq!(step_of(secret, digits, at, at.0 / STEP_MS), None, "no code is good twice");
            assert_eq!(
                step_of(secret, digits, at.plus_ms(30_000), 0),
                Some(at.0 / STEP_MS),
                "a slow telephone"
            );
            assert_eq!(step_of(secret, digits, at.plus_ms(60_000), 0), None, "an old one");
        }
        assert_eq!(step_of(secret, "", Stamp(59_000), 0), None);
    }

    /// The vectors of RFC 4648.
    #[test]
    fn secrets_are_spelt_as_rfc_4648_has_it() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        let address = address("株洲 12345", "li&x", b"12345678901234567890");
        assert!(
            address.starts_with("otpauth://totp/%E6%A0%AA%E6%B4%B2%2012345:li%26x?secret=GEZDGNBVGY3TQOJQ"),
            "{address}"
        );
    }
}
