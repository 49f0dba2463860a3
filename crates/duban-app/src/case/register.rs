//! 登记: a request comes in by any door, becomes a case and is dispatched by the catalogue.

use duban_domain::{
    CallId, CaseId, Number, PersonId, Refusal, RequestId, Stamp,
    case::{Actor, ActorKind, Case, Event, What, Wish, join, open},
    confirmation::Gate,
    dispatch::{Matter, propose},
    knowledge::Source,
    person::Person,
    policy::{allow, verb},
    question::{self, Detail},
    request::{Channel, Kind, Place, Privacy, Request},
    text,
    triage::Aim,
};
use duban_store::{Inserted, SealedPerson, WriteTx};

use super::{Opening, load, moment, record, reindex, same};
use crate::{
    App, Ctx, knowledge,
    media::NewMedia,
    object, person, proof,
    resident::mine::{self, Signed},
    triage::{self, Asked},
    wiring::Result,
};

/// How often another serial is tried before the number grows longer.
const SHORT_TRIES: u32 = 12;
/// How often a long serial is tried before something must be wrong.
const LONG_TRIES: u32 = 12;

/// What somebody said, parsed.
#[derive(Clone, Debug)]
pub struct Intake {
    /// The door.
    pub channel: Channel,
    /// The kind of voice, when it was said.
    pub kind: Option<Kind>,
    /// One line; made from the text when empty.
    pub title: String,
    /// In full.
    pub text: String,
    /// Where.
    pub place: Place,
    /// Who may know the person.
    pub privacy: Privacy,
    /// Who it is.
    pub person: Person,
    /// Photos.
    pub media: Vec<NewMedia>,
    /// The key of the form or the other system, so that sending twice counts once.
    pub source_key: Option<String>,
    /// What was decided beforehand.
    pub wish: Wish,
}

/// Which other system a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The name of the system, as its key has it.
    pub partner: String,
    /// How that system calls the request.
    pub reference: Option<String>,
}

impl Origin {
    /// A system that gives no reference of its own.
    #[must_use]
    pub fn of(partner: &str) -> Self {
        Self { partner: partner.to_owned(), reference: None }
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The number that the person keeps.
    pub number: Number,
    /// The request.
    pub request: RequestId,
    /// Whether it had been taken in before: the same form, sent twice.
    pub again: bool,
}

/// An operator takes down a call.
pub fn by_staff(ctx: &Ctx, intake: &Intake) -> Result<Registered> {
    let allowed = allow::<verb::Register>(&ctx.who)?;
    told_again(ctx, intake)?;
    register(&ctx.app, intake, allowed.actor(), ctx.now, None)
}

/// An operator takes down the call they are on: its number stands in for one that was not typed, and
/// the call knows what came of it.
pub fn on_call(ctx: &Ctx, intake: &Intake, call: CallId) -> Result<Registered> {
    let allowed = allow::<verb::Register>(&ctx.who)?;
    told_again(ctx, intake)?;
    register(&ctx.app, &of_call(ctx, intake, call)?, allowed.actor(), ctx.now, Some(call))
}

/// The same with the number of the call, where none was typed.
pub(super) fn of_call(ctx: &Ctx, intake: &Intake, call: CallId) -> Result<Intake> {
    let caller = crate::call::caller(ctx, call)?;
    let mut intake = intake.clone();
    if intake.person.phone.is_none() && intake.privacy != Privacy::Anonymous && caller.has_number {
        intake.person.phone = crate::call::phone_of(&ctx.app, call)?;
    }
    Ok(intake)
}

/// What came of another case is told again only by whoever may see that case, and only what everybody may read.
fn told_again(ctx: &Ctx, intake: &Intake) -> Result<()> {
    match &intake.wish.source {
        Some(Source::Case { number }) => same::result(ctx, number).map(|_| ()),
        _ => Ok(()),
    }
}

/// A resident says it on the page.
pub fn by_resident(app: &App, intake: &Intake) -> Result<Registered> {
    register(
        app,
        intake,
        &Actor { kind: ActorKind::Resident, id: 0, name: String::new(), unit: None },
        app.now(),
        None,
    )
}

/// Somebody wrote it in a mail, taken in by the transaction that takes in the mail.
pub(crate) fn by_letter(app: &App, tx: &mut WriteTx<'_>, intake: &Intake) -> Result<Registered> {
    let by = Actor { kind: ActorKind::Resident, id: 0, name: String::new(), unit: None };
    Ready::of(app, intake, &by, app.now())?.take_in(app, tx)
}

/// "我也遇到了": another person joins a case that everybody can see, with a number of their own. Where the city asks for
/// it, whoever joins has confirmed how they are reached.
pub fn joining(app: &App, intake: &Intake, case: &Number, who: Option<&Signed>) -> Result<Registered> {
    let now = app.now();
    let entering = Entering::of(app, intake, now)?;
    mine::guard(app, Gate::MeToo, who, &entering.intake.person)?;
    app.store.write(|tx| {
        if let Some(known) = entering.known(tx)? {
            return Ok(known);
        }
        let joined = load(tx, case)?;
        let now = moment(tx, &joined, now)?;
        // What nobody may see nobody joins: as if it were not there.
        tx.public_row(joined.id)?.ok_or(Refusal::NotFound)?;
        entering.put_into(app, tx, &joined, now, |request| {
            let by = Actor { kind: ActorKind::Resident, id: request.id.0, name: String::new(), unit: None };
            Ok((by, join(&joined, &request.number, request.id)?))
        })
    })
}

/// A request that goes into a case that is there already.
pub(super) struct Entering {
    intake: Intake,
    person: Option<SealedPerson>,
    drafted: Request,
}

impl Entering {
    /// With all that needs no turn to write.
    pub(super) fn of(app: &App, intake: &Intake, now: Stamp) -> Result<Self> {
        let intake = checked(app, intake)?;
        let person = person::sealed(app, &intake.person)?;
        let drafted = request_of(app, &intake, person.as_ref().map(|person| person.id), Vec::new(), now);
        Ok(Self { intake, person, drafted })
    }

