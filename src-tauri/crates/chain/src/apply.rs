//! Which block may follow, and what the chain is after it. Pure: the same blocks give the
//! same [`ChainState`] on every device.

mod checkpoint;
mod epoch;
mod founding;
mod inspection;
mod membership;
mod refusal;
mod snapshot;
mod tasks;

use std::collections::{BTreeMap, BTreeSet};
use std::slice;

use ed25519_dalek::VerifyingKey;

use crate::batch::{BATCH_EDITS_MAX, Batch, Line};
use crate::block::{Block, epoch_of};
use crate::config::Configuration;
use crate::edit::{EditId, Founding, Payload};
use crate::history::History;
use crate::id::{
    BlockHash, ConfigHash, DeviceId, Height, HistoryRoot, Incarnation, InvitationId, Owner,
    StateRoot,
};
use crate::merkle;

pub use checkpoint::CHECKPOINT_EVERY;
pub use epoch::{Begun, EPOCHS_MAX};
pub use founding::{founding_block, founding_line};
pub(crate) use inspection::{Inspection, KeyRing};
pub use membership::Void;
pub use refusal::Refusal;
pub use tasks::{CLAIMS_MAX, DONE_MAX, Holding, Judgement, Judgements, TaskState, Tasks};

/// The next sequence number of each life of each author: what makes an edit apply once.
type Authors = BTreeMap<DeviceId, BTreeMap<Incarnation, u64>>;

