//! 工单页: everything a member may see of one case, and what they can do with it now.

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use duban_app::{
    case::show::{self, Shown},
    person,
    phrase::Offered,
    triage::Asked,
};
use duban_domain::{
    Lang, Number,
    case::{Event, Phase},
    city::City,
    person::Person,
    policy::{Action, permit, verb},
};

use super::{
    acts::{self, Act},
    around::{self, Around},
    checklist::Checks,
    choices,
    forms::Maker,
    learned::Learned,
    list::Tag,
    nearby::Nearby,
    notices::NoticeLine,
    outside,
    present::{self, Answer, DueLine, File, Owner, Photo, Proposed, Stop, Voice},
    tasks::{self, TaskShown},
    timeline::{self, Entry, Round},
    way::{self, Way},
    words::{self, Choices},
};
use crate::frame::{Desk, Fields, PageResult, Shell, html};

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
    pub(super) around: Around,
    /// What happened since the page was made that a step came from.
    pub(super) news: Vec<Entry>,
    pub(super) extras: Extras,
    pub(super) blockers: String,
    pub(super) proposed: Option<Proposed>,
    pub(super) contacted: bool,
    pub(super) voices: Vec<Voice>,
    pub(super) answers: Vec<Answer>,
    pub(super) told: Vec<NoticeLine>,
    pub(super) rounds: Vec<Round>,
    pub(super) events: usize,
    pub(super) erased: usize,
    pub(super) place: String,
    pub(super) nearby: Nearby,
    pub(super) prepared: Prepared,
    pub(super) owners: Vec<Owner>,
    pub(super) photos: Vec<Photo>,
    pub(super) files: Vec<File>,
    pub(super) units: Vec<Choices>,
    pub(super) categories: Vec<Choices>,
    pub(super) labels: Vec<words::Choice>,
    pub(super) label: String,
    /// Whether the centre checks an answer before it is public.
    pub(super) reviewed: bool,
    pub(super) outcomes: Vec<words::Choice>,
    pub(super) feelings: Vec<words::Choice>,
    pub(super) survey: Vec<(bool, Vec<words::Choice>)>,
    pub(super) unreached: Vec<words::Choice>,
    pub(super) ways: Vec<words::Choice>,
    pub(super) kinds: Vec<words::Choice>,
    pub(super) urgencies: Vec<words::Choice>,
    pub(super) trouble: Option<Trouble>,
}

/// Texts that somebody prepared, and an answer that is looked at before it is sent.
#[derive(Default)]
pub(super) struct Prepared {
    phrases: Vec<Offered>,
    /// A text that was picked by its address: the step and the text.
    picked: Option<(&'static str, String)>,
    /// Whether the answer is shown as its reader will see it.
    pub(super) previewed: bool,
}

/// What is arranged around the case, as the page shows it.
pub(super) struct Extras {
    pub(super) videos: Vec<present::Film>,
    /// Where it stands in the list one came from.
    pub(super) way: Way,
    pub(super) may_designate: bool,
    pub(super) tasks: Vec<TaskShown>,
    pub(super) checks: Checks,
    /// The link of somebody outside, shown this once.
    pub(super) link: String,
    pub(super) cause: String,
    /// What closed cases taught, while the centre has it.
    pub(super) learned: Learned,
    /// How many mails came about it.
    pub(super) letters: i64,
}

/// A step that did not happen: what was typed is kept, and why is said.
pub(super) struct Trouble {
    pub(super) step: &'static str,
    pub(super) typed: Fields,
    pub(super) sentence: String,
    pub(super) field: Option<&'static str>,
    pub(super) status: StatusCode,
    /// Somebody else changed the case meanwhile.
    pub(super) stale: bool,
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
    pub(super) fn may(&self, step: &str) -> bool {
        let ticks = step == "checklist" && self.extras.checks.can;
        ticks || self.acts.iter().any(|act| act.step == step) || self.around.has(step)
    }

    /// Whether a step's form came back, or a prepared text was picked for it.
    fn open(&self, step: &str) -> bool {
        let picked = self.prepared.picked.as_ref().is_some_and(|(of, _)| *of == step);
        picked || self.trouble.as_ref().is_some_and(|t| t.step == step)
    }

