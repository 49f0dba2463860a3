//! What a form sent: fields and files, whichever way the browser packed them.
//!
//! What is too much is read and forgotten, so that the form can come back with every word; only so
//! many forms with files are in memory at once, and nobody may send one for ever.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use axum::{
    body::Bytes,
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::header::CONTENT_TYPE,
};
use duban_app::media::{self, MediaRules, NewMedia, UploadFault};
use duban_domain::city::Settings;
use sha2::{Digest, Sha256};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

use super::{
    Visit,
    error::WebError,
    kept,
    site::{Live, Site},
};

/// Most bytes of a form without files, and of one text of a form with files.
pub(crate) const TEXT_BYTES_MAX: usize = 512 << 10;
/// Most bytes of a whole form with files. More than any city takes: what is over its limit is read, so
/// that the rest of the form is not lost, and not kept.
pub(crate) const FORM_BYTES_MAX: usize = 256 << 20;
/// Most bytes of a document with files in base64, which is read as a whole.
pub(crate) const PROOF_BYTES_MAX: usize = 33 << 20;
/// How long a whole form may take to arrive: six photos over a thin line.
const FORM_TIME_MAX: Duration = Duration::from_secs(600);

/// The fields and files of a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    values: Vec<(String, String)>,
    files: Vec<File>,
    /// The place in memory that the files take; free again when the form is done with.
    place: Option<Arc<OwnedSemaphorePermit>>,
}

/// A file of a form.
#[derive(Clone, Debug)]
struct File {
    field: String,
    name: String,
    body: Content,
}

/// What was kept of a file.
#[derive(Clone, Debug)]
enum Content {
    Whole(Bytes),
    /// Over the limit of the city: so many megabytes.
    Large(u32),
    /// There was no place for it at this moment.
    Crowded,
}

impl Fields {
    /// From the query of an address.
    pub(crate) fn of_query(query: &str) -> Self {
        let values =
            form_urlencoded::parse(query.as_bytes()).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        Self { values, ..Self::default() }
    }

