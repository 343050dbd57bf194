//! Which block may follow, and what the chain is after it. Pure: the same blocks give the
//! same [`ChainState`] on every device.

use std::collections::BTreeMap;

use crate::batch::{BATCH_EDITS_MAX, Batch, Line};
use crate::block::{Block, edits_root};
use crate::config::{Configuration, NAME_BYTES_MAX};
use crate::edit::{EditId, Founding, Payload, decode_owner, encode_owner};
use crate::id::{
    BlockHash, ConfigHash, DeviceId, EpochId, Height, HouseholdId, Incarnation, Owner,
};
use crate::wire::{Reader, WireError, Writer};

/// Why a block may not follow the tip.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It does not stand right above the tip.
    #[error("it stands at height {got}, the next height is {expected}")]
    Height {
        /// The next height.
        expected: Height,
        /// The block's.
        got: Height,
    },
    /// Its parent is another block.
    #[error("its parent is {got}, the block below is {expected}")]
    Parent {
        /// The tip.
        expected: BlockHash,
        /// The block's parent.
        got: BlockHash,
    },
    /// It was made for other members.
    #[error("it was agreed by the members {got}, the members in force are {expected}")]
    Members {
        /// The configuration in force.
        expected: ConfigHash,
        /// The block's.
        got: ConfigHash,
    },
    /// Its edits are not those that its header vouches for.
    #[error("its edits do not give the Merkle root of its header")]
    EditsRoot,
    /// Its header counts other edits.
    #[error("its header counts {claimed} edits, {found} are there")]
    EditCount {
        /// What the header says.
        claimed: u64,
        /// What is there.
        found: u64,
    },
    /// It does not begin the chain as a founding block must.
    #[error("the founding block must hold exactly one founding edit by one of its own voters")]
    NotFounding,
    /// It founds a household inside another one.
    #[error("edit {edit} founds a household, which only the first block does")]
    FoundingAgain {
        /// The edit.
        edit: EditId,
    },
    /// An author who is not a member.
    #[error("device {device} wrote edits but is no member")]
    Stranger {
        /// The author.
        device: DeviceId,
    },
    /// A signature that does not hold.
    #[error("the signature of device {device} on the edits from {seq} on does not hold")]
    Signature {
        /// The author.
        device: DeviceId,
        /// The first sequence number of the batch.
        seq: u64,
    },
    /// Edits that the chain already has.
    #[error("edit {edit} stands in the chain already")]
    Duplicate {
        /// The first of them.
        edit: EditId,
    },
    /// Edits whose predecessors are missing.
    #[error("edit {edit} came before edit {expected} of the same author")]
    Gap {
        /// The first edit of the batch.
        edit: EditId,
        /// The sequence number that had to come.
        expected: u64,
    },
    /// An author who claims to have seen the future.
    #[error("edit {edit} says that its author had seen height {base}, which is not below it")]
    Base {
        /// The first edit of the batch.
        edit: EditId,
        /// The claimed base.
        base: Height,
    },
    /// An empty or overlong batch.
    #[error("a batch of {edits} edits by {device} is outside 1 to {max}")]
    BatchSize {
        /// The author.
        device: DeviceId,
        /// How many edits.
        edits: usize,
        /// The limit.
        max: usize,
    },
}

/// The next sequence number of each life of each author: what makes an edit apply once.
type Authors = BTreeMap<DeviceId, BTreeMap<Incarnation, u64>>;

/// What a chain amounts to at its tip, as far as the chain itself is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainState {
    household: String,
    line: Line,
    configuration: Configuration,
    config_hash: ConfigHash,
    height: Height,
    tip: BlockHash,
    next_owner: Owner,
    edits: u64,
    authors: Authors,
}

impl ChainState {
    /// The state after the founding block.
    ///
    /// # Errors
    /// If the block does not found a household, or does so wrongly.
    pub fn found(block: &Block) -> Result<Self, Refusal> {
        let founding = founding_of(block)?;
        let line = founding_line(founding);
        let configuration = Configuration::new(founding.members.iter().cloned());
        let config_hash = configuration.hash();
        let mut state = Self {
            household: founding.household.clone(),
            line,
            configuration,
            config_hash,
            height: 0,
            tip: BlockHash::NONE,
            next_owner: block.header().next_owner,
            edits: 0,
            authors: Authors::new(),
        };
        state.check_contents(block)?;
        let voter = state
            .configuration
            .voters()
            .any(|id| id == block.header().proposer.device);
        if !voter || block.header().prev != BlockHash::NONE {
            return Err(Refusal::NotFounding);
        }
        state.adopt(block);
        Ok(state)
    }

