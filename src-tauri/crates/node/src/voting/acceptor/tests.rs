//! Two devices that cannot speak with each other, each with the same bucket: whatever they meet
//! there, they never decide two blocks at one height, and both get through.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use kinfolio_chain::batch::Line;
use kinfolio_chain::block::Draft;
use kinfolio_chain::register::Seat;
use kinfolio_chain::{
    Block, BlockHash, ConfigHash, DeviceId, EpochId, Height, HistoryRoot, HouseholdId, Incarnation,
    Owner,
};
use kinfolio_consensus::{Ballot, Begin, Message, Output, Proposer, Synod};
use kinfolio_transport::Ledger;

use super::Acceptor;
use crate::engine::Question;
use crate::voting::{Registers, VoteError};

const BUCKET: DeviceId = DeviceId([9; 16]);
const HEIGHTS: Height = 3;

fn device(n: u8) -> Proposer<Ledger> {
    let incarnation = Incarnation {
        counter: 1,
        nonce: n.into(),
    };
    Proposer {
        device: DeviceId([n; 16]),
        incarnation,
    }
}

fn seat(height: Height) -> Seat {
    Seat {
        line: Line {
            household: HouseholdId([1; 32]),
            epoch: EpochId([2; 32]),
            number: 0,
        },
        voter: BUCKET,
        height,
    }
}

fn begin(height: Height) -> Begin<Ledger> {
    let order = vec![device(1).device, device(2).device];
    Begin {
        height,
        voters: order.iter().copied().chain([BUCKET]).collect(),
        owner: device(1),
        order,
        promised: None,
        accepted: None,
    }
}

fn block(height: Height, by: Proposer<Ledger>, prev: BlockHash) -> Arc<Block> {
    let by = Owner {
        device: by.device,
        incarnation: by.incarnation,
    };
    let draft = Draft {
        height,
        prev,
        config_hash: ConfigHash([0; 32]),
        config_hash_next: ConfigHash([0; 32]),
        history_root: HistoryRoot::EMPTY,
        state_root: None,
        timestamp_ms: 0,
        proposer: by,
        next_owner: by,
    };
    Arc::new(Block::build(draft, Vec::new()))
}

/// xorshift64*, Vigna 2016.
struct Dice(Cell<u64>);

impl Dice {
    fn below(&self, most: u64) -> u64 {
        let mut state = self.0.get();
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.0.set(state);
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) % most
    }
}

/// A write, as it travels to the store.
type Write = (String, Bytes, Option<u64>);

/// A store that answers late, loses requests and answers, and carries some writes out long after
/// whoever sent them has been told that they failed.
struct Store {
    objects: BTreeMap<String, (Bytes, u64)>,
    under_way: Vec<Write>,
    end: Height,
    dice: Dice,
    /// Whether it pays heed to what a write expects.
    swaps: bool,
}

impl Store {
    fn write(&mut self, (name, bytes, expected): Write) -> Option<u64> {
        let found = self.objects.get(&name).map(|(_, version)| *version);
        if self.swaps && found != expected {
            return None;
        }
        let version = found.unwrap_or(0) + 1;
        self.objects.insert(name, (bytes, version));
        Some(version)
    }

    fn deliver_late(&mut self) {
        if !self.under_way.is_empty() && self.dice.below(3) == 0 {
            let write = self.under_way.swap_remove(0);
            self.write(write);
        }
    }
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Store>>);

impl Shared {
    fn new(seed: u64, swaps: bool) -> Self {
        Self(Arc::new(Mutex::new(Store {
            objects: BTreeMap::new(),
            under_way: Vec::new(),
            end: 1,
            dice: Dice(Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)),
            swaps,
        })))
    }

    /// Lets others go first, at random.
    async fn wait(&self) {
        let turns = self.0.lock().expect("whole").dice.below(4);
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }

    async fn at<T>(&self, work: impl FnOnce(&mut Store) -> T) -> T {
        self.wait().await;
        let done = {
            let mut store = self.0.lock().expect("whole");
            store.deliver_late();
            work(&mut store)
        };
        self.wait().await;
        done
    }
}

