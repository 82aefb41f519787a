//! The rules: one text for the page, the command line and the reports.

use std::collections::BTreeSet;

use iamctl::formats::rules;
use iamctl::report::{Attribute, AttributeDifference, Limitation, Rule};
use iamctl::semantics::outcome::INCONSISTENT;

use crate::support::made_up::comparison;
use crate::support::program::{expect, repository};
use crate::support::tool::Tool;

#[test]
fn the_page_is_written_from_the_text() {
    let mut page = Vec::new();
    rules::page(&mut page).unwrap();
    expect(&repository().join("docs/rules.md"), &String::from_utf8(page).unwrap());
}

#[test]
fn explain_prints_every_rule() {
    let tool = Tool::new();
    for rule in Rule::ALL {
        let run = tool.run(&["explain", "--rule", rule.id()]);
        assert_eq!(run.code, 0, "{run:?}");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(run.stdout.starts_with(&format!("{}: ", rule.id())), "{run:?}");
        for (heading, paragraph) in rule.text().paragraphs() {
            assert!(words(&run.stdout).contains(&format!("{heading} {}", words(paragraph))), "{run:?}");
        }
        assert!(run.stdout.lines().all(|line| line.chars().count() <= 100), "{run:?}");
    }
}

#[test]
fn explain_lists_the_rules() {
    let tool = Tool::new();
    let run = tool.run(&["explain", "--rule", "list"]);
    let ids: Vec<&str> = run.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(ids, Rule::ALL.map(Rule::id));
    assert_eq!(tool.run(&["explain", "--rule"]).stdout, run.stdout);
}

#[test]
fn an_unknown_rule_is_an_error_that_lists_them() {
    let run = Tool::new().run(&["explain", "--rule", "acess\u{1b}[2J"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.starts_with(r"error: there is no rule `acess\u{1b}[2J`"), "{run:?}");
    assert!(Rule::ALL.iter().all(|rule| run.stderr.contains(rule.id())), "{run:?}");
    // With a role it is not clear what is asked.
    assert_eq!(Tool::new().run(&["explain", "folder", "role", "--rule", "access-gained"]).code, 2);
    assert_eq!(Tool::new().run(&["explain"]).code, 2);
}

#[test]
fn every_rule_is_found() {
    let mut all = comparison(&["a"]);
    // A row that nothing explains: in a role whose access does not differ.
    let mut quiet = all.roles[0].clone();
    quiet.left.as_mut().unwrap().arn = "left".to_owned();
    quiet.right.as_mut().unwrap().arn = "right".to_owned();
    all.roles.push(quiet);
    all.item_differences.push(crate::support::made_up::item("a", "right".to_owned()));
    let mut inconsistent = all.access_differences[0].clone();
    inconsistent.difference.reasons = vec![INCONSISTENT.to_owned(), "why".to_owned()];
    all.access_differences.push(inconsistent);
    all.limitations.push(Limitation::TextNotFound { placeholder: "environment".to_owned(), text: "dev".to_owned() });
    all.limitations.push(Limitation::AwsPolicyVersions {
        policy: "arn:aws:iam::aws:policy/x".to_owned(),
        versions: std::collections::BTreeMap::new(),
        compared: "v2".to_owned(),
        roles: BTreeSet::new(),
    });
    all.limitations.push(Limitation::RoleNotCompared {
        tag: "dev".parse().unwrap(),
        source: "file dev.json".to_owned(),
        role: "b".to_owned(),
        policies: BTreeSet::from(["arn:aws:iam::aws:policy/x".to_owned()]),
        counterparts: std::collections::BTreeMap::new(),
    });
    all.attribute_differences
        .push(AttributeDifference { attribute: Attribute::UniqueId, ..all.attribute_differences[0].clone() });
    all.conclude();
    let found: BTreeSet<Rule> = all.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(found, BTreeSet::from(Rule::ALL));
}
