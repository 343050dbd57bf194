//! What is written down about an import while it runs: `imports/ID.json`.
//! Durable before the first file is touched, so that a killed import can be taken up again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kinfolio_catalog::ImportId;
use serde::{Deserialize, Serialize};

use super::path_text;
use crate::error::LibraryError;
use crate::library::write_durably;

/// What an import is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) id: ImportId,
    pub(super) paths: Vec<PathBuf>,
    pub(super) tags: Vec<String>,
    pub(super) albums: Vec<String>,
}

/// A plan as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    paths: Vec<String>,
    tags: Vec<String>,
    albums: Vec<String>,
}

/// Writes `plan` down, durably.
pub(super) fn write(folder: &Path, plan: &Plan) -> Result<(), LibraryError> {
    fs::create_dir_all(folder).map_err(|source| LibraryError::io("create", folder, source))?;
    let paths = plan
        .paths
        .iter()
        .map(|path| path_text::write(path))
        .collect();
    let written = Written {
        paths,
        tags: plan.tags.clone(),
        albums: plan.albums.clone(),
    };
    let path = file(folder, plan.id);
    let bytes = serde_json::to_vec_pretty(&written)
        .map_err(|error| LibraryError::io("write", &path, io::Error::other(error)))?;
    write_durably(&path, &bytes)
}

/// Forgets the plan of an import that has ended.
pub(super) fn remove(folder: &Path, id: ImportId) {
    let path = file(folder, id);
    if let Err(error) = fs::remove_file(&path)
        && error.kind() != io::ErrorKind::NotFound
    {
        // The worst that comes of it: the import is looked through again at the next start.
        tracing::warn!(path = %path.display(), %error, "cannot forget an import that has ended");
    }
}

/// Every plan in `folder`. One that cannot be read is left where it is and told in the log.
pub(super) fn read_all(folder: &Path) -> Result<Vec<Plan>, LibraryError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(LibraryError::io("read", folder, source)),
    };
    let mut plans = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|source| LibraryError::io("read", folder, source))?
            .path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            match read(&path) {
                Some(plan) => plans.push(plan),
                None => tracing::warn!(path = %path.display(), "not the journal of an import"),
            }
        }
    }
    plans.sort_by_key(|plan| plan.id.0);
    Ok(plans)
}

fn read(path: &Path) -> Option<Plan> {
    let id = path.file_stem()?.to_str()?.parse().ok()?;
    let written: Written = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let paths = written
        .paths
        .iter()
        .map(|text| path_text::read(text))
        .collect::<Option<_>>()?;
    Some(Plan {
        id,
        paths,
        tags: written.tags,
        albums: written.albums,
    })
}

fn file(folder: &Path, id: ImportId) -> PathBuf {
    folder.join(format!("{id}.json"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn plans_are_read_back_and_debris_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("imports");
        assert_eq!(read_all(&folder).unwrap(), []);
        let odd = PathBuf::from(OsString::from_vec(b"/a/\xff\n.jpg".to_vec()));
        let plan = |id: u8| Plan {
            id: ImportId([id; 8]),
            paths: vec![PathBuf::from("/photos"), odd.clone()],
            tags: vec!["a/b".to_owned()],
            albums: vec!["Summer".to_owned()],
        };
        write(&folder, &plan(2)).unwrap();
        write(&folder, &plan(1)).unwrap();
        fs::write(folder.join("0000000000000003.json"), "{\"paths\":[").unwrap();
        fs::write(folder.join("0000000000000004.tmp"), "").unwrap();
        fs::write(folder.join("notes.json"), "{}").unwrap();
        assert_eq!(read_all(&folder).unwrap(), [plan(1), plan(2)]);
        remove(&folder, ImportId([1; 8]));
        remove(&folder, ImportId([1; 8]));
        assert_eq!(read_all(&folder).unwrap(), [plan(2)]);
    }
}
