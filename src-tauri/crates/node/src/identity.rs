//! Who this device is: its key, made once and readable by its owner alone; and to which household
//! it belongs, so that a ledger that is lost can be asked for again: the block that founded it, and
//! who its members were last; and how far the ledger reached, so that one that was cut is told from
//! one that a crash left without what was not synced.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use kinfolio_chain::config::{NAME_BYTES_MAX, device_id};
use kinfolio_chain::wire::{Reader, Writer};
use kinfolio_chain::{
    Block, ChainState, Configuration, DeviceId, Height, KeyError, Member, RecoveryKey, Role,
};
use kinfolio_consensus::Micros;

use crate::IDENTITY_FOLDER;
use crate::engine::Heard;
use crate::error::{NodeError, io};

const FILE: &str = "device.key";

/// A copy of the first block.
const FOUNDING_FILE: &str = "household.block";

/// The household's recovery key, which all its devices have.
const RECOVERY_FILE: &str = "recovery.key";

/// There, while this device has been restored from a bucket and is no member.
const RESTORED_FILE: &str = "restored";

/// There, from when the ledger was made anew for another epoch until all that is made from it was.
const PARTED_FILE: &str = "parted";

/// How far the ledger reached.
const REACHED_FILE: &str = "ledger.reached";

/// The members as they were last.
const MEMBERS_FILE: &str = "household.members";

/// There, while this device is to vote and does not yet.
const CANDIDATE_FILE: &str = "stands-for-vote";

/// The height of a state that this device was given, above the chain that it has.
const SEEN_FILE: &str = "has-seen";

/// When the others were last heard of.
const HEARD_FILE: &str = "last-heard";

/// There, once this device has learned from others that it was removed.
const REMOVED_FILE: &str = "removed-from-household";

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

/// A recovery key for a new household.
pub(crate) fn new_recovery_key() -> Result<RecoveryKey, NodeError> {
    random().map(RecoveryKey::new)
}

/// Writes down the household's recovery key, durably and for the owner's eyes alone.
pub(crate) fn keep_recovery_key(root: &Path, key: &RecoveryKey) -> Result<(), NodeError> {
    let path = root.join(IDENTITY_FOLDER).join(RECOVERY_FILE);
    write_durably(&path, &format!("{}\n", key.to_text()))
}

/// The recovery key of the household that the device in `root` belongs to.
///
/// # Errors
/// There is none, or it is another household's.
pub fn recovery_key(root: &Path) -> Result<RecoveryKey, NodeError> {
    let path = root.join(IDENTITY_FOLDER).join(RECOVERY_FILE);
    let wrong = |why: String| NodeError::RecoveryKey {
        path: path.clone(),
        why,
    };
    let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
    let key: RecoveryKey = text
        .parse()
        .map_err(|error: KeyError| wrong(error.to_string()))?;
    let founding = founding(root)?;
    let state =
        ChainState::found(&founding).map_err(|refusal| NodeError::Unfit { height: 0, refusal })?;
    match key.public_key() == *state.recovery_key() {
        true => Ok(key),
        false => Err(wrong("it is that of another household".to_owned())),
    }
}

