//! Taking over what changed in what the catalogue shows: what its blocks changed, and what
//! pending edits did above them. Costs what changed, never what there is.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use kinfolio_catalog::{Edition, Height, PhotoId, View};
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{IndexReader, IndexWriter, TantivyError, Term};

use super::{Index, IndexError, PAYLOAD, next_of};
use crate::page::{self, Briefs, Wanted};
use crate::query::{Flag, Sort};
use crate::schema::{FORMAT, Fields};

/// How many photos are read from the catalogue at a time.
const FOLLOW_PHOTOS: usize = 2_000;
/// How many photos are committed at a time, so that a long rebuild resumes after a crash.
const COMMIT_PHOTOS: usize = 100_000;

/// Who writes to the index, and what was written last.
pub(super) struct Writer {
    index: IndexWriter,
    /// Photos whose documents show pending edits.
    pending: BTreeSet<PhotoId>,
    /// The last edition that was taken over; 0 in a new process.
    edition: Edition,
}

impl Writer {
    pub(super) fn new(index: IndexWriter, pending: BTreeSet<PhotoId>) -> Writer {
        Writer {
            index,
            pending,
            edition: 0,
        }
    }
}

/// The photos whose documents say that they show pending edits.
pub(super) fn marked(
    fields: &Fields,
    reader: &IndexReader,
    briefs: &Briefs,
) -> Result<BTreeSet<PhotoId>, TantivyError> {
    let term = Term::from_field_text(fields.flag, Flag::Pending.token());
    let query = TermQuery::new(term, IndexRecordOption::Basic);
    let wanted = Wanted::Alike(Box::new(query));
    let searcher = reader.searcher();
    let mut found = BTreeSet::new();
    let mut after = None;
    loop {
        let limit = page::PAGE_LIMIT_MAX;
        let page = page::find(&searcher, briefs, &wanted, Sort::Newest, after, limit)?;
        found.extend(page.ids);
        let Some(next) = page.next else {
            return Ok(found);
        };
        after = page::cursor(&next, Sort::Newest).ok();
    }
}

impl Index {
    /// Takes over what changed in what the catalogue shows since the last time; returns the
    /// height reached. Searches that begin afterwards see it. An index ahead of its catalogue
    /// belongs to another past and is built again.
    ///
    /// # Errors
    /// If either cannot be read or the disk is full; the index stays as it was.
    pub fn follow(&self, view: &View) -> Result<Option<Height>, IndexError> {
        let mut writer = self.writer();
        let followed = self.take_over(&mut writer, view);
        if followed.is_err() {
            // Best effort: the error that led here is the one to tell.
            let _ = writer.index.rollback();
            let _ = writer.index.garbage_collect_files().wait();
        }
        followed
    }

    /// Throws all of it away, to be built again: the catalogue has taken another past.
    ///
    /// # Errors
    /// If the disk refuses; the index stays as it was.
    pub fn begin_again(&self) -> Result<(), IndexError> {
        let mut writer = self.writer();
        writer.index.delete_all_documents()?;
        writer.pending.clear();
        writer.edition = 0;
        self.commit(&mut writer.index, None)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        // A panic in between leaves uncommitted documents, which the next rollback or the
        // same photos taken over again put right.
        self.inner
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn take_over(&self, writer: &mut Writer, view: &View) -> Result<Option<Height>, IndexError> {
        let snapshot = view.snapshot();
        let target = snapshot.height();
        let mut height = self.height();
        let mut uncommitted = 0;
        if height > target {
            writer.index.delete_all_documents()?;
            height = None;
            uncommitted = 1;
        }
        // In one snapshot every photo comes once, so an index that starts empty has nothing
        // to replace.
        let replace = height.is_some();
        while height < target {
            let (ids, upto) = snapshot.changed_since(height, FOLLOW_PHOTOS)?;
            self.put(&writer.index, view, &ids, replace)?;
            uncommitted += ids.len();
            height = upto;
            if uncommitted >= COMMIT_PHOTOS {
                self.commit(&mut writer.index, height)?;
                uncommitted = 0;
            }
        }
        let ended = writer.pending.iter().filter(|id| !view.is_pending(id));
        let mut touched: Vec<_> = ended.copied().collect();
        touched.extend(view.pending_since(writer.edition));
        for ids in touched.chunks(FOLLOW_PHOTOS) {
            self.put(&writer.index, view, ids, true)?;
        }
        uncommitted += touched.len();
        if uncommitted > 0 {
            self.commit(&mut writer.index, height)?;
        }
        writer.pending = view.pending_since(0).collect();
        writer.edition = view.edition();
        self.inner.next.store(next_of(height), Ordering::Release);
        Ok(height)
    }

    /// Writes the documents of photos; `replace`: there may be earlier ones.
    fn put(
        &self,
        index: &IndexWriter,
        view: &View,
        ids: &[PhotoId],
        replace: bool,
    ) -> Result<(), IndexError> {
        let fields = &self.inner.fields;
        if replace {
            for id in ids {
                index.delete_term(Term::from_field_bytes(fields.id, &id.0));
            }
        }
        let photos = view.photos(ids)?;
        for photo in photos.into_iter().filter(|photo| !photo.purged) {
            index.add_document(fields.document(&photo))?;
        }
        Ok(())
    }

    fn commit(&self, index: &mut IndexWriter, height: Option<Height>) -> Result<(), IndexError> {
        let mut commit = index.prepare_commit()?;
        commit.set_payload(&format!("{PAYLOAD} {FORMAT} {}", next_of(height)));
        commit.commit()?;
        self.inner.reader.reload()?;
        self.inner.briefs.follow(&self.inner.reader.searcher())?;
        self.inner.next.store(next_of(height), Ordering::Release);
        Ok(())
    }
}
