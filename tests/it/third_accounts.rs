//! References to accounts besides the two that are compared: to those that the dictionary has texts for, also where both
//! accounts have them.

use serde_json::{Value, json};

use crate::support::tool::{Run, Tool, document, inline, role, snapshot, trust};

const DEV: &str = "111111111111";
const QA: &str = "222222222222";
const PROD: &str = "333333333333";
const AUDIT: &str = "999999999999";

const DICTIONARY: &str = r#"{
    "environment": {"dev": ["dev"], "qa": ["qa"], "prod*": ["prod"]},
    "region": {"dev": ["eu-west-1"], "qa": ["eu-west-1"], "prod*": ["us-east-1"]},
    "known_accounts": {"333333333333": "prod", "999999999999": "audit"}
}"#;

/// A role that may read some resources, and is trusted by some.
fn reads(id: &str, resources: &[&str], trusted: &[&str]) -> Value {
    let mut role = inline(id, "app", &json!([{"Effect": "Allow", "Action": "*", "Resource": resources}]));
    if !trusted.is_empty() {
        role["trust_policy"] = trust(&json!({"AWS": trusted}));
    }
    role
}

fn write(tool: &Tool, dev: &[Value], qa: &[Value]) {
    tool.write("dev.json", snapshot(DEV, dev, &[]));
    tool.write("qa.json", snapshot(QA, qa, &[]));
}

/// The report of dev and qa under the dictionary above.
fn compared(dev: &[Value], qa: &[Value]) -> (Tool, Value) {
    let tool = Tool::new();
    write(&tool, dev, qa);
    tool.write("equivalency_list.json", DICTIONARY);
    let ran = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    (tool, report)
}

/// The cross-references of a report: severity and sentence.
fn references(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let references = findings.filter(|finding| finding["rule"] == "cross-reference");
    references
        .map(|finding| format!("{} {}", finding["severity"].as_str().unwrap(), finding["message"].as_str().unwrap()))
        .collect()
}

/// What both accounts have as it is.
fn both(resources: &[&str], trusted: &[&str]) -> Vec<String> {
    let (_, report) = compared(&[reads(DEV, resources, trusted)], &[reads(QA, resources, trusted)]);
    references(&report)
}

#[test]
fn what_both_accounts_reference_is_told_once() {
    let (tool, report) =
        compared(&[reads(DEV, &["arn:aws:s3:::data-prod/*"], &[])], &[reads(QA, &["arn:aws:s3:::data-prod/*"], &[])]);
    assert_eq!(
        references(&report),
        ["high both dev and qa reference prod: `prod` in the resource arn:aws:s3:::data-prod/* [inline policy p]"]
    );
    assert_eq!(report["totals"]["findings"], 1);
    assert_eq!((&report["access_differences"], &report["item_differences"]), (&json!([]), &json!([])));
    let rows = report["cross_references"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["owner"].is_null() && row["third_accounts"] == json!(["prod"])), "{rows:?}");
    let csv = tool.read("out/cross_references.csv");
    let lines: Vec<&str> = csv.lines().skip(1).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line.contains(",prod,prod,environment,")), "{csv}");
    assert_eq!(report["groups"][0]["cause"]["kind"], "reference-of-both");
    // There is nothing that would make the two roles alike.
    let summary = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "again"]).stdout;
    assert!(summary.contains("iamctl accept again --group ") && !summary.contains("iamctl remediate"), "{summary}");
    let explained = tool.run(&["explain", "out", "app"]);
    assert!(explained.stdout.contains("both dev and qa reference prod"), "{explained:?}");
    assert!(explained.stdout.contains("in prod, environment stands for `prod`"), "{explained:?}");
}

#[test]
fn what_one_account_references_is_in_the_cause_of_the_difference() {
    let own = |id: &str, environment: &str| reads(id, &[&format!("arn:aws:s3:::data-{environment}/*")], &[]);
    let (_, report) = compared(&[own(DEV, "dev")], &[own(QA, "prod")]);
    assert_eq!(
        references(&report),
        ["high qa references prod: `prod` in the resource arn:aws:s3:::data-prod/* [inline policy p]"]
    );
    let groups = report["groups"].as_array().unwrap();
    let of_finding = |rule: &str| {
        let findings = report["findings"].as_array().unwrap();
        let place = findings.iter().position(|finding| finding["rule"] == rule).unwrap();
        groups.iter().position(|group| group["findings"].as_array().unwrap().contains(&json!(place))).unwrap()
    };
    assert_eq!(of_finding("cross-reference"), of_finding("access-gained"));
}

