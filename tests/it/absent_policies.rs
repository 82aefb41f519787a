//! Files that do not contain every policy that their roles have.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Run, Tool, document, inline, role, snapshot, trust};

const DIFF: [&str; 7] = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"];

fn allow(action: &str) -> Value {
    json!([{"Effect": "Allow", "Action": action, "Resource": "*"}])
}

/// Two accounts of snapshots: `loader` lacks its attached policy in dev, `mover` its boundary in qa, `reader` lacks
/// nothing.
fn tool() -> Tool {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", "1795248000");
    let loads = |id: &str| format!("arn:aws:iam::{id}:policy/loads");
    let policy =
        json!({"name": "loads", "arn": loads(QA), "version_id": "v1", "document": document(&allow("sqs:SendMessage"))});
    let loader = |id: &str| role(id, "loader", &json!({"attached_policies": [loads(id)]}));
    let mover = |id: &str, more: Value| {
        let mut role = inline(id, "mover", &allow("sqs:ReceiveMessage"));
        role.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        role
    };
    let dev = [loader(DEV), mover(DEV, json!({})), inline(DEV, "reader", &allow("sqs:ListQueues"))];
    let bounded = mover(QA, json!({"permissions_boundary": "arn:aws:iam::aws:policy/limit"}));
    let qa = [loader(QA), bounded, inline(QA, "reader", &allow("sqs:ListQueues"))];
    tool.write("dev.json", snapshot(DEV, &dev, &[]));
    tool.write("qa.json", snapshot(QA, &qa, &[policy]));
    tool
}

fn run(tool: &Tool, more: &[&str]) -> Run {
    tool.run(&[&DIFF[..], more].concat())
}

