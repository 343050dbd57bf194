//! The clients, and the members as processes.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};
use kinfolio_peers::{Amount, Chance, Left, percentile_ms};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use crate::wire::{Frames, write_all};

const MEMBERS: usize = 3;

/// What was measured.
#[derive(Serialize)]
pub(crate) struct Measured {
    version: &'static str,
    entries: u64,
    clients: u64,
    ops_per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
}

/// The members; they end with it.
struct Members(Vec<Child>);

impl Drop for Members {
    fn drop(&mut self) {
        for member in &mut self.0 {
            drop(member.kill());
            drop(member.wait());
        }
    }
}

/// The way to one member, shared by all clients.
#[derive(Clone)]
struct Way {
    frames: mpsc::UnboundedSender<Bytes>,
    waiting: Arc<Mutex<BTreeMap<u64, oneshot::Sender<()>>>>,
}

pub(crate) async fn run(amount: &Amount) -> Result<Measured, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let listeners: Result<Vec<_>, _> = (0..MEMBERS)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .collect();
    let ports: Result<Vec<_>, _> = listeners?
        .iter()
        .map(|one| one.local_addr().map(|address| address.port()))
        .collect();
    let ports = ports?;
    let mut members = Members(Vec::new());
    for member in 0..MEMBERS {
        let folder = folder.path().join(member.to_string());
        std::fs::create_dir(&folder)?;
        let all: Vec<_> = ports.iter().map(u16::to_string).collect();
        let child = Command::new(std::env::current_exe()?)
            .args(["--member", &member.to_string(), "--ports", &all.join(",")])
            .arg("--folder")
            .arg(folder)
            .spawn()?;
        members.0.push(child);
    }
    let mut ways = Vec::new();
    for &port in &ports {
        ways.push(reach(port).await?);
    }
    let left = Left::new(amount.entries);
    let numbers = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..amount.clients {
        let (ways, left, numbers) = (ways.clone(), left.clone(), Arc::clone(&numbers));
        let size = amount.size;
        clients.spawn(async move {
            let mut chance = Chance::of(client);
            let mut took = Vec::new();
            while left.take_one() {
                let began = Instant::now();
                let way = chance.pick(&ways);
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                way.write(number, size).await?;
                took.push(began.elapsed());
            }
            Ok::<_, oneshot::error::RecvError>(took)
        });
    }
    let mut latencies = Vec::new();
    while let Some(took) = clients.join_next().await {
        latencies.extend(took??);
    }
    let seconds = began.elapsed().as_secs_f64();
    latencies.sort();
    drop(members);
    Ok(Measured {
        version: "0.5.0",
        entries: amount.entries,
        clients: amount.clients,
        ops_per_s: amount.entries as f64 / seconds,
        p50_ms: percentile_ms(&latencies, 50.0),
        p99_ms: percentile_ms(&latencies, 99.0),
    })
}

impl Way {
    async fn write(&self, number: u64, size: usize) -> Result<(), oneshot::error::RecvError> {
        let (done, answered) = oneshot::channel();
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number, done);
        let mut frame = BytesMut::with_capacity(9 + size);
        frame.put_u8(1);
        frame.put_u64_le(number);
        frame.put_bytes(b'x', size);
        drop(self.frames.send(frame.freeze()));
        answered.await
    }
}

async fn reach(port: u16) -> Result<Way, Box<dyn Error>> {
    let deadline = Instant::now() + Duration::from_secs(10);
    let stream = loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
            Ok(stream) => break stream,
            Err(error) if Instant::now() > deadline => return Err(error.into()),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    stream.set_nodelay(true)?;
    let (read, write) = stream.into_split();
    let (frames, outgoing) = mpsc::unbounded_channel();
    tokio::spawn(write_all(write, outgoing));
    let waiting: Arc<Mutex<BTreeMap<u64, oneshot::Sender<()>>>> = Arc::default();
    let way = Way {
        frames,
        waiting: Arc::clone(&waiting),
    };
    tokio::spawn(async move {
        let mut frames = Frames::of(read);
        while let Ok(Some(frame)) = frames.next().await {
            let Some(number) = frame.first_chunk::<8>() else {
                return;
            };
            let number = u64::from_le_bytes(*number);
            let done = waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&number);
            if let Some(done) = done {
                // A client that has gone waits for nothing.
                let _ = done.send(());
            }
        }
    });
    Ok(way)
}
