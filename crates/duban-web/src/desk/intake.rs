//! 接听: an operator takes down what a caller says. The text comes first; everything else helps.

use askama::Template;
use axum::response::Response;
use duban_app::{
    AppError, Ctx, call,
    case::{
        join,
        register::{self, Intake, Registered},
        show,
    },
};
use duban_domain::{
    CallId, Lang, Number, Refusal,
    case::{HandOver, Wish},
    person::{Person, Phone},
    place::{Point, judge},
    policy::Action,
    question::{Given, Misanswer},
    request::{Channel, Kind, Place, Privacy, Urgency},
    text,
};

use super::{
    assist::{self as suggestions, Assist},
    calls::{self, pop::Bar},
    ready, same,
    steps::kept_words,
    words::{self, Choice, Choices},
};
use crate::{
    frame::{
        Desk, Fields, PageResult, Shell, WebError, fields::cut, html, html_again, kept, map::MapView,
        see_other,
    },
    questions,
};

/// Doors that an operator takes things in by.
const DOORS: [Channel; 6] =
    [Channel::Phone, Channel::Counter, Channel::WeChat, Channel::Mailbox, Channel::Patrol, Channel::Other];

#[derive(Template)]
#[template(path = "desk/intake.html")]
pub(super) struct IntakePage {
    pub(super) s: Shell,
    pub(super) f: Fields,
    pub(super) form: String,
    pub(super) faults: Vec<FieldFault>,
    pub(super) a: Assist,
    pub(super) map: MapView,
    pub(super) kinds: Vec<Choice>,
    pub(super) urgencies: Vec<Choice>,
    pub(super) doors: Vec<Choice>,
    pub(super) privacies: Vec<Choice>,
    pub(super) divisions: Vec<Choices>,
    pub(super) categories: Vec<Choices>,
    /// The call that is taken down, with the bar of calls as it stands.
    pub(super) call: Option<OnCall>,
    pub(super) emergency: Vec<Choice>,
}

/// The call behind a form.
pub(super) struct OnCall {
    pub(super) id: String,
    pub(super) who: String,
    pub(super) has_number: bool,
    pub(super) bar: Bar,
}

/// What is wrong with one field.
pub(super) struct FieldFault {
    pub(super) field: &'static str,
    pub(super) sentence: String,
}

impl IntakePage {
    fn typed(&self, field: &str) -> &str {
        self.f.get(field)
    }

    fn wrong(&self, field: &str) -> &str {
        self.faults.iter().find(|f| f.field == field).map_or("", |f| f.sentence.as_str())
    }

    fn is(&self, field: &str, key: &str, usual: &str) -> bool {
        match self.f.get(field) {
            "" => key == usual,
            typed => key == typed,
        }
    }
}

#[derive(Template)]
#[template(path = "desk/saved.html")]
pub(super) struct SavedPage {
    pub(super) s: Shell,
    pub(super) number: String,
    /// The draft that is done with.
    pub(super) draft: String,
    pub(super) grouped: String,
    pub(super) spelled: String,
    pub(super) unit: String,
    /// The case that it was taken into, when it is not its own.
    pub(super) joined: String,
    pub(super) dues: Vec<(String, crate::frame::When)>,
    pub(super) can_view: bool,
    /// What opens the page of somebody who left no telephone.
    code: Option<String>,
}

/// The form, or what came of the last one.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let query = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    if let Ok(number) = query.get("saved").parse::<Number>() {
        return saved(&desk, number, query.get("call")).await;
    }
    let mut typed = Fields::default();
    if let Some(call) = query.opt("call") {
        typed.set("call", call);
    }
    let a = suggestions::suggest(&desk, &typed, true).await?;
    page_of(&desk, typed, Vec::new(), a, html).await
}

/// The page with the call that it is about, if it is about one.
async fn page_of(
    desk: &Desk,
    fields: Fields,
    faults: Vec<FieldFault>,
    a: Assist,
    show: fn(&IntakePage) -> Response,
) -> PageResult {
    let call = on_call(desk, &fields).await?;
    let mut page = view(desk, fields, faults, a);
    page.call = call;
    Ok(show(&page))
}

