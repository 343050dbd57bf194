//! A small HTTP client that shows everything and follows nothing.

#![expect(
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::Value;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

use crate::library::PATIENCE;

/// A client of one node.
pub struct Client {
    agent: Agent,
    address: String,
    token: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Header names, lower-case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Client {
    /// A client of the node at `address`.
    #[must_use]
    pub fn new(address: &str, token: Option<&str>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .allow_non_standard_methods(true);
        let token = token.map(str::to_owned);
        Self {
            agent: config.build().into(),
            address: address.to_owned(),
            token,
        }
    }

    /// Asks; `headers` come on top of the token.
    ///
    /// # Panics
    /// The connection failed.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = if body.is_empty() && matches!(method, "GET" | "HEAD" | "DELETE") {
            self.agent.run(request.body(()).expect("a sound request"))
        } else {
            self.agent.run(request.body(body).expect("a sound request"))
        };
        Answer::read(answer.unwrap_or_else(|error| panic!("{method} {path}: {error}")))
    }

    /// Asks for a resource.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], &[])
    }

    /// Sends JSON.
    pub fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let json = [("content-type", "application/json")];
        self.ask(method, path, &json, body.to_string().as_bytes())
    }

    /// Listens to events; gives each as its name and data to `look` until it says that it has
    /// seen enough. `then` runs once the stream is open.
    ///
    /// # Panics
    /// The stream ended before.
    pub fn listen(&self, then: impl FnOnce(), mut look: impl FnMut(&str, &Value) -> bool) {
        let mut stream = TcpStream::connect(&self.address).expect("a node");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let token = self.token.as_deref().unwrap_or_default();
        write!(
            stream,
            "GET /api/v1/events HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n",
            self.address
        )
        .expect("a living node");
        let mut lines = BufReader::new(stream)
            .lines()
            .map(|line| line.expect("an event in time"));
        assert!(lines.next().expect("a status").contains("200"));
        assert!(lines.by_ref().any(|line| line.is_empty()), "headers end");
        then();
        let mut name = String::new();
        for line in lines {
            if let Some(event) = line.strip_prefix("event: ") {
                name = event.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ")
                && look(&name, &serde_json::from_str(data).expect("JSON"))
            {
                return;
            }
        }
        panic!("the stream of events ended");
    }
}

impl Answer {
    fn read(answer: Response<Body>) -> Self {
        let (parts, mut body) = answer.into_parts();
        let headers = parts
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let body = body
            .with_config()
            .limit(1 << 30)
            .read_to_vec()
            .expect("a whole body");
        Self {
            status: parts.status.as_u16(),
            headers,
            body,
        }
    }

    /// A header's value; empty when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// This, if it has that status.
    ///
    /// # Panics
    /// It has another.
    #[must_use]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// It is not.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks that this is a problem with that status and that code.
    ///
    /// # Panics
    /// It is not.
    pub fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let problem = self.json();
        assert_eq!(
            (self.status, problem["code"].as_str()),
            (status, Some(code)),
            "{problem}"
        );
        assert_eq!(problem["status"], status);
        for field in ["type", "title", "detail"] {
            assert!(
                problem[field].as_str().is_some_and(|text| !text.is_empty()),
                "{problem}"
            );
        }
    }
}
