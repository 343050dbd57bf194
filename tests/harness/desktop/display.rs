//! A display without a screen, with a window manager and a session bus.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use super::Failure;
use super::process::Group;

/// An X display of its own; programs started with [`Display::command`] show on it.
pub struct Display {
    name: String,
    bus: String,
    home: PathBuf,
    // Dropped in this order: the programs that draw before what they draw on.
    _window_manager: Group,
    _bus: Group,
    _server: Group,
}

impl Display {
    pub(super) fn start(home: &Path) -> Result<Self, Failure> {
        let runtime = home.join("run");
        fs::create_dir_all(&runtime)
            .map_err(|source| Failure::io("make a runtime folder", source))?;
        let mut server = Command::new("Xvfb");
        server.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1440x900x24",
            "-nolisten",
            "tcp",
        ]);
        let (server, number) = first_line(&mut server)?;
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--print-address=1"]);
        let (bus_process, bus) = first_line(bus.env("XDG_RUNTIME_DIR", &runtime))?;
        let name = format!(":{number}");
        let mut manager = Command::new("openbox");
        // It says so once it manages: nothing can be activated before.
        manager.args(["--startup", "echo ready"]);
        manager.env("DISPLAY", &name).env("HOME", home);
        let (manager, _) = first_line(&mut manager)?;
        Ok(Self {
            _window_manager: manager,
            _bus: bus_process,
            _server: server,
            name,
            bus,
            home: home.to_path_buf(),
        })
    }

    /// A command on this display and bus, with this desktop's home folder and nothing of the
    /// tester's own settings.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in env::vars_os() {
            let ours = name.to_string_lossy();
            if ours.starts_with("XDG_")
                || ours.starts_with("KINFOLIO_")
                || ours == "WAYLAND_DISPLAY"
            {
                command.env_remove(&name);
            }
        }
        command
            .env("DISPLAY", &self.name)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("XDG_RUNTIME_DIR", self.home.join("run"))
            .env("HOME", &self.home)
            .env("LANG", "C.UTF-8")
            // No screen reader listens here.
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_A11Y", "none");
        command
    }
}

/// Starts a program and reads the line in which it says that it is there.
fn first_line(command: &mut Command) -> Result<(Group, String), Failure> {
    let mut started = Group::spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let mut line = String::new();
    if let Some(said) = started.leader().stdout.take() {
        BufReader::new(said)
            .read_line(&mut line)
            .map_err(|source| Failure::start(command, source))?;
    }
    let line = line.trim().to_owned();
    if line.is_empty() {
        let what = format!("a first line of {}", command.get_program().display());
        return Err(Failure::Page {
            what,
            found: "nothing".to_owned(),
        });
    }
    Ok((started, line))
}
