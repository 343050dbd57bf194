//! axum's extractors with problems instead of plain-text rejections.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use kinfolio_library::catalog::PhotoId;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::problem::Problem;

/// A JSON body; needs `Content-Type: application/json`.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<Object<T>>::from_request(request, state).await {
            Ok(axum::Json(Object(value))) => Ok(Self(value)),
            Err(rejection) => {
                let code = match &rejection {
                    JsonRejection::JsonDataError(_) => "bad_body",
                    JsonRejection::JsonSyntaxError(_) => "bad_json",
                    JsonRejection::MissingJsonContentType(_) => "not_json",
                    JsonRejection::BytesRejection(_) => "bad_body",
                    _ => "bad_body",
                };
                Err(Problem::new(
                    rejection.status(),
                    code,
                    rejection.body_text(),
                ))
            }
        }
    }
}

/// A JSON object. Left alone, serde takes a list for one whose fields are not named.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// The query string.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "bad_parameter",
                rejection.body_text(),
            )),
        }
    }
}

/// The one `{…}` segment of the path, parsed.
pub(crate) struct Segment<T>(pub(crate) T);

impl<T: Named, S: Send + Sync> FromRequestParts<S> for Segment<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = match axum::extract::Path::<String>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(text)) => text,
            Err(rejection) => {
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "bad_path",
                    rejection.body_text(),
                ));
            }
        };
        match text.parse() {
            Ok(value) => Ok(Self(value)),
            Err(_) => Err(Problem::new(
                StatusCode::NOT_FOUND,
                T::UNKNOWN,
                format!("{text:?} is no {}", T::WHAT),
            )),
        }
    }
}

/// A thing that a path names.
pub(crate) trait Named: FromStr {
    /// The code when no such thing can exist.
    const UNKNOWN: &'static str;
    /// What the segment should be, in words.
    const WHAT: &'static str;
}

impl Named for PhotoId {
    const UNKNOWN: &'static str = "photo_unknown";
    const WHAT: &'static str = "photo id (64 lower-case hex digits)";
}

impl Named for kinfolio_library::node::DeviceId {
    const UNKNOWN: &'static str = "device_unknown";
    const WHAT: &'static str = "device id (32 lower-case hex digits)";
}

impl Named for kinfolio_library::node::InvitationId {
    const UNKNOWN: &'static str = "invitation_unknown";
    const WHAT: &'static str = "invitation id (32 lower-case hex digits)";
}

impl Named for u64 {
    const UNKNOWN: &'static str = "block_unknown";
    const WHAT: &'static str = "block height";
}

impl Named for kinfolio_library::catalog::YearMonth {
    const UNKNOWN: &'static str = "month_unknown";
    const WHAT: &'static str = "month (yyyy-mm)";
}

impl Named for kinfolio_library::catalog::ImportId {
    const UNKNOWN: &'static str = "import_unknown";
    const WHAT: &'static str = "import id (16 lower-case hex digits)";
}

impl Named for kinfolio_library::export::ExportId {
    const UNKNOWN: &'static str = "export_unknown";
    const WHAT: &'static str = "export id (16 lower-case hex digits)";
}
