//! 查进度: what a person sees of their own request: who deals with it, by when, why, and every
//! word that was said to them. Nothing internal, nobody's name, no other caller.

use duban_domain::{
    MediaId, Refusal, Stamp,
    case::{
        Case, Consent, Event, Move, Outcome, Phase, Publicity, Ruling, Satisfaction, Showing, Stage, What,
        accepted, public_words,
    },
    deadline::Deadline,
    lang::Words,
    request::Request,
    sensitive,
};
use duban_store::{MediaRow, ReadTx};

use super::{
    Known,
    confirm::{self, Way},
};
use crate::{App, person, wiring::Result};

/// The page of a request.
#[derive(Clone, Debug)]
pub struct Track {
    /// The request.
    pub request: Request,
    /// The phase its case is in.
    pub phase: Phase,
    /// The key of the unit in charge; none while the centre looks for one.
    pub unit: Option<String>,
    /// Keys of the units that help.
    pub assisting: Vec<String>,
    /// Why this unit.
    pub why: Option<Words>,
    /// By when it must be answered; none when nothing is owed.
    pub due: Option<Stamp>,
    /// The deadline of this round, with what it was reckoned from.
    pub finish: Deadline,
    /// Which round.
    pub round: u8,
    /// Until when the page asks whether it is solved, when it asks.
    pub asks_until: Option<Stamp>,
    /// The person's own last word in this round.
    pub verdict: Option<(bool, Option<Satisfaction>)>,
    /// When it was closed.
    pub closed_at: Option<Stamp>,
    /// Every word, newest first.
    pub said: Vec<Said>,
    /// Photos that the person sent.
    pub photos: Vec<MediaRow>,
    /// What the person was asked and has not answered.
    pub question: Option<String>,
    /// Photos that prove the answer, and those that the staff chose to show.
    pub proof: Vec<MediaRow>,
    /// Whether the person may still add something.
    pub may_add: bool,
    /// The category of the city pack, once known.
    pub category: Option<String>,
    /// Whether the person took it back.
    pub withdrawn: bool,
    /// Whether somebody else opened the case and this person joined it.
    pub joined: bool,
    /// What the person lets others see, and what the desk said to it.
    pub publicity: Publicity,
    /// What is shown in the end.
    pub showing: Showing,
    /// The words as others read them, or would read them.
    pub public_words: String,
    /// The code that opens the page instead of a telephone's tail, when none was left.
    pub code: Option<String>,
    /// The ways to the person, and which of them are known to be theirs.
    pub ways: Vec<Way>,
}

/// One thing that was said or done, as the person reads it.
#[derive(Clone, Debug)]
pub struct Said {
    /// When.
    pub at: Stamp,
    /// Who.
    pub by: Speaker,
    /// What.
    pub what: Line,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The person themselves.
    You,
    /// The hotline.
    Hotline,
    /// A unit, by its key.
    Unit(String),
}

/// What the person reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// The person's own words.
    Told(String),
    /// It went to a unit, because …
    Dispatched(String, Words),
    /// The unit took it.
    Signed,
    /// The unit spoke with the person.
    Contacted,
    /// The unit's public answer.
    Answered(Outcome, String),
    /// The person's verdict.
    Judged(bool, String),
    /// A new round began.
    Reopened(u8),
    /// A call that nobody answered.
    NoReply,
    /// 研判: whether it is done again or stays closed, and why.
    Ruled(bool, String),
    /// The deadline passed.
    Missed,
    /// It was closed.
    Closed,
    /// The person took it back.
    Withdrew(String),
    /// The person said what others may see.
    Shared(Consent),
    /// The desk said what is shown, and why.
    Moderated(Ruling, String),
    /// The unit was the wrong one; another is looked for.
    Returned,
    /// Another unit helps.
    Joined(String),
    /// More time, until then, because …
    Extended(Stamp, String),
    /// A question to the person.
    Asked(String),
    /// Opened again, because …
    Restarted,
}

/// The page of a request, for whoever may see it.
pub fn track(app: &App, who: &Known) -> Result<Track> {
    app.store.read(|tx| within(app, tx, who))
}

