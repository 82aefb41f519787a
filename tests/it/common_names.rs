//! What both accounts have, letter by letter, is common, and a reference to the other account stays one all the same.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, document, inline, role, snapshot, trust};

const DICTIONARY: &str = r#"{"environment": {"dev": ["dev"], "qa": ["qa"]}}"#;

/// The number of findings, and the cross-references, of accounts that also have a role of their own each.
fn compared(dev: &[Value], qa: &[Value], policies: [&[Value]; 2]) -> (u64, Vec<String>) {
    let tool = Tool::new();
    let account = |id: &str, own: &str, roles: &[Value], policies: &[Value]| {
        let mut all = vec![role(id, own, &json!({}))];
        all.extend_from_slice(roles);
        snapshot(id, &all, policies)
    };
    tool.write("dev.json", account(DEV, "app-dev", dev, policies[0]));
    tool.write("qa.json", account(QA, "app-qa", qa, policies[1]));
    tool.write("equivalency_list.json", DICTIONARY);
    let report = tool.diff(&[]);
    let rows = report["cross_references"].as_array().unwrap();
    let texts = rows.iter().map(|row| row["text"].as_str().unwrap().to_owned()).collect();
    (report["totals"]["findings"].as_u64().unwrap(), texts)
}

fn both(of: impl Fn(&str) -> Vec<Value>) -> (u64, Vec<String>) {
    compared(&of(DEV), &of(QA), [&[], &[]])
}

fn reads(resource: &str) -> Value {
    json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}])
}

#[test]
fn a_name_of_both_accounts_is_common() {
    let nothing = (0, Vec::new());
    assert_eq!(both(|id| vec![role(id, "DevOpsReader", &json!({}))]), nothing);
    assert_eq!(both(|id| vec![role(id, "dev-portal", &json!({}))]), nothing);
    assert_eq!(both(|id| vec![role(id, "r", &json!({"path": "/dev-portal/"}))]), nothing);
    assert_eq!(both(|id| vec![role(id, "r", &json!({"instance_profiles": ["dev-portal"]}))]), nothing);
    assert_eq!(
        both(|id| vec![role(id, "r", &json!({"tags": {"Team": "DevOps", "dev-portal": "dev-portal"}}))]),
        nothing
    );
    let statements = reads("*");
    let with_policy = |id: &str| {
        let inline = json!([{"name": "dev-portal", "document": document(&statements)}]);
        vec![role(id, "r", &json!({"inline_policies": inline}))]
    };
    assert_eq!(both(with_policy), nothing);
}

#[test]
fn what_references_a_common_name_is_common() {
    let of = |id: &str| {
        let own = format!("arn:aws:iam::{id}:role/tools/dev-portal");
        let policy = format!("arn:aws:iam::{id}:policy/dev-rules");
        let passes = json!([{"Effect": "Allow", "Action": "iam:PassRole", "Resource": own}]);
        let tagged = json!([{"Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/Team": "DevOps"}}}]);
        vec![
            role(id, "dev-portal", &json!({"path": "/tools/", "arn": own})),
            role(
                id,
                "r",
                &json!({"trust_policy": trust(&json!({"AWS": own})), "attached_policies": [policy],
                "inline_policies": [{"name": "p", "document": document(&passes)}]}),
            ),
            role(
                id,
                "s",
                &json!({"tags": {"Team": "DevOps"},
                "inline_policies": [{"name": "p", "document": document(&tagged)}]}),
            ),
        ]
    };
    let policy = |id: &str| {
        json!({"arn": format!("arn:aws:iam::{id}:policy/dev-rules"), "name": "dev-rules", "version_id": "v1",
            "document": document(&reads("*"))})
    };
    assert_eq!(compared(&of(DEV), &of(QA), [&[policy(DEV)], &[policy(QA)]]), (0, Vec::new()));
}

/// The generated end of the name does not matter, and neither does who else is trusted.
#[test]
fn a_word_with_a_change_of_case_is_no_word_of_the_dictionary() {
    let sso = |id: &str, end: &str| vec![role(id, &format!("AWSReservedSSO_DevOps_{end}"), &json!({}))];
    let found = compared(&sso(DEV, "00112233445566aa"), &sso(QA, "aa99887766554433"), [&[], &[]]);
    assert_eq!(found, (0, Vec::new()));
    let sso = |id: &str, end: &str| vec![role(id, &format!("AWSReservedSSO_dev-portal_{end}"), &json!({}))];
    let found = compared(&sso(DEV, "00112233445566aa"), &sso(QA, "aa99887766554433"), [&[], &[]]);
    assert_eq!(found, (0, Vec::new()));
    // A role of a third account, which both trust.
    let trusted = json!({"AWS": "arn:aws:iam::777788889999:role/DevOpsDeployer"});
    assert_eq!(both(|id| vec![role(id, "r", &json!({"trust_policy": trust(&trusted)}))]), (0, Vec::new()));
}

