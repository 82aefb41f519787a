//! The program against live accounts: AWS's walkthrough, and what happens when an account cannot be read.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::faults::{Fault, Proxy, Request, error_text};
use crate::support::moto::{Account, done};
use crate::support::profiles::role_profile;
use crate::support::tool::{Run, Tool, document, items};

/// A run's folder with profiles `dev-profile` and `qa-profile`.
fn tool(endpoint: &str, dev: &Account, qa: &Account) -> Tool {
    let tool = Tool::new();
    let base = "[profile base]\naws_access_key_id = testing\naws_secret_access_key = testing\n";
    let profiles = [role_profile("dev-profile", endpoint, dev), role_profile("qa-profile", endpoint, qa)];
    tool.write("aws-config", format!("{base}{}", profiles.concat()));
    tool.write("aws-credentials", "");
    tool
}

fn diff(tool: &Tool, more: &[&str]) -> Run {
    let mut arguments = vec!["diff", "dev-profile", "dev", "qa-profile", "qa", "--output", "out"];
    arguments.extend_from_slice(more);
    tool.run(&arguments)
}

fn report(tool: &Tool) -> Value {
    serde_json::from_str(&tool.read("out/report.json")).unwrap()
}

fn app(account: &Account, environment: &str, actions: &[&str]) {
    let resource = format!("arn:aws:s3:::app1-{environment}/shared/*");
    let policy = document(&json!([{"Effect": "Allow", "Action": actions, "Resource": resource}]));
    account.inline(&format!("app1_{environment}"), "s3_inline_policy", &policy.to_string());
}

/// The accounts of AWS's announcement of IAMCTL.
/// Source: <https://aws.amazon.com/blogs/security/new-iamctl-tool-compares-multiple-iam-roles-and-policies/>
fn walkthrough_accounts() -> (Account, Account) {
    let accounts = (Account::new(), Account::new());
    for (account, environment) in [(&accounts.0, "dev"), (&accounts.1, "qa")] {
        account.role(&format!("app1_{environment}")).role("audit");
        app(account, environment, &["s3:Get*", "s3:List*"]);
        let own = format!("arn:aws:iam::{}:role/*", account.id);
        let policy = document(&json!([{"Effect": "Allow", "Action": "iam:GetRole", "Resource": own}]));
        account.inline("audit", "read", &policy.to_string());
    }
    accounts
}

