//! The catalogue over real blocks: what it says, that it is always the same, and what it does
//! with a file that is not its own.

mod chain;
mod checkpoint;
mod household;
mod labels;
mod model;
mod random;
mod undo;
mod view;

use std::fs;

use crate::catalog::{Catalog, CatalogError};
use crate::label::List;
use crate::payload::{Change, Kind, LibraryEdit};
use crate::photo::{FieldValue, Happened};
use crate::photo_id::PhotoId;
use crate::wall_time::WallTime;

use chain::{Chain, photo, tagged};

fn id(n: u8) -> PhotoId {
    PhotoId([n; 32])
}

fn open(dir: &tempfile::TempDir) -> Catalog {
    Catalog::open(dir.path()).unwrap()
}

fn change(ids: &[PhotoId], change: Change) -> LibraryEdit {
    LibraryEdit::Change {
        photos: ids.to_vec(),
        change,
    }
}

fn add_tag(tag: &str) -> Change {
    Change {
        add_tags: vec![tag.to_owned()],
        ..Change::default()
    }
}

fn trash(trash: bool) -> Change {
    Change {
        trash: Some(trash),
        ..Change::default()
    }
}

fn months(catalog: &Catalog) -> Vec<String> {
    let months = catalog.months().unwrap();
    months
        .iter()
        .map(|row| format!("{} {}", row.month, row.count))
        .collect()
}

fn tags(catalog: &Catalog) -> Vec<String> {
    let tags = catalog.snapshot().unwrap().labels(List::Tags).unwrap();
    tags.iter()
        .map(|row| format!("{} {}", row.name, row.count))
        .collect()
}

#[test]
fn photos_enter_the_timeline_and_leave_it_for_the_trash() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    assert_eq!((catalog.height(), catalog.count().unwrap()), (None, 0));
    let mut chain = Chain::founded();
    chain.block(
        1,
        0,
        &[
            photo(1, "2019-07-14T10:00:00"),
            tagged(2, "2019-07-31T23:59:59.999", &["a/b"]),
        ],
    );
    chain.block(1, 1, &[photo(3, "2020-01-01T00:00:00")]);
    let applied = catalog.apply(chain.blocks()).unwrap();
    assert_eq!(applied.changed, [id(1), id(2), id(3)]);
    assert_eq!(catalog.height(), Some(2));
    assert_eq!(months(&catalog), ["2020-01 1", "2019-07 2"]);
    let row = |n: usize| catalog.month("2019-07".parse().unwrap()).unwrap()[n].id;
    assert_eq!((row(0), row(1)), (id(2), id(1)));
    assert_eq!(tags(&catalog), ["a/b 1"]);

    chain.block(1, 2, &[change(&[id(2), id(3)], trash(true))]);
    let applied = catalog.apply(&chain.blocks()[3..]).unwrap();
    assert_eq!(applied.changed, [id(2), id(3)]);
    assert_eq!(months(&catalog), ["2019-07 1"]);
    assert_eq!(tags(&catalog), Vec::<String>::new());
    let snapshot = catalog.snapshot().unwrap();
    assert_eq!(
        (snapshot.count().unwrap(), snapshot.count_trashed().unwrap()),
        (1, 2)
    );
    assert!(catalog.photo(&id(2)).unwrap().unwrap().trashed);

    chain.block(1, 3, &[change(&[id(2)], trash(false))]);
    catalog.apply(&chain.blocks()[4..]).unwrap();
    assert_eq!(
        (months(&catalog), tags(&catalog)),
        (vec!["2019-07 2".into()], vec!["a/b 1".into()])
    );
}

