//! Lists of accounts against moto: roles that are assumed, accounts that deny, a run that is cut off and goes on.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::faults::{Fault, Proxy};
use crate::support::moto::Account;
use crate::support::tool::{Run, Tool};

/// Accounts with a role each, the last one with another session duration.
fn accounts(count: usize) -> Vec<Account> {
    let all: Vec<Account> = (0..count).map(|_| Account::new()).collect();
    for account in &all {
        account.role("app");
    }
    all.last().unwrap().role("extra");
    all
}

/// A run's folder with the profile `hub`, from whose keys the roles are assumed, and a list of the accounts.
fn tool(endpoint: &str, accounts: &[Account]) -> Tool {
    let tool = Tool::new();
    tool.write(
        "aws-config",
        format!(
            "[profile hub]\naws_access_key_id = testing\naws_secret_access_key = testing\nregion = us-east-1\n\
             endpoint_url = {endpoint}\n"
        ),
    );
    tool.write("aws-credentials", "");
    let mut listed: Vec<Value> = accounts
        .iter()
        .enumerate()
        .map(|(place, account)| json!({"Id": account.id, "Name": format!("acc-{place:02}"), "State": "ACTIVE"}))
        .collect();
    listed.push(json!({"Id": "000000000001", "Name": "closed", "State": "SUSPENDED"}));
    tool.write("accounts.json", json!({"Accounts": listed}).to_string());
    tool
}

const LIST: [&str; 6] = ["--accounts", "accounts.json", "--role-name", "audit", "--via", "hub"];

fn run(tool: &Tool, command: &str, more: &[&str]) -> Run {
    tool.run(&[&[command][..], &LIST, more].concat())
}

fn statuses(tool: &Tool, folder: &str) -> Vec<String> {
    let list = tool.read(&format!("{folder}/accounts_read.csv"));
    list.lines().skip(1).map(|line| line.split(',').nth(2).unwrap().to_owned()).collect()
}

/// Denies AssumeRole in these accounts.
fn deny(proxy: &Proxy, accounts: &[&Account], times: usize) {
    for account in accounts {
        let id = account.id.clone();
        let applies = move |request: &crate::support::faults::Request| {
            request.action() == "AssumeRole" && request.field("RoleArn").contains(&id)
        };
        proxy.when(times, applies, Fault::Error(403, "AccessDenied"));
    }
}

