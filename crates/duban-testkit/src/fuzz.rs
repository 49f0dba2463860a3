//! Broken input on purpose: good input is changed at random, again and again, and nothing may panic, hang or answer
//! nonsense whatever comes of it.
//!
//! It runs on the stable compiler, so it does not see which lines ran. Instead a target says in one number what became of an
//! input (which refusal, how many rows), and an input with a new number is changed further: what came a step deeper is begun
//! from again. Every run of the tests tries a few, always the same; `cargo xtask fuzz` tries for as long as one likes.
#![expect(
    clippy::disallowed_methods,
    reason = "it stops after a time that somebody chose, and finds what takes too long"
)]

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    time::{Duration, Instant},
};

/// How long one input may take, on a machine that does other things too.
const SLOW: Duration = Duration::from_secs(20);
/// Most inputs that are begun from.
const POOL_MAX: usize = 2_000;
/// Longest input.
const BYTES_MAX: usize = 64 << 10;
/// How often a failing input is tried to be made shorter.
const SHRINKS: u32 = 300;
/// Bytes at which readers change their mind.
const EDGES: &[u8] = b"\0\t\n\r\"'%&+,-./0189:;<=>?@[\\]_{|}~\x1a\x7f\x80\xbf\xc0\xe4\xf0\xfe\xff";

/// What is tried, and from what.
pub struct Target<'a> {
    /// Its name, as `cargo xtask fuzz` knows it.
    pub name: &'a str,
    /// Good inputs.
    pub seeds: Vec<Vec<u8>>,
    /// Words that the readers of it know.
    pub words: Vec<&'a [u8]>,
    /// How many inputs are tried in every run of the tests.
    pub tries: u32,
}

impl Target<'_> {
    /// Looks at input after input; `look` panics where something is wrong, and says in a number what became of it.
    ///
    /// # Panics
    /// With the first input that `look` panics at, or that takes too long; it is kept in `target/fuzz`.
    pub fn run(&self, mut look: impl FnMut(&[u8]) -> u64) {
        if let Some(path) = std::env::var_os("DUBAN_FUZZ_INPUT") {
            let input = std::fs::read(&path).expect("DUBAN_FUZZ_INPUT is a file");
            look(&input);
            return;
        }
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let long = number("DUBAN_FUZZ_SECONDS").map(Duration::from_secs);
        let seed = number("DUBAN_FUZZ_SEED").unwrap_or(1);
        let mut chance = Chance(seed);
        let (mut pool, mut seen) = (Vec::new(), HashSet::new());
        for seed in &self.seeds {
            seen.insert(self.one(seed, &mut look, long.is_some()));
            pool.push(seed.clone());
        }
        let (begun, mut tries) = (Instant::now(), 0u64);
        while long.map_or(tries < u64::from(self.tries), |long| begun.elapsed() < long) {
            let input = self.changed(&pool, &mut chance);
            let found = self.one(&input, &mut look, long.is_some());
            if seen.insert(found) && pool.len() < POOL_MAX {
                pool.push(input);
            }
            tries += 1;
        }
        println!("{}: {tries} inputs, {} outcomes, seed {seed}", self.name, seen.len());
    }

    /// One input; a failing one is kept, as short as it could be made.
    fn one(&self, input: &[u8], look: &mut impl FnMut(&[u8]) -> u64, shrink: bool) -> u64 {
        let begun = Instant::now();
        let found = catch_unwind(AssertUnwindSafe(|| look(input)));
        let took = begun.elapsed();
        let why = match found {
            Ok(found) if took < SLOW => return found,
            Ok(_) => format!("took {} seconds", took.as_secs()),
            Err(_) => "failed".to_owned(),
        };
        let short =
            if shrink && took < Duration::from_secs(1) { shorter(input, look) } else { input.to_vec() };
        let path = kept(self.name, &short);
        panic!("{}: an input {why}. Again with DUBAN_FUZZ_INPUT={}", self.name, path.display());
    }

    /// One of the pool after a few changes.
    fn changed(&self, pool: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
        let recent = pool.len().saturating_sub(20);
        let from = if chance.below(2) == 0 {
            chance.below(pool.len())
        } else {
            recent + chance.below(pool.len() - recent)
        };
        let mut input = pool[from].clone();
        for _ in 0..=chance.below(5) {
            self.change(&mut input, pool, chance);
        }
        input.truncate(BYTES_MAX);
        input
    }

    fn change(&self, input: &mut Vec<u8>, pool: &[Vec<u8>], chance: &mut Chance) {
        let at = chance.below(input.len() + 1);
        let widest = if chance.below(4) == 0 { 400 } else { 12 };
        let most = 1 + chance.below(widest);
        let to = (at + most).min(input.len());
        match chance.below(11) {
            0 if at < input.len() => input[at] ^= 1 << chance.below(8),
            1 if at < input.len() => input[at] = EDGES[chance.below(EDGES.len())],
            2 => drop(input.drain(at..to)),
            3 => {
                let again = input[at..to].to_vec();
                input.splice(at..at, again);
            }
            4 | 5 if !self.words.is_empty() => {
                let word = self.words[chance.below(self.words.len())];
                let over = if chance.below(2) == 0 { at } else { to };
                input.splice(at..over, word.iter().copied());
            }
            6 => {
                let other = &pool[chance.below(pool.len())];
                let from = chance.below(other.len() + 1);
                let end = (from + most * 4).min(other.len());
                input.splice(at..to, other[from..end].iter().copied());
            }
            7 => input.truncate(at),
            8 => {
                let byte = EDGES[chance.below(EDGES.len())];
                let many = if chance.below(20) == 0 { 9_000 } else { most };
                input.splice(at..at, std::iter::repeat_n(byte, many));
            }
            9 => number(input, at, chance),
            _ => input.insert(at, chance.next().to_le_bytes()[0]),
        }
    }
}

