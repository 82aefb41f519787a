//! `--baseline majority`: each role is compared with that of the most accounts.

use std::collections::BTreeMap;

use iamctl::testing::{FleetPlan, fleet};
use serde_json::{Value, json};

use crate::support::schema::{Schema, closed, read};
use crate::support::tool::{Run, Tool, inline, role, snapshot, without_evidence};

const TAGS: [&str; 5] = ["a", "b", "c", "d", "e"];

fn id(place: usize) -> String {
    (place + 1).to_string().repeat(12)
}

fn allow(id: &str, name: &str, actions: &[&str]) -> Value {
    inline(
        id,
        name,
        &json!([{"Effect": "Allow", "Action": actions, "Resource": format!("arn:aws:sqs:eu-west-1:{id}:q")}]),
    )
}

/// Five accounts. `odd` differs in a, where the others are together; `extra` is only in a; `missing` is not in a and b;
/// `more` is in b with more than the others; `same` is the same everywhere.
fn tool() -> Tool {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", "1795248000");
    for (place, tag) in TAGS.into_iter().enumerate() {
        let id = id(place);
        let odd: &[&str] = if tag == "a" { &["sqs:GetQueueUrl"] } else { &["sqs:GetQueueUrl", "sqs:SendMessage"] };
        let more: &[&str] = if tag == "b" { &["sqs:SendMessage", "sqs:PurgeQueue"] } else { &["sqs:SendMessage"] };
        let mut roles = vec![role(&id, "same", &json!({})), allow(&id, "odd", odd), allow(&id, "more", more)];
        if tag == "a" {
            roles.push(role(&id, "extra", &json!({})));
        }
        if !matches!(tag, "a" | "b") {
            roles.push(allow(&id, "missing", &["sqs:ReceiveMessage"]));
        }
        tool.write(&format!("{tag}.json"), snapshot(&id, &roles, &[]));
    }
    tool
}

fn run(tool: &Tool, tags: &[&str], more: &[&str]) -> (Run, Value) {
    let words: Vec<String> = tags.iter().map(|tag| format!("{tag}.json={tag}")).collect();
    let mut arguments = vec!["fleet", "--baseline", "majority", "--output", "out"];
    arguments.extend(words.iter().map(String::as_str));
    arguments.extend_from_slice(more);
    let run = tool.run(&arguments);
    assert!(run.code < 2, "{run:?}");
    let fleet: Value = serde_json::from_str(&tool.read("out/fleet.json")).unwrap();
    let causes = fleet["causes"].as_array().unwrap().iter();
    let of_causes = causes.map(|one| one["findings"].as_u64().unwrap());
    assert_eq!(Some(of_causes.sum()), fleet["totals"]["findings"].as_u64(), "no finding is lost among the causes");
    (run, fleet)
}

/// Whatever majorities there are, the causes have all findings.
#[test]
fn no_finding_is_lost_among_the_causes() {
    for seed in 0..4 {
        let generated = fleet(&FleetPlan { accounts: 6, roles: 9, seed }).unwrap();
        let tool = Tool::new();
        for (tag, snapshot) in &generated.accounts {
            tool.write(&format!("{tag}.json"), serde_json::to_string(snapshot).unwrap());
        }
        tool.write("equivalency_list.json", &generated.dictionary);
        let tags: Vec<&str> = generated.accounts.iter().map(|(tag, _)| tag.as_str()).collect();
        let (_, fleet) = run(&tool, &tags, &[]);
        assert!(fleet["totals"]["findings"].as_u64().unwrap() > 0);
    }
}

