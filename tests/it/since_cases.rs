//! Two nights of one role: what has grown is new or changed, however wide the rows of the reports are; what has not is
//! still there.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, document, role, snapshot};

/// The role in both accounts on one night.
#[derive(Clone)]
struct Night {
    dev: Value,
    qa: Value,
    /// The permissions boundary in qa.
    boundary: Option<Value>,
    trust: Option<Value>,
}

fn night(dev: &Value, qa: &Value) -> Night {
    Night { dev: dev.clone(), qa: qa.clone(), boundary: None, trust: None }
}

fn allow(resource: &Value) -> Value {
    json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource})
}

fn of(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

fn write(tool: &Tool, night: &Night) {
    let own = |statements: &Value| json!({"inline_policies": [{"name": "p", "document": document(statements)}]});
    let mut qa = own(&night.qa);
    let mut policies = Vec::new();
    if let Some(boundary) = &night.boundary {
        let arn = format!("arn:aws:iam::{QA}:policy/limit");
        qa["permissions_boundary"] = json!(arn);
        policies.push(json!({"name": "limit", "arn": arn, "version_id": "v1", "document": document(boundary)}));
    }
    if let Some(trust) = &night.trust {
        qa["trust_policy"] = document(trust);
    }
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "r", &own(&night.dev))], &[]));
    tool.write("qa.json", snapshot(QA, &[role(QA, "r", &qa)], &policies));
}

fn diff(tool: &Tool, output: &str, more: &[&str]) {
    let run = tool.run(&[&["diff", "dev.json", "dev", "qa.json", "qa", "--output", output], more].concat());
    assert_eq!(run.code, 0, "{run:?}");
}

fn since(tool: &Tool) -> Value {
    serde_json::from_str(&tool.run(&["since", "before", "after", "--format", "json"]).stdout).unwrap()
}

/// What became of the findings about access or trust that qa has.
fn of_qa(before: &Night, after: &Night) -> Vec<String> {
    let tool = Tool::new();
    write(&tool, before);
    diff(&tool, "before", &[]);
    write(&tool, after);
    diff(&tool, "after", &[]);
    let report: Value = serde_json::from_str(&tool.read("after/report.json")).unwrap();
    let findings =
        report["findings"].as_array().unwrap().iter().zip(since(&tool)["findings"].as_array().unwrap().clone());
    let about = |finding: &Value| {
        let list = finding["list"].as_str().unwrap();
        finding["side"] == "right" && (list == "access_differences" || list == "trust_differences")
    };
    let of_qa = findings.filter(|(finding, _)| about(finding));
    of_qa.map(|(_, since)| since["status"].as_str().unwrap().to_owned()).collect()
}

fn has_grown(before: &Night, after: &Night) -> bool {
    let statuses = of_qa(before, after);
    assert!(!statuses.is_empty());
    statuses.iter().any(|status| status == "new" || status == "changed")
}

#[test]
fn what_grows_within_its_row_is_changed() {
    let base = json!([allow(&json!(of("b")))]);
    let qa = json!([allow(&json!([of("b"), of("b/x/*")]))]);
    let limited =
        |resource: &str| Night { boundary: Some(json!([allow(&json!([of("b"), of(resource)]))])), ..night(&base, &qa) };
    let cases = [
        ("a wider boundary", limited("b/*/public"), limited("b/*")),
        (
            "a Deny of all but some is removed",
            night(
                &base,
                &json!([qa[0], {"Effect": "Deny", "Action": "s3:GetObject", "NotResource": [of("b"), of("b/*/public")]}]),
            ),
            night(&base, &qa),
        ),
        (
            "the other role loses an Allow",
            night(
                &json!([base[0], {"Effect": "Allow", "Action": "s3:GetObject", "Resource": of("b/*/secret"),
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}]),
                &qa,
            ),
            night(&base, &qa),
        ),
        (
            "a literal star and a variable",
            night(&base, &json!([allow(&json!([of("b"), of("c/${*}")]))])),
            night(&base, &json!([allow(&json!([of("b"), of("c/${*}"), of("c/${aws:userid}")]))])),
        ),
    ];
    // One row of several services, of which one has grown.
    let services =
        ["kms:Decrypt", "s3:GetObject", "sqs:SendMessage", "sns:Publish", "logs:GetLogEvents", "ssm:GetParameter"];
    let of_all = json!([base[0], {"Effect": "Allow", "Action": services, "Resource": "*"}]);
    let boundary = |condition: Value| {
        let mut of_kms = json!({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"});
        if !condition.is_null() {
            of_kms["Condition"] = condition;
        }
        let others = json!({"Effect": "Allow", "NotAction": "kms:*", "Resource": "*"});
        Night { boundary: Some(json!([of_kms, others])), ..night(&base, &of_all) }
    };
    let under = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
    let of_services = ("a condition of one service of several", boundary(under), boundary(Value::Null));
    for (name, before, after) in cases.into_iter().chain([of_services]) {
        assert!(has_grown(&before, &after), "{name}");
        assert!(!has_grown(&before, &before), "{name}");
    }
}

#[test]
fn what_does_not_grow_is_still_there() {
    let base = json!([allow(&json!(of("b")))]);
    let all = |resources: &[String]| json!([{"Effect": "Allow", "Action": "s3:*", "Resource": resources}]);
    let [one, two] = ["b/1", "b/2"].map(of);
    let under = |condition: &Value| {
        let mut statement = allow(&json!(of("c/*")));
        statement["Condition"] = condition.clone();
        night(&base, &json!([base[0], statement]))
    };
    let networks = |networks: &[&str]| under(&json!({"StringEquals": {"aws:SourceVpc": networks}}));
    let cases = [
        (
            "a statement is split",
            night(&base, &all(&[one.clone(), two.clone()])),
            night(&base, &json!([all(std::slice::from_ref(&one))[0], all(std::slice::from_ref(&two))[0]])),
        ),
        ("fewer resources", night(&base, &all(&["*".to_owned()])), night(&base, &all(&[one, two]))),
        ("fewer values", networks(&["vpc-1", "vpc-2"]), networks(&["vpc-1"])),
        (
            "more conditions",
            networks(&["vpc-1"]),
            under(&json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}})),
        ),
    ];
    for (name, before, after) in cases {
        assert!(!has_grown(&before, &after), "{name}: {:?}", of_qa(&before, &after));
        assert!(has_grown(&after, &before) || name == "a statement is split", "{name}, back");
    }
}

