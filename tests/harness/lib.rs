//! What the tests share: the product's own programs, started as its users start them.

pub mod desktop;
pub mod dice;
pub mod disk;
pub mod emulator;
pub mod http;
pub mod ledger;
pub mod library;
pub mod network;
pub mod pictures;
pub mod seat;
pub mod three;
