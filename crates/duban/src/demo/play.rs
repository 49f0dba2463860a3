//! Plays the script through the use cases of the real system, with the clock told step by step.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use duban_app::{
    App, Ctx, DEMO_PASSWORD,
    case::{self, On, answer::Answering, callback::Call, dispatch::Order, register::Intake, task::Reporting},
    erasure, knowledge, media,
    resident::{self, speak::Evaluation},
    staff::users::{self, Account},
};
use duban_domain::{
    CaseId, Lang, Number, Stamp,
    case::{Case, Outcome, Satisfaction, Unreached, Verdict, Way, Wish, handling::Giving},
    erasure::{ErasureGround, IdentityCheck},
    person::{Person, Phone},
    place::Point,
    policy::Member,
    request::{Channel, Kind, Place, Privacy},
};

use super::{
    picture,
    script::{Scene, Script, Step, duration_ms},
};
use crate::clock::Told;

/// The members of staff by login.
pub(super) type Cast = BTreeMap<String, Member>;

/// Makes the accounts.
pub(super) fn cast(app: &App, script: &Script) -> anyhow::Result<Cast> {
    let mut cast = Cast::new();
    for player in &script.staff {
        let account = Account {
            login: player.login.clone(),
            name: player.name.clone(),
            unit: player.unit.clone(),
            role: player.role.clone(),
            password: DEMO_PASSWORD.to_owned(),
        };
        users::judge(&app.city, &account).with_context(|| format!("the demo's account {}", player.login))?;
        let id = users::put(app, &account)?;
        cast.insert(
            player.login.clone(),
            Member::of(&app.city, id, &player.name, &player.unit, &player.role),
        );
    }
    Ok(cast)
}

/// Plays every scene. Steps that would lie in the future are left to whoever tries the demo.
pub(super) fn play(app: &App, clock: &Told, now: Stamp, cast: &Cast, scenes: &[Scene]) -> anyhow::Result<()> {
    for scene in scenes {
        one(app, clock, now, cast, scene).with_context(|| format!("the demo's case {:?}", scene.title))?;
    }
    Ok(())
}

