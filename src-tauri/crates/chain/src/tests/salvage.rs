//! A log that is damaged anywhere is made anew without a block that was not in it, and without the
//! claim to know a vote that it does not know.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::store::conformance::Author;
use crate::store::disk::DiskStore;
use crate::store::files::{Files, SystemFiles};
use crate::store::salvage::Salvage;
use crate::store::{Abstention, Record, Recovered, Store, StoreError};

const SEGMENT_BYTES: u64 = 1_500;
const BLOCKS: u64 = 12;

struct Log {
    folder: tempfile::TempDir,
    author: Author,
    /// What it says while it is whole.
    whole: Recovered,
}

impl Log {
    /// Twelve blocks, and a vote about the one above.
    fn written() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut author = Author::new();
        let path = folder.path().join("ledger");
        drop(DiskStore::create(&path).expect("made"));
        let (mut store, _) = DiskStore::open_with(&path, SEGMENT_BYTES).expect("opened");
        author.write(&mut store, BLOCKS as usize);
        let batch = author.batch(&["undecided"]);
        let block = author.block(vec![batch]);
        for record in [
            Record::Promise {
                height: BLOCKS + 1,
                ballot: author.ballot(3),
            },
            Record::Accepted {
                ballot: author.ballot(3),
                block,
            },
            Record::Promise {
                height: BLOCKS + 1,
                ballot: author.ballot(5),
            },
        ] {
            store.append(&record).expect("written");
        }
        store.sync().expect("synced");
        drop(store);
        let (_, whole) = DiskStore::open_with(&path, SEGMENT_BYTES).expect("opened");
        Self {
            folder,
            author,
            whole,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    fn segments(&self) -> Vec<PathBuf> {
        let all = std::fs::read_dir(self.path()).expect("listed");
        let paths = all.map(|entry| entry.expect("read").path());
        let mut logs: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|it| it == "log"))
            .collect();
        logs.sort();
        logs
    }

    /// Makes the log anew, and says what it then holds.
    fn rebuilt(&self) -> (Salvage, Recovered) {
        let to = self.folder.path().join("anew");
        if to.exists() {
            std::fs::remove_dir_all(&to).expect("removed");
        }
        let salvage = Salvage::of(&SystemFiles, &self.path()).expect("readable");
        let files: Arc<dyn Files> = Arc::new(SystemFiles);
        let founding = &self.author.founding;
        let rebuilt = salvage.rebuild(&files, &self.path(), &to, founding);
        rebuilt.expect("made anew");
        let (store, known) = DiskStore::open(&to).expect("opened");
        let tip = known.state.as_ref().expect("a chain").height();
        for height in 0..=tip {
            assert!(store.block(height).expect("readable").is_some());
        }
        (salvage, known)
    }

    /// Whether the whole log was sound enough to tell its votes, after checking that it tells no
    /// wrong one.
    fn tells_its_votes(&self, what: &str) -> bool {
        let (salvage, known) = self.rebuilt();
        let state = known.state.expect("a chain");
        let was = self.whole.state.as_ref().expect("a chain");
        assert!(state.height() <= was.height(), "{what}: {salvage:?}");
        let height = state.height();
        let original = self.block(height);
        assert!(
            original.is_none_or(|hash| hash == state.tip()),
            "{what}: another block {height}"
        );
        assert_eq!(known.abstention, salvage.abstention, "{what}");
        match known.abstention {
            Abstention::Unknown => false,
            Abstention::Below {
                height,
                promised,
                accepted,
            } => {
                assert_eq!(height, was.height() + 1, "{what}");
                assert_eq!(promised, self.whole.promised, "{what}");
                assert_eq!(accepted, self.whole.accepted, "{what}");
                true
            }
            Abstention::Over => panic!("{what}: {salvage:?}"),
        }
    }

    /// The hash of a block of the chain as it was written.
    fn block(&self, height: u64) -> Option<crate::BlockHash> {
        let was = self.whole.state.as_ref().expect("a chain");
        (height == was.height()).then(|| was.tip())
    }
}

