//! The whole way: accounts drift in moto, the script is run by the AWS CLI, and nothing differs any more.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::moto::{Account, TRUST, allows, done};
use crate::support::profiles::tool_for;
use crate::support::tool::{Run, Tool, document};

/// A run's folder with profiles and a dictionary.
fn tool(dev: &Account, qa: &Account) -> Tool {
    let tool = tool_for(dev, qa);
    tool.write("equivalency_list.json", r#"{"environment": {"dev": ["dev"], "qa": ["qa"]}}"#);
    tool
}

fn diff(tool: &Tool) -> Run {
    let arguments = ["diff", "dev-profile", "dev", "qa-profile", "qa", "--output", "out", "--exit-code"];
    tool.run(&arguments)
}

/// Where the AWS CLI of the tests is.
const CLI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/moto-venv/bin");

/// Runs a script with the AWS CLI of the tests, as the account of a profile.
fn sh(tool: &Tool, script: &str, profile: &str) -> Output {
    with_path(tool, script, profile, CLI)
}

/// Runs a script with an AWS CLI that reports an error after this many commands that change something, the last of which
/// was done.
fn interrupted(tool: &Tool, script: &str, profile: &str, after: usize) -> Output {
    let aws = format!(
        "#!/bin/sh\ncase \"$1 $2\" in 'sts '* | 'iam get-'* | 'iam list-'*) exec '{CLI}/aws' \"$@\" ;; esac\n\
        '{CLI}/aws' \"$@\" || exit\necho >> done\n\
        if [ \"$(wc -l < done)\" -ge {after} ]; then echo 'Could not connect to the endpoint URL' >&2; exit 255; fi\n"
    );
    let path = tool.write("bin/aws", aws);
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    tool.write("done", "");
    let output = with_path(tool, script, profile, &tool.path().join("bin").display().to_string());
    assert_eq!(tool.read("done").lines().count(), after, "{output:?}");
    assert!(!output.status.success(), "{output:?}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("The script stopped at an error."), "{stderr}");
    output
}

fn with_path(tool: &Tool, script: &str, profile: &str, path: &str) -> Output {
    let path = format!("{path}:/usr/bin:/bin");
    Command::new("/bin/sh")
        .arg(script)
        .current_dir(tool.path())
        .env_clear()
        .env("PATH", path)
        .env("HOME", tool.path())
        .env("AWS_CONFIG_FILE", tool.path().join("aws-config"))
        .env("AWS_SHARED_CREDENTIALS_FILE", tool.path().join("aws-credentials"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_PROFILE", profile)
        .output()
        .unwrap()
}

fn bucket(environment: &str, actions: &[&str]) -> String {
    let resource = format!("arn:aws:s3:::{environment}-data/*");
    document(&json!([{"Effect": "Allow", "Action": actions, "Resource": resource}])).to_string()
}

fn trusting(account: &Account, external: &str) -> String {
    let principal = format!("arn:aws:iam::{}:root", account.id);
    let condition = json!({"StringEquals": {"sts:ExternalId": external}});
    document(&json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal},
        "Condition": condition}]))
    .to_string()
}

fn tag(account: &Account, role: &str, key: &str, value: &str) {
    let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value).build().unwrap();
    done(account.iam.tag_role().role_name(role).tags(tag).send());
}

/// Two accounts that say the same of roles that have everything.
fn accounts() -> (Account, Account) {
    let accounts = (Account::new(), Account::new());
    for (account, environment) in [(&accounts.0, "dev"), (&accounts.1, "qa")] {
        let name = |name: &str| format!("{name}-{environment}");
        for role in ["inline", "managed", "trust", "attributes", "same", "boundary"] {
            account.role(&name(role));
        }
        account.inline(&name("inline"), "data", &bucket(environment, &["s3:GetObject"]));
        let shared = account.policy(&name("shared"), &bucket(environment, &["s3:GetObject"]));
        account.attach(&name("managed"), &shared).attach(&name("same"), &shared);
        let document = trusting(account, "it's \"quoted\" $HOME `x`");
        done(account.iam.update_assume_role_policy().role_name(name("trust")).policy_document(document).send());
        tag(account, &name("attributes"), "owner", "team a");
        let limit = account.policy(&name("limit"), &allows("s3:*"));
        for role in ["boundary", "same"] {
            let boundary = account.iam.put_role_permissions_boundary().role_name(name(role));
            done(boundary.permissions_boundary(&limit).send());
        }
    }
    accounts
}

