//! Who may ask: tokens and sessions over the network, nobody's web page over local ways in.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kinfolio_library::Token;
use sha2::{Digest, Sha256};

use crate::App;
use crate::problem::Problem;

/// How a router is reached, and so what it asks of those who reach it.
#[derive(Clone, Debug)]
pub enum Access {
    /// Over the network: a bearer token, or the cookie that it was exchanged for.
    Token(Token),
    /// In-process or over the library's own socket: the operating system has checked already.
    Local,
}

/// The cookie that stands for the token in a browser.
const COOKIE: &str = "kinfolio_session";

/// How long a cookie is good for.
const SESSION_LIFE: Duration = Duration::from_hours(30 * 24);

/// Origins of the app's own window.
const OWN_ORIGINS: [&str; 3] = [
    "kinfolio://localhost",
    "http://kinfolio.localhost",
    "https://kinfolio.localhost",
];

/// Whence a request comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// From this machine: the app's own window, the library's socket, or loopback.
    pub(crate) is_here: bool,
}

impl Caller {
    /// Lets through whoever sits at this machine; anybody else is told `detail`.
    pub(crate) fn expect_here(self, detail: &str) -> Result<(), Problem> {
        match self.is_here {
            true => Ok(()),
            false => Err(not_this_machine(detail)),
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let is_here = match app.access {
            Access::Local => true,
            Access::Token(_) => from.is_some_and(|from| from.0.ip().to_canonical().is_loopback()),
        };
        Ok(Self { is_here })
    }
}

pub(crate) fn not_this_machine(detail: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "not_this_machine", detail)
}

/// Lets a request through or answers it with a problem.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let verdict = match &app.access {
        Access::Local => check_local(request.headers()),
        Access::Token(token) => check_network(token, &request),
    };
    match verdict {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check_local(headers: &HeaderMap) -> Result<(), Problem> {
    match text(headers, header::ORIGIN) {
        None => Ok(()),
        Some(origin) if OWN_ORIGINS.contains(&origin) => Ok(()),
        Some(origin) => Err(foreign(origin)),
    }
}

fn check_network(token: &Token, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !reads
        && let Some(origin) = text(headers, header::ORIGIN)
        && !same_host(origin, headers)
    {
        return Err(foreign(origin));
    }
    if is_open(request.method(), request.uri()) {
        return Ok(());
    }
    let bearer = text(headers, header::AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match bearer {
        Some((_, given)) if token.accepts(given.trim()) => Ok(()),
        Some(_) => Err(unauthorized("this is not the token of this library")),
        None if session(headers).is_some_and(|cookie| session_is_good(token, cookie)) => Ok(()),
        None => Err(unauthorized(
            "a token is needed: send `Authorization: Bearer TOKEN` with the token in the \
             library's file api-token, or sign in",
        )),
    }
}

/// What answers without a token: health, signing in, and the static UI.
fn is_open(method: &Method, uri: &Uri) -> bool {
    let path = uri.path();
    let guarded = ["/api", "/docs", "/metrics", "/openapi.json"]
        .iter()
        .any(|prefix| path.strip_prefix(prefix).is_some_and(is_segment_end));
    !guarded || (path == "/api/v1/session" && method == Method::POST)
}

fn is_segment_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers
        .get(name)
        .map(|value| value.to_str().unwrap_or("(unreadable)"))
}

fn same_host(origin: &str, headers: &HeaderMap) -> bool {
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    authority.is_some() && authority == text(headers, header::HOST)
}

fn foreign(origin: &str) -> Problem {
    let detail = format!("the page at {origin} may not use this library");
    Problem::new(StatusCode::FORBIDDEN, "foreign_origin", detail)
}

pub(crate) fn unauthorized(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
}

fn session(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

/// The `Set-Cookie` value of a new session. It holds its end and a keyed hash over it, so that
/// it outlives the node and ends with the token.
pub(crate) fn new_session(token: &Token) -> String {
    let end = now_s() + SESSION_LIFE.as_secs();
    format!(
        "{COOKIE}={end}.{}; HttpOnly; SameSite=Strict; Path=/; Max-Age={}",
        session_key(token, end),
        SESSION_LIFE.as_secs()
    )
}

fn session_is_good(token: &Token, cookie: &str) -> bool {
    let Some((end, key)) = cookie.split_once('.') else {
        return false;
    };
    let Ok(end) = end.parse::<u64>() else {
        return false;
    };
    // Hashing both sides makes the comparison tell nothing about the key.
    let hash = |text: &str| Sha256::digest(text.as_bytes());
    now_s() < end && hash(key) == hash(&session_key(token, end))
}

/// Nested hashing, as in HMAC: the inner hash cannot be extended from outside.
fn session_key(token: &Token, end: u64) -> String {
    let inner = Sha256::new()
        .chain_update("kinfolio session v1\0")
        .chain_update(token.secret())
        .chain_update(end.to_be_bytes())
        .finalize();
    let outer = Sha256::new()
        .chain_update(token.secret())
        .chain_update(inner)
        .finalize();
    hex::encode(outer)
}

fn now_s() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(secret: &str) -> Token {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        std::fs::write(&path, secret).unwrap();
        Token::read(&path).unwrap()
    }

    #[test]
    fn a_session_is_good_until_its_end_and_for_its_token_only() {
        let mine = token("0123456789abcdef0123");
        let other = token("0123456789abcdef0124");
        let cookie = new_session(&mine);
        let value = cookie
            .split_once('=')
            .unwrap()
            .1
            .split_once(';')
            .unwrap()
            .0
            .to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        assert!(session_is_good(&mine, &value));
        assert!(!session_is_good(&other, &value));
        let (end, key) = value.split_once('.').unwrap();
        let later = end.parse::<u64>().unwrap() + 1;
        assert!(!session_is_good(&mine, &format!("{later}.{key}")));
        let past = now_s() - 1;
        assert!(!session_is_good(
            &mine,
            &format!("{past}.{}", session_key(&mine, past))
        ));
        for value in ["", ".", "x.y", "99999999999."] {
            assert!(!session_is_good(&mine, value), "{value}");
        }
    }

    #[test]
    fn only_health_the_ui_and_signing_in_are_open() {
        let check = |method: Method, path: &'static str, open: bool| {
            assert_eq!(
                is_open(&method, &Uri::from_static(path)),
                open,
                "{method} {path}"
            );
        };
        check(Method::GET, "/", true);
        check(Method::GET, "/assets/index.js", true);
        check(Method::GET, "/healthz", true);
        check(Method::POST, "/api/v1/session", true);
        check(Method::GET, "/api/v1/session", false);
        check(Method::GET, "/api/v1/ledger", false);
        check(Method::GET, "/api", false);
        check(Method::GET, "/apiary", true);
        check(Method::GET, "/docs/", false);
        check(Method::GET, "/metrics", false);
        check(Method::GET, "/openapi.json", false);
    }

    #[test]
    fn local_ways_in_are_closed_to_foreign_pages() {
        let check = |origin: Option<&'static str>, open: bool| {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(check_local(&headers).is_ok(), open, "{origin:?}");
        };
        check(None, true);
        check(Some("kinfolio://localhost"), true);
        check(Some("https://example.org"), false);
        check(Some("null"), false);
        check(Some("http://localhost:8787"), false);
    }
}
