//! `iamctl harvest --split`: an account as a folder for git, and such folders as sources.

use std::collections::BTreeMap;

use iamctl::model::{Account, Sides};
use iamctl::parse::account::account;
use iamctl::parse::snapshot::Snapshot;
use iamctl::parse::split;
use iamctl::pipeline::{Options, compare};
use iamctl::testing::{Numbers, Plan, generate};
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::support::generated::catalogue;
use crate::support::schema::{Schema, closed, read};
use crate::support::tool::{DEV, QA, Run, Tool, document, inline, role, snapshot};

const POLICY: &str = "arn:aws:iam::111111111111:policy/team/Read";

fn statements(actions: &Value) -> Value {
    json!([{"Sid": "One", "Effect": "Allow", "Action": actions, "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::a/*"]}])
}

/// An account with a role of each kind, whose `app` can do these actions.
fn account_with(actions: &Value) -> String {
    let app = inline(DEV, "app", &statements(actions));
    let reader = role(
        DEV,
        "reader",
        &json!({"attached_policies": [POLICY], "tags": {"team": "x"},
        "created_at": "2026-01-01T00:00:00Z", "last_used_at": "2026-11-27T00:00:00Z", "last_used_region": "us-east-1"}),
    );
    let reads = document(&statements(&json!("s3:GetObject")));
    let policy = json!({"name": "Read", "arn": POLICY, "version_id": "v1", "document": reads});
    let mut account: Value = serde_json::from_str(&snapshot(DEV, &[app, reader], &[policy])).unwrap();
    account["harvested_at"] = json!("2026-11-28T00:00:00Z");
    account.to_string()
}

fn harvest(tool: &Tool, actions: &Value, folder: &str) -> Run {
    tool.write("account.json", account_with(actions));
    let run = tool.run(&["harvest", "./account.json", "dev", "--output", "out", "--split", folder]);
    assert_eq!(run.code, 0, "{run:?}");
    run
}

/// The files of a folder and of the folders in it, but for the list of what iamctl wrote.
fn files(tool: &Tool, folder: &str) -> BTreeMap<String, String> {
    let inside = ["", "roles/", "policies/"].into_iter().filter(|inside| tool.exists(&format!("{folder}/{inside}")));
    let names = inside.flat_map(|inside| {
        let names = tool.names(&format!("{folder}/{inside}")).into_iter();
        names
            .filter(|name| name.ends_with(".json") && !name.starts_with("manifest"))
            .map(move |name| format!("{inside}{name}"))
    });
    names.map(|name| (name.clone(), tool.read(&format!("{folder}/{name}")))).collect()
}

#[test]
fn each_role_and_policy_is_a_file_that_changes_with_it_alone() {
    let tool = Tool::new();
    let run = harvest(&tool, &json!(["s3:PutObject", "s3:GetObject"]), "iam");
    assert!(run.stdout.contains("\nFiles: out\nRoles and policies: iam\n"), "{run:?}");
    let before = files(&tool, "iam");
    let names: Vec<&str> = before.keys().map(String::as_str).collect();
    assert_eq!(names, ["account.json", "policies/Read.json", "roles/app.json", "roles/reader.json"]);
    let account: Value = serde_json::from_str(&before["account.json"]).unwrap();
    let listed = json!({"format": "iamctl-split", "version": 1, "account_id": DEV, "policies": ["policies/Read.json"],
        "roles": ["roles/app.json", "roles/reader.json"]});
    assert_eq!(account, listed);
    // Nothing that changes every night, and everything else.
    assert!(before.values().all(|text| !text.contains("last_used") && !text.contains("2026-11")));
    assert!(before["roles/reader.json"].contains("\"created_at\": \"2026-01-01T00:00:00Z\""));
    assert!(
        before["roles/app.json"]
            .contains("\"Action\": [\n              \"s3:GetObject\",\n              \"s3:PutObject\"\n")
    );

    // Another order is no change; one more action is a line of one file.
    harvest(&tool, &json!(["s3:GetObject", "s3:PutObject"]), "iam");
    assert_eq!(files(&tool, "iam"), before);
    harvest(&tool, &json!(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]), "iam");
    let after = files(&tool, "iam");
    let changed: Vec<&String> = after.keys().filter(|name| after[*name] != before[*name]).collect();
    assert_eq!(changed, ["roles/app.json"]);
    let lines = |files: &BTreeMap<String, String>| files["roles/app.json"].lines().count();
    assert_eq!(lines(&after), lines(&before) + 1);
}

