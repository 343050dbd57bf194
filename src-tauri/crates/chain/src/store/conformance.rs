//! One suite that every store passes, and the chains that tests are made of.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use ed25519_dalek::SigningKey;

use crate::apply::{ChainState, founding_block};
use crate::block::Draft;
use crate::config::{Member, Role};
use crate::id::{Incarnation, Owner};
use crate::store::disk::DiskStore;
use crate::store::memory::MemoryStore;
use crate::store::pending::PendingLog;
use crate::store::record::{HEAD_BYTES, TAIL_BYTES};
use crate::store::verify::{verify, verify_on};
use crate::store::{Ballot, Record, Recovered, Store};
use crate::{Batch, Block, Founding, Payload, RecoveryKey};

/// A device that writes a chain on its own.
pub(crate) struct Author {
    key: SigningKey,
    owner: Owner,
    seq: u64,
    pub(crate) state: ChainState,
    pub(crate) founding: Arc<Block>,
}

impl Author {
    pub(crate) fn new() -> Self {
        Self::of("Ada & Co")
    }

    pub(crate) fn of(household: &str) -> Self {
        let key = SigningKey::from_bytes(&[7; 32]);
        let member = Member::new("Study PC".into(), key.verifying_key(), Role::Voter);
        let incarnation = Incarnation {
            counter: 1,
            nonce: 42,
        };
        let owner = Owner {
            device: member.id,
            incarnation,
        };
        let founding = Founding {
            household: household.to_owned(),
            nonce: [9; 32],
            recovery: RecoveryKey::new([9; 32]).public_key(),
            members: vec![member],
        };
        let founding = founding_block(&key, owner, 1_700_000_000_000, founding);
        let state = ChainState::found(&founding).expect("a household is founded");
        Self {
            key,
            owner,
            seq: 1,
            state,
            founding: Arc::new(founding),
        }
    }

    pub(crate) fn batch(&mut self, texts: &[&str]) -> Batch {
        let bytes = |text: &&str| Payload::Opaque(Bytes::copy_from_slice(text.as_bytes()));
        let payloads: Vec<_> = texts.iter().map(bytes).collect();
        self.sign(payloads)
    }

    pub(crate) fn sign(&mut self, payloads: Vec<Payload>) -> Batch {
        let (line, base) = (self.state.line(), self.state.height());
        let batch = Batch::sign(&self.key, line, self.owner, self.seq, base, payloads);
        self.seq = batch.next_seq();
        batch
    }

    /// Forgets the last `edits`, to number them again.
    pub(crate) fn unwrite(&mut self, edits: u64) {
        self.seq -= edits;
    }

    pub(crate) fn block(&mut self, batches: Vec<Batch>) -> Arc<Block> {
        let draft = Draft {
            height: self.state.height() + 1,
            prev: self.state.tip(),
            config_hash: self.state.config_hash(),
            config_hash_next: self.state.config_hash_next(&batches),
            history_root: self.state.history_root(),
            state_root: self.state.state_root_next(),
            timestamp_ms: 1_700_000_000_000,
            proposer: self.owner,
            next_owner: self.owner,
        };
        Arc::new(Block::build(draft, batches))
    }

    pub(crate) fn ballot(&self, round: u64) -> Ballot {
        Ballot {
            round,
            proposer: self.owner,
        }
    }

    fn accepted(&self, block: &Arc<Block>) -> Record {
        Record::Accepted {
            ballot: self.ballot(0),
            block: Arc::clone(block),
        }
    }

    /// Writes a founding block and `more` blocks above it, each synced and decided.
    pub(crate) fn write(&mut self, store: &mut dyn Store, more: usize) {
        let founding = Arc::clone(&self.founding);
        store
            .append(&Record::Incarnation(self.owner.incarnation))
            .expect("written");
        self.decide(store, &founding);
        for n in 0..more {
            let batch = self.batch(&["one", &format!("edit of block {n}")]);
            let block = self.block(vec![batch]);
            self.decide(store, &block);
            self.state.apply(&block).expect("the block holds");
        }
    }

    fn decide(&self, store: &mut dyn Store, block: &Arc<Block>) {
        store.append(&self.accepted(block)).expect("written");
        store.sync().expect("synced");
        let decided = Record::Decided {
            height: block.height(),
            hash: block.hash(),
        };
        store.append(&decided).expect("written");
    }
}

/// A way to make a store, and to see what a crash of it leaves.
trait Kind {
    type Store: Store;
    fn create(&self) -> Self::Store;
    fn crash(&self, store: Self::Store) -> (Self::Store, Recovered);
}

struct Memory;

impl Kind for Memory {
    type Store = MemoryStore;
    fn create(&self) -> MemoryStore {
        MemoryStore::new()
    }
    fn crash(&self, store: MemoryStore) -> (MemoryStore, Recovered) {
        store.crash().expect("the records agree")
    }
}

struct Disk(tempfile::TempDir, u64);