/// Changes qa in every way that a script can take back.
fn drift(dev: &Account, qa: &Account) {
    qa.inline("inline-qa", "data", &bucket("qa", &["s3:GetObject", "s3:DeleteObject"]));
    qa.inline("inline-qa", "extra", &allows("iam:*"));
    dev.inline("inline-dev", "more-dev", &bucket("dev", &["s3:PutObject"]));
    // A new version for two roles, a policy that only dev has, one of AWS's, and one too many.
    let shared = format!("arn:aws:iam::{}:policy/shared-qa", qa.id);
    let wider = bucket("qa", &["s3:*"]);
    done(qa.iam.create_policy_version().policy_arn(shared).policy_document(wider).set_as_default(true).send());
    let lone = dev.policy("lone-dev", &bucket("dev", &["s3:ListBucket"]));
    dev.attach("managed-dev", &lone);
    qa.attach("managed-qa", &qa.policy("surplus", &allows("ec2:*")));
    done(qa.iam.update_assume_role_policy().role_name("trust-qa").policy_document(TRUST).send());
    tag(qa, "attributes-qa", "owner", "somebody else");
    tag(qa, "attributes-qa", "odd key +=@:/-", "x");
    tag(dev, "attributes-dev", "stage", "in dev");
    let update = dev.iam.update_role().role_name("attributes-dev").description("file:///etc/passwd of dev's");
    done(update.max_session_duration(7200).send());
    done(dev.iam.create_instance_profile().instance_profile_name("machine-dev").send());
    let add = dev.iam.add_role_to_instance_profile().instance_profile_name("machine-dev");
    done(add.role_name("attributes-dev").send());
    done(qa.iam.create_instance_profile().instance_profile_name("old").send());
    done(qa.iam.add_role_to_instance_profile().instance_profile_name("old").role_name("same-qa").send());
    done(qa.iam.delete_role_permissions_boundary().role_name("boundary-qa").send());
}

#[test]
fn a_script_takes_the_drift_back() {
    let (dev, qa) = accounts();
    let tool = tool(&dev, &qa);
    let run = diff(&tool);
    assert_eq!(run.code, 0, "{run:?}");

    drift(&dev, &qa);
    let run = diff(&tool);
    assert_eq!(run.code, 1, "{run:?}");
    let run = tool.run(&["remediate", "out", "--make", "qa"]);
    assert_eq!(run.code, 0, "{run:?}");
    tool.write("qa.sh", &run.stdout);

    // Not in the other account.
    let refused = sh(&tool, "qa.sh", "dev-profile");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}\n{}", run.stdout);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("do not belong to account"), "{refused:?}");
    assert_eq!(diff(&tool).code, 1);

    let ran = sh(&tool, "qa.sh", "qa-profile");
    assert!(ran.status.success(), "{}\n{}", String::from_utf8_lossy(&ran.stderr), run.stdout);
    let run = diff(&tool);
    assert_eq!(run.code, 0, "{run:?}");
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    assert_eq!(report["attribute_differences"], json!([]));
    let run = tool.run(&["remediate", "out", "--make", "qa"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stdout.lines().any(|line| line.starts_with("aws iam")), "{run:?}");
}

/// What a report says of the accounts, without when and from where.
fn says(tool: &Tool) -> Value {
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    let lists = ["roles", "item_differences", "access_differences", "trust_differences", "attribute_differences"];
    lists.map(|list| (list.to_owned(), report[list].clone())).into_iter().collect::<serde_json::Map<_, _>>().into()
}

