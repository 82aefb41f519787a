//! `iamctl remediate --output`: the script, and the one that undoes it.

use serde_json::{Value, json};

use crate::support::remediation::{DEV, QA, bucket, calls, compared_files, is_shell, make_qa, run_made};
use crate::support::tool::{Tool, document, role, trust};

/// Two roles that differ in everything that a script changes but managed policies.
fn different() -> Tool {
    let policy = |name: &str, action: &str, environment: &str| {
        let document = document(&bucket(environment, action));
        json!({"name": name, "document": document})
    };
    let dev = json!({"description": "of dev", "max_session_duration": 7200,
        "trust_policy": trust(&json!({"Service": "lambda.amazonaws.com"})),
        "tags": {"same": "x", "stage": "a", "added": "b"},
        "inline_policies": [policy("changed", "s3:GetObject", "dev"), policy("new", "s3:PutObject", "dev")],
        "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess", "instance_profiles": ["machine-dev"]});
    let qa = json!({"tags": {"same": "x", "stage": "z", "gone": "c"},
        "inline_policies": [policy("changed", "s3:*", "qa"), policy("extra", "s3:DeleteObject", "qa")],
        "attached_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"], "instance_profiles": ["old"]});
    let aws = |name: &str| {
        json!({"name": name, "arn": format!("arn:aws:iam::aws:policy/{name}"), "version_id": "v3",
            "document": document(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]))})
    };
    compared_files(
        &[role(DEV, "app-dev", &dev)],
        &[aws("PowerUserAccess")],
        &[role(QA, "app-qa", &qa)],
        &[aws("ReadOnlyAccess")],
    )
}

