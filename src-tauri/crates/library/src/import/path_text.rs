//! Paths as text that any program can carry: plain when they are UTF-8, a percent-encoded
//! `file://` URL when they are not.

use std::ffi::OsString;
use std::fmt::Write;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The path as text.
#[must_use]
pub fn write(path: &Path) -> String {
    if let Some(text) = path.to_str()
        && !text.starts_with("file://")
    {
        return text.to_owned();
    }
    let mut url = String::from("file://");
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

/// The path that a text names; `None` when it is a broken URL.
#[must_use]
pub fn read(text: &str) -> Option<PathBuf> {
    let Some(encoded) = text.strip_prefix("file://") else {
        return Some(PathBuf::from(text));
    };
    let mut rest = encoded
        .strip_prefix("localhost")
        .unwrap_or(encoded)
        .as_bytes();
    let mut bytes = Vec::with_capacity(rest.len());
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if *byte == b'%' {
            let mut decoded = [0];
            hex::decode_to_slice(tail.get(..2)?, &mut decoded).ok()?;
            bytes.push(decoded[0]);
            rest = tail.get(2..)?;
        } else {
            bytes.push(*byte);
        }
    }
    Some(PathBuf::from(OsString::from_vec(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_survives() {
        let check = |bytes: &[u8], expect: &str| {
            let path = PathBuf::from(OsString::from_vec(bytes.to_vec()));
            let text = write(&path);
            assert_eq!(text, expect);
            assert_eq!(read(&text), Some(path));
        };
        check(b"/a/b c.jpg", "/a/b c.jpg");
        check("/ä/%41.jpg".as_bytes(), "/ä/%41.jpg");
        check(b"/a/\xff\xfe b%.jpg", "file:///a/%FF%FE%20b%25.jpg");
        check(b"file://x", "file://file%3A//x");
        check(b"/\n", "/\n");
    }

    #[test]
    fn urls_of_other_programs_are_read() {
        assert_eq!(read("file://localhost/a%20b"), Some(PathBuf::from("/a b")));
        for text in [
            "file:///a%",
            "file:///a%f",
            "file:///a%zz",
            "file:///%+1",
            "file:///%é",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
