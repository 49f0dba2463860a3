//! The use cases of Duban, one verb a file.
//!
//! Each has four steps in the same order: load within reach → permit → decide → record. Here is no
//! SQL and no HTTP, no rule (those are in `duban-domain`) and no clock: the binary hands in both
//! the clock and the source of randomness.

pub mod administration;
pub mod breakdown;
pub mod call;
pub mod callbacks;
pub mod case;
pub mod check;
pub mod clock;
pub mod erasure;
pub mod error;
pub mod export;
pub mod figures;
pub mod gazetteer;
pub mod hall;
pub mod import;
pub mod jobs;
pub mod keys;
pub mod knowledge;
pub mod letter;
pub mod live;
pub mod media;
pub mod notice;
pub mod object;
pub mod partner;
pub mod person;
pub mod photo_place;
pub mod phrase;
pub mod presence;
pub mod proof;
pub mod quality;
pub mod remote;
pub mod report;
pub mod resident;
pub mod retention;
pub mod rotation;
pub mod service;
pub mod setup;
pub mod staff;
pub mod statistics;
pub mod triage;
pub mod view;
pub mod watch;
pub mod webhook;
mod wiring;

pub use clock::{Clock, Entropy};
pub use error::AppError;
pub use wiring::{App, Ctx};
// What pages read of the database: rows and sums, never a transaction.
pub use duban_store::{
    AdminChange, Alert, ApplicationRow, AttemptRow, BatchRow, ByHand, CallFigure, CallNote, CallSums,
    CallbackTask, CaseQuery, CaseRow, CloseRow, Cursor, DeliveryRow, DestructionRow, ErasureRow, ExportLine,
    Figure, Figures, HoldRow, InspectionRow, InspectionSums, KnowledgeList, KnowledgeRow, KnowledgeUse,
    KnowledgeVersion, Link, LinkState, LiveEvent, MediaKind, MediaRow, NoticeLog, NoticeQuery, Order, Page,
    PaymentRow, PublicQuery, PublicRow, RegisterRun, RelocationRow, SavedView, SeekLine, ServiceKey, Sought,
    StepRow, UnitFigures, WebhookRow, ZOOM_SINGLE,
};

/// What every account of a demonstration signs in with. Only `duban demo` makes such accounts.
pub const DEMO_PASSWORD: &str = "duban-demo";
/// The Open311 key of a demonstration. Only `duban demo` makes it.
pub const DEMO_KEY: &str = "demo-open311-key";
/// The key of a demonstration's telephone system. Only `duban demo` makes it.
pub const DEMO_TELEPHONE_KEY: &str = "demo-telephone-key";