impl Registers for Shared {
    type Version = u64;
    type Error = &'static str;

    async fn read(&self, name: &str) -> Result<Option<(Bytes, u64)>, &'static str> {
        self.at(|store| match store.dice.below(8) {
            0 => Err("a read was lost"),
            _ => Ok(store.objects.get(name).cloned()),
        })
        .await
    }

    async fn swap(
        &self,
        name: &str,
        bytes: Bytes,
        expected: Option<u64>,
    ) -> Result<Option<u64>, &'static str> {
        let write = (name.to_owned(), bytes, expected);
        self.at(|store| match store.dice.below(8) {
            0 => Err("a write was lost"),
            1 => {
                store.write(write);
                Err("an answer was lost")
            }
            2 => {
                store.under_way.push(write);
                Err("a write is late")
            }
            _ => Ok(store.write(write)),
        })
        .await
    }

    async fn keep(&self, height: Height) -> Result<(), &'static str> {
        self.at(|store| store.end = store.end.max(height + 1)).await;
        Ok(())
    }

    async fn end(&self) -> Result<Height, &'static str> {
        Ok(self.at(|store| store.end).await)
    }
}

/// One device alone with the bucket: which block it decides at each height.
async fn decides(n: u8, shared: Shared) -> Vec<BlockHash> {
    let me = device(n);
    let mut acceptor = Acceptor::new(BUCKET, shared.clone());
    let mut synod = Synod::<Ledger>::new(me);
    let mut decided = Vec::new();
    for height in 1..=HEIGHTS {
        synod.begin(begin(height));
        let prev = decided.last().copied().unwrap_or(BlockHash::NONE);
        let own = block(height, me, prev);
        let mut turns = 0;
        while synod.is_open() {
            turns += 1;
            assert!(turns < 10_000, "device {n} does not get through");
            let mut out = Vec::new();
            match synod.is_bidding() {
                true => synod.ask_again(&mut out),
                false => synod.bid(Some(own.clone()), &mut out),
            }
            carry_out(&mut synod, &mut acceptor, height, out, &mut decided).await;
            shared.wait().await;
        }
    }
    decided
}

async fn carry_out(
    synod: &mut Synod<Ledger>,
    acceptor: &mut Acceptor<Shared>,
    height: Height,
    mut out: Vec<Output<Ledger>>,
    decided: &mut Vec<BlockHash>,
) {
    while !out.is_empty() {
        let mut more = Vec::new();
        for output in out {
            match output {
                Output::Persist(lsn, _) => synod.synced(lsn, &mut more),
                Output::Send {
                    to: BUCKET,
                    message,
                } if message.height().is_some() => {
                    let question = Question {
                        seat: seat(height),
                        begin: begin(height),
                        message,
                    };
                    if matches!(question.message, Message::Decided { .. }) {
                        continue;
                    }
                    if let Ok(Some(answer)) = acceptor.answer(&question).await {
                        synod.receive(BUCKET, answer, &mut more);
                    }
                }
                Output::Decide { block, .. } => decided.push(block.hash()),
                _ => {}
            }
        }
        out = more;
    }
}

/// What the two devices decide when they meet in one store.
fn meet(seed: u64, swaps: bool) -> [Vec<BlockHash>; 2] {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.build().expect("a runtime");
    let both = RefCell::new(<[Vec<BlockHash>; 2]>::default());
    let shared = Shared::new(seed, swaps);
    runtime.block_on(async {
        let (one, other) = (decides(1, shared.clone()), decides(2, shared.clone()));
        let (one, other) = join(one, other).await;
        *both.borrow_mut() = [one, other];
    });
    both.into_inner()
}

