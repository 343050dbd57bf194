//! Checkpoints: what one device gives, another one comes to hold, to the bit; nothing else passes
//! for one.

use std::io;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::chain::{Chain, tagged};
use super::{add_tag, change, id, open};
use crate::catalog::{Catalog, CheckpointError, Receiver};
use crate::label::List;
use crate::payload::Change;

/// A catalogue with photos, tags and a change, and a block more than it was given.
fn some(dir: &tempfile::TempDir) -> (Catalog, Chain) {
    let mut chain = Chain::founded();
    for n in 1..20 {
        chain.block(
            1,
            u64::from(n) - 1,
            &[tagged(n, "2019-07-14", &["x", "y/z"])],
        );
    }
    let caption = Change {
        caption: Some("At the lake".to_owned()),
        ..Change::default()
    };
    chain.block(2, 19, &[change(&[id(3), id(4)], caption)]);
    let catalog = open(dir);
    catalog.apply(chain.blocks()).unwrap();
    chain.block(1, 20, &[change(&[id(5)], add_tag("later"))]);
    (catalog, chain)
}

fn given(catalog: &Catalog) -> Vec<u8> {
    let mut all = Vec::new();
    let snapshot = catalog.snapshot().unwrap();
    let mut take = |piece: Bytes| {
        all.extend_from_slice(&piece);
        true
    };
    snapshot.checkpoint(&mut take).unwrap();
    all
}

fn receive(dir: &tempfile::TempDir, bytes: &[u8], piece: usize) -> Result<u64, CheckpointError> {
    let receiver = Receiver::new(dir.path()).unwrap();
    let pieces = bytes
        .chunks(piece)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)));
    receiver.finish(pieces)
}

#[test]
fn a_checkpoint_makes_an_equal_catalogue_that_goes_on() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (catalog, chain) = some(&here);
    let bytes = given(&catalog);
    for piece in [1, 7, 100_000] {
        assert_eq!(receive(&there, &bytes, piece).unwrap(), 20);
        let copy = open(&there);
        assert_eq!(copy.height(), Some(20));
        assert_eq!(copy.state_hash().unwrap(), catalog.state_hash().unwrap());
    }
    let copy = open(&there);
    for catalog in [&catalog, &copy] {
        catalog.apply(&chain.blocks()[21..]).unwrap();
    }
    assert_eq!(copy.state_hash().unwrap(), catalog.state_hash().unwrap());
    let tags = List::Tags;
    assert_eq!(copy.labels(tags).unwrap(), catalog.labels(tags).unwrap());
    for (height, block) in chain.blocks().iter().enumerate() {
        let is_at = copy.snapshot().unwrap().is_at(block.hash()).unwrap();
        assert_eq!(is_at, height == 21, "{height}");
    }
}

#[test]
fn whoever_wants_no_more_gets_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let (catalog, _) = some(&dir);
    let mut pieces = 0;
    let mut take = |_| {
        pieces += 1;
        false
    };
    let snapshot = catalog.snapshot().unwrap();
    snapshot.checkpoint(&mut take).unwrap();
    assert_eq!(pieces, 1);
}

#[test]
fn no_flipped_bit_and_no_missing_end_passes() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (catalog, _) = some(&here);
    let bytes = given(&catalog);
    for at in (0..bytes.len()).step_by(211) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        receive(&there, &flipped, 4096).unwrap_err();
        let cut = receive(&there, &bytes[..at], 4096).unwrap_err();
        assert!(matches!(cut, CheckpointError::Broken(_)), "{at}: {cut}");
        assert!(!there.path().join("catalog.redb").exists(), "{at}");
    }
    let failing = [
        Ok(Bytes::from_static(b"kinfolio")),
        Err(io::Error::other("gone")),
    ];
    let receiver = Receiver::new(there.path()).unwrap();
    let error = receiver.finish(failing.into_iter()).unwrap_err();
    assert_eq!(error.to_string(), "the checkpoint did not come whole: gone");
}

/// Somebody may send what no catalogue has, with a hash that is right.
#[test]
fn what_no_catalogue_has_is_refused() {
    let check = |rows: &[(u8, &[u8], &[u8])], expect: &str| {
        let there = tempfile::tempdir().unwrap();
        let mut bytes = b"kinfolio catalogue".to_vec();
        bytes.extend(super::super::tables::FORMAT.to_be_bytes());
        bytes.extend(5_u64.to_be_bytes());
        for (table, key, value) in rows {
            bytes.push(*table);
            for part in [key, value] {
                bytes.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
            }
            bytes.extend(*key);
            bytes.extend(*value);
        }
        bytes.push(u8::MAX);
        bytes.extend((rows.len() as u64).to_be_bytes());
        let hash = Sha256::digest(&bytes);
        bytes.extend(hash);
        let error = receive(&there, &bytes, 64).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    };
    check(&[(0, &[1; 31], b"")], "a row is not of its table's types");
    check(
        &[(3, &[0, 0xff], &[0; 8])],
        "a row is not of its table's types",
    );
    check(&[(4, b"", b"")], "a row is not of its table's types");
    check(
        &[(1, &[1; 40], b""), (0, &[1; 32], b"")],
        "out of its place",
    );
    check(&[(200, b"", b"")], "out of its place");
    check(&[], "meta");
    let mut last = 0;
    macro_rules! note {
        ($number:literal, $table:ident) => {
            last = last.max($number);
        };
    }
    super::super::tables::for_each_table!(note);
    check(
        &[(last, b"format", &[9; 8]), (last, b"next", &[9; 8])],
        "contradicts itself",
    );
}
