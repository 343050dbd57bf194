//! The catalogue: what the household's photos are, worked out from the chain.
//!
//! Replays blocks into a file of tables that answers at once; the file can be deleted at
//! any time and comes out of the chain again, equal to the bit. Knows the library's edits
//! and how they merge; does not know files, previews, search or the network.

pub mod burst;
pub mod catalog;
pub mod field;
pub mod label;
mod merge;
pub mod payload;
pub mod photo;
pub mod photo_id;
pub mod settings;
pub mod wall_time;

pub use kinfolio_chain::{DeviceId, Edit, EditId, Height};

pub use catalog::{
    Applied, CHECKPOINT_FORMAT, Catalog, CatalogError, CheckpointError, CopyCounts, Edition, Held,
    Leftovers, Receiver, Snapshot, View, Whereabouts,
};
pub use field::{FieldError, FieldType};
pub use label::{LabelError, List, Move};
pub use payload::{
    ActionName, Change, ChangeError, Exposure, Kind, LibraryEdit, Occasion, PhotoAdded, Position,
    Taken, TakenSource, labels, photos_added,
};
pub use photo::{
    Action, Conflict, Deed, Field, FieldValue, Happened, HistoryEntry, LabelCount, MonthCount,
    Photo, TimelineRow, Undone, Written,
};
pub use photo_id::{ActionId, ImportId, PhotoId};
pub use settings::{Placement, Settings, SettingsChange, SettingsError, Span};
pub use wall_time::{WallTime, YearMonth};
