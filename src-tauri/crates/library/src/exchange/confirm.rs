//! Before an original goes from here, another copy of it is seen to be good now: a device that is
//! known to hold it hashes it again, or it is looked at in the bucket. What the ledger says may be
//! stale: a file may have been deleted or damaged since.
//!
//! Two that let go at one time may confirm each other, and the chain grant both for the sake of a
//! third that is away. So whoever confirmed must still be known to hold it when it is deleted here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use kinfolio_catalog::PhotoId;
use kinfolio_node::{DeviceId, FetchError, INSPECTED_MAX};

use super::within_reach;
use crate::bucket;
use crate::error::LibraryError;
use crate::library::Library;

/// For how long an answer counts: it is acted upon at once.
const ANSWER_COUNTS: Duration = Duration::from_secs(600);

/// How long originals are asked about before those that are confirmed go.
const ASKING_TIME: Duration = Duration::from_secs(60);

/// How long another device may take to hash one original.
const HASHING_TIME_MAX: Duration = Duration::from_secs(300);

/// How long to wait before one that nobody could confirm is asked about again: at first, and at most.
const PAUSE_MIN: Duration = Duration::from_secs(3);
const PAUSE_MAX: Duration = Duration::from_secs(600);

/// Originals looked at in the bucket at a time.
const BUCKET_AT_ONCE: usize = 4;

/// What is known of the other copies of originals that are to go.
#[derive(Default)]
pub(super) struct Confirmed {
    seen: BTreeMap<PhotoId, Seen>,
    tried: BTreeMap<PhotoId, Tried>,
    /// Whom there was to be asked.
    reach: BTreeSet<DeviceId>,
    /// How many could not be confirmed, as the log says.
    logged: usize,
}

/// A good copy.
struct Seen {
    at: Instant,
    /// Where; nothing: in the bucket.
    on: Option<DeviceId>,
}

struct Tried {
    pause: Duration,
    not_before: Instant,
}

/// An original that is to go, and who is known to hold it.
struct Asked {
    id: PhotoId,
    size: u64,
    holders: Vec<DeviceId>,
    /// When the bucket's copy was last found right, in unix milliseconds.
    stored_ms: Option<i64>,
}

impl Confirmed {
    /// Whether another copy was just seen to be good.
    pub(super) fn holds(&self, id: &PhotoId) -> bool {
        let seen = self.seen.get(id);
        seen.is_some_and(|seen| seen.at.elapsed() < ANSWER_COUNTS)
    }

    /// Forgets all about one.
    pub(super) fn forget(&mut self, id: &PhotoId) {
        self.seen.remove(id);
        self.tried.remove(id);
    }

    /// Whether it is time to ask about one.
    pub(super) fn is_due(&self, id: &PhotoId) -> bool {
        let tried = self.tried.get(id);
        !self.holds(id) && tried.is_none_or(|one| one.not_before <= Instant::now())
    }

    /// How long until one is asked about again.
    pub(super) fn pause(&self) -> Option<Duration> {
        let next = self.tried.values().map(|one| one.not_before).min();
        let pause = next.map(|next| next.saturating_duration_since(Instant::now()));
        pause.map(|pause| pause.max(PAUSE_MIN))
    }

    /// Leaves one alone for a while, each time longer.
    pub(super) fn put_off(&mut self, id: PhotoId) {
        let before = self.tried.get(&id).map(|one| one.pause * 2);
        let pause = before.unwrap_or(PAUSE_MIN).min(PAUSE_MAX);
        let not_before = Instant::now() + pause;
        self.tried.insert(id, Tried { pause, not_before });
    }

    /// Has a device come within reach, all may be asked about again.
    pub(super) fn look_around(&mut self, library: &Library) {
        let reach = BTreeSet::from_iter(within_reach(library, None));
        let come = !reach.is_subset(&self.reach);
        self.reach = reach;
        if come {
            self.tried.clear();
        }
    }

    /// Asks about these originals, for as long as is good at a time.
    pub(super) async fn ask(
        &mut self,
        library: &Library,
        ids: Vec<PhotoId>,
    ) -> Result<(), LibraryError> {
        if ids.is_empty() {
            return Ok(());
        }
        let until = Instant::now() + ASKING_TIME;
        let asked = self.holders(library, ids).await?;
        let devices: Vec<_> = self.reach.iter().copied().collect();
        for device in devices {
            self.ask_device(library, device, &asked, until).await;
        }
        self.ask_bucket(library, &asked, until).await;
        let out_of_time = Instant::now() > until;
        for one in &asked {
            match self.holds(&one.id) {
                true => drop(self.tried.remove(&one.id)),
                // There was no time for some.
                false if out_of_time || !self.is_due(&one.id) => {}
                false => self.put_off(one.id),
            }
        }
        let left = self.tried.len();
        if left != std::mem::replace(&mut self.logged, left) && left > 0 {
            tracing::warn!(
                count = left,
                "originals stay here for now: of none of them is another copy seen to be good"
            );
        }
        Ok(())
    }

