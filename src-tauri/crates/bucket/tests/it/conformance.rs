//! What every store does alike: the suite, and the stores that run it.

use std::io;
use std::path::Path;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use harness::emulator::{Cloud, Emulator};
use kinfolio_bucket::{Bucket, BucketError, Content, Contents, OriginalId, Put, Segment, Verified};
use sha2::{Digest, Sha256};

const MIB: usize = 1 << 20;

/// Lengths around every border: pieces, parts, chunks, and what is fetched whole.
const LENGTHS: [usize; 6] = [1, 4096, 8 * MIB, 8 * MIB + 1, 17 * MIB, 17 * MIB + 7];

#[tokio::test]
async fn memory() {
    let bucket = Bucket::in_memory();
    suite(&bucket, true).await;
    what_is_there_is_listed(&bucket).await;
}

#[tokio::test]
async fn a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let bucket = folder(dir.path());
    suite(&bucket, false).await;
    what_is_there_is_listed(&bucket).await;
}

#[tokio::test]
async fn azure() {
    let azurite = Emulator::start(Cloud::Azure);
    let bucket = emulated(&azurite, "our/home");
    suite(&bucket, true).await;
    what_is_there_is_listed(&bucket).await;
    let bucket = emulated(&azurite, "encrypted").encrypted(&crate::encrypted::key());
    suite(&bucket, true).await;
}

#[tokio::test]
async fn s3() {
    let moto = Emulator::start(Cloud::S3);
    let bucket = emulated(&moto, "our/home");
    suite(&bucket, true).await;
    what_is_there_is_listed(&bucket).await;
    let bucket = emulated(&moto, "encrypted").encrypted(&crate::encrypted::key());
    suite(&bucket, true).await;
}

pub(crate) fn folder(path: &Path) -> Bucket {
    let address = format!("file://{}", path.display());
    Bucket::open(&address.parse().unwrap(), []).unwrap()
}

pub(crate) fn emulated(emulator: &Emulator, prefix: &str) -> Bucket {
    let address = emulator.url(prefix).parse().unwrap();
    Bucket::open(&address, emulator.variables()).unwrap()
}

/// `swaps`: whether the store has compare-and-swap.
pub(crate) async fn suite(bucket: &Bucket, swaps: bool) {
    let contents = bucket.contents().await.unwrap();
    assert_eq!(contents, Contents::Nothing);
    bucket.reach().await.unwrap();
    for length in LENGTHS {
        an_original_is_there_once_and_right(bucket, length).await;
    }
    what_is_not_the_original_is_not_stored(bucket).await;
    what_is_deleted_is_gone_and_may_come_again(bucket).await;
    two_at_once(bucket).await;
    segments_are_created_once(bucket).await;
    checkpoints_stay_until_they_are_deleted(bucket).await;
    bucket.probe().await.unwrap();
    registers_are_swapped(bucket, swaps).await;
}

async fn registers_are_swapped(bucket: &Bucket, swaps: bool) {
    let probed = bucket.probe_swap().await;
    if !swaps {
        let told = probed.unwrap_err().to_string();
        assert!(told.contains("compare-and-swap"), "{told}");
        return;
    }
    probed.unwrap();
    assert!(!bucket.is_voter("b").await.unwrap());
    bucket.be_voter("b", [1; 32]).await.unwrap();
    assert!(bucket.is_voter("b").await.unwrap());
    assert!(!bucket.is_voter("c").await.unwrap());
    assert!(bucket.register("b", "1").await.unwrap().is_none());
    let swap = |text: &'static str, expected| bucket.swap("b", "1", text.into(), expected);
    let first = swap("a", None).await.unwrap().unwrap();
    assert!(swap("b", None).await.unwrap().is_none());
    let second = swap("b", Some(first.clone())).await.unwrap().unwrap();
    assert!(swap("c", Some(first)).await.unwrap().is_none());
    let (bytes, version) = bucket.register("b", "1").await.unwrap().unwrap();
    assert_eq!(bytes, "b");
    let third = swap("c", Some(version)).await.unwrap();
    assert!(third.is_some() && swap("d", Some(second)).await.unwrap().is_none());
    let (bytes, _) = bucket.register("b", "1").await.unwrap().unwrap();
    assert_eq!(bytes, "c");
}

