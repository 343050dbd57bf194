//! A desktop for the real app: a display, a window manager and a session bus of its own, the app
//! under a WebDriver, and the mouse. Nothing here knows what the app's pages look like.

mod display;
mod failure;
mod panel;
mod pointer;
mod process;
mod webdriver;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub use failure::Failure;
pub use panel::Panel;
pub use process::Running;
pub use webdriver::{CONTROL, DELETE, END, ENTER, ESCAPE, Element, HOME, Page, SHIFT};

pub(crate) use process::{Group, free_port};

use display::Display;
use serde_json::json;

/// How often the driver is started: a port that was free may be some other test's by the time the
/// driver listens on it.
const DRIVER_TRIES: usize = 3;

/// A desktop on which apps can be started; everything on it ends with it.
pub struct Desktop {
    display: Display,
    home: TempDir,
}

/// The app, started through WebDriver.
pub struct App {
    /// Its window's page.
    pub page: Page,
    /// Ends with it.
    pub(crate) driver: Group,
}

impl Desktop {
    /// An empty desktop of 1440 × 900 px with a home folder of its own.
    ///
    /// # Errors
    /// A program that it needs is missing or does not start.
    pub fn start() -> Result<Self, Failure> {
        let home = TempDir::new().map_err(|source| Failure::io("make a home folder", source))?;
        let display = Display::start(home.path())?;
        Ok(Self { display, home })
    }

    /// A folder that is gone with this desktop.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Starts the app on the library in `data` as a WebDriver session.
    ///
    /// # Errors
    /// The driver or the app does not start.
    pub fn open(&self, data: &Path) -> Result<App, Failure> {
        self.open_with(data, &[])
    }

    /// Starts the app on the library in `data` as a WebDriver session, with `more` on its command line.
    ///
    /// # Errors
    /// The driver or the app does not start.
    pub fn open_with(&self, data: &Path, more: &[&OsStr]) -> Result<App, Failure> {
        self.open_in(data, more, &[])
    }

    /// The same with these variables in its environment.
    ///
    /// # Errors
    /// The driver or the app does not start.
    pub fn open_in(
        &self,
        data: &Path,
        more: &[&OsStr],
        variables: &[(&str, String)],
    ) -> Result<App, Failure> {
        let mut tries = 1;
        loop {
            match self.try_open(data, more, variables) {
                Err(failure) if tries < DRIVER_TRIES => {
                    eprintln!("the driver is started once more: {failure}");
                    tries += 1;
                }
                opened => return opened,
            }
        }
    }

    fn try_open(
        &self,
        data: &Path,
        more: &[&OsStr],
        variables: &[(&str, String)],
    ) -> Result<App, Failure> {
        let (port, native_port) = (free_port()?, free_port()?);
        let mut command = self.display.command("tauri-driver");
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.arg("--port").arg(port.to_string());
        command.arg("--native-port").arg(native_port.to_string());
        let mut driver = Group::spawn(&mut command)?;
        let app = program("kinfolio-desktop")?;
        let args = [&[OsStr::new("--data"), data.as_os_str()][..], more].concat();
        let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
        let wish = json!({ "tauri:options": { "application": app, "args": args } });
        let page = Page::open(port, &wish, || driver.has_ended())?;
        Ok(App { page, driver })
    }

    /// Starts the app on the library in `data`, without a driver.
    ///
    /// # Errors
    /// It has not been built or does not start.
    pub fn start_plain(&self, data: &Path) -> Result<Running, Failure> {
        self.start_plain_with(data, &[])
    }

    /// Starts the app on the library in `data`, without a driver, with `more` on its command line.
    ///
    /// # Errors
    /// It has not been built or does not start.
    pub fn start_plain_with(&self, data: &Path, more: &[&str]) -> Result<Running, Failure> {
        let mut command = self.program("kinfolio-desktop")?;
        Running::start(command.arg("--data").arg(data).args(more))
    }

