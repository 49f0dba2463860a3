//! Search: no text is missed, none is found that does not contain the words, the same on both engines.

use duban_domain::{CaseId, policy::Reach};

use super::{
    Bed, both,
    world::{Dice, SEALED, extra, opened},
};
use crate::{CaseQuery, Findable, StoreError};

/// Few characters, so that generated texts contain generated queries often, pairs overlap, and
/// words touch Chinese characters in every way.
const ALPHABET: [&str; 14] =
    ["路", "灯", "路灯", "不", "亮", "县", "A7", "a", "7", "12", "的", "，", " ", "-"];

fn write(dice: &mut Dice, pieces: u64) -> String {
    (0..dice.roll(pieces) + 1).map(|_| dice.pick(&ALPHABET)).collect()
}

/// What "contains" means, said once more: characters in sequence; a run of letters or digits is one
/// thing; what stands beside such a run does not separate; what stands between two Chinese
/// characters does.
fn things(text: &str) -> Vec<String> {
    let mut things: Vec<String> = Vec::new();
    let mut gap = false;
    for c in text.to_lowercase().chars() {
        let last = things.last().cloned().unwrap_or_default();
        let last_is_word = last.chars().all(|c| c.is_ascii_alphanumeric()) && !last.is_empty();
        if c.is_ascii_alphanumeric() {
            if last_is_word && !gap {
                things.last_mut().unwrap().push(c);
            } else {
                things.push(c.to_string());
            }
        } else if "，- ".contains(c) {
            gap = true;
            continue;
        } else {
            if gap && !last.is_empty() && !last_is_word {
                things.push("|".to_owned());
            }
            things.push(c.to_string());
        }
        gap = false;
    }
    things
}

fn contains(text: &str, typed: &str) -> bool {
    let text = things(text);
    let words: Vec<Vec<String>> = typed.split_whitespace().map(things).filter(|w| !w.is_empty()).collect();
    !words.is_empty()
        && words.iter().all(|word| text.windows(word.len()).any(|window| window == word.as_slice()))
}

fn put(bed: &Bed, texts: &[String]) -> Vec<CaseId> {
    let mut dice = Dice::new(9);
    let mut ids = Vec::new();
    for (n, text) in texts.iter().enumerate() {
        let (case, request) = opened(&mut dice, u32::try_from(n).unwrap());
        bed.store
            .write(|tx| {
                tx.insert_request(&request, &SEALED)?;
                tx.insert_case(&case, &request, &extra(&case))?;
                tx.index_case(case.id, &Findable::of(text))
            })
            .unwrap();
        ids.push(case.id);
    }
    ids
}

pub(super) fn find(bed: &Bed, typed: &str) -> Vec<CaseId> {
    let query =
        CaseQuery { reach: Reach::All, words: Some(typed.to_owned()), limit: 1_000, ..CaseQuery::default() };
    let page = bed.store.read(|tx| tx.list(&query)).unwrap();
    assert_eq!(
        bed.store.read(|tx| tx.count(&query, 10_000)).unwrap(),
        i64::try_from(page.rows.len()).unwrap()
    );
    page.rows.into_iter().map(|row| row.id).collect()
}

#[test]
fn hits_are_exactly_the_texts_that_contain_the_words() {
    both(|bed| {
        let mut dice = Dice::new(20_260_104);
        let texts: Vec<String> = (0..250).map(|_| write(&mut dice, 14)).collect();
        let ids = put(bed, &texts);
        let mut hits = 0;
        for _ in 0..400 {
            let typed = write(&mut dice, 4);
            if typed.trim().is_empty() {
                continue;
            }
            let mut expected: Vec<CaseId> = texts
                .iter()
                .zip(&ids)
                .filter(|(text, _)| contains(text, &typed))
                .map(|(_, id)| *id)
                .collect();
            expected.sort_by_key(|id| std::cmp::Reverse(*id));
            let found = find(bed, &typed);
            let differ: Vec<&String> = texts
                .iter()
                .zip(&ids)
                .filter(|(_, id)| expected.contains(id) != found.contains(id))
                .map(|(t, _)| t)
                .collect();
            assert!(found == expected, "looking for {typed:?}; wrong about {differ:?}");
            hits += found.len();
        }
        assert!(hits > 2_000, "too few hits to prove anything: {hits}");
    });
}

#[test]
fn what_people_type_finds_what_they_mean() {
    both(|bed| {
        let texts = [
            "A7县星沙街道的路灯坏了三个月".to_owned(),
            "反映Ｂ２栋 3-2-501 漏水,物业不管".to_owned(),
            "路,灯光太亮".to_owned(),
        ];
        let ids = put(bed, &texts);
        for (typed, expected) in [
            ("路灯", vec![0]),
            ("A7县", vec![0]),
            ("a７ 县", vec![0]),
            ("县", vec![0]),
            ("坏 街道", vec![0]),
            ("个月", vec![0]),
            ("b2栋", vec![1]),
            ("501", vec![1]),
            ("3-2-501", vec![1]),
            ("50", vec![]),
            ("漏水物业", vec![]),
            ("漏水，物业", vec![1]),
            ("灯", vec![2, 0]),
            ("路灯光", vec![]),
            ("!!", vec![]),
            ("' OR \" * : &", vec![]),
            ("路灯\0", vec![0]),
        ] {
            let mut expected: Vec<CaseId> = expected.into_iter().map(|n: usize| ids[n]).collect();
            expected.sort_by_key(|id| std::cmp::Reverse(*id));
            assert_eq!(find(bed, typed), expected, "looking for {typed:?}");
        }
    });
}

#[test]
fn a_new_text_takes_the_place_of_the_old_one() {
    both(|bed| {
        let ids = put(bed, &["旧的文字".to_owned()]);
        bed.store.write(|tx| tx.index_case(ids[0], &Findable::of("新的内容"))).unwrap();
        assert!(find(bed, "文字").is_empty());
        assert_eq!(find(bed, "内容"), ids);
    });
}

#[test]
fn a_refused_change_is_not_found() {
    both(|bed| {
        let ids = put(bed, &["原来".to_owned()]);
        let refused = bed.store.write(|tx| {
            tx.index_case(ids[0], &Findable::of("后来"))?;
            Err::<(), _>(StoreError::Nul)
        });
        assert!(refused.is_err());
        assert_eq!((find(bed, "原来").len(), find(bed, "后来").len()), (1, 0));
    });
}

/// Positions in a tsvector end at 16383 and at 256 for one word; ours do not.
#[test]
fn long_and_repeating_texts_are_found_to_their_end() {
    both(|bed| {
        let long = format!("{}终于写到末尾 {} 最后一句", "哈哈，说来话长。".repeat(2_000), "x".repeat(5_000));
        let ids = put(bed, &[long]);
        for typed in ["终于写到末尾", "哈哈", "话长"] {
            assert_eq!(find(bed, typed), ids, "{typed}");
        }
        assert!(find(bed, "末尾写到").is_empty());
    });
}
