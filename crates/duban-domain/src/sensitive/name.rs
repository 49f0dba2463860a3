//! 姓名: where a name stands, told by what stands around it: a title behind it, a role or a word of calling before it.
//!
//! A family name alone tells nothing (高 is one, and 高温 is heat), so something beside it has to.

use super::{Found, Sign, is_han, word};

/// How people are called after their family name.
const TITLES: [&str; 31] = [
    "先生", "女士", "小姐", "太太", "师傅", "老师", "医生", "同志", "书记", "主任", "经理", "老板", "阿姨",
    "大爷", "大妈", "大哥", "大姐", "大叔", "大娘", "叔叔", "奶奶", "爷爷", "队长", "科长", "处长", "局长",
    "校长", "院长", "护士", "律师", "警官",
];
/// What people write who do not give their name.
const NOBODY: [&str; 16] = [
    "匿名",
    "匿名市民",
    "市民",
    "居民",
    "群众",
    "业主",
    "村民",
    "用户",
    "热心市民",
    "不愿透露",
    "无名",
    "本人",
    "anonymous",
    "resident",
    "citizen",
    "nobody",
];

/// Whether what stands in the place of a name names nobody: a title, or a word for everybody.
pub(crate) fn is_nobody(word: &str) -> bool {
    TITLES.contains(&word) || NOBODY.contains(&word.to_lowercase().as_str())
}

/// The same in one character, where the family name begins a sentence.
const SHORT_TITLES: &str = "总队工哥姐叔婶嫂伯";
/// The family names that most people have.
const FAMILIES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤欧阳易颜文常乔赖殷施洪康毕安温庞樊兰祁牛岳齐梅庄辛管祝左涂谷舒耿牟詹关苗凌费纪靳盛童甄项曲游裴席卫屈鲍霍翁甘景包柏宁柯阮桂闵柴华冉饶瞿戚古米池滕邬臧苟褚廉简娄符穆燕郎谈姬屠连晏栾郁喻窦迟敖冷卓仇艾蓝巩仲虞卞封楚佟匡桑荆谌岑蔺";
/// Family names of two characters. Not 西门: every housing estate has one, and hardly a city a family.
const DOUBLE: [&str; 15] = [
    "欧阳", "司马", "诸葛", "上官", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文",
    "夏侯", "端木",
];
/// Words after which a name stands, whatever it is.
const CALLED: [&str; 13] = [
    "我叫",
    "名叫",
    "名字叫",
    "姓名是",
    "姓名",
    "本人叫",
    "户主叫",
    "房东叫",
    "孩子叫",
    "妻子叫",
    "老公叫",
    "户主",
    "联系人",
];
/// Words that say who somebody is: a family name behind one begins a name.
const ROLES: [&str; 62] = [
    "当事人",
    "申请人",
    "投诉人",
    "举报人",
    "反映人",
    "来电人",
    "代理人",
    "负责人",
    "经办人",
    "承包人",
    "收件人",
    "寄件人",
    "收款人",
    "监护人",
    "委托人",
    "法人代表",
    "法定代表人",
    "班主任",
    "村支书",
    "证人",
    "病人",
    "患者",
    "死者",
    "伤者",
    "租客",
    "房东",
    "业主",
    "司机",
    "医生",
    "村民",
    "组长",
    "员工",
    "乘客",
    "学生",
    "老人",
    "孩子",
    "本人",
    "户名",
    "同事",
    "邻居",
    "民警",
    "爸",
    "妈",
    "儿子",
    "女儿",
    "老公",
    "老婆",
    "妻子",
    "丈夫",
    "母亲",
    "父亲",
    "弟弟",
    "哥哥",
    "姐姐",
    "妹妹",
    "奶奶",
    "爷爷",
    "前夫",
    "前妻",
    "举报",
    "表扬",
    "经理",
];
/// Words of one character before a name, where what follows it is plain too.
const LINKS: &str = "和由让给跟找是、与";
/// What follows a name and is seldom part of one.
const AFTER: &str = "的说在被把给不没有是和与让叫想要收欠占绕开走摔住家今请现女男就一两都也了着签来去态体产，。、：:；;,（(！!？? ";
/// What people call that is not a name.
const CALLS: [&str; 23] = [
    "救护", "外卖", "出租", "网约", "滴滴", "保安", "物业", "快递", "保密", "电话", "地址", "信息", "号码",
    "身份", "证件", "年龄", "性别", "手机", "住址", "同意", "签字", "签名", "谢谢",
];
/// Characters of a name that nobody knows the family of: told by where it ends.
const STRANGE_MAX: usize = 5;

