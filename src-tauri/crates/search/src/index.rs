//! The index on disk: opened, thrown away when it is not sound, and kept abreast of what the
//! catalogue shows, pending edits included.
//!
//! Durability: a commit holds the height up to which it is complete, so that a crash leaves
//! the index at an earlier height, from which it catches up; it never holds a photo twice.
//! Photos that show pending edits carry a mark, by which the next process finds them again.

mod follow;

use std::fs;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kinfolio_catalog::{CatalogError, Height, View};
use tantivy::collector::Collector;
use tantivy::directory::MmapDirectory;
use tantivy::directory::error::{LockError, OpenWriteError};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{IndexReader, ReloadPolicy, Searcher, TantivyError};

use self::follow::Writer;
use crate::alike::{Alike, LikenessCollector};
use crate::compile::Compiler;
use crate::map::{Cluster, ClusterCollector};
use crate::names::{Named, NamesCollector};
use crate::page::{self, Briefs, CursorError, Page, Wanted};
use crate::query::{Query, Sort};
use crate::rows::{self, Rows};
use crate::schema::{FORMAT, Fields};

/// Memory for documents on their way into a segment.
const WRITER_BYTES: usize = 48 << 20;
/// Begins the payload of every commit.
const PAYLOAD: &str = "kinfolio-search";

/// The search index of one library; clones share it. Searches never wait for the writer.
#[derive(Clone)]
pub struct Index {
    inner: Arc<Inner>,
}

struct Inner {
    fields: Fields,
    reader: IndexReader,
    briefs: Briefs,
    writer: Mutex<Writer>,
    /// One more than the height, so that 0 is the empty index.
    next: AtomicU64,
    /// Which photos look alike, as of a generation of the reader.
    alike: Mutex<Option<(u64, Arc<Alike>)>>,
}

/// Why the index cannot do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Another process writes to it.
    #[error("the search index {path} is in use by another process; close it there first")]
    InUse {
        /// Its folder.
        path: PathBuf,
    },
    /// The disk refuses.
    #[error("the search index {path} cannot be used: {source}")]
    Io {
        /// Its folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The index failed in another way.
    #[error(
        "the search index failed: {0}; close Kinfolio and delete the folder `index` in the library, and it is built again"
    )]
    Engine(#[from] TantivyError),
    /// What it follows cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The page asked for is none.
    #[error(transparent)]
    Cursor(#[from] CursorError),
}

impl IndexError {
    /// Whether the cause is a full disk.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        let full = |error: &io::Error| {
            matches!(
                error.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            )
        };
        match self {
            Self::Io { source, .. } => full(source),
            Self::Engine(TantivyError::IoError(source)) => full(source),
            Self::Engine(TantivyError::OpenWriteError(OpenWriteError::IoError {
                io_error,
                ..
            })) => full(io_error),
            _ => false,
        }
    }
}

impl Index {
    /// Opens the index in a folder; makes both if absent. An index that is damaged or of
    /// another version is thrown away, and [`Index::follow`] builds it again.
    ///
    /// # Errors
    /// [`IndexError::InUse`], or [`IndexError::Io`] if the folder cannot be written.
    pub fn open(dir: &Path) -> Result<Index, IndexError> {
        let io_error = |source| IndexError::Io {
            path: dir.to_owned(),
            source,
        };
        fs::create_dir_all(dir).map_err(io_error)?;
        let fields = Fields::new();
        let opened = match open_sound(dir, &fields) {
            Ok(opened) => opened,
            Err(why) => {
                tracing::warn!(index = %dir.display(), %why, "the search index is built again");
                fs::remove_dir_all(dir).map_err(io_error)?;
                fs::create_dir_all(dir).map_err(io_error)?;
                open_sound(dir, &fields)?
            }
        };
        let Opened {
            index,
            reader,
            next,
        } = opened;
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .memory_budget_per_thread(WRITER_BYTES)
            .num_merge_threads(1)
            .build();
        let writer = index
            .writer_with_options(options)
            .map_err(|error| match error {
                TantivyError::LockFailure(LockError::LockBusy, _) => IndexError::InUse {
                    path: dir.to_owned(),
                },
                error => error.into(),
            })?;
        // What a killed process or a full disk left half-written stands in the way of files that
        // will have the same names.
        writer.garbage_collect_files().wait()?;
        let briefs = Briefs::default();
        let pending = follow::marked(&fields, &reader, &briefs)?;
        let mut merging = LogMergePolicy::default();
        merging.set_del_docs_ratio_before_merge(0.3);
        writer.set_merge_policy(Box::new(merging));
        Ok(Index {
            inner: Arc::new(Inner {
                fields,
                reader,
                briefs,
                writer: Mutex::new(Writer::new(writer, pending)),
                next: AtomicU64::new(next),
                alike: Mutex::default(),
            }),
        })
    }

    /// The height up to which searches are complete; `None` before the founding block.
    #[must_use]
    pub fn height(&self) -> Option<Height> {
        self.inner.next.load(Ordering::Acquire).checked_sub(1)
    }