/// The same inside a transaction.
pub(super) fn within(app: &App, tx: &mut ReadTx<'_>, who: &Known) -> Result<Track> {
    let request = tx.request(who.request())?.ok_or(Refusal::NotFound)?;
    let case = tx.case(request.case)?.ok_or(Refusal::NotFound)?;
    let events: Vec<Event> = tx.events(case.id)?.into_iter().filter_map(|stored| stored.event).collect();
    let media = tx.media_of(case.id)?;
    let phone = request.person.map(|id| tx.person(id)).transpose()?.flatten().and_then(|p| p.tail_hash);
    let code = phone.is_none().then(|| person::code(app, &request.number));
    let showing = tx
        .public_row(case.id)?
        .map_or(Showing::Nothing, |row| if row.words.is_empty() { Showing::Facts } else { Showing::Words });
    let ways = confirm::ways(app, tx, &request)?;
    Ok(Track { code, showing, ways, ..assemble(request, &case, &events, media) })
}

fn assemble(request: Request, case: &Case, events: &[Event], media: Vec<MediaRow>) -> Track {
    let accepted = accepted(events);
    let joined = case.requests.first() != Some(&request.id);
    let mut said: Vec<Said> = events
        .iter()
        .enumerate()
        .filter_map(|(i, event)| line(&request, !joined, accepted.contains(&i), event))
        .collect();
    // Whoever reads that the hotline opened it again need not read that it begins anew.
    let restarted: Vec<Stamp> = said.iter().filter(|s| s.what == Line::Restarted).map(|s| s.at).collect();
    said.retain(|s| !(matches!(s.what, Line::Reopened(_)) && restarted.contains(&s.at)));
    said.reverse();
    let shared = &case.handling.shared;
    let approved = accepted.last().map(|i| proof_of(&events[*i])).unwrap_or_default();
    let (photos, others): (Vec<_>, Vec<_>) = media.into_iter().partition(|m| m.request == Some(request.id));
    Track {
        phase: case.phase(),
        unit: case.unit().filter(|u| !u.is_empty()).map(str::to_owned),
        assisting: case.assisting.clone(),
        why: events.iter().rev().find_map(|e| match &e.what {
            What::Dispatched { reason, .. } => Some(reason.clone()),
            _ => None,
        }),
        due: case.is_running().then_some(case.finish.due),
        finish: case.finish.clone(),
        round: case.round,
        asks_until: match &case.stage {
            Stage::Callback { until, heard, .. }
                if !heard.contains(&request.id) && !case.withdrawn.contains(&request.id) =>
            {
                Some(*until)
            }
            _ => None,
        },
        verdict: events.iter().rev().find_map(|e| match &e.what {
            What::Heard { request: of, solved, satisfaction, .. } if *of == request.id => {
                Some((*solved, *satisfaction))
            }
            _ => None,
        }),
        closed_at: match &case.stage {
            Stage::Closed { at, .. } => Some(*at),
            _ => None,
        },
        question: question(&request, case, events),
        said,
        photos,
        may_add: case.is_open() && !case.withdrawn.contains(&request.id),
        category: case.category.clone(),
        withdrawn: case.withdrawn.contains(&request.id),
        joined,
        publicity: case.publicity,
        showing: Showing::Nothing,
        public_words: shown_words(&request, events),
        proof: others.into_iter().filter(|m| approved.contains(&m.id) || shared.contains(&m.id)).collect(),
        code: None,
        ways: Vec::new(),
        request,
    }
}

/// The question that stands, when there is one.
fn question(request: &Request, case: &Case, events: &[Event]) -> Option<String> {
    let open = case.is_open() && case.handling.questions.contains(&request.id);
    let asked = events.iter().rev().find_map(|event| match &event.what {
        What::Moved(Move::Asked { request: of, words }) if *of == request.id => Some(words.clone()),
        _ => None,
    });
    asked.filter(|_| open)
}

