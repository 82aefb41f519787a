//! What was accepted stays accepted; what becomes wider later does not.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, document, inline, role, snapshot, trust};

/// Accepts all that differs between dev and the first qa, then compares dev with the second: the exit code for any
/// difference, and the most severe difference.
fn later(dev: &[Value], first: &[Value], second: &[Value]) -> (i32, String) {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, dev, &boundaries()));
    tool.write("qa.json", snapshot(QA, first, &boundaries()));
    tool.diff(&[]);
    let accepted = tool.run(&["accept", "out", "--all", "--reason", "known", "--expires", "2099-12-31"]);
    assert_eq!(accepted.code, 0, "{accepted:?}");
    let compare =
        || tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--fail-on", "any"]).code;
    assert_eq!(compare(), 0, "what is accepted stays accepted");
    tool.write("qa.json", snapshot(QA, second, &boundaries()));
    let code = compare();
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    let differences = report["findings"].as_array().unwrap().iter().filter(|finding| finding["list"] != "limitations");
    let rule = differences.map(|finding| finding["rule"].as_str().unwrap()).next();
    (code, rule.unwrap_or_default().to_owned())
}

/// Managed policies that a role may have as its boundary.
fn boundaries() -> [Value; 2] {
    ["Power", "Reading"].map(managed)
}

