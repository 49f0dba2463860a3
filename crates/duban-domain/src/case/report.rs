//! 外部进展: what another system reports of a case: of the unit that has it, or of the person who
//! handed it in.
//!
//! Reports come late, twice and out of order. Each is kept in the history once (that it is known
//! already is the store's to say); what is older than the last one that moved the case, or comes when
//! nothing can be moved any more, is kept and moves nothing.

use super::{
    Answer, Case, Event, Ground, Heard, Outcome, Phase, What, answer::answer, callback::hear, sign::sign,
};
use crate::{
    Refusal, RequestId, Stamp,
    policy::{Permitted, verb},
    request::closed_set,
    text,
};

/// Longest id of a report, in characters.
pub const ID_MAX: usize = 200;

closed_set! {
    /// How far another system says that the work is (外部状态).
    ReportState {
        /// 未办结
        Open = 1, "open", "未办结", "Open";
        /// 办理中: investigating, planned, under way.
        Working = 2, "in-progress", "办理中", "In progress";
        /// 已解决
        Fixed = 3, "fixed", "已解决", "Fixed";
        /// 已办结
        Closed = 4, "closed", "已办结", "Closed";
        /// 不归其管
        Declined = 5, "declined", "不属其职责", "Not their responsibility";
        /// 不再处理: a duplicate, or nothing to be done.
        NoAction = 6, "no-action", "不再处理", "No further action";
        /// 重新打开
        Reopened = 7, "reopened", "重新打开", "Reopened";
    }
}

impl ReportState {
    /// Reads the states of GeoReport and of mySociety's extension, in large or small letters; one that
    /// is not known says at least that the work is not done.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_lowercase().replace([' ', '-'], "_").as_str() {
            "open" => Self::Open,
            "investigating" | "in_progress" | "action_scheduled" | "internal_referral" | "for_triage" => {
                Self::Working
            }
            "fixed" => Self::Fixed,
            "closed" => Self::Closed,
            "not_councils_responsibility" => Self::Declined,
            "no_further_action" | "duplicate" => Self::NoAction,
            "reopen" => Self::Reopened,
            _ => return None,
        })
    }

    /// Whether the other system has nothing more to do.
    #[must_use]
    pub fn is_done(self) -> bool {
        match self {
            Self::Fixed | Self::Closed | Self::Declined | Self::NoAction => true,
            Self::Open | Self::Working | Self::Reopened => false,
        }
    }

    fn outcome(self) -> Outcome {
        match self {
            Self::Fixed => Outcome::Solved,
            Self::Declined | Self::NoAction => Outcome::Explained,
            // It says that it is done with it, and not what came of it.
            Self::Closed | Self::Open | Self::Working | Self::Reopened => Outcome::Unrecorded,
        }
    }
}

/// What another system reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The name of the system.
    pub source: String,
    /// The id of the report there.
    pub update: String,
    /// When it happened there.
    pub told_at: Stamp,
    /// How far the work is there.
    pub state: ReportState,
    /// In words.
    pub text: String,
    /// Addresses of pictures; kept, never fetched.
    pub links: Vec<String>,
}

/// The system of the unit that leads a case reports: it signs, answers, or takes its answer back.
pub fn report(
    on: &Permitted<'_, verb::Report>,
    said: &Report,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let said = sound(said, ground)?;
    let counts = in_turn(case, &said)
        && match case.phase() {
            Phase::Dispatched | Phase::InHand => true,
            // Of one second and out of order, "done" is believed.
            Phase::InReview => !said.state.is_done() && case.reported_at != Some(said.told_at),
            Phase::Received | Phase::Callback | Phase::Closed => false,
        };
    let mut after = Steps::new(case, on.actor().clone(), ground.now);
    after.add(vec![reported(&said, counts)]);
    if !counts {
        return Ok(after.events);
    }
    if case.phase() == Phase::InReview {
        after.add(vec![What::SentBack { reason: taken_back(&said) }]);
        return Ok(after.events);
    }
    if case.phase() == Phase::Dispatched {
        let events = sign(&on.at::<verb::Sign>(&after.case))?;
        after.add(events);
    }
    if said.state.is_done() {
        let events = answer(&on.at::<verb::Answer>(&after.case), &answering(&said)?, ground)?;
        after.add(events);
    }
    Ok(after.events)
}

