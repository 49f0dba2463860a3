//! Errors at the edge: each becomes a status, a page in the visitor's language with what to do
//! next, and one log line with the reference number that the page shows.

use askama::Template;
use axum::{
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use duban_app::{AppError, media::UploadFault};
use duban_domain::{Lang, Refusal, knowledge::Flaw, policy::Guard, service::HallRefusal};

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
    /// More was sent than is taken.
    TooLarge,
    /// Too many guesses.
    Slow,
    /// No such page.
    NoPage,
    /// The address is not called that way.
    Method,
    /// The form came from another site.
    Foreign,
    /// What only one door says, ready to be said.
    Said(Box<Note>),
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
    /// What lies behind it, for the log only.
    pub(crate) cause: Option<String>,
    /// Its name, stable.
    pub(crate) key: &'static str,
    /// The field that it is about.
    pub(crate) field: Option<&'static str>,
}

impl Note {
    pub(crate) fn sentence(&self, lang: Lang) -> &str {
        lang.t(&self.zh, &self.en)
    }
}

impl WebError {
    pub(crate) fn note(&self) -> Note {
        let (status, zh, en) = match self {
            Self::App(error) => return Note { cause: Some(format!("{self:?}")), ..of_app(error) },
            Self::Said(note) => return (**note).clone(),
            Self::SignIn => (StatusCode::UNAUTHORIZED, "请先登录。", "Please sign in."),
            Self::BadForm(zh, en) => (StatusCode::UNPROCESSABLE_ENTITY, *zh, *en),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "太大了，没有收下。一段文字最多 20,000 个字，照片和文件一共不能太多。按浏览器的“返回”回到表单，写的还在；减一些再交。",
                "Too large, and not taken. A text may have 20,000 characters, and photos or files may not be too many. Go back in your browser, where what you wrote still is, and send less.",
            ),
            Self::Slow => (
                StatusCode::TOO_MANY_REQUESTS,
                "试得太多了。请等一分钟再试，或打热线。",
                "Too many tries. Wait a minute, or call the hotline.",
            ),
            Self::NoPage => (
                StatusCode::NOT_FOUND,
                "没有这一页。请从首页重新找。",
                "There is no such page. Start again from the home page.",
            ),
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "这个地址不能这样用。请从首页重新找。",
                "This address cannot be used that way. Start again from the home page.",
            ),
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                "这张表单不是从本站交来的，没有记下。请回到本站的页面再交。",
                "This form did not come from this site and was not recorded. Go back to our page and send it from there.",
            ),
        };
        Note { cause: Some(format!("{self:?}")), ..words(status, zh, en) }
    }
}

/// The name of what has no other.
fn plain_key(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not-found",
        405 => "method-not-allowed",
        409 => "stale",
        413 => "too-large",
        429 => "too-many",
        503 => "unavailable",
        500..=599 => "broken",
        _ => "bad-request",
    }
}

fn words(status: StatusCode, zh: &str, en: &str) -> Note {
    let (zh, en) = (zh.to_owned(), en.to_owned());
    Note { status, zh, en, cause: None, key: plain_key(status), field: None }
}

