//! 保存期限: how long what is kept, and when a closed case loses what names anybody, or is destroyed.
//!
//! The terms are a city's (`retention.toml`); none of them is in the program. Without the file nothing ever goes.

use jiff::{Span, tz::TimeZone};

use crate::{
    Stamp,
    city::is_below,
    lang::Words,
    request::{Kind, closed_set},
};

closed_set! {
    /// What is kept beside cases and has a term of its own (记录种类).
    Record {
        /// 通话: the number and the address of a recording; that there was a call, and how long, stays for the figures.
        Calls = 1, "calls", "通话里的号码和录音地址", "Numbers and recordings of calls";
        /// 通知
        Notices = 2, "notices", "通知", "Notices";
        /// 来信
        Letters = 3, "letters", "来信原文", "Mails";
        /// 登录记录
        SignIns = 4, "sign-ins", "登录记录", "The record of sign-ins";
        /// 会话: those that are over; they need no term.
        Sessions = 5, "sessions", "过期的会话", "Sessions that are over";
    }
}

impl Record {
    /// Fewest months: the Cybersecurity Law (art. 21) keeps logs for six.
    #[must_use]
    pub fn least_months(self) -> u32 {
        match self {
            Self::SignIns | Self::Calls => 6,
            Self::Notices | Self::Letters | Self::Sessions => 1,
        }
    }
}

/// A term of keeping cases (保存期限).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// What it is called.
    pub name: Words,
    /// The categories it is for, with all below; none: every one.
    pub categories: Vec<String>,
    /// The kinds it is for; none: every one.
    pub kinds: Vec<Kind>,
    /// So many months after it was closed, a case loses what names anybody.
    pub anonymise_months: Option<u32>,
    /// So many months after it was closed, it is destroyed.
    pub destroy_months: Option<u32>,
    /// The law behind it, when there is one.
    pub law: Option<Words>,
}

/// What a term asks of a case at an instant (到期处理).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing yet.
    Nothing,
    /// 去身份
    Anonymise,
    /// 销毁
    Destroy,
}

impl Term {
    /// Whether it is for a case.
    #[must_use]
    pub fn is_for(&self, category: Option<&str>, kind: Kind) -> bool {
        let below = |key: &String| category.is_some_and(|own| own == key || is_below(own, key));
        (self.categories.is_empty() || self.categories.iter().any(below))
            && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }

    /// What it asks of a case that was closed then, now.
    #[must_use]
    pub fn due(&self, closed_at: Stamp, now: Stamp, zone: &TimeZone) -> Due {
        let past = |months: Option<u32>| months.is_some_and(|months| passed(closed_at, months, zone) <= now);
        match (past(self.destroy_months), past(self.anonymise_months)) {
            (true, _) => Due::Destroy,
            (false, true) => Due::Anonymise,
            (false, false) => Due::Nothing,
        }
    }
}

/// When so many months have passed since an instant: at the beginning of that day.
#[must_use]
pub fn passed(since: Stamp, months: u32, zone: &TimeZone) -> Stamp {
    let later = Span::new().months(i64::from(months.min(12_000)));
    let date = since.date(zone);
    Stamp::start_of(date.checked_add(later).unwrap_or(jiff::civil::Date::MAX), zone)
}

/// The instant that lies so many months before another one: whatever is older has had its term.
#[must_use]
pub fn before(now: Stamp, months: u32, zone: &TimeZone) -> Stamp {
    let earlier = Span::new().months(i64::from(months.min(12_000)));
    let date = now.date(zone);
    Stamp::start_of(date.checked_sub(earlier).unwrap_or(jiff::civil::Date::MIN), zone)
}

/// 保存期限规则
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RetentionRules {
    /// The hour of the day at which what is due begins to go.
    pub hour: u32,
    /// Terms of cases: the first that fits holds.
    pub terms: Vec<Term>,
    /// Terms of records, in months.
    pub records: Vec<(Record, u32)>,
}

