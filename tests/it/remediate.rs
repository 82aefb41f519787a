//! `iamctl remediate`: what it writes makes the roles the same, and nobody's name gets out of its quotes.

use std::borrow::Cow;
use std::process::Command;

use iamctl::model::{Account, EquivalencyList, Side, Sides};
use iamctl::normalise::Builtins;
use iamctl::parse::equivalency;
use iamctl::pipeline::Prepared;
use iamctl::remediate::{Input, Plan, applied, plan, undo};
use iamctl::report::{Report, RoleResult};
use iamctl::testing::{self, DriftKind, Generated, NoiseKinds, generate};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::support::generated::{options, read};
use crate::support::remediation::{DEV, QA, bucket, calls, compared_files, make_qa};
use crate::support::tool::{Run, Tool, document, inline, role, trust};

/// Compares two accounts, and plans how to make one like the other.
fn compared(
    generated: &Generated,
    accounts: Sides<&Account>,
    dictionary: &EquivalencyList,
    make: Side,
) -> (Report, Plan) {
    let options = options(generated, dictionary, Builtins::default());
    let prepared = Prepared::new(accounts.map(Cow::Borrowed), &options).unwrap();
    let comparison = prepared.compare().unwrap();
    let input = Input {
        prepared: &prepared,
        comparison: &comparison,
        make,
        roles: [&[], &[]],
        exclude_service_linked: false,
        include_managed: true,
    };
    let plan = plan(input).unwrap();
    (comparison, plan)
}

/// How many roles differ and how many of them were made alike.
#[derive(Debug, Default, PartialEq, Eq)]
struct Done {
    differing: usize,
    alike: usize,
    mistakes: Vec<String>,
}

/// Carries the plan out and compares again: roles of which nothing is left are the same, and no other got worse.
fn carried_out(generated: &Generated, make: Side) -> Done {
    let dictionary = equivalency::read(&generated.dictionary).unwrap();
    let accounts = read(generated);
    let (before, plan) = compared(generated, accounts.as_ref(), &dictionary, make);
    let changed = applied(accounts.get(make), &plan);
    let mut done = Done::default();
    done.mistakes.extend(not_undone(accounts.get(make), &changed, &plan));
    let mut both = accounts.as_ref();
    *both.get_mut(make) = &changed;
    let (after, _) = compared(generated, both, &dictionary, make);
    let arns = |role: &RoleResult| Side::BOTH.map(|side| role.side(side).map(|real| real.arn.clone()));
    for (index, role) in before.roles.iter().enumerate().filter(|(_, role)| role.is_paired()) {
        let Some(now) = after.roles.iter().find(|now| arns(now) == arns(role)) else {
            done.mistakes.push(format!("no pair any more: {role:?}"));
            continue;
        };
        let planned = plan.roles.iter().find(|plan| plan.index == index);
        assert_eq!(planned.is_some(), !role.differences.is_zero(), "{role:?}");
        let whole = planned.is_none_or(|plan| plan.left.is_empty());
        if whole && !now.differences.is_zero() {
            done.mistakes.push(format!("still differs: {now:?}\n{planned:?}"));
        }
        done.differing += usize::from(planned.is_some());
        done.alike += usize::from(planned.is_some() && whole);
        if !whole {
            let left: Vec<String> =
                planned.into_iter().flat_map(|plan| &plan.left).map(|left| format!("{left:?}")).collect();
            eprintln!("left: {} {}", role.role, left.join("; "));
        }
    }
    done
}

/// What is not as it was after the plan and what undoes it.
fn not_undone(account: &Account, changed: &Account, plan: &Plan) -> Vec<String> {
    let back = undo(account, plan);
    let restored = applied(changed, &back);
    assert_eq!(plan.changes() > 0, changed != account, "a plan changes what it says");
    let cannot: Vec<_> = back.roles.iter().filter(|role| !role.left.is_empty()).map(|role| &role.arn).collect();
    let pairs = account.roles.iter().zip(&restored.roles).filter(|(was, _)| !cannot.contains(&&was.arn));
    let mut mistakes: Vec<String> =
        pairs.filter(|(was, is)| was != is).map(|(was, is)| format!("not undone: {was:?}\n{is:?}")).collect();
    if account.roles.len() != restored.roles.len() || (cannot.is_empty() && mistakes.is_empty() && *account != restored)
    {
        mistakes.push("the account is not as it was".to_owned());
    }
    mistakes
}

