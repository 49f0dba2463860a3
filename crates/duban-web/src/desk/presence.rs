//! 在场: who else has a case open now, and who is writing, so that two people do not write the same answer.
//!
//! A courtesy, never a lock: nothing waits for it, and what was typed is kept whatever it says. Where one
//! server is all there is, it lives in this process; where several serve one city on PostgreSQL, the database
//! tells each of the others' visitors. A page says every few seconds that it is still there, and who says
//! nothing any more is gone.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use askama::Template;
use axum::{extract::Path, response::Response};
use duban_app::{case::show, presence};
use duban_domain::{Number, StaffId, Stamp};

use super::words;
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, html};

/// Whoever was silent for this long has gone, in milliseconds: two and a half turns of the page.
const GONE_MS: i64 = 25_000;
/// Names that are said; more than these are told by nobody at a glance.
const NAMED_MAX: usize = 5;

/// Who has which case open.
#[derive(Debug, Default)]
pub(crate) struct Present {
    cases: Mutex<HashMap<Number, HashMap<StaffId, Visitor>>>,
}

#[derive(Clone, Debug)]
struct Visitor {
    name: String,
    writes: bool,
    until: Stamp,
}

/// The others who have a case open, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Others {
    writing: Vec<String>,
    reading: Vec<String>,
}

/// What a page says of its member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Reads,
    Writes,
    Leaves,
}

impl Present {
    /// Notes what a member's page says, and returns who else is there.
    fn note(&self, case: &Number, who: (StaffId, &str), says: Says, now: Stamp) -> Others {
        // Names by time: half a change leaves nothing that the next one does not mend.
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        cases.retain(|_, there| {
            there.retain(|_, visitor| visitor.until > now);
            !there.is_empty()
        });
        let there = cases.entry(case.clone()).or_default();
        if says == Says::Leaves {
            there.remove(&who.0);
        } else {
            let until = now.plus_ms(GONE_MS);
            there.insert(who.0, Visitor { name: who.1.to_owned(), writes: says == Says::Writes, until });
        }
        let names = |writes: bool| {
            let others = there.iter().filter(|(id, visitor)| **id != who.0 && visitor.writes == writes);
            let mut names: Vec<String> = others.map(|(_, visitor)| visitor.name.clone()).collect();
            names.sort();
            names.truncate(NAMED_MAX);
            names
        };
        Others { writing: names(true), reading: names(false) }
    }
}

#[derive(Template)]
#[template(path = "desk/presence.html")]
struct PresenceFragment {
    s: Shell,
    writing: String,
    reading: String,
}

/// Hears from an open page and answers who else is there.
pub(crate) async fn here(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    let number = words::number(&on)?;
    let number = desk.run(move |ctx| show::glance(ctx, &number)).await?;
    let says = match fields.get("says") {
        "writes" => Says::Writes,
        "leaves" => Says::Leaves,
        _ => Says::Reads,
    };
    let others = others(&desk, number, says).await?;
    let s = desk.shell();
    let join = |names: &[String]| names.join(s.t("、", ", "));
    let (writing, reading) = (join(&others.writing), join(&others.reading));
    let response: Response = html(&PresenceFragment { s, writing, reading });
    Ok(response)
}

async fn others(desk: &Desk, number: Number, says: Says) -> Result<Others, WebError> {
    let now = desk.site.app.now();
    if !presence::is_shared(&desk.site.app) {
        return Ok(desk.site.present.note(&number, (desk.who.id, &desk.who.name), says, now));
    }
    let writes = (says != Says::Leaves).then_some(says == Says::Writes);
    let there = desk
        .run(move |ctx| {
            let who = (ctx.who.id, ctx.who.name.as_str());
            presence::note(&ctx.app, &number, who, writes, (now, now.plus_ms(GONE_MS)))
        })
        .await?;
    let names = |writing: bool| {
        let named = there.iter().filter(|(_, writes)| *writes == writing).map(|(name, _)| name.clone());
        named.take(NAMED_MAX).collect()
    };
    Ok(Others { writing: names(true), reading: names(false) })
}

#[cfg(test)]
mod tests {
    use duban_app::case::register;
    use duban_domain::{Number, StaffId, Stamp};
    use duban_testkit::world::{World, both};
    use jiff::civil::date;

    use super::{GONE_MS, Others, Present, Says};
    use crate::desk::tests::{sign_in, voice};

    fn others(writing: &[&str], reading: &[&str]) -> Others {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Others { writing: own(writing), reading: own(reading) }
    }

    fn number(random: u32) -> Number {
        Number::make(date(2026, 1, 1), random, false)
    }

    #[test]
    fn who_writes_is_named_to_others_until_they_leave_or_fall_silent() {
        let present = Present::default();
        let (case, other) = (number(1), number(2));
        let (a, b, now) = ((StaffId(1), "测试·甲"), (StaffId(2), "测试·乙"), Stamp(1_000_000));
        assert_eq!(present.note(&case, a, Says::Reads, now), others(&[], &[]), "nobody meets themselves");
        assert_eq!(present.note(&case, b, Says::Writes, now), others(&[], &["测试·甲"]));
        assert_eq!(present.note(&case, a, Says::Reads, now), others(&["测试·乙"], &[]));
        assert_eq!(
            present.note(&other, a, Says::Reads, now),
            others(&[], &[]),
            "another case is another room"
        );
        assert_eq!(present.note(&case, b, Says::Leaves, now), others(&[], &["测试·甲"]));
        assert_eq!(present.note(&case, a, Says::Reads, now), others(&[], &[]), "who left is gone at once");
        present.note(&case, b, Says::Writes, now);
        let later = now.plus_ms(GONE_MS);
        assert_eq!(present.note(&case, a, Says::Reads, later), others(&[], &[]), "who fell silent is gone");
        assert_eq!(present.cases.lock().unwrap().len(), 1, "and nothing is kept of them");
    }

    /// Each browser of a test has a server of its own. Where they share a database, who writes at one is seen
    /// from the other.
    #[test]
    fn who_writes_is_seen_from_a_second_server() {
        both(|world| {
            let number = register::by_resident(&world.app, &voice()).unwrap().number;
            let shared = duban_app::presence::is_shared(&world.app);
            tokio::runtime::Runtime::new().unwrap().block_on(seen(world, &number.to_string(), shared));
        });
    }

    async fn seen(world: &World, number: &str, shared: bool) {
        let mut chen = sign_in(world, "chen", "hotline", "dispatcher").await;
        let mut deng = sign_in(world, "deng", "hotline", "supervisor").await;
        let path = format!("/desk/cases/{number}/presence");
        let alone = chen.post(&path, &[("says", "writes")], None).await.text;
        assert!(!alone.contains("测试·"), "nobody meets themselves: {alone}");
        let there = deng.post(&path, &[("says", "reads")], None).await.text;
        assert_eq!(there.contains("测试·chen"), shared, "{there}");
        let back = chen.post(&path, &[("says", "reads")], None).await.text;
        assert_eq!(back.contains("测试·deng"), shared, "{back}");
        deng.post(&path, &[("says", "leaves")], None).await;
        assert!(!chen.post(&path, &[("says", "reads")], None).await.text.contains("测试·deng"));
        world.clock.pass_ms(GONE_MS);
        let later = deng.post(&path, &[("says", "reads")], None).await.text;
        assert!(!later.contains("测试·chen"), "who fell silent is gone: {later}");
    }
}
