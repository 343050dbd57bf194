//! The node processes of a measurement, and their folders.

use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use kinfolio_library::node::{Founder, Node};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::node::State;
use crate::failure::Failure;

/// How long the nodes may take to find each other.
const START: Duration = Duration::from_secs(60);

/// Folders that go when this does.
pub(super) struct Folders {
    _all: tempfile::TempDir,
    roots: Vec<PathBuf>,
}

impl Folders {
    pub(super) fn roots(&self) -> Vec<&Path> {
        self.roots.iter().map(PathBuf::as_path).collect()
    }
}

/// Running nodes.
pub(super) struct Cluster {
    folders: Folders,
    members: Vec<Member>,
    token: String,
}

struct Member {
    device: String,
    address: SocketAddr,
    process: Option<Process>,
}

struct Process {
    child: Child,
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Cluster {
    /// Founds a household of `size` devices and starts them; all are within each other's reach
    /// when this returns.
    pub(super) async fn start(size: u8) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("kinfolio-bench-").tempdir();
        let folder =
            folder.map_err(|source| io("make a folder in", &std::env::temp_dir(), source))?;
        let roots: Vec<_> = (1..=size)
            .map(|n| folder.path().join(n.to_string()))
            .collect();
        for root in &roots {
            std::fs::create_dir(root).map_err(|source| io("create", root, source))?;
        }
        let founder = Founder {
            household: "Measurement".to_owned(),
            device: "Node".to_owned(),
        };
        let others: Vec<_> = roots[1..].iter().map(PathBuf::as_path).collect();
        founder.found_together(&roots[0], &others)?;
        let mut members = Vec::new();
        for (root, address) in roots.iter().zip(free_addresses(roots.len())?) {
            let node = Node::open(root)?;
            let device = node.status().device.id.to_string();
            node.close().await?;
            members.push(Member {
                device,
                address,
                process: None,
            });
        }
        let mut token = [0; 16];
        getrandom::fill(&mut token).map_err(|error| Failure::Bench {
            reason: format!("no random numbers: {error}"),
        })?;
        let mut cluster = Self {
            folders: Folders {
                _all: folder,
                roots,
            },
            members,
            token: hex::encode(token),
        };
        for n in 0..cluster.members.len() {
            cluster.launch(n).await?;
        }
        let all = cluster.members.len();
        cluster
            .wait(START, "found each other", |states| {
                states.iter().all(|one| one.reachable == all)
            })
            .await?;
        Ok(cluster)
    }