fn one(app: &App, clock: &Told, now: Stamp, cast: &Cast, scene: &Scene) -> anyhow::Result<()> {
    let mut at = now.plus_ms(-duration_ms(&scene.ago)?);
    clock.set(at);
    let intake = intake(scene)?;
    let registered = if intake.channel == Channel::Phone {
        case::register::by_staff(&ctx(app, player(cast, "operator")?), &intake)?
    } else {
        case::register::by_resident(app, &intake)?
    };
    for step in &scene.step {
        at = at.plus_ms(duration_ms(&step.after)?);
        if at >= now {
            break;
        }
        if step.by.is_empty()
            && is_unit_step(step)
            && doer(app, cast, &registered.number, step).is_err()
            && scene.lenient
        {
            break;
        }
        clock.set(at);
        take(app, cast, &registered.number, scene, step).with_context(|| format!("step {:?}", step.r#do))?;
    }
    Ok(())
}

fn take(app: &App, cast: &Cast, number: &Number, scene: &Scene, step: &Step) -> anyhow::Result<()> {
    let on = On { number: number.clone(), seen: None };
    let as_unit = || -> anyhow::Result<Ctx> { Ok(ctx(app, doer(app, cast, number, step)?)) };
    match step.r#do.as_str() {
        "dispatch" => {
            let order = Order {
                unit: step.unit.clone(),
                assisting: step.assisting.clone(),
                reason: step.text.clone(),
                designated: step.designated,
            };
            done(case::dispatch::dispatch(&ctx(app, player(cast, "dispatcher")?), &on, &order)?);
        }
        "sign" => done(case::sign::sign(&as_unit()?, &on)?),
        "contact" => done(case::contact::contact(&as_unit()?, &on, Way::Phone, &step.text)?),
        "answer" => {
            let unit = as_unit()?;
            tick(&unit, &on)?;
            done(case::answer::answer(&unit, &on, &answering(step)?)?);
        }
        "approve" => {
            done(case::review::review(&ctx(app, player(cast, "reviewer")?), &on, &Verdict::Approve)?)
        }
        "send-back" => done(case::review::review(
            &ctx(app, player(cast, "reviewer")?),
            &on,
            &Verdict::SendBack(step.text.clone()),
        )?),
        "no-reply" => done(case::callback::call(
            &ctx(app, player(cast, "caller")?),
            &on,
            &Call::NoReply(Unreached::NoAnswer),
        )?),
        "call" => {
            let call = Call::Reached {
                request: None,
                solved: step.solved,
                satisfaction: satisfaction(step)?,
                words: step.text.clone(),
                answers: Vec::new(),
            };
            done(case::callback::call(&ctx(app, player(cast, "caller")?), &on, &call)?);
        }
        "note" => done(case::note::note(&ctx(app, player(cast, &step.by)?), &on, &step.text)?),
        "add" | "evaluate" => by_resident(app, number, scene, step)?,
        _ => around(app, cast, number, step)?,
    }
    Ok(())
}

/// The steps around a case.
fn around(app: &App, cast: &Cast, number: &Number, step: &Step) -> anyhow::Result<()> {
    let on = On { number: number.clone(), seen: None };
    let as_unit = || -> anyhow::Result<Ctx> { Ok(ctx(app, doer(app, cast, number, step)?)) };
    match step.r#do.as_str() {
        "ask-return" => done(case::returning::ask(&as_unit()?, &on, &step.ground, &step.text)?),
        "judge-return" => done(case::returning::judge(
            &ctx(app, player(cast, "dispatcher")?),
            &on,
            step.solved,
            &step.text,
        )?),
        "ask-extension" => done(case::extension::ask(&as_unit()?, &on, step.amount, &step.text)?),
        "judge-extension" => done(case::extension::judge(
            &ctx(app, player(cast, "dispatcher")?),
            &on,
            step.solved,
            &step.text,
        )?),
        "join" => {
            done(case::assisting::join(&ctx(app, player(cast, "dispatcher")?), &on, &step.unit, &step.text)?)
        }
        "assign" => {
            let who = as_unit()?;
            let to = Some(who.who.id);
            done(case::assign::assign(&who, &on, to, &step.text)?);
        }
        "give-task" => {
            let giving = Giving {
                unit: Some(step.unit.clone()).filter(|unit| !unit.is_empty()),
                party: step.party.clone(),
                words: step.text.clone(),
                due: app.now().plus_ms(duration_ms(&step.within)?),
                required: step.solved,
            };
            drop(case::task::give(&as_unit()?, &on, &giving)?);
        }
        "report-task" => {
            let said =
                Reporting { task: step.task, done: step.solved, words: step.text.clone(), files: Vec::new() };
            done(case::task::report(&as_unit()?, &on, &said)?);
        }
        "ask-person" => done(case::question::ask(&as_unit()?, &on, None, &step.text)?),
        "cause" => done(case::after::set_cause(&as_unit()?, &on, Some(&step.ground))?),
        other => return Err(anyhow!("{other:?} is no step")),
    }
    Ok(())
}

/// Steps that somebody of the unit in charge takes.
fn is_unit_step(step: &Step) -> bool {
    matches!(
        step.r#do.as_str(),
        "sign"
            | "contact"
            | "answer"
            | "ask-return"
            | "ask-extension"
            | "assign"
            | "give-task"
            | "ask-person"
            | "cause"
    )
}

fn by_resident(app: &App, number: &Number, scene: &Scene, step: &Step) -> anyhow::Result<()> {
    let tail = Phone::parse(&scene.phone)?.map(|p| p.tail().to_owned()).unwrap_or_default();
    let (who, _) = resident::unlock(app, number, &tail)?;
    if step.r#do == "add" {
        done(resident::speak::add(app, &who, number, &step.text, &[], None)?);
    } else {
        let said = Evaluation {
            solved: step.solved,
            satisfaction: satisfaction(step)?,
            words: step.text.clone(),
            answers: Vec::new(),
        };
        done(resident::speak::evaluate(app, &who, number, &said, None)?);
    }
    Ok(())
}

/// Ticks what the checklists of the case require, as somebody does before they answer.
fn tick(unit: &Ctx, on: &On) -> anyhow::Result<()> {
    let case = unit.app.store.read(|tx| tx.case_by_number(&on.number))?.ok_or_else(|| anyhow!("no case"))?;
    let items = unit.app.city.checked_items(&case);
    let wanted: Vec<String> = items.filter(|(_, item)| item.required).map(|(id, _)| id).collect();
    if wanted.iter().any(|id| case.ticked(id).is_none()) {
        done(case::check::check_off(unit, on, &wanted)?);
    }
    Ok(())
}

