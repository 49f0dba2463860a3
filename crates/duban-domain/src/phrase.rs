//! Prepared texts (常用语): for a step, perhaps for a category, with variables that are filled in
//! from the case. Picking one copies it; what is prepared stays as it is.

use crate::{Refusal, lang::Words, request::closed_set, text};

closed_set! {
    /// The step that a prepared text is for (用在哪一步).
    PhraseStep {
        /// 答复诉求人
        Answer = 1, "answer", "答复诉求人", "Answer to the person";
        /// 记联系
        Contact = 2, "contact", "记联系", "Record of a contact";
        /// 派单理由
        Dispatch = 3, "dispatch", "派单理由", "Reason of a dispatch";
        /// 退回重写
        Review = 4, "review", "退回重写", "Sending an answer back";
        /// 批注
        Note = 5, "note", "批注", "Internal note";
    }
}

closed_set! {
    /// What a prepared text can say of a case (变量).
    Variable {
        /// 编号
        Number = 1, "number", "编号", "number";
        /// 标题
        Title = 2, "title", "标题", "title";
        /// 地点
        Place = 3, "place", "地点", "place";
        /// 类别
        Category = 4, "category", "类别", "category";
        /// 主办单位
        Unit = 5, "unit", "主办单位", "lead unit";
        /// 受理日期
        Opened = 6, "opened", "受理日期", "day it was opened";
        /// 答复时限
        Due = 7, "due", "答复时限", "when the answer is due";
        /// 今天
        Today = 8, "today", "今天", "today";
        /// 城市
        City = 9, "city", "城市", "city";
        /// 热线
        Hotline = 10, "hotline", "热线", "hotline";
    }
}

/// Characters of a title.
pub const TITLE_CHARS_MAX: usize = 40;
/// Characters of a text.
pub const BODY_CHARS_MAX: usize = 2_000;

/// A prepared text of the city pack (常用语).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// Its key.
    pub key: String,
    /// The step it is for.
    pub step: PhraseStep,
    /// Only for this category and what is below it.
    pub category: Option<String>,
    /// What it is called in the list.
    pub title: Words,
    /// The text, with its variables: `{number}`.
    pub body: Words,
}

/// Whether a text for `of` is offered for a case of a category.
#[must_use]
pub fn fits(of: Option<&str>, category: Option<&str>) -> bool {
    let Some(of) = of else { return true };
    category.is_some_and(|key| key == of || key.strip_prefix(of).is_some_and(|rest| rest.starts_with('.')))
}

/// Checks a text that somebody wrote: it says something, is not too long, and every variable is known.
pub fn checked(title: &str, body: &str) -> Result<(String, String), Refusal> {
    let title = text::required("title", title, TITLE_CHARS_MAX)?;
    let body = text::required("body", body, BODY_CHARS_MAX)?;
    match unknown(&body) {
        Some(name) => Err(Refusal::UnknownVariable(name)),
        None => Ok((title, body)),
    }
}

/// The first name in braces that is no variable.
#[must_use]
pub fn unknown(body: &str) -> Option<String> {
    names(body).find(|name| Variable::from_key(name).is_none()).map(str::to_owned)
}

/// Puts values in the place of the variables. A value is never looked at again, so a person's words
/// with braces in them stay as they are.
#[must_use]
pub fn fill(body: &str, value: impl Fn(Variable) -> String) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}').and_then(|(name, end)| Some((Variable::from_key(name)?, end))) {
            Some((variable, end)) => {
                out.push_str(&value(variable));
                rest = end;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn names(body: &str) -> impl Iterator<Item = &str> {
    body.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_once_and_unknown_ones_are_named() {
        let value = |variable: Variable| match variable {
            Variable::Place => "{number} 号楼".to_owned(),
            other => other.key().to_owned(),
        };
        assert_eq!(fill("您在{place}反映的{title}{", value), "您在{number} 号楼反映的title{");
        assert_eq!(fill("没有变量 { 也行", value), "没有变量 { 也行");
        assert_eq!(unknown("{number}{nummer}").as_deref(), Some("nummer"));
        assert_eq!(checked("好", "您好，{who}"), Err(Refusal::UnknownVariable("who".to_owned())));
        assert!(matches!(checked(" ", "x"), Err(Refusal::NeedsText("title"))));
        assert!(fits(None, None) && fits(Some("a"), Some("a.b")) && !fits(Some("a"), Some("ab")));
        assert!(!fits(Some("a"), None));
    }
}
