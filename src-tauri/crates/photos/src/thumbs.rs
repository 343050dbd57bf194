//! Previews on disk: `ROOT/thumbs/aa/bb/<hex>-256.jpg` and `-1080.jpg`.
//!
//! Durability contract: a file here is whole or absent (written under another
//! name, then renamed), but nothing is synced: every preview can be made again
//! from its original, and [`Thumbs::ensure`] does so when one is missing or damaged.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use thiserror::Error;

use crate::blobs::{BlobError, BlobId, Blobs, is_disk_full};
use crate::metadata;
use crate::names::escaped_path;
use crate::preview::{LARGE_PX, Previews, Renderer, SMALL_PX};
use crate::source::Source;

const THUMBS: &str = "thumbs";

/// Which preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThumbSize {
    /// Longest edge 256 px: the timeline.
    Small,
    /// Longest edge 1080 px: the viewer.
    Large,
}

impl ThumbSize {
    /// Longest edge in pixels.
    pub fn px(self) -> u32 {
        match self {
            Self::Small => SMALL_PX,
            Self::Large => LARGE_PX,
        }
    }

    /// The size with that longest edge.
    pub fn from_px(px: u32) -> Option<Self> {
        [Self::Small, Self::Large]
            .into_iter()
            .find(|size| size.px() == px)
    }
}

