//! The forms of the steps around a case: what the member can ask, decide and arrange now. The few that
//! come first stand in the bar, the others in its menu.

use duban_app::case::show::Shown;
use duban_domain::{
    case::{
        Event, Ground, Move, Phase, Plea, What,
        handling::{Measure, may_return, measure, window_of},
    },
    city::City,
    policy::{Action, Member},
};

use super::{
    forms::{Form, Maker, plain},
    words::{Choice, unit_choices, unit_name},
};

/// The forms in the bar and in its menu.
#[derive(Default)]
pub(super) struct Around {
    pub(super) bar: Vec<Form>,
    pub(super) menu: Vec<Form>,
}

impl Around {
    /// Whether there is a form for a step.
    pub(super) fn has(&self, step: &str) -> bool {
        self.bar.iter().chain(&self.menu).any(|form| form.step == step)
    }

    /// Whether a form of the menu came back: the menu is then open.
    pub(super) fn menu_open(&self) -> bool {
        self.menu.iter().any(|form| form.open)
    }
}

/// What forms are made from.
pub(super) struct Page<'a> {
    pub(super) make: Maker<'a>,
    pub(super) city: &'a City,
    pub(super) who: &'a Member,
    pub(super) shown: &'a Shown,
}

/// The forms for this member.
pub(super) fn forms(make: Maker<'_>, city: &City, who: &Member, shown: &Shown) -> Around {
    let page = Page { make, city, who, shown };
    let mut around = Around::default();
    around.bar.extend(page.decide_return());
    around.bar.extend(page.decide_extension());
    around.bar.extend(page.take());
    around.menu.extend(page.assign());
    around.menu.extend(page.ask_return());
    around.menu.extend(page.ask_extension());
    around.menu.extend(page.join());
    around.menu.extend(page.leave());
    page.more(&mut around);
    around
}

