//! The library's own socket: where it lies, who may open it, how it is bound and reached.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// Longest path that fits a socket address, with its final zero.
const ADDRESS_BYTES_MAX: usize = 107;

/// A socket address for `name` inside `folder` that is short enough, however deep the folder
/// lies: through a descriptor of the folder where the plain path is too long.
struct Address {
    path: PathBuf,
    _folder: Option<File>,
}

impl Address {
    fn new(folder: &Path, name: &str) -> io::Result<Self> {
        let path = folder.join(name);
        if path.as_os_str().len() <= ADDRESS_BYTES_MAX {
            return Ok(Self {
                path,
                _folder: None,
            });
        }
        let folder = File::open(folder)?;
        let path = PathBuf::from(format!("/proc/self/fd/{}/{name}", folder.as_raw_fd()));
        Ok(Self {
            path,
            _folder: Some(folder),
        })
    }
}

/// Binds `socket`, replacing what a dead process has left; only this user can open it. The
/// caller owns the library, so no living process listens there.
///
/// # Errors
/// The folder cannot be written, or the system refuses the socket.
pub fn bind(socket: &Path) -> io::Result<UnixListener> {
    let (folder, name) = split(socket)?;
    // Bound under another name inside a private folder, so that at no moment anyone else can
    // connect; then moved to where clients look.
    let private = folder.join(format!(".{name}.{}", std::process::id()));
    remove(&private)?;
    fs::create_dir(&private)?;
    fs::set_permissions(&private, Permissions::from_mode(0o700))?;
    let bound = (|| {
        let address = Address::new(&private, "s")?;
        let listener = UnixListener::bind(&address.path)?;
        fs::set_permissions(private.join("s"), Permissions::from_mode(0o600))?;
        fs::rename(private.join("s"), socket)?;
        Ok(listener)
    })();
    remove(&private)?;
    bound
}

/// Connects to the node that listens at `socket`; `None` when none does.
///
/// # Errors
/// A node may be there, but cannot be reached (no permission, say).
pub async fn connect(socket: &Path) -> io::Result<Option<UnixStream>> {
    let (folder, name) = split(socket)?;
    let connected = match Address::new(folder, name) {
        Ok(address) => UnixStream::connect(&address.path).await,
        Err(error) => Err(error),
    };
    match connected {
        Ok(stream) => Ok(Some(stream)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn split(socket: &Path) -> io::Result<(&Path, &str)> {
    let folder = socket.parent();
    let name = socket.file_name().and_then(|name| name.to_str());
    folder
        .zip(name)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a socket needs a folder"))
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_is_private_replaces_a_dead_one_and_may_lie_deep() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("d".repeat(100)).join("e".repeat(100));
        fs::create_dir_all(&deep).unwrap();
        for folder in [dir.path(), deep.as_path()] {
            let path = folder.join("api.sock");
            assert!(connect(&path).await.unwrap().is_none());
            drop(bind(&path).unwrap());
            assert!(
                connect(&path).await.unwrap().is_none(),
                "nobody listens any more"
            );
            let listener = bind(&path).unwrap();
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            assert!(connect(&path).await.unwrap().is_some());
            drop(listener);
            assert_eq!(
                fs::read_dir(folder)
                    .unwrap()
                    .filter(|entry| {
                        entry
                            .as_ref()
                            .unwrap()
                            .file_name()
                            .to_string_lossy()
                            .starts_with('.')
                    })
                    .count(),
                0
            );
        }
    }
}