    pub(super) fn size(&self) -> usize {
        self.members.len()
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Where a node takes entries, and who it is.
    pub(super) fn door(&self, n: usize) -> (SocketAddr, &str) {
        (self.members[n].address, &self.members[n].device)
    }

    /// Starts node `n`, and waits until it serves.
    pub(super) async fn launch(&mut self, n: usize) -> Result<(), Failure> {
        let program = std::env::current_exe().map_err(|source| Failure::Runtime { source })?;
        let mut command = Command::new(program);
        command.arg("bench").arg("node");
        command.arg("--data").arg(&self.folders.roots[n]);
        command
            .arg("--peer")
            .arg(self.members[n].address.to_string());
        for (other, member) in self.members.iter().enumerate() {
            if other != n {
                let other = format!("{}={}", member.device, member.address);
                command.arg("--other").arg(other);
            }
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command
            .spawn()
            .map_err(|source| Failure::Runtime { source })?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(gone(n));
        };
        let mut process = Process {
            child,
            stdin,
            stdout: BufReader::new(stdout).lines(),
        };
        let token = format!("{}\n", self.token);
        process
            .stdin
            .write_all(token.as_bytes())
            .await
            .map_err(|_| gone(n))?;
        process.hears(n).await?;
        self.members[n].process = Some(process);
        Ok(())
    }

    /// Kills node `n` as a power cut would.
    pub(super) async fn kill(&mut self, n: usize) -> Result<(), Failure> {
        let mut process = self.members[n].process.take().ok_or_else(|| gone(n))?;
        process
            .child
            .kill()
            .await
            .map_err(|source| Failure::Runtime { source })
    }

    /// Where every node stands.
    pub(super) async fn states(&mut self) -> Result<Vec<State>, Failure> {
        let mut states = Vec::new();
        for (n, member) in self.members.iter_mut().enumerate() {
            let process = member.process.as_mut().ok_or_else(|| gone(n))?;
            process.stdin.write_all(b"\n").await.map_err(|_| gone(n))?;
            states.push(process.hears(n).await?);
        }
        Ok(states)
    }

    /// Waits until all chains end in the same block, and stay there.
    pub(super) async fn agree(&mut self, within: Duration) -> Result<Vec<State>, Failure> {
        let equal = |states: &[State]| states.windows(2).all(|pair| pair[0].tip == pair[1].tip);
        self.wait(within, "come to one tip", equal).await
    }

    /// What the busiest node takes of a processor while nothing is asked of any, in percent.
    pub(super) async fn idle_cpu_percent(&mut self, lasts: Duration) -> Result<f64, Failure> {
        // What the load left behind is done first.
        tokio::time::sleep(Duration::from_secs(3)).await;
        let before = self.states().await?;
        tokio::time::sleep(lasts).await;
        let after = self.states().await?;
        let spent = after
            .iter()
            .zip(&before)
            .map(|(now, then)| now.cpu_ms - then.cpu_ms);
        Ok(spent.max().unwrap_or(0) as f64 / lasts.as_secs_f64() / 10.0)
    }

    /// Ends all nodes cleanly; leaves their folders.
    pub(super) async fn stop(self) -> Result<Folders, Failure> {
        for (n, member) in self.members.into_iter().enumerate() {
            let Process {
                mut child, stdin, ..
            } = member.process.ok_or_else(|| gone(n))?;
            drop(stdin);
            let ended = child
                .wait()
                .await
                .map_err(|source| Failure::Runtime { source })?;
            if !ended.success() {
                return Err(Failure::Bench {
                    reason: format!("node {n} ended with {ended}"),
                });
            }
        }
        Ok(self.folders)
    }

    async fn wait(
        &mut self,
        within: Duration,
        what: &str,
        done: impl Fn(&[State]) -> bool,
    ) -> Result<Vec<State>, Failure> {
        let deadline = Instant::now() + within;
        loop {
            let states = self.states().await?;
            if done(&states) {
                return Ok(states);
            }
            if Instant::now() > deadline {
                return Err(Failure::Bench {
                    reason: format!("the nodes have not {what} within {within:?}: {states:?}"),
                });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Process {
    async fn hears(&mut self, n: usize) -> Result<State, Failure> {
        let line = self.stdout.next_line().await.ok().flatten();
        let state = line.and_then(|line| serde_json::from_str(&line).ok());
        state.ok_or_else(|| gone(n))
    }
}

/// Ports that were free a moment ago.
fn free_addresses(count: usize) -> Result<Vec<SocketAddr>, Failure> {
    let bound: Result<Vec<_>, _> = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0"))
        .collect();
    let bound = bound.map_err(|source| Failure::Runtime { source })?;
    let addresses = bound.iter().map(TcpListener::local_addr);
    let addresses: Result<_, _> = addresses.collect();
    addresses.map_err(|source| Failure::Runtime { source })
}

/// What one durable append costs where the nodes' folders are.
pub(super) fn fdatasync_p50_ms() -> Result<f64, Failure> {
    let place = std::env::temp_dir();
    let failed = |source| io("sync a file in", &place, source);
    let file = tempfile::tempfile_in(&place).map_err(failed)?;
    let mut taken = Vec::new();
    for n in 0..200 {
        file.write_all_at(&[1; 4096], n * 4096).map_err(failed)?;
        let began = Instant::now();
        file.sync_data().map_err(failed)?;
        taken.push(began.elapsed().as_secs_f64() * 1e3);
    }
    taken.sort_by(f64::total_cmp);
    Ok(taken[taken.len() / 2])
}

fn io(doing: &'static str, path: &Path, source: std::io::Error) -> Failure {
    let path = path.to_path_buf();
    Failure::Io {
        doing,
        path,
        source,
    }
}

fn gone(n: usize) -> Failure {
    Failure::Bench {
        reason: format!("node {n} is gone"),
    }
}
