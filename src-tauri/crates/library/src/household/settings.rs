//! What the household has agreed upon: read here, changed here, in force on all devices once the
//! change is in the chain.

use kinfolio_bucket::Address;
use kinfolio_catalog::{LibraryEdit, Settings, SettingsChange};
use kinfolio_node::Role;

use super::member;
use crate::bucket::check_kind;
use crate::edit::{Settled, now, send};
use crate::error::LibraryError;
use crate::library::Library;

/// What the household has agreed upon, as far as this device has heard.
#[must_use]
pub fn settings(library: &Library) -> Settings {
    library.agreed().borrow().clone()
}

/// Agrees upon something else.
///
/// # Errors
/// A value cannot be, a device is none of the household's, or the ledger cannot write.
pub async fn change_settings(
    library: &Library,
    mut change: SettingsChange,
) -> Result<Settled, LibraryError> {
    if let Some(Some(bucket)) = &mut change.bucket {
        let address: Address = bucket.parse().map_err(LibraryError::BadBucket)?;
        *bucket = address.to_string();
    }
    let change = change.checked().map_err(LibraryError::BadSetting)?;
    let status = library.node().status();
    let other = change
        .bucket
        .as_ref()
        .filter(|bucket| **bucket != settings(library).bucket);
    if other.is_some() && status.members.iter().any(|one| one.role == Role::Bucket) {
        return Err(LibraryError::BucketVotes);
    }
    if change.bucket.is_some() || change.bucket_encrypted.is_some() {
        let before = settings(library);
        let encrypted = change.bucket_encrypted.unwrap_or(before.bucket_encrypted);
        if let Some(bucket) = change.bucket.clone().unwrap_or(before.bucket) {
            check_kind(&bucket, encrypted).await?;
        }
    }
    for &device in change.placements.keys() {
        member(&status, device)?;
    }
    let sent = send(
        library,
        vec![LibraryEdit::Settings(change).encode_on(now())],
    )
    .await?;
    Ok(sent.settled)
}
