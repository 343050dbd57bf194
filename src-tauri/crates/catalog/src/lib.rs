//! The catalogue: what the household's photos are, worked out from the chain.
//!
//! Replays blocks into a file of tables that answers at once; the file can be deleted at
//! any time and comes out of the chain again, equal to the bit. Knows the library's edits
//! and how they merge; does not know files, previews, search or the network.

pub mod catalog;
mod merge;
pub mod payload;
pub mod photo;
pub mod photo_id;
pub mod tag;
pub mod wall_time;

pub use kinfolio_chain::{DeviceId, EditId, Height};

pub use catalog::{Applied, Catalog, CatalogError, Snapshot};
pub use payload::{
    Change, ChangeError, Exposure, Kind, LibraryEdit, PhotoAdded, Position, Taken, TakenSource,
};
pub use photo::{
    Conflict, Field, FieldValue, Happened, HistoryEntry, MonthCount, Photo, TagCount, TimelineRow,
    Written,
};
pub use photo_id::{ImportId, PhotoId};
pub use tag::{Tag, TagError};
pub use wall_time::{WallTime, YearMonth};