impl Page<'_> {
    pub(super) fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.make.s.t(zh, en)
    }

    pub(super) fn is_own(&self) -> bool {
        self.who.reach.leads_unit(self.shown.case.unit().unwrap_or_default())
    }

    /// The last step of a kind, with who took it.
    fn last<T>(&self, of: impl Fn(&Move) -> Option<T>) -> Option<(&Event, T)> {
        self.shown.history.iter().flatten().rev().find_map(|event| match &event.what {
            What::Moved(step) => of(step).map(|found| (event, found)),
            _ => None,
        })
    }

    /// Who asked, and what they wrote.
    fn asked(&self, event: &Event, words: &str) -> String {
        let unit = event.by.unit.as_deref().map(|key| unit_name(self.city, key, self.make.s.lang));
        format!("{} {}{}{words}", unit.unwrap_or_default(), event.by.name, self.t("：", ": "))
    }

    fn decides(&self) -> bool {
        let plea = self.shown.case.handling.plea.as_ref();
        self.who.can(Action::Decide) && plea.is_some_and(|plea| plea.by() != self.who.id.0)
    }

    fn decide_return(&self) -> Option<Form> {
        let returning = self.shown.case.is_returning() && self.decides();
        let (event, (ground, words)) = self.last(|step| match step {
            Move::ReturnAsked { ground, words, .. } => Some((ground.clone(), words.clone())),
            _ => None,
        })?;
        returning.then(|| {
            let step = "decide-return";
            let yes = ("uphold", self.t("同意，收回待派", "Uphold: back to the centre"));
            let no = ("reject", self.t("驳回，由它接着办", "Reject: the unit keeps it"));
            let name = self.t("裁定退单", "Decide on the return");
            let mut form = self.make.decision(step, "return-decision", name, (yes, no));
            form.about = vec![reason_name(self.city, &ground, self.make.s.lang), self.asked(event, &words)];
            form.fields.push(self.make.field(step, "area", "words", self.t("理由", "Why")));
            form
        })
    }

    fn decide_extension(&self) -> Option<Form> {
        let asked = matches!(self.shown.case.handling.plea, Some(Plea::Extension { .. })) && self.decides();
        let (event, (span, words)) = self.last(|step| match step {
            Move::ExtensionAsked { span, words } => Some((*span, words.clone())),
            _ => None,
        })?;
        asked.then(|| {
            let step = "decide-extension";
            let yes = ("grant", self.t("同意延期", "Grant it"));
            let no = ("refuse", self.t("不同意", "Refuse"));
            let name = self.t("裁定延期", "Decide on the extension");
            let mut form = self.make.decision(step, "extension-decision", name, (yes, no));
            let long = format!("{}{}", self.t("要加 ", "Asks for "), span.words(self.make.s.lang));
            form.about = vec![long, self.asked(event, &words)];
            let hint = self.t("同意的话，诉求人看得到这几句", "If granted, the person reads this");
            form.fields.push(self.make.field(step, "area", "words", self.t("理由", "Why")).hint(hint));
            form
        })
    }

    /// One press: I do it.
    fn take(&self) -> Option<Form> {
        let me = self.shown.colleagues.iter().find(|c| c.id == self.who.id)?;
        let free = self.shown.case.handling.handler != Some(me.id) && self.can_assign();
        free.then(|| {
            let name = match self.shown.case.handling.handler {
                None => self.t("我来办", "I take it"),
                Some(_) => self.t("接过来我办", "Take it over"),
            };
            let mut form = self.make.form("take", "handler", name, name);
            form.fields.push(self.make.hidden("to", &me.id.0.to_string()));
            form
        })
    }

    fn can_assign(&self) -> bool {
        let phase = self.shown.case.phase();
        self.who.can(Action::Assign) && self.is_own() && !matches!(phase, Phase::Received | Phase::Closed)
    }

    fn assign(&self) -> Option<Form> {
        let handler = self.shown.case.handling.handler;
        let others = self.shown.colleagues.iter().filter(|c| Some(c.id) != handler);
        let choice = |key: String, name: &str| Choice { key, name: name.to_owned() };
        let mut list: Vec<Choice> = others.map(|c| choice(c.id.0.to_string(), &c.name)).collect();
        if handler.is_some() {
            list.push(choice(
                "none".into(),
                self.t("交回单位，不指定个人", "Back to the unit, nobody in person"),
            ));
        }
        (self.can_assign() && !list.is_empty()).then(|| {
            let (step, make) = ("assign", &self.make);
            let name = self.t("指派经办人", "Give it to a person");
            let mut form = make.form(step, "handler", name, self.t("指派", "Give it"));
            form.fields = vec![
                make.choose(step, "to", self.t("经办人", "Who"), plain(list)),
                make.field(step, "line", "words", self.t("要交代的（可不写）", "What to know (optional)"))
                    .optional(),
            ];
            form
        })
    }

    fn ask_return(&self) -> Option<Form> {
        let (lang, case) = (self.make.s.lang, &self.shown.case);
        let ground = Ground { city: self.city, now: self.make.s.now };
        let can = self.who.can(Action::Return) && self.is_own() && may_return(case, &ground).is_ok();
        can.then(|| {
            let step = "ask-return";
            let name = self.t("申请退单", "Ask to return it");
            let mut form = self.make.form(step, "return", name, self.t("交中心裁定", "Send to the centre"));
            let window = window_of(self.city, case.urgency).words(lang);
            form.about = vec![match lang {
                duban_domain::Lang::Zh => format!("收到后 {window}内可以申请，由热线中心裁定；驳回后没有新情况不能再退。"),
                duban_domain::Lang::En => format!("Within {window} of receiving it. The centre decides; if rejected, it cannot be asked again without new facts."),
            }];
            let reasons = &self.city.reasons.returns;
            let list = reasons.iter().map(|r| Choice { key: r.key.clone(), name: r.name.get(lang).to_owned() });
            form.fields = vec![
                self.make.choose(step, "ground", self.t("理由", "Reason"), plain(list.collect())),
                self.make.field(step, "area", "words", self.t("说明情况", "Explain")),
            ];
            form
        })
    }

    fn ask_extension(&self) -> Option<Form> {
        let (lang, case) = (self.make.s.lang, &self.shown.case);
        let settings = &self.city.settings;
        let can = self.who.can(Action::Extend)
            && self.is_own()
            && case.phase() == Phase::InHand
            && case.handling.plea.is_none()
            && case.finish.due >= self.make.s.now
            && case.handling.extensions < settings.extensions_max;
        can.then(|| {
            let step = "ask-extension";
            let (unit, most): (Measure, u32) = measure(case.finish.span);
            let name = self.t("申请延期", "Ask for more time");
            let mut form =
                self.make.form(step, "extension", name, self.t("交中心裁定", "Send to the centre"));
            let amount = match lang {
                duban_domain::Lang::Zh => {
                    format!("加多少{}（1 到 {most}）", unit.word(lang).trim_start_matches('个'))
                }
                duban_domain::Lang::En => format!("How many {} more (1 to {most})", unit.word(lang)),
            };
            form.fields = vec![
                self.make.field(step, "number", "amount", &amount),
                self.make.field(step, "area", "words", self.t("为什么", "Why")),
            ];
            form
        })
    }

    fn handled(&self) -> bool {
        matches!(self.shown.case.phase(), Phase::Dispatched | Phase::InHand)
    }

    fn join(&self) -> Option<Form> {
        (self.who.can(Action::Dispatch) && self.handled()).then(|| {
            let (step, make) = ("join", &self.make);
            let name = self.t("加协办单位", "Add an assisting unit");
            let mut form = make.form(step, "assisting", name, self.t("加上", "Add it"));
            form.fields = vec![
                make.choose(step, "unit", self.t("单位", "Unit"), unit_choices(self.city, make.s.lang)),
                make.field(step, "line", "words", self.t("它做哪一部分", "What its part is")),
            ];
            form
        })
    }

    fn leave(&self) -> Option<Form> {
        let case = &self.shown.case;
        (self.who.can(Action::Dispatch) && self.handled() && !case.assisting.is_empty()).then(|| {
            let (step, make) = ("leave", &self.make);
            let name = self.t("撤协办单位", "Take an assisting unit off");
            let choice =
                |key: &String| Choice { key: key.clone(), name: unit_name(self.city, key, make.s.lang) };
            let mut form = make.form(step, "assisting-end", name, self.t("撤下", "Take it off"));
            form.fields = vec![
                make.choose(
                    step,
                    "unit",
                    self.t("单位", "Unit"),
                    plain(case.assisting.iter().map(choice).collect()),
                ),
                make.field(step, "line", "words", self.t("为什么", "Why")),
            ];
            form
        })
    }
}

/// The name of a reason for a return; one that was taken from the list is shown by its key.
pub(super) fn reason_name(city: &City, key: &str, lang: duban_domain::Lang) -> String {
    city.reasons.of_return(key).map_or(key, |reason| reason.name.get(lang)).to_owned()
}
