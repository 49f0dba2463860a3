//! Learning: closed cases are read page by page, the newest first, and what is made of them is tested, kept, and takes
//! over where it does no worse than what advises now.
//!
//! No text is kept longer than it takes to count its runs. Memory is bounded by [`CASES_MAX`] and [`CHARS_MAX`]:
//! beyond that the oldest cases are left out.

use duban_domain::{
    CaseId, Stamp, retention,
    triage::{self, Aim, Corpus, Example, Held, Learned, Model, Report, said},
};
use duban_store::{AdminChange, LessonRow, Mark, ModelRow};

use super::{facts, follow, heir};
use crate::{
    App, AppError, Ctx,
    administration::{OF_MODEL, noted},
    keys,
    wiring::Result,
};

/// Cases and characters that are learned from at most.
const CASES_MAX: usize = 40_000;
/// About as many as those have.
const CHARS_MAX: usize = 10_000_000;
/// Cases in one read.
const PAGE: i64 = 500;
/// So many cases that neither model has learned from are needed to compare two.
pub(super) const FRESH_MIN: usize = 30;
/// So many of them are compared at most.
const FRESH_MAX: usize = 5_000;
/// Versions that are kept to go back to.
const KEPT: i64 = 8;
/// The same cases make the same model.
const SEED: u64 = 12_345;

/// What came of learning (学习的结果).
#[derive(Clone, Debug)]
pub enum Came {
    /// Too few cases say what they turned out to be: so many of so many that are needed.
    TooFew {
        /// Found.
        cases: usize,
        /// Needed.
        least: usize,
    },
    /// Fewer than two labels have enough different texts.
    TooAlike {
        /// Found.
        cases: usize,
    },
    /// A model was made and kept.
    Made {
        /// Its version.
        version: i64,
        /// How well it does.
        report: Box<Report>,
        /// Whether it advises now, and why.
        taken: Taken,
    },
    /// Somebody asked to stop; nothing was kept.
    Stopped,
}

/// Whether a new model took over (是否接替).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// There was none.
    First,
    /// Somebody said so.
    Anyway,
    /// It does no worse on the cases that neither had learned from: right by the new, by the old, of so many.
    NoWorse(usize, usize, usize),
    /// It does worse there, and stays aside.
    Worse(usize, usize, usize),
    /// There are too few such cases to tell, so it stays aside.
    TooFresh(usize),
}

impl Taken {
    /// Whether the new model advises.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::First | Self::Anyway | Self::NoWorse(..))
    }

    /// By how many of so many new cases each had right.
    #[must_use]
    pub fn by(new: usize, old: usize, of: usize) -> Self {
        match of {
            of if of < FRESH_MIN => Self::TooFresh(of),
            of if new >= old => Self::NoWorse(new, old, of),
            of => Self::Worse(new, old, of),
        }
    }

    /// As it is kept with the model.
    #[must_use]
    pub fn kept(self) -> String {
        match self {
            Self::First => "first".to_owned(),
            Self::Anyway => "anyway".to_owned(),
            Self::NoWorse(new, old, of) => format!("no-worse {new} {old} {of}"),
            Self::Worse(new, old, of) => format!("worse {new} {old} {of}"),
            Self::TooFresh(of) => format!("too-fresh {of}"),
        }
    }

    /// What was kept.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let kind = words.next()?;
        let mut number = || words.next()?.parse().ok();
        Some(match kind {
            "first" => Self::First,
            "anyway" => Self::Anyway,
            "no-worse" => Self::NoWorse(number()?, number()?, number()?),
            "worse" => Self::Worse(number()?, number()?, number()?),
            "too-fresh" => Self::TooFresh(number()?),
            _ => return None,
        })
    }
}

/// Lessons, and those among them that the model in force has not learned from, with their places.
struct Lessons {
    corpus: Corpus,
    fresh: Vec<(usize, Example)>,
    from: Stamp,
    until: Stamp,
}

/// Learns for one aim, as somebody; `anyway` takes over also where it does worse. `progress` hears how many steps of how
/// many are done, and says whether to go on.
pub fn learn(ctx: &Ctx, aim: Aim, anyway: bool, progress: triage::Progress<'_>) -> Result<Came> {
    let app = &ctx.app;
    let old = app.store.read(|tx| tx.model_in_force(aim))?;
    let lessons = gather(app, aim, old.as_ref().map(|row| row.until_at), ctx.now)?;
    let (cases, least) = (lessons.corpus.len(), app.city.settings.triage.cases_min as usize);
    if cases < least {
        return Ok(Came::TooFew { cases, least });
    }
    let learned = match triage::learn(lessons.corpus, SEED, progress) {
        Ok(Some(learned)) => learned,
        Ok(None) => return Ok(Came::TooAlike { cases }),
        Err(triage::Stopped) => return Ok(Came::Stopped),
    };
    let old_model = match &old {
        Some(row) => app.store.read(|tx| tx.model_body(aim, row.version))?,
        None => None,
    };
    let old_model = old_model.and_then(|body| Model::from_bytes(&body));
    let taken = match old_model {
        _ if anyway => Taken::Anyway,
        None => Taken::First,
        Some(model) => compare(app, aim, &lessons.fresh, &learned.held, &model),
    };
    let version = keep(ctx, aim, &learned, taken, (lessons.from, lessons.until))?;
    follow(app)?;
    Ok(Came::Made { version, report: Box::new(learned.report), taken })
}

