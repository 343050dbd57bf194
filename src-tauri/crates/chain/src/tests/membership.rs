//! Members come, go and change their voices through the chain itself.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use crate::apply::{Refusal, Void, founding_block};
use crate::batch::Line;
use crate::block::Draft;
use crate::config::MEMBERS_MAX;
use crate::wire::{Reader, Writer};
use crate::{
    Batch, Block, ChainState, Change, ConfigHash, Configuration, DeviceId, Epoch, Founding,
    Incarnation, InvitationId, Member, Membership, Owner, Payload, RecoveryKey, Role,
};

/// A household whose devices are numbered; 0 founds it.
pub(super) struct House {
    pub(super) state: ChainState,
    seqs: BTreeMap<u8, u64>,
}

fn key(device: u8) -> SigningKey {
    SigningKey::from_bytes(&[device; 32])
}

pub(super) fn member(device: u8, role: Role) -> Member {
    Member::new(
        format!("device {device}"),
        key(device).verifying_key(),
        role,
    )
}

pub(super) fn id(device: u8) -> DeviceId {
    member(device, Role::Voter).id
}

fn owner(device: u8) -> Owner {
    Owner {
        device: id(device),
        incarnation: Incarnation {
            counter: 1,
            nonce: 1,
        },
    }
}

fn join(device: u8, role: Role) -> Change {
    join_with(device, role, device)
}

fn join_with(device: u8, role: Role, invitation: u8) -> Change {
    Change::Join {
        member: Box::new(member(device, role)),
        invitation: InvitationId([invitation; 16]),
    }
}

pub(super) fn remove(device: u8) -> Change {
    Change::Remove { device: id(device) }
}

fn role(device: u8, role: Role) -> Change {
    let device = id(device);
    Change::Role { device, role }
}

impl House {
    pub(super) fn of(members: impl IntoIterator<Item = (u8, Role)>) -> Self {
        let members = members.into_iter();
        let founding = Founding {
            household: "House".to_owned(),
            nonce: [1; 32],
            recovery: RecoveryKey::new([1; 32]).public_key(),
            members: members.map(|(device, role)| member(device, role)).collect(),
        };
        let block = founding_block(&key(0), owner(0), 0, founding);
        Self {
            state: ChainState::found(&block).unwrap(),
            seqs: BTreeMap::from([(0, 1)]),
        }
    }

    /// A change as it is written by who knows the members in force.
    pub(super) fn edit(&self, change: Change) -> Membership {
        let config_hash = self.state.config_hash();
        Membership {
            config_hash,
            change,
        }
    }

    pub(super) fn sign(&mut self, author: u8, payloads: Vec<Payload>) -> Batch {
        self.sign_for(author, self.state.line(), payloads)
    }

    pub(super) fn sign_for(&mut self, author: u8, line: Line, payloads: Vec<Payload>) -> Batch {
        self.sign_at(author, line, self.state.height(), payloads)
    }

    pub(super) fn sign_at(
        &mut self,
        author: u8,
        line: Line,
        base: u64,
        payloads: Vec<Payload>,
    ) -> Batch {
        let seq = self.seqs.entry(author).or_default();
        let batch = Batch::sign(&key(author), line, owner(author), *seq, base, payloads);
        *seq = batch.next_seq();
        batch
    }

    pub(super) fn sign_epoch(&self, author: u8, line: Line, epoch: Epoch) -> Batch {
        let base = self.state.height();
        let payloads = vec![Payload::Epoch(epoch)];
        Batch::sign(
            &key(author),
            line,
            owner(author),
            Epoch::seq(line.number),
            base,
            payloads,
        )
    }

    fn block(&self, batches: Vec<Batch>) -> Block {
        self.block_at(0, batches)
    }

    pub(super) fn block_at(&self, timestamp_ms: i64, batches: Vec<Batch>) -> Block {
        self.draft(0, timestamp_ms, batches)
    }

    pub(super) fn block_of(&self, device: u8, batches: Vec<Batch>) -> Block {
        self.draft(device, 0, batches)
    }

