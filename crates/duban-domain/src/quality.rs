//! Quality inspection (质检): what is drawn, how it is marked, and what follows an appeal.
//!
//! The draw is a function of a seed and what there is, so that everybody can draw it again and see that
//! nobody was picked. Marks keep the words of the checklist as it was that day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Refusal, StaffId, Stamp, city::QualityRules, lang::Words, request::closed_set, stamp::DAY_MS, text,
};

closed_set! {
    /// What is inspected (质检对象).
    Subject {
        /// 通话: whose operator is concerned.
        Call = 1, "call", "通话", "Call";
        /// 工单: whose lead unit is concerned.
        Case = 2, "case", "工单", "Case";
    }
}

closed_set! {
    /// Where an inspection stands (质检状态).
    InspectionState {
        /// 待检
        Drawn = 1, "drawn", "待检", "To inspect";
        /// 已检
        Marked = 2, "marked", "已检", "Inspected";
        /// 申诉中
        Appealed = 3, "appealed", "申诉中", "Appealed";
        /// 已裁定
        Decided = 4, "decided", "已裁定", "Decided";
    }
}

/// Somebody who did something to an inspection (经手).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    /// Who.
    pub staff: StaffId,
    /// Their name then.
    pub name: String,
    /// When.
    pub at: Stamp,
    /// What they wrote.
    pub words: String,
}

/// One line of a filled-in checklist (得分项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Its key.
    pub key: String,
    /// Its words that day.
    pub name: Words,
    /// Points given; of a fatal item one for passed.
    pub points: u32,
    /// Most points.
    pub most: u32,
    /// Whether failing it failed everything.
    pub fatal: bool,
}

/// An inspection (质检): grows by one hand after the other, and none is taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// The seed of the draw.
    pub seed: u64,
    /// Marks, as first given.
    pub marks: Vec<Mark>,
    /// Who inspected.
    pub inspected: Option<Hand>,
    /// Who appealed, and why.
    pub appealed: Option<Hand>,
    /// Who decided on the appeal, and why.
    pub decided: Option<Hand>,
    /// Marks as the decision changed them; none when the result stands.
    pub changed: Option<Vec<Mark>>,
}

impl Inspection {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> InspectionState {
        match (&self.inspected, &self.appealed, &self.decided) {
            (None, _, _) => InspectionState::Drawn,
            (Some(_), None, _) => InspectionState::Marked,
            (Some(_), Some(_), None) => InspectionState::Appealed,
            (Some(_), Some(_), Some(_)) => InspectionState::Decided,
        }
    }

    /// The marks that count.
    #[must_use]
    pub fn counting(&self) -> &[Mark] {
        self.changed.as_deref().unwrap_or(&self.marks)
    }

    /// The result, once there is one.
    #[must_use]
    pub fn score(&self) -> Option<u32> {
        self.inspected.as_ref().map(|_| score(self.counting()))
    }
}

/// The points together; a fatal item that failed leaves none.
#[must_use]
pub fn score(marks: &[Mark]) -> u32 {
    if marks.iter().any(|mark| mark.fatal && mark.points == 0) {
        return 0;
    }
    marks.iter().filter(|mark| !mark.fatal).map(|mark| mark.points).sum()
}

/// Fills in the city's checklist; every item needs a number that it can have.
pub fn marks(rules: &QualityRules, given: &BTreeMap<String, u32>) -> Result<Vec<Mark>, Refusal> {
    let one = |item: &crate::city::CheckItem| {
        let points = *given.get(&item.key).ok_or(Refusal::NeedsText("marks"))?;
        let most = if item.fatal { 1 } else { item.points };
        if points > most {
            return Err(Refusal::NeedsText("marks"));
        }
        let name = item.name.clone();
        Ok(Mark { key: item.key.clone(), name, points, most, fatal: item.fatal })
    };
    rules.items.iter().map(one).collect()
}

/// Inspects what was drawn.
pub fn inspect(of: &Inspection, marks: Vec<Mark>, by: Hand) -> Result<Inspection, Refusal> {
    if of.state() != InspectionState::Drawn {
        return Err(Refusal::Stale);
    }
    let by = Hand { words: text::optional("words", &by.words, text::TEXT_MAX)?, ..by };
    Ok(Inspection { marks, inspected: Some(by), ..of.clone() })
}

/// The one concerned does not agree: once, within the city's days.
pub fn appeal(of: &Inspection, rules: &QualityRules, by: Hand) -> Result<Inspection, Refusal> {
    let Some(inspected) = of.inspected.as_ref().filter(|_| of.state() == InspectionState::Marked) else {
        return Err(Refusal::Stale);
    };
    if by.at > inspected.at.plus_ms(i64::from(rules.appeal_days) * DAY_MS) {
        return Err(Refusal::TooLate);
    }
    let by = Hand { words: text::required("words", &by.words, text::TEXT_MAX)?, ..by };
    Ok(Inspection { appealed: Some(by), ..of.clone() })
}

