//! Real sockets on 127.0.0.1: who gets in, what gets across, and what ends a link.

mod entries;
mod files;
mod links;
mod messages;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use kinfolio_chain::batch::Line;
use kinfolio_chain::block::Draft;
use kinfolio_chain::config::device_id;
use kinfolio_chain::{
    Batch, Begun, Block, BlockHash, ConfigHash, DeviceId, EpochId, HistoryRoot, HouseholdId,
    Incarnation, Owner, Payload,
};
use kinfolio_consensus::{Ballot, Message, Proposer};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    Belonging, Condition, Contact, DownReason, EntryDoor, FileDoor, Hello, Identity, IdentityError,
    LinkEvent, LinkSender, PROTOCOL_VERSION, PeerMessage, RefusalCode, Server, Sighting,
};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn id(seed: u8) -> DeviceId {
    device_id(&key(seed).verifying_key())
}

fn identity(seed: u8) -> Arc<Identity> {
    Arc::new(Identity::new(&key(seed)).unwrap())
}

/// A listening device and what it hears.
struct Listening {
    addr: SocketAddr,
    events: mpsc::Receiver<LinkEvent>,
    shutdown: CancellationToken,
    task: JoinHandle<Result<(), IdentityError>>,
}

impl Listening {
    /// Device `seed`, in a household with `members`, hears up to `room` events ahead.
    async fn new(seed: u8, members: &[u8], room: usize, entries: Option<EntryDoor>) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::at(any, seed, members, room, entries).await
    }

    /// Device `seed`, in a household with `members`, gives files.
    async fn with_files(seed: u8, members: &[u8], files: FileDoor) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::with(any, seed, members, 8, None, Some(files)).await
    }

    async fn at(
        addr: SocketAddr,
        seed: u8,
        members: &[u8],
        room: usize,
        entries: Option<EntryDoor>,
    ) -> Self {
        Self::with(addr, seed, members, room, entries, None).await
    }

    async fn with(
        addr: SocketAddr,
        seed: u8,
        members: &[u8],
        room: usize,
        entries: Option<EntryDoor>,
        files: Option<FileDoor>,
    ) -> Self {
        let listener = TcpListener::bind(addr).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (heard, events) = mpsc::channel(room);
        let members: Vec<_> = members.iter().map(|seed| id(*seed)).collect();
        let server = Server {
            identity: identity(seed),
            members: Arc::new(move |device| match members.contains(&device) {
                true => Belonging::Member,
                false => Belonging::Stranger,
            }),
            events: heard,
            entries,
            files,
            pairings: None,
        };
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(server.serve(listener, shutdown.clone()));
        Self {
            addr,
            events,
            shutdown,
            task,
        }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .expect("the listener stops")
            .unwrap()
            .unwrap();
    }
}

async fn next(events: &mut mpsc::Receiver<LinkEvent>) -> LinkEvent {
    let event = tokio::time::timeout(PATIENCE, events.recv()).await;
    event.expect("an event comes in time").expect("an event")
}

async fn up(events: &mut mpsc::Receiver<LinkEvent>) -> LinkSender {
    match next(events).await {
        LinkEvent::Up { device, link } => {
            assert_eq!(device, link.device());
            link
        }
        other => panic!("{other:?}"),
    }
}

