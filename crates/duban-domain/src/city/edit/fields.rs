//! What the fields of each table are called on a form.

use super::{Choices, Field, FieldKind};

const fn field(name: &'static str, kind: FieldKind, label: (&'static str, &'static str)) -> Field {
    Field { name, kind, required: false, label, hint: ("", "") }
}

const fn must(name: &'static str, kind: FieldKind, label: (&'static str, &'static str)) -> Field {
    Field { name, kind, required: true, label, hint: ("", "") }
}

const fn hint(field: Field, zh: &'static str, en: &'static str) -> Field {
    Field { hint: (zh, en), ..field }
}

const NAME: Field = must("name", FieldKind::Words, ("名称", "Name"));
const KEY: Field = hint(
    must("key", FieldKind::Key, ("键", "Key")),
    "小写字母、数字、连字符和点。别处用它来指这一条，定了就不改。",
    "Small letters, digits, hyphens and dots. Other entries refer to it; once given it stays.",
);
const NO: FieldKind = FieldKind::Yes { by_default: false };

pub(super) const CATEGORIES: &[Field] = &[
    KEY,
    NAME,
    field("kind", FieldKind::One(Choices::Kinds), ("通常的类型", "Usual kind")),
    field("retired", NO, ("停用", "Retired")),
    field("successor", FieldKind::One(Choices::Categories), ("改用哪一类", "Used instead")),
];
pub(super) const PUBLIC: &[Field] = &[
    must("category", FieldKind::One(Choices::Categories), ("分类", "Category")),
    field("name", FieldKind::Words, ("公开的叫法", "Name in public")),
    field("icon", FieldKind::One(Choices::Icons), ("图标", "Icon")),
    field("show", FieldKind::Yes { by_default: true }, ("在公开页出现", "Shown in public")),
];
const UNLESS: (&str, &str) =
    ("例如上面有 着火，这里写 打不着火", "Longer words that hold one of those above and mean something else");