#[test]
fn ids_and_words_of_third_accounts_are_found_where_they_reference_something() {
    let of = |resources: &[&str], trusted: &[&str]| both(resources, trusted).len();
    assert_eq!(of(&["arn:aws:sqs:eu-west-1:333333333333:jobs"], &[]), 1);
    assert_eq!(of(&["arn:aws:sqs:eu-west-1:333333333333:jobs-prod"], &[]), 1, "two parts of one text");
    assert_eq!(of(&["arn:aws:dynamodb:*:*:table/orders-prod"], &[]), 1);
    assert_eq!(of(&["*"], &["arn:aws:iam::333333333333:role/deployer"]), 1);
    assert_eq!(of(&["*"], &["333333333333"]), 1);
    // Accounts that the dictionary has no texts for are there to be referenced.
    assert_eq!(of(&["arn:aws:sqs:eu-west-1:999999999999:jobs"], &["arn:aws:iam::999999999999:root"]), 0);
    // What is in another account is not prod's, whatever its name; and neither is a Region.
    assert_eq!(of(&["arn:aws:sqs:eu-west-1:999999999999:prod-events"], &[]), 0);
    assert_eq!(of(&["arn:aws:sqs:us-east-1:999999999999:events", "arn:aws:acm:us-east-1:*:certificate/x"], &[]), 0);
    // Longer words.
    assert_eq!(of(&["arn:aws:s3:::products/*", "arn:aws:s3:::prod1/*"], &[]), 0);
    // An account has IAM names for what is its own.
    let names = |id: &str| format!("arn:aws:iam::{id}:role/prod-reader");
    let (_, report) = compared(&[reads(DEV, &[&names(DEV)], &[])], &[reads(QA, &[&names(QA)], &[])]);
    assert_eq!(references(&report), [""; 0]);
    assert_eq!(of(&["arn:aws:iam::*:role/prod-reader"], &[]), 0);
    // In another kind of resource of the own account, the name is left over.
    let queue = |id: &str| format!("arn:aws:sqs:eu-west-1:{id}:jobs-prod");
    let (_, report) = compared(&[reads(DEV, &[&queue(DEV)], &[])], &[reads(QA, &[&queue(QA)], &[])]);
    let found = references(&report);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("both dev and qa reference prod"), "{found:?}");
}

/// Names, tags, and descriptions are the account's own.
#[test]
fn names_and_tags_reference_nothing() {
    let named = |id: &str| {
        let mut named = role(id, "prod-reader", &json!({"tags": {"Environment": "prod"}, "description": "for prod"}));
        named["inline_policies"] = json!([{"name": "prod", "document": document(&json!([
            {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*",
             "Condition": {"StringEquals": {"aws:ResourceTag/Environment": "prod"}}},
        ]))}]);
        named
    };
    let (_, report) = compared(&[named(DEV)], &[named(QA)]);
    assert_eq!(report["totals"]["findings"], 0, "{:?}", report["findings"]);
    assert!(!report["warnings"].to_string().contains("prod"), "{}", report["warnings"]);
}

/// A text of several accounts names them all.
#[test]
fn a_text_of_several_accounts_is_told_with_all_their_tags() {
    let tool = Tool::new();
    write(&tool, &[reads(DEV, &["arn:aws:s3:::data-prod"], &[])], &[reads(QA, &["arn:aws:s3:::data-prod"], &[])]);
    let dictionary = DICTIONARY.replace("\"prod\",", "\"prod-eu\", \"444444444444\": \"prod-us\",");
    tool.write("equivalency_list.json", dictionary);
    tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"]);
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    assert_eq!(report["cross_references"][0]["third_accounts"], json!(["prod-eu", "prod-us"]));
    assert!(references(&report)[0].contains("reference prod-eu, prod-us: `prod`"), "{:?}", references(&report));
    // Compared with one of them, the text is that account's.
    tool.run(&["diff", "dev.json", "dev", "qa.json", "prod-us", "--output", "own"]);
    let report: Value = serde_json::from_str(&tool.read("own/report.json")).unwrap();
    assert_eq!(report["cross_references"].as_array().unwrap().len(), 1);
    assert_eq!(report["cross_references"][0]["owner"], "right");
}

