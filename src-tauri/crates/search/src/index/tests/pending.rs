//! Pending edits in searches: found at once, by every process, and no longer than they wait.

use kinfolio_catalog::{Change, Edit, EditId, LibraryEdit, View};
use kinfolio_chain::{Incarnation, Payload};

use super::library::{Library, photo, tags};
use crate::index::Index;
use crate::query::{Query, Sort};

/// Edits that wait, of the library's device in its next life.
fn waiting(library: &Library, edits: &[LibraryEdit]) -> Vec<Edit> {
    let edit = |(seq, edit): (u64, &LibraryEdit)| Edit {
        id: EditId {
            device: library.device(),
            incarnation: Incarnation {
                counter: 2,
                nonce: 0,
            },
            seq,
        },
        base: 1,
        payload: Payload::Opaque(edit.encode()),
    };
    (0..).zip(edits).map(edit).collect()
}

/// The names that a query finds, newest first.
fn find(index: &Index, view: &View, query: &str) -> Vec<String> {
    let query = Query::parse(query).unwrap();
    let page = index.search(view, &query, Sort::Newest, None, 100).unwrap();
    let photos = view.photos(&page.ids).unwrap();
    assert_eq!((page.total, page.next), (photos.len() as u64, None));
    photos.into_iter().map(|photo| photo.name).collect()
}

#[test]
fn pending_edits_are_found_until_their_block_comes() {
    let mut library = Library::of([photo("a.jpg", "2019-01-01"), photo("b.jpg", "2018-01-01")]);
    let a = photo("a.jpg", "2019-01-01").id;
    let tagged = LibraryEdit::Change {
        photos: vec![a],
        change: Change {
            add_tags: tags(&["sea"]),
            ..Change::default()
        },
    };
    let added = LibraryEdit::PhotoAdded(Box::new(photo("c.jpg", "2020-01-01")));
    let edits = waiting(&library, &[tagged.clone(), added.clone()]);
    let mut view = library.catalog.view().unwrap();
    library.index.follow(&view).unwrap();
    for edit in &edits {
        view.write(std::slice::from_ref(edit)).unwrap();
        library.index.follow(&view).unwrap();
    }
    let check = |index: &Index, view: &View, query: &str, expect: &[&str]| {
        assert_eq!(find(index, view, query), expect, "{query}");
    };
    check(&library.index, &view, "is:pending", &["c.jpg", "a.jpg"]);
    check(&library.index, &view, "tag:sea", &["a.jpg"]);
    check(&library.index, &view, "-is:pending", &["b.jpg"]);
    check(&library.index, &view, "", &["c.jpg", "a.jpg", "b.jpg"]);

    // The next process finds what the last one wrote, and what has become of it.
    let dir = library.dir.path().join("copy");
    super::copy_dir(&library.dir.path().join("index"), &dir);
    let next = Index::open(&dir).unwrap();
    check(&next, &view, "is:pending", &["c.jpg", "a.jpg"]);
    let without = library.catalog.view().unwrap();
    next.follow(&without).unwrap();
    check(&next, &without, "is:pending", &[]);
    check(&next, &without, "tag:sea", &[]);
    check(&next, &without, "", &["a.jpg", "b.jpg"]);

    library.append([tagged, added]);
    let view = view.next(&library.catalog, &[]).unwrap();
    library.index.follow(&view).unwrap();
    check(&library.index, &view, "is:pending", &[]);
    check(&library.index, &view, "tag:sea", &["a.jpg"]);
    check(&library.index, &view, "", &["c.jpg", "a.jpg", "b.jpg"]);
}
