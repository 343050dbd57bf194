//! Three etcd members on loopback.

use std::error::Error;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

pub(crate) mod proto {
    //! etcd's messages.
    #![allow(missing_docs, clippy::all, reason = "generated")]
    tonic::include_proto!("etcdserverpb");
}

use proto::StatusRequest;
use proto::maintenance_client::MaintenanceClient;

const MEMBERS: usize = 3;

/// How long the members may take to elect a leader.
const START: Duration = Duration::from_secs(60);

/// Running members; killed when this is dropped.
pub(crate) struct Cluster {
    folder: TempDir,
    members: Vec<Member>,
}

struct Member {
    client_port: u16,
    peer_port: u16,
    process: Option<Child>,
}

impl Cluster {
    pub(crate) async fn start() -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::Builder::new().prefix("etcd-bench-").tempdir()?;
        let ports = free_ports(2 * MEMBERS)?;
        let members = ports.chunks(2).map(|pair| Member {
            client_port: pair[0],
            peer_port: pair[1],
            process: None,
        });
        let members = members.collect();
        let mut cluster = Self { folder, members };
        for n in 0..MEMBERS {
            cluster.launch(n)?;
        }
        let deadline = Instant::now() + START;
        while cluster.leader().await.is_none() {
            if Instant::now() > deadline {
                return Err("etcd has elected no leader".into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(cluster)
    }

    pub(crate) fn channel(&self, n: usize) -> Result<Channel, Box<dyn Error>> {
        let address = format!("http://127.0.0.1:{}", self.members[n].client_port);
        Ok(Endpoint::from_shared(address)?
            .tcp_nodelay(true)
            .connect_lazy())
    }

    pub(crate) const fn size() -> usize {
        MEMBERS
    }

    /// Which member leads, if one is known to.
    pub(crate) async fn leader(&self) -> Option<usize> {
        for n in 0..MEMBERS {
            let mut client = MaintenanceClient::new(self.channel(n).ok()?);
            let Ok(status) = client.status(StatusRequest {}).await else {
                continue;
            };
            let status = status.into_inner();
            let member = status.header.map(|header| header.member_id);
            if member == Some(status.leader) {
                return Some(n);
            }
        }
        None
    }

    pub(crate) async fn version(&self) -> Result<String, Box<dyn Error>> {
        let mut client = MaintenanceClient::new(self.channel(0)?);
        Ok(client.status(StatusRequest {}).await?.into_inner().version)
    }

    /// Kills a member as a power cut would.
    pub(crate) fn kill(&mut self, n: usize) -> std::io::Result<()> {
        if let Some(mut process) = self.members[n].process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    pub(crate) fn launch(&mut self, n: usize) -> std::io::Result<()> {
        let url = |port| format!("http://127.0.0.1:{port}");
        let all = self.members.iter().enumerate();
        let all: Vec<_> = all
            .map(|(n, one)| format!("m{n}={}", url(one.peer_port)))
            .collect();
        let member = &self.members[n];
        let process = Command::new("etcd")
            .arg("--name")
            .arg(format!("m{n}"))
            .arg("--data-dir")
            .arg(self.data(n))
            .args(["--initial-cluster-state", "new", "--log-level", "error"])
            .args(["--initial-cluster", &all.join(",")])
            .args(["--listen-client-urls", &url(member.client_port)])
            .args(["--advertise-client-urls", &url(member.client_port)])
            .args(["--listen-peer-urls", &url(member.peer_port)])
            .args(["--initial-advertise-peer-urls", &url(member.peer_port)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        self.members[n].process = Some(process);
        Ok(())
    }

    pub(crate) fn rss_bytes_max(&self) -> u64 {
        let running = self.members.iter().filter_map(|one| one.process.as_ref());
        running
            .map(|process| rss_bytes(process.id()))
            .max()
            .unwrap_or(0)
    }

    fn data(&self, n: usize) -> PathBuf {
        self.folder.path().join(format!("m{n}"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for n in 0..MEMBERS {
            // One that cannot be killed has ended already.
            let _ = self.kill(n);
        }
    }
}

fn rss_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Ports that were free a moment ago.
fn free_ports(count: usize) -> std::io::Result<Vec<u16>> {
    let bound: Result<Vec<_>, _> = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0"))
        .collect();
    let bound = bound?;
    bound
        .iter()
        .map(|one| Ok(one.local_addr()?.port()))
        .collect()
}
