//! When a checkpoint is due, and what becomes of one whose storing was interrupted.

use std::fs;

use bytes::Bytes;
use kinfolio_bucket::Content;

use super::*;
use crate::bucket::connect;
use crate::{Founding, founding};

#[test]
fn a_checkpoint_is_due_when_it_saves_much() {
    for (edits, last, due) in [
        (EDITS_MIN - 1, None, false),
        (EDITS_MIN, None, true),
        (EDITS_MIN, Some(EDITS_MIN), false),
        (2 * EDITS_MIN, Some(EDITS_MIN), true),
        (1_199_999, Some(960_000), false),
        (1_200_000, Some(960_000), true),
        (10, Some(20), false),
    ] {
        assert_eq!(is_due(edits, last), due, "{edits} {last:?}");
    }
}

/// Writes so many edits.
async fn write(library: &Library, edits: u64) {
    let edits = (0..edits).map(|n| Bytes::from(n.to_be_bytes().to_vec()));
    let receipt = library.node().submit(edits.collect()).await.unwrap();
    library.shows(receipt.height.unwrap()).await.unwrap();
}

/// The content of a checkpoint that was stored but for its card, when the process ended.
async fn half_stored(library: &Library, bucket: &Bucket) -> Content {
    let content = spool::fill(library).unwrap().unwrap().content();
    let bytes = spool::read(library.layout()).await.unwrap();
    bucket.put_content(content, bytes).await.unwrap();
    content
}

async fn is_there(bucket: &Bucket, content: Content) -> bool {
    bucket.content(content).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_interrupted_goes_on_or_is_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    let (root, nas) = (folder.path().join("here"), folder.path().join("nas"));
    fs::create_dir(&nas).unwrap();
    let bucket = connect(&format!("file://{}", nas.display())).unwrap();
    let founding = Founding {
        household: "Test".to_owned(),
        device: "Here".to_owned(),
    };
    founding::found(&root, &founding).unwrap();
    let library = Library::open(&root).await.unwrap();
    write(&library, EDITS_MIN).await;
    let first = half_stored(&library, &bucket).await;
    let layout = library.layout();
    let kept =
        [layout.spooled(), layout.spooled_card()].map(|path| (fs::read(&path).unwrap(), path));
    write(&library, 1).await;

    // It goes on with the very same.
    let Stored::Ours(edits) = store(&library, &bucket, 0, None).await.unwrap() else {
        panic!("nobody else stores any");
    };
    let card = read_card(&bucket, 0).await.unwrap().unwrap();
    assert_eq!((card.content(), card.edits), (first, edits));
    assert!(!spool::is_there(layout));

    // One whose card was there already stays.
    for (bytes, path) in kept {
        fs::write(path, bytes).unwrap();
    }
    clear(&library, &bucket, Some(0)).await.unwrap();
    assert!(is_there(&bucket, first).await && !spool::is_there(layout));

    // One that is not due any more goes, and so does one that another device was faster than.
    write(&library, 1).await;
    let second = half_stored(&library, &bucket).await;
    clear(&library, &bucket, Some(0)).await.unwrap();
    assert!(!is_there(&bucket, second).await && !spool::is_there(layout));
    write(&library, EDITS_MIN).await;
    let third = half_stored(&library, &bucket).await;
    let stored = store(&library, &bucket, 0, Some(edits)).await.unwrap();
    assert_eq!(stored, Stored::Theirs);
    assert!(!is_there(&bucket, third).await && is_there(&bucket, first).await);

    // Damaged on the way, it is made again.
    let fourth = half_stored(&library, &bucket).await;
    bucket.delete_content(fourth).await.unwrap();
    fs::write(layout.spooled(), vec![0; fourth.size as usize]).unwrap();
    store(&library, &bucket, 1, Some(edits)).await.unwrap_err();
    let stored = store(&library, &bucket, 1, Some(edits)).await.unwrap();
    assert!(matches!(stored, Stored::Ours(_)), "{stored:?}");
    assert!(is_there(&bucket, fourth).await && is_there(&bucket, first).await);
    library.close().await;
}
