//! Runs the program itself, in a folder and with an environment made for one test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder to run in; the home directory is inside it.
pub struct Tool {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Tool {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), environment: Vec::new() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn exists(&self, name: &str) -> bool {
        self.path().join(name).exists()
    }

    /// The names of what a folder holds, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// A run that has not ended yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_iamctl"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("AWS_CONFIG_FILE", self.path().join("aws-config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.path().join("aws-credentials"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Compares `dev.json` with `qa.json` into `out`; the report.
    pub fn diff(&self, more: &[&str]) -> Value {
        let mut arguments = vec!["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"];
        arguments.extend_from_slice(more);
        let run = self.run(&arguments);
        assert!(matches!(run.code, 0 | 1), "{run:?}");
        serde_json::from_str(&self.read("out/report.json")).unwrap()
    }
}

/// A summary without the block that says how the program was called.
pub fn without_evidence(markdown: &str) -> String {
    let (start, rest) = markdown.split_once("<details><summary>Evidence</summary>").expect("it has the block");
    let (_, rest) = rest.split_once("</details>\n\n").unwrap();
    format!("{start}{rest}")
}

/// An account as a snapshot.
pub fn snapshot(id: &str, roles: &[Value], policies: &[Value]) -> String {
    json!({
        "format": "iamctl-snapshot", "version": 1, "iamctl": "0.1.0", "source": format!("test {id}"),
        "account_id": id, "roles": roles, "policies": policies,
    })
    .to_string()
}

/// A role without policies that EC2 can assume, with these fields besides or instead.
pub fn role(id: &str, name: &str, fields: &Value) -> Value {
    let mut role = json!({
        "name": name, "path": "/", "arn": format!("arn:aws:iam::{id}:role/{name}"), "id": "AROAEXAMPLE",
        "max_session_duration": 3600, "trust_policy": trust(&json!({"Service": "ec2.amazonaws.com"})),
    });
    for (key, value) in fields.as_object().unwrap() {
        role[key] = value.clone();
    }
    role
}

/// A role with one inline policy of these statements.
pub fn inline(id: &str, name: &str, statements: &Value) -> Value {
    role(id, name, &json!({"inline_policies": [{"name": "p", "document": document(statements)}]}))
}

pub fn document(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

pub fn trust(principal: &Value) -> Value {
    document(&json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}]))
}

pub const DEV: &str = "111111111111";
pub const QA: &str = "222222222222";

/// Compares one role of each account.
pub fn compare(dev: &Value, qa: &Value) -> Value {
    compare_accounts(std::slice::from_ref(dev), std::slice::from_ref(qa), &[], "{}")
}

/// Compares two accounts under a dictionary.
pub fn compare_accounts(dev: &[Value], qa: &[Value], policies: &[Value], dictionary: &str) -> Value {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, dev, policies));
    tool.write("qa.json", snapshot(QA, qa, policies));
    tool.write("equivalency_list.json", dictionary);
    tool.diff(&[])
}

/// Compares roles `r` whose inline policies have these statements.
pub fn compare_statements(dev: &Value, qa: &Value) -> Value {
    compare(&inline(DEV, "r", dev), &inline(QA, "r", qa))
}

/// Compares roles `r` that these trust policies say who can assume.
pub fn compare_trust(dev: &Value, qa: &Value) -> Value {
    compare(&role(DEV, "r", &json!({"trust_policy": dev})), &role(QA, "r", &json!({"trust_policy": qa})))
}

/// The item differences as `side effect element service:action element target condition`.
pub fn items(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    report["item_differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let action = format!("{}:{}", text(&item["service"]), text(&item["action"]));
            let (element, target) = match item["principal"].as_str() {
                Some(principal) => (text(&item["principal_type"]), principal.to_owned()),
                None => (text(&item["resource_element"]), text(&item["arn"])),
            };
            let parts = [
                text(&item["side"]),
                text(&item["effect"]),
                text(&item["action_element"]),
                action,
                element,
                target,
                text(&item["condition"]),
            ];
            parts.join(" ").trim_end().to_owned()
        })
        .collect()
}

/// The attribute differences as `attribute: left -> right`.
pub fn attributes(report: &Value) -> Vec<String> {
    let list = report["attribute_differences"].as_array().unwrap();
    list.iter().map(|d| format!("{}: {} -> {}", d["attribute"].as_str().unwrap(), d["left"], d["right"])).collect()
}
