//! `suggest` proposes a pattern for the ends of role names that a tool made up, and none that touches anything else.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, inline, snapshot};

const ENDS: [[&str; 4]; 2] = [["x7f3k2", "0a9z8y", "q1w2e3", "m5n6b7"], ["p9d2m1", "k3j4h5", "z9x8c7", "l0k9j8"]];

/// Roles named after what they do and an end, each with a statement of its own, and one that passes the first.
fn account(id: &str, of: usize, others: &[&str]) -> String {
    let environment = ["dev", "qa"][of];
    let statement = |at: usize| json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::data-{at}-{environment}/*")}]);
    let name = |at: usize| format!("{}-{environment}-{}", ["api", "web", "job", "tool"][at], ENDS[of][at]);
    let mut roles: Vec<Value> = (0..4).map(|at| inline(id, &name(at), &statement(at))).collect();
    let passed = format!("arn:aws:iam::{id}:role/{}", name(0));
    roles.push(inline(id, "deployer", &json!([{"Effect": "Allow", "Action": "iam:PassRole", "Resource": passed}])));
    roles.extend(others.iter().map(|name| inline(id, name, &statement(9))));
    snapshot(id, &roles, &[])
}

fn suggested(others: &[&str]) -> (Tool, Value) {
    let tool = Tool::new();
    tool.write("dev.json", account(DEV, 0, others));
    tool.write("qa.json", account(QA, 1, others));
    let run = tool.run(&["suggest", "dev.json", "dev", "qa.json", "qa", "--write"]);
    assert_eq!(run.code, 0, "{run:?}");
    let printed = serde_json::from_str(&run.stdout).unwrap();
    (tool, printed)
}

#[test]
fn ends_of_one_length_and_alphabet_are_a_pattern() {
    let (tool, printed) = suggested(&["audit-readers"]);
    let entry = &printed["generated"];
    assert_eq!(entry["pattern"], json!("-([0-9a-z]{6})$"), "{printed}");
    assert_eq!(entry["in"], json!(["rolename", "resource", "principal", "instanceprofile"]));
    let comment = entry["comment"].as_str().unwrap();
    assert!(comment.starts_with("the pattern `-([0-9a-z]{6})$`: 4 role names, "), "{comment}");
    assert!(
        comment.contains("makes 4 unique roles common") && comment.contains("does not match `audit-readers`"),
        "{comment}"
    );
    // The dictionary that was written makes the accounts equal, the role that is passed included.
    assert_eq!(tool.diff(&[])["totals"]["findings"], json!(0));
    // A role that passes the other account's role is still found.
    let foreign = account(QA, 1, &["audit-readers"]).replace("role/api-qa-p9d2m1\"}]", "role/api-dev-x7f3k2\"}]");
    tool.write("qa.json", foreign.replace(&format!("{QA}:role/api-dev"), &format!("{DEV}:role/api-dev")));
    let report = tool.diff(&[]);
    assert_ne!(report["totals"]["findings"], json!(0), "{report}");
}

#[test]
fn a_word_of_the_same_length_is_not_touched() {
    // The pattern would take `worker` for an end as well.
    let (_, printed) = suggested(&["audit-worker"]);
    assert_eq!(printed.get("generated"), None, "{printed}");
    assert!(printed.get("environment").is_some());
}
