//! From a library's folder to a running engine.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use kinfolio_chain::store::disk::DiskStore;

use crate::LEDGER_FOLDER;
use crate::engine::{Clock, Engine};
use crate::error::NodeError;
use crate::identity;

/// Opens the ledger inside `root`, as another life of its device.
pub(crate) fn open(root: &Path, clock: Clock) -> Result<Engine<DiskStore>, NodeError> {
    let folder = root.join(LEDGER_FOLDER);
    let missing = || NodeError::NoLedger {
        path: root.to_path_buf(),
    };
    if !folder.is_dir() {
        return Err(missing());
    }
    let key = identity::load(root)?;
    let (store, recovered) = DiskStore::open(&folder)?;
    if recovered.state.is_none() {
        return Err(missing());
    }
    let nonce = u64::from_le_bytes(identity::random()?);
    Engine::open(clock, key, nonce, store, recovered)
}

/// The device's clock in milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
