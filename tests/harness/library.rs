//! A library in a folder of its own, and the real `kinfolio` at work on it.

#![expect(
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::http::Client;
use crate::network::Switch;

/// Longest that anything here may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A device of a household, in a folder of its own.
pub struct Household {
    dir: TempDir,
    root: PathBuf,
    /// Where it listens for the others, from the first time on that it does.
    peer: OnceLock<String>,
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// A node that serves; killed when dropped.
pub struct Node {
    child: Child,
    /// The address of its API.
    pub address: String,
    /// Its one line on stdout.
    pub ready: String,
    token: String,
}

impl Household {
    /// A new household "Test", whose device is "Here".
    #[must_use]
    pub fn found() -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        let root = dir.path().join("library");
        Self::found_in(dir, root)
    }

    /// The same with the library in `root`.
    #[must_use]
    pub fn found_in(dir: TempDir, root: PathBuf) -> Self {
        let household = Self {
            dir,
            root,
            peer: OnceLock::new(),
        };
        household
            .run(["init", "--name", "Test", "--device", "Here"])
            .succeeded();
        household
    }

    /// A machine on which there is no library yet.
    #[must_use]
    pub fn nowhere() -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        let root = dir.path().join("library");
        Self {
            dir,
            root,
            peer: OnceLock::new(),
        }
    }

    /// Two devices that serve, vote and see each other.
    ///
    /// # Panics
    /// They do not come together.
    #[must_use]
    pub fn two() -> [(Self, Node); 2] {
        let first = Self::found();
        let one = first.serve();
        let second = first.joined("Laptop");
        let other = second.serve();
        for node in [&one, &other] {
            eventually("both vote and see each other", || {
                let ledger = node.client().get("/api/v1/ledger").json();
                let members = ledger["members"].as_array()?;
                let good = |one: &Value| one["role"] == "voter" && one["reachable"] == true;
                (members.len() == 2 && members.iter().all(good)).then_some(())
            });
        }
        [(first, one), (second, other)]
    }

    /// A further device, called `name`, of the household of this one, whose node must run.
    #[must_use]
    pub fn joined(&self, name: &str) -> Self {
        self.joined_by(name, ran)
    }

    /// The same from another machine.
    #[must_use]
    pub fn joined_from(&self, name: &str, switch: &Switch, machine: u8) -> Self {
        self.joined_by(name, |join| ran(&mut switch.on(machine, join)))
    }

    /// The same with the library in `root`.
    #[must_use]
    pub fn joined_in(&self, name: &str, dir: TempDir, root: PathBuf) -> Self {
        self.joining(name, dir, root, ran)
    }

    fn joined_by(&self, name: &str, run: impl FnOnce(&mut Command) -> Ran) -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        let root = dir.path().join("library");
        self.joining(name, dir, root, run)
    }

    fn joining(
        &self,
        name: &str,
        dir: TempDir,
        root: PathBuf,
        run: impl FnOnce(&mut Command) -> Ran,
    ) -> Self {
        let device = Self {
            dir,
            root,
            peer: OnceLock::new(),
        };
        let invitation = self.run(["invite"]).succeeded().stdout;
        let join = ["join", invitation.trim(), "--device", name];
        run(&mut device.command(join)).succeeded();
        device
    }

    /// The library's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder beside the library, gone with it.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The household's recovery key, in a file beside its library.
    ///
    /// # Panics
    /// It is not told.
    #[must_use]
    pub fn recovery_key(&self) -> PathBuf {
        let file = self.folder("the key");
        let text = self.run(["recovery-key"]).succeeded().stdout;
        fs::write(&file, text).expect("the key is written");
        file
    }

    /// A folder beside the library with `count` generated photos.
    #[must_use]
    pub fn sample(&self, name: &str, count: u32) -> PathBuf {
        let folder = self.folder(name);
        let count = count.to_string();
        let to = folder.as_os_str();
        self.run([
            OsStr::new("sample"),
            "--count".as_ref(),
            count.as_ref(),
            "--to".as_ref(),
            to,
        ])
        .succeeded();
        folder
    }

    /// Where the original of a photo is kept.
    #[must_use]
    pub fn blob(&self, id: &str) -> PathBuf {
        let folder = self.root.join("blobs").join(&id[..2]);
        folder.join(&id[2..4]).join(id)
    }

    /// `kinfolio` with these arguments, on this library.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = kinfolio();
        command.arg("--data").arg(&self.root).args(args);
        command
    }

    /// Runs `kinfolio` to its end.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        ran(&mut self.command(args))
    }

    /// What `kinfolio … --json` prints; it must exit with 0.
    pub fn json<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Value {
        ran(self.command(args).arg("--json")).succeeded().json()
    }

    /// What the node that owns the library answers on its socket, wherever it runs.
    #[must_use]
    pub fn ask_node(&self, path: &str) -> Value {
        let mut socket = UnixStream::connect(self.root.join("api.sock")).expect("a node");
        let asked = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        socket.write_all(asked.as_bytes()).expect("it listens");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
        assert!(head.contains(" 200 "), "{head}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    /// Serves on a free port until the node is stopped or dropped.
    #[must_use]
    pub fn serve(&self) -> Node {
        self.serve_with([])
    }

    /// The same with these variables in its environment.
    #[must_use]
    pub fn serve_with(&self, variables: impl IntoIterator<Item = (String, String)>) -> Node {
        let peer = self.peer.get().map_or("127.0.0.1:0", String::as_str);
        let serve = ["serve", "--api", "127.0.0.1:0", "--peer", peer];
        let node = self.serving(self.command(serve).envs(variables));
        // It stays there: two that moved at once would not find each other on loopback.
        self.peer.get_or_init(|| node.ready_word("peer="));
        node
    }

    /// The same at a port where no device looks for it: of two that do so neither finds the other.
    #[must_use]
    pub fn serve_unfound(&self, variables: impl IntoIterator<Item = (String, String)>) -> Node {
        let serve = ["serve", "--api", "127.0.0.1:0", "--peer", "127.0.0.1:0"];
        self.serving(self.command(serve).envs(variables))
    }

    /// The same with a clock that is wrong, `+1y` say; nothing, where libfaketime is missing.
    #[must_use]
    pub fn serve_at_time(&self, wrong: &str) -> Option<Node> {
        let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
        let library = Path::new(library).exists().then_some(library)?;
        let variables = [
            ("LD_PRELOAD", library),
            ("FAKETIME", wrong),
            // Only what the time of day is, not how long something takes.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Some(self.serve_with(variables))
    }

    /// The same, and listens for other devices at this address.
    #[must_use]
    pub fn serve_at(&self, peer: &str) -> Node {
        self.serving(&mut self.command(["serve", "--api", "127.0.0.1:0", "--peer", peer]))
    }

    /// The same with its API at this address.
    #[must_use]
    pub fn serve_api(&self, api: &str) -> Node {
        self.serving(&mut self.command(["serve", "--api", api, "--peer", "127.0.0.1:0"]))
    }

    /// Serves on a machine of its own, at the usual ports.
    #[must_use]
    pub fn serve_on(&self, switch: &Switch, machine: u8) -> Node {
        self.serving(&mut switch.on(machine, &self.command(["serve"])))
    }

    fn serving(&self, command: &mut Command) -> Node {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("kinfolio starts");
        let mut ready = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout)
            .read_line(&mut ready)
            .expect("a line");
        let address = word(&ready, "api=");
        let token = std::fs::read_to_string(self.root.join("api-token")).expect("a token");
        Node {
            child,
            address,
            ready,
            token: token.trim().to_owned(),
        }
    }
}

impl Ran {
    /// This, if it exited with 0.
    ///
    /// # Panics
    /// It did not.
    #[must_use]
    pub fn exited(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout: {}\nstderr: {}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// This, if it exited with 0.
    pub fn succeeded(self) -> Self {
        self.exited(0)
    }

    /// What it printed as JSON.
    ///
    /// # Panics
    /// It is not.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Node {
    /// What its one line on stdout says behind `name`.
    fn ready_word(&self, name: &str) -> String {
        word(&self.ready, name)
    }

    /// A client that has the token.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.address, Some(&self.token))
    }

    /// A client without token.
    #[must_use]
    pub fn stranger(&self) -> Client {
        Client::new(&self.address, None)
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Ends it as a service manager does.
    pub fn terminate(mut self) -> ExitStatus {
        self.signal("TERM");
        wait(&mut self.child)
    }

    /// Sends it a signal, `STOP` or `CONT` say.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    }

    /// Ends it as a power failure does.
    pub fn kill(mut self) {
        self.child.kill().expect("a living node");
        wait(&mut self.child);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The word of `line` that begins with `name`, without that.
fn word(line: &str, name: &str) -> String {
    let mut words = line.split_whitespace();
    let found = words.find_map(|word| word.strip_prefix(name));
    found
        .unwrap_or_else(|| panic!("no {name} in {line:?}"))
        .to_owned()
}

/// Waits until `child` ends, within [`PATIENCE`].
pub fn wait(child: &mut Child) -> ExitStatus {
    eventually("the process ends", || child.try_wait().expect("a child"))
}

/// The first that `look` sees, within [`PATIENCE`].
///
/// # Panics
/// Nothing came.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Flips a bit in the middle of a file, whatever its permissions.
///
/// # Panics
/// It cannot be read or written.
pub fn flip(path: &Path) {
    let mut bytes = fs::read(path).expect("a file");
    let at = bytes.len() / 2;
    bytes[at] ^= 4;
    fs::remove_file(path).expect("its folder can be written");
    fs::write(path, bytes).expect("its folder can be written");
}

/// `kinfolio` with nothing of this environment that would change what it does.
#[must_use]
pub fn kinfolio() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(BINARY.get_or_init(binary));
    for (name, _) in std::env::vars_os() {
        let shown = name.to_string_lossy();
        let ours = ["KINFOLIO_", "AZURE_", "AWS_"];
        if ours.iter().any(|begins| shown.starts_with(begins)) {
            command.env_remove(&name);
        }
    }
    command.stdin(Stdio::null()).env("XDG_STATE_HOME", state());
    command
}

/// Where these programs note what they must know of a library outside of it: not among the person's
/// own files.
#[must_use]
pub fn state() -> PathBuf {
    std::env::temp_dir().join("kinfolio-tests-state")
}

/// Runs a command to its end.
pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("the command starts");
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The program as built beside this test: `KINFOLIO_BIN`, or built now if it is missing.
fn binary() -> PathBuf {
    if let Some(told) = std::env::var_os("KINFOLIO_BIN") {
        return told.into();
    }
    let test = std::env::current_exe().expect("a running test");
    let built = test
        .ancestors()
        .nth(2)
        .expect("target/debug")
        .join("kinfolio");
    if !built.exists() {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "-p", "kinfolio-cli"])
            .status();
        assert!(
            status.expect("cargo runs").success(),
            "kinfolio does not build"
        );
    }
    built
}
