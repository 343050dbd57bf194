//! How many originals each device and the bucket are known to hold, and how much room is left here:
//! counted and measured in the background, so that whoever looks at the household waits for neither.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kinfolio_catalog::{Held, Placement};
use kinfolio_node::DeviceId;

use crate::error::LibraryError;
use crate::exchange;
use crate::household;
use crate::library::Library;

/// How often the room on the disk is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(10);

/// With less room than this, in bytes, nothing goes on: what the ledger, the catalogue and the index need
/// for the smallest step.
const ROOM_MIN: u64 = 1 << 20;

/// How long is rested at least between two counts.
const REST_MIN: Duration = Duration::from_secs(1);

/// So many times as long as a count took is rested after it: while photos come in, counting takes a
/// twentieth of one core at most.
const REST_PER_COUNT: u32 = 20;

/// How long whoever asks waits for the first count.
const FIRST_WAIT_MAX: Duration = Duration::from_millis(300);

/// How many originals are known to be where.
#[derive(Clone, Debug)]
pub(crate) struct Census {
    /// On each device.
    devices: BTreeMap<DeviceId, Held>,
    /// In the bucket of this address.
    bucket: Option<(String, InBucket)>,
}

/// How many originals a bucket is known to hold, and how many it is not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InBucket {
    /// Those that were recorded as stored.
    pub(crate) stored: u64,
    /// Those that were not, wherever they are.
    pub(crate) waiting: u64,
}

impl Census {
    /// How many a device holds; nothing, if it was no member when they were counted.
    pub(crate) fn on(&self, device: DeviceId) -> Option<Held> {
        self.devices.get(&device).copied()
    }

    /// How many the bucket of this address holds; nothing, if it was another one.
    pub(crate) fn bucket(&self, address: &str) -> Option<InBucket> {
        let counted = self.bucket.as_ref();
        counted.and_then(|(bucket, count)| (bucket == address).then_some(*count))
    }
}

/// Counts and measures until the library closes.
pub(crate) fn start(library: &Library) {
    let (here, closing) = (library.clone(), library.closing());
    let all = async move {
        // What was counted is told together with what was measured.
        measure(&here).await;
        tokio::join!(keep_measuring(&here), keep_counting(&here));
    };
    library.tasks().spawn(async move {
        closing.run_until_cancelled(all).await;
    });
}

/// Waits until originals were counted, and those looked for that are to come here, though not for long.
pub(crate) async fn begun(library: &Library) {
    library.end_first_sight();
    let mut census = library.census().subscribe();
    let mut coming = library.coming().subscribe();
    let is_looked_for =
        exchange::placement(library) == Placement::All && library.proving().borrow().is_none();
    let begun = async {
        let _ = census.wait_for(Option::is_some).await;
        if is_looked_for {
            let _ = coming.wait_for(|coming| coming.missing.is_some()).await;
        }
    };
    // Without it, it is not known yet how many originals are where, and that is said.
    let _ = tokio::time::timeout(FIRST_WAIT_MAX, begun).await;
}

async fn keep_measuring(library: &Library) {
    loop {
        tokio::time::sleep(MEASURE_EVERY).await;
        measure(library).await;
    }
}

async fn measure(library: &Library) {
    let root = library.layout().root().to_path_buf();
    // A disk that is not there any more may not answer for long.
    let measured = tokio::task::spawn_blocking(move || fs4::available_space(root)).await;
    match measured {
        Ok(Ok(free_bytes)) => {
            let full = free_bytes < ROOM_MIN || library.is_out_of_room();
            library.node().has_room(free_bytes, full).await;
        }
        Ok(Err(error)) => tracing::warn!(%error, "the room on the disk cannot be measured"),
        // The process ends.
        Err(_) => {}
    }
}

async fn keep_counting(library: &Library) {
    library.first_sight().await;
    let mut shown = library.watch_shown();
    let mut agreed = library.agreed();
    let mut counted = None;
    loop {
        agreed.mark_unchanged();
        let wanted = (shown.borrow_and_update().height, library.bucket().address());
        if counted.as_ref() != Some(&wanted) {
            let began = Instant::now();
            match count(library, wanted.1.clone()).await {
                Ok(census) => drop(library.census().send_replace(Some(census))),
                Err(error) => tracing::warn!(%error, "the originals cannot be counted"),
            }
            counted = Some(wanted);
            tokio::time::sleep(REST_MIN.max(began.elapsed() * REST_PER_COUNT)).await;
        }
        tokio::select! {
            changed = shown.changed() => if changed.is_err() { return },
            changed = agreed.changed() => if changed.is_err() { return },
        }
    }
}

async fn count(library: &Library, bucket: Option<String>) -> Result<Census, LibraryError> {
    let members = household::status(library).members;
    let devices: Vec<_> = members.iter().map(|member| member.id).collect();
    let counted = library.read(move |catalog| {
        let counts = catalog
            .snapshot()
            .count_copies(&devices, bucket.as_deref())?;
        let in_bucket = InBucket {
            stored: counts.stored,
            waiting: counts.originals.saturating_sub(counts.stored),
        };
        Ok(Census {
            devices: counts.devices.into_iter().collect(),
            bucket: bucket.map(|bucket| (bucket, in_bucket)),
        })
    });
    Ok(counted.await?.value)
}
