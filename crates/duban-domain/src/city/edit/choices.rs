//! What can be chosen in a form: words of the program, and what the city in force has.

use crate::{
    Lang,
    case::Phase,
    city::{City, Follow, ICONS, ReachRule, UnitKind},
    lang::Words,
    phrase::PhraseStep,
    policy::Action,
    question::AnswerKind,
    request::{Kind, Urgency},
};

/// What can be chosen (选项).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choices {
    /// 诉求类型
    Kinds,
    /// 紧急程度
    Urgencies,
    /// 权限
    Actions,
    /// 数据范围
    Reaches,
    /// 单位类别
    UnitKinds,
    /// 阶段
    Phases,
    /// 后续
    Follows,
    /// 图标
    Icons,
    /// 用在哪一步
    Steps,
    /// 回答方式
    AnswerKinds,
    /// 单位
    Units,
    /// 单位，或所在的街道、区县
    Targets,
    /// 分类
    Categories,
    /// 区划
    Divisions,
    /// 工作时间内外
    Hours,
}

impl Choices {
    /// What can be chosen in a city that is in force: keys and what people call them.
    #[must_use]
    pub fn of(self, city: &City) -> Vec<(String, Words)> {
        match self {
            Self::Kinds => closed(Kind::ALL, Kind::key, Kind::word),
            Self::Urgencies => closed(Urgency::ALL, Urgency::key, Urgency::word),
            Self::Actions => closed(Action::ALL, Action::key, Action::word),
            Self::Reaches => closed(ReachRule::ALL, ReachRule::key, ReachRule::word),
            Self::UnitKinds => closed(UnitKind::ALL, UnitKind::key, UnitKind::word),
            Self::Phases => closed(Phase::ALL, Phase::key, Phase::word),
            Self::Follows => closed(Follow::ALL, Follow::key, Follow::word),
            Self::Steps => closed(PhraseStep::ALL, PhraseStep::key, PhraseStep::word),
            Self::AnswerKinds => closed(AnswerKind::ALL, AnswerKind::key, AnswerKind::word),
            Self::Icons => ICONS.iter().map(|icon| (icon.to_string(), both(icon, icon))).collect(),
            Self::Hours => vec![
                ("working".to_owned(), both("工作时间内", "In working time")),
                ("off".to_owned(), both("工作时间外", "Outside working time")),
            ],
            Self::Units => units(city),
            Self::Targets => [
                ("street", "所在街道乡镇", "The subdistrict or town of the place"),
                ("division", "所在区县", "The district or county of the place"),
            ]
            .into_iter()
            .map(|(key, zh, en)| (key.to_owned(), both(zh, en)))
            .chain(units(city))
            .collect(),
            Self::Categories => {
                let path =
                    |key: &str| both(&city.category_path(key, Lang::Zh), &city.category_path(key, Lang::En));
                city.categories.iter().filter(|c| !c.retired).map(|c| (c.key.clone(), path(&c.key))).collect()
            }
            Self::Divisions => city.divisions.iter().map(|d| (d.code.clone(), d.name.clone())).collect(),
        }
    }
}

fn units(city: &City) -> Vec<(String, Words)> {
    city.units.iter().filter(|unit| !unit.closed).map(|unit| (unit.key.clone(), unit.name.clone())).collect()
}

fn both(zh: &str, en: &str) -> Words {
    Words { zh: zh.to_owned(), en: en.to_owned() }
}

fn closed<T: Copy>(
    all: &[T],
    key: impl Fn(T) -> &'static str,
    word: impl Fn(T, Lang) -> &'static str,
) -> Vec<(String, Words)> {
    let one = |it: &T| (key(*it).to_owned(), both(word(*it, Lang::Zh), word(*it, Lang::En)));
    all.iter().map(one).collect()
}