impl RetentionRules {
    /// The file of the pack.
    pub const FILE: &str = "retention.toml";
    /// What the file is like when nobody has written it yet: nothing goes.
    pub const FRESH: &str = "# 保存期限。不写期限，什么也不会自动删。写出来的都是默认，非法定；有依据时写 law。\n# Terms of keeping. Without any nothing goes by itself. What stands here are defaults and not law; write law where there is one.\nhour = 2\n";

    /// The term that holds for a case.
    #[must_use]
    pub fn of(&self, category: Option<&str>, kind: Kind) -> Option<&Term> {
        self.terms.iter().find(|term| term.is_for(category, kind))
    }

    /// What is due of a case.
    #[must_use]
    pub fn due(
        &self,
        category: Option<&str>,
        kind: Kind,
        closed_at: Stamp,
        now: Stamp,
        zone: &TimeZone,
    ) -> Due {
        self.of(category, kind).map_or(Due::Nothing, |term| term.due(closed_at, now, zone))
    }

    /// Fewest months after which anything at all is done to a case: `destroy` or only what names somebody.
    #[must_use]
    pub fn shortest(&self, destroy: bool) -> Option<u32> {
        let months = |term: &Term| if destroy { term.destroy_months } else { term.anonymise_months };
        self.terms.iter().filter_map(months).min()
    }

    /// The term of a record.
    #[must_use]
    pub fn months_of(&self, what: Record) -> Option<u32> {
        self.records.iter().find(|(own, _)| *own == what).map(|(_, months)| *months)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(year: i16, month: i8, day: i8) -> Stamp {
        Stamp::start_of(date(year, month, day), &TimeZone::UTC).plus_ms(12 * 3_600_000)
    }

    fn rules() -> RetentionRules {
        let term = |categories: &[&str], kinds: &[Kind], anonymise, destroy| Term {
            categories: categories.iter().map(|&key| key.to_owned()).collect(),
            kinds: kinds.to_vec(),
            anonymise_months: anonymise,
            destroy_months: destroy,
            ..Term::default()
        };
        RetentionRules {
            hour: 2,
            terms: vec![
                term(&["labour"], &[], None, None),
                term(&[], &[Kind::Consult], Some(6), Some(12)),
                term(&[], &[], Some(24), Some(120)),
            ],
            records: vec![(Record::SignIns, 12)],
        }
    }

    #[test]
    fn the_first_term_that_fits_holds_and_a_day_decides() {
        let (rules, utc) = (rules(), TimeZone::UTC);
        let due = |category, kind, now| rules.due(category, kind, at(2024, 1, 31), now, &utc);
        assert_eq!(due(None, Kind::Help, at(2026, 1, 30)), Due::Nothing);
        assert_eq!(due(None, Kind::Help, at(2026, 1, 31)), Due::Anonymise);
        assert_eq!(due(None, Kind::Help, at(2034, 1, 31)), Due::Destroy);
        assert_eq!(due(Some("urban.light"), Kind::Consult, at(2024, 7, 31)), Due::Anonymise);
        assert_eq!(
            due(Some("labour.wage"), Kind::Consult, at(2099, 1, 1)),
            Due::Nothing,
            "a term may keep for ever"
        );
        assert_eq!((rules.shortest(false), rules.shortest(true)), (Some(6), Some(12)));
        assert_eq!(
            RetentionRules::default().due(None, Kind::Help, at(1990, 1, 1), at(2099, 1, 1), &utc),
            Due::Nothing
        );
    }

    #[test]
    fn the_end_of_a_month_is_the_end_of_a_shorter_one() {
        assert_eq!(
            passed(at(2024, 1, 31), 1, &TimeZone::UTC),
            Stamp::start_of(date(2024, 2, 29), &TimeZone::UTC)
        );
        assert_eq!(
            before(at(2024, 3, 31), 1, &TimeZone::UTC),
            Stamp::start_of(date(2024, 2, 29), &TimeZone::UTC)
        );
    }
}
