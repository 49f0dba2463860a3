//! The tree against its definition, receipts against every change of one sign.

use std::convert::Infallible;

use proptest::prelude::*;

use super::{
    leaf::{self, RequestLeaf},
    note::Verifier,
    receipt::{Flaw, Receipt, Said},
    tile::{self, OfTiles, Tiles},
    tree::{self, Algorithm, Hash},
    *,
};

/// Tiles in memory.
#[derive(Default)]
struct Shelf(std::collections::BTreeMap<(u8, u64), Vec<Hash>>);

impl Tiles for Shelf {
    type Error = Infallible;
    fn tile(&mut self, level: u8, position: u64) -> Result<Vec<Hash>, Infallible> {
        Ok(self.0.get(&(level, position)).cloned().unwrap_or_default())
    }
}

impl Shelf {
    fn put(&mut self, by: Algorithm, size: u64, leaves: &[Hash]) {
        for (level, position, hashes) in tile::append(by, self, size, leaves).unwrap() {
            self.0.insert((level, position), hashes);
        }
    }
}

/// The definition of RFC 6962, word for word and without a thought of speed.
fn slow(by: Algorithm, leaves: &[Hash]) -> Hash {
    match leaves {
        [] => by.empty(),
        [one] => *one,
        many => {
            let mut k = 1;
            while k * 2 < many.len() {
                k *= 2;
            }
            by.node(&slow(by, &many[..k]), &slow(by, &many[k..]))
        }
    }
}

