//! What can stand in the way of the steps around a case.

use super::Measure;
use crate::{Lang, Refusal, deadline::Span, lang::Words};

/// A named "no" of the steps around a case (办理中的拒绝).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The centre designated the unit.
    Designated,
    /// Something was asked of the centre and is not decided yet.
    Pending,
    /// The unit's return was rejected, and nothing new is known since.
    ReturnedBefore,
    /// The time for objecting is over.
    WindowPassed(Span),
    /// There is nothing to decide.
    NothingAsked,
    /// One does not decide what one asked for.
    OwnPlea,
    /// The deadline has passed: there is nothing to extend any more.
    TooLateToExtend,
    /// It was extended as often as the city allows.
    ExtendedEnough(u8),
    /// Longer than the deadline itself was, or not a number.
    ExtensionTooLong(Measure, u32),
    /// The person is not of the unit that leads, or may not answer.
    NotOfTheUnit,
    /// Required tasks are still open.
    OpenTasks(usize),
    /// The task is done or called off already.
    TaskNotOpen,
    /// The instant by which it should be done has passed.
    DuePassed,
    /// The person was asked already and has not answered.
    AskedAlready,
    /// There are as many as there can be.
    TooMany(usize),
    /// Required items of the checklists are not ticked.
    Unchecked(Vec<Words>),
    /// The checklist is another one than the page showed.
    ListChanged,
}

impl From<Obstacle> for Refusal {
    fn from(obstacle: Obstacle) -> Self {
        Self::Obstacle(obstacle)
    }
}

