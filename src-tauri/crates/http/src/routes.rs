//! The list of routes: the router and the OpenAPI document both come from it.

mod alike;
mod edits;
mod events;
mod exports;
mod fields;
mod files;
mod health;
mod household;
mod imports;
mod labels;
mod ledger;
mod map;
mod photos;
mod recovery;
mod search;
mod session;
mod tasks;
mod timeline;
mod undo;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{App, Description};

/// Every route of the API.
pub(crate) fn all() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(files::upload))
        .routes(routes!(photos::record, photos::change))
        .routes(routes!(photos::original))
        .routes(routes!(photos::sidecar))
        .routes(routes!(photos::thumbnail))
        .routes(routes!(photos::history))
        .routes(routes!(edits::apply))
        .routes(routes!(edits::purge))
        .routes(routes!(undo::undo))
        .routes(routes!(search::search))
        .routes(routes!(search::suggestions))
        .routes(routes!(map::map))
        .routes(routes!(map::places))
        .routes(routes!(timeline::months))
        .routes(routes!(timeline::month))
        .routes(routes!(timeline::days))
        .routes(routes!(alike::groups))
        .routes(routes!(alike::keep_best))
        .routes(routes!(labels::tags, labels::make_tags))
        .routes(routes!(labels::rename_tags, labels::remove_tags))
        .routes(routes!(labels::albums, labels::make_albums))
        .routes(routes!(labels::rename_albums, labels::remove_albums))
        .routes(routes!(labels::people, labels::make_people))
        .routes(routes!(labels::rename_people, labels::remove_people))
        .routes(routes!(fields::fields, fields::define_field))
        .routes(routes!(fields::change_field, fields::remove_field))
        .routes(routes!(fields::searches, fields::save_search))
        .routes(routes!(fields::forget_search))
        .routes(routes!(ledger::status))
        .routes(routes!(ledger::blocks))
        .routes(routes!(ledger::block))
        .routes(routes!(ledger::append))
        .routes(routes!(ledger::proof))
        .routes(routes!(household::devices))
        .routes(routes!(household::settings, household::change_settings))
        .routes(routes!(household::change_device, household::remove_device))
        .routes(routes!(household::recover))
        .routes(routes!(household::follow))
        .routes(routes!(household::invitations, household::invite))
        .routes(routes!(household::withdraw))
        .routes(routes!(household::let_in))
        .routes(routes!(recovery::show))
        .routes(routes!(recovery::save))
        .routes(routes!(tasks::claimed))
        .routes(routes!(imports::list, imports::start))
        .routes(routes!(imports::get, imports::cancel))
        .routes(routes!(exports::exports, exports::start_export))
        .routes(routes!(exports::export_job, exports::cancel_export))
        .routes(routes!(events::stream))
        .routes(routes!(session::begin))
        .routes(routes!(health::healthz))
        .routes(routes!(health::metrics))
}

#[cfg(test)]
mod tests;
