//! What can go wrong with a bucket, with what a person needs to act on it.
//!
//! What a store says is never passed on as it is: its answers may hold signatures, and its
//! addresses tokens. Only its error code, and what the system says of the connection, are.

use std::error::Error as _;
use std::io;

use object_store::client::{HttpError, HttpErrorKind};

/// Why a bucket did not do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// The address is none. It is not repeated: it may hold a secret.
    #[error("the bucket's address cannot be used: {reason}; correct it {WHERE_IT_WAS_GIVEN}")]
    BadAddress {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The settings beside the address do not fit it.
    #[error(
        "the bucket {bucket} cannot be opened: {reason}; look at the AZURE_* or AWS_* variables"
    )]
    BadSetup {
        /// Which bucket.
        bucket: String,
        /// What is wrong.
        reason: String,
    },
    /// Nobody answers.
    #[error(
        "the bucket {bucket} does not answer ({detail}): look at the connection and its endpoint; all else goes on"
    )]
    Unreachable {
        /// Which bucket.
        bucket: String,
        /// What the system says.
        detail: String,
    },
    /// There is no such container, bucket or folder.
    #[error("the bucket {bucket} does not exist{}", remedy(.bucket))]
    NoSuchBucket {
        /// Which bucket.
        bucket: String,
    },
    /// It does not know who asks.
    #[error(
        "the bucket {bucket} refuses the credentials ({detail}): they are missing, wrong or have expired; set the AZURE_* or AWS_* variables and start again"
    )]
    Credentials {
        /// Which bucket.
        bucket: String,
        /// The store's code for it.
        detail: String,
    },
    /// It knows who asks and does not let them.
    #[error(
        "the bucket {bucket} does not permit this ({detail}): allow these credentials to read, write and list there"
    )]
    Denied {
        /// Which bucket.
        bucket: String,
        /// The store's code for it.
        detail: String,
    },
    /// No room left.
    #[error("the bucket {bucket} is full: make room there, or raise its quota")]
    Full {
        /// Which bucket.
        bucket: String,
    },
    /// It holds no such object.
    #[error("the bucket {bucket} does not hold {object}")]
    Missing {
        /// Which bucket.
        bucket: String,
        /// Which object.
        object: String,
    },
    /// An object is not what its name says.
    #[error(
        "{object} in the bucket {bucket} is damaged: {reason}; a device that has it will store it again"
    )]
    Damaged {
        /// Which bucket.
        bucket: String,
        /// Which object.
        object: String,
        /// In which way.
        reason: String,
    },
    /// What was to be stored could not be read, or is not what its name says.
    #[error("{object} cannot be stored in the bucket {bucket}: {source}")]
    Source {
        /// Which bucket.
        bucket: String,
        /// Which object.
        object: String,
        /// What was wrong while reading it.
        source: io::Error,
    },
    /// It is encrypted, and no key was given.
    #[error("the bucket {bucket} is encrypted: give the household's recovery key")]
    Encrypted {
        /// Which bucket.
        bucket: String,
    },
    /// It is encrypted with another key.
    #[error(
        "the bucket {bucket} is encrypted with another recovery key: it belongs to another household, or the key is an old one"
    )]
    WrongKey {
        /// Which bucket.
        bucket: String,
    },
    /// It is to be encrypted, and holds things that are not.
    #[error(
        "the bucket {bucket} is to be encrypted, but what it holds is not, so that nothing more can be stored there: name a new, empty place together with that wish (`kinfolio household --bucket URL --encrypt-bucket yes`), or leave this one as it is (`--encrypt-bucket no`; where KINFOLIO_BUCKET_ENCRYPTED says so, unset it)"
    )]
    NotEncrypted {
        /// Which bucket.
        bucket: String,
    },
    /// It is not to be encrypted, and holds things that are.
    #[error(
        "the bucket {bucket} is not to be encrypted, but what it holds is, and stays so: name a new, empty place together with that wish (`kinfolio household --bucket URL --encrypt-bucket no`), or leave this one as it is (`--encrypt-bucket yes`)"
    )]
    NotPlain {
        /// Which bucket.
        bucket: String,
    },
    /// Its store does not keep what is there.
    #[error(
        "the bucket {bucket} overwrites what it is asked to create only if it is absent, so that one device could destroy what another one stored of the ledger: use another store"
    )]
    Overwrites {
        /// Which bucket.
        bucket: String,
    },
    /// Its store has no compare-and-swap.
    #[error(
        "the bucket {bucket} cannot vote: its store does not replace an object only if it is as it was read (compare-and-swap), as a folder never does; name a bucket of Azure Blob Storage or S3, or let a NAS vote as a device of its own, with `kinfolio serve` on it"
    )]
    CannotVote {
        /// Which bucket.
        bucket: String,
    },
    /// It failed in another way.
    #[error("the bucket {bucket} failed: {detail}")]
    Failed {
        /// Which bucket.
        bucket: String,
        /// As much as can be told.
        detail: String,
    },
}

