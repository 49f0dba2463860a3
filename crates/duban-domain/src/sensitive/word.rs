//! 常用词: words that hold the character of a family name and name nobody: 谢谢, 方便, 向物业反映, 门卫大爷.
//!
//! Told by what stands beside the character, as everybody reads it: the same character again, the second one of a common
//! word, or the first one. A list of words and not a dictionary: where a given name is as common as the word (高峰, 杜鹃,
//! 白洁) it is not here, because a name that is shown costs more than a word that is masked.

/// What makes a common word behind the character of a family name: 便 behind 方.
const BEHIND: &[(char, &str)] = &[
    ('安', "全装排置监静检居保心抚顿稳葬"),
    ('白', "天色血领酒菜纸"),
    ('包', "括庇含装裹围工间销邮"),
    ('柏', "油树"),
    ('毕', "竟业"),
    ('柴', "油火"),
    ('常', "年住规事驻见用态务委识州德"),
    ('陈', "述旧列设"),
    ('成', "本"),
    ('程', "序度"),
    ('池', "塘子"),
    ('迟', "到早发交延缓"),
    ('戴', "口头着上好"),
    ('丁', "字点"),
    ('董', "事"),
    ('杜', "绝"),
    ('段', "时路"),
    ('范', "围例畴"),
    ('方', "便案可略式法向面能圆才"),
    ('费', "用时力劲心"),
    ('封', "闭堵锁条"),
    ('符', "合号"),
    ('付', "定款了出清给完全费钱首不"),
    ('甘', "蔗愿"),
    (
        '高',
        "温速考层压度中铁架级效价额端校科档标血空质配低于达出声音管强密等楼三二一兴尚昂原手龄的薪新处桩跟",
    ),
    ('巩', "固"),
    ('古', "树城代老迹镇玩"),
    ('谷', "歌物"),
    ('顾', "客虑及问"),
    ('关', "于注心系键闭爱停门乎掉上了在照"),
    ('管', "部办理道网线控制教辖用事不路护"),
    ('何', "居道时况来等以谈其必去种处为苦妨尝止"),
    ('洪', "水涝灾"),
    ('胡', "乱说闹同来"),
    ('华', "为润南东北中人"),
    ('黄', "色河牛金灯土泥昏豆瓜线梅"),
    ('霍', "乱"),
    ('纪', "委检念律录"),
    ('简', "直单易便陋称历介化"),
    ('江', "边水堤西苏滩岸面景"),
    ('金', "额属融钱色科银杯牌"),
    ('荆', "州"),
    ('景', "观区点致色象"),
    ('康', "复养"),
    ('孔', "洞"),
    ('兰', "州"),
    ('蓝', "天色"),
    ('雷', "电雨达同"),
    ('冷', "链漠气静清藏冻水天库风"),
    ('李', "子"),
    ('连', "我你他她它这那个一日续接夜最同通带环锁累饭水电车门路生声号床老小孩人家着忙本基起也"),
    ('廉', "租价洁政"),
    ('林', "业地木荫区带场权"),
    ('凌', "晨乱"),
    ('龙', "头卷虾"),
    ('娄', "底"),
    ('陆', "续地路"),
    ('罗', "列"),
    ('马', "路上桶蜂拉达虎"),
    ('毛', "坯病巾"),
    ('梅', "雨"),
    ('米', "饭粉线"),
    ('苗', "木圃"),
    ('莫', "名非大让"),
    ('宁', "愿可乡"),
    ('牛', "肉奶"),
    ('欧', "元式洲"),
    ('庞', "大"),
    ('齐', "全心"),
    ('钱', "也不都还没已交要给退财款包物全就呢是"),
    ('仇', "恨"),
    ('曲', "折"),
    ('任', "何务由其职性劳凭课命意教"),
    ('桑', "树拿"),
    ('邵', "阳"),
    ('沈', "阳"),
    ('盛', "大行典夏"),
    ('施', "工行救暴压肥"),
    ('石', "头子材油化矿块板"),
    ('史', "上"),
    ('舒', "适服"),
    ('苏', "州打醒"),
    ('孙', "子女"),
    ('谈', "何话判到及妥恋论"),
    ('田', "地间里"),
    ('童', "年装话车"),
    ('涂', "改料鸦抹层"),
    ('屠', "宰杀"),
    ('万', "幸一分般家科达象国众元能人余多名平事里"),
    ('卫', "生计星浴健"),
    ('温', "度暖馨泉饱"),
    ('文', "明化件字凭物体旅本章具"),
    ('武', "汉警术装器"),
    ('席', "位"),
    ('夏', "天季日"),
    ('向', "我你您他她它社市领各物政上贵环法有县消村教公相其前后来着导下左右里外居派单局街警城阳"),
    ('项', "目链"),
    ('谢', "绝意过"),
    ('辛', "苦勤酸"),
    ('徐', "州"),
    ('许', "多可久诺"),
    ('严', "重格禁厉肃查惩防谨打管控令"),
    ('颜', "色值"),
    ('燕', "子窝"),
    ('阳', "光台历极"),
    ('杨', "树梅"),
    ('叶', "子片"),
    ('易', "燃地"),
    ('游', "客泳玩戏览"),
    ('于', "是今此去昨前近次上本该我公情理法事世同当不早晚两一二三四五六七八九十年月日"),
    ('余', "下款额地"),
    ('岳', "阳麓父母"),
    ('曾', "经在多是被到几因先于两三一向与对"),
    ('张', "贴挂"),
    ('章', "程节"),
    ('甄', "别选"),
    ('郑', "重州"),
    ('钟', "头点表"),
    ('仲', "裁"),
    ('周', "边围末期日六五三一二四转到知身岁年"),
    ('祝', "您愿好贺你福各"),
    ('庄', "稼严园"),
    ('卓', "越"),
    ('左', "转边右侧手拐"),
];
/// What makes a common word before the character of a family name: 门 before 卫, so that 门卫大爷 is nobody's name.
const BEFORE: &[(char, &str)] = &[
    ('安', "公保治长西平晚"),
    ('白', "明表"),
    ('包', "承外红小面"),
    ('常', "非正日经时通"),
    ('程', "工课过流全规"),
    ('池', "电水"),
    ('范', "规防示模"),
    ('方', "对双地官甲乙校警院我多前后南北各医业资店厂厕县市"),
    ('费', "收水电交缴免学小话车路房消物理付"),
    ('付', "支交垫预"),
    ('高', "提最很太更增"),
    ('管', "城主宿协交房监看尿水气网托路保不"),
    ('关', "机有相海把开报无"),
    ('何', "任如为"),
    ('江', "长湘滨沿珠"),
    ('金', "押租现资"),
    ('康', "小健"),
    ('连', "接牵"),
    ('林', "园森树山"),
    ('米', "小玉大平厘"),
    ('苗', "疫树"),
    ('钱', "交没付收退有花要的"),
    ('全', "安"),
    ('任', "主责担前现班信"),
    ('史', "历"),
    ('石', "沙岩大"),
    ('童', "儿"),
    ('温', "体高气"),
    ('文', "语英中作论公外"),
    ('卫', "门保警防环"),
    ('席', "主出"),
    ('向', "方"),
    ('项', "事款各"),
    ('谢', "感多致答"),
    ('许', "也允或"),
    ('叶', "茶树"),
    ('易', "交容贸"),
    ('游', "导旅"),
    ('于', "小大由关对位属处至基在等终"),
    ('祝', "庆"),
    ('庄', "村农"),
];
/// Longer words, whose first two characters may be a name.
const LONG: [&str; 14] = [
    "高峰期",
    "高峰时",
    "高大上",
    "高分子",
    "桂花树",
    "雷锋精",
    "曾有过",
    "曾有人",
    "东方红",
    "万家丽",
    "万般无",
    "常德市",
    "关我什",
    "关你什",
];
/// What a city's places end with: 由石峰区负责 names nobody.
const PLACES: &str = "区县市镇乡村路街局厅厂站所";
/// Characters of family names that are small words much more often: towards, on, once, even.
const SMALL: &str = "向于曾连";

/// Whether a common word begins here with the character of a family name.
pub(super) fn begins(chars: &[char], at: usize) -> bool {
    let (Some(one), Some(two)) = (chars.get(at), chars.get(at + 1)) else {
        return false;
    };
    one == two
        || beside(BEHIND, *one, *two)
        || LONG.iter().any(|word| word.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c)))
}

/// Whether the character of a family name that stands here belongs to the word before it: 感谢, 门卫, 语文, and of
/// 谢谢 the second one.
pub(super) fn ends(chars: &[char], at: usize) -> bool {
    let same = chars[..at].iter().rev().take_while(|c| **c == chars[at]).count();
    same % 2 == 1 || at.checked_sub(1).is_some_and(|before| beside(BEFORE, chars[at], chars[before]))
}

/// Whether this reads as a place where nothing says that it is somebody.
pub(super) fn is_place(name: &[char]) -> bool {
    name.last().is_some_and(|c| PLACES.contains(*c))
}

/// Whether a small word may stand here, whatever family bears it.
pub(super) fn is_small(c: char) -> bool {
    SMALL.contains(c)
}

fn beside(words: &[(char, &str)], family: char, other: char) -> bool {
    words.iter().any(|(c, others)| *c == family && others.contains(other))
}
