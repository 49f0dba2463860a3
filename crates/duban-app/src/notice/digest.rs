//! 每日汇总: each morning of a working day every member of staff with a mail address is told how much waits for
//! them: numbers, each with the address of its list, counted as that list counts them.
//!
//! Numbers and addresses only, nothing that anybody said. Whose morning it is, is decided in the domain; that
//! nobody gets two, by a row that the first of several servers writes together with the notice.

use duban_domain::{
    Lang, StaffId, Stamp,
    case::{Phase, Waits},
    city::City,
    notice::{DigestWish, NoticeChannel, NoticeKind, NoticeVar, Values, working_day_before},
    policy::{Action, Member, allow, verb},
    stamp::day_number,
};
use duban_store::{CaseQuery, NoticeRow, Order, ReadTx, Staff, StaffMail};
use jiff::{Span, civil::Date};

use super::{Notice, To, owe};
use crate::{App, AppError, Ctx, case::list, wiring::Result};

/// Readers that are asked for at once.
const BATCH: i64 = 100;
/// Where the worklist is.
const LIST: &str = "/desk/cases";

/// Cases that wait for somebody, as a list (待办).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pile {
    /// What they wait for, in Chinese and English.
    pub name: (&'static str, &'static str),
    /// What the address of its list asks for, after the `?`.
    pub asks: String,
    /// The same as a query; the reach is the reader's.
    pub query: CaseQuery,
}

/// What a member is told of, in this order; the lists open under the same words.
#[must_use]
pub fn piles(city: &City, who: &Member, now: Stamp) -> Vec<Pile> {
    if !who.can(Action::View) {
        return Vec::new();
    }
    let today = now.date(&city.zone);
    let (since, yesterday) = (working_day_before(today, &city.calendar), today.saturating_sub(days(1)));
    let start = |date: Date| Stamp::start_of(date, &city.zone);
    let of = |name, asks: &str, query: CaseQuery| Pile { name, asks: asks.to_owned(), query };
    let in_phases = |phases: &[Phase]| CaseQuery { phases: phases.to_vec(), ..open() };
    let waits = |what| CaseQuery { waits: Some(what), ..open() };
    let new = CaseQuery { opened: Some((start(since), start(today))), ..open() };
    let due = CaseQuery { due: Some((start(today), start(today.saturating_add(days(1))))), ..open() };
    let late = CaseQuery { overdue_at: Some(now), ..open() };
    let mut all = vec![
        of(("新收，还没办结", "New and open"), &format!("from={since}&to={yesterday}"), new),
        of(("今天到期", "Due today"), "due=today", due),
        of(("已逾期", "Overdue"), "due=overdue", late),
        of(("退单待裁定", "Returned, to be decided"), "waits=return", waits(Waits::Return)),
        of(
            ("等着答复", "Waiting for an answer"),
            "stage=dispatched&stage=in-hand",
            in_phases(&[Phase::Dispatched, Phase::InHand]),
        ),
        of(("待回访", "In callback"), "stage=callback", in_phases(&[Phase::Callback])),
    ];
    let own = [
        (Action::Dispatch, of(("待派单", "To dispatch"), "stage=received", in_phases(&[Phase::Received]))),
        (Action::Sign, of(("待签收", "To sign for"), "stage=dispatched", in_phases(&[Phase::Dispatched]))),
        (Action::Answer, of(("诉求人已补充", "The person answered"), "waits=told", waits(Waits::Told))),
        (
            Action::Decide,
            of(("延期待批", "Extensions to decide"), "waits=extension", waits(Waits::Extension)),
        ),
        (Action::Review, of(("待审核", "To review"), "stage=in-review", in_phases(&[Phase::InReview]))),
    ];
    all.extend(own.into_iter().filter(|(action, _)| who.can(*action)).map(|(_, pile)| pile));
    all
}

/// What is still to do: what the worklist shows to whoever asks for nothing.
fn open() -> CaseQuery {
    let phases = Phase::ALL.iter().copied().filter(|phase| *phase != Phase::Closed).collect();
    CaseQuery { phases, order: Order::Due, ..CaseQuery::default() }
}

fn days(n: i32) -> Span {
    Span::new().days(n)
}

/// Owes the digests that are due; to how many readers. Call again until it returns zero.
pub fn work(app: &App) -> Result<usize> {
    let (city, now) = (&app.city, app.now());
    // Without a way out nothing is kept for later: what was counted today helps nobody then.
    if app.gateways.of(NoticeChannel::Mail).is_none() {
        return Ok(0);
    }
    let Some(day) = city.notices.digest.day(now, city.notices.quiet, &city.calendar, &city.zone) else {
        return Ok(0);
    };
    let (day, mut after, mut told) = (day_number(day), StaffId(i64::MIN), 0);
    loop {
        let readers = app.store.read(|tx| tx.digest_readers(day, after, BATCH))?;
        let Some((last, _)) = readers.last() else { return Ok(told) };
        after = last.staff;
        for (mail, staff) in &readers {
            told += usize::from(without_stopping(app, mail, staff, day, now)?);
        }
    }
}

