//! One account compared with its own past.

use serde_json::{Value, json};

use crate::support::tool::{DEV, Run, Tool, document, inline, role, snapshot};

const EARLY: &str = "2026-11-20T08:00:00Z";
const LATE: &str = "2026-11-27T09:00:00+01:00";

/// A snapshot that was made at this time.
fn at(time: &str, roles: &[Value], policies: &[Value]) -> String {
    let mut account: Value = serde_json::from_str(&snapshot(DEV, roles, policies)).unwrap();
    account["harvested_at"] = json!(time);
    account.to_string()
}

/// A role that can do these actions.
fn app(actions: &[&str]) -> Value {
    inline(DEV, "app", &json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]))
}

/// The account at two times: `app` can send messages after.
fn tool() -> Tool {
    let tool = Tool::new();
    tool.write("old.json", at(EARLY, &[app(&["s3:GetObject"])], &[]));
    tool.write("new.json", at(LATE, &[app(&["s3:GetObject", "sqs:SendMessage"])], &[]));
    tool
}

fn diff(tool: &Tool, more: &[&str]) -> Run {
    let run = tool.run(&[&["diff", "old.json", "old", "new.json", "new", "--output", "out"], more].concat());
    assert!(run.code < 2, "{run:?}");
    run
}

#[test]
fn the_summary_speaks_of_before_and_after() {
    let tool = tool();
    let run = diff(&tool, &["--report", "junit=junit.xml"]);
    let lines = [
        "old (before): account 111111111111, read at 2026-11-20T08:00:00Z, test 111111111111\n",
        "new (after): account 111111111111, read at 2026-11-27T08:00:00Z, test 111111111111\n",
    ];
    assert!(run.stdout.starts_with(&lines.concat()), "{}", run.stdout);
    assert!(run.stdout.contains("app: new allows sqs:SendMessage"), "{}", run.stdout);
    assert!(!run.stdout.contains("was given first"), "{}", run.stdout);
    let times = "old is the earlier state (read 2026-11-20T08:00:00Z), new the later one (read 2026-11-27T08:00:00Z).";
    let markdown = tool.read("out/summary.md");
    assert!(markdown.replace('`', "").contains(&format!("Account {DEV}: {times}")), "{markdown}");
    assert!(markdown.contains("| `old`, before | `111111111111` |"), "{markdown}");
    assert!(tool.read("junit.xml").contains(times));
    let page = tool.read("out/report.html");
    assert!(page.contains(times) && page.contains("IAM roles of one AWS account, before and after"));
    assert!(page.contains("<h3>old (before)</h3>") && page.contains("all roles at both times"));
    let told = tool.run(&["explain", "out", "app"]).stdout;
    assert!(told.contains(&format!("  old (before): arn:aws:iam::{DEV}:role/app")), "{told}");
}

#[test]
fn the_sides_stay_as_they_were_given() {
    let tool = tool();
    let run = tool.run(&["diff", "new.json", "new", "old.json", "before", "--output", "out"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.starts_with("new (after): account"), "{}", run.stdout);
    // A tag that says it already.
    assert!(run.stdout.contains("\nbefore: account 111111111111, read at 2026-11-20T08:00:00Z"), "{}", run.stdout);
    let order = "The later state was given first, so gained, widened, and added describe what has since been removed.";
    assert!(run.stdout.contains(order), "{}", run.stdout);
    assert!(tool.read("out/summary.md").contains(order));
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    assert_eq!(report["accounts"]["left"]["tag"], "new");
    assert_eq!(report["findings"][0]["rule"], "access-lost");
}

/// Both sides are the account, so that a principal belongs to neither more than to the other.
#[test]
fn principals_of_the_account_have_no_side() {
    let tool = Tool::new();
    let x = format!("arn:aws:iam::{DEV}:role/x");
    let ec2 = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}});
    let by_x = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": x}});
    let trusting = |statements: &Value| role(DEV, "app", &json!({"trust_policy": document(statements)}));
    tool.write("old.json", at(EARLY, &[trusting(&json!([ec2, by_x]))], &[]));
    tool.write("new.json", at(LATE, &[trusting(&json!([ec2]))], &[]));
    let first = [["old.json", "old", "new.json", "new"], ["new.json", "new", "old.json", "old"]];
    for sides in first {
        let run = tool.run(&[&["diff"], sides.as_slice(), &["--output", "out"]].concat());
        assert!(run.code == 0 && run.stdout.contains("role/x can assume the role in old;"), "{run:?}");
    }
}

#[test]
fn an_account_is_compared_with_itself_only_if_it_is_asked_for() {
    let tool = tool();
    tool.write("same.json", at("2026-11-20T09:00:00+01:00", &[app(&["s3:GetObject"])], &[]));
    tool.write("timeless.json", snapshot(DEV, &[app(&["s3:GetObject"])], &[]));
    for other in ["same.json", "timeless.json"] {
        let words = ["diff", "old.json", "old", other, "new", "--output", "out"];
        let run = tool.run(&words);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(
            run.stderr.contains("both sources are account 111111111111, and iamctl cannot tell which is earlier"),
            "{run:?}"
        );
        assert!(run.stderr.contains("with `--allow-same-account`"), "{run:?}");
        let run = tool.run(&[&words[..], &["--allow-same-account"]].concat());
        assert!(run.code == 0 && run.stdout.starts_with("old: account 111111111111, test"), "{run:?}");
    }
}

