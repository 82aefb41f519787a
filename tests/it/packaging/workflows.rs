//! The YAML of `.github/` and `action.yml`: it parses, what it runs is there, and no text of a shell is put together from
//! what others write.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{keys, repository, source, texts, yaml};

const WORKFLOWS: [&str; 2] = [".github/workflows/ci.yml", ".github/workflows/release.yml"];

/// The steps of the action and of all jobs, each with the file that it is in.
fn steps() -> Vec<(&'static str, Value)> {
    let action = yaml("action.yml")["runs"]["steps"].clone();
    let mut steps: Vec<(&str, Value)> =
        action.as_array().unwrap().iter().map(|step| ("action.yml", step.clone())).collect();
    for path in WORKFLOWS {
        for (_, job) in yaml(path)["jobs"].as_object().unwrap() {
            steps.extend(job["steps"].as_array().unwrap().iter().map(|step| (path, step.clone())));
        }
    }
    steps
}

#[test]
fn every_file_parses() {
    let mut found = BTreeSet::new();
    for folder in [".github", ".github/workflows", ".github/ISSUE_TEMPLATE", "."] {
        for entry in fs::read_dir(repository().join(folder)).unwrap() {
            let name = format!("{folder}/{}", entry.unwrap().file_name().into_string().unwrap());
            if name.ends_with(".yml") || name.ends_with(".yaml") {
                assert!(!yaml(&name).is_null(), "{name}");
                found.insert(name);
            }
        }
    }
    assert!(found.len() >= 9, "{found:?}");
}

#[test]
fn a_step_runs_a_script_that_is_there_and_no_text_of_others() {
    let mut scripts = 0;
    for (path, step) in steps() {
        let Some(run) = step["run"].as_str() else {
            assert!(step["uses"].is_string(), "{path}: {step}");
            continue;
        };
        assert!(!run.contains("${{") && run.lines().count() == 1, "{path}: {run}");
        let words: Vec<&str> = run.trim_start_matches("sh ").split(' ').collect();
        let script = words[0].trim_matches('"').trim_start_matches("$GITHUB_ACTION_PATH/");
        if script != "cargo" {
            assert!(repository().join(script).is_file(), "{path}: {run}");
            scripts += 1;
        }
        // A variable is one argument.
        for word in words.iter().skip(1).filter(|word| word.contains('$')) {
            assert!(word.starts_with("\"$") && word.ends_with('"'), "{path}: {run}");
        }
        // In an action, there is no default.
        assert!(path != "action.yml" || step["shell"] == "bash", "{path}: {step}");
    }
    assert!(scripts >= 7, "{scripts}");
}

#[test]
fn other_actions_are_pinned_to_a_commit_whose_version_is_said() {
    let mut pinned = 0;
    for path in ["action.yml"].iter().chain(&WORKFLOWS) {
        for line in source(path).lines().filter(|line| line.contains("uses: ")) {
            let (_, used) = line.split_once("uses: ").unwrap();
            if used == "./" {
                continue;
            }
            let (name, version) = used.split_once(" # v").unwrap_or_else(|| panic!("{path}: {line}"));
            let (_, commit) = name.split_once('@').unwrap();
            assert!(commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()), "{path}: {line}");
            assert_eq!(version.split('.').count(), 3, "{path}: {line}");
            pinned += 1;
        }
    }
    assert!(pinned >= 10, "{pinned}");
}

#[test]
fn jobs_may_do_no_more_than_they_need() {
    for path in WORKFLOWS {
        let workflow = yaml(path);
        assert_eq!(workflow["permissions"], serde_json::json!({"contents": "read"}), "{path}");
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            let may = &job["permissions"];
            let drafts = path.ends_with("release.yml") && name == "publish";
            let wanted = if drafts { serde_json::json!({"contents": "write"}) } else { Value::Null };
            assert_eq!(*may, wanted, "{path}: {name}");
            assert!(job["timeout-minutes"].is_number(), "{path}: {name}");
            for needed in job["needs"].as_array().map_or_else(
                || job["needs"].as_str().into_iter().collect(),
                |list| list.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
            ) {
                assert!(workflow["jobs"][needed].is_object(), "{path}: {name} needs {needed}");
            }
        }
    }
    // The token stays in no file where a test or a build script could read it.
    for (path, step) in steps() {
        if step["uses"].as_str().is_some_and(|used| used.starts_with("actions/checkout@")) {
            assert_eq!(step["with"]["persist-credentials"], false, "{path}");
        }
    }
    let ci = yaml(WORKFLOWS[0]);
    let checks = ci["jobs"]["checks"]["steps"].as_array().unwrap();
    assert!(checks.iter().any(|step| step["run"] == ".ci/run"), "{checks:?}");
}