/// The line that matters: what the other account owns is a reference to it, though both name it.
#[test]
fn a_reference_to_the_other_account_stays_one() {
    for resource in ["arn:aws:s3:::data-dev/*", "arn:aws:sqs:*:*:dev-portal", "arn:aws:iam::777788889999:role/job-dev"]
    {
        let (findings, references) = both(|id| vec![inline(id, "r", &reads(resource))]);
        assert!(findings > 0, "{resource}");
        assert_eq!(references, [resource]);
    }
    // A word that the other account has with its own text, beside the same word, means the account.
    let table =
        |id: &str, name: &str| inline(id, &name.to_lowercase(), &reads(&format!("arn:aws:dynamodb:*:*:table/{name}")));
    let own = |id: &str, own: &str| {
        vec![table(id, "OrdersDevTable"), inline(id, "x", &reads(&format!("arn:aws:sns:*:*:Orders{own}Topic")))]
    };
    let (findings, references) = compared(&own(DEV, "Dev"), &own(QA, "Qa"), [&[], &[]]);
    assert!(findings > 0);
    assert_eq!(references, ["arn:aws:dynamodb:*:*:table/OrdersDevTable"]);
    // A tag that is the other account's text itself.
    let (findings, references) = both(|id| vec![role(id, "r", &json!({"tags": {"Environment": "dev"}}))]);
    assert!(findings > 0);
    assert_eq!(references, ["dev"]);
    let (findings, references) = both(|id| vec![role(id, "r", &json!({"path": "/dev/"}))]);
    assert!(findings > 0);
    assert_eq!(references, ["/dev/"]);
}

/// A name that has its counterpart is not common: the stray copy is alone, not its counterpart.
#[test]
fn a_name_with_a_counterpart_is_not_common() {
    let dev = [role(DEV, "web-dev", &json!({}))];
    let qa = [role(QA, "web-dev", &json!({})), inline(QA, "web-qa", &reads("*"))];
    let (findings, _) = compared(&dev, &qa, [&[], &[]]);
    assert!(findings > 1, "web-qa is paired with web-dev, and the copy is only in qa: {findings}");
}

/// Of a role's tags, keys ignore case, and values do not.
#[test]
fn the_case_of_a_tag_key_is_no_difference() {
    let with = |id: &str, tags: Value| [role(id, "r", &json!({ "tags": tags }))];
    let left = with(DEV, json!({"CostCenter": "7", "owner": "a"}));
    let found = compared(&left, &with(QA, json!({"costcenter": "7", "Owner": "a"})), [&[], &[]]);
    assert_eq!(found, (0, Vec::new()));
    let found = compared(&left, &with(QA, json!({"costcenter": "7", "Owner": "A"})), [&[], &[]]);
    assert_eq!(found.0, 1);
    let found = compared(&left, &with(QA, json!({"costcenter": "7"})), [&[], &[]]);
    assert_eq!(found.0, 1);
    // The text of the dictionary in a key.
    let found = compared(&with(DEV, json!({"Dev-Tier": "1"})), &with(QA, json!({"qa-tier": "1"})), [&[], &[]]);
    assert_eq!(found.0, 0);
}

/// The report says of which roles the names were cut.
#[test]
fn names_that_were_cut_are_paired_and_said_aloud() {
    let of = |id: &str, environment: &str| {
        let name = format!("nightly-import-of-all-orders-from-the-{environment}-warehouse-into-the-lake");
        vec![role(id, &name.chars().take(64).collect::<String>(), &json!({}))]
    };
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, &of(DEV, "development"), &[]));
    tool.write("qa.json", snapshot(QA, &of(QA, "production"), &[]));
    tool.write("equivalency_list.json", r#"{"environment": {"dev": ["development"], "qa": ["production"]}}"#);
    let report = tool.diff(&[]);
    assert_eq!(report["totals"]["findings"], 0, "{report}");
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("are paired although their names were cut at 64 characters"), "{warnings}");
}
