//! Prints the OpenAPI document, from which the UI's client is generated.

use std::io::Write;

fn main() -> std::io::Result<()> {
    let mut text = serde_json::to_string_pretty(&kinfolio_http::openapi())?;
    text.push('\n');
    std::io::stdout().write_all(text.as_bytes())
}
