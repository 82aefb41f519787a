//! Patterns of the dictionary: a text that belongs to the other account is a cross-reference, as for every other entry.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, compare_accounts, inline, role, snapshot};

const STAMPS: &str = r#"{"stamp": {"pattern": "-([0-9a-f]{6})(?:$|/)"}}"#;

fn reads(bucket: &str) -> Value {
    json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*")}])
}

fn references(report: &Value) -> Vec<String> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = report["cross_references"].as_array().unwrap();
    rows.iter().map(|row| ["side", "text", "value", "owner"].map(|key| text(row, key)).join(" ")).collect()
}

fn differing(report: &Value) -> u64 {
    report["totals"]["roles"].as_u64().unwrap()
}

#[test]
fn names_tell_whose_a_matched_text_is() {
    let dev = [inline(DEV, "worker-aa11bb", &reads("files-aa11bb"))];
    let report = compare_accounts(&dev, &[inline(QA, "worker-cc22dd", &reads("files-cc22dd"))], &[], STAMPS);
    assert_eq!(references(&report), Vec::<String>::new());
    assert_eq!(differing(&report), 0);
    let report = compare_accounts(&dev, &[inline(QA, "worker-cc22dd", &reads("files-aa11bb"))], &[], STAMPS);
    assert_eq!(references(&report), ["right arn:aws:s3:::files-aa11bb/* aa11bb left"]);
    assert_eq!(differing(&report), 1);
}

/// Names of policies and instance profiles tell it as well, and where the entry is limited to resources too.
#[test]
fn names_of_policies_and_profiles_tell_it_too() {
    let only_resources = STAMPS.replace("}}", ", \"in\": [\"resource\"]}}");
    assert_eq!(only_resources.matches("in\":").count(), 1);
    for (dictionary, names) in
        [(STAMPS, ["policy", "instance_profile"]), (&only_resources, ["policy", "instance_profile"])]
    {
        for kind in names {
            let with = |id: &str, stamp: &str, bucket: &str| {
                let document = json!({"Version": "2012-10-17", "Statement": reads(bucket)});
                let name = if kind == "policy" { format!("p-{stamp}") } else { "p".to_owned() };
                let mut fields = json!({"inline_policies": [{"name": name, "document": document}]});
                if kind == "instance_profile" {
                    fields["instance_profiles"] = json!([format!("i-{stamp}")]);
                }
                role(id, "r", &fields)
            };
            let dev = [with(DEV, "aa11bb", "files-aa11bb")];
            let report = compare_accounts(&dev, &[with(QA, "cc22dd", "files-aa11bb")], &[], dictionary);
            assert_eq!(references(&report), ["right arn:aws:s3:::files-aa11bb/* aa11bb left"], "{kind} {dictionary}");
        }
    }
}

/// Where no name has the text, the account has it that uses it alone, or most.
#[test]
fn use_tells_whose_a_text_is_that_is_in_no_name() {
    let account = |id: &str, stamp: &str, last: &str| {
        let bucket = |name: &str, stamp: &str| inline(id, name, &reads(&format!("{name}-{stamp}")));
        vec![bucket("one", stamp), bucket("two", stamp), bucket("three", last)]
    };
    let dev = account(DEV, "aa11bb", "aa11bb");
    let report = compare_accounts(&dev, &account(QA, "cc22dd", "aa11bb"), &[], STAMPS);
    assert_eq!(references(&report), ["right arn:aws:s3:::three-aa11bb/* aa11bb left"]);
    assert_eq!(differing(&report), 1);
}

/// A text that the names of both accounts have tells nothing apart: it is replaced, and the report says so.
#[test]
fn a_text_of_both_accounts_is_replaced_and_said_aloud() {
    let tool = Tool::new();
    let account = |id: &str, a: &str, b: &str| {
        snapshot(id, &[role(id, &format!("a-{a}"), &json!({})), role(id, &format!("b-{b}"), &json!({}))], &[])
    };
    tool.write("dev.json", account(DEV, "v1", "v2"));
    tool.write("qa.json", account(QA, "v2", "v1"));
    tool.write("equivalency_list.json", r#"{"version": {"pattern": "-(v[0-9]+)$"}}"#);
    let report = tool.diff(&[]);
    assert_eq!(differing(&report), 0);
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("both accounts use 2 texts that the pattern"), "{warnings}");
    // Each account with texts of its own: nothing is in doubt.
    tool.write("qa.json", account(QA, "v3", "v4"));
    assert!(!tool.diff(&[])["warnings"].to_string().contains("both accounts use"));
}