async fn an_original_is_there_once_and_right(bucket: &Bucket, length: usize) {
    let (id, bytes) = original(length, 1);
    let size = length as u64;
    let missing = bucket.original(id, size).await.map(drop).unwrap_err();
    assert!(matches!(missing, BucketError::Missing { .. }), "{missing}");
    let put = bucket.put_original(id, size, pieces(&bytes)).await.unwrap();
    assert_eq!(put, Put::New, "{length}");
    let put = bucket.put_original(id, size, pieces(&bytes)).await.unwrap();
    assert_eq!(put, Put::Found, "{length}");
    assert_eq!(whole(bucket.original(id, size).await.unwrap()).await, bytes);
    let (end, half) = (size, size / 2);
    let ranges = [
        0..end,
        0..1,
        half..end,
        end - 1..end,
        half..half + 1,
        end..end + 9,
    ];
    for range in ranges {
        let got = bucket
            .original_range(id, size, range.clone())
            .await
            .unwrap();
        let expect = &bytes[range.start as usize..range.end.min(size) as usize];
        assert!(whole(got).await == expect, "{length}: {range:?}");
    }
    let other = bucket.original(id, size + 1).await.map(drop).unwrap_err();
    assert!(matches!(other, BucketError::Damaged { .. }), "{other}");
}

async fn what_is_deleted_is_gone_and_may_come_again(bucket: &Bucket) {
    for length in [4096, 17 * MIB] {
        let (id, bytes) = original(length, 3);
        let (size, again) = (length as u64, id.in_life(7));
        bucket.delete_original(id).await.unwrap();
        for one in [id, again] {
            let put = bucket.put_original(one, size, pieces(&bytes)).await;
            assert_eq!(put.unwrap(), Put::New, "{one}");
        }
        for _ in 0..2 {
            bucket.delete_original(id).await.unwrap();
            let missing = bucket.original(id, size).await.map(drop).unwrap_err();
            assert!(matches!(missing, BucketError::Missing { .. }), "{missing}");
            let kept = bucket.original(again, size).await.unwrap();
            assert_eq!(whole(kept).await, bytes);
        }
        bucket.delete_original(again).await.unwrap();
    }
}

async fn what_is_not_the_original_is_not_stored(bucket: &Bucket) {
    for length in [4096, 9 * MIB] {
        let (id, bytes) = original(length, 2);
        let size = length as u64;
        let mut altered = bytes.clone();
        altered[length - 1] ^= 1;
        let longer = [&bytes[..], &[0]].concat();
        for wrong in [&altered[..], &bytes[..length - 1], &longer] {
            let put = bucket.put_original(id, size, pieces(wrong)).await;
            let error = put.unwrap_err();
            assert!(matches!(error, BucketError::Source { .. }), "{error}");
        }
        let breaks = stream::iter([Ok(Bytes::from_static(b"a")), Err(io::Error::other("gone"))]);
        let error = bucket.put_original(id, size, breaks).await.unwrap_err();
        assert!(matches!(error, BucketError::Source { .. }), "{error}");
        let missing = bucket.original(id, size).await.map(drop).unwrap_err();
        assert!(matches!(missing, BucketError::Missing { .. }), "{missing}");
    }
}

async fn two_at_once(bucket: &Bucket) {
    for length in [4096, 9 * MIB] {
        let (id, bytes) = original(length, 3);
        let put = || bucket.put_original(id, length as u64, pieces(&bytes));
        let (one, other) = tokio::join!(put(), put());
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        let read = bucket.original(id, length as u64).await.unwrap();
        assert_eq!(whole(read).await, bytes);
    }
}

