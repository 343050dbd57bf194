//! What must never happen, watched from outside by somebody who sees all devices at once and
//! forgets nothing, whatever crashes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use kinfolio_chain::{Block, BlockHash, ConfigHash, EditId, Height, Payload};
use kinfolio_consensus::{Ballot, Message};
use kinfolio_node::Receipt;
use kinfolio_transport::Ledger;

/// A promise of the protocol that was broken.
#[derive(Clone, Debug)]
pub struct Violation(pub String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Fails with a sentence unless something holds.
pub fn must(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Violation> {
    match holds {
        true => Ok(()),
        false => Err(Violation(otherwise())),
    }
}

/// What was seen of a block that some device took as decided.
#[derive(Clone, Copy, Debug)]
struct Decided {
    hash: BlockHash,
    /// The members who vote above it.
    members: Option<ConfigHash>,
}

/// All that was ever decided, said or acknowledged.
#[derive(Debug, Default)]
pub struct Witness {
    decided: BTreeMap<Height, Decided>,
    ballots: BTreeMap<(Height, Ballot<Ledger>), BlockHash>,
    acknowledged: Vec<Receipt>,
    pub adoptions: u64,
}

impl Witness {
    /// `who` has this block at this height.
    pub fn block(&mut self, who: &str, block: &Block) -> Result<(), Violation> {
        let (height, hash) = (block.height(), block.hash());
        self.hash(who, height, hash)?;
        let Some(below) = height
            .checked_sub(1)
            .and_then(|below| self.decided.get(&below))
        else {
            return Ok(());
        };
        must(below.hash == block.header().prev, || {
            format!("block {height} of {who} does not stand on the block below it")
        })
    }

    fn hash(&mut self, who: &str, height: Height, hash: BlockHash) -> Result<(), Violation> {
        let members = None;
        let known = self
            .decided
            .entry(height)
            .or_insert(Decided { hash, members });
        let before = known.hash;
        must(before == hash, || {
            format!(
                "a split: {who} has block {hash} at height {height}, where another has {before}"
            )
        })
    }

    /// `who` is at this tip, above which these members vote.
    pub fn tip(
        &mut self,
        who: &str,
        tip: (Height, BlockHash),
        members: ConfigHash,
    ) -> Result<(), Violation> {
        let (height, hash) = tip;
        self.hash(who, height, hash)?;
        let Some(known) = self.decided.get_mut(&height) else {
            return Ok(());
        };
        let before = *known.members.get_or_insert(members);
        must(before == members, || {
            format!("{who} takes others for the voters above height {height} than another does")
        })
    }

    /// A device puts a block to the vote.
    pub fn said(&mut self, who: &str, message: &Message<Ledger>) -> Result<(), Violation> {
        let Message::Accept {
            height,
            ballot,
            block,
        } = message
        else {
            return Ok(());
        };
        let hash = block.hash();
        let known = self.ballots.entry((*height, *ballot));
        let is_new = matches!(known, std::collections::btree_map::Entry::Vacant(_));
        let before = *known.or_insert(hash);
        let proposer = block.header().proposer;
        let adopted = (proposer.device, proposer.incarnation)
            != (ballot.proposer.device, ballot.proposer.incarnation);
        self.adoptions += u64::from(is_new && adopted);
        must(before == hash, || {
            format!(
                "{who} puts two blocks to the vote under one ballot of round {} at height {height}",
                ballot.round
            )
        })
    }

    /// A client was told that its edits are in a block.
    pub fn committed(&mut self, who: &str, receipt: &Receipt) -> Result<(), Violation> {
        let named = receipt.height.zip(receipt.hash);
        let known = named.and_then(|(height, _)| self.decided.get(&height));
        must(
            known.map(|one| one.hash) == named.map(|(_, hash)| hash),
            || format!("{who} acknowledged edits in block {named:?}, which was not decided there"),
        )?;
        self.acknowledged.push(receipt.clone());
        Ok(())
    }

    /// Goes through a whole chain: every edit once, and every acknowledged one where it was said
    /// to be. Says where each text stands.
    pub fn read_through(
        &mut self,
        who: &str,
        blocks: &[Block],
    ) -> Result<BTreeMap<Vec<u8>, Height>, Violation> {
        let mut places: BTreeMap<EditId, Height> = BTreeMap::new();
        let mut texts = BTreeMap::new();
        for block in blocks {
            self.block(who, block)?;
            for edit in block.edits() {
                let again = places.insert(edit.id, block.height());
                must(again.is_none(), || {
                    format!("edit {} stands twice in the chain of {who}", edit.id)
                })?;
                // An empty edit takes the place of one that a damaged disk has lost.
                if let Payload::Opaque(text) = edit.payload
                    && !text.is_empty()
                {
                    let again = texts.insert(text.to_vec(), block.height());
                    must(again.is_none(), || {
                        format!(
                            "“{}” stands twice in the chain of {who}",
                            text.escape_ascii()
                        )
                    })?;
                }
            }
        }
        let acknowledged: BTreeSet<_> = self.acknowledged.iter().flat_map(edits_of).collect();
        for (edit, height) in acknowledged {
            must(places.get(&edit).copied() == height, || {
                format!(
                    "edit {edit} was acknowledged in block {height:?}, and {who} has it in {:?}",
                    places.get(&edit)
                )
            })?;
        }
        Ok(texts)
    }

    pub fn height(&self) -> Height {
        self.decided.keys().next_back().copied().unwrap_or(0)
    }
}

fn edits_of(receipt: &Receipt) -> impl Iterator<Item = (EditId, Option<Height>)> + '_ {
    (0..receipt.count as u64).map(|index| {
        let edit = EditId {
            seq: receipt.first.seq + index,
            ..receipt.first
        };
        (edit, receipt.height)
    })
}
