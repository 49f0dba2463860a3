//! 管公开 and 撤回 on the case page: what everybody may read of a case, and a person who takes theirs back.

use axum::extract::Path;
use duban_app::case::{
    moderate::{self, Moderation},
    part,
    show::Voice,
    withdraw,
};
use duban_domain::{
    case::{Consent, Ruling, public_words},
    policy::{permit, verb},
};

use super::{
    around::Page,
    forms::{Button, Form, plain},
    steps::step,
    words,
};
use crate::frame::{Desk, Fields, PageResult};

impl Page<'_> {
    pub(super) fn moderate(&self) -> Option<Form> {
        let (shown, lang) = (self.shown, self.make.s.lang);
        let case = &shown.case;
        let can =
            case.publicity.consent != Consent::Nothing && permit::<verb::Moderate>(self.who, case).is_ok();
        can.then(|| {
            let (step, make) = ("moderate", &self.make);
            let name = self.t("管公开页", "Public page");
            let mut form = make.form(step, "publicity", name, "");
            form.about = vec![
                format!(
                    "{}{}",
                    self.t("诉求人选：", "The person chose: "),
                    case.publicity.consent.word(lang)
                ),
                format!("{}{}", self.t("热线定：", "The desk ruled: "), case.publicity.ruling.word(lang)),
                format!(
                    "{}{}",
                    self.t("现在显示：", "Shown now: "),
                    self.city.showing(case, shown.row.privacy).word(lang)
                ),
            ];
            if case.publicity.consent == Consent::Words {
                let label = self.t("公开的话，可以改", "The public wording; change what gives somebody away");
                let mut words = make.field(step, "area", "words", label).optional();
                if !form.open {
                    words.value = public_words(&shown.history.iter().flatten().cloned().collect::<Vec<_>>());
                }
                form.fields.push(words);
            }
            let reads = self.t("诉求人看得到", "The person can read this");
            form.fields.push(make.field(step, "line", "reason", self.t("为什么", "Why")).hint(reads));
            form.buttons = vec![
                Button { value: "shown", name: self.t("可以公开", "Show it").to_owned(), main: true },
                Button { value: "hidden", name: self.t("不公开", "Hide it").to_owned(), main: false },
            ];
            form
        })
    }

    pub(super) fn take_back(&self) -> Option<Form> {
        let case = &self.shown.case;
        let list = self.persons(|voice| !case.withdrawn.contains(&voice.request.id));
        let first = list.first()?.key.clone();
        (case.is_open() && permit::<verb::Withdraw>(self.who, case).is_ok()).then(|| {
            let (step, make) = ("withdraw", &self.make);
            let name = self.t("诉求人撤回", "Taken back by the person");
            let mut form = make.form(step, "withdrawal", name, self.t("记下撤回", "Record it"));
            form.fields.push(match list.len() {
                1 => make.hidden("request", &first),
                _ => make.choose(step, "request", self.t("哪位诉求人", "Which person"), plain(list)),
            });
            let why = self.t("诉求人说为什么", "Why, in their words");
            form.fields.push(make.field(step, "line", "reason", why));
            form
        })
    }
}

impl Page<'_> {
    /// 拆开并单: offered for those who joined, by whoever dispatches.
    pub(super) fn part(&self) -> Option<Form> {
        let case = &self.shown.case;
        let first = case.requests.first().copied();
        let joined =
            |voice: &Voice| Some(voice.request.id) != first && !case.withdrawn.contains(&voice.request.id);
        let list = self.persons(joined);
        let key = list.first()?.key.clone();
        permit::<verb::Part>(self.who, case).is_ok().then(|| {
            let (step, make) = ("part", &self.make);
            let name = self.t("拆开并单", "Take a request out again");
            let mut form = make.form(step, "parting", name, self.t("拆开，单独办理", "Deal with it apart"));
            form.about = vec![
                self.t(
                    "编号、诉求人、照片和补充都跟着走，时限从当初受理算。",
                    "Its number, person, photos and what was added go along; deadlines run from when it was received.",
                )
                .to_owned(),
            ];
            form.fields.push(match list.len() {
                1 => make.hidden("request", &key),
                _ => make.choose(step, "request", self.t("哪一件", "Which one"), plain(list)),
            });
            form.fields.push(make.field(step, "line", "reason", self.t("为什么不是同一件事", "Why it is another matter")));
            form
        })
    }
}

/// 拆开并单
pub(crate) async fn part(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    let request = words::number(fields.opt("request").unwrap_or(&on))?;
    step(&desk, &on, "part", fields, "part", move |ctx, on, fields| {
        part::part(ctx, on, &request, fields.get("reason"))
    })
    .await
}

/// 管公开
pub(crate) async fn moderate(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    step(&desk, &on, "moderate", fields, "moderate", |ctx, on, fields| {
        let said = Moderation {
            ruling: Ruling::from_key(fields.get("do")).unwrap_or(Ruling::Waiting),
            words: fields.get("words").to_owned(),
            reason: fields.get("reason").to_owned(),
        };
        moderate::moderate(ctx, on, &said)
    })
    .await
}

/// 撤回, on the person's word.
pub(crate) async fn withdraw(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    let request = words::number(fields.opt("request").unwrap_or(&on))?;
    step(&desk, &on, "withdraw", fields, "withdraw", move |ctx, on, fields| {
        withdraw::withdraw(ctx, on, &request, fields.get("reason"))
    })
    .await
}
