//! Every format counts the same: roles, findings and causes, without what is only to know and what is accepted.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, inline, role, snapshot, trust};
use crate::support::{ocsf_schema, oscal_reader};

/// Rules of what is only to know.
const NOTES: [&str; 5] =
    ["statement-warning", "dangling-principal", "could-not-compare", "dictionary-warning", "aws-policy-version"];

/// Two accounts with more than ten causes, remarks, limitations, an ambiguous name and something to accept.
fn world() -> Tool {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", "1795248000");
    let allow = |action: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    let idle = json!({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::app"});
    let account = |id: &str, value: &str, more: &str| {
        let mut roles: Vec<Value> = (0..12)
            .map(|number| role(id, &format!("tagged-{number}"), &json!({"tags": {"team": format!("{value}{number}")}})))
            .collect();
        roles.push(inline(id, "admin", &json!([allow(more), idle])));
        roles.push(inline(id, "accepted", &json!([allow(more), allow("sqs:ListQueues")])));
        let external =
            json!({"AWS": if id == QA { "arn:aws:iam::999988887777:root" } else { "AIDAEXAMPLEEXAMPLE123" }});
        roles.push(role(id, "open", &json!({"trust_policy": trust(&external)})));
        roles.push(role(id, if id == QA { "job-green" } else { "job-red" }, &json!({})));
        roles.push(role(id, &format!("only-{value}"), &json!({})));
        roles
    };
    let mut dev = account(DEV, "dev", "s3:ListAllMyBuckets");
    dev.push(role(DEV, "job-blue", &json!({})));
    tool.write("dev.json", snapshot(DEV, &dev, &[]));
    tool.write("qa.json", snapshot(QA, &account(QA, "qa", "iam:*"), &[]));
    tool.write(
        "equivalency_list.json",
        r#"{"colour": {"dev": ["red", "blue"], "qa": ["green"]}, "nowhere": ["nothing-has-this"]}"#,
    );
    tool
}

fn accept(tool: &Tool) {
    let entries = json!([
        {"role": "accepted", "reason": "meant so"},
        {"role": "only-*", "reason": "meant so"},
        {"role": "tagged-0", "attribute": "tag:team", "reason": "meant so"},
    ]);
    tool.write("accepted.json", json!({"format": "iamctl-accepted", "version": 1, "accepted": entries}).to_string());
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))).unwrap()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v Vec<Value> {
    value[key].as_array().unwrap()
}

fn is_note(finding: &Value) -> bool {
    let rule = finding["rule"].as_str().unwrap();
    NOTES.contains(&rule) || (rule == "role-ambiguous" && finding["side"].is_null())
}

/// The value of a property in JUnit's XML.
fn property<'x>(xml: &'x str, name: &str) -> &'x str {
    let start = format!("<property name=\"{name}\" value=\"");
    xml.split(&start).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{name}: {xml}"))
}

/// What a report comes to, counted here once more, from its lists.
struct Counts {
    roles: usize,
    findings: usize,
    notes: usize,
    /// The ids of the causes.
    causes: BTreeSet<String>,
    /// How many causes there are of each severity, most severe first.
    severities: Vec<(&'static str, usize)>,
    /// How many findings somebody has accepted, and how many rows.
    accepted: usize,
    accepted_rows: usize,
    limitations: usize,
    /// The rules of the groups that are only to know.
    remarks: Vec<String>,
    /// As `report.json` has them.
    totals: Value,
}

impl Counts {
    fn new(report: &Value) -> Self {
        let all = list(report, "findings");
        let (notes, findings): (Vec<&Value>, Vec<&Value>) = all.iter().partition(|finding| is_note(finding));
        let roles: BTreeSet<u64> = findings.iter().filter_map(|finding| finding["role_index"].as_u64()).collect();
        let counts = |group: &&Value| list(group, "findings").iter().any(|place| !is_note(&all[number(place)]));
        let (causes, remarks): (Vec<&Value>, Vec<&Value>) = list(report, "groups").iter().partition(counts);
        let severity = |name: &str| causes.iter().filter(|cause| cause["severity"] == name).count();
        let severities = ["critical", "high", "medium", "low", "info"].map(|name| (name, severity(name)));
        let mut totals = json!({"roles": roles.len(), "findings": findings.len(), "causes": causes.len()});
        for (name, count) in severities {
            totals[name] = json!(count);
        }
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let accepted: BTreeSet<&str> =
            list(report, "accepted_differences").iter().filter_map(|one| one["finding"].as_str()).collect();
        Self {
            roles: roles.len(),
            findings: findings.len(),
            notes: notes.len(),
            causes: causes.iter().map(|cause| text(&cause["id"])).collect(),
            severities: severities.to_vec(),
            accepted: accepted.len(),
            accepted_rows: list(report, "accepted_differences").len(),
            limitations: list(report, "limitations").len(),
            remarks: remarks.iter().map(|group| text(&group["rule"])).collect(),
            totals,
        }
    }

