//! 自行登记: a handler enters work directly, for themselves, a colleague or another unit. No resident is
//! asked for, and none waits for it; category and deadline are found as for any request.

use askama::Template;
use axum::response::Response;
use duban_app::{
    AppError,
    case::{
        assign::Colleague,
        enter::{self, For},
        register::{Intake, Registered},
    },
};
use duban_domain::{
    Number, Refusal, StaffId,
    case::Wish,
    person::Person,
    place::Point,
    policy::Action,
    request::{Channel, Kind, Place, Privacy, Urgency},
};

use super::{
    intake::{FieldFault, point_of},
    steps::kept_words,
    words::{self, Choice, Choices},
};
use crate::frame::{
    Desk, Fields, PageResult, Shell, WebError, error::upload_words, html, html_again, kept, map::MapView,
    see_other,
};

#[derive(Template)]
#[template(path = "desk/entry.html")]
pub(super) struct EntryPage {
    pub(super) s: Shell,
    pub(super) f: Fields,
    pub(super) form: String,
    pub(super) faults: Vec<FieldFault>,
    pub(super) map: MapView,
    pub(super) colleagues: Vec<Choice>,
    pub(super) units: Vec<Choices>,
    pub(super) urgencies: Vec<Choice>,
    pub(super) divisions: Vec<Choices>,
    pub(super) categories: Vec<Choices>,
}

impl EntryPage {
    fn typed(&self, field: &str) -> &str {
        self.f.get(field)
    }

    fn wrong(&self, field: &str) -> &str {
        self.faults.iter().find(|f| f.field == field).map_or("", |f| f.sentence.as_str())
    }

    fn is(&self, field: &str, key: &str) -> bool {
        self.f.get(field) == key
    }
}

#[derive(Template)]
#[template(path = "desk/entered.html")]
pub(super) struct EnteredPage {
    pub(super) s: Shell,
    pub(super) grouped: String,
    pub(super) unit: String,
}

/// The form, or where what was entered went.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let query = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    if let Ok(number) = query.get("saved").parse::<Number>() {
        let (s, city) = (desk.shell(), &desk.site.app.city);
        let unit = city.unit(query.get("unit")).map(|unit| unit.name.get(s.lang).to_owned());
        let unit = unit.unwrap_or_default();
        return Ok(html(&EnteredPage { grouped: number.grouped(), unit, s }));
    }
    show(&desk, Fields::default(), Vec::new(), html).await
}

/// Enters it, or shows the form again with everything that was typed.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    if fields.opt(kept::RESUMED).is_some() {
        let sentence = kept_words(desk.visit.lang).to_owned();
        return show(&desk, fields, vec![FieldFault { field: "text", sentence }], html).await;
    }
    match intake_of(&desk, &fields) {
        Ok((intake, to)) => entered(&desk, fields, intake, to).await,
        Err(faults) => show(&desk, fields, faults, html_again).await,
    }
}

async fn entered(desk: &Desk, fields: Fields, intake: Intake, to: For) -> PageResult {
    let (sent, whose) = (fields.clone(), to.clone());
    let done = desk.run(move |ctx| {
        let media = sent.media("photo", &ctx.city().settings)?;
        enter::enter(ctx, &Intake { media, ..intake }, &whose, sent.get("reason"))
    });
    match done.await {
        Ok(done) => Ok(see_other(&after(desk, &to, &done))),
        Err(error) => again(desk, fields, error).await,
    }
}

/// The case, where its reader may see it.
fn after(desk: &Desk, to: &For, done: &Registered) -> String {
    match to {
        For::Unit(unit) if !desk.who.reach.has(unit) || !desk.who.can(Action::View) => {
            format!("/desk/entry?saved={}&unit={unit}", done.number)
        }
        _ => format!("/desk/cases/{}?done=entered", done.number),
    }
}

async fn again(desk: &Desk, fields: Fields, error: WebError) -> PageResult {
    let lang = desk.visit.lang;
    let fault = match &error {
        WebError::App(AppError::Refused(Refusal::MayNot(_))) => return Err(error),
        WebError::App(AppError::Refused(refusal)) => {
            let colleague = matches!(refusal, Refusal::Obstacle(_));
            let field = if colleague { "colleague" } else { refusal.field().unwrap_or("text") };
            FieldFault { field, sentence: refusal.sentence(lang) }
        }
        WebError::App(AppError::Upload(fault)) => {
            let (zh, en) = upload_words(*fault);
            FieldFault { field: "photo", sentence: lang.t(&zh, &en).to_owned() }
        }
        _ => return Err(error),
    };
    show(desk, fields, vec![fault], html_again).await
}

fn intake_of(desk: &Desk, fields: &Fields) -> Result<(Intake, For), Vec<FieldFault>> {
    let lang = desk.visit.lang;
    let mut faults = Vec::new();
    let choose = lang.t("请选一项。", "Choose one.");
    if fields.get("text").is_empty() {
        let sentence = Refusal::NeedsText("text").sentence(lang);
        faults.push(FieldFault { field: "text", sentence });
    }
    let to = whose(fields).unwrap_or_else(|field| {
        faults.push(FieldFault { field, sentence: choose.to_owned() });
        For::Own
    });
    let point = point_of(desk, fields).unwrap_or_else(|sentence| {
        faults.push(FieldFault { field: "lng", sentence });
        None
    });
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok((intake(fields, point), to))
}

fn whose(fields: &Fields) -> Result<For, &'static str> {
    match fields.get("to") {
        "own" => Ok(For::Own),
        "colleague" => {
            let id = fields.get("colleague").parse().map_err(|_| "colleague")?;
            Ok(For::Colleague(StaffId(id)))
        }
        "unit" => Ok(For::Unit(fields.opt("unit").ok_or("unit")?.to_owned())),
        _ => Err("to"),
    }
}

fn intake(fields: &Fields, point: Option<Point>) -> Intake {
    Intake {
        channel: Channel::Own,
        kind: Some(Kind::Help),
        title: String::new(),
        text: fields.get("text").to_owned(),
        place: Place {
            words: fields.get("place").to_owned(),
            division: fields.opt("division").map(str::to_owned),
            point,
        },
        privacy: Privacy::Anonymous,
        person: Person::default(),
        media: Vec::new(),
        source_key: fields.opt("form").map(|nonce| format!("form:{nonce}")),
        wish: Wish {
            category: fields.opt("category").map(str::to_owned),
            urgency: Urgency::from_key(fields.get("urgency")),
            by_hand: true,
            ..Wish::default()
        },
    }
}

async fn show(
    desk: &Desk,
    f: Fields,
    faults: Vec<FieldFault>,
    shown: fn(&EntryPage) -> Response,
) -> PageResult {
    let colleagues = desk.run(enter::colleagues).await?;
    let (city, lang, s) = (&desk.site.app.city, desk.visit.lang, desk.shell());
    let choice = |key: String, name: &str| Choice { key, name: name.to_owned() };
    let person = |c: &Colleague| choice(c.id.0.to_string(), &c.name);
    let picked = point_of(desk, &f).ok().flatten();
    Ok(shown(&EntryPage {
        form: f.opt("form").unwrap_or(&s.nonce).to_owned(),
        s,
        faults,
        map: MapView::new(city, lang, picked).picking("lng", "lat"),
        colleagues: colleagues.iter().map(person).collect(),
        units: words::unit_choices(city, lang),
        urgencies: Urgency::ALL.iter().map(|u| choice(u.key().to_owned(), u.word(lang))).collect(),
        divisions: words::division_choices(city, lang),
        categories: words::category_choices(city, lang),
        f,
    }))
}