    /// Finds the photos that a query describes; `cursor` is the last page's
    /// [`next`](Page::next). A limit over [`page::PAGE_LIMIT_MAX`] counts as that.
    ///
    /// # Errors
    /// [`IndexError::Cursor`] if the cursor is from another sort of search.
    pub fn search(
        &self,
        view: &View,
        query: &Query,
        sort: Sort,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, IndexError> {
        let after = cursor.map(|text| page::cursor(text, sort)).transpose()?;
        let searcher = self.inner.reader.searcher();
        let wanted = self.compiled(&searcher, view, query, |compiler| match sort {
            Sort::Relevance => compiler.ranked(query),
            Sort::Newest | Sort::Oldest => Wanted::Alike(compiler.query(query)),
        })?;
        let briefs = &self.inner.briefs;
        Ok(page::find(&searcher, briefs, &wanted, sort, after, limit)?)
    }
}

impl Index {
    /// What a query finds, gathered for a map at a zoom; the largest clusters first.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn clusters(
        &self,
        view: &View,
        query: &Query,
        zoom: u8,
    ) -> Result<Vec<Cluster>, IndexError> {
        self.collect(view, query, &ClusterCollector { zoom })
    }

    /// All values of a column of names among what a query finds, most frequent first.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn names(
        &self,
        view: &View,
        query: &Query,
        of: Named,
    ) -> Result<Vec<(String, u64)>, IndexError> {
        self.collect(view, query, &NamesCollector { of })
    }

    /// Which photos look alike, those in the trash left out; found when first asked for after the
    /// index has changed.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn alike(&self, view: &View) -> Result<Arc<Alike>, IndexError> {
        self.alike_in(&self.inner.reader.searcher(), view)
    }

    fn alike_in(&self, searcher: &Searcher, view: &View) -> Result<Arc<Alike>, IndexError> {
        let generation = searcher.generation().generation_id();
        let mut known = self
            .inner
            .alike
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((of, alike)) = &*known
            && *of == generation
        {
            return Ok(alike.clone());
        }
        let all = Query::all();
        let search = self.compiled(searcher, view, &all, |compiler| compiler.query(&all))?;
        let pictures = searcher.search(search.as_ref(), &LikenessCollector)?;
        let alike = Arc::new(Alike::of(pictures));
        *known = Some((generation, alike.clone()));
        Ok(alike)
    }

    /// What a compiler that knows devices and photos alike makes of a query.
    fn compiled<T>(
        &self,
        searcher: &Searcher,
        view: &View,
        query: &Query,
        compile: impl FnOnce(&Compiler<'_>) -> T,
    ) -> Result<T, IndexError> {
        let alike = match query.asks_for_duplicates() {
            true => self.alike_in(searcher, view)?,
            false => Arc::default(),
        };
        let compiler = Compiler {
            fields: &self.inner.fields,
            devices: &view.devices()?,
            alike: &alike,
        };
        Ok(compile(&compiler))
    }

    fn collect<C: Collector>(
        &self,
        view: &View,
        query: &Query,
        collector: &C,
    ) -> Result<C::Fruit, IndexError> {
        let searcher = self.inner.reader.searcher();
        let search = self.compiled(&searcher, view, query, |compiler| compiler.query(query))?;
        Ok(searcher.search(search.as_ref(), collector)?)
    }
}

fn next_of(height: Option<Height>) -> u64 {
    height.map_or(0, |height| height.saturating_add(1))
}

struct Opened {
    index: tantivy::Index,
    reader: IndexReader,
    next: u64,
}

/// Opens or makes an index, and every file that its last commit names.
fn open_sound(dir: &Path, fields: &Fields) -> Result<Opened, TantivyError> {
    // A file cut short makes tantivy panic where it reads the file's end.
    panic::catch_unwind(AssertUnwindSafe(|| open_files(dir, fields))).unwrap_or_else(|_| {
        Err(TantivyError::InternalError(
            "one of its files is cut short".to_owned(),
        ))
    })
}

fn open_files(dir: &Path, fields: &Fields) -> Result<Opened, TantivyError> {
    let directory = MmapDirectory::open(dir)?;
    let mut index = tantivy::Index::open_or_create(directory, fields.schema.clone())?;
    // The segments of a large library are searched beside each other.
    index.set_default_multithread_executor()?;
    index
        .tokenizers()
        .register(rows::TOKENIZER, Rows::default());
    let reader = index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .try_into()?;
    let meta = index.load_metas()?;
    let next = match &meta.payload {
        None if meta.segments.is_empty() => 0,
        payload => payload
            .as_deref()
            .and_then(next_in_payload)
            .ok_or_else(|| {
                TantivyError::InvalidArgument("its last commit is of another version".to_owned())
            })?,
    };
    Ok(Opened {
        index,
        reader,
        next,
    })
}

fn next_in_payload(payload: &str) -> Option<u64> {
    let mut words = payload.split(' ');
    let ours = words.next() == Some(PAYLOAD) && words.next()?.parse() == Ok(FORMAT);
    words
        .next()?
        .parse()
        .ok()
        .filter(|_| ours && words.next().is_none())
}

#[cfg(test)]
mod tests;
