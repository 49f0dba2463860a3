//! 自行登记: somebody of a unit enters work that nobody asked for, for themselves, a colleague or another
//! unit. It lies where it belongs at once, with category and deadline as any request; the centre sees it.
//!
//! Nobody outside waits for it, so it asks for no contact and no callback, and is never public.

use super::{
    Ground, Move, Obstacle, What, Wish,
    dispatching::{Class, dispatched},
    open,
};
use crate::{
    Refusal,
    lang::Words,
    policy::{Action, Allowed, Member, verb},
    request::Request,
    text,
};

/// Whose work it is (归谁办).
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// 自己
    Own,
    /// 同事: of the same unit.
    Colleague(&'a Member),
    /// 单位
    Unit(&'a str),
}

/// What is entered beside the request itself.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Who enters it.
    pub by: &'a Member,
    /// Whose work it is.
    pub whose: Whose<'a>,
    /// Why it is theirs; may be empty within the own unit.
    pub reason: &'a str,
}

/// Opens a case that lies with a person or a unit from its first instant.
pub fn enter(
    _allowed: &Allowed<verb::Enter>,
    request: &Request,
    wish: &Wish,
    entry: &Entry<'_>,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let (by, unit) = (entry.by, unit_of(entry, ground)?);
    let reason = match unit == by.unit {
        true => text::optional("reason", entry.reason, text::LINE_MAX)?,
        false => text::required("reason", entry.reason, text::LINE_MAX)?,
    };
    let wish = Wish { hold: true, direct: None, handed: None, entered: true, ..wish.clone() };
    let mut events = open(request, &wish, ground).events;
    let class = events.iter().find_map(|what| match what {
        What::Opened { urgency, kind, .. } => Some(Class { urgency: *urgency, kind: *kind, entered: true }),
        _ => None,
    });
    let class = class.ok_or(Refusal::NoChange)?;
    let words = words(entry.whose, reason);
    events.push(dispatched(unit, &[], "entered", words, Vec::new(), class, ground));
    let person = match entry.whose {
        Whose::Own => Some(by),
        Whose::Colleague(member) => Some(member),
        Whose::Unit(_) => None,
    };
    if matches!(entry.whose, Whose::Own) && by.can(Action::Sign) {
        events.push(What::Signed);
    }
    events.extend(person.map(|member| {
        What::Moved(Move::Assigned {
            to: Some(member.id),
            name: member.name.clone(),
            before: String::new(),
            words: String::new(),
        })
    }));
    Ok(events)
}

/// The unit that gets it, when it can.
fn unit_of<'a>(entry: &Entry<'a>, ground: &Ground<'_>) -> Result<&'a str, Refusal> {
    let unit = match entry.whose {
        Whose::Own if !entry.by.can(Action::Answer) => return Err(Obstacle::NotOfTheUnit.into()),
        Whose::Colleague(member) if member.unit != entry.by.unit || !member.can(Action::Answer) => {
            return Err(Obstacle::NotOfTheUnit.into());
        }
        Whose::Own | Whose::Colleague(_) => entry.by.unit.as_str(),
        Whose::Unit(unit) => unit,
    };
    match ground.city.unit(unit) {
        Some(_) => Ok(unit),
        None => Err(Refusal::UnknownUnit(unit.to_owned())),
    }
}

fn words(whose: Whose<'_>, reason: String) -> Words {
    if !reason.is_empty() {
        return Words { zh: reason.clone(), en: reason };
    }
    let (zh, en) = match whose {
        Whose::Own => ("登记的人自己办。", "For whoever entered it."),
        Whose::Colleague(_) => ("登记的人交给本单位的同事。", "For a colleague of the same unit."),
        Whose::Unit(_) => ("登记的人交给本单位。", "For the unit of whoever entered it."),
    };
    Words { zh: zh.to_owned(), en: en.to_owned() }
}