fn flip(path: &Path, bit: usize) {
    let mut bytes = std::fs::read(path).expect("readable");
    bytes[bit / 8] ^= 1 << (bit % 8);
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn an_abstention_is_read_from_the_log_and_from_an_index() {
    let log = Log::written();
    let (_, known) = log.rebuilt();
    let kept = known.abstention.clone();
    assert!(
        matches!(kept, Abstention::Below { height: 13, .. }),
        "{kept:?}"
    );
    let path = log.folder.path().join("anew");
    let (mut store, again) = DiskStore::open_with(&path, 1).expect("opened");
    assert_eq!(again.abstention, kept);
    let mut author = Author::new();
    author.state = again.state.expect("a chain");
    author.unwrite(0);
    let block = author.block(Vec::new());
    store.append(&Record::Learned(block)).expect("written");
    drop(store);
    let (mut store, again) = DiskStore::open_with(&path, 1).expect("opened");
    assert!(path.join("00000000.index").exists(), "a segment was closed");
    assert_eq!(again.abstention, kept, "as the index tells");
    let over = Record::Abstention(Abstention::Over);
    store.append(&over).expect("written");
    store.seal().expect("sealed");
    drop(store);
    let (_, again) = DiskStore::open(&path).expect("opened");
    assert_eq!(again.abstention, Abstention::Over);
}

#[test]
fn whatever_bit_is_flipped_no_vote_is_made_up() {
    let log = Log::written();
    let segments = log.segments();
    assert!(segments.len() > 3, "{segments:?}");
    let (mut told, mut tried) = (0, 0);
    for path in &segments {
        let bits = std::fs::metadata(path).expect("there").len() as usize * 8;
        for bit in (0..bits).step_by(67) {
            flip(path, bit);
            let what = format!("bit {bit} of {}", path.display());
            tried += 1;
            told += u64::from(log.tells_its_votes(&what));
            flip(path, bit);
        }
    }
    // All but those that stand at the end of the log, or take the place of what follows.
    assert!(told * 10 > tried * 8, "{told} of {tried}");
}

#[test]
fn whatever_segment_is_gone_no_vote_is_made_up() {
    let log = Log::written();
    let segments = log.segments();
    for (n, path) in segments.iter().enumerate() {
        let kept = std::fs::read(path).expect("readable");
        std::fs::remove_file(path).expect("removed");
        let opened = DiskStore::open_with(&log.path(), SEGMENT_BYTES);
        assert!(
            matches!(opened, Err(StoreError::MissingSegment { .. })),
            "segment {n} is gone: {opened:?}"
        );
        let last = n + 1 == segments.len();
        assert_eq!(log.tells_its_votes(&format!("segment {n}")), !last);
        std::fs::write(path, kept).expect("written");
    }
    std::fs::remove_dir_all(log.path()).expect("removed");
    assert!(!log.tells_its_votes("all is gone"));
}

/// What was lost before is told by one record, at the head of a log that was made anew. Where that is
/// damaged in its turn, the blocks that others have given back since tell nothing of it.
#[test]
fn a_log_that_is_damaged_twice_makes_up_no_vote_either() {
    let log = Log::written();
    let (store, _) = DiskStore::open_with(&log.path(), SEGMENT_BYTES).expect("opened");
    let blocks: Vec<_> = (0..=BLOCKS)
        .map(|height| store.block(height).expect("readable").expect("there"))
        .collect();
    drop(store);
    flip(&log.segments()[1], 8_000);
    let (salvage, known) = log.rebuilt();
    let first = salvage.abstention;
    assert!(matches!(first, Abstention::Below { height: 13, .. }));
    let tip = known.state.as_ref().expect("a chain").height();
    assert!(tip < BLOCKS, "{tip}");
    let path = log.folder.path().join("anew");
    let (mut store, known) = DiskStore::open(&path).expect("opened");
    let device = log.author.founding.header().proposer.device;
    let life = known.next_incarnation(device, 7);
    store.append(&Record::Incarnation(life)).expect("written");
    for block in &blocks[tip as usize + 1..10] {
        let block = Arc::new(block.clone());
        store.append(&Record::Learned(block)).expect("written");
    }
    store.sync().expect("synced");
    drop(store);
    let head = path.join("00000000.log");
    let mut unknown = 0;
    for bit in 0..4_000 {
        flip(&head, bit);
        let again = Salvage::of(&SystemFiles, &path).expect("readable");
        match again.abstention {
            Abstention::Unknown => unknown += 1,
            other => assert_eq!(other, first, "bit {bit}: {:?}", again.wounds),
        }
        flip(&head, bit);
    }
    assert!(unknown > 0);
}

/// Nothing is made anew from what a newer version wrote: its votes would be lost.
#[test]
fn what_a_newer_version_wrote_is_refused_and_not_salvaged() {
    let log = Log::written();
    for path in log.segments() {
        let sound = std::fs::read(&path).expect("readable");
        let mut newer = sound.clone();
        newer[8] += 1;
        // A head that fits its checksum; else it is damaged.
        let checksum = crc32c::crc32c(&newer[..16]);
        newer[16..20].copy_from_slice(&checksum.to_le_bytes());
        std::fs::write(&path, &newer).expect("written");
        let index = path.with_extension("index");
        let _ = std::fs::remove_file(index);
        let opened = DiskStore::open_with(&log.path(), SEGMENT_BYTES);
        assert!(
            matches!(opened, Err(StoreError::Newer { .. })),
            "{opened:?}"
        );
        let salvaged = Salvage::of(&SystemFiles, &log.path());
        assert!(matches!(salvaged, Err(StoreError::Newer { .. })));
        assert_eq!(std::fs::read(&path).expect("readable"), newer);
        std::fs::write(&path, &sound).expect("written");
    }
}
