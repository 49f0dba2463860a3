//! The bare engine: what one change asks of the database, recorded once and run again without the
//! program around it. For `cargo xtask bench`, behind the feature `bench`; never in a release.
//!
//! Not here: any statement of its own. What is replayed is what the verbs really ran.

use std::{cell::RefCell, collections::HashSet, sync::Arc};

use duban_domain::CaseId;

use crate::{Store, StoreError, search::PUT_LATE, value::Param};

/// The statements of one change with their values, in order.
#[derive(Debug, Default)]
pub struct Tape {
    statements: Vec<Statement>,
}

#[derive(Debug)]
struct Statement {
    /// Shared by all tapes: there are few texts and many tapes.
    sql: Arc<str>,
    values: Vec<Value>,
    how: How,
}

/// How a statement is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// It answers rows, which are read and dropped.
    Asks,
    /// It writes.
    Writes,
    /// It writes, and waits for the commit of its group.
    Late,
}

#[derive(Debug)]
enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
}

impl Tape {
    /// How many statements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// How many of them write.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.statements.iter().filter(|statement| statement.how != How::Asks).count()
    }

    /// The first words of each statement, for people.
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        let head = |s: &Statement| s.sql.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        self.statements.iter().map(head).collect()
    }
}

thread_local! {
    static RECORDER: RefCell<Option<Tape>> = const { RefCell::new(None) };
    static TEXTS: RefCell<HashSet<Arc<str>>> = RefCell::new(HashSet::new());
}

/// Runs something and records what it asks of any store on this thread.
pub fn record<T>(work: impl FnOnce() -> T) -> (T, Tape) {
    RECORDER.set(Some(Tape::default()));
    let done = work();
    (done, RECORDER.take().unwrap_or_default())
}

/// Called by transactions for every statement.
pub(crate) fn note(sql: &str, params: &[Param<'_>], asks: bool) {
    RECORDER.with_borrow_mut(|recorder| {
        let Some(tape) = recorder else { return };
        let values = params.iter().map(Value::of).collect();
        let how = if asks { How::Asks } else { How::Writes };
        tape.statements.push(Statement { sql: shared(sql), values, how });
    });
}

/// Called by transactions for every text that waits for the commit.
pub(crate) fn note_late(case: CaseId, tokens: &str) {
    RECORDER.with_borrow_mut(|recorder| {
        let Some(tape) = recorder else { return };
        let values = vec![Value::Int(Some(case.0)), Value::Text(Some(tokens.to_owned()))];
        tape.statements.push(Statement { sql: shared(PUT_LATE), values, how: How::Late });
    });
}

fn shared(sql: &str) -> Arc<str> {
    TEXTS.with_borrow_mut(|texts| {
        if let Some(known) = texts.get(sql) {
            return Arc::clone(known);
        }
        let text: Arc<str> = sql.into();
        texts.insert(Arc::clone(&text));
        text
    })
}

impl Value {
    fn of(param: &Param<'_>) -> Self {
        match param {
            Param::Int(n) => Self::Int(*n),
            Param::Text(text) => Self::Text(text.map(str::to_owned)),
            Param::Blob(bytes) => Self::Blob(bytes.map(<[u8]>::to_vec)),
        }
    }

    fn param(&self) -> Param<'_> {
        match self {
            Self::Int(n) => Param::Int(*n),
            Self::Text(text) => Param::Text(text.as_deref()),
            Self::Blob(bytes) => Param::Blob(bytes.as_deref()),
        }
    }
}

impl Store {
    /// Runs a recorded change again, in the group commit that every write goes through.
    ///
    /// # Errors
    /// The engine's.
    pub fn replay(&self, tape: &Tape) -> Result<(), StoreError> {
        self.write(|tx| {
            for statement in &tape.statements {
                let params: Vec<Param<'_>> = statement.values.iter().map(Value::param).collect();
                match (statement.how, statement.values.as_slice()) {
                    (How::Late, [Value::Int(Some(case)), Value::Text(Some(tokens))]) => {
                        tx.put_late(CaseId(*case), tokens.clone())?;
                    }
                    (How::Asks, _) => tx.each(&statement.sql, &params, &mut |_| Ok(()))?,
                    _ => _ = tx.exec(&statement.sql, &params)?,
                }
            }
            Ok(())
        })
    }
}
