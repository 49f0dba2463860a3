//! What the desk suggests, on real messages with a category: how often it is right, what it costs, and whether its
//! confidence is true; beside a plain linear model over pairs of characters on the same parts in the same run.
//!
//! The messages lie beside the repository and are in none of its files; nothing of them is printed, only counts.

use std::{
    collections::HashMap,
    hint::black_box,
    path::{Path, PathBuf},
    time::Instant,
};

use duban_domain::triage::{Corpus, Example, FOLDS, Learned, learn};

use crate::{
    Done, Wanted,
    machine::Watch,
    rows::{Row, median, part, row},
};

/// Cells of the plain model.
const CELLS: usize = 1 << 18;
/// Rounds over the messages that the plain model makes.
const ROUNDS: usize = 10;

/// The folder of the data, or nothing and a word about it.
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("DUBAN_SHARED_DATA").map_or(beside, PathBuf::from);
    if folder.join("messages").is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no real data at {} (set DUBAN_SHARED_DATA)", folder.display());
    None
}

/// Everything about suggestions.
pub(crate) fn measure(wanted: &Wanted) -> Done<Vec<Row>> {
    let Some(data) = shared() else { return Ok(Vec::new()) };
    let watch = Watch::begin();
    let messages = labelled(&data.join("messages/labelled_segmented.csv"))?;
    let mut rows = vec![row("messages with a category", messages.len() as f64, "", None)];
    let begun = Instant::now();
    let mut corpus = Corpus::default();
    messages.iter().for_each(|one| corpus.add(one));
    let read = begun.elapsed().as_secs_f64();
    let mut first = None;
    let learned = learn(corpus, wanted.seed, &mut |done, of| {
        // The last part of the steps is the model that is kept: what one night costs beside its test.
        if done >= of * FOLDS / (FOLDS + 1) && first.is_none() {
            first = Some(begun.elapsed().as_secs_f64());
        }
        true
    });
    let Ok(Some(learned)) = learned else {
        return Err("nothing could be learned from these messages".into());
    };
    let all = begun.elapsed().as_secs_f64();
    eprintln!("learned in {all:.1} s");
    let (plain, plain_seconds) = plain(&messages, &learned);
    let report = &learned.report;
    rows.push(row("different texts among them", report.texts as f64, "", None));
    rows.push(row("macro-F1, five parts, repeats together", report.macro_f1, "", Some(plain)));
    rows.push(row("named first", report.first * 100.0, "%", None));
    rows.push(row("among the first three", report.among_three * 100.0, "%", None));
    rows.push(row("always the commonest", report.commonest * 100.0, "%", None));
    rows.push(row("what it says and what is true differ by (ECE)", report.ece * 100.0, "%", None));
    rows.extend(calibration(&learned));
    rows.push(row("one model of all, one core", all - first.unwrap_or(all) + read, "s", None));
    rows.push(row("with its test, six models, one core", all, "s", Some(plain_seconds)));
    rows.push(row("features", learned.model.features() as f64, "", None));
    rows.push(row("the model", learned.model.to_bytes().len() as f64 / 1_048_576.0, "MiB", None));
    rows.extend(speed(&messages, &learned));
    rows.extend(watch.rows(&[]));
    Ok(rows)
}

/// Messages cut into words by others: the blanks are theirs, so they are taken out.
fn labelled(path: &Path) -> Done<Vec<Example>> {
    let text = std::fs::read_to_string(path)?;
    let rows = text.lines().skip(1).filter_map(|line| line.rsplit_once(','));
    let one = |(words, label): (&str, &str)| Example {
        text: words.trim_matches('"').split_whitespace().collect(),
        facts: Vec::new(),
        label: label.trim().to_owned(),
        person: None,
    };
    Ok(rows.map(one).filter(|one| !one.text.is_empty()).collect())
}

/// How often "so many hundredths" came true.
fn calibration(learned: &Learned) -> Vec<Row> {
    let bins = &learned.report.bins;
    let band = |from: usize, to: usize| {
        let within = bins.iter().filter(|bin| (from..to).contains(&bin.from));
        within.fold((0.0, 0.0, 0.0), |(n, right, said), bin| {
            (n + bin.cases as f64, right + bin.right as f64, said + bin.said * bin.cases as f64)
        })
    };
    let mut rows = Vec::new();
    for (from, to, name) in [(85, 95, "\"90 %\""), (65, 75, "\"70 %\""), (45, 55, "\"50 %\"")] {
        let (n, right, said) = band(from, to);
        if n > 0.0 {
            let what = format!("of {n} said with {name} (mean {:.1} %) right, of 10", said / n * 100.0);
            rows.push(row(what, right / n * 10.0, "", Some(said / n * 10.0)));
        }
    }
    for least in [60, 90] {
        let (n, right) = learned.report.from_confidence(least);
        let of = learned.report.cases as f64;
        rows.push(row(format!("from {least} % on it speaks of"), n as f64 / of * 100.0, "%", None));
        rows.push(row("  and is right then in", right as f64 / n.max(1) as f64 * 100.0, "%", None));
    }
    rows
}