    /// Whether `block` may follow the tip.
    ///
    /// # Errors
    /// The first reason why it may not.
    pub fn check(&self, block: &Block) -> Result<(), Refusal> {
        self.check_place(block)?;
        self.check_contents(block)?;
        let founding = block
            .edits()
            .find(|edit| matches!(edit.payload, Payload::Founding(_)));
        match founding {
            Some(edit) => Err(Refusal::FoundingAgain { edit: edit.id }),
            None => Ok(()),
        }
    }

    /// Moves to `block`.
    ///
    /// # Errors
    /// As [`ChainState::check`]; the state is then unchanged.
    pub fn apply(&mut self, block: &Block) -> Result<(), Refusal> {
        self.check(block)?;
        self.adopt(block);
        Ok(())
    }

    /// Moves to a block that was checked before: only its place in the chain is looked at.
    ///
    /// # Errors
    /// [`Refusal::Height`] or [`Refusal::Parent`]; the state is then unchanged.
    pub fn follow(&mut self, block: &Block) -> Result<(), Refusal> {
        self.check_place(block)?;
        self.adopt(block);
        Ok(())
    }

    /// Whether the chain holds this batch already, or still waits for what comes before it.
    ///
    /// # Errors
    /// [`Refusal::Duplicate`] or [`Refusal::Gap`].
    pub fn check_order(&self, batch: &Batch) -> Result<(), Refusal> {
        let Owner {
            device,
            incarnation,
        } = batch.author;
        check_seq(batch, self.next_seq(device, incarnation))
    }

    /// What the household is called.
    #[must_use]
    pub fn household(&self) -> &str {
        &self.household
    }

    /// The household and epoch that signatures belong to.
    #[must_use]
    pub fn line(&self) -> Line {
        self.line
    }

    /// The members in force above the tip.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Their hash.
    #[must_use]
    pub fn config_hash(&self) -> ConfigHash {
        self.config_hash
    }

    /// Height of the tip.
    #[must_use]
    pub fn height(&self) -> Height {
        self.height
    }

    /// Hash of the tip.
    #[must_use]
    pub fn tip(&self) -> BlockHash {
        self.tip
    }

    /// To whom round 0 of the next height belongs.
    #[must_use]
    pub fn next_owner(&self) -> Owner {
        self.next_owner
    }

    /// How many edits the chain holds.
    #[must_use]
    pub fn edits(&self) -> u64 {
        self.edits
    }

    /// The sequence number that this author's next edit must have.
    #[must_use]
    pub fn next_seq(&self, device: DeviceId, incarnation: Incarnation) -> u64 {
        let lives = self.authors.get(&device);
        lives
            .and_then(|lives| lives.get(&incarnation))
            .copied()
            .unwrap_or(0)
    }

    fn check_place(&self, block: &Block) -> Result<(), Refusal> {
        let header = block.header();
        let expected = self.height + 1;
        if header.height != expected {
            return Err(Refusal::Height {
                expected,
                got: header.height,
            });
        }
        if header.prev != self.tip {
            return Err(Refusal::Parent {
                expected: self.tip,
                got: header.prev,
            });
        }
        Ok(())
    }

    fn check_contents(&self, block: &Block) -> Result<(), Refusal> {
        let header = block.header();
        if header.config_hash != self.config_hash {
            let (expected, got) = (self.config_hash, header.config_hash);
            return Err(Refusal::Members { expected, got });
        }
        let found: u64 = block
            .batches()
            .iter()
            .map(|batch| batch.payloads.len() as u64)
            .sum();
        if found != block.edit_count() {
            return Err(Refusal::EditCount {
                claimed: block.edit_count(),
                found,
            });
        }
        let leaves: Vec<_> = block.batches().iter().map(Batch::leaves).collect();
        if edits_root(leaves.iter().flatten().copied()) != header.edits_root {
            return Err(Refusal::EditsRoot);
        }
        let mut next = BTreeMap::new();
        for (batch, leaves) in block.batches().iter().zip(&leaves) {
            let Owner {
                device,
                incarnation,
            } = batch.author;
            let next = next
                .entry(batch.author)
                .or_insert_with(|| self.next_seq(device, incarnation));
            check_seq(batch, *next)?;
            *next = batch.next_seq();
            self.check_batch(header.height, batch, leaves)?;
        }
        Ok(())
    }

