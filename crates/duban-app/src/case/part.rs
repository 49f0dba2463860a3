//! 拆开并单: a request that was joined to a case goes its own way again: with its number, its person, its files, what it was
//! told and what it added, as a case that opened when it was said.

use duban_domain::{
    CaseId, Number, Refusal,
    case::{self, Actor, Case, Event, Ground, What, Wish, open},
    policy::verb,
    request::Request,
};
use duban_store::ReadTx;

use super::{On, Opening, reindex, step_with};
use crate::{Ctx, wiring::Result};

/// Takes a person's request out of a case; both are found, told and called back apart from now on.
pub fn part(ctx: &Ctx, on: &On, request: &Number, reason: &str) -> Result<Case> {
    step_with::<verb::Part>(ctx, on, |tx, permitted, ground| {
        let request = tx.request_by_number(request)?.ok_or(Refusal::NotFound)?;
        let happened = case::part(permitted, &request.number, request.id, reason)?;
        let own = Request { case: CaseId(request.id.0), ..request };
        let said = said(tx, permitted.case(), &own)?;
        let events = begun(ctx, permitted.case(), &own, permitted.actor(), ground, said);
        tx.move_request(own.id, own.case)?;
        let opening = Opening::of(&own, events)?;
        opening.record(&ctx.app, tx, &own)?;
        opening.owe_after(&ctx.app, tx, ground.now)?;
        reindex(tx, opening.case())?;
        reindex(tx, permitted.case())?;
        Ok(happened)
    })
}

/// Who took the request in, and what its person added since.
struct Said {
    by: Option<Actor>,
    added: Vec<Event>,
}

fn said(tx: &mut ReadTx<'_>, joined: &Case, own: &Request) -> Result<Said> {
    let mut said = Said { by: None, added: Vec::new() };
    for event in tx.events(joined.id)?.into_iter().filter_map(|stored| stored.event) {
        match &event.what {
            What::Joined { request, .. } if *request == own.id => said.by = Some(event.by),
            What::Supplemented { request, .. } if *request == own.id => said.added.push(event),
            _ => {}
        }
    }
    Ok(said)
}

/// The history that the request begins with: opened when it was said, the rest now.
fn begun(ctx: &Ctx, joined: &Case, own: &Request, by: &Actor, ground: &Ground<'_>, said: Said) -> Vec<Event> {
    let free = open(own, &Wish::default(), ground);
    let opened = match free.proposal.category {
        Some(_) => free.events,
        // What the rules do not know stays what it was.
        None => open(own, &Wish { category: joined.category.clone(), ..Wish::default() }, ground).events,
    };
    let now = |by: &Actor, what: What| Event { at: ground.now, by: by.clone(), what };
    let from = format!("{} {}", ctx.lang.t("原来并在", "It was joined to"), joined.number.grouped());
    let mut events: Vec<Event> = opened.into_iter().map(|what| now(by, what)).collect();
    if let Some(first) = events.first_mut() {
        first.at = own.received_at;
        first.by = said.by.unwrap_or_else(|| by.clone());
    }
    events.push(now(by, What::Noted { text: from }));
    events.extend(said.added.into_iter().map(|event| now(&event.by, event.what)));
    events
}
