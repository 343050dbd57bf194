//! The household's devices: who they are, how others come in, and how one goes.

mod recovery;
mod settings;
pub(crate) mod silence;
mod voter;

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::Duration;

use kinfolio_node::engine::Standing;
use kinfolio_node::{
    Admission, Change, DeviceId, Door, EditState, Invitation, InvitationId, InvitationState,
    InvitationStatus, MemberStatus, Progress, Role, Status, SubmitError, is_same_name,
};

use crate::edit::Settled;
use crate::error::LibraryError;
use crate::founding::check_name;
use crate::library::{Library, node_error};

pub use kinfolio_catalog::{Placement, Settings, SettingsChange, Span};
pub use recovery::{follow, recover};
pub use settings::{change_settings, settings};
pub use voter::set_bucket_voter;

/// Where a device listens unless something else does already.
pub const PEER_PORT: u16 = 8788;

/// For how long an invitation is good unless told.
pub const INVITATION_TIME: Duration = Duration::from_secs(10 * 60);

/// How often a change is written again when another change of the members came first.
const ATTEMPTS: usize = 20;

/// Opens the library in `root` as a node that meets the household's other devices, and listens for
/// them if there are any: no port is open where there is nobody to come.
///
/// # Errors
/// As [`Library::open`].
pub async fn open(root: &Path) -> Result<Library, LibraryError> {
    let library = Library::open_with(root, Door::default()).await?;
    if status(&library).members.len() > 1
        && let Err(error) = listen(&library).await
    {
        tracing::warn!(%error, "the other devices cannot be listened for; they are dialled");
    }
    Ok(library)
}

/// What this device knows of the household and itself.
#[must_use]
pub fn status(library: &Library) -> Status {
    library.node().status()
}

/// A device of the household.
#[derive(Clone, Debug)]
pub struct Device {
    /// What the chain and the links say of it.
    pub member: MemberStatus,
    /// Which originals it keeps.
    pub placement: Placement,
    /// How many it is known to hold; nothing before they were counted.
    pub originals: Option<u64>,
    /// How many of those are known to be nowhere else; nothing for the bucket.
    pub sole: Option<u64>,
}

/// The household's devices, this one included.
#[must_use]
pub fn devices(library: &Library) -> Vec<Device> {
    let settings = settings(library);
    let census = library.census().borrow().clone();
    let members = library.node().status().members.into_iter();
    let bucket = library.bucket().address();
    let held = |member: &MemberStatus| census.as_ref()?.on(member.id);
    let stored = || census.as_ref()?.bucket(bucket.as_ref()?);
    let device = |member: MemberStatus| {
        let (originals, sole) = match member.role {
            Role::Bucket => (stored().map(|counted| counted.stored), None),
            _ => held(&member)
                .map(|held| (held.originals, held.sole))
                .unzip(),
        };
        Device {
            placement: settings.placement(member.id),
            originals,
            sole,
            member,
        }
    };
    members.map(device).collect()
}

/// Invites one device. A device that does not listen for others yet does from now on.
///
/// # Errors
/// The library was opened by a command, without a node that runs; no port is to be had; too
/// many invitations are open; or this device has no say itself: it was removed, or a copy of it runs.
pub async fn invite(
    library: &Library,
    role: Role,
    admission: Admission,
    time: Duration,
) -> Result<Invitation, LibraryError> {
    let household = status(library);
    match household.standing {
        Standing::Removed => {
            let household = household.household;
            return Err(LibraryError::Submit(SubmitError::Removed { household }));
        }
        Standing::Superseded { .. } => return Err(LibraryError::Submit(SubmitError::Superseded)),
        Standing::Good | Standing::Healing | Standing::Forked { .. } => {}
    }
    listen(library).await?;
    let invited = library.node().invite(role, admission, time);
    invited.map_err(|error| node_error(library.layout().root(), error))
}

/// Lets in who asks with an invitation of this device and shows these check words.
///
/// # Errors
/// This device gave no such invitation since it runs, nobody asks with it, or the words are others.
pub fn let_in(
    library: &Library,
    invitation: InvitationId,
    check_words: &str,
) -> Result<(), LibraryError> {
    let done = library.node().let_in(invitation, check_words);
    done.map_err(|error| node_error(library.layout().root(), error))
}

/// Takes an invitation of this device back with which nobody was let in; who waits to be is told no.
///
/// # Errors
/// This device gave no such invitation since it runs, or somebody was let in with it.
pub fn withdraw(library: &Library, invitation: InvitationId) -> Result<(), LibraryError> {
    let withdrawn = library.node().withdraw(invitation);
    withdrawn.map_err(|error| node_error(library.layout().root(), error))
}

