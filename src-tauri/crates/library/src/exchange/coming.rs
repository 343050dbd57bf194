//! How far the originals are that this device is to keep.

use std::collections::BTreeMap;
use std::sync::Arc;

use kinfolio_catalog::PhotoId;

/// How far the originals are that this device is to keep.
#[derive(Clone, Debug, Default)]
pub struct Coming {
    /// How many of those that were looked at since the library was opened are here.
    pub here: u64,
    /// How many are not, as many as are looked for at a time at most; nothing before the first look.
    pub missing: Option<u64>,
    /// Whether all of them are known, and each was asked for: what is missing now is not to be had at
    /// the moment.
    pub settled: bool,
    /// Why those are not here that were asked for and did not come.
    pub failed: Arc<BTreeMap<PhotoId, String>>,
    /// What keeps any from coming; nothing, where that goes well.
    pub trouble: Option<String>,
}
