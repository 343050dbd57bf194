//! The chain: status and blocks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kinfolio_library::household::Device;
use kinfolio_library::ledger::Status;
use kinfolio_library::node::engine::Standing;
use kinfolio_library::node::{Block, Edit, EditState, MemberStatus, Payload, Receipt, Role};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::tasks::BucketBody;
use super::{State, moment};

/// This device's view of the household's chain.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LedgerStatus {
    /// The household's name.
    pub household: String,
    /// This device.
    pub device: DeviceBody,
    /// The chain's height.
    pub height: u64,
    /// The hash of its last block.
    pub tip: String,
    /// Edits authored here and not yet in this chain.
    pub pending: u64,
    /// Whether enough voters are reachable to commit.
    pub quorum: bool,
    /// Whether this device votes: `good`; `healing` while its damaged ledger is made whole by the
    /// others; `superseded` if another copy of it, or a later state of its disk, is about; `removed`
    /// once the household has removed it; `forked` if another device holds other blocks and no
    /// majority says who is right.
    pub standing: String,
    /// Whether this device was made from the bucket and only shows what that held: the first change here
    /// goes on with the household, with this as its only device.
    pub restored: bool,
    /// Photos known, the trash counted.
    pub photos: u64,
    /// While this device is new: how far what it shows, which another device or the bucket gave it, is
    /// found to be what the ledger says. Null once all of it is.
    pub proving: Option<ProvingBody>,
    /// Originals that this device is to keep and that have not come yet, as many as are looked for at a
    /// time at most; `null` before the first look, and where not all are to be kept here.
    pub coming: Option<u64>,
    /// How the latest look at everything that this device holds went, or goes.
    pub scrub: ScrubBody,
    /// How this device gets on with the household's bucket; `null` where none is set.
    pub bucket: Option<BucketBody>,
    /// Every member, this device included.
    pub members: Vec<MemberBody>,
}

/// How far what a new device shows is proved.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProvingBody {
    /// The block up to which it is.
    pub height: u64,
    /// The block whose state it shows.
    pub of: u64,
}

/// How the latest scrub went, or goes: every original hashed again, what is damaged repaired.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ScrubBody {
    /// Whether one is under way.
    pub running: bool,
    /// When the latest was through; `null` before the first.
    pub finished_at: Option<String>,
    /// Originals that were hashed.
    pub checked: u64,
    /// Originals and previews that were damaged and are whole again.
    pub repaired: u64,
    /// Originals that are damaged or missing on this device, and that nobody could give.
    pub missing: u64,
}

/// A device.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceBody {
    /// Its id, hex.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `voter` or `observer`.
    pub role: String,
}

/// A member of the household.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberBody {
    /// Its id, hex.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `voter` or `observer`.
    pub role: String,
    /// Whether it answers.
    pub reachable: bool,
    /// The height of its chain, as last heard.
    pub height: Option<u64>,
    /// The tip of its chain, as last heard.
    pub tip: Option<String>,
    /// When it was last heard.
    pub last_seen: Option<String>,
    /// Which originals it keeps: `all`, `recent:DAYS` (favourites, and those taken or added within
    /// so many days) or `on-demand`.
    pub placement: String,
    /// How long nothing was heard of it, in seconds, counted while this device was part of a quorum; 0,
    /// unless it is a voter.
    pub silent_seconds: u64,
    /// When it stops counting towards the quorum if it stays silent, at the earliest; `null`: never, or
    /// it is not silent.
    pub prune_at: Option<String>,
    /// Whether it was silent for so long that it does not count; it gets its vote back by itself once
    /// it is there again.
    pub pruned: bool,
    /// Why this device and that one do not go on with each other, and what to do.
    pub trouble: Option<String>,
    /// Edits that were authored there and are in no block, as it last said.
    pub pending: Option<u64>,
    /// Originals that it is known to hold: it has hashed them, or added them. `null` until they are
    /// counted.
    pub originals: Option<u64>,
    /// How many of those are known to be on no other device and not in the bucket. `null` for the
    /// bucket, and until they are counted.
    pub sole_originals: Option<u64>,
    /// Bytes left on the disk of its library, as it last said.
    pub free_bytes: Option<u64>,
    /// Whether that disk took nothing more when it last said so: what comes to the household is not
    /// stored, or does not show there, until there is room.
    pub disk_full: bool,
    /// How far its clock is ahead of the other devices within reach, in seconds, below zero: behind;
    /// `null`, unless that is more than ten minutes.
    pub clock_ahead_seconds: Option<i64>,
}

