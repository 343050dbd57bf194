//! Which pictures look alike: groups of those whose likenesses differ in a few bits.
//!
//! Two numbers of 64 bits that differ in at most six of them have at least one of seven bands of
//! bits in common. So only those of one band are compared with each other: of tens of thousands of
//! pictures in no time, of a million in seconds. Does not know what a picture is.

use std::collections::BTreeMap;
use std::sync::Arc;

use kinfolio_catalog::PhotoId;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, ColumnValues};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use crate::schema::{ID_PARTS, LIKENESS};

/// Bits in which two pictures that look alike may differ.
pub const DISTANCE_MAX: u32 = 6;

/// Where the bands of bits begin, and where the last one ends: one more than bits may differ.
const BANDS: [u32; 8] = [0, 9, 18, 27, 36, 45, 54, 64];

/// Pictures of one band that are compared with each other; of more, a picture is compared with the
/// next so many, since there is nothing particular about them.
const COMPARED_MAX: usize = 4_000;

/// Photos that look alike, each group at least two, the largest first; and the same as a set.
#[derive(Debug, Default)]
pub struct Alike {
    /// The groups; each in the order of its ids.
    pub groups: Vec<Vec<PhotoId>>,
}

impl Alike {
    pub(crate) fn of(mut pictures: Vec<(u64, PhotoId)>) -> Alike {
        pictures.sort_unstable_by_key(|(_, id)| *id);
        let likenesses: Vec<_> = pictures.iter().map(|(likeness, _)| *likeness).collect();
        let mut groups: Vec<Vec<PhotoId>> = groups(&likenesses)
            .into_iter()
            .map(|group| group.into_iter().map(|at| pictures[at].1).collect())
            .collect();
        groups.sort_by_key(|group| (std::cmp::Reverse(group.len()), group.first().copied()));
        Alike { groups }
    }

    /// All photos that are like another one.
    pub fn photos(&self) -> impl Iterator<Item = &PhotoId> {
        self.groups.iter().flatten()
    }
}

/// Groups of at least two numbers, by their places, that differ little from another of their group.
fn groups(likenesses: &[u64]) -> Vec<Vec<usize>> {
    let mut above: Vec<usize> = (0..likenesses.len()).collect();
    for band in BANDS.windows(2) {
        let (from, to) = (band[0], band[1]);
        let bits = |at: usize| likenesses[at] << (64 - to) >> (64 - to + from);
        let mut order: Vec<usize> = (0..likenesses.len()).collect();
        order.sort_unstable_by_key(|&at| (bits(at), at));
        for same in order.chunk_by(|&a, &b| bits(a) == bits(b)) {
            for (place, &one) in same.iter().enumerate() {
                for &other in same.iter().skip(place + 1).take(COMPARED_MAX) {
                    let differ = (likenesses[one] ^ likenesses[other]).count_ones();
                    if differ <= DISTANCE_MAX {
                        join(&mut above, one, other);
                    }
                }
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..above.len() {
        let top = top(&mut above, at);
        groups.entry(top).or_default().push(at);
    }
    groups.retain(|_, group| group.len() > 1);
    groups.into_values().collect()
}

/// The place that stands for a group.
fn top(above: &mut [usize], mut at: usize) -> usize {
    while above[at] != at {
        above[at] = above[above[at]];
        at = above[at];
    }
    at
}

fn join(above: &mut [usize], one: usize, other: usize) {
    let (one, other) = (top(above, one), top(above, other));
    above[one.max(other)] = one.min(other);
}

/// Reads the likenesses of everything found.
pub(crate) struct LikenessCollector;

impl Collector for LikenessCollector {
    type Fruit = Vec<(u64, PhotoId)>;
    type Child = SegmentLikenesses;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentLikenesses> {
        let columns = segment.fast_fields();
        let id = |part: usize| columns.column_first_or_default::<u64>(ID_PARTS[part]);
        Ok(SegmentLikenesses {
            likeness: columns.column_opt(LIKENESS)?,
            id: [id(0)?, id(1)?, id(2)?, id(3)?],
            found: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(
        &self,
        segments: Vec<Vec<(u64, PhotoId)>>,
    ) -> tantivy::Result<Vec<(u64, PhotoId)>> {
        Ok(segments.concat())
    }
}

/// Those of one segment.
pub(crate) struct SegmentLikenesses {
    likeness: Option<Column<u64>>,
    id: [Arc<dyn ColumnValues<u64>>; 4],
    found: Vec<(u64, PhotoId)>,
}

impl SegmentCollector for SegmentLikenesses {
    type Fruit = Vec<(u64, PhotoId)>;

    fn collect(&mut self, document: DocId, _: Score) {
        let likeness = self.likeness.as_ref();
        let Some(likeness) = likeness.and_then(|column| column.first(document)) else {
            return;
        };
        let mut id = [0; 32];
        for (bytes, part) in id.chunks_exact_mut(8).zip(&self.id) {
            bytes.copy_from_slice(&part.get_val(document).to_be_bytes());
        }
        self.found.push((likeness, PhotoId(id)));
    }

    fn harvest(self) -> Vec<(u64, PhotoId)> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(likenesses: &[u64], expect: &[&[usize]]) {
        let expect: Vec<_> = expect.iter().map(|group| group.to_vec()).collect();
        assert_eq!(groups(likenesses), expect, "{likenesses:?}");
    }

    #[test]
    fn a_few_bits_are_alike_and_more_are_not() {
        check(&[], &[]);
        check(&[7], &[]);
        check(&[0, 0b11_1111, u64::MAX], &[&[0, 1]]);
        check(&[0, 0b111_1111], &[]);
        // One bit in each of six bands.
        let scattered = [0, 9, 18, 27, 36, 63].map(|bit| 1_u64 << bit);
        check(&[0, scattered.iter().sum()], &[&[0, 1]]);
        // The second joins the first and the third.
        check(&[0, 0b11_1111, 0b1111_1111_1111], &[&[0, 1, 2]]);
    }

    proptest! {
        #[test]
        fn groups_are_those_of_comparing_each_with_each(
            seeds in prop::collection::vec((0..6_u64, prop::collection::vec(0..64_u32, 0..6)), 0..40),
        ) {
            let likenesses: Vec<u64> = seeds
                .iter()
                .map(|(seed, flips)| {
                    let base = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    flips.iter().fold(base, |bits, flip| bits ^ 1 << flip)
                })
                .collect();
            let mut of: Vec<usize> = (0..likenesses.len()).collect();
            for a in 0..of.len() {
                for b in a + 1..of.len() {
                    if (likenesses[a] ^ likenesses[b]).count_ones() <= DISTANCE_MAX {
                        let (from, to) = (of[b].max(of[a]), of[b].min(of[a]));
                        of.iter_mut().filter(|one| **one == from).for_each(|one| *one = to);
                    }
                }
            }
            let mut expect: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for (at, group) in of.iter().enumerate() {
                expect.entry(*group).or_default().push(at);
            }
            let expect: Vec<_> = expect.into_values().filter(|group| group.len() > 1).collect();
            prop_assert_eq!(groups(&likenesses), expect);
        }
    }
}
