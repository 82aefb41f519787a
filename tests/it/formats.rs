//! SARIF, JUnit, GitLab code quality, ndjson and CSV, each read by something that none of us wrote: Microsoft's SARIF
//! Multitool and the schema that comes with it, junitparser, a JSON Schema validator, a CSV reader.
//!
//! No reader or schema of GitLab's report was found to install; the fields are those of its documentation.

use std::collections::BTreeSet;

use iamctl::formats::commands::short;
use iamctl::formats::report_format::{ReportFormat, View};
use iamctl::formats::{ndjson, sarif};
use iamctl::report::{FailOn, Report, RoleStatus};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::junit_reader::junit;
use crate::support::made_up::{FINDINGS, HOSTILE, comparison, nothing};
use crate::support::program::{EXAMPLES, Place, expect, repository};
use crate::support::sarif_reader::{multitool_findings, sarif_schema};
use crate::support::schema::Schema;
use crate::support::tool::without_evidence;

fn written(format: ReportFormat, view: &View<'_>) -> String {
    let mut bytes = Vec::new();
    format.write(&mut bytes, view).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn of(format: ReportFormat, comparison: &Report) -> String {
    written(format, &View::new(comparison, "iam/equivalency list.json"))
}

fn json_of(format: ReportFormat, comparison: &Report) -> Value {
    serde_json::from_str(&of(format, comparison)).unwrap()
}

/// Every kind of comparison that the readers get: empty, hostile, the examples.
fn worlds() -> [Report; 2] {
    [nothing(), comparison(&HOSTILE)]
}

#[test]
fn sarif_is_as_its_schema_says() {
    let schema = sarif_schema();
    for comparison in worlds() {
        schema.check(&json_of(ReportFormat::Sarif, &comparison)).unwrap();
    }
    let mut broken = json_of(ReportFormat::Sarif, &comparison(&["a"]));
    broken["runs"][0]["results"][0]["level"] = json!("bad");
    schema.check(&broken).expect_err("the schema tells what is none");
}

#[test]
fn the_sarif_multitool_finds_nothing_to_say() {
    for comparison in worlds() {
        assert_eq!(multitool_findings(&of(ReportFormat::Sarif, &comparison)), BTreeSet::new());
    }
    // With results left out, and with a result that it must complain about.
    let comparison = comparison(&HOSTILE);
    let (text, _) = limited(&comparison, 7, usize::MAX);
    assert_eq!(multitool_findings(&text), BTreeSet::new());
    let broken = text.replacen("\"ruleIndex\":", "\"rulesIndex\":", 1);
    assert_ne!(multitool_findings(&broken), BTreeSet::new());
}

fn limited(comparison: &Report, results: usize, bytes: usize) -> (String, Value) {
    let mut out = Vec::new();
    sarif::write_within(&mut out, &View::new(comparison, "equivalency_list.json"), results, bytes).unwrap();
    let text = String::from_utf8(out).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

#[test]
fn sarif_results_say_what_where_and_which() {
    let report = comparison(&["app"]);
    let log = json_of(ReportFormat::Sarif, &report);
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    // One for each cause, and one for each accepted difference.
    assert_eq!(results.len(), report.groups.len() + report.accepted_differences.len(), "{results:#?}");
    assert_eq!(report.groups.iter().map(|group| group.findings.len()).sum::<usize>(), FINDINGS);
    // The causes come first, each as severe as it is here, whatever is usual for its rule.
    for (group, result) in report.groups.iter().zip(results) {
        assert_eq!(result["level"], sarif::level(group.severity), "{group:?}");
    }
    let mut fingerprints = BTreeSet::new();
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let file = place["artifactLocation"]["uri"].as_str().unwrap();
        if result["ruleId"] == "dictionary-warning" {
            assert_eq!(file, "iam/equivalency%20list.json");
        } else {
            assert!(["dev_snapshot.json", "qa_snapshot.json"].contains(&file), "{file}");
        }
        assert_eq!(place["region"]["startLine"], 1);
        assert!(fingerprints.insert(result["partialFingerprints"]["primaryLocationLineHash"].to_string()));
    }
    assert_eq!(run["automationDetails"]["id"], "iamctl/dev-qa/");
    // A message is no place for links.
    let log = json_of(ReportFormat::Sarif, &comparison(&["[a](https://example.com)"]));
    assert!(!log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap().contains("a]("));
}

#[test]
fn sarif_keeps_within_its_limits() {
    // Too many roles for the number of results.
    let mut many = nothing();
    for index in 0..30_000 {
        let one = comparison(&["r"]).roles.swap_remove(1);
        many.roles.push(iamctl::report::RoleResult { role: format!("role-{index}"), ..one });
    }
    many.conclude();
    let (text, log) = limited(&many, sarif::RESULTS, sarif::BYTES);
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap().len();
    assert!(results <= 25_000 && text.len() <= 10_000_000, "{results} results, {} bytes", text.len());
    let notification = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(
        notification.starts_with(&format!("{} results were omitted", many.groups.len() - results)),
        "{notification}"
    );
    // Only few bytes a result, so that their number is what ends them.
    let (_, log) = limited(&many, 20_000, usize::MAX);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 20_000);
    // What is left out is the lightest: with room for one it is the most severe that stays.
    let (_, log) = limited(&comparison(&["a", "b"]), 1, usize::MAX);
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "privilege-escalation");
    let (_, log) = limited(&comparison(&["a"]), usize::MAX, 0);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the names, no format breaks, and the limit of bytes holds exactly. The texts of the rules, which stand
    /// there without any result, take 41,000 bytes.
    #[test]
    fn any_names_come_through(names in prop::collection::vec(any::<String>(), 0..4), bytes in 50_000_usize..90_000) {
        let comparison = comparison(&names);
        let (text, log) = limited(&comparison, usize::MAX, bytes);
        prop_assert!(text.len() <= bytes, "{} of {bytes}", text.len());
        prop_assert!(log["runs"][0]["results"].is_array());
        json_of(ReportFormat::Gitlab, &comparison);
        json_of(ReportFormat::Json, &comparison);
        for line in of(ReportFormat::Ndjson, &comparison).lines() {
            prop_assert!(serde_json::from_str::<Value>(line).unwrap()["kind"].is_string());
        }
    }
}

