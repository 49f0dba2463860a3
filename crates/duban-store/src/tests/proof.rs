//! The tree of digests as it is kept: nothing recorded is left out, nothing in it can be changed unseen.

use duban_domain::{
    Stamp,
    proof::{Algorithm, tree},
};

use super::{
    both,
    world::{SALT, fill, noted},
};
use crate::{StoreError, Subject, value::params};

const BY: Algorithm = Algorithm::Sha256;

#[test]
fn everything_recorded_is_a_leaf_once_and_old_roots_stay_provable() {
    both(|bed| {
        let cases = fill(&bed.store, 5, 40);
        let mut roots = vec![(0, BY.empty())];
        for (n, (case, _)) in (0..).zip(&cases) {
            let events: Vec<_> = (0..30).map(|k| noted(1_000 * n + k + 1, "一件事")).collect();
            bed.store.write(|tx| tx.append_events(case.id, 1, &events, Algorithm::Sha256, || SALT)).unwrap();
            if n % 3 == 0 {
                // In parts, as it comes: tiles are begun, gone on with and filled.
                let grown = bed.store.write(|tx| tx.grow_log(BY, 37)).unwrap().unwrap();
                roots.push(grown);
            }
        }
        while let Some(grown) = bed.store.write(|tx| tx.grow_log(BY, 500)).unwrap() {
            roots.push(grown);
        }
        assert_eq!(bed.store.write(|tx| tx.grow_log(BY, 500)).unwrap(), None);
        bed.store
            .read(|tx| {
                let size = tx.log_size()?;
                assert_eq!(size, 40 * 31, "a request and thirty events each");
                assert_eq!((tx.log_counts()?, tx.log_pending()?), ((40 * 31, 40 * 31), 0));
                let now = roots.last().unwrap().1;
                for (old, was) in &roots {
                    let proof = tx.log_nodes(BY, |nodes| tree::consistency(BY, nodes, *old, size))?;
                    assert!(tree::grew(BY, (*old, was), (size, &now), &proof), "{old}");
                }
                let leaves = tx.leaves_from(BY, 0, 5_000)?;
                assert_eq!(leaves.len() as u64, size);
                for leaf in leaves.iter().step_by(17) {
                    // The words of this world's requests were not digested in earnest.
                    let honest = matches!(leaf.subject, Subject::Event(_));
                    assert_eq!(leaf.words_hold, Some(honest));
                    let hash = BY.leaf(leaf.bytes.as_ref().unwrap());
                    let proof = tx.log_nodes(BY, |nodes| tree::inclusion(BY, nodes, leaf.seq, size))?;
                    assert!(tree::includes(BY, &hash, leaf.seq, size, &proof, &now));
                    assert_eq!(tx.log_seq(leaf.subject)?, Some(leaf.seq));
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}

#[test]
fn erasing_what_was_said_leaves_its_leaf_as_it_was() {
    both(|bed| {
        let cases = fill(&bed.store, 6, 1);
        let id = cases[0].0.id;
        bed.store
            .write(|tx| {
                tx.append_events(id, 1, &[noted(9, "王女士的电话")], Algorithm::Sha256, || SALT)
            })
            .unwrap();
        bed.store.write(|tx| tx.grow_log(BY, 10)).unwrap();
        let leaf = |words: Option<bool>| {
            let all = bed.store.read(|tx| tx.leaves_from(BY, 0, 10)).unwrap();
            let own = all.into_iter().find(|leaf| matches!(leaf.subject, Subject::Event(_))).unwrap();
            assert_eq!(own.words_hold, words);
            own.bytes
        };
        let before = leaf(Some(true));
        let erased = bed.store.write(|tx| tx.erase_payload(duban_domain::EventId(9))).unwrap();
        assert!(erased);
        assert_eq!(leaf(None), before);
    });
}

#[test]
fn leaves_are_never_changed_and_roots_are_kept_by_the_hour() {
    both(|bed| {
        fill(&bed.store, 7, 2);
        bed.store.write(|tx| tx.grow_log(BY, 10)).unwrap();
        for sql in ["UPDATE log_leaf SET subject = 1 WHERE seq = 0", "DELETE FROM log_leaf WHERE seq = 0"] {
            bed.store.write(|tx| tx.exec(sql, params![])).unwrap_err();
        }
        let at = [1_000, 2_000, 3_600_000, 3_600_001];
        for (size, at) in (1..).zip(at) {
            bed.store.write(|tx| tx.put_log_head(size, Stamp(at), &format!("第{size}个"))).unwrap();
        }
        assert_eq!(bed.store.read(|tx| tx.log_heads()).unwrap(), ["第2个", "第4个"]);
        let head = |most| bed.store.read(|tx| tx.log_head(most)).unwrap().map(|(size, _, _)| size);
        assert_eq!((head(1), head(3), head(9)), (None, Some(2), Some(4)));
    });
}

/// By the national standard too; and what a log of SM3 recorded when payloads were still digested by SHA-256 holds.
#[test]
fn a_payload_is_digested_by_the_hash_function_of_the_log() {
    both(|bed| {
        let (case, _) = fill(&bed.store, 3, 1).remove(0);
        let said = |by, seq, id| {
            let events = [noted(id, "原话")];
            bed.store.write(|tx| tx.append_events(case.id, seq, &events, by, || SALT)).unwrap();
            let sql = "SELECT e.digest, p.body FROM event e JOIN event_payload p ON p.event_id = e.id WHERE e.id = $1";
            let read = |row: &crate::value::Row<'_>| Ok((row.blob(0)?, row.text(1)?));
            bed.store.read(|tx| tx.first(sql, params![events[0].0], read)).unwrap().unwrap()
        };
        for (seq, by) in [(1, Algorithm::Sm3), (2, Algorithm::Sha256)] {
            let (digest, body) = said(by, seq, 100 + seq);
            assert_eq!(digest, by.digest(&[&SALT, body.as_bytes()]));
        }
        assert!(bed.store.read(|tx| tx.altered_events(case.id)).unwrap().is_empty());
    });
}
