//! `--accounts FILE`: what is refused, what is not read, and a harvest that goes on where it stopped. No account is asked.

use serde_json::{Value, json};

use crate::support::schema::{Schema, closed, read};
use crate::support::tool::{Run, Tool, role, snapshot};

const IDS: [&str; 4] = ["111111111111", "222222222222", "333333333333", "444444444444"];

fn run(tool: &Tool, words: &str) -> Run {
    tool.run(&words.split(' ').collect::<Vec<_>>())
}

fn refused(tool: &Tool, words: &str, says: &[&str]) {
    let run = run(tool, words);
    assert_eq!(run.code, 2, "{words}: {run:?}");
    let errors: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{words}: {run:?}");
    for text in says {
        assert!(run.stderr.contains(text), "{words}: {text}: {run:?}");
    }
    assert!(run.stdout.is_empty(), "{words}: {run:?}");
}

#[test]
fn wrong_lists_are_one_line_errors_with_file_and_line() {
    let tool = Tool::new();
    let files = [
        ("twice.yml", "accounts:\n- {account_id: '111111111111', name: a}\n- {account_id: '111111111111', name: b}\n"),
        ("names.yml", "accounts:\n- {account_id: '111111111111', name: a}\n- {account_id: '222222222222', name: A}\n"),
        ("key.yml", "accounts:\n- account_id: '111111111111'\n  rolle: x\n"),
        ("id.yml", "dev: '111111111111'\nqa: 22\n"),
        ("none.yml", "accounts: []\n"),
        ("broken.yml", "accounts: [\n"),
        ("part.json", r#"{"Accounts": [{"Id": "111111111111", "Name": "a"}], "NextToken": "x"}"#),
        ("plain.yml", "a: '111111111111'\nb: '222222222222'\n"),
        ("other.yml", "accounts:\n- {account_id: '111111111111', name: a, role: 'arn:aws:iam::222222222222:role/r'}\n"),
    ];
    for (name, text) in files {
        tool.write(name, text);
    }
    let of = |file: &str| format!("harvest --accounts {file} --role-name audit --output out");
    refused(&tool, &of("twice.yml"), &["`twice.yml`", "line 3: account 111111111111 is also in line 2"]);
    refused(&tool, &of("names.yml"), &["`names.yml`", "line 3: the name `A` gives the tag `A`"]);
    refused(&tool, &of("key.yml"), &["`key.yml`", "line 3: ", "rolle"]);
    refused(&tool, &of("id.yml"), &["`id.yml`", "line 2: `22` is not an account ID"]);
    refused(&tool, &of("none.yml"), &["`none.yml`", "it lists no account"]);
    refused(&tool, &of("broken.yml"), &["`broken.yml`", "line "]);
    refused(&tool, &of("part.json"), &["`part.json`", "NextToken"]);
    refused(&tool, &of("gone.yml"), &["`gone.yml`"]);
    refused(&tool, &of("other.yml"), &["line 2: the role for account 111111111111 is a role of another account"]);
    let no_role = ["`plain.yml`", "line 1: account 111111111111 has no role and no profile", "`--role-name`"];
    refused(&tool, "harvest --accounts plain.yml --output out", &no_role);
    refused(&tool, "fleet --accounts plain.yml --baseline a --output out", &no_role);
    refused(&tool, "harvest --accounts plain.yml --role-name audit", &["`--output DIR`"]);
    refused(&tool, "harvest --accounts plain.yml --role-name audit --max-age soon --output out", &["`--max-age soon`"]);
    refused(&tool, "harvest --accounts plain.yml --role-name audit --skip * --output out", &["leave no account"]);
    refused(&tool, "harvest --accounts plain.yml --role-name audit --only x --output out", &["`--only x`"]);
    refused(&tool, "fleet --accounts plain.yml --role-name audit --baseline c --output out", &["the baseline `c`"]);
    tool.write("a.json", snapshot(IDS[0], &[], &[]));
    refused(&tool, "harvest a.json a --resume --output out", &["`--resume` is for several accounts"]);
    refused(&tool, "harvest a.json a --only a --output out", &["`--only` is for several accounts"]);
    assert!(!tool.exists("out"));
    for words in
        ["harvest", "harvest a.json", "harvest a.json a --accounts plain.yml", "fleet --baseline a --role-name x"]
    {
        assert_eq!(run(&tool, words).code, 2, "{words}");
    }
}

/// Three accounts as an earlier harvest left them, one of them too old, one of another account.
fn harvested(times: [&str; 3]) -> Tool {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", "1795248000");
    for ((tag, id), time) in ["a", "b", "c"].into_iter().zip(IDS).zip(times) {
        let text = snapshot(id, &[role(id, "r", &json!({}))], &[]);
        let mut value: Value = serde_json::from_str(&text).unwrap();
        value["harvested_at"] = json!(time);
        tool.write(&format!("all/{tag}/{tag}_snapshot.json"), value.to_string());
    }
    tool
}

#[test]
fn what_is_there_and_young_is_not_read_again() {
    let young = "2026-11-21T07:00:00Z";
    let tool = harvested([young, young, young]);
    let list = json!({"Accounts": [
        {"Id": IDS[0], "Name": "a", "State": "ACTIVE"},
        {"Id": IDS[1], "Name": "b", "Status": "ACTIVE"},
        {"Id": IDS[2], "Name": "c", "Status": "ACTIVE", "Paths": ["o-1/r-1/ou-1/"]},
        {"Id": IDS[3], "Name": "old", "Status": "SUSPENDED"},
    ]});
    tool.write("accounts.json", list.to_string());
    let words = "harvest --accounts accounts.json --role-name audit --output all --resume";
    let ran = run(&tool, words);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("4 accounts: 3 read, 1 suspended"), "{ran:?}");
    let list = tool.read("all/accounts_read.csv");
    let line = |tag: &str| list.lines().find(|line| line.starts_with(&format!("{tag},"))).unwrap().to_owned();
    assert!(line("a").starts_with("a,111111111111,read,kept from an earlier run,1,2026-11-21T07:00:00Z"), "{list}");
    assert!(line("old").contains(",suspended,AWS Organizations lists it as SUSPENDED,"), "{list}");
    // The folder is a fleet.
    let fleet = run(&tool, "fleet --snapshots all --baseline a --output out");
    assert_eq!(fleet.code, 0, "{fleet:?}");
    assert!(fleet.stdout.contains("1 role is in 2 accounts the same as in a"), "{fleet:?}");
    assert!(fleet.stdout.contains("Left out: 1 account suspended; see accounts_read.csv."), "{fleet:?}");
    let fleet: Value = serde_json::from_str(&tool.read("out/fleet.json")).unwrap();
    Schema::new(closed(read("docs/fleet.schema.json"))).check(&fleet).unwrap();
    // What the list says of an account selects it here too.
    let of = |tag: &str| fleet["accounts"].as_array().unwrap().iter().find(|one| one["tag"] == tag).unwrap();
    assert_eq!((&of("c")["labels"], &of("a")["labels"]), (&json!(["o-1/r-1/ou-1/"]), &json!([])));
    let fleet = run(&tool, "fleet --snapshots all --baseline a --only O-1/*/ou-1/ --output out");
    assert!(fleet.stdout.contains("1 role is in 1 account the same as in a"), "{fleet:?}");
    // A part of it, by OU path or by ID.
    let part = run(&tool, &format!("{words} --only o-1/r-1/*,222222222222"));
    assert!(part.stdout.contains("4 accounts: 2 read, 2 skipped"), "{part:?}");
}

