//! `kinfolio blocks`: the chain, block by block.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::ledger::BlockBody;

use crate::api::{Api, with_parameters};
use crate::failure::Failure;
use crate::output::Output;
use crate::usage::BlocksArgs;

pub(crate) async fn run(
    root: &Path,
    args: &BlocksArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let api = Api::open(root).await?;
    let (from, limit) = (args.from.to_string(), args.limit.to_string());
    let path = with_parameters(
        "/api/v1/ledger/blocks",
        &[("from", &from), ("limit", &limit)],
    );
    let blocks = api.get::<Vec<BlockBody>>(&path).await;
    api.close().await;
    output.print(&blocks?, |blocks| describe(blocks))?;
    Ok(ExitCode::SUCCESS)
}

fn describe(blocks: &[BlockBody]) -> String {
    let mut text = format!(
        "{:>8}  {:<24}  {:<16}  {:<16}  {:<8}  edits\n",
        "height", "time", "hash", "previous", "proposer"
    );
    for block in blocks {
        let short = |hash: &str, digits: usize| hash.get(..digits).unwrap_or(hash).to_owned();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:>8}  {:<24}  {}  {}  {}  {}",
            block.height,
            block.timestamp,
            short(&block.hash, 16),
            short(&block.prev, 16),
            short(&block.proposer, 8),
            block.edits
        );
    }
    text
}
