//! A panel for the desktop, which shows notifications and the tray, and can be chosen from; and a file
//! manager.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::thread::spawn;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::display::Display;
use super::process::Group;
use super::{Failure, run};

/// How long something may take to show.
const LIMIT: Duration = Duration::from_secs(30);

/// How often a line is chosen, and how long after the last time.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// Ends when dropped.
pub struct Panel<'a> {
    display: &'a Display,
    said: Receiver<Value>,
    /// The menu in the tray, as it was told of last.
    tray: Value,
    _services: Group,
}

impl<'a> Panel<'a> {
    pub(super) fn start(display: &'a Display) -> Result<Self, Failure> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("desktop/session-services.py");
        let mut command = display.command("/usr/bin/python3");
        command.arg(script).stdout(Stdio::piped());
        let mut services = Group::spawn(&mut command)?;
        let (tell, said) = channel();
        if let Some(out) = services.leader().stdout.take() {
            spawn(move || {
                for line in BufReader::new(out).lines().map_while(Result::ok) {
                    let said = serde_json::from_str(&line).unwrap_or(Value::Null);
                    if tell.send(said).is_err() {
                        return;
                    }
                }
            });
        }
        let mut panel = Self {
            display,
            said,
            tray: Value::Null,
            _services: services,
        };
        panel.hear("the panel", |said| (said == "ready").then_some(()))?;
        Ok(panel)
    }

    /// Waits for the next notification; tells its title and its text.
    ///
    /// # Errors
    /// None is shown in time.
    pub fn notification(&mut self) -> Result<(String, String), Failure> {
        self.hear("a notification", |said| {
            let shown = said.get("notification")?;
            let text = |name: &str| Some(shown[name].as_str()?.to_owned());
            Some((text("title")?, text("body")?))
        })
    }

    /// Waits until files are to be shown in their folder; tells their addresses.
    ///
    /// # Errors
    /// None are in time.
    pub fn files(&mut self) -> Result<Value, Failure> {
        self.hear("files to be shown", |said| said.get("files").cloned())
    }

    /// Waits until the lines in the tray are as `wanted`.
    ///
    /// # Errors
    /// They are not in time.
    pub fn tray(&mut self, wanted: impl Fn(&[&str]) -> bool) -> Result<(), Failure> {
        let fits = |tray: &Value| {
            let lines = tray["lines"].as_array().map(Vec::as_slice);
            let lines = lines.unwrap_or_default().iter();
            let labels: Vec<_> = lines.filter_map(|line| line["label"].as_str()).collect();
            wanted(&labels)
        };
        if fits(&self.tray) {
            return Ok(());
        }
        let shown = self.hear("other words in the tray", |said| {
            said.get("tray").filter(|tray| fits(tray)).cloned()
        });
        shown.map(|_| ())
    }

    /// Chooses the line of this label in the tray's menu.
    ///
    /// # Errors
    /// There is none, or the app does not hear it.
    pub fn choose(&mut self, label: &str) -> Result<(), Failure> {
        let mut tries = 1;
        loop {
            // A menu that was replaced in this moment has other numbers: a person chooses again.
            match self.try_choose(label) {
                Err(_) if tries < TRIES => tries += 1,
                chosen => return chosen,
            }
            let _ = self.hear_within(PAUSE, "another menu", |_| None::<()>);
        }
    }

    fn try_choose(&self, label: &str) -> Result<(), Failure> {
        let lines = self.tray["lines"].as_array().map(Vec::as_slice);
        let mut lines = lines.unwrap_or_default().iter();
        let Some(line) = lines.find(|line| line["label"] == label) else {
            return Err(Failure::Page {
                what: format!("{label:?} in the tray"),
                found: self.tray.to_string(),
            });
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut send = self.display.command("dbus-send");
        send.args(["--session", "--print-reply"]);
        send.arg(format!("--dest={}", text(&self.tray["bus"])));
        send.arg(text(&self.tray["menu"]));
        send.arg("com.canonical.dbusmenu.Event");
        send.arg(format!("int32:{}", line["id"]));
        send.args(["string:clicked", "variant:int32:0", "uint32:0"]);
        run(&mut send).map(|_| ())
    }

    /// The first thing said that `wanted` takes. What is said of the tray is remembered.
    fn hear<T>(&mut self, what: &str, wanted: impl Fn(&Value) -> Option<T>) -> Result<T, Failure> {
        self.hear_within(LIMIT, what, wanted)
    }

    fn hear_within<T>(
        &mut self,
        limit: Duration,
        what: &str,
        wanted: impl Fn(&Value) -> Option<T>,
    ) -> Result<T, Failure> {
        let began = Instant::now();
        while let Some(left) = limit.checked_sub(began.elapsed()) {
            let Ok(said) = self.said.recv_timeout(left) else {
                break;
            };
            if let Some(tray) = said.get("tray") {
                self.tray = tray.clone();
            }
            if let Some(heard) = wanted(&said) {
                return Ok(heard);
            }
        }
        Err(Failure::TooLate {
            what: format!("{what} (the tray says {})", self.tray),
            limit,
        })
    }
}
