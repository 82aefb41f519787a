//! Markdown: never too long, and whatever names there are, GitHub's own renderer makes nothing of them.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use iamctl::formats::markdown;
use iamctl::formats::report_format::View;
use iamctl::report::Report;
use proptest::prelude::*;
use serde_json::Value;

use crate::made_up::{HOSTILE, comparison, nothing};
use crate::program::repository;

fn text(comparison: &Report, budget: usize) -> String {
    markdown::text(&View::new(comparison, ""), budget)
}

/// What a browser would see of it: tags with attributes, texts in code, other text.
fn rendered(markdown: &str) -> Value {
    let ready = Command::new(repository().join("scripts/setup-tests")).status().unwrap();
    assert!(ready.success(), "scripts/setup-tests failed");
    let mut python = Command::new(repository().join("target/moto-venv/bin/python"))
        .arg(repository().join("tests/read_markdown.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(markdown.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// All tags that a report may come to.
const TAGS: [&str; 18] = [
    "code",
    "details",
    "em",
    "h1",
    "h2",
    "li",
    "p",
    "summary",
    "table",
    "tbody",
    "td",
    "td align=right",
    "th",
    "th align=right",
    "thead",
    "tr",
    "ul",
    "",
];

fn is_harmless(page: &Value) -> Result<(), String> {
    let tags: BTreeSet<&str> = page["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    if let Some(tag) = tags.iter().find(|tag| !TAGS.contains(tag)) {
        return Err(format!("<{tag}> got through"));
    }
    let outside = page["text"].as_str().unwrap();
    if outside.contains('@') || outside.contains("example.com") || outside.contains("alert") {
        return Err(format!("a name stands outside of code: {outside}"));
    }
    if page["open"] != 0 { Err("a <code> is left open".to_owned()) } else { Ok(()) }
}

#[test]
fn hostile_names_stay_names() {
    for name in HOSTILE {
        let page = rendered(&text(&comparison(&[name]), markdown::LIMIT));
        is_harmless(&page).unwrap_or_else(|error| panic!("{name:?}: {error}"));
    }
    let page = rendered(&text(&comparison(&HOSTILE), markdown::LIMIT));
    is_harmless(&page).unwrap();
    // The names are there, letter by letter.
    let code: Vec<&str> = page["code"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let shown = |name: &str| code.iter().any(|code| code.contains(name));
    for name in ["<script>alert(1)</script>", "`code` ``more`` ```all```", "a|b\\|c", "&lt;b&gt; &amp; &#64;octocat"] {
        assert!(shown(name), "{name}: {code:#?}");
    }
    assert!(shown("line\\r\\n\\r\\n# heading"), "control characters are escaped");
    assert!(!text(&comparison(&HOSTILE), markdown::LIMIT).contains(['\u{202e}', '\u{2066}', '\u{1b}', '\r']));
}

#[test]
fn a_hostile_source_stays_in_its_cell() {
    for name in HOSTILE {
        let mut comparison = nothing();
        comparison.accounts.left.source = name.to_owned();
        let page = rendered(&text(&comparison, markdown::LIMIT));
        is_harmless(&page).unwrap_or_else(|error| panic!("{name:?}: {error}"));
    }
}

#[test]
fn weightiest_first_and_nothing_without_findings() {
    let text = text(&comparison(&["app"]), markdown::LIMIT);
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(
        headings,
        [
            "# IAM roles of `dev` and `qa`: different",
            "## Ways for a role to raise itself: 1",
            "## What roles may do: 3",
            "## Who may take roles: 3",
            "## Texts that belong to the other account: 1",
            "## Attributes: 3",
            "## Roles in one account only: 3",
            "## Denies and rows without effect on access: 2",
            "## What could not be compared, and what to look at: 3",
        ]
    );
    let none = super::markdown::text(&nothing(), markdown::LIMIT);
    assert!(none.starts_with("# IAM roles of `dev` and `qa`: no differences in 0 common roles\n"), "{none}");
    assert!(!none.contains("##"), "{none}");
}

#[test]
fn huge_reports_are_folded_with_counts() {
    let names: Vec<String> = (0..500).map(|index| format!("{index}-{}", "`x".repeat(300))).collect();
    let comparison = comparison(&names);
    let text = text(&comparison, markdown::LIMIT);
    assert!(text.len() < 900 * 1024 && text.len() > 800 * 1024, "{}", text.len());
    // All sections are counted, also those that have no room for a role.
    assert!(text.contains("## What roles may do: 1500\n"), "{}", text.len());
    assert!(text.contains("## Roles in one account only: 1500\n"), "{}", text.len());
    assert!(text.matches("\n_… and ").count() >= 5, "{}", text.matches("\n_… and ").count());
    assert!(text.ends_with("explains a kind.\n"));
    // One role with more findings than are shown.
    let mut many = super::made_up::comparison(&["app"]);
    let row = many.access_differences[0].clone();
    many.access_differences.extend((0..1_000).map(|index| {
        let mut row = row.clone();
        row.difference.resources = vec![index.to_string()];
        row
    }));
    let text = markdown::text(&View::new(&many, ""), markdown::LIMIT);
    assert!(text.contains("1003 findings (access-gained, access-unknown, access-lost)"), "{text}");
    assert!(text.contains("- … and 983 more, listed in the reports\n"), "{text}");
}

fn name() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(HOSTILE.to_vec());
    prop_oneof![
        any::<String>(),
        prop::collection::vec(pieces, 1..4).prop_map(|pieces| pieces.concat()),
        (0_usize..3_000).prop_map(|length| "`<|@é".repeat(length)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn never_longer_than_asked(names in prop::collection::vec(name(), 0..6), budget in 0_usize..40_000) {
        let text = text(&comparison(&names), budget);
        prop_assert!(text.len() <= budget, "{} of {budget}", text.len());
        // Blocks are whole: what is opened is closed.
        prop_assert_eq!(text.matches("\n<details>").count(), text.matches("\n</details>").count());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn no_name_is_markdown(names in prop::collection::vec(name(), 1..3)) {
        let page = rendered(&text(&comparison(&names), markdown::LIMIT));
        prop_assert_eq!(is_harmless(&page), Ok(()));
    }
}
