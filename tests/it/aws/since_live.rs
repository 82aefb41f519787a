//! Nights against moto: what is new from one harvest to the next, and an account against its own past.

use serde_json::{Value, json};

use crate::support::moto::{Account, done};
use crate::support::profiles::tool_for as tool;
use crate::support::tool::{Run, Tool, document};

fn app(account: &Account, role: &str, actions: &[&str]) {
    let policy = document(&json!([{"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::logs/*"}]));
    account.inline(role, "logs", &policy.to_string());
}

/// The same command every night.
fn night(tool: &Tool) -> (Run, Value) {
    let run = tool.run(&[
        "diff",
        "dev-profile",
        "dev",
        "qa-profile",
        "qa",
        "--output",
        "nightly",
        "--since",
        "latest",
        "--fail-on",
        "new",
    ]);
    (run, serde_json::from_str(&tool.read("nightly/since.json")).unwrap())
}

#[test]
fn a_night_fails_only_because_of_what_is_new() {
    let (dev, qa) = (Account::new(), Account::new());
    for account in [&dev, &qa] {
        account.role("app").role("batch");
        app(account, "app", &["s3:GetObject"]);
        app(account, "batch", &["s3:GetObject"]);
    }
    app(&qa, "batch", &["s3:GetObject", "s3:PutObject"]);
    let tool = tool(&dev, &qa);

    let (run, since) = night(&tool);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stderr.contains("there is no earlier report of these accounts and roles, so everything is new"),
        "{run:?}"
    );
    assert_eq!(since["totals"]["new_causes"], 1, "{since}");

    let (run, since) = night(&tool);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        (&since["totals"]["new_causes"], &since["totals"]["causes_still_there"]),
        (&json!(0), &json!(1)),
        "{since}"
    );
    assert!(run.stdout.contains("`--fail-on new`: exit code 0, no matching findings."), "{run:?}");

    app(&qa, "app", &["s3:GetObject", "s3:DeleteObject"]);
    let (run, since) = night(&tool);
    assert_eq!(run.code, 1, "{run:?}");
    let totals = &since["totals"];
    let counts =
        ["new_causes", "changed_causes", "causes_still_there", "resolved"].map(|key| totals[key].as_u64().unwrap());
    assert_eq!(counts, [1, 0, 1, 0], "{since}");
    assert!(run.stdout.contains("(new) app: qa allows s3:DeleteObject"), "{run:?}");
    assert!(!run.stdout.contains("batch: qa allows"), "{run:?}");

    app(&qa, "app", &["s3:GetObject"]);
    let (run, since) = night(&tool);
    assert_eq!(run.code, 0, "{run:?}");
    let totals = &since["totals"];
    let counts =
        ["new_causes", "changed_causes", "causes_still_there", "resolved"].map(|key| totals[key].as_u64().unwrap());
    assert_eq!(counts[..3], [0, 0, 1], "{since}");
    assert!(counts[3] > 0 && run.stdout.contains("resolved"), "{run:?}");
}

#[test]
fn an_account_is_compared_with_its_own_past() {
    let (dev, qa) = (Account::new(), Account::new());
    dev.role("app").role("batch");
    app(&dev, "app", &["s3:GetObject"]);
    app(&dev, "batch", &["s3:GetObject"]);
    let tool = tool(&dev, &qa);
    let harvest = ["harvest", "dev-profile", "dev", "--output", "before", "--split", "iam"];
    // Times are told in seconds: this one is another than that of the next run.
    let earlier = tool.command(&harvest).env("SOURCE_DATE_EPOCH", "1795248000").output().unwrap();
    assert_eq!(earlier.status.code(), Some(0), "{earlier:?}");
    let snapshot: Value = serde_json::from_str(&tool.read("before/dev_snapshot.json")).unwrap();
    let created = snapshot["roles"][0]["created_at"].as_str().unwrap();
    assert!(created.len() == "2026-01-01T00:00:00Z".len() && created.ends_with('Z'), "{created}");
    let diff = |more: &[&str]| {
        let words = ["diff", "before/dev_snapshot.json", "before", "dev-profile", "after", "--output", "out"];
        tool.run(&[&words[..], more].concat())
    };
    let run = diff(&["--exit-code"]);
    assert!(run.code == 0 && run.stdout.contains("No differences in 2 common roles"), "{run:?}");

    // The same role again is another one.
    done(dev.iam.delete_role_policy().role_name("batch").policy_name("logs").send());
    done(dev.iam.delete_role().role_name("batch").send());
    dev.role("batch");
    app(&dev, "batch", &["s3:GetObject"]);
    app(&dev, "app", &["s3:GetObject", "s3:PutObject"]);
    let run = diff(&["--fail-on", "rule=role-recreated"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.starts_with(&format!("before: account {}, read at ", dev.id)), "{run:?}");
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    let mut rules: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap()).collect();
    rules.sort_unstable();
    assert_eq!(rules, ["access-gained", "role-recreated"]);

    // The folder for git changes in the files of these roles alone.
    let batch = tool.read("iam/roles/batch.json");
    let entry = tool.names("iam/roles");
    assert_eq!(tool.run(&harvest).code, 0);
    assert_eq!(tool.names("iam/roles"), entry);
    assert_ne!(tool.read("iam/roles/batch.json"), batch);
    let words = ["diff", "out/after_snapshot.json", "a", "iam/", "b", "--output", "same"];
    let run = tool.run(&[&words[..], &["--allow-same-account", "--exit-code"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
}
