//! `report.json`, snapshots and accepted differences against the JSON Schemas in `docs/`.

use std::fs;

use serde_json::{Value, json};

use crate::support::program::{EXAMPLES, Place, repository};
use crate::support::schema::{Schema, closed, read};

fn report() -> Value {
    let place = Place::new();
    place.run(EXAMPLES);
    serde_json::from_str(&place.read("reports/report.json")).unwrap()
}

#[test]
fn a_report_is_as_the_schema_says() {
    let (schema, report) = (read("docs/report.schema.json"), report());
    Schema::new(schema.clone()).check(&report).unwrap();
    if let Err(error) = Schema::new(closed(schema)).check(&report) {
        panic!("report.json holds a key that docs/report.schema.json does not describe: {error}");
    }
}

#[test]
fn the_schema_of_reports_refuses_what_is_none() {
    let (schema, report) = (Schema::new(read("docs/report.schema.json")), report());
    let broken: [(&str, Value); 8] = [
        ("/format", json!("iamctl-snapshot")),
        ("/version", json!(2)),
        ("/accounts/left/account_id", json!("1111")),
        ("/summary/0/metric", json!("Some Items")),
        ("/roles/0/status", json!("both")),
        ("/item_differences/0/side", json!("dev")),
        ("/item_differences/0/effect", json!("allow")),
        ("/attribute_differences/0/attribute", json!("colour")),
    ];
    for (pointer, value) in broken {
        let mut report = report.clone();
        *report.pointer_mut(pointer).unwrap() = value;
        schema.check(&report).expect_err(pointer);
    }
    for key in report.as_object().unwrap().keys() {
        let mut report = report.clone();
        report.as_object_mut().unwrap().remove(key);
        schema.check(&report).expect_err(key);
    }
}

#[test]
fn snapshots_are_as_the_schema_says() {
    let schema = Schema::new(read("docs/snapshot.schema.json"));
    let place = Place::new();
    place.run(EXAMPLES);
    for name in ["reports/dev_snapshot.json", "reports/qa_snapshot.json"] {
        schema.check(&serde_json::from_str(&place.read(name)).unwrap()).unwrap();
    }
    for name in ["dev", "qa", "walkthrough/dev", "walkthrough/qa", "walkthrough/qa_drifted"] {
        schema.check(&read(&format!("examples/{name}.json"))).unwrap();
    }
}

#[test]
fn the_schema_of_snapshots_refuses_what_is_none() {
    let schema = Schema::new(read("docs/snapshot.schema.json"));
    let snapshot = read("examples/dev.json");
    let mut extra = snapshot.clone();
    extra["users"] = json!([]);
    let mut nameless = snapshot.clone();
    nameless["roles"][0].as_object_mut().unwrap().remove("name");
    let mut encoded = snapshot.clone();
    encoded["roles"][0]["trust_policy"] = json!("%7B%22Statement%22%3A%5B%5D%7D");
    let mut newer = snapshot;
    newer["version"] = json!(2);
    for (what, snapshot) in [("extra", extra), ("nameless", nameless), ("encoded", encoded), ("newer", newer)] {
        schema.check(&snapshot).expect_err(what);
    }
}

/// Entries with the keys of the file around them.
fn accepted(entry: &Value) -> Value {
    json!({"format": "iamctl-accepted", "version": 1, "accepted": [entry]})
}

/// Entries that are read.
fn good() -> Vec<Value> {
    vec![
        json!({"role": "app-*", "reason": "x"}),
        json!({"role": "*", "attribute": "tag:*", "reason": "x", "owner": "me", "expires": "2028-02-29"}),
        json!({"role": "*", "action": ["s3:*", "iam:Get*"], "resource": "*", "side": "qa", "reason": "x"}),
        json!({"role": "?*", "kind": "deny", "policy": "p", "effect": "DENY", "reason": "x"}),
        json!({"role": "*", "principal": "arn:*", "condition": "*", "effect": "*", "reason": "x"}),
        json!({"role": "*", "kind": "cross_reference", "text": "a", "policy": "*", "side": "left", "reason": "x"}),
        json!({"role": "[*]", "kind": "role", "side": "1", "reason": "x"}),
        json!({"role": "*", "resource": ["a"], "reason": "x"}),
        json!({"role": "*", "side": "qa", "attribute": "attached_policies", "entry": "*/Power", "reason": "x"}),
        json!({"role": "*", "attribute": "*", "entry": ["a", "b*"], "reason": "x"}),
    ]
}

