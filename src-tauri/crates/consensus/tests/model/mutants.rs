//! Every fault of the protocol that the model can show, and the invariant that it breaks.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Instant;

use kinfolio_consensus::Mutant;
use stateright::{Checker, HasDiscoveries, Model};

use crate::household::{Change, Household, THREE};
use crate::invariants::{A, B, C, P, R_KEPT, V_PREFIX};

/// One height, and a process that crashes.
const CRASH: Household = Household {
    crashes: 1,
    ..THREE
};

/// One of four voters gives its place to another device.
const REPLACED: Household = Household {
    devices: 4,
    change: Some(Change {
        leaves: Some(2),
        joins: Some(3),
    }),
    ..THREE
};

/// The checker looks breadth first until the invariant breaks, and fails if it never does.
fn breaks(mutant: Mutant, model: &Household, invariant: &'static str) {
    let began = Instant::now();
    let model = Household {
        mutant: Some(mutant),
        ..model.clone()
    };
    let broken = HasDiscoveries::AnyOf(BTreeSet::from([invariant]));
    let checker = model
        .checker()
        .threads(2)
        .finish_when(broken)
        .spawn_bfs()
        .join();
    let found = checker.discovery(invariant);
    let steps = found.map(|path| path.into_actions().len());
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{mutant:?} breaks \"{invariant}\" after {steps:?} steps, {} states, {:.1} s",
        checker.unique_state_count(),
        began.elapsed().as_secs_f64(),
    )
    .expect("standard output");
    assert!(steps.is_some(), "{mutant:?} does not break \"{invariant}\"");
}

#[test]
fn a_promise_that_is_not_synced() {
    breaks(Mutant::PromiseNotSynced, &CRASH, C);
}

#[test]
fn an_acceptance_that_is_not_synced() {
    breaks(Mutant::AcceptanceNotSynced, &CRASH, R_KEPT);
}

#[test]
fn an_own_vote_that_is_counted_early() {
    breaks(Mutant::OwnVoteEarly, &CRASH, R_KEPT);
}

#[test]
fn round_0_again() {
    breaks(Mutant::RoundZeroAgain, &CRASH, C);
}

#[test]
fn round_0_of_a_stranger() {
    breaks(Mutant::RoundZeroOfStranger, &THREE, C);
}

#[test]
fn a_ballot_that_is_resumed() {
    breaks(Mutant::BallotResumed, &CRASH, B);
}

#[test]
fn nothing_is_adopted() {
    breaks(Mutant::NoAdoption, &THREE, C);
}

#[test]
fn the_lowest_is_adopted() {
    let model = Household {
        bidders: &[0, 1, 2],
        ..THREE
    };
    breaks(Mutant::LowestAdopted, &model, C);
}

#[test]
fn a_vote_that_is_hidden() {
    breaks(Mutant::VoteHidden, &THREE, C);
}

#[test]
fn a_quorum_that_is_too_small() {
    breaks(Mutant::QuorumTooSmall, &THREE, A);
}

#[test]
fn a_promise_that_is_broken() {
    breaks(Mutant::PromiseBroken, &THREE, P);
}

#[test]
fn new_voters_alone() {
    breaks(Mutant::NewVotersAlone, &REPLACED, A);
}

#[test]
fn a_vote_without_history() {
    let model = Household {
        heights: 2,
        ..THREE
    };
    breaks(Mutant::VoteWithoutHistory, &model, V_PREFIX);
}

#[test]
fn a_restored_disk_that_votes() {
    let model = Household {
        restores: 1,
        ..THREE
    };
    breaks(Mutant::RestoredDiskVotes, &model, C);
}
