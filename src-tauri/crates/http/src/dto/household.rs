//! The household's devices and invitations.

use jiff::Timestamp;
use kinfolio_library::node::{
    Admission, Invitation, InvitationState as Stands, InvitationStatus, Joined, Progress, Role,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::State;
use super::ledger::role;

mod settings;

pub(crate) use settings::placed;
pub use settings::{HouseholdBody, HouseholdChange, PlacementBody};

/// Whom to invite.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InvitationBody {
    /// For how long it is good, 1 to 10,080; 10 unless told.
    #[schema(minimum = 1, maximum = 10080)]
    pub for_minutes: Option<u32>,
    /// Whether the newcomer follows without a vote.
    pub observer: bool,
    /// Whether the newcomer waits until somebody here has compared the check words.
    pub confirm: bool,
}

/// Who is to be let in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetIn {
    /// The check words as they were compared.
    pub check_words: String,
}

/// An invitation for one device.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct InvitationMade {
    /// Its name; tells nobody anything.
    pub id: String,
    /// The invitation itself, `kinfolio1…`: whoever has it can join, once.
    pub invitation: String,
    /// The same as a QR code, an SVG picture.
    pub qr: String,
    /// What the newcomer becomes: `voter` or `observer`.
    pub role: String,
    /// Until when it is good.
    pub expires_at: String,
}

/// An invitation that this device gave, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct InvitationListed {
    /// Its name.
    pub id: String,
    /// What the newcomer becomes.
    pub role: String,
    /// Whether the newcomer waits until somebody here has compared the check words.
    pub confirm: bool,
    /// Until when it is good.
    pub expires_at: String,
    /// What became of it.
    pub state: InvitationState,
    /// Who came with it.
    pub device: Option<String>,
    /// What that device is called.
    pub name: Option<String>,
    /// Words that the newcomer shows, too: they are the same only if nobody stands in between.
    pub check_words: Option<String>,
}

/// What became of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InvitationState {
    /// It can be used.
    Open,
    /// Its time is over.
    Expired,
    /// A device has shown it and waits for somebody here to compare the check words.
    Asking,
    /// A device has shown it and is about to become a member.
    Joining,
    /// A device has become a member with it.
    Joined,
}

/// What changes about a device; what is absent stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeviceChange {
    /// What it is to be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its voice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleBody>,
    /// Which originals it keeps: `all`, `recent` or `recent:DAYS` (favourites, and those taken or
    /// added within so many days, 90 unless told) or `on-demand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<String>,
}

/// A device's voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RoleBody {
    /// It accepts blocks and counts towards the quorum.
    Voter,
    /// It follows and writes, without a vote.
    Observer,
}

/// What came of a change of the household.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HouseholdChanged {
    /// Whether it is in the chain.
    pub state: State,
}

/// Go on without the devices that are lost.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoverBody {
    /// The household's name, where a person has typed it to be sure.
    pub household: Option<String>,
}

/// The epoch that has begun.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RecoveredBody {
    /// Its id, hex.
    pub epoch: String,
    /// The height of the block that begins it.
    pub height: u64,
}

/// The household's recovery key: whoever has it and the bucket can read everything.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RecoveryKeyBody {
    /// The key itself, `kinfolio-key1…`.
    pub recovery_key: String,
    /// The same as a QR code, an SVG picture.
    pub qr: String,
}

/// Where to write the recovery key.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryKeyFile {
    /// The file's path on this machine; one that is there is replaced.
    pub path: String,
}

/// What a device has joined.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JoinedBody {
    /// The household's name.
    pub household: String,
    /// What this device is called.
    pub device: String,
    /// What the device that invited is called.
    pub inviter: String,
    /// Words that the inviter shows, too.
    pub check_words: String,
    /// Whether somebody has compared them before this device was let in.
    pub compared: bool,
    /// What this device becomes once it has caught up.
    pub role: String,
}

impl From<RoleBody> for Role {
    fn from(body: RoleBody) -> Self {
        match body {
            RoleBody::Voter => Self::Voter,
            RoleBody::Observer => Self::Observer,
        }
    }
}

impl InvitationMade {
    pub(crate) fn new(invitation: &Invitation, qr: String) -> Self {
        Self {
            id: invitation.id().to_string(),
            invitation: invitation.to_string(),
            qr,
            role: role(invitation.role).to_owned(),
            expires_at: seconds(invitation.expires_s),
        }
    }
}

impl InvitationListed {
    pub(crate) fn new(status: InvitationStatus) -> Self {
        let mut listed = Self {
            id: status.id.to_string(),
            role: role(status.role).to_owned(),
            confirm: status.admission == Admission::Confirmed,
            expires_at: seconds(status.expires_s),
            state: InvitationState::Open,
            device: None,
            name: None,
            check_words: None,
        };
        match status.state {
            Stands::Open => {}
            Stands::Expired => listed.state = InvitationState::Expired,
            Stands::Used {
                device,
                name,
                check_words,
                progress,
            } => {
                listed.state = match progress {
                    Progress::Asking => InvitationState::Asking,
                    Progress::Joining => InvitationState::Joining,
                    Progress::Joined => InvitationState::Joined,
                };
                listed.device = Some(device.to_string());
                listed.name = Some(name);
                listed.check_words = Some(check_words);
            }
        }
        listed
    }
}

impl JoinedBody {
    /// What a device called `device` has joined.
    #[must_use]
    pub fn new(joined: Joined, device: &str) -> Self {
        let becomes = match joined.votes {
            true => Role::Voter,
            false => Role::Observer,
        };
        Self {
            household: joined.household,
            device: device.to_owned(),
            inviter: joined.inviter,
            check_words: joined.check_words,
            compared: joined.compared,
            role: role(becomes).to_owned(),
        }
    }
}

/// A moment in whole seconds as RFC 3339 in UTC.
fn seconds(seconds: u32) -> String {
    Timestamp::from_second(seconds.into())
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}
