//! A ledger that is damaged, cut, missing or forged: its device says so, does not vote on what it
//! may have forgotten, and is made whole by the others.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kinfolio_chain::block::Draft;
use kinfolio_chain::history::History;
use kinfolio_chain::store::disk::DiskStore;
use kinfolio_chain::store::{Record, Store};
use kinfolio_chain::{Block, BlockHash};
use kinfolio_node::engine::Standing;
use kinfolio_node::{EditState, Node, NodeError, verify};

use crate::household::{Household, write};

/// A household of which the last device was closed, after so many edits of each.
async fn with_one_closed(size: usize, edits: usize) -> (Household, usize) {
    let mut household = Household::found(size);
    let written = write(&household, edits, 2).await;
    household.agree(written).await;
    household.close(size - 1).await;
    (household, written)
}

fn segment(root: &Path) -> PathBuf {
    root.join("ledger/00000000.log")
}

/// Changes a byte of the first segment, `part` of the way through it.
fn flip(root: &Path, part: f64) {
    let path = segment(root);
    let mut bytes = std::fs::read(&path).expect("readable");
    let at = (bytes.len() as f64 * part) as usize;
    bytes[at] ^= 0x10;
    std::fs::write(&path, bytes).expect("written");
}

/// Changes the block that holds this text.
fn flip_block(root: &Path, text: &str) {
    let path = segment(root);
    let mut bytes = std::fs::read(&path).expect("readable");
    let mut all = bytes.windows(text.len());
    let at = all.position(|some| some == text.as_bytes());
    bytes[at.expect("it was written")] ^= 0x10;
    std::fs::write(&path, bytes).expect("written");
}