fn leaves(by: Algorithm, n: u64) -> Vec<Hash> {
    (0..n).map(|n| by.leaf(&n.to_be_bytes())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn roots_and_proofs_are_those_of_the_definition(
        parts in proptest::collection::vec(1_u64..400, 1..6), old in 0_u64..2_000, index in 0_u64..2_000, sm3: bool,
    ) {
        let by = if sm3 { Algorithm::Sm3 } else { Algorithm::Sha256 };
        let size: u64 = parts.iter().sum();
        let all = leaves(by, size);
        let (mut shelf, mut at) = (Shelf::default(), 0);
        for part in parts {
            shelf.put(by, at, &all[at as usize..(at + part) as usize]);
            at += part;
        }
        let (old, index) = (old % (size + 1), index % size);
        let mut nodes = OfTiles::new(by, &mut shelf);
        let now = tree::root(by, &mut nodes, size).unwrap();
        let was = tree::root(by, &mut nodes, old).unwrap();
        let mut growing = tree::Growing::new(by);
        all.iter().for_each(|leaf| growing.push(*leaf));
        prop_assert_eq!((growing.size(), growing.root()), (size, now));
        prop_assert_eq!(now, slow(by, &all));
        prop_assert_eq!(was, slow(by, &all[..old as usize]));
        let proof = tree::inclusion(by, &mut nodes, index, size).unwrap();
        let leaf = all[index as usize];
        prop_assert!(tree::includes(by, &leaf, index, size, &proof, &now));
        prop_assert!(!tree::includes(by, &by.leaf(b"another"), index, size, &proof, &now));
        prop_assert!(!tree::includes(by, &leaf, (index + 1) % size, size, &proof, &now) || size == 1);
        let grown = tree::consistency(by, &mut nodes, old, size).unwrap();
        prop_assert!(tree::grew(by, (old, &was), (size, &now), &grown));
        let forged = by.leaf(b"forged");
        prop_assert!(!tree::grew(by, (old, &forged), (size, &now), &grown));
        prop_assert!(old == 0 || !tree::grew(by, (old, &was), (size, &forged), &grown));
        for at in 0..grown.len() {
            let mut bent = grown.clone();
            bent[at][7] ^= 1;
            prop_assert!(!tree::grew(by, (old, &was), (size, &now), &bent));
        }
    }
}

/// Vectors that Certificate Transparency's implementations share: leaves of RFC 6962's reference tests.
#[test]
fn the_tree_is_that_of_rfc_6962() {
    let by = Algorithm::Sha256;
    let data: [&[u8]; 8] = [
        b"",
        b"\0",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let all: Vec<Hash> = data.iter().map(|data| by.leaf(data)).collect();
    assert_eq!(leaf::hex(&by.empty()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(leaf::hex(&all[0]), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(
        leaf::hex(&slow(by, &all)),
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    );
    assert_eq!(
        leaf::hex(&Algorithm::Sm3.digest(&[b"abc"])),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
}

/// Stands for a signature: the digest of key and text.
fn sign(key: &[u8; 32], text: &[u8]) -> Vec<u8> {
    Algorithm::Sha256.digest(&[key, text]).to_vec()
}

fn holds(key: &[u8; 32], text: &[u8], signature: &[u8]) -> bool {
    sign(key, text) == signature
}

fn receipt(origin: &str) -> (Receipt, Verifier) {
    let key = Verifier::new(origin, [7; 32]);
    let said = Said {
        number: "260104000017".into(),
        received_at: 1_767_500_000_000,
        title: "路灯不亮".into(),
        text: "纺织路的路灯\n一盏都不亮。".into(),
        place: "纺织路".into(),
        salt: leaf::hex(&[9; 16]),
        key: key.text(),
    };
    let by = Checkpoint { origin: origin.into(), size: 0, root: [0; 32] }.algorithm();
    let digest = leaf::words(by, &[9; 16], &said.title, &said.text, &said.place);
    let own = RequestLeaf { number: &said.number, received_at: said.received_at, digest: &digest }.bytes();
    let mut all = leaves(by, 300);
    all[258] = by.leaf(&own);
    let mut shelf = Shelf::default();
    shelf.put(by, 0, &all);
    let mut nodes = OfTiles::new(by, &mut shelf);
    let root = tree::root(by, &mut nodes, 300).unwrap();
    let proof = tree::inclusion(by, &mut nodes, 258, 300).unwrap();
    let checkpoint = Checkpoint { origin: origin.into(), size: 300, root };
    let note = key.note(&checkpoint, &sign(key.key(), checkpoint.text().as_bytes()));
    (Receipt { said, index: 258, proof, note }, key)
}

#[test]
fn a_receipt_proves_its_words_and_no_others() {
    for origin in ["duban.example/zhuzhou", "duban.example/zhuzhou+sm3"] {
        let (receipt, key) = receipt(origin);
        let read = Receipt::parse(&receipt.text()).unwrap();
        assert_eq!(read, receipt);
        assert_eq!(Receipt::parse(&receipt.text().replace('\n', "\r\n")).unwrap(), receipt);
        assert_eq!(read.check(&key, holds).unwrap().size, 300);
        assert_eq!(Verifier::parse(&key.text()), Some(key.clone()));
        let other = Verifier::new(origin, [8; 32]);
        assert_eq!(read.check(&other, holds), Err(Flaw::Signature));
        let said = |change: &dyn Fn(&mut Said)| {
            let mut bent = read.clone();
            change(&mut bent.said);
            bent.check(&key, holds)
        };
        assert_eq!(said(&|said| said.text.push('!')), Err(Flaw::Words));
        assert_eq!(said(&|said| said.number = "260104000025".into()), Err(Flaw::Words));
        assert_eq!(said(&|said| said.received_at += 1), Err(Flaw::Words));
    }
}

#[test]
fn one_changed_sign_of_a_receipt_is_found_wherever_it_is() {
    let (receipt, key) = receipt("duban.example/zhuzhou");
    let text = receipt.text();
    let signed_key = text.find("\"key\"").unwrap();
    let key_ends = text[signed_key..].find('}').unwrap() + signed_key;
    for (at, c) in text.char_indices().filter(|(at, _)| !(signed_key..key_ends).contains(at)) {
        let other = if c == '5' { '6' } else { '5' };
        let bent = format!("{}{other}{}", &text[..at], &text[at + c.len_utf8()..]);
        let found = Receipt::parse(&bent).and_then(|read| read.check(&key, holds).map(|seen| (read, seen)));
        // Base64 has signs whose last bits say nothing: what is read is then the same receipt.
        assert!(found.is_err() || found.is_ok_and(|(read, _)| read == receipt), "{bent}");
    }
}
