//! `iamctl suggest --baseline`: one dictionary for any number of accounts.

use std::collections::BTreeMap;

use iamctl::catalog::Catalogue;
use iamctl::model::{Account, AccountTag, EquivalencyList};
use iamctl::normalise::Builtins;
use iamctl::parse::account::AccountReader;
use iamctl::suggest::{FleetInput, FleetSuggestions, Tagged, suggest_for_fleet};
use iamctl::testing::{FleetPlan, GeneratedFleet, fleet};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::support::generated_fleet::{mistakes, seeds};
use crate::support::tool::{Run, Tool, inline, role, snapshot, trust};

/// What is suggested for a generated fleet without any dictionary. `turn` is by how many places the order is another.
fn suggested(generated: &GeneratedFleet, turn: usize) -> FleetSuggestions {
    let mut reader = AccountReader::ahead(generated.accounts.iter().map(|(_, snapshot)| snapshot));
    let accounts: Vec<(AccountTag, Account)> = generated
        .accounts
        .iter()
        .map(|(tag, snapshot)| (tag.parse().unwrap(), reader.account(snapshot).unwrap()))
        .collect();
    let mut tagged: Vec<Tagged<'_>> = accounts.iter().map(|(tag, account)| (tag, account)).collect();
    let baseline = tagged.remove(0);
    tagged.rotate_left(turn);
    let (dictionary, catalogue) = (EquivalencyList::default(), Catalogue::embedded());
    suggest_for_fleet(FleetInput {
        baseline,
        accounts: &tagged,
        dictionary: &dictionary,
        builtins: Builtins::default(),
        catalogue: &catalogue,
    })
    .unwrap()
}

