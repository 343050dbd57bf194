//! Buckets that are damaged, away, or do not want us: nothing wrong is given out, and what is
//! said names the bucket and no secret.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use harness::emulator::{Cloud, Emulator};
use kinfolio_bucket::{Bucket, BucketError, Put};

use crate::conformance::{folder, original, pieces, whole};

const MIB: usize = 1 << 20;

/// The file of an original, or of its sums, in a folder.
fn file(dir: &Path, kind: &str, hex: &str) -> PathBuf {
    dir.join(kind).join(&hex[..2]).join(&hex[2..4]).join(hex)
}

#[tokio::test]
async fn a_damaged_original_is_found_told_and_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let bucket = folder(dir.path());
    for length in [5000, 20 * MIB] {
        let (id, bytes) = original(length, 1);
        let size = length as u64;
        bucket.put_original(id, size, pieces(&bytes)).await.unwrap();
        let path = file(dir.path(), "originals", &id.to_string());
        for at in [0, length / 2, length - 1] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x40;
            fs::write(&path, &damaged).unwrap();
            let read = bucket.original(id, size).await.unwrap();
            let mut given = 0;
            let read = read.try_for_each(|piece| {
                given += piece.len();
                async { Ok(()) }
            });
            let error = read.await.unwrap_err();
            assert!(error.to_string().contains(&id.to_string()), "{error}");
            assert!(error.to_string().contains("file:///"), "{error}");
            assert!(matches!(error, BucketError::Damaged { .. }), "{error}");
            assert!(given < length, "the end was given out");
            let at = at as u64;
            let part = async {
                bucket
                    .original_range(id, size, at..at + 1)
                    .await?
                    .try_collect::<Vec<_>>()
                    .await
            };
            let error = part.await.unwrap_err();
            assert!(matches!(error, BucketError::Damaged { .. }), "{error}");
        }
        let put = bucket.put_original(id, size, pieces(&bytes)).await.unwrap();
        assert_eq!(put, Put::New);
        assert_eq!(fs::read(&path).unwrap(), bytes);
        fs::write(&path, &bytes[1..]).unwrap();
        let error = bucket.original(id, size).await.map(drop).unwrap_err();
        assert!(matches!(error, BucketError::Damaged { .. }), "{error}");
        bucket.put_original(id, size, pieces(&bytes)).await.unwrap();
    }
}

#[tokio::test]
async fn damaged_sums_are_told_and_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let bucket = folder(dir.path());
    let length = 20 * MIB;
    let (id, bytes) = original(length, 1);
    let size = length as u64;
    bucket.put_original(id, size, pieces(&bytes)).await.unwrap();
    let path = file(dir.path(), "sums", &id.to_string());
    let sums = fs::read(&path).unwrap();
    let mut damaged = sums.clone();
    damaged[33] ^= 1;
    fs::write(&path, damaged).unwrap();
    let error = bucket
        .original_range(id, size, 0..9)
        .await
        .map(drop)
        .unwrap_err();
    assert!(error.to_string().contains("sums/"), "{error}");
    bucket.verify_original(id, size).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), sums);
    let part = bucket.original_range(id, size, 0..9).await.unwrap();
    assert_eq!(whole(part).await, &bytes[..9]);
}

/// What `bucket` answers to everything that is asked of it.
async fn refusals(bucket: &Bucket) -> Vec<BucketError> {
    let (id, bytes) = original(1000, 4);
    vec![
        bucket.reach().await.unwrap_err(),
        bucket
            .put_original(id, 1000, pieces(&bytes))
            .await
            .unwrap_err(),
        bucket.original(id, 1000).await.map(drop).unwrap_err(),
    ]
}

#[tokio::test]
async fn clouds_that_refuse() {
    for cloud in [Cloud::Azure, Cloud::S3] {
        let emulator = Emulator::start(cloud);
        let url = emulator.url("home").replace("photos", "fotos");
        let bucket = Bucket::open(&url.parse().unwrap(), emulator.variables()).unwrap();
        for error in refusals(&bucket).await {
            assert!(matches!(error, BucketError::NoSuchBucket { .. }), "{error}");
            assert!(error.to_string().contains(&url), "{error}");
        }
    }
    let azurite = Emulator::start(Cloud::Azure);
    for variables in [azurite.wrong_variables(), azurite.expired_variables()] {
        let url = azurite.url("home");
        let bucket = Bucket::open(&url.parse().unwrap(), variables.clone()).unwrap();
        for error in refusals(&bucket).await {
            assert!(matches!(error, BucketError::Credentials { .. }), "{error}");
            let told = format!("{error} {error:?} {bucket:?}");
            assert!(told.contains(&url), "{told}");
            assert!(!told.contains("sig=") && !told.contains("aHVud"), "{told}");
        }
    }
}

#[tokio::test]
async fn a_cloud_that_is_away() {
    let moto = Emulator::start(Cloud::S3);
    let address = moto.url("home").parse().unwrap();
    let bucket = Bucket::open(&address, moto.variables()).unwrap();
    bucket.reach().await.unwrap();
    drop(moto);
    let begun = Instant::now();
    let error = bucket.reach().await.unwrap_err();
    assert!(matches!(error, BucketError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("Connection refused"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn a_folder_that_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let bucket = folder(dir.path());
    dir.close().unwrap();
    let error = bucket.reach().await.unwrap_err();
    assert!(matches!(error, BucketError::NoSuchBucket { .. }), "{error}");
}
