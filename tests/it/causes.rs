//! One cause is told once, whatever it touches: groups of findings against the changes that were put in.

use std::collections::{BTreeMap, BTreeSet};

use iamctl::formats::report_format::View;
use iamctl::formats::text::{Page, write};
use iamctl::normalise::Builtins;
use iamctl::report::{Cause, Finding, Group, Report, Rule, Severity};
use iamctl::testing::{NoiseKinds, Plan, generate};
use serde_json::{Value, json};

use crate::support::generated::compared_under;
use crate::support::tool::{DEV, QA, Tool, document, inline, role, snapshot, trust};

/// The groups that are differences.
fn causes(report: &Report) -> Vec<&Group> {
    report.groups.iter().filter(|group| !report.findings_of(group).all(Finding::is_note)).collect()
}

#[test]
fn every_drift_is_one_cause_and_ten_fit_one_screen() {
    let mut plan = Plan::new(400, 60, 7);
    plan.noise = NoiseKinds::NONE;
    let generated = generate(&plan).unwrap();
    let dictionary = iamctl::parse::equivalency::read(&generated.dictionary).unwrap();
    let report = compared_under(&generated, &dictionary, Builtins::default());
    let mut of_role: BTreeMap<&str, Vec<&Group>> = BTreeMap::new();
    for group in causes(&report) {
        for role in &group.roles {
            of_role.entry(role).or_default().push(group);
        }
    }
    let mut drifts_of: BTreeMap<Option<usize>, Vec<String>> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for drift in &generated.drifts {
        let name = drift.role_names.right.as_ref().or(drift.role_names.left.as_ref()).unwrap();
        let role = report
            .roles
            .iter()
            .find(|role| [&role.left, &role.right].into_iter().flatten().any(|side| side.name == *name));
        let groups = role.and_then(|role| of_role.get(role.role.as_str())).map(Vec::as_slice).unwrap_or_default();
        for group in groups {
            let id = group.findings.first().copied();
            drifts_of.entry(id).or_default().push(format!("{:?}", drift.kind));
        }
        if groups.len() != 1 {
            let told: Vec<&str> = groups.iter().map(|group| group.message.as_str()).collect();
            mistakes.push(format!("{:?} {}: {told:#?}", drift.kind, drift.what));
        }
    }
    assert!(mistakes.is_empty(), "{} of {}\n{}", mistakes.len(), generated.drifts.len(), mistakes.join("\n"));
    // No other causes; and drifts that one group tells are of one kind, such as one account let into two roles.
    assert_eq!(report.totals.causes, drifts_of.len());
    for (group, kinds) in drifts_of {
        assert!(kinds.iter().all(|kind| Some(kind) == kinds.first()), "{group:?}: {kinds:?}");
    }
    // The ten most severe on one screen.
    let mut out = Vec::new();
    write(&mut out, &View::new(&report, ""), Page { width: Some(80), ..Page::default() }).unwrap();
    let text = anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string();
    let screen = text.lines().skip_while(|line| !line.is_empty()).take_while(|line| !line.starts_with('…'));
    assert!(screen.count() <= 40, "{text}");
}

#[test]
fn every_finding_is_of_one_group_and_groups_are_as_severe_as_their_worst() {
    for seed in 0..4 {
        let generated = generate(&Plan::new(60, 25, seed)).unwrap();
        let dictionary = iamctl::parse::equivalency::read(&generated.dictionary).unwrap();
        let report = compared_under(&generated, &dictionary, Builtins::default());
        let mut seen = BTreeSet::new();
        for group in &report.groups {
            let members: Vec<&Finding> = report.findings_of(group).collect();
            assert_eq!(members.len(), group.findings.len());
            assert!(group.findings.iter().all(|place| seen.insert(*place)), "{group:?}");
            assert_eq!(Some(group.severity), members.iter().map(|finding| finding.severity).max());
            let roles: BTreeSet<&str> = members.iter().filter_map(|finding| finding.role.as_deref()).collect();
            assert_eq!(roles, group.roles.iter().map(String::as_str).collect());
        }
        assert_eq!(seen.len(), report.findings.len());
        assert!(report.groups.is_sorted_by_key(|group| std::cmp::Reverse(group.severity)));
        let totals = report.totals;
        assert_eq!(totals.severities.by_severity().iter().map(|(_, count)| count).sum::<usize>(), totals.causes);
    }
}

