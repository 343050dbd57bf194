//! Bytes that are no message, no frame, no HTTP/2 or no TLS: refused with a reason and counted,
//! in bounded memory, while the others are served.

use std::net::SocketAddr;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use kinfolio_node::Node;
use kinfolio_node::engine::Counts;
use kinfolio_transport::{MESSAGE_BYTES_MAX, PeerMessage, RefusalCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::raw::{PATIENCE, Raw, frame, grpc, tls};
use super::{goes_on, hello};
use crate::household::Household;

/// Bytes without any order, the same ones every time.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let bytes = (0..len).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    });
    bytes.collect()
}

/// Waits until a count stands as high as that.
async fn counted(node: &Node, count: fn(Counts) -> u64, least: u64) {
    let begun = std::time::Instant::now();
    while count(node.status().counts) < least {
        let counts = node.status().counts;
        assert!(begun.elapsed() < PATIENCE, "{least} expected: {counts:?}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_messages_are_refused_one_by_one_until_the_link_ends() {
    let (household, key) = Household::found_with_silent_member(3);
    let node = household.node(0);
    let mut edits = 0;
    let mut hostile = Raw::open(household.addresses[0], Some(&key))
        .await
        .expect("let in");
    hostile.greeted().await;
    let greeting = PeerMessage::Hello(hello(&node)).encode().expect("encoded");
    let greeting = greeting.bytes();
    hostile.say(frame(&[greeting])).await;
    let cut = &greeting[..greeting.len() - 7];
    let noise = noise(2_000);
    let cases: [(&[u8], &str); 6] = [
        (b"", "a kind that this version does not know"),
        // Field 100 of a newer version.
        (b"\xa2\x06\x00", "a kind that this version does not know"),
        (b"\xff garbage", "the message cannot be read"),
        (cut, "the message cannot be read"),
        (&noise, "the message cannot be read"),
        // A tip whose hash has two bytes.
        (b"\x5a\x04\x12\x02\x01\x02", "the tip has 2 bytes"),
    ];
    for (refused, (garbage, why)) in (1..).zip(cases) {
        hostile.say(frame(&[garbage])).await;
        let told = hostile.refused(RefusalCode::Unreadable).await;
        assert!(told.contains(why), "{told}");
        counted(&node, |counts| counts.refused, refused).await;
    }
    goes_on(&household, &mut edits).await;

    // What follows garbage in its frame is heard as if nothing had been.
    let tip = PeerMessage::Tip {
        height: 0,
        hash: kinfolio_chain::BlockHash([7; 32]),
    };
    let tip = tip.encode().expect("encoded");
    hostile.say(frame(&[b"\xff", tip.bytes()])).await;
    hostile.refused(RefusalCode::Fork).await;

    hostile.say(frame(&[b"\xff".as_slice(); 1_000])).await;
    let ended = hostile.ended().await;
    assert!(ended.contains("17 messages could not be read"), "{ended}");
    // Six, the one before the tip, the tip itself, and ten more until the link ended.
    counted(&node, |counts| counts.refused, 18).await;
    assert_eq!(node.status().counts.refused, 18);
    goes_on(&household, &mut edits).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_are_none_or_too_large_end_their_link_with_a_reason() {
    let (household, key) = Household::found_with_silent_member(3);
    let node = household.node(0);
    let (mut edits, mut refused) = (0, 0);
    let large = u32::try_from(MESSAGE_BYTES_MAX + (1 << 10) + 1).expect("short");
    let claims = |len: u32| [&[0][..], &len.to_be_bytes(), b"and so on"].concat();
    let too_large = [claims(large).as_slice(), &noise(large as usize)].concat();
    let fetch = PeerMessage::Fetch { from: 0, limit: 1 };
    let whole = frame(&[fetch.encode().expect("encoded").bytes()]);
    let cases: [(&str, Bytes, bool, &str); 7] = [
        ("claims 4 GiB", claims(u32::MAX).into(), false, "too large"),
        ("claims too much", claims(large).into(), false, "too large"),
        ("is too large", too_large.into(), false, "too large"),
        ("is noise", grpc(&noise(5_000)), false, "cannot be read"),
        ("is compressed", compressed(), false, "compression flag"),
        ("is cut short", whole.slice(..whole.len() - 3), true, "EOF"),
        ("is half a head", whole.slice(..3), true, "EOF"),
    ];
    for (what, bytes, ends, why) in cases {
        let mut hostile = Raw::open(household.addresses[0], Some(&key))
            .await
            .expect("let in");
        hostile.say(bytes).await;
        if ends {
            hostile.end();
        }
        let told = hostile.ended().await;
        assert!(
            told.contains("the frame cannot be read") && told.contains(why),
            "{what}: {told}"
        );
        refused += 1;
        counted(&node, |counts| counts.refused, refused).await;
        goes_on(&household, &mut edits).await;
    }
}

/// A message that says that it is compressed, in a way that there is not.
fn compressed() -> Bytes {
    [&[7][..], &noise(100)].concat().into()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_member_or_speaks_no_tls_is_not_let_in_and_counted() {
    let household = Household::found(3);
    let node = household.node(0);
    let address = household.addresses[0];
    let mut edits = 0;
    let rejected = |counts: Counts| counts.rejected;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
    let mut expect = 0;
    for bytes in [&noise(100_000)[..], preface, b"GET / HTTP/1.1\r\n\r\n"] {
        let mut socket = TcpStream::connect(address).await.expect("a listener");
        // It may hang up before it has heard everything.
        drop(socket.write_all(bytes).await);
        hangs_up(&mut socket).await;
        expect += 1;
        counted(&node, rejected, expect).await;
    }
    let stranger = SigningKey::from_bytes(&[77; 32]);
    for (key, told) in [
        (Some(&stranger), "7: the device is no member"),
        (None, "16: the peer showed no certificate"),
    ] {
        let refused = Raw::open(address, key).await.err().expect("refused");
        assert!(refused.contains(told), "{refused}");
        expect += 1;
        counted(&node, rejected, expect).await;
        // TLS was fine, what came inside was not.
        let mut socket = tls(address, key).await;
        drop(socket.write_all(&noise(100_000)).await);
        hangs_up(&mut socket).await;
        expect += 1;
        counted(&node, rejected, expect).await;
    }
    assert_eq!(node.status().counts.refused, 0);
    goes_on(&household, &mut edits).await;
}

/// Waits until the other side has hung up.
async fn hangs_up(socket: &mut (impl tokio::io::AsyncRead + Unpin)) {
    let mut heard = Vec::new();
    let end = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut heard));
    // Whether it says goodbye or cuts the line is its own choice.
    drop(end.await.expect("hung up in time"));
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_megabytes_of_garbage_leave_no_trace_in_memory() {
    let (household, key) = Household::found_with_silent_member(3);
    let node = household.node(0);
    let mut edits = 0;
    goes_on(&household, &mut edits).await;
    let before = resident_mib();
    // As large as a frame may be: one unreadable message, and millions of empty ones.
    let one = frame(&[&noise(MESSAGE_BYTES_MAX)]);
    let many = grpc(&[0x0a, 0x00].repeat(MESSAGE_BYTES_MAX / 2));
    let attack = async |address: SocketAddr| {
        for round in 0..6 {
            let mut hostile = Raw::open(address, Some(&key)).await.expect("let in");
            let bytes = if round % 2 == 0 { &one } else { &many };
            hostile.say(bytes.clone()).await;
            hostile.say(bytes.clone()).await;
            hostile.end();
            hostile.ended().await;
        }
    };
    let address = household.addresses[0];
    tokio::join!(
        attack(address),
        attack(address),
        attack(address),
        attack(address)
    );
    goes_on(&household, &mut edits).await;
    assert!(
        node.status().counts.refused >= 24,
        "{:?}",
        node.status().counts
    );
    let after = resident_mib();
    assert!(after < before + 400, "{before} MiB before, {after} after");
}

/// How much memory this process holds.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.expect("a size").parse::<u64>().expect("a number") >> 10
}
