//! The keys of people's data: sealed with a key that lies outside the database, found again
//! through a keyed hash, never in plain text in a table.
//!
//! Where the key lies (a file or the environment) is the binary's to say. Rotation is not here yet:
//! each sealed value begins with the version of its key, so that it can come.

use aes_gcm_siv::{
    Aes256GcmSiv, KeyInit, Nonce,
    aead::{Aead, Payload},
};
pub use duban_domain::proof::leaf::{hex, unhex};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::{AppError, Entropy};

/// The version that a sealed value begins with.
const VERSION: u8 = 1;
/// Bytes of a nonce.
const NONCE: usize = 12;

/// What seals, opens and finds people's data.
pub struct Keyring {
    cipher: Aes256GcmSiv,
    finder: [u8; 32],
    signer: [u8; 32],
}

impl Keyring {
    /// Everything is derived from one secret of 32 bytes.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        let key = derive(secret, b"duban seal v1");
        Self {
            cipher: Aes256GcmSiv::new(&key.into()),
            finder: derive(secret, b"duban find v1"),
            signer: derive(secret, b"duban log v1"),
        }
    }

    /// Seals a text for one place (`table.column`); it opens only for that place.
    pub fn seal(&self, place: &str, text: &str, entropy: &dyn Entropy) -> Result<Vec<u8>, AppError> {
        let mut nonce = [0; NONCE];
        entropy.fill(&mut nonce);
        let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
        let sealed = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| AppError::Broken("sealing a text"))?;
        Ok([&[VERSION][..], &nonce, &sealed].concat())
    }

    /// Opens what [`Keyring::seal`] made; a wrong key, a wrong place or a changed byte is an error.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<String, AppError> {
        const WRONG: AppError = AppError::Broken("opening sealed data: is this the key it was sealed with?");
        let (&VERSION, rest) = sealed.split_first().ok_or(WRONG)? else { return Err(WRONG) };
        let (nonce, body) = rest.split_at_checked(NONCE).ok_or(WRONG)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| WRONG)?;
        let plain = self
            .cipher
            .decrypt(&Nonce::from(nonce), Payload { msg: body, aad: place.as_bytes() })
            .map_err(|_| WRONG)?;
        String::from_utf8(plain).map_err(|_| WRONG)
    }

    /// A hash that only this key makes: equal texts are found, nothing is read.
    #[must_use]
    pub fn find(&self, place: &str, text: &str) -> Vec<u8> {
        mac(&self.finder, &[place.as_bytes(), b"\0", text.as_bytes()])
    }

    /// The seed of the key that signs the log (Ed25519).
    pub(crate) fn signer(&self) -> &[u8; 32] {
        &self.signer
    }

    /// A digest of this key, so that a database can say which key it was made with.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex(&self.find("keyring", "fingerprint")[..8])
    }
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
    fn hashes_find_equal_texts_and_differ_by_key_and_place() {
        let ring = Keyring::new(&[1; 32]);
        assert_eq!(ring.find("a", "x"), ring.find("a", "x"));
        assert_ne!(ring.find("a", "x"), ring.find("b", "x"));
        assert_ne!(ring.find("a", "x"), Keyring::new(&[2; 32]).find("a", "x"));
        assert_eq!(unhex(&hex(&[0, 15, 255])), Some(vec![0, 15, 255]));
    }
}