#[test]
fn what_is_gone_goes_away_and_what_others_wrote_stays() {
    let tool = Tool::new();
    harvest(&tool, &json!("s3:GetObject"), "iam");
    tool.write("iam/README.md", "ours");
    tool.write("iam/roles/NOTES.md", "ours");
    tool.write("account.json", snapshot(DEV, &[role(DEV, "other", &json!({}))], &[]));
    let words = ["harvest", "./account.json", "dev", "--output", "out", "--split", "iam"];
    assert_eq!(tool.run(&words).code, 0);
    assert_eq!(tool.names("iam"), ["README.md", "account.json", "manifest.json", "manifest.json.sha256", "roles"]);
    assert_eq!(tool.names("iam/roles"), ["NOTES.md", "other.json"]);
    // What iamctl did not write is never replaced.
    tool.write("iam/roles/app.json", "{}");
    tool.write("account.json", account_with(&json!("s3:GetObject")));
    let run = tool.run(&words);
    assert!(run.code == 2 && run.stderr.contains("iamctl did not write `roles/app.json`"), "{run:?}");
    assert_eq!(tool.names("iam/roles"), ["NOTES.md", "app.json", "other.json"]);
    assert_eq!(tool.read("iam/roles/app.json"), "{}");
}

/// What is wrong with the folder is found before anything is written.
#[test]
fn a_folder_of_something_else_is_refused() {
    let tool = Tool::new();
    harvest(&tool, &json!("s3:GetObject"), "iam");
    let before = files(&tool, "iam");
    let refused = |source: &str, output: &str, folder: &str, says: &str| {
        let run = tool.run(&["harvest", source, "x", "--output", output, "--split", folder]);
        assert!(run.code == 2 && run.stderr.contains(says), "{folder}: {run:?}");
        assert_eq!((tool.exists("new"), &files(&tool, "iam")), (false, &before), "{folder}");
    };
    tool.write("qa.json", snapshot(QA, &[inline(QA, "app", &statements(&json!("s3:GetObject")))], &[]));
    refused("qa.json", "new", "iam", "contains the roles of account 111111111111, and this is account 222222222222");
    refused("./account.json", "new", "new", "`new` is the folder of `--output`, too");
    refused("./account.json", "iam", "./iam", "`./iam` is the folder of `--output`, too");
    let words = ["diff", "./account.json", "dev", "qa.json", "qa", "--output", "report"];
    assert_eq!(tool.run(&words).code, 0);
    refused("./account.json", "new", "report", "`report` is a folder of `iamctl diff`");
    tool.write("notes/account.json", "mine");
    refused("./account.json", "new", "notes", "iamctl did not write `account.json` in `notes`");
}

#[test]
fn a_folder_is_a_source_of_every_command() {
    let tool = Tool::new();
    harvest(&tool, &json!(["s3:GetObject"]), "last-week");
    harvest(&tool, &json!(["s3:GetObject"]), "copy");
    harvest(&tool, &json!(["s3:GetObject", "s3:PutObject"]), "this-week");
    // Two folders are two states of the account; one is not.
    let run = tool.run(&["diff", "last-week/", "before", "./this-week", "after", "--output", "report"]);
    assert!(run.code == 0 && run.stdout.contains("app: after allows s3:PutObject"), "{run:?}");
    assert!(
        run.stdout.starts_with(
            "before: account 111111111111, folder last-week\nafter: account 111111111111, folder ./this-week\n"
        ),
        "{run:?}"
    );
    // The same state twice is worth a word: git checks out another commit than was meant.
    let run = tool.run(&["diff", "last-week/", "before", "copy/", "after", "--output", "report"]);
    assert!(run.code == 0 && run.stderr.contains("`last-week/` and `copy/` are the same, byte for byte"), "{run:?}");
    let run = tool.run(&["diff", "last-week/", "before", "./last-week/../last-week", "after", "--output", "report"]);
    assert!(run.code == 2 && run.stderr.contains("both sources are account 111111111111"), "{run:?}");
    // The folder says what the snapshot says.
    let run = tool.run(&[
        "diff",
        "./account.json",
        "a",
        "this-week/",
        "b",
        "--output",
        "same",
        "--allow-same-account",
        "--exit-code",
    ]);
    assert!(run.code == 0 && run.stdout.contains("No differences in 2 common roles"), "{run:?}");
    assert_eq!(tool.run(&["can", "this-week/", "app", "s3:GetObject", "arn:aws:s3:::a/x"]).code, 0);
    assert_eq!(tool.run(&["can", "./last-week", "app", "s3:PutObject", "arn:aws:s3:::a/x"]).code, 1);
    assert_eq!(tool.run(&["harvest", "this-week/", "dev", "--output", "again", "--split", "again-split"]).code, 0);
    assert_eq!(files(&tool, "again-split"), files(&tool, "this-week"));
    tool.write("qa.json", snapshot(QA, &[inline(QA, "app", &statements(&json!("s3:GetObject")))], &[]));
    let run = tool.run(&["fleet", "--baseline", "qa", "qa.json=qa", "this-week/=dev", "--output", "fleet"]);
    assert!(run.code < 2, "{run:?}");
    assert_eq!(tool.run(&["suggest", "this-week/", "dev", "qa.json", "qa"]).code, 0);
    assert_eq!(tool.run(&["explain", "last-week/", "a", "this-week/", "b", "app"]).code, 0);
    let run = tool.run(&["diff", "this-week/#222222222222", "a", "qa.json", "b", "--output", "x"]);
    assert!(run.code == 2 && run.stderr.contains("does not contain account 222222222222"), "{run:?}");
}

