//! What the original tool got wrong, fault by fault: each test fails on the original's behavior.

use serde_json::{Value, json};

use crate::support::tool::{
    DEV, QA, Tool, attributes, compare_accounts, compare_statements, compare_trust, document, inline, items, role,
    snapshot, trust,
};

const NOTHING: [&str; 0] = [];

fn allow(action: &Value, resource: &Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

#[test]
fn a_trust_principal_may_be_a_star() {
    let open = trust(&json!("*"));
    assert_eq!(items(&compare_trust(&open, &trust(&json!({"AWS": "*"})))), NOTHING);
    let report = compare_trust(&open, &trust(&json!({"Service": "ec2.amazonaws.com"})));
    let expected =
        ["left Allow Action sts:AssumeRole * *", "right Allow Action sts:AssumeRole Service ec2.amazonaws.com"];
    assert_eq!(items(&report), expected);
}

#[test]
fn a_trust_statement_may_stand_alone() {
    let statement =
        json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}});
    let alone = json!({"Version": "2012-10-17", "Statement": statement});
    assert_eq!(items(&compare_trust(&alone, &document(&json!([statement])))), NOTHING);
}

#[test]
fn not_principal_is_not_principal() {
    let with = |element: &str| {
        document(&json!([{"Effect": "Deny", "Action": "sts:AssumeRole", element: {"Service": "ec2.amazonaws.com"}}]))
    };
    let report = compare_trust(&with("NotPrincipal"), &with("Principal"));
    let expected = [
        "left Deny Action sts:AssumeRole NotService ec2.amazonaws.com",
        "right Deny Action sts:AssumeRole Service ec2.amazonaws.com",
    ];
    assert_eq!(items(&report), expected);
}

