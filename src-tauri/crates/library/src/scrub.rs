//! Looks again, in the background and at leisure, whether everything that this device holds is
//! still what it was: every original by its hash, every preview by its checksum, every block by
//! reading it. What is damaged or missing is named, and repaired from another device or the bucket.
//!
//! One look at everything is a pass. It goes on where it was when the program ended, and at its end
//! says in the ledger, in one edit, what this device holds: so that all know of how many good
//! copies there are. What came here by itself between two passes is said, too, once it has come.

mod pass;

use std::collections::BTreeSet;
use std::time::Duration;

use kinfolio_catalog::{Height, LibraryEdit, Photo, PhotoId, Placement, photos_added};
use kinfolio_photos::{BlobId, ThumbSize, originals};

use crate::browse;
use crate::checkpoint::spawn_once_proved;
use crate::edit::send;
use crate::error::LibraryError;
use crate::exchange;
use crate::household;
use crate::library::Library;
use crate::tasks::now_ms;
use pass::Pass;
pub use pass::Status;

/// How long after the start a pass goes on: whoever opens the library is not kept waiting.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// How often to look whether a pass is due, and how long to wait after trouble.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Blocks read in one step.
const BLOCKS_PER_STEP: usize = 64;

/// Bytes hashed in a second, about: a fraction of what a disk gives.
const BYTES_PER_SECOND: u64 = 50_000_000;

/// Photos that one edit names as missing, within the chain's bound of 1 MiB.
const MISSING_PER_EDIT: usize = 20_000;

/// How the latest pass went, or goes.
#[must_use]
pub fn status(library: &Library) -> Status {
    library.scrub()
}

/// Scrubs until the library closes.
pub(crate) fn start(library: &Library) {
    let pass = Pass::read(library);
    library.note_scrub(pass.status());
    // Or a device that is started every day would begin to wait every day.
    if let Err(error) = pass.keep(library) {
        tracing::warn!(%error, "when the scrub is due is forgotten when the program ends");
    }
    spawn_once_proved(library, run(library.clone(), pass));
}

