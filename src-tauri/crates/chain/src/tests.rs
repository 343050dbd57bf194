//! The encoding that everything hangs on, and every reason for which a block is refused.

mod checkpoint;
mod epoch;
mod membership;
mod proof;
mod salvage;
mod tasks;

use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;

use crate::apply::Refusal;
use crate::block::Draft;
use crate::store::conformance::Author;
use crate::wire::{Reader, Writer};
use crate::{
    Batch, Block, BlockHash, ChainState, Change, EditsRoot, HistoryRoot, Membership, Payload, Role,
};

/// If one of these changes, devices of different versions do not agree on a hash any more.
#[test]
fn golden_vectors_of_the_encoding() {
    let mut author = Author::new();
    let founding = &author.founding.clone();
    let batch = author.batch(&["caption: at the sea", ""]);
    let block = author.block(vec![batch]);
    let device = founding.header().proposer.device;
    let membership = Payload::Membership(Membership {
        config_hash: author.state.config_hash(),
        change: Change::Role {
            device,
            role: Role::Observer,
        },
    });
    let membership = author.sign(vec![membership]);
    let state = &author.state;
    let golden = [
        ("household", state.line().household.to_string(), HOUSEHOLD),
        ("device", device.to_string(), DEVICE),
        (
            "configuration",
            state.config_hash().to_string(),
            CONFIGURATION,
        ),
        ("founding block", founding.hash().to_string(), FOUNDING),
        ("founding bytes", sha256(&founding.encode()), FOUNDING_BYTES),
        ("block", block.hash().to_string(), BLOCK),
        ("block bytes", sha256(&block.encode()), BLOCK_BYTES),
        (
            "membership edit",
            hex::encode(membership.leaves()[0]),
            MEMBERSHIP,
        ),
        ("snapshot", sha256(&snapshot(state)), SNAPSHOT),
    ];
    for (what, got, expect) in golden {
        assert_eq!(got, expect, "{what}");
    }
}

const HOUSEHOLD: &str = "8db88c3877a144e03e4aae0722ef3be05c694c2e533bbee80df72c7b90bbe7f9";
const DEVICE: &str = "b298b9ece831a96fa018094810f75f84";
const CONFIGURATION: &str = "99cf6ffa150653da7f5a2a24929e7600aaf9a641502735e6c23676bd5a605ae1";
const FOUNDING: &str = "47c1c858c9950a548931eb340e513c13cb6c68789a5306e61b9f39e12104bac1";
const FOUNDING_BYTES: &str = "c9ff02c316f779970775493ed373cb22c1febaf61e60d2c8da9deed248dca360";
const BLOCK: &str = "a6ad2f96ce94c4a9fcac13485446a6ebc0720e5f053d3c68f39b99186df7af6d";
const BLOCK_BYTES: &str = "52b67cd3897bc5782be25c83be5dcf919e2c8662238a5a79b811af40cd835b4c";
const MEMBERSHIP: &str = "19e7fe1d1f32a243c2adce1beb0b844f27a33ea17ec33bf93336abb4585633a2";
const SNAPSHOT: &str = "9f8a2c899d56d5f22450a8f10f09ce63ddf02fa48063433c87789e114456b68b";

fn snapshot(state: &ChainState) -> Vec<u8> {
    let mut writer = Writer::new();
    state.encode(&mut writer);
    writer.finish()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(bytes))
}