/// What to prove.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProofParams {
    /// An edit, as its receipt names it.
    pub edit: Option<String>,
    /// The height of its block; spares looking for it.
    pub height: Option<u64>,
    /// The height of an older tip.
    pub from: Option<u64>,
    /// The height of a newer one; the present tip unless told.
    pub to: Option<u64>,
}

/// Which blocks to list.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BlocksParams {
    /// The first height; 0 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// At most this many, 1 to 100,000; 100 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 100000)]
    pub limit: Option<u32>,
}

/// Where an entry stands.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EntryBody {
    /// Whether it is in a block.
    pub state: State,
    /// The height of its block, once it is in one.
    pub height: Option<u64>,
    /// The hash of that block.
    pub hash: Option<String>,
    /// Its name: device, life and number.
    pub edit: String,
}

impl EntryBody {
    /// What is known of an acknowledged entry.
    #[must_use]
    pub fn new(receipt: &Receipt) -> Self {
        Self {
            state: match receipt.state {
                EditState::Committed => State::Committed,
                EditState::Pending => State::Pending,
            },
            height: receipt.height,
            hash: receipt.hash.map(|hash| hash.to_string()),
            edit: receipt.first.to_string(),
        }
    }
}

/// How long the writer of an entry waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryWait {
    /// Until it is in a block.
    #[default]
    Committed,
    /// Until it is durable on this device at least.
    Pending,
}

/// How an entry is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntryParams {
    /// `pending` answers when the entry is durable on this device at least.
    #[serde(default)]
    #[param(inline)]
    pub wait: EntryWait,
}

/// A block without its edits.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BlockBody {
    /// Its height.
    pub height: u64,
    /// SHA-256 of its header.
    pub hash: String,
    /// The hash of the block below it; zeros at height 0.
    pub prev: String,
    /// The device that proposed it.
    pub proposer: String,
    /// When, by the proposer's clock.
    pub timestamp: String,
    /// How many edits it holds.
    pub edits: u64,
}

/// A block with its edits.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BlockDetail {
    /// Its height.
    pub height: u64,
    /// SHA-256 of its header.
    pub hash: String,
    /// The hash of the block below it; zeros at height 0.
    pub prev: String,
    /// The device that proposed it.
    pub proposer: String,
    /// When, by the proposer's clock.
    pub timestamp: String,
    /// Its edits, in order.
    pub edits: Vec<EditBody>,
}

/// An edit as the chain holds it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EditBody {
    /// The device that authored it.
    pub device: String,
    /// The life of its process.
    pub incarnation: String,
    /// Its number within that life.
    pub seq: u64,
    /// `founding`, `opaque`, `membership` or `task`.
    pub kind: String,
    /// Opaque payloads in base64; others as text.
    pub payload: Option<String>,
}

impl BlockBody {
    /// `block` in short.
    pub(crate) fn new(block: &Block) -> Self {
        let header = block.header();
        Self {
            height: header.height,
            hash: block.hash().to_string(),
            prev: header.prev.to_string(),
            proposer: header.proposer.device.to_string(),
            timestamp: moment(header.timestamp_ms),
            edits: block.edit_count(),
        }
    }
}