#[test]
fn not_action_and_not_resource_never_read_as_their_opposite() {
    let not = json!([{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}]);
    let report = compare_statements(&not, &json!([]));
    let expected = ["left Allow NotAction iam:* Resource *", "left Allow NotAction organizations:* Resource *"];
    assert_eq!(items(&report), expected);
    let not = json!([{"Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"}]);
    let report = compare_statements(
        &not,
        &json!([{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]),
    );
    let expected = [
        "left Deny Action s3:GetObject NotResource arn:aws:s3:::b/*",
        "right Deny Action s3:GetObject Resource arn:aws:s3:::b/*",
    ];
    assert_eq!(items(&report), expected);
}

#[test]
fn conditions_count() {
    let with = |condition: &Value| json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": condition}]);
    let tls = |value: &Value| with(&json!({"Bool": {"aws:SecureTransport": value}}));
    let plain = json!([allow(&json!("s3:GetObject"), &json!("arn:aws:s3:::b/*"))]);
    let row = "Allow Action s3:GetObject Resource arn:aws:s3:::b/*";
    // Missing on one side.
    let json = r#"{"Bool":{"aws:SecureTransport":["true"]}}"#;
    assert_eq!(
        items(&compare_statements(&tls(&json!("true")), &plain)),
        [format!("left {row} {json}"), format!("right {row}")]
    );
    // Another value, another operator.
    assert_eq!(items(&compare_statements(&tls(&json!("true")), &tls(&json!("false")))).len(), 2);
    let equals = with(&json!({"StringEquals": {"aws:PrincipalTag/team": "a"}}));
    let like = with(&json!({"StringLike": {"aws:PrincipalTag/team": "a*"}}));
    assert_eq!(items(&compare_statements(&equals, &like)).len(), 2);
    // Another spelling of the same.
    assert_eq!(items(&compare_statements(&tls(&json!("true")), &tls(&json!([true])))), NOTHING);
    assert_eq!(
        items(&compare_statements(&tls(&json!(true)), &with(&json!({"bool": {"AWS:securetransport": "True"}})))),
        NOTHING
    );
}

#[test]
fn trust_keeps_action_external_id_subject_and_kind_of_principal() {
    let provider = json!({"Federated": "arn:aws:iam::999999999999:saml-provider/x"});
    let with = |action: &Value, principal: &Value, condition: &Value| {
        document(&json!([{"Effect": "Allow", "Action": action, "Principal": principal, "Condition": condition}]))
    };
    let none = json!({});
    let saml = with(&json!(["sts:AssumeRoleWithSAML", "sts:TagSession"]), &provider, &none);
    let report = compare_trust(&saml, &with(&json!("sts:AssumeRoleWithSAML"), &provider, &none));
    assert_eq!(
        items(&report),
        ["left Allow Action sts:TagSession Federated arn:aws:iam::999999999999:saml-provider/x"]
    );
    let partner = json!({"AWS": "999999999999"});
    let assume = json!("sts:AssumeRole");
    let external = |id: &str| with(&assume, &partner, &json!({"StringEquals": {"sts:ExternalId": id}}));
    assert_eq!(items(&compare_trust(&external("a"), &external("b"))).len(), 2);
    let web = json!("sts:AssumeRoleWithWebIdentity");
    let subject =
        |sub: &str| with(&web, &provider, &json!({"StringLike": {"token.actions.githubusercontent.com:sub": sub}}));
    assert_eq!(items(&compare_trust(&subject("repo:acme/*"), &subject("repo:acme/app:*"))).len(), 2);
    let kind = |kind: &str| trust(&json!({ kind: "example.com" }));
    assert_eq!(items(&compare_trust(&kind("Service"), &kind("Federated"))).len(), 2);
}

#[test]
fn an_account_id_is_its_root_arn() {
    let id = trust(&json!({"AWS": "999999999999"}));
    let arn = trust(&json!({"AWS": "arn:aws:iam::999999999999:root"}));
    assert_eq!(items(&compare_trust(&id, &arn)), NOTHING);
    // The own account's id, in both forms, without a dictionary.
    let own = trust(&json!({"AWS": DEV}));
    assert_eq!(items(&compare_trust(&own, &trust(&json!({"AWS": format!("arn:aws:iam::{QA}:root")})))), NOTHING);
}

#[test]
fn case_of_actions_does_not_count_and_loses_none() {
    let resource = json!("arn:aws:s3:::b/*");
    let odd = json!([allow(&json!("S3:getobject"), &resource)]);
    let even = json!([allow(&json!("s3:GetObject"), &resource)]);
    assert_eq!(items(&compare_statements(&odd, &even)), NOTHING);
    let more = json!([allow(&json!(["s3:GetObject", "s3:putobject"]), &resource)]);
    assert_eq!(items(&compare_statements(&even, &more)), ["right Allow Action s3:PutObject Resource arn:aws:s3:::b/*"]);
}

#[test]
fn nothing_is_dropped() {
    for (action, resource) in [
        ("*:*", "*"),
        ("s3:NoSuchAction", "*"),
        ("nosuchservice:Do", "*"),
        ("s3:GetObject", "arn:aws-cn:s3:::b/*"),
        ("s3:GetObject", "arn:*:s3:::b/*"),
        ("s3:GetObject", "arn:aws:*:*:*:*"),
        ("sts:AssumeRole", "arn:aws:iam::999999999999:role/x"),
    ] {
        let report = compare_statements(&json!([allow(&json!(action), &json!(resource))]), &json!([]));
        assert_eq!(items(&report).len(), 1, "{action} on {resource}: {report}");
    }
}

#[test]
fn attributes_are_compared() {
    let policy =
        json!({"name": "b", "arn": "arn:aws:iam::aws:policy/b", "version_id": "v1", "document": document(&json!([]))});
    let dev = json!({
        "permissions_boundary": "arn:aws:iam::aws:policy/b", "tags": {"team": "a", "own": "x"}, "description": "one",
        "instance_profiles": ["i"], "path": "/a/",
    });
    let qa = json!({"tags": {"team": "b"}, "max_session_duration": 43200, "description": "two", "path": "/b/"});
    let report = compare_accounts(&[role(DEV, "r", &dev)], &[role(QA, "r", &qa)], &[policy], "{}");
    let expected = [
        r#"path: "/a/" -> "/b/""#,
        r#"description: "one" -> "two""#,
        "max_session_duration: 3600 -> 43200",
        r#"permissions_boundary: "arn:aws:iam::aws:policy/b" -> null"#,
        r#"instance_profiles: ["i"] -> []"#,
        r#"tag:own: "x" -> null"#,
        r#"tag:team: "a" -> "b""#,
    ];
    assert_eq!(attributes(&report), expected);
    assert_eq!(report["roles"][0]["status"], "common", "another path does not make another role");
}

#[test]
fn a_customers_policy_is_not_awss_of_the_same_name() {
    let policy = |owner: &str, action: &str| {
        json!({"name": "ReadOnly", "arn": format!("arn:aws:iam::{owner}:policy/ReadOnly"), "version_id": "v1",
            "document": document(&json!([allow(&json!(action), &json!("*"))]))})
    };
    let policies = [policy("aws", "s3:GetObject"), policy("999999999999", "s3:PutObject")];
    let attached = |arn: &str| json!({"attached_policies": [format!("arn:aws:iam::{arn}:policy/ReadOnly")]});
    let (dev, qa) = (role(DEV, "r", &attached("aws")), role(QA, "r", &attached("999999999999")));
    let report = compare_accounts(&[dev], &[qa], &policies, "{}");
    assert_eq!(
        items(&report),
        ["left Allow Action s3:GetObject Resource *", "right Allow Action s3:PutObject Resource *"]
    );
    assert_eq!(attributes(&report).len(), 1);
}

#[test]
fn equivalency_takes_the_longest_and_never_merges_roles() {
    let empty = json!({});
    let dev = [role(DEV, "production-app", &empty), role(DEV, "devicefarm", &empty)];
    let qa = [role(QA, "production-app", &empty), role(QA, "devicefarm", &empty)];
    let both = r#"{"env": ["prod", "staging"], "stage": ["production"]}"#;
    let report = compare_accounts(&dev, &qa, &[], both);
    let names: Vec<&str> = report["roles"].as_array().unwrap().iter().filter_map(|r| r["role"].as_str()).collect();
    assert_eq!(names, ["devicefarm", "stage-app"]);
    // Two roles of one account that are called the same after replacing stay two, and are said to be ambiguous.
    let dev = [role(DEV, "app-dev", &empty), role(DEV, "app-development", &empty)];
    let qa = [role(QA, "app-qa", &empty)];
    let report = compare_accounts(&dev, &qa, &[], r#"{"env": ["dev", "development", "qa"]}"#);
    let statuses: Vec<&str> = report["roles"].as_array().unwrap().iter().filter_map(|r| r["status"].as_str()).collect();
    assert_eq!(statuses, ["ambiguous", "ambiguous"]);
    let warning = report["warnings"][0].as_str().unwrap();
    assert!(warning.contains("several roles of one account have the name `app-env`"), "{warning}");
}

#[test]
fn a_reference_to_the_other_account_is_not_a_reference_to_the_own() {
    let queue =
        |account: &str| json!([allow(&json!("sqs:SendMessage"), &json!(format!("arn:aws:sqs:eu-west-1:{account}:q")))]);
    assert_eq!(items(&compare_statements(&queue(DEV), &queue(QA))), NOTHING);
    let report = compare_statements(&queue(DEV), &queue(DEV));
    let expected = [
        "left Allow Action sqs:SendMessage Resource arn:aws:sqs:eu-west-1:ownaccountid:q",
        "right Allow Action sqs:SendMessage Resource arn:aws:sqs:eu-west-1:111111111111:q",
    ];
    assert_eq!(items(&report), expected);
    // The dictionary of the original's users lists both ids; that hides it no longer.
    let ids = format!(r#"{{"accountid": ["{DEV}", "{QA}"]}}"#);
    let report = compare_accounts(&[inline(DEV, "r", &queue(DEV))], &[inline(QA, "r", &queue(DEV))], &[], &ids);
    assert_eq!(items(&report).len(), 2);
}

/// As the original asks for; whether the policies contain the IDs or not.
#[test]
fn an_entry_that_lists_the_ids_of_the_accounts_is_silent() {
    let tool = Tool::new();
    tool.write("equivalency_list.json", json!({"accountid": [DEV, QA]}).to_string());
    for names_id in [false, true] {
        for (file, account) in [("dev.json", DEV), ("qa.json", QA)] {
            let resource = if names_id { format!("arn:aws:sqs:eu-west-1:{account}:q") } else { "*".to_owned() };
            let statement = json!([allow(&json!("sqs:SendMessage"), &json!(resource))]);
            tool.write(file, snapshot(account, &[inline(account, "r", &statement)], &[]));
        }
        let report = tool.diff(&[]);
        let about = |warning: &&Value| warning.as_str().unwrap().contains("accountid");
        assert_eq!(report["warnings"].as_array().unwrap().iter().find(about), None, "names_id: {names_id}");
        assert_eq!(report["findings"].as_array().unwrap().iter().filter(|one| one["role"] == "r").count(), 0);
    }
}

#[test]
fn effects_services_and_actions_are_never_replaced() {
    let dev = json!([allow(&json!("s3:GetObject"), &json!("*"))]);
    let qa = json!([allow(&json!("sqs:GetQueueUrl"), &json!("*"))]);
    let replace = r#"{"x": ["s3", "sqs", "GetObject", "GetQueueUrl", "Allow"]}"#;
    let report = compare_accounts(&[inline(DEV, "r", &dev)], &[inline(QA, "r", &qa)], &[], replace);
    assert_eq!(
        items(&report),
        ["left Allow Action s3:GetObject Resource *", "right Allow Action sqs:GetQueueUrl Resource *"]
    );
}

#[test]
fn a_policy_that_moves_changes_no_row() {
    let statements = json!([allow(&json!("s3:Get*"), &json!("arn:aws:s3:::b/*"))]);
    let policy =
        json!({"name": "p", "arn": "arn:aws:iam::aws:policy/p", "version_id": "v1", "document": document(&statements)});
    let managed = role(QA, "r", &json!({"attached_policies": ["arn:aws:iam::aws:policy/p"]}));
    let report = compare_accounts(&[inline(DEV, "r", &statements)], &[managed], &[policy], "{}");
    assert_eq!(items(&report), NOTHING);
    let moved = [r#"inline_policies: ["p"] -> []"#, r#"attached_policies: [] -> ["arn:aws:iam::aws:policy/p"]"#];
    assert_eq!(attributes(&report), moved);
}

#[test]
fn noise_is_no_difference() {
    let one = json!([
        {"Sid": "A", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::b/*"},
        {"Sid": "B", "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b/*"]},
    ]);
    let other = json!([
        {"Effect": "Deny", "Action": ["s3:deleteobject"], "Resource": "arn:aws:s3:::b/*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": ["arn:aws:s3:::b/*"]},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObject"], "Resource": "arn:aws:s3:::b/*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
    ]);
    let report = compare_statements(&one, &other);
    assert_eq!(items(&report), NOTHING);
    assert_eq!(report["summary"][0], json!({"metric": "Harvested Items", "left": 4, "right": 4}), "rows count once");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", "1700000000");
    let roles = |id: &str| {
        (0..30)
            .map(|n| inline(id, &format!("r{n}"), &json!([allow(&json!(format!("s3:Get*{n}")), &json!("*"))])))
            .collect::<Vec<_>>()
    };
    tool.write("dev.json", snapshot(DEV, &roles(DEV), &[]));
    tool.write("qa.json", snapshot(QA, &roles(QA)[..20], &[]));
    tool.diff(&[]);
    let first: Vec<String> = tool.names("out").iter().map(|name| tool.read(&format!("out/{name}"))).collect();
    tool.diff(&[]);
    let second: Vec<String> = tool.names("out").iter().map(|name| tool.read(&format!("out/{name}"))).collect();
    assert_eq!(first, second);
    assert!(tool.read("out/report.json").contains(r#""generated_at": "2023-11-14T22:13:20Z""#));
}

#[test]
fn files_have_their_right_names_and_headers() {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, &[inline(DEV, "r", &json!([allow(&json!("*"), &json!("*"))]))], &[]));
    tool.write("qa.json", snapshot(QA, &[], &[]));
    tool.diff(&[]);
    let names = tool.names("out");
    let expected = [
        "access_differences.csv",
        "ambiguous_roles.csv",
        "attribute_differences.csv",
        "common_non_service_linked_roles.csv",
        "common_roles.csv",
        "common_roles_in_dev_with_differences.csv",
        "common_roles_in_qa_with_differences.csv",
        "common_service_linked_roles.csv",
        "deny_differences.csv",
        "dev_dev_iam_tuples.csv",
        "dev_non_service_linked_roles.csv",
        "dev_roles.csv",
        "dev_service_linked_roles.csv",
        "dev_snapshot.json",
        "dev_to_qa_common_role_difference_items.csv",
        "equivalency_hits.csv",
        "manifest.json",
        "manifest.json.sha256",
        "non_service_linked_roles_in_dev_but_not_in_qa.csv",
        "non_service_linked_roles_in_qa_but_not_in_dev.csv",
        "qa_non_service_linked_roles.csv",
        "qa_qa_iam_tuples.csv",
        "qa_roles.csv",
        "qa_service_linked_roles.csv",
        "qa_snapshot.json",
        "qa_to_dev_common_role_difference_items.csv",
        "report.json",
        "roles_in_dev_but_not_in_qa.csv",
        "roles_in_qa_but_not_in_dev.csv",
        "service_linked_roles_in_dev_but_not_in_qa.csv",
        "service_linked_roles_in_qa_but_not_in_dev.csv",
        "trust_differences.csv",
    ];
    for name in expected {
        assert!(names.contains(&name.to_owned()), "{name} is missing: {names:?}");
    }
    let header = "rolename,path,policyname,policytype,effect,service,action,arn,principal,actionelement,resourceelement,principaltype,condition,note,rolearn,excluded\r\n";
    for name in ["dev_dev_iam_tuples.csv", "dev_to_qa_common_role_difference_items.csv"] {
        assert!(tool.read(&format!("out/{name}")).starts_with(header), "{name}");
    }
    // Every line of a file has as many cells as its header.
    for name in names.iter().filter(|name| name.ends_with(".csv")) {
        let path = tool.path().join("out").join(name);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).unwrap();
        let columns = reader.headers().unwrap().len();
        assert!(reader.records().all(|record| record.unwrap().len() == columns), "{name}");
    }
}

#[test]
fn attached_policies_are_all_read_however_many() {
    let policies: Vec<Value> = (0..120)
        .map(|n| {
            json!({"name": format!("p{n}"), "arn": format!("arn:aws:iam::aws:policy/p{n}"), "version_id": "v1",
            "document": document(&json!([allow(&json!(format!("svc{n}:Do")), &json!("*"))]))})
        })
        .collect();
    let arns: Vec<&Value> = policies.iter().map(|policy| &policy["arn"]).collect();
    let all = role(DEV, "r", &json!({"attached_policies": arns}));
    let report = compare_accounts(&[all], &[role(QA, "r", &json!({}))], &policies, "{}");
    assert_eq!(items(&report).len(), 120);
}

#[test]
fn the_exit_code_tells() {
    let tool = Tool::new();
    let same = |id: &str| inline(id, "r", &json!([allow(&json!("s3:GetObject"), &json!("*"))]));
    tool.write("dev.json", snapshot(DEV, &[same(DEV)], &[]));
    tool.write("qa.json", snapshot(QA, &[same(QA)], &[]));
    let diff = |more: &[&str]| {
        let mut arguments = vec!["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"];
        arguments.extend_from_slice(more);
        tool.run(&arguments).code
    };
    assert_eq!(diff(&["--exit-code"]), 0);
    tool.write("qa.json", snapshot(QA, &[same(QA), role(QA, "extra", &json!({}))], &[]));
    assert_eq!((diff(&[]), diff(&["--exit-code"]), diff(&["--fail-on", "any"])), (0, 1, 1));
    assert_eq!(diff(&["--exit-code", "--role", "r"]), 0);
    assert_eq!(diff(&["--role", "nobody"]), 2);
    assert_eq!(tool.run(&["diff", "dev.json", "dev"]).code, 2);
    assert_eq!(tool.run(&[]).code, 2);
}

#[test]
fn an_output_folder_is_made() {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, &[], &[]));
    tool.write("qa.json", snapshot(QA, &[], &[]));
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "new/deep/out"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(tool.exists("new/deep/out/report.json"));
    assert!(run.stdout.contains("dev has no roles"), "{run:?}");
}
