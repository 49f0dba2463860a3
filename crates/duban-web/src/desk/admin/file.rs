//! One file of the pack as text: for what has no form of its own. The same check as everywhere.

use askama::Template;
use duban_app::{
    AppError, Ctx,
    administration::pack::{self, Saved},
};
use duban_domain::{Refusal, city::AccessRules, gazetteer::Register, retention::RetentionRules};

use super::{FaultShown, shown};
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, html, html_again, see_other};

#[derive(Template)]
#[template(path = "admin/file.html")]
pub(super) struct FilePage {
    s: Shell,
    path: String,
    text: String,
    version: i64,
    faults: Vec<FaultShown>,
    wrong: String,
}

/// The file.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let standing = desk.run(pack::standing).await?;
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let path = allowed(&desk, asked.get("path"))?;
    let text = standing
        .files
        .get(&path)
        .cloned()
        .or_else(|| fresh(&path))
        .ok_or(WebError::from(Refusal::NotFound))?;
    let (faults, wrong) = (Vec::new(), String::new());
    Ok(html(&FilePage { s: desk.shell(), path, text, version: standing.version, faults, wrong }))
}

/// What a file that may be left out begins with.
fn fresh(path: &str) -> Option<String> {
    let begin = [
        (AccessRules::FILE, AccessRules::FRESH),
        (Register::FILE, Register::FRESH),
        (RetentionRules::FILE, RetentionRules::FRESH),
    ];
    begin.into_iter().find(|(file, _)| *file == path).map(|(_, text)| text.to_owned())
}

/// Keeps it, or shows it again with what is wrong.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    let path = allowed(&desk, fields.get("path"))?;
    let text = format!("{}\n", fields.get("text").replace("\r\n", "\n"));
    let version: i64 = fields.get("version").parse().unwrap_or(0);
    let (own, new) = (path.clone(), text.clone());
    let (faults, wrong) = match desk.run(move |ctx| keep(ctx, &own, &new, version)).await {
        Ok(Saved::Done(..)) => return Ok(see_other("/desk/city?saved=1")),
        Ok(Saved::Faulty(faults)) => (shown(&faults, desk.visit.lang), String::new()),
        Err(error) => (Vec::new(), sentence(&desk, error)?),
    };
    // Whoever has read what happened saves over the version that holds by then.
    let version = if wrong.is_empty() { version } else { desk.run(pack::standing).await?.version };
    Ok(html_again(&FilePage { s: desk.shell(), path, text, version, faults, wrong }))
}

fn keep(ctx: &Ctx, path: &str, text: &str, version: i64) -> Result<Saved, AppError> {
    pack::change(ctx, "file", Some(version), |files| {
        files.insert(path.to_owned(), text.to_owned());
        Ok(())
    })
}

/// The sentence of a refusal that the form can answer to; any other error goes on.
fn sentence(desk: &Desk, error: WebError) -> Result<String, WebError> {
    match error {
        WebError::App(AppError::Refused(Refusal::Stale)) => Ok(desk
            .visit
            .lang
            .t(
                "这期间别人改了城市包，没有存。您写的都在下面：请另开一页看现在的文件，把两边合在一起再存。",
                "Somebody changed the pack meanwhile, so nothing was saved. What you wrote is below: open the file as it is now beside this page, bring both together and save again.",
            )
            .to_owned()),
        WebError::App(AppError::Refused(refusal @ (Refusal::NoChange | Refusal::Guard(_)))) => {
            Ok(refusal.sentence(desk.visit.lang))
        }
        other => Err(other),
    }
}

fn allowed(desk: &Desk, path: &str) -> Result<String, WebError> {
    let action = pack::action_for(path);
    if desk.who.can(action) { Ok(path.to_owned()) } else { Err(Refusal::MayNot(action).into()) }
}
