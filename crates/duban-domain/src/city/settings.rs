//! Numbers and switches of a city, each with the ground it stands on.

use std::collections::BTreeMap;

use crate::{
    Lang, Stamp, case::Satisfaction, confirmation::CodeRule, deadline::Span, lang::Words,
    request::closed_set, stamp::DAY_MS, triage::TriageRule, watch::WatchRule, webhook::WebhookRule,
};

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
        /// 退单
        Returns = 30, "returns", "退单", "Returns";
        /// 延期
        Extensions = 31, "extensions", "延期", "Extensions";
        /// 子任务
        Tasks = 32, "tasks", "子任务", "Tasks";
        /// 视频
        Videos = 34, "videos", "视频", "Videos";
        /// 邮件提醒
        Watches = 33, "watches", "邮件提醒", "Mail about an area";
        /// 验证码
        Codes = 40, "codes", "验证码", "Codes";
        /// 推送
        Webhooks = 36, "webhooks", "推送", "Webhooks";
        /// 分流
        Triage = 51, "triage", "分流建议", "Learned suggestions";
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

impl PhotoRule {
    /// The size of one photo as people say it.
    #[must_use]
    pub fn megabytes_max(&self) -> u32 {
        self.bytes_max >> 20
    }
}

/// What videos may be sent along (视频规则).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoRule {
    /// Videos with one form; with none, none are taken.
    pub count_max: u32,
    /// Bytes of one video.
    pub bytes_max: u32,
    /// Seconds of one video.
    pub seconds_max: u32,
}

impl VideoRule {
    /// The size of one video as people say it.
    #[must_use]
    pub fn megabytes_max(&self) -> u32 {
        self.bytes_max >> 20
    }
}

/// What an answer is worth in the satisfaction rate (满意度分值).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// The answer.
    pub answer: Satisfaction,
    /// Thousandths: 1000 is full.
    pub permille: u32,
}

/// 退单规则: within how long a unit objects, and whether the clock stands still meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnRule {
    /// Within how long of receiving an ordinary case.
    pub window: Span,
    /// Within how long of receiving an urgent one.
    pub window_urgent: Span,
    /// Whether the clock stands still while the centre decides.
    pub clock_stops: bool,
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
    /// How many hours two attempts lie apart at least.
    pub callback_hours_apart: u8,
    /// 回访时段: minutes of the day from and to; two attempts of a day lie in different ones.
    pub callback_periods: Vec<(i16, i16)>,
    /// Days in which a person may rate an answer themselves.
    pub evaluation_days: i64,
    /// Whether the centre checks an answer before the callback.
    pub review_required: bool,
    /// Whether cases, open and finished, are listed for everybody: kind, place and state, without words
    /// and persons.
    pub public_listing: bool,
    /// In public a place is only this exact, in metres; 0 is as exact as it was given.
    pub public_metres: u32,
    /// Whether somebody reads a person's words before they are public.
    pub words_reviewed: bool,
    /// 照片
    pub photos: PhotoRule,
    /// 视频
    pub videos: VideoRule,
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
    /// 退单
    pub returns: ReturnRule,
    /// How often a round can be extended.
    pub extensions_max: u8,
    /// Days that the link of a task opens.
    pub link_days: i64,
    /// 邮件提醒
    pub watches: WatchRule,
    /// 验证码
    pub codes: CodeRule,
    /// 推送
    pub webhooks: WebhookRule,
    /// 分流
    pub triage: TriageRule,
    /// The law behind a group; one without is a default of this program.
    pub laws: BTreeMap<SettingGroup, Words>,
}

impl Settings {
    /// Thousandths that an answer is worth.
    #[must_use]
    pub fn permille(&self, answer: Satisfaction) -> u32 {
        self.scores.iter().find(|score| score.answer == answer).map_or(0, |score| score.permille)
    }

    /// Whether two cases of one category, so many metres and milliseconds apart, may be the same matter.
    #[must_use]
    pub fn is_perhaps_same(&self, metres: i64, apart_ms: i64) -> bool {
        metres <= i64::from(self.duplicate_metres)
            && apart_ms.abs() <= i64::from(self.duplicate_days) * DAY_MS
    }

    /// How many people make a matter of many, if these do: the most of whom within the days of the city. Each is given by
    /// when they said it.
    #[must_use]
    pub fn group(&self, said: impl Iterator<Item = Stamp>) -> Option<usize> {
        let mut said: Vec<i64> = said.map(|at| at.0).collect();
        said.sort_unstable();
        let within = i64::from(self.group_days) * DAY_MS;
        let callers = (0..said.len())
            .map(|first| said[first..].partition_point(|at| *at <= said[first] + within))
            .max()
            .unwrap_or(0);
        (callers >= self.group_callers as usize).then_some(callers)
    }

    /// The law behind a group of settings, or `默认,非法定`.
    #[must_use]
    pub fn ground(&self, group: SettingGroup, lang: Lang) -> &str {
        self.laws.get(&group).map_or(lang.t("默认，非法定", "a default, not law"), |law| law.get(lang))
    }
}
