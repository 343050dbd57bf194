//! Gathers in the background what other devices added: first the previews, then the originals.
//!
//! Follows the chain: everything up to some block is here, above it is looked at; where the chain has
//! taken another past since, all of it is. What no device within reach holds is tried again when one
//! comes back.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use kinfolio_catalog::{DeviceId, Height, PhotoId, Placement, photos_added};
use kinfolio_node::engine::Standing;
use kinfolio_node::{Block, BlockHash};
use kinfolio_photos::{BlobId, ThumbSize};

use super::doubts::is_whole;
use super::keep::{self, placement};
use super::original::bring;
use super::preview;
use super::within_reach;
use crate::error::{Code, LibraryError};
use crate::library::Library;
use crate::scrub;

/// Blocks looked at in one step.
const BLOCKS_PER_STEP: usize = 64;

/// Files that come at one time.
pub(super) const AT_ONCE: usize = 4;

/// Photos that may be missing before no further ones are looked for.
const MISSING_MAX: usize = 20_000;

/// How long to wait before what did not come is tried again, unless a device comes back: twice as
/// long each time, and so long at most.
const TRY_SOON: Duration = Duration::from_secs(2);
pub(super) const TRY_AGAIN: Duration = Duration::from_secs(60);

/// How long nothing more may have come before the others are told what came: once for an import,
/// not once for each photo.
const SAY_AFTER: Duration = Duration::from_secs(3);

/// How long to wait after the disk was full.
pub(super) const FULL_PAUSE: Duration = Duration::from_secs(30);

/// What is gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gathering {
    Previews,
    Originals,
}

/// A photo whose file is missing here.
#[derive(Clone, Debug)]
struct Missing {
    height: Height,
    added_by: DeviceId,
    /// Why it did not come when it was asked for.
    why: Option<String>,
}

/// Gathers until the library closes.
pub(crate) async fn gather(library: Library, what: Gathering) {
    let library = &library;
    let mut shown = library.watch_shown();
    let mut household = library.node().watch_household();
    let mut gathered = Gathered::read(library, what);
    let mut agreed = library.agreed();
    let mut pause = TRY_SOON;
    loop {
        if what == Gathering::Originals && placement(library) != Placement::All {
            // What is dropped meanwhile may lie below the mark.
            write_mark(library, what, 0, None);
            keep::keep(library).await;
            gathered = Gathered::read(library, what);
            // The household was told that some go, of which all are to be here again, whoever added them.
            gathered.owes_word = true;
        }
        agreed.mark_unchanged();
        let height = shown.borrow_and_update().height.unwrap_or(0);
        if gathered.has_parted(library) {
            write_mark(library, what, 0, None);
            gathered = Gathered::read(library, what);
        }
        household.mark_unchanged();
        match gathered.go_on(library, height).await {
            Ok(true) => continue,
            Ok(false) => gathered.tell(library, true, None),
            Err(error) => {
                tracing::warn!(%error, ?what, "what other devices added cannot be gathered");
                gathered.tell(library, false, Some(error.to_string()));
                tokio::time::sleep(FULL_PAUSE).await;
                continue;
            }
        }
        let missing = !gathered.missing.is_empty();
        if !missing {
            pause = TRY_SOON;
        }
        tokio::select! {
            changed = shown.changed() => if changed.is_err() { return },
            changed = agreed.changed() => if changed.is_err() { return },
            changed = household.changed(), if missing => match changed {
                Ok(()) => pause = TRY_SOON,
                Err(_) => return,
            },
            () = tokio::time::sleep(pause), if missing => pause = (pause * 2).min(TRY_AGAIN),
            () = tokio::time::sleep(SAY_AFTER), if gathered.owes_word && !missing => {
                gathered.say(library).await;
            }
        }
    }
}

/// What has been gathered of one kind.
struct Gathered {
    what: Gathering,
    /// Up to this block nothing is missing, and that was said.
    mark: Height,
    looked_at: Height,
    /// The block there, as it was when it was looked at.
    looked_at_hash: Option<BlockHash>,
    missing: BTreeMap<PhotoId, Missing>,
    /// How many of those that were looked at are here.
    here: u64,
    /// Whether originals came above the mark, or came back, which nobody has been told of.
    owes_word: bool,
}

impl Gathered {
    /// As the last run of the program left it.
    fn read(library: &Library, what: Gathering) -> Self {
        let (mark, looked_at_hash) = read_mark(library, what);
        Self {
            what,
            mark,
            looked_at: mark,
            looked_at_hash,
            missing: BTreeMap::new(),
            here: 0,
            owes_word: false,
        }
    }

    /// Looks at the blocks up to `height`, and fetches what can be had of what is missing; whether
    /// there is more to be looked at now.
    async fn go_on(&mut self, library: &Library, height: Height) -> Result<bool, LibraryError> {
        let before = self.looked_at;
        self.look(library, height).await?;
        self.forget_purged(library).await?;
        self.tell(library, false, None);
        self.fetch(library).await?;
        if !self.owes_word {
            self.advance(library);
        }
        let has_room = self.missing.len() < MISSING_MAX;
        Ok(before < self.looked_at && self.looked_at < height && has_room)
    }

