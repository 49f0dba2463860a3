//! Steps with a name and a time, and the table that closes a run.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What ran so far; the table is printed when it goes, after a failure too.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(String, Duration, bool)>,
}

impl Steps {
    /// Runs one step, remembers how long it took, and names it in its failure.
    pub(crate) fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("\n── {name}");
        let start = Instant::now();
        let result = work();
        self.done.push((name.to_owned(), start.elapsed(), result.is_ok()));
        result.with_context(|| format!("step `{name}`"))
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        eprintln!("\n{:<34} {:>8}", "step", "seconds");
        for (name, took, ok) in &self.done {
            let mark = if *ok { "" } else { "  failed" };
            eprintln!("{name:<34} {:>8.1}{mark}", took.as_secs_f64());
        }
        let whole: Duration = self.done.iter().map(|(_, took, _)| took).sum();
        eprintln!("{:<34} {:>8.1}", "all", whole.as_secs_f64());
    }
}
