//! Accepted differences, from the command line: what an entry accepts and what it never may, what `accept` writes.

use serde_json::{Value, json};

use crate::support::program::{EXAMPLES, Place};
use crate::support::tool::{DEV, QA, Run, Tool, document, inline, role, snapshot, trust};

/// 2026-11-21, 2026-12-31 and 2027-01-01, each at 08:00 in UTC.
const TODAY: &str = "1795248000";
const LAST_DAY: &str = "1798704000";
const DAY_AFTER: &str = "1798790400";

const LISTS: [&str; 6] = [
    "item_differences",
    "access_differences",
    "trust_differences",
    "deny_differences",
    "attribute_differences",
    "cross_references",
];

fn file(entries: &Value) -> String {
    json!({"format": "iamctl-accepted", "version": 1, "accepted": entries}).to_string()
}

fn allow(actions: &[&str], resources: &[&str]) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resources})
}

/// Two accounts of these roles, in a folder where the day is fixed.
fn tool_of(dev: &[Value], qa: &[Value]) -> Tool {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", TODAY);
    tool.write("dev.json", snapshot(DEV, dev, &[]));
    tool.write("qa.json", snapshot(QA, qa, &[]));
    tool
}

/// Roles `r` of which only qa's has these statements.
fn qa_more(statements: &Value) -> Tool {
    let all = |more: &Value| {
        let mut all = vec![allow(&["s3:ListAllMyBuckets"], &["*"])];
        all.extend(more.as_array().unwrap().iter().cloned());
        json!(all)
    };
    tool_of(&[inline(DEV, "r", &all(&json!([])))], &[inline(QA, "r", &all(statements))])
}

/// The report under these entries.
fn under(tool: &Tool, entries: &Value) -> Value {
    tool.write("accepted.json", file(entries));
    tool.diff(&[])
}

fn fails(tool: &Tool, fail_on: &str) -> i32 {
    tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--fail-on", fail_on]).code
}

/// How many differences each list still has, and how many are accepted.
fn counts(report: &Value) -> ([usize; 6], usize) {
    let count = |key: &str| report[key].as_array().unwrap().len();
    (LISTS.map(count), count("accepted_differences"))
}