    fn draft(&self, device: u8, timestamp_ms: i64, batches: Vec<Batch>) -> Block {
        let draft = Draft {
            height: self.state.height() + 1,
            prev: self.state.tip(),
            config_hash: self.state.config_hash(),
            config_hash_next: self.state.config_hash_next(&batches),
            history_root: self.state.history_root(),
            state_root: self.state.state_root_next(),
            timestamp_ms,
            proposer: owner(device),
            next_owner: owner(device),
        };
        Block::build(draft, batches)
    }

    /// Writes one change into a block of its own, which must hold.
    fn change(&mut self, author: u8, edit: Membership) -> Block {
        let batch = self.sign(author, vec![Payload::Membership(edit)]);
        let block = self.block(vec![batch]);
        self.state.apply(&block).unwrap();
        block
    }

    fn voters(&self) -> BTreeSet<DeviceId> {
        self.state.configuration().voters().collect()
    }
}

#[test]
fn a_change_takes_effect_at_the_next_height() {
    let mut house = House::of([(0, Role::Voter)]);
    let before = house.state.config_hash();
    let edit = house.edit(join(1, Role::Observer));
    let block = house.change(0, edit.clone());
    assert_eq!(block.header().config_hash, before);
    assert_eq!(block.header().config_hash_next, house.state.config_hash());
    assert_eq!(block.membership(), Some(&edit));
    assert_eq!(house.voters(), BTreeSet::from([id(0)]));

    let edit = house.edit(role(1, Role::Voter));
    let block = house.change(1, edit);
    let voters = block.voters_after(&BTreeSet::from([id(0)]));
    assert_eq!(voters, BTreeSet::from([id(0), id(1)]));
    assert_eq!(voters, house.voters());
}

#[test]
fn a_removed_device_may_write_in_the_block_that_removes_it_and_never_again() {
    let mut house = House::of([(0, Role::Voter), (1, Role::Voter)]);
    let last_words = house.sign(1, vec![Payload::Opaque(Bytes::from_static(b"bye"))]);
    let removal = Payload::Membership(house.edit(remove(1)));
    let removal = house.sign(0, vec![removal]);
    let block = house.block(vec![removal, last_words]);
    house.state.apply(&block).unwrap();

    let device = id(1);
    let batch = house.sign(1, vec![Payload::Opaque(Bytes::from_static(b"hello?"))]);
    let refusal = Refusal::Stranger { device };
    assert_eq!(house.state.check_batch_alone(&batch), Err(refusal.clone()));
    let block = house.block(vec![batch]);
    assert_eq!(house.state.check(&block), Err(refusal));
    let edit = house.edit(join(1, Role::Observer));
    assert_eq!(
        house.state.members_after(&edit),
        Err(Void::Removed { device })
    );
}

#[test]
fn an_invitation_lets_one_device_in() {
    let mut house = House::of([(0, Role::Voter)]);
    let edit = house.edit(join_with(1, Role::Observer, 7));
    house.change(0, edit);
    let again = house.edit(join_with(2, Role::Observer, 7));
    assert_eq!(house.state.members_after(&again), Err(Void::Used));

    let mut to = Writer::new();
    house.state.encode(&mut to);
    let kept = ChainState::decode(&mut Reader::new(to.finish().into())).unwrap();
    assert_eq!(kept.members_after(&again), Err(Void::Used));

    let edit = house.edit(join_with(2, Role::Observer, 8));
    house.change(0, edit);
    assert_eq!(house.state.configuration().len(), 3);
}

#[test]
fn a_member_gets_another_name_and_stays_who_it_is() {
    let mut house = House::of([(0, Role::Voter), (1, Role::Observer)]);
    let name = "Grandma's PC".to_owned();
    let device = id(1);
    let edit = house.edit(Change::Name {
        device,
        name: name.clone(),
    });
    let before = house.state.config_hash();
    let block = house.change(0, edit);
    let member = house.state.configuration().member(device).unwrap();
    assert_eq!((&member.name, member.role), (&name, Role::Observer));
    assert_ne!(house.state.config_hash(), before);
    let voters = BTreeSet::from([id(0)]);
    assert_eq!(block.voters_after(&voters), voters);
    let again = house.edit(Change::Name { device, name });
    assert_eq!(
        house.state.members_after(&again),
        Err(Void::SameName { device })
    );
}

