//! One label against all others: a linear separation with squared hinge loss, by coordinate descent on its dual
//! (the method of liblinear). Each feature counts more, the more one-sidedly it is used. Texts that are far on their own side leave the work early.

use super::{
    Dice,
    learn::{Doc, Vocabulary},
};

/// How much a wrong text costs against a large weight.
const COST: f32 = 1.0;
/// Rounds at most, and how nearly it must be solved.
const ROUNDS_MAX: usize = 40;
const NEARLY: f32 = 0.1;

/// Texts as numbers, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Rows {
    starts: Vec<usize>,
    cells: Vec<(u32, f32)>,
    pub(super) labels: Vec<usize>,
    pub(super) features: usize,
}

impl Rows {
    pub(super) fn of<'a>(vocabulary: &Vocabulary, docs: impl Iterator<Item = &'a Doc>) -> Self {
        let mut rows = Self { starts: vec![0], features: vocabulary.keys.len(), ..Self::default() };
        let mut row = Vec::new();
        for doc in docs {
            vocabulary.row(&doc.grams, &mut row);
            rows.cells.extend_from_slice(&row);
            rows.starts.push(rows.cells.len());
            rows.labels.push(doc.label);
        }
        rows
    }

    fn row(&self, at: usize) -> &[(u32, f32)] {
        &self.cells[self.starts[at]..self.starts[at + 1]]
    }
}

/// The weight of each feature for a label, and what it begins with.
pub(super) fn separate(rows: &Rows, label: usize, dice: &mut Dice) -> (Vec<f32>, f32) {
    let scale = one_sided(rows, label);
    let squares: Vec<f32> = (0..rows.labels.len())
        .map(|id| rows.row(id).iter().map(|(f, v)| (v * scale[*f as usize]).powi(2)).sum())
        .collect();
    let mut weights = vec![0_f32; rows.features];
    let mut bias = 0_f32;
    let mut alpha = vec![0_f32; rows.labels.len()];
    let all: Vec<u32> = (0..rows.labels.len() as u32).collect();
    let mut active = all.clone();
    let ridge = 0.5 / COST;
    let mut far = f32::INFINITY;
    for _ in 0..ROUNDS_MAX {
        dice.shuffle(&mut active);
        let (mut most, mut least) = (f32::NEG_INFINITY, f32::INFINITY);
        let mut at = 0;
        while at < active.len() {
            let id = active[at] as usize;
            let side = if rows.labels[id] == label { 1.0 } else { -1.0 };
            let row = rows.row(id);
            let score: f32 =
                row.iter().map(|(f, v)| weights[*f as usize] * scale[*f as usize] * v).sum::<f32>() + bias;
            let slope = side * score - 1.0 + alpha[id] * ridge;
            if alpha[id] == 0.0 && slope > far {
                active.swap_remove(at);
                continue;
            }
            let moves = if alpha[id] == 0.0 { slope.min(0.0) } else { slope };
            (most, least) = (most.max(moves), least.min(moves));
            if moves.abs() > 1e-9 {
                let old = alpha[id];
                // The bias is one more feature of value one.
                alpha[id] = (old - slope / (squares[id] + 1.0 + ridge)).max(0.0);
                let by = (alpha[id] - old) * side;
                row.iter().for_each(|(f, v)| weights[*f as usize] += by * v * scale[*f as usize]);
                bias += by;
            }
            at += 1;
        }
        if most - least <= NEARLY {
            if active.len() == all.len() {
                break;
            }
            // Solved for those that were left: once more with everybody.
            active.clone_from(&all);
            far = f32::INFINITY;
            continue;
        }
        far = if most <= 0.0 { f32::INFINITY } else { most };
    }
    weights.iter_mut().zip(&scale).for_each(|(weight, scale)| *weight *= scale);
    (weights, bias)
}

/// How one-sidedly the texts of a label and all others use each feature: the root of the logarithm of how many times
/// more often one side does (after Wang and Manning, 2012).
fn one_sided(rows: &Rows, label: usize) -> Vec<f32> {
    let mut sides = [vec![1.0_f32; rows.features], vec![1.0_f32; rows.features]];
    for (id, own) in rows.labels.iter().enumerate() {
        let side = &mut sides[usize::from(*own == label)];
        rows.row(id).iter().for_each(|(f, _)| side[*f as usize] += 1.0);
    }
    let [others, own] = sides;
    let times = own.iter().sum::<f32>() / others.iter().sum::<f32>().max(1.0);
    own.iter().zip(&others).map(|(own, others)| (own / others / times).ln().abs().sqrt()).collect()
}
