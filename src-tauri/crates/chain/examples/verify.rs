//! How fast a ledger is verified: writes blocks of signed batches, then checks them all.
//!
//! `cargo run --release -p kinfolio-chain --example verify -- [ENTRIES] [BATCH] [BYTES]`

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use kinfolio_chain::apply::founding_line;
use kinfolio_chain::block::Draft;
use kinfolio_chain::store::disk::DiskStore;
use kinfolio_chain::store::verify::verify;
use kinfolio_chain::store::{Ballot, Record, Store};
use kinfolio_chain::{
    Batch, Block, BlockHash, ChainState, Configuration, Founding, HistoryRoot, Incarnation, Member,
    Owner, Payload, RecoveryKey, Role,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sizes = std::env::args().skip(1).map(|size| size.parse::<usize>());
    let entries = sizes.next().transpose()?.unwrap_or(400_000);
    let batch = sizes.next().transpose()?.unwrap_or(16);
    let bytes = sizes.next().transpose()?.unwrap_or(128);
    let folder = tempfile::tempdir()?;
    let written = write(folder.path(), entries, batch, bytes)?;
    let started = Instant::now();
    let report = verify(folder.path(), |_| ());
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!(report.faults, []);
    assert_eq!(report.edits, written);
    let rate = |count: f64| count / seconds;
    eprintln!(
        "{} entries of {bytes} bytes in batches of {batch}, {} blocks: verified in {seconds:.2} s, \
         {:.0} entries/s, {:.0} signatures/s",
        report.edits,
        report.blocks,
        rate(entries as f64),
        rate((entries / batch) as f64),
    );
    Ok(())
}

fn write(
    folder: &std::path::Path,
    entries: usize,
    batch: usize,
    bytes: usize,
) -> Result<u64, Box<dyn std::error::Error>> {
    let key = SigningKey::from_bytes(&[7; 32]);
    let member = Member::new("Bench".to_owned(), key.verifying_key(), Role::Voter);
    let owner = Owner {
        device: member.id,
        incarnation: Incarnation {
            counter: 1,
            nonce: 1,
        },
    };
    let founding = Founding {
        household: "Bench".to_owned(),
        nonce: [1; 32],
        recovery: RecoveryKey::new([1; 32]).public_key(),
        members: vec![member],
    };
    let config_hash = Configuration::new(founding.members.iter().cloned()).hash();
    let line = founding_line(&founding);
    let mut draft = Draft {
        height: 0,
        prev: BlockHash::NONE,
        config_hash,
        config_hash_next: config_hash,
        history_root: HistoryRoot::EMPTY,
        state_root: None,
        timestamp_ms: 0,
        proposer: owner,
        next_owner: owner,
    };
    let payload = Payload::Founding(founding);
    let first = Block::build(
        draft,
        vec![Batch::sign(&key, line, owner, 0, 0, vec![payload])],
    );
    let mut state = ChainState::found(&first)?;
    let mut store = DiskStore::create(folder)?;
    decide(&mut store, owner, first)?;
    let mut seq = 1;
    let payload = Payload::Opaque(Bytes::from(vec![b'x'; bytes]));
    for _ in 0..entries.div_ceil(batch * 32) {
        let batches = (0..32u64).map(|n| {
            let payloads = vec![payload.clone(); batch];
            Batch::sign(
                &key,
                line,
                owner,
                seq + n * batch as u64,
                state.height(),
                payloads,
            )
        });
        let batches: Vec<_> = batches.collect();
        seq += 32 * batch as u64;
        draft.height = state.height() + 1;
        draft.prev = state.tip();
        draft.history_root = state.history_root();
        draft.state_root = state.state_root_next();
        let block = Block::build(draft, batches);
        state.follow(&block)?;
        decide(&mut store, owner, block)?;
    }
    store.seal()?;
    Ok(state.edits())
}

fn decide(
    store: &mut DiskStore,
    proposer: Owner,
    block: Block,
) -> Result<(), kinfolio_chain::store::StoreError> {
    let (height, hash) = (block.height(), block.hash());
    let block = Arc::new(block);
    store.append(&Record::Accepted {
        ballot: Ballot { round: 0, proposer },
        block,
    })?;
    store.append(&Record::Decided { height, hash })
}