async fn run(library: Library, mut pass: Pass) {
    let library = &library;
    tokio::time::sleep(FIRST_PAUSE).await;
    loop {
        let every = household::settings(library).scrub_every;
        if pass.is_due(now_ms(), every)
            && let Err(error) = go_on(library, &mut pass).await
        {
            tracing::warn!(%error, "the scrub will go on later");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Goes on with a pass, or begins one, to its end.
async fn go_on(library: &Library, pass: &mut Pass) -> Result<(), LibraryError> {
    pass.begin(library.height());
    while pass.looked_at < pass.height {
        let (here, from) = (library.clone(), pass.looked_at + 1);
        let wanted = (pass.height - pass.looked_at).min(BLOCKS_PER_STEP as u64);
        // Where a block is damaged, this finds out; the node has the others mend it meanwhile.
        let read = move || {
            let blocks = here.node().blocks(from, wanted as usize);
            blocks.map_err(LibraryError::Node)
        };
        let blocks = library.blocking(read).await?;
        if blocks.is_empty() {
            break;
        }
        for block in &blocks {
            let added: BTreeSet<_> = photos_added(block).map(|(_, photo)| photo.id).collect();
            for id in added {
                look_at(library, pass, id, block.height()).await?;
            }
        }
        pass.looked_at += blocks.len() as u64;
        pass.keep(library)?;
        library.note_scrub(pass.status());
    }
    if library.belongs() {
        say_what_is_here(library, pass).await?;
    }
    pass.end(now_ms());
    pass.keep(library)?;
    library.note_scrub(pass.status());
    tracing::info!(
        checked = pass.checked,
        repaired = pass.repaired,
        missing = pass.missing().len(),
        "every original was hashed again"
    );
    Ok(())
}

/// Hashes one original, looks at its previews, and repairs what is damaged or missing; at the block
/// that added it first, however often it came again.
async fn look_at(
    library: &Library,
    pass: &mut Pass,
    id: PhotoId,
    height: Height,
) -> Result<(), LibraryError> {
    let found = library.read(move |catalog| Ok(catalog.photo(&id)?)).await?;
    let found = found.value.filter(|photo| photo.block == Some(height));
    let Some(photo) = found.filter(|photo| !photo.purged) else {
        return Ok(());
    };
    let partial = exchange::placement(library) != Placement::All;
    if partial && !browse::is_stored(library, id) {
        // What this device is known to hold and does not is found at the end of the pass.
        return Ok(());
    }
    pass.checked += 1;
    let (here, size) = (library.clone(), photo.size);
    let inspect = move || Ok(originals::inspect(here.blobs(), BlobId(id.0), size));
    if let Some(fault) = library.blocking(inspect).await? {
        repair(library, pass, &photo, &format!("{fault:?}")).await?;
    }
    if !photo.thumbhash.is_empty() {
        for size in [ThumbSize::Small, ThumbSize::Large] {
            look_at_preview(library, pass, id, size).await?;
        }
    }
    tokio::time::sleep(Duration::from_secs_f64(
        size as f64 / BYTES_PER_SECOND as f64,
    ))
    .await;
    Ok(())
}

async fn repair(
    library: &Library,
    pass: &mut Pass,
    photo: &Photo,
    fault: &str,
) -> Result<(), LibraryError> {
    let (id, name) = (photo.id, &photo.name);
    match exchange::replace(library, photo).await {
        Ok(()) => {
            tracing::warn!(%id, name, fault, "an original was damaged, and is whole again");
            pass.repaired += 1;
        }
        Err(error @ (LibraryError::DiskFull { .. } | LibraryError::Closing)) => return Err(error),
        Err(error) => {
            tracing::error!(%id, name, fault, %error, "an original is damaged or missing, and no other device gives it");
            pass.misses(id);
        }
    }
    Ok(())
}

async fn look_at_preview(
    library: &Library,
    pass: &mut Pass,
    id: PhotoId,
    size: ThumbSize,
) -> Result<(), LibraryError> {
    let here = library.clone();
    let blob = BlobId(id.0);
    let look = move || {
        let there = here.thumbs().path(&blob, size).is_file();
        let whole = here.thumbs().get(&blob, size).ok().flatten().is_some();
        Ok(there && !whole)
    };
    if library.blocking(look).await? && browse::preview(library, id, size).await.is_ok() {
        tracing::warn!(%id, px = size.px(), "a preview was damaged, and is whole again");
        pass.repaired += 1;
    }
    Ok(())
}

/// Says at the end of a pass which originals are here: all but some, or, on a device that does not
/// keep all, those.
async fn say_what_is_here(library: &Library, pass: &Pass) -> Result<(), LibraryError> {
    let _held = library.holdings().lock().await;
    let partial = exchange::placement(library) != Placement::All;
    let missing: BTreeSet<_> = pass.missing().into_iter().collect();
    let (mut here, mut gone) = (Vec::new(), Vec::new());
    for (id, whereabouts) in exchange::all(library).await? {
        if whereabouts.purged {
            continue;
        }
        let is_here = browse::is_stored(library, id) && !missing.contains(&id);
        match (partial, is_here) {
            (true, true) => here.push(id),
            (true, false) if whereabouts.held => gone.push(id),
            // Something may have gone since it was looked at.
            (false, false) => gone.push(id),
            _ => {}
        }
    }
    match partial {
        false => say(library, 0, pass.height, &gone).await,
        true => {
            say_missing(library, pass.height, &gone).await?;
            exchange::say_kept(library, &here, &[]).await.map(drop)
        }
    }
}

/// Says in the ledger that this device does not hold these originals after all.
async fn say_missing(
    library: &Library,
    height: Height,
    missing: &[PhotoId],
) -> Result<(), LibraryError> {
    let verified_ms = now_ms();
    for part in missing.chunks(MISSING_PER_EDIT) {
        let edit = LibraryEdit::Verified {
            from: 0,
            height,
            verified_ms,
            missing: part.to_vec(),
            more: true,
        };
        send(library, vec![edit.encode()]).await?;
    }
    Ok(())
}

/// Says in the ledger that this device holds every original that blocks from `from` to `height`
/// added, but those that are `missing`.
pub(crate) async fn say(
    library: &Library,
    from: Height,
    height: Height,
    missing: &[PhotoId],
) -> Result<(), LibraryError> {
    let verified_ms = now_ms();
    let mut parts = missing.chunks(MISSING_PER_EDIT);
    let first = parts.next().unwrap_or_default();
    let edit = |missing: &[PhotoId], more| {
        LibraryEdit::Verified {
            from,
            height,
            verified_ms,
            missing: missing.to_vec(),
            more,
        }
        .encode()
    };
    let mut edits = vec![edit(first, false)];
    edits.extend(parts.map(|part| edit(part, true)));
    send(library, edits).await.map(drop)
}