#[test]
fn a_record_says_what_the_file_and_the_people_say() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded();
    chain.block(1, 0, &[tagged(1, "2019-07-14T10:00:00", &["b", "a"])]);
    let at: WallTime = "2001-02-03T04:05:06+01:00".parse().unwrap();
    let said = Change {
        caption: Some("Sunset".into()),
        rating: Some(4),
        favorite: Some(true),
        taken_at: Some(at),
        position: Some(None),
        remove_tags: vec!["b".into()],
        ..Change::default()
    };
    chain.block(2, 1, &[change(&[id(1)], said)]);
    catalog.apply(chain.blocks()).unwrap();
    let photo = catalog.photo(&id(1)).unwrap().unwrap();
    assert_eq!((photo.name.as_str(), photo.kind), ("1.jpg", Kind::Photo));
    assert_eq!(
        (photo.caption.as_str(), photo.rating, photo.favorite),
        ("Sunset", 4, true)
    );
    assert_eq!(
        (photo.taken.at, photo.taken_by_hand, photo.position),
        (at, true, None)
    );
    assert_eq!(
        (photo.tags.as_slice(), photo.block, photo.changed),
        (&["a".to_owned()][..], Some(1), Some(2))
    );
    assert_eq!(photo.added_by.0, [1; 16]);
    assert_eq!(months(&catalog), ["2001-02 1"]);
    let row = &catalog.month("2001-02".parse().unwrap()).unwrap()[0];
    assert_eq!(
        (row.taken_at, row.favorite, row.rating, row.ratio),
        (at, true, 4, 1.5)
    );
    assert_eq!(catalog.photo(&id(9)).unwrap(), None);
    assert_eq!(catalog.added_by_import(&id(1)).unwrap(), Some(photo.import));
}

#[test]
fn histories_keep_both_sides_of_a_contradiction() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded();
    let caption = |text: &str| Change {
        caption: Some(text.into()),
        ..Change::default()
    };
    chain.block(1, 0, &[photo(1, "2019-07-14T10:00:00")]);
    chain.block(1, 1, &[change(&[id(1)], caption("mine"))]);
    chain.block(
        2,
        1,
        &[
            change(&[id(1)], caption("yours")),
            photo(1, "2019-07-14T10:00:00"),
        ],
    );
    catalog.apply(chain.blocks()).unwrap();
    let photo = catalog.photo(&id(1)).unwrap().unwrap();
    assert_eq!(
        (photo.caption.as_str(), photo.conflicts.len()),
        ("yours", 1)
    );
    let history = catalog.history(&id(1)).unwrap();
    let what: Vec<_> = history
        .iter()
        .map(|entry| (entry.height, &entry.what))
        .collect();
    assert_eq!(what[0], (Some(1), &Happened::Added));
    assert_eq!(
        what[1],
        (
            Some(2),
            &Happened::Changed {
                change: Box::new(caption("mine")),
                unseen: vec![]
            }
        )
    );
    assert_eq!(what[3], (Some(3), &Happened::AddedAgain));
    let Happened::Changed { change, unseen } = what[2].1 else {
        panic!("{what:?}")
    };
    assert_eq!(**change, caption("yours"));
    assert_eq!(unseen[0].1.value, FieldValue::Text("mine".into()));
    assert_eq!(unseen[0].1.edit, history[1].edit);
    assert_eq!(catalog.history(&id(2)).unwrap(), []);
}

#[test]
fn what_this_version_cannot_read_is_counted_and_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded();
    let newer = b"KFL\x01\xfa\x07\x02hi".to_vec();
    let broken = b"KFL\x01\x0a\xff".to_vec();
    let foreign = b"any bytes at all".to_vec();
    chain.raw_block(1, 0, vec![newer, broken, foreign, vec![]]);
    chain.block(
        1,
        1,
        &[
            change(&[id(7)], add_tag("x")),
            photo(1, "2019-07-14T10:00:00"),
        ],
    );
    catalog.apply(chain.blocks()).unwrap();
    let snapshot = catalog.snapshot().unwrap();
    assert_eq!(
        (snapshot.unknown_edits().unwrap(), snapshot.count().unwrap()),
        (3, 1)
    );
    let device = &snapshot.devices().unwrap()[0];
    assert_eq!(device.1, "PC 1");
}

#[test]
fn the_index_hears_of_each_change_once() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded();
    chain.block(
        1,
        0,
        &[
            photo(1, "2019-07-14"),
            photo(2, "2019-07-14"),
            photo(3, "2019-07-14"),
        ],
    );
    chain.block(1, 1, &[photo(4, "2019-07-14")]);
    chain.block(1, 2, &[change(&[id(2)], add_tag("x"))]);
    catalog.apply(chain.blocks()).unwrap();
    let check = |from, limit, ids: &[PhotoId], upto| {
        assert_eq!(
            catalog.changed_since(from, limit).unwrap(),
            (ids.to_vec(), Some(upto))
        );
    };
    check(None, 100, &[id(1), id(3), id(4), id(2)], 3);
    check(None, 1, &[id(1), id(3)], 1);
    check(Some(1), 1, &[id(4)], 2);
    check(Some(2), 1, &[id(2)], 3);
    check(Some(3), 1, &[], 3);
    check(Some(u64::MAX), 1, &[], 3);
}

