//! What the provers say, the verifier that shares no code with them believes; and nothing else.

use std::convert::Infallible;
use std::sync::Arc;

use kinfolio_proof::{Unproven, tree};
use proptest::prelude::*;
use serde_json::Value;

use crate::proof::{ConsistencyProof, HistoryTree, InclusionProof};
use crate::store::conformance::Author;
use crate::{Block, BlockHash, EditId, HistoryRoot, merkle};

const LEAVES_MAX: usize = 130;

fn leaves(count: usize) -> Vec<[u8; 32]> {
    let bytes = (0..count).map(|n| (n as u64).to_le_bytes());
    bytes.map(|bytes| merkle::leaf(&bytes)).collect()
}

/// Every way to spoil a path by one node.
fn spoiled(path: &[[u8; 32]]) -> Vec<Vec<[u8; 32]>> {
    let mut all = Vec::new();
    for at in 0..path.len() {
        let mut other = path.to_vec();
        other[at][at % 32] ^= 1;
        all.push(other);
        let mut shorter = path.to_vec();
        shorter.remove(at);
        all.push(shorter);
    }
    let mut longer = path.to_vec();
    longer.push([0; 32]);
    all.push(longer);
    all
}

#[test]
fn audit_paths_hold_for_all_sizes_and_nothing_else_does() {
    let leaves = leaves(LEAVES_MAX);
    for size in 1..=LEAVES_MAX {
        let root = merkle::root(&leaves[..size]);
        for index in 0..size {
            let path = merkle::inclusion(&leaves[..size], index);
            let (at, all) = (index as u64, size as u64);
            let holds = |leaf, index, path: &[[u8; 32]], root| {
                tree::is_included(leaf, index, all, path, root)
            };
            let leaf = &leaves[index];
            let what = format!("leaf {index} of {size}");
            assert!(holds(leaf, at, &path, &root), "{what}");
            assert!(!holds(&[0; 32], at, &path, &root), "{what}");
            assert!(!holds(leaf, at, &path, &[0; 32]), "{what}");
            for other in (0..all).filter(|other| *other != at) {
                assert!(!holds(leaf, other, &path, &root), "{what} as {other}");
            }
            for other in spoiled(&path) {
                assert!(!holds(leaf, at, &other, &root), "{what}");
            }
        }
    }
}

#[test]
fn consistency_proofs_hold_for_all_sizes_and_nothing_else_does() {
    let leaves = leaves(LEAVES_MAX);
    for new in 0..=LEAVES_MAX {
        let new_root = merkle::root(&leaves[..new]);
        for old in 0..=new {
            let old_root = merkle::root(&leaves[..old]);
            let path = merkle::consistency(old, &leaves[..new]);
            let (first, second) = (old as u64, new as u64);
            let holds = |path: &[[u8; 32]], old_root, new_root| {
                tree::is_continued(first, second, old_root, new_root, path)
            };
            let what = format!("{old} to {new}");
            assert!(holds(&path, &old_root, &new_root), "{what}");
            assert!(!holds(&path, &[0; 32], &new_root), "{what}");
            // Any tree begins with the empty one, so nothing is asked of it.
            assert!(old == 0 || !holds(&path, &old_root, &[0; 32]), "{what}");
            for other in spoiled(&path) {
                assert!(!holds(&other, &old_root, &new_root), "{what}");
            }
        }
    }
}

proptest! {
    /// The tree that keeps only some roots gives the same paths as the one over all leaves.
    #[test]
    fn a_history_tree_gives_the_paths_of_the_definition(
        seen in 0..400u64,
        sizes in prop::collection::vec((1..400u64, any::<prop::sample::Index>()), 1..8),
    ) {
        let hashes: Vec<_> = leaves(400).into_iter().map(BlockHash).collect();
        let leaves: Vec<_> = hashes.iter().map(|hash| merkle::leaf(&hash.0)).collect();
        let read = |height: u64| Ok::<_, Infallible>(hashes[usize::try_from(height).unwrap()]);
        let mut history = HistoryTree::new();
        for hash in &hashes[..usize::try_from(seen).unwrap()] {
            history.push(*hash);
        }
        for (size, index) in sizes {
            let whole = usize::try_from(size).unwrap();
            let index = index.index(whole);
            let path = history.inclusion(index as u64, size, read);
            prop_assert_eq!(path, Ok(merkle::inclusion(&leaves[..whole], index)));
            let path = history.consistency(index as u64, size, read);
            prop_assert_eq!(path, Ok(merkle::consistency(index, &leaves[..whole])));
        }
    }
}

/// A chain of some blocks, and what reads it.
struct Chain {
    blocks: Vec<Arc<Block>>,
    tree: HistoryTree,
}

impl Chain {
    fn of(more: usize) -> Self {
        let mut author = Author::new();
        let mut blocks = vec![Arc::clone(&author.founding)];
        for n in 0..more {
            let texts: Vec<_> = (0..=n % 5).map(|edit| format!("{n}.{edit}")).collect();
            let texts: Vec<_> = texts.iter().map(String::as_str).collect();
            let batches = vec![author.batch(&texts), author.batch(&["last"])];
            let block = author.block(batches);
            author.state.apply(&block).unwrap();
            blocks.push(block);
        }
        let tree = HistoryTree::new();
        Self { blocks, tree }
    }

