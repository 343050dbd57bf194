//! File names as text. A name may hold bytes that are not UTF-8, control
//! characters or, when it comes from a browser, a path; what is shown and
//! recorded is printable and can be turned back into the same bytes.

use std::ffi::OsStr;
use std::path::Path;

/// The name as printable text, without loss: bytes that are not UTF-8 and
/// control characters become `\xNN`, a backslash becomes `\\`, everything
/// else stays. Two different names never print alike.
pub fn escaped(name: &OsStr) -> String {
    let mut out = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                c if c.is_control() => {
                    let mut buffer = [0; 4];
                    for byte in c.encode_utf8(&mut buffer).bytes() {
                        push_byte(&mut out, byte);
                    }
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            push_byte(&mut out, *byte);
        }
    }
    out
}

/// [`escaped`] for a whole path, components joined by `/` as they are.
pub fn escaped_path(path: &Path) -> String {
    escaped(path.as_os_str())
}

/// The file name that a client sent with an upload, reduced to its last
/// component: `../../etc/passwd` is stored as `passwd`. Empty or only dots
/// becomes `unnamed`.
pub fn uploaded(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if last.trim_matches(['.', ' ']).is_empty() {
        return "unnamed".to_owned();
    }
    escaped(OsStr::new(last))
}

fn push_byte(out: &mut String, byte: u8) {
    use std::fmt::Write;
    // Writing to a String cannot fail.
    let _ = write!(out, "\\x{byte:02X}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn names_print_without_loss() {
        use std::os::unix::ffi::OsStrExt;
        fn check(name: &[u8], expect: &str) {
            assert_eq!(escaped(OsStr::from_bytes(name)), expect);
        }
        check(b"IMG_0001.JPG", "IMG_0001.JPG");
        check("Sommer äöü 🌞.jpg".as_bytes(), "Sommer äöü 🌞.jpg");
        check(b"caf\xe9.jpg", "caf\\xE9.jpg");
        check(b"caf\\xE9.jpg", "caf\\\\xE9.jpg");
        check(b"a\nb.jpg", "a\\x0Ab.jpg");
        check("nel\u{85}.jpg".as_bytes(), "nel\\xC2\\x85.jpg");
        check(b"..hidden", "..hidden");
    }

    #[test]
    fn uploads_keep_only_the_last_component() {
        fn check(name: &str, expect: &str) {
            assert_eq!(uploaded(name), expect);
        }
        check("IMG_1.JPG", "IMG_1.JPG");
        check("../../etc/passwd", "passwd");
        check("..\\..\\boot.ini", "boot.ini");
        check("..", "unnamed");
        check("a/", "unnamed");
        check("", "unnamed");
        check("nul\0.jpg", "nul\\x00.jpg");
    }
}
