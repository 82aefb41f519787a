//! `--format`, `--report` and the job summary: what goes where, and what is refused before anything is read.

use std::fs;

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Run, Tool, inline, role, snapshot};

const DIFF: [&str; 7] = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"];

fn prepare(tool: Tool) -> Tool {
    let allow = |action: &str| serde_json::json!([{"Effect": "Allow", "Action": action, "Resource": "*"}]);
    tool.write("dev.json", snapshot(DEV, &[inline(DEV, "app", &allow("s3:ListAllMyBuckets"))], &[]));
    tool.write("qa.json", snapshot(QA, &[inline(QA, "app", &allow("sqs:ListQueues"))], &[]));
    tool
}

fn diff(tool: &Tool, more: &[&str]) -> Run {
    tool.run(&[&DIFF, more].concat())
}

/// A run that is refused before it writes anything.
fn refused(tool: &Tool, more: &[&str], because: &str) {
    let before = tool.names(".");
    let run = diff(tool, more);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains(because), "{run:?}");
    assert_eq!((tool.names("."), tool.exists("out")), (before, false));
}

#[test]
fn each_format_goes_to_stdout() {
    let tool = prepare(Tool::new().env("SOURCE_DATE_EPOCH", "0"));
    let out = |format: &str| diff(&tool, &["--format", format]).stdout;
    assert!(out("table").starts_with("dev: account 111111111111"));
    assert_eq!(out("json"), tool.read("out/report.json"));
    assert_eq!(out("markdown"), tool.read("out/summary.md"));
    assert!(out("ndjson").lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    assert!(out("csv").starts_with("rule,severity,rolename,tag,"));
    assert_eq!(diff(&tool, &["--format", "sarif"]).code, 2);
}

#[test]
fn the_summary_says_what_decided_the_exit_code() {
    let tool = prepare(Tool::new());
    for (fail_on, code, says) in [
        (&["--fail-on", "severity=low"][..], 1, "`--fail-on severity=low`: exit code 1, 1 finding."),
        (&["--fail-on", "severity=critical"], 0, "`--fail-on severity=critical`: exit code 0, no matching findings."),
        (&["--exit-code"], 1, "`--fail-on any`: exit code 1, 2 findings."),
    ] {
        let run = diff(&tool, fail_on);
        assert_eq!(run.code, code, "{run:?}");
        assert!(run.stdout.lines().any(|line| line == says), "{run:?}");
    }
    assert!(!diff(&tool, &[]).stdout.contains("exit code"));
}

#[test]
fn reports_are_files_of_their_own() {
    let tool = prepare(Tool::new());
    tool.write("ci/iam.sarif", "earlier");
    let reports = ["sarif=ci/iam.sarif", "junit=ci/iam.xml", "json=all.json", "markdown=out/iam.md"];
    let flags: Vec<&str> = reports.iter().flat_map(|report| ["--report", report]).collect();
    // Twice: `out` is not there the first time, and the files are the second.
    for _ in 0..2 {
        assert_eq!(diff(&tool, &flags).code, 0);
        let log: Value = serde_json::from_str(&tool.read("ci/iam.sarif")).unwrap();
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(place, "qa.json", "where the account was read from");
        assert_eq!(tool.read("all.json"), tool.read("out/report.json"));
        assert_eq!(tool.read("out/iam.md"), tool.read("out/summary.md"));
        assert_eq!(tool.names("ci"), ["iam.sarif", "iam.xml"]);
    }
    let tool = prepare(Tool::new().env("IAMCTL_REPORT", "gitlab=gl.json,ndjson=iam.ndjson"));
    assert_eq!(diff(&tool, &[]).code, 0);
    assert!(tool.read("gl.json").contains("\"check_name\": \"access-gained\""));
    assert!(tool.read("iam.ndjson").starts_with("{\"kind\":\"header\","));
}

#[test]
fn findings_are_shown_at_the_file_that_they_are_about() {
    let tool = prepare(Tool::new());
    tool.write(".git/HEAD", "");
    tool.write("iam rules/list.json", r#"{"nowhere": ["nothing-has-this"]}"#);
    let places = || -> Vec<(String, String)> {
        let issues: Value = serde_json::from_str(&tool.read("gl.json")).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let of = |issue: &Value| (text(&issue["check_name"]), text(&issue["location"]["path"]));
        issues.as_array().unwrap().iter().map(of).collect()
    };
    let place = |rule: &str| places().into_iter().find(|(name, _)| name == rule).map(|(_, path)| path);
    let report = ["--report", "gitlab=gl.json"];
    diff(&tool, &[&report[..], &["--equivalency", "./iam rules/list.json"]].concat());
    assert_eq!(place("dictionary-warning").as_deref(), Some("iam rules/list.json"));
    assert_eq!(place("access-gained").as_deref(), Some("qa.json"));
    // Started in a folder of the repository.
    let run = tool
        .command(&[
            "diff",
            "../dev.json",
            "dev",
            "../qa.json",
            "qa",
            "--equivalency",
            "list.json",
            "--output",
            "../out",
            "--report",
            "gitlab=../gl.json",
        ])
        .current_dir(tool.path().join("iam rules"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    assert_eq!(place("dictionary-warning").as_deref(), Some("iam rules/list.json"));
    assert_eq!(place("access-gained").as_deref(), Some("qa.json"));
    // A dictionary from elsewhere has no path in the repository.
    let elsewhere = tempfile::tempdir().unwrap();
    let list = elsewhere.path().join("shared.json");
    fs::write(&list, r#"{"nowhere": ["nothing-has-this"]}"#).unwrap();
    diff(&tool, &[&report[..], &["--equivalency", &list.to_string_lossy()]].concat());
    assert_eq!(place("dictionary-warning").as_deref(), Some("shared.json"));
}

#[test]
fn every_report_means_the_same_by_failed() {
    let tool = Tool::new();
    let tags = |value: &str| json!({"tags": {"team": value}});
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "r", &tags("red"))], &[]));
    tool.write("qa.json", snapshot(QA, &[role(QA, "r", &tags("blue"))], &[]));
    let reports = ["--report", "junit=r.xml", "--report", "sarif=r.sarif"];
    tool.write("equivalency_list.json", r#"{"nowhere": ["nothing-has-this"]}"#);
    for (fail_on, code) in [
        ("none", 0),
        ("access", 0),
        ("any", 1),
        ("severity=low", 0),
        ("severity=info", 1),
        ("rule=tag-changed", 1),
        ("rule=access-gained,severity=high", 0),
        // It is about no role and is known to no test case but its own.
        ("rule=dictionary-warning", 1),
    ] {
        let run = diff(&tool, &[&reports[..], &["--fail-on", fail_on]].concat());
        assert_eq!(run.code, code, "{fail_on}: {run:?}");
        let xml = tool.read("r.xml");
        assert!(xml.contains(&format!("failures=\"{code}\"")), "{fail_on}");
        assert!(
            xml.contains(&format!("<property name=\"fail-on\" value=\"{}\"/>", fail_on.replace(',', ", "))),
            "{xml}"
        );
        let log: Value = serde_json::from_str(&tool.read("r.sarif")).unwrap();
        assert_eq!(log["runs"][0]["invocations"][0]["exitCode"], code, "{fail_on}");
        assert_eq!(log["runs"][0]["properties"]["failOn"], json!(fail_on.split(',').collect::<Vec<_>>()), "{fail_on}");
        let failed = |result: &Value| result["properties"]["failed"] == true;
        assert_eq!(log["runs"][0]["results"].as_array().unwrap().iter().any(failed), code == 1, "{fail_on}");
    }
    // Nobody said what fails: nothing does, and the reports say so.
    assert_eq!(diff(&tool, &reports).code, 0);
    let (xml, log) = (tool.read("r.xml"), tool.read("r.sarif"));
    assert!(xml.contains("failures=\"0\"") && xml.contains("value=\"none: no --fail-on was given"), "{xml}");
    assert!(
        xml.contains(
            "<system-out>info: tag-changed: tag team is &quot;red&quot; in dev, &quot;blue&quot; in qa [cause "
        ),
        "{xml}"
    );
    let log: Value = serde_json::from_str(&log).unwrap();
    assert_eq!(log["runs"][0]["invocations"][0]["exitCode"], 0);
    assert!(log["runs"][0]["results"].as_array().unwrap().iter().all(|result| result["properties"]["failed"] == false));
    let run = diff(&tool, &["--fail-on", "severity=hihg"]);
    assert!(run.code == 2 && run.stderr.contains("`hihg` is not a severity"), "{run:?}");
    let run = diff(&tool, &["--fail-on", "rule=tag-chnaged"]);
    assert!(run.code == 2 && run.stderr.contains("did you mean `tag-changed`"), "{run:?}");
}

#[test]
fn what_cannot_be_written_is_said_before_anything_is_read() {
    let tool = prepare(Tool::new());
    tool.write("folder/file", "");
    tool.write("qa.json", "not even a snapshot");
    refused(&tool, &["--report", "sarif"], "FORMAT=PATH");
    refused(&tool, &["--report", "sarif="], "FORMAT=PATH");
    refused(
        &tool,
        &["--report", "pdf=x.pdf"],
        "the formats are html, markdown, json, ndjson, sarif, junit, gitlab, ocsf, oscal",
    );
    refused(&tool, &["--report", "sarif=-"], "a report is written to a file");
    refused(&tool, &["--report", "sarif=missing/iam.sarif"], "there is no folder `missing` for the report");
    refused(&tool, &["--report", "sarif=folder"], "`folder` is not a regular file");
    refused(&tool, &["--report", "sarif=folder/file/iam.sarif"], "there is no folder `folder/file`");
    refused(&tool, &["--report", "sarif=a", "--report", "junit=a"], "`a` is already the file of another report");
    refused(&tool, &["--report", "sarif=a", "--report", "junit=folder/../a"], "the file of another report");
    refused(&tool, &["--report", "json=dev.json"], "`dev.json` is already a file that iamctl reads");
    refused(&tool, &["--report", "json=iam.json"], "a file that iamctl reads");
    refused(&tool, &["--report", "json=./equivalency_list.json"], "a file that iamctl reads");
    tool.write("list.json", "{}");
    refused(&tool, &["--report", "json=./list.json", "--equivalency", "list.json"], "a file that iamctl reads");
    assert_eq!(tool.read("list.json"), "{}");
}

#[test]
fn no_report_takes_the_place_of_a_file_of_the_folder() {
    let tool = prepare(Tool::new());
    refused(&tool, &["--report", "markdown=out/report.json"], "a file of the output folder");
    refused(&tool, &["--report", "markdown=out/manifest.json"], "a file of the output folder");
    assert_eq!(diff(&tool, &[]).code, 0);
    let run = diff(&tool, &["--report", "markdown=out/summary.md"]);
    assert!(run.code == 2 && run.stderr.contains("a file of the output folder"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_devices_are_left_alone() {
    let tool = prepare(Tool::new());
    tool.write("real/iam.json", "");
    std::os::unix::fs::symlink("real/iam.json", tool.path().join("link.json")).unwrap();
    assert_eq!(diff(&tool, &["--report", "json=link.json"]).code, 0);
    assert!(fs::symlink_metadata(tool.path().join("link.json")).unwrap().is_symlink());
    assert_eq!(tool.read("real/iam.json"), tool.read("out/report.json"));
    let same = diff(&tool, &["--report", "json=link.json", "--report", "sarif=real/iam.json"]);
    assert!(same.code == 2 && same.stderr.contains("the file of another report"), "{same:?}");
    for device in ["/dev/null", "/dev/stdout"] {
        let run = diff(&tool, &["--report", &format!("json={device}")]);
        assert!(run.code == 2 && run.stderr.contains("is not a regular file"), "{run:?}");
    }
}

#[test]
fn the_job_summary_gets_the_markdown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("summary");
    fs::write(&file, "what was there").unwrap();
    let tool = prepare(Tool::new().env("GITHUB_STEP_SUMMARY", file.to_string_lossy()));
    let run = diff(&tool, &[]);
    assert!(run.stdout.starts_with("dev: account"), "the table is still on stdout: {run:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("what was there\n\n{}", tool.read("out/summary.md")));
    // Who says what goes where gets no more than that.
    let before = fs::read_to_string(&file).unwrap();
    diff(&tool, &["--format", "table"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
    // What others wrote leaves less room.
    fs::write(&file, vec![b'x'; 900 * 1024 - 700]).unwrap();
    assert_eq!(diff(&tool, &[]).code, 0);
    let length = fs::metadata(&file).unwrap().len();
    assert!(length <= 900 * 1024 && length > 900 * 1024 - 700, "{length}");
    fs::write(&file, vec![b'x'; 1024 * 1024]).unwrap();
    let run = diff(&tool, &[]);
    assert!(run.code == 0 && run.stderr.contains("warning: GITHUB_STEP_SUMMARY"), "{run:?}");
    assert_eq!(fs::metadata(&file).unwrap().len(), 1024 * 1024);
}

#[test]
fn a_job_summary_that_cannot_be_written_is_no_failure() {
    let tool = prepare(Tool::new().env("GITHUB_STEP_SUMMARY", "/missing/folder/summary"));
    let run = diff(&tool, &["--quiet"]);
    assert!(run.code == 0 && tool.exists("out/report.json"), "{run:?}");
    assert!(run.stderr.contains("warning: GITHUB_STEP_SUMMARY"), "{run:?}");
    // Set to nothing is not set.
    let tool = prepare(Tool::new().env("GITHUB_STEP_SUMMARY", ""));
    assert_eq!(diff(&tool, &["--quiet"]).stderr, "");
}