/// Entries that are refused.
fn bad() -> Vec<Value> {
    vec![
        json!({"role": "app"}),
        json!({"role": "app", "attribute": "attached_policies", "entry": [], "reason": "x"}),
        json!({"role": "app", "action": "s3:*", "entry": "a", "reason": "x"}),
        json!({"role": "*", "attribute": "*", "entry": ["a", "*"], "reason": "x"}),
        json!({"reason": "x"}),
        json!({"role": "app", "reason": " "}),
        json!({"role": "", "reason": "x"}),
        json!({"role": "app", "reason": "x", "owner": ""}),
        json!({"role": "app", "reason": "x", "owner": null}),
        json!({"role": "app", "reason": "x", "actions": "s3:*"}),
        json!({"role": "app", "reason": "x", "action": []}),
        json!({"role": "app", "reason": "x", "action": ["s3:*", ""]}),
        json!({"role": "app", "reason": "x", "resource": 1}),
        json!({"role": "app", "reason": "x", "policy": ["p"]}),
        json!({"role": "app", "reason": "x", "side": "-dev"}),
        json!({"role": "app", "reason": "x", "side": "*"}),
        json!({"role": "app", "reason": "x", "effect": "All*"}),
        json!({"role": "app", "reason": "x", "kind": "roles"}),
        json!({"role": "app", "reason": "x", "expires": "2027-02-29"}),
        json!({"role": "app", "reason": "x", "expires": "2027-2-9"}),
        json!({"role": "app", "reason": "x", "expires": "2027-02-09T00:00:00Z"}),
        json!({"role": "*", "reason": "x"}),
        json!({"role": "**?", "side": "qa", "effect": "Allow", "kind": "item", "reason": "x"}),
        json!({"role": "*", "action": "*:*", "resource": "*", "policy": "?", "reason": "x"}),
        json!({"role": "*", "action": ["s3:*", "*"], "reason": "x"}),
        json!({"role": "*", "attribute": "*", "reason": "x"}),
        json!({"role": "app", "attribute": "path", "side": "qa", "reason": "x"}),
        json!({"role": "app", "attribute": "path", "kind": "item", "reason": "x"}),
        json!({"role": "app", "attribute": "path", "condition": "c", "reason": "x"}),
        json!({"role": "app", "kind": "access", "principal": "p", "reason": "x"}),
        json!({"role": "app", "kind": "trust", "resource": "r", "reason": "x"}),
        json!({"role": "app", "kind": "role", "effect": "Allow", "reason": "x"}),
        json!({"role": "app", "text": "t", "action": "s3:*", "reason": "x"}),
        json!("app"),
    ]
}