/// Every name.
pub(super) fn names(chars: &[char]) -> Vec<Found> {
    let mut found = Vec::new();
    for at in 0..chars.len() {
        found.extend(called(chars, at).map(name));
        found.extend(role(chars, at).map(name));
        found.extend(link(chars, at).map(name));
        found.extend(familiar(chars, at).map(name));
        found.extend(nameless(chars, at).map(name));
        if TITLES.iter().any(|title| starts(chars, at, title)) {
            found.extend(before_title(chars, at).map(name));
        }
        found.extend(before_short(chars, at).map(name));
    }
    found
}

fn name((from, to): (usize, usize)) -> Found {
    Found { sign: Sign::Name, from, to }
}

fn starts(chars: &[char], at: usize, word: &str) -> bool {
    word.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c))
}

fn han(chars: &[char], at: usize) -> bool {
    chars.get(at).is_some_and(|c| is_han(*c))
}

/// How many characters of a family name stand here.
fn family(chars: &[char], at: usize) -> usize {
    if DOUBLE.iter().any(|word| starts(chars, at, word)) {
        return 2;
    }
    usize::from(chars.get(at).is_some_and(|c| FAMILIES.contains(*c)))
}

fn ends(chars: &[char], at: usize) -> bool {
    chars.get(at).is_none_or(|c| AFTER.contains(*c) || !is_han(*c))
}

/// A whole name from its family name on: one or two characters more. `sure`: something before it says that it is one, so
/// it is taken also where nothing says where it ends.
fn whole(chars: &[char], at: usize, sure: bool) -> Option<(usize, usize)> {
    let family = family(chars, at);
    if family == 0 || word::begins(chars, at) {
        return None;
    }
    let first = at + family;
    // A name of two characters whose third says that it is over, or of three.
    let plain = |at: usize| han(chars, at) && !AFTER.contains(chars[at]);
    let titled = |at: usize| TITLES.iter().any(|title| starts(chars, at, title));
    if !plain(first) || titled(first) {
        return None;
    }
    let named = |to: usize| (sure || !word::is_place(&chars[at..to])).then_some((at, to));
    if !plain(first + 1) || titled(first + 1) {
        return named(first + 1);
    }
    if ends(chars, first + 2) || sure {
        return named(first + 2);
    }
    None
}

/// Where a word of calling is over: also the marks and small words behind it.
fn behind(chars: &[char], mut at: usize) -> usize {
    while matches!(chars.get(at), Some(':' | '：' | '是' | '叫' | ' ' | '为')) {
        at += 1;
    }
    at
}

/// `我叫王小明`, `联系人：阿依古丽`: whatever stands there up to the next mark is a name.
fn called(chars: &[char], at: usize) -> Option<(usize, usize)> {
    if starts(chars, at, "姓") && !starts(chars, at, "姓名") {
        if chars[..at].ends_with(&['百']) {
            return None;
        }
        let from = behind(chars, at + 1);
        let family = family(chars, from);
        return (family > 0 && ends(chars, from + family)).then_some((from, from + family));
    }
    let word = CALLED.iter().find(|word| starts(chars, at, word))?;
    let from = behind(chars, at + word.chars().count());
    if let Some(found) = whole(chars, from, true) {
        return Some(found);
    }
    let long = (from..chars.len()).take_while(|at| han(chars, *at) && !AFTER.contains(chars[*at])).count();
    let calls = CALLS.iter().any(|word| starts(chars, from, word));
    let friend = matches!(chars.get(from), Some('小' | '老')) && family(chars, from + 1) == 1;
    (!calls && !friend && (2..=STRANGE_MAX).contains(&long)).then_some((from, from + long))
}

