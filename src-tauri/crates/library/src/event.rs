//! What happens in a library, told to whoever listens. Listeners that are too slow miss events
//! and are told so by the channel; the state is always to be read again from the library.

use kinfolio_catalog::PhotoId;
use kinfolio_node::BlockHash;

use crate::export;
use crate::import;

/// Something that has happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The catalogue has reached a new block.
    Block {
        /// Its height.
        height: u64,
        /// The chain's tip then.
        tip: BlockHash,
    },
    /// Photos were added or changed in the blocks up to `height`.
    Photos {
        /// The height that shows the change.
        height: u64,
        /// Which; `None` when there are more than [`PHOTOS_NAMED_MAX`].
        ids: Option<Vec<PhotoId>>,
    },
    /// A device came within reach or went out of it, or the household's members changed.
    Devices {
        /// How many there are.
        members: usize,
        /// How many of them are within reach, this one included.
        reachable: usize,
        /// Whether they are enough to agree on a block.
        quorum: bool,
    },
    /// An import has made progress or ended.
    Import(Box<import::Job>),
    /// An export has made progress or ended.
    Export(Box<export::Job>),
}

/// Most photos that one event names.
pub const PHOTOS_NAMED_MAX: usize = 500;
