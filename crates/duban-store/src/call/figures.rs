//! The numbers of a shift. One predicate serves a figure and the list that it opens.

use duban_domain::{CallId, StaffId, Stamp};

/// A number of the shift (话务指标). Each says which calls it counts, once for sum and list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFigure {
    /// Came in.
    Offered,
    /// Answered.
    Connected,
    /// Answered within the city's seconds.
    Within,
    /// Given up after waiting.
    Abandoned,
    /// Given up at once; counted apart.
    Brief,
    /// Led to a request.
    Filed,
    /// Answered at once, nothing left to do.
    Direct,
    /// Answered and over: what the average talk is of.
    Ended,
    /// Written up as well: what the average wrap-up is of.
    Wrapped,
}

impl CallFigure {
    /// Every figure.
    pub const ALL: [Self; 9] = [
        Self::Offered,
        Self::Connected,
        Self::Within,
        Self::Abandoned,
        Self::Brief,
        Self::Filed,
        Self::Direct,
        Self::Ended,
        Self::Wrapped,
    ];

    /// The key that addresses use.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Connected => "connected",
            Self::Within => "within",
            Self::Abandoned => "abandoned",
            Self::Brief => "brief",
            Self::Filed => "filed",
            Self::Direct => "direct",
            Self::Ended => "ended",
            Self::Wrapped => "wrapped",
        }
    }

    /// The figure with this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.key() == key)
    }

    /// Which rows it counts. Whole numbers of the program's own, so they may stand in the text.
    pub(super) fn clause(self, seconds: Seconds) -> String {
        let given_up = "c.answered_at IS NULL AND c.ended_at IS NOT NULL AND c.ended_at - c.rang_at";
        let over = "c.answered_at IS NOT NULL AND c.ended_at IS NOT NULL";
        match self {
            Self::Offered => "c.direction = 1".to_owned(),
            Self::Connected => "c.direction = 1 AND c.answered_at IS NOT NULL".to_owned(),
            Self::Within => {
                format!("c.direction = 1 AND c.answered_at - c.rang_at <= {}", seconds.answer * 1_000)
            }
            Self::Abandoned => format!("c.direction = 1 AND {given_up} >= {}", seconds.abandon * 1_000),
            Self::Brief => format!("c.direction = 1 AND {given_up} < {}", seconds.abandon * 1_000),
            Self::Filed => "c.direction = 1 AND c.case_number IS NOT NULL".to_owned(),
            Self::Direct => "c.direction = 1 AND c.direct = 1".to_owned(),
            Self::Ended => format!("c.direction = 1 AND {over}"),
            Self::Wrapped => format!("c.direction = 1 AND {over} AND c.wrapped_at IS NOT NULL"),
        }
    }
}

/// The city's seconds that figures ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds {
    /// An answer within so many is in time.
    pub answer: i64,
    /// Whoever gives up sooner was never waiting.
    pub abandon: i64,
}

/// Which calls to list.
#[derive(Clone, Debug)]
pub struct CallQuery {
    /// Rang at or after.
    pub from: Stamp,
    /// Rang before.
    pub to: Stamp,
    /// Of this operator only.
    pub agent: Option<StaffId>,
    /// Counted by this figure only.
    pub figure: Option<CallFigure>,
    /// The city's seconds.
    pub seconds: Seconds,
    /// Older than this call: for the next page.
    pub before: Option<CallId>,
    /// At most so many.
    pub limit: i64,
}

/// Sums of a shift, of everybody or of one operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallSums {
    /// By figure, in the order of [`CallFigure::ALL`].
    pub counts: [i64; 9],
    /// Milliseconds that answered calls waited.
    pub wait_ms: i64,
    /// Milliseconds talked.
    pub talk_ms: i64,
    /// Milliseconds written after the end.
    pub wrap_ms: i64,
}

impl CallSums {
    /// One of the counts.
    #[must_use]
    pub fn get(&self, figure: CallFigure) -> i64 {
        CallFigure::ALL.iter().position(|f| *f == figure).map_or(0, |at| self.counts[at])
    }
}
