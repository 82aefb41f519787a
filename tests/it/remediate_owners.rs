//! `iamctl remediate`: what somebody else deploys, and roles that only one account has.

use iamctl::model::Side;
use iamctl::normalise::Builtins;
use iamctl::parse::equivalency;
use iamctl::pipeline::Prepared;
use iamctl::remediate::{Input, owner, plan};
use iamctl::testing::{self, generate};
use serde_json::{Value, json};

use crate::support::generated::{options, read};
use crate::support::remediation::{DEV, QA, bucket, calls, compared_files, make_qa};
use crate::support::tool::{Run, Tool, document, role};

const STACK: &str = "arn:aws:cloudformation:eu-west-1:444455556666:stack/shop-qa/0a1b";

fn team(id: &str) -> Value {
    json!(if id == DEV { "red" } else { "blue" })
}

/// A role with one tag that differs between the accounts, and these.
fn tagged(id: &str, name: &str, tags: &Value) -> Value {
    let mut tags = tags.clone();
    tags["team"] = team(id);
    role(id, name, &json!({"tags": tags}))
}

fn stack() -> Value {
    json!({"aws:cloudformation:stack-name": "shop-qa", "aws:cloudformation:stack-id": STACK,
        "aws:cloudformation:logical-id": "TaskRole"})
}

fn not_done(run: &Run) -> Vec<&str> {
    run.stdout.lines().filter_map(|line| line.strip_prefix("# NOT DONE: ")).collect()
}