    /// What was typed into a field of the form that came back; or the prepared text that was picked.
    fn typed(&self, step: &str, field: &str) -> &str {
        match &self.prepared.picked {
            Some((of, text)) if *of == step && field == main_field(step) => text,
            _ => self.trouble.as_ref().filter(|t| t.step == step).map_or("", |t| t.typed.get(field)),
        }
    }

    /// The prepared texts for a step.
    fn picks(&self, step: &str) -> Vec<&Offered> {
        self.prepared.phrases.iter().filter(|phrase| phrase.step.key() == step).collect()
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

/// The field of a step's form that prepared texts are for.
fn main_field(step: &str) -> &'static str {
    match step {
        "answer" => "public",
        "contact" => "note",
        "note" => "text",
        _ => "reason",
    }
}

/// The page of a case.
pub(crate) async fn page(desk: Desk, Path(on): Path<String>) -> PageResult {
    let number = words::number(&on)?;
    let (shown, way) = load(&desk, number).await?;
    let query = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let done = choices::done_words(query.get("done"), desk.visit.lang);
    let mut page = view(&desk, &shown, way, None, None, done);
    let picked = page.prepared.phrases.iter().find(|phrase| phrase.key == query.get("phrase"));
    page.prepared.picked = picked.map(|phrase| (phrase.step.key(), phrase.text.clone()));
    Ok(html(&page))
}

/// The page with an answer as its reader will see it; nothing is recorded.
pub(super) async fn preview(desk: &Desk, number: Number, typed: Fields) -> PageResult {
    let (shown, way) = load(desk, number).await?;
    let trouble = Trouble {
        step: "answer",
        typed,
        sentence: String::new(),
        field: None,
        status: StatusCode::OK,
        stale: false,
    };
    let mut page = view(desk, &shown, way, Some(trouble), None, "");
    page.prepared.previewed = true;
    Ok(html(&page))
}

/// The page again after a step that did not happen.
pub(super) async fn again(desk: &Desk, number: Number, trouble: Trouble) -> PageResult {
    let (shown, way) = load(desk, number).await?;
    let status = trouble.status;
    let mut response: Response = html(&view(desk, &shown, way, Some(trouble), None, ""));
    *response.status_mut() = status;
    Ok(response)
}

/// The page with a person in plain text. Never by redirect: an address is kept by browsers.
pub(super) async fn revealed(desk: &Desk, number: Number, revealed: Revealed) -> PageResult {
    let (shown, way) = load(desk, number).await?;
    Ok(html(&view(desk, &shown, way, None, Some(revealed), choices::done_words("reveal", desk.visit.lang))))
}

/// The page with the link of somebody outside. Never by redirect: an address is kept by browsers.
pub(super) async fn linked(desk: &Desk, number: Number, link: &str) -> PageResult {
    let (shown, way) = load(desk, number).await?;
    let page = view(desk, &shown, way, None, None, choices::done_words("task-link", desk.visit.lang));
    let extras = Extras { link: link.to_owned(), ..page.extras };
    Ok(html(&CasePage { extras, ..page }))
}

/// The name of a cause; one that was taken from the list is shown by its key.
pub(super) fn cause_name(city: &City, key: &str, lang: Lang) -> String {
    city.reasons.of_cause(key).map_or(key, |cause| cause.name.get(lang)).to_owned()
}

/// The case, and where it stands in the list one came from.
async fn load(desk: &Desk, number: Number) -> Result<(Shown, Way), crate::frame::WebError> {
    let list = desk.visit.list.clone();
    desk.run(move |ctx| {
        let shown = show::show(ctx, &number)?;
        let way = list.map(|query| way::find(ctx, &query, &shown.case.number)).transpose()?;
        Ok((shown, way.unwrap_or_default()))
    })
    .await
}

fn view(
    desk: &Desk,
    shown: &Shown,
    way: Way,
    trouble: Option<Trouble>,
    revealed: Option<Revealed>,
    done: &str,
) -> CasePage {
    let (s, lang, city) = (shell(desk, trouble.as_ref()), desk.visit.lang, &desk.site.app.city);
    let Shown { case, row, history, .. } = shown;
    let around = around::forms(Maker { s: &s, trouble: trouble.as_ref() }, city, &desk.who, shown);
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
        tags: present::tags(city, &s, case, row, shown.group),
        track: present::track(&s, shown),
        dues: present::dues(city, &s, shown),
        done: done.to_owned(),
        acts: acts::acts(city, &desk.who, case),
        around,
        news: news(city, &s, history, trouble.as_ref()),
        extras: extras(desk, &s, shown, way, trouble.as_ref()),
        blockers: present::blockers(case, lang),
        proposed: shown.proposal.as_ref().map(|p| Proposed::of(city, p, lang)),
        contacted: case.contacted_at.is_some() || case.entered,
        voices: present::voices(city, &s, shown, revealed.as_ref()),
        answers: present::answers(city, &s, history),
        told: shown.told.iter().map(|entry| NoticeLine::of(&s, entry)).collect(),
        rounds: timeline::rounds(city, &s, history),
        events: history.len(),
        erased: history.iter().filter(|e| e.is_none()).count(),
        place: present::place(city, row, lang),
        nearby: Nearby::of(city, shown, &s),
        prepared: Prepared { phrases: shown.phrases.clone(), ..Prepared::default() },
        owners: outside::owners(city, shown, &s),
        photos: present::photos(shown, lang),
        files: present::files(shown),
        units: words::unit_choices(city, lang),
        categories: words::category_choices(city, lang),
        labels: acts::labels(city, case, lang),
        label: case.label.clone().unwrap_or_default(),
        reviewed: city.settings.review_required,
        outcomes: choices::outcomes(lang),
        feelings: choices::feelings(lang),
        survey: choices::survey(city, lang),
        unreached: choices::unreached(lang),
        ways: choices::ways(lang),
        kinds: choices::kinds(lang),
        urgencies: choices::urgencies(lang),
        trouble,
        s,
    }
}

/// A form that comes back is the same form: whether it was recorded may be in doubt.
fn shell(desk: &Desk, trouble: Option<&Trouble>) -> Shell {
    let mut s = desk.shell();
    if let Some(form) = trouble.and_then(|trouble| trouble.typed.opt("form")) {
        form.clone_into(&mut s.nonce);
    }
    s
}

fn extras(desk: &Desk, s: &Shell, shown: &Shown, way: Way, trouble: Option<&Trouble>) -> Extras {
    let city = &desk.site.app.city;
    let cause = shown.case.handling.cause.as_deref();
    let can = shown.case.phase() == Phase::InHand && permit::<verb::Tick>(&desk.who, &shown.case).is_ok();
    Extras {
        way,
        checks: Checks::of(city, s, shown, can, trouble),
        may_designate: desk.who.can(Action::Decide),
        tasks: tasks::tasks(city, s, shown),
        link: String::new(),
        learned: learned(desk, shown, s.lang),
        letters: shown.letters,
        videos: present::videos(shown, s),
        cause: cause.map(|key| cause_name(city, key, s.lang)).unwrap_or_default(),
    }
}

/// What closed cases taught about it, as long as nobody has it.
fn learned(desk: &Desk, shown: &Shown, lang: Lang) -> Learned {
    let first = shown.voices.first().filter(|_| shown.proposal.is_some());
    first.map_or_else(Learned::default, |voice| {
        let request = &voice.request;
        let asked = Asked {
            title: &request.title,
            text: &request.text,
            division: request.place.division.as_deref(),
            category: shown.case.category.as_deref(),
        };
        Learned::of(&desk.site.app, &asked, lang)
    })
}

/// What happened since the page was made that a step came from.
fn news(city: &City, s: &Shell, history: &[Option<Event>], trouble: Option<&Trouble>) -> Vec<Entry> {
    let stale = trouble.filter(|trouble| trouble.stale);
    let seen = stale.map(|trouble| trouble.typed.get("seen").parse().unwrap_or(0));
    seen.map(|seen| timeline::since(city, s, history, seen)).unwrap_or_default()
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
