//! junitparser, a library of Python.

use serde_json::Value;

use super::external::python;
use super::program::repository;

/// What it reads.
pub fn junit(text: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.xml");
    std::fs::write(&file, text).unwrap();
    let run = python().arg(repository().join("tests/read_junit.py")).arg(file).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}
