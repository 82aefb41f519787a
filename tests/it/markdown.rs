//! Markdown: never too long, and whatever names there are, GitHub's own renderer makes nothing of them.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;

use iamctl::formats::commands::short;
use iamctl::formats::markdown;
use iamctl::formats::report_format::View;
use iamctl::report::Report;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::external::python;
use crate::support::made_up::{self, HOSTILE, comparison, nothing};
use crate::support::program::repository;

fn text(comparison: &Report, budget: usize) -> String {
    markdown::text(&View::new(comparison, ""), budget)
}

/// What a browser would see of it: tags with attributes, texts in code, other text.
fn rendered(markdown: &str) -> Value {
    let mut python = python()
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
const TAGS: [&str; 19] = [
    "code",
    "details",
    "em",
    "h1",
    "h2",
    "li",
    "p",
    "strong",
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
fn most_severe_first_and_nothing_without_findings() {
    let text = text(&comparison(&["app"]), markdown::LIMIT);
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(
        headings,
        [
            "# IAM roles of `dev` and `qa`",
            "## All findings of causes above: 3",
            "## Limitations of this report: 1",
            "## Statements to review: 2"
        ]
    );
    assert!(text.contains("\n**Different: 4 roles, 16 findings, 9 causes ("), "{text}");
    let severities: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next())
        .filter(|word| ["critical", "high", "medium", "low", "info"].contains(word))
        .collect();
    assert_eq!(severities, ["critical", "high", "medium", "medium", "medium", "low", "low", "info", "info"]);
    let none = super::markdown::text(&nothing(), markdown::LIMIT);
    assert!(none.starts_with("# IAM roles of `dev` and `qa`\n\n**No differences in 0 common roles**\n"), "{none}");
    assert!(!none.contains("##"), "{none}");
}

/// As the terminal does: the ID that `accept --group` takes.
#[test]
fn every_cause_has_its_id() {
    let report = comparison(&["app", "worker"]);
    let text = text(&report, markdown::LIMIT);
    for group in report.causes() {
        let id = format!("`{}`", short(&group.id));
        assert!(text.contains(&id), "{id}: {text}");
    }
}

/// Ten causes that are more severe, then one of fifty roles that says the same of all, and one that does not.
#[test]
fn what_several_roles_have_in_common_stands_once() {
    let names: Vec<String> = (0..50).map(|index| format!("role{index}")).collect();
    let mut report = comparison(&names);
    report.attribute_differences.iter_mut().for_each(|row| {
        row.attribute = iamctl::report::Attribute::Tag("team".to_owned());
        (row.left, row.right, row.real) = (serde_json::json!("red"), serde_json::json!("dark blue"), None);
    });
    report.conclude();
    let text = text(&report, markdown::LIMIT);
    let said = "tag `team` is `\"red\"` in dev, `\"dark blue\"` in qa";
    assert_eq!(text.matches(said).count(), 1, "{text}");
    let block = text.split("<details>").find(|block| block.contains(said)).unwrap();
    assert!(block.contains("50 roles") && block.contains("`role7`"), "{block}");
    // What the table cannot say of each role stands below it.
    let first = report.causes().next().unwrap();
    let id = format!("`{}`", short(&first.id));
    assert_eq!(text.matches(&id).count(), 2, "{text}");
    // Sentences are prose.
    let long = text
        .split('`')
        .skip(1)
        .step_by(2)
        .find(|code| code.contains(" implicitly denies ") || code.contains(" can assume "));
    assert_eq!(long, None);
}

#[test]
fn a_proof_whose_names_are_a_guess_says_so() {
    let mut comparison = comparison(&["app"]);
    comparison.access_differences.iter_mut().for_each(|row| row.witness_is_real = false);
    let text = text(&comparison, markdown::LIMIT);
    assert!(text.contains("a placeholder stands for several texts here"), "{text}");
}

#[test]
fn huge_reports_are_folded_with_counts() {
    let names: Vec<String> = (0..500).map(|index| format!("{index}-{}", "`x".repeat(300))).collect();
    let comparison = comparison(&names);
    let text = text(&comparison, markdown::LIMIT);
    assert!(text.len() < 900 * 1024 && text.len() > 600 * 1024, "{}", text.len());
    assert!(text.contains(", 4500 causes ("), "{}", text.len());
    // All sections are counted, also those that have no room.
    assert!(text.contains("## More causes: 4490\n") && text.contains("\n_… and "), "{}", text.len());
    assert!(text.contains("## Limitations of this report: 500\n"), "{}", text.len());
    assert!(text.ends_with("explains a rule.\n"));
    // One cause with more findings than are shown, behind ten others.
    let names: Vec<String> = (0..12).map(|index| format!("r{index}")).collect();
    let mut many = made_up::comparison(&names);
    let row = many.access_differences.iter().find(|row| row.role == "r0").unwrap().clone();
    let more = (0..1_000).map(|index| {
        let mut row = row.clone();
        row.difference.resources = vec![index.to_string()];
        row
    });
    many.access_differences.extend(more);
    many.conclude();
    let text = markdown::text(&View::new(&many, ""), markdown::LIMIT);
    let more =
        text.lines().find_map(|line| line.strip_prefix("- … and ")?.strip_suffix(" more, listed in the reports"));
    assert!(more.is_some_and(|more| more.parse::<usize>().unwrap() > 980), "{more:?}");
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
