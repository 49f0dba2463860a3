//! `city.toml`: name, number, clocks, box, settings.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::calendar;
use crate::{
    case::Satisfaction,
    city::{
        PackFiles, PhotoRule, ReturnRule, Score, SettingGroup, Settings, VideoRule,
        fault::{Faults, words},
        form::Form,
        source,
    },
    confirmation::{CodeRule, Gate},
    deadline::Span,
    lang::Words,
    place::Bounds,
    triage::TriageRule,
    watch::WatchRule,
    webhook::WebhookRule,
};

/// Photos with one request at most, and megabytes of each: a whole form has to fit into memory.
const PHOTOS_MAX: u32 = 12;
const MEGABYTES_MAX: u32 = 12;
/// The same for videos.
const VIDEOS_MAX: u32 = 2;
const VIDEO_MEGABYTES_MAX: u32 = 50;

/// What `city.toml` says.
pub(in crate::city) struct Basics {
    pub(in crate::city) key: String,
    pub(in crate::city) name: Words,
    pub(in crate::city) hotline: String,
    pub(in crate::city) zone: TimeZone,
    pub(in crate::city) bounds: Option<Bounds>,
    pub(in crate::city) settings: Settings,
}

pub(in crate::city) fn basics(files: &PackFiles, faults: &Faults) -> Basics {
    let root = source::toml(files, "city.toml", faults);
    let form = Form::new(&root, faults);
    let basics = Basics {
        key: form.key("key"),
        name: form.words("name"),
        hotline: form.text("hotline"),
        zone: form.required("zone", "Asia/Shanghai", |t| TimeZone::get(t).ok()).unwrap_or(TimeZone::UTC),
        bounds: bounds(&form),
        settings: settings(&form),
    };
    form.done();
    basics
}

fn bounds(form: &Form<'_>) -> Option<Bounds> {
    let Some(row) = form.table("bounds") else {
        form.wrong(
            "bounds",
            "缺少坐标范围 [bounds]",
            "The box [bounds] is missing",
            words("补上 west、south、east、north 四个度数。", "Give west, south, east and north in degrees."),
        );
        return None;
    };
    let inner = Form::new(row, form.faults);
    let edge = |field| inner.required(field, "113.1", |t| t.parse().ok().filter(|n: &f64| n.is_finite()));
    let edges = (edge("west"), edge("south"), edge("east"), edge("north"));
    let (Some(west), Some(south), Some(east), Some(north)) = edges else { return None };
    let bounds = Bounds { west, south, east, north };
    if !bounds.is_sound() {
        inner.wrong(
            "west",
            "坐标范围是空的",
            "The box has no inside",
            words(
                "west 要小于 east，south 要小于 north，都用 WGS-84 度数。",
                "west must be less than east and south less than north, in WGS-84 degrees.",
            ),
        );
        return None;
    }
    inner.done();
    Some(bounds)
}

