//! 搁置的来信: mails that the program could not read, until somebody of the hotline has seen to them.

use askama::Template;
use axum::extract::Path;
use duban_app::{
    AppError,
    letter::aside::{self, Aside, Why},
};
use duban_domain::Refusal;

use crate::frame::{Desk, PageResult, Shell, WebError, When, html, see_other};

const PATH: &str = "/desk/letters";

#[derive(Template)]
#[template(path = "desk/letters_aside.html")]
struct AsidePage {
    s: Shell,
    waiting: usize,
    letters: Vec<Line>,
}

struct Line {
    id: i64,
    when: When,
    from: String,
    subject: String,
    why: &'static str,
    file: String,
    size: String,
    seen: Option<(When, String)>,
}

/// `GET /desk/letters`
pub(crate) async fn page(desk: Desk) -> PageResult {
    let letters = desk.run(aside::list).await?;
    let s = desk.shell();
    let letters: Vec<Line> = letters.into_iter().map(|letter| line(&s, letter)).collect();
    let waiting = letters.iter().filter(|letter| letter.seen.is_none()).count();
    Ok(html(&AsidePage { s, waiting, letters }))
}

fn line(s: &Shell, letter: Aside) -> Line {
    Line {
        id: letter.id,
        when: s.when(&letter.at),
        why: match letter.why {
            Why::TooLarge => s.t("太大", "too large"),
            Why::Unreadable => s.t("读不了", "cannot be read"),
        },
        size: format!("{:.1} MB", letter.bytes as f64 / f64::from(1 << 20)),
        seen: letter.seen.map(|(at, by)| (s.when(&at), by)),
        from: letter.from,
        subject: letter.subject,
        file: letter.file,
    }
}

/// `POST /desk/letters/{id}/seen`
pub(crate) async fn seen(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id: i64 = id.parse().map_err(|_| WebError::from(Refusal::NotFound))?;
    match desk.run(move |ctx| aside::see_to(ctx, id)).await {
        // A colleague was faster: it is seen to.
        Ok(()) | Err(WebError::App(AppError::Refused(Refusal::NoChange))) => Ok(see_other(PATH)),
        Err(error) => Err(error),
    }
}
