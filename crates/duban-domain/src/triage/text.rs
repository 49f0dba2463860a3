//! What a text is to the model: its runs of one and two tokens. A token is a Chinese character or a
//! word in Latin letters. Numbers are left out: what they could teach is a telephone or a house.

/// So many characters of a text count; what a matter is stands at its beginning.
pub const TEXT_MAX: usize = 2_000;
/// The longest run, in tokens.
const RUN_MAX: usize = 2;
/// As long as a title: what stands there counts twice, for people say first what it is about.
const HEAD: usize = 30;

/// One run of tokens (字串), and where it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gram {
    pub(super) key: u32,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) tokens: usize,
    /// Whether it stands at the beginning, where it counts twice.
    pub(super) first: bool,
}

/// A title and a text as one: a title that was made from the text says nothing twice.
#[must_use]
pub fn said(title: &str, text: &str) -> String {
    let head = title.trim_end_matches('…');
    let whole = if text.contains(head) { text.to_owned() } else { format!("{title}\n{text}") };
    whole.chars().take(TEXT_MAX).collect()
}

/// The runs of a text.
pub(super) fn grams(text: &str) -> Vec<Gram> {
    let mut grams = Vec::new();
    let mut line: Vec<(u64, usize, usize)> = Vec::new();
    let mut word: Option<(usize, u64)> = None;
    let mut chars = text.char_indices().take(TEXT_MAX).enumerate().peekable();
    while let Some((place, (at, c))) = chars.next() {
        let to = at + c.len_utf8();
        if c.is_alphabetic() && !is_han(c) {
            let (from, hash) = word.unwrap_or((at, SEED));
            let hash = c.to_lowercase().fold(hash, |hash, c| step(hash, c as u64));
            let goes_on = chars.peek().is_some_and(|(_, (_, next))| next.is_alphabetic() && !is_han(*next));
            word = goes_on.then_some((from, hash));
            if word.is_none() {
                take(&mut line, &mut grams, (hash, from, to), place < HEAD);
            }
        } else if is_han(c) {
            take(&mut line, &mut grams, (step(SEED, c as u64), at, to), place < HEAD);
        } else if !c.is_whitespace() || c == '\n' {
            // Runs end at signs, numbers and lines.
            line.clear();
        }
    }
    grams
}

/// A fact beside the text, such as `division=430211`, as a feature of its own.
pub(super) fn fact(words: &str) -> u32 {
    key(words.chars().fold(step(SEED, 0x00fa_c700), |hash, c| step(hash, c as u64)))
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

fn take(line: &mut Vec<(u64, usize, usize)>, grams: &mut Vec<Gram>, token: (u64, usize, usize), first: bool) {
    line.push(token);
    for tokens in 1..=RUN_MAX.min(line.len()) {
        let run = &line[line.len() - tokens..];
        let hash = run.iter().fold(SEED, |hash, token| step(hash, token.0));
        grams.push(Gram { key: key(hash), from: run[0].1, to: token.2, tokens, first });
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn step(hash: u64, next: u64) -> u64 {
    mixed(hash.rotate_left(23) ^ next.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn key(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Every bit of the number moves half of the bits of this.
pub(super) fn mixed(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
