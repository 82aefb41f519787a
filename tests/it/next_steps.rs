//! The commands that the summary proposes: each works when it is pasted, and none spreads what it reports.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, document, role, snapshot};

/// A managed policy that both accounts have.
const LIMIT: &str = "arn:aws:iam::aws:policy/Limit";

/// The summary of two accounts whose first roles have these names.
fn summary(tool: &Tool, dev: &[Value], qa: &[Value], more: &[&str]) -> String {
    let everything = json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]);
    let limit = [json!({"arn": LIMIT, "name": "Limit", "version_id": "v1", "document": document(&everything)})];
    tool.write("dev.json", snapshot(DEV, dev, &limit));
    tool.write("qa.json", snapshot(QA, qa, &limit));
    let run = tool.run(&[&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"], more].concat());
    assert_eq!(run.code, 0, "{run:?}");
    run.stdout
}

fn allowing(id: &str, name: &str, actions: &[&str]) -> Value {
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    let policy = json!([{"name": "p", "document": document(&json!([statement]))}]);
    role(id, name, &json!({"inline_policies": policy}))
}

/// The proposed commands, as words.
fn commands(summary: &str) -> Vec<Vec<String>> {
    let lines = summary.lines().filter_map(|line| line.trim().strip_prefix("iamctl "));
    let words = |line: &str| line.split(' ').map(|word| word.trim_matches('\'').to_owned()).collect();
    lines.map(words).collect()
}

#[test]
fn the_account_with_the_excess_is_changed() {
    let (narrow, wide) = (&["s3:GetObject"][..], &["s3:GetObject", "iam:*"][..]);
    for (dev, qa, tag) in [(wide, narrow, "dev"), (narrow, wide, "qa")] {
        let summary = summary(&Tool::new(), &[allowing(DEV, "app", dev)], &[allowing(QA, "app", qa)], &[]);
        let make = format!("iamctl remediate out --make {tag} --role=app");
        assert!(summary.contains(&make), "{summary}");
    }
}

/// However little it weighs that one account denies or limits more, nothing proposed takes that away.
#[test]
fn the_account_that_lacks_a_deny_or_a_boundary_is_changed() {
    let limits = |id: &str, limited: bool, boundary: bool| {
        let mut statements = vec![json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})];
        if limited && !boundary {
            statements.push(json!({"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}));
        }
        let mut role =
            role(id, "app", &json!({"inline_policies": [{"name": "p", "document": document(&json!(statements))}]}));
        if limited && boundary {
            role["permissions_boundary"] = json!(LIMIT);
        }
        role
    };
    for boundary in [false, true] {
        for (dev, qa, tag) in [(true, false, "qa"), (false, true, "dev")] {
            let (tool, dev, qa) = (Tool::new(), limits(DEV, dev, boundary), limits(QA, qa, boundary));
            let summary = summary(&tool, &[dev], &[qa], &[]);
            let make = format!("iamctl remediate out --make {tag} --role=app");
            assert!(summary.contains(&make), "{boundary}: {summary}");
        }
    }
}

#[test]
fn commands_about_a_role_whose_name_looks_like_an_option_work() {
    let tool = Tool::new();
    let qa = allowing(QA, "--all", &["s3:GetObject", "iam:*"]);
    let summary = summary(&tool, &[allowing(DEV, "--all", &["s3:GetObject"])], &[qa], &[]);
    let proposed = commands(&summary);
    assert!(proposed.len() >= 4, "{summary}");
    for words in proposed {
        let run = tool.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(run.code, 0, "{words:?}: {run:?}");
    }
}

/// Words tell names apart only where both accounts have a role without a counterpart.
#[test]
fn suggest_is_proposed_where_it_can_find_something() {
    let plain = |id: &str, names: &[&str]| -> Vec<Value> {
        names.iter().map(|name| allowing(id, name, &["s3:GetObject"])).collect()
    };
    let tool = Tool::new();
    let only_in_one = summary(&tool, &plain(DEV, &["app"]), &plain(QA, &["app", "new-a", "new-b"]), &[]);
    assert!(!only_in_one.contains("iamctl suggest"), "{only_in_one}");
    tool.write("words.json", r#"{"unit": {"dev": ["blue"], "qa": ["green"]}}"#);
    let (dev, qa) = (plain(DEV, &["app", "web-blue-dev"]), plain(QA, &["app", "web-green-qa"]));
    let with_dictionary = summary(&tool, &dev, &qa, &["--equivalency", "words.json"]);
    assert!(
        with_dictionary.contains("iamctl suggest dev.json dev qa.json qa --equivalency words.json"),
        "{with_dictionary}"
    );
}
