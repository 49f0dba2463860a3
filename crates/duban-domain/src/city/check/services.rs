//! Whether the situations of a service leave nobody out and take nobody twice.

use super::Draft;
use crate::{
    city::fault::{Faults, words},
    lang::Words,
    service::{ANSWERS_MAX, Answers, Doubt, Service, prove},
};

pub(super) fn check(draft: &Draft, faults: &Faults) {
    for placed in draft.services.iter().filter(|placed| !faults.has_error_in(&placed.at.file)) {
        let service = &placed.it;
        let name = |at: usize| service.situations[at].key.as_str();
        for doubt in prove(service) {
            match doubt {
                Doubt::TooMany => faults.error(
                    &placed.at,
                    words(
                        format!("回答的组合超过 {ANSWERS_MAX} 种，查不完"),
                        format!("There are more than {ANSWERS_MAX} sets of answers"),
                    ),
                    words("少问几个，或给后面的问题写上 when。", "Ask less, or give later questions a when."),
                ),
                Doubt::Gap(answers) => {
                    let said = said(service, &answers);
                    faults.error(
                        &placed.at,
                        words(
                            format!("这样回答的人没有情形可归：{}", said.zh),
                            format!("Whoever answers so is in no situation: {}", said.en),
                        ),
                        words(
                            "加一个 [[situation]]，或放宽一个的 when。",
                            "Add a [[situation]], or widen the when of one.",
                        ),
                    );
                }
                Doubt::Overlap(answers, first, second) => {
                    let (said, line) = (said(service, &answers), placed.situations[first].line.unwrap_or(1));
                    faults.error(
                        &placed.situations[second],
                        words(
                            format!("和第 {line} 行的 {} 重叠：{}", name(first), said.zh),
                            format!("It overlaps with {} on line {line}: {}", name(first), said.en),
                        ),
                        words("把其中一个的 when 写窄。", "Narrow the when of one of them."),
                    );
                }
                Doubt::Never(at) => faults.error(
                    &placed.situations[at],
                    words(
                        format!("没有人会是 {} 这一种", name(at)),
                        format!("Nobody is ever in the situation {}", name(at)),
                    ),
                    words("改它的 when，或删去。", "Change its when, or remove it."),
                ),
            }
        }
    }
}

/// The answers as the questions and choices are written.
fn said(service: &Service, answers: &Answers) -> Words {
    let mut both = Words::default();
    for ask in service.questions.iter().filter(|ask| answers.contains_key(&ask.key)) {
        let Some(choice) = ask.choices.iter().find(|choice| answers.get(&ask.key) == Some(&choice.key))
        else {
            continue;
        };
        let (zh, en) = if both.zh.is_empty() { ("", "") } else { ("；", "; ") };
        both.zh += &format!("{zh}{}{}", ask.ask.zh, choice.name.zh);
        both.en += &format!("{en}{} {}", ask.ask.en, choice.name.en);
    }
    both
}
