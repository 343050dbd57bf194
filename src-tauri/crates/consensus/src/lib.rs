//! Agreement without a leader: one synod (single-decree Paxos) per height of the chain, whose
//! value is the whole block.
//!
//! Pure: [`Replica::step`] takes the time and one [`Input`] and returns [`Output`]s. Nothing here
//! reads a clock, draws a random number, does I/O, or depends on the order of a hash map; the
//! caller carries the outputs out and reports back. What a block is, who signed it, and whether
//! it may stand on the chain is the caller's to check before it comes in.
//!
//! Three parts, each of which knows less than the one that holds it: [`Synod`] keeps the votes
//! of one height and is all that safety rests on; `Pace` says when to bid, which only speed rests
//! on; `Reads` finds out what a read must wait for.
//!
//! `PROTOCOL.md` beside this crate states the messages, what must be durable before each, the
//! invariants (cited here by their letters) and why they hold.

mod ballot;
mod message;
#[cfg(feature = "mutants")]
mod mutant;
mod pace;
mod reads;
mod replica;
mod synod;

pub use ballot::{Ballot, Proposer, Types};
pub use message::{Begin, Input, Lsn, Message, Micros, Output, Record, Vote};
#[cfg(feature = "mutants")]
pub use mutant::Mutant;
pub use replica::Replica;
pub use synod::Synod;

#[cfg(test)]
mod tests;
