//! `desk.toml`, `survey.toml`, `quality.toml`: the hotline's own desk. Each may be left out.

use crate::city::{
    CallRules, CheckItem, DeskRules, Emergency, Follow, PackFiles, QualityRules, SurveyAnswer,
    fault::{Faults, words},
    form::Form,
    source,
};

pub(in crate::city) fn desk(files: &PackFiles, faults: &Faults) -> DeskRules {
    DeskRules { calls: calls(files, faults), survey: survey(files, faults), quality: quality(files, faults) }
}

/// Reads a file with one function; a file that is not there is an empty one.
fn whole<T>(files: &PackFiles, path: &str, faults: &Faults, read: impl Fn(&Form<'_>) -> T) -> T {
    let mut there = PackFiles::new();
    there.insert(path.to_owned(), files.get(path).cloned().unwrap_or_default());
    let root = source::toml(&there, path, faults);
    let form = Form::new(&root, faults);
    let it = read(&form);
    form.done();
    it
}

fn each<T>(form: &Form<'_>, table: &str, read: impl Fn(&Form<'_>) -> T) -> Vec<T> {
    let rows = form.rows(table).into_iter().map(|row| {
        let inner = Form::new(row, form.faults);
        let it = read(&inner);
        inner.done();
        it
    });
    rows.collect()
}

fn calls(files: &PackFiles, faults: &Faults) -> CallRules {
    whole(files, "desk.toml", faults, |form| CallRules {
        answer_seconds: form.whole("answer_seconds", 15, 600),
        abandon_seconds: form.whole("abandon_seconds", 5, 600),
        missed_attempts: form.whole("missed_attempts", 3, 20).max(1),
        emergency: each(form, "emergency", |row| Emergency {
            number: row.text("number"),
            name: row.words("name"),
        }),
        law: form.words_opt("law"),
    })
}

fn survey(files: &PackFiles, faults: &Faults) -> Vec<SurveyAnswer> {
    whole(files, "survey.toml", faults, |form| {
        let mut seen: Vec<String> = Vec::new();
        each(form, "answer", |row| {
            let solved = row.yes("solved", false);
            let follow = row.member("follow", Follow::ALL, Follow::key);
            if solved && follow.is_some() {
                row.wrong(
                    "follow",
                    "“解决了”的选项后面没有事要做",
                    "Nothing follows from an answer of somebody whose matter is solved",
                    words("删去 follow，或写 solved = false。", "Remove follow, or write solved = false."),
                );
            }
            SurveyAnswer {
                key: row.key("key"),
                text: row.words("text"),
                solved,
                follow: follow.unwrap_or(Follow::Redo),
                alert: row.yes("alert", false),
            }
        })
        .into_iter()
        .filter(|answer| {
            let twice = seen.contains(&answer.key);
            if twice {
                form.wrong(
                    "answer",
                    format!("选项 {} 写了两次", answer.key),
                    format!("The answer {} is given twice", answer.key),
                    words("换一个 key。", "Give one of them another key."),
                );
            }
            seen.push(answer.key.clone());
            !twice
        })
        .collect()
    })
}

fn quality(files: &PackFiles, faults: &Faults) -> QualityRules {
    whole(files, "quality.toml", faults, |form| {
        let permille = |t: &str| {
            let share = t.parse().ok().filter(|n: &f64| (0.0..=1.0).contains(n));
            share.map(|n| (n * 1000.0).round() as u32)
        };
        let rules = QualityRules {
            permille: form.parsed("rate", "0.03", permille).unwrap_or(30),
            least: form.whole("least", 10, 1_000),
            pass: form.whole("pass", 80, 100),
            appeal_days: form.whole("appeal_days", 5, 365),
            items: each(form, "item", |row| CheckItem {
                key: row.key("key"),
                name: row.words("name"),
                points: row.whole("points", 0, 100),
                fatal: row.yes("fatal", false),
            }),
            law: form.words_opt("law"),
        };
        let sum: u32 = rules.items.iter().map(|item| item.points).sum();
        if !rules.items.is_empty() && sum != 100 {
            form.wrong(
                "item",
                format!("质检项目的分加起来是 {sum}，不是 100"),
                format!("The points of the checklist add up to {sum} and not to 100"),
                words("改 points，使总分为 100。", "Change the points so that they add up to 100."),
            );
        }
        rules
    })
}
