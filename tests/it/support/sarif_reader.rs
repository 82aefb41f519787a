//! Microsoft's SARIF Multitool, and the schema that comes with it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::external::set_up;
use super::program::repository;
use super::schema::Schema;

fn multitool() -> PathBuf {
    set_up("setup-sarif");
    repository().join("target/sarif-multitool/node_modules/@microsoft")
}

/// The official schema, as Microsoft ships it with its tool.
pub fn sarif_schema() -> Schema {
    let os = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let path = multitool().join(format!("sarif-multitool-{os}/sarif-2.1.0.json"));
    Schema::new(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
}

/// What the SARIF Multitool finds in a file by its own rules and GitHub's, but for the one warning that we know of.
pub fn multitool_findings(text: &str) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("iam.sarif"), folder.path().join("found.sarif"));
    std::fs::write(&file, text).unwrap();
    let run = Command::new("node")
        .arg(multitool().join("sarif-multitool/bin.js"))
        .args(["validate", "--rule-kind", "'Sarif;Gh'", "--output"])
        .args([&out, &file])
        // Without the ICU libraries, which a small machine has not.
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .output()
        .unwrap();
    assert!(run.status.success() && out.exists(), "{run:?}");
    let found: Value = serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
    assert_eq!(found["runs"][0]["invocations"][0]["executionSuccessful"], true, "{found}");
    let results = found["runs"][0]["results"].as_array().unwrap().iter();
    results
        // There is no page about the program that `informationUri` could name.
        .filter(|result| result["ruleId"] != "SARIF2005")
        .map(|result| format!("{} {}", result["ruleId"], result["message"]))
        .collect()
}
