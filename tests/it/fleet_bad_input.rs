//! What `iamctl fleet` refuses, what it does if an account cannot be read, and hostile names.

use serde_json::{Value, json};

use crate::support::made_up::HOSTILE;
use crate::support::tool::{Run, Tool, inline, role, snapshot};

const IDS: [&str; 4] = ["111111111111", "222222222222", "333333333333", "444444444444"];

/// Accounts a to d in files, each with the role `r`.
fn tool() -> Tool {
    let tool = Tool::new();
    for (tag, id) in ["a", "b", "c", "d"].into_iter().zip(IDS) {
        tool.write(&format!("{tag}.json"), snapshot(id, &[role(id, "r", &json!({}))], &[]));
    }
    tool
}

fn refused(tool: &Tool, arguments: &str, says: &[&str]) -> Run {
    let run = tool.run(&arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(run.code, 2, "{arguments}: {run:?}");
    let errors: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{arguments}: {run:?}");
    for text in says {
        assert!(run.stderr.contains(text), "{arguments}: {text}: {run:?}");
    }
    assert!(run.stdout.is_empty(), "{arguments}: {run:?}");
    run
}

#[test]
fn wrong_words_are_one_line_errors() {
    let tool = tool();
    tool.write("same.json", snapshot(IDS[1], &[role(IDS[1], "r", &json!({}))], &[]));
    std::fs::create_dir(tool.path().join("empty")).unwrap();
    std::fs::create_dir(tool.path().join("odd")).unwrap();
    tool.write("odd/-x_snapshot.json", "{}");
    let twice = "two accounts have the tag `b`: file b.json and file c.json";
    let of_one = "two sources are account 222222222222: file b.json and file same.json";
    refused(&tool, "fleet --baseline a a.json=a b.json=b c.json=B --output out", &["file b.json and file c.json"]);
    refused(&tool, "fleet --baseline a a.json=a b.json=b c.json=b --output out", &[twice]);
    refused(&tool, "fleet --baseline a a.json=a b.json=b same.json=x --output out", &[of_one]);
    refused(&tool, "fleet --baseline bb a.json=a b.json=b --output out", &["the baseline `bb`", "not the tag"]);
    refused(&tool, "fleet --baseline a a.json=a --output out", &["no account to compare"]);
    refused(&tool, "fleet --baseline a.json=a --output out", &["no account to compare", "--snapshots DIR"]);
    refused(&tool, "fleet --baseline majority a.json=a b.json=b --output out", &["at least three accounts", "are 2"]);
    let few = "fleet --baseline majority a.json=a b.json=b c.json=c --skip c --output out";
    refused(&tool, few, &["at least three accounts", "are 2"]);
    refused(&tool, "fleet --baseline a a.json=a b.json --output out", &["b.json", "SOURCE=TAG"]);
    refused(&tool, "fleet --baseline a a.json=a b.json=b/c --output out", &["`b/c` is not an account tag"]);
    refused(&tool, "fleet --baseline a a.json=a b.json=b --only x* --output out", &["`--only x*`"]);
    refused(&tool, "fleet --baseline a a.json=a b.json=b --skip x --output out", &["`--skip x`"]);
    refused(&tool, "fleet --baseline a a.json=a b.json=b --skip b --output out", &["leave no account"]);
    refused(&tool, "fleet --baseline a a.json=a --snapshots empty --output out", &["`empty`", "snapshot"]);
    refused(&tool, "fleet --baseline a a.json=a --snapshots none --output out", &["`none`"]);
    refused(&tool, "fleet --baseline a a.json=a --snapshots odd --output out", &["odd/-x_snapshot.json", "tag"]);
    let no_role = ["no role of any account of the fleet matches `--role nothing`"];
    refused(&tool, "fleet --baseline a a.json=a b.json=b --role nothing --output out", &no_role);
    refused(&tool, "fleet --baseline a a.json=a b.json=b --fail-on some --output out", &["`some`"]);
    let none = ["cannot read `none.json`"];
    refused(&tool, "fleet --baseline none.json=a b.json=b --output out", &none);
    refused(&tool, "fleet --baseline none.json=a b.json=b --output out --allow-unread", &none);
    let all = ["2 of 3 accounts could not be read: x (cannot read `none.json`", "y (cannot read `no.json`"];
    refused(&tool, "fleet --baseline a a.json=a none.json=x no.json=y --output out --allow-unread", &all);
    assert!(!tool.exists("out/fleet.json"));
}

#[test]
fn snapshots_in_folders_are_found() {
    let tool = tool();
    for (tag, folder) in [("a", "harvests/a"), ("b", "harvests/deep/er"), ("c", "harvests/.hidden")] {
        assert_eq!(tool.run(&["harvest", &format!("{tag}.json"), tag, "--output", folder]).code, 0);
    }
    let packed = {
        use std::io::Write as _;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(tool.read("d.json").as_bytes()).unwrap();
        packer.finish().unwrap()
    };
    tool.write("harvests/d_snapshot.json.gz", packed);
    let run = tool.run(&["fleet", "--baseline", "a", "--snapshots", "harvests", "--output", "out"]);
    assert_eq!(run.code, 0, "{run:?}");
    let tags: Vec<String> = tool
        .read("out/accounts_read.csv")
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap().to_owned())
        .collect();
    assert_eq!(tags, ["a", "b", "d"]);
    tool.write("harvests/other/b_snapshot.json", tool.read("c.json"));
    let says = ["`b`", "harvests/deep/er/b_snapshot.json", "harvests/other/b_snapshot.json"];
    refused(&tool, "fleet --baseline a --snapshots harvests --output out", &says);
    std::fs::rename(
        tool.path().join("harvests/other/b_snapshot.json"),
        tool.path().join("harvests/other/x_snapshot.json"),
    )
    .unwrap();
    tool.write("harvests/other/x_snapshot.json", tool.read("b.json"));
    let says = ["222222222222", "harvests/deep/er/b_snapshot.json", "harvests/other/x_snapshot.json"];
    refused(&tool, "fleet --baseline a --snapshots harvests --output out", &says);
}

