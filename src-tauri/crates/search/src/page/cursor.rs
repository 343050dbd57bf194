//! Where a photo stands in an order, and that place as text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kinfolio_catalog::PhotoId;

use crate::query::Sort;

/// A photo's place: the smaller key comes first, whatever the sort. It depends on the photo and
/// the query alone, so that a page begins where the last one ended whatever was added between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// The score turned round; 0 unless sorted by relevance.
    pub(super) rank: u32,
    /// The capture time, turned round where the latest comes first.
    pub(super) time: u64,
    /// The id's four parts, turned round likewise.
    pub(super) id: [u64; 4],
}

impl Key {
    pub(super) fn rank(sort: Sort, score: f32) -> u32 {
        // Scores are never negative, and the bits of such numbers order as the numbers do.
        if sort == Sort::Relevance {
            !score.to_bits()
        } else {
            0
        }
    }

    pub(super) fn time(sort: Sort, wall_ms: i64) -> u64 {
        let ascending = wall_ms.cast_unsigned() ^ (1 << 63);
        turned(sort, ascending)
    }

    pub(super) fn id_part(sort: Sort, part: u64) -> u64 {
        turned(sort, part)
    }

    pub(super) fn id(&self, sort: Sort) -> PhotoId {
        let mut id = [0; 32];
        for (bytes, &part) in id.chunks_exact_mut(8).zip(&self.id) {
            bytes.copy_from_slice(&turned(sort, part).to_be_bytes());
        }
        PhotoId(id)
    }
}

fn turned(sort: Sort, ascending: u64) -> u64 {
    if sort == Sort::Oldest {
        ascending
    } else {
        !ascending
    }
}

/// The place of the last photo of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(super) sort: Sort,
    pub(super) key: Key,
}

/// A text that is not a cursor of this sort of search.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// It was never given out.
    #[error("the cursor is not one that a search gave out; start again without it")]
    Malformed,
    /// It is from a search in another order.
    #[error("the cursor is from a search in another order; start again without it")]
    OtherSort,
}

/// Sort, rank, time and id.
const BYTES: usize = 1 + 4 + 8 + 32;

impl Cursor {
    pub(super) fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(letter(self.sort));
        bytes.extend(self.key.rank.to_be_bytes());
        bytes.extend(self.key.time.to_be_bytes());
        bytes.extend(self.key.id.iter().flat_map(|part| part.to_be_bytes()));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(super) fn decode(text: &str, sort: Sort) -> Result<Cursor, CursorError> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| CursorError::Malformed)?;
        let bytes: [u8; BYTES] = bytes.try_into().map_err(|_| CursorError::Malformed)?;
        let [given, rest @ ..] = &bytes;
        if *given != letter(sort) {
            let known = [Sort::Newest, Sort::Oldest, Sort::Relevance].map(letter);
            return Err(if known.contains(given) {
                CursorError::OtherSort
            } else {
                CursorError::Malformed
            });
        }
        let number = |bytes: &[u8]| bytes.iter().fold(0, |n, &byte| n << 8 | u64::from(byte));
        let part = |n: usize| number(&rest[12 + 8 * n..20 + 8 * n]);
        let key = Key {
            rank: u32::try_from(number(&rest[..4])).map_err(|_| CursorError::Malformed)?,
            time: number(&rest[4..12]),
            id: [part(0), part(1), part(2), part(3)],
        };
        Ok(Cursor { sort, key })
    }
}

fn letter(sort: Sort) -> u8 {
    match sort {
        Sort::Newest => b'n',
        Sort::Oldest => b'o',
        Sort::Relevance => b'r',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(sort: Sort, score: f32, wall_ms: i64, id: u64) -> Key {
        Key {
            rank: Key::rank(sort, score),
            time: Key::time(sort, wall_ms),
            id: [id, 2, 3, 4].map(|part| Key::id_part(sort, part)),
        }
    }

    #[test]
    fn keys_order_as_the_sort_says() {
        use Sort::{Newest, Oldest, Relevance};
        assert!(key(Newest, 1.0, 2, 1) < key(Newest, 9.0, 1, 1));
        assert!(key(Newest, 0.0, 1, 2) < key(Newest, 0.0, 1, 1));
        assert!(key(Newest, 0.0, 1, 0) < key(Newest, 0.0, -1, 0));
        assert!(key(Oldest, 1.0, i64::MIN, 2) < key(Oldest, 9.0, 0, 1));
        assert!(key(Oldest, 0.0, 1, 1) < key(Oldest, 0.0, 1, 2));
        assert!(key(Relevance, 4.0, 1, 1) < key(Relevance, 2.0, 9, 1));
        assert!(key(Relevance, 4.0, 9, 1) < key(Relevance, 4.0, 1, 1));
    }

    #[test]
    fn cursors_come_back_as_they_went() {
        for sort in [Sort::Newest, Sort::Oldest, Sort::Relevance] {
            let key = key(sort, 6.0, -5, 77);
            let cursor = Cursor { sort, key };
            assert_eq!(Cursor::decode(&cursor.encode(), sort), Ok(cursor));
            let id = [77, 2, 3, 4].map(u64::to_be_bytes).concat();
            assert_eq!(key.id(sort).0.as_slice(), id);
        }
    }

    #[test]
    fn other_texts_are_no_cursors() {
        let newest = Cursor {
            sort: Sort::Newest,
            key: key(Sort::Newest, 0.0, 1, 1),
        };
        let newest = newest.encode();
        assert_eq!(
            Cursor::decode(&newest, Sort::Oldest),
            Err(CursorError::OtherSort)
        );
        for text in [
            "",
            "abc",
            "%%%",
            &newest[1..],
            &format!("A{}", &newest[1..]),
            &newest.replace(|_| true, "_"),
        ] {
            assert_eq!(
                Cursor::decode(text, Sort::Newest),
                Err(CursorError::Malformed),
                "{text}"
            );
        }
    }
}