/// An address has a mistake in it: where to look for that.
const WHERE_IT_WAS_GIVEN: &str =
    "where it was given: with the command, in KINFOLIO_BUCKET_URL, or in the household's settings";

/// What helps where there is no such bucket.
fn remedy(bucket: &str) -> String {
    let made = match bucket.starts_with("file:") {
        true => " or is not mounted: make that folder or mount its disk",
        false => ": make it",
    };
    format!("{made}, or correct the address {WHERE_IT_WAS_GIVEN}")
}

impl BucketError {
    /// Whether waiting, or somebody's attention to the bucket as a whole, may help; the rest is
    /// about one object.
    #[must_use]
    pub fn is_about_all(&self) -> bool {
        !matches!(
            self,
            Self::Missing { .. } | Self::Damaged { .. } | Self::Source { .. }
        )
    }

    /// What a store said about `object`, in our words.
    pub(crate) fn of(bucket: &str, object: &str, error: &object_store::Error) -> Self {
        let bucket = bucket.to_owned();
        let said = error.to_string();
        let code = code(&said);
        if let Some(code) = code
            && let Some(known) = Self::by_code(&bucket, code)
        {
            return known;
        }
        if let Some(full) = system(error).filter(is_full) {
            drop(full);
            return Self::Full { bucket };
        }
        let detail = code.unwrap_or("no code was given").to_owned();
        match error {
            object_store::Error::NotFound { .. } => Self::Missing {
                bucket,
                object: object.to_owned(),
            },
            object_store::Error::Unauthenticated { .. } => Self::Credentials { bucket, detail },
            object_store::Error::PermissionDenied { .. } => Self::Denied { bucket, detail },
            other => Self::of_connection(bucket, other, code),
        }
    }

    fn by_code(bucket: &str, code: &str) -> Option<Self> {
        let bucket = bucket.to_owned();
        let detail = code.to_owned();
        Some(match code {
            "NoSuchBucket"
            | "ContainerNotFound"
            | "ResourceNotFound"
            | "InvalidBucketName"
            | "InvalidResourceName" => Self::NoSuchBucket { bucket },
            "AuthenticationFailed"
            | "AuthorizationFailure"
            | "InvalidAuthenticationInfo"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "ExpiredToken"
            | "InvalidToken"
            | "TokenRefreshRequired"
            | "InvalidClientTokenId"
            | "RequestTimeTooSkewed"
            | "NoAuthenticationInformation"
            | "InvalidSecurity" => Self::Credentials { bucket, detail },
            "AccessDenied"
            | "AuthorizationPermissionMismatch"
            | "InsufficientAccountPermissions"
            | "AccountIsDisabled"
            | "AllAccessDisabled" => Self::Denied { bucket, detail },
            "QuotaExceeded" | "XMinioStorageFull" | "InsufficientStorage" => Self::Full { bucket },
            _ => return None,
        })
    }

