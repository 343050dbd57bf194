//! Processes that a test starts, each in a group of its own, and ends by that group's id.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Failure;

/// A process with all that it has started; ends when dropped.
pub(crate) struct Group {
    leader: Child,
}

impl Group {
    pub(crate) fn spawn(command: &mut Command) -> Result<Self, Failure> {
        command.process_group(0).stdin(Stdio::null());
        let leader = command
            .spawn()
            .map_err(|source| Failure::start(command, source))?;
        Ok(Self { leader })
    }

    pub(super) fn leader(&mut self) -> &mut Child {
        &mut self.leader
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.leader.try_wait(), Ok(None))
    }

    fn signal(&self, name: &str) {
        let group = format!("-{}", self.leader.id());
        // A group that is gone already needs no signal.
        let _ = Command::new("kill")
            .args(["-s", name, "--", &group])
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal("TERM");
        let asked = Instant::now();
        while !self.has_ended() && asked.elapsed() < Duration::from_secs(3) {
            std::thread::sleep(Duration::from_millis(20));
        }
        self.signal("KILL");
        // Nothing is left to be done about a process that cannot be waited for.
        let _ = self.leader.wait();
    }
}

/// A program that a test has started and watches.
pub struct Running {
    group: Group,
}

impl Running {
    pub(super) fn start(command: &mut Command) -> Result<Self, Failure> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(Self {
            group: Group::spawn(command)?,
        })
    }

    /// Asks it to end, as a session does that is being closed.
    ///
    /// # Errors
    /// The system refuses.
    pub fn terminate(&self) -> Result<(), Failure> {
        let mut kill = Command::new("kill");
        super::run(kill.args(["-s", "TERM", &self.group.leader.id().to_string()])).map(|_| ())
    }

    /// Waits for its end; tells its exit code and what it said on its error output.
    ///
    /// # Errors
    /// It does not end within `limit`.
    pub fn end(mut self, limit: Duration) -> Result<(Option<i32>, String), Failure> {
        let leader = &mut self.group.leader;
        let status = super::wait_for("the end of the program", limit, || {
            leader
                .try_wait()
                .map_err(|source| Failure::io("wait for a program", source))
        })?;
        let mut said = String::new();
        if let Some(mut stderr) = leader.stderr.take() {
            stderr
                .read_to_string(&mut said)
                .map_err(|source| Failure::io("read what a program said", source))?;
        }
        Ok((status.code(), said))
    }
}

/// A port of this machine on which nothing listens now.
pub(crate) fn free_port() -> Result<u16, Failure> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|source| Failure::io("find a free port", source))
}
