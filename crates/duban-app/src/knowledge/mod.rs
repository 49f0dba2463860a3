//! 知识库: what can be answered at once. `find` offers it, `edit` looks after it.

pub mod edit;
pub mod find;

pub use edit::{Written, may_edit};
pub use find::Found;
