//! The mouse and the keys, through the X server: what the app cannot tell from a person's.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use super::display::Display;
use super::process::Group;
use super::{Failure, run, wait_for};

/// How long windows may take to come and go.
const WINDOW_LIMIT: Duration = Duration::from_secs(20);

/// How long a key may take to have an effect that shows.
const PRESS_AGAIN: Duration = Duration::from_secs(5);

/// Toolkits take a press for a drag only after some movement, and movements for real only if
/// they come one after another.
const MOVES: i64 = 12;
const PAUSE: Duration = Duration::from_millis(60);

/// The title that `drag-source.py` gives its window.
const SOURCE_TITLE: &str = "kinfolio-drag-source";

/// Where a window is on the screen, in pixels.
#[derive(Clone, Copy, Debug)]
struct Place {
    x: i64,
    y: i64,
    width: i64,
    height: i64,
}

impl Place {
    fn middle(self) -> (i64, i64) {
        (self.x + self.width / 2, self.y + self.height / 2)
    }
}

pub(super) fn drop_files(display: &Display, files: &[PathBuf], title: &str) -> Result<(), Failure> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("desktop/drag-source.py");
    // The system's own Python has the bindings to GTK.
    let mut command = display.command("/usr/bin/python3");
    command.arg(script).args(files).stdout(Stdio::piped());
    let mut source = Group::spawn(&mut command)?;
    let said = said(&mut source);
    hear(&said, "ready")?;

    let target = window(display, title, WINDOW_LIMIT)?;
    let handle = window(display, SOURCE_TITLE, WINDOW_LIMIT)?;
    // The source lies beside the target, wherever that is.
    let to = place(display, &target)?;
    xdotool(display, &["windowactivate", &target])?;
    xdotool(display, &["windowmove", &handle, "4", "4"])?;
    xdotool(display, &["windowraise", &handle])?;
    sleep(PAUSE * 3);
    let (from_x, from_y) = place(display, &handle)?.middle();
    let (to_x, to_y) = to.middle();

    point(display, from_x, from_y)?;
    xdotool(display, &["mousedown", "1"])?;
    for step in 1..=MOVES {
        sleep(PAUSE);
        point(
            display,
            from_x + (to_x - from_x) * step / MOVES,
            from_y + (to_y - from_y) * step / MOVES,
        )?;
    }
    hear(&said, "began")?;
    sleep(PAUSE * 5);
    xdotool(display, &["mouseup", "1"])?;
    hear(&said, "ended")
}

pub(super) fn close_window(display: &Display, title: &str) -> Result<(), Failure> {
    press(display, title, "alt+F4")?;
    let mut pressed = Instant::now();
    let end = format!("the end of the window {title:?}");
    wait_for(&end, WINDOW_LIMIT, || {
        let Some(window) = windows(display, title)?.pop() else {
            return Ok(Some(()));
        };
        // The window manager drops a key that comes while it moves the focus: a person presses again.
        if pressed.elapsed() > PRESS_AGAIN {
            xdotool(display, &["windowactivate", &window])?;
            xdotool(display, &["key", "--clearmodifiers", "alt+F4"])?;
            pressed = Instant::now();
        }
        Ok(None)
    })
}

pub(super) fn press(display: &Display, title: &str, key: &str) -> Result<(), Failure> {
    let window = window(display, title, WINDOW_LIMIT)?;
    xdotool(display, &["windowactivate", &window])?;
    sleep(PAUSE * 3);
    xdotool(display, &["key", "--clearmodifiers", key])
}

pub(super) fn press_on(display: &Display, key: &str) -> Result<(), Failure> {
    sleep(PAUSE * 3);
    xdotool(display, &["key", "--clearmodifiers", key])
}

pub(super) fn minimise(display: &Display, title: &str) -> Result<(), Failure> {
    let window = window(display, title, WINDOW_LIMIT)?;
    xdotool(display, &["windowminimize", &window])
}

pub(super) fn no_window(display: &Display, title: &str, limit: Duration) -> Result<(), Failure> {
    wait_for(&format!("no window {title:?}"), limit, || {
        Ok(windows(display, title)?.is_empty().then_some(()))
    })
}

/// The id of the window `title`, as soon as it is on the screen.
pub(super) fn window(display: &Display, title: &str, limit: Duration) -> Result<String, Failure> {
    wait_for(&format!("a window {title:?}"), limit, || {
        Ok(windows(display, title)?.pop())
    })
}

fn windows(display: &Display, title: &str) -> Result<Vec<String>, Failure> {
    let pattern = format!("^{title}$");
    let mut search = display.command("xdotool");
    search.args(["search", "--onlyvisible", "--name", &pattern]);
    // It fails when nothing is found.
    let found = search
        .output()
        .map_err(|source| Failure::start(&search, source))?;
    Ok(String::from_utf8_lossy(&found.stdout)
        .lines()
        .map(str::to_owned)
        .collect())
}

fn place(display: &Display, window: &str) -> Result<Place, Failure> {
    let mut ask: Command = display.command("xdotool");
    let said = run(ask.args(["getwindowgeometry", "--shell", window]))?;
    let said = String::from_utf8_lossy(&said).into_owned();
    let field = |name: &str| {
        said.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
            .unwrap_or(0)
    };
    Ok(Place {
        x: field("X"),
        y: field("Y"),
        width: field("WIDTH"),
        height: field("HEIGHT"),
    })
}

fn point(display: &Display, x: i64, y: i64) -> Result<(), Failure> {
    xdotool(display, &["mousemove", &x.to_string(), &y.to_string()])
}

fn xdotool(display: &Display, args: &[&str]) -> Result<(), Failure> {
    run(display.command("xdotool").args(args)).map(|_| ())
}

/// The lines that the drag source says, as it says them.
fn said(source: &mut Group) -> Receiver<String> {
    let (tell, said) = channel();
    if let Some(out) = source.leader().stdout.take() {
        spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
    }
    said
}

/// Waits until the drag source has said `word`.
fn hear(said: &Receiver<String>, word: &str) -> Result<(), Failure> {
    loop {
        match said.recv_timeout(WINDOW_LIMIT) {
            Ok(line) if line == word => return Ok(()),
            Ok(_) => {}
            Err(_) => {
                return Err(Failure::TooLate {
                    what: format!("{word:?} of the drag source"),
                    limit: WINDOW_LIMIT,
                });
            }
        }
    }
}
