//! Desktop entries: the files by which a desktop knows how Kinfolio is started
//! (<https://specifications.freedesktop.org/desktop-entry-spec/latest/>).

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use kinfolio_library::layout;
use sha2::{Digest, Sha256};

/// The name of Kinfolio's own files and icons.
pub const ID: &str = "app.kinfolio.desktop";

/// How this app is started on the library that it has.
#[derive(Clone, Debug)]
pub struct Launch {
    program: PathBuf,
    /// The library's folder, unless it is the usual one.
    data: Option<PathBuf>,
}

impl Launch {
    /// The program that runs, on the library in `data`.
    ///
    /// # Errors
    /// The system does not tell where the program is.
    pub fn new(data: &Path) -> io::Result<Self> {
        // What runs inside an AppImage lies in a folder that is gone afterwards.
        let image = env::var_os("APPIMAGE").map(PathBuf::from);
        let program = image.map_or_else(env::current_exe, Ok)?;
        let usual = layout::default_folder();
        let data = std::path::absolute(data)?;
        Ok(Self {
            program,
            data: (usual.as_deref() != Some(data.as_path())).then_some(data),
        })
    }

    /// What an entry's file is called: of each library another.
    pub fn file_name(&self) -> String {
        let Some(data) = &self.data else {
            return format!("{ID}.desktop");
        };
        let digest = Sha256::digest(data.as_os_str().as_encoded_bytes());
        format!("{ID}.{}.desktop", hex::encode(&digest[..8]))
    }

    /// Kinfolio, with the library's folder where it is not the usual one.
    pub fn title(&self) -> String {
        let folder = self.data.as_deref().and_then(Path::file_name);
        folder.map_or_else(
            || "Kinfolio".to_owned(),
            |folder| format!("Kinfolio ({})", folder.to_string_lossy()),
        )
    }

    /// The entry, ending in a line break. `more` stands at the end of the command line as it is;
    /// `lines` follow.
    ///
    /// # Errors
    /// A path is no text: entries hold nothing else.
    pub fn entry(&self, more: &str, lines: &[(&str, &str)]) -> io::Result<String> {
        let mut command = quoted(text(&self.program)?);
        if let Some(data) = &self.data {
            command.push_str(" --data ");
            command.push_str(&quoted(text(data)?));
        }
        let title = self.title();
        let command = format!("{command} {more}");
        let mut entry = String::from("[Desktop Entry]\nType=Application\nVersion=1.5\n");
        let first = [("Name", title.as_str()), ("Exec", command.as_str())];
        for (key, value) in first.iter().chain(lines) {
            entry.extend([*key, "=", &escaped(value), "\n"]);
        }
        Ok(entry)
    }
}

/// Writes a file, with its folder where there is none.
///
/// # Errors
/// The file system refuses; its path is named.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(path, content))
        .map_err(|error| at(path, &error))
}

/// Removes a file, if it is there.
///
/// # Errors
/// The file system refuses; its path is named.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path, &error)),
        _ => Ok(()),
    }
}

/// One of the person's own folders.
///
/// # Errors
/// Nobody knows where they are.
pub fn folder(variable: &str, in_home: &str) -> io::Result<PathBuf> {
    let unknown = || io::Error::other("nobody knows where your files are: HOME is not set");
    layout::persons_folder(variable, in_home).ok_or_else(unknown)
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn text(path: &Path) -> io::Result<&str> {
    let refused = || io::Error::other(format!("{}: its name is no text", path.display()));
    path.to_str().ok_or_else(refused)
}

/// One argument of a command line, whatever is in it.
fn quoted(argument: &str) -> String {
    let mut quoted = String::from("\"");
    for character in argument.chars() {
        match character {
            '"' | '`' | '$' | '\\' => quoted.extend(['\\', character]),
            '%' => quoted.push_str("%%"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A value of any kind, so that it stays one line.
fn escaped(value: &str) -> String {
    let mut escaped = String::new();
    for character in value.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launch(program: &str, data: Option<&str>) -> Launch {
        Launch {
            program: program.into(),
            data: data.map(PathBuf::from),
        }
    }

    #[test]
    fn paths_are_quoted_as_the_specification_has_it() {
        let check = |program: &str, data: Option<&str>, expect: &str| {
            let entry = launch(program, data).entry("%F", &[]).unwrap();
            let command = entry
                .lines()
                .find(|line| line.starts_with("Exec="))
                .unwrap();
            assert_eq!(command, format!("Exec={expect}"));
        };
        check(
            "/usr/bin/kinfolio-desktop",
            None,
            "\"/usr/bin/kinfolio-desktop\" %F",
        );
        check(
            "/a b/k",
            Some("/my photos"),
            "\"/a b/k\" --data \"/my photos\" %F",
        );
        check("/50%/k", None, "\"/50%%/k\" %F");
        check("/$HOME/`k`", None, r#""/\\$HOME/\\`k\\`" %F"#);
        check(r#"/a"b\c/k"#, None, r#""/a\\"b\\\\c/k" %F"#);
        check("/two\nlines/k", None, r#""/two\nlines/k" %F"#);
    }

    #[test]
    fn each_library_has_an_entry_of_its_own() {
        let usual = launch("/k", None);
        assert_eq!(usual.file_name(), "app.kinfolio.desktop.desktop");
        assert_eq!(usual.title(), "Kinfolio");
        let (one, two) = (launch("/k", Some("/one")), launch("/k", Some("/two")));
        assert_ne!(one.file_name(), two.file_name());
        assert_ne!(one.file_name(), usual.file_name());
        assert_eq!(two.title(), "Kinfolio (two)");
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_is_refused() {
        use std::os::unix::ffi::OsStrExt;
        let program = std::ffi::OsStr::from_bytes(b"/\xff/k").into();
        let launch = Launch {
            program,
            data: None,
        };
        let refused = launch.entry("%F", &[]).unwrap_err().to_string();
        assert!(refused.contains("no text"), "{refused}");
    }
}
