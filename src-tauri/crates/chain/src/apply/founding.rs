//! The first block of a household.

use ed25519_dalek::SigningKey;

use crate::batch::{Batch, Line};
use crate::block::{Block, Draft};
use crate::config::Configuration;
use crate::edit::{Founding, Payload};
use crate::id::{BlockHash, EpochId, HistoryRoot, Owner};

/// The line of history that a founding edit begins.
#[must_use]
pub fn founding_line(founding: &Founding) -> Line {
    let household = founding.id();
    Line {
        household,
        epoch: EpochId(household.0),
        number: 0,
    }
}

/// The block that founds a household, which its first device proposes and signs alone.
#[must_use]
pub fn founding_block(
    key: &SigningKey,
    owner: Owner,
    timestamp_ms: i64,
    founding: Founding,
) -> Block {
    let config_hash = Configuration::new(founding.members.iter().cloned()).hash();
    let draft = Draft {
        height: 0,
        prev: BlockHash::NONE,
        config_hash,
        config_hash_next: config_hash,
        history_root: HistoryRoot::EMPTY,
        state_root: None,
        timestamp_ms,
        proposer: owner,
        next_owner: owner,
    };
    let line = founding_line(&founding);
    let payloads = vec![Payload::Founding(founding)];
    Block::build(draft, vec![Batch::sign(key, line, owner, 0, 0, payloads)])
}
