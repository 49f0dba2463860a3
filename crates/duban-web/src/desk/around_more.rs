//! More forms of the steps around a case: tasks, the cause, the person, files, and what comes after
//! the end.

use duban_domain::{
    case::{
        Phase,
        handling::{Task, TaskState},
    },
    policy::Action,
    request::Privacy,
};

use super::{
    around::{Around, Page},
    forms::{Button, Form, plain},
    words::{Choice, unit_choices, unit_name},
};

impl Page<'_> {
    /// Puts the forms of this file into the bar and its menu.
    pub(super) fn more(&self, around: &mut Around) {
        around.bar.extend(self.report_task());
        around.menu.extend(self.give_task());
        around.menu.extend(self.call_off());
        around.menu.extend(self.task_link());
        around.menu.extend(self.ask_person());
        around.menu.extend(self.cause());
        around.menu.extend(self.attach());
        around.menu.extend(self.share());
        around.menu.extend(self.correct());
        around.menu.extend(self.restart());
        around.menu.extend(self.moderate());
        around.menu.extend(self.take_back());
        around.menu.extend(self.part());
    }

    fn open_tasks(&self) -> impl Iterator<Item = &Task> {
        self.shown.case.handling.tasks.iter().filter(|task| task.state == TaskState::Open)
    }

    fn task_choices<'t>(&self, tasks: impl Iterator<Item = &'t Task>) -> Vec<Choice> {
        let name = |task: &Task| match &task.unit {
            Some(unit) => format!("{} · {}", task.no, unit_name(self.city, unit, self.make.s.lang)),
            None => format!("{} · {}", task.no, self.t("外部", "outside")),
        };
        tasks.map(|task| Choice { key: task.no.to_string(), name: name(task) }).collect()
    }

    fn report_task(&self) -> Option<Form> {
        let own = |task: &&Task| match &task.unit {
            Some(unit) => self.who.reach.has(unit),
            None => self.is_own(),
        };
        let list = self.task_choices(self.open_tasks().filter(own));
        (self.who.can(Action::Work) && !list.is_empty() && self.shown.case.is_open()).then(|| {
            let (step, make) = ("report-task", &self.make);
            let name = self.t("报子任务", "Report on a task");
            let mut form = make.form(step, "task-report", name, "");
            form.files = true;
            form.main = !self.is_own();
            form.fields = vec![
                make.choose(step, "task", self.t("哪一项", "Which"), plain(list)),
                make.field(step, "area", "words", self.t("办得怎样", "What came of it")),
                make.field(
                    step,
                    "files",
                    "media",
                    self.t("照片或 PDF（可不加）", "Photos or PDF (optional)"),
                )
                .optional(),
            ];
            form.buttons = vec![
                Button { value: "done", name: self.t("办完了", "Done").to_owned(), main: true },
                Button {
                    value: "failed", name: self.t("办不了", "Cannot be done").to_owned(), main: false
                },
            ];
            form
        })
    }

    fn gives_tasks(&self) -> bool {
        self.who.can(Action::Task) && self.is_own()
    }

    fn give_task(&self) -> Option<Form> {
        let handled = matches!(self.shown.case.phase(), Phase::Dispatched | Phase::InHand);
        (self.gives_tasks() && handled).then(|| {
            let (step, make) = ("give-task", &self.make);
            let mut form =
                make.form(step, "tasks", self.t("派子任务", "Give a task"), self.t("派出去", "Give it"));
            let both = self
                .t("选一个单位；外面的单位或个人，写名称", "Choose a unit; for somebody outside, write who");
            form.about = vec![both.to_owned()];
            let mut required = make.field(
                step,
                "check",
                "required",
                self.t("办完它才能按办完答复", "The case waits for it"),
            );
            if !form.open {
                required.value = "yes".to_owned();
            }
            let outside = self.t("会给一个链接，不用账号", "They get a link and need no account");
            form.fields = vec![
                make.choose(step, "unit", self.t("单位", "Unit"), unit_choices(self.city, make.s.lang))
                    .optional(),
                make.field(step, "line", "party", self.t("外部", "Outside")).optional().hint(outside),
                make.field(step, "area", "words", self.t("做什么", "What to do")),
                make.field(step, "date", "due", self.t("哪天下班前", "By the end of which day")),
                required,
            ];
            form
        })
    }

    fn call_off(&self) -> Option<Form> {
        let list = self.task_choices(self.open_tasks());
        (self.gives_tasks() && !list.is_empty()).then(|| {
            let (step, make) = ("call-off", &self.make);
            let mut form = make.form(
                step,
                "task-end",
                self.t("撤子任务", "Call a task off"),
                self.t("撤销", "Call it off"),
            );
            form.fields = vec![
                make.choose(step, "task", self.t("哪一项", "Which"), plain(list)),
                make.field(step, "line", "words", self.t("为什么", "Why")),
            ];
            form
        })
    }

    fn task_link(&self) -> Option<Form> {
        let list = self.task_choices(self.open_tasks().filter(|task| task.unit.is_none()));
        (self.gives_tasks() && !list.is_empty()).then(|| {
            let (step, make) = ("task-link", &self.make);
            let mut form = make.form(step, "task-link", self.t("外部链接", "Links of those outside"), "");
            form.fields = vec![make.choose(step, "task", self.t("哪一项", "Which"), plain(list))];
            form.buttons = vec![
                Button {
                    value: "new",
                    name: self.t("换新链接，旧的作废", "New link; the old one ends").to_owned(),
                    main: true,
                },
                Button {
                    value: "end",
                    name: self.t("收回链接", "Take the link back").to_owned(),
                    main: false,
                },
            ];
            form
        })
    }

    /// Requests by number, for forms about one person.
    pub(super) fn persons(&self, fits: impl Fn(&duban_app::case::show::Voice) -> bool) -> Vec<Choice> {
        let voices = self.shown.voices.iter().filter(|voice| fits(voice));
        let name = |voice: &duban_app::case::show::Voice| {
            format!("{} {}", voice.request.number.grouped(), voice.person.name)
        };
        voices.map(|voice| Choice { key: voice.request.number.to_string(), name: name(voice) }).collect()
    }

    fn ask_person(&self) -> Option<Form> {
        let case = &self.shown.case;
        let list = self.persons(|voice| !case.handling.questions.contains(&voice.request.id));
        let first = list.first()?.key.clone();
        (self.who.can(Action::Ask) && self.is_own() && case.is_open()).then(|| {
            let (step, make) = ("ask-person", &self.make);
            let name = self.t("请诉求人补充", "Ask the person for more");
            let mut form = make.form(step, "question", name, self.t("问", "Ask"));
            let seen = self.t(
                "写在诉求人的查询页上，回话会出现在经过里",
                "Stands on the person’s page; the answer appears in the history",
            );
            form.fields.push(match list.len() {
                1 => make.hidden("request", &first),
                _ => make.choose(step, "request", self.t("问谁", "Whom"), plain(list)),
            });
            form.fields.push(make.field(step, "area", "words", self.t("想问的", "The question")).hint(seen));
            form
        })
    }

    fn cause(&self) -> Option<Form> {
        let (lang, case) = (self.make.s.lang, &self.shown.case);
        let causes = &self.city.reasons.causes;
        let can = self.who.can(Action::Answer) && self.is_own() && case.phase() != Phase::Received;
        (can && !causes.is_empty()).then(|| {
            let (step, make) = ("cause", &self.make);
            let mut form =
                make.form(step, "cause", self.t("记原因", "Record the cause"), self.t("记下", "Record"));
            let list =
                causes.iter().map(|c| Choice { key: c.key.clone(), name: c.name.get(lang).to_owned() });
            let mut field =
                make.choose(step, "cause", self.t("为什么会这样", "Why it happened"), plain(list.collect()));
            if field.value.is_empty() {
                field.value = case.handling.cause.clone().unwrap_or_default();
            }
            form.fields.push(field.optional());
            form
        })
    }

    fn attach(&self) -> Option<Form> {
        (self.who.can(Action::Note) && self.shown.case.is_open()).then(|| {
            let (step, make) = ("attach", &self.make);
            let mut form =
                make.form(step, "media", self.t("加照片或 PDF", "Add photos or PDF"), self.t("加上", "Add"));
            form.files = true;
            let inside = self.t(
                "先只有内部看得到；给诉求人看，另选",
                "Only staff see it; showing it to the person is a step of its own",
            );
            form.fields = vec![
                make.field(step, "files", "media", self.t("文件", "Files")).hint(inside),
                make.field(step, "line", "words", self.t("是什么（可不写）", "What it shows (optional)"))
                    .optional(),
            ];
            form
        })
    }

    fn share(&self) -> Option<Form> {
        let case = &self.shown.case;
        let shared = |id| case.handling.shared.contains(&id);
        let ours = self.shown.media.iter().filter(|m| m.request.is_none());
        let mark =
            |id| if shared(id) { self.t("（诉求人看得到）", " (the person sees it)") } else { "" };
        let list: Vec<Choice> = ours
            .map(|m| Choice {
                key: m.id.0.to_string(),
                name: format!("{} {}{}", m.id.0 % 10_000, m.name, mark(m.id)),
            })
            .collect();
        let can = self.who.can(Action::Answer) && self.is_own() && case.phase() != Phase::Received;
        (can && !list.is_empty()).then(|| {
            let (step, make) = ("share", &self.make);
            let mut form =
                make.form(step, "shared-media", self.t("给诉求人看哪些", "What the person sees"), "");
            form.fields = vec![make.choose(step, "media", self.t("文件", "File"), plain(list))];
            form.buttons = vec![
                Button {
                    value: "show",
                    name: self.t("给诉求人看", "Show it to the person").to_owned(),
                    main: true,
                },
                Button { value: "hide", name: self.t("不再给看", "No longer").to_owned(), main: false },
            ];
            form
        })
    }

    fn correct(&self) -> Option<Form> {
        let list = self.persons(|voice| voice.request.privacy != Privacy::Anonymous);
        let first = list.first()?.key.clone();
        self.who.can(Action::Correct).then(|| {
            let (step, make) = ("correct", &self.make);
            let name = self.t("更正联系方式", "Correct how to reach the person");
            let mut form = make.form(step, "contact-details", name, self.t("更正", "Correct"));
            form.fields.push(match list.len() {
                1 => make.hidden("request", &first),
                _ => make.choose(step, "request", self.t("哪位诉求人", "Which person"), plain(list)),
            });
            let gone = self.t("原来的号码不再保留", "The old number is not kept");
            form.fields.push(
                make.field(step, "line", "phone", self.t("对的电话", "The right number"))
                    .hint(gone)
                    .optional(),
            );
            form.fields.push(
                make.field(step, "line", "mail", self.t("对的邮箱", "The right mail address")).optional(),
            );
            form.fields.push(
                make.field(step, "line", "name", self.t("姓名（不改就不写）", "Name (leave it to keep it)"))
                    .optional(),
            );
            form.fields.push(make.field(step, "line", "words", self.t("为什么更正", "Why")));
            form
        })
    }

    fn can_reopen(&self) -> bool {
        self.who.can(Action::Reopen) && self.shown.case.phase() == Phase::Closed
    }

    fn restart(&self) -> Option<Form> {
        self.can_reopen().then(|| {
            let step = "restart";
            let name = self.t("重启这件工单", "Open the case again");
            let mut form = self.make.form(step, "reopening", name, self.t("重启", "Open it again"));
            form.fields.push(self.make.field(step, "area", "words", self.t("有什么新情况", "What is new")));
            form
        })
    }
}
