//! Whole nodes against each other and against a hostile member.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects and does not get ends it, in its parts too"
)]

mod agreement;
mod healing;
mod hostile;
mod household;
mod lines;
mod pairing;
mod recovery;
mod removal;
mod silence;
mod tasks;