#[test]
fn a_voter_that_is_silent_does_not_count_and_comes_back_as_it_was() {
    let mut house = House::of([(0, Role::Voter), (1, Role::Voter), (2, Role::Voter)]);
    let before = house.state.clone();
    let edit = house.edit(role(2, Role::Silent));
    let block = house.change(0, edit);
    assert_eq!(house.voters(), BTreeSet::from([id(0), id(1)]));
    assert_eq!(block.voters_after(&voters_of(&before)), house.voters());
    let mut to = Writer::new();
    house.state.encode(&mut to);
    let mut from = Reader::new(to.finish().into());
    assert_eq!(ChainState::decode(&mut from).as_ref(), Ok(&house.state));
    let edit = house.edit(role(2, Role::Voter));
    house.change(2, edit);
    assert_eq!(house.state.config_hash(), before.config_hash());
}

fn voters_of(state: &ChainState) -> BTreeSet<DeviceId> {
    state.configuration().voters().collect()
}

#[test]
fn a_void_change_stands_in_the_chain_and_changes_nothing() {
    let mut house = House::of([(0, Role::Voter), (1, Role::Observer)]);
    let config_hash = house.state.config_hash();
    let outdated = Membership {
        config_hash: ConfigHash([0; 32]),
        change: join(2, Role::Voter),
    };
    let device = id(0);
    let voids = [
        (
            outdated,
            Void::Outdated {
                assumed: ConfigHash([0; 32]),
                in_force: config_hash,
            },
        ),
        (house.edit(remove(0)), Void::LastVoter { device }),
        (
            house.edit(role(0, Role::Observer)),
            Void::LastVoter { device },
        ),
        (house.edit(role(0, Role::Voter)), Void::SameRole { device }),
        (
            house.edit(role(0, Role::Silent)),
            Void::LastVoter { device },
        ),
        (
            // Else it would get itself a vote that nobody gave it.
            house.edit(role(1, Role::Silent)),
            Void::NoVoter { device: id(1) },
        ),
        (
            house.edit(join(1, Role::Voter)),
            Void::Member { device: id(1) },
        ),
        (
            house.edit(role(2, Role::Voter)),
            Void::Stranger { device: id(2) },
        ),
        (house.edit(remove(2)), Void::Stranger { device: id(2) }),
    ];
    for (edit, expect) in voids {
        assert_eq!(house.state.members_after(&edit), Err(expect));
        let block = house.change(0, edit);
        assert_eq!(house.state.config_hash(), config_hash);
        assert_eq!(block.membership(), None);
        assert_eq!(block.voters_after(&house.voters()), house.voters());
    }
}

#[test]
fn a_bucket_votes_comes_once_and_never_is_the_last_voter() {
    let mut house = House::of([(0, Role::Voter), (1, Role::Voter)]);
    let edit = house.edit(join(7, Role::Bucket));
    let block = house.change(0, edit);
    let three = BTreeSet::from([id(0), id(1), id(7)]);
    assert_eq!(house.voters(), three);
    assert_eq!(block.voters_after(&BTreeSet::from([id(0), id(1)])), three);
    assert_eq!(house.state.configuration().bucket(), Some(id(7)));

    let (bucket, device) = (id(7), id(7));
    let voids = [
        (join(8, Role::Bucket), Void::SecondBucket { bucket }),
        (role(7, Role::Voter), Void::BucketRole { device }),
        (role(1, Role::Bucket), Void::BucketRole { device: id(1) }),
    ];
    for (change, expect) in voids {
        let edit = house.edit(change);
        assert_eq!(house.state.members_after(&edit), Err(expect));
    }
    let edit = house.edit(remove(1));
    house.change(0, edit);
    let last = house.edit(remove(0));
    let void = Void::LastVoter { device: id(0) };
    assert_eq!(house.state.members_after(&last), Err(void));
    let edit = house.edit(remove(7));
    house.change(0, edit);
    assert_eq!(house.voters(), BTreeSet::from([id(0)]));
    let edit = house.edit(join(8, Role::Bucket));
    house.change(0, edit);
    assert!(house.voters().contains(&id(8)));
}

