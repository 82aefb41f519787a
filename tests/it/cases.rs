//! The cases of `tests/cases`: two accounts in a folder, and what `iamctl diff` says of them. `tests/cases/README.md` says
//! how to add one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::program::{DATE, expect, repository};
use crate::support::tool::Tool;

/// What is always compared: what the program prints, and its exit code.
const STDOUT: &str = "stdout.txt";

/// What a folder can hold beside the accounts, with the option that names it to the program.
const OPTIONS: [(&str, &str); 2] = [("equivalency_list.json", "--equivalency"), ("accepted.json", "--accepted")];

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join("tests/cases")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn names(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// What the case does not say, or says in a file that nothing reads.
fn mistakes(case: &Path) -> Option<String> {
    let there = names(case);
    let needed = ["README.md", "left.json", "right.json"];
    if let Some(missing) = needed.iter().find(|name| !there.contains(**name)) {
        return Some(format!("{} has no {missing}", case.display()));
    }
    let known: BTreeSet<&str> =
        needed.into_iter().chain(["expected", "arguments.txt"]).chain(OPTIONS.map(|(name, _)| name)).collect();
    let unknown = there.iter().find(|name| !known.contains(name.as_str()));
    unknown.map(|name| format!("nothing reads {}: the names are {known:?}", case.join(name).display()))
}

/// Compares the accounts of a case, and what comes out with what is expected.
fn check(case: &Path) {
    assert_eq!(mistakes(case), None);
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", DATE);
    let mut arguments: Vec<String> =
        "diff left.json left right.json right --output out --exit-code".split(' ').map(str::to_owned).collect();
    for name in names(case).iter().filter(|name| *name != "expected") {
        let text = fs::read(case.join(name)).unwrap();
        tool.write(name, &text);
        if name == "arguments.txt" {
            arguments.extend(String::from_utf8(text).unwrap().lines().map(str::to_owned));
        } else if let Some((name, option)) = OPTIONS.iter().find(|(file, _)| file == name) {
            arguments.extend([(*option).to_owned(), (*name).to_owned()]);
        }
    }
    let run = tool.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let expected = case.join("expected");
    expect(&expected.join(STDOUT), &format!("{}{}exit code {}\n", run.stdout, run.stderr, run.code));
    for name in names(&expected).iter().filter(|name| *name != STDOUT) {
        assert!(tool.exists(&format!("out/{name}")), "{}: the report has no {name}", case.display());
        expect(&expected.join(name), &tool.read(&format!("out/{name}")));
    }
}

#[test]
fn every_case_comes_out_as_expected() {
    let folders = folders();
    assert!(!folders.is_empty());
    folders.iter().for_each(|folder| check(folder));
}

/// Which account is given first changes what is gained and what is lost, and nothing else.
#[test]
fn every_case_is_told_from_both_sides() {
    for case in folders().iter().filter(|case| !case.join("arguments.txt").exists()) {
        let tool = Tool::new();
        for name in names(case).iter().filter(|name| *name != "expected") {
            tool.write(name, fs::read(case.join(name)).unwrap());
        }
        let run = |first: &str, second: &str| {
            let (left, right) = (format!("{first}.json"), format!("{second}.json"));
            let mut arguments = vec!["diff", &left, first, &right, second, "--output", "out"];
            for (name, option) in OPTIONS.iter().filter(|(name, _)| tool.exists(name)) {
                arguments.extend([*option, *name]);
            }
            let run = tool.run(&arguments);
            assert!(run.code < 2, "{}: {run:?}", case.display());
            let report: serde_json::Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
            let findings = report["findings"].as_array().unwrap();
            let told: BTreeSet<String> = findings.iter().map(|finding| finding["message"].to_string()).collect();
            (run.code, told.len())
        };
        assert_eq!(run("left", "right"), run("right", "left"), "{}", case.display());
    }
}
