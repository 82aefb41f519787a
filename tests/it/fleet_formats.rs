//! `--format` and `--report` of a fleet: for each account they say what `iamctl diff` says of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::junit_reader::junit;
use crate::support::made_up::HOSTILE;
use crate::support::ocsf_schema;
use crate::support::sarif_reader::{multitool_findings, sarif_schema};
use crate::support::tool::{DEV, QA, Run, Tool, document, role, snapshot};

const ACCOUNTS: [(&str, &str); 4] = [("dev", DEV), ("eu", "444444444444"), ("prod", "333333333333"), ("qa", QA)];

const REPORTS: [&str; 8] = [
    "sarif=r.sarif",
    "junit=r.xml",
    "ndjson=r.ndjson",
    "gitlab=r.gl",
    "ocsf=r.ocsf",
    "markdown=r.md",
    "json=r.json",
    "html=r.html",
];

/// A role with this attached policy and these further fields.
fn attached(id: &str, name: &str, policies: &[&str]) -> Value {
    let arns: Vec<String> = policies.iter().map(|policy| format!("arn:aws:iam::{id}:policy/{policy}")).collect();
    role(id, name, &json!({"attached_policies": arns}))
}

/// A baseline and three accounts. `audit` is attached to fewer roles in two of them, `logs` allows more in one, and
/// somebody has accepted what differs in `eu`; one role is missing, one is there besides, one has a hostile name.
fn tool() -> Tool {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", "1795248000");
    for (tag, id) in ACCOUNTS {
        let allow = |action: &str| json!([{"Effect": "Allow", "Action": action, "Resource": "*"}]);
        let arn = format!("arn:aws:iam::{id}:policy/audit");
        let audit = json!({"arn": arn, "name": "audit", "version_id": "v1", "document": document(&allow("s3:Get*"))});
        let logs =
            json!({"name": "logs", "document": document(&allow(if tag == "qa" { "logs:*" } else { "logs:Get*" }))});
        let mut roles = vec![
            role(id, "logs", &json!({"inline_policies": [logs]})),
            role(id, "tagged", &json!({"tags": {"team": if tag == "eu" { "blue" } else { "red" }}})),
            role(id, "same", &json!({})),
        ];
        for (number, lacking) in [["qa", "prod"], ["qa", "qa"], ["none", "none"]].iter().enumerate() {
            let policies: &[&str] = if lacking.contains(&tag) { &[] } else { &["audit"] };
            roles.push(attached(id, &format!("reader-{number}"), policies));
        }
        if tag != "prod" {
            roles.push(role(id, "leaving", &json!({})));
        }
        if tag == "prod" {
            roles.push(role(id, "extra", &json!({})));
        }
        let hostile = if tag == "qa" { HOSTILE[0] } else { "" };
        roles.push(role(id, "described", &json!({"description": hostile})));
        tool.write(&format!("{tag}.json"), snapshot(id, &roles, &[audit]));
    }
    let entry =
        json!({"role": "tagged", "attribute": "tag:team", "reason": "eu has a team of its own", "account": "eu"});
    let accepted = json!({"format": "iamctl-accepted", "version": 1, "accepted": [entry]});
    tool.write("accepted.json", accepted.to_string());
    tool
}

fn fleet(tool: &Tool, baseline: &str, more: &[&str]) -> Run {
    let words = ACCOUNTS.map(|(tag, _)| format!("{tag}.json={tag}"));
    let mut arguments = vec!["fleet", "--baseline", baseline, "--output", "out"];
    arguments.extend(words.iter().map(String::as_str));
    arguments.extend(more);
    tool.run(&arguments)
}

fn reports() -> Vec<&'static str> {
    REPORTS.iter().flat_map(|report| ["--report", report]).collect()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of_kind<'v>(lines: &'v [Value], kind: &str) -> Vec<&'v Value> {
    lines.iter().filter(|line| line["kind"] == kind).collect()
}