    /// The same form, sent before.
    pub(super) fn known(&self, tx: &mut WriteTx<'_>) -> Result<Option<Registered>> {
        known(tx, &self.intake)
    }

    /// Stores it with its person and files, and records who took it into the case.
    pub(super) fn put_into(
        &self,
        app: &App,
        tx: &mut WriteTx<'_>,
        joined: &Case,
        now: Stamp,
        decide: impl FnOnce(&Request) -> Result<(Actor, Vec<What>)>,
    ) -> Result<Registered> {
        let mut request = Request { case: joined.id, kind: joined.kind, ..self.drafted.clone() };
        if let Some(known) = insert(app, tx, &mut request)? {
            return Ok(Registered { number: known.number, request: known.id, again: true });
        }
        if let Some(person) = &self.person {
            tx.insert_person(person)?;
        }
        for media in &self.intake.media {
            crate::media::keep(app, tx, media, Some(request.id), Some(request.case), now)?;
        }
        let (by, happened) = decide(&request)?;
        let after = record(app, tx, joined, &by, now, happened)?;
        reindex(tx, &after)?;
        Ok(Registered { number: request.number, request: request.id, again: false })
    }
}

/// The same form, sent before.
fn known(tx: &mut WriteTx<'_>, intake: &Intake) -> Result<Option<Registered>> {
    let known = intake.source_key.as_deref().map(|key| tx.request_by_source(key)).transpose()?.flatten();
    Ok(known.map(|known| Registered { number: known.number, request: known.id, again: true }))
}

/// Another system hands it in.
pub fn by_partner(app: &App, from: &Origin, intake: &Intake) -> Result<Registered> {
    let by = Actor { kind: ActorKind::Partner, id: 0, name: from.partner.clone(), unit: None };
    let ready = Ready::of(app, intake, &by, app.now())?;
    app.store.write(|tx| {
        let done = ready.take_in(app, tx)?;
        if !done.again {
            let case = CaseId(done.request.0);
            tx.put_partner(done.request, case, &from.partner, from.reference.as_deref())?;
        }
        Ok(done)
    })
}

fn register(app: &App, intake: &Intake, by: &Actor, now: Stamp, call: Option<CallId>) -> Result<Registered> {
    let ready = Ready { call, ..Ready::of(app, intake, by, now)? };
    app.store.write(|tx| ready.take_in(app, tx))
}

/// Takes in what opens a case otherwise than by the catalogue.
pub(super) fn opened_by(ctx: &Ctx, intake: &Intake, by: &Actor, decide: &Decide<'_>) -> Result<Registered> {
    let ready = Ready::deciding(&ctx.app, intake, by, ctx.now, decide)?;
    ctx.app.store.write(|tx| ready.take_in(&ctx.app, tx))
}

/// What a request opens: pure, so that it can be asked again when another number is drawn.
pub(super) type Decide<'a> = dyn Fn(&App, &Request) -> Result<Vec<What>> + 'a;

/// A request with all that needs no database reckoned before the turn to write is taken: others wait for that.
struct Ready<'a> {
    intake: Intake,
    person: Option<SealedPerson>,
    drafted: Request,
    opening: Opening,
    by: &'a Actor,
    decide: Option<&'a Decide<'a>>,
    /// The call that it was said in.
    call: Option<CallId>,
}