/// Both, in turns.
async fn join<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (std::pin::pin!(one), std::pin::pin!(other));
    let (mut first, mut second) = (None, None);
    std::future::poll_fn(|context| {
        if first.is_none()
            && let std::task::Poll::Ready(done) = one.as_mut().poll(context)
        {
            first = Some(done);
        }
        if second.is_none()
            && let std::task::Poll::Ready(done) = other.as_mut().poll(context)
        {
            second = Some(done);
        }
        match (first.take(), second.take()) {
            (Some(one), Some(other)) => std::task::Poll::Ready((one, other)),
            (one, other) => {
                (first, second) = (one, other);
                std::task::Poll::Pending
            }
        }
    })
    .await
}

const SEEDS: u64 = 2_000;

#[test]
fn two_devices_that_meet_only_in_the_bucket_never_decide_two_blocks() {
    let mut winners = BTreeSet::new();
    for seed in 0..SEEDS {
        let [one, other] = meet(seed, true);
        assert_eq!(one.len() as u64, HEIGHTS, "seed {seed}");
        assert_eq!(one, other, "seed {seed}");
        winners.insert(one[0] == block(1, device(1), BlockHash::NONE).hash());
    }
    assert_eq!(winners.len(), 2, "both of them were first at times");
}

/// The test above finds what it is there to find.
#[test]
fn a_store_that_writes_whatever_was_read_splits_them() {
    let split = (0..SEEDS).filter(|seed| {
        let [one, other] = meet(*seed, false);
        one.iter().zip(&other).any(|(one, other)| one != other)
    });
    assert!(split.count() > 0);
}

fn prepare(height: Height, round: u64, by: Proposer<Ledger>) -> Question {
    let ballot = Ballot {
        round,
        proposer: by,
    };
    Question {
        seat: seat(height),
        begin: begin(height),
        message: Message::Prepare { height, ballot },
    }
}

#[tokio::test]
async fn what_was_accepted_is_seen_up_to_the_end_of_what_is_stored() {
    let shared = Shared::new(1, true);
    let mut acceptor = Acceptor::new(BUCKET, shared.clone());
    let by = device(1);
    let ask = Question {
        message: Message::Ask { read: 7 },
        ..prepare(1, 1, by)
    };
    let seen = async |acceptor: &mut Acceptor<Shared>| loop {
        if let Ok(Some(Message::Seen { read: 7, height })) = acceptor.answer(&ask).await {
            return height;
        }
    };
    // The founding block is stored, and nothing was accepted.
    assert_eq!(seen(&mut acceptor).await, 0);
    let ballot = Ballot {
        round: 0,
        proposer: by,
    };
    let accept = Question {
        message: Message::Accept {
            height: 4,
            ballot,
            block: block(4, by, BlockHash::NONE),
        },
        ..prepare(4, 1, by)
    };
    while !matches!(
        acceptor.answer(&accept).await,
        Ok(Some(Message::Accepted { .. }))
    ) {}
    // Another device knows of it, which has asked at a lower height.
    let mut elsewhere = Acceptor::new(BUCKET, shared.clone());
    assert_eq!(seen(&mut elsewhere).await, 4);
    shared.keep(6).await.expect("stored");
    assert_eq!(seen(&mut elsewhere).await, 6, "what is stored is decided");
}

#[tokio::test]
async fn a_vote_that_is_damaged_is_not_taken_for_none() {
    let shared = Shared::new(1, true);
    let name = super::name(seat(5));
    let damaged = (Bytes::from_static(b"kinfolio\x01..."), 1);
    shared
        .0
        .lock()
        .expect("whole")
        .objects
        .insert(name, damaged);
    let mut acceptor = Acceptor::new(BUCKET, shared);
    let refused = loop {
        match acceptor.answer(&prepare(5, 1, device(1))).await {
            Err(VoteError::Store(_)) => {}
            other => break other,
        }
    };
    let told = refused.expect_err("refused").to_string();
    assert!(
        told.contains("block 5") && told.contains("damaged"),
        "{told}"
    );
}
