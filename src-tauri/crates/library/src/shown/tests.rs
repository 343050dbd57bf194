//! Pending edits and their blocks, told in every order.

use std::path::PathBuf;

use kinfolio_catalog::{Catalog, Change, Edit, LibraryEdit, PhotoId};
use kinfolio_node::{Block, DeviceId, Founder, Node, Payload, Waiting};

use super::Shown;
use crate::upload;
use crate::{Founding, Library};

/// A device of a household of two, whose other device never wakes.
struct Alone {
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl Alone {
    fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let roots = ["here", "there"].map(|name| folder.path().join(name));
        for root in &roots {
            let founding = Founding {
                household: "Test".to_owned(),
                device: "PC".to_owned(),
            };
            crate::founding::found(root, &founding).unwrap();
            for made in ["ledger", "identity"] {
                std::fs::remove_dir_all(root.join(made)).unwrap();
            }
        }
        let founder = Founder {
            household: "Test".to_owned(),
            device: "PC".to_owned(),
        };
        founder.found_together(&roots[0], &[&roots[1]]).unwrap();
        let [root, _] = roots;
        Self {
            _folder: folder,
            root,
        }
    }
}

async fn add(library: &Library, name: &'static str) -> PhotoId {
    let bytes = futures_util::stream::iter([Ok(name.as_bytes().into())]);
    upload::store(library, name, bytes).await.unwrap().id
}

fn tagged(id: PhotoId, seq: u64, like: &Edit) -> Edit {
    let change = Change {
        add_tags: vec![format!("tag {seq}")],
        ..Change::default()
    };
    let photos = vec![id];
    let mut edit = like.clone();
    edit.id.seq = seq;
    edit.payload = Payload::Opaque(LibraryEdit::Change { photos, change }.encode());
    edit
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_shown_again_by_the_next_process() {
    let alone = Alone::found();
    let library = Library::open(&alone.root).await.unwrap();
    let (one, two) = tokio::join!(add(&library, "one"), add(&library, "two"));
    let all = library.read(|view| Ok(view.count()?)).await.unwrap();
    assert_eq!((all.value, all.height), (2, 0));
    library.close().await;
    drop(library);
    let library = Library::open(&alone.root).await.unwrap();
    for id in [one, two] {
        let photo = library.read(move |view| Ok(view.photo(&id)?));
        let photo = photo.await.unwrap().value.unwrap();
        assert!(photo.pending && photo.block.is_none());
    }
    // And by searches, as soon as there are any.
    let found = crate::query::all(&library, "is:pending").await.unwrap();
    assert_eq!(found.len(), 2);
    library.close().await;
}

/// Thousands of photos changed in one step, while somebody reads.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_change_is_shown_whole() {
    let alone = Alone::found();
    let library = Library::open(&alone.root).await.unwrap();
    let id = add(&library, "one").await;
    let added = library.node().waiting(None).await.unwrap();
    let mut many = tagged(id, added.edits[0].id.seq + 1, &added.edits[0]);
    let change = Change {
        rating: Some(5),
        ..Change::default()
    };
    let strangers = (0..4_000u16).map(|n| {
        let mut stranger = PhotoId([0xee; 32]);
        stranger.0[..2].copy_from_slice(&n.to_be_bytes());
        stranger
    });
    let photos = strangers.chain([id]).collect();
    many.payload = Payload::Opaque(LibraryEdit::Change { photos, change }.encode());
    let held = library.shown().view();
    let waiting = Waiting {
        height: added.height,
        edits: vec![many],
    };
    let changed = library.shown().wait(library.catalog(), waiting).unwrap();
    assert_eq!(changed, [id]);
    let rating = |view: &kinfolio_catalog::View| view.photo(&id).unwrap().unwrap().rating;
    assert_eq!((rating(&held), rating(&library.shown().view())), (0, 5));
    library.close().await;
}

/// An edit's acknowledgement, what is told of those behind it, and its block race each other.
#[tokio::test(flavor = "multi_thread")]
async fn edits_told_late_twice_or_out_of_order_are_shown_once() {
    let alone = Alone::found();
    let library = Library::open(&alone.root).await.unwrap();
    let id = add(&library, "one").await;
    let added = library.node().waiting(None).await.unwrap();
    let catalog = library.catalog();
    let shown = Shown::new(library.device(), catalog.view().unwrap(), false);
    let waiting = |edits: &[&Edit]| Waiting {
        height: added.height,
        edits: edits.iter().map(|&edit| edit.clone()).collect(),
    };
    let first = &added.edits[0];
    let later: Vec<_> = (1..4)
        .map(|n| tagged(id, first.id.seq + n, first))
        .collect();
    let tags = || {
        let photo = shown.view().photo(&id).unwrap();
        photo.map(|photo| photo.tags.len())
    };
    // A change of a photo that is not known yet does nothing; when that comes, it stands on it.
    assert_eq!(shown.wait(catalog, waiting(&[&later[1]])).unwrap(), []);
    assert_eq!(tags(), None);
    let changed = shown.wait(catalog, waiting(&[first, &later[1]])).unwrap();
    assert_eq!((changed, tags()), (vec![id], Some(1)));
    shown
        .wait(catalog, waiting(&[&later[0], &later[2]]))
        .unwrap();
    assert_eq!(tags(), Some(3));
    assert_eq!(shown.last_pending(), Some(later[2].id));
    assert_eq!(shown.wait(catalog, waiting(&[first])).unwrap(), []);
    library.close().await;
}

#[test]
fn what_a_block_brought_waits_no_more_whoever_says_so_late() {
    let folder = tempfile::tempdir().unwrap();
    let founding = Founding {
        household: "Test".to_owned(),
        device: "PC".to_owned(),
    };
    let root = folder.path().join("library");
    crate::founding::found(&root, &founding).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let library = Library::open(&root).await.unwrap();
        let id = add(&library, "one").await;
        let node: &Node = library.node();
        let blocks: Vec<Block> = node.blocks(0, 10).unwrap();
        let edit = blocks[1].edits().next().unwrap();
        let device: DeviceId = library.device();
        let catalog: Catalog = library.catalog().clone();
        let shown = Shown::new(device, catalog.view().unwrap(), false);
        shown.took(&catalog, &blocks).unwrap();
        // A ledger that is being healed, and shorter than its catalogue, cannot know.
        let waiting = |height| Waiting {
            height,
            edits: vec![edit.clone()],
        };
        assert_eq!(shown.wait(&catalog, waiting(0)).unwrap(), []);
        assert!(shown.asked_early());
        assert_eq!(shown.wait(&catalog, waiting(1)).unwrap(), []);
        assert!(!shown.asked_early());
        let photo = shown.view().photo(&id).unwrap().unwrap();
        assert!(!photo.pending);
        assert_eq!(shown.view().history(&id).unwrap().len(), 1);
        library.close().await;
    });
}
