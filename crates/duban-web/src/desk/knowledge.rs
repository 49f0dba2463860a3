//! 知识库: writing what can be answered at once, what is due for review, and how each item came to be.

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use duban_app::{
    AppError, KnowledgeList, KnowledgeRow, KnowledgeVersion,
    knowledge::edit::{self, Listed, Shown, Written},
};
use duban_domain::{
    KnowledgeId, Lang, Refusal,
    knowledge::{Item, ItemKind, Standing, Verdict},
    lang::Words,
};
use jiff::civil::Date;

use super::words::{self, Choice, Choices, thousands};
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, see_other};

/// The page.
const PATH: &str = "/desk/knowledge";

#[derive(Template)]
#[template(path = "desk/knowledge.html")]
struct ListPage {
    s: Shell,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    waiting: usize,
    taken: String,
}

#[derive(Template)]
#[template(path = "desk/knowledge_item.html")]
struct ItemPage {
    s: Shell,
    form: Form,
    wrong: String,
    /// What only an item has that is there already.
    past: Option<Past>,
    units: Vec<Choices>,
    kinds: Vec<Choice>,
    verdicts: Vec<Choice>,
}

/// A list to choose, with how many it holds.
struct Tab {
    name: &'static str,
    key: &'static str,
    n: String,
    here: bool,
}

/// An item of a list.
struct Row {
    id: i64,
    question: String,
    kind: &'static str,
    unit: String,
    standing: &'static str,
    must: bool,
    review: String,
    public: bool,
    version: i64,
    by: String,
    when: When,
}

/// What stands in the form.
#[derive(Default)]
struct Form {
    id: String,
    seen: String,
    kind: String,
    verdict: String,
    question: String,
    question_en: String,
    variants: String,
    answer: String,
    answer_en: String,
    basis: String,
    unit: String,
    from: String,
    until: String,
    review: String,
    public: bool,
}

/// How an item came to be, and what came of it.
struct Past {
    standing: &'static str,
    retired: bool,
    used: [String; 3],
    versions: Vec<Version>,
}

struct Version {
    no: i64,
    question: String,
    answer: String,
    retired: bool,
    by: String,
    when: When,
}

/// The lists, each with its word in addresses.
const LISTS: [(KnowledgeList, &str); 4] = [
    (KnowledgeList::Kept, "kept"),
    (KnowledgeList::Due, "due"),
    (KnowledgeList::Expired, "expired"),
    (KnowledgeList::Retired, "retired"),
];

/// The list, or the empty form of a new item.
pub(crate) async fn list(desk: Desk) -> PageResult {
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    if asked.opt("new").is_some() {
        let form = Form { unit: desk.who.unit.clone(), public: true, ..Form::default() };
        return Ok(html(&item_page(&desk, form, String::new(), None)));
    }
    let which = LISTS.iter().find(|(_, key)| *key == asked.get("list")).map_or(KnowledgeList::Kept, |l| l.0);
    let listed = desk.run(move |ctx| edit::list(ctx, which)).await?;
    Ok(html(&list_page(&desk, which, &listed, asked.get("taken"))))
}

/// One item.
pub(crate) async fn one(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = known(&id)?;
    let shown = desk.run(move |ctx| edit::one(ctx, id)).await?;
    let form = Form::of(&shown.row);
    let past = past(&desk.shell(), &shown);
    Ok(html(&item_page(&desk, form, String::new(), Some(past))))
}

