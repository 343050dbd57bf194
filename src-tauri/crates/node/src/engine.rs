//! One life of the ledger on this device: the log, the synod and the chain, without a thread
//! or a channel. Carries out what the synod puts out, in order: persist, sync, then send.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use kinfolio_chain::block::Draft;
use kinfolio_chain::config::device_id;
use kinfolio_chain::store::disk::{BlockReader, DiskStore};
use kinfolio_chain::store::pending::PendingLog;
use kinfolio_chain::store::{self, Recovered, Store};
use kinfolio_chain::{
    Batch, Block, BlockHash, ChainState, DeviceId, Incarnation, Member, Owner, Payload,
};
use kinfolio_consensus::{Ballot, Begin, Input, Lsn, Output, Proposer, Record, Synod, Types, Vote};

use crate::LEDGER_FOLDER;
use crate::error::NodeError;
use crate::identity;
use crate::mempool::{Mempool, Reply};

/// The types that the synod runs on here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Ledger;

impl Types for Ledger {
    type Device = DeviceId;
    type Incarnation = Incarnation;
    type Hash = BlockHash;
    type Block = Arc<Block>;

    fn hash_of(block: &Arc<Block>) -> BlockHash {
        block.hash()
    }
}

/// The ledger between opening and failing or closing.
pub(crate) struct Engine {
    key: SigningKey,
    owner: Owner,
    store: DiskStore,
    pending: PendingLog,
    synod: Synod<Ledger>,
    state: ChainState,
    pub(crate) mempool: Mempool,
    next_seq: u64,
    /// Whether this life is written in the log; it is, before its first vote.
    born: bool,
    lsn: Lsn,
}

impl Engine {
    /// Opens the ledger inside `root` and finishes what a crash left undecided.
    pub(crate) fn open(root: &Path) -> Result<Self, NodeError> {
        let folder = root.join(LEDGER_FOLDER);
        if !folder.is_dir() {
            return Err(NodeError::NoLedger {
                path: root.to_path_buf(),
            });
        }
        let key = identity::load(root)?;
        let (store, recovered) = DiskStore::open(&folder)?;
        let Some(state) = recovered.state.clone() else {
            return Err(NodeError::NoLedger {
                path: root.to_path_buf(),
            });
        };
        let device = device_id(&key.verifying_key());
        if state.configuration().member(device).is_none() {
            return Err(NodeError::Stranger {
                household: state.household().to_owned(),
            });
        }
        let nonce = u64::from_le_bytes(identity::random()?);
        let owner = Owner {
            device,
            incarnation: recovered.next_incarnation(nonce),
        };
        let mut engine = Self {
            key,
            owner,
            store,
            pending: PendingLog::open(&folder)?,
            synod: Synod::new(proposer(owner)),
            state,
            mempool: Mempool::default(),
            next_seq: 0,
            born: false,
            lsn: 0,
        };
        engine.resume(recovered)?;
        Ok(engine)
    }

    /// The chain at its tip.
    pub(crate) fn state(&self) -> &ChainState {
        &self.state
    }

    /// This device.
    pub(crate) fn me(&self) -> Option<&Member> {
        self.state.configuration().member(self.owner.device)
    }

    /// A reader of blocks for other threads.
    pub(crate) fn reader(&self) -> BlockReader {
        self.store.reader()
    }

    /// Whether this device alone, as the only one within reach, is a majority of the voters.
    pub(crate) fn has_quorum(&self) -> bool {
        let voters: Vec<_> = self.state.configuration().voters().collect();
        let reachable = usize::from(voters.contains(&self.owner.device));
        reachable > voters.len() / 2
    }

    /// Signs edits and lets them wait for a block.
    pub(crate) fn take(&mut self, payloads: Vec<Bytes>, reply: Reply) {
        let payloads = payloads.into_iter().map(Payload::Opaque).collect();
        let (line, base) = (self.state.line(), self.state.height());
        let batch = Batch::sign(&self.key, line, self.owner, self.next_seq, base, payloads);
        self.next_seq = batch.next_seq();
        self.mempool.push(batch, Some(reply));
    }

    /// Proposes a block of what waits; whether one was decided.
    pub(crate) fn commit(&mut self) -> Result<bool, NodeError> {
        if self.mempool.is_empty() {
            return Ok(false);
        }
        let height = self.state.height();
        let block = self.build();
        self.drive(Input::Propose(Arc::new(block)))?;
        Ok(self.state.height() > height)
    }

    /// Writes down, durably, what has waited for a quorum long enough, and answers it.
    pub(crate) fn set_aside(&mut self) -> Result<bool, NodeError> {
        let batches = self.mempool.unanswered();
        if !batches.is_empty() {
            self.be_born()?;
            self.store.sync()?;
            self.pending.add(&batches)?;
            self.mempool.answer_pending();
        }
        Ok(false)
    }

