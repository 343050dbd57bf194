//! Which path each photo of an export gets, where names collide with each other and with what lies
//! in the folder already.

use std::collections::HashSet;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use kinfolio_catalog::{Photo, PhotoId};
use sha2::{Digest, Sha256};

use super::Template;

/// Paths that photos of one export have.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Of each a hash, so that a million of them take little memory; where two paths had the same one,
    /// a photo would get a number that it does not need.
    taken: HashSet<u64>,
}

/// Where a photo goes.
#[derive(Debug)]
pub(super) struct Place {
    /// The path of its original.
    pub(super) path: PathBuf,
    /// Whether its original lies there already.
    pub(super) is_there: bool,
}

impl Names {
    /// Where a photo goes below `to`: as the template says, and with a number where another one is.
    pub(super) fn place(&mut self, to: &Path, template: &Template, photo: &Photo) -> Place {
        let mut number = 1;
        loop {
            let relative = template.path(photo, number);
            let name = hashed(&relative);
            if !self.taken.contains(&name) {
                let path = to.join(&relative);
                let is_there = path.symlink_metadata().is_ok();
                // The same bytes from an export before; other bytes of other photos stay.
                if !is_there || is_original(&path, photo).unwrap_or(false) {
                    self.taken.insert(name);
                    return Place { path, is_there };
                }
            }
            number += 1;
        }
    }
}

/// Of a path as file systems compare it that do not tell capitals apart.
fn hashed(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.to_string_lossy().to_lowercase().hash(&mut hasher);
    hasher.finish()
}

/// Whether a file's bytes are those of a photo's original.
fn is_original(path: &Path, photo: &Photo) -> io::Result<bool> {
    if fs::metadata(path)?.len() != photo.size {
        return Ok(false);
    }
    let mut hash = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hash)?;
    Ok(PhotoId(hash.finalize().into()) == photo.id)
}
