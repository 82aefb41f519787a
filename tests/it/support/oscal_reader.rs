//! compliance-trestle, whose models are made of the schema of the version of OSCAL that is named.

use std::process::Output;

use serde_json::Value;

use super::external::python_for_evidence;
use super::program::repository;

/// A run of it.
pub fn trestle(text: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("results.json");
    std::fs::write(&file, text).unwrap();
    python_for_evidence().arg(repository().join("tests/read_oscal.py")).arg(file).output().unwrap()
}

/// What compliance-trestle reads.
pub fn read(text: &str) -> Value {
    let run = trestle(text);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}

pub fn list<'v>(value: &'v Value, key: &str) -> &'v Vec<Value> {
    value[key].as_array().unwrap()
}