/// What was found of the other account before keeps its ID, though the text is a third account's as well.
#[test]
fn references_to_the_other_account_keep_their_ids() {
    let ids = |known: &str| {
        let tool = Tool::new();
        write(
            &tool,
            &[reads(DEV, &["arn:aws:s3:::data-dev"], &[])],
            &[reads(QA, &["arn:aws:s3:::dev-prod-sync"], &["arn:aws:iam::111111111111:root"])],
        );
        tool.write("equivalency_list.json", DICTIONARY.replace("\"prod\",", known));
        tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"]);
        let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        findings.into_iter().map(|finding| finding["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (before, after) = (ids("\"another\","), ids("\"prod\","));
    assert_eq!(after.len(), before.len() + 1);
    assert!(before.iter().all(|id| after.contains(id)), "{before:?} {after:?}");
}

#[test]
fn a_reference_of_both_can_be_accepted() {
    let (tool, _) =
        compared(&[reads(DEV, &["arn:aws:s3:::data-prod/*"], &[])], &[reads(QA, &["arn:aws:s3:::data-prod/*"], &[])]);
    let accepted = tool.run(&["accept", "out", "--all", "--expires", "2999-01-01", "--reason", "one bucket for all"]);
    assert_eq!(accepted.code, 0, "{accepted:?}");
    let ran = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "again", "--exit-code"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    // Or by its text.
    tool.write(
        "accepted.json",
        json!({"format": "iamctl-accepted", "version": 1, "accepted":
            [{"role": "*", "kind": "cross_reference", "text": "arn:aws:s3:::data-prod/*", "reason": "shared"}]})
        .to_string(),
    );
    let ran = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "text", "--exit-code"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// What differs besides is still brought in line.
#[test]
fn remediation_leaves_references_to_third_accounts() {
    let of = |id: &str, more: &str| {
        reads(id, &["arn:aws:s3:::data-prod/*", &format!("arn:aws:s3:::{more}")], &["arn:aws:iam::333333333333:root"])
    };
    let (tool, _) = compared(&[of(DEV, "x")], &[of(QA, "y")]);
    let ran = tool.run(&["remediate", "out", "--make", "qa"]);
    assert!(ran.code == 1 && ran.stdout.contains("put-role-policy"), "{ran:?}");
    let says = "NOT DONE: references to a third account: both accounts reference a third account";
    assert!(ran.stdout.contains("marked NOT DONE: 1.") && ran.stdout.contains(says), "{ran:?}");
}

fn fleet(tool: &Tool, tags: &[&str], more: &[&str]) -> Run {
    let words: Vec<String> = tags.iter().map(|tag| format!("{tag}.json={tag}")).collect();
    let mut arguments = vec!["fleet", "--baseline", tags[0]];
    arguments.extend(words.iter().map(String::as_str));
    arguments.extend_from_slice(more);
    tool.run(&arguments)
}

/// A hub that the dictionary has texts for is one cause in all accounts, for all roles.
#[test]
fn a_hub_is_one_cause() {
    let tool = Tool::new();
    let mut tags: Vec<String> = vec!["hub".to_owned()];
    let hub = |id: &str, name: &str, environment: &str| {
        let mut role = inline(
            id,
            name,
            &json!([{"Effect": "Allow", "Action": "s3:*", "Resource": format!("arn:aws:s3:::{environment}-x")}]),
        );
        role["trust_policy"] = trust(&json!({"AWS": format!("arn:aws:iam::{AUDIT}:root")}));
        role
    };
    tool.write("hub.json", snapshot(AUDIT, &[], &[]));
    for place in 0..6 {
        let (tag, id) = (format!("dev{place}"), format!("10000000000{place}"));
        let roles = ["deploy", "audit", "break-glass"].map(|name| hub(&id, name, &tag));
        tool.write(&format!("{tag}.json"), snapshot(&id, &roles, &[]));
        tags.push(tag);
    }
    tags.swap(0, 1);
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    let texts: serde_json::Map<String, Value> = tags.iter().map(|tag| ((*tag).to_owned(), json!([tag]))).collect();
    let causes = |dictionary: Value| {
        tool.write("equivalency_list.json", dictionary.to_string());
        let ran = fleet(&tool, &tags, &["--output", "out", "--skip", "hub"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let fleet: Value = serde_json::from_str(&tool.read("out/fleet.json")).unwrap();
        let causes = fleet["causes"].as_array().unwrap().clone();
        causes.into_iter().map(|cause| (cause["message"].as_str().unwrap().to_owned(), cause)).collect::<Vec<_>>()
    };
    let found = causes(json!({"environment": texts}));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0.starts_with("both dev0 and dev1 reference hub: `999999999999` in the principal"), "{found:?}");
    assert!(found[0].0.ends_with("(3 roles)"), "{found:?}");
    assert_eq!(found[0].1["accounts"].as_object().unwrap().len(), 5);
    let mut without = texts.clone();
    without.remove("hub");
    assert_eq!(causes(json!({"environment": without})), []);
}

/// What all reference makes no two accounts different: the majority is that of the roles.
#[test]
fn a_majority_is_found_among_roles_that_all_reference_a_third_account() {
    let tool = Tool::new();
    let tags = ["a", "b", "c", "d", "prod"];
    for (place, tag) in tags.iter().enumerate() {
        let id = format!("10000000000{place}");
        let resources: &[&str] = if place < 2 {
            &["arn:aws:s3:::data-prod/*"]
        } else {
            &["arn:aws:s3:::data-prod/*", "arn:aws:s3:::more/*"]
        };
        tool.write(&format!("{tag}.json"), snapshot(&id, &[reads(&id, resources, &[])], &[]));
    }
    let texts: serde_json::Map<String, Value> = tags.iter().map(|tag| ((*tag).to_owned(), json!([tag]))).collect();
    tool.write("equivalency_list.json", json!({"environment": texts}).to_string());
    let mut words: Vec<String> = tags.iter().map(|tag| format!("{tag}.json={tag}")).collect();
    words.extend(["--baseline", "majority", "--skip", "prod", "--output", "out"].map(str::to_owned));
    let words: Vec<&str> = std::iter::once("fleet").chain(words.iter().map(String::as_str)).collect();
    let ran = tool.run(&words);
    assert_eq!(ran.code, 0, "{ran:?}");
    let fleet: Value = serde_json::from_str(&tool.read("out/fleet.json")).unwrap();
    assert_eq!(fleet["roles"][0]["compared_with"], "a", "two of four have what `a` has, and two have more");
    assert_eq!(fleet["totals"]["deviating"], 3);
}

/// Of an account of the fleet that the dictionary has no texts for, it is told once that others reference it.
#[test]
fn an_account_without_texts_is_taken_for_a_shared_one_and_told() {
    let tool = Tool::new();
    for (tag, id) in [("a", DEV), ("b", QA), ("c", PROD)] {
        let trusting = reads(id, &["*"], &["arn:aws:iam::999999999999:root"]);
        tool.write(&format!("{tag}.json"), snapshot(id, &[trusting], &[]));
    }
    tool.write("hub.json", snapshot(AUDIT, &[], &[]));
    let told = |more: &[&str]| {
        let ran = fleet(&tool, &["a", "b", "c", "hub"], &[&["--output", "out"], more].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        let fleet: Value = serde_json::from_str(&tool.read("out/fleet.json")).unwrap();
        let told = |one: &&Value| one["message"].as_str().unwrap().contains("takes it for a shared account");
        let limitations = fleet["limitations"].as_array().unwrap().clone();
        limitations.iter().filter(told).cloned().collect::<Vec<_>>()
    };
    let found = told(&[]);
    assert_eq!(found.len(), 1);
    assert!(found[0]["message"].as_str().unwrap().contains("reference hub (999999999999)"), "{found:?}");
    assert_eq!(found[0]["accounts"], json!(["b", "c"]));
    assert!(tool.read("out/fleet.md").contains("takes it for a shared account"));
    assert_eq!(told(&["--skip", "hub"]), [Value::Null; 0]);
    assert_eq!(told(&["--known-account", "999999999999=deployments"]), [Value::Null; 0]);
    // An empty list says that it is meant to be like the others.
    tool.write("equivalency_list.json", r#"{"accounts": {"a": [], "b": [], "c": [], "hub": []}}"#);
    assert_eq!(told(&[]), [Value::Null; 0]);
    let fleet: Value = serde_json::from_str(&tool.read("out/fleet.json")).unwrap();
    let causes: Vec<&Value> = fleet["causes"].as_array().unwrap().iter().map(|cause| &cause["rule"]).collect();
    assert!(causes.contains(&&json!("cross-reference")), "{causes:?}");
}

/// The command that the fleet proposes says the same of a text that is a third account's, though its ID is nowhere.
#[test]
fn the_proposed_diff_knows_the_third_account() {
    let tool = Tool::new();
    let own = |id: &str| [reads(id, &["arn:aws:s3:::data-prod/*"], &[])];
    tool.write("dev.json", snapshot(DEV, &own(DEV), &[]));
    tool.write("qa.json", snapshot(QA, &own(QA), &[]));
    tool.write("prod.json", snapshot(PROD, &own(PROD), &[]));
    tool.write("equivalency_list.json", r#"{"environment": {"dev": ["dev"], "qa": ["qa"], "prod": ["prod"]}}"#);
    let ran = fleet(&tool, &["dev", "qa", "prod"], &["--output", "all", "--reports", "all"]);
    let line = ran.stdout.lines().find_map(|line| line.trim().strip_prefix("iamctl diff ")).unwrap().to_owned();
    let mut words = vec!["diff"];
    words.extend(line.split(' '));
    words.extend(["--output", "pair"]);
    tool.run(&words);
    let report: Value = serde_json::from_str(&tool.read("pair/report.json")).unwrap();
    let tag = report["accounts"]["right"]["tag"].as_str().unwrap();
    let of_fleet: Value = serde_json::from_str(&tool.read(&format!("all/accounts/{tag}/report.json"))).unwrap();
    assert_eq!(report["findings"], of_fleet["findings"]);
    assert_eq!(references(&report).len(), 1, "{line}");
    // Whichever account is compared, dev's own role is the one that is wrong.
    let fleet: Value = serde_json::from_str(&tool.read("all/fleet.json")).unwrap();
    assert_eq!(fleet["totals"]["deviating"], 2);
}
