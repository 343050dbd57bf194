//! Photos as files: originals stored under the hash of their bytes, what their
//! EXIF says, what people wrote about them, previews, and the import pipeline that makes all of it at once.
//!
//! It refuses to know the ledger, the catalog and any protocol: who asks gets
//! values, and decides itself what becomes of them.

pub mod alike;
pub mod blobs;
pub mod cancel;
pub mod described;
pub mod exif;
pub mod metadata;
pub mod names;
pub mod originals;
pub mod pipeline;
pub mod preview;
pub mod sample;
pub mod sniff;
pub mod taken;
pub mod thumbs;

mod budget;
mod containers;
mod source;

pub use crate::exif::{Exposure, Position};
pub use blobs::{BlobError, BlobId, BlobRange, Blobs, Stored};
pub use cancel::Cancel;
pub use described::Described;
pub use metadata::Metadata;
pub use originals::{Expected, OriginalFault};
pub use pipeline::{ImportError, Outcome, Pipeline, PipelineOptions, Prepared, Progress, Summary};
pub use preview::Previews;
pub use sniff::Kind;
pub use taken::{CaptureTime, Taken, TakenSource};
pub use thumbs::{ThumbError, ThumbSize, Thumbs};
