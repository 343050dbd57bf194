//! Buckets as their users have them: one suite that every store passes, and what they say when
//! something is wrong.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects and does not get ends it, in its parts too"
)]

mod conformance;
mod encrypted;
mod wrong;