/// How many cases would tell the model in force from a new one.
pub(super) fn fresh(app: &App, aim: Aim, now: Stamp) -> Result<Option<usize>> {
    let Some(old) = app.store.read(|tx| tx.model_in_force(aim))? else { return Ok(None) };
    let mut count = 0;
    read(app, aim, old.until_at.plus_ms(1), now, &mut |_, _| {
        count += 1;
        count < FRESH_MIN
    })?;
    Ok(Some(count))
}

/// Reads the lessons of an aim, the newest first.
fn gather(app: &App, aim: Aim, learned_until: Option<Stamp>, now: Stamp) -> Result<Lessons> {
    let since = retention::before(now, app.city.settings.triage.months, &app.city.zone);
    let mut lessons =
        Lessons { corpus: Corpus::default(), fresh: Vec::new(), from: now, until: Stamp(i64::MIN) };
    let mut chars = 0;
    read(app, aim, since, now, &mut |at, example| {
        chars += example.text.chars().count();
        lessons.from = lessons.from.min(at);
        lessons.until = lessons.until.max(at);
        lessons.corpus.add(&example);
        if learned_until.is_some_and(|until| at > until) && lessons.fresh.len() < FRESH_MAX {
            lessons.fresh.push((lessons.corpus.len() - 1, example));
        }
        lessons.corpus.len() < CASES_MAX && chars < CHARS_MAX
    })?;
    Ok(lessons)
}

/// Hands each lesson to `each`, the newest first, until that says no.
fn read(
    app: &App,
    aim: Aim,
    since: Stamp,
    now: Stamp,
    each: &mut dyn FnMut(Stamp, Example) -> bool,
) -> Result<()> {
    let mut mark: Mark = (now, CaseId(i64::MAX));
    loop {
        let rows = app.store.read(|tx| tx.lessons(mark, since, PAGE))?;
        let Some(last) = rows.last() else { return Ok(()) };
        mark = (last.closed_at, last.case);
        for row in rows {
            let at = row.closed_at;
            if let Some(example) = example(app, aim, row)
                && !each(at, example)
            {
                return Ok(());
            }
        }
    }
}

/// What a closed case teaches: what it turned out to be, where a person said so, under the key that is used today.
fn example(app: &App, aim: Aim, row: LessonRow) -> Option<Example> {
    let city = &app.city;
    let label = match aim {
        Aim::Category if row.category_told => heir(city, aim, row.category.as_deref()?)?,
        Aim::Unit if row.unit_told && row.unit != city.centre().key => heir(city, aim, &row.unit)?,
        Aim::Category | Aim::Unit => return None,
    };
    let text = said(&row.title, &row.text);
    if text.trim().is_empty() {
        return None;
    }
    let category = row.category.as_deref().and_then(|key| heir(city, Aim::Category, key));
    let person = row.person.as_deref().map(|digest| {
        let hash = keys::hash(digest);
        hash.iter().take(8).fold(0_u64, |n, byte| n << 8 | u64::from(*byte))
    });
    Some(Example { text, facts: facts(aim, row.division.as_deref(), category.as_deref()), label, person })
}

/// Both models on the cases that neither had learned from.
fn compare(app: &App, aim: Aim, fresh: &[(usize, Example)], held: &[Held], old: &Model) -> Taken {
    let (mut new_right, mut old_right, mut of) = (0, 0, 0);
    for (at, example) in fresh {
        let Ok(place) = held.binary_search_by_key(at, |one| one.at) else { continue };
        let named = old.rank(&example.text, &example.facts, 1).pop();
        let named = named.and_then(|guess| heir(&app.city, aim, &guess.label));
        new_right += usize::from(held[place].right);
        old_right += usize::from(named.as_deref() == Some(example.label.as_str()));
        of += 1;
    }
    Taken::by(new_right, old_right, of)
}

/// Keeps the model with its report, and puts it in force where it takes over.
fn keep(
    ctx: &Ctx,
    aim: Aim,
    learned: &Learned,
    taken: Taken,
    (from_at, until_at): (Stamp, Stamp),
) -> Result<i64> {
    let report =
        serde_json::to_string(&learned.report).map_err(|_| AppError::Broken("writing down a report"))?;
    let body = learned.model.to_bytes();
    ctx.app.store.write(|tx| {
        let row = ModelRow {
            aim,
            version: 0,
            made_at: ctx.now,
            made_by: ctx.who.name.clone(),
            from_at,
            until_at,
            in_force: false,
            why: taken.kept(),
            report: report.clone(),
        };
        let version = tx.put_model(&row, &body)?;
        if taken.is_over() {
            tx.put_model_in_force(aim, version)?;
            let subject = format!("{} {version}", aim.key());
            tx.note_change(&AdminChange { version, ..noted(ctx, OF_MODEL, &subject, &taken.kept()) })?;
        }
        tx.forget_models(aim, KEPT)?;
        Ok(version)
    })
}
