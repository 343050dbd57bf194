//! What a crash of the machine, or rot, does to a simulated disk.

use std::collections::BTreeSet;

use super::SimDisk;
use super::file::{Content, What, put};
use crate::dice::Dice;

const PAGE_BYTES: usize = 4096;

/// Head and tail of a record's frame: zeros that are no more do not tell a page that was never
/// written from a record that ends in zeros.
const AMBIGUOUS_BYTES: usize = 13;

/// How badly a crash left what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Torn {
    /// Each file ends with a whole write, or was not touched.
    Whole,
    /// A file ends within a write.
    Within,
    /// A file has later pages of what was written, and not all earlier ones. The log cannot tell
    /// this from rot, so the device may be lost.
    Holes,
}

impl SimDisk {
    /// The machine loses its power: of what was not synced chance keeps something or nothing.
    /// Without `holes` no more of it than a log can be told to have lost.
    pub fn crash(&self, dice: &mut Dice, holes: bool) -> Torn {
        let mut inner = self.lock();
        let mut torn = Torn::Whole;
        for content in &mut inner.files {
            torn = torn.max(crash_file(content, dice, holes));
        }
        let changed: BTreeSet<_> = inner
            .names
            .keys()
            .chain(inner.durable_names.keys())
            .cloned()
            .collect();
        for path in changed {
            let (now, durable) = (
                inner.names.get(&path).copied(),
                inner.durable_names.get(&path).copied(),
            );
            if now != durable && dice.permille(500) {
                match now {
                    Some(id) => inner.durable_names.insert(path, id),
                    None => inner.durable_names.remove(&path),
                };
            }
        }
        inner.names = inner.durable_names.clone();
        inner.failing_syncs = 0;
        torn
    }

    /// Flips one bit of a file that has a name; whether there was one.
    pub fn rot(&self, dice: &mut Dice) -> Option<String> {
        let mut inner = self.lock();
        let there = inner
            .names
            .iter()
            .filter(|(_, id)| !inner.files[**id].now.is_empty());
        let there: Vec<_> = there.map(|(path, id)| (path.clone(), *id)).collect();
        let (path, id) = there.get(dice.index(there.len()))?.clone();
        let content = &mut inner.files[id];
        let bit = dice.below(content.now.len() as u64 * 8) as usize;
        for bytes in [&mut content.now, &mut content.durable] {
            if let Some(byte) = bytes.get_mut(bit / 8) {
                *byte ^= 1 << (bit % 8);
            }
        }
        Some(format!("bit {bit} of {}", path.display()))
    }
}

fn crash_file(content: &mut Content, dice: &mut Dice, holes: bool) -> Torn {
    let writes = content.survivable();
    let mut torn = Torn::Whole;
    match dice.below(10) {
        _ if writes.is_empty() => {}
        // Nothing was written out.
        0..=2 => {}
        // All was.
        3..=4 => writes
            .iter()
            .for_each(|what| what.apply(&mut content.durable)),
        mode => {
            let kept = dice.index(writes.len());
            for what in &writes[..kept] {
                what.apply(&mut content.durable);
            }
            if let What::Bytes { at, bytes } = &writes[kept] {
                let before = content.durable.clone();
                torn = tear(&mut content.durable, *at, bytes, mode, dice);
                if torn == Torn::Holes && !holes {
                    content.durable = before;
                    torn = Torn::Whole;
                }
            }
        }
    }
    content.lose_unsynced();
    torn
}

/// A part of one write.
fn tear(durable: &mut Vec<u8>, at: usize, bytes: &[u8], mode: u64, dice: &mut Dice) -> Torn {
    let reaches = dice.index(bytes.len() + 1);
    match mode {
        // The first bytes.
        5..=6 => put(durable, at, &bytes[..reaches]),
        // The first pages, and zeros up to where the write would have ended.
        7 => {
            let end = (at + reaches) / PAGE_BYTES * PAGE_BYTES;
            put(durable, at, &bytes[..end.saturating_sub(at)]);
            let zeros = (at + bytes.len()).saturating_sub(durable.len());
            durable.resize(durable.len() + zeros, 0);
            // So few could be the end of a record: rot and crash look alike here, too.
            if zeros <= AMBIGUOUS_BYTES {
                return Torn::Holes;
            }
        }
        // Any pages.
        _ => {
            let mut pages = bytes.chunks(PAGE_BYTES).enumerate().peekable();
            let mut has_hole = false;
            while let Some((index, page)) = pages.next() {
                if dice.permille(500) {
                    put(durable, at + index * PAGE_BYTES, page);
                } else {
                    has_hole |= pages.peek().is_some();
                }
            }
            return if has_hole { Torn::Holes } else { Torn::Within };
        }
    }
    Torn::Within
}
