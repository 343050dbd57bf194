//! What the commands print for people.

use std::ffi::OsStr;

use harness::library::Household;
use insta::assert_snapshot;

#[test]
fn what_people_read() {
    let home = Household::found();
    let folder = home.sample("photos", 4);
    let shown = |args: &[&OsStr]| {
        let ran = home.run(args);
        let told = format!(
            "exit {}\n{}{}",
            ran.code.unwrap_or(-1),
            ran.stdout,
            ran.stderr
        );
        masked(&told.replace(&*home.folder("").to_string_lossy(), "…/"))
    };
    let shows = |args: &[&str]| shown(&args.iter().map(OsStr::new).collect::<Vec<_>>());
    assert_snapshot!("import", shown(&["import".as_ref(), folder.as_os_str()]));
    assert_snapshot!(
        "import_again",
        shown(&["import".as_ref(), folder.as_os_str()])
    );
    assert_snapshot!(
        "edit",
        shows(&[
            "edit",
            "-is:trashed",
            "--add-tag",
            "summer/lake",
            "--rating",
            "4"
        ])
    );
    assert_snapshot!("search", shows(&["search", "tag:summer"]));
    assert_snapshot!("search_nothing", shows(&["search", "tag:winter"]));
    assert_snapshot!("search_wrong", shows(&["search", "beach taken:2019-13"]));
    let newest = home.json(["search", "", "--limit", "1"])["photos"][0]["id"].clone();
    assert_snapshot!("show", shows(&["show", newest.as_str().unwrap()]));
    assert_snapshot!("status", shows(&["status"]));
    assert_snapshot!("verify", shows(&["verify", "--deep"]));
    assert_snapshot!("help", shows(&["--help"]));
}

/// `text` without what differs from run to run: ids, hashes, seconds, today, and how many blocks
/// the import happened to need.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    for line in text.split_inclusive('\n') {
        let line = if line.starts_with("added ") {
            "added     (when and where)\n"
        } else {
            line
        };
        let mut before = "";
        for word in line.split_inclusive(' ') {
            let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            let is_hash = bare.len() >= 12 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
            let is_seconds =
                bare.contains('.') && bare.parse::<f64>().is_ok() && line.contains(" s");
            let is_height = before == "block" || word.trim() == "blocks,";
            let hidden = if is_hash {
                "<hash>"
            } else if is_seconds {
                "<n>"
            } else if bare.ends_with('Z') && bare.contains("T") {
                "<time>"
            } else if is_height && bare.parse::<u64>().is_ok() {
                "<height>"
            } else {
                bare
            };
            masked.push_str(&word.replacen(bare, hidden, usize::from(!bare.is_empty())));
            before = bare;
        }
    }
    if let Some(end) = masked.find(" GB free") {
        let begin = masked[..end].rfind(' ').map_or(0, |at| at + 1);
        masked.replace_range(begin..end, "<n>");
    }
    let counted = masked.find(" blocks, ").map(|end| {
        let begin = masked[..end].rfind(['\n', ' ']).map_or(0, |at| at + 1);
        (begin, end)
    });
    if let Some((begin, end)) = counted {
        masked.replace_range(begin..end, "<n>");
    }
    masked
}
