//! The bare engine: what one change asks of the database, recorded once and run again without the
//! program around it. For `cargo xtask bench`, behind the feature `bench`; never in a release.
//!
//! Not here: any statement of its own. What is replayed is what the verbs really ran.

use std::{cell::RefCell, collections::HashSet, sync::Arc};

use crate::{Store, StoreError, value::Param};

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
    /// Whether it answers rows, which are read and dropped.
    asks: bool,
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
        self.statements.iter().filter(|statement| !statement.asks).count()
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
        tape.statements.push(Statement { sql: shared(sql), values, asks });
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
                if statement.asks {
                    tx.each(&statement.sql, &params, &mut |_| Ok(()))?;
                } else {
                    tx.exec(&statement.sql, &params)?;
                }
            }
            Ok(())
        })
    }
}
