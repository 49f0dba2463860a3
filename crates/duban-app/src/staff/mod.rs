//! Members of staff: how they sign in, and how they are kept.

pub mod login;
pub mod users;

pub use login::{member_of, sign_in, sign_out, who_was};
