//! Signed roots (签名的树根): a C2SP checkpoint in a C2SP signed note.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::tree::{Algorithm, Hash};

/// The kind of signature: Ed25519.
const ED25519: u8 = 1;

/// What a signed root says (检查点).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a name that no other has.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(self.root))
    }

    /// The hash function: logs of another than SHA-256 say so in their name.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        if self.origin.ends_with("+sm3") { Algorithm::Sm3 } else { Algorithm::Sha256 }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let root = BASE64.decode(root).ok()?.try_into().ok()?;
        let plain = !size.is_empty() && size.bytes().all(|b| b.is_ascii_digit());
        (!origin.is_empty() && plain && (size == "0" || !size.starts_with('0'))).then_some(Self {
            origin: origin.to_owned(),
            size: size.parse().ok()?,
            root,
        })
    }
}

/// A public key that signs notes (验签公钥).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key: [u8; 32],
}

impl Verifier {
    /// The key of a log.
    #[must_use]
    pub fn new(name: &str, key: [u8; 32]) -> Self {
        Self { name: name.to_owned(), key }
    }

    /// Reads `NAME+ID+KEY`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // A key in base64 may hold plus signs and a name may too, an id holds none.
        let (name, rest) = text.trim().match_indices('+').find_map(|(at, _)| {
            let (id, key) = text.trim().get(at + 1..)?.split_once('+')?;
            let hex = id.len() == 8 && id.bytes().all(|b| b.is_ascii_hexdigit());
            hex.then(|| (&text.trim()[..at], (id, key)))
        })?;
        let bytes = BASE64.decode(rest.1).ok()?;
        let (&ED25519, key) = bytes.split_first()? else { return None };
        let known = Self::new(name, key.try_into().ok()?);
        (super::leaf::hex(&known.id()) == rest.0).then_some(known)
    }

    /// As `NAME+ID+KEY`.
    #[must_use]
    pub fn text(&self) -> String {
        let key = [&[ED25519][..], &self.key].concat();
        format!("{}+{}+{}", self.name, super::leaf::hex(&self.id()), BASE64.encode(key))
    }

    /// The 32 bytes of the key.
    #[must_use]
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    fn id(&self) -> [u8; 4] {
        let whole = Algorithm::Sha256.digest(&[self.name.as_bytes(), b"\n", &[ED25519], &self.key]);
        [whole[0], whole[1], whole[2], whole[3]]
    }

    /// A note of this checkpoint, with the signature of its text.
    #[must_use]
    pub fn note(&self, checkpoint: &Checkpoint, signature: &[u8]) -> String {
        let signature = BASE64.encode([&self.id()[..], signature].concat());
        format!("{}\n— {} {signature}\n", checkpoint.text(), self.name)
    }

    /// What a note says, when `holds` (key, text, signature) finds a signature of this key to be right. Signatures
    /// of others are passed over.
    #[must_use]
    pub fn open(&self, note: &str, holds: impl Fn(&[u8; 32], &[u8], &[u8]) -> bool) -> Option<Checkpoint> {
        let (text, signatures) = note.split_once("\n\n")?;
        let text = format!("{text}\n");
        let own = signatures.lines().filter_map(|line| {
            let (name, signature) = line.strip_prefix("— ")?.rsplit_once(' ')?;
            let bytes = BASE64.decode(signature).ok()?;
            let (id, signature) = bytes.split_at_checked(4)?;
            (name == self.name && id == self.id()).then(|| signature.to_vec())
        });
        let mut own = own.filter(|signature| holds(&self.key, text.as_bytes(), signature));
        own.next().and_then(|_| Checkpoint::parse(&text))
    }
}
