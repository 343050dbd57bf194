//! `library.toml`: what belongs to this device alone and may be edited by hand.
//! What the household shares lives in the ledger, never here.

use std::net::SocketAddr;
use std::path::Path;

use kinfolio_node::DeviceId;
use serde::Deserialize;

use crate::error::LibraryError;

/// The settings of one device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The household's name when the library was made; the ledger is the authority.
    pub household: String,
    /// This device's name when the library was made; the ledger is the authority.
    pub device: String,
    /// What this device allows itself.
    pub limits: Limits,
    /// Where other devices listen that cannot be found otherwise.
    pub peers: Vec<PeerAddress>,
}

/// Where a device of the household listens.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerAddress {
    /// Its id.
    pub device: DeviceId,
    /// Its addresses, as `192.168.1.7:8788`; tried in this order.
    pub addresses: Vec<SocketAddr>,
}

/// Bounds on memory and work.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Threads that decode pictures during an import; 0: one per core.
    pub import_threads: usize,
    /// Largest file that `POST /files` takes, in bytes.
    pub upload_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            import_threads: 0,
            upload_bytes_max: 64 << 30,
        }
    }
}

impl Settings {
    /// Reads the settings at `path`.
    pub(crate) fn read(path: &Path) -> Result<Self, LibraryError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| LibraryError::io("read", path, source))?;
        Self::parse(&text).map_err(|source| LibraryError::BadSettings {
            path: path.to_path_buf(),
            source: Box::new(source),
        })
    }

    /// The devices whose addresses are given, as the node takes them.
    pub(crate) fn peers(&self) -> impl Iterator<Item = (DeviceId, Vec<SocketAddr>)> + '_ {
        let peers = self.peers.iter();
        peers.map(|peer| (peer.device, peer.addresses.clone()))
    }

    fn parse(text: &str) -> Result<Self, toml_edit::de::Error> {
        toml_edit::de::from_str(text)
    }

    /// The commented file that a new library starts with.
    pub(crate) fn template(household: &str, device: &str) -> String {
        let defaults = Limits::default();
        let quoted = |text: &str| toml_edit::Value::from(text).to_string();
        format!(
            "# Kinfolio: settings of this device. Edit by hand; they are read at the next start.\n\
             # What the household shares (members, tags, …) is in the ledger, not here.\n\
             \n\
             # Names given when this library was made (the ledger holds the binding ones).\n\
             household = {}\n\
             device = {}\n\
             \n\
             [limits]\n\
             # Threads that decode pictures during an import; 0 means one per core.\n\
             import_threads = {}\n\
             # Largest single file that the HTTP API takes, in bytes.\n\
             upload_bytes_max = {}\n\
             \n\
             # Where other devices listen, if they are not found by themselves:\n\
             # [[peers]]\n\
             # device = \"the other device's id\"\n\
             # addresses = [\"192.168.1.7:8788\"]\n",
            quoted(household),
            quoted(device),
            defaults.import_threads,
            defaults.upload_bytes_max,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_reads_back_whatever_the_names_hold() {
        for (household, device) in [("Miller", "Study PC"), ("a\"b\\c\n'", "ü = [x]"), ("", "")] {
            let settings = Settings::parse(&Settings::template(household, device)).unwrap();
            assert_eq!(settings.household, household);
            assert_eq!(settings.device, device);
            assert_eq!(settings.limits, Limits::default());
        }
    }

    #[test]
    fn a_misspelt_setting_is_an_error_that_names_it() {
        let error = Settings::parse("[limits]\nimport_thread = 3\n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("import_thread"), "{error}");
    }
}
