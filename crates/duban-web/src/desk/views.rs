//! What the worklist offers above and beside itself: the views of a role, and what its filters choose from.

use duban_app::{Ctx, case::assign::Colleague};
use duban_domain::{Lang, case::Phase, policy::Action};

use super::{
    filter::{Chip, Filter, handler_word},
    words::Choice,
};

/// The views of a role: what waits for this member, beside what waits for everybody.
pub(super) fn tabs_of(ctx: &Ctx) -> Vec<(&'static str, &'static str)> {
    let lang = ctx.lang;
    let mut tabs = vec![
        (lang.t("在办", "Open"), "/desk/cases"),
        (lang.t("已逾期", "Overdue"), "/desk/cases?due=overdue"),
        (lang.t("今天到期", "Due today"), "/desk/cases?due=today"),
    ];
    if ctx.who.can(Action::Answer) {
        tabs.insert(1, (lang.t("我经办的", "Mine"), "/desk/cases?handler=me"));
    }
    let own = [
        (Action::Dispatch, lang.t("待派单", "To dispatch"), "/desk/cases?stage=received"),
        (Action::Sign, lang.t("待签收", "To sign"), "/desk/cases?stage=dispatched"),
        (Action::Decide, lang.t("退单", "Returns"), "/desk/cases?waits=return"),
        (Action::Decide, lang.t("延期", "Extensions"), "/desk/cases?waits=extension"),
        (Action::Task, lang.t("任务有变", "Tasks changed"), "/desk/cases?tasks=new"),
        (Action::Review, lang.t("待审核", "To review"), "/desk/cases?stage=in-review"),
        (Action::Callback, lang.t("待回访", "To call back"), "/desk/cases?stage=callback"),
    ];
    tabs.extend(
        own.into_iter()
            .filter(|(action, _, _)| ctx.who.can(*action))
            .map(|(_, name, address)| (name, address)),
    );
    tabs
}

/// The chips, with the name of the colleague whose cases are looked at.
pub(super) fn named(mut chips: Vec<Chip>, f: &Filter, colleagues: &[Colleague]) -> Vec<Chip> {
    let wanted = colleagues.iter().find(|c| c.id.0.to_string() == f.get("handler"));
    let without = f.with("handler", "");
    if let Some((chip, colleague)) = chips.iter_mut().find(|chip| chip.without == without).zip(wanted) {
        chip.value.clone_from(&colleague.name);
    }
    chips
}

/// Whose cases can be asked for: mine, nobody's, a colleague's.
pub(super) fn handlers(f: &Filter, colleagues: Vec<Colleague>, lang: Lang) -> Vec<Choice> {
    let mut all: Vec<Choice> =
        ["me", "none"].iter().map(|key| choice(key, handler_word(key, lang))).collect();
    all.extend(colleagues.into_iter().map(|c| choice(&c.id.0.to_string(), &c.name)));
    // A filter that is set stays set when the form is sent, whoever can be chosen now.
    let now = f.get("handler");
    if !now.is_empty() && all.iter().all(|c| c.key != now) {
        all.push(choice(now, handler_word(now, lang)));
    }
    all
}

pub(super) fn stages(lang: Lang) -> Vec<Choice> {
    let whole = [("open", lang.t("未办结", "Not closed")), ("all", lang.t("全部", "All"))];
    let phases = Phase::ALL.iter().map(|phase| (phase.key(), phase.word(lang)));
    whole.into_iter().chain(phases).map(|(key, name)| choice(key, name)).collect()
}

pub(super) fn choice(key: &str, name: &str) -> Choice {
    Choice { key: key.to_owned(), name: name.to_owned() }
}