fn warnings(report: &Value) -> Vec<&str> {
    report["warnings"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn ok(run: Run) -> Run {
    assert_eq!(run.code, 0, "{run:?}");
    run
}

fn refused(run: &Run, error: &str) {
    assert!(run.code == 2 && run.stderr.contains(error) && run.stdout.is_empty(), "{error}: {run:?}");
}

#[test]
fn a_baseline_of_the_examples_is_clean_until_it_expires() {
    let place = Place::new();
    let before: Value = report_of(&place, "reports", EXAMPLES, 0);
    let accepted =
        ["accept", "reports", "--all", "--reason", "baseline", "--owner", "iam@x", "--expires", "2026-12-31"];
    let run = ok(place.ask(&accepted));
    let written: Value = serde_json::from_str(&run.stdout).unwrap();
    let on_disk: Value = serde_json::from_str(&place.read("accepted.json")).unwrap();
    assert_eq!(on_disk["accepted"], written);
    let findings = &before["totals"]["findings"];
    assert!(
        run.stderr.contains(&format!("they cover {findings} findings of the report; 0 stay open")),
        "{}",
        run.stderr
    );

    let strict = format!("{EXAMPLES} --exit-code");
    let after = report_of(&place, "reports", &strict, 0);
    let open: usize = counts(&before).0.iter().sum::<usize>() + 4;
    assert_eq!(counts(&after), ([0; 6], open));
    assert!(after["roles"].as_array().unwrap().iter().all(|role| role["differences"]["items"] == 0));
    assert_eq!(after["accepted_file"], "accepted.json");
    assert_eq!(after["accepted_entries"], written);
    for metric in after["summary"].as_array().unwrap().iter().skip(11) {
        assert_eq!((&metric["left"], &metric["right"]), (&json!(0), &json!(0)), "{metric}");
    }
    assert_eq!(before["roles"][0]["access_grade"], after["roles"][0]["access_grade"], "grades are what they are");
    for file in ["roles_in_dev_but_not_in_qa.csv", "access_differences.csv", "attribute_differences.csv"] {
        assert_eq!(place.read(&format!("reports/{file}")).lines().count(), 1, "{file}");
    }
    let stdout = place.run(&strict).stdout;
    assert!(stdout.contains(&format!("{findings} findings accepted; see accepted_differences.csv.\n")), "{stdout}");
    assert!(stdout.contains("No differences other than those accepted in 24 common roles\n"), "{stdout}");

    let on = |day: &str, arguments: &str| {
        let mut command = place.command(&arguments.split_whitespace().collect::<Vec<_>>());
        command.env("SOURCE_DATE_EPOCH", day).output().unwrap()
    };
    assert_eq!(on(LAST_DAY, &strict).status.code(), Some(0), "the last day still counts");
    assert_eq!(on(DAY_AFTER, &strict).status.code(), Some(1));
    let late: Value = serde_json::from_str(&place.read("reports/report.json")).unwrap();
    assert_eq!(LISTS.map(|list| &late[list]), LISTS.map(|list| &before[list]));
    assert_eq!((&late["roles"], &late["summary"]), (&before["roles"], &before["summary"]));
    let expired = warnings(&late).into_iter().filter(|text| text.contains("expired on 2026-12-31")).count();
    assert_eq!(expired, written.as_array().unwrap().len());
    let access = format!("{EXAMPLES} --fail-on access");
    assert_eq!((on(LAST_DAY, &access).status.code(), on(DAY_AFTER, &access).status.code()), (Some(0), Some(1)));
}

fn report_of(place: &Place, folder: &str, arguments: &str, code: i32) -> Value {
    assert_eq!(place.run(arguments).code, code);
    serde_json::from_str(&place.read(&format!("{folder}/report.json"))).unwrap()
}

#[test]
fn a_selection_is_accepted_and_the_rest_stays() {
    let place = Place::new();
    let before = report_of(&place, "reports", EXAMPLES, 0);
    ok(place.ask(&["accept", "reports", "--role", "payroll-*", "--side", "qa", "--reason", "x"]));
    ok(place.ask(&["accept", "reports", "--attribute", "tag:*", "--reason", "y"]));
    ok(place.ask(&["accept", "reports", "--role", "report-development", "--reason", "z"]));
    let after = report_of(&place, "reports", EXAMPLES, 0);
    let accepted: Vec<String> = after["accepted_differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| [&one["kind"], &one["role"], &one["reason"]].map(|text| text.as_str().unwrap()).join(" "))
        .collect();
    // Not dev's Deny, which is dev's; not the pair of the ambiguous role.
    assert_eq!(
        accepted,
        ["access payroll-deny-missing x", "role report-environment z", "attribute search-tag-changed y"]
    );
    for list in LISTS {
        let (before, after) = (before[list].as_array().unwrap(), after[list].as_array().unwrap());
        let kept: Vec<&Value> = before.iter().filter(|row| after.contains(row)).collect();
        assert_eq!(kept, after.iter().collect::<Vec<_>>(), "{list}: only taken away, never changed");
    }
    let entries = after["accepted_entries"].as_array().unwrap();
    let role = entries.iter().find(|entry| entry["reason"] == "z").unwrap();
    assert_eq!(role["role"], "arn:aws:iam::111111111111:role/report-development", "the name is another role's too");
    // What is open is what the next report offers.
    refused(
        &place.ask(&["accept", "reports", "--attribute", "tag:*", "--reason", "y"]),
        "open difference of the report matches",
    );
}

#[test]
fn a_row_is_accepted_as_a_whole_or_not_at_all() {
    let tool = qa_more(&json!([allow(&["s3:GetObject", "s3:PutObject"], &["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"])]));
    assert_eq!(counts(&tool.diff(&[])), ([4, 1, 0, 0, 0, 0], 0));
    let get = json!({"role": "r", "action": "s3:get*", "reason": "reads"});
    let put =
        json!({"role": "R", "action": "s3:PutObject", "resource": "*", "reason": "writes", "expires": "2027-01-01"});
    let report = under(&tool, &json!([get]));
    assert_eq!(counts(&report), ([2, 1, 0, 0, 0, 0], 2), "rows one by one, the access row waits");
    assert_eq!(fails(&tool, "access"), 1);
    let report = under(&tool, &json!([get, put]));
    assert_eq!(counts(&report), ([0; 6], 5));
    assert_eq!((fails(&tool, "any"), fails(&tool, "access")), (0, 0));
    let rows = report["accepted_differences"].as_array().unwrap();
    let access = rows.iter().find(|one| one["kind"] == "access").unwrap();
    assert_eq!((&access["entries"], &access["reason"]), (&json!([1, 2]), &json!("reads\nwrites")));
    assert_eq!(access["expires"], "2027-01-01");
    assert_eq!(access["actions"], json!(["s3:GetObject", "s3:PutObject"]));
    // Every action and every resource, but not every combination.
    let part =
        |action: &str, resource: &str| json!({"role": "r", "action": action, "resource": resource, "reason": "x"});
    let report = under(&tool, &json!([part("*", "arn:aws:s3:::a/*"), part("s3:GetObject", "*")]));
    assert_eq!(counts(&report), ([1, 1, 0, 0, 0, 0], 3));
    let report = under(&tool, &json!([{"role": "r", "kind": "access", "action": "s3:GetObject", "reason": "x"}]));
    assert_eq!(
        warnings(&report),
        ["entry 1 of accepted.json (role `r`) accepts nothing: it covers differences only in part, so they stay open"]
    );
}

#[test]
fn every_policy_that_grants_has_to_be_named() {
    let mut qa = inline(QA, "r", &json!([allow(&["s3:GetObject"], &["arn:aws:s3:::a/*"])]));
    let second = json!({"name": "p2", "document": document(&json!([allow(&["s3:GetObject"], &["arn:aws:s3:::a/*"])]))});
    qa["inline_policies"].as_array_mut().unwrap().push(second);
    let tool = tool_of(&[role(DEV, "r", &json!({}))], &[qa]);
    let entry = |policy: &str| json!({"role": "r", "policy": policy, "reason": "x"});
    let access = |entries: &Value| under(&tool, entries)["access_differences"].as_array().unwrap().len();
    assert_eq!(access(&json!([])), 1);
    assert_eq!(access(&json!([entry("p")])), 1, "p2 grants it as well");
    assert_eq!(access(&json!([entry("p?")])), 1);
    assert_eq!(access(&json!([entry("p*")])), 0);
    assert_eq!(access(&json!([entry("p"), entry("p2")])), 0);
}

#[test]
fn a_pattern_is_covered_by_a_pattern_that_is_as_wide() {
    let tool = qa_more(&json!([allow(&["s3:GetObject"], &["arn:aws:s3:::b*"])]));
    let open = |resource: &str, action: &str| {
        let entry = json!({"role": "r", "resource": resource, "action": action, "reason": "x"});
        counts(&under(&tool, &json!([entry]))).1 == 0
    };
    for resource in ["arn:aws:s3:::b", "arn:aws:s3:::b?", "arn:aws:s3:::b/*", "arn:aws:s3:::B*", "arn:aws:s3:::bb*"] {
        assert!(open(resource, "s3:GetObject"), "{resource}");
    }
    for resource in ["arn:aws:s3:::b*", "arn:aws:s3:::*", "*", "arn:aws:s3:::b[*]"] {
        assert!(!open(resource, "S3:getobject"), "{resource}");
    }
    assert!(open("*", "GetObject") && open("*", "s3:GetObject?") && open("*", "s3:Get[*]"));
}

#[test]
fn the_opposite_of_an_action_is_not_the_action() {
    let tool = qa_more(&json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]));
    let items = |entry: Value| under(&tool, &json!([entry]))["item_differences"].as_array().unwrap().len();
    let all = items(json!({"role": "other", "reason": "x"}));
    assert!(all > 0);
    for action in ["iam:*", "*iam:*", "*:*:*", "NotAction *", "NotAction iam:Create*"] {
        assert_eq!(items(json!({"role": "r", "action": action, "reason": "x"})), all, "{action}");
    }
    for action in ["NotAction iam:*", "*", "*:*"] {
        assert_eq!(items(json!({"role": "r", "action": action, "reason": "x"})), 0, "{action}");
    }
}

#[test]
fn side_effect_and_attribute_narrow() {
    let statements = |effect: &str| json!([{"Effect": effect, "Action": "s3:DeleteObject", "Resource": "*"}]);
    let mut dev = inline(DEV, "r", &statements("Deny"));
    dev["tags"] = json!({"owner": "a", "cost": "1"});
    let mut qa = inline(QA, "r", &statements("Allow"));
    qa["tags"] = json!({"owner": "b", "cost": "2"});
    let tool = tool_of(&[dev], &[qa, role(QA, "alone", &json!({}))]);
    assert_eq!(counts(&tool.diff(&[])), ([2, 1, 0, 1, 2, 0], 0));
    let left = |entry: Value| counts(&under(&tool, &json!([entry]))).0;
    for side in ["dev", "DEV", "left"] {
        assert_eq!(left(json!({"role": "r", "side": side, "reason": "x"})), [1, 1, 0, 0, 2, 0], "{side}");
    }
    assert_eq!(left(json!({"role": "r", "side": "qa", "reason": "x"})), [1, 0, 0, 1, 2, 0]);
    assert_eq!(left(json!({"role": "r", "effect": "allow", "reason": "x"})), [1, 0, 0, 1, 2, 0]);
    assert_eq!(left(json!({"role": "r", "effect": "*", "reason": "x"})), [0, 0, 0, 0, 2, 0]);
    assert_eq!(left(json!({"role": "r", "attribute": "tag:own*", "reason": "x"})), [2, 1, 0, 1, 1, 0]);
    assert_eq!(left(json!({"role": "r", "attribute": "Tag:*", "reason": "x"})), [2, 1, 0, 1, 2, 0]);
    assert_eq!(left(json!({"role": "r", "kind": "deny", "reason": "x"})), [2, 1, 0, 0, 2, 0]);
    assert_eq!(left(json!({"role": "r", "reason": "x"})), [0; 6]);
    assert_eq!(fails(&tool, "any"), 1, "the role of one account");
    let report = under(&tool, &json!([{"role": "r", "reason": "x"}, {"role": "al*", "side": "qa", "reason": "y"}]));
    assert_eq!((counts(&report).1, fails(&tool, "any"), fails(&tool, "access")), (7, 0, 0));
    assert_eq!(report["roles"][0]["accepted"], true);
    assert_eq!(
        report["summary"][8],
        json!({"metric": "Unique Roles", "left": 0, "right": 1}),
        "the role is still there"
    );
}

#[test]
fn trust_is_accepted_by_principal() {
    let who = |account: &str| json!({"trust_policy": trust(&json!({"AWS": format!("arn:aws:iam::{account}:root")}))});
    let tool = tool_of(&[role(DEV, "r", &who("333333333333"))], &[role(QA, "r", &who("444444444444"))]);
    let left = |entry: Value| counts(&under(&tool, &json!([entry]))).0;
    assert_eq!(left(json!({"role": "r", "resource": "*", "reason": "x"})), [2, 0, 2, 0, 0, 0]);
    let principal = "arn:aws:iam::444444444444:root";
    assert_eq!(left(json!({"role": "r", "principal": principal, "reason": "x"})), [1, 0, 1, 0, 0, 0]);
    let all = json!({"role": "r", "policy": "trust", "effect": "Allow", "principal": "arn:aws:iam::*", "reason": "x"});
    assert_eq!(left(all), [0; 6]);
    assert_eq!(fails(&tool, "access"), 0);
    let everyone = role(QA, "r", &json!({"trust_policy": trust(&json!("*"))}));
    let tool = tool_of(&[role(DEV, "r", &who("333333333333"))], &[everyone]);
    let left = |principal: &str| {
        counts(&under(&tool, &json!([{"role": "r", "principal": principal, "side": "qa", "reason": "x"}]))).1
    };
    assert_eq!((left("arn:*"), left("?"), left("*")), (0, 0, 2));
}

#[test]
fn a_condition_that_is_lifted_is_no_longer_what_was_accepted() {
    let mut statement = allow(&["s3:GetObject"], &["arn:aws:s3:::a/*"]);
    statement["Condition"] = json!({"Bool": {"aws:SecureTransport": "true"}});
    let tool = qa_more(&json!([statement]));
    tool.diff(&[]);
    ok(tool.run(&["accept", "out", "--all", "--expires", "2027-12-31", "--reason", "over TLS"]));
    tool.diff(&[]);
    assert_eq!(fails(&tool, "any"), 0);
    let open = qa_more(&json!([allow(&["s3:GetObject"], &["arn:aws:s3:::a/*"])]));
    open.write("accepted.json", tool.read("accepted.json"));
    assert_eq!((fails(&open, "any"), fails(&open, "access")), (1, 1));
}

#[test]
fn what_could_not_be_told_fails_until_it_is_accepted() {
    let mut strange = allow(&["s3:GetObject"], &["arn:aws:s3:::b/*"]);
    strange["Condition"] = json!({"StringSounds": {"aws:PrincipalTag/team": "a"}});
    let tool = qa_more(&json!([strange, allow(&["sqs:SendMessage"], &["*"])]));
    tool.write("accepted.json", file(&json!([{"role": "r", "action": "sqs:*", "reason": "x"}])));
    let report = tool.diff(&[]);
    assert_eq!(report["access_differences"][0]["certainty"], "unknown");
    assert_eq!(fails(&tool, "access"), 1);
    under(&tool, &json!([{"role": "r", "action": ["sqs:*", "s3:GetObject"], "reason": "x"}]));
    assert_eq!(fails(&tool, "access"), 0);
}

#[test]
fn unused_and_expired_entries_are_warned_about_and_those_of_other_accounts_are_not() {
    let tool = qa_more(&json!([allow(&["s3:GetObject"], &["*"])]));
    let entries = json!([
        {"role": "r", "side": "prod", "reason": "of another pair"},
        {"role": "r", "side": "prod", "reason": "of another pair", "expires": "2020-01-01"},
        {"role": "gone", "reason": "x"},
        {"role": "r", "reason": "was once right", "expires": "2026-11-20"},
        {"role": "r", "action": "s3:*", "reason": "x", "expires": "2026-11-21"},
        {"role": "r", "action": "s3:get*", "reason": "says it too"},
    ]);
    let report = under(&tool, &entries);
    assert_eq!(
        warnings(&report),
        [
            "entry 3 of accepted.json (role `gone`) accepts nothing: no difference matches it",
            "entry 4 of accepted.json (role `r`) expired on 2026-11-20 and no longer applies; its reason was: was once right",
        ]
    );
    assert_eq!(report["accepted_differences"][0]["entries"], json!([5]));
    assert_eq!(report["accepted_entries"], entries);
    let stdout = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"]).stdout;
    assert!(stdout.contains("  entry 3 of accepted.json") && stdout.contains("1 finding accepted; see"), "{stdout}");
    // Of roles that were not compared nothing can be said.
    let some = tool.diff(&["--role", "r"]);
    assert_eq!(warnings(&some).len(), 1, "{some}");
}

#[test]
fn the_file_is_named_here_or_by_a_flag_or_a_variable() {
    let tool = qa_more(&json!([allow(&["s3:GetObject"], &["*"])]));
    assert_eq!(tool.diff(&[])["accepted_file"], Value::Null);
    tool.write("lists/a.json", file(&json!([{"role": "r", "reason": "x"}])));
    let diff = ["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--exit-code"];
    let run = tool.run(&[&diff[..], &["--accepted", "lists/a.json"]].concat());
    assert!(run.code == 0 && run.stderr.contains("accepted differences: lists/a.json, entries: 1"), "{run:?}");
    let run = tool.command(&diff).env("IAMCTL_ACCEPTED", "lists/a.json").output().unwrap();
    assert_eq!(run.status.code(), Some(0));
    refused(&tool.run(&[&diff[..], &["--accepted", "no.json"]].concat()), "cannot read `no.json`");
    tool.write("accepted.json", file(&json!([{"role": "r", "reasons": "x"}])));
    refused(&tool.run(&diff), "the accepted differences `accepted.json` cannot be used: unknown field `reasons`");
    tool.write("accepted.json", file(&json!([{"role": "*", "side": "qa", "reason": "x"}])));
    refused(&tool.run(&diff), "the entry would accept everything");
}

#[test]
fn accept_says_what_is_wrong_and_writes_nothing() {
    let tool = qa_more(&json!([allow(&["s3:GetObject"], &["*"])]));
    refused(
        &tool.run(&["accept", "out", "--all", "--expires", "2027-12-31", "--reason", "x"]),
        "`out` does not contain a report of `iamctl diff`",
    );
    tool.diff(&[]);
    let accept = |more: &[&str]| tool.run(&[&["accept", "out"], more].concat());
    for (more, error) in [
        (&["--reason", "x"][..], "`accept` needs at least one filter, such as `--role`, or `--all`"),
        (&["--all", "--reason", " "], "`--reason` is empty"),
        (&["--all", "--reason", "x", "--owner", ""], "`--owner` is empty"),
        (&["--all"], "--reason <TEXT>"),
        (&["--all", "--reason", "x"], "`--all` needs `--expires`"),
        (&["--rule", "tag-chnged", "--reason", "x"], "there is no rule `tag-chnged`"),
        (&["--finding", "xyz", "--reason", "x"], "the report has no finding with the ID `xyz`"),
        (&["--finding", "", "--reason", "x"], "`--finding` is empty"),
        (&["--group", " ", "--reason", "x"], "`--group` is empty"),
        (&["--rule", "", "--reason", "x"], "`--rule` is empty"),
        (&["--role", "", "--reason", "x"], "`--role` is empty"),
        (&["--policy", "", "--reason", "x"], "`--policy` is empty"),
        (&["--action", "", "--reason", "x"], "`--action` is empty"),
        (&["--rule", "tag-changed", "--reason", "x"], "the report has no open finding of the rule `tag-changed`"),
        (&["--all", "--role", "r", "--reason", "x"], "cannot be used with"),
        (&["--side", "qa", "--attribute", "x", "--reason", "x"], "cannot be used with"),
        (
            &["--all", "--reason", "x", "--expires", "2026-11-20"],
            "`--expires 2026-11-20` is in the past: today is 2026-11-21",
        ),
        (&["--all", "--reason", "x", "--expires", "tomorrow"], "`tomorrow` is not a date"),
        (
            &["--side", "prod", "--reason", "x"],
            "`prod` is not the tag of either account: the report compares `dev` and `qa`",
        ),
        (&["--role", "nobody", "--reason", "x"], "no open difference of the report matches"),
        (
            &["--all", "--expires", "2027-12-31", "--reason", "x", "--file", "no/accepted.json"],
            "cannot write `no/accepted.json`",
        ),
    ] {
        refused(&accept(more), error);
    }
    assert_eq!(accept(&["--all", "--reason", "x", "--expires", "2026-11-21", "--dry-run"]).code, 0);
    assert!(!tool.exists("accepted.json"));
    let same = tool_of(&[role(DEV, "r", &json!({}))], &[role(QA, "r", &json!({}))]);
    same.diff(&[]);
    refused(
        &same.run(&["accept", "out", "--all", "--expires", "2027-12-31", "--reason", "x"]),
        "the report has no open difference",
    );
    tool.write("accepted.json", "{}");
    refused(
        &accept(&["--all", "--expires", "2027-12-31", "--reason", "x"]),
        "the accepted differences `accepted.json` cannot be used: missing field",
    );
    assert_eq!(tool.read("accepted.json"), "{}");
    tool.write("out/report.json", r#"{"format": "iamctl-report", "version": 2}"#);
    refused(
        &accept(&["--all", "--expires", "2027-12-31", "--reason", "x"]),
        "the report has version 2 of the format `iamctl-report`; this iamctl reads only version 1",
    );
}

#[test]
fn entries_are_kept_never_doubled_and_renewed_when_expired() {
    let tool = qa_more(&json!([allow(&["s3:GetObject", "s3:PutObject"], &["*"])]));
    tool.diff(&[]);
    tool.write("accepted.json", file(&json!([{"role": "mine", "reason": "by hand"}])));
    let accept = |more: &[&str]| ok(tool.run(&[&["accept", "out"], more].concat()));
    let written = accept(&["--action", "s3:*", "--reason", "x", "--expires", "2026-12-31"]);
    let expected = json!([{
        "role": "r", "policy": "p", "side": "qa", "effect": "Allow", "action": ["s3:GetObject", "s3:PutObject"],
        "resource": "*", "reason": "x", "expires": "2026-12-31"
    }]);
    assert_eq!(serde_json::from_str::<Value>(&written.stdout).unwrap(), expected);
    let text = tool.read("accepted.json");
    let again = accept(&["--role", "r", "--reason", "another"]);
    assert_eq!(again.stdout, "[]\n");
    assert!(again.stderr.contains("accepted.json: 0 entries written, 1 already in the file"), "{}", again.stderr);
    assert_eq!(tool.read("accepted.json"), text);
    let late = tool
        .command(&["accept", "out", "--all", "--expires", "2027-12-31", "--reason", "renewed"])
        .env("SOURCE_DATE_EPOCH", DAY_AFTER)
        .output();
    assert!(late.unwrap().status.success());
    let entries: Value = serde_json::from_str(&tool.read("accepted.json")).unwrap();
    let reasons: Vec<&Value> = entries["accepted"].as_array().unwrap().iter().map(|entry| &entry["reason"]).collect();
    assert_eq!(reasons, ["by hand", "renewed"]);
}

#[test]
#[cfg(unix)]
fn a_link_stays_a_link_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;

    let tool = qa_more(&json!([allow(&["s3:GetObject"], &["*"])]));
    tool.diff(&[]);
    let real = tool.write("lists/real.json", file(&json!([])));
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("lists/real.json", tool.path().join("accepted.json")).unwrap();
    ok(tool.run(&["accept", "out", "--all", "--expires", "2027-12-31", "--reason", "x"]));
    assert!(tool.path().join("accepted.json").is_symlink());
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(tool.names("lists"), ["real.json"], "nothing half-written stays");
    assert!(tool.read("lists/real.json").contains("s3:GetObject"));
}

#[test]
fn explain_shows_all_and_says_what_is_accepted() {
    let tool = qa_more(&json!([allow(&["s3:GetObject"], &["*"])]));
    under(&tool, &json!([{"role": "r", "reason": "qa reads", "owner": "iam@x", "expires": "2027-01-01"}]));
    let line = "  access of qa: Allow s3:GetObject on * (accepted: qa reads, iam@x, until 2027-01-01)\n";
    for arguments in [&["explain", "out", "r"][..], &["explain", "dev.json", "dev", "qa.json", "qa", "r"]] {
        let stdout = ok(tool.run(arguments)).stdout;
        assert!(
            stdout.contains("(accepted): qa allows s3:GetObject on *") && stdout.contains("\nAccepted\n"),
            "{stdout}"
        );
        assert!(stdout.contains(line), "{stdout}");
    }
    std::fs::remove_file(tool.path().join("accepted.json")).unwrap();
    let run = |arguments: &[&str]| ok(tool.run(arguments)).stdout.contains(line);
    assert!(run(&["explain", "out", "r"]) && !run(&["explain", "dev.json", "dev", "qa.json", "qa", "r"]));
}

#[test]
fn a_cause_or_a_finding_is_accepted_by_its_id() {
    let tool = qa_more(&json!([allow(&["s3:GetObject"], &["*"]), allow(&["sqs:*"], &["*"])]));
    tool.diff(&[]);
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    let groups = report["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2, "{groups:#?}");
    let group = groups.iter().find(|group| group["message"].as_str().unwrap().contains("sqs:")).unwrap();
    let id: String = group["id"].as_str().unwrap().chars().take(12).collect();
    let run = ok(tool.run(&["accept", "out", "--group", &id, "--reason", "the queue"]));
    // Every action of the service is one pattern, not a list of them all.
    let written: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(written.as_array().unwrap().iter().all(|entry| entry["action"] == "sqs:*"), "{written}");
    tool.diff(&[]);
    let after: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    assert_eq!(after["totals"]["causes"], 1, "{}", after["findings"]);
    assert_eq!(after["groups"][0]["id"], groups.iter().find(|other| *other != group).unwrap()["id"]);
    let finding = after["findings"][0]["id"].as_str().unwrap();
    ok(tool.run(&["accept", "out", "--finding", finding, "--reason", "the bucket"]));
    assert_eq!(fails(&tool, "any"), 0);
    let near = tool.run(&["accept", "out", "--rule", "acess-gained", "--reason", "x"]);
    assert!(near.code == 2 && near.stderr.contains("did you mean `access-gained`"), "{near:?}");
}

/// Patterns, not the 66 actions that they match; and what was accepted is counted in findings, like what is open.
#[test]
fn all_actions_that_begin_alike_are_accepted_as_a_pattern() {
    let own = json!([allow(&["s3:Get*"], &["arn:aws:s3:::x/*"])]);
    let more = json!([allow(&["s3:*"], &["*"])]);
    let tool = tool_of(&[inline(DEV, "r", &own)], &[inline(QA, "r", &more)]);
    let report = tool.diff(&[]);
    let told: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap()).collect();
    assert!(told.iter().any(|message| message.contains("qa allows s3:* except s3:Get* on *;")), "{told:#?}");
    assert!(
        told.iter().any(|message| message.contains("qa allows s3:Get* on * except arn:aws:s3:::x/*;")),
        "{told:#?}"
    );
    let run = ok(tool.run(&["accept", "out", "--all", "--expires", "2027-12-31", "--reason", "x"]));
    let written: Value = serde_json::from_str(&run.stdout).unwrap();
    for entry in written.as_array().unwrap() {
        assert!(["s3:* except s3:Get*", "s3:Get*"].contains(&entry["action"].as_str().unwrap_or_default()), "{entry}");
    }
    assert!(run.stderr.contains("they cover 2 findings of the report; 0 stay open"), "{}", run.stderr);
    let diff = ok(tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out", "--exit-code"]));
    assert!(diff.stdout.contains("\n2 findings accepted; see accepted_differences.csv."), "{}", diff.stdout);
}

/// Rules, findings and groups are filters like all others: a finding has to match each kind that is given.
#[test]
fn rule_finding_and_group_narrow_each_other() {
    let tool = qa_more(&json!([allow(&["s3:GetObject"], &["*"]), allow(&["sqs:*"], &["*"])]));
    let report = tool.diff(&[]);
    let groups = report["groups"].as_array().unwrap();
    let group = groups.iter().find(|group| group["message"].as_str().unwrap().contains("sqs:")).unwrap();
    let accept = |rule: &str| {
        let id = group["id"].as_str().unwrap();
        tool.run(&["accept", "out", "--group", id, "--rule", rule, "--reason", "x", "--dry-run"])
    };
    let run = ok(accept("access-gained"));
    let written: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(written.as_array().unwrap().iter().all(|entry| entry["action"] == "sqs:*"), "{written}");
    tool.write(
        "dev.json",
        tool.read("dev.json").replace("\"max_session_duration\":3600", "\"max_session_duration\":7200"),
    );
    tool.diff(&[]);
    refused(&accept("attribute-changed"), "no finding matches all of `--rule`, `--finding`, and `--group`");
}

/// A pattern would match what the catalog does not have and is a finding of its own.
#[test]
fn no_pattern_accepts_what_was_not_selected() {
    let all = ["sqs:ListDeadLetterSourceQueues", "sqs:ListMessageMoveTasks", "sqs:ListQueueTags", "sqs:ListQueues"];
    let tool = qa_more(&json!([allow(&all, &["*"]), allow(&["sqs:ListTomorrow"], &["*"])]));
    let report = tool.diff(&[]);
    let findings = report["findings"].as_array().unwrap();
    let of = |action: &str| {
        let is_it = |one: &&Value| one["message"].as_str().unwrap().contains(action);
        findings.iter().find(is_it).unwrap()["id"].as_str().unwrap()
    };
    ok(tool.run(&["accept", "out", "--finding", of("sqs:ListDeadLetterSourceQueues"), "--reason", "x"]));
    let after = tool.diff(&[]);
    let left: Vec<&str> =
        after["findings"].as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap()).collect();
    assert!(left.iter().any(|message| message.contains("sqs:ListTomorrow")), "{left:#?}");
}

#[test]
fn what_is_no_difference_cannot_be_accepted_and_the_error_says_why() {
    let tool = qa_more(&json!([allow(&["s3:GetObject"], &["*"])]));
    tool.write("equivalency_list.json", r#"{"unused": ["nowhere"]}"#);
    let report = tool.diff(&[]);
    let note = report["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "dictionary-warning");
    let id = note.unwrap_or_else(|| panic!("{}", report["findings"]))["id"].as_str().unwrap();
    let run = tool.run(&["accept", "out", "--finding", id, "--reason", "x"]);
    refused(
        &run,
        "findings of the rule `dictionary-warning` cannot be accepted, because they are not differences of a role",
    );
    assert!(run.stderr.contains("`iamctl explain --rule dictionary-warning` describes"), "{}", run.stderr);
}

#[test]
fn an_id_that_is_not_there_or_not_whole_is_told_with_what_is_near() {
    let more: Vec<_> = (0..40).map(|n| allow(&[&format!("s3:GetObject{n}")], &["*"])).collect();
    let roles = |id: &str, of_qa: bool| {
        let names = (0..40).map(|n| format!("r{n}"));
        let statements = |n: usize| if of_qa { json!([more[n]]) } else { json!([]) };
        names.enumerate().map(|(n, name)| inline(id, &name, &statements(n))).collect::<Vec<_>>()
    };
    let tool = tool_of(&roles(DEV, false), &roles(QA, true));
    let report = tool.diff(&[]);
    let ids = |list: &str| -> Vec<String> {
        report[list].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let accept = |more: &[&str]| tool.run(&[&["accept", "out", "--reason", "x", "--dry-run"], more].concat());
    for (list, what, other) in [("findings", "finding", "group"), ("groups", "group", "finding")] {
        let (flag, all) = (format!("--{what}"), ids(list));
        let begin = |start: &str| all.iter().filter(|id| id.starts_with(start)).count();
        let start = (0..16).map(|digit| format!("{digit:x}")).find(|start| begin(start) > 1).unwrap();
        let run = accept(&[&flag, &start]);
        refused(&run, &format!("the IDs of {} {what}s of the report begin with `{start}`", begin(&start)));
        let one = all.iter().find(|id| id.starts_with(&start)).unwrap();
        assert!(
            run.stderr
                .contains(&format!("hint: give more of one ID: `{}` (qa allows s3:GetObject", one.get(..12).unwrap())),
            "{run:?}"
        );
        // One digit is wrong.
        let wrong = format!("{}{}", all[0].get(..31).unwrap(), if all[0].ends_with('0') { '1' } else { '0' });
        let run = accept(&[&flag, &wrong]);
        refused(&run, &format!("the report has no {what} with the ID `{wrong}`"));
        assert!(run.stderr.contains(&format!("did you mean `{}` (qa allows", all[0].get(..12).unwrap())), "{run:?}");
        // An id of the other kind.
        let of_other = &ids(if what == "finding" { "groups" } else { "findings" })[0];
        let run = accept(&[&flag, of_other]);
        refused(&run, &format!("the report has no {what} with the ID"));
        assert!(run.stderr.contains(&format!("hint: it is the ID of a {other}: use `--{other}`")), "{run:?}");
        let run = accept(&[&flag, &all[0], "--role", "nobody"]);
        refused(&run, " of the selected findings ");
    }
    let run = accept(&["--rule", "tag-changed"]);
    refused(&run, "the report has no open finding of the rule `tag-changed`");
    assert!(run.stderr.contains("hint: the rules of its findings are `access-gained`"), "{run:?}");
}