    /// Terminal, Markdown and page.
    fn check_texts(&self, terminal: &str, markdown: &str, page: &str) {
        let words: Vec<String> = self
            .severities
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        let (roles, causes) = (self.roles, self.causes.len());
        let sentence = format!(": {roles} roles, {} findings, {causes} causes ({})", self.findings, words.join(", "));
        let (more, accepts) = (causes - 10, format!("{} findings accepted", self.accepted));
        for (text, verdict, more) in [
            (terminal, format!("\nDifferent{sentence}\n"), format!("… and {more} more causes;")),
            (markdown, format!("**Different{sentence}**"), format!("## More causes: {more}\n")),
            (page, format!("<strong>Different</strong>{sentence}."), format!("and {more} more, below")),
        ] {
            assert!(text.contains(&verdict) && text.contains(&accepts), "{verdict}: {text}");
            assert!(text.contains(&more), "{more}: {text}");
        }
        for (name, count) in self.severities.iter().filter(|(_, count)| *count > 0) {
            assert!(page.contains(&format!("<b>{count}</b> {name}</a>")), "{count} {name}");
        }
        let limited = format!("Limitations of this report: {}", self.limitations);
        assert!(page.contains(&limited) && markdown.contains(&format!("## {limited}\n")), "{markdown}");
        let of_rules = |rules: &[&str]| self.remarks.iter().filter(|rule| rules.contains(&rule.as_str())).count();
        for (heading, count) in [
            ("Roles with an ambiguous name", of_rules(&["role-ambiguous"])),
            ("Statements to review", of_rules(&["statement-warning", "dangling-principal"])),
        ] {
            assert!(markdown.contains(&format!("## {heading}: {count}\n")), "{heading} {count}: {markdown}");
        }
    }

    fn check_ndjson(&self, text: &str) {
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of =
            |kind: &str, note: bool| lines.iter().filter(|line| line["kind"] == kind && line["note"] == note).count();
        assert_eq!((of("finding", false), of("finding", true)), (self.findings, self.notes));
        assert_eq!((of("group", false), of("group", true)), (self.causes.len(), self.remarks.len()));
        let last = lines.last().unwrap();
        let sum = |key: &str| last[key].as_object().unwrap().values().map(number).sum::<usize>();
        assert_eq!((number(&last["findings"]), sum("rules"), sum("notes")), (self.findings, self.findings, self.notes));
        assert_eq!((&last["totals"], number(&last["accepted"])), (&self.totals, self.accepted));
    }

    fn check_sarif(&self, text: &str) {
        let log: Value = serde_json::from_str(text).unwrap();
        let run = &log["runs"][0];
        assert_eq!(run["properties"], json!({"totals": self.totals, "accepted": self.accepted, "failOn": ["any"]}));
        let (suppressed, open): (Vec<&Value>, Vec<&Value>) =
            list(run, "results").iter().partition(|result| result["suppressions"].is_array());
        let sum = |key: &str| open.iter().map(|result| number(&result["properties"][key])).sum::<usize>();
        assert_eq!((sum("findings"), sum("notes"), suppressed.len()), (self.findings, self.notes, self.accepted));
        let rows = suppressed.iter().map(|result| number(&result["properties"]["rows"])).sum::<usize>();
        assert!(rows < self.accepted_rows, "items that another finding explains are none: {rows}");
        let ids: BTreeSet<String> =
            suppressed.iter().map(|result| result["partialFingerprints"]["iamctl/accepted"].to_string()).collect();
        assert_eq!(ids.len(), suppressed.len());
        let failed = open.iter().filter(|result| result["properties"]["failed"] == true);
        assert_eq!(failed.count(), self.causes.len());
    }

