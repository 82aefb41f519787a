//! The example accounts: every kind of difference and of noise in them shows, or does not, as `examples/README.md` says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::support::program::{EXAMPLES, Place, expect, repository};

/// The files that are compared byte by byte: all that say what differs.
const FILES: [&str; 13] = [
    "dev_to_qa_common_role_difference_items.csv",
    "qa_to_dev_common_role_difference_items.csv",
    "common_roles_in_dev_with_differences.csv",
    "common_roles_in_qa_with_differences.csv",
    "attribute_differences.csv",
    "ambiguous_roles.csv",
    "roles_in_dev_but_not_in_qa.csv",
    "roles_in_qa_but_not_in_dev.csv",
    "service_linked_roles_in_qa_but_not_in_dev.csv",
    "equivalency_hits.csv",
    "access_differences.csv",
    "trust_differences.csv",
    "deny_differences.csv",
];

/// Rows of the table in `examples/README.md`: role, status, what the report says of it, and nothing else.
type Row = (&'static str, &'static str, &'static [&'static str]);

/// Written differently, meant alike.
const NOISE: [Row; 7] = [
    ("AuditReader", "common", &[]),
    ("AWSServiceRoleForOrganizations", "common", &[]),
    ("app1_environment", "common", &[]),
    ("inventory-reordered", "common", &[]),
    ("labs-unknown-action", "common", &[]),
    ("notifier-respelled", "common", &[]),
    ("thumbnails-split", "common", &[]),
];

