//! A device that has forgotten votes: it follows and writes, but does not vote until no vote that
//! it has forgotten can matter (invariant A).
//!
//! A vote at a height was only given with the block below decided, so a majority of voters had
//! accepted that one. More than half of the *other* voters know of it then: whoever has heard from
//! so many of them knows that its forgotten votes are at most one above the highest height that
//! any of them has accepted. From the next height on it votes as if nothing had been.
//!
//! Where the number of voters is even, any two majorities share two devices. There a single device
//! that forgets does no harm: once all others have said that they remember, it may vote at once,
//! so that a household of two goes on. The same holds for who has no vote at a height, and is asked
//! only because it would have one above: the voters alone hold any two decisions together. In both
//! cases it counts as one that forgot until it is past that height.

use std::collections::{BTreeMap, BTreeSet};

use kinfolio_chain::store::salvage::Attic;
use kinfolio_chain::store::{Abstention, Record, Store};
use kinfolio_chain::{ChainState, Configuration, DeviceId, Height};
use kinfolio_consensus::Begin;
use kinfolio_transport::{Hello, Ledger, Sighting};

use super::carry_out::ballot_in;
use super::{Engine, Standing};
use crate::error::NodeError;

/// Up to which height devices that remember all their votes have accepted blocks; as they said in
/// this life.
pub(super) type Witnesses = BTreeMap<DeviceId, Height>;

impl<S: Store> Engine<S> {
    /// Whether the log holds every vote that this device ever gave.
    pub(super) fn remembers(&self) -> bool {
        self.abstention == Abstention::Over && self.standing == Standing::Good
    }

    /// Goes on trusting those whom it must, now that the members have changed.
    pub(super) fn trust_on(&mut self) {
        if self.trusted.is_empty() {
            return;
        }
        let members = self.state.configuration();
        if !self.is_healing() && members.member(self.me.device).is_some() {
            self.trusted = Configuration::default();
            return;
        }
        let all = self.trusted.members().chain(members.members());
        self.trusted = Configuration::new(all.cloned());
    }

    /// Whom this device speaks with: the members, and those whom it must trust besides.
    pub fn circle(&self) -> &Configuration {
        match self.trusted.is_empty() {
            true => self.state.configuration(),
            false => &self.trusted,
        }
    }

    /// Starts with what the log says that it lacks.
    pub(super) fn take_up_abstention(&mut self, abstention: Abstention) {
        if abstention != Abstention::Over {
            self.abstention = abstention;
            self.standing = Standing::Healing;
            self.replica.fall_silent();
        }
    }

    /// Takes in what another device has seen of this one. What is more than this log knows was
    /// taken from its disk.
    pub(super) fn recall(&mut self, from: DeviceId, seen: Sighting) -> Result<(), NodeError> {
        let life = self.me.incarnation;
        if seen.incarnation.counter >= life.counter && seen.incarnation != life {
            if seen.lives {
                // Another device lives under this name.
                self.be_superseded(from);
                return Ok(());
            }
            self.store.append(&Record::Incarnation(seen.incarnation))?;
            self.store
                .append(&Record::Abstention(Abstention::Unknown))?;
            self.store.sync()?;
            return Err(NodeError::WentBack { by: from });
        }
        let (height, _) = self.durable.tip();
        if seen.height > height && self.remembers() {
            tracing::error!(device = %from, seen = seen.height, height, "this log is shorter than it was: its votes are forgotten");
            self.forget_votes()?;
        }
        Ok(())
    }

    /// Gives no vote in this life, as if all were forgotten. Unless something is written, the log says
    /// nothing of it.
    pub fn abstain_for_now(&mut self) {
        self.take_up_abstention(Abstention::Unknown);
    }

    /// The log may lack any vote that was given: from here on none counts, until the others have said how
    /// far they have come. Where there are no others, a person's word is needed (`Engine::recover`): this
    /// may be a copy, or lack what the household has agreed upon since.
    ///
    /// # Errors
    /// If the log cannot be written.
    pub fn forget_votes(&mut self) -> Result<(), NodeError> {
        if !self.remembers() {
            return Ok(());
        }
        self.be_born()?;
        let forgotten = Abstention::Unknown;
        self.store.append(&Record::Abstention(forgotten.clone()))?;
        self.store.sync()?;
        self.take_up_abstention(forgotten);
        self.greet_again();
        Ok(())
    }

    /// This device may not go on under its name.
    pub(super) fn be_superseded(&mut self, by: DeviceId) {
        if !matches!(self.standing, Standing::Superseded { .. }) {
            self.standing = Standing::Superseded { by };
            self.replica.fall_silent();
            self.greet_again();
        }
    }

    /// Takes in how far another device's own votes go.
    pub(super) fn hear_witness(&mut self, from: DeviceId, hello: &Hello) -> Result<(), NodeError> {
        match hello.remembers {
            true => self.witnesses.insert(from, hello.accepted),
            false => self.witnesses.remove(&from),
        };
        self.consider_voting()
    }

