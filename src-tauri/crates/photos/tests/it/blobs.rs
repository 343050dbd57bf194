//! Originals: stored once, whole, durable, and verifiable.

use std::fs;
use std::io;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use kinfolio_photos::{BlobError, BlobId, Blobs, Cancel, Expected, OriginalFault, originals};
use sha2::{Digest, Sha256};

use crate::fixtures::{House, files_below};

fn id_of(bytes: &[u8]) -> BlobId {
    BlobId(Sha256::digest(bytes).into())
}

#[test]
fn ids_print_and_parse() {
    fn check(text: &str, valid: bool) {
        assert_eq!(
            text.parse::<BlobId>()
                .is_ok_and(|id| id.to_string() == text),
            valid,
            "{text}"
        );
    }
    check(&"0a".repeat(32), true);
    check(&"0A".repeat(32), false);
    check(&"0a".repeat(31), false);
    check("../../../../etc/passwd", false);
    check("", false);
}

#[test]
fn equal_bytes_are_stored_once_and_read_only() {
    let house = House::new();
    let (first, second) = (
        house.put("a.jpg", b"the same"),
        house.put("b.jpg", b"the same"),
    );
    let stored = house.blobs.put_file(&first, &Cancel::new()).unwrap();
    assert_eq!(
        (stored.id, stored.size, stored.new),
        (id_of(b"the same"), 8, true)
    );
    let again = house.blobs.put_file(&second, &Cancel::new()).unwrap();
    assert_eq!((again.id, again.new), (stored.id, false));
    let hex = stored.id.to_string();
    let expect = format!("{}/{}/{hex}", &hex[..2], &hex[2..4]);
    assert_eq!(files_below(house.blobs.dir()), [expect]);
    let path = house.blobs.path(&stored.id);
    assert_eq!(fs::read(&path).unwrap(), b"the same");
    assert!(fs::metadata(&path).unwrap().permissions().readonly());
}

#[test]
fn a_blob_that_lost_its_bytes_is_healed_by_the_next_copy() {
    let house = House::new();
    let source = house.put("a.jpg", b"precious");
    let stored = house.blobs.put_file(&source, &Cancel::new()).unwrap();
    let path = house.blobs.path(&stored.id);
    for damaged in [b"".as_slice(), b"prec", b"precious and more", b"preciouZ"] {
        fs::remove_file(&path).unwrap();
        fs::write(&path, damaged).unwrap();
        let again = house.blobs.put_file(&source, &Cancel::new()).unwrap();
        // The same length looks unharmed from outside; the bytes are replaced all the same.
        assert_eq!(again.new, damaged.len() != 8);
        assert_eq!(fs::read(&path).unwrap(), b"precious");
    }
}

#[test]
fn what_a_killed_import_left_in_staging_is_cleared() {
    let house = House::new();
    let left = house.blobs.dir().join("staging/abc.part");
    fs::write(&left, b"half a photo").unwrap();
    Blobs::open(&house.root()).unwrap();
    assert!(!left.exists());
}

#[test]
fn sources_that_cannot_be_stored_are_named() {
    let house = House::new();
    let put = |path: &std::path::Path| house.blobs.put_file(path, &Cancel::new()).unwrap_err();
    assert!(
        matches!(put(&house.put("empty.jpg", b"")), BlobError::Empty { path } if path.ends_with("empty.jpg"))
    );
    let missing = put(&house.inbox().join("missing.jpg"));
    assert!(
        matches!(missing, BlobError::Read { source, .. } if source.kind() == io::ErrorKind::NotFound)
    );
    let cancel = Cancel::new();
    cancel.cancel();
    let path = house.put("a.jpg", b"never stored");
    assert!(matches!(
        house.blobs.put_file(&path, &cancel),
        Err(BlobError::Cancelled)
    ));
    assert!(files_below(house.blobs.dir()).is_empty());
}

