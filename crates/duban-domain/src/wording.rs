//! What two texts have in common (用词), as words that can be shown: the reason that stands beside every suggestion.
//!
//! Chinese runs are compared by pairs of characters, so nobody needs a dictionary; what only holds a sentence together
//! is left out before. No text of any city is in here, and nothing about how much likeness is enough.

use std::collections::BTreeSet;

/// Characters of a text that are looked at: the matter stands at its beginning.
const CHARS_MAX: usize = 600;
/// Words that are shown as the reason.
const SHOWN_MAX: usize = 4;

/// Words that say nothing about the matter: a run is broken where one stands. Longer ones come first.
const STOP: &[&str] = &[
    "为什么",
    "怎么样",
    "怎么办",
    "有没有",
    "是不是",
    "能不能",
    "可不可以",
    "什么时候",
    "多长时间",
    "麻烦",
    "您好",
    "你好",
    "请问",
    "想问",
    "咨询",
    "投诉",
    "举报",
    "反映",
    "建议",
    "求助",
    "希望",
    "要求",
    "怎么",
    "怎样",
    "如何",
    "什么",
    "哪里",
    "哪儿",
    "哪个",
    "哪些",
    "多少",
    "多久",
    "几时",
    "何时",
    "是否",
    "可以",
    "能够",
    "需要",
    "应该",
    "一下",
    "一个",
    "这个",
    "那个",
    "这里",
    "那里",
    "这些",
    "那些",
    "这样",
    "我们",
    "你们",
    "他们",
    "我家",
    "自己",
    "大家",
    "现在",
    "已经",
    "一直",
    "还是",
    "就是",
    "不是",
    "但是",
    "因为",
    "所以",
    "如果",
    "而且",
    "或者",
    "以及",
    "没有",
    "有人",
    "有关",
    "关于",
    "问题",
    "情况",
    "部门",
    "处理",
    "解决",
    "谢谢",
    "的",
    "了",
    "吗",
    "呢",
    "吧",
    "啊",
    "呀",
    "么",
    "我",
    "你",
    "您",
    "他",
    "她",
    "们",
    "请",
    "就",
    "都",
    "也",
    "很",
    "和",
];

/// English words of the same kind.
const STOP_EN: &[&str] = &[
    "the", "an", "is", "are", "was", "were", "be", "to", "of", "in", "on", "at", "for", "and", "or", "my",
    "our", "we", "you", "it", "its", "do", "does", "how", "what", "where", "when", "can", "with", "there",
];

/// A text, cut into what can be compared (用词).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    runs: Vec<Run>,
    pairs: BTreeSet<String>,
}

/// What stands together.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Run {
    Han(Vec<char>),
    Word(String),
}

/// What one text shares with another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// How many of its pairs and words the other has too.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// The longest of them, as people read them.
    pub words: Vec<String>,
}

impl Shared {
    /// How much of it, in hundredths.
    #[must_use]
    pub fn percent(&self) -> usize {
        (self.count * 100).checked_div(self.of).unwrap_or(0)
    }
}

impl Wording {
    /// Cuts a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut runs = Vec::new();
        for run in raw_runs(text) {
            match run {
                Run::Han(chars) => runs.extend(without_stops(&chars)),
                Run::Word(word) if word.chars().count() < 2 || STOP_EN.contains(&word.as_str()) => {}
                word @ Run::Word(_) => runs.push(word),
            }
        }
        let pairs = runs.iter().flat_map(Run::pairs).collect();
        Self { runs, pairs }
    }

    /// Its pairs and words, each once: what it is found by.
    pub fn pairs(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(String::as_str)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether nothing in it says anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// What of this text the other has too.
    #[must_use]
    pub fn shared(&self, other: &Self) -> Shared {
        let count = self.pairs.intersection(&other.pairs).count();
        let mut words: Vec<String> = Vec::new();
        for word in self.runs.iter().flat_map(|run| run.common(&other.pairs)) {
            if !words.iter().any(|known| known.contains(&word)) {
                words.retain(|known| !word.contains(known.as_str()));
                words.push(word);
            }
        }
        // The longest say most; those that stay keep the order of the text.
        let mut lengths: Vec<usize> = words.iter().map(|word| word.chars().count()).collect();
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        let least = lengths.get(SHOWN_MAX - 1).copied().unwrap_or(0);
        words.retain(|word| word.chars().count() >= least);
        words.truncate(SHOWN_MAX);
        Shared { count, of: self.pairs.len(), words }
    }
}