fn plans(noise: NoiseKinds, rewriting: bool, seeds: std::ops::Range<u64>) -> Vec<Generated> {
    seeds
        .map(|seed| {
            let mut plan = testing::Plan::new(30, 20, seed);
            (plan.noise, plan.rewriting) = (noise, rewriting);
            plan.drift_kinds.retain(|kind| !matches!(kind, DriftKind::RoleAdded | DriftKind::RoleMissing));
            generate(&plan).unwrap()
        })
        .collect()
}

fn all_carried_out(generated: &[Generated]) -> (usize, usize) {
    let done: Vec<Done> = generated.par_iter().flat_map(|one| Side::BOTH.map(|side| carried_out(one, side))).collect();
    let mistakes: Vec<&str> = done.iter().flat_map(|done| &done.mistakes).map(String::as_str).collect();
    assert!(mistakes.is_empty(), "{} mistakes\n{}", mistakes.len(), mistakes.join("\n\n"));
    (done.iter().map(|done| done.differing).sum(), done.iter().map(|done| done.alike).sum())
}

#[test]
fn drifted_accounts_become_alike() {
    let (differing, alike) = all_carried_out(&plans(NoiseKinds::ALL, true, 0..3));
    eprintln!("{alike} of {differing}");
    assert!(differing > 50, "{differing}");
}

/// Without names that only their account knows, only cross references of the account that is followed stay.
#[test]
fn plain_accounts_become_alike_nearly_all() {
    let noise = NoiseKinds { account_ids: true, environments: true, incidental: true, ..NoiseKinds::NONE };
    let (differing, alike) = all_carried_out(&plans(noise, true, 0..3));
    eprintln!("{alike} of {differing}");
    assert!(differing > 50, "{differing}");
}

