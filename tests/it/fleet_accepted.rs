//! Differences that are accepted in some accounts of a fleet.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, role, snapshot};

const ACCOUNTS: [(&str, &str); 4] =
    [("dev-1", DEV), ("prod-1", QA), ("prod-2", "333333333333"), ("qa-1", "444444444444")];

/// A fleet in which all accounts but the baseline allow one action more, and have another tag.
fn fleet() -> Tool {
    let tool = Tool::new();
    for (tag, id) in ACCOUNTS {
        let actions = if tag == "dev-1" { json!(["s3:GetObject"]) } else { json!(["s3:GetObject", "s3:PutObject"]) };
        let statement = json!([{"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::logs/*"}]);
        let policy = json!({"name": "logs", "document": crate::support::tool::document(&statement)});
        let team = if tag == "dev-1" { "red" } else { "blue" };
        let fields = json!({"inline_policies": [policy], "tags": {"team": team}});
        tool.write(&format!("{tag}.json"), snapshot(id, &[role(id, "logs", &fields)], &[]));
    }
    tool
}

fn run(tool: &Tool, output: &str) -> Value {
    let words = ACCOUNTS.map(|(tag, _)| format!("{tag}.json={tag}"));
    let mut arguments = vec!["fleet", "--baseline", "dev-1", "--output", output];
    arguments.extend(words.iter().map(String::as_str));
    let run = tool.run(&arguments);
    assert_eq!(run.code, 0, "{run:?}");
    serde_json::from_str(&tool.read(&format!("{output}/fleet.json"))).unwrap()
}

#[test]
fn an_entry_with_an_account_accepts_in_these_accounts_alone() {
    let tool = fleet();
    let before = run(&tool, "before");
    assert_eq!(before["roles"][0]["cells"], json!({"dev-1": 1, "prod-1": 2, "prod-2": 2, "qa-1": 2}));

    let accept = |more: &[&str]| {
        let words = ["accept", "before/accounts/prod-1", "--role", "logs", "--reason", "prod writes its logs"];
        tool.run(&[words.as_slice(), more].concat())
    };
    let refused = accept(&["--account", "qa-*"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("no `--account` matches `prod-1`"), "{}", refused.stderr);
    assert!(!tool.exists("accepted.json"));
    let written = accept(&["--account", "prod-*"]);
    assert_eq!(written.code, 0, "{written:?}");
    let file: Value = serde_json::from_str(&tool.read("accepted.json")).unwrap();
    for entry in file["accepted"].as_array().unwrap() {
        assert_eq!(entry["account"], "prod-*", "{entry}");
        // No tag of the report is in it, so that it is for all of them.
        assert!(!entry.to_string().contains("prod-1") && !entry.to_string().contains("dev-1"), "{entry}");
    }

    let after = run(&tool, "after");
    assert_eq!(after["roles"][0]["cells"], json!({"dev-1": 1, "prod-1": 1, "prod-2": 1, "qa-1": 2}));
    // A comparison of two of the accounts says the same.
    let of_two = |tag: &str| {
        let file = format!("{tag}.json");
        let run = tool.run(&["diff", "dev-1.json", "dev-1", &file, tag, "--output", tag, "--fail-on", "any"]);
        assert!(!run.stdout.contains("accepts nothing"), "{}", run.stdout);
        run.code
    };
    assert_eq!([of_two("prod-2"), of_two("qa-1")], [0, 1]);
}
