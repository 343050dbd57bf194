//! The clients of a measurement: each writes a random string to a random node, waits for its
//! acknowledgement, and writes the next. One stream to each node carries all clients' strings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kinfolio_library::node::{Entry, EntryClient, EntryReceipts, EntrySender};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::cluster::Cluster;
use crate::failure::Failure;
use crate::usage::BenchLedgerArgs;

/// How long a client goes on bringing strings that no node acknowledges.
const ANSWER: Duration = Duration::from_secs(30);

/// What the load came to.
pub(super) struct Load {
    pub(super) seconds: f64,
    /// The longest time without any acknowledgement.
    pub(super) gap_ms: f64,
    /// Every string that was acknowledged: it must be in the chain once.
    pub(super) acknowledged: BTreeSet<Vec<u8>>,
    /// Strings that a node died on: each may be in the chain, once.
    pub(super) unknown: BTreeSet<Vec<u8>>,
    latencies: Vec<Duration>,
}

/// One acknowledgement.
struct Done {
    payload: Vec<u8>,
    at: Instant,
    took: Duration,
}

impl Load {
    pub(super) async fn run(
        args: &BenchLedgerArgs,
        cluster: &mut Cluster,
    ) -> Result<Self, Failure> {
        let mut doors = Vec::new();
        for n in 0..cluster.size() {
            doors.push(Arc::new(Lane::open(cluster, n).await?));
        }
        let left = Arc::new(AtomicU64::new(args.entries));
        let (done, mut dones) = mpsc::unbounded_channel();
        let began = Instant::now();
        for client in 0..args.clients {
            let (doors, left, done) = (doors.clone(), Arc::clone(&left), done.clone());
            let size = args.size as usize;
            tokio::spawn(async move {
                let mut chance = Chance::new(client.into());
                while take_one(&left) {
                    let one = write_one(&doors, &mut chance, size).await;
                    if done.send(one).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut all = Vec::new();
        let mut unknown = BTreeSet::new();
        let mut killed = !args.kill_one;
        while let Some(one) = dones.recv().await {
            let (one, without_answer) = one?;
            all.push(one);
            unknown.extend(without_answer);
            if !killed && all.len() as u64 * 2 >= args.entries {
                killed = true;
                let victim = Chance::new(args.entries).below(cluster.size());
                doors[victim].close().await;
                cluster.kill(victim).await?;
                cluster.launch(victim).await?;
                doors[victim].reopen(cluster, victim).await?;
            }
        }
        Ok(Self::of(all, unknown, began))
    }

    fn of(mut all: Vec<Done>, unknown: BTreeSet<Vec<u8>>, began: Instant) -> Self {
        all.sort_by_key(|one| one.at);
        let ended = all.last().map_or(began, |one| one.at);
        let gaps = all.windows(2).map(|pair| pair[1].at - pair[0].at);
        let gap = gaps.max().unwrap_or_default();
        let mut latencies: Vec<_> = all.iter().map(|one| one.took).collect();
        latencies.sort();
        Self {
            seconds: (ended - began).as_secs_f64(),
            gap_ms: gap.as_secs_f64() * 1e3,
            acknowledged: all.into_iter().map(|one| one.payload).collect(),
            unknown,
            latencies,
        }
    }

    pub(super) fn percentile_ms(&self, percent: f64) -> f64 {
        let Some(last) = self.latencies.len().checked_sub(1) else {
            return 0.0;
        };
        let place = (last as f64 * percent / 100.0).round() as usize;
        self.latencies[place.min(last)].as_secs_f64() * 1e3
    }
}

/// Brings strings, each to a random node, until one is acknowledged; says which ones were left
/// without an answer, because their node died.
async fn write_one(
    doors: &[Arc<Lane>],
    chance: &mut Chance,
    size: usize,
) -> Result<(Done, Vec<Vec<u8>>), Failure> {
    let mut unknown = Vec::new();
    let first = Instant::now();
    loop {
        let payload = chance.text(size);
        let began = Instant::now();
        let outcome = doors[chance.below(doors.len())].write(&payload).await;
        let at = Instant::now();
        match outcome {
            Ok(()) => {
                let took = at - began;
                return Ok((Done { payload, at, took }, unknown));
            }
            Err(reason) if at - first > ANSWER => return Err(Failure::Bench { reason }),
            Err(_) => {
                unknown.push(payload);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    }
}

/// Takes one of the strings that are left to write.
fn take_one(left: &AtomicU64) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
        left.checked_sub(1)
    })
    .is_ok()
}

/// The clients that wait, by the number of their string.
type Waiting = Arc<std::sync::Mutex<BTreeMap<u64, oneshot::Sender<Result<(), String>>>>>;

/// The way to one node.
struct Lane {
    sender: Mutex<Option<EntrySender>>,
    waiting: Waiting,
    next: AtomicU64,
}

impl Lane {
    async fn open(cluster: &Cluster, n: usize) -> Result<Self, Failure> {
        let lane = Self {
            sender: Mutex::new(None),
            waiting: Arc::default(),
            next: AtomicU64::new(0),
        };
        lane.reopen(cluster, n).await?;
        Ok(lane)
    }

    async fn reopen(&self, cluster: &Cluster, n: usize) -> Result<(), Failure> {
        let (address, device) = cluster.door(n);
        let failed = |what: String| Failure::Bench {
            reason: format!("node {n} takes no entries: {what}"),
        };
        let device = device
            .parse()
            .map_err(|_| failed("its id is none".to_owned()))?;
        let client = EntryClient::connect(address, device, cluster.token()).await;
        let client = client.map_err(|error| failed(error.to_string()))?;
        let (sender, receipts) = client
            .open()
            .await
            .map_err(|error| failed(error.to_string()))?;
        tokio::spawn(answer(receipts, Arc::clone(&self.waiting)));
        *self.sender.lock().await = Some(sender);
        Ok(())
    }

    async fn close(&self) {
        *self.sender.lock().await = None;
    }

    /// Writes a string; whether it is acknowledged, or why that is not known.
    async fn write(&self, payload: &[u8]) -> Result<(), String> {
        let sender = self.sender.lock().await.clone();
        let sender = sender.ok_or("the node is down")?;
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        if let Ok(mut waiting) = self.waiting.lock() {
            waiting.insert(id, reply);
        }
        let entry = Entry {
            id,
            payload: payload.to_vec().into(),
        };
        sender
            .send(entry)
            .await
            .map_err(|error| error.to_string())?;
        answer.await.map_err(|_| "the node went away".to_owned())?
    }
}

/// Hands every receipt to the client that waits for it; at the end of the stream, all who wait
/// learn that nothing more comes.
async fn answer(mut receipts: EntryReceipts, waiting: Waiting) {
    while let Ok(Some((id, outcome))) = receipts.next().await {
        let reply = waiting
            .lock()
            .ok()
            .and_then(|mut waiting| waiting.remove(&id));
        let outcome = match outcome {
            Ok(_) => Ok(()),
            Err(refused) => Err(refused.to_string()),
        };
        if let Some(reply) = reply {
            // A client that is gone is not missed.
            drop(reply.send(outcome));
        }
    }
    if let Ok(mut waiting) = waiting.lock() {
        waiting.clear();
    }
}

/// Numbers and texts that follow from a seed (xorshift64*).
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() >> 33) as usize % most
    }

    fn text(&mut self, size: usize) -> Vec<u8> {
        let mut text = Vec::with_capacity(size + 16);
        while text.len() < size {
            text.extend_from_slice(format!("{:016x}", self.next()).as_bytes());
        }
        text.truncate(size);
        text
    }
}
