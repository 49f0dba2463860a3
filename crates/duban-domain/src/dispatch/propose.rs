//! One matter against the tables of one city.

use super::{FALLBACK_CENTRE, FALLBACK_DIVISION, Rule, Target, matcher::Hits};
use crate::{
    Stamp,
    city::City,
    lang::Words,
    question::Detail,
    request::{Kind, Urgency},
};

/// What is known of a matter before anybody has it.
#[derive(Clone, Copy, Debug)]
pub struct Matter<'a> {
    /// One line.
    pub title: &'a str,
    /// What was said.
    pub text: &'a str,
    /// The category, when somebody chose one.
    pub category: Option<&'a str>,
    /// The division, six or nine digits.
    pub division: Option<&'a str>,
    /// Where, in words.
    pub place_words: &'a str,
    /// The kind, when somebody chose one.
    pub kind: Option<Kind>,
    /// What was answered to the questions of its category.
    pub details: &'a [Detail],
    /// When it came in.
    pub at: Stamp,
}

/// Who should take it, and why (派单建议).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The unit that leads.
    pub unit: String,
    /// Units that help.
    pub assisting: Vec<String>,
    /// The category, the given one or one the words point to.
    pub category: Option<String>,
    /// The kind, the given one or one the words point to.
    pub kind: Option<Kind>,
    /// How urgent.
    pub urgency: Urgency,
    /// The words that made it urgent; empty for an ordinary matter.
    pub urgency_because: Vec<String>,
    /// Why those words make it urgent.
    pub urgency_reason: Option<Words>,
    /// The login of the person whom the rule names.
    pub handler: Option<String>,
    /// The key of the rule.
    pub rule: String,
    /// The rule's reason.
    pub reason: Words,
    /// What decided: words of the message as they are, other conditions as `name=value`.
    pub because: Vec<String>,
}

/// Proposes a unit, a category, a kind and an urgency. Never fails: what no rule knows goes to the
/// division, and what has no division stays with the centre.
#[must_use]
pub fn propose(city: &City, matter: &Matter<'_>) -> Proposal {
    let hits = city.engine.read(matter.title, matter.text, matter.place_words);
    let category = matter.category.map(str::to_owned).or_else(|| by_words(city, &hits));
    let kind = matter.kind.or_else(|| kind_of(city, &hits, category.as_deref()));
    let facts = Facts { city, matter, hits: &hits, category: category.as_deref(), kind };
    let found = facts.first_rule().unwrap_or_else(|| facts.fallback());
    let raised = raise(city, &hits);
    let by_rule = found.rule.and_then(|rule| rule.urgency);
    let category = category.clone().or_else(|| found.rule?.set_category.clone());
    let usual = || city.category(category.as_deref()?)?.kind_default;
    Proposal {
        assisting: found.rule.map_or_else(Vec::new, |rule| {
            rule.assisting.iter().filter(|u| **u != found.unit).cloned().collect()
        }),
        kind: kind.or_else(usual),
        category,
        urgency: raised.as_ref().map(|r| r.urgency).or(by_rule).unwrap_or(Urgency::Normal),
        urgency_reason: raised.as_ref().map(|r| r.reason.clone()),
        urgency_because: raised.map_or_else(Vec::new, |r| r.because),
        handler: found.rule.and_then(|rule| rule.handler.clone()),
        rule: found.key.to_owned(),
        reason: found.reason,
        because: found.because,
        unit: found.unit,
    }
}

/// What the rules are asked about.
struct Facts<'a> {
    city: &'a City,
    matter: &'a Matter<'a>,
    hits: &'a Hits,
    category: Option<&'a str>,
    kind: Option<Kind>,
}

/// Who takes it, by which rule; a fallback is no rule of the catalogue.
struct Found<'a> {
    rule: Option<&'a Rule>,
    key: &'a str,
    unit: String,
    reason: Words,
    because: Vec<String>,
}

