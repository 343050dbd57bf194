//! A flag that asks long work to stop at the next convenient point. It knows
//! nothing about the work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by whoever may stop an import and the threads that carry it out.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Flag>);

#[derive(Debug, Default)]
struct Flag {
    raised: AtomicBool,
    parent: Option<Cancel>,
}

impl Cancel {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// A flag that is also up when this one is; raising it leaves this one down.
    pub fn child(&self) -> Self {
        Self(Arc::new(Flag {
            raised: AtomicBool::new(false),
            parent: Some(self.clone()),
        }))
    }

    /// Raises the flag; it stays raised.
    pub fn cancel(&self) {
        self.0.raised.store(true, Ordering::Relaxed);
    }

    /// Whether the flag was raised.
    pub fn is_cancelled(&self) -> bool {
        self.0.raised.load(Ordering::Relaxed)
            || self.0.parent.as_ref().is_some_and(Self::is_cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_follows_its_parent_only() {
        let parent = Cancel::new();
        let (left, right) = (parent.child(), parent.child());
        left.cancel();
        assert!(left.is_cancelled() && !right.is_cancelled() && !parent.is_cancelled());
        parent.cancel();
        assert!(right.is_cancelled());
    }
}
