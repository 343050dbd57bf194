//! Is it all still there, bit for bit? Reads files only: writes nothing, takes no lock, and does
//! not care whether a node runs on them. Trusts neither the catalogue nor the index.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use kinfolio_catalog::{LibraryEdit, Placement};
use kinfolio_node::{Block, DeviceId, Payload};
use kinfolio_photos::BlobId;
use kinfolio_photos::originals::{self, Expected, OriginalFault};
use kinfolio_photos::thumbs;

use crate::error::LibraryError;
use crate::layout::Layout;

/// What a verification found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Blocks that were checked and hold.
    pub blocks: u64,
    /// Edits in them.
    pub edits: u64,
    /// Originals that the chain speaks of and that are here, in whatever state.
    pub originals: u64,
    /// All that is wrong.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of thing.
    pub what: String,
    /// Which one.
    pub place: String,
    /// In which way.
    pub detail: String,
}

/// Hashes the whole chain again and checks every signature; every original that the chain speaks
/// of must be there in its length, and with `deep` its bytes are hashed again, too, and previews that are
/// here are looked at.
///
/// # Errors
/// `root` holds no library. Everything else that is wrong is a fault in the report.
pub fn verify(root: &Path, deep: bool) -> Result<Report, LibraryError> {
    let layout = Layout::new(root);
    if !layout.settings().exists() && !layout.ledger().exists() {
        return Err(LibraryError::NotALibrary {
            path: root.to_path_buf(),
        });
    }
    let mut spoken_of = SpokenOf::by(kinfolio_node::device(root));
    // Before the chain is read: a node that runs goes on writing.
    let reached = kinfolio_node::reached(root);
    let chain = kinfolio_node::verify(&layout.ledger(), |block| spoken_of.collect(block));
    let SpokenOf { expected, .. } = &spoken_of;
    let mut report = Report {
        blocks: chain.blocks,
        edits: chain.edits,
        originals: expected.len() as u64,
        faults: Vec::new(),
    };
    report
        .faults
        .extend(chain.faults.into_iter().map(|fault| Fault {
            what: fault.what.to_owned(),
            place: fault.place,
            detail: fault.detail,
        }));
    let ends = chain.recovered.state.map(|state| state.height());
    let is_cut = report.faults.is_empty();
    if let Some(reached) = reached.filter(|&reached| is_cut && Some(reached) > ends) {
        report.faults.push(Fault {
            what: "ledger".to_owned(),
            place: layout.ledger().display().to_string(),
            detail: format!("its end is missing: it had reached block {reached}"),
        });
    }
    if deep {
        let previews = thumbs::damaged(root, expected.keys().copied());
        report.faults.extend(previews.map(|(id, path)| Fault {
            what: "preview".to_owned(),
            place: path.display().to_string(),
            detail: format!("it is not what was stored for {id}; the next scrub makes it anew"),
        }));
    }
    let faults: Vec<_> = match deep {
        true => {
            let wanted = expected.iter();
            let wanted = wanted.map(|(&id, &size)| Expected { id, size });
            originals::verify(root, wanted).collect()
        }
        false => {
            let blobs = root.join("blobs");
            let expected = expected.iter();
            expected
                .filter_map(|(id, size)| glance(&blobs, *id, *size))
                .collect()
        }
    };
    for fault in faults {
        match fault {
            OriginalFault::Missing { id } if spoken_of.may_be_missing(&id) => {
                report.originals -= 1;
            }
            fault => {
                report.originals -= u64::from(matches!(fault, OriginalFault::Missing { .. }));
                report.faults.extend(shown(fault));
            }
        }
    }
    Ok(report)
}

/// The originals that the chain speaks of, and those that need not be on this device.
struct SpokenOf {
    here: Option<DeviceId>,
    /// Each with its length in bytes.
    expected: BTreeMap<BlobId, u64>,
    /// Purged, or not kept here, as far as the edits alone can tell.
    excused: BTreeSet<BlobId>,
    placement: Placement,
}

impl SpokenOf {
    /// As the device `here` reads it.
    fn by(here: Option<DeviceId>) -> Self {
        Self {
            here,
            expected: BTreeMap::new(),
            excused: BTreeSet::new(),
            placement: Placement::All,
        }
    }

    /// Takes in what a block says.
    fn collect(&mut self, block: &Block) {
        for edit in block.edits() {
            let Payload::Opaque(bytes) = &edit.payload else {
                continue;
            };
            let mine = Some(edit.id.device) == self.here;
            match LibraryEdit::decode(bytes) {
                Ok(LibraryEdit::PhotoAdded(photo)) => {
                    let id = BlobId(photo.id.0);
                    self.expected.insert(id, photo.size);
                    self.excused.remove(&id);
                }
                Ok(LibraryEdit::Kept { held, dropped, .. }) if mine => {
                    for id in held {
                        self.excused.remove(&BlobId(id.0));
                    }
                    let dropped = dropped.into_iter();
                    self.excused.extend(dropped.map(|id| BlobId(id.0)));
                }
                Ok(LibraryEdit::Purged { photos }) => {
                    let purged = photos.into_iter();
                    self.excused.extend(purged.map(|id| BlobId(id.0)));
                }
                Ok(LibraryEdit::Settings(change)) => {
                    let placed = self.here.and_then(|here| change.placements.get(&here));
                    self.placement = placed.copied().unwrap_or(self.placement);
                }
                _ => {}
            }
        }
    }

    fn may_be_missing(&self, id: &BlobId) -> bool {
        self.placement != Placement::All || self.excused.contains(id)
    }
}

/// Whether the original is there in its length.
fn glance(blobs: &Path, id: BlobId, size: u64) -> Option<OriginalFault> {
    match fs::metadata(blobs.join(id.key())) {
        Ok(found) if found.len() == size => None,
        Ok(found) => {
            let detail = format!("it has {} bytes instead of {size}", found.len());
            Some(OriginalFault::Altered { id, detail })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Some(OriginalFault::Missing { id })
        }
        Err(error) => Some(OriginalFault::Unreadable {
            id,
            detail: error.to_string(),
        }),
    }
}

/// A fault in words. Originals that no record names are none: an import that was killed between
/// storing and recording leaves them, and the next import of the same file takes them up.
fn shown(fault: OriginalFault) -> Option<Fault> {
    let original = |place: String, detail: String| {
        Some(Fault {
            what: "original".to_owned(),
            place,
            detail,
        })
    };
    match fault {
        OriginalFault::Missing { id } => original(id.to_string(), "it is missing".to_owned()),
        OriginalFault::Altered { id, detail } | OriginalFault::Unreadable { id, detail } => {
            original(id.to_string(), detail)
        }
        OriginalFault::Unexpected { path } => {
            let name = path.rsplit('/').next().unwrap_or_default();
            if name.parse::<BlobId>().is_ok() {
                return None;
            }
            original(path, "no original has such a name".to_owned())
        }
    }
}