#[test]
fn who_is_let_in_by_name_is_changed_and_fewer_principals_are_not() {
    let base = json!([allow(&json!(of("b")))]);
    let trusting = |principals: &[&str]| {
        let one =
            |principal: &&str| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}});
        let mut all: Vec<Value> = principals.iter().map(one).collect();
        all.push(json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}));
        Night { trust: Some(json!(all)), ..night(&base, &base) }
    };
    let (account, own) = ("arn:aws:iam::999988887777:root", format!("arn:aws:iam::{QA}:root"));
    let (of_account, of_own) = ("arn:aws:iam::999988887777:role/x", format!("arn:aws:iam::{QA}:role/x"));
    assert!(!has_grown(&trusting(&[account]), &trusting(&[of_account])));
    assert!(has_grown(&trusting(&[of_account]), &trusting(&[account])));
    assert!(!has_grown(&trusting(&["*"]), &trusting(&[account])));
    // The account's policies must let the role in as well; then they need not.
    assert!(has_grown(&trusting(&[&own]), &trusting(&[&own, &of_own])));
}

/// Who can assume the role in qa, besides EC2.
fn trusts(statements: &[Value]) -> Night {
    let base = json!([allow(&json!(of("b")))]);
    let ec2 = by(&json!({"Service": "ec2.amazonaws.com"}));
    Night { trust: Some(json!([&[ec2], statements].concat())), ..night(&base, &base) }
}

fn by(principals: &Value) -> Value {
    json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principals})
}

/// One more principal, or more for one of them, says nothing of the others.
#[test]
fn another_principal_leaves_those_that_were_there() {
    let aws = |names: &[&str]| by(&json!({"AWS": names}));
    let [x, y, z] = ["x", "y", "z"].map(|name| format!("arn:aws:iam::444444444444:role/{name}"));
    let [own_x, own_y] = ["x", "y"].map(|name| format!("arn:aws:iam::{QA}:role/{name}"));
    let [root, other] = ["444444444444", "555555555555"].map(|id| format!("arn:aws:iam::{id}:root"));
    let lambda = by(&json!({"Service": "lambda.amazonaws.com"}));
    let mut with_id = aws(&[&other]);
    with_id["Condition"] = json!({"StringEquals": {"sts:ExternalId": "acme-4711"}});
    let cases = [
        ("a second role", vec![aws(&[&x])], vec![aws(&[&x, &y])], "new"),
        ("in a statement of its own", vec![aws(&[&x])], vec![aws(&[&x]), aws(&[&y])], "new"),
        ("a third role", vec![aws(&[&x, &z])], vec![aws(&[&x, &y, &z])], "new"),
        ("another account", vec![aws(&[&root])], vec![aws(&[&root, &other])], "new"),
        ("a service", vec![aws(&[&x])], vec![aws(&[&x]), lambda.clone()], "new"),
        ("a role of the account", vec![aws(&[&own_x])], vec![aws(&[&own_x, &own_y])], "new"),
        ("a condition less", vec![aws(&[&x]), with_id], vec![aws(&[&x, &other])], "changed"),
        ("a role besides a service", vec![lambda.clone()], vec![lambda, aws(&[&y])], "new"),
    ];
    for (name, before, after, wanted) in cases {
        let (before, after) = (trusts(&before), trusts(&after));
        let mut there = of_qa(&before, &after);
        there.retain(|status| status != "still-there");
        assert_eq!(there, [wanted], "{name}");
        assert!(!has_grown(&after, &before), "{name}, back");
    }
}

