//! 库外删除台账: what was erased is remembered outside of the database too, so that a copy which is put back erases it
//! again. A line holds numbers of requests and who decided, and nothing of the person.

use duban_domain::{
    ErasureId, RequestId, Stamp,
    erasure::{Counts, ErasureGround, ErasureState, IdentityCheck},
};
use duban_store::ErasureRow;
use serde::{Deserialize, Serialize};

use super::owe;
use crate::{App, AppError, wiring::Result};

/// Lines that outlive the database (库外台账). The binary says where they lie.
pub trait Memory: Send + Sync {
    /// Adds a line; it is on disk when this returns.
    fn add(&self, line: &str) -> std::io::Result<()>;
    /// Every line, oldest first.
    fn lines(&self) -> std::io::Result<Vec<String>>;
}

/// Remembers nothing: for commands that erase nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoMemory;

impl Memory for NoMemory {
    fn add(&self, _: &str) -> std::io::Result<()> {
        Ok(())
    }

    fn lines(&self) -> std::io::Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// A line.
#[derive(Serialize, Deserialize)]
struct Line {
    id: i64,
    number: String,
    whole: bool,
    ground: ErasureGround,
    #[serde(default)]
    check: Option<IdentityCheck>,
    asked_at: Stamp,
    by: String,
    at: Stamp,
    requests: Vec<i64>,
}

/// Remembers what is about to be erased; twice does no harm.
pub(super) fn remember(app: &App, row: &ErasureRow) -> Result<()> {
    let (by, at) = (row.decided.as_ref().map(|(_, name)| name.clone()), row.decided_at);
    let line = Line {
        id: row.id.0,
        number: row.number.clone(),
        whole: row.whole,
        ground: row.ground,
        check: row.check,
        asked_at: row.asked_at,
        by: by.unwrap_or_default(),
        at: at.unwrap_or(row.asked_at),
        requests: row.targets.iter().map(|id| id.0).collect(),
    };
    let line = serde_json::to_string(&line).map_err(|_| AppError::Broken("remembering an erasure"))?;
    app.memory.add(&line).map_err(|error| {
        tracing::error!(%error, "an erasure cannot be remembered outside of the database, and waits until it can");
        AppError::Broken("remembering an erasure outside of the database")
    })
}

/// Owes anew what was erased once and is there again, because an older copy of the database was put back. How many.
pub fn replay(app: &App) -> Result<usize> {
    let lines = app.memory.lines().map_err(|error| {
        tracing::error!(%error, "what was erased before cannot be read");
        AppError::Broken("reading what was erased before")
    })?;
    let mut owed = 0;
    for line in lines {
        let Ok(line) = serde_json::from_str::<Line>(&line) else {
            tracing::error!("a line of the erasures outside of the database cannot be read, and is left out");
            continue;
        };
        owed += usize::from(again(app, line)?);
    }
    Ok(owed)
}

fn again(app: &App, line: Line) -> Result<bool> {
    let id = ErasureId(line.id);
    app.store.write(|tx| {
        let known = tx.erasure_for_update(id)?;
        if known.is_some_and(|row| matches!(row.state, ErasureState::Done | ErasureState::Running)) {
            return Ok(false);
        }
        tx.put_erasure(&ErasureRow {
            id,
            number: line.number.clone(),
            whole: line.whole,
            ground: line.ground,
            check: line.check,
            words: String::new(),
            asked: (3, 0, String::new()),
            asked_at: line.asked_at,
            state: ErasureState::Running,
            decided: Some((0, line.by.clone())),
            decided_at: Some(line.at),
            decided_words: "restored".to_owned(),
            targets: line.requests.iter().copied().map(RequestId).collect(),
            done: 0,
            counts: Counts::default(),
            ended_at: None,
        })?;
        owe(app, tx, id, app.now())?;
        Ok(true)
    })
}
