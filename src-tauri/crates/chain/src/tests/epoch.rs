//! What may begin an epoch, and what holds across one.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::membership::{House, id, member};
use crate::apply::{EPOCHS_MAX, Refusal};
use crate::wire::{Reader, Writer};
use crate::{Batch, Beginner, Block, BlockHash, ChainState, Epoch, Payload, RecoveryKey, Role};

fn text(text: &'static str) -> Payload {
    Payload::Opaque(Bytes::from_static(text.as_bytes()))
}

fn survivor(device: u8, nonce: u8) -> Epoch {
    Epoch {
        nonce: [nonce; 32],
        beginner: Beginner::Survivor(id(device)),
    }
}

impl House {
    fn epoch_batch(&mut self, device: u8, epoch: Epoch) -> Batch {
        let line = self.state.line_of(&epoch);
        self.sign_epoch(device, line, epoch)
    }

    fn epoch_block(&mut self, device: u8, epoch: Epoch) -> Block {
        let batch = self.epoch_batch(device, epoch);
        self.block_of(device, vec![batch])
    }

    fn write(&mut self, device: u8, words: &'static str) -> Batch {
        let batch = self.sign(device, vec![text(words)]);
        let block = self.block_of(device, vec![batch.clone()]);
        self.state.apply(&block).unwrap();
        batch
    }
}

fn three() -> House {
    let mut house = House::of([(0, Role::Voter), (1, Role::Voter), (2, Role::Voter)]);
    house.write(0, "before");
    house
}

#[test]
fn a_survivor_goes_on_alone_and_the_others_may_come_back() {
    let mut house = three();
    let (fork, old) = (house.state.height(), house.state.line());
    let epoch = survivor(1, 1);
    let block = house.epoch_block(1, epoch.clone());
    let all = BTreeSet::from([id(0), id(1), id(2)]);
    assert_eq!(block.voters_after(&all), BTreeSet::from([id(1)]));
    house.state.apply(&block).unwrap();

    let voters: Vec<_> = house.state.configuration().voters().collect();
    assert_eq!(voters, [id(1)]);
    assert_eq!(house.state.configuration().len(), 3);
    let line = house.state.line();
    assert_eq!((line.number, line.household), (1, old.household));
    assert_eq!(line.epoch, epoch.id(block.header().prev));
    assert_eq!(house.state.lines().last().unwrap().fork, fork);

    let mut to = Writer::new();
    house.state.encode(&mut to);
    let kept = ChainState::decode(&mut Reader::new(to.finish().into())).unwrap();
    assert_eq!(kept, house.state);
    assert_eq!(Block::decode(block.encode().into()).unwrap(), block);
}

#[test]
fn edits_of_the_line_before_count_once_and_saw_no_more_than_the_fork() {
    let mut house = three();
    let old = house.state.line();
    let fork = house.state.height();
    let block = house.epoch_block(1, survivor(1, 1));
    house.state.apply(&block).unwrap();
    // Written on the old line, two blocks above the fork.
    let late = house.sign_at(2, old, fork + 2, vec![text("late")]);
    assert_eq!(house.state.check_batch_alone(&late), Ok(()));
    assert_eq!(house.state.base_of(&late), fork);
    let block = house.block_of(1, vec![late.clone()]);
    house.state.apply(&block).unwrap();
    let again = house.block_of(1, vec![late]);
    assert!(matches!(
        house.state.check(&again),
        Err(Refusal::Duplicate { .. })
    ));
    // What is written now has seen what it says.
    let now = house.write(1, "now");
    assert_eq!(house.state.base_of(&now), now.base);
}

#[test]
fn edits_of_another_line_do_not_count() {
    let mut house = three();
    let rival = survivor(2, 9);
    let elsewhere = house.state.line_of(&rival);
    let block = house.epoch_block(1, survivor(1, 1));
    house.state.apply(&block).unwrap();
    let batch = house.sign_for(2, elsewhere, vec![text("elsewhere")]);
    assert!(matches!(
        house.state.check_batch_alone(&batch),
        Err(Refusal::Signature { .. })
    ));
    let mut batch = house.sign(2, vec![text("of no line")]);
    batch.line = 7;
    let refusal = house.state.check_batch_alone(&batch);
    assert!(matches!(refusal, Err(Refusal::Line { .. })));
}

#[test]
fn who_has_the_recovery_key_begins_anew_and_the_others_are_removed() {
    let mut house = three();
    let recovery = RecoveryKey::new([1; 32]);
    let household = house.state.line().household;
    let newcomer = member(7, Role::Voter);
    let restored =
        |key: &RecoveryKey, fork| Epoch::restored(key, household, fork, [3; 32], newcomer.clone());
    let tip = house.state.tip();
    let stranger = house.epoch_block(7, restored(&RecoveryKey::new([2; 32]), tip));
    assert_eq!(
        house.state.check(&stranger),
        Err(Refusal::NotRecovered { device: id(7) })
    );
    let elsewhere = restored(&recovery, BlockHash([9; 32]));
    let elsewhere = house.epoch_block(7, elsewhere);
    assert_eq!(
        house.state.check(&elsewhere),
        Err(Refusal::NotRecovered { device: id(7) })
    );
    let right = house.epoch_block(7, restored(&recovery, tip));
    house.state.apply(&right).unwrap();
    let voters: Vec<_> = house.state.configuration().voters().collect();
    assert_eq!(voters, [id(7)]);
    assert_eq!(house.state.configuration().len(), 1);
    assert!((0..3).all(|device| house.state.is_removed(id(device))));
}

#[test]
fn an_epoch_stands_alone_and_only_a_member_begins_it() {
    let mut house = three();
    let batch = house.epoch_batch(1, survivor(1, 1));
    assert_eq!(
        house.state.check_batch_alone(&batch),
        Err(Refusal::EpochNotAlone)
    );
    let other = house.sign(0, vec![text("beside it")]);
    let beside = house.block_of(1, vec![batch.clone(), other]);
    assert_eq!(house.state.check(&beside), Err(Refusal::EpochNotAlone));
    let by_another = house.block_of(0, vec![batch]);
    assert_eq!(house.state.check(&by_another), Err(Refusal::EpochNotAlone));
    let device = id(9);
    let stranger = house.epoch_block(9, survivor(9, 1));
    assert_eq!(
        house.state.check(&stranger),
        Err(Refusal::Stranger { device })
    );
}

#[test]
fn there_are_not_endlessly_many() {
    let mut house = three();
    for nonce in 1..EPOCHS_MAX {
        let block = house.epoch_block(1, survivor(1, nonce as u8));
        house.state.apply(&block).unwrap();
    }
    let block = house.epoch_block(1, survivor(1, 0));
    assert_eq!(house.state.check(&block), Err(Refusal::Epochs));
}

/// A device may lose its majority again before it is ever restarted.
#[test]
fn epochs_that_one_life_begins_are_named_apart() {
    let mut house = three();
    let ids = [1, 2].map(|nonce| {
        let block = house.epoch_block(1, survivor(1, nonce));
        house.state.apply(&block).unwrap();
        block.edits().next().map(|edit| edit.id)
    });
    assert!(ids[0].is_some() && ids[0] != ids[1], "{ids:?}");
}
