//! The one canonical encoding of the chain: fixed order, little-endian, lengths before bytes.
//!
//! What is hashed, signed and stored is exactly what is written here. Reading is total: any
//! bytes give a value or a [`WireError`], never a panic, and never allocate more than they hold.

use bytes::{Buf, Bytes};

/// Bytes that are not the encoding of what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes end in the middle of a value.
    #[error("{what} ends after {left} of {wanted} bytes")]
    Short {
        /// The value that was being read.
        what: &'static str,
        /// How many bytes there were.
        left: usize,
        /// How many it needs.
        wanted: usize,
    },
    /// A value outside what the format allows.
    #[error("{what} has the value {value}, which this version does not know")]
    Unknown {
        /// The value that was being read.
        what: &'static str,
        /// What stood there.
        value: u64,
    },
    /// A length above its limit.
    #[error("{what} is {len} bytes or items long; at most {max} are allowed")]
    TooLong {
        /// The value that was being read.
        what: &'static str,
        /// The length that was claimed.
        len: u64,
        /// The limit.
        max: u64,
    },
    /// Bytes after the end.
    #[error("{what} is followed by {extra} bytes that belong to nothing")]
    Trailing {
        /// The value that was read.
        what: &'static str,
        /// How many bytes were left.
        extra: usize,
    },
    /// A text that is not UTF-8.
    #[error("{what} is not UTF-8")]
    NotUtf8 {
        /// The value that was being read.
        what: &'static str,
    },
}

/// Appends values in canonical form.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty encoding.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Four bytes, little-endian.
    pub fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes, little-endian.
    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes, little-endian, two's complement.
    pub fn i64(&mut self, value: i64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Bytes whose number both sides know.
    pub fn raw(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
    }

    /// A count or a length.
    ///
    /// # Panics
    /// Above 4 Gi: every sequence of the chain is bounded far below that before it is built.
    pub fn len(&mut self, len: usize) {
        let len = u32::try_from(len).expect("a sequence of the chain is bounded below 4 Gi");
        self.u32(len);
    }

    /// A length and that many bytes.
    pub fn blob(&mut self, value: &[u8]) {
        self.len(value.len());
        self.raw(value);
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Takes values from the front of some bytes; payloads are shared with them, not copied.
#[derive(Debug)]
pub struct Reader {
    bytes: Bytes,
}

impl Reader {
    /// A reader at the front of `bytes`.
    #[must_use]
    pub fn new(bytes: Bytes) -> Self {
        Self { bytes }
    }

    /// How many bytes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.bytes.len()
    }

    /// Refuses to go on with fewer than `wanted` bytes.
    fn need(&self, what: &'static str, wanted: usize) -> Result<(), WireError> {
        if self.bytes.len() < wanted {
            let left = self.bytes.len();
            return Err(WireError::Short { what, left, wanted });
        }
        Ok(())
    }

    /// One byte.
    ///
    /// # Errors
    /// [`WireError::Short`] at the end.
    pub fn u8(&mut self, what: &'static str) -> Result<u8, WireError> {
        self.need(what, 1)?;
        Ok(self.bytes.get_u8())
    }

    /// Four bytes, little-endian.
    ///
    /// # Errors
    /// [`WireError::Short`] at the end.
    pub fn u32(&mut self, what: &'static str) -> Result<u32, WireError> {
        self.need(what, 4)?;
        Ok(self.bytes.get_u32_le())
    }

    /// Eight bytes, little-endian.
    ///
    /// # Errors
    /// [`WireError::Short`] at the end.
    pub fn u64(&mut self, what: &'static str) -> Result<u64, WireError> {
        self.need(what, 8)?;
        Ok(self.bytes.get_u64_le())
    }

    /// Eight bytes, little-endian, two's complement.
    ///
    /// # Errors
    /// [`WireError::Short`] at the end.
    pub fn i64(&mut self, what: &'static str) -> Result<i64, WireError> {
        self.need(what, 8)?;
        Ok(self.bytes.get_i64_le())
    }

    /// Bytes whose number both sides know.
    ///
    /// # Errors
    /// [`WireError::Short`] at the end.
    pub fn raw<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], WireError> {
        self.need(what, N)?;
        let mut value = [0; N];
        self.bytes.copy_to_slice(&mut value);
        Ok(value)
    }

    /// A count of items, each of which takes at least `item_bytes_min` bytes.
    ///
    /// # Errors
    /// [`WireError::TooLong`] above `max` or above what the bytes that are left could hold.
    pub fn len(
        &mut self,
        what: &'static str,
        max: usize,
        item_bytes_min: usize,
    ) -> Result<usize, WireError> {
        let len = self.u32(what)? as usize;
        let max = max.min(self.bytes.len() / item_bytes_min.max(1));
        if len > max {
            let (len, max) = (len as u64, max as u64);
            return Err(WireError::TooLong { what, len, max });
        }
        Ok(len)
    }

    /// A length of at most `max` and that many bytes.
    ///
    /// # Errors
    /// [`WireError::TooLong`] or [`WireError::Short`].
    pub fn blob(&mut self, what: &'static str, max: usize) -> Result<Bytes, WireError> {
        let len = self.u32(what)? as usize;
        if len > max {
            let (len, max) = (len as u64, max as u64);
            return Err(WireError::TooLong { what, len, max });
        }
        self.need(what, len)?;
        Ok(self.bytes.split_to(len))
    }

    /// A text of at most `max` bytes.
    ///
    /// # Errors
    /// As [`Reader::blob`], and [`WireError::NotUtf8`].
    pub fn text(&mut self, what: &'static str, max: usize) -> Result<String, WireError> {
        let bytes = self.blob(what, max)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| WireError::NotUtf8 { what })
    }

    /// The end: nothing may be left.
    ///
    /// # Errors
    /// [`WireError::Trailing`] if something is.
    pub fn end(self, what: &'static str) -> Result<(), WireError> {
        let extra = self.bytes.len();
        if extra == 0 {
            Ok(())
        } else {
            Err(WireError::Trailing { what, extra })
        }
    }
}