fn settings(form: &Form<'_>) -> Settings {
    let mut laws = BTreeMap::new();
    let mut group = |group: SettingGroup, read: &mut dyn FnMut(&Form<'_>)| {
        if let Some(row) = form.table(group.key()) {
            let inner = Form::new(row, form.faults);
            read(&inner);
            laws.extend(inner.words_opt("law").map(|law| (group, law)));
            inner.done();
        }
    };
    let mut s = defaults();
    group(SettingGroup::Callback, &mut |f| {
        s.callback_attempts = f.whole("attempts_max", 3, 20) as u8;
        s.callback_days = f.whole("days", 2, 60) as u8;
        s.callback_different_hours = f.yes("different_hours", true);
        s.callback_hours_apart = f.whole("hours_apart", 1, 48) as u8;
        s.callback_periods = periods(f);
    });
    group(SettingGroup::Evaluation, &mut |f| s.evaluation_days = f.whole("days", 7, 365).into());
    group(SettingGroup::Review, &mut |f| s.review_required = f.yes("required", true));
    group(SettingGroup::Public, &mut |f| {
        s.public_listing = f.yes("listing", false);
        s.public_metres = f.whole("metres", 100, 5_000);
        s.words_reviewed = f.yes("words_reviewed", true);
    });
    group(SettingGroup::Photos, &mut |f| {
        s.photos = PhotoRule {
            count_max: f.whole("count_max", 6, PHOTOS_MAX),
            bytes_max: f.whole("megabytes_max", 12, MEGABYTES_MAX) * 1_048_576,
        };
    });
    group(SettingGroup::Videos, &mut |f| s.videos = videos(f));
    group(SettingGroup::Soon, &mut |f| s.soon_minutes = f.whole("minutes", 240, 10_000));
    group(SettingGroup::Duplicates, &mut |f| {
        (s.duplicate_metres, s.duplicate_days) = (f.whole("metres", 200, 5000), f.whole("days", 30, 365));
    });
    group(SettingGroup::Groups, &mut |f| {
        (s.group_callers, s.group_days) = (f.whole("callers", 5, 1000), f.whole("days", 3, 365));
    });
    group(SettingGroup::Statistics, &mut |f| s.small_count = f.whole("small_count", 5, 1000));
    group(SettingGroup::Satisfaction, &mut |f| s.scores = scores(f));
    group(SettingGroup::Returns, &mut |f| {
        let rule = s.returns;
        s.returns = ReturnRule {
            window: f.span("window").unwrap_or(rule.window),
            window_urgent: f.span("window_urgent").unwrap_or(rule.window_urgent),
            clock_stops: f.yes("clock_stops", rule.clock_stops),
        };
    });
    group(SettingGroup::Extensions, &mut |f| s.extensions_max = f.whole("times_max", 2, 20) as u8);
    group(SettingGroup::Tasks, &mut |f| s.link_days = f.whole("link_days", 14, 365).into());
    group(SettingGroup::Watches, &mut |f| s.watches = watches(f, s.watches));
    group(SettingGroup::Codes, &mut |f| s.codes = codes(f, &s.codes));
    group(SettingGroup::Webhooks, &mut |f| s.webhooks = webhooks(f, s.webhooks));
    group(SettingGroup::Triage, &mut |f| s.triage = triage(f, s.triage));
    s.laws = laws;
    s
}

fn videos(form: &Form<'_>) -> VideoRule {
    VideoRule {
        count_max: form.whole("count_max", 1, VIDEOS_MAX),
        bytes_max: form.whole("megabytes_max", 50, VIDEO_MEGABYTES_MAX) * 1_048_576,
        seconds_max: form.whole("seconds_max", 60, 600),
    }
}

fn watches(form: &Form<'_>, rule: WatchRule) -> WatchRule {
    let hour = |text: &str| calendar::range(&format!("{text}-24:00")).map(|(at, _)| at);
    // A mail to one address every hour is as often as a mailbox bears.
    let gap = |text: &str| text.parse().ok().filter(|n| (60..=1_440).contains(n));
    let some = |text: &str| text.parse().ok().filter(|n| (1..=50).contains(n));
    WatchRule {
        confirm_days: form.parsed("confirm_days", "3", some).unwrap_or(rule.confirm_days),
        count_max: form.parsed("count_max", "5", some).unwrap_or(rule.count_max),
        metres_max: form.whole("metres_max", rule.metres_max, 20_000),
        gap_minutes: form.parsed("gap_minutes", "60", gap).unwrap_or(rule.gap_minutes),
        daily_at: form.parsed("daily_at", "18:00", hour).unwrap_or(rule.daily_at),
    }
}

fn codes(form: &Form<'_>, rule: &CodeRule) -> CodeRule {
    // Six digits bear few tries, and a message costs whoever gets it their peace.
    let within = |field: &str, like: &str, range: std::ops::RangeInclusive<u32>| {
        form.parsed(field, like, |text| text.parse::<u32>().ok().filter(|n| range.contains(n)))
    };
    CodeRule {
        life_minutes: within("life_minutes", "10", 1..=60).unwrap_or(rule.life_minutes),
        tries_max: within("tries_max", "5", 1..=10).unwrap_or(rule.tries_max),
        wait_seconds: within("wait_seconds", "60", 30..=3_600).unwrap_or(rule.wait_seconds),
        daily_max: within("daily_max", "5", 1..=20).unwrap_or(rule.daily_max),
        session_minutes: within("session_minutes", "60", 5..=720).unwrap_or(rule.session_minutes),
        required: form.members("required", Gate::ALL, Gate::key),
    }
}

