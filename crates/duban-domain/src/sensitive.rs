//! What in a text would give a person away (个人信息): telephone, identity number, plate, bank card,
//! mail address, name, the house and the room.
//!
//! Cautious rather than clever: it would rather mask a serial number than show a telephone. Used to
//! warn before something becomes public and to mask it there, and to erase; a text that only staff read
//! stays as it was said. How well it does on invented sentences is measured by a test. A learned
//! anonymiser is not here.

#[cfg(test)]
mod measured;
mod name;
mod word;

pub(crate) use name::is_nobody;

use crate::request::closed_set;

closed_set! {
    /// What kind of thing gives a person away (个人信息种类).
    Sign {
        /// 电话号码
        Phone = 1, "phone", "电话号码", "a telephone number";
        /// 身份证号
        Identity = 2, "identity", "身份证号", "an identity number";
        /// 银行卡号
        Card = 3, "card", "银行卡号", "a bank card number";
        /// 车牌号
        Plate = 4, "plate", "车牌号", "a number plate";
        /// 邮箱
        Mail = 5, "mail", "邮箱地址", "a mail address";
        /// 姓名
        Name = 6, "name", "姓名", "a name";
        /// 门牌号
        Door = 7, "door", "门牌号、房号", "a house or room number";
    }
}

/// Something in a text that gives a person away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub sign: Sign,
    /// Where it begins, in characters.
    pub from: usize,
    /// Where it ends, in characters, excluded.
    pub to: usize,
}

/// First letters of plates: the provinces.
const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使";
/// What stands behind the digits of a house or a room.
const DOORS: [&str; 8] = ["号楼", "号房", "单元", "号", "栋", "幢", "室", "户"];
/// What a masked place shows.
const MASK: char = '＊';

/// Everything in a text that gives a person away, in order, nothing twice.
#[must_use]
pub fn find(text: &str) -> Vec<Found> {
    let chars: Vec<char> = text.chars().map(plain).collect();
    let mut found = Vec::new();
    found.extend(mails(&chars));
    found.extend(plates(&chars));
    found.extend(numbers(&chars));
    found.extend(name::names(&chars));
    found.sort_by_key(|f| (f.from, std::cmp::Reverse(f.to)));
    let mut end = 0;
    found.retain(|f| {
        let apart = f.from >= end;
        if apart {
            end = f.to;
        }
        apart
    });
    found
}

/// The text with all of it masked, as others may read it.
#[must_use]
pub fn mask(text: &str) -> String {
    mask_also(text, &[])
}

/// As [`mask`], and everything in it that is known of somebody: their name, number, address as they left it, however
/// wide its letters are.
#[must_use]
pub fn mask_also(text: &str, known: &[String]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let spans = find(text).into_iter().map(|found| (found.from, found.to)).chain(said(text, known));
    for (from, to) in spans {
        chars[from..to].fill(MASK);
    }
    written(chars)
}

/// The text without what is known of somebody, and with everything else as it was.
#[must_use]
pub fn without(text: &str, known: &[String]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (from, to) in said(text, known) {
        chars[from..to].fill(MASK);
    }
    written(chars)
}

/// However long it was, three signs stand for it: its length is nobody's business either.
fn written(chars: Vec<char>) -> String {
    let mut out = String::with_capacity(chars.len() * 3);
    let mut run = 0;
    for c in chars {
        run = if c == MASK { run + 1 } else { 0 };
        if run <= 3 {
            out.push(c);
        }
    }
    out
}

/// Where a text says one of these, in characters.
fn said(text: &str, known: &[String]) -> Vec<(usize, usize)> {
    let folded = |text: &str| -> Vec<char> { text.chars().map(|c| plain(c).to_ascii_lowercase()).collect() };
    let chars = folded(text);
    let mut spans = Vec::new();
    for word in known.iter().map(|word| folded(word)).filter(|word| !word.is_empty()) {
        // "An Li" is not in "cleaning": Latin letters count only where a word of theirs begins and ends.
        let joins = |a: Option<&char>, b: Option<&char>| {
            [a, b].into_iter().all(|c| c.is_some_and(char::is_ascii_alphabetic))
        };
        let starts = chars.windows(word.len()).enumerate().filter(|(at, part)| {
            let before = at.checked_sub(1).and_then(|at| chars.get(at));
            *part == word && !joins(before, word.first()) && !joins(word.last(), chars.get(at + word.len()))
        });
        spans.extend(starts.map(|(at, _)| (at, at + word.len())));
    }
    spans
}

