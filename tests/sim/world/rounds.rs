//! Writers that never rest: each writes its next edit as soon as the last one was answered, so
//! that at every height all of them have something to propose.

use super::{Due, World};
use crate::plan::{Plan, SECONDS, Time};
use crate::tally::Tally;
use crate::witness::Violation;

/// The writes of a run that is nothing else.
#[derive(Debug)]
pub(super) struct Rounds {
    /// At which devices, one write at a time each.
    writers: Vec<usize>,
    /// How long the chain is to become.
    height_max: u64,
    /// When enough was decided, and how many edits were then acknowledged.
    ended: Option<(Time, u64)>,
}

impl World {
    /// Lets a writer at each of these devices write until the chain is so many blocks long. What
    /// happened, the edits acknowledged by then, and how long it took.
    pub fn run_writers(
        plan: Plan,
        blocks: u64,
        writers: Vec<usize>,
    ) -> Result<(Tally, u64, Time), Violation> {
        let mut world = Self::new(plan)?;
        world.rounds = Some(Rounds {
            writers,
            height_max: blocks,
            ended: None,
        });
        // Everyone has met everyone by then.
        let begin = SECONDS / 2;
        world.due(begin, Due::Round);
        world.run_through()?;
        let ended = world.rounds.and_then(|rounds| rounds.ended);
        let (at, edits) = ended.unwrap_or((world.now, 0));
        Ok((world.tally, edits, at - begin))
    }

    /// All begin at the same moment; the second time, all has ended.
    pub(super) fn next_round(&mut self) {
        let Some(rounds) = &self.rounds else {
            return;
        };
        self.at_rest = rounds.ended.is_some();
        if !self.at_rest {
            for device in rounds.writers.clone() {
                self.write_at(device, 1, None);
            }
        }
    }

    /// A device was answered, and writes on.
    pub(super) fn round_answered(&mut self, device: usize) {
        let Some(rounds) = &mut self.rounds else {
            return;
        };
        if rounds.ended.is_some() {
            return;
        }
        if self.witness.height() >= rounds.height_max {
            rounds.ended = Some((self.now, self.tally.of("edits acknowledged in a block")));
            // Whoever was answered last is ahead of the others for a moment.
            return self.due(SECONDS, Due::Round);
        }
        self.write_at(device, 1, None);
    }
}