pub(super) const WORDS: &[Field] = &[
    must("category", FieldKind::One(Choices::Categories), ("分类", "Category")),
    hint(field("any", FieldKind::List, ("有一个就算", "Any of these")), "一行一个词", "One word a line"),
    field("all", FieldKind::List, ("都要有", "All of these")),
    field("none", FieldKind::List, ("一个都不能有", "None of these")),
    hint(
        field("unless", FieldKind::List, ("这些更长的词不算", "Unless in these longer words")),
        UNLESS.0,
        UNLESS.1,
    ),
];
pub(super) const UNITS: &[Field] = &[
    KEY,
    must("kind", FieldKind::One(Choices::UnitKinds), ("类别", "Sort")),
    NAME,
    field("short", FieldKind::Words, ("简称", "Short name")),
    field("parent", FieldKind::One(Choices::Units), ("上级单位", "Unit above")),
    field("division", FieldKind::One(Choices::Divisions), ("所在区划", "Division")),
    hint(field("phone", FieldKind::Line, ("电话", "Telephone")), "只填公开的号码", "Only a public number"),
    field("mail", FieldKind::Line, ("公用邮箱", "Mailbox of the unit")),
    field("closed", NO, ("已撤并", "Closed")),
    field("successor", FieldKind::One(Choices::Units), ("由谁接办", "Who takes over")),
];
pub(super) const ROLES: &[Field] = &[
    KEY,
    NAME,
    field("actions", FieldKind::Several(Choices::Actions), ("可以做的事", "What it may do")),
    must("reach", FieldKind::One(Choices::Reaches), ("看得到的工单", "Whose cases it sees")),
];
pub(super) const SURVEY: &[Field] = &[
    KEY,
    must("text", FieldKind::Words, ("选项的文字", "Words of the answer")),
    hint(
        field("solved", NO, ("给“解决了”的人选", "For whom it is solved")),
        "不选：给“没有解决”的人选",
        "Otherwise it is for whom it is not solved",
    ),
    field("follow", FieldKind::One(Choices::Follows), ("没有解决时接着做什么", "What follows when unsolved")),
    field("alert", NO, ("提醒承办单位回头看", "Alerts the unit")),
];
const SPAN: (&str, &str) = (
    "例如 30分钟、2小时（节假日不停）；4工作小时、5个工作日（按工作日历）",
    "For example 30 minutes, 2 hours (nights and holidays count); 4 working hours, 5 working days",
);
pub(super) const DEADLINES: &[Field] = &[
    KEY,
    must("urgency", FieldKind::Several(Choices::Urgencies), ("紧急程度", "Urgency")),
    hint(
        field("kind", FieldKind::Several(Choices::Kinds), ("类型", "Kind")),
        "不选：全部",
        "None: all of them",
    ),
    hint(must("sign", FieldKind::Line, ("签收", "Sign")), SPAN.0, SPAN.1),
    field("contact", FieldKind::Line, ("联系诉求人", "Contact the person")),
    must("finish", FieldKind::Line, ("办结答复", "Finish")),
    hint(
        field("law", FieldKind::Words, ("依据", "Law")),
        "留空就是默认，页面会写“默认，非法定”",
        "Left empty it is a default, and pages say “a default, not law”",
    ),
];
pub(super) const CATALOGUE: &[Field] = &[
    KEY,
    must("unit", FieldKind::One(Choices::Targets), ("派给", "Goes to")),
    hint(
        field("handler", FieldKind::Line, ("直接给谁（登录名）", "In person to (login)")),
        "可以不填；是上面那个单位的人",
        "May be left empty; somebody of that unit",
    ),
    field("assisting", FieldKind::Several(Choices::Units), ("协办", "Units that help")),
    hint(
        field("any", FieldKind::List, ("有一个词就算", "Any of these words")),
        "一行一个词",
        "One word a line",
    ),
    field("all", FieldKind::List, ("这些词都要有", "All of these words")),
    field("none", FieldKind::List, ("这些词一个都没有", "None of these words")),
    hint(
        field("unless", FieldKind::List, ("这些更长的词不算", "Unless in these longer words")),
        UNLESS.0,
        UNLESS.1,
    ),
    field("place", FieldKind::List, ("地点里的词", "Words in the place")),
    field(
        "category",
        FieldKind::Several(Choices::Categories),
        ("分类（含下级）", "Category, with what is below"),
    ),
    field("division", FieldKind::Several(Choices::Divisions), ("区划", "Division")),
    hint(field("hours", FieldKind::Line, ("时段", "Hours")), "例如 22:00-06:00", "For example 22:00-06:00"),
    field("when", FieldKind::One(Choices::Hours), ("工作时间", "Working time")),
    field("kind", FieldKind::Several(Choices::Kinds), ("类型", "Kind")),
    hint(
        field("answer", FieldKind::List, ("补充问题的回答", "Answers to questions")),
        "一行一个：问题=选项",
        "One a line: question=choice",
    ),
    field(
        "set_category",
        FieldKind::One(Choices::Categories),
        ("没有分类时定为", "Category when none is known"),
    ),
    field("urgency", FieldKind::One(Choices::Urgencies), ("紧急程度", "Urgency")),
    hint(must("reason", FieldKind::Words, ("理由", "Reason")), "居民会看到", "Residents read it"),
];
pub(super) const HOLIDAYS: &[Field] = &[
    must("from", FieldKind::Date, ("第一天", "First day")),
    field("to", FieldKind::Date, ("最后一天", "Last day")),
    NAME,
];
pub(super) const MAKEUPS: &[Field] = &[must("date", FieldKind::Date, ("日期", "Date")), NAME];
pub(super) const QUESTIONS: &[Field] = &[
    KEY,
    must("categories", FieldKind::Several(Choices::Categories), ("哪些分类要问", "Which categories ask it")),
    must("kind", FieldKind::One(Choices::AnswerKinds), ("怎么回答", "How it is answered")),
    must("ask", FieldKind::Words, ("问题", "The question")),
    field("help", FieldKind::Words, ("说明", "Explanation")),
    field("required", NO, ("必答", "Required")),
    field("public", NO, ("回答可以公开", "Answers are public")),
    field("layer", FieldKind::Line, ("点选设施：哪个图层", "Objects of which layer")),
    hint(
        field("choice", FieldKind::Rows(&["key", "name", "name_en", "stop", "stop_en"]), ("选项", "Choices")),
        "一行一个：键 | 中文 | English | 选了就停的说明 | the same in English",
        "One a line: key | Chinese | English | why the form stops at it, Chinese | English",
    ),
];
pub(super) const CHECKLISTS: &[Field] = &[
    KEY,
    NAME,
    must("categories", FieldKind::Several(Choices::Categories), ("哪些分类用", "Which categories have it")),
    hint(
        must("item", FieldKind::Rows(&["key", "name", "name_en", "required", "at"]), ("项目", "Items")),
        "一行一项：键 | 中文 | English | 必做写 true | 何时问：finish 办结前，contact 联系时",
        "One a line: key | Chinese | English | true when required | when it is asked: finish or contact",
    ),
];
const HOURS: Field = hint(
    must("hours", FieldKind::List, ("上班时间", "Working hours")),
    "一行一段，按先后，例如 09:00-12:00",
    "One span a line, in order, for example 09:00-12:00",
);
pub(super) const HALVES: &[Field] = &[must("date", FieldKind::Date, ("日期", "Date")), NAME, HOURS];
const DAY: (&str, &str) = ("月-日，例如 06-01", "Month-day, for example 06-01");
pub(super) const SEASONS: &[Field] = &[
    hint(must("from", FieldKind::Line, ("从哪天起", "From which day")), DAY.0, DAY.1),
    hint(must("to", FieldKind::Line, ("到哪天止", "To which day")), DAY.0, DAY.1),
    HOURS,
];
pub(super) const LABELS: &[Field] =
    &[KEY, NAME, must("phase", FieldKind::One(Choices::Phases), ("在哪个阶段下", "Under which phase"))];
