//! The city pack (城市包): the files that make an installation a city, parsed and checked.
//!
//! Takes texts and gives a [`City`]; reading them from a disk is somebody else's work. There is no
//! rule of any city in here: only what the fields of the files are and how they must fit together.

mod access;
mod check;
mod desk;
pub mod edit;
mod fault;
mod find;
mod form;
mod public;
mod read;
mod settings;
mod source;
#[cfg(test)]
pub(crate) mod tests;
mod types;

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

pub use access::{AccessRules, SignOn};
pub use check::{check, check_at};
pub use desk::{CallRules, CheckItem, DeskRules, Emergency, Follow, QualityRules, SurveyAnswer};
pub use fault::{Fault, Severity};
pub use settings::{PhotoRule, ReturnRule, Score, SettingGroup, Settings, VideoRule};
pub(crate) use types::is_below;
pub use types::{
    Category, Division, ICONS, Label, Landmark, MapLine, PublicRule, ReachRule, Reason, Reasons, Remote,
    Role, Unit, UnitKind,
};

use crate::{
    Lang,
    calendar::Calendar,
    checklist::Checklist,
    deadline::DeadlineRule,
    dispatch::{CategoryWords, Engine, KindWords, Rule, UrgencyWords},
    gazetteer::Register,
    lang::Words,
    notice::NoticeBook,
    object::Layer,
    place::Bounds,
    question::Question,
    retention::RetentionRules,
    service::Service,
};

/// The files of a pack: path inside the pack → text.
pub type PackFiles = BTreeMap<String, String>;

