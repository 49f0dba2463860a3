//! The rows of a city pack as values.

use jiff::civil::Date;

use crate::{
    case::Phase,
    lang::Words,
    place::Point,
    policy::Action,
    request::{Kind, closed_set},
};

closed_set! {
    /// What sort of body a unit is (单位类别).
    UnitKind {
        /// 热线中心: exactly one.
        Centre = 1, "centre", "热线中心", "Hotline centre";
        /// 督查机构
        Oversight = 2, "oversight", "督查机构", "Oversight office";
        /// 市直部门
        Department = 3, "department", "市直部门", "City department";
        /// 区县政府
        Division = 4, "division", "区县政府", "District or county";
        /// 街道乡镇
        Street = 5, "street", "街道乡镇", "Street or town";
        /// 社区村
        Community = 6, "community", "社区村", "Community or village";
        /// 公共企业: water, power, gas, buses, telephone.
        Company = 7, "company", "公共企业", "Public utility";
    }
}

/// A unit that takes cases (承办单位).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its key.
    pub key: String,
    /// Full name.
    pub name: Words,
    /// Short name, for lists.
    pub short: Words,
    /// What sort of body.
    pub kind: UnitKind,
    /// The unit above it.
    pub parent: Option<String>,
    /// The division it is in charge of or sits in.
    pub division: Option<String>,
    /// A public telephone number.
    pub phone: Option<String>,
    /// The unit's own mailbox, so that a notice does not depend on who works there.
    pub mail: Option<String>,
    /// 已撤并: it takes no case any more; old ones keep its name.
    pub closed: bool,
    /// The unit that took over.
    pub successor: Option<String>,
}

/// An administrative division (行政区划).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Six digits (county level) or nine (town level).
    pub code: String,
    /// Its name.
    pub name: Words,
    /// The county-level code above a town.
    pub parent: Option<String>,
    /// An approximate centre.
    pub point: Option<Point>,
    /// The unit in charge.
    pub unit: Option<String>,
    /// First day under this name, if it is known to have changed.
    pub valid_from: Option<Date>,
    /// Last day under this name.
    pub valid_to: Option<Date>,
    /// What it was called before.
    pub former: Option<Words>,
}

/// A category of matters (诉求分类).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// `utilities.aerial.tree`: the key says where it belongs.
    pub key: String,
    /// Its name.
    pub name: Words,
    /// The category above.
    pub parent: Option<String>,
    /// 1, 2 or 3.
    pub level: u8,
    /// The usual kind of such matters.
    pub kind_default: Option<Kind>,
    /// 已停用, itself or one above: nothing new gets it; old cases keep it.
    pub retired: bool,
    /// The category that is used instead.
    pub successor: Option<String>,
}

/// The icons that the program draws (图标).
pub const ICONS: [&str; 18] = [
    "water", "power", "gas", "cable", "drain", "road", "light", "waste", "tree", "noise", "house", "market",
    "shield", "work", "health", "school", "office", "other",
];

/// How a kind of matter appears in public (公开名录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicRule {
    /// The category, with everything below it.
    pub category: String,
    /// What the public calls it; its own name when left out.
    pub name: Option<Words>,
    /// One of [`ICONS`].
    pub icon: Option<String>,
    /// Whether it appears at all.
    pub show: bool,
}

/// A city's own word under a phase (城市标签).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its key.
    pub key: String,
    /// The phase it is under.
    pub phase: Phase,
    /// What people see.
    pub name: Words,
}

closed_set! {
    /// How far a role sees (数据范围).
    ReachRule {
        /// 全部
        All = 1, "all", "全部", "All units";
        /// 本单位
        Unit = 2, "unit", "本单位", "Own unit";
        /// 本单位及下级
        UnitAndBelow = 3, "unit-and-below", "本单位及下级", "Own unit and below";
        /// 不看工单
        None = 4, "none", "不看工单", "No cases";
    }
}

/// A reason that is chosen from a list (理由), such as why a case is returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Its key.
    pub key: String,
    /// What people see.
    pub name: Words,
}

/// The lists of reasons of a city (理由表).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons {
    /// 退单理由
    pub returns: Vec<Reason>,
    /// 原因: why it happened.
    pub causes: Vec<Reason>,
}

impl Reasons {
    /// The reason of a return with this key.
    #[must_use]
    pub fn of_return(&self, key: &str) -> Option<&Reason> {
        self.returns.iter().find(|reason| reason.key == key)
    }

    /// The cause with this key.
    #[must_use]
    pub fn of_cause(&self, key: &str) -> Option<&Reason> {
        self.causes.iter().find(|reason| reason.key == key)
    }
}

/// A role of the staff (角色).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its key.
    pub key: String,
    /// What people see.
    pub name: Words,
    /// What it may do.
    pub actions: Vec<Action>,
    /// How far it sees.
    pub reach: ReachRule,
}

/// A place that people know by name (地名).
#[derive(Clone, Debug, PartialEq)]
pub struct Landmark {
    /// Its name.
    pub name: Words,
    /// Other names.
    pub aliases: Vec<String>,
    /// First letters of the Chinese name's syllables, `zzz` for 株洲站.
    pub initials: String,
    /// The division it is in.
    pub division: Option<String>,
    /// Where; none when only the name is known.
    pub point: Option<Point>,
    /// How far off the point may be, in metres.
    pub accuracy_m: u32,
    /// Whether the point was estimated and not surveyed.
    pub approximate: bool,
    /// 已停用: not offered any more; old cases keep their words.
    pub retired: bool,
}

/// A line to draw behind points (示意线). Schematic: nothing is measured on it.
#[derive(Clone, Debug, PartialEq)]
pub struct MapLine {
    /// What it is.
    pub name: Words,
    /// `river`, `road` or `rail`.
    pub kind: String,
    /// Its bends.
    pub points: Vec<Point>,
}

/// Another Open311 server that a unit's cases are forwarded to (外部系统).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Its key.
    pub key: String,
    /// What people see.
    pub name: Words,
    /// The unit whose cases go there.
    pub unit: String,
    /// Only these categories, each with everything below; empty means all.
    pub categories: Vec<String>,
    /// Where its GeoReport lies, without a slash at the end.
    pub endpoint: String,
    /// What it calls this jurisdiction, when it asks.
    pub jurisdiction: Option<String>,
    /// The variable of the environment that holds its key. A pack never holds a key itself.
    pub key_env: Option<String>,
    /// The service of what has none of its own below.
    pub service: String,
    /// Our category and its service there; the longest category that fits is used.
    pub services: Vec<(String, String)>,
    /// How often it is asked for news, in minutes.
    pub poll_minutes: u32,
    /// Whether name and telephone of a person who may be contacted go along.
    pub person: bool,
    /// Whether it lies inside the network of this server, where addresses are private.
    pub private: bool,
}

impl Remote {
    /// Whether cases of a category go there.
    #[must_use]
    pub fn takes(&self, category: Option<&str>) -> bool {
        let fits = |key: &String| category.is_some_and(|category| is_below(category, key));
        self.categories.is_empty() || self.categories.iter().any(fits)
    }

    /// What a category is called there.
    #[must_use]
    pub fn service_of(&self, category: Option<&str>) -> &str {
        let fits = |(key, _): &&(String, String)| category.is_some_and(|category| is_below(category, key));
        let longest = self.services.iter().filter(fits).max_by_key(|(key, _)| key.len());
        longest.map_or(self.service.as_str(), |(_, code)| code.as_str())
    }
}

/// Whether a category is this one or lies below it.
pub(crate) fn is_below(category: &str, key: &str) -> bool {
    category.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