#[test]
fn every_input_of_the_action_is_used_and_described() {
    let action = yaml("action.yml");
    let text = source("action.yml");
    let page = source("docs/github-action.md");
    for input in keys(&action["inputs"]) {
        let about = &action["inputs"][&input];
        assert!(text.contains(&format!("inputs.{input} ")), "{input} is not used");
        assert!(about["description"].is_string(), "{input}");
        assert!(about["required"] == true || about["default"].is_string(), "{input}");
        let row = page.lines().find(|line| line.starts_with(&format!("| `{input}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/github-action.md does not describe {input}"));
        let default = about["default"].as_str().unwrap_or_default();
        assert!(default.is_empty() || row.contains(&format!("`{default}`")) || default == "0", "{row}: {default}");
    }
    for input in text.split("${{ ").skip(1).filter_map(|rest| rest.split([' ', '}']).next()) {
        if let Some(input) = input.strip_prefix("inputs.") {
            assert!(action["inputs"][input].is_object(), "{input} is used and not declared");
        }
    }
    for output in keys(&action["outputs"]) {
        assert!(page.lines().any(|line| line.starts_with(&format!("| `{output}` |"))), "{output}");
        let script = source("scripts/action-diff");
        assert!(script.contains(&format!("output {output} ")), "action-diff does not set {output}");
    }
    // What a step gives its script is what the script reads.
    for step in action["runs"]["steps"].as_array().unwrap() {
        let Some(run) = step["run"].as_str() else { continue };
        let (_, script) = run.trim_matches('"').rsplit_once('/').unwrap();
        let script = source(&format!("scripts/{script}"));
        let given: BTreeSet<String> = keys(&step["env"]).into_iter().collect();
        let words = script.split(|c: char| !(c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit()));
        let read: BTreeSet<String> = words.filter(|word| word.starts_with("ACTION_")).map(str::to_owned).collect();
        assert_eq!(given, read, "{run}");
    }
}

#[test]
fn issue_forms_are_as_github_reads_them_and_warn() {
    let folder = repository().join(".github/ISSUE_TEMPLATE");
    assert_eq!(yaml(".github/ISSUE_TEMPLATE/config.yml")["blank_issues_enabled"], false);
    let mut forms = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name == "config.yml" {
            continue;
        }
        forms += 1;
        let path = format!(".github/ISSUE_TEMPLATE/{name}");
        let form = yaml(&path);
        for key in keys(&form) {
            assert!(["body", "description", "labels", "name"].contains(&key.as_str()), "{name}: {key}");
        }
        let mut ids = BTreeSet::new();
        for element in form["body"].as_array().unwrap() {
            let kind = element["type"].as_str().unwrap();
            let needed = if kind == "markdown" { "value" } else { "label" };
            assert!(["markdown", "textarea", "input", "dropdown"].contains(&kind), "{name}: {kind}");
            assert!(element["attributes"][needed].is_string(), "{name}: {element}");
            assert!(kind == "markdown" || ids.insert(element["id"].as_str().unwrap().to_owned()), "{name}: {element}");
        }
        assert!(source(&path).contains("Do not paste data of real accounts"), "{name}");
    }
    assert_eq!(forms, 3);
}

#[test]
fn dependabot_looks_where_there_is_something() {
    let updates = yaml(".github/dependabot.yml")["updates"].clone();
    for update in updates.as_array().unwrap() {
        let (ecosystem, one) = (update["package-ecosystem"].as_str().unwrap(), update["directory"].as_str());
        let directories = one.map_or_else(|| texts(&update["directories"]), |one| vec![one.to_owned()]);
        for directory in directories {
            let folder = repository().join(directory.trim_start_matches('/'));
            let wanted = match ecosystem {
                "cargo" => "Cargo.lock",
                "github-actions" => "action.yml",
                "docker" => "Dockerfile",
                "npm" => "package-lock.json",
                "pip" => "requirements.txt",
                other => panic!("{other}"),
            };
            assert!(folder.join(wanted).is_file(), "{ecosystem}: {directory}");
        }
    }
}