#[test]
fn a_full_household_takes_nobody_in() {
    let most = u8::try_from(MEMBERS_MAX).unwrap();
    let mut house = House::of((0..most).map(|device| (device, Role::Voter)));
    let edit = house.edit(join(most, Role::Voter));
    assert_eq!(house.state.members_after(&edit), Err(Void::Full));
    let block = house.change(0, edit);
    assert_eq!(block.voters_after(&house.voters()), house.voters());
    let edit = house.edit(remove(1));
    house.change(0, edit);
    let edit = house.edit(join(most, Role::Voter));
    house.change(0, edit);
    assert!(house.voters().contains(&id(most)));
}

#[test]
fn a_second_change_in_one_block_is_refused() {
    let mut house = House::of([(0, Role::Voter)]);
    let edit = |house: &House, device| Payload::Membership(house.edit(join(device, Role::Voter)));
    let opaque = Payload::Opaque(Bytes::new());
    let payloads = vec![edit(&house, 1), opaque, edit(&house, 2)];
    let batch = house.sign(0, payloads);
    let second = batch.id_at(2);
    let block = house.block(vec![batch]);
    let refusal = Refusal::MembershipAgain { edit: second };
    assert_eq!(house.state.check(&block), Err(refusal));
}

#[derive(Clone, Debug)]
struct Step {
    change: u8,
    device: u8,
    votes: bool,
    outdated: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let parts = (0..3u8, 0..6u8, any::<bool>(), prop::bool::weighted(0.1));
    parts.prop_map(|(change, device, votes, outdated)| Step {
        change,
        device,
        votes,
        outdated,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Beside the chain runs a list of roles, kept by the rules in their plainest form.
    #[test]
    fn any_changes_leave_a_voter_and_the_same_members_everywhere(
        steps in prop::collection::vec(step(), 1..30),
    ) {
        let mut house = House::of([(0, Role::Voter)]);
        let mut roles = BTreeMap::from([(0, Role::Voter)]);
        let mut gone = BTreeSet::new();
        for Step { change, device, votes, outdated } in steps {
            let voice = if votes { Role::Voter } else { Role::Observer };
            let mut edit = house.edit(match change {
                0 => join(device, voice),
                1 => role(device, voice),
                _ => remove(device),
            });
            if outdated {
                edit.config_hash.0[0] ^= 1;
            }
            let mut after = roles.clone();
            let known = match change {
                0 => after.insert(device, voice).is_none() && !gone.contains(&device),
                1 => after.insert(device, voice).is_some(),
                _ => after.remove(&device).is_some(),
            };
            let holds = known && !outdated && after.values().any(|role| *role == Role::Voter);
            if holds {
                gone.extend((change == 2).then_some(device));
                roles = after;
            }
            let author = house.state.configuration().voters().next().unwrap();
            let author = (0..6).find(|device| id(*device) == author).unwrap();
            let before = house.voters();
            let block = house.change(author, edit);
            let expect = Configuration::new(roles.iter().map(|(one, role)| member(*one, *role)));
            prop_assert_eq!(house.state.configuration(), &expect);
            prop_assert_eq!(block.voters_after(&before), house.voters());
            prop_assert_eq!(block.header().config_hash_next, house.state.config_hash());
            let read = Block::decode(block.encode().into());
            prop_assert_eq!(read.as_ref(), Ok(&block));
        }
        let mut writer = Writer::new();
        house.state.encode(&mut writer);
        let mut reader = Reader::new(writer.finish().into());
        let read = ChainState::decode(&mut reader);
        prop_assert_eq!(read.as_ref(), Ok(&house.state));
    }
}