impl<'a> Facts<'a> {
    /// The first rule whose conditions hold and that can name a unit.
    fn first_rule(&self) -> Option<Found<'a>> {
        let rules = self.city.catalogue.iter().enumerate();
        rules.filter_map(|(i, rule)| self.ask(i, rule)).find_map(|(rule, because)| {
            let (unit, key, reason) = (self.unit(rule)?, &rule.key, rule.reason.clone());
            Some(Found { rule: Some(rule), key, unit, reason, because })
        })
    }

    /// The unit a rule sends to; none when it asks for a place and none is known.
    fn unit(&self, rule: &Rule) -> Option<String> {
        let unit = match &rule.target {
            Target::Unit(key) => key,
            Target::Division => self.city.unit_of_division(county(self.matter.division?))?,
            Target::Street => self.city.unit_of_division(self.matter.division?)?,
        };
        Some(unit.to_owned())
    }

    /// The rule with what decided, when all its conditions hold.
    fn ask(&self, index: usize, rule: &'a Rule) -> Option<(&'a Rule, Vec<String>)> {
        let engine = &self.city.engine;
        let (test, place) = &engine.rules[index];
        if !test.holds(self.hits) {
            return None;
        }
        let placed = engine.placed(place, self.hits);
        if !place.is_empty() && placed.is_empty() {
            return None;
        }
        let mut because = engine.said(test, self.hits);
        because.extend(placed);
        because.extend(self.conditions(rule)?);
        because.extend(rule.handler.as_ref().map(|login| format!("handler={login}")));
        Some((rule, because))
    }

    /// The conditions other than words, as `name=value`; none when one of them does not hold.
    fn conditions(&self, rule: &Rule) -> Option<Vec<String>> {
        let mut because = Vec::new();
        if !rule.category.is_empty() {
            let own = self.category?;
            let prefix = rule.category.iter().find(|p| is_below(own, p))?;
            because.push(format!("category={prefix}"));
        }
        if !rule.division.is_empty() {
            let own = self.matter.division?;
            let prefix = rule.division.iter().find(|p| own.starts_with(p.as_str()))?;
            because.push(format!("division={prefix}"));
        }
        if !rule.kind.is_empty() {
            let own = self.kind.filter(|kind| rule.kind.contains(kind))?;
            because.push(format!("kind={}", own.key()));
        }
        if !rule.answer.is_empty() {
            let (question, choice) = rule.answer.iter().find(|(key, choice)| self.answered(key, choice))?;
            because.push(format!("answer={question}={choice}"));
        }
        if rule.hours.is_some() || rule.working_time.is_some() {
            because.extend(self.times(rule)?);
        }
        Some(because)
    }

    fn answered(&self, question: &str, choice: &str) -> bool {
        let mut own = self.matter.details.iter().filter(|detail| detail.question == question);
        own.any(|detail| detail.values.iter().any(|value| value == choice))
    }

    fn times(&self, rule: &Rule) -> Option<Vec<String>> {
        let at = self.matter.at.timestamp().to_zoned(self.city.zone.clone());
        let minute = i16::from(at.hour()) * 60 + i16::from(at.minute());
        let mut because = Vec::new();
        if let Some((from, to)) = rule.hours {
            let within =
                if from <= to { from <= minute && minute < to } else { minute >= from || minute < to };
            within.then_some(())?;
            because.push(format!("hours={:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60));
        }
        if let Some(wanted) = rule.working_time {
            (self.city.calendar.is_open(at.date(), minute) == wanted).then_some(())?;
            because.push(format!("when={}", if wanted { "working" } else { "off" }));
        }
        Some(because)
    }

    /// Nobody's rule: the division when it is known, and else the centre.
    fn fallback(&self) -> Found<'a> {
        let division = self.matter.division.map(county);
        if let Some((code, unit)) = division.and_then(|code| Some((code, self.city.unit_of_division(code)?)))
        {
            let reason = Words {
                zh: "派单目录没有对应的规则，已知属地，由属地统筹协调。".to_owned(),
                en: "No rule of the catalogue fits; the place is known, so its division coordinates."
                    .to_owned(),
            };
            let because = vec![format!("division={code}")];
            return Found { rule: None, key: FALLBACK_DIVISION, unit: unit.to_owned(), reason, because };
        }
        let mut rules = self.city.catalogue.iter().enumerate();
        let placeless = rules.find_map(|(i, rule)| self.ask(i, rule));
        let reason = match placeless {
            Some(_) => Words {
                zh: "按派单目录由属地办理，但地点不清楚，先由热线中心补问地点。".to_owned(),
                en: "The catalogue leaves it to the place, which is not known, so the hotline centre asks for it first.".to_owned(),
            },
            None => Words {
                zh: "派单目录没有对应的规则，地点也不清楚，由热线中心人工研判。".to_owned(),
                en: "No rule of the catalogue fits and the place is not known, so the hotline centre looks at it.".to_owned(),
            },
        };
        let because = placeless.map_or_else(Vec::new, |(_, because)| because);
        Found { rule: None, key: FALLBACK_CENTRE, unit: self.city.centre().key.clone(), reason, because }
    }
}

/// Whether a category is another one or lies below it.
pub(super) fn is_below(key: &str, prefix: &str) -> bool {
    key.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The county-level code in a code of six digits or more.
fn county(division: &str) -> &str {
    division.get(..6).unwrap_or(division)
}

/// The category whose words weigh most; the earlier row when two weigh the same.
fn by_words(city: &City, hits: &Hits) -> Option<String> {
    let mut best = (0, None);
    for (row, test) in city.category_words.iter().zip(&city.engine.categories) {
        let weight = if test.holds(hits) { city.engine.weight(test, hits) } else { 0 };
        if weight > best.0 {
            best = (weight, Some(&row.category));
        }
    }
    best.1.cloned()
}

/// The kind the words tell, or the usual one of the category.
fn kind_of(city: &City, hits: &Hits, category: Option<&str>) -> Option<Kind> {
    let told = city
        .kind_words
        .iter()
        .zip(&city.engine.kinds)
        .find(|(_, test)| test.holds(hits))
        .map(|(row, _)| row.kind);
    told.or_else(|| city.category(category?)?.kind_default)
}

/// What makes it urgent.
struct Raised {
    urgency: Urgency,
    because: Vec<String>,
    reason: Words,
}

/// The most urgent row whose words were said.
fn raise(city: &City, hits: &Hits) -> Option<Raised> {
    let rows = city.urgency_words.iter().zip(&city.engine.urgencies).filter(|(_, test)| test.holds(hits));
    let (row, test) = rows.min_by_key(|(row, _)| row.urgency)?;
    Some(Raised { urgency: row.urgency, because: city.engine.said(test, hits), reason: row.reason.clone() })
}
