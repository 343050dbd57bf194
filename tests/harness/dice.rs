//! Random numbers from a seed that a failing test prints, so that it can be played again.

use std::time::{SystemTime, UNIX_EPOCH};

/// A generator (splitmix64).
pub struct Dice {
    state: u64,
}

impl Dice {
    /// With this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Seeded by `KINFOLIO_SEED`, or by the clock; the seed is printed.
    #[must_use]
    pub fn seeded() -> Self {
        let told = std::env::var("KINFOLIO_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok());
        let clock = || {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(1, |now| now.as_secs())
        };
        let state = told.unwrap_or_else(clock);
        eprintln!("KINFOLIO_SEED={state}");
        Self { state }
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
