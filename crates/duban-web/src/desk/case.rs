//! 工单页: everything a member may see of one case, and what they can do with it now.

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use duban_app::{
    case::show::{self, Shown},
    person,
};
use duban_domain::{Number, person::Person};

use super::{
    choices,
    list::Tag,
    present::{self, Act, Answer, DueLine, File, Near, Owner, Photo, Proposed, Stop, Voice},
    timeline::{self, Round},
    voices::Open,
    words::{self, Choices},
};
use crate::frame::{Desk, Fields, PageResult, Shell, html, map::MapView};

#[derive(Template)]
#[template(path = "desk/case.html")]
pub(super) struct CasePage {
    pub(super) s: Shell,
    pub(super) number: String,
    pub(super) grouped: String,
    pub(super) title: String,
    pub(super) version: i64,
    pub(super) category: String,
    pub(super) category_key: String,
    pub(super) kind: String,
    pub(super) urgency: String,
    pub(super) round: String,
    pub(super) tags: Vec<Tag>,
    pub(super) track: Vec<Stop>,
    pub(super) dues: Vec<DueLine>,
    pub(super) done: String,
    pub(super) acts: Vec<Act>,
    pub(super) blockers: String,
    pub(super) proposed: Option<Proposed>,
    pub(super) contacted: bool,
    pub(super) voices: Vec<Voice>,
    pub(super) answers: Vec<Answer>,
    pub(super) rounds: Vec<Round>,
    pub(super) events: usize,
    pub(super) erased: usize,
    pub(super) place: String,
    pub(super) map: Option<MapView>,
    pub(super) near: Vec<Near>,
    pub(super) owners: Vec<Owner>,
    pub(super) photos: Vec<Photo>,
    pub(super) files: Vec<File>,
    pub(super) units: Vec<Choices>,
    pub(super) categories: Vec<Choices>,
    pub(super) outcomes: Vec<words::Choice>,
    pub(super) feelings: Vec<words::Choice>,
    pub(super) ways: Vec<words::Choice>,
    pub(super) kinds: Vec<words::Choice>,
    pub(super) urgencies: Vec<words::Choice>,
    pub(super) public: Open,
    pub(super) trouble: Option<Trouble>,
}

/// A step that did not happen: what was typed is kept, and why is said.
pub(super) struct Trouble {
    pub(super) step: &'static str,
    pub(super) typed: Fields,
    pub(super) sentence: String,
    pub(super) field: Option<&'static str>,
    pub(super) status: StatusCode,
}

/// A person whom this page may show in plain text, once.
pub(super) struct Revealed {
    pub(super) request: Number,
    pub(super) person: Person,
}

/// Fields whose text must not be lost when their form is gone.
const TEXTS: [&str; 8] =
    ["public", "internal", "proof_words", "no_contact", "note", "text", "words", "reason"];

impl CasePage {
    /// Whether this member can do a step now.
    fn may(&self, step: &str) -> bool {
        self.acts.iter().any(|act| act.step == step)
    }

    /// Whether a step's form came back.
    fn open(&self, step: &str) -> bool {
        self.trouble.as_ref().is_some_and(|t| t.step == step)
    }

    /// What was typed into a field of the form that came back.
    fn typed(&self, step: &str, field: &str) -> &str {
        self.trouble.as_ref().filter(|t| t.step == step).map_or("", |t| t.typed.get(field))
    }

    /// What is wrong with a field of the form that came back.
    fn wrong(&self, step: &str, field: &str) -> &str {
        self.trouble
            .as_ref()
            .filter(|t| t.step == step && t.field == Some(field))
            .map_or("", |t| t.sentence.as_str())
    }

    /// Whether a choice is the one that stands: typed before, or as the case has it.
    fn is(&self, step: &str, field: &str, key: &str, now: &str) -> bool {
        match self.typed(step, field) {
            "" => key == now,
            typed => key == typed,
        }
    }