#[test]
fn junitparser_reads_a_case_for_each_role() {
    let mut comparison = comparison(&HOSTILE);
    // One role that is alike, and one whose differences were all accepted.
    for (name, accepted) in [("alike", 0), ("accepted", 2)] {
        let mut role = crate::support::made_up::comparison(&[name]).roles.swap_remove(0);
        role.differences = iamctl::report::DifferenceCounts { accepted, ..Default::default() };
        role.left.as_mut().unwrap().arn = format!("{name} left");
        role.right.as_mut().unwrap().arn = format!("{name} right");
        comparison.roles.push(role);
    }
    let gate = [FailOn::Any];
    let view = View { fail_on: Some(&gate), ..View::new(&comparison, "equivalency_list.json") };
    let suites = junit(&written(ReportFormat::Junit, &view));
    let suite = &suites[0];
    assert_eq!(suite["name"], "dev and qa");
    let roles = HOSTILE.len() * 4;
    assert_eq!((&suite["tests"], &suite["failures"], &suite["skipped"]), (&json!(roles + 2), &json!(roles), &json!(1)));
    let cases = suite["cases"].as_array().unwrap();
    assert_eq!(cases.len(), roles + 2);
    let of_name = |name: &str| cases.iter().find(|case| case["name"] == name).unwrap();
    let failure = &of_name("<script>alert(1)</script>")["results"][0];
    assert_eq!((&failure["kind"], &failure["type"]), (&json!("Failure"), &json!("privilege-escalation")));
    let text = failure["text"].as_str().unwrap();
    assert!(text.contains("access-gained: qa allows s3:<script>alert(1)</script>") && text.contains('\n'), "{text}");
    // Each finding names its cause, and what fails is counted in findings and causes as well.
    let group = comparison.causes().find(|group| group.roles == ["<script>alert(1)</script>"]).unwrap();
    assert!(text.contains(&format!("[cause {}]", short(&group.id))), "{text}");
    let failed = [("findings", comparison.totals.findings), ("causes", comparison.totals.causes)];
    for (what, count) in failed {
        let property = format!("<property name=\"failed {what}\" value=\"{count}\"/>");
        assert!(written(ReportFormat::Junit, &view).contains(&property), "{property}");
    }
    let log: Value = serde_json::from_str(&written(ReportFormat::Sarif, &view)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.iter().filter(|one| one["properties"]["failed"] == true).count(), comparison.totals.causes);
    assert_eq!(of_name("alike")["results"], json!([]));
    assert_eq!(of_name("accepted")["results"][0]["kind"], "Skipped");
    assert!(cases.iter().all(|case| case["class"] == "iamctl.dev.qa"));
    // Without a gate the same is there to read, and nothing fails.
    let suites = junit(&of(ReportFormat::Junit, &comparison));
    assert_eq!((&suites[0]["failures"], &suites[0]["skipped"]), (&json!(0), &json!(1)));
    let text = of(ReportFormat::Junit, &comparison);
    assert!(text.contains("access-gained: qa allows s3:&lt;script&gt;") && !text.contains("<failure"), "{text}");
    assert_eq!(junit(&of(ReportFormat::Junit, &nothing()))[0]["tests"], 0);
}