/// With the suggested dictionary, a fleet differs exactly where it drifted.
#[test]
fn with_what_is_suggested_exactly_the_planted_drifts_are_found() {
    let one = |seed: u64| {
        let generated = fleet(&FleetPlan { accounts: 7, roles: 12, seed }).unwrap();
        let found = suggested(&generated, 0);
        let dictionary = serde_json::to_string(&found.dictionary).unwrap();
        let expected: Value = serde_json::from_str(&generated.dictionary).unwrap();
        let mut wrong: Vec<String> = Vec::new();
        // Such words are not known as environments.
        let mut entries: Value = serde_json::from_str(&dictionary).unwrap();
        entries["name"].as_object_mut().map(|entry| entry.remove("comment"));
        if entries != json!({"name": expected["environment"]}) {
            wrong.push(format!("seed {seed}: {entries}"));
        }
        let generated = GeneratedFleet { dictionary, ..generated };
        wrong.extend(mistakes(&generated).into_iter().map(|mistake| format!("seed {seed}: {mistake}")));
        wrong
    };
    let wrong: Vec<String> = (0..seeds()).into_par_iter().flat_map(one).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_order_of_the_accounts_changes_nothing() {
    let generated = fleet(&FleetPlan { accounts: 5, roles: 10, seed: 7 }).unwrap();
    let text = |turn: usize| serde_json::to_string(&suggested(&generated, turn).dictionary).unwrap();
    assert_eq!(text(0), text(2));
}

fn suggest(tool: &Tool, tags: &[&str], more: &[&str]) -> Run {
    let words: Vec<String> = tags.iter().map(|tag| format!("{tag}.json={tag}")).collect();
    let mut arguments = vec!["suggest", "--baseline", tags[0]];
    arguments.extend(words.iter().map(String::as_str));
    arguments.extend_from_slice(more);
    tool.run(&arguments)
}

/// The fleet under the dictionary in the folder.
fn compared(tool: &Tool, tags: &[&str]) -> Value {
    let words: Vec<String> = tags.iter().map(|tag| format!("{tag}.json={tag}")).collect();
    let mut arguments = vec!["fleet", "--baseline", tags[0], "--output", "out"];
    arguments.extend(words.iter().map(String::as_str));
    let ran = tool.run(&arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
    serde_json::from_str(&tool.read("out/fleet.json")).unwrap()
}

/// The entries without their comments.
fn entries(run: &Run) -> BTreeMap<String, Value> {
    assert_eq!(run.code, 0, "{run:?}");
    let mut all: BTreeMap<String, Value> = serde_json::from_str(&run.stdout).unwrap();
    for entry in all.values_mut() {
        entry.as_object_mut().map(|entry| entry.remove("comment"));
    }
    all
}

/// An application of an environment in a Region.
fn application(id: &str, name: &str, environment: &str, region: &str) -> Value {
    let resources = json!([
        format!("arn:aws:s3:::acme-{environment}-{name}/*"),
        format!("arn:aws:sqs:{region}:{id}:{name}-{environment}"),
    ]);
    let mut role = inline(
        id,
        &format!("{name}-{environment}"),
        &json!([{"Effect": "Allow", "Action": ["s3:GetObject", "sqs:SendMessage"], "Resource": resources}]),
    );
    role["trust_policy"] = trust(&json!({"AWS": format!("arn:aws:iam::{id}:role/deploy-{environment}")}));
    role
}

const NAMES: [&str; 4] = ["orders", "invoices", "search", "mail"];

fn environments(tool: &Tool, accounts: &[(&str, &str, &str, &str)], change: impl Fn(&str, &mut Vec<Value>)) {
    for (tag, id, environment, region) in accounts {
        let mut roles: Vec<Value> = NAMES.iter().map(|name| application(id, name, environment, region)).collect();
        roles.push(role(id, &format!("deploy-{environment}"), &json!({})));
        change(tag, &mut roles);
        tool.write(&format!("{tag}.json"), snapshot(id, &roles, &[]));
    }
}

const FOUR: [(&str, &str, &str, &str); 4] = [
    ("dev", "111111111111", "dev", "eu-west-1"),
    ("prod-eu", "333333333333", "prod", "eu-west-1"),
    ("prod-us", "444444444444", "prod", "us-east-1"),
    ("qa", "222222222222", "qa", "eu-west-1"),
];

#[test]
fn two_productions_share_their_word_and_two_accounts_their_region() {
    let tool = Tool::new();
    environments(&tool, &FOUR, |_, _| {});
    let tags = FOUR.map(|(tag, ..)| tag);
    let run = suggest(&tool, &tags, &["--write"]);
    assert_eq!(
        entries(&run),
        BTreeMap::from([
            ("environment".to_owned(), json!({"dev": ["dev"], "prod-eu": ["prod"], "prod-us": ["prod"], "qa": ["qa"]})),
            (
                "region".to_owned(),
                json!({"dev": ["eu-west-1"], "prod-eu": ["eu-west-1"], "prod-us": ["us-east-1"], "qa": ["eu-west-1"]})
            ),
        ])
    );
    let says = "environment: `dev` (dev), `prod` (prod-eu, prod-us), `qa` (qa): in 4 accounts: 20 role names, ";
    assert!(run.stderr.contains(says), "{run:?}");
    assert!(run.stderr.contains("makes 15 unique roles common"), "{run:?}");
    let found = compared(&tool, &tags);
    assert_eq!(found["totals"]["findings"], 0, "{:?}", found["causes"]);
    // Nothing more is needed then.
    let again = suggest(&tool, &tags, &[]);
    assert_eq!(entries(&again), BTreeMap::new());
    assert!(again.stderr.contains("the accounts are already equal"), "{again:?}");
}

/// What one account is for is no reason to hide what it references.
#[test]
fn references_to_other_accounts_are_not_hidden() {
    let tool = Tool::new();
    environments(&tool, &FOUR, |tag, roles| {
        // Copied from dev, and from production.
        if tag == "qa" {
            roles[0] = application("222222222222", "orders", "qa", "eu-west-1");
            let text = roles[0].to_string().replace("acme-qa-orders", "acme-dev-orders");
            roles[0] = serde_json::from_str(&text).unwrap();
            let text = roles[1].to_string().replace("acme-qa-invoices", "acme-prod-invoices");
            roles[1] = serde_json::from_str(&text).unwrap();
        }
        // In all accounts but production itself, whose bucket it is.
        let shared = roles[2].to_string().replace("/*", "/*\",\"arn:aws:s3:::acme-prod-shared/*");
        roles[2] = serde_json::from_str(&shared).unwrap();
    });
    let tags = FOUR.map(|(tag, ..)| tag);
    let run = suggest(&tool, &tags, &["--write"]);
    let environment = &entries(&run)["environment"];
    assert_eq!(*environment, json!({"dev": ["dev"], "prod-eu": ["prod"], "prod-us": ["prod"], "qa": ["qa"]}));
    let found = compared(&tool, &tags);
    let messages: Vec<&str> =
        found["causes"].as_array().unwrap().iter().map(|cause| cause["message"].as_str().unwrap()).collect();
    let text = messages.join("\n");
    let of_qa: Value = serde_json::from_str(&tool.read("out/accounts/qa/report.json")).unwrap();
    let references: Vec<&str> = of_qa["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "cross-reference")
        .map(|finding| finding["message"].as_str().unwrap())
        .collect();
    assert_eq!(references.len(), 3, "{references:?} {text}");
    assert!(
        references
            .iter()
            .any(|one| one.starts_with("qa references dev: `dev` in the resource arn:aws:s3:::acme-dev-orders"))
    );
    assert!(references.iter().any(|one| {
        one.starts_with("qa references prod-eu, prod-us: `prod` in the resource arn:aws:s3:::acme-prod-invoices")
    }));
    assert!(references.iter().any(|one| one.starts_with("both dev and qa reference prod-eu, prod-us: `prod`")));
}

/// An account that is named like the baseline has its texts.
#[test]
fn an_account_with_the_words_of_the_baseline_gets_them() {
    let tool = Tool::new();
    let accounts = [FOUR[0], ("dev2", "555555555555", "dev", "eu-west-1"), FOUR[3]];
    environments(&tool, &accounts, |_, _| {});
    let tags = accounts.map(|(tag, ..)| tag);
    let run = suggest(&tool, &tags, &["--write"]);
    assert_eq!(entries(&run)["environment"], json!({"dev": ["dev"], "dev2": ["dev"], "qa": ["qa"]}));
    assert_eq!(compared(&tool, &tags)["totals"]["findings"], 0);
}

/// One role that an account has under the name of the baseline's does not make the text its own.
#[test]
fn a_copied_role_does_not_give_an_account_the_text_of_the_baseline() {
    let tool = Tool::new();
    let accounts = [FOUR[0], FOUR[3], ("blue", "666666666666", "blue", "eu-west-1")];
    environments(&tool, &accounts, |tag, roles| {
        if tag == "blue" {
            // Too few for a word that is not known as an environment.
            roles.truncate(1);
            let text = roles[0].to_string().replace("acme-blue", "acme").replace("deploy-blue", "deploy");
            roles[0] = serde_json::from_str(&text).unwrap();
            roles.push(role("666666666666", "deploy-dev", &json!({})));
        }
    });
    let run = suggest(&tool, &["dev", "qa", "blue"], &[]);
    assert_eq!(entries(&run)["environment"], json!({"dev": ["dev"], "qa": ["qa"]}), "{run:?}");
}

/// An entry that is right for one account, and that would make two resources of another account one, is not suggested.
#[test]
fn an_entry_that_merges_resources_of_any_account_is_not_suggested() {
    let tool = Tool::new();
    let of = |id: &str, word: &str, more: &str| {
        let roles = NAMES.map(|name| {
            let resources =
                json!([format!("arn:aws:s3:::x-{name}-{word}"), format!("arn:aws:sns:*:*:x-{name}-{more}")]);
            let statement = json!([{"Effect": "Allow", "Action": "*", "Resource": resources}]);
            inline(id, &format!("{name}-{word}"), &statement)
        });
        snapshot(id, &roles, &[])
    };
    tool.write("a.json", of("111111111111", "core", "core"));
    tool.write("b.json", of("222222222222", "base", "base"));
    tool.write("c.json", of("333333333333", "core", "core"));
    let run = suggest(&tool, &["a", "b", "c"], &[]);
    assert_eq!(entries(&run)["name"], json!({"a": ["core"], "b": ["base"], "c": ["core"]}));
    // In any case, `core` and `Core` are one word.
    let both =
        of("333333333333", "core", "core").replace("x-mail-core\"]", "x-mail-core\",\"arn:aws:sns:*:*:x-mail-Core\"]");
    assert!(both.contains("mail-Core"));
    tool.write("c.json", both);
    let run = suggest(&tool, &["a", "b", "c"], &[]);
    assert_eq!(entries(&run), BTreeMap::new(), "{run:?}");
    assert!(run.stderr.contains("not explained in b: "), "{run:?}");
}

/// An environment without a suffix beside two with one.
#[test]
fn a_suffix_that_one_account_does_not_have() {
    let tool = Tool::new();
    let of = |id: &str, end: &str| {
        let roles: Vec<Value> = NAMES
            .iter()
            .map(|name| {
                let bucket = format!("arn:aws:s3:::acme-{name}{end}");
                let statement = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": bucket}]);
                inline(id, &format!("{name}{end}"), &statement)
            })
            .collect();
        snapshot(id, &roles, &[])
    };
    tool.write("dev.json", of("111111111111", "-dev"));
    tool.write("qa.json", of("222222222222", "-qa"));
    tool.write("prod.json", of("333333333333", ""));
    for tags in [["dev", "qa", "prod"], ["prod", "dev", "qa"]] {
        let run = suggest(&tool, &tags, &["--equivalency", "new.json", "--write"]);
        let found = entries(&run);
        assert_eq!(found["suffix"], json!({"dev": ["-dev"], "prod": [], "qa": ["-qa"]}), "{run:?}");
        tool.write("equivalency_list.json", tool.read("new.json"));
        assert_eq!(compared(&tool, &tags)["totals"]["findings"], 0);
        std::fs::remove_file(tool.path().join("new.json")).unwrap();
        std::fs::remove_file(tool.path().join("equivalency_list.json")).unwrap();
    }
}

/// IDs of networks correspond in three accounts.
#[test]
fn ids_of_networks_are_one_entry_for_all_accounts() {
    let tool = Tool::new();
    for (tag, id, vpc) in [("dev", "111111111111", "a"), ("qa", "222222222222", "b"), ("prod", "333333333333", "c")] {
        let roles = NAMES.map(|name| {
            inline(
                id,
                name,
                &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceVpc": format!("vpc-0{}", vpc.repeat(16))}}}]),
            )
        });
        tool.write(&format!("{tag}.json"), snapshot(id, &roles, &[]));
    }
    let run = suggest(&tool, &["dev", "qa", "prod"], &["--write"]);
    let found = entries(&run);
    assert_eq!(found.len(), 1, "{run:?}");
    assert_eq!(found.values().next().unwrap().as_object().unwrap().len(), 3, "{run:?}");
    assert_eq!(compared(&tool, &["dev", "qa", "prod"])["totals"]["findings"], 0);
}

/// What is in the file stays, and another account is put into its entries.
#[test]
fn an_account_is_added_to_the_entries_that_are_there() {
    let tool = Tool::new();
    environments(&tool, &FOUR, |_, _| {});
    let mine = json!({"environment": {"dev": ["dev"], "prod-eu": ["prod"]}, "team": ["green", "red"]});
    tool.write("equivalency_list.json", mine.to_string());
    let tags = FOUR.map(|(tag, ..)| tag);
    suggest(&tool, &tags, &["--write"]);
    let mut written: Value = serde_json::from_str(&tool.read("equivalency_list.json")).unwrap();
    written["environment"].as_object_mut().unwrap().remove("comment");
    assert_eq!(written["environment"], json!({"dev": ["dev"], "prod-eu": ["prod"], "prod-us": ["prod"], "qa": ["qa"]}));
    assert_eq!(written["team"], mine["team"]);
    assert_eq!(compared(&tool, &tags)["totals"]["findings"], 0);
}

/// A plain list gets a text, and the evidence names its texts.
#[test]
fn a_plain_list_is_told_by_its_texts() {
    let tool = Tool::new();
    environments(&tool, &FOUR, |_, _| {});
    tool.write("equivalency_list.json", json!({"environment": ["dev", "qa"]}).to_string());
    let run = suggest(&tool, &FOUR.map(|(tag, ..)| tag), &[]);
    let list: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(list["environment"], json!(["dev", "prod", "qa"]));
    assert!(run.stderr.contains("\nenvironment: `dev`, `prod`, `qa`: in 4 accounts: "), "{}", run.stderr);
}

#[test]
fn accounts_come_from_folders_and_are_selected_as_for_fleet() {
    let tool = Tool::new();
    environments(&tool, &FOUR, |_, _| {});
    for (tag, ..) in FOUR {
        tool.write(&format!("harvests/{tag}/{tag}_snapshot.json"), tool.read(&format!("{tag}.json")));
    }
    let run = tool.run(&["suggest", "--baseline", "dev", "--snapshots", "harvests", "--skip", "prod-*"]);
    assert_eq!(entries(&run)["environment"], json!({"dev": ["dev"], "qa": ["qa"]}));
}

#[test]
fn bad_input_is_told_in_one_line() {
    let tool = Tool::new();
    environments(&tool, &FOUR, |_, _| {});
    tool.write("broken.json", "{");
    let fails = |arguments: &[&str], says: &str| {
        let run = tool.run(&[&["suggest"], arguments].concat());
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(says), "{says}: {run:?}");
    };
    fails(&[], "`suggest` needs two sources with their tags");
    fails(&["dev.json", "dev"], "`suggest` needs two sources with their tags");
    fails(&["dev.json=dev", "qa.json=qa"], "`suggest` needs two sources with their tags");
    fails(&["--baseline", "majority", "dev.json=dev", "qa.json=qa"], "cannot use the majority as the baseline");
    fails(&["--baseline", "majority", "dev.json=dev", "qa.json=qa"], "--baseline dev");
    fails(&["--baseline", "dev", "dev.json=dev", "qa.json"], "`qa.json` is not an account");
    fails(&["--baseline", "dev", "dev.json=dev"], "there is no account to compare with the baseline");
    fails(&["--baseline", "stage", "dev.json=dev", "qa.json=qa"], "the baseline `stage` is not the tag");
    fails(&["--baseline", "dev", "dev.json=dev", "broken.json=broken"], "1 account could not be read: broken (");
    fails(&["dev.json", "dev", "qa.json", "qa", "--only", "qa"], "`--only` is for several accounts");
    fails(
        &["--baseline", "dev", "dev.json=dev", "qa.json=qa", "--allow-same-account"],
        "cannot be used with `--baseline`",
    );
    fails(&["dev.json", "dev", "qa.json", "qa", "--snapshots", "."], "`--snapshots` is for several accounts");
    // The variable is there for `fleet`.
    let tool = tool.env("IAMCTL_BASELINE", "dev");
    assert_eq!(entries(&tool.run(&["suggest", "dev.json", "dev", "qa.json", "qa"])).len(), 1);
}