/// The error of a use case, without its cause.
fn of_app(error: &AppError) -> Note {
    match error {
        AppError::Refused(refusal) => {
            let note = words(status_of(refusal), &refusal.sentence(Lang::Zh), &refusal.sentence(Lang::En));
            Note { key: refusal.key(), field: refusal.field(), ..note }
        }
        AppError::Upload(fault) => {
            let (zh, en) = upload_words(*fault);
            words(StatusCode::UNPROCESSABLE_ENTITY, &zh, &en)
        }
        AppError::Credentials => words(
            StatusCode::FORBIDDEN,
            "对不上。请核对后再试；忘了的话，请打热线。",
            "That does not match. Check and try again; if you forgot it, call the hotline.",
        ),
        error if error.is_conflict() => words(
            StatusCode::CONFLICT,
            &Refusal::Stale.sentence(Lang::Zh),
            &Refusal::Stale.sentence(Lang::En),
        ),
        error if error.is_in_doubt() => words(
            StatusCode::SERVICE_UNAVAILABLE,
            "数据库在记下的那一刻出了故障：可能已经记下，也可能没有。请先看一看有没有，没有再交一次。",
            "The database failed while recording: it may have been recorded, or not. Look first, and send it again only if it is not there.",
        ),
        error if error.is_full() => words(
            StatusCode::INSUFFICIENT_STORAGE,
            "存放数据的磁盘满了，什么也没有记下。您填的还在；管理员腾出空间后再交一次，急事请打热线。",
            "The disk that keeps the data is full; nothing was recorded. What you wrote is kept: send it again once the administrator has made room, and call the hotline if it is urgent.",
        ),
        error if error.is_disk() => words(
            StatusCode::SERVICE_UNAVAILABLE,
            "存放数据的磁盘出了故障，什么也没有记下。您填的还在；请告诉管理员，急事请打热线。",
            "The disk that keeps the data fails; nothing was recorded. What you wrote is kept: tell the administrator, and call the hotline if it is urgent.",
        ),
        AppError::Store(_) => words(
            StatusCode::SERVICE_UNAVAILABLE,
            "数据库这会儿没有应答，什么也没有记下。您填的还在，请过一分钟再交一次。",
            "The database does not answer just now; nothing was recorded. What you wrote is kept: send it again in a minute.",
        ),
        AppError::Broken(_) | AppError::File(_) => words(
            StatusCode::INTERNAL_SERVER_ERROR,
            "这里出了错，不是您的问题。请再试一次；还不行，请把编号告诉管理员。",
            "Something went wrong here, not with you. Try again; if it stays, give the reference to the administrator.",
        ),
    }
}

/// The note of an answer that no code of ours made: a wrong method, a parameter that cannot be read.
pub(crate) fn of_status(status: StatusCode) -> Note {
    let error = match status {
        StatusCode::METHOD_NOT_ALLOWED => WebError::Method,
        StatusCode::PAYLOAD_TOO_LARGE => WebError::TooLarge,
        status if status.is_server_error() => {
            WebError::App(AppError::Broken("an answer was cut short: see the line before this one"))
        }
        _ => WebError::NoPage,
    };
    error.note()
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        if let Self::SignIn = self {
            return (StatusCode::SEE_OTHER, [(LOCATION, "/desk/login")]).into_response();
        }
        let note = self.note();
        let mut response = note.status.into_response();
        response.extensions_mut().insert(note);
        response
    }
}

fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NotFound | Refusal::NotItsRequest => StatusCode::NOT_FOUND,
        Refusal::MayNot(_) | Refusal::LeadOnly(_) | Refusal::OwnAnswer => StatusCode::FORBIDDEN,
        Refusal::Guard(Guard::OwnPower) | Refusal::Hall(HallRefusal::OwnApplication) => StatusCode::FORBIDDEN,
        Refusal::Hall(HallRefusal::UnknownService) => StatusCode::NOT_FOUND,
        Refusal::Hall(HallRefusal::CardUsed | HallRefusal::Elsewhere(_) | HallRefusal::Books(_)) => {
            StatusCode::CONFLICT
        }
        Refusal::Guard(Guard::Barred { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Guard(Guard::SecondThere | Guard::SecondStays) => StatusCode::CONFLICT,
        Refusal::Guard(Guard::LastOne(_)) => StatusCode::CONFLICT,
        Refusal::Stale
        | Refusal::WrongPhase { .. }
        | Refusal::AlreadyHeard
        | Refusal::CallTaken
        | Refusal::NothingToJudge
        | Refusal::TooLate
        | Refusal::TooSoon => StatusCode::CONFLICT,
        Refusal::Obstacle(obstacle) if obstacle.is_conflict() => StatusCode::CONFLICT,
        Refusal::Knowledge(Flaw::Newer) => StatusCode::CONFLICT,
        Refusal::Obstacle(_)
        | Refusal::Knowledge(_)
        | Refusal::Guard(_)
        | Refusal::Hall(_)
        | Refusal::UnknownUnit(_)
        | Refusal::UnknownCategory(_)
        | Refusal::UnknownDivision(_)
        | Refusal::UnknownLabel { .. }
        | Refusal::SameUnit
        | Refusal::NeedsText(_)
        | Refusal::TooLong { .. }
        | Refusal::NeedsProof
        | Refusal::NeedsContact
        | Refusal::NoChange
        | Refusal::NeedsPlace
        | Refusal::BadPhone
        | Refusal::BadMail
        | Refusal::NeedsPhone
        | Refusal::NeedsCode
        | Refusal::UnknownVariable(_)
        | Refusal::TooManyRows { .. }
        | Refusal::Misanswered(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

pub(crate) fn upload_words(fault: UploadFault) -> (String, String) {
    let (zh, en) = match fault {
        UploadFault::TooLarge { megabytes_max } => {
            return (
                format!("文件太大了，每个最多 {megabytes_max} MB。请缩小后再传。"),
                format!(
                    "The file is too large: at most {megabytes_max} MB each. Make it smaller and send it again."
                ),
            );
        }
        UploadFault::TooMany { count_max } => {
            return (
                format!("一次最多 {count_max} 个文件。其余的可以在补充材料里再传。"),
                format!("At most {count_max} files at once. Add the others later."),
            );
        }
        UploadFault::TooManyVideos { count_max } => {
            return (
                format!("一次最多 {count_max} 段视频。其余的可以在补充材料里再传。"),
                format!("At most {count_max} video at once. Add the others later."),
            );
        }
        UploadFault::Long { seconds_max } => {
            return (
                format!("视频太长了，最多 {seconds_max} 秒。请剪短再传，或者拍几张照片。"),
                format!("The video is too long: at most {seconds_max} seconds. Cut it, or take some photos."),
            );
        }
        UploadFault::Video => (
            "这段视频打不开。请用手机自带的相机重新拍一段（MP4、MOV 或 WebM）再传。",
            "This video cannot be read. Film it anew with the camera of your phone (MP4, MOV or WebM) and send that.",
        ),
        UploadFault::Pieces => (
            "这段视频是分段的（像直播那样），没法去掉里面可能有的位置，没有收。请在相册里另存为普通 MP4 再传。",
            "This video lies in pieces, as a broadcast does, and the place that may be hidden in it cannot be removed, so it was not taken. Save it as an ordinary MP4 and send that.",
        ),
        UploadFault::Hides => (
            "这段视频里除了画面和声音还有别的，可能有拍摄位置，去不掉，没有收。请在相册里另存一份再传。",
            "There is more in this video than picture and sound, perhaps the place, and it cannot be removed, so it was not taken. Save a copy in your gallery and send that.",
        ),
        UploadFault::Busy => (
            "这会儿传照片的人太多，照片没有收下。您写的都还在，请过一分钟再选照片交一次。",
            "Too many people are sending photos just now, so yours were not taken. What you wrote is kept: choose them again in a minute.",
        ),
        UploadFault::Heic => (
            "这是 HEIC 格式的照片，这里打不开。请到手机“设置 › 相机 › 格式”选“兼容性最佳”再拍，或者把照片截个屏，传截屏。",
            "This photo is in the HEIC format, which cannot be opened here. Choose “Most Compatible” under Settings › Camera › Formats and take it again, or take a screenshot of it and send that.",
        ),
        UploadFault::Type => (
            "这种文件不收。请传照片（JPEG、PNG、WebP）、短视频（MP4、MOV、WebM）或 PDF。",
            "Files of this kind are not taken. Send a photo (JPEG, PNG, WebP), a short video (MP4, MOV, WebM) or a PDF.",
        ),
        UploadFault::Broken => (
            "这张照片打不开。请重新拍一张或另存后再传。",
            "This picture cannot be read. Take it again, or save it anew and send that.",
        ),
    };
    (zh.to_owned(), en.to_owned())
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    s: super::Shell,
    status: u16,
    sentence: String,
    reference: String,
}

/// Writes the one log line of an error; returns the reference under which it stands there.
pub(crate) fn logged(note: &Note, path: &str, site: &Site) -> String {
    let reference = format!("E{:08X}", site.app.entropy.number());
    // These addresses hold a key that opens something.
    let path = ["/password/", "/go/", "/task/", "/cti/", "/alerts/"]
        .into_iter()
        .find(|begin| path.starts_with(begin))
        .unwrap_or(path);
    let (status, cause) = (note.status.as_u16(), note.cause.as_deref().unwrap_or_default());
    if note.status.is_server_error() {
        tracing::error!(reference, status, path, cause, "a request failed");
    } else {
        tracing::info!(reference, status, path, cause, "a request was answered with an error");
    }
    reference
}

/// The page of an error, for people. The reference stands in the log too.
pub(crate) fn page(note: &Note, visit: &Visit, site: &Site) -> Response {
    let reference = logged(note, visit.uri.path(), site);
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
