//! Where devices listen, as they tell each other.

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