/// What policies say.
const ITEMS: [Row; 11] = [
    (
        "backup-principal-added",
        "common",
        &["right trust: Allow sts:AssumeRole AWS arn:aws:iam::444444444444:role/restore-tool"],
    ),
    (
        "engineer-tag-session",
        "common",
        &["right trust: Allow sts:TagSession Federated arn:aws:iam::ownaccountid:saml-provider/corp \
           if {\"StringEquals\":{\"SAML:aud\":[\"https://signin.aws.amazon.com/saml\"]}}"],
    ),
    (
        "etl-principal-deleted",
        "common",
        &[
            "left trust: Allow sts:AssumeRole AWS arn:aws:iam::ownaccountid:role/etl-scheduler",
            "right trust: Allow sts:AssumeRole AWS AROAEXAMPLEGONE000042",
        ],
    ),
    (
        "invoices-resource-widened-environment",
        "common",
        &[
            "left inline invoices: Allow s3:GetObject arn:aws:s3:::invoices-environment/2026/*",
            "right inline invoices: Allow s3:GetObject arn:aws:s3:::invoices-environment/*",
        ],
    ),
    (
        "orders-action-added-environment",
        "common",
        &["right inline orders-environment: Allow dynamodb:PutItem \
           arn:aws:dynamodb:eu-west-1:ownaccountid:table/orders-environment"],
    ),
    (
        "payroll-deny-missing",
        "common",
        &["left inline payroll: Deny s3:DeleteObject arn:aws:s3:::payroll-environment/archive/*"],
    ),
    (
        "platform-notaction-changed",
        "common",
        &[
            "left inline platform: Allow NotAction iam:* * of {\"NotAction\":[\"iam:*\",\"organizations:*\"]}",
            "left inline platform: Allow NotAction organizations:* * of {\"NotAction\":[\"iam:*\",\"organizations:*\"]}",
            "right inline platform: Allow NotAction iam:* *",
        ],
    ),
    (
        "shipping-other-account",
        "common",
        &[
            "left inline shipping: Allow sqs:SendMessage arn:aws:sqs:eu-west-1:ownaccountid:shipping",
            "right inline shipping: Allow sqs:SendMessage arn:aws:sqs:eu-west-1:111111111111:shipping",
        ],
    ),
    (
        "tracing-policy-attached",
        "common",
        &[
            "right managed AWSXRayDaemonWriteAccess: Allow xray:GetSamplingRules *",
            "right managed AWSXRayDaemonWriteAccess: Allow xray:GetSamplingStatisticSummaries *",
            "right managed AWSXRayDaemonWriteAccess: Allow xray:GetSamplingTargets *",
            "right managed AWSXRayDaemonWriteAccess: Allow xray:PutTelemetryRecords *",
            "right managed AWSXRayDaemonWriteAccess: Allow xray:PutTraceSegments *",
            "attached_policies: [\"arn:aws:iam::ownaccountid:policy/tracing-base\"], \
             [\"arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess\",\"arn:aws:iam::ownaccountid:policy/tracing-base\"]",
        ],
    ),
    (
        "vendor-external-id-missing",
        "common",
        &[
            "left trust: Allow sts:AssumeRole AWS arn:aws:iam::333333333333:root \
             if {\"StringEquals\":{\"sts:ExternalId\":[\"acme-4711\"]}}",
            "right trust: Allow sts:AssumeRole AWS arn:aws:iam::333333333333:root",
        ],
    ),
    (
        "builder-boundary-missing",
        "common",
        &[
            "left boundary PowerUserAccess: Allow NotAction account:* * of \
             {\"NotAction\":[\"account:*\",\"iam:*\",\"organizations:*\"]}",
            "left boundary PowerUserAccess: Allow account:GetAccountInformation *",
            "left boundary PowerUserAccess: Allow account:GetGovCloudAccountInformation *",
            "left boundary PowerUserAccess: Allow account:GetPrimaryEmail *",
            "left boundary PowerUserAccess: Allow account:ListRegions *",
            "left boundary PowerUserAccess: Allow NotAction iam:* * of \
             {\"NotAction\":[\"account:*\",\"iam:*\",\"organizations:*\"]}",
            "left boundary PowerUserAccess: Allow iam:CreateServiceLinkedRole *",
            "left boundary PowerUserAccess: Allow iam:DeleteServiceLinkedRole *",
            "left boundary PowerUserAccess: Allow iam:ListRoles *",
            "left boundary PowerUserAccess: Allow NotAction organizations:* * of \
             {\"NotAction\":[\"account:*\",\"iam:*\",\"organizations:*\"]}",
            "left boundary PowerUserAccess: Allow organizations:DescribeEffectivePolicy *",
            "left boundary PowerUserAccess: Allow organizations:DescribeOrganization *",
            "permissions_boundary: \"arn:aws:iam::aws:policy/PowerUserAccess\", null",
        ],
    ),
];

/// What a role is besides its policies.
const ATTRIBUTES: [Row; 5] = [
    ("batch-session-longer", "common", &["max_session_duration: 3600, 43200"]),
    ("catalog-path-changed", "common", &["path: \"/shop/\", \"/\""]),
    (
        "images-policy-moved",
        "common",
        &[
            "inline_policies: [\"images-read\"], []",
            "attached_policies: [], [\"arn:aws:iam::ownaccountid:policy/images-read\"]",
        ],
    ),
    (
        "mail-description-changed",
        "common",
        &["description: \"Sends order mails\", \"Sends order mails and, for now, newsletters\""],
    ),
    ("search-tag-changed", "common", &["tag:CostCenter: \"4711\", \"4712\""]),
];

/// Which roles there are.
const ROLES: [Row; 5] = [
    ("AWSServiceRoleForAmazonGuardDuty", "right_only", &[]),
    ("legacy-only-in-environment", "left_only", &[]),
    ("pilot-only-in-environment", "right_only", &[]),
    // Twice: the pair, and the role that is left over.
    ("report-environment", "ambiguous", &[]),
    ("report-environment", "ambiguous", &[]),
];

