//! The only SQL of Duban: one `Store` over SQLite and PostgreSQL.
//!
//! [`Store::read`] and [`Store::write`] take plain closures; `Ok` commits, and is durable when it
//! returns. Verbs are methods of [`ReadTx`] and [`WriteTx`], one file a noun. A statement is written
//! once, with `$1, $2 …` in order of first appearance; what differs between the engines stands in
//! `sqlite.rs`, `postgres.rs`, `dialect.rs`, `search/{sqlite,postgres}.rs` and `migrations/`.
//!
//! Not here: rules (domain), permission (app asks for it and passes the reach along), clocks and
//! randomness (ids and instants are arguments), and the keys of personal data (the store keeps
//! sealed bytes and keyed hashes and never sees what is in them).

mod admin;
mod audit;
#[cfg(feature = "bench")]
pub mod bare;
mod breakdown;
mod call;
mod callback;
mod case;
mod city;
mod contact;
mod dialect;
mod digest;
mod erasure;
mod error;
mod event;
mod export;
mod figures;
mod form;
mod gazetteer;
mod hall;
mod hall_pay;
mod inspection;
mod job;
mod knowledge;
mod ledger;
mod letter;
mod list;
mod media;
mod migrate;
mod notice;
mod notice_text;
mod object;
mod partner;
mod person;
mod phrase;
mod postgres;
mod presence;
mod proof;
mod public;
mod relocation;
mod remote;
mod report;
mod request;
mod retention;
mod row;
mod saved_view;
mod search;
mod seek;
mod service_key;
mod settle;
mod sign_in;
mod sql;
mod sqlite;
mod staff;
mod store;
#[cfg(feature = "tamper")]
pub mod tamper;
mod target;
mod task_link;
mod triage;
mod turn;
mod tx;
mod value;
mod watch;
mod webhook;
mod webhook_log;

#[cfg(test)]
mod tests;

pub use admin::AdminChange;
pub use breakdown::{Scope, Seen, Side, SideKeys};
pub use call::{CallFigure, CallNote, CallQuery, CallRow, CallSums, Seat, Seconds};
pub use callback::{Alert, CallbackTask};
pub use contact::{CodeRow, ContactSession};
pub use erasure::{BESIDE, Beside, ErasedRequest, ErasureRow, Remark};
pub use error::{Cause, StoreError};
pub use event::{LiveEvent, StoredEvent};
pub use export::ExportLine;
pub use figures::{DaySums, Figure, Figures, Tallies, UnitFigures};
pub use gazetteer::RegisterRun;
pub use hall::{ApplicationRow, CardRow, StepRow};
pub use hall_pay::{BatchRow, PaymentRow};
pub use inspection::{InspectionQuery, InspectionRow, InspectionSums};
pub use job::Job;
pub use knowledge::{KnowledgeList, KnowledgeRow, KnowledgeUse, KnowledgeVersion};
pub use ledger::CloseRow;
pub use letter::{AsideRow, LetterRow};
pub use list::{ByHand, CaseQuery, Cursor, Order, Page};
pub use media::{MediaKind, MediaRow, NewMediaRow};
pub use migrate::Migrated;
pub use notice::{NoticeLog, NoticeQuery, NoticeRow, StaffMail};
pub use notice_text::{NoticeTextChange, NoticeTextRow};
pub use partner::{NewsQuery, NewsRow};
pub use person::SealedPerson;
pub use phrase::PhraseRow;
pub use presence::PresenceRow;
pub use proof::{Leaf, Shelf, Subject};
pub use public::{PublicQuery, PublicRow, Square, ZOOM_SINGLE};
pub use relocation::RelocationRow;
pub use remote::{Link, LinkState};
pub use report::ReportRow;
pub use request::Inserted;
pub use retention::{DestructionRow, HoldRow, Mark};
pub use row::{CaseRow, RowExtra};
pub use saved_view::SavedView;
pub use search::{Facets, Findable};
pub use seek::{SeekLine, Sought};
pub use service_key::ServiceKey;
pub use settle::SETTLE;
pub use sign_in::{SecondFactor, SignInLine};
pub use sqlite::{Archive, Generation};
pub use staff::{ApiKey, KeyScope, Session, SessionKind, Staff};
pub use store::{Store, WriteCounts};
pub use target::Target;
pub use task_link::TaskLink;
pub use triage::{ChoiceRow, LessonRow, ModelRow};
pub use turn::{KEYED, Keyed, KeyedRow, RowKey};
pub use tx::{ReadTx, WriteTx};
pub use watch::WatchRow;
pub use webhook::{DeliveryRow, WebhookRow};
pub use webhook_log::AttemptRow;
