//! Names that attack: nothing breaks out of a CSV cell, the folder or the terminal's line.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, document, role, snapshot};

const NAMES: [&str; 12] = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "a,b\"c",
    "line\r\nbreak",
    "../../etc/passwd",
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "right\u{202e}left",
    "tab\tand nul \u{0}",
    "größe-名前-🙂",
    "x234567890123456789012345678901234567890123456789012345678901234",
];

/// Roles whose every text is one of the names.
fn roles(id: &str) -> Vec<Value> {
    let one = |(index, name): (usize, &&str)| {
        let policy = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}/{id}"),
            "Condition": {"StringEquals": {"aws:PrincipalTag/t": name}}}]);
        let trust = json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": name}}]);
        let fields = json!({
            "path": format!("/{name}/"), "description": format!("{name} {id}"), "tags": {*name: id}, "trust_policy": document(&trust),
            "inline_policies": [{"name": name, "document": document(&policy)}], "instance_profiles": [format!("{name}{id}")],
        });
        let mut role = role(id, name, &fields);
        role["arn"] = json!(format!("arn:aws:iam::{id}:role/r{index}"));
        role
    };
    NAMES.iter().enumerate().map(one).collect()
}

fn tool() -> Tool {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, &roles(DEV), &[]));
    // Another account id in every text, so that every role differs; an unpaired role as well.
    let mut right = roles(QA);
    right.push(role(QA, "=unique\u{1b}[31m", &json!({})));
    tool.write("qa.json", snapshot(QA, &right, &[]).replace(&format!("/{QA}"), "/other"));
    tool
}

#[test]
fn no_cell_is_a_formula_and_every_name_comes_back_whole() {
    let tool = tool();
    tool.diff(&[]);
    for name in tool.names("out").iter().filter(|name| name.ends_with(".csv")) {
        let mut reader = csv::ReaderBuilder::new().from_path(tool.path().join("out").join(name)).unwrap();
        for record in reader.records() {
            let record = record.unwrap();
            assert!(
                !record.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r'])),
                "{name}: {record:?}"
            );
        }
    }
    let mut reader = csv::Reader::from_path(tool.path().join("out/dev_dev_iam_tuples.csv")).unwrap();
    let mut names: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
    names.dedup();
    let mut expected: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    expected.sort();
    let plain: Vec<String> = names.iter().map(|name| name.strip_prefix('\'').unwrap_or(name).to_owned()).collect();
    assert_eq!(plain, expected);
}

#[test]
fn raw_csv_leaves_names_as_they_are() {
    let tool = tool();
    tool.diff(&["--raw-csv"]);
    assert!(tool.read("out/common_roles.csv").contains("\r\n=cmd|"));
}

#[test]
fn the_terminal_sees_no_control_character() {
    let tool = tool();
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--only-severity", "info"]);
    for text in [&run.stdout, &run.stderr] {
        let unsafe_char = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(unsafe_char, None, "{text}");
    }
    assert!(run.stdout.contains(r"\u{1b}[2J") && run.stdout.contains("größe-名前-🙂"), "{}", run.stdout);
    // An error names the role as well.
    let broken = snapshot(DEV, &[role(DEV, "\u{1b}[2J", &json!({"trust_policy": {}}))], &[]);
    tool.write("dev.json", broken);
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa"]);
    assert!(run.stderr.contains(r"role `\u{1b}[2J`") && !run.stderr.contains('\u{1b}'), "{run:?}");
}

#[test]
fn nothing_leaves_the_folder() {
    let tool = tool();
    // A profile or file name goes into file names.
    std::fs::rename(tool.path().join("dev.json"), tool.path().join("=cmd dev;x.json")).unwrap();
    let run = tool.run(&["diff", "=cmd dev;x.json", "dev", "qa.json", "qa", "--output", "out"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(tool.exists("out/dev__cmd_dev_x_iam_tuples.csv"), "{:?}", tool.names("out"));
    assert_eq!(tool.names("."), ["=cmd dev;x.json", "out", "qa.json"]);
}

#[test]
fn json_reports_hold_the_names_whole() {
    let report = tool().diff(&[]);
    let roles: Vec<&str> =
        report["roles"].as_array().unwrap().iter().filter_map(|role| role["role"].as_str()).collect();
    for name in NAMES {
        assert!(roles.contains(&name), "{name:?}");
    }
}

#[test]
fn what_is_accepted_is_what_the_names_say() {
    let tool = tool();
    let diff = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--exit-code"];
    assert_eq!(tool.run(&diff).code, 1);
    let run = tool.run(&[
        "accept",
        "out",
        "--all",
        "--expires",
        "2027-12-31",
        "--reason",
        "=1+1\u{202e}",
        "--owner",
        "\u{1b}[31m",
    ]);
    assert!(run.code == 0 && run.stderr.contains("; 0 stay open"), "{run:?}");
    let unsafe_char = |text: &str| text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}');
    for text in [&run.stdout, &run.stderr, &tool.read("accepted.json")] {
        assert!(!unsafe_char(text), "{text}");
    }
    let run = tool.run(&diff);
    assert!(run.code == 0 && !unsafe_char(&run.stdout), "{run:?}");
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    assert_eq!(report["accepted_differences"][0]["reason"], "=1+1\u{202e}");
    let mut reader = csv::Reader::from_path(tool.path().join("out/accepted_differences.csv")).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        assert!(!record.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{record:?}");
    }
    let run = tool.run(&["explain", "out", "@SUM(A1)"]);
    assert!(run.code == 0 && run.stdout.contains("Accepted") && !unsafe_char(&run.stdout), "{run:?}");
}
