//! What happens in the library, told to the page as window events named `kinfolio`: the same JSON
//! that `/api/v1/events` streams, with its name in `type`.

use kinfolio_library::{Event, Library};
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::error::RecvError;

const NAME: &str = "kinfolio";
const HANDED: &str = "handed";

/// Tells the page that files wait for it; which, it asks.
pub fn tell_handed(app: &AppHandle) {
    if let Err(error) = app.emit(HANDED, ()) {
        tracing::warn!(%error, "the window does not know that files were handed over");
    }
}

/// Tells the page until the library closes.
pub async fn forward(app: AppHandle, library: Library) {
    let mut events = library.events();
    let closing = library.closing();
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = closing.cancelled() => return,
        };
        let event = match event {
            Ok(event) => event,
            // Whoever has missed something reads everything again.
            Err(RecvError::Lagged(_)) => Event::Photos {
                height: library.height(),
                ids: None,
            },
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = app.emit(NAME, typed(&event)) {
            tracing::warn!(%error, "an event could not be told to the window");
        }
    }
}

fn typed(event: &Event) -> serde_json::Value {
    let (name, mut body) = kinfolio_http::event::named(event);
    if let Some(fields) = body.as_object_mut() {
        fields.insert("type".to_owned(), name.into());
    }
    body
}