#[test]
fn the_walkthrough() {
    let (dev, qa) = walkthrough_accounts();
    let tool = tool(&crate::support::moto::url(), &dev, &qa);
    assert_eq!(tool.run(&["init"]).code, 0);

    // With the sample dictionary the two applications are unique; the audit role is common and equal, though its
    // policy names its own account.
    let run = diff(&tool, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let first = report(&tool);
    let roles: Vec<(&str, &str)> = first["roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| (role["role"].as_str().unwrap(), role["status"].as_str().unwrap()))
        .collect();
    assert_eq!(roles, [("app1_dev", "left_only"), ("app1_qa", "right_only"), ("audit", "common")]);
    assert_eq!(first["item_differences"], json!([]));
    assert_eq!(first["attribute_differences"], json!([]));
    for id in [&dev.id, &qa.id] {
        assert!(run.stderr.contains(&format!("account {id}")), "both accounts are named: {run:?}");
    }

    // With one line of dictionary nothing differs.
    tool.write("equivalency_list.json", r#"{"accountname": ["dev", "qa"]}"#);
    let run = diff(&tool, &["--exit-code"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("No differences in 2 common roles"), "{run:?}");

    // One action more in qa is one row, and none the other way.
    app(&qa, "qa", &["s3:Get*", "s3:List*", "s3:PutObject"]);
    let run = diff(&tool, &["--exit-code"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(
        items(&report(&tool)),
        ["right Allow Action s3:PutObject Resource arn:aws:s3:::app1-accountname/shared/*"]
    );
    let rows = |name: &str| tool.read(&format!("out/{name}")).lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let expected = format!(
        "app1_accountname,/,s3_inline_policy,inline,Allow,s3,PutObject,arn:aws:s3:::app1-accountname/shared/*,,\
         Action,Resource,,,,arn:aws:iam::{}:role/app1_qa,",
        qa.id
    );
    assert_eq!(rows("qa_to_dev_common_role_difference_items.csv"), [expected]);
    assert!(rows("dev_to_qa_common_role_difference_items.csv").is_empty());
    assert!(tool.exists("out/dev_dev-profile_iam_tuples.csv"), "{:?}", tool.names("out"));

    // The snapshots of that report say the same as the accounts did.
    let run = tool.run(&[
        "diff",
        "out/dev_snapshot.json",
        "dev",
        "out/qa_snapshot.json",
        "qa",
        "--output",
        "again",
        "--exit-code",
    ]);
    assert_eq!(run.code, 1, "{run:?}");
    for name in ["qa_to_dev_common_role_difference_items.csv", "common_roles.csv"] {
        assert_eq!(tool.read(&format!("again/{name}")), tool.read(&format!("out/{name}")));
    }
}

/// From two accounts that nobody has compared yet to a run that fails only for what is new.
#[test]
fn a_baseline_takes_five_steps() {
    let (dev, qa) = walkthrough_accounts();
    let tool = tool(&crate::support::moto::url(), &dev, &qa);
    let expire = |seconds: &str| {
        let mut command =
            tool.command(&["diff", "dev-profile", "dev", "qa-profile", "qa", "--output", "out", "--exit-code"]);
        let output = command.env("SOURCE_DATE_EPOCH", seconds).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap())
    };

    // Two applications differ in nothing but their environment's name.
    assert_eq!(diff(&tool, &["--exit-code"]).code, 1);
    let run = tool.run(&["suggest", "dev-profile", "dev", "qa-profile", "qa", "--write"]);
    assert_eq!(run.code, 0, "{run:?}");
    let suggested: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(suggested["environment"]["dev"], json!(["dev"]), "{run:?}");
    assert_eq!(suggested["environment"]["qa"], json!(["qa"]), "{run:?}");
    assert_eq!(suggested.as_object().unwrap().len(), 1, "{run:?}");
    assert_eq!(diff(&tool, &["--exit-code"]).code, 0);

    // qa's role now reads dev's bucket: the same text but for the environment, and still seen.
    app(&qa, "qa", &["s3:Get*", "s3:List*", "s3:PutObject"]);
    let policy =
        document(&json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::app1-dev/x"}]));
    qa.inline("app1_qa", "other", &policy.to_string());
    let run = diff(&tool, &["--exit-code"]);
    assert_eq!(run.code, 1, "{run:?}");
    let references = report(&tool)["cross_references"].clone();
    assert_eq!(references.as_array().unwrap().len(), 1, "{references}");
    assert_eq!(references[0]["text"], "arn:aws:s3:::app1-dev/x");
    assert_eq!((&references[0]["side"], &references[0]["owner"]), (&json!("right"), &json!("left")));

    // Somebody says that both are meant, for a while.
    let accept =
        ["accept", "out", "--role", "app1_*", "--reason", "load test", "--owner", "qa", "--expires", "2999-12-31"];
    let run = tool.run(&accept);
    assert_eq!(run.code, 0, "{run:?}");
    let run = diff(&tool, &["--exit-code"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(tool.read("out/accepted_differences.csv").contains("load test"));
    assert!(tool.read("out/cross_references.csv").lines().count() == 1, "only the header is left");
    // One day after the last day it shows again.
    assert_eq!(expire("32503593600").0, Some(0), "2999-12-31");
    let (code, stderr, stdout) = expire("32503680000");
    assert_eq!(code, Some(1), "3000-01-01: {stderr}");
    assert!(stdout.contains("expired"), "{stdout}");
}

#[test]
fn a_harvest_can_be_compared_later() {
    let (dev, qa) = walkthrough_accounts();
    let tool = tool(&crate::support::moto::url(), &dev, &qa);
    for (profile, tag) in [("dev-profile", "dev"), ("qa-profile", "qa")] {
        let run = tool.run(&["harvest", profile, tag, "--output", "out"]);
        assert_eq!(run.code, 0, "{run:?}");
    }
    let expected = [
        "dev_dev-profile_iam_tuples.csv",
        "dev_snapshot.json",
        "manifest.json",
        "manifest.json.sha256",
        "qa_qa-profile_iam_tuples.csv",
        "qa_snapshot.json",
    ];
    assert_eq!(tool.names("out"), expected, "the second harvest leaves the first alone");
    // A file on one side, a live account on the other.
    let run = tool.run(&["diff", "out/dev_snapshot.json", "dev", "qa-profile", "qa", "--output", "mixed"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(tool.exists("mixed/report.json"));
    // Who read the accounts is in the snapshot, and from there in the report.
    let manifest: serde_json::Value = serde_json::from_str(&tool.read("mixed/manifest.json")).unwrap();
    let page = tool.read("mixed/report.html");
    for (place, id) in [&dev.id, &qa.id].into_iter().enumerate() {
        let account = &manifest["reports"][0]["provenance"]["accounts"][place];
        let caller = account["origin"]["caller_arn"].as_str().unwrap();
        assert!(caller.contains(id.as_str()) && page.contains(caller), "{account}");
        assert_eq!(account["origin"]["summary_roles"], account["roles"]);
    }
    for folder in ["out", "mixed"] {
        let run = tool.run(&["verify", folder]);
        assert_eq!(run.code, 0, "{run:?}");
    }
}

/// Whatever goes wrong with an account: exit code 2, an error that names it, no folder.
#[test]
fn half_an_account_is_an_error_and_no_report() {
    let (dev, qa) = walkthrough_accounts();
    let details = "GetAccountAuthorizationDetails";
    let faults: [(&str, Fault, &str); 4] = [
        (details, Fault::CutShort, details),
        (details, Fault::Error(400, "ExpiredToken"), "expired"),
        ("ListRoles", Fault::Error(403, "AccessDenied"), "iam:ListRoles"),
        ("GetCallerIdentity", Fault::Error(403, "AccessDenied"), "GetCallerIdentity"),
    ];
    for (action, fault, named) in faults {
        let proxy = Proxy::new();
        proxy.on(action, fault);
        let tool = tool(&proxy.url(), &dev, &qa);
        let run = diff(&tool, &[]);
        assert_eq!(run.code, 2, "{action}: {run:?}");
        assert!(run.stderr.to_lowercase().contains(&named.to_lowercase()), "{action}: {run:?}");
        assert!(run.stderr.contains("error: "), "{action}: {run:?}");
        assert_eq!(run.stdout, "", "{action}");
        assert_eq!(tool.names("."), ["aws-config", "aws-credentials"], "{action}: nothing is left");
    }
}

#[test]
fn a_run_without_a_terminal_says_what_it_waits_for_and_not_often() {
    let (dev, qa) = walkthrough_accounts();
    let proxy = Proxy::new();
    let throttled = |request: &Request| request.action() == "ListRoles" && request.field("Marker").is_empty();
    let soon = "x-amz-retry-after: 1\r\n".to_owned();
    proxy.when(30, throttled, Fault::Answer(400, soon, error_text("Throttling", "Rate exceeded")));
    let tool = tool(&proxy.url(), &dev, &qa);
    let run = tool.run(&["harvest", "dev-profile", "dev", "--output", "out"]);
    assert_eq!(run.code, 0, "{run:?}");
    let line = "profile dev-profile: waiting for AWS: IAM throttles ListRoles; attempt 3, ";
    assert_eq!(run.stderr.lines().filter(|text| text.starts_with(line)).count(), 1, "{run:?}");
    assert_eq!(run.stderr.matches("waiting for AWS").count(), 1, "{run:?}");
    let run = tool.run(&["--quiet", "harvest", "dev-profile", "dev", "--output", "out"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

/// Sixteen calls at a time for each account, and no more than 64 open files.
#[cfg(target_os = "linux")]
#[test]
fn sixty_four_open_files_are_enough_for_two_accounts_read_role_by_role() {
    let (dev, qa) = walkthrough_accounts();
    dev.furnish(20);
    qa.furnish(20);
    let proxy = Proxy::new();
    proxy.on("GetAccountAuthorizationDetails", Fault::Error(403, "AccessDenied"));
    let tool = tool(&proxy.url(), &dev, &qa);
    let run = |limit: &str| {
        let command = tool.command(&["diff", "dev-profile", "dev", "qa-profile", "qa", "--output", "out"]);
        let mut limited = std::process::Command::new("prlimit");
        limited.arg(limit).arg(command.get_program()).args(command.get_args()).current_dir(tool.path()).env_clear();
        limited.env("PATH", std::env::var_os("PATH").unwrap());
        let output =
            limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("reading the 23 roles one by one"));
        tool.read("out/report.json")
    };
    let roles = |text: String| serde_json::from_str::<Value>(&text).unwrap()["roles"].clone();
    assert_eq!(roles(run("--nofile=64")), roles(run("--nofile=1024")));
}

#[cfg(unix)]
#[test]
fn a_terminal_shows_what_is_waited_for_in_its_line() {
    let (dev, qa) = walkthrough_accounts();
    let proxy = Proxy::new();
    // Half a second at a time, so that the line is drawn.
    let later = "x-amz-retry-after: 500\r\n".to_owned();
    let throttled = Fault::Answer(400, later, error_text("Throttling", "Rate exceeded"));
    proxy.when(4, |request| request.action() == "ListRoles", throttled);
    let tool = tool(&proxy.url(), &dev, &qa);
    let command = tool.command(&["harvest", "dev-profile", "dev", "--output", "out"]);
    let mut terminal =
        std::process::Command::new(format!("{}/target/moto-venv/bin/python", env!("CARGO_MANIFEST_DIR")));
    terminal.arg(format!("{}/tests/terminal.py", env!("CARGO_MANIFEST_DIR")));
    terminal.arg(command.get_program()).args(command.get_args()).current_dir(tool.path()).env_clear();
    terminal.env("PATH", std::env::var_os("PATH").unwrap()).env("TERM", "xterm").stdin(std::process::Stdio::null());
    let output = terminal.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let said = "profile dev-profile: waiting for AWS: IAM throttles ListRoles; attempt ";
    assert!(text.contains(said), "{text:?}");
    // The line is drawn over: no line of it stays.
    assert!(!text.lines().any(|line| line.starts_with(said)), "{text:?}");
    assert!(text.contains("dev: account "), "{text:?}");
}

#[test]
fn a_calls_time_can_be_set() {
    let (dev, qa) = walkthrough_accounts();
    let proxy = Proxy::new();
    proxy.on("GetCallerIdentity", Fault::Slow(Duration::from_secs(1)));
    let tool = tool(&proxy.url(), &dev, &qa);
    for run in [
        diff(&tool, &["--timeout", "2"]),
        tool.run(&["can", "dev-profile", "r", "s3:GetObject", "*", "--timeout", "2"]),
    ] {
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        let expected = format!(
            "error: GetCallerIdentity for profile `dev-profile` in account {} at {} did not finish within 2 seconds\n  \
             caused by: the reply was not complete\nhint: ",
            dev.id,
            proxy.url()
        );
        assert!(run.stderr.starts_with(&expected) && run.stderr.contains("--timeout"), "{run:?}");
    }
    assert_eq!(tool.names("."), ["aws-config", "aws-credentials"]);
    let run = diff(&tool, &["--timeout", "0"]);
    assert!(run.code == 2 && run.stderr.contains("--timeout"), "{run:?}");
}

#[test]
fn one_account_under_two_profiles_is_refused() {
    let dev = Account::new();
    let tool = tool(&crate::support::moto::url(), &dev, &dev);
    let run = diff(&tool, &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains(&format!("both sources are account {}, and iamctl cannot tell which is earlier", dev.id)),
        "{run:?}"
    );
    assert!(!tool.exists("out"));
    assert_eq!(diff(&tool, &["--allow-same-account", "--exit-code"]).code, 0);
}

#[test]
fn a_policy_that_cannot_be_read_is_named_and_nothing_is_written() {
    let (dev, qa) = (Account::new(), Account::new());
    let odd =
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Whom": "*"}]}"#;
    done(dev.iam.create_role().role_name("odd").assume_role_policy_document(odd).send());
    let tool = tool(&crate::support::moto::url(), &dev, &qa);
    let run = diff(&tool, &[]);
    assert_eq!(run.code, 2, "{run:?}");
    let expected = format!("error: account `{}`, role `odd`: the trust policy cannot be read", dev.id);
    assert!(run.stderr.contains(&expected), "{run:?}");
    assert!(run.stderr.contains("caused by: at `$.Statement[0]`: `Whom` is not an element of a statement"), "{run:?}");
    assert!(!tool.exists("out"));
}

#[test]
fn an_unknown_profile_lists_the_known() {
    let (dev, qa) = (Account::new(), Account::new());
    let tool = tool(&crate::support::moto::url(), &dev, &qa);
    let run = tool.run(&["diff", "dev-profil", "dev", "qa-profile", "qa", "--output", "out"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("dev-profile"), "{run:?}");
    assert!(!tool.exists("out"));
    let run = tool.run(&["listprofiles"]);
    assert_eq!(run.code, 0);
    assert_eq!(run.stdout.lines().count(), 3, "{run:?}");
    assert_eq!(run.stdout, tool.run(&["profiles"]).stdout);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let (dev, qa) = walkthrough_accounts();
    let proxy = Proxy::new();
    proxy.on("ListRoles", Fault::Delay(Duration::from_secs(30)));
    let tool = tool(&proxy.url(), &dev, &qa);
    let arguments = ["diff", "dev-profile", "dev", "qa-profile", "qa", "--output", "out/new"];
    let mut child = tool.command(&arguments).stderr(std::process::Stdio::null()).spawn().unwrap();
    // The temporary folder is there once `out` is.
    while !tool.exists("out") || proxy.count("ListRoles") == 0 {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(tool.names("out").len(), 1);
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!tool.exists("out"));
}