    fn check_junit(&self, xml: &str) {
        for (name, count) in self.totals.as_object().unwrap() {
            assert_eq!(property(xml, name), count.to_string(), "{name}");
        }
        assert_eq!(property(xml, "accepted"), self.accepted.to_string());
        assert_eq!(property(xml, "failed findings"), self.findings.to_string());
        assert_eq!(property(xml, "failed causes"), self.causes.len().to_string());
        // Every role that differs fails, since the run fails for any difference.
        assert!(xml.contains(&format!(" failures=\"{}\" ", self.roles)), "{xml}");
    }

    fn check_ocsf(&self, text: &str) {
        let events = ocsf_schema::events(text);
        ocsf_schema::check_all(&events);
        let (suppressed, open): (Vec<&Value>, Vec<&Value>) =
            events.iter().partition(|event| event["status"] == "Suppressed");
        let (notes, findings): (Vec<&Value>, Vec<&Value>) =
            open.iter().partition(|event| event["unmapped"]["note"] == true);
        assert_eq!((findings.len(), notes.len(), suppressed.len()), (self.findings, self.notes, self.accepted));
        assert!(findings.iter().chain(&suppressed).all(|event| event["compliance"]["status"] == "Fail"));
        assert!(notes.iter().all(|event| event["compliance"]["status"] == "Note"));
        let failed = open.iter().filter(|event| event["unmapped"]["failed"] == true);
        assert_eq!(failed.count(), self.findings);
        let causes: BTreeSet<String> =
            findings.iter().map(|event| event["metadata"]["correlation_uid"].as_str().unwrap().to_owned()).collect();
        assert_eq!(causes, self.causes);
        let (account, ids) = (&findings[0]["cloud"]["account"], [DEV, QA].map(|id| format!("arn:aws:iam::{id}:role/")));
        assert_eq!((&account["uid"], &account["name"]), (&json!(QA), &json!("qa")));
        let arns = events.iter().filter_map(|event| event["resources"].as_array()).flatten();
        assert!(arns.map(|one| one["uid"].as_str().unwrap()).all(|arn| ids.iter().any(|id| arn.starts_with(id))));
    }

    fn check_oscal(&self, text: &str) {
        let found = oscal_reader::read(text);
        let of = |key: &str| list(&found, key);
        let (accepted, open): (Vec<&Value>, Vec<&Value>) =
            of("observations").iter().partition(|one| one["accepted"] == "true");
        let (notes, findings): (Vec<&Value>, Vec<&Value>) = open.iter().partition(|one| one["note"] == "true");
        assert_eq!((findings.len(), notes.len(), accepted.len()), (self.findings, self.notes, self.accepted));
        assert_eq!(open.iter().filter(|one| one["failed"] == "true").count(), self.findings);
        let causes: BTreeSet<String> =
            of("findings").iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!((&causes, of("findings").len()), (&self.causes, self.causes.len()));
        for (name, count) in &self.severities {
            assert_eq!(of("risks").iter().filter(|severity| *severity == name).count(), *count, "{name}");
        }
        for (name, count) in [
            ("roles", self.roles),
            ("findings", self.findings),
            ("causes", self.causes.len()),
            ("accepted", self.accepted),
        ] {
            assert_eq!(found["props"][name], count.to_string(), "{name}");
        }
        assert_eq!((&found["props"]["fail-on"], &found["props"]["failed"]), (&json!("any"), &json!("true")));
    }