async fn on_call(desk: &Desk, fields: &Fields) -> Result<Option<OnCall>, WebError> {
    let Some(of) = fields.opt("call").map(str::to_owned) else { return Ok(None) };
    let id = calls::pop::id(&of)?;
    let (caller, board) = desk.run(move |ctx| Ok((call::caller(ctx, id)?, call::board(ctx)?))).await?;
    let s = desk.shell();
    Ok(Some(OnCall {
        who: calls::pop::who(&caller.call.masked, &s),
        has_number: caller.has_number,
        bar: Bar::of(&board, &s, &of),
        id: of,
    }))
}

/// Saves, or shows the form again with everything that was typed.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    if fields.opt(kept::RESUMED).is_some() {
        return Ok(resumed(&desk, fields));
    }
    let (fields, refused) = ready::pressed(&desk, fields).await?;
    match refused {
        Some(refusal) => again(&desk, fields, vec![fault(&refusal, desk.visit.lang)]).await,
        None => sent(&desk, fields).await,
    }
}

/// Looks once more, saves, or shows the form again.
async fn sent(desk: &Desk, fields: Fields) -> PageResult {
    if fields.get("do") == "check" {
        let a = suggestions::suggest(desk, &fields, true).await?;
        return page_of(desk, fields, Vec::new(), a, html).await;
    }
    match intake_of(desk, &fields) {
        Ok(intake) => taken(desk, fields, intake).await,
        Err(faults) => again(desk, fields, faults).await,
    }
}

/// The form again with what was written before the operator had to sign in.
fn resumed(desk: &Desk, fields: Fields) -> Response {
    let sentence = kept_words(desk.visit.lang).to_owned();
    html(&view(desk, fields, vec![FieldFault { field: "text", sentence }], Assist::default()))
}

async fn taken(desk: &Desk, fields: Fields, intake: Intake) -> PageResult {
    let call = fields.opt("call").map(calls::pop::id).transpose()?;
    let into = same::joining(&fields);
    match desk.run(move |ctx| save(ctx, &intake, call, into.as_ref())).await {
        Ok(done) => {
            let call = call.map(|id| format!("&call={}", id.0)).unwrap_or_default();
            Ok(see_other(&format!("/desk/intake?saved={}{call}", done.number)))
        }
        Err(WebError::App(AppError::Refused(refusal))) => {
            again(desk, fields, vec![fault(&refusal, desk.visit.lang)]).await
        }
        Err(error) => Err(error),
    }
}

/// A case of its own, or into the one that the operator knows it to be about.
fn save(
    ctx: &Ctx,
    intake: &Intake,
    call: Option<CallId>,
    into: Option<&Number>,
) -> Result<Registered, AppError> {
    match (into, call) {
        (Some(case), call) => join::by_staff(ctx, intake, case, call),
        (None, Some(call)) => register::on_call(ctx, intake, call),
        (None, None) => register::by_staff(ctx, intake),
    }
}

async fn again(desk: &Desk, fields: Fields, faults: Vec<FieldFault>) -> PageResult {
    let a = suggestions::suggest(desk, &fields, true).await?;
    page_of(desk, fields, faults, a, html_again).await
}

fn fault(refusal: &Refusal, lang: Lang) -> FieldFault {
    FieldFault { field: refusal.field().unwrap_or("text"), sentence: refusal.sentence(lang) }
}

/// The form as the use case wants it, or everything that is wrong with it at once.
fn intake_of(desk: &Desk, fields: &Fields) -> Result<Intake, Vec<FieldFault>> {
    let lang = desk.visit.lang;
    let mut faults = Vec::new();
    let mut note = |refusal: &Refusal| faults.push(fault(refusal, lang));
    let phone = Phone::parse(fields.get("phone")).unwrap_or_else(|refusal| {
        note(&refusal);
        None
    });
    let privacy = Privacy::from_key(fields.get("privacy")).unwrap_or(Privacy::Contact);
    if fields.get("text").is_empty() {
        note(&Refusal::NeedsText("text"));
    }
    let handed = handed_of(desk, fields);
    if fields.get("do") == "handed" && handed.is_none() {
        note(&Refusal::NeedsText("handed"));
    }
    let direct = match (fields.get("do"), &handed) {
        ("handed", Some(to)) => Some(handed_words(desk, to)),
        _ => fields.opt("direct").map(str::to_owned),
    };
    if fields.get("do") == "direct" && direct.is_none() {
        note(&Refusal::NeedsText("direct"));
    }
    // On a call the caller's own number stands in.
    let unreachable = phone.is_none() && fields.get("phone").is_empty() && fields.get("call").is_empty();
    if privacy != Privacy::Anonymous && unreachable {
        note(&Refusal::NeedsPhone);
    }
    let answers = answers_of(desk, fields).unwrap_or_else(|wrong| {
        faults.extend(wrong);
        None
    });
    let point = point_of(desk, fields).unwrap_or_else(|sentence| {
        faults.push(FieldFault { field: "lng", sentence });
        None
    });
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Intake {
        channel: Channel::from_key(fields.get("channel"))
            .filter(|c| DOORS.contains(c))
            .unwrap_or(Channel::Phone),
        kind: Kind::from_key(fields.get("kind")),
        title: String::new(),
        text: text_of(fields, lang),
        place: Place {
            words: fields.get("place").to_owned(),
            division: fields.opt("division").map(str::to_owned),
            point,
        },
        privacy,
        person: Person { name: fields.get("name").to_owned(), phone, ..Person::default() },
        media: Vec::new(),
        source_key: fields.opt("form").map(|nonce| format!("form:{nonce}")),
        wish: Wish { answers, ..wish_of(fields, direct, handed) },
    })
}

