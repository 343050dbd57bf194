//! The clients: each writes a string to a random member, waits for its answer, writes the next.

use std::error::Error;
use std::time::{Duration, Instant};

use kinfolio_peers::{Chance, Left};
use tokio::sync::mpsc;
use tonic::transport::Channel;

use crate::Args;
use crate::cluster::Cluster;
use crate::cluster::proto::PutRequest;
use crate::cluster::proto::kv_client::KvClient;

/// How long one try may take before the client goes to another member.
const TRY: Duration = Duration::from_secs(5);

/// What the load came to.
pub(crate) struct Load {
    pub(crate) seconds: f64,
    /// The longest time without any acknowledgement.
    pub(crate) gap_ms: f64,
    /// Sorted.
    pub(crate) latencies: Vec<Duration>,
}

/// Writes all strings; with `kill_leader`, the leader dies when half is written.
pub(crate) async fn run(args: &Args, cluster: &mut Cluster) -> Result<Load, Box<dyn Error>> {
    let mut clients = Vec::new();
    for n in 0..Cluster::size() {
        clients.push(KvClient::new(cluster.channel(n)?));
    }
    let left = Left::new(args.amount.entries);
    let (done, mut dones) = mpsc::unbounded_channel();
    let began = Instant::now();
    for client in 0..args.amount.clients {
        let (clients, left, done) = (clients.clone(), left.clone(), done.clone());
        let value = vec![b'x'; args.amount.size];
        tokio::spawn(async move {
            let mut chance = Chance::of(client);
            while left.take_one() {
                let began = Instant::now();
                write(&clients, &mut chance, &value).await;
                let at = Instant::now();
                if done.send((at, at - began)).is_err() {
                    return;
                }
            }
        });
    }
    drop(done);
    let mut all = Vec::new();
    let mut killed = !args.kill_leader;
    while let Some(one) = dones.recv().await {
        all.push(one);
        if !killed && all.len() as u64 * 2 >= args.amount.entries {
            killed = true;
            let leader = cluster.leader().await.ok_or("etcd has no leader")?;
            cluster.kill(leader)?;
            cluster.launch(leader)?;
        }
    }
    all.sort_by_key(|(at, _)| *at);
    let gaps = all.windows(2).map(|pair| pair[1].0 - pair[0].0);
    let gap = gaps.max().unwrap_or_default();
    let ended = all.last().map_or(began, |(at, _)| *at);
    let mut latencies: Vec<_> = all.iter().map(|(_, took)| *took).collect();
    latencies.sort();
    Ok(Load {
        seconds: (ended - began).as_secs_f64(),
        gap_ms: gap.as_secs_f64() * 1e3,
        latencies,
    })
}

/// Tries random members until one takes the string.
async fn write(clients: &[KvClient<Channel>], chance: &mut Chance, value: &[u8]) {
    loop {
        let key = chance.number().to_be_bytes().to_vec();
        let value = value.to_vec();
        let mut client = chance.pick(clients).clone();
        let put = client.put(PutRequest { key, value });
        if let Ok(Ok(_)) = tokio::time::timeout(TRY, put).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
