//! On a device that does not keep all originals: fetches those that its placement asks for, and
//! lets go of the others.
//!
//! An original goes only once it is known of another copy. Two devices that let go at the same time
//! must not rely on each other, so this is done in two steps. First the device says in the ledger
//! that it drops the original; each such word is judged at its place in the chain and is void where
//! no other member, and not the bucket, is known to hold it (`catalog/replay/originals.rs`). Of
//! devices that drop the last copies at once the first in the chain's order is heard, the next one
//! is not: it still counts as a holder. Then, with all that this device ever said decided and looked
//! at, it deletes what it does not count as a holder of any more: nobody relies on that copy.
//!
//! What the ledger says of the others may be stale. So before it says that it drops an original, and
//! again before it deletes it, another copy was just seen to be good (`confirm`).
//!
//! Who says that an original is here, and who deletes one, hold `Library::holdings` meanwhile: else
//! something could be said of a file that goes the next moment.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use kinfolio_catalog::{Height, LibraryEdit, PhotoId, Placement, Whereabouts};
use kinfolio_photos::BlobId;

use super::coming::Coming;
use super::confirm::Confirmed;
use super::doubts::is_whole;
use super::gather::{AT_ONCE, Came, FULL_PAUSE, TRY_AGAIN, original};
use crate::edit::{PHOTOS_PER_PAYLOAD, Settled, send};
use crate::error::LibraryError;
use crate::household;
use crate::library::Library;
use crate::tasks::now_ms;

/// Photos looked at in one go.
const LOOK_MAX: usize = 1024;

/// How often all are looked at: with time, photos are recent no more.
const LOOK_AT_ALL_EVERY: Duration = Duration::from_secs(3600);

/// The least time between two rounds: in an import much changes, and none of it is urgent.
const PAUSE: Duration = Duration::from_secs(1);

/// How long to wait for what hinders an original from going here: its reader, or what this device
/// said last and the chain has not judged. Neither makes itself known.
const HINDERED_PAUSE: Duration = Duration::from_secs(3);

const DAY_MS: i64 = 24 * 3600 * 1000;

/// Which originals this device keeps.
pub(crate) fn placement(library: &Library) -> Placement {
    household::settings(library).placement(library.device())
}

