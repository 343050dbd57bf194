//! Single steps of one device.

use std::collections::BTreeSet;

use super::numbers::{Block, Numbers, proposer};
use crate::{Ballot, Begin, Input, Message, Output, Proposer, Record, Replica, Synod, Types};

type Outputs = Vec<Output<Numbers>>;

fn ballot(round: u64, proposer: Proposer<Numbers>) -> Ballot<Numbers> {
    Ballot { round, proposer }
}

fn block(edit: u32, toggles: Option<u8>) -> Block {
    Block {
        height: 1,
        prev: 0,
        edits: vec![edit],
        toggles,
        by: proposer(0, 1),
    }
}

fn begin(voters: u8) -> Begin<Numbers> {
    Begin {
        height: 1,
        voters: (0..voters).collect(),
        owner: proposer(0, 1),
        order: (0..voters).collect(),
        promised: None,
        accepted: None,
    }
}

/// A synod of a household of 3 voters, at height 1.
fn synod(me: Proposer<Numbers>) -> Synod<Numbers> {
    let mut synod = Synod::new(me);
    synod.begin(begin(3));
    synod
}

fn accept(ballot: Ballot<Numbers>, block: Block) -> Message<Numbers> {
    Message::Accept {
        height: 1,
        ballot,
        block,
    }
}

fn receive(synod: &mut Synod<Numbers>, from: u8, message: Message<Numbers>) -> Outputs {
    let mut out = Vec::new();
    synod.receive(from, message, &mut out);
    out
}

fn synced(synod: &mut Synod<Numbers>) -> Outputs {
    let mut out = Vec::new();
    synod.synced(u64::MAX, &mut out);
    out
}

fn receivers(out: &Outputs) -> BTreeSet<u8> {
    let to = out.iter().filter_map(|output| match output {
        Output::Send { to, .. } => Some(*to),
        _ => None,
    });
    to.collect()
}

#[test]
fn a_lone_voter_decides_after_one_sync() {
    let mut replica = Replica::<Numbers>::new(proposer(0, 1), 1);
    replica.step(0, Input::Begin(begin(1)));
    let out = replica.step(0, Input::Wish(true));
    assert_eq!(out, [Output::Build { height: 1 }]);
    let out = replica.step(0, Input::Propose(block(7, None)));
    assert!(
        matches!(out[0], Output::Persist(1, Record::Accepted { .. })),
        "{out:?}"
    );
    let out = replica.step(0, Input::Synced(1));
    assert!(
        matches!(out[0], Output::Decide { height: 1, .. }),
        "{out:?}"
    );
}

#[test]
fn a_wish_that_is_gone_when_the_block_is_due_can_come_back() {
    let mut replica = Replica::<Numbers>::new(proposer(0, 1), 1);
    replica.step(0, Input::Begin(begin(1)));
    replica.step(0, Input::Wish(true));
    replica.step(0, Input::Wish(false));
    let out = replica.step(0, Input::Wish(true));
    assert_eq!(out, [Output::Build { height: 1 }]);
}

#[test]
fn a_restarted_owner_does_not_use_round_0_again() {
    let mut out = Vec::new();
    synod(proposer(0, 2)).bid(Some(block(7, None)), &mut out);
    assert!(
        matches!(out[..], [Output::Persist(1, Record::Promise { .. })]),
        "{out:?}"
    );
}

#[test]
fn round_0_of_a_stranger_and_a_ballot_of_another_device_are_not_heard() {
    let mut synod = synod(proposer(2, 1));
    let stranger = accept(ballot(0, proposer(1, 1)), block(7, None));
    assert_eq!(receive(&mut synod, 1, stranger), []);
    let borrowed = Message::Prepare {
        height: 1,
        ballot: ballot(4, proposer(0, 1)),
    };
    assert_eq!(receive(&mut synod, 1, borrowed), []);
    let outsider = Message::Prepare {
        height: 1,
        ballot: ballot(4, proposer(9, 1)),
    };
    assert_eq!(receive(&mut synod, 9, outsider), []);
}

#[test]
fn one_ballot_with_two_blocks_raises_the_alarm() {
    let mut synod = synod(proposer(2, 1));
    let twice = ballot(0, proposer(0, 1));
    receive(&mut synod, 0, accept(twice, block(7, None)));
    let out = receive(&mut synod, 0, accept(twice, block(8, None)));
    let [
        Output::Alarm {
            height: 1,
            ballot,
            blocks,
        },
    ] = out[..]
    else {
        unreachable!("{out:?}");
    };
    assert_eq!(ballot, twice);
    assert_eq!(
        blocks,
        [7, 8].map(|edit| Numbers::hash_of(&block(edit, None)))
    );
}

#[test]
fn a_newcomer_votes_on_the_block_that_lets_it_in_and_on_no_other() {
    let owner = ballot(0, proposer(0, 1));
    let mut newcomer = synod(proposer(3, 1));
    assert_eq!(receive(&mut newcomer, 0, accept(owner, block(7, None))), []);
    let out = receive(&mut newcomer, 0, accept(owner, block(7, Some(3))));
    assert!(
        matches!(out[..], [Output::Persist(1, Record::Accepted { .. })]),
        "{out:?}"
    );
    assert_eq!(receivers(&synced(&mut newcomer)), BTreeSet::from([0]));
}

#[test]
fn a_change_of_voters_needs_majorities_of_both() {
    let mut owner = synod(proposer(0, 1));
    let (first, change) = (ballot(0, proposer(0, 1)), block(7, Some(3)));
    let mut out = Vec::new();
    owner.bid(Some(change.clone()), &mut out);
    assert_eq!(
        receivers(&out),
        BTreeSet::from([1, 2, 3]),
        "the newcomer is asked, too"
    );
    synced(&mut owner);
    let hash = Numbers::hash_of(&change);
    let yes = Message::Accepted {
        height: 1,
        ballot: first,
        hash,
    };
    assert_eq!(
        receive(&mut owner, 3, yes.clone()),
        [],
        "one of the old voters is missing"
    );
    let out = receive(&mut owner, 1, yes);
    assert!(matches!(out.last(), Some(Output::Decide { .. })), "{out:?}");
}

#[test]
fn questions_that_are_repeated_while_the_disk_hangs_are_answered_once() {
    let mut synod = synod(proposer(2, 1));
    let prepare = Message::Prepare {
        height: 1,
        ballot: ballot(1, proposer(1, 1)),
    };
    for _ in 0..100 {
        receive(&mut synod, 1, prepare.clone());
    }
    assert_eq!(synced(&mut synod).len(), 1);
}

#[test]
fn above_the_last_round_nobody_bids() {
    let mut synod = synod(proposer(2, 1));
    let last = Message::Prepare {
        height: 1,
        ballot: ballot(u64::MAX, proposer(1, 1)),
    };
    receive(&mut synod, 1, last);
    let mut out = Vec::new();
    synod.bid(Some(block(7, None)), &mut out);
    assert_eq!(out, []);
}

#[test]
fn a_silent_device_neither_votes_nor_says_what_it_has_accepted() {
    let mut replica = Replica::<Numbers>::new(proposer(2, 1), 1);
    replica.fall_silent();
    replica.step(0, Input::Begin(begin(3)));
    let bid = accept(ballot(0, proposer(0, 1)), block(7, None));
    for message in [bid, Message::Ask { read: 1 }] {
        assert_eq!(replica.step(0, Input::Receive { from: 0, message }), []);
    }
}
