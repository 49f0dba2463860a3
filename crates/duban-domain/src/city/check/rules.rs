//! Tables of rules that must leave no gap and hold no dead row.

use super::Draft;
use crate::{
    city::{
        ReachRule,
        fault::{Faults, Spot, words},
    },
    dispatch::shadowed,
    policy::Action,
    request::{Kind, Urgency},
};

pub(super) fn check(draft: &Draft, faults: &Faults) {
    deadlines(draft, faults);
    catalogue(draft, faults);
    roles(draft, faults);
}

/// Every urgency and kind needs a deadline: a case without one could be forgotten.
fn deadlines(draft: &Draft, faults: &Faults) {
    if faults.has_error_in("deadlines.toml") {
        return;
    }
    let mut used = vec![false; draft.deadlines.len()];
    for &urgency in Urgency::ALL {
        let mut without = Vec::new();
        for &kind in Kind::ALL {
            match draft.deadlines.iter().position(|row| row.it.fits(urgency, kind)) {
                Some(row) => used[row] = true,
                None => without.push(kind),
            }
        }
        if without.is_empty() {
            continue;
        }
        let at = Spot { file: "deadlines.toml".to_owned(), line: None };
        let kinds =
            |lang| without.iter().map(|kind| kind.word(lang)).collect::<Vec<_>>().join(lang_comma(lang));
        let (zh, en) = (crate::Lang::Zh, crate::Lang::En);
        faults.error(
            &at,
            words(
                format!("紧急程度“{}”没有时限（类型：{}）", urgency.word(zh), kinds(zh)),
                format!("The urgency {} has no deadline (kinds: {})", urgency.word(en), kinds(en)),
            ),
            words(
                format!("加一行 [[deadline]],urgency = [\"{}\"],kind 留空表示全部类型。", urgency.key()),
                format!(
                    "Add a [[deadline]] with urgency = [\"{}\"] and no kind, which means all kinds.",
                    urgency.key()
                ),
            ),
        );
    }
    for (row, used) in draft.deadlines.iter().zip(used) {
        if !used && !row.it.urgency.is_empty() {
            faults.warning(
                &row.at,
                words(
                    format!("时限规则 {} 永远用不到，前面的规则已包含它", row.it.key),
                    format!("The deadline rule {} is never used: earlier rules take everything", row.it.key),
                ),
                words("移到前面，或删去。", "Move it up, or remove it."),
            );
        }
    }
}

fn lang_comma(lang: crate::Lang) -> &'static str {
    lang.t("、", ", ")
}

fn catalogue(draft: &Draft, faults: &Faults) {
    let rules: Vec<_> = draft.catalogue.iter().map(|row| row.it.clone()).collect();
    for (late, early) in shadowed(&rules) {
        let line = draft.catalogue[early].at.line.unwrap_or(1);
        let (late_key, early_key) = (&rules[late].key, &rules[early].key);
        faults.warning(
            &draft.catalogue[late].at,
            words(
                format!("规则 {late_key} 永远用不到：第 {line} 行的 {early_key} 总是先命中"),
                format!("The rule {late_key} is never used: {early_key} on line {line} always fits first"),
            ),
            words(
                format!("移到 {early_key} 前面，或删去其中一条。"),
                format!("Move it before {early_key}, or remove one of the two."),
            ),
        );
    }
}

fn roles(draft: &Draft, faults: &Faults) {
    contradictions(draft, faults);
    twins(draft, faults);
    if faults.has_error_in("roles.toml") {
        return;
    }
    let at = Spot { file: "roles.toml".to_owned(), line: None };
    if draft.roles.is_empty() {
        let mend = words("至少加一个 [[role]]。", "Add at least one [[role]].");
        faults.error(&at, words("一个角色也没有", "There is no role at all"), mend);
        return;
    }
    let acts = |action: Action| draft.roles.iter().any(|row| row.it.actions.contains(&action));
    for &action in Action::ALL.iter().filter(|action| !acts(**action)) {
        faults.warning(
            &at,
            words(
                format!("没有任何角色可以“{}”", action.word(crate::Lang::Zh)),
                format!("No role may do this: {}", action.word(crate::Lang::En)),
            ),
            words(format!("给一个角色加上 {}。", action.key()), format!("Give {} to a role.", action.key())),
        );
    }
}

/// An action listed twice, or actions on cases for a role that sees none.
fn contradictions(draft: &Draft, faults: &Faults) {
    for row in &draft.roles {
        let role = &row.it;
        let mut seen = Vec::new();
        for action in &role.actions {
            if seen.contains(action) {
                faults.error(
                    &row.spot("actions"),
                    words(
                        format!("角色 {} 里的权限 {} 写了两次", role.key, action.key()),
                        format!("The role {} lists the action {} twice", role.key, action.key()),
                    ),
                    words("删去一个。", "Remove one of them."),
                );
            }
            seen.push(*action);
        }
        let on_cases = role.actions.iter().any(|a| is_of_cases(*a));
        if on_cases && role.reach == ReachRule::None {
            faults.error(
                &row.spot("reach"),
                words(
                    format!("角色 {} 有工单权限，却看不到任何工单", role.key),
                    format!("The role {} may act on cases but sees none", role.key),
                ),
                words(
                    "把 reach 改成 all、unit 或 unit-and-below，或去掉这些权限。",
                    "Set reach to all, unit or unit-and-below, or remove those actions.",
                ),
            );
        }
    }
}

/// Whether an action needs cases that one sees.
fn is_of_cases(action: Action) -> bool {
    use Action::{
        Accounts, Administer, Audit, Figures, Hall, HallPay, HallReview, Knowledge, Register, Texts,
    };
    !matches!(
        action,
        Administer | Accounts | Audit | Register | Figures | Texts | Knowledge | Hall | HallReview | HallPay
    )
}

/// Two roles that differ in nothing but their name.
fn twins(draft: &Draft, faults: &Faults) {
    for (i, row) in draft.roles.iter().enumerate() {
        let twin = draft.roles[..i]
            .iter()
            .find(|other| other.it.reach == row.it.reach && same(&other.it.actions, &row.it.actions));
        if let Some(twin) = twin {
            faults.warning(
                &row.at,
                words(
                    format!("角色 {} 和 {} 的权限、范围完全相同", row.it.key, twin.it.key),
                    format!("The roles {} and {} are the same", row.it.key, twin.it.key),
                ),
                words("合并成一个，或让它们有区别。", "Merge them, or make them differ."),
            );
        }
    }
}

fn same(a: &[Action], b: &[Action]) -> bool {
    a.len() == b.len() && a.iter().all(|action| b.contains(action))
}
