//! Who may import whom: read from the `use crate::` lines and paths of the source.

use std::collections::BTreeMap;
use std::path::Path;

/// Each room with the rooms it may import. `src/main.rs` may import `cli` alone.
const MAY_IMPORT: [(&str, &[&str]); 19] = [
    ("model", &[]),
    ("parse", &["model"]),
    ("catalog", &["model"]),
    ("normalise", &["model"]),
    ("expand", &["model", "catalog"]),
    ("semantics", &["model", "catalog"]),
    ("report", &["model", "parse", "catalog", "normalise", "expand", "semantics"]),
    ("compare", &["model", "catalog", "normalise", "expand", "semantics", "report"]),
    ("pipeline", &["model", "parse", "catalog", "normalise", "semantics", "compare", "report"]),
    ("suggest", &["model", "catalog", "normalise", "compare"]),
    ("fleet", &["model", "catalog", "normalise", "report", "pipeline"]),
    ("since", &["model", "semantics", "report"]),
    ("formats", &["model", "parse", "catalog", "expand", "semantics", "report", "fleet", "since", "evidence"]),
    ("remediate", &["model", "parse", "normalise", "compare", "report", "pipeline", "formats"]),
    ("evidence", &["model", "parse"]),
    ("harvest", &["model", "parse"]),
    ("store", &["catalog", "evidence"]),
    ("testing", &["model", "parse"]),
    (
        "cli",
        &[
            "model",
            "parse",
            "catalog",
            "normalise",
            "expand",
            "semantics",
            "report",
            "compare",
            "pipeline",
            "fleet",
            "formats",
            "harvest",
            "store",
            "suggest",
            "remediate",
            "since",
            "evidence",
        ],
    ),
];

/// The source of a file without its tests, which may use what they like.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or_default()
}

fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap();
            found.push((name.to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_room_imports_only_what_it_may() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.into_iter().collect();
    let mut sources = Vec::new();
    files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut sources);
    let mut seen = 0;
    for (name, text) in sources.iter().filter(|(name, _)| !name.ends_with("tests.rs") && !name.contains("tests/")) {
        let room = name.split(['/', '.']).next().unwrap();
        if matches!(room, "lib" | "main") {
            continue;
        }
        let may = allowed.get(room).unwrap_or_else(|| panic!("{name} is in no known room"));
        let code = without_tests(text).lines().filter(|line| !line.trim_start().starts_with("//"));
        for import in code.flat_map(|line| line.split("crate::").skip(1)) {
            let other: String = import.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            let is_room = allowed.contains_key(other.as_str());
            assert!(!is_room || other == room || may.contains(&other.as_str()), "{name} imports {other}");
            seen += usize::from(is_room);
        }
    }
    assert!(seen > 50, "the lines were found: {seen}");
}

#[test]
fn only_the_edges_touch_the_world() {
    let mut sources = Vec::new();
    files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut sources);
    let edges = ["harvest", "store", "cli", "main"];
    for (name, text) in &sources {
        let room = name.split(['/', '.']).next().unwrap();
        if edges.contains(&room) || name.ends_with("tests.rs") {
            continue;
        }
        for world in [
            "std::fs",
            "std::env::",
            "std::net::Tcp",
            "std::process",
            "tokio::",
            "aws_config",
            "aws_sdk",
            "aws_smithy",
            "std::time::",
            "Timestamp::now",
            "Zoned::now",
            "println!",
        ] {
            let code = without_tests(text).lines().filter(|line| !line.trim_start().starts_with("//"));
            assert!(!code.into_iter().any(|line| line.contains(world)), "{name} uses {world}");
        }
    }
}
