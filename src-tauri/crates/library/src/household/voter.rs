//! The bucket's vote, turned on and off: it comes and goes as any member does.

use kinfolio_node::{Change, InvitationId, Role, Status};

use super::{change, remove};
use crate::bucket::prepare_to_vote;
use crate::edit::Settled;
use crate::error::LibraryError;
use crate::library::Library;

/// Gives the household's bucket a vote, so that of two devices each can decide with it while the
/// other is away; or takes it back.
///
/// # Errors
/// No bucket is set, it cannot vote or is in trouble; the devices within reach could not decide
/// without it; or the ledger cannot write.
pub async fn set_bucket_voter(library: &Library, votes: bool) -> Result<Settled, LibraryError> {
    match (votes, library.node().bucket_voter()) {
        (true, Some(_)) | (false, None) => Ok(Settled::Committed),
        (false, Some(bucket)) => remove(library, bucket).await,
        (true, None) => {
            let member = prepare_to_vote(library).await?;
            let wanted = |status: &Status| {
                let mut members = status.members.iter();
                let none = members.all(|one| one.role != Role::Bucket);
                Ok(none.then(|| Change::Join {
                    member: Box::new(member.clone()),
                    invitation: InvitationId(member.id.0),
                }))
            };
            change(library, wanted).await
        }
    }
}

/// Whether the devices within reach could go on without the bucket.
pub(super) fn devices_suffice(status: &Status) -> Result<(), LibraryError> {
    let members = status.members.iter();
    let devices: Vec<_> = members.filter(|one| one.role == Role::Voter).collect();
    let away: Vec<_> = devices.iter().filter(|one| !one.reachable).collect();
    if away.len() * 2 < devices.len() {
        return Ok(());
    }
    let names: Vec<_> = away.iter().map(|one| format!("“{}”", one.name)).collect();
    let names = names.join(", ");
    Err(LibraryError::VotersAway { names })
}
