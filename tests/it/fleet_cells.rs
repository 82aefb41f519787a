//! `iamctl fleet` as a program: each cell is what `iamctl diff` says, the files agree, and the schema describes fleet.json.

use std::collections::{BTreeMap, BTreeSet};

use iamctl::testing::{FleetPlan, GeneratedFleet, fleet};
use serde_json::{Value, json};

use crate::support::schema::{Schema, closed, read};
use crate::support::tool::{Run, Tool, inline, role, snapshot, without_evidence};

/// Writes the accounts of a fleet as TAG.json, and its dictionary.
fn write(tool: &Tool, generated: &GeneratedFleet) {
    for (tag, snapshot) in &generated.accounts {
        tool.write(&format!("{tag}.json"), serde_json::to_string(snapshot).unwrap());
    }
    tool.write("equivalency_list.json", &generated.dictionary);
}

fn tool() -> Tool {
    Tool::new().env("SOURCE_DATE_EPOCH", "1795248000")
}

fn run(tool: &Tool, tags: &[&str], more: &[&str]) -> Run {
    let words: Vec<String> = tags.iter().map(|tag| format!("{tag}.json={tag}")).collect();
    let mut arguments = vec!["fleet", "--baseline", tags[0]];
    arguments.extend(words.iter().map(String::as_str));
    arguments.extend_from_slice(more);
    tool.run(&arguments)
}

fn parsed(tool: &Tool, name: &str) -> Value {
    serde_json::from_str(&tool.read(name)).unwrap()
}

/// The findings of each role of a report that are no notes: ID, severity and sentence.
fn findings_of(report: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let notes =
        ["statement-warning", "dictionary-warning", "aws-policy-version", "could-not-compare", "dangling-principal"];
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let rule = finding["rule"].as_str().unwrap();
        let is_note = notes.contains(&rule) || (rule == "role-ambiguous" && finding["side"].is_null());
        if let (Some(role), false) = (finding["role"].as_str(), is_note) {
            let text = format!("{} {} {}", finding["id"], finding["severity"], finding["message"]);
            all.entry(role.to_owned()).or_default().insert(text);
        }
    }
    all
}

fn deviations_of(account: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in account["deviations"].as_array().unwrap() {
        let role = one["role"].as_str().unwrap().to_owned();
        let text = |finding: &Value| format!("{} {} {}", finding["id"], finding["severity"], finding["message"]);
        all.entry(role).or_default().extend(one["findings"].as_array().unwrap().iter().map(text));
    }
    all
}