    /// Starts a panel on this desktop, which shows notifications and the tray.
    ///
    /// # Errors
    /// It does not start.
    pub fn panel(&self) -> Result<Panel<'_>, Failure> {
        Panel::start(&self.display)
    }

    /// A command that runs on this desktop: its display, its bus, its home.
    ///
    /// # Errors
    /// The program has not been built.
    pub fn program(&self, name: &str) -> Result<Command, Failure> {
        Ok(self.display.command(program(name)?))
    }

    /// Drags `files` with the mouse from another window into the middle of the window `title`.
    ///
    /// # Errors
    /// A window does not show, or the drag did not happen.
    pub fn drop_files(&self, files: &[PathBuf], title: &str) -> Result<(), Failure> {
        pointer::drop_files(&self.display, files, title)
    }

    /// Closes the window `title` as a person does: by the window manager, with a key.
    ///
    /// # Errors
    /// The window is not there, or does not go.
    pub fn close_window(&self, title: &str) -> Result<(), Failure> {
        pointer::close_window(&self.display, title)
    }

    /// Presses a key in the window `title`.
    ///
    /// # Errors
    /// The window is not there.
    pub fn press(&self, title: &str, key: &str) -> Result<(), Failure> {
        pointer::press(&self.display, title, key)
    }

    /// Presses a key in whatever has the keyboard, such as a menu that is open.
    ///
    /// # Errors
    /// The display refuses.
    pub fn press_on(&self, key: &str) -> Result<(), Failure> {
        pointer::press_on(&self.display, key)
    }

    /// Puts the window `title` into the task bar.
    ///
    /// # Errors
    /// The window is not there.
    pub fn minimise(&self, title: &str) -> Result<(), Failure> {
        pointer::minimise(&self.display, title)
    }

    /// Waits until no window named `title` is on the screen.
    ///
    /// # Errors
    /// One stays for longer than `limit`.
    pub fn wait_for_no_window(&self, title: &str, limit: Duration) -> Result<(), Failure> {
        pointer::no_window(&self.display, title, limit)
    }

    /// Waits until a window named `title` is on the screen.
    ///
    /// # Errors
    /// None comes within `limit`.
    pub fn wait_for_window(&self, title: &str, limit: Duration) -> Result<(), Failure> {
        pointer::window(&self.display, title, limit).map(|_| ())
    }
}

/// Where pictures of the app are kept: `target/shots` in the clone.
///
/// # Errors
/// The folder cannot be made.
pub fn shots() -> Result<PathBuf, Failure> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/shots");
    fs::create_dir_all(&folder).map_err(|source| Failure::io("make target/shots", source))?;
    Ok(folder)
}

/// A program of the workspace, built beside the test that runs.
///
/// # Errors
/// It is not there: `make test` builds it, `cargo test` alone does not.
pub fn program(name: &str) -> Result<PathBuf, Failure> {
    let test = std::env::current_exe().map_err(|source| Failure::io("find this test", source))?;
    let folder = test
        .parent()
        .and_then(Path::parent)
        .unwrap_or(Path::new("."));
    let program = folder.join(name);
    if program.is_file() {
        Ok(program)
    } else {
        Err(Failure::NotBuilt { program })
    }
}

/// Asks again every 50 ms until there is an answer.
///
/// # Errors
/// There is none within `limit`.
pub fn wait_for<T>(
    what: &str,
    limit: Duration,
    mut ask: impl FnMut() -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if began.elapsed() > limit {
            return Err(Failure::TooLate {
                what: what.to_owned(),
                limit,
            });
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Runs a command to its end.
///
/// # Errors
/// It does not start, or ends with a failure.
pub fn run(command: &mut Command) -> Result<Vec<u8>, Failure> {
    let said = command
        .output()
        .map_err(|source| Failure::start(command, source))?;
    ended_well(command, said.status, &said.stderr)?;
    Ok(said.stdout)
}

fn ended_well(command: &Command, status: ExitStatus, stderr: &[u8]) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(stderr).into_owned();
    Err(Failure::Ended {
        command: format!("{command:?}"),
        status,
        said,
    })
}
