//! What devices say about the originals that they keep, and the end of those that nobody shall.
//!
//! A device drops an original only after it has said so here, and only if that took effect: each
//! drop is judged at its own place in the chain, after those before it, and is void where no other
//! copy is known of. So of devices that drop the same original at one time the last one keeps it.
//! That a copy was lost always counts: saying otherwise would not bring it back.

use std::collections::BTreeSet;

use kinfolio_chain::Height;

use super::{Place, Replay};
use crate::catalog::CatalogError;
use crate::catalog::ground::Ground;
use crate::catalog::row::HistoryKind;
use crate::photo_id::PhotoId;

impl<G: Ground> Replay<G> {
    /// Which originals the author keeps has changed.
    pub(super) fn kept(
        &mut self,
        place: &Place,
        held: &[PhotoId],
        dropped: &[PhotoId],
        verified_ms: i64,
    ) -> Result<(), CatalogError> {
        let device = place.author.stamp.edit().device;
        for id in held {
            // Of one that is purged nobody keeps anything, even if its bytes come again.
            if self
                .working(id)?
                .is_some_and(|one| one.now.purged.is_none())
            {
                self.ground.put_held(device, id, verified_ms)?;
            }
        }
        for id in dropped {
            if let Some(working) = self.working(id)? {
                let photo = working.now.clone();
                self.ground.put_dropped(device, id, &photo)?;
            }
        }
        Ok(())
    }

    /// A bucket holds these originals, unless they were purged meanwhile: then it is to get rid of
    /// them, whatever became of the photo since.
    pub(super) fn stored(
        &mut self,
        place: &Place,
        bucket: &str,
        originals: &[PhotoId],
        life: Height,
        verified_ms: i64,
    ) -> Result<(), CatalogError> {
        let height = place.author.stamp.height;
        for id in originals {
            let lives = match self.working(id)? {
                Some(working) => working.now.purged.is_none() && working.now.life == life,
                None => true,
            };
            match lives {
                true => self.ground.put_stored(bucket, &[*id], verified_ms)?,
                false => self.ground.put_leftover(bucket, id, life, height)?,
            }
        }
        Ok(())
    }

    /// Originals are not where they were said to be: with the author, or in a bucket. The bucket is
    /// to be given them again, so these photos count as changed.
    pub(super) fn lost(
        &mut self,
        place: &Place,
        originals: &[PhotoId],
        bucket: Option<&str>,
    ) -> Result<(), CatalogError> {
        let device = place.author.stamp.edit().device;
        for id in originals {
            let Some(working) = self.working(id)? else {
                continue;
            };
            if working.now.purged.is_some() {
                continue;
            }
            match bucket {
                None => self.ground.put_lost(device, id)?,
                Some(bucket) => {
                    working.now.changed = place.author.stamp.height;
                    self.ground.take_stored(bucket, id)?;
                }
            }
        }
        Ok(())
    }

    /// A bucket holds these originals no longer. What was put there since the author looked is not
    /// meant; nor is what it saw on another line of history.
    pub(super) fn deleted(
        &mut self,
        place: &Place,
        bucket: &str,
        originals: &[PhotoId],
        life: Height,
        seen: Height,
    ) -> Result<(), CatalogError> {
        let seen = seen.min(place.author.base);
        for id in originals {
            self.ground.take_leftover(bucket, id, life, seen)?;
        }
        Ok(())
    }

    /// Purges those of the photos that are in the trash: somebody may have taken one out of it
    /// in the meantime.
    pub(super) fn purge(&mut self, place: &Place, photos: &[PhotoId]) -> Result<(), CatalogError> {
        let height = place.author.stamp.height;
        for id in photos.iter().collect::<BTreeSet<_>>() {
            let Some(working) = self.working(id)? else {
                continue;
            };
            let now = &mut working.now;
            if now.purged.is_some() || !now.said.trashed() {
                continue;
            }
            now.purged = Some(height);
            now.changed = height;
            let life = now.life;
            self.ground.put_purged(height, id, life)?;
            self.remember(place, id, HistoryKind::Purged)?;
        }
        Ok(())
    }
}
