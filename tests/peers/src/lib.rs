//! What the drivers have in common: how much is written, to whom, and how long it took.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How much is written.
#[derive(Clone, Debug, clap::Args)]
pub struct Amount {
    /// Strings to write
    #[arg(long, default_value_t = 10_000)]
    pub entries: u64,
    /// Bytes of each
    #[arg(long, default_value_t = 128)]
    pub size: usize,
    /// Clients, each with one string outstanding
    #[arg(long, default_value_t = 64)]
    pub clients: u64,
}

/// The strings that are left to write, shared by all clients.
#[derive(Clone, Debug)]
pub struct Left(Arc<AtomicU64>);

impl Left {
    /// So many.
    #[must_use]
    pub fn new(entries: u64) -> Self {
        Self(Arc::new(AtomicU64::new(entries)))
    }

    /// Takes one, if there is one.
    #[must_use]
    pub fn take_one(&self) -> bool {
        let less = |left: u64| left.checked_sub(1);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }
}

/// A client's random numbers (xorshift64*), the same in every run.
#[derive(Clone, Copy, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Those of a client.
    #[must_use]
    pub fn of(client: u64) -> Self {
        Self(client.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next one.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// One of `all`.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[(self.number() >> 33) as usize % all.len()]
    }
}

/// So many percent of `sorted` took at most this long, in milliseconds.
#[must_use]
pub fn percentile_ms(sorted: &[Duration], percent: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let place = (last as f64 * percent / 100.0).round() as usize;
    sorted.get(place).map_or(0.0, Duration::as_secs_f64) * 1e3
}