/// Somebody else than the inspector decides: the result stands, or other marks take its place.
pub fn decide(of: &Inspection, changed: Option<Vec<Mark>>, by: Hand) -> Result<Inspection, Refusal> {
    if of.state() != InspectionState::Appealed {
        return Err(Refusal::Stale);
    }
    if of.inspected.as_ref().is_some_and(|hand| hand.staff == by.staff) {
        return Err(Refusal::OwnAnswer);
    }
    let by = Hand { words: text::required("words", &by.words, text::TEXT_MAX)?, ..by };
    Ok(Inspection { decided: Some(by), changed, ..of.clone() })
}

/// Something that can be drawn, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: i64,
    /// The operator or unit concerned.
    pub whose: String,
}

/// Draws: of everybody the city's share, and at least as many as it asks for.
#[must_use]
pub fn draw(seed: u64, candidates: &[Candidate], rules: &QualityRules) -> Vec<i64> {
    let mut by_whom: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for candidate in candidates {
        by_whom.entry(&candidate.whose).or_default().push(candidate.id);
    }
    let mut drawn = Vec::new();
    for mut ids in by_whom.into_values() {
        let share = (ids.len() * rules.permille as usize).div_ceil(1_000);
        ids.sort_by_cached_key(|id| lot(seed, *id));
        ids.truncate(share.max(rules.least as usize));
        drawn.append(&mut ids);
    }
    drawn.sort_unstable();
    drawn
}

/// The lot of one candidate: the same for ever, and like no other's.
fn lot(seed: u64, id: i64) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(id.to_be_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::tests::zhuzhou;

    fn hand(staff: i64, at: i64) -> Hand {
        Hand { staff: StaffId(staff), name: "测试".into(), at: Stamp(at), words: "看过".into() }
    }

    #[test]
    fn a_draw_can_be_drawn_again_and_leaves_nobody_out() {
        let rules = QualityRules { permille: 30, least: 10, ..zhuzhou().desk.quality };
        let many: Vec<_> = (0..1_400)
            .map(|id| Candidate {
                id,
                whose: if id < 1_380 {
                    "a"
                } else if id < 1_395 {
                    "b"
                } else {
                    "c"
                }
                .into(),
            })
            .collect();
        let drawn = draw(7, &many, &rules);
        let mut turned = many.clone();
        turned.reverse();
        assert_eq!(drawn, draw(7, &turned, &rules), "whatever the order");
        let of = |from: i64, to: i64| drawn.iter().filter(|id| (from..to).contains(*id)).count();
        assert_eq!((of(0, 1_380), of(1_380, 1_395), of(1_395, 1_400)), (42, 10, 5));
        assert_ne!(drawn, draw(8, &many, &rules), "another seed draws others");
    }

    #[test]
    fn an_inspection_grows_hand_by_hand() {
        let rules = zhuzhou().desk.quality;
        let full: BTreeMap<String, u32> =
            rules.items.iter().map(|i| (i.key.clone(), if i.fatal { 1 } else { i.points })).collect();
        let all = marks(&rules, &full).unwrap();
        assert_eq!(score(&all), 100);
        let fatal = BTreeMap::from([("secrecy".to_owned(), 0)]);
        let failed: BTreeMap<_, _> = full.clone().into_iter().chain(fatal).collect();
        assert_eq!(score(&marks(&rules, &failed).unwrap()), 0);
        assert_eq!(marks(&rules, &BTreeMap::new()), Err(Refusal::NeedsText("marks")));
        let over: BTreeMap<_, _> = full.into_iter().chain([("words".to_owned(), 16)]).collect();
        assert_eq!(marks(&rules, &over), Err(Refusal::NeedsText("marks")));

        let drawn = Inspection { seed: 7, ..Inspection::default() };
        assert_eq!((drawn.state(), drawn.score()), (InspectionState::Drawn, None));
        assert_eq!(appeal(&drawn, &rules, hand(2, 0)), Err(Refusal::Stale));
        let marked = inspect(&drawn, marks(&rules, &failed).unwrap(), hand(1, 0)).unwrap();
        assert_eq!(marked.score(), Some(0));
        assert_eq!(inspect(&marked, all.clone(), hand(1, 0)), Err(Refusal::Stale), "once");
        assert_eq!(appeal(&marked, &rules, hand(2, 6 * DAY_MS)), Err(Refusal::TooLate));
        let appealed = appeal(&marked, &rules, hand(2, DAY_MS)).unwrap();
        assert_eq!(decide(&appealed, None, hand(1, 0)), Err(Refusal::OwnAnswer));
        let stands = decide(&appealed, None, hand(3, 0)).unwrap();
        assert_eq!((stands.score(), stands.state()), (Some(0), InspectionState::Decided));
        let changed = decide(&appealed, Some(all), hand(3, 0)).unwrap();
        assert_eq!((changed.score(), score(&changed.marks)), (Some(100), 0), "the first marks stay");
    }
}