/// A principal that becomes its whole account, or everyone, has changed.
#[test]
fn a_wider_principal_is_changed() {
    let aws = |name: &str| trusts(&[by(&json!({"AWS": name}))]);
    let names = ["arn:aws:iam::444444444444:role/x", "arn:aws:iam::444444444444:root", "*"];
    for (narrow, wide) in [(names[0], names[1]), (names[1], names[2]), (names[0], names[2])] {
        assert_eq!(of_qa(&aws(narrow), &aws(wide)), ["changed"], "{narrow} to {wide}");
        assert_eq!(of_qa(&aws(wide), &aws(narrow)), ["still-there"], "{wide} to {narrow}");
    }
    let own = format!("arn:aws:iam::{QA}:role/x");
    assert_eq!(of_qa(&aws(names[0]), &aws("arn:aws:iam::555555555555:root")), ["new"]);
    assert_eq!(of_qa(&aws(names[0]), &aws(&own)), ["new"]);
}

/// Whom the other account's role lets in under more conditions, this one lets in alone. The accounts have other names for
/// the principal.
#[test]
fn who_is_no_longer_let_in_there_is_changed_here() {
    let tool = Tool::new();
    let ec2 = by(&json!({"Service": "ec2.amazonaws.com"}));
    let aws = |account: &str, name: &str| by(&json!({"AWS": format!("arn:aws:iam::{account}:role/{name}")}));
    let trusting = |account: &str, statements: Value| {
        snapshot(account, &[role(account, "r", &json!({"trust_policy": document(&statements)}))], &[])
    };
    tool.write("equivalency_list.json", r#"{"env": {"dev": ["dev"], "qa": ["qa"]}}"#);
    for (output, networks) in [("before", &["vpc-1", "vpc-2"][..]), ("after", &["vpc-1"])] {
        let mut there = aws(DEV, "x-dev");
        there["Condition"] = json!({"StringEquals": {"aws:SourceVpc": networks}});
        tool.write("dev.json", trusting(DEV, json!([ec2, there])));
        tool.write("qa.json", trusting(QA, json!([ec2, aws(QA, "x-qa"), aws(QA, "y-qa")])));
        diff(&tool, output, &[]);
    }
    let report: Value = serde_json::from_str(&tool.read("after/report.json")).unwrap();
    let since = since(&tool);
    for (name, wanted) in [("role/x-qa", "changed"), ("role/y-qa", "still-there")] {
        let findings = report["findings"].as_array().unwrap().iter().zip(since["findings"].as_array().unwrap());
        let about = findings.filter(|(finding, _)| {
            finding["list"] == "trust_differences" && finding["message"].as_str().unwrap().contains(name)
        });
        let statuses: Vec<&str> = about.map(|(_, since)| since["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, [wanted], "{name}: {:#}", report["findings"]);
    }
}

#[test]
fn what_is_more_severe_is_changed_and_what_is_accepted_is_not_resolved() {
    let base = json!([allow(&json!(of("b")))]);
    let sends =
        json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:999999999999:q"});
    let tool = Tool::new();
    write(&tool, &night(&base, &json!([base[0], sends])));
    diff(&tool, "before", &["--known-account", "999999999999=partner"]);
    diff(&tool, "after", &[]);
    let totals = since(&tool)["totals"].clone();
    assert_eq!((&totals["changed"], &totals["new"]), (&json!(1), &json!(0)), "the account is external now: {totals}");

    write(&tool, &night(&base, &json!([allow(&json!([of("b"), of("c/1")]))])));
    diff(&tool, "before", &[]);
    write(&tool, &night(&base, &json!([allow(&json!([of("b"), of("c/*")]))])));
    let entry = json!([{"role": "r", "reason": "meant so"}]);
    tool.write("accepted.json", json!({"format": "iamctl-accepted", "version": 1, "accepted": entry}).to_string());
    diff(&tool, "after", &[]);
    let totals = since(&tool)["totals"].clone();
    assert_eq!((&totals["accepted"], &totals["resolved"]), (&json!(1), &json!(0)), "{totals}");
}

/// AWS changes its own policies; a role that has one gains what AWS adds to it.
#[test]
fn what_aws_adds_to_a_policy_is_changed() {
    let tool = Tool::new();
    let arn = "arn:aws:iam::aws:policy/Reads";
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "r", &json!({}))], &[]));
    for (output, version, resource) in [("before", "v1", of("b/1")), ("after", "v2", of("b/*"))] {
        let statements = json!([allow(&json!(resource))]);
        let policy = json!({"arn": arn, "name": "Reads", "version_id": version, "document": document(&statements)});
        let reader = role(QA, "r", &json!({"attached_policies": [arn]}));
        tool.write("qa.json", snapshot(QA, &[reader], &[policy]));
        diff(&tool, output, &[]);
    }
    assert_eq!(since(&tool)["totals"]["changed"], 1, "{}", since(&tool));
}

