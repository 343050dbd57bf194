//! Where a person sits before the UI: at the desktop's window, or at Chromium against `kinfolio
//! serve`. A journey that is the same at both is written once.

use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::desktop::{App, Desktop, Failure, Group, Page, free_port};
use crate::library::{Household, Node, state};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The real window, with WebKit.
    Window,
    /// Chromium.
    Browser,
}

/// What the person's system is like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taste {
    /// German; else English.
    pub german: bool,
    /// Dark; else light.
    pub dark: bool,
}

/// A person before the UI of one device's library.
pub struct Seat {
    /// What they see.
    pub page: Page,
    /// The device.
    pub household: Household,
    kind: Kind,
    running: Running,
}

/// What runs as long as somebody sits there.
enum Running {
    Window {
        _driver: Group,
        _desktop: Desktop,
    },
    Browser {
        _chromium: Chromium,
        node: Option<Node>,
    },
}

impl Seat {
    /// Sits down before a device's library, whose node does not run yet.
    ///
    /// # Errors
    /// The window or the browser does not start.
    pub fn at(kind: Kind, household: Household, taste: Taste) -> Result<Self, Failure> {
        let seat = match kind {
            Kind::Window => Self::at_a_window(household, taste)?,
            Kind::Browser => {
                let node = household.serve();
                let (page, chromium) = Chromium::open(taste)?;
                page.go(&format!("http://{}/", node.address))?;
                sign_in(&page, node.token())?;
                let running = Running::Browser {
                    _chromium: chromium,
                    node: Some(node),
                };
                Self {
                    page,
                    household,
                    kind,
                    running,
                }
            }
        };
        seat.page.wait("[data-testid=app][data-phase=ready]")?;
        Ok(seat)
    }

    /// Sits down before a device that has no library yet: its window shows the doors.
    ///
    /// # Errors
    /// The window does not start.
    pub fn at_a_new_window(taste: Taste) -> Result<Self, Failure> {
        Self::at_a_window(Household::nowhere(), taste)
    }

    fn at_a_window(household: Household, taste: Taste) -> Result<Self, Failure> {
        let desktop = Desktop::start()?;
        let App { page, driver } = desktop.open_in(household.root(), &[], &window(taste))?;
        Ok(Self {
            page,
            household,
            kind: Kind::Window,
            running: Running::Window {
                _driver: driver,
                _desktop: desktop,
            },
        })
    }

    /// What answers a browser is killed, and something is done before it runs again.
    ///
    /// # Errors
    /// What is done fails.
    ///
    /// # Panics
    /// Not at a browser: a window is its own backend.
    pub fn without_backend<T>(
        &mut self,
        done: impl FnOnce(&Page) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let node = match &mut self.running {
            Running::Browser { node, .. } => Some(node),
            Running::Window { .. } => None,
        };
        let node = node.expect("a browser");
        let killed = node.take().expect("a backend");
        let address = killed.address.clone();
        killed.kill();
        let outcome = done(&self.page);
        *node = Some(self.household.serve_api(&address));
        outcome
    }

    /// Keeps a picture as `target/shots/NAME-window.png`, or `-browser`.
    ///
    /// # Errors
    /// It cannot be taken or written.
    pub fn picture(&self, name: &str) -> Result<(), Failure> {
        let kind = match self.kind {
            Kind::Window => "window",
            Kind::Browser => "browser",
        };
        self.page.picture(&format!("{name}-{kind}"))
    }
}

fn window(taste: Taste) -> Vec<(&'static str, String)> {
    // What the command line has noted of the library outside of it, the window finds again.
    let state = state().to_string_lossy().into_owned();
    let mut variables = vec![("XDG_STATE_HOME", state)];
    if taste.german {
        variables.push(("LANGUAGE", "de".to_owned()));
        variables.push(("LANG", "de_DE.UTF-8".to_owned()));
    }
    if taste.dark {
        variables.push(("GTK_THEME", "Adwaita:dark".to_owned()));
    }
    variables
}

/// Joins a household by an invitation at the doors of the first start, as the device of this name.
///
/// # Errors
/// The page has no such door.
pub fn join(page: &Page, invitation: &str, device: &str) -> Result<(), Failure> {
    page.wait("[data-testid=first-start]")?;
    page.click(&page.wait("label:has([data-testid=door-join])")?)?;
    let text = page.wait("[data-testid=first-start] textarea[name=invitation]")?;
    page.type_into(&text, invitation)?;
    let name = page.wait("[data-testid=first-start] input[name=device]")?;
    page.clear(&name)?;
    page.type_into(&name, device)?;
    page.click(&page.wait("[data-testid=first-start] button[type=submit]")?)
}

fn sign_in(page: &Page, token: &str) -> Result<(), Failure> {
    let input = page.wait("[data-testid=sign-in] input")?;
    page.type_into(&input, token)?;
    page.click(&page.wait("[data-testid=sign-in] button[type=submit]")?)
}

/// Chromium without a screen, with a profile of its own.
pub struct Chromium {
    _driver: Group,
    _profile: TempDir,
}

impl Chromium {
    /// Starts it on an empty page of 1280 × 800 px.
    ///
    /// # Errors
    /// It is not installed, or does not start.
    pub fn open(taste: Taste) -> Result<(Page, Self), Failure> {
        let profile = TempDir::new()?;
        let port = free_port()?;
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}"));
        let mut driver = Group::spawn(&mut command)?;
        let language = if taste.german { "de" } else { "en" };
        let args = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--window-size=1280,800".to_owned(),
            format!("--lang={language}"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let options = json!({ "args": args, "prefs": { "intl.accept_languages": language } });
        let wish = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let page = Page::open(port, &wish, || driver.has_ended())?;
        let chromium = Self {
            _driver: driver,
            _profile: profile,
        };
        resize(&page, 1280, 800)?;
        if taste.dark {
            let dark = json!({ "name": "prefers-color-scheme", "value": "dark" });
            devtools(
                &page,
                "Emulation.setEmulatedMedia",
                &json!({ "features": [dark] }),
            )?;
        }
        Ok((page, chromium))
    }
}

/// Makes the page in a Chromium as large as a screen of this size.
///
/// # Errors
/// It is no Chromium.
pub fn resize(page: &Page, width: u32, height: u32) -> Result<(), Failure> {
    let metrics =
        json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    devtools(page, "Emulation.setDeviceMetricsOverride", &metrics).map(|_| ())
}

/// A command of the DevTools protocol.
fn devtools(
    page: &Page,
    command: &str,
    parameters: &serde_json::Value,
) -> Result<serde_json::Value, Failure> {
    let wish = json!({ "cmd": command, "params": parameters });
    page.call("POST", "/goog/cdp/execute", Some(&wish))
}