#[test]
fn a_folder_that_is_not_as_it_was_written_is_refused() {
    let tool = Tool::new();
    let fails = |change: &dyn Fn(&Tool), says: &str| {
        tool.write("account.json", account_with(&json!("s3:GetObject")));
        if tool.exists("iam") {
            std::fs::remove_dir_all(tool.path().join("iam")).unwrap();
        }
        harvest(&tool, &json!("s3:GetObject"), "iam");
        change(&tool);
        let run = tool.run(&["can", "iam/", "app", "s3:GetObject", "arn:aws:s3:::a/x"]);
        assert_eq!(run.code, 2, "{says}: {run:?}");
        assert!(run.stderr.contains(says), "{says}: {run:?}");
        assert!(
            run.stderr.contains("hint: ")
                || says.contains("link")
                || says.contains("not a file")
                || says.contains("account `"),
            "{run:?}"
        );
    };
    let remove = |name: &'static str| move |tool: &Tool| std::fs::remove_file(tool.path().join(name)).unwrap();
    fails(&remove("iam/account.json"), "the folder `iam` does not contain `account.json`");
    fails(&remove("iam/roles/app.json"), "`iam/roles/app.json` is missing, and `account.json` lists it");
    fails(
        &|tool| drop(tool.write("iam/roles/app.json", "{")),
        "`iam/roles/app.json` cannot be read: EOF while parsing",
    );
    fails(&|tool| drop(tool.write("iam/roles/app.json", "{}")), "the key `name` is missing");
    fails(
        &|tool| drop(tool.write("iam/roles/x.json", tool.read("iam/roles/app.json"))),
        "`iam/roles/x.json` is not in the list",
    );
    fails(&|tool| drop(tool.write("iam/policies/a.json~", "x")), "`iam/policies/a.json~` is not in the list");
    fails(
        &|tool| drop(tool.write("iam/roles/app.json", tool.read("iam/roles/app.json").replace("\"app\"", "\"other\""))),
        "`iam/roles/app.json` contains the role `other`, whose file is `roles/other.json`",
    );
    // Two files with one role: it has two names then.
    fails(
        &|tool| drop(tool.write("iam/roles/reader.json", tool.read("iam/roles/app.json"))),
        "contains the role `app`, whose file is `roles/app~",
    );
    fails(
        &|tool| drop(tool.write("iam/roles/app.json", tool.read("iam/roles/app.json").replace("s3:GetObject", "s3"))),
        "account `111111111111`, role `app`: the inline policy `p` cannot be read",
    );
    let version = |text: &str| text.replace("\"version\": 1", "\"version\": 2");
    fails(
        &|tool| drop(tool.write("iam/account.json", version(&tool.read("iam/account.json")))),
        "version 2; this iamctl reads",
    );
    fails(&|tool| std::fs::create_dir(tool.path().join("iam/roles/more")).unwrap(), "`iam/roles/more` is not a file");
    #[cfg(unix)]
    for (from, name) in [("account.json", "iam/roles/link.json"), ("iam", "iam/policies/link")] {
        let link = |tool: &Tool| std::os::unix::fs::symlink(tool.path().join(from), tool.path().join(name)).unwrap();
        fails(&link, &format!("`{name}` is a symbolic link"));
    }
    // A word without a separator is a profile.
    let run = tool.run(&["can", "iam", "app", "s3:GetObject", "*"]);
    assert!(run.code == 2 && run.stderr.contains("`iam` is a folder, and a word without `/` is a profile"), "{run:?}");
    let run = tool.run(&["harvest", "--profiles", "x*", "--output", "y", "--split", "z"]);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn the_file_of_the_account_is_as_the_schema_says() {
    let tool = Tool::new();
    harvest(&tool, &json!("s3:GetObject"), "iam");
    let schema = read("docs/snapshot.schema.json");
    let part = |name: &str| {
        let mut part = schema["$defs"][name].clone();
        part["$defs"] = schema["$defs"].clone();
        Schema::new(closed(part))
    };
    for (name, text) in files(&tool, "iam") {
        let kind =
            name.split_once('/').map_or("account", |(folder, _)| if folder == "roles" { "role" } else { "policy" });
        part(kind).check(&serde_json::from_str(&text).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// A document with keys and plain lists in another order.
fn shuffled(document: &RawValue, numbers: &mut Numbers) -> Box<RawValue> {
    fn text(value: &Value, numbers: &mut Numbers) -> String {
        match value {
            Value::Array(items) => {
                let mut items: Vec<&Value> = items.iter().collect();
                if items.iter().all(|item| item.is_string()) {
                    numbers.shuffle(&mut items);
                }
                format!("[{}]", items.into_iter().map(|item| text(item, numbers)).collect::<Vec<_>>().join(","))
            }
            Value::Object(entries) => {
                let mut entries: Vec<(&String, &Value)> = entries.iter().collect();
                numbers.shuffle(&mut entries);
                let entry = |(key, value): (&String, &Value)| format!("{}: {}", json!(key), text(value, numbers));
                format!("{{{}}}", entries.into_iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
        }
    }
    RawValue::from_string(text(&serde_json::from_str(document.get()).unwrap(), numbers)).unwrap()
}

fn folder(snapshot: &Snapshot) -> BTreeMap<String, String> {
    split::files(snapshot).unwrap().into_iter().map(|file| (file.name, file.text)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 8, ..ProptestConfig::default() })]

    #[test]
    fn a_folder_says_all_that_its_snapshot_says(seed in any::<u64>()) {
        let original = generate(&Plan::new(16, 6, seed)).unwrap().snapshots.left;
        let files = folder(&original);
        let read = split::read(&files, "iam", "folder iam", None).unwrap();
        // Written again, it is the same, so that no file says less than what it was made of.
        prop_assert_eq!(&folder(&read), &files);
        let keys = |snapshot: &Snapshot| -> Vec<Value> {
            let mut roles: Vec<Value> = snapshot.roles.iter().map(|role| {
                let mut role = serde_json::to_value(role).unwrap();
                for key in ["trust_policy", "inline_policies", "last_used_at", "last_used_region"] {
                    role.as_object_mut().unwrap().remove(key);
                }
                for key in ["attached_policies", "instance_profiles"] {
                    role[key].as_array_mut().unwrap().sort_by_key(Value::to_string);
                }
                role
            }).collect();
            roles.sort_by_key(|role| role["name"].to_string());
            roles
        };
        prop_assert_eq!(keys(&read), keys(&original));
        let accounts: Sides<Account> = Sides { left: account(&original).unwrap(), right: account(&read).unwrap() };
        let mut options = Options::new("snapshot".parse().unwrap(), "folder".parse().unwrap());
        options.catalogue = catalogue().clone();
        let report = compare(&accounts.left, &accounts.right, &options).unwrap();
        prop_assert_eq!(report.totals.findings, 0);
        prop_assert!(report.roles.iter().all(|role| role.is_paired() && role.differences.is_zero()));

        // The order of keys and lists is in no file.
        let mut other = original.clone();
        let mut numbers = Numbers::new(seed);
        numbers.shuffle(&mut other.roles);
        numbers.shuffle(&mut other.policies);
        for role in &mut other.roles {
            role.trust_policy = shuffled(&role.trust_policy, &mut numbers);
            numbers.shuffle(&mut role.inline_policies);
            for policy in &mut role.inline_policies {
                policy.document = shuffled(&policy.document, &mut numbers);
            }
        }
        prop_assert_eq!(folder(&other), files);
    }
}