fn webhooks(form: &Form<'_>, rule: WebhookRule) -> WebhookRule {
    // What is given up on the day it begins to fail, or forgotten before it was tried for the last time, helps nobody.
    let days = |text: &str| text.parse().ok().filter(|n| (1..=60).contains(n));
    let kept = |text: &str| text.parse().ok().filter(|n| (7..=365).contains(n));
    WebhookRule {
        old_secret_hours: form.whole("old_secret_hours", rule.old_secret_hours, 720),
        failing_days: form.parsed("failing_days", "5", days).unwrap_or(rule.failing_days),
        log_days: form.parsed("log_days", "30", kept).unwrap_or(rule.log_days),
    }
}

fn triage(form: &Form<'_>, rule: TriageRule) -> TriageRule {
    // Below a third a suggestion is a guess, and a model of a handful of cases repeats those.
    let within = |field: &str, like: &str, range: std::ops::RangeInclusive<u32>| {
        form.parsed(field, like, |text| text.parse::<u32>().ok().filter(|n| range.contains(n)))
    };
    TriageRule {
        percent: within("percent", "60", 33..=99).unwrap_or(rule.percent),
        cases_min: within("cases_min", "300", 20..=100_000).unwrap_or(rule.cases_min),
        months: within("months", "36", 1..=120).unwrap_or(rule.months),
        hour: within("hour", "4", 0..=23).unwrap_or(rule.hour),
    }
}

/// Parts of the day in which people are called, one after the other.
fn periods(form: &Form<'_>) -> Vec<(i16, i16)> {
    let list = form.list("periods");
    let read: Vec<(i16, i16)> = list.iter().filter_map(|text| calendar::range(text)).collect();
    let apart = read.windows(2).all(|pair| pair[0].1 <= pair[1].0) && read.iter().all(|p| p.0 < p.1);
    if read.len() == list.len() && apart {
        return read;
    }
    form.wrong(
        "periods",
        "回访时段读不懂，或者有重叠",
        "The periods for callbacks cannot be read, or overlap",
        words(
            "按先后写成 [\"08:30-12:00\", \"14:00-17:30\"]。",
            "Write them in order, like [\"08:30-12:00\", \"14:00-17:30\"].",
        ),
    );
    Vec::new()
}

/// Each answer has to be worth something, for the rate has to be reckoned for all of them.
fn scores(form: &Form<'_>) -> Vec<Score> {
    let permille = |t: &str| {
        t.parse().ok().filter(|n: &f64| (0.0..=1.0).contains(n)).map(|n| (n * 1000.0).round() as u32)
    };
    let score = |&answer: &Satisfaction| Score {
        answer,
        permille: form.required(answer.key(), "0.8", permille).unwrap_or(0),
    };
    Satisfaction::ALL.iter().map(score).collect()
}

/// What holds when a group is left out.
fn defaults() -> Settings {
    let score = |&answer: &Satisfaction| {
        let permille = match answer {
            Satisfaction::Satisfied => 1000,
            Satisfaction::Mostly => 800,
            Satisfaction::Fair => 600,
            Satisfaction::Dissatisfied => 300,
            Satisfaction::Very => 0,
        };
        Score { answer, permille }
    };
    Settings {
        callback_attempts: 3,
        callback_days: 2,
        callback_different_hours: true,
        callback_hours_apart: 1,
        callback_periods: Vec::new(),
        evaluation_days: 7,
        review_required: true,
        public_listing: false,
        public_metres: 100,
        words_reviewed: true,
        photos: PhotoRule { count_max: 6, bytes_max: 12 * 1_048_576 },
        videos: VideoRule { count_max: 1, bytes_max: 50 * 1_048_576, seconds_max: 60 },
        soon_minutes: 240,
        duplicate_metres: 200,
        duplicate_days: 30,
        group_callers: 5,
        group_days: 3,
        small_count: 5,
        scores: Satisfaction::ALL.iter().map(score).collect(),
        returns: ReturnRule {
            window: Span::Working { days: 1, minutes: 0 },
            window_urgent: Span::Natural { minutes: 60 },
            clock_stops: false,
        },
        extensions_max: 2,
        link_days: 14,
        watches: WatchRule {
            confirm_days: 3,
            count_max: 5,
            metres_max: 5_000,
            gap_minutes: 60,
            daily_at: 18 * 60,
        },
        codes: CodeRule::default(),
        webhooks: WebhookRule::DEFAULT,
        triage: TriageRule::DEFAULT,
        laws: BTreeMap::new(),
    }
}
