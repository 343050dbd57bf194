//! What of the log is durable: the synced ends of it, and which records the replica waits for.

use std::collections::VecDeque;

use kinfolio_chain::{BlockHash, Height};
use kinfolio_consensus::Lsn;

/// An end of the log, in the order in which they were synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u64);

#[derive(Debug)]
struct End {
    mark: Mark,
    lsn: Lsn,
    born: bool,
    tip: (Height, BlockHash),
}

#[derive(Debug)]
pub(super) struct Durable {
    /// The replica's last record.
    lsn: Lsn,
    /// Whether this life is in the log, and whether it is there durably.
    born: bool,
    lives: bool,
    /// Whether anything was appended since the last mark that has to become durable.
    wanted: bool,
    next_mark: u64,
    under_way: VecDeque<End>,
    tip: (Height, BlockHash),
}

impl Durable {
    /// A log that is durable up to this tip.
    pub(super) fn new(tip: (Height, BlockHash)) -> Self {
        Self {
            lsn: 0,
            born: false,
            lives: false,
            wanted: false,
            next_mark: 0,
            under_way: VecDeque::new(),
            tip,
        }
    }

    /// This life was appended.
    pub(super) fn born(&mut self) {
        self.born = true;
        self.wanted = true;
    }

    /// A record of the replica was appended.
    pub(super) fn appended(&mut self, lsn: Lsn) {
        self.lsn = lsn;
        self.wanted = true;
    }

    /// A block was appended that this device has not voted on.
    pub(super) fn learned(&mut self) {
        self.wanted = true;
    }

    pub(super) fn wants_sync(&self) -> bool {
        self.wanted
    }

    /// Marks the end of the log, at which the chain has this tip.
    pub(super) fn begin(&mut self, tip: (Height, BlockHash)) -> Mark {
        self.wanted = false;
        self.next_mark += 1;
        let mark = Mark(self.next_mark);
        self.under_way.push_back(End {
            mark,
            lsn: self.lsn,
            born: self.born,
            tip,
        });
        mark
    }

    /// The log is durable up to `mark`: up to which of the replica's records, if that is news.
    pub(super) fn synced(&mut self, mark: Mark) -> Option<Lsn> {
        let mut lsn = None;
        while let Some(end) = self.under_way.pop_front_if(|end| end.mark <= mark) {
            lsn = Some(end.lsn);
            self.lives |= end.born;
            if end.tip.0 > self.tip.0 {
                self.tip = end.tip;
            }
        }
        lsn
    }

    /// The log was synced out of turn, while the chain had this tip.
    pub(super) fn synced_at(&mut self, tip: (Height, BlockHash)) {
        self.lives = self.born;
        self.tip = tip;
    }

    /// Whether no crash takes this life back.
    pub(super) fn lives(&self) -> bool {
        self.lives
    }

    /// The tip that no crash takes back.
    pub(super) fn tip(&self) -> (Height, BlockHash) {
        self.tip
    }
}
