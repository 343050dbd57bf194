//! The scheme that this product began with, to be put beside what became of it: broadcast a block,
//! accept what fits the own tip, count it as committed with a majority of yes, and with a majority
//! of no take it back and try again above what the others have.
//!
//! Shares nothing with the product but the dice and the travel times.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;

use crate::dice::Dice;
use crate::plan::{SECONDS, Time};

type Text = u64;

/// Blocks of one text each; a block is known by its chain up to it.
type Chain = Rc<Vec<Text>>;

/// What came of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    pub rounds: u64,
    pub took: Time,
    /// Rounds that were given up, because somebody was not answered in time.
    pub stuck: u64,
    pub attempts: u64,
    pub acknowledged: u64,
    /// Acknowledged texts that most nodes do not hold at the end.
    pub lost: u64,
    /// Whether the nodes end with different chains.
    pub split: bool,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Message {
    Block {
        chain: Chain,
        attempt: u64,
    },
    Vote {
        yes: bool,
        attempt: u64,
        chain: Chain,
    },
    Retry,
}

/// When, as which in order, at whom, from whom, what.
type Arrival = (Time, u64, usize, usize, Message);

#[derive(Default)]
struct Node {
    chain: Chain,
    /// What it wants to append, and its votes.
    wish: Option<Text>,
    attempt: u64,
    votes: [usize; 2],
    /// The longest chain that a no came with.
    longest: Chain,
}

struct Run {
    nodes: Vec<Node>,
    queue: BinaryHeap<Reverse<Arrival>>,
    now: Time,
    order: u64,
    dice: Dice,
    acknowledged: Vec<Text>,
    outcome: Outcome,
}

/// How long a text may wait before its round counts as stuck.
const PATIENCE: Time = SECONDS / 4;

/// All `count` nodes append one text each at the same moment, `rounds` times. A majority of no is
/// followed by a random wait of at most `backoff`.
pub fn run(seed: u64, count: usize, rounds: u64, backoff: Time) -> Outcome {
    let mut run = Run {
        nodes: (0..count).map(|_| Node::default()).collect(),
        queue: BinaryHeap::new(),
        now: 0,
        order: 0,
        dice: Dice::new(seed),
        acknowledged: Vec::new(),
        outcome: Outcome::default(),
    };
    for round in 0..rounds {
        run.round(round, backoff);
    }
    run.conclude(rounds)
}

impl Run {
    fn round(&mut self, round: u64, backoff: Time) {
        let count = self.nodes.len();
        for index in 0..count {
            self.nodes[index].wish = Some(round * count as u64 + index as u64);
            self.try_to_append(index);
        }
        let until = self.now + PATIENCE;
        while self.nodes.iter().any(|node| node.wish.is_some()) {
            match self.queue.pop() {
                Some(Reverse((at, _, to, from, message))) if at <= until => {
                    self.now = at;
                    self.take(to, from, message, backoff);
                }
                _ => {
                    self.outcome.stuck += 1;
                    self.now = until;
                    self.queue.clear();
                    break;
                }
            }
        }
    }

    fn try_to_append(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        let Some(text) = node.wish else {
            return;
        };
        self.outcome.attempts += 1;
        node.attempt = self.outcome.attempts;
        node.votes = [0, 1];
        node.longest = Chain::default();
        Rc::make_mut(&mut node.chain).push(text);
        let (chain, attempt) = (node.chain.clone(), node.attempt);
        for to in 0..self.nodes.len() {
            if to != index {
                let chain = chain.clone();
                self.send(to, index, Message::Block { chain, attempt });
            }
        }
        self.count(index, 0);
    }

    /// The same travel and sync as the product has in this simulator.
    fn send(&mut self, to: usize, from: usize, message: Message) {
        let disk = if matches!(message, Message::Vote { .. }) {
            self.dice.between(250, 750)
        } else {
            0
        };
        let travel = self.dice.between(150, 450) + disk;
        self.later(travel, to, from, message);
    }

    fn later(&mut self, after: Time, to: usize, from: usize, message: Message) {
        self.order += 1;
        self.queue
            .push(Reverse((self.now + after, self.order, to, from, message)));
    }

    fn take(&mut self, to: usize, from: usize, message: Message, backoff: Time) {
        let node = &mut self.nodes[to];
        match message {
            Message::Block { chain, attempt } => {
                let yes = chain
                    .split_last()
                    .is_some_and(|(_, below)| *below == node.chain[..]);
                if yes {
                    node.chain = chain;
                }
                let chain = node.chain.clone();
                self.send(
                    from,
                    to,
                    Message::Vote {
                        yes,
                        attempt,
                        chain,
                    },
                );
            }
            Message::Vote {
                yes,
                attempt,
                chain,
            } if attempt == node.attempt && node.wish.is_some() => {
                node.votes[usize::from(yes)] += 1;
                if !yes && chain.len() > node.longest.len() {
                    node.longest = chain;
                }
                self.count(to, backoff);
            }
            Message::Vote { .. } => {}
            Message::Retry => self.try_to_append(to),
        }
    }

    fn count(&mut self, index: usize, backoff: Time) {
        let majority = self.nodes.len() / 2 + 1;
        let node = &mut self.nodes[index];
        if node.votes[1] >= majority {
            self.acknowledged.extend(node.wish.take());
        } else if node.votes[0] >= majority {
            // The votes are taken back: the own block goes, and the longer chain comes.
            if node.chain.last().copied() == node.wish {
                Rc::make_mut(&mut node.chain).pop();
            }
            if node.longest.len() > node.chain.len() {
                node.chain = std::mem::take(&mut node.longest);
            }
            node.attempt = 0;
            let after = self.dice.below(backoff + 1);
            self.later(after, index, index, Message::Retry);
        }
    }

    fn conclude(mut self, rounds: u64) -> Outcome {
        let mut holders: BTreeMap<Text, usize> = BTreeMap::new();
        for node in &self.nodes {
            for text in node.chain.iter() {
                *holders.entry(*text).or_default() += 1;
            }
        }
        let majority = self.nodes.len() / 2 + 1;
        let is_lost = |text: &&Text| holders.get(text).is_none_or(|&count| count < majority);
        self.outcome.lost = self.acknowledged.iter().filter(is_lost).count() as u64;
        self.outcome.acknowledged = self.acknowledged.len() as u64;
        self.outcome.split = self
            .nodes
            .iter()
            .any(|node| node.chain != self.nodes[0].chain);
        self.outcome.rounds = rounds;
        self.outcome.took = self.now;
        self.outcome
    }
}