/// A message at a time: the ranking alone, and with the words that decided.
fn speed(messages: &[Example], learned: &Learned) -> Vec<Row> {
    let mut rows = Vec::new();
    for with_words in [false, true] {
        let mut micros: Vec<f64> = messages
            .iter()
            .map(|one| {
                let begun = Instant::now();
                let guesses = learned.model.rank(&one.text, &[], 3);
                if with_words {
                    for guess in &guesses {
                        black_box(learned.model.because(&one.text, &[], &guess.label));
                    }
                }
                black_box(guesses);
                begun.elapsed().as_secs_f64() * 1e6
            })
            .collect();
        let what =
            if with_words { "a message with the words that decided" } else { "a message, three labels" };
        rows.push(row(format!("{what}, median"), median(&mut micros), "µs", None));
        rows.push(row(format!("{what}, p99"), part(&mut micros, 0.99), "µs", None));
    }
    rows
}

/// The plain model: an averaged perceptron over characters and pairs, on the same parts. Its macro-F1 and seconds.
fn plain(messages: &[Example], learned: &Learned) -> (f64, f64) {
    let begun = Instant::now();
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let labels: Vec<usize> = messages
        .iter()
        .map(|one| {
            let next = numbers.len();
            *numbers.entry(&one.label).or_insert(next)
        })
        .collect();
    let texts: Vec<Vec<usize>> = messages.iter().map(|one| cells(&one.text)).collect();
    let count = numbers.len();
    // How often each label was said, was so, and both.
    let mut tally = vec![[0_usize; 3]; count];
    for fold in 0..FOLDS {
        let train: Vec<usize> =
            learned.held.iter().filter(|one| one.fold != fold).map(|one| one.at).collect();
        let weights = perceptron(&train, &texts, &labels, count);
        for one in learned.held.iter().filter(|one| one.fold == fold) {
            let said = best(&weights, &texts[one.at], count);
            tally[said][0] += 1;
            tally[labels[one.at]][1] += 1;
            tally[said][2] += usize::from(said == labels[one.at]);
        }
    }
    let f1 = |[said, are, both]: &[usize; 3]| 2.0 * *both as f64 / ((said + are).max(1)) as f64;
    (tally.iter().map(f1).sum::<f64>() / count as f64, begun.elapsed().as_secs_f64())
}

fn cells(text: &str) -> Vec<usize> {
    let chars: Vec<u64> = text.chars().map(u64::from).collect();
    let cell = |run: &[u64]| {
        let hash =
            run.iter().fold(7_u64, |hash, c| (hash ^ c).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
        (hash >> 20) as usize % CELLS
    };
    let mut cells: Vec<usize> = chars.windows(1).chain(chars.windows(2)).map(cell).collect();
    cells.sort_unstable();
    cells.dedup();
    cells
}

fn best(weights: &[f32], cells: &[usize], count: usize) -> usize {
    let score = |label: usize| cells.iter().map(|cell| weights[cell * count + label]).sum::<f32>();
    let scores: Vec<f32> = (0..count).map(score).collect();
    (0..count).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0)
}

fn perceptron(train: &[usize], texts: &[Vec<usize>], labels: &[usize], count: usize) -> Vec<f32> {
    let (mut weights, mut sum) = (vec![0_f32; CELLS * count], vec![0_f32; CELLS * count]);
    let mut step = 1.0_f32;
    let mut order = train.to_vec();
    let mut dice = 12_345_u64;
    for _ in 0..ROUNDS {
        for last in (1..order.len()).rev() {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(last, (dice >> 33) as usize % (last + 1));
        }
        for &at in &order {
            let said = best(&weights, &texts[at], count);
            if said != labels[at] {
                for cell in &texts[at] {
                    for (label, by) in [(labels[at], 1.0), (said, -1.0)] {
                        weights[cell * count + label] += by;
                        sum[cell * count + label] += by * step;
                    }
                }
            }
            step += 1.0;
        }
    }
    weights.iter().zip(&sum).map(|(now, sum)| now - sum / step).collect()
}
