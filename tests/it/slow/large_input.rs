//! Input that is far larger than anything in IAM: its cost grows with its size, or a limit refuses it in one sentence.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Run, Tool, inline, role, snapshot};

const DIFF: [&str; 8] = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--counts"];

fn tool() -> Tool {
    let tool = Tool::new();
    let allow = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-dev-x/*"}]);
    tool.write("dev.json", snapshot(DEV, &[inline(DEV, "r", &allow)], &[]));
    tool.write("qa.json", snapshot(QA, &[inline(QA, "r", &allow)], &[]));
    tool
}

/// Runs `diff`. A run whose steps are the square of its size does not end while somebody waits.
fn run(tool: &Tool) -> Run {
    tool.run(&DIFF)
}

/// The sentence of a refusal, without the hint.
fn refusal(tool: &Tool) -> String {
    let run = run(tool);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    run.stderr.lines().find(|line| line.starts_with("error: ")).unwrap().to_owned()
}

#[test]
fn a_text_of_the_dictionary_is_as_long_as_its_places_allow() {
    let tool = tool();
    let with = |entry: Value| tool.write("equivalency_list.json", json!({"stage": entry}).to_string());
    // A text that repeats itself, as long as a policy: before, its cost was the square of its length.
    with(json!(["dev", "x".repeat(10_240)]));
    assert_eq!(run(&tool).code, 0);
    with(json!({"dev": ["ab".repeat(5_120), "b".repeat(10_000)], "qa": ["ba".repeat(5_120)]}));
    assert_eq!(run(&tool).code, 0);
    for (entry, length, most) in [
        (json!(["dev", "x".repeat(70_000)]), 70_000, 10_240),
        (json!({"dev": ["x"], "qa": ["é".repeat(10_241)]}), 10_241, 10_240),
        (json!({"values": ["dev", "x".repeat(65)], "in": ["rolename"]}), 65, 64),
        (json!({"values": ["dev", "x".repeat(1_001)], "in": ["tag", "description"]}), 1_001, 1_000),
    ] {
        with(entry);
        let says = format!(
            "error: the dictionary `equivalency_list.json` cannot be used: a text of `stage` has {length} characters, and \
             no text in IAM in which it could be replaced has more than {most} at line 1 column "
        );
        let refusal = refusal(&tool);
        assert!(refusal.starts_with(&says), "{refusal}");
    }
}

#[test]
fn a_dictionary_has_as_many_texts_as_can_be_looked_for() {
    let tool = tool();
    let entries = |count: usize| -> Value {
        let entry = |n: usize| (format!("e{n}"), json!({"dev": [format!("dev{n}x")], "qa": [format!("qa{n}x")]}));
        Value::Object((0..count).map(entry).collect())
    };
    tool.write("equivalency_list.json", entries(2_000).to_string());
    assert_eq!(run(&tool).code, 0);
    let one = json!({"all": (0..10_001).map(|n| format!("text{n}")).collect::<Vec<_>>()});
    let long = json!({"all": (0..200).map(|n| format!("{n}{}", "y".repeat(6_000))).collect::<Vec<_>>()});
    for dictionary in [entries(5_001), one, long] {
        tool.write("equivalency_list.json", dictionary.to_string());
        let says =
            "cannot be used: the dictionary has more than 10000 texts, or texts of more than 1000000 bytes together";
        let refusal = refusal(&tool);
        assert!(refusal.contains(says), "{refusal}");
    }
}

#[test]
fn a_text_of_an_account_is_no_longer_than_any_in_iam() {
    let tool = tool();
    tool.write("equivalency_list.json", r#"{"letter": ["d", "q"]}"#);
    let long = "d".repeat(1 << 20);
    for (fields, says) in [
        (json!({"description": long}), "account `111111111111`, role `r`: one of its texts has 1048576 characters"),
        (json!({"tags": {"k": long}}), "account `111111111111`, role `r`: one of its texts has 1048576 characters"),
        (json!({"instance_profiles": [long]}), "role `r`: one of its texts has 1048576 characters, and no text in IAM"),
    ] {
        tool.write("dev.json", snapshot(DEV, &[role(DEV, "r", &fields)], &[]));
        let refusal = refusal(&tool);
        assert!(refusal.contains(says), "{refusal}");
    }
    let resource = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{long}")}]);
    tool.write("dev.json", snapshot(DEV, &[inline(DEV, "r", &resource)], &[]));
    let run = run(&tool);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("error: account `111111111111`, role `r`: the inline policy `p` cannot be read\n"));
    let cause = "a text has 1048589 characters, and no text in IAM has more than 10240 at line 1 column";
    assert!(run.stderr.contains(cause), "{}", run.stderr);
}

#[test]
fn a_document_of_ten_megabytes_is_refused() {
    let tool = tool();
    let statement =
        |n: usize| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b{n}/*")});
    let many: Value = (0..140_000).map(statement).collect();
    tool.write("dev.json", snapshot(DEV, &[inline(DEV, "r", &many)], &[]));
    let refusal = refusal(&tool);
    assert!(refusal.starts_with("error: account `111111111111`, role `r`: its policy documents have "), "{refusal}");
    assert!(
        refusal.ends_with("KiB together, and iamctl compares up to 4096 KiB; IAM allows no role as much"),
        "{refusal}"
    );
}

#[test]
fn many_tags_and_many_keys_cost_what_their_number_is() {
    let tool = tool();
    let tags = |value: &str| -> Value { Value::Object((0..20_000).map(|n| (format!("k{n}"), json!(value))).collect()) };
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "r", &json!({"tags": tags("dev")}))], &[]));
    tool.write("qa.json", snapshot(QA, &[role(QA, "r", &json!({"tags": tags("dev")}))], &[]));
    assert_eq!(run(&tool).code, 0);
    let keys: Value = Value::Object((0..20_000).map(|n| (format!("k{n}"), json!("x"))).collect());
    let document = json!([keys]);
    tool.write("dev.json", snapshot(DEV, &[inline(DEV, "r", &document)], &[]));
    let run = run(&tool);
    assert!(run.code == 2 && run.stderr.contains("`k0` is not an element of a statement"), "{}", run.stderr);
}

#[test]
fn a_dictionary_that_gives_hundreds_of_roles_one_name_is_refused() {
    let tool = tool();
    let roles = |id: &str, letter: char, count: usize| -> Vec<Value> {
        (0..count).map(|n| role(id, &format!("app-{letter}{n}"), &json!({}))).collect()
    };
    tool.write("equivalency_list.json", r#"{"number": {"pattern": "app-[dq]([0-9]+)", "in": ["rolename"]}}"#);
    tool.write("dev.json", snapshot(DEV, &roles(DEV, 'd', 20), &[]));
    tool.write("qa.json", snapshot(QA, &roles(QA, 'd', 501), &[]));
    let says =
        "error: qa: the dictionary gives 501 roles the name `app-dnumber`, and iamctl compares up to 500 of one name";
    assert_eq!(refusal(&tool), says);
    tool.write("qa.json", snapshot(QA, &roles(QA, 'd', 20), &[]));
    assert_eq!(run(&tool).code, 0);
}
