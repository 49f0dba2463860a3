//! The keys of people's data: sealed with a key that lies outside the database, found again
//! through a keyed hash, never in plain text in a table.
//!
//! Where the key lies (a file or the environment) is the binary's to say. A key that took the place of another (see
//! [`crate::rotation`]) knows that one too: what is outside of the database, such as a link in a mail, was made with it.

use aes_gcm_siv::{
    Aes256GcmSiv, KeyInit, Nonce,
    aead::{Aead, Payload},
};
pub use duban_domain::proof::leaf::{hex, unhex};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{AppError, Entropy};

/// Bytes of a nonce.
const NONCE: usize = 12;
/// Most keys after one another: a sealed value begins with the number of its key, in one byte.
const GENERATIONS_MAX: usize = 250;
/// What the keys before this one are sealed for.
const RING: &str = "key.ring";

/// What seals, opens and finds people's data.
pub struct Keyring {
    /// The keys, the one that seals last.
    all: Vec<Generation>,
    signer: [u8; 32],
}

/// One key.
struct Generation {
    secret: [u8; 32],
    cipher: Aes256GcmSiv,
    finder: [u8; 32],
    /// Whether what was signed with it and is outside still counts: not when the key got into strange hands.
    counts: bool,
}

/// A key before the present one, as it is kept: sealed with that one.
#[derive(Serialize, Deserialize)]
struct Former {
    secret: String,
    counts: bool,
}

impl Generation {
    fn new(secret: &[u8; 32], counts: bool) -> Self {
        Self {
            secret: *secret,
            cipher: Aes256GcmSiv::new(&derive(secret, b"duban seal v1").into()),
            finder: derive(secret, b"duban find v1"),
            counts,
        }
    }

    fn mac(&self, place: &str, text: &str) -> Vec<u8> {
        mac(&self.finder, &[place.as_bytes(), b"\0", text.as_bytes()])
    }

    fn seal(
        &self,
        number: usize,
        place: &str,
        text: &str,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, AppError> {
        let mut nonce = [0; NONCE];
        entropy.fill(&mut nonce);
        let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
        let sealed = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| AppError::Broken("sealing a text"))?;
        let number = u8::try_from(number).map_err(|_| AppError::Broken("there were too many keys"))?;
        Ok([&[number][..], &nonce, &sealed].concat())
    }

    /// Opens what stands behind the number.
    fn open(&self, place: &str, rest: &[u8]) -> Option<String> {
        let (nonce, body) = rest.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let plain = self.cipher.decrypt(&Nonce::from(nonce), Payload { msg: body, aad: place.as_bytes() });
        String::from_utf8(plain.ok()?).ok()
    }
}

impl Keyring {
    /// Everything is derived from one secret of 32 bytes.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self { all: vec![Generation::new(secret, true)], signer: derive(secret, b"duban log v1") }
    }

    /// The ring of a secret that took the place of others, which are kept sealed with it.
    ///
    /// # Errors
    /// When they were not sealed with this secret.
    pub fn with_former(secret: &[u8; 32], sealed: &[u8]) -> Result<Self, AppError> {
        const WRONG: AppError = AppError::Broken("opening the keys before this one: is this the newest key?");
        let newest = Generation::new(secret, true);
        let text = sealed.split_first().and_then(|(_, rest)| newest.open(RING, rest)).ok_or(WRONG)?;
        let former: Vec<Former> = serde_json::from_str(&text).map_err(|_| WRONG)?;
        let mut all = Vec::new();
        for one in former {
            let secret: [u8; 32] = unhex(&one.secret).and_then(|raw| raw.try_into().ok()).ok_or(WRONG)?;
            all.push(Generation::new(&secret, one.counts));
        }
        let first = all.first().unwrap_or(&newest).secret;
        all.push(newest);
        Ok(Self { all, signer: derive(&first, b"duban log v1") })
    }

    /// This ring with another secret in front. `leaked`: the present one got into strange hands, so nothing that was signed
    /// with it counts any more.
    ///
    /// # Errors
    /// When there were too many.
    pub fn turned(&self, secret: &[u8; 32], leaked: bool) -> Result<Self, AppError> {
        if self.all.len() >= GENERATIONS_MAX {
            return Err(AppError::Broken("there were too many keys"));
        }
        let former = self.all.iter().map(|one| Generation::new(&one.secret, one.counts && !leaked));
        let all = former.chain([Generation::new(secret, true)]).collect();
        Ok(Self { all, signer: self.signer })
    }

    /// The keys before the present one, sealed with it.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn former(&self, entropy: &dyn Entropy) -> Result<Vec<u8>, AppError> {
        let former: Vec<Former> = self.all[..self.all.len() - 1]
            .iter()
            .map(|one| Former { secret: hex(&one.secret), counts: one.counts })
            .collect();
        let text = serde_json::to_string(&former).map_err(|_| AppError::Broken("writing the keys down"))?;
        self.seal(RING, &text, entropy)
    }

    fn newest(&self) -> &Generation {
        self.all.last().expect("a ring is made with a key")
    }

    /// Seals a text for one place (`table.column`); it opens only for that place.
    pub fn seal(&self, place: &str, text: &str, entropy: &dyn Entropy) -> Result<Vec<u8>, AppError> {
        self.newest().seal(self.all.len(), place, text, entropy)
    }

    /// Opens what [`Keyring::seal`] made; a wrong key, a wrong place or a changed byte is an error.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<String, AppError> {
        const WRONG: AppError = AppError::Broken("opening sealed data: is this the key it was sealed with?");
        let (number, rest) = sealed.split_first().ok_or(WRONG)?;
        let key = usize::from(*number).checked_sub(1).and_then(|at| self.all.get(at)).ok_or(WRONG)?;
        key.open(place, rest).ok_or(WRONG)
    }

    /// Whether a sealed value was sealed with the present key.
    #[must_use]
    pub(crate) fn is_newest(&self, sealed: &[u8]) -> bool {
        sealed.first().is_some_and(|number| usize::from(*number) == self.all.len())
    }

    /// A hash that only this key makes: equal texts are found, nothing is read. After a change of the key it is a hash of the
    /// hash before, so that what is kept of texts that nobody knows any more can be brought along.
    #[must_use]
    pub fn find(&self, place: &str, text: &str) -> Vec<u8> {
        self.lifted(self.all[0].mac(place, text), 0)
    }

    /// A hash of the key with that index, as the present key has it.
    pub(crate) fn lifted(&self, hash: Vec<u8>, index: usize) -> Vec<u8> {
        self.all[index + 1..].iter().fold(hash, |hash, key| again(key, &hash))
    }

    /// A hash of the key before this one, as this one has it.
    pub(crate) fn found_again(&self, hash: &[u8]) -> Vec<u8> {
        again(self.newest(), hash)
    }

    /// A mark on something that goes outside: nobody without the key can make one.
    #[must_use]
    pub fn sign(&self, place: &str, text: &str) -> Vec<u8> {
        self.newest().mac(place, text)
    }

    /// The marks that count, the present one first, each with the index of its key.
    pub fn signs(&self, place: &str, text: &str) -> impl Iterator<Item = (usize, Vec<u8>)> {
        let counting = self.all.iter().enumerate().rev().filter(|(_, key)| key.counts);
        counting.map(move |(index, key)| (index, key.mac(place, text)))
    }

    /// The seed of the key that signs the log (Ed25519): that of the first key for ever, for its other half is in the hands
    /// of auditors and in every receipt.
    pub(crate) fn signer(&self) -> &[u8; 32] {
        &self.signer
    }

    /// A digest of the present key, so that a database can say which key it was made with.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex(&self.newest().mac("keyring", "fingerprint")[..8])
    }
}

