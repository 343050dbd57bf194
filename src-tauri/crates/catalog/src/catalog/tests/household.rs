//! What the household agrees upon, which originals its devices keep, and the end of some.

use kinfolio_chain::DeviceId;

use super::chain::{Chain, photo, tagged, undo};
use super::{add_tag, change, id, open, trash};
use crate::catalog::{Catalog, CopyCounts, Held, Leftovers};
use crate::payload::LibraryEdit;
use crate::photo::Happened;
use crate::photo_id::PhotoId;
use crate::settings::{Placement, Settings, SettingsChange, Span};

const DATE: &str = "2019-07-12T10:00:00-00:00";

const BUCKET: &str = "s3://new";

fn device(n: u8) -> DeviceId {
    DeviceId([n; 16])
}

fn holds(catalog: &Catalog, n: u8) -> Vec<u8> {
    let devices = [device(1), device(2), device(3)];
    counted_as_told(catalog, &devices);
    let holders = catalog.snapshot().unwrap().holders(&id(n), &devices);
    holders.unwrap().iter().map(|(one, _)| one.0[0]).collect()
}

/// Counting all at once must come to what is told of each.
fn counted_as_told(catalog: &Catalog, devices: &[DeviceId]) {
    let snapshot = catalog.snapshot().unwrap();
    let mut told = CopyCounts {
        devices: devices
            .iter()
            .map(|&device| (device, Held::default()))
            .collect(),
        ..CopyCounts::default()
    };
    for n in 0..=u8::MAX {
        let id = id(n);
        told.originals += u64::from(snapshot.keeps(&id).unwrap());
        let stored = snapshot.stored(&id).unwrap();
        let stored = stored.iter().any(|(bucket, _)| bucket == BUCKET);
        told.stored += u64::from(stored);
        let holders = snapshot.holders(&id, devices).unwrap();
        let sole = holders.len() == 1 && !stored;
        for (device, _) in holders {
            let mut counts = told.devices.iter_mut();
            let (_, held) = counts.find(|(one, _)| *one == device).unwrap();
            held.originals += 1;
            held.sole += u64::from(sole);
        }
    }
    let counted = snapshot.count_copies(devices, Some(BUCKET)).unwrap();
    assert_eq!(counted, told);
}

fn kept(held: &[PhotoId], dropped: &[PhotoId]) -> LibraryEdit {
    LibraryEdit::Kept {
        held: held.to_vec(),
        dropped: dropped.to_vec(),
        verified_ms: 40,
    }
}

fn purge(photos: &[PhotoId]) -> LibraryEdit {
    LibraryEdit::Purged {
        photos: photos.to_vec(),
    }
}

fn settings(bucket: Option<Option<&str>>, encrypted: Option<bool>) -> SettingsChange {
    SettingsChange {
        bucket: bucket.map(|bucket| bucket.map(str::to_owned)),
        bucket_encrypted: encrypted,
        ..SettingsChange::default()
    }
}

#[test]
fn of_two_that_change_one_setting_the_later_in_the_chain_wins_and_the_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded_by(&[1, 2]);
    catalog.apply(chain.blocks()).unwrap();
    let now = || catalog.snapshot().unwrap().settings().unwrap();
    assert_eq!(now(), Settings::default());
    let placed = SettingsChange {
        scrub_every: "7d".parse::<Span>().ok(),
        prune_after: Some(None),
        placements: [(device(2), Placement::Recent { days: 7 })].into(),
        ..settings(Some(Some("s3://a")), Some(true))
    };
    // Neither had seen the other's.
    chain.block(1, 0, &[LibraryEdit::Settings(placed)]);
    let other = settings(Some(Some("s3://b")), None);
    chain.block(2, 0, &[LibraryEdit::Settings(other)]);
    catalog.apply(&chain.blocks()[1..]).unwrap();
    let agreed = now();
    assert_eq!(agreed.bucket.as_deref(), Some("s3://b"));
    assert!(agreed.bucket_encrypted);
    assert_eq!(agreed.scrub_every.to_string(), "7d");
    assert_eq!(agreed.prune_after, None);
    assert_eq!(agreed.placement(device(2)), Placement::Recent { days: 7 });
    assert_eq!(agreed.placement(device(1)), Placement::All);
    chain.block(1, 2, &[LibraryEdit::Settings(settings(Some(None), None))]);
    catalog.apply(&chain.blocks()[3..]).unwrap();
    assert_eq!(now().bucket, None);
}