impl BlockDetail {
    /// `block` with its edits.
    pub(crate) fn new(block: &Block) -> Self {
        let short = BlockBody::new(block);
        Self {
            height: short.height,
            hash: short.hash,
            prev: short.prev,
            proposer: short.proposer,
            timestamp: short.timestamp,
            edits: block.edits().map(|edit| EditBody::new(&edit)).collect(),
        }
    }
}

impl EditBody {
    fn new(edit: &Edit) -> Self {
        let (kind, payload) = match &edit.payload {
            Payload::Founding(founding) => ("founding", Some(founding.household.clone())),
            Payload::Opaque(bytes) => ("opaque", Some(STANDARD.encode(bytes))),
            Payload::Membership(edit) => ("membership", Some(edit.change.to_string())),
            Payload::Task(task) => ("task", Some(task.to_string())),
            Payload::Epoch(epoch) => ("epoch", Some(epoch.to_string())),
        };
        let incarnation = edit.id.incarnation;
        Self {
            device: edit.id.device.to_string(),
            incarnation: format!("{}.{:016x}", incarnation.counter, incarnation.nonce),
            seq: edit.id.seq,
            kind: kind.to_owned(),
            payload,
        }
    }
}

impl LedgerStatus {
    /// The status as it is told.
    pub(crate) fn new(status: &Status) -> Self {
        let node = &status.node;
        Self {
            household: node.household.clone(),
            device: DeviceBody {
                id: node.device.id.to_string(),
                name: node.device.name.clone(),
                role: match node.standing {
                    Standing::Removed => "removed",
                    _ => role(node.device.role),
                }
                .to_owned(),
            },
            height: node.tip.height,
            tip: node.tip.hash.to_string(),
            pending: node.pending,
            quorum: node.quorum,
            standing: standing(&node.standing).to_owned(),
            restored: status.restored,
            photos: status.photos,
            coming: status.coming,
            proving: status.proving.map(|proving| ProvingBody {
                height: proving.height,
                of: proving.of,
            }),
            scrub: ScrubBody {
                running: status.scrub.running,
                finished_at: status.scrub.finished_ms.map(moment),
                checked: status.scrub.checked,
                repaired: status.scrub.repaired,
                missing: status.scrub.missing,
            },
            bucket: status.bucket.clone().map(Into::into),
            members: status.devices.iter().map(MemberBody::new).collect(),
        }
    }
}

impl MemberBody {
    /// The member as it is told.
    #[must_use]
    pub fn new(device: &Device) -> Self {
        let member = &device.member;
        Self {
            id: member.id.to_string(),
            name: member.name.clone(),
            role: role(member.role).to_owned(),
            reachable: member.reachable,
            height: member.tip.map(|tip| tip.height),
            tip: member.tip.map(|tip| tip.hash.to_string()),
            last_seen: member.last_seen_ms.map(moment),
            placement: device.placement.to_string(),
            silent_seconds: member.silent.as_secs(),
            prune_at: prune_at(member),
            pruned: member.role == Role::Silent,
            trouble: member.trouble.clone(),
            pending: member.pending,
            originals: device.originals,
            sole_originals: device.sole,
            free_bytes: member.free_bytes,
            disk_full: member.disk_full,
            clock_ahead_seconds: member.clock_ahead_ms.map(|ms| ms / 1000),
        }
    }
}

fn prune_at(member: &MemberStatus) -> Option<String> {
    let patience = member.patience.filter(|_| !member.silent.is_zero())?;
    let at = Timestamp::now().checked_add(patience).ok()?;
    Some(moment(at.as_millisecond()))
}

/// How a device's standing is told.
#[must_use]
pub fn standing(standing: &Standing) -> &'static str {
    match standing {
        Standing::Good => "good",
        Standing::Healing => "healing",
        Standing::Superseded { .. } => "superseded",
        Standing::Removed => "removed",
        Standing::Forked { .. } => "forked",
    }
}

pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Voter => "voter",
        Role::Observer | Role::Silent => "observer",
        Role::Bucket => "bucket",
    }
}