#[test]
fn a_generated_name_that_has_changed_is_another_resource() {
    let tool = Tool::new();
    let stack = |end: &str, bucket: &str| {
        let statement =
            json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*")}]);
        let policies = json!({"inline_policies": [{"name": "p", "document": document(&statement)}]});
        [role(DEV, &format!("shop-AppRole-{end}"), &policies), role(DEV, "app", &policies)]
    };
    tool.write("old.json", at(EARLY, &stack("1ABCDEFGHIJK2", "shop-data-1qazxsw23edcv"), &[]));
    tool.write("new.json", at(LATE, &stack("9ZYXWVUTSRQP8", "shop-data-9olkmju76yhbg"), &[]));
    diff(&tool, &[]);
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    assert_eq!(report["builtin_rules"], json!(["account-id"]));
    let rules: Vec<&str> = report["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap()).collect();
    assert!(
        ["role-added", "role-missing", "access-gained", "access-lost"].iter().all(|rule| rules.contains(rule)),
        "{rules:?}"
    );
    // The dictionary still says what is meant to differ.
    tool.write(
        "equivalency_list.json",
        json!({"end": ["1ABCDEFGHIJK2", "9ZYXWVUTSRQP8"],
        "bucket": ["shop-data-1qazxsw23edcv", "shop-data-9olkmju76yhbg"]})
        .to_string(),
    );
    assert!(diff(&tool, &[]).stdout.contains("No differences in 2 common roles"));
}

#[test]
fn a_role_that_was_deleted_and_created_again_is_a_finding() {
    let tool = Tool::new();
    let roles = |id: &str| {
        let mut app = app(&["s3:GetObject"]);
        app["id"] = json!(id);
        [app, role(DEV, "other", &json!({"id": "AROAOTHER"}))]
    };
    tool.write("old.json", at(EARLY, &roles("AROAFIRST"), &[]));
    tool.write("new.json", at(LATE, &roles("AROASECOND"), &[]));
    let run = diff(&tool, &["--fail-on", "rule=role-recreated", "--report", "sarif=r.sarif,junit=r.xml"]);
    assert_eq!(run.code, 1, "{run:?}");
    let said = "the role was deleted and re-created: unique ID AROAFIRST in old, AROASECOND in new";
    assert!(run.stdout.contains("Different: 1 role, 1 finding, 1 cause (1 medium)"), "{}", run.stdout);
    assert!(run.stdout.contains(said), "{}", run.stdout);
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    assert_eq!(report["findings"][0]["rule"], "role-recreated");
    crate::support::schema::Schema::new(crate::support::schema::read("docs/report.schema.json"))
        .check(&report)
        .unwrap();
    assert_eq!(crate::support::tool::attributes(&report), [r#"unique_id: "AROAFIRST" -> "AROASECOND""#]);
    assert!(tool.read("out/attribute_differences.csv").contains("app,unique_id,AROAFIRST,AROASECOND,"));
    for file in ["r.sarif", "r.xml", "out/report.html"] {
        assert!(tool.read(file).contains("role-recreated"), "{file}");
    }
    assert!(tool.run(&["explain", "out", "app"]).stdout.contains(said));
    let plan = tool.run(&["remediate", "out", "--make", "new"]);
    assert!(plan.stdout.contains("unique ID, which cannot be changed"), "{plan:?}");

    // As against an earlier report: another ID again is a change, and what is accepted stays so.
    tool.write("new.json", at("2026-11-28T08:00:00Z", &roles("AROATHIRD"), &[]));
    let run = tool.run(&["diff", "old.json", "old", "new.json", "new", "--output", "later", "--since", "out"]);
    assert!(run.stdout.contains("1 changed cause"), "{run:?}");
    let run = tool.run(&["accept", "later", "--rule", "role-recreated", "--reason", "the stack is new"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(diff(&tool, &["--fail-on", "access"]).code, 0);
    assert!(tool.read("out/summary.md").contains("No differences other than those accepted"));
}

#[test]
fn unique_ids_of_two_accounts_are_not_compared() {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "app", &json!({"id": "AROAFIRST"}))], &[]));
    tool.write(
        "qa.json",
        snapshot(crate::support::tool::QA, &[role(crate::support::tool::QA, "app", &json!({"id": "AROASECOND"}))], &[]),
    );
    assert_eq!(tool.diff(&[])["findings"], json!([]));
    // Without times, the two are one account all the same.
    tool.write("qa.json", snapshot(DEV, &[role(DEV, "app", &json!({"id": "AROASECOND"}))], &[]));
    assert_eq!(tool.diff(&["--allow-same-account"])["findings"][0]["rule"], "role-recreated");
}

#[test]
fn dates_explain_findings_and_are_none() {
    let tool = Tool::new();
    let dates = |created: &str, used: &str| json!({"created_at": created, "last_used_at": used, "last_used_region": "us-east-1"});
    let admin = |dates: &Value| {
        let mut admin = inline(DEV, "admin", &json!([{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]));
        admin.as_object_mut().unwrap().extend(dates.as_object().unwrap().clone());
        admin
    };
    let quiet = |dates: &Value| role(DEV, "quiet", dates);
    let (early, late) =
        (dates("2026-01-02T03:04:05Z", "2026-11-01T00:00:00Z"), dates("2026-11-03T00:00:00Z", "2026-11-20T08:09:10Z"));
    tool.write("old.json", at(EARLY, &[quiet(&early)], &[]));
    let with_dates = at(LATE, &[quiet(&late), admin(&late)], &[]);
    tool.write("new.json", with_dates);
    let run = diff(&tool, &["--format", "ndjson"]);
    assert!(
        run.stdout.contains(r#""details":["in new: created 2026-11-03, last used 2026-11-20 in us-east-1","#),
        "{}",
        run.stdout
    );
    let report: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    crate::support::schema::Schema::new(crate::support::schema::read("docs/report.schema.json"))
        .check(&report)
        .unwrap();
    assert_eq!(report["totals"]["roles"], 1, "{}", report["findings"]);
    let told = tool.run(&["explain", "out", "admin"]).stdout;
    assert!(told.contains("in new: created 2026-11-03, last used 2026-11-20 in us-east-1"), "{told}");
    assert!(tool.read("out/report.html").contains("last used 2026-11-20 in us-east-1"));
    // Without dates, the findings are the same, and nothing is said of them.
    tool.write("old.json", at(EARLY, &[quiet(&json!({}))], &[]));
    tool.write("new.json", at(LATE, &[quiet(&json!({})), admin(&json!({}))], &[]));
    let run = diff(&tool, &["--format", "ndjson"]);
    assert!(!run.stdout.contains("created"), "{}", run.stdout);
    let without: Value = serde_json::from_str(&tool.read("out/report.json")).unwrap();
    assert_eq!(without["findings"], report["findings"]);
    assert!(!tool.read("out/report.json").contains("created_at"));
}

#[test]
fn the_details_of_the_aws_cli_have_dates_in_several_forms() {
    let tool = Tool::new();
    let of = |created: Value, used: Value| {
        let name = "app";
        json!({"RoleDetailList": [{"Path": "/", "RoleName": name, "RoleId": "AROAEXAMPLE",
            "Arn": format!("arn:aws:iam::{DEV}:role/{name}"), "CreateDate": created, "RoleLastUsed": used,
            "AssumeRolePolicyDocument": document(&json!([]))}], "Policies": []})
        .to_string()
    };
    let used = json!({"LastUsedDate": "2026-11-20T09:00:00+01:00", "Region": "us-east-1"});
    for (created, used, wanted) in [
        (
            json!("2026-01-01T00:00:00+00:00"),
            used.clone(),
            [json!("2026-01-01T00:00:00Z"), json!("2026-11-20T08:00:00Z"), json!("us-east-1")],
        ),
        (json!(1_767_225_600.5), json!({}), [json!("2026-01-01T00:00:00Z"), Value::Null, Value::Null]),
        (Value::Null, Value::Null, [Value::Null, Value::Null, Value::Null]),
        (json!("yesterday"), json!({"LastUsedDate": null}), [Value::Null, Value::Null, Value::Null]),
    ] {
        tool.write("details.json", of(created, used));
        let run = tool.run(&["harvest", "details.json", "dev", "--output", "harvested"]);
        assert_eq!(run.code, 0, "{run:?}");
        let snapshot: Value = serde_json::from_str(&tool.read("harvested/dev_snapshot.json")).unwrap();
        crate::support::schema::Schema::new(crate::support::schema::read("docs/snapshot.schema.json"))
            .check(&snapshot)
            .unwrap();
        let role = &snapshot["roles"][0];
        assert_eq!(["created_at", "last_used_at", "last_used_region"].map(|key| role[key].clone()), wanted);
    }
}

/// The account's own ID is the same at both times, and roles of IAM are in no other account: what `*` adds to all roles of the
/// account is not a role of the account.
#[test]
fn what_is_wider_than_all_of_the_account_has_a_proof_outside_of_it() {
    let tool = Tool::new();
    let all = format!("arn:aws:iam::{DEV}:role/*");
    let allow = |resources: &[&str]| {
        let allow = json!([{"Effect": "Allow", "Action": "iam:GetRole", "Resource": resources}]);
        [inline(DEV, "app", &allow)]
    };
    tool.write("old.json", at(EARLY, &allow(&[&all]), &[]));
    tool.write("new.json", at(LATE, &allow(&[&all, "*"]), &[]));
    let run = diff(&tool, &["--exit-code"]);
    assert!(run.code == 1 && run.stdout.contains(&format!("app: new allows iam:GetRole on * except {all}")), "{run:?}");
    tool.write("new.json", at(LATE, &allow(&[&all]), &[]));
    assert_eq!(diff(&tool, &["--exit-code"]).code, 0);
}