fn versions(account: &Account, name: &str) -> Vec<(String, bool)> {
    let arn = format!("arn:aws:iam::{}:policy/{name}", account.id);
    let output = done(account.iam.list_policy_versions().policy_arn(arn).send());
    let one = |version: aws_sdk_iam::types::PolicyVersion| (version.version_id.unwrap(), version.is_default_version);
    let mut versions: Vec<(String, bool)> = output.versions.unwrap().into_iter().map(one).collect();
    versions.sort();
    versions
}

/// Script and undo, each interrupted several times after a command that was done, and each run once more when it was
/// done: the same as if each had run once.
#[test]
fn a_script_and_what_undoes_it_can_be_run_again_and_again() {
    let (dev, qa) = accounts();
    let tool = tool(&dev, &qa);
    drift(&dev, &qa);
    assert_eq!(diff(&tool).code, 1);
    let before = says(&tool);
    let was = versions(&qa, "shared-qa");
    let run = tool.run(&["remediate", "out", "--make", "qa", "--output", "qa.sh"]);
    assert_eq!(run.code, 0, "{run:?}");

    for after in [1, 2, 5, 9] {
        interrupted(&tool, "qa.sh", "qa-profile", after);
    }
    for _ in 0..2 {
        let ran = sh(&tool, "qa.sh", "qa-profile");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }
    assert_eq!(diff(&tool).code, 0);
    assert_eq!(versions(&qa, "shared-qa").len(), was.len() + 1, "one new version");

    let refused = sh(&tool, "qa.undo.sh", "dev-profile");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    for after in [1, 4, 8] {
        interrupted(&tool, "qa.undo.sh", "qa-profile", after);
    }
    for _ in 0..2 {
        let ran = sh(&tool, "qa.undo.sh", "qa-profile");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }
    assert_eq!(diff(&tool).code, 1);
    assert_eq!(says(&tool), before);
    let is = versions(&qa, "shared-qa");
    assert!(was.iter().all(|version| is.contains(version)) && is.len() == was.len() + 1, "{was:?} {is:?}");
    let lone = format!("arn:aws:iam::{}:policy/lone-qa", qa.id);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let found = runtime.block_on(qa.iam.get_policy().policy_arn(lone).send());
    assert!(found.is_err_and(|error| error.into_service_error().is_no_such_entity_exception()), "it is deleted again");
}

/// The undo of a script of which only a part has run brings back that part.
#[test]
fn half_a_script_can_be_undone() {
    let (dev, qa) = accounts();
    let tool = tool(&dev, &qa);
    drift(&dev, &qa);
    assert_eq!(diff(&tool).code, 1);
    let before = says(&tool);
    let run = tool.run(&["remediate", "out", "--make", "qa", "--output", "qa.sh"]);
    assert_eq!(run.code, 0, "{run:?}");
    interrupted(&tool, "qa.sh", "qa-profile", 7);
    diff(&tool);
    assert_ne!(says(&tool), before);
    let ran = sh(&tool, "qa.undo.sh", "qa-profile");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(diff(&tool).code, 1);
    assert_eq!(says(&tool), before);
}

/// What is not certain is not done, and the rest is.
#[test]
fn what_is_left_is_named_and_the_rest_is_done() {
    let (dev, qa) = accounts();
    let tool = tool(&dev, &qa);
    // dev's role points at qa's bucket: only a person knows what that is to be in qa.
    dev.inline("inline-dev", "copy", &bucket("qa", &["s3:GetObject"]));
    qa.inline("same-qa", "extra", &allows("iam:*"));
    assert_eq!(diff(&tool).code, 1);
    let run = tool.run(&["remediate", "out", "--make", "qa"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("# NOT DONE: policies and boundary: inline policy `copy`:"), "{run:?}");
    tool.write("qa.sh", &run.stdout);
    let ran = sh(&tool, "qa.sh", "qa-profile");
    assert!(ran.status.success(), "{}\n{}", String::from_utf8_lossy(&ran.stderr), run.stdout);
    diff(&tool);
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    let differing = report["roles"].as_array().unwrap().iter().filter(|role| role["differences"]["items"] != 0);
    assert_eq!(differing.map(|role| role["role"].clone()).collect::<Vec<_>>(), ["inline-environment"]);
}
