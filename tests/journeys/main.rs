//! What people do with Kinfolio, from the first click to what every device has of it: the same
//! journeys in the real window and in Chromium against `kinfolio serve`.
//!
//! Pictures of what was seen are in `target/shots`.

mod alone;
mod deeds;
mod first_day;
mod household;
mod keyboard;
mod looks;
mod many;
mod organise;
mod trouble;

/// Each journey at both seats.
macro_rules! at_both_seats {
    ($($journey:ident),* $(,)?) => {
        mod window {
            $(#[test]
            fn $journey() -> Result<(), harness::desktop::Failure> {
                super::$journey(harness::seat::Kind::Window)
            })*
        }
        mod browser {
            $(#[test]
            fn $journey() -> Result<(), harness::desktop::Failure> {
                super::$journey(harness::seat::Kind::Browser)
            })*
        }
    };
}

pub(crate) use at_both_seats;
