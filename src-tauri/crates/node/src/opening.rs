//! From a library's folder to a running engine.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use kinfolio_chain::store::disk::DiskStore;
use kinfolio_chain::store::{Abstention, Store};

use crate::LEDGER_FOLDER;
use crate::engine::{Clock, Counts, Engine, Standing};
use crate::error::NodeError;
use crate::heal::{self, Ailment};
use crate::identity;
use crate::sentinel::{Past, Sentinel};

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
    let (store, mut recovered) = DiskStore::open(&folder)?;
    let Some(state) = &recovered.state else {
        return Err(missing());
    };
    let height = state.height();
    let reached = identity::reached(root).filter(|reached| *reached > height);
    if let Some(reached) = reached
        && recovered.abstention == Abstention::Over
    {
        let members = state.configuration().len();
        if members.max(identity::members(root).len()) < 2 {
            let path = folder;
            return Err(NodeError::Cut {
                path,
                height,
                reached,
            });
        }
        tracing::error!(
            height,
            reached,
            "the end of the ledger is missing: it was cut"
        );
        recovered.abstention = Abstention::Unknown;
    }
    let nonce = u64::from_le_bytes(identity::random()?);
    let members = identity::members(root);
    let mut engine = Engine::open(clock, key, nonce, store, recovered, &members)?;
    if let Some(founding) = engine.store().block(0)? {
        identity::keep_founding(root, &founding)?;
    }
    if *engine.standing() == Standing::Healing {
        engine.use_attic(clock, heal::attic(root))?;
    } else if members != *engine.circle() && engine.circle().member(engine.me().device).is_some() {
        identity::keep_members(root, engine.circle())?;
    }
    engine.has_seen(identity::seen(root));
    engine.take_up_heard(identity::heard(root));
    if identity::was_removed(root) {
        engine.be_removed();
    }
    if identity::stands_for_vote(root) {
        engine.stand_for_vote();
    }
    Ok(engine)
}

/// Sees to it that a folder that was put back from an earlier time or copied does not vote before the
/// others have said how far they have come, and notes that this is the one that runs now. A command that
/// only looks at it, as another user say, who has no note of it, leaves it as it is (`stays`: whether it
/// is more than that).
pub(crate) fn mind_past(
    root: &Path,
    folder: &Path,
    engine: &mut Engine<DiskStore>,
    stays: bool,
) -> Result<(), NodeError> {
    let (sentinel, past) = Sentinel::look(root, folder, engine.me().device)?;
    if past == Past::Other {
        tracing::error!(
            library = %root.display(),
            "the library's folder is not the one that ran here last: it was put back from an earlier time, copied or moved. This device votes again once more than half of the other voters have been within reach, or, where there are none, once somebody says that it goes on (`kinfolio devices recover`); where the folder that it was copied from is still in use, remove one of the two"
        );
        if !stays {
            engine.abstain_for_now();
            return Ok(());
        }
        engine.forget_votes()?;
    }
    if let Err(error) = sentinel.mark() {
        // Without it the other devices' memory of this one is all there is.
        tracing::warn!(%error, "a folder that is put back or copied later will not be told from a restart");
    }
    Ok(())
}

/// The device's clock in milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