    fn check_batch(
        &self,
        height: Height,
        batch: &Batch,
        leaves: &[[u8; 32]],
    ) -> Result<(), Refusal> {
        let device = batch.author.device;
        let edits = batch.payloads.len();
        if edits == 0 || edits > BATCH_EDITS_MAX {
            return Err(Refusal::BatchSize {
                device,
                edits,
                max: BATCH_EDITS_MAX,
            });
        }
        if batch.base >= height.max(1) {
            return Err(Refusal::Base {
                edit: first_edit(batch),
                base: batch.base,
            });
        }
        let Some(member) = self.configuration.member(device) else {
            return Err(Refusal::Stranger { device });
        };
        if !batch.is_signed_by(&member.key, self.line, leaves) {
            return Err(Refusal::Signature {
                device,
                seq: batch.first_seq,
            });
        }
        Ok(())
    }

    fn adopt(&mut self, block: &Block) {
        self.height = block.height();
        self.tip = block.hash();
        self.next_owner = block.header().next_owner;
        self.edits += block.edit_count();
        for batch in block.batches() {
            let Owner {
                device,
                incarnation,
            } = batch.author;
            self.authors
                .entry(device)
                .or_default()
                .insert(incarnation, batch.next_seq());
        }
    }

    /// Writes the canonical form, for a snapshot.
    pub fn encode(&self, to: &mut Writer) {
        to.blob(self.household.as_bytes());
        to.raw(&self.line.household.0);
        to.raw(&self.line.epoch.0);
        self.configuration.encode(to);
        to.u64(self.height);
        to.raw(&self.tip.0);
        encode_owner(&self.next_owner, to);
        to.u64(self.edits);
        to.len(self.authors.values().map(BTreeMap::len).sum());
        for (&device, lives) in &self.authors {
            for (&incarnation, &next_seq) in lives {
                encode_owner(
                    &Owner {
                        device,
                        incarnation,
                    },
                    to,
                );
                to.u64(next_seq);
            }
        }
    }

    /// Reads the canonical form.
    ///
    /// # Errors
    /// If the bytes are not a snapshot.
    pub fn decode(from: &mut Reader) -> Result<Self, WireError> {
        let household = from.text("the household's name", NAME_BYTES_MAX)?;
        let line = Line {
            household: HouseholdId(from.raw("the household's id")?),
            epoch: EpochId(from.raw("the epoch")?),
        };
        let configuration = Configuration::decode(from)?;
        let height = from.u64("the height")?;
        let tip = BlockHash(from.raw("the tip")?);
        let next_owner = decode_owner(from)?;
        let edits = from.u64("the number of edits")?;
        let mut authors = Authors::new();
        for _ in 0..from.len("the list of authors", u32::MAX as usize, 40)? {
            let Owner {
                device,
                incarnation,
            } = decode_owner(from)?;
            let next_seq = from.u64("a sequence number")?;
            authors
                .entry(device)
                .or_default()
                .insert(incarnation, next_seq);
        }
        let config_hash = configuration.hash();
        Ok(Self {
            household,
            line,
            configuration,
            config_hash,
            height,
            tip,
            next_owner,
            edits,
            authors,
        })
    }
}

/// The line of history that a founding edit begins.
#[must_use]
pub fn founding_line(founding: &Founding) -> Line {
    let household = founding.id();
    Line {
        household,
        epoch: EpochId(household.0),
    }
}

fn founding_of(block: &Block) -> Result<&Founding, Refusal> {
    if block.height() != 0 {
        return Err(Refusal::Height {
            expected: 0,
            got: block.height(),
        });
    }
    match block.batches() {
        [batch] => match batch.payloads.as_slice() {
            [Payload::Founding(founding)] => Ok(founding),
            _ => Err(Refusal::NotFounding),
        },
        _ => Err(Refusal::NotFounding),
    }
}

fn first_edit(batch: &Batch) -> EditId {
    let Owner {
        device,
        incarnation,
    } = batch.author;
    EditId {
        device,
        incarnation,
        seq: batch.first_seq,
    }
}

fn check_seq(batch: &Batch, expected: u64) -> Result<(), Refusal> {
    match batch.first_seq.cmp(&expected) {
        std::cmp::Ordering::Less => Err(Refusal::Duplicate {
            edit: first_edit(batch),
        }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Refusal::Gap {
            edit: first_edit(batch),
            expected,
        }),
    }
}
