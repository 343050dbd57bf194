//! What another device gave is compared with the chain, and goes where that says otherwise.

use std::fs;
use std::path::PathBuf;

use kinfolio_catalog::PhotoId;

use super::proving;
use crate::{Founding, Library, LibraryError, upload};

/// A library with `photos`, closed.
async fn made(folder: &tempfile::TempDir, name: &str, photos: &[&'static str]) -> PathBuf {
    let root = folder.path().join(name);
    let founding = Founding {
        household: "Test".to_owned(),
        device: name.to_owned(),
    };
    crate::founding::found(&root, &founding).unwrap();
    let library = Library::open(&root).await.unwrap();
    for photo in photos {
        let bytes = futures_util::stream::iter([Ok(photo.as_bytes().into())]);
        upload::store(&library, photo, bytes).await.unwrap();
    }
    library.close().await;
    drop(library);
    root
}

async fn photos(library: &Library) -> Vec<PhotoId> {
    let all = library.read(|view| {
        let months = view.months()?;
        let rows = months
            .iter()
            .map(|one| view.month(one.month, 0, usize::MAX));
        let rows: Result<Vec<_>, _> = rows.collect();
        Ok(rows?.into_iter().flatten().map(|row| row.id).collect())
    });
    all.await.unwrap().value
}

#[tokio::test(flavor = "multi_thread")]
async fn a_false_checkpoint_is_found_out_and_gone_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let (here, other) = (
        made(&folder, "here", &["one", "two"]).await,
        made(&folder, "other", &["three"]).await,
    );
    let library = Library::open(&here).await.unwrap();
    let right = photos(&library).await;
    library.close().await;
    drop(library);
    fs::copy(
        other.join("catalog/catalog.redb"),
        here.join("catalog/catalog.redb"),
    )
    .unwrap();
    fs::write(here.join("catalog/unproven"), "1\n").unwrap();
    fs::remove_dir_all(here.join("index")).unwrap();

    let library = Library::open(&here).await.unwrap();
    assert_eq!(photos(&library).await.len(), 1, "what was given is shown");
    let held_up = library.shows(2).await.unwrap_err();
    let LibraryError::Behind { why, .. } = &held_up else {
        panic!("{held_up}");
    };
    assert!(why.contains("is not what the ledger says"), "{why}");
    assert!(proving(&library).is_some());
    library.close().await;
    drop(library);

    let library = Library::open(&here).await.unwrap();
    assert_eq!((photos(&library).await, proving(&library)), (right, None));
    library.finds().await.unwrap();
    library.close().await;
    drop(library);
    for gone in ["catalog.false", "catalog/unproven", "catalog/proof"] {
        assert!(!here.join(gone).exists(), "{gone}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_true_one_is_proved_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let here = made(&folder, "here", &["one", "two"]).await;
    fs::write(here.join("catalog/unproven"), "2\n").unwrap();
    let library = Library::open(&here).await.unwrap();
    let mut proving = library.proving().subscribe();
    proving.wait_for(Option::is_none).await.unwrap();
    assert_eq!(photos(&library).await.len(), 2);
    let bytes = futures_util::stream::iter([Ok(b"three".as_slice().into())]);
    upload::store(&library, "three", bytes).await.unwrap();
    assert_eq!(photos(&library).await.len(), 3);
    library.close().await;
    drop(library);
}