#[test]
fn many_accounts_are_read_and_some_deny() {
    let all = accounts(50);
    let proxy = Proxy::new();
    deny(&proxy, &[&all[3], &all[7], &all[41]], 1);
    proxy.when(3, |request| request.action() == "ListRoles", Fault::Error(400, "Throttling"));
    let tool = tool(&proxy.url(), &all);
    let ran = run(&tool, "harvest", &["--output", "all", "--concurrency", "4"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stdout.contains("51 accounts: 47 read, 3 denied, 1 suspended"), "{ran:?}");
    assert!(ran.stderr.contains("3 of 50 accounts could not be read: acc-03 ("), "{ran:?}");
    let roles: Vec<String> = proxy.of("AssumeRole").iter().map(|one| one.field("RoleArn").to_owned()).collect();
    assert!(roles.iter().all(|role| role.ends_with(":role/audit")) && roles.len() == 50, "{roles:?}");
    let fleet = tool.run(&["fleet", "--snapshots", "all", "--baseline", "acc-00", "--output", "out"]);
    assert!(fleet.code == 2 && fleet.stderr.contains("3 of 50 accounts could not be read"), "{fleet:?}");
    // Only what is missing is read again.
    let before = proxy.count("GetAccountAuthorizationDetails");
    let ran = run(&tool, "harvest", &["--output", "all", "--resume"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("51 accounts: 50 read, 1 suspended"), "{ran:?}");
    assert_eq!(proxy.count("GetAccountAuthorizationDetails") - before, 3);
    // No network is needed to compare them.
    let fleet = tool.run(&["fleet", "--snapshots", "all", "--baseline", "acc-00", "--output", "out"]);
    assert_eq!(fleet.code, 0, "{fleet:?}");
    assert!(fleet.stdout.contains("1 of 49 accounts deviates from acc-00: 1 role, 1 finding"), "{fleet:?}");
    // The list knows the manifest of each account.
    let verified = tool.run(&["verify", "all"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert!(verified.stdout.contains("all files match the manifest; 50 reports regenerated"), "{verified:?}");
    std::fs::remove_dir_all(tool.path().join("all/acc-05")).unwrap();
    let verified = tool.run(&["verify", "all"]);
    assert_eq!(verified.code, 1, "{verified:?}");
    assert!(verified.stdout.contains("Missing: acc-05/manifest.json\n"), "{verified:?}");
}

#[test]
fn a_fleet_can_read_the_list_itself() {
    let all = accounts(4);
    let proxy = Proxy::new();
    deny(&proxy, &[&all[2]], 1);
    let tool = tool(&proxy.url(), &all);
    let ran = run(&tool, "fleet", &["--baseline", "acc-00", "--output", "out"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("1 of 4 accounts could not be read: acc-02 ("), "{ran:?}");
    assert_eq!(statuses(&tool, "out"), ["denied", "read", "read", "read", "suspended"]);
    let ran = run(&tool, "fleet", &["--baseline", "acc-00", "--output", "out"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("1 of 3 accounts deviates"), "{ran:?}");
    let fleet: Value = serde_json::from_str(&tool.read("out/fleet.json")).unwrap();
    assert_eq!(fleet["unread"], json!([]));
    // An account that is not selected is not asked.
    let before = proxy.count("AssumeRole");
    let ran = run(&tool, "fleet", &["--baseline", "acc-00", "--only", "acc-01", "--output", "out"]);
    assert_eq!((ran.code, proxy.count("AssumeRole") - before), (0, 2), "{ran:?}");
    let suspended = run(&tool, "fleet", &["--baseline", "closed", "--output", "out"]);
    assert!(suspended.code == 2 && suspended.stderr.contains("SUSPENDED"), "{suspended:?}");
}

#[test]
fn external_ids_paths_hubs_and_profiles() {
    let (hub, spoke) = (Account::new(), Account::new());
    spoke.role("app");
    let proxy = Proxy::new();
    let tool = tool(&proxy.url(), &[]);
    tool.write(
        "accounts.yml",
        format!(
            "accounts:\n- account_id: '{0}'\n  name: one\n  role: [{1}, audit]\n  external_id: x-42\n  tags: ['env:prod']\n",
            spoke.id,
            hub.entry()
        ),
    );
    let list = ["harvest", "--accounts", "accounts.yml", "--via", "hub", "--output", "all", "--only", "env:*"];
    let ran = tool.run(&list);
    assert_eq!(ran.code, 0, "{ran:?}");
    let asked: Vec<(String, String)> = proxy
        .of("AssumeRole")
        .iter()
        .map(|one| (one.field("RoleArn").to_owned(), one.field("ExternalId").to_owned()))
        .collect();
    let audit = format!("arn:aws:iam::{}:role/audit", spoke.id);
    assert_eq!(asked, [(hub.entry(), String::new()), (audit, "x-42".to_owned())]);
    tool.write("map.yml", format!("one: '{}'\n", spoke.id));
    let list = ["harvest", "--accounts", "map.yml", "--via", "hub", "--role-name", "audit", "--role-path", "/team/x"];
    let ran = tool.run(&[&list[..], &["--external-id", "y", "--output", "other"]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let last = proxy.of("AssumeRole").pop().unwrap();
    assert_eq!(last.field("RoleArn"), format!("arn:aws:iam::{}:role/team/x/audit", spoke.id));
    assert_eq!(last.field("ExternalId"), "y");
    // Profiles by pattern; a profile of another account than the list says.
    let config = tool.read("aws-config");
    let entry = crate::support::profiles::role_profile("prod-one", &proxy.url(), &spoke).replace("= base", "= hub");
    tool.write("aws-config", format!("{config}{entry}"));
    let ran = tool.run(&["harvest", "--profiles", "prod-*", "--output", "byprofile"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(tool.exists("byprofile/prod-one/prod-one_snapshot.json"));
    let none = tool.run(&["harvest", "--profiles", "nothing-*", "--output", "byprofile"]);
    assert!(none.code == 2 && none.stderr.contains("`--profiles nothing-*`"), "{none:?}");
    tool.write("wrong.yml", format!("accounts:\n- {{account_id: '{}', name: one, profile: prod-one}}\n", hub.id));
    let wrong = tool.run(&["harvest", "--accounts", "wrong.yml", "--output", "wrong"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("the list names account"), "{wrong:?}");
    assert!(!tool.exists("wrong/one"));
}

#[cfg(unix)]
#[test]
fn a_harvest_that_is_interrupted_goes_on_where_it_stopped() {
    let all = accounts(6);
    let proxy = Proxy::new();
    // The fourth account is slow.
    let slow: Vec<String> = all[3..].iter().map(|account| account.id.clone()).collect();
    let applies = move |request: &crate::support::faults::Request| {
        request.action() == "AssumeRole" && slow.iter().any(|id| request.field("RoleArn").contains(id))
    };
    proxy.when(1, applies, Fault::Delay(Duration::from_secs(60)));
    let tool = tool(&proxy.url(), &all);
    let arguments = [&["harvest"][..], &LIST, &["--output", "all", "--concurrency", "1"]].concat();
    let mut child = tool.command(&arguments).spawn().unwrap();
    for _ in 0..600 {
        if tool.exists("all/acc-02/acc-02_snapshot.json") {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let there = ["acc-00", "acc-01", "acc-02", "accounts_read.csv", "manifest.json", "manifest.json.sha256"];
    assert_eq!(tool.names("all"), there, "what was read is whole, and nothing else is there");
    assert_eq!(statuses(&tool, "all"), ["failed", "failed", "failed", "read", "read", "read", "suspended"]);
    let fleet = tool.run(&["fleet", "--snapshots", "all", "--baseline", "acc-00", "--output", "out"]);
    assert!(fleet.code == 2 && fleet.stderr.contains("the harvest ended before"), "{fleet:?}");
    let before = proxy.count("GetAccountAuthorizationDetails");
    let ran = run(&tool, "harvest", &["--output", "all", "--resume"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("7 accounts: 6 read, 1 suspended"), "{ran:?}");
    assert_eq!(proxy.count("GetAccountAuthorizationDetails") - before, 3);
}
