//! Work claimed in the household, and how this device gets on with the bucket.

use kinfolio_library::bucket::Status;
use kinfolio_library::tasks::Claimed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moment;

/// What is being done once for the household.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Tasks {
    /// Tasks that a device holds, by name.
    pub tasks: Vec<TaskBody>,
    /// How this device gets on with the household's bucket; `null` where none is set.
    pub bucket: Option<BucketBody>,
}

/// A task that a device holds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskBody {
    /// What it is called.
    pub task: String,
    /// The device that does it, by its id.
    pub device: String,
    /// That device's name; `null` if it has left the household.
    pub name: Option<String>,
    /// When another device may take it, unless it is done or renewed before.
    pub until: String,
    /// The height of the claim.
    pub token: u64,
}

/// How this device gets on with the bucket.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BucketBody {
    /// Its address; `null` if what is set is none.
    pub bucket: Option<String>,
    /// Whether what is put there is encrypted; before the bucket was asked, whether it is to be.
    pub encrypted: bool,
    /// Whether it has a vote in the household.
    pub votes: bool,
    /// What is wrong, and what to do; `null` if nothing is, as far as is known.
    pub trouble: Option<String>,
    /// Originals that the household is known to have stored there; `null` until they are counted.
    pub originals: Option<u64>,
    /// Originals of the household that it is not known to hold, whether or not it answers; `null`
    /// until they are counted.
    pub waiting: Option<u64>,
    /// Originals that this device has stored there since it was started.
    pub stored: u64,
    /// Originals that it could not store, for a fault of their own.
    pub failed: u64,
    /// How many blocks of the ledger it holds, from the founding one on; `null` until that is known.
    pub blocks: Option<u64>,
    /// How many blocks of this device's chain it does not hold yet; `null` until that is known.
    pub blocks_behind: Option<u64>,
}

impl TaskBody {
    /// A claim as it is told.
    pub(crate) fn new(claimed: &Claimed) -> Self {
        Self {
            task: claimed.task.clone(),
            device: claimed.by.to_string(),
            name: claimed.name.clone(),
            until: moment(claimed.until_ms),
            token: claimed.token,
        }
    }
}

impl From<Status> for BucketBody {
    fn from(status: Status) -> Self {
        Self {
            bucket: status.bucket,
            encrypted: status.encrypted,
            votes: status.votes,
            trouble: status.trouble,
            originals: status.originals,
            waiting: status.waiting,
            stored: status.stored,
            failed: status.failed,
            blocks: status.blocks,
            blocks_behind: status.blocks_behind,
        }
    }
}