/// Two accounts with many roles and few causes.
fn shared() -> Tool {
    let policy = |name: &str, actions: &[&str]| {
        let statement = json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
        json!({"arn": format!("arn:aws:iam::aws:policy/{name}"), "name": name, "version_id": "v1",
            "document": document(&statement)})
    };
    let roles = |id: &str, is_qa: bool| -> Vec<Value> {
        let mut roles = Vec::new();
        for index in 0..5 {
            let mut attached = vec!["arn:aws:iam::aws:policy/ReadQueues"];
            if is_qa {
                attached.push("arn:aws:iam::aws:policy/IAMFullAccess");
            }
            roles.push(role(id, &format!("worker-{index}"), &json!({"attached_policies": attached})));
        }
        for index in 0..9 {
            let team = if is_qa { "purple" } else { "red" };
            roles.push(role(id, &format!("tagged-{index}"), &json!({"tags": {"team": team}})));
        }
        for index in 0..3 {
            let mut principals = vec![format!("arn:aws:iam::{id}:root")];
            if is_qa {
                principals.push("arn:aws:iam::999988887777:root".to_owned());
            }
            let policy = trust(&json!({"AWS": principals}));
            roles.push(role(id, &format!("trusting-{index}"), &json!({"trust_policy": policy})));
        }
        roles
    };
    let policies = [policy("ReadQueues", &["sqs:ListQueues"]), policy("IAMFullAccess", &["iam:*"])];
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, &roles(DEV, false), &policies));
    tool.write("qa.json", snapshot(QA, &roles(QA, true), &policies));
    tool
}

fn report(tool: &Tool) -> Result<Report, impl std::fmt::Debug> {
    iamctl::report::read(&tool.read("out/report.json"))
}

#[test]
fn an_attachment_a_principal_and_a_tag_are_each_told_once() {
    let tool = shared();
    tool.diff(&[]);
    let report = report(&tool).unwrap();
    let told: Vec<(Severity, Rule, usize, &str)> = causes(&report)
        .into_iter()
        .map(|group| (group.severity, group.rule, group.roles.len(), group.message.as_str()))
        .collect();
    let [attached, principal, tag] = told.as_slice() else { panic!("{told:#?}") };
    assert_eq!((attached.0, attached.1, attached.2), (Severity::Critical, Rule::PrivilegeEscalation, 5));
    let start = "qa attaches IAMFullAccess to 5 roles that lack it in dev: iam:* on * (privilege escalation: ";
    assert!(attached.3.starts_with(start), "{attached:?}");
    let expected = "external account 999988887777 can assume 3 roles in qa, not in dev";
    assert_eq!(
        (principal.0, principal.1, principal.2, principal.3),
        (Severity::Critical, Rule::TrustWidened, 3, expected)
    );
    let expected = "tag team is \"red\" in dev, \"purple\" in qa (9 roles)";
    assert_eq!((tag.0, tag.1, tag.2, tag.3), (Severity::Info, Rule::TagChanged, 9, expected));
    assert_eq!((report.totals.roles, report.totals.causes), (17, 3));
    assert!(
        matches!(&report.groups[0].cause, Cause::PolicyAttachment { policy, .. } if policy.ends_with("/IAMFullAccess"))
    );
}

