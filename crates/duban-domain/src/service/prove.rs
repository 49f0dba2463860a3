//! The proof that a service leaves nobody without an answer and gives nobody two: all complete sets of answers are
//! gone through, which are few, because each question has few choices.

use super::{Answers, Service};

/// More sets of answers than this nobody can think through, and the check would be slow.
pub const ANSWERS_MAX: usize = 20_000;

/// What is wrong with the situations of a service (情形漏洞).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// These answers lead nowhere.
    Gap(Answers),
    /// These answers lead to two situations: the places of the two in the list.
    Overlap(Answers, usize, usize),
    /// No answers lead to this situation.
    Never(usize),
    /// There are too many sets of answers.
    TooMany,
}

/// Goes through all complete sets of answers. Of each kind of doubt about one situation only the first is told.
#[must_use]
pub fn prove(service: &Service) -> Vec<Doubt> {
    let mut sets = vec![Answers::new()];
    for ask in &service.questions {
        let mut next = Vec::with_capacity(sets.len() * ask.choices.len().max(1));
        for answers in sets {
            if !ask.when.holds(&answers) {
                next.push(answers);
                continue;
            }
            for choice in &ask.choices {
                let mut more = answers.clone();
                more.insert(ask.key.clone(), choice.key.clone());
                next.push(more);
            }
        }
        if next.len() > ANSWERS_MAX {
            return vec![Doubt::TooMany];
        }
        sets = next;
    }
    let mut doubts = Vec::new();
    let mut used = vec![false; service.situations.len()];
    for answers in sets {
        let fit: Vec<usize> =
            (0..service.situations.len()).filter(|&at| service.situations[at].when.holds(&answers)).collect();
        fit.iter().for_each(|&at| used[at] = true);
        match fit[..] {
            [] if !doubts.iter().any(|doubt| matches!(doubt, Doubt::Gap(_))) => {
                doubts.push(Doubt::Gap(answers))
            }
            [first, second, ..] => {
                let known = |d: &Doubt| matches!(d, Doubt::Overlap(_, a, b) if (*a, *b) == (first, second));
                if !doubts.iter().any(known) {
                    doubts.push(Doubt::Overlap(answers, first, second));
                }
            }
            _ => {}
        }
    }
    doubts.extend((0..used.len()).filter(|&at| !used[at]).map(Doubt::Never));
    doubts
}
