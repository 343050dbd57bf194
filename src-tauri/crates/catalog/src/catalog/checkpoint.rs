//! A checkpoint: all rows of a catalogue at one height, as bytes that make an equal one elsewhere.
//!
//! So that a new device can show the library before it has replayed a chain of years. Nothing
//! proves what comes: it is to be compared with what the chain says ([`Snapshot::state_hash`]), and
//! not to be relied on before.
//!
//! Bytes: the mark, the format, the next height; then each row as the number of its table, the
//! lengths of its key and its value, and both; then [`END`], the number of rows, and the SHA-256 of
//! all before it. Numbers are big-endian.

use std::fs;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use bytes::{Buf, Bytes, BytesMut};
use kinfolio_chain::Height;
use redb::{Database, Key, ReadTransaction, ReadableTable, Table, TableDefinition, Value};
use sha2::{Digest, Sha256};

use super::{CatalogError, FILE, Snapshot, open_sound, tables};

/// Which checkpoints this version reads and gives.
pub const CHECKPOINT_FORMAT: u64 = tables::FORMAT;

/// What a checkpoint begins with.
const MARK: &[u8; 18] = b"kinfolio catalogue";

/// Stands where the number of a table would, behind the last row.
const END: u8 = u8::MAX;

/// About how many bytes come at a time.
const PIECE_BYTES: usize = 256 << 10;

/// Longest key or value that is taken, in bytes: no edit is longer.
const FIELD_BYTES_MAX: usize = 8 << 20;

/// Bytes before a row's key: its table and two lengths.
const ROW_HEAD_BYTES: usize = 1 + 4 + 4;

/// Why bytes are no checkpoint that can be used here.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// It is of another version.
    #[error(
        "the checkpoint has format {found}, this version reads {}",
        tables::FORMAT
    )]
    Format {
        /// Which one.
        found: u64,
    },
    /// It is not what was sent, or nothing that a device would send.
    #[error("the checkpoint is damaged: {0}")]
    Damaged(&'static str),
    /// It cannot be kept.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// It did not come whole.
    #[error("the checkpoint did not come whole: {0}")]
    Broken(#[from] io::Error),
}

impl From<redb::StorageError> for CheckpointError {
    fn from(error: redb::StorageError) -> Self {
        Self::Catalog(error.into())
    }
}

impl Snapshot {
    /// Gives this height's checkpoint out, piece by piece, until `take` wants no more.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn checkpoint(&self, take: &mut dyn FnMut(Bytes) -> bool) -> Result<(), CatalogError> {
        let mut giver = Giver {
            hash: Sha256::new(),
            piece: BytesMut::with_capacity(PIECE_BYTES),
            rows: 0,
            take,
        };
        giver.put(MARK);
        giver.put(&tables::FORMAT.to_be_bytes());
        giver.put(&self.next.to_be_bytes());
        macro_rules! give {
            ($number:literal, $table:ident) => {
                if !giver.table(&self.transaction, $number, tables::$table)? {
                    return Ok(());
                }
            };
        }
        tables::for_each_table!(give);
        let rows = giver.rows;
        giver.put(&[END]);
        giver.put(&rows.to_be_bytes());
        let hash: [u8; 32] = giver.hash.clone().finalize().into();
        giver.put(&hash);
        giver.hand_over();
        Ok(())
    }
}

/// A checkpoint on its way out.
struct Giver<'a> {
    hash: Sha256,
    piece: BytesMut,
    rows: u64,
    take: &'a mut dyn FnMut(Bytes) -> bool,
}

impl Giver<'_> {
    /// False: no more is wanted.
    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        transaction: &ReadTransaction,
        number: u8,
        definition: TableDefinition<'_, K, V>,
    ) -> Result<bool, CatalogError> {
        let rows = transaction.open_table(definition)?;
        for row in rows.iter()? {
            let (key, value) = row?;
            let (key, value) = (key.value(), value.value());
            let (key, value) = (K::as_bytes(&key), V::as_bytes(&value));
            self.put(&[number]);
            self.put(&length(key.as_ref()));
            self.put(&length(value.as_ref()));
            self.put(key.as_ref());
            self.put(value.as_ref());
            self.rows += 1;
            if self.piece.len() >= PIECE_BYTES && !self.hand_over() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn put(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.piece.extend_from_slice(bytes);
    }

    fn hand_over(&mut self) -> bool {
        let piece = std::mem::replace(&mut self.piece, BytesMut::with_capacity(PIECE_BYTES));
        (self.take)(piece.freeze())
    }
}

fn length(bytes: &[u8]) -> [u8; 4] {
    // A row is a few bytes more than an edit, and those are bounded.
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()
}

/// Makes a catalogue of the pieces of a checkpoint. It is there when [`Receiver::finish`] says so,
/// and not at all before.
pub struct Receiver {
    database: Database,
    folder: PathBuf,
    draft: PathBuf,
}

impl Receiver {
    /// Begins one in `folder`, which must not hold a catalogue yet.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn new(folder: &Path) -> Result<Self, CatalogError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| CatalogError::Io { path, source }
        };
        fs::create_dir_all(folder).map_err(at(folder))?;
        let draft = folder.join("received.redb");
        if draft.exists() {
            fs::remove_file(&draft).map_err(at(&draft))?;
        }
        Ok(Self {
            database: open_sound(&draft)?,
            folder: folder.to_owned(),
            draft,
        })
    }

    /// Takes all pieces; returns the height of the catalogue that they make.
    ///
    /// # Errors
    /// [`CheckpointError`]; there is no catalogue then.
    pub fn finish(
        self,
        pieces: impl Iterator<Item = io::Result<Bytes>>,
    ) -> Result<Height, CheckpointError> {
        let reader = Reader {
            pieces,
            rest: Bytes::new(),
            hash: Sha256::new(),
        };
        // redb trusts the bytes of a row to be of the table's types, and panics where they are not.
        let written = panic::catch_unwind(AssertUnwindSafe(|| write(&self.database, reader)));
        let next = match written {
            Ok(written) => written?,
            Err(_) => {
                return Err(CheckpointError::Damaged(
                    "a row is not of its table's types",
                ));
            }
        };
        let height = next.checked_sub(1);
        let height = height.ok_or(CheckpointError::Damaged("it is of no block"))?;
        drop(self.database);
        let file = self.folder.join(FILE);
        fs::rename(&self.draft, &file)
            .and_then(|()| fs::File::open(&self.folder)?.sync_all())
            .map_err(|source| CatalogError::Io { path: file, source })?;
        Ok(height)
    }
}

