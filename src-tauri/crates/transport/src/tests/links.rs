//! Links: up, across, and down for every reason.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tonic::Code;

use super::{
    Listening, batch, down, every_message, id, identity, next, received, rejected, unreadable, up,
};
use crate::link::UNREADABLE_MAX;
use crate::proto::Frame;
use crate::proto::peer_client::PeerClient;
use crate::{Dialer, DownReason, LinkEvent, Links, PeerMessage, SendError, http2, tls};

fn dial(seed: u8, expected: u8, addr: SocketAddr) -> (Dialer, mpsc::Receiver<LinkEvent>) {
    let (heard, events) = mpsc::channel(64);
    let dialer = Dialer::spawn(identity(seed), id(expected), vec![addr], heard);
    (dialer, events)
}

#[tokio::test]
async fn two_devices_tell_each_other_everything() {
    let mut a = Listening::new(1, &[1, 2], 64, None).await;
    let (dialer, mut b) = dial(2, 1, a.addr);
    let (to_b, to_a) = (up(&mut a.events).await, up(&mut b).await);
    assert_eq!((to_b.device(), to_a.device()), (id(2), id(1)));
    for message in every_message() {
        to_b.send(&message).unwrap();
        to_a.send(&message).unwrap();
    }
    for message in every_message() {
        assert_eq!(received(&mut a.events).await, message);
        assert_eq!(received(&mut b).await, message);
    }
    drop(dialer);
    assert_eq!(down(&mut b).await, DownReason::ClosedHere);
    assert_eq!(down(&mut a.events).await, DownReason::ClosedByPeer);
    let refused = to_a.send(&PeerMessage::Fetch { from: 0, limit: 1 });
    assert_eq!(refused, Err(SendError::Closed { device: id(1) }));
    a.stop().await;
}

#[tokio::test]
async fn a_link_ends_with_its_last_sender() {
    let mut a = Listening::new(1, &[1, 2], 64, None).await;
    let (_dialer, mut b) = dial(2, 1, a.addr);
    drop(up(&mut a.events).await);
    let _to_a = up(&mut b).await;
    assert_eq!(down(&mut a.events).await, DownReason::ClosedHere);
    assert_eq!(down(&mut b).await, DownReason::ClosedByPeer);
}

