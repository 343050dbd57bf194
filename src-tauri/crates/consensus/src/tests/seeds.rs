//! Whatever the network and the disks do: one block per height, reads that see what was
//! acknowledged, and, once all is healed, every edit decided once and every tip the same.

use super::device::Climate;
use super::world::World;
use crate::Mutant;

const CLIMATE: Climate = Climate {
    devices: 3,
    voters: 3,
    crashes: 4,
    restores: 0,
    changes: 0,
    mutant: None,
};

/// How long everything may take after the faults end, in microseconds since the start.
const HEALED: u64 = 60_000_000;

fn run(climate: Climate, seed: u64) -> World {
    let mut world = World::new(climate, seed);
    world.run(HEALED);
    world
}

fn all_is_well(name: &str, climate: Climate, seeds: u64) -> (usize, usize, usize) {
    let mut sums = (0, 0, 0);
    for seed in 0..seeds {
        let world = run(climate, seed);
        assert_eq!(world.broken, None, "{name}, seed {seed}");
        assert!(
            world.is_settled(),
            "{name}, seed {seed}: not settled in time"
        );
        sums.0 += world.duels;
        sums.1 += world.reads_answered;
        sums.2 += world.changes;
    }
    sums
}

#[test]
fn households_of_one_to_five() {
    for devices in [1, 2, 3, 5] {
        let climate = Climate {
            devices,
            voters: devices,
            ..CLIMATE
        };
        let (duels, reads, _) = all_is_well(&format!("{devices} devices"), climate, 60);
        assert!(devices == 1 || duels > 10, "duels occur: {duels}");
        assert!(reads > 100, "reads are answered: {reads}");
    }
}

#[test]
fn voters_come_and_go() {
    let climate = Climate {
        devices: 5,
        changes: 6,
        ..CLIMATE
    };
    let (_, reads, changes) = all_is_well("changing voters", climate, 120);
    assert!(changes > 100, "changes take effect: {changes}");
    assert!(reads > 100, "reads are answered: {reads}");
}

#[test]
fn a_restored_disk_stays_silent() {
    let climate = Climate {
        devices: 5,
        voters: 5,
        crashes: 2,
        restores: 1,
        ..CLIMATE
    };
    all_is_well("a restored disk", climate, 60);
}

/// The seed with which a fault of the protocol breaks an invariant.
fn breaks(climate: Climate, mutant: Mutant, invariant: &str) {
    let climate = Climate {
        mutant: Some(mutant),
        ..climate
    };
    let mut worlds = (0..500).map(|seed| run(climate, seed));
    let found = worlds.find_map(|world| world.broken);
    let named = found.as_ref().is_some_and(|one| one.starts_with(invariant));
    assert!(named, "{mutant:?} should break {invariant}: {found:?}");
}

#[test]
fn reads_that_ask_nobody_miss_what_was_acknowledged() {
    breaks(CLIMATE, Mutant::ReadsUnasked, "R");
}

#[test]
fn a_restored_disk_that_votes_or_answers_is_caught() {
    let climate = Climate {
        restores: 3,
        ..CLIMATE
    };
    let climate = Climate {
        mutant: Some(Mutant::RestoredDiskVotes),
        ..climate
    };
    let broken = (0..500).find_map(|seed| run(climate, seed).broken);
    assert!(broken.is_some(), "500 seeds without a violation");
}