/// Writes every row in one transaction; returns the next height.
fn write(
    database: &Database,
    mut reader: Reader<impl Iterator<Item = io::Result<Bytes>>>,
) -> Result<Height, CheckpointError> {
    if reader.take(MARK.len())? != MARK[..] {
        return Err(CheckpointError::Damaged("it begins with something else"));
    }
    let found = reader.take(8)?.get_u64();
    if found != tables::FORMAT {
        return Err(CheckpointError::Format { found });
    }
    let next = reader.take(8)?.get_u64();
    let mut transaction = database.begin_write().map_err(CatalogError::from)?;
    transaction.set_quick_repair(true);
    let mut rows = 0_u64;
    let mut row = reader.row()?;
    macro_rules! fill {
        ($number:literal, $table:ident) => {
            let table = transaction.open_table(tables::$table);
            let mut table = table.map_err(CatalogError::from)?;
            while let Some((_, key, value)) = row.take_if(|(of, _, _)| *of == $number) {
                insert(&mut table, &key, &value)?;
                rows += 1;
                row = reader.row()?;
            }
            drop(table);
        };
    }
    tables::for_each_table!(fill);
    if row.is_some() {
        return Err(CheckpointError::Damaged("a row is out of its place"));
    }
    if reader.take(8)?.get_u64() != rows {
        return Err(CheckpointError::Damaged("rows are missing"));
    }
    let hash: [u8; 32] = reader.hash.clone().finalize().into();
    if reader.take(hash.len())? != hash[..] {
        return Err(CheckpointError::Damaged("it is not what was sent"));
    }
    transaction.commit().map_err(CatalogError::from)?;
    let read = redb::ReadableDatabase::begin_read(database).map_err(CatalogError::from)?;
    match tables::format_and_next(&read)? {
        Some((tables::FORMAT, written)) if written == next => Ok(next),
        _ => Err(CheckpointError::Damaged("it contradicts itself")),
    }
}

fn insert<K: Key + 'static, V: Value + 'static>(
    table: &mut Table<'_, K, V>,
    key: &[u8],
    value: &[u8],
) -> Result<(), CheckpointError> {
    table.insert(K::from_bytes(key), V::from_bytes(value))?;
    Ok(())
}

/// A row: the number of its table, its key, its value.
type Row = (u8, Bytes, Bytes);

/// The bytes of a checkpoint, as far as they came.
struct Reader<I> {
    pieces: I,
    rest: Bytes,
    hash: Sha256,
}

impl<I: Iterator<Item = io::Result<Bytes>>> Reader<I> {
    /// The next row; nothing at the end.
    fn row(&mut self) -> Result<Option<Row>, CheckpointError> {
        let number = self.take(1)?.get_u8();
        if number == END {
            return Ok(None);
        }
        let mut lengths = self.take(ROW_HEAD_BYTES - 1)?;
        let (key, value) = (lengths.get_u32() as usize, lengths.get_u32() as usize);
        if key.max(value) > FIELD_BYTES_MAX {
            return Err(CheckpointError::Damaged("a row is too long"));
        }
        Ok(Some((number, self.take(key)?, self.take(value)?)))
    }

    fn take(&mut self, length: usize) -> Result<Bytes, CheckpointError> {
        if self.rest.len() < length {
            let mut longer = BytesMut::from(&self.rest[..]);
            while longer.len() < length {
                let piece = self.pieces.next().ok_or_else(|| {
                    io::Error::new(io::ErrorKind::UnexpectedEof, "its end is missing")
                })?;
                longer.extend_from_slice(&piece?);
            }
            self.rest = longer.freeze();
        }
        let bytes = self.rest.split_to(length);
        self.hash.update(&bytes);
        Ok(bytes)
    }
}