/// Which kinds are in a text, each once.
#[must_use]
pub fn signs(text: &str) -> Vec<Sign> {
    let mut signs: Vec<Sign> = find(text).into_iter().map(|f| f.sign).collect();
    signs.sort_unstable();
    signs.dedup();
    signs
}

/// Full-width letters and digits as people with another keyboard mean them; as many characters as before.
fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Runs of digits, with what people put between them: telephones, identity numbers, cards, doors.
fn numbers(chars: &[char]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let runs = runs(chars, at);
        let signed = runs.iter().rev().find_map(|(to, digits)| Some((*to, sign_of(digits)?)));
        let shortest = runs.first().map_or(at + 1, |(to, _)| *to);
        at = if let Some((to, sign)) = signed {
            found.push(Found { sign, from: at, to });
            to
        } else {
            found.extend(door(chars, at).map(|to| Found { sign: Sign::Door, from: at, to }));
            shortest
        };
    }
    found
}

/// Digits from a place on, with where they end: the first group, the first two … A single blank or
/// hyphen stands between groups.
fn runs(chars: &[char], from: usize) -> Vec<(usize, String)> {
    let (mut runs, mut to, mut digits) = (Vec::new(), from, String::new());
    while to < chars.len() {
        match chars[to] {
            c if c.is_ascii_digit() => digits.push(c),
            'x' | 'X' if digits.len() == 17 => digits.push('X'),
            ' ' | '-' | '\u{2013}' | '—' if chars.get(to + 1).is_some_and(char::is_ascii_digit) => {
                runs.push((to, digits.clone()));
            }
            _ => break,
        }
        to += 1;
    }
    runs.push((to, digits));
    runs
}

fn sign_of(digits: &str) -> Option<Sign> {
    let local = digits.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(digits);
    match local.len() {
        18 if local.starts_with(|c| ('1'..='8').contains(&c)) => Some(Sign::Identity),
        15 if is_date(&local[6..12]) => Some(Sign::Identity),
        16..=19 => Some(Sign::Card),
        11 if local.starts_with('1') && local.as_bytes()[1] >= b'3' => Some(Sign::Phone),
        10..=12 if local.starts_with('0') => Some(Sign::Phone),
        7 | 8 if !is_day(local) => Some(Sign::Phone),
        13..=15 => Some(Sign::Card),
        _ => None,
    }
}

/// Two digits each of a year, a month and a day.
fn is_date(digits: &str) -> bool {
    let part = |at: usize| digits[at..at + 2].parse::<u8>().unwrap_or(0);
    (1..=12).contains(&part(2)) && (1..=31).contains(&part(4))
}

/// `20260105` is a day and no telephone.
fn is_day(digits: &str) -> bool {
    digits.len() == 8 && (digits.starts_with("19") || digits.starts_with("20")) && is_date(&digits[2..])
}

