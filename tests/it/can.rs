//! `iamctl can` and `iamctl can-assume`: what they answer, and what they refuse to answer.

use serde_json::{Value, json};

use crate::support::program::{EXAMPLES, Place};
use crate::support::tool::{DEV, QA, Tool, document, role, snapshot};

/// The tool and one account whose role `app` has these statements and this trust policy.
fn tool(statements: &Value, trust: &Value) -> Tool {
    let tool = Tool::new();
    let policy = json!([{"name": "p", "document": document(statements)}]);
    let fields = json!({"inline_policies": policy, "trust_policy": document(trust)});
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "app", &fields)], &[]));
    tool
}

/// The command that asks about a proof says that an action is unknown only where it is.
#[test]
fn the_summary_asks_about_each_proof_as_it_can_be_asked() {
    for (action, flag) in [("s3:GetObject", false), ("s3:ReadMindOfObject", true)] {
        let tool = Tool::new();
        let tagged = |id: &str, team: &str| {
            let condition = json!({"StringEquals": {"aws:PrincipalTag/team": "red"}});
            let statement = json!({"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition});
            let policy = json!([{"name": "p", "document": document(&json!([statement]))}]);
            role(id, "app", &json!({"inline_policies": policy, "tags": {"team": team}}))
        };
        tool.write("dev.json", snapshot(DEV, &[tagged(DEV, "red")], &[]));
        tool.write("qa.json", snapshot(QA, &[tagged(QA, "blue")], &[]));
        let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"]);
        let line = run.stdout.lines().find_map(|line| line.trim().strip_prefix("iamctl can ")).expect(&run.stdout);
        assert_eq!(line.contains("--allow-unknown-action"), flag, "{line}");
        let words: Vec<&str> =
            std::iter::once("can").chain(line.split(' ').map(|word| word.trim_matches('\''))).collect();
        let asked = tool.run(&words);
        assert_eq!(asked.code, 0, "{asked:?}");
    }
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn trusts(principal: &Value) -> Value {
    json!([{"Effect": "Allow", "Action": "sts:*", "Principal": principal}])
}

#[test]
fn what_was_not_decided_is_not_denied() {
    let tool = tool(&json!([allow("iam:*", "*"), allow("s3:Get*", "arn:aws:s3:::b/*")]), &trusts(&json!("*")));
    let ask = |action: &str, resource: &str| tool.run(&["can", "dev.json", "app", action, resource]);
    assert_eq!(ask("iam:CreateUser", "arn:aws:iam::111111111111:user/x").code, 0);
    for (action, resource, problem, hint) in [
        (
            "iam:CreateUser",
            "*",
            "which is a pattern: give one ARN",
            "`arn:aws:iam::111111111111:user/${UserNameWithPath}`",
        ),
        ("iam:CreateUser", "*", "does not act on `*`", "list `*`"),
        ("s3:GetObject", "arn:aws:s3:::b/?", "which is a pattern", "`arn:aws:s3:::b/*`"),
        (
            "s3:GetObject",
            "arn:aws:s3:::b",
            "does not act on `arn:aws:s3:::b`",
            "`arn:aws:s3:::${BucketName}/${ObjectName}`",
        ),
        ("sqs:SendMessage", "*", "which is a pattern", "no statement of the role names the action"),
        ("iam:GetAccountSummary", "arn:aws:iam::111111111111:user/x", "does not support resource-level", "use `*`"),
        ("s3:PutObjct", "arn:aws:s3:::b/x", "the catalog does not have the action `s3:PutObjct`", "`s3:PutObject`"),
        ("s3:ListBuckets", "*", "the catalog does not have the action", "`s3:ListBucket`"),
        ("s33:GetObject", "arn:aws:s3:::b/x", "the catalog does not have the action", "`s3:GetObject`"),
        ("GetObject", "arn:aws:s3:::b/x", "`GetObject` is not an action", "`s3:GetObject`"),
        (":", "*", "`:` is not an action", ""),
        ("s3:*", "arn:aws:s3:::b/x", "`s3:*` is a pattern: give one action", "`s3:AbortMultipartUpload`"),
    ] {
        let run = ask(action, resource);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{action} {resource}: {run:?}");
        let hints: Vec<&str> = run.stderr.lines().skip(1).collect();
        assert!(run.stderr.lines().next().unwrap().contains(problem), "{action} {resource}: {run:?}");
        assert!(hints.concat().contains(hint), "{action} {resource}: {run:?}");
    }
    // An action that the catalog does not have is asked about on request, as one that may act on anything.
    let unknown = |action: &str, resource: &str| {
        tool.run(&["can", "dev.json", "app", action, resource, "--allow-unknown-action"]).code
    };
    assert_eq!(unknown("iam:Unheard", "*"), 0);
    assert_eq!(unknown("s3:GetUnheard", "arn:aws:s3:::b/x"), 0);
    assert_eq!(unknown("s3:PutUnheard", "arn:aws:s3:::b/x"), 1);
    for (action, resource) in [("iam:*", "*"), ("GetObject", "*"), ("s3:GetUnheard", "arn:aws:s3:::b/*")] {
        assert_eq!(unknown(action, resource), 2, "{action} {resource}");
    }
}

#[test]
fn near_names_come_nearest_first() {
    let tool = tool(&json!([allow("s3:*", "*")]), &trusts(&json!("*")));
    let run = tool.run(&["can", "dev.json", "app", "s3:GetObjectVersio", "arn:aws:s3:::b/x"]);
    let hint = run.stderr.lines().nth(1).unwrap();
    assert!(hint.starts_with("hint: did you mean `s3:GetObjectVersion`, `s3:GetObject"), "{run:?}");
    let roles = ["zz-reader", "reader-of-everything", "other", "reader"].map(|name| role(DEV, name, &json!({})));
    tool.write("dev.json", snapshot(DEV, &roles, &[]));
    let run = tool.run(&["can", "dev.json", "readr", "s3:GetObject", "arn:aws:s3:::b/x"]);
    assert!(run.stderr.ends_with("hint: did you mean `reader`, `zz-reader`?\n"), "{run:?}");
}

#[test]
fn a_misspelled_prefix_of_a_condition_key_is_warned_of() {
    let tool = tool(&json!([allow("s3:*", "*")]), &trusts(&json!("*")));
    let stderr = |command: &[&str], key: &str| {
        let run = tool.run(&[command, &["--context", &format!("{key}=x")]].concat());
        assert_eq!(run.code, 0, "{run:?}");
        run.stderr
    };
    let can = &["can", "dev.json", "app", "s3:GetObject", "arn:aws:s3:::b/x"][..];
    let can_assume = &["can-assume", "dev.json", "app", "arn:aws:iam::444455556666:role/ci"][..];
    assert!(stderr(can, "asw:SourceVpc").contains("no condition key has the prefix `asw`"));
    assert!(stderr(can, "aw:SourceVpc").contains("did you mean `aws:SourceVpc`"));
    assert!(stderr(can_assume, "st:ExternalId").contains("`sts:ExternalId`"));
    assert!(stderr(can, "SourceVpc").contains("`SourceVpc` is not a condition key"));
    for key in ["aws:SourceVpc", "AWS:SourceVpc", "s3:prefix", "sts:ExternalId", "saml:aud", "accounts.google.com:sub"]
    {
        assert_eq!(stderr(can, key), "", "{key}");
    }
}

#[test]
fn a_value_that_the_role_determines_is_said_to_be_ignored() {
    let tool = Tool::new();
    let tags = json!({"tags": {"team": "red"}, "trust_policy": document(&json!([
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]))});
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "app", &tags)], &[]));
    let ask = |context: &str| {
        tool.run(&["can", "dev.json", "app", "s3:GetObject", "arn:aws:s3:::b/x", "--context", context]).stdout
    };
    let note = "  note: the given value of `aws:PrincipalTag/team` was ignored: the role has the value `red`\n";
    assert!(ask("aws:PrincipalTag/team=blue").ends_with(note), "{}", ask("aws:PrincipalTag/team=blue"));
    assert!(ask("aws:PrincipalTag/cost=1").contains("was ignored: the role does not have this tag"));
    assert!(ask("aws:username=me").contains("was ignored: a role session does not have this key"));
    assert!(!ask("aws:PrincipalTag/team=red").contains("note"));
    assert!(!ask("aws:SourceVpc=vpc-1").contains("note"));
}

