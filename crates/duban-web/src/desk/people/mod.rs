//! 个人信息: erasing what is kept of a person, and how long anything is kept. For the officer for people's data, and for those
//! who ask on a person's word.

pub(crate) mod erasures;
pub(crate) mod terms;
#[cfg(test)]
mod tests;