/// The system that handed a request in passes on what its person says. While the person is being
/// asked, "done" and "reopen" are their word.
pub fn relay(
    on: &Permitted<'_, verb::Callback>,
    request: RequestId,
    said: &Report,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let said = sound(said, ground)?;
    let verdict = match said.state {
        ReportState::Fixed | ReportState::Closed => Some(true),
        ReportState::Reopened => Some(false),
        ReportState::Open | ReportState::Working | ReportState::Declined | ReportState::NoAction => None,
    };
    let verdict = verdict.filter(|_| in_turn(case, &said) && case.phase() == Phase::Callback);
    let heard = verdict.and_then(|solved| {
        let heard =
            Heard { request, solved, satisfaction: None, words: said.text.clone(), answers: Vec::new() };
        hear(on, &heard, ground).ok()
    });
    let mut events = vec![reported(&said, heard.is_some())];
    events.extend(heard.unwrap_or_default());
    Ok(events)
}

/// Kept and nothing more: the unit whose system reports has not the case any more.
pub fn report_late(
    _on: &Permitted<'_, verb::Keep>,
    said: &Report,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    Ok(vec![reported(&sound(said, ground)?, false)])
}

/// 转外部系统: another system has taken the case in, under a number of its own or under none.
pub fn forward(_on: &Permitted<'_, verb::Keep>, to: &str, number: &str) -> Result<Vec<What>, Refusal> {
    let number = text::optional("number", number, text::LINE_MAX)?;
    Ok(vec![What::Forwarded { to: to.to_owned(), number }])
}

/// The report with its texts bounded. A clock that runs ahead there does not bar later reports.
fn sound(said: &Report, ground: &Ground<'_>) -> Result<Report, Refusal> {
    Ok(Report {
        source: said.source.clone(),
        update: text::required("update_id", &said.update, ID_MAX)?,
        told_at: said.told_at.min(ground.now),
        state: said.state,
        text: text::optional("description", &said.text, text::TEXT_MAX)?,
        links: said.links.clone(),
    })
}

/// Whether nothing newer has moved the case. A report of the round before does not move this one.
fn in_turn(case: &Case, said: &Report) -> bool {
    case.reported_at.is_none_or(|last| said.told_at >= last)
        && (case.round == 1 || said.told_at >= case.round_at)
}

fn reported(said: &Report, counted: bool) -> What {
    What::Reported {
        source: said.source.clone(),
        update: said.update.clone(),
        told_at: said.told_at,
        state: said.state,
        text: said.text.clone(),
        links: said.links.clone(),
        counted,
    }
}

fn taken_back(said: &Report) -> String {
    let head = format!("{}报告：{}", said.source, said.state.word(crate::Lang::Zh));
    if said.text.is_empty() { head } else { format!("{head}。{}", said.text) }
}

fn answering(said: &Report) -> Result<Answer, Refusal> {
    let word = said.state.word(crate::Lang::Zh);
    let public =
        if said.text.is_empty() { format!("承办单位报告：{word}。") } else { said.text.clone() };
    Ok(Answer {
        outcome: said.state.outcome(),
        public,
        internal: said.links.join("\n"),
        proof: Vec::new(),
        proof_words: text::shorten(&format!("{}报告，编号 {}", said.source, said.update), text::LINE_MAX),
        no_contact: "由承办单位自己的系统办理，联系情况记在那里".to_owned(),
    })
}

/// A case that moves while a decision of several steps is made.
struct Steps {
    case: Case,
    by: super::Actor,
    at: Stamp,
    events: Vec<What>,
}

impl Steps {
    fn new(case: &Case, by: super::Actor, at: Stamp) -> Self {
        Self { case: case.clone(), by, at, events: Vec::new() }
    }

