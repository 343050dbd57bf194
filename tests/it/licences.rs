//! Every crate that Kinfolio is built from may be passed on under the licences in `.deny.toml`.
//! `cargo deny` says the same where it is installed; this needs nothing but cargo.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Licence expressions of SPDX, and the older ones with `/` for `OR`.
struct Expression<'a> {
    words: std::iter::Peekable<std::vec::IntoIter<&'a str>>,
    allowed: &'a [String],
}

impl<'a> Expression<'a> {
    fn is_allowed(text: &'a str, allowed: &'a [String]) -> bool {
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            let mut rest = word;
            while let Some(at) = rest.find(['(', ')', '/']) {
                let (before, from) = rest.split_at(at);
                words.extend([before, &from[..1]]);
                rest = &from[1..];
            }
            words.push(rest);
        }
        words.retain(|word| !word.is_empty());
        let mut expression = Self {
            words: words.into_iter().peekable(),
            allowed,
        };
        expression.any() && expression.words.next().is_none()
    }

    fn any(&mut self) -> bool {
        let mut good = self.all();
        while self
            .words
            .next_if(|word| matches!(*word, "OR" | "/"))
            .is_some()
        {
            good |= self.all();
        }
        good
    }

    fn all(&mut self) -> bool {
        let mut good = self.one();
        while self.words.next_if_eq(&"AND").is_some() {
            good &= self.one();
        }
        good
    }

    fn one(&mut self) -> bool {
        let Some(word) = self.words.next() else {
            return false;
        };
        if word == "(" {
            let good = self.any();
            return self.words.next() == Some(")") && good;
        }
        let name = match self.words.next_if_eq(&"WITH") {
            Some(_) => format!("{word} WITH {}", self.words.next().unwrap_or_default()),
            None => word.to_owned(),
        };
        self.allowed.contains(&name)
    }
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    let check = |text: &str, expect: bool| {
        assert_eq!(Expression::is_allowed(text, &allowed), expect, "{text}");
    };
    check("MIT", true);
    check("GPL-3.0-only", false);
    check("MIT OR GPL-3.0-only", true);
    check("GPL-3.0-only/MIT", true);
    check("GPL-3.0-only / MIT", true);
    check("MIT AND GPL-3.0-only", false);
    check("(GPL-2.0-only OR MIT) AND ISC", true);
    check("(GPL-2.0-only OR MIT) AND (BSD-4-Clause)", false);
    check("(GPL-2.0-only) OR MIT", true);
    check("(MIT", false);
    check("Apache-2.0 WITH LLVM-exception", true);
    check("Apache-2.0", false);
    check("ISC MIT", false);
    check("", false);
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let deny: toml_edit::DocumentMut = std::fs::read_to_string(root.join(".deny.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let allowed: Vec<String> = deny["licenses"]["allow"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    let said = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--filter-platform",
        ])
        .arg("x86_64-unknown-linux-gnu")
        .current_dir(&root)
        .output()
        .unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let metadata: Value = serde_json::from_slice(&said.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(
        packages.len() > 100,
        "only {} crates were looked at",
        packages.len()
    );
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| {
            !Expression::is_allowed(package["license"].as_str().unwrap_or_default(), &allowed)
        })
        .map(|package| {
            format!(
                "{} {}: {}",
                package["name"], package["version"], package["license"]
            )
        })
        .collect();
    assert!(
        refused.is_empty(),
        "not allowed by .deny.toml: {refused:#?}"
    );
}