    /// Votes again if it may.
    pub(super) fn consider_voting(&mut self) -> Result<(), NodeError> {
        if self.abstention == Abstention::Over || self.standing != Standing::Healing {
            return Ok(());
        }
        let voters: BTreeSet<_> = self.state.configuration().voters().collect();
        let (heard, others) = self.heard(&voters);
        let open = self.state.height() + 1;
        // Where it is known which votes are lost, the height that ends that is, too.
        if let Some(accepted) = heard.iter().max()
            && self.abstention == Abstention::Unknown
            && heard.len() * 2 > others
            && open >= accepted + 2
        {
            return self.remember();
        }
        let all_remember = !heard.is_empty() && heard.len() == others;
        let votes_here = voters.contains(&self.me.device);
        let voted = self.replica.may_vote();
        match !votes_here || (voters.len().is_multiple_of(2) && all_remember) {
            true => self.replica.speak(),
            false => self.replica.fall_silent(),
        }
        if voted != self.replica.may_vote() {
            self.greet_again();
        }
        Ok(())
    }

    /// Whether enough of the other voters have said how far they accepted.
    pub(super) fn has_heard(&self) -> bool {
        let voters = self.state.configuration().voters().collect();
        let (heard, others) = self.heard(&voters);
        heard.len() * 2 > others
    }

    /// What those of the other voters who remember have said; and how many others there are.
    fn heard(&self, voters: &BTreeSet<DeviceId>) -> (Vec<Height>, usize) {
        let others = voters.iter().filter(|&&one| one != self.me.device);
        let heard = others.clone().filter_map(|one| self.witnesses.get(one));
        (heard.copied().collect(), others.count())
    }

    /// What opens the next height; a vote at it that outlasted the damage of the log is taken up.
    pub(super) fn begin_next(&mut self) -> Result<Begin<Ledger>, NodeError> {
        self.consider_voting()?;
        let mut begin = self.next_height();
        let Abstention::Below {
            height,
            promised,
            accepted,
        } = &self.abstention
        else {
            return Ok(begin);
        };
        if *height > begin.height || self.standing != Standing::Healing {
            return Ok(begin);
        }
        let (height, promised, accepted) = (*height, *promised, accepted.clone());
        if height == begin.height {
            let unfit = accepted
                .as_ref()
                .is_some_and(|(_, block)| self.state.check(block).is_err());
            if unfit {
                // The chain is another than the one it voted in.
                self.abstention = Abstention::Unknown;
                let unknown = Record::Abstention(Abstention::Unknown);
                self.store.append(&unknown)?;
                return Ok(begin);
            }
            if let Some(ballot) = promised {
                self.store.append(&Record::Promise { height, ballot })?;
                begin.promised = Some(ballot_in(ballot));
            }
            if let Some((ballot, block)) = accepted {
                self.accepted_here.insert(block.hash());
                begin.accepted = Some((ballot_in(ballot), block.clone()));
                self.store.append(&Record::Accepted { ballot, block })?;
            }
        }
        self.remember()?;
        Ok(begin)
    }

    /// From here on the log holds every vote that can matter.
    pub(super) fn remember(&mut self) -> Result<(), NodeError> {
        tracing::info!(height = self.state.height(), "this device votes again");
        self.be_born()?;
        self.store.append(&Record::Abstention(Abstention::Over))?;
        // The others are told of this and of a tip that no crash takes back, or think that it went
        // back in time.
        self.store.sync()?;
        let tip = (self.state.height(), self.state.tip());
        self.durable.synced_at(tip);
        self.abstention = Abstention::Over;
        self.standing = Standing::Good;
        self.replica.remember();
        self.trusted = Configuration::default();
        self.attic = Attic::default();
        self.greet_again();
        Ok(())
    }

    /// What the others know of this device has changed.
    pub(super) fn greet_again(&mut self) {
        self.ungreeted.extend(self.peers.all_up());
        self.greet();
    }
}

/// Whom a device speaks with besides the members at the tip of its log: nobody, unless the log does
/// not reach to its own joining yet, or lacks something.
pub(super) fn whom_to_trust(
    state: &ChainState,
    device: DeviceId,
    healing: bool,
    known: &Configuration,
) -> Result<Configuration, NodeError> {
    if state.is_removed(device) {
        return Ok(Configuration::default());
    }
    let is_member = state.configuration().member(device).is_some();
    if healing || (!is_member && known.member(device).is_some()) {
        let all = known.members().chain(state.configuration().members());
        return Ok(Configuration::new(all.cloned()));
    }
    match is_member {
        true => Ok(Configuration::default()),
        false => Err(NodeError::Stranger {
            household: state.household().to_owned(),
        }),
    }
}