/// The digits from a place on become a number that programs stumble over.
fn number(input: &mut Vec<u8>, at: usize, chance: &mut Chance) {
    const NUMBERS: [&str; 14] = [
        "0",
        "-1",
        "00",
        "1e309",
        "NaN",
        "99999999999999999999",
        "9223372036854775808",
        "-9223372036854775808",
        "4294967296",
        "0.1",
        "65536",
        "+1",
        "１２",
        "1_0",
    ];
    let Some(from) = input[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else { return };
    let to = from + input[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    input.splice(from..to, NUMBERS[chance.below(NUMBERS.len())].bytes());
}

/// Pieces are left out for as long as it still fails.
fn shorter(input: &[u8], look: &mut impl FnMut(&[u8]) -> u64) -> Vec<u8> {
    let (mut short, mut size, mut at, mut tries) = (input.to_vec(), input.len() / 2, 0, 0);
    while size > 0 && tries < SHRINKS {
        if at >= short.len() {
            (size, at) = (size / 2, 0);
            continue;
        }
        let mut less = short.clone();
        less.drain(at..(at + size).min(less.len()));
        tries += 1;
        if catch_unwind(AssertUnwindSafe(|| look(&less))).is_err() {
            short = less;
        } else {
            at += size;
        }
    }
    short
}

fn kept(name: &str, input: &[u8]) -> PathBuf {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/fuzz"));
    let path = folder.join(format!("{name}-{:016x}", outcome(&input)));
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&path, input))
        .expect("target/fuzz can be written");
    path
}

/// What became of an input, as one number.
pub fn outcome(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// The letters of a text without what differs from case to case: digits and what stands between quotes.
#[must_use]
pub fn shape(text: &str) -> String {
    let mut quoted = false;
    let plain = text.chars().filter(|c| {
        quoted ^= *c == '"';
        !quoted && !c.is_ascii_digit()
    });
    plain.take(200).collect()
}

/// Numbers that are the same for the same seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader with a fault three steps in: it is found because what came a step deeper is begun from again.
    #[test]
    fn a_fault_behind_three_gates_is_found() {
        let target = Target {
            name: "gates",
            seeds: vec![b"plain".to_vec()],
            words: vec![b"<a>", b"<b>"],
            tries: 60_000,
        };
        let found = catch_unwind(AssertUnwindSafe(|| {
            target.run(|input| {
                let has = |word: &[u8]| input.windows(word.len()).any(|at| at == word);
                let depth = u64::from(has(b"<a>")) + u64::from(has(b"<a><b>")) + u64::from(has(b"<a><b><a>"));
                assert!(!has(b"<a><b><a><b>"));
                depth
            });
        }));
        assert!(found.is_err(), "the fault was not found");
    }
}
