//! A household's ledger, made anew from blocks that lay outside its devices, for a device that has
//! nothing but them and the recovery key.
//!
//! Each block is checked like one that another device gave: hashes, signatures, links, members. The
//! ledger appears whole or not at all; no block is added.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kinfolio_chain::store::disk::{BlockReader, DiskStore};
use kinfolio_chain::store::{Record, Store};
use kinfolio_chain::{
    Block, ChainState, Configuration, Height, HouseholdId, Member, RecoveryKey, Role,
};

use crate::error::NodeError;
use crate::founding::{appear, begin_draft, check_name, refuse_existing};
use crate::identity;
use crate::published::Tip;

/// A ledger that is being made anew.
pub struct Restoring {
    root: PathBuf,
    recovery: RecoveryKey,
    store: DiskStore,
    founded: Option<(Arc<Block>, ChainState)>,
}

/// What a ledger that is being made anew holds by now, for other threads.
#[derive(Clone)]
pub struct Taken(BlockReader);

/// A ledger that was made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The household's name.
    pub household: String,
    /// The end of the chain.
    pub tip: Tip,
}

impl Restoring {
    /// Begins in the folder `root`, for the household of which this is the recovery key. What an
    /// earlier one left there that did not end is removed.
    ///
    /// # Errors
    /// If there is a ledger already, or the file system refuses.
    pub fn begin(root: &Path, recovery: RecoveryKey) -> Result<Self, NodeError> {
        refuse_existing(root)?;
        Ok(Self {
            root: root.to_path_buf(),
            recovery,
            store: begin_draft(root)?,
            founded: None,
        })
    }

    /// The height of the next block.
    #[must_use]
    pub fn next(&self) -> Height {
        self.founded
            .as_ref()
            .map_or(0, |(_, state)| state.height() + 1)
    }

    /// Whose ledger it is, once the founding block is there.
    #[must_use]
    pub fn household(&self) -> Option<HouseholdId> {
        let founded = self.founded.as_ref();
        founded.map(|(_, state)| state.line().household)
    }

    /// What was taken in, now and from now on.
    #[must_use]
    pub fn taken(&self) -> Taken {
        Taken(self.store.reader())
    }

    /// Takes in the next block.
    ///
    /// # Errors
    /// [`NodeError::Unfit`], if it does not fit; [`NodeError::OtherRecoveryKey`], if it founds a
    /// household with another recovery key; or the ledger cannot be written.
    pub fn take(&mut self, block: &Arc<Block>) -> Result<(), NodeError> {
        let unfit = |refusal| NodeError::Unfit {
            height: block.height(),
            refusal,
        };
        match &mut self.founded {
            Some((_, state)) => {
                state.apply(block).map_err(unfit)?;
            }
            None => {
                let state = founded_with(&self.recovery, block)?;
                self.founded = Some((Arc::clone(block), state));
            }
        }
        self.store.append(&Record::Learned(Arc::clone(block)))?;
        Ok(())
    }

    /// Whether the household that `block` founds is that of this recovery key, before anything is made.
    ///
    /// # Errors
    /// As [`Restoring::take`].
    pub fn check_key(recovery: &RecoveryKey, block: &Block) -> Result<(), NodeError> {
        founded_with(recovery, block).map(drop)
    }

    /// Makes this folder that of a new device, called `device`, which holds the ledger and does not
    /// belong to the household yet.
    ///
    /// # Errors
    /// If no block came, the name is unfit, or the file system refuses.
    pub fn finish(mut self, device: &str) -> Result<Restored, NodeError> {
        check_name("device's name", device)?;
        let (founding, state) = self.founded.ok_or(NodeError::NoChain)?;
        let root = &self.root;
        let key = match identity::exists(root) {
            true => identity::load(root)?,
            false => identity::create(root)?,
        };
        let me = Member::new(device.to_owned(), key.verifying_key(), Role::Observer);
        let members = state.configuration().members().cloned();
        let members = Configuration::new(members.chain([me]));
        identity::keep_founding(root, &founding)?;
        identity::keep_recovery_key(root, &self.recovery)?;
        identity::keep_members(root, &members)?;
        identity::keep_reached(root, state.height())?;
        identity::mark_restored(root)?;
        self.store.seal()?;
        appear(root)?;
        Ok(Restored {
            household: state.household().to_owned(),
            tip: Tip {
                height: state.height(),
                hash: state.tip(),
            },
        })
    }
}

impl Taken {
    /// At most `limit` blocks from `from` on.
    ///
    /// # Errors
    /// A block cannot be read, or is not what was written.
    pub fn blocks(&self, from: Height, limit: usize) -> Result<Vec<Block>, NodeError> {
        let blocks = (from..).take(limit).map(|height| {
            let read = self.0.block(height);
            read.map_err(|error| NodeError::Unreadable {
                height,
                detail: error.to_string(),
            })
        });
        blocks.map_while(Result::transpose).collect()
    }
}

/// The household that `block` founds, if this is its recovery key.
fn founded_with(recovery: &RecoveryKey, block: &Block) -> Result<ChainState, NodeError> {
    let height = block.height();
    let state = ChainState::found(block);
    let state = state.map_err(|refusal| NodeError::Unfit { height, refusal })?;
    if *state.recovery_key() != recovery.public_key() {
        let household = state.household().to_owned();
        return Err(NodeError::OtherRecoveryKey { household });
    }
    Ok(state)
}
