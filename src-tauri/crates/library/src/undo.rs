//! Undo: this device's last action is taken back, on every device of the household.
//!
//! The ledger holds one small edit for it that names the action, however many photos that had
//! touched; what it comes to is decided by the catalogue's rules, in the chain's order. Does not
//! know these rules.

use kinfolio_catalog::{Action, LibraryEdit};

use crate::edit::{Settled, now, send};
use crate::error::LibraryError;
use crate::library::Library;

/// What became of an undo.
#[derive(Clone, Debug)]
pub struct Undone {
    /// The action that it names.
    pub action: Action,
    /// Photos on which something was taken back.
    pub undone: u64,
    /// Photos on which later writers stand, so that nothing was.
    pub skipped: u64,
    /// Whether the undo is in the chain.
    pub settled: Settled,
    /// The height that shows it; this device's height when pending.
    pub height: u64,
}

/// Takes back the last action of this device that was not taken back before: a change of any
/// number of photos, or an import, whose photos go to the trash. Called again, it takes back the
/// one before. The catalogue shows it when this returns.
///
/// An import that is still running loses what it had added until then; what it adds later can
/// be undone again.
///
/// # Errors
/// [`LibraryError::NothingToUndo`], or a ledger that cannot write.
pub async fn undo(library: &Library) -> Result<Undone, LibraryError> {
    // Two at once would name the same action.
    let _alone = library.undoing().lock().await;
    let device = library.device();
    let last = library.read(move |view| Ok(view.last_action(device)?));
    let action = last.await?.value.ok_or(LibraryError::NothingToUndo)?;
    let edit = LibraryEdit::Undo(action.name).encode_on(now());
    let sent = send(library, vec![edit]).await?;
    let came = library.read(move |view| Ok(view.undone_by(&sent.first)?));
    let came = came.await?.value.unwrap_or_default();
    Ok(Undone {
        action,
        undone: came.undone,
        skipped: came.skipped,
        settled: sent.settled,
        height: sent.height,
    })
}
