//! Members of staff: how they sign in, and how they are kept.

mod guess;
pub mod login;
pub mod own;
mod provider;
pub mod record;
pub mod second;
pub mod sign_on;
mod token;
mod totp;
pub mod users;

pub use login::{Attempt, Entered, Entrance, enter, member_of, sign_in, sign_out, who_was};

pub(crate) use provider::Known as KnownProvider;

/// A token by which an account knows a browser again.
pub(crate) fn new_device(app: &crate::App, staff: duban_domain::StaffId) -> String {
    guess::device(&app.keys, staff, &*app.entropy)
}
