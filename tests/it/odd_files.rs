//! Files as other programs write them: encodings, pages, and several accounts in one.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Run, Tool, document, inline, snapshot, trust};

const DIFF: [&str; 8] = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--exit-code"];

/// Something that only one account allows, so that a file that is not read shows.
fn statements(more: bool) -> Value {
    let mut statements = vec![json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"})];
    if more {
        statements.push(json!({"Effect": "Allow", "Action": "sqs:PurgeQueue", "Resource": "*"}));
    }
    Value::from(statements)
}

fn tool() -> Tool {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", "1795248000");
    tool.write("dev.json", snapshot(DEV, &[inline(DEV, "größe-dev", &statements(false))], &[]));
    tool.write("qa.json", snapshot(QA, &[inline(QA, "größe-qa", &statements(true))], &[]));
    tool.write("equivalency_list.json", r#"{"environment": {"dev": ["dev"], "qa": ["qa"]}}"#);
    tool
}

/// A text as PowerShell and Windows editors write it.
fn encodings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let marked = format!("\u{feff}{text}");
    let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    vec![
        ("UTF-8 with a mark", marked.clone().into_bytes()),
        ("UTF-16 LE with a mark", little(&marked)),
        ("UTF-16 BE with a mark", big(&marked)),
        ("UTF-16 LE", little(text)),
        ("UTF-16 BE", big(text)),
    ]
}

#[test]
fn every_file_is_read_in_every_encoding() {
    let tool = tool();
    let run = tool.run(&DIFF);
    assert_eq!(run.code, 1, "{run:?}");
    let open = tool.read("out/report.json");
    let run = tool.run(&["accept", "out", "--all", "--reason", "reviewed", "--expires", "2099-12-31"]);
    assert_eq!(run.code, 0, "{run:?}");
    for file in ["dev.json", "qa.json", "equivalency_list.json"] {
        let text = tool.read(file);
        for (encoding, bytes) in encodings(&text) {
            tool.write(file, bytes);
            let run = tool.run(&DIFF);
            assert_eq!(run.code, 0, "{file} in {encoding}: {run:?}");
        }
        tool.write(file, text);
    }
    // The catalog is long: once is enough.
    assert_eq!(tool.run(&["init", "catalog"]).code, 0);
    for (encoding, bytes) in encodings(&tool.read("catalog/iam.json")).into_iter().skip(4) {
        tool.write("iam.json", bytes);
        assert_eq!(tool.run(&DIFF).code, 0, "iam.json in {encoding}");
    }
    std::fs::remove_file(tool.path().join("iam.json")).unwrap();
    let text = tool.read("accepted.json");
    for (encoding, bytes) in encodings(&text) {
        tool.write("accepted.json", bytes);
        assert_eq!(tool.run(&DIFF).code, 0, "accepted.json in {encoding}");
    }
    std::fs::remove_file(tool.path().join("accepted.json")).unwrap();
    assert_eq!(tool.run(&DIFF).code, 1);
    assert_eq!(tool.read("out/report.json"), open);
    for (encoding, bytes) in encodings(&open) {
        tool.write("out/report.json", bytes);
        let run = tool.run(&["explain", "out", "größe-environment"]);
        assert!(run.code == 0 && run.stdout.contains("sqs:PurgeQueue"), "report.json in {encoding}: {run:?}");
    }
}

#[test]
fn a_text_in_no_encoding_is_refused_with_its_reason() {
    let tool = tool();
    let utf32: Vec<u8> = "\u{feff}{}".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    for (bytes, reason) in [
        (b"{\"a\": \"caf\xe9\"}".to_vec(), "the file is not UTF-8: byte 10 starts no character"),
        (vec![0xff, 0xfe, b'{'], "the file is UTF-16, but ends in the middle of a character"),
        (vec![0xff, 0xfe, b'{', 0, 0, 0xdc], "the file is UTF-16, but byte 4 starts half a character"),
        (utf32, "the file is UTF-32"),
    ] {
        tool.write("qa.json", bytes);
        let run = tool.run(&DIFF);
        let lines: Vec<&str> = run.stderr.lines().skip_while(|line| !line.starts_with("error")).collect();
        let reason = format!("  caused by: {reason}");
        let hint = "hint: save the file as UTF-8; UTF-16 is read as well";
        assert_eq!((run.code, lines), (2, vec!["error: cannot read `qa.json`", reason.as_str(), hint]));
    }
}

/// A role as authorization details have it.
fn detail(id: &str, name: &str, more: bool) -> Value {
    json!({
        "Path": "/", "RoleName": name, "RoleId": "AROAEXAMPLE", "Arn": format!("arn:aws:iam::{id}:role/{name}"),
        "CreateDate": 1_767_225_600, "AssumeRolePolicyDocument": trust(&json!({"Service": "ec2.amazonaws.com"})),
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": document(&statements(more))}],
    })
}

fn error_lines(run: &Run) -> Vec<&str> {
    run.stderr.lines().filter(|line| line.starts_with("error:") || line.starts_with("hint:")).collect()
}

#[test]
fn both_sides_can_be_accounts_of_one_file() {
    let tool = tool();
    let roles = [detail(DEV, "queue-dev", false), detail(DEV, "idle-dev", false), detail(QA, "queue-qa", true)];
    tool.write("both.json", json!({"RoleDetailList": roles, "Policies": []}).to_string());
    let run = tool.run(&["diff", "both.json", "dev", "both.json", "qa", "--output", "out"]);
    assert_eq!(run.code, 2);
    assert_eq!(
        error_lines(&run),
        [
            "error: file both.json contains 2 accounts: 111111111111 (2 roles), 222222222222 (1 role)",
            "hint: choose one of them: `both.json#111111111111` or `both.json#222222222222`",
        ]
    );
    let sources = ["diff", "both.json#111111111111", "dev", "both.json#222222222222", "qa", "--output", "out"];
    let run = tool.run(&[&sources[..], &["--exit-code"]].concat());
    assert_eq!(run.code, 1, "{run:?}");
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    assert_eq!(report["accounts"]["left"]["source"], "file both.json#111111111111");
    assert_eq!(report["accounts"]["left"]["account_id"], DEV);
    let roles: Vec<_> = report["roles"].as_array().unwrap().iter().map(|role| &role["role"]).collect();
    assert_eq!(roles, ["idle-environment", "queue-environment"]);
    let queue = "arn:aws:sqs:eu-west-1:222222222222:jobs";
    let run = tool.run(&["can", "./both.json#222222222222", "queue-qa", "sqs:PurgeQueue", queue]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = tool.run(&["can", "both.json#333333333333", "queue-qa", "sqs:PurgeQueue", queue]);
    assert_eq!(error_lines(&run).len(), 2, "{run:?}");
    assert!(run.stderr.contains("does not contain account 333333333333; it contains 111111111111 (2 roles), 2222"));
    let run = tool.run(&["diff", "both.json#111111111111", "a", "both.json#111111111111", "b"]);
    assert!(run.code == 2 && run.stderr.contains("both sources are account 111111111111"), "{run:?}");
}

#[test]
fn pages_in_one_file_are_one_account() {
    let tool = tool();
    let first = json!({"RoleDetailList": [detail(QA, "queue-qa", true)], "IsTruncated": true, "Marker": "m"});
    let last = json!({"RoleDetailList": [detail(QA, "idle-qa", false)], "IsTruncated": false});
    tool.write("qa.json", format!("{first}\n{last}\n"));
    let report = tool.diff(&[]);
    assert_eq!(report["accounts"]["right"]["roles"], 2);
    tool.write("qa.json", first.to_string());
    let run = tool.run(&DIFF);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("error: file qa.json contains only a part of the account\n"), "{run:?}");
    assert!(run.stderr.contains("hint: make the AWS CLI read every page: omit `--max-items`"), "{run:?}");
}

#[test]
fn absent_details_are_told_only_where_the_other_account_has_them() {
    let tool = tool();
    let details = |id: &str, name: &str| json!({"RoleDetailList": [detail(id, name, false)]}).to_string();
    let says = "does not contain descriptions and session durations, so they were not compared";
    let neither = "neither source contains descriptions and session durations of roles, so they were not compared\n";
    let warnings = |report: &Value| -> Vec<Value> {
        let all = report["warnings"].as_array().unwrap().iter();
        all.filter(|warning| warning.as_str().unwrap().contains("session durations")).cloned().collect()
    };
    tool.write("dev.json", details(DEV, "queue-dev"));
    assert_eq!(warnings(&tool.diff(&[])), [json!(format!("dev: file dev.json {says}"))]);
    tool.write("qa.json", details(QA, "queue-qa"));
    assert_eq!(warnings(&tool.diff(&[])), [""; 0]);
    assert_eq!(tool.run(&DIFF).stderr.matches(neither).count(), 0);
    let run = tool.run(&[&["--verbose"], &DIFF[..]].concat());
    assert_eq!(run.stderr.matches(neither).count(), 1, "{run:?}");
    assert!(!run.stdout.contains("session durations"), "{run:?}");
}