#[test]
fn what_cannot_be_a_setting_does_not_come_in() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded();
    let bad = [
        settings(Some(Some("s3://key:secret@a")), None),
        settings(None, None),
        SettingsChange {
            placements: [(device(1), Placement::Recent { days: 0 })].into(),
            ..SettingsChange::default()
        },
        SettingsChange {
            scrub_every: "5s".parse().ok(),
            ..SettingsChange::default()
        },
        SettingsChange {
            prune_after: Some("5s".parse().ok()),
            ..SettingsChange::default()
        },
    ];
    for change in bad {
        chain.block(1, 0, &[LibraryEdit::Settings(change)]);
    }
    catalog.apply(chain.blocks()).unwrap();
    let snapshot = catalog.snapshot().unwrap();
    assert_eq!(snapshot.settings().unwrap(), Settings::default());
    assert_eq!(snapshot.unknown_edits().unwrap(), 5);
}

#[test]
fn of_devices_that_drop_an_original_at_one_time_the_last_one_keeps_it() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded_by(&[1, 2, 3]);
    chain.block(1, 0, &[photo(1, DATE), photo(2, DATE)]);
    chain.block(1, 1, &[kept(&[], &[id(1)])]);
    catalog.apply(chain.blocks()).unwrap();
    assert_eq!(holds(&catalog, 1), [1], "the last one stays");
    let base = 2;
    chain.block(2, base, &[kept(&[id(1)], &[])]);
    chain.block(3, base, &[kept(&[id(1)], &[])]);
    catalog.apply(&chain.blocks()[3..]).unwrap();
    assert_eq!(holds(&catalog, 1), [1, 2, 3]);
    // All three have seen all three copies.
    let base = 4;
    for device in [2, 1, 3] {
        chain.block(device, base, &[kept(&[], &[id(1)])]);
    }
    catalog.apply(&chain.blocks()[5..]).unwrap();
    assert_eq!(holds(&catalog, 1), [3]);
    let whereabouts = |n: u8| {
        let snapshot = catalog.snapshot().unwrap();
        let found = snapshot.whereabouts(&[id(1)], device(n)).unwrap();
        (found[0].1.held, found[0].1.held_elsewhere)
    };
    assert_eq!(
        (whereabouts(1), whereabouts(3)),
        ((false, true), (true, false))
    );
    assert_eq!(
        catalog.snapshot().unwrap().absent(device(1)).unwrap(),
        [id(1)]
    );
    // It came back.
    chain.block(1, 7, &[kept(&[id(1)], &[])]);
    catalog.apply(&chain.blocks()[8..]).unwrap();
    assert_eq!(holds(&catalog, 1), [1, 3]);
    assert!(
        catalog
            .snapshot()
            .unwrap()
            .absent(device(1))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn what_a_device_looked_at_on_another_line_says_nothing_of_this_one() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded_by(&[1, 2]);
    // Where it was written there were six blocks; only the first of them is shared.
    let verified = LibraryEdit::Verified {
        from: 1,
        height: 6,
        verified_ms: 9,
        missing: Vec::new(),
        more: false,
    };
    chain.block(1, 0, &[photo(1, DATE)]);
    chain.block(1, 1, &[photo(2, DATE)]);
    chain.block(2, 1, &[verified]);
    catalog.apply(chain.blocks()).unwrap();
    assert_eq!(
        (holds(&catalog, 1), holds(&catalog, 2)),
        (vec![1, 2], vec![1])
    );
}

#[test]
fn the_household_s_bucket_is_a_copy_and_another_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded();
    let stored = |bucket: &str| LibraryEdit::Stored {
        bucket: bucket.to_owned(),
        originals: vec![id(1)],
        life: 0,
        verified_ms: 5,
    };
    let drops = [stored("s3://old"), kept(&[], &[id(1)])];
    chain.block(1, 0, &[photo(1, DATE)]);
    chain.block(1, 1, &drops);
    catalog.apply(chain.blocks()).unwrap();
    assert_eq!(holds(&catalog, 1), [1]);
    let agreed = LibraryEdit::Settings(settings(Some(Some("s3://new")), None));
    chain.block(1, 2, &[agreed, kept(&[], &[id(1)])]);
    catalog.apply(&chain.blocks()[3..]).unwrap();
    assert_eq!(holds(&catalog, 1), [1]);
    chain.block(1, 3, &[stored("s3://new"), kept(&[], &[id(1)])]);
    catalog.apply(&chain.blocks()[4..]).unwrap();
    assert_eq!(holds(&catalog, 1), [0_u8; 0]);
}

