//! What must never happen, watched from outside by somebody who sees all devices at once and
//! forgets nothing, whatever crashes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bytes::Bytes;
use kinfolio_chain::{
    Begun, Block, BlockHash, ConfigHash, DeviceId, EditId, EpochId, Height, Payload,
};
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
#[derive(Clone, Debug)]
struct Decided {
    hash: BlockHash,
    /// The members who vote above it.
    members: Option<ConfigHash>,
    /// What its edits say, but for empty ones.
    texts: Vec<Bytes>,
}

/// All that was ever decided, said or acknowledged, in each line of history by itself.
#[derive(Debug, Default)]
pub struct Witness {
    decided: BTreeMap<(EpochId, Height), Decided>,
    /// All lines, each with those that led to it.
    lines: BTreeMap<EpochId, Vec<Begun>>,
    ballots: BTreeMap<(Height, Ballot<Ledger>), BlockHash>,
    /// Whose logs hold which blocks, as they said.
    holders: BTreeMap<(Height, BlockHash), BTreeSet<String>>,
    acknowledged: Vec<(EpochId, Receipt)>,
    /// Who began which line.
    beginners: BTreeMap<EpochId, DeviceId>,
    pub adoptions: u64,
}

/// Where everything stands in a chain.
#[derive(Debug, Default)]
pub struct Places {
    pub texts: BTreeMap<Vec<u8>, Height>,
    /// And which edits say nothing, in the place of one that a damaged disk has lost.
    pub edits: BTreeMap<EditId, (Height, bool)>,
}

/// The line that a height belongs to, of a chain that these lines led to.
pub fn line_at(lines: &[Begun], height: Height) -> EpochId {
    let mut begun = lines.iter().skip(1).filter(|begun| begun.fork < height);
    let line = begun.next_back().or(lines.first());
    line.map_or(EpochId([0; 32]), |begun| begun.epoch)
}

impl Witness {
    /// `who` has this block in its chain.
    pub fn block(&mut self, who: &str, lines: &[Begun], block: &Block) -> Result<(), Violation> {
        let (height, hash) = (block.height(), block.hash());
        self.hash(who, lines, height, hash)?;
        if let Some(epoch) = block.epoch() {
            self.beginners
                .insert(line_at(lines, height), epoch.device());
        }
        if let Some(known) = self.decided.get_mut(&(line_at(lines, height), height))
            && known.texts.is_empty()
        {
            let texts = block.edits().filter_map(|edit| match edit.payload {
                Payload::Opaque(text) if !text.is_empty() => Some(text),
                _ => None,
            });
            known.texts = texts.collect();
        }
        let below = height.checked_sub(1);
        let below = below.and_then(|below| self.decided.get(&(line_at(lines, below), below)));
        let Some(below) = below else {
            return Ok(());
        };
        must(below.hash == block.header().prev, || {
            format!("block {height} of {who} does not stand on the block below it")
        })
    }

    fn hash(
        &mut self,
        who: &str,
        lines: &[Begun],
        height: Height,
        hash: BlockHash,
    ) -> Result<(), Violation> {
        if let Some(last) = lines.last()
            && !self.lines.contains_key(&last.epoch)
        {
            self.lines.insert(last.epoch, lines.to_vec());
        }
        let known = self
            .decided
            .entry((line_at(lines, height), height))
            .or_insert(Decided {
                hash,
                members: None,
                texts: Vec::new(),
            });
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
        lines: &[Begun],
        tip: (Height, BlockHash),
        members: ConfigHash,
    ) -> Result<(), Violation> {
        let (height, hash) = tip;
        self.hash(who, lines, height, hash)?;
        let Some(known) = self.decided.get_mut(&(line_at(lines, height), height)) else {
            return Ok(());
        };
        let before = *known.members.get_or_insert(members);
        must(before == members, || {
            format!("{who} takes others for the voters above height {height} than another does")
        })
    }