#[tokio::test]
async fn both_may_dial_and_the_newest_link_is_used() {
    let mut a = Listening::new(1, &[1, 2], 64, None).await;
    let mut links = Links::default();
    let (first, mut b) = dial(2, 1, a.addr);
    assert!(links.up(up(&mut a.events).await));
    let _kept = up(&mut b).await;
    let (_second, mut c) = dial(2, 1, a.addr);
    let newest = up(&mut a.events).await;
    assert!(!links.up(newest.clone()));
    let _kept = up(&mut c).await;
    let message = PeerMessage::Fetch { from: 1, limit: 2 };
    links.send(id(2), &message).unwrap();
    assert_eq!(received(&mut c).await, message);
    drop(first);
    match next(&mut a.events).await {
        LinkEvent::Down {
            device, link_id, ..
        } => {
            assert!(link_id < newest.id());
            assert!(!links.down(device, link_id));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(links.devices().collect::<Vec<_>>(), [id(2)]);
    assert!(links.down(id(2), newest.id()));
    let refused = links.send(id(2), &message);
    assert_eq!(refused, Err(SendError::Closed { device: id(2) }));
}

#[tokio::test]
async fn a_stranger_is_refused_on_both_sides() {
    let mut a = Listening::new(1, &[1, 2], 64, None).await;
    let (_dialer, mut b) = dial(3, 1, a.addr);
    let (device, why) = rejected(&mut a.events).await;
    assert_eq!(device, Some(id(3)));
    assert!(why.contains("no member"), "{why}");
    let (device, why) = rejected(&mut b).await;
    assert_eq!(device, Some(id(1)));
    assert!(
        why.contains("no member") && why.contains("PermissionDenied"),
        "{why}"
    );
}

#[tokio::test]
async fn another_device_than_the_expected_is_refused() {
    let a = Listening::new(1, &[1, 2], 64, None).await;
    let (_dialer, mut b) = dial(2, 9, a.addr);
    let (device, why) = rejected(&mut b).await;
    assert_eq!(device, Some(id(9)));
    let expect = format!("device {} answered where {} was expected", id(1), id(9));
    assert!(why.contains(&expect), "{why}");
}

#[tokio::test]
async fn a_caller_without_a_certificate_gets_no_link() {
    let mut a = Listening::new(1, &[1, 2], 64, None).await;
    let caller = http2::dial(a.addr, tls::anonymous_config(id(1)).unwrap())
        .await
        .unwrap();
    let mut client = PeerClient::with_origin(caller, http2::origin());
    let refused = client
        .link(tokio_stream::pending::<Frame>())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    let (device, why) = rejected(&mut a.events).await;
    assert_eq!(device, None);
    assert!(why.contains("no certificate"), "{why}");
}

#[tokio::test]
async fn a_socket_that_speaks_no_tls_is_reported() {
    let mut a = Listening::new(1, &[1, 2], 64, None).await;
    let mut socket = TcpStream::connect(a.addr).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut socket, b"GET / HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    let (device, why) = rejected(&mut a.events).await;
    assert_eq!(device, None);
    assert!(why.contains("TLS"), "{why}");
}

#[tokio::test]
async fn a_few_unreadable_messages_pass_and_many_end_the_link() {
    let mut a = Listening::new(1, &[1, 2], 64, None).await;
    let config = identity(2)
        .client_config(id(1), crate::tls::Alpn::Links)
        .unwrap();
    let caller = http2::dial(a.addr, config).await.unwrap();
    let (send, frames) = mpsc::channel(8);
    let frames = tokio_stream::wrappers::ReceiverStream::new(frames);
    let mut client = PeerClient::with_origin(caller, http2::origin());
    let mut replies = client.link(frames).await.unwrap().into_inner();
    let _link = up(&mut a.events).await;
    let good = PeerMessage::Fetch { from: 1, limit: 2 };
    let mut messages = vec![Bytes::from_static(b"\xffgarbage"); UNREADABLE_MAX as usize];
    messages.push(good.encode().unwrap().into_bytes());
    send.send(Frame { messages }).await.unwrap();
    for _ in 0..UNREADABLE_MAX {
        unreadable(&mut a.events).await;
    }
    assert_eq!(received(&mut a.events).await, good);
    let messages = vec![Bytes::from_static(b"\xffgarbage")];
    send.send(Frame { messages }).await.unwrap();
    unreadable(&mut a.events).await;
    let why = down(&mut a.events).await;
    assert!(
        matches!(why, DownReason::Unreadable { count, .. } if count == UNREADABLE_MAX + 1),
        "{why:?}"
    );
    let last = replies.message().await.unwrap_err();
    assert_eq!(last.code(), Code::Aborted);
    assert!(last.message().contains("could not be read"), "{last:?}");
}

#[tokio::test]
async fn a_peer_that_does_not_keep_up_loses_its_link() {
    let mut a = Listening::new(1, &[1, 2], 1, None).await;
    let (_dialer, mut b) = dial(2, 1, a.addr);
    let (_to_b, to_a) = (up(&mut a.events).await, up(&mut b).await);
    let large = PeerMessage::Edits(vec![batch(&[&vec![0; 1 << 20]])])
        .encode()
        .unwrap();
    let mut sent = 0;
    let refused = loop {
        match to_a.send_encoded(large.clone()) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
        assert!(sent < 200, "the outbox grows without an end");
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    assert!(matches!(refused, SendError::Full { .. }), "{refused:?}");
    assert!(sent >= 62, "the outbox was full after {sent} MiB");
    let why = down(&mut b).await;
    assert!(matches!(why, DownReason::OutboxFull { .. }), "{why:?}");
}

#[tokio::test]
async fn a_device_is_dialled_again_when_it_is_back() {
    let mut a = Listening::new(1, &[1, 2], 64, None).await;
    let addr = a.addr;
    let (_dialer, mut b) = dial(2, 1, addr);
    let (_to_b, _to_a) = (up(&mut a.events).await, up(&mut b).await);
    a.stop().await;
    let why = down(&mut b).await;
    assert!(
        matches!(why, DownReason::ClosedByPeer | DownReason::Broken { .. }),
        "{why:?}"
    );
    let (_, why) = rejected(&mut b).await;
    assert!(why.contains("cannot be reached"), "{why}");
    let mut a = Listening::at(addr, 1, &[1, 2], 64, None).await;
    let (to_b, _to_a) = (up(&mut a.events).await, up(&mut b).await);
    let message = PeerMessage::Fetch { from: 1, limit: 2 };
    to_b.send(&message).unwrap();
    assert_eq!(received(&mut b).await, message);
}

/// No packet says that the cable is cut: only silence does.
#[tokio::test]
async fn a_cut_cable_is_noticed() {
    let mut a = Listening::new(1, &[1, 2], 64, None).await;
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = proxy.local_addr().unwrap();
    let (cut, far) = (CancellationToken::new(), a.addr);
    let cable = cut.clone();
    tokio::spawn(async move {
        let (mut near, _) = proxy.accept().await.unwrap();
        let mut far = TcpStream::connect(far).await.unwrap();
        let copying = tokio::io::copy_bidirectional(&mut near, &mut far);
        cable.run_until_cancelled(copying).await;
        std::future::pending::<()>().await;
    });
    let (_dialer, mut b) = dial(2, 1, addr);
    let (_to_b, _to_a) = (up(&mut a.events).await, up(&mut b).await);
    cut.cancel();
    let began = Instant::now();
    for events in [&mut a.events, &mut b] {
        let why = down(events).await;
        assert!(
            matches!(why, DownReason::Broken { .. } | DownReason::ClosedByPeer),
            "{why:?}"
        );
    }
    let noticed = began.elapsed();
    assert!(
        noticed < Duration::from_secs(9),
        "noticed after {noticed:?}"
    );
}

#[test]
fn one_key_gives_one_certificate() {
    let shown = |seed| {
        let identity = Arc::into_inner(identity(seed)).unwrap();
        format!("{identity:?}")
    };
    assert_eq!(shown(1), shown(1));
    assert_ne!(shown(1), shown(2));
    assert!(
        !shown(1).contains(&hex::encode([1; 32])),
        "the key is in logs"
    );
}