#[test]
fn a_headline_says_how_many_roles_it_is_true_of() {
    let caller = "arn:aws:iam::999988887777:role/tagger";
    let trusting = |id: &str, name: &str, actions: &[&str]| {
        let own = json!({"Effect": "Allow", "Principal": {"AWS": id}, "Action": "sts:AssumeRole"});
        let more = json!({"Effect": "Allow", "Principal": {"AWS": caller}, "Action": actions});
        role(id, name, &json!({"trust_policy": document(&json!([own, more]))}))
    };
    let tool = Tool::new();
    let roles = |id: &str, actions: &[&str]| [trusting(id, "a", actions), trusting(id, "b", actions)];
    tool.write("dev.json", snapshot(DEV, &roles(DEV, &["sts:AssumeRole"]), &[]));
    tool.write("qa.json", snapshot(QA, &roles(QA, &["sts:AssumeRole", "sts:TagSession"]), &[]));
    tool.diff(&[]);
    let groups = report(&tool).unwrap().groups;
    let told: Vec<&str> = groups.iter().map(|group| group.message.as_str()).collect();
    assert!(
        told.iter().any(|message| message.contains("sts:TagSession") && message.ends_with("(2 roles)")),
        "{told:#?}"
    );
    assert!(told.iter().all(|message| !message.contains("can assume")), "{told:#?}");

    // Two roles get the same policy; one of them may not use it.
    let policy = json!({"arn": "arn:aws:iam::aws:policy/Admin", "name": "Admin", "version_id": "v1",
        "document": document(&json!([{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]))});
    let deny =
        json!({"name": "no", "document": document(&json!([{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]))});
    let roles = |id: &str, attached: &[&str]| {
        let attached = json!(attached);
        let bound = json!({"attached_policies": attached, "inline_policies": [deny]});
        [role(id, "free", &json!({"attached_policies": attached})), role(id, "bound", &bound)]
    };
    tool.write("dev.json", snapshot(DEV, &roles(DEV, &[]), &[]));
    tool.write("qa.json", snapshot(QA, &roles(QA, &["arn:aws:iam::aws:policy/Admin"]), &[policy]));
    tool.diff(&[]);
    let group = report(&tool).unwrap().groups.swap_remove(0);
    assert!(group.message.starts_with("qa attaches Admin to 2 roles that lack it in dev: iam:*"), "{}", group.message);
    assert!(group.message.ends_with("(in 1 of them)"), "{}", group.message);
    // The attachment is said; what the policy says in the role that cannot use it is not.
    assert_eq!(group.other_findings, 1);
}

#[test]
fn roles_of_one_account_that_grant_the_same_are_one_cause() {
    let admin = "arn:aws:iam::aws:policy/IAMFullAccess";
    let policy = json!({"arn": admin, "name": "IAMFullAccess", "version_id": "v1",
        "document": document(&json!([{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]))});
    let inline = json!({"name": "p", "document": document(&json!([
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]))});
    let trusting = |account: &str| {
        document(&json!([{"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}]))
    };
    let tool = Tool::new();
    tool.write(
        "dev.json",
        snapshot(DEV, &[role(DEV, "old", &json!({"attached_policies": [admin]}))], std::slice::from_ref(&policy)),
    );
    let roles = [
        role(QA, "a", &json!({"attached_policies": [admin]})),
        // How a policy is called and where it is makes no other cause.
        role(QA, "b", &json!({"inline_policies": [inline]})),
        role(QA, "c", &json!({"attached_policies": [admin], "trust_policy": trusting("999988887777")})),
    ];
    tool.write("qa.json", snapshot(QA, &roles, &[policy]));
    tool.diff(&[]);
    let report = report(&tool).unwrap();
    let told: Vec<(&[String], &str)> =
        report.groups.iter().map(|group| (group.roles.as_slice(), group.message.as_str())).collect();
    assert_eq!(told.len(), 3, "{told:#?}");
    let both = told.iter().find(|(roles, _)| *roles == ["a", "b"]).unwrap().1;
    assert!(both.starts_with("2 roles exist only in qa; each allows iam:* on * (privilege escalation:"), "{both}");
    assert!(told.iter().any(|(roles, _)| *roles == ["c"]), "{told:#?}");
    assert!(told.iter().any(|(roles, _)| *roles == ["old"]), "{told:#?}");
}

/// The order of weight, and what lists and describes, or can name no resource but `*`, is not data on everything.
#[test]
fn secrets_on_all_resources_weigh_more_than_actions_without_resources() {
    let allow = |action: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    let deny = json!({"Effect": "Deny", "Action": "sqs:*", "Resource": "*"});
    let tool = Tool::new();
    let (own, common) = (allow("sqs:SendMessage"), allow("sqs:ListQueues"));
    tool.write("dev.json", snapshot(DEV, &[inline(DEV, "r", &json!([common, own, deny]))], &[]));
    let gained =
        ["secretsmanager:GetSecretValue", "xray:PutTraceSegments", "ec2:DescribeInstances", "s3:PutBucketPolicy"];
    let gained: Vec<Value> = gained.map(allow).into_iter().chain([own, common]).collect();
    tool.write("qa.json", snapshot(QA, &[inline(QA, "r", &json!(gained))], &[]));
    tool.diff(&[]);
    let report = report(&tool).unwrap();
    let told: Vec<String> = report
        .findings
        .iter()
        .map(|one| format!("{} {}", one.severity, one.message.split(" on ").next().unwrap()))
        .collect();
    let wanted = [
        "high qa allows sqs:SendMessage",
        "high qa allows s3:PutBucketPolicy",
        "high qa allows secretsmanager:GetSecretValue",
        "medium qa allows xray:PutTraceSegments",
        "low qa allows ec2:DescribeInstances",
    ];
    let places: Vec<usize> = wanted
        .iter()
        .map(|wanted| {
            told.iter().position(|one| one.starts_with(wanted)).unwrap_or_else(|| panic!("{wanted}: {told:#?}"))
        })
        .collect();
    assert!(places.is_sorted(), "{told:#?}");
}

/// One more action never makes a row less severe.
#[test]
fn what_reads_data_stays_high_whatever_else_the_row_has() {
    let severity = |actions: &[&str]| {
        let tool = Tool::new();
        let more = json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
        tool.write("dev.json", snapshot(DEV, &[inline(DEV, "r", &json!([]))], &[]));
        tool.write("qa.json", snapshot(QA, &[inline(QA, "r", &more)], &[]));
        tool.diff(&[]);
        report(&tool).unwrap().findings[0].severity
    };
    for more in [&[][..], &["dynamodb:TagResource"], &["dynamodb:PurchaseReservedCapacityOfferings"]] {
        assert_eq!(severity(&[&["dynamodb:Scan"], more].concat()), Severity::High, "{more:?}");
    }
    assert_eq!(severity(&["sqs:SendMessage", "sqs:TagQueue"]), Severity::High, "writing to all queues");
}

/// A heading tells the widest finding, and how many others the cause has.
#[test]
fn a_heading_counts_what_it_does_not_say() {
    let policy = |actions: &[&str]| {
        let statements: Vec<Value> =
            actions.iter().map(|action| json!({"Effect": "Allow", "Action": action, "Resource": "*"})).collect();
        json!({"arn": format!("arn:aws:iam::aws:policy/P"), "name": "P", "version_id": "v1", "document": document(&json!(statements))})
    };
    let tool = Tool::new();
    let roles = |id: &str, attached: &[&str]| [role(id, "a", &json!({"attached_policies": attached}))];
    tool.write("dev.json", snapshot(DEV, &roles(DEV, &[]), &[]));
    let policy = policy(&["sqs:SendMessage", "sns:Publish", "dynamodb:*"]);
    tool.write("qa.json", snapshot(QA, &roles(QA, &["arn:aws:iam::aws:policy/P"]), &[policy]));
    tool.diff(&[]);
    let report = report(&tool).unwrap();
    let [group] = report.groups.as_slice() else { panic!("{:#?}", report.groups) };
    assert!(group.message.starts_with("qa attaches P, dev does not: dynamodb:* on *"), "{}", group.message);
    assert_eq!(group.other_findings, 2, "{:#?}", report.findings);
    let (text, markdown) =
        (tool.run(&["diff", "dev.json", "dev", "qa.json", "qa"]).stdout, tool.read("out/summary.md"));
    assert!(text.contains(", 2 more findings] proof:"), "{text}");
    assert!(markdown.contains("; and 2 more findings"), "{markdown}");
}

#[test]
fn a_known_account_is_not_external() {
    let tool = shared();
    let severity =
        || causes(&report(&tool).unwrap()).iter().find(|group| group.rule == Rule::TrustWidened).map(|g| g.severity);
    tool.diff(&[]);
    assert_eq!(severity(), Some(Severity::Critical));
    tool.diff(&["--known-account", "999988887777=audit"]);
    assert_eq!(severity(), Some(Severity::High));
    tool.write("equivalency_list.json", r#"{"known_accounts": {"999988887777": "audit"}}"#);
    tool.diff(&[]);
    assert_eq!(severity(), Some(Severity::High));
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--known-account", "9999=x"]);
    assert!(run.code == 2 && run.stderr.contains("`9999` is not an account ID"), "{run:?}");
}

#[test]
fn a_report_that_was_changed_or_cut_off_is_an_error_with_its_place() {
    let (tool, whole) = written();
    let changed = |from: &str, to: &str| whole.replacen(from, to, 1);
    let half = whole.split_at(whole.len() / 2).0.to_owned();
    for (text, because) in [
        (half, "the report is cut off: its end is missing\n  caused by: EOF while parsing"),
        (String::new(), "the report is cut off: its end is missing\n  caused by: EOF while parsing"),
        (
            changed("\"version\": 1", "\"version\": 2"),
            "version 2 of the format `iamctl-report`; this iamctl reads only version 1",
        ),
        (changed("\"version\": 1", "\"version\": \"1\""), "its key `version` must be a number"),
        (changed("\"iamctl-report\"", "\"iamctl-snapshot\""), "the file is not a report of `iamctl diff`"),
        (
            changed("  \"version\"", " , \"version\""),
            "the file is not valid JSON, so it was changed after iamctl wrote it\n  caused by: key must be a string at line 3 ",
        ),
        (
            changed("\"severity\": \"critical\"", "\"severity\": \"terrible\""),
            "changed after iamctl wrote it\n  caused by: `terrible` is not one of `info`, `low`, `medium`, `high`, `critical` at line ",
        ),
        (
            changed("\"kind\": \"policy-attachment\"", "\"kind\": \"policy\""),
            "`policy` is not one of `policy-attachment`, ",
        ),
        (changed("\"effect\": \"Allow\"", "\"effect\": \"allow\""), "`allow` is not `Allow` or `Deny` at line "),
        (
            changed("\"totals\"", "\"total\""),
            "changed after iamctl wrote it\n  caused by: the key `totals` is missing from the object that ends at line ",
        ),
        (
            changed("\"totals\"", "\"total\"").replacen("\"iamctl\": \"", "\"iamctl\": \"0.0.", 1),
            "the report was written by iamctl 0.0.",
        ),
        (
            changed("\"rows\": [\n        0\n", "\"rows\": [\n        4711\n"),
            "refers to `access_differences[4711]`, which it does not",
        ),
        (
            changed("\"findings\": [\n        0", "\"findings\": [\n        4711"),
            "refers to `findings[4711]`, which it does not",
        ),
        (changed(":role/worker-0", ":role/worker-zero"), "has a difference of the role `"),
    ] {
        assert_refused(&tool, &whole, &text, because);
    }
}

/// Commands act on findings and groups, so these must be what the differences come to.
#[test]
fn a_report_whose_conclusions_were_changed_is_an_error() {
    let (tool, whole) = written();
    let changed = |from: &str, to: &str| whole.replacen(from, to, 1);
    let milder = changed("\"severity\": \"critical\"", "\"severity\": \"low\"");
    for (text, because) in [
        (&milder, "changed after iamctl wrote it: its `findings[0]` is not what its differences come to"),
        (
            &milder.replacen("\"iamctl\": \"", "\"iamctl\": \"0.0.", 1),
            "concludes something else from its differences: `findings[0]`",
        ),
        (&changed("\"findings\": [\n        0", "\"findings\": [\n        1"), "its `groups[0]` is not what"),
        (&changed("\"causes\": ", "\"causes\": 1"), "its `totals` is not what"),
    ] {
        assert_refused(&tool, &whole, text, because);
    }
}

/// A folder with a report, and the text of the report.
fn written() -> (Tool, String) {
    let tool = shared();
    tool.diff(&[]);
    let whole = tool.read("out/report.json");
    (tool, whole)
}

/// Every command that reads a report refuses this text in the place of the whole one.
fn assert_refused(tool: &Tool, whole: &str, text: &str, because: &str) {
    assert_ne!(text, whole, "{because}");
    tool.write("out/report.json", text);
    for command in [
        &["explain", "out", "worker-1"][..],
        &["accept", "out", "--role", "worker-1", "--reason", "x"],
        &["remediate", "out", "--make", "qa"],
        &["can", "out", "--tag", "qa", "worker-1", "iam:ListRoles", "*"],
    ] {
        let run = tool.run(command);
        assert_eq!(run.code, 2, "{because}: {run:?}");
        assert!(run.stderr.contains("out/report.json"), "{because}: {run:?}");
        assert!(run.stderr.contains(because), "{because}: {run:?}");
    }
}

/// A resource of another account is named as a principal of one is.
#[test]
fn resources_of_other_accounts_are_named() {
    let send = |id: &str, accounts: &[&str]| {
        let arns: Vec<String> = accounts.iter().map(|account| format!("arn:aws:sqs:eu-west-1:{account}:q")).collect();
        crate::support::tool::inline(
            id,
            "r",
            &json!([{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arns}]),
        )
    };
    let known = r#"{"known_accounts": {"444455556666": "audit"}}"#;
    let dev = [send(crate::support::tool::DEV, &[crate::support::tool::DEV])];
    let qa = [send(crate::support::tool::QA, &[crate::support::tool::QA, "444455556666", "999988887777"])];
    let report = crate::support::tool::compare_accounts(&dev, &qa, &[], known);
    let messages: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["message"].as_str().unwrap()).collect();
    let both = "arn:aws:sqs:eu-west-1:444455556666:q (audit), arn:aws:sqs:eu-west-1:999988887777:q (external account)";
    assert!(messages.iter().any(|message| message.contains(both)), "{messages:?}");
    assert!(!messages.iter().any(|message| message.contains("222222222222:q (")), "{messages:?}");
}