    fn included(&mut self, edit: EditId, height: usize, tip: usize) -> Option<InclusionProof> {
        let Self { blocks, tree } = self;
        let read =
            |height: u64| Ok::<_, Infallible>(blocks[usize::try_from(height).unwrap()].hash());
        let Ok(proof) = InclusionProof::of(edit, &blocks[height], blocks[tip].header(), tree, read);
        proof
    }

    fn continued(&mut self, old: usize, new: usize) -> Option<ConsistencyProof> {
        let Self { blocks, tree } = self;
        let read =
            |height: u64| Ok::<_, Infallible>(blocks[usize::try_from(height).unwrap()].hash());
        let Ok(proof) =
            ConsistencyProof::of(blocks[old].header(), blocks[new].header(), tree, read);
        proof
    }
}

/// The proof as it comes out of JSON at the other side.
fn sent<T: serde::Serialize, U: serde::de::DeserializeOwned>(proof: &T) -> U {
    serde_json::from_str(&serde_json::to_string(proof).unwrap()).unwrap()
}

/// Every value of a document with one hexadecimal digit, one number or one item changed.
fn altered(proof: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for (field, value) in proof.as_object().unwrap() {
        let mut with = |value: Value| {
            let mut other = proof.clone();
            other[field] = value;
            all.push(other);
        };
        match value {
            Value::String(text) => digits(text).for_each(|text| with(text.into())),
            Value::Number(number) => with((number.as_u64().unwrap() + 1).into()),
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    let put = |text: String| {
                        let mut items = items.clone();
                        items[at] = text.into();
                        Value::Array(items)
                    };
                    digits(item.as_str().unwrap()).for_each(|text| with(put(text)));
                    let mut fewer = items.clone();
                    fewer.remove(at);
                    with(fewer.into());
                }
                let mut more = items.clone();
                more.push("00".repeat(32).into());
                with(more.into());
            }
            other => panic!("{other} in a proof"),
        }
    }
    all
}

fn digits(text: &str) -> impl Iterator<Item = String> + '_ {
    (0..text.len()).map(|at| {
        let digit = text[at..=at].chars().next().unwrap().to_digit(16).unwrap();
        let digit = char::from_digit(digit ^ 1, 16).unwrap();
        format!("{}{digit}{}", &text[..at], &text[at + 1..])
    })
}

#[test]
fn an_edit_is_proved_under_every_later_tip_and_under_no_other() {
    let mut chain = Chain::of(140);
    for height in [0, 1, 63, 64, 100, 140] {
        for edit in chain.blocks[height].clone().edits() {
            for tip in height..chain.blocks.len() {
                let proof = chain.included(edit.id, height, tip).unwrap();
                let proof: kinfolio_proof::InclusionProof = sent(&proof);
                let included = proof.verify(&chain.blocks[tip].hash().0).unwrap();
                assert_eq!(included.edit, edit.canonical());
                assert_eq!(included.block, chain.blocks[height].hash().0);
                assert_eq!(
                    (included.height, included.tip_height),
                    (height as u64, tip as u64)
                );
                let other = proof.verify(&chain.blocks[(tip + 1) % 141].hash().0);
                assert!(matches!(other, Err(Unproven::Tip { .. })));
            }
        }
    }
    let edit = chain.blocks[9].edits().next().unwrap().id;
    assert_eq!(chain.included(edit, 9, 8), None, "a block above the tip");
    assert_eq!(chain.included(edit, 8, 9), None, "an edit of another block");
}

#[test]
fn no_altered_inclusion_proof_holds() {
    let mut chain = Chain::of(12);
    for (height, tip) in [(5, 12), (5, 6), (12, 12)] {
        let edit = chain.blocks[height].edits().nth(1).unwrap();
        let proof = chain.included(edit.id, height, tip).unwrap();
        for other in altered(&serde_json::to_value(&proof).unwrap()) {
            let spoiled: kinfolio_proof::InclusionProof = serde_json::from_value(other).unwrap();
            let verified = spoiled.verify(&chain.blocks[tip].hash().0);
            assert!(verified.is_err(), "{spoiled:?}");
        }
    }
}

#[test]
fn tips_are_continued_by_every_later_one_and_no_altered_proof_holds() {
    let mut chain = Chain::of(130);
    let tips = [0, 1, 2, 7, 63, 64, 65, 128, 130];
    for old in tips {
        for new in tips {
            let hashes = (chain.blocks[old].hash().0, chain.blocks[new].hash().0);
            let proof = chain.continued(old, new);
            assert_eq!(proof.is_some(), old <= new);
            let Some(proof) = proof else { continue };
            let sound: kinfolio_proof::ConsistencyProof = sent(&proof);
            let heights = sound.verify(&hashes.0, &hashes.1);
            assert_eq!(heights, Ok((old as u64, new as u64)));
            if new > 7 {
                continue;
            }
            for other in altered(&serde_json::to_value(&proof).unwrap()) {
                let spoiled: kinfolio_proof::ConsistencyProof =
                    serde_json::from_value(other).unwrap();
                assert!(spoiled.verify(&hashes.0, &hashes.1).is_err(), "{spoiled:?}");
            }
        }
    }
}

#[test]
fn the_root_over_no_blocks_is_the_rfcs() {
    assert_eq!(HistoryRoot::EMPTY.0, merkle::root(&[]));
}
