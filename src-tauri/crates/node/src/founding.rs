//! The first block of a household.

use std::path::Path;
use std::sync::Arc;

use kinfolio_chain::apply::founding_line;
use kinfolio_chain::block::Draft;
use kinfolio_chain::config::NAME_BYTES_MAX;
use kinfolio_chain::store::disk::DiskStore;
use kinfolio_chain::store::{Ballot, Record, Store};
use kinfolio_chain::{
    Batch, Block, BlockHash, Configuration, Founding, Incarnation, Member, Owner, Payload, Role,
};

use crate::LEDGER_FOLDER;
use crate::engine::now_ms;
use crate::error::{NodeError, io};
use crate::identity;

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

    /// As [`Founder::found`], with more members than this device.
    pub(crate) fn found_with(&self, root: &Path, others: &[Member]) -> Result<(), NodeError> {
        check_name("household's name", &self.household)?;
        check_name("device's name", &self.device)?;
        let ledger = root.join(LEDGER_FOLDER);
        if ledger.exists() {
            return Err(NodeError::Exists {
                path: root.to_path_buf(),
            });
        }
        let key = identity::create(root)?;
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
            members,
        };
        let draft = Draft {
            height: 0,
            prev: BlockHash::NONE,
            config_hash: Configuration::new(founding.members.iter().cloned()).hash(),
            timestamp_ms: now_ms(),
            proposer: owner,
            next_owner: owner,
        };
        let line = founding_line(&founding);
        let payloads = vec![Payload::Founding(founding)];
        let block = Block::build(draft, vec![Batch::sign(&key, line, owner, 0, 0, payloads)]);
        write(root, owner, block)
    }
}

fn write(root: &Path, owner: Owner, block: Block) -> Result<(), NodeError> {
    let draft = root.join("ledger.new");
    if draft.exists() {
        std::fs::remove_dir_all(&draft).map_err(io("could not remove", &draft))?;
    }
    let mut store = DiskStore::create(&draft)?;
    let (height, hash) = (block.height(), block.hash());
    store.append(&Record::Incarnation(owner.incarnation))?;
    let ballot = Ballot {
        round: 0,
        proposer: owner,
    };
    store.append(&Record::Accepted {
        ballot,
        block: Arc::new(block),
    })?;
    store.append(&Record::Decided { height, hash })?;
    store.seal()?;
    let ledger = root.join(LEDGER_FOLDER);
    std::fs::rename(&draft, &ledger).map_err(io("could not make", &ledger))?;
    identity::sync_folder(root)
}

fn check_name(what: &'static str, name: &str) -> Result<(), NodeError> {
    let fits = !name.trim().is_empty() && name.len() <= NAME_BYTES_MAX;
    if fits && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(NodeError::Name {
        what,
        max: NAME_BYTES_MAX,
    })
}
