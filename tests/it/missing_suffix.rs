//! Names that have a suffix or a prefix in one account and nothing in its place in the other.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, inline, role, snapshot};

fn reads(bucket: &str) -> Value {
    json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/app/*")}])
}

/// Two roles that read a bucket of their own; the names are made by the two functions.
fn account(id: &str, name: impl Fn(&str) -> String) -> Vec<Value> {
    ["app", "web"].map(|word| inline(id, &name(word), &reads(&name(&format!("acme-{word}"))))).to_vec()
}

fn write(tool: &Tool, dev: &[Value], qa: &[Value], dictionary: &str) {
    tool.write("dev.json", snapshot(DEV, dev, &[]));
    tool.write("qa.json", snapshot(QA, qa, &[]));
    tool.write("equivalency_list.json", dictionary);
}

fn compared(dev: &[Value], qa: &[Value], dictionary: &str) -> (u64, Vec<String>) {
    let tool = Tool::new();
    write(&tool, dev, qa, dictionary);
    let report = tool.diff(&[]);
    let rows = report["cross_references"].as_array().unwrap();
    let texts = rows.iter().map(|row| format!("{} {}", row["side"].as_str().unwrap(), row["value"].as_str().unwrap()));
    (report["totals"]["findings"].as_u64().unwrap(), texts.collect())
}

const SUFFIX: &str = r#"{"suffix": {"dev": ["-dev"], "qa": []}}"#;

#[test]
fn an_empty_list_says_that_an_account_has_nothing_there() {
    let (dev, plain) = (|name: &str| format!("{name}-dev"), |name: &str| name.to_owned());
    assert_eq!(compared(&account(DEV, dev), &account(QA, plain), SUFFIX), (0, Vec::new()));
    // The other way round, and a prefix.
    let other = r#"{"prefix": {"dev": [], "qa": ["qa_"]}}"#;
    let prefix = |name: &str| format!("qa_{name}");
    assert_eq!(compared(&account(DEV, plain), &account(QA, prefix), other), (0, Vec::new()));
    // A role that both have without it is common, and one that only an account has is not.
    let mut more = account(QA, plain);
    more.push(role(QA, "shared", &json!({})));
    let mut dev_more = account(DEV, dev);
    dev_more.push(role(DEV, "shared", &json!({})));
    assert_eq!(compared(&dev_more, &more, SUFFIX).0, 0);
    assert_ne!(compared(&account(DEV, dev), &more, SUFFIX).0, 0);
}

/// Each account that uses the other's name is found, with its suffix and without.
#[test]
fn a_reference_to_the_other_account_is_found() {
    let (dev, plain) = (|name: &str| format!("{name}-dev"), |name: &str| name.to_owned());
    let mut wrong = account(QA, plain);
    wrong[0] = inline(QA, "app", &reads("acme-app-dev"));
    let (findings, references) = compared(&account(DEV, dev), &wrong, SUFFIX);
    assert!(findings > 0);
    assert_eq!(references, ["right -dev"]);
    let mut wrong = account(DEV, dev);
    wrong.push(inline(DEV, "job-dev", &reads("acme-app")));
    let mut qa = account(QA, plain);
    qa.push(inline(QA, "job", &reads("acme-app")));
    let (findings, references) = compared(&wrong, &qa, SUFFIX);
    assert!(findings > 0);
    assert_eq!(references, ["left acme-app"]);
}

/// A wildcard is no name: `acme-*` allows more than `acme-*-dev`.
#[test]
fn a_wildcard_is_not_missing_a_suffix() {
    let of = |id: &str, name: &str, bucket: &str| vec![inline(id, name, &reads(bucket))];
    let (findings, _) = compared(&of(DEV, "app-dev", "acme-*-dev"), &of(QA, "app", "acme-*"), SUFFIX);
    assert!(findings > 0);
}

#[test]
fn suggest_proposes_it() {
    for (text, is_suffix) in [("-dev", true), ("dev-", false)] {
        let tool = Tool::new();
        let name = |name: &str| if is_suffix { format!("{name}{text}") } else { format!("{text}{name}") };
        write(&tool, &account(DEV, name), &account(QA, |name: &str| name.to_owned()), "{}");
        let run = tool.run(&["suggest", "dev.json", "dev", "qa.json", "qa", "--write"]);
        assert_eq!(run.code, 0, "{run:?}");
        let found: Value = serde_json::from_str(&run.stdout).unwrap();
        let entry = &found[if is_suffix { "suffix" } else { "prefix" }];
        assert_eq!((&entry["dev"], &entry["qa"]), (&json!([text]), &json!([])), "{run:?}");
        assert!(
            entry["comment"].as_str().unwrap().starts_with(&format!("`{text}` ↔ nothing: 2 role names")),
            "{entry}"
        );
        let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--exit-code"]);
        assert_eq!(run.code, 0, "{run:?}");
    }
}