#[test]
fn can_assume_answers_by_exit_code() {
    let trust = json!([
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
         "Condition": {"StringEquals": {"sts:ExternalId": "blue-7"}}},
        {"Effect": "Allow", "Action": "sts:*", "Principal": {"AWS": "111111111111", "Service": "ec2.amazonaws.com",
         "Federated": ["arn:aws:iam::111111111111:saml-provider/corp", "cognito-identity.amazonaws.com"]}},
        {"Sid": "NotBad", "Effect": "Deny", "Action": "sts:*", "Principal": {"AWS": "arn:aws:iam::111111111111:user/bad"}}]);
    let tool = tool(&json!([]), &trust);
    let ask = |words: &[&str]| tool.run(&[&["can-assume", "dev.json", "APP"], words].concat());
    let (foreign, id) = ("arn:aws:iam::444455556666:role/ci", ["--context", "sts:externalid=blue-7"]);
    let run = ask(&[&[foreign][..], &id].concat());
    let allowed = "allowed: sts:AssumeRole of app by arn:aws:iam::444455556666:role/ci\n  \
                   allowed by statement 1 of the trust policy\n  policies in the account of the principal must allow it too\n";
    assert_eq!((run.code, run.stdout.as_str()), (0, allowed), "{run:?}");
    let run = ask(&[foreign]);
    let denied = "implicitly denied: sts:AssumeRole of app by arn:aws:iam::444455556666:role/ci\n  \
                  no statement allows it\n";
    assert_eq!((run.code, run.stdout.as_str()), (1, denied), "{run:?}");
    let run = ask(&["arn:aws:iam::111111111111:role/own"]);
    assert!(run.code == 0 && run.stdout.contains("the trust policy names only the role's account"), "{run:?}");
    let run = ask(&["arn:aws:iam::111111111111:user/bad"]);
    assert!(
        run.code == 1 && run.stdout.starts_with("explicitly denied") && run.stdout.contains("(Sid NotBad)"),
        "{run:?}"
    );
    // The kind is told from the form, and the operation from the kind.
    for (principal, action) in [
        ("ec2.amazonaws.com", "sts:AssumeRole"),
        ("arn:aws:iam::111111111111:saml-provider/corp", "sts:AssumeRoleWithSAML"),
        ("cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity"),
    ] {
        let run = ask(&[principal]);
        assert!(run.code == 0 && run.stdout.starts_with(&format!("allowed: {action} of app by ")), "{run:?}");
    }
    let run = ask(&["ec2.amazonaws.com", "--action", "sts:AssumeRoleWithSAML"]);
    assert!(run.code == 1 && run.stdout.contains("this type of principal cannot call the action"), "{run:?}");
    let run = ask(&["arn:aws-cn:iam::111111111111:user/good"]);
    assert!(run.code == 1 && run.stdout.contains("a role cannot be assumed from another partition"), "{run:?}");
    let run = ask(&["x.example", "--principal-type", "service"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(ask(&["ec2.amazonaws.com", "--action", "sts:SetContext"]).code, 0);
}

#[test]
fn can_assume_asks_about_one_caller_and_action() {
    let tool = tool(&json!([]), &trusts(&json!("*")));
    let ask = |words: &[&str]| tool.run(&[&["can-assume", "dev.json", "app"], words].concat());
    let own = "arn:aws:iam::111111111111:role/own";
    for (words, problem, hint) in [
        (&["444455556666"][..], "root user cannot assume a role", "`arn:aws:iam::444455556666:role/NAME`"),
        (
            &["arn:aws:iam::444455556666:root"],
            "root user cannot assume a role",
            "`arn:aws:iam::444455556666:user/NAME`",
        ),
        (&["*"], "is a pattern", "assumed-role/NAME/SESSION"),
        (&["arn:aws:iam::444455556666:role/*"], "is a pattern", "role/NAME"),
        (&["AROADBQP57FF2AEXAMPLE"], "unique ID", "role/NAME"),
        (&["arn:aws:s3:::b"], "no user, role, session, or provider", "role/NAME"),
        (&["arn:aws:iam"], "not a complete ARN", "six parts"),
        (&["token.actions.githubusercontent.com"], "its form does not show", "oidc-provider/HOST"),
        (&[own, "--action", "sts:*"], "is a pattern", "`sts:AssumeRole`"),
        (&[own, "--action", "sts:AsumeRole"], "does not have the action", "`sts:AssumeRole`"),
        (&[own, "--action", "s3:GetObject"], "does not act on a role", "`sts:AssumeRole`"),
        (&[own, "--action", "sts:GetCallerIdentity"], "does not act on a role", "`sts:AssumeRole`"),
        (
            &[own, "--context", "aws:PrincipalAccount=444455556666"],
            "the principal determines the value",
            "omit the key",
        ),
    ] {
        let run = ask(words);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{words:?}: {run:?}");
        assert!(run.stderr.lines().next().unwrap().contains(problem), "{words:?}: {run:?}");
        assert!(run.stderr.contains(hint), "{words:?}: {run:?}");
    }
    assert_eq!(ask(&[own, "--action", "sts:Unheard", "--allow-unknown-action"]).code, 0);
    assert_eq!(ask(&[own, "--context", "aws:PrincipalAccount=111111111111"]).code, 0);
    assert_eq!(tool.run(&["can-assume", "dev.json", "ap", own]).code, 2);
}

/// Every proof of the examples' report about who can assume a role: so in the account that it is about, and not so, in the
/// names of the other account, there.
#[test]
fn a_trust_proof_can_be_checked() {
    let place = Place::new();
    place.run(EXAMPLES);
    let report: Value = serde_json::from_str(&place.read("reports/report.json")).unwrap();
    let rows = report["trust_differences"].as_array().unwrap();
    let mut asked = 0;
    for row in rows.iter().filter(|row| !row["witness"].is_null()) {
        assert_eq!(row["witness_is_real"], true, "{row}");
        let pair = report["roles"].as_array().unwrap().iter().find(|role| role["role"] == row["role"]).unwrap();
        let side = row["side"].as_str().unwrap();
        let other = if side == "left" { "right" } else { "left" };
        for (side, request, code) in [(side, "witness", 0), (other, "counterpart", 1)] {
            let tag = report["accounts"][side]["tag"].as_str().unwrap();
            let (snapshot, role) = (format!("reports/{tag}_snapshot.json"), pair[side]["name"].as_str().unwrap());
            let run = place.ask(&words(&snapshot, role, &row[request]).iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(run.code, code, "{row}: {run:?}");
            asked += 1;
        }
    }
    assert!(asked >= 8, "{asked}");
    for row in report["deny_differences"].as_array().unwrap() {
        assert_eq!((&row["witness_is_real"], row["counterpart"].is_null()), (&json!(true), false), "{row}");
    }
}

/// The command line that asks a proof again.
fn words(snapshot: &str, role: &str, witness: &Value) -> Vec<String> {
    let mut words = vec!["can-assume".to_owned(), snapshot.to_owned(), role.to_owned()];
    words.push(witness["principal"].as_str().unwrap().to_owned());
    words.extend(["--action".to_owned(), witness["action"].as_str().unwrap().to_owned()]);
    for (key, values) in witness["context"].as_object().unwrap() {
        for value in values.as_array().unwrap() {
            words.extend(["--context".to_owned(), format!("{key}={}", value.as_str().unwrap())]);
        }
    }
    words
}

/// The name that reports show is one that the command takes.
#[test]
fn a_role_of_a_report_is_found_by_its_normalized_name() {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "app-dev", &json!({}))], &[]));
    tool.write("qa.json", snapshot(QA, &[role(QA, "app-qa", &json!({}))], &[]));
    tool.write("equivalency_list.json", r#"{"environment": ["dev", "qa"]}"#);
    tool.diff(&[]);
    for name in ["app-environment", "app-qa", "arn:aws:iam::222222222222:role/app-qa"] {
        let run = tool.run(&["can-assume", "out", "--tag", "qa", name, "ec2.amazonaws.com"]);
        assert_eq!(run.code, 0, "{name}: {run:?}");
        let run = tool.run(&["can", "out", "--tag", "qa", name, "sqs:ListQueues", "*"]);
        assert_eq!(run.code, 1, "{name}: {run:?}");
    }
    let run = tool.run(&["can-assume", "qa.json", "app-environment", "ec2.amazonaws.com"]);
    assert!(run.code == 2 && run.stderr.contains("there is no role `app-environment`"), "{run:?}");
}

