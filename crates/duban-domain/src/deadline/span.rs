//! How long: a stretch of natural time, or of working days and working minutes.

use serde::{Deserialize, Serialize};

use crate::Lang;

/// How long somebody has (时长).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Span {
    /// 自然时间: nights and holidays count.
    Natural {
        /// Minutes.
        minutes: u32,
    },
    /// 工作时间: whole working days first, the start day not counted; then working minutes.
    Working {
        /// Working days.
        days: u32,
        /// Minutes within working hours.
        minutes: u32,
    },
}

impl Span {
    /// Reads what a clerk writes: `30 minutes`, `2 hours`, `4 working hours`, `5 working days`, `7 days`,
    /// or `30分钟`, `2小时`, `4工作小时`, `5个工作日`, `7天`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let count: u32 = text[..digits].parse().ok().filter(|n| *n > 0 && *n <= 100_000)?;
        let unit = text[digits..].trim().trim_start_matches('个').trim();
        Some(match unit {
            "minute" | "minutes" | "min" | "分钟" => Self::Natural { minutes: count },
            "hour" | "hours" | "h" | "小时" => Self::Natural { minutes: count * 60 },
            "day" | "days" | "天" | "日" | "自然日" => Self::Natural { minutes: count * 1440 },
            "working minute" | "working minutes" | "工作分钟" => {
                Self::Working { days: 0, minutes: count }
            }
            "working hour" | "working hours" | "工作小时" => {
                Self::Working { days: 0, minutes: count * 60 }
            }
            "working day" | "working days" | "工作日" => Self::Working { days: count, minutes: 0 },
            _ => return None,
        })
    }

    /// In words: `5 个工作日`, `2 hours`.
    #[must_use]
    pub fn words(self, lang: Lang) -> String {
        match self {
            Self::Natural { minutes } => clock(minutes, lang, ("小时", "hour"), ("分钟", "minute")),
            Self::Working { days: 0, minutes } => {
                clock(minutes, lang, ("个工作小时", "working hour"), ("个工作分钟", "working minute"))
            }
            Self::Working { days, minutes: 0 } => count(days.into(), lang, ("个工作日", "working day")),
            Self::Working { days, minutes } => {
                let days = count(days.into(), lang, ("个工作日", "working day"));
                format!(
                    "{days} {}",
                    clock(minutes, lang, ("个工作小时", "working hour"), ("个工作分钟", "working minute"))
                )
            }
        }
    }
}

/// Minutes as hours when they come out even, with the given names of the units.
fn clock(minutes: u32, lang: Lang, hour: (&str, &str), minute: (&str, &str)) -> String {
    if minutes.is_multiple_of(60) {
        count((minutes / 60).into(), lang, hour)
    } else {
        count(minutes.into(), lang, minute)
    }
}

/// A number with its unit; English gets its plural.
pub(super) fn count(n: i64, lang: Lang, unit: (&str, &str)) -> String {
    match lang {
        Lang::Zh => format!("{n} {}", unit.0),
        Lang::En if n == 1 => format!("{n} {}", unit.1),
        Lang::En => format!("{n} {}s", unit.1),
    }
}