#[test]
fn blocks_must_follow_on_and_a_refused_call_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded();
    chain.block(1, 0, &[photo(1, "2019-07-14")]);
    chain.block(1, 1, &[photo(2, "2019-07-14")]);
    let blocks = chain.blocks();
    let gap = catalog.apply(&blocks[1..]).unwrap_err();
    assert!(
        matches!(
            gap,
            CatalogError::Gap {
                expected: 0,
                found: 1
            }
        ),
        "{gap}"
    );
    let skipped = [blocks[0].clone(), blocks[2].clone()];
    assert!(matches!(
        catalog.apply(&skipped),
        Err(CatalogError::Gap {
            expected: 1,
            found: 2
        })
    ));
    assert_eq!(
        (catalog.height(), catalog.snapshot().unwrap().height()),
        (None, None)
    );
    catalog.apply(blocks).unwrap();
    assert!(matches!(
        catalog.apply(&blocks[2..]),
        Err(CatalogError::Gap {
            expected: 3,
            found: 2
        })
    ));
}

/// As after a ledger that was forged, and is healed.
#[test]
fn another_chain_is_told_from_the_one_it_was_built_from() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let (mut chain, mut other) = (Chain::founded(), Chain::founded());
    chain.block(1, 0, &[photo(1, "2019-07-14")]);
    other.block(1, 0, &[photo(2, "2019-07-14")]);
    for chain in [&mut chain, &mut other] {
        chain.block(1, 1, &[photo(3, "2019-07-14")]);
    }
    catalog.apply(&chain.blocks()[..2]).unwrap();
    let refused = catalog.apply(&other.blocks()[2..]).unwrap_err();
    assert!(refused.wants_rebuild(), "{refused}");
    catalog.apply(&chain.blocks()[2..]).unwrap();
}

#[test]
fn closing_and_opening_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut chain = Chain::founded();
    chain.block(1, 0, &[photo(1, "2019-07-14")]);
    let before = {
        let catalog = open(&dir);
        catalog.apply(chain.blocks()).unwrap();
        let busy = Catalog::open(dir.path());
        assert!(matches!(busy.err(), Some(CatalogError::InUse { .. })));
        catalog.state_hash().unwrap()
    };
    let catalog = open(&dir);
    assert_eq!(
        (catalog.height(), catalog.state_hash().unwrap()),
        (Some(1), before)
    );
    chain.block(1, 1, &[photo(2, "2019-07-14")]);
    catalog.apply(&chain.blocks()[2..]).unwrap();
    assert_ne!(catalog.state_hash().unwrap(), before);
}

/// A copy of the file, taken while it is open, is what a crash leaves behind.
#[test]
fn a_crash_leaves_an_earlier_height_that_catches_up() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded();
    for n in 1..200 {
        chain.block(1, u64::from(n) - 1, &[tagged(n, "2019-07-14", &["x"])]);
    }
    for block in chain.blocks() {
        catalog.apply(std::slice::from_ref(block)).unwrap();
    }
    let crashed = tempfile::tempdir().unwrap();
    let file = crashed.path().join("catalog.redb");
    fs::copy(catalog.path(), &file).unwrap();
    let copy = open(&crashed);
    let height = usize::try_from(copy.height().unwrap()).unwrap();
    assert!((100..200).contains(&height), "{height}");
    assert_eq!(copy.count().unwrap(), height as u64);
    copy.apply(&chain.blocks()[height + 1..]).unwrap();
    assert_eq!(copy.state_hash().unwrap(), catalog.state_hash().unwrap());
}

#[test]
fn a_file_that_is_no_catalogue_is_to_be_built_again() {
    let check = |bytes: &[u8]| {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("catalog.redb"), bytes).unwrap();
        let error = Catalog::open(dir.path()).err().unwrap();
        assert!(error.wants_rebuild(), "{error}");
        let text = error.to_string();
        assert!(
            text.contains("catalog.redb has to be built again"),
            "{text}"
        );
    };
    check(b"not a catalogue");
    check(&[0; 100_000]);
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut transaction = catalog.inner.database.begin_write().unwrap();
    transaction.set_quick_repair(true);
    transaction
        .open_table(super::tables::META)
        .unwrap()
        .insert("format", 99)
        .unwrap();
    transaction.commit().unwrap();
    let file = catalog.path().to_owned();
    drop(catalog);
    let error = Catalog::open(dir.path()).err().unwrap();
    assert!(
        error.wants_rebuild() && error.to_string().contains("format 99"),
        "{error}"
    );
    let bytes = fs::read(file).unwrap();
    check(&bytes[..bytes.len() / 2]);
}