    /// A device puts a block to the vote.
    pub fn said(&mut self, who: &str, message: &Message<Ledger>) -> Result<(), Violation> {
        if let Message::Accepted { height, hash, .. } = message {
            let holders = self.holders.entry((*height, *hash)).or_default();
            holders.insert(who.to_owned());
        }
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
    pub fn committed(
        &mut self,
        who: &str,
        lines: &[Begun],
        receipt: &Receipt,
    ) -> Result<(), Violation> {
        let named = receipt.height.zip(receipt.hash);
        let line = line_at(lines, named.map_or(0, |(height, _)| height));
        let known = named.and_then(|(height, _)| self.decided.get(&(line, height)));
        must(
            known.map(|one| one.hash) == named.map(|(_, hash)| hash),
            || format!("{who} acknowledged edits in block {named:?}, which was not decided there"),
        )?;
        self.acknowledged.push((line, receipt.clone()));
        Ok(())
    }

    /// The edits that clients know to be in the block above `fork` of the line that ends there, if
    /// `who` holds it and no other one for that height.
    pub fn held_above(&self, who: &str, line: EpochId, fork: Height) -> Vec<EditId> {
        let height = fork + 1;
        let Some(decided) = self.decided.get(&(line, height)) else {
            return Vec::new();
        };
        let held = self.holders.range((height, BlockHash([0; 32]))..);
        let held = held.take_while(|((at, _), _)| *at == height);
        let held: Vec<_> = held
            .filter(|(_, who_holds)| who_holds.contains(who))
            .collect();
        if !matches!(held[..], [((_, hash), _)] if *hash == decided.hash) {
            return Vec::new();
        }
        let receipts = self.acknowledged.iter();
        let those = receipts.filter(|(of, one)| *of == line && one.height == Some(height));
        those
            .flat_map(|(_, one)| edits_of(one))
            .map(|(edit, _)| edit)
            .collect()
    }

    /// Goes through a whole chain: every edit once, and every acknowledged one where it was said
    /// to be, unless that is a block of a line that was left. Says where everything stands.
    pub fn read_through(
        &mut self,
        who: &str,
        lines: &[Begun],
        blocks: &[Block],
    ) -> Result<Places, Violation> {
        let mut places = Places::default();
        for block in blocks {
            self.block(who, lines, block)?;
            for edit in block.edits() {
                let text = match edit.payload {
                    Payload::Opaque(text) => Some(text),
                    _ => None,
                };
                // An empty edit takes the place of one that a damaged disk has lost.
                let is_empty = text.as_ref().is_some_and(Bytes::is_empty);
                let again = places.edits.insert(edit.id, (block.height(), is_empty));
                must(again.is_none(), || {
                    format!("edit {} stands twice in the chain of {who}", edit.id)
                })?;
                if let Some(text) = text
                    && !text.is_empty()
                {
                    let again = places.texts.insert(text.to_vec(), block.height());
                    must(again.is_none(), || {
                        format!(
                            "“{}” stands twice in the chain of {who}",
                            text.escape_ascii()
                        )
                    })?;
                }
            }
        }
        let here = |(line, receipt): &&(EpochId, Receipt)| {
            receipt
                .height
                .is_some_and(|height| line_at(lines, height) == *line)
        };
        let here = self.acknowledged.iter().filter(here);
        let acknowledged: BTreeSet<_> = here.flat_map(|(_, one)| edits_of(one)).collect();
        for (edit, height) in acknowledged {
            let found = places.edits.get(&edit).map(|(height, _)| *height);
            must(found == height, || {
                format!(
                    "edit {edit} was acknowledged in block {height:?}, and {who} has it in {found:?}"
                )
            })?;
        }
        Ok(places)
    }

    pub fn beginner(&self, line: EpochId) -> Option<DeviceId> {
        self.beginners.get(&line).copied()
    }

    /// The greatest height at which anything was decided.
    pub fn height(&self) -> Height {
        let heights = self.decided.keys().map(|(_, height)| *height);
        heights.max().unwrap_or(0)
    }

    /// The same in the chain that these lines led to.
    pub fn height_on(&self, lines: &[Begun]) -> Height {
        let here = self.decided.keys();
        let here = here.filter(|(line, height)| line_at(lines, *height) == *line);
        here.map(|(_, height)| *height).max().unwrap_or(0)
    }

    /// All lines of history that anyone followed, each with those that led to it.
    pub fn lines(&self) -> impl Iterator<Item = &[Begun]> {
        self.lines.values().map(Vec::as_slice)
    }

    /// Where all texts stand in the chain that these lines led to.
    pub fn texts_on(&self, lines: &[Begun]) -> BTreeMap<&[u8], Height> {
        let here = self.decided.iter();
        let here = here.filter(|((line, height), _)| line_at(lines, *height) == *line);
        let texts =
            here.flat_map(|((_, height), one)| one.texts.iter().map(|text| (&text[..], *height)));
        texts.collect()
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