/// Whoever the step names, else somebody of the unit in charge.
fn doer<'a>(app: &App, cast: &'a Cast, number: &Number, step: &Step) -> anyhow::Result<&'a Member> {
    if !step.by.is_empty() {
        return player(cast, &step.by);
    }
    let case = app.store.read(|tx| tx.case_by_number(number))?.ok_or_else(|| anyhow!("the case is gone"))?;
    let unit = case.unit().unwrap_or_default();
    cast.values()
        .find(|m| m.unit == unit && m.role == "handler")
        .ok_or_else(|| anyhow!("nobody of {unit:?} is in the cast; the catalogue sent the case there"))
}

fn player<'a>(cast: &'a Cast, login: &str) -> anyhow::Result<&'a Member> {
    cast.get(login).ok_or_else(|| anyhow!("nobody in the cast has the login {login:?}"))
}

fn ctx(app: &App, who: &Member) -> Ctx {
    app.ctx(who.clone(), Lang::Zh)
}

fn done(_: Case) {}

fn intake(scene: &Scene) -> anyhow::Result<Intake> {
    let point = scene
        .point
        .map(|[lng, lat]| Point::from_degrees(lng, lat).ok_or_else(|| anyhow!("a point outside the world")))
        .transpose()?;
    let privacy = if scene.privacy.is_empty() {
        Privacy::Contact
    } else {
        known(Privacy::from_key(&scene.privacy), &scene.privacy)?
    };
    Ok(Intake {
        channel: known(Channel::from_key(&scene.channel), &scene.channel)?,
        kind: scene.kind.as_deref().map(|k| known(Kind::from_key(k), k)).transpose()?,
        title: scene.title.clone(),
        text: scene.text.clone(),
        place: Place { words: scene.place.clone(), division: scene.division.clone(), point },
        privacy,
        person: Person { name: scene.name.clone(), phone: Phone::parse(&scene.phone)?, ..Person::default() },
        media: scene.photo.iter().map(|name| photo(name)).collect::<Result<_, _>>()?,
        source_key: None,
        wish: Wish { hold: scene.hold, direct: scene.direct.clone(), ..Wish::default() },
    })
}

fn answering(step: &Step) -> anyhow::Result<Answering> {
    Ok(Answering {
        outcome: known(Outcome::from_key(&step.outcome), &step.outcome)?,
        public: step.text.clone(),
        internal: step.internal.clone(),
        proof: step.photo.iter().map(|name| photo(name)).collect::<Result<_, _>>()?,
        proof_words: step.proof.clone(),
        no_contact: step.no_contact.clone(),
    })
}

fn satisfaction(step: &Step) -> anyhow::Result<Option<Satisfaction>> {
    step.satisfaction.as_deref().map(|s| known(Satisfaction::from_key(s), s)).transpose()
}

fn photo(name: &str) -> anyhow::Result<media::NewMedia> {
    Ok(media::take(&format!("{name}.png"), &picture::draw(name)?)?)
}

fn known<T>(found: Option<T>, key: &str) -> anyhow::Result<T> {
    found.ok_or_else(|| anyhow!("{key:?} is not known"))
}

/// The knowledge base begins with what the pack brings.
pub(super) fn take_in_knowledge(app: &App, cast: &Cast) -> anyhow::Result<()> {
    knowledge::edit::take_in(&ctx(app, player(cast, "knowledge")?))?;
    Ok(())
}

/// Somebody whose matter was closed wants their data erased: asked for, and not decided yet.
pub(super) fn ask_for_erasure(app: &App, cast: &Cast) -> anyhow::Result<()> {
    let before = app.now();
    let first = (Stamp(i64::MIN), CaseId(i64::MIN));
    let closed = app.store.read(|tx| tx.closed_before(true, first, before, 1))?;
    let Some(row) = closed.first() else { return Ok(()) };
    let (whole, ground, words) = (true, ErasureGround::Asked, "本人来电要求".to_owned());
    let check = Some(IdentityCheck::CalledBack);
    let asking = erasure::Asking { number: row.number.clone(), whole, ground, check, words };
    erasure::ask(&ctx(app, player(cast, "operator")?), &asking)?;
    Ok(())
}
