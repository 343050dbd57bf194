//! The end of a run: faults are healed, everyone writes and reads once more, and then everything
//! must come to rest: all edits in blocks, all devices at one tip, all answers given.

use kinfolio_chain::{Begun, EpochId, Height};
use kinfolio_node::EditState;
use kinfolio_node::engine::Standing;

use super::load::Wish;
use super::losses::PERSON_AFTER;
use super::{Due, World, seconds};
use crate::device::Fate;
use crate::history::{self, Append, Read, Span};
use crate::plan::{Fault, MILLIS, SECONDS};
use crate::witness::{Places, Violation, line_at, must};

/// How often it is looked whether all is at rest.
const LOOK_EVERY: u64 = 50 * MILLIS;

impl World {
    /// Ends all faults.
    pub(super) fn heal(&mut self) {
        self.healed = true;
        self.tell(|| "all faults end".to_owned());
        let ways: Vec<_> = self.blocked.iter().copied().collect();
        self.unblock(&ways);
        for index in 0..self.devices.len() {
            for fault in [Fault::DiskFull, Fault::SlowDisk, Fault::BucketAway] {
                self.end_of(fault, index);
            }
            self.devices[index].disk.fail_syncs(0);
            let life = self.devices[index].life;
            self.resume(index, life);
            self.due(SECONDS, Due::Start { device: index });
        }
        self.due(3 * SECONDS, Due::Members);
        self.due(5 * SECONDS, Due::LookAround);
        if self.plan.losses {
            self.due(PERSON_AFTER, Due::Person);
        }
    }

    /// Whether all is at rest; the first time everyone is asked to write and read once more.
    pub(super) fn look_around(&mut self) -> Result<(), Violation> {
        if !self.household.asked_last {
            self.household.asked_last = true;
            self.let_in();
            for device in self.running() {
                self.write_at(device, 1, None);
                self.read_at(device, None);
            }
        }
        let unrest = self.unrest();
        if unrest.is_none() && self.plan.bucket.is_some() && !self.household.parted_last {
            self.part_all();
            return Ok(());
        }
        self.due(LOOK_EVERY, Due::LookAround);
        match unrest {
            None => {
                self.at_rest = true;
                Ok(())
            }
            Some(why) => {
                let since = self.now.saturating_sub(self.plan.faults_until);
                must(since < self.plan.rest_within, || {
                    format!("no rest {} after all faults ended: {why}", seconds(since))
                })
            }
        }
    }

    /// Why it is not at rest yet.
    fn unrest(&self) -> Option<String> {
        let mut tip = None;
        for device in &self.devices {
            let is_member = self.household.members.member(device.id).is_some();
            if device.fate != Fate::Here || !is_member {
                continue;
            }
            let name = &device.name;
            let Some(engine) = &device.engine else {
                return Some(format!("{name} is not running"));
            };
            // Whoever voted before it was told that its disk went back is out of the game.
            if matches!(engine.standing(), Standing::Superseded { .. }) {
                continue;
            }
            let own = (engine.state().height(), engine.state().tip());
            if *tip.get_or_insert(own) != own {
                return Some(format!(
                    "{name} is at height {}, another at {:?}",
                    own.0,
                    tip.map(|tip| tip.0)
                ));
            }
            let decided = self.witness.height_on(engine.state().lines());
            if own.0 < decided {
                return Some(format!(
                    "{name} is at height {}, {decided} was decided",
                    own.0
                ));
            }
            if let Some(why) = self.is_on_its_way(device, engine) {
                return Some(why);
            }
            if engine.pending() > 0 {
                return Some(format!(
                    "{} edits of {name} are not in its chain",
                    engine.pending()
                ));
            }
            if !device.waiting.is_empty() {
                return Some(format!(
                    "requests {:?} at {name} were not answered",
                    device.waiting
                ));
            }
        }
        tip.is_none().then(|| "nobody is left".to_owned())
    }

