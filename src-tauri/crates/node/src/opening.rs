//! From a library's folder to a running engine.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use kinfolio_chain::store::Store;
use kinfolio_chain::store::disk::DiskStore;

use crate::LEDGER_FOLDER;
use crate::engine::{Clock, Counts, Engine, Standing};
use crate::error::NodeError;
use crate::heal::{self, Ailment};
use crate::identity;

/// Opens the ledger inside `root`, as another life of its device. One that is damaged is first made
/// anew from what is left of it, if there are others who can give back what is missing.
pub(crate) fn open_or_heal(root: &Path, clock: Clock) -> Result<Engine<DiskStore>, NodeError> {
    heal::finish(root)?;
    match open(root, clock) {
        Err(error) => match Ailment::of(&error) {
            Some(ailment) if identity::exists(root) && heal::heal(root, ailment)? => {
                let mut engine = open(root, clock)?;
                engine.count_on(Counts {
                    healed: 1,
                    ..Counts::default()
                });
                Ok(engine)
            }
            _ => Err(error),
        },
        opened => opened,
    }
}

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
    let mut engine = Engine::open(clock, key, nonce, store, recovered)?;
    if let Some(founding) = engine.store().block(0)? {
        identity::keep_founding(root, &founding)?;
    }
    if *engine.standing() == Standing::Healing {
        engine.trust(&identity::members(root));
        engine.use_attic(clock, heal::attic(root))?;
    }
    Ok(engine)
}

/// The device's clock in milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
