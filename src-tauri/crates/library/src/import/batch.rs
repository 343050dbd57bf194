//! Records on their way into one block: when to send them. Pure; the time is given.

use std::time::{Duration, Instant};

use bytes::Bytes;
use kinfolio_catalog::PhotoId;

/// Photos of an import that are sent as they come, so that the first are seen at once.
const EAGER: u64 = 16;

/// Records that fill a batch.
const RECORDS_MAX: usize = 64;

/// Bytes that fill a batch: well within a block.
const BYTES_MAX: usize = 2 << 20;

/// How long a record waits for company.
const WAIT_MAX: Duration = Duration::from_secs(1);

/// Records that wait to be sent together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    ids: Vec<PhotoId>,
    payloads: Vec<Bytes>,
    bytes: usize,
    /// When the first of them came.
    begun: Option<Instant>,
    /// How many were sent before.
    sent: u64,
}

impl Batch {
    /// Adds a record.
    pub(super) fn push(&mut self, id: PhotoId, payload: Bytes, now: Instant) {
        self.begun.get_or_insert(now);
        self.bytes += payload.len();
        self.ids.push(id);
        self.payloads.push(payload);
    }

    /// Whether it has to go now; `idle`: nothing more is waiting to be added.
    pub(super) fn is_due(&self, now: Instant, idle: bool) -> bool {
        !self.ids.is_empty()
            && (self.ids.len() >= RECORDS_MAX
                || self.bytes >= BYTES_MAX
                || (idle && self.sent < EAGER)
                || self.deadline().is_some_and(|deadline| now >= deadline))
    }

    /// When it has to go at the latest.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.begun.map(|begun| begun + WAIT_MAX)
    }

    /// Takes all records out.
    pub(super) fn take(&mut self) -> (Vec<PhotoId>, Vec<Bytes>) {
        self.begun = None;
        self.bytes = 0;
        self.sent += self.ids.len() as u64;
        (
            std::mem::take(&mut self.ids),
            std::mem::take(&mut self.payloads),
        )
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(sent: usize, records: usize, bytes_each: usize, begun: Instant) -> Batch {
        let mut batch = Batch::default();
        let mut fill = |count: usize| {
            for i in 0..count {
                let payload = Bytes::from(vec![0; bytes_each]);
                batch.push(
                    PhotoId([u8::try_from(i % 256).unwrap(); 32]),
                    payload,
                    begun,
                );
            }
        };
        fill(sent);
        if sent > 0 {
            batch.take();
        }
        for i in 0..records {
            let payload = Bytes::from(vec![0; bytes_each]);
            batch.push(
                PhotoId([u8::try_from(i % 256).unwrap(); 32]),
                payload,
                begun,
            );
        }
        batch
    }

    #[test]
    fn the_first_go_at_once_and_the_rest_in_company() {
        let begun = Instant::now();
        let check = |sent, records, bytes_each, after_ms, idle, due: bool| {
            let batch = filled(sent, records, bytes_each, begun);
            let now = begun + Duration::from_millis(after_ms);
            let case = (sent, records, bytes_each, after_ms, idle);
            assert_eq!(batch.is_due(now, idle), due, "{case:?}");
        };
        check(0, 0, 10, 5000, true, false);
        check(0, 1, 10, 0, true, true);
        check(0, 1, 10, 0, false, false);
        check(15, 1, 10, 0, true, true);
        check(16, 1, 10, 0, true, false);
        check(16, 63, 10, 999, true, false);
        check(16, 64, 10, 0, false, true);
        check(16, 1, 10, 1000, false, true);
        check(16, 3, 1 << 20, 0, false, true);
    }
}
