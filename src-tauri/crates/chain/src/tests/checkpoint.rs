//! Blocks that carry a hash of what the chain below them amounts to.

use std::sync::Arc;

use super::{sha256, snapshot};
use crate::apply::{CHECKPOINT_EVERY, Refusal};
use crate::block::Draft;
use crate::store::conformance::Author;
use crate::store::disk::DiskStore;
use crate::store::verify::verify;
use crate::store::{Record, Store};
use crate::wire::Reader;
use crate::{Block, ChainState, StateRoot};

/// A chain of blocks 0 to `tip`.
fn chain(tip: u64) -> (Author, Vec<Arc<Block>>) {
    let mut author = Author::new();
    let mut blocks = vec![author.founding.clone()];
    while author.state.height() < tip {
        let block = author.block(Vec::new());
        author.state.apply(&block).unwrap();
        blocks.push(block);
    }
    (author, blocks)
}

/// The next block, but with this state root.
fn next_with(author: &mut Author, state_root: Option<StateRoot>) -> Block {
    let batches = vec![author.batch(&["at a checkpoint"])];
    let header = author.block(batches.clone()).header().clone();
    let draft = Draft {
        state_root,
        ..Draft::from(&header)
    };
    Block::build(draft, batches)
}

fn root_of(state: &ChainState) -> StateRoot {
    let text = [b"kinfolio state v1\0".to_vec(), snapshot(state)].concat();
    sha256(&text).parse().unwrap()
}

#[test]
fn only_a_checkpoint_carries_the_state_below_it_and_it_has_to() {
    let every = CHECKPOINT_EVERY;
    for tip in [0, 1, every - 2, every - 1, every, 2 * every - 1, 2 * every] {
        let (mut author, _) = chain(tip);
        let right = root_of(&author.state);
        let is_checkpoint = (tip + 1) % every == 0;
        let expected = is_checkpoint.then_some(right);
        assert_eq!(author.state.state_root_next(), expected, "above {tip}");
        for got in [None, Some(right), Some(StateRoot([1; 32]))] {
            let block = next_with(&mut author, got);
            author.unwrite(1);
            let checked = author.state.check(&block);
            if got == expected {
                assert_eq!(checked, Ok(()), "{got:?} above {tip}");
            } else {
                let refusal = Refusal::StateRoot { expected, got };
                assert_eq!(checked, Err(refusal), "{got:?} above {tip}");
            }
        }
    }
}

#[test]
fn a_founding_block_carries_no_state() {
    let founding = Author::new().founding;
    let draft = Draft {
        state_root: Some(StateRoot([1; 32])),
        ..Draft::from(founding.header())
    };
    let refused = ChainState::found(&Block::build(draft, founding.batches().to_vec()));
    assert!(
        matches!(refused, Err(Refusal::StateRoot { expected: None, .. })),
        "{refused:?}"
    );
}

#[test]
fn a_snapshot_below_a_checkpoint_knows_what_comes() {
    let (author, _) = chain(CHECKPOINT_EVERY - 1);
    let mut reader = Reader::new(snapshot(&author.state).into());
    let read = ChainState::decode(&mut reader).unwrap();
    assert_eq!(read.state_root_next(), Some(root_of(&author.state)));
    assert_eq!(read, author.state);
}

#[test]
fn a_verification_names_a_checkpoint_that_does_not_hold() {
    let (mut author, mut blocks) = chain(CHECKPOINT_EVERY - 1);
    let root = author.state.state_root_next();
    let right = next_with(&mut author, root);
    author.unwrite(1);
    let wrong = next_with(&mut author, Some(StateRoot([1; 32])));
    for (block, faults) in [(right, 0), (wrong, 1)] {
        blocks.push(Arc::new(block));
        let folder = tempfile::tempdir().unwrap();
        let mut store = DiskStore::create(folder.path()).unwrap();
        for block in &blocks {
            store.append(&Record::Learned(Arc::clone(block))).unwrap();
        }
        store.seal().unwrap();
        let report = verify(folder.path(), |_| ());
        assert_eq!(report.faults.len(), faults, "{:?}", report.faults);
        for fault in report.faults {
            assert!(fault.detail.contains("state root is 0101"), "{fault:?}");
        }
        blocks.pop();
    }
}
