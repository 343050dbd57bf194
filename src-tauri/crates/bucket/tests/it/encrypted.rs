//! Buckets that are given nothing they could read: what they see of it, what another key does, and
//! that nothing that was tampered with is taken.

use std::fs;
use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use kinfolio_bucket::{Bucket, BucketError, OriginalId, Put};

use crate::conformance::{folder, original, pieces, suite, whole};

const MIB: usize = 1 << 20;

/// A sealed chunk's length, and where the first one begins.
const CHUNK: usize = MIB + 16;
const HEAD: usize = 35;

/// Another key each time.
pub(crate) fn key() -> [u8; 32] {
    let mut key = [0; 32];
    getrandom::fill(&mut key).unwrap();
    key
}

/// The files below a folder that hold sealed objects.
fn sealed(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![dir.join("sealed")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}

async fn put(bucket: &Bucket, length: usize, seed: u64) -> (OriginalId, Vec<u8>) {
    let (id, bytes) = original(length, seed);
    let put = bucket.put_original(id, length as u64, pieces(&bytes)).await;
    assert_eq!(put.unwrap(), Put::New);
    (id, bytes)
}

#[tokio::test]
async fn it_does_all_that_others_do() {
    suite(&Bucket::in_memory().encrypted(&key()), true).await;
    let dir = tempfile::tempdir().unwrap();
    suite(&folder(dir.path()).encrypted(&key()), false).await;
}

#[tokio::test]
async fn the_bucket_sees_no_name_and_no_content() {
    let dir = tempfile::tempdir().unwrap();
    let bucket = folder(dir.path()).encrypted(&key());
    bucket.reach().await.unwrap();
    for length in [3 * MIB, 9 * MIB] {
        let bytes = vec![b'a'; length];
        let id = OriginalId::new(<sha2::Sha256 as sha2::Digest>::digest(&bytes).into());
        bucket
            .put_original(id, length as u64, pieces(&bytes))
            .await
            .unwrap();
    }
    bucket
        .create_segment(None, 0, "a segment".into())
        .await
        .unwrap();
    let files = sealed(dir.path());
    assert_eq!(files.len(), 3);
    for file in files {
        let bytes = fs::read(&file).unwrap();
        for plain in [&b"aaaa"[..], b"segment", b"original"] {
            let seen = bytes.windows(plain.len()).any(|window| window == plain);
            assert!(!seen, "{} shows {plain:?}", file.display());
        }
    }
    let listed: Vec<_> = bucket.list().try_collect().await.unwrap();
    for (name, _) in listed {
        assert!(name == "encrypted" || name.starts_with("sealed/"), "{name}");
    }
}

#[tokio::test]
async fn another_key_and_none_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let ours = key();
    let bucket = folder(dir.path()).encrypted(&ours);
    bucket.reach().await.unwrap();
    let (id, bytes) = put(&bucket, 1000, 1).await;
    let none = folder(dir.path()).reach().await.unwrap_err();
    assert!(matches!(none, BucketError::Encrypted { .. }), "{none}");
    let other = folder(dir.path()).encrypted(&key());
    let wrong = other.reach().await.unwrap_err();
    assert!(matches!(wrong, BucketError::WrongKey { .. }), "{wrong}");
    let missing = other.original(id, 1000).await.map(drop).unwrap_err();
    assert!(matches!(missing, BucketError::Missing { .. }), "{missing}");
    let again = folder(dir.path()).encrypted(&ours);
    again.reach().await.unwrap();
    assert_eq!(whole(again.original(id, 1000).await.unwrap()).await, bytes);
}

/// What comes of fetching an original whole, and in a part at its end.
async fn refused(bucket: &Bucket, id: OriginalId, size: u64, what: &str) {
    let all = async {
        bucket
            .original(id, size)
            .await?
            .try_collect::<Vec<_>>()
            .await
    };
    let error = all.await.unwrap_err();
    assert!(
        matches!(error, BucketError::Damaged { .. }),
        "{what}: {error}"
    );
    let part = bucket.original_range(id, size, size - 1..size);
    let part = async { part.await?.try_collect::<Vec<_>>().await };
    let error = part.await.unwrap_err();
    assert!(
        matches!(error, BucketError::Damaged { .. }),
        "{what}: {error}"
    );
}

#[tokio::test]
async fn what_was_tampered_with_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let bucket = folder(dir.path()).encrypted(&key());
    let length = 9 * MIB + 5;
    let size = length as u64;
    let (id, bytes) = put(&bucket, length, 1).await;
    let path = sealed(dir.path()).pop().unwrap();
    let stored = fs::read(&path).unwrap();
    assert_eq!(stored.len(), HEAD + length + 10 * 16);
    let (other, _) = put(&bucket, length, 2).await;
    let others = sealed(dir.path())
        .into_iter()
        .find(|file| *file != path)
        .unwrap();

    let last = HEAD + 9 * CHUNK;
    let mut altered = stored.clone();
    altered[last + 2] ^= 1;
    let mut nonce = stored.clone();
    nonce[HEAD - 1] ^= 1;
    // As long as before, with the beginning of the chunk before the last in the place of the last.
    let mut reordered = stored.clone();
    reordered.copy_within(last - CHUNK..last - CHUNK + stored.len() - last, last);
    let swapped = fs::read(&others).unwrap();
    let cut = stored[..last].to_vec();
    for (what, tampered) in [
        ("altered", altered),
        ("another nonce", nonce),
        ("reordered", reordered),
        ("another object's", swapped),
        ("cut", cut),
        ("empty", Vec::new()),
    ] {
        fs::write(&path, tampered).unwrap();
        refused(&bucket, id, size, what).await;
    }
    // Chunks in the middle, exchanged.
    let mut exchanged = stored.clone();
    let (one, two) = (HEAD + CHUNK, HEAD + 2 * CHUNK);
    exchanged[one..two].copy_from_slice(&stored[two..two + CHUNK]);
    exchanged[two..two + CHUNK].copy_from_slice(&stored[one..two]);
    fs::write(&path, exchanged).unwrap();
    let all = async {
        bucket
            .original(id, size)
            .await?
            .try_collect::<Vec<_>>()
            .await
    };
    assert!(matches!(
        all.await.unwrap_err(),
        BucketError::Damaged { .. }
    ));

    // The device that has it mends it.
    let mended = bucket.put_original(id, size, pieces(&bytes)).await.unwrap();
    assert_eq!(mended, Put::New);
    assert_eq!(whole(bucket.original(id, size).await.unwrap()).await, bytes);
    bucket.verify_original(other, size).await.unwrap();

    // Its length alone is soon looked at.
    bucket.measure_original(id, size).await.unwrap();
    let short = bucket.measure_original(id, size + 1).await;
    assert!(
        matches!(short, Err(BucketError::Damaged { .. })),
        "{short:?}"
    );
    let nowhere = bucket
        .measure_original(OriginalId::new([9; 32]), size)
        .await;
    assert!(
        matches!(nowhere, Err(BucketError::Missing { .. })),
        "{nowhere:?}"
    );
}
