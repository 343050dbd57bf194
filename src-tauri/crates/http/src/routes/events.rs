//! Events as they happen (SSE).

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{self, KeepAlive};
use futures_util::{Stream, StreamExt};
use kinfolio_library::Event;
use tokio_stream::wrappers::BroadcastStream;

use crate::App;
use crate::access::Caller;
use crate::event::named;
use crate::problem::Problem;

/// Events as they happen
///
/// `block` (a `BlockEvent`), `import` (an `ImportJob` without its ids and with the last 100
/// rejected files), `export` (an `ExportJob` with the last 100 photos that failed; on this machine
/// only), `photos` (a `PhotosEvent`), `devices` (a `DevicesEvent`). A client that was too slow gets `photos` with
/// `ids: null`.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "events",
    responses(
        (status = 200, description = "Events", body = String, content_type = "text/event-stream"),
        (status = "default", response = Problem),
    )
)]
pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let closing = app.library.closing();
    let library = app.library.clone();
    let events = BroadcastStream::new(app.library.events())
        .map(move |event| {
            // A listener that lagged reads everything again.
            event.unwrap_or_else(|_| Event::Photos {
                height: library.height(),
                ids: None,
            })
        })
        .filter(move |event| ready(caller.is_here || !matches!(event, Event::Export(_))))
        .map(|event| {
            let (name, value) = named(&event);
            Ok(sse::Event::default().event(name).data(value.to_string()))
        })
        .take_until(async move { closing.cancelled().await });
    Sse::new(events).keep_alive(KeepAlive::default())
}
