//! The API token: who holds it may use the API over the network. Knows nothing of HTTP.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::LibraryError;

/// A secret that HTTP clients present. Never printed: `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// 32 random bytes in hex, written to `path` with mode 0600 and synced.
    pub(crate) fn create(path: &Path) -> Result<Self, LibraryError> {
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret)
            .map_err(|source| LibraryError::io("draw random bytes for", path, source.into()))?;
        let token = Self(hex::encode(secret));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(|source| LibraryError::io("create", path, source))?;
        writeln!(file, "{}", token.0)
            .and_then(|()| file.sync_all())
            .map_err(|source| LibraryError::io("write", path, source))?;
        Ok(token)
    }

    /// The token in the file at `path`; white space around it does not count.
    ///
    /// # Errors
    /// The file cannot be read, or holds fewer than 16 characters.
    pub fn read(path: &Path) -> Result<Self, LibraryError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| LibraryError::io("read", path, source))?;
        let token = text.trim();
        if token.len() < 16 {
            return Err(LibraryError::TokenTooShort {
                path: path.to_path_buf(),
            });
        }
        Ok(Self(token.to_owned()))
    }

    /// Whether `given` is this token, in a time that does not tell how much of it was right.
    #[must_use]
    pub fn accepts(&self, given: &str) -> bool {
        let (mine, given) = (self.0.as_bytes(), given.as_bytes());
        if mine.len() != given.len() {
            return false;
        }
        let differing = mine
            .iter()
            .zip(given)
            .fold(0_u8, |sum, (a, b)| sum | (a ^ b));
        std::hint::black_box(differing) == 0
    }

    /// The secret itself, to derive session keys from. Never log or show it.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_token_is_private_and_accepts_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("api-token");
        let made = Token::create(&path).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let read = Token::read(&path).unwrap();
        assert_eq!(made, read);
        assert!(read.accepts(made.secret()));
        let mut wrong = made.secret().to_owned();
        let last = if wrong.ends_with('0') { '1' } else { '0' };
        wrong.pop();
        wrong.push(last);
        for given in ["", "a", &wrong, &format!("{}0", made.secret())] {
            assert!(!read.accepts(given), "{given:?}");
        }
        assert!(!format!("{read:?}").contains(made.secret()));
    }

    #[test]
    fn a_short_token_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t");
        std::fs::write(&path, "short\n").unwrap();
        assert!(matches!(
            Token::read(&path),
            Err(LibraryError::TokenTooShort { .. })
        ));
    }
}
