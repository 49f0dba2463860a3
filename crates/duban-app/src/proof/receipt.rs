//! Receipts (存证回执): made for the person, checked for anybody.

use duban_domain::{
    RequestId, Stamp,
    proof::{
        Receipt, leaf,
        note::Verifier,
        receipt::{Flaw, Said},
        tree,
    },
};
use duban_store::{StoreError, Subject};

use super::holds;
use crate::{App, resident::Known, wiring::Result};

/// The receipt of the request that somebody may see as its person; none as long as it is not in the tree yet, and when
/// it was taken in before there was a tree.
pub fn of_request(app: &App, who: &Known) -> Result<Option<Receipt>> {
    build(app, who.request())
}

fn build(app: &App, id: RequestId) -> Result<Option<Receipt>> {
    let log = app.log()?;
    let found = app.store.read(|tx| {
        let Some(request) = tx.request(id)? else { return Ok(None) };
        let (Some(index), Some(salt)) = (tx.log_seq(Subject::Request(id))?, tx.request_salt(id)?) else {
            return Ok(None);
        };
        let Some((size, _, note)) = tx.log_head(u64::MAX)?.filter(|(size, _, _)| *size > index) else {
            return Ok(None);
        };
        let proof = tx.log_nodes(log.by, |nodes| tree::inclusion(log.by, nodes, index, size))?;
        Ok::<_, StoreError>(Some((request, index, salt, note, proof)))
    })?;
    Ok(found.map(|(request, index, salt, note, proof)| Receipt {
        said: Said {
            number: request.number.digits().to_owned(),
            received_at: request.received_at.0,
            title: request.title,
            text: request.text,
            place: request.place.words,
            salt: leaf::hex(&salt),
            key: log.verifier.text(),
        },
        index,
        proof,
        note,
    }))
}

/// What a receipt proves (验证结果).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// What was said.
    pub said: Said,
    /// When it was taken in.
    pub received_at: Stamp,
    /// How many leaves the tree had when its root was signed.
    pub size: u64,
    /// Whether this installation's tree still is one that grew out of that one; none when the receipt is another's.
    pub still: Option<bool>,
}

/// Checks the text of a receipt: by the key of this installation, or by the one that was given.
pub fn check(app: &App, text: &str, key: Option<&Verifier>) -> Result<std::result::Result<Proved, Flaw>> {
    let log = app.log()?;
    let known = key.unwrap_or(&log.verifier);
    let checked = Receipt::parse(text).and_then(|receipt| {
        let checkpoint = receipt.check(known, holds)?;
        Ok((receipt, checkpoint))
    });
    let (receipt, checkpoint) = match checked {
        Ok(found) => found,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let still = if *known == log.verifier {
        let root = app.store.read(|tx| {
            let size = tx.log_size()?;
            if size < checkpoint.size {
                return Ok(None);
            }
            tx.log_nodes(log.by, |nodes| tree::root(log.by, nodes, checkpoint.size)).map(Some)
        })?;
        Some(root == Some(checkpoint.root))
    } else {
        None
    };
    let received_at = Stamp(receipt.said.received_at);
    Ok(Ok(Proved { said: receipt.said, received_at, size: checkpoint.size, still }))
}
