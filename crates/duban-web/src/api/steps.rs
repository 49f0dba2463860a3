//! The steps of a case: each the same use case as the form of the page, on the version that the sender looked at.

use axum::{
    extract::Path,
    http::{StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use duban_app::{
    AppError, Ctx,
    case::{On, answer, attach, classify, contact, dispatch, label, note, sign},
    keys, media, service,
};
use duban_domain::{
    Refusal,
    case::{Case, Classification, Outcome},
};

use super::{
    etag, json,
    model::{Answer, Classify, Contact, Dispatch, Key, Label, Note, Proof, Stepped},
    no,
    sent::Sent,
    with,
};
use crate::{
    desk::words::number,
    frame::{Desk, Fields, PageResult, WebError},
};

/// One step, from the document to the case after it. With a key of the sender's own the same step sent again counts
/// once, although the version has changed by it.
async fn step(
    desk: &Desk,
    on: &str,
    sent: &Sent,
    work: impl FnOnce(&Ctx, &On) -> Result<Case, AppError> + Send + 'static,
) -> PageResult {
    let on = On { number: number(on)?, seen: sent.version()? };
    let (key, body) = (sent.key()?, sent.body.clone());
    let path = desk.visit.uri.path().to_owned();
    let case = desk
        .run(move |ctx| {
            let Some(key) = key else { return work(ctx, &on) };
            let name = service::sent_under(ctx, &key, &[path.as_bytes(), b"\0", &body[..]].concat())?;
            work(&ctx.by_form(Some(keys::hash(name.as_bytes()))), &on)
        })
        .await?;
    after(&case)
}

fn after(case: &Case) -> PageResult {
    let (number, version) = (case.number.digits().to_owned(), case.version);
    let response = json(StatusCode::OK, &Stepped { number, version, phase: Key(case.phase()) })?;
    Ok(with(response, header::ETAG, &etag(version)))
}

/// `POST …/dispatch`
pub(crate) async fn dispatch(desk: Desk, Path(on): Path<String>, sent: Sent) -> PageResult {
    let said: Dispatch = sent.read()?;
    let order = dispatch::Order {
        unit: said.unit,
        assisting: said.assisting.unwrap_or_default(),
        reason: said.reason.unwrap_or_default(),
        designated: false,
    };
    step(&desk, &on, &sent, move |ctx, on| dispatch::dispatch(ctx, on, &order)).await
}

/// `POST …/signature`
pub(crate) async fn sign(desk: Desk, Path(on): Path<String>, sent: Sent) -> PageResult {
    step(&desk, &on, &sent, sign::sign).await
}

/// `POST …/contact`
pub(crate) async fn contact(desk: Desk, Path(on): Path<String>, sent: Sent) -> PageResult {
    let said: Contact = sent.read()?;
    step(&desk, &on, &sent, move |ctx, on| contact::contact(ctx, on, said.way.0, &said.note)).await
}

/// `POST …/answer`
pub(crate) async fn answer(desk: Desk, Path(on): Path<String>, sent: Sent) -> PageResult {
    let mut said: Answer = sent.read()?;
    let files = files(said.proofs.take().unwrap_or_default())?;
    step(&desk, &on, &sent, move |ctx, on| {
        if said.outcome.0 == Outcome::Unrecorded {
            return Err(Refusal::NeedsText("outcome").into());
        }
        let files = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        let proof = media::take_all(&media::MediaRules::of(&ctx.city().settings), files)?;
        answer::answer(ctx, on, &answering(said, proof))
    })
    .await
}

/// Name and bytes of each file.
fn files(proofs: Vec<Proof>) -> Result<Vec<(String, Vec<u8>)>, WebError> {
    let bytes = |proof: Proof| Ok((proof.name, BASE64.decode(proof.content)?));
    let read: Result<_, base64::DecodeError> = proofs.into_iter().map(bytes).collect();
    read.map_err(|_| {
        let (zh, en) = ("文件内容要是 base64。", "The content of a file is base64.");
        no(StatusCode::UNPROCESSABLE_ENTITY, "bad-document", Some("proofs"), zh, en)
    })
}

fn answering(said: Answer, proof: Vec<media::NewMedia>) -> answer::Answering {
    answer::Answering {
        outcome: said.outcome.0,
        public: said.public,
        internal: said.internal.unwrap_or_default(),
        proof,
        proof_words: said.proof_words.unwrap_or_default(),
        no_contact: said.no_contact.unwrap_or_default(),
    }
}

/// `POST …/classification`
pub(crate) async fn classify(desk: Desk, Path(on): Path<String>, sent: Sent) -> PageResult {
    let said: Classify = sent.read()?;
    let to = Classification {
        category: said.category,
        kind: said.kind.0,
        urgency: said.urgency.0,
        reason: said.reason.unwrap_or_default(),
    };
    step(&desk, &on, &sent, move |ctx, on| classify::classify(ctx, on, &to)).await
}

/// `POST …/label`
pub(crate) async fn label(desk: Desk, Path(on): Path<String>, sent: Sent) -> PageResult {
    let said: Label = sent.read()?;
    step(&desk, &on, &sent, move |ctx, on| label::label(ctx, on, said.label.as_deref())).await
}

/// `POST …/note`
pub(crate) async fn note(desk: Desk, Path(on): Path<String>, sent: Sent) -> PageResult {
    let said: Note = sent.read()?;
    step(&desk, &on, &sent, move |ctx, on| note::note(ctx, on, &said.text)).await
}

/// `POST …/attachments`: a form with the files in `file`, looked at as every upload is.
pub(crate) async fn attach(desk: Desk, Path(on): Path<String>, fields: Fields) -> PageResult {
    let on = On { number: number(&on)?, seen: None };
    let case = desk
        .run(move |ctx| {
            let files = fields.media("file", &ctx.city().settings)?;
            if files.is_empty() {
                return Err(Refusal::NeedsText("file").into());
            }
            attach::attach(&ctx.by_form(fields.once()), &on, &files, fields.get("words"))
        })
        .await?;
    after(&case)
}