/// Where a house or room number ends: short digits, and behind them what makes them a door.
fn door(chars: &[char], from: usize) -> Option<usize> {
    let to = from + chars[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    if to - from > 4 {
        return None;
    }
    let rest: String = chars[to..].iter().take(3).collect();
    if let Some(to) = stairs(chars, from) {
        return Some(to);
    }
    if is_room(chars, from, to) || is_floor(chars, from, to) {
        return Some(to);
    }
    let word = DOORS.iter().find(|word| rest.starts_with(**word))?;
    let line = ["号线", "号公路", "号井", "号杆", "号窗"].iter().any(|no| rest.starts_with(no));
    let day = *word == "号" && from > 0 && chars[from - 1] == '月';
    // Of homes, only the number is masked: what it is the number of may be read.
    let homes = *word == "户" && !chars[..from].ends_with(&['元']);
    (!line && !day && !homes).then_some(to)
}

/// `3-2-501`: building, stair and room, with hyphens between them. A date begins with four digits, and a
/// telephone number has longer groups.
fn stairs(chars: &[char], from: usize) -> Option<usize> {
    let hyphen = |c: char| matches!(c, '-' | '\u{2013}' | '—');
    if from > 0 && hyphen(chars[from - 1]) {
        return None;
    }
    let digits = |at: usize| chars[at..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut at = from;
    for (most, last) in [(3, false), (2, false), (4, true)] {
        let n = digits(at);
        at += n;
        if n == 0 || n > most || (last && n < 3) {
            return None;
        }
        if !last {
            chars.get(at).copied().filter(|c| hyphen(*c))?;
            at += 1;
        }
    }
    chars.get(at).is_none_or(|c| !hyphen(*c)).then_some(at)
}

/// `3栋602`: three or four digits right behind a building are a room, also when nobody writes 室.
fn is_room(chars: &[char], from: usize, to: usize) -> bool {
    let behind = ["栋", "幢", "单元", "号楼"];
    let house = behind.iter().any(|word| chars[..from].ends_with(&word.chars().collect::<Vec<_>>()));
    let counts = chars.get(to).is_some_and(|c| "户家个人天元多年".contains(*c));
    (3..=4).contains(&(to - from)) && house && !counts
}

/// `18号6楼`: a floor right behind a house. Of a floor alone nobody is known.
fn is_floor(chars: &[char], from: usize, to: usize) -> bool {
    let house = ["号", "栋", "幢", "单元"]
        .iter()
        .any(|word| chars[..from].ends_with(&word.chars().collect::<Vec<_>>()));
    house && matches!(chars.get(to), Some('楼' | '层'))
}

fn plates(chars: &[char]) -> Vec<Found> {
    let mut found = Vec::new();
    for (from, c) in chars.iter().enumerate() {
        let letter = |at: usize| chars.get(at).is_some_and(char::is_ascii_alphabetic);
        if !PROVINCES.contains(*c) || !letter(from + 1) {
            continue;
        }
        let mut to = from + 2;
        to += usize::from(matches!(chars.get(to), Some('·' | '•' | '.' | ' ' | '-')));
        let signs = chars[to..].iter().take(6).take_while(|c| c.is_ascii_alphanumeric()).count();
        if signs >= 5 {
            found.push(Found { sign: Sign::Plate, from, to: to + signs });
        }
    }
    found
}

fn mails(chars: &[char]) -> Vec<Found> {
    let part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let mut found = Vec::new();
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| **c == '@') {
        let from = at - chars[..at].iter().rev().take_while(|c| part(c)).count();
        let to = at + 1 + chars[at + 1..].iter().take_while(|c| part(c)).count();
        if from < at && chars[at + 1..to].contains(&'.') {
            found.push(Found { sign: Sign::Mail, from, to });
        }
    }
    found
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_gives_a_person_away_is_masked_however_it_is_written() {
        for (said, shown) in [
            ("请打 139-0000 6021 找我", "请打 ＊＊＊ 找我"),
            ("电话１３９００００６０２１。", "电话＊＊＊。"),
            ("两个号：13900006021、13900006022", "两个号：＊＊＊、＊＊＊"),
            ("+86 139 0000 6021", "+＊＊＊"),
            ("座机0731-28835396或28835396", "座机＊＊＊或＊＊＊"),
            ("身份证43020319900101123X在此", "身份证＊＊＊在此"),
            ("卡号6222 0000 1111 2222 333", "卡号＊＊＊"),
            ("车牌湘B·12345乱停，新能源湘BD12345也是", "车牌＊＊＊乱停，新能源＊＊＊也是"),
            ("写信到 ceshi.w@example.cn 吧", "写信到 ＊＊＊ 吧"),
            ("我叫王小明，住3栋2单元501室", "我叫＊＊＊，住＊栋＊单元＊＊＊室"),
            ("家在建设路8号3栋602。", "家在建设路＊号＊栋＊＊＊。"),
            ("找刘师傅，姓名：张三丰", "找＊师傅，姓名：＊＊＊"),
            ("新华西路88号漏水", "新华西路＊＊号漏水"),
            ("住3-2-501，水压低", "住＊＊＊，水压低"),
        ] {
            assert_eq!(mask(said), shown, "{said}");
        }
    }

    #[test]
    fn what_is_only_a_number_or_a_title_stays() {
        for said in [
            "路灯坏了三天，1号线和2号公路都黑",
            "12345打过了",
            "2026年1月5号报的，20260105",
            "2026-1-5报的，比分3-2，线路3-2-50",
            "水价涨了12.5%，一共300元",
            "影响200户居民",
            "这几栋300户没水",
            "请老师傅来看",
            "女士们先生们都在等车",
            "K7路不停",
        ] {
            assert_eq!(mask(said), said);
        }
    }

    #[test]
    fn thanks_and_other_common_words_are_read_as_they_were_written() {
        for said in [
            "已经好了，谢谢",
            "谢谢，已经好了。",
            "谢谢老师，感谢书记，谢谢经理！",
            "路通了，方便多了，大家高兴得很，常常来走",
            "业主向物业反映过，业主谢谢您",
            "邻居曾多次被吵醒，迟迟没有人管",
            "门卫大爷和环卫阿姨都不知道，语文老师也不知道",
            "城管队长来过，施工队长、项目经理、工程师傅都不在",
            "对方经理说，公安局长说",
            "由石峰区负责，和高铁站一样",
            "关于某小区的事，老百姓常说",
            "姓名保密。小区西门保安说了，",
            "连门都没有，钱不退，付定金一万元",
            "小米的手机，小康的生活，养老金，净宽不小于4米，养老钱，是何居心",
            "企业主管部门，万幸没有人，符合条件，必须由董事长签字",
        ] {
            assert_eq!(mask(said), said);
        }
    }

    #[test]
    fn names_beside_common_words_are_found_all_the_same() {
        for (said, shown) in [
            ("谢谢谢女士，感谢王建国！", "谢谢＊女士，感谢＊＊＊！"),
            ("，向东说不修", "，＊＊说不修"),
            ("业主：向红，门卫于大爷，老金的店", "业主：＊＊，门卫＊大爷，老＊的店"),
            ("王语文老师，高主任", "＊＊＊老师，＊主任"),
            ("于某某打人", "＊＊＊打人"),
            ("业主高小兰和谢芳一起", "业主＊＊＊和＊＊一起"),
        ] {
            assert_eq!(mask(said), shown, "{said}");
        }
    }

    #[test]
    fn what_is_known_of_somebody_is_masked_wherever_it_stands() {
        let known = ["乜小明".to_owned(), "Ceshi@Example.cn".to_owned(), "95598".to_owned()];
        assert_eq!(
            mask_also("乜小明说打９５５９８，写ceshi@example.CN", &known),
            "＊＊＊说打＊＊＊，写＊＊＊"
        );
        assert_eq!(without("乜小明的楼上王先生", &known), "＊＊＊的楼上王先生");
        assert_eq!(mask_also("路灯不亮", &known), "路灯不亮");
    }

    #[test]
    fn each_kind_is_named_once() {
        assert_eq!(signs("13900006021 13900006022 湘B12345"), [Sign::Phone, Sign::Plate]);
    }

    proptest! {
        /// Whatever stands around it, a mobile number never comes through, and masking twice changes nothing.
        #[test]
        fn no_mobile_number_comes_through(before in "[^0-9０-９\\-]{0,12}", tail in "[0-9]{9}", after in "[^0-9０-９]{0,12}") {
            let number = format!("1{}{}", 3 + tail.as_bytes()[0] % 7, tail);
            let shown = mask(&format!("{before}{number}{after}"));
            prop_assert!(!shown.contains(&number), "{shown}");
            prop_assert_eq!(mask(&shown), shown.clone());
        }
    }
}
