//! What a replay stands on: where it reads what was, and where it puts what is.
//!
//! The file's tables are one ground, the layer of pending edits above a snapshot another; the
//! rules are the same on both. Does not know the rules.

use std::collections::BTreeSet;

use kinfolio_chain::{DeviceId, EditId, Height};

use super::CatalogError;
use super::row::{HistoryRow, PhotoRow, RelabelRow};
use crate::label::{List, Move};
use crate::merge::Stamp;
use crate::payload::ActionName;
use crate::photo::Undone;
use crate::photo_id::PhotoId;
use crate::settings::SettingsChange;

/// Where an edit stands: its block's height, and its place in that block. Pending edits stand
/// above every block, in the order in which they were written.
pub(super) type At = (Height, u32);

/// One edit of an action: where it stands, and the photo that it added, or none if it changed
/// photos.
pub(super) type Step = (At, Option<PhotoId>);

/// An edit that moved a label: where it stands, and whose it is.
pub(super) type Moved = (At, Stamp, Move);

/// What a device found when it hashed its originals again.
pub(super) struct Verified {
    /// Of what the blocks from this height…
    pub(super) from: Height,
    /// …to this one added…
    pub(super) height: Height,
    /// …at this time, in unix milliseconds…
    pub(super) verified_ms: i64,
    /// …it held all but these…
    pub(super) missing: Vec<PhotoId>,
    /// …and those that an edit before this one named, if these are more of them.
    pub(super) more: bool,
}

/// The state that edits are replayed upon. Errors are those of a file that cannot be read or
/// written.
pub(super) trait Ground {
    /// A photo's row.
    fn photo(&self, id: &PhotoId) -> Result<Option<PhotoRow>, CatalogError>;

    /// The payload of the edit at a place.
    fn words(&self, at: At) -> Result<Option<Vec<u8>>, CatalogError>;

    /// Keeps the payload of an edit.
    fn put_words(&mut self, at: At, raw: &[u8]) -> Result<(), CatalogError>;

    /// What an edit did to a photo.
    fn history(&self, id: &PhotoId, at: At) -> Result<Option<HistoryRow>, CatalogError>;

    /// Keeps what an edit did to a photo.
    fn put_history(&mut self, id: &PhotoId, at: At, row: HistoryRow) -> Result<(), CatalogError>;

    /// Keeps that an edit belongs to an action.
    fn put_step(&mut self, name: ActionName, step: Step) -> Result<(), CatalogError>;

    /// The edits of an action in chain order, which are forgotten with this: none can be taken
    /// back twice.
    fn take_steps(&mut self, name: ActionName) -> Result<Vec<Step>, CatalogError>;

    /// The photos that have a label that `moved` concerns, those in the trash too.
    fn labelled(&self, moved: &Move) -> Result<BTreeSet<PhotoId>, CatalogError>;

    /// The labels that were made and `moved` concerns.
    fn made(&self, moved: &Move) -> Result<Vec<String>, CatalogError>;

    /// Makes a label, or forgets that it was made; returns whether it had been.
    fn make(&mut self, list: List, label: &str, made: bool) -> Result<bool, CatalogError>;

    /// Keeps an edit of a list of labels, and whose labels it moved.
    fn put_relabel(
        &mut self,
        at: At,
        row: RelabelRow,
        photos: Vec<PhotoId>,
    ) -> Result<(), CatalogError>;

    /// An edit of a list of labels, which is forgotten with this, and whose labels it moved.
    fn take_relabel(&mut self, at: At) -> Result<Option<(RelabelRow, Vec<PhotoId>)>, CatalogError>;

    /// What edits of blocks above a height moved, in chain order.
    fn moves_above(&self, height: Height) -> Result<Vec<Moved>, CatalogError>;

    /// Keeps that a bucket held these originals whole at that time, in unix milliseconds.
    fn put_stored(
        &mut self,
        bucket: &str,
        originals: &[PhotoId],
        verified_ms: i64,
    ) -> Result<(), CatalogError>;

    /// Keeps that a bucket may hold what was purged, as of that height.
    fn put_leftover(
        &mut self,
        bucket: &str,
        id: &PhotoId,
        life: Height,
        height: Height,
    ) -> Result<(), CatalogError>;

    /// Forgets that, unless it came to be later than at `seen`.
    fn take_leftover(
        &mut self,
        bucket: &str,
        id: &PhotoId,
        life: Height,
        seen: Height,
    ) -> Result<(), CatalogError>;

    /// Keeps that a bucket, which held this original, does not hold it whole any more; nothing, if it
    /// is not known to have held it.
    fn take_stored(&mut self, bucket: &str, id: &PhotoId) -> Result<(), CatalogError>;

    /// Keeps what a device found when it hashed its originals again.
    fn put_verified(&mut self, device: DeviceId, found: &Verified) -> Result<(), CatalogError>;

    /// Keeps that an original has come to a device and was hashed there at that time, in unix
    /// milliseconds.
    fn put_held(
        &mut self,
        device: DeviceId,
        id: &PhotoId,
        verified_ms: i64,
    ) -> Result<(), CatalogError>;

    /// Keeps that a device holds an original no longer, unless it is the last that is known to.
    fn put_dropped(
        &mut self,
        device: DeviceId,
        id: &PhotoId,
        photo: &PhotoRow,
    ) -> Result<(), CatalogError>;

    /// Keeps that a device does not hold an original whole, whoever else does.
    fn put_lost(&mut self, device: DeviceId, id: &PhotoId) -> Result<(), CatalogError>;

    /// Keeps that a photo was purged at that height; what devices said to hold of it is forgotten,
    /// and what buckets hold of this life of it is left over.
    fn put_purged(
        &mut self,
        height: Height,
        id: &PhotoId,
        life: Height,
    ) -> Result<(), CatalogError>;

    /// Forgets that a photo was purged at that height: its bytes have come again.
    fn take_purged(&mut self, height: Height, id: &PhotoId) -> Result<(), CatalogError>;

    /// Takes a change of the household's settings over.
    fn put_settings(&mut self, change: SettingsChange) -> Result<(), CatalogError>;

    /// Keeps what came of an undo.
    fn put_undone(&mut self, undo: EditId, undone: Undone) -> Result<(), CatalogError>;
}
