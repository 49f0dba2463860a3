//! 补充问题 on pages: what a kind of matter asks besides words and place, alike for residents and operators.
//!
//! The questions follow from what was typed. What counts as an answer is `duban_domain::question`'s to say;
//! a page that did not show the questions asks for nothing.

use askama::Template;
use duban_app::{App, AppError, object};
use duban_domain::{
    Lang,
    city::City,
    object::{CityObject, Layer},
    place::Point,
    question::{self, AnswerFault, AnswerKind, Detail, Given, Misanswer, Question},
};
use jiff::{Timestamp, civil::DateTime};

use crate::frame::{Fields, Shell, map::MapPoint};

/// What the field of a question is called, before its key.
const FIELD: &str = "q-";

/// What a category asks, with what was answered so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asking {
    /// The category, which comes back with the answers.
    pub(crate) category: String,
    pub(crate) list: Vec<Asked>,
}

/// One question on a page.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) name: String,
    /// How it is answered, as the pack calls it.
    pub(crate) kind: &'static str,
    pub(crate) ask: String,
    pub(crate) help: String,
    pub(crate) required: bool,
    pub(crate) choices: Vec<Listed>,
    /// The layer whose objects are offered.
    layer: Option<String>,
    pub(crate) typed: String,
    pub(crate) fault: String,
}

/// A choice of a list.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) here: bool,
    /// Where it stands, when it is an object of the city.
    pub(crate) at: Option<Point>,
}

impl Listed {
    /// Its place in degrees, for the map of the same form.
    pub(crate) fn degrees(&self) -> Option<(f64, f64)> {
        self.at.map(|at| (at.lng(), at.lat()))
    }
}

/// The questions alone, for a page that asks while one types.
#[derive(Template)]
#[template(path = "questions.html")]
pub(crate) struct QuestionsFragment {
    pub(crate) s: Shell,
    pub(crate) asking: Asking,
}

impl Asking {
    /// What a category asks. With `judged`, what is wrong with the answers stands beside them.
    pub(crate) fn of(city: &City, category: Option<&str>, given: &Given, judged: bool, lang: Lang) -> Self {
        let Some(category) = category else { return Self::default() };
        let wrong = match judged {
            true => question::read(city, Some(category), &zoned(city, given)).err().unwrap_or_default(),
            false => Vec::new(),
        };
        let one = |question: &Question| asked(question, given, &wrong, lang);
        Self { category: category.to_owned(), list: city.questions_of(category).map(one).collect() }
    }

    /// Offers the objects around a point; where none is near and none was chosen, nothing is asked of them.
    pub(crate) fn around(
        mut self,
        app: &App,
        at: Option<Point>,
        given: &Given,
        lang: Lang,
    ) -> Result<Self, AppError> {
        for one in &mut self.list {
            let Some(layer) = one.layer.as_deref().and_then(|key| app.city.layer(key)) else { continue };
            one.choices = objects(app, layer, at, &one.sent(given), lang)?;
        }
        self.list.retain(|one| one.layer.is_none() || !one.choices.is_empty());
        Ok(self)
    }

    /// The objects that are offered, as the map draws them for whoever has no script.
    pub(crate) fn drawn(&self) -> Vec<MapPoint> {
        let offered = self.list.iter().flat_map(|one| &one.choices);
        offered.filter_map(|one| Some(MapPoint::object(one.at?, &one.name, one.here))).collect()
    }

    /// Whether anything wants an answer.
    pub(crate) fn asks(&self) -> bool {
        self.list.iter().any(|one| one.kind != AnswerKind::Notice.key())
    }
}

impl Asked {
    /// What was answered so far.
    fn sent<'a>(&self, given: &'a Given) -> Vec<&'a str> {
        let own = given.iter().filter(|(key, _)| self.name.strip_prefix(FIELD) == Some(key));
        own.flat_map(|(_, values)| values.iter().map(String::as_str)).collect()
    }
}

/// What is near, each with how far it is, and what was chosen before elsewhere.
fn objects(
    app: &App,
    layer: &Layer,
    at: Option<Point>,
    sent: &[&str],
    lang: Lang,
) -> Result<Vec<Listed>, AppError> {
    let near = at.map_or_else(|| Ok(Vec::new()), |at| object::near(app, layer, at))?;
    let listed = |object: &CityObject, far: Option<u32>| {
        // Without a name of its own it is one of its kind.
        let own = Some(object.name.get(lang)).filter(|own| !own.is_empty());
        let named = [&object.id, own.unwrap_or(layer.name.get(lang))];
        let far = far.map(|m| match lang {
            Lang::Zh => format!("，约 {m} 米"),
            Lang::En => format!(", about {m} m"),
        });
        let name = format!("{}{}", named.join(" "), far.unwrap_or_default());
        let here = sent.contains(&object.id.as_str());
        Listed { here, key: object.id.clone(), name, at: Some(object.point) }
    };
    let mut list: Vec<Listed> = near.iter().map(|(object, far)| listed(object, Some(*far))).collect();
    let elsewhere: Vec<&str> =
        sent.iter().copied().filter(|id| !list.iter().any(|one| one.key == *id)).collect();
    let chosen = if elsewhere.is_empty() { Vec::new() } else { object::by_ids(app, &layer.key, &elsewhere)? };
    list.extend(chosen.iter().map(|object| listed(object, None)));
    Ok(list)
}

