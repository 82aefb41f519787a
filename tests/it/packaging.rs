//! What others use the project by: the action, the release, the workflows, the package. The scripts that these run are run
//! here with the program itself.

mod action;
mod hooks;
mod release;
mod security;
mod workflows;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::repository;
use crate::support::tool::Run;

/// A folder like the workspace of a step on GitHub, with the files that the runner gives it.
struct Step {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Step {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        for name in ["temp", "work space"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let step = Self { folder, environment: Vec::new() };
        for name in ["dev.json", "qa.json", "equivalency_list.json"] {
            fs::copy(repository().join("examples").join(name), step.path(&format!("work space/{name}"))).unwrap();
        }
        // Two accounts that are compared in no time.
        for name in ["dev.json", "qa_drifted.json", "equivalency_list.json"] {
            let small = step.path("work space/small");
            fs::create_dir_all(&small).unwrap();
            fs::copy(repository().join("examples/walkthrough").join(name), small.join(name)).unwrap();
        }
        step
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.into()));
    }

    /// Runs a script of the repository in the workspace.
    fn run(&self, script: &str, arguments: &[&str]) -> Run {
        // A step sees the outputs of the steps before it, but its own file is new.
        fs::write(self.path("output"), "").unwrap();
        let output = Command::new("sh")
            .arg(repository().join("scripts").join(script))
            .args(arguments)
            .current_dir(self.path("work space"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.path("temp"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .env("RUNNER_TEMP", self.path("temp"))
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What the last script gave to the steps that follow.
    fn output(&self, name: &str) -> Option<String> {
        let start = format!("{name}=");
        self.read("output").lines().find_map(|line| line.strip_prefix(&start).map(str::to_owned))
    }
}

/// A program to release: a script in place of a file of a hundred megabytes, which runs the program under test.
fn program(folder: &Path) -> String {
    let path = folder.join("iamctl");
    fs::write(&path, format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_iamctl"))).unwrap();
    executable(&path);
    path.display().to_string()
}

fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn source(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&source(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The keys of an object, sorted.
fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.as_object().unwrap_or_else(|| panic!("{value}")).keys().cloned().collect();
    keys.sort();
    keys
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_package_names_itself_as_crates_io_wants_it() {
    let manifest = source("Cargo.toml");
    let list = |key: &str| -> Vec<String> {
        let (_, rest) = manifest.split_once(&format!("\n{key} = [")).unwrap();
        let (list, _) = rest.split_once(']').unwrap();
        list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    };
    // crates.io: at most five of each; a keyword has at most 20 characters.
    assert!((1..=5).contains(&list("keywords").len()) && list("keywords").iter().all(|word| word.len() <= 20));
    assert!((1..=5).contains(&list("categories").len()));
    for entry in list("include") {
        let path = entry.trim_start_matches('/').trim_end_matches("/**");
        assert!(repository().join(path).exists(), "{entry} names nothing");
    }
    for key in ["description", "license", "readme", "repository", "rust-version"] {
        assert!(manifest.contains(&format!("\n{key} = \"")), "{key}");
    }
    // Nobody publishes by accident while the address is a placeholder.
    assert!(!manifest.contains(".invalid/") || manifest.contains("\npublish = false\n"));
}

#[test]
fn every_script_can_be_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut scripts = 0;
    for entry in fs::read_dir(repository().join("scripts")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        if path.to_string_lossy().ends_with("-version") && text.lines().count() == 1 {
            continue;
        }
        scripts += 1;
        assert!(text.starts_with("#!/bin/sh\n#"), "{}: it says nothing of itself", path.display());
        assert!(text.contains("\nset -eu\n"), "{}: it goes on after errors", path.display());
        assert!(path.metadata().unwrap().permissions().mode() & 0o111 == 0o111, "{}", path.display());
        let checked = Command::new("sh").arg("-n").arg(&path).output().unwrap();
        assert!(checked.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&checked.stderr));
    }
    assert!(scripts > 10, "{scripts}");
}
