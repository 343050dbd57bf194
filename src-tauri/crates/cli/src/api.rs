//! One way to ask: over the socket of the node that owns the library, or of the same router in
//! this process when no node runs.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use kinfolio_http::{Access, Problem, router, socket};
use kinfolio_library::layout::Layout;
use kinfolio_library::{Library, LibraryError, household};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

use crate::failure::Failure;

/// How long to wait for another command that has the library open.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often to look whether it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The API of one library.
pub(crate) struct Api {
    way: Way,
}

enum Way {
    /// Over a node's socket, one connection per request.
    Socket(PathBuf),
    /// In this process, which owns the library.
    Here { library: Library, router: Router },
}

impl Api {
    /// Finds the node that owns the library in `root`, or opens the library here. Another command
    /// that has it open is waited for, a few seconds.
    pub(crate) async fn open(root: &Path) -> Result<Self, Failure> {
        Self::open_by(root, || Library::open(root)).await
    }

    /// The same; a library that is opened here speaks to the household's other devices.
    pub(crate) async fn open_and_meet(root: &Path) -> Result<Self, Failure> {
        Self::open_by(root, || household::open(root)).await
    }

    async fn open_by<F: Future<Output = Result<Library, LibraryError>>>(
        root: &Path,
        open: impl Fn() -> F,
    ) -> Result<Self, Failure> {
        let path = Layout::new(root).socket();
        let begun = Instant::now();
        loop {
            match socket::connect(&path).await {
                Ok(Some(_)) => {
                    return Ok(Self {
                        way: Way::Socket(path),
                    });
                }
                Ok(None) => {}
                Err(source) => return Err(Failure::NodeUnreachable { path, source }),
            }
            match open().await {
                Ok(library) => {
                    let router = router(library.clone(), Access::Local);
                    return Ok(Self {
                        way: Way::Here { library, router },
                    });
                }
                Err(LibraryError::InUse { .. }) if begun.elapsed() < PATIENCE => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Lets go of the library, if this process has it.
    pub(crate) async fn close(self) {
        if let Way::Here { library, .. } = self.way {
            library.close().await;
        }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.ask(Method::GET, path, Bytes::new()).await
    }

    pub(crate) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.ask(Method::DELETE, path, Bytes::new()).await
    }

    pub(crate) async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, Failure> {
        self.send(Method::POST, path, body).await
    }

    pub(crate) async fn patch<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, Failure> {
        self.send(Method::PATCH, path, body).await
    }

    async fn send<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &B,
    ) -> Result<T, Failure> {
        let body = serde_json::to_vec(body).map_err(|error| Failure::NotUnderstood {
            detail: error.to_string(),
        })?;
        self.ask(method, path, body.into()).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<T, Failure> {
        let (status, body) = self.begin(method, path, body).await?;
        answer(status, &self.whole(body).await?)
    }

    async fn whole(&self, body: Body) -> Result<Bytes, Failure> {
        let collected = body.collect().await;
        let collected = collected.map_err(|error| self.broke_off(&error))?;
        Ok(collected.to_bytes())
    }

    /// An answer that ended before its end.
    fn broke_off(&self, error: &axum::Error) -> Failure {
        let detail = error.to_string();
        match &self.way {
            Way::Here { .. } => Failure::NotUnderstood { detail },
            Way::Socket(path) => Failure::NodeGone {
                path: path.clone(),
                detail,
            },
        }
    }

    async fn begin(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<(StatusCode, Body), Failure> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json");
        let not_understood = |error: axum::http::Error| Failure::NotUnderstood {
            detail: error.to_string(),
        };
        match &self.way {
            Way::Here { router, .. } => {
                let request = request.body(Body::from(body)).map_err(not_understood)?;
                let Ok(response) = router.clone().oneshot(request).await;
                Ok((response.status(), response.into_body()))
            }
            Way::Socket(path) => {
                let request = request.body(Full::new(body)).map_err(not_understood)?;
                over_socket(path, request).await
            }
        }
    }
}

async fn over_socket(
    path: &Path,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Body), Failure> {
    let gone = |detail: String| Failure::NodeGone {
        path: path.to_path_buf(),
        detail,
    };
    let stream = match socket::connect(path).await {
        Ok(Some(stream)) => stream,
        Ok(None) => return Err(gone("it has ended".to_owned())),
        Err(source) => {
            return Err(Failure::NodeUnreachable {
                path: path.to_path_buf(),
                source,
            });
        }
    };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| gone(error.to_string()))?;
    // It ends with the answer's body.
    tokio::spawn(connection);
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| gone(error.to_string()))?;
    Ok((response.status(), Body::new(response.into_body())))
}

fn answer<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, Failure> {
    let not_understood = |error: serde_json::Error| Failure::NotUnderstood {
        detail: format!("{status}: {error}"),
    };
    if status.is_success() {
        let body = match body {
            b"" => b"null",
            body => body,
        };
        return serde_json::from_slice(body).map_err(not_understood);
    }
    let problem: Box<Problem> = serde_json::from_slice(body).map_err(not_understood)?;
    Err(Failure::Api(problem))
}

/// A query string from names and values; values may be anything.
pub(crate) fn with_parameters(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    for (i, (name, value)) in parameters.iter().enumerate() {
        url.push(if i == 0 { '?' } else { '&' });
        url.push_str(name);
        url.push('=');
        url.push_str(&encoded(value));
    }
    url
}

/// A text as a part of an address.
pub(crate) fn encoded(text: &str) -> String {
    use std::fmt::Write;

    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_escaped() {
        let url = with_parameters("/s", &[("q", "a b&c=ä"), ("limit", "3")]);
        assert_eq!(url, "/s?q=a%20b%26c%3D%C3%A4&limit=3");
    }
}
