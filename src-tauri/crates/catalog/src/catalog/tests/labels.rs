//! Renaming, merging and removing labels as small stories.

use super::chain::{Chain, photo, tagged, undo};
use super::{add_tag, change, id, open};
use crate::catalog::Catalog;
use crate::label::{List, Move};
use crate::payload::{Change, LibraryEdit};
use crate::photo::{Deed, Happened};

fn renamed(from: &str, to: &str) -> LibraryEdit {
    moved(List::Tags, from, Some(to))
}

fn moved(list: List, from: &str, to: Option<&str>) -> LibraryEdit {
    LibraryEdit::LabelMoved(Move {
        list,
        from: from.to_owned(),
        to: to.map(str::to_owned),
    })
}

fn made(label: &str) -> LibraryEdit {
    LibraryEdit::LabelMade {
        list: List::Tags,
        label: label.to_owned(),
    }
}

/// The tags of photos 1 and 2 after a chain, and all tags with their counts.
fn check(chain: &Chain, first: &[&str], second: &[&str], all: &[(&str, u64)]) {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    catalog.apply(chain.blocks()).unwrap();
    let tags = |n| catalog.photo(&id(n)).unwrap().unwrap().tags;
    assert_eq!((tags(1), tags(2)), (own(first), own(second)));
    assert_eq!(counts(&catalog), own_counts(all));
}

fn counts(catalog: &Catalog) -> Vec<(String, u64)> {
    let labels = catalog.labels(List::Tags).unwrap().into_iter();
    labels.map(|one| (one.name, one.count)).collect()
}