async fn down(events: &mut mpsc::Receiver<LinkEvent>) -> DownReason {
    match next(events).await {
        LinkEvent::Down { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

async fn rejected(events: &mut mpsc::Receiver<LinkEvent>) -> (Option<DeviceId>, String) {
    match next(events).await {
        LinkEvent::Rejected { device, reason, .. } => (device, reason.to_string()),
        other => panic!("{other:?}"),
    }
}

async fn unreadable(events: &mut mpsc::Receiver<LinkEvent>) {
    match next(events).await {
        LinkEvent::Unreadable { .. } => {}
        other => panic!("{other:?}"),
    }
}

async fn received(events: &mut mpsc::Receiver<LinkEvent>) -> PeerMessage {
    match next(events).await {
        LinkEvent::Received { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

fn owner(seed: u8) -> Owner {
    Owner {
        device: id(seed),
        incarnation: Incarnation {
            counter: 3,
            nonce: 0x0102_0304_0506_0708,
        },
    }
}

fn batch(payloads: &[&[u8]]) -> Batch {
    let line = Line {
        household: HouseholdId([1; 32]),
        epoch: EpochId([1; 32]),
        number: 0,
    };
    let payloads = payloads
        .iter()
        .map(|payload| Payload::Opaque(Bytes::copy_from_slice(payload)))
        .collect();
    Batch::sign(&key(1), line, owner(1), 5, 4, payloads)
}

fn block(batches: Vec<Batch>) -> Arc<Block> {
    let draft = Draft {
        height: 7,
        prev: BlockHash([6; 32]),
        config_hash: ConfigHash([5; 32]),
        config_hash_next: ConfigHash([5; 32]),
        history_root: HistoryRoot([4; 32]),
        state_root: None,
        timestamp_ms: 1_700_000_000_000,
        proposer: owner(1),
        next_owner: owner(2),
    };
    Arc::new(Block::build(draft, batches))
}

/// One message of every kind.
fn every_message() -> Vec<PeerMessage> {
    let block = block(vec![batch(&[b"at the sea", b""])]);
    let hash = BlockHash([7; 32]);
    let ballot = |round| Ballot {
        round,
        proposer: Proposer {
            device: id(2),
            incarnation: owner(2).incarnation,
        },
    };
    let mut messages = vec![PeerMessage::Hello(Hello {
        version: PROTOCOL_VERSION,
        household: HouseholdId([1; 32]),
        lines: vec![Begun {
            epoch: EpochId([2; 32]),
            fork: 0,
        }],
        incarnation: owner(1).incarnation,
        height: 300,
        tip: hash,
        accepted: 301,
        remembers: true,
        yours: Some(Sighting {
            incarnation: owner(2).incarnation,
            height: 299,
            lives: true,
        }),
        votes: true,
        again: true,
    })];
    let synod = [
        Message::Prepare {
            height: 7,
            ballot: ballot(1),
        },
        Message::Promise {
            height: 7,
            ballot: ballot(1),
            accepted: None,
        },
        Message::Promise {
            height: 7,
            ballot: ballot(1),
            accepted: Some((ballot(0), block.clone())),
        },
        Message::Accept {
            height: 7,
            ballot: ballot(0),
            block: block.clone(),
        },
        Message::Accepted {
            height: 7,
            ballot: ballot(0),
            hash,
        },
        Message::Nack {
            height: 7,
            ballot: ballot(0),
            promised: ballot(1),
        },
        Message::Decided { height: 7, hash },
        Message::Ask { read: 9 },
        Message::Seen { read: 9, height: 7 },
    ];
    messages.extend(synod.map(PeerMessage::Synod));
    messages.extend([
        PeerMessage::Edits(vec![batch(&[b"a"])]),
        PeerMessage::Tip { height: 7, hash },
        PeerMessage::Fetch { from: 0, limit: 64 },
        PeerMessage::Blocks(vec![block.clone(), block]),
    ]);
    let codes = [
        RefusalCode::Version,
        RefusalCode::Household,
        RefusalCode::Past,
        RefusalCode::Clone,
        RefusalCode::Member,
        RefusalCode::Ungreeted,
        RefusalCode::Block,
        RefusalCode::Edits,
        RefusalCode::Fork,
        RefusalCode::Flood,
        RefusalCode::Unreadable,
    ];
    messages.extend(codes.map(|code| PeerMessage::Refused {
        code,
        detail: "so it is".to_owned(),
    }));
    let addresses = ["192.168.1.7:8788", "[2001:db8::1]:8788"];
    messages.push(PeerMessage::Contacts(vec![Contact {
        device: id(1),
        addresses: addresses.map(|text| text.parse().unwrap()).into(),
    }]));
    let rooms = [None, Some(0), Some(u64::MAX)];
    messages.extend(rooms.map(|free_bytes| {
        PeerMessage::Condition(Condition {
            pending: 3,
            free_bytes,
            misses: free_bytes.into_iter().map(|_| id(2)).collect(),
            disk_full: free_bytes == Some(0),
            clock_ms: free_bytes.map_or(-1, |_| i64::MAX),
        })
    }));
    messages
}