#[test]
fn a_block_reads_back_and_any_shorter_or_longer_text_does_not() {
    let mut author = Author::new();
    let batches = vec![author.batch(&["a", "b"]), author.batch(&["c"])];
    let block = author.block(batches);
    let bytes = Bytes::from(block.encode());
    assert_eq!(Block::decode(bytes.clone()).as_ref(), Ok(&*block));
    for length in 0..bytes.len() {
        assert!(
            Block::decode(bytes.slice(..length)).is_err(),
            "{length} bytes"
        );
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    assert!(Block::decode(longer.into()).is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = Block::decode(bytes.into());
    }

    #[test]
    fn no_changed_byte_goes_unnoticed(place in any::<prop::sample::Index>(), flip in 1..=255u8) {
        let mut author = Author::new();
        let batch = author.batch(&["a", "b"]);
        let block = author.block(vec![batch]);
        let mut bytes = block.encode();
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        if let Ok(changed) = Block::decode(bytes.into()) {
            let same_hash = changed.hash() == block.hash();
            let accepted = author.state.check(&changed).is_ok();
            prop_assert!(!(same_hash && accepted), "byte {place} can be changed");
        }
    }
}

#[test]
fn a_snapshot_reads_back() {
    let mut author = Author::new();
    for text in ["a", "b"] {
        let batch = author.batch(&[text]);
        let block = author.block(vec![batch]);
        author.state.apply(&block).unwrap();
    }
    let mut reader = Reader::new(snapshot(&author.state).into());
    assert_eq!(ChainState::decode(&mut reader).as_ref(), Ok(&author.state));
    assert_eq!(reader.left(), 0);
}

/// Builds a block from what an author would have built, changed by `spoil`.
fn refused(spoil: impl FnOnce(&mut Author, &mut Draft, &mut Vec<Batch>)) -> Refusal {
    let mut author = Author::new();
    let batch = author.batch(&["first"]);
    let first = author.block(vec![batch]);
    author.state.apply(&first).unwrap();
    let mut batches = vec![author.batch(&["second"])];
    let good = author.block(batches.clone());
    author.state.check(&good).unwrap();
    let mut draft = Draft::from(good.header());
    spoil(&mut author, &mut draft, &mut batches);
    author
        .state
        .check(&Block::build(draft, batches))
        .unwrap_err()
}

#[test]
fn every_wrong_block_is_refused_for_its_reason() {
    let refusal = refused(|_, draft, _| draft.height = 3);
    assert_eq!(
        refusal,
        Refusal::Height {
            expected: 2,
            got: 3
        }
    );

    let refusal = refused(|_, draft, _| draft.prev = BlockHash::NONE);
    assert!(
        matches!(
            refusal,
            Refusal::Parent {
                got: BlockHash::NONE,
                ..
            }
        ),
        "{refusal}"
    );

    let refusal = refused(|_, draft, _| draft.history_root = HistoryRoot::EMPTY);
    assert!(
        matches!(
            refusal,
            Refusal::History {
                got: HistoryRoot::EMPTY,
                ..
            }
        ),
        "{refusal}"
    );

    let refusal = refused(|_, draft, _| draft.config_hash_next.0[0] ^= 1);
    assert!(matches!(refusal, Refusal::MembersNext { .. }), "{refusal}");

    let refusal = refused(|_, draft, _| draft.config_hash.0[0] ^= 1);
    assert!(matches!(refusal, Refusal::Members { .. }), "{refusal}");

    let refusal = refused(|_, _, batches| batches.push(batches[0].clone()));
    assert!(matches!(refusal, Refusal::Duplicate { .. }), "{refusal}");

    let refusal = refused(|author, _, batches| *batches = vec![author.batch(&["third"])]);
    assert!(
        matches!(refusal, Refusal::Gap { expected: 2, .. }),
        "{refusal}"
    );

    let refusal = refused(|_, _, batches| batches[0].base = 2);
    assert!(
        matches!(refusal, Refusal::Base { base: 2, .. }),
        "{refusal}"
    );

    let refusal = refused(|_, _, batches| batches[0].author.device.0[0] ^= 1);
    assert!(
        matches!(refusal, Refusal::Gap { .. } | Refusal::Stranger { .. }),
        "{refusal}"
    );

    let refusal = refused(|_, _, batches| batches[0].payloads.clear());
    assert!(
        matches!(refusal, Refusal::BatchSize { edits: 0, .. }),
        "{refusal}"
    );

    let refusal = refused(|author, _, batches| {
        let other = author.founding.batches()[0].payloads[0].clone();
        batches[0].payloads[0] = other;
    });
    assert!(
        matches!(refusal, Refusal::Signature { seq: 2, .. }),
        "{refusal}"
    );

    let refusal = refused(|author, _, batches| {
        let founding = author.founding.batches()[0].payloads[0].clone();
        author.unwrite(1);
        *batches = vec![author.sign(vec![founding])];
    });
    assert!(
        matches!(refusal, Refusal::FoundingAgain { .. }),
        "{refusal}"
    );
}

#[test]
fn a_header_that_vouches_for_other_edits_is_refused() {
    let mut author = Author::new();
    let batch = author.batch(&["a"]);
    let block = author.block(vec![batch]);
    let mut bytes = block.encode();
    let root = block.header().edits_root.0;
    let at = bytes.windows(32).position(|window| window == root).unwrap();
    bytes[at] ^= 1;
    let changed = Block::decode(bytes.into()).unwrap();
    assert_ne!(changed.header().edits_root, EditsRoot(root));
    assert_eq!(author.state.check(&changed), Err(Refusal::EditsRoot));
}

#[test]
fn a_signature_of_another_household_does_not_count() {
    let mut author = Author::new();
    let mut other = Author::of("Other house");
    let batch = other.batch(&["a"]);
    let block = author.block(vec![batch]);
    assert!(matches!(
        author.state.check(&block),
        Err(Refusal::Signature { .. })
    ));
    let block: Arc<Block> = author.founding.clone();
    assert!(matches!(
        author.state.check(&block),
        Err(Refusal::Height { .. })
    ));
}
