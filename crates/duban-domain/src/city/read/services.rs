//! `services/*.toml`: what is done at the hall. The files are optional; each is one service.

use crate::{
    city::{
        PackFiles,
        fault::{Faults, Spot, did_you_mean, words},
        form::Form,
        source::{self, Row},
    },
    ledger::Fen,
    service::{
        Amount, Ask, BankAccount, Choice, Counter, Field, FieldKind, Paper, Service, Situation, Sure, When,
    },
};

/// The folder of these files.
const FOLDER: &str = "services/";
/// Answers of one question: more nobody reads on a telephone.
const CHOICES_MAX: usize = 8;

/// A service, and where its situations stand.
pub(in crate::city) struct PlacedService {
    pub(in crate::city) at: Spot,
    pub(in crate::city) it: Service,
    pub(in crate::city) situations: Vec<Spot>,
}

pub(in crate::city) fn services(files: &PackFiles, faults: &Faults) -> Vec<PlacedService> {
    files.keys().filter(|path| is_service(path)).map(|path| service(files, path, faults)).collect()
}

/// Whether a path is that of a service.
pub(in crate::city) fn is_service(path: &str) -> bool {
    path.starts_with(FOLDER) && path.ends_with(".toml")
}

fn service(files: &PackFiles, path: &str, faults: &Faults) -> PlacedService {
    let root = source::toml(files, path, faults);
    let form = Form::new(&root, faults);
    let key = form.key("key");
    if path.strip_prefix(FOLDER).and_then(|rest| rest.strip_suffix(".toml")) != Some(key.as_str()) {
        form.wrong(
            "key",
            format!("key 和文件名不一样：{key}"),
            format!("The key {key} is not the name of the file"),
            words("两个写成一样。", "Write both alike."),
        );
    }
    let questions = questions(&form);
    let each = |field: &str| form.rows(field);
    let papers: Vec<Paper> = each("paper").into_iter().map(|row| paper(row, faults, &questions)).collect();
    let counters: Vec<Counter> = each("counter").into_iter().map(|row| counter(row, faults)).collect();
    let amounts = each("amount").into_iter().map(|row| amount(row, faults, &questions)).collect();
    let fields = each("field").into_iter().map(|row| field(row, faults, &questions)).collect();
    let rows = each("situation");
    let situations =
        rows.iter().map(|row| situation(row, faults, &questions, (&papers, &counters))).collect();
    let it = Service {
        key,
        name: form.words("name"),
        lead: form.words("lead"),
        who: form.words("who"),
        fee: form.words("fee"),
        term: form.words("term"),
        last_day: form.words("last_day"),
        card: form.words_opt("card"),
        account: form.table("account").map(|row| account(row, faults)),
        notices: each("notice").into_iter().map(|row| line(row, faults)).collect(),
        questions,
        papers,
        counters,
        amounts,
        fields,
        situations,
    };
    fits(&form, &it);
    form.done();
    PlacedService { at: root.spot(), situations: rows.iter().map(|row| row.spot()).collect(), it }
}

fn questions(form: &Form<'_>) -> Vec<Ask> {
    let mut known: Vec<Ask> = Vec::new();
    for row in form.rows("question") {
        let form = Form::new(row, form.faults);
        let choice = |row: &Row| {
            let form = Form::new(row, form.faults);
            let choice = Choice { key: form.key("key"), name: form.words("name") };
            form.done();
            choice
        };
        let ask = Ask {
            key: form.key("key"),
            ask: form.words("ask"),
            help: form.words_opt("help"),
            choices: form.rows("choice").into_iter().map(choice).collect(),
            when: when(&form, &known),
            registered: form.yes("registered", false),
        };
        once(&form, &ask.key, known.iter().map(|earlier| &earlier.key));
        if ask.choices.len() < 2 || ask.choices.len() > CHOICES_MAX {
            form.wrong(
                "choice",
                format!("一个问题要有 2 到 {CHOICES_MAX} 个选项"),
                format!("A question has 2 to {CHOICES_MAX} choices"),
                words("每项以 [[question.choice]] 开头。", "Begin each with [[question.choice]]."),
            );
        }
        for (at, choice) in ask.choices.iter().enumerate() {
            once(&form, &choice.key, ask.choices[..at].iter().map(|earlier| &earlier.key));
        }
        form.done();
        known.push(ask);
    }
    known
}

/// Two things of one list must not be called alike.
fn once<'k>(form: &Form<'_>, key: &str, mut earlier: impl Iterator<Item = &'k String>) {
    if !key.is_empty() && earlier.any(|other| other == key) {
        form.wrong(
            "key",
            format!("{key} 写了两次"),
            format!("{key} is given twice"),
            words("给其中一个换个名字。", "Give one of them another name."),
        );
    }
}

/// `when = ["how=unit|personal"]`: all of them, by questions that are asked before.
fn when(form: &Form<'_>, known: &[Ask]) -> When {
    let mut all = Vec::new();
    for text in form.list("when") {
        let (question, choices) = text.split_once('=').unwrap_or((text.as_str(), ""));
        let Some(ask) = known.iter().find(|ask| ask.key == question.trim()) else {
            form.wrong(
                "when",
                format!("条件里的问题 {question} 没有，或者在后面才问"),
                format!("The condition names the question {question}, which is not asked before"),
                did_you_mean(
                    question.trim(),
                    known.iter().map(|ask| ask.key.as_str()),
                    words("写成 \"问题=选项|选项\"。", "Write \"question=choice|choice\"."),
                ),
            );
            continue;
        };
        let choices: Vec<String> = choices.split('|').map(|choice| choice.trim().to_owned()).collect();
        for choice in choices.iter().filter(|choice| !ask.choices.iter().any(|c| c.key == **choice)) {
            form.wrong(
                "when",
                format!("问题 {} 没有选项 {choice}", ask.key),
                format!("The question {} has no choice {choice}", ask.key),
                did_you_mean(
                    choice,
                    ask.choices.iter().map(|c| c.key.as_str()),
                    words("写这个问题里有的选项。", "Name a choice of that question."),
                ),
            );
        }
        all.push((ask.key.clone(), choices));
    }
    When(all)
}