#[test]
fn gitlab_has_the_fields_it_documents() {
    // https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    let text = json!({"type": "string", "minLength": 1});
    let schema = Schema::new(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "additionalProperties": false,
            "properties": {
                "description": text, "check_name": text, "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object", "required": ["path", "lines"], "additionalProperties": false,
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^./]"},
                        "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"const": 1}}},
                    },
                },
            },
        },
    }));
    for comparison in worlds() {
        let report = json_of(ReportFormat::Gitlab, &comparison);
        schema.check(&report).unwrap();
        let issues = report.as_array().unwrap();
        let fingerprints: BTreeSet<String> = issues.iter().map(|issue| issue["fingerprint"].to_string()).collect();
        assert_eq!(fingerprints.len(), issues.len());
        for issue in issues {
            let id = short(issue["fingerprint"].as_str().unwrap());
            assert!(issue["description"].as_str().unwrap().ends_with(&format!(" [cause {id}]")), "{issue}");
        }
    }
}

#[test]
fn every_line_of_ndjson_is_an_object() {
    let comparison = comparison(&HOSTILE);
    let text = of(ReportFormat::Ndjson, &comparison);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], kinds[kinds.len() - 1]), ("header", "summary"));
    let inner = &lines[1..lines.len() - 1];
    let (findings, groups): (Vec<&Value>, Vec<&Value>) = inner.iter().partition(|line| line["kind"] == "finding");
    assert_eq!(findings.len(), FINDINGS * HOSTILE.len());
    assert!(findings.iter().all(|line| !line["difference"].is_null()));
    // Each finding is of one group, which names it.
    assert!(groups.iter().all(|line| line["kind"] == "group"));
    for finding in &findings {
        let group = groups.iter().find(|group| group["id"] == finding["group"]).unwrap();
        assert!(group["fingerprints"].as_array().unwrap().contains(&finding["fingerprint"]));
    }
    let summary = &lines[lines.len() - 1];
    assert_eq!(summary["findings"], findings.iter().filter(|line| line["note"] == false).count());
    assert_eq!(summary["different"], true);
    let fingerprints: BTreeSet<String> = findings.iter().map(|line| line["fingerprint"].to_string()).collect();
    assert_eq!(fingerprints.len(), findings.len());
}

#[test]
fn the_csv_of_findings_is_safe() {
    let comparison = comparison(&HOSTILE);
    let view = View::new(&comparison, "");
    let mut bytes = Vec::new();
    ndjson::csv(&mut bytes, iamctl::formats::csv::Options::default(), &view).unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), comparison.findings.len());
    // The last column has the group, by which findings of one cause can be found.
    for group in &comparison.groups {
        let places: Vec<usize> =
            (0..rows.len()).filter(|place| rows[*place].iter().next_back() == Some(&group.id)).collect();
        assert_eq!(places, group.findings);
    }
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        assert!(!cell.contains(|c: char| c.is_control() && c != '\n'), "{cell:?}");
    }
}

#[test]
fn every_role_that_differs_has_a_finding() {
    let place = Place::new();
    place.run(EXAMPLES);
    let report: Value = serde_json::from_str(&place.read("reports/report.json")).unwrap();
    let run = place.run(&format!("{EXAMPLES} --format ndjson"));
    let findings: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found: BTreeSet<&str> =
        findings.iter().filter(|line| line["rule"] != "statement-warning").filter_map(|l| l["role"].as_str()).collect();
    let differing: BTreeSet<&str> = report["roles"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|role| {
            let differences = role["differences"].as_object().unwrap();
            role["status"] != "common" || differences.iter().any(|(key, count)| key != "accepted" && *count != 0)
        })
        .filter_map(|role| role["role"].as_str())
        .collect();
    assert_eq!(found, differing);
}

