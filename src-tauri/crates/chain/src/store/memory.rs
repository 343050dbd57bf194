//! A log in memory, for tests and simulations: it forgets what was not synced when it crashes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::apply::ChainState;
use crate::batch::Batch;
use crate::block::Block;
use crate::id::Height;
use crate::store::fault::{Damage, StoreError};
use crate::store::pending::waits;
use crate::store::replay::Replay;
use crate::store::{Record, Recovered, Store};

/// A log that lives as long as the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    records: Vec<Record>,
    synced: usize,
    blocks: BTreeMap<Height, Arc<Block>>,
    replay: Replay,
    pending: Vec<Batch>,
}

impl MemoryStore {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What a crash leaves: the synced records alone.
    ///
    /// # Errors
    /// If the records contradict each other.
    pub fn crash(mut self) -> Result<(Self, Recovered), Damage> {
        self.records.truncate(self.synced);
        let mut store = Self {
            pending: std::mem::take(&mut self.pending),
            ..Self::new()
        };
        for record in self.records {
            store.take(record)?;
        }
        store.synced = store.records.len();
        let recovered = store.replay.known.clone();
        Ok((store, recovered))
    }

    fn take(&mut self, record: Record) -> Result<(), Damage> {
        for decision in self.replay.follow(&record, (0, 0))? {
            self.blocks.insert(decision.block.height(), decision.block);
        }
        self.records.push(record);
        Ok(())
    }
}

impl Store for MemoryStore {
    fn append(&mut self, record: &Record) -> Result<(), StoreError> {
        self.take(record.clone())
            .map_err(|damage| StoreError::Damaged {
                path: "memory".into(),
                offset: self.records.len() as u64,
                damage,
            })
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        self.synced = self.records.len();
        Ok(())
    }

    fn block(&self, height: Height) -> Result<Option<Block>, StoreError> {
        Ok(self.blocks.get(&height).map(|block| Block::clone(block)))
    }

    fn set_aside(&mut self, batches: &[Batch]) -> Result<(), StoreError> {
        self.pending.extend_from_slice(batches);
        Ok(())
    }

    fn settle(&mut self, chain: &ChainState) -> Result<(), StoreError> {
        self.pending.retain(|batch| waits(batch, chain));
        Ok(())
    }

    fn pending(&self) -> &[Batch] {
        &self.pending
    }

    fn seal(&mut self) -> Result<(), StoreError> {
        self.append(&Record::Seal {
            length: self.records.len() as u64,
            checksum: 0,
        })?;
        self.sync()
    }
}