#[test]
fn a_copy_that_is_lost_counts_no_more_even_the_last_and_the_bucket_is_given_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded_by(&[1, 2]);
    let lost = |bucket: Option<&str>| LibraryEdit::Lost {
        originals: vec![id(1), id(9)],
        bucket: bucket.map(str::to_owned),
    };
    let stored = LibraryEdit::Stored {
        bucket: BUCKET.to_owned(),
        originals: vec![id(1), id(2)],
        life: 0,
        verified_ms: 5,
    };
    let agreed = LibraryEdit::Settings(settings(Some(Some(BUCKET)), None));
    chain.block(1, 0, &[photo(1, DATE), photo(2, DATE), agreed]);
    chain.block(2, 1, &[kept(&[id(1), id(2)], &[]), stored.clone()]);
    chain.block(2, 2, &[lost(None)]);
    catalog.apply(chain.blocks()).unwrap();
    assert_eq!(
        (holds(&catalog, 1), holds(&catalog, 2)),
        (vec![1], vec![1, 2])
    );
    // What one bucket lacks another may hold.
    chain.block(2, 3, &[lost(Some("s3://other"))]);
    catalog.apply(&chain.blocks()[4..]).unwrap();
    let bucket = || {
        let snapshot = catalog.snapshot().unwrap();
        let missing = snapshot.not_stored(BUCKET, &[id(1), id(2)]).unwrap();
        let changed = snapshot.changed_since(Some(4), 9).unwrap().0;
        let times = snapshot.times_lost(BUCKET, &id(1)).unwrap();
        (missing, changed, times)
    };
    assert_eq!(bucket(), (vec![], vec![], 0));
    // Two find it at one time.
    chain.block(1, 4, &[lost(Some(BUCKET))]);
    chain.block(2, 4, &[lost(Some(BUCKET))]);
    catalog.apply(&chain.blocks()[5..]).unwrap();
    assert_eq!(bucket(), (vec![(id(1), 0)], vec![id(1)], 1));
    // Nobody may rely on the bucket now; the last one that is known of is lost all the same.
    chain.block(1, 6, &[kept(&[], &[id(1)])]);
    catalog.apply(&chain.blocks()[7..]).unwrap();
    assert_eq!(holds(&catalog, 1), [1]);
    chain.block(1, 7, &[lost(None)]);
    catalog.apply(&chain.blocks()[8..]).unwrap();
    assert_eq!(holds(&catalog, 1), [0_u8; 0]);
    chain.block(2, 8, &[kept(&[id(1)], &[]), stored, lost(Some(BUCKET))]);
    catalog.apply(&chain.blocks()[9..]).unwrap();
    assert_eq!((holds(&catalog, 1), bucket().2), (vec![2], 2));
    counted_as_told(&catalog, &[device(1), device(2)]);
}

#[test]
fn what_is_purged_is_found_nowhere_until_its_bytes_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded_by(&[1, 2]);
    let verified = LibraryEdit::Verified {
        from: 0,
        height: 1,
        verified_ms: 9,
        missing: Vec::new(),
        more: false,
    };
    chain.block(
        1,
        0,
        &[tagged(1, DATE, &["a"]), photo(2, DATE), photo(3, DATE)],
    );
    chain.block(2, 1, &[verified]);
    chain.block(1, 2, &[change(&[id(1), id(2)], trash(true))]);
    // The second has not heard of it, and takes one out again; the third was never in there.
    chain.block(2, 2, &[change(&[id(2)], trash(false))]);
    chain.block(1, 3, &[purge(&[id(1), id(2), id(3), id(9)])]);
    catalog.apply(chain.blocks()).unwrap();
    let snapshot = catalog.snapshot().unwrap();
    let purged = |n| snapshot.photo(&id(n)).unwrap().unwrap().purged;
    assert_eq!((purged(1), purged(2), purged(3)), (true, false, false));
    assert_eq!(snapshot.purged_since(None).unwrap(), [id(1)]);
    assert_eq!(snapshot.purged_since(Some(5)).unwrap(), []);
    assert_eq!(
        (snapshot.count().unwrap(), snapshot.count_trashed().unwrap()),
        (2, 0)
    );
    assert!(!snapshot.keeps(&id(1)).unwrap() && snapshot.contains(&id(1)).unwrap());
    assert_eq!(holds(&catalog, 1), [0_u8; 0]);
    assert_eq!(holds(&catalog, 2), [1, 2]);
    let history = snapshot.history(&id(1)).unwrap();
    assert_eq!(history.last().unwrap().what, Happened::Purged);

    // Nobody brings it back by taking it out of the trash.
    chain.block(2, 5, &[change(&[id(1)], trash(false))]);
    chain.block(2, 5, &[kept(&[id(1)], &[])]);
    catalog.apply(&chain.blocks()[6..]).unwrap();
    assert!(catalog.photo(&id(1)).unwrap().unwrap().purged);
    assert_eq!(holds(&catalog, 1), [0_u8; 0]);

    // Its bytes do; what the others said to hold is not true of it any more.
    chain.acts(
        2,
        7,
        &[(7, photo(1, DATE)), (7, change(&[id(1)], add_tag("b")))],
    );
    catalog.apply(&chain.blocks()[8..]).unwrap();
    let record = catalog.photo(&id(1)).unwrap().unwrap();
    assert!(!record.purged && !record.trashed);
    assert_eq!((record.added_by, record.block), (device(2), Some(8)));
    assert_eq!(record.tags, ["a", "b"]);
    assert_eq!(holds(&catalog, 1), [2]);
    let snapshot = catalog.snapshot().unwrap();
    assert_eq!(snapshot.purged_since(None).unwrap(), []);
    assert_eq!(snapshot.count().unwrap(), 3);

    // As with any other adding, undoing it puts the photo into the trash.
    chain.block(2, 8, &[undo(2, 7)]);
    catalog.apply(&chain.blocks()[9..]).unwrap();
    assert!(catalog.photo(&id(1)).unwrap().unwrap().trashed);
}