fn managed(name: &str) -> Value {
    let statement = json!([{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]);
    json!({"arn": format!("arn:aws:iam::aws:policy/{name}"), "name": name, "version_id": "v1",
        "document": document(&statement)})
}

/// Of a role `r` with these statements.
fn policies(dev: &Value, first: &Value, second: &Value) -> (i32, String) {
    later(&[inline(DEV, "r", dev)], &[inline(QA, "r", first)], &[inline(QA, "r", second)])
}

fn allow(element: &str, actions: &[&str], resources: &Value) -> Value {
    json!({"Effect": "Allow", element: actions, "Resource": resources})
}

#[test]
fn fewer_exceptions_are_a_new_difference() {
    let nothing = json!([allow("Action", &["sqs:ListQueues"], &json!("*"))]);
    let all_but = |actions: &[&str]| json!([allow("NotAction", actions, &json!("*"))]);
    let escalation = (1, "privilege-escalation".to_owned());
    assert_eq!(policies(&nothing, &all_but(&["iam:*", "sts:*"]), &all_but(&["sts:*"])), escalation);
    let all = json!([allow("Action", &["*"], &json!("*"))]);
    assert_eq!(policies(&nothing, &all_but(&["iam:*", "sts:*"]), &all), escalation);
    // A Deny that goes, though its Allow was there before.
    let denied = |what: Value| json!([allow("Action", &["*"], &json!("*")), what]);
    let deny = json!({"Effect": "Deny", "Action": "iam:*", "Resource": "*"});
    assert_eq!(policies(&nothing, &denied(deny), &all), escalation);
    // A Deny of more.
    let deny_but = |actions: &[&str]| denied(json!({"Effect": "Deny", "NotAction": actions, "Resource": "*"}));
    let (code, _) = policies(&all, &deny_but(&["iam:*", "s3:*"]), &deny_but(&["iam:*"]));
    assert_eq!(code, 1);
}

#[test]
fn a_resource_that_is_no_longer_left_out_is_a_new_difference() {
    let nothing = json!([allow("Action", &["sqs:ListQueues"], &json!("*"))]);
    let read = allow("Action", &["s3:GetObject"], &json!("*"));
    let deny = json!({"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::secret/*"});
    let gained = (1, "access-gained".to_owned());
    assert_eq!(policies(&nothing, &json!([read.clone(), deny]), &json!([read.clone()])), gained);
    let all_but = |names: &[&str]| {
        let arns: Vec<String> = names.iter().map(|name| format!("arn:aws:s3:::{name}/*")).collect();
        json!([{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": arns}])
    };
    assert_eq!(policies(&nothing, &all_but(&["secret", "pay"]), &all_but(&["pay"])), gained);
    assert_eq!(policies(&nothing, &all_but(&["secret", "pay"]), &json!([read])), gained);
}

#[test]
fn a_principal_that_is_no_longer_left_out_is_a_new_difference() {
    let with = |id: &str, statements: Value| [role(id, "r", &json!({"trust_policy": document(&statements)}))];
    let dev = with(DEV, trust(&json!({"AWS": DEV}))["Statement"].clone());
    let everyone = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"});
    let evil = "arn:aws:iam::999988887777:role/evil";
    let deny = json!({"Effect": "Deny", "Principal": {"AWS": evil}, "Action": "sts:AssumeRole"});
    let (first, second) = (with(QA, json!([everyone, deny])), with(QA, json!([everyone])));
    assert_eq!(later(&dev, &first, &second), (1, "trust-widened".to_owned()));
}

#[test]
fn what_a_role_of_one_account_gains_is_a_new_difference() {
    let dev = [inline(DEV, "r", &json!([allow("Action", &["sqs:ListQueues"], &json!("*"))]))];
    let qa = |statements: Value| {
        let common = inline(QA, "r", &json!([allow("Action", &["sqs:ListQueues"], &json!("*"))]));
        [common, inline(QA, "fresh", &statements)]
    };
    let first = qa(json!([allow("Action", &["s3:ListBucket"], &json!("*"))]));
    let second = qa(json!([allow("Action", &["*"], &json!("*"))]));
    assert_eq!(later(&dev, &first, &second), (1, "role-added".to_owned()));
}

#[test]
fn another_value_of_an_attribute_is_a_new_difference() {
    let tagged = |id: &str, team: &str| [role(id, "r", &json!({"tags": {"team": team}}))];
    let changed = (1, "tag-changed".to_owned());
    assert_eq!(later(&tagged(DEV, "red"), &tagged(QA, "blue"), &tagged(QA, "green")), changed);
    let bounded = |id: &str, boundary: Option<&str>| {
        let more = boundary
            .map_or(json!({}), |name| json!({"permissions_boundary": format!("arn:aws:iam::aws:policy/{name}")}));
        [role(id, "r", &more)]
    };
    let (code, _) = later(&bounded(DEV, Some("Power")), &bounded(QA, Some("Reading")), &bounded(QA, None));
    assert_eq!(code, 1);
}

#[test]
fn a_cause_that_is_accepted_leaves_nothing_behind() {
    let tool = Tool::new();
    let all_but = |actions: &[&str]| json!([allow("NotAction", actions, &json!("*"))]);
    let trusting = |id: &str, condition: Option<Value>| {
        let mut statement =
            json!({"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"});
        if let Some(condition) = condition {
            statement["Condition"] = condition;
        }
        role(id, "trusting", &json!({"trust_policy": document(&json!([statement]))}))
    };
    let external = json!({"StringEquals": {"sts:ExternalId": "acme-4711"}});
    let read = |resource: &str| json!([allow("Action", &["s3:GetObject"], &json!(resource))]);
    let dev = [
        inline(DEV, "but", &all_but(&["iam:*", "organizations:*"])),
        inline(DEV, "wide", &read("arn:aws:s3:::invoices/2026/*")),
        trusting(DEV, Some(external)),
    ];
    let qa = [
        inline(QA, "but", &all_but(&["iam:*"])),
        inline(QA, "wide", &read("arn:aws:s3:::invoices/*")),
        trusting(QA, None),
    ];
    tool.write("dev.json", snapshot(DEV, &dev, &[]));
    tool.write("qa.json", snapshot(QA, &qa, &[]));
    let report = tool.diff(&[]);
    let groups: Vec<&Value> =
        report["groups"].as_array().unwrap().iter().filter(|group| group["cause"]["kind"] != "limitation").collect();
    assert_eq!(groups.len(), 3, "{groups:#?}");
    for group in groups {
        let run = tool.run(&["accept", "out", "--group", group["id"].as_str().unwrap(), "--reason", "known"]);
        assert_eq!(run.code, 0, "{run:?}");
    }
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--fail-on", "any"]);
    assert_eq!(run.code, 0, "{run:?}");
}

/// Each policy that only one account attaches is accepted for itself: the others, and those that are attached later,
/// stay findings.
#[test]
fn no_more_is_accepted_than_was_selected() {
    let tool = Tool::new();
    let attached = |names: &[&str]| {
        let arns: Vec<Value> = names.iter().map(|name| json!(format!("arn:aws:iam::aws:policy/{name}"))).collect();
        role(QA, "r", &json!({"attached_policies": arns}))
    };
    let policies: Vec<Value> = ["Power", "Reading", "Support"].into_iter().map(managed).collect();
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "r", &json!({}))], &policies));
    tool.write("qa.json", snapshot(QA, &[attached(&["Power", "Reading"])], &policies));
    let open = |report: &Value| -> Vec<(String, String)> {
        let findings = report["findings"].as_array().unwrap().iter();
        let of_lists = findings.filter(|finding| finding["list"] == "attribute_differences");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        of_lists.map(|finding| (text(&finding["entry"]), text(&finding["id"]))).collect()
    };
    let names = |report: &Value| -> Vec<String> {
        open(report).into_iter().map(|(entry, _)| entry.rsplit_once('/').unwrap().1.to_owned()).collect()
    };
    let before = tool.diff(&[]);
    assert_eq!(names(&before), ["Power", "Reading"]);

    let run = tool.run(&["accept", "out", "--finding", &open(&before)[0].1, "--reason", "known"]);
    assert_eq!(run.code, 0, "{run:?}");
    let entries: Value = serde_json::from_str(&run.stdout).unwrap();
    let entry = json!([{"role": "r", "side": "qa", "attribute": "attached_policies",
        "entry": "arn:aws:iam::aws:policy/Power", "reason": "known"}]);
    assert_eq!(entries, entry);
    let after = tool.diff(&[]);
    assert_eq!(names(&after), ["Reading"]);
    let row = &after["attribute_differences"][0];
    assert_eq!(row["right"].as_array().unwrap().len(), 2, "the list as it is");
    assert_eq!(row["accepted"], json!([{"side": "right", "entry": "arn:aws:iam::aws:policy/Power"}]));
    let accepted = &after["accepted_differences"][0];
    assert_eq!((&accepted["left"], &accepted["right"]), (&Value::Null, &json!("arn:aws:iam::aws:policy/Power")));
    assert_eq!(after["roles"][0]["differences"]["accepted"], 1);

    // What is attached later is new, and takes nothing back.
    tool.write("qa.json", snapshot(QA, &[attached(&["Power", "Reading", "Support"])], &policies));
    let later = tool.diff(&[]);
    assert_eq!(names(&later), ["Reading", "Support"]);
    let run = tool.run(&["accept", "out", "--rule", "attribute-changed", "--reason", "known"]);
    assert_eq!(run.code, 0, "{run:?}");
    let entries: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(entries.as_array().unwrap().len(), 1, "one entry with a list");
    let all = tool.diff(&[]);
    assert_eq!((names(&all), &all["attribute_differences"]), (Vec::new(), &json!([])));
    assert_eq!(all["accepted_differences"].as_array().unwrap().len(), 3);
}