/// `diff` says of such a condition that it is without effect, so `can-assume` may not call the request possible.
#[test]
fn a_value_that_sts_refuses_is_no_request() {
    let tool = Tool::new();
    tool.write("a.json", snapshot(DEV, &[role(DEV, "app", &json!({}))], &[]));
    for key in ["sts:ExternalId", "sts:rolesessionname"] {
        let run = tool.run(&["can-assume", "a.json", "app", "ec2.amazonaws.com", "--context", &format!("{key}=x")]);
        assert!(run.code == 2 && run.stderr.contains("AWS requires at least two characters"), "{run:?}");
        let run = tool.run(&["can-assume", "a.json", "app", "ec2.amazonaws.com", "--context", &format!("{key}=xy")]);
        assert_eq!(run.code, 0, "{run:?}");
    }
}

/// The placeholder stands for several texts of the account, and the role's own policies do not say which: the witness
/// says whether the name in it was found to be the right one.
#[test]
fn a_proof_of_trust_says_whether_its_names_are_right() {
    let tool = Tool::new();
    let with = |id: &str, name: &str, principal: &str| {
        let fields = json!({"trust_policy": document(&trusts(&json!({"AWS": principal})))});
        role(id, name, &fields)
    };
    let dev = [
        with(DEV, "app", "arn:aws:iam::444455556666:role/red-tool"),
        with(DEV, "b", "arn:aws:iam::444455556666:role/red"),
    ];
    let qa =
        [with(QA, "app", "arn:aws:iam::444455556666:role/other"), with(QA, "b", "arn:aws:iam::444455556666:role/blue")];
    tool.write("dev.json", snapshot(DEV, &dev, &[]));
    tool.write("qa.json", snapshot(QA, &qa, &[]));
    tool.write("equivalency_list.json", r#"{"colour": ["red", "blue"]}"#);
    let report = tool.diff(&[]);
    let rows = report["trust_differences"].as_array().unwrap();
    let of_dev = rows.iter().find(|row| row["side"] == "left" && row["role"] == "app").unwrap();
    assert_eq!(of_dev["witness"]["principal"], "arn:aws:iam::444455556666:role/red-tool");
    assert_eq!(of_dev["counterpart"]["principal"], "arn:aws:iam::444455556666:role/blue-tool");
    assert!(rows.iter().all(|row| row["role"] == "app" && row["witness_is_real"] == true), "{rows:#?}");
}