async fn stands(node: &Node, standing: &Standing) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while node.status().standing != *standing {
        let now = node.status();
        assert!(Instant::now() < deadline, "{now:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// After more edits everyone agrees and votes again, and the ledger that was damaged is kept.
async fn is_healed(household: &Household, mut written: usize, kept: &str) {
    let last = household.nodes.len() - 1;
    household.agree(written).await;
    // Two more blocks take whoever forgot past the heights of its votes.
    let deadline = Instant::now() + Duration::from_secs(60);
    while household.node(last).status().standing != Standing::Good {
        assert!(
            Instant::now() < deadline,
            "{:?}",
            household.node(last).status()
        );
        let edit = Bytes::from(format!("past it {written}"));
        let receipt = household.node(0).submit(vec![edit]).await;
        receipt.expect("acknowledged");
        written += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let edit = Bytes::from_static(b"from the healed one");
    let receipt = household.node(last).submit(vec![edit]).await;
    receipt.expect("acknowledged");
    household.agree(written + 1).await;
    let root = &household.roots[last];
    assert!(root.join(kept).is_dir(), "{kept} is kept");
    let report = verify(&root.join("ledger"), |_| ());
    assert_eq!(report.faults, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_is_healed_by_the_others() {
    let (mut household, written) = with_one_closed(3, 60).await;
    let last = household.roots[2].clone();
    flip(&last, 0.5);
    let refused = Node::open(&last).err().map(|error| error.to_string());
    let refused = refused.expect("alone it does not open");
    assert!(
        refused.contains("00000000.log is damaged at byte"),
        "{refused}"
    );
    household.start(2);
    is_healed(&household, written, "ledger.damaged-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_of_two_is_healed_by_the_one_that_remembers() {
    for part in [0.01, 0.5, 0.999] {
        let (mut household, written) = with_one_closed(2, 40).await;
        flip(&household.roots[1], part);
        household.start(1);
        is_healed(&household, written, "ledger.damaged-1").await;
    }
}

/// Cut at the end of a record it looks like a log after a crash. The others know better, whichever
/// of them speaks first.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_cut_is_healed_by_the_others() {
    let (mut household, written) = with_one_closed(3, 60).await;
    let path = segment(&household.roots[2]);
    let whole = std::fs::read(&path).expect("readable");
    for part in [0.3, 0.5, 0.7, 0.9, 0.95, 0.5, 0.5, 0.7] {
        let left = (whole.len() as f64 * part) as usize;
        std::fs::write(&path, &whole[..left]).expect("written");
        household.start(2);
        household.agree(written).await;
        stands(&household.node(2), &Standing::Good).await;
        household.close(2).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_emptied_is_healed_and_named() {
    for left in [0, 10, 20] {
        let (mut household, written) = with_one_closed(3, 20).await;
        let root = household.roots[2].clone();
        let path = segment(&root);
        let whole = std::fs::read(&path).expect("readable");
        std::fs::write(&path, &whole[..left]).expect("written");
        let report = verify(&root.join("ledger"), |_| ());
        assert_eq!(report.faults.len(), 1, "{left} bytes are left: {report:?}");
        household.start(2);
        is_healed(&household, written, "ledger.damaged-1").await;
    }
}

/// Two that have forgotten their votes at once are no quorum with the one that remembers: what was
/// decided may be known to them alone. They say so, and hold nothing for decided.
#[tokio::test(flavor = "multi_thread")]
async fn too_many_that_have_forgotten_are_no_quorum() {
    let (mut household, _) = with_one_closed(3, 20).await;
    household.close(1).await;
    for n in [1, 2] {
        std::fs::remove_dir_all(household.roots[n].join("ledger")).expect("removed");
        household.start(n);
    }
    for n in [1, 2] {
        stands(&household.node(n), &Standing::Healing).await;
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    while (0..3).any(|n| household.node(n).status().quorum) {
        assert!(Instant::now() < deadline, "a quorum is claimed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let edit = vec![Bytes::from_static(b"waits")];
    let receipt = household.node(0).submit(edit).await.expect("kept");
    assert_eq!(receipt.state, EditState::Pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_is_gone_and_a_ledger_that_is_gone_come_back() {
    let (mut household, written) = with_one_closed(3, 60).await;
    let root = household.roots[2].clone();
    std::fs::remove_file(segment(&root)).expect("removed");
    household.start(2);
    is_healed(&household, written, "ledger.damaged-1").await;
    household.close(2).await;
    let written = household.edits(0);
    std::fs::remove_dir_all(root.join("ledger")).expect("removed");
    household.start(2);
    is_healed(&household, written, "ledger.damaged-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_each_has_lost_another_place_of_is_whole_in_the_end() {
    let (mut household, written) = with_one_closed(3, 60).await;
    // None shows before somebody asks for the block: who runs reads only the end of its log.
    flip_block(&household.roots[0], "1-15");
    flip_block(&household.roots[1], "1-45");
    let root = household.roots[2].clone();
    std::fs::remove_dir_all(root.join("ledger")).expect("removed");
    household.start(2);
    household.agree(written).await;
    // Whoever was not asked by the third reads its own blocks.
    let read = household.node(1).blocks(0, usize::MAX);
    drop(read);
    stands(&household.node(1), &Standing::Good).await;
    household.agree(written).await;
    for root in &household.roots[..2] {
        let kept = root.join("ledger.damaged-1");
        assert!(kept.is_dir(), "{} was not healed", root.display());
    }
    // The third has forgotten all of its votes, but the other two only some about the past.
    is_healed(&household, written, "ledger").await;
}

/// Every block from `height` on again, with its clock changed and all hashes made to fit.
fn forged(blocks: &[Block], height: u64) -> Vec<Arc<Block>> {
    let mut history = History::new();
    let mut tip = BlockHash::NONE;
    let again = blocks.iter().map(|block| {
        let header = block.header();
        let draft = Draft {
            prev: tip,
            history_root: history.root(),
            timestamp_ms: header.timestamp_ms + i64::from(header.height == height),
            ..Draft::from(header)
        };
        let block = Block::build(draft, block.batches().to_vec());
        tip = block.hash();
        history.push(tip);
        Arc::new(block)
    });
    again.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_is_rewritten_with_all_its_hashes_is_detected_refused_and_healed() {
    let (mut household, written) = with_one_closed(3, 60).await;
    let root = household.roots[2].clone();
    let blocks = household.node(0).blocks(0, usize::MAX).expect("readable");
    let middle = blocks.len() as u64 / 2;
    let ledger = root.join("ledger");
    std::fs::remove_dir_all(&ledger).expect("removed");
    let mut store = DiskStore::create(&ledger).expect("made");
    let forged = forged(&blocks, middle);
    for block in &forged {
        let record = Record::Learned(Arc::clone(block));
        store.append(&record).expect("written");
    }
    store.seal().expect("sealed");
    drop(store);
    // Nothing is wrong with it by itself.
    assert_eq!(verify(&ledger, |_| ()).faults, []);
    household.start(2);
    is_healed(&household, written, "ledger.forked-1").await;
    let healed = household.node(2).block(middle).expect("readable");
    assert_eq!(
        healed.expect("there").hash(),
        blocks[middle as usize].hash()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_of_one_names_the_damage_and_changes_nothing() {
    let (household, _) = {
        let mut household = Household::found(1);
        let written = write(&household, 20, 1).await;
        household.close(0).await;
        (household, written)
    };
    let root = &household.roots[0];
    flip(root, 0.5);
    let before = std::fs::read(segment(root)).expect("readable");
    for door in [None, Some(kinfolio_node::Door::default())] {
        let opened = match door {
            None => Node::open(root),
            Some(door) => Node::open_with(root, door),
        };
        assert!(matches!(opened, Err(NodeError::Store(_))));
    }
    assert_eq!(std::fs::read(segment(root)).expect("readable"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_of_one_names_a_ledger_that_was_cut() {
    let mut household = Household::found(1);
    write(&household, 20, 1).await;
    household.close(0).await;
    let root = &household.roots[0];
    let whole = std::fs::read(segment(root)).expect("readable");
    for part in [0.3, 0.5, 0.8] {
        let left = (whole.len() as f64 * part) as usize;
        std::fs::write(segment(root), &whole[..left]).expect("written");
        let refused = Node::open(root).err();
        assert!(
            matches!(refused, Some(NodeError::Cut { .. })),
            "{refused:?}"
        );
    }
    std::fs::write(segment(root), &whole).expect("written");
    Node::open(root).expect("it is whole again");
}

/// Nobody can give the block back: it is missed, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_household_of_one_goes_on_without_a_block_that_cannot_be_read() {
    let household = Household::found(1);
    write(&household, 20, 1).await;
    let node = household.node(0);
    flip_block(&household.roots[0], "0-10");
    let read = node.blocks(0, usize::MAX);
    assert!(
        matches!(read, Err(NodeError::Unreadable { .. })),
        "{read:?}"
    );
    let edit = vec![Bytes::from_static(b"after it")];
    let receipt = node.submit(edit).await.expect("acknowledged");
    assert_eq!(receipt.state, EditState::Committed);
    assert!(!household.roots[0].join("ledger.damaged-1").exists());
}

/// Whoever meets nobody leaves a damaged ledger to the life that does.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_opened_alone_is_not_made_anew() {
    let (household, _) = with_one_closed(3, 20).await;
    let root = &household.roots[2];
    let node = Node::open(root).expect("opened");
    flip_block(root, "1-10");
    assert!(node.blocks(0, usize::MAX).is_err());
    node.close().await.expect("closed");
    assert!(!root.join("ledger.damaged-1").exists());
    assert!(Node::open(root).is_err());
}