fn proof_of(event: &Event) -> Vec<MediaId> {
    match &event.what {
        What::Answered { proof, .. } => proof.clone(),
        _ => Vec::new(),
    }
}

/// The words as others read them; before anything was chosen, as they would be.
fn shown_words(request: &Request, events: &[Event]) -> String {
    let words = public_words(events);
    if words.is_empty() { sensitive::mask(&request.text) } else { words }
}

fn line(request: &Request, first: bool, accepted: bool, event: &Event) -> Option<Said> {
    let own = |of: &duban_domain::RequestId| *of == request.id;
    let unit = || event.by.unit.clone().map_or(Speaker::Hotline, Speaker::Unit);
    let (by, what) = match &event.what {
        What::Opened { request: of, .. } | What::Joined { request: of, .. } if own(of) => {
            (Speaker::You, Line::Told(request.text.clone()))
        }
        What::Withdrawn { request: of, reason } if own(of) => (Speaker::You, Line::Withdrew(reason.clone())),
        What::Shared { request: of, consent, .. } if own(of) => (Speaker::You, Line::Shared(*consent)),
        What::Moderated { ruling, reason, .. } if first => {
            (Speaker::Hotline, Line::Moderated(*ruling, reason.clone()))
        }
        What::Dispatched { unit, reason, .. } => {
            (Speaker::Hotline, Line::Dispatched(unit.clone(), reason.clone()))
        }
        What::Signed => (unit(), Line::Signed),
        // Calls went to whoever spoke first; to say so to anybody else would not be true.
        What::Contacted { .. } if first => (unit(), Line::Contacted),
        What::Answered { outcome, public, .. } if accepted => {
            (unit(), Line::Answered(*outcome, public.clone()))
        }
        What::Heard { request: of, solved, words, .. } if own(of) => {
            (Speaker::You, Line::Judged(*solved, words.clone()))
        }
        What::Supplemented { request: of, text, .. } if own(of) => (Speaker::You, Line::Told(text.clone())),
        What::Judged { redo, reason } if first => (Speaker::Hotline, Line::Ruled(*redo, reason.clone())),
        What::Reopened { round, .. } => (Speaker::Hotline, Line::Reopened(*round)),
        What::NoReply { .. } if first => (Speaker::Hotline, Line::NoReply),
        What::Missed { .. } => (Speaker::Hotline, Line::Missed),
        What::Closed { .. } => (Speaker::Hotline, Line::Closed),
        What::Moved(step) => moved(request, event, step)?,
        What::Opened { .. }
        | What::Contacted { .. }
        | What::NoReply { .. }
        | What::Answered { .. }
        | What::Heard { .. }
        | What::Supplemented { .. }
        | What::Approved { .. }
        | What::SentBack { .. }
        | What::Classified { .. }
        | What::Labelled { .. }
        | What::Reported { .. }
        | What::Forwarded { .. }
        | What::Noted { .. }
        | What::Revealed { .. }
        | What::Joined { .. }
        | What::Parted { .. }
        | What::Withdrawn { .. }
        | What::Shared { .. }
        | What::Moderated { .. }
        | What::HandedOver { .. }
        | What::Judged { .. }
        | What::Surveyed { .. } => return None,
    };
    Some(Said { at: event.at, by, what })
}

/// What the person reads of a step around the case: nothing of what is only between offices.
fn moved(request: &Request, event: &Event, step: &Move) -> Option<(Speaker, Line)> {
    Some(match step {
        Move::ReturnUpheld { .. } => (Speaker::Hotline, Line::Returned),
        Move::Asked { request: of, words } if *of == request.id => {
            (event.by.unit.clone().map_or(Speaker::Hotline, Speaker::Unit), Line::Asked(words.clone()))
        }
        Move::Restarted { .. } => (Speaker::Hotline, Line::Restarted),
        Move::Joined { unit, .. } => (Speaker::Hotline, Line::Joined(unit.clone())),
        Move::ExtensionGranted { finish, words } => {
            (Speaker::Hotline, Line::Extended(finish.due, words.clone()))
        }
        _ => return None,
    })
}
