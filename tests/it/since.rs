//! `iamctl since` and `iamctl diff --since`.

use serde_json::{Value, json};

use crate::support::junit_reader::junit;
use crate::support::sarif_reader::{multitool_findings, sarif_schema};
use crate::support::schema::{Schema, closed, read};
use crate::support::tool::{DEV, QA, Run, Tool, inline, role, snapshot};

/// A night: what the role `app` allows in qa, and how long sessions of `batch` are.
fn harvest(tool: &Tool, actions: &[&str], resource: &str, session: u32) {
    let statement =
        |actions: &[&str], resource: &str| json!([{"Effect": "Allow", "Action": actions, "Resource": resource}]);
    let of = |id: &str, actions: &[&str], resource: &str, session: u32| {
        let batch = role(id, "batch", &json!({"max_session_duration": session}));
        snapshot(id, &[inline(id, "app", &statement(actions, resource)), batch], &[])
    };
    tool.write("dev.json", of(DEV, &["s3:GetObject"], "arn:aws:s3:::logs/*", 3600));
    tool.write("qa.json", of(QA, actions, resource, session));
}

fn diff(tool: &Tool, output: &str, more: &[&str]) -> Run {
    let words = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", output];
    tool.run(&[words.as_slice(), more].concat())
}

fn at(hour: u32) -> String {
    // 2026-11-21T00:00:00Z and so many hours.
    (1_795_219_200 + u64::from(hour) * 3600).to_string()
}

