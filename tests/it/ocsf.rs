//! OCSF, against the schemas that schema.ocsf.io publishes: that of the version that is named, and the later ones.

use std::collections::{BTreeMap, BTreeSet};

use iamctl::formats::report_format::{ReportFormat, View};
use iamctl::report::{Report, Rule, Severity};
use iamctl::since::{Gone, Since, Status};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::made_up::{FINDINGS, HOSTILE, comparison, nothing};
use crate::support::ocsf_schema::{check, check_all, events};
use crate::support::tool::{DEV, QA, Tool, inline, role, snapshot};

fn of(report: &Report) -> Vec<Value> {
    let mut bytes = Vec::new();
    ReportFormat::Ocsf.write(&mut bytes, &View::new(report, "equivalency_list.json")).unwrap();
    events(std::str::from_utf8(&bytes).unwrap())
}

#[test]
fn every_line_is_as_the_published_schemas_say() {
    assert_eq!(of(&nothing()), Vec::<Value>::new());
    let report = comparison(&HOSTILE);
    let events = of(&report);
    check_all(&events);
    assert_eq!(events.len(), FINDINGS * HOSTILE.len());
    for (event, finding) in events.iter().zip(&report.findings) {
        assert_eq!(event["finding_info"]["uid"], finding.id);
        assert_eq!((&event["message"], &event["finding_info"]["desc"]), (&json!(finding.message), &event["message"]));
        assert_eq!(event["compliance"]["checks"][0]["uid"], finding.rule.id());
        assert_eq!(event["unmapped"]["role"], json!(finding.role));
    }
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let event = of(&comparison(&["a"])).swap_remove(0);
    check(&event).unwrap();
    let broken = |change: fn(&mut Value)| {
        let mut event = event.clone();
        change(&mut event);
        check(&event).expect_err(&event.to_string());
    };
    broken(|event| drop(event.as_object_mut().unwrap().remove("compliance")));
    broken(|event| drop(event["finding_info"].as_object_mut().unwrap().remove("uid")));
    broken(|event| event["group"] = json!("a key that the schema does not have"));
    broken(|event| event["comment"] = Value::Null);
    broken(|event| event["time"] = json!("2026-11-21T08:00:00Z"));
    broken(|event| event["status_id"] = json!(7));
    broken(|event| event["type_uid"] = json!(200_302));
    broken(|event| event["severity"] = json!("Grave"));
    broken(|event| event["compliance"]["status"] = json!("Pass"));
    broken(|event| event["resource"] = json!({"uid": "deprecated"}));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the names, the events are as the schemas say.
    #[test]
    fn any_names_come_through(names in prop::collection::vec(any::<String>(), 0..4)) {
        check_all(&of(&comparison(&names)));
    }
}

/// No control of a catalog that iamctl has never read.
#[test]
fn no_control_or_standard_is_named() {
    for event in of(&comparison(&["a"])) {
        let compliance = event["compliance"].as_object().unwrap();
        for key in ["control", "standards", "requirements", "compliance_standards", "control_parameters"] {
            assert!(!compliance.contains_key(key), "{event:#}");
        }
        let check = &compliance["checks"][0];
        assert!(check["standards"].is_null() && check["uid"].is_string(), "{event:#}");
        assert!(event["remediation"]["cis_controls"].is_null());
        let source = event["remediation"]["references"][0].as_str().unwrap();
        assert!(source.starts_with("https://docs.aws.amazon.com/IAM/"), "{source}");
    }
}

/// What the later report does not have is closed, and says why.
#[test]
fn what_is_gone_says_why() {
    let report = comparison(&["a"]);
    let mut since = Since::without_earlier(&report);
    for status in [Status::Resolved, Status::Accepted, Status::NotCompared] {
        since.gone.push(Gone {
            id: format!("id of {status}"),
            status,
            rule: Rule::AccessGained,
            severity: Severity::High,
            role: None,
            message: HOSTILE.join(""),
        });
    }
    let view = View { since: Some(&since), ..View::new(&report, "equivalency_list.json") };
    let mut bytes = Vec::new();
    ReportFormat::Ocsf.write(&mut bytes, &view).unwrap();
    let events = events(std::str::from_utf8(&bytes).unwrap());
    check_all(&events);
    let gone: Vec<[&str; 3]> = events.iter().skip(FINDINGS).map(became).collect();
    let expected =
        [["Close", "Resolved", "resolved"], ["Close", "Suppressed", "accepted"], ["Close", "Unknown", "not-compared"]];
    assert_eq!(gone, expected);
}

fn night(tool: &Tool, actions: &[&str], teams: [&str; 2]) {
    let allow = |actions: &[&str]| json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
    let tagged = |id: &str, team: &str| role(id, "tagged", &json!({"tags": {"team": team}}));
    let dev = [inline(DEV, "app", &allow(&["s3:ListAllMyBuckets"])), tagged(DEV, teams[0])];
    let qa = [inline(QA, "app", &allow(&[&["s3:ListAllMyBuckets"], actions].concat())), tagged(QA, teams[1])];
    tool.write("dev.json", snapshot(DEV, &dev, &[]));
    tool.write("qa.json", snapshot(QA, &qa, &[]));
}