/// The point that a form says, if it says one.
pub(crate) fn point(lng: &str, lat: &str) -> Option<Point> {
    lng.trim().parse().ok().zip(lat.trim().parse().ok()).and_then(|(lng, lat)| Point::from_degrees(lng, lat))
}

fn asked(question: &Question, given: &Given, wrong: &[Misanswer], lang: Lang) -> Asked {
    let sent: Vec<&str> = given
        .iter()
        .filter(|(key, _)| *key == question.key)
        .flat_map(|(_, values)| values.iter().map(String::as_str))
        .collect();
    let choices = question.choices.iter().map(|choice| Listed {
        here: sent.contains(&choice.key.as_str()),
        key: choice.key.clone(),
        name: choice.name.get(lang).to_owned(),
        at: None,
    });
    let fault = wrong.iter().find(|wrong| wrong.question == question.key);
    Asked {
        name: format!("{FIELD}{}", question.key),
        kind: question.kind.key(),
        ask: question.ask.get(lang).to_owned(),
        help: question.help.as_ref().map(|help| help.get(lang).to_owned()).unwrap_or_default(),
        required: question.required,
        choices: choices.collect(),
        layer: question.layer.clone(),
        typed: sent.first().map(|typed| (*typed).to_owned()).unwrap_or_default(),
        fault: fault.map(|wrong| wrong.sentence(lang)).unwrap_or_default(),
    }
}

/// The answers of a form, as they were typed.
pub(crate) fn given(fields: &Fields) -> Given {
    let answer = |(name, value): (&str, &str)| {
        Some((name.strip_prefix(FIELD)?.to_owned(), vec![value.trim().to_owned()]))
    };
    fields.pairs().filter_map(answer).collect()
}

/// The answers of a form that asked what this category asks; none when it did not ask.
///
/// # Errors
/// Everything that is wrong with them.
pub(crate) fn answers(
    city: &City,
    category: Option<&str>,
    asked: &str,
    given: &Given,
) -> Result<Option<Given>, Vec<Misanswer>> {
    if asked.is_empty() || category != Some(asked) {
        return Ok(None);
    }
    let given = zoned(city, given);
    question::read(city, category, &given)?;
    Ok(Some(given))
}

/// Whether nothing is wrong but that something is missing.
pub(crate) fn only_missing(wrong: &[Misanswer]) -> bool {
    wrong.iter().all(|wrong| wrong.fault == AnswerFault::Missing)
}

/// The same with clock times of the city as instants: a form asks for a time and not for a zone.
pub(crate) fn zoned(city: &City, given: &Given) -> Given {
    let instant = |key: &str, typed: &String| {
        let asks_when = city.question(key).is_some_and(|question| question.kind == AnswerKind::When);
        let local =
            typed.parse::<DateTime>().ok().filter(|_| asks_when && typed.parse::<Timestamp>().is_err());
        let at = local.and_then(|local| local.to_zoned(city.zone.clone()).ok());
        at.map_or_else(|| typed.clone(), |at| at.timestamp().to_string())
    };
    given
        .iter()
        .map(|(key, values)| (key.clone(), values.iter().map(|typed| instant(key, typed)).collect()))
        .collect()
}

/// An instant that somebody gave as an answer, by the city's clocks.
fn clock(city: &City, at: &str) -> String {
    let local = |at: Timestamp| at.to_zoned(city.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    at.parse().map_or_else(|_| at.to_owned(), local)
}

/// What a category asked, and what was answered; a question that the pack no longer has shows its key.
pub(crate) fn details(city: &City, details: &[Detail], lang: Lang) -> Vec<(String, String)> {
    let line = |detail: &Detail| match city.question(&detail.question) {
        Some(question) if question.kind == AnswerKind::When => {
            (question.ask.get(lang).to_owned(), detail.values.iter().map(|at| clock(city, at)).collect())
        }
        Some(question) => (question.ask.get(lang).to_owned(), question.words(&detail.values, lang)),
        None => (detail.question.clone(), detail.values.join(", ")),
    };
    details.iter().map(line).collect()
}
