//! The first block of a household.

use std::path::Path;
use std::sync::Arc;

use kinfolio_chain::apply::founding_block;
use kinfolio_chain::config::{NAME_BYTES_MAX, is_legible};
use kinfolio_chain::store::disk::DiskStore;
use kinfolio_chain::store::{Ballot, Record, Store};
use kinfolio_chain::{Block, Founding, Incarnation, Member, Owner, RecoveryKey, Role};

use crate::LEDGER_FOLDER;
use crate::error::{NodeError, io};
use crate::identity;
use crate::opening::now_ms;

/// Where a ledger is made before it is one.
const DRAFT_FOLDER: &str = "ledger.new";

/// What a new household is called, and its first device.
#[derive(Clone, Debug)]
pub struct Founder {
    /// The household's name.
    pub household: String,
    /// The device's name.
    pub device: String,
}

impl Founder {
    /// Makes the key and the ledger of a new household inside the folder `root`.
    ///
    /// The ledger appears whole or not at all.
    ///
    /// # Errors
    /// If there is a ledger already, a name is unfit, or the file system refuses.
    pub fn found(&self, root: &Path) -> Result<(), NodeError> {
        self.found_with(root, &[])
    }

    /// Makes a household of several devices at once, each in a folder of its own: for
    /// measurements and tests, where all of them are this machine.
    ///
    /// # Errors
    /// As [`Founder::found`].
    pub fn found_together(&self, first: &Path, others: &[&Path]) -> Result<(), NodeError> {
        let mut members = Vec::new();
        let recovery = identity::new_recovery_key()?;
        for (n, root) in (2..).zip(others) {
            refuse_existing(root)?;
            let key = identity::create(root)?.verifying_key();
            let name = format!("{} {n}", self.device);
            members.push(Member::new(name, key, Role::Voter));
        }
        let block = self.found_block(first, &members, &recovery)?;
        for root in others {
            identity::keep_recovery_key(root, &recovery)?;
            identity::keep_founding(root, &block)?;
            write(root, &[Record::Learned(Arc::clone(&block))])?;
        }
        write_founded(first, &block)
    }

    /// As [`Founder::found`], with more members than this device.
    pub(crate) fn found_with(&self, root: &Path, others: &[Member]) -> Result<(), NodeError> {
        let block = self.found_block(root, others, &identity::new_recovery_key()?)?;
        write_founded(root, &block)
    }

    /// Makes this device's key, and a block signed with it; keeps the recovery key.
    fn found_block(
        &self,
        root: &Path,
        others: &[Member],
        recovery: &RecoveryKey,
    ) -> Result<Arc<Block>, NodeError> {
        check_name("household's name", &self.household)?;
        check_name("device's name", &self.device)?;
        refuse_existing(root)?;
        let key = identity::create(root)?;
        identity::keep_recovery_key(root, recovery)?;
        let me = Member::new(self.device.clone(), key.verifying_key(), Role::Voter);
        let nonce = u64::from_le_bytes(identity::random()?);
        let owner = Owner {
            device: me.id,
            incarnation: Incarnation { counter: 1, nonce },
        };
        let members = std::iter::once(me).chain(others.iter().cloned()).collect();
        let founding = Founding {
            household: self.household.clone(),
            nonce: identity::random()?,
            recovery: recovery.public_key(),
            members,
        };
        Ok(Arc::new(founding_block(&key, owner, now_ms(), founding)))
    }
}

/// The log of the device that founds: it voted for the block, alone.
fn write_founded(root: &Path, block: &Arc<Block>) -> Result<(), NodeError> {
    let (height, hash) = (block.height(), block.hash());
    let owner = block.header().proposer;
    let ballot = Ballot {
        round: 0,
        proposer: owner,
    };
    let block = Arc::clone(block);
    identity::keep_founding(root, &block)?;
    write(
        root,
        &[
            Record::Incarnation(owner.incarnation),
            Record::Accepted { ballot, block },
            Record::Decided { height, hash },
        ],
    )
}

pub(crate) fn write(root: &Path, records: &[Record]) -> Result<(), NodeError> {
    let mut store = begin_draft(root)?;
    for record in records {
        store.append(record)?;
    }
    store.seal()?;
    appear(root)
}

/// A log that is no ledger yet, in the place of one that did not become one.
pub(crate) fn begin_draft(root: &Path) -> Result<DiskStore, NodeError> {
    let draft = root.join(DRAFT_FOLDER);
    if draft.exists() {
        std::fs::remove_dir_all(&draft).map_err(io("could not remove", &draft))?;
    }
    Ok(DiskStore::create(&draft)?)
}

/// Makes the log, which is sealed, the ledger.
pub(crate) fn appear(root: &Path) -> Result<(), NodeError> {
    let ledger = root.join(LEDGER_FOLDER);
    let appeared = std::fs::rename(root.join(DRAFT_FOLDER), &ledger);
    appeared.map_err(io("could not make", &ledger))?;
    identity::sync_folder(root)
}

pub(crate) fn refuse_existing(root: &Path) -> Result<(), NodeError> {
    match root.join(LEDGER_FOLDER).exists() {
        true => Err(NodeError::Exists {
            path: root.to_path_buf(),
        }),
        false => Ok(()),
    }
}

pub(crate) fn check_name(what: &'static str, name: &str) -> Result<(), NodeError> {
    if name.len() <= NAME_BYTES_MAX && is_legible(name) {
        return Ok(());
    }
    Err(NodeError::Name {
        what,
        max: NAME_BYTES_MAX,
    })
}
