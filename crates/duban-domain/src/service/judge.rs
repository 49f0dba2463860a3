//! Which situation somebody is in. The same for a resident at home, on the telephone and for the clerk at the counter.

use super::{Amount, Answers, Ask, Counter, Field, Paper, Service, Situation};

/// A question and what was answered to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The question.
    pub ask: &'a Ask,
    /// The key of the choice, when one was made.
    pub answer: Option<&'a str>,
}

/// What the answers lead to (判定).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// The questions that are asked of this person, in order.
    pub asked: Vec<Asked<'a>>,
    /// The answers that count: of questions that are asked, choices that there are.
    pub answers: Answers,
    /// The situation; none while a question is open.
    pub judged: Option<Judged<'a>>,
}

/// A situation, and what it means for this person (情形及材料).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged<'a> {
    /// The situation.
    pub situation: &'a Situation,
    /// What to bring.
    pub papers: Vec<&'a Paper>,
    /// What is taken off.
    pub amounts: Vec<&'a Amount>,
    /// What is taken down.
    pub fields: Vec<&'a Field>,
    /// Where.
    pub counter: Option<&'a Counter>,
}

/// Judges by answers; what is no answer to a question that is asked is left out.
#[must_use]
pub fn judge<'a>(service: &'a Service, given: &'a Answers) -> Verdict<'a> {
    let (mut asked, mut answers) = (Vec::new(), Answers::new());
    for ask in &service.questions {
        if !ask.when.holds(&answers) {
            continue;
        }
        let answer = given.get(&ask.key).filter(|key| ask.choices.iter().any(|choice| choice.key == **key));
        if let Some(answer) = answer {
            answers.insert(ask.key.clone(), answer.clone());
        }
        asked.push(Asked { ask, answer: answer.map(String::as_str) });
    }
    let open = asked.iter().any(|one| one.answer.is_none());
    let judged = if open { None } else { situation(service, &answers) };
    Verdict { asked, answers, judged }
}

/// What complete answers lead to.
fn situation<'a>(service: &'a Service, answers: &Answers) -> Option<Judged<'a>> {
    let situation = service.situations.iter().find(|situation| situation.when.holds(answers))?;
    let papers = situation.papers.iter().filter_map(|key| service.paper(key));
    Some(Judged {
        situation,
        papers: papers.filter(|paper| paper.when.holds(answers)).collect(),
        amounts: service.amounts.iter().filter(|amount| amount.when.holds(answers)).collect(),
        fields: service.fields.iter().filter(|field| field.when.holds(answers)).collect(),
        counter: service.counters.iter().find(|counter| counter.key == situation.counter),
    })
}
