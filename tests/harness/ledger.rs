//! The files of a ledger, and what can be wrong with them.

use std::fs;
use std::path::{Path, PathBuf};

/// A version of the log's format that no Kinfolio of today knows.
const FUTURE: u32 = 7;

/// The file of `ledger` that is written to.
///
/// # Panics
/// There is none.
#[must_use]
pub fn log(ledger: &Path) -> PathBuf {
    let entries = fs::read_dir(ledger).expect("a ledger");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let logs = paths.filter(|path| path.extension().is_some_and(|it| it == "log"));
    logs.max().expect("a log")
}

/// What that file would hold, had a newer version of Kinfolio written it: a head that is sound, of a
/// version that is not known.
///
/// # Panics
/// `sound` is shorter than a head.
#[must_use]
pub fn of_newer_version(sound: &[u8]) -> Vec<u8> {
    let mut newer = sound.to_vec();
    newer[8..12].copy_from_slice(&FUTURE.to_le_bytes());
    let checksum = crc32c::crc32c(&newer[..16]);
    newer[16..20].copy_from_slice(&checksum.to_le_bytes());
    newer
}
