//! Going on where most of the household's devices are lost for good.

use std::time::Duration;

use kinfolio_node::{DeviceId, Recovered, SubmitError};

use super::{member, status};
use crate::error::LibraryError;
use crate::library::Library;

/// How long the others have to show that they are there after all: a device that has just been
/// started has not spoken to them yet.
const LOOK_AROUND: Duration = Duration::from_secs(5);

/// Begins a new epoch, of which this device is the only voter; see [`Node::recover`]. Where a
/// household is named, it must be this one.
///
/// [`Node::recover`]: kinfolio_node::Node::recover
///
/// # Errors
/// Another household is named, a majority is within reach, or the ledger cannot write.
pub async fn recover(library: &Library, named: Option<&str>) -> Result<Recovered, LibraryError> {
    let household = status(library).household;
    if named.is_some_and(|named| named.trim() != household) {
        return Err(LibraryError::OtherHousehold { household });
    }
    let mut changes = library.node().watch_household();
    let gathered = async {
        while !status(library).quorum {
            if changes.changed().await.is_err() {
                return;
            }
        }
    };
    if tokio::time::timeout(LOOK_AROUND, gathered).await.is_ok() {
        return Err(LibraryError::Submit(SubmitError::HasQuorum));
    }
    let recovered = library.node().recover().await;
    recovered.map_err(|error| library.submit_error(error))
}

/// Makes this device go with `device`, where the two follow different epochs: what only this
/// device's line had since they parted enters the other one as edits.
///
/// # Errors
/// There is no such device, or the ledger cannot be opened.
pub async fn follow(library: &Library, device: DeviceId) -> Result<(), LibraryError> {
    member(&status(library), device)?;
    let followed = library.node().follow(device).await;
    followed.map_err(|error| library.submit_error(error))
}