#[test]
fn by_default_every_such_role_and_policy_is_named_and_nothing_is_compared() {
    let tool = tool();
    let run = run(&tool, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    let error = "error: account `111111111111`: the source does not contain the policy \
                 `arn:aws:iam::111111111111:policy/loads`, which the role `loader` has; account `222222222222`: the source \
                 does not contain the policy `arn:aws:iam::aws:policy/limit`, which the role `mover` has\n";
    assert!(run.stderr.contains(error), "{run:?}");
    assert!(run.stderr.contains("hint: get the details without `--filter`, or with"), "{run:?}");
    assert!(!tool.exists("out"));
    // `harvest`, `suggest` need all roles.
    for command in
        [&["harvest", "dev.json", "dev", "--output", "out"][..], &["suggest", "dev.json", "dev", "qa.json", "qa"]]
    {
        let run = tool.run(command);
        assert!(run.code == 2 && run.stderr.contains("which the role `loader` has"), "{run:?}");
    }
}

#[test]
fn only_selected_roles_need_their_policies() {
    let tool = tool();
    let reader = run(&tool, &["--role", "read*", "--exit-code"]);
    assert_eq!(reader.code, 0, "{reader:?}");
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    assert_eq!((&report["roles"].as_array().unwrap().len(), &report["limitations"]), (&1, &json!([])));
    // The folder answers for this role too, and for the others it says why not.
    let explained = tool.run(&["explain", "out", "reader"]);
    assert_eq!(explained.code, 0, "{explained:?}");
    let explained = tool.run(&["explain", "out", "mover"]);
    assert!(
        explained.code == 2 && explained.stderr.contains("policy/limit`, which the role `mover` has"),
        "{explained:?}"
    );
    let mover = run(&tool, &["--role", "mover"]);
    assert!(mover.code == 2 && mover.stderr.contains("account `222222222222`: the source does not contain the policy"));
}

#[test]
fn one_role_can_be_asked_about_if_its_policies_are_there() {
    let tool = tool();
    let queue = "arn:aws:sqs:eu-west-1:111111111111:jobs";
    assert_eq!(tool.run(&["can", "dev.json", "mover", "sqs:ReceiveMessage", queue]).code, 0);
    let run = tool.run(&["can", "dev.json", "loader", "sqs:SendMessage", queue]);
    assert!(run.code == 2 && run.stderr.contains("policy/loads`, which the role `loader` has"), "{run:?}");
    // Who can assume it, the trust policy alone says.
    assert_eq!(tool.run(&["can-assume", "dev.json", "loader", "ec2.amazonaws.com"]).code, 0);
}

#[test]
fn with_allow_incomplete_the_others_are_compared_and_these_count() {
    let tool = tool();
    let run_with = |more: &[&str]| run(&tool, &[&["--allow-incomplete"], more].concat());
    let whole = run_with(&[]);
    assert_eq!(whole.code, 0, "{whole:?}");
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    let roles: Vec<&Value> = report["roles"].as_array().unwrap().iter().map(|role| &role["role"]).collect();
    assert_eq!(roles, ["reader"], "a counterpart does not look alone");
    let says = [
        "dev: the role `loader` was not compared with `loader` of qa, because test 111111111111 does not contain its \
         policy `arn:aws:iam::111111111111:policy/loads`",
        "qa: the role `mover` was not compared with `mover` of dev, because test 222222222222 does not contain its \
         policy `arn:aws:iam::aws:policy/limit`",
    ];
    assert_eq!(report["warnings"], json!(says));
    assert_eq!(report["totals"]["findings"], 2);
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["rule"] == "role-not-compared" && finding["severity"] == "medium"));
    assert!(whole.stdout.contains("2 roles were not compared, because the source does not contain all policies."));
    for says in says {
        assert!(whole.stdout.contains(says), "{whole:?}");
        let summary = tool.read("out/summary.md").replace("<code>", "").replace("</code>", "").replace('`', "");
        assert!(summary.contains(&says.replace('`', "")), "{summary}");
        assert!(tool.read("out/report.html").contains("was not compared"));
    }
    for fail_on in ["any", "access", "severity=medium", "rule=role-not-compared"] {
        assert_eq!(run_with(&["--fail-on", fail_on]).code, 1, "{fail_on}");
    }
    for fail_on in ["none", "severity=high", "rule=could-not-compare"] {
        assert_eq!(run_with(&["--fail-on", fail_on]).code, 0, "{fail_on}");
    }
    // Of roles that were not selected there is nothing to say.
    assert_eq!(run_with(&["--role", "reader", "--exit-code"]).code, 0);
    let run = run_with(&["--role", "loader", "--exit-code"]);
    assert!(run.code == 1 && run.stdout.contains("1 role was not compared"), "{run:?}");
    // What cannot be checked as a whole is not changed.
    let run = tool.run(&["remediate", "out", "--make", "qa"]);
    assert!(run.code == 2 && run.stderr.contains("which the role `loader` has"), "{run:?}");
}

#[test]
fn roles_that_get_one_name_are_all_named() {
    let tool = tool();
    let lacks = |id: &str, name: &str| role(id, name, &json!({"attached_policies": ["arn:aws:iam::aws:policy/gone"]}));
    tool.write(
        "dev.json",
        snapshot(DEV, &[lacks(DEV, "app-a"), role(DEV, "app-b", &json!({})), role(DEV, "c", &json!({}))], &[]),
    );
    let open = json!({"trust_policy": trust(&json!("*"))});
    tool.write("qa.json", snapshot(QA, &[role(QA, "app-b", &open), role(QA, "c", &open)], &[]));
    tool.write("equivalency_list.json", r#"{"letter": {"dev": ["a", "b"], "qa": ["b"]}}"#);
    let report = tool.diff(&["--allow-incomplete"]);
    let roles: Vec<&Value> = report["roles"].as_array().unwrap().iter().map(|role| &role["role"]).collect();
    assert_eq!(roles, ["c"]);
    let says = report["warnings"].as_array().unwrap().iter().find(|one| one.as_str().unwrap().contains("not compared"));
    assert_eq!(
        says.unwrap(),
        "dev: the role `app-a` was not compared with `app-b` of dev and `app-b` of qa, because test 111111111111 does \
         not contain its policy `arn:aws:iam::aws:policy/gone`"
    );
}
