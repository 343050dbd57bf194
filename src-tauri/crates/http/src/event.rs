//! Events as JSON, the same for SSE and for the desktop's window.

use kinfolio_library::Event;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dto::export::ExportJob;
use crate::dto::import::ImportJob;

/// `block`: the catalogue has reached a block.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BlockEvent {
    /// Its height.
    pub height: u64,
    /// The chain's tip.
    pub tip: String,
}

/// `photos`: photos were added or changed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PhotosEvent {
    /// The height that shows the change.
    pub height: u64,
    /// Which; `null` when there are too many to name.
    pub ids: Option<Vec<String>>,
}

/// `devices`: a device came or went, or the household's members changed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DevicesEvent {
    /// How many devices there are.
    pub members: usize,
    /// How many of them are within reach, this one included.
    pub reachable: usize,
    /// Whether they are enough to agree on a block.
    pub quorum: bool,
}

/// An event's name and its JSON.
#[must_use]
pub fn named(event: &Event) -> (&'static str, serde_json::Value) {
    let (name, value) = match event {
        Event::Block { height, tip } => {
            let body = BlockEvent {
                height: *height,
                tip: tip.to_string(),
            };
            ("block", serde_json::to_value(body))
        }
        Event::Photos { height, ids } => {
            let ids = ids
                .as_ref()
                .map(|ids| ids.iter().map(ToString::to_string).collect());
            (
                "photos",
                serde_json::to_value(PhotosEvent {
                    height: *height,
                    ids,
                }),
            )
        }
        Event::Devices {
            members,
            reachable,
            quorum,
        } => {
            let body = DevicesEvent {
                members: *members,
                reachable: *reachable,
                quorum: *quorum,
            };
            ("devices", serde_json::to_value(body))
        }
        Event::Import(job) => ("import", serde_json::to_value(ImportJob::new(job))),
        Event::Export(job) => ("export", serde_json::to_value(ExportJob::from(&**job))),
    };
    (name, value.unwrap_or_default())
}
