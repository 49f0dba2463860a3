//! Keys that must be unique, and parents that must exist and never go round in a circle.

use std::collections::HashMap;

use super::Draft;
use crate::city::{
    UnitKind,
    fault::{Faults, Spot, did_you_mean, words},
    read::Placed,
};

pub(super) fn check(draft: &Draft, faults: &Faults) {
    unique(&draft.units, |u| &u.key, faults);
    unique(&draft.divisions, |d| &d.code, faults);
    unique(&draft.categories, |c| &c.key, faults);
    unique(&draft.questions, |q| &q.key, faults);
    unique(&draft.checklists, |c| &c.key, faults);
    unique(&draft.remotes, |r| &r.key, faults);
    unique(&draft.registers, |r| &r.key, faults);
    unique(&draft.layers, |l| &l.key, faults);
    unique(&draft.catalogue, |r| &r.key, faults);
    unique(&draft.deadlines, |d| &d.key, faults);
    unique(&draft.labels, |l| &l.key, faults);
    unique(&draft.phrases, |p| &p.key, faults);
    unique(&draft.knowledge, |k| &k.key, faults);
    unique(&draft.roles, |r| &r.key, faults);
    centre(draft, faults);
    unit_parents(draft, faults);
    division_parents(draft, faults);
    category_parents(draft, faults);
}

fn unique<T>(list: &[Placed<T>], key: impl Fn(&T) -> &str, faults: &Faults) {
    let mut seen: HashMap<&str, &Spot> = HashMap::new();
    for row in list {
        let own = key(&row.it);
        if own.is_empty() {
            continue;
        }
        if let Some(first) = seen.get(own) {
            let line = first.line.unwrap_or(1);
            faults.error(
                &row.spot("key"),
                words(
                    format!("键 {own} 重复，第 {line} 行已有"),
                    format!("The key {own} is used twice, first on line {line}"),
                ),
                words("改一个名字，或删去多余的一行。", "Give it another key, or remove one of the rows."),
            );
        } else {
            seen.insert(own, &row.at);
        }
    }
}

/// Somebody must own what is not dispatched yet.
fn centre(draft: &Draft, faults: &Faults) {
    let centres: Vec<_> = draft.units.iter().filter(|u| u.it.kind == UnitKind::Centre).collect();
    match centres.as_slice() {
        [_] => {}
        [] => faults.error(
            &Spot { file: "units.csv".to_owned(), line: None },
            words("没有热线中心", "There is no hotline centre"),
            words(
                "让一个单位的 kind 为 centre；未派出的工单归它。",
                "Give one unit the kind centre; it owns what is not dispatched yet.",
            ),
        ),
        [_, others @ ..] => {
            for other in others {
                faults.error(
                    &other.at,
                    words("热线中心不止一个", "There is more than one hotline centre"),
                    words("只保留一个 kind 为 centre 的单位。", "Keep only one unit of the kind centre."),
                );
            }
        }
    }
}

fn unit_parents(draft: &Draft, faults: &Faults) {
    let parents: HashMap<&str, &str> =
        draft.units.iter().filter_map(|u| Some((u.it.key.as_str(), u.it.parent.as_deref()?))).collect();
    for row in &draft.units {
        let Some(parent) = &row.it.parent else { continue };
        if !draft.has_unit(parent) {
            let otherwise = words(
                "先在 units.csv 里加上这个上级单位，或把 parent 留空。",
                "Add that unit to units.csv first, or leave parent empty.",
            );
            faults.error(
                &row.at,
                words(
                    format!("上级单位 {parent} 不存在"),
                    format!("The parent unit {parent} does not exist"),
                ),
                did_you_mean(parent, draft.unit_keys(), otherwise),
            );
        }
        if in_circle(&row.it.key, &parents) {
            faults.error(
                &row.at,
                words(
                    format!("{} 的上级绕成了一圈", row.it.key),
                    format!("The parents of {} go round in a circle", row.it.key),
                ),
                words("改正其中一个单位的 parent。", "Correct the parent of one of the units."),
            );
        }
    }
}

fn in_circle(key: &str, parents: &HashMap<&str, &str>) -> bool {
    let mut at = key;
    for _ in 0..=parents.len() {
        match parents.get(at) {
            Some(parent) if *parent == key => return true,
            Some(parent) => at = parent,
            None => return false,
        }
    }
    false
}

fn division_parents(draft: &Draft, faults: &Faults) {
    for row in &draft.divisions {
        let Some(parent) = &row.it.parent else { continue };
        if !draft.has_division(parent) {
            faults.error(
                &row.at,
                words(
                    format!("上级区划 {parent} 不存在"),
                    format!("The division above, {parent}, does not exist"),
                ),
                words(
                    "先加上这个 6 位代码的县级区划，或改正代码的前 6 位。",
                    "Add the county-level division with that code, or correct the first 6 digits.",
                ),
            );
        }
        if let (Some(from), Some(to)) = (row.it.valid_from, row.it.valid_to)
            && to < from
        {
            faults.error(
                &row.at,
                words("有效期的结束早于开始", "It ends before it begins"),
                words("valid_to 不早于 valid_from。", "valid_to must not be before valid_from."),
            );
        }
    }
}

fn category_parents(draft: &Draft, faults: &Faults) {
    for row in &draft.categories {
        let Some(parent) = &row.it.parent else { continue };
        if !draft.category_keys().any(|k| k == parent) {
            let otherwise = words(
                format!("先加上分类 {parent} 这一行。"),
                format!("Add a row for the category {parent} first."),
            );
            faults.error(
                &row.at,
                words(
                    format!("上级分类 {parent} 不存在"),
                    format!("The category above, {parent}, does not exist"),
                ),
                did_you_mean(parent, draft.category_keys(), otherwise),
            );
        }
    }
}