fn again(key: &Generation, hash: &[u8]) -> Vec<u8> {
    mac(&key.finder, &[b"again\0", hash])
}

/// SHA-256, for tokens that are kept only as a hash.
#[must_use]
pub fn hash(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

fn derive(secret: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(&mac(secret, &[purpose]));
    key
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac =
        <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Same;
    impl Entropy for Same {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    #[test]
    fn what_was_sealed_opens_only_with_its_key_and_in_its_place() {
        let ring = Keyring::new(&[1; 32]);
        let sealed = ring.seal("person.phone", "13900006021", &Same).unwrap();
        assert!(!sealed.windows(4).any(|w| w == b"6021"));
        assert_eq!(ring.open("person.phone", &sealed).unwrap(), "13900006021");
        assert!(ring.open("person.name", &sealed).is_err());
        assert!(Keyring::new(&[2; 32]).open("person.phone", &sealed).is_err());
        let mut changed = sealed;
        *changed.last_mut().unwrap() ^= 1;
        assert!(ring.open("person.phone", &changed).is_err());
        assert!(ring.open("person.phone", &[]).is_err());
    }

    #[test]
    fn a_new_key_opens_finds_and_believes_what_the_one_before_made() {
        let first = Keyring::new(&[1; 32]);
        let (sealed, found) = (first.seal("a", "x", &Same).unwrap(), first.find("a", "x"));
        let second = first.turned(&[2; 32], false).unwrap();
        assert_eq!(second.open("a", &sealed).unwrap(), "x");
        assert!(!second.is_newest(&sealed) && second.is_newest(&second.seal("a", "x", &Same).unwrap()));
        assert_eq!(second.find("a", "x"), second.found_again(&found));
        assert_eq!(second.signer(), first.signer(), "auditors know it");
        assert_ne!(second.fingerprint(), first.fingerprint());
        // The secret alone, with what the database keeps, is the same ring again; the one before is not.
        let kept = second.former(&Same).unwrap();
        let same = Keyring::with_former(&[2; 32], &kept).unwrap();
        assert_eq!(
            (same.open("a", &sealed).unwrap(), same.find("a", "x")),
            ("x".to_owned(), second.find("a", "x"))
        );
        assert!(Keyring::with_former(&[1; 32], &kept).is_err());
        // What it signed counts, unless strangers had it.
        let signed = |ring: &Keyring| ring.signs("l", "1").any(|(_, mark)| mark == first.sign("l", "1"));
        assert!(signed(&second));
        let third = second.turned(&[3; 32], true).unwrap();
        assert!(!signed(&third) && third.open("a", &sealed).is_ok());
        assert_eq!(third.lifted(found, 0), third.find("a", "x"));
    }

    #[test]
    fn hashes_find_equal_texts_and_differ_by_key_and_place() {
        let ring = Keyring::new(&[1; 32]);
        assert_eq!(ring.find("a", "x"), ring.find("a", "x"));
        assert_ne!(ring.find("a", "x"), ring.find("b", "x"));
        assert_ne!(ring.find("a", "x"), Keyring::new(&[2; 32]).find("a", "x"));
        assert_eq!(unhex(&hex(&[0, 15, 255])), Some(vec![0, 15, 255]));
    }
}