    fn add(&mut self, events: Vec<What>) {
        for what in events {
            self.case.apply(&Event { at: self.at, by: self.by.clone(), what: what.clone() });
            self.events.push(what);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::expect_file;

    use super::{super::tests::in_phase, *};
    use crate::{
        Lang,
        city::{City, tests::zhuzhou},
        policy,
    };

    const HOUR: i64 = 3_600_000;

    fn said(state: ReportState, told_at: Stamp) -> Report {
        Report {
            source: "测试系统".into(),
            update: "u1".into(),
            told_at,
            state,
            text: "换了灯泡".into(),
            links: Vec::new(),
        }
    }

    fn tried(city: &City, case: &Case, said: &Report, now: Stamp) -> Result<Vec<What>, Refusal> {
        let unit = case.unit().unwrap_or("power").to_owned();
        let on = policy::by_unit_system("测试系统", &[unit], case)?;
        report(&on, said, &Ground { city, now })
    }

    #[test]
    fn every_phase_meets_every_report() {
        let city = zhuzhou();
        let mut table = String::from("阶段 × 外部进展：承办单位的系统，和交来诉求的系统。\n\n");
        for phase in Phase::ALL {
            let case = in_phase(&city, *phase);
            let now = case.opened_at.plus_ms(24 * HOUR);
            writeln!(table, "{} ({})", phase.word(Lang::Zh), phase.key()).unwrap();
            for state in ReportState::ALL {
                let said = said(*state, now);
                let words = |came: Result<Vec<What>, Refusal>| match came {
                    Ok(events) => events.iter().map(What::key).collect::<Vec<_>>().join(" + "),
                    Err(refusal) => format!("refused: {refusal}"),
                };
                let unit = words(tried(&city, &case, &said, now));
                let on = policy::by_submitter("测试系统", case.requests[0], &case).unwrap();
                let own = words(relay(&on, case.requests[0], &said, &Ground { city: &city, now }));
                writeln!(table, "  {:<12} unit: {unit:<32} submitter: {own}", state.key()).unwrap();
            }
            table.push('\n');
        }
        expect_file!["../../snapshots/phase-by-report.txt"].assert_eq(&table);
    }

    #[test]
    fn what_is_older_than_the_last_report_is_kept_and_moves_nothing() {
        let city = zhuzhou();
        let mut case = in_phase(&city, Phase::InHand);
        let now = case.opened_at.plus_ms(24 * HOUR);
        let mut play = |said: &Report| {
            let events = tried(&city, &case, said, now).unwrap();
            for what in &events {
                case.apply(&Event { at: now, by: super::super::Actor::system(), what: what.clone() });
            }
            (events.len(), case.phase())
        };
        assert_eq!(play(&said(ReportState::Closed, now.plus_ms(-HOUR))), (2, Phase::InReview));
        let late = said(ReportState::Working, now.plus_ms(-2 * HOUR));
        assert_eq!(play(&late), (1, Phase::InReview), "it happened before it was closed");
        assert_eq!(play(&said(ReportState::Open, now)), (2, Phase::InHand), "opened there again");
        let ahead = said(ReportState::Working, now.plus_ms(90 * 24 * HOUR));
        assert_eq!(play(&ahead), (1, Phase::InHand));
        assert_eq!(play(&said(ReportState::Fixed, now)), (2, Phase::InReview), "a clock ahead bars nothing");
    }

    #[test]
    fn states_of_the_extension_are_known_in_any_letters() {
        for (text, state) in [
            ("OPEN", Some(ReportState::Open)),
            ("In Progress", Some(ReportState::Working)),
            ("ACTION_SCHEDULED", Some(ReportState::Working)),
            ("not_councils_responsibility", Some(ReportState::Declined)),
            ("closed ", Some(ReportState::Closed)),
            ("done", None),
        ] {
            assert_eq!(ReportState::parse(text), state, "{text}");
        }
    }

    #[test]
    fn a_system_of_another_unit_finds_nothing() {
        let city = zhuzhou();
        let case = in_phase(&city, Phase::InHand);
        let other = ["gas".to_owned()];
        assert_eq!(policy::by_unit_system("x", &other, &case).unwrap_err(), Refusal::NotFound);
        assert_eq!(policy::by_submitter("x", RequestId(99), &case).unwrap_err(), Refusal::NotFound);
    }
}