/// A bucket as a member of the household, called so as far as a name may reach. Its id is new, and the
/// private half of its key is nowhere: it writes nothing.
///
/// # Errors
/// The system has no randomness.
pub fn new_bucket(name: &str) -> Result<Member, NodeError> {
    let key = SigningKey::from_bytes(&random()?).verifying_key();
    let end = name.floor_char_boundary(NAME_BYTES_MAX);
    Ok(Member::new(name[..end].to_owned(), key, Role::Bucket))
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

/// Writes down who belongs to the household now.
pub(crate) fn keep_members(root: &Path, members: &Configuration) -> Result<(), NodeError> {
    let folder = root.join(IDENTITY_FOLDER);
    let (path, draft) = (
        folder.join(MEMBERS_FILE),
        folder.join("household.members.new"),
    );
    let mut bytes = Writer::new();
    members.encode(&mut bytes);
    std::fs::write(&draft, bytes.finish()).map_err(io("could not write", &draft))?;
    std::fs::rename(&draft, &path).map_err(io("could not write", &path))
}

/// Who belonged to the household when that was last written down; nobody, if it cannot be read.
pub(crate) fn members(root: &Path) -> Configuration {
    let path = root.join(IDENTITY_FOLDER).join(MEMBERS_FILE);
    let bytes = std::fs::read(&path).unwrap_or_default();
    Configuration::decode(&mut Reader::new(bytes.into())).unwrap_or_default()
}

/// Writes down that the ledger reaches this height, durably. Should this be lost in a crash, an
/// earlier height stands there.
pub(crate) fn keep_reached(root: &Path, height: Height) -> Result<(), NodeError> {
    let folder = root.join(IDENTITY_FOLDER);
    let (path, draft) = (folder.join(REACHED_FILE), folder.join("ledger.reached.new"));
    std::fs::write(&draft, format!("{height}\n")).map_err(io("could not write", &draft))?;
    std::fs::rename(&draft, &path).map_err(io("could not write", &path))
}

/// Which device a library folder makes this machine; nothing, if its key cannot be read.
#[must_use]
pub fn device(root: &Path) -> Option<DeviceId> {
    let key = load(root).ok()?;
    Some(device_id(&key.verifying_key()))
}

/// The height that the ledger of the device in `root` is known to have reached.
#[must_use]
pub fn reached(root: &Path) -> Option<Height> {
    let path = root.join(IDENTITY_FOLDER).join(REACHED_FILE);
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// Writes down that this device was restored and does not belong to the household yet, durably.
pub(crate) fn mark_restored(root: &Path) -> Result<(), NodeError> {
    mark(root, RESTORED_FILE)
}

/// This device belongs to the household now.
pub(crate) fn forget_restored(root: &Path) -> Result<(), NodeError> {
    unmark(root, RESTORED_FILE)
}

/// Whether this device was restored and does not belong to the household yet.
pub(crate) fn is_restored(root: &Path) -> bool {
    root.join(IDENTITY_FOLDER).join(RESTORED_FILE).exists()
}

/// Writes down that this device is to vote as soon as it has caught up, durably.
pub(crate) fn stand_for_vote(root: &Path) -> Result<(), NodeError> {
    mark(root, CANDIDATE_FILE)
}

/// Writes down that the others have removed this device, durably.
pub(crate) fn keep_removed(root: &Path) -> Result<(), NodeError> {
    mark(root, REMOVED_FILE)
}

/// Whether the others are known to have removed this device.
pub(crate) fn was_removed(root: &Path) -> bool {
    root.join(IDENTITY_FOLDER).join(REMOVED_FILE).exists()
}

/// Makes an empty file that says something by being there.
fn mark(root: &Path, file: &str) -> Result<(), NodeError> {
    let folder = root.join(IDENTITY_FOLDER);
    let path = folder.join(file);
    let made = std::fs::File::create(&path).and_then(|file| file.sync_all());
    made.map_err(io("could not make", &path))?;
    sync_folder(&folder)
}

/// Writes down that the ledger was made anew for another epoch, durably.
pub(crate) fn mark_parted(root: &Path) -> Result<(), NodeError> {
    mark(root, PARTED_FILE)
}

/// Whether the ledger was made anew for another epoch since that was last taken note of.
pub(crate) fn has_parted(root: &Path) -> bool {
    root.join(IDENTITY_FOLDER).join(PARTED_FILE).exists()
}

/// That was taken note of.
pub(crate) fn forget_parting(root: &Path) -> Result<(), NodeError> {
    unmark(root, PARTED_FILE)
}

/// Whether this device is to vote as soon as it has caught up.
pub(crate) fn stands_for_vote(root: &Path) -> bool {
    root.join(IDENTITY_FOLDER).join(CANDIDATE_FILE).exists()
}

/// This device votes: what its household makes of its role later stands.
pub(crate) fn forget_candidacy(root: &Path) -> Result<(), NodeError> {
    unmark(root, CANDIDATE_FILE)
}

/// Removes a file that says something by being there, if it is.
fn unmark(root: &Path, file: &str) -> Result<(), NodeError> {
    let path = root.join(IDENTITY_FOLDER).join(file);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(io("could not remove", &path)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes down that people see the state at `height` here, though the ledger does not reach so far
/// yet: what they write from now on is based on it. Nothing: what they saw was none.
///
/// # Errors
/// The disk refuses.
pub fn keep_seen(root: &Path, height: Option<Height>) -> Result<(), NodeError> {
    let path = root.join(IDENTITY_FOLDER).join(SEEN_FILE);
    write_durably(&path, &format!("{}\n", height.unwrap_or(0)))
}

/// The height of the state that people see here, if it was given and is above the chain.
pub(crate) fn seen(root: &Path) -> Height {
    let path = root.join(IDENTITY_FOLDER).join(SEEN_FILE);
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

/// Writes down when the other members were last heard of, and for how long they are silent, durably.
pub(crate) fn keep_heard(root: &Path, heard: &BTreeMap<DeviceId, Heard>) -> Result<(), NodeError> {
    let path = root.join(IDENTITY_FOLDER).join(HEARD_FILE);
    let line = |(device, heard): (&DeviceId, &Heard)| {
        let seconds = heard.silent / 1_000_000;
        let last = heard.last_ms.map_or("-".to_owned(), |ms| ms.to_string());
        format!("{device} {seconds} {last}\n")
    };
    write_durably(&path, &heard.iter().map(line).collect::<String>())
}

/// What was written down of that. A line that cannot be read is as one that was not written: the
/// silence of that device is counted anew.
pub(crate) fn heard(root: &Path) -> BTreeMap<DeviceId, Heard> {
    let path = root.join(IDENTITY_FOLDER).join(HEARD_FILE);
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = |line: &str| {
        let mut words = line.split(' ');
        let device: DeviceId = words.next()?.parse().ok()?;
        let seconds: Micros = words.next()?.parse().ok()?;
        let last_ms = words.next()?;
        let heard = Heard {
            silent: seconds.saturating_mul(1_000_000),
            last_ms: last_ms.parse().ok(),
        };
        Some((device, heard))
    };
    text.lines().filter_map(line).collect()
}

/// Whether there is a device here.
pub(crate) fn exists(root: &Path) -> bool {
    root.join(IDENTITY_FOLDER).join(FILE).exists()
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

/// Writes down to which household this device belongs, durably, unless that stands there.
pub(crate) fn keep_founding(root: &Path, block: &Block) -> Result<(), NodeError> {
    if founding(root).is_ok_and(|kept| *kept == *block) {
        return Ok(());
    }
    let folder = root.join(IDENTITY_FOLDER);
    let path = folder.join(FOUNDING_FILE);
    let written = std::fs::File::create(&path).and_then(|mut file| {
        file.write_all(&block.encode())?;
        file.sync_all()
    });
    written.map_err(io("could not write", &path))?;
    sync_folder(&folder)
}

/// The block that founded the household of this device.
pub(crate) fn founding(root: &Path) -> Result<Arc<Block>, NodeError> {
    let path = root.join(IDENTITY_FOLDER).join(FOUNDING_FILE);
    let bytes = std::fs::read(&path).map_err(io("could not read", &path))?;
    match Block::decode(bytes.into()) {
        Ok(block) => Ok(Arc::new(block)),
        Err(error) => Err(NodeError::Founding {
            path,
            why: error.to_string(),
        }),
    }
}

/// Writes a file anew, durably and for its owner alone: there is the old one or the new one, whatever
/// happens.
pub(crate) fn write_durably(path: &Path, text: &str) -> Result<(), NodeError> {
    let draft = path.with_added_extension("new");
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600);
    let written = file.open(&draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(io("could not write", &draft))?;
    std::fs::rename(&draft, path).map_err(io("could not write", path))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes the entries of `folder` survive a crash.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), NodeError> {
    let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(io("could not sync the folder", folder))
}
