//! The headless product as a whole: the real program, real files, real signals.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects and does not get ends it, in its parts too"
)]

mod alike;
mod away;
mod bad_input;
mod bucket;
mod cards;
mod copied;
mod copies;
mod damage;
mod export;
mod first_day;
mod full_disk;
mod household;
mod kill;
mod ledger;
mod licences;
mod lines;
mod membership;
mod namespaces;
mod offline;
mod organise;
mod output;
mod outsiders;
mod peers;
mod proof;
mod purged;
mod reindex;
mod restore;
mod scrub;
mod serve;
mod settings;
mod sharing;
mod status;
mod storm;
mod tidy;
mod trouble;
mod voter;
