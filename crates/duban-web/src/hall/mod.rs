//! The hall (办事大厅): "which one am I" for everybody, and the counter behind it: taking down, reviewing, paying, the books.
//!
//! Which situation somebody is in, what may follow what and where money goes is decided elsewhere; these pages ask and show.

pub(crate) mod clerk;
pub(crate) mod one;
pub(crate) mod paper;
pub(crate) mod pay;
#[cfg(test)]
mod tests;
pub(crate) mod which;

use duban_app::AppError;
use duban_domain::{
    Lang, Refusal,
    service::{Answers, HallRefusal, Service},
};

use crate::frame::{Fields, WebError};

/// The answers to the questions of a service that a form or an address holds; in a form with other fields each name
/// begins with something of its own.
fn answers(service: &Service, fields: &Fields, begin: &str) -> Answers {
    let given =
        |key: &str| fields.opt(&format!("{begin}{key}")).map(|choice| (key.to_owned(), choice.to_owned()));
    service.questions.iter().filter_map(|ask| given(&ask.key)).collect()
}

/// The words of an answer.
fn chosen(service: &Service, question: &str, choice: &str, lang: Lang) -> Option<(String, String)> {
    let ask = service.question(question)?;
    let name = ask.choices.iter().find(|one| one.key == choice)?;
    Some((ask.ask.get(lang).to_owned(), name.name.get(lang).to_owned()))
}

/// The sentence of a refusal that a form can answer to, and the field it is about; any other error goes on.
fn sentence(lang: Lang, error: WebError) -> Result<(String, Option<String>), WebError> {
    let WebError::App(AppError::Refused(refusal)) = &error else { return Err(error) };
    match refusal {
        Refusal::Hall(HallRefusal::UnknownService) => Err(error),
        Refusal::Hall(HallRefusal::BadField { key, .. }) => Ok((refusal.sentence(lang), Some(key.clone()))),
        Refusal::Hall(HallRefusal::NoCard | HallRefusal::CardUsed) => {
            Ok((refusal.sentence(lang), Some("number".to_owned())))
        }
        Refusal::Hall(_) | Refusal::NeedsText(_) | Refusal::TooLong { .. } | Refusal::Stale => {
            Ok((refusal.sentence(lang), None))
        }
        _ => Err(error),
    }
}