impl Kind for Disk {
    type Store = DiskStore;
    fn create(&self) -> DiskStore {
        drop(DiskStore::create(self.0.path()).expect("made"));
        DiskStore::open_with(self.0.path(), self.1)
            .expect("opened")
            .0
    }
    fn crash(&self, store: DiskStore) -> (DiskStore, Recovered) {
        drop(store);
        DiskStore::open_with(self.0.path(), self.1).expect("opened again")
    }
}

fn disk(segment_bytes: u64) -> Disk {
    Disk(tempfile::tempdir().expect("a folder"), segment_bytes)
}

fn conforms<K: Kind>(kind: &K) {
    keeps_what_was_synced_and_nothing_else(kind);
}

fn keeps_what_was_synced_and_nothing_else<K: Kind>(kind: &K) {
    let mut author = Author::new();
    let mut store = kind.create();
    author.write(&mut store, 20);
    let tip = author.state.tip();

    let promise = Record::Promise {
        height: 21,
        ballot: author.ballot(3),
    };
    store.append(&promise).expect("written");
    store.sync().expect("synced");
    let lost = author.batch(&["never synced"]);
    let lost = author.block(vec![lost]);
    store.append(&author.accepted(&lost)).expect("written");

    let (mut store, known) = kind.crash(store);
    let state = known.state.clone().expect("a chain");
    assert_eq!((state.height(), state.tip()), (20, tip));
    assert_eq!(state, author.state);
    assert_eq!(
        known.promised,
        Some(author.ballot(3)),
        "a synced promise is kept"
    );
    assert_eq!(known.accepted, None, "what was not synced is gone");
    assert_eq!(known.incarnation, Some(author.owner.incarnation));
    assert!(!known.sealed);
    for height in 0..=20 {
        let block = store.block(height).expect("readable").expect("there");
        assert_eq!(block.height(), height);
    }
    assert!(store.block(21).expect("readable").is_none());

    let accepted = author.accepted(&lost);
    store.append(&accepted).expect("written");
    store.sync().expect("synced");
    let (mut store, known) = kind.crash(store);
    assert_eq!(
        known.accepted,
        Some((author.ballot(0), Arc::clone(&lost))),
        "a vote is kept"
    );
    assert_eq!(known.promised, Some(author.ballot(3)));

    let decided = Record::Decided {
        height: 21,
        hash: lost.hash(),
    };
    store.append(&decided).expect("written");
    store.seal().expect("sealed");
    let (store, known) = kind.crash(store);
    assert!(known.sealed);
    assert_eq!(known.state.expect("a chain").tip(), lost.hash());
    assert_eq!(store.block(21).expect("readable").as_ref(), Some(&*lost));
}

#[test]
fn memory_conforms() {
    conforms(&Memory);
}

#[test]
fn disk_conforms_in_one_segment_and_in_many() {
    conforms(&disk(1 << 20));
    conforms(&disk(600));
}

#[test]
fn an_index_that_is_gone_or_damaged_is_made_again() {
    let kind = disk(600);
    let mut author = Author::new();
    let mut store = kind.create();
    author.write(&mut store, 30);
    store.seal().expect("sealed");
    drop(store);
    let folder = kind.0.path();
    std::fs::remove_file(folder.join("00000001.index")).expect("there was an index");
    std::fs::write(folder.join("00000002.index"), b"nonsense").expect("written");
    let (store, known) = DiskStore::open_with(folder, 600).expect("opened");
    assert_eq!(known.state.expect("a chain"), author.state);
    for height in 0..=30 {
        assert!(
            store.block(height).expect("readable").is_some(),
            "block {height}"
        );
    }
    assert!(folder.join("00000001.index").exists());
}

#[test]
fn a_torn_tail_is_cut_and_the_log_goes_on() {
    let kind = disk(1 << 20);
    let mut author = Author::new();
    let mut store = kind.create();
    author.write(&mut store, 3);
    store.seal().expect("sealed");
    drop(store);
    let path = kind.0.path().join("00000000.log");
    let whole = std::fs::read(&path).expect("readable");
    let batch = author.batch(&["torn"]);
    let torn = author.block(vec![batch]);
    let frame = author.accepted(&torn).frame();
    for cut in [1, 8, 9, 60, frame.len() - 1] {
        let mut bytes = whole.clone();
        bytes.extend_from_slice(&frame[..cut]);
        std::fs::write(&path, &bytes).expect("written");
        assert!(
            verify(kind.0.path(), |_| ()).faults.is_empty(),
            "cut at {cut}"
        );
        let (store, known) = DiskStore::open(kind.0.path()).expect("opened");
        assert_eq!(known.torn_bytes, cut as u64);
        assert_eq!(known.state.as_ref(), Some(&author.state));
        drop(store);
        assert_eq!(
            std::fs::read(&path).expect("readable"),
            whole,
            "cut back at {cut}"
        );
    }
}

