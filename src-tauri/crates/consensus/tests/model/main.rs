//! The shipped synod under a model checker: every interleaving on a network that loses, doubles
//! and reorders, with disks that sync late and processes that crash.
//!
//! The checked code is the one that ships: the model only keeps the logs, the network and the
//! crashes, and states the invariants of `PROTOCOL.md`. Time, and so `Replica`, has no part in
//! it: a bid at any moment is safe. `KINFOLIO_MODEL=long` looks further.

#![expect(
    clippy::disallowed_methods,
    reason = "the core has no clock; the check says how long it took"
)]

mod household;
mod invariants;
mod mutants;
mod world;

use std::io::Write;
use std::time::Instant;

use household::{Change, Household, THREE};
use stateright::{Checker, Model, Property};
use world::{Action, World};

impl Model for Household {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        world.actions(self, actions);
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        next.act(self, action);
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = invariants::always();
        properties.extend(invariants::sometimes(self));
        properties
    }
}

/// How many states are made, about four for each that is new.
const DAILY: usize = 1_000_000;
const LONG: usize = 12_000_000;

/// How far to look.
#[derive(Clone, Copy)]
enum Reach {
    /// At every state there is; depth first, which needs the least memory.
    Exhaustive,
    /// Until this many states were made, breadth first.
    Bounded { states: usize },
}

fn is_long() -> bool {
    std::env::var_os("KINFOLIO_MODEL").is_some_and(|one| one == "long")
}

/// The reach of a check that ends too late for every day.
fn exhaustive_if_long() -> Reach {
    if is_long() {
        return Reach::Exhaustive;
    }
    Reach::Bounded { states: DAILY }
}

/// The reach of a check that never ends.
fn bounded(daily: usize) -> Reach {
    let states = if is_long() { LONG } else { daily };
    Reach::Bounded { states }
}

fn check(name: &str, model: Household, reach: Reach) {
    let began = Instant::now();
    let checker = model.checker().threads(2);
    match reach {
        Reach::Exhaustive => tell(name, "exhaustive", began, &checker.spawn_dfs().join()),
        Reach::Bounded { states } => {
            let checker = checker.target_state_count(states);
            tell(name, "bounded", began, &checker.spawn_bfs().join());
        }
    }
}

fn tell(name: &str, reach: &str, began: Instant, checker: &impl Checker<Household>) {
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{name}: {} states to depth {}, {reach}, {:.1} s",
        checker.unique_state_count(),
        checker.max_depth(),
        began.elapsed().as_secs_f64(),
    )
    .expect("standard output");
    checker.assert_properties();
}

#[test]
fn one_height() {
    check("1 height", THREE, Reach::Exhaustive);
}

#[test]
fn one_height_of_two_voters_with_a_crash() {
    let model = Household {
        voters: 2,
        devices: 2,
        crashes: 1,
        ..THREE
    };
    check("1 height, 2 voters, 1 crash", model, Reach::Exhaustive);
}

/// The owner alone bids, and again if it was the one that crashed.
#[test]
fn one_bidder_with_a_crash() {
    let model = Household {
        bidders: &[0],
        crashes: 1,
        ..THREE
    };
    check("1 height, 1 bidder, 1 crash", model, Reach::Exhaustive);
}

#[test]
fn one_height_with_a_crash() {
    let model = Household {
        crashes: 1,
        ..THREE
    };
    check("1 height, 1 crash", model, exhaustive_if_long());
}

#[test]
fn two_heights() {
    let model = Household {
        heights: 2,
        ..THREE
    };
    check("2 heights", model, bounded(DAILY));
}

/// The block of device 0 at height 1 changes who votes at height 2, who decide another block only
/// after some twenty steps.
fn check_change(name: &str, voters: u8, leaves: Option<u8>, joins: Option<u8>) {
    let model = Household {
        voters,
        devices: 4,
        heights: 2,
        change: Some(Change { leaves, joins }),
        ..THREE
    };
    check(name, model, bounded(3 * DAILY));
}

#[test]
fn a_fourth_voter_joins() {
    check_change("2 heights, a fourth voter joins", 3, None, Some(3));
}

#[test]
fn one_of_four_voters_leaves() {
    check_change("2 heights, one of 4 voters leaves", 4, Some(3), None);
}

#[test]
fn a_voter_takes_the_place_of_another() {
    check_change("2 heights, a voter is replaced", 3, Some(2), Some(3));
}

#[test]
fn a_disk_goes_back_in_time() {
    let model = Household {
        restores: 1,
        ..THREE
    };
    check("1 height, 1 restored disk", model, exhaustive_if_long());
}

/// The other remembers, and is in every majority: so the one that forgot votes at once.
#[test]
fn a_disk_of_two_goes_back_in_time() {
    let model = Household {
        voters: 2,
        devices: 2,
        restores: 1,
        ..THREE
    };
    check("2 voters, 1 restored disk", model, Reach::Exhaustive);
}

/// The restored one votes again at the second height, if it had not voted on it.
#[test]
fn a_disk_goes_back_in_time_and_votes_again() {
    let model = Household {
        heights: 2,
        restores: 1,
        ..THREE
    };
    check("2 heights, 1 restored disk", model, bounded(3 * DAILY));
}
