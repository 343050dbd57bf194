//! The parts of file containers that photos and videos need: TIFF directories
//! and ISO media boxes, read with bounds on everything that a file can claim.

pub(crate) mod isobmff;
pub(crate) mod tiff;
