//! Bursts: photos that one camera took in quick succession, told by looking at a month's rows.
//!
//! Nothing is written of a burst: it follows from times, cameras and likenesses, so that a corrected
//! time or a photo in the trash changes it at once. Does not know how a burst is shown.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::payload::{Kind, PhotoAdded};
use crate::photo::TimelineRow;
use crate::photo_id::PhotoId;

/// The longest pause within a burst, in milliseconds: of cameras that write whole seconds, the next one.
pub const PAUSE_MAX_MS: i64 = 1_000;

/// The fewest photos that make a burst: two in a second are a second try.
pub const PHOTOS_MIN: usize = 3;

/// Bits in which the likenesses of two neighbours may differ. Those of unrelated pictures differ in some 32.
pub const DISTANCE_MAX: u32 = 20;

/// The burst of each row, by the first of its photos; nothing for a photo that stands alone.
///
/// Rows come newest first, as those of a month do. A burst over midnight of a month's last day is one
/// on either side.
#[must_use]
pub fn of(rows: &[TimelineRow]) -> Vec<Option<PhotoId>> {
    let mut bursts = vec![None; rows.len()];
    let mut running: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut close = |burst: &[usize]| {
        let first = burst.last().filter(|_| burst.len() >= PHOTOS_MIN);
        if let Some(&first) = first {
            burst
                .iter()
                .for_each(|&at| bursts[at] = Some(rows[first].id));
        }
    };
    for (at, row) in rows.iter().enumerate() {
        if row.camera == 0 || !matches!(row.kind, Kind::Photo | Kind::Raw) {
            continue;
        }
        let burst = running.entry(row.camera).or_default();
        if burst
            .last()
            .is_some_and(|&after| !follows(&rows[after], row))
        {
            close(burst);
            burst.clear();
        }
        burst.push(at);
    }
    running.values().for_each(|burst| close(burst));
    bursts
}

/// Whether one photo was taken right after another, of the same.
fn follows(after: &TimelineRow, before: &TimelineRow) -> bool {
    let pause = after.taken_at.wall_ms - before.taken_at.wall_ms;
    let (Some(one), Some(other)) = (after.likeness, before.likeness) else {
        return false;
    };
    pause <= PAUSE_MAX_MS && (one ^ other).count_ones() <= DISTANCE_MAX
}

/// A number that tells the camera of a photo from others, as well as can be told; 0 where it is unknown.
pub(crate) fn camera(photo: &PhotoAdded) -> u32 {
    if photo.camera_model.is_empty() {
        return 0;
    }
    let mut hash = Sha256::new();
    for text in [&photo.camera_make, &photo.camera_model, &photo.lens] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    let hash: [u8; 32] = hash.finalize().into();
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wall_time::WallTime;

    fn row(n: u8, wall_ms: i64, camera: u32, likeness: Option<u64>) -> TimelineRow {
        TimelineRow {
            id: PhotoId([n; 32]),
            taken_at: WallTime {
                wall_ms,
                offset_minutes: None,
            },
            kind: Kind::Photo,
            ratio: 1.5,
            thumbhash: Vec::new(),
            camera,
            likeness,
            favorite: false,
            rating: 0,
            pending: false,
        }
    }

    /// Bursts as the numbers of their photos' rows.
    fn check(mut rows: Vec<TimelineRow>, expect: &[Option<u8>]) {
        rows.reverse();
        let mut bursts: Vec<_> = of(&rows)
            .into_iter()
            .map(|burst| burst.map(|id| id.0[0]))
            .collect();
        bursts.reverse();
        assert_eq!(bursts, expect);
    }

    #[test]
    fn a_burst_is_three_in_quick_succession() {
        let at = |n: u8, wall_ms| row(n, wall_ms, 7, Some(0));
        check(vec![], &[]);
        check(vec![at(1, 0), at(2, 1_000)], &[None, None]);
        check(vec![at(1, 0), at(2, 1_000), at(3, 2_000)], &[Some(1); 3]);
        check(vec![at(1, 0), at(2, 1_000), at(3, 2_001)], &[None; 3]);
        check(
            vec![
                at(1, 0),
                at(2, 100),
                at(3, 200),
                at(4, 1_201),
                at(5, 1_201),
                at(6, 1_202),
            ],
            &[Some(1), Some(1), Some(1), Some(4), Some(4), Some(4)],
        );
    }

    #[test]
    fn two_cameras_at_once_have_a_burst_each() {
        let rows = (0..6).map(|n| row(n, i64::from(n) * 100, 1 + u32::from(n % 2), Some(0)));
        check(
            rows.collect(),
            &[Some(0), Some(1), Some(0), Some(1), Some(0), Some(1)],
        );
    }

    #[test]
    fn what_looks_different_or_cannot_be_told_ends_a_burst() {
        let like = |n: u8, likeness| row(n, i64::from(n) * 100, 7, likeness);
        let shot = Some(u64::MAX >> 44);
        check(
            vec![like(1, Some(0)), like(2, shot), like(3, Some(0))],
            &[Some(1); 3],
        );
        let other = Some(u64::MAX >> 43);
        check(
            vec![like(1, Some(0)), like(2, other), like(3, Some(0))],
            &[None; 3],
        );
        check(
            vec![
                like(1, Some(0)),
                like(2, None),
                like(3, Some(0)),
                like(4, Some(0)),
            ],
            &[None; 4],
        );
        let unknown = (0..3).map(|n| row(n, 0, 0, Some(0)));
        check(unknown.collect(), &[None; 3]);
        let movie = |n: u8| TimelineRow {
            kind: Kind::Video,
            ..like(n, Some(0))
        };
        check(
            vec![
                like(1, Some(0)),
                movie(2),
                like(3, Some(0)),
                like(4, Some(0)),
            ],
            &[Some(1), None, Some(1), Some(1)],
        );
    }
}