    /// Those of `ids` of which the good copy that was seen still counts in the ledger.
    pub(super) async fn standing(
        &self,
        library: &Library,
        ids: &[PhotoId],
    ) -> Result<BTreeSet<PhotoId>, LibraryError> {
        let seen = ids.iter().filter(|id| self.holds(id));
        let seen = seen.filter_map(|id| Some((*id, self.seen.get(id)?.on)));
        let seen: Vec<_> = seen.collect();
        let address = library.bucket().address();
        let look = library.read(move |catalog| {
            let catalog = catalog.snapshot();
            let mut standing = BTreeSet::new();
            for (id, on) in seen {
                let counts = match on {
                    Some(device) => !catalog.holders(&id, &[device])?.is_empty(),
                    None => {
                        let mut stored = catalog.stored(&id)?.into_iter();
                        stored.any(|(bucket, _)| Some(&bucket) == address.as_ref())
                    }
                };
                if counts {
                    standing.insert(id);
                }
            }
            Ok(standing)
        });
        Ok(look.await?.value)
    }

    fn is_good(&mut self, id: PhotoId, on: Option<DeviceId>) {
        let at = Instant::now();
        self.seen.insert(id, Seen { at, on });
    }

    async fn holders(
        &self,
        library: &Library,
        ids: Vec<PhotoId>,
    ) -> Result<Vec<Asked>, LibraryError> {
        let reach: Vec<_> = self.reach.iter().copied().collect();
        let address = library.bucket().address();
        let look = library.read(move |catalog| {
            let mut asked = Vec::with_capacity(ids.len());
            for id in ids {
                let Some(photo) = catalog.photo(&id)? else {
                    continue;
                };
                let holders = catalog.snapshot().holders(&id, &reach)?;
                let stored = catalog.snapshot().stored(&id)?.into_iter();
                let mut stored = stored.filter(|(bucket, _)| Some(bucket) == address.as_ref());
                asked.push(Asked {
                    id,
                    size: photo.size,
                    holders: holders.into_iter().map(|(device, _)| device).collect(),
                    stored_ms: stored.next().map(|(_, verified_ms)| verified_ms),
                });
            }
            Ok(asked)
        });
        Ok(look.await?.value)
    }

    async fn ask_device(
        &mut self,
        library: &Library,
        device: DeviceId,
        asked: &[Asked],
        until: Instant,
    ) {
        let theirs = asked.iter().filter(|one| one.holders.contains(&device));
        let theirs: Vec<_> = theirs
            .map(|one| one.id)
            .filter(|id| !self.holds(id))
            .collect();
        for part in theirs.chunks(INSPECTED_MAX) {
            if Instant::now() > until {
                return;
            }
            if let Err(error) = self.ask_about(library, device, part).await {
                tracing::warn!(%device, %error, "a device does not say which originals it holds");
                return;
            }
        }
    }

    async fn ask_about(
        &mut self,
        library: &Library,
        device: DeviceId,
        ids: &[PhotoId],
    ) -> Result<(), FetchError> {
        let names: Vec<_> = ids.iter().map(|id| id.0).collect();
        let mut answers = library.node().inspect(device, &names).await?;
        // No more answers than questions, whatever comes.
        for _ in ids {
            let next = tokio::time::timeout(HASHING_TIME_MAX, answers.next()).await;
            let next = next.map_err(|_| FetchError::Broken("it takes too long".to_owned()))?;
            let Some(found) = next.transpose()? else {
                break;
            };
            let id = PhotoId(found.id);
            match found.whole {
                true if ids.contains(&id) => self.is_good(id, Some(device)),
                true => {}
                false => {
                    self.put_off(id);
                    tracing::warn!(%id, %device, "a device does not hold an original whole that it should hold");
                }
            }
        }
        Ok(())
    }

    async fn ask_bucket(&mut self, library: &Library, asked: &[Asked], until: Instant) {
        let left = asked.iter().filter(|one| !self.holds(&one.id));
        let left: Vec<_> = left
            .filter_map(|one| Some((one.id, one.size, one.stored_ms?)))
            .collect();
        let looks = left.into_iter().map(|(id, size, stored_ms)| async move {
            (id, bucket::holds_now(library, id, size, stored_ms).await)
        });
        let mut looks = stream::iter(looks).buffer_unordered(BUCKET_AT_ONCE);
        while let Some((id, found)) = looks.next().await {
            match found {
                Ok(true) => self.is_good(id, None),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%id, %error, "the bucket does not show whether it holds an original");
                    return;
                }
            }
            if Instant::now() > until {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_nobody_confirms_is_left_alone_for_longer_and_longer() {
        let mut confirmed = Confirmed::default();
        let id = PhotoId([7; 32]);
        assert!(confirmed.is_due(&id) && !confirmed.holds(&id));
        assert_eq!(confirmed.pause(), None);
        let mut last = Duration::ZERO;
        for _ in 0..20 {
            confirmed.put_off(id);
            let pause = confirmed.tried[&id].pause;
            assert!(pause > last || pause == PAUSE_MAX);
            last = pause;
            assert!(!confirmed.is_due(&id) && confirmed.pause() <= Some(pause));
        }
        assert_eq!(last, PAUSE_MAX);
        confirmed.is_good(id, None);
        assert!(confirmed.holds(&id) && !confirmed.is_due(&id));
        confirmed.forget(&id);
        assert!(confirmed.is_due(&id) && !confirmed.holds(&id));
    }
}
