//! The commands, one module each.

pub(crate) mod alike;
pub(crate) mod bench;
pub(crate) mod blocks;
pub(crate) mod devices;
pub(crate) mod edit;
pub(crate) mod export;
pub(crate) mod fields;
pub(crate) mod history;
pub(crate) mod household;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod invite;
pub(crate) mod join;
pub(crate) mod labels;
pub(crate) mod purge;
pub(crate) mod recovery_key;
pub(crate) mod reindex;
pub(crate) mod restore;
pub(crate) mod sample;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod undo;
pub(crate) mod verify;
