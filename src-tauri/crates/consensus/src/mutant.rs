//! Faults of the protocol, one at a time, each the mistake of an earlier draft or of another
//! implementation. Compiled only for tests that prove that the checker or the simulator finds it.

/// A deliberate fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mutant {
    /// A promise leaves before it is durable.
    PromiseNotSynced,
    /// An acceptance leaves before it is durable.
    AcceptanceNotSynced,
    /// The own acceptance is counted before it is durable.
    OwnVoteEarly,
    /// An owner sends round 0 again after a restart, whatever it has promised since.
    RoundZeroAgain,
    /// Round 0 is sent by anyone, and accepted from anyone.
    RoundZeroOfStranger,
    /// After a restart the ballot of the earlier life is resumed.
    BallotResumed,
    /// What a quorum reports as accepted is not adopted.
    NoAdoption,
    /// Of several accepted blocks the lowest ballot's is adopted.
    LowestAdopted,
    /// A promise does not report what was accepted.
    VoteHidden,
    /// A majority is one voter too small.
    QuorumTooSmall,
    /// A ballot below the promise is accepted.
    PromiseBroken,
    /// A change of voters is agreed by the new voters alone.
    NewVotersAlone,
    /// Votes are cast above the open height.
    VoteWithoutHistory,
    /// Whoever is told that its disk went back in time votes on.
    RestoredDiskVotes,
    /// A read is answered from the own tip without asking anyone.
    ReadsUnasked,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::PromiseNotSynced,
        Self::AcceptanceNotSynced,
        Self::OwnVoteEarly,
        Self::RoundZeroAgain,
        Self::RoundZeroOfStranger,
        Self::BallotResumed,
        Self::NoAdoption,
        Self::LowestAdopted,
        Self::VoteHidden,
        Self::QuorumTooSmall,
        Self::PromiseBroken,
        Self::NewVotersAlone,
        Self::VoteWithoutHistory,
        Self::RestoredDiskVotes,
        Self::ReadsUnasked,
    ];
}