pub(super) const PHRASES: &[Field] = &[
    KEY,
    must("step", FieldKind::One(Choices::Steps), ("用在哪一步", "For which step")),
    field("category", FieldKind::One(Choices::Categories), ("只给这一类", "Only for this category")),
    must("title", FieldKind::Words, ("叫什么", "Its name")),
    must("body", FieldKind::Texts, ("内容", "The text")),
];
const POINT: (&str, &str) = ("WGS-84 度数，两个都填或都不填", "WGS-84 degrees, both or neither");
pub(super) const PLACES: &[Field] = &[
    NAME,
    field("aliases", FieldKind::List, ("别名", "Other names")),
    hint(field("initials", FieldKind::Line, ("拼音首字母", "Initials")), "例如 zzz", "For example zzz"),
    field("division", FieldKind::One(Choices::Divisions), ("所在区划", "Division")),
    hint(field("lng", FieldKind::Line, ("经度", "Longitude")), POINT.0, POINT.1),
    field("lat", FieldKind::Line, ("纬度", "Latitude")),
    hint(
        field("accuracy_m", FieldKind::Whole, ("精度（米）", "Accuracy in metres")),
        "有坐标就要填",
        "Needed with a point",
    ),
    field("approximate", FieldKind::Yes { by_default: true }, ("坐标是估计的", "The point is an estimate")),
    field("retired", NO, ("停用", "Retired")),
];
pub(super) const DIVISIONS: &[Field] = &[
    must("code", FieldKind::Key, ("代码", "Code")),
    NAME,
    field("unit", FieldKind::One(Choices::Units), ("负责单位", "Unit in charge")),
    hint(field("lng", FieldKind::Line, ("经度", "Longitude")), POINT.0, POINT.1),
    field("lat", FieldKind::Line, ("纬度", "Latitude")),
    field("valid_from", FieldKind::Date, ("从何时起叫这个名", "First day of this name")),
    field("valid_to", FieldKind::Date, ("到何时止", "Last day of this name")),
    field("former", FieldKind::Words, ("原名", "Former name")),
];
