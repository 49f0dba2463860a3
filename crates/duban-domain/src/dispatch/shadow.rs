//! Rules that can never be used, because an earlier one takes everything they would take.
//!
//! Only what is certain is reported: an earlier rule shadows a later one when each of its conditions
//! follows from the later one's conditions.

use super::{Rule, Target, propose::is_below};

/// For each rule that can never be used, its index and that of the rule that shadows it.
pub(crate) fn shadowed(rules: &[Rule]) -> Vec<(usize, usize)> {
    let earlier = |late: usize| (0..late).find(|&early| covers(&rules[early], &rules[late]));
    (0..rules.len()).filter_map(|late| Some((late, earlier(late)?))).collect()
}

/// Whether `a` fits whenever `b` does.
fn covers(a: &Rule, b: &Rule) -> bool {
    let any = a.words.any.is_empty() || implies_any(&a.words.any, b);
    let all = a.words.all.iter().all(|word| implies_any(std::slice::from_ref(word), b));
    let none = a.words.none.iter().all(|word| b.words.none.iter().any(|other| word.contains(other.as_str())));
    // What an earlier rule leaves out because of a longer word, a later one may take.
    let unless = a.words.unless.iter().all(|longer| b.words.unless.contains(longer));
    let place = a.place.is_empty()
        || (!b.place.is_empty() && b.place.iter().all(|p| a.place.iter().any(|q| p.contains(q.as_str()))));
    let category = a.category.is_empty()
        || (!b.category.is_empty() && b.category.iter().all(|c| a.category.iter().any(|p| is_below(c, p))));
    let division = a.division.is_empty()
        || (!b.division.is_empty()
            && b.division.iter().all(|d| a.division.iter().any(|p| d.starts_with(p.as_str()))));
    let kind = a.kind.is_empty() || (!b.kind.is_empty() && b.kind.iter().all(|k| a.kind.contains(k)));
    let answer =
        a.answer.is_empty() || (!b.answer.is_empty() && b.answer.iter().all(|x| a.answer.contains(x)));
    let time = (a.hours.is_none() || a.hours == b.hours)
        && (a.working_time.is_none() || a.working_time == b.working_time);
    // A rule that sends to the division passes by when none is known, so it covers only its like.
    let target = matches!(a.target, Target::Unit(_)) || a.target == b.target || !b.division.is_empty();
    any && all && none && unless && place && category && division && kind && answer && time && target
}

/// Whether a text that satisfies `b` is certain to hold one of these words.
fn implies_any(words: &[String], b: &Rule) -> bool {
    let holds = |said: &String| words.iter().any(|word| said.contains(word.as_str()));
    b.words.all.iter().any(holds) || (!b.words.any.is_empty() && b.words.any.iter().all(holds))
}