/// `业主蒋雯丽`, `收件人：王五`.
fn role(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let word = ROLES.iter().find(|word| starts(chars, at, word))?;
    let (end, from) = (at + word.chars().count(), behind(chars, at + word.chars().count()));
    // 业主向物业反映: a small word right behind a role is one, unless it is plain that a name is over.
    if from == end && chars.get(from).is_some_and(|c| word::is_small(*c)) {
        return whole(chars, from, false).filter(|(_, to)| is_said_of(chars, *to));
    }
    whole(chars, from, true)
}

/// `我和顾勇一起`, `由龙飞负责`, and at the beginning of a sentence: only where the end is plain.
fn link(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let begins = at == 0 || matches!(chars[at - 1], '，' | '。' | '；' | '、' | ',' | '\n');
    if begins && let Some(found) = whole(chars, at, false).filter(|(_, to)| is_said_of(chars, *to)) {
        return Some(found);
    }
    let after = |before: &str| at > 0 && before.contains(chars[at - 1]);
    let links = LINKS.contains(chars[at])
        || (chars[at] == '了' && after("给"))
        || (chars[at] == '谢' && after("谢感多"));
    if !links {
        return None;
    }
    let found = whole(chars, at + 1, false)?;
    let two = at > 0 && starts(chars, at, "由于");
    (!two && is_said_of(chars, found.1)).then_some(found)
}

/// What follows says that it was somebody: a mark, or what people do.
fn is_said_of(chars: &[char], at: usize) -> bool {
    const DOES: &str = "说收给负签在一两和把被欠打来去没不都也是";
    chars.get(at).is_none_or(|c| DOES.contains(*c) || (!is_han(*c) && !matches!(c, ' ')))
}

/// `老周家的鸡`, `小黄是外卖员`: the family name alone.
fn familiar(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let pension = at > 0 && chars[at - 1] == '养';
    let fond = matches!(chars[at], '老' | '小') && !pension && family(chars, at + 1) == 1;
    let common = || word::begins(chars, at + 1) || word::ends(chars, at + 1);
    (fond && ends(chars, at + 2) && !common()).then_some((at + 1, at + 2))
}

/// `王某某`.
fn nameless(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let family = family(chars, at);
    let some = chars[at + family.min(chars.len() - at)..].iter().take_while(|c| **c == '某').count();
    // 关于某小区, and not the family 于.
    (family > 0 && some > 0 && !word::ends(chars, at)).then_some((at, at + family + some.min(2)))
}

/// `王女士`, `王建国先生`: from the family name to the title, at most three characters.
fn before_title(chars: &[char], title: usize) -> Option<(usize, usize)> {
    let all = |from: &usize| chars[*from..title].iter().all(|c| is_han(*c));
    let found: Vec<usize> = (1..=4usize).filter_map(|back| title.checked_sub(back)).filter(all).collect();
    let double = found
        .iter()
        .find(|from| title - **from >= 2 && DOUBLE.iter().any(|word| starts(chars, **from, word)));
    let named = |from: usize| !word::begins(chars, from) && !word::ends(chars, from);
    let single =
        || found.iter().find(|at| title - **at <= 3 && FAMILIES.contains(chars[**at]) && named(**at));
    double.or_else(single).map(|from| (*from, title))
}

/// `马总说`, at the beginning of a sentence.
fn before_short(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let begins = at == 0 || !is_han(chars[at - 1]);
    let titled = chars.get(at + 1).is_some_and(|c| SHORT_TITLES.contains(*c));
    (begins && family(chars, at) == 1 && titled && ends(chars, at + 2) && !word::begins(chars, at))
        .then_some((at, at + 1))
}