    /// Reads all chains through, and checks what clients were told.
    pub(super) fn conclude(&mut self) -> Result<(), Violation> {
        let mut places = Places::default();
        for device in &mut self.devices {
            if device.fate != Fate::Here {
                continue;
            }
            let Some(engine) = &mut device.engine else {
                continue;
            };
            // Whoever may not go on under its name is behind.
            if matches!(engine.standing(), Standing::Superseded { .. }) {
                continue;
            }
            let reader = engine.store().reader();
            let (counts, tip) = (engine.counts(), engine.state().height());
            self.tally.add("duels", counts.duels);
            self.tally.add("ballots", counts.ballots);
            let blocks: Result<Vec<_>, _> = (0..=tip).map(|height| reader.block(height)).collect();
            match blocks {
                Ok(blocks) => {
                    let blocks: Vec<_> = blocks.into_iter().flatten().collect();
                    must(blocks.len() as u64 == tip + 1, || {
                        format!("{} misses blocks", device.name)
                    })?;
                    places =
                        self.witness
                            .read_through(&device.name, engine.state().lines(), &blocks)?;
                }
                Err(_) if device.injured => {}
                Err(error) => return Err(Violation(format!("{}: {error}", device.name))),
            }
        }
        self.tally.add("blocks", self.witness.height());
        self.tally.add("adoptions", self.witness.adoptions);
        self.check_pending(&places)?;
        self.check_owed(&places)?;
        for lines in self.witness.lines() {
            self.check_history(lines)?;
        }
        Ok(())
    }

    /// What was written down to wait is in the chain.
    fn check_pending(&self, places: &Places) -> Result<(), Violation> {
        for asked in &self.requests {
            let Wish::Append { texts, told, .. } = &asked.what else {
                continue;
            };
            let device = &self.devices[asked.device];
            let kept = device.fate == Fate::Here && !device.restored && !device.lost_pending;
            for text in texts {
                let place = places.texts.get(&text[..]);
                let lost = *told == Some(EditState::Pending) && kept && place.is_none();
                must(!lost, || {
                    format!(
                        "“{}” was acknowledged as pending at {} and is lost",
                        text.escape_ascii(),
                        device.name
                    )
                })?;
            }
        }
        Ok(())
    }

    /// Whether what clients saw in a line of history is linearizable. One line does not know of the
    /// next: nothing promises that who reads in one sees what was written in the other, or that what
    /// re-enters from a line that was left stands where it stood.
    fn check_history(&self, lines: &[Begun]) -> Result<(), Violation> {
        let (mut appends, mut append_names) = (Vec::new(), Vec::new());
        let (mut reads, mut read_names) = (Vec::new(), Vec::new());
        let places = self.witness.texts_on(lines);
        let here = |block: (EpochId, Height)| line_at(lines, block.1) == block.0;
        for (request, asked) in self.requests.iter().enumerate() {
            match &asked.what {
                Wish::Append { texts, block, .. } => {
                    // To this line an answer from another one is none.
                    let to = asked.span.to.filter(|_| block.is_some_and(here));
                    let span = Span { to, ..asked.span };
                    for text in texts {
                        let place = places.get(&text[..]).copied();
                        appends.push(Append { span, place });
                        append_names.push(text);
                    }
                }
                &Wish::Read {
                    up_to: Some((line, up_to)),
                } if lines.last().is_some_and(|last| last.epoch == line) => {
                    reads.push(Read {
                        span: asked.span,
                        up_to,
                    });
                    read_names.push(request);
                }
                Wish::Read { .. } | Wish::Change => {}
            }
        }
        let Err(fault) = history::check(&appends, &reads) else {
            return Ok(());
        };
        let (what, span) = match fault {
            history::Fault::Lost(index) | history::Fault::Late(index) => (
                format!(
                    "“{}” at {:?}",
                    append_names[index].escape_ascii(),
                    appends[index].place
                ),
                appends[index].span,
            ),
            history::Fault::Stale(index) => (
                format!("read {} up to {}", read_names[index], reads[index].up_to),
                reads[index].span,
            ),
        };
        let Span { from, to } = span;
        let to = to.map(seconds);
        Err(Violation(format!(
            "what clients saw is not linearizable ({fault:?}): {what}, from {} to {to:?}",
            seconds(from)
        )))
    }
}