#[test]
fn what_a_stack_manages_is_written_only_if_asked_for() {
    let terraform = json!({"ManagedBy": "Terraform"});
    let tool = compared_files(
        &[
            tagged(DEV, "task-dev", &json!({})),
            tagged(DEV, "queue-dev", &terraform),
            tagged(DEV, "own-dev", &json!({})),
        ],
        &[],
        &[tagged(QA, "task-qa", &stack()), tagged(QA, "queue-qa", &terraform), tagged(QA, "own-qa", &json!({}))],
        &[],
    );
    let run = make_qa(&tool, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    let left = not_done(&run);
    let expected = [
        "role: it is probably managed by Terraform (its tag `ManagedBy` is `Terraform`): change its configuration, and \
            apply it; `--include-managed` writes the commands"
            .to_owned(),
        format!(
            "role: it is managed by the CloudFormation stack `shop-qa` (`{STACK}`): change the resource `TaskRole` in its \
                template, and deploy the stack; `--include-managed` writes the commands"
        ),
    ];
    assert_eq!(left, expected);
    let made = calls(&tool, &run.stdout);
    assert!(made.len() == 1 && made[0].contains("--role-name=own-qa"), "{made:?}");

    let run = make_qa(&tool, &["--include-managed"]);
    let made = calls(&tool, &run.stdout);
    assert_eq!(made.iter().filter(|call| call.starts_with("[iam][tag-role]")).count(), 3, "{made:?}");
    for line in [
        format!("# It is managed by the CloudFormation stack `shop-qa` (`{STACK}`)."),
        "# The next deployment can revert these commands. Also change the resource `TaskRole` in its template, and deploy \
            the stack."
            .to_owned(),
        "# It is probably managed by Terraform (its tag `ManagedBy` is `Terraform`).".to_owned(),
    ] {
        assert!(run.stdout.lines().any(|other| other == line), "{line}: {}", run.stdout);
    }
    // The tags of the stack itself are not the user's.
    let left = not_done(&run);
    assert!(left.iter().all(|line| line.contains("AWS sets the tags that begin with `aws:`")), "{left:?}");
}

/// What differs between two stacks of one template is no change for the template.
#[test]
fn the_id_of_a_stack_is_nothing_to_deploy() {
    let of = |id: &str, number: &str| {
        let stack = format!("arn:aws:cloudformation:eu-west-1:{id}:stack/shop/{number}");
        role(
            id,
            "task",
            &json!({"tags": {"aws:cloudformation:stack-name": "shop", "aws:cloudformation:stack-id": stack}}),
        )
    };
    let tool = compared_files(&[of(DEV, "0a1b")], &[], &[of(QA, "2c3d")], &[]);
    for more in [&[][..], &["--include-managed"]] {
        let run = make_qa(&tool, more);
        let left = not_done(&run);
        assert_eq!((run.code, left.len()), (1, 1), "{run:?}");
        assert!(left[0].starts_with("tag:aws:cloudformation:stack-id: AWS sets the tags"), "{left:?}");
    }
}

#[test]
fn what_iam_refuses_is_never_written() {
    let both = |id: &str| {
        let path = |path: &str| json!({"path": path, "tags": {"team": team(id)}});
        [
            role(id, "AWSServiceRoleForX", &path("/aws-service-role/x.amazonaws.com/")),
            role(id, "AWSReservedSSO_ReadOnly_0123456789abcdef", &path("/aws-reserved/sso.amazonaws.com/")),
        ]
    };
    let tool = compared_files(&both(DEV), &[], &both(QA), &[]);
    for more in [&[][..], &["--include-managed"]] {
        let run = make_qa(&tool, more);
        assert_eq!(run.code, 1, "{run:?}");
        let left = not_done(&run);
        let set = "change the permission set `ReadOnly` or its assignments in IAM Identity Center";
        assert!(left.len() == 2 && left.iter().any(|line| line.contains(set)), "{left:?}");
        assert!(left.iter().all(|line| line.contains("`--include-managed` does not write such changes")), "{left:?}");
        assert_eq!(calls(&tool, &run.stdout), Vec::<String>::new());
    }
}

/// A policy has no tags in a snapshot; its name tells who made it, and it is left for every role that has it.
#[test]
fn a_policy_of_a_stack_stays_as_it_is() {
    let named = |id: &str, environment: &str, end: &str| {
        format!("arn:aws:iam::{id}:policy/shop-{environment}-TaskPolicy-{end}")
    };
    let (dev, qa) = (named(DEV, "dev", "1HEFSZWHPVCFQ"), named(QA, "qa", "8M2K9QXW4Z7LD"));
    let policy = |arn: &str, environment: &str, action: &str| {
        json!({"name": arn.rsplit('/').next(), "arn": arn, "version_id": "v1",
            "document": document(&bucket(environment, action))})
    };
    let carrying = |id: &str, name: &str, arn: &str| role(id, name, &json!({"attached_policies": [arn]}));
    let tool = compared_files(
        &[carrying(DEV, "app-dev", &dev)],
        &[policy(&dev, "dev", "s3:GetObject")],
        &[carrying(QA, "app-qa", &qa)],
        &[policy(&qa, "qa", "s3:*")],
    );
    let run = make_qa(&tool, &[]);
    let left = not_done(&run);
    assert_eq!((run.code, left.len()), (1, 1), "{run:?}");
    assert!(
        left[0].contains(
            "probably managed by the CloudFormation stack `shop-qa` (its name has that form): change the resource \
            `TaskPolicy` in its template"
        ),
        "{left:?}"
    );
    assert_eq!(calls(&tool, &run.stdout), Vec::<String>::new());
    let run = make_qa(&tool, &["--include-managed"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("# It is probably managed by the CloudFormation stack `shop-qa`"), "{run:?}");
    let made = calls(&tool, &run.stdout);
    assert!(made.len() == 1 && made[0].starts_with("[iam][create-policy-version]"), "{made:?}");
}

/// A shared policy that nothing ties to a stack is written, and the stack of a role that has it is named.
#[test]
fn owners_of_other_roles_are_named_where_a_policy_changes() {
    let arn = |id: &str, environment: &str| format!("arn:aws:iam::{id}:policy/shared-{environment}");
    let policy = |id: &str, environment: &str, action: &str| {
        json!({"name": format!("shared-{environment}"), "arn": arn(id, environment), "version_id": "v1",
            "document": document(&bucket(environment, action))})
    };
    let carrying = |id: &str, name: &str, environment: &str, tags: &Value| {
        let name = format!("{name}-{environment}");
        role(id, &name, &json!({"attached_policies": [arn(id, environment)], "tags": tags}))
    };
    let tags = json!({"Terraform": "true"});
    let roles = |id: &str, environment: &str| {
        [carrying(id, "a", environment, &json!({})), carrying(id, "b", environment, &tags)]
    };
    let tool = compared_files(
        &roles(DEV, "dev"),
        &[policy(DEV, "dev", "s3:GetObject")],
        &roles(QA, "qa"),
        &[policy(QA, "qa", "s3:*")],
    );
    let run = make_qa(&tool, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    let named =
        "# Attached to the role b-qa, for which something else is NOT DONE; it is probably managed by Terraform";
    assert!(run.stdout.contains(named), "{run:?}");
    assert_eq!(calls(&tool, &run.stdout).len(), 1);
}

#[test]
fn roles_of_one_account_are_not_done() {
    let tool = compared_files(
        &[role(DEV, "both", &json!({})), role(DEV, "old-dev", &json!({}))],
        &[],
        &[role(QA, "both", &json!({})), tagged(QA, "new-qa", &stack())],
        &[],
    );
    let run = make_qa(&tool, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    let left = not_done(&run);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(
        left.iter()
            .any(|line| line.starts_with("role: only dev has this role (`arn:aws:iam::111122223333:role/old-dev`)"))
    );
    assert!(
        left.iter().any(|line| line.starts_with("role: only qa has this role") && line.contains("stack `shop-qa`"))
    );
    let told = "different roles of qa: 0; roles in only one account: 2; commands: 0; differences marked NOT DONE: 2";
    assert!(run.stderr.contains(told), "{run:?}");
    assert!(!run.stdout.contains("do not differ"), "{run:?}");
    assert_eq!(calls(&tool, &run.stdout), Vec::<String>::new());

    // Only those that were asked for, and not those that are accepted.
    let run = make_qa(&tool, &["--role", "both"]);
    assert!(run.code == 0 && run.stdout.contains("The selected roles do not differ."), "{run:?}");
    let run = make_qa(&tool, &["--role", "old-*"]);
    assert_eq!((run.code, not_done(&run).len()), (1, 1), "{run:?}");
    accept(&tool, "old-*");
    let run = make_qa(&tool, &[]);
    assert_eq!((run.code, not_done(&run).len()), (1, 1), "{run:?}");
    accept(&tool, "new-*");
    let run = make_qa(&tool, &[]);
    assert!(run.code == 0 && run.stdout.contains("The selected roles do not differ."), "{run:?}");
}

fn accept(tool: &Tool, name: &str) {
    let run = tool.run(&["accept", "out", "--role", name, "--reason", "meant"]);
    assert_eq!(run.code, 0, "{run:?}");
    std::fs::remove_dir_all(tool.path().join("out")).unwrap();
    tool.diff(&[]);
}

/// Texts in tags and names that reach comments.
#[test]
fn hostile_owners_stay_in_their_comments() {
    for text in ["x\ntouch gone", "$(touch gone)", "`touch gone`", "\u{2028}touch gone", "\u{202e}x"] {
        let tags = json!({"aws:cloudformation:stack-name": text, "aws:cloudformation:stack-id": text,
            "aws:cloudformation:logical-id": text});
        let tool = compared_files(
            &[tagged(DEV, "a-dev", &json!({})), tagged(DEV, "b-dev", &json!({}))],
            &[],
            &[tagged(QA, "a-qa", &tags), tagged(QA, "b-qa", &json!({"ManagedBy": format!("terraform {text}")}))],
            &[],
        );
        for more in [&[][..], &["--include-managed"]] {
            let run = make_qa(&tool, more);
            assert!(!run.stdout.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{}", run.stdout);
            calls(&tool, &run.stdout);
            assert!(!tool.exists("gone"), "{}", run.stdout);
        }
    }
}

/// In generated accounts, which have names of every tool, nothing is written to what has an owner.
#[test]
fn by_default_nothing_that_has_an_owner_is_written() {
    let (mut owned, mut changed, mut alone) = (0, 0, 0);
    for seed in 0..2 {
        let generated = generate(&testing::Plan::new(30, 20, seed)).unwrap();
        let dictionary = equivalency::read(&generated.dictionary).unwrap();
        let accounts = read(&generated);
        let options = options(&generated, &dictionary, Builtins::default());
        let prepared = Prepared::new(accounts.as_ref().map(std::borrow::Cow::Borrowed), &options).unwrap();
        let comparison = prepared.compare().unwrap();
        for make in Side::BOTH {
            let plan = plan(Input {
                prepared: &prepared,
                comparison: &comparison,
                make,
                roles: [&[], &[]],
                exclude_service_linked: false,
                include_managed: false,
            })
            .unwrap();
            let open = comparison.roles.iter().filter(|role| role.is_open_alone()).count();
            assert_eq!(plan.roles.iter().filter(|role| role.only_in.is_some()).count(), open);
            alone += open;
            for role in plan.roles.iter().filter(|role| role.only_in.is_none()) {
                let account = accounts.get(make);
                let real = account.roles.iter().find(|real| real.arn == role.arn).unwrap();
                assert_eq!(owner::of_role(real), role.owner);
                assert!(role.owner.is_none() || (role.changes.is_empty() && !role.left.is_empty()), "{role:?}");
                owned += usize::from(role.owner.is_some());
                changed += usize::from(!role.changes.is_empty());
            }
            assert!(plan.policies.keys().all(|arn| owner::of_policy(arn.last_name()).is_none()), "{plan:?}");
        }
    }
    assert!(owned > 5 && changed > 5 && alone > 1, "{owned} {changed} {alone}");
}
