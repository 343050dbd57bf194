//! Originals and previews between the household's devices: given to the others, fetched from them
//! when one is wanted and missing here, and gathered in the background until none is missing.
//!
//! Whatever comes is checked: an original by the hash that is its name, a preview by being one.

mod borrowed;
mod coming;
mod confirm;
mod doubts;
mod gather;
mod give;
mod incoming;
mod keep;
mod mend;
mod original;
mod preview;
mod purge;

pub(crate) use borrowed::Borrowed;
pub use coming::Coming;
pub(crate) use doubts::{Doubts, settle};
pub(crate) use gather::{Gathering, gather};
pub(crate) use give::Shelf;
pub(crate) use keep::{all, placement, say as say_kept};
pub(crate) use mend::{ensure_whole, is_hashed_first, mend_if_damaged, watched};
pub(crate) use original::{bring, replace, stream};
pub(crate) use preview::bring as preview;
pub(crate) use purge::purge;

use std::time::Duration;

use kinfolio_catalog::PhotoId;
use kinfolio_node::{DeviceId, FileKind, FileRef, MemberStatus, Role};

use crate::library::Library;

/// How long the next piece of a file may take.
const PIECE_TIME_MAX: Duration = Duration::from_secs(30);

fn file(kind: FileKind, id: PhotoId) -> FileRef {
    FileRef { kind, id: id.0 }
}

/// The household's other devices.
fn others(library: &Library) -> impl Iterator<Item = MemberStatus> {
    let status = library.node().status();
    let here = status.device.id;
    let members = status.members.into_iter();
    members.filter(move |one| one.id != here && one.role != Role::Bucket)
}

/// The other devices within reach, `first` before all others.
fn within_reach(library: &Library, first: Option<DeviceId>) -> Vec<DeviceId> {
    let reachable = others(library).filter(|one| one.reachable);
    let mut devices: Vec<_> = reachable.map(|one| one.id).collect();
    devices.sort_by_key(|&device| Some(device) != first);
    devices
}

/// The names of the other devices that are out of reach.
fn out_of_reach(library: &Library) -> Vec<String> {
    if library.node().is_restored() {
        // Whoever was a member before it is lost.
        return Vec::new();
    }
    let away = others(library).filter(|one| !one.reachable);
    away.map(|one| one.name).collect()
}
