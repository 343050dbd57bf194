//! The invariants of `PROTOCOL.md`, by their letters, and what must at least happen sometimes.

use std::collections::{BTreeMap, BTreeSet};

use kinfolio_consensus::{Ballot, Message, Types};
use stateright::Property;

use crate::household::{Block, Household, Numbers};
use crate::world::{Device, Entry, World, voters_above};

pub const A: &str = "A: one block per height";
pub const B: &str = "B: one block per ballot, across restarts";
pub const C: &str = "C: chosen stays chosen";
pub const D_SAID: &str = "D: said means durable";
pub const D_DECIDED: &str = "D: decided means durable at majorities of the old and the new voters";
pub const E: &str = "E: no edit twice";
pub const I: &str = "I: a ballot belongs to one life";
pub const M: &str = "M: the chain below says who votes, to everyone alike";
pub const P: &str = "P: promises never go back";
pub const R_KEPT: &str = "R: acknowledged means in every later quorum";
pub const R_SEEN: &str = "R: every quorum that is asked answers for what was acknowledged";
pub const V_PREFIX: &str = "V: votes imply the prefix";
pub const V_PREV: &str = "V: prev is the decided parent";

pub fn always() -> Vec<Property<Household>> {
    vec![
        Property::always(A, |_, world: &World| {
            let heights: BTreeSet<_> = world.decided.iter().map(|block| block.height).collect();
            heights.len() == world.decided.len()
        }),
        Property::always(B, |_, world: &World| {
            !world.seen.alarm && names_one_block(world)
        }),
        Property::always(C, chosen_stays_chosen),
        Property::always(D_SAID, |_, world: &World| said_is_durable(world)),
        Property::always(D_DECIDED, |model, world| {
            let chosen: BTreeSet<_> = chosen(model, world)
                .into_iter()
                .map(|(_, one)| one)
                .collect();
            world.decided.is_subset(&chosen)
        }),
        Property::always(E, |_, world: &World| {
            world.devices.iter().all(|device| {
                let chain = device.chain();
                let edits: BTreeSet<_> = chain.iter().map(|block| block.edit).collect();
                edits.len() == chain.len()
            })
        }),
        Property::always(I, |_, world: &World| !world.seen.borrowed),
        Property::always(M, voters_agree),
        Property::always(P, |_, world: &World| !world.seen.went_back),
        Property::always(R_KEPT, acknowledged_is_kept),
        Property::always(R_SEEN, acknowledged_is_seen),
        Property::always(V_PREFIX, |_, world: &World| {
            world
                .devices
                .iter()
                .all(|device| prefix_of_votes(device, |_, _| true))
        }),
        Property::always(V_PREV, |_, world: &World| {
            let follows = |parent: Option<&Block>, block: &Block| {
                block.prev == parent.map_or(0, Block::short_name)
            };
            world.devices.iter().all(|device| {
                let chain = device.chain();
                let pairs = chain.windows(2);
                prefix_of_votes(device, follows)
                    && pairs.into_iter().all(|two| follows(Some(&two[0]), &two[1]))
            })
        }),
    ]
}

/// A check that never sees these has not looked far enough.
pub fn sometimes(model: &Household) -> Vec<Property<Household>> {
    let mut properties = vec![
        Property::sometimes("round 0 wins", |model, world: &World| {
            chosen(model, world)
                .iter()
                .any(|(ballot, _)| ballot.round == 0)
        }),
        Property::sometimes(
            "every height is decided",
            |model: &Household, world: &World| {
                let mut decided = world.decided.iter();
                decided.any(|block| block.height == model.heights)
            },
        ),
    ];
    if model.bidders.len() > 1 {
        properties.extend([
            Property::sometimes("a later round wins", |model, world: &World| {
                chosen(model, world)
                    .iter()
                    .any(|(ballot, _)| ballot.round > 0)
            }),
            Property::sometimes("a duel", |_, world: &World| world.seen.duel),
            Property::sometimes(
                "a block of another device is adopted",
                |_, world: &World| world.seen.adopted,
            ),
        ]);
    }
    if model.change.is_some() {
        properties.push(Property::sometimes(
            "other voters decide a block",
            |_, world: &World| {
                let mut parents = world.decided.iter();
                let changes = parents.any(|block| block.change.is_some());
                changes && world.decided.iter().any(|block| block.height == 2)
            },
        ));
    }
    properties
}

/// Every block that was put to the vote or accepted, with its ballot.
fn named(world: &World) -> impl Iterator<Item = (Ballot<Numbers>, Block)> + '_ {
    let asked = world
        .network
        .iter()
        .filter_map(|letter| match letter.message {
            Message::Accept { ballot, block, .. } => Some((ballot, block)),
            _ => None,
        });
    let logs = world.devices.iter().flat_map(|device| &device.log);
    let votes = world
        .votes
        .iter()
        .map(|(_, ballot, block)| (*ballot, *block));
    asked.chain(logs.filter_map(Entry::accepted)).chain(votes)
}

