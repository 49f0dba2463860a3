//! Numbers and switches of a city, each with the ground it stands on.

use std::collections::BTreeMap;

use crate::{Lang, case::Satisfaction, lang::Words, request::closed_set};

closed_set! {
    /// A group of settings, one table in `city.toml` (设置组).
    SettingGroup {
        /// 回访
        Callback = 1, "callback", "回访", "Callback";
        /// 评价
        Evaluation = 2, "evaluation", "评价", "Evaluation";
        /// 审核
        Review = 3, "review", "审核", "Review";
        /// 公开
        Public = 4, "public", "公开", "Public listing";
        /// 照片
        Photos = 5, "photos", "照片", "Photos";
        /// 临期提醒
        Soon = 6, "soon", "临期提醒", "Due soon";
        /// 重复诉求
        Duplicates = 7, "duplicates", "重复诉求", "Duplicates";
        /// 群体诉求
        Groups = 8, "groups", "群体诉求", "Many callers";
        /// 满意度
        Satisfaction = 9, "satisfaction", "满意度", "Satisfaction";
        /// 公开数据
        Statistics = 10, "statistics", "公开数据", "Public figures";
    }
}

/// What may be sent along (照片规则).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoRule {
    /// Photos with one request.
    pub count_max: u32,
    /// Bytes of one photo.
    pub bytes_max: u32,
}

/// What an answer is worth in the satisfaction rate (满意度分值).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// The answer.
    pub answer: Satisfaction,
    /// Thousandths: 1000 is full.
    pub permille: u32,
}

/// All settings of a city (设置).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Callback attempts before a case is closed without a rating.
    pub callback_attempts: u8,
    /// Over how many days the attempts are spread.
    pub callback_days: u8,
    /// Whether the attempts must be at different hours.
    pub callback_different_hours: bool,
    /// Days in which a person may rate an answer themselves.
    pub evaluation_days: i64,
    /// Whether the centre checks an answer before the callback.
    pub review_required: bool,
    /// Whether finished cases are listed for everybody, without persons.
    pub public_listing: bool,
    /// In public a place is only this exact, in metres; 0 is as exact as it was given.
    pub public_metres: u32,
    /// Whether somebody reads a person's words before they are public.
    pub words_reviewed: bool,
    /// 照片
    pub photos: PhotoRule,
    /// A deadline is "soon" when so many minutes of its clock are left.
    pub soon_minutes: u32,
    /// Requests nearer than this may be the same matter.
    pub duplicate_metres: u32,
    /// And within so many days.
    pub duplicate_days: u32,
    /// So many callers make it a matter of a group.
    pub group_callers: u32,
    /// Within so many days.
    pub group_days: u32,
    /// Below this, a number of cases is not published.
    pub small_count: u32,
    /// 满意度分值
    pub scores: Vec<Score>,
    /// The law behind a group; one without is a default of this program.
    pub laws: BTreeMap<SettingGroup, Words>,
}

impl Settings {
    /// Thousandths that an answer is worth.
    #[must_use]
    pub fn permille(&self, answer: Satisfaction) -> u32 {
        self.scores.iter().find(|score| score.answer == answer).map_or(0, |score| score.permille)
    }

    /// The law behind a group of settings, or `默认,非法定`.
    #[must_use]
    pub fn ground(&self, group: SettingGroup, lang: Lang) -> &str {
        self.laws.get(&group).map_or(lang.t("默认，非法定", "a default, not law"), |law| law.get(lang))
    }
}
