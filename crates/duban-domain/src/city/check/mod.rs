//! Whether the files of a pack fit together, and the city they make when they do.
//!
//! All faults of a pack are gathered in one run; a clerk should not have to run the check ten times.

mod references;
mod rules;
mod services;
mod trees;

use std::collections::{BTreeMap, HashMap};

use super::{
    AccessRules, Category, City, DeskRules, Division, Fault, Index, Label, Landmark, MapLine, PackFiles,
    PublicRule, Reasons, Remote, Role, Unit, UnitKind,
    fault::{Faults, Spot, words},
    is_below,
    read::{self, Basics, Placed, PlacedService},
};
use crate::{
    Stamp,
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
};

/// Everything that is wrong with a pack, by file and line; empty when nothing is.
#[must_use]
pub fn check(files: &PackFiles) -> Vec<Fault> {
    examine(files).1
}

/// The same, and whether the calendar reaches this year, and in its last quarter the next.
#[must_use]
pub fn check_at(files: &PackFiles, now: Stamp) -> Vec<Fault> {
    let (draft, mut faults) = examine(files);
    let today = now.date(&draft.basics.zone);
    let late = Faults::default();
    let next = (today.month() >= 10).then(|| today.year() + 1);
    for year in std::iter::once(today.year()).chain(next).filter(|year| !draft.calendar.years.contains(year))
    {
        let at = Spot { file: format!("calendar/{year}.toml"), line: None };
        late.warning(
            &at,
            words(
                format!("还没有 {year} 年的工作日历，将按周一至周五推算"),
                format!("There is no calendar of {year} yet; Monday to Friday will be assumed"),
            ),
            words(
                "当年放假通知公布后补上这个文件。",
                "Add this file once the notice of that year is published.",
            ),
        );
    }
    for fault in late.into_sorted() {
        if !faults.iter().any(|f| f.file == fault.file) {
            faults.push(fault);
        }
    }
    faults
}

/// The parsed files, before it is known whether they fit together.
pub(super) struct Draft {
    basics: Basics,
    units: Vec<Placed<Unit>>,
    divisions: Vec<Placed<Division>>,
    categories: Vec<Placed<Category>>,
    public: Vec<Placed<PublicRule>>,
    questions: Vec<Placed<Question>>,
    checklists: Vec<Placed<Checklist>>,
    services: Vec<PlacedService>,
    remotes: Vec<Placed<Remote>>,
    registers: Vec<Placed<Register>>,
    layers: Vec<Placed<Layer>>,
    catalogue: Vec<Placed<Rule>>,
    category_words: Vec<Placed<CategoryWords>>,
    kind_words: Vec<Placed<KindWords>>,
    urgency_words: Vec<Placed<UrgencyWords>>,
    deadlines: Vec<Placed<DeadlineRule>>,
    calendar: Calendar,
    labels: Vec<Placed<Label>>,
    phrases: Vec<Placed<crate::phrase::Phrase>>,
    knowledge: Vec<Placed<crate::knowledge::PackItem>>,
    roles: Vec<Placed<Role>>,
    texts: Vec<Placed<(String, Words)>>,
    places: Vec<Placed<Landmark>>,
    map: Vec<Placed<MapLine>>,
    reasons: Reasons,
    notices: NoticeBook,
    desk: DeskRules,
    access: AccessRules,
    retention: RetentionRules,
}

/// Reads and checks a pack.
pub(super) fn examine(files: &PackFiles) -> (Draft, Vec<Fault>) {
    let faults = Faults::default();
    let (kind_words, urgency_words) = read::kind_and_urgency_words(files, &faults);
    let roles = read::roles(files, &faults);
    let categories = read::categories(files, &faults);
    let category_keys: Vec<&str> = categories.iter().map(|category| category.it.key.as_str()).collect();
    let role_keys: Vec<&str> = roles.iter().map(|role| role.it.key.as_str()).collect();
    let draft = Draft {
        access: read::access(files, &role_keys, &faults),
        retention: read::retention(files, &category_keys, &faults),
        basics: read::basics(files, &faults),
        units: read::units(files, &faults),
        divisions: read::divisions(files, &faults),
        categories,
        public: read::public(files, &faults),
        questions: read::questions(files, &faults),
        checklists: read::checklists(files, &faults),
        services: read::services(files, &faults),
        remotes: read::remotes(files, &faults),
        registers: read::registers(files, &faults),
        layers: read::layers(files, &faults),
        catalogue: read::catalogue(files, &faults),
        category_words: read::category_words(files, &faults),
        kind_words,
        urgency_words,
        deadlines: read::deadlines(files, &faults),
        calendar: read::calendar(files, &faults),
        labels: read::labels(files, &faults),
        phrases: read::phrases(files, &faults),
        knowledge: read::knowledge(files, &faults),
        roles,
        texts: read::texts(files, &faults),
        places: read::places(files, &faults),
        map: read::map(files, &faults),
        reasons: read::reasons(files, &faults),
        notices: read::notices(files, &faults),
        desk: read::desk(files, &faults),
    };
    strangers(files, &faults);
    trees::check(&draft, &faults);
    references::check(&draft, &faults);
    rules::check(&draft, &faults);
    services::check(&draft, &faults);
    (draft, faults.into_sorted())
}