/// One whose address cannot be read goes without, and stands in nobody's way.
fn without_stopping(app: &App, mail: &StaffMail, staff: &Staff, day: i64, now: Stamp) -> Result<bool> {
    match one(app, mail, staff, day, now) {
        Err(error) if !matches!(error, AppError::Store(_)) => {
            tracing::error!(staff = staff.id.0, %error, "a daily digest could not be made");
            app.store.write(|tx| Ok::<_, AppError>(tx.begin_digest(staff.id, day)?))?;
            Ok(false)
        }
        done => done,
    }
}

/// The digest of one reader: counted first, for counting needs no lock, and then owed once.
fn one(app: &App, mail: &StaffMail, staff: &Staff, day: i64, now: Stamp) -> Result<bool> {
    let who = Member::of(&app.city, staff.id, &staff.name, &staff.unit, &staff.role);
    let wish = mail.digest.or(app.city.notices.digest.wish).unwrap_or(DigestWish::Chinese);
    let lang = match wish {
        DigestWish::Off => None,
        DigestWish::Chinese => Some(Lang::Zh),
        DigestWish::English => Some(Lang::En),
    };
    let said = match lang {
        Some(lang) => app.store.read(|tx| values(app, tx, &who, lang, now))?.map(|values| (lang, values)),
        None => None,
    };
    app.store.write(|tx| {
        if !tx.begin_digest(staff.id, day)? {
            return Ok(false);
        }
        let Some((lang, values)) = said.clone() else { return Ok(false) };
        let to = To::Reader(staff.id, lang);
        Ok(owe(app, tx, &Notice { kind: NoticeKind::Digest, to, case: None, values }, now)? > 0)
    })
}

/// Whether a notice is a digest whose day is over: a mail server that was gone for days brings one when it is
/// back, not one for each of them.
pub(super) fn is_over(app: &App, row: &NoticeRow, now: Stamp) -> bool {
    let zone = &app.city.zone;
    row.kind == NoticeKind::Digest && row.created_at.date(zone) < now.date(zone)
}

/// What the text is filled in with; none when there is nothing to say.
fn values(app: &App, tx: &mut ReadTx<'_>, who: &Member, lang: Lang, now: Stamp) -> Result<Option<Values>> {
    let counted = |tx: &mut ReadTx<'_>, query: &CaseQuery| {
        let query = CaseQuery { reach: who.reach.clone(), ..query.clone() };
        Ok::<_, AppError>(tx.count(&query, list::COUNT_MAX)?)
    };
    let mut lines = Vec::new();
    for pile in piles(&app.city, who, now) {
        let n = counted(tx, &pile.query)?;
        if n > 0 {
            let name = lang.t(pile.name.0, pile.name.1);
            lines.push(format!(
                "{name}{}{}\n{}{LIST}?{}",
                lang.t("：", ": "),
                shown(n, lang),
                app.base(),
                pile.asks
            ));
        }
    }
    // Who sees no case is told nothing on any day.
    if !who.can(Action::View) || (lines.is_empty() && !app.city.notices.digest.empty) {
        return Ok(None);
    }
    if lines.is_empty() {
        lines.push(lang.t("今天没有等着您的工单。", "Nothing waits for you today.").to_owned());
    }
    let all = counted(tx, &open())?;
    Ok(Some(Values::from([
        (NoticeVar::Count, number(all)),
        (NoticeVar::List, lines.join("\n\n")),
        (NoticeVar::Link, format!("{}{LIST}", app.base())),
    ])))
}

fn shown(n: i64, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{} 件", number(n)),
        Lang::En => number(n),
    }
}

/// Lists count up to a limit, and say so.
fn number(n: i64) -> String {
    if n >= list::COUNT_MAX { format!("{}+", list::COUNT_MAX) } else { n.to_string() }
}

/// What a member finds about their digest on their own page.
#[derive(Clone, Debug)]
pub struct Own {
    /// Where they are mailed, masked; none: nobody said where.
    pub mail: Option<String>,
    /// When it comes, in minutes after midnight; none: this city has none.
    pub at: Option<i16>,
    /// What they said themselves.
    pub wish: Option<DigestWish>,
    /// What holds for those who say nothing.
    pub rule: DigestWish,
    /// Whether it also comes with nothing to say.
    pub empty: bool,
}

/// One's own digest.
pub fn own(ctx: &Ctx) -> Result<Own> {
    let kept = super::mail_of(&ctx.app, ctx.who.id)?;
    let rule = ctx.city().notices.digest;
    Ok(Own {
        mail: kept.mail.map(|mail| mail.masked()),
        at: rule.at.filter(|_| ctx.who.can(Action::View)),
        wish: kept.digest,
        rule: rule.wish.unwrap_or(DigestWish::Chinese),
        empty: rule.empty,
    })
}

/// Says whether one wants it; none: as the city says. It holds from the next morning on.
pub fn set_own(ctx: &Ctx, wish: Option<DigestWish>) -> Result<()> {
    allow::<verb::View>(&ctx.who)?;
    let kept = ctx.app.store.write(|tx| Ok::<_, AppError>(tx.put_digest_wish(ctx.who.id, wish)?))?;
    if kept { Ok(()) } else { Err(duban_domain::Refusal::NotFound.into()) }
}
