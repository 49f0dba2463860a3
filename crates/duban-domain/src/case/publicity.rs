//! 公开: what others may see of a case: the person's wish, and what the desk says to it.
//!
//! The wish is the first person's and wins over everything: what they took back nobody shows again.
//! The words themselves are in the events, never in the state. What a city keeps off the public page
//! altogether (confidential voices, kinds of matters) is decided where the public row is written.

use serde::{Deserialize, Serialize};

use super::{Event, What};
use crate::{
    Refusal, RequestId,
    policy::{Permitted, verb},
    request::closed_set,
    sensitive, text,
};

closed_set! {
    /// What the person lets others see (公开意愿).
    Consent {
        /// 不公开
        Nothing = 1, "nothing", "不公开", "Nothing";
        /// 只公开是哪类事、大致在哪儿、办到哪一步.
        Facts = 2, "facts", "只公开办理情况", "The kind, the place and the state";
        /// 原话也公开, with what gives a person away masked.
        Words = 3, "words", "原话也公开", "My words too";
    }
}

closed_set! {
    /// What the desk says to it (公开审核).
    Ruling {
        /// 未审
        Waiting = 1, "waiting", "未审", "Not looked at";
        /// 可公开
        Shown = 2, "shown", "可以公开", "May be shown";
        /// 不公开
        Hidden = 3, "hidden", "不予公开", "Not shown";
    }
}

closed_set! {
    /// What the public page shows in the end (公开内容).
    Showing {
        /// 不出现
        Nothing = 1, "nothing", "不出现", "Nothing";
        /// 办理情况
        Facts = 2, "facts", "办理情况", "The facts";
        /// 办理情况和原话
        Words = 3, "words", "办理情况和原话", "The facts and the words";
    }
}

/// How public a case is (公开程度): a wish and a ruling, nothing personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publicity {
    /// What the person wishes.
    pub consent: Consent,
    /// What the desk said.
    pub ruling: Ruling,
}

impl Default for Publicity {
    /// Whoever says nothing lets the facts be seen: kind, rough place, state.
    fn default() -> Self {
        Self { consent: Consent::Facts, ruling: Ruling::Waiting }
    }
}

impl Publicity {
    /// What the house found for itself is nobody's voice and is not shown.
    #[must_use]
    pub fn of_the_house() -> Self {
        Self { consent: Consent::Nothing, ruling: Ruling::Waiting }
    }

    /// What is shown. Where the city reads words first, they wait for the desk.
    #[must_use]
    pub fn shows(self, words_reviewed: bool) -> Showing {
        match (self.consent, self.ruling) {
            (Consent::Nothing, _) | (_, Ruling::Hidden) => Showing::Nothing,
            (Consent::Words, Ruling::Shown) => Showing::Words,
            (Consent::Words, Ruling::Waiting) if !words_reviewed => Showing::Words,
            (Consent::Facts | Consent::Words, Ruling::Waiting | Ruling::Shown) => Showing::Facts,
        }
    }
}

/// The person says what others may see. Words are masked before anything is recorded.
pub fn share(
    on: &Permitted<'_, verb::Share>,
    request: RequestId,
    consent: Consent,
    words: &str,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    // Whoever joined later speaks for themselves; what the page says is the first person's.
    if case.requests.first() != Some(&request) {
        return Err(Refusal::NotItsRequest);
    }
    if consent == case.publicity.consent && consent != Consent::Words {
        return Err(Refusal::NoChange);
    }
    Ok(vec![shared(request, consent, words)?])
}

/// As it is recorded; also for the moment in which a case is opened.
pub fn shared(request: RequestId, consent: Consent, words: &str) -> Result<What, Refusal> {
    let words = match consent {
        Consent::Words => sensitive::mask(&text::required("text", words, text::TEXT_MAX)?),
        Consent::Nothing | Consent::Facts => String::new(),
    };
    Ok(What::Shared { request, consent, words })
}

/// The desk shows, hides or rewords what is public; always with a reason.
pub fn moderate(
    on: &Permitted<'_, verb::Moderate>,
    ruling: Ruling,
    words: &str,
    reason: &str,
) -> Result<Vec<What>, Refusal> {
    let publicity = on.case().publicity;
    // What the person took back stays back.
    if publicity.consent == Consent::Nothing || ruling == Ruling::Waiting {
        return Err(Refusal::NoChange);
    }
    let words = match (ruling, publicity.consent) {
        (Ruling::Shown, Consent::Words) => text::required("words", words, text::TEXT_MAX)?,
        _ => String::new(),
    };
    let reason = text::required("reason", reason, text::LINE_MAX)?;
    Ok(vec![What::Moderated { ruling, words, reason }])
}

/// The words as they may be shown: the desk's wording, or the person's as they were masked.
#[must_use]
pub fn public_words(history: &[Event]) -> String {
    let mut words = String::new();
    for event in history {
        match &event.what {
            What::Shared { words: said, .. } => words.clone_from(said),
            What::Moderated { ruling: Ruling::Shown, words: edited, .. } if !edited.is_empty() => {
                words.clone_from(edited);
            }
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table: it is what a person is promised.
    #[test]
    fn what_a_person_takes_back_nobody_shows() {
        let mut table = String::new();
        for consent in Consent::ALL {
            for ruling in Ruling::ALL {
                let p = Publicity { consent: *consent, ruling: *ruling };
                table.push_str(&format!(
                    "{} + {} = {} / {}\n",
                    consent.key(),
                    ruling.key(),
                    p.shows(true).key(),
                    p.shows(false).key()
                ));
            }
        }
        expect_test::expect![[r#"
            nothing + waiting = nothing / nothing
            nothing + shown = nothing / nothing
            nothing + hidden = nothing / nothing
            facts + waiting = facts / facts
            facts + shown = facts / facts
            facts + hidden = nothing / nothing
            words + waiting = facts / words
            words + shown = words / words
            words + hidden = nothing / nothing
        "#]]
        .assert_eq(&table);
    }
}
