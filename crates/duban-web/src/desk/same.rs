//! 同一件事? Cases that a caller may be talking about, beside the form of an operator: why they may be the same, one key
//! that takes the request into the case, and what may be told at once where something came of it already.

use duban_app::case::same::{self, Candidate, Said};
use duban_domain::{Lang, Number, knowledge::Source, request::Place, text};
use serde_json::json;

use super::{assist, intake::point_of, words::place_line};
use crate::frame::{Desk, Fields, WebError, fields::cut};

/// Cases that are shown.
const SHOWN_MAX: usize = 3;
/// How the button begins that takes the request into a case.
const JOIN: &str = "join-";
/// How an answer names the case that it tells of.
pub(super) const OF_CASE: &str = "case.";

/// A case that may be the same matter.
#[derive(Clone, Debug)]
pub(super) struct Alike {
    pub(super) number: String,
    pub(super) grouped: String,
    /// Its title; of one who asked for confidence only that.
    pub(super) title: String,
    pub(super) stage: String,
    pub(super) place: String,
    /// `80 米，昨天，同样的词：搅拌站 噪音`.
    pub(super) why: String,
    /// How many people speak of it already.
    pub(super) voices: i64,
    pub(super) open: bool,
    /// What came of it, where that may be told.
    pub(super) result: String,
    /// The fields that telling it fills.
    pub(super) set: String,
}

/// Cases that what was typed so far may be about.
pub(super) async fn candidates(desk: &Desk, fields: &Fields) -> Result<Vec<Alike>, WebError> {
    let s = desk.shell();
    let city = &desk.site.app.city;
    let said = Said {
        text: cut(fields.get("text"), text::TEXT_MAX).to_owned(),
        place: Place {
            words: cut(fields.get("place"), text::LINE_MAX).to_owned(),
            division: fields.opt("division").filter(|code| city.division(code).is_some()).map(str::to_owned),
            point: point_of(desk, fields).ok().flatten(),
        },
        category: assist::category(city, &s, fields),
    };
    let found = desk.run(move |ctx| same::candidates(ctx, &said, SHOWN_MAX)).await?;
    Ok(found.iter().map(|one| alike(desk, one)).collect())
}

fn alike(desk: &Desk, one: &Candidate) -> Alike {
    let (s, city, row) = (desk.shell(), &desk.site.app.city, &one.row);
    let lang = s.lang;
    let result = one.result.as_deref().map(|said| told(&row.number, said, lang)).unwrap_or_default();
    let hidden = lang.t("保密诉求，内容不显示", "Confidential: its words are kept back");
    Alike {
        grouped: row.number.grouped(),
        title: if one.hidden { hidden.to_owned() } else { row.title.clone() },
        stage: row.phase.word(lang).to_owned(),
        place: if one.hidden {
            place_line(city, row.division.as_deref(), "", lang)
        } else {
            place_line(city, row.division.as_deref(), &row.place_words, lang)
        },
        why: one.like.sentence(row.opened_at.date(&s.zone), s.now.date(&s.zone), lang),
        voices: row.voices,
        open: row.closed_at.is_none(),
        set: json!({"direct": result, "known": format!("{OF_CASE}{}", row.number)}).to_string(),
        result,
        number: row.number.to_string(),
    }
}

/// What a caller is told who has nothing new to say.
fn told(number: &Number, said: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("这件事已经有人反映过（编号 {}），办理结果是：{said}", number.grouped()),
        Lang::En => {
            format!("Somebody told us of this before (number {}). What came of it: {said}", number.grouped())
        }
    }
}

/// What came of a case, as it is told; for the button of a page without script.
pub(super) async fn result(desk: &Desk, number: Number) -> Result<String, WebError> {
    let (of, lang) = (number.clone(), desk.visit.lang);
    let said = desk.run(move |ctx| same::result(ctx, &of)).await?;
    Ok(told(&number, &said, lang))
}

/// The case that an answer tells of, as forms name it.
pub(super) fn source(name: &str) -> Option<Source> {
    let number = name.strip_prefix(OF_CASE)?.parse().ok()?;
    Some(Source::Case { number })
}

/// The case that the pressed button takes the request into.
pub(super) fn joining(fields: &Fields) -> Option<Number> {
    fields.get("do").strip_prefix(JOIN)?.parse().ok()
}
