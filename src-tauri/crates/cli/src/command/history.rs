//! `kinfolio show --history`: every edit of one photo, and values that conflicted, in words.

use std::fmt::Write;

use kinfolio_http::dto::change::ChangeBody;
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
        ("undone", _) => "took a change back".to_owned(),
        ("added_again", _) => "added it again".to_owned(),
        (what, _) => what.to_owned(),
    }
}

/// What a change sets, one part for each field.
pub(super) fn changed(change: &ChangeBody) -> Vec<String> {
    let ChangeBody {
        add_tags,
        remove_tags,
        caption,
        rating,
        favorite,
        taken_at,
        position,
        trash,
    } = change;
    let tags = |tags: &[String], sign: &str| {
        let tags = tags.iter().map(|tag| format!("{sign}#{tag}"));
        tags.collect::<Vec<_>>()
    };
    let mut parts = tags(add_tags, "+");
    parts.extend(tags(remove_tags, "-"));
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
        "caption" => Some("--caption"),
        "rating" => Some("--rating"),
        "taken_at" => Some("--taken"),
        "position" => Some("--position"),
        _ => None,
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
