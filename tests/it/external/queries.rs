//! The queries of docs/queries.md, run by DuckDB over the reports that its commands write.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::external::python;
use crate::support::program::repository;
use crate::support::tool::{DEV, QA, Tool, inline, snapshot};

/// The blocks of a language under a heading of the page.
fn blocks(heading: &str, language: &str) -> Vec<String> {
    let page = std::fs::read_to_string(repository().join("docs/queries.md")).unwrap();
    let rest = page.split_once(heading).unwrap().1;
    let section = rest.split("\n## ").next().unwrap();
    let fence = format!("```{language}\n");
    section.split(&fence).skip(1).map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

fn ask(tool: &Tool, query: &str) -> Vec<Value> {
    let mut child = python()
        .arg(repository().join("tests/duckdb_query.py"))
        .arg(tool.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(query.as_bytes()).unwrap();
    let run = child.wait_with_output().unwrap();
    assert!(run.status.success(), "{query}: {}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}

/// Writes the snapshots of a day; `actions` are those of the role in each account.
fn harvest(tool: &Tool, actions: [&str; 3]) {
    for ((tag, id), action) in [("dev", DEV), ("qa", QA), ("prod", "333333333333")].into_iter().zip(actions) {
        let statement = json!([{"Effect": "Allow", "Action": action, "Resource": "*"}]);
        tool.write(&format!("{tag}.json"), snapshot(id, &[inline(id, "app", &statement)], &[]));
    }
}

/// Runs a block of commands on a day.
fn shell(tool: &Tool, block: &str, day: &str) {
    let iamctl = tool.command(&[]);
    let script = block.replace("$(date -u +%F)", day).replace("\niamctl ", "\n\"$IAMCTL\" ");
    let mut command = Command::new("sh");
    command.args(["-euc", &script]).current_dir(tool.path()).env("IAMCTL", iamctl.get_program());
    command.env("HOME", tool.path()).env("IAMCTL_OUTPUT", tool.path().join("out"));
    let run = command.output().unwrap();
    assert!(run.status.success(), "{script}: {run:?}");
}

fn texts<'r>(rows: &'r [Value], key: &str) -> BTreeSet<&'r str> {
    rows.iter().map(|row| row[key].as_str().unwrap()).collect()
}

#[test]
fn duckdb_reads_the_folders_as_they_are() {
    let queries = blocks("## DuckDB", "sql");
    let [by_day, new, actions] = queries.as_slice() else { panic!("{queries:?}") };
    let commands = blocks("# Queries", "sh");
    assert_eq!(commands.len(), 2);
    for (command, accounts) in commands.iter().zip([&["qa"][..], &["prod", "qa"]]) {
        let tool = Tool::new();
        harvest(&tool, ["s3:GetObject", "s3:*", "s3:GetObject"]);
        shell(&tool, command, "2026-11-26");
        assert_eq!(texts(&ask(&tool, new), "account"), BTreeSet::from(["qa"]), "on the first day, all is new");
        harvest(&tool, ["s3:GetObject", "s3:*", "kms:*"]);
        shell(&tool, command, "2026-11-27");

        let rows = ask(&tool, by_day);
        assert_eq!(texts(&rows, "account"), accounts.iter().copied().collect());
        assert_eq!(texts(&rows, "date"), BTreeSet::from(["2026-11-26", "2026-11-27"]));
        let of_qa: Vec<&Value> = rows.iter().filter(|row| row["account"] == "qa").collect();
        assert_eq!(of_qa.len() % 2, 0, "both days have the same: {of_qa:?}");
        assert!(of_qa.iter().all(|row| row["findings"].as_u64().unwrap() > 0));

        let new: BTreeSet<&str> = accounts.iter().copied().filter(|tag| *tag == "prod").collect();
        let rows = ask(&tool, &queries[1]);
        assert_eq!(texts(&rows, "account"), new, "{rows:?}");
        if !new.is_empty() {
            assert!(texts(&rows, "rule").contains("access-lost"), "{rows:?}");
        }

        let rows = ask(&tool, actions);
        assert!(texts(&rows, "account").contains("qa"), "{rows:?}");
        assert_eq!(texts(&rows, "policy"), BTreeSet::from(["p"]), "{rows:?}");
        let services = texts(&rows, "service");
        assert!(services.contains("s3") && services.contains("kms") == (accounts.len() == 2), "{rows:?}");
    }
}
