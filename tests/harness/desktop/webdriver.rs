//! The few WebDriver commands that the tests need (<https://www.w3.org/TR/webdriver2/>).

use std::fs;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::{Failure, shots, wait_for};

/// The key under which an element's reference is sent; WebDriver's own constant.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A driver that has just been started needs a moment.
const START_LIMIT: Duration = Duration::from_secs(40);

/// How long a page may take to show what a test waits for.
const SHOW_LIMIT: Duration = Duration::from_secs(60);

/// How long the mouse takes from one point to the next, in milliseconds.
const MOVE_MS: u64 = 60;

/// How long a picture waits for a page at rest.
const REST_LIMIT: Duration = Duration::from_secs(2);

/// The page in the app's window, or in a browser.
pub struct Page {
    agent: ureq::Agent,
    session: String,
}

/// An element of the page.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Page {
    /// Has the driver at `port` start what `wish` asks for, unless the driver `has_ended`.
    pub(crate) fn open(
        port: u16,
        wish: &Value,
        mut has_ended: impl FnMut() -> bool,
    ) -> Result<Self, Failure> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        let agent = ureq::Agent::new_with_config(config);
        let driver = format!("http://127.0.0.1:{port}");
        let wish = json!({ "capabilities": { "alwaysMatch": wish } });
        let started = wait_for("the WebDriver session", START_LIMIT, || {
            match call(&agent, "POST", &format!("{driver}/session"), Some(&wish)) {
                Ok(started) => Ok(Some(started)),
                // It does not listen yet.
                Err(Failure::Unreachable { .. }) if !has_ended() => Ok(None),
                Err(refused) => Err(refused),
            }
        })?;
        let id = started["sessionId"].as_str().unwrap_or_default();
        Ok(Self {
            agent,
            session: format!("{driver}/session/{id}"),
        })
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// The driver refuses.
    pub fn go(&self, url: &str) -> Result<(), Failure> {
        self.call("POST", "/url", Some(&json!({ "url": url })))
            .map(|_| ())
    }

    /// Presses keys one after the other, each with those that are held for it: `["Control", "a"]`
    /// as [`CONTROL`] and `a`.
    ///
    /// # Errors
    /// The driver refuses.
    pub fn press(&self, keys: &[&str]) -> Result<(), Failure> {
        let down = keys
            .iter()
            .map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys
            .iter()
            .rev()
            .map(|key| json!({ "type": "keyUp", "value": key }));
        let keys: Vec<_> = down.chain(up).collect();
        let wish = json!({ "actions": [{ "type": "key", "id": "keys", "actions": keys }] });
        self.call("POST", "/actions", Some(&wish)).map(|_| ())
    }

    /// Moves the mouse to each of these points of the page, with the button held from the first to
    /// the last.
    ///
    /// # Errors
    /// The driver refuses.
    pub fn drag(&self, points: &[(f64, f64)]) -> Result<(), Failure> {
        self.mouse(points, true)
    }

    /// Moves the mouse to a point of the page.
    ///
    /// # Errors
    /// The driver refuses.
    pub fn hover(&self, at: (f64, f64)) -> Result<(), Failure> {
        self.mouse(&[at], false)
    }

    fn mouse(&self, points: &[(f64, f64)], held: bool) -> Result<(), Failure> {
        let mut steps = Vec::new();
        for (index, (x, y)) in points.iter().enumerate() {
            let (x, y) = (x.round(), y.round());
            steps.push(json!({ "type": "pointerMove", "x": x, "y": y, "duration": MOVE_MS }));
            if held && index == 0 {
                steps.push(json!({ "type": "pointerDown", "button": 0 }));
            }
        }
        if held {
            steps.push(json!({ "type": "pause", "duration": MOVE_MS }));
            steps.push(json!({ "type": "pointerUp", "button": 0 }));
        }
        let wish = json!({ "actions": [{
            "type": "pointer",
            "id": "mouse",
            "parameters": { "pointerType": "mouse" },
            "actions": steps,
        }] });
        self.call("POST", "/actions", Some(&wish)).map(|_| ())
    }

    /// Clicks on an element with a key held.
    ///
    /// # Errors
    /// It is not there.
    pub fn click_with(&self, key: &str, element: &Element) -> Result<(), Failure> {
        let (x, y) = self.middle(element)?;
        let keys = [
            json!({ "type": "keyDown", "value": key }),
            rest(),
            rest(),
            rest(),
            json!({ "type": "keyUp", "value": key }),
        ];
        let mouse = [
            json!({ "type": "pointerMove", "x": x.round(), "y": y.round(), "duration": MOVE_MS }),
            rest(),
            json!({ "type": "pointerDown", "button": 0 }),
            json!({ "type": "pointerUp", "button": 0 }),
        ];
        let parameters = json!({ "pointerType": "mouse" });
        let wish = json!({ "actions": [
            { "type": "key", "id": "keys", "actions": keys },
            { "type": "pointer", "id": "mouse", "parameters": parameters, "actions": mouse },
        ] });
        self.call("POST", "/actions", Some(&wish)).map(|_| ())
    }

    /// The middle of an element, in the page's pixels.
    ///
    /// # Errors
    /// It is not there.
    pub fn middle(&self, element: &Element) -> Result<(f64, f64), Failure> {
        let place = self.call("GET", &format!("/element/{}/rect", element.0), None)?;
        let number = |name: &str| place[name].as_f64().unwrap_or_default();
        Ok((
            number("x") + number("width") / 2.0,
            number("y") + number("height") / 2.0,
        ))
    }

    /// All elements that a CSS selector finds now.
    ///
    /// # Errors
    /// The driver refuses.
    pub fn all(&self, selector: &str) -> Result<Vec<Element>, Failure> {
        let wish = json!({ "using": "css selector", "value": selector });
        let found = self.call("POST", "/elements", Some(&wish))?;
        let references = found.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(references
            .iter()
            .filter_map(|one| one[ELEMENT].as_str())
            .map(|id| Element(id.to_owned()))
            .collect())
    }

    /// The first element that a CSS selector finds, as soon as there is one.
    ///
    /// # Errors
    /// None comes in time; a picture of the page is kept then.
    pub fn wait(&self, selector: &str) -> Result<Element, Failure> {
        self.until(selector, || Ok(self.all(selector)?.into_iter().next()))
    }

    /// Waits until `ask` has an answer.
    ///
    /// # Errors
    /// None comes in time; a picture of the page is kept then.
    pub fn until<T>(
        &self,
        what: &str,
        ask: impl FnMut() -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        wait_for(what, SHOW_LIMIT, ask).inspect_err(|failure| {
            if self.picture("failed").is_err() {
                eprintln!("no picture could be taken of the page on which {failure}");
            }
        })
    }

    /// Clicks in the middle of an element.
    ///
    /// # Errors
    /// It cannot be clicked.
    pub fn click(&self, element: &Element) -> Result<(), Failure> {
        self.call(
            "POST",
            &format!("/element/{}/click", element.0),
            Some(&json!({})),
        )
        .map(|_| ())
    }

    /// Types into an element. Special keys are WebDriver's, e.g. [`ENTER`].
    ///
    /// # Errors
    /// It cannot be typed into.
    pub fn type_into(&self, element: &Element, text: &str) -> Result<(), Failure> {
        let wish = json!({ "text": text });
        self.call(
            "POST",
            &format!("/element/{}/value", element.0),
            Some(&wish),
        )
        .map(|_| ())
    }

    /// Empties a text field.
    ///
    /// # Errors
    /// It is none.
    pub fn clear(&self, element: &Element) -> Result<(), Failure> {
        self.call(
            "POST",
            &format!("/element/{}/clear", element.0),
            Some(&json!({})),
        )
        .map(|_| ())
    }

    /// An attribute as the page's source has it; empty when it is absent.
    ///
    /// # Errors
    /// The element has gone.
    pub fn attribute(&self, element: &Element, name: &str) -> Result<String, Failure> {
        let value = self.call(
            "GET",
            &format!("/element/{}/attribute/{name}", element.0),
            None,
        )?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// What a person reads in an element.
    ///
    /// # Errors
    /// The element has gone.
    pub fn text(&self, element: &Element) -> Result<String, Failure> {
        let value = self.call("GET", &format!("/element/{}/text", element.0), None)?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// What a function body returns in the page.
    ///
    /// # Errors
    /// It throws.
    pub fn eval(&self, body: &str) -> Result<Value, Failure> {
        self.call(
            "POST",
            "/execute/sync",
            Some(&json!({ "script": body, "args": [] })),
        )
    }

    /// Keeps a picture of the page as `target/shots/NAME.png`, once nothing on it moves any more.
    ///
    /// # Errors
    /// It cannot be taken or written.
    pub fn picture(&self, name: &str) -> Result<(), Failure> {
        let still = "return document.getAnimations().every(a => a.playState !== 'running')";
        // Something that turns for ever is no reason to take no picture.
        let _ = wait_for("a page at rest", REST_LIMIT, || {
            Ok((self.eval(still)? == true).then_some(()))
        });
        // What the page has decided is on the screen some frames later.
        std::thread::sleep(Duration::from_millis(300));
        let taken = self.call("GET", "/screenshot", None)?;
        let png = BASE64_STANDARD
            .decode(taken.as_str().unwrap_or_default())
            .unwrap_or_default();
        let path = shots()?.join(format!("{name}.png"));
        fs::write(&path, png)
            .map_err(|source| Failure::io(format!("write {}", path.display()), source))
    }

    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        call(
            &self.agent,
            method,
            &format!("{}{path}", self.session),
            body,
        )
    }
}

