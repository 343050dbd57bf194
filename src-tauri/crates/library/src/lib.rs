//! What one can do with a library of photos: import, browse, edit, search, verify.
//!
//! This crate ties the ledger node, the blob store, the catalogue and the search index of one
//! library folder together and offers use cases as plain functions. It owns no protocol: it has
//! never heard of HTTP, of JSON shapes, of windows or of terminals.
//!
//! Invariants:
//! * one process owns a library ([`Library::open`] takes its lock, which dies with the process);
//! * an original is durable before the record that names it is given to the ledger;
//! * the catalogue and the index are derived: damaged, they are thrown away and replayed;
//! * what is durably pending here is shown here, from its acknowledgement on, exactly once.

pub mod alike;
mod arrival;
pub mod browse;
pub mod bucket;
mod census;
pub mod checkpoint;
mod days;
pub mod edit;
mod error;
pub mod event;
mod exchange;
pub mod export;
pub mod fields;
mod follow;
mod followed;
pub mod founding;
pub mod household;
pub mod import;
mod jobs;
pub mod labels;
pub mod layout;
pub mod ledger;
mod library;
pub mod purge;
pub mod query;
pub mod reindex;
mod repeated;
pub mod restore;
pub mod scrub;
pub mod sentences;
mod settings;
mod shown;
pub mod suggest;
pub mod tasks;
mod token;
pub mod undo;
pub mod upload;
pub mod verify;

pub use error::{Code, LibraryError};
pub use event::Event;
pub use founding::Founding;
pub use layout::device_name;
pub use library::Library;
pub use settings::{Limits, Settings};
pub use token::Token;

pub use kinfolio_catalog as catalog;
pub use kinfolio_node as node;
pub use kinfolio_photos::sample;
pub use kinfolio_said as said;
