//! The encoding of messages: it reads back, it stays what it is, and it fears no bytes.

use bytes::Bytes;
use kinfolio_chain::wire::Writer;
use proptest::prelude::*;

use super::{batch, block, every_message};
use crate::{DecodeError, EncodeError, MESSAGE_BYTES_MAX, PeerMessage, RefusalCode};

#[test]
fn every_message_reads_back() {
    for message in every_message() {
        let encoded = message.encode().unwrap();
        let read = PeerMessage::decode(encoded.into_bytes());
        assert_eq!(read, Ok(message));
    }
}

/// If one of these changes, devices of different versions do not understand each other. Blocks
/// and batches are the chain's to keep; they stand here as they are there, whole.
#[test]
fn golden_vectors_of_the_messages() {
    let mut edits = Writer::new();
    batch(&[b"a"]).encode(&mut edits);
    let whole = [
        block(vec![batch(&[b"at the sea", b""])]).encode(),
        edits.finish(),
    ];
    let whole = whole.map(hex::encode);
    let messages = every_message();
    for (message, expect) in messages.iter().zip(GOLDEN) {
        let bytes = hex::encode(message.encode().unwrap().bytes());
        let held: usize = whole.iter().map(|part| bytes.matches(part).count()).sum();
        let shown = match held {
            0 => bytes,
            _ => format!("{}… holding {held}", &bytes[..2]),
        };
        assert_eq!(shown, expect, "{message:?}");
    }
    assert_eq!(messages.len(), GOLDEN.len());
}

const GOLDEN: [&str; 29] = [
    "0a97010807122001010101010101010101010101010101010101010101010101010101010101011a220a200202020202020202020202020202020202020202020202020202020202020202220b080311080706050403020128ac023220070707070707070707070707070707070707070707070707070707070707070738ad0240014a120a0b080311080706050403020110ab02180150015801",
    "12250807122108011210537947b1428049c5ffea5fc5f7f6a44c1a0b0803110807060504030201",
    "1a250807122108011210537947b1428049c5ffea5fc5f7f6a44c1a0b0803110807060504030201",
    "1a… holding 1",
    "22… holding 1",
    "2a450807121f1210537947b1428049c5ffea5fc5f7f6a44c1a0b08031108070605040302011a200707070707070707070707070707070707070707070707070707070707070707",
    "32460807121f1210537947b1428049c5ffea5fc5f7f6a44c1a0b08031108070605040302011a2108011210537947b1428049c5ffea5fc5f7f6a44c1a0b0803110807060504030201",
    "3a24080712200707070707070707070707070707070707070707070707070707070707070707",
    "42020809",
    "4a0408091007",
    "52… holding 1",
    "5a24080712200707070707070707070707070707070707070707070707070707070707070707",
    "62021040",
    "6a… holding 2",
    "720c08011208736f206974206973",
    "720c08021208736f206974206973",
    "720c08031208736f206974206973",
    "720c08041208736f206974206973",
    "720c08051208736f206974206973",
    "720c08061208736f206974206973",
    "720c08071208736f206974206973",
    "720c08081208736f206974206973",
    "720c08091208736f206974206973",
    "720c080a1208736f206974206973",
    "720c080b1208736f206974206973",
    "7a3a0a380a1055f55974dc130a5581d0b0be60faf67f12103139322e3136382e312e373a3837383812125b323030313a6462383a3a315d3a38373838",
    "82010d080328ffffffffffffffffff01",
    "820122080310001a10537947b1428049c5ffea5fc5f7f6a44c200128ffffffffffffffff7f",
    "820129080310ffffffffffffffffff011a10537947b1428049c5ffea5fc5f7f6a44c28ffffffffffffffff7f",
];

#[test]
fn what_is_too_long_is_not_sent() {
    let large = vec![0; 1 << 20];
    let block = block(vec![batch(&[&large])]);
    let blocks = |count| PeerMessage::Blocks(vec![block.clone(); count]);
    assert!(blocks(7).encode().is_ok());
    let refused = blocks(9).encode();
    assert!(
        matches!(refused, Err(EncodeError::TooLong { len }) if len > MESSAGE_BYTES_MAX),
        "{refused:?}"
    );
    let message = PeerMessage::Refused {
        code: RefusalCode::Past,
        detail: "ü".repeat(10_000),
    };
    let read = PeerMessage::decode(message.encode().unwrap().into_bytes());
    assert!(
        matches!(read, Ok(PeerMessage::Refused { detail, .. }) if detail == "ü".repeat(500)),
        "the detail was not cut between characters"
    );
}

#[test]
fn bytes_that_are_no_message_are_told_apart() {
    let check = |bytes: &[u8], expect: fn(&DecodeError) -> bool| {
        let read = PeerMessage::decode(Bytes::copy_from_slice(bytes));
        assert!(read.as_ref().is_err_and(expect), "{bytes:?}: {read:?}");
    };
    check(b"", |e| matches!(e, DecodeError::UnknownKind));
    // Field 100, of a newer version.
    check(b"\xa2\x06\x00", |e| matches!(e, DecodeError::UnknownKind));
    check(b"\xff", |e| matches!(e, DecodeError::Malformed(_)));
    // A Prepare without a ballot, and with one of a device of one byte.
    check(b"\x12\x00", |e| matches!(e, DecodeError::Missing { .. }));
    check(b"\x12\x05\x12\x03\x12\x01\x07", |e| {
        matches!(
            e,
            DecodeError::Length {
                len: 1,
                wanted: 16,
                ..
            }
        )
    });
    // Blocks with a block of two bytes.
    check(b"\x6a\x04\x0a\x02\x01\x02", |e| {
        matches!(e, DecodeError::Chain(_))
    });
    // Refused for reason 99.
    check(b"\x72\x02\x08\x63", |e| {
        matches!(e, DecodeError::RefusalCode(99))
    });
    check(&vec![0; MESSAGE_BYTES_MAX + 1], |e| {
        matches!(e, DecodeError::TooLong { .. })
    });
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = PeerMessage::decode(bytes.into());
    }

    /// Near misses go deeper than noise.
    #[test]
    fn no_damaged_message_makes_it_panic(which in 0..every_message().len(), at in any::<u16>(), byte in any::<u8>(), cut in any::<u16>()) {
        let bytes = every_message()[which].encode().unwrap().into_bytes();
        let mut bytes = bytes.to_vec();
        let len = bytes.len();
        bytes[usize::from(at) % len] = byte;
        let _ = PeerMessage::decode(Bytes::copy_from_slice(&bytes));
        bytes.truncate(usize::from(cut) % len);
        let _ = PeerMessage::decode(bytes.into());
    }

    #[test]
    fn edits_of_any_content_read_back(payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 1..8)) {
        let payloads: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
        let edits = batch(&payloads);
        for message in [
            PeerMessage::Edits(vec![edits.clone(), edits.clone()]),
            PeerMessage::Blocks(vec![block(vec![edits])]),
        ] {
            let read = PeerMessage::decode(message.encode().unwrap().into_bytes());
            prop_assert_eq!(read, Ok(message));
        }
    }
}
