//! Errors at the edge: each becomes a status, a page in the visitor's language with what to do
//! next, and one log line with the reference number that the page shows.

use askama::Template;
use axum::{
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use duban_app::{AppError, media::UploadFault};
use duban_domain::{Lang, Refusal};

use super::{Visit, page, site::Site};

/// What handlers of pages return.
pub(crate) type PageResult = Result<Response, WebError>;

/// An error on its way to a page.
#[derive(Debug)]
pub(crate) enum WebError {
    /// From a use case.
    App(AppError),
    /// Nobody signed in.
    SignIn,
    /// The form cannot be read, in a sentence for both languages.
    BadForm(&'static str, &'static str),
    /// Too many guesses.
    Slow,
    /// No such page.
    NoPage,
    /// The form came from another site.
    Foreign,
}

impl From<AppError> for WebError {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<Refusal> for WebError {
    fn from(refusal: Refusal) -> Self {
        Self::App(refusal.into())
    }
}

/// An error as the outermost layer finds it; there it becomes a page or, for Open311, a document.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) status: StatusCode,
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl Note {
    pub(crate) fn sentence(&self, lang: Lang) -> &str {
        lang.t(&self.zh, &self.en)
    }
}

impl WebError {
    pub(crate) fn note(&self) -> Note {
        let note = |status, zh: &str, en: &str| Note { status, zh: zh.to_owned(), en: en.to_owned() };
        match self {
            Self::App(AppError::Refused(refusal)) => Note {
                status: status_of(refusal),
                zh: refusal.sentence(Lang::Zh),
                en: refusal.sentence(Lang::En),
            },
            Self::App(AppError::Upload(fault)) => {
                let (zh, en) = upload_words(*fault);
                note(StatusCode::UNPROCESSABLE_ENTITY, zh, en)
            }
            Self::App(AppError::Credentials) => note(
                StatusCode::FORBIDDEN,
                "对不上。请核对后再试；忘了的话，请打热线。",
                "That does not match. Check and try again; if you forgot it, call the hotline.",
            ),
            Self::App(error) if error.is_conflict() => Note {
                status: StatusCode::CONFLICT,
                zh: Refusal::Stale.sentence(Lang::Zh),
                en: Refusal::Stale.sentence(Lang::En),
            },
            Self::App(AppError::Store(_)) => note(
                StatusCode::SERVICE_UNAVAILABLE,
                "数据库这会儿没有应答，什么也没有记下。您填的还在，请过一分钟再交一次。",
                "The database does not answer just now; nothing was recorded. What you wrote is kept: send it again in a minute.",
            ),
            Self::App(AppError::Broken(_)) => note(
                StatusCode::INTERNAL_SERVER_ERROR,
                "这里出了错，不是您的问题。请再试一次；还不行，请把下面的编号告诉管理员。",
                "Something went wrong here, not with you. Try again; if it stays, give the reference below to the administrator.",
            ),
            Self::SignIn => note(StatusCode::UNAUTHORIZED, "请先登录。", "Please sign in."),
            Self::BadForm(zh, en) => note(StatusCode::UNPROCESSABLE_ENTITY, zh, en),
            Self::Slow => note(
                StatusCode::TOO_MANY_REQUESTS,
                "试得太多了。请等一分钟再试，或打热线。",
                "Too many tries. Wait a minute, or call the hotline.",
            ),
            Self::NoPage => note(
                StatusCode::NOT_FOUND,
                "没有这一页。请从首页重新找。",
                "There is no such page. Start again from the home page.",
            ),
            Self::Foreign => note(
                StatusCode::FORBIDDEN,
                "这张表单不是从本站交来的，没有记下。请回到本站的页面再交。",
                "This form did not come from this site and was not recorded. Go back to our page and send it from there.",
            ),
        }
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        if let Self::SignIn = self {
            return (StatusCode::SEE_OTHER, [(LOCATION, "/desk/login")]).into_response();
        }
        let note = self.note();
        if note.status.is_server_error() {
            tracing::error!(error = ?self, "a request failed");
        }
        let mut response = note.status.into_response();
        response.extensions_mut().insert(note);
        response
    }
}

fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NotFound | Refusal::NotItsRequest => StatusCode::NOT_FOUND,
        Refusal::MayNot(_) | Refusal::LeadOnly(_) | Refusal::OwnAnswer => StatusCode::FORBIDDEN,
        Refusal::Stale | Refusal::WrongPhase { .. } | Refusal::AlreadyHeard | Refusal::TooSoon => {
            StatusCode::CONFLICT
        }
        Refusal::UnknownUnit(_)
        | Refusal::UnknownCategory(_)
        | Refusal::UnknownDivision(_)
        | Refusal::SameUnit
        | Refusal::NeedsText(_)
        | Refusal::TooLong { .. }
        | Refusal::NeedsProof
        | Refusal::NeedsContact
        | Refusal::NoChange
        | Refusal::NeedsPlace
        | Refusal::BadPhone
        | Refusal::NeedsPhone => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

pub(crate) fn upload_words(fault: UploadFault) -> (&'static str, &'static str) {
    match fault {
        UploadFault::TooLarge => (
            "文件太大了，每个最多 12 MB。请缩小后再传。",
            "The file is too large: at most 12 MB each. Make it smaller and send it again.",
        ),
        UploadFault::TooMany => (
            "一次最多 6 个文件。其余的可以在补充材料里再传。",
            "At most 6 files at once. Add the others later.",
        ),
        UploadFault::Type => (
            "这种文件不收。请传照片（JPEG、PNG、WebP）或 PDF。",
            "Files of this kind are not taken. Send a photo (JPEG, PNG, WebP) or a PDF.",
        ),
        UploadFault::Broken => (
            "这张照片打不开。请重新拍一张或另存后再传。",
            "This picture cannot be read. Take it again, or save it anew and send that.",
        ),
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    s: super::Shell,
    status: u16,
    sentence: String,
    reference: String,
}

/// The page of an error, for people. The reference stands in the log too.
pub(crate) fn page(note: &Note, visit: &Visit, site: &Site) -> Response {
    let reference = format!("E{:08X}", site.app.entropy.number());
    tracing::info!(
        reference,
        status = note.status.as_u16(),
        path = visit.uri.path(),
        "an error page was shown"
    );
    let view = ErrorPage {
        s: visit.shell(site),
        status: note.status.as_u16(),
        sentence: note.sentence(visit.lang).to_owned(),
        reference,
    };
    let mut response = page::html(&view);
    *response.status_mut() = note.status;
    response
}
