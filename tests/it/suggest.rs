//! `iamctl suggest`: what it prints, what it writes, what it leaves alone.

use serde_json::{Value, json};

use crate::support::program::repository;
use crate::support::tool::{DEV, QA, Run, Tool, inline, snapshot};

fn example(name: &str) -> String {
    repository().join("examples").join(name).to_string_lossy().into_owned()
}

fn suggest(tool: &Tool, left: &str, right: &str, more: &[&str]) -> Run {
    tool.run(&[&["suggest", left, "dev", right, "qa"], more].concat())
}

fn dictionary(run: &Run) -> Value {
    assert_eq!(run.code, 0, "{run:?}");
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn the_walkthrough_needs_one_entry() {
    let tool = Tool::new();
    for qa in ["walkthrough/qa.json", "walkthrough/qa_drifted.json"] {
        let run = suggest(&tool, &example("walkthrough/dev.json"), &example(qa), &[]);
        let mut found = dictionary(&run);
        let comment = found["environment"].as_object_mut().unwrap().remove("comment").unwrap();
        assert_eq!(found, json!({"environment": {"dev": ["dev"], "qa": ["qa"]}}));
        assert!(comment.as_str().unwrap().starts_with("`dev` ↔ `qa`: 1 role name, "), "{comment}");
        assert!(run.stderr.contains(comment.as_str().unwrap()), "{run:?}");
    }
}

#[test]
fn equal_accounts_need_nothing_and_unrelated_ones_get_nothing() {
    let tool = Tool::new();
    let dev = example("dev.json");
    let run = suggest(&tool, &dev, &dev, &["--allow-same-account"]);
    assert_eq!(dictionary(&run), json!({}));
    assert!(run.stderr.contains("the accounts are already equal"), "{run:?}");
    let account = |id: &str, names: [&str; 3], service: &str| {
        let statement = json!([{"Effect": "Allow", "Action": format!("{service}:*"), "Resource": "*"}]);
        snapshot(id, &names.map(|name| inline(id, name, &statement)), &[])
    };
    tool.write("a.json", account(DEV, ["billing-export", "web-server", "data-loader"], "s3"));
    tool.write("b.json", account(QA, ["hr-sync", "mail-relay", "data-cleaner"], "ec2"));
    let run = suggest(&tool, "a.json", "b.json", &["--write"]);
    assert_eq!(dictionary(&run), json!({}));
    assert!(run.stderr.contains("no role in common"), "{run:?}");
    assert!(run.stderr.contains("3 only in dev: billing-export, data-loader, web-server"), "{run:?}");
    assert!(!tool.exists("equivalency_list.json"), "nothing is written for nothing");
}

#[test]
fn what_is_in_the_file_is_kept() {
    let tool = Tool::new();
    let (dev, qa) = (example("walkthrough/dev.json"), example("walkthrough/qa.json"));
    let mine = json!({"name": ["acme", "example"], "team": {"comment": "mine", "values": ["x"], "match": "token"}});
    tool.write("equivalency_list.json", mine.to_string());
    let run = suggest(&tool, &dev, &qa, &["--write"]);
    let written: Value = serde_json::from_str(&tool.read("equivalency_list.json")).unwrap();
    assert_eq!((&written["name"], &written["team"]), (&mine["name"], &mine["team"]));
    assert_eq!(written["environment"], dictionary(&run)["environment"]);
    // With it, nothing more is needed, and nothing is written again.
    let before = tool.read("equivalency_list.json");
    let run = suggest(&tool, &dev, &qa, &["--write"]);
    assert_eq!(dictionary(&run), json!({}));
    assert_eq!(tool.read("equivalency_list.json"), before);
    // A third account is put into the entry that is there.
    let prod = tool.read("equivalency_list.json").replace("\"qa\"", "\"prod\"");
    tool.write("other.json", prod);
    let run = suggest(&tool, &dev, &qa, &["--write", "--equivalency", "other.json"]);
    let entry = &dictionary(&run)["environment"];
    assert_eq!((&entry["prod"], &entry["qa"], &entry["dev"]), (&json!(["prod"]), &json!(["qa"]), &json!(["dev"])));
}

/// A file that cannot be written is an error, and what was in it is still there.
#[test]
fn a_file_that_is_no_dictionary_is_not_overwritten() {
    let tool = Tool::new();
    tool.write("equivalency_list.json", "{\"a\": 1}");
    let run = suggest(&tool, &example("walkthrough/dev.json"), &example("walkthrough/qa.json"), &["--write"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(tool.read("equivalency_list.json"), "{\"a\": 1}");
}

/// However alike two environments are meant to be: what points at the other one is not made equal.
#[test]
fn nothing_suggested_hides_a_reference_to_the_other_account() {
    let tool = Tool::new();
    let account = |id: &str, environment: &str, third: &str| {
        let app = |name: &str, bucket: &str| {
            let resource = format!("arn:aws:s3:::{name}-{bucket}/*");
            let statement = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}]);
            inline(id, &format!("{name}-{environment}"), &statement)
        };
        snapshot(id, &[app("one", environment), app("two", environment), app("three", third)], &[])
    };
    tool.write("dev.json", account(DEV, "dev", "dev"));
    tool.write("qa.json", account(QA, "qa", "dev"));
    let run = suggest(&tool, "dev.json", "qa.json", &["--write"]);
    assert_eq!(dictionary(&run)["environment"]["qa"], json!(["qa"]), "{run:?}");
    assert!(run.stderr.contains("1 of 3 common roles differ: three-dev"), "{run:?}");
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--exit-code"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("qa references dev: `dev` in the resource arn:aws:s3:::three-dev/*"), "{run:?}");
    let rows: Vec<String> = tool.read("out/cross_references.csv").lines().skip(1).map(str::to_owned).collect();
    assert_eq!(
        rows,
        [
            "qa,three-environment,p,inline,resource,arn:aws:s3:::three-dev/*,dev,dev,environment,arn:aws:iam::222222222222:role/three-qa"
        ]
    );
    // The original's plain list finds it too: the names of the roles tell whose a text is.
    tool.write("equivalency_list.json", r#"{"environment": ["dev", "qa"]}"#);
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--exit-code"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(tool.read("out/cross_references.csv").contains(&rows[0]));
}

/// Two accounts of three roles each, with their environment at the end, and one more role.
fn accounts_with(tool: &Tool, environments: [&str; 2], more: impl Fn(&str) -> Value) {
    for ((id, environment), file) in
        [(DEV, environments[0]), (QA, environments[1])].into_iter().zip(["dev.json", "qa.json"])
    {
        let app = |name: &str| {
            let resource = format!("arn:aws:s3:::{name}-{environment}/*");
            let statement = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}]);
            inline(id, &format!("{name}-{environment}"), &statement)
        };
        tool.write(file, snapshot(id, &[app("one"), app("two"), app("three"), more(id)], &[]));
    }
}

/// What both accounts have unchanged stays equal under the suggested dictionary.
#[test]
fn a_suggestion_breaks_no_pair_that_was_equal() {
    let tool = Tool::new();
    let all = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]);
    accounts_with(&tool, ["dev", "prod"], |id| inline(id, "DevOpsOperator", &all));
    let run = suggest(&tool, "dev.json", "qa.json", &["--write"]);
    let comment = dictionary(&run)["environment"]["comment"].to_string();
    assert!(comment.contains("makes 3 unique roles common") && !comment.contains("differ that"), "{comment}");
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--exit-code"]);
    assert_eq!(run.code, 0, "{run:?}");
}

/// A reference to the other account differs under the dictionary alone, and the suggestion says so.
#[test]
fn a_suggestion_says_which_equal_roles_it_makes_differ() {
    let tool = Tool::new();
    let logs = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs-dev/*"}]);
    accounts_with(&tool, ["dev", "qa"], |id| inline(id, "audit", &logs));
    let run = suggest(&tool, "dev.json", "qa.json", &[]);
    let comment = dictionary(&run)["environment"]["comment"].to_string();
    assert!(comment.contains("makes 1 role differ that would be equal without it: audit"), "{comment}");
}

/// One place is enough for an environment with a number.
#[test]
fn a_number_can_end_the_name_of_an_environment() {
    let tool = Tool::new();
    let account = |id: &str, environment: &str| {
        let statement = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]);
        snapshot(id, &[inline(id, &format!("app-{environment}"), &statement)], &[])
    };
    tool.write("dev.json", account(DEV, "dev1"));
    tool.write("qa.json", account(QA, "qa2"));
    let found = dictionary(&suggest(&tool, "dev.json", "qa.json", &[]));
    assert_eq!((&found["environment"]["dev"], &found["environment"]["qa"]), (&json!(["dev1"]), &json!(["qa2"])));
}

/// What AWS calls its own condition keys is no word of the dictionary, and nothing warns about it.
#[test]
fn a_word_in_the_key_of_a_service_is_not_warned_about() {
    let tool = Tool::new();
    let keyed = json!([{"Effect": "Allow", "Action": "sns:Publish", "Resource": "*",
        "Condition": {"StringEquals": {"devops-guru:ServiceNames": "x"}}}]);
    accounts_with(&tool, ["dev", "qa"], |id| inline(id, "guru", &keyed));
    for dictionary in
        [r#"{"environment": ["dev", "qa"]}"#, r#"{"environment": {"dev": ["dev", "devops"], "qa": ["qa"]}}"#]
    {
        tool.write("equivalency_list.json", dictionary);
        let report = tool.diff(&[]);
        assert_eq!(report["totals"]["findings"], 0);
        assert!(!report["warnings"].to_string().contains("ServiceNames"), "{}", report["warnings"]);
    }
}