#[test]
fn fingerprints_depend_on_what_differs_alone() {
    let prints = |comparison: &Report| -> Vec<(String, String)> {
        let mut comparison = comparison.clone();
        comparison.conclude();
        let all = comparison.findings.into_iter();
        all.filter(|f| f.role.as_deref() == Some("b")).map(|f| (f.rule.id().to_owned(), f.id)).collect()
    };
    let before = prints(&comparison(&["b"]));
    assert_eq!(before.len(), FINDINGS - 1);
    // Another role, another time, other ids and proofs, another number of the statement: the same difference.
    let mut other = comparison(&["a", "b"]);
    other.generated_at = "2027-01-01T00:00:00Z".to_owned();
    other.accounts.left.account_id = None;
    other.accounts.left.source = "elsewhere".to_owned();
    for row in &mut other.access_differences {
        row.difference.witness = None;
        row.difference.granted_by.iter_mut().for_each(|statement| statement.statement += 1);
    }
    assert_eq!(prints(&other), before);
    // Something else that differs is another difference.
    let mut changed = comparison(&["b"]);
    changed.access_differences[0].difference.resources[0] = "c".to_owned();
    let after = prints(&changed);
    assert_eq!(before.iter().zip(&after).filter(|(before, after)| before != after).count(), 1);
    // So is the same difference between other accounts.
    changed.accounts.right.tag = "prod".parse().unwrap();
    assert!(prints(&changed).iter().all(|(_, print)| before.iter().all(|(_, old)| old != print)));
}

#[test]
fn a_group_is_another_when_a_finding_comes() {
    let one = comparison(&["a"]);
    let mut two = one.clone();
    let mut more = two.access_differences[1].clone();
    more.difference.resources = vec!["more".to_owned()];
    two.access_differences.push(more);
    two.conclude();
    let issues = |comparison: &Report| -> BTreeSet<String> {
        let report = json_of(ReportFormat::Gitlab, comparison);
        report.as_array().unwrap().iter().map(|issue| issue["fingerprint"].to_string()).collect()
    };
    assert_eq!(issues(&one).len(), issues(&two).len());
    assert_eq!(issues(&one).difference(&issues(&two)).count(), 1);
}

#[test]
fn ambiguous_roles_are_told_apart() {
    let mut comparison = comparison(&["a"]);
    for index in 0..3 {
        let mut role = comparison.roles[3].clone();
        assert_eq!(role.status, RoleStatus::Ambiguous);
        role.right.as_mut().unwrap().name = format!("a{index}");
        comparison.roles.push(role);
    }
    let names: BTreeSet<String> = junit(&of(ReportFormat::Junit, &comparison))[0]["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| case["name"].to_string())
        .collect();
    assert!(names.contains("\"a (a0)\"") && names.contains("\"a (a2)\""), "{names:?}");
}

/// The expected files of the examples.
#[test]
fn the_examples_come_out_as_expected() {
    let place = Place::new();
    let formats =
        ["markdown=md", "ndjson=ndjson", "sarif=sarif", "junit=xml", "gitlab=json", "ocsf=jsonl", "oscal=oscal"];
    let wanted: Vec<String> = formats.iter().map(|one| one.replacen('=', "=found.", 1)).collect();
    let reports: Vec<&str> = wanted.iter().flat_map(|one| ["--report", one]).collect();
    let arguments: Vec<&str> = EXAMPLES.split_whitespace().chain(reports).collect();
    assert_eq!(place.ask(&arguments).code, 0);
    let folder = repository().join("tests/fixtures/examples/formats");
    let whole = formats.iter().filter_map(|one| one.split_once('='));
    for (format, end) in whole.filter(|(format, _)| !["sarif", "oscal"].contains(format)) {
        let text = place.read(&format!("found.{end}"));
        // How the program was called is not the same everywhere.
        let text = if format == "markdown" { without_evidence(&text) } else { text };
        expect(&folder.join(format!("{format}.{end}")), &text);
    }
    // Of SARIF the results alone, and indented: its rules are docs/rules.md, and nobody can review one long line.
    let log: Value = serde_json::from_str(&place.read("found.sarif")).unwrap();
    sarif_schema().check(&log).unwrap();
    let results = serde_json::to_string_pretty(&log["runs"][0]["results"]).unwrap();
    expect(&folder.join("sarif.results.json"), &format!("{results}\n"));
    // Of OSCAL the first of each list: all observations are alike.
    let mut document: Value = serde_json::from_str(&place.read("found.oscal")).unwrap();
    let results = &mut document["assessment-results"]["results"][0];
    for list in ["/observations", "/risks", "/findings", "/local-definitions/inventory-items"] {
        results.pointer_mut(list).unwrap().as_array_mut().unwrap().truncate(2);
    }
    let document = serde_json::to_string_pretty(&document).unwrap();
    expect(&folder.join("oscal.start.json"), &format!("{document}\n"));
    expect(&folder.join("findings.csv"), &place.run(&format!("{EXAMPLES} --format csv")).stdout);
    let [found, summary] = ["found.md", "reports/summary.md"].map(|name| without_evidence(&place.read(name)));
    assert_eq!(found, summary);
}