impl<'a> Ready<'a> {
    fn of(app: &App, intake: &Intake, by: &'a Actor, now: Stamp) -> Result<Self> {
        Self::made(app, intake, by, now, None)
    }

    fn deciding(
        app: &App,
        intake: &Intake,
        by: &'a Actor,
        now: Stamp,
        decide: &'a Decide<'a>,
    ) -> Result<Self> {
        Self::made(app, intake, by, now, Some(decide))
    }

    fn made(
        app: &App,
        intake: &Intake,
        by: &'a Actor,
        now: Stamp,
        decide: Option<&'a Decide<'a>>,
    ) -> Result<Self> {
        let intake = checked(app, intake)?;
        let details = details(app, &intake, now)?;
        let person = person::sealed(app, &intake.person)?;
        let drafted = request_of(app, &intake, person.as_ref().map(|person| person.id), details, now);
        let opening = reckoned(app, &drafted, &intake.wish, by, decide)?;
        Ok(Self { intake, person, drafted, opening, by, decide, call: None })
    }

    /// Stores it, its files and the case that it opens, unless its source has handed it in before.
    fn take_in(&self, app: &App, tx: &mut WriteTx<'_>) -> Result<Registered> {
        if let Some(known) = known(tx, &self.intake)? {
            return Ok(known);
        }
        let mut request = self.drafted.clone();
        if let Some(known) = insert(app, tx, &mut request)? {
            return Ok(Registered { number: known.number, request: known.id, again: true });
        }
        // After the request, which another server may have taken in at this very moment.
        if let Some(person) = &self.person {
            tx.insert_person(person)?;
        }
        for media in &self.intake.media {
            crate::media::keep(app, tx, media, Some(request.id), Some(request.case), request.received_at)?;
        }
        if request.number == self.drafted.number {
            self.opening.record(app, tx, &request)?;
            self.opening.owe(app, tx)?;
        } else {
            let opening = reckoned(app, &request, &self.intake.wish, self.by, self.decide)?;
            opening.record(app, tx, &request)?;
            opening.owe(app, tx)?;
        }
        self.note_choice(app, tx, &request)?;
        if self.intake.wish.direct.is_some() {
            knowledge::find::note_use(app, tx, self.intake.wish.source.as_ref())?;
        }
        if let Some(mut row) = self.call.map(|id| tx.call_for_update(id)).transpose()?.flatten() {
            row.number = Some(request.number.clone());
            row.direct = self.intake.wish.direct.is_some();
            tx.update_call(&row)?;
        }
        Ok(Registered { number: request.number, request: request.id, again: false })
    }

    /// What the operator chose where a model had suggested a category.
    fn note_choice(&self, app: &App, tx: &mut WriteTx<'_>, request: &Request) -> Result<()> {
        let wish = &self.intake.wish;
        let Some(chosen) = wish.category.as_deref().filter(|_| wish.by_hand) else { return Ok(()) };
        let asked = Asked { title: &request.title, text: &request.text, ..Asked::default() };
        let unit = self.by.unit.as_deref().unwrap_or_default();
        triage::note(app, tx, unit, Aim::Category, &asked, chosen, request.received_at)
    }
}

/// The case that a request opens, by the rules of the city unless somebody decides it.
fn reckoned(
    app: &App,
    request: &Request,
    wish: &Wish,
    by: &Actor,
    decide: Option<&Decide<'_>>,
) -> Result<Opening> {
    let at = request.received_at;
    let events = match decide {
        Some(decide) => decide(app, request)?,
        None => opened(app, request, wish)?,
    };
    Opening::of(request, events.into_iter().map(|what| Event { at, by: by.clone(), what }).collect())
}

