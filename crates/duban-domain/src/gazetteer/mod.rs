//! Registers (地名登记): lists of streets, neighbourhoods and divisions that somebody else keeps, and that are
//! fetched by the city's clock.
//!
//! Pure: what a city says about one, how its text is read ([`read()`]), and what changed ([`compare()`]).
//! Fetching and keeping are `duban-app`'s.

mod compare;
mod geojson;
mod read;
#[cfg(test)]
mod tests;

use jiff::{Span, tz::TimeZone};
use serde::{Deserialize, Serialize};

pub use compare::{Changes, compare};
pub(crate) use geojson::middle;
pub use read::{ReadFault, Reading, read};

use crate::{
    Stamp,
    lang::Words,
    notice::at_minute,
    place::{Crs, Point},
    request::closed_set,
    stamp::{date_of_day, day_number},
};

closed_set! {
    /// What a register holds (登记的内容).
    Holds {
        /// 地名: streets, neighbourhoods, whatever people call a place by.
        Places = 1, "places", "地名", "Places";
        /// 行政区划
        Divisions = 2, "divisions", "行政区划", "Divisions";
    }
}

closed_set! {
    /// How its text is written (登记文件格式).
    Format {
        /// 逗号分隔的表
        Csv = 1, "csv", "CSV", "CSV";
        /// GeoJSON
        GeoJson = 2, "geojson", "GeoJSON", "GeoJSON";
    }
}

closed_set! {
    /// Why a register is read (导入方式).
    How {
        /// 按时
        Schedule = 1, "schedule", "按时", "By the clock";
        /// 手动
        Hand = 2, "hand", "手动", "By hand";
        /// 只看不改
        Look = 3, "look", "只看不改", "Only a look";
        /// 照样导入: although much of it vanished.
        Anyway = 4, "anyway", "照样导入", "By hand, although much vanished";
    }
}

closed_set! {
    /// What came of it (导入结果).
    Outcome {
        /// 等着
        Waiting = 1, "waiting", "等着", "Waiting";
        /// 导入了
        Done = 2, "done", "导入了", "Imported";
        /// 没有变化
        Same = 3, "same", "没有变化", "Nothing changed";
        /// 看过了
        Looked = 4, "looked", "看过了，没有改", "Looked at, nothing done";
        /// 停下来等人决定: too much vanished.
        Held = 5, "held", "停下来等人决定", "Stopped, somebody has to decide";
        /// 没有成
        Failed = 6, "failed", "没有成", "It failed";
    }
}

/// Where a register is fetched (登记来源).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file of this name, in the folder for registers of the server.
    File(String),
    /// An address.
    Web(String),
}

/// Which columns (or properties) hold what (栏目).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// What an entry keeps when it is renamed; none: its name is all it has.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// Other names, with bars between.
    pub aliases: String,
    /// First letters of the syllables of its name.
    pub initials: String,
    /// The code of the division it is in.
    pub division: String,
    /// Longitude.
    pub lng: String,
    /// Latitude.
    pub lat: String,
}

/// A register that a city follows (地名登记).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Its key.
    pub key: String,
    /// What people see.
    pub name: Words,
    /// What is in it.
    pub holds: Holds,
    /// Where it is fetched.
    pub source: Source,
    /// How it is written.
    pub format: Format,
    /// Whether it lies inside the network of this server, where addresses are private.
    pub private: bool,
    /// The system that its coordinates are in.
    pub crs: Crs,
    /// When it is fetched, in minutes after midnight.
    pub at: i16,
    /// Every how many days.
    pub every_days: u32,
    /// When more than this share of what is known is missing, in percent, nothing is done and somebody is asked.
    pub vanish_max: u32,
    /// Which columns hold what.
    pub columns: Columns,
}

impl Register {
    /// The file of the pack that names them.
    pub const FILE: &str = "registers.toml";
    /// What the file is like when nobody has written it yet.
    pub const FRESH: &str = "# 地名登记：别人登记的道路、小区、行政区划，按时取来。每个以 [[register]] 开头；写法见手册。\n# Lists of places that somebody else keeps. Take the signs off and put in your own.\n\n# [[register]]\n# key = \"streets\"\n# name = \"市道路名录\"\n# name_en = \"The city's streets\"\n# source = \"https://open.example.cn/streets.csv\"\n# at = \"03:30\"\n# id_is = \"code\"\n";

    /// The day for which it is to be fetched now, as days since 1970, when it was fetched for `last` before.
    /// What was missed is fetched once; a register that is new is fetched at once.
    #[must_use]
    pub fn day_owed(&self, now: Stamp, last: Option<i64>, zone: &TimeZone) -> Option<i64> {
        let today = now.date(zone);
        let come = at_minute(today, self.at, zone) <= now;
        let day = day_number(if come { today } else { today.saturating_sub(Span::new().days(1)) });
        last.is_none_or(|last| day - last >= i64::from(self.every_days)).then_some(day)
    }

    /// When it is fetched next, when it was fetched for `last` before.
    #[must_use]
    pub fn next(&self, now: Stamp, last: Option<i64>, zone: &TimeZone) -> Stamp {
        let hour = |last: i64| at_minute(date_of_day(last + i64::from(self.every_days)), self.at, zone);
        last.map_or(now, hour).max(now)
    }
}

/// A place or division of a register (登记的一条).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it keeps when it is renamed.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Other names.
    pub aliases: Vec<String>,
    /// What it was called before, as far as this installation saw it.
    pub former: Vec<String>,
    /// First letters of the syllables of its name.
    pub initials: String,
    /// The division it is in.
    pub division: Option<String>,
    /// Where.
    pub point: Option<Point>,
}