/// Whether a path is that of a file inside a folder, and leads nowhere else wherever it is written.
#[must_use]
pub fn is_plain(path: &str) -> bool {
    let odd = |c: char| c.is_control() || matches!(c, '\\' | ':');
    !path.contains(odd) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// A city: everything that is particular to one installation.
#[derive(Clone, Debug)]
pub struct City {
    /// Short name in ASCII.
    pub key: String,
    /// Its name.
    pub name: Words,
    /// The number people call.
    pub hotline: String,
    /// Its clocks.
    pub zone: TimeZone,
    /// Points outside are not believed.
    pub bounds: Bounds,
    /// 承办单位 and the centre.
    pub units: Vec<Unit>,
    /// 行政区划
    pub divisions: Vec<Division>,
    /// 三级分类
    pub categories: Vec<Category>,
    /// 公开名录
    pub public: Vec<PublicRule>,
    /// 派单目录, in order.
    pub catalogue: Vec<Rule>,
    /// 补充问题, in the order they are asked.
    pub questions: Vec<Question>,
    /// 办理清单
    pub checklists: Vec<Checklist>,
    /// 办事大厅的事项, by key.
    pub services: Vec<Service>,
    /// 外部系统, in order.
    pub remotes: Vec<Remote>,
    /// 地名登记
    pub registers: Vec<Register>,
    /// 设施图层
    pub layers: Vec<Layer>,
    /// Words that point to a category.
    pub category_words: Vec<CategoryWords>,
    /// Words that tell the kind.
    pub kind_words: Vec<KindWords>,
    /// Words that make urgent.
    pub urgency_words: Vec<UrgencyWords>,
    /// 时限规则, in order.
    pub deadlines: Vec<DeadlineRule>,
    /// 工作日历
    pub calendar: Calendar,
    /// The city's own labels under a phase.
    pub labels: Vec<Label>,
    /// 常用语
    pub phrases: Vec<crate::phrase::Phrase>,
    /// 知识条目 that a new database begins with; afterwards they are looked after in the database.
    pub knowledge: Vec<crate::knowledge::PackItem>,
    /// 角色
    pub roles: Vec<Role>,
    /// The city's own words, by key.
    pub texts: BTreeMap<String, Words>,
    /// 理由表
    pub reasons: Reasons,
    /// 地名
    pub places: Vec<Landmark>,
    /// A few schematic lines to draw behind points.
    pub map: Vec<MapLine>,
    /// 通知文字和免打扰时段
    pub notices: NoticeBook,
    /// Numbers and switches a city may set.
    pub settings: Settings,
    /// How the hotline's own desk works.
    pub desk: DeskRules,
    /// 登录规则
    pub access: AccessRules,
    /// 保存期限
    pub retention: RetentionRules,
    /// SHA-256 of all files, in hexadecimal.
    pub digest: String,
    pub(crate) engine: Engine,
    index: Index,
}

/// Where things are in their lists.
#[derive(Clone, Debug, Default)]
struct Index {
    units: HashMap<String, usize>,
    units_below: HashMap<String, Vec<usize>>,
    divisions: HashMap<String, usize>,
    categories: HashMap<String, usize>,
    roles: HashMap<String, usize>,
    centre: usize,
}

impl City {
    /// Reads a pack. Warnings do not stop it; any error does, and then all faults are returned.
    pub fn load(files: &PackFiles) -> Result<Self, Vec<Fault>> {
        let (draft, faults) = check::examine(files);
        if faults.iter().any(|f| f.severity == Severity::Error) {
            return Err(faults);
        }
        draft.into_city(digest(files)).ok_or(faults)
    }

    /// The unit with this key.
    #[must_use]
    pub fn unit(&self, key: &str) -> Option<&Unit> {
        self.index.units.get(key).map(|&i| &self.units[i])
    }

    /// The hotline centre: it owns what is not dispatched yet.
    #[must_use]
    pub fn centre(&self) -> &Unit {
        &self.units[self.index.centre]
    }

    /// The unit itself and every unit below it; nothing for an unknown key.
    #[must_use]
    pub fn unit_and_below(&self, key: &str) -> Vec<&str> {
        self.index
            .units_below
            .get(key)
            .map_or_else(Vec::new, |list| list.iter().map(|&i| self.units[i].key.as_str()).collect())
    }

    /// The division with this code.
    #[must_use]
    pub fn division(&self, code: &str) -> Option<&Division> {
        self.index.divisions.get(code).map(|&i| &self.divisions[i])
    }

    /// The unit in charge of a division, or of the nearest one above it that has a unit.
    #[must_use]
    pub fn unit_of_division(&self, code: &str) -> Option<&str> {
        let mut at = self.division(code);
        while let Some(division) = at {
            if let Some(unit) = &division.unit {
                return Some(unit);
            }
            at = division.parent.as_deref().and_then(|parent| self.division(parent));
        }
        None
    }

    /// The unit with this key, if it takes cases: one that was closed does not any more.
    #[must_use]
    pub fn open_unit(&self, key: &str) -> Option<&Unit> {
        self.unit(key).filter(|unit| !unit.closed)
    }

    /// The category with this key, if it can be chosen: one that was retired cannot any more.
    #[must_use]
    pub fn live_category(&self, key: &str) -> Option<&Category> {
        self.category(key).filter(|category| !category.retired)
    }

    /// The category with this key.
    #[must_use]
    pub fn category(&self, key: &str) -> Option<&Category> {
        self.index.categories.get(key).map(|&i| &self.categories[i])
    }

    /// The names from the first level down: `市政公用 › 架空线缆 › 线缆与树木`. An unknown key is shown as it is.
    #[must_use]
    pub fn category_path(&self, key: &str, lang: Lang) -> String {
        let mut names = Vec::new();
        let mut at = self.category(key);
        while let Some(category) = at {
            names.push(category.name.get(lang));
            at = category.parent.as_deref().and_then(|parent| self.category(parent));
        }
        if names.is_empty() {
            return key.to_owned();
        }
        names.reverse();
        names.join(" › ")
    }

    /// What a category asks besides words and place, in order.
    pub fn questions_of<'a>(&'a self, category: &'a str) -> impl Iterator<Item = &'a Question> {
        self.questions.iter().filter(move |question| question.is_for(category))
    }

    /// The question with this key.
    #[must_use]
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == key)
    }

    /// The service of the hall with this key.
    #[must_use]
    pub fn service(&self, key: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.key == key)
    }

    /// The other system with this key.
    #[must_use]
    pub fn remote(&self, key: &str) -> Option<&Remote> {
        self.remotes.iter().find(|remote| remote.key == key)
    }

    /// The other system that a unit's cases of a category go to; the first that fits.
    #[must_use]
    pub fn remote_for(&self, unit: &str, category: Option<&str>) -> Option<&Remote> {
        self.remotes.iter().find(|remote| remote.unit == unit && remote.takes(category))
    }

    /// The layer of objects with this key.
    #[must_use]
    pub fn layer(&self, key: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.key == key)
    }

    /// The register with this key.
    #[must_use]
    pub fn register(&self, key: &str) -> Option<&Register> {
        self.registers.iter().find(|register| register.key == key)
    }

    /// The role with this key.
    #[must_use]
    pub fn role(&self, key: &str) -> Option<&Role> {
        self.index.roles.get(key).map(|&i| &self.roles[i])
    }

    /// The label with this key.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&Label> {
        self.labels.iter().find(|label| label.key == key)
    }

    /// A digest of what decides how cases appear in public: another one asks for what was written by the
    /// old rules to be written anew.
    #[must_use]
    pub fn public_digest(&self) -> String {
        let Settings { public_listing, public_metres, words_reviewed, .. } = &self.settings;
        let rules = format!("{:?}", (&self.public, public_listing, public_metres, words_reviewed));
        Sha256::digest(rules).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// One of the city's own texts. A key that nobody wrote is shown as it is, so that it is noticed.
    #[must_use]
    pub fn text<'a>(&'a self, key: &'a str, lang: Lang) -> &'a str {
        self.texts.get(key).map_or(key, |words| words.get(lang))
    }
}

/// Path, length and content of every file, in the order of the paths.
fn digest(files: &PackFiles) -> String {
    let mut hash = Sha256::new();
    for (path, text) in files {
        hash.update((path.len() as u64).to_be_bytes());
        hash.update(path);
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