/// What that comes to: who may do or take what in one account only. All other roles are equal in access.
const ACCESS: [(&str, &[&str]); 10] = [
    ("backup-principal-added", &["right: AWS arn:aws:iam::444444444444:role/restore-tool by sts:AssumeRole"]),
    (
        "engineer-tag-session",
        &["right: Federated arn:aws:iam::ownaccountid:saml-provider/corp by sts:TagSession \
           if {\"StringEquals\":{\"saml:aud\":[\"https://signin.aws.amazon.com/saml\"]}}"],
    ),
    ("etl-principal-deleted", &["left: AWS arn:aws:iam::ownaccountid:role/etl-scheduler by sts:AssumeRole"]),
    (
        "invoices-resource-widened-environment",
        &["right: s3:GetObject on arn:aws:s3:::invoices-environment/* \
           except arn:aws:s3:::invoices-environment/2026/*"],
    ),
    (
        "orders-action-added-environment",
        &["right: dynamodb:PutItem on arn:aws:dynamodb:eu-west-1:ownaccountid:table/orders-environment"],
    ),
    ("payroll-deny-missing", &["right: s3:DeleteObject on arn:aws:s3:::payroll-environment/archive/*", "left: denies"]),
    ("platform-notaction-changed", &["right: organizations:* on *"]),
    (
        "shipping-other-account",
        &[
            "left: sqs:SendMessage on arn:aws:sqs:eu-west-1:ownaccountid:shipping",
            "right: sqs:SendMessage on arn:aws:sqs:eu-west-1:111111111111:shipping",
        ],
    ),
    (
        "tracing-policy-attached",
        &["right: xray:GetSamplingRules,GetSamplingStatisticSummaries,GetSamplingTargets,PutTelemetryRecords,\
           PutTraceSegments on *"],
    ),
    (
        "vendor-external-id-missing",
        &["right: AWS arn:aws:iam::333333333333:root by sts:AssumeRole \
           if unless {\"StringEquals\":{\"sts:externalid\":[\"acme-4711\"]}}"],
    ),
];

fn rows() -> impl Iterator<Item = Row> {
    NOISE.into_iter().chain(ITEMS).chain(ATTRIBUTES).chain(ROLES)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// All that the report says of each role, each difference in one line.
fn differences(report: &Value) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in report["item_differences"].as_array().unwrap() {
        let line = format!("{}: {}", policy(item), what(item));
        found.entry(text(item, "role").to_owned()).or_default().push(line);
    }
    for attribute in report["attribute_differences"].as_array().unwrap() {
        let line = format!("{}: {}, {}", text(attribute, "attribute"), attribute["left"], attribute["right"]);
        found.entry(text(attribute, "role").to_owned()).or_default().push(line);
    }
    found
}

fn policy(item: &Value) -> String {
    let (side, kind) = (text(item, "side"), text(item, "policy_type"));
    if kind == "trust" { format!("{side} {kind}") } else { format!("{side} {kind} {}", text(item, "policy_name")) }
}

fn what(item: &Value) -> String {
    let mut line = format!("{} ", text(item, "effect"));
    if text(item, "action_element") != "Action" {
        line += "NotAction ";
    }
    line += &format!("{}:{} ", text(item, "service"), text(item, "action"));
    if let Some(principal_type) = item["principal_type"].as_str() {
        line += &format!("{principal_type} {}", text(item, "principal"));
    } else {
        line += text(item, "arn");
    }
    for (word, key) in [("if", "condition"), ("of", "excluded"), ("note", "note")] {
        if let Some(more) = item[key].as_str() {
            line += &format!(" {word} {more}");
        }
    }
    line
}

#[test]
fn every_row_of_the_table_shows_as_it_says() {
    let place = Place::new();
    place.run(EXAMPLES);
    let report: Value = serde_json::from_str(&place.read("reports/report.json")).unwrap();
    let found = differences(&report);
    for (role, _, expected) in rows() {
        assert_eq!(found.get(role).map(Vec::as_slice).unwrap_or_default(), expected, "{role}");
    }
    let name_and_status = |role: &Value| (text(role, "role").to_owned(), text(role, "status").to_owned());
    let mut listed: Vec<_> = report["roles"].as_array().unwrap().iter().map(name_and_status).collect();
    let mut expected: Vec<_> = rows().map(|(role, status, _)| (role.to_owned(), status.to_owned())).collect();
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected, "every role of the examples has a row, and the status it says");
}

