//! 常用语: the prepared texts of one's unit, for whoever looks after them; those of the city stand
//! beside them and are changed with the city pack.

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use duban_app::{
    AppError, Ctx, notice,
    phrase::{self, Own, Written},
};
use duban_domain::{
    PhraseId, Refusal,
    phrase::{Phrase, PhraseStep, Variable},
};

use super::words::{self, Choice, Choices};
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, see_other};

#[derive(Template)]
#[template(path = "desk/phrases.html")]
pub(super) struct PhrasesPage {
    pub(super) s: Shell,
    pub(super) unit: String,
    pub(super) own: Vec<OwnShown>,
    pub(super) city: Vec<CityShown>,
    pub(super) steps: Vec<Choice>,
    pub(super) categories: Vec<Choices>,
    pub(super) variables: Vec<(String, String)>,
    /// What stands in the form: a text that is changed, or what was typed and is not right yet.
    pub(super) form: Form,
    /// Whether the texts of notices are theirs to change too.
    pub(super) notices: bool,
}

/// The form.
#[derive(Default)]
pub(super) struct Form {
    pub(super) id: String,
    pub(super) step: String,
    pub(super) category: String,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) wrong: String,
}

/// A text of the unit.
pub(super) struct OwnShown {
    pub(super) id: i64,
    pub(super) step: &'static str,
    pub(super) category: String,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) when: When,
    pub(super) by: String,
}

/// A text of the city pack.
pub(super) struct CityShown {
    pub(super) step: &'static str,
    pub(super) category: String,
    pub(super) title: String,
    pub(super) body: String,
}

/// The page; `?id=` puts a text of the unit into the form.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let own = desk.run(phrase::list).await?;
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let chosen = own.iter().find(|p| p.id.0.to_string() == asked.get("id")).map(|p| Form {
        id: p.id.0.to_string(),
        step: p.step.key().to_owned(),
        category: p.category.clone().unwrap_or_default(),
        title: p.title.clone(),
        body: p.body.clone(),
        wrong: String::new(),
    });
    Ok(html(&view(&desk, own, chosen.unwrap_or_default())))
}

/// Keeps a text; one that is not right comes back with everything that was typed.
pub(crate) async fn put(desk: Desk, fields: Fields) -> PageResult {
    let written = written(&fields)?;
    match desk.run(move |ctx| phrase::put(ctx, &written)).await {
        Ok(()) => Ok(see_other("/desk/phrases")),
        Err(WebError::App(AppError::Refused(refusal))) if refusal.field().is_some() => {
            again(&desk, &fields, refusal.sentence(desk.visit.lang)).await
        }
        Err(error) => Err(error),
    }
}

/// Lets a text go.
pub(crate) async fn remove(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = PhraseId(id.parse().map_err(|_| WebError::from(Refusal::NotFound))?);
    desk.run(move |ctx: &Ctx| phrase::remove(ctx, id)).await?;
    Ok(see_other("/desk/phrases"))
}

fn written(fields: &Fields) -> Result<Written, WebError> {
    let id = fields.opt("id").map(|id| id.parse().map(PhraseId)).transpose();
    Ok(Written {
        id: id.map_err(|_| WebError::from(Refusal::NotFound))?,
        step: PhraseStep::from_key(fields.get("step")).unwrap_or(PhraseStep::Answer),
        category: fields.opt("category").map(str::to_owned),
        title: fields.get("title").to_owned(),
        body: fields.get("body").to_owned(),
    })
}

async fn again(desk: &Desk, fields: &Fields, wrong: String) -> PageResult {
    let own = desk.run(phrase::list).await?;
    let text = |name: &str| fields.get(name).to_owned();
    let form = Form {
        id: text("id"),
        step: text("step"),
        category: text("category"),
        title: text("title"),
        body: text("body"),
        wrong,
    };
    let mut response = html(&view(desk, own, form));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

fn view(desk: &Desk, own: Vec<Own>, form: Form) -> PhrasesPage {
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let lang = s.lang;
    let category = |key: Option<&str>| key.map(|key| city.category_path(key, lang)).unwrap_or_default();
    let own = own.into_iter().map(|p| OwnShown {
        id: p.id.0,
        step: p.step.word(lang),
        category: category(p.category.as_deref()),
        when: s.when(&p.changed_at),
        title: p.title,
        body: p.body,
        by: p.changed_by,
    });
    let shipped = |p: &Phrase| CityShown {
        step: p.step.word(lang),
        category: category(p.category.as_deref()),
        title: p.title.get(lang).to_owned(),
        body: p.body.get(lang).to_owned(),
    };
    let choice = |step: &PhraseStep| Choice { key: step.key().to_owned(), name: step.word(lang).to_owned() };
    let variable = |v: &Variable| (format!("{{{}}}", v.key()), v.word(lang).to_owned());
    PhrasesPage {
        unit: words::unit_name(city, &desk.who.unit, lang),
        own: own.collect(),
        city: city.phrases.iter().map(shipped).collect(),
        steps: PhraseStep::ALL.iter().map(choice).collect(),
        categories: words::category_choices(city, lang),
        variables: Variable::ALL.iter().map(variable).collect(),
        form,
        notices: notice::may_edit(&desk.who, city),
        s,
    }
}