#[test]
fn a_policy_is_written_in_the_other_accounts_words() {
    let tool = compared_files(
        &[inline(DEV, "app-dev", &bucket("dev", "s3:GetObject"))],
        &[],
        &[inline(QA, "app-qa", &bucket("qa", "s3:*"))],
        &[],
    );
    let run = make_qa(&tool, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("# qa allows s3:"), "{}", run.stdout);
    assert!(run.stderr.contains("commands: 1; differences marked NOT DONE: 0"), "{run:?}");
    let calls = calls(&tool, &run.stdout);
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    assert!(
        call.starts_with("[iam][put-role-policy][--role-name=app-qa][--policy-name=p][--policy-document]"),
        "{call}"
    );
    assert!(call.contains("arn:aws:s3:::qa-data/*") && call.contains("\"s3:GetObject\""), "{call}");

    // The other way round.
    let run = tool.run(&["remediate", "out", "--make", "dev"]);
    assert!(run.stdout.contains("--role-name='app-dev'") && run.stdout.contains("arn:aws:s3:::dev-data/*"), "{run:?}");
    // The guard stops where it is another account.
    tool.write("made.sh", &run.stdout);
    let output = Command::new("/bin/sh")
        .arg("made.sh")
        .current_dir(tool.path())
        .env("PATH", format!("{}:/usr/bin:/bin", tool.path().join("bin").display()))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn a_tag_of_neither_account_and_a_role_of_none_are_errors() {
    let tool = compared_files(&[role(DEV, "a", &json!({}))], &[], &[role(QA, "a", &json!({}))], &[]);
    for arguments in [
        &["remediate", "out", "--make", "prod"][..],
        &["remediate", "out", "--make", "qa", "--role", "nobody"],
        &["remediate", "nowhere", "--make", "qa"],
        &["remediate", "out"],
    ] {
        let run = tool.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    }
    let run = make_qa(&tool, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stdout.contains("aws iam"), "{run:?}");
}

#[test]
fn what_is_not_certain_stops() {
    let pointing = inline(DEV, "pointing-dev", &bucket("qa", "s3:GetObject"));
    let odd_case =
        inline(DEV, "cased-dev", &json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::Dev-x"}]));
    let linked = |id: &str, description: &str| {
        role(
            id,
            "AWSServiceRoleForX",
            &json!({"path": "/aws-service-role/x.amazonaws.com/", "description": description}),
        )
    };
    let tool = compared_files(
        &[pointing, odd_case, linked(DEV, "a"), role(DEV, "path", &json!({"path": "/a/"}))],
        &[],
        &[
            role(QA, "pointing-qa", &json!({})),
            role(QA, "cased-qa", &json!({})),
            linked(QA, "b"),
            role(QA, "path", &json!({})),
        ],
        &[],
    );
    let run = make_qa(&tool, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(calls(&tool, &run.stdout), Vec::<String>::new());
    for why in [
        "`arn:aws:s3:::qa-data/*`: `qa` belongs to the account that the script changes",
        "the case in which the other account spells `qa` for `Dev` is not known",
        "it is a service-linked role of `x.amazonaws.com`: only this service can change it; `--include-managed` does not",
        "path: the path of a role cannot be changed",
    ] {
        assert_eq!(
            run.stdout.lines().filter(|line| line.starts_with("# NOT DONE") && line.contains(why)).count(),
            1,
            "{why}: {}",
            run.stdout
        );
    }
    // One role of them.
    let run = make_qa(&tool, &["--role", "path*"]);
    assert!(run.stdout.contains("=== Role path ===") && !run.stdout.contains("=== Role cased"), "{run:?}");
}

/// IAM ignores the case of a tag's key: another spelling is nothing to change, and a value is set under the key there is.
#[test]
fn a_tag_is_set_under_the_key_that_the_role_has() {
    let tags = |id: &str, key: &str, value: &str| role(id, "app", &json!({"tags": {key: value}}));
    let tool = compared_files(&[tags(DEV, "Owner", "x")], &[], &[tags(QA, "owner", "x")], &[]);
    assert_eq!(calls(&tool, &make_qa(&tool, &[]).stdout), Vec::<String>::new());
    let tool = compared_files(&[tags(DEV, "Owner", "x")], &[], &[tags(QA, "owner", "y")], &[]);
    let made = calls(&tool, &make_qa(&tool, &[]).stdout);
    assert_eq!(made.len(), 1, "{made:?}");
    assert!(made[0].starts_with("[iam][tag-role]") && made[0].contains("owner"), "{made:?}");
}

#[test]
fn a_principal_that_is_gone_cannot_be_written() {
    let gone = json!({"trust_policy": trust(&json!({"AWS": "AROAEXAMPLEGONE000042"}))});
    let tool = compared_files(&[role(DEV, "app", &gone)], &[], &[role(QA, "app", &json!({}))], &[]);
    let run = make_qa(&tool, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("# NOT DONE: trust policy: `AROAEXAMPLEGONE000042`"), "{run:?}");
    assert_eq!(calls(&tool, &run.stdout), Vec::<String>::new());
}

/// A Deny that cannot be written keeps back the Allow beside it.
#[test]
fn permissions_are_changed_as_a_whole() {
    let policy = |name: &str, statements: Value| json!({"name": name, "document": document(&statements)});
    let deny = json!([{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::qa-data/*"}]);
    let dev = role(
        DEV,
        "app-dev",
        &json!({"max_session_duration": 7200, "inline_policies": [
        policy("allow", bucket("dev", "s3:*")), policy("deny", deny)]}),
    );
    let tool = compared_files(&[dev], &[], &[role(QA, "app-qa", &json!({}))], &[]);
    let run = make_qa(&tool, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    let calls = calls(&tool, &run.stdout);
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert!(calls[0].starts_with("[iam][update-role]") && calls[0].contains("7200"), "{calls:?}");
}

#[test]
fn what_is_accepted_stays() {
    let tags = |id: &str, name: &str, owner: &str, stage: &str| {
        role(id, name, &json!({"tags": {"owner": owner, "stage": stage}}))
    };
    let tool = compared_files(&[tags(DEV, "app-dev", "a", "x")], &[], &[tags(QA, "app-qa", "b", "y")], &[]);
    let run = tool.run(&["accept", "out", "--attribute", "tag:owner", "--reason", "meant"]);
    assert_eq!(run.code, 0, "{run:?}");
    std::fs::remove_dir_all(tool.path().join("out")).unwrap();
    tool.diff(&[]);
    let run = make_qa(&tool, &[]);
    let calls = calls(&tool, &run.stdout);
    assert_eq!(calls, [r#"[iam][tag-role][--role-name=app-qa][--tags][[{"Key":"stage","Value":"x"}]]"#]);
}

/// Managed policies are written once, for all roles that carry them, and each of those is named.
#[test]
fn a_shared_policy_is_written_once() {
    let arn = |id: &str, environment: &str| format!("arn:aws:iam::{id}:policy/team/shared-{environment}");
    let policy = |id: &str, environment: &str, action: &str| {
        json!({"name": format!("shared-{environment}"), "arn": arn(id, environment), "version_id": "v1",
            "document": document(&bucket(environment, action))})
    };
    let carrying = |id: &str, name: &str, environment: &str| {
        role(id, &format!("{name}-{environment}"), &json!({"attached_policies": [arn(id, environment)]}))
    };
    let roles = |id: &str, environment: &str| [carrying(id, "a", environment), carrying(id, "b", environment)];
    let (dev, qa) = (policy(DEV, "dev", "s3:GetObject"), policy(QA, "qa", "s3:*"));
    let tool = compared_files(&roles(DEV, "dev"), std::slice::from_ref(&dev), &roles(QA, "qa"), &[qa]);
    let run = make_qa(&tool, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let made = calls(&tool, &run.stdout);
    assert_eq!(made.len(), 1, "{made:?}");
    assert!(
        made[0]
            .starts_with("[iam][create-policy-version][--policy-arn=arn:aws:iam::444455556666:policy/team/shared-qa]")
    );
    assert!(run.stdout.contains("# Attached to the role a-qa") && run.stdout.contains("# Attached to the role b-qa"));

    // One that the account does not have is made, with its path, and attached.
    let bare = [role(QA, "a-qa", &json!({})), role(QA, "b-qa", &json!({}))];
    let tool = compared_files(&roles(DEV, "dev"), &[dev], &bare, &[]);
    let run = make_qa(&tool, &[]);
    let made = calls(&tool, &run.stdout);
    assert_eq!(made.len(), 3, "{made:?}");
    assert!(made[0].starts_with("[iam][create-policy][--policy-name=shared-qa][--path=/team/]"), "{made:?}");
    assert!(made[2].starts_with("[iam][attach-role-policy][--role-name=b-qa]"), "{made:?}");
}

/// Texts that nobody's account should hold: the shell reads each as a text, and the AWS CLI too.
#[test]
fn hostile_texts_stay_texts() {
    let hostile = [
        "'; touch gone; '",
        "$(touch gone)",
        "`touch gone`",
        "a\ntouch gone\n",
        "\\'\u{7}\u{1b}[2J",
        "file:///etc/passwd",
        "--profile=x",
        "\u{202e}\u{2028}\u{e0041}",
        "EOF\ntouch gone",
        "\r touch gone",
        "=cmd|' /C calc'!A0",
        "[\"x\"]",
    ];
    let mut tags = serde_json::Map::new();
    let mut statements = Vec::new();
    for text in hostile {
        tags.insert(text.to_owned(), json!(text));
        statements.push(json!({"Sid": text, "Effect": "Allow", "Action": "s3:GetObject", "Resource": text,
            "Condition": {"StringLike": {text: text}}}));
    }
    let principal = trust(&json!({"AWS": hostile.map(|text| format!("arn:aws:iam::333333333333:user/{text}"))}));
    for description in hostile.into_iter().take(6).skip(3).chain(["it's\n`x`"]) {
        let fields = json!({"tags": tags, "description": description, "trust_policy": principal,
            "inline_policies": [{"name": "p", "document": document(&json!(statements))}]});
        let tool = compared_files(&[role(DEV, "app-dev", &fields)], &[], &[role(QA, "app-qa", &json!({}))], &[]);
        let run = make_qa(&tool, &[]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(!run.stdout.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{}", run.stdout);
        let made = calls(&tool, &run.stdout);
        assert_eq!(made.len(), hostile.len() + 3, "{made:?}");
        assert!(!tool.exists("gone"), "{}", run.stdout);
        let taken = |start: &str| made.iter().find(|call| call.starts_with(start)).unwrap();
        let json = taken("[iam][update-role]").split_once("[--cli-input-json][").unwrap().1;
        let json: Value = serde_json::from_str(json.strip_suffix(']').unwrap()).unwrap();
        assert_eq!(json["Description"], description);
    }
    // The way back takes all of it away.
    let names = [("x'; touch gone; '", "p"), ("app", "$(touch gone)"), ("-x", "a\nb")];
    for (name, policy) in names {
        let policies = json!({"inline_policies": [{"name": policy, "document": document(&bucket("dev", "s3:*"))}]});
        let tool = compared_files(&[role(DEV, name, &policies)], &[], &[role(QA, name, &json!({}))], &[]);
        let run = make_qa(&tool, &[]);
        assert_eq!(run.code, 1, "{run:?}");
        assert_eq!(calls(&tool, &run.stdout), Vec::<String>::new());
        assert!(!tool.exists("gone"));
    }
}

#[test]
fn the_examples_can_be_made_alike() {
    let tool = Tool::new();
    let example = |name: &str| std::fs::read(format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for name in ["dev.json", "qa.json", "equivalency_list.json"] {
        tool.write(name, example(name));
    }
    tool.diff(&[]);
    let run = make_qa(&tool, &[]);
    assert!(run.stdout.contains("aws iam put-role-permissions-boundary "), "{run:?}");
    let told = "different roles of qa: 16; roles in only one account: 4; commands: 16; differences marked NOT DONE: 5";
    assert!(run.code == 1 && run.stderr.contains(told), "{run:?}");
    let without_time = |run: &Run| run.stdout.lines().filter(|line| !line.contains("Generated by")).collect::<String>();
    assert_eq!(without_time(&run), without_time(&make_qa(&tool, &[])), "the same every time");
}
