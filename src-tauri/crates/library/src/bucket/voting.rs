//! The bucket's vote: this device's questions carried to the registers in the bucket, beside the
//! ledger's segments. What a vote is, `node` knows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kinfolio_bucket::{Bucket, BucketError, Version};
use kinfolio_node::{DeviceId, Height, Member, Registers, VoteError};

use super::ledger;
use super::link::Work;
use crate::error::LibraryError;
use crate::library::Library;

/// How long one request may take: what comes later is of no use to who waits for a vote.
const REQUEST: Duration = Duration::from_secs(10);

/// How long to wait after trouble, at first and at most.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// The registers of one voter.
struct Votes<'a> {
    library: &'a Library,
    bucket: Arc<Bucket>,
    voter: String,
}

impl Votes<'_> {
    /// What a request comes to, if it comes to anything in time.
    async fn timely<T>(
        &self,
        request: impl Future<Output = Result<T, LibraryError>> + Send,
    ) -> Result<T, LibraryError> {
        let answer = tokio::time::timeout(REQUEST, request).await;
        answer.unwrap_or_else(|_| {
            Err(LibraryError::Bucket(BucketError::Unreachable {
                bucket: self.bucket.to_string(),
                detail: format!("not within {} s", REQUEST.as_secs()),
            }))
        })
    }
}

impl Registers for Votes<'_> {
    type Version = Version;
    type Error = LibraryError;

    async fn read(&self, name: &str) -> Result<Option<(Bytes, Version)>, LibraryError> {
        self.timely(async {
            let read = self.bucket.register(&self.voter, name).await;
            read.map_err(LibraryError::Bucket)
        })
        .await
    }

    async fn swap(
        &self,
        name: &str,
        bytes: Bytes,
        expected: Option<Version>,
    ) -> Result<Option<Version>, LibraryError> {
        self.timely(async {
            let swapped = self.bucket.swap(&self.voter, name, bytes, expected).await;
            swapped.map_err(LibraryError::Bucket)
        })
        .await
    }

    /// However long that takes: there may be much to store at first.
    async fn keep(&self, height: Height) -> Result<(), LibraryError> {
        ledger::reach(self.library, &self.bucket, height).await
    }

    async fn end(&self) -> Result<Height, LibraryError> {
        self.timely(ledger::end(self.library, &self.bucket)).await
    }
}

/// Carries this device's questions to the bucket, whenever it has a vote, until the library closes.
pub(super) async fn run(library: Library) {
    let mut changes = library.node().watch_household();
    let mut pause = PAUSE_MIN;
    loop {
        changes.mark_unchanged();
        let Some(voter) = library.node().bucket_voter() else {
            library.bucket().is_well(Work::Vote);
            if changes.changed().await.is_err() {
                return;
            }
            continue;
        };
        let began = Instant::now();
        let over = changes.wait_for(|_| library.node().bucket_voter() != Some(voter));
        let served = tokio::select! {
            served = serve(&library, voter) => served,
            over = over => match over {
                Ok(_) => continue,
                Err(_) => return,
            },
        };
        if began.elapsed() > PAUSE_MAX {
            pause = PAUSE_MIN;
        }
        if let Err(error) = served {
            let trouble = error.to_string();
            library.bucket().is_troubled(Work::Vote, &trouble);
            library.node().bucket_is_away(voter, trouble);
        }
        library.bucket().rest(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

async fn serve(library: &Library, voter: DeviceId) -> Result<(), LibraryError> {
    let bucket = library.bucket().open().await;
    let bucket = bucket.unwrap_or(Err(LibraryError::NoBucket))?;
    let voter_name = voter.to_string();
    let is_voter = bucket.is_voter(&voter_name).await;
    if !is_voter.map_err(LibraryError::Bucket)? {
        let bucket = bucket.to_string();
        return Err(LibraryError::OtherBucketVotes { bucket });
    }
    library.bucket().is_well(Work::Vote);
    let votes = Votes {
        library,
        bucket: Arc::clone(&bucket),
        voter: voter_name,
    };
    let served = library.node().vote_for(voter, votes).await;
    served.map_err(|error| match error {
        VoteError::Store(error) => error,
        other => LibraryError::Vote {
            bucket: bucket.to_string(),
            reason: other.to_string(),
        },
    })
}

/// Makes the bucket fit to vote: it must swap as it should, and hold the ledger up to the tip here.
/// The member that it is to become, under an id of its own.
///
/// # Errors
/// None is set, it cannot vote, or it is in trouble.
pub(crate) async fn prepare(library: &Library) -> Result<Member, LibraryError> {
    let bucket = library.bucket().open().await;
    let bucket = bucket.unwrap_or(Err(LibraryError::NoBucket))?;
    bucket.reach().await.map_err(LibraryError::Bucket)?;
    bucket.probe_swap().await.map_err(LibraryError::Bucket)?;
    ledger::reach(library, &bucket, library.node().tip().height).await?;
    let member = kinfolio_node::new_bucket(&bucket.to_string()).map_err(LibraryError::Node)?;
    let voter = member.id.to_string();
    let made = bucket.be_voter(&voter, member.key.to_bytes()).await;
    made.map_err(LibraryError::Bucket)?;
    Ok(member)
}