    /// Looks through the blocks up to `height` for photos whose files are missing here, as far as
    /// they stand on what was looked at before.
    async fn look(&mut self, library: &Library, height: Height) -> Result<(), LibraryError> {
        while self.looked_at < height && self.missing.len() < MISSING_MAX {
            let (here, what, from) = (library.clone(), self.what, self.looked_at + 1);
            let mut below = self.looked_at_hash;
            let look = move || {
                let blocks = here.node().blocks(from, BLOCKS_PER_STEP);
                let mut blocks = blocks.map_err(LibraryError::Node)?;
                // The chain may have taken another past meanwhile: then all is looked at anew.
                let stands = blocks.iter().take_while(|block| {
                    let before = below.replace(block.hash());
                    before.is_none_or(|hash| hash == block.header().prev)
                });
                let stands = stands.count();
                blocks.truncate(stands);
                let mut seen = Seen::default();
                for block in &blocks {
                    seen.look_at(&here, what, block);
                }
                let last = blocks.last().map(|last| (last.height(), last.hash()));
                Ok((last, seen))
            };
            let (last, seen) = library.blocking(look).await?;
            let Some((height, hash)) = last else {
                break;
            };
            self.missing.extend(seen.missing);
            self.here += seen.here;
            self.owes_word |= seen.others && self.what == Gathering::Originals;
            self.looked_at = height;
            self.looked_at_hash = Some(hash);
        }
        Ok(())
    }

    /// Whether the chain has taken another past than the one that was looked at. One that is being
    /// healed is short for a time, and the same.
    fn has_parted(&self, library: &Library) -> bool {
        match (self.looked_at_hash, hash_at(library, self.looked_at)) {
            (None, _) => false,
            (Some(before), Some(now)) => before != now,
            (Some(_), None) => library.node().status().standing != Standing::Healing,
        }
    }

    /// What was purged is nobody's to fetch.
    async fn forget_purged(&mut self, library: &Library) -> Result<(), LibraryError> {
        let ids: Vec<_> = self.missing.keys().copied().collect();
        let purged = library.read(move |catalog| {
            let mut purged = Vec::new();
            for id in ids {
                if catalog.contains(&id)? && !catalog.keeps(&id)? {
                    purged.push(id);
                }
            }
            Ok(purged)
        });
        for id in purged.await?.value {
            self.missing.remove(&id);
        }
        Ok(())
    }

    /// Tells the household that this device holds what came.
    async fn say(&mut self, library: &Library) {
        if !library.belongs() {
            return;
        }
        let (from, to) = (self.mark + 1, self.looked_at);
        match say_all(library, from, to).await {
            Ok(()) => {
                self.owes_word = false;
                self.advance(library);
            }
            Err(error) => tracing::warn!(%error, "nobody can be told which originals came here"),
        }
    }

    /// Fetches what can be had of what is missing.
    async fn fetch(&mut self, library: &Library) -> Result<(), LibraryError> {
        // The latest first: that is what people look at.
        let wanted = self.missing.iter();
        let mut wanted: Vec<_> = wanted
            .map(|(&id, one)| (id, one.height, one.added_by))
            .collect();
        wanted.sort_by_key(|&(_, height, _)| std::cmp::Reverse(height));
        let what = self.what;
        let fetched = wanted.into_iter().map(|(id, _, added_by)| async move {
            let done = match what {
                Gathering::Previews => previews(library, id, added_by).await,
                // All are wanted no longer.
                Gathering::Originals if placement(library) != Placement::All => Ok(Came::Not(None)),
                Gathering::Originals => original(library, id).await,
            };
            (id, done)
        });
        let mut fetched = stream::iter(fetched).buffer_unordered(AT_ONCE);
        while let Some((id, came)) = fetched.next().await {
            match came? {
                Came::Here => {
                    self.missing.remove(&id);
                    self.here += 1;
                    self.owes_word |= what == Gathering::Originals;
                    self.tell(library, false, None);
                }
                Came::Not(why) => {
                    let missing = self.missing.get_mut(&id);
                    missing.into_iter().for_each(|one| one.why.clone_from(&why));
                }
            }
        }
        Ok(())
    }

    /// Tells whoever asks how far the originals are.
    fn tell(&self, library: &Library, settled: bool, trouble: Option<String>) {
        if self.what != Gathering::Originals {
            return;
        }
        let missing = self.missing.len() as u64;
        library.coming().send_modify(|coming| {
            (coming.here, coming.missing) = (self.here, Some(missing));
            if settled {
                let failed = self.missing.iter();
                let failed = failed.filter_map(|(&id, one)| Some((id, one.why.clone()?)));
                coming.failed = failed.collect::<BTreeMap<_, _>>().into();
            }
            (coming.settled, coming.trouble) = (settled, trouble);
        });
    }

    fn advance(&mut self, library: &Library) {
        let lowest = self.missing.values().map(|one| one.height).min();
        let done = lowest.map_or(self.looked_at, |lowest| lowest.saturating_sub(1));
        if done <= self.mark {
            return;
        }
        let hash = hash_at(library, done);
        // Else it is a block that was not looked at.
        if !self.has_parted(library) {
            self.mark = done;
            write_mark(library, self.what, done, hash);
        }
    }
}