impl Run {
    fn pairs(&self) -> Vec<String> {
        match self {
            Self::Han(chars) => chars.windows(2).map(|pair| pair.iter().collect()).collect(),
            Self::Word(word) => vec![word.clone()],
        }
    }

    /// The stretches of which every pair is among those of the other text.
    fn common(&self, others: &BTreeSet<String>) -> Vec<String> {
        let chars = match self {
            Self::Word(word) => return others.get(word).cloned().into_iter().collect(),
            Self::Han(chars) => chars,
        };
        let (mut found, mut open): (Vec<String>, Option<usize>) = (Vec::new(), None);
        for (at, pair) in chars.windows(2).enumerate() {
            let has = others.contains(&pair.iter().collect::<String>());
            match (has, open) {
                (true, None) => open = Some(at),
                (false, Some(from)) => {
                    found.push(chars[from..=at].iter().collect());
                    open = None;
                }
                _ => {}
            }
        }
        found.extend(open.map(|from| chars[from..].iter().collect::<String>()));
        found
    }
}

/// Runs of Chinese characters, and words of letters or digits, in half width and small letters.
fn raw_runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut apart = true;
    for c in text.chars().take(CHARS_MAX).flat_map(|c| half_width(c).to_lowercase()) {
        let han = is_han(c);
        if !han && !c.is_alphanumeric() {
            apart = true;
            continue;
        }
        match runs.last_mut() {
            Some(Run::Han(chars)) if han && !apart => chars.push(c),
            Some(Run::Word(word)) if !han && !apart => word.push(c),
            _ if han => runs.push(Run::Han(vec![c])),
            _ => runs.push(Run::Word(c.to_string())),
        }
        apart = false;
    }
    runs
}

fn without_stops(chars: &[char]) -> Vec<Run> {
    let (mut runs, mut open, mut at) = (Vec::new(), Vec::new(), 0);
    let mut close = |open: &mut Vec<char>| {
        if open.len() > 1 {
            runs.push(Run::Han(std::mem::take(open)));
        }
        open.clear();
    };
    while let Some(c) = chars.get(at) {
        let rest = &chars[at..];
        let stop = STOP.iter().find(|word| word.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c)));
        match stop {
            Some(word) => {
                close(&mut open);
                at += word.chars().count();
            }
            None => {
                open.push(*c);
                at += 1;
            }
        }
    }
    close(&mut open);
    runs
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(one: &str, other: &str) -> (usize, String) {
        let shared = Wording::of(one).shared(&Wording::of(other));
        (shared.percent(), shared.words.join(" "))
    }

    #[test]
    fn what_two_texts_share_is_said_in_their_words() {
        assert_eq!(shared("搅拌站晚上噪音很大", "小区后面搅拌站噪音扰民"), (50, "搅拌站 噪音".to_owned()));
        assert_eq!(shared("路灯不亮", "异地就医如何备案"), (0, String::new()));
        // What only holds a sentence together is no likeness.
        assert_eq!(shared("请问怎么办", "请问可以怎么办"), (0, String::new()));
        assert_eq!(shared("请问 ＷＩＦＩ 密码是多少？", "wifi密码"), (66, "wifi 密码".to_owned()));
        assert_eq!(
            shared("The street lamp is broken", "a broken street lamp"),
            (100, "street lamp broken".to_owned())
        );
    }

    #[test]
    fn a_long_text_is_looked_at_from_its_beginning_and_nothing_is_nothing() {
        let long = format!("井盖破损。{}停水", "一二三四五六七八九十".repeat(80));
        assert_eq!(Wording::of(&long).shared(&Wording::of("停水")).count, 0);
        assert_eq!(Wording::of("？！ 的 了").len(), 0);
        assert_eq!(Wording::default().shared(&Wording::of("停水")).percent(), 0);
    }
}