/// Each life of a photo has a copy of its own in the bucket: whatever comes late is about the one
/// that it names.
#[test]
fn what_a_bucket_holds_of_a_purged_photo_is_left_over_until_it_is_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded();
    let stored = |life| LibraryEdit::Stored {
        bucket: "s3://b".to_owned(),
        originals: vec![id(1)],
        life,
        verified_ms: 5,
    };
    let deleted = |life, seen| LibraryEdit::Deleted {
        bucket: "s3://b".to_owned(),
        originals: vec![id(1)],
        life,
        seen,
    };
    let purged = |n| [change(&[id(n)], trash(true)), purge(&[id(n)])];
    // What the bucket holds, of which life, and what is to be deleted there.
    let check = |is_stored: bool, life: u64, left: Option<(u64, u64)>| {
        let snapshot = catalog.snapshot().unwrap();
        let found = snapshot.stored(&id(1)).unwrap();
        assert_eq!(found.len(), usize::from(is_stored), "{found:?}");
        assert_eq!(snapshot.life(&id(1)).unwrap(), life);
        let expect = left.map(|(since, life)| Leftovers {
            since,
            originals: vec![(id(1), life)],
        });
        assert_eq!(snapshot.leftovers("s3://b").unwrap(), expect);
        assert_eq!(snapshot.leftovers("s3://c").unwrap(), None);
    };
    let mut applied = 0;
    let mut apply = |chain: &Chain| {
        catalog.apply(&chain.blocks()[applied..]).unwrap();
        applied = chain.blocks().len();
    };
    chain.block(1, 0, &[photo(1, DATE), photo(2, DATE)]);
    chain.block(1, 1, &[stored(0)]);
    apply(&chain);
    check(true, 0, None);
    chain.block(1, 2, &purged(1));
    apply(&chain);
    check(false, 0, Some((3, 0)));
    // Its bytes come again while the copy of before is being deleted: that stays to be deleted.
    chain.block(1, 3, &[photo(1, DATE)]);
    apply(&chain);
    check(false, 3, Some((3, 0)));
    let missing = catalog.snapshot().unwrap().not_stored("s3://b", &[id(1)]);
    assert_eq!(missing.unwrap(), [(id(1), 3)]);
    // An upload of before ends late: what it put there is no copy of what is there now.
    chain.block(1, 4, &[stored(0)]);
    apply(&chain);
    check(false, 3, Some((5, 0)));
    chain.block(1, 5, &[stored(3)]);
    apply(&chain);
    check(true, 3, Some((5, 0)));
    // Who began before that upload ended may have missed it.
    chain.block(1, 6, &[deleted(0, 4)]);
    apply(&chain);
    check(true, 3, Some((5, 0)));
    chain.block(1, 7, &[deleted(0, 7)]);
    apply(&chain);
    check(true, 3, None);
    // Nothing is said of a copy of this life.
    chain.block(1, 8, &[deleted(3, 8)]);
    apply(&chain);
    check(true, 3, None);
    chain.block(1, 9, &purged(1));
    apply(&chain);
    check(false, 3, Some((10, 3)));

    // The household's bucket may be getting it just now.
    let agreed = LibraryEdit::Settings(settings(Some(Some("s3://d")), None));
    chain.block(1, 10, &[agreed]);
    chain.block(1, 11, &purged(2));
    apply(&chain);
    let left = catalog.snapshot().unwrap().leftovers("s3://d").unwrap();
    let left = left.map(|left| (left.since, left.originals));
    assert_eq!(left, Some((12, vec![(id(2), 0)])));
}
