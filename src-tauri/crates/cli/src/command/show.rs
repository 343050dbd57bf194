//! `kinfolio show`: one photo's record.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::State;
use kinfolio_http::dto::photo::PhotoRecord;

use super::history;
use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, bytes, safe};
use crate::usage::ShowArgs;

pub(crate) async fn run(
    root: &Path,
    args: &ShowArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let api = Api::open(root).await?;
    let id: String = args
        .id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let path = format!("/api/v1/photos/{id}");
    let shown = match args.history {
        true => history::show(&api, &path, output).await,
        false => record(&api, &path, output).await,
    };
    api.close().await;
    shown.map(|()| ExitCode::SUCCESS)
}

async fn record(api: &Api, path: &str, output: &Output) -> Result<(), Failure> {
    let record: PhotoRecord = api.get(path).await?;
    output.print(&record, describe)
}

fn describe(photo: &PhotoRecord) -> String {
    let mut rows: Vec<(&str, String)> = vec![
        ("id", photo.id.clone()),
        ("name", photo.name.clone()),
        ("folder", photo.folder.clone()),
        (
            "taken",
            format!(
                "{} ({})",
                photo.taken_at,
                photo.taken_source.replace('_', " ")
            ),
        ),
        ("type", format!("{}, {}", photo.mime, bytes(photo.size))),
    ];
    if photo.width > 0 {
        rows.push(("pixels", format!("{} × {}", photo.width, photo.height)));
    }
    rows.push(("camera", photo.camera.clone().unwrap_or_default()));
    rows.push(("lens", photo.lens.clone().unwrap_or_default()));
    rows.push(("exposure", exposure(photo)));
    if let Some([lat, lon]) = photo.position {
        rows.push(("position", format!("{lat:.6}, {lon:.6}")));
    }
    rows.push(("place", photo.place.clone().unwrap_or_default()));
    rows.push(("caption", photo.caption.clone()));
    rows.push(("tags", photo.tags.join(", ")));
    rows.push(("albums", photo.albums.join(", ")));
    rows.push(("people", photo.people.join(", ")));
    for (name, value) in &photo.fields {
        rows.push((name, value.clone()));
    }
    rows.push(("rating", "*".repeat(photo.rating.into())));
    rows.push(("marks", marks(photo)));
    let conflicts = photo.conflicts.iter();
    rows.extend(conflicts.map(|one| ("conflict", history::conflict(&photo.id, one))));
    rows.push(("warning", photo.warning.clone().unwrap_or_default()));
    rows.push((
        "added",
        match (&photo.added_at, photo.block) {
            (Some(at), Some(block)) => format!("{at} in block {block}"),
            _ => "waits to be written to the ledger".to_owned(),
        },
    ));
    let mut text = String::new();
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<9} {}", safe(value));
    }
    text
}

fn marks(photo: &PhotoRecord) -> String {
    let marks = [
        (photo.favorite, "favourite"),
        (photo.trashed, "in the trash"),
        (!photo.conflicts.is_empty(), "has a conflict"),
        (photo.state == State::Pending, "has pending edits"),
    ];
    marks
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, name)| *name)
        .collect::<Vec<_>>()
        .join(", ")
}

fn exposure(photo: &PhotoRecord) -> String {
    let exposure = &photo.exposure;
    let parts = [
        exposure.exposure_time_s.map(|seconds| {
            if seconds > 0.0 && seconds < 0.3 {
                format!("1/{:.0} s", 1.0 / seconds)
            } else {
                format!("{seconds} s")
            }
        }),
        exposure.f_number.map(|number| format!("f/{number}")),
        exposure.iso.map(|iso| format!("ISO {iso}")),
        exposure
            .focal_length_mm
            .map(|length| format!("{length} mm")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