/// Keeps an item; one that is not right comes back with everything that was typed.
pub(crate) async fn put(desk: Desk, fields: Fields) -> PageResult {
    let written = written(&fields)?;
    match desk.run(move |ctx| edit::put(ctx, &written)).await {
        Ok(id) => Ok(see_other(&format!("{PATH}/{}", id.0))),
        Err(WebError::App(AppError::Refused(refusal))) if refusal.field().is_some() => {
            let sentence = refusal.sentence(desk.visit.lang);
            let mut page = html(&item_page(&desk, Form::typed(&fields), sentence, None));
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
        Err(error) => Err(error),
    }
}

/// Takes an item down.
pub(crate) async fn retire(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let (id, seen) = (known(&id)?, fields.get("seen").parse().unwrap_or(0));
    desk.run(move |ctx| edit::retire(ctx, id, seen)).await?;
    Ok(see_other(PATH))
}

/// Takes in the items of the city pack that are not there.
pub(crate) async fn take_in(desk: Desk) -> PageResult {
    let taken = desk.run(edit::take_in).await?;
    Ok(see_other(&format!("{PATH}?taken={taken}")))
}

fn known(id: &str) -> Result<KnowledgeId, WebError> {
    id.parse().map(KnowledgeId).map_err(|_| WebError::from(Refusal::NotFound))
}

/// A day of a form: none when the field is empty, an error when it is no day.
fn date(fields: &Fields, name: &str) -> Result<Option<Date>, WebError> {
    let day = fields.opt(name).map(str::parse).transpose();
    day.map_err(|_| {
        WebError::BadForm("这不是一个日期。写成 2026-01-04。", "This is no date. Write 2026-01-04.")
    })
}

fn written(fields: &Fields) -> Result<Written, WebError> {
    let text = |name: &str| fields.get(name).to_owned();
    let id = fields.opt("id").map(known).transpose()?;
    let item = Item {
        kind: ItemKind::from_key(fields.get("kind")).unwrap_or(ItemKind::Answer),
        verdict: Verdict::from_key(fields.get("verdict")),
        question: Words { zh: text("question"), en: text("question_en") },
        variants: fields.get("variants").lines().map(str::to_owned).collect(),
        answer: Words { zh: text("answer"), en: text("answer_en") },
        basis: text("basis"),
        unit: text("unit"),
        from: date(fields, "from")?,
        until: date(fields, "until")?,
        review: date(fields, "review")?,
        public: fields.get("public") == "yes",
    };
    Ok(Written { id, seen: fields.get("seen").parse().unwrap_or(0), item })
}

impl Form {
    fn of(row: &KnowledgeRow) -> Self {
        let (item, day) = (&row.item, |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default());
        Self {
            id: row.id.0.to_string(),
            seen: row.version.to_string(),
            kind: item.kind.key().to_owned(),
            verdict: item.verdict.map_or("", Verdict::key).to_owned(),
            question: item.question.zh.clone(),
            question_en: item.question.en.clone(),
            variants: item.variants.join("\n"),
            answer: item.answer.zh.clone(),
            answer_en: item.answer.en.clone(),
            basis: item.basis.clone(),
            unit: item.unit.clone(),
            from: day(item.from),
            until: day(item.until),
            review: day(item.review),
            public: item.public,
        }
    }

    fn typed(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            id: text("id"),
            seen: text("seen"),
            kind: text("kind"),
            verdict: text("verdict"),
            question: text("question"),
            question_en: text("question_en"),
            variants: text("variants"),
            answer: text("answer"),
            answer_en: text("answer_en"),
            basis: text("basis"),
            unit: text("unit"),
            from: text("from"),
            until: text("until"),
            review: text("review"),
            public: fields.get("public") == "yes",
        }
    }
}

fn list_page(desk: &Desk, which: KnowledgeList, listed: &Listed, taken: &str) -> ListPage {
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let tab = |(list, n): &(KnowledgeList, i64)| Tab {
        name: list_word(*list, s.lang),
        key: LISTS.iter().find(|(l, _)| l == list).map_or("", |(_, key)| key),
        n: thousands(*n),
        here: *list == which,
    };
    let row = |row: &KnowledgeRow| {
        let standing = row.item.standing(listed.today, row.retired);
        Row {
            id: row.id.0,
            question: row.item.asks(s.lang).to_owned(),
            kind: row.item.kind.word(s.lang),
            unit: words::unit_name(city, &row.item.unit, s.lang),
            standing: standing.word(s.lang),
            must: matches!(standing, Standing::Due | Standing::Expired),
            review: row.item.review.map(|day| day.to_string()).unwrap_or_default(),
            public: row.item.public,
            version: row.version,
            by: row.changed_by.clone(),
            when: s.when(&row.changed_at),
        }
    };
    ListPage {
        tabs: listed.counts.iter().map(tab).collect(),
        rows: listed.rows.iter().map(row).collect(),
        waiting: listed.waiting,
        taken: taken.chars().filter(char::is_ascii_digit).collect(),
        s,
    }
}

fn list_word(list: KnowledgeList, lang: Lang) -> &'static str {
    match list {
        KnowledgeList::Kept => lang.t("全部", "All"),
        KnowledgeList::Due => lang.t("该复核了", "To be reviewed"),
        KnowledgeList::Expired => lang.t("已过期", "Expired"),
        KnowledgeList::Retired => lang.t("已下架", "Taken down"),
    }
}

fn item_page(desk: &Desk, form: Form, wrong: String, past: Option<Past>) -> ItemPage {
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let lang = s.lang;
    let choice = |key: &str, name: &str| Choice { key: key.to_owned(), name: name.to_owned() };
    let mut units = words::unit_choices(city, lang);
    // A unit looks after its own items only; the hotline after all.
    if desk.who.unit != city.centre().key {
        for group in &mut units {
            group.list.retain(|unit| unit.key == desk.who.unit);
        }
        units.retain(|group| !group.list.is_empty());
    }
    ItemPage {
        units,
        kinds: ItemKind::ALL.iter().map(|k| choice(k.key(), k.word(lang))).collect(),
        verdicts: Verdict::ALL.iter().map(|v| choice(v.key(), v.word(lang))).collect(),
        form,
        wrong,
        past,
        s,
    }
}

fn past(s: &Shell, shown: &Shown) -> Past {
    let version = |version: &KnowledgeVersion| Version {
        no: version.version,
        question: version.item.asks(s.lang).to_owned(),
        answer: version.item.says(s.lang),
        retired: version.retired,
        by: version.by.clone(),
        when: s.when(&version.at),
    };
    Past {
        standing: shown.row.item.standing(shown.today, shown.row.retired).word(s.lang),
        retired: shown.row.retired,
        used: shown.used.map(thousands),
        versions: shown.versions.iter().map(version).collect(),
    }
}