fn own(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn own_counts(counts: &[(&str, u64)]) -> Vec<(String, u64)> {
    let counts = counts.iter();
    counts
        .map(|(text, count)| ((*text).to_owned(), *count))
        .collect()
}

/// Photo 1 with `a` and `a/b`, photo 2 with `ab`.
fn with_photos() -> Chain {
    let mut chain = Chain::founded();
    let first = tagged(1, "2019-07-14", &["a", "a/b"]);
    let second = tagged(2, "2019-07-15", &["ab"]);
    chain.acts(1, 0, &[(1, first), (1, second)]);
    chain
}

#[test]
fn what_stands_below_comes_along_and_its_neighbour_stays() {
    let mut chain = with_photos();
    chain.acts(1, 1, &[(2, renamed("a", "x/y"))]);
    check(
        &chain,
        &["x/y", "x/y/b"],
        &["ab"],
        &[("ab", 1), ("x/y", 1), ("x/y/b", 1)],
    );
    let mut chain = with_photos();
    chain.acts(1, 1, &[(2, renamed("a", "a/b"))]);
    check(
        &chain,
        &["a/b", "a/b/b"],
        &["ab"],
        &[("a/b", 1), ("a/b/b", 1), ("ab", 1)],
    );
}

#[test]
fn two_tags_become_one() {
    let mut chain = with_photos();
    chain.acts(1, 1, &[(2, change(&[id(2)], add_tag("a")))]);
    chain.acts(1, 2, &[(3, renamed("ab", "a"))]);
    check(&chain, &["a", "a/b"], &["a"], &[("a", 2), ("a/b", 1)]);
    // Taking it off takes off both.
    let off = Change {
        remove_tags: own(&["a"]),
        ..Change::default()
    };
    chain.acts(2, 3, &[(1, change(&[id(2)], off))]);
    check(&chain, &["a", "a/b"], &[], &[("a", 1), ("a/b", 1)]);
}

#[test]
fn who_did_not_know_means_the_new_name() {
    let mut chain = with_photos();
    chain.acts(1, 1, &[(2, renamed("a", "x"))]);
    chain.acts(1, 2, &[(3, renamed("x", "y"))]);
    // Wrote before either, before the second, and after both.
    chain.acts(2, 1, &[(1, change(&[id(2)], add_tag("a/c")))]);
    check(
        &chain,
        &["y", "y/b"],
        &["ab", "y/c"],
        &[("ab", 1), ("y", 1), ("y/b", 1), ("y/c", 1)],
    );
    chain.acts(2, 2, &[(2, change(&[id(2)], add_tag("x")))]);
    chain.acts(2, 5, &[(3, change(&[id(2)], add_tag("a")))]);
    let all = [("a", 1), ("ab", 1), ("y", 2), ("y/b", 1), ("y/c", 1)];
    check(&chain, &["y", "y/b"], &["a", "ab", "y", "y/c"], &all);
    // A photo that comes late, too.
    let late = tagged(3, "2019-07-14", &["a"]);
    chain.acts(3, 1, &[(1, late)]);
    let all = [("a", 1), ("ab", 1), ("y", 3), ("y/b", 1), ("y/c", 1)];
    check(&chain, &["y", "y/b"], &["a", "ab", "y", "y/c"], &all);
}

#[test]
fn a_tag_that_was_put_on_meanwhile_outlives_its_removal() {
    let mut chain = with_photos();
    chain.acts(2, 1, &[(1, change(&[id(2)], add_tag("a")))]);
    chain.acts(1, 1, &[(2, moved(List::Tags, "a", None))]);
    check(&chain, &[], &["a", "ab"], &[("a", 1), ("ab", 1)]);
}

#[test]
fn an_edit_of_labels_is_undone_like_any() {
    let mut chain = with_photos();
    chain.acts(1, 1, &[(2, made("a/empty")), (3, renamed("a", "ab"))]);
    let all = [("ab", 2), ("ab/b", 1), ("ab/empty", 0)];
    check(&chain, &["ab", "ab/b"], &["ab"], &all);
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    catalog.apply(chain.blocks()).unwrap();
    let last = catalog
        .view()
        .unwrap()
        .last_action(chain.device(1))
        .unwrap()
        .unwrap();
    assert_eq!(last.photos, 1);
    assert!(matches!(last.deed, Deed::LabelMoved(_)));
    let history = catalog.history(&id(1)).unwrap();
    assert!(matches!(history[1].what, Happened::Relabelled(_)));
    // On photo 1 somebody has spoken of one of them since; the other comes back.
    chain.acts(2, 2, &[(1, change(&[id(1)], add_tag("ab")))]);
    chain.acts(1, 3, &[(4, undo(1, 3))]);
    check(
        &chain,
        &["a", "a/b", "ab"],
        &["ab"],
        &[("a", 1), ("a/b", 1), ("a/empty", 0), ("ab", 2)],
    );
    // What is said now by one who has heard nothing means what it says.
    chain.acts(3, 1, &[(1, change(&[id(2)], add_tag("a")))]);
    let all = [("a", 2), ("a/b", 1), ("a/empty", 0), ("ab", 2)];
    check(&chain, &["a", "a/b", "ab"], &["a", "ab"], &all);
    chain.acts(1, 5, &[(5, undo(1, 2))]);
    check(
        &chain,
        &["a", "a/b", "ab"],
        &["a", "ab"],
        &[("a", 2), ("a/b", 1), ("ab", 2)],
    );
}

#[test]
fn albums_have_plain_names() {
    let mut chain = Chain::founded();
    let albums = |names: &[&str]| Change {
        add_albums: own(names),
        ..Change::default()
    };
    chain.acts(1, 0, &[(1, photo(1, "2019-07-14"))]);
    chain.acts(1, 1, &[(2, change(&[id(1)], albums(&["a", "a/b"])))]);
    chain.acts(1, 2, &[(3, moved(List::Albums, "a", Some("Summer")))]);
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    catalog.apply(chain.blocks()).unwrap();
    let photo = catalog.photo(&id(1)).unwrap().unwrap();
    assert_eq!(photo.albums, ["Summer", "a/b"]);
    assert!(photo.tags.is_empty());
}
