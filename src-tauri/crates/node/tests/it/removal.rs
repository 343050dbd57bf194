//! Devices that were removed while they were away, and devices that are told so by a liar.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use kinfolio_node::engine::Standing;
use kinfolio_node::{Change, Door, Node, SubmitError};
use kinfolio_transport::{Belonging, DialError, Identity, LinkEvent, RejectReason, Server};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::pairing::{door, founded, joined, until, write};

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_removed_while_it_was_away_learns_it_and_writes_no_more() {
    let (_root, study) = founded();
    let (_laptop_root, laptop, _) = joined(&study, "Laptop").await;
    let (nas_root, nas, _) = joined(&study, "NAS").await;
    until("it knows both", || nas.status().members.len() == 3).await;
    let device = nas.status().device.id;
    nas.close().await.unwrap();
    let change = Change::Remove { device };
    study.change_members(change).await.unwrap();
    until("both know", || laptop.status().members.len() == 2).await;

    let nas = Node::open_with(nas_root.path(), door()).unwrap();
    assert_eq!(nas.status().standing, Standing::Good);
    until("it is told", || nas.status().standing == Standing::Removed).await;
    let error = nas.submit(vec![Bytes::from_static(b"late")]).await;
    let error = error.unwrap_err();
    assert!(
        matches!(&error, SubmitError::Removed { household } if household == "Miller"),
        "{error}"
    );
    nas.close().await.unwrap();
    for door in [Some(door()), None] {
        let opened = match door {
            Some(door) => Node::open_with(nas_root.path(), door),
            None => Node::open(nas_root.path()),
        };
        // What it has stays readable; nothing else goes.
        let nas = opened.unwrap();
        assert_eq!(nas.status().standing, Standing::Removed);
        assert_eq!(nas.status().device.name, "NAS");
        let error = nas.submit(vec![Bytes::from_static(b"late")]).await;
        assert!(matches!(error, Err(SubmitError::Removed { .. })));
        nas.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_removed_while_it_runs_answers_whoever_waits() {
    let (_root, study) = founded();
    let (_laptop_root, laptop, _) = joined(&study, "Laptop").await;
    let (_nas_root, nas, _) = joined(&study, "NAS").await;
    let device = nas.status().device.id;
    let change = Change::Remove { device };
    study.change_members(change).await.unwrap();
    until("it is told", || nas.status().standing == Standing::Removed).await;
    let error = nas.submit(vec![Bytes::from_static(b"late")]).await;
    assert!(matches!(error, Err(SubmitError::Removed { .. })));
    let read = nas.consistent().await;
    assert!(matches!(read, Err(SubmitError::Removed { .. })));
    write(&laptop, "without it").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_liar_removes_nobody() {
    let (study_root, study) = founded();
    let (_laptop_root, laptop, _) = joined(&study, "Laptop").await;
    let (nas_root, nas, _) = joined(&study, "NAS").await;
    let study_at = study.reachable_at().unwrap()[0];
    let study_id = study.status().device.id;
    let laptop_at = laptop.reachable_at().unwrap();
    until("all vote", || {
        laptop.status().members.iter().all(|one| one.reachable)
    })
    .await;
    nas.close().await.unwrap();
    study.close().await.unwrap();

    let (said, mut hears) = mpsc::channel(64);
    let over = lie(study_root.path(), study_at, said).await;
    let nas = Node::open_with(
        nas_root.path(),
        Door {
            peers: vec![
                (study_id, vec![study_at]),
                (laptop.status().device.id, laptop_at),
            ],
            ..door()
        },
    )
    .unwrap();
    // The lie is told more than once.
    let mut told = 0;
    while told < 3 {
        let event = tokio::time::timeout(crate::pairing::PATIENCE, hears.recv());
        if let LinkEvent::Rejected { device, reason, .. } = event.await.unwrap().unwrap() {
            assert!(!matches!(
                reason,
                RejectReason::Dial(DialError::Removed { .. })
            ));
            let from_nas = device == Some(nas.status().device.id);
            told += usize::from(from_nas && matches!(reason, RejectReason::Removed));
        }
    }
    until("two of three decide", || nas.status().quorum).await;
    write(&nas, "still here").await;
    assert_eq!(nas.status().standing, Standing::Good);
    over.cancel();
}

/// Says to everyone, as the device in `root`, that they were removed.
async fn lie(root: &Path, at: SocketAddr, events: mpsc::Sender<LinkEvent>) -> CancellationToken {
    let text = std::fs::read_to_string(root.join("identity/device.key")).unwrap();
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim(), &mut seed).unwrap();
    let identity = Identity::new(&SigningKey::from_bytes(&seed)).unwrap();
    let server = Server {
        identity: Arc::new(identity),
        members: Arc::new(|_| Belonging::Removed),
        events,
        entries: None,
        files: None,
        pairings: None,
    };
    // Whoever listened there before may not quite have ended.
    let mut listener = tokio::net::TcpListener::bind(at).await;
    while listener.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        listener = tokio::net::TcpListener::bind(at).await;
    }
    let over = CancellationToken::new();
    tokio::spawn(server.serve(listener.unwrap(), over.clone()));
    over
}
