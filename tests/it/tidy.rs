//! The house rules that a machine can check: who may use whom, how long files and lines may be,
//! and that no module is forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Who may use whom; what is not named uses nothing of the house.
const ROOMS: [(&str, &[&str]); 15] = [
    ("kinfolio-consensus", &[]),
    ("kinfolio-chain", &[]),
    ("kinfolio-proof", &[]),
    ("kinfolio-places", &[]),
    ("kinfolio-said", &[]),
    ("kinfolio-photos", &["kinfolio-places", "kinfolio-said"]),
    ("kinfolio-bucket", &[]),
    ("kinfolio-catalog", &["kinfolio-chain"]),
    (
        "kinfolio-search",
        &["kinfolio-catalog", "kinfolio-places", "kinfolio-said"],
    ),
    (
        "kinfolio-transport",
        &["kinfolio-consensus", "kinfolio-chain"],
    ),
    (
        "kinfolio-node",
        &["kinfolio-transport", "kinfolio-consensus", "kinfolio-chain"],
    ),
    (
        "kinfolio-library",
        &[
            "kinfolio-photos",
            "kinfolio-places",
            "kinfolio-said",
            "kinfolio-bucket",
            "kinfolio-catalog",
            "kinfolio-search",
            "kinfolio-node",
        ],
    ),
    ("kinfolio-http", &["kinfolio-library"]),
    ("kinfolio-cli", &["kinfolio-http", "kinfolio-library"]),
    ("kinfolio-desktop", &["kinfolio-http", "kinfolio-library"]),
];

/// Packages under `tests/`, which may use all rooms.
const TESTS: [&str; 3] = ["kinfolio-tests", "kinfolio-sim", "kinfolio-peers"];

/// Lines of a source file.
const FILE_LINES_MAX: usize = 500;

/// Lines of a file of tests.
const TEST_FILE_LINES_MAX: usize = 1000;

/// Characters of a line of code.
const LINE_CHARS_MAX: usize = 120;

/// Characters of a line in a test, where a line may be a row of a table.
const TEST_LINE_CHARS_MAX: usize = 160;

fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Without a `tests/..`, which would make every file one of a test.
    tests.parent().unwrap().to_path_buf()
}

#[test]
fn dependencies_point_one_way() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let mut met = BTreeSet::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        if TESTS.contains(&name) {
            continue;
        }
        let room = ROOMS.iter().find(|(room, _)| *room == name);
        let (_, allowed) = room.unwrap_or_else(|| panic!("{name} is a room that no list names"));
        met.insert(name);
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = dependency["name"].as_str().unwrap();
            let in_test = dependency["kind"] == "dev";
            let fine = !used.starts_with("kinfolio-") || in_test || allowed.contains(&used);
            assert!(fine, "{name} may not use {used}");
            let shell = used == "tauri" || used.starts_with("tauri-");
            assert!(!shell || name == "kinfolio-desktop", "{name} knows {used}");
        }
    }
    assert_eq!(met.len(), ROOMS.len(), "a room is gone: {met:?}");
}

#[test]
fn files_fit_a_head_and_lines_a_screen() {
    let mut faults = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        let is_test = path.components().any(|part| {
            matches!(
                part.as_os_str().to_str(),
                Some("tests" | "examples" | "tests.rs")
            )
        });
        let (lines_max, chars_max) = if is_test {
            (TEST_FILE_LINES_MAX, TEST_LINE_CHARS_MAX)
        } else {
            (FILE_LINES_MAX, LINE_CHARS_MAX)
        };
        if lines > lines_max {
            faults.push(format!(
                "{}: {lines} lines, {lines_max} at most",
                path.display()
            ));
        }
        for (number, line) in text.lines().enumerate() {
            let chars = line.chars().count();
            // What is one literal or one address cannot be broken.
            let breakable = !line.contains("://") && line.matches('"').count() < 2;
            if chars > chars_max && breakable {
                faults.push(format!(
                    "{}:{}: {chars} characters",
                    path.display(),
                    number + 1
                ));
            }
        }
        if !text.starts_with("//!") && !text.starts_with("#!") {
            faults.push(format!("{}: does not say what it is (//!)", path.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_module_is_forgotten() {
    let sources = sources();
    for path in &sources {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let folder = path.parent().unwrap();
        let is_root = matches!(name, "main" | "lib" | "build" | "mod")
            || folder.ends_with("examples")
            || folder.ends_with("benches")
            || (folder.ends_with("tests") && folder.parent().unwrap().join("Cargo.toml").exists());
        if is_root {
            continue;
        }
        let beside = folder.with_extension("rs");
        let parents = [
            folder.join("main.rs"),
            folder.join("lib.rs"),
            folder.join("mod.rs"),
            beside,
        ];
        let named = parents.iter().any(|parent| {
            let text = fs::read_to_string(parent).unwrap_or_default();
            text.lines().any(|line| {
                let line = line.trim().trim_end_matches([';', '{', ' ']);
                line.strip_suffix(name).is_some_and(|before| {
                    before == "mod " || (before.starts_with("pub") && before.ends_with(" mod "))
                })
            })
        });
        assert!(named, "{} belongs to no module", path.display());
    }
    assert!(
        sources.len() > 50,
        "the walk found only {} files",
        sources.len()
    );
}

/// Every Rust source of the house.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["src-tauri", "tests"] {
        collect(&root().join(folder), &mut found);
    }
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "gen" | "target" | "node_modules") {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