    /// Texts of a form that is no longer offered.
    fn kept(&self) -> Vec<&str> {
        let Some(trouble) = self.trouble.as_ref().filter(|t| t.step != "reveal" && !self.may(t.step)) else {
            return Vec::new();
        };
        TEXTS.iter().map(|name| trouble.typed.get(name)).filter(|text| !text.is_empty()).collect()
    }
}

/// The page of a case.
pub(crate) async fn page(desk: Desk, Path(on): Path<String>) -> PageResult {
    let number = words::number(&on)?;
    let shown = load(&desk, number).await?;
    let query = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let done = choices::done_words(query.get("done"), desk.visit.lang);
    Ok(html(&view(&desk, &shown, None, None, done)))
}

/// The page again after a step that did not happen.
pub(super) async fn again(desk: &Desk, number: Number, trouble: Trouble) -> PageResult {
    let shown = load(desk, number).await?;
    let status = trouble.status;
    let mut response: Response = html(&view(desk, &shown, Some(trouble), None, ""));
    *response.status_mut() = status;
    Ok(response)
}

/// The page with a person in plain text. Never by redirect: an address is kept by browsers.
pub(super) async fn revealed(desk: &Desk, number: Number, revealed: Revealed) -> PageResult {
    let shown = load(desk, number).await?;
    Ok(html(&view(desk, &shown, None, Some(revealed), choices::done_words("reveal", desk.visit.lang))))
}

async fn load(desk: &Desk, number: Number) -> Result<Shown, crate::frame::WebError> {
    desk.run(move |ctx| show::show(ctx, &number)).await
}

fn view(
    desk: &Desk,
    shown: &Shown,
    trouble: Option<Trouble>,
    revealed: Option<Revealed>,
    done: &str,
) -> CasePage {
    let (s, lang) = (desk.shell(), desk.visit.lang);
    let city = &desk.site.app.city;
    let Shown { case, row, history, .. } = shown;
    CasePage {
        number: case.number.to_string(),
        grouped: case.number.grouped(),
        title: row.title.clone(),
        version: case.version,
        category: case.category.as_deref().map(|key| city.category_path(key, lang)).unwrap_or_default(),
        category_key: case.category.clone().unwrap_or_default(),
        kind: case.kind.key().to_owned(),
        urgency: case.urgency.key().to_owned(),
        round: present::round_words(case.round, lang),
        tags: present::tags(&s, case, row),
        track: present::track(&s, shown),
        dues: present::dues(city, &s, shown),
        done: done.to_owned(),
        acts: present::acts(&desk.who, case),
        blockers: present::blockers(case, lang),
        proposed: shown.proposal.as_ref().map(|p| Proposed::of(city, p, lang)),
        contacted: case.contacted_at.is_some(),
        voices: present::voices(&s, shown, revealed.as_ref()),
        answers: present::answers(city, &s, history),
        rounds: timeline::rounds(city, &s, history),
        events: history.len(),
        erased: history.iter().filter(|e| e.is_none()).count(),
        place: present::place(city, row, lang),
        map: row.point.map(|at| MapView::new(city, lang, Some(at)).with_points(present::dots(shown, &s))),
        near: present::near(shown, &s),
        owners: present::owners(city, case, lang),
        photos: present::photos(shown, lang),
        files: present::files(shown),
        units: words::unit_choices(city, lang),
        categories: words::category_choices(city, lang),
        outcomes: choices::outcomes(lang),
        feelings: choices::feelings(lang),
        ways: choices::ways(lang),
        kinds: choices::kinds(lang),
        urgencies: choices::urgencies(lang),
        public: Open::of(city, &s, shown),
        trouble,
        s,
    }
}

/// A person as the page shows them: masked, or in plain text once.
pub(super) fn person_words(masked: &person::Shown, plain: Option<&Person>) -> (String, String) {
    match plain {
        Some(person) => {
            (person.name.clone(), person.phone.as_ref().map(|p| p.digits().to_owned()).unwrap_or_default())
        }
        None => (masked.name.clone(), masked.phone.clone()),
    }
}
