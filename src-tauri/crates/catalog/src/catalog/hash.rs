//! The state hash: equal on two devices exactly when their tables are.

use redb::{Key, ReadTransaction, ReadableTable, TableDefinition, Value};
use sha2::{Digest, Sha256};

use super::{CatalogError, tables};

/// SHA-256 over every table: its name, then each row as two length-prefixed byte strings, in
/// key order.
pub(super) fn state_hash(transaction: &ReadTransaction) -> Result<[u8; 32], CatalogError> {
    let mut hash = Sha256::new();
    hash.update(b"kinfolio catalogue v3\0");
    macro_rules! add {
        ($number:literal, $table:ident) => {
            table(&mut hash, transaction, tables::$table)?;
        };
    }
    tables::for_each_table!(add);
    Ok(hash.finalize().into())
}

fn table<K: Key + 'static, V: Value + 'static>(
    hash: &mut Sha256,
    transaction: &ReadTransaction,
    definition: TableDefinition<'_, K, V>,
) -> Result<(), CatalogError> {
    let rows = transaction.open_table(definition)?;
    bytes(hash, redb::TableHandle::name(&rows).as_bytes());
    for row in rows.iter()? {
        let (key, value) = row?;
        bytes(hash, K::as_bytes(&key.value()).as_ref());
        bytes(hash, V::as_bytes(&value.value()).as_ref());
    }
    Ok(())
}

fn bytes(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
