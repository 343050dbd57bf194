//! Whole households on simulated disks and networks, in virtual time: the shipped engine and log,
//! and every fault that a seed can think of. Three kinds: mixed faults of devices and networks;
//! households that lose most of their voters, go on without them, and come together again; and
//! households whose bucket votes, with the shipped acceptor over a store that loses answers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects and does not get ends it, in its parts too"
)]

mod coincident;
mod device;
mod dice;
mod disk;
mod history;
mod household;
mod mutants;
mod naive;
mod plan;
mod seeds;
mod store;
mod tally;
mod transcript;
mod witness;
mod world;
