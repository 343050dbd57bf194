//! What one link and one entry stream carry over loopback: two devices, a thread each.
//!
//! `cargo run --release -p kinfolio-transport --example link_throughput -- [MESSAGES] [ENTRIES]`

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use kinfolio_chain::batch::Line;
use kinfolio_chain::{Batch, BlockHash, EpochId, HouseholdId, Incarnation, Owner, Payload};
use kinfolio_consensus::{Ballot, Message, Proposer};
use kinfolio_transport::{
    Belonging, Dialer, Encoded, Entries, Entry, EntryClient, EntryDoor, EntryReceipt, Identity,
    LinkEvent, LinkSender, PeerMessage, Replies, Server, Token,
};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const TOKEN: &str = "loopback";

/// Messages on their way at once, so that the outbox is never the limit.
const AHEAD: usize = 20_000;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let mut counts = std::env::args().skip(1).map(|count| count.parse::<usize>());
    let messages = counts.next().transpose()?.unwrap_or(1_000_000);
    let entries = counts.next().transpose()?.unwrap_or(1_000_000);
    let (ready, addr) = std::sync::mpsc::channel();
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    let far = std::thread::spawn(move || on_a_thread(answer(&ready, stop)));
    on_a_thread(ask(addr.recv()?, messages, entries))?;
    shutdown.cancel();
    far.join().map_err(|_| "the far device panicked")?
}

fn on_a_thread(work: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// The far device: answers every message with a small one, and every entry with a receipt.
async fn answer(
    ready: &std::sync::mpsc::Sender<SocketAddr>,
    shutdown: CancellationToken,
) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    ready.send(listener.local_addr()?)?;
    let (heard, mut events) = mpsc::channel(1024);
    let server = Server {
        files: None,
        pairings: None,
        identity: Arc::new(Identity::new(&key(1))?),
        members: Arc::new(|_| Belonging::Member),
        events: heard,
        entries: Some(EntryDoor {
            entries: Arc::new(Echo),
            token: Token::new(TOKEN),
        }),
    };
    let serving = tokio::spawn(server.serve(listener, shutdown));
    let answer = small().encode()?;
    let mut link: Option<LinkSender> = None;
    while let Some(event) = events.recv().await {
        match (event, &link) {
            (LinkEvent::Up { link: new, .. }, _) => link = Some(new),
            (LinkEvent::Received { .. }, Some(link)) => link.send_encoded(answer.clone())?,
            _ => {}
        }
    }
    Ok(serving.await??)
}

/// Gives every entry its id as height.
#[derive(Debug)]
struct Echo;

impl Entries for Echo {
    fn append_many(&self, entries: Vec<Entry>, replies: &Replies) {
        for Entry { id, .. } in entries {
            let receipt = EntryReceipt {
                height: id,
                hash: BlockHash([7; 32]),
                pending: false,
            };
            replies.answer(id, Ok(receipt));
        }
    }
}

async fn ask(addr: SocketAddr, messages: usize, entries: usize) -> Outcome {
    let far = Identity::new(&key(1))?.device();
    let (heard, mut events) = mpsc::channel(1024);
    let identity = Arc::new(Identity::new(&key(2))?);
    let dialer = Dialer::spawn(identity, far, vec![addr], heard);
    let Some(LinkEvent::Up { link, .. }) = events.recv().await else {
        return Err("no link".into());
    };
    let small = small().encode()?;
    let large = edits(1 << 20).encode()?;
    let took = exchange(&link, &mut events, &small, messages, AHEAD).await?;
    report("small messages, each answered", messages, took, 0);
    let took = exchange(&link, &mut events, &small, 2_000, 1).await?;
    report("round trips, one at a time", 2_000, took, 0);
    let took = exchange(&link, &mut events, &large, 1_000, 16).await?;
    report("messages of 1 MiB, each answered", 1_000, took, 1 << 20);
    drop(dialer);
    append(addr, entries).await
}

/// Sends `count` messages with at most `ahead` unanswered.
async fn exchange(
    link: &LinkSender,
    events: &mut mpsc::Receiver<LinkEvent>,
    message: &Encoded,
    count: usize,
    ahead: usize,
) -> Result<Duration, Box<dyn Error + Send + Sync>> {
    let began = Instant::now();
    let (mut sent, mut answered) = (0, 0);
    while answered < count {
        while sent < count && sent - answered < ahead {
            link.send_encoded(message.clone())?;
            sent += 1;
        }
        match events.recv().await {
            Some(LinkEvent::Received { .. }) => answered += 1,
            other => return Err(format!("{other:?}").into()),
        }
    }
    Ok(began.elapsed())
}

async fn append(addr: SocketAddr, entries: usize) -> Outcome {
    let far = Identity::new(&key(1))?.device();
    let client = EntryClient::connect(addr, far, TOKEN).await?;
    let (sender, mut receipts) = client.open().await?;
    let began = Instant::now();
    let payload = Bytes::from(vec![7; 128]);
    tokio::spawn(async move {
        for id in 0..entries as u64 {
            let payload = payload.clone();
            if sender.send(Entry { id, payload }).await.is_err() {
                return;
            }
        }
    });
    let mut answered = 0;
    while receipts.next().await?.is_some() {
        answered += 1;
    }
    assert_eq!(answered, entries);
    report(
        "entries of 128 bytes, each answered",
        entries,
        began.elapsed(),
        128,
    );
    Ok(())
}

fn small() -> PeerMessage {
    PeerMessage::Synod(Message::Accepted {
        height: 7,
        ballot: Ballot {
            round: 0,
            proposer: Proposer {
                device: owner().device,
                incarnation: owner().incarnation,
            },
        },
        hash: BlockHash([7; 32]),
    })
}

fn edits(bytes: usize) -> PeerMessage {
    let line = Line {
        household: HouseholdId([1; 32]),
        epoch: EpochId([1; 32]),
        number: 0,
    };
    let payloads = vec![Payload::Opaque(vec![7; 128].into()); bytes / 128];
    PeerMessage::Edits(vec![Batch::sign(&key(1), line, owner(), 0, 0, payloads)])
}

fn owner() -> Owner {
    Owner {
        device: kinfolio_chain::config::device_id(&key(1).verifying_key()),
        incarnation: Incarnation {
            counter: 1,
            nonce: 1,
        },
    }
}

#[allow(clippy::print_stdout)]
fn report(what: &str, count: usize, took: Duration, bytes: usize) {
    let per_second = count as f64 / took.as_secs_f64();
    let mib = per_second * bytes as f64 / f64::from(1 << 20);
    println!("{what}: {count} in {took:.2?}, {per_second:.0}/s, {mib:.0} MiB/s");
}
