//! The bucket: a place outside the household's devices (a folder on a NAS, a container of Azure
//! Blob Storage, a bucket of S3) that holds its originals once more.
//!
//! Everything is named by what it holds and is written once: an original lies under the SHA-256
//! of its bytes, is read back and hashed before it counts as stored, and is hashed again whenever
//! it is fetched. Only what the bucket itself votes is changed, by compare-and-swap, and only the
//! contents of old checkpoints are deleted. It refuses to know who uploads what and when, what a
//! photo is, and the process it runs in: nothing here reads the environment, and no secret gets into
//! an error or a log.

mod address;
mod bucket;
mod checkpoint;
mod error;
mod fixed;
mod original;
mod probe;
mod range;
mod register;
mod seal;
mod sealing;
mod segment;
mod sums;

pub use address::Address;
pub use bucket::{Bucket, Contents};
pub use checkpoint::Content;
pub use error::BucketError;
pub use original::{OriginalId, Put};
pub use range::Verified;
pub use register::Version;
pub use segment::Segment;
