//! What the tests share: the product's own programs, started as its users start them.

pub mod desktop;
