//! Where devices listen and how they are, as they tell each other.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use kinfolio_chain::DeviceId;

/// Most addresses that are kept and told of one device.
pub const ADDRESSES_MAX: usize = 16;

/// Where a device listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Which one.
    pub device: DeviceId,
    /// Its addresses, most promising first; at most [`ADDRESSES_MAX`].
    pub addresses: Vec<SocketAddr>,
}

/// How a device is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Edits that were authored there and are in no block yet.
    pub pending: u64,
    /// Room left on the disk of its library, in bytes, if it can tell.
    pub free_bytes: Option<u64>,
    /// Voters that it has not heard of for as long as it takes until they stop counting; at most as
    /// many as a household has members.
    pub misses: BTreeSet<DeviceId>,
    /// Whether that disk takes nothing more, so that something there cannot go on.
    pub disk_full: bool,
    /// What its clock says as it sends this, in unix milliseconds.
    pub clock_ms: i64,
}