impl Obstacle {
    /// One of each, for the table of sentences.
    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        vec![
            Self::Designated,
            Self::Pending,
            Self::ReturnedBefore,
            Self::WindowPassed(Span::Working { days: 1, minutes: 0 }),
            Self::NothingAsked,
            Self::OwnPlea,
            Self::TooLateToExtend,
            Self::ExtendedEnough(2),
            Self::ExtensionTooLong(Measure::WorkingDays, 5),
            Self::NotOfTheUnit,
            Self::OpenTasks(2),
            Self::TaskNotOpen,
            Self::DuePassed,
            Self::AskedAlready,
            Self::TooMany(12),
            Self::Unchecked(vec![
                Words { zh: "围挡".into(), en: "Fence it off".into() },
                Words { zh: "装新井盖".into(), en: "Fit a new cover".into() },
            ]),
            Self::ListChanged,
        ]
    }

    /// Its name, stable, for logs and the API.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Designated => "designated",
            Self::Pending => "pending",
            Self::ReturnedBefore => "returned-before",
            Self::WindowPassed(_) => "window-passed",
            Self::NothingAsked => "nothing-asked",
            Self::OwnPlea => "own-plea",
            Self::TooLateToExtend => "too-late-to-extend",
            Self::ExtendedEnough(_) => "extended-enough",
            Self::ExtensionTooLong(..) => "extension-too-long",
            Self::NotOfTheUnit => "not-of-the-unit",
            Self::OpenTasks(_) => "open-tasks",
            Self::TaskNotOpen => "task-not-open",
            Self::DuePassed => "due-passed",
            Self::AskedAlready => "asked-already",
            Self::TooMany(_) => "too-many",
            Self::Unchecked(_) => "unchecked",
            Self::ListChanged => "list-changed",
        }
    }

    /// The form field it is about, when it is about one.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::ExtensionTooLong(..) => Some("amount"),
            Self::NotOfTheUnit => Some("to"),
            Self::DuePassed => Some("due"),
            Self::TooMany(_) => Some("unit"),
            _ => None,
        }
    }

    /// Whether the case stands otherwise than the asker thought; otherwise what was written is wrong.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.field().is_none()
    }

    /// What happened and why, and what to do next.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match self {
            Self::WindowPassed(span) => match lang {
                Lang::Zh => format!(
                    "收到后{}内才能申请退单，现在已经过了。请接着办，或写批注说明情况。",
                    span.words(lang)
                ),
                Lang::En => format!(
                    "A return must be asked for within {} of receiving the case, and that has passed. Go on with it, or explain in a note.",
                    span.words(lang)
                ),
            },
            Self::ExtendedEnough(n) => match lang {
                Lang::Zh => format!("这一轮最多延期 {n} 次，已经用完了。请先答复能办到的部分。"),
                Lang::En => format!(
                    "A round is extended {n} times at most, and it was. Answer with what can be done."
                ),
            },
            Self::ExtensionTooLong(measure, most) => match lang {
                Lang::Zh => format!("延期要写 1 到 {most} {}：不超过原来的时限。", measure.word(lang)),
                Lang::En => {
                    format!("Write 1 to {most} {}: no longer than the deadline itself.", measure.word(lang))
                }
            },
            Self::OpenTasks(n) => match lang {
                Lang::Zh => format!(
                    "还有 {n} 项必办的子任务没有办完，先不能按办完答复。请等它们办完、撤销，或答复“暂未解决”。"
                ),
                Lang::En => format!(
                    "{n} required tasks are still open, so the case cannot be answered as finished. Wait for them, call them off, or answer \u{201c}not solved yet\u{201d}."
                ),
            },
            Self::TooMany(n) => match lang {
                Lang::Zh => format!("最多 {n} 个。要更多单位一起办，请会商。"),
                Lang::En => format!("At most {n}. If more units are needed, call a conference."),
            },
            Self::Unchecked(items) => unchecked(items, lang),
            plain => {
                let (zh, en) = plain.words();
                lang.t(zh, en).to_owned()
            }
        }
    }

    /// Sentences without a number in them.
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Designated => (
                "这件工单是热线中心指定承办的，不能退单。有困难请写批注，或申请延期。",
                "The centre designated your unit, so the case cannot be returned. If it is hard, leave a note or ask for an extension.",
            ),
            Self::Pending => (
                "有一项申请在等热线中心裁定。等有了结果再做这一步。",
                "Something was asked of the centre and is not decided yet. Wait for the decision.",
            ),
            Self::ReturnedBefore => (
                "退单已经被驳回过，没有新情况不能再退。有新情况，请诉求人补充或请中心改分类。",
                "The return was rejected before, and without new facts it cannot be asked again. New facts come from the person or from a new classification.",
            ),
            Self::NothingAsked => (
                "没有等着裁定的申请，可能同事刚裁定过。请看经过。",
                "There is nothing to decide; a colleague may just have done so. Look at the history.",
            ),
            Self::OwnPlea => (
                "自己提的申请不能自己裁定。请同事来定。",
                "One does not decide one\u{2019}s own request. Ask a colleague.",
            ),
            Self::TooLateToExtend => (
                "办结时限已经过了，延期要在到期之前申请。请尽快答复，并写明为什么迟了。",
                "The deadline has passed; an extension is asked for before it does. Answer soon, and say why it is late.",
            ),
            Self::NotOfTheUnit => (
                "这个人不在主办单位，或不能答复。请从名单里选。",
                "This person is not of the lead unit, or may not answer. Choose one from the list.",
            ),
            Self::TaskNotOpen => (
                "这项子任务已经办完或撤销了。请看经过。",
                "This task is done or called off already. Look at the history.",
            ),
            Self::DuePassed => {
                ("这个日期已经过了。请选今天以后的日期。", "This date has passed. Choose a later one.")
            }
            Self::AskedAlready => (
                "已经问过这位诉求人，还在等回话。有新的问题，等回话后再问。",
                "This person was asked already and has not answered. Ask again after the answer.",
            ),
            Self::ListChanged => (
                "办理清单刚改过。请看现在的清单，再勾一次。",
                "The checklist has just changed. Look at it as it is now and tick again.",
            ),
            Self::OpenTasks(_)
            | Self::Unchecked(_)
            | Self::WindowPassed(_)
            | Self::ExtendedEnough(_)
            | Self::ExtensionTooLong(..)
            | Self::TooMany(_) => ("", ""),
        }
    }
}

/// What is missing, by name.
fn unchecked(items: &[Words], lang: Lang) -> String {
    let names: Vec<&str> = items.iter().map(|words| words.get(lang)).collect();
    match lang {
        Lang::Zh => format!(
            "办理清单上必做的还没有勾：{}。做好勾上，再答复；确实做不了的，答复“暂未解决”。",
            names.join("；")
        ),
        Lang::En => format!(
            "Required on the checklist and not ticked: {}. Do and tick it, then answer; if it cannot be done, answer \u{201c}not solved yet\u{201d}.",
            names.join("; ")
        ),
    }
}