/// Files that nothing reads are most likely misnamed.
fn strangers(files: &PackFiles, faults: &Faults) {
    const KNOWN: [&str; 12] = [
        "city.toml",
        "units.csv",
        "divisions.csv",
        "categories.csv",
        "category-words.csv",
        "words.toml",
        "catalogue.toml",
        "deadlines.toml",
        "calendar.toml",
        "labels.toml",
        "roles.toml",
        "texts.toml",
    ];
    let known = |path: &str| {
        KNOWN.contains(&path)
            || matches!(
                path,
                "places.csv"
                    | "map.toml"
                    | "phrases.toml"
                    | "knowledge.toml"
                    | "public.csv"
                    | "questions.toml"
                    | "checklists.toml"
                    | "remotes.toml"
                    | "registers.toml"
                    | "layers.toml"
                    | "reasons.toml"
                    | "notices.toml"
                    | "desk.toml"
                    | "survey.toml"
                    | "quality.toml"
                    | AccessRules::FILE
                    | RetentionRules::FILE
            )
            || path.ends_with(".md")
            || read::is_service(path)
            || (path.starts_with("calendar/") && path.ends_with(".toml"))
    };
    for path in files.keys().filter(|path| !known(path)) {
        let at = Spot { file: path.clone(), line: None };
        let otherwise = words("删去，或改成手册里的文件名。", "Remove it, or give it a name from the guide.");
        faults.warning(
            &at,
            words("没有程序读这个文件", "Nothing reads this file"),
            super::fault::did_you_mean(path, KNOWN, otherwise),
        );
    }
}

impl Draft {
    fn unit_keys(&self) -> impl Iterator<Item = &str> {
        self.units.iter().map(|unit| unit.it.key.as_str())
    }

    fn has_unit(&self, key: &str) -> bool {
        self.unit_keys().any(|k| k == key)
    }

    fn has_division(&self, code: &str) -> bool {
        self.divisions.iter().any(|d| d.it.code == code)
    }

    fn category_keys(&self) -> impl Iterator<Item = &str> {
        self.categories.iter().map(|c| c.it.key.as_str())
    }

    /// The city, when there was no error.
    pub(super) fn into_city(self, digest: String) -> Option<City> {
        let bounds: Bounds = self.basics.bounds?;
        let (catalogue, category_words) = (bare(self.catalogue), bare(self.category_words));
        let (kind_words, urgency_words) = (bare(self.kind_words), bare(self.urgency_words));
        let mut city = City {
            key: self.basics.key,
            name: self.basics.name,
            hotline: self.basics.hotline,
            zone: self.basics.zone,
            bounds,
            engine: Engine::new(&catalogue, &category_words, &kind_words, &urgency_words),
            catalogue,
            category_words,
            kind_words,
            urgency_words,
            units: bare(self.units),
            divisions: bare(self.divisions),
            categories: with_retired(bare(self.categories)),
            public: bare(self.public),
            questions: bare(self.questions),
            checklists: bare(self.checklists),
            services: self.services.into_iter().map(|placed| placed.it).collect(),
            remotes: bare(self.remotes),
            registers: bare(self.registers),
            layers: bare(self.layers),
            deadlines: bare(self.deadlines),
            calendar: self.calendar,
            labels: bare(self.labels),
            phrases: bare(self.phrases),
            knowledge: bare(self.knowledge),
            roles: bare(self.roles),
            texts: self.texts.into_iter().map(|t| t.it).collect::<BTreeMap<_, _>>(),
            places: bare(self.places),
            map: bare(self.map),
            reasons: self.reasons,
            notices: self.notices,
            settings: self.basics.settings,
            desk: self.desk,
            access: self.access,
            retention: self.retention,
            digest,
            index: Index::default(),
        };
        city.index = index(&city)?;
        Some(city)
    }
}

/// What lies below a retired category is retired with it.
fn with_retired(mut list: Vec<Category>) -> Vec<Category> {
    let gone: Vec<String> = list.iter().filter(|c| c.retired).map(|c| c.key.clone()).collect();
    for category in &mut list {
        category.retired = gone.iter().any(|key| is_below(&category.key, key));
    }
    list
}

fn bare<T>(list: Vec<Placed<T>>) -> Vec<T> {
    list.into_iter().map(|placed| placed.it).collect()
}

fn index(city: &City) -> Option<Index> {
    let units = positions(city.units.iter().map(|u| &u.key));
    let mut units_below: HashMap<String, Vec<usize>> = HashMap::new();
    for (i, unit) in city.units.iter().enumerate() {
        // A unit is below itself and below everything above it; the tree was checked for circles.
        let mut at = Some(unit);
        while let Some(above) = at {
            units_below.entry(above.key.clone()).or_default().push(i);
            at = above.parent.as_ref().and_then(|parent| units.get(parent)).map(|&j| &city.units[j]);
        }
    }
    Some(Index {
        units,
        units_below,
        divisions: positions(city.divisions.iter().map(|d| &d.code)),
        categories: positions(city.categories.iter().map(|c| &c.key)),
        roles: positions(city.roles.iter().map(|r| &r.key)),
        centre: city.units.iter().position(|u| u.kind == UnitKind::Centre)?,
    })
}

fn positions<'a>(keys: impl Iterator<Item = &'a String>) -> HashMap<String, usize> {
    keys.enumerate().map(|(i, key)| (key.clone(), i)).collect()
}