/// Keeps what the placement asks for until it asks for all.
pub(super) async fn keep(library: &Library) {
    let mut shown = library.watch_shown();
    let mut agreed = library.agreed();
    let mut household = library.node().watch_household();
    let mut kept = Kept::default();
    let mut before = None;
    // Not all are to be here, so that none is on its way of which it would be told.
    library.coming().send_replace(Coming::default());
    loop {
        shown.mark_unchanged();
        agreed.mark_unchanged();
        household.mark_unchanged();
        let placement = placement(library);
        if placement == Placement::All {
            return;
        }
        let due = kept
            .looked_at_all
            .is_none_or(|at| at.elapsed() > LOOK_AT_ALL_EVERY);
        if due || before.replace(placement) != Some(placement) {
            kept = Kept::default();
        }
        if let Err(error) = kept.round(library, placement).await {
            tracing::warn!(%error, "which originals are kept here cannot be put in order");
            tokio::time::sleep(FULL_PAUSE).await;
            continue;
        }
        tokio::time::sleep(PAUSE).await;
        let pause = if kept.hindered {
            HINDERED_PAUSE
        } else {
            TRY_AGAIN
        };
        let pause = kept.confirmed.pause().map_or(pause, |next| next.min(pause));
        tokio::select! {
            changed = shown.changed() => if changed.is_err() { return },
            changed = agreed.changed() => if changed.is_err() { return },
            changed = household.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// What is to be done about which originals.
#[derive(Default)]
struct Kept {
    /// The height up to which the catalogue was looked through.
    seen: Option<Height>,
    /// When that began.
    looked_at_all: Option<Instant>,
    /// To be fetched.
    missing: BTreeSet<PhotoId>,
    /// Here, and to stay; the others do not know.
    unsaid: BTreeSet<PhotoId>,
    /// The same, and not hashed yet: it may be damaged.
    found: BTreeSet<PhotoId>,
    /// Here, and not to stay.
    surplus: BTreeSet<PhotoId>,
    /// Of which of those another copy is good.
    confirmed: Confirmed,
    /// Whether some of those could not go for a reason that passes by itself.
    hindered: bool,
}

impl Kept {
    async fn round(&mut self, library: &Library, placement: Placement) -> Result<(), LibraryError> {
        self.look(library, placement).await?;
        self.fetch(library).await?;
        self.hash(library).await?;
        self.confirm(library).await?;
        let _held = library.holdings().lock().await;
        self.tell(library).await?;
        let announced = self.let_go(library).await?;
        if announced {
            // What the chain has granted can be deleted at once.
            self.let_go(library).await?;
        }
        Ok(())
    }

    /// Takes in what has changed since the last time.
    async fn look(&mut self, library: &Library, placement: Placement) -> Result<(), LibraryError> {
        self.looked_at_all.get_or_insert_with(Instant::now);
        loop {
            let (changed, seen) = changed_since(library, self.seen).await?;
            for (id, whereabouts) in changed {
                self.missing.remove(&id);
                self.unsaid.remove(&id);
                self.found.remove(&id);
                self.surplus.remove(&id);
                self.confirmed.forget(&id);
                if whereabouts.purged {
                    continue;
                }
                let here = is_here(library, &id);
                let wanted = wants(placement, &whereabouts, now_ms());
                match (wanted, here) {
                    (true, false) => drop(self.missing.insert(id)),
                    (true, true) if !whereabouts.held => drop(self.found.insert(id)),
                    (false, true) => drop(self.surplus.insert(id)),
                    _ => {}
                }
            }
            if self.seen == seen {
                return Ok(());
            }
            self.seen = seen;
        }
    }

    async fn fetch(&mut self, library: &Library) -> Result<(), LibraryError> {
        let wanted: Vec<_> = self.missing.iter().copied().collect();
        let fetched = wanted
            .into_iter()
            .map(|id| async move { (id, original(library, id).await) });
        let mut fetched = stream::iter(fetched).buffer_unordered(AT_ONCE);
        while let Some((id, done)) = fetched.next().await {
            if let Came::Here = done? {
                self.missing.remove(&id);
                self.unsaid.insert(id);
            }
        }
        Ok(())
    }

    /// Hashes what was found here.
    async fn hash(&mut self, library: &Library) -> Result<(), LibraryError> {
        for id in std::mem::take(&mut self.found) {
            let found = library.read(move |catalog| Ok(catalog.photo(&id)?)).await?;
            match found.value {
                Some(photo) if is_whole(library, &photo).await? => drop(self.unsaid.insert(id)),
                Some(_) => library.doubts().here(id),
                None => {}
            }
        }
        Ok(())
    }

    /// Has other copies of what is to go looked at. What nobody else is known to hold stays, and the
    /// household is to know that it is here.
    async fn confirm(&mut self, library: &Library) -> Result<(), LibraryError> {
        self.confirmed.look_around(library);
        let due = self.surplus.iter().copied();
        let due: Vec<_> = due.filter(|id| self.confirmed.is_due(id)).collect();
        if due.is_empty() || library.node().status().pending > 0 {
            return Ok(());
        }
        library.shows(library.node().tip().height).await?;
        let (mut ask, mut unheld) = (Vec::new(), Vec::new());
        for (id, whereabouts) in whereabouts(library, due).await? {
            if whereabouts.purged || library.borrowed().holds(&id) {
                continue;
            }
            match (whereabouts.held_elsewhere, whereabouts.held) {
                (true, held) => {
                    ask.push(id);
                    unheld.extend((!held).then_some(id));
                }
                (false, true) => self.confirmed.put_off(id),
                (false, false) => {
                    self.confirmed.put_off(id);
                    self.found.insert(id);
                }
            }
        }
        self.confirmed.ask(library, ask).await?;
        // It was granted to this device to let go of these; but then they are needed.
        unheld.retain(|id| !self.confirmed.holds(id));
        self.found.extend(unheld);
        self.hash(library).await
    }

    /// Says what has come.
    async fn tell(&mut self, library: &Library) -> Result<(), LibraryError> {
        let unsaid = self.unsaid.iter().copied();
        let held: Vec<_> = unsaid.filter(|id| is_here(library, id)).collect();
        say(library, &held, &[]).await?;
        self.unsaid.clear();
        Ok(())
    }

    /// Deletes what nobody relies on any more, and announces what is to go next; whether that is
    /// in the chain.
    async fn let_go(&mut self, library: &Library) -> Result<bool, LibraryError> {
        // What this device said may not be judged yet.
        self.hindered = !self.surplus.is_empty() && library.node().status().pending > 0;
        if self.surplus.is_empty() || self.hindered {
            return Ok(false);
        }
        library.shows(library.node().tip().height).await?;
        let ids = self.surplus.iter().copied();
        let ids: Vec<_> = ids.filter(|id| self.confirmed.holds(id)).collect();
        let standing = self.confirmed.standing(library, &ids).await?;
        let mut dropped = Vec::new();
        for (id, whereabouts) in whereabouts(library, ids).await? {
            if !whereabouts.held_elsewhere || !standing.contains(&id) {
                self.confirmed.forget(&id);
                self.confirmed.put_off(id);
                if !whereabouts.held {
                    self.found.insert(id);
                }
                continue;
            }
            if library.borrowed().holds(&id) {
                self.hindered = true;
                continue;
            }
            match whereabouts.held {
                true => dropped.push(id),
                false => self.delete(library, id).await?,
            }
        }
        if dropped.is_empty() {
            return Ok(false);
        }
        tracing::info!(
            count = dropped.len(),
            "originals that are held elsewhere are dropped here"
        );
        Ok(say(library, &[], &dropped).await? == Settled::Committed)
    }

    async fn delete(&mut self, library: &Library, id: PhotoId) -> Result<(), LibraryError> {
        if !library.claims().take(id) {
            self.hindered = true;
            return Ok(());
        }
        let here = library.clone();
        let deleted = library.blocking(move || {
            let removed = here.blobs().remove(&BlobId(id.0));
            removed.map_err(|error| here.blob_error(error))
        });
        let deleted = deleted.await;
        library.claims().release([id]);
        self.surplus.remove(&id);
        self.confirmed.forget(&id);
        deleted
    }
}

/// Says in the ledger what has come here and what is kept no longer.
pub(crate) async fn say(
    library: &Library,
    held: &[PhotoId],
    dropped: &[PhotoId],
) -> Result<Settled, LibraryError> {
    let verified_ms = now_ms();
    let edit = |held: &[PhotoId], dropped: &[PhotoId]| LibraryEdit::Kept {
        held: held.to_vec(),
        dropped: dropped.to_vec(),
        verified_ms,
    };
    let held = held.chunks(PHOTOS_PER_PAYLOAD).map(|part| edit(part, &[]));
    let dropped = dropped
        .chunks(PHOTOS_PER_PAYLOAD)
        .map(|part| edit(&[], part));
    let mut settled = Settled::Committed;
    for edit in held.chain(dropped) {
        settled = send(library, vec![edit.encode()]).await?.settled;
    }
    Ok(settled)
}

/// Every photo that the chain knows, and where its original is.
pub(crate) async fn all(library: &Library) -> Result<Vec<(PhotoId, Whereabouts)>, LibraryError> {
    let mut all = Vec::new();
    let mut seen = None;
    loop {
        let (some, upto) = changed_since(library, seen).await?;
        all.extend(some);
        if upto == seen {
            return Ok(all);
        }
        seen = upto;
    }
}

async fn changed_since(
    library: &Library,
    height: Option<Height>,
) -> Result<(Vec<(PhotoId, Whereabouts)>, Option<Height>), LibraryError> {
    let here = library.device();
    let look = library.read(move |catalog| {
        let catalog = catalog.snapshot();
        let (ids, upto) = catalog.changed_since(height, LOOK_MAX)?;
        Ok((catalog.whereabouts(&ids, here)?, upto))
    });
    Ok(look.await?.value)
}

async fn whereabouts(
    library: &Library,
    ids: Vec<PhotoId>,
) -> Result<Vec<(PhotoId, Whereabouts)>, LibraryError> {
    let here = library.device();
    let found = library.read(move |catalog| Ok(catalog.snapshot().whereabouts(&ids, here)?));
    Ok(found.await?.value)
}

fn is_here(library: &Library, id: &PhotoId) -> bool {
    library.blobs().path(&BlobId(id.0)).is_file()
}

/// Whether a device with this placement keeps the original.
fn wants(placement: Placement, photo: &Whereabouts, now_ms: i64) -> bool {
    match placement {
        Placement::All => true,
        Placement::OnDemand => false,
        Placement::Recent { days } => {
            let since_ms = now_ms.saturating_sub(i64::from(days) * DAY_MS);
            photo.favorite || photo.taken_at.wall_ms >= since_ms || photo.added_ms >= since_ms
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn favourites_and_what_was_taken_or_added_of_late_is_kept() {
        let now_ms = 1_000 * DAY_MS;
        let check = |favorite, taken_days, added_days, expect: (bool, bool)| {
            let mut taken_at: kinfolio_catalog::WallTime =
                "2019-07-12T10:00:00-00:00".parse().unwrap();
            taken_at.wall_ms = now_ms - taken_days * DAY_MS;
            let photo = Whereabouts {
                favorite,
                taken_at,
                added_ms: now_ms - added_days * DAY_MS,
                purged: false,
                held: true,
                held_elsewhere: true,
            };
            let recent = wants(Placement::Recent { days: 90 }, &photo, now_ms);
            let on_demand = wants(Placement::OnDemand, &photo, now_ms);
            assert_eq!((recent, on_demand), expect, "{taken_days} {added_days}");
            assert!(wants(Placement::All, &photo, now_ms));
        };
        check(false, 91, 91, (false, false));
        check(true, 900, 900, (true, false));
        check(false, 90, 900, (true, false));
        check(false, 900, 89, (true, false));
    }
}
