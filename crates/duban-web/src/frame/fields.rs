//! What a form sent: fields and files, whichever way the browser packed them.

use axum::http::StatusCode;
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, multipart::Field},
    http::header::CONTENT_TYPE,
};
use duban_app::media::{self, NewMedia, UploadFault};

use super::error::WebError;

/// Most bytes of a form without files, and of one text of a form with files.
pub(crate) const TEXT_BYTES_MAX: usize = 512 << 10;
/// Most bytes of a whole form with files.
pub(crate) const FORM_BYTES_MAX: usize = media::FILES_MAX * media::FILE_BYTES_MAX + (1 << 20);

/// The fields and files of a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    values: Vec<(String, String)>,
    files: Vec<(String, String, Bytes)>,
}

impl Fields {
    /// From the query of an address.
    pub(crate) fn of_query(query: &str) -> Self {
        let values =
            form_urlencoded::parse(query.as_bytes()).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        Self { values, files: Vec::new() }
    }

    /// The last value of a field, trimmed; empty when it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.values.iter().rev().find(|(k, _)| k == name).map_or("", |(_, v)| v.trim())
    }

    /// As [`Fields::get`], none when empty.
    pub(crate) fn opt(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|v| !v.is_empty())
    }

    /// Every value of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values.iter().filter(move |(k, v)| k == name && !v.trim().is_empty()).map(|(_, v)| v.trim())
    }

    /// Every field, in the order sent.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// The files of a field, looked at: type by content, limits, pictures encoded anew. Slow: call it
    /// where waiting is allowed.
    pub(crate) fn media(&self, name: &str) -> Result<Vec<NewMedia>, UploadFault> {
        let files: Vec<_> =
            self.files.iter().filter(|(k, _, bytes)| k == name && !bytes.is_empty()).collect();
        if files.len() > media::FILES_MAX {
            return Err(UploadFault::TooMany);
        }
        files.into_iter().map(|(_, file, bytes)| media::take(file, bytes)).collect()
    }

    /// The beginning of the first file of a field.
    pub(crate) fn head(&self, name: &str, bytes_max: usize) -> &[u8] {
        let file = self.files.iter().find(|(k, ..)| k == name);
        file.map_or(&[], |(.., bytes)| &bytes[..bytes.len().min(bytes_max)])
    }

    /// A text part, bounded: only files may be large.
    async fn text(mut part: Field<'_>) -> Result<String, WebError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(|e| unread(e.status()))? {
            if bytes.len() + chunk.len() > TEXT_BYTES_MAX {
                return Err(WebError::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        String::from_utf8(bytes).map_err(|_| BROKEN)
    }

    async fn multipart(mut form: Multipart) -> Result<Self, WebError> {
        let mut fields = Self::default();
        while let Some(part) = form.next_field().await.map_err(|e| unread(e.status()))? {
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(file) => {
                    let bytes = part.bytes().await.map_err(|e| unread(e.status()))?;
                    fields.files.push((name, file, bytes));
                }
                None => fields.values.push((name, Self::text(part).await?)),
            }
        }
        Ok(fields)
    }
}

const BROKEN: WebError =
    WebError::BadForm("表单没有传完整。请再交一次。", "The form did not arrive whole. Please send it again.");

/// A form that could not be read to its end: too large, or broken off.
fn unread(status: StatusCode) -> WebError {
    if status == StatusCode::PAYLOAD_TOO_LARGE { WebError::TooLarge } else { BROKEN }
}

/// The first characters of a text: what the rules look at must be bounded before they look.
pub(crate) fn cut(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(end, _)| &text[..end])
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebError> {
        const WRONG: WebError = WebError::BadForm(
            "没有看懂这张表单。请从本站的页面再交一次。",
            "This form could not be read. Send it from our page.",
        );
        let packed =
            request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        if packed.starts_with("multipart/form-data") {
            return Self::multipart(Multipart::from_request(request, state).await.map_err(|_| WRONG)?).await;
        }
        let body = Bytes::from_request(request, state).await.map_err(|e| unread(e.status()))?;
        if body.len() > TEXT_BYTES_MAX {
            return Err(WebError::TooLarge);
        }
        let text = std::str::from_utf8(&body).map_err(|_| WRONG)?;
        Ok(Self::of_query(text))
    }
}