#[test]
fn the_schema_of_accepted_differences_agrees_with_the_reader() {
    let schema = Schema::new(read("docs/accepted.schema.json"));
    let reads = |file: &Value| iamctl::parse::accepted::read(&file.to_string());
    for entry in good() {
        schema.check(&accepted(&entry)).unwrap_or_else(|error| panic!("{entry}: {error}"));
        let entries = reads(&accepted(&entry)).unwrap_or_else(|error| panic!("{entry}: {error}"));
        let written = iamctl::formats::accepted::file(&entries).unwrap();
        schema.check(&serde_json::from_str(&written).unwrap()).unwrap();
        assert_eq!(reads(&serde_json::from_str(&written).unwrap()).unwrap(), entries);
    }
    for entry in bad() {
        schema.check(&accepted(&entry)).expect_err(&entry.to_string());
        reads(&accepted(&entry)).expect_err(&entry.to_string());
    }
    let files = [
        json!({"format": "iamctl-report", "version": 1, "accepted": []}),
        json!({"format": "iamctl-accepted", "version": 2, "accepted": []}),
        json!({"format": "iamctl-accepted", "version": 1}),
        json!({"format": "iamctl-accepted", "version": 1, "accepted": {}}),
        json!({"format": "iamctl-accepted", "version": 1, "accepted": [], "comment": ""}),
        json!({}),
    ];
    for file in files {
        schema.check(&file).expect_err(&file.to_string());
        reads(&file).expect_err(&file.to_string());
    }
}

#[test]
fn what_is_accepted_is_as_the_schemas_say() {
    let place = Place::new();
    place.run(EXAMPLES);
    place.run("accept reports --all --reason baseline --owner me --expires 2030-01-01");
    let schema = Schema::new(read("docs/accepted.schema.json"));
    schema.check(&serde_json::from_str(&place.read("accepted.json")).unwrap()).unwrap();
    place.run(EXAMPLES);
    let report = serde_json::from_str(&place.read("reports/report.json")).unwrap();
    Schema::new(closed(read("docs/report.schema.json"))).check(&report).unwrap();
}

#[test]
fn the_example_of_the_page_is_read() {
    let page = fs::read_to_string(repository().join("docs/accepted.md")).unwrap();
    let example = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    Schema::new(read("docs/accepted.schema.json")).check(&serde_json::from_str(example).unwrap()).unwrap();
    assert_eq!(iamctl::parse::accepted::read(example).unwrap().len(), 2);
}

/// What the schema of dictionaries takes and refuses, and what the program takes and refuses, is the same.
#[test]
fn a_dictionary_is_as_the_schema_says() {
    let schema = Schema::new(read("docs/equivalency-list.schema.json"));
    let good = [
        json!({}),
        read("examples/equivalency_list.json"),
        read("examples/walkthrough/equivalency_list.json"),
        json!({"a": {"dev": ["dev", "development"], "qa": ["qa"]}}),
        json!({"a": {"prod-*": ["prod"], "?": ["x"], "tags": {"*": ["y"]}}}),
        json!({"a": {"dev": [], "match": "substring", "in": ["rolename"], "comment": "why"}}),
        json!({"a": {"tags": {"in": ["x"]}, "qa": ["y"]}}),
        json!({"a": {"values": ["x"], "match": "token"}}),
        json!({"a": {"pattern": "-[A-Z0-9]{12,13}$", "in": ["rolename", "policyname"]}}),
    ];
    for dictionary in good {
        schema.check(&dictionary).unwrap();
        iamctl::parse::equivalency::read(&dictionary.to_string()).unwrap();
    }
    let bad = [
        json!([]),
        json!({"a": "dev"}),
        json!({"a": [""]}),
        json!({"": ["x"]}),
        json!({"~a": ["x"]}),
        json!({"ownaccountid": ["x"]}),
        json!({"a": {}}),
        json!({"a": {"comment": "nothing"}}),
        json!({"a": {"tags": {}}}),
        json!({"a": {"dev": "dev"}}),
        json!({"a": {"b c": ["x"]}}),
        json!({"a": {"-*": ["x"]}}),
        json!({"a": {"values": ["x"], "dev": ["y"]}}),
        json!({"a": {"values": ["x"], "pattern": "y"}}),
        json!({"a": {"pattern": "y", "match": "token"}}),
        json!({"a": {"values": ["x"], "in": ["name"]}}),
        json!({"a": {"values": ["x"], "match": "word"}}),
    ];
    for dictionary in bad {
        schema.check(&dictionary).expect_err(&dictionary.to_string());
        iamctl::parse::equivalency::read(&dictionary.to_string()).expect_err(&dictionary.to_string());
    }
}
