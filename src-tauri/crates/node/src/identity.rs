//! The device's key: made once, kept in `identity/device.key`, readable by its owner alone.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use ed25519_dalek::SigningKey;

use crate::IDENTITY_FOLDER;
use crate::error::{NodeError, io};

const FILE: &str = "device.key";

/// Bytes from the system's generator.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NodeError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| NodeError::Io {
        doing: "could not draw random numbers from",
        path: "the system".into(),
        source: std::io::Error::other(error.to_string()),
    })?;
    Ok(bytes)
}

/// Makes a key and writes it down, durably.
pub(crate) fn create(root: &Path) -> Result<SigningKey, NodeError> {
    let folder = root.join(IDENTITY_FOLDER);
    std::fs::create_dir_all(&folder).map_err(io("could not make", &folder))?;
    let path = folder.join(FILE);
    let key = SigningKey::from_bytes(&random()?);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    let mut file = file.map_err(io("could not make", &path))?;
    let text = format!("{}\n", hex::encode(key.to_bytes()));
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(io("could not write", &path))?;
    sync_folder(&folder)?;
    Ok(key)
}

/// Reads the key.
pub(crate) fn load(root: &Path) -> Result<SigningKey, NodeError> {
    let path = root.join(IDENTITY_FOLDER).join(FILE);
    let text = std::fs::read_to_string(&path).map_err(io("could not read", &path))?;
    let mut bytes = [0; 32];
    match hex::decode_to_slice(text.trim(), &mut bytes) {
        Ok(()) => Ok(SigningKey::from_bytes(&bytes)),
        Err(error) => Err(NodeError::Identity {
            path,
            why: error.to_string(),
        }),
    }
}

/// Makes the entries of `folder` survive a crash.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), NodeError> {
    let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(io("could not sync the folder", folder))
}