/// What a chain amounts to at its tip, as far as the chain itself is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainState {
    household: String,
    line: Line,
    recovery: VerifyingKey,
    /// All that led here, the present one last.
    lines: Vec<Begun>,
    configuration: Configuration,
    config_hash: ConfigHash,
    /// Devices that were members once; their ids never come back.
    removed: BTreeSet<DeviceId>,
    /// Those that devices came in with.
    invitations: BTreeSet<InvitationId>,
    height: Height,
    tip: BlockHash,
    history: History,
    next_owner: Owner,
    edits: u64,
    authors: Authors,
    tasks: Tasks,
    /// What of all this the next block carries.
    state_root_next: Option<StateRoot>,
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
            recovery: founding.recovery,
            lines: vec![Begun {
                epoch: line.epoch,
                fork: 0,
            }],
            configuration,
            config_hash,
            removed: BTreeSet::new(),
            invitations: BTreeSet::new(),
            height: 0,
            tip: BlockHash::NONE,
            history: History::new(),
            next_owner: block.header().next_owner,
            edits: 0,
            authors: Authors::new(),
            tasks: Tasks::default(),
            state_root_next: None,
        };
        state.check_contents(block, &Inspection::of(block), &|_| false)?;
        let header = block.header();
        let voter = state
            .configuration
            .voters()
            .any(|id| id == header.proposer.device);
        let first = header.prev == BlockHash::NONE && header.history_root == HistoryRoot::EMPTY;
        if !voter || !first {
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
        self.check_knowing(block, &|_| false)
    }

    /// As [`ChainState::check`], without checking the signatures of batches that are `known`:
    /// those of which [`ChainState::check_batch_alone`] let the very same bytes pass.
    ///
    /// # Errors
    /// As [`ChainState::check`].
    pub fn check_knowing(
        &self,
        block: &Block,
        known: &dyn Fn(&Batch) -> bool,
    ) -> Result<(), Refusal> {
        self.check_place(block)?;
        self.check_inside(block, &Inspection::of(block), known)
    }

    /// Whether the author of `batch` is a member, and signed it: what can be said of a batch
    /// before it stands in a block.
    ///
    /// # Errors
    /// [`Refusal::BatchSize`], [`Refusal::Stranger`] or [`Refusal::Signature`].
    pub fn check_batch_alone(&self, batch: &Batch) -> Result<(), Refusal> {
        check_size(batch)?;
        let begins = |payload: &Payload| matches!(payload, Payload::Epoch(_));
        if batch.payloads.iter().any(begins) {
            return Err(Refusal::EpochNotAlone);
        }
        self.check_author(batch, |key, line| {
            batch.is_signed_by(key, line, &merkle::root(&batch.leaves()))
        })
    }

    /// Moves to `block`; says what became of its task edits.
    ///
    /// # Errors
    /// As [`ChainState::check`]; the state is then unchanged.
    pub fn apply(&mut self, block: &Block) -> Result<Judgements, Refusal> {
        self.check(block)?;
        Ok(self.adopt(block))
    }

    /// As [`ChainState::apply`], with the hashing and the signatures done before.
    pub(crate) fn apply_inspected(
        &mut self,
        block: &Block,
        inspection: &Inspection,
    ) -> Result<Judgements, Refusal> {
        self.check_place(block)?;
        self.check_inside(block, inspection, &|_| false)?;
        Ok(self.adopt(block))
    }

    /// Moves to a block that was checked before: only its place in the chain is looked at. Says
    /// what became of its task edits.
    ///
    /// # Errors
    /// [`Refusal::Height`], [`Refusal::Parent`] or [`Refusal::History`]; the state is then
    /// unchanged.
    pub fn follow(&mut self, block: &Block) -> Result<Judgements, Refusal> {
        self.check_place(block)?;
        Ok(self.adopt(block))
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

    /// The public half of the household's recovery key.
    #[must_use]
    pub fn recovery_key(&self) -> &VerifyingKey {
        &self.recovery
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

    /// Whether this device was a member and is none for ever.
    #[must_use]
    pub fn is_removed(&self, device: DeviceId) -> bool {
        self.removed.contains(&device)
    }

    /// All devices that were members and are none for ever.
    pub fn removed(&self) -> impl Iterator<Item = DeviceId> {
        self.removed.iter().copied()
    }

    /// Hash of the tip.
    #[must_use]
    pub fn tip(&self) -> BlockHash {
        self.tip
    }

    /// The root over all blocks up to the tip, which the next block carries.
    #[must_use]
    pub fn history_root(&self) -> HistoryRoot {
        self.history.root()
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

    /// Who does which task at the tip.
    #[must_use]
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
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

    /// The latest life in which this device has written anything.
    #[must_use]
    pub fn last_life(&self, device: DeviceId) -> Option<Incarnation> {
        let lives = self.authors.get(&device)?;
        lives.last_key_value().map(|(&life, _)| life)
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
        let expected = self.history_root();
        if header.history_root != expected {
            return Err(Refusal::History {
                expected,
                got: header.history_root,
            });
        }
        Ok(())
    }

    /// All but the place of a block that is not the founding one.
    fn check_inside(
        &self,
        block: &Block,
        inspection: &Inspection,
        known: &dyn Fn(&Batch) -> bool,
    ) -> Result<(), Refusal> {
        self.check_contents(block, inspection, known)?;
        for batch in block.batches() {
            let founding = |payload: &Payload| matches!(payload, Payload::Founding(_));
            if let Some(index) = batch.payloads.iter().position(founding) {
                let edit = batch.id_at(index);
                return Err(Refusal::FoundingAgain { edit });
            }
        }
        Ok(())
    }

    fn check_contents(
        &self,
        block: &Block,
        inspection: &Inspection,
        known: &dyn Fn(&Batch) -> bool,
    ) -> Result<(), Refusal> {
        let header = block.header();
        if header.config_hash != self.config_hash {
            let (expected, got) = (self.config_hash, header.config_hash);
            return Err(Refusal::Members { expected, got });
        }
        self.check_state_root(header)?;
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
        if inspection.edits_root != header.edits_root {
            return Err(Refusal::EditsRoot);
        }
        let mut next = BTreeMap::new();
        for (batch, inspected) in block.batches().iter().zip(&inspection.batches) {
            let Owner {
                device,
                incarnation,
            } = batch.author;
            if epoch_of(slice::from_ref(batch)).is_none() {
                let next = next
                    .entry(batch.author)
                    .or_insert_with(|| self.next_seq(device, incarnation));
                check_seq(batch, *next)?;
                *next = batch.next_seq();
            }
            check_size(batch)?;
            check_base(header.height, batch, self.base_of(batch))?;
            self.check_author(batch, |key, line| {
                known(batch) || inspected.is_signed_by(batch, key, line)
            })?;
        }
        self.check_epoch(block)?;
        self.check_membership(block)
    }

    fn check_author(
        &self,
        batch: &Batch,
        is_signed: impl FnOnce(&VerifyingKey, Line) -> bool,
    ) -> Result<(), Refusal> {
        let (device, seq) = (batch.author.device, batch.first_seq);
        let (key, line) = match epoch_of(slice::from_ref(batch)) {
            Some(epoch) => (self.key_of(epoch), Some(self.line_of(epoch))),
            None => {
                let member = self.configuration.member(device);
                (member.map(|one| &one.key), self.line_numbered(batch.line))
            }
        };
        let key = key.ok_or(Refusal::Stranger { device })?;
        let line = line.filter(|line| line.number == batch.line);
        let line = line.ok_or(Refusal::Line { device, seq })?;
        match is_signed(key, line) {
            true => Ok(()),
            false => Err(Refusal::Signature { device, seq }),
        }
    }

    fn adopt(&mut self, block: &Block) -> Judgements {
        // Before the members: who leaves in this block may have said something in it.
        let judgements = self.tasks.adopt(block);
        self.adopt_membership(block);
        self.adopt_epoch(block);
        self.height = block.height();
        self.tip = block.hash();
        self.history.push(block.hash());
        self.next_owner = block.header().next_owner;
        self.edits += block.edit_count();
        let numbered = block.batches().iter();
        for batch in numbered.filter(|one| epoch_of(slice::from_ref(one)).is_none()) {
            let Owner {
                device,
                incarnation,
            } = batch.author;
            self.authors
                .entry(device)
                .or_default()
                .insert(incarnation, batch.next_seq());
        }
        self.prepare_checkpoint();
        judgements
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
    batch.id_at(0)
}

fn check_size(batch: &Batch) -> Result<(), Refusal> {
    let edits = batch.payloads.len();
    if edits == 0 || edits > BATCH_EDITS_MAX {
        return Err(Refusal::BatchSize {
            device: batch.author.device,
            edits,
            max: BATCH_EDITS_MAX,
        });
    }
    Ok(())
}

fn check_base(height: Height, batch: &Batch, base: Height) -> Result<(), Refusal> {
    if base >= height.max(1) {
        return Err(Refusal::Base {
            edit: first_edit(batch),
            base,
        });
    }
    Ok(())
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