/// Roles that the dictionary gives one name are told apart by their real names.
#[test]
fn a_new_role_of_a_known_name_is_new() {
    let tool = Tool::new();
    tool.write("equivalency_list.json", r#"{"env": {"dev": ["dev"], "qa": ["qa", "qx", "qz"]}}"#);
    let admin = json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]);
    let of = |name: &str| role(QA, name, &json!({"inline_policies": [{"name": "p", "document": document(&admin)}]}));
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "k", &json!({}))], &[]));
    for (output, names) in [("before", &["o-qa", "o-qx"][..]), ("after", &["o-qa", "o-qx", "o-qz"])] {
        let roles: Vec<Value> = names.iter().map(|name| of(name)).chain([role(QA, "k", &json!({}))]).collect();
        tool.write("qa.json", snapshot(QA, &roles, &[]));
        diff(&tool, output, &[]);
    }
    assert_eq!(since(&tool)["totals"]["new"], 1);
}

/// What a changed cause is called is what is new of it, not what was there before.
#[test]
fn a_changed_cause_says_what_is_new_of_it() {
    let tool = Tool::new();
    let policies =
        |name: &str, statements: &Value| json!({"inline_policies": [{"name": name, "document": document(statements)}]});
    let reads = allow(&json!(of("b/*")));
    let deletes = json!({"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": of("b/*")});
    tool.write("dev.json", snapshot(DEV, &[role(DEV, "r", &policies("p", &json!([reads])))], &[]));
    for (output, name) in [("before", "p"), ("after", "renamed")] {
        let own = policies(name, &json!([reads, deletes]));
        tool.write("qa.json", snapshot(QA, &[role(QA, "r", &own)], &[]));
        let more: &[&str] = if output == "after" { &["--since", "before", "--report", "sarif=r.sarif"] } else { &[] };
        diff(&tool, output, more);
    }
    let told = tool.run(&["since", "before", "after", "--fail-on", "new:low"]);
    assert!(told.code == 0 && told.stdout.contains("1 changed cause"), "{told:?}");
    assert!(told.stdout.contains("\nChanged: 1\n  info  r: only qa has an inline policy"), "{}", told.stdout);
    assert!(!told.stdout.contains("s3:DeleteObject"), "{}", told.stdout);
    let markdown = tool.read("after/summary.md");
    assert!(markdown.contains("| changed | info | `r` | only qa has an inline policy"), "{markdown}");
    assert!(markdown.contains("\n- (new) only qa has an inline policy"), "{markdown}");
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "again", "--since", "before"]);
    assert!(
        run.stdout.contains("info – ") && run.stdout.contains("(changed) r: only qa has an inline"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("(changed) r: qa allows"), "{}", run.stdout);
    let sarif: Value = serde_json::from_str(&tool.read("r.sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["baselineState"], &result["properties"]["newSeverity"]), (&json!("updated"), &json!("info")));
    assert_ne!(result["level"], "note", "of the whole cause: {result:#}");
    let page = tool.read("after/report.html");
    assert!(page.contains(r#""w":["info","only qa has an inline"#) && page.contains(r#""n":"new""#));
}

/// Without the snapshots, that is said.
#[test]
fn reports_without_snapshots_are_compared_by_their_rows() {
    let base = json!([allow(&json!(of("b")))]);
    let tool = Tool::new();
    write(&tool, &night(&base, &json!([allow(&json!([of("b"), of("c/1")]))])));
    diff(&tool, "before", &[]);
    diff(&tool, "after", &[]);
    std::fs::remove_file(tool.path().join("before/qa_snapshot.json")).unwrap();
    let run = tool.run(&["since", "before", "after"]);
    assert!(run.code == 0 && run.stderr.contains("before: the snapshots cannot be read"), "{run:?}");
    assert!(run.stdout.contains("only the rows of the reports were") && run.stdout.contains("nothing new"), "{run:?}");
}
