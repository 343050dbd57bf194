//! What the library shows, and waiting until it does. Does not know what changes it.

use kinfolio_catalog::{Edition, View};
use tokio::sync::watch;

use super::Library;
use crate::browse::At;
use crate::error::LibraryError;
use crate::followed::{self, Followed};
use crate::shown::Shown;

impl Library {
    pub(crate) fn shown(&self) -> &Shown {
        &self.inner.shown
    }

    /// Changes whenever something else is shown.
    pub(crate) fn watch_shown(&self) -> watch::Receiver<Followed> {
        self.inner.showing.subscribe()
    }

    /// Tells those who wait for it what is shown now; returns its height.
    pub(crate) fn tell_shown(&self) -> u64 {
        let now = Followed::at(&self.inner.shown.view());
        let height = now.height.unwrap_or(0);
        // Whoever looked later may have told first.
        self.inner.showing.send_if_modified(|told| {
            let later = told.edition <= now.edition;
            if later {
                *told = now;
            }
            later
        });
        height
    }

    /// Tells those who wait for it why the catalogue does not follow.
    pub(crate) fn tell_held_up(&self, error: &LibraryError) {
        let root = self.layout().root();
        self.inner
            .showing
            .send_modify(|now| *now = now.held_up(error, root));
    }

    /// Whether a full disk keeps the catalogue or the index from following.
    pub(crate) fn is_out_of_room(&self) -> bool {
        self.inner.showing.borrow().is_out_of_room() || self.inner.indexed.borrow().is_out_of_room()
    }

    /// Reads what is shown, all in one edition, off the async threads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&View) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<At<T>, LibraryError> {
        let here = self.clone();
        self.blocking(move || {
            let view = here.shown().view();
            let value = read(&view)?;
            Ok(At {
                height: view.height().unwrap_or(0),
                value,
            })
        })
        .await
    }

    /// Waits until the catalogue shows `height`.
    pub(crate) async fn shows(&self, height: u64) -> Result<(), LibraryError> {
        let showing = self.inner.showing.subscribe();
        let there = move |now: &Followed| now.height >= Some(height);
        followed::wait_for(showing, there, "catalogue", self.layout().root()).await
    }

    /// Waits until searches find what is shown now.
    pub(crate) async fn finds(&self) -> Result<(), LibraryError> {
        self.finds_edition(self.shown().view().edition()).await
    }

    /// Waits until searches find what was shown when the library was opened.
    pub(crate) async fn finds_anything(&self) -> Result<(), LibraryError> {
        let opened_at = self.inner.opened_at.get().copied();
        self.finds_edition(opened_at.unwrap_or(0)).await
    }

    async fn finds_edition(&self, edition: Edition) -> Result<(), LibraryError> {
        let indexed = self.inner.indexed.clone();
        let there = move |now: &Followed| now.height.is_some() && now.edition >= edition;
        followed::wait_for(indexed, there, "search index", self.layout().root()).await
    }
}