    fn of_connection(bucket: String, error: &object_store::Error, code: Option<&str>) -> Self {
        let system = system(error);
        if let Some(error) = &system
            && error.kind() == io::ErrorKind::PermissionDenied
        {
            let detail = "the system forbids it".to_owned();
            return Self::Denied { bucket, detail };
        }
        let words = system.map(|error| error.to_string());
        match http(error) {
            Some(HttpErrorKind::Connect) => Self::Unreachable {
                bucket,
                detail: words.unwrap_or_else(|| "no connection".to_owned()),
            },
            Some(HttpErrorKind::Timeout | HttpErrorKind::Interrupted | HttpErrorKind::Request) => {
                Self::Unreachable {
                    bucket,
                    detail: words.unwrap_or_else(|| "it takes too long".to_owned()),
                }
            }
            _ => {
                let status = status(&error.to_string());
                let refused = |status: &String| status.contains("401") || status.contains("403");
                match (code, &status) {
                    // Also said by whoever gives out credentials, where none are set.
                    (None, Some(detail)) if refused(detail) => Self::Credentials {
                        bucket,
                        detail: detail.clone(),
                    },
                    _ => Self::Failed {
                        bucket,
                        detail: code
                            .map(str::to_owned)
                            .or(words)
                            .or(status)
                            .unwrap_or_else(|| "it gave no reason".to_owned()),
                    },
                }
            }
        }
    }
}

/// `X` of the first `<Code>X</Code>`: both clouds answer so.
fn code(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    code.bytes()
        .all(|byte| byte.is_ascii_alphanumeric())
        .then_some(code)
}

/// The HTTP status in an error's words.
fn status(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("status code: ")?;
    let (status, _) = rest.split_once(':')?;
    Some(format!("HTTP {status}"))
}

/// The HTTP failure below an error.
fn http(error: &object_store::Error) -> Option<HttpErrorKind> {
    let mut below = error.source();
    while let Some(error) = below {
        if let Some(http) = error.downcast_ref::<HttpError>() {
            return Some(http.kind());
        }
        below = error.source();
    }
    None
}

/// The innermost failure of the system below an error: its kind and words hold no secret.
fn system(error: &object_store::Error) -> Option<io::Error> {
    let mut found = None;
    let mut below = error.source();
    while let Some(error) = below {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            let code = error.raw_os_error();
            found = code.map(io::Error::from_raw_os_error).or(found);
        }
        below = error.source();
    }
    found
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_says_is_told_by_its_code_alone() {
        let check = |error: object_store::Error, says: &str| {
            let told = BucketError::of("s3://b", "originals/x", &error).to_string();
            assert!(told.contains(says) && told.contains("s3://b"), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        };
        let denied = |body: &str| object_store::Error::PermissionDenied {
            path: "x".to_owned(),
            source: body.to_owned().into(),
        };
        check(
            denied("<Code>SignatureDoesNotMatch</Code><StringToSign>hunter2</StringToSign>"),
            "refuses the credentials (SignatureDoesNotMatch)",
        );
        check(denied("<Code>AccessDenied</Code>"), "does not permit this");
        check(denied("hunter2"), "does not permit this");
        let generic =
            |source: Box<dyn std::error::Error + Send + Sync>| object_store::Error::Generic {
                store: "S3",
                source,
            };
        check(
            generic("status code: 500 Internal Server Error: hunter2".into()),
            "HTTP 500 Internal Server Error",
        );
        check(
            generic("status code: 403 Forbidden: hunter2".into()),
            "refuses the credentials (HTTP 403 Forbidden): they are missing",
        );
        check(generic(io::Error::from_raw_os_error(28).into()), "is full");
        check(
            generic(io::Error::from_raw_os_error(13).into()),
            "does not permit this",
        );
        check(
            generic("<Code>hunter2 &amp;</Code>".into()),
            "it gave no reason",
        );
    }
}
