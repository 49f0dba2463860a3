//! 存证: a person's receipt, the page where anybody checks one, and the log as those read it who follow it.
//!
//! What the log shows everybody are digests; the words of a request are in its person's receipt alone.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use duban_app::{
    AppError,
    proof::{self, Proved},
};
use duban_domain::{
    Lang, Number, Refusal,
    proof::{note::Verifier, receipt::Flaw},
};

use super::track;
use crate::frame::{
    Fields, PageResult, Shell, Site, Visit, WebError, html, page::html_again, see_other, when::When,
};

#[derive(Template)]
#[template(path = "resident/verify.html")]
pub(super) struct VerifyPage {
    s: Shell,
    typed: String,
    key: String,
    fault: Option<&'static str>,
    proved: Option<Shown>,
}

/// What a receipt proves, as the page says it.
pub(super) struct Shown {
    number: String,
    at: When,
    title: String,
    text: String,
    place: String,
    size: u64,
    still: Option<bool>,
}

#[derive(Template)]
#[template(path = "resident/receipt_soon.html")]
pub(super) struct SoonPage {
    s: Shell,
    number: String,
}

/// `GET /track/{number}/receipt`: the receipt as a file; a page that says so as long as there is none.
pub(crate) async fn receipt(
    State(site): State<Site>,
    visit: Visit,
    Path(number): Path<String>,
) -> PageResult {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    let Some(known) = track::open(&site, &visit, &number).await? else {
        return Ok(see_other(&format!("/track/{number}")));
    };
    match site.run(move |app| proof::of_request(app, &known)).await? {
        Some(receipt) => Ok(file(&number, receipt.text())),
        None => Ok(html(&SoonPage { s: visit.shell(&site), number: number.digits().to_owned() })),
    }
}

fn file(number: &Number, text: String) -> Response {
    let mut response = plain(text);
    if let Ok(name) = HeaderValue::try_from(format!("attachment; filename=\"duban-receipt-{number}.txt\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

fn plain(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// `GET /verify`
pub(crate) async fn page(State(site): State<Site>, visit: Visit) -> PageResult {
    let key = own_key(&site).await?;
    Ok(html(&VerifyPage { s: visit.shell(&site), typed: String::new(), key, fault: None, proved: None }))
}

/// `POST /verify`
pub(crate) async fn check(State(site): State<Site>, visit: Visit, fields: Fields) -> PageResult {
    let (typed, given) = (fields.get("receipt").to_owned(), fields.get("key").to_owned());
    let (s, lang) = (visit.shell(&site), visit.lang);
    let again = |fault, key| VerifyPage { s, typed: typed.clone(), key, fault: Some(fault), proved: None };
    let key = Verifier::parse(&given);
    if key.is_none() && !given.is_empty() {
        return Ok(html_again(&again(no_key(lang), given)));
    }
    let text = typed.clone();
    match site.run(move |app| proof::check(app, &text, key.as_ref())).await? {
        Err(flaw) => Ok(html_again(&again(sentence(flaw, lang), given))),
        Ok(proved) => {
            let proved = Some(shown(&site, &visit, proved));
            Ok(html(&VerifyPage { s: visit.shell(&site), typed, key: given, fault: None, proved }))
        }
    }
}

fn shown(site: &Site, visit: &Visit, proved: Proved) -> Shown {
    Shown {
        number: proved.said.number,
        at: When::new(proved.received_at, site.app.now(), &site.app.city.zone, visit.lang),
        title: proved.said.title,
        text: proved.said.text,
        place: proved.said.place,
        size: proved.size,
        still: proved.still,
    }
}

async fn own_key(site: &Site) -> Result<String, WebError> {
    site.run(|app| Ok::<_, AppError>(app.log()?.verifier.text())).await
}

fn no_key(lang: Lang) -> &'static str {
    lang.t(
        "公钥读不懂。整行复制：名字、加号、八位、加号、一串字母。",
        "This key cannot be read. Copy the whole line: a name, a plus sign, eight digits, a plus sign, letters.",
    )
}

fn sentence(flaw: Flaw, lang: Lang) -> &'static str {
    match flaw {
        Flaw::Unreadable => lang.t(
            "这不是一份完整的回执。把文件从头到尾全部复制进来，一个字都不要少。",
            "This is not a whole receipt. Copy the file from its first line to its last.",
        ),
        Flaw::Signature => lang.t(
            "签名对不上这把公钥：回执被改过，或者是别的城市的。",
            "The signature is not of this key: the receipt was changed, or is of another city.",
        ),
        Flaw::Words => lang.t(
            "回执里的话、编号或时间和当时登记的不一样：被改过。",
            "The words, the number or the time are not those that were taken in: they were changed.",
        ),
    }
}

/// `GET /log/{file}`: the newest signed root, or the key that signs.
pub(crate) async fn log(State(site): State<Site>, Path(file): Path<String>) -> PageResult {
    let text = match file.as_str() {
        "checkpoint" => site.run(proof::head).await?,
        "key" => Some(own_key(&site).await? + "\n"),
        _ => None,
    };
    text.map(plain).ok_or(WebError::NoPage)
}

/// `GET /log/tile/{level}/{*place}`: digests, addressed as C2SP `tlog-tiles` has it.
pub(crate) async fn tile(
    State(site): State<Site>,
    Path((level, place)): Path<(String, String)>,
) -> PageResult {
    let (level, (position, width)) =
        level.parse::<u8>().ok().zip(place_of(&place)).ok_or(WebError::NoPage)?;
    let mut hashes = site.run(move |app| proof::tile(app, level, position)).await?;
    // A tile that is not full yet is not there under the name of a full one.
    if hashes.len() < width {
        return Err(WebError::NoPage);
    }
    hashes.truncate(width);
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], hashes.concat()).into_response())
}

/// `x001/x234/067` or `067.p/12`: a position, and how many digests.
fn place_of(place: &str) -> Option<(u64, usize)> {
    let (path, width) = match place.split_once(".p/") {
        Some((path, width)) => (path, width.parse().ok().filter(|width| (1..256).contains(width))?),
        None => (place, 256),
    };
    let parts: Vec<&str> = path.split('/').collect();
    let last = parts.len().checked_sub(1)?;
    let mut position = 0_u64;
    for (at, part) in parts.iter().enumerate() {
        let digits = if at < last { part.strip_prefix('x')? } else { part };
        if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        position = position.checked_mul(1_000)?.checked_add(digits.parse().ok()?)?;
    }
    Some((position, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_addressed_as_c2sp_has_it() {
        assert_eq!(place_of("000"), Some((0, 256)));
        assert_eq!(place_of("x001/x234/067"), Some((1_234_067, 256)));
        assert_eq!(place_of("067.p/12"), Some((67, 12)));
        for wrong in ["", "0", "x001", "001/002", "000.p/0", "000.p/256", "000.p/", "-01", "x99/999"] {
            assert_eq!(place_of(wrong), None, "{wrong:?}");
        }
    }
}
