//! OSCAL, read by compliance-trestle, whose models are made of the schema of the version that is named.

use std::collections::BTreeSet;

use iamctl::formats::report_format::{ReportFormat, View};
use iamctl::report::{FailOn, Report};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::made_up::{FINDINGS, HOSTILE, comparison, nothing};
use crate::support::oscal_reader::{list, read, trestle};
use crate::support::tool::{DEV, QA, Tool, inline, role, snapshot};

fn written(view: &View<'_>) -> String {
    let mut bytes = Vec::new();
    ReportFormat::Oscal.write(&mut bytes, view).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn of(report: &Report) -> String {
    written(&View::new(report, "equivalency_list.json"))
}

/// The document but for its frame.
fn results(text: &str) -> Value {
    serde_json::from_str::<Value>(text).unwrap()["assessment-results"]["results"][0].take()
}

#[test]
fn trestle_reads_an_observation_for_each_finding() {
    let empty = read(&of(&nothing()));
    assert_eq!((&empty["observations"], &empty["findings"], &empty["risks"]), (&json!([]), &json!([]), &json!([])));
    assert_eq!(empty["props"]["findings"], "0");
    let report = comparison(&HOSTILE);
    let gate = [FailOn::Any];
    let arguments = ["diff", "`code`", "*\n<b>", ""].map(str::to_owned);
    let view = View {
        fail_on: Some(&gate),
        arguments: &arguments,
        started_at: Some("2026-11-21T07:59:58Z"),
        folder: Some("reports of today/a:b"),
        ..View::new(&report, "equivalency_list.json")
    };
    let found = read(&written(&view));
    let observations = list(&found, "observations");
    assert_eq!(observations.len(), FINDINGS * HOSTILE.len());
    for (observation, finding) in observations.iter().zip(&report.findings) {
        assert_eq!((&observation["id"], &observation["rule"]), (&json!(finding.id), &json!(finding.rule.id())));
        assert_eq!(observation["severity"], finding.severity.as_str());
        assert_eq!(observation["types"], if finding.is_note() { json!([]) } else { json!(["finding"]) });
        assert_eq!(observation["evidence"], 3);
    }
    let findings = list(&found, "findings");
    assert_eq!((findings.len(), list(&found, "risks").len()), (report.totals.causes, report.totals.causes));
    for (finding, cause) in findings.iter().zip(report.causes()) {
        assert_eq!((&finding["id"], &finding["observations"]), (&json!(cause.id), &json!(cause.findings.len())));
        assert_eq!((&finding["target"], &finding["state"]), (&json!(cause.rule.id()), &json!("not-satisfied")));
        assert_eq!(finding["failed"], "true");
    }
    assert_eq!(
        (&found["start"], &found["end"]),
        (&json!("2026-11-21T07:59:58+00:00"), &json!("2026-11-21T08:00:00+00:00"))
    );
    assert_eq!(found["props"]["fail-on"], "any");
}

#[test]
fn trestle_refuses_what_is_wrong() {
    let text = of(&comparison(&["a"]));
    let document: Value = serde_json::from_str(&text).unwrap();
    let broken = |change: fn(&mut Value)| {
        let mut document = document.clone();
        change(&mut document["assessment-results"]);
        let run = trestle(&document.to_string());
        assert!(!run.status.success(), "{document:#}");
    };
    broken(|results| results["results"][0]["group"] = json!("a key that the schema does not have"));
    broken(|results| results["results"][0]["observations"] = json!([]));
    broken(|results| results["results"][0]["observations"][0]["uuid"] = json!("a085536f86137f8a2b1d2444fc0aad62"));
    broken(|results| results["results"][0]["findings"][0]["target"]["status"]["state"] = json!("failed"));
    broken(|results| results["results"][0]["observations"][0]["props"][0]["value"] = json!(" a"));
    broken(|results| drop(results.as_object_mut().unwrap().remove("import-ap")));
    broken(|results| results["metadata"]["oscal-version"] = json!("1.0.0"));
    broken(|results| results["import-ap"]["href"] = json!("#8d3a71f4-0503-4622-a9ad-609166010e61"));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = comparison(&HOSTILE);
    assert_eq!(of(&report), of(&report.clone()));
    // At another time, the document is another, and what it is about is the same.
    let uuids = |text: &str, list: &str| -> Vec<String> {
        results(text)[list].as_array().unwrap().iter().map(|one| one["uuid"].to_string()).collect()
    };
    let later = Report { generated_at: "2026-11-22T08:00:00Z".to_owned(), ..report.clone() };
    let (one, other) = (of(&report), of(&later));
    for list in ["observations", "risks", "findings"] {
        assert_eq!(uuids(&one, list), uuids(&other, list));
    }
    let uuid = |text: &str| serde_json::from_str::<Value>(text).unwrap()["assessment-results"]["uuid"].to_string();
    assert_ne!(uuid(&one), uuid(&other));
}

/// No control of a catalog that iamctl has never read.
#[test]
fn no_control_is_named() {
    let text = of(&comparison(&["a"]));
    let selections = &results(&text)["reviewed-controls"]["control-selections"];
    let keys: BTreeSet<&String> = selections[0].as_object().unwrap().keys().collect();
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["description", "include-all"]);
    for word in ["control-id", "include-controls", "nist.gov", "cisecurity", "objectives-and-methods"] {
        assert!(!text.contains(word), "{word}");
    }
    for finding in results(&text)["findings"].as_array().unwrap() {
        let source = finding["target"]["links"][0]["href"].as_str().unwrap();
        assert!(source.starts_with("https://docs.aws.amazon.com/IAM/"), "{source}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    /// Whatever the names, trestle reads them.
    #[test]
    fn any_names_come_through(names in prop::collection::vec(any::<String>(), 0..4)) {
        let report = comparison(&names);
        prop_assert_eq!(list(&read(&of(&report)), "observations").len(), report.findings.len());
    }
}

#[test]
fn a_run_says_what_its_files_say() {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", "1795248000");
    let allow = |action: &str| json!([{"Effect": "Allow", "Action": action, "Resource": "*"}]);
    let tagged = |id: &str, team: &str| role(id, "tagged", &json!({"tags": {"team": team}}));
    tool.write("dev.json", snapshot(DEV, &[inline(DEV, "app", &allow("s3:Get*")), tagged(DEV, "red")], &[]));
    tool.write("qa.json", snapshot(QA, &[inline(QA, "app", &allow("iam:*")), tagged(QA, "blue")], &[]));
    let entry = json!({"role": "tagged", "reason": "*meant* so", "owner": "team a", "expires": "2099-01-01"});
    tool.write("accepted.json", json!({"format": "iamctl-accepted", "version": 1, "accepted": [entry]}).to_string());
    let report = tool.diff(&["--report", "oscal=r.json"]);
    let text = tool.read("r.json");
    let found = read(&text);
    let (open, accepted): (Vec<&Value>, Vec<&Value>) =
        list(&found, "observations").iter().partition(|one| one["accepted"].is_null());
    let ids = |all: &Value| -> Vec<Value> { all.as_array().unwrap().iter().map(|one| one["id"].clone()).collect() };
    assert_eq!(open.iter().map(|one| one["id"].clone()).collect::<Vec<_>>(), ids(&report["findings"]));
    assert_eq!(ids(&found["findings"]), ids(&report["groups"]));
    assert_eq!(accepted.len(), 1);
    assert_eq!((&accepted[0]["owner"], &accepted[0]["entries"]), (&json!("team a"), &json!("1")));
    assert_eq!(accepted[0]["description"], "Accepted: `*meant* so`");
    let arns: BTreeSet<&str> = list(&found, "arns").iter().map(|arn| arn.as_str().unwrap()).collect();
    let named = [DEV, QA].map(|id| ["app", "tagged"].map(|name| format!("arn:aws:iam::{id}:role/{name}")));
    assert_eq!(arns, named.iter().flatten().map(String::as_str).collect());
    // What is referred to is there.
    let document: Value = serde_json::from_str(&text).unwrap();
    let resources = document["assessment-results"]["back-matter"]["resources"].as_array().unwrap();
    let files: Vec<&str> = resources.iter().filter_map(|one| one["rlinks"][0]["href"].as_str()).collect();
    assert_eq!(files, ["out/report.json", "out/dev_snapshot.json", "out/qa_snapshot.json"]);
    assert!(files.iter().all(|file| tool.exists(file)));
    // The same run again, and the same report with what is new.
    tool.diff(&["--report", "oscal=again.json"]);
    assert_eq!(tool.read("again.json").replace("again.json", "r.json"), text);
    assert_eq!(tool.run(&["since", "out", "out", "--report", "oscal=s.json"]).code, 0);
    let since = read(&tool.read("s.json"));
    let open = list(&since, "observations").iter().filter(|one| one["accepted"].is_null());
    assert!(open.map(|one| &one["since"]).all(|since| since == "still-there"), "{since:#}");
    assert!(list(&since, "findings").iter().all(|one| one["since"] == "still-there"));
}

#[test]
fn a_fleet_has_no_such_report() {
    let tool = Tool::new();
    let run = tool.run(&["fleet", "--baseline", "dev", "dev.json=dev", "qa.json=qa", "--report", "oscal=r.json"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("`iamctl fleet` has no report in the format `oscal`"), "{run:?}");
    assert!(run.stderr.contains("`iamctl diff`") && tool.names(".").is_empty(), "{run:?}");
}