/// The answers, if the form showed the questions of what it is about. Whoever answers at once and closes
/// need not ask on.
fn answers_of(desk: &Desk, fields: &Fields) -> Result<Option<Given>, Vec<FieldFault>> {
    let (city, s) = (&desk.site.app.city, desk.shell());
    let category = suggestions::category(city, &s, fields);
    let ends = matches!(fields.get("do"), "direct" | "handed") || same::joining(fields).is_some();
    match questions::answers(city, category.as_deref(), fields.get("asked"), &questions::given(fields)) {
        Err(wrong) if ends && questions::only_missing(&wrong) => Ok(None),
        read => read.map_err(|wrong| {
            let fault =
                |one: &Misanswer| FieldFault { field: "questions", sentence: one.sentence(desk.visit.lang) };
            wrong.iter().map(fault).collect()
        }),
    }
}

/// The emergency service that the caller was handed to; only those of the city count.
fn handed_of(desk: &Desk, fields: &Fields) -> Option<HandOver> {
    let to = fields.get("handed");
    let known = desk.site.app.city.desk.calls.emergency.iter().any(|service| service.number == to);
    let said = cut(fields.get("handed_said"), text::TEXT_MAX).to_owned();
    known.then(|| HandOver { to: to.to_owned(), said })
}

/// What a caller who was handed over is told to have been told.
fn handed_words(desk: &Desk, handed: &HandOver) -> String {
    let (city, lang) = (&desk.site.app.city, desk.visit.lang);
    let service = city.desk.calls.emergency.iter().find(|service| service.number == handed.to);
    let name = service.map(|service| service.name.get(lang)).unwrap_or_default();
    let head = match lang {
        Lang::Zh => format!("已为您转接 {}（{name}）。", handed.to),
        Lang::En => format!("You were handed to {} ({name}).", handed.to),
    };
    format!("{head}{}", handed.said)
}

fn wish_of(fields: &Fields, direct: Option<String>, handed: Option<HandOver>) -> Wish {
    Wish {
        category: fields.opt("category").map(str::to_owned),
        kind: Kind::from_key(fields.get("kind")),
        urgency: Urgency::from_key(fields.get("urgency")),
        direct: direct.filter(|_| matches!(fields.get("do"), "direct" | "handed")),
        source: ready::source(fields.get("known")).filter(|_| fields.get("do") == "direct"),
        hold: fields.get("do") == "hold",
        by_hand: true,
        handed,
        ..Wish::default()
    }
}

/// What was said, with when and what is wanted as lines of their own, so that units read them too.
fn text_of(fields: &Fields, lang: Lang) -> String {
    let mut text = fields.get("text").to_owned();
    let lines = [("when", lang.t("何时：", "When: ")), ("wanted", lang.t("希望：", "Wanted: "))];
    for (field, head) in lines {
        if let Some(value) = fields.opt(field) {
            text.push_str(&format!("\n{head}{value}"));
        }
    }
    text
}

/// The pin, when there is one; an odd pair is named and not believed.
pub(super) fn point_of(desk: &Desk, fields: &Fields) -> Result<Option<Point>, String> {
    let (lng, lat) = (fields.get("lng"), fields.get("lat"));
    if lng.is_empty() && lat.is_empty() {
        return Ok(None);
    }
    let degrees = |raw: &str| raw.parse::<f64>().unwrap_or(f64::NAN);
    let next = desk
        .visit
        .lang
        .t("。请在地图上重点一次，或清空这两格。", ". Pick it on the map again, or empty both fields.");
    judge(degrees(lng), degrees(lat), &desk.site.app.city.bounds)
        .map(Some)
        .map_err(|odd| format!("{}{next}", odd.word(desk.visit.lang)))
}

