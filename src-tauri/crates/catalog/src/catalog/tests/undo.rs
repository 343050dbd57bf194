//! Undo as small stories.

use super::chain::{Chain, photo, tagged, undo};
use super::{add_tag, change, id, open, trash};
use crate::catalog::Catalog;
use crate::payload::Change;
use crate::photo::{Deed, Happened, Undone};
use crate::photo_id::ActionId;

fn caption(text: &str) -> Change {
    Change {
        caption: Some(text.to_owned()),
        ..Change::default()
    }
}

/// The caption of photo 1 after a chain, and what came of the chain's last edit, an undo.
fn check(chain: &Chain, caption: &str, conflicts: usize, expect: (u64, u64)) {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    catalog.apply(chain.blocks()).unwrap();
    let photo = catalog.photo(&id(1)).unwrap().unwrap();
    assert_eq!(
        (photo.caption.as_str(), photo.conflicts.len()),
        (caption, conflicts)
    );
    assert_eq!(came(&catalog, chain), expect);
}

fn came(catalog: &Catalog, chain: &Chain) -> (u64, u64) {
    let last = chain.blocks().last().unwrap().edits().last().unwrap();
    let came = catalog.view().unwrap().undone_by(&last.id).unwrap();
    let Undone { undone, skipped } = came.unwrap();
    (undone, skipped)
}

fn with_photo() -> Chain {
    let mut chain = Chain::founded();
    chain.acts(1, 0, &[(1, photo(1, "2019-07-14"))]);
    chain
}

#[test]
fn what_stood_before_stands_again() {
    let mut chain = with_photo();
    chain.acts(1, 1, &[(2, change(&[id(1)], caption("one")))]);
    chain.acts(2, 2, &[(2, change(&[id(1)], caption("two")))]);
    chain.acts(2, 3, &[(3, undo(2, 2))]);
    check(&chain, "one", 0, (1, 0));
    // And once more: the one before the last.
    chain.acts(1, 4, &[(3, undo(1, 2))]);
    check(&chain, "", 0, (1, 0));
    // What was undone cannot be undone again.
    chain.acts(1, 5, &[(4, undo(1, 2))]);
    check(&chain, "", 0, (0, 0));
}

#[test]
fn where_a_later_writer_stands_nothing_happens() {
    let mut chain = with_photo();
    chain.acts(1, 1, &[(2, change(&[id(1)], caption("mine")))]);
    // Whether that writer knew of it or not.
    for base in [1, 2] {
        let mut chain = with_photo();
        chain.acts(1, 1, &[(2, change(&[id(1)], caption("mine")))]);
        chain.acts(2, base, &[(2, change(&[id(1)], caption("yours")))]);
        chain.acts(1, 2, &[(3, undo(1, 2))]);
        check(&chain, "yours", usize::from(base == 1), (0, 1));
    }
    // Another field of the same photo is another matter.
    let starred = Change {
        favorite: Some(true),
        ..Change::default()
    };
    chain.acts(2, 2, &[(2, change(&[id(1)], starred))]);
    chain.acts(1, 2, &[(3, undo(1, 2))]);
    check(&chain, "", 0, (1, 0));
}

#[test]
fn a_conflict_that_was_settled_is_open_again() {
    let mut chain = with_photo();
    chain.acts(1, 1, &[(2, change(&[id(1)], caption("mine")))]);
    chain.acts(2, 1, &[(2, change(&[id(1)], caption("yours")))]);
    chain.acts(1, 3, &[(3, change(&[id(1)], caption("mine")))]);
    chain.acts(1, 4, &[(4, undo(1, 3))]);
    check(&chain, "yours", 1, (1, 0));
}

