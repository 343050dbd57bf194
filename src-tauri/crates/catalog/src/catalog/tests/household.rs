//! What the household agrees upon, which originals its devices keep, and the end of some.

use kinfolio_chain::DeviceId;

use super::chain::{Chain, photo, tagged, undo};
use super::{add_tag, change, id, open, trash};
use crate::catalog::{Catalog, CopyCounts};
use crate::payload::LibraryEdit;
use crate::photo::Happened;
use crate::photo_id::PhotoId;
use crate::settings::{Placement, Settings, SettingsChange, Span};

const DATE: &str = "2019-07-12T10:00:00-00:00";

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
    const BUCKET: &str = "s3://new";
    let snapshot = catalog.snapshot().unwrap();
    let mut told = CopyCounts {
        devices: devices.iter().map(|&device| (device, 0)).collect(),
        ..CopyCounts::default()
    };
    for n in 0..=u8::MAX {
        let id = id(n);
        told.originals += u64::from(snapshot.keeps(&id).unwrap());
        for (device, _) in snapshot.holders(&id, devices).unwrap() {
            let mut counts = told.devices.iter_mut();
            counts.find(|(one, _)| *one == device).unwrap().1 += 1;
        }
        let stored = snapshot.stored(&id).unwrap();
        told.stored += u64::from(stored.iter().any(|(bucket, _)| bucket == BUCKET));
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
fn the_household_s_bucket_is_a_copy_and_another_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let mut chain = Chain::founded();
    let stored = |bucket: &str| LibraryEdit::Stored {
        bucket: bucket.to_owned(),
        originals: vec![id(1)],
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
