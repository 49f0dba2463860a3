//! Learned models: versions of an aim, which one is in force, forgetting old ones, and what was chosen.

use duban_domain::{Stamp, triage::Aim};

use super::both;
use crate::{ChoiceRow, ModelRow, StoreError};

fn model(aim: Aim, made_at: i64) -> ModelRow {
    ModelRow {
        aim,
        version: 0,
        made_at: Stamp(made_at),
        made_by: "测试·周".into(),
        from_at: Stamp(1),
        until_at: Stamp(made_at - 1),
        in_force: false,
        why: "first".into(),
        report: "{}".into(),
    }
}

#[test]
fn one_version_of_each_aim_is_in_force_and_old_ones_are_forgotten() {
    both(|bed| {
        bed.store
            .write(|tx| {
                for n in 1..=5 {
                    assert_eq!(tx.put_model(&model(Aim::Category, n * 10), &[n as u8; 9])?, n);
                }
                assert_eq!(tx.put_model(&model(Aim::Unit, 7), &[0; 2])?, 1, "each aim counts for itself");
                assert_eq!(tx.versions_in_force()?, [], "kept is not in force");
                assert!(tx.put_model_in_force(Aim::Category, 1)? && tx.put_model_in_force(Aim::Unit, 1)?);
                assert!(tx.put_model_in_force(Aim::Category, 2)?);
                assert_eq!(tx.versions_in_force()?, [(Aim::Category, 2), (Aim::Unit, 1)]);
                tx.forget_models(Aim::Category, 2)
            })
            .unwrap();
        let (kept, held, body) = bed
            .store
            .read(|tx| {
                let body = tx.model_body(Aim::Category, 5)?;
                Ok::<_, StoreError>((tx.models(Aim::Category)?, tx.model_in_force(Aim::Category)?, body))
            })
            .unwrap();
        let versions: Vec<i64> = kept.iter().map(|row| row.version).collect();
        assert_eq!(versions, [5, 4, 2], "the newest, and the one in force however old");
        assert_eq!(held, Some(ModelRow { version: 2, in_force: true, ..model(Aim::Category, 20) }));
        assert_eq!(body, Some(vec![5; 9]));
        let gone = bed.store.write(|tx| {
            assert!(!tx.put_model_in_force(Aim::Category, 1)?, "forgotten");
            Err::<(), _>(StoreError::Aborted)
        });
        assert!(gone.is_err());
        assert_eq!(bed.store.read(|tx| tx.versions_in_force()).unwrap()[0], (Aim::Category, 2));
    });
}

#[test]
fn what_was_chosen_adds_up_and_silence_stands_apart() {
    let choice = |suggested: &str, chosen: &str, rank: i64, day: i64| ChoiceRow {
        day,
        aim: Aim::Category,
        version: 3,
        unit: "hotline".into(),
        suggested: suggested.into(),
        chosen: chosen.into(),
        rank,
    };
    both(|bed| {
        bed.store
            .write(|tx| {
                for day in [1, 1, 2] {
                    tx.note_choice(&choice("a", "a", 1, day))?;
                    tx.note_choice(&choice("a", "b", 2, day))?;
                }
                tx.note_choice(&choice("a", "c", 0, 1))?;
                tx.note_choice(&choice("", "c", 0, 1))?;
                tx.note_choice(&ChoiceRow { version: 4, ..choice("a", "z", 0, 1) })
            })
            .unwrap();
        let (sums, corrections) = bed
            .store
            .read(|tx| {
                let sums = tx.choices_of(Aim::Category, 3)?;
                Ok::<_, StoreError>((sums, tx.corrections_of(Aim::Category, 3, 9)?))
            })
            .unwrap();
        assert_eq!(sums, [(None, 1), (Some(0), 1), (Some(1), 3), (Some(2), 3)]);
        assert_eq!(corrections, [("a".into(), "b".into(), 3), ("a".into(), "c".into(), 1)]);
    });
}