#[cfg(not(feature = "harvest"))]
#[test]
fn what_is_old_or_of_another_account_is_read_again_and_one_failure_does_not_end_the_others() {
    let young = "2026-11-21T07:00:00Z";
    let tool = harvested([young, "2026-11-19T08:00:00Z", young]);
    tool.write("accounts.yml", format!("a: '{}'\nb: '{}'\nc: '{}'\n", IDS[0], IDS[1], IDS[3]));
    let words = "harvest --accounts accounts.yml --role-name audit --output all --resume";
    let ran = run(&tool, words);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stdout.contains("3 accounts: 1 read, 2 failed"), "{ran:?}");
    assert!(
        ran.stderr.contains("2 of 3 accounts could not be read: b (") && ran.stderr.contains("--resume"),
        "{ran:?}"
    );
    // What was there stays, but a fleet does not take it for what is there now.
    assert!(tool.exists("all/b/b_snapshot.json"));
    let fleet = run(&tool, "fleet --snapshots all --baseline a --output out");
    assert!(fleet.code == 2 && fleet.stderr.contains("2 of 3 accounts could not be read: b ("), "{fleet:?}");
    let fleet = run(&tool, "fleet --snapshots all --baseline b --output out");
    assert!(fleet.code == 2 && fleet.stderr.contains("the baseline `b` cannot be read: "), "{fleet:?}");
    let ran = run(&tool, &format!("{words} --max-age 3d"));
    assert!(ran.stdout.contains("3 accounts: 2 read, 1 failed"), "{ran:?}");
    let fleet = run(&tool, "fleet --snapshots all --baseline a --allow-unread --output out");
    assert!(fleet.stdout.starts_with("NOT COMPLETE: 1 of 3 accounts was not read"), "{fleet:?}");
    assert!(tool.read("out/accounts_read.csv").lines().nth(1).unwrap().starts_with("c,,failed,"));
    tool.write("all/accounts_read.csv", "account,status\na,read\n");
    let fleet = run(&tool, "fleet --snapshots all --baseline a --output out");
    assert!(fleet.code == 2 && fleet.stderr.contains("all/accounts_read.csv"), "{fleet:?}");
    // A fleet over the list says which accounts it could not read.
    let says = run(&tool, "fleet a.json=x --accounts accounts.yml --role-name audit --baseline x --output out");
    assert!(says.code == 2 && says.stderr.contains("error: "), "{says:?}");
}
