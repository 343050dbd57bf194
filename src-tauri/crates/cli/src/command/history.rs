//! `kinfolio show --history`: every edit of one photo, and values that conflicted, in words.

use std::fmt::Write;

use kinfolio_http::dto::change::{ChangeBody, MovedBody};
use kinfolio_http::dto::history::{ConflictBody, History, HistoryItem, WrittenBody};
use serde_json::Value;

use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, grouped, safe};

pub(super) async fn show(api: &Api, path: &str, output: &Output) -> Result<(), Failure> {
    let history: History = api.get(&format!("{path}/history")).await?;
    output.print(&history, describe)
}

fn describe(history: &History) -> String {
    let mut text = String::new();
    for entry in &history.entries {
        let at = entry.at.as_deref().or(entry.decided_at.as_deref());
        let block = entry.height.map_or_else(
            || "pending".to_owned(),
            |height| format!("block {}", grouped(height)),
        );
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<24}  {:<12}  {}: {}",
            at.unwrap_or("-"),
            block,
            safe(entry.device_name.as_deref().unwrap_or(&entry.device)),
            safe(&done(entry))
        );
        for one in &entry.unseen {
            let _ = writeln!(text, "    without having seen {}", safe(&by(one)));
        }
    }
    text
}

fn done(entry: &HistoryItem) -> String {
    match (entry.what.as_str(), &entry.change) {
        ("changed", Some(change)) => changed(change).join(", "),
        ("relabelled", _) => relabelled(entry.label.as_ref()),
        ("undone", _) => "took a change back".to_owned(),
        ("added_again", _) => "added it again".to_owned(),
        (what, _) => what.to_owned(),
    }
}

/// What became of a label.
pub(super) fn relabelled(label: Option<&MovedBody>) -> String {
    let Some(MovedBody { list, from, to }) = label else {
        return "renamed a label".to_owned();
    };
    match (from, to) {
        (None, Some(to)) => format!("made the {list} “{to}”"),
        (Some(from), Some(to)) => format!("the {list} “{from}” is called “{to}”"),
        (Some(from), None) => format!("removed the {list} “{from}”"),
        (None, None) => format!("changed a {list}"),
    }
}

/// What a change sets, one part for each field.
pub(super) fn changed(change: &ChangeBody) -> Vec<String> {
    let ChangeBody {
        add_tags,
        remove_tags,
        add_albums,
        remove_albums,
        add_people,
        remove_people,
        fields,
        caption,
        rating,
        favorite,
        taken_at,
        position,
        trash,
    } = change;
    let mut parts = Vec::new();
    let lists = [
        (add_tags, "+#", ""),
        (remove_tags, "-#", ""),
        (add_albums, "into the album “", "”"),
        (remove_albums, "out of the album “", "”"),
        (add_people, "with ", ""),
        (remove_people, "without ", ""),
    ];
    for (labels, before, behind) in lists {
        parts.extend(
            labels
                .iter()
                .map(|label| format!("{before}{label}{behind}")),
        );
    }
    parts.extend(fields.iter().map(|(name, value)| match value {
        Some(value) => format!("{name} “{value}”"),
        None => format!("no {name}"),
    }));
    parts.extend(
        caption
            .as_ref()
            .map(|caption| format!("caption “{caption}”")),
    );
    parts.extend(rating.map(|rating| format!("rating {rating}")));
    parts.extend(favorite.map(|on| if on { "favourite" } else { "no favourite" }.to_owned()));
    parts.extend(taken_at.as_ref().map(|at| format!("taken {at}")));
    parts.extend(position.as_ref().map(|place| match place {
        Some([lat, lon]) => format!("position {lat:.6}, {lon:.6}"),
        None => "no position".to_owned(),
    }));
    parts.extend(trash.map(|on| {
        if on {
            "into the trash"
        } else {
            "out of the trash"
        }
        .to_owned()
    }));
    parts
}

/// Both values of a conflict, and how to take another one than that which stands.
pub(super) fn conflict(id: &str, conflict: &ConflictBody) -> String {
    let others: Vec<_> = conflict.replaced.iter().map(by).collect();
    let mut text = format!(
        "{} stands, {} does not",
        by(&conflict.kept),
        others.join(" and ")
    );
    let option = match conflict.field.as_str() {
        "caption" => Some("--caption".to_owned()),
        "rating" => Some("--rating".to_owned()),
        "taken_at" => Some("--taken".to_owned()),
        "position" => Some("--position".to_owned()),
        "favorite" => Some("--favorite".to_owned()),
        "trash" => Some("--trash".to_owned()),
        field => field
            .strip_prefix("fields.")
            .map(|name| format!("--field {name}=")),
    };
    if let Some(option) = option {
        let _ = write!(text, "; to choose: kinfolio edit {id} {option} …");
    }
    text
}

/// A value, and whose it is.
fn by(written: &WrittenBody) -> String {
    let value = match &written.value {
        Value::String(text) => format!("“{text}”"),
        other => other.to_string(),
    };
    let device = written.device_name.as_deref().unwrap_or(&written.device);
    format!("{} {value} by {device}", written.field)
}
