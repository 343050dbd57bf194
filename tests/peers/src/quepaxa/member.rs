//! One member: one thread that runs the replica, and one that syncs its log.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use quepaxa::{Action, Config, Input, NodeId, Outbound, PersistId, ProposalId, Replica, Timestamp};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::wire::{Frames, write_all};

/// Most events that share a turn, and so a sync.
const EVENTS_PER_TURN: usize = 4096;

type Outbox = mpsc::UnboundedSender<Bytes>;

/// What happens to a member.
enum Event {
    Message(Bytes),
    /// A client's string, under the client's own number, and the way back.
    Write(u64, Bytes, Outbox),
    Synced(Vec<(PersistId, Vec<Outbound>)>),
}

/// What the disk's thread makes durable at once.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    then: Vec<(PersistId, Vec<Outbound>)>,
}

struct Member {
    began: Instant,
    replica: Replica,
    peers: BTreeMap<NodeId, Outbox>,
    waiting: BTreeMap<ProposalId, (u64, Outbox)>,
    actions: Vec<Action>,
    batch: Batch,
}

pub(crate) async fn run(me: u32, ports: &[u16], folder: &Path) -> Result<(), Box<dyn Error>> {
    let at = usize::try_from(me)?;
    let port = *ports.get(at).ok_or("no such member")?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let (events, mut happened) = mpsc::unbounded_channel();
    tokio::spawn(accept(listener, events.clone()));
    let mut peers = BTreeMap::new();
    for (id, &port) in (0..).zip(ports) {
        if id != me {
            let (outbox, frames) = mpsc::unbounded_channel();
            tokio::spawn(dial(port, frames));
            peers.insert(NodeId(id), outbox);
        }
    }
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("log"))?;
    let batches = disk(log, events);
    let members = (0..).zip(ports).map(|(id, _)| NodeId(id)).collect();
    let config = Config::new([7; 16], NodeId(me), members, [u8::try_from(me)?; 32]);
    let mut member = Member {
        began: Instant::now(),
        replica: Replica::new(config, [], Timestamp(0))?,
        peers,
        waiting: BTreeMap::new(),
        actions: Vec::new(),
        batch: Batch::default(),
    };
    member.replica.poll_actions(&mut member.actions);
    loop {
        member.carry_out();
        if !member.batch.then.is_empty() {
            batches.send(std::mem::take(&mut member.batch))?;
        }
        tokio::select! {
            event = happened.recv() => {
                let mut event = event;
                for _ in 0..EVENTS_PER_TURN {
                    let Some(one) = event else { break };
                    member.take(one)?;
                    event = happened.try_recv().ok();
                }
                if let Some(one) = event {
                    member.take(one)?;
                }
            }
            () = until(member.began, member.replica.next_deadline()) => {
                member.replica.handle_timeout(member.now())?;
                member.replica.poll_actions(&mut member.actions);
            }
        }
    }
}

impl Member {
    fn now(&self) -> Timestamp {
        Timestamp(u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    fn take(&mut self, event: Event) -> Result<(), quepaxa::Error> {
        let now = self.now();
        match event {
            Event::Message(bytes) => self.replica.handle(now, Input::Message(bytes))?,
            Event::Write(number, text, answers) => {
                let proposal = self.replica.propose(now, text)?;
                self.waiting.insert(proposal, (number, answers));
            }
            Event::Synced(all) => {
                for (id, then) in all {
                    then.into_iter().for_each(|out| self.send(out));
                    self.replica.handle(now, Input::Persisted(id))?;
                    self.replica.poll_actions(&mut self.actions);
                }
                return Ok(());
            }
        }
        self.replica.poll_actions(&mut self.actions);
        Ok(())
    }

    fn carry_out(&mut self) {
        for action in std::mem::take(&mut self.actions) {
            match action {
                Action::Persist {
                    id, records, then, ..
                } => {
                    for record in records {
                        let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
                        self.batch.bytes.extend_from_slice(&length.to_le_bytes());
                        self.batch.bytes.extend_from_slice(&record);
                    }
                    self.batch.then.push((id, then));
                }
                Action::Send(out) => self.send(out),
                Action::Committed { id, .. } => {
                    if let Some((number, answers)) = self.waiting.remove(&id) {
                        // A client that has gone waits for nothing.
                        drop(answers.send(Bytes::copy_from_slice(&number.to_le_bytes())));
                    }
                }
                _ => {}
            }
        }
    }

    fn send(&self, out: Outbound) {
        if let Some(peer) = self.peers.get(&out.to) {
            drop(peer.send(out.bytes));
        }
    }
}

async fn until(began: Instant, deadline: Option<Timestamp>) {
    match deadline {
        Some(at) => tokio::time::sleep_until((began + Duration::from_nanos(at.0)).into()).await,
        None => std::future::pending().await,
    }
}

/// Writes and syncs what it is given, all that waits at once.
fn disk(mut log: File, events: mpsc::UnboundedSender<Event>) -> std::sync::mpsc::Sender<Batch> {
    let (batches, wanted) = std::sync::mpsc::channel::<Batch>();
    std::thread::spawn(move || {
        while let Ok(mut batch) = wanted.recv() {
            while let Ok(more) = wanted.try_recv() {
                batch.bytes.extend(more.bytes);
                batch.then.extend(more.then);
            }
            let synced = log.write_all(&batch.bytes).and_then(|()| log.sync_data());
            if synced.is_err() || events.send(Event::Synced(batch.then)).is_err() {
                return;
            }
        }
    });
    batches
}

/// Frames of members begin with 0, those of clients with 1 and the client's number.
async fn accept(listener: TcpListener, events: mpsc::UnboundedSender<Event>) {
    while let Ok((stream, _)) = listener.accept().await {
        drop(stream.set_nodelay(true));
        let (read, write) = stream.into_split();
        let (answers, frames) = mpsc::unbounded_channel();
        tokio::spawn(write_all(write, frames));
        let events = events.clone();
        tokio::spawn(async move {
            let mut frames = Frames::of(read);
            while let Ok(Some(mut frame)) = frames.next().await {
                let event = match frame.first() {
                    Some(0) => Event::Message(frame.split_off(1)),
                    _ => {
                        let Some(number) = frame.get(1..9).and_then(|some| some.try_into().ok())
                        else {
                            return;
                        };
                        let number = u64::from_le_bytes(number);
                        Event::Write(number, frame.split_off(9), answers.clone())
                    }
                };
                if events.send(event).is_err() {
                    return;
                }
            }
        });
    }
}

async fn dial(port: u16, mut frames: mpsc::UnboundedReceiver<Bytes>) {
    let stream = loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
            Ok(stream) => break stream,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    drop(stream.set_nodelay(true));
    let (_read, write) = stream.into_split();
    let (marked, all) = mpsc::unbounded_channel();
    tokio::spawn(write_all(write, all));
    while let Some(frame) = frames.recv().await {
        let mut bytes = BytesMut::with_capacity(frame.len() + 1);
        bytes.extend_from_slice(&[0]);
        bytes.extend_from_slice(&frame);
        if marked.send(bytes.freeze()).is_err() {
            return;
        }
    }
}