async fn segments_are_created_once(bucket: &Bucket) {
    let bytes = |text: &'static str| Bytes::from_static(text.as_bytes());
    let missing = bucket.segment(None, 0).await.unwrap_err();
    assert!(matches!(missing, BucketError::Missing { .. }), "{missing}");
    let create = |number, text| bucket.create_segment(None, number, bytes(text));
    assert!(!bucket.has_segment(None, 0).await.unwrap());
    assert_eq!(create(0, "ours").await.unwrap(), Segment::Created);
    assert!(
        bucket.has_segment(None, 0).await.unwrap() && !bucket.has_segment(None, 1).await.unwrap()
    );
    assert_eq!(create(0, "ours").await.unwrap(), Segment::Same);
    assert_eq!(create(0, "theirs").await.unwrap(), Segment::Other);
    assert_eq!(bucket.segment(None, 0).await.unwrap(), "ours");
    let (first, second) = tokio::join!(create(u64::MAX, "a"), create(u64::MAX, "b"));
    let mut both = [first.unwrap(), second.unwrap()];
    both.sort_by_key(|became| *became != Segment::Created);
    assert_eq!(both, [Segment::Created, Segment::Other]);
    // Each line has numbers of its own, and so have the epochs.
    let there = bucket.create_segment(Some("ab"), 0, bytes("on a line"));
    assert_eq!(there.await.unwrap(), Segment::Created);
    assert_eq!(bucket.segment(Some("ab"), 0).await.unwrap(), "on a line");
    assert_eq!(bucket.segment(None, 0).await.unwrap(), "ours");
    assert!(!bucket.has_segment(Some("cd"), 0).await.unwrap());
    assert_eq!(bucket.epoch(0).await.unwrap(), None);
    assert!(bucket.create_epoch(0, bytes("ab")).await.unwrap());
    assert!(!bucket.create_epoch(0, bytes("cd")).await.unwrap());
    assert_eq!(bucket.epoch(0).await.unwrap().unwrap(), "ab");
}

async fn checkpoints_stay_until_they_are_deleted(bucket: &Bucket) {
    let missing = bucket.card(0).await.unwrap_err();
    assert!(matches!(missing, BucketError::Missing { .. }), "{missing}");
    assert!(!bucket.has_card(0).await.unwrap());
    let create = |text: &'static str| bucket.create_card(0, text.into());
    assert!(create("ours").await.unwrap() && create("ours").await.unwrap());
    assert!(!create("theirs").await.unwrap() && bucket.has_card(0).await.unwrap());
    assert_eq!(bucket.card(0).await.unwrap(), "ours");
    for length in [5, 9 * MIB + 3] {
        let (_, bytes) = original(length, 5);
        let sha256 = Sha256::digest(&bytes).into();
        let content = Content {
            height: 7,
            sha256,
            size: length as u64,
        };
        let missing = bucket.content(content).await.map(drop).unwrap_err();
        assert!(matches!(missing, BucketError::Missing { .. }), "{missing}");
        let cut = bucket.put_content(content, pieces(&bytes[1..])).await;
        assert!(matches!(cut, Err(BucketError::Source { .. })), "{cut:?}");
        let put = || bucket.put_content(content, pieces(&bytes));
        let (one, other) = tokio::join!(put(), put());
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        assert_eq!(whole(bucket.content(content).await.unwrap()).await, bytes);
        assert!(bucket.delete_content(content).await.unwrap());
        assert!(!bucket.delete_content(content).await.unwrap());
        let gone = bucket.content(content).await.map(drop).unwrap_err();
        assert!(matches!(gone, BucketError::Missing { .. }), "{gone}");
    }
}

async fn what_is_there_is_listed(bucket: &Bucket) {
    let listed: Vec<_> = bucket.list().try_collect().await.unwrap();
    let of = |kind: &str| {
        listed
            .iter()
            .filter(|(name, _)| name.starts_with(kind))
            .count()
    };
    assert_eq!(of("originals/"), LENGTHS.len() + 2, "{listed:?}");
    assert_eq!((of("ledger/"), of("epochs/")), (3, 1));
    assert_eq!(of("probe/"), 0, "the probe leaves nothing behind");
    let mut lengths: Vec<_> = listed
        .iter()
        .filter(|(name, _)| name.starts_with("sums/"))
        .map(|(_, length)| *length)
        .collect();
    lengths.sort_unstable();
    assert_eq!(lengths, [18 * 32, 19 * 32]);
}

/// Bytes that look like nothing, and their id.
pub(crate) fn original(length: usize, seed: u64) -> (OriginalId, Vec<u8>) {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> = (0..length.div_ceil(8)).flat_map(|_| next()).collect();
    bytes.truncate(length);
    (OriginalId::new(Sha256::digest(&bytes).into()), bytes)
}

/// The bytes in pieces as a disk gives them.
pub(crate) fn pieces(bytes: &[u8]) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    let pieces: Vec<_> = bytes.chunks(100_000).map(Bytes::copy_from_slice).collect();
    stream::iter(pieces.into_iter().map(Ok))
}

pub(crate) async fn whole(bytes: Verified) -> Vec<u8> {
    bytes.try_collect::<Vec<_>>().await.unwrap().concat()
}