/// The invitations that this device gave since it runs, and what became of them; but for those
/// whose device has been removed since.
#[must_use]
pub fn invitations(library: &Library) -> Vec<InvitationStatus> {
    let members = status(library).members;
    let mut given = library.node().invitations();
    given.retain(|one| match &one.state {
        InvitationState::Used {
            device,
            progress: Progress::Joined,
            ..
        } => members.iter().any(|member| member.id == *device),
        _ => true,
    });
    given
}

/// Listens for the household's other devices on all addresses, unless this device listens
/// already: at the usual port, or where that is taken at any.
///
/// # Errors
/// No port is to be had.
pub async fn listen(library: &Library) -> Result<(), LibraryError> {
    if library.node().reachable_at().is_some() {
        return Ok(());
    }
    let all = Ipv4Addr::UNSPECIFIED;
    let listener = TcpListener::bind((all, PEER_PORT)).or_else(|_| TcpListener::bind((all, 0)));
    let listener = listener.map_err(LibraryError::NoPort)?;
    let listening = library.node().listen(listener).await;
    listening.map_err(|error| node_error(library.layout().root(), error))
}

/// Calls a device something else.
///
/// # Errors
/// There is no such device, the name cannot be used, or the ledger cannot write.
pub async fn rename(
    library: &Library,
    device: DeviceId,
    name: &str,
) -> Result<Settled, LibraryError> {
    check_name("a device", name)?;
    let wanted = |status: &Status| {
        let member = member(status, device)?;
        let others = status.members.iter().filter(|one| one.id != device);
        if let Some(other) = others.into_iter().find(|one| is_same_name(&one.name, name)) {
            return Err(LibraryError::NameTaken {
                name: other.name.clone(),
            });
        }
        Ok((member.name != name).then(|| Change::Name {
            device,
            name: name.to_owned(),
        }))
    };
    change(library, wanted).await
}

/// Gives a device another voice.
///
/// # Errors
/// There is no such device, it is the last voter, or the ledger cannot write.
pub async fn set_role(
    library: &Library,
    device: DeviceId,
    role: Role,
) -> Result<Settled, LibraryError> {
    let wanted = |status: &Status| {
        let member = member(status, device)?;
        if [member.role, role].contains(&Role::Bucket) {
            let name = member.name.clone();
            return Err(LibraryError::BucketRole { name });
        }
        if role == Role::Observer {
            keep_a_voter(status, device)?;
        }
        Ok((member.role != role).then_some(Change::Role { device, role }))
    };
    change(library, wanted).await
}

/// Removes a device for good: its key is refused from that block on, and what it has not said by
/// then never enters the chain.
///
/// # Errors
/// There is no such device, it is the last voter, or the ledger cannot write.
pub async fn remove(library: &Library, device: DeviceId) -> Result<Settled, LibraryError> {
    member(&library.node().status(), device)?;
    let wanted = |status: &Status| {
        let leaving = status.members.iter().find(|one| one.id == device);
        match leaving.map(|one| one.role) {
            None => return Ok(None),
            Some(Role::Bucket) => voter::devices_suffice(status)?,
            Some(Role::Voter | Role::Observer | Role::Silent) => keep_a_voter(status, device)?,
        }
        Ok(Some(Change::Remove { device }))
    };
    change(library, wanted).await
}

/// Writes the change that is `wanted` until none is any more, or it waits for a quorum.
async fn change(
    library: &Library,
    wanted: impl Fn(&Status) -> Result<Option<Change>, LibraryError>,
) -> Result<Settled, LibraryError> {
    for _ in 0..ATTEMPTS {
        let Some(change) = wanted(&library.node().status())? else {
            return Ok(Settled::Committed);
        };
        let receipt = library.node().change_members(change).await;
        let receipt = receipt.map_err(|error| library.submit_error(error))?;
        if receipt.state == EditState::Pending {
            return Ok(Settled::Pending);
        }
    }
    Err(LibraryError::MembersChange)
}

fn member(status: &Status, device: DeviceId) -> Result<&MemberStatus, LibraryError> {
    let member = status.members.iter().find(|one| one.id == device);
    member.ok_or(LibraryError::DeviceUnknown { device })
}

fn keep_a_voter(status: &Status, device: DeviceId) -> Result<(), LibraryError> {
    let mut others = status.members.iter().filter(|one| one.id != device);
    match others.any(|one| one.role == Role::Voter) {
        true => Ok(()),
        false => Err(LibraryError::LastVoter {
            name: member(status, device)?.name.clone(),
        }),
    }
}
