//! What the records of a log amount to, one after the other. Pure: the same for the log in
//! memory, the log on disk, and the verifier.

use std::sync::Arc;

use crate::apply::{ChainState, Inspection, Refusal};
use crate::block::Block;
use crate::id::{BlockHash, Height};
use crate::store::fault::Damage;
use crate::store::{Ballot, Record, Recovered};

/// The state of a log between two of its records.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replay {
    /// What is known so far.
    pub(crate) known: Recovered,
    /// Blocks accepted above the tip; more than one where several ballots competed.
    candidates: Vec<Candidate>,
    /// Whether signatures and Merkle roots are checked, too.
    thorough: bool,
}

/// Offset and length of a frame in its file.
pub(crate) type FramePlace = (u32, u32);

#[derive(Clone, Debug)]
struct Candidate {
    /// None for a block on which this device never voted.
    ballot: Option<Ballot>,
    block: Arc<Block>,
    place: FramePlace,
    /// What was found out about the block beforehand, for a thorough replay.
    inspection: Option<Arc<Inspection>>,
}

/// A block that became decided, and where its record stands.
pub(crate) struct Decision {
    pub(crate) block: Arc<Block>,
    pub(crate) place: FramePlace,
}

impl Replay {
    /// Goes on from a snapshot of the chain.
    pub(crate) fn resume(known: Recovered) -> Self {
        Self {
            known,
            ..Self::default()
        }
    }

    /// A replay that trusts nothing.
    pub(crate) fn thorough() -> Self {
        Self {
            thorough: true,
            ..Self::default()
        }
    }

    /// Takes in one record; the blocks that it decides.
    ///
    /// Unless thorough, only the place of a block in the chain is checked: this device checked
    /// the rest before it wrote the record, and the record's checksum holds.
    ///
    /// A block that names an accepted one as its parent decides it: nobody accepts above an
    /// undecided height (votes imply history). So the record of a decision need not be synced.
    pub(crate) fn follow(
        &mut self,
        record: &Record,
        place: FramePlace,
    ) -> Result<Vec<Decision>, Damage> {
        self.follow_inspected(record, place, None)
    }

    /// As [`Replay::follow`], with what was found out about the record's block beforehand.
    pub(crate) fn follow_inspected(
        &mut self,
        record: &Record,
        place: FramePlace,
        inspection: Option<Inspection>,
    ) -> Result<Vec<Decision>, Damage> {
        let inspection = inspection.map(Arc::new);
        let candidate = |ballot, block: &Arc<Block>| Candidate {
            ballot,
            block: Arc::clone(block),
            place,
            inspection,
        };
        self.known.sealed = matches!(record, Record::Seal { .. });
        match record {
            Record::Incarnation(incarnation) => self.known.incarnation = Some(*incarnation),
            Record::Promise { height, ballot } => {
                if *height == self.next_height() {
                    self.known.promised = self.known.promised.max(Some(*ballot));
                }
            }
            Record::Accepted { ballot, block } => {
                return self.propose(candidate(Some(*ballot), block));
            }
            Record::Decided { height, hash } => {
                if *height >= self.next_height() {
                    return self.decide(*height, *hash).map(|decided| vec![decided]);
                }
            }
            Record::Learned(block) => {
                let mut decided = self.propose(candidate(None, block))?;
                decided.push(self.decide(block.height(), block.hash())?);
                return Ok(decided);
            }
            Record::Abstention(abstention) => self.known.abstention = abstention.clone(),
            Record::Pending(_) | Record::Seal { .. } => {}
        }
        Ok(Vec::new())
    }

    /// Whether no vote about an open height is known, so that a snapshot says everything.
    pub(crate) fn is_between_heights(&self) -> bool {
        self.known.promised.is_none() && self.candidates.is_empty()
    }

    /// A block that may be decided at the next height; one above the next height says that the
    /// one below was.
    fn propose(&mut self, candidate: Candidate) -> Result<Vec<Decision>, Damage> {
        let Candidate { ballot, block, .. } = &candidate;
        let mut decided = Vec::new();
        if block.height() == self.next_height() + 1 {
            decided.push(self.decide(self.next_height(), block.header().prev)?);
        }
        let height = block.height();
        let expected = self.next_height();
        if height != expected {
            let refusal = Refusal::Height {
                expected,
                got: height,
            };
            return Err(Damage::Refused { height, refusal });
        }
        self.known.promised = self.known.promised.max(*ballot);
        let before = self.known.accepted.as_ref().map(|(before, _)| *before);
        if let Some(ballot) = ballot.filter(|ballot| before <= Some(*ballot)) {
            self.known.accepted = Some((ballot, Arc::clone(block)));
        }
        self.candidates.push(candidate);
        Ok(decided)
    }

    fn decide(&mut self, height: Height, hash: BlockHash) -> Result<Decision, Damage> {
        let those = self
            .candidates
            .iter()
            .filter(|one| one.block.hash() == hash);
        let Some(chosen) = those.max_by_key(|one| one.ballot).cloned() else {
            return Err(Damage::Undecidable { height });
        };
        let refused = |refusal| Damage::Refused { height, refusal };
        match &mut self.known.state {
            Some(state) if self.thorough => {
                let applied = match &chosen.inspection {
                    Some(inspection) => state.apply_inspected(&chosen.block, inspection),
                    None => state.apply(&chosen.block),
                };
                applied.map_err(refused)?;
            }
            Some(state) => {
                state.follow(&chosen.block).map_err(refused)?;
            }
            None => self.known.state = Some(ChainState::found(&chosen.block).map_err(refused)?),
        }
        self.candidates.clear();
        self.known.promised = None;
        self.known.accepted = None;
        Ok(Decision {
            block: chosen.block,
            place: chosen.place,
        })
    }

    fn next_height(&self) -> Height {
        self.known
            .state
            .as_ref()
            .map_or(0, |state| state.height() + 1)
    }
}
