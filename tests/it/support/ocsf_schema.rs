//! The schemas that schema.ocsf.io publishes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use iamctl::formats::ocsf::VERSION;
use serde_json::Value;

use super::external::python_for_evidence;
use super::program::repository;
use super::schema::Schema;

/// The versions whose schemas the events must match.
const VERSIONS: [&str; 4] = [VERSION, "1.6.0", "1.7.0", "1.8.0"];

struct Published {
    schemas: BTreeMap<&'static str, Schema>,
    /// The captions of the enumerations of the version that is named: of the class, and of its objects.
    captions: Value,
    object_captions: Value,
}

static PUBLISHED: LazyLock<Published> = LazyLock::new(|| {
    let run = python_for_evidence().arg(repository().join("tests/ocsf_schema.py")).args(VERSIONS).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let mut all: Value = serde_json::from_slice(&run.stdout).unwrap();
    let (captions, object_captions) = (all[VERSION]["captions"].take(), all[VERSION]["object_captions"].take());
    let schemas = VERSIONS.map(|version| (version, Schema::new(all[version]["schema"].take())));
    Published { schemas: schemas.into(), captions, object_captions }
});

/// The events of a report.
pub fn events(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a published schema refuses, or what names another number than it says.
pub fn check(event: &Value) -> Result<(), String> {
    for (version, schema) in &PUBLISHED.schemas {
        schema.check(event).map_err(|error| format!("{version}: {error}"))?;
    }
    let named = |object: &Value, captions: &Value, id: &str, name: &str| {
        let caption = &captions[id][object[id].to_string()];
        // The name of what the schema does not know is our own.
        let is_other = object[id] == 99;
        let is_named = object[id].is_null() || is_other || (!caption.is_null() && object[name] == *caption);
        if is_named { Ok(()) } else { Err(format!("{id} is {}, {name} is {}", object[id], object[name])) }
    };
    for (id, name) in [
        ("activity_id", "activity_name"),
        ("category_uid", "category_name"),
        ("class_uid", "class_name"),
        ("type_uid", "type_name"),
        ("severity_id", "severity"),
        ("status_id", "status"),
    ] {
        named(event, &PUBLISHED.captions, id, name)?;
    }
    let captions = &PUBLISHED.object_captions;
    named(&event["compliance"], &captions["compliance"], "status_id", "status")?;
    named(&event["finding_info"]["analytic"], &captions["analytic"], "type_id", "type")?;
    named(&event["cloud"]["account"], &captions["account"], "type_id", "type")
}

/// All of these, as the schemas say, each with its own ID.
pub fn check_all(events: &[Value]) {
    let mut ids = BTreeSet::new();
    for event in events {
        check(event).unwrap_or_else(|error| panic!("{error}: {event:#}"));
        assert_eq!(event["metadata"]["version"], VERSION);
        assert!(ids.insert(event["finding_info"]["uid"].to_string()), "{event:#}");
    }
}
