//! The parts of file containers that photos and videos need: TIFF directories, ISO media boxes,
//! the segments of JPEG and the chunks of PNG and WebP, read with bounds on everything that a file
//! can claim.

pub(crate) mod chunks;
pub(crate) mod isobmff;
pub(crate) mod jpeg;
pub(crate) mod movie;
pub(crate) mod tiff;