fn view(desk: &Desk, f: Fields, faults: Vec<FieldFault>, a: Assist) -> IntakePage {
    let (city, lang) = (&desk.site.app.city, desk.visit.lang);
    let choice = |key: &str, name: &str| Choice { key: key.to_owned(), name: name.to_owned() };
    let picked = point_of(desk, &f).ok().flatten();
    let s = desk.shell();
    let form = f.opt("form").unwrap_or(&s.nonce).to_owned();
    IntakePage {
        s,
        form,
        faults,
        a,
        map: MapView::new(city, lang, picked).picking("lng", "lat").tall(),
        kinds: Kind::ALL.iter().map(|k| choice(k.key(), k.word(lang))).collect(),
        urgencies: Urgency::ALL.iter().map(|u| choice(u.key(), u.word(lang))).collect(),
        doors: DOORS.iter().map(|c| choice(c.key(), c.word(lang))).collect(),
        privacies: Privacy::ALL.iter().map(|p| choice(p.key(), p.word(lang))).collect(),
        divisions: words::division_choices(city, lang),
        categories: words::category_choices(city, lang),
        call: None,
        emergency: city
            .desk
            .calls
            .emergency
            .iter()
            .map(|e| choice(&e.number, &format!("{} {}", e.number, e.name.get(lang))))
            .collect(),
        f,
    }
}

/// The number, big, as it is read out; who has it and by when.
async fn saved(desk: &Desk, number: Number, call: &str) -> PageResult {
    let asked = number.clone();
    let shown = match desk.run(move |ctx| show::show(ctx, &asked)).await {
        Ok(shown) => Some(shown),
        // Who may only take calls cannot open the case, but must still read its number out.
        Err(WebError::App(AppError::Refused(Refusal::NotFound | Refusal::MayNot(_)))) => None,
        Err(error) => return Err(error),
    };
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let mut dues = Vec::new();
    if let Some(case) = shown.as_ref().map(|shown| &shown.case) {
        dues.extend(case.contact.as_ref().map(|d| (s.t("联系诉求人", "Contact").to_owned(), s.when(&d.due))));
        dues.push((s.t("办结答复", "Answer").to_owned(), s.when(&case.finish.due)));
    }
    let unit = shown
        .as_ref()
        .and_then(|shown| shown.case.unit())
        .map(|key| words::unit_name(city, key, s.lang))
        .unwrap_or_default();
    let joined = shown.as_ref().map(|shown| &shown.case.number).filter(|case| **case != number);
    let response: Response = html(&SavedPage {
        joined: joined.map(Number::grouped).unwrap_or_default(),
        grouped: number.grouped(),
        spelled: spelled(&number, s.lang),
        number: number.to_string(),
        draft: draft_key(call),
        unit,
        dues,
        can_view: shown.is_some() && desk.who.can(Action::View),
        code: shown
            .as_ref()
            .and_then(|shown| shown.voices.iter().find(|voice| voice.request.number == number))
            .filter(|voice| voice.request.privacy == Privacy::Anonymous)
            .map(|_| duban_app::person::code(&desk.site.app, &number)),
        s,
    });
    Ok(response)
}

/// Each call has a draft of its own, so that the next caller does not find the last one's words.
pub(super) fn draft_key(call: &str) -> String {
    if call.is_empty() { "intake".to_owned() } else { format!("intake-{call}") }
}

/// The digits as they are said: `二六零一，零四零零，四一七一`.
pub(super) fn spelled(number: &Number, lang: Lang) -> String {
    const ZH: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    const EN: [&str; 10] =
        ["zero ", "one ", "two ", "three ", "four ", "five ", "six ", "seven ", "eight ", "nine "];
    let table = if lang == Lang::Zh { ZH } else { EN };
    let grouped = number.grouped();
    let groups = grouped.split(' ').map(|group| {
        group
            .bytes()
            .map(|b| table[usize::from(b.saturating_sub(b'0')) % 10])
            .collect::<String>()
            .trim_end()
            .to_owned()
    });
    groups.collect::<Vec<_>>().join(lang.t("，", ", "))
}
