//! Everything that can go wrong in a use case, with what a person needs to act on it.

mod code;

use std::io;
use std::path::{Path, PathBuf};

use kinfolio_bucket::BucketError;
use kinfolio_catalog::{
    CatalogError, ChangeError, CheckpointError, LabelError, List, PhotoId, SettingsError,
};
use kinfolio_node::{DeviceId, NodeError, ParseInvitationError, SubmitError, TaskLimit};
use kinfolio_photos::thumbs::ThumbError;
use kinfolio_photos::{BlobError, ImportError};
use kinfolio_search::{IndexError, QueryError};

use crate::bucket::SegmentError;
use crate::export::ExportError;
use crate::restore::RestoreError;

pub use code::Code;

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The folder holds no library.
    #[error("{path} holds no library: make one with `kinfolio init --name HOUSEHOLD`")]
    NotALibrary {
        /// The folder that was to be opened.
        path: PathBuf,
    },
    /// The folder already holds a library.
    #[error("{path} already holds a library: choose another folder, or use the one that is there")]
    AlreadyExists {
        /// The folder that was to become a library.
        path: PathBuf,
    },
    /// A restoring was begun in the folder and did not end.
    #[error(
        "{path} holds what a restoring has brought so far, which did not end: run `kinfolio restore` again there and it goes on; or choose another folder, and delete this one"
    )]
    RestoreUnfinished {
        /// The folder that was to become a library.
        path: PathBuf,
    },
    /// The folder holds something else.
    #[error("{path} is not empty and holds no library: choose an empty or a new folder")]
    NotEmpty {
        /// The folder that was to become a library.
        path: PathBuf,
    },
    /// Another process owns the library.
    #[error("{path} is in use by another Kinfolio process: close it, or wait until it ends")]
    InUse {
        /// The library's folder.
        path: PathBuf,
    },
    /// `library.toml` cannot be understood.
    #[error("{path} cannot be read as settings: {source}")]
    BadSettings {
        /// The settings file.
        path: PathBuf,
        /// What is wrong, and where.
        source: Box<toml_edit::de::Error>,
    },
    /// A token file holds too little to be a secret.
    #[error("the token in {path} is too short: put at least 16 characters there")]
    TokenTooShort {
        /// The token's file.
        path: PathBuf,
    },
    /// An opaque entry that the ledger does not take.
    #[error("the entry was not taken: {reason}")]
    BadEntry {
        /// What is wrong with it.
        reason: String,
    },
    /// A majority of the voters is out of reach.
    #[error(
        "no majority of the household's voters answers: ask without `consistent`, or wait until more devices are awake"
    )]
    NoQuorum,
    /// A name for a household, a device or a file that cannot be used.
    #[error("{what} cannot be {given:?}: {reason}")]
    BadName {
        /// What was to be named.
        what: &'static str,
        /// The name as given.
        given: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// No photo has this id.
    #[error("no photo has the id {id}")]
    PhotoUnknown {
        /// The id that was asked for.
        id: PhotoId,
    },
    /// The original was deleted on all devices.
    #[error("the original of {id} was purged: import the file again, if there is one")]
    Purged {
        /// The photo.
        id: PhotoId,
    },
    /// Only what is in the trash is purged.
    #[error("{id} is not in the trash: put it there before you purge it")]
    NotInTrash {
        /// The first of those photos.
        id: PhotoId,
    },
    /// Of some photos only one copy is known of, or none.
    #[error(
        "of {count} of these photos no other good copy is known than the last one, {id} for one: name each of them as a last copy to purge it all the same"
    )]
    LastCopy {
        /// How many were not named.
        count: u64,
        /// The first of them.
        id: PhotoId,
    },
    /// The record is there, its original is not.
    #[error("the original of {id} {}", whereabouts(.added_by.as_deref(), .away, .bucket.as_deref()))]
    OriginalMissing {
        /// The photo.
        id: PhotoId,
        /// What the device is called that added it, if it is still a member.
        added_by: Option<String>,
        /// What the other devices are called that are out of reach and may hold it.
        away: Vec<String>,
        /// The bucket that was asked and does not hold it.
        bucket: Option<String>,
    },
    /// An original that did not come here whole.
    #[error("the original of {id} could not be fetched: {reason}")]
    NotFetched {
        /// The photo.
        id: PhotoId,
        /// What went wrong last.
        reason: String,
    },
    /// An original that is damaged here, and that nobody else gives.
    #[error("the original of {id} is damaged here ({fault}), and no good copy came: {reason}")]
    OriginalDamaged {
        /// The photo.
        id: PhotoId,
        /// What is wrong with it.
        fault: String,
        /// Why no other copy came.
        reason: String,
    },
    /// The photo is there, but nothing can be drawn from it.
    #[error("{id} has no preview: {reason}")]
    NoPreview {
        /// The photo.
        id: PhotoId,
        /// Why, in words for people.
        reason: String,
    },
    /// No import has this id.
    #[error("no import has the id {id}")]
    ImportUnknown {
        /// The id as given.
        id: String,
    },
    /// An import needs something to import.
    #[error("nothing to import: name at least one file or folder")]
    NothingToImport,
    /// A change that cannot be made.
    #[error(transparent)]
    BadChange(ChangeError),
    /// A text that cannot be a tag, an album or a person.
    #[error(transparent)]
    BadLabel(LabelError),
    /// No photo has this label, and nobody made it.
    #[error("there is no {list} `{label}`")]
    LabelUnknown {
        /// In which list it was looked for.
        list: List,
        /// The label.
        label: String,
    },
    /// The household has no such field of its own.
    #[error("the household has no field `{name}` ({known}); define it first")]
    FieldUnknown {
        /// The name as given.
        name: String,
        /// Which fields it has, in words.
        known: String,
    },
    /// Two fields could not be told apart in a search.
    #[error("the field `{name}` would be searched for like `{alike}`, which there is already")]
    FieldAlike {
        /// The name as given.
        name: String,
        /// The field that there is.
        alike: String,
    },
    /// No search was saved under this name.
    #[error("no search is saved under the name {name:?}")]
    SearchUnknown {
        /// The name as given.
        name: String,
    },
    /// A list of the household's is full.
    #[error("the household has {max} {what} already, and no more are allowed; remove one first")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are allowed.
        max: usize,
    },
    /// A setting of the household that cannot be.
    #[error(transparent)]
    BadSetting(SettingsError),
    /// A bucket's address that is none.
    #[error(transparent)]
    BadBucket(BucketError),
    /// A capture time that cannot be read.
    #[error("{given:?} is not a time: write 2019-07-12T10:20:30+02:00, or leave the offset away")]
    BadTime {
        /// What was given.
        given: String,
    },
    /// No such device.
    #[error("the household has no device {device}")]
    DeviceUnknown {
        /// Its id, as given.
        device: DeviceId,
    },
    /// The name of another household was typed.
    #[error(
        "this household is called “{household}”: type that name to go on without the other devices"
    )]
    OtherHousehold {
        /// What it is called.
        household: String,
    },
    /// Without this device nobody could agree on anything.
    #[error("“{name}” is the only device that votes: let another one vote first")]
    LastVoter {
        /// What it is called.
        name: String,
    },
    /// No bucket is set.
    #[error("no bucket is set: name one first, with `kinfolio household --bucket URL`")]
    NoBucket,
    /// The bucket has a vote, and cannot be left for another one.
    #[error(
        "the household's bucket has a vote: turn that off first (`kinfolio household --bucket-voter off`), name the other bucket, and turn it on there"
    )]
    BucketVotes,
    /// Another bucket has the vote.
    #[error(
        "the bucket {bucket}, which is set on this device, is not the one that has a vote in the household: name the right one (KINFOLIO_BUCKET_URL), or turn the bucket's vote off and on again"
    )]
    OtherBucketVotes {
        /// The one that is set here.
        bucket: String,
    },
    /// What lies in the bucket of its votes cannot be used.
    #[error("the bucket {bucket} cannot vote: {reason}")]
    Vote {
        /// Which bucket.
        bucket: String,
        /// What is wrong.
        reason: String,
    },
    /// Without the bucket's vote the household could agree on nothing.
    #[error(
        "without the bucket's vote the household could agree on nothing until more of its devices are within reach: start {names} first"
    )]
    VotersAway {
        /// Those that are out of reach.
        names: String,
    },
    /// A bucket is no device.
    #[error("“{name}” is the household's bucket: it can vote or be removed, nothing else")]
    BucketRole {
        /// What it is called.
        name: String,
    },
    /// Another device is called so.
    #[error("the household has a device called “{name}” already: choose another name")]
    NameTaken {
        /// Its name.
        name: String,
    },
    /// The members changed again and again, so that this change never applied.
    #[error("the household's members are being changed by others at the same time: try again")]
    MembersChange,
    /// A text that is no invitation.
    #[error(transparent)]
    BadInvitation(#[from] ParseInvitationError),
    /// No port to listen at.
    #[error("no port is free for the household's other devices: {0}")]
    NoPort(#[source] io::Error),
    /// This device has done nothing that was not undone before.
    #[error("there is nothing to undo: this device has changed no photos, or all was undone")]
    NothingToUndo,
    /// More photos than one edit may touch.
    #[error("{given} photos are more than one edit takes: {max} at most")]
    TooManyPhotos {
        /// How many were named.
        given: u64,
        /// How many are allowed.
        max: u64,
    },
    /// A query that cannot be understood.
    #[error("{}", .0.said)]
    BadQuery(QueryError),
    /// A file that is larger than this device takes.
    #[error("the file is larger than {max} bytes, the limit in library.toml (upload_bytes_max)")]
    UploadTooLarge {
        /// The limit in bytes.
        max: u64,
    },
    /// The sender stopped in the middle of a file.
    #[error("the upload ended before its end: {detail}")]
    UploadBroken {
        /// What the connection said.
        detail: String,
    },
    /// No room left where the library lies.
    #[error("the disk that holds {path} is full: free some space and try again; nothing is lost")]
    DiskFull {
        /// The library's folder.
        path: PathBuf,
    },
    /// No room left for the ledger: what was to be written may be on disk in part.
    #[error(
        "the disk that holds {path} is full: free some space, then look whether the change took effect before you try again"
    )]
    LedgerFull {
        /// The library's folder.
        path: PathBuf,
    },
    /// No room left for the ledger, before anything was written.
    #[error("not recorded: the disk that holds {path} is full; make room and repeat it")]
    NotRecorded {
        /// The library's folder.
        path: PathBuf,
    },
    /// No room left for what is derived from the ledger.
    #[error(
        "{}the disk that holds {path} is full, so that the {what} cannot follow the ledger; make room{}",
        beginning(*.recorded), end(*.recorded)
    )]
    BehindFull {
        /// What does not follow.
        what: &'static str,
        /// Whether a change was recorded before, where one was asked for.
        recorded: Option<bool>,
        /// The library's folder.
        path: PathBuf,
    },
    /// What is derived from the ledger does not follow it.
    #[error("{}the {what} cannot follow the ledger: {why}{}", beginning(*.recorded), end(*.recorded))]
    Behind {
        /// What does not follow.
        what: &'static str,
        /// Whether a change was recorded before, where one was asked for.
        recorded: Option<bool>,
        /// What holds it up.
        why: String,
    },
    /// What another device, or the bucket, said is in the ledger is not.
    #[error(
        "what this device was given, by the device that invited it or out of the bucket, as the state at block {height} is not what the ledger says: start Kinfolio again, and everything is built from the ledger itself"
    )]
    FalseCheckpoint {
        /// Its height.
        height: u64,
    },
    /// A checkpoint cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The library is being closed.
    #[error("the library is closing: try again when it runs")]
    Closing,
    /// The ledger node failed.
    #[error(transparent)]
    Node(NodeError),
    /// The ledger did not take an edit.
    #[error(transparent)]
    Submit(SubmitError),
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The search index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The blob store failed.
    #[error(transparent)]
    Blob(BlobError),
    /// The previews cannot be used.
    #[error(transparent)]
    Thumb(ThumbError),
    /// The bucket does not do as it was asked.
    #[error(transparent)]
    Bucket(BucketError),
    /// What the bucket holds of the ledger cannot be used.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// Nothing could be restored.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// A task that cannot be claimed.
    #[error(transparent)]
    Task(TaskLimit),
    /// An import stopped.
    #[error(transparent)]
    Import(ImportError),
    /// An export does not go on.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A file operation failed.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was being done, as a verb.
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why an original is not to be had, and what to do.
fn whereabouts(added_by: Option<&str>, away: &[String], bucket: Option<&str>) -> String {
    if away.is_empty() {
        return match bucket {
            Some(bucket) => format!(
                "is neither in the bucket {bucket} nor on a device of the household: if another copy of it is left somewhere, import that"
            ),
            None => "is on none of the household's devices: `kinfolio verify --deep` tells more"
                .to_owned(),
        };
    }
    let bucket = bucket.map(|bucket| format!(", nor in the bucket {bucket}"));
    let bucket = bucket.unwrap_or_default();
    let names: Vec<_> = away.iter().map(|name| format!("“{name}”")).collect();
    let names = names.join(" or ");
    match added_by {
        Some(name) => {
            format!(
                "is on no device within reach (“{name}” added it){bucket}: start {names} and try again"
            )
        }
        None => format!("is on no device within reach{bucket}: start {names} and try again"),
    }
}

/// What became of a change, where there was one.
fn beginning(recorded: Option<bool>) -> &'static str {
    match recorded {
        Some(true) => "recorded, but not shown yet: ",
        Some(false) => "nothing was changed: ",
        None => "",
    }
}

fn end(recorded: Option<bool>) -> &'static str {
    match recorded {
        Some(true) => "; do not repeat it",
        Some(false) | None => " and try again",
    }
}

impl LibraryError {
    /// The same, where a change was asked for, and recorded before that or not.
    pub(crate) fn of_change(mut self, was_recorded: bool) -> Self {
        if let Self::BehindFull { recorded, .. } | Self::Behind { recorded, .. } = &mut self {
            *recorded = Some(was_recorded);
        }
        self
    }

    /// `doing` (a verb) to `path` failed with `source`; a full disk is told apart.
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        if is_disk_full(&source) {
            return Self::DiskFull {
                path: path.to_path_buf(),
            };
        }
        Self::Io {
            doing,
            path: path.to_path_buf(),
            source,
        }
    }
}

/// Whether the system said that there is no room (or no quota) left.
pub(crate) fn is_disk_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