/// The comparison of the baseline with one of the accounts, with the reports of its own.
fn pair(tool: &Tool, tag: &str) -> Run {
    let mut arguments = vec!["diff".to_owned(), "dev.json".to_owned(), "dev".to_owned()];
    arguments.extend([format!("{tag}.json"), tag.to_owned()]);
    arguments.extend(["--output".to_owned(), format!("pair-{tag}"), "--fail-on".to_owned(), "access".to_owned()]);
    for format in ["junit", "ndjson", "ocsf"] {
        arguments.extend(["--report".to_owned(), format!("{format}={tag}.{format}")]);
    }
    arguments.extend(["--format".to_owned(), "csv".to_owned()]);
    tool.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn every_finding_is_that_of_the_pair() {
    let tool = tool();
    let run = fleet(&tool, "dev", &[reports().as_slice(), &["--fail-on", "access", "--format", "csv"]].concat());
    assert_eq!(run.code, 1, "{run:?}");
    let all = lines(&tool.read("r.ndjson"));
    let events = lines(&tool.read("r.ocsf"));
    ocsf_schema::check_all(&events);
    let suites = junit(&tool.read("r.xml"));
    let suites: BTreeMap<&str, &Value> =
        suites.as_array().unwrap().iter().map(|suite| (suite["name"].as_str().unwrap(), suite)).collect();
    assert_eq!(suites.keys().copied().collect::<Vec<_>>(), ["dev and eu", "dev and prod", "dev and qa"]);
    let mut csv: Vec<String> = Vec::new();
    for (tag, id) in ACCOUNTS.into_iter().filter(|(tag, _)| *tag != "dev") {
        let of_pair = pair(&tool, tag);
        // JSON lines: the same values of the same keys.
        let found: BTreeSet<String> =
            of_kind(&all, "finding").into_iter().filter(|line| line["account"] == tag).map(Value::to_string).collect();
        let expected = lines(&tool.read(&format!("{tag}.ndjson")));
        let is_open = |line: &&Value| line["note"] == false;
        let expected: BTreeSet<String> =
            of_kind(&expected, "finding").into_iter().filter(is_open).map(Value::to_string).collect();
        assert_eq!(found, expected, "{tag}");
        assert_eq!(found.is_empty(), tag == "eu");
        // OCSF: the same events, without what is only to know and what is accepted.
        let of_account = |event: &&Value| event["cloud"]["account"]["name"] == tag;
        let found: BTreeSet<String> = events.iter().filter(of_account).map(Value::to_string).collect();
        let is_open = |event: &&Value| event["unmapped"]["note"] == false && event["status"] == "New";
        let expected = lines(&tool.read(&format!("{tag}.ocsf")));
        assert_eq!(found, expected.iter().filter(is_open).map(Value::to_string).collect(), "{tag}");
        // JUnit: the same cases, with the same results and the same output.
        let (of_fleet, own) = (suites[format!("dev and {tag}").as_str()], junit(&tool.read(&format!("{tag}.junit"))));
        let cases = |suite: &Value| {
            let mut cases: Vec<String> = suite["cases"].as_array().unwrap().iter().map(Value::to_string).collect();
            cases.sort();
            cases
        };
        assert_eq!(cases(of_fleet), cases(&own[0]), "{tag}");
        for name in ["account dev", "fail-on", "roles", "findings", "high", "low", "failed findings"] {
            assert_eq!(of_fleet["properties"][name], own[0]["properties"][name], "{tag}: {name}");
        }
        assert_eq!(of_fleet["properties"][format!("account {tag}")], id);
        // CSV: the same lines after the account.
        let records = |text: &str| -> Vec<Vec<String>> {
            let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
            reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
        };
        let prefixed = |mut record: Vec<String>| {
            record.splice(0..0, [tag.to_owned(), id.to_owned()]);
            record.join("\u{0}")
        };
        csv.extend(records(&of_pair.stdout).into_iter().map(prefixed));
    }
    let mut reader = csv::ReaderBuilder::new().from_reader(run.stdout.as_bytes());
    let mut found: Vec<String> =
        reader.records().map(|record| record.unwrap().iter().collect::<Vec<_>>().join("\u{0}")).collect();
    found.sort();
    csv.sort();
    assert_eq!(found, csv);
}

/// A cause is one result, however many accounts have it and in whichever roles.
#[test]
fn a_cause_is_one_result() {
    let tool = tool();
    let run = fleet(&tool, "dev", &[reports().as_slice(), &["--fail-on", "rule=access-lost"]].concat());
    assert_eq!(run.code, 1, "{run:?}");
    let json: Value = serde_json::from_str(&tool.read("out/fleet.json")).unwrap();
    let causes = json["causes"].as_array().unwrap();
    let detached: Vec<&Value> =
        causes.iter().filter(|cause| cause["message"].as_str().unwrap().contains("attaches audit")).collect();
    assert_eq!(detached.len(), 1, "{causes:#?}");
    assert_eq!(detached[0]["roles"], json!(["reader-0", "reader-1"]));
    assert_eq!(detached[0]["roles_in"], json!({"prod": ["reader-0"], "qa": ["reader-0", "reader-1"]}));
    let of_all: u64 = causes.iter().map(|cause| cause["findings"].as_u64().unwrap()).sum();
    assert_eq!(Some(of_all), json["totals"]["findings"].as_u64(), "no finding is lost among the causes");
    assert!(run.stdout.contains("in 2 of 3 accounts: prod (1 role), qa (2 roles)"), "{}", run.stdout);

    let text = tool.read("r.sarif");
    let sarif: Value = serde_json::from_str(&text).unwrap();
    sarif_schema().check(&sarif).unwrap();
    assert_eq!(multitool_findings(&text), BTreeSet::new());
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let ids = |all: &[Value], id: &dyn Fn(&Value) -> Value| all.iter().map(id).collect::<Vec<_>>();
    let expected = ids(causes, &|cause| cause["id"].clone());
    assert_eq!(ids(results, &|one| one["partialFingerprints"]["iamctl/v2"].clone()), expected);
    let lost = results.iter().find(|one| one["partialFingerprints"]["iamctl/v2"] == detached[0]["id"]).unwrap();
    assert_eq!(lost["properties"]["failed"], true);
    assert_eq!(lost["properties"]["accounts"], json!(["prod", "qa"]));
    let names = lost["locations"][0]["logicalLocations"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|one| one["fullyQualifiedName"].as_str().unwrap()).collect();
    assert_eq!(names, ["prod/reader-0", "qa/reader-0", "qa/reader-1"]);
    assert_eq!(lost["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "prod.json");

    let gitlab: Value = serde_json::from_str(&tool.read("r.gl")).unwrap();
    assert_eq!(ids(gitlab.as_array().unwrap(), &|one| one["fingerprint"].clone()), expected);
    for issue in gitlab.as_array().unwrap() {
        assert!(!issue["description"].as_str().unwrap().contains('\n'), "{issue}");
    }
    let of_lines = lines(&tool.read("r.ndjson"));
    assert_eq!(of_kind(&of_lines, "cause").iter().map(|cause| cause["id"].clone()).collect::<Vec<_>>(), expected);
    // The files of the folder are the same as the reports of their formats.
    assert_eq!(tool.read("r.json"), tool.read("out/fleet.json"));
    for (report, file) in [("r.md", "out/fleet.md"), ("r.html", "out/fleet.html")] {
        let without_commands = |text: String| text.replace("out/accounts", "accounts");
        assert_eq!(without_commands(tool.read(report)).len().min(500), 500, "{report}");
        let start = |text: String| text.split("## Next").next().unwrap().chars().take(500).collect::<String>();
        assert_eq!(start(tool.read(report)), start(tool.read(file)));
    }
}

/// A cause is known by the same ID whichever accounts are compared, and in whatever order.
#[test]
fn the_id_of_a_cause_does_not_depend_on_the_accounts() {
    let tool = tool();
    let ids = |more: &[&str]| {
        let run = fleet(&tool, "dev", more);
        assert_eq!(run.code, 0, "{run:?}");
        let json: Value = serde_json::from_str(&tool.read("out/fleet.json")).unwrap();
        let causes = json["causes"].as_array().unwrap().clone();
        causes.into_iter().map(|cause| cause["id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let all = ids(&[]);
    let of_qa = ids(&["--only", "qa"]);
    assert!(of_qa.len() >= 3 && of_qa.is_subset(&all), "{of_qa:?} {all:?}");
    assert_eq!(&of_qa | &ids(&["--only", "prod"]), all);
}

/// What is missing is said first by each of them.
#[test]
fn an_account_that_was_not_read_is_in_every_report() {
    let tool = tool();
    tool.write("broken.json", "{");
    let more = [reports().as_slice(), &["broken.json=broken", "--allow-unread", "--format", "ndjson"]].concat();
    let run = fleet(&tool, "dev", &more);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.stdout, tool.read("r.ndjson"));
    let all = lines(&run.stdout);
    assert_eq!((&all[0]["kind"], &all[0]["unread"]), (&json!("header"), &json!(["broken"])));
    let of_it: Vec<&Value> = of_kind(&all, "account").into_iter().filter(|line| line["account"] == "broken").collect();
    assert_eq!(of_it.len(), 1);
    assert_eq!(of_it[0]["status"], "failed");
    let suites = junit(&tool.read("r.xml"));
    let suite = suites.as_array().unwrap().iter().find(|suite| suite["name"] == "dev and broken").unwrap();
    assert_eq!(suite["cases"][0]["results"][0]["kind"], "Error", "{suite}");
    assert!(suite["cases"][0]["results"][0]["message"].as_str().unwrap().contains("broken.json"), "{suite}");
    let text = tool.read("r.sarif");
    assert_eq!(multitool_findings(&text), BTreeSet::new());
    let sarif: Value = serde_json::from_str(&text).unwrap();
    let said = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
    assert!(said.unwrap().contains("1 of 5 accounts was not read"), "{said:?}");
    assert!(tool.read("r.md").starts_with("**NOT COMPLETE"));
    let events = lines(&tool.read("r.ocsf"));
    ocsf_schema::check_all(&events);
    let first = &events[0];
    assert_eq!(
        (&first["cloud"]["account"]["name"], &first["compliance"]["status"]),
        (&json!("broken"), &json!("Warning"))
    );
    assert!(first["message"].as_str().unwrap().contains("broken.json"), "{first}");
    assert_eq!(events.iter().filter(|event| event["compliance"]["status"] != "Fail").count(), 1);
}

/// With the majority as the baseline, each finding has the details of the comparison that it is from.
#[test]
fn the_majority_has_all_formats() {
    let tool = tool();
    let run = fleet(&tool, "majority", &[reports().as_slice(), &["--exit-code", "--format", "csv"]].concat());
    assert_eq!(run.code, 1, "{run:?}");
    let all = lines(&tool.read("r.ndjson"));
    let json: Value = serde_json::from_str(&tool.read("r.json")).unwrap();
    let findings = of_kind(&all, "finding");
    assert_eq!(Some(findings.len() as u64), json["totals"]["findings"].as_u64());
    for line in &findings {
        assert!(line["difference"].is_object() && line["group"].is_string(), "{line}");
    }
    let mut csv = csv::ReaderBuilder::new().from_reader(run.stdout.as_bytes());
    let records: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), findings.len());
    assert!(records.iter().all(|record| record.iter().any(|cell| cell.starts_with("arn:aws:iam"))), "{records:?}");
    let suites = junit(&tool.read("r.xml"));
    let events = lines(&tool.read("r.ocsf"));
    ocsf_schema::check_all(&events);
    assert_eq!(events.len(), findings.len());
    let failed: u64 = suites.as_array().unwrap().iter().map(|suite| suite["failures"].as_u64().unwrap()).sum();
    assert!(failed > 0);
    sarif_schema().check(&serde_json::from_str(&tool.read("r.sarif")).unwrap()).unwrap();
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is_read() {
    let tool = tool();
    let refused = |report: &str, says: &str| {
        let run = fleet(&tool, "dev", &["--report", report]);
        assert_eq!(run.code, 2, "{report}: {run:?}");
        assert!(run.stderr.contains(says), "{report}: {}", run.stderr);
    };
    refused("sarif=dev.json", "a file that iamctl reads");
    refused("sarif=accepted.json", "a file that iamctl reads");
    refused("sarif=none/r.sarif", "there is no folder `none`");
    refused("sarif=out/fleet.json", "a file of the output folder");
    refused("xml=r.xml", "not a report format");
    assert!(!tool.exists("out/fleet.json"));
}

/// A job of GitHub Actions shows the summary.
#[test]
fn the_summary_of_a_job_has_the_fleet() {
    let tool = tool().env("GITHUB_STEP_SUMMARY", "summary.md");
    assert_eq!(fleet(&tool, "dev", &[]).code, 0);
    let start = |text: String| text.split("## Next").next().unwrap().to_owned();
    assert_eq!(start(tool.read("summary.md")), start(tool.read("out/fleet.md")));
    assert!(tool.read("summary.md").contains("iamctl explain out/accounts/qa"), "{}", tool.read("summary.md"));
}