/// Per role, the cells in the order of the tags.
fn cells(fleet: &Value) -> BTreeMap<String, String> {
    let line = |role: &Value| {
        let cells = TAGS.map(|tag| role["cells"][tag].to_string().replace('"', "")).join(" ");
        (role["role"].as_str().unwrap().to_owned(), cells)
    };
    fleet["roles"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn each_role_is_compared_with_that_of_the_most_accounts() {
    let tool = tool();
    let (run, fleet) = run(&tool, &TAGS, &[]);
    let expected = [
        ("extra", "2 - - - -"),
        ("missing", "- - 1 1 1"),
        ("more", "1 2 1 1 1"),
        ("odd", "2 1 1 1 1"),
        ("same", "1 1 1 1 1"),
    ];
    let expected: BTreeMap<String, String> =
        expected.into_iter().map(|(role, cells)| (role.to_owned(), cells.to_owned())).collect();
    assert_eq!(cells(&fleet), expected);
    assert!(fleet["baseline"].is_null() && fleet["totals"]["accounts"] == 5 && fleet["totals"]["deviating"] == 2);
    assert!(run.stdout.contains("2 of 5 accounts deviate from the majority"), "{run:?}");
    // Nobody says that the majority is right.
    let note = |name: &str, class: &Value| {
        let role = fleet["roles"].as_array().unwrap().iter().find(|role| role["role"] == name).unwrap();
        let class = role["classes"].as_array().unwrap().iter().find(|one| one["class"] == *class).unwrap();
        class["note"].as_str().unwrap_or_default().to_owned()
    };
    let warned = "the majority allows what these accounts do not; check whether that is intended";
    assert_eq!([note("odd", &json!(2)), note("missing", &json!("-"))], [warned, warned]);
    assert_eq!([note("more", &json!(2)), note("extra", &json!(2))], ["", ""]);
    assert!(!tool.exists("out/accounts"));
    Schema::new(closed(read("docs/fleet.schema.json"))).check(&fleet).unwrap();
}

#[test]
fn a_cell_is_what_diff_says_of_the_account_of_the_majority() {
    let tool = tool();
    let (_, fleet) = run(&tool, &TAGS, &[]);
    let odd = fleet["roles"].as_array().unwrap().iter().find(|role| role["role"] == "odd").unwrap();
    let with = odd["compared_with"].as_str().unwrap();
    assert_eq!(with, "b");
    let known: Vec<String> = (2..5).map(|place| format!("--known-account={}={}", id(place), TAGS[place])).collect();
    let mut arguments = vec!["diff", "b.json", "b", "a.json", "a", "--role", "odd", "--output", "pair"];
    arguments.extend(known.iter().map(String::as_str));
    assert_eq!(tool.run(&arguments).code, 0);
    let report: Value = serde_json::from_str(&tool.read("pair/report.json")).unwrap();
    let texts = |findings: &Value| -> Vec<String> {
        findings.as_array().unwrap().iter().map(|one| format!("{} {}", one["id"], one["message"])).collect()
    };
    let account = fleet["accounts"].as_array().unwrap().iter().find(|one| one["tag"] == "a").unwrap();
    let deviation = account["deviations"].as_array().unwrap().iter().find(|one| one["role"] == "odd").unwrap();
    assert_eq!(texts(&deviation["findings"]), texts(&report["findings"]));
    assert!(!texts(&report["findings"]).is_empty());
}

#[test]
fn the_order_of_the_accounts_means_nothing() {
    let files = ["fleet.json", "role_matrix.csv", "classes.csv", "outliers.csv"];
    let texts = |tags: &[&str]| {
        let tool = tool();
        let (run, _) = run(&tool, tags, &[]);
        let mut texts: Vec<String> = files.iter().map(|name| tool.read(&format!("out/{name}"))).collect();
        texts.extend([without_evidence(&tool.read("out/fleet.md")), run.stdout]);
        texts
    };
    let first = texts(&TAGS);
    assert_eq!(texts(&["e", "c", "a", "d", "b"]), first);
    assert_eq!(texts(&["b", "a", "e", "d", "c"]), first);
}

#[test]
fn filters_roles_and_the_exit_code_are_as_with_a_baseline() {
    let tool = tool();
    let (ran, fleet) = run(&tool, &TAGS, &["--role", "odd", "--fail-on", "access"]);
    assert_eq!((ran.code, cells(&fleet).len()), (1, 1));
    let (ran, _) = run(&tool, &TAGS, &["--role", "same", "--exit-code"]);
    assert!(ran.code == 0 && ran.stdout.contains("No deviations"), "{ran:?}");
    let (_, fleet) = run(&tool, &TAGS, &["--skip", "a"]);
    assert_eq!((fleet["totals"]["accounts"].as_u64(), fleet["totals"]["deviating"].as_u64()), (Some(4), Some(1)));
    tool.write("d.json", "{");
    let (ran, fleet) = run(&tool, &TAGS, &["--allow-unread"]);
    assert!(ran.stdout.starts_with("NOT COMPLETE: 1 of 5 accounts was not read"), "{ran:?}");
    assert_eq!(cells(&fleet)["odd"], "2 1 1 not read 1");
}
