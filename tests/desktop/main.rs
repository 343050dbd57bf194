//! The real app in a real window, used as a person uses it: with the mouse and the keyboard.
//!
//! Each test has a display of its own. Pictures of what was seen are in `target/shots`.

mod bucket;
mod evening;
mod household;
mod manners;
