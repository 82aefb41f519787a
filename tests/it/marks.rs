//! The marks of placeholders stay inside: no report holds one, whatever the accounts hold.

use iamctl::model::Sides;
use iamctl::normalise::Builtins;
use iamctl::parse::equivalency;
use iamctl::pipeline::{self, Options};
use iamctl::report::Report;
use iamctl::testing::{NoiseKinds, Plan, generate};
use iamctl::{Account, Error};
use serde_json::{Value, json};

/// No mark is in a report as it is written, spelled out or as an escape.
fn assert_unmarked(report: &Report) {
    let text = serde_json::to_string(report).unwrap();
    assert!(!text.contains(['\u{fdd0}', '\u{fdd1}']), "{text}");
    assert!(!text.to_lowercase().contains("\\ufdd"), "{text}");
}

#[test]
fn reports_of_generated_accounts_hold_none() {
    for seed in 0..4 {
        let mut plan = Plan::new(30, 20, seed);
        (plan.noise, plan.rewriting) = (NoiseKinds::ALL, true);
        let generated = generate(&plan).unwrap();
        let accounts = pipeline::read(generated.snapshots.as_ref()).unwrap();
        let Sides { left, right } = generated.tags.clone();
        let mut options = Options::new(left, right);
        options.builtins = Builtins::default();
        options.dictionary = equivalency::read(&generated.complete_dictionary).unwrap();
        let report = iamctl::compare(&accounts.left, &accounts.right, &options).unwrap();
        assert!(!report.findings.is_empty() && report.equivalency_hits.iter().any(|hit| hit.count > 0), "{seed}");
        assert_unmarked(&report);
    }
}

/// An account each of whose texts holds what the dictionary replaces, and differs in all else.
fn account(id: &str, env: &str, extra: &str) -> Result<Account, Error> {
    let allow = |action: &str, resource: &str| {
        json!({"Sid": "Own", "Effect": "Allow", "Action": action, "Resource": resource,
            "Condition": {"StringLike": {format!("aws:PrincipalTag/{env}"): [format!("{env}-${{aws:username}}-{extra}")]}}})
    };
    let document = |statements: Value| json!({"Version": "2012-10-17", "Statement": statements});
    let managed = format!("arn:aws:iam::{id}:policy/{env}/{env}-{extra}");
    let deny = json!({"Effect": "Deny", "Action": "sqs:*", "NotResource": format!("arn:aws:sqs:*:{id}:{env}-{extra}")});
    let trust = json!([{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": [format!("arn:aws:iam::{id}:role/{env}-{extra}"), format!("arn:aws:iam::999999999999:role/{env}-{extra}")]}}]);
    let policy = document(json!([allow("s3:GetObject", &format!("arn:aws:s3:::{env}-{extra}/*")), deny]));
    let snapshot = json!({
        "format": "iamctl-snapshot", "version": 1, "iamctl": "0.1.0", "source": env, "account_id": id,
        "roles": [{
            "name": format!("app-{env}"), "path": format!("/{env}/"), "arn": format!("arn:aws:iam::{id}:role/{env}/app-{env}"),
            "id": "AROAEXAMPLE", "max_session_duration": 3600, "description": format!("{env} {extra}"),
            "trust_policy": document(trust), "inline_policies": [{"name": format!("{env}-{extra}"), "document": policy}],
            "attached_policies": [managed], "permissions_boundary": managed,
            "tags": {env: format!("{env}-{extra}"), format!("{env}-{extra}"): env},
            "instance_profiles": [format!("{env}-{extra}")],
        }, {
            "name": format!("{extra}-{env}"), "path": "/", "arn": format!("arn:aws:iam::{id}:role/{extra}-{env}"),
            "id": "AROAEXAMPLE2", "max_session_duration": 3600, "trust_policy": document(json!([])),
        }],
        "policies": [{"name": format!("{env}-{extra}"), "arn": managed, "version_id": "v1",
            "document": document(json!([allow("sns:*", &format!("arn:aws:sns:*:{id}:{env}-{extra}"))]))}],
    });
    Account::from_json(&snapshot.to_string())
}

fn compared(left: &str, right: &str) -> Result<Report, Error> {
    let mut options = Options::new("dev".parse().unwrap(), "qa".parse().unwrap());
    let dictionary = r#"{"<script>": {"dev": ["dev"], "qa": ["qa"]}, "=cmd": ["one", "two"]}"#;
    options.dictionary = equivalency::read(dictionary).unwrap();
    iamctl::compare(&account("111122223333", "dev", left)?, &account("444455556666", "qa", right)?, &options)
}

#[test]
fn nor_do_reports_in_which_every_text_is_replaced() {
    let mut findings = 0;
    for (left, right) in
        [("one", "two"), ("one", "other"), ("dev", "dev"), ("=cmd", "<script>"), ("111122223333", "two")]
    {
        let report = compared(left, right).unwrap();
        findings += report.findings.len();
        assert!(report.equivalency_hits.iter().any(|hit| hit.after.contains("<script>")), "{left} {right}");
        assert_unmarked(&report);
    }
    assert!(findings > 20, "{findings}");
}

#[test]
fn an_account_that_holds_a_mark_is_refused() {
    let error = compared("a\u{fdd0}b", "b").unwrap_err();
    assert!(matches!(&error, Error::Mark { tag, .. } if tag.as_str() == "dev"), "{error}");
    assert!(!error.to_string().contains('\u{fdd0}'), "{error}");
}
