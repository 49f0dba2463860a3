//! 姓名: where a name stands, told by what stands around it: a title behind it, a role or a word of calling before it.
//!
//! A family name alone tells nothing (高 is one, and 高温 is heat), so something beside it has to.

use super::{Found, Sign, is_han};

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
/// Family names of two characters.
const DOUBLE: [&str; 16] = [
    "欧阳", "司马", "诸葛", "上官", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文",
    "夏侯", "西门", "端木",
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
/// What begins with a family name and is none.
const COMMON: [&str; 88] = [
    "高温",
    "高速",
    "高考",
    "高层",
    "高压",
    "高峰期",
    "高度",
    "方向",
    "方便",
    "方法",
    "方式",
    "方案",
    "方面",
    "任何",
    "任务",
    "常年",
    "常常",
    "万一",
    "马路",
    "马上",
    "石头",
    "石子",
    "白天",
    "白色",
    "金额",
    "金属",
    "黄色",
    "黄河",
    "江边",
    "江水",
    "龙头",
    "雷雨",
    "向阳",
    "向上",
    "安全",
    "安装",
    "安排",
    "安置",
    "文明",
    "文件",
    "文化",
    "关于",
    "关门",
    "管理",
    "管道",
    "管网",
    "于是",
    "何时",
    "程序",
    "易燃",
    "严重",
    "时候",
    "温度",
    "花园",
    "池塘",
    "谷歌",
    "古树",
    "房屋",
    "华为",
    "车辆",
    "连续",
    "连接",
    "简单",
    "封闭",
    "冷气",
    "米饭",
    "景区",
    "包括",
    "包装",
    "成本",
    "项目",
    "游客",
    "游泳",
    "卫生",
    "齐全",
    "牛奶",
    "梅雨",
    "左边",
    "左转",
    "强制",
    "康复",
    "武装",
    "毛病",
    "水管",
    "施工",
    "金融",
    "田地",
    "江堤",
];
/// What people call that is not a name.
const CALLS: [&str; 8] = ["救护", "外卖", "出租", "网约", "滴滴", "保安", "物业", "快递"];
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

fn is_common(chars: &[char], at: usize) -> bool {
    COMMON.iter().any(|word| starts(chars, at, word))
}

/// A whole name from its family name on: one or two characters more. `sure`: something before it says that it is one, so
/// it is taken also where nothing says where it ends.
fn whole(chars: &[char], at: usize, sure: bool) -> Option<(usize, usize)> {
    let family = family(chars, at);
    if family == 0 || is_common(chars, at) {
        return None;
    }
    let first = at + family;
    // A name of two characters whose third says that it is over, or of three.
    let plain = |at: usize| han(chars, at) && !AFTER.contains(chars[at]);
    let titled = |at: usize| TITLES.iter().any(|title| starts(chars, at, title));
    if !plain(first) || titled(first) {
        return None;
    }
    if !plain(first + 1) || titled(first + 1) {
        return Some((at, first + 1));
    }
    if ends(chars, first + 2) || sure {
        return Some((at, first + 2));
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
    whole(chars, behind(chars, at + word.chars().count()), true)
}

/// `我和顾勇一起`, `由龙飞负责`, and at the beginning of a sentence: only where the end is plain.
fn link(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let begins = at == 0 || matches!(chars[at - 1], '，' | '。' | '；' | '、' | ',' | '\n');
    if begins && let Some(found) = whole(chars, at, false).filter(|(_, to)| is_said_of(chars, *to)) {
        return Some(found);
    }
    let links = LINKS.contains(chars[at]) || (chars[at] == '了' && at > 0 && chars[at - 1] == '给');
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
    let fond = matches!(chars[at], '老' | '小') && family(chars, at + 1) == 1;
    (fond && ends(chars, at + 2) && !is_common(chars, at + 1)).then_some((at + 1, at + 2))
}

/// `王某某`.
fn nameless(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let family = family(chars, at);
    let some = chars[at + family.min(chars.len() - at)..].iter().take_while(|c| **c == '某').count();
    (family > 0 && some > 0).then_some((at, at + family + some.min(2)))
}

/// `王女士`, `王建国先生`: from the family name to the title, at most three characters.
fn before_title(chars: &[char], title: usize) -> Option<(usize, usize)> {
    let all = |from: &usize| chars[*from..title].iter().all(|c| is_han(*c));
    let found: Vec<usize> = (1..=4usize).filter_map(|back| title.checked_sub(back)).filter(all).collect();
    let double = found
        .iter()
        .find(|from| title - **from >= 2 && DOUBLE.iter().any(|word| starts(chars, **from, word)));
    let single = || found.iter().find(|from| title - **from <= 3 && FAMILIES.contains(chars[**from]));
    double.or_else(single).map(|from| (*from, title))
}

/// `马总说`, at the beginning of a sentence.
fn before_short(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let begins = at == 0 || !is_han(chars[at - 1]);
    let titled = chars.get(at + 1).is_some_and(|c| SHORT_TITLES.contains(*c));
    (begins && family(chars, at) == 1 && titled && ends(chars, at + 2) && !is_common(chars, at))
        .then_some((at, at + 1))
}
