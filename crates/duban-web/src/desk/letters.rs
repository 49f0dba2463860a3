//! 来信: the mails behind a case with everything that was quoted in them; the case itself shows what was new.

use askama::Template;
use axum::extract::Path;
use duban_app::letter;
use duban_domain::{Number, Refusal};

use crate::frame::{Desk, PageResult, Shell, When, html};

#[derive(Template)]
#[template(path = "desk/letters.html")]
struct LettersPage {
    s: Shell,
    number: Number,
    letters: Vec<Line>,
}

struct Line {
    when: When,
    number: String,
    subject: String,
    text: String,
}

/// `GET /desk/cases/{number}/letters`
pub(crate) async fn page(desk: Desk, Path(number): Path<String>) -> PageResult {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    let of = number.clone();
    let letters = desk.run(move |ctx| letter::of_case(ctx, &of)).await?;
    let s = desk.shell();
    let line = |(at, number, original): (_, Number, letter::Original)| Line {
        when: s.when(&at),
        number: number.grouped(),
        subject: original.subject,
        text: original.text,
    };
    Ok(html(&LettersPage { letters: letters.into_iter().map(line).collect(), number, s }))
}