#[tokio::test]
async fn uploads_are_stored_whole_or_not_at_all() {
    let house = House::new();
    let parts = ["over ", "the ", "wire"].map(|part| Ok::<_, io::Error>(Bytes::from(part)));
    let stored = house.blobs.put_stream(stream::iter(parts)).await.unwrap();
    assert_eq!((stored.id, stored.size), (id_of(b"over the wire"), 13));
    let broken = [
        Ok(Bytes::from("over ")),
        Err(io::Error::other("connection reset")),
    ];
    let error = house
        .blobs
        .put_stream(stream::iter(broken))
        .await
        .unwrap_err();
    assert!(matches!(error, BlobError::Upload { reason } if reason == "connection reset"));
    let nothing = stream::iter(Vec::<Result<Bytes, io::Error>>::new());
    assert!(matches!(
        house.blobs.put_stream(nothing).await,
        Err(BlobError::Empty { .. })
    ));
    assert_eq!(files_below(house.blobs.dir()).len(), 1);
}

#[tokio::test]
async fn originals_are_read_in_ranges() {
    let house = House::new();
    let stored = house
        .blobs
        .put_file(&house.put("a.bin", b"0123456789"), &Cancel::new())
        .unwrap();
    let read = async |range| {
        let found = house.blobs.open_range(&stored.id, range).await?;
        let parts: Vec<Bytes> = found.stream.map(Result::unwrap).collect().await;
        assert_eq!(found.size, 10);
        Ok::<_, BlobError>(String::from_utf8(parts.concat()).unwrap())
    };
    assert_eq!(read(None).await.unwrap(), "0123456789");
    assert_eq!(read(Some(2..5)).await.unwrap(), "234");
    assert_eq!(read(Some(8..99)).await.unwrap(), "89");
    assert!(matches!(
        read(Some(10..12)).await,
        Err(BlobError::Range { size: 10, .. })
    ));
    let missing = house.blobs.open_range(&id_of(b"missing"), None).await;
    assert!(matches!(missing, Err(BlobError::NotFound { .. })));
}

#[test]
fn verification_names_every_fault() {
    let house = House::new();
    let mut expected = Vec::new();
    for (name, bytes) in [
        ("a", b"one".as_slice()),
        ("b", b"two"),
        ("c", b"three"),
        ("d", b"four"),
    ] {
        let stored = house
            .blobs
            .put_file(&house.put(name, bytes), &Cancel::new())
            .unwrap();
        expected.push(Expected {
            id: stored.id,
            size: stored.size,
        });
    }
    let verify = |expected: &[Expected]| {
        originals::verify(&house.root(), expected.to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(verify(&expected), []);
    let replace = |n: usize, bytes: &[u8]| {
        let path = house.blobs.path(&expected[n].id);
        fs::remove_file(&path).unwrap();
        fs::write(path, bytes).unwrap();
    };
    replace(0, b"onE");
    replace(1, b"tw");
    fs::remove_file(house.blobs.path(&expected[2].id)).unwrap();
    fs::write(house.blobs.dir().join("stray.txt"), b"?").unwrap();
    let mut faults = verify(&expected[..3]);
    let text = |fault: &OriginalFault| format!("{fault:?}");
    faults.sort_by_key(text);
    let [flipped, cut, missing, orphan] = [0, 1, 2, 3].map(|n| expected[n].id);
    let mut expect = vec![
        OriginalFault::Altered {
            id: flipped,
            detail: format!("its bytes now hash to {}", id_of(b"onE")),
        },
        OriginalFault::Altered {
            id: cut,
            detail: "it has 2 bytes instead of 3".to_owned(),
        },
        OriginalFault::Missing { id: missing },
        OriginalFault::Unexpected {
            path: format!("blobs/{}", orphan.key()),
        },
        OriginalFault::Unexpected {
            path: "blobs/stray.txt".to_owned(),
        },
    ];
    expect.sort_by_key(text);
    assert_eq!(faults, expect);
}