/// The same intake with its texts trimmed and bounded, and with everything it refers to known.
fn checked(app: &App, intake: &Intake) -> Result<Intake> {
    let mut checked = intake.clone();
    checked.text = text::required("text", &intake.text, text::TEXT_MAX)?;
    checked.title = text::optional("title", &intake.title, text::LINE_MAX)?;
    if checked.title.is_empty() {
        checked.title = text::title_of(&checked.text);
    }
    checked.place.words = text::optional("place", &intake.place.words, text::LINE_MAX)?;
    checked.person.name = text::optional("name", &intake.person.name, 60)?;
    if let Some(source) = &intake.wish.source {
        checked.wish.source = Some(knowledge::find::sound(app, source)?);
    }
    if let Some(code) = checked.place.division.as_deref().filter(|code| app.city.division(code).is_none()) {
        return Err(Refusal::UnknownDivision(code.to_owned()).into());
    }
    if let Some(key) = checked.wish.category.as_deref().filter(|key| app.city.live_category(key).is_none()) {
        return Err(Refusal::UnknownCategory(key.to_owned()).into());
    }
    if intake.privacy == Privacy::Anonymous {
        checked.person = Person::default();
    } else if checked.person.phone.is_none() && checked.person.mail.is_none() {
        return Err(Refusal::NeedsPhone.into());
    }
    Ok(checked)
}

/// What the rules of the city open, given to the person whom a rule names.
fn opened(app: &App, request: &Request, wish: &Wish) -> Result<Vec<What>> {
    let opening = open(request, wish, &app.ground(request.received_at));
    let sent = opening.events.iter().any(|what| matches!(what, What::Dispatched { .. }));
    match opening.proposal.handler.filter(|_| sent) {
        Some(login) => app.store.read(|tx| super::dispatch::given(app, tx, opening.events, &login)),
        None => Ok(opening.events),
    }
}

/// The answers to what the category asks; a door that did not ask brings none. Where nobody chose a
/// category, it is the one that the catalogue finds.
fn details(app: &App, intake: &Intake, now: Stamp) -> Result<Vec<Detail>> {
    let wish = &intake.wish;
    let Some(given) = &wish.answers else { return Ok(Vec::new()) };
    let matter = Matter {
        title: &intake.title,
        text: &intake.text,
        category: wish.category.as_deref(),
        division: intake.place.division.as_deref(),
        place_words: &intake.place.words,
        kind: wish.kind,
        details: &[],
        at: now,
    };
    let category = wish.category.clone().or_else(|| propose(&app.city, &matter).category);
    let details = question::read(&app.city, category.as_deref(), given).map_err(Refusal::Misanswered)?;
    if details.is_empty() { Ok(details) } else { app.store.read(|tx| object::named(app, tx, details)) }
}

fn request_of(
    app: &App,
    intake: &Intake,
    person: Option<PersonId>,
    details: Vec<Detail>,
    now: Stamp,
) -> Request {
    let id = app.request_id(now);
    Request {
        id,
        case: CaseId(id.0),
        number: number(app, now, false),
        kind: intake.kind.unwrap_or(Kind::Help),
        channel: intake.channel,
        title: intake.title.clone(),
        text: intake.text.clone(),
        details,
        place: intake.place.clone(),
        privacy: intake.privacy,
        person,
        received_at: now,
        source_key: intake.source_key.clone(),
    }
}

/// Stores a request under a free number; returns the one that is already there under its source key.
pub(crate) fn insert(app: &App, tx: &mut WriteTx<'_>, request: &mut Request) -> Result<Option<Request>> {
    let sealed = proof::sealed(app, request)?;
    for attempt in 0..SHORT_TRIES + LONG_TRIES {
        match tx.insert_request(request, &sealed)? {
            Inserted::Done => return Ok(None),
            Inserted::NumberTaken => {
                // The id may have been the one that was taken; a case has the id of its first request.
                let opens = request.case.0 == request.id.0;
                request.id = app.request_id(request.received_at);
                if opens {
                    request.case = CaseId(request.id.0);
                }
                request.number = number(app, request.received_at, attempt + 1 >= SHORT_TRIES);
            }
            Inserted::SourceKnown(id) => return Ok(tx.request(id)?),
        }
    }
    Err(crate::AppError::Broken("no free number was found for this day"))
}

/// A number of the day somebody reached the city.
pub(crate) fn number(app: &App, at: Stamp, long: bool) -> Number {
    Number::make(at.date(&app.city.zone), app.entropy.number(), long)
}