    /// A clean exit.
    pub(crate) fn seal(&mut self) -> Result<(), NodeError> {
        if self.born {
            self.store.seal()?;
        }
        Ok(())
    }

    fn resume(&mut self, recovered: Recovered) -> Result<(), NodeError> {
        let undecided = recovered
            .accepted
            .as_ref()
            .map(|(_, block)| Arc::clone(block));
        self.pending.settle(&self.state)?;
        for batch in self.pending.batches() {
            self.mempool.push(batch.clone(), None);
        }
        let promised = recovered.promised.map(ballot_in);
        let accepted = recovered
            .accepted
            .map(|(ballot, block)| (ballot_in(ballot), block));
        self.begin(promised, accepted)?;
        match undecided {
            // Its author may have been told that it is safe.
            Some(block) => self.drive(Input::Propose(block)),
            None => Ok(()),
        }
    }

    fn begin(
        &mut self,
        promised: Option<Ballot<Ledger>>,
        accepted: Option<Vote<Ledger>>,
    ) -> Result<(), NodeError> {
        let begin = Begin {
            height: self.state.height() + 1,
            voters: self.state.configuration().voters().collect(),
            owner: proposer(self.state.next_owner()),
            promised,
            accepted,
        };
        self.drive(Input::Begin(begin))
    }

    fn build(&self) -> Block {
        let draft = Draft {
            height: self.state.height() + 1,
            prev: self.state.tip(),
            config_hash: self.state.config_hash(),
            timestamp_ms: now_ms(),
            proposer: self.owner,
            next_owner: self.owner,
        };
        Block::build(draft, self.mempool.fill_block())
    }

    /// Gives the synod one input and carries out what follows, until nothing more follows.
    fn drive(&mut self, input: Input<Ledger>) -> Result<(), NodeError> {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            let mut persisted = false;
            for output in self.synod.step(0, input) {
                match output {
                    Output::Persist(lsn, record) => {
                        self.persist(lsn, record)?;
                        persisted = true;
                    }
                    Output::Decide { block, .. } => return self.decided(&block),
                    // No other device is within reach: a message to one is lost, as on any
                    // network that is down, and nobody can outbid or fall behind.
                    Output::Send { .. } | Output::Outbid { .. } | Output::Behind { .. } => {}
                    Output::Alarm {
                        height,
                        ballot,
                        blocks,
                    } => {
                        tracing::error!(height, ?ballot, ?blocks, "one ballot named two blocks");
                        return Err(NodeError::Closed);
                    }
                }
            }
            if persisted {
                self.store.sync()?;
                next = Some(Input::Synced(self.lsn));
            }
        }
        Ok(())
    }

    fn persist(&mut self, lsn: Lsn, record: Record<Ledger>) -> Result<(), NodeError> {
        self.be_born()?;
        self.store.append(&match record {
            Record::Promise { height, ballot } => store::Record::Promise {
                height,
                ballot: ballot_out(ballot),
            },
            Record::Accepted { ballot, block } => store::Record::Accepted {
                ballot: ballot_out(ballot),
                block,
            },
        })?;
        self.lsn = lsn;
        Ok(())
    }

    /// Writes this life into the log, once, ahead of the first thing that it says there.
    fn be_born(&mut self) -> Result<(), NodeError> {
        if !self.born {
            self.store
                .append(&store::Record::Incarnation(self.owner.incarnation))?;
            self.born = true;
        }
        Ok(())
    }

    fn decided(&mut self, block: &Arc<Block>) -> Result<(), NodeError> {
        let (height, hash) = (block.height(), block.hash());
        self.store
            .append(&store::Record::Decided { height, hash })?;
        // The block was built here or checked when it came in.
        self.state.follow(block).map_err(|refusal| {
            tracing::error!(height, %refusal, "a decided block does not fit the chain");
            NodeError::Closed
        })?;
        self.mempool.settle(block, &self.state);
        self.pending.settle(&self.state)?;
        self.begin(None, None)
    }
}

/// The device's clock in milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn proposer(owner: Owner) -> Proposer<Ledger> {
    Proposer {
        device: owner.device,
        incarnation: owner.incarnation,
    }
}

fn ballot_in(ballot: store::Ballot) -> Ballot<Ledger> {
    Ballot {
        round: ballot.round,
        proposer: proposer(ballot.proposer),
    }
}

fn ballot_out(ballot: Ballot<Ledger>) -> store::Ballot {
    let Proposer {
        device,
        incarnation,
    } = ballot.proposer;
    store::Ballot {
        round: ballot.round,
        proposer: Owner {
            device,
            incarnation,
        },
    }
}
