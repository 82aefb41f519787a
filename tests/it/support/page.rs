//! `report.html` of accounts made for one test.

use std::borrow::Cow;

use iamctl::formats::html::{NormalisedRoles, RolesAsRead, write};
use iamctl::formats::report_format::View;
use iamctl::model::{PolicyType, Side, Sides};
use iamctl::parse::equivalency;
use iamctl::pipeline::Prepared;
use iamctl::report::{CrossReference, Report};
use iamctl::{Account, Options};
use serde_json::{Value, json};

use super::tool::{DEV, QA, inline, role, snapshot, trust};

/// The page of two accounts, after the comparison has been changed.
pub fn page(dev: &[Value], qa: &[Value], dictionary: &str, change: impl FnOnce(&mut Report)) -> String {
    let accounts = Sides { left: snapshot(DEV, dev, &[]), right: snapshot(QA, qa, &[]) };
    let accounts = accounts.map(|text| Cow::Owned(Account::from_json(&text).unwrap()));
    let mut options = Options::new("dev".parse().unwrap(), "qa".parse().unwrap());
    options.dictionary = equivalency::read(dictionary).unwrap();
    options.generated_at = "2026-11-21T08:00:00Z".to_owned();
    let prepared = Prepared::new(accounts, &options).unwrap();
    let mut comparison = prepared.compare().unwrap();
    change(&mut comparison);
    comparison.conclude();
    let roles = NormalisedRoles::new(prepared.roles());
    let as_read = RolesAsRead::new(prepared.accounts());
    let (mut page, mut again) = (Vec::new(), Vec::new());
    write(&mut page, &View { roles: Some(&roles), as_read: Some(&as_read), ..View::new(&comparison, "") }).unwrap();
    write(&mut again, &View { roles: Some(&roles), as_read: Some(&as_read), ..View::new(&comparison, "") }).unwrap();
    assert_eq!(page, again, "the same comparison gives the same bytes");
    String::from_utf8(page).unwrap()
}

/// A pair with every kind of finding.
pub fn every_kind() -> ([Vec<Value>; 2], impl FnOnce(&mut Report)) {
    let allow = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let dev = json!([
        allow("s3:GetObject", "arn:aws:s3:::shop/*"),
        {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::shop/archive/*"},
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"UnheardOf": {"aws:username": "x"}}},
    ]);
    let qa = json!([
        allow("s3:*", "arn:aws:s3:::shop/*"),
        allow("iam:PutRolePolicy", "*"),
        {"Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "*",
         "Condition": {"StringEquals": {"aws:ResourceTag/team": ["a", "b"]}, "Bool": {"aws:MultiFactorAuthPresent": "true"}}},
        {"Effect": "Allow", "Action": ["sns:Publish", "ec2:DescribeInstances"], "Resource": "arn:aws:sns:eu-west-1:222222222222:x"},
    ]);
    let role_of = |id: &str, statements: &Value, who: &Value, seconds: u32| {
        let mut one = inline(id, "shop-orders", statements);
        one["trust_policy"] = trust(who);
        one["max_session_duration"] = json!(seconds);
        one["tags"] = json!({"team": id});
        one
    };
    let dev = vec![
        role_of(DEV, &dev, &json!({"Service": "ec2.amazonaws.com"}), 3600),
        inline(DEV, "equal", &json!([allow("s3:GetObject", "*")])),
    ];
    let qa = vec![
        role_of(QA, &qa, &json!({"AWS": ["arn:aws:iam::444444444444:role/tool", "AROAEXAMPLEGONE000042"]}), 7200),
        inline(QA, "equal", &json!([allow("s3:GetObject", "*")])),
        role(QA, "new", &json!({})),
    ];
    let change = |comparison: &mut Report| {
        let role = comparison.roles.iter_mut().find(|role| role.role == "shop-orders").unwrap();
        role.differences.cross_references = 1;
        let (tag, source) = (comparison.accounts.left.tag.clone(), "file dev.json".to_owned());
        comparison.limitations.push(iamctl::report::Limitation::NoDetails { tag, source });
        comparison.cross_references.push(CrossReference {
            side: Side::Right,
            role: role.role.clone(),
            role_arn: role.right.as_ref().unwrap().arn.clone(),
            policy_name: Some("p".to_owned()),
            policy_type: Some(PolicyType::Inline),
            place: iamctl::model::Place::Resource,
            further: Vec::new(),
            text: "arn:aws:sqs:eu-west-1:111111111111:orders".to_owned(),
            value: DEV.to_owned(),
            placeholder: "ownaccountid".to_owned(),
            owner: Some(Side::Left),
            third_accounts: Vec::new(),
        });
    };
    ([dev, qa], change)
}
