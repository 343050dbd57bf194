//! A shared allowance of memory for decoded pixels, so that the workers
//! together stay below it however large the photos are.

use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes that may be in use at the same time; asking blocks until they are free.
#[derive(Debug)]
pub(crate) struct Budget {
    total: u64,
    free: Mutex<u64>,
    freed: Condvar,
}

/// What [`Budget::take`] granted; given back when dropped.
#[derive(Debug)]
pub(crate) struct Grant<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    pub(crate) fn new(bytes: u64) -> Self {
        Self {
            total: bytes,
            free: Mutex::new(bytes),
            freed: Condvar::new(),
        }
    }

    /// Blocks until `bytes` are free. A demand above the total is cut to the
    /// total, so it runs alone. A thread must not hold two grants.
    pub(crate) fn take(&self, bytes: u64) -> Grant<'_> {
        let bytes = bytes.min(self.total);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free < bytes {
            free = self
                .freed
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *free -= bytes;
        Grant {
            budget: self,
            bytes,
        }
    }
}

impl Drop for Grant<'_> {
    fn drop(&mut self) {
        *self
            .budget
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_never_exceed_the_total() {
        let budget = Budget::new(100);
        let peak = Mutex::new((0u64, 0u64));
        std::thread::scope(|scope| {
            for demand in [60, 60, 30, 500, 10] {
                let (budget, peak) = (&budget, &peak);
                scope.spawn(move || {
                    let grant = budget.take(demand);
                    {
                        let mut peak = peak.lock().unwrap();
                        peak.0 += grant.bytes;
                        peak.1 = peak.1.max(peak.0);
                    }
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    peak.lock().unwrap().0 -= grant.bytes;
                });
            }
        });
        assert!(peak.lock().unwrap().1 <= 100);
        assert_eq!(*budget.free.lock().unwrap(), 100);
    }
}