#[test]
fn filters_are_for_tags_and_ids() {
    let tool = tool();
    let status = |more: &[&str]| {
        let mut arguments = vec!["fleet", "--baseline", "a", "a.json=a", "b.json=b", "c.json=c", "d.json=d"];
        arguments.extend_from_slice(&["--output", "out"]);
        arguments.extend_from_slice(more);
        let run = tool.run(&arguments);
        assert_eq!(run.code, 0, "{run:?}");
        let text = tool.read("out/accounts_read.csv");
        let line = |line: &str| line.split(',').nth(2).unwrap().to_owned();
        text.lines().skip(1).map(line).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(status(&[]), "read read read read");
    assert_eq!(status(&["--only", "B,3333*"]), "read read read skipped");
    assert_eq!(status(&["--skip", "222222222222", "--skip", "d"]), "read skipped read skipped");
    assert_eq!(status(&["--only", "?", "--skip", "c"]), "read read skipped read");
    let matrix = tool.read("out/role_matrix.csv");
    assert!(matrix.starts_with("role,baseline_role,accounts,classes,a,b,d\r\n"), "{matrix}");
}

#[test]
fn an_account_that_cannot_be_read_is_no_verdict() {
    let tool = tool();
    tool.write("broken.json", "{");
    let mut wrong: Value = serde_json::from_str(&tool.read("d.json")).unwrap();
    wrong["roles"][0]["trust_policy"] = json!({"Statement": [{"Effect": "Maybe"}]});
    tool.write("wrong.json", wrong.to_string());
    let words = "fleet --baseline a a.json=a b.json=b c.json=c broken.json=x wrong.json=y none.json=z --output out";
    let says =
        ["3 of 6 accounts could not be read", "x (", "y (", "z (", "accounts_read.csv in `out`", "--allow-unread"];
    refused(&tool, words, &says);
    assert_eq!(tool.names("out"), ["accounts_read.csv", "manifest.json", "manifest.json.sha256"]);
    let list = tool.read("out/accounts_read.csv");
    let status: Vec<&str> = list.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
    assert_eq!(status, ["failed", "failed", "failed", "read", "read", "read"], "{list}");
    let run = tool.run(&[&words.split(' ').collect::<Vec<_>>()[..], &["--allow-unread"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let first = |name: &str| {
        tool.read(&format!("out/{name}")).lines().nth(usize::from(name.ends_with("csv"))).unwrap().to_owned()
    };
    assert!(run.stdout.starts_with("NOT COMPLETE: 3 of 6 accounts were not read"), "{run:?}");
    assert!(first("fleet.md").contains("NOT COMPLETE"), "{}", first("fleet.md"));
    assert!(first("classes.csv").contains("not read"), "{}", first("classes.csv"));
    assert!(first("outliers.csv").starts_with("x,,not read"), "{}", first("outliers.csv"));
    assert!(tool.read("out/role_matrix.csv").lines().nth(1).unwrap().contains("not read,not read,not read,1,1,1"));
    let fleet: Value = serde_json::from_str(&tool.read("out/fleet.json")).unwrap();
    assert!(tool.read("out/fleet.json").lines().nth(3).unwrap().contains("\"unread\""));
    assert_eq!(fleet["unread"], json!(["x", "y", "z"]));
}

#[test]
fn roles_that_cannot_be_compared_are_neither_the_same_nor_absent() {
    let tool = tool();
    let lacking = |id: &str| role(id, "r", &json!({"attached_policies": [format!("arn:aws:iam::{id}:policy/gone")]}));
    tool.write("b.json", snapshot(IDS[1], &[lacking(IDS[1]), role(IDS[1], "s", &json!({}))], &[]));
    let words = "fleet --baseline a a.json=a b.json=b c.json=c --output out";
    refused(&tool, words, &["b (", "policy/gone"]);
    let run = tool.run(&[&words.split(' ').collect::<Vec<_>>()[..], &["--allow-incomplete"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let matrix = tool.read("out/role_matrix.csv");
    assert!(matrix.contains("r,r,3 of 3,1,1,not compared,1"), "{matrix}");
    assert!(matrix.contains("s,,1 of 3,1,-,2,-"), "{matrix}");
    // The class says how severe that is, and why.
    let classes = tool.read("out/classes.csv");
    let line = classes.lines().find(|line| line.starts_with("r,r,not compared,1,b,")).unwrap();
    assert!(line.contains("policy/gone") && line.contains("medium"), "{line}");
    assert!(run.stdout.contains("1 role, 1 role not compared, 2 findings"), "{run:?}");
    // If nothing else is wrong, nothing else is said.
    let only = "fleet --baseline a a.json=a b.json=b c.json=c --role r --allow-incomplete --output out";
    let run = tool.run(&only.split(' ').collect::<Vec<_>>());
    assert!(run.stdout.contains("deviates from a: 1 role not compared, 1 finding"), "{run:?}");
    assert!(run.stdout.contains("  b: 1 finding (1 medium), 1 role not compared or not determined"), "{run:?}");
}

#[test]
fn a_majority_needs_all_policies() {
    let tool = tool();
    let words = "fleet --baseline majority a.json=a b.json=b c.json=c --allow-incomplete --output out";
    let says = ["`--baseline majority` cannot be used with `--allow-incomplete`", "leave out `--allow-incomplete`"];
    refused(&tool, words, &says);
}

#[test]
fn a_role_pattern_need_not_match_in_every_account() {
    let tool = tool();
    let both = |id: &str| [role(id, "r", &json!({})), role(id, "only-c", &json!({}))];
    tool.write("c.json", snapshot(IDS[2], &both(IDS[2]), &[]));
    let words = "fleet --baseline a a.json=a b.json=b c.json=c --role only-* --output out";
    let run = tool.run(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{run:?}");
    let matrix = tool.read("out/role_matrix.csv");
    assert_eq!(
        matrix.lines().collect::<Vec<_>>(),
        ["role,baseline_role,accounts,classes,a,b,c", "only-c,,1 of 3,1,-,-,2"]
    );
}

#[test]
fn hostile_names_are_harmless() {
    for (place, name) in HOSTILE.iter().enumerate() {
        let tool = tool();
        let allow =
            |action: &str| json!([{"Effect": "Allow", "Action": action, "Resource": format!("arn:aws:s3:::{name}")}]);
        let of = |id: &str, action: &str| {
            let mut role = inline(id, "r", &allow(action));
            role["name"] = json!(name);
            role["tags"] = json!({*name: format!("{name}{action}")});
            snapshot(id, &[role], &[])
        };
        tool.write("a.json", of(IDS[0], "s3:GetObject"));
        tool.write("b.json", of(IDS[1], "s3:PutObject"));
        let run = tool.run(&["fleet", "--baseline", "a", "a.json=a", "b.json=b", "c.json=c", "--output", "out"]);
        if run.code != 0 {
            // A name that no account can have is refused, in a line.
            assert!(run.stderr.lines().all(|line| !line.contains('\u{1b}')), "{place}: {run:?}");
            continue;
        }
        for text in [&run.stdout, &run.stderr, &tool.read("out/fleet.md")] {
            let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}'));
            assert_eq!(bad, None, "{place}: {text}");
        }
        for file in ["role_matrix.csv", "classes.csv", "outliers.csv", "accounts_read.csv"] {
            let text = tool.read(&format!("out/{file}"));
            let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
            for record in reader.records().map(Result::unwrap) {
                let formula = |cell: &&str| {
                    cell.starts_with(['=', '+', '@', '\t', '\r']) || (cell.starts_with('-') && *cell != "-")
                };
                assert_eq!(record.iter().find(formula), None, "{place} {file}: {text}");
            }
        }
    }
}

/// Copies of snapshots in reports of comparisons are no accounts.
#[test]
fn report_folders_are_not_searched_for_snapshots() {
    let tool = tool();
    for tag in ["a", "b"] {
        assert_eq!(tool.run(&["harvest", &format!("{tag}.json"), tag, "--output", "all"]).code, 0);
    }
    let run =
        tool.run(&["fleet", "--baseline", "a", "--snapshots", "all", "--reports", "all", "--output", "all/fleet"]);
    assert_eq!(run.code, 0, "{run:?}");
    let pair = ["diff", "all/a_snapshot.json", "a", "all/b_snapshot.json", "b", "--output", "all/pair"];
    assert_eq!(tool.run(&pair).code, 0);
    let run = tool.run(&["fleet", "--baseline", "a", "--snapshots", "all", "--output", "out"]);
    assert_eq!(run.code, 0, "{run:?}");
    for folder in ["all/fleet", "all/pair"] {
        assert!(run.stderr.contains(&format!("{folder}: not searched for snapshots")), "{run:?}");
    }
    let says = ["`all/pair`", "does not contain a snapshot, and 1 report folder is", "not searched"];
    refused(&tool, "fleet --baseline a --snapshots all/pair --output out", &says);
}

/// What nobody asked for need not be readable.
#[test]
fn an_unreadable_account_that_is_not_selected_is_skipped() {
    let tool = tool();
    tool.write("broken.json", "{");
    let words = "fleet --baseline a a.json=a b.json=b c.json=c broken.json=x --output out";
    for filter in ["--only=b", "--only=b,3333*", "--skip=x", "--only=333333333333"] {
        let run = tool.run(&[&words.split(' ').collect::<Vec<_>>()[..], &[filter]].concat());
        assert_eq!(run.code, 0, "{filter}: {run:?}");
        let list = tool.read("out/accounts_read.csv");
        let line = list.lines().find(|line| line.starts_with("x,")).unwrap();
        assert!(line.contains(",skipped,"), "{filter}: {line}");
    }
    let list = tool.read("out/accounts_read.csv");
    assert!(list.contains("its account ID is not known"), "{list}");
    refused(&tool, &format!("{words} --only x,b"), &["1 of 3 accounts could not be read: x ("]);
}