#[test]
fn it_knows_which_device_holds_what_and_since_when() {
    let verified = |from, height, verified_ms, missing: &[PhotoId], more| LibraryEdit::Verified {
        from,
        height,
        verified_ms,
        missing: missing.to_vec(),
        more,
    };
    let mut chain = Chain::founded();
    let date = "2019-07-12T10:00:00-00:00";
    chain.block(1, 0, &[photo(1, date), photo(2, date)]);
    let added_ms = chain.blocks()[1].header().timestamp_ms;
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let (one, two) = (
        kinfolio_chain::DeviceId([1; 16]),
        kinfolio_chain::DeviceId([2; 16]),
    );
    let check = |chain: &Chain, n: u8, expect: &[(kinfolio_chain::DeviceId, i64)]| {
        let next = catalog.height().map_or(0, |height| height + 1) as usize;
        catalog.apply(&chain.blocks()[next..]).unwrap();
        let snapshot = catalog.snapshot().unwrap();
        assert_eq!(
            snapshot.holders(&id(n), &[one, two]).unwrap(),
            expect,
            "{n}"
        );
    };
    check(&chain, 1, &[(one, added_ms)]);
    // The second has fetched both, and so does not speak of the founding block.
    chain.block(2, 1, &[verified(1, 1, 50, &[], false)]);
    check(&chain, 1, &[(one, added_ms), (two, 50)]);
    // The first has looked at all again, and found one of them gone.
    chain.block(1, 2, &[verified(0, 2, 70, &[id(1)], false)]);
    check(&chain, 1, &[(two, 50)]);
    check(&chain, 2, &[(one, 70), (two, 50)]);
    // What is said in two edits counts together, and a new pass for itself.
    chain.block(
        2,
        3,
        &[
            verified(0, 3, 90, &[id(1)], false),
            verified(0, 3, 90, &[id(2)], true),
        ],
    );
    check(&chain, 1, &[]);
    check(&chain, 2, &[(one, 70)]);
    chain.block(2, 4, &[verified(0, 4, 95, &[], false)]);
    check(&chain, 2, &[(one, 70), (two, 95)]);
    // A photo that came after the last pass is held by whoever added it.
    chain.block(1, 5, &[photo(3, date)]);
    let added_ms = chain.blocks()[6].header().timestamp_ms;
    check(&chain, 3, &[(one, added_ms)]);
}

#[test]
fn it_knows_which_bucket_holds_what_and_since_when() {
    let stored = |bucket: &str, originals: &[PhotoId], verified_ms| LibraryEdit::Stored {
        bucket: bucket.to_owned(),
        originals: originals.to_vec(),
        life: 0,
        verified_ms,
    };
    let mut chain = Chain::founded();
    let date = "2019-07-12T10:00:00-00:00";
    chain.block(1, 0, &[photo(1, date), photo(2, date), photo(3, date)]);
    chain.block(1, 1, &[stored("s3://a", &[id(1), id(2)], 5)]);
    chain.block(
        1,
        2,
        &[stored("s3://a", &[id(2)], 7), stored("az://b", &[id(2)], 6)],
    );
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    catalog.apply(chain.blocks()).unwrap();
    let snapshot = catalog.snapshot().unwrap();
    let check = |n: u8, expect: &[(&str, i64)]| {
        let got = snapshot.stored(&id(n)).unwrap();
        let got: Vec<_> = got.iter().map(|(b, at)| (b.as_str(), *at)).collect();
        assert_eq!(got, expect, "{n}");
    };
    check(1, &[("s3://a", 5)]);
    check(2, &[("az://b", 6), ("s3://a", 7)]);
    check(3, &[]);
    let missing = |bucket: &str| -> Vec<PhotoId> {
        let ids = [id(1), id(2), id(3)];
        let missing = snapshot.not_stored(bucket, &ids).unwrap();
        missing.into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(missing("s3://a"), [id(3)]);
    assert_eq!(missing("az://b"), [id(1), id(3)]);
    assert_eq!(snapshot.unknown_edits().unwrap(), 0);
}