/// Says that this device holds what the blocks from `from` to `to` added, and what it had said
/// before that it does not.
async fn say_all(library: &Library, from: Height, to: Height) -> Result<(), LibraryError> {
    let here = library.device();
    let absent = library.read(move |catalog| Ok(catalog.snapshot().absent(here)?));
    let mut back = Vec::new();
    for id in absent.await?.value {
        // One that is damaged may be there as well.
        let found = library.read(move |catalog| Ok(catalog.photo(&id)?)).await?;
        if let Some(photo) = found.value
            && is_whole(library, &photo).await?
        {
            back.push(id);
        }
    }
    let _held = library.holdings().lock().await;
    back.retain(|id| library.blobs().path(&BlobId(id.0)).is_file());
    scrub::say(library, from, to, &[]).await?;
    keep::say(library, &back, &[]).await.map(drop)
}

/// What blocks say of photos, and which of their files are here.
#[derive(Default)]
struct Seen {
    missing: Vec<(PhotoId, Missing)>,
    here: u64,
    /// Whether other devices have added any.
    others: bool,
}

impl Seen {
    fn look_at(&mut self, library: &Library, what: Gathering, block: &Block) {
        let here = library.device();
        for (added_by, photo) in photos_added(block) {
            self.others |= added_by != here;
            let blob = BlobId(photo.id.0);
            let is_here = match what {
                // Without a thumbhash there was nothing to be seen.
                Gathering::Previews => {
                    let both = [ThumbSize::Small, ThumbSize::Large];
                    let has = |size| library.thumbs().path(&blob, size).is_file();
                    photo.thumbhash.is_empty() || both.into_iter().all(has)
                }
                Gathering::Originals => library.blobs().path(&blob).is_file(),
            };
            if is_here {
                self.here += 1;
                continue;
            }
            let one = Missing {
                height: block.height(),
                added_by,
                why: None,
            };
            self.missing.push((photo.id, one));
        }
    }
}

/// What came of one photo.
pub(super) enum Came {
    Here,
    /// Why not, if that is known.
    Not(Option<String>),
}

/// Brings a photo's previews here.
async fn previews(
    library: &Library,
    id: PhotoId,
    added_by: DeviceId,
) -> Result<Came, LibraryError> {
    for size in [ThumbSize::Small, ThumbSize::Large] {
        match preview::bring(library, id, size, Some(added_by)).await {
            Ok(_) | Err(LibraryError::NoPreview { .. }) => {}
            Err(error) if error.code() == Code::DiskFull => return Err(error),
            Err(error) => {
                tracing::debug!(%id, %error, "a preview did not come");
                return Ok(Came::Not(None));
            }
        }
    }
    Ok(Came::Here)
}

/// Brings a photo's original here; its previews as well, where nobody is there who would give them.
pub(super) async fn original(library: &Library, id: PhotoId) -> Result<Came, LibraryError> {
    let found = library.read(move |catalog| Ok(catalog.photo(&id)?)).await?;
    let Some(photo) = found.value else {
        return Ok(Came::Not(None));
    };
    match bring(library, &photo).await {
        Ok(()) => {
            if !photo.thumbhash.is_empty() && within_reach(library, None).is_empty() {
                previews(library, id, photo.added_by).await?;
            }
            Ok(Came::Here)
        }
        Err(error) if error.code() == Code::DiskFull => Err(error),
        Err(error) => {
            if !matches!(error, LibraryError::OriginalMissing { .. }) {
                tracing::warn!(%id, %error, "an original did not come");
            }
            Ok(Came::Not(Some(error.to_string())))
        }
    }
}

/// Up to which block nothing was missing, and which one that was; the founding one, if that is not
/// known, or the chain has another one there.
fn read_mark(library: &Library, what: Gathering) -> (Height, Option<BlockHash>) {
    let text = fs::read_to_string(library.layout().gathered(what)).unwrap_or_default();
    let noted = text.trim().split_once(' ').and_then(|(height, hash)| {
        let noted = (height.parse().ok()?, hash.parse().ok()?);
        Some((noted.0, Some(noted.1)))
    });
    noted
        .filter(|&(height, hash)| hash_at(library, height).is_none_or(|now| Some(now) == hash))
        .unwrap_or_else(|| (0, hash_at(library, 0)))
}

/// The block there; nothing, if there is none or it cannot be read.
fn hash_at(library: &Library, height: Height) -> Option<BlockHash> {
    let block = library.node().block(height).ok().flatten();
    block.map(|block| block.hash())
}

/// Should this be lost, more is looked at than must be.
fn write_mark(library: &Library, what: Gathering, mark: Height, hash: Option<BlockHash>) {
    let path = library.layout().gathered(what);
    let draft = path.with_extension("new");
    let hash = hash.map_or_else(String::new, |hash| hash.to_string());
    let text = format!("{mark} {hash}\n");
    let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, &path));
    if let Err(error) = written {
        tracing::warn!(%error, path = %path.display(), "how far was gathered cannot be noted");
    }
}
