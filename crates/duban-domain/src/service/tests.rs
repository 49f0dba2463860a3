//! The shipped services, judged and proved.

use std::fmt::Write;

use expect_test::expect_file;

use super::*;
use crate::{Lang, city::tests::zhuzhou};

fn answers(pairs: &[(&str, &str)]) -> Answers {
    pairs.iter().map(|(question, choice)| ((*question).to_owned(), (*choice).to_owned())).collect()
}

#[test]
fn every_set_of_answers_leads_to_one_situation_and_the_table_can_be_read() {
    let city = zhuzhou();
    let mut table = String::new();
    for service in &city.services {
        assert_eq!(prove(service), [], "{}", service.key);
        writeln!(table, "# {}", service.name.zh).unwrap();
        let mut sets = vec![Answers::new()];
        while let Some(given) = sets.pop() {
            let verdict = judge(service, &given);
            if let Some(judged) = verdict.judged {
                let said: Vec<_> =
                    given.iter().map(|(question, choice)| format!("{question}={choice}")).collect();
                let papers: Vec<_> = judged.papers.iter().map(|paper| paper.name.zh.as_str()).collect();
                let amounts: Vec<_> = judged.amounts.iter().map(|a| format!(" −{}", a.fen)).collect();
                let (said, name) = (said.join(" "), &judged.situation.name.zh);
                writeln!(table, "{said} → {name}：{}{}", papers.join("、"), amounts.concat()).unwrap();
                continue;
            }
            let open = verdict.asked.iter().find(|asked| asked.answer.is_none()).unwrap();
            for choice in open.ask.choices.iter().rev() {
                let mut more = given.clone();
                more.insert(open.ask.key.clone(), choice.key.clone());
                sets.push(more);
            }
        }
    }
    expect_file!["../../snapshots/services.txt"].assert_eq(&table);
}

#[test]
fn a_lost_card_costs_ten_yuan_and_only_a_lost_one() {
    let city = zhuzhou();
    let service = city.service("bicycle-deposit").unwrap();
    let fee = |card: &str| {
        let given = answers(&[("how", "personal"), ("print", "other"), ("card", card)]);
        let judged = judge(service, &given).judged.unwrap();
        judged.amounts.iter().map(|amount| amount.fen.0).collect::<Vec<_>>()
    };
    assert_eq!((fee("lost"), fee("here"), fee("broken")), (vec![1_000], vec![], vec![]));
}

#[test]
fn an_answer_to_what_is_not_asked_or_that_is_no_choice_is_left_out() {
    let city = zhuzhou();
    let service = city.service("bicycle-deposit").unwrap();
    let given = answers(&[("how", "online"), ("card", "lost"), ("print", "bike"), ("x", "y")]);
    let verdict = judge(service, &given);
    assert_eq!(verdict.answers, answers(&[("how", "online")]));
    assert_eq!(verdict.judged.unwrap().situation.key, "online");
    let wrong = answers(&[("how", "stolen")]);
    let verdict = judge(service, &wrong);
    assert!(verdict.judged.is_none() && verdict.answers.is_empty());
}

#[test]
fn every_sentence_of_the_shipped_services_is_there_in_both_languages() {
    let city = zhuzhou();
    for service in &city.services {
        for words in
            [&service.name, &service.lead, &service.who, &service.fee, &service.term, &service.last_day]
        {
            let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            assert!(!words.get(Lang::En).chars().any(han), "{}: {}", service.key, words.en);
        }
    }
}
