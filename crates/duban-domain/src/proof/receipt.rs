//! A receipt (回执): what proves to anybody, without asking anybody, that these words were taken in under this number
//! at this time.
//!
//! It is a text file: what was said as JSON, then a C2SP `tlog-proof` with the signed root.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};

use super::{
    leaf::{self, RequestLeaf},
    note::{Checkpoint, Verifier},
    tree::{self, Hash},
};

const PROOF: &str = "c2sp.org/tlog-proof@v1";

/// What was said, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The public number.
    pub number: String,
    /// When it was taken in, in milliseconds since 1970.
    pub received_at: i64,
    /// The title.
    pub title: String,
    /// The words.
    pub text: String,
    /// The place in words.
    pub place: String,
    /// What was digested with them, in hexadecimal digits.
    pub salt: String,
    /// The key that signs, `NAME+ID+KEY`. Whoever checks compares it with one that they got another way.
    pub key: String,
}

/// A whole receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What was said.
    pub said: Said,
    /// Which leaf.
    pub index: u64,
    /// The digests beside its way to the root.
    pub proof: Vec<Hash>,
    /// The signed root, as it was signed.
    pub note: String,
}

/// Why a receipt does not prove what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is no receipt, or a part is missing.
    Unreadable,
    /// The root is not signed by the key that was expected.
    Signature,
    /// What was said is not what the tree holds.
    Words,
}

impl Receipt {
    /// The file.
    #[must_use]
    pub fn text(&self) -> String {
        let said = serde_json::to_string(&self.said).unwrap_or_default();
        let proof: String = self.proof.iter().map(|hash| BASE64.encode(hash) + "\n").collect();
        format!("duban-receipt/v1\n{said}\n\n{PROOF}\nindex {}\n{proof}\n{}", self.index, self.note)
    }

    /// Reads a file; line ends may have become those of another system.
    ///
    /// # Errors
    /// [`Flaw::Unreadable`].
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        Self::read(&text.replace("\r\n", "\n")).ok_or(Flaw::Unreadable)
    }

    fn read(text: &str) -> Option<Self> {
        let (said, rest) =
            text.trim_start_matches('\u{feff}').strip_prefix("duban-receipt/v1\n")?.split_once("\n\n")?;
        let said = serde_json::from_str(said).ok()?;
        let (proof, note) = rest.strip_prefix(PROOF)?.strip_prefix('\n')?.split_once("\n\n")?;
        let mut lines = proof.lines();
        let index = lines.next()?.strip_prefix("index ")?.parse().ok()?;
        let hash = |line: &str| BASE64.decode(line).ok()?.try_into().ok();
        // A tree has at most 64 levels: a longer proof is no proof.
        let proof: Vec<Hash> = lines.map(hash).take(65).collect::<Option<_>>()?;
        Some(Self { said, index, proof, note: note.to_owned() })
    }

    /// Checks it against a key; `holds` checks a signature (key, text, signature). What it returns is the signed root,
    /// which an auditor may compare with another.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub fn check(
        &self,
        key: &Verifier,
        holds: impl Fn(&[u8; 32], &[u8], &[u8]) -> bool,
    ) -> Result<Checkpoint, Flaw> {
        let checkpoint = key.open(&self.note, holds).ok_or(Flaw::Signature)?;
        let by = checkpoint.algorithm();
        let Said { number, received_at, title, text, place, salt, .. } = &self.said;
        let salt = leaf::unhex(salt).ok_or(Flaw::Unreadable)?;
        let digest = leaf::words(by, &salt, title, text, place);
        let leaf = RequestLeaf { number, received_at: *received_at, digest: &digest };
        let hash = by.leaf(&leaf.bytes());
        tree::includes(by, &hash, self.index, checkpoint.size, &self.proof, &checkpoint.root)
            .then_some(checkpoint)
            .ok_or(Flaw::Words)
    }
}