/// What a call does, without its document.
fn names(calls: &[String]) -> Vec<String> {
    let words = |call: &String| {
        let words: Vec<&str> = call.trim_matches(['[', ']']).split("][").collect();
        let of = words.iter().filter_map(|word| word.strip_prefix("--policy-name="));
        [words[1]].into_iter().chain(of).collect::<Vec<_>>().join(" ")
    };
    calls.iter().map(words).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of commands")]
fn each_command_has_its_opposite_the_last_one_first() {
    let tool = different();
    let run = tool.run(&["remediate", "out", "--make", "qa", "--output", "scripts/qa.sh"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    assert!(run.stderr.contains("wrote scripts/qa.sh and scripts/qa.undo.sh, which undoes it"), "{run:?}");
    assert_eq!(tool.names("scripts"), ["qa.sh", "qa.undo.sh"]);
    let (script, undo) = (tool.read("scripts/qa.sh"), tool.read("scripts/qa.undo.sh"));
    is_shell(&tool, &script);
    is_shell(&tool, &undo);
    assert!(
        script.contains("#     AWS_PROFILE=... sh qa.sh\n")
            && script.contains("# qa.undo.sh restores what this script changes")
    );
    assert!(undo.starts_with("#!/bin/sh\n# Undoes qa.sh: brings back what it changes in qa.\n"), "{undo}");
    assert!(undo.contains("#     AWS_PROFILE=... sh qa.undo.sh\n"), "{undo}");
    // Without the time, it is what is printed, but for the names of the files.
    let printed = make_qa(&tool, &[]).stdout;
    let commands = |text: &str| text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    assert_eq!(commands(&script), commands(&printed));

    let done = names(&calls(&tool, &script));
    let mut expected = vec![
        "add-role-to-instance-profile",
        "create-instance-profile",
        "delete-role-policy extra",
        "detach-role-policy",
        "put-role-permissions-boundary",
        "put-role-policy changed",
        "put-role-policy new",
        "tag-role",
        "tag-role",
        "untag-role",
        "update-assume-role-policy",
        "update-role",
    ];
    let mut sorted = done.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
    let back = calls(&tool, &undo);
    expected = vec![
        "attach-role-policy",
        "delete-role-permissions-boundary",
        "delete-role-policy new",
        "put-role-policy changed",
        "put-role-policy extra",
    ];
    let of_permissions: Vec<String> =
        names(&back).into_iter().filter(|name| name.contains("-policy") && !name.contains("assume")).collect();
    let mut sorted: Vec<String> = names(&back).into_iter().filter(|name| expected.contains(&name.as_str())).collect();
    sorted.sort();
    assert_eq!(sorted, expected, "{back:?}");
    // What was taken away comes back before what was added goes.
    let at = |name: &str| of_permissions.iter().position(|other| other == name).unwrap();
    assert!(at("attach-role-policy") < at("delete-role-policy new"), "{of_permissions:?}");
    assert!(at("put-role-policy extra") < at("delete-role-policy new"), "{of_permissions:?}");
    let values = |start: &str| back.iter().filter(|call| call.starts_with(start)).cloned().collect::<Vec<_>>();
    assert_eq!(values("[iam][untag-role]"), ["[iam][untag-role][--role-name=app-qa][--tag-keys][[\"added\"]]"]);
    let tags = values("[iam][tag-role]").concat();
    assert!(
        tags.contains(r#"{"Key":"gone","Value":"c"}"#) && tags.contains(r#"{"Key":"stage","Value":"z"}"#),
        "{tags}"
    );
    let details = values("[iam][update-role]").concat();
    assert!(details.contains(r#""Description": """#) && details.contains("3600"), "{details}");
    assert!(values("[iam][update-assume-role-policy]").concat().contains("ec2.amazonaws.com"), "{back:?}");
}

#[test]
fn a_script_that_may_have_run_is_not_overwritten() {
    let tool = different();
    let make = |file: &str| tool.run(&["remediate", "out", "--make", "qa", "--output", file]);
    for (there, file) in [("qa.sh", "qa.sh"), ("b.undo.sh", "b.sh"), ("c.undo", "c")] {
        tool.write(there, "mine");
        let run = make(file);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(
            run.stderr.contains(&format!("error: `{there}` already exists\nhint: give `--output` another name")),
            "{run:?}"
        );
        assert_eq!(tool.read(there), "mine");
    }
    assert!(!tool.exists("b.sh") && !tool.exists("c"));
    for file in [".", "/", ".."] {
        let run = make(file);
        assert!(run.code == 2 && run.stderr.contains("is not the name of a file"), "{run:?}");
    }
    assert_eq!(make("out").code, 2, "a folder");
    let run = make("qa.sh/x");
    assert!(run.code == 2 && run.stderr.contains("error: "), "{run:?}");
}

/// A trust policy with a deleted principal cannot be written again.
#[test]
fn what_cannot_be_undone_is_said() {
    let gone = json!({"trust_policy": trust(&json!({"AWS": "AROAEXAMPLEGONE000042"}))});
    let tool = compared_files(&[role(DEV, "app", &json!({}))], &[], &[role(QA, "app", &gone)], &[]);
    let run = tool.run(&["remediate", "out", "--make", "qa", "--output", "qa.sh"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("warning: app cannot be undone: trust policy: `AROAEXAMPLEGONE000042`"), "{run:?}");
    let undo = tool.read("qa.undo.sh");
    assert!(undo.contains("# NOT UNDONE: trust policy: `AROAEXAMPLEGONE000042`"), "{undo}");
    assert_eq!(calls(&tool, &undo), Vec::<String>::new());
}

/// A managed policy gets its old version back; one that the script created is deleted.
#[test]
fn managed_policies_come_back() {
    let arn = |id: &str, name: &str| format!("arn:aws:iam::{id}:policy/team/{name}");
    let policy = |id: &str, name: &str, environment: &str, action: &str| {
        let document = document(&bucket(environment, action));
        json!({"name": name, "arn": arn(id, name), "version_id": "v4", "document": document})
    };
    let carrying = |id: &str, name: &str, policies: &[String]| role(id, name, &json!({"attached_policies": policies}));
    let tool = compared_files(
        &[carrying(DEV, "app-dev", &[arn(DEV, "shared-dev"), arn(DEV, "lone-dev")])],
        &[policy(DEV, "shared-dev", "dev", "s3:GetObject"), policy(DEV, "lone-dev", "dev", "s3:PutObject")],
        &[carrying(QA, "app-qa", &[arn(QA, "shared-qa")])],
        &[policy(QA, "shared-qa", "qa", "s3:*")],
    );
    let run = tool.run(&["remediate", "out", "--make", "qa", "--output", "qa.sh"]);
    assert_eq!(run.code, 0, "{run:?}");
    let (script, undo) = (tool.read("qa.sh"), tool.read("qa.undo.sh"));
    let done = calls(&tool, &script);
    assert_eq!(names(&done), ["create-policy lone-qa", "create-policy-version", "attach-role-policy"]);
    let lines: Vec<&str> = undo
        .lines()
        .filter(|line| ["take_away ", "restore_policy ", "delete_policy "].iter().any(|start| line.starts_with(start)))
        .collect();
    let [detach, delete, restore] = lines.as_slice() else { panic!("{lines:?}\n{undo}") };
    assert!(detach.starts_with("take_away 'app-qa' aws iam detach-role-policy "), "{detach}");
    assert!(delete.starts_with("delete_policy 'arn:aws:iam::444455556666:policy/team/lone-qa' '20"), "{delete}");
    assert!(
        restore.starts_with("restore_policy 'arn:aws:iam::444455556666:policy/team/shared-qa' 'v4' '{"),
        "{restore}"
    );
    is_shell(&tool, &undo);
}

/// An `aws` that answers as its script says, and how the script of a policy's change ends with it.
fn run_with(tool: &Tool, cases: &str) -> (i32, String, String) {
    let aws = format!(
        "#!/bin/sh\necho \"$*\" | tr '\\n' ' ' >> said\necho >> said\ncase \"$*\" in\n\
        'sts '*) echo 444455556666 ;;\n{cases}\nesac\n"
    );
    tool.write("said", "");
    let output = run_made(tool, &aws);
    let code = output.status.code().unwrap();
    (code, String::from_utf8(output.stderr).unwrap(), tool.read("said"))
}

fn one_policy(actions: &Value) -> Tool {
    let arn = |id: &str, environment: &str| format!("arn:aws:iam::{id}:policy/shared-{environment}");
    let policy = |id: &str, environment: &str, actions: &Value| {
        let resource = format!("arn:aws:s3:::{environment}-data/*");
        let statements = json!([{"Effect": "Allow", "Action": actions, "Resource": resource}]);
        json!({"name": format!("shared-{environment}"), "arn": arn(id, environment), "version_id": "v1",
            "document": document(&statements)})
    };
    let carrying = |id: &str, environment: &str| {
        role(id, &format!("app-{environment}"), &json!({"attached_policies": [arn(id, environment)]}))
    };
    let (dev, qa) = (policy(DEV, "dev", actions), policy(QA, "qa", &json!("s3:*")));
    compared_files(&[carrying(DEV, "dev")], &[dev], &[carrying(QA, "qa")], &[qa])
}

#[cfg(unix)]
#[test]
fn a_policy_is_not_written_twice_and_five_versions_are_too_many() {
    let tool = one_policy(&json!("s3:GetObject"));
    let run = make_qa(&tool, &[]);
    tool.write("made.sh", &run.stdout);
    let default = "*get-policy\\ --policy-arn*) echo v9 ;;\n*list-policy-versions*) printf 'v5\\tv6\\tv7\\tv8\\n' ;;\n";

    let (code, stderr, said) = run_with(&tool, &format!("{default}*get-policy-version*) echo false ;;"));
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("has five versions, and IAM keeps no more.\nDelete one that you do not need"), "{stderr}");
    assert!(stderr.ends_with("The script stopped at an error. Correct the cause, then run it again.\n"), "{stderr}");
    assert!(!said.contains("create-policy-version"), "{said}");

    // It is the default version already.
    let (code, stderr, said) = run_with(&tool, &format!("{default}*get-policy-version*) echo true ;;"));
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(!said.contains("create-policy-version") && !said.contains("set-default"), "{said}");

    // It is another version.
    let cases = format!("{default}*version-id=v7*Document*) echo true ;;\n*get-policy-version*) echo false ;;");
    let (code, _, said) = run_with(&tool, &cases);
    assert!(code == 0 && said.contains("set-default-policy-version") && said.contains("--version-id=v7"), "{said}");
    assert!(!said.contains("create-policy-version"), "{said}");

    // An answer that is none is no answer that it differs.
    let (code, stderr, said) = run_with(&tool, &format!("{default}*get-policy-version*) echo broken >&2; exit 255 ;;"));
    assert!(code == 1 && stderr.starts_with("broken\n"), "{stderr}");
    assert!(!said.contains("create-policy-version"), "{said}");
}

/// What is gone already does not stop the script, but a role that is gone does, and so does any other error.
#[cfg(unix)]
#[test]
fn what_is_gone_already_is_no_error() {
    let extra = json!({"inline_policies": [{"name": "extra", "document": document(&bucket("qa", "s3:*"))}]});
    let tool = compared_files(&[role(DEV, "app-dev", &json!({}))], &[], &[role(QA, "app-qa", &extra)], &[]);
    let run = make_qa(&tool, &[]);
    tool.write("made.sh", &run.stdout);
    let gone = "echo 'An error occurred (NoSuchEntity) when calling it' >&2; exit 254 ;;";
    let (code, stderr, said) = run_with(&tool, &format!("*delete-role-policy*) {gone}"));
    assert_eq!((code, stderr.as_str()), (0, ""), "{said}");
    let (code, stderr, _) = run_with(&tool, &format!("*delete-role-policy*) {gone}\n*get-role*) {gone}"));
    assert!(code != 0 && stderr.contains("NoSuchEntity"), "{stderr}");
    let denied = "*delete-role-policy*) echo 'An error occurred (AccessDenied) when calling it' >&2; exit 254 ;;";
    let (code, stderr, _) = run_with(&tool, denied);
    assert!(code != 0 && stderr.contains("AccessDenied"), "{stderr}");
}