#[test]
fn tags_are_undone_one_by_one() {
    let mut chain = Chain::founded();
    let both = [
        (1, tagged(1, "2019-07-14", &["old"])),
        (1, photo(2, "2019-07-14")),
    ];
    chain.acts(1, 0, &both);
    let swap = Change {
        add_tags: vec!["new".to_owned(), "shared".to_owned()],
        remove_tags: vec!["old".to_owned()],
        ..Change::default()
    };
    chain.acts(1, 1, &[(2, change(&[id(1), id(2)], swap))]);
    chain.acts(2, 2, &[(1, change(&[id(1)], add_tag("shared")))]);
    chain.acts(1, 2, &[(3, undo(1, 2))]);
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    catalog.apply(chain.blocks()).unwrap();
    let tags = |n| catalog.photo(&id(n)).unwrap().unwrap().tags;
    assert_eq!(
        (tags(1), tags(2)),
        (vec!["old".into(), "shared".into()], vec![])
    );
    assert_eq!(came(&catalog, &chain), (2, 0));
}

#[test]
fn an_import_of_many_edits_goes_to_the_trash_as_one() {
    let mut chain = Chain::founded();
    chain.acts(
        1,
        0,
        &[(7, photo(1, "2019-07-14")), (7, photo(2, "2019-07-14"))],
    );
    // Somebody else's edits in between, one of which takes a photo back out of the trash.
    chain.acts(2, 1, &[(1, change(&[id(1)], caption("kept")))]);
    chain.acts(1, 2, &[(7, photo(3, "2019-07-14"))]);
    chain.acts(2, 3, &[(2, change(&[id(3)], trash(false)))]);
    chain.acts(1, 4, &[(8, change(&[id(2)], caption("x")))]);
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    catalog.apply(chain.blocks()).unwrap();
    let me = kinfolio_chain::DeviceId([1; 16]);
    let last = || catalog.view().unwrap().last_action(me).unwrap().unwrap();
    assert_eq!(last().deed, Deed::Changed(caption("x")));
    assert_eq!(last().written_ms, Some(8_000));
    chain.acts(1, 5, &[(9, undo(1, 8))]);
    catalog.apply(&chain.blocks()[6..]).unwrap();
    let import = last();
    assert_eq!(
        (import.name.action, import.deed, import.photos),
        (ActionId([7; 8]), Deed::Added, 3)
    );
    assert_eq!(import.written_ms, Some(7_000));
    chain.acts(1, 6, &[(10, undo(1, 7))]);
    catalog.apply(&chain.blocks()[7..]).unwrap();
    assert_eq!(came(&catalog, &chain), (2, 1));
    let trashed = |n| catalog.photo(&id(n)).unwrap().unwrap().trashed;
    assert_eq!((trashed(1), trashed(2), trashed(3)), (true, true, false));
    assert_eq!(catalog.view().unwrap().last_action(me).unwrap(), None);
    let history = catalog.history(&id(1)).unwrap();
    let edit = history[0].edit;
    assert_eq!(history[2].what, Happened::Undone { edit });
    let times: Vec<_> = history.iter().map(|one| one.written_ms).collect();
    assert_eq!(times, [Some(7_000), Some(1_000), Some(10_000)]);
    assert_eq!(catalog.history(&id(3)).unwrap().len(), 2);
}

/// One small edit undoes thousands of photos.
#[test]
fn a_bulk_edit_is_undone_by_one_edit() {
    let photos: Vec<_> = (0..5_000u32)
        .map(|n| {
            let mut id = [0; 32];
            id[..4].copy_from_slice(&n.to_be_bytes());
            crate::photo_id::PhotoId(id)
        })
        .collect();
    let added: Vec<_> = photos
        .iter()
        .map(|id| {
            let mut photo = photo(1, "2019-07-14");
            if let crate::payload::LibraryEdit::PhotoAdded(photo) = &mut photo {
                photo.id = *id;
            }
            (1, photo)
        })
        .collect();
    let mut chain = Chain::founded();
    chain.acts(1, 0, &added);
    let halves = [&photos[..2_500], &photos[2_500..]];
    chain.acts(1, 1, &halves.map(|half| (2, change(half, add_tag("x")))));
    chain.acts(1, 2, &[(3, undo(1, 2))]);
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    catalog.apply(chain.blocks()).unwrap();
    assert_eq!(came(&catalog, &chain), (5_000, 0));
    assert_eq!(super::tags(&catalog), Vec::<String>::new());
}
