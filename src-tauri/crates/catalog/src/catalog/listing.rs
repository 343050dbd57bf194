//! Where a photo that is not in the trash is listed, and what it counts for.

use std::collections::BTreeMap;

use super::row::{PhotoRow, TimelineValue};
use crate::label::List;
use crate::wall_time::WallTime;

/// A photo's place in the timeline and among the labels.
#[derive(PartialEq)]
pub(super) struct Listing<'a> {
    pub(super) taken_at: WallTime,
    pub(super) timeline: TimelineValue,
    labels: Vec<(List, &'a str)>,
}

impl Listing<'_> {
    /// None for a photo in the trash, or one that was purged.
    pub(super) fn of(photo: &PhotoRow) -> Option<Listing<'_>> {
        let listed = !photo.said.trashed() && photo.purged.is_none();
        listed.then(|| Listing {
            taken_at: photo.taken_at(),
            timeline: photo.timeline(),
            labels: photo.labels().collect(),
        })
    }
}

/// By how many photos the counts move.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) photos: i64,
    /// By the index of the month.
    pub(super) months: BTreeMap<i32, i64>,
    pub(super) labels: BTreeMap<(List, String), i64>,
}

impl Counts {
    /// Counts a photo in (1) or out (-1).
    pub(super) fn add(&mut self, listing: &Listing<'_>, by: i64) {
        self.photos += by;
        *self
            .months
            .entry(listing.taken_at.month().index())
            .or_default() += by;
        for &(list, label) in &listing.labels {
            *self.labels.entry((list, label.to_owned())).or_default() += by;
        }
    }
}
