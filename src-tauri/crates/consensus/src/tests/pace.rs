//! When to bid: the owner at once, the others by rank, an away owner's place at once.

use super::numbers::{Numbers, proposer};
use crate::pace::Pace;

/// The wait of a rank before anything was measured.
const PATIENCE: u64 = 60_000;

/// A device's pace at a height whose order is 1, 2, 3, with these devices within reach.
fn pace(present: &[u8]) -> Pace<Numbers> {
    let mut pace = Pace::new(7);
    for &device in present {
        pace.present(proposer(device, 1));
    }
    pace.begin(0, vec![1, 2, 3]);
    pace
}

#[track_caller]
fn check(present: &[u8], me: u8, favourite: u8, wait: u64) {
    let mut pace = pace(present);
    pace.wish(1_000);
    let due = pace.due(proposer(me, 1), Some(proposer(favourite, 1)));
    assert_eq!(
        due,
        Some(1_000 + wait),
        "{me} of {present:?}, owner {favourite}"
    );
}

#[test]
fn the_favourite_bids_at_once_wherever_it_stands_in_the_order() {
    check(&[1, 2], 3, 3, 0);
    check(&[2, 3], 1, 1, 0);
}

#[test]
fn others_wait_for_the_favourite_and_for_who_stands_before_them() {
    check(&[2, 3], 1, 3, PATIENCE);
    check(&[1, 3], 2, 3, 2 * PATIENCE);
    check(&[1, 3], 2, 1, PATIENCE);
    check(&[1, 2], 3, 1, 2 * PATIENCE);
}

#[test]
fn the_place_of_who_is_away_is_taken_at_once() {
    check(&[2], 1, 3, 0);
    check(&[3], 2, 1, 0);
    check(&[2], 3, 1, PATIENCE);
}

#[test]
fn another_life_of_the_favourite_is_not_waited_for() {
    let mut pace = pace(&[]);
    pace.present(proposer(3, 2));
    pace.wish(0);
    assert_eq!(pace.due(proposer(1, 1), Some(proposer(3, 1))), Some(0));
}

#[test]
fn without_a_wish_nobody_bids() {
    assert_eq!(pace(&[2, 3]).due(proposer(1, 1), None), None);
}

#[test]
fn who_is_seen_to_be_at_it_is_waited_for_anew() {
    let mut pace = pace(&[2, 3]);
    pace.wish(0);
    pace.heard(50_000);
    let due = pace.due(proposer(1, 1), Some(proposer(2, 1)));
    assert_eq!(due, Some(50_000 + PATIENCE));
}

#[test]
fn who_was_outbid_waits_a_while_that_the_seed_decides() {
    let mut waits = std::collections::BTreeSet::new();
    for seed in 0..20 {
        let mut pace = Pace::<Numbers>::new(seed);
        pace.begin(0, vec![1, 2, 3]);
        pace.wish(0);
        pace.outbid(1_000);
        let due = pace.due(proposer(1, 1), Some(proposer(1, 1))).unwrap();
        assert!(
            (1_000..1_000 + 2 * PATIENCE).contains(&due),
            "seed {seed}: {due}"
        );
        waits.insert(due);
    }
    assert!(waits.len() > 5, "duellists part: {waits:?}");
}

#[test]
fn patience_follows_the_measured_round_and_forgets_an_hour_without_a_quorum() {
    let wait_after = |took: u64| {
        let mut pace = pace(&[2]);
        pace.wish(0);
        pace.begin(took, vec![2, 1]);
        pace.wish(took);
        pace.due(proposer(1, 1), None).unwrap() - took
    };
    assert_eq!(wait_after(100), 20_000);
    assert_eq!(wait_after(10_000), 80_000);
    assert_eq!(wait_after(3_600_000_000), 1_000_000);
}

#[test]
fn a_question_is_asked_again_ever_more_rarely() {
    let mut pace = pace(&[2, 3]);
    pace.bid(0);
    let mut waits = Vec::new();
    let mut now = 0;
    for _ in 0..8 {
        let at = pace.ask_again_at().unwrap();
        waits.push(at - now);
        now = at;
        pace.asked_again(now);
    }
    assert_eq!(waits[0], 2 * PATIENCE);
    assert!(waits.is_sorted() && waits[7] <= 4_000_000, "{waits:?}");
}

/// A ballot that a bucket votes on takes seconds: whoever was outbid again and again leaves them.
#[test]
fn whoever_is_outbid_again_and_again_leaves_time_for_a_slow_ballot() {
    let mut pace = pace(&[2]);
    let me = proposer(1, 1);
    let mut waits = Vec::new();
    for _ in 0..40 {
        pace.wish(0);
        pace.outbid(0);
        waits.push(pace.due(me, Some(me)).unwrap());
    }
    assert!(waits[0] < 2 * PATIENCE, "{waits:?}");
    let late = &waits[9..];
    assert!(late.iter().any(|wait| *wait > 4_000_000), "{waits:?}");
    assert!(late.iter().all(|wait| *wait < 8_000_000), "{waits:?}");
}