fn rest() -> Value {
    json!({ "type": "pause", "duration": MOVE_MS })
}

/// The Control key.
pub const CONTROL: &str = "\u{e009}";

/// The Shift key.
pub const SHIFT: &str = "\u{e008}";

/// The Delete key.
pub const DELETE: &str = "\u{e017}";

/// The End key.
pub const END: &str = "\u{e010}";

/// The Home key.
pub const HOME: &str = "\u{e011}";

/// The Enter key.
pub const ENTER: &str = "\u{e007}";

/// The Escape key.
pub const ESCAPE: &str = "\u{e00c}";

fn call(
    agent: &ureq::Agent,
    method: &str,
    url: &str,
    body: Option<&Value>,
) -> Result<Value, Failure> {
    let command = || format!("{method} {url}");
    let unreachable = |source| Failure::Unreachable {
        command: command(),
        source: Box::new(source),
    };
    let answered = match body {
        Some(body) => agent.post(url).send_json(body),
        None => agent.get(url).call(),
    };
    let mut answered = answered.map_err(unreachable)?;
    let text = answered.body_mut().read_to_string().map_err(unreachable)?;
    let mut answer: Value = serde_json::from_str(&text).unwrap_or_default();
    if answered.status().is_success() {
        return Ok(answer["value"].take());
    }
    let said = |field: &str| answer["value"][field].as_str().unwrap_or(&text).to_owned();
    Err(Failure::Driver {
        command: command(),
        error: said("error"),
        message: said("message"),
    })
}
