//! Names of one file that must exist in another.

use super::Draft;
use crate::{
    city::{
        Unit, UnitKind,
        fault::{Faults, Spot, did_you_mean, words},
        is_below,
        read::Placed,
    },
    dispatch::Target,
    place,
};

pub(super) fn check(draft: &Draft, faults: &Faults) {
    for row in &draft.units {
        division(draft, &row.at, row.it.division.as_deref(), faults);
        closed_unit(draft, row, faults);
    }
    for row in &draft.categories {
        category(draft, &row.spot("successor"), row.it.successor.as_deref(), faults);
    }
    for row in &draft.divisions {
        unit(draft, &row.at, row.it.unit.as_deref(), faults);
        point(draft, &row.at, row.it.point, faults);
    }
    for row in &draft.places {
        division(draft, &row.at, row.it.division.as_deref(), faults);
        point(draft, &row.at, row.it.point, faults);
    }
    for row in &draft.public {
        category(draft, &row.spot("category"), Some(&row.it.category), faults);
    }
    for row in &draft.category_words {
        category(draft, &row.at, Some(&row.it.category), faults);
        retired(draft, &row.at, Some(&row.it.category), faults);
    }
    for row in &draft.catalogue {
        catalogue_row(draft, row, faults);
    }
    for row in &draft.phrases {
        category(draft, &row.spot("category"), row.it.category.as_deref(), faults);
        variables(row, faults);
    }
    for row in &draft.knowledge {
        let key = Some(row.it.item.unit.as_str()).filter(|key| !key.is_empty());
        unit(draft, &row.spot("unit"), key, faults);
    }
    for row in &draft.questions {
        for key in &row.it.categories {
            category(draft, &row.spot("categories"), Some(key), faults);
        }
        layer(draft, row, faults);
    }
    for row in &draft.checklists {
        for key in &row.it.categories {
            category(draft, &row.spot("categories"), Some(key), faults);
        }
    }
    for row in &draft.remotes {
        unit(
            draft,
            &row.spot("unit"),
            Some(&row.it.unit).filter(|key| !key.is_empty()).map(String::as_str),
            faults,
        );
        for key in row.it.categories.iter().chain(row.it.services.iter().map(|(key, _)| key)) {
            category(draft, &row.spot("categories"), Some(key), faults);
        }
    }
    texts(draft, faults);
}

/// A question about objects asks for those of a layer.
fn layer(draft: &Draft, row: &Placed<crate::question::Question>, faults: &Faults) {
    let Some(key) = row.it.layer.as_deref() else { return };
    let keys = || draft.layers.iter().map(|layer| layer.it.key.as_str());
    if !keys().any(|known| known == key) {
        let otherwise = words("在 layers.toml 里写上这个图层。", "Write the layer into layers.toml.");
        faults.error(
            &row.spot("layer"),
            words(format!("没有图层 {key}"), format!("There is no layer {key}")),
            did_you_mean(key, keys(), otherwise),
        );
    }
}

/// A variable that nobody fills in would stand in a letter as it is.
fn variables(row: &Placed<crate::phrase::Phrase>, faults: &Faults) {
    let body = &row.it.body;
    let Some(name) = [&body.zh, &body.en].into_iter().find_map(|text| crate::phrase::unknown(text)) else {
        return;
    };
    let known: Vec<&str> = crate::phrase::Variable::ALL.iter().map(|v| v.key()).collect();
    let otherwise =
        words(format!("可以用：{}。", known.join("、")), format!("It can be: {}.", known.join(", ")));
    faults.error(
        &row.spot("body"),
        words(format!("没有变量 {{{name}}}"), format!("There is no variable {{{name}}}")),
        did_you_mean(&name, known, otherwise),
    );
}

fn catalogue_row(draft: &Draft, row: &Placed<crate::dispatch::Rule>, faults: &Faults) {
    if let Target::Unit(key) = &row.it.target {
        unit(draft, &row.spot("unit"), Some(key), faults);
    }
    if row.it.handler.is_some() && !matches!(row.it.target, Target::Unit(_)) {
        faults.error(
            &row.spot("handler"),
            words(
                "指名经办人的规则要写明是哪个单位",
                "A rule that names a person must name their unit",
            ),
            words(
                "把 unit 写成这个人所在单位的键，不能写 street 或 division；或删去 handler。",
                "Write the key of that person’s unit as unit, neither street nor division; or remove handler.",
            ),
        );
    }
    for key in &row.it.assisting {
        unit(draft, &row.spot("assisting"), Some(key), faults);
    }
    for key in &row.it.category {
        category(draft, &row.spot("category"), Some(key), faults);
    }
    category(draft, &row.spot("set_category"), row.it.set_category.as_deref(), faults);
    retired(draft, &row.spot("set_category"), row.it.set_category.as_deref(), faults);
    for code in &row.it.division {
        division(draft, &row.spot("division"), Some(code), faults);
    }
    for (question, choice) in &row.it.answer {
        answer(draft, &row.spot("answer"), (question, choice), faults);
    }
}

