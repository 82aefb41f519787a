//! `report.json` and snapshots against the JSON Schemas in `docs/`.

use std::fs;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};

use crate::program::{EXAMPLES, Place, repository};

struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn new(schema: Value) -> Self {
        const PLACE: &str = "file:///schema.json";
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource(PLACE, schema).unwrap();
        let index = compiler.compile(PLACE, &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, index }
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        self.schemas.validate(value, self.index).map_err(|error| format!("{error:#}"))
    }
}

fn read(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(repository().join(path)).unwrap()).unwrap()
}

fn report() -> Value {
    let place = Place::new();
    place.run(EXAMPLES);
    serde_json::from_str(&place.read("reports/report.json")).unwrap()
}

/// The schema with every object closed: what is not described is refused.
fn closed(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(object) => {
            if object.contains_key("properties") {
                object.insert("additionalProperties".to_owned(), false.into());
            }
            for value in object.values_mut() {
                *value = closed(value.take());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|value| *value = closed(value.take())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    schema
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

/// What the schema of dictionaries takes and refuses, and what the program takes and refuses, is the same.
#[test]
fn a_dictionary_is_as_the_schema_says() {
    let schema = Schema::new(read("docs/equivalency-list.schema.json"));
    let good = [
        json!({}),
        read("examples/equivalency_list.json"),
        read("examples/walkthrough/equivalency_list.json"),
        json!({"a": {"dev": ["dev", "development"], "qa": ["qa"]}}),
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
