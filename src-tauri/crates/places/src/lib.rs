//! Where a position is, in words, and which clock is right there: offline, from data that is part of
//! the program. Names are those of GeoNames (CC BY 4.0), zones those of OpenStreetMap (ODbL).
//!
//! Knows nothing of photos. All of it is loaded when it is first asked for, and shared.

mod name;
mod zone;

pub use name::{Place, name};
pub use zone::{offset_at, offset_of_wall};
