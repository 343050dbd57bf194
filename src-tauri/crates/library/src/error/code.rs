//! The kinds of failures, for programs.

use kinfolio_bucket::BucketError;
use kinfolio_catalog::{ChangeError, SettingsError};
use kinfolio_node::{JoinError, JoinRefused, NodeError, SubmitError};
use kinfolio_photos::BlobError;
use kinfolio_search::IndexError;

use super::LibraryError;
use crate::restore::RestoreError;

/// What kind of failure it was: stable, small, for the wire and for exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// What was named does not exist.
    NotFound(&'static str),
    /// What was given cannot be used.
    BadInput(&'static str),
    /// The state of things forbids it.
    Conflict(&'static str),
    /// Too big.
    TooLarge(&'static str),
    /// No space left.
    DiskFull,
    /// Not now: the library is closing.
    Unavailable,
    /// Not now: other devices are needed.
    Unreachable(&'static str),
    /// Something broke here.
    Internal,
}

impl LibraryError {
    /// The kind of failure and its stable name.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::PhotoUnknown { .. } => Code::NotFound("photo_unknown"),
            Self::Purged { .. } => Code::NotFound("purged"),
            Self::NotInTrash { .. } => Code::Conflict("not_in_trash"),
            Self::LastCopy { .. } => Code::Conflict("last_copy"),
            Self::OriginalMissing { away, .. } if away.is_empty() => {
                Code::NotFound("original_missing")
            }
            Self::OriginalMissing { .. } | Self::NotFetched { .. } => {
                Code::Unreachable("original_unreachable")
            }
            Self::OriginalDamaged { .. } => Code::Unreachable("original_damaged"),
            Self::NoPreview { .. } => Code::NotFound("no_preview"),
            Self::ImportUnknown { .. } => Code::NotFound("import_unknown"),
            Self::NotALibrary { .. } => Code::NotFound("not_a_library"),
            Self::AlreadyExists { .. } => Code::Conflict("already_exists"),
            Self::NotEmpty { .. } => Code::Conflict("not_empty"),
            Self::RestoreUnfinished { .. } => Code::Conflict("restore_unfinished"),
            Self::InUse { .. } => Code::Conflict("in_use"),
            Self::BadSettings { .. } => Code::BadInput("bad_settings"),
            Self::TokenTooShort { .. } => Code::BadInput("token_too_short"),
            Self::BadEntry { .. } => Code::BadInput("bad_entry"),
            Self::NothingToUndo => Code::Conflict("nothing_to_undo"),
            Self::NoQuorum => Code::Unreachable("no_quorum"),
            Self::BadName { .. } => Code::BadInput("bad_name"),
            Self::NothingToImport => Code::BadInput("nothing_to_import"),
            Self::BadChange(ChangeError::Nothing) => Code::BadInput("empty_change"),
            Self::BadChange(_) | Self::BadTime { .. } => Code::BadInput("bad_change"),
            Self::BadLabel(_) => Code::BadInput("bad_label"),
            Self::LabelUnknown { .. } => Code::NotFound("label_unknown"),
            Self::FieldUnknown { .. } => Code::NotFound("field_unknown"),
            Self::FieldAlike { .. } => Code::Conflict("field_alike"),
            Self::SearchUnknown { .. } => Code::NotFound("search_unknown"),
            Self::TooMany { .. } => Code::Conflict("too_many"),
            Self::BadSetting(SettingsError::Nothing) => Code::BadInput("empty_change"),
            Self::BadSetting(_) | Self::BadBucket(_) => Code::BadInput("bad_setting"),
            Self::DeviceUnknown { .. } => Code::NotFound("device_unknown"),
            Self::OtherHousehold { .. } => Code::BadInput("other_household"),
            Self::LastVoter { .. } => Code::Conflict("last_voter"),
            Self::MembersChange => Code::Conflict("members_change"),
            Self::NoBucket => Code::Conflict("no_bucket"),
            Self::BucketVotes => Code::Conflict("bucket_votes"),
            Self::OtherBucketVotes { .. } => Code::Conflict("other_bucket_votes"),
            Self::VotersAway { .. } => Code::Conflict("voters_away"),
            Self::BucketRole { .. } => Code::Conflict("bucket_role"),
            Self::Vote { .. } => Code::Unreachable("bucket"),
            Self::BadInvitation(_) => Code::BadInput("bad_invitation"),
            Self::Submit(SubmitError::Removed { .. }) => Code::Conflict("device_removed"),
            Self::Submit(SubmitError::Superseded) => Code::Conflict("device_superseded"),
            Self::NameTaken { .. } => Code::Conflict("name_taken"),
            Self::Node(NodeError::NoInvitation { .. }) => Code::NotFound("invitation_unknown"),
            Self::Node(NodeError::InvitationUsed { .. }) => Code::Conflict("invitation_used"),
            Self::Node(NodeError::NobodyAsks { .. }) => Code::Conflict("nobody_asks"),
            Self::Node(NodeError::OtherCheckWords { .. }) => Code::Conflict("other_check_words"),
            Self::Node(NodeError::Join(JoinError::Refused(JoinRefused::NameTaken(_)))) => {
                Code::Conflict("name_taken")
            }
            Self::Node(NodeError::Deaf) => Code::Conflict("not_listening"),
            Self::Node(NodeError::Invitations { .. }) => Code::Conflict("too_many_invitations"),
            Self::Node(NodeError::Join(JoinError::Refused(JoinRefused::NotNow(_)))) => {
                Code::Unreachable("no_quorum")
            }
            Self::Node(NodeError::Join(JoinError::Refused(JoinRefused::Declined(_)))) => {
                Code::Conflict("joining_declined")
            }
            Self::Node(NodeError::Join(JoinError::Refused(_))) => {
                Code::Conflict("invitation_refused")
            }
            Self::Node(NodeError::Join(_)) => Code::Unreachable("inviter_unreachable"),
            Self::Submit(SubmitError::HasQuorum) => Code::Conflict("quorum"),
            Self::Submit(SubmitError::NoLeave { .. }) => Code::Conflict("restored_elsewhere"),
            Self::Submit(SubmitError::Recovering) => Code::Conflict("recovering"),
            Self::Submit(SubmitError::Alone) => Code::Conflict("not_listening"),
            Self::Submit(SubmitError::NoMember { .. }) => Code::NotFound("device_unknown"),
            Self::TooManyPhotos { .. } => Code::BadInput("too_many_photos"),
            Self::BadQuery(_) => Code::BadInput("bad_query"),
            Self::Index(IndexError::Cursor(_)) => Code::BadInput("bad_cursor"),
            Self::UploadBroken { .. } => Code::BadInput("upload_broken"),
            Self::Blob(BlobError::Empty { .. }) => Code::BadInput("empty_file"),
            Self::UploadTooLarge { .. } => Code::TooLarge("upload_too_large"),
            Self::Index(error) if error.is_disk_full() => Code::DiskFull,
            Self::DiskFull { .. }
            | Self::LedgerFull { .. }
            | Self::NotRecorded { .. }
            | Self::BehindFull { .. } => Code::DiskFull,
            Self::Closing => Code::Unavailable,
            Self::Export(error) => error.code(),
            Self::Bucket(error) => bucket_code(error),
            Self::Restore(RestoreError::NoLedger { .. }) => Code::NotFound("no_ledger"),
            Self::Node(NodeError::OtherRecoveryKey { .. }) => Code::Conflict("wrong_key"),
            Self::Segment(_) | Self::Restore(_) => Code::Unreachable("bucket"),
            Self::NoPort(_)
            | Self::Behind { .. }
            | Self::FalseCheckpoint { .. }
            | Self::Checkpoint(_)
            | Self::Node(_)
            | Self::Submit(_)
            | Self::Catalog(_)
            | Self::Index(_)
            | Self::Blob(_)
            | Self::Thumb(_)
            | Self::Import(_)
            | Self::Task(_)
            | Self::Io { .. } => Code::Internal,
        }
    }
}

/// What a person has to see to.
fn bucket_code(error: &BucketError) -> Code {
    match error {
        BucketError::BadAddress { .. } => Code::BadInput("bucket_address"),
        BucketError::Encrypted { .. } | BucketError::WrongKey { .. } => Code::Conflict("wrong_key"),
        BucketError::NotEncrypted { .. } => Code::Conflict("bucket_plain"),
        BucketError::NotPlain { .. } => Code::Conflict("bucket_encrypted"),
        BucketError::NoSuchBucket { .. } => Code::Unreachable("bucket_missing"),
        BucketError::Unreachable { .. } => Code::Unreachable("bucket_unreachable"),
        BucketError::BadSetup { .. }
        | BucketError::Credentials { .. }
        | BucketError::Denied { .. } => Code::Unreachable("bucket_credentials"),
        _ => Code::Unreachable("bucket"),
    }
}