    /// The last value of a field, trimmed; empty when it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.values.iter().rev().find(|(k, _)| k == name).map_or("", |(_, v)| v.trim())
    }

    /// As [`Fields::get`], none when empty.
    pub(crate) fn opt(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|v| !v.is_empty())
    }

    /// Sets a field as if it had been sent.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.values.push((name.to_owned(), value.to_owned()));
    }

    /// Every value of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values.iter().filter(move |(k, v)| k == name && !v.trim().is_empty()).map(|(_, v)| v.trim())
    }

    /// Every field, in the order sent.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// A digest of everything that was sent, none without the nonce of a page: the same form sent twice
    /// has the same one, the same page sent with other words has not.
    pub(crate) fn once(&self) -> Option<Vec<u8>> {
        self.opt("form")?;
        let mut digest = Sha256::new();
        let mut put = |part: &[u8]| {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        };
        for (name, value) in &self.values {
            put(name.as_bytes());
            put(value.as_bytes());
        }
        for file in &self.files {
            put(file.field.as_bytes());
            put(file.name.as_bytes());
            if let Content::Whole(bytes) = &file.body {
                put(bytes);
            }
        }
        Some(digest.finalize().to_vec())
    }

    /// The files of a field, looked at: type by content, limits, pictures encoded anew. Slow: call it
    /// where waiting is allowed.
    pub(crate) fn media(&self, name: &str, settings: &Settings) -> Result<Vec<NewMedia>, UploadFault> {
        Self::looked_at(self.files.iter().filter(|file| file.field == name).collect(), settings)
    }

    /// As [`Fields::media`], every file whatever its field is called: other systems have names of their own.
    pub(crate) fn every_media(&self, settings: &Settings) -> Result<Vec<NewMedia>, UploadFault> {
        Self::looked_at(self.files.iter().collect(), settings)
    }

    fn looked_at(sent: Vec<&File>, settings: &Settings) -> Result<Vec<NewMedia>, UploadFault> {
        let rules = MediaRules::of(settings);
        let mut whole = Vec::with_capacity(sent.len());
        for file in &sent {
            match &file.body {
                Content::Whole(bytes) => whole.push((file.name.as_str(), bytes.as_ref())),
                _ if sent.len() > rules.count_max() as usize => {
                    return Err(UploadFault::TooMany { count_max: rules.photos.count_max });
                }
                Content::Large(megabytes_max) => {
                    return Err(UploadFault::TooLarge { megabytes_max: *megabytes_max });
                }
                Content::Crowded => return Err(UploadFault::Busy),
            }
        }
        media::take_all(&rules, whole.into_iter())
    }

    /// The beginning of the first file of a field.
    pub(crate) fn head(&self, name: &str, bytes_max: usize) -> &[u8] {
        let whole = self.files.iter().find(|file| file.field == name).map(|file| &file.body);
        match whole {
            Some(Content::Whole(bytes)) => &bytes[..bytes.len().min(bytes_max)],
            Some(Content::Large(_) | Content::Crowded) | None => &[],
        }
    }

    /// A text part, bounded: only files may be large.
    async fn text(mut part: Field<'_>, site: &Site) -> Result<String, WebError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = soon(part.chunk(), site).await? {
            if bytes.len() + chunk.len() > TEXT_BYTES_MAX {
                return Err(WebError::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        String::from_utf8(bytes).map_err(|_| BROKEN)
    }

    /// A file part, to its end. An empty one is a field in which nothing was chosen.
    async fn file(&mut self, mut part: Field<'_>, site: &Site) -> Result<Option<Content>, WebError> {
        let rules = MediaRules::of(&site.app.city.settings);
        let (mut bytes, mut over) = (Vec::new(), None);
        while let Some(chunk) = soon(part.chunk(), site).await? {
            if over.is_some() || chunk.is_empty() {
                continue;
            }
            if self.place.is_none() {
                self.place = site.place_for_files().await.map(Arc::new);
            }
            if self.place.is_none() {
                over = Some(Content::Crowded);
                continue;
            }
            bytes.extend_from_slice(&chunk);
            // Its beginning says whether it is a video, which may be larger than a photo.
            let bytes_max = rules.bytes_max(&bytes);
            if bytes.len() > bytes_max as usize || self.files.len() >= rules.count_max() as usize {
                over = Some(Content::Large(bytes_max >> 20));
                bytes = Vec::new();
            }
        }
        Ok(over.or_else(|| (!bytes.is_empty()).then(|| Content::Whole(bytes.into()))))
    }

    async fn multipart(mut form: Multipart, site: &Site) -> Result<Self, WebError> {
        let mut fields = Self::default();
        while let Some(part) = soon(form.next_field(), site).await? {
            let field = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(name) => {
                    let body = fields.file(part, site).await?;
                    fields.files.extend(body.map(|body| File { field, name, body }));
                }
                None => fields.values.push((field, Self::text(part, site).await?)),
            }
        }
        Ok(fields)
    }

    async fn read(request: Request, site: &Site) -> Result<Self, WebError> {
        let packed =
            request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        if packed.starts_with("multipart/form-data") {
            return Self::multipart(Multipart::from_request(request, site).await.map_err(|_| WRONG)?, site)
                .await;
        }
        let body = Bytes::from_request(request, site).await.map_err(|e| unread(e.status()))?;
        if body.len() > TEXT_BYTES_MAX {
            return Err(WebError::TooLarge);
        }
        let text = std::str::from_utf8(&body).map_err(|_| WRONG)?;
        Ok(Self::of_query(text))
    }
}

/// The next piece of a form, if it comes before patience ends.
async fn soon<T>(piece: impl Future<Output = Result<T, MultipartError>>, site: &Site) -> Result<T, WebError> {
    timeout(site.patience, piece).await.map_err(|_| BROKEN)?.map_err(|error| unread(error.status()))
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

const WRONG: WebError = WebError::BadForm(
    "没有看懂这张表单。请从本站的页面再交一次。",
    "This form could not be read. Send it from our page.",
);

impl FromRequest<Live> for Fields {
    type Rejection = WebError;

    async fn from_request(request: Request, live: &Live) -> Result<Self, WebError> {
        Self::of_request(request, &live.at_hand()).await
    }
}

impl Fields {
    /// What a request sent.
    pub(crate) async fn of_request(request: Request, site: &Site) -> Result<Self, WebError> {
        let visit = request.extensions().get::<Visit>().cloned();
        let fields = timeout(FORM_TIME_MAX, Self::read(request, site)).await.map_err(|_| BROKEN)??;
        // The member signed in again: what they wrote before takes the place of the sign-in form.
        let back = visit.and_then(|visit| kept::back(&site.app, &fields, visit.member?.id, visit.uri.path()));
        Ok(back.map_or(fields, |values| Self { values, ..Self::default() }))
    }
}
