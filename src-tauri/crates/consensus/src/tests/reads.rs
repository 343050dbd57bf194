//! What a consistent read waits for.

use std::collections::BTreeSet;

use super::numbers::Numbers;
use crate::reads::Reads;

fn voters(voters: &[u8]) -> BTreeSet<u8> {
    voters.iter().copied().collect()
}

/// One read, with these answers.
fn asked(answers: &[(u8, u64)]) -> Reads<Numbers> {
    let mut reads = Reads::new();
    reads.ask(1);
    for &(from, height) in answers {
        reads.seen(1, from, height);
    }
    reads
}

/// Whether a read with these answers is ready at a tip whose next height has these voters.
#[track_caller]
fn check(answers: &[(u8, u64)], tip: u64, who_votes: &[u8], ready: bool) {
    let found = asked(answers).ready(tip, &voters(who_votes));
    assert_eq!(
        !found.is_empty(),
        ready,
        "{answers:?} at {tip} with {who_votes:?}"
    );
}

#[test]
fn a_majority_with_nothing_above_the_tip_is_enough() {
    check(&[(1, 4)], 4, &[1, 2, 3], false);
    check(&[(1, 4), (2, 4)], 4, &[1, 2, 3], true);
    check(&[(1, 4), (2, 5)], 4, &[1, 2, 3], false);
    check(&[(1, 4), (2, 5), (3, 3)], 4, &[1, 2, 3], true);
    check(&[(1, 4), (2, 5)], 5, &[1, 2, 3], true);
    check(&[(1, 4)], 4, &[1], true);
}

#[test]
fn who_has_no_vote_is_not_counted() {
    check(&[(1, 4), (9, 4)], 4, &[1, 2, 3], false);
}

/// 4 and 5 joined at height 5, and with 3 have decided height 6; 2 has voted for the joining only.
#[test]
fn the_answers_are_weighed_with_the_voters_above_the_tip() {
    let answers = [(1, 4), (2, 5)];
    check(&answers, 5, &[1, 2, 3, 4, 5], false);
    let asks = asked(&answers).unanswered(5, &voters(&[1, 2, 3, 4, 5]));
    assert_eq!(asks, [(1, voters(&[3, 4, 5]))]);
    check(&[(1, 4), (2, 5), (4, 6)], 5, &[1, 2, 3, 4, 5], false);
    check(&[(1, 4), (2, 5), (4, 6)], 6, &[1, 2, 3, 4, 5], true);
}

#[test]
fn a_read_is_held_up_only_by_what_a_majority_cannot_rule_out() {
    let who_votes = voters(&[1, 2, 3]);
    assert!(asked(&[(2, 5)]).held_up(4, &who_votes).is_empty());
    assert_eq!(
        asked(&[(1, 4), (2, 5)]).held_up(4, &who_votes),
        BTreeSet::from([1])
    );
    assert!(asked(&[(1, 4), (2, 5)]).held_up(5, &who_votes).is_empty());
}

#[test]
fn a_ballot_that_found_nothing_lets_its_reads_go_and_no_others() {
    let who_votes = voters(&[1, 2, 3]);
    let mut reads = asked(&[(1, 4), (2, 5)]);
    reads.ask(2);
    reads.vacant(&BTreeSet::from([1]), 5);
    assert_eq!(reads.ready(4, &who_votes), [1]);
    assert!(reads.ready(4, &who_votes).is_empty());
}

#[test]
fn an_answer_of_a_later_life_replaces_what_was_never_durable() {
    let mut reads = asked(&[(1, 4), (2, 5)]);
    reads.seen(1, 2, 4);
    assert_eq!(reads.ready(4, &voters(&[1, 2, 3])), [1]);
}

#[test]
fn a_forgotten_read_is_not_answered() {
    let mut reads = asked(&[(1, 4), (2, 4)]);
    reads.forget(1);
    assert!(reads.ready(4, &voters(&[1, 2, 3])).is_empty());
    assert!(reads.unanswered(4, &voters(&[1])).is_empty());
}
