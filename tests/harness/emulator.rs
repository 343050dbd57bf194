//! Services that stand for the clouds: Azurite for Azure Blob Storage, moto for S3. Each listens
//! on a free port of loopback, keeps what it is given in a folder of its own, and ends with the
//! test. Where they are not installed a test fails and says so.

#![expect(
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tempfile::TempDir;
use ureq::Agent;

use crate::library::eventually;

/// Azurite's account, and its key, which is public.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// Which cloud is stood for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// Azure Blob Storage, by Azurite.
    Azure,
    /// S3, by moto.
    S3,
}

/// A service that runs; ended when dropped.
pub struct Emulator {
    cloud: Cloud,
    child: Child,
    /// Its address, as `127.0.0.1:1234`.
    pub address: String,
    said: Arc<Mutex<Vec<String>>>,
    _dir: TempDir,
}

impl Emulator {
    /// Starts the service that stands for `cloud`, with one container, `photos`, in it.
    ///
    /// # Panics
    /// It is not installed, or does not start.
    #[must_use]
    pub fn start(cloud: Cloud) -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        let mut command = match cloud {
            Cloud::Azure => {
                let mut command = installed("azurite-3.35.0/node_modules/.bin/azurite-blob");
                command.args(["--blobPort", "0", "--skipApiVersionCheck"]);
                command.arg("--disableTelemetry");
                command.args([OsStr::new("--location"), dir.path().as_os_str()]);
                command
            }
            Cloud::S3 => {
                let mut command = installed("moto-5.2.5/bin/moto_server");
                command.args(["-H", "127.0.0.1", "-p", "0"]);
                command
            }
        };
        let mut child = command
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let said = Arc::default();
        listen(child.stdout.take().expect("a pipe"), &said);
        listen(child.stderr.take().expect("a pipe"), &said);
        let address = eventually("the emulator says where it listens", || {
            let said = said.lock().unwrap_or_else(PoisonError::into_inner);
            let line = said.iter().find_map(|line| line.split_once("http://"));
            line.map(|(_, address)| address.trim_end_matches('/').to_owned())
        });
        let emulator = Self {
            cloud,
            child,
            address,
            said,
            _dir: dir,
        };
        emulator.make("photos");
        emulator
    }

    /// The address of a bucket in the container `photos`.
    #[must_use]
    pub fn url(&self, prefix: &str) -> String {
        match self.cloud {
            Cloud::Azure => format!("az://photos/{prefix}"),
            Cloud::S3 => format!("s3://photos/{prefix}"),
        }
    }

    /// The variables that lead to it, with credentials that are right.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        let mut variables = self.endpoint();
        variables.extend(named(match self.cloud {
            Cloud::Azure => &[("AZURE_STORAGE_ACCOUNT_KEY", KEY)],
            Cloud::S3 => &[
                ("AWS_ACCESS_KEY_ID", "household"),
                ("AWS_SECRET_ACCESS_KEY", "not checked"),
            ],
        }));
        variables
    }

    /// The same with a key that is none of its account's, and that no message may hold.
    #[must_use]
    pub fn wrong_variables(&self) -> Vec<(String, String)> {
        let mut variables = self.endpoint();
        variables.extend(named(match self.cloud {
            Cloud::Azure => &[("AZURE_STORAGE_ACCOUNT_KEY", "aHVudGVyMmh1bnRlcjI=")],
            Cloud::S3 => &[
                ("AWS_ACCESS_KEY_ID", "hunter2"),
                ("AWS_SECRET_ACCESS_KEY", "hunter2"),
            ],
        }));
        variables
    }

    /// The same with a token of Azure's that has expired.
    #[must_use]
    pub fn expired_variables(&self) -> Vec<(String, String)> {
        let mut variables = self.endpoint();
        let token = token("2020-01-01T00:00:00Z");
        variables.push(("AZURE_STORAGE_SAS_TOKEN".to_owned(), token));
        variables
    }

    /// The requests that it was sent, with that method and a path that contains `path`.
    #[must_use]
    pub fn requests(&self, method: &str, path: &str) -> Vec<String> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let method = format!("\"{method} ");
        let wanted = |line: &&String| line.contains(&method) && line.contains(path);
        said.iter().filter(wanted).cloned().collect()
    }

    /// Makes a container.
    ///
    /// # Panics
    /// It cannot be made.
    pub fn make(&self, container: &str) {
        let address = &self.address;
        let url = match self.cloud {
            Cloud::Azure => format!(
                "http://{address}/{ACCOUNT}/{container}?restype=container&{}",
                token("2099-01-01T00:00:00Z")
            ),
            Cloud::S3 => format!("http://{address}/{container}"),
        };
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let made = agent.put(&url).send_empty().expect("an answer");
        assert!(made.status().is_success(), "{container}: {made:?}");
    }

    fn endpoint(&self) -> Vec<(String, String)> {
        let address = &self.address;
        match self.cloud {
            Cloud::Azure => named(&[
                ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT),
                (
                    "AZURE_STORAGE_ENDPOINT",
                    &format!("http://{address}/{ACCOUNT}"),
                ),
                ("AZURE_ALLOW_HTTP", "true"),
            ]),
            Cloud::S3 => named(&[
                ("AWS_ENDPOINT", &format!("http://{address}")),
                ("AWS_ALLOW_HTTP", "true"),
                ("AWS_REGION", "us-east-1"),
            ]),
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn named(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    variables.iter().map(owned).collect()
}

/// Keeps what a service says.
fn listen(from: impl Read + Send + 'static, said: &Arc<Mutex<Vec<String>>>) {
    let said = said.clone();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            said.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(line);
        }
    });
}

/// A program among the tools that `scripts/install test` puts into the cache.
fn installed(tool: &str) -> Command {
    let cache = env::var_os("KINFOLIO_CACHE").map(PathBuf::from);
    let cache = cache.or_else(|| {
        let user = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let user = user.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache")));
        Some(user?.join("kinfolio"))
    });
    let path = cache.unwrap_or_default().join("tools").join(tool);
    assert!(
        path.exists(),
        "{} is missing: `scripts/install test` installs it",
        path.display()
    );
    Command::new(path)
}

/// A shared access signature for the whole account, good until `expires`. Microsoft, "Create an
/// account SAS", the form of version 2020-12-06.
fn token(expires: &str) -> String {
    let version = "2021-12-02";
    let signed = format!("{ACCOUNT}\nrwdlac\nb\nsco\n\n{expires}\n\n\n{version}\n\n");
    let key = STANDARD.decode(KEY).expect("base64");
    let mut hmac = Hmac::<Sha256>::new_from_slice(&key).expect("any length will do");
    hmac.update(signed.as_bytes());
    let signature = STANDARD.encode(hmac.finalize().into_bytes());
    let signature = signature
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let expires = expires.replace(':', "%3A");
    format!("sv={version}&ss=b&srt=sco&sp=rwdlac&se={expires}&sig={signature}")
}
