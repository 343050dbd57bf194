//! Is it all still there, bit for bit? Reads files only: writes nothing, takes no lock, and does
//! not care whether a node runs on them. Trusts neither the catalogue nor the index.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use kinfolio_catalog::photos_added;
use kinfolio_node::Block;
use kinfolio_photos::BlobId;
use kinfolio_photos::originals::{self, Expected, OriginalFault};

use crate::error::LibraryError;
use crate::layout::Layout;

/// What a verification found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Blocks that were checked and hold.
    pub blocks: u64,
    /// Edits in them.
    pub edits: u64,
    /// Originals that the chain speaks of.
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
/// of must be there in its length, and with `deep` its bytes are hashed again, too.
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
    let mut expected = BTreeMap::new();
    // Before the chain is read: a node that runs goes on writing.
    let reached = kinfolio_node::reached(root);
    let chain = kinfolio_node::verify(&layout.ledger(), |block| collect(block, &mut expected));
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
    if let Some(reached) = reached.filter(|&reached| Some(reached) > ends) {
        report.faults.push(Fault {
            what: "ledger".to_owned(),
            place: layout.ledger().display().to_string(),
            detail: format!("its end is missing: it had reached block {reached}"),
        });
    }
    if deep {
        let expected = expected.into_iter().map(|(id, size)| Expected { id, size });
        report
            .faults
            .extend(originals::verify(root, expected).filter_map(shown));
    } else {
        let blobs = root.join("blobs");
        report.faults.extend(
            expected
                .iter()
                .filter_map(|(id, size)| glance(&blobs, *id, *size)),
        );
    }
    Ok(report)
}

/// Notes the originals that a block adds.
fn collect(block: &Block, expected: &mut BTreeMap<BlobId, u64>) {
    for (_, photo) in photos_added(block) {
        expected.insert(BlobId(photo.id.0), photo.size);
    }
}

/// Whether the original is there in its length.
fn glance(blobs: &Path, id: BlobId, size: u64) -> Option<Fault> {
    match fs::metadata(blobs.join(id.key())) {
        Ok(found) if found.len() == size => None,
        Ok(found) => {
            let detail = format!("it has {} bytes instead of {size}", found.len());
            shown(OriginalFault::Altered { id, detail })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            shown(OriginalFault::Missing { id })
        }
        Err(error) => shown(OriginalFault::Unreadable {
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