fn paper(row: &Row, faults: &Faults, known: &[Ask]) -> Paper {
    let form = Form::new(row, faults);
    let paper = Paper {
        key: form.key("key"),
        name: form.words("name"),
        note: form.words_opt("note"),
        first: form.yes("first", false),
        when: when(&form, known),
    };
    form.done();
    paper
}

fn counter(row: &Row, faults: &Faults) -> Counter {
    let form = Form::new(row, faults);
    let counter = Counter {
        key: form.key("key"),
        name: form.words("name"),
        hours: form.words("hours"),
        online: form.yes("online", false),
    };
    form.done();
    counter
}

fn amount(row: &Row, faults: &Faults, known: &[Ask]) -> Amount {
    let form = Form::new(row, faults);
    let positive = |text: &str| text.parse::<Fen>().ok().filter(|fen| fen.0 > 0);
    let amount = Amount {
        key: form.key("key"),
        name: form.words("name"),
        // The fault is noted; the row stays, so that it does not cause others.
        fen: form.required("yuan", "\"10.00\"", positive).unwrap_or_default(),
        sure: form.member_required("sure", Sure::ALL, Sure::key).unwrap_or(Sure::Default),
        why: form.words("why"),
        when: when(&form, known),
    };
    form.done();
    amount
}

fn field(row: &Row, faults: &Faults, known: &[Ask]) -> Field {
    let form = Form::new(row, faults);
    let field = Field {
        key: form.key("key"),
        name: form.words("name"),
        kind: form.member_required("kind", FieldKind::ALL, FieldKind::key).unwrap_or(FieldKind::Line),
        required: form.yes("required", false),
        when: when(&form, known),
    };
    form.done();
    field
}

fn situation(
    row: &Row,
    faults: &Faults,
    known: &[Ask],
    (papers, counters): (&[Paper], &[Counter]),
) -> Situation {
    let form = Form::new(row, faults);
    let situation = Situation {
        key: form.key("key"),
        name: form.words("name"),
        lead: form.words("lead"),
        when: when(&form, known),
        papers: form.list("papers"),
        counter: form.text("counter"),
        steps: form.rows("step").into_iter().map(|row| line(row, faults)).collect(),
        accepted: form.yes("accepted", false),
    };
    for key in situation.papers.iter().filter(|key| !papers.iter().any(|paper| paper.key == **key)) {
        unknown(&form, "papers", key, papers.iter().map(|paper| paper.key.as_str()));
    }
    if !counters.iter().any(|counter| counter.key == situation.counter) && !situation.counter.is_empty() {
        unknown(&form, "counter", &situation.counter, counters.iter().map(|counter| counter.key.as_str()));
    }
    form.done();
    situation
}

fn unknown<'k>(form: &Form<'_>, field: &str, key: &str, among: impl Iterator<Item = &'k str>) {
    form.wrong(
        field,
        format!("这个文件里没有 {key}"),
        format!("There is no {key} in this file"),
        did_you_mean(key, among, words("先加上它。", "Add it first.")),
    );
}

/// What orders to the bank name; their message has room for so many characters.
fn account(row: &Row, faults: &Faults) -> BankAccount {
    let form = Form::new(row, faults);
    let account =
        BankAccount { holder: form.text("holder"), number: form.text("number"), bank: form.text("bank") };
    for (field, text, max) in
        [("holder", &account.holder, 70), ("number", &account.number, 34), ("bank", &account.bank, 35)]
    {
        if text.chars().count() > max {
            form.wrong(
                field,
                format!("太长，付款文件里最多 {max} 个字"),
                format!("Too long: an order to the bank has room for {max} characters"),
                words("写短一点，照银行的登记。", "Shorten it as the bank has it."),
            );
        }
    }
    form.done();
    account
}

/// `text` and `text_en`.
fn line(row: &Row, faults: &Faults) -> crate::lang::Words {
    let form = Form::new(row, faults);
    let words = form.words("text");
    form.done();
    words
}

/// A service that gives money back must know whose and whereto.
fn fits(form: &Form<'_>, service: &Service) {
    let has = |kind| service.fields.iter().any(|field| field.kind == kind && field.required);
    let wanted = [FieldKind::Name, FieldKind::IdNumber, FieldKind::BankCard, FieldKind::BankName];
    if service.refunds() && (service.card.is_none() || !wanted.into_iter().all(has)) {
        form.wrong(
            "account",
            "退钱的事项要写 card，还要有必填的姓名、身份证号、银行卡号、户名四栏",
            "A service that gives money back has card, and required fields for name, ID number, bank card and its name",
            words(
                "kind 依次是 name、id-number、bank-card、bank-name，都写 required = true。",
                "Their kinds are name, id-number, bank-card and bank-name, each with required = true.",
            ),
        );
    }
    if service.questions.iter().any(|ask| ask.registered) && service.card.is_none() {
        form.wrong(
            "card",
            "有登记能回答的问题，却没有卡号",
            "A question is answered by the register, but there is no card number",
            words("写上 card，或去掉 registered。", "Write card, or remove registered."),
        );
    }
}