/// An answer that nobody can give would make a rule that never fits.
fn answer(draft: &Draft, at: &Spot, (question, choice): (&str, &str), faults: &Faults) {
    let known = || {
        let all = draft.questions.iter().map(|row| &row.it);
        all.flat_map(|ask| ask.choices.iter().map(move |one| format!("{}={}", ask.key, one.key)))
    };
    let given = format!("{question}={choice}");
    if known().any(|one| one == given) {
        return;
    }
    let all: Vec<String> = known().collect();
    let otherwise = words(
        "写成 问题的键=选项的键，问题和选项在 questions.toml 里。",
        "Write the key of a question, =, and the key of one of its choices, as questions.toml has them.",
    );
    faults.error(
        at,
        words(format!("没有回答 {given}"), format!("There is no answer {given}")),
        did_you_mean(&given, all.iter().map(String::as_str), otherwise),
    );
}

/// Who takes over must take cases, and somebody must own what is not dispatched.
fn closed_unit(draft: &Draft, row: &Placed<Unit>, faults: &Faults) {
    unit(draft, &row.spot("successor"), row.it.successor.as_deref(), faults);
    if row.it.closed && row.it.kind == UnitKind::Centre {
        faults.error(
            &row.spot("closed"),
            words("热线中心不能撤销", "The hotline centre cannot be closed"),
            words("先让别的单位的 kind 为 centre。", "Give another unit the kind centre first."),
        );
    }
}

/// A category that was retired must not be given to anything new.
fn retired(draft: &Draft, at: &Spot, key: Option<&str>, faults: &Faults) {
    let Some(key) =
        key.filter(|key| draft.categories.iter().any(|c| c.it.retired && is_below(key, &c.it.key)))
    else {
        return;
    };
    faults.error(
        at,
        words(format!("分类 {key} 已停用"), format!("The category {key} is retired")),
        words("改成还在用的分类，或删去这一行。", "Name one that is in use, or remove this row."),
    );
}

fn unit(draft: &Draft, at: &Spot, key: Option<&str>, faults: &Faults) {
    if let Some(row) = draft.units.iter().find(|row| key == Some(row.it.key.as_str()) && row.it.closed) {
        let key = &row.it.key;
        faults.error(
            at,
            words(format!("单位 {key} 已撤并"), format!("The unit {key} is closed")),
            match &row.it.successor {
                Some(next) => words(format!("改成接办的 {next}。"), format!("Name {next}, which took over.")),
                None => words("改成还在办件的单位。", "Name a unit that takes cases."),
            },
        );
    }
    let Some(key) = key.filter(|key| !draft.has_unit(key)) else { return };
    let otherwise = words("先在 units.csv 里加上这个单位。", "Add the unit to units.csv first.");
    faults.error(
        at,
        words(format!("单位 {key} 不存在"), format!("The unit {key} does not exist")),
        did_you_mean(key, draft.unit_keys(), otherwise),
    );
}

fn category(draft: &Draft, at: &Spot, key: Option<&str>, faults: &Faults) {
    let Some(key) = key.filter(|key| !key.is_empty() && !draft.category_keys().any(|k| k == *key)) else {
        return;
    };
    let otherwise =
        words("先在 categories.csv 里加上这个分类。", "Add the category to categories.csv first.");
    faults.error(
        at,
        words(format!("分类 {key} 不存在"), format!("The category {key} does not exist")),
        did_you_mean(key, draft.category_keys(), otherwise),
    );
}

fn division(draft: &Draft, at: &Spot, code: Option<&str>, faults: &Faults) {
    let Some(code) = code.filter(|code| !draft.has_division(code)) else { return };
    let codes = draft.divisions.iter().map(|d| d.it.code.as_str());
    let otherwise = words("先在 divisions.csv 里加上这个代码。", "Add the code to divisions.csv first.");
    faults.error(
        at,
        words(format!("区划代码 {code} 不存在"), format!("The division code {code} does not exist")),
        did_you_mean(code, codes, otherwise),
    );
}

/// A point of a pack is judged like a point of a message.
fn point(draft: &Draft, at: &Spot, point: Option<place::Point>, faults: &Faults) {
    let (Some(point), Some(bounds)) = (point, draft.basics.bounds) else { return };
    let Err(odd) = place::judge(point.lng(), point.lat(), &bounds) else { return };
    faults.error(
        at,
        words(
            format!("{}（{} {}）", odd.word(crate::Lang::Zh), point.lng(), point.lat()),
            format!("{} ({} {})", odd.word(crate::Lang::En), point.lng(), point.lat()),
        ),
        words(
            "用 WGS-84 度数改正，或把 lng、lat 都留空。",
            "Correct it in WGS-84 degrees, or leave lng and lat empty.",
        ),
    );
}

/// The texts that pages show.
const TEXTS: [&str; 8] = [
    "home.lead",
    "home.sub",
    "home.example",
    "report.emergency",
    "receipt.after",
    "footer.line",
    "privacy.notice",
    "demo.notice",
];

fn texts(draft: &Draft, faults: &Faults) {
    for key in TEXTS {
        if draft.texts.iter().any(|row| row.it.0 == key) {
            continue;
        }
        let (section, field) = key.split_once('.').unwrap_or((key, ""));
        let at = Spot { file: "texts.toml".to_owned(), line: None };
        faults.error(
            &at,
            words(format!("缺少文字 {key}"), format!("The text {key} is missing")),
            words(
                format!("在 [{section}] 下补上 {field} 和 {field}_en。"),
                format!("Add {field} and {field}_en under [{section}]."),
            ),
        );
    }
}