#[test]
fn each_cell_is_what_diff_says() {
    let generated = fleet(&FleetPlan { accounts: 5, roles: 10, seed: 3 }).unwrap();
    let tool = tool();
    write(&tool, &generated);
    tool.write(
        "accepted.json",
        json!({"format": "iamctl-accepted", "version": 1, "accepted":
            [{"role": "*", "attribute": "tag:team", "reason": "each team has its own"}]})
        .to_string(),
    );
    let tags: Vec<&str> = generated.accounts.iter().map(|(tag, _)| tag.as_str()).collect();
    let ran = run(&tool, &tags, &["--output", "out", "--reports", "all"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let fleet = parsed(&tool, "out/fleet.json");
    for tag in &tags[1..] {
        let known: Vec<String> = generated
            .accounts
            .iter()
            .filter(|(other, _)| other != tag && other != tags[0])
            .map(|(other, snapshot)| format!("--known-account={}={other}", snapshot.account_id.as_ref().unwrap()))
            .collect();
        let (left, right) = (format!("{}.json", tags[0]), format!("{tag}.json"));
        let mut arguments = vec!["diff", &left, tags[0], &right, tag, "--output", tag];
        arguments.extend(known.iter().map(String::as_str));
        assert_eq!(tool.run(&arguments).code, 0);
        let report = tool.read(&format!("{tag}/report.json"));
        assert_eq!(tool.read(&format!("out/accounts/{tag}/report.json")), report);
        let report: Value = serde_json::from_str(&report).unwrap();
        let account = fleet["accounts"].as_array().unwrap().iter().find(|one| one["tag"] == *tag).unwrap();
        assert_eq!(deviations_of(account), findings_of(&report), "{tag}");
        cells_agree(&fleet, &report, tag);
    }
}

/// A cell is 1 exactly where the report has no finding of the role, and `-` where the account does not have it.
fn cells_agree(fleet: &Value, report: &Value, tag: &str) {
    let findings = findings_of(report);
    let mut seen = 0;
    for role in fleet["roles"].as_array().unwrap() {
        let (name, baseline_role) = (role["role"].as_str().unwrap(), &role["baseline_role"]);
        let of_pair =
            report["roles"].as_array().unwrap().iter().find(|one| one["left"]["name"] == *baseline_role).unwrap();
        let expected = match (of_pair["right"].is_null(), findings.contains_key(name)) {
            (true, _) => "absent",
            (false, true) => "differs",
            (false, false) => "same",
        };
        let cell = match &role["cells"][tag] {
            Value::String(text) if text == "-" => "absent",
            Value::Number(number) if number.as_u64() == Some(1) => "same",
            Value::Number(_) => "differs",
            other @ (Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                panic!("{other}")
            }
        };
        assert_eq!(cell, expected, "{tag} {name}");
        seen += 1;
    }
    assert_eq!(seen, report["roles"].as_array().unwrap().len());
}

#[test]
fn neither_order_nor_threads_change_a_byte() {
    let generated = fleet(&FleetPlan { accounts: 7, roles: 9, seed: 8 }).unwrap();
    let files = ["fleet.json", "role_matrix.csv", "classes.csv", "outliers.csv", "accounts_read.csv"];
    let mut all: BTreeSet<Vec<String>> = BTreeSet::new();
    for (threads, turn) in [("1", 0), ("4", 2), ("3", 4)] {
        let tool = tool().env("RAYON_NUM_THREADS", threads);
        write(&tool, &generated);
        let mut tags: Vec<&str> = generated.accounts.iter().map(|(tag, _)| tag.as_str()).collect();
        tags[1..].rotate_left(turn);
        let ran = run(&tool, &tags, &["--output", "out", "--reports", "none"]);
        let mut texts: Vec<String> = files.iter().map(|name| tool.read(&format!("out/{name}"))).collect();
        texts.extend([without_evidence(&tool.read("out/fleet.md")), ran.stdout]);
        all.insert(texts);
    }
    assert_eq!(all.len(), 1);
}

#[test]
fn the_matrix_is_that_of_the_json() {
    let generated = fleet(&FleetPlan { accounts: 5, roles: 9, seed: 21 }).unwrap();
    let tool = tool();
    write(&tool, &generated);
    let tags: Vec<&str> = generated.accounts.iter().map(|(tag, _)| tag.as_str()).collect();
    run(&tool, &tags, &["--output", "out"]);
    let fleet = parsed(&tool, "out/fleet.json");
    let matrix = tool.read("out/role_matrix.csv");
    let mut lines = matrix.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    assert_eq!(header, [&["role", "baseline_role", "accounts", "classes"][..], &tags].concat());
    for (line, role) in lines.zip(fleet["roles"].as_array().unwrap()) {
        assert_eq!(line[0], role["role"].as_str().unwrap());
        for (tag, cell) in header[4..].iter().zip(&line[4..]) {
            let expected = &role["cells"][*tag];
            assert_eq!(*cell, expected.as_str().map_or_else(|| expected.to_string(), str::to_owned));
        }
    }
    // Full reports of those that deviate, without the lists of items.
    for account in &fleet["accounts"].as_array().unwrap()[1..] {
        let folder = format!("out/accounts/{}", account["tag"].as_str().unwrap());
        assert_eq!(account["report"].is_null(), account["deviations"].as_array().unwrap().is_empty());
        assert_eq!(tool.exists(&folder), !account["report"].is_null());
        assert!(!tool.exists(&folder) || !tool.names(&folder).iter().any(|name| name.ends_with("_iam_tuples.csv")));
    }
}

#[test]
fn a_fleet_is_as_the_schema_says() {
    let generated = fleet(&FleetPlan { accounts: 4, roles: 9, seed: 2 }).unwrap();
    let tool = tool();
    write(&tool, &generated);
    tool.write("broken.json", "{");
    let tags: Vec<&str> = generated.accounts.iter().map(|(tag, _)| tag.as_str()).collect();
    let schema = read("docs/fleet.schema.json");
    for more in [&["--output", "out"][..], &["broken.json=broken", "--allow-unread", "--output", "other"]] {
        run(&tool, &tags, more);
        let fleet = parsed(&tool, &format!("{}/fleet.json", more.last().unwrap()));
        Schema::new(schema.clone()).check(&fleet).unwrap();
        if let Err(error) = Schema::new(closed(schema.clone())).check(&fleet) {
            panic!("fleet.json holds a key that docs/fleet.schema.json does not describe: {error}");
        }
        for key in fleet.as_object().unwrap().keys() {
            let mut without = fleet.clone();
            without.as_object_mut().unwrap().remove(key);
            Schema::new(schema.clone()).check(&without).expect_err(key);
        }
    }
}

#[test]
fn a_later_run_replaces_the_whole_report() {
    let generated = fleet(&FleetPlan { accounts: 4, roles: 9, seed: 2 }).unwrap();
    let tool = tool();
    write(&tool, &generated);
    let tags: Vec<&str> = generated.accounts.iter().map(|(tag, _)| tag.as_str()).collect();
    run(&tool, &tags, &["--output", "out", "--reports", "all"]);
    tool.write("out/accounts/a0001/notes.txt", "mine");
    assert_eq!(tool.names("out/accounts"), ["a0001", "a0002", "a0003"]);
    run(&tool, &tags, &["--output", "out", "--reports", "none"]);
    assert_eq!(
        (tool.names("out/accounts"), tool.names("out/accounts/a0001")),
        (vec!["a0001".into()], vec!["notes.txt".into()])
    );
    assert!(tool.exists("out/fleet.json"));
}

#[test]
fn fail_on_sets_the_exit_code() {
    let tool = tool();
    let allow = |action: &str| json!([{"Effect": "Allow", "Action": action, "Resource": "*"}]);
    tool.write("a.json", snapshot("111111111111", &[inline("111111111111", "r", &allow("s3:GetObject"))], &[]));
    tool.write("b.json", snapshot("222222222222", &[inline("222222222222", "r", &allow("s3:GetObject"))], &[]));
    tool.write("c.json", snapshot("333333333333", &[inline("333333333333", "r", &allow("s3:*"))], &[]));
    let same = run(&tool, &["a", "b"], &["--output", "same", "--exit-code"]);
    assert!(
        same.code == 0 && same.stdout.contains("No deviations: 1 role is in 1 account the same as in a"),
        "{same:?}"
    );
    assert_eq!(run(&tool, &["a", "b", "c"], &["--output", "all"]).code, 0);
    assert_eq!(run(&tool, &["a", "b", "c"], &["--output", "all", "--fail-on", "access"]).code, 1);
    assert_eq!(run(&tool, &["a", "b", "c"], &["--output", "all", "--fail-on", "rule=role-added"]).code, 0);
    // The terminal says what decided.
    let says = |more: &[&str]| run(&tool, &["a", "b", "c"], &[&["--output", "all"], more].concat()).stdout;
    let decided = says(&["--fail-on", "access"]);
    assert!(decided.contains("`--fail-on access`: exit code 1, 1 finding in 1 account."), "{decided}");
    assert!(tool.read("all/fleet.md").contains("exit code 1, 1 finding in 1 account"));
    let decided = says(&["--fail-on", "rule=role-added"]);
    assert!(decided.contains("`--fail-on rule=role-added`: exit code 0, no matching findings."), "{decided}");
    assert!(!says(&[]).contains("exit code"));
}

/// What is printed as the next command works and says the same, also where the fleet has many accounts.
#[test]
fn the_next_commands_say_what_the_matrix_says() {
    let tool = tool();
    let allow = |action: &str| json!([{"Effect": "Allow", "Action": action, "Resource": "*"}]);
    let id = |place: usize| format!("{:012}", 500_000_000_000_usize + place);
    let tags: Vec<String> = (0..15).map(|place| format!("a{place:02}")).collect();
    for (place, tag) in tags.iter().enumerate() {
        let id = id(place);
        let mut roles = vec![inline(&id, "b-widest", &allow("s3:GetObject")), role(&id, "a-first", &json!({}))];
        if place == 14 {
            roles[0] = inline(&id, "b-widest", &allow("s3:*"));
            roles[1]["tags"] = json!({"team": "other"});
            // A principal of the fleet is not external, however many accounts it has.
            roles[0]["trust_policy"] =
                crate::support::tool::trust(&json!({"AWS": format!("arn:aws:iam::{}:root", 500_000_000_007_usize)}));
        }
        tool.write(&format!("{tag}.json"), snapshot(&id, &roles, &[]));
    }
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    let ran = run(&tool, &tags, &["--output", "all"]);
    let lines: Vec<&str> = ran.stdout.lines().filter_map(|line| line.trim().strip_prefix("iamctl ")).collect();
    let commands: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(commands, ["diff", "can", "explain", "accept", "remediate"], "{ran:?}");
    assert!(lines[2].ends_with(" b-widest"), "the most severe finding comes first: {lines:?}");
    assert_eq!(lines[0].matches("--known-account").count(), 1, "{lines:?}");
    let (fleet, mut results) = (parsed(&tool, "all/fleet.json"), Vec::new());
    for line in &lines {
        let mut words = Vec::new();
        for (place, part) in line.split('\'').enumerate() {
            if place % 2 == 1 {
                words.push(part)
            } else {
                words.extend(part.split(' ').filter(|word| !word.is_empty()))
            }
        }
        if commands[results.len()] == "diff" {
            words.extend(["--output", "pair"]);
        }
        let next = tool.run(&words);
        assert_eq!(next.code, 0, "{line}: {next:?}");
        results.push(next);
    }
    let account = fleet["accounts"].as_array().unwrap().iter().find(|one| one["tag"] == "a14").unwrap();
    assert_eq!(deviations_of(account), findings_of(&parsed(&tool, "pair/report.json")));
}

/// What somebody has accepted is not told as the same, and an entry that is for other accounts is not told as useless.
#[test]
fn accepted_differences_are_counted_and_useless_entries_told_once() {
    let tool = tool();
    for (tag, id, team) in [("a", "111111111111", "x"), ("b", "222222222222", "y"), ("c", "333333333333", "x")] {
        let own = inline(
            id,
            "r",
            &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{tag}-data")}]),
        );
        let mut own = own;
        own["tags"] = json!({"team": team});
        tool.write(&format!("{tag}.json"), snapshot(id, &[own], &[]));
    }
    tool.write(
        "equivalency_list.json",
        r#"{"env": {"a": ["a-data", "never"], "b": ["b-data"], "c": ["c-data"]}, "list": ["a-data-x", "nowhere"]}"#,
    );
    let entry = |attribute: &str| json!({"role": "*", "attribute": attribute, "reason": "each team has its own"});
    let accepted =
        json!({"format": "iamctl-accepted", "version": 1, "accepted": [entry("tag:team"), entry("tag:cost")]});
    tool.write("accepted.json", accepted.to_string());
    let ran = run(&tool, &["a", "b", "c"], &["--output", "out"]);
    let says = "No deviations other than those accepted: 1 role is in 2 accounts the same as in a";
    assert!(ran.stdout.contains(says) && ran.stdout.contains("1 finding accepted in 1 account."), "{ran:?}");
    assert!(tool.read("out/fleet.md").contains("1 finding accepted in 1 account."));
    let fleet = parsed(&tool, "out/fleet.json");
    let accepted: Vec<&Value> =
        fleet["accounts"].as_array().unwrap().iter().map(|one| &one["accepted"]["findings"]).collect();
    assert_eq!(accepted, [&Value::Null, &json!(1), &json!(0)]);
    assert!(tool.read("out/accounts_read.csv").lines().nth(2).unwrap().ends_with(",no,1,"));
    let limitations: Vec<(String, usize)> = fleet["limitations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["message"].as_str().unwrap().to_owned(), one["accounts"].as_array().unwrap().len()))
        .filter(|(message, _)| message.contains("accepts nothing") || message.contains("was not found"))
        .collect();
    assert_eq!(limitations.len(), 4, "{limitations:?}");
    assert!(limitations.iter().all(|(_, accounts)| *accounts == 2), "{limitations:?}");
    assert!(limitations.iter().any(|(message, _)| message.contains("entry 2 of accepted.json")), "{limitations:?}");
    assert!(!limitations.iter().any(|(message, _)| message.contains("either account")), "{limitations:?}");
}

#[test]
fn accounts_of_the_fleet_are_known_to_each_other() {
    let tool = tool();
    let trusting = |id: &str| {
        role(
            id,
            "r",
            &json!({"trust_policy": crate::support::tool::trust(&json!({"AWS": "arn:aws:iam::333333333333:root"}))}),
        )
    };
    tool.write("a.json", snapshot("111111111111", &[role("111111111111", "r", &json!({}))], &[]));
    tool.write("b.json", snapshot("222222222222", &[trusting("222222222222")], &[]));
    tool.write("hub.json", snapshot("333333333333", &[role("333333333333", "r", &json!({}))], &[]));
    let severity = |tags: &[&str], more: &[&str]| {
        let mut arguments = vec!["--output", "out"];
        arguments.extend_from_slice(more);
        run(&tool, tags, &arguments);
        let fleet = parsed(&tool, "out/fleet.json");
        let role = &fleet["roles"][0];
        let class = role["classes"].as_array().unwrap().iter().find(|class| class["class"] == 2).unwrap();
        format!("{} {}", class["severity"], class["findings"][0]["message"])
    };
    assert!(severity(&["a", "b"], &[]).starts_with("\"critical\""));
    let known = severity(&["a", "b", "hub"], &[]);
    assert!(known.starts_with("\"high\"") && known.contains("333333333333 (hub)"), "{known}");
    // Also if it is left out, or has a name already.
    assert_eq!(severity(&["a", "b", "hub"], &["--skip", "hub"]), known);
    assert!(severity(&["a", "b", "hub"], &["--known-account", "333333333333=core"]).contains("(core)"));
}

/// Tags with wildcards in the dictionary: each account has the texts of its own tag, or of the patterns that match it.
#[test]
fn tags_of_the_dictionary_can_have_wildcards() {
    let tool = tool();
    let of = |id: &str, environment: &str| {
        let queue = format!("arn:aws:sqs:eu-west-1:{id}:{environment}-jobs");
        let name = format!("app-{environment}");
        snapshot(id, &[inline(id, &name, &json!([{"Effect": "Allow", "Action": "sqs:*", "Resource": queue}]))], &[])
    };
    tool.write("dev.json", of("111111111111", "dev"));
    tool.write("prod-eu.json", of("222222222222", "prod"));
    tool.write("prod-us.json", of("333333333333", "prod"));
    tool.write("prod-old.json", of("444444444444", "production"));
    let tags = ["dev", "prod-eu", "prod-us", "prod-old"];
    let totals = |dictionary: &str| {
        tool.write("equivalency_list.json", dictionary);
        run(&tool, &tags, &["--output", "out"]);
        let fleet = parsed(&tool, "out/fleet.json");
        (fleet["totals"]["deviating"].as_u64().unwrap(), fleet["totals"]["roles"].as_u64().unwrap())
    };
    let listed = r#"{"env": {"dev": ["dev"], "prod-eu": ["prod"], "prod-us": ["prod"], "prod-old": ["production"]}}"#;
    let patterns = r#"{"env": {"dev": ["dev"], "prod-*": ["prod"], "prod-old": ["production"]}}"#;
    assert_eq!(totals(listed), (0, 1));
    assert_eq!(totals(patterns), (0, 1));
    assert_eq!(totals(r#"{"env": {"dev": ["dev"], "prod-??": ["prod"]}}"#), (1, 2));
    // The report of one account can be read again under them.
    tool.write("equivalency_list.json", patterns);
    let diff = tool.run(&["diff", "dev.json", "dev", "prod-us.json", "prod-us", "--output", "pair", "--exit-code"]);
    assert_eq!(diff.code, 0, "{diff:?}");
    let report = parsed(&tool, "pair/report.json");
    assert_eq!(report["dictionary"]["env"]["prod-*"], json!(["prod"]));
    assert_eq!(tool.run(&["explain", "pair", "app-dev"]).code, 0);
}