/// The access, trust and deny differences of each role, each in one line.
fn access(report: &Value) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut push = |row: &Value, line: String| found.entry(text(row, "role").to_owned()).or_default().push(line);
    let list = |row: &Value, key: &str| {
        let texts: Vec<&str> = row[key].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        texts.join(",")
    };
    let condition = |row: &Value| row["condition"].as_str().map(|text| format!(" if {text}")).unwrap_or_default();
    for row in report["access_differences"].as_array().unwrap() {
        let (side, service, actions) = (text(row, "side"), text(row, "service"), list(row, "actions"));
        let except = if list(row, "except").is_empty() { "" } else { " except " };
        let resources = format!("{}{except}{}", list(row, "resources"), list(row, "except"));
        push(row, format!("{side}: {service}:{actions} on {resources}{}", condition(row)));
    }
    for row in report["trust_differences"].as_array().unwrap() {
        let who = format!("{} {}", text(row, "principal_type"), text(row, "principal"));
        push(row, format!("{}: {who} by {}{}", text(row, "side"), list(row, "actions"), condition(row)));
    }
    for row in report["deny_differences"].as_array().unwrap() {
        push(row, format!("{}: denies", text(row, "side")));
    }
    found
}

#[test]
fn access_differs_where_the_table_says() {
    let place = Place::new();
    place.run(EXAMPLES);
    let report: Value = serde_json::from_str(&place.read("reports/report.json")).unwrap();
    let found = access(&report);
    let expected = ACCESS.map(|(role, lines)| (role.to_owned(), lines.iter().map(|line| (*line).to_owned()).collect()));
    assert_eq!(found, BTreeMap::from(expected));
    for role in report["roles"].as_array().unwrap().iter().filter(|role| !role["access_grade"].is_null()) {
        let differs = [&role["access_grade"], &role["trust_grade"]].contains(&&Value::from("different"));
        assert_eq!(differs, found.contains_key(text(role, "role")), "{role}");
    }
}

#[test]
fn the_reports_are_the_committed_ones() {
    let place = Place::new();
    let run = place.run(EXAMPLES);
    let expected = repository().join("tests/fixtures/examples/expected");
    expect(&expected.join("stdout.txt"), &run.stdout);
    for file in FILES {
        expect(&expected.join(file), &place.read(&format!("reports/{file}")));
    }
}

#[test]
fn the_other_way_round_is_the_mirror_image() {
    let place = Place::new();
    place.run(EXAMPLES);
    let swapped = "diff examples/qa.json qa examples/dev.json dev --equivalency examples/equivalency_list.json";
    place.run(&format!("{swapped} --output swapped"));
    let files = FILES.iter().filter(|file| !matches!(**file, "attribute_differences.csv"));
    for file in files {
        let lines = |folder: &str| {
            let text = place.read(&format!("{folder}/{file}"));
            text.lines().map(str::to_owned).collect::<BTreeSet<_>>()
        };
        assert_eq!(lines("reports"), lines("swapped"), "{file}");
    }
}

#[test]
fn an_account_is_like_itself() {
    let place = Place::new();
    for account in ["dev", "qa"] {
        let same = format!("diff examples/{account}.json a examples/{account}.json b --allow-same-account --exit-code");
        assert_eq!(place.run(&format!("{same} --output same")).code, 0, "{account}");
    }
}

#[test]
fn the_table_names_every_role() {
    let table = fs::read_to_string(repository().join("examples/README.md")).unwrap();
    let in_table: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split('`').next())
        .filter(|word| !word.ends_with(".csv"))
        .collect();
    assert_eq!(in_table, rows().map(|(role, _, _)| role).collect());
}
