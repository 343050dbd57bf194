//! Agreement without a leader: one synod (single-decree Paxos) per height of the chain, whose
//! value is the whole block.
//!
//! Pure: [`Synod::step`] takes the time and one [`Input`] and returns [`Output`]s. Nothing here
//! reads a clock, draws a random number, does I/O, or depends on the order of a hash map; the
//! caller carries the outputs out and reports back. What a block is, who signed it, and whether
//! it may stand on the chain is the caller's to check before it comes in.
//!
//! `PROTOCOL.md` beside this crate states the messages, what must be durable before each, the
//! invariants (cited here by their letters) and why they hold.

mod ballot;
mod message;
mod synod;

pub use ballot::{Ballot, Proposer, Types};
pub use message::{Input, Lsn, Message, Output, Record};
pub use synod::{Begin, Synod, Vote};

#[cfg(test)]
mod tests;
