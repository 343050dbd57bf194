//! Who lives in a simulated household, and its first block.

use std::path::Path;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use kinfolio_chain::apply::founding_block;
use kinfolio_chain::store::disk::DiskStore;
use kinfolio_chain::store::{Record, Store, StoreError};
use kinfolio_chain::{Block, Founding, Incarnation, Member, Owner, RecoveryKey, Role};

use crate::dice::Dice;
use crate::disk::SimDisk;

/// Where each device keeps its ledger.
pub const FOLDER: &str = "/ledger";

/// A device's key.
pub fn key(dice: &mut Dice) -> SigningKey {
    let mut bytes = [0; 32];
    for part in bytes.chunks_mut(8) {
        part.copy_from_slice(&dice.number().to_le_bytes());
    }
    SigningKey::from_bytes(&bytes)
}

/// The member who holds `key`, as device number `index` is called.
pub fn member(key: &SigningKey, index: usize, role: Role) -> Member {
    Member::new(name(index), key.verifying_key(), role)
}

/// What device number `index` is called.
pub fn name(index: usize) -> String {
    char::from_u32('A' as u32 + index as u32)
        .unwrap_or('?')
        .to_string()
}

/// The block that founds a household of these members; the first of them makes it.
pub fn found(founder: &SigningKey, members: Vec<Member>) -> (Owner, Arc<Block>) {
    let owner = Owner {
        device: members[0].id,
        incarnation: Incarnation {
            counter: 1,
            nonce: 1,
        },
    };
    let founding = Founding {
        household: "Simulated".to_owned(),
        nonce: [7; 32],
        recovery: RecoveryKey::new([7; 32]).public_key(),
        members,
    };
    let block = founding_block(founder, owner, 0, founding);
    (owner, Arc::new(block))
}

/// Writes a ledger of these blocks, as a device has it that joins.
pub fn settle_in(
    disk: &SimDisk,
    life: Option<Incarnation>,
    blocks: impl IntoIterator<Item = Arc<Block>>,
) -> Result<(), StoreError> {
    let mut store = DiskStore::create_in(disk.files(), Path::new(FOLDER))?;
    if let Some(life) = life {
        store.append(&Record::Incarnation(life))?;
    }
    for block in blocks {
        store.append(&Record::Learned(block))?;
    }
    store.sync()
}