#[test]
fn every_flipped_bit_is_found_and_none_is_cut() {
    let kind = disk(900);
    let mut author = Author::new();
    let mut store = kind.create();
    author.write(&mut store, 8);
    store.seal().expect("sealed");
    drop(store);
    let folder = kind.0.path();
    let clean = verify(folder, |_| ());
    assert_eq!((clean.blocks, clean.edits), (9, 17));
    assert_eq!(clean.faults, []);
    let mut flips = 0;
    for number in 0.. {
        let path = folder.join(format!("{number:08}.log"));
        let Ok(whole) = std::fs::read(&path) else {
            break;
        };
        for bit in (0..whole.len() * 8).step_by(5) {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &bytes).expect("written");
            let report = verify(folder, |_| ());
            assert!(!report.faults.is_empty(), "bit {bit} of {}", path.display());
            flips += 1;
        }
        std::fs::write(&path, &whole).expect("written");
    }
    assert!(flips > 2000, "{flips} bits were tried");
}

/// A ledger of eight blocks in one segment that was never sealed, its bytes, and where the frame
/// of the block at height 4 stands in them.
fn open_ledger() -> (Disk, Vec<u8>, Range<usize>) {
    let kind = disk(1 << 20);
    let mut author = Author::new();
    let mut store = kind.create();
    author.write(&mut store, 8);
    let block = store.block(4).expect("readable").expect("there");
    drop(store);
    let bytes = std::fs::read(log(&kind)).expect("readable");
    let frame = author.accepted(&Arc::new(block)).frame();
    let start = bytes.windows(frame.len()).position(|some| some == frame);
    let start = start.expect("the block was written");
    (kind, bytes, start..start + frame.len())
}

fn log(kind: &Disk) -> std::path::PathBuf {
    kind.0.path().join("00000000.log")
}

#[test]
fn every_bit_of_an_old_record_counts() {
    let (kind, whole, frame) = open_ledger();
    for bit in frame.start * 8..frame.end * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(log(&kind), &bytes).expect("written");
        let report = verify_on(NonZeroUsize::MIN, kind.0.path(), |_| ());
        assert!(!report.faults.is_empty(), "bit {bit} of {frame:?}");
    }
}

/// Whoever changes an old block can make its checksums fit. Its hash and its signatures stay.
#[test]
fn every_bit_of_an_old_block_counts_though_its_checksums_fit() {
    const BALLOT_BYTES: usize = 40;
    let (kind, whole, frame) = open_ledger();
    let body = frame.start + HEAD_BYTES..frame.end - TAIL_BYTES;
    for bit in (body.start + BALLOT_BYTES) * 8..body.end * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let checksum = crc32c::crc32c(&bytes[body.clone()]).to_le_bytes();
        bytes[body.end..frame.end].copy_from_slice(&checksum);
        std::fs::write(log(&kind), &bytes).expect("written");
        let report = verify_on(NonZeroUsize::MIN, kind.0.path(), |_| ());
        assert!(!report.faults.is_empty(), "bit {bit} of {body:?}");
    }
}

#[test]
fn many_threads_find_what_one_finds() {
    let (kind, whole, frame) = open_ledger();
    let found = |threads: usize| {
        let threads = NonZeroUsize::new(threads).expect("not zero");
        let mut seen = Vec::new();
        let report = verify_on(threads, kind.0.path(), |block| seen.push(block.hash()));
        (
            seen,
            report.blocks,
            report.edits,
            report.faults,
            report.recovered,
        )
    };
    let clean = found(1);
    assert_eq!((clean.1, clean.2, clean.3.len()), (9, 17, 0));
    assert_eq!(found(2), clean);
    for at in (0..whole.len()).step_by(97).chain(frame) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(log(&kind), &bytes).expect("written");
        let one = found(1);
        for threads in 2..4 {
            assert_eq!(found(threads), one, "byte {at} on {threads} threads");
        }
    }
}

#[test]
fn a_missing_segment_is_named() {
    let kind = disk(600);
    let mut author = Author::new();
    let mut store = kind.create();
    author.write(&mut store, 20);
    drop(store);
    std::fs::remove_file(kind.0.path().join("00000001.log")).expect("there was a segment");
    let error = DiskStore::open(kind.0.path()).expect_err("a segment is missing");
    assert!(
        error.to_string().contains("00000001.log is missing"),
        "{error}"
    );
    assert_eq!(verify(kind.0.path(), |_| ()).faults.len(), 1);
}

#[test]
fn pending_edits_outlive_a_crash_and_leave_when_the_chain_has_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut author = Author::new();
    let mut log = PendingLog::open(folder.path()).expect("opened");
    let (first, second) = (author.batch(&["a", "b"]), author.batch(&["c"]));
    log.add(std::slice::from_ref(&first)).expect("added");
    log.add(std::slice::from_ref(&second)).expect("added");
    drop(log);
    let mut log = PendingLog::open(folder.path()).expect("opened");
    assert_eq!(log.batches(), [first.clone(), second.clone()]);
    let block = author.block(vec![first]);
    author.state.apply(&block).expect("the block holds");
    log.settle(&author.state).expect("settled");
    assert_eq!(log.batches(), std::slice::from_ref(&second));
    let block = author.block(vec![second]);
    author.state.apply(&block).expect("the block holds");
    log.settle(&author.state).expect("settled");
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0);
}
