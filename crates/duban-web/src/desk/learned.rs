//! What closed cases taught about the text on the page: the likeliest categories, the unit, how sure, and the words that
//! decided. Advice below the dispatch catalogue; whoever reads it decides.

use duban_app::{
    App,
    triage::{self, Advice, Asked},
};
use duban_domain::{
    Lang,
    city::City,
    triage::{Aim, Guess},
};
use serde_json::json;

use super::{
    case::CasePage,
    words::{because_words, unit_name},
};

/// What the models say, as a page shows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Learned {
    /// The likeliest categories; empty when the model does not know.
    pub(super) categories: Vec<Pick>,
    /// Why there is none, in words; empty when there is one, or no model.
    pub(super) no_category: String,
    /// The likeliest unit.
    pub(super) unit: Option<Pick>,
    /// Why there is none.
    pub(super) no_unit: String,
}

/// One suggestion.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    pub(super) key: String,
    pub(super) name: String,
    /// What choosing it puts into the form.
    pub(super) set: String,
    /// The key on the keyboard.
    pub(super) press: char,
    pub(super) percent: u32,
    pub(super) width: u32,
    pub(super) words: Vec<String>,
    /// Why, when somebody follows it by hand.
    pub(super) reason: String,
}

impl CasePage {
    /// Whether it can be dispatched to this unit, and the catalogue proposes another.
    pub(super) fn other_unit(&self, key: &str) -> bool {
        self.may("dispatch") && self.proposed.as_ref().is_none_or(|proposed| proposed.unit != key)
    }
}

/// The keys of the suggestions, after those of the catalogue and of places.
const PRESS: [char; 3] = ['8', '9', '0'];

impl Learned {
    /// What the models say of a matter; nothing where nobody has said anything yet.
    pub(super) fn of(app: &App, asked: &Asked<'_>, lang: Lang) -> Self {
        if asked.text.trim().is_empty() {
            return Self::default();
        }
        let city = &app.city;
        let mut learned = Self::default();
        if let Some(advice) = triage::advise(app, Aim::Category, asked) {
            learned.no_category = unsure(city, &advice, lang);
            if advice.sure {
                let all = advice.guesses.iter().zip(PRESS);
                learned.categories = all
                    .map(|(guess, press)| pick(city, Aim::Category, &advice, guess, press, lang))
                    .collect();
            }
        }
        if let Some(advice) = triage::advise(app, Aim::Unit, asked) {
            learned.no_unit = unsure(city, &advice, lang);
            let first = advice.guesses.first().filter(|_| advice.sure);
            learned.unit = first.map(|guess| pick(city, Aim::Unit, &advice, guess, ' ', lang));
        }
        learned
    }

    /// Whether there is anything to show.
    pub(super) fn says(&self) -> bool {
        !self.categories.is_empty() || !self.no_category.is_empty() || self.says_unit()
    }

    pub(super) fn says_unit(&self) -> bool {
        self.unit.is_some() || !self.no_unit.is_empty()
    }
}

fn pick(city: &City, aim: Aim, advice: &Advice, guess: &Guess, press: char, lang: Lang) -> Pick {
    // Never a round hundred: nobody is that sure of what somebody meant.
    let percent = ((guess.confidence * 100.0).round() as u32).min(99);
    let words = because_words(city, &guess.because, lang);
    let (name, version) = (name(city, aim, &guess.label, lang), advice.version);
    let because = words.join(lang.t("、", ", "));
    let reason = match lang {
        Lang::Zh => format!("采纳学自办结工单的建议（第 {version} 版，{percent} %）：{because}"),
        Lang::En => format!("Followed what closed cases suggest (version {version}, {percent} %): {because}"),
    };
    Pick {
        set: json!({aim.key(): guess.label}).to_string(),
        key: guess.label.clone(),
        width: percent / 5 * 5,
        name,
        press,
        percent,
        words,
        reason,
    }
}

fn name(city: &City, aim: Aim, key: &str, lang: Lang) -> String {
    match aim {
        Aim::Category => city.category_path(key, lang),
        Aim::Unit => unit_name(city, key, lang),
    }
}

/// That it does not know, and how near it came.
fn unsure(city: &City, advice: &Advice, lang: Lang) -> String {
    if advice.sure {
        return String::new();
    }
    let least = city.settings.triage.percent;
    let Some(first) = advice.guesses.first() else {
        return lang
            .t("不知道：这些词以前没有人说过。", "It does not know: nobody has said these words before.")
            .to_owned();
    };
    let percent = (first.confidence * 100.0).floor() as u32;
    match lang {
        Lang::Zh => format!("不知道：最像的也只有 {percent} %，不到本市定的 {least} %。"),
        Lang::En => format!(
            "It does not know: the likeliest has {percent} %, below the {least} % that the city asks."
        ),
    }
}