fn names_one_block(world: &World) -> bool {
    let mut blocks = BTreeMap::new();
    named(world)
        .all(|(ballot, block)| *blocks.entry((block.height, ballot)).or_insert(block) == block)
}

/// Who votes at the height of `block`: the chain below it says.
fn voters_at(model: &Household, world: &World, block: &Block) -> BTreeSet<u8> {
    let below = world.decided.iter().filter(|one| one.height < block.height);
    voters_above(model, &below.copied().collect::<Vec<_>>())
}

fn is_majority(some: &BTreeSet<u8>, of: &BTreeSet<u8>) -> bool {
    some.intersection(of).count() * 2 > of.len()
}

/// What majorities of the old and the new voters have, at some time, durably accepted.
fn chosen(model: &Household, world: &World) -> Vec<(Ballot<Numbers>, Block)> {
    let mut acceptors: BTreeMap<_, BTreeSet<u8>> = BTreeMap::new();
    for (device, ballot, block) in &world.votes {
        acceptors
            .entry((*ballot, *block))
            .or_default()
            .insert(*device);
    }
    acceptors.retain(|(_, block), acceptors| {
        let voters = voters_at(model, world, block);
        let after = Numbers::voters_after(block, &voters);
        is_majority(acceptors, &voters) && is_majority(acceptors, &after)
    });
    acceptors.into_keys().collect()
}

fn chosen_stays_chosen(model: &Household, world: &World) -> bool {
    let chosen = chosen(model, world);
    let agrees = |(ballot, block): (Ballot<Numbers>, Block)| {
        let mut below = chosen
            .iter()
            .filter(|(earlier, one)| one.height == block.height && *earlier < ballot);
        below.all(|(_, one)| *one == block)
    };
    named(world).all(agrees)
}

fn said_is_durable(world: &World) -> bool {
    world.network.iter().all(|letter| {
        let device = &world.devices[usize::from(letter.from)];
        match letter.message {
            Message::Accepted { ballot, hash, .. } => {
                let mut votes = world.votes.iter();
                votes.any(|(from, at, block)| {
                    *from == letter.from && *at == ballot && Numbers::hash_of(block) == hash
                })
            }
            Message::Promise { height, ballot, .. } | Message::Prepare { height, ballot } => {
                let mut votes = device.durable().iter().filter_map(Entry::vote);
                device.restored || votes.any(|vote| vote == (height, ballot))
            }
            _ => true,
        }
    })
}

/// Whether every vote in a log came after the block below it, and fits it.
fn prefix_of_votes(device: &Device, fits: impl Fn(Option<&Block>, &Block) -> bool) -> bool {
    let mut chain: Vec<Block> = Vec::new();
    device.log.iter().all(|entry| {
        if let Entry::Decided(block) = entry {
            chain.push(*block);
        }
        let follows = entry
            .vote()
            .is_none_or(|(height, _)| height <= chain.len() as u64 + 1);
        let accepted = entry.accepted();
        follows
            && accepted.is_none_or(|(_, block)| {
                let below = usize::from(block.height).checked_sub(2);
                fits(below.and_then(|at| chain.get(at)), &block)
            })
    })
}

fn voters_agree(model: &Household, world: &World) -> bool {
    let mut voters = BTreeMap::new();
    world.devices.iter().all(|device| {
        let synod = &device.synod;
        let said = voters
            .entry(synod.height())
            .or_insert_with(|| synod.voters().clone());
        said == synod.voters() && *said == voters_above(model, &device.chain())
    })
}

/// Whether no majority that could still vote would do so without `block`.
fn acknowledged_is_kept(model: &Household, world: &World) -> bool {
    let lacks = |id: u8, block: &Block| {
        let device = &world.devices[usize::from(id)];
        let has = |entry: &Entry| {
            *entry == Entry::Decided(*block)
                || entry
                    .accepted()
                    .is_some_and(|(_, accepted)| accepted == *block)
        };
        !device.synod.is_mute() && !device.durable().iter().any(has)
    };
    world.decided.iter().all(|block| {
        let old = voters_at(model, world, block);
        let new = Numbers::voters_after(block, &old);
        [old, new].iter().all(|voters| {
            let without = voters.iter().copied().filter(|&id| lacks(id, block));
            !is_majority(&without.collect(), voters)
        })
    })
}

/// What a consistent read relies on, wherever it is asked.
fn acknowledged_is_seen(_: &Household, world: &World) -> bool {
    let acknowledged = world
        .decided
        .last()
        .map_or(0, |block| u64::from(block.height));
    world.devices.iter().all(|reader| {
        let height = reader.synod.height();
        let below = reader.synod.voters().iter().copied().filter(|&id| {
            let synod = &world.devices[usize::from(id)].synod;
            !synod.is_mute() && synod.accepted_height() < height
        });
        acknowledged < height || !is_majority(&below.collect(), reader.synod.voters())
    })
}