    fn check_gitlab(&self, text: &str) {
        let issues: Value = serde_json::from_str(text).unwrap();
        let issues = issues.as_array().unwrap();
        let of_causes = |issue: &&Value| self.causes.contains(issue["fingerprint"].as_str().unwrap());
        assert_eq!(issues.iter().filter(of_causes).count(), self.causes.len());
        assert_eq!(issues.len(), self.causes.len() + self.remarks.len());
    }
}

#[test]
fn every_format_counts_the_same() {
    let tool = world();
    accept(&tool);
    let arguments = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--fail-on", "any"];
    let reports = ["sarif=r.sarif", "junit=r.xml", "gitlab=r.json", "ndjson=r.ndjson", "ocsf=r.ocsf", "oscal=r.oscal"];
    let reports: Vec<&str> = reports.iter().flat_map(|report| ["--report", report]).collect();
    let run = tool.run(&[&arguments[..], &reports].concat());
    assert_eq!(run.code, 1, "{run:?}");
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    let counts = Counts::new(&report);
    let found: BTreeSet<&str> =
        list(&report, "findings").iter().filter(|one| is_note(one)).filter_map(|note| note["rule"].as_str()).collect();
    let wanted =
        ["could-not-compare", "dangling-principal", "dictionary-warning", "role-ambiguous", "statement-warning"];
    assert_eq!(found, BTreeSet::from(wanted), "the world has all that is only to know");
    assert!(counts.causes.len() > 10 && counts.accepted > 3 && counts.limitations > 1, "{}", counts.totals);
    assert_eq!(report["totals"], counts.totals);
    counts.check_texts(&run.stdout, &tool.read("out/summary.md"), &tool.read("out/report.html"));
    counts.check_ndjson(&tool.read("r.ndjson"));
    counts.check_sarif(&tool.read("r.sarif"));
    counts.check_junit(&tool.read("r.xml"));
    counts.check_gitlab(&tool.read("r.json"));
    counts.check_ocsf(&tool.read("r.ocsf"));
    counts.check_oscal(&tool.read("r.oscal"));
    let table = tool.run(&[&arguments[..], &["--format", "csv"]].concat()).stdout;
    let rows = csv::Reader::from_reader(table.as_bytes()).records().count();
    assert_eq!(rows, counts.findings + counts.notes);
}

#[test]
fn what_is_accepted_keeps_its_rule_and_severity() {
    let tool = world();
    let findings = list(&tool.diff(&[]), "findings").clone();
    accept(&tool);
    let report = tool.diff(&["--report", "sarif=r.sarif"]);
    let log: Value = serde_json::from_str(&tool.read("r.sarif")).unwrap();
    let results: Vec<&Value> =
        list(&log["runs"][0], "results").iter().filter(|result| result["suppressions"].is_array()).collect();
    let mut reader = csv::Reader::from_path(tool.path().join("out/accepted_differences.csv")).unwrap();
    let columns = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut seen = BTreeSet::new();
    for (one, row) in list(&report, "accepted_differences").iter().zip(&rows) {
        let is_of = |result: &&&Value| {
            let role = &result["locations"][0]["logicalLocations"][0]["name"];
            (role, &result["ruleId"], &result["properties"]["entries"]) == (&one["role"], &one["rule"], &one["entries"])
        };
        // What another finding explains is no finding of its own.
        if !one["finding"].is_null() {
            let result = results.iter().find(is_of).unwrap();
            assert_eq!(result["suppressions"][0]["justification"], one["reason"]);
            assert_eq!((&result["ruleId"], &result["properties"]["severity"]), (&one["rule"], &one["severity"]));
        }
        let cell = |name: &str| &row[columns.iter().position(|column| column == name).unwrap()];
        assert_eq!(
            (cell("rule"), cell("severity")),
            (one["rule"].as_str().unwrap(), one["severity"].as_str().unwrap())
        );
        assert_eq!(cell("grants"), one["grants"].as_str().unwrap_or_default());
        // An item of a policy is a finding only where nothing else explains it.
        if one["kind"] != "item" {
            let is_it = |finding: &&Value| ["role", "rule", "severity"].iter().all(|key| finding[key] == one[key]);
            assert!(findings.iter().any(|finding| is_it(&finding)), "{one}");
        }
        seen.insert((one["kind"].to_string(), one["rule"].as_str().unwrap().to_owned()));
    }
    let rules: BTreeSet<&str> = seen.iter().map(|(_, rule)| rule.as_str()).collect();
    let wanted = ["access-lost", "items-differ", "privilege-escalation", "role-added", "role-missing", "tag-changed"];
    assert_eq!(rules, BTreeSet::from(wanted));
    assert!(rows.iter().any(|row| !row[columns.iter().position(|column| column == "grants").unwrap()].is_empty()));
}
