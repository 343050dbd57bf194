//! `kinfolio search`.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::search::SearchResults;

use crate::api::{Api, with_parameters};
use crate::failure::Failure;
use crate::output::{Output, counted, grouped, safe};
use crate::usage::SearchArgs;

pub(crate) async fn run(
    root: &Path,
    args: &SearchArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let api = Api::open(root).await?;
    let query = args.query.join(" ");
    let results = find(&api, &query, args.limit).await;
    api.close().await;
    output.print(&results?, describe)?;
    Ok(ExitCode::SUCCESS)
}

/// The first results; a wrong query is told with its place.
async fn find(api: &Api, query: &str, limit: u32) -> Result<SearchResults, Failure> {
    let limit = limit.to_string();
    let parameters = [("q", query), ("limit", limit.as_str())];
    let path = with_parameters("/api/v1/search", &parameters);
    api.get(&path)
        .await
        .map_err(|failure| with_query(failure, query))
}

/// A complaint about a query, together with the query.
pub(crate) fn with_query(failure: Failure, query: &str) -> Failure {
    match failure {
        Failure::Api(problem) if problem.code == "bad_query" => Failure::BadQuery {
            query: query.to_owned(),
            problem,
        },
        other => other,
    }
}

fn describe(results: &SearchResults) -> String {
    let mut text = String::new();
    for photo in &results.photos {
        let when = photo
            .taken_at
            .get(..16)
            .unwrap_or(&photo.taken_at)
            .replace('T', " ");
        let stars = "*".repeat(photo.rating.into());
        let tags: Vec<String> = photo
            .tags
            .iter()
            .map(|tag| format!("#{}", safe(tag)))
            .collect();
        let line = format!(
            "{}  {when}  {}  {stars} {}",
            photo.id,
            safe(&photo.name),
            tags.join(" ")
        );
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let shown = results.photos.len() as u64;
    let _ = match results.total {
        0 => writeln!(text, "No photo matches."),
        total if shown < total => {
            let total = counted(total, "photo", "photos");
            writeln!(text, "{} of {total} (more with --limit)", grouped(shown))
        }
        total => writeln!(text, "{}", counted(total, "photo", "photos")),
    };
    text
}