/// A policy that is really named as the dictionary shows another is not that policy, whatever else of the list is
/// accepted.
#[test]
fn an_entry_that_only_looks_alike_stays_a_difference() {
    let tool = Tool::new();
    let with = |id: &str, names: &[&str]| {
        let arn = |name: &&str| format!("arn:aws:iam::{id}:policy/{name}");
        let mut role = inline(id, "r", &json!([allow("Action", &["sqs:ListQueues"], &json!("*"))]));
        role["attached_policies"] = names.iter().map(arn).collect();
        let policy = |name: &&str| {
            let mut policy = managed(name);
            policy["arn"] = arn(name).into();
            policy
        };
        snapshot(id, &[role], &names.iter().map(policy).collect::<Vec<_>>())
    };
    let run = |dev: &[&str], qa: &[&str]| {
        tool.write("equivalency_list.json", r#"{"environment": {"dev": ["dev"], "qa": ["qa"]}}"#);
        tool.write("dev.json", with(DEV, dev));
        tool.write("qa.json", with(QA, qa));
        let accepted = json!([{"role": "r", "attribute": "attached_policies", "entry": "*/plain", "reason": "known"}]);
        let accepted = json!({"format": "iamctl-accepted", "version": 1, "accepted": accepted});
        tool.write("accepted.json", accepted.to_string());
        let code = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--fail-on", "any"]).code;
        let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let of_lists = findings.filter(|one| one["rule"] == "attribute-changed");
        (code, of_lists.map(|one| one["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>())
    };
    let (code, messages) = run(&["app-dev", "plain"], &["app-environment"]);
    assert_eq!(code, 1);
    let dev = format!("dev attaches arn:aws:iam::{DEV}:policy/app-dev; qa does not");
    let qa = format!("qa attaches arn:aws:iam::{QA}:policy/app-environment; dev does not");
    assert_eq!(messages, [dev, qa]);
    // One more than the other account has.
    let (code, messages) = run(&["app-dev", "app-environment", "plain"], &["app-qa"]);
    assert_eq!(code, 1);
    assert_eq!(messages, [format!("dev attaches arn:aws:iam::{DEV}:policy/app-environment; qa does not")]);
    assert_eq!(run(&["app-dev", "plain"], &["app-qa"]), (0, Vec::new()));
}