/// Why there is no preview.
#[derive(Debug, Error)]
pub enum ThumbError {
    /// The file has none: it is no picture, or one that cannot be decoded.
    #[error("{id} has no preview: {reason}")]
    NoPreview {
        /// The original's id.
        id: BlobId,
        /// Why, in words for the user.
        reason: String,
    },
    /// The original could not be read.
    #[error(transparent)]
    Original(#[from] BlobError),
    /// The disk with the library is full.
    #[error("the disk that holds the library is full ({path}); free some space")]
    DiskFull {
        /// The file that was being written.
        path: String,
    },
    /// The folder of previews could not be used.
    #[error("cannot use the previews at {path}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

impl ThumbError {
    fn io(path: &Path, source: io::Error) -> Self {
        let path = escaped_path(path);
        if is_disk_full(&source) {
            Self::DiskFull { path }
        } else {
            Self::Io { path, source }
        }
    }
}

/// The previews of a library. Clones share it.
#[derive(Debug, Clone)]
pub struct Thumbs {
    dir: PathBuf,
    renderer: Arc<Renderer>,
}

impl Thumbs {
    /// Opens (or creates) `root/thumbs` and clears what an earlier process left half-written.
    pub fn open(root: &Path) -> Result<Self, ThumbError> {
        let dir = root.join(THUMBS);
        fs::create_dir_all(&dir).map_err(|source| ThumbError::io(&dir, source))?;
        for entry in fs::read_dir(&dir).map_err(|source| ThumbError::io(&dir, source))? {
            let path = entry.map_err(|source| ThumbError::io(&dir, source))?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "part")
            {
                fs::remove_file(&path).map_err(|source| ThumbError::io(&path, source))?;
            }
        }
        Ok(Self {
            dir,
            renderer: Arc::new(Renderer::new()),
        })
    }

    /// The folder with the previews.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where a preview lies, or would lie.
    pub fn path(&self, id: &BlobId, size: ThumbSize) -> PathBuf {
        below(&self.dir, id, size)
    }

    /// The stored preview; `None` when it is missing or damaged.
    pub fn get(&self, id: &BlobId, size: ThumbSize) -> Result<Option<Bytes>, ThumbError> {
        let path = self.path(id, size);
        match fs::read(&path) {
            // A power failure can leave a hole or an empty file, and a bad disk anything.
            Ok(jpeg) => Ok(is_whole(&jpeg).then(|| jpeg.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ThumbError::io(&path, source)),
        }
    }

    /// Deletes both previews of an original, as far as they are there.
    pub fn remove(&self, id: &BlobId) -> Result<(), ThumbError> {
        for size in [ThumbSize::Small, ThumbSize::Large] {
            let path = self.path(id, size);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(ThumbError::io(&path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Stores both previews of an original.
    pub fn put(&self, id: &BlobId, previews: &Previews) -> Result<(), ThumbError> {
        for (size, jpeg) in [
            (ThumbSize::Small, &previews.small),
            (ThumbSize::Large, &previews.large),
        ] {
            let path = self.path(id, size);
            self.write(&path, &sealed(jpeg))
                .map_err(|source| ThumbError::io(&path, source))?;
        }
        Ok(())
    }

    /// Stores a preview that was made elsewhere, if it is one. Whether it is.
    pub fn keep(&self, id: &BlobId, size: ThumbSize, jpeg: &[u8]) -> Result<bool, ThumbError> {
        let fits = is_whole(jpeg) && fits(jpeg, size);
        if fits {
            let path = self.path(id, size);
            self.write(&path, jpeg)
                .map_err(|source| ThumbError::io(&path, source))?;
        }
        Ok(fits)
    }

    /// The preview, made from the original when it is missing or damaged. Takes
    /// as long as decoding takes: call it where blocking is allowed.
    pub fn ensure(&self, id: &BlobId, size: ThumbSize, blobs: &Blobs) -> Result<Bytes, ThumbError> {
        if let Some(jpeg) = self.get(id, size)? {
            return Ok(jpeg);
        }
        let length = blobs.len(id)?.ok_or(BlobError::NotFound { id: *id })?;
        let rendered =
            metadata::previews_again(Source::new(&blobs.path(id), length, None), &self.renderer);
        let Some(previews) = rendered.previews else {
            let reason = rendered
                .warning
                .unwrap_or_else(|| "it is not a picture".to_owned());
            let reason = reason.trim_start_matches("no preview: ").to_owned();
            return Err(ThumbError::NoPreview { id: *id, reason });
        };
        self.put(id, &previews)?;
        let jpeg = match size {
            ThumbSize::Small => previews.small,
            ThumbSize::Large => previews.large,
        };
        Ok(sealed(&jpeg).into())
    }

    pub(crate) fn renderer(&self) -> &Renderer {
        &self.renderer
    }

    fn write(&self, path: &Path, jpeg: &[u8]) -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = tempfile::Builder::new()
            .prefix("")
            .suffix(".part")
            .tempfile_in(&self.dir)?;
        file.write_all(jpeg)?;
        file.persist(path)?;
        Ok(())
    }
}

/// Those of the previews below `root` that are there and not what was stored: each with its path below
/// it. Nothing is written; one that is missing is drawn again when somebody looks at it.
pub fn damaged(
    root: &Path,
    ids: impl IntoIterator<Item = BlobId>,
) -> impl Iterator<Item = (BlobId, PathBuf)> {
    let dir = root.join(THUMBS);
    let sizes = [ThumbSize::Small, ThumbSize::Large];
    let previews = ids.into_iter().flat_map(move |id| {
        sizes.map(|size| {
            (
                id,
                below(Path::new(THUMBS), &id, size),
                below(&dir, &id, size),
            )
        })
    });
    previews.filter_map(|(id, name, path)| match fs::read(&path) {
        Ok(jpeg) => (!is_whole(&jpeg)).then_some((id, name)),
        Err(error) => (error.kind() != io::ErrorKind::NotFound).then_some((id, name)),
    })
}

/// Where a preview lies in the folder of them.
fn below(dir: &Path, id: &BlobId, size: ThumbSize) -> PathBuf {
    dir.join(format!("{}-{}.jpg", id.key(), size.px()))
}

/// What a preview begins with: a JPEG's start, and a comment of 12 bytes that begins so…
const SEAL: [u8; 14] = *b"\xFF\xD8\xFF\xFE\0\x0Ekinfolio";

/// …and ends with the CRC-32C of all that follows.
const SEALED_BYTES: usize = SEAL.len() + 4;

/// A JPEG with its checksum in a comment at its beginning, so that damage shows.
fn sealed(jpeg: &[u8]) -> Vec<u8> {
    let rest = jpeg.get(2..).unwrap_or_default();
    let sum = crc32c::crc32c(rest).to_be_bytes();
    [SEAL.as_slice(), &sum, rest].concat()
}

/// Whether a preview is what was stored.
fn is_whole(jpeg: &[u8]) -> bool {
    let Some((head, rest)) = jpeg.split_at_checked(SEALED_BYTES) else {
        return false;
    };
    head == [SEAL.as_slice(), &crc32c::crc32c(rest).to_be_bytes()].concat()
}

/// Whether a JPEG's head says that it is no larger than a preview of that size.
fn fits(jpeg: &[u8], size: ThumbSize) -> bool {
    let reader = image::ImageReader::with_format(io::Cursor::new(jpeg), image::ImageFormat::Jpeg);
    let dimensions = reader.into_dimensions();
    dimensions.is_ok_and(|(width, height)| width.max(height) <= size.px())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_flipped_bit_and_no_missing_byte_of_a_preview_goes_unseen() {
        let folder = tempfile::tempdir().unwrap();
        let thumbs = Thumbs::open(folder.path()).unwrap();
        let jpeg = {
            let picture =
                image::RgbImage::from_fn(16, 12, |x, y| image::Rgb([x as u8, y as u8, 9]));
            let mut bytes = io::Cursor::new(Vec::new());
            picture
                .write_to(&mut bytes, image::ImageFormat::Jpeg)
                .unwrap();
            bytes.into_inner()
        };
        let id = BlobId([7; 32]);
        let previews = Previews {
            small: jpeg.clone(),
            large: jpeg.clone(),
            thumbhash: Vec::new(),
        };
        thumbs.put(&id, &previews).unwrap();
        let kept = thumbs.get(&id, ThumbSize::Small).unwrap().unwrap();
        let shown = image::load_from_memory(&kept).unwrap().to_rgb8();
        assert_eq!(shown, image::load_from_memory(&jpeg).unwrap().to_rgb8());
        assert!(thumbs.keep(&id, ThumbSize::Large, &kept).unwrap());
        assert!(!thumbs.keep(&id, ThumbSize::Large, &jpeg).unwrap());

        let path = thumbs.path(&id, ThumbSize::Small);
        for at in 0..kept.len() {
            let mut flipped = kept.to_vec();
            flipped[at] ^= 1 << (at % 8);
            fs::write(&path, &flipped).unwrap();
            assert!(thumbs.get(&id, ThumbSize::Small).unwrap().is_none(), "{at}");
            fs::write(&path, &kept[..at]).unwrap();
            assert!(thumbs.get(&id, ThumbSize::Small).unwrap().is_none(), "{at}");
        }
    }
}