/// Two nights: the second one allows more on the same bucket, and has the sessions of the first.
fn nights(second: &[&str], resource: &str) -> Tool {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", at(1));
    harvest(&tool, &["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::logs/*", 7200);
    assert_eq!(diff(&tool, "first", &[]).code, 0);
    let tool = tool.env("SOURCE_DATE_EPOCH", at(2));
    harvest(&tool, second, resource, 7200);
    tool
}

#[test]
fn what_widened_is_changed_and_all_formats_say_so() {
    let tool = nights(&["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "sqs:SendMessage"], "arn:aws:s3:::logs/*");
    let reports = ["sarif=r.sarif", "junit=r.xml", "ndjson=r.ndjson"].map(|report| format!("--report={report}"));
    let mut more: Vec<&str> = reports.iter().map(String::as_str).collect();
    more.extend(["--since", "first", "--fail-on", "new"]);
    let run = diff(&tool, "second", &more);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("Since 2026-11-21T01:00:00Z: 1 changed cause, 1 cause still there."), "{}", run.stdout);
    assert!(run.stdout.contains("(changed) app: qa allows"), "{}", run.stdout);
    assert!(run.stdout.contains("`--fail-on new`: exit code 1, 1 finding."), "{}", run.stdout);
    let since: Value = serde_json::from_str(&tool.read("second/since.json")).unwrap();
    Schema::new(closed(read("docs/since.schema.json"))).check(&since).unwrap();
    assert_eq!((&since["totals"]["changed"], &since["totals"]["still_there"]), (&json!(1), &json!(1)));
    let markdown = tool.read("second/summary.md");
    assert!(markdown.contains("| changed | medium | `app` | qa allows"), "{markdown}");
    assert!(tool.read("second/report.html").contains("Since 2026-11-21T01:00:00Z: 1 changed cause"));

    let text = tool.read("r.sarif");
    let sarif: Value = serde_json::from_str(&text).unwrap();
    sarif_schema().check(&sarif).unwrap();
    assert!(multitool_findings(&text).is_empty());
    let states: Vec<(&str, &Value)> = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| (result["baselineState"].as_str().unwrap(), &result["properties"]["failed"]))
        .collect();
    assert_eq!(states, [("updated", &json!(true)), ("unchanged", &json!(false))]);
    let suites = junit(&tool.read("r.xml"));
    let failed = suites[0]["cases"].as_array().unwrap().iter().filter(|case| case["results"][0]["kind"] == "Failure");
    assert_eq!(failed.map(|case| case["name"].clone()).collect::<Vec<_>>(), ["app"]);
    assert!(suites[0]["properties"]["since"].as_str().unwrap().contains("1 changed cause"), "{suites}");
    let lines: Vec<Value> = tool.read("r.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_findings: Vec<&str> =
        lines.iter().filter(|line| line["kind"] == "finding").map(|line| line["since"].as_str().unwrap()).collect();
    assert_eq!(of_findings, ["changed", "still-there"]);

    // The command says the same of the two folders.
    let run = tool.run(&["since", "first", "second/report.json", "--format", "json"]);
    assert_eq!((run.code, serde_json::from_str::<Value>(&run.stdout).unwrap()), (0, since));
    let run = tool.run(&["since", "first", "second", "--fail-on", "new:high"]);
    assert!(run.code == 0 && run.stdout.contains("exit code 0, no matching findings"), "{run:?}");
    let run = tool.run(&["since", "first", "second", "--fail-on", "new:medium"]);
    assert!(run.code == 1 && run.stdout.contains("\nChanged: 1\n  medium  app: qa allows"), "{run:?}");
}

#[test]
fn what_narrowed_is_nothing_new_and_what_is_gone_is_resolved() {
    let tool = nights(&["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::logs/part/*");
    let run = diff(&tool, "second", &["--since", "first", "--fail-on", "new"]);
    // What qa allows more is less than before. But now qa lacks what dev allows outside the part: that is new.
    assert!(run.code == 1 && run.stdout.contains("`--fail-on new`: exit code 1, 1 finding."), "{run:?}");
    let since: Value = serde_json::from_str(&tool.read("second/since.json")).unwrap();
    assert_eq!((&since["totals"]["new"], &since["totals"]["still_there"]), (&json!(1), &json!(2)), "{since}");
    harvest(&tool, &["s3:GetObject"], "arn:aws:s3:::logs/*", 7200);
    let run = diff(&tool, "third", &["--since", "first", "--fail-on", "new"]);
    assert!(run.code == 0 && run.stdout.contains("nothing new, 1 cause still there, 1 finding resolved"), "{run:?}");
    let run = tool.run(&["since", "first", "third"]);
    assert!(run.stdout.contains("\nResolved: 1\n  app: qa allows s3:PutObject on"), "{}", run.stdout);
    // What somebody accepts is not resolved.
    let entry = json!([{"role": "app", "reason": "meant so"}]);
    tool.write("accepted.json", json!({"format": "iamctl-accepted", "version": 1, "accepted": entry}).to_string());
    harvest(&tool, &["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::logs/*", 7200);
    let run = diff(&tool, "fourth", &["--since", "first"]);
    assert!(run.stdout.contains("1 finding accepted"), "{run:?}");
    // And when the entry is gone, it is back.
    std::fs::remove_file(tool.path().join("accepted.json")).unwrap();
    let tool = tool.env("SOURCE_DATE_EPOCH", at(3));
    let run = diff(&tool, "fifth", &["--since", "fourth", "--fail-on", "new"]);
    assert!(run.code == 1 && run.stdout.contains("(new) app"), "{run:?}");
    assert!(tool.read("fifth/since.json").contains("it is no longer accepted"));
}

#[test]
fn latest_is_the_newest_report_of_the_same_accounts() {
    let tool = nights(&["s3:*"], "arn:aws:s3:::logs/*");
    // Beside the folder that is named: not the report of other accounts or roles, nor one that is cut off.
    assert_eq!(diff(&tool, "some", &["--role", "app"]).code, 0);
    let words = ["diff", "dev.json", "dev", "qa.json", "other", "--output", "another"];
    assert_eq!(tool.run(&words).code, 0);
    tool.write("cut/report.json", "{\"format\": \"iamctl-report\"");
    let run = diff(&tool, "second", &["--since", "latest"]);
    assert!(run.stderr.contains("since: ./first\n"), "{run:?}");
    assert!(run.stderr.contains("./cut: not taken for the earlier report: its report cannot be read"), "{run:?}");
    assert!(
        run.stderr.contains("./some: not taken for the earlier report: the reports are of different roles"),
        "{run:?}"
    );
    // In the same folder, before it is replaced.
    let run = diff(&tool, "second", &["--since", "latest"]);
    assert!(run.stderr.contains("since: ./second\n") && run.stdout.contains("nothing new"), "{run:?}");

    // Beside other reports, `latest` points at the newest, but not where it would take the place of something.
    #[cfg(unix)]
    {
        let link = tool.path().join("latest");
        assert_eq!(std::fs::read_link(&link).unwrap(), std::path::Path::new("second"));
        assert_eq!(diff(&tool, "latest", &[]).code, 0);
        assert_eq!(
            std::fs::read_link(&link).unwrap(),
            std::path::Path::new("second"),
            "it was written through the link"
        );
        std::fs::remove_file(&link).unwrap();
        assert_eq!(diff(&tool, "alone/out", &[]).code, 0);
        assert_eq!(tool.names("alone"), ["out"]);
        tool.write("latest", "a file of the user");
        assert_eq!(diff(&tool, "second", &[]).code, 0);
        assert_eq!(tool.read("latest"), "a file of the user");
    }

    // In the place of the original tool, where `latest` points at the newest.
    let words = ["diff", "dev.json", "dev", "qa.json", "qa", "--since", "latest", "--fail-on", "new"];
    let run = tool.run(&words);
    assert!(run.code == 1 && run.stderr.contains("no earlier report"), "{run:?}");
    assert!(run.stdout.contains("No earlier report: 2 new causes"), "{run:?}");
    #[cfg(unix)]
    {
        let link = std::fs::read_link(tool.path().join("aws-idt/output/latest")).unwrap();
        assert!(tool.path().join("aws-idt/output").join(link).join("report.json").is_file());
    }
    let run = tool.run(&words);
    assert!(run.code == 0 && run.stdout.contains("nothing new, 2 causes still there"), "{run:?}");
    #[cfg(unix)]
    assert_eq!(tool.run(&["since", "aws-idt/output/latest", "aws-idt/output/latest"]).code, 0);
}

#[test]
fn reports_that_say_nothing_of_each_other_are_refused() {
    let tool = nights(&["s3:*"], "arn:aws:s3:::logs/*");
    let refused = |arguments: &[&str], says: &str| {
        let run = tool.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(says), "{arguments:?}: {says}: {}", run.stderr);
        assert!(run.stdout.is_empty(), "{run:?}");
    };
    assert_eq!(diff(&tool, "second", &[]).code, 0);
    assert_eq!(diff(&tool, "part", &["--role", "app"]).code, 0);
    assert_eq!(tool.run(&["diff", "dev.json", "dev", "qa.json", "other", "--output", "another"]).code, 0);
    refused(&["since", "first", "another"], "different accounts: dev (111111111111) and qa (222222222222), and dev");
    assert_eq!(tool.run(&["diff", "qa.json", "qa", "dev.json", "dev", "--output", "swapped"]).code, 0);
    refused(&["since", "first", "swapped"], "the order of the accounts is reversed: dev (111111111111) and qa (2");
    refused(&["since", "first", "part"], "different roles: all roles before, `app` now");
    refused(&["since", "second", "first"], "which is after the second one");
    refused(&["since", "none", "first"], "none");
    tool.write("half/report.json", tool.read("first/report.json").chars().take(500).collect::<String>());
    refused(&["since", "half", "second"], "cut off");
    let other = tool.read("first/report.json").replacen("\"version\": 1", "\"version\": 9", 1);
    tool.write("later/report.json", other);
    refused(&["since", "later", "second"], "version 9");
    // What another version of iamctl concluded is concluded again.
    let other = tool.read("first/report.json").replacen("\"iamctl\": \"0.1.0\"", "\"iamctl\": \"0.0.9\"", 1);
    tool.write("older/report.json", other.replace("in qa; dev implicitly denies it", "in qa, and not in dev"));
    let run = tool.run(&["since", "older", "second"]);
    assert!(run.code == 0 && run.stdout.contains("made by iamctl 0.0.9 and 0.1.0"), "{run:?}");
    // The files of a report are not replaced.
    refused(&["since", "first", "second", "--report", "sarif=second/dev_snapshot.json"], "a file that iamctl reads");
    refused(&["since", "first", "second", "--report", "sarif=first/summary.md"], "a file that iamctl reads");
    let words = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", "new"];
    refused(&[words.as_slice(), &["--fail-on", "new"]].concat(), "`--fail-on new` needs an earlier report");
    refused(&[words.as_slice(), &["--fail-on", "new:bad", "--since", "first"]].concat(), "bad");
    refused(&[words.as_slice(), &["--since", "another"]].concat(), "different accounts");
    assert!(!tool.exists("new"));
    let fleet = ["fleet", "--baseline", "dev", "dev.json=dev", "qa.json=qa", "--fail-on", "new:high"];
    refused(&fleet, "`--fail-on new:high` needs an earlier report");
}

#[test]
fn reports_are_listed_and_only_whole_ones_are_removed() {
    let mut tool = Tool::new();
    let place = |tool: &Tool, name: &str| tool.path().join(name).exists();
    for hour in 1..5 {
        tool = tool.env("SOURCE_DATE_EPOCH", at(hour));
        harvest(&tool, &["s3:*"], "*", 7200);
        assert_eq!(diff(&tool, &format!("all/{hour}"), &[]).code, 0);
    }
    assert_eq!(tool.run(&["diff", "dev.json", "dev", "qa.json", "other", "--output", "all/5"]).code, 0);
    let run = tool.run(&["reports", "all"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("Made ") && lines.len() == 6, "{run:?}");
    assert!(lines[1].contains("dev and other") && lines[1].ends_with("all/5"), "{run:?}");
    assert!(lines[5].starts_with("2026-11-21T01:00:00Z") && lines[5].ends_with("all/1"), "{run:?}");
    let json: Value = serde_json::from_str(&tool.run(&["reports", "all", "--format", "json"]).stdout).unwrap();
    assert_eq!(json[4]["accounts"][1], json!({"tag": "qa", "account_id": QA}));
    assert!(json[4]["findings"].as_u64().unwrap() > 0);

    // A file of somebody else, a link, and half a report stay.
    tool.write("all/1/notes.txt", "mine");
    std::fs::remove_file(tool.path().join("all/2/summary.md")).unwrap();
    let run = tool.run(&["reports", "all", "--keep", "1", "--dry-run"]);
    assert!(run.code == 2 && run.stdout == "all/3\n1 report would be removed, 4 kept\n", "{run:?}");
    assert!(run.stderr.contains("all/1: not removed: iamctl did not write `notes.txt` in it"), "{run:?}");
    assert!(run.stderr.contains("all/2: not removed: `summary.md` is missing in it"), "{run:?}");
    assert!(place(&tool, "all/3/report.json"));
    let run = tool.run(&["reports", "all", "--keep", "1"]);
    assert!(run.code == 2 && run.stdout == "all/3\n1 report removed, 4 kept\n", "{run:?}");
    assert!(!place(&tool, "all/3") && place(&tool, "all/4/report.json") && place(&tool, "all/5/report.json"));
    assert!(place(&tool, "all/1/report.json") && place(&tool, "all/2/report.json"));
    // By age; at hour 4, the report of hour 4 is young.
    std::fs::remove_file(tool.path().join("all/1/notes.txt")).unwrap();
    let tool = tool.env("SOURCE_DATE_EPOCH", at(26));
    let run = tool.run(&["reports", "all", "--keep", "1d"]);
    assert!(run.code == 2 && run.stdout == "all/1\n1 report removed, 3 kept\n", "{run:?}");
    for wrong in ["0", "0d", "x", "3w", "-1"] {
        let run = tool.run(&["reports", "all", &format!("--keep={wrong}")]);
        assert!(run.code == 2 && run.stderr.contains("such as 90d"), "{run:?}");
    }
    assert_eq!(tool.run(&["reports", "none"]).code, 2);
    assert_eq!(tool.run(&["reports"]).stdout, "No reports.\n");

    // In the place of the original tool, the folders of the time go too.
    let words = ["diff", "dev.json", "dev", "qa.json", "qa"];
    assert_eq!(tool.run(&words).code, 0);
    assert_eq!(tool.run(&words).code, 0);
    let run = tool.run(&["reports", "--keep", "1"]);
    assert!(run.code == 0 && run.stdout.ends_with("1 report removed, 1 kept\n"), "{run:?}");
    let json: Value = serde_json::from_str(&tool.run(&["reports", "--format", "json"]).stdout).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 1);
}
