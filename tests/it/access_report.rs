//! What a role may do there and not here, asked of the program itself: reports, exit codes, `explain`, `can`.

use serde_json::{Value, json};

use crate::support::program::{EXAMPLES, Place};
use crate::support::tool::{
    DEV, QA, Run, Tool, attributes, compare, compare_accounts, compare_statements, document, inline, items, role,
    snapshot, trust,
};

const NOTHING: [&str; 0] = [];

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn deny(action: &str, resource: &str) -> Value {
    json!({"Effect": "Deny", "Action": action, "Resource": resource})
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn list(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// The access differences as `side service:actions on resources [except …] certainty`.
fn access(report: &Value) -> Vec<String> {
    let line = |row: &Value| {
        let (side, service, actions) = (text(row, "side"), text(row, "service"), list(&row["actions"]).join(","));
        let mut resources = list(&row["resources"]).join(",");
        if !list(&row["except"]).is_empty() {
            resources += &format!(" except {}", list(&row["except"]).join(","));
        }
        format!("{side} {service}:{actions} on {resources} {}", text(row, "certainty"))
    };
    report["access_differences"].as_array().unwrap().iter().map(line).collect()
}

/// The grades of the first role: access, trust.
fn grades(report: &Value) -> (&str, &str) {
    (text(&report["roles"][0], "access_grade"), text(&report["roles"][0], "trust_grade"))
}

/// A folder with these accounts, of a role each.
fn tool_of(dev: &Value, qa: &Value) -> Tool {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", "1700000000");
    tool.write("dev.json", snapshot(DEV, std::slice::from_ref(dev), &[]));
    tool.write("qa.json", snapshot(QA, std::slice::from_ref(qa), &[]));
    tool
}

fn tool_of_statements(dev: &Value, qa: &Value) -> Tool {
    tool_of(&inline(DEV, "r", dev), &inline(QA, "r", qa))
}

/// What `--fail-on KIND` makes of the folder's two accounts.
fn fails_on(tool: &Tool, kind: &str) -> i32 {
    tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--fail-on", kind]).code
}

/// Asks `can` about every witness and every counterpart of a report whose snapshots are in `folder`; how many of both.
fn every_proof_holds(report: &Value, folder: &str, ask: impl Fn(&[&str]) -> Run) -> usize {
    let mut asked = 0;
    for row in report["access_differences"].as_array().unwrap() {
        assert_eq!(row["witness_is_real"], !row["witness"].is_null(), "{row}");
        let of_pair = |role: &&Value| role[text(row, "side")]["arn"] == row["role_arn"];
        let pair = report["roles"].as_array().unwrap().iter().find(of_pair).unwrap();
        let other = if text(row, "side") == "left" { "right" } else { "left" };
        // Where a role names the other account by its id, the same request is there about the own account: there is
        // no counterpart that is refused.
        let others_id = text(&report["accounts"][other], "account_id");
        let names_other = list(&row["resources"]).iter().any(|resource| resource.contains(others_id));
        assert_eq!(row["counterpart"].is_null(), names_other, "{row}");
        for (side, request, code) in [(text(row, "side"), "witness", 0), (other, "counterpart", 1)] {
            if names_other && request == "counterpart" {
                continue;
            }
            let request = &row[request];
            let snapshot = format!("{folder}{}_snapshot.json", text(&report["accounts"][side], "tag"));
            let role = text(&pair[side], "name");
            let mut arguments = vec!["can", &snapshot, role, text(request, "action"), text(request, "resource")];
            let pairs: Vec<String> = request["context"]
                .as_object()
                .unwrap()
                .iter()
                .flat_map(|(key, values)| list(values).into_iter().map(move |value| format!("{key}={value}")))
                .collect();
            arguments.extend(pairs.iter().flat_map(|pair| ["--context", pair]));
            let run = ask(&arguments);
            assert_eq!(run.code, code, "{arguments:?}: {run:?}\n{row}");
            asked += 1;
        }
    }
    asked
}

#[test]
fn can_confirms_every_proof_of_the_examples() {
    let place = Place::new();
    place.run(EXAMPLES);
    let report: Value = serde_json::from_str(&place.read("reports/report.json")).unwrap();
    let asked = every_proof_holds(&report, "reports/", |arguments| place.ask(arguments));
    // All but the counterpart of `shipping-other-account` in qa.
    assert_eq!(asked, 2 * report["access_differences"].as_array().unwrap().len() - 1);
}

#[test]
fn an_action_that_is_gained_is_one_row_with_its_proof() {
    let get = allow("s3:GetObject", "arn:aws:s3:::b/*");
    let tool = tool_of_statements(&json!([get]), &json!([get, allow("s3:PutObject", "arn:aws:s3:::b/*")]));
    let report = tool.diff(&[]);
    assert_eq!(access(&report), ["right s3:PutObject on arn:aws:s3:::b/* always"]);
    let row = &report["access_differences"][0];
    let statement = json!({"policy_name": "p", "policy_type": "inline", "statement": 1, "sid": null});
    assert_eq!(row["granted_by"], json!([statement]));
    assert_eq!(row["refused_by"], json!({"by": "no_allow"}));
    assert_eq!(row["access_level"], "Write");
    assert_eq!(grades(&report), ("different", "identical"));
    assert_eq!(report["roles"][0]["differences"]["access"], 1);
    assert_eq!(every_proof_holds(&report, "out/", |arguments| tool.run(arguments)), 2);
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"]);
    let line = "  r: qa allows s3:PutObject on arn:aws:s3:::b/*; dev implicitly denies it\n";
    assert!(run.stdout.contains(line), "{}", run.stdout);
    let mut reader = csv::Reader::from_path(tool.path().join("out/access_differences.csv")).unwrap();
    let rows: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!(rows.len(), 1);
    let cells: Vec<&str> = rows[0].iter().map(String::as_str).take(8).collect();
    assert_eq!(cells, ["qa", "r", "s3", "PutObject", "Write", "arn:aws:s3:::b/*", "", ""]);
}

#[test]
fn can_confirms_proofs_of_every_kind() {
    let get = allow("s3:GetObject", "arn:aws:s3:::b/*");
    let with = |condition: Value| {
        let mut statement = get.clone();
        statement["Condition"] = condition;
        json!([statement])
    };
    let pairs = [
        (json!([get]), json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}])),
        (json!([get]), json!([{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"}])),
        (json!([get]), json!([get, deny("s3:GetObject", "arn:aws:s3:::b/secret/*")])),
        (json!([get]), with(json!({"Bool": {"aws:SecureTransport": "true"}}))),
        (
            with(json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),
            with(json!({"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}})),
        ),
        (json!([get]), with(json!({"StringLike": {"aws:PrincipalTag/a=b": "x y*"}}))),
        (json!([get]), with(json!({"ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "b"]}}))),
        (json!([get]), with(json!({"Null": {"aws:SourceVpce": "false"}}))),
        (json!([allow("s3:*", "*")]), json!([allow("*", "*")])),
    ];
    for (dev, qa) in pairs {
        let tool = tool_of_statements(&dev, &qa);
        let report = tool.diff(&[]);
        let asked = every_proof_holds(&report, "out/", |arguments| tool.run(arguments));
        assert!(asked > 0, "{dev} {qa}");
    }
}

#[test]
fn rows_without_effect_do_not_fail_on_access() {
    let two = json!(["s3:GetObject", "s3:PutObject"]);
    let both = json!([{"Effect": "Allow", "Action": two, "Resource": "arn:aws:s3:::b/*"}]);
    let wide = json!([allow("s3:*", "*")]);
    let wide_and = |more: Value| json!([allow("s3:*", "*"), more]);
    // Statements here, statements there, and whether rows differ all the same.
    let pairs = [
        (both, json!([allow("s3:putobject", "arn:aws:s3:::b/*"), allow("s3:GetObject", "arn:aws:s3:::b/*")]), false),
        (wide.clone(), wide_and(allow("s3:GetObject", "arn:aws:s3:::b/*")), false),
        (wide.clone(), wide_and(deny("iam:CreateUser", "*")), true),
        (wide.clone(), json!([allow("s3:Get*", "*"), {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]), false),
        (
            json!([allow("s3:Get*", "*")]),
            wide_and(json!({"Effect": "Deny", "NotAction": "s3:Get*", "Resource": "*"})),
            true,
        ),
        (json!([allow("*", "*")]), wide_and(json!({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})), false),
        (
            json!([allow("s3:GetObject", "arn:aws:s3:::b/*")]),
            json!([allow("s3:GetObject", "*"), {"Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"}]),
            true,
        ),
    ];
    for (dev, qa, rows_differ) in pairs {
        for (one, other) in [(&dev, &qa), (&qa, &dev)] {
            let tool = tool_of_statements(one, other);
            assert_eq!(fails_on(&tool, "access"), 0, "{one} {other}");
            let report = tool.diff(&[]);
            assert_eq!(access(&report), NOTHING, "{one} {other}");
            assert!(matches!(grades(&report).0, "identical" | "equal_for_all_requests"), "{one} {other}");
            assert_eq!(items(&report).is_empty(), !rows_differ, "{one} {other}");
            assert_eq!(fails_on(&tool, "any"), i32::from(rows_differ), "{one} {other}");
        }
    }
}

#[test]
fn a_deny_of_nothing_is_a_deny_difference_alone() {
    let get = allow("s3:GetObject", "arn:aws:s3:::b/*");
    let tool = tool_of_statements(&json!([get]), &json!([get, deny("s3:DeleteObject", "arn:aws:s3:::b/*")]));
    let report = tool.diff(&[]);
    assert_eq!(access(&report), NOTHING);
    let denies = report["deny_differences"].as_array().unwrap();
    assert_eq!(denies.len(), 1, "{denies:?}");
    assert_eq!((text(&denies[0], "side"), list(&denies[0]["actions"])), ("right", vec!["DeleteObject"]));
    assert_eq!(denies[0]["denied_by"][0]["statement"], 1);
    assert_eq!((fails_on(&tool, "access"), fails_on(&tool, "any")), (0, 1));
}

#[test]
fn access_trust_and_missing_roles_fail_on_access() {
    let get = json!([allow("s3:GetObject", "arn:aws:s3:::b/*")]);
    let put = json!([allow("s3:PutObject", "arn:aws:s3:::b/*")]);
    assert_eq!(fails_on(&tool_of_statements(&get, &put), "access"), 1);
    let lambda = json!({"trust_policy": trust(&json!({"Service": "lambda.amazonaws.com"}))});
    let tool = tool_of(&role(DEV, "r", &json!({})), &role(QA, "r", &lambda));
    assert_eq!(fails_on(&tool, "access"), 1);
    assert_eq!(grades(&tool.diff(&[])), ("identical", "different"));
    assert_eq!(fails_on(&tool_of(&role(DEV, "r", &json!({})), &role(QA, "other", &json!({}))), "access"), 1);
    let longer = role(QA, "r", &json!({"max_session_duration": 7200, "description": "another", "tags": {"a": "b"}}));
    let tool = tool_of(&role(DEV, "r", &json!({})), &longer);
    assert_eq!((fails_on(&tool, "access"), fails_on(&tool, "any"), fails_on(&tool, "none")), (0, 1, 0));
}

#[test]
fn an_unknown_operator_is_named_and_no_all_clear() {
    let get = allow("s3:GetObject", "arn:aws:s3:::b/*");
    let mut strange = get.clone();
    strange["Condition"] = json!({"StringSounds": {"aws:PrincipalTag/team": "a"}});
    let tool = tool_of_statements(&json!([get]), &json!([strange]));
    let report = tool.diff(&[]);
    let rows = report["access_differences"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["certainty"], "unknown");
    assert!(list(&rows[0]["reasons"]).iter().any(|reason| reason.contains("StringSounds")), "{rows:?}");
    assert_eq!(grades(&report).0, "unknown");
    assert_eq!(fails_on(&tool, "access"), 1);
    let run = tool.run(&["explain", "out", "r"]);
    assert!(run.stdout.contains("Access: could not be determined") && run.stdout.contains("StringSounds"), "{run:?}");
    // The same doubt on both sides is none.
    assert_eq!(fails_on(&tool_of_statements(&json!([strange]), &json!([strange])), "access"), 0);
    // In a trust policy.
    let sounds = |principal: &str| {
        document(&json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal},
            "Condition": {"StringSounds": {"sts:ExternalId": "a"}}}]))
    };
    let plain = role(DEV, "r", &json!({"trust_policy": trust(&json!({"AWS": "arn:aws:iam::333333333333:root"}))}));
    let tool = tool_of(&plain, &role(QA, "r", &json!({"trust_policy": sounds("arn:aws:iam::333333333333:root")})));
    assert_eq!(fails_on(&tool, "access"), 1);
    let report = tool.diff(&[]);
    assert_eq!(grades(&report).1, "unknown");
    assert!(report["trust_differences"].to_string().contains("StringSounds"), "{report}");
}

#[test]
fn a_malformed_element_is_an_error_of_every_command() {
    let mut wrong = allow("s3:GetObject", "arn:aws:s3:::b/*");
    wrong["Conditions"] = json!({});
    let tool = tool_of_statements(&json!([allow("s3:GetObject", "arn:aws:s3:::b/*")]), &json!([wrong]));
    for arguments in [
        &["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"][..],
        &["explain", "dev.json", "dev", "qa.json", "qa", "r"],
        &["can", "qa.json", "r", "s3:GetObject", "arn:aws:s3:::b/x"],
    ] {
        let run = tool.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(run.stderr.contains("Conditions"), "{run:?}");
    }
    assert!(!tool.exists("out"));
}

#[test]
fn a_policy_that_moves_is_no_access_difference() {
    let statements = json!([allow("s3:Get*", "arn:aws:s3:::b/*"), deny("s3:GetObject", "arn:aws:s3:::b/secret")]);
    let arn = format!("arn:aws:iam::{QA}:policy/p");
    let policy = json!({"name": "p", "arn": arn, "version_id": "v1", "document": document(&statements)});
    let managed = role(QA, "r", &json!({"attached_policies": [arn]}));
    let report = compare_accounts(&[inline(DEV, "r", &statements)], &[managed], &[policy], "{}");
    assert_eq!((access(&report), grades(&report)), (Vec::new(), ("identical", "identical")));
    assert_eq!(attributes(&report).len(), 2);
}

#[test]
fn a_missing_boundary_shows_only_where_it_limits() {
    let limits = json!([allow("s3:*", "*")]);
    let arn = "arn:aws:iam::aws:policy/limits";
    let boundary = json!({"name": "limits", "arn": arn, "version_id": "v1", "document": document(&limits)});
    let bounded = |statements: &Value| {
        let mut role = inline(DEV, "r", statements);
        role["permissions_boundary"] = json!(arn);
        role
    };
    let within = json!([allow("s3:GetObject", "arn:aws:s3:::b/*")]);
    let policies = [boundary];
    let report = compare_accounts(&[bounded(&within)], &[inline(QA, "r", &within)], &policies, "{}");
    assert_eq!((access(&report), grades(&report).0), (Vec::new(), "equal_for_all_requests"));
    let beyond = json!([allow("s3:GetObject", "arn:aws:s3:::b/*"), allow("iam:PutRolePolicy", "*")]);
    let report = compare_accounts(&[bounded(&beyond)], &[inline(QA, "r", &beyond)], &policies, "{}");
    assert_eq!(access(&report), ["right iam:PutRolePolicy on * always"]);
    let row = &report["access_differences"][0];
    assert_eq!((&row["refused_by"]["by"], &row["escalations"][0]), (&json!("boundary"), &json!("put-role-policy")));
    assert_eq!(row["access_level"], "Permissions management");
}

/// Roles that are one under the dictionary; qa's may write.
fn named_by_environment() -> Tool {
    let environment = |id: &str, name: &str, actions: &Value| {
        let bucket = format!("arn:aws:s3:::app-{name}-{id}/*");
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": bucket,
            "Condition": {"StringEquals": {"aws:ResourceTag/stage": name}}});
        inline(id, &format!("app-{name}"), &json!([statement]))
    };
    let tool = tool_of(
        &environment(DEV, "development", &json!("s3:GetObject")),
        &environment(QA, "qa", &json!(["s3:GetObject", "s3:PutObject"])),
    );
    tool.write("equivalency_list.json", r#"{"environment": ["dev", "development", "qa"]}"#);
    tool
}

#[test]
fn proofs_have_the_real_names_of_each_account() {
    let tool = named_by_environment();
    let report = tool.diff(&[]);
    assert_eq!(access(&report), ["right s3:PutObject on arn:aws:s3:::app-environment-ownaccountid/* conditional"]);
    let row = &report["access_differences"][0];
    let bucket = |request: &Value| text(request, "resource").split('/').next().unwrap().to_owned();
    assert_eq!(bucket(&row["witness"]), format!("arn:aws:s3:::app-qa-{QA}"));
    assert_eq!(bucket(&row["counterpart"]), format!("arn:aws:s3:::app-development-{DEV}"));
    assert_eq!(row["witness"]["context"], json!({"aws:ResourceTag/stage": ["qa"]}));
    assert_eq!(row["counterpart"]["context"], json!({"aws:ResourceTag/stage": ["development"]}));
    assert_eq!(every_proof_holds(&report, "out/", |arguments| tool.run(arguments)), 2);
    assert_eq!(report["dictionary"], json!({"environment": ["dev", "development", "qa"]}));
}

#[test]
fn a_name_that_can_be_spelled_in_two_ways_stays_normalized() {
    let tool = Tool::new();
    let allow = |actions: &[&str], bucket: &str| json!({"Effect": "Allow", "Action": actions, "Resource": format!("arn:aws:s3:::{bucket}/*")});
    let dev = json!([allow(&["s3:GetObject"], "app-dev")]);
    let qa = json!([allow(&["s3:GetObject", "s3:PutObject"], "app-qa"), allow(&["s3:GetObject"], "app-quality")]);
    tool.write("dev.json", snapshot(DEV, &[inline(DEV, "r", &dev)], &[]));
    tool.write("equivalency_list.json", r#"{"environment": {"dev": ["dev"], "qa": ["qa", "quality"]}}"#);
    let says = |statements: &Value| {
        tool.write("qa.json", snapshot(QA, &[inline(QA, "r", statements)], &[]));
        let report = tool.diff(&[]);
        let finding = report["findings"].as_array().unwrap().iter().find(|one| one["list"] == "access_differences");
        text(finding.unwrap(), "message").to_owned()
    };
    // Only the first statement allows it, and not for app-quality.
    assert!(says(&qa).contains("s3:PutObject on arn:aws:s3:::app-environment/*"), "{}", says(&qa));
    let only = json!([qa[0]]);
    assert!(says(&only).contains("s3:PutObject on arn:aws:s3:::app-qa/*"), "{}", says(&only));
}

#[test]
fn explain_says_the_same_of_sources_and_of_a_report() {
    let tool = named_by_environment();
    tool.diff(&[]);
    let sources = ["explain", "dev.json", "dev", "qa.json", "qa"];
    let wanted = tool.run(&[&sources[..], &["app-environment"]].concat());
    assert_eq!(wanted.code, 0, "{wanted:?}");
    for part in [
        "app-environment\n",
        "  dev: arn:aws:iam::111111111111:role/app-development\n",
        "  qa: arn:aws:iam::222222222222:role/app-qa\n",
        "  Access: different\n  Trust: identical\n",
        ": qa allows s3:PutObject on arn:aws:s3:::app-qa-222222222222/*",
        "  allowed in qa by inline policy p, statement 1\n",
        "\n--- dev: inline policy p\n+++ qa: inline policy p\n",
        "\n+        \"s3:putobject\"",
    ] {
        assert!(wanted.stdout.contains(part), "{part}: {}", wanted.stdout);
    }
    // By any of its names, of sources or of the report; the dictionary is the report's, even where there is none here.
    for name in ["app-environment", "app-development", "app-qa", "APP-QA"] {
        assert_eq!(tool.run(&[&sources[..], &[name]].concat()).stdout, wanted.stdout, "{name}");
        let of_report = tool.run(&["explain", "out", name]).stdout;
        // Each asks about the snapshot that it was made from.
        assert_eq!(of_report.replace("iamctl can out --tag qa", "iamctl can qa.json"), wanted.stdout, "{name}");
    }
    std::fs::remove_file(tool.path().join("equivalency_list.json")).unwrap();
    let of_report = tool.run(&["explain", "out", "app-qa"]).stdout;
    assert_eq!(of_report.replace("iamctl can out --tag qa", "iamctl can qa.json"), wanted.stdout);
    // What is printed can be run as it is.
    let command = of_report.lines().find_map(|line| line.strip_prefix("  iamctl ")).unwrap();
    let run = tool.run(&command.split(' ').collect::<Vec<_>>());
    assert!(run.code == 0 && run.stdout.starts_with("allowed: "), "{command}: {run:?}");
    let run = tool.run(&[&sources[..], &["app-qa"]].concat());
    assert!(run.stdout.contains("  dev: the role does not exist\n"), "{run:?}");
}

#[test]
fn explain_of_the_examples_says_what_the_report_says() {
    let place = Place::new();
    place.run(EXAMPLES);
    let report: Value = serde_json::from_str(&place.read("reports/report.json")).unwrap();
    for row in report["access_differences"].as_array().unwrap() {
        let run = place.ask(&["explain", "reports", text(row, "role")]);
        let resource = text(&row["witness"], "resource");
        let word = if resource.contains('*') { format!("'{resource}'") } else { resource.to_owned() };
        let request = format!("  proof: {} {word}\n", text(&row["witness"], "action"));
        assert!(run.code == 0 && run.stdout.contains(&request), "{request}: {run:?}");
    }
}

/// A run that must fail, with nothing on stdout and this at the start of stderr.
fn refused(tool: &Tool, arguments: &[&str], expected: &str) -> Run {
    let run = tool.run(arguments);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}: {run:?}");
    // A warning before it can say that the folder is not as it was.
    let is_error = run.stderr.starts_with(expected) || run.stderr.contains(&format!("\n{expected}"));
    assert!(is_error, "{arguments:?}: {run:?}");
    run
}

#[test]
fn a_role_that_is_not_there_suggests_near_ones() {
    let tool = named_by_environment();
    tool.diff(&[]);
    let explain = ["explain", "dev.json", "dev", "qa.json", "qa"];
    let run = refused(&tool, &[&explain[..], &["app-qe"]].concat(), "error: there is no role `app-qe`\n");
    assert!(run.stderr.contains("hint: did you mean `app-qa`?"), "{run:?}");
    let run = refused(&tool, &["explain", "out", "APP"], "error: there is no role `APP`\n");
    assert!(run.stderr.contains("`app-development`") && run.stderr.contains("`app-qa`"), "{run:?}");
    let run =
        refused(&tool, &["can", "qa.json", "app-qaa", "s3:GetObject", "*"], "error: there is no role `app-qaa`\n");
    assert!(run.stderr.contains("hint: did you mean `app-qa`?"), "{run:?}");
    let run = refused(&tool, &["can", "qa.json", "zzz", "s3:GetObject", "*"], "error: there is no role `zzz`\n");
    assert!(!run.stderr.contains("hint:"), "{run:?}");
}

#[test]
fn explain_used_wrongly() {
    let tool = named_by_environment();
    let none = "error: `nowhere` does not contain a report of `iamctl diff`\n";
    let run = refused(&tool, &["explain", "nowhere", "r"], none);
    assert!(run.stderr.contains("hint: give the folder that `iamctl diff` printed"), "{run:?}");
    tool.write("other/report.json", r#"{"format": "something else"}"#);
    refused(&tool, &["explain", "other", "r"], "error: `other/report.json` cannot be used\n");
    tool.write("other/report.json", "not JSON");
    refused(&tool, &["explain", "other", "r"], "error: `other/report.json` cannot be used\n");
    tool.diff(&[]);
    std::fs::remove_file(tool.path().join("out/qa_snapshot.json")).unwrap();
    refused(&tool, &["explain", "out", "app-qa"], "error: cannot read `out/qa_snapshot.json`\n");
    for words in [&["out"][..], &["dev.json", "dev", "r"], &["dev.json", "dev", "qa.json", "qa", "r", "more"]] {
        refused(&tool, &[&["explain"], words].concat(), "error: ");
    }
    refused(&tool, &["explain", "dev.json", "d ev", "qa.json", "qa", "r"], "error: `d ev` is not an account tag");
    refused(&tool, &["explain", "dev.json", "x", "qa.json", "X", "r"], "error: both accounts have the tag `x`\n");
    refused(&tool, &["explain", "dev.json", "x", "dev.json", "y", "app-development"], "error: both sources are");
}

#[test]
fn can_answers_by_exit_code() {
    let mut secure = allow("s3:*", "*");
    secure["Condition"] = json!({"Bool": {"aws:SecureTransport": "true"}});
    let mut many = allow("sqs:SendMessage", "*");
    many["Condition"] =
        json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}, "Null": {"aws:TagKeys": "false"}});
    let mut strange = allow("sns:Publish", "*");
    strange["Condition"] = json!({"StringSounds": {"aws:PrincipalTag/a=b": "c=d"}});
    let guarded = json!([secure, {"Sid": "Archive", "Effect": "Deny", "Action": "s3:DeleteObject",
        "Resource": "arn:aws:s3:::b/archive/*"}, many, strange]);
    let tool = tool_of_statements(&guarded, &json!([]));
    let can = |words: &[&str]| tool.run(&[&["can", "dev.json", "R"], words].concat());
    let secure = ["--context", "aws:securetransport=true"];
    let run = can(&[&["s3:getobject", "arn:aws:s3:::b/x"][..], &secure].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let allowed = "allowed: r s3:getobject on arn:aws:s3:::b/x\n  allowed by statement 1 of the inline policy `p`\n";
    assert_eq!(run.stdout, allowed);
    let run = can(&["s3:GetObject", "arn:aws:s3:::b/x"]);
    assert_eq!(run.code, 1, "{run:?}");
    let nothing = "implicitly denied: r s3:GetObject on arn:aws:s3:::b/x\n  no statement allows it\n";
    assert_eq!(run.stdout, nothing);
    let run = can(&[&["s3:DeleteObject", "arn:aws:s3:::b/archive/x"][..], &secure].concat());
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.starts_with("explicitly denied: ") && run.stdout.contains("(Sid Archive)"), "{run:?}");
    // A key that comes twice has two values, in any case.
    let send = ["sqs:SendMessage", "arn:aws:sqs:eu-west-1:111111111111:q", "--context", "aws:TagKeys=a", "--context"];
    assert_eq!(can(&[&send[..], &["aws:tagkeys=b"]].concat()).code, 0);
    assert_eq!(can(&[&send[..], &["aws:tagkeys=c"]].concat()).code, 1);
    // What AWS does not document is 2, and says why.
    let run = can(&["sns:Publish", "arn:aws:sns:eu-west-1:111111111111:t"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.starts_with("unknown: ") && run.stdout.contains("StringSounds"), "{run:?}");
    for wrong in [&["--context", "novalue"][..], &["--context", "=value"], &["--context"]] {
        refused(&tool, &[&["can", "dev.json", "r", "s3:GetObject", "*"], wrong].concat(), "error: ");
    }
    refused(&tool, &["can", "dev.json", "r", "s3:GetObject"], "error: ");
    refused(&tool, &["can", "nowhere.json", "r", "s3:GetObject", "*"], "error: cannot read `nowhere.json`\n");
}

#[test]
fn hostile_names_reach_no_terminal() {
    let name = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\n\u{202e}x";
    let role_of = |id: &str, action: &str| {
        let statement = json!({"Sid": name, "Effect": "Allow", "Action": action, "Resource": format!("arn:aws:s3:::{name}/*"),
            "Condition": {"StringSounds": {name: name}, "StringEquals": {"aws:PrincipalTag/t": name}}});
        let trust = document(
            &json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": format!("{name}{id}")}}]),
        );
        let fields = json!({
            "path": format!("/{name}{id}/"), "description": format!("{name}{id}"), "tags": {name: id}, "trust_policy": trust,
            "inline_policies": [{"name": name, "document": document(&json!([statement]))}],
        });
        let mut role = role(id, name, &fields);
        role["arn"] = json!(format!("arn:aws:iam::{id}:role/r"));
        role
    };
    let tool = tool_of(&role_of(DEV, "s3:GetObject"), &role_of(QA, "s3:PutObject"));
    tool.diff(&[]);
    let resource = format!("arn:aws:s3:::{name}/x");
    let context = format!("{name}={name}");
    for arguments in [
        &["explain", "out", name][..],
        &["explain", "--color", "never", "dev.json", "dev", "qa.json", "qa", name],
        &["explain", "out", "\u{1b}[2J"],
        &["explain", name, name],
        &["explain", "dev.json", name, "qa.json", "qa", name],
        &["can", "dev.json", name, "s3:GetObject", &resource, "--context", &context],
        &["can", "dev.json", name, name, name],
        &["can", "dev.json", "\u{1b}[2J", "s3:GetObject", "*"],
        &["can", name, "r", "s3:GetObject", "*"],
    ] {
        let run = tool.run(arguments);
        for text in [&run.stdout, &run.stderr] {
            let unsafe_char = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
            assert_eq!(unsafe_char, None, "{arguments:?}: {text:?}");
        }
        assert!(!run.stdout.is_empty() || !run.stderr.is_empty());
    }
    let run = tool.run(&["explain", "out", name]);
    assert!(run.code == 0 && run.stdout.contains(r"\u{1b}[2J"), "{run:?}");
}

#[test]
fn the_other_way_round_is_the_mirror_image() {
    let one = json!([allow("s3:Get*", "arn:aws:s3:::b/*"), deny("s3:GetObject", "arn:aws:s3:::b/a*")]);
    let other = json!([allow("s3:GetObject", "arn:aws:s3:::*"), allow("sqs:*", "*")]);
    let (there, back) = (compare_statements(&one, &other), compare_statements(&other, &one));
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    let turn = |line: String| match line.strip_prefix("left ") {
        Some(rest) => format!("right {rest}"),
        None => line.replacen("right ", "left ", 1),
    };
    assert!(!access(&there).is_empty());
    assert_eq!(sorted(access(&there)), sorted(access(&back).into_iter().map(turn).collect()));
    assert_eq!(access(&compare(&inline(DEV, "r", &one), &inline(QA, "r", &one))), NOTHING);
}

#[test]
fn no_placeholder_is_shown_as_a_name_of_an_account() {
    // dev's policy matches its text of the dictionary without holding it.
    let (dev, qa) = (allow("s3:GetObject", "arn:aws:s3:::app-*/in"), allow("s3:GetObject", "arn:aws:s3:::app-bar/in"));
    let dictionary = r#"{"app": {"dev": ["app-foo"], "qa": ["app-bar"]}}"#;
    let roles = [inline(DEV, "r", &json!([dev])), inline(QA, "r", &json!([qa]))];
    let report = compare_accounts(&roles[..1], &roles[1..], &[], dictionary);
    let rows = report["access_differences"].as_array().unwrap();
    let of_qa = rows.iter().find(|row| row["side"] == "right").unwrap();
    assert_eq!(of_qa["witness"]["resource"], "arn:aws:s3:::app-bar/in");
    assert_eq!(of_qa["counterpart"], Value::Null, "dev allows app-foo");
}

#[test]
fn a_report_says_which_tags_were_taken() {
    let mut red = allow("s3:GetObject", "arn:aws:s3:::b/*");
    red["Condition"] = json!({"StringEquals": {"aws:PrincipalTag/team": "red"}});
    let policies = json!([{"name": "p", "document": document(&json!([red, allow("sqs:SendMessage", "*")]))}]);
    let role_of = |account: &str, team: &str, actions: Value| {
        let statement = json!({"Effect": "Allow", "Action": actions, "Principal": {"Service": "ec2.amazonaws.com"}});
        let fields =
            json!({"inline_policies": policies, "tags": {"team": team}, "trust_policy": document(&json!([statement]))});
        role(account, "r", &fields)
    };
    let report = |actions: Value| compare(&role_of(DEV, "red", actions.clone()), &role_of(QA, "blue", actions));
    let ids = |report: &Value| -> Vec<String> {
        let all = report["statement_warnings"].as_array().unwrap().iter();
        all.map(|warning| text(warning, "id").to_owned()).collect()
    };
    let own = report(json!("sts:AssumeRole"));
    assert_eq!(access(&own), ["left s3:GetObject on arn:aws:s3:::b/* always"]);
    assert_eq!(ids(&own), ["role-tag", "role-tag"]);
    let of_sessions = report(json!(["sts:AssumeRole", "sts:TagSession"]));
    assert_eq!((access(&of_sessions), ids(&of_sessions)), (Vec::new(), vec!["session-tags".to_owned(); 2]));
}

/// What no Deny matches differs as well, where the other account allows it only under a condition.
#[test]
fn what_is_implicitly_denied_is_told_beside_what_is_explicitly_denied() {
    let own = "arn:aws:s3:::b/*";
    let allow = |condition: Value| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": own, "Condition": condition});
    let deny = |condition: &Value| json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": condition});
    let without_mfa = json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}});
    let plain_http = json!({"Bool": {"aws:SecureTransport": "false"}});
    for (condition, denied, told) in [
        (json!({"StringEqualsIfExists": {"aws:RequestedRegion": "eu-west-1"}}), &without_mfa, "aws:requestedregion"),
        (json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}), &without_mfa, "aws:sourcevpc"),
        (json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), &plain_http, "aws:sourceip"),
    ] {
        let qa = json!([allow(condition), deny(denied)]);
        let report = compare_statements(&json!([allow(json!({}))]), &qa);
        let rows = report["access_differences"].as_array().unwrap();
        let conditions: Vec<&str> = rows.iter().filter_map(|row| row["condition"].as_str()).collect();
        assert!(conditions.iter().any(|condition| condition.contains(told)), "{told}: {conditions:#?}");
        // Without the condition of the Allow, nothing but the Deny makes the difference.
        let report = compare_statements(&json!([allow(json!({}))]), &json!([allow(json!({})), deny(denied)]));
        assert_eq!(report["access_differences"].as_array().unwrap().len(), 1, "{told}");
    }
}