/// The events of a run that writes this folder.
fn run(tool: &Tool, folder: &str, more: &[&str]) -> Vec<Value> {
    let words = ["diff", "dev.json", "dev", "qa.json", "qa", "--report", "ocsf=r.ocsf", "--output", folder];
    let run = tool.run(&[&words[..], more].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let events = events(&tool.read("r.ocsf"));
    check_all(&events);
    events
}

fn id(event: &Value) -> &str {
    event["finding_info"]["uid"].as_str().unwrap()
}

/// `activity_name`, `status`, `since`.
fn became(event: &Value) -> [&str; 3] {
    [&event["activity_name"], &event["status"], &event["unmapped"]["since"]].map(|one| one.as_str().unwrap_or_default())
}

/// What became of the findings of a rule.
fn of_rule<'v>(events: &'v [Value], rule: &str) -> Vec<[&'v str; 3]> {
    events.iter().filter(|event| event["compliance"]["checks"][0]["uid"] == rule).map(became).collect()
}

/// Takes the events of a run, as somebody who keeps findings by their IDs: what is created is not there yet, and what is
/// updated or closed is.
fn keep(kept: &mut BTreeMap<String, Value>, events: Vec<Value>) {
    for event in events {
        let (id, activity) = (id(&event).to_owned(), event["activity_name"].as_str().unwrap().to_owned());
        let before = if activity == "Close" { kept.remove(&id) } else { kept.insert(id, event.clone()) };
        assert_eq!(before.is_none(), activity == "Create", "{event:#}");
    }
}

/// The IDs of a report, accepted or not.
fn ids(tool: &Tool, folder: &str) -> BTreeSet<String> {
    let report: Value = serde_json::from_str(&tool.read(&format!("{folder}/report.json"))).unwrap();
    let all = |list: &str, key: &str| -> Vec<String> {
        report[list].as_array().unwrap().iter().filter_map(|one| one[key].as_str()).map(str::to_owned).collect()
    };
    all("findings", "id").into_iter().chain(all("accepted_differences", "finding")).collect()
}

#[test]
fn whoever_keeps_findings_by_their_ids_has_those_of_the_last_report() {
    let tool = Tool::new();
    let mut kept = BTreeMap::new();
    let mut last: Option<&str> = None;
    let mut night = |folder: &'static str, actions: &[&str], teams: [&str; 2], accepts: bool| {
        night(&tool, actions, teams);
        let entry = json!({"role": "app", "reason": "meant so", "owner": "team a", "expires": "2099-01-01"});
        let entries = if accepts { json!([entry]) } else { json!([]) };
        let accepted = json!({"format": "iamctl-accepted", "version": 1, "accepted": entries});
        tool.write("accepted.json", accepted.to_string());
        let since = last.replace(folder).map_or_else(Vec::new, |last| vec!["--since", last]);
        let events = run(&tool, folder, &since);
        keep(&mut kept, events.clone());
        assert_eq!(kept.keys().cloned().collect::<BTreeSet<_>>(), ids(&tool, folder), "{folder}");
        events
    };
    let first = night("one", &["iam:GetRole"], ["red", "blue"], false);
    assert_eq!(of_rule(&first, "access-gained"), [["Create", "New", ""]]);
    // The role can do more, under another ID; the tag is the same.
    let second = night("two", &["iam:GetRole", "iam:PutRolePolicy"], ["red", "red"], false);
    assert_eq!(of_rule(&second, "tag-changed"), [["Close", "Resolved", "resolved"]]);
    let closed = second.iter().find(|event| event["activity_name"] == "Close").unwrap();
    assert!(closed["compliance"]["status"].is_null(), "nothing was checked that could pass: {closed:#}");
    let ended = ["Close", "No longer reported under this ID", "still-there"];
    assert!(second.iter().map(became).any(|one| one == ended), "{second:#?}");
    let third = night("three", &["iam:GetRole", "iam:PutRolePolicy"], ["red", "red"], false);
    assert!(!third.is_empty() && third.iter().all(|event| became(event) == ["Update", "Still there", "still-there"]));
    // Somebody accepts it.
    let fourth = night("four", &["iam:GetRole", "iam:PutRolePolicy"], ["red", "red"], true);
    assert!(!fourth.is_empty() && fourth.iter().all(|event| became(event) == ["Update", "Suppressed", "accepted"]));
    assert_eq!((&fourth[0]["comment"], &fourth[0]["unmapped"]["owner"]), (&json!("meant so"), &json!("team a")));
    // It is still accepted, and then no longer.
    let fifth = night("five", &["iam:GetRole", "iam:PutRolePolicy"], ["red", "red"], true);
    assert!(!fifth.is_empty() && fifth.iter().all(|event| became(event) == ["Update", "Suppressed", ""]));
    let sixth = night("six", &["iam:GetRole", "iam:PutRolePolicy"], ["red", "red"], false);
    assert!(!sixth.is_empty() && sixth.iter().all(|event| became(event) == ["Update", "New", "new"]));
    // Nothing differs any more; what was accepted is gone as well.
    night("seven", &["iam:GetRole"], ["red", "red"], true);
    let last = night("eight", &[], ["red", "red"], false);
    assert!(last.iter().all(|event| event["activity_name"] == "Close"), "{last:#?}");
    assert!(kept.is_empty());
    // `iamctl since` says the same of the same two reports.
    let words = ["since", "one", "two", "--report", "ocsf=s.ocsf"];
    assert_eq!(tool.run(&words).code, 0);
    let of_since = events(&tool.read("s.ocsf"));
    assert_eq!(of_since.iter().map(became).collect::<Vec<_>>(), second.iter().map(became).collect::<Vec<_>>());
}
